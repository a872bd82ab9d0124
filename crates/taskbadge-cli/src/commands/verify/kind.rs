//! What a file in a folder was read as, where it is no badge.

use std::path::Path;

use taskbadge::json::{Document, Object, Value};
use taskbadge::trust::{PACK_LIMITS, Pack, PackParts};

/// What a file is that claims in no way to be a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    StatusList,
    Pack,
    DidDocument,
    OtherJson,
    /// Neither JSON nor named as such.
    NotJson,
    /// A link to a folder, which is not followed.
    FolderLink,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub(crate) const ALL: [Self; 6] =
        [Self::StatusList, Self::Pack, Self::DidDocument, Self::OtherJson, Self::NotJson, Self::FolderLink];

    /// What the bytes of a file are, unless they claim to be a badge or are JSON that cannot be read: then the verdict
    /// says what is wrong.
    pub(super) fn of(bytes: &[u8], path: &Path) -> Option<Self> {
        if PackParts::of(bytes).is_ok_and(|parts| Pack::parse(parts.pack).is_ok()) {
            let mut lines =
                bytes.split(|byte| *byte == b'\n').filter_map(|line| Document::parse(line, PACK_LIMITS).ok());
            let whole = Document::parse(bytes, PACK_LIMITS);
            let claims = lines.any(|line| claims_to_be_a_badge(line.root()))
                || whole.is_ok_and(|whole| claims_to_be_a_badge(whole.root()));
            return (!claims).then_some(Self::Pack);
        }
        let Ok(document) = Document::parse(bytes, PACK_LIMITS) else {
            return (!is_meant_as_json(bytes, path)).then_some(Self::NotJson);
        };
        let root = document.root();
        if claims_to_be_a_badge(root) {
            return None;
        }
        let Some(object) = root.as_object() else { return Some(Self::OtherJson) };
        let subjects = || object.get("credentialSubject").into_iter().flat_map(Value::one_or_many);
        let is_list = |subject: Value<'_>| subject.as_object().is_some_and(|subject| is_one_of(subject, &LISTS));
        if subjects().next().is_some() && subjects().all(is_list) {
            return Some(Self::StatusList);
        }
        // Any other credential is no Open Badge, and its verdict says so.
        let is_credential = object.get("credentialSubject").is_some() || is_one_of(object, &["VerifiableCredential"]);
        if is_credential || has_context_of_badges(object) {
            return None;
        }
        let is_did = object.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with("did:"));
        let has_keys = ["verificationMethod", "assertionMethod"].iter().any(|key| object.get(key).is_some());
        Some(if is_did && has_keys { Self::DidDocument } else { Self::OtherJson })
    }
}

const LISTS: [&str; 3] = ["BitstringStatusList", "StatusList2021", "1EdTechRevocationList"];

/// Badges of Open Badges 3.0 and 2.0, what is said in them, and what is said of them.
const BADGES: [&str; 5] =
    ["OpenBadgeCredential", "AchievementCredential", "AchievementSubject", "EndorsementCredential", "Assertion"];

/// Whether anything in a document, at any depth, calls itself a badge, or says of its subject what somebody achieved.
fn claims_to_be_a_badge(root: Value<'_>) -> bool {
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(array) => open.extend(array.iter()),
            Value::Object(object) => {
                let subjects = object.get("credentialSubject").into_iter().flat_map(Value::one_or_many);
                if is_one_of(object, &BADGES)
                    || subjects.into_iter().any(|subject| subject.get("achievement").is_some())
                {
                    return true;
                }
                open.extend(object.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    false
}

/// Whether a document is written in the terms of Open Badges, whatever is left of it.
fn has_context_of_badges(object: Object<'_>) -> bool {
    let contexts = object.get("@context").into_iter().flat_map(Value::one_or_many).filter_map(Value::as_str);
    contexts.into_iter().any(|context| ["/spec/ob/", "openbadges"].iter().any(|part| context.contains(part)))
}

/// Whether an object has one of these types, by its name or as an IRI that ends with it.
fn is_one_of(object: Object<'_>, names: &[&str]) -> bool {
    let types = ["type", "@type"].into_iter().filter_map(|key| object.get(key)).flat_map(Value::one_or_many);
    let mut types = types.filter_map(Value::as_str).map(|kind| kind.rsplit(['#', '/', ':']).next().unwrap_or(kind));
    types.any(|kind| names.contains(&kind))
}

/// Whether a file that is not JSON is named as such, or begins like it: a badge that arrived broken is no other file.
fn is_meant_as_json(bytes: &[u8], path: &Path) -> bool {
    let named =
        path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json") || kind.eq_ignore_ascii_case("jsonld"));
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    named || text.trim_ascii_start().starts_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_claims_to_be_a_badge_anywhere_is_nothing_else() {
        for text in [
            r#"{"type":"OpenBadgeCredential"}"#,
            r#"{"type":["VerifiableCredential","AchievementCredential","BitstringStatusListCredential"]}"#,
            r#"{"@type":"https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"}"#,
            r#"{"type":"VerifiablePresentation","verifiableCredential":[{"type":"OpenBadgeCredential"}]}"#,
            r#"{"credentialSubject":[{"type":"BitstringStatusList"},{"achievement":{}}]}"#,
            r#"{"credentialSubject":{"type":["BitstringStatusList","AchievementSubject"]}}"#,
            r#"{"credentialSubject":[{"type":"BitstringStatusList"},{"type":"Person"}]}"#,
            r#"{"type":"VerifiableCredential"}"#,
            r#"{"type":"VerifiableCredential","credentialSubject":[]}"#,
            r#"[{"type":"Assertion"}]"#,
            r#"{"type":"OpenBadgeCredential""#,
            r#"{"@context":["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],"type":"Something"}"#,
            " \n{",
        ] {
            for name in ["a.json", "a.txt", ".a", "a"] {
                assert_eq!(Kind::of(text.as_bytes(), Path::new(name)), None, "{text}");
            }
        }
        for name in ["a.json", "A.JSON", ".a.JsonLD"] {
            assert_eq!(Kind::of(b"not JSON", Path::new(name)), None);
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        let list = r#"{"type":["VerifiableCredential"],"credentialSubject":{"type":"BitstringStatusList"}}"#;
        for (text, kind) in [
            (list, Kind::StatusList),
            (r#"{"id":"did:web:a.example.org","assertionMethod":[]}"#, Kind::DidDocument),
            (r#"{"version":1,"issuers":[]}"#, Kind::OtherJson),
            ("[1]", Kind::OtherJson),
            ("A list of badges", Kind::NotJson),
            ("", Kind::NotJson),
        ] {
            assert_eq!(Kind::of(text.as_bytes(), Path::new("a.txt")), Some(kind), "{text}");
        }
    }
}
