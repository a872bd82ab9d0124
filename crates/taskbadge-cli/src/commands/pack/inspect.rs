//! What a pack says of itself, marked as unverified unless the store knows it.

use serde::Serialize;
use taskbadge::key::{Did, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge::trust::ListMark;

use crate::args::pack::Inspect;
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{self, Count, PackFile};
use crate::store::Store;
use crate::{fingerprint, words};

pub(super) fn inspect(inspect: &Inspect, output: &mut Output) -> Result<Exit, Trouble> {
    let path = &inspect.pack.file;
    let bytes = pack_file::read(path)?;
    let file = PackFile::parse(path, &bytes)?;
    let now = super::super::now();
    // Without a home folder there is no store that could know it.
    let stored = match Store::of(&inspect.store) {
        Ok(store) => store.pack(&file.pack.id, now)?,
        Err(_) => None,
    };
    let is_known = stored.is_some_and(|stored| stored.next(&bytes, now).is_ok());
    if inspect.json {
        output.json(&json(&file, is_known, now).map_err(|error| Trouble::new(error.to_string()))?);
        return Ok(Exit::Done);
    }
    let lines = words::pack::inspected(&file, now);
    if is_known {
        output.mark(Exit::Done, words::pack::KNOWN);
        lines.iter().for_each(|line| output.line(line));
        return Ok(Exit::Done);
    }
    for screenful in lines.chunks(super::super::inspect::LINES_PER_MARK) {
        output.mark(Exit::Indeterminate, words::UNVERIFIED);
        screenful.iter().for_each(|line| output.line(line));
    }
    output.line(words::pack::how_to_trust(path));
    Ok(Exit::Done)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'p> {
    /// Whether the trust store knows the pack's root, and takes this edition.
    known: bool,
    id: &'p str,
    publisher: &'p str,
    publisher_name: &'p str,
    sequence: u64,
    valid_from: Instant,
    valid_until: Instant,
    root: JsonRoot<'p>,
    signatures: JsonCount,
    #[serde(skip_serializing_if = "Option::is_none")]
    signatures_of_root_before: Option<JsonCount>,
    /// As they stand in the pack.
    issuers: Vec<serde_json::Value>,
    lists: Vec<JsonList>,
}

#[derive(Serialize)]
struct JsonRoot<'p> {
    version: u64,
    threshold: usize,
    keys: Vec<String>,
    fingerprint: String,
    digits: String,
    words: Vec<&'p str>,
}

#[derive(Serialize)]
struct JsonCount {
    good: usize,
    needed: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonList {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    valid_from: Instant,
    age_days: i64,
    carried: bool,
}

fn json(file: &PackFile, known: bool, now: Instant) -> serde_json::Result<String> {
    let (pack, signatures) = (&file.pack, file.signatures());
    let count = |count: Count| JsonCount { good: count.good, needed: count.needed };
    let fingerprint = pack.root.fingerprint();
    let issuers = pack.entities.iter().map(|entity| serde_json::from_str(&entity.to_json()));
    let list = |(mark, carried): (&ListMark, bool)| JsonList {
        id: mark.id.clone(),
        issuer: mark.issuer.as_ref().map(Did::to_string),
        valid_from: mark.made,
        age_days: now.days_since(mark.made),
        carried,
    };
    serde_json::to_string_pretty(&Json {
        known,
        id: &pack.id,
        publisher: &pack.publisher,
        publisher_name: &pack.publisher_name,
        sequence: pack.sequence,
        valid_from: pack.valid_from,
        valid_until: pack.valid_until,
        root: JsonRoot {
            version: pack.root.version(),
            threshold: pack.root.threshold(),
            keys: pack.root.keys().iter().map(VerifyingKey::to_multikey).collect(),
            fingerprint: fingerprint.to_string(),
            digits: fingerprint.digits(),
            words: fingerprint::words(&fingerprint),
        },
        signatures: count(signatures.root),
        signatures_of_root_before: signatures.before.map(count),
        issuers: issuers.collect::<Result<_, _>>()?,
        lists: file.marks().map(list).collect(),
    })
}
