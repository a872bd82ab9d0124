//! Whom the caller recognises, and with which keys.
//!
//! A good signature from a stranger is worth nothing. For now the caller says whom to recognise, issuer by issuer; a
//! signed list of recognised issuers will fill the same [`Trust`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::badge::Iri;
use crate::finding::{Code, Finding};
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
    issuers: BTreeMap<String, RecognisedIssuer>,
}

/// One issuer: its id as badges write it, its name as the verifier knows it, and its keys.
#[derive(Debug, Clone)]
pub struct RecognisedIssuer {
    id: String,
    name: Option<String>,
    /// By the URLs of their verification methods.
    keys: Vec<(String, FrequentKey)>,
    /// The did:web document that was pinned; the one on the web may change, and does not count.
    document: Option<DidDocument>,
}

impl Trust {
    /// Nobody is recognised: a good badge is INDETERMINATE, with `issuer.unknown`.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same trust with one more issuer. An issuer of the same id is replaced.
    #[must_use]
    pub fn recognise(mut self, issuer: RecognisedIssuer) -> Self {
        self.issuers.insert(issuer.id.clone(), issuer);
        self
    }

    /// The recognised issuer with this DID or URL.
    #[must_use]
    pub fn issuer(&self, id: &str) -> Option<&RecognisedIssuer> {
        self.issuers.get(id)
    }

    /// The recognised issuers, by their ids.
    pub fn issuers(&self) -> impl Iterator<Item = &RecognisedIssuer> {
        self.issuers.values()
    }

    /// The key behind a verification method (Controlled Identifiers 1.0 section 3.3, without the network): in the
    /// did:key itself, in a pinned document, or listed by a recognised issuer: by the one that the document claims to be of
    /// before any other, so that nobody else's list says which key that is.
    pub(crate) fn key(
        &self,
        method: &str,
        claimed: Option<&str>,
        at: Instant,
    ) -> Result<Cow<'_, FrequentKey>, Finding> {
        let controller = controller_of(method);
        let claimed = claimed.and_then(|issuer| self.issuers.get(issuer));
        let known = self.issuers.get(controller);
        if let Some(document) = known.and_then(RecognisedIssuer::document) {
            // What would settle it is another document, and the report has to name that.
            document.key_for_assertion(method, at).map_err(|error| match error.code() {
                Code::KeyUnresolved => Finding::new(Code::KeyUnresolved).because(shown(controller)),
                _ => finding(&error),
            })?;
        }
        if let Some(key) = claimed.into_iter().chain(known).find_map(|issuer| issuer.listed_key(method)) {
            return Ok(Cow::Borrowed(key));
        }
        // A did:key speaks for itself, whatever anybody else lists under it.
        if controller.starts_with("did:key:") {
            let url = DidUrl::parse(method).map_err(|error| finding(&error))?;
            let key = url.did().verifying_key().ok_or_else(|| Finding::new(Code::KeyMalformed))?;
            return Ok(Cow::Owned(FrequentKey::new(key)));
        }
        let listed = self.issuers.values().find_map(|issuer| issuer.listed_key(method));
        listed.map(Cow::Borrowed).ok_or_else(|| Finding::new(Code::KeyUnresolved).because(shown(controller)))
    }

    /// What the key of a good proof says about the issuer that the badge names (Data Integrity EdDSA section 2.1.1: the
    /// controller of the method is the issuer).
    pub(crate) fn standing(&self, issuer: &str, method: &str) -> Standing<'_> {
        let controller = controller_of(method);
        match self.issuers.get(issuer) {
            Some(known) if known.listed_key(method).is_some() => Standing::Recognised(known),
            Some(_) => Standing::Mismatch,
            // A DID says who controls it. For any other URL only somebody who knows the issuer can tell whose key it
            // is.
            None if issuer.starts_with("did:") && controller != issuer => Standing::Mismatch,
            None => Standing::Unknown,
        }
    }
}

/// What a good signature means for the issuer that a badge names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Standing<'t> {
    /// It is a key of this recognised issuer.
    Recognised(&'t RecognisedIssuer),
    /// The issuer is not recognised.
    Unknown,
    /// It is somebody else's key.
    Mismatch,
}

impl RecognisedIssuer {
    /// An issuer known by its did:key.
    #[must_use]
    pub fn did_key(key: &VerifyingKey) -> Self {
        let did = Did::key(key);
        let method = format!("{did}#{}", key.to_multikey());
        Self { id: did.to_string(), name: None, keys: vec![(method, FrequentKey::new(*key))], document: None }
    }

    /// An issuer known by a did:web and the document that was pinned for it.
    #[must_use]
    pub fn pinned(document: DidDocument) -> Self {
        let keys = document.keys().map(|(method, key)| (method.to_owned(), FrequentKey::new(key))).collect();
        Self { id: document.id().to_string(), name: None, keys, document: Some(document) }
    }

    /// An issuer known by any URL, with its keys by the URLs that proofs name.
    #[must_use]
    pub fn listed(id: &Iri, keys: impl IntoIterator<Item = (Iri, VerifyingKey)>) -> Self {
        let keys = keys.into_iter().map(|(method, key)| (method.to_string(), FrequentKey::new(key))).collect();
        Self { id: id.to_string(), name: None, keys, document: None }
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

    fn listed_key(&self, method: &str) -> Option<&FrequentKey> {
        self.keys.iter().find(|(listed, _)| listed == method).map(|(_, key)| key)
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
fn shown(controller: &str) -> String {
    let document = controller.parse::<Did>().ok().and_then(|did| did.document_url());
    document.unwrap_or_else(|| controller.chars().take(200).collect())
}
