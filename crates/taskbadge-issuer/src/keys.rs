//! The centre's keys over time: which are in use, for what, which were, and which are in other hands.
//!
//! `keys.json` in the centre folder, described by `schemas/keys.schema.json`, has one entry a key. A centre without the
//! file has the one key of its DID, for badges and status lists. Nothing in the file is secret.
//!
//! | state | what it means | in `did.json` |
//! |---|---|---|
//! | active | the desk signs with it | listed |
//! | retired | it signs no more; what it signed stays good | listed, without an end |
//! | compromised | others may have it: of what it signed, only what the ledger knows is genuine | listed, `revoked` |
//!
//! A change of keys is several files. The new key is written first, as `key-next.pem`, and takes the place of `key.pem`
//! last: whenever that is cut off, doing the same again finishes it. No key file is ever deleted or overwritten; the old
//! one stays as `key-<date>-<end of its name>.pem`, encrypted as it was.

mod change;
mod entry;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use taskbadge::key::{Did, DidUrl, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge_files::{self as files, Secrecy};

use crate::Trouble;
use crate::centre::Centre;

pub use taskbadge::trust::Role;

pub use change::{Changed, can_change, compromised, meant, new_status, rotate};
pub use entry::entry;

/// Whether a key is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It signs.
    Active,
    /// It signs no more, and what it signed stays good.
    Retired {
        /// When it was replaced.
        until: Instant,
    },
    /// It may be in other hands.
    Compromised {
        /// Since when others may have it.
        since: Instant,
        /// When it was replaced.
        until: Instant,
    },
}

/// One of the centre's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CentreKey {
    /// Its verification method, which proofs name.
    pub id: DidUrl,
    /// The public half.
    pub key: VerifyingKey,
    /// What it signs; `None` is badges and status lists.
    pub role: Option<Role>,
    /// Whether it is in use.
    pub state: State,
    /// From when it was in use; `None` for the centre's first key.
    pub from: Option<Instant>,
}

impl CentreKey {
    /// Whether it is in use for this.
    #[must_use]
    pub fn signs(&self, role: Role) -> bool {
        self.state == State::Active && self.role.is_none_or(|own| own == role)
    }
}

/// All keys that a centre ever had, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    keys: Vec<CentreKey>,
}

impl Keys {
    /// The keys of a centre: those of `keys.json`, else those of its DID.
    ///
    /// # Errors
    /// [`Trouble::Keys`] for a file that is not whole, those of [`Centre::did_document`], [`Trouble::File`].
    pub fn of(centre: &Centre) -> Result<Self, Trouble> {
        let path = centre.keys_file();
        let Some(text) = files::if_there(files::read_text(&path, MAX_BYTES))? else {
            return Self::of_document(centre);
        };
        Self::parse(&text, centre.settings().did()).map_err(|why| Trouble::Keys { path, why })
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[CentreKey] {
        &self.keys
    }

    /// The key with this verification method, or with this Multikey text.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&CentreKey> {
        self.keys.iter().find(|key| key.id.as_str() == name || key.id.fragment() == name)
    }

    /// The keys that sign this.
    pub fn in_use(&self, role: Role) -> impl Iterator<Item = &CentreKey> {
        self.keys.iter().filter(move |key| key.signs(role))
    }

    /// Whether status lists have a key of their own.
    #[must_use]
    pub fn has_status_key(&self) -> bool {
        self.in_use(Role::Status).any(|key| key.role.is_some())
    }

    /// The entry of a key.
    fn holding(&self, key: &VerifyingKey) -> Option<&CentreKey> {
        self.keys.iter().find(|own| own.key == *key)
    }

    /// A centre of which nothing else is known.
    fn of_document(centre: &Centre) -> Result<Self, Trouble> {
        let document = centre.did_document()?;
        let key = |(id, key): (&str, _)| {
            let id = DidUrl::parse(id).ok()?;
            Some(CentreKey { id, key, role: None, state: State::Active, from: None })
        };
        Ok(Self { keys: document.keys().filter_map(key).collect() })
    }

    fn parse(text: &str, did: &Did) -> Result<Self, String> {
        let File { version, keys } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if version != VERSION {
            return Err(format!("its version is {version}, which this program does not know"));
        }
        let mut read: Vec<CentreKey> = Vec::with_capacity(keys.len());
        for line in keys {
            let key = line.read(did)?;
            if read.iter().any(|other| other.id == key.id || other.key == key.key) {
                return Err(format!("{} stands there twice", key.id.as_str()));
            }
            read.push(key);
        }
        Ok(Self { keys: read })
    }

    fn to_json(&self) -> String {
        let file = File { version: VERSION, keys: self.keys.iter().map(Line::of).collect() };
        let mut text = serde_json::to_string_pretty(&file).expect("texts and lists always serialise");
        text.push('\n');
        text
    }

    fn write(&self, centre: &Centre) -> Result<(), Trouble> {
        Ok(files::replace(&centre.keys_file(), self.to_json().as_bytes(), Secrecy::Open)?)
    }
}

impl Centre {
    /// `keys.json`, which is there from the first change of keys on.
    #[must_use]
    pub fn keys_file(&self) -> PathBuf {
        self.folder().join("keys.json")
    }

    /// `status-key.pem`, which only a centre has whose status lists are signed with a key of their own.
    #[must_use]
    pub fn status_key_file(&self) -> PathBuf {
        self.folder().join("status-key.pem")
    }
}

const VERSION: u32 = 1;

/// Thousands of keys.
const MAX_BYTES: u64 = 1024 * 1024;

/// The content of `keys.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    keys: Vec<Line>,
}

