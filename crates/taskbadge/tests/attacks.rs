//! What somebody clever tried, each as a test: the badge is honest, what is done to it is not.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use taskbadge::badge::{Achievement, Badge, Criteria, Identifier, IdentityType, Iri, Profile, SignedBadge, Subject};
use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::{Cryptosuite, ProofOptions, sign_document};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};

fn centre() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn stranger() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

fn iri(text: &str) -> Iri {
    text.parse().unwrap()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn now() -> Instant {
    instant("2026-11-22T09:00:00Z")
}

fn badge() -> Badge {
    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting.");
    let achievement = Achievement::new(iri("urn:task:forklift"), "Forklift check", "Daily check.", criteria);
    let subject = Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement)
        .identifier(Identifier::plain(IdentityType::Name, "Amina Noor"));
    let issuer = Profile::new(iri(centre().verifying_key().did_key().as_str()), "Harbour Training Centre");
    Badge::new(iri("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa"), issuer, subject, instant("2026-11-01T00:00:00Z"))
}

fn signed(suite: Cryptosuite) -> SignedBadge {
    let options = ProofOptions::did_key(&centre().verifying_key()).cryptosuite(suite);
    badge().sign(&Contexts::builtin(), &centre(), &options).unwrap()
}

fn trust() -> Trust {
    Trust::none().recognise(RecognisedIssuer::did_key(&centre().verifying_key()))
}

fn verify(text: &str) -> Result<VerifiedBadge, Refusal> {
    Verifier::new(trust()).verify(text.as_bytes(), now())
}

fn cause(refusal: &Refusal) -> Code {
    refusal.refused().cause().code()
}

/// Signs a tree as the centre would.
fn sign_json(tree: &Value, suite: Cryptosuite) -> String {
    let document = Document::parse(tree.to_string().as_bytes(), Limits::BADGE).unwrap();
    let options = ProofOptions::did_key(&centre().verifying_key()).cryptosuite(suite);
    sign_document(&Contexts::builtin(), &document, Limits::BADGE, &centre(), &options).unwrap()
}

#[test]
fn a_stranger_cannot_date_a_credential() {
    let old = ProofOptions::did_key(&centre().verifying_key()).created(instant("2026-01-01T00:00:00Z"));
    let first = badge().sign(&Contexts::builtin(), &centre(), &old).unwrap();
    let fresh = ProofOptions::did_key(&stranger().verifying_key()).created(now());
    let both = first.add_proof(&Contexts::builtin(), &stranger(), &fresh).unwrap();
    let credential = Verifier::new(trust()).credential(both.text().as_bytes(), now(), Limits::BADGE).unwrap();
    assert_eq!(credential.proof_created(), Some(instant("2026-01-01T00:00:00Z")));
}

#[test]
fn an_ended_proof_of_somebody_else_does_not_spoil_a_badge() {
    let ended = ProofOptions::did_key(&stranger().verifying_key()).expires(instant("2026-11-02T00:00:00Z"));
    let both = signed(Cryptosuite::EddsaRdfc2022).add_proof(&Contexts::builtin(), &stranger(), &ended).unwrap();
    let badge = verify(both.text()).unwrap();
    assert!(badge.findings().iter().any(|finding| finding.code() == Code::ProofNotChecked));
    // The issuer's own end counts.
    let ended = ProofOptions::did_key(&centre().verifying_key()).expires(instant("2026-11-02T00:00:00Z"));
    let own = badge_with(&ended);
    assert_eq!(cause(&verify(own.text()).unwrap_err()), Code::ProofExpired);
}

fn badge_with(options: &ProofOptions) -> SignedBadge {
    badge().sign(&Contexts::builtin(), &centre(), options).unwrap()
}

#[test]
fn a_recognised_issuer_cannot_sign_for_another() {
    let in_the_name_of_the_centre = format!("{}#evil", centre().verifying_key().did_key());
    for (method, why) in [
        ("https://other.example/keys#1", Code::IssuerKeyMismatch),
        // A did:key has one method, and this is not it.
        (&in_the_name_of_the_centre, Code::KeyMalformed),
    ] {
        let keys = [(iri(method), stranger().verifying_key())];
        let other = RecognisedIssuer::listed(&iri("https://other.example/"), keys);
        let forged = badge().sign(&Contexts::builtin(), &stranger(), &ProofOptions::new(method)).unwrap();
        let refusal = Verifier::new(trust().recognise(other)).verify(forged.text().as_bytes(), now()).unwrap_err();
        assert_eq!(cause(&refusal), why, "{method}");
    }
}

#[test]
fn a_did_key_speaks_for_itself() {
    // Nobody recognises the centre; a recognised issuer lists the centre's own method with its own key.
    let did = centre().verifying_key().did_key();
    let method = did.method(&centre().verifying_key()).unwrap().to_string();
    let other = RecognisedIssuer::listed(&iri("https://other.example/"), [(iri(&method), stranger().verifying_key())]);
    let forged = badge().sign(&Contexts::builtin(), &stranger(), &ProofOptions::new(method)).unwrap();
    let verifier = Verifier::new(Trust::none().recognise(other));
    let refusal = verifier.verify(forged.text().as_bytes(), now()).unwrap_err();
    assert_eq!(cause(&refusal), Code::ProofBadSignature);
}

