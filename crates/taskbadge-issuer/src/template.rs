//! Task templates: one file `tasks/NAME.toml` for each task that a centre certifies.
//!
//! A template is the part of a badge that all holders share, the Open Badges 3.0 `Achievement`: what the task is, what
//! must be seen (`criteria`), how well (`levels`, the achievement's `resultDescription`), and for how long a badge says
//! so. The format is described for editors by `schemas/task-template.schema.json`.

mod validity;

use std::{collections::BTreeMap, fmt, path::Path, str::FromStr};

use taskbadge_files::name::is_reserved;

pub use self::validity::{BeyondCalendar, NotAValidity, Validity};
use crate::{
    LanguageTag, Mistake, Mistakes, WebAddress,
    fields::{self, Fields},
    mistake::{closest, quoted},
    text::collapse,
};

/// One task as a centre describes it: read from a file, complete and consistent, but not yet linted.
///
/// ```
/// use taskbadge_issuer::template::{Category, Template};
/// let task = Template::parse("tasks/label-printing.toml", r#"
///     id = "label-printing"
///     version = "2"
///     name = "Print shelf labels"
///     description = "Prints and checks shelf labels with the handheld printer."
///     category = "routine"
///     language = "en"
///     criteria = ["Compares the printed price with the price list before leaving the printer"]
///     validity = "2 years"
///
///     [[levels]]
///     id = "guided"
///     name = "With guidance"
///
///     [[levels]]
///     id = "alone"
///     name = "Alone"
///     passing = true
/// "#)?;
/// assert_eq!(task.category(), Category::Routine);
/// assert_eq!(task.rubric().required().id(), "alone");
///
/// let mistakes = Template::parse("tasks/x.toml", "critera = []").expect_err("a typing error, and much is missing");
/// let said = taskbadge::shown::without_isolates(&mistakes.to_string()).into_owned();
/// assert!(said.starts_with("tasks/x.toml:1:1: no field is called “critera”; did you mean `criteria`?"), "{said}");
/// # Ok::<(), taskbadge_issuer::Mistakes>(())
/// ```
#[derive(Debug, Clone)]
pub struct Template {
    file: String,
    lines: BTreeMap<String, u64>,
    task: Task,
}

/// What the file says, apart from where it says it.
#[derive(Debug, Clone)]
struct Task {
    id: TaskId,
    version: String,
    name: String,
    description: String,
    category: Category,
    language: LanguageTag,
    criteria: Vec<String>,
    rubric: Rubric,
    validity: Option<Validity>,
    achievement_type: AchievementType,
    assessment: Vec<Assessment>,
    alignments: Vec<Alignment>,
    tags: Vec<String>,
    credits: Option<f64>,
    image: Option<WebAddress>,
    translations: Vec<Translation>,
}

