//! Proving that the ledger is whole: its log is replayed into an empty ledger beside it, and every table, row and column
//! is compared with what stands.

use std::collections::HashMap;
use std::fmt;

use taskbadge::badge::Iri;
use taskbadge::shown::{Line, Name, Quoted};
use taskbadge::time::Instant;

use super::change::{Sealing, written_head};
use super::database::{Database, Value};
use super::query::{self, Record};
use super::replay::{Replayed, replay};
use super::{Because, Head, Ledger, LedgerTrouble, Result, Status, compare, publish, schema, sworn};

/// What a check of the ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How many events the log has.
    pub events: u64,
    /// How many badges there are.
    pub badges: u64,
    /// Where the log ends.
    pub head: Head,
    /// Whether the events have the seal of the centre.
    pub sealed: Sealed,
    /// What is wrong, at most a hundred faults.
    pub faults: Vec<Fault>,
    /// Badges that were begun and not finished. That is no fault: issuing their roster again finishes them.
    pub open: Vec<OpenIntention>,
    /// The published state that the ledger does not contain, while a person has to decide.
    pub in_doubt: Option<Head>,
}

impl Check {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What the seals of a log prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// Every event was written by the centre, or, where it is older than the sealing, was there when it sealed the ledger.
    Proven,
    /// The seals were not looked at, for want of the centre's secret: the hashes follow from each other, and the tables
    /// from the events. Whoever can write the database could have written all of it anew.
    Unproven,
    /// The log is of an earlier version and has no seals yet.
    Not,
}

/// One thing that is wrong. Its text says what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The database itself is damaged.
    #[error("the database is damaged: {}", Quoted(.0))]
    Database(String),
    /// A table, an index, a trigger or a view is not one that taskbadge makes, or one that it makes is missing.
    #[error("the database has another {} than taskbadge makes, or lacks it", Quoted(.0))]
    Schema(String),
    /// An event is missing, or its number is.
    #[error("the log goes from event {0} to event {1}: what is between was taken out")]
    Gap(u64, u64),
    /// An event is not what was written.
    #[error("event {0} is not what was written: its hash does not follow from it and the event before")]
    Hash(u64),
    /// An event was not written by the centre.
    #[error("event {0} does not have the seal of this centre: it was added or changed past taskbadge")]
    Seal(u64),
    /// An event is not one that this version writes.
    #[error("event {0} is not an event that taskbadge writes, or says it is another one")]
    Unreadable(u64),
    /// An event does not name the last decision before it.
    #[error("event {0} passes over a decision before it")]
    Decisive(u64),
    /// The end of the log is not where it should be.
    #[error(
        "the log ends at event {found}, and the ledger says it ends at {written}: events were taken off its end, or added past the ledger"
    )]
    Head {
        /// The number of the last event.
        found: u64,
        /// What the ledger says it is.
        written: u64,
    },
    /// An event that could not have happened after those before.
    #[error("event {0} cannot follow those before it")]
    Order(u64),
    /// An event of a badge that is not there.
    #[error("event {0} is about a badge that the log does not begin")]
    Nobody(u64),
    /// An event is filed under another badge than its own, or under none.
    #[error("event {0} is filed under another badge than its own")]
    Column(u64),
    /// A row says otherwise than the events.
    #[error("{table}, {}: the log says otherwise of {column}", Name(row))]
    Differs {
        /// The table.
        table: &'static str,
        /// The row: a badge, an event, the address of a list, or a number.
        row: String,
        /// The column.
        column: &'static str,
    },
    /// A row is missing.
    #[error("{table}, {}: it was taken out", Name(row))]
    Missing {
        /// The table.
        table: &'static str,
        /// The row.
        row: String,
    },
    /// A row that no event put there.
    #[error("{table}, {}: no event put it there", Name(row))]
    Planted {
        /// The table.
        table: &'static str,
        /// The row.
        row: String,
    },
    /// A badge that is kept is not a good one.
    #[error("{}: the badge that is kept is not what was decided: {}", badge.shown(), Line(why))]
    Badge {
        /// The badge.
        badge: Iri,
        /// What is wrong with it.
        why: String,
    },
}

/// A badge that was begun and not finished. Its text explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntention {
    /// The badge.
    pub badge: Iri,
    /// Its task.
    pub task: String,
    /// When its index was reserved.
    pub since: Instant,
    /// Whether it stands.
    pub status: Status,
}

impl fmt::Display for OpenIntention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { badge, task, since, status } = self;
        write!(f, "{} for {} was begun on {since} and not finished; ", badge.shown(), Name(task))?;
        f.write_str(match status {
            Status::Revoked => "it is revoked, so nothing is left to do",
            _ => "issue its roster again, which signs what was stored, with the index that was reserved",
        })
    }
}