#[test]
fn two_issuers_under_one_key_url_keep_their_own_keys() {
    let url = iri("https://keys.example/1");
    let mine = iri("https://mine.example/");
    for seed in 3..40 {
        let other = SigningKey::from_seed(&[seed; 32]);
        let trust = Trust::none()
            .recognise(RecognisedIssuer::listed(&mine, [(url.clone(), centre().verifying_key())]))
            .recognise(RecognisedIssuer::listed(
                &iri(&format!("https://{seed}.example/")),
                [(url.clone(), other.verifying_key())],
            ));
        let mut tree: Value = serde_json::from_str(badge().document().unwrap().text()).unwrap();
        tree["issuer"]["id"] = json!(mine.as_str());
        let document = Document::parse(tree.to_string().as_bytes(), Limits::BADGE).unwrap();
        let options = ProofOptions::new(url.as_str());
        let forged = sign_document(&Contexts::builtin(), &document, Limits::BADGE, &other, &options).unwrap();
        let refusal = Verifier::new(trust).verify(forged.as_bytes(), now()).unwrap_err();
        assert_eq!(cause(&refusal), Code::ProofBadSignature);
    }
}

#[test]
fn what_is_said_of_the_subject_cannot_be_moved_away() {
    let mut tree: Value = serde_json::from_str(badge().document().unwrap().text()).unwrap();
    let subject = tree["credentialSubject"]["id"].clone();
    tree["endorsement"] = json!([{
        "@context": tree["@context"], "id": "urn:uuid:e", "type": ["VerifiableCredential", "EndorsementCredential"],
        "issuer": "did:example:friend", "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"id": subject, "type": ["EndorsementSubject", "AchievementSubject"]},
    }]);
    let honest = sign_json(&tree, Cryptosuite::EddsaRdfc2022);
    assert_eq!(verify(&honest).unwrap().claims().holder_name(), Some("Amina Noor"));

    let mut moved: Value = serde_json::from_str(&honest).unwrap();
    let name = moved["credentialSubject"].as_object_mut().unwrap().remove("identifier").unwrap();
    moved["endorsement"][0]["credentialSubject"]["identifier"] = name;
    assert_eq!(cause(&verify(&moved.to_string()).unwrap_err()), Code::BadgeScattered);
}

#[test]
fn a_proof_says_nothing_undefined() {
    let mut tree: Value = serde_json::from_str(signed(Cryptosuite::EddsaJcs2022).text()).unwrap();
    tree["proof"]["undefinedTerm"] = json!({"x": 1});
    assert_eq!(cause(&verify(&tree.to_string()).unwrap_err()), Code::ContextUndefinedTerm);
}

#[test]
fn an_entry_of_two_kinds_does_not_escape_its_list() {
    let mut tree: Value = serde_json::from_str(badge().document().unwrap().text()).unwrap();
    tree["@context"].as_array_mut().unwrap().push(json!("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"));
    tree["credentialStatus"] = json!({
        "id": "https://centre.example.org/revoked", "type": ["1EdTechRevocationList", "BitstringStatusListEntry"],
        "statusPurpose": "refresh", "statusListIndex": "7", "statusListCredential": "https://centre.example.org/list",
    });
    let text = sign_json(&tree, Cryptosuite::EddsaRdfc2022);
    assert_eq!(cause(&verify(&text).unwrap_err()), Code::StatusMalformed);
}

#[test]
fn a_number_that_rdf_would_change_is_not_signed() {
    for credits in [0.300_000_000_000_000_04, f64::NAN] {
        for suite in [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022] {
            let criteria = Criteria::narrative("Checks.");
            let achievement =
                Achievement::new(iri("urn:task:1"), "Check", "Check.", criteria).credits_available(credits);
            let subject = Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement);
            let issuer = Profile::new(iri("did:example:1"), "Centre");
            let badge = Badge::new(iri("urn:uuid:1"), issuer, subject, now());
            let options = ProofOptions::did_key(&centre().verifying_key()).cryptosuite(suite);
            let refused = badge.sign(&Contexts::builtin(), &centre(), &options).unwrap_err();
            assert_eq!(refused.code(), Code::ContextDataLoss, "{credits} {suite:?}");
        }
    }
}

#[test]
fn pictures_and_endorsements_are_named_wherever_they_are() {
    let mut tree: Value = serde_json::from_str(badge().document().unwrap().text()).unwrap();
    tree["issuer"]["image"] = json!({"id": "https://centre.example.org/logo.png", "type": "Image"});
    tree["issuer"]["endorsementJwt"] = json!(["x"]);
    let text = sign_json(&tree, Cryptosuite::EddsaRdfc2022);
    let badge = verify(&text).unwrap();
    let codes: Vec<_> = badge.findings().iter().map(|finding| finding.code()).collect();
    assert!(codes.contains(&Code::ImageNotSigned) && codes.contains(&Code::EndorsementNotChecked), "{codes:?}");
}