impl Template {
    /// The largest file that is read, in bytes. The longest honest template so far has 6 KiB.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Reads a template. `file` is its path as messages shall name it; if that ends in `NAME.toml`, the template's id
    /// must be `NAME`.
    ///
    /// # Errors
    /// [`Mistakes`] with everything that is wrong, each with its line: TOML syntax (then only that), unknown, missing or
    /// malformed fields, a rubric without a passing level, translations that do not fit the original.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        if text.len() > Self::MAX_BYTES {
            let what = format!("the file is larger than {} KiB", Self::MAX_BYTES / 1024);
            return Err(Mistakes::one(file, Mistake::new(what, "check that this is a task template")));
        }
        let (task, lines) = fields::read(file, text, TASK_FIELDS, |fields| Task::read(fields, file))?;
        Ok(Self { file: file.to_owned(), lines, task })
    }

    /// The file as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line in the file, from 1, of a field such as `name`, `criteria[2]`, `levels[1].description` or
    /// `translations.ar.name`. List entries count from 1.
    #[must_use]
    pub fn line(&self, field: &str) -> Option<u64> {
        self.lines.get(field).copied()
    }

    /// The task's id, which becomes part of the achievement's IRI.
    #[must_use]
    pub fn id(&self) -> &TaskId {
        &self.task.id
    }

    /// `Achievement.version`: changes when the criteria or the rubric change.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.task.version
    }

    /// `Achievement.name`, in [`language`](Self::language).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.task.name
    }

    /// `Achievement.description`, in [`language`](Self::language).
    #[must_use]
    pub fn description(&self) -> &str {
        &self.task.description
    }

    /// What kind of task this is.
    #[must_use]
    pub fn category(&self) -> Category {
        self.task.category
    }

    /// `Achievement.inLanguage`: the language of all texts outside the translations.
    #[must_use]
    pub fn language(&self) -> &LanguageTag {
        &self.task.language
    }

    /// The statements that make up `Achievement.criteria.narrative`, each something an assessor can see. May be empty,
    /// which the linter refuses.
    #[must_use]
    pub fn criteria(&self) -> &[String] {
        &self.task.criteria
    }

    /// The levels and the one that earns the badge (`Achievement.resultDescription`).
    #[must_use]
    pub fn rubric(&self) -> &Rubric {
        &self.task.rubric
    }

    /// For how long a badge is valid; `None` if the file does not say, which the linter asks for.
    #[must_use]
    pub fn validity(&self) -> Option<Validity> {
        self.task.validity
    }

    /// `Achievement.achievementType`.
    #[must_use]
    pub fn achievement_type(&self) -> &AchievementType {
        &self.task.achievement_type
    }

    /// How the criteria are assessed; may be empty.
    #[must_use]
    pub fn assessment(&self) -> &[Assessment] {
        &self.task.assessment
    }

    /// `Achievement.alignment`: the same task in the words of published frameworks.
    #[must_use]
    pub fn alignments(&self) -> &[Alignment] {
        &self.task.alignments
    }

    /// `Achievement.tag`.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.task.tags
    }

    /// `Achievement.creditsAvailable`: finite, not negative.
    #[must_use]
    pub fn credits(&self) -> Option<f64> {
        self.task.credits
    }

    /// `Achievement.image.id`.
    #[must_use]
    pub fn image(&self) -> Option<&WebAddress> {
        self.task.image.as_ref()
    }

    /// The same task in other languages. Each becomes an achievement of its own, linked by `related`: the Open Badges
    /// schema has no language maps.
    #[must_use]
    pub fn translations(&self) -> &[Translation] {
        &self.task.translations
    }
}

/// The fields of each table of a template: table name (empty for the document itself), field names.
///
/// `schemas/task-template.schema.json` names the same.
pub const FIELDS: &[(&str, &[&str])] = &[
    ("", TASK_FIELDS),
    ("levels", LEVEL_FIELDS),
    ("alignments", ALIGNMENT_FIELDS),
    ("translations", TRANSLATION_FIELDS),
    ("translations.levels", TRANSLATED_LEVEL_FIELDS),
];

const TASK_FIELDS: &[&str] = &[
    "id",
    "version",
    "name",
    "description",
    "category",
    "language",
    "criteria",
    "required",
    "levels",
    "validity",
    "achievement_type",
    "assessment",
    "alignments",
    "tags",
    "credits",
    "image",
    "translations",
];
const LEVEL_FIELDS: &[&str] = &["id", "name", "description", "points", "passing"];
const ALIGNMENT_FIELDS: &[&str] = &["framework", "target_name", "target_url", "code", "target_type", "description"];
const TRANSLATION_FIELDS: &[&str] = &["name", "description", "criteria", "levels"];
const TRANSLATED_LEVEL_FIELDS: &[&str] = &["name", "description"];

impl Task {
    fn read(fields: &Fields<'_, '_, '_>, file: &str) -> Option<Self> {
        // Everything is read before anything is given up, so that all mistakes are noted.
        let id = fields.required_parsed("id");
        let version = fields.required_text("version");
        let name = fields.required_text("name");
        let description = fields.required_text("description");
        let category = fields.required_parsed("category");
        let language = fields.required_parsed("language");
        let criteria = fields.texts("criteria");
        let rubric = Rubric::read(fields);
        let validity = fields.parsed("validity");
        let achievement_type = fields.parsed("achievement_type").unwrap_or_default();
        let assessment = fields.parsed_list("assessment");
        let alignments = fields.tables("alignments", ALIGNMENT_FIELDS).iter().filter_map(Alignment::read).collect();
        let tags = fields.texts("tags");
        let credits = fields.number("credits").filter(|&credits| {
            let exact = is_exact_in_rdf(credits);
            if !exact {
                let what = "a number with more digits than a badge can carry";
                fields.note("credits", what, "write it with at most fifteen digits");
            }
            exact
        });
        let image = fields.parsed("image");
        if let Some(id) = &id {
            require_file_name(fields, file, id);
        }
        let original = Original { language: language.as_ref(), criteria: criteria.len(), rubric: rubric.as_ref() };
        let translations = original.read_translations(fields);
        Some(Self {
            id: id?,
            version: version?,
            name: name?,
            description: description?,
            category: category?,
            language: language?,
            criteria,
            rubric: rubric?,
            validity,
            achievement_type,
            assessment,
            alignments,
            tags,
            credits,
            image,
            translations,
        })
    }
}

