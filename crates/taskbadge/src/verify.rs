//! The one place where a badge becomes believed: a fixed order of checks, a verdict, and every finding on the way.

mod report;
mod status;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

pub use report::{Report, Verdict};
pub use status::{BadgeStatus, StatusAnswer, StatusClaim, StatusPlace, StatusSource};

use sha2::{Digest as _, Sha256};

use crate::badge::{self, Claims};
use crate::finding::{Code, Finding, Severity, shown, worst};
use crate::json::{Document, Limits, Object, Path, Value};
use crate::jsonld::{CREDENTIALS_V2, Contexts};
use crate::key::VerifyingKey;
use crate::proof::{Cryptosuite, Proof, Proven};
use crate::time::Instant;
use crate::trust::{RecognisedIssuer, Role, Signed, Standing, Trust};
use crate::work::Budget;

/// Checks badges, without network, clock or state. Make one and use it for many badges, from many threads.
///
/// The order is fixed (Open Badges 3.0 section 8.2): limits, parse, contexts, proof, form, issuer and key, time,
/// status, recipient. Nothing in a badge is believed or reported before its signature is good. After that every check
/// is made, so that one look shows all there is to know. Any failure beats unknown; unknown beats success.
///
/// ```
/// use taskbadge::trust::Trust;
/// use taskbadge::verify::{Refusal, Verifier};
/// let verifier = Verifier::new(Trust::none());
/// let refusal = verifier.verify(b"{}", "2026-11-22T09:00:00Z".parse()?).unwrap_err();
/// assert!(matches!(refusal, Refusal::Invalid(_)));
/// # Ok::<(), taskbadge::time::NotAnInstant>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    trust: Trust,
    contexts: Contexts,
    status: Option<Arc<dyn StatusSource>>,
    domain: Option<String>,
    challenge: Option<String>,
}

