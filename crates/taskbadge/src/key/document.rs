//! DID documents: the keys that a DID lists, and what for.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::did::is_fragment;
use super::{Did, KeyError, VerifyingKey};
use crate::json::{Document, Limits, Value};
use crate::time::Instant;
use crate::work::Budget;

/// The keys of a DID, as its owner publishes them (DID Core 1.0, section 5; Controlled Identifiers 1.0, section 2).
///
/// An issuer makes one and publishes it at [`Did::document_url`]; a verifier reads one that somebody it trusts has
/// pinned. Nothing here fetches documents, and a document proves nothing about itself.
///
/// ```
/// use taskbadge::key::{Did, DidDocument, SigningKey};
/// let centre = Did::web("example.org", &[])?;
/// let key = SigningKey::from_seed(&[7; 32]).verifying_key();
/// let published = DidDocument::new(&centre, &[key])?.to_json();
///
/// let pinned = DidDocument::from_json(published.as_bytes(), &centre)?;
/// let now = "2026-11-22T12:00:00Z".parse().unwrap();
/// assert_eq!(pinned.key_for_assertion(centre.method(&key)?.as_str(), now)?, key);
/// # Ok::<(), taskbadge::key::KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DidDocument {
    id: Did,
    /// By absolute identifier. What cannot be used is kept with the reason, so that a look-up can give it.
    methods: BTreeMap<String, Method>,
}

/// A verification method of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Method {
    key: Result<VerifyingKey, KeyError>,
    /// Listed under `assertionMethod`.
    asserts: bool,
    expires: Option<Instant>,
    revoked: Option<Instant>,
}

impl DidDocument {
    /// A document that lists `keys` for asserting credentials, each named by its Multikey text.
    ///
    /// # Errors
    /// [`KeyError::DocumentKeys`] for no keys, the same key twice, or a did:key and another key than its own.
    pub fn new(id: &Did, keys: &[VerifyingKey]) -> Result<Self, KeyError> {
        let mut methods = BTreeMap::new();
        for key in keys {
            let name = id.method(key).map_err(|_| KeyError::DocumentKeys)?;
            let method = Method { key: Ok(*key), asserts: true, expires: None, revoked: None };
            if methods.insert(name.as_str().to_owned(), method).is_some() {
                return Err(KeyError::DocumentKeys);
            }
        }
        if methods.is_empty() { Err(KeyError::DocumentKeys) } else { Ok(Self { id: id.clone(), methods }) }
    }

    /// The same document with one more key for asserting credentials, named by its Multikey text. One that it has
    /// already stays as it is.
    ///
    /// ```
    /// use taskbadge::key::{Did, DidDocument, SigningKey};
    /// let centre = Did::web("example.org", &[])?;
    /// let [old, new] = [7, 8].map(|seed| SigningKey::from_seed(&[seed; 32]).verifying_key());
    /// let document = DidDocument::new(&centre, &[old])?.with_key(&new)?;
    /// assert_eq!(document, DidDocument::new(&centre, &[old, new])?);
    ///
    /// // A key that others may have: what it signed counts no more.
    /// let (method, now) = (centre.method(&old)?, "2026-11-22T12:00:00Z".parse().unwrap());
    /// let document = document.revoke(method.as_str(), now)?;
    /// assert!(document.key_for_assertion(method.as_str(), now).is_err());
    /// # Ok::<(), taskbadge::key::KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::DocumentKeys`] for a did:key and another key than its own.
    pub fn with_key(mut self, key: &VerifyingKey) -> Result<Self, KeyError> {
        if !self.keys().any(|(_, listed)| listed == *key) {
            let name = self.id.method(key).map_err(|_| KeyError::DocumentKeys)?;
            let method = Method { key: Ok(*key), asserts: true, expires: None, revoked: None };
            self.methods.insert(name.as_str().to_owned(), method);
        }
        Ok(self)
    }

    /// The same document with a key marked as revoked since an instant (Controlled Identifiers 1.0, section 2.2): from
    /// then on a verifier of this document takes nothing that the key signed, whenever that was. A key that is only
    /// not used any more is not revoked: it stays, for what it signed while it was in use.
    ///
    /// # Errors
    /// [`KeyError::UnknownMethod`].
    pub fn revoke(mut self, method_id: &str, since: Instant) -> Result<Self, KeyError> {
        self.methods.get_mut(method_id).ok_or(KeyError::UnknownMethod)?.revoked = Some(since);
        Ok(self)
    }

