//! From bytes to a genuine list, through the one place where signatures are believed.

use std::collections::HashMap;

use taskbadge::badge::{Claims, StatusPurpose};
use taskbadge::finding::{Code, Finding, Severity};
use taskbadge::json::{Document, Object, Value};
use taskbadge::time::Instant;
use taskbadge::verify::{Refusal, Verifier};

use super::{Content, Fault, GenuineList, Refused};
use crate::bits::Bits;
use crate::credential::LIST_LIMITS;

pub(super) fn list(verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<GenuineList, Box<Refused>> {
    let read = match verifier.credential(bytes, at, LIST_LIMITS) {
        Ok(credential) => genuine(verifier, credential.claims(), credential.proof_created())
            .map(|list| GenuineList { recognised_until: credential.recognised_until(), ..list }),
        Err(refusal) => match out_of_time(&refusal) {
            Some((claims, created)) => genuine(verifier, claims, created).map(|list| {
                let mut findings = refusal.refused().findings().iter().map(Finding::code);
                let doubt = findings.find(|code| [Code::TrustExpired, Code::TrustClock].contains(code));
                GenuineList { doubt, recognised_until: refusal.refused().recognised_until(), ..list }
            }),
            None => Err(refused(&refusal)),
        },
    };
    read.map_err(|finding| {
        let document = Document::parse(bytes, LIST_LIMITS).ok();
        let object = document.as_ref().and_then(|document| document.object().ok());
        let claimed_address = object.and_then(|object| Some(object.get("id")?.as_str()?.to_owned()));
        let fault = match object.filter(|object| object.get("proof").is_none()).and_then(revoked_badges) {
            Some(revoked) => {
                let detail = "a 1EdTech revocation list that is not signed proves nothing without the network";
                Fault { finding: Finding::new(Code::StatusListProof).because(detail), unsigned: Some(revoked) }
            }
            None => finding.into(),
        };
        Box::new(Refused { fault, claimed_address })
    })
}

/// What is wrong with the time of a list, or of the trust pack behind it.
const AGES: [Code; 4] = [Code::TimeExpired, Code::TimeNotYetValid, Code::TrustExpired, Code::TrustClock];

/// A list that is refused for nothing but its time still proves what it marks. That it proves nothing else is said of the
/// badge, too.
fn out_of_time(refusal: &Refusal) -> Option<(Claims<'_>, Option<Instant>)> {
    let refused = refusal.refused();
    let mut grave = refused.findings().iter().filter(|finding| finding.code().severity() > Severity::Info);
    if grave.all(|finding| AGES.contains(&finding.code())) {
        return Some((refused.claims()?, refused.proof_created()));
    }
    None
}

/// What a refused credential is as a status list.
fn refused(refusal: &Refusal) -> Finding {
    // Its time is the least of what may be wrong with a list.
    let refused = refusal.refused();
    let mut grave = refused.findings().iter().filter(|finding| finding.code().severity() > Severity::Info);
    let cause = grave.find(|finding| !AGES.contains(&finding.code())).unwrap_or(refused.cause());
    let code = match cause.code() {
        Code::JsonTooLarge => Code::StatusListTooLarge,
        Code::IssuerUnknown => Code::StatusListIssuer,
        Code::BadgeType | Code::BadgeMissing | Code::BadgeMalformed => Code::StatusListMalformed,
        code if code.as_str().starts_with("json.") => Code::StatusListMalformed,
        _ => Code::StatusListProof,
    };
    let finding = Finding::new(code).at(cause.pointer().unwrap_or_default());
    finding.because(match cause.detail() {
        Some(detail) => format!("{}: {} ({detail})", cause.code(), cause.code().what()),
        None => format!("{}: {}", cause.code(), cause.code().what()),
    })
}

/// Reads a credential whose signature is good (Bitstring Status List 1.0 section 3.2, steps after the proof).
fn genuine(verifier: &Verifier, claims: Claims<'_>, created: Option<Instant>) -> Result<GenuineList, Finding> {
    let malformed = |pointer: &str, detail: &str| Finding::new(Code::StatusListMalformed).at(pointer).because(detail);
    let credential = claims.root().as_object().ok_or_else(|| malformed("", "it is not an object"))?;
    let address =
        claims.id().ok_or_else(|| Finding::new(Code::StatusListUrl).at("/id").because("it names no address"))?;
    let issuer = claims.issuer_id().ok_or_else(|| malformed("/issuer", "it names no issuer"))?;
    // The issuer's word on when it looked: the date of the credential, or of a later proof over it.
    let made = claims.valid_from().max(created);
    let made = made.ok_or_else(|| malformed("/validFrom", "nothing says when it was made"))?;

    let mut subjects = credential.get("credentialSubject").into_iter().flat_map(Value::one_or_many);
    let subject = match (subjects.next().and_then(Value::as_object), subjects.next()) {
        (Some(subject), None) => subject,
        _ => return Err(malformed("/credentialSubject", "a list has one subject")),
    };
    let is = |object: Object<'_>, name: &str| {
        object.get("type").is_some_and(|types| types.one_or_many().any(|kind| kind.as_str() == Some(name)))
    };
    let encoded = || {
        let text = subject.get("encodedList").and_then(Value::as_str);
        text.ok_or_else(|| malformed("/credentialSubject/encodedList", "it is not text"))
    };
    let (content, purposes) = if is(credential, "BitstringStatusListCredential") && is(subject, "BitstringStatusList") {
        (Content::Bitstring(Bits::decode(encoded()?)?), purposes(subject)?)
    } else if is(credential, "StatusList2021Credential") && is(subject, "StatusList2021") {
        (Content::StatusList2021(Bits::decode_2021(encoded()?)?), purposes(subject)?)
    } else if is(subject, "1EdTechRevocationList") {
        let revoked = revoked_badges(subject);
        let revoked = revoked.ok_or_else(|| malformed("/credentialSubject", "it names no revoked credentials"))?;
        (Content::RevocationList(revoked), vec![StatusPurpose::Revocation])
    } else {
        return Err(malformed("/type", "it is not a status list"));
    };
    Ok(GenuineList {
        address: address.into(),
        issuer: issuer.into(),
        speaks_for: verifier.trust().spoken_for_by(issuer),
        floor: verifier.trust().list_floor(address, issuer),
        doubt: None,
        recognised_until: None,
        purposes,
        content,
        elsewhere: None,
        made,
        date: made.datetime().date_naive().to_string(),
        valid_until: claims.valid_until(),
    })
}

