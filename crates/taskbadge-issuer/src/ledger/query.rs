//! Reading: finding badges, their history, counts, and everything as JSON lines.

use std::collections::{BTreeSet, HashMap};
use std::io::Write;

use chrono::NaiveDate;
use serde::Serialize;
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::time::Instant;

use super::database::{Database, Row, Value};
use super::sworn;
use super::trouble::purpose_name;
use super::{Entry, Event, Happening, Ledger, LedgerTrouble, Mark, Replaces, Result, State, Status};
use crate::text::hex;

/// What the ledger holds of a badge, without anything personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The number it was given, from 1, without gaps.
    pub number: u64,
    /// Its id.
    pub badge: Iri,
    /// The mark of its row.
    pub row: Mark,
    /// The task.
    pub task: String,
    /// The task's version.
    pub version: String,
    /// The day of the award.
    pub awarded: NaiveDate,
    /// The end of the badge, to the second.
    pub valid_until: Option<Instant>,
    /// When its index was reserved, to the second.
    pub intended_at: Instant,
    /// When it was completed, to the second.
    pub issued_at: Option<Instant>,
    /// How far it has come.
    pub state: State,
    /// Whether it stands.
    pub status: Status,
    /// SHA-256 of the signed bytes.
    pub digest: Option<[u8; 32]>,
    /// The verification method of the key it was signed with.
    pub signer: Option<String>,
    /// Its places in the status lists.
    pub entries: Vec<Entry>,
    /// The badge that it came in place of, and why.
    pub replaces: Option<(Iri, Replaces)>,
    /// The badge that comes in its place; it may not be finished yet.
    pub replaced_by: Option<Iri>,
}

/// What a run that comes again wants to know of a badge.
pub(crate) struct Earlier {
    /// Why another came in its place, if one is issued.
    pub(crate) replaced: Option<Replaces>,
    /// The row that it was issued from, unless it was erased.
    pub(crate) line: Option<String>,
}

/// Which badges: all, narrowed by what is added.
///
/// ```
/// use taskbadge_issuer::ledger::{Query, State};
/// let to_renew = Query::all().task("forklift").state(State::Issued).ends_before("2026-12-31T00:00:00Z".parse()?);
/// # Ok::<(), taskbadge::time::NotAnInstant>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Query {
    task: Option<String>,
    from: Option<String>,
    to: Option<String>,
    ends_before: Option<i64>,
    recipient: Option<Mark>,
    state: Option<State>,
    status: Option<Status>,
    after: u64,
    limit: Option<u64>,
}

impl Query {
    /// All badges.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Of this task, whatever its version.
    #[must_use]
    pub fn task(mut self, task: impl Into<String>) -> Self {
        self.task = Some(task.into());
        self
    }

    /// Awarded from the first of these days to the last.
    #[must_use]
    pub fn awarded(mut self, first: NaiveDate, last: NaiveDate) -> Self {
        self.from = Some(first.to_string());
        self.to = Some(last.to_string());
        self
    }

    /// Those whose end comes before this instant. Badges without an end are not among them.
    #[must_use]
    pub fn ends_before(mut self, end: Instant) -> Self {
        self.ends_before = Some(end.unix());
        self
    }

    /// Of one person, by the mark given in the particulars. What was forgotten is not found.
    #[must_use]
    pub fn recipient(mut self, mark: Mark) -> Self {
        self.recipient = Some(mark);
        self
    }

    /// In this state.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// With this status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = Some(status);
        self
    }

    /// Those with a higher [number](Record::number): the next page after the last record of one.
    #[must_use]
    pub fn after(mut self, number: u64) -> Self {
        self.after = number;
        self
    }

    /// As many as this.
    #[must_use]
    pub fn limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The conditions in SQL, and their values.
    fn conditions(&self) -> (String, Vec<Value<'_>>) {
        let recipient = "badges.number IN (SELECT badge FROM particulars WHERE recipient_mark = ?)";
        let conditions: [(&str, Option<Value<'_>>); 8] = [
            ("badges.number > ?", Some(self.after.into())),
            ("task = ?", self.task.as_ref().map(Value::from)),
            ("awarded >= ?", self.from.as_ref().map(Value::from)),
            ("awarded <= ?", self.to.as_ref().map(Value::from)),
            ("valid_until < ?", self.ends_before.map(Value::from)),
            (recipient, self.recipient.as_ref().map(|mark| mark.as_str().into())),
            ("state = ?", self.state.map(|state| state.as_str().into())),
            ("status = ?", self.status.map(|status| status.as_str().into())),
        ];
        let mut sql = Vec::new();
        let mut values = Vec::new();
        for (condition, value) in conditions {
            if let Some(value) = value {
                values.push(value);
                sql.push(condition.replace('?', &format!("${}", values.len())));
            }
        }
        (sql.join(" AND "), values)
    }
}

