//! Issuing: reserve and store, then sign, then complete. A group at a time, each step durable in one transaction.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::time::Instant;

use super::apply::{self, Kept, Person};
use super::change::{Change, salt};
use super::database::{Database, Value};
use super::event::{Happening, Place, note_digest, particulars_digest};
use super::faults::step;
use super::query::{self, Record};
use super::sworn::{self, Said};
use super::trouble::purpose_name;
use super::{Because, Entry, Ledger, LedgerTrouble, Mark, Particulars, Reason, Result, State, Status, sha256, words};
use crate::text::hex;

/// A badge that is to be issued for a row. [`Intention::new`] takes what every badge has; the rest is added by name.
#[derive(Debug, Clone)]
pub struct Intention<'a> {
    badge: &'a Iri,
    row: &'a Mark,
    task: &'a str,
    version: &'a str,
    awarded: NaiveDate,
    valid_until: Option<Instant>,
    particulars: Particulars<'a>,
    replaces: Option<(&'a Iri, Replaces, &'a Because)>,
}

impl<'a> Intention<'a> {
    /// A badge with a fresh id for a row, by the row's mark: the same row never gets another badge.
    #[must_use]
    pub fn new(badge: &'a Iri, row: &'a Mark, task: &'a str, version: &'a str, awarded: NaiveDate) -> Self {
        Self {
            badge,
            row,
            task,
            version,
            awarded,
            valid_until: None,
            particulars: Particulars::default(),
            replaces: None,
        }
    }

    /// The end of the badge, to find what is to be renewed.
    #[must_use]
    pub fn valid_until(mut self, end: Option<Instant>) -> Self {
        self.valid_until = end;
        self
    }

    /// What the desk knows of the person.
    #[must_use]
    pub fn particulars(mut self, particulars: Particulars<'a>) -> Self {
        self.particulars = particulars;
        self
    }

    /// The badge in whose place this one comes. Its row's mark has to be another: key the replaced id into it.
    #[must_use]
    pub fn replaces(mut self, old: &'a Iri, how: Replaces, because: &'a Because) -> Self {
        self.replaces = Some((old, how, because));
        self
    }
}

/// Why one badge comes in place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Replaces {
    /// The old one is wrong: it is revoked with the reason `superseded` once the new one is issued.
    Correction,
    /// The old one runs out: it stands until then.
    Renewal,
}

words!(Replaces { Correction = "correction", Renewal = "renewal" });

/// Which status lists new badges go into, and where those are published.
///
/// A list gets a random name, so that a ledger which lost its last lists can never begin one with a name that is in
/// use.
#[derive(Debug, Clone)]
pub struct Lists {
    base: String,
    purposes: Vec<StatusPurpose>,
    crowded_at: u64,
}

impl Lists {
    /// The entries of a list: the least that Bitstring Status List 1.0 allows, 16 KiB of bits.
    pub const CAPACITY: u64 = 131_072;

    /// Lists for revocation, each at an address right below this one.
    #[must_use]
    pub fn below(base: &Iri) -> Self {
        Self {
            base: base.as_str().trim_end_matches('/').to_owned(),
            purposes: vec![StatusPurpose::Revocation],
            crowded_at: Self::CAPACITY / 2,
        }
    }

    /// Badges get an entry for suspension too. The Open Badges JSON Schema refuses badges with two entries.
    #[must_use]
    pub fn with_suspension(mut self) -> Self {
        if !self.purposes.contains(&StatusPurpose::Suspension) {
            self.purposes.push(StatusPurpose::Suspension);
        }
        self
    }

    /// Begins a new list when so many entries of one are used: at most half of them, which is the default. Up to there
    /// a random index is free in every other draw or better, and an index gives nothing away about when it was given.
    #[must_use]
    pub fn crowded_at(mut self, used: u64) -> Self {
        self.crowded_at = used.clamp(1, Self::CAPACITY / 2);
        self
    }
}

/// What the ledger holds for a row that is to have a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    /// The badge: that of the intention, or the one that the row has already.
    pub badge: Iri,
    /// Its places in the status lists.
    pub entries: Vec<Entry>,
    /// Whether it stands: a badge can be revoked before it is finished.
    pub status: Status,
    /// What is left to do.
    pub stage: Stage,
}

/// What is left to do for a badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// To sign this content, and complete it.
    ToSign {
        /// What is to be signed.
        content: Vec<u8>,
        /// Whether it was intended earlier, by a process that was cut off or is at it still.
        again: bool,
    },
    /// Nothing: it was issued, with this SHA-256 of its bytes. [`Ledger::copy`] has the bytes.
    Issued {
        /// The digest.
        digest: [u8; 32],
    },
}

