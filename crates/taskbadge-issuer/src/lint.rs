//! The linter for privacy and clarity: what must never be in a badge, and what an employer would not understand.
//!
//! A badge says what a person can do, and nothing about why they were taught. Refugee or asylum status, nationality,
//! birth date, photograph, case numbers, address, health, religion, programmes that reveal any of it, attendance and
//! failures are refused wherever they could get into a badge or lie about in a roster. Messages never repeat what stands
//! in a refused column, nor an e-mail address or number found in a text.
//!
//! Words are found by the list `terms.txt` (English, German, French, Spanish, Dutch, Arabic, Ukrainian, Turkish), as
//! whole words. A word list errs both ways: warnings are for a person to judge, errors are to be corrected.

mod lexicon;
mod pattern;
mod script;

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use taskbadge::shown::{Line, Name};

use self::lexicon::{LEXICON, Place};
use crate::{
    mistake::quoted,
    roster::{Field, Filled, Roster, Row},
    template::{Template, Translation},
};

/// One finding of the linter: what, where, and the way out.
///
/// Reads as `file:line: error[code]: field: what; what to do next`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    code: Code,
    severity: Severity,
    file: String,
    line: Option<u64>,
    field: Option<String>,
    what: String,
    next: &'static str,
}

impl Lint {
    /// Which finding this is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// Whether it must be corrected, or judged.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The file as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The physical line in the file, from 1, where it is known.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The template field or the header of the roster column.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What was found, in English, as a clause without a full stop.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do next, in English, as a clause without a full stop.
    #[must_use]
    pub fn next(&self) -> &'static str {
        self.next
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", Name(&self.file))?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}[{}]: ", self.severity, self.code)?;
        if let Some(field) = &self.field {
            write!(f, "{}: ", Name(field))?;
        }
        write!(f, "{}; {}", Line(&self.what), self.next)
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A person should judge it; issuing may go on.
    Warning,
    /// It must be corrected before anything is issued.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Error { "error" } else { "warning" })
    }
}

/// Lints a template: all its texts for privacy, its original texts for clarity.
///
/// Findings are in the order of the file's lines. None means that nothing was found, not that nothing is there.
#[must_use]
pub fn lint_template(template: &Template) -> Vec<Lint> {
    let mut lints = TemplateLinter { template, lints: Vec::new() };
    lints.texts();
    lints.placeholders();
    lints.name();
    lints.criteria();
    lints.levels();
    lints.languages();
    if template.validity().is_none() {
        lints.add(
            Code::ClarityNoValidity,
            Severity::Warning,
            "validity",
            "the template does not say for how long a badge is valid",
        );
    }
    let mut lints = lints.lints;
    lints.sort_by_key(|lint| lint.line);
    lints
}

/// Lints the columns of a roster that are not used: what is not needed, and would tell why people were taught, must not
/// lie in the file. Each is an error, or a warning if the column is empty.
///
/// The rows are linted one by one with [`lint_row`].
///
/// ```
/// use taskbadge_issuer::{lint::lint_roster, roster::Roster};
/// let file = "name;email;Staatsangehörigkeit\nAmina Noor;amina@example.org;(secret)\n";
/// let roster = Roster::open("november.csv", file.as_bytes())?;
/// let lints = lint_roster(&roster);
/// let said = taskbadge::shown::without_isolates(&lints[0].to_string()).into_owned();
/// assert_eq!(said, "november.csv:1: error[privacy.nationality]: “Staatsangehörigkeit”: \
///     the column is about nationality or origin; delete the column from the file: what is not there cannot leak");
/// # Ok::<(), taskbadge_issuer::Mistakes>(())
/// ```
#[must_use]
pub fn lint_roster(roster: &Roster<'_>) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (header, filled) in roster.ignored_columns() {
        for term in LEXICON.find_column(header) {
            lints.push(Lint {
                code: term.code,
                severity: if filled == Filled::Somewhere { Severity::Error } else { Severity::Warning },
                file: roster.file().to_owned(),
                line: Some(roster.header_line()),
                field: Some(header.to_owned()),
                what: format!("the column is about {}", term.code.about()),
                next: "delete the column from the file: what is not there cannot leak",
            });
        }
    }
    lints
}

