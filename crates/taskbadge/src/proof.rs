//! Data Integrity proofs with Ed25519: `eddsa-rdfc-2022` and `eddsa-jcs-2022`, alone, in sets and in chains.
//!
//! Canonicalise, hash, sign or verify: each intermediate value is a named field of [`HashData`], so that a published
//! vector can check it.

mod signature;

use sha2::{Digest, Sha256};

use crate::finding::{Code, Finding};
use crate::json::{Document, Limits, Member, Object, Path, Value};
use crate::jsonld::rdf::Dataset;
use crate::jsonld::{Contexts, Subject, Unwritten, expand, rdfc};
use crate::key::{DidUrl, FrequentKey, Signer, VerifyingKey, signer};
use crate::time::Instant;

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
    let previous = previous_proofs(&fields, &existing)?;
    let hashed = HashData::of(contexts, object, terms, &fields, &previous, 0)?;
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

    /// Whether `key` signed this document with this proof: transformation, hashing and verification of Data Integrity
    /// EdDSA sections 3.2.2 and 3.3.2. `all` are the proofs of the document, for chains. `edition` picks among the
    /// editions of a context that was changed in place.
    ///
    /// # Errors
    /// `proof.bad-signature`, `proof.context`, `proof.previous`, `context.*`.
    pub(crate) fn check(
        &self,
        contexts: &Contexts,
        document: Object<'_>,
        all: &[Value<'_>],
        key: &FrequentKey,
        edition: usize,
    ) -> Result<HashData, Finding> {
        let previous = previous_proofs(&self.fields, all)?;
        let hashed = HashData::of(contexts, document, Terms::Unknown, &self.fields, &previous, edition)?;
        key.check(&hashed.bytes(), &self.signature)
            .map_err(|_| Finding::new(Code::ProofBadSignature).at(self.pointer()))?;
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
    /// The terms that only an added context's catch-all gives a meaning.
    pub(crate) by_vocab: Vec<String>,
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
        Self::of(contexts, object, Terms::Unknown, &fields, &previous_proofs(&fields, &proofs)?, 0)
    }

    /// The 64 bytes that are signed: hash of the configuration, then hash of the document.
    #[must_use]
    pub fn bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.config_hash);
        bytes[32..].copy_from_slice(&self.document_hash);
        bytes
    }

    fn of(
        contexts: &Contexts,
        document: Object<'_>,
        terms: Terms,
        proof: &Fields<'_>,
        previous: &[Value<'_>],
        edition: usize,
    ) -> Result<Self, Finding> {
        let context = document.get("@context");
        // Published text only asks that the document's context begins with the proof's; that would let a holder append
        // contexts. Equal, or not there.
        if let Some(own) = proof.object.get("@context")
            && Some(own.canonical()) != context.map(Value::canonical)
        {
            return Err(Finding::new(Code::ProofContext).at(format!("{}/@context", proof.pointer)));
        }
        let subject = Subject {
            object: document,
            context: context.unwrap_or(Value::Null),
            replaced: ("proof", previous),
            pointer: "",
            edition,
        };
        let config =
            Subject { object: proof.object, replaced: ("proofValue", &[]), pointer: &proof.pointer, ..subject };
        let (canonical_document, canonical_config, by_vocab) = match proof.cryptosuite {
            Cryptosuite::EddsaRdfc2022 => {
                let (statements, by_vocab) = expand(contexts, subject, Dataset::default())?;
                (nquads(&statements)?, nquads(&expand(contexts, config, Dataset::default())?.0)?, by_vocab)
            }
            Cryptosuite::EddsaJcs2022 => {
                // A term that no context defines fails a credential whatever was signed (VC Data Model 2.0 section
                // 4.12), and nothing may read differently as JSON and as JSON-LD.
                let by_vocab = match terms {
                    Terms::Unknown => {
                        let (Unwritten, by_vocab) = expand(contexts, subject, Unwritten)?;
                        expand(contexts, config, Unwritten)?;
                        by_vocab
                    }
                    Terms::OfTheModel => Vec::new(),
                };
                let member = if previous.is_empty() { Member::LeftOut } else { Member::List(previous) };
                let document = canonical_json(document, "proof", member);
                (document, canonical_json(proof.object, "proofValue", Member::LeftOut), by_vocab)
            }
        };
        // A second object in a proof could say of its id what is read here, under the same signature.
        let mut options = proof.object.iter().filter(|(key, _)| *key != "@context");
        if let Some((key, _)) = options.find(|(_, value)| holds_a_thing(*value)) {
            return Err(proof.malformed(key, "it is not text"));
        }
        Ok(Self {
            document_hash: Sha256::digest(&canonical_document).into(),
            config_hash: Sha256::digest(&canonical_config).into(),
            canonical_document,
            canonical_config,
            by_vocab,
        })
    }
}

fn nquads(dataset: &Dataset) -> Result<String, Finding> {
    Ok(rdfc::canonicalize(dataset, rdfc::Hash::Sha256, rdfc::Work::BADGE)?.into_nquads())
}

fn canonical_json(object: Object<'_>, key: &str, member: Member<'_>) -> String {
    let mut out = String::with_capacity(4096);
    object.write_canonical_with(key, member, &mut out);
    out
}

/// The proofs of the document that a proof names as earlier ones, in document order (Data Integrity 1.0 section 4.5).
fn previous_proofs<'d>(proof: &Fields<'_>, all: &[Value<'d>]) -> Result<Vec<Value<'d>>, Finding> {
    let id_of = |proof: &Value<'d>| proof.as_object().and_then(|object| object.get("id")?.as_str());
    let found: Vec<_> =
        all.iter().copied().filter(|proof_| id_of(proof_).is_some_and(|id| proof.previous.contains(&id))).collect();
    let is_there = |id: &&str| found.iter().any(|proof| id_of(proof) == Some(id));
    if proof.previous.iter().all(is_there) {
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
    let shown: String = value.chars().take(60).collect();
    Finding::new(Code::ProofUnsupported).at(format!("{pointer}/{key}")).because(shown)
}
