//! One row, understood: who showed which task, when and how well.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use taskbadge::badge::Iri;

use super::{Field, Recipient};
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
    pub(super) renews: Option<Iri>,
}

/// The cells of one row in our own form, by field: what it takes to write the row again.
pub type Cells = BTreeMap<Field, String>;

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

    /// The badge that this one takes over from, after a refresher.
    #[must_use]
    pub fn renews(&self) -> Option<&Iri> {
        self.renews.as_ref()
    }

    /// The row as cells, which read back as the same row. A claim code that the desk draws is not among them.
    #[must_use]
    pub fn cells(&self) -> Cells {
        let text = |field, text: Option<&str>| Some((field, text?.to_owned()));
        let recipient = match &self.recipient {
            Recipient::Holder(did) => text(Field::Holder, Some(did.as_str())),
            Recipient::Email(email) => text(Field::Email, Some(email.as_str())),
            Recipient::Identifier(_, identifier) => text(Field::Identifier, Some(identifier)),
            Recipient::ClaimCode(code) => text(Field::ClaimCode, Some(code.as_str())),
            Recipient::NewClaimCode => None,
        };
        let kind = match &self.recipient {
            Recipient::Identifier(kind, _) => Some(kind.as_str()),
            _ => None,
        };
        let level = match self.outcome {
            Outcome::Achieved(level) => level.id(),
            Outcome::NotYet => "not yet",
        };
        let expires = self.expires.map(|day| day.to_string());
        let cells = [
            recipient,
            text(Field::Name, self.name.as_deref()),
            text(Field::ConsentName, self.public_name().map(|_| "yes")),
            text(Field::IdentifierType, kind),
            text(Field::Task, Some(self.task.id().as_str())),
            text(Field::Date, Some(&self.date.to_string())),
            text(Field::Expires, expires.as_deref()),
            text(Field::Level, Some(level)),
            text(Field::Assessor, self.assessor.as_deref()),
            text(Field::EvidenceUrl, self.evidence_url.as_ref().map(WebAddress::as_str)),
            text(Field::EvidenceNote, self.evidence_note.as_deref()),
            text(Field::Narrative, self.narrative.as_deref()),
            text(Field::Renews, self.renews.as_ref().map(Iri::as_str)),
        ];
        cells.into_iter().flatten().collect()
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

    /// The key of a row that has nothing but a name.
    pub(crate) fn by_name(task: &Template, date: NaiveDate, name: &str) -> Self {
        Self::new(task, date, &Recipient::NewClaimCode, Some(name))
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
