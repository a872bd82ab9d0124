//! Whether the issuer has taken a badge back: what its status entries say, and who answers for them.

use serde::{Serialize, Serializer};

use crate::badge::{Claims, StatusPurpose};
use crate::finding::{Code, Finding, Severity, shown};
use crate::json::{Object, Value};
use crate::jsonld::is_absolute_iri;
use crate::time::Instant;

/// Who knows status lists. A verifier asks once for every status entry of a badge whose signature is good.
///
/// The crate `taskbadge-status` has the one that reads lists. It is a trait so that a verifier of badges without status
/// carries no decompression.
pub trait StatusSource: Send + Sync {
    /// What is known of this entry at that instant.
    ///
    /// Only `status.current` lets a badge be valid, so it needs a list that is genuine, of this entry and fresh.
    /// Whatever keeps the source from telling is a finding that leaves it open.
    fn status(&self, badge: Claims<'_>, entry: &StatusClaim<'_>, at: Instant) -> StatusAnswer;
}

/// One well-formed status entry of a badge (VC Data Model 2.0 section 4.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusClaim<'d> {
    /// What it would mean for the badge to be marked.
    pub purpose: StatusPurpose,
    /// The address of the list.
    pub list: &'d str,
    /// Where in the list the badge stands.
    pub place: StatusPlace,
}

/// Where in its list a badge stands, by the kind of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusPlace {
    /// At this index of a `BitstringStatusList` (Bitstring Status List 1.0 section 2.1).
    Bitstring(u64),
    /// At this index of a `StatusList2021`, the draft before it.
    StatusList2021(u64),
    /// Under the badge's own id in a 1EdTech revocation list (VCRL 1.0).
    RevocationList,
}

/// What a [`StatusSource`] knows of an entry.
#[derive(Debug, Clone)]
pub struct StatusAnswer {
    finding: Finding,
    beside: Option<Finding>,
    as_of: Option<Instant>,
    valid_until: Option<Instant>,
}

impl StatusAnswer {
    /// The answer is this finding: `status.current`, `status.revoked`, `status.suspended`, or why that cannot be told.
    #[must_use]
    pub fn new(finding: Finding) -> Self {
        Self { finding, beside: None, as_of: None, valid_until: None }
    }

    /// The same answer, and what else there is to say, such as `trust.clock` of a list that is dated after the check.
    #[must_use]
    pub fn beside(mut self, finding: Finding) -> Self {
        self.beside = Some(finding);
        self
    }

    /// The same answer from a list that was made at this instant.
    #[must_use]
    pub fn as_of(mut self, made: Instant) -> Self {
        self.as_of = Some(made);
        self
    }

    /// The same answer from a list that ends at this instant.
    #[must_use]
    pub fn valid_until(mut self, end: Instant) -> Self {
        self.valid_until = Some(end);
        self
    }

    /// The finding.
    #[must_use]
    pub fn finding(&self) -> &Finding {
        &self.finding
    }
}

/// What came of one status entry, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BadgeStatus {
    #[serde(rename = "state", serialize_with = "as_state")]
    code: Code,
    purpose: StatusPurpose,
    list: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_days: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
}

impl BadgeStatus {
    /// The code of the finding about this entry.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the entry is for.
    #[must_use]
    pub fn purpose(&self) -> StatusPurpose {
        self.purpose
    }

    /// The address of the list.
    #[must_use]
    pub fn list(&self) -> &str {
        &self.list
    }

    /// When the list at hand was made.
    #[must_use]
    pub fn as_of(&self) -> Option<Instant> {
        self.as_of
    }

    /// How many whole days old the list at hand was, unless it is dated after the check.
    #[must_use]
    pub fn age_days(&self) -> Option<i64> {
        self.age_days
    }

    /// Until when the list at hand is valid.
    #[must_use]
    pub fn valid_until(&self) -> Option<Instant> {
        self.valid_until
    }

    /// Whether a list, or a newer one, would tell.
    pub(super) fn wants_list(&self) -> bool {
        // A clock that is wrong is put right by no list.
        self.code.severity() == Severity::Unknown && self.code != Code::TrustClock
    }
}

/// The word for where the badge stands.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn as_state<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match code {
        Code::StatusCurrent => "current",
        Code::StatusRevoked => "revoked",
        Code::StatusSuspended => "suspended",
        _ => "unknown",
    })
}

