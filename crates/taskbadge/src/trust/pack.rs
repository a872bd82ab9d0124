//! The trust pack: one signed file that says who may issue what.
//!
//! It is a credential of the W3C Recognized Entities shape (a working draft, so terms may still change), signed
//! `eddsa-jcs-2022` as a proof set by a threshold of root keys. The draft has no context of its own yet: its terms, and
//! ours, stand under the W3C context for undefined terms.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::hash::Hash;

use serde::Serialize;

use super::entity::{self, Reading};
use super::root::MOST_ROOT_KEYS;
use super::{Entity, Root};
use crate::finding::{Code, Finding};
use crate::json::{Document, Limits, Member, Object, Value};
use crate::jsonld::{CREDENTIALS_V2, Contexts};
use crate::key::{Did, DidUrl, FrequentKey, Signer, VerifyingKey};
use crate::proof::{self, Cryptosuite, Proof, ProofOptions, Proven};
use crate::time::Instant;
use crate::work::Budget;

/// How large a pack may be as JSON, without its status lists: some ten thousand centres. As deep as a list may be: which of
/// the two a line is, is read by these.
pub const PACK_LIMITS: Limits =
    Limits { bytes: 8 << 20, depth: Limits::BADGE.depth, nodes: 500_000, proofs: 2 * MOST_ROOT_KEYS };

/// Twice as many centres as a pack is meant for.
const MOST_ENTITIES: usize = 20_000;

/// The context under which terms stand that no other context defines (VC Data Model 2.0 section 5.2).
const UNDEFINED_TERMS: &str = "https://www.w3.org/ns/credentials/undefined-terms/v2";

/// What a trust pack says. Only a [`TrustPack`](super::TrustPack) is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What tells this pack from others, the same in every edition.
    pub id: String,
    /// Who publishes it: a DID or URL.
    pub publisher: String,
    /// The publisher's name.
    pub publisher_name: String,
    /// The number of this edition under its root, from 1.
    pub sequence: u64,
    /// From when on it counts.
    pub valid_from: Instant,
    /// From when on it proves nothing but what was taken back.
    pub valid_until: Instant,
    /// Who signs it.
    pub root: Root,
    /// Whom it recognises.
    pub entities: Vec<Entity>,
    /// The status lists it knows.
    pub lists: Vec<ListMark>,
    /// Contexts that badges of these issuers name, beside those that every verifier has.
    pub contexts: Vec<ExtraContext>,
}

/// A status list, and how new it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMark {
    /// The list's address.
    pub id: String,
    /// Who signs it: others may sign lists for the same address, which count for nobody here. Without it, whoever does.
    pub issuer: Option<Did>,
    /// When the edition was made that was known when the pack was signed: an older one does not count.
    pub made: Instant,
}

/// A context document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraContext {
    /// Its URL.
    pub id: String,
    /// Its text.
    pub document: String,
}