/// Whether a number is the same again after it was written as an `xsd:double` (RDF 1.1 JSON-LD, fifteen digits after the
/// point), which is what is signed.
fn is_exact_in_rdf(number: f64) -> bool {
    format!("{number:.15e}").parse() == Ok(number)
}

fn require_file_name(fields: &Fields<'_, '_, '_>, file: &str, id: &TaskId) {
    let path = Path::new(file);
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if path.extension().is_some_and(|extension| extension == "toml") && stem != id.as_str() {
        let what = format!("the id `{id}` is not the name of the file");
        fields.note("id", what, format!("write {} here, or rename the file to `{id}.toml`", quoted(stem)));
    }
}

/// A task's id: lower-case ASCII letters and digits in groups joined by single hyphens, at most 64 characters. It is the
/// name of a file, so what [Windows reserves](taskbadge_files::name::is_reserved) is none.
///
/// ```
/// use taskbadge_issuer::template::TaskId;
/// assert_eq!("forklift-pre-start-check".parse::<TaskId>()?.as_str(), "forklift-pre-start-check");
/// assert!("Forklift check".parse::<TaskId>().is_err() && "con".parse::<TaskId>().is_err());
/// # Ok::<(), taskbadge_issuer::template::NotATaskId>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(String);

impl TaskId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TaskId {
    type Err = NotATaskId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            _ if !is_slug(text) => Err(NotATaskId::Form),
            _ if is_reserved(text) => Err(NotATaskId::Reserved),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no task id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotATaskId {
    /// It has other characters, or too many.
    #[error("not an id; write lower-case letters and digits joined by hyphens, such as `forklift-pre-start-check`")]
    Form,
    /// It is one of `con`, `nul`, `com1`…: no file on Windows can have the name.
    #[error("not an id, but the name of a device on Windows, where no file can have it; write what the task is about")]
    Reserved,
}

fn is_slug(text: &str) -> bool {
    text.len() <= 64
        && text.split('-').all(|group| {
            !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

/// Declares a closed list of words: variant, text, meaning.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $error:ident $kind:literal: $($variant:ident $text:literal $meaning:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`: ", $meaning, ".")] $variant,)*
        }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in a template.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What the word means, in English, as a phrase without a full stop.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }

        impl FromStr for $name {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let word = Self::ALL.iter().copied().find(|word| word.as_str() == text);
                word.ok_or_else(|| $error(closest(text, Self::ALL.iter().map(|word| word.as_str()))))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[doc = concat!("The text is no ", $kind, "; the message proposes one, or names all.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $error(Option<&'static str>);

        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    Some(meant) => write!(f, concat!("no ", $kind, "; did you mean `{}`?"), meant),
                    None => f.write_str(concat!("no ", $kind, "; write one of ", $("`", $text, "` "),*).trim_end()),
                }
            }
        }

        impl std::error::Error for $error {}
    };
}

words! {
    /// What kind of task a template describes. The list is closed, so that badges of different centres sort together.
    ///
    /// ```
    /// use taskbadge_issuer::template::Category;
    /// assert_eq!("hygiene".parse(), Ok(Category::Hygiene));
    /// let error = "hygeine".parse::<Category>().expect_err("a typing error");
    /// assert_eq!(error.to_string(), "no category; did you mean `hygiene`?");
    /// ```
    Category, NotACategory "category":
    EquipmentOperation "equipment-operation" "starting, running, stopping or checking a machine, vehicle or tool";
    SafetyProcedure "safety-procedure" "a fixed procedure that protects people, such as lock-out or evacuation";
    Routine "routine" "a recurring piece of work with fixed steps, such as packing, stocking or cleaning";
    QualityControl "quality-control" "comparing a product or service with what was agreed";
    Hygiene "hygiene" "keeping people, food, tools or rooms free from contamination";
    CustomerService "customer-service" "serving customers, guests, patients or callers";
    Documentation "documentation" "recording, reporting or labelling what was done or found";
}

