//! One row, understood: who showed which task, when and how well.

use std::fmt;

use chrono::NaiveDate;

use super::Recipient;
use crate::{
    WebAddress,
    template::{Level, Template},
    text::collapse,
};

/// One trainee's result in one task.
#[derive(Debug, Clone)]
pub struct Row<'t> {
    pub(super) line: u64,
    pub(super) key: RowKey,
    pub(super) task: &'t Template,
    pub(super) recipient: Recipient,
    pub(super) name: Option<String>,
    pub(super) consent: NameConsent,
    pub(super) outcome: Outcome<'t>,
    pub(super) date: NaiveDate,
    pub(super) expires: Option<NaiveDate>,
    pub(super) assessor: Option<String>,
    pub(super) evidence_url: Option<WebAddress>,
    pub(super) evidence_note: Option<String>,
    pub(super) narrative: Option<String>,
}

impl<'t> Row<'t> {
    /// The physical line on which the row begins, from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What tells this award from all others, also when the roster is read again.
    #[must_use]
    pub fn key(&self) -> &RowKey {
        &self.key
    }

    /// The task.
    #[must_use]
    pub fn task(&self) -> &'t Template {
        self.task
    }

    /// How the badge is bound to the trainee. Where a row has several identifiers, the first of did:key, e-mail address,
    /// identifier and claim code.
    #[must_use]
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }

    /// The name, if the trainee agreed that it stands in the badge.
    #[must_use]
    pub fn public_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.consent == NameConsent::Given)
    }

    /// The name for the desk's own eyes, such as on the envelope: never for the badge.
    #[must_use]
    pub fn private_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether the badge was earned. A row that is "not yet" is counted, never issued, and leaves no trace in a badge.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'t> {
        self.outcome
    }

    /// The day of the award.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The last day of the badge, where the roster has one; it takes the place of the template's validity.
    #[must_use]
    pub fn expires(&self) -> Option<NaiveDate> {
        self.expires
    }

    /// Who assessed.
    #[must_use]
    pub fn assessor(&self) -> Option<&str> {
        self.assessor.as_deref()
    }

    /// Where the evidence is.
    #[must_use]
    pub fn evidence_url(&self) -> Option<&WebAddress> {
        self.evidence_url.as_ref()
    }

    /// What the evidence is, in words.
    #[must_use]
    pub fn evidence_note(&self) -> Option<&str> {
        self.evidence_note.as_deref()
    }

    /// A text for this trainee's badge.
    #[must_use]
    pub fn narrative(&self) -> Option<&str> {
        self.narrative.as_deref()
    }
}

/// What an assessment came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome<'t> {
    /// The badge was earned, at this level.
    Achieved(&'t Level),
    /// The required level was not reached, or a criterion not met.
    NotYet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameConsent {
    Given,
    NotGiven,
}

/// The canonical text of one award: task id, date, kind of identifier, identifier, with single spaces between.
///
/// The same for the same award however the file is sorted, separated or spelt in case and spaces. It holds personal data:
/// a ledger keeps a keyed hash of it, not the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey(String);

impl RowKey {
    /// The key as text, such as `forklift-pre-start-check 2026-11-03 emailAddress amina@example.org`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn new(task: &Template, date: NaiveDate, recipient: &Recipient, name: Option<&str>) -> Self {
        let (kind, text) = match recipient {
            Recipient::Holder(did) => ("holder", did.as_str()),
            Recipient::Email(email) => ("emailAddress", email.as_str()),
            Recipient::Identifier(kind, identifier) => (kind.as_str(), identifier.as_str()),
            Recipient::ClaimCode(code) => ("claimCode", code.as_str()),
            Recipient::NewClaimCode => ("name", name.unwrap_or_default()),
        };
        // The base58 text of a DID is case-sensitive; everything else is the same in any case.
        let text =
            if matches!(recipient, Recipient::Holder(_)) { text.to_owned() } else { collapse(text).to_lowercase() };
        Self(format!("{} {date} {kind} {text}", task.id()))
    }
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
