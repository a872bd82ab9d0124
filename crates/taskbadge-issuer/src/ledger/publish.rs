//! Publishing: which bits are set, what was published last, and whether the ledger still knows all of that.

use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::time::Instant;

use super::apply;
use super::change::{Change, written_head};
use super::database::{Database, Row, Value};
use super::decided::ListSaid;
use super::event::Happening;
use super::trouble::purpose_name;
use super::{Because, Head, Ledger, LedgerTrouble, Result};
use crate::text::hex;

/// A status list, as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its address.
    pub url: Iri,
    /// What it says of its entries.
    pub purpose: StatusPurpose,
    /// How many entries it has.
    pub capacity: u64,
    /// How many are used.
    pub used: u64,
    /// Whether badges may still be given an index in it.
    pub open: bool,
    /// The number and the SHA-256 of what was published last.
    pub published: Option<(u64, [u8; 32])>,
}

/// One publication of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published<'a> {
    /// The list's address.
    pub list: &'a Iri,
    /// The number of this publication, higher than the one before.
    pub publication: u64,
    /// The SHA-256 of what was published.
    pub digest: &'a [u8; 32],
}

/// How a ledger stands to what was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It knows everything that was published.
    InOrder,
    /// It does not: an older state was restored, or it is another ledger. From now on nothing is issued, by any
    /// process.
    Behind {
        /// Where the ledger stands.
        own: Head,
    },
}

