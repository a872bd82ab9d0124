//! What has to hold for any bytes, one function a target. `cargo fuzz` looks for bytes for which it does not; `cargo test`
//! replays the committed corpus.

use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::rdf::Dataset;
use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
use taskbadge::key::{Did, DidDocument, DidUrl, SigningKey, VerifyingKey};
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, Verifier};

/// JSON that is accepted has one canonical form, which is that of itself.
pub(crate) fn json(data: &[u8]) {
    let Ok(document) = Document::parse(data, Limits::BADGE) else { return };
    let canonical = document.root().canonical();
    // Escapes and numbers may be longer in canonical form than they came.
    let roomy = Limits { bytes: usize::MAX, ..Limits::BADGE };
    let again = Document::parse(canonical.as_bytes(), roomy).expect("the canonical form is strict JSON");
    assert_eq!(again.root().canonical(), canonical);
    assert!(serde_json::from_str::<serde_json::Value>(&canonical).is_ok(), "{canonical}");
}

/// A context is refused or usable: a document under it is expanded or refused.
pub(crate) fn context(data: &[u8]) {
    let mut contexts = Contexts::builtin();
    if contexts.add("https://example.org/c", data).is_err() {
        return;
    }
    let text = std::str::from_utf8(data).expect("a context is text");
    let context: serde_json::Value = serde_json::from_str(text).expect("a context is JSON");
    let terms = context["@context"].as_object().into_iter().flatten();
    let mut document =
        serde_json::json!({ "@context": ["https://www.w3.org/ns/credentials/v2", "https://example.org/c"] });
    for (term, _) in terms.filter(|(term, _)| !term.starts_with('@')) {
        document[term] = serde_json::json!([{ "type": term, term: "urn:x:1" }, "urn:x:2", 1.5, true]);
    }
    let Ok(document) = Document::from_serialize(&document) else { return };
    if let Ok(dataset) = to_dataset(&contexts, &document) {
        canonical(&dataset);
    }
}

/// N-Quads are refused or have one canonical form, which is that of itself.
pub(crate) fn nquads(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(dataset) = Dataset::parse_nquads(text) else { return };
    let Some(once) = canonical(&dataset) else { return };
    let again = Dataset::parse_nquads(&once).expect("canonical N-Quads are N-Quads");
    assert_eq!(canonical(&again), Some(once));
}

fn canonical(dataset: &Dataset) -> Option<String> {
    match rdfc::canonicalize(dataset, rdfc::Hash::Sha256, rdfc::Work::steps(2_000)) {
        Ok(canonical) => Some(canonical.into_nquads()),
        Err(finding) => {
            assert_eq!(finding.code(), Code::ContextTooComplex);
            None
        }
    }
}

/// A verdict, whatever comes in; and a badge is only valid with a proof by the one recognised issuer.
pub(crate) fn verify(data: &[u8]) {
    let issuer = SigningKey::from_seed(&[7; 32]).verifying_key();
    let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&issuer)));
    let at = "2026-11-22T09:00:00Z".parse().expect("an instant");
    let report = match verifier.verify(data, at) {
        Ok(badge) => {
            assert_eq!(badge.claims().issuer_id(), Some(Did::key(&issuer).as_str()));
            assert!(badge.text().contains(&issuer.to_multikey()));
            assert_eq!(badge.text().as_bytes(), data);
            serde_json::to_string(&badge.report())
        }
        Err(refusal) => {
            let findings = refusal.refused().findings();
            assert!(findings.iter().all(|finding| !finding.to_string().is_empty()));
            assert!(matches!(refusal, Refusal::Invalid(_) | Refusal::Indeterminate(_)));
            serde_json::to_string(&refusal.report())
        }
    };
    assert!(report.is_ok(), "a report is JSON");
    let _ = verifier.verify_for(data, at, "a@example.com");
}

/// Keys, DIDs and DID documents are refused or write as they read.
pub(crate) fn key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = VerifyingKey::from_multikey(text) {
        assert_eq!(key.to_multikey(), text);
    }
    if let Ok(key) = SigningKey::from_multikey(text) {
        assert_eq!(&*key.to_secret_multikey(), text);
    }
    if let Ok(did) = Did::parse(text) {
        assert_eq!(did.as_str(), text);
        assert!(did.document_url().is_none_or(|url| url.starts_with("https://") && !url.contains("/../")));
    }
    if let Ok(method) = DidUrl::parse(text) {
        assert_eq!(method.as_str(), text);
    }
    let centre = Did::parse("did:web:centre.example.org").expect("a DID");
    if let Ok(document) = DidDocument::from_json(data, &centre) {
        let again = DidDocument::from_json(document.to_json().as_bytes(), &centre).expect("what is written reads");
        assert_eq!(again.keys().collect::<Vec<_>>(), document.keys().collect::<Vec<_>>());
    }
}
