//! The ledger: every badge that a centre ever meant to issue, its place in the status lists, and what became of it.
//!
//! | promise | how it is kept |
//! |---|---|
//! | every signed badge has a row | [`Ledger::intend`] stores it, then it is signed, then [`Ledger::complete`] |
//! | an index is used once, ever | the key of a table from which nothing is deleted, taken as the badge is stored |
//! | nothing is forgotten | a log of new lines only, each with the hash of the one before |
//! | nobody else writes it | each line has a seal of the centre's key, which the database does not hold: [`Ledger::under`] |
//! | the tables say what the log says | one function lets them follow; [`Ledger::check`] replays the log and compares everything |
//! | a person can be | [`Ledger::forget`]: personal data has tables of its own, and none of it is in the log |
//! | an old backup is noticed | [`Ledger::compare`] with what was published; nothing is issued until a person decides |
//!
//! The ledger is an SQLite file in the centre's folder, or a PostgreSQL database where several machines issue for one
//! centre: [`Ledger::open`] and, with the feature `postgres`, `Ledger::connect`. Both have the same tables, and any
//! number of processes may have either open.
//!
//! ```
//! use taskbadge::badge::Iri;
//! use taskbadge::time::Instant;
//! use taskbadge_issuer::ledger::{Because, Intention, Ledger, LedgerKey, LedgerTrouble, Lists, Mark};
//! use taskbadge_issuer::ledger::{Reason, Signed, Stage, Status};
//!
//! # let folder = tempfile::tempdir()?;
//! let secret = [1; 32];
//! let mut ledger = Ledger::open(&folder.path().join("ledger.sqlite"))?.under(LedgerKey::of(&secret))?;
//! let now: Instant = "2026-11-22T09:30:00Z".parse()?;
//! let lists = Lists::below(&"https://centre.example.org/status".parse()?);
//!
//! // Reserve an index and store what is to be signed.
//! let badge = Iri::uuid([7; 16]);
//! let row = Mark::keyed(&secret, &[b"row", b"forklift 2026-11-03 emailAddress amina@example.org"]);
//! let group = [Intention::new(&badge, &row, "forklift", "1", "2026-11-03".parse()?)];
//! # let mut next = 0_u8;
//! # let random = |bytes: &mut [u8]| { bytes.fill_with(|| { next = next.wrapping_add(89); next }); Ok(()) };
//! let intended = ledger.intend(&group, &lists, now, random, |_, entries| {
//!     Ok::<_, LedgerTrouble>(format!("the badge with {:?} in it", entries[0].status()).into_bytes())
//! })?;
//! let Stage::ToSign { content, .. } = &intended[0].stage else { unreachable!("this row is new") };
//!
//! // Sign it, and say so. From then on it counts.
//! let text = [content.as_slice(), b", signed"].concat();
//! ledger.complete(&[Signed { badge: &badge, text: &text, proofs: &[] }], "did:key:z6Mk…#z6Mk…", now)?;
//!
//! // Take it back.
//! let because = Because::new("registrar@centre.example.org", "the brake test was not done")?;
//! ledger.revoke([&badge], Reason::IssuedInError, &because, now)?;
//! assert_eq!(ledger.find(&badge)?.map(|found| found.status), Some(Status::Revoked));
//! let list = &ledger.lists()?[0];
//! assert_eq!(ledger.raised(&list.url)?, [intended[0].entries[0].index]);
//! assert!(ledger.check()?.is_whole());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod change;
mod check;
mod compare;
mod database;
mod decided;
mod event;
#[cfg(not(feature = "faults"))]
pub(crate) mod faults;
#[cfg(feature = "faults")]
#[doc(hidden)]
pub mod faults;
mod issue;
mod key;
mod person;
mod publish;
mod query;
mod replay;
mod schema;
mod seal;
mod standing;
mod sworn;
mod trouble;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use taskbadge::badge::{Iri, StatusEntry, StatusPurpose};
use taskbadge::shown::hidden;

use crate::text::hex;
use database::Database;
use decided::Decided;
use sworn::Sworn;

pub use check::{Check, Fault, OpenIntention, Sealed, Witness};
pub use event::{Adopted, Event, Happening, Place};
pub use issue::{Completed, Intended, Intention, Lists, Replaces, Signed, Stage};
pub use key::LedgerKey;
pub use person::{Erased, Particulars};
pub use publish::{Comparison, List, Published};
pub(crate) use query::Earlier;
pub use query::{Count, Query, Record, Tally};
pub use standing::Reason;
pub use trouble::LedgerTrouble;

type Result<T> = std::result::Result<T, LedgerTrouble>;