words! {
    /// How an assessor comes to know that the criteria are met.
    Assessment, NotAnAssessment "assessment":
    Observation "observation" "watched at real work";
    Simulation "simulation" "watched in a simulated or training setting";
    Oral "oral" "questions answered aloud, in any language";
    Written "written" "a written or on-screen test";
    WorkProduct "work-product" "the result of the work was examined";
    Portfolio "portfolio" "a collection of earlier work was examined";
    ThirdParty "third-party" "a supervisor or employer reported what they saw";
}

/// `Achievement.achievementType` (Open Badges 3.0, AchievementType enumeration): a word of the standard's list, or a term
/// of one's own that begins with `ext:`. [Competency](Self::default) unless the template says otherwise.
///
/// ```
/// use taskbadge_issuer::template::AchievementType;
/// assert_eq!(AchievementType::default().as_str(), "Competency");
/// assert!("MicroCredential".parse::<AchievementType>().is_ok());
/// assert!("ext:TaskBadge".parse::<AchievementType>().is_ok());
/// assert!("TaskBadge".parse::<AchievementType>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AchievementType(String);

impl AchievementType {
    /// The words of the standard.
    #[rustfmt::skip] // a list to read, not to scroll
    pub const STANDARD: &'static [&'static str] = &[
        "Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "Badge",
        "BachelorDegree", "Certificate", "CertificateOfCompletion", "Certification", "CommunityService", "Competency",
        "Course", "CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment",
        "JourneymanCertificate", "LearningProgram", "License", "Membership", "ProfessionalDoctorate",
        "QualityAssuranceCredential", "MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ];

    /// The type as it stands in a badge.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AchievementType {
    fn default() -> Self {
        Self("Competency".to_owned())
    }
}

impl FromStr for AchievementType {
    type Err = NotAnAchievementType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if Self::STANDARD.contains(&text) || is_extension(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotAnAchievementType(closest(text, Self::STANDARD.iter().copied()).unwrap_or("Competency")))
    }
}

impl fmt::Display for AchievementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no achievement type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no achievement type of Open Badges 3.0; write one of its list, such as `{0}`, or a term of your own after `ext:`"
)]
pub struct NotAnAchievementType(&'static str);

/// A term outside a standard's list, as its extensible enumerations spell it: `(ext:)[a-z|A-Z|0-9|.|-|_]+`.
pub(crate) fn is_extension(text: &str) -> bool {
    text.strip_prefix("ext:").is_some_and(|term| {
        !term.is_empty() && term.len() <= 64 && term.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    })
}

/// The levels of a task from the lowest to the highest, and the one from which on the badge is earned.
///
/// Becomes a `ResultDescription` of type `RubricCriterionLevel` with `requiredLevel`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rubric {
    levels: Vec<Level>,
    required: usize,
}

impl Rubric {
    /// The levels, lowest first. Never empty.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The lowest level that earns the badge.
    #[must_use]
    pub fn required(&self) -> &Level {
        &self.levels[self.required]
    }

    /// The levels that earn the badge, lowest first. Never empty.
    #[must_use]
    pub fn passing(&self) -> &[Level] {
        &self.levels[self.required..]
    }