    /// Reads a pinned document, which has to be that of `expected`.
    ///
    /// A key counts if it is a Multikey, an `Ed25519VerificationKey2020`, or a `JsonWebKey` (`JsonWebKey2020`) of the
    /// curve Ed25519. Other verification methods do no harm: a look-up says why they cannot be used.
    ///
    /// # Errors
    /// [`KeyError::DocumentMalformed`] and [`KeyError::DocumentId`].
    pub fn from_json(bytes: &[u8], expected: &Did) -> Result<Self, KeyError> {
        Self::from_json_within(bytes, expected, &Budget::of_document(bytes.len()))
    }

    /// [`DidDocument::from_json`], where other work draws on the same budget.
    pub(crate) fn from_json_within(bytes: &[u8], expected: &Did, budget: &Budget) -> Result<Self, KeyError> {
        let document = Document::parse_within(bytes, Limits::BADGE, budget);
        let document = document.map_err(|_| malformed("it is not strict JSON"))?;
        Self::read(document.root(), expected, budget)
    }

    /// The DID whose document this is.
    #[must_use]
    pub fn id(&self) -> &Did {
        &self.id
    }

    /// The key by which the owner asserts credentials under the identifier `method_id`, a DID URL in full, at a time.
    ///
    /// # Errors
    /// [`KeyError::UnknownMethod`] where the document has no such key; [`KeyError::NotForAssertion`] where it is not
    /// listed under `assertionMethod`; [`KeyError::MethodType`], [`KeyError::MethodMalformed`],
    /// [`KeyError::MethodController`] or the errors of [`VerifyingKey::from_multikey`] where it cannot be used;
    /// [`KeyError::MethodRevoked`] and [`KeyError::MethodExpired`] where its time was over (Controlled Identifiers
    /// 1.0, section 2.2).
    pub fn key_for_assertion(&self, method_id: &str, at: Instant) -> Result<VerifyingKey, KeyError> {
        let method = self.methods.get(method_id).ok_or(KeyError::UnknownMethod)?;
        if !method.asserts {
            return Err(KeyError::NotForAssertion);
        }
        let key = method.key?;
        if method.revoked.is_some_and(|revoked| revoked <= at) {
            return Err(KeyError::MethodRevoked);
        }
        if method.expires.is_some_and(|expires| expires <= at) {
            return Err(KeyError::MethodExpired);
        }
        Ok(key)
    }

    /// The usable keys by the identifiers of their verification methods, whatever they are listed for.
    pub fn keys(&self) -> impl Iterator<Item = (&str, VerifyingKey)> {
        self.methods.iter().filter_map(|(id, method)| Some((id.as_str(), method.key.ok()?)))
    }

    /// The document to publish: the usable keys as Multikeys, indented, with a line feed at the end.
    ///
    /// Meant for documents made by [`DidDocument::new`]. One that was read is kept as the bytes that were received: it
    /// may hold more than this library understands.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "it does not panic")]
    pub fn to_json(&self) -> String {
        let usable = || self.methods.iter().filter_map(|(id, method)| Some((id.as_str(), method, method.key.ok()?)));
        let document = Published {
            context: ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            id: self.id.as_str(),
            verification_method: usable()
                .map(|(id, method, key)| PublishedMethod {
                    id,
                    kind: "Multikey",
                    controller: self.id.as_str(),
                    expires: method.expires,
                    revoked: method.revoked,
                    public_key: key.to_multikey(),
                })
                .collect(),
            assertion_method: usable().filter(|(_, method, _)| method.asserts).map(|(id, ..)| id).collect(),
        };
        let mut text = serde_json::to_string_pretty(&document).expect("texts and lists always serialise");
        text.push('\n');
        text
    }

    fn read(value: Value<'_>, expected: &Did, budget: &Budget) -> Result<Self, KeyError> {
        let id = value.get("id").and_then(Value::as_str).ok_or(malformed("it has no id"))?;
        if id != expected.as_str() {
            return Err(KeyError::DocumentId);
        }
        let mut document = Self { id: expected.clone(), methods: BTreeMap::new() };
        for method in list(value, "verificationMethod")? {
            document.add(method, false, budget)?;
        }
        for entry in list(value, "assertionMethod")? {
            match entry.as_str() {
                // References to what the document does not have are none of our business.
                Some(reference) => {
                    budget.search(document.methods.len(), reference);
                    let spent = budget.spend(document.id.as_str().len() as u64);
                    spent.map_err(|_| malformed("it takes too much work to read"))?;
                    if let Some(method) = document.methods.get_mut(&document.id.absolute(reference)) {
                        method.asserts = true;
                    }
                }
                None => document.add(entry, true, budget)?,
            }
        }
        Ok(document)
    }

