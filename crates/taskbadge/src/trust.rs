//! Whom the caller recognises, for what, and with which keys.
//!
//! A good signature from a stranger is worth nothing. The caller says whom to recognise, issuer by issuer, or trusts a
//! [`TrustPack`]: one signed file by an association or a ministry that says which centres may issue which achievements,
//! with which keys, and what became of those. Both fill the same [`Trust`].

mod entity;
mod known;
mod pack;
mod parts;
mod root;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use entity::{Entity, EntityKey, Genuine, KeyState, Name, Role, Scope};
pub use known::{KnownPack, TrustPack};
pub use pack::{ExtraContext, ListMark, PACK_LIMITS, Pack};
pub use parts::PackParts;
pub use root::{Fingerprint, MOST_ROOT_KEYS, NotAFingerprint, NotARoot, Root};

use crate::badge::Iri;
use crate::finding::{Code, Finding, shown, worst};
use crate::jsonld::Contexts;
use crate::key::{Did, DidDocument, DidUrl, FrequentKey, KeyError, VerifyingKey};
use crate::time::Instant;

/// The issuers that a verifier recognises.
///
/// ```
/// use taskbadge::key::{Did, SigningKey};
/// use taskbadge::trust::{RecognisedIssuer, Trust};
/// let centre = SigningKey::from_seed(&[7; 32]).verifying_key();
/// let trust = Trust::none().recognise(RecognisedIssuer::did_key(&centre).named("Harbour Training Centre"));
/// assert!(trust.issuer(Did::key(&centre).as_str()).is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// By their ids. Several packs, and the caller, may recognise the same issuer.
    issuers: BTreeMap<String, Vec<RecognisedIssuer>>,
    /// How new status lists have to be, by their addresses.
    lists: BTreeMap<String, Instant>,
    contexts: Vec<ExtraContext>,
    /// Keys that a pack says others have.
    stolen: Vec<Stolen>,
    /// The newest time that was seen in a pack.
    newest: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Stolen {
    key: VerifyingKey,
    since: Instant,
    genuine: Option<Genuine>,
}

/// One issuer: its id as badges write it, its name as the verifier knows it, and its keys.
#[derive(Debug, Clone)]
pub struct RecognisedIssuer {
    id: String,
    name: Option<String>,
    /// By the URLs of their verification methods.
    keys: Vec<ListedKey>,
    /// The did:web document that was pinned; the one on the web may change, and does not count.
    document: Option<DidDocument>,
    /// What a pack says of the issuer. Whom the caller recognises may issue anything.
    by_pack: Option<ByPack>,
}

#[derive(Debug, Clone)]
struct ListedKey {
    method: String,
    key: FrequentKey,
    /// What a pack says of the key.
    terms: Option<EntityKey>,
}

/// What a pack says of an issuer.
#[derive(Debug, Clone)]
struct ByPack {
    edition: Arc<Edition>,
    achievements: Vec<Scope>,
    status_issuers: Vec<String>,
    successor: Option<String>,
}

/// The edition of a pack, as a verdict names it.
#[derive(Debug)]
struct Edition {
    publisher: String,
    sequence: u64,
    valid_from: Instant,
    valid_until: Instant,
}

/// What a signature is looked at for.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    /// The verification method.
    pub(crate) method: &'a str,
    /// The key that the signature fits.
    pub(crate) key: VerifyingKey,
    /// When the proof says it was made.
    pub(crate) created: Option<Instant>,
    pub(crate) role: Role,
    /// The achievement of a badge.
    pub(crate) achievement: Option<&'a str>,
    /// The SHA-256 of the canonical form, which costs time and is rarely asked for.
    pub(crate) digest: &'a dyn Fn() -> [u8; 32],
    pub(crate) at: Instant,
}

