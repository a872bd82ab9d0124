//! What is signed verifies, and what was changed after does not: whatever the change, unless the badge says the same as before.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use taskbadge::badge::Claims;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::HashData;
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};
use taskbadge_tests::{generate, tell};

const SUITES: [&str; 2] = ["eddsa-rdfc-2022", "eddsa-jcs-2022"];
const AT: &str = "2026-11-22T09:00:00Z";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(&[7; 32]));
static VERIFIER: LazyLock<Verifier> =
    LazyLock::new(|| Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&KEY.verifying_key()))));

/// The badge of a seed, issued and signed by the one recognised issuer. Half of them end, half have a status entry that asks
/// for nothing.
fn signed(seed: u64, suite: &str) -> Value {
    let mut badge = generate::badge(seed);
    badge["issuer"]["id"] = json!(Did::key(&KEY.verifying_key()).as_str());
    if seed.is_multiple_of(2) {
        badge["validUntil"] = json!("2027-01-01T00:00:00Z");
    }
    let public = KEY.verifying_key();
    let mut proof = json!({
        "type": "DataIntegrityProof", "cryptosuite": suite, "created": "2026-11-01T09:00:00Z", "proofPurpose": "assertionMethod",
        "verificationMethod": format!("{}#{}", Did::key(&public), public.to_multikey()), "expires": "2027-01-01T00:00:00Z",
    });
    if suite == "eddsa-jcs-2022" {
        proof["@context"] = badge["@context"].clone();
    }
    let hashed = HashData::compute(&Contexts::builtin(), &document(&badge), &document(&proof)).unwrap();
    proof["proofValue"] = json!(format!("z{}", bs58::encode(KEY.sign(&hashed.bytes())).into_string()));
    badge["proof"] = proof;
    badge
}

fn document(value: &Value) -> Document {
    Document::parse(value.to_string().as_bytes(), Limits::BADGE).unwrap()
}

fn verify(bytes: &[u8]) -> Result<VerifiedBadge, Refusal> {
    VERIFIER.verify(bytes, AT.parse().unwrap())
}

#[test]
fn what_is_signed_verifies() {
    let mut count = 0;
    for seed in 0..400 {
        for suite in SUITES {
            let badge = signed(seed, suite);
            let verified = verify(badge.to_string().as_bytes())
                .unwrap_or_else(|refusal| panic!("seed {seed}, {suite}: {refusal}"));
            assert_eq!(verified.claims().id(), badge["id"].as_str());
            let name = &badge["credentialSubject"]["achievement"]["name"];
            assert_eq!(verified.claims().achievement_name(), name.get("@value").unwrap_or(name).as_str());
            count += 1;
        }
    }
    tell(&format!("sign and verify: {count} generated badges"));
}

/// A proof signs the badge and itself under its own suite; it cannot be carried to another badge or suite.
#[test]
fn a_proof_belongs_to_its_badge() {
    for seed in 0..50 {
        for (suite, other) in [(SUITES[0], SUITES[1]), (SUITES[1], SUITES[0])] {
            let mut carried = signed(seed, suite);
            carried["proof"] = signed(seed + 1_000, suite)["proof"].clone();
            assert!(verify(carried.to_string().as_bytes()).is_err(), "seed {seed}, {suite}");
            let mut renamed = signed(seed, suite);
            renamed["proof"]["cryptosuite"] = json!(other);
            assert!(verify(renamed.to_string().as_bytes()).is_err(), "seed {seed}, {suite} as {other}");
        }
    }
}

/// What a changed badge may not have lost or gained when it still verifies.
#[derive(Debug, PartialEq)]
struct Said {
    texts: [Option<String>; 6],
    times: [Option<Instant>; 2],
    has_status: bool,
    results: usize,
    proof_value: Option<Value>,
    proof_expires: Option<Value>,
    /// What was signed, under the suite of the badge: the canonical JSON or the statements, of badge and proof.
    signed: [u8; 64],
}

