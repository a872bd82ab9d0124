//! The ways of rewriting. Each changes one place of the JSON, and knows of the contexts no more than the table here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{PREFIXES, V2};
use crate::generate::Choices;

const OB: &str = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
/// The Open Badges contexts spell the datatypes so.
const XSDS: &str = "https://www.w3.org/2001/XMLSchema#";
/// Contexts that change nothing of a badge.
const MORE: [&str; 4] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    PREFIXES,
    V2,
];

/// Properties with their IRI and their datatype: none, one of JSON-LD's two schools, or `@id` for things.
const PROPERTIES: [(&str, &str, &str); 40] = [
    ("name", "https://schema.org/name", ""),
    ("description", "https://schema.org/description", ""),
    ("narrative", "ob:narrative", ""),
    ("criteria", "ob:Criteria", "@id"),
    ("achievement", "ob:achievement", "@id"),
    ("credentialSubject", "https://www.w3.org/2018/credentials#credentialSubject", "@id"),
    ("credentialStatus", "https://www.w3.org/2018/credentials#credentialStatus", "@id"),
    ("issuer", "https://www.w3.org/2018/credentials#issuer", "@id"),
    ("evidence", "https://www.w3.org/2018/credentials#evidence", "@id"),
    ("validFrom", "https://www.w3.org/2018/credentials#validFrom", "xsd:dateTime"),
    ("validUntil", "https://www.w3.org/2018/credentials#validUntil", "xsd:dateTime"),
    ("created", "http://purl.org/dc/terms/created", "xsd:dateTime"),
    ("expires", "https://w3id.org/security#expiration", "xsd:dateTime"),
    ("domain", "https://w3id.org/security#domain", ""),
    ("challenge", "https://w3id.org/security#challenge", ""),
    ("verificationMethod", "https://w3id.org/security#verificationMethod", "@id"),
    ("identifier", "ob:identifier", "@id"),
    ("identityHash", "ob:identityHash", ""),
    ("identityType", "ob:identityType", ""),
    ("salt", "ob:salt", ""),
    ("hashed", "ob:hashed", "xsds:boolean"),
    ("result", "ob:result", "@id"),
    ("resultDescription", "ob:resultDescription", ""),
    ("achievedLevel", "ob:achievedLevel", "xsds:anyURI"),
    ("status", "ob:status", ""),
    ("value", "https://schema.org/value", ""),
    ("requiredLevel", "ob:requiredLevel", "xsds:anyURI"),
    ("requiredValue", "ob:requiredValue", ""),
    ("resultType", "ob:resultType", ""),
    ("rubricCriterionLevel", "ob:rubricCriterionLevel", "@id"),
    ("level", "ob:level", ""),
    ("points", "ob:points", ""),
    ("source", "ob:source", "@id"),
    ("alignment", "ob:alignment", "@id"),
    ("targetName", "https://schema.org/targetName", ""),
    ("targetUrl", "https://schema.org/targetUrl", "xsds:anyURI"),
    ("statusPurpose", "https://www.w3.org/ns/credentials/status#statusPurpose", ""),
    ("statusListIndex", "https://www.w3.org/ns/credentials/status#statusListIndex", ""),
    ("statusListCredential", "https://www.w3.org/ns/credentials/status#statusListCredential", "@id"),
    ("creator", "ob:creator", "@id"),
];

/// The way of rewriting that may add types to an object, since a property may need the context of one.
pub const GIVES_MORE_TYPES: &str = "said where the id is met again";

/// A way of rewriting. It says whether it found something to rewrite.
pub(super) type Kind = fn(&mut Value, &mut Choices) -> bool;