impl Verifier {
    /// A verifier that recognises these issuers and holds the built-in contexts, and those of trusted packs.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self { contexts: trust.contexts(), trust, status: None, domain: None, challenge: None }
    }

    /// Whom it recognises.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// The same verifier with these contexts.
    #[must_use]
    pub fn contexts(mut self, contexts: Contexts) -> Self {
        self.contexts = contexts;
        self
    }

    /// The same verifier, asking these status lists about badges that name one. Without, such a badge is INDETERMINATE,
    /// with `status.missing`.
    #[must_use]
    pub fn status(mut self, source: Arc<dyn StatusSource>) -> Self {
        self.status = Some(source);
        self
    }

    /// The same verifier, wanting proofs made for this domain (Data Integrity 1.0 section 4.4, `INVALID_DOMAIN_ERROR`).
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The same verifier, wanting proofs that answer this challenge (`INVALID_CHALLENGE_ERROR`).
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// Whether the badge is valid at this instant.
    ///
    /// # Errors
    /// A [`Refusal`]: `Invalid` where the badge is proven bad, `Indeterminate` where that cannot be told from what is
    /// at hand.
    pub fn verify(&self, bytes: &[u8], at: Instant) -> Result<VerifiedBadge, Refusal> {
        self.decide(bytes, at, None)
    }

    /// Whether the badge is valid at this instant and belongs to the holder of this identifier: an e-mail address, a
    /// name, a claim code, or the subject's id.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; `recipient.mismatch` where it belongs to somebody else.
    pub fn verify_for(&self, bytes: &[u8], at: Instant, recipient: &str) -> Result<VerifiedBadge, Refusal> {
        self.decide(bytes, at, Some(recipient))
    }

    /// Whether any credential of the VC Data Model 2.0 is genuine, of a recognised issuer and in time: the same checks
    /// in the same order as for a badge, without what is particular to Open Badges, and without status and recipient. A
    /// domain or challenge is asked of badges only.
    ///
    /// Status lists are credentials and go through here, so that there is one way to believe a signature. A key that a
    /// trust pack recognises for badges only cannot sign them.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn credential(&self, bytes: &[u8], at: Instant, limits: Limits) -> Result<VerifiedCredential, Refusal> {
        let (form, role) = (badge::credential_conformance, Role::Status);
        let kind = Kind { limits, form, role, domain: None, challenge: None };
        self.examine(bytes, at, &kind).decided().map(VerifiedCredential)
    }

    fn decide(&self, bytes: &[u8], at: Instant, recipient: Option<&str>) -> Result<VerifiedBadge, Refusal> {
        let mut outcome = self.examine(
            bytes,
            at,
            &Kind {
                limits: Limits::BADGE,
                form: badge::conformance,
                role: Role::Badge,
                domain: self.domain.as_deref(),
                challenge: self.challenge.as_deref(),
            },
        );
        if let Some(document) = &outcome.document {
            let claims = Claims::of(document);
            let (findings, status) = status::check(claims, self.status.as_deref(), at);
            outcome.findings.extend(findings);
            outcome.status = status;
            outcome.findings.extend(recipient_of(claims, recipient));
            outcome.findings.extend(claims.results_below());
            outcome.findings.extend(limits_of_the_signature(claims));
        }
        outcome.decided().map(VerifiedBadge)
    }

    /// What holds for every credential. Where nothing of it may be believed, the outcome has no document.
    fn examine(&self, bytes: &[u8], at: Instant, kind: &Kind<'_>) -> Outcome {
        let mut outcome = Outcome::at(at);
        let budget = Budget::of_document(bytes.len());
        match self.check(bytes, kind, &budget, &mut outcome) {
            Ok(document) => outcome.document = Some(document),
            Err(findings) => outcome.findings.extend(findings),
        }
        outcome.work = budget.spent();
        outcome
    }

    /// Errors end the checks: nothing of the credential may be believed. What is found later is added to the outcome.
    fn check(
        &self,
        bytes: &[u8],
        kind: &Kind<'_>,
        budget: &Budget,
        outcome: &mut Outcome,
    ) -> Result<Document, Vec<Finding>> {
        let document = Document::parse_within(bytes, kind.limits, budget).map_err(|finding| vec![finding])?;
        let object = document.object().map_err(|finding| vec![finding])?;
        self.context(object).map_err(|finding| vec![finding])?;
        let good = self.proofs(object, kind, budget, outcome.at)?;

        // From here on the content is what some key signed.
        let claims = Claims::of(&document);
        let mut findings = good.findings;
        // The rules look at most values, some of them more than once.
        budget.note(8 * document.nodes() as u64);
        findings.extend((kind.form)(object));
        // What stands in two places would be believed as it stands in one.
        if let Some(finding) = badge::scattered(object, budget) {
            findings.push(finding);
            return Err(findings);
        }
        match self.issuer(claims, &good.proofs, kind, outcome.at) {
            Issuer::Recognised { known, created, about } => {
                findings.extend(about);
                outcome.issuer_name = known.name().map(Into::into);
                outcome.proof_created = created;
                outcome.recognised_until = known.recognised_until();
                // One acceptable proof suffices (Open Badges 3.0 section 8.2).
                findings.extend(good.others.iter().map(|finding| {
                    let other = Finding::new(Code::ProofNotChecked).because(finding.code().as_str());
                    other.at(finding.pointer().unwrap_or("/proof"))
                }));
            }
            Issuer::Unknown(id) => {
                findings.extend(good.others);
                findings.push(Finding::new(Code::IssuerUnknown).at("/issuer").because(shown(id)));
            }
            Issuer::NotNamed => findings.extend(good.others),
            Issuer::SomebodyElse => return Err(vec![Finding::new(Code::IssuerKeyMismatch).at("/issuer")]),
        }
        findings.extend(time(claims, outcome.at));
        outcome.findings = findings;
        outcome.contexts = good.contexts;
        let signed = good.proofs.iter().map(|good| (good.proof.verification_method().into(), good.hash_data));
        outcome.signed = signed.collect();
        Ok(document)
    }

    /// VC Data Model 2.0 section 4.3. The signature needs the contexts, so they are looked at first.
    fn context(&self, object: Object<'_>) -> Result<(), Finding> {
        let first = object.get("@context").and_then(|context| context.one_or_many().next());
        if first.and_then(Value::as_str) == Some(CREDENTIALS_V2) {
            return Ok(());
        }
        Err(Finding::new(Code::ContextMissing).at("/@context"))
    }

    /// Every proof is checked. One bad one fails the badge; of those that cannot be checked, none is needed where a
    /// good one is there (Open Badges 3.0 section 8.2: any one acceptable proof suffices).
    fn proofs<'d>(
        &self,
        object: Object<'d>,
        kind: &Kind<'_>,
        budget: &Budget,
        at: Instant,
    ) -> Result<GoodProofs<'d>, Vec<Finding>> {
        let mut proven = Proven::new(&self.contexts, object, budget);
        let count = proven.proofs().len();
        let most = kind.limits.proofs;
        if count > most {
            let detail = format!("{count}; at most {most}");
            return Err(vec![Finding::new(Code::ProofTooMany).at("/proof").because(detail)]);
        }
        let is_array = object.get("proof").is_some_and(|proof| proof.as_array().is_some());
        let (mut good, mut bad, mut others) = (Vec::new(), Vec::new(), Vec::new());
        let mut findings = Vec::new();
        let mut contexts = Vec::new();
        for index in 0..count {
            let pointer = if is_array { format!("/proof/{index}") } else { "/proof".into() };
            match self.proof(&mut proven, index, &pointer, kind, at) {
                Ok((proof, about, edition)) => {
                    good.push(proof);
                    findings.extend(about);
                    contexts = self.contexts.edition_names(object.get("@context").unwrap_or(Value::Null), edition);
                }
                // Nor would the next proof make it simpler.
                Err(finding) if finding.code() == Code::ContextTooComplex => return Err(vec![finding]),
                Err(finding) if is_not_for_us(finding.code()) => others.push(finding),
                Err(finding) => bad.push(finding),
            }
        }
        for GoodProof { proof, .. } in &good {
            let is_good = |id: &&str| good.iter().any(|other: &GoodProof<'_>| other.proof.id() == Some(id));
            if !proof.previous().iter().all(is_good) {
                bad.push(Finding::new(Code::ProofPrevious).at(proof.pointer()));
            }
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        if good.is_empty() {
            return Err(if others.is_empty() { vec![Finding::new(Code::ProofMissing).at("/proof")] } else { others });
        }
        findings.dedup();
        Ok(GoodProofs { proofs: good, findings, others, contexts })
    }

    fn proof<'d>(
        &self,
        proven: &mut Proven<'_, 'd>,
        index: usize,
        pointer: &str,
        kind: &Kind<'_>,
        at: Instant,
    ) -> Result<(GoodProof<'d>, Vec<Finding>, usize), Finding> {
        let (object, budget) = (proven.object(), proven.budget());
        let proof = Proof::read(proven.proofs()[index], pointer)?;
        if proof.purpose() != "assertionMethod" {
            return Err(Finding::new(Code::ProofPurpose).at(format!("{pointer}/proofPurpose")));
        }
        if proof.expires().is_some_and(|expires| expires <= at) {
            return Err(Finding::new(Code::ProofExpired).at(format!("{pointer}/expires")));
        }
        for (key, wanted, code) in
            [("domain", kind.domain, Code::ProofDomain), ("challenge", kind.challenge, Code::ProofChallenge)]
        {
            if wanted.is_some_and(|wanted| !proof.texts(key).any(|text| text == wanted)) {
                return Err(Finding::new(code).at(format!("{pointer}/{key}")));
            }
        }
        let claimed = object.get("issuer").and_then(badge::id_of);
        budget.spend(Budget::KEY)?;
        let keys = self.trust.keys(proof.verification_method(), claimed, at);
        let keys = keys.map_err(|finding| finding.at(format!("{pointer}/verificationMethod")))?;

        let context = object.get("@context").unwrap_or(Value::Null);
        let mut first = None;
        for edition in 0..self.contexts.editions(context) {
            let hashed = match proven.hash(&proof, edition) {
                Ok(hashed) => hashed,
                // Another edition would be as much work.
                Err(finding) if finding.code() == Code::ContextTooComplex => return Err(finding.at("")),
                Err(finding) => {
                    first = first.or(Some(finding));
                    continue;
                }
            };
            for key in &keys {
                budget.spend(Budget::SIGNATURE)?;
                if let Err(finding) = proof.check(&hashed, key) {
                    first = first.or(Some(finding));
                    continue;
                }
                let mut about = Vec::new();
                if edition > 0 {
                    let editions = self.contexts.edition_names(context, edition).join("; ");
                    about.push(Finding::new(Code::ContextEdition).at("/@context").because(editions));
                }
                about.extend(hashed.by_vocab.told().map(|terms| Finding::new(Code::ContextVocab).because(terms)));
                let good = GoodProof { proof, key: key.key(), hash_data: hashed.bytes };
                return Ok((good, about, edition));
            }
            // The JSON is the same under every edition.
            if proof.cryptosuite() == Cryptosuite::EddsaJcs2022 {
                break;
            }
        }
        Err(first.unwrap_or_else(|| Finding::new(Code::ProofBadSignature).at(pointer)))
    }

    /// Who stands behind the badge. Of several good proofs by the issuer, the one against which there is the least to say.
    fn issuer<'d>(&self, claims: Claims<'d>, proofs: &[GoodProof<'_>], kind: &Kind<'_>, at: Instant) -> Issuer<'_, 'd> {
        let Some(id) = claims.issuer_id() else { return Issuer::NotNamed };
        let achievement = (kind.role == Role::Badge).then(|| claims.achievement_id().unwrap_or_default());
        let mut issuer = Issuer::SomebodyElse;
        for &GoodProof { ref proof, key, hash_data } in proofs {
            let (method, created) = (proof.verification_method(), proof.created());
            let digest = || Sha256::digest(hash_data).into();
            let signed = Signed { method, key, created, role: kind.role, achievement, digest: &digest, at };
            issuer = match (self.trust.standing(id, &signed), issuer) {
                // A date counts only from the issuer: anybody can add a proof of their own, with today's.
                (
                    Standing::Recognised(known, about),
                    Issuer::Recognised { known: other, created: earlier, about: before },
                ) => {
                    // And of those, only from a proof against which there is no more to say than against the one that
                    // counts: the thief of another of the issuer's keys must not make an old list look fresh.
                    match worst(&about).cmp(&worst(&before)) {
                        Ordering::Less => Issuer::Recognised { known, created, about },
                        Ordering::Equal => {
                            Issuer::Recognised { known: other, created: earlier.max(created), about: before }
                        }
                        Ordering::Greater => Issuer::Recognised { known: other, created: earlier, about: before },
                    }
                }
                (Standing::Recognised(known, about), _) => Issuer::Recognised { known, created, about },
                (Standing::Unknown, Issuer::SomebodyElse) => Issuer::Unknown(id),
                (_, issuer) => issuer,
            };
        }
        issuer
    }
}