fn said(badge: &Value, claims: Claims<'_>) -> Said {
    let mut config = badge["proof"].get(0).unwrap_or(&badge["proof"]).clone();
    let members = config.as_object_mut().unwrap();
    let proof_value = members.remove("proofValue");
    let proof_expires = members.get("expires").cloned();
    let hashed = HashData::compute(&Contexts::builtin(), &document(badge), &document(&config)).unwrap();
    let owned = |text: Option<&str>| text.map(String::from);
    Said {
        texts: [
            owned(claims.id()),
            owned(claims.issuer_id()),
            owned(claims.subject_id()),
            owned(claims.achievement_id()),
            owned(claims.achievement_name()),
            owned(claims.criteria()),
        ],
        times: [claims.valid_from(), claims.valid_until()],
        has_status: badge.get("credentialStatus").is_some(),
        results: claims.results().count(),
        proof_value,
        proof_expires,
        signed: hashed.bytes(),
    }
}

/// A change of bytes that somebody might make, or that happens on the way.
#[derive(Debug, Clone)]
enum Harm {
    FlipBit(prop::sample::Index, u8),
    Delete(prop::sample::Index, usize),
    Insert(prop::sample::Index, u8),
    Truncate(prop::sample::Index),
    SwapValues(prop::sample::Index, prop::sample::Index),
    Remove(prop::sample::Index),
    Replace(prop::sample::Index, Value),
    Add(prop::sample::Index, String, Value),
    Rename(prop::sample::Index, String),
    WrapInList(prop::sample::Index),
    WriteOut(prop::sample::Index),
    Repeat(prop::sample::Index),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = any::<prop::sample::Index>;
    let key = prop::sample::select(vec![
        "name",
        "id",
        "type",
        "@id",
        "@type",
        "@value",
        "validUntil",
        "https://www.w3.org/2018/credentials#validUntil",
        "https://www.w3.org/2018/credentials#credentialStatus",
        "https://schema.org/name",
        "https://w3id.org/security#expiration",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#result",
        "credentialStatus",
        "proof",
        "previousProof",
        "@context",
        "expires",
    ])
    .prop_map(String::from);
    let value = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(""),
        json!("x"),
        json!([]),
        json!({}),
        json!("2030-01-01T00:00:00Z"),
        json!("urn:x:1"),
        json!(["https://www.w3.org/ns/credentials/v2"]),
    ]);
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Harm::FlipBit(at, bit)),
        2 => (place(), 1..40_usize).prop_map(|(at, len)| Harm::Delete(at, len)),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Harm::Insert(at, byte)),
        1 => place().prop_map(Harm::Truncate),
        3 => (place(), place()).prop_map(|(one, other)| Harm::SwapValues(one, other)),
        3 => place().prop_map(Harm::Remove),
        3 => (place(), value.clone()).prop_map(|(at, value)| Harm::Replace(at, value)),
        3 => (place(), key.clone(), value).prop_map(|(at, key, value)| Harm::Add(at, key, value)),
        4 => (place(), key).prop_map(|(at, key)| Harm::Rename(at, key)),
        2 => place().prop_map(Harm::WrapInList),
        2 => place().prop_map(Harm::WriteOut),
        2 => place().prop_map(Harm::Repeat),
    ]
}

/// The pointers of every value but the whole.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut visit = |key: String, value: &Value| {
        let here = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(here.clone());
        places(value, &here, found);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| visit(key.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| visit(at.to_string(), value)),
        _ => {}
    }
}