impl Pack {
    /// Reads a pack that nobody has verified, to look at or to edit it.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed` with a pointer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let budget = Budget::of_document(bytes.len());
        Self::read(Document::parse_within(bytes, PACK_LIMITS, &budget)?.object()?, &budget)
    }

    /// Who a pack says it is, before anything else of it is looked at: its id and its root. Nothing of it is proven.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed` with a pointer.
    pub fn identity(bytes: &[u8]) -> Result<(String, Root), Finding> {
        let budget = Budget::of_document(bytes.len());
        let document = Document::parse_within(bytes, PACK_LIMITS, &budget)?;
        let read = Reading { object: document.object()?, at: "", budget: &budget };
        let id = read.text("id")?.ok_or_else(|| read.missing("id"))?.to_owned();
        let root = read.object.get("root").and_then(Value::as_object).ok_or_else(|| read.missing("root"))?;
        Ok((id, Root::read(root, "/root", &budget)?))
    }

    /// Signs the pack with one root key; a text that is signed already gets one signature more, so that several can sign
    /// one after the other, each where their key is.
    ///
    /// # Errors
    /// `trust.malformed` where the pack is not one that a verifier would take; those of
    /// [`sign_document`](crate::proof::sign_document).
    pub fn sign(signed_or_not: &[u8], key: &dyn Signer, created: Instant) -> Result<String, Finding> {
        let budget = Budget::of_document(signed_or_not.len());
        let document = Document::parse_within(signed_or_not, PACK_LIMITS, &budget)?;
        Self::read(document.object()?, &budget)?;
        let options = ProofOptions::did_key(&key.verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022);
        proof::sign_document(&contexts(), &document, PACK_LIMITS, key, &options.created(created))
    }

    /// The keys with a good signature on a pack, each once. Whether they are the right ones is not asked.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed` with a pointer.
    pub fn signers(signed_or_not: &[u8]) -> Result<Vec<VerifyingKey>, Finding> {
        let signed = SignedPack::read(signed_or_not)?;
        Ok(signed.good_proofs().iter().map(|(key, _)| *key).collect())
    }

    /// Adds the signatures of another copy of the same edition, which somebody else signed apart: those by keys of these roots,
    /// which are its own and, where it changes the root, the one before. Such as are bad, or by a key that has signed already,
    /// are left out.
    ///
    /// ```
    /// # use taskbadge::key::SigningKey;
    /// # use taskbadge::trust::{Pack, Root};
    /// # let [one, two] = [1, 2].map(|seed| SigningKey::from_seed(&[seed; 32]));
    /// let root = Root::new(1, 2, [one.verifying_key(), two.verifying_key()])?;
    /// # let now: taskbadge::time::Instant = "2026-11-22T00:00:00Z".parse()?;
    /// # let unsigned = Pack {
    /// #     id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
    /// #     publisher: "https://association.example.org".into(),
    /// #     publisher_name: "Association".into(),
    /// #     sequence: 1,
    /// #     valid_from: now,
    /// #     valid_until: "2027-02-22T00:00:00Z".parse()?,
    /// #     root: root.clone(),
    /// #     entities: Vec::new(),
    /// #     lists: Vec::new(),
    /// #     contexts: Vec::new(),
    /// # }
    /// # .to_json()?;
    /// let here = Pack::sign(unsigned.as_bytes(), &one, now)?;
    /// let there = Pack::sign(unsigned.as_bytes(), &two, now)?;
    /// let both = Pack::join(here.as_bytes(), there.as_bytes(), &[&root])?;
    /// assert_eq!(Pack::signers(both.as_bytes())?, [one.verifying_key(), two.verifying_key()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// `json.*`, `trust.malformed` with a pointer; `trust.other-pack` where the two do not say the same.
    pub fn join(signed: &[u8], other: &[u8], roots: &[&Root]) -> Result<String, Finding> {
        let (signed, other) = (SignedPack::read(signed)?, SignedPack::read(other)?);
        if signed.canonical() != other.canonical() {
            return Err(Finding::new(Code::TrustOtherPack).because("the two do not say the same"));
        }
        let is_wanted = |key: &VerifyingKey| {
            roots.iter().any(|root| root.keys().contains(key))
                && signed.good_proofs().iter().all(|(known, _)| known != key)
        };
        let wanted = other.good_proofs().iter().filter(|(key, _)| is_wanted(key));
        let mut proofs: Vec<Value<'_>> = signed.proofs().collect();
        proofs.extend(wanted.filter_map(|(_, place)| other.proofs().nth(*place)));
        let mut joined = String::new();
        signed.document.object()?.write_canonical_with("proof", Member::List(&proofs), &mut joined);
        // No more proofs than a reader takes.
        SignedPack::read(joined.as_bytes())?;
        Ok(joined)
    }

    /// The unsigned credential, in canonical form on one line.
    ///
    /// # Errors
    /// `trust.malformed` where it is not a pack that a verifier would take.
    pub fn to_json(&self) -> Result<String, Finding> {
        let json = serde_json::to_vec(&Json::of(self));
        let json = json.map_err(|error| Finding::new(Code::TrustMalformed).because(error.to_string()))?;
        let budget = Budget::of_document(json.len());
        let document = Document::parse_within(&json, PACK_LIMITS, &budget)?;
        Self::read(document.object()?, &budget)?;
        Ok(document.root().canonical())
    }

    fn read(object: Object<'_>, budget: &Budget) -> Result<Self, Finding> {
        let read = Reading { object, at: "", budget };
        let contexts: Vec<_> =
            object.get("@context").into_iter().flat_map(Value::one_or_many).map(Value::as_str).collect();
        if contexts != [Some(CREDENTIALS_V2), Some(UNDEFINED_TERMS)] {
            return Err(read.wrong("@context", "a trust pack has the contexts of credentials and of undefined terms"));
        }
        read.kind("RecognizedEntityCredential")?;
        let issuer = object.get("issuer").and_then(Value::as_object);
        let issuer = Reading { object: issuer.ok_or_else(|| read.missing("issuer"))?, at: "/issuer", budget };
        let required = |read: &Reading<'_, '_>, key: &str| -> Result<String, Finding> {
            Ok(read.text(key)?.ok_or_else(|| read.missing(key))?.to_owned())
        };
        let instant = |key: &str| read.parsed(key)?.ok_or_else(|| read.missing(key));
        let (valid_from, valid_until): (Instant, Instant) = (instant("validFrom")?, instant("validUntil")?);
        if valid_until <= valid_from {
            return Err(read.wrong("validUntil", "it ends before it begins"));
        }
        let root = object.get("root").and_then(Value::as_object).ok_or_else(|| read.missing("root"))?;
        read.at_most(MOST_ENTITIES, "credentialSubject")?;
        let entities = read.each("credentialSubject", |entity, at| Entity::read(entity, at, budget))?;
        if is_twice(entities.iter().map(|entity| &entity.id)) {
            return Err(read.wrong("credentialSubject", "an entity stands there twice"));
        }
        let lists = read.each("statusList", |list, at| {
            let read = Reading { object: list, at, budget };
            let made = read.parsed("validFrom")?.ok_or_else(|| read.missing("validFrom"))?;
            Ok(ListMark { id: required(&read, "id")?, issuer: read.parsed("issuer")?, made })
        })?;
        // Of two marks for one list, or two documents for one context, each reader might take another.
        if is_twice(lists.iter().map(|list| (&list.id, &list.issuer))) {
            return Err(read.wrong("statusList", "a list stands there twice"));
        }
        let mut known = Contexts::builtin();
        let builtin = known.clone();
        let contexts = read.each("context", |context, at| {
            let read = Reading { object: context, at, budget };
            let context = ExtraContext { id: required(&read, "id")?, document: required(&read, "document")? };
            // What every verifier has means the same everywhere, whoever signs.
            if builtin.holds(&context.id) || context.id == UNDEFINED_TERMS {
                return Err(read.wrong("id", "this context is built in"));
            }
            Ok(context)
        })?;
        if is_twice(contexts.iter().map(|context| &context.id)) {
            return Err(read.wrong("context", "a context stands there twice"));
        }
        for context in &contexts {
            known.add_within(&context.id, context.document.as_bytes(), budget)?;
        }
        Ok(Self {
            id: required(&read, "id")?,
            publisher: required(&issuer, "id")?,
            publisher_name: required(&issuer, "name")?,
            sequence: read.number("sequence")?,
            valid_from,
            valid_until,
            root: Root::read(root, "/root", budget)?,
            entities,
            lists,
            contexts,
        })
    }
}