/// The ledger of a centre, open. See the [module](self).
///
/// A change is durable when its method returns `Ok`. When one returns an error, it is as if it had not been asked for;
/// only where the connection to a server was lost while it committed can it have been done, and doing it again does no
/// harm.
pub struct Ledger {
    database: Database,
    key: Option<LedgerKey>,
    /// What was decided, as far as the events were read.
    decided: Decided,
}

impl Ledger {
    /// Opens a ledger file, or begins one. It is readable by its owner only. Before anything is written, it has to be
    /// [under the centre's key](Ledger::under).
    ///
    /// The file has two others beside it while it is open (`-wal`, `-shm`). Copy them together, or with
    /// `sqlite3 ledger.sqlite ".backup …"`; never put the file on a network drive, where locks do not hold.
    ///
    /// # Errors
    /// [`LedgerTrouble::NotALedger`], [`LedgerTrouble::Newer`], [`LedgerTrouble::Damaged`], and what can go wrong with
    /// files.
    pub fn open(path: &Path) -> Result<Self> {
        Self::over(Database::sqlite(path)?)
    }

    /// Connects to a ledger in PostgreSQL 15 or later, or begins one in an empty database. The address is a URL, or
    /// `host=… user=… dbname=…`.
    ///
    /// There is no TLS here yet: use a Unix socket, a private network or a tunnel, and an address that insists on TLS
    /// is refused. After [`LedgerTrouble::Unreachable`] connect anew.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    #[cfg(feature = "postgres")]
    pub fn connect(address: &str) -> Result<Self> {
        Self::over(Database::postgres(address)?)
    }

    /// Whether the rows of this ledger are known under a secret.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn knows_a_secret(&mut self) -> Result<bool> {
        Ok(self.secret_mark()?.is_some())
    }

    /// The same ledger with the key that its events are sealed with: it can be written, and what is read is held against
    /// the seals. Once written under a key, a ledger takes no other: two machines with two secrets would not recognise
    /// each other's rows, and issue them twice.
    ///
    /// # Errors
    /// [`LedgerTrouble::OtherSecret`]; [`LedgerTrouble::Altered`] where something was planted in the database that runs by
    /// itself; the troubles of the database.
    pub fn under(mut self, key: LedgerKey) -> Result<Self> {
        self.refuse_other_secret(&key)?;
        schema::refuse_planted(&mut self.database)?;
        Ok(Self { key: Some(key), ..self })
    }

    /// Refuses a key under which the rows of this ledger are not known; a ledger that is not bound takes any.
    pub(crate) fn refuse_other_secret(&mut self, key: &LedgerKey) -> Result<()> {
        match self.secret_mark()? {
            Some(bound) if bound != key.mark().as_str() => {
                Err(LedgerTrouble::OtherSecret { place: self.database.place().into() })
            }
            _ => Ok(()),
        }
    }

    /// Reads as of one moment, with what the sealed events say up to then; `None` where that cannot be told: without the
    /// key, or before the ledger is sealed.
    fn reading<T>(&mut self, work: impl FnOnce(&mut Database, Option<Sworn<'_>>) -> Result<T>) -> Result<T> {
        let Self { database, key, decided } = self;
        database.read(|database| {
            let sworn = match key {
                Some(key) if sworn::is_sealed(database)? => {
                    *decided = std::mem::take(decided).catch_up(database, key)?;
                    Some(Sworn { key, decided })
                }
                _ => None,
            };
            work(database, sworn)
        })
    }

    fn secret_mark(&mut self) -> Result<Option<String>> {
        Ok(self.database.first("SELECT secret FROM head", &[], |row| row.maybe_text(0))?.flatten())
    }

    /// Makes a ledger of an earlier version, for tests of what opening it does.
    #[cfg(feature = "faults")]
    #[doc(hidden)]
    pub fn begin_at_version(path: &Path, version: usize) -> Result<()> {
        schema::migrate_to(&mut Database::sqlite(path)?, version)
    }

    /// Runs statements past all care, for tests of what a check finds.
    #[cfg(feature = "faults")]
    #[doc(hidden)]
    pub fn tamper(&mut self, sql: &str) -> Result<()> {
        self.database.batch(sql)
    }

    fn over(mut database: Database) -> Result<Self> {
        schema::migrate(&mut database)?;
        Ok(Self { database, key: None, decided: Decided::default() })
    }
}

/// Where a log ends: the number of its last event and that event's hash. Its text is `12-` and 64 hexadecimal digits.
///
/// Publish it with the status lists: whoever holds it can tell whether a ledger contains everything up to there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of the last event; 0 for an empty log.
    pub sequence: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl Head {
    /// As far as a number in JSON is exact. No ledger comes near it, and a head from outside may say anything.
    const MOST: u64 = 1 << 52;
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.sequence, hex(&self.hash))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({self})")
    }
}

