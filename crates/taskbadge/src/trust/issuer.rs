//! One issuer, as the caller or a pack recognises it.

use std::sync::Arc;

use super::{Entity, EntityKey, KeyState, Role, Scope, Signed};
use crate::badge::Iri;
use crate::finding::{Code, Finding, shown};
use crate::key::{Did, DidDocument, DidUrl, FrequentKey, KeyError, VerifyingKey};
use crate::shown::Quoted;
use crate::time::Instant;

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
    successor: Option<String>,
}

/// The edition of a pack, as a verdict names it.
#[derive(Debug)]
pub(super) struct Edition {
    pub(super) pack: String,
    pub(super) publisher: String,
    pub(super) sequence: u64,
    pub(super) valid_from: Instant,
    pub(super) valid_until: Instant,
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

    pub(super) fn of_entity(entity: &Entity, edition: &Arc<Edition>) -> Self {
        let document =
            entity.document.as_ref().and_then(|text| DidDocument::from_json(text.as_bytes(), &entity.id).ok());
        let named = |key: &EntityKey| ListedKey {
            method: key.id.clone(),
            key: FrequentKey::new(key.key),
            terms: Some(key.clone()),
        };
        let mut keys: Vec<ListedKey> = entity.keys.iter().map(named).collect();
        if keys.is_empty() {
            let own = entity.id.verifying_key();
            let own = own.and_then(|key| Some((entity.id.method(&key).ok()?.to_string(), key)));
            let pinned = document.iter().flat_map(DidDocument::keys).map(|(method, key)| (method.to_owned(), key));
            let listed = |(method, key)| ListedKey { method, key: FrequentKey::new(key), terms: None };
            keys = own.into_iter().chain(pinned).map(listed).collect();
        }
        let by_pack = ByPack {
            edition: Arc::clone(edition),
            achievements: entity.achievements.clone(),
            successor: entity.successor.as_ref().map(Did::to_string),
        };
        Self { id: entity.id.to_string(), name: entity.name().map(Into::into), keys, document, by_pack: Some(by_pack) }
    }

    /// Somebody who signs status lists for others, and may issue nothing.
    pub(super) fn for_lists(key: &VerifyingKey, edition: &Arc<Edition>) -> Self {
        let did = Did::key(key);
        let mut terms = EntityKey::new(DidUrl::key(key).as_str(), *key);
        terms.role = Some(Role::Status);
        let mut entity = Entity::new(&did, "");
        entity.names.clear();
        entity.keys.push(terms);
        Self::of_entity(&entity, edition)
    }

    /// When the pack ends that recognises the issuer.
    pub(crate) fn recognised_until(&self) -> Option<Instant> {
        self.edition().map(|edition| edition.valid_until)
    }

    /// The edition of the pack that recognises the issuer.
    pub(super) fn edition(&self) -> Option<&Edition> {
        self.by_pack.as_ref().map(|by_pack| &*by_pack.edition)
    }

    /// The key of this name, whether it may sign or not.
    pub(super) fn listed_key(&self, method: &str) -> Option<&FrequentKey> {
        self.key_named(method).map(|listed| &listed.key)
    }

    /// The key of this name, where the issuer's document lets it sign, if there is one.
    pub(super) fn allowed_key(&self, method: &str, at: Instant) -> Result<Option<&FrequentKey>, KeyError> {
        Ok(self.allowed(method, at)?.map(|listed| &listed.key))
    }

    fn key_named(&self, method: &str) -> Option<&ListedKey> {
        self.keys.iter().find(|listed| listed.method == method)
    }

    /// A key that a pack calls stolen is revoked in the document as a whole; the pack says which of its badges are genuine.
    fn allowed(&self, method: &str, at: Instant) -> Result<Option<&ListedKey>, KeyError> {
        let listed = self.key_named(method);
        match &self.document {
            Some(document) if !listed.is_some_and(ListedKey::is_compromised) => {
                document.key_for_assertion(method, at).map(|_| listed)
            }
            _ => Ok(listed),
        }
    }

    /// What there is to say about a good signature, if it is by a key that the issuer lists and lets sign. For the caller's
    /// own issuers, nothing.
    pub(super) fn judge(&self, signed: &Signed<'_>) -> Option<Vec<Finding>> {
        let key = self.allowed(signed.method, signed.at).ok()??;
        if key.key.key() != signed.key {
            return None;
        }
        let mut findings = key.terms.as_ref().map(|terms| terms.judge(signed)).unwrap_or_default();
        let Some(ByPack { edition, achievements, successor }) = &self.by_pack else { return Some(findings) };
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
        Some(findings)
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
    /// Such as `Association of Training Centres, edition 3, 2 days old`.
    pub(super) fn told(&self, at: Instant) -> String {
        let age = match at.days_since(self.valid_from) {
            ..=0 => String::new(),
            1 => ", 1 day old".into(),
            days => format!(", {days} days old"),
        };
        format!("{}, edition {}{age}", Quoted(&self.publisher), self.sequence)
    }

    /// An expired pack proves nothing but what was taken back.
    fn judge(&self, at: Instant) -> Vec<Finding> {
        let mut findings = vec![Finding::new(Code::TrustPack).because(self.told(at))];
        if at >= self.valid_until {
            findings.push(Finding::new(Code::TrustExpired).because(format!("it ended {}", self.valid_until)));
        }
        findings
    }
}
