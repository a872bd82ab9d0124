//! What a badge says, read from the tree that was signed.

use std::collections::HashMap;

use super::build::identity_hash;
use crate::finding::{Code, Finding};
use crate::json::{Document, Object, Value};
use crate::shown::Direction;
use crate::time::Instant;

/// A view of a badge's claims. It borrows the document, so what is shown is what was signed.
///
/// Every accessor gives `None` where the badge does not say it, or says it in a form the standard does not allow; a
/// verified badge has passed the checks of form, and nothing that is read here is said of the same thing in a second place.
///
/// The accessors of names and the like give the text alone; [`Claims::words`] gives its language and direction, too.
#[derive(Clone, Copy, Debug)]
pub struct Claims<'d> {
    document: &'d Document,
}

impl<'d> Claims<'d> {
    pub(crate) fn of(document: &'d Document) -> Self {
        Self { document }
    }

    /// The whole credential.
    #[must_use]
    pub fn root(self) -> Value<'d> {
        self.document.root()
    }

    /// The badge's own id.
    #[must_use]
    pub fn id(self) -> Option<&'d str> {
        self.top()?.get("id")?.as_str()
    }

    /// A text for people, with its language and direction.
    #[must_use]
    pub fn words(self, said: Said) -> Option<Words<'d>> {
        Words::read(match said {
            Said::Name => self.top()?.get("name")?,
            Said::IssuerName => self.top()?.get("issuer")?.get("name")?,
            Said::AchievementName => self.achievement()?.get("name")?,
            Said::AchievementDescription => self.achievement()?.get("description")?,
            Said::Criteria => self.achievement()?.get("criteria")?.get("narrative")?,
            Said::Assessor => {
                let source = self.subject()?.get("source")?;
                return source.get("name").and_then(Words::read).or_else(|| id_of(source).map(Words::plain));
            }
        })
    }

    /// The badge's name.
    #[must_use]
    pub fn name(self) -> Option<&'d str> {
        Some(self.words(Said::Name)?.text)
    }

    /// The issuer's DID or URL.
    #[must_use]
    pub fn issuer_id(self) -> Option<&'d str> {
        id_of(self.top()?.get("issuer")?)
    }

    /// The issuer's name, as the badge gives it.
    #[must_use]
    pub fn issuer_name(self) -> Option<&'d str> {
        Some(self.words(Said::IssuerName)?.text)
    }

    /// From when on the badge is valid.
    #[must_use]
    pub fn valid_from(self) -> Option<Instant> {
        self.instant("validFrom")
    }

    /// Until when the badge is valid; `None` for one without an end.
    #[must_use]
    pub fn valid_until(self) -> Option<Instant> {
        self.instant("validUntil")
    }

    /// When the achievement was awarded.
    #[must_use]
    pub fn awarded_date(self) -> Option<Instant> {
        self.instant("awardedDate")
    }

    /// The subject's id.
    #[must_use]
    pub fn subject_id(self) -> Option<&'d str> {
        self.subject()?.get("id")?.as_str()
    }

    /// The identifiers by which the holder can be recognised.
    pub fn identifiers(self) -> impl Iterator<Item = IdentityObject<'d>> {
        objects(self.subject().and_then(|subject| subject.get("identifier"))).map(IdentityObject)
    }

    /// The holder's name, where the badge has it in plain text; of several, the first of [`Claims::holder_names`].
    #[must_use]
    pub fn holder_name(self) -> Option<&'d str> {
        self.holder_names().into_iter().next()
    }

    /// The holder's names in plain text, such as one in each script that they write. The order of identifiers in a badge is
    /// not always signed, so that here it is that of the texts.
    #[must_use]
    pub fn holder_names(self) -> Vec<&'d str> {
        let named = self.identifiers().filter(|identifier| identifier.identity_type() == Some("name"));
        let mut names: Vec<_> = named.filter_map(IdentityObject::plain).collect();
        names.sort_unstable();
        names
    }

    /// The achievement's id.
    #[must_use]
    pub fn achievement_id(self) -> Option<&'d str> {
        self.achievement()?.get("id")?.as_str()
    }

    /// The achievement's name: the task.
    #[must_use]
    pub fn achievement_name(self) -> Option<&'d str> {
        Some(self.words(Said::AchievementName)?.text)
    }

    /// The achievement's description.
    #[must_use]
    pub fn achievement_description(self) -> Option<&'d str> {
        Some(self.words(Said::AchievementDescription)?.text)
    }

    /// What one has to do for it, in words.
    #[must_use]
    pub fn criteria(self) -> Option<&'d str> {
        Some(self.words(Said::Criteria)?.text)
    }

    /// The frameworks' skills and levels it corresponds to, as name and address.
    pub fn alignments(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        objects(self.achievement().and_then(|achievement| achievement.get("alignment"))).filter_map(|alignment| {
            Some((Words::read(alignment.get("targetName")?)?.text, alignment.get("targetUrl")?.as_str()?))
        })
    }

    /// What was reached, each result with the words of its description.
    pub fn results(self) -> impl Iterator<Item = ResultClaim<'d>> {
        let described = Described::by(self.achievement());
        objects(self.subject().and_then(|subject| subject.get("result"))).map(move |result| described.claim(result))
    }

    /// `result.below` for every result that is.
    pub(crate) fn results_below(self) -> impl Iterator<Item = Finding> {
        let is_array =
            self.subject().and_then(|subject| subject.get("result")).is_some_and(|all| all.as_array().is_some());
        let below = self.results().enumerate().filter(|(_, result)| result.is_below);
        below.map(move |(index, _)| {
            let place = if is_array { format!("/{index}") } else { String::new() };
            Finding::new(Code::ResultBelow).at(format!("/credentialSubject/result{place}"))
        })
    }

    /// Who assessed, where the badge names somebody other than the issuer.
    #[must_use]
    pub fn assessor(self) -> Option<&'d str> {
        Some(self.words(Said::Assessor)?.text)
    }

    fn top(self) -> Option<Object<'d>> {
        self.document.root().as_object()
    }

    fn subject(self) -> Option<Object<'d>> {
        self.top()?.get("credentialSubject")?.one_or_many().next()?.as_object()
    }

    fn achievement(self) -> Option<Object<'d>> {
        self.subject()?.get("achievement")?.as_object()
    }

    fn instant(self, key: &str) -> Option<Instant> {
        self.top()?.get(key)?.as_str()?.parse().ok()
    }
}