/// Lints one row of a roster: the texts that would stand in its badge, and its date against `today`.
#[must_use]
pub fn lint_row(roster: &Roster<'_>, row: &Row<'_>, today: NaiveDate) -> Vec<Lint> {
    let mut lints = Vec::new();
    let place = |lint: Lint, field: Field| Lint {
        line: Some(row.line()),
        field: Some(roster.column(field).unwrap_or(field.as_str()).to_owned()),
        ..lint
    };
    let texts = [(Field::EvidenceNote, row.evidence_note()), (Field::Narrative, row.narrative())];
    for (field, text) in texts.into_iter().filter_map(|(field, text)| Some((field, text?))) {
        lints.extend(lint_text(roster.file(), field.as_str(), text).into_iter().map(|lint| place(lint, field)));
    }
    // Only by form: the words of a name mean nothing.
    for (code, severity, what) in row.assessor().map(pattern::find).unwrap_or_default() {
        lints.push(place(Lint::new(code, severity, roster.file(), "", what), Field::Assessor));
    }
    let mut add = |code, field, what: String| {
        let lint = Lint::new(code, Severity::Error, roster.file(), "", what);
        lints.push(place(lint, field));
    };
    if row.evidence_url().is_some_and(|url| url.as_str().contains('@') || url.as_str().contains("%40")) {
        add(Code::PrivacyContact, Field::EvidenceUrl, "the address has an e-mail address in it".to_owned());
    }
    if row.date() > today {
        add(Code::ClarityFutureDate, Field::Date, format!("{} is in the future", row.date()));
    }
    lints
}

/// Lints any text that would stand in a badge, for privacy. `file` and `field` say where it is from.
///
/// ```
/// use taskbadge_issuer::lint::{Code, Severity, lint_text};
/// let lints = lint_text("r.csv", "evidence_note", "Shown at the asylum centre, tel. +44 20 7946 0958");
/// assert_eq!(lints.iter().map(|lint| lint.code()).collect::<Vec<_>>(), [Code::PrivacyStatus, Code::PrivacyContact]);
/// assert!(lint_text("t.toml", "criteria[1]", "Addresses the customer by name").is_empty());
/// ```
#[must_use]
pub fn lint_text(file: &str, field: &str, text: &str) -> Vec<Lint> {
    let words = LEXICON.find(text, &[Place::Text, Place::Hint]).into_iter().map(|(term, place)| {
        let severity = if place == Place::Hint { Severity::Warning } else { Severity::Error };
        let verb = if place == Place::Hint { "may speak" } else { "speaks" };
        let what = format!("{verb} of {} ({})", term.code.about(), quoted(&term.spelling));
        Lint::new(term.code, severity, file, field, what)
    });
    let patterns = pattern::find(text);
    let patterns = patterns.into_iter().map(|(code, severity, what)| Lint::new(code, severity, file, field, what));
    words.chain(patterns).collect()
}

impl Lint {
    fn new(code: Code, severity: Severity, file: &str, field: &str, what: impl Into<String>) -> Self {
        let field = Some(field.to_owned());
        Self { code, severity, file: file.to_owned(), line: None, field, what: what.into(), next: code.advice() }
    }
}

struct TemplateLinter<'t> {
    template: &'t Template,
    lints: Vec<Lint>,
}

impl<'t> TemplateLinter<'t> {
    fn texts(&mut self) {
        for (field, text) in texts(self.template) {
            let line = self.line(&field);
            let lints = lint_text(self.template.file(), &field, text);
            self.lints.extend(lints.into_iter().map(|lint| Lint { line, ..lint }));
        }
    }

    /// What `taskbadge task new` writes to be filled in.
    fn placeholders(&mut self) {
        for (field, text) in texts(self.template) {
            if is_placeholder(text) {
                let what = format!("{} is still to be filled in", quoted(text));
                self.add(Code::ClarityPlaceholder, Severity::Error, &field, what);
            }
        }
        for (number, alignment) in (1..).zip(self.template.alignments()) {
            if is_placeholder(alignment.target_name()) || alignment.target_url().as_str().ends_with('…') {
                let what = "the alignment is still to be filled in";
                self.add(Code::ClarityPlaceholder, Severity::Error, &format!("alignments[{number}]"), what);
            }
        }
    }

