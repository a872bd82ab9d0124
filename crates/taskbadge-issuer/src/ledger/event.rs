//! The log: one line for whatever happened, each with the hash of the one before and a seal that only the centre can make.
//!
//! The hash of an event is SHA-256 over the hash before it (32 bytes; zeros before the first) and the event's body,
//! canonical JSON (RFC 8785). Its seal is HMAC-SHA-256 (RFC 2104) over the same, under a key that the database does not
//! hold. Nothing personal is in a body: of what people wrote, and of what is known of a person, the body has SHA-256 over
//! 16 random bytes and the text, which proves the text as long as it is there and gives nothing away after.
//!
//! Everything that the tables say follows from the events; [`apply`](super::apply) says how.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use taskbadge::badge::Iri;
use taskbadge::json::{Document, Limits};
use taskbadge::time::Instant;

use super::database::Row;
use super::{Entry, LedgerTrouble, Particulars, Reason, Replaces, Result, State, Status};
use crate::ledger::trouble::purpose_name;
use crate::text::hex;

/// Something that happened, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number in the log, from 1.
    pub sequence: u64,
    /// When, by the clock of the caller.
    pub at: Instant,
    /// The badge it happened to, if it was one.
    pub badge: Option<Iri>,
    /// What happened.
    pub happening: Happening,
    /// What was written as the reason, unless it was erased since.
    pub note: Option<String>,
    /// The number of the last [decisive](Happening::is_decisive) event before it.
    pub(super) decisive: u64,
}