/// Who stands behind a badge whose signature is good.
enum Issuer<'t, 'd> {
    /// A recognised issuer, the latest date of its own good proofs, and what there is to say about its key and its
    /// recognition.
    Recognised { known: &'t RecognisedIssuer, created: Option<Instant>, about: Vec<Finding> },
    /// Nobody recognised goes by this id.
    Unknown(&'d str),
    /// The badge does not say; its form is found wanting.
    NotNamed,
    /// The key is not the issuer's, so the claims are nobody's.
    SomebodyElse,
}

/// What differs between a badge and another credential in the checks that both go through.
struct Kind<'v> {
    limits: Limits,
    role: Role,
    form: fn(Object<'_>) -> Vec<Finding>,
    domain: Option<&'v str>,
    challenge: Option<&'v str>,
}

/// Whether a proof that failed so may be another's business: a good one by the issuer makes up for it.
fn is_not_for_us(code: Code) -> bool {
    use Code::{ProofChallenge, ProofDomain, ProofExpired, ProofPurpose};
    code.severity() == Severity::Unknown || [ProofChallenge, ProofDomain, ProofExpired, ProofPurpose].contains(&code)
}

/// What the good proofs of a badge establish.
struct GoodProofs<'d> {
    proofs: Vec<GoodProof<'d>>,
    findings: Vec<Finding>,
    /// Why other proofs could not be accepted.
    others: Vec<Finding>,
    contexts: Vec<String>,
}

/// A proof, the key that it fits, and the 64 bytes that were signed.
struct GoodProof<'d> {
    proof: Proof<'d>,
    key: VerifyingKey,
    hash_data: [u8; 64],
}

