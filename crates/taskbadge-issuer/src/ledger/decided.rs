//! What was decided: which badges are taken back, which lists there are, which losses were accepted.
//!
//! The tables say it, too, and whoever writes the database can change them. This is read from the sealed events alone:
//! from the end of the log, each names the last decisive one before it, so that following them costs as much as there
//! are decisions, however long the log is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::change::written_head;
use super::database::Database;
use super::event::{Event, Happening, Place};
use super::key::LedgerKey;
use super::{Head, Result, Status, sworn};

/// The decisions up to an event.
#[derive(Debug, Clone, Default)]
pub(super) struct Decided {
    /// The number of the last decisive event; 0 where there is none.
    last: u64,
    lists: Vec<ListSaid>,
    raised: BTreeMap<String, BTreeSet<u64>>,
    revoked: HashSet<String>,
    behind: Vec<Behind>,
}

/// What the events say of a status list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ListSaid {
    pub(super) url: String,
    pub(super) purpose: String,
    pub(super) capacity: u64,
    pub(super) open: bool,
    /// The number of its last publication.
    pub(super) published: Option<u64>,
}

/// A published head that was not of the log's past.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Behind {
    published: Head,
    accepted: bool,
}

impl Decided {
    /// The number of the last decisive event.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// The lists, the oldest first.
    pub(super) fn lists(&self) -> &[ListSaid] {
        &self.lists
    }

    /// The indices of a list whose bits are set.
    pub(super) fn raised(&self, list: &str) -> impl Iterator<Item = u64> + '_ {
        self.raised.get(list).into_iter().flatten().copied()
    }

    /// Whether a badge is revoked.
    pub(super) fn is_revoked(&self, badge: &str) -> bool {
        self.revoked.contains(badge)
    }

    /// The furthest published head that is not known here and that nobody accepted.
    pub(super) fn in_doubt(&self) -> Option<Head> {
        let open = self.behind.iter().filter(|behind| !behind.accepted).map(|behind| behind.published);
        open.max_by_key(|head| head.sequence)
    }

    /// Whether the loss of a published head was accepted.
    pub(super) fn accepted(&self, head: &Head) -> bool {
        self.behind.iter().any(|behind| behind.accepted && behind.published == *head)
    }

    /// Whether any loss was.
    pub(super) fn accepted_any(&self) -> bool {
        self.behind.iter().any(|behind| behind.accepted)
    }

    /// Whether a published head was noted as one that is not of the log's past.
    pub(super) fn noted(&self, head: &Head) -> bool {
        self.behind.iter().any(|behind| behind.published == *head)
    }

    /// Reads what was decided since, from the end of the log back.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unsealed`], [`LedgerTrouble::Altered`] for an event whose seal is not the centre's.
    pub(super) fn catch_up(mut self, database: &mut Database, key: &LedgerKey) -> Result<Self> {
        let end = written_head(database)?;
        if end.sequence == 0 {
            return Ok(Self::default());
        }
        let last = sworn::line(database, end.sequence)?;
        if last.hash != end.hash {
            return Err(sworn::altered(database, "the end of its log is another than it says"));
        }
        let last = last.sealed(database, key)?;
        let mut next = if last.happening.is_decisive() { last.sequence } else { last.decisive };
        let mut since: Vec<Event> = Vec::new();
        while next > self.last {
            let event = sworn::line(database, next)?.sealed(database, key)?;
            // What is named was decided, and before.
            if event.sequence != next || !event.happening.is_decisive() || event.decisive >= next {
                return Err(sworn::altered(database, "its decisions do not follow from each other"));
            }
            next = event.decisive;
            since.push(event);
        }
        if next != self.last {
            // What was read before is not of this log's past: another ledger was put in its place meanwhile.
            return Self::default().catch_up(database, key);
        }
        since.iter().rev().for_each(|event| self.follow(event));
        Ok(self)
    }

    /// Takes in the next event.
    pub(super) fn follow(&mut self, event: &Event) {
        if !event.happening.is_decisive() {
            return;
        }
        self.last = event.sequence;
        match &event.happening {
            Happening::ListOpened { list, purpose, capacity } => self.lists.push(ListSaid {
                url: list.clone(),
                purpose: purpose.clone(),
                capacity: *capacity,
                open: true,
                published: None,
            }),
            Happening::ListAdopted { list, purpose, capacity, open, publication } => self.lists.push(ListSaid {
                url: list.clone(),
                purpose: purpose.clone(),
                capacity: *capacity,
                open: *open,
                published: *publication,
            }),
            Happening::BadgeAdopted(adopted) => {
                if adopted.status == Status::Revoked {
                    self.revoked.extend(event.badge.as_ref().map(ToString::to_string));
                }
                adopted.raised.iter().for_each(|place| self.raise(Some(place)));
            }
            Happening::Revoked { bit, .. } => {
                self.revoked.extend(event.badge.as_ref().map(ToString::to_string));
                self.raise(bit.as_ref());
            }
            Happening::Suspended { bit, .. } => self.raise(bit.as_ref()),
            Happening::Reinstated { bit, .. } => {
                if let Some(place) = bit
                    && let Some(raised) = self.raised.get_mut(&place.list)
                {
                    raised.remove(&place.index);
                }
            }
            Happening::Published { list, publication, .. } => {
                if let Some(said) = self.lists.iter_mut().find(|said| said.url == *list) {
                    said.published = Some(*publication);
                }
            }
            Happening::Behind { published } => {
                self.behind.extend(published.parse().ok().map(|published| Behind { published, accepted: false }));
            }
            Happening::RestorationAccepted { .. } => {
                self.lists.iter_mut().for_each(|list| list.open = false);
                self.behind.iter_mut().for_each(|behind| behind.accepted = true);
            }
            Happening::Sealed { accepted, .. } => {
                let heads = accepted.iter().filter_map(|head| head.parse().ok());
                self.behind.extend(heads.map(|published| Behind { published, accepted: true }));
            }
            Happening::ListsLost { .. }
            | Happening::TakenAsNewest { .. }
            | Happening::Intended { .. }
            | Happening::Issued { .. }
            | Happening::Superseded { .. }
            | Happening::Forgotten { .. } => {}
        }
    }

    fn raise(&mut self, place: Option<&Place>) {
        if let Some(Place { list, index, .. }) = place {
            self.raised.entry(list.clone()).or_default().insert(*index);
        }
    }
}
