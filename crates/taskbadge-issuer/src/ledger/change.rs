//! Changing the ledger: what happens is written down as sealed events, and the tables follow from them.

use taskbadge::badge::Iri;
use taskbadge::time::Instant;

use super::apply::{Kept, Logged, apply};
use super::database::{Database, Value};
use super::decided::Decided;
use super::event::{Event, Happening, link, note_digest};
use super::faults::step;
use super::key::LedgerKey;
use super::{Because, Head, Ledger, LedgerTrouble, Result};

/// A change to the ledger in the making: it holds the writer's lock, and collects the events that go into the log.
pub(super) struct Change<'l> {
    pub(super) database: &'l mut Database,
    pub(super) key: &'l LedgerKey,
    /// What was decided up to here, by the sealed events alone.
    pub(super) decided: &'l mut Decided,
    pub(super) head: Head,
    /// How many badges and lists there are.
    pub(super) badges: u64,
    pub(super) lists: u64,
    at: Instant,
    happened: bool,
    pending: Vec<Logged>,
}

impl Ledger {
    /// Changes the ledger: all of the work and its events, or nothing.
    pub(super) fn change<T, E: From<LedgerTrouble>>(
        &mut self,
        at: Instant,
        work: impl FnOnce(&mut Change<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.change_as(at, Sealing::Required, work)
    }

    pub(super) fn change_as<T, E: From<LedgerTrouble>>(
        &mut self,
        at: Instant,
        sealing: Sealing,
        work: impl FnOnce(&mut Change<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let Self { database, key, decided } = self;
        let key = key.as_ref().ok_or_else(|| LedgerTrouble::NoSecret { place: database.place().into() })?;
        let known = std::mem::take(decided);
        let (done, known) = database.write(|database| {
            let lock = if database.is_sqlite() { "" } else { " FOR UPDATE" };
            let select = format!("SELECT sequence, hash, badges, lists, secret FROM head{lock}");
            let head = database.first(&select, &[], |row| {
                let head = Head { sequence: row.count(0)?, hash: row.digest(1)? };
                Ok((head, row.count(2)?, row.count(3)?, row.maybe_text(4)?))
            })?;
            let (head, badges, lists, secret) = head.ok_or_else(|| no_head(database))?;
            step("the head is locked");
            match secret {
                Some(mark) if mark != key.mark().as_str() => {
                    return Err(LedgerTrouble::OtherSecret { place: database.place().into() }.into());
                }
                Some(_) => {}
                None => database.run("UPDATE head SET secret = $1", &[key.mark().as_str().into()])?,
            }
            let mut known = match sealing {
                Sealing::Required => known.catch_up(database, key)?,
                Sealing::Begun => Decided::default(),
            };
            let mut change = Change {
                database,
                key,
                decided: &mut known,
                head,
                badges,
                lists,
                at,
                happened: false,
                pending: Vec::new(),
            };
            let done = work(&mut change)?;
            change.close()?;
            Ok::<_, E>((done, known))
        })?;
        *decided = known;
        Ok(done)
    }
}

/// Whether the log has to be sealed up to here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealing {
    /// It has: so it is for all but the one change that seals an old ledger.
    Required,
    /// That one.
    Begun,
}

impl Change<'_> {
    /// Adds an event. `badge` is the number and the id of the badge it happened to.
    pub(super) fn log(&mut self, badge: Option<(u64, &Iri)>, happening: Happening) -> Result<u64> {
        self.log_with(badge, happening, Kept::Nothing)
    }

    /// Adds an event with what a person wrote. `happening` gets the digest of that.
    pub(super) fn log_because(
        &mut self,
        badge: Option<(u64, &Iri)>,
        because: &Because,
        happening: impl FnOnce(String, String) -> Happening,
    ) -> Result<u64> {
        let salt = salt()?;
        let digest = note_digest(&salt, because.text());
        let happening = happening(because.actor().into(), digest);
        self.log_with(badge, happening, Kept::Note { salt, text: because.text().into() })
    }

    /// Adds an event with what goes into the tables of what can be erased.
    pub(super) fn log_with(&mut self, badge: Option<(u64, &Iri)>, happening: Happening, kept: Kept) -> Result<u64> {
        let sequence = self.head.sequence + 1;
        let event = Event {
            sequence,
            at: self.at,
            badge: badge.map(|(_, id)| id.clone()),
            happening,
            note: None,
            decisive: self.decided.last(),
        };
        let body = event.body(self.database.place())?;
        let seal = self.key.seal(&self.head.hash, &body);
        self.head = Head { sequence, hash: link(&self.head.hash, &body) };
        self.decided.follow(&event);
        let number = badge.map(|(number, _)| number);
        self.pending.push(Logged { event, number, kept, body, hash: self.head.hash, seal: Some(seal) });
        Ok(sequence)
    }

    /// Lets the tables follow, for what is read in the same change.
    pub(super) fn catch_up(&mut self) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        self.happened = true;
        apply(self.database, &pending.iter().collect::<Vec<_>>())?;
        let rows: Vec<_> = pending.iter().map(Logged::row).collect();
        self.database.insert("events (sequence, badge, body, hash, mac)", &rows, "", |_| Ok(()))
    }

    fn close(mut self) -> Result<()> {
        self.catch_up()?;
        if !self.happened {
            // Nothing happened, so nothing has to wait for the disk.
            return Ok(());
        }
        step("rows are stored");
        self.write_head()?;
        step("the log is written");
        Ok(())
    }

    pub(super) fn write_head(&mut self) -> Result<()> {
        let Self { database, head, badges, lists, .. } = self;
        let row: [Value<'_>; 4] = [head.sequence.into(), (&head.hash).into(), (*badges).into(), (*lists).into()];
        database.run("UPDATE head SET sequence = $1, hash = $2, badges = $3, lists = $4", &row)
    }
}

/// Random bytes that go before a text whose digest is in the log.
pub(super) fn salt() -> Result<Vec<u8>> {
    crate::trouble::random::<16>().map(Vec::from).map_err(|_| LedgerTrouble::NoRandomness)
}

/// Where the log ends, as it is written down.
pub(super) fn written_head(database: &mut Database) -> Result<Head> {
    let head = database.first("SELECT sequence, hash FROM head", &[], |row| {
        Ok(Head { sequence: row.count(0)?, hash: row.digest(1)? })
    })?;
    head.ok_or_else(|| no_head(database))
}

fn no_head(database: &Database) -> LedgerTrouble {
    LedgerTrouble::Damaged { place: database.place().into(), why: "the end of its log is not written down".into() }
}