/// What can happen. Digests are in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Happening {
    /// A status list was begun.
    ListOpened {
        /// Its address.
        list: String,
        /// `revocation` or `suspension`.
        purpose: String,
        /// How many entries it has.
        capacity: u64,
    },
    /// A badge is to be signed.
    Intended {
        /// The mark of its row.
        row: String,
        /// The task.
        task: String,
        /// The task's version.
        version: String,
        /// The day of the award. Absent in what was written before events were sealed, as the other optional ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        awarded: Option<String>,
        /// The end of the badge, if it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        valid_until: Option<Instant>,
        /// SHA-256 of the content to be signed.
        content: String,
        /// The digest of what is known of the person, if anything is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        particulars: Option<String>,
        /// Its places in the status lists.
        entries: Vec<Place>,
        /// The badge that it replaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<String>,
        /// Why it replaces that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        how: Option<Replaces>,
        /// Who decided that it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// The digest of what was written as the reason.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
    /// A badge was signed.
    Issued {
        /// SHA-256 of the signed bytes.
        digest: String,
        /// The verification method of the key.
        signer: String,
        /// The digests of what its proofs sign: they stay the same however the badge is written down.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        signed: Vec<String>,
    },
    /// Another badge was issued in its place.
    Superseded {
        /// That badge.
        by: String,
        /// `correction` or `renewal`.
        how: String,
        /// Who decided.
        actor: String,
    },
    /// A badge was taken back for good.
    Revoked {
        /// The reason's code.
        reason: Reason,
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The bit that says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bit: Option<Place>,
    },
    /// A badge was taken back for a while.
    Suspended {
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
        /// The bit that says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bit: Option<Place>,
    },
    /// A suspended badge stands again.
    Reinstated {
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
        /// The bit that says so no more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bit: Option<Place>,
    },
    /// Personal data was erased.
    Forgotten {
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// A status list was published.
    Published {
        /// Its address.
        list: String,
        /// The number of this publication.
        publication: u64,
        /// SHA-256 of what was published.
        digest: String,
    },
    /// What was published is not of this log's past.
    Behind {
        /// The head that was published.
        published: String,
    },
    /// A person decided to go on with a ledger that was restored. The numbers of events go on after what was published.
    RestorationAccepted {
        /// The head that was published.
        published: String,
        /// The lists that are used no more.
        closed: Vec<String>,
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// A person decided to go on without lists that were published and are nowhere any more.
    ListsLost {
        /// Their addresses.
        lists: Vec<String>,
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// A person decided, where nobody remembered what was published last, that nothing later was than this ledger knows.
    TakenAsNewest {
        /// Where the log ended.
        end: String,
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// From here on events are sealed. What the events before do not say, those that follow at once do.
    Sealed {
        /// The published heads whose loss was accepted before.
        accepted: Vec<String>,
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// How a badge stood when the ledger was sealed.
    BadgeAdopted(Box<Adopted>),
    /// How a status list stood when the ledger was sealed.
    ListAdopted {
        /// Its address.
        list: String,
        /// `revocation` or `suspension`.
        purpose: String,
        /// How many entries it has.
        capacity: u64,
        /// Whether it was given badges.
        open: bool,
        /// The number of its last publication.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        publication: Option<u64>,
    },
}

/// How a badge stood when the ledger was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adopted {
    /// The mark of its row.
    pub row: String,
    /// The task.
    pub task: String,
    /// The task's version.
    pub version: String,
    /// The day of the award.
    pub awarded: String,
    /// The end of the badge, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Instant>,
    /// How far it had come.
    pub state: State,
    /// Whether it stood.
    pub status: Status,
    /// SHA-256 of the content to be signed, where it was not signed yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// SHA-256 of the signed bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The verification method of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// The digests of what its proofs sign, where the bytes were there to tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<String>,
    /// The digest of what is known of the person, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particulars: Option<String>,
    /// Its places in the status lists.
    pub entries: Vec<Place>,
    /// Those of them whose bits were set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<Place>,
    /// The badge that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Why it replaces that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<Replaces>,
    /// Who decided that it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The digest of what was written as the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl Happening {
    /// Who decided, where somebody did.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Superseded { actor, .. }
            | Self::Revoked { actor, .. }
            | Self::Suspended { actor, .. }
            | Self::Reinstated { actor, .. }
            | Self::Forgotten { actor, .. }
            | Self::RestorationAccepted { actor, .. }
            | Self::ListsLost { actor, .. }
            | Self::TakenAsNewest { actor, .. }
            | Self::Sealed { actor, .. } => Some(actor),
            Self::Intended { actor, .. } => actor.as_deref(),
            Self::BadgeAdopted(adopted) => adopted.actor.as_deref(),
            _ => None,
        }
    }

    /// Whether it decides what is published, or what may be issued. Every event names the last decisive one before it:
    /// whoever follows them from the end of the log has all of them, however long the log is.
    #[must_use]
    pub fn is_decisive(&self) -> bool {
        match self {
            Self::Intended { .. } | Self::Issued { .. } | Self::Superseded { .. } | Self::Forgotten { .. } => false,
            Self::BadgeAdopted(adopted) => adopted.status != Status::Good || !adopted.raised.is_empty(),
            _ => true,
        }
    }

    /// The digest of what was written as the reason.
    pub(super) fn note(&self) -> Option<&str> {
        match self {
            Self::Revoked { note, .. } => note.as_deref(),
            Self::Suspended { note, .. }
            | Self::Reinstated { note, .. }
            | Self::Forgotten { note, .. }
            | Self::RestorationAccepted { note, .. }
            | Self::ListsLost { note, .. }
            | Self::TakenAsNewest { note, .. }
            | Self::Sealed { note, .. } => Some(note),
            _ => None,
        }
    }
}

/// A place in a status list, as in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The index, from 0.
    pub index: u64,
    /// The list's address.
    pub list: String,
    /// `revocation` or `suspension`.
    pub purpose: String,
}

impl From<&Entry> for Place {
    fn from(entry: &Entry) -> Self {
        Self { index: entry.index, list: entry.list.to_string(), purpose: purpose_name(entry.purpose).into() }
    }
}

/// An event without its hash, in the words of its JSON.
#[derive(Serialize, Deserialize)]
struct Body {
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    badge: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    decisive: u64,
    #[serde(flatten)]
    happening: Happening,
    sequence: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Event {
    /// From a row of sequence, body and note.
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        let mut event =
            Self::of_body(&row.text(1)?).ok_or_else(|| row.damaged("an event of the log cannot be read"))?;
        event.sequence = row.count(0)?;
        event.note = row.maybe_text(2)?;
        Ok(event)
    }

    /// From its body alone; `None` where that is not the one way to write it.
    pub(super) fn from_canonical(text: &str) -> Option<Self> {
        let document = Document::parse(text.as_bytes(), Limits::BADGE).ok()?;
        if document.root().canonical() == text { Self::of_body(text) } else { None }
    }

    /// From a body that is known to be one that taskbadge wrote.
    pub(super) fn of_body(text: &str) -> Option<Self> {
        let Body { at, badge, decisive, happening, sequence } = serde_json::from_str(text).ok()?;
        let badge = badge.map(|badge| badge.parse()).transpose().ok()?;
        Some(Self { sequence, at: at.parse().ok()?, badge, happening, note: None, decisive })
    }

    /// Its body.
    ///
    /// # Errors
    /// [`LedgerTrouble::Database`] for a text that cannot be written as JSON.
    pub(super) fn body(&self, place: &str) -> Result<String> {
        let body = Body {
            at: self.at.to_string(),
            badge: self.badge.as_ref().map(Iri::to_string),
            decisive: self.decisive,
            happening: self.happening.clone(),
            sequence: self.sequence,
        };
        let document = Document::from_serialize(&body).map_err(|finding| LedgerTrouble::Database {
            place: place.into(),
            why: format!("this cannot be written into the log: {finding}"),
        })?;
        Ok(document.root().canonical())
    }
}

/// The hash of an event.
pub(super) fn link(before: &[u8; 32], body: &str) -> [u8; 32] {
    Sha256::new().chain_update(before).chain_update(body).finalize().into()
}

/// What the log says of a note.
pub(super) fn note_digest(salt: &[u8], text: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(text).finalize())
}

/// What the log says of what is known of a person: the digest over the salt and a JSON array of the four texts.
pub(super) fn particulars_digest(salt: &[u8], known: &Particulars<'_>) -> String {
    let Particulars { recipient_mark, name, recipient, line } = known;
    let texts = [recipient_mark.map(super::Mark::as_str), *name, *recipient, *line];
    note_digest(salt, &serde_json::to_string(&texts).expect("texts always serialise"))
}