/// VC Data Model 2.0 section 4.9: the period is from `validFrom` on and ends before `validUntil`.
fn time(claims: Claims<'_>, at: Instant) -> impl Iterator<Item = Finding> {
    let early = claims.valid_from().filter(|&from| at < from);
    let late = claims.valid_until().filter(|&until| at >= until);
    let early =
        early.map(|from| Finding::new(Code::TimeNotYetValid).at("/validFrom").because(format!("begins {from}")));
    let late = late.map(|until| Finding::new(Code::TimeExpired).at("/validUntil").because(format!("ended {until}")));
    early.into_iter().chain(late)
}

/// Open Badges 3.0 section 8.4: whether the badge was awarded to the holder of the identifier.
fn recipient_of(claims: Claims<'_>, recipient: Option<&str>) -> Option<Finding> {
    let Some(recipient) = recipient else { return Some(Code::RecipientNotChecked.into()) };
    let is_theirs =
        claims.subject_id() == Some(recipient) || claims.identifiers().any(|identifier| identifier.is(recipient));
    // An e-mail address says nothing about a badge that is bound to a claim code.
    let is_id = recipient.contains(':') && claims.subject_id().is_some_and(|id| id.starts_with("did:"));
    let could_tell = is_id || claims.identifiers().any(|identifier| identifier.is_like(recipient));
    let code = if could_tell { Code::RecipientMismatch } else { Code::RecipientUnknown };
    (!is_theirs).then(|| Finding::new(code).at("/credentialSubject"))
}