    fn add(&mut self, value: Value<'_>, asserts: bool, budget: &Budget) -> Result<(), KeyError> {
        let id = value.get("id").and_then(Value::as_str).ok_or(malformed("a verification method has no id"))?;
        // A short id stands for the whole DID and itself.
        let text = self.id.as_str().len() + id.len();
        budget.search(self.methods.len(), id);
        let spent = budget.spend(Budget::KEY + text as u64);
        spent.map_err(|_| malformed("it takes too much work to read"))?;
        let (key, expires, revoked) =
            match (self.read_key(value, id), instant(value, "expires"), instant(value, "revoked")) {
                (key, Ok(expires), Ok(revoked)) => (key, expires, revoked),
                // A key with an end that cannot be read must not pass for one without an end.
                _ => (Err(KeyError::MethodMalformed), None, None),
            };
        let method = Method { key, asserts, expires, revoked };
        match self.methods.insert(self.id.absolute(id), method) {
            None => Ok(()),
            Some(_) => Err(malformed("two verification methods have the same id")),
        }
    }

    fn read_key(&self, method: Value<'_>, id: &str) -> Result<VerifyingKey, KeyError> {
        let text = |name| method.get(name).and_then(Value::as_str);
        let absolute = self.id.absolute(id);
        let fragment = absolute.strip_prefix(self.id.as_str()).and_then(|rest| rest.strip_prefix('#'));
        if text("controller") != Some(self.id.as_str()) || fragment.is_none() {
            return Err(KeyError::MethodController);
        }
        if !fragment.is_some_and(is_fragment) {
            return Err(KeyError::MethodMalformed);
        }
        // Published secrets are everybody's, whatever the public half says.
        if ["secretKeyMultibase", "privateKeyMultibase", "secretKeyJwk", "privateKeyJwk"]
            .iter()
            .any(|name| method.get(name).is_some())
        {
            return Err(KeyError::SecretGiven);
        }
        match text("type") {
            Some("Multikey" | "Ed25519VerificationKey2020") => {
                VerifyingKey::from_multikey(text("publicKeyMultibase").ok_or(KeyError::MethodMalformed)?)
            }
            Some("JsonWebKey" | "JsonWebKey2020") => {
                read_jwk(method.get("publicKeyJwk").ok_or(KeyError::MethodMalformed)?)
            }
            _ => Err(KeyError::MethodType),
        }
    }
}

impl Did {
    /// A reference inside this DID's document in full: `#key-1` is relative to the document's id (DID Core 1.0, section
    /// 3.2.2).
    fn absolute(&self, reference: &str) -> String {
        if reference.starts_with('#') { format!("{self}{reference}") } else { reference.to_owned() }
    }
}

/// A public key as JWK (RFC 8037, section 2).
fn read_jwk(jwk: Value<'_>) -> Result<VerifyingKey, KeyError> {
    let text = |name| jwk.get(name).and_then(Value::as_str);
    if jwk.get("d").is_some() {
        return Err(KeyError::SecretGiven);
    }
    if (text("kty"), text("crv")) != (Some("OKP"), Some("Ed25519")) {
        return Err(KeyError::MethodType);
    }
    let x = text("x").ok_or(KeyError::MethodMalformed)?;
    // 32 bytes are 43 characters; a longer text does not fit the buffer and is refused with it.
    let mut bytes = [0; 32];
    match URL_SAFE_NO_PAD.decode_slice(x, &mut bytes) {
        Ok(32) => VerifyingKey::from_bytes(&bytes),
        Ok(_) => Err(KeyError::KeyLength),
        Err(_) => Err(KeyError::MethodMalformed),
    }
}

/// A list that may be absent.
fn list<'v>(value: Value<'v>, name: &str) -> Result<impl Iterator<Item = Value<'v>>, KeyError> {
    match value.get(name) {
        None => Ok(None.into_iter().flatten()),
        Some(Value::Array(items)) => Ok(Some(items.iter()).into_iter().flatten()),
        Some(_) => Err(malformed("verificationMethod and assertionMethod are not lists")),
    }
}

/// A date that may be absent.
fn instant(value: Value<'_>, name: &str) -> Result<Option<Instant>, KeyError> {
    let Some(date) = value.get(name) else { return Ok(None) };
    date.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or(KeyError::MethodMalformed)
}