fn is_twice<T: Eq + Hash>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().any(|item| !seen.insert(item))
}

/// A pack with its signatures, which are looked at when somebody asks whose they are.
pub(super) struct SignedPack {
    pub(super) pack: Pack,
    document: Document,
    /// The first good proof of each key, by its place.
    good: OnceCell<Vec<(VerifyingKey, usize)>>,
    budget: Budget,
}

impl SignedPack {
    /// Reads a pack. Nothing of it is believed yet.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Finding> {
        let budget = Budget::of_document(bytes.len());
        let document = Document::parse_within(bytes, PACK_LIMITS, &budget)?;
        let pack = Pack::read(document.object()?, &budget)?;
        let signed = Self { pack, document, good: OnceCell::new(), budget };
        if signed.proofs().count() > PACK_LIMITS.proofs {
            return Err(Finding::new(Code::TrustMalformed)
                .at("/proof")
                .because("it has more proofs than root keys can make"));
        }
        Ok(signed)
    }

    /// How many keys of a root signed. A key counts once. A signature that is bad, or of another kind, or by somebody
    /// else, counts for nothing and does no harm: whoever handles the file can add one.
    pub(super) fn count(&self, root: &Root) -> usize {
        self.good_proofs().iter().filter(|(key, _)| root.keys().contains(key)).count()
    }

    /// The canonical form without its proofs, which is what tells two editions apart: the same may be signed by more.
    pub(super) fn canonical(&self) -> String {
        let mut canonical = String::with_capacity(self.document.text().len());
        if let Ok(object) = self.document.object() {
            object.write_canonical_with("proof", Member::LeftOut, &mut canonical);
        }
        canonical
    }

    /// How many steps of its budget the pack took.
    pub(super) fn work(&self) -> u64 {
        self.budget.spent()
    }

    fn proofs(&self) -> impl Iterator<Item = Value<'_>> {
        self.document.root().get("proof").into_iter().flat_map(Value::one_or_many)
    }

    /// The first good proof of each key, by its place. What they sign is hashed once, however many are bad.
    fn good_proofs(&self) -> &[(VerifyingKey, usize)] {
        self.good.get_or_init(|| {
            let Ok(object) = self.document.object() else { return Vec::new() };
            let contexts = contexts();
            let mut proven = Proven::new(&contexts, object, &self.budget);
            let mut good: Vec<(VerifyingKey, usize)> = Vec::new();
            for (place, value) in self.proofs().enumerate() {
                let Ok(proof) = Proof::read(value, &format!("/proof/{place}")) else { continue };
                let fit = proof.cryptosuite() == Cryptosuite::EddsaJcs2022 && proof.purpose() == "assertionMethod";
                if !fit || !proof.previous().is_empty() || self.budget.spend(Budget::KEY).is_err() {
                    continue;
                }
                let key = DidUrl::parse(proof.verification_method()).ok().and_then(|url| url.did().verifying_key());
                let Some(key) = key.filter(|key| good.iter().all(|(known, _)| known != key)) else { continue };
                let hashed = proven.hash(&proof, 0);
                if self.budget.spend(Budget::SIGNATURE).is_ok()
                    && hashed.is_ok_and(|hashed| proof.check(&hashed, &FrequentKey::new(key)).is_ok())
                {
                    good.push((key, place));
                }
            }
            good
        })
    }
}