/// How often something was issued, with small numbers withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The task.
    pub task: String,
    /// The month of the award, such as `2026-11`.
    pub month: String,
    /// How many badges were issued.
    pub count: Count,
}

/// A number that says nothing about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// At least one, and fewer than [`Count::LEAST`]: said exactly, it could point at a person.
    Few,
}

impl Count {
    /// The least number that is told.
    pub const LEAST: u64 = 5;
}

impl Ledger {
    /// The record of a badge, held against the sealed events.
    ///
    /// # Errors
    /// [`LedgerTrouble::Altered`] where they say otherwise, the troubles of the database.
    pub fn find(&mut self, badge: &Iri) -> Result<Option<Record>> {
        self.find_where("badges.id = $1", badge.as_str())
    }

    /// The record of a row's badge, held against the sealed events.
    ///
    /// # Errors
    /// As [`Ledger::find`].
    pub fn find_row(&mut self, row: &Mark) -> Result<Option<Record>> {
        self.find_where("badges.mark = $1", row.as_str())
    }

    fn find_where(&mut self, condition: &str, text: &str) -> Result<Option<Record>> {
        self.reading(|database, sworn| {
            let found = records(database, condition, &[text.into()], 1)?;
            // Without the key, or before the ledger is sealed, there is nothing to hold it against.
            sworn.map_or(Ok(()), |sworn| sworn.hold(database, &found))?;
            Ok(found.into_iter().next())
        })
    }

