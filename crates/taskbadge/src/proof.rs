//! Data Integrity proofs with Ed25519: `eddsa-rdfc-2022` and `eddsa-jcs-2022`, alone, in sets and in chains.
//!
//! Canonicalise, hash, sign or verify: each intermediate value is a named field of [`HashData`], so that a published
//! vector can check it.

mod signature;

use sha2::{Digest, Sha256};

use crate::finding::{Code, Finding, shown};
use crate::json::{Document, Limits, Member, Object, Path, Value};
use crate::jsonld::rdf::Dataset;
use crate::jsonld::{ByVocab, Contexts, Subject, Unwritten, expand, rdfc};
use crate::key::{DidUrl, FrequentKey, Signer, VerifyingKey, signer};
use crate::time::Instant;
use crate::work::Budget;

/// The cryptosuites this library speaks: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cryptosuite {
    /// `eddsa-rdfc-2022` (Data Integrity EdDSA 1.0 section 3.2): signs the RDF statements. The one Ed25519 embedded
    /// proof that Open Badges 3.0 certification lists, so the default.
    EddsaRdfc2022,
    /// `eddsa-jcs-2022` (section 3.3): signs the canonical JSON.
    EddsaJcs2022,
}

impl Cryptosuite {
    /// The text of `cryptosuite` in a proof.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EddsaRdfc2022 => "eddsa-rdfc-2022",
            Self::EddsaJcs2022 => "eddsa-jcs-2022",
        }
    }

    fn named(text: &str) -> Option<Self> {
        [Self::EddsaRdfc2022, Self::EddsaJcs2022].into_iter().find(|suite| suite.as_str() == text)
    }
}

/// What a new proof says besides its signature (Data Integrity 1.0 section 2.1).
#[derive(Debug, Clone)]
pub struct ProofOptions {
    cryptosuite: Cryptosuite,
    verification_method: String,
    id: Option<String>,
    created: Option<Instant>,
    expires: Option<Instant>,
    domain: Option<String>,
    challenge: Option<String>,
    previous: Vec<String>,
}

impl ProofOptions {
    /// An `eddsa-rdfc-2022` proof by the key that this DID URL names.
    #[must_use]
    pub fn new(verification_method: impl Into<String>) -> Self {
        Self {
            cryptosuite: Cryptosuite::EddsaRdfc2022,
            verification_method: verification_method.into(),
            id: None,
            created: None,
            expires: None,
            domain: None,
            challenge: None,
            previous: Vec::new(),
        }
    }

    /// An `eddsa-rdfc-2022` proof by a key under its own did:key.
    #[must_use]
    pub fn did_key(key: &VerifyingKey) -> Self {
        Self::new(DidUrl::key(key).to_string())
    }

    /// The same options under another cryptosuite.
    #[must_use]
    pub fn cryptosuite(mut self, cryptosuite: Cryptosuite) -> Self {
        self.cryptosuite = cryptosuite;
        self
    }

    /// An id for the proof, which a later proof of a chain can name.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// When the proof was made.
    #[must_use]
    pub fn created(mut self, created: Instant) -> Self {
        self.created = Some(created);
        self
    }

    /// When the proof ends, whatever the badge says.
    #[must_use]
    pub fn expires(mut self, expires: Instant) -> Self {
        self.expires = Some(expires);
        self
    }

    /// The domain the proof is made for.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// The challenge that the proof answers.
    #[must_use]
    pub fn challenge(mut self, challenge: impl Into<String>) -> Self {
        self.challenge = Some(challenge.into());
        self
    }

    /// The id of an earlier proof that this one also covers (a proof chain).
    #[must_use]
    pub fn previous(mut self, id: impl Into<String>) -> Self {
        self.previous.push(id.into());
        self
    }

