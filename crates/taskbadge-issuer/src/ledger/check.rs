//! Proving that the ledger is whole: the log first, then every badge against what the log says of it.

use std::collections::BTreeMap;
use std::fmt;

use taskbadge::badge::Iri;
use taskbadge::time::Instant;

use super::database::{Database, Value};
use super::event::{Place, link, note_digest};
use super::publish;
use super::query::{self, Record};
use super::trouble::purpose_name;
use super::{Event, Happening, Head, Ledger, LedgerTrouble, Replaces, Result, State, Status, sha256};
use crate::text::hex;

/// What a check of the ledger found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How many events the log has.
    pub events: u64,
    /// How many badges there are.
    pub badges: u64,
    /// Where the log ends.
    pub head: Head,
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

/// One thing that is wrong. Its text says what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The database itself is damaged.
    #[error("the database is damaged: {0}")]
    Database(String),
    /// An event is missing, or its number is.
    #[error("the log goes from event {0} to event {1}: what is between was taken out")]
    Gap(u64, u64),
    /// An event is not what was written.
    #[error("event {0} is not what was written: its hash does not follow from it and the event before")]
    Hash(u64),
    /// An event is not one that this version writes.
    #[error("event {0} is not an event that taskbadge writes, or says it is another one")]
    Unreadable(u64),
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
    /// Badges are missing.
    #[error("the ledger gave out {written} numbers and has {found} badges: some were taken out")]
    Badges {
        /// How many there are.
        found: u64,
        /// How many there should be.
        written: u64,
    },
    /// A badge is not what the log says.
    #[error("{badge}: the log says otherwise of {what}")]
    Differs {
        /// The badge.
        badge: Iri,
        /// What differs.
        what: &'static str,
    },
    /// The stored bytes are not those of the digest.
    #[error("{0}: the stored bytes are not those that were written down")]
    Bytes(Iri),
    /// An event that could not have happened after those before.
    #[error("{badge}: event {event} cannot follow those before it")]
    Order {
        /// The badge.
        badge: Iri,
        /// The event.
        event: u64,
    },
    /// An event of a badge that is not there.
    #[error("event {0} is about a badge that the ledger does not have")]
    Nobody(u64),
    /// One index for two badges.
    #[error("index {index} of {list} is used {times} times")]
    IndexTwice {
        /// The list.
        list: String,
        /// The index.
        index: u64,
        /// How often.
        times: u64,
    },
    /// A list's count of used indices is wrong, or one lies beyond its end.
    #[error("{list} says that {written} of its indices are used, and {found} within its length are")]
    List {
        /// The list.
        list: String,
        /// How many are used.
        found: u64,
        /// What the ledger says.
        written: u64,
    },
    /// A note was changed.
    #[error("what was written as the reason of event {0} is not what it was")]
    Note(u64),
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
        write!(f, "{badge} for {task} was begun on {since} and not finished; ")?;
        f.write_str(match status {
            Status::Revoked => "it is revoked, so nothing is left to do",
            _ => "issue its roster again, which signs what was stored, with the index that was reserved",
        })
    }
}

impl Ledger {
    /// Reads the whole ledger as of one moment and proves it: every event follows from the one before, every badge has
    /// its events and says what they say, no index is used twice, and stored bytes have the digests that were written
    /// down.
    ///
    /// A ledger with faults is `Ok`: they are in the answer.
    ///
    /// # Errors
    /// The troubles of the database, where it cannot be read at all.
    pub fn check(&mut self) -> Result<Check> {
        self.database.read(|database| {
            let mut check = Checking { faults: Vec::new(), events: 0, badges: 0, open: Vec::new() };
            check.database(database)?;
            let head = check.log(database)?;
            check.badges(database)?;
            check.lists(database)?;
            check.notes(database)?;
            let in_doubt = publish::in_doubt(database)?;
            let Checking { faults, events, badges, open } = check;
            Ok(Check { events, badges, head, faults, open, in_doubt })
        })
    }
}