    /// The level with this id or name, whatever the case and the spaces.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<&Level> {
        let text = collapse(text).to_lowercase();
        let by =
            |name: fn(&Level) -> &str| self.levels.iter().find(|level| collapse(name(level)).to_lowercase() == text);
        by(Level::id).or_else(|| by(Level::name))
    }

    fn read(fields: &Fields<'_, '_, '_>) -> Option<Self> {
        let tables = fields.tables("levels", LEVEL_FIELDS);
        let required = fields.text("required");
        if tables.is_empty() {
            fields.note("levels", "there are no levels", "add at least one `[[levels]]` with an id and a name");
            return None;
        }
        let levels: Vec<_> = tables.iter().filter_map(|table| Level::read(table).map(|read| (table, read))).collect();
        // With a level unreadable, what follows would be noise.
        if levels.len() != tables.len() {
            return None;
        }
        let required = match required {
            Some(id) => levels.iter().position(|(_, (level, _))| level.id == id).or_else(|| {
                let next = match closest(&id, levels.iter().map(|(_, (level, _))| level.id())) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write the id of one of the `[[levels]]`".to_owned(),
                };
                fields.note("required", format!("no level has the id {}", quoted(&id)), next);
                None
            }),
            None => levels.iter().position(|(_, (_, passing))| *passing == Some(true)).or_else(|| {
                let next = "add `required = \"…\"` with the id of the lowest level that earns the badge";
                fields.note("levels", "no level earns the badge", next);
                None
            }),
        }?;
        for (place, (table, (level, passing))) in levels.iter().enumerate() {
            let earlier = &levels[..place];
            let same = |other: &Level| other.id == level.id || other.name.eq_ignore_ascii_case(&level.name);
            if earlier.iter().any(|(_, (other, _))| same(other)) {
                table.note_here("two levels have the same id or name", "rename one of them");
            }
            if earlier.iter().any(|(_, (other, _))| other.points >= level.points && level.points.is_some()) {
                let next = "order the levels from the lowest to the highest, with rising points";
                table.note("points", "not more points than a lower level", next);
            }
            if passing.is_some_and(|passing| passing != (place >= required)) {
                let next = "let every level from `required` upwards pass, and none below";
                table.note("passing", "contradicts the level that is required", next);
            }
        }
        Some(Self { levels: levels.into_iter().map(|(_, (level, _))| level).collect(), required })
    }
}

/// One level of a rubric (`RubricCriterionLevel`).
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    id: String,
    name: String,
    description: Option<String>,
    points: Option<f64>,
}

impl Level {
    /// The level's id, unique in its rubric, of the form of a [`TaskId`].
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The level's name in the template's language.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is to be seen at this level.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// The points of this level, more than those of any lower level.
    #[must_use]
    pub fn points(&self) -> Option<f64> {
        self.points
    }

    fn read(fields: &Fields<'_, '_, '_>) -> Option<(Self, Option<bool>)> {
        let id = fields.required_parsed::<TaskId>("id");
        let name = fields.required_text("name");
        let description = fields.text("description");
        let points = fields.number("points");
        let passing = fields.yes_or_no("passing");
        Some((Self { id: id?.0, name: name?, description, points }, passing))
    }
}

/// The task in the words of a published framework (Open Badges 3.0 `Alignment`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    framework: Option<String>,
    target_name: String,
    target_url: WebAddress,
    code: Option<String>,
    target_type: TargetType,
    description: Option<String>,
}

impl Alignment {
    /// `targetFramework`, such as `ESCO` or `EQF`.
    #[must_use]
    pub fn framework(&self) -> Option<&str> {
        self.framework.as_deref()
    }

    /// `targetName`: what the framework calls it.
    #[must_use]
    pub fn target_name(&self) -> &str {
        &self.target_name
    }

    /// `targetUrl`, such as an ESCO skill or EQF level URI.
    #[must_use]
    pub fn target_url(&self) -> &WebAddress {
        &self.target_url
    }

    /// `targetCode`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// `targetType`.
    #[must_use]
    pub fn target_type(&self) -> &TargetType {
        &self.target_type
    }

    /// `targetDescription`.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    fn read(fields: &Fields<'_, '_, '_>) -> Option<Self> {
        let framework = fields.text("framework");
        let target_name = fields.required_text("target_name");
        let target_url = fields.required_parsed("target_url");
        let code = fields.text("code");
        let target_type = fields.parsed("target_type").unwrap_or_default();
        let description = fields.text("description");
        Some(Self { framework, target_name: target_name?, target_url: target_url?, code, target_type, description })
    }
}

/// `Alignment.targetType` (Open Badges 3.0, AlignmentTargetType enumeration): a word of the standard's list, or a term
/// of one's own that begins with `ext:`. `CFItem` unless the template says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TargetType(String);

