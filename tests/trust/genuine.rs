//! Which badges under a stolen key are the issuer's own: by what was signed, whatever became of the file since.

use serde_json::{Value, json};
use sha2::Digest as _;
use taskbadge::badge::SignedBadge;
use taskbadge::finding::Code;
use taskbadge::jsonld::Contexts;
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::trust::{Entity, Genuine, KeyState, KnownPack, RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;

use crate::stage::{ISSUE, Issue, NOW, at, badge, centre, digests, entity, entity_key, key, pack, root, signed};

const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

/// The same badge as others may hand it on: as a wallet writes JSON, with its proof in an array, and under the RDF suite with
/// a set in another order.
fn rewritten(badge: &str, suite: Cryptosuite) -> Vec<String> {
    let value: Value = serde_json::from_str(badge).unwrap();
    let mut in_array = value.clone();
    in_array["proof"] = json!([value["proof"]]);
    let mut all = vec![serde_json::to_string_pretty(&value).unwrap(), in_array.to_string()];
    if suite == Cryptosuite::EddsaRdfc2022 {
        let mut turned = value;
        turned["type"].as_array_mut().unwrap().reverse();
        all.push(turned.to_string());
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

/// By the pack that calls the centre's key stolen since October and names what the centre signed as genuine.
fn verdict(genuine: Genuine, badge: &str) -> Code {
    let mut pack = pack();
    let mut listed = entity_key();
    listed.state = KeyState::Compromised { since: at("2026-10-10T00:00:00Z"), genuine: Some(genuine) };
    pack.entities[0].keys.push(listed);
    let file = signed(&pack, &[1, 2]);
    let (_, trusted) = KnownPack::first(file.as_bytes(), &root().fingerprint(), at(NOW)).unwrap();
    match Verifier::new(Trust::none().with_pack(&trusted)).verify(badge.as_bytes(), at(NOW)) {
        Ok(_) => Code::Ok,
        Err(refusal) => refusal.refused().cause().code(),
    }
}

#[test]
fn a_genuine_badge_outlives_the_theft_of_its_key_in_every_equal_form() {
    for suite in SUITES {
        let badge = badge(&centre(), &Issue { suite, ..ISSUE });
        let genuine = || Genuine::of(digests(&badge));
        for same in rewritten(&badge, suite).iter().chain([&badge, &with_proof(&badge, 9, "2026-11-02T09:00:00Z")]) {
            assert_eq!(verdict(genuine(), same), Code::Ok, "{same}");
        }
        // What the thief adds to it does it no harm, and does the thief no good.
        let marked = with_proof(&badge, 7, "2026-11-20T09:00:00Z");
        assert_eq!(verdict(genuine(), &marked), Code::Ok);
        let alone = {
            let mut value: Value = serde_json::from_str(&marked).unwrap();
            value["proof"] = value["proof"][1].take();
            value.to_string()
        };
        assert_eq!(verdict(genuine(), &alone), Code::KeyCompromised);
        // Nor does the genuine proof vouch for anything else.
        let forged = super::stage::badge(
            &centre(),
            &Issue { suite, achievement: "https://centre.example.org/tasks/crane/1", ..ISSUE },
        );
        assert_eq!(verdict(genuine(), &forged), Code::KeyCompromised);
    }
}

/// A pack of before has the digests of files in `genuine`. By these no badge is VALID, even one of such a digest, and none
/// is called forged.
#[test]
fn digests_as_packs_had_them_before_decide_nothing() {
    let entity = |member: &str, digest: &[u8]| {
        let mut entity = entity();
        let mut listed = entity_key();
        listed.state = KeyState::Compromised {
            since: at("2026-10-10T00:00:00Z"),
            genuine: Some(Genuine::of([digest.try_into().unwrap()])),
        };
        entity.keys.push(listed);
        let text = entity.to_json().replace("genuineHashData", member);
        Entity::parse(text.as_bytes()).unwrap()
    };
    let badge = badge(&centre(), &ISSUE);
    let genuine = |entity: &Entity| match &entity.keys[0].state {
        KeyState::Compromised { genuine: Some(genuine), .. } => genuine.clone(),
        state => panic!("{state:?}"),
    };
    for digest in [&sha2::Sha256::digest(&badge)[..], &digests(&badge)[0], &[9; 32]] {
        let before = entity("genuine", digest);
        assert!(genuine(&before).is_outdated());
        assert_eq!(verdict(genuine(&before), &badge), Code::KeyDoubtful);
        // It is written as it was read, and never turns into the other.
        assert_eq!(Entity::parse(before.to_json().as_bytes()).unwrap(), before);
        assert!(!before.to_json().contains("genuineHashData"));
    }
    assert_eq!(verdict(genuine(&entity("genuineHashData", &digests(&badge)[0])), &badge), Code::Ok);
    // Where a pack has both, the new one counts.
    let both = entity("genuineHashData", &digests(&badge)[0]).to_json();
    let both = both.replace("\"genuineHashData\"", "\"genuine\":\"\",\"genuineHashData\"");
    assert_eq!(verdict(genuine(&Entity::parse(both.as_bytes()).unwrap()), &badge), Code::Ok);
}