/// A badge that was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Its id.
    pub badge: &'a Iri,
    /// Its bytes.
    pub text: &'a [u8],
    /// The digests of what its proofs sign: after the theft of a key, badges are known to be genuine by them.
    pub proofs: &'a [[u8; 32]],
}

/// What became of a badge that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    /// It is issued from now on.
    Now,
    /// Another process was faster: the badge with this digest is the one that counts, and [`Ledger::copy`] has it.
    /// Where the digests differ, what was signed here must not leave the house.
    Before {
        /// The SHA-256 of the bytes that count.
        digest: [u8; 32],
    },
}

impl Ledger {
    /// Reserves indices and stores what is to be signed, for a group of rows in one durable write. Groups of some
    /// hundreds are fast: each waits for the disk once.
    ///
    /// A row that has a badge already keeps it: with its stored content to sign where it was not completed, else with
    /// its digest. So doing the same again after a crash, or in two processes at once, finishes what was begun and
    /// issues nothing twice. Rows come back in their order.
    ///
    /// `random` fills bytes from a source that nobody can guess. `content` writes what is to be signed for the
    /// intention of that number, with these entries in it; it should be quick, since other writers wait.
    ///
    /// # Errors
    /// [`LedgerTrouble::Restored`] while a person has to decide, [`LedgerTrouble::Taken`]; for the badge that is replaced
    /// [`LedgerTrouble::Replaced`], [`LedgerTrouble::Unknown`], [`LedgerTrouble::Unfinished`] and
    /// [`LedgerTrouble::TakenBack`]; whatever the two functions return, and the troubles of the database.
    pub fn intend<E: From<LedgerTrouble>>(
        &mut self,
        group: &[Intention<'_>],
        lists: &Lists,
        at: Instant,
        mut random: impl FnMut(&mut [u8]) -> std::result::Result<(), E>,
        mut content: impl FnMut(usize, &[Entry]) -> std::result::Result<Vec<u8>, E>,
    ) -> std::result::Result<Vec<Intended>, E> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        self.change(at, |change| {
            change.refuse_in_doubt()?;
            let mut known = change.of_rows(group)?;
            let mut fresh: Vec<Fresh<'_>> = Vec::new();
            let mut seen = HashSet::new();
            for (place, intention) in group.iter().enumerate() {
                if !known.contains_key(intention.row.as_str()) && seen.insert(intention.row) {
                    change.badges += 1;
                    let number = change.badges;
                    fresh.push(Fresh { number, place, intention, entries: Vec::new(), content: Vec::new() });
                }
            }
            change.refuse_taken(&fresh)?;
            change.refuse_unreplaceable(&fresh)?;
            for purpose in &lists.purposes {
                change.reserve(&mut fresh, lists, *purpose, &mut random)?;
            }
            step("indices are reserved");
            for fresh in &mut fresh {
                fresh.content = content(fresh.place, &fresh.entries)?;
            }
            for fresh in fresh {
                let (happening, kept) = fresh.happening()?;
                change.log_with(Some((fresh.number, fresh.intention.badge)), happening, kept)?;
                let stage = Stage::ToSign { content: fresh.content, again: false };
                let badge = fresh.intention.badge.clone();
                let intended = Intended { badge, entries: fresh.entries, status: Status::Good, stage };
                known.insert(fresh.intention.row.as_str().into(), intended);
            }
            Ok(group.iter().map(|intention| known[intention.row.as_str()].clone()).collect())
        })
    }