/// The text is not the head of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the end of a ledger's log, such as 12-9f86…; take it from the published folder as it stands")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> std::result::Result<Self, NotAHead> {
        let (sequence, hash) = text.split_once('-').ok_or(NotAHead)?;
        let sequence = sequence.parse().ok().filter(|sequence| *sequence <= Self::MOST);
        Ok(Self { sequence: sequence.ok_or(NotAHead)?, hash: unhex(hash).ok_or(NotAHead)? })
    }
}

/// How the ledger knows a row of a roster, or a recipient: a keyed hash, which tells nothing to somebody who guesses
/// names.
///
/// ```
/// use taskbadge_issuer::ledger::Mark;
/// let secret = [1; 32];
/// assert_ne!(Mark::keyed(&secret, &[b"row", b"one"]), Mark::keyed(&secret, &[b"row", b"two"]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark(String);

impl Mark {
    /// The first half of HMAC-SHA-256 (RFC 2104) over parts that cannot run into each other. The first part says what
    /// of: `row`, `recipient`; for a replacement also the badge it replaces.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    #[must_use]
    pub fn keyed(secret: &[u8; 32], parts: &[&[u8]]) -> Self {
        Self(hex(&key::keyed(secret, parts)[..16]))
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the mark of a row or a recipient: 32 hexadecimal digits in lower case")]
pub struct NotAMark;

impl FromStr for Mark {
    type Err = NotAMark;

    fn from_str(text: &str) -> std::result::Result<Self, NotAMark> {
        let is_mark = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_mark { Ok(Self(text.into())) } else { Err(NotAMark) }
    }
}

/// A badge's place in a status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the list says of its entries.
    pub purpose: StatusPurpose,
    /// The list's address.
    pub list: Iri,
    /// The index, from 0.
    pub index: u64,
}

impl Entry {
    /// The entry as it stands in a badge.
    #[must_use]
    pub fn status(&self) -> StatusEntry {
        StatusEntry::new(self.purpose, self.list.clone(), self.index)
    }
}

/// How far a badge has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Its index is reserved and its content stored; it may have been signed, and nobody said so.
    Intended,
    /// It was signed, and the ledger knows the digest.
    Issued,
    /// It was issued, and another was issued in its place.
    Superseded,
}

/// Whether a badge stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody took it back.
    #[default]
    Good,
    /// Taken back for a while.
    Suspended,
    /// Taken back for good.
    Revoked,
}

/// Gives a closed enum its words in the database and the log.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// Its word in the log, in exports and on the command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::ledger::UnknownWord;

            fn from_str(text: &str) -> std::result::Result<Self, $crate::ledger::UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err($crate::ledger::UnknownWord { text: text.into(), known: &[$($word),*] }),
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use words;

words!(State { Intended = "intended", Issued = "issued", Superseded = "superseded" });
words!(Status { Good = "good", Suspended = "suspended", Revoked = "revoked" });

/// The word is none of those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not known here; it is one of {}", known.join(", "))]
pub struct UnknownWord {
    text: String,
    known: &'static [&'static str],
}

/// Who decided, and why. Both stay in the ledger: write no trainee's name into them.
///
/// ```
/// use taskbadge_issuer::ledger::Because;
/// assert!(Because::new("registrar@centre.example.org", "the video shows another person").is_ok());
/// assert!(Because::new("registrar@centre.example.org", " ").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    actor: String,
    text: String,
}

impl Because {
    /// As many characters as each of the two texts may have.
    pub const LONGEST: usize = 500;

    /// An actor, such as an account or an office, and the reason in a sentence.
    ///
    /// # Errors
    /// [`LedgerTrouble::NoReason`] where one of them is empty, [`LedgerTrouble::HiddenInReason`] where it has characters
    /// that are not seen, [`LedgerTrouble::LongReason`] where it is longer than [`Because::LONGEST`].
    pub fn new(actor: impl Into<String>, text: impl Into<String>) -> Result<Self> {
        let (actor, text) = (actor.into(), text.into());
        for (what, given) in [("who decided", &actor), ("the reason", &text)] {
            if given.trim().is_empty() {
                return Err(LedgerTrouble::NoReason(what));
            }
            if let Some(character) = hidden(given) {
                return Err(LedgerTrouble::HiddenInReason { what, character: character.into() });
            }
            if given.chars().count() > Self::LONGEST {
                return Err(LedgerTrouble::LongReason { what, most: Self::LONGEST });
            }
        }
        Ok(Self { actor, text })
    }

    /// Who decided.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Why.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
