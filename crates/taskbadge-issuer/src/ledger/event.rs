//! The log: one line for whatever happened, each with the hash of the one before.
//!
//! The hash of an event is SHA-256 over the hash before it (32 bytes; zeros before the first) and the event's body,
//! canonical JSON (RFC 8785). Nothing personal is in a body: what people wrote is in a table that can be erased, and
//! the body has SHA-256 over 16 random bytes and the text, which proves the text as long as it is there and gives
//! nothing away after.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use taskbadge::badge::Iri;
use taskbadge::json::{Document, Limits};
use taskbadge::time::Instant;

use super::database::{Database, Row, Value};
use super::faults::step;
use super::{Because, Head, Ledger, LedgerTrouble, Reason, Result};
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
        /// SHA-256 of the content to be signed.
        content: String,
        /// Its places in the status lists.
        entries: Vec<Place>,
        /// The badge that it replaces.
        #[serde(skip_serializing_if = "Option::is_none")]
        replaces: Option<String>,
    },
    /// A badge was signed.
    Issued {
        /// SHA-256 of the signed bytes.
        digest: String,
        /// The verification method of the key.
        signer: String,
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
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A badge was taken back for a while.
    Suspended {
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
    },
    /// A suspended badge stands again.
    Reinstated {
        /// Who decided.
        actor: String,
        /// The digest of what was written.
        note: String,
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
            | Self::RestorationAccepted { actor, .. } => Some(actor),
            _ => None,
        }
    }

    /// The digest of what was written as the reason.
    pub(super) fn note(&self) -> Option<&str> {
        match self {
            Self::Revoked { note, .. } => note.as_deref(),
            Self::Suspended { note, .. }
            | Self::Reinstated { note, .. }
            | Self::Forgotten { note, .. }
            | Self::RestorationAccepted { note, .. } => Some(note),
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

/// An event without its hash, in the words of its JSON.
#[derive(Serialize, Deserialize)]
struct Body {
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    badge: Option<String>,
    #[serde(flatten)]
    happening: Happening,
    sequence: u64,
}

impl Event {
    /// From a row of sequence, body and note.
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        let text = row.text(1)?;
        let body: Body = serde_json::from_str(&text).map_err(|_| row.damaged("an event of the log cannot be read"))?;
        let badge = body.badge.map(|badge| badge.parse()).transpose();
        Ok(Self {
            sequence: row.count(0)?,
            at: body.at.parse().map_err(|_| row.damaged("an event of the log has no time"))?,
            badge: badge.map_err(|_| row.damaged("an event of the log names no badge"))?,
            happening: body.happening,
            note: row.maybe_text(2)?,
        })
    }

    /// From its body alone; `None` where that is not the one way to write it.
    pub(super) fn from_canonical(text: &str) -> Option<Self> {
        if canonical(&Document::parse(text.as_bytes(), Limits::BADGE).ok()?) != text {
            return None;
        }
        let body: Body = serde_json::from_str(text).ok()?;
        let badge = body.badge.map(|badge| badge.parse()).transpose().ok()?;
        let at = body.at.parse().ok()?;
        Some(Self { sequence: body.sequence, at, badge, happening: body.happening, note: None })
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

fn canonical(document: &Document) -> String {
    document.root().canonical()
}

/// A change to the ledger in the making: it holds the writer's lock, and collects the events that go into the log.
pub(super) struct Change<'d> {
    pub(super) database: &'d mut Database,
    pub(super) head: Head,
    /// How many badges and lists there are.
    pub(super) badges: u64,
    pub(super) lists: u64,
    at: Instant,
    events: Vec<(u64, Option<u64>, String, [u8; 32])>,
    notes: Vec<(u64, Option<u64>, [u8; 16], String)>,
}

impl Ledger {
    /// Changes the ledger: all of the work and its events, or nothing.
    pub(super) fn change<T, E: From<LedgerTrouble>>(
        &mut self,
        at: Instant,
        work: impl FnOnce(&mut Change<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.database.write(|database| {
            let lock = if database.is_sqlite() { "" } else { " FOR UPDATE" };
            let head =
                database.first(&format!("SELECT sequence, hash, badges, lists FROM head{lock}"), &[], |row| {
                    Ok((Head { sequence: row.count(0)?, hash: row.digest(1)? }, row.count(2)?, row.count(3)?))
                })?;
            let (head, badges, lists) = head.ok_or_else(|| LedgerTrouble::Damaged {
                place: database.place().into(),
                why: "the end of its log is not written down".into(),
            })?;
            step("the head is locked");
            let mut change = Change { database, head, badges, lists, at, events: Vec::new(), notes: Vec::new() };
            let done = work(&mut change)?;
            change.close()?;
            Ok(done)
        })
    }
}

impl Change<'_> {
    /// Adds an event. `badge` is the number and the id of the badge it happened to.
    pub(super) fn log(&mut self, badge: Option<(u64, &Iri)>, happening: Happening) -> Result<u64> {
        let sequence = self.head.sequence + 1;
        let body = Body { at: self.at.to_string(), badge: badge.map(|(_, id)| id.to_string()), happening, sequence };
        let body = Document::from_serialize(&body).map_err(|finding| LedgerTrouble::Database {
            place: self.database.place().into(),
            why: format!("this cannot be written into the log: {finding}"),
        })?;
        let body = canonical(&body);
        self.head = Head { sequence, hash: link(&self.head.hash, &body) };
        self.events.push((sequence, badge.map(|(number, _)| number), body, self.head.hash));
        Ok(sequence)
    }

    /// Adds an event with what a person wrote. `happening` gets the digest of that.
    pub(super) fn log_because(
        &mut self,
        badge: Option<(u64, &Iri)>,
        because: &Because,
        happening: impl FnOnce(String, String) -> Happening,
    ) -> Result<u64> {
        let salt = crate::trouble::random::<16>().map_err(|_| LedgerTrouble::NoRandomness)?;
        let digest = note_digest(&salt, because.text());
        let sequence = self.log(badge, happening(because.actor().into(), digest))?;
        self.notes.push((sequence, badge.map(|(number, _)| number), salt, because.text().into()));
        Ok(sequence)
    }

    fn close(self) -> Result<()> {
        let Self { database, head, badges, lists, events, notes, .. } = self;
        if events.is_empty() {
            // Nothing happened, so nothing has to wait for the disk.
            return Ok(());
        }
        step("rows are stored");
        let rows: Vec<_> = events
            .iter()
            .map(|(sequence, badge, body, hash)| [(*sequence).into(), (*badge).into(), body.into(), hash.into()])
            .collect();
        database.insert("events (sequence, badge, body, hash)", &rows, "", |_| Ok(()))?;
        let rows: Vec<_> = notes
            .iter()
            .map(|(event, badge, salt, note)| [(*event).into(), (*badge).into(), salt.into(), note.into()])
            .collect();
        database.insert("notes (event, badge, salt, note)", &rows, "", |_| Ok(()))?;
        let head_row: [Value<'_>; 4] = [head.sequence.into(), (&head.hash).into(), badges.into(), lists.into()];
        database.run("UPDATE head SET sequence = $1, hash = $2, badges = $3, lists = $4", &head_row)?;
        step("the log is written");
        Ok(())
    }
}
