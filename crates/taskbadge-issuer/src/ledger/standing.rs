//! Taking back: revocation, which is for good, and suspension, which is for a while.

use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::time::Instant;

use super::change::Change;
use super::event::{Happening, Place};
use super::query::{self, Record};
use super::sworn::{self, Said};
use super::{Because, Ledger, LedgerTrouble, Result, Status, words};

/// Why a badge was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It should not have been issued, or not so.
    IssuedInError,
    /// Somebody cheated.
    Fraud,
    /// The assessment behind it does not count any more.
    AssessmentWithdrawn,
    /// The holder asked for it.
    HolderRequest,
    /// Another badge was issued in its place.
    Superseded,
    /// The key it was signed with is in other hands.
    KeyCompromise,
    /// The text says.
    Other,
}

words!(Reason {
    IssuedInError = "issued-in-error",
    Fraud = "fraud",
    AssessmentWithdrawn = "assessment-withdrawn",
    HolderRequest = "holder-request",
    Superseded = "superseded",
    KeyCompromise = "key-compromise",
    Other = "other",
});

impl Reason {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::IssuedInError,
        Self::Fraud,
        Self::AssessmentWithdrawn,
        Self::HolderRequest,
        Self::Superseded,
        Self::KeyCompromise,
        Self::Other,
    ];
}

impl Ledger {
    /// Revokes badges for good: all of them or, with an error, none. An intended badge too, since it may have been
    /// signed.
    ///
    /// Verifiers learn of it from the next published lists.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], [`LedgerTrouble::Revoked`], [`LedgerTrouble::NoEntry`], the troubles of the
    /// database.
    pub fn revoke<'i>(
        &mut self,
        badges: impl IntoIterator<Item = &'i Iri>,
        reason: Reason,
        because: &Because,
        at: Instant,
    ) -> Result<()> {
        self.change(at, |change| {
            for badge in once_each(badges) {
                let record = change.standing(badge, |status| match status {
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                    Status::Good | Status::Suspended => Ok(()),
                })?;
                let bit = Some(record.bit_or_refuse(StatusPurpose::Revocation)?);
                change.log_because(Some((record.number, badge)), because, |actor, note| Happening::Revoked {
                    reason,
                    actor,
                    note: Some(note),
                    bit,
                })?;
            }
            Ok(())
        })
    }

    /// Suspends badges until they are reinstated or revoked: all of them or, with an error, none.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], [`LedgerTrouble::Revoked`], [`LedgerTrouble::Suspended`], [`LedgerTrouble::NoEntry`]
    /// for a badge without an entry for suspension, the troubles of the database.
    pub fn suspend<'i>(
        &mut self,
        badges: impl IntoIterator<Item = &'i Iri>,
        because: &Because,
        at: Instant,
    ) -> Result<()> {
        self.change(at, |change| {
            for badge in once_each(badges) {
                let record = change.standing(badge, |status| match status {
                    Status::Good => Ok(()),
                    Status::Suspended => Err(LedgerTrouble::Suspended(badge.clone())),
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                })?;
                let bit = Some(record.bit_or_refuse(StatusPurpose::Suspension)?);
                change.log_because(Some((record.number, badge)), because, |actor, note| Happening::Suspended {
                    actor,
                    note,
                    bit,
                })?;
            }
            Ok(())
        })
    }

    /// Lets suspended badges stand again: all of them or, with an error, none.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`], [`LedgerTrouble::Revoked`], [`LedgerTrouble::NotSuspended`], the troubles of the
    /// database.
    pub fn reinstate<'i>(
        &mut self,
        badges: impl IntoIterator<Item = &'i Iri>,
        because: &Because,
        at: Instant,
    ) -> Result<()> {
        self.change(at, |change| {
            for badge in once_each(badges) {
                let record = change.standing(badge, |status| match status {
                    Status::Suspended => Ok(()),
                    Status::Good => Err(LedgerTrouble::NotSuspended(badge.clone())),
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                })?;
                let bit = record.bit(StatusPurpose::Suspension);
                change.log_because(Some((record.number, badge)), because, |actor, note| Happening::Reinstated {
                    actor,
                    note,
                    bit,
                })?;
            }
            Ok(())
        })
    }
}

impl Change<'_> {
    /// The record of a badge, and what the sealed events say that it was held against.
    pub(super) fn held(&mut self, badge: &Iri) -> Result<(Record, Said)> {
        let records = query::records(self.database, "badges.id = $1", &[badge.as_str().into()], 1)?;
        let record = records.into_iter().next().ok_or_else(|| LedgerTrouble::Unknown(badge.clone()))?;
        let said = Said::of(&sworn::events_of(self.database, self.key, badge, record.number)?);
        sworn::hold(&record, &said, self.decided)?;
        Ok((record, said))
    }

    /// The record of a badge whose status is fit for what is to be done.
    fn standing(&mut self, badge: &Iri, fit: impl FnOnce(Status) -> Result<()>) -> Result<Record> {
        let (record, _) = self.held(badge)?;
        fit(record.status)?;
        Ok(record)
    }
}

impl Record {
    /// The place of the badge in a list of this purpose, if it has one.
    pub(super) fn bit(&self, purpose: StatusPurpose) -> Option<Place> {
        self.entries.iter().find(|entry| entry.purpose == purpose).map(Place::from)
    }

    fn bit_or_refuse(&self, purpose: StatusPurpose) -> Result<Place> {
        self.bit(purpose).ok_or_else(|| LedgerTrouble::NoEntry { badge: self.badge.clone(), purpose })
    }
}

/// A badge that is named twice is one badge.
pub(super) fn once_each<'i>(badges: impl IntoIterator<Item = &'i Iri>) -> impl Iterator<Item = &'i Iri> {
    let mut seen = std::collections::HashSet::new();
    badges.into_iter().filter(move |badge| seen.insert(*badge))
}
