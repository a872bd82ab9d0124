//! What an issuer builds. Every constructor takes what the standard requires; the rest is added by name.
//!
//! Fields stand in the order of their JSON names, so that what is written is canonical as it stands.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::jsonld::{CREDENTIALS_V2, OPEN_BADGES_3_0_3, is_absolute_iri};
use crate::shown::{Direction, Name, Quoted, hidden, is_language_tag};
use crate::time::Instant;

/// An absolute IRI, such as `https://centre.example.org/tasks/forklift` or `urn:uuid:…`, with no character that is hidden
/// where it is shown.
///
/// ```
/// use taskbadge::badge::Iri;
/// assert!("https://centre.example.org/tasks/forklift".parse::<Iri>().is_ok());
/// assert!("tasks/forklift".parse::<Iri>().is_err());
/// assert!("https://centre.example.org/\u{200b}".parse::<Iri>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Iri(String);

/// The text is not an absolute IRI, or has a hidden character.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} is not an absolute IRI; write it in full, such as https://example.org/tasks/forklift", Quoted(.0))]
pub struct NotAnIri(String);

impl Iri {
    /// A `urn:uuid:` of version 4 (RFC 9562 section 5.4) from sixteen random bytes of the caller's.
    #[must_use]
    pub fn uuid(random: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(random).as_uuid().urn().to_string())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for people ([`crate::shown`]).
    #[must_use]
    pub fn shown(&self) -> Name<'_> {
        Name(&self.0)
    }
}

impl FromStr for Iri {
    type Err = NotAnIri;

    fn from_str(text: &str) -> Result<Self, NotAnIri> {
        let good = is_absolute_iri(text) && hidden(text).is_none();
        if good { Ok(Self(text.into())) } else { Err(NotAnIri(text.into())) }
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text for people: plain, or in a language (VC Data Model 2.0 section 11.1, language value object). A plain text is made from
/// a string.
///
/// Arabic or Persian names are read rightly where they say their language. Open Badges 3.0 asks for plain text, and some
/// validators take nothing else.
///
/// ```
/// use taskbadge::badge::{NotALanguage, Text};
/// let name = Text::in_language("فحص الرافعة الشوكية", "ar")?;
/// assert_eq!(serde_json::to_string(&name).unwrap(), r#"{"@language":"ar","@value":"فحص الرافعة الشوكية"}"#);
/// assert_eq!(serde_json::to_string(&Text::from("Forklift")).unwrap(), r#""Forklift""#);
/// # Ok::<(), NotALanguage>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    text: String,
    language: Option<String>,
    direction: Option<Direction>,
}

/// The text is not well formed as a language tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language tag; write one of BCP 47, such as ar or fa-AF")]
pub struct NotALanguage(String);

impl Text {
    /// A text in a language, by its BCP 47 tag. Tags are equal in any case, and written in lower case.
    ///
    /// # Errors
    /// [`NotALanguage`].
    pub fn in_language(text: impl Into<String>, language: &str) -> Result<Self, NotALanguage> {
        if !is_language_tag(language) {
            return Err(NotALanguage(language.chars().take(200).collect()));
        }
        Ok(Self { language: Some(language.to_ascii_lowercase()), ..Self::from(text.into()) })
    }

    /// The same text with its base direction written out, where it is not that of its language and letters.
    ///
    /// Only `eddsa-jcs-2022` signs it. Under `eddsa-rdfc-2022` a direction that differs from [`Direction::of`] is refused
    /// with `context.direction`, and one that does not is best left out: verifiers in JSON-LD's safe mode take none.
    #[must_use]
    pub fn direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { text, language: None, direction: None }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct LanguageValue<'t> {
            #[serde(rename = "@direction", skip_serializing_if = "Option::is_none")]
            direction: Option<Direction>,
            #[serde(rename = "@language", skip_serializing_if = "Option::is_none")]
            language: Option<&'t str>,
            #[serde(rename = "@value")]
            text: &'t str,
        }
        match (&self.language, self.direction) {
            (None, None) => serializer.serialize_str(&self.text),
            (language, direction) => {
                LanguageValue { direction, language: language.as_deref(), text: &self.text }.serialize(serializer)
            }
        }
    }
}

/// Generates setters that take and give back the value, one documented line each.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ident $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<$type>) -> Self {
            setters!(@$kind self.$name, $name.into());
            self
        }
    )*};
    (@one $field:expr, $value:expr) => { $field = Some($value) };
    (@many $field:expr, $value:expr) => { $field.push($value) };
}