    /// Records badges that were signed with the key of this verification method, and keeps their bytes. What they
    /// replace is superseded in the same moment. Only after this hand them out; then a badge that anybody holds is one
    /// that counts.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`] for a badge that was not intended here: it must not leave the house. The troubles of
    /// the database.
    pub fn complete(&mut self, group: &[Signed<'_>], signer: &str, at: Instant) -> Result<Vec<Completed>> {
        if group.is_empty() {
            return Ok(Vec::new());
        }
        let digests: Vec<[u8; 32]> = group.iter().map(|signed| sha256(signed.text)).collect();
        self.change(at, |change| {
            let known = change.known(group)?;
            let mut completed = Vec::with_capacity(group.len());
            let mut now: Vec<(u64, &Signed<'_>, &[u8; 32])> = Vec::new();
            for ((signed, digest), Known { number, issued }) in group.iter().zip(&digests).zip(known) {
                let twice = || now.iter().find(|done| done.0 == number).map(|done| *done.2);
                completed.push(match issued.or_else(twice) {
                    Some(digest) => Completed::Before { digest },
                    None => {
                        now.push((number, signed, digest));
                        Completed::Now
                    }
                });
            }
            // Before the badges are issued, and the reasons move into the log.
            let replaced = change.replaced_by(&now)?;
            for (number, signed, digest) in &now {
                let proofs = signed.proofs.iter().map(|digest| hex(digest)).collect();
                let happening = Happening::Issued { digest: hex(*digest), signer: signer.into(), signed: proofs };
                change.log_with(Some((*number, signed.badge)), happening, Kept::Copy(signed.text.into()))?;
            }
            change.supersede(replaced)?;
            Ok(completed)
        })
    }

    /// Refuses what [`Ledger::intend`] would refuse in whatever takes this badge's place, and changes nothing.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], [`LedgerTrouble::Unfinished`], [`LedgerTrouble::Replaced`],
    /// [`LedgerTrouble::TakenBack`], the troubles of the database.
    pub fn may_be_replaced(&mut self, badge: &Iri) -> Result<()> {
        replaceable(&mut self.database, badge).map(drop)
    }

    /// The last badge of the chain of replacements that this one is in: itself where nothing came in its place.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn last_of_chain(&mut self, badge: &Iri) -> Result<Iri> {
        last_of_chain(&mut self.database, badge)
    }

    /// The bytes of an issued badge as they were signed; `None` where they were erased with the person's data. They are
    /// held against the event that says they were signed.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], [`LedgerTrouble::Unfinished`], [`LedgerTrouble::Altered`] where they are not what was
    /// signed, the troubles of the database.
    pub fn copy(&mut self, badge: &Iri) -> Result<Option<Vec<u8>>> {
        let record = self.find(badge)?.ok_or_else(|| LedgerTrouble::Unknown(badge.clone()))?;
        if record.state == State::Intended {
            return Err(LedgerTrouble::Unfinished(badge.clone()));
        }
        let select = "SELECT content FROM copies WHERE badge = $1";
        let copy = self.database.first(select, &[record.number.into()], |row| row.bytes(0))?;
        // The record was held against the events, and has their digest.
        match copy {
            Some(text) if Some(sha256(&text)) != record.digest => Err(sworn::altered_badge(badge, "its signed bytes")),
            copy => Ok(copy),
        }
    }
}

/// A row of this group that gets its badge now.
struct Fresh<'a> {
    number: u64,
    /// Its place in the group.
    place: usize,
    intention: &'a Intention<'a>,
    entries: Vec<Entry>,
    content: Vec<u8>,
}

/// A badge in whose place another one comes now.
struct Replaced {
    old: Record,
    by: Iri,
    how: Replaces,
    actor: String,
    /// What was written as the reason, with its salt, unless it was forgotten in the meantime.
    note: Option<Salted>,
}

/// A text that a person wrote, after its salt.
type Salted = (Vec<u8>, String);

/// A badge that was intended.
#[derive(Clone, Copy)]
struct Known {
    number: u64,
    /// Its digest, if it was completed before.
    issued: Option<[u8; 32]>,
}

impl Fresh<'_> {
    /// The event, and what is kept beside it.
    fn happening(&self) -> Result<(Happening, Kept)> {
        let Intention { row, task, version, awarded, valid_until, particulars, replaces, .. } = self.intention;
        let (person, known) = match particulars {
            known if known.is_empty() => (None, None),
            known => {
                let salt = salt()?;
                let digest = particulars_digest(&salt, known);
                (Some(Person::of(salt, known)), Some(digest))
            }
        };
        let (mut kept_reason, mut reason) = (None, None);
        if let Some((_, _, because)) = replaces {
            let salt = salt()?;
            reason = Some(note_digest(&salt, because.text()));
            kept_reason = Some(apply::Because { salt, text: Some(because.text().into()) });
        }
        let happening = Happening::Intended {
            row: row.as_str().into(),
            task: (*task).into(),
            version: (*version).into(),
            awarded: Some(awarded.to_string()),
            valid_until: *valid_until,
            content: hex(&sha256(&self.content)),
            particulars: known,
            entries: self.entries.iter().map(Place::from).collect(),
            replaces: replaces.map(|(old, _, _)| old.to_string()),
            how: replaces.map(|(_, how, _)| how),
            actor: replaces.map(|(_, _, because)| because.actor().into()),
            because: reason,
        };
        Ok((happening, Kept::Draft { content: self.content.clone(), person, because: kept_reason }))
    }
}