fn malformed(why: &'static str) -> KeyError {
    KeyError::DocumentMalformed { why }
}

/// What [`DidDocument::to_json`] writes, in the order in which people expect it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Published<'d> {
    #[serde(rename = "@context")]
    context: [&'static str; 2],
    id: &'d str,
    verification_method: Vec<PublishedMethod<'d>>,
    assertion_method: Vec<&'d str>,
}

#[derive(Serialize)]
struct PublishedMethod<'d> {
    id: &'d str,
    #[serde(rename = "type")]
    kind: &'static str,
    controller: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<Instant>,
    #[serde(rename = "publicKeyMultibase")]
    public_key: String,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::SigningKey;
    use super::*;

    const DID: &str = "did:web:example.org:centre";

    fn did() -> Did {
        Did::parse(DID).unwrap()
    }

    fn key(seed: u8) -> VerifyingKey {
        SigningKey::from_seed(&[seed; 32]).verifying_key()
    }

    fn noon() -> Instant {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn read(document: &Value) -> Result<DidDocument, KeyError> {
        DidDocument::from_json(document.to_string().as_bytes(), &did())
    }

    fn look_up(document: &Value, fragment: &str) -> Result<VerifyingKey, KeyError> {
        read(document).unwrap().key_for_assertion(&format!("{DID}#{fragment}"), noon())
    }

    /// A document with one method `#k`, a good one except for what `change` does to it.
    fn with_method(change: impl FnOnce(&mut Value)) -> Value {
        let mut method =
            json!({"id": "#k", "type": "Multikey", "controller": DID, "publicKeyMultibase": key(1).to_multikey()});
        change(&mut method);
        json!({"id": DID, "verificationMethod": [method], "assertionMethod": ["#k"]})
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        let text = with_method(|_| {}).to_string().replacen('{', &format!(r#"{{"id":"{DID}","#), 1);
        assert_eq!(DidDocument::from_json(text.as_bytes(), &did()), Err(malformed("it is not strict JSON")));
    }

    #[test]
    fn what_is_written_reads_the_same() {
        let document = DidDocument::new(&did(), &[key(1), key(2)]).unwrap();
        let text = document.to_json();
        assert_eq!(DidDocument::from_json(text.as_bytes(), &did()), Ok(document.clone()));
        assert_eq!(document.key_for_assertion(did().method(&key(2)).unwrap().as_str(), noon()), Ok(key(2)));
        assert_eq!(document.id(), &did());

        let (first, second) = (key(1).to_multikey(), key(2).to_multikey());
        let (first, second) = if first < second { (first, second) } else { (second, first) };
        let method = |key: &str| json!({"id": format!("{DID}#{key}"), "type": "Multikey", "controller": DID, "publicKeyMultibase": key});
        assert_eq!(
            serde_json::from_str::<Value>(&text).unwrap(),
            json!({
                "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
                "id": DID,
                "verificationMethod": [method(&first), method(&second)],
                "assertionMethod": [format!("{DID}#{first}"), format!("{DID}#{second}")],
            })
        );
        assert!(text.starts_with("{\n  \"@context\"") && text.ends_with("}\n"), "{text}");
    }

    #[test]
    fn documents_list_different_keys() {
        assert_eq!(DidDocument::new(&did(), &[]).err(), Some(KeyError::DocumentKeys));
        assert_eq!(DidDocument::new(&did(), &[key(1), key(1)]).err(), Some(KeyError::DocumentKeys));
        let of_key = Did::key(&key(1));
        assert_eq!(DidDocument::new(&of_key, &[key(2)]).err(), Some(KeyError::DocumentKeys));
        assert!(DidDocument::new(&of_key, &[key(1)]).is_ok());
    }

    #[test]
    fn keys_come_and_are_revoked() {
        let document = DidDocument::new(&did(), &[key(1)]).unwrap();
        assert_eq!(document.clone().with_key(&key(1)).unwrap(), document);
        assert_eq!(
            DidDocument::new(&Did::key(&key(1)), &[key(1)]).unwrap().with_key(&key(2)),
            Err(KeyError::DocumentKeys)
        );
        let document = document.with_key(&key(2)).unwrap();
        let (old, new) = (did().method(&key(1)).unwrap(), did().method(&key(2)).unwrap());
        assert_eq!(
            document.clone().revoke(did().method(&key(3)).unwrap().as_str(), noon()),
            Err(KeyError::UnknownMethod)
        );
        let document = document.revoke(old.as_str(), noon()).unwrap();
        let document = DidDocument::from_json(document.to_json().as_bytes(), &did()).unwrap();
        assert_eq!(document.key_for_assertion(old.as_str(), noon()), Err(KeyError::MethodRevoked));
        assert_eq!(document.key_for_assertion(new.as_str(), noon()), Ok(key(2)));
        // A key under a name of its own is not listed twice.
        let own = read(&with_method(|_| {})).unwrap();
        assert_eq!(own.clone().with_key(&key(1)).unwrap(), own);
    }

    #[test]
    fn the_document_is_that_of_the_did() {
        for other in ["did:web:example.org", "did:web:example.org:centre:", "did:web:EXAMPLE.org:centre"] {
            assert_eq!(read(&json!({"id": other})).err(), Some(KeyError::DocumentId), "{other}");
        }
        assert!(read(&json!({"id": DID})).is_ok());
    }

    #[test]
    fn malformed_documents_are_refused() {
        let method = json!({"id": "#k", "type": "Multikey"});
        for document in [
            json!([]),
            json!({}),
            json!({"id": 7}),
            json!({"id": DID, "verificationMethod": {}}),
            json!({"id": DID, "assertionMethod": "#k"}),
            json!({"id": DID, "verificationMethod": ["#k"]}),
            json!({"id": DID, "assertionMethod": [7]}),
            json!({"id": DID, "verificationMethod": [method, method]}),
            json!({"id": DID, "verificationMethod": [method], "assertionMethod": [{"id": format!("{DID}#k")}]}),
        ] {
            assert!(matches!(read(&document), Err(KeyError::DocumentMalformed { .. })), "{document}");
        }
        assert_eq!(DidDocument::from_json(b"{", &did()).err(), Some(malformed("it is not strict JSON")));
    }

    #[test]
    fn methods_are_referenced_or_embedded_relative_or_absolute() {
        let method = |id: &str| json!({"id": id, "type": "Multikey", "controller": DID, "publicKeyMultibase": key(1).to_multikey()});
        let full = format!("{DID}#k");
        for id in ["#k", &full] {
            for reference in ["#k", &full] {
                let document = json!({"id": DID, "verificationMethod": [method(id)], "assertionMethod": [reference]});
                assert_eq!(look_up(&document, "k"), Ok(key(1)));
            }
            assert_eq!(look_up(&json!({"id": DID, "assertionMethod": [method(id)]}), "k"), Ok(key(1)));
        }
        // The look-up itself takes full identifiers alone.
        let document = read(&json!({"id": DID, "assertionMethod": [method("#k")]})).unwrap();
        assert_eq!(document.key_for_assertion("#k", noon()), Err(KeyError::UnknownMethod));
    }

    #[test]
    fn only_keys_for_assertion_count() {
        let mut document = with_method(|_| ());
        assert_eq!(look_up(&document, "other"), Err(KeyError::UnknownMethod));
        document["assertionMethod"] = json!(["#other"]);
        assert_eq!(look_up(&document, "k"), Err(KeyError::NotForAssertion));
        document["authentication"] = json!(["#k"]);
        assert_eq!(look_up(&document, "k"), Err(KeyError::NotForAssertion));
        document.as_object_mut().unwrap().remove("assertionMethod");
        assert_eq!(look_up(&document, "k"), Err(KeyError::NotForAssertion));
    }

    #[test]
    fn three_forms_of_keys_are_read() {
        let x = URL_SAFE_NO_PAD.encode(key(1).as_bytes());
        for kind in ["Multikey", "Ed25519VerificationKey2020"] {
            assert_eq!(look_up(&with_method(|method| method["type"] = json!(kind)), "k"), Ok(key(1)));
        }
        let jwk = |kind: &str, jwk: Value| {
            let method = json!({"id": "#k", "type": kind, "controller": DID, "publicKeyJwk": jwk});
            look_up(&with_method(|change| *change = method), "k")
        };
        let good = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
        assert_eq!(jwk("JsonWebKey", good.clone()), Ok(key(1)));
        assert_eq!(jwk("JsonWebKey2020", good.clone()), Ok(key(1)));
        let changed = |name: &str, value: Value| {
            let mut changed = good.clone();
            changed[name] = value;
            jwk("JsonWebKey", changed)
        };
        assert_eq!(changed("kty", json!("EC")), Err(KeyError::MethodType));
        assert_eq!(changed("crv", json!("X25519")), Err(KeyError::MethodType));
        assert_eq!(changed("d", json!(x)), Err(KeyError::SecretGiven));
        assert_eq!(changed("x", json!(7)), Err(KeyError::MethodMalformed));
        assert_eq!(changed("x", json!(format!("{x}="))), Err(KeyError::MethodMalformed));
        assert_eq!(changed("x", json!(format!("{x}AAAA"))), Err(KeyError::MethodMalformed));
        assert_eq!(changed("x", json!(URL_SAFE_NO_PAD.encode([9; 31]))), Err(KeyError::KeyLength));
        assert_eq!(changed("x", json!(URL_SAFE_NO_PAD.encode([0; 32]))), Err(KeyError::SmallOrder));
        // 43 characters have two bits too many; only zeros are canonical.
        let last = x.chars().last().unwrap();
        let next = char::from(last as u8 + 1);
        assert_eq!(changed("x", json!(format!("{}{next}", &x[..42]))), Err(KeyError::MethodMalformed));
    }

    #[test]
    fn unusable_keys_say_why() {
        let case = |change: fn(&mut Value)| look_up(&with_method(change), "k");
        assert_eq!(case(|method| method["type"] = json!("Ed25519VerificationKey2018")), Err(KeyError::MethodType));
        assert_eq!(case(|method| method["type"] = json!(["Multikey"])), Err(KeyError::MethodType));
        assert_eq!(case(|method| method["controller"] = json!("did:web:example.com")), Err(KeyError::MethodController));
        assert_eq!(case(|method| method["controller"] = json!([DID])), Err(KeyError::MethodController));
        assert_eq!(case(|method| method["publicKeyMultibase"] = json!(7)), Err(KeyError::MethodMalformed));
        assert_eq!(case(|method| method["publicKeyMultibase"] = json!("u")), Err(KeyError::OtherMultibase));
        for name in ["secretKeyMultibase", "privateKeyMultibase", "secretKeyJwk", "privateKeyJwk"] {
            let document = with_method(|method| method[name] = json!("z"));
            assert_eq!(look_up(&document, "k"), Err(KeyError::SecretGiven));
        }
    }

    #[test]
    fn methods_of_other_dids_are_not_this_ones() {
        for id in ["did:web:example.com#k", "did:web:example.org:centre2#k", "k", DID] {
            let mut document = with_method(|method| method["id"] = json!(id));
            document["assertionMethod"] = json!([id]);
            let found = read(&document).unwrap().key_for_assertion(id, noon());
            assert_eq!(found, Err(KeyError::MethodController), "{id}");
        }
        let mut document = with_method(|method| method["id"] = json!("#"));
        document["assertionMethod"] = json!(["#"]);
        assert_eq!(look_up(&document, ""), Err(KeyError::MethodMalformed));
    }

    #[test]
    fn keys_have_their_time() {
        let dated = |name: &str, value: Value| look_up(&with_method(|method| method[name] = value), "k");
        for (name, error) in [("expires", KeyError::MethodExpired), ("revoked", KeyError::MethodRevoked)] {
            assert_eq!(dated(name, json!("2026-11-22T12:00:01Z")), Ok(key(1)));
            assert_eq!(dated(name, json!("2026-11-22T12:00:00Z")), Err(error));
            assert_eq!(dated(name, json!("2026-11-22T12:30:00+01:00")), Err(error));
            for bad in [json!("soon"), json!(1_700_000_000), json!(null), json!(["2036-11-22T12:00:00Z"])] {
                assert_eq!(dated(name, bad), Err(KeyError::MethodMalformed));
            }
        }
        let read = read(&with_method(|method| method["expires"] = json!("2026-11-22T12:00:00Z"))).unwrap();
        assert!(read.to_json().contains("\"expires\": \"2026-11-22T12:00:00Z\""), "{}", read.to_json());
    }

    #[test]
    fn one_unusable_key_spoils_no_other() {
        let mut document = with_method(|_| ());
        document["verificationMethod"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": "#x", "type": "X25519KeyAgreementKey2020", "controller": DID}));
        document["assertionMethod"] = json!(["#k", "#x", "did:web:example.com#elsewhere"]);
        assert_eq!(look_up(&document, "k"), Ok(key(1)));
        assert_eq!(look_up(&document, "x"), Err(KeyError::MethodType));
        assert!(!read(&document).unwrap().to_json().contains("#x"));
    }
}