/// Every way of rewriting, by name.
pub(super) const KINDS: [(&str, Kind); 40] = [
    ("a list of one", |badge, choices| {
        replace(badge, choices, |key, value| !is_keyword(key) && !value.is_array(), |value| json!([value]))
    }),
    ("one out of its list", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| key != "@context" && value.as_array().is_some_and(|all| all.len() == 1),
            |value| value[0].clone(),
        )
    }),
    ("another order", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| is_set(key) && value.as_array().is_some_and(|all| all.len() > 1),
            |mut value| {
                value.as_array_mut().unwrap().rotate_left(1);
                value
            },
        )
    }),
    ("a value twice", |badge, choices| {
        replace(badge, choices, |key, value| is_set(key) && is_scalar(value), |value| json!([value, value]))
    }),
    ("a thing twice", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| is_set(key) && value.get("id").is_some(),
            |value| json!([value, { "id": value["id"] }]),
        )
    }),
    ("a list in a list", |badge, choices| {
        replace(badge, choices, |key, _| is_set(key) && key != "type", |value| json!([[value]]))
    }),
    ("a type twice", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| key == "type" && value.as_array().is_some_and(|all| !all.is_empty()),
            |mut value| {
                let first = value[0].clone();
                value.as_array_mut().unwrap().push(first);
                value
            },
        )
    }),
    ("a value written out", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| kind_of(key) == Some("") && is_scalar(value),
            |value| json!({ "@value": value }),
        )
    }),
    ("a value with its datatype", |badge, choices| typed(badge, choices, |value| value)),
    ("a truth value as a text", |badge, choices| {
        replace(badge, choices, |key, value| key == "hashed" && value.is_boolean(), |value| json!(value.to_string()))
    }),
    ("a truth value as a typed text", |badge, choices| {
        typed(badge, choices, |value| json!(value.as_str().map_or_else(|| value.to_string(), Into::into)))
    }),
    ("an id as an object", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| kind_of(key) == Some("@id") && value.is_string(),
            |value| json!({ "id": value }),
        )
    }),
    ("an object as its id", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| {
                kind_of(key) == Some("@id")
                    && value.as_object().is_some_and(|all| all.len() == 1 && all.contains_key("id"))
            },
            |value| value["id"].clone(),
        )
    }),
    ("@id", |badge, choices| rename(badge, choices, |key, _| (key == "id").then(|| "@id".into()))),
    ("@type", |badge, choices| rename(badge, choices, |key, _| (key == "type").then(|| "@type".into()))),
    ("an id by a second name", |badge, choices| {
        more_contexts(badge, PREFIXES) && rename(badge, choices, |key, _| (key == "id").then(|| "ident".into()))
    }),
    ("a type by a second name", |badge, choices| {
        more_contexts(badge, PREFIXES) && rename(badge, choices, |key, _| (key == "type").then(|| "kind".into()))
    }),
    ("a property by its IRI", by_iri),
    ("a property behind a prefix", behind_prefix),
    ("a property by a type's name", |badge, choices| {
        rename(badge, choices, |key, _| (key == "criteria").then(|| "Criteria".into()))
    }),
    ("a part by a type's name", |badge, choices| {
        let Some(achievement) = place(badge, choices, |_, value| value.get("criteria").is_some_and(Value::is_object))
        else {
            return false;
        };
        let Some((one, other)) = halves(&achievement["criteria"], choices) else { return false };
        achievement["criteria"] = one;
        achievement["Criteria"] = other;
        true
    }),
    ("a type by its IRI", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| key == "type" && type_iri(value).is_some(),
            |value| json!(type_iri(&value).unwrap()),
        )
    }),
    ("a type's other name", |badge, _| {
        let other = json!(["VerifiableCredential", "AchievementCredential"]);
        let before = std::mem::replace(&mut badge["type"], other);
        badge["type"] != before
    }),
    ("an id behind a prefix", |badge, choices| {
        more_contexts(badge, PREFIXES)
            && replace(
                badge,
                choices,
                |key, value| key == "id" && value.as_str().is_some_and(|id| id.starts_with("urn:uuid:")),
                |value| json!(value.as_str().unwrap().replacen("urn:uuid:", "uuid_:", 1)),
            )
    }),
    ("null", |badge, choices| absent(badge, choices, Value::Null)),
    ("an empty list", |badge, choices| absent(badge, choices, json!([]))),
    ("more contexts", |badge, choices| more_contexts(badge, choices.of(&MORE))),
    ("contexts within", |badge, choices| {
        let contexts = badge["@context"].clone();
        place(badge, choices, |key, value| !is_keyword(key) && value.is_object() && value.get("@value").is_none())
            .map(|node| node["@context"] = contexts)
            .is_some()
    }),
    ("a thing in two", |badge, choices| {
        replace_by(
            badge,
            choices,
            |key, value| is_set(key) && value.get("id").is_some(),
            |value, choices| halves(&value, choices).map_or(value, |(one, other)| json!([one, other])),
        )
    }),
    ("a blank node in two", |badge, choices| {
        replace_by(
            badge,
            choices,
            |key, value| is_set(key) && is_blank(value),
            |mut value, choices| {
                value["id"] = json!("_:x");
                halves(&value, choices).map_or(value, |(one, other)| json!([one, other]))
            },
        )
    }),
    ("a blank node with a label", |badge, choices| {
        place(badge, choices, |key, value| !is_keyword(key) && is_blank(value))
            .map(|node| node["id"] = json!("_:y"))
            .is_some()
    }),
    (GIVES_MORE_TYPES, |badge, choices| (0..12).any(|_| moved(badge, choices))),
    ("@set", |badge, choices| {
        replace(badge, choices, |key, _| is_set(key) && key != "type", |value| json!({ "@set": value }))
    }),
    ("@list", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| key == "allowedValue" && value.is_array(),
            |value| json!({ "@list": value }),
        )
    }),
    ("an allowed value written out", |badge, choices| {
        replace(
            badge,
            choices,
            |key, value| key == "allowedValue" && value.as_array().is_some_and(|all| !all.is_empty()),
            |mut value| {
                value[0] = json!({ "@value": value[0] });
                value
            },
        )
    }),
    ("@included", |badge, choices| {
        let Some(node) = place(badge, choices, |key, value| is_set(key) && value.get("id").is_some()) else {
            return false;
        };
        let whole = std::mem::replace(node, json!({ "id": node["id"] }));
        badge["@included"] = json!([whole]);
        true
    }),
    ("@reverse", |badge, choices| {
        let Some(subject) = badge["credentialSubject"].as_object_mut().filter(|subject| subject.contains_key("id"))
        else {
            return false;
        };
        let (id, key) = (subject["id"].clone(), choices.of(&["achievement", "result", "source"]));
        let Some(mut part) = subject.remove(key).filter(Value::is_object) else { return false };
        part["@reverse"] = json!({ iri_of(key): { "id": id } });
        badge["@included"] = json!([part]);
        true
    }),
    ("@nest", |badge, choices| {
        let Some(node) = place(badge, choices, |_, value| is_node(value)) else { return false };
        let Some(key) = a_key(node, choices) else { return false };
        let value = node.as_object_mut().unwrap().remove(&key);
        node["@nest"] = json!({ key: value });
        true
    }),
    ("@index", |badge, choices| {
        place(badge, choices, |key, value| !is_keyword(key) && value.is_object())
            .map(|node| node["@index"] = json!("1"))
            .is_some()
    }),
    ("a language or direction", |badge, choices| {
        replace_by(
            badge,
            choices,
            |key, value| {
                ["name", "description", "narrative"].contains(&key)
                    && (value.is_string() || value.get("@value").is_some())
            },
            |mut value, choices| {
                if value.is_string() {
                    value = json!({ "@value": value });
                } else if let Some(tag) = value["@language"].as_str().map(str::to_uppercase) {
                    value["@language"] = json!(tag);
                }
                match choices.below(3) {
                    0 => drop(value.as_object_mut().unwrap().remove("@direction")),
                    side => value["@direction"] = json!(["", "rtl", "ltr"][side]),
                }
                value
            },
        )
    }),
];

