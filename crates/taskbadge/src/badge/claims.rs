//! What a badge says, read from the tree that was signed.

use rustc_hash::FxHashMap;

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

/// The achievement's result descriptions and levels, by their ids: a badge may have thousands.
struct Described<'d> {
    descriptions: FxHashMap<&'d str, Object<'d>>,
    levels: FxHashMap<&'d str, Object<'d>>,
    /// The place of each allowed value, by the id of its description.
    allowed: FxHashMap<(&'d str, &'d str), usize>,
}

impl<'d> Described<'d> {
    fn by(achievement: Option<Object<'d>>) -> Self {
        let by_id = |objects: &mut dyn Iterator<Item = Object<'d>>| {
            let with_ids = objects.filter_map(|object| Some((object.get("id")?.as_str()?, object)));
            with_ids.collect::<FxHashMap<_, _>>()
        };
        let all = || objects(achievement.and_then(|achievement| achievement.get("resultDescription")));
        let mut levels = all().flat_map(|description| objects(description.get("rubricCriterionLevel")));
        let descriptions = by_id(&mut all());
        let allowed = descriptions.iter().flat_map(|(&id, description)| {
            let values = description.get("allowedValue").into_iter().flat_map(Value::one_or_many).filter_map(scalar);
            values.enumerate().map(move |(place, value)| ((id, value), place))
        });
        Self { allowed: allowed.collect(), levels: by_id(&mut levels), descriptions }
    }

    fn claim(&self, result: Object<'d>) -> ResultClaim<'d> {
        let id = |object: Object<'d>, key: &str| object.get(key).and_then(Value::as_str);
        let described = id(result, "resultDescription");
        let description = described.and_then(|id| self.descriptions.get(id).copied());
        let value = |object: Option<Object<'d>>, key: &str| object?.get(key).and_then(scalar);
        let (level, required_level) =
            (id(result, "achievedLevel"), description.and_then(|described| id(described, "requiredLevel")));
        let (reached, required_value) = (value(Some(result), "value"), value(description, "requiredValue"));
        let is_level_below = level.zip(required_level).is_some_and(|(level, required)| self.is_below(level, required));
        let is_value_below =
            reached.zip(required_value).zip(described).is_some_and(|((value, required), described)| {
                value != required && !self.reaches(value, required, described)
            });
        ResultClaim {
            name: description.and_then(|description| Some(Words::read(description.get("name")?)?.text)),
            level: level.map(|level| self.level_name(level)),
            value: reached,
            status: value(Some(result), "status"),
            required_level: required_level.map(|level| self.level_name(level)),
            required_value,
            is_below: is_level_below || is_value_below,
        }
    }

    fn level_name(&self, id: &'d str) -> &'d str {
        let named = self.levels.get(id).and_then(|level| Words::read(level.get("name")?));
        named.map_or(id, Words::text)
    }

    fn is_below(&self, level: &str, required: &str) -> bool {
        let number = |id: &str, key: &str| self.levels.get(id).and_then(|level| number(scalar(level.get(key)?)?));
        let compared =
            ["points", "level"].into_iter().find_map(|key| Some(number(level, key)? >= number(required, key)?));
        level != required && compared != Some(true)
    }

    /// Whether a value is shown to reach the one that is required (Open Badges 3.0 appendix B.1.15): it stands no lower in the
    /// list of allowed values, which goes from low to high, or is no smaller a number on a scale that rises.
    fn reaches(&self, value: &str, required: &str, described: &str) -> bool {
        let place = |value| self.allowed.get(&(described, value));
        if let (Some(value), Some(required)) = (place(value), place(required)) {
            return value >= required;
        }
        let end = |key: &str| self.descriptions.get(described)?.get(key).and_then(scalar).and_then(number);
        let is_falling = end("valueMin").zip(end("valueMax")).is_some_and(|(least, most)| least > most);
        match (number(value), number(required)) {
            (Some(value), Some(required)) if is_falling => value <= required,
            (Some(value), Some(required)) => value >= required,
            _ => false,
        }
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
