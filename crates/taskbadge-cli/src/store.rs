//! The trust store: whom the user recognises, in one folder.
//!
//! `trust.json` has the issuers that were added one by one. `packs` has a folder for each trust pack, named by the
//! SHA-256 of the pack's id, with two files:
//!
//! | file | what it is |
//! |---|---|
//! | `pack.jsonl` | the pack and its status lists in canonical form: the newest that ever came with it, and those that know of more |
//! | `known.json` | what is remembered of it: the root that a person compared, and how far it has got. `schemas/known-pack.schema.json` |
//!
//! Whatever is interrupted, the two fit together, or the pack is not there. The pack is replaced before what is
//! remembered: an older memory takes the newer pack as its next edition, whereas a newer memory would refuse an older
//! pack as a step back. A pack without a memory was never agreed to and does not count; so removing begins with the
//! memory. Each file is replaced whole, under the lock of the store, after all checks.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use taskbadge::finding::Finding;
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, TrustPack};
use taskbadge_files::{self as files, Lock, Secrecy};

use crate::args::trust::StoreFolder;
use crate::output::Trouble;
use crate::pack_file;
use crate::trust_file::{self, TrustFile};
use crate::user_folder;
use crate::words;
use crate::words::trust as said;

/// The folder of issuers and packs.
pub(crate) struct Store {
    folder: PathBuf,
}

/// A pack of the store that was opened: all of it is proven.
pub(crate) struct StoredPack {
    /// The file of the pack.
    pub(crate) path: PathBuf,
    /// Its content.
    pub(crate) file: Vec<u8>,
    pub(crate) trusted: TrustPack,
    /// What is known with this edition.
    pub(crate) known: KnownPack,
    /// What the store remembers: less, where writing was interrupted, or a newer time was seen.
    remembered: KnownPack,
}

const PACKS: &str = "packs";
const PACK: &str = "pack.jsonl";
const KNOWN: &str = "known.json";
/// Ten thousand lists.
const KNOWN_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Store {
    /// The store that was named, or the one in the user's data folder.
    pub(crate) fn of(folder: &StoreFolder) -> Result<Self, Trouble> {
        let folder = folder.store.clone().or_else(user_folder::data);
        folder.map(|folder| Self { folder }).ok_or_else(|| Trouble::new(words::NO_DATA_FOLDER))
    }

    /// The issuers that were added one by one.
    pub(crate) fn trust_file(&self) -> PathBuf {
        self.folder.join("trust.json")
    }

    /// Keeps others from changing the store until it is dropped.
    pub(crate) fn lock(&self) -> Result<Lock, Trouble> {
        TrustFile::lock(&self.trust_file())
    }

    /// All packs, opened for a check at this time.
    pub(crate) fn packs(&self, now: Instant) -> Result<Vec<StoredPack>, Trouble> {
        let mut folders = files::if_there(files::entries(&self.packs_folder()))?.unwrap_or_default();
        folders.retain(|folder| folder.file_name().and_then(|name| name.to_str()).is_some_and(is_name));
        folders.iter().filter_map(|folder| open(folder, now).transpose()).collect()
    }

    /// What the store remembers of a pack.
    pub(crate) fn known(&self, id: &str) -> Result<Option<KnownPack>, Trouble> {
        known(&self.folder_of(id))
    }

    /// The pack with this id, opened.
    pub(crate) fn pack(&self, id: &str, now: Instant) -> Result<Option<StoredPack>, Trouble> {
        open(&self.folder_of(id), now)
    }

    /// Keeps a pack that has passed every check, as of which this is known. The lock is held.
    pub(crate) fn keep(&self, known: &KnownPack, file: &[u8]) -> Result<(), Trouble> {
        let folder = files::make_folder_below(&self.folder, &Path::new(PACKS).join(name_of(known.id())))?;
        // In this order: see above.
        files::replace(&folder.join(PACK), file, Secrecy::Open)?;
        remember(&folder, known)
    }

    /// Remembers what a file knows that was written when the memory was not any more. The lock is held.
    pub(crate) fn catch_up(&self, pack: &StoredPack) -> Result<(), Trouble> {
        if pack.known == pack.remembered {
            return Ok(());
        }
        remember(&self.folder_of(pack.known.id()), &pack.known)
    }

    /// Forgets a pack. `false` where there is none. The lock is held.
    pub(crate) fn forget(&self, id: &str) -> Result<bool, Trouble> {
        let folder = self.folder_of(id);
        let there = files::remove(&folder.join(KNOWN))?;
        if there {
            files::remove(&folder.join(PACK))?;
            // A file that somebody else put there keeps the folder, and does no harm.
            let _ = files::remove_empty_folder(&folder);
        }
        Ok(there)
    }

    /// Remembers, of a pack that was opened, the newest time that was seen in what it makes trusted. A check does not
    /// fail, or wait, because this cannot be written: then the next one remembers it.
    pub(crate) fn note(&self, pack: &StoredPack, seen: Option<Instant>) {
        let newest = |known: KnownPack| match seen {
            Some(seen) => known.seen(seen),
            None => known,
        };
        if newest(pack.known.clone()) == pack.remembered {
            return;
        }
        let Ok(Some(_lock)) = Lock::take(&trust_file::lock_file(&self.trust_file())) else { return };
        // It may have been replaced, or removed, since it was opened.
        let folder = self.folder_of(pack.known.id());
        if let Ok(Some(pack)) = open(&folder, pack.known.newest()) {
            let known = newest(pack.known);
            if known != pack.remembered {
                let _ = remember(&folder, &known);
            }
        }
    }

    fn packs_folder(&self) -> PathBuf {
        self.folder.join(PACKS)
    }

    fn folder_of(&self, id: &str) -> PathBuf {
        self.packs_folder().join(name_of(id))
    }
}

