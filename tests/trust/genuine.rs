//! Which badges under a stolen key are the issuer's own: by what was signed, whatever became of the file since.

use serde_json::{Value, json};
use taskbadge::badge::SignedBadge;
use taskbadge::jsonld::Contexts;
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;

use crate::stage::{ISSUE, Issue, NOW, at, badge, centre, key};

const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

/// What the centre's key signed of a badge.
fn digests(badge: &str) -> Vec<[u8; 32]> {
    let signed = SignedBadge::parse(badge.as_bytes()).unwrap();
    signed.digests_by(&Contexts::builtin(), &centre().verifying_key()).unwrap()
}

/// The same badge as others may hand it on: as a wallet writes JSON, with its proof in an array, and under the RDF suite with
/// a single value as an array of one.
fn rewritten(badge: &str, suite: Cryptosuite) -> Vec<String> {
    let value: Value = serde_json::from_str(badge).unwrap();
    let mut in_array = value.clone();
    in_array["proof"] = json!([value["proof"]]);
    let mut all = vec![serde_json::to_string_pretty(&value).unwrap(), in_array.to_string()];
    if suite == Cryptosuite::EddsaRdfc2022 {
        let mut wrapped = value;
        let criteria = wrapped["credentialSubject"]["achievement"]["criteria"].take();
        wrapped["credentialSubject"]["achievement"]["criteria"] = json!([criteria]);
        all.push(wrapped.to_string());
    }
    all
}

/// The badge with one proof more, by somebody.
fn with_proof(badge: &str, by: u8, created: &str) -> String {
    let signed = SignedBadge::parse(badge.as_bytes()).unwrap();
    let by = key(by);
    let options = ProofOptions::did_key(&by.verifying_key()).created(at(created));
    signed.add_proof(&Contexts::builtin(), &by, &options).unwrap().text().to_owned()
}

#[test]
fn the_digest_is_that_of_what_was_signed() {
    let trust = Trust::none().recognise(RecognisedIssuer::did_key(&centre().verifying_key()));
    for suite in SUITES {
        let badge = badge(&centre(), &Issue { suite, ..ISSUE });
        let [digest] = digests(&badge)[..] else { panic!("one proof") };
        let verified = Verifier::new(trust.clone()).verify(badge.as_bytes(), at(NOW)).unwrap();
        assert_eq!(verified.signed_digests().map(|(_, digest)| digest).collect::<Vec<_>>(), [digest]);
        for same in rewritten(&badge, suite) {
            assert_eq!(digests(&same), [digest], "{same}");
        }
        // A digest for each proof; those of others are none of the centre's.
        assert_eq!(digests(&with_proof(&badge, 9, "2026-11-02T09:00:00Z")), [digest]);
        let twice = digests(&with_proof(&badge, 7, "2026-11-02T09:00:00Z"));
        assert_eq!((twice.len(), twice[0]), (2, digest));
        assert_ne!(twice[1], digest, "another date was signed");
        // What the key did not sign has none.
        let forged = badge.replace("The daily check", "The weekly check");
        assert!(forged != badge && digests(&forged).is_empty());
        assert!(digests(&super::stage::badge(&key(9), &Issue { suite, ..ISSUE })).is_empty());
    }
}
