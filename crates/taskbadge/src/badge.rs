//! The Open Badges 3.0 model: what an issuer builds, and what a badge says.
//!
//! [`Badge`] is unsigned, [`SignedBadge`] is signed and not yet believed, and only [`crate::verify`] makes a badge
//! whose claims may be relied on.

mod build;
mod claims;
mod conformance;
mod place;

pub use build::{
    Achievement, AchievementResult, AchievementType, Alignment, Badge, Criteria, Evidence, Identifier, IdentityType,
    Iri, NotALanguage, NotAnIri, Profile, RelatedAchievement, ResultDescription, ResultType, RubricLevel, StatusEntry,
    StatusPurpose, Subject, Text,
};
pub(crate) use claims::id_of;
pub use claims::{Claims, IdentityObject, ResultClaim, Said, Words};
pub(crate) use conformance::{check as conformance, check_credential as credential_conformance};
pub(crate) use place::scattered;

use std::sync::OnceLock;

use crate::finding::Finding;
use crate::json::{Document, Limits, Value};
use crate::jsonld::Contexts;
use crate::key::{FrequentKey, Signer, VerifyingKey};
use crate::proof::{self, Proof, ProofOptions, Proven, Terms};
use crate::work::Budget;

/// A badge with a proof that nobody has checked.
///
/// Its claims can be had only through [`SignedBadge::unverified`], so that a search for that word finds every place
/// that looks at an unchecked badge.
#[derive(Debug)]
pub struct SignedBadge {
    text: Box<str>,
    /// Parsed when somebody looks inside.
    document: OnceLock<Document>,
}

impl SignedBadge {
    /// Reads a badge without believing it.
    ///
    /// # Errors
    /// `json.*`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let document = Document::parse(bytes, Limits::BADGE)?;
        document.object()?;
        Ok(Self { text: document.text().into(), document: document.into() })
    }

    /// What signing made.
    fn signed(text: String) -> Self {
        Self { text: text.into(), document: OnceLock::new() }
    }

    /// The JSON text, byte for byte as it was read or made.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the badge says of itself. Nothing of it is proven: show it only marked so.
    #[must_use]
    pub fn unverified(&self) -> Claims<'_> {
        Claims::of(self.document())
    }

    fn document(&self) -> &Document {
        let parse = || Document::parse(self.text.as_bytes(), Limits::BADGE).expect("signing makes strict JSON");
        self.document.get_or_init(parse)
    }

    /// The same badge with one more proof, as a proof set (Data Integrity 1.0 section 2.1.1) or, where the options name
    /// earlier proofs, a proof chain (section 2.1.2).
    ///
    /// # Errors
    /// `badge.scattered`, `proof.*` and `context.*` as of [`Badge::sign`].
    pub fn add_proof(&self, contexts: &Contexts, key: &dyn Signer, options: &ProofOptions) -> Result<Self, Finding> {
        if let Some(finding) = scattered(self.document().object()?, &Budget::of_document(self.text.len())) {
            return Err(finding);
        }
        proof::sign(contexts, self.document(), Limits::BADGE, Terms::Unknown, key, options).map(Self::signed)
    }

    /// The digests of what this key signed: of each proof whose signature is good and by the key, the SHA-256 of its hash
    /// data ([`HashData::digest`](crate::proof::HashData::digest)), in the order of the proofs. None where the key did not
    /// sign the badge as it stands.
    ///
    /// By these an issuer tells its own badges from those of a thief of the key ([`Genuine`](crate::trust::Genuine)): an
    /// equal copy in another form has the same, and so has one to which somebody added a proof.
    ///
    /// # Errors
    /// `context.*` where the contexts at hand do not do for the badge.
    pub fn digests_by(&self, contexts: &Contexts, key: &VerifyingKey) -> Result<Vec<[u8; 32]>, Finding> {
        let object = self.document().object()?;
        let editions = contexts.editions(object.get("@context").unwrap_or(Value::Null));
        let key = FrequentKey::new(*key);
        let budget = Budget::of_document(self.text.len());
        let mut proven = Proven::new(contexts, object, &budget);
        let mut digests = Vec::new();
        for place in 0..proven.proofs().len().min(Limits::BADGE.proofs) {
            let Ok(proof) = Proof::read(proven.proofs()[place], "/proof") else { continue };
            for edition in 0..editions {
                match proven.hash(&proof, edition) {
                    Ok(hashed) if proof.check(&hashed, &key).is_ok() => {
                        digests.push(hashed.digest());
                        break;
                    }
                    Err(finding) if finding.code().as_str().starts_with("context.") => return Err(finding),
                    _ => {}
                }
            }
        }
        Ok(digests)
    }
}

impl Badge {
    /// Signs the badge.
    ///
    /// ```
    /// use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, Subject};
    /// use taskbadge::jsonld::Contexts;
    /// use taskbadge::key::SigningKey;
    /// use taskbadge::proof::ProofOptions;
    ///
    /// let key = SigningKey::from_seed(&[7; 32]);
    /// let task: Iri = "https://centre.example.org/tasks/forklift-pre-start-check/1".parse()?;
    /// let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    /// let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    /// let badge = Badge::new(
    ///     "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse()?,
    ///     Profile::new(key.verifying_key().did_key().to_string().parse()?, "Harbour Training Centre"),
    ///     Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse()?, achievement),
    ///     "2026-11-22T09:00:00Z".parse()?,
    /// );
    /// let signed = badge.sign(&Contexts::builtin(), &key, &ProofOptions::did_key(&key.verifying_key()))?;
    /// assert_eq!(signed.unverified().achievement_name(), Some("Forklift pre-start check"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `badge.*` where a text that the standard requires is empty, the end comes before the beginning, or two profiles of one
    /// id differ; `context.*` where a context that was added does not fit; `proof.malformed` where the options do not; where the key does not
    /// sign, the code of the [`SignerError`](crate::key::SignerError).
    pub fn sign(&self, contexts: &Contexts, key: &dyn Signer, options: &ProofOptions) -> Result<SignedBadge, Finding> {
        let terms = if self.is_plain() { Terms::OfTheModel } else { Terms::Unknown };
        proof::sign(contexts, &self.document()?, Limits::BADGE, terms, key, options).map(SignedBadge::signed)
    }

    /// The unsigned credential, checked against the same rules that a verifier applies.
    ///
    /// # Errors
    /// `badge.*`.
    pub fn document(&self) -> Result<Document, Finding> {
        let document = Document::from_serialize(self)?;
        let badge = document.object()?;
        let budget = Budget::of_document(document.text().len());
        match conformance(badge).into_iter().chain(scattered(badge, &budget)).next() {
            Some(finding) => Err(finding),
            None => Ok(document),
        }
    }
}