/// Who knows of a check what the ledger does not: the keys of the centre, and how to tell somebody how far it is.
pub trait Witness {
    /// Of each badge that is kept, with its record, what is wrong with it, if anything is.
    fn wrong(&self, kept: &[(Record, Vec<u8>)]) -> Vec<Option<String>> {
        vec![None; kept.len()]
    }

    /// The digests of what the key of this verification method signed in a badge.
    fn signed(&self, signer: &str, text: &[u8]) -> Vec<[u8; 32]> {
        let _ = (signer, text);
        Vec::new()
    }

    /// So many events of so many are replayed.
    fn progress(&mut self, done: u64, all: u64) {
        let _ = (done, all);
    }
}

/// Nobody who knows more than the ledger.
struct Nobody;

impl Witness for Nobody {}

impl Ledger {
    /// Reads the whole ledger as of one moment and proves it: every event follows from the one before and has the
    /// centre's seal, their numbers have no gap, and replaying them comes to the tables, rows and columns that stand.
    /// What a person wrote, and what is signed, have the digests that the events say.
    ///
    /// The replay lies in memory, and in a temporary file where it is large. A ledger with faults is `Ok`: they are in
    /// the answer. One that is not sealed yet is checked as if it were sealed now.
    ///
    /// # Errors
    /// The troubles of the database, where it cannot be read at all.
    pub fn check(&mut self) -> Result<Check> {
        self.check_before(&mut Nobody)
    }

    /// [`Ledger::check`] before a witness who looks at every badge that is kept.
    ///
    /// # Errors
    /// As [`Ledger::check`].
    pub fn check_before(&mut self, witness: &mut dyn Witness) -> Result<Check> {
        let is_sealed = sworn::is_sealed(&mut self.database)?;
        if is_sealed || self.key.is_none() {
            let Self { database, key, .. } = self;
            return database.read(|database| checked(database, key.as_ref(), witness));
        }
        let head = self.head()?;
        let select = "SELECT count(*) FROM events";
        let events = self.database.first(select, &[], |row| row.count(0))?.unwrap_or_default();
        // Nothing of this is written: it is undone with the answer in hand.
        let because = Because { actor: "taskbadge".into(), text: "a check".into() };
        let done = self.change_as(Instant::from_unix(0), Sealing::Begun, |change| {
            change.seal(&because, witness)?;
            change.catch_up()?;
            change.write_head()?;
            let check = checked(change.database, Some(change.key), witness)?;
            Err::<(), Undone>(Undone::Check(Box::new(Check { sealed: Sealed::Not, head, events, ..check })))
        });
        match done {
            Err(Undone::Check(check)) => Ok(*check),
            Err(Undone::Trouble(trouble)) => Err(trouble),
            Ok(()) => unreachable!("it is undone"),
        }
    }

    /// Makes a whole ledger of the log of this one, in an empty ledger: the tables anew from the events, and from the old
    /// tables only what the events have digests of. Gives what was wrong, and is not in the new one.
    ///
    /// # Errors
    /// [`LedgerTrouble::NoSecret`]; [`LedgerTrouble::Unsealed`]; [`LedgerTrouble::Altered`] where the log itself is not
    /// whole, which only a backup mends; [`LedgerTrouble::NotEmpty`]; the troubles of the databases.
    pub fn rebuild_into(&mut self, new: &mut Ledger, progress: &mut dyn FnMut(u64, u64)) -> Result<Vec<Fault>> {
        let Self { database, key, .. } = self;
        let key = key.as_ref().ok_or_else(|| LedgerTrouble::NoSecret { place: database.place().into() })?;
        if !sworn::is_sealed(database)? {
            return Err(LedgerTrouble::Unsealed { place: database.place().into() });
        }
        if new.head()?.sequence != 0 {
            return Err(LedgerTrouble::NotEmpty { place: new.database.place().into() });
        }
        database.read(|database| {
            let mut faults = Faults::default();
            let target = &mut new.database;
            let replayed = replay(database, target, Some(key), true, &mut |fault| faults.push(fault), progress)?;
            let written = written_head(database)?;
            // A wrong column beside an event is one of the tables; everything else is the log.
            let of_log = faults.0.iter().find(|fault| !matches!(fault, Fault::Column(_)));
            if let Some(fault) = of_log {
                return Err(sworn::altered(database, &fault.to_string()));
            }
            if replayed.end != written {
                return Err(sworn::altered(
                    database,
                    &Fault::Head { found: replayed.end.sequence, written: written.sequence }.to_string(),
                ));
            }
            target.run("UPDATE head SET secret = $1", &[key.mark().as_str().into()])?;
            for table in compare::TABLES {
                table.compare(database, target, &mut |fault| faults.push(fault))?;
            }
            target.write(|target| compare::TABLES.iter().try_for_each(|table| table.fill(database, target)))?;
            Ok(faults.0)
        })
    }
}