fn is_keyword(key: &str) -> bool {
    key.starts_with('@') || ["id", "type", "proofValue", "proof"].contains(&key)
}

/// Whether the values of a property are a set: in any order, and each counts once.
fn is_set(key: &str) -> bool {
    kind_of(key).is_some()
}

fn kind_of(key: &str) -> Option<&'static str> {
    PROPERTIES.iter().find(|(name, ..)| *name == key).map(|(.., kind)| *kind)
}

pub(super) fn iri_of(key: &str) -> String {
    let (_, iri, _) = PROPERTIES.iter().find(|(name, ..)| *name == key).unwrap();
    iri.replacen("ob:", OB, 1)
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}

fn is_node(value: &Value) -> bool {
    value.is_object() && value.get("@value").is_none() && value.get("cryptosuite").is_none()
}

fn is_blank(value: &Value) -> bool {
    is_node(value) && value.get("id").is_none() && value.get("@id").is_none()
}

fn type_iri(types: &Value) -> Option<String> {
    let name = types.as_str().or_else(|| types.as_array().filter(|all| all.len() == 1)?[0].as_str())?;
    match name {
        "BitstringStatusListEntry" => Some(format!("https://www.w3.org/ns/credentials/status#{name}")),
        "Alignment" => Some("https://schema.org/AlignmentObject".into()),
        _ if name.contains(':') => None,
        _ => Some(format!("{OB}{name}")),
    }
}

