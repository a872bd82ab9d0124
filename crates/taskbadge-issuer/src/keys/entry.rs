//! What a centre hands to the association: who it is, with which keys, and what it issues.

use serde::Serialize;
use taskbadge::trust::Genuine;
use taskbadge_files as files;

use super::{Keys, Line, State};
use crate::Trouble;
use crate::award;
use crate::centre::{Centre, DOCUMENT_MAX_BYTES};
use crate::ledger::Ledger;

/// The centre as one object of a trust pack, indented JSON with a line feed at the end: its DID, name, keys with their
/// roles and states, DID document, and the ids of the achievements that it issues.
///
/// Of a key in other hands it has the digests of what the key signed for the ledger
/// ([`Ledger::genuine`]): the first 16 bytes of each, sorted, one after the other, in base64url. A badge under that
/// key that is not among them is forged.
///
/// # Errors
/// [`Trouble::Keys`], those of [`Centre::did_document`], the troubles of the ledger, [`Trouble::File`].
///
/// # Panics
/// Never: texts and lists always serialise.
pub fn entry(centre: &Centre, mut ledger: Option<&mut Ledger>) -> Result<String, Trouble> {
    let settings = centre.settings();
    let mut keys = Vec::new();
    for key in Keys::of(centre)?.all() {
        let mut line = Line::of(key);
        let mut known = None;
        if let State::Compromised { .. } = key.state {
            line.valid_until = None;
            let digests = ledger.as_mut().map(|ledger| ledger.genuine(key.id.as_str())).transpose()?;
            // Without a ledger nobody can say which badges are genuine, which is another thing than that none is.
            known = digests.map(|digests| Genuine::of(digests).to_text());
        }
        keys.push(EntryKey { line, genuine: known });
    }
    let document = match settings.did().verifying_key() {
        Some(_) => None,
        None => Some(files::read_text(&centre.did_document_file(), DOCUMENT_MAX_BYTES)?),
    };
    let entry = Entry {
        id: settings.did().as_str(),
        kind: "RecognizedEntity",
        name: settings.name(),
        keys,
        document,
        recognized_to: Action {
            kind: "RecognizedAction",
            action: "issue",
            achievement: [format!("{}/tasks/*", award::base(settings))],
        },
        status_issuer: settings.status_issuers().iter().map(|did| did.as_str()).collect(),
        successor: settings.successor().map(|did| did.as_str()),
    };
    let mut text = serde_json::to_string_pretty(&entry).expect("texts and lists always serialise");
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'e> {
    id: &'e str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'e str,
    keys: Vec<EntryKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    recognized_to: Action,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_issuer: Vec<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<&'e str>,
}

#[derive(Serialize)]
struct EntryKey {
    #[serde(flatten)]
    line: Line,
    #[serde(rename = "genuineHashData", skip_serializing_if = "Option::is_none")]
    genuine: Option<String>,
}

#[derive(Serialize)]
struct Action {
    #[serde(rename = "type")]
    kind: &'static str,
    action: &'static str,
    achievement: [String; 1],
}