/// How a check of a ledger that is not sealed ends.
enum Undone {
    Check(Box<Check>),
    Trouble(LedgerTrouble),
}

impl From<LedgerTrouble> for Undone {
    fn from(trouble: LedgerTrouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Faults, as many as are told: where there are more, something happened to the whole.
#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    const MOST: usize = 100;

    fn push(&mut self, fault: Fault) {
        if self.0.len() < Self::MOST {
            self.0.push(fault);
        }
    }
}

pub(super) fn checked(
    database: &mut Database,
    key: Option<&super::LedgerKey>,
    witness: &mut dyn Witness,
) -> Result<Check> {
    let mut faults = Faults::default();
    if database.is_sqlite() {
        database.rows("PRAGMA integrity_check(10)", &[], |row| {
            let answer = row.text(0)?;
            if answer != "ok" {
                faults.push(Fault::Database(answer));
            }
            Ok(())
        })?;
    }
    let mut beside = Database::passing()?;
    schema::migrate(&mut beside)?;
    schema::differences(database)?.into_iter().for_each(|what| faults.push(Fault::Schema(what)));
    let replayed = replay(database, &mut beside, key, false, &mut |fault| faults.push(fault), &mut |done, all| {
        witness.progress(done, all);
    })?;
    let Replayed { events, end, sealed_from, .. } = replayed;
    let badges = database.first("SELECT count(*) FROM badges", &[], |row| row.count(0))?.unwrap_or_default();
    let written = written_head(database)?;
    let secret = database.first("SELECT secret FROM head", &[], |row| row.maybe_text(0))?.flatten();
    if end != written {
        faults.push(Fault::Head { found: end.sequence, written: written.sequence });
    }
    if let Some(key) = key
        && events > 0
        && secret.as_deref() != Some(key.mark().as_str())
    {
        faults.push(Fault::Differs { table: "head", row: "1".into(), column: "secret" });
    }
    let sealed = match (sealed_from, key) {
        (None, _) if events > 0 => Sealed::Not,
        (_, Some(_)) => Sealed::Proven,
        (_, None) => Sealed::Unproven,
    };
    // What was written before events were sealed does not say enough to compare the tables with.
    if sealed != Sealed::Not {
        for table in compare::TABLES {
            table.compare(database, &mut beside, &mut |fault| faults.push(fault))?;
        }
        look_at_badges(database, witness, &mut faults)?;
    }
    let open = open_intentions(database)?;
    let in_doubt = publish::in_doubt(database)?;
    Ok(Check { events, badges, head: end, sealed, faults: faults.0, open, in_doubt })
}

/// Badges that are looked at together.
const PAGE: u64 = 1000;

fn look_at_badges(database: &mut Database, witness: &dyn Witness, faults: &mut Faults) -> Result<()> {
    let mut after: u64 = 0;
    loop {
        let mut copies: HashMap<u64, Vec<u8>> = HashMap::new();
        let select = "SELECT badge, content FROM copies WHERE badge > $1 ORDER BY badge LIMIT $2";
        let mut last = None;
        database.rows(select, &[after.into(), PAGE.into()], |row| {
            last = Some(row.count(0)?);
            copies.insert(row.count(0)?, row.bytes(1)?);
            Ok(())
        })?;
        let Some(last) = last else { return Ok(()) };
        let range: [Value<'_>; 2] = [after.into(), last.into()];
        let records = query::records(database, "badges.number > $1 AND badges.number <= $2", &range, u64::MAX >> 1)?;
        let kept: Vec<(Record, Vec<u8>)> =
            records.into_iter().filter_map(|record| copies.remove(&record.number).map(|text| (record, text))).collect();
        for ((record, _), wrong) in kept.iter().zip(witness.wrong(&kept)) {
            if let Some(why) = wrong {
                faults.push(Fault::Badge { badge: record.badge.clone(), why });
            }
        }
        after = last;
    }
}

fn open_intentions(database: &mut Database) -> Result<Vec<OpenIntention>> {
    let mut open = Vec::new();
    let select = "SELECT id, task, intended_at, status FROM badges WHERE state = 'intended' ORDER BY number";
    database.rows(select, &[], |row| {
        open.push(OpenIntention {
            badge: row.parsed(0, "a badge has no id")?,
            task: row.text(1)?,
            since: Instant::from_unix(row.int(2)?),
            status: row.parsed(3, "a badge has no status")?,
        });
        Ok(())
    })?;
    Ok(open)
}