/// Asks about every entry of a badge. The worst of the findings decides, as everywhere.
pub(super) fn check(
    badge: Claims<'_>,
    source: Option<&dyn StatusSource>,
    at: Instant,
) -> (Vec<Finding>, Vec<BadgeStatus>) {
    let is_entry = |entries: &Value<'_>| entries.as_array().is_none_or(|entries| !entries.is_empty());
    let Some(entries) = badge.root().get("credentialStatus").filter(is_entry) else {
        return (vec![Code::StatusNone.into()], Vec::new());
    };
    let is_array = entries.as_array().is_some();
    let (mut findings, mut statuses) = (Vec::new(), Vec::new());
    for (index, entry) in entries.one_or_many().enumerate() {
        let pointer = if is_array { format!("/credentialStatus/{index}") } else { "/credentialStatus".into() };
        let claim = match StatusClaim::read(entry.as_object()) {
            Ok(Some(claim)) => claim,
            Ok(None) => continue,
            Err(finding) => {
                findings.push(finding.at(pointer));
                continue;
            }
        };
        let missing = || StatusAnswer::new(Finding::new(Code::StatusMissing).because(shown(claim.list)));
        // A source may leave the question open; what does not answer it does not make a badge valid.
        let settles = |answer: &StatusAnswer| {
            let code = answer.finding.code();
            code == Code::StatusCurrent || code.severity() != Severity::Info
        };
        let answer = source.map(|source| source.status(badge, &claim, at)).filter(settles).unwrap_or_else(missing);
        statuses.push(BadgeStatus {
            code: answer.finding.code(),
            purpose: claim.purpose,
            list: claim.list.into(),
            as_of: answer.as_of,
            age_days: answer.as_of.filter(|made| *made <= at).map(|made| at.days_since(made)),
            valid_until: answer.valid_until,
        });
        findings.extend([answer.finding].into_iter().chain(answer.beside).map(|finding| finding.at(&*pointer)));
    }
    if findings.is_empty() {
        findings.push(Code::StatusNone.into());
    }
    (findings, statuses)
}

impl<'d> StatusClaim<'d> {
    /// The entry for this purpose, in this place of the list at that address.
    #[must_use]
    pub fn new(purpose: StatusPurpose, list: &'d str, place: StatusPlace) -> Self {
        Self { purpose, list, place }
    }

    /// Reads an entry; `None` for one that does not bear on validity.
    fn read(entry: Option<Object<'d>>) -> Result<Option<Self>, Finding> {
        let malformed = |detail: &str| Finding::new(Code::StatusMalformed).because(detail);
        let unsupported = |detail: String| Finding::new(Code::StatusUnsupported).because(detail);
        let entry = entry.ok_or_else(|| malformed("an entry is an object"))?;
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let types: Vec<_> =
            entry.get("type").into_iter().flat_map(Value::one_or_many).filter_map(Value::as_str).collect();
        let known = ["BitstringStatusListEntry", "StatusList2021Entry", "1EdTechRevocationList"];
        if known.iter().filter(|kind| types.contains(kind)).count() > 1 {
            return Err(malformed("it is of two kinds of status list at once"));
        }
        let Some(kind) = known.into_iter().find(|kind| types.contains(kind)) else {
            return Err(unsupported(format!("entries of type {} are not known here", shown(&types.join(" ")))));
        };
        if kind == "1EdTechRevocationList" {
            let list = text("id").filter(|list| is_absolute_iri(list));
            let list = list.ok_or_else(|| malformed("its id is not the URL of a revocation list"))?;
            return Ok(Some(Self { purpose: StatusPurpose::Revocation, list, place: StatusPlace::RevocationList }));
        }
        // A refresh entry says that a newer badge is there; this one stays as good as it was.
        if text("statusPurpose") == Some("refresh") {
            return Ok(None);
        }
        let list = text("statusListCredential").filter(|list| is_absolute_iri(list));
        let list = list.ok_or_else(|| malformed("statusListCredential is not a URL"))?;
        if text("id") == Some(list) {
            return Err(malformed("its id is the URL of the list"));
        }
        let index = text("statusListIndex").ok_or_else(|| malformed("statusListIndex is not text"))?;
        let index = index.parse::<u64>().ok().filter(|number| number.to_string() == index);
        let index = index.ok_or_else(|| malformed("statusListIndex is not a whole number in decimal digits"))?;
        match entry.get("statusSize") {
            None => {}
            Some(Value::Number(size)) if size.canonical() == "1" => {}
            Some(Value::Number(size)) if size.canonical().parse::<u32>().is_ok_and(|size| size > 1) => {
                return Err(unsupported(format!("statusSize {}: only single bits are read", size.canonical())));
            }
            Some(_) => return Err(malformed("statusSize is not a whole number above zero")),
        }
        let purpose = match text("statusPurpose").ok_or_else(|| malformed("statusPurpose is not text"))? {
            "revocation" => StatusPurpose::Revocation,
            "suspension" => StatusPurpose::Suspension,
            other => return Err(unsupported(format!("the purpose {} is not known here", shown(other)))),
        };
        let place = match kind {
            "BitstringStatusListEntry" => StatusPlace::Bitstring(index),
            _ => StatusPlace::StatusList2021(index),
        };
        Ok(Some(Self { purpose, list, place }))
    }
}