impl Ledger {
    /// Every status list, the oldest first. All of them are to be published, for as long as a badge in them is in use.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn lists(&mut self) -> Result<Vec<List>> {
        self.reading(|database, sworn| {
            let mut lists = Vec::new();
            database.rows(&format!("{SELECT_LIST} ORDER BY number"), &[], |row| {
                lists.push(List::read(row)?);
                Ok(())
            })?;
            if let Some(sworn) = sworn
                && !lists.iter().map(ListSaid::of).eq(sworn.decided.lists().iter().cloned())
            {
                return Err(super::sworn::altered(database, "its status lists are others than its events say"));
            }
            Ok(lists)
        })
    }

    /// The indices whose bits are set in a list, in ascending order, as the events say. It costs as much as there are, not
    /// as the list is long.
    ///
    /// # Errors
    /// [`LedgerTrouble::UnknownList`], [`LedgerTrouble::Altered`] where the table says otherwise, the troubles of the
    /// database.
    pub fn raised(&mut self, list: &Iri) -> Result<Vec<u64>> {
        self.reading(|database, sworn| {
            let number = list_number(database, list)?;
            let mut raised = Vec::new();
            let select = "SELECT position FROM entries WHERE list = $1 AND raised = 1 ORDER BY position";
            database.rows(select, &[number.into()], |row| {
                raised.push(row.count(0)?);
                Ok(())
            })?;
            if let Some(sworn) = sworn
                && !sworn.decided.raised(list.as_str()).eq(raised.iter().copied())
            {
                return Err(super::sworn::altered(database, "it says otherwise of who is taken back than its events"));
            }
            Ok(raised)
        })
    }

    /// The badge that has an index of a list, if one has. After a restored backup it tells which badges to revoke
    /// again: those whose bits are set in what was published.
    ///
    /// # Errors
    /// [`LedgerTrouble::UnknownList`], the troubles of the database.
    pub fn badge_at(&mut self, list: &Iri, index: u64) -> Result<Option<Iri>> {
        let number = list_number(&mut self.database, list)?;
        self.database.first(
            "SELECT id FROM badges JOIN entries ON badge = number WHERE list = $1 AND position = $2",
            &[number.into(), index.into()],
            |row| row.parsed(0, "a badge has no id"),
        )
    }

    /// Writes down what was published, all of it or nothing.
    ///
    /// # Errors
    /// [`LedgerTrouble::UnknownList`], [`LedgerTrouble::NotNewer`], the troubles of the database.
    pub fn published(&mut self, lists: &[Published<'_>], at: Instant) -> Result<()> {
        self.change(at, |change| {
            for Published { list, publication, digest } in lists {
                let select = "SELECT number, published_sequence FROM lists WHERE url = $1";
                let found = change
                    .database
                    .first(select, &[list.as_str().into()], |row| Ok((row.count(0)?, row.maybe_int(1)?)))?;
                let (_, last) = found.ok_or_else(|| LedgerTrouble::UnknownList((*list).clone()))?;
                if let Some(last) = last.and_then(|last| u64::try_from(last).ok()).filter(|last| last >= publication) {
                    return Err(LedgerTrouble::NotNewer { list: (*list).clone(), last });
                }
                let (list, publication, digest) = (list.to_string(), *publication, hex(*digest));
                change.log(None, Happening::Published { list, publication, digest })?;
                change.catch_up()?;
            }
            Ok(())
        })
    }

    /// Where the log ends. Publish it, and [compare](Ledger::compare) with it before issuing and publishing again.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn head(&mut self) -> Result<Head> {
        written_head(&mut self.database)
    }

    /// Compares with the head that was published last. If that is not in this log, an old backup was restored: indices
    /// that the lost part of the ledger gave away look free. That is written down, and [`Ledger::intend`] refuses in
    /// every process until [`Ledger::accept_restored`]; revoking and publishing go on.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn compare(&mut self, published: &Head, at: Instant) -> Result<Comparison> {
        if self.knows_of(published)? {
            return Ok(Comparison::InOrder);
        }
        self.change(at, |change| {
            let own = change.head;
            if !change.decided.noted(published) {
                change.log(None, Happening::Behind { published: published.to_string() })?;
            }
            Ok(Comparison::Behind { own })
        })
    }

    /// Whether a published head is of this log's past, or its loss was accepted. Unlike [`Ledger::compare`] it writes
    /// nothing down.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn knows_of(&mut self, published: &Head) -> Result<bool> {
        Ok(published.sequence == 0 || self.knows(published)?)
    }

    /// The furthest published head that is not of this log's past and that nobody accepted as lost: while there is one,
    /// nothing is issued.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn in_doubt(&mut self) -> Result<Option<Head>> {
        self.reading(|database, sworn| match sworn {
            Some(sworn) => Ok(sworn.decided.in_doubt()),
            None => in_doubt(database),
        })
    }

    /// Whether the first and the last badge of this ledger were signed under another DID than this; where none is
    /// signed yet, whether its status lists stand below another address and none below this one.
    ///
    /// # Errors
    /// The troubles of the database.
    pub(crate) fn is_of_another(&mut self, did: &str, base: &str) -> Result<bool> {
        let (mut own, mut other) = (false, false);
        for end in ["", " DESC"] {
            let select = format!("SELECT signer FROM issues ORDER BY badge{end} LIMIT 1");
            self.database.rows(&select, &[], |row| {
                let signer = row.text(0)?;
                let is_own = signer.split_once('#').map_or(&*signer, |(did, _)| did) == did;
                (own, other) = (own || is_own, other || !is_own);
                Ok(())
            })?;
        }
        if !own && !other {
            self.database.rows("SELECT DISTINCT base FROM lists", &[], |row| {
                let is_own = row.text(0)? == base;
                (own, other) = (own || is_own, other || !is_own);
                Ok(())
            })?;
        }
        Ok(other && !own)
    }

    /// Goes on with a ledger that was restored, by the decision of a person: no list that exists is given badges any
    /// more, so that no index which the lost part gave away can be given again, and the numbers of events go on after
    /// those that were published. Gives the lists that are closed.
    ///
    /// What was revoked in the lost part is for the caller to revoke again: see [`Ledger::badge_at`].
    ///
    /// # Errors
    /// [`LedgerTrouble::NothingToAccept`], the troubles of the database.
    pub fn accept_restored(&mut self, because: &Because, at: Instant) -> Result<Vec<Iri>> {
        self.change(at, |change| {
            let published = change.decided.in_doubt().ok_or(LedgerTrouble::NothingToAccept)?;
            let open = change.decided.lists().iter().filter(|list| list.open);
            let closed: Vec<Iri> = open.filter_map(|list| list.url.parse().ok()).collect();
            change.head.sequence = change.head.sequence.max(published.sequence);
            change.log_because(None, because, |actor, note| Happening::RestorationAccepted {
                published: published.to_string(),
                closed: closed.iter().map(Iri::to_string).collect(),
                actor,
                note,
            })?;
            Ok(closed)
        })
    }

    /// Writes down that a person decided to go on without lists that were published and are nowhere any more.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn lists_lost(&mut self, lists: &[Iri], because: &Because, at: Instant) -> Result<()> {
        self.change(at, |change| {
            let lists = lists.iter().map(Iri::to_string).collect();
            change.log_because(None, because, |actor, note| Happening::ListsLost { lists, actor, note })?;
            Ok(())
        })
    }

    /// Writes down that a person decided, where nobody remembered what was published last, that nothing later was than this
    /// ledger knows. Gives the end of the log that this was said of.
    ///
    /// # Errors
    /// [`LedgerTrouble::Restored`] for a ledger that is behind what was published; the troubles of the database.
    pub fn take_as_newest(&mut self, because: &Because, at: Instant) -> Result<Head> {
        self.change(at, |change| {
            change.refuse_in_doubt()?;
            let end = change.head;
            change.log_because(None, because, |actor, note| Happening::TakenAsNewest {
                end: end.to_string(),
                actor,
                note,
            })?;
            Ok(end)
        })
    }

    /// Whether a person once accepted a loss: what was published before may be more than the ledger knows.
    ///
    /// # Errors
    /// The troubles of the database.
    pub fn was_restored(&mut self) -> Result<bool> {
        self.reading(|database, sworn| {
            if let Some(sworn) = sworn {
                return Ok(sworn.decided.accepted_any());
            }
            let select = "SELECT count(*) FROM restorations WHERE accepted IS NOT NULL";
            Ok(database.first(select, &[], |row| row.count(0))? != Some(0))
        })
    }

    /// Whether a head is in this log's past, or was accepted as lost.
    fn knows(&mut self, head: &Head) -> Result<bool> {
        self.reading(|database, sworn| {
            let values: [Value<'_>; 2] = [head.sequence.into(), (&head.hash).into()];
            let select = "SELECT count(*) FROM events WHERE sequence = $1 AND hash = $2";
            if database.first(select, &values, |row| row.count(0))? != Some(0) {
                return Ok(true);
            }
            if let Some(sworn) = sworn {
                return Ok(sworn.decided.accepted(head));
            }
            let select = "SELECT count(*) FROM restorations WHERE sequence = $1 AND hash = $2 AND accepted IS NOT NULL";
            Ok(database.first(select, &values, |row| row.count(0))? != Some(0))
        })
    }
}

