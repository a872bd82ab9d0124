//! Whether all that is read of a thing stands in the one place where it is read.
//!
//! Two objects of one id are one thing in RDF, and the statements, with their signature, are the same in whichever of them
//! something is said: the end of a badge can be moved into an endorsement that speaks of the badge, a holder's name
//! into a second object beside the first. Whoever reads the tree would miss it. So what is read of a thing stands in its
//! place, and if it is said of the same id anywhere else, it is said there in the same words.
//!
//! A name stands for one property and has no other name, and an id is written in one way (`jsonld` sees to both), so that
//! comparing members of the tree is comparing statements of the graph. A test compares the two.

use std::collections::HashMap;

use crate::finding::{Code, Finding, shown};
use crate::json::{Object, Path, Value};
use crate::work::Budget;

/// What is read of what stands under a key; of the whole credential under the empty one.
const READ: [(&str, &[&str]); 13] = [
    ("", &["awardedDate", "credentialStatus", "credentialSubject", "issuer", "name", "validFrom", "validUntil"]),
    ("issuer", &["name"]),
    ("credentialStatus", &["statusListCredential", "statusListIndex", "statusPurpose", "statusSize", "type"]),
    // A badge's, and those of status lists.
    (
        "credentialSubject",
        &[
            "achievement",
            "encodedList",
            "identifier",
            "result",
            "revokedCredential",
            "revokedCredentials",
            "source",
            "statusPurpose",
        ],
    ),
    ("revokedCredential", &["revocationReason", "revoked"]),
    ("identifier", &["hashed", "identityHash", "identityType", "salt"]),
    ("source", &["name"]),
    ("result", &["achievedLevel", "resultDescription", "status", "value"]),
    ("achievement", &["alignment", "criteria", "description", "name", "resultDescription"]),
    ("criteria", &["narrative"]),
    ("alignment", &["targetName", "targetUrl"]),
    (
        "resultDescription",
        &[
            "allowedValue",
            "name",
            "requiredLevel",
            "requiredValue",
            "resultType",
            "rubricCriterionLevel",
            "valueMax",
            "valueMin",
        ],
    ),
    ("rubricCriterionLevel", &["level", "name", "points"]),
];

/// Where something that is read is said in a second place only, or there in other words.
pub(crate) fn scattered(credential: Object<'_>, budget: &Budget) -> Option<Finding> {
    let mut places = Places { by_id: HashMap::new(), scattered: None, budget };
    let root = Path::root("");
    places.take("", Value::Object(credential), &root);
    places.compare(Value::Object(credential), &root);
    places.scattered
}

/// The things that are read, by their ids: the object that stands in the place, if it is more than an id, and what is read
/// of it. One id has as many as there are kinds of places, at most.
struct Places<'d> {
    by_id: HashMap<&'d str, Vec<Place<'d>>>,
    scattered: Option<Finding>,
    budget: &'d Budget,
}

#[derive(Clone, Copy)]
struct Place<'d> {
    object: Option<Object<'d>>,
    read: &'static [&'static str],
}

impl<'d> Places<'d> {
    /// Takes what stands under a key that is read, and what is read below it.
    fn take(&mut self, key: &str, value: Value<'d>, path: &Path<'_>) {
        let Some((_, read)) = READ.iter().find(|(kind, _)| *kind == key) else { return };
        for (index, item) in value.one_or_many().enumerate() {
            let here = if value.as_array().is_some() { path.index(index) } else { *path };
            match item {
                // Elsewhere a text is no id, or fails the form.
                Value::String(id) if ["issuer", "source"].contains(&key) => {
                    self.place(id, Place { object: None, read }, &here);
                }
                Value::Object(object) => {
                    if let Some(id) = id_of(object) {
                        self.place(id, Place { object: Some(object), read }, &here);
                    }
                    for (key, value) in object.iter() {
                        self.take(key, value, &here.key(key));
                    }
                }
                _ => {}
            }
        }
    }

    fn place(&mut self, id: &'d str, place: Place<'d>, path: &Path<'_>) {
        self.budget.look_up(id);
        self.note(place);
        let places = self.by_id.entry(id).or_default();
        match places.iter().find(|first| std::ptr::eq(first.read, place.read)) {
            Some(first) => {
                let finding = first.misses(place.object, path).or_else(|| place.misses(first.object, path));
                self.scattered = self.scattered.take().or(finding);
            }
            None => places.push(place),
        }
    }

    /// Takes the steps of comparing with a place: all of its names are looked for, in both.
    fn note(&self, place: Place<'_>) {
        self.budget.note(4 * Budget::COMPARISON * place.read.len() as u64);
    }

    /// Compares every object of the tree with the places of its id.
    fn compare(&mut self, value: Value<'d>, path: &Path<'_>) {
        match value {
            _ if self.scattered.is_some() => {}
            Value::Array(array) => {
                for (index, item) in array.iter().enumerate() {
                    self.compare(item, &path.index(index));
                }
            }
            Value::Object(object) => {
                for place in id_of(object).and_then(|id| self.by_id.get(id)).into_iter().flatten() {
                    self.note(*place);
                    self.scattered = self.scattered.take().or_else(|| place.misses(Some(object), path));
                }
                for (key, value) in object.iter() {
                    self.compare(value, &path.key(key));
                }
            }
            _ => {}
        }
    }
}

impl Place<'_> {
    /// Something to be read that `other` says of the same id and this place does not say in the same words.
    fn misses(&self, other: Option<Object<'_>>, path: &Path<'_>) -> Option<Finding> {
        let other = other?;
        if self.object.is_some_and(|object| is_same(object, other)) {
            return None;
        }
        // Asked for by their names: the other may have very many keys, and be compared very often.
        let mut read = self.read.iter().filter_map(|&key| Some((key, other.get(key)?)));
        let here = |key: &str| self.object.and_then(|object| object.get(key));
        let (key, _) = read.find(|&(key, value)| here(key).is_none_or(|here| !is_equal(here, value)))?;
        let detail = format!("said of {} in a second place", shown(id_of(other).unwrap_or_default()));
        Some(path.key(key).finding(Code::BadgeScattered).because(detail))
    }
}

/// Under the keyword, where no context gives it a name.
fn id_of(object: Object<'_>) -> Option<&str> {
    object.get("id").or_else(|| object.get("@id"))?.as_str()
}

/// Whether both are one object of the tree: its first key stands in one place.
fn is_same(one: Object<'_>, other: Object<'_>) -> bool {
    one.nth(0).zip(other.nth(0)).is_some_and(|(one, other)| std::ptr::eq(one.0, other.0))
}

/// Whether both are the same text, number or truth value, language value object, or list of texts. What is made of parts is
/// read in one place only, so that no two of them need comparing.
fn is_equal(one: Value<'_>, other: Value<'_>) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Number(one), Value::Number(other)) => one == other,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Array(one), Value::Array(other)) => {
            let mut pairs = one.iter().zip(other.iter()).map(|(one, other)| one.as_str().zip(other.as_str()));
            one.len() == other.len() && pairs.all(|pair| pair.is_some_and(|(one, other)| one == other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let text = |key| one.get(key).and_then(Value::as_str) == other.get(key).and_then(Value::as_str);
            let is_text = one.get("@value").is_some_and(|value| value.as_str().is_some());
            is_text && ["@value", "@language", "@direction"].into_iter().all(text)
        }
        _ => false,
    }
}
