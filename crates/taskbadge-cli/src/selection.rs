//! Which badges of the ledger a person means.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use taskbadge::badge::Iri;
use taskbadge::time::Instant;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{Ledger, LedgerTrouble, Query, Record};

use crate::args::ledger::{Conditions, Filter, Selection};
use crate::files;
use crate::output::Trouble;
use crate::words;

/// Badges as the ledger knows them.
pub(crate) struct Chosen {
    pub(crate) records: Vec<Record>,
    /// Whether a person named each of them, and so is mistaken where one is not as expected.
    pub(crate) one_by_one: bool,
}

/// A list of 300,000 ids.
const LIST_BYTES_MAX: u64 = 16 * 1024 * 1024;

impl Selection {
    /// The badges, each once, in the order in which they were named or intended; at least one.
    pub(crate) fn choose(&self, centre: &Centre, ledger: &mut Ledger) -> Result<Chosen, Trouble> {
        if self.badges.is_empty() && self.from.is_none() {
            return self.query(centre, ledger);
        }
        let listed = self.from.as_deref().map(listed).transpose()?.unwrap_or_default();
        let (mut records, mut troubles): (Vec<Record>, Vec<String>) = (Vec::new(), Vec::new());
        let mut seen = std::collections::HashSet::new();
        for named in self.badges.iter().chain(&listed) {
            match find(named, ledger) {
                Ok(record) => records.extend(seen.insert(record.number).then_some(record)),
                Err(trouble) => troubles.push(trouble.to_string()),
            }
        }
        if !troubles.is_empty() {
            return Err(Trouble::new(words::ledger::nothing_changed(&troubles)));
        }
        if records.is_empty() {
            return Err(Trouble::new(words::ledger::EMPTY_LIST));
        }
        Ok(Chosen { records, one_by_one: true })
    }

    fn query(&self, centre: &Centre, ledger: &mut Ledger) -> Result<Chosen, Trouble> {
        // A command without conditions was more likely cut short than meant for everything.
        if !self.all && self.conditions.is_empty() {
            return Err(Trouble::new(words::ledger::NOTHING_SELECTED));
        }
        let query = self.conditions.query(centre, ledger)?;
        let records = ledger.select(&query)?;
        if records.is_empty() {
            return Err(Trouble::new(words::ledger::NOTHING_FITS));
        }
        Ok(Chosen { records, one_by_one: false })
    }
}

impl Filter {
    pub(crate) fn query(&self, centre: &Centre, ledger: &mut Ledger, now: Instant) -> Result<Query, Trouble> {
        let mut query = self.conditions.query(centre, ledger)?;
        if let Some(state) = self.state {
            query = query.state(state);
        }
        if let Some(status) = self.status {
            query = query.status(status);
        }
        if let Some(days) = self.ends_within {
            query = query.ends_before(Instant::from_unix(now.unix().saturating_add(i64::from(days) * 24 * 60 * 60)));
        }
        Ok(query)
    }
}

impl Conditions {
    fn is_empty(&self) -> bool {
        let Self { task, awarded_from, awarded_to, recipient } = self;
        task.is_none() && awarded_from.is_none() && awarded_to.is_none() && recipient.is_none()
    }

    fn query(&self, centre: &Centre, ledger: &mut Ledger) -> Result<Query, Trouble> {
        let mut query = Query::all();
        if let Some(task) = &self.task {
            query = query.task(task.as_str());
        }
        if self.awarded_from.is_some() || self.awarded_to.is_some() {
            // The first and the last day that are written with four digits, as the ledger compares them.
            let first = NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or_default();
            let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default();
            query = query.awarded(self.awarded_from.unwrap_or(first), self.awarded_to.unwrap_or(last));
        }
        if let Some(recipient) = &self.recipient {
            // Without a mark there must be no query: it would mean everybody.
            let mark = centre.recipient_mark(ledger, recipient)?;
            query = query.recipient(mark.ok_or_else(|| Trouble::new(words::ledger::NOBODY_YET))?);
        }
        Ok(query)
    }
}

/// What the ledger says of a badge that a person named by its id or its file. What a file says of itself counts for
/// nothing but the id: anybody could have written it.
pub(crate) fn find(named: &Path, ledger: &mut Ledger) -> Result<Record, Trouble> {
    let (badge, digest) = match named.to_str().filter(|text| is_short(text)) {
        Some(text) => (of_short(text, ledger)?, None),
        None => id(named)?,
    };
    let record = ledger.find(&badge)?.ok_or(LedgerTrouble::Unknown(badge))?;
    // Somebody who hands in a file may have put another badge's id into it.
    if digest.is_some() && record.digest.is_some() && digest != record.digest {
        return Err(Trouble::new(words::ledger::not_as_issued(named, &record.badge)));
    }
    Ok(record)
}

/// Whether a text is what plans and the names of files show of an id.
fn is_short(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn of_short(text: &str, ledger: &mut Ledger) -> Result<Iri, Trouble> {
    let mut found = ledger.find_short(text)?;
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(last), false) => {
            found.push(last);
            Err(Trouble::new(words::ledger::short_id_of_many(text, &found)))
        }
        (None, _) => Err(Trouble::new(words::ledger::short_id_of_none(text))),
    }
}

/// The id that was named, and of a file the SHA-256 of its bytes.
fn id(named: &Path) -> Result<(Iri, Option<[u8; 32]>), Trouble> {
    const URN: &str = "urn:uuid:";
    let text = named.to_str().unwrap_or_default();
    if text.get(..URN.len()).is_some_and(|start| start.eq_ignore_ascii_case(URN)) {
        // RFC 9562 writes them in small letters, and other programs may not.
        let id = text.to_ascii_lowercase().parse();
        let id = id.map_err(|_| Trouble::new(words::ledger::not_a_badge_id(text)))?;
        return Ok((id, None));
    }
    if text == "-" || !named.exists() {
        return Err(Trouble::new(words::ledger::neither_id_nor_file(named)));
    }
    let badge = files::badge(named)?;
    let id = badge.unverified().id().and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Trouble::new(words::ledger::no_id_in(named)))?;
    Ok((id, Some(Sha256::digest(badge.text()).into())))
}

/// The lines of a list: ids and names of files.
fn listed(path: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let bytes = files::read(path, LIST_BYTES_MAX)?;
    let text = String::from_utf8(bytes).map_err(|_| Trouble::new(words::ledger::list_not_text(path)))?;
    // Windows editors put a mark at the beginning.
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    Ok(lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Into::into).collect())
}
