//! What is read back from the tables is held against the sealed events, wherever a signature follows from it, or
//! somebody is handed something.

use std::collections::HashMap;

use taskbadge::badge::Iri;

use super::change::written_head;
use super::database::Database;
use super::decided::Decided;
use super::event::{Adopted, Event, Happening, Place, link};
use super::key::LedgerKey;
use super::query::Record;
use super::{LedgerTrouble, Result, State, Status};

/// A line of the log as it stands in the table, and the hash before it.
pub(super) struct Line {
    sequence: u64,
    body: String,
    pub(super) hash: [u8; 32],
    mac: Option<Vec<u8>>,
    before: [u8; 32],
}

const SELECT: &str = "SELECT sequence, body, hash, mac,
    (SELECT hash FROM events AS earlier WHERE earlier.sequence < events.sequence ORDER BY sequence DESC LIMIT 1), badge
    FROM events";

/// One line of the log.
pub(super) fn line(database: &mut Database, sequence: u64) -> Result<Line> {
    let found = database.first(&format!("{SELECT} WHERE sequence = $1"), &[sequence.into()], Line::read)?;
    found.ok_or_else(|| altered(database, "an event of its log is missing"))
}

/// The sealed events of a badge, the oldest first. Of what is older than the sealing of the ledger, the event by which the
/// badge was adopted tells.
pub(super) fn events_of(database: &mut Database, key: &LedgerKey, badge: &Iri, number: u64) -> Result<Vec<Event>> {
    let events = events_between(database, key, number, number)?.remove(&number).unwrap_or_default();
    if events.iter().any(|event| event.badge.as_ref() != Some(badge)) {
        return Err(altered_badge(badge, "the events that are said to be its own"));
    }
    Ok(events)
}

/// The sealed events of the badges with these numbers.
fn events_between(database: &mut Database, key: &LedgerKey, first: u64, last: u64) -> Result<HashMap<u64, Vec<Event>>> {
    let mut lines = Vec::new();
    let select = format!("{SELECT} WHERE badge >= $1 AND badge <= $2 ORDER BY badge, sequence");
    database.rows(&select, &[first.into(), last.into()], |row| {
        lines.push((row.count(5)?, Line::read(row)?));
        Ok(())
    })?;
    let mut events: HashMap<u64, Vec<Event>> = HashMap::new();
    for (number, line) in lines.into_iter().filter(|(_, line)| line.mac.is_some()) {
        events.entry(number).or_default().push(line.sealed(database, key)?);
    }
    Ok(events)
}

/// What records are held against: the sealed events, and what was decided by them.
pub(super) struct Sworn<'l> {
    pub(super) key: &'l LedgerKey,
    pub(super) decided: &'l Decided,
}

impl Sworn<'_> {
    /// Refuses records, in the order of their numbers, of which one says anything else than the sealed events.
    pub(super) fn hold(&self, database: &mut Database, records: &[Record]) -> Result<()> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(()) };
        // Records that are far apart are few.
        let together = last.number - first.number < 4 * records.len() as u64;
        let mut all =
            if together { events_between(database, self.key, first.number, last.number)? } else { HashMap::new() };
        for record in records {
            let events = match all.remove(&record.number) {
                Some(events) => events,
                None if together => Vec::new(),
                None => events_of(database, self.key, &record.badge, record.number)?,
            };
            if events.iter().any(|event| event.badge.as_ref() != Some(&record.badge)) {
                return Err(altered_badge(&record.badge, "the events that are said to be its own"));
            }
            hold(record, &Said::of(&events), self.decided)?;
        }
        Ok(())
    }
}

/// Whether the log ends in a sealed event. That of a new ledger does, too.
pub(super) fn is_sealed(database: &mut Database) -> Result<bool> {
    let select = "SELECT mac IS NOT NULL FROM events ORDER BY sequence DESC LIMIT 1";
    let sealed = database.first(select, &[], |row| row.truth(0))?;
    Ok(sealed.unwrap_or(true))
}

/// Hands over what happened, event by event, since the ledger was sealed. All of it has the seal, and nothing is missing.
pub(super) fn each_sealed(database: &mut Database, key: &LedgerKey, mut each: impl FnMut(&Happening)) -> Result<()> {
    if !is_sealed(database)? {
        return Err(LedgerTrouble::Unsealed { place: database.place().into() });
    }
    let (mut before, mut begun) = ([0; 32], false);
    let place = database.place().to_owned();
    let broken = |event: u64| LedgerTrouble::Altered { place: place.clone(), why: not_sealed(event) };
    database.rows("SELECT sequence, body, hash, mac FROM events ORDER BY sequence", &[], |row| {
        let (sequence, body, hash, mac) = (row.count(0)?, row.text(1)?, row.digest(2)?, row.maybe_bytes(3)?);
        let follows = link(&before, &body) == hash;
        let is_sealed = mac.as_ref().is_some_and(|mac| key.sealed(&before, &body, mac));
        // What is older than the sealing has no seal of its own.
        if !follows || (is_sealed != mac.is_some()) || (begun && !is_sealed) {
            return Err(broken(sequence));
        }
        if is_sealed {
            let event = Event::of_body(&body).filter(|event| event.sequence == sequence);
            each(&event.ok_or_else(|| broken(sequence))?.happening);
        }
        (before, begun) = (hash, is_sealed);
        Ok(())
    })?;
    if written_head(database)?.hash == before {
        Ok(())
    } else {
        Err(altered(database, "the end of its log is another than it says"))
    }
}