    /// The proof without its value (sections 3.2.5 and 3.3.5, proof configuration), in canonical form. The JCS suite
    /// copies the document's context into the emitted proof; the RDFC suite only reads the proof under it.
    fn config(&self, context: Option<Value<'_>>) -> String {
        let instant = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
        let (created, expires) = (instant(self.created), instant(self.expires));
        let previous = match &self.previous[..] {
            [] => None,
            [one] => Document::from_serialize(one).ok(),
            many => Document::from_serialize(many).ok(),
        };
        let text = |text| Some(Value::String(text));
        let mut config = String::with_capacity(512);
        let mut put = |key: &str, value: Option<Value<'_>>| {
            if let Some(value) = value {
                config.push(if config.is_empty() { '{' } else { ',' });
                config.extend(["\"", key, "\":"]);
                value.write_canonical(&mut config);
            }
        };
        // In canonical order.
        put("@context", context.filter(|_| self.cryptosuite == Cryptosuite::EddsaJcs2022));
        put("challenge", self.challenge.as_deref().and_then(text));
        put("created", created.as_deref().and_then(text));
        put("cryptosuite", text(self.cryptosuite.as_str()));
        put("domain", self.domain.as_deref().and_then(text));
        put("expires", expires.as_deref().and_then(text));
        put("id", self.id.as_deref().and_then(text));
        put("previousProof", previous.as_ref().map(Document::root));
        put("proofPurpose", text("assertionMethod"));
        put("type", text("DataIntegrityProof"));
        put("verificationMethod", text(&self.verification_method));
        config.push('}');
        config
    }
}

/// Whether a document may use terms that its contexts do not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Terms {
    /// It may: it came from outside, or names a context of the caller's.
    Unknown,
    /// It cannot: the badge model wrote it under the model's own two contexts. A property test holds this.
    OfTheModel,
}

/// Signs any credential, such as a status list: the same document with one more proof, in canonical form. A badge is
/// signed by [`Badge::sign`](crate::badge::Badge::sign), which also sees to its form.
///
/// The limits are those of the reader it is for; for a credential of some other kind than a badge they may be wider.
///
/// # Errors
/// `json.not-object`, `context.*` where the document cannot be transformed without loss, `proof.malformed` where the
/// options are not well formed, `proof.previous` where they name a proof that is not there, `proof.too-many`,
/// `json.too-large`; where the key does not sign, the code of the [`SignerError`](crate::key::SignerError).
pub fn sign_document(
    contexts: &Contexts,
    document: &Document,
    limits: Limits,
    key: &dyn Signer,
    options: &ProofOptions,
) -> Result<String, Finding> {
    sign(contexts, document, limits, Terms::Unknown, key, options)
}

/// Signs a document: the same document with one more proof, in canonical form.
///
/// Data Integrity 1.0 section 4.2 (add proof) and 4.3 (add proof set or chain). Proofs that the document already has
/// stay.
///
/// # Errors
/// `json.not-object`, `context.*` where the document cannot be transformed without loss, `proof.malformed` where the
/// options are not well formed, `proof.previous` where they name a proof that is not there, `proof.too-many`.
pub(crate) fn sign(
    contexts: &Contexts,
    document: &Document,
    limits: Limits,
    terms: Terms,
    key: &dyn Signer,
    options: &ProofOptions,
) -> Result<String, Finding> {
    let object = document.object()?;
    let config = Document::parse(options.config(object.get("@context")).as_bytes(), Limits::BADGE)?;
    let config = config.object()?;
    // What will be emitted is read back by the reader that verifies, so that nothing is signed that it would refuse.
    let fields = Fields::read(config, "/proof")?;
    let existing: Vec<Value<'_>> = object.get("proof").into_iter().flat_map(Value::one_or_many).collect();
    if existing.len() >= limits.proofs {
        return Err(Finding::new(Code::ProofTooMany).at("/proof"));
    }
    let budget = Budget::of_document(document.text().len());
    let hashed =
        HashData::of(&Transformation { contexts, object, terms, edition: 0, budget: &budget }, &fields, &existing)?;
    let proof_value = signature::to_text(&signer::signature(key, &hashed.bytes())?);

    let mut proofs = String::with_capacity(1024);
    for proof in &existing {
        proofs.push(if proofs.is_empty() { '[' } else { ',' });
        proof.write_canonical(&mut proofs);
    }
    if !existing.is_empty() {
        proofs.push(',');
    }
    config.write_canonical_with("proofValue", Member::Is(Value::String(&proof_value)), &mut proofs);
    if !existing.is_empty() {
        proofs.push(']');
    }
    let mut text = String::with_capacity(document.text().len() + proofs.len() + 16);
    object.write_canonical_with("proof", Member::Canonical(&proofs), &mut text);
    // What is signed can be read back: the proof adds some twenty values.
    if document.nodes() + 100 > limits.nodes {
        return Err(Code::JsonTooManyNodes.into());
    }
    if text.len() > limits.bytes {
        return Err(Finding::new(Code::JsonTooLarge).because(format!("{} bytes with its proof", text.len())));
    }
    Ok(text)
}