    fn name(&mut self) {
        const LONGEST_NAME: usize = 80;
        let name = self.template.name();
        let length = name.chars().count();
        if length > LONGEST_NAME {
            let what = format!("the name has {length} characters, more than {LONGEST_NAME}");
            self.add(Code::ClarityLongName, Severity::Warning, "name", what);
        }
        if names_many_tasks(name) {
            self.add(Code::ClarityManyTasks, Severity::Warning, "name", "the name seems to list several tasks");
        }
    }

    fn criteria(&mut self) {
        if self.template.criteria().is_empty() {
            self.add(Code::ClarityNoCriteria, Severity::Error, "criteria", "there are no criteria");
        }
        let originals = entries("criteria", self.template.criteria());
        let translations = self.template.translations().iter();
        let translated =
            translations.flat_map(|t| entries(&format!("{}.criteria", path(t)), t.criteria()).collect::<Vec<_>>());
        for (field, text) in originals.chain(translated).collect::<Vec<_>>() {
            if let Some((term, _)) = LEXICON.find(text, &[Place::Criterion]).first() {
                let what = format!("{} is nothing that an assessor can see", quoted(&term.spelling));
                self.add(term.code, Severity::Warning, &field, what);
            }
        }
    }

    fn levels(&mut self) {
        for (number, level) in (1..).zip(self.template.rubric().levels()) {
            if level.description().is_none() {
                let what = format!("the level `{}` does not say what is to be seen", level.id());
                self.add(Code::ClarityNoLevelDescription, Severity::Warning, &format!("levels[{number}]"), what);
            }
        }
    }

    fn languages(&mut self) {
        let template = self.template;
        let original = format!("{} {} {}", template.name(), template.description(), template.criteria().join(" "));
        if !script::fits(template.language(), &original) {
            let what = format!("the texts are not in the script of the language `{}`", template.language());
            self.add(Code::ClarityLanguage, Severity::Warning, "language", what);
        }
        for translation in template.translations() {
            let field = path(translation);
            let text =
                format!("{} {} {}", translation.name(), translation.description(), translation.criteria().join(" "));
            if text == original {
                self.add(Code::ClarityLanguage, Severity::Warning, &field, "the texts are those of the original");
            } else if !script::fits(translation.language(), &text) {
                let what = format!("the texts are not in the script of the language `{}`", translation.language());
                self.add(Code::ClarityLanguage, Severity::Warning, &field, what);
            }
        }
    }

    fn add(&mut self, code: Code, severity: Severity, field: &str, what: impl Into<String>) {
        let lint = Lint::new(code, severity, self.template.file(), field, what);
        self.lints.push(Lint { line: self.line(field), ..lint });
    }

    fn line(&self, field: &str) -> Option<u64> {
        self.template.line(field)
    }
}

/// Every text of a template that would stand in a badge, with its field.
fn texts(template: &Template) -> Vec<(String, &str)> {
    let mut texts = vec![("name".to_owned(), template.name()), ("description".to_owned(), template.description())];
    texts.extend(entries("criteria", template.criteria()));
    texts.extend(entries("tags", template.tags()));
    for (number, level) in (1..).zip(template.rubric().levels()) {
        texts.push((format!("levels[{number}].name"), level.name()));
        texts.extend(level.description().map(|text| (format!("levels[{number}].description"), text)));
    }
    for (number, alignment) in (1..).zip(template.alignments()) {
        texts.extend(alignment.description().map(|text| (format!("alignments[{number}].description"), text)));
    }
    for translation in template.translations() {
        let path = path(translation);
        texts.push((format!("{path}.name"), translation.name()));
        texts.push((format!("{path}.description"), translation.description()));
        texts.extend(entries(&format!("{path}.criteria"), translation.criteria()));
        for level in translation.levels() {
            texts.push((format!("{path}.levels.{}.name", level.id()), level.name()));
            texts.extend(level.description().map(|text| (format!("{path}.levels.{}.description", level.id()), text)));
        }
    }
    texts
}