impl StoredPack {
    /// What an edition of this pack is known to be, if it follows.
    pub(crate) fn next(&self, file: &[u8], now: Instant) -> Result<(KnownPack, TrustPack), Finding> {
        self.known.update(file, now)
    }
}

fn open(folder: &Path, now: Instant) -> Result<Option<StoredPack>, Trouble> {
    let Some(remembered) = known(folder)? else { return Ok(None) };
    let path = folder.join(PACK);
    let file = pack_file::read(&path)?;
    // What was taken once had begun then: a clock that is behind does not close the pack, and every answer says that
    // it is behind.
    let opened = remembered.update(&file, now.max(remembered.newest()));
    let (known, trusted) = opened.map_err(|finding| Trouble::new(said::cannot_open(&path, &finding)))?;
    Ok(Some(StoredPack { path, file, trusted, known, remembered }))
}

fn known(folder: &Path) -> Result<Option<KnownPack>, Trouble> {
    let path = folder.join(KNOWN);
    let Some(bytes) = crate::files::read_if_there(&path, KNOWN_BYTES_MAX)? else { return Ok(None) };
    let known: KnownPack = serde_json::from_slice(&bytes)
        .map_err(|error| Trouble::new(said::known_malformed(&path, &error.to_string())))?;
    if folder.file_name().is_none_or(|name| name != &*name_of(known.id())) {
        return Err(Trouble::new(said::known_elsewhere(&path)));
    }
    Ok(Some(known))
}

fn remember(folder: &Path, known: &KnownPack) -> Result<(), Trouble> {
    let mut text = serde_json::to_string_pretty(known).map_err(|error| Trouble::new(error.to_string()))?;
    text.push('\n');
    Ok(files::replace(&folder.join(KNOWN), text.as_bytes(), Secrecy::Open)?)
}

/// An id may hold anything; a name of a folder may not.
fn name_of(id: &str) -> String {
    Sha256::digest(id).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use taskbadge::key::SigningKey;
    use taskbadge::trust::{ListMark, Pack, Root};

    use super::*;

    #[test]
    fn the_schema_names_what_is_remembered() {
        let schema = include_str!("../../../schemas/known-pack.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let key = SigningKey::from_seed(&[1; 32]);
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let pack = Pack {
            id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
            publisher: "https://association.example.org".into(),
            publisher_name: "Association".into(),
            sequence: 1,
            valid_from: now,
            valid_until: "2027-02-22T00:00:00Z".parse().unwrap(),
            root: Root::new(1, 1, [key.verifying_key()]).unwrap(),
            entities: Vec::new(),
            lists: vec![ListMark { id: "https://centre.example.org/status/1".into(), issuer: None, made: now }],
            contexts: Vec::new(),
        };
        let signed = Pack::sign(pack.to_json().unwrap().as_bytes(), &key, now).unwrap();
        let (known, _) = KnownPack::first(signed.as_bytes(), &pack.root.fingerprint(), now).unwrap();
        let written = serde_json::to_value(&known).unwrap();
        let names = |value: &Value| {
            let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names(&written), names(&schema["properties"]));
        assert_eq!(names(&written["root"]), names(&schema["properties"]["root"]["properties"]));
        for properties in [&schema, &schema["properties"]["root"]] {
            let mut required: Vec<_> = properties["required"].as_array().unwrap().iter().collect();
            required.sort_by_key(|name| name.to_string());
            assert_eq!(required.len(), names(&properties["properties"]).len());
            assert_eq!(properties["additionalProperties"], false);
        }
    }

    #[test]
    fn any_id_has_a_folder_of_its_own() {
        assert_eq!(name_of("urn:uuid:1"), name_of("urn:uuid:1"));
        assert_ne!(name_of("../.."), name_of("../../.."));
        assert!(is_name(&name_of("../..")) && !is_name("packs") && !is_name(&"A".repeat(32)));
    }
}