/// An identifier of the holder (Open Badges 3.0 appendix B.1.8).
#[derive(Clone, Copy, Debug)]
pub struct IdentityObject<'d>(Object<'d>);

impl<'d> IdentityObject<'d> {
    /// The kind, such as `emailAddress`.
    #[must_use]
    pub fn identity_type(self) -> Option<&'d str> {
        self.0.get("identityType")?.as_str()
    }

    /// The identifier itself, where it is not hashed.
    #[must_use]
    pub fn plain(self) -> Option<&'d str> {
        if self.is_hashed() { None } else { self.0.get("identityHash")?.as_str() }
    }

    /// Whether this is the identifier `value`. The hexadecimal digits of a hash are compared in either case.
    ///
    /// People write the same thing in many ways, so an e-mail address is also tried in lower case, a name in any case and
    /// spacing, and anything else also as claim codes are printed: in capitals, in groups of four.
    #[must_use]
    pub fn is(self, value: &str) -> bool {
        let Some(stored) = self.0.get("identityHash").and_then(Value::as_str) else { return false };
        let spellings = match self.identity_type() {
            Some("emailAddress") => [value.to_owned(), value.to_lowercase(), String::new()],
            Some("name") => return !self.is_hashed() && folded(stored) == folded(value),
            _ => [value.to_owned(), value.to_uppercase(), as_claim_code(value)],
        };
        let salt = self.0.get("salt").and_then(Value::as_str).unwrap_or_default();
        spellings.iter().filter(|spelling| !spelling.is_empty()).any(|spelling| match self.is_hashed() {
            true => identity_hash(spelling, salt).eq_ignore_ascii_case(stored),
            false => spelling == stored,
        })
    }

    /// Whether `value` looks like what this identifier holds, so that a difference between the two means something.
    #[must_use]
    pub fn is_like(self, value: &str) -> bool {
        match self.identity_type() {
            Some("emailAddress") => value.contains('@'),
            Some("name") => !value.contains('@') && !self.is_hashed(),
            _ => !value.contains('@') && value.contains(|character: char| character.is_ascii_digit()),
        }
    }

    fn is_hashed(self) -> bool {
        matches!(self.0.get("hashed"), Some(Value::Bool(true)))
    }
}