impl Person {
    fn of(salt: Vec<u8>, known: &Particulars<'_>) -> Self {
        let Particulars { recipient_mark, name, recipient, line } = *known;
        Self {
            salt,
            recipient_mark: recipient_mark.map(|mark| mark.as_str().into()),
            name: name.map(Into::into),
            recipient: recipient.map(Into::into),
            line: line.map(Into::into),
        }
    }
}

/// A list that has room.
struct OpenList {
    number: u64,
    url: Iri,
    room: u64,
}

/// The number of a badge in whose place another may come.
fn replaceable(database: &mut Database, old: &Iri) -> Result<u64> {
    let select = "SELECT number, state, status FROM badges WHERE id = $1";
    let found = database.first(select, &[old.as_str().into()], |row| {
        let state: State = row.parsed(1, "a badge has no state")?;
        let status: Status = row.parsed(2, "a badge has no status")?;
        Ok((row.count(0)?, state, status))
    })?;
    let (number, state, status) = found.ok_or_else(|| LedgerTrouble::Unknown(old.clone()))?;
    let last = last_of_chain(database, old)?;
    if last != *old {
        return Err(LedgerTrouble::Replaced { old: old.clone(), new: last });
    }
    match (state, status) {
        (State::Intended, _) => Err(LedgerTrouble::Unfinished(old.clone())),
        (_, Status::Good) => Ok(number),
        (_, status) => Err(LedgerTrouble::TakenBack { badge: old.clone(), status }),
    }
}

/// A badge replaces one that has a lower number, so that this comes to an end.
fn last_of_chain(database: &mut Database, badge: &Iri) -> Result<Iri> {
    let mut last = badge.clone();
    let select = "SELECT newer.id FROM badges JOIN replacements ON replacements.old = badges.number
         JOIN badges AS newer ON newer.number = replacements.new
         WHERE badges.id = $1 AND newer.number > badges.number";
    while let Some(newer) = database.first(select, &[last.as_str().into()], |row| row.parsed(0, "a badge has no id"))? {
        last = newer;
    }
    Ok(last)
}