/// A check under way.
struct Checking {
    faults: Vec<Fault>,
    events: u64,
    badges: u64,
    open: Vec<OpenIntention>,
}

/// As many faults as are told: where there are more, something happened to the whole.
const MOST_FAULTS: usize = 100;

/// Badges looked at together.
const PAGE: u64 = 1000;

impl Checking {
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        }
    }

    fn database(&mut self, database: &mut Database) -> Result<()> {
        if !database.is_sqlite() {
            return Ok(());
        }
        database.rows("PRAGMA integrity_check(10)", &[], |row| {
            let answer = row.text(0)?;
            if answer != "ok" {
                self.fault(Fault::Database(answer));
            }
            Ok(())
        })
    }

    /// Walks the chain. Gives its end.
    fn log(&mut self, database: &mut Database) -> Result<Head> {
        let written = database.first("SELECT sequence, hash, badges FROM head", &[], |row| {
            Ok((Head { sequence: row.count(0)?, hash: row.digest(1)? }, row.count(2)?))
        })?;
        let (written, badges) = written.ok_or_else(|| LedgerTrouble::Damaged {
            place: database.place().into(),
            why: "the end of its log is not written down".into(),
        })?;
        let mut end = Head { sequence: 0, hash: [0; 32] };
        database.rows("SELECT sequence, body, hash FROM events ORDER BY sequence", &[], |row| {
            let (sequence, body, hash) = (row.count(0)?, row.text(1)?, row.digest(2)?);
            let event = Event::from_canonical(&body).filter(|event| event.sequence == sequence);
            // Only accepting a restored backup skips numbers, and only so far.
            let skipped = match event.as_ref().map(|event| &event.happening) {
                Some(Happening::RestorationAccepted { published, .. }) => {
                    published.parse().map_or(end.sequence, |published: Head| published.sequence.max(end.sequence))
                }
                _ => end.sequence,
            };
            if sequence != skipped + 1 {
                self.fault(Fault::Gap(end.sequence, sequence));
            }
            if event.is_none() {
                self.fault(Fault::Unreadable(sequence));
            }
            if link(&end.hash, &body) != hash {
                self.fault(Fault::Hash(sequence));
            }
            end = Head { sequence, hash };
            self.events += 1;
            Ok(())
        })?;
        if end != written {
            self.fault(Fault::Head { found: end.sequence, written: written.sequence });
        }
        let found = database.first("SELECT count(*) FROM badges", &[], |row| row.count(0))?.unwrap_or_default();
        if found != badges {
            self.fault(Fault::Badges { found, written: badges });
        }
        database.rows(
            "SELECT sequence FROM events LEFT JOIN badges ON number = events.badge
             WHERE events.badge IS NOT NULL AND number IS NULL ORDER BY sequence",
            &[],
            |row| {
                self.fault(Fault::Nobody(row.count(0)?));
                Ok(())
            },
        )?;
        Ok(end)
    }

    /// Holds every badge against its events, a page at a time, so that a ledger of any size fits.
    fn badges(&mut self, database: &mut Database) -> Result<()> {
        let mut after: u64 = 0;
        loop {
            let records = query::records(database, "badges.number > $1", &[after.into()], PAGE)?;
            let Some(last) = records.last().map(|record| record.number) else { return Ok(()) };
            let range: [Value<'_>; 2] = [after.into(), last.into()];
            let mut histories: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
            database.rows(
                "SELECT body, badge FROM events WHERE badge > $1 AND badge <= $2 ORDER BY badge, sequence",
                &range,
                |row| {
                    // What cannot be read was found on the way along the log.
                    if let Some(event) = Event::from_canonical(&row.text(0)?) {
                        histories.entry(row.count(1)?).or_default().push(event);
                    }
                    Ok(())
                },
            )?;
            let mut stored = Stored::read(database, &range)?;
            for record in &records {
                let history = histories.remove(&record.number).unwrap_or_default();
                self.badge(record, &history, &stored.remove(record.number));
            }
            self.badges += records.len() as u64;
            after = last;
        }
    }

    fn badge(&mut self, record: &Record, history: &[Event], stored: &OfBadge) {
        let badge = &record.badge;
        let mut told = Told::default();
        for event in history {
            if event.badge.as_ref() != Some(badge) || told.follow(&event.happening).is_none() {
                self.fault(Fault::Order { badge: badge.clone(), event: event.sequence });
                return;
            }
        }
        let mut places: Vec<Place> = record.entries.iter().map(Place::from).collect();
        places.sort();
        let replaces = record.replaces.as_ref().map(|(old, _)| old.to_string());
        // A replacement that is not issued has not superseded anything yet.
        let superseded = (record.state == State::Superseded).then(|| record.replaced_by.as_ref().map(Iri::to_string));
        let revoked = record.status == Status::Revoked;
        let differences = [
            ("its row", told.row.as_deref() != Some(record.row.as_str())),
            ("its task", told.task != Some((record.task.clone(), record.version.clone()))),
            ("its places in the status lists", told.places != places),
            ("what it replaces", told.replaces != replaces),
            ("what replaced it", told.superseded_by != superseded.flatten()),
            ("its state", told.state != Some(record.state)),
            ("its status", told.status != record.status),
            ("its digest", told.digest != record.digest.map(|digest| hex(&digest))),
            ("its signer", told.signer != record.signer),
            ("its bit for revocation", stored.raised("revocation").is_some_and(|raised| raised != revoked)),
            (
                "its bit for suspension",
                stored.raised("suspension").is_some_and(|raised| raised != told.bit_of_suspension),
            ),
        ];
        for (what, differs) in differences {
            if differs {
                self.fault(Fault::Differs { badge: badge.clone(), what });
            }
        }
        let (digest, bytes) = match record.state {
            State::Intended => (&told.content, &stored.draft),
            State::Issued | State::Superseded => (&told.digest, &stored.copy),
        };
        if *bytes != *digest && !(bytes.is_none() && told.forgotten) {
            self.fault(Fault::Bytes(badge.clone()));
        }
        if record.state == State::Intended {
            self.open.push(OpenIntention {
                badge: badge.clone(),
                task: record.task.clone(),
                since: record.intended_at,
                status: record.status,
            });
        }
    }

    fn lists(&mut self, database: &mut Database) -> Result<()> {
        database.rows(
            "SELECT url, position, count(*) FROM entries JOIN lists ON number = list
             GROUP BY url, position HAVING count(*) > 1",
            &[],
            |row| {
                self.fault(Fault::IndexTwice { list: row.text(0)?, index: row.count(1)?, times: row.count(2)? });
                Ok(())
            },
        )?;
        database.rows(
            "SELECT url, used, (SELECT count(*) FROM entries WHERE list = number AND position < capacity) FROM lists
             ORDER BY number",
            &[],
            |row| {
                let (written, found) = (row.count(1)?, row.count(2)?);
                if written != found {
                    self.fault(Fault::List { list: row.text(0)?, found, written });
                }
                Ok(())
            },
        )
    }

    fn notes(&mut self, database: &mut Database) -> Result<()> {
        let select = "SELECT event, body, salt, note FROM notes LEFT JOIN events ON sequence = event ORDER BY event";
        database.rows(select, &[], |row| {
            let digest = note_digest(&row.bytes(2)?, &row.text(3)?);
            let event = row.maybe_text(1)?.and_then(|body| Event::from_canonical(&body));
            if event.as_ref().and_then(|event| event.happening.note()) != Some(digest.as_str()) {
                self.fault(Fault::Note(row.count(0)?));
            }
            Ok(())
        })
    }
}