    /// The badges whose ids begin with these 16 hexadecimal digits, which the names of their files show.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn find_short(&mut self, digits: &str) -> Result<Vec<Iri>> {
        let mut found = Vec::new();
        let digits = digits.to_ascii_lowercase();
        if digits.len() != 16 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Ok(found);
        }
        let begun = format!("urn:uuid:{}-{}-{}-%", &digits[..8], &digits[8..12], &digits[12..]);
        self.database.rows("SELECT id FROM badges WHERE id LIKE $1 ORDER BY number", &[(&begun).into()], |row| {
            found.push(row.parsed(0, "a badge has no id")?);
            Ok(())
        })?;
        Ok(found)
    }

    /// What is known of badges that were issued before, as far as they are there.
    pub(crate) fn earlier<'i>(&mut self, badges: impl Iterator<Item = &'i Iri>) -> Result<HashMap<Iri, Earlier>> {
        let ids: Vec<Value<'_>> = badges.map(|badge| badge.as_str().into()).collect();
        let mut earlier = HashMap::with_capacity(ids.len());
        self.database.among(
            "SELECT id, state, how, line FROM badges LEFT JOIN replacements ON old = number
             LEFT JOIN particulars ON particulars.badge = number WHERE id IN",
            &ids,
            "",
            |row| {
                let superseded = row.parsed::<State>(1, "a badge has no state")? == State::Superseded;
                let how = row.maybe_text(2)?.filter(|_| superseded).map(|how| how.parse()).transpose();
                let replaced = how.map_err(|_| row.damaged("a badge was replaced in an unknown way"))?;
                earlier.insert(row.parsed(0, "a badge has no id")?, Earlier { replaced, line: row.maybe_text(3)? });
                Ok(())
            },
        )?;
        Ok(earlier)
    }

    /// The records that a query asks for, in the order in which their badges were intended, held against the sealed events.
    ///
    /// # Errors
    /// [`LedgerTrouble::Altered`], the troubles of the database.
    pub fn select(&mut self, query: &Query) -> Result<Vec<Record>> {
        let mut found = Vec::new();
        self.each_page(query, |page| {
            found.extend(page);
            Ok(())
        })?;
        Ok(found)
    }

    /// What happened to a badge, the oldest first.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], the troubles of the database.
    pub fn history(&mut self, badge: &Iri) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        self.database.rows(
            "SELECT sequence, body, note FROM events LEFT JOIN notes ON notes.event = sequence
             WHERE events.badge = (SELECT number FROM badges WHERE id = $1) ORDER BY sequence",
            &[badge.as_str().into()],
            |row| {
                events.push(Event::read(row)?);
                Ok(())
            },
        )?;
        if events.is_empty() { Err(LedgerTrouble::Unknown(badge.clone())) } else { Ok(events) }
    }

    /// How many badges were issued per task and month of award, revoked ones too, each award once: a badge that
    /// corrects another is not counted. Small numbers are withheld. There are no sums, from which they could be told.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn counts(&mut self) -> Result<Vec<Tally>> {
        let mut tallies = Vec::new();
        self.database.rows(
            "SELECT task, substr(awarded, 1, 7), count(*) FROM badges
             WHERE state <> 'intended' AND number NOT IN (SELECT new FROM replacements WHERE how = 'correction')
             GROUP BY 1, 2 ORDER BY 1, 2",
            &[],
            |row| {
                let count = row.count(2)?;
                let count = if count < Count::LEAST { Count::Few } else { Count::Exactly(count) };
                tallies.push(Tally { task: row.text(0)?, month: row.text(1)?, count });
                Ok(())
            },
        )?;
        Ok(tallies)
    }

    /// The digests of what was signed with a key, of all badges that were issued with it, in ascending order: what to
    /// publish when that key is in other hands, since any other badge under it is forged. They are those of the sealed
    /// events, all of which are read.
    ///
    /// # Errors
    /// [`LedgerTrouble::NoSecret`] without the key, [`LedgerTrouble::Unsealed`], [`LedgerTrouble::Altered`] for an event
    /// that does not have the seal, the troubles of the database.
    pub fn genuine(&mut self, signer: &str) -> Result<Vec<[u8; 32]>> {
        let Self { database, key, .. } = self;
        let key = key.as_ref().ok_or_else(|| LedgerTrouble::NoSecret { place: database.place().into() })?;
        let mut digests = BTreeSet::new();
        sworn::each_sealed(database, key, |happening| {
            let (by, signed) = match happening {
                Happening::Issued { signer, signed, .. } => (signer, signed),
                Happening::BadgeAdopted(adopted) => match &adopted.signer {
                    Some(signer) => (signer, &adopted.signed),
                    None => return,
                },
                _ => return,
            };
            if by == signer {
                digests.extend(signed.iter().filter_map(|digest| super::unhex(digest)));
            }
        })?;
        Ok(digests.into_iter().collect())
    }

    /// Writes the records that a query asks for as JSON lines, without anything personal. They are held against the sealed
    /// events.
    ///
    /// # Errors
    /// [`LedgerTrouble::Write`] where `out` refuses, [`LedgerTrouble::Altered`], the troubles of the database.
    pub fn export(&mut self, query: &Query, mut out: impl Write) -> Result<()> {
        let refused = |error: std::io::Error| LedgerTrouble::from_system("the export", &error);
        self.each_page(query, |page| {
            for record in &page {
                serde_json::to_writer(&mut out, &Line::of(record)).map_err(|error| refused(error.into()))?;
                out.write_all(b"\n").map_err(refused)?;
            }
            Ok(())
        })?;
        out.flush().map_err(refused)
    }

    /// Hands over the records page by page, all as of one moment.
    fn each_page(&mut self, query: &Query, mut each: impl FnMut(Vec<Record>) -> Result<()>) -> Result<()> {
        self.reading(|database, sworn| {
            let mut query = query.clone();
            loop {
                let size = query.limit.unwrap_or(PAGE).min(PAGE);
                let page = {
                    let (conditions, values) = query.conditions();
                    records(database, &conditions, &values, size)?
                };
                query.limit = query.limit.map(|limit| limit - page.len() as u64);
                let full = page.len() as u64 == size;
                let Some(last) = page.last() else { return Ok(()) };
                query.after = last.number;
                sworn.as_ref().map_or(Ok(()), |sworn| sworn.hold(database, &page))?;
                each(page)?;
                if !full || query.limit == Some(0) {
                    return Ok(());
                }
            }
        })
    }
}

/// Records that are in memory at once.
const PAGE: u64 = 1000;

/// A record as a line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'r> {
    badge: &'r str,
    row: &'r str,
    task: &'r str,
    version: &'r str,
    awarded: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
    intended_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<Instant>,
    state: State,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<&'r str>,
    entries: Vec<super::event::Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<&'r str>,
}