impl Line {
    fn read(row: &super::database::Row<'_>) -> Result<Self> {
        Ok(Self {
            sequence: row.count(0)?,
            body: row.text(1)?,
            hash: row.digest(2)?,
            mac: row.maybe_bytes(3)?,
            before: row.maybe_bytes(4)?.map_or(Ok([0; 32]), |_| row.digest(4))?,
        })
    }

    /// The event, if its seal is the centre's.
    pub(super) fn sealed(&self, database: &Database, key: &LedgerKey) -> Result<Event> {
        let Some(mac) = &self.mac else {
            return Err(LedgerTrouble::Unsealed { place: database.place().into() });
        };
        let is_sealed = key.sealed(&self.before, &self.body, mac) && link(&self.before, &self.body) == self.hash;
        let event = Event::of_body(&self.body).filter(|event| is_sealed && event.sequence == self.sequence);
        event.ok_or_else(|| altered(database, &not_sealed(self.sequence)))
    }
}

/// What the sealed events of one badge say of it.
#[derive(Default)]
pub(super) struct Said {
    pub(super) begun: Option<Adopted>,
    forgotten: bool,
}

impl Said {
    pub(super) fn of(events: &[Event]) -> Self {
        let mut said = Self::default();
        events.iter().for_each(|event| said.follow(&event.happening));
        said
    }

    fn follow(&mut self, happening: &Happening) {
        match happening {
            Happening::Intended {
                row,
                task,
                version,
                awarded,
                valid_until,
                content,
                particulars,
                entries,
                replaces,
                how,
                actor,
                because,
            } => {
                self.begun = Some(Adopted {
                    row: row.clone(),
                    task: task.clone(),
                    version: version.clone(),
                    awarded: awarded.clone().unwrap_or_default(),
                    valid_until: *valid_until,
                    state: State::Intended,
                    status: Status::Good,
                    content: Some(content.clone()),
                    digest: None,
                    signer: None,
                    signed: Vec::new(),
                    particulars: particulars.clone(),
                    entries: entries.clone(),
                    raised: Vec::new(),
                    replaces: replaces.clone(),
                    how: *how,
                    actor: actor.clone(),
                    because: because.clone(),
                });
            }
            Happening::BadgeAdopted(adopted) => self.begun = Some((**adopted).clone()),
            Happening::Forgotten { .. } => self.forgotten = true,
            happening => {
                let Some(badge) = &mut self.begun else { return };
                match happening {
                    Happening::Issued { digest, signer, signed } => {
                        badge.state = State::Issued;
                        badge.digest = Some(digest.clone());
                        badge.signer = Some(signer.clone());
                        badge.signed.clone_from(signed);
                    }
                    Happening::Superseded { .. } => badge.state = State::Superseded,
                    Happening::Revoked { .. } => badge.status = Status::Revoked,
                    Happening::Suspended { .. } => badge.status = Status::Suspended,
                    Happening::Reinstated { .. } => badge.status = Status::Good,
                    _ => {}
                }
            }
        }
    }

    /// Whether what is known of a person has this digest, or is gone as it should be.
    pub(super) fn knows_of_person(&self, digest: Option<&str>) -> bool {
        let said = self.begun.as_ref().and_then(|badge| badge.particulars.as_deref());
        said == digest || (digest.is_none() && self.forgotten)
    }
}

/// Refuses a record that says anything else than the sealed events.
pub(super) fn hold(record: &Record, said: &Said, decided: &Decided) -> Result<()> {
    let badge = &record.badge;
    let Some(events) = &said.begun else { return Err(altered_badge(badge, "whether it was ever begun")) };
    let places: Vec<Place> = record.entries.iter().map(Place::from).collect();
    let mut said_places = events.entries.clone();
    said_places.sort_by(|a, b| a.purpose.cmp(&b.purpose));
    let differences = [
        ("its row", events.row != record.row.as_str()),
        ("its task", (&events.task, &events.version) != (&record.task, &record.version)),
        ("the day of its award", events.awarded != record.awarded.to_string()),
        ("its end", events.valid_until.map(|end| end.unix()) != record.valid_until.map(|end| end.unix())),
        ("its places in the status lists", said_places != places),
        ("its state", events.state != record.state),
        ("its status", events.status != record.status),
        ("its status", decided.is_revoked(badge.as_str()) != (record.status == Status::Revoked)),
        ("its digest", events.digest != record.digest.map(|digest| crate::text::hex(&digest))),
        ("its signer", events.signer != record.signer),
        (
            "what it replaces",
            (events.replaces.as_deref(), events.how)
                != (
                    record.replaces.as_ref().map(|(old, _)| old.as_str()),
                    record.replaces.as_ref().map(|(_, how)| *how),
                ),
        ),
    ];
    match differences.into_iter().find(|(_, differs)| *differs) {
        Some((what, _)) => Err(altered_badge(badge, what)),
        None => Ok(()),
    }
}

fn not_sealed(event: u64) -> String {
    format!("event {event} does not have the seal of this centre")
}

/// The ledger was written past taskbadge.
pub(super) fn altered(database: &Database, why: &str) -> LedgerTrouble {
    LedgerTrouble::Altered { place: database.place().into(), why: why.into() }
}

pub(super) fn altered_badge(badge: &Iri, what: &str) -> LedgerTrouble {
    LedgerTrouble::Altered {
        place: badge.to_string(),
        why: format!("the ledger says otherwise of {what} than its events"),
    }
}
