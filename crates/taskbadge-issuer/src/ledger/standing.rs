//! Taking back: revocation, which is for good, and suspension, which is for a while.

use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::time::Instant;

use super::event::{Change, Happening};
use super::trouble::purpose_name;
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
                let number = change.standing(badge, |status| match status {
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                    Status::Good | Status::Suspended => Ok(()),
                })?;
                change.stand(number, Status::Revoked)?;
                change.raise_or_refuse(number, badge, StatusPurpose::Revocation)?;
                change.log_because(Some((number, badge)), because, |actor, note| Happening::Revoked {
                    reason,
                    actor,
                    note: Some(note),
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
                let number = change.standing(badge, |status| match status {
                    Status::Good => Ok(()),
                    Status::Suspended => Err(LedgerTrouble::Suspended(badge.clone())),
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                })?;
                change.stand(number, Status::Suspended)?;
                change.raise_or_refuse(number, badge, StatusPurpose::Suspension)?;
                change
                    .log_because(Some((number, badge)), because, |actor, note| Happening::Suspended { actor, note })?;
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
                let number = change.standing(badge, |status| match status {
                    Status::Suspended => Ok(()),
                    Status::Good => Err(LedgerTrouble::NotSuspended(badge.clone())),
                    Status::Revoked => Err(LedgerTrouble::Revoked(badge.clone())),
                })?;
                change.stand(number, Status::Good)?;
                change.raise(number, StatusPurpose::Suspension, false)?;
                change
                    .log_because(Some((number, badge)), because, |actor, note| Happening::Reinstated { actor, note })?;
            }
            Ok(())
        })
    }
}

impl Change<'_> {
    /// The number of a badge whose status is fit for what is to be done.
    fn standing(&mut self, badge: &Iri, fit: impl FnOnce(Status) -> Result<()>) -> Result<u64> {
        let select = "SELECT number, status FROM badges WHERE id = $1";
        let found = self.database.first(select, &[badge.as_str().into()], |row| {
            Ok((row.count(0)?, row.parsed(1, "a badge has no status")?))
        })?;
        let (number, status) = found.ok_or_else(|| LedgerTrouble::Unknown(badge.clone()))?;
        fit(status)?;
        Ok(number)
    }

    pub(super) fn stand(&mut self, number: u64, status: Status) -> Result<()> {
        self.database.run("UPDATE badges SET status = $1 WHERE number = $2", &[status.as_str().into(), number.into()])
    }

    /// Sets or clears the bit of a badge in a list of this purpose. `false` where it has none.
    pub(super) fn raise(&mut self, number: u64, purpose: StatusPurpose, raised: bool) -> Result<bool> {
        let changed = self.database.first(
            "UPDATE entries SET raised = $1
             WHERE badge = $2 AND list IN (SELECT number FROM lists WHERE purpose = $3) RETURNING position",
            &[i64::from(raised).into(), number.into(), purpose_name(purpose).into()],
            |row| row.count(0),
        )?;
        Ok(changed.is_some())
    }

    fn raise_or_refuse(&mut self, number: u64, badge: &Iri, purpose: StatusPurpose) -> Result<()> {
        if self.raise(number, purpose, true)? {
            Ok(())
        } else {
            Err(LedgerTrouble::NoEntry { badge: badge.clone(), purpose })
        }
    }
}

/// A badge that is named twice is one badge.
pub(super) fn once_each<'i>(badges: impl IntoIterator<Item = &'i Iri>) -> impl Iterator<Item = &'i Iri> {
    let mut seen = std::collections::HashSet::new();
    badges.into_iter().filter(move |badge| seen.insert(*badge))
}