/// Some place of the badge under its key, or that of its list, that is of the wanted kind.
fn place<'b>(
    badge: &'b mut Value,
    choices: &mut Choices,
    wanted: impl Fn(&str, &Value) -> bool,
) -> Option<&'b mut Value> {
    let mut found = Vec::new();
    visit(badge, "", "@top", &mut |pointer, key, value| {
        if wanted(key, value) {
            found.push(pointer.to_owned());
        }
    });
    if found.is_empty() {
        return None;
    }
    badge.pointer_mut(&found[choices.below(found.len())])
}

fn visit(value: &Value, pointer: &str, key: &str, see: &mut impl FnMut(&str, &str, &Value)) {
    see(pointer, key, value);
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                visit(value, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), key, see);
            }
        }
        // The items of a set of things are each under its key; of other lists they are not looked at one by one.
        Value::Array(items) if kind_of(key) == Some("@id") || ["resultDescription", "endorsement"].contains(&key) => {
            for (index, item) in items.iter().enumerate() {
                visit(item, &format!("{pointer}/{index}"), "", see);
            }
        }
        _ => {}
    }
}

fn replace(
    badge: &mut Value,
    choices: &mut Choices,
    wanted: impl Fn(&str, &Value) -> bool,
    by: impl Fn(Value) -> Value,
) -> bool {
    replace_by(badge, choices, wanted, |value, _| by(value))
}

fn replace_by(
    badge: &mut Value,
    choices: &mut Choices,
    wanted: impl Fn(&str, &Value) -> bool,
    by: impl Fn(Value, &mut Choices) -> Value,
) -> bool {
    let Some(value) = place(badge, choices, wanted) else { return false };
    let before = value.clone();
    *value = by(value.take(), choices);
    *value != before
}

/// Gives a member of some object another key.
fn rename(badge: &mut Value, choices: &mut Choices, other: impl Fn(&str, &Value) -> Option<String>) -> bool {
    let has =
        |value: &Value| value.as_object().is_some_and(|all| all.iter().any(|(key, value)| other(key, value).is_some()));
    let Some(Value::Object(members)) = place(badge, choices, |_, value| has(value)) else { return false };
    let keys: Vec<_> = members.iter().filter_map(|(key, value)| Some((key.clone(), other(key, value)?))).collect();
    let (key, other) = &keys[choices.below(keys.len())];
    let value = members.remove(key).unwrap();
    members.insert(other.clone(), value);
    true
}