/// An unsigned `OpenBadgeCredential` (Open Badges 3.0 appendix B.1.1). Sign it with [`Badge::sign`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    #[serde(rename = "@context")]
    context: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    awarded_date: Option<Instant>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many", rename = "credentialStatus")]
    status: Vec<StatusEntry>,
    credential_subject: Subject,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
    id: Iri,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
    issuer: Profile,
    name: Text,
    #[serde(rename = "type")]
    types: [&'static str; 2],
    valid_from: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
}

impl Badge {
    /// A badge valid from `valid_from` on, named after its achievement.
    #[must_use]
    pub fn new(id: Iri, issuer: Profile, subject: Subject, valid_from: Instant) -> Self {
        Self {
            context: vec![CREDENTIALS_V2.into(), OPEN_BADGES_3_0_3.into()],
            id,
            types: ["VerifiableCredential", "OpenBadgeCredential"],
            name: subject.achievement.name.clone(),
            issuer,
            valid_from,
            credential_subject: subject,
            description: None,
            image: None,
            valid_until: None,
            awarded_date: None,
            evidence: Vec::new(),
            status: Vec::new(),
        }
    }

    setters! {
        /// A sentence for people about this badge.
        description: one Text;
        /// A picture of the badge.
        image: one Image;
        /// The instant from which the badge is no longer valid.
        valid_until: one Instant;
        /// The instant the achievement was awarded, which may be before the badge was issued.
        awarded_date: one Instant;
        /// Evidence for this award (VC Data Model 2.0 section 5.6).
        evidence: many Evidence;
        /// Where the issuer says whether the badge was taken back. One entry; a second is legal for the data model and
        /// refused by the Open Badges JSON Schema.
        status: many StatusEntry;
    }

    /// Whether no context was added to the model's own two, and no number is there that RDF might not hold.
    pub(super) fn is_plain(&self) -> bool {
        let subject = &self.credential_subject;
        self.context.len() == 2 && subject.credits_earned.is_none() && subject.achievement.credits_available.is_none()
    }

    /// One more context, by its URL; the issuer and every verifier have to hold it.
    #[must_use]
    pub fn context(mut self, url: &Iri) -> Self {
        self.context.push(url.to_string());
        self
    }
}

/// Who issues, endorses or assesses: a `Profile` (Open Badges 3.0 appendix B.1.7).
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    id: Iri,
    name: Text,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Iri>,
}

impl Profile {
    /// A profile with its DID or URL, and its name for people.
    #[must_use]
    pub fn new(id: Iri, name: impl Into<Text>) -> Self {
        Self { id, types: ["Profile"], name: name.into(), url: None, email: None, description: None }
    }

    setters! {
        /// The homepage.
        url: one Iri;
        /// A contact address.
        email: one String;
        /// A sentence about the organisation.
        description: one Text;
    }
}

/// Whom the badge is about, and for what: an `AchievementSubject` (Open Badges 3.0 appendix B.1.4).
///
/// The standard asks for an id or an identifier, so one of them begins it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    achievement: Achievement,
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_earned: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Iri>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    identifier: Vec<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_number: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    result: Vec<AchievementResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Profile>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
}

impl Subject {
    /// A subject known by an id: a fresh `urn:uuid:` for each badge, or the holder's own did:key.
    #[must_use]
    pub fn with_id(id: Iri, achievement: Achievement) -> Self {
        Self { id: Some(id), ..Self::nobody(achievement) }
    }

    /// A subject known only by an identifier, such as a hashed e-mail address.
    #[must_use]
    pub fn with_identifier(identifier: Identifier, achievement: Achievement) -> Self {
        Self { identifier: vec![identifier], ..Self::nobody(achievement) }
    }

    setters! {
        /// One more identifier that the holder can be recognised by.
        identifier: many Identifier;
        /// What was reached against one of the achievement's result descriptions.
        result: many AchievementResult;
        /// Who assessed, where that is not the issuer.
        source: one Profile;
        /// The role in which the holder did it.
        role: one String;
        /// The number of a licence that goes with the achievement.
        license_number: one String;
        /// Credits earned.
        credits_earned: one f64;
    }

    fn nobody(achievement: Achievement) -> Self {
        Self {
            id: None,
            types: ["AchievementSubject"],
            achievement,
            identifier: Vec::new(),
            result: Vec::new(),
            source: None,
            role: None,
            license_number: None,
            credits_earned: None,
        }
    }
}