impl Trust {
    /// Nobody is recognised: a good badge is INDETERMINATE, with `issuer.unknown`.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same trust with one more issuer. An issuer of the same id that the caller recognised before is replaced.
    #[must_use]
    pub fn recognise(mut self, issuer: RecognisedIssuer) -> Self {
        let known = self.issuers.entry(issuer.id.clone()).or_default();
        known.retain(|known| known.by_pack.is_some());
        known.insert(0, issuer);
        self
    }

    /// The same trust with all that a pack recognises. Several packs may be trusted at once: who is recognised by one of
    /// them is recognised, and a key that one of them calls compromised is.
    #[must_use]
    pub fn with_pack(mut self, trusted: &TrustPack) -> Self {
        let pack = trusted.pack();
        let edition = Arc::new(Edition {
            publisher: pack.publisher_name.clone(),
            sequence: pack.sequence,
            valid_from: pack.valid_from,
            valid_until: pack.valid_until,
        });
        self.newest = self.newest.max(Some(trusted.newest()));
        for key in pack.entities.iter().flat_map(|entity| &entity.keys) {
            if let KeyState::Compromised { since, genuine } = &key.state {
                self.stolen.push(Stolen { key: key.key, since: *since, genuine: genuine.clone() });
            }
        }
        for entity in &pack.entities {
            let issuer = RecognisedIssuer::of_entity(entity, &edition);
            self.issuers.entry(issuer.id.clone()).or_default().push(issuer);
            // Whoever signs lists for others and nothing else need not stand there as an entity.
            let strangers =
                entity.status_issuers.iter().filter(|did| !pack.entities.iter().any(|known| known.id == **did));
            for did in strangers {
                let known = self.issuers.entry(did.to_string()).or_default();
                if let (Some(key), true) = (did.verifying_key(), known.is_empty()) {
                    known.push(RecognisedIssuer::for_lists(&key, &edition));
                }
            }
        }
        for list in &pack.lists {
            let made = self.lists.entry(list.id.clone()).or_insert(list.made);
            *made = list.made.max(*made);
        }
        self.contexts.extend(pack.contexts.iter().cloned());
        self
    }

    /// The recognised issuer with this DID or URL.
    #[must_use]
    pub fn issuer(&self, id: &str) -> Option<&RecognisedIssuer> {
        self.issuers.get(id)?.first()
    }

    /// The recognised issuers, by their ids; one that several recognise stands there for each.
    pub fn issuers(&self) -> impl Iterator<Item = &RecognisedIssuer> {
        self.issuers.values().flatten()
    }

    /// Those for whom an issuer may sign status lists: itself, and who a pack says. The standard lets anybody sign a list
    /// (Bitstring Status List 1.0 section 2.2); we do not.
    #[must_use]
    pub fn spoken_for_by(&self, list_issuer: &str) -> Vec<String> {
        let others = self.issuers().filter(|issuer| {
            let by_pack = issuer.by_pack.iter().flat_map(|by| &by.status_issuers);
            issuer.id != list_issuer && by_pack.into_iter().any(|id| id == list_issuer)
        });
        std::iter::once(list_issuer.to_owned()).chain(others.map(|issuer| issuer.id.clone())).collect()
    }

    /// How new the status list at an address has to be, where a pack says so: an edition that was made before does not
    /// count.
    #[must_use]
    pub fn list_floor(&self, address: &str) -> Option<Instant> {
        self.lists.get(address).copied()
    }

    /// The built-in contexts, and those of packs.
    pub(crate) fn contexts(&self) -> Contexts {
        let mut contexts = Contexts::builtin();
        for context in &self.contexts {
            // It was read once, when the pack was.
            let _ = contexts.add(&context.id, context.document.as_bytes());
        }
        contexts
    }