fn datatype(kind: &str) -> Option<String> {
    let (school, name) = kind.split_once(':')?;
    Some(format!("{}{name}", if school == "xsds" { XSDS } else { XSD }))
}

fn typed(badge: &mut Value, choices: &mut Choices, by: impl Fn(Value) -> Value) -> bool {
    let wanted =
        |key: &str, value: &Value| kind_of(key).is_some_and(|kind| datatype(kind).is_some()) && is_scalar(value);
    let Some(node) = place(badge, choices, |_, value| {
        is_node(value) && value.as_object().is_some_and(|all| all.iter().any(|(key, value)| wanted(key, value)))
    }) else {
        return false;
    };
    let keys: Vec<_> = node
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, value)| wanted(key, value))
        .map(|(key, _)| key.clone())
        .collect();
    let key = &keys[choices.below(keys.len())];
    let datatype = datatype(kind_of(key).unwrap());
    node[key] = json!({ "@value": by(node[key].take()), "@type": datatype });
    true
}

/// The value as it is under the whole IRI, where no definition says what it is.
fn spelt_out(key: &str, value: Value) -> Value {
    match (kind_of(key), value) {
        (_, Value::Array(items)) => items.into_iter().map(|item| spelt_out(key, item)).collect(),
        (Some("@id"), Value::String(id)) => json!({ "id": id }),
        (Some(kind), value) if !value.is_object() && datatype(kind).is_some() => {
            json!({ "@value": value, "@type": datatype(kind) })
        }
        (_, value) => value,
    }
}

fn by_iri(badge: &mut Value, choices: &mut Choices) -> bool {
    under(badge, choices, |key| Some(iri_of(key)))
}

fn behind_prefix(badge: &mut Value, choices: &mut Choices) -> bool {
    let prefixes = [
        ("https://schema.org/", "schema_:"),
        (OB, "ob_:"),
        ("https://www.w3.org/2018/credentials#", "cred_:"),
        ("https://www.w3.org/ns/credentials/status#", "status_:"),
    ];
    more_contexts(badge, PREFIXES)
        && under(badge, choices, |key| {
            let iri = iri_of(key);
            prefixes.iter().find_map(|(start, prefix)| Some(format!("{prefix}{}", iri.strip_prefix(start)?)))
        })
}

/// Writes some property under another key that its context does not define.
fn under(badge: &mut Value, choices: &mut Choices, other: impl Fn(&str) -> Option<String>) -> bool {
    let wanted = |key: &str| kind_of(key).is_some() && other(key).is_some();
    let Some(node) = place(badge, choices, |_, value| {
        value.get("@value").is_none() && value.as_object().is_some_and(|all| all.keys().any(|key| wanted(key)))
    }) else {
        return false;
    };
    let keys: Vec<_> = node.as_object().unwrap().keys().filter(|key| wanted(key)).cloned().collect();
    let key = &keys[choices.below(keys.len())];
    let value = node.as_object_mut().unwrap().remove(key).unwrap();
    node[other(key).unwrap()] = spelt_out(key, value);
    true
}

fn more_contexts(badge: &mut Value, more: &str) -> bool {
    badge["@context"].as_array_mut().map(|all| all.push(json!(more))).is_some()
}