fn entries<'t>(field: &str, texts: &'t [String]) -> impl Iterator<Item = (String, &'t str)> {
    (1..).zip(texts).map(move |(number, text)| (format!("{field}[{number}]"), text.as_str()))
}

fn path(translation: &Translation) -> String {
    format!("translations.{}", translation.language())
}

/// The texts of a new template that nobody may take for a task.
pub const PLACEHOLDERS: [&str; 2] =
    ["Name of the task, as it stands on the badge", "What is done, in a sentence that an employer understands."];

/// Whether a text is one of [`PLACEHOLDERS`], or a verb and an ellipsis, such as `Checks …`.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let begun = text.strip_suffix('…').or_else(|| text.strip_suffix("...")).map(str::trim_end);
    PLACEHOLDERS.contains(&text) || begun.is_some_and(|begun| !begun.contains(char::is_whitespace))
}

/// Whether a name joins verbs ("Operate and maintain …") or makes a list ("Sort, pack and ship …").
fn names_many_tasks(name: &str) -> bool {
    const AND: &[&str] = &["and", "und", "et", "y", "e", "en", "та", "і", "й", "ve", "و", "&", "+"];
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let is_and = |word: &&str| AND.contains(word);
    let joined_verbs = words.get(1).is_some_and(is_and);
    let conjunctions = words.iter().filter(|word| is_and(word)).count();
    joined_verbs || conjunctions > 1 || name.contains(';') || (conjunctions == 1 && name.contains([',', '،']))
}

/// Declares every code once: variant, text, what it is about, and the way out.
macro_rules! codes {
    ($($variant:ident $text:literal $about:literal, $advice:expr;)*) => {
        /// Every finding the linter can make. Codes are append-only: a released text keeps its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`: ", $about, ".")] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable text of the code, such as `privacy.status`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text),* }
            }

            /// What the finding is about, in English, as a phrase.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Code::$variant => $about),* }
            }

            /// The way out, in English, as a clause without a full stop.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $(Code::$variant => $advice),* }
            }
        }
    };
}

const LEAVE_OUT: &str = "leave it out: a badge says what a person can do, and nothing about why they were taught";

