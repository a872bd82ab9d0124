//! The verdict as data: the same form for valid and refused badges.

use std::borrow::Cow;

use serde::Serialize;

use super::{BadgeStatus, Outcome};
use crate::badge::Claims;
use crate::finding::{Code, Finding, Severity};
use crate::shown::without_isolates;
use crate::time::Instant;

/// The answer, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Intact, from a recognised issuer, in time.
    Valid,
    /// Proven bad.
    Invalid,
    /// Cannot tell.
    Indeterminate,
}

impl Verdict {
    /// The word in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "VALID",
            Self::Invalid => "INVALID",
            Self::Indeterminate => "INDETERMINATE",
        }
    }
}

/// A verdict with all that led to it, as JSON by `serde`; its form is `schemas/report.schema.json`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report<'o> {
    verdict: Verdict,
    checked_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<Summary<'o>>,
    findings: Vec<Entry<'o>>,
    /// What came of each status entry.
    #[serde(skip_serializing_if = "<[BadgeStatus]>::is_empty")]
    status: &'o [BadgeStatus],
    /// Contexts of several editions, with the one under which the signature fits.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    context_editions: &'o [String],
    /// What has to be at hand for a verdict: addresses of contexts, DID documents, status lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    required_documents: Vec<&'o str>,
}

/// What the badge says, in the words a person needs. Only of a badge whose signature is good.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    achievement: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    achievement_id: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_name: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'o> {
    code: Code,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'o, str>>,
    what: &'static str,
    next: &'static str,
}

impl<'o> Report<'o> {
    pub(super) fn of(verdict: Verdict, outcome: &'o Outcome) -> Self {
        let required = outcome.findings.iter().filter_map(Finding::document).filter(|document| !document.is_empty());
        let lists = outcome.status.iter().filter(|status| status.wants_list()).map(BadgeStatus::list);
        Self {
            verdict,
            checked_at: outcome.at,
            badge: outcome
                .document
                .as_ref()
                .map(|document| Summary::of(Claims::of(document), outcome.issuer_name.as_deref())),
            findings: outcome.findings.iter().map(Entry::of).collect(),
            status: &outcome.status,
            context_editions: &outcome.contexts,
            required_documents: required.chain(lists).collect(),
        }
    }

    /// The answer, in one word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The addresses of what would have to be at hand for a verdict.
    #[must_use]
    pub fn required_documents(&self) -> &[&'o str] {
        &self.required_documents
    }
}

impl<'o> Summary<'o> {
    fn of(claims: Claims<'o>, issuer_name: Option<&'o str>) -> Self {
        Self {
            id: claims.id(),
            achievement: claims.achievement_name(),
            achievement_id: claims.achievement_id(),
            issuer: claims.issuer_id(),
            issuer_name: issuer_name.or_else(|| claims.issuer_name()),
            holder_name: claims.holder_name(),
            subject: claims.subject_id(),
            valid_from: claims.valid_from(),
            valid_until: claims.valid_until(),
        }
    }
}

impl<'o> Entry<'o> {
    fn of(finding: &'o Finding) -> Self {
        Self {
            code: finding.code(),
            severity: finding.code().severity(),
            problem_type: finding.code().problem_type().map(|(vocabulary, name)| format!("{vocabulary}{name}")),
            pointer: finding.pointer(),
            detail: finding.detail().map(without_isolates),
            what: finding.code().what(),
            next: finding.code().next(),
        }
    }
}