/// Adds a property that the context of an object defines and the object does not have.
fn absent(badge: &mut Value, choices: &mut Choices, value: Value) -> bool {
    let scopes: [(&str, &[&str]); 6] = [
        ("VerifiableCredential", &["validUntil", "credentialStatus", "evidence", "image", "endorsement", "name"]),
        ("AchievementSubject", &["result", "source", "identifier", "image"]),
        ("Achievement", &["alignment", "resultDescription", "image", "creator"]),
        ("Result", &["status", "value", "achievedLevel"]),
        ("ResultDescription", &["requiredValue", "requiredLevel", "allowedValue"]),
        ("IdentityObject", &["salt"]),
    ];
    let (kind, keys) = choices.of(&scopes);
    let key = choices.of(keys);
    let is = |value: &Value| match &value["type"] {
        Value::Array(all) => all.iter().any(|name| name == kind),
        name => name == kind,
    };
    let wanted = |_: &str, node: &Value| node.is_object() && node.get(key).is_none() && is(node);
    place(badge, choices, wanted).map(|node| node[key] = value).is_some()
}

/// Some key of an object, but those that say what it is.
fn a_key(node: &Value, choices: &mut Choices) -> Option<String> {
    let keys: Vec<_> = node.as_object()?.keys().filter(|key| !is_keyword(key)).cloned().collect();
    (!keys.is_empty()).then(|| keys[choices.below(keys.len())].clone())
}

/// The object in two of the same id and types, each with a part of what is said.
fn halves(node: &Value, choices: &mut Choices) -> Option<(Value, Value)> {
    let mut other = Map::new();
    let mut one = node.as_object()?.clone();
    for key in ["id", "type", "@context"] {
        if let Some(value) = one.get(key) {
            other.insert(key.into(), value.clone());
        }
    }
    let keys: Vec<_> = one.keys().filter(|key| !is_keyword(key)).cloned().collect();
    for key in keys.iter().filter(|_| choices.one_in(2)) {
        other.insert(key.clone(), one.remove(key).unwrap());
    }
    let (one, other) = (Value::Object(one), Value::Object(other));
    Some(if choices.one_in(2) { (one, other) } else { (other, one) })
}

/// Moves something that is said of an id to another place where the id stands.
fn moved(badge: &mut Value, choices: &mut Choices) -> bool {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    visit(badge, "", "@top", &mut |pointer, key, value| {
        let id = match value {
            Value::String(id) if kind_of(key) == Some("@id") => Some(id),
            _ => None,
        };
        if let Some(id) = id.map(String::as_str).or_else(|| value.get("id")?.as_str()) {
            places.entry(id.into()).or_default().push(pointer.into());
        }
    });
    places.retain(|_, at| at.len() > 1);
    let Some(at) = places.values().nth(choices.below(places.len().max(1))) else { return false };
    let (from, to) = (choices.below(at.len()), choices.below(at.len()));
    // A place within the other would move into itself.
    if at[from].starts_with(&at[to]) || at[to].starts_with(&at[from]) {
        let inside = at[to].strip_prefix(&at[from]).or_else(|| at[from].strip_prefix(&at[to]));
        if from == to || inside.is_none_or(|rest| !rest.starts_with('/')) {
            return false;
        }
    }
    let source = badge.pointer(&at[from]).unwrap().clone();
    let Some(key) = a_key(&source, choices)
        .filter(|key| source[key].as_object().is_none_or(|part| !part.contains_key("endorsement")))
    else {
        return false;
    };
    // What holds the other place stays where it is.
    if at[to].starts_with(&format!("{}/{key}", at[from])) {
        return false;
    }
    let types = source.get("type").cloned();
    let value = badge.pointer_mut(&at[from]).and_then(|node| node.as_object_mut()?.remove(&key)).unwrap();
    let Some(target) = badge.pointer_mut(&at[to]) else { return false };
    if target.is_string() {
        *target = json!({ "id": target });
    }
    if target.get(&key).is_some_and(|there| *there != value) {
        return false;
    }
    if let Some(types) = types {
        let names = |types: &Value| types.as_array().cloned().unwrap_or_else(|| vec![types.clone()]);
        let mut all = target.get("type").map(names).unwrap_or_default();
        all.extend(names(&types));
        target["type"] = json!(all);
    }
    target[&key] = value;
    true
}
