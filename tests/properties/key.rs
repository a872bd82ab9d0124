//! Whatever comes in, readers of keys return; and what they accept, they write back as it was.

use proptest::prelude::*;
use proptest::string::string_regex;
use taskbadge::key::{Did, DidDocument, DidUrl, SigningKey, VerifyingKey};

/// Texts near the grammar, so that more than the first check is reached.
fn near_did() -> impl Strategy<Value = String> {
    let host = "(xn--|[a-z0-9-]{1,8}\\.|[0-9]{1,3}\\.|0x[0-9a-f]{1,3}\\.){0,4}(org|localhost|[a-z0-9]{1,5}|[0-9]{1,3})";
    let rest =
        "(%3[Aa][0-9]{0,6})?(:([.]{1,3}|(%2[eE]|[.]){2}|(%[0-9a-fA-F]{2}|[a-zA-Z0-9._-]|%){0,6})){0,3}(#[!-~]{0,9})?";
    prop_oneof![
        string_regex(&format!("did:web:{host}{rest}")).expect("a regular expression"),
        "did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}(#[!-~]{0,9})?",
        "did:[a-z:%.]{0,30}",
        "\\PC{0,40}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof!["\\PC{0,200}", "z[1-9A-HJ-NP-Za-km-z]{0,200}", near_did()]) {
        if let Ok(key) = VerifyingKey::from_multikey(&text) {
            prop_assert_eq!(key.to_multikey(), text.as_str());
        }
        if let Ok(key) = SigningKey::from_multikey(&text) {
            prop_assert_eq!(key.to_secret_multikey().to_string(), text.as_str());
        }
        prop_assert!(SigningKey::from_pem(&text, b"passphrase").is_err());
    }

    #[test]
    fn what_is_a_did_is_safe_to_make_a_url_of(text in near_did()) {
        if let Ok(url) = DidUrl::parse(&text) {
            prop_assert_eq!(format!("{}#{}", url.did(), url.fragment()), text.as_str());
            prop_assert_eq!(Did::parse(url.did().as_str()), Ok(url.did().clone()));
        }
        if let Ok(did) = Did::parse(&text) {
            prop_assert_eq!(did.as_str(), text.as_str());
            if let Some(url) = did.document_url() {
                let path = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
                let path = path.ok_or_else(|| TestCaseError::fail(url.clone()))?;
                prop_assert!(path.ends_with("/did.json"), "{}", url);
                prop_assert!(path.split('/').all(|part| !part.is_empty() && part != "." && part != ".."), "{}", url);
                prop_assert!(!url.contains(['@', '?', '#', '\\', ' ']), "{}", url);
                prop_assert!(!url.to_lowercase().contains("%2e%2e"), "{}", url);
            }
        }
    }

    #[test]
    fn any_path_makes_a_did_that_reads_or_is_refused(host in "[a-z.:0-9]{1,12}", path in proptest::collection::vec("\\PC{0,8}", 0..3)) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Ok(did) = Did::web(&host, &path) {
            prop_assert_eq!(Did::parse(did.as_str()), Ok(did));
        }
    }

    #[test]
    fn keys_survive_their_texts(seed in any::<[u8; 32]>(), data in any::<Vec<u8>>()) {
        let key = SigningKey::from_seed(&seed);
        let public = key.verifying_key();
        prop_assert_eq!(VerifyingKey::from_multikey(&public.to_multikey()), Ok(public));
        prop_assert_eq!(VerifyingKey::from_bytes(public.as_bytes()), Ok(public));
        prop_assert_eq!(Did::parse(Did::key(&public).as_str()).ok().and_then(|did| did.verifying_key()), Some(public));
        let again = SigningKey::from_multikey(&key.to_secret_multikey()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(public.check(&data, &again.sign(&data)), Ok(()));
    }

    #[test]
    fn any_bytes_are_a_key_or_not(bytes in any::<[u8; 32]>(), signature in any::<[u8; 32]>(), data in any::<[u8; 4]>()) {
        if let Ok(key) = VerifyingKey::from_bytes(&bytes) {
            prop_assert_eq!(key.as_bytes(), &bytes);
            let mut halves = [0; 64];
            halves[..32].copy_from_slice(&signature);
            prop_assert!(key.check(&data, &halves).is_err());
        }
    }

    #[test]
    fn any_document_is_read_or_refused(text in any_document()) {
        let did = Did::parse("did:web:example.org").map_err(|error| TestCaseError::fail(error.to_string()))?;
        let noon = "2026-11-22T12:00:00Z".parse().map_err(|_| TestCaseError::fail("noon"))?;
        if let Ok(document) = DidDocument::from_json(text.as_bytes(), &did) {
            let again = DidDocument::from_json(document.to_json().as_bytes(), &did);
            let again = again.map_err(|error| TestCaseError::fail(format!("{error}: {}", document.to_json())))?;
            for id in ["did:web:example.org#a", "did:web:example.org#b", "#a"] {
                if let Ok(key) = document.key_for_assertion(id, noon) {
                    prop_assert_eq!(again.key_for_assertion(id, noon), Ok(key));
                }
            }
        }
    }
}

/// DID documents and what resembles them.
fn any_document() -> impl Strategy<Value = String> {
    let key = SigningKey::from_seed(&[1; 32]).verifying_key().to_multikey();
    let text = move || {
        prop_oneof![
            Just("did:web:example.org".to_owned()),
            Just("#a".to_owned()),
            Just("did:web:example.org#b".to_owned()),
            Just("Multikey".to_owned()),
            Just("2027-01-01T00:00:00Z".to_owned()),
            Just(key.clone()),
        ]
    };
    let method = (text(), text(), text(), proptest::option::of(text())).prop_map(|(id, controller, key, expires)| {
        let mut method =
            serde_json::json!({"id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": key});
        if let Some(expires) = expires {
            method["expires"] = expires.into();
        }
        method
    });
    let entry = prop_oneof![method, text().prop_map(serde_json::Value::from), Just(serde_json::Value::Null)];
    let list = proptest::collection::vec(entry, 0..4).prop_map(serde_json::Value::from);
    (list.clone(), prop_oneof![4 => list, 1 => text().prop_map(serde_json::Value::from)]).prop_map(|(methods, assertion)| {
        serde_json::json!({"id": "did:web:example.org", "verificationMethod": methods, "assertionMethod": assertion}).to_string()
    })
}