/// What the events of a badge say of it.
#[derive(Default)]
struct Told {
    row: Option<String>,
    task: Option<(String, String)>,
    content: Option<String>,
    places: Vec<Place>,
    replaces: Option<String>,
    state: Option<State>,
    digest: Option<String>,
    signer: Option<String>,
    superseded_by: Option<String>,
    status: Status,
    /// Revoking leaves it as it is.
    bit_of_suspension: bool,
    forgotten: bool,
}

impl Told {
    /// Takes in the next event. `None` if it could not have happened.
    fn follow(&mut self, happening: &Happening) -> Option<()> {
        let begun = self.state.is_some();
        match happening {
            Happening::Intended { row, task, version, content, entries, replaces } if !begun => {
                self.row = Some(row.clone());
                self.task = Some((task.clone(), version.clone()));
                self.content = Some(content.clone());
                self.places = entries.clone();
                self.places.sort();
                self.replaces.clone_from(replaces);
                self.state = Some(State::Intended);
            }
            Happening::Issued { digest, signer } if self.state == Some(State::Intended) => {
                self.digest = Some(digest.clone());
                self.signer = Some(signer.clone());
                self.state = Some(State::Issued);
            }
            Happening::Superseded { by, how, .. } if self.state == Some(State::Issued) => {
                how.parse::<Replaces>().ok()?;
                self.superseded_by = Some(by.clone());
                self.state = Some(State::Superseded);
            }
            Happening::Revoked { .. } if begun && self.status != Status::Revoked => self.status = Status::Revoked,
            Happening::Suspended { .. } if begun && self.status == Status::Good => {
                self.status = Status::Suspended;
                self.bit_of_suspension = true;
            }
            Happening::Reinstated { .. } if self.status == Status::Suspended => {
                self.status = Status::Good;
                self.bit_of_suspension = false;
            }
            Happening::Forgotten { .. }
                if begun && (self.state != Some(State::Intended) || self.status == Status::Revoked) =>
            {
                self.forgotten = true;
            }
            _ => return None,
        }
        Some(())
    }
}