/// One proof of a document, read and well formed; its signature is not checked yet.
#[derive(Debug)]
pub struct Proof<'d> {
    fields: Fields<'d>,
    signature: [u8; 64],
}

/// A proof without its value.
#[derive(Debug)]
struct Fields<'d> {
    object: Object<'d>,
    pointer: String,
    cryptosuite: Cryptosuite,
    verification_method: &'d str,
    purpose: &'d str,
    id: Option<&'d str>,
    created: Option<Instant>,
    expires: Option<Instant>,
    previous: Vec<&'d str>,
}

impl<'d> Proof<'d> {
    /// Reads one proof object (Data Integrity 1.0 section 2.1). `pointer` says where it stands, for findings.
    ///
    /// # Errors
    /// `proof.unsupported` for another type or cryptosuite; `proof.malformed`.
    pub fn read(proof: Value<'d>, pointer: &str) -> Result<Self, Finding> {
        let Value::Object(object) = proof else {
            return Err(Finding::new(Code::ProofMalformed).at(pointer).because("a proof is an object"));
        };
        let fields = Fields::read(object, pointer)?;
        let signature = object.get("proofValue").and_then(Value::as_str).and_then(signature::from_text);
        let signature =
            signature.ok_or_else(|| fields.malformed("proofValue", "it is not z and 64 bytes in base58btc"))?;
        Ok(Self { fields, signature })
    }

    /// The cryptosuite.
    #[must_use]
    pub fn cryptosuite(&self) -> Cryptosuite {
        self.fields.cryptosuite
    }

    /// The URL of the key that is said to have signed.
    #[must_use]
    pub fn verification_method(&self) -> &'d str {
        self.fields.verification_method
    }

    /// What the proof was made for, such as `assertionMethod`.
    #[must_use]
    pub fn purpose(&self) -> &'d str {
        self.fields.purpose
    }

    /// The proof's id.
    #[must_use]
    pub fn id(&self) -> Option<&'d str> {
        self.fields.id
    }

    /// When the proof says it was made. The thief of a key chooses this date.
    #[must_use]
    pub fn created(&self) -> Option<Instant> {
        self.fields.created
    }

    /// When the proof ends.
    #[must_use]
    pub fn expires(&self) -> Option<Instant> {
        self.fields.expires
    }

    /// The ids of the earlier proofs that this one covers.
    #[must_use]
    pub fn previous(&self) -> &[&'d str] {
        &self.fields.previous
    }

    /// The texts of `domain` or `challenge`, one or many.
    pub(crate) fn texts(&self, key: &str) -> impl Iterator<Item = &'d str> {
        self.fields.object.get(key).into_iter().flat_map(Value::one_or_many).filter_map(Value::as_str)
    }

    /// Where the proof stands in its document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.fields.pointer
    }

    /// Whether `key` signed what was hashed for this proof (Data Integrity EdDSA sections 3.2.2 and 3.3.2).
    ///
    /// # Errors
    /// `proof.bad-signature`.
    pub(crate) fn check(&self, hashed: &Hashed, key: &FrequentKey) -> Result<(), Finding> {
        key.check(&hashed.bytes, &self.signature).map_err(|_| Finding::new(Code::ProofBadSignature).at(self.pointer()))
    }
}

/// A document whose proofs are checked. What several of them cover is transformed and hashed once, however many are bad.
pub(crate) struct Proven<'c, 'd> {
    contexts: &'c Contexts,
    object: Object<'d>,
    proofs: Vec<Value<'d>>,
    budget: &'c Budget,
    known: Vec<(Cover, Result<Hashed, Finding>)>,
}

/// What of a document a proof covers, and in which form.
#[derive(PartialEq)]
struct Cover {
    cryptosuite: Cryptosuite,
    edition: usize,
    /// The places of the earlier proofs that it covers, too.
    previous: Vec<usize>,
}