/// A key as JSON: in `keys.json`, and in what the centre hands to the association.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Line {
    id: String,
    public_key_multibase: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    state: Word,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compromised_since: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Active,
    Retired,
    Compromised,
}

impl Line {
    fn of(key: &CentreKey) -> Self {
        let (state, until, since) = match key.state {
            State::Active => (Word::Active, None, None),
            State::Retired { until } => (Word::Retired, Some(until), None),
            State::Compromised { since, until } => (Word::Compromised, Some(until), Some(since)),
        };
        let text = |instant: Instant| instant.to_string();
        Self {
            id: key.id.as_str().to_owned(),
            public_key_multibase: key.key.to_multikey(),
            role: key.role.map(|role| role.as_str().to_owned()),
            valid_from: key.from.map(text),
            valid_until: until.map(text),
            state,
            compromised_since: since.map(text),
        }
    }

    fn read(&self, did: &Did) -> Result<CentreKey, String> {
        let id = &self.id;
        let of_key = |why: &dyn std::fmt::Display| format!("{id}: {why}");
        let method = DidUrl::parse(id).map_err(|error| of_key(&error))?;
        if method.did() != did {
            return Err(of_key(&"the key is of another DID than the centre's"));
        }
        let role = match self.role.as_deref() {
            None => None,
            Some("badge") => Some(Role::Badge),
            Some("status") => Some(Role::Status),
            Some(_) => return Err(of_key(&"its role is neither badge nor status")),
        };
        let key = VerifyingKey::from_multikey(&self.public_key_multibase).map_err(|error| of_key(&error))?;
        let instant = |text: &Option<String>| {
            let read = text.as_deref().map(str::parse::<Instant>).transpose();
            read.map_err(|error| of_key(&error))
        };
        let (from, until, since) =
            (instant(&self.valid_from)?, instant(&self.valid_until)?, instant(&self.compromised_since)?);
        let state = match (self.state, until, since) {
            (Word::Active, None, None) => State::Active,
            (Word::Retired, Some(until), None) => State::Retired { until },
            (Word::Compromised, Some(until), Some(since)) => State::Compromised { since, until },
            _ => return Err(of_key(&"its state and its dates do not fit together")),
        };
        Ok(CentreKey { id: method, key, role, state, from })
    }
}

#[cfg(test)]
mod tests {
    use taskbadge::key::SigningKey;

    use super::*;

    fn did() -> Did {
        Did::parse("did:web:centre.example.org").unwrap()
    }

    fn key(seed: u8, role: Option<Role>, state: State, from: Option<Instant>) -> CentreKey {
        let key = SigningKey::from_seed(&[seed; 32]).verifying_key();
        CentreKey { id: did().method(&key).unwrap(), key, role, state, from }
    }

    fn noon(day: u8) -> Instant {
        format!("2026-11-{day:02}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn the_file_is_read_back_as_written() {
        let keys = Keys {
            keys: vec![
                key(1, None, State::Compromised { since: noon(2), until: noon(3) }, None),
                key(2, Some(Role::Badge), State::Retired { until: noon(4) }, Some(noon(3))),
                key(3, Some(Role::Badge), State::Active, Some(noon(4))),
                key(4, Some(Role::Status), State::Active, Some(noon(5))),
            ],
        };
        assert_eq!(Keys::parse(&keys.to_json(), &did()), Ok(keys.clone()));
        let signing = |role| keys.in_use(role).map(|key| key.id.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(signing(Role::Badge), [keys.keys[2].id.as_str()]);
        assert_eq!(signing(Role::Status), [keys.keys[3].id.as_str()]);
        assert!(keys.has_status_key());
        assert!(keys.find(keys.keys[1].id.fragment()).is_some_and(|key| *key == keys.keys[1]));
    }

    #[test]
    fn a_file_that_is_not_whole_is_refused() {
        let good = Keys { keys: vec![key(1, None, State::Retired { until: noon(2) }, None)] }.to_json();
        assert!(Keys::parse(&good, &did()).is_ok());
        for (from, to) in [
            ("\"version\": 1", "\"version\": 2"),
            ("retired", "active"),
            ("retired", "compromised"),
            ("retired", "lost"),
            ("2026-11-02", "2026-11-32"),
            ("did:web:centre.example.org#", "did:web:elsewhere.example.org#"),
            ("validUntil", "validTill"),
            ("z6Mk", "z6mK"),
            ("\"state\"", "\"role\": \"both\", \"state\""),
        ] {
            let changed = good.replace(from, to);
            assert_ne!(changed, good);
            assert!(Keys::parse(&changed, &did()).is_err(), "{changed}");
        }
        let twice = Keys { keys: vec![key(1, None, State::Active, None), key(1, None, State::Active, None)] };
        assert!(Keys::parse(&twice.to_json(), &did()).unwrap_err().contains("twice"));
    }

    #[test]
    fn the_schema_names_the_fields() {
        let schema = include_str!("../../../schemas/keys.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let named = |pointer: &str| {
            let properties = schema.pointer(pointer).and_then(|properties| properties.as_object()).unwrap();
            properties.keys().cloned().collect::<Vec<_>>()
        };
        let keys = Keys {
            keys: vec![key(1, Some(Role::Badge), State::Compromised { since: noon(2), until: noon(3) }, Some(noon(1)))],
        };
        let written: serde_json::Value = serde_json::from_str(&keys.to_json()).unwrap();
        let fields = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(named("/properties"), fields(&written));
        assert_eq!(named("/properties/keys/items/properties"), fields(&written["keys"][0]));
    }
}