/// Those purposes of a list, one or many, that a badge can be checked for.
fn purposes(subject: Object<'_>) -> Result<Vec<StatusPurpose>, Finding> {
    let malformed = || {
        let finding = Finding::new(Code::StatusListMalformed).at("/credentialSubject/statusPurpose");
        finding.because("it is not text")
    };
    let named: Option<Vec<_>> =
        subject.get("statusPurpose").ok_or_else(malformed)?.one_or_many().map(Value::as_str).collect();
    let named = named.filter(|named| !named.is_empty()).ok_or_else(malformed)?;
    let known = [("revocation", StatusPurpose::Revocation), ("suspension", StatusPurpose::Suspension)];
    Ok(known.into_iter().filter(|(name, _)| named.contains(name)).map(|(_, purpose)| purpose).collect())
}

/// The badges that a 1EdTech revocation list names (VCRL 1.0): in `revokedCredential`, or as some write it
/// `revokedCredentials`, each revoked unless it says otherwise.
fn revoked_badges(list: Object<'_>) -> Option<HashMap<String, Option<String>>> {
    let named = list.get("revokedCredential").or_else(|| list.get("revokedCredentials"))?;
    let revoked = named.one_or_many().filter_map(|entry| {
        if let Some(id) = entry.as_str() {
            return Some((id.to_owned(), None));
        }
        if matches!(entry.get("revoked"), Some(Value::Bool(false))) {
            return None;
        }
        let reason = entry.get("revocationReason").and_then(Value::as_str).filter(|reason| !reason.is_empty());
        Some((entry.get("id")?.as_str()?.to_owned(), reason.map(Into::into)))
    });
    Some(revoked.collect())
}