    /// The keys behind a verification method (Controlled Identifiers 1.0 section 3.3, without the network): as recognised
    /// issuers list it, by the one that the document claims to be of before any other, so that nobody else's list says
    /// which key that is; else in the did:key itself. There is more than one where several list the name with other keys.
    pub(crate) fn keys(
        &self,
        method: &str,
        claimed: Option<&str>,
        at: Instant,
    ) -> Result<Vec<Cow<'_, FrequentKey>>, Finding> {
        let controller = controller_of(method);
        let of = |id: &str| self.issuers.get(id).map(Vec::as_slice).unwrap_or_default();
        let near: Vec<&RecognisedIssuer> = claimed.map(of).unwrap_or_default().iter().chain(of(controller)).collect();
        // What would settle it is another document, and the report has to name that. Of several documents one suffices:
        // a pack may know a newer one than the caller pinned.
        let (mut keys, mut refused): (Vec<&FrequentKey>, Option<KeyError>) = (Vec::new(), None);
        for issuer in &near {
            match issuer.allowed_key(method, at) {
                Ok(Some(listed)) if keys.iter().all(|key| key.key() != listed.key.key()) => keys.push(&listed.key),
                Ok(_) => {}
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        if !keys.is_empty() {
            return Ok(keys.into_iter().map(Cow::Borrowed).collect());
        }
        if let Some(error) = refused {
            return Err(match error.code() {
                Code::KeyUnresolved => Finding::new(Code::KeyUnresolved).because(document_of(controller)),
                _ => finding(&error),
            });
        }
        // A did:key speaks for itself, whatever anybody else lists under it.
        if controller.starts_with("did:key:") {
            let url = DidUrl::parse(method).map_err(|error| finding(&error))?;
            let key = url.did().verifying_key().ok_or_else(|| Finding::new(Code::KeyMalformed))?;
            return Ok(vec![Cow::Owned(FrequentKey::new(key))]);
        }
        let listed = self.issuers().find_map(|issuer| issuer.listed_key(method));
        let unresolved = || Finding::new(Code::KeyUnresolved).because(document_of(controller));
        listed.map(|listed| vec![Cow::Borrowed(&listed.key)]).ok_or_else(unresolved)
    }

    /// What the key of a good proof says about the issuer that the badge names (Data Integrity EdDSA section 2.1.1: the
    /// controller of the method is the issuer). Only those count who list exactly the key that signed, and let it.
    pub(crate) fn standing(&self, issuer: &str, signed: &Signed<'_>) -> Standing<'_> {
        let controller = controller_of(signed.method);
        let Some(known) = self.issuers.get(issuer) else {
            // A DID says who controls it. For any other URL only somebody who knows the issuer can tell whose key it
            // is.
            let other = issuer.starts_with("did:") && controller != issuer;
            return if other { Standing::Mismatch } else { Standing::Unknown };
        };
        let judged = known.iter().filter_map(|issuer| {
            let key = issuer.allowed_key(signed.method, signed.at).ok()??;
            (key.key.key() == signed.key).then(|| (issuer, issuer.judge(key, signed)))
        });
        let Some((issuer, about)) = judged.min_by_key(|(_, findings)| worst(findings)) else {
            return Standing::Mismatch;
        };
        // What one pack knows of a theft, or has seen of the time, does not go away because another has not.
        let mut findings: Vec<Finding> = self.theft(signed).into_iter().chain(about).collect();
        if let Some(newest) = self.newest.filter(|newest| signed.at < *newest) {
            findings.push(Finding::new(Code::TrustClock).because(format!("{} is before {newest}", signed.at)));
        }
        Standing::Recognised(issuer, findings)
    }

    /// What any pack says of the theft of a key, under whatever name it lists it.
    fn theft(&self, signed: &Signed<'_>) -> Option<Finding> {
        let of_key = || self.stolen.iter().filter(|stolen| stolen.key == signed.key);
        let since = of_key().map(|stolen| stolen.since).min()?;
        let genuine = || of_key().filter_map(|stolen| stolen.genuine.as_ref());
        let finding = |code: Code, detail: String| Some(Finding::new(code).at("/proof").because(detail));
        if genuine().next().is_some() {
            // The issuer's ledger knows better than any date.
            let digest = (signed.digest)();
            let known = genuine().any(|genuine| genuine.contains(&digest));
            let detail = || "the issuer does not know this badge as its own".into();
            return if known { None } else { finding(Code::KeyCompromised, detail()) };
        }
        match signed.created {
            // The thief chooses the dates: a late one is no alibi, and an early one proves nothing.
            Some(created) if created >= since => {
                finding(Code::KeyCompromised, format!("signed {created}, stolen by {since}"))
            }
            _ => finding(Code::KeyDoubtful, format!("stolen by {since}")),
        }
    }
}

/// What a good signature means for the issuer that a badge names.
#[derive(Debug)]
pub(crate) enum Standing<'t> {
    /// It is a key of this recognised issuer, with what there is to say about key, task and pack.
    Recognised(&'t RecognisedIssuer, Vec<Finding>),
    /// The issuer is not recognised.
    Unknown,
    /// It is somebody else's key.
    Mismatch,
}

impl ListedKey {
    fn is_compromised(&self) -> bool {
        self.terms.as_ref().is_some_and(|terms| matches!(terms.state, KeyState::Compromised { .. }))
    }
}

impl RecognisedIssuer {
    /// An issuer known by its did:key.
    #[must_use]
    pub fn did_key(key: &VerifyingKey) -> Self {
        let did = Did::key(key);
        let keys = vec![ListedKey { method: DidUrl::key(key).to_string(), key: FrequentKey::new(*key), terms: None }];
        Self { id: did.to_string(), name: None, keys, document: None, by_pack: None }
    }

    /// An issuer known by a did:web and the document that was pinned for it.
    #[must_use]
    pub fn pinned(document: DidDocument) -> Self {
        let listed =
            |(method, key): (&str, _)| ListedKey { method: method.to_owned(), key: FrequentKey::new(key), terms: None };
        let keys = document.keys().map(listed).collect();
        Self { id: document.id().to_string(), name: None, keys, document: Some(document), by_pack: None }
    }

    /// An issuer known by any URL, with its keys by the URLs that proofs name.
    #[must_use]
    pub fn listed(id: &Iri, keys: impl IntoIterator<Item = (Iri, VerifyingKey)>) -> Self {
        let listed =
            |(method, key): (Iri, _)| ListedKey { method: method.to_string(), key: FrequentKey::new(key), terms: None };
        let keys = keys.into_iter().map(listed).collect();
        Self { id: id.to_string(), name: None, keys, document: None, by_pack: None }
    }

    /// The same issuer under the name by which the verifier knows it, which counts for more than the name in the badge.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The DID or URL.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name by which the verifier knows the issuer.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The pinned DID document, where there is one.
    #[must_use]
    pub fn document(&self) -> Option<&DidDocument> {
        self.document.as_ref()
    }

    fn of_entity(entity: &Entity, edition: &Arc<Edition>) -> Self {
        let document =
            entity.document.as_ref().and_then(|text| DidDocument::from_json(text.as_bytes(), &entity.id).ok());
        let named = |key: &EntityKey| ListedKey {
            method: key.id.clone(),
            key: FrequentKey::new(key.key),
            terms: Some(key.clone()),
        };
        let mut keys: Vec<ListedKey> = entity.keys.iter().map(named).collect();
        if keys.is_empty() {
            let own = entity.id.verifying_key().map(|key| (DidUrl::key(&key).to_string(), key));
            let pinned = document.iter().flat_map(DidDocument::keys).map(|(method, key)| (method.to_owned(), key));
            let listed = |(method, key)| ListedKey { method, key: FrequentKey::new(key), terms: None };
            keys = own.into_iter().chain(pinned).map(listed).collect();
        }
        let by_pack = ByPack {
            edition: Arc::clone(edition),
            achievements: entity.achievements.clone(),
            status_issuers: entity.status_issuers.iter().map(Did::to_string).collect(),
            successor: entity.successor.as_ref().map(Did::to_string),
        };
        Self { id: entity.id.to_string(), name: entity.name().map(Into::into), keys, document, by_pack: Some(by_pack) }
    }

    /// Somebody who signs status lists for others, and may issue nothing.
    fn for_lists(key: &VerifyingKey, edition: &Arc<Edition>) -> Self {
        let did = Did::key(key);
        let mut terms = EntityKey::new(DidUrl::key(key).as_str(), *key);
        terms.role = Some(Role::Status);
        let mut entity = Entity::new(&did, "");
        entity.names.clear();
        entity.keys.push(terms);
        Self::of_entity(&entity, edition)
    }

    fn listed_key(&self, method: &str) -> Option<&ListedKey> {
        self.keys.iter().find(|listed| listed.method == method)
    }

    /// The key of this name, where the issuer's document lets it sign, if there is one. A key that a pack calls stolen is
    /// revoked there as a whole; the pack says which of its badges are genuine.
    fn allowed_key(&self, method: &str, at: Instant) -> Result<Option<&ListedKey>, KeyError> {
        let listed = self.listed_key(method);
        match &self.document {
            Some(document) if !listed.is_some_and(ListedKey::is_compromised) => {
                document.key_for_assertion(method, at).map(|_| listed)
            }
            _ => Ok(listed),
        }
    }

    /// What there is to say about a good signature by one of the issuer's keys. For the caller's own issuers, nothing.
    fn judge(&self, key: &ListedKey, signed: &Signed<'_>) -> Vec<Finding> {
        let mut findings = key.terms.as_ref().map(|terms| terms.judge(signed)).unwrap_or_default();
        let Some(ByPack { edition, achievements, successor, .. }) = &self.by_pack else { return findings };
        if let Some(achievement) = signed.achievement
            && !achievements.iter().any(|scope| scope.covers(achievement))
        {
            findings.push(
                Finding::new(Code::IssuerScope).at("/credentialSubject/achievement/id").because(shown(achievement)),
            );
        }
        findings.extend(edition.judge(signed.at));
        if let Some(successor) = successor {
            findings.push(Finding::new(Code::IssuerSuccessor).at("/issuer").because(shown(successor)));
        }
        findings
    }
}

impl EntityKey {
    fn judge(&self, signed: &Signed<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut found = |code: Code, detail: String| findings.push(Finding::new(code).at("/proof").because(detail));
        if let Some(role) = self.role.filter(|role| *role != signed.role) {
            found(Code::KeyRole, format!("{} key {}", role.as_str(), shown(&self.id)));
        }
        match (self.valid_from, self.valid_until, signed.created) {
            (None, None, _) => {}
            (_, _, None) => found(Code::KeyUndated, shown(&self.id)),
            (from, until, Some(created)) => {
                if from.is_some_and(|from| created < from) || until.is_some_and(|until| created >= until) {
                    found(Code::KeyWindow, format!("signed {created} with {}", shown(&self.id)));
                }
            }
        }
        findings
    }
}

impl Edition {
    /// An expired pack proves nothing but what was taken back.
    fn judge(&self, at: Instant) -> Vec<Finding> {
        let age = match at.days_since(self.valid_from) {
            ..=0 => String::new(),
            1 => ", 1 day old".into(),
            days => format!(", {days} days old"),
        };
        let edition = format!("{}, edition {}{age}", shown(&self.publisher), self.sequence);
        let mut findings = vec![Finding::new(Code::TrustPack).because(edition)];
        if at >= self.valid_until {
            findings.push(Finding::new(Code::TrustExpired).because(format!("it ended {}", self.valid_until)));
        }
        findings
    }
}

/// The DID, or other URL, before the fragment of a verification method.
fn controller_of(method: &str) -> &str {
    method.split_once('#').map_or(method, |(controller, _)| controller)
}

fn finding(error: &KeyError) -> Finding {
    Finding::new(error.code()).because(error.to_string())
}

/// Where the document of a did:web would be, so that a person can fetch it; else the controller itself.
fn document_of(controller: &str) -> String {
    let document = controller.parse::<Did>().ok().and_then(|did| did.document_url());
    document.unwrap_or_else(|| shown(controller))
}
