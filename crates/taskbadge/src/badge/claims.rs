//! What a badge says, read from the tree that was signed.

use super::build::identity_hash;
use crate::json::{Document, Object, Value};
use crate::time::Instant;

/// A view of a badge's claims. It borrows the document, so what is shown is what was signed.
///
/// Every accessor gives `None` where the badge does not say it, or says it in a form the standard does not allow; a
/// verified badge has passed the checks of form.
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

    /// The badge's name.
    #[must_use]
    pub fn name(self) -> Option<&'d str> {
        self.top()?.get("name")?.as_str()
    }

    /// The issuer's DID or URL.
    #[must_use]
    pub fn issuer_id(self) -> Option<&'d str> {
        id_of(self.top()?.get("issuer")?)
    }

    /// The issuer's name, as the badge gives it.
    #[must_use]
    pub fn issuer_name(self) -> Option<&'d str> {
        self.top()?.get("issuer")?.as_object()?.get("name")?.as_str()
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

    /// The holder's name, where the badge has it in plain text.
    #[must_use]
    pub fn holder_name(self) -> Option<&'d str> {
        self.identifiers().find(|identifier| identifier.identity_type() == Some("name"))?.plain()
    }

    /// The achievement's id.
    #[must_use]
    pub fn achievement_id(self) -> Option<&'d str> {
        self.achievement()?.get("id")?.as_str()
    }

    /// The achievement's name: the task.
    #[must_use]
    pub fn achievement_name(self) -> Option<&'d str> {
        self.achievement()?.get("name")?.as_str()
    }

    /// The achievement's description.
    #[must_use]
    pub fn achievement_description(self) -> Option<&'d str> {
        self.achievement()?.get("description")?.as_str()
    }

    /// What one has to do for it, in words.
    #[must_use]
    pub fn criteria(self) -> Option<&'d str> {
        self.achievement()?.get("criteria")?.as_object()?.get("narrative")?.as_str()
    }

    /// The frameworks' skills and levels it corresponds to, as name and address.
    pub fn alignments(self) -> impl Iterator<Item = (&'d str, &'d str)> {
        objects(self.achievement().and_then(|achievement| achievement.get("alignment"))).filter_map(|alignment| {
            Some((alignment.get("targetName")?.as_str()?, alignment.get("targetUrl")?.as_str()?))
        })
    }

    /// What was reached, each result with the words of its description.
    pub fn results(self) -> impl Iterator<Item = ResultClaim<'d>> {
        let descriptions = self.achievement().and_then(|achievement| achievement.get("resultDescription"));
        objects(self.subject().and_then(|subject| subject.get("result"))).map(move |result| {
            let described = result.get("resultDescription").and_then(Value::as_str);
            let description =
                objects(descriptions).find(|object| object.get("id").and_then(Value::as_str) == described);
            let level_id = result.get("achievedLevel").and_then(Value::as_str);
            let levels = description.and_then(|description| description.get("rubricCriterionLevel"));
            let level = objects(levels).find(|level| level.get("id").and_then(Value::as_str) == level_id);
            ResultClaim {
                name: description.and_then(|description| description.get("name")).and_then(Value::as_str),
                level: level.and_then(|level| level.get("name")).and_then(Value::as_str).or(level_id),
                value: result.get("value").or(result.get("status")).and_then(Value::as_str),
            }
        })
    }

    /// Who assessed, where the badge names somebody other than the issuer.
    #[must_use]
    pub fn assessor(self) -> Option<&'d str> {
        let source = self.subject()?.get("source")?;
        source.as_object().and_then(|source| source.get("name")?.as_str()).or_else(|| id_of(source))
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

/// One result, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResultClaim<'d> {
    /// The name of the result description.
    pub name: Option<&'d str>,
    /// The name of the level that was reached, or its id where the badge does not describe it.
    pub level: Option<&'d str>,
    /// The value or status that was reached.
    pub value: Option<&'d str>,
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