/// What a proof signs.
#[derive(Clone)]
pub(crate) struct Hashed {
    /// Hash of the configuration, then hash of the document.
    pub(crate) bytes: [u8; 64],
    /// The terms that only an added context's catch-all gives a meaning.
    pub(crate) by_vocab: ByVocab,
}

impl Hashed {
    /// [`HashData::digest`].
    pub(crate) fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes).into()
    }
}

impl<'c, 'd> Proven<'c, 'd> {
    pub(crate) fn new(contexts: &'c Contexts, object: Object<'d>, budget: &'c Budget) -> Self {
        let proofs = object.get("proof").into_iter().flat_map(Value::one_or_many).collect();
        Self { contexts, object, proofs, budget, known: Vec::new() }
    }

    pub(crate) fn object(&self) -> Object<'d> {
        self.object
    }

    /// The proofs of the document.
    pub(crate) fn proofs(&self) -> &[Value<'d>] {
        &self.proofs
    }

    pub(crate) fn budget(&self) -> &'c Budget {
        self.budget
    }

    /// Transformation and hashing for a proof of the document. `edition` picks among the editions of a context that was
    /// changed in place.
    ///
    /// # Errors
    /// `proof.context`, `proof.previous`, `context.*`.
    pub(crate) fn hash(&mut self, proof: &Proof<'_>, edition: usize) -> Result<Hashed, Finding> {
        let fields = &proof.fields;
        let previous = previous_proofs(fields, &self.proofs, self.budget)?;
        let Self { contexts, object, budget, .. } = *self;
        let transformation = Transformation { contexts, object, terms: Terms::Unknown, edition, budget };
        transformation.same_context(fields)?;
        let cover = Cover { cryptosuite: fields.cryptosuite, edition, previous };
        let known = self.known.iter().find(|(known, _)| *known == cover);
        let document = match known {
            Some((_, hashed)) => hashed.clone(),
            None => {
                let previous: Vec<_> = cover.previous.iter().map(|&place| self.proofs[place]).collect();
                let hashed = transformation.document(cover.cryptosuite, &previous).map(|(canonical, by_vocab)| {
                    let mut bytes = [0; 64];
                    bytes[32..].copy_from_slice(&canonical.hash());
                    Hashed { bytes, by_vocab }
                });
                self.known.push((cover, hashed.clone()));
                hashed
            }
        };
        let mut hashed = document?;
        hashed.bytes[..32].copy_from_slice(&transformation.config(fields)?.hash());
        Ok(hashed)
    }
}

impl<'d> Fields<'d> {
    fn read(object: Object<'d>, pointer: &str) -> Result<Self, Finding> {
        let wrong = |key: &str, detail: &str| malformed(pointer, key, detail);
        let text = |key: &str| match object.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(wrong(key, "it is not text")),
        };
        let instant = |key: &str| match text(key)? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| wrong(key, "it is not a date and time")),
        };
        let required = |key: &str| text(key)?.ok_or_else(|| wrong(key, "it is missing"));

        let kind = required("type")?;
        if kind != "DataIntegrityProof" {
            return Err(unsupported(pointer, "type", kind));
        }
        let suite = required("cryptosuite")?;
        let cryptosuite = Cryptosuite::named(suite).ok_or_else(|| unsupported(pointer, "cryptosuite", suite))?;
        let previous = object.get("previousProof").into_iter().flat_map(Value::one_or_many);
        let previous = previous.map(|id| id.as_str().ok_or_else(|| wrong("previousProof", "an id is text")));
        for key in ["domain", "challenge", "nonce"] {
            let mut texts = object.get(key).into_iter().flat_map(Value::one_or_many);
            if texts.any(|value| value.as_str().is_none()) {
                return Err(wrong(key, "it is not text"));
            }
        }
        Ok(Self {
            object,
            pointer: pointer.into(),
            cryptosuite,
            verification_method: required("verificationMethod")?,
            purpose: required("proofPurpose")?,
            id: text("id")?,
            created: instant("created")?,
            expires: instant("expires")?,
            previous: previous.collect::<Result<_, _>>()?,
        })
    }

    fn malformed(&self, key: &str, detail: &str) -> Finding {
        malformed(&self.pointer, key, detail)
    }
}