/// What somebody can do: one task, to a standard (Open Badges 3.0 appendix B.1.2).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Achievement {
    #[serde(skip_serializing_if = "Option::is_none")]
    achievement_type: Option<AchievementType>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    alignment: Vec<Alignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<Profile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_available: Option<f64>,
    criteria: Criteria,
    description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    field_of_study: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    human_code: Option<String>,
    id: Iri,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<Image>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_language: Option<String>,
    name: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedAchievement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    result_description: Vec<ResultDescription>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tag: Vec<String>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl Achievement {
    /// An achievement with its identifier, its name and description for people, and what one has to do for it.
    #[must_use]
    pub fn new(id: Iri, name: impl Into<Text>, description: impl Into<Text>, criteria: Criteria) -> Self {
        Self {
            id,
            types: ["Achievement"],
            name: name.into(),
            description: description.into(),
            criteria,
            achievement_type: None,
            alignment: Vec::new(),
            creator: None,
            credits_available: None,
            field_of_study: None,
            human_code: None,
            image: None,
            in_language: None,
            related: Vec::new(),
            result_description: Vec::new(),
            tag: Vec::new(),
            version: None,
        }
    }

    setters! {
        /// The kind of achievement.
        achievement_type: one AchievementType;
        /// A skill or level of a framework that this achievement corresponds to.
        alignment: many Alignment;
        /// Who made the achievement, where that is not the issuer.
        creator: one Profile;
        /// Credits that go with it.
        credits_available: one f64;
        /// The field of study.
        field_of_study: one String;
        /// A code that people use for it.
        human_code: one String;
        /// A picture for the achievement.
        image: one Image;
        /// The language of name, description and criteria, a BCP 47 tag.
        in_language: one String;
        /// The same achievement in another language or version. Language maps are refused by the Open Badges schema, so
        /// translations are achievements of their own.
        related: many RelatedAchievement;
        /// A result that can be reached, such as a rubric.
        result_description: many ResultDescription;
        /// A word to find it by.
        tag: many String;
        /// The version of the achievement.
        version: one String;
    }
}

/// The kind of an achievement (Open Badges 3.0 appendix B.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AchievementType(String);

impl AchievementType {
    /// The standard's terms.
    const TERMS: &'static [&'static str] = &[
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ];

    /// `Competency`: one thing a person can do.
    #[must_use]
    pub fn competency() -> Self {
        Self("Competency".into())
    }

    /// `MicroCredential`: a small unit that stands in a framework of credits.
    #[must_use]
    pub fn micro_credential() -> Self {
        Self("MicroCredential".into())
    }

    /// A term of the standard, or one of your own that begins with `ext:`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let own = text.strip_prefix("ext:").is_some_and(|rest| !rest.is_empty());
        (own || Self::TERMS.contains(&text)).then(|| Self(text.into()))
    }
}

/// What one has to do (Open Badges 3.0 appendix B.1.3): a text, a page, or both.
#[derive(Debug, Clone, Serialize)]
pub struct Criteria {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Iri>,
    #[serde(skip_serializing_if = "Option::is_none")]
    narrative: Option<Text>,
}

impl Criteria {
    /// Criteria written out, in Markdown.
    #[must_use]
    pub fn narrative(text: impl Into<Text>) -> Self {
        Self { id: None, narrative: Some(text.into()) }
    }

    /// The page where the criteria stand.
    #[must_use]
    pub fn page(id: Iri) -> Self {
        Self { id: Some(id), narrative: None }
    }

    /// The same criteria with the page where they also stand.
    #[must_use]
    pub fn at(mut self, id: Iri) -> Self {
        self.id = Some(id);
        self
    }
}

/// A skill or level in a framework (Open Badges 3.0 appendix B.1.5).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alignment {
    #[serde(skip_serializing_if = "Option::is_none")]
    target_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_framework: Option<String>,
    target_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_type: Option<String>,
    target_url: Iri,
    #[serde(rename = "type")]
    types: [&'static str; 1],
}

impl Alignment {
    /// An alignment to any framework.
    #[must_use]
    pub fn new(target_name: impl Into<String>, target_url: Iri) -> Self {
        Self {
            types: ["Alignment"],
            target_name: target_name.into(),
            target_url,
            target_framework: None,
            target_code: None,
            target_description: None,
            target_type: None,
        }
    }

    /// An alignment to a skill or occupation of ESCO, by its concept URI.
    #[must_use]
    pub fn esco(target_name: impl Into<String>, concept: Iri) -> Self {
        Self::new(target_name, concept).target_framework("ESCO").target_type("CFItem")
    }