/// What is stored for the badges of a page, beside their records.
struct Stored(BTreeMap<u64, OfBadge>);

#[derive(Default)]
struct OfBadge {
    /// Digests of the stored bytes.
    draft: Option<String>,
    copy: Option<String>,
    bits: Vec<(String, bool)>,
}

impl Stored {
    fn read(database: &mut Database, range: &[Value<'_>; 2]) -> Result<Self> {
        let mut stored: BTreeMap<u64, OfBadge> = BTreeMap::new();
        database.rows("SELECT badge, content FROM drafts WHERE badge > $1 AND badge <= $2", range, |row| {
            stored.entry(row.count(0)?).or_default().draft = Some(hex(&sha256(&row.bytes(1)?)));
            Ok(())
        })?;
        database.rows("SELECT badge, content FROM copies WHERE badge > $1 AND badge <= $2", range, |row| {
            stored.entry(row.count(0)?).or_default().copy = Some(hex(&sha256(&row.bytes(1)?)));
            Ok(())
        })?;
        database.rows(
            "SELECT badge, purpose, raised FROM entries JOIN lists ON number = list WHERE badge > $1 AND badge <= $2",
            range,
            |row| {
                let bit = (purpose_name(query::purpose(row, 1)?).to_owned(), row.int(2)? == 1);
                stored.entry(row.count(0)?).or_default().bits.push(bit);
                Ok(())
            },
        )?;
        Ok(Self(stored))
    }

    fn remove(&mut self, badge: u64) -> OfBadge {
        self.0.remove(&badge).unwrap_or_default()
    }
}

impl OfBadge {
    /// The badge's bit for a purpose, if it has one.
    fn raised(&self, purpose: &str) -> Option<bool> {
        self.bits.iter().find(|(of, _)| of == purpose).map(|(_, raised)| *raised)
    }
}