/// The values between a document and its signature (Data Integrity EdDSA 1.0 sections 3.2.3 to 3.2.5, 3.3.3 to 3.3.5).
///
/// ```
/// use taskbadge::json::{Document, Limits};
/// use taskbadge::jsonld::Contexts;
/// use taskbadge::proof::HashData;
/// let document = Document::parse(br#"{"@context": "https://www.w3.org/ns/credentials/v2", "name": "Forklift"}"#, Limits::BADGE)?;
/// let config = Document::parse(br#"{
///     "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022", "proofPurpose": "assertionMethod",
///     "verificationMethod": "https://example.org/keys#1"
/// }"#, Limits::BADGE)?;
/// let hashed = HashData::compute(&Contexts::builtin(), &document, &config)?;
/// assert_eq!(hashed.canonical_document, r#"{"@context":"https://www.w3.org/ns/credentials/v2","name":"Forklift"}"#);
/// assert_eq!(hashed.bytes()[32..], hashed.document_hash);
/// # Ok::<(), taskbadge::finding::Finding>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HashData {
    /// The canonical document: N-Quads, or canonical JSON.
    pub canonical_document: String,
    /// The canonical proof configuration, in the same form.
    pub canonical_config: String,
    /// SHA-256 of the canonical document.
    pub document_hash: [u8; 32],
    /// SHA-256 of the canonical proof configuration.
    pub config_hash: [u8; 32],
}

impl HashData {
    /// The values for a document, with or without proofs, and a proof configuration. Where the configuration names
    /// `previousProof`, the proofs of the document with these ids are covered too.
    ///
    /// # Errors
    /// `proof.unsupported`, `proof.malformed`, `proof.context`, `proof.previous`, `context.*`.
    pub fn compute(contexts: &Contexts, document: &Document, config: &Document) -> Result<Self, Finding> {
        let object = document.object()?;
        let fields = Fields::read(config.object()?, "")?;
        let proofs: Vec<Value<'_>> = object.get("proof").into_iter().flat_map(Value::one_or_many).collect();
        let budget = Budget::of_document(document.text().len() + config.text().len());
        let transformation = Transformation { contexts, object, terms: Terms::Unknown, edition: 0, budget: &budget };
        Self::of(&transformation, &fields, &proofs)
    }

    /// The 64 bytes that are signed: hash of the configuration, then hash of the document.
    #[must_use]
    pub fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.config_hash);
        bytes[32..].copy_from_slice(&self.document_hash);
        bytes
    }

    /// The digest of what is signed: SHA-256 of [`HashData::bytes`]. Whatever form the document is written in that says the
    /// same to the cryptosuite, and whatever other proofs it has, it is the same.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.bytes()).into()
    }

    fn of(transformation: &Transformation<'_>, proof: &Fields<'_>, proofs: &[Value<'_>]) -> Result<Self, Finding> {
        let previous = previous_proofs(proof, proofs, transformation.budget)?;
        let previous: Vec<_> = previous.into_iter().map(|place| proofs[place]).collect();
        transformation.same_context(proof)?;
        let (document, _) = transformation.document(proof.cryptosuite, &previous)?;
        let config = transformation.config(proof)?;
        Ok(Self {
            document_hash: document.hash(),
            config_hash: config.hash(),
            canonical_document: document.into_text(),
            canonical_config: config.into_text(),
        })
    }
}

/// How a document and its proofs come into the form that is hashed.
struct Transformation<'d> {
    contexts: &'d Contexts,
    object: Object<'d>,
    terms: Terms,
    edition: usize,
    budget: &'d Budget,
}

/// What is hashed.
enum Canonical {
    Statements(rdfc::Lines),
    Json(String),
}