fn harmed(badge: &Value, harm: &Harm) -> Vec<u8> {
    let mut bytes = badge.to_string().into_bytes();
    let mut badge = badge.clone();
    let mut all = Vec::new();
    places(&badge, "", &mut all);
    let place = |at: &prop::sample::Index| all[at.index(all.len())].as_str();
    match harm {
        Harm::FlipBit(at, bit) => {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            return bytes;
        }
        Harm::Delete(at, len) => {
            let at = at.index(bytes.len());
            bytes.drain(at..bytes.len().min(at + len));
            return bytes;
        }
        Harm::Insert(at, byte) => {
            bytes.insert(at.index(bytes.len()), *byte);
            return bytes;
        }
        Harm::Truncate(at) => {
            bytes.truncate(at.index(bytes.len()));
            return bytes;
        }
        Harm::Repeat(at) => return repeated(&badge, place(at)),
        Harm::SwapValues(one, other) => {
            let values = [one, other].map(|at| badge.pointer(place(at)).cloned());
            for (at, value) in [other, one].into_iter().zip(values) {
                // The second place may have gone with the first.
                if let (Some(there), Some(value)) = (badge.pointer_mut(place(at)), value) {
                    *there = value;
                }
            }
        }
        Harm::Remove(at) => drop(take(&mut badge, place(at))),
        Harm::Replace(at, value) => *badge.pointer_mut(place(at)).unwrap() = value.clone(),
        Harm::Add(at, key, value) => {
            if let Some(Value::Object(members)) = badge.pointer_mut(place(at)) {
                members.insert(key.clone(), value.clone());
            }
        }
        Harm::Rename(at, key) => {
            let (parent, _) = place(at).rsplit_once('/').unwrap();
            if badge.pointer(parent).is_some_and(Value::is_object) {
                let value = take(&mut badge, place(at)).unwrap();
                let datatype = "http://www.w3.org/2001/XMLSchema#dateTime";
                let is_end = key.ends_with("validUntil") || key.ends_with("expiration");
                let value = if is_end { json!({ "@value": value, "@type": datatype }) } else { value };
                badge.pointer_mut(parent).unwrap()[key] = value;
            }
        }
        Harm::WrapInList(at) => {
            let there = badge.pointer_mut(place(at)).unwrap();
            *there = json!([there.clone()]);
        }
        Harm::WriteOut(at) => {
            let there = badge.pointer_mut(place(at)).unwrap();
            *there = json!({ "@value": there.clone() });
        }
    }
    badge.to_string().into_bytes()
}

fn take(badge: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match badge.pointer_mut(parent)? {
        Value::Object(members) => members.remove(&key.replace("~1", "/").replace("~0", "~")),
        Value::Array(items) => Some(items.remove(key.parse().ok()?)),
        _ => None,
    }
}

/// The text with one member, or one item of a list, written twice.
fn repeated(badge: &Value, pointer: &str) -> Vec<u8> {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let value = badge.pointer(pointer).unwrap();
    let twice = match badge.pointer(parent).unwrap() {
        Value::Array(_) => format!("[{value},{value}]"),
        _ => {
            let key = json!(key.replace("~1", "/").replace("~0", "~"));
            format!("{{{key}:{value},{key}:{value}}}")
        }
    };
    let mut marked = badge.clone();
    *marked.pointer_mut(parent).unwrap() = json!("\u{1}mark");
    marked.to_string().replace("\"\\u0001mark\"", &twice).into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_badge_does_not_verify(seed in 0..40_u64, suite in 0..2_usize, harms in prop::collection::vec(harm(), 1..3)) {
        let badge = signed(seed, SUITES[suite]);
        let before = badge.to_string();
        let mut bytes = before.clone().into_bytes();
        for harm in &harms {
            // Bytes that are no JSON any more are not changed further.
            let Ok(value) = serde_json::from_slice::<Value>(&bytes) else { break };
            if !value.is_object() { break }
            bytes = harmed(&value, harm);
        }
        let Ok(verified) = verify(&bytes) else { return Ok(()) };
        // It still verifies, so it has to say what it said, in all that a verdict depends on.
        let after: Value = serde_json::from_slice(&bytes).expect("a valid badge is JSON");
        // White space, order, escapes; and one proof or a list of one are the same (Data Integrity 1.0 section 2.1).
        let mut plain = after.clone();
        if let Some([only]) = plain["proof"].as_array().map(Vec::as_slice) {
            plain["proof"] = only.clone();
        }
        if document(&plain).root().canonical() == document(&badge).root().canonical() {
            return Ok(());
        }
        prop_assert_eq!(SUITES[suite], "eddsa-rdfc-2022", "a JCS signature covers every letter: {:?}", harms);
        let good = verify(before.as_bytes()).unwrap();
        prop_assert_eq!(said(&after, verified.claims()), said(&badge, good.claims()), "{:?}", harms);
    }
}