/// What a person might take for proven and is not, wherever in the badge it stands.
fn limits_of_the_signature(claims: Claims<'_>) -> Vec<Finding> {
    let mut found = [None, None];
    look_for(claims.root(), &Path::root(""), &mut found);
    let codes = [Code::ImageNotSigned, Code::EndorsementNotChecked];
    codes.into_iter().zip(found).filter_map(|(code, pointer)| Some(Finding::new(code).at(pointer?))).collect()
}

/// The first picture and the first endorsement of a tree.
fn look_for(value: Value<'_>, path: &Path<'_>, found: &mut [Option<String>; 2]) {
    if found.iter().all(Option::is_some) {
        return;
    }
    match value {
        Value::Array(array) => {
            array.iter().enumerate().for_each(|(index, item)| look_for(item, &path.index(index), found));
        }
        Value::Object(object) => {
            for (key, value) in object.iter() {
                let here = path.key(key);
                let place = match key {
                    "image" => Some(0),
                    "endorsement" | "endorsementJwt" => Some(1),
                    _ => None,
                };
                // An empty list says nothing.
                let place = place.filter(|&place| found[place].is_none() && value.one_or_many().next().is_some());
                if let Some(place) = place {
                    found[place] = Some(here.pointer());
                }
                look_for(value, &here, found);
            }
        }
        _ => {}
    }
}

/// What the checks came to.
#[derive(Debug)]
struct Outcome {
    /// The badge, where its signature is good and by a key that may be its issuer's.
    document: Option<Document>,
    findings: Vec<Finding>,
    at: Instant,
    issuer_name: Option<String>,
    contexts: Vec<String>,
    /// What good proofs signed, by their verification methods.
    signed: Vec<(String, [u8; 64])>,
    proof_created: Option<Instant>,
    recognised_until: Option<Instant>,
    status: Vec<BadgeStatus>,
    work: u64,
}

impl Outcome {
    fn at(at: Instant) -> Self {
        Self {
            document: None,
            findings: Vec::new(),
            at,
            issuer_name: None,
            contexts: Vec::new(),
            signed: Vec::new(),
            proof_created: None,
            recognised_until: None,
            status: Vec::new(),
            work: 0,
        }
    }

    /// Any failure beats unknown; unknown beats success.
    fn decided(mut self) -> Result<Box<Self>, Refusal> {
        match self.severity() {
            Severity::Failure => Err(Refusal::Invalid(Box::new(Refused(self)))),
            Severity::Unknown => Err(Refusal::Indeterminate(Box::new(Refused(self)))),
            Severity::Info => {
                self.findings.insert(0, Code::Ok.into());
                Ok(Box::new(self))
            }
        }
    }

    fn severity(&self) -> Severity {
        // A credential about which there is nothing to say is good; one that was not read has a finding.
        match (&self.document, &*self.findings) {
            (None, []) => Severity::Failure,
            (_, findings) => worst(findings),
        }
    }
}

/// A badge that is valid: intact, from a recognised issuer, in time, and as far as it can be, not taken back.
///
/// Only [`Verifier`] makes one.
#[derive(Debug)]
pub struct VerifiedBadge(Box<Outcome>);

