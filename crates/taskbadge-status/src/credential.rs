//! The list as a credential: what an issuer signs and publishes.

use std::time::Duration;

use serde::Serialize;
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::finding::{Code, Finding};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{CREDENTIALS_V2, Contexts};
use taskbadge::key::Signer;
use taskbadge::proof::{self, ProofOptions};
use taskbadge::time::Instant;

use crate::bits::{Bits, MOST_PACKED_TEXT, NotABitstring};

/// How large a list credential may be as JSON: room for the largest packed list, and for what is around it.
pub const LIST_LIMITS: Limits = Limits { bytes: 6 << 20, ..Limits::BADGE };

/// An unsigned `BitstringStatusListCredential` (Bitstring Status List 1.0 section 2.2).
///
/// It is made anew for every publication, with the same address. Give it an end: a verifier never relies on a list
/// after `validUntil`, so that nobody can go on showing the list from before a revocation.
///
/// ```
/// use taskbadge::badge::StatusPurpose;
/// use taskbadge::jsonld::Contexts;
/// use taskbadge::key::{Did, SigningKey};
/// use taskbadge::proof::ProofOptions;
/// use taskbadge::time::Instant;
/// use taskbadge_status::{Bits, StatusList};
///
/// let key = SigningKey::from_seed(&[7; 32]);
/// let mut bits = Bits::new();
/// bits.set(94_567)?;
/// let today: Instant = "2026-11-12T06:00:00Z".parse()?;
/// let issuer = Did::key(&key.verifying_key()).to_string().parse()?;
/// let id = "https://centre.example.org/status/1".parse()?;
/// let list = StatusList::new(id, issuer, StatusPurpose::Revocation, bits, today)
///     .valid_until("2026-11-22T06:00:00Z".parse()?);
/// let text = list.sign(&Contexts::builtin(), &key, &ProofOptions::did_key(&key.verifying_key()).created(today))?;
/// assert!(text.contains("BitstringStatusListCredential"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct StatusList {
    id: Iri,
    issuer: Iri,
    purposes: Vec<StatusPurpose>,
    bits: Bits,
    valid_from: Instant,
    valid_until: Option<Instant>,
    ttl: Option<Duration>,
}

impl StatusList {
    /// The list at this address, as it stands at this instant. The address is what the entries of badges name.
    #[must_use]
    pub fn new(id: Iri, issuer: Iri, purpose: StatusPurpose, bits: Bits, valid_from: Instant) -> Self {
        Self { id, issuer, purposes: vec![purpose], bits, valid_from, valid_until: None, ttl: None }
    }

    /// The same list for one more purpose. A bit that is set then counts for each.
    #[must_use]
    pub fn purpose(mut self, purpose: StatusPurpose) -> Self {
        if !self.purposes.contains(&purpose) {
            self.purposes.push(purpose);
        }
        self
    }

    /// The same list, not to be relied on from this instant on.
    #[must_use]
    pub fn valid_until(mut self, end: Instant) -> Self {
        self.valid_until = Some(end);
        self
    }

    /// The same list, which whoever is online should fetch again after so long. It never makes a list last longer.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// The unsigned credential.
    ///
    /// # Errors
    /// `badge.malformed` where it would end before it begins; `status.list-too-large` where no verifier would unpack
    /// it.
    pub fn document(&self) -> Result<Document, Finding> {
        if self.valid_until.is_some_and(|end| end < self.valid_from) {
            let detail = "the list would end before it begins";
            return Err(Finding::new(Code::BadgeMalformed).at("/validUntil").because(detail));
        }
        let encoded_list = self.bits.encode();
        if encoded_list.len() > 1 + MOST_PACKED_TEXT {
            return Err(NotABitstring::TooLarge.into());
        }
        let json = Json {
            context: [CREDENTIALS_V2],
            subject: Subject {
                encoded_list,
                id: format!("{}#list", self.id),
                purpose: match &self.purposes[..] {
                    [one] => OneOrMany::One(*one),
                    many => OneOrMany::Many(many),
                },
                ttl: self.ttl.map(|ttl| u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX)),
                types: "BitstringStatusList",
            },
            id: &self.id,
            issuer: &self.issuer,
            types: ["VerifiableCredential", "BitstringStatusListCredential"],
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        };
        let json =
            serde_json::to_vec(&json).map_err(|error| Finding::new(Code::JsonSyntax).because(error.to_string()))?;
        Document::parse(&json, LIST_LIMITS)
    }

    /// Signs the list.
    ///
    /// # Errors
    /// Those of [`StatusList::document`]; `proof.malformed` where the options do not fit; where the key does not sign, the
    /// code of the [`SignerError`](taskbadge::key::SignerError).
    pub fn sign(&self, contexts: &Contexts, key: &dyn Signer, options: &ProofOptions) -> Result<String, Finding> {
        proof::sign_document(contexts, &self.document()?, LIST_LIMITS, key, options)
    }
}

/// The credential as JSON, its members in canonical order.
#[derive(Serialize)]
struct Json<'a> {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    #[serde(rename = "credentialSubject")]
    subject: Subject<'a>,
    id: &'a Iri,
    issuer: &'a Iri,
    #[serde(rename = "type")]
    types: [&'static str; 2],
    #[serde(rename = "validFrom")]
    valid_from: Instant,
    #[serde(rename = "validUntil", skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
}

#[derive(Serialize)]
struct Subject<'a> {
    #[serde(rename = "encodedList")]
    encoded_list: String,
    id: String,
    #[serde(rename = "statusPurpose")]
    purpose: OneOrMany<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(rename = "type")]
    types: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum OneOrMany<'a> {
    One(StatusPurpose),
    Many(&'a [StatusPurpose]),
}

#[cfg(test)]
mod tests {
    use taskbadge::key::{Did, SigningKey};

    use super::*;

    fn list(bits: Bits) -> StatusList {
        let issuer = Did::key(&SigningKey::from_seed(&[7; 32]).verifying_key()).to_string();
        let from = "2026-11-12T06:00:00Z".parse().unwrap();
        let id = "https://centre.example.org/status/1".parse().unwrap();
        StatusList::new(id, issuer.parse().unwrap(), StatusPurpose::Revocation, bits, from)
    }

    #[test]
    fn a_list_is_written_as_the_standard_has_it() {
        let list = list(Bits::new())
            .purpose(StatusPurpose::Suspension)
            .purpose(StatusPurpose::Revocation)
            .valid_until("2026-11-22T06:00:00Z".parse().unwrap())
            .ttl(Duration::from_secs(300));
        let document = list.document().unwrap();
        let mut text = document.text().to_owned();
        // It is canonical as it is written, so that signing copies it.
        assert_eq!(document.root().canonical(), text);
        let encoded = Bits::new().encode();
        text = text.replace(&encoded, "u…");
        let subject = concat!(
            r#""credentialSubject":{"encodedList":"u…","id":"https://centre.example.org/status/1#list","#,
            r#""statusPurpose":["revocation","suspension"],"ttl":300000,"type":"BitstringStatusList"}"#
        );
        assert!(text.contains(subject), "{text}");
    }

    #[test]
    fn what_no_verifier_would_take_is_not_signed() {
        let backwards = list(Bits::new()).valid_until("2026-11-11T06:00:00Z".parse().unwrap());
        assert_eq!(backwards.document().unwrap_err().pointer(), Some("/validUntil"));
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        });
        let noise = Bits::from_bytes(noise.take(4_300_000).collect()).unwrap();
        assert_eq!(list(noise).document().unwrap_err().code(), Code::StatusListTooLarge);
    }
}