impl Transformation<'_> {
    /// Published text only asks that the document's context begins with the proof's; that would let a holder append
    /// contexts. Equal, or not there.
    fn same_context(&self, proof: &Fields<'_>) -> Result<(), Finding> {
        let Some(own) = proof.object.get("@context") else { return Ok(()) };
        let (own, context) = (own.canonical(), self.object.get("@context").map(Value::canonical).unwrap_or_default());
        self.budget.spend((own.len() + context.len()) as u64)?;
        if own == context {
            return Ok(());
        }
        Err(Finding::new(Code::ProofContext).at(format!("{}/@context", proof.pointer)))
    }

    /// The document with these earlier proofs and no others (Data Integrity EdDSA sections 3.2.3 and 3.3.3).
    fn document(&self, suite: Cryptosuite, previous: &[Value<'_>]) -> Result<(Canonical, ByVocab), Finding> {
        let subject = self.subject(self.object, ("proof", previous), "");
        let member = if previous.is_empty() { Member::LeftOut } else { Member::List(previous) };
        self.canonical(suite, subject, member)
    }

    /// The proof without its value (sections 3.2.5 and 3.3.5).
    fn config(&self, proof: &Fields<'_>) -> Result<Canonical, Finding> {
        let subject = self.subject(proof.object, ("proofValue", &[]), &proof.pointer);
        let (canonical, _) = self.canonical(proof.cryptosuite, subject, Member::LeftOut)?;
        // A second object in a proof could say of its id what is read here, under the same signature.
        let mut options = proof.object.iter().filter(|(key, _)| *key != "@context");
        match options.find(|(_, value)| holds_a_thing(*value)) {
            Some((key, _)) => Err(proof.malformed(key, "it is not text")),
            None => Ok(canonical),
        }
    }

    fn subject<'s>(
        &'s self,
        object: Object<'s>,
        replaced: (&'s str, &'s [Value<'s>]),
        pointer: &'s str,
    ) -> Subject<'s> {
        let context = self.object.get("@context").unwrap_or(Value::Null);
        Subject { object, context, replaced, pointer, edition: self.edition }
    }

    fn canonical(
        &self,
        suite: Cryptosuite,
        subject: Subject<'_>,
        member: Member<'_>,
    ) -> Result<(Canonical, ByVocab), Finding> {
        match suite {
            Cryptosuite::EddsaRdfc2022 => {
                let (statements, by_vocab) = expand(self.contexts, subject, Dataset::default(), self.budget)?;
                Ok((Canonical::Statements(rdfc::lines(&statements, self.budget)?), by_vocab))
            }
            Cryptosuite::EddsaJcs2022 => {
                // A term that no context defines fails a credential whatever was signed (VC Data Model 2.0 section
                // 4.12), and nothing may read differently as JSON and as JSON-LD.
                let by_vocab = match self.terms {
                    Terms::Unknown => expand(self.contexts, subject, Unwritten, self.budget)?.1,
                    Terms::OfTheModel => ByVocab::default(),
                };
                let mut text = String::with_capacity(4096);
                subject.object.write_canonical_with(subject.replaced.0, member, &mut text);
                self.budget.spend(text.len() as u64)?;
                Ok((Canonical::Json(text), by_vocab))
            }
        }
    }
}

impl Canonical {
    fn hash(&self) -> [u8; 32] {
        match self {
            Self::Statements(lines) => lines.digest(),
            Self::Json(text) => Sha256::digest(text).into(),
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Statements(lines) => lines.into_text(),
            Self::Json(text) => text,
        }
    }
}

/// The places of the proofs that a proof names as earlier ones, in document order (Data Integrity 1.0 section 4.5).
fn previous_proofs(proof: &Fields<'_>, all: &[Value<'_>], budget: &Budget) -> Result<Vec<usize>, Finding> {
    let ids: Vec<_> = all.iter().map(|proof| proof.as_object().and_then(|object| object.get("id")?.as_str())).collect();
    budget.spend(2 * Budget::COMPARISON * (proof.previous.len() * all.len()) as u64)?;
    let found = (0..all.len()).filter(|&place| ids[place].is_some_and(|id| proof.previous.contains(&id))).collect();
    if proof.previous.iter().all(|id| ids.contains(&Some(id))) {
        return Ok(found);
    }
    Err(Finding::new(Code::ProofPrevious).at(format!("{}/previousProof", proof.pointer)))
}

/// Whether this is or has an object that stands for a thing, and not for a text.
fn holds_a_thing(value: Value<'_>) -> bool {
    match value {
        Value::Object(object) => object.get("@value").is_none(),
        Value::Array(array) => array.iter().any(holds_a_thing),
        _ => false,
    }
}

fn malformed(pointer: &str, key: &str, detail: &str) -> Finding {
    Path::root(pointer).key(key).finding(Code::ProofMalformed).because(detail)
}

fn unsupported(pointer: &str, key: &str, value: &str) -> Finding {
    Finding::new(Code::ProofUnsupported).at(format!("{pointer}/{key}")).because(shown(value))
}