/// A name without case and spacing.
fn folded(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// A claim code as cards have it: capitals and digits in groups of four, where O is zero and I and L are one.
fn as_claim_code(value: &str) -> String {
    let digits = value.chars().filter(|character| character.is_alphanumeric()).map(|character| match character {
        'o' | 'O' => '0',
        'i' | 'I' | 'l' | 'L' => '1',
        other => other.to_ascii_uppercase(),
    });
    let digits: Vec<char> = digits.collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Which of the texts for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// The badge's name.
    Name,
    /// The issuer's name, as the badge gives it.
    IssuerName,
    /// The achievement's name: the task.
    AchievementName,
    /// The achievement's description.
    AchievementDescription,
    /// What one has to do for it.
    Criteria,
    /// The name of who assessed, else their id.
    Assessor,
}

/// A text for people: a string, or a language value object (VC Data Model 2.0 section 11.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words<'d> {
    text: &'d str,
    language: Option<&'d str>,
    direction: Option<Direction>,
}

impl<'d> Words<'d> {
    /// The text.
    #[must_use]
    pub fn text(self) -> &'d str {
        self.text
    }

    /// The language as a BCP 47 tag, where the badge says it. Tags are equal in any case.
    #[must_use]
    pub fn language(self) -> Option<&'d str> {
        self.language
    }

    /// In which direction it is read: as the badge says, where that is signed, else as its language and letters say.
    #[must_use]
    pub fn direction(self) -> Direction {
        self.direction.unwrap_or_else(|| Direction::of(self.text, self.language))
    }

    fn plain(text: &'d str) -> Self {
        Self { text, language: None, direction: None }
    }

    fn read(value: Value<'d>) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::plain(text)),
            Value::Object(object) => Some(Self {
                text: object.get("@value")?.as_str()?,
                language: object.get("@language").and_then(Value::as_str),
                direction: object.get("@direction").and_then(Value::as_str).and_then(Direction::named),
            }),
            _ => None,
        }
    }
}

/// One result, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResultClaim<'d> {
    /// The name of the result description.
    pub name: Option<&'d str>,
    /// The name of the level that was reached, or its id where the badge does not describe it.
    pub level: Option<&'d str>,
    /// The value that was reached.
    pub value: Option<&'d str>,
    /// How it stands, such as `Completed` or `Failed` (Open Badges 3.0 appendix B.2.9).
    pub status: Option<&'d str>,
    /// The level that has to be reached, as its name or id.
    pub required_level: Option<&'d str>,
    /// The value that has to be reached.
    pub required_value: Option<&'d str>,
    /// Whether the level or the value is below the required one, or not shown to reach it.
    ///
    /// Values are compared by their places among the allowed ones, else as numbers; levels by their points, else by numbers
    /// in their place. The order in which a badge lists its levels is not always signed, and counts for nothing.
    pub is_below: bool,
}

/// The achievement's result descriptions and levels, by their ids: a badge may have thousands of them and of results. What
/// is said once for many results is looked at once.
struct Described<'d> {
    descriptions: HashMap<&'d str, Description<'d>>,
    levels: HashMap<&'d str, Level<'d>>,
}

struct Description<'d> {
    name: Option<&'d str>,
    /// The id of the level that has to be reached, and what is said of that.
    required_level: Option<(&'d str, Level<'d>)>,
    required_value: Option<&'d str>,
    /// The place of the required value among those allowed, and what it is as a number.
    required_place: Option<usize>,
    required_number: Option<f64>,
    /// The place of each allowed value.
    allowed: HashMap<&'d str, usize>,
    /// The scale goes from high to low.
    is_falling: bool,
}

#[derive(Clone, Copy, Default)]
struct Level<'d> {
    name: Option<&'d str>,
    points: Option<f64>,
    level: Option<f64>,
}

impl<'d> Described<'d> {
    fn by(achievement: Option<Object<'d>>) -> Self {
        let all = || objects(achievement.and_then(|achievement| achievement.get("resultDescription")));
        let with_id = |object: Object<'d>| Some((object.get("id")?.as_str()?, object));
        let levels = all().flat_map(|description| objects(description.get("rubricCriterionLevel"))).filter_map(with_id);
        let levels: HashMap<_, _> = levels.map(|(id, level)| (id, Level::read(level))).collect();
        let described = all().filter_map(with_id).map(|(id, object)| (id, Description::read(object, &levels)));
        Self { descriptions: described.collect(), levels }
    }