impl<'r> Line<'r> {
    fn of(record: &'r Record) -> Self {
        Self {
            badge: record.badge.as_str(),
            row: record.row.as_str(),
            task: &record.task,
            version: &record.version,
            awarded: record.awarded.to_string(),
            valid_until: record.valid_until,
            intended_at: record.intended_at,
            issued_at: record.issued_at,
            state: record.state,
            status: record.status,
            digest: record.digest.map(|digest| hex(&digest)),
            signer: record.signer.as_deref(),
            entries: record.entries.iter().map(Into::into).collect(),
            replaces: record.replaces.as_ref().map(|(old, _)| old.as_str()),
            replaced_by: record.replaced_by.as_ref().map(Iri::as_str),
        }
    }
}

/// Records in the order of their numbers.
pub(super) fn records(
    database: &mut Database,
    conditions: &str,
    values: &[Value<'_>],
    limit: u64,
) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let values = [values, &[limit.into()]].concat();
    let last = values.len();
    database.rows(
        &format!(
            "SELECT badges.number, badges.id, mark, task, version, awarded, valid_until, intended_at, issued_at, state,
                    status, digest, signer, older.id, was.how, newer.id
             FROM badges
             LEFT JOIN issues ON issues.badge = badges.number
             LEFT JOIN replacements AS was ON was.new = badges.number
             LEFT JOIN (SELECT number, id FROM badges) AS older ON older.number = was.old
             LEFT JOIN replacements AS will ON will.old = badges.number
             LEFT JOIN (SELECT number, id FROM badges) AS newer ON newer.number = will.new
             WHERE {conditions} ORDER BY badges.number LIMIT ${last}"
        ),
        &values,
        |row| {
            records.push(Record::read(row)?);
            Ok(())
        },
    )?;
    let mut entries = entries_of(database, records.iter().map(|record| record.number))?;
    for record in &mut records {
        record.entries = entries.remove(&record.number).unwrap_or_default();
    }
    Ok(records)
}

/// The entries of badges, by the badges' numbers, in the order in which the lists were begun.
pub(super) fn entries_of(
    database: &mut Database,
    badges: impl Iterator<Item = u64>,
) -> Result<HashMap<u64, Vec<Entry>>> {
    let numbers: Vec<Value<'_>> = badges.map(Value::from).collect();
    let mut entries: HashMap<u64, Vec<Entry>> = HashMap::with_capacity(numbers.len());
    database.among(
        "SELECT badge, purpose, url, position FROM entries JOIN lists ON number = list WHERE badge IN",
        &numbers,
        " ORDER BY purpose",
        |row| {
            let list = row.parsed(2, "a status list has no address")?;
            let entry = Entry { purpose: purpose(row, 1)?, list, index: row.count(3)? };
            entries.entry(row.count(0)?).or_default().push(entry);
            Ok(())
        },
    )?;
    Ok(entries)
}

pub(super) fn purpose(row: &Row<'_>, column: usize) -> Result<StatusPurpose> {
    let text = row.text(column)?;
    let known = [StatusPurpose::Revocation, StatusPurpose::Suspension];
    let purpose = known.into_iter().find(|purpose| purpose_name(*purpose) == text);
    purpose.ok_or_else(|| row.damaged("a status list has an unknown purpose"))
}

impl Record {
    fn read(row: &Row<'_>) -> Result<Self> {
        let iri = |column| -> Result<Option<Iri>> {
            let text = row.maybe_text(column)?.map(|id| id.parse()).transpose();
            text.map_err(|_| row.damaged("a badge has no id"))
        };
        let replaces = match iri(13)? {
            Some(old) => Some((old, row.parsed(14, "a badge was replaced in an unknown way")?)),
            None => None,
        };
        Ok(Self {
            number: row.count(0)?,
            badge: row.parsed(1, "a badge has no id")?,
            row: row.parsed(2, "a badge has no row")?,
            task: row.text(3)?,
            version: row.text(4)?,
            awarded: row.parsed(5, "a badge has no date")?,
            valid_until: row.maybe_int(6)?.map(Instant::from_unix),
            intended_at: Instant::from_unix(row.int(7)?),
            issued_at: row.maybe_int(8)?.map(Instant::from_unix),
            state: row.parsed(9, "a badge has no state")?,
            status: row.parsed(10, "a badge has no status")?,
            digest: row.maybe_bytes(11)?.map(|_| row.digest(11)).transpose()?,
            signer: row.maybe_text(12)?,
            entries: Vec::new(),
            replaces,
            replaced_by: iri(15)?,
        })
    }
}