fn list_number(database: &mut Database, list: &Iri) -> Result<u64> {
    apply::list_number(database, list.as_str())?.ok_or_else(|| LedgerTrouble::UnknownList(list.clone()))
}

impl ListSaid {
    fn of(list: &List) -> Self {
        Self {
            url: list.url.to_string(),
            purpose: purpose_name(list.purpose).into(),
            capacity: list.capacity,
            open: list.open,
            published: list.published.map(|(number, _)| number),
        }
    }
}

impl Change<'_> {
    pub(super) fn refuse_in_doubt(&mut self) -> Result<()> {
        let own = self.head;
        self.decided.in_doubt().map_or(Ok(()), |published| Err(LedgerTrouble::Restored { own, published }))
    }
}

/// The furthest published head that is not known here and that nobody accepted.
pub(super) fn in_doubt(database: &mut Database) -> Result<Option<Head>> {
    database.first(
        "SELECT sequence, hash FROM restorations WHERE accepted IS NULL ORDER BY sequence DESC LIMIT 1",
        &[],
        |row| Ok(Head { sequence: row.count(0)?, hash: row.digest(1)? }),
    )
}

const SELECT_LIST: &str = "SELECT url, purpose, capacity, used, open, published_sequence, published_digest FROM lists";

impl List {
    fn read(row: &Row<'_>) -> Result<Self> {
        let published = match row.maybe_int(5)? {
            Some(_) => Some((row.count(5)?, row.digest(6)?)),
            None => None,
        };
        Ok(Self {
            url: row.parsed(0, "a status list has no address")?,
            purpose: super::query::purpose(row, 1)?,
            capacity: row.count(2)?,
            used: row.count(3)?,
            open: row.int(4)? == 1,
            published,
        })
    }
}