    /// An alignment to a level, 1 to 8, of the European Qualifications Framework. `None` for another number.
    #[must_use]
    pub fn eqf(level: u8) -> Option<Self> {
        let url = Iri(format!("http://data.europa.eu/snb/eqf/{level}"));
        let alignment =
            Self::new(format!("EQF level {level}"), url).target_framework("European Qualifications Framework");
        (1..=8).contains(&level).then(|| alignment.target_code(level.to_string()).target_type("CFItem"))
    }

    setters! {
        /// The name of the framework.
        target_framework: one String;
        /// The code within the framework.
        target_code: one String;
        /// A description of the target.
        target_description: one String;
        /// The kind of target, `CFItem` or another term of the standard.
        target_type: one String;
    }
}

/// The same achievement elsewhere: a translation or another version (Open Badges 3.0 appendix B.1.18).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RelatedAchievement {
    id: Iri,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_language: Option<String>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

impl RelatedAchievement {
    /// The related achievement's id.
    #[must_use]
    pub fn new(id: Iri) -> Self {
        Self { id, types: ["Related"], in_language: None, version: None }
    }

    setters! {
        /// Its language, a BCP 47 tag.
        in_language: one String;
        /// Its version.
        version: one String;
    }
}

/// A result that can be reached (Open Badges 3.0 appendix B.1.15).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultDescription {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_value: Vec<String>,
    id: Iri,
    name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_level: Option<Iri>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_value: Option<String>,
    result_type: ResultType,
    #[serde(skip_serializing_if = "Vec::is_empty", rename = "rubricCriterionLevel")]
    rubric_level: Vec<RubricLevel>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    value_max: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_min: Option<String>,
}

impl ResultDescription {
    /// A result description with its id, name and kind.
    #[must_use]
    pub fn new(id: Iri, name: impl Into<Text>, result_type: ResultType) -> Self {
        Self {
            id,
            types: ["ResultDescription"],
            name: name.into(),
            result_type,
            allowed_value: Vec::new(),
            rubric_level: Vec::new(),
            required_level: None,
            required_value: None,
            value_min: None,
            value_max: None,
        }
    }

    setters! {
        /// A value that may be reached, from the lowest to the highest.
        allowed_value: many String;
        /// A level of the rubric.
        rubric_level: many RubricLevel;
        /// The id of the level that has to be reached.
        required_level: one Iri;
        /// The value that has to be reached.
        required_value: one String;
        /// The lowest value.
        value_min: one String;
        /// The highest value.
        value_max: one String;
    }
}

/// The kind of a result (Open Badges 3.0 appendix B.2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ResultType {
    /// A level of performance.
    PerformanceLevel,
    /// A level of a rubric with criteria.
    RubricCriterionLevel,
    /// A status such as `Completed`.
    Status,
    /// A percentage.
    Percent,
    /// A score out of a range.
    RawScore,
    /// A result that none of the others describes.
    Result,
}

/// One level of a rubric (Open Badges 3.0 appendix B.1.19).
#[derive(Debug, Clone, Serialize)]
pub struct RubricLevel {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text>,
    id: Iri,
    level: String,
    name: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<String>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
}

impl RubricLevel {
    /// A level with its id, its name for people, and the name of the level in the rubric.
    #[must_use]
    pub fn new(id: Iri, name: impl Into<Text>, level: impl Into<String>) -> Self {
        Self {
            id,
            types: ["RubricCriterionLevel"],
            name: name.into(),
            level: level.into(),
            description: None,
            points: None,
        }
    }

    setters! {
        /// What one sees at this level.
        description: one Text;
        /// Points for this level.
        points: one String;
    }
}

/// What was reached (Open Badges 3.0 appendix B.1.14), against one result description of the achievement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AchievementResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    achieved_level: Option<Iri>,
    result_description: Iri,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl AchievementResult {
    /// A level of the rubric was reached; both by their ids.
    #[must_use]
    pub fn level(result_description: Iri, level: Iri) -> Self {
        Self { achieved_level: Some(level), ..Self::of(result_description) }
    }

    /// A value was reached.
    #[must_use]
    pub fn value(result_description: Iri, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..Self::of(result_description) }
    }

    /// A status was reached, such as `Completed`.
    #[must_use]
    pub fn status(result_description: Iri, status: impl Into<String>) -> Self {
        Self { status: Some(status.into()), ..Self::of(result_description) }
    }

    fn of(result_description: Iri) -> Self {
        Self { types: ["Result"], result_description, achieved_level: None, value: None, status: None }
    }
}

/// Evidence of the achievement (Open Badges 3.0 appendix B.1.6).
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genre: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Iri>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    narrative: Option<Text>,
    #[serde(rename = "type")]
    types: [&'static str; 1],
}