impl VerifiedBadge {
    /// What the badge says, read from the bytes that were signed.
    #[must_use]
    pub fn claims(&self) -> Claims<'_> {
        Claims::of(self.document())
    }

    /// The JSON text that was verified, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document().text()
    }

    /// The issuer's name as the verifier knows it, else as the badge gives it.
    #[must_use]
    pub fn issuer_name(&self) -> Option<&str> {
        self.0.issuer_name.as_deref().or_else(|| self.claims().issuer_name())
    }

    /// The digests of what its good proofs signed ([`HashData::digest`](crate::proof::HashData::digest)), each with the
    /// verification method of the proof: what an issuer keeps of a badge, to tell it from forged ones later.
    pub fn signed_digests(&self) -> impl Iterator<Item = (&str, [u8; 32])> {
        self.0.signed.iter().map(|(method, hash_data)| (&**method, Sha256::digest(hash_data).into()))
    }

    /// `ok`, and what else is worth knowing.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0.findings
    }

    /// Everything, in a form that can be stored and sent.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report::of(Verdict::Valid, &self.0)
    }

    /// What came of each status entry: the list that was asked, its date and age.
    #[must_use]
    pub fn status(&self) -> &[BadgeStatus] {
        &self.0.status
    }

    /// How many steps of its [`Budget`] the check took.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.0.work
    }

    fn document(&self) -> &Document {
        self.0.document.as_ref().expect("a verified badge is only made with its document")
    }
}

/// A credential other than a badge that is intact, from a recognised issuer and in time, such as a status list.
///
/// Only [`Verifier::credential`] makes one. What it means is for its reader to say.
#[derive(Debug)]
pub struct VerifiedCredential(Box<Outcome>);

impl VerifiedCredential {
    /// What every credential says, and the whole tree, read from the bytes that were signed.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "a verified credential has its document")]
    pub fn claims(&self) -> Claims<'_> {
        Claims::of(self.0.document.as_ref().expect("a verified credential is only made with its document"))
    }

    /// The latest date at which a good proof says it was made.
    #[must_use]
    pub fn proof_created(&self) -> Option<Instant> {
        self.0.proof_created
    }

    /// When the trust pack ends by which the issuer is recognised, if it is by one.
    #[must_use]
    pub fn recognised_until(&self) -> Option<Instant> {
        self.0.recognised_until
    }

    /// `ok`, and what else is worth knowing.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0.findings
    }

    /// How many steps of its [`Budget`] the check took.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.0.work
    }
}

/// Why a badge is not valid.
#[derive(Debug)]
pub enum Refusal {
    /// It is proven bad.
    Invalid(Box<Refused>),
    /// It cannot be told; the findings name what would settle it.
    Indeterminate(Box<Refused>),
}

/// The findings of a refusal.
#[derive(Debug)]
pub struct Refused(Outcome);

impl Refused {
    /// Every finding, in the order of the checks.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0.findings
    }

    /// The finding that decided: the first of the gravest.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "a refusal is made of a finding")]
    pub fn cause(&self) -> &Finding {
        let gravest = self.0.severity();
        let cause = self.0.findings.iter().find(|finding| finding.code().severity() == gravest);
        cause.expect("a refusal has a finding")
    }

    /// What the badge says, where its signature is good: an expired badge can be shown, a forged one cannot.
    #[must_use]
    pub fn claims(&self) -> Option<Claims<'_>> {
        self.0.document.as_ref().map(Claims::of)
    }

    /// The latest date at which a good proof says it was made.
    #[must_use]
    pub fn proof_created(&self) -> Option<Instant> {
        self.0.proof_created
    }

    /// When the trust pack ends by which the issuer is recognised, if it is by one.
    #[must_use]
    pub fn recognised_until(&self) -> Option<Instant> {
        self.0.recognised_until
    }

    /// What came of each status entry: the list that was asked, its date and age.
    #[must_use]
    pub fn status(&self) -> &[BadgeStatus] {
        &self.0.status
    }

    /// How many steps of its [`Budget`] the check took.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.0.work
    }
}

impl Refusal {
    /// The findings and, where the signature is good, the claims.
    #[must_use]
    pub fn refused(&self) -> &Refused {
        match self {
            Self::Invalid(refused) | Self::Indeterminate(refused) => refused,
        }
    }

    /// Everything, in a form that can be stored and sent.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        match self {
            Self::Invalid(refused) => Report::of(Verdict::Invalid, &refused.0),
            Self::Indeterminate(refused) => Report::of(Verdict::Indeterminate, &refused.0),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.report().verdict().as_str(), self.refused().cause())
    }
}

impl std::error::Error for Refusal {}