impl Change<'_> {
    /// The badges that rows of the group have already, by the rows' marks.
    fn of_rows(&mut self, group: &[Intention<'_>]) -> Result<HashMap<String, Intended>> {
        let marks: Vec<Value<'_>> = group.iter().map(|intention| intention.row.as_str().into()).collect();
        let mut found = HashMap::new();
        self.database.among(
            "SELECT mark, id, status, digest, drafts.content, number FROM badges
             LEFT JOIN issues ON issues.badge = number LEFT JOIN drafts ON drafts.badge = number WHERE mark IN",
            &marks,
            "",
            |row| {
                let stage = match row.maybe_bytes(3)? {
                    Some(_) => Stage::Issued { digest: row.digest(3)? },
                    // Of what was revoked before it was finished, and forgotten, nothing is left, and nothing to do.
                    None => Stage::ToSign { content: row.maybe_bytes(4)?.unwrap_or_default(), again: true },
                };
                let badge = row.parsed(1, "a badge has no id")?;
                let status = row.parsed(2, "a badge has no status")?;
                found.insert(row.text(0)?, (row.count(5)?, Intended { badge, entries: Vec::new(), status, stage }));
                Ok(())
            },
        )?;
        let mut entries = query::entries_of(self.database, found.values().map(|(number, _)| *number))?;
        let mut known = HashMap::with_capacity(found.len());
        for (mark, (number, mut intended)) in found {
            intended.entries = entries.remove(&number).unwrap_or_default();
            if let Stage::ToSign { content, .. } = &intended.stage {
                self.refuse_altered(&intended, content)?;
            }
            known.insert(mark, intended);
        }
        Ok(known)
    }

    /// Refuses a badge that is to be signed where its row, its places or its content are not those of the sealed event.
    fn refuse_altered(&mut self, intended: &Intended, content: &[u8]) -> Result<()> {
        let badge = &intended.badge;
        let (record, said) = self.held(badge)?;
        // Of what was revoked before it was finished, and forgotten, nothing is left, and nothing is signed.
        let is_gone = content.is_empty() && record.status == Status::Revoked;
        let digest = said.begun.and_then(|begun| begun.content);
        let is_row = record.state == State::Intended && record.entries == intended.entries;
        if is_row && (is_gone || digest == Some(hex(&sha256(content)))) {
            Ok(())
        } else {
            Err(sworn::altered_badge(badge, "what is to be signed"))
        }
    }

    /// An id that is drawn twice is a broken source of randomness; say so instead of leaving it to the database.
    fn refuse_taken(&mut self, fresh: &[Fresh<'_>]) -> Result<()> {
        let ids: Vec<Value<'_>> = fresh.iter().map(|fresh| fresh.intention.badge.as_str().into()).collect();
        let mut taken: Vec<Iri> = Vec::new();
        self.database.among("SELECT id FROM badges WHERE id IN", &ids, "", |row| {
            taken.push(row.parsed(0, "a badge has no id")?);
            Ok(())
        })?;
        let mut seen = HashSet::new();
        taken.extend(fresh.iter().map(|fresh| fresh.intention.badge).filter(|id| !seen.insert(*id)).cloned());
        taken.into_iter().next().map_or(Ok(()), |id| Err(LedgerTrouble::Taken(id)))
    }

    /// Refuses badges in whose place none may come, or two would.
    fn refuse_unreplaceable(&mut self, group: &[Fresh<'_>]) -> Result<()> {
        let mut replaced: HashMap<&Iri, &Iri> = HashMap::new();
        for Fresh { intention, .. } in group {
            let Some((old, _, _)) = intention.replaces else { continue };
            replaceable(self.database, old)?;
            if let Some(other) = replaced.insert(old, intention.badge) {
                return Err(LedgerTrouble::Replaced { old: old.clone(), new: other.clone() });
            }
        }
        Ok(())
    }

    /// Gives each of the badges a random index that was never used, in lists for this purpose that are not crowded.
    fn reserve<E: From<LedgerTrouble>>(
        &mut self,
        mut fresh: &mut [Fresh<'_>],
        lists: &Lists,
        purpose: StatusPurpose,
        random: &mut impl FnMut(&mut [u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let mut after = 0;
        while !fresh.is_empty() {
            let list = self.list_with_room(lists, purpose, after, random)?;
            // Badges of this group that are in it already are not in its table yet: whatever comes next, goes further.
            after = list.number;
            let fitting = usize::try_from(list.room).unwrap_or(usize::MAX).min(fresh.len());
            let (now, later) = fresh.split_at_mut(fitting);
            let mut given: HashSet<u64> = HashSet::with_capacity(now.len());
            let mut open: Vec<&mut Fresh<'_>> = now.iter_mut().collect();
            while !open.is_empty() {
                let mut draws = vec![[0; 8]; open.len()];
                random(draws.as_flattened_mut())?;
                // 2^64 is a multiple of the capacity, so that every index is as likely as every other.
                let drawn: Vec<u64> = draws.iter().map(|draw| u64::from_be_bytes(*draw) % Lists::CAPACITY).collect();
                let taken = self.taken(list.number, &drawn)?;
                let mut again = Vec::new();
                for (fresh, index) in open.into_iter().zip(drawn) {
                    if taken.contains(&index) || !given.insert(index) {
                        again.push(fresh);
                    } else {
                        fresh.entries.push(Entry { purpose, list: list.url.clone(), index });
                    }
                }
                open = again;
            }
            fresh = later;
        }
        Ok(())
    }

    /// Which of some indices of a list are used.
    fn taken(&mut self, list: u64, indices: &[u64]) -> Result<HashSet<u64>> {
        let values: Vec<Value<'_>> = indices.iter().map(|index| (*index).into()).collect();
        let mut taken = HashSet::new();
        let select = format!("SELECT position FROM entries WHERE list = {list} AND position IN");
        self.database.among(&select, &values, "", |row| {
            taken.insert(row.count(0)?);
            Ok(())
        })?;
        Ok(taken)
    }

    fn list_with_room<E: From<LedgerTrouble>>(
        &mut self,
        lists: &Lists,
        purpose: StatusPurpose,
        after: u64,
        random: &mut impl FnMut(&mut [u8]) -> std::result::Result<(), E>,
    ) -> std::result::Result<OpenList, E> {
        let crowded_at = lists.crowded_at;
        let found = self.database.first(
            "SELECT number, url, used FROM lists WHERE open = 1 AND base = $1 AND purpose = $2 AND used < $3
             AND number > $4 ORDER BY number LIMIT 1",
            &[(&lists.base).into(), purpose_name(purpose).into(), crowded_at.into(), after.into()],
            |row| {
                let url = row.parsed(1, "a status list has no address")?;
                Ok(OpenList { number: row.count(0)?, url, room: crowded_at - row.count(2)? })
            },
        )?;
        if let Some(list) = found {
            let said = self.decided.lists().iter().find(|said| said.url == list.url.as_str());
            let is_so = said.is_some_and(|said| said.open && said.purpose == purpose_name(purpose));
            if !is_so {
                return Err(sworn::altered(
                    self.database,
                    "a status list is given badges that was never opened, or was closed",
                )
                .into());
            }
            return Ok(list);
        }
        let mut name = [0; 10];
        random(&mut name)?;
        let text = format!("{}/{}-{}.json", lists.base, purpose_name(purpose), hex(&name));
        let url: Iri = text.parse().expect("an address below an absolute IRI is one");
        self.lists += 1;
        let purpose = purpose_name(purpose).into();
        self.log(None, Happening::ListOpened { list: url.to_string(), purpose, capacity: Lists::CAPACITY })?;
        self.catch_up()?;
        step("a list is opened");
        Ok(OpenList { number: self.lists, url, room: crowded_at })
    }

    /// What is known of badges that were signed, in their order.
    fn known(&mut self, group: &[Signed<'_>]) -> Result<Vec<Known>> {
        let ids: Vec<Value<'_>> = group.iter().map(|signed| signed.badge.as_str().into()).collect();
        let mut found: HashMap<String, Known> = HashMap::with_capacity(ids.len());
        let select = "SELECT id, number, digest FROM badges LEFT JOIN issues ON issues.badge = number WHERE id IN";
        self.database.among(select, &ids, "", |row| {
            let issued = row.maybe_bytes(2)?.map(|_| row.digest(2)).transpose()?;
            found.insert(row.text(0)?, Known { number: row.count(1)?, issued });
            Ok(())
        })?;
        let known = |signed: &Signed<'_>| {
            let known = found.get(signed.badge.as_str()).copied();
            known.ok_or_else(|| LedgerTrouble::Unknown(signed.badge.clone()))
        };
        group.iter().map(known).collect()
    }

    /// What the badges issued now replace, as the events say.
    fn replaced_by(&mut self, now: &[(u64, &Signed<'_>, &[u8; 32])]) -> Result<Vec<Replaced>> {
        let numbers: Vec<Value<'_>> = now.iter().map(|(number, ..)| (*number).into()).collect();
        let mut reasons: Vec<(u64, Option<Salted>)> = Vec::new();
        let select = "SELECT new, note, salt FROM replacements WHERE new IN";
        self.database.among(select, &numbers, " ORDER BY new", |row| {
            reasons.push((row.count(0)?, row.maybe_bytes(2)?.zip(row.maybe_text(1)?)));
            Ok(())
        })?;
        let mut replaced = Vec::with_capacity(reasons.len());
        for (number, note) in reasons {
            let by = now.iter().find(|(of, ..)| *of == number).map(|(_, signed, _)| signed.badge);
            let by = by.expect("it was asked for");
            let said = Said::of(&sworn::events_of(self.database, self.key, by, number)?).begun;
            let said =
                said.and_then(|said| Some((said.replaces?.parse::<Iri>().ok()?, said.how?, said.actor?, said.because)));
            let (old, how, actor, because) = said.ok_or_else(|| sworn::altered_badge(by, "what it replaces"))?;
            let digest = note.as_ref().map(|(salt, text)| note_digest(salt, text));
            if digest.is_some() && digest != because {
                return Err(sworn::altered_badge(by, "why it replaces another"));
            }
            replaced.push(Replaced { old: self.held(&old)?.0, by: by.clone(), how, actor, note });
        }
        Ok(replaced)
    }

    /// Supersedes what is replaced, and revokes what is corrected.
    fn supersede(&mut self, replaced: Vec<Replaced>) -> Result<()> {
        for Replaced { old, by, how, actor, note } in replaced {
            let badge = Some((old.number, &old.badge));
            let (by, name) = (by.to_string(), how.as_str().into());
            self.log(badge, Happening::Superseded { by, how: name, actor: actor.clone() })?;
            if how == Replaces::Correction && old.status != Status::Revoked {
                let (bit, reason) = (old.bit(StatusPurpose::Revocation), Reason::Superseded);
                let digest = note.as_ref().map(|(salt, text)| note_digest(salt, text));
                let kept = note.map_or(Kept::Nothing, |(salt, text)| Kept::Note { salt, text });
                self.log_with(badge, Happening::Revoked { reason, actor, note: digest, bit }, kept)?;
            }
        }
        Ok(())
    }
}