impl Evidence {
    /// Evidence at a page.
    #[must_use]
    pub fn page(id: Iri) -> Self {
        Self { id: Some(id), ..Self::none() }
    }

    /// Evidence told in words.
    #[must_use]
    pub fn told(narrative: impl Into<Text>) -> Self {
        Self { narrative: Some(narrative.into()), ..Self::none() }
    }

    setters! {
        /// A title.
        name: one Text;
        /// A longer description.
        description: one Text;
        /// What happened, in words.
        narrative: one Text;
        /// The kind of evidence, such as `observation`.
        genre: one String;
        /// For whom the evidence is.
        audience: one String;
    }

    fn none() -> Self {
        Self {
            id: None,
            types: ["Evidence"],
            name: None,
            description: None,
            narrative: None,
            genre: None,
            audience: None,
        }
    }
}

/// By what the holder can be recognised: an `IdentityObject` (Open Badges 3.0 appendix B.1.8).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    hashed: bool,
    identity_hash: String,
    identity_type: IdentityType,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(rename = "type")]
    types: &'static str,
}

impl Identifier {
    /// An identifier in plain text. For a name, only with the holder's consent.
    #[must_use]
    pub fn plain(identity_type: IdentityType, value: impl Into<String>) -> Self {
        Self { types: "IdentityObject", hashed: false, identity_hash: value.into(), identity_type, salt: None }
    }

    /// An identifier of which only a salted SHA-256 is in the badge: `sha256$` and the hexadecimal digest of the UTF-8
    /// text followed by the salt.
    ///
    /// ```
    /// use taskbadge::badge::{Identifier, IdentityType};
    /// let holder = Identifier::hashed(IdentityType::EmailAddress, "a@example.com", "Kosher");
    /// let json = serde_json::to_value(holder)?;
    /// assert_eq!(json["identityHash"], "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn hashed(identity_type: IdentityType, value: &str, salt: impl Into<String>) -> Self {
        let salt = salt.into();
        let identity_hash = identity_hash(value, &salt);
        Self { types: "IdentityObject", hashed: true, identity_hash, identity_type, salt: Some(salt) }
    }
}

pub(super) fn identity_hash(value: &str, salt: &str) -> String {
    let digest = Sha256::new().chain_update(value).chain_update(salt).finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256${hex}")
}

/// The kind of an identifier (Open Badges 3.0 appendix B.2.6), those that name a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum IdentityType {
    /// A name in plain text.
    Name,
    /// An e-mail address.
    EmailAddress,
    /// A user name.
    UserName,
    /// An account number.
    AccountId,
    /// A number given by some system.
    SystemId,
    /// Anything else that identifies; here also the claim code printed on a card.
    Identifier,
}

impl IdentityType {
    /// The text in a badge.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::EmailAddress => "emailAddress",
            Self::UserName => "userName",
            Self::AccountId => "accountId",
            Self::SystemId => "systemId",
            Self::Identifier => "identifier",
        }
    }
}

/// A picture by its address (Open Badges 3.0 appendix B.1.9). The picture itself is not signed.
#[derive(Debug, Clone, Serialize)]
pub struct Image {
    id: Iri,
    #[serde(rename = "type")]
    types: &'static str,
}

impl From<Iri> for Image {
    fn from(id: Iri) -> Self {
        Self { id, types: "Image" }
    }
}

/// Where the issuer says whether this badge was taken back (Bitstring Status List 1.0 section 2.1).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusEntry {
    status_list_credential: Iri,
    #[serde(serialize_with = "as_text")]
    status_list_index: u64,
    status_purpose: StatusPurpose,
    #[serde(rename = "type")]
    types: &'static str,
}

impl StatusEntry {
    /// The entry at `index` of the list at that address.
    #[must_use]
    pub fn new(purpose: StatusPurpose, list: Iri, index: u64) -> Self {
        Self {
            types: "BitstringStatusListEntry",
            status_purpose: purpose,
            status_list_index: index,
            status_list_credential: list,
        }
    }
}

/// What a status list says of its entries (Bitstring Status List 1.0 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPurpose {
    /// Taken back for good.
    Revocation,
    /// Taken back for a while.
    Suspension,
}

/// The standard's index is text of decimal digits.
fn as_text<S: Serializer>(index: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(index)
}

/// The Open Badges schema refuses an array where one entry is meant.
fn one_or_many<T: Serialize, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    match values {
        [one] => one.serialize(serializer),
        many => many.serialize(serializer),
    }
}