impl TargetType {
    /// The words of the standard.
    #[rustfmt::skip] // a list to read, not to scroll
    pub const STANDARD: &'static [&'static str] = &[
        "ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel",
        "CTDL",
    ];

    /// The type as it stands in a badge.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TargetType {
    fn default() -> Self {
        Self("CFItem".to_owned())
    }
}

impl FromStr for TargetType {
    type Err = NotATargetType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::STANDARD.contains(&text) || is_extension(text);
        if known { Ok(Self(text.to_owned())) } else { Err(NotATargetType) }
    }
}

/// The text is no target type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no target type of Open Badges 3.0; write one of its list, such as `CFItem` or `ceasn:Competency`, or a term of \
         your own after `ext:`"
)]
pub struct NotATargetType;

/// A task's texts in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translation {
    language: LanguageTag,
    name: String,
    description: String,
    criteria: Vec<String>,
    levels: Vec<TranslatedLevel>,
}

impl Translation {
    /// The language of the texts.
    #[must_use]
    pub fn language(&self) -> &LanguageTag {
        &self.language
    }

    /// The translated name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The translated description.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The translated criteria, as many as the original has and in its order.
    #[must_use]
    pub fn criteria(&self) -> &[String] {
        &self.criteria
    }

    /// The translated levels, in the order of the rubric: none, or all of them.
    #[must_use]
    pub fn levels(&self) -> &[TranslatedLevel] {
        &self.levels
    }
}

/// A level's texts in another language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslatedLevel {
    id: String,
    name: String,
    description: Option<String>,
}

impl TranslatedLevel {
    /// The id of the level in the rubric.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The translated name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The translated description.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

/// What a translation must fit, as far as it could be read.
struct Original<'o> {
    language: Option<&'o LanguageTag>,
    criteria: usize,
    rubric: Option<&'o Rubric>,
}

