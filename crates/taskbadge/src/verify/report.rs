//! The verdict as data: the same form for valid and refused badges.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::{BadgeStatus, Outcome};
use crate::badge::{Claims, ResultClaim, Said, Words};
use crate::finding::{Code, Finding, Severity};
use crate::shown::{Direction, without_isolates};
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
    /// Where the badge names the holder more than once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_names: Vec<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<Reached<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessor: Option<&'o str>,
    /// The language and direction of the texts above, where the badge gives a language or they are read from right to left.
    #[serde(skip_serializing_if = "Spoken::is_empty")]
    languages: Spoken<'o>,
}

/// One result, as the badge says it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reached<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_level: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_value: Option<&'o str>,
    /// Below what is required, or not shown to reach it.
    below: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Spoken<'o> {
    #[serde(skip_serializing_if = "Option::is_none")]
    achievement: Option<Language<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_name: Option<Language<'o>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assessor: Option<Language<'o>>,
}

/// How a text is to be shown: the attributes `lang` and `dir` of HTML.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Language<'o> {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "in_lower_case")]
    language: Option<&'o str>,
    direction: Direction,
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
        let mut names = claims.holder_names().into_iter();
        let language = |said| claims.words(said).and_then(Language::of);
        Self {
            id: claims.id(),
            achievement: claims.achievement_name(),
            achievement_id: claims.achievement_id(),
            issuer: claims.issuer_id(),
            issuer_name: issuer_name.or_else(|| claims.issuer_name()),
            holder_name: names.next(),
            other_names: names.collect(),
            subject: claims.subject_id(),
            valid_from: claims.valid_from(),
            valid_until: claims.valid_until(),
            results: claims.results().map(Reached::of).collect(),
            assessor: claims.assessor(),
            languages: Spoken {
                achievement: language(Said::AchievementName),
                issuer_name: language(Said::IssuerName).filter(|_| issuer_name.is_none()),
                assessor: language(Said::Assessor),
            },
        }
    }
}

impl<'o> Reached<'o> {
    fn of(result: ResultClaim<'o>) -> Self {
        Self {
            name: result.name,
            level: result.level,
            value: result.value,
            status: result.status,
            required_level: result.required_level,
            required_value: result.required_value,
            below: result.is_below,
        }
    }
}

impl Spoken<'_> {
    fn is_empty(&self) -> bool {
        self.achievement.is_none() && self.issuer_name.is_none() && self.assessor.is_none()
    }
}

impl<'o> Language<'o> {
    fn of(words: Words<'o>) -> Option<Self> {
        let (language, direction) = (words.language(), words.direction());
        (language.is_some() || direction == Direction::RightToLeft).then_some(Self { language, direction })
    }
}

/// Tags are equal in any case, and only one is signed.
#[allow(clippy::ref_option, reason = "serde passes fields by reference")]
fn in_lower_case<S: Serializer>(tag: &Option<&str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&tag.unwrap_or_default().to_ascii_lowercase())
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