fn contexts() -> Contexts {
    let mut contexts = Contexts::builtin();
    let document = br#"{"@context":{"@vocab":"https://www.w3.org/ns/credentials/undefined-term#"}}"#;
    contexts.add(UNDEFINED_TERMS, document).expect("the context for undefined terms is one");
    contexts
}

/// The pack as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'p> {
    #[serde(rename = "@context")]
    context: [&'static str; 2],
    #[serde(rename = "context", skip_serializing_if = "Vec::is_empty")]
    contexts: Vec<JsonContext<'p>>,
    credential_subject: Vec<entity::Json<'p>>,
    id: &'p str,
    issuer: JsonIssuer<'p>,
    root: &'p Root,
    sequence: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_list: Vec<JsonList<'p>>,
    #[serde(rename = "type")]
    types: [&'static str; 2],
    valid_from: Instant,
    valid_until: Instant,
}

#[derive(Serialize)]
struct JsonContext<'p> {
    document: &'p str,
    id: &'p str,
}

#[derive(Serialize)]
struct JsonIssuer<'p> {
    id: &'p str,
    name: &'p str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonList<'p> {
    id: &'p str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'p str>,
    valid_from: Instant,
}

impl<'p> JsonList<'p> {
    fn of(list: &'p ListMark) -> Self {
        Self { id: &list.id, issuer: list.issuer.as_ref().map(Did::as_str), valid_from: list.made }
    }
}

impl<'p> Json<'p> {
    fn of(pack: &'p Pack) -> Self {
        Self {
            context: [CREDENTIALS_V2, UNDEFINED_TERMS],
            contexts: pack.contexts.iter().map(|c| JsonContext { document: &c.document, id: &c.id }).collect(),
            credential_subject: pack.entities.iter().map(entity::Json::of).collect(),
            id: &pack.id,
            issuer: JsonIssuer { id: &pack.publisher, name: &pack.publisher_name },
            root: &pack.root,
            sequence: pack.sequence,
            status_list: pack.lists.iter().map(JsonList::of).collect(),
            types: ["VerifiableCredential", "RecognizedEntityCredential"],
            valid_from: pack.valid_from,
            valid_until: pack.valid_until,
        }
    }
}