impl Original<'_> {
    fn read_translations(&self, fields: &Fields<'_, '_, '_>) -> Vec<Translation> {
        let mut translations: Vec<Translation> = Vec::new();
        for (tag, table) in fields.named_tables("translations", TRANSLATION_FIELDS) {
            let Some(translation) = self.read_translation(&tag, &table) else { continue };
            let taken = Some(&translation.language) == self.language
                || translations.iter().any(|other| other.language == translation.language);
            if taken {
                table.note_here("this language is there already", "delete one of the two, or correct its language tag");
            }
            translations.push(translation);
        }
        translations
    }

    fn read_translation(&self, tag: &str, fields: &Fields<'_, '_, '_>) -> Option<Translation> {
        let language = tag.parse::<LanguageTag>().ok();
        if language.is_none() {
            let what = format!("{} is not a language tag", quoted(tag));
            fields.note_here(what, "write a BCP 47 tag, such as `[translations.ar]` or `[translations.uk]`");
        }
        let name = fields.required_text("name");
        let description = fields.required_text("description");
        let criteria = fields.texts("criteria");
        if criteria.len() != self.criteria {
            let what = format!("has {} criteria where the original has {}", criteria.len(), self.criteria);
            fields.note("criteria", what, "translate each criterion, in the same order");
        }
        let levels = self.read_levels(fields);
        Some(Translation { language: language?, name: name?, description: description?, criteria, levels })
    }

    fn read_levels(&self, fields: &Fields<'_, '_, '_>) -> Vec<TranslatedLevel> {
        let tables = fields.named_tables("levels", TRANSLATED_LEVEL_FIELDS);
        let Some(rubric) = self.rubric.filter(|_| !tables.is_empty()) else { return Vec::new() };
        for (id, table) in &tables {
            if !rubric.levels().iter().any(|level| level.id() == id) {
                table.note_here(
                    format!("no level has the id {}", quoted(id)),
                    "write the id of one of the `[[levels]]`",
                );
            }
        }
        let levels = rubric.levels().iter().filter_map(|level| {
            let Some((id, table)) = tables.iter().find(|(id, _)| id == level.id()) else {
                let what = format!("the level `{}` is not translated", level.id());
                fields.note("levels", what, "translate all levels or none");
                return None;
            };
            let name = table.required_text("name");
            let description = table.text("description");
            Some(TranslatedLevel { id: id.clone(), name: name?, description })
        });
        levels.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "id = \"t\"\nversion = \"1\"\nname = \"N\"\ndescription = \"D\"\ncategory = \"routine\"\nlanguage = \"en\"\n";
    const LEVEL: &str = "[[levels]]\nid = \"done\"\nname = \"Done\"\npassing = true\n";

    fn refusal(rest: &str) -> String {
        let said = Template::parse("t.toml", &format!("{HEAD}{rest}")).expect_err("a mistake").to_string();
        taskbadge::shown::without_isolates(&said).into_owned()
    }

    #[test]
    fn the_least_template() {
        let template = Template::parse("tasks/t.toml", &format!("\u{FEFF}{HEAD}{LEVEL}")).unwrap();
        assert_eq!(template.rubric().required().name(), "Done");
        assert_eq!(template.line("levels[1].name"), Some(9));
        assert_eq!(template.achievement_type().as_str(), "Competency");
        assert_eq!((template.validity(), template.credits()), (None, None));
    }

    #[test]
    fn an_id_is_the_name_of_a_file_on_every_system() {
        for reserved in ["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"] {
            assert_eq!(reserved.parse::<TaskId>(), Err(NotATaskId::Reserved));
        }
        for other in ["Con", "NUL", "con.toml", "task.", "task ", "com\u{b9}", "a/b", "..", ""] {
            assert_eq!(other.parse::<TaskId>(), Err(NotATaskId::Form), "{other:?}");
        }
        for good in ["console", "con-1", "com10", "nul-check"] {
            assert!(good.parse::<TaskId>().is_ok(), "{good}");
        }
    }

    #[test]
    fn the_required_level_may_be_named_or_marked() {
        let levels =
            "[[levels]]\nid=\"a\"\nname=\"A\"\n[[levels]]\nid=\"b\"\nname=\"B\"\n[[levels]]\nid=\"c\"\nname=\"C\"\n";
        let template = Template::parse("t.toml", &format!("{HEAD}required=\"b\"\n{levels}")).unwrap();
        let passing: Vec<_> = template.rubric().passing().iter().map(Level::id).collect();
        assert_eq!(passing, ["b", "c"]);
        assert_eq!(template.rubric().find("  C "), template.rubric().levels().last());
        assert_eq!(template.rubric().find("d"), None);
        assert!(refusal(levels).contains("no level earns the badge"));
        assert!(refusal(&format!("required=\"d\"\n{levels}")).contains("no level has the id “d”"));
    }

    #[test]
    fn numbers_are_finite_and_not_negative() {
        for bad in ["-1", "-0.0", "nan", "inf", "1e999", "\"2\"", "0x10", "2026-01-01"] {
            assert!(refusal(&format!("credits = {bad}\n{LEVEL}")).contains("not a number from zero up"), "{bad}");
        }
        let template = Template::parse("t.toml", &format!("{HEAD}credits = 1_000.5\n{LEVEL}")).unwrap();
        assert_eq!(template.credits(), Some(1000.5));
        assert!(
            refusal(&format!("credits = 0.30000000000000004\n{LEVEL}")).contains("more digits than a badge can carry")
        );
        for fine in ["0", "0.1", "0.3", "2.5", "1e22", "123456789012345"] {
            let template = Template::parse("t.toml", &format!("{HEAD}credits = {fine}\n{LEVEL}")).unwrap();
            assert_eq!(template.credits(), fine.parse().ok());
        }
    }

    #[test]
    fn a_huge_file_is_refused_unread() {
        let text = format!("{HEAD}{LEVEL}#{}", "x".repeat(Template::MAX_BYTES));
        assert!(Template::parse("t.toml", &text).unwrap_err().to_string().contains("larger than 256 KiB"));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = 100_000;
        assert!(refusal(&format!("tags = {}{}", "[".repeat(deep), "]".repeat(deep))).contains("this is not TOML"));
        assert!(refusal(&format!("a{} = 1", ".a".repeat(deep))).contains("this is not TOML: recursion limit"));
    }

    #[test]
    fn extension_terms() {
        assert!(is_extension("ext:studentID") && is_extension("ext:a.b-c_1"));
        assert!(!is_extension("ext:") && !is_extension("ext:a b") && !is_extension("student"));
    }
}