codes! {
    PrivacyStatus "privacy.status" "refugee, asylum or residence status", LEAVE_OUT;
    PrivacyNationality "privacy.nationality" "nationality or origin", LEAVE_OUT;
    PrivacyBirthDate "privacy.birth-date" "a birth date or age", "leave it out: a badge holds for any age";
    PrivacyCaseNumber "privacy.case-number" "the number of a case, permit or identity document",
        "leave it out: bind the badge to an e-mail address, a did:key or a claim code";
    PrivacyPhoto "privacy.photo" "a photograph of a person", "leave it out: a badge shows what was done, not who by";
    PrivacyAddress "privacy.address" "where somebody lives",
        "leave it out: an address says more than where to write to";
    PrivacyHealth "privacy.health" "health or disability", LEAVE_OUT;
    PrivacyReligion "privacy.religion" "religion", LEAVE_OUT;
    PrivacyProgramme "privacy.programme" "a programme or funder that reveals why people were taught", LEAVE_OUT;
    PrivacyAttendance "privacy.attendance" "attendance", "say what the person did, not how often they came";
    PrivacyFailure "privacy.failure" "a failure or an earlier attempt",
        "leave it out: what counts is what the person can do now";
    PrivacyContact "privacy.contact" "an e-mail address or telephone number",
        "leave it out: everybody who sees the badge can read it";
    ClarityVagueCriterion "clarity.vague-criterion" "a criterion that an assessor cannot see",
        "say what the person does, such as `checks`, `names`, `stops`, `records`";
    ClarityManyTasks "clarity.many-tasks" "several tasks in one template", "write one template for each task";
    ClarityNoCriteria "clarity.no-criteria" "a template without criteria",
        "add `criteria = [\"…\"]` with what an assessor must see";
    ClarityLongName "clarity.long-name" "a name that is too long for a card",
        "shorten it, and move the rest to the description";
    ClarityNoLevelDescription "clarity.no-level-description" "a level that nobody can tell from the next",
        "add `description = \"…\"` to the level";
    ClarityNoValidity "clarity.no-validity" "a template without a validity period",
        "add `validity = \"24 months\"`, or `validity = \"unlimited\"`";
    ClarityLanguage "clarity.language" "a text in another language than its tag says",
        "translate the texts, or correct the tag";
    ClarityFutureDate "clarity.future-date" "an award in the future", "correct the date, or issue on that day";
    ClarityPlaceholder "clarity.placeholder" "a text of the form that was not filled in",
        "write what an employer should read there, or delete it";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

/// The text is no code of the linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a lint code of this version")]
pub struct UnknownCode;

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        lint_text("f", "t", text).iter().map(|lint| format!("{} {}", lint.severity(), lint.code())).collect()
    }

    #[test]
    fn eight_languages_are_read() {
        for (text, code) in [
            ("A course for Refugees", "error privacy.status"),
            ("Kurs für Geflüchtete in der Flüchtlingshilfe", "error privacy.status"),
            ("pour les REFUGIES et demandeurs d’asile", "error privacy.status"),
            ("para personas refugiadas", "error privacy.status"),
            ("training van statushouders", "error privacy.status"),
            ("دورة للاجئين", "error privacy.status"),
            ("курс для біженців", "error privacy.status"),
            ("mülteciler için kurs", "error privacy.status"),
            ("Nationality", "error privacy.nationality"),
            ("Geburtsdatum im Pass", "error privacy.birth-date"),
            ("Traumatisierte Menschen", "error privacy.health"),
            ("in the Integrationskurs B1", "error privacy.programme"),
            ("attended 12 of 14 sessions", "error privacy.attendance"),
            ("did not pass in June", "error privacy.failure"),
            ("Syrian dishes", "warning privacy.nationality"),
        ] {
            assert_eq!(codes(text), [code], "{text}");
        }
    }

    #[test]
    fn harmless_words_are_left_alone() {
        for text in [
            "Addresses the customer",
            "Attends to one guest at a time",
            "Never leaves the fryer unattended",
            "Reports when the brakes fail",
            "Wears health and safety shoes",
            "Photographs each defect",
            "Checks the status lamp",
            "Kent de weg",
            "Cools it to 4 °C within 90 minutes",
            "Puts goods in stock",
            "",
        ] {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_was_not_filled_in_is_told_from_what_was() {
        for text in [PLACEHOLDERS[0], PLACEHOLDERS[1], "Checks …", "Names...", "…"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["Checks the tyres", "Checks the tyres, the brakes …", "Name of the task", ""] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn names_of_several_tasks() {
        for name in
            ["Operate and maintain the forklift", "Sort, pack and ship parcels", "Cut and weld and grind", "Cut; weld"]
        {
            assert!(names_many_tasks(name), "{name}");
        }
        for name in ["Check tyres and brakes", "Forklift pre-start check", "Android set-up", ""] {
            assert!(!names_many_tasks(name), "{name}");
        }
    }

    #[test]
    fn columns_are_refused_by_words_or_as_a_whole() {
        let file = "email,DateOfBirth,Home address,asylum_case_no,Photo,City,Group,IP\na@example.org,x,x,x,x,,x,x\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let found: Vec<_> = lint_roster(&roster)
            .iter()
            .map(|lint| format!("{} {} {}", lint.field().unwrap_or_default(), lint.severity(), lint.code()))
            .collect();
        let expected = [
            "DateOfBirth error privacy.birth-date",
            "Home address error privacy.address",
            "asylum_case_no error privacy.status",
            "asylum_case_no error privacy.case-number",
            "Photo error privacy.photo",
            "City warning privacy.address",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn codes_are_unique() {
        for code in Code::ALL {
            assert_eq!(code.as_str().parse(), Ok(*code));
        }
        assert_eq!("privacy.other".parse::<Code>(), Err(UnknownCode));
    }
}