    fn claim(&self, result: Object<'d>) -> ResultClaim<'d> {
        let id = |key: &str| result.get(key).and_then(Value::as_str);
        let value = |key: &str| result.get(key).and_then(scalar);
        let description = id("resultDescription").and_then(|id| self.descriptions.get(id));
        let level = id("achievedLevel").map(|id| (id, self.levels.get(id).copied().unwrap_or_default()));
        let reached = value("value");
        let required_level = description.and_then(|description| description.required_level);
        let is_level_below = level
            .zip(required_level)
            .is_some_and(|((id, level), (required_id, required))| id != required_id && !level.reaches(required));
        let is_value_below =
            reached.zip(description).is_some_and(|(value, description)| !description.is_reached(value));
        let named = |(id, level): (&'d str, Level<'d>)| level.name.unwrap_or(id);
        ResultClaim {
            name: description.and_then(|description| description.name),
            level: level.map(named),
            value: reached,
            status: value("status"),
            required_level: required_level.map(named),
            required_value: description.and_then(|description| description.required_value),
            is_below: is_level_below || is_value_below,
        }
    }
}

impl<'d> Description<'d> {
    fn read(object: Object<'d>, levels: &HashMap<&'d str, Level<'d>>) -> Self {
        let value = |key: &str| object.get(key).and_then(scalar);
        let end = |key: &str| value(key).and_then(number);
        let required_level = object.get("requiredLevel").and_then(Value::as_str);
        let allowed = object.get("allowedValue").into_iter().flat_map(Value::one_or_many).filter_map(scalar);
        let allowed: HashMap<_, _> = allowed.enumerate().map(|(place, value)| (value, place)).collect();
        Self {
            name: object.get("name").and_then(|name| Some(Words::read(name)?.text)),
            required_level: required_level.map(|id| (id, levels.get(id).copied().unwrap_or_default())),
            required_value: value("requiredValue"),
            required_place: value("requiredValue").and_then(|required| allowed.get(required)).copied(),
            required_number: end("requiredValue"),
            allowed,
            is_falling: end("valueMin").zip(end("valueMax")).is_some_and(|(least, most)| least > most),
        }
    }

    /// Whether a value is shown to reach the one that is required, if one is (Open Badges 3.0 appendix B.1.15): it stands no
    /// lower in the list of allowed values, which goes from low to high, or is no smaller a number on a scale that rises.
    fn is_reached(&self, value: &str) -> bool {
        if self.required_value.is_none_or(|required| required == value) {
            return true;
        }
        // A value that is not allowed has no place, whatever the required one has.
        if let Some((value, required)) = self.allowed.get(value).zip(self.required_place.as_ref()) {
            return value >= required;
        }
        match (number(value), self.required_number) {
            (Some(value), Some(required)) if self.is_falling => value <= required,
            (Some(value), Some(required)) => value >= required,
            _ => false,
        }
    }
}

impl<'d> Level<'d> {
    fn read(object: Object<'d>) -> Self {
        let number = |key: &str| object.get(key).and_then(scalar).and_then(number);
        let name = object.get("name").and_then(|name| Some(Words::read(name)?.text));
        Self { name, points: number("points"), level: number("level") }
    }

    /// Whether this level is shown to reach another.
    fn reaches(self, required: Self) -> bool {
        let compared = |one: Option<f64>, other: Option<f64>| Some(one? >= other?);
        compared(self.points, required.points).or(compared(self.level, required.level)) == Some(true)
    }
}

/// A number as people write it, with or without a sign for percent.
fn number(text: &str) -> Option<f64> {
    let digits = text.trim().trim_end_matches('%').trim_end();
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A text, or a number or truth value as a text.
fn scalar(value: Value<'_>) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.canonical()),
        Value::Bool(truth) => Some(if truth { "true" } else { "false" }),
        _ => None,
    }
}

pub(super) fn objects<'d>(value: Option<Value<'d>>) -> impl Iterator<Item = Object<'d>> {
    value.into_iter().flat_map(Value::one_or_many).filter_map(Value::as_object)
}

/// The id of something written as its id or as an object that has one.
pub(crate) fn id_of(value: Value<'_>) -> Option<&str> {
    match value {
        Value::String(id) => Some(id),
        Value::Object(object) => object.get("id")?.as_str(),
        _ => None,
    }
}
