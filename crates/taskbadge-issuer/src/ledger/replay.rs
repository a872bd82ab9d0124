//! Replaying the log into an empty ledger beside the one that stands: what it comes to is what the tables should say.

use std::collections::HashMap;

use taskbadge::badge::Iri;

use super::apply::{Because, Kept, Logged, Person, apply};
use super::check::Fault;
use super::database::{Database, Value};
use super::event::{Event, Happening, link};
use super::key::LedgerKey;
use super::{Head, LedgerTrouble, Result, unhex};

/// What replaying came to.
pub(super) struct Replayed {
    pub(super) events: u64,
    pub(super) badges: u64,
    pub(super) end: Head,
    /// The number of the first sealed event, if there is one.
    pub(super) sealed_from: Option<u64>,
}

/// A line of the log as it is read.
struct Line {
    sequence: u64,
    badge: Option<u64>,
    body: String,
    hash: [u8; 32],
    mac: Option<[u8; 32]>,
}

/// Events that are replayed together.
const PAGE: u64 = 1024;

/// Replays a log into an empty ledger. `with_log` copies the events, too. What is wrong with the log itself goes to
/// `fault`, and is left out.
pub(super) fn replay(
    standing: &mut Database,
    beside: &mut Database,
    key: Option<&LedgerKey>,
    with_log: bool,
    fault: &mut dyn FnMut(Fault),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Replayed> {
    let total = standing.first("SELECT count(*) FROM events", &[], |row| row.count(0))?.unwrap_or_default();
    let mut replayed = Replayed { events: 0, badges: 0, end: Head { sequence: 0, hash: [0; 32] }, sealed_from: None };
    let mut decisive = 0;
    loop {
        let page = read_page(standing, replayed.end.sequence)?;
        if page.is_empty() {
            break;
        }
        let mut events = Vec::with_capacity(page.len());
        for line in page {
            replayed.events += 1;
            events.extend(proven(line, key, &mut replayed, &mut decisive, fault));
        }
        number(&mut events, beside, &mut replayed.badges, fault)?;
        let applied = write(beside, &events, with_log);
        match applied {
            Ok(()) => {}
            // One of them cannot have happened: which?
            Err(trouble) if is_misfit(&trouble) => {
                for event in events.chunks(1) {
                    match write(beside, event, with_log) {
                        Err(trouble) if is_misfit(&trouble) => fault(Fault::Order(event[0].0.event.sequence)),
                        written => written?,
                    }
                }
            }
            Err(trouble) => return Err(trouble),
        }
        progress(replayed.events, total);
    }
    let Replayed { end, badges, .. } = &replayed;
    let lists = "UPDATE head SET sequence = $1, hash = $2, badges = $3, lists = (SELECT count(*) FROM lists)";
    beside.run(lists, &[end.sequence.into(), (&end.hash).into(), (*badges).into()])?;
    Ok(replayed)
}

/// What breaks a rule of the tables, such as an index that is used twice, is an event that does not fit, too.
fn is_misfit(trouble: &LedgerTrouble) -> bool {
    matches!(trouble, LedgerTrouble::Misfit { .. } | LedgerTrouble::Database { .. })
}

fn read_page(standing: &mut Database, after: u64) -> Result<Vec<Line>> {
    let mut page = Vec::new();
    let select = "SELECT sequence, badge, body, hash, mac FROM events WHERE sequence > $1 ORDER BY sequence LIMIT $2";
    standing.rows(select, &[after.into(), PAGE.into()], |row| {
        page.push(Line {
            sequence: row.count(0)?,
            badge: row.maybe_int(1)?.map(|_| row.count(1)).transpose()?,
            body: row.text(2)?,
            hash: row.digest(3)?,
            mac: row.maybe_bytes(4)?.map(|_| row.digest(4)).transpose()?,
        });
        Ok(())
    })?;
    Ok(page)
}

/// The event of a line, if it follows from the one before and has the seal that it should; and what the column beside it
/// says of its badge.
fn proven(
    line: Line,
    key: Option<&LedgerKey>,
    replayed: &mut Replayed,
    decisive: &mut u64,
    fault: &mut dyn FnMut(Fault),
) -> Option<(Logged, Option<u64>)> {
    let Line { sequence, badge, body, hash, mac } = line;
    let before = std::mem::replace(&mut replayed.end, Head { sequence, hash });
    let event = Event::from_canonical(&body).filter(|event| event.sequence == sequence);
    // Only accepting a restored backup skips numbers, and only so far.
    let last = match event.as_ref().map(|event| &event.happening) {
        Some(Happening::RestorationAccepted { published, .. }) => {
            published.parse().map_or(before.sequence, |published: Head| published.sequence.max(before.sequence))
        }
        _ => before.sequence,
    };
    if sequence != last + 1 {
        fault(Fault::Gap(before.sequence, sequence));
    }
    let follows = link(&before.hash, &body) == hash;
    if !follows {
        fault(Fault::Hash(sequence));
    }
    let is_sealed = match (&mac, key) {
        (Some(mac), Some(key)) => key.sealed(&before.hash, &body, mac),
        // Without the key the chain of hashes is all there is.
        (Some(_), None) => true,
        // What is older than the sealing has no seals; what is younger has.
        (None, _) => replayed.sealed_from.is_none(),
    };
    let begins = replayed.sealed_from.is_none() && mac.is_some();
    let is_beginning = || sequence == 1 || matches!(&event, Some(Event { happening: Happening::Sealed { .. }, .. }));
    if !is_sealed || (begins && !is_beginning()) {
        fault(Fault::Seal(sequence));
        return None;
    }
    if begins {
        replayed.sealed_from = Some(sequence);
    }
    let Some(event) = event else {
        fault(Fault::Unreadable(sequence));
        return None;
    };
    if mac.is_some() {
        if event.decisive != *decisive {
            fault(Fault::Decisive(sequence));
        }
        if event.happening.is_decisive() {
            *decisive = sequence;
        }
    }
    let kept = kept(&event.happening);
    Some((Logged { event, number: None, kept, body, hash, seal: mac }, badge))
}

/// The digests of what goes with an event, in the place of what they are of.
fn kept(happening: &Happening) -> Kept {
    let digest = |text: &Option<String>| text.as_deref().and_then(unhex).map(Vec::from);
    match happening {
        Happening::Intended { content, particulars, because, .. } => Kept::Draft {
            content: unhex(content).map(Vec::from).unwrap_or_default(),
            person: digest(particulars).map(|salt| Person { salt, ..Person::default() }),
            because: digest(because).map(|salt| Because { salt, text: None }),
        },
        Happening::Issued { digest, .. } => Kept::Copy(unhex(digest).map(Vec::from).unwrap_or_default()),
        Happening::BadgeAdopted(adopted) => {
            Kept::Salts { person: digest(&adopted.particulars), because: digest(&adopted.because) }
        }
        happening => match happening.note().and_then(unhex) {
            Some(digest) => Kept::Note { salt: digest.into(), text: String::new() },
            None => Kept::Nothing,
        },
    }
}

/// Gives the events the numbers of their badges: those that begin one get the next. The column beside an event has to
/// say the same.
fn number(
    events: &mut Vec<(Logged, Option<u64>)>,
    beside: &mut Database,
    badges: &mut u64,
    fault: &mut dyn FnMut(Fault),
) -> Result<()> {
    let ids: Vec<Value<'_>> =
        events.iter().filter_map(|(logged, _)| logged.event.badge.as_ref()).map(|id| id.as_str().into()).collect();
    let mut known: HashMap<String, u64> = HashMap::with_capacity(ids.len());
    beside.among("SELECT id, number FROM badges WHERE id IN", &ids, "", |row| {
        known.insert(row.text(0)?, row.count(1)?);
        Ok(())
    })?;
    events.retain_mut(|(logged, column)| {
        let sequence = logged.event.sequence;
        if let Some(id) = &logged.event.badge {
            if matches!(logged.event.happening, Happening::Intended { .. }) {
                *badges += 1;
                if known.insert(id.to_string(), *badges).is_some() {
                    *badges -= 1;
                    fault(Fault::Order(sequence));
                    return false;
                }
            }
            logged.number = known.get(id.as_str()).copied();
            if logged.number.is_none() {
                fault(Fault::Nobody(sequence));
                return false;
            }
        }
        if logged.number != *column {
            fault(Fault::Column(sequence));
        }
        true
    });
    Ok(())
}

fn write(beside: &mut Database, events: &[(Logged, Option<u64>)], with_log: bool) -> Result<()> {
    beside.write(|beside| {
        // The runs of one kind are what is fast; an owned copy would be a copy of every text.
        let logged: Vec<&Logged> = events.iter().map(|(logged, _)| logged).collect();
        apply(beside, &logged)?;
        if with_log {
            let rows: Vec<_> = logged.iter().map(|logged| logged.row()).collect();
            beside.insert("events (sequence, badge, body, hash, mac)", &rows, "", |_| Ok(()))?;
        }
        Ok(())
    })
}

/// The id of a badge by its number, for a person to read.
pub(super) fn id_of(database: &mut Database, number: u64) -> Result<Option<Iri>> {
    database
        .first("SELECT id FROM badges WHERE number = $1", &[number.into()], |row| row.parsed(0, "a badge has no id"))
}
