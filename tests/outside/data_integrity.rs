//! The W3C vectors of Data Integrity EdDSA and the Open Badges implementation guide's vector, byte for byte.

use std::fs;
use std::path::Path;

use taskbadge::json::{Document, Limits, Value};
use taskbadge::jsonld::Contexts;
use taskbadge::key::{SigningKey, VerifyingKey};
use taskbadge::proof::{HashData, Proof};
use taskbadge_tests::{json, published, tell};

fn contexts() -> Option<Contexts> {
    let mut contexts = Contexts::builtin();
    let examples = fs::read(published("contexts/credentials-examples-v2.json")?).unwrap();
    contexts.add("https://www.w3.org/ns/credentials/examples/v2", &examples).unwrap();
    Some(contexts)
}

fn document(path: &Path) -> Document {
    Document::parse(&fs::read(path).unwrap(), Limits::BADGE).unwrap()
}

fn from_json(value: &serde_json::Value) -> Document {
    Document::parse(value.to_string().as_bytes(), Limits::BADGE).unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn signing_key(pair: &serde_json::Value) -> SigningKey {
    SigningKey::from_multikey(pair["privateKeyMultibase"].as_str().unwrap()).unwrap()
}

/// The configuration, signed, gives exactly the published `proofValue`.
fn assert_signs(
    contexts: &Contexts,
    document: &Document,
    config: &Document,
    key: &SigningKey,
    proof_value: &str,
) -> HashData {
    let hashed = HashData::compute(contexts, document, config).unwrap();
    let signature = key.sign(&hashed.bytes());
    assert_eq!(format!("z{}", bs58::encode(signature).into_string()), proof_value);
    hashed
}

#[test]
fn every_step_of_the_w3c_vectors() {
    let Some(folder) = published("vectors/w3c-vc-di-eddsa") else { return };
    let contexts = contexts().unwrap();
    let key = signing_key(&json(folder.join("keyPair.json")));
    let unsigned = document(&folder.join("unsigned.json"));
    for (suite, mark) in [("eddsa-rdfc-2022", "DataInt"), ("eddsa-jcs-2022", "JCS")] {
        let part = |name: &str, ending: &str| folder.join(suite).join(format!("{name}{mark}.{ending}"));
        let config = document(&part("proofConfig", "json"));
        let signed = json(part("signed", "json"));
        let hashed = assert_signs(&contexts, &unsigned, &config, &key, signed["proof"]["proofValue"].as_str().unwrap());
        assert_eq!(hashed.canonical_document, text(&part("canonDoc", "txt")));
        assert_eq!(hashed.canonical_config, text(&part("proofCanon", "txt")));
        assert_eq!(hex(&hashed.document_hash), text(&part("docHash", "txt")));
        assert_eq!(hex(&hashed.config_hash), text(&part("proofHash", "txt")));
        assert_eq!(hex(&hashed.bytes()), text(&part("combinedHash", "txt")));
        assert_eq!(hex(&key.sign(&hashed.bytes())), text(&part("sigHex", "txt")));
    }
    tell("W3C EdDSA vectors: both suites, every step");
}

#[test]
fn proof_sets_and_chains_of_the_w3c_vectors() {
    let Some(folder) = published("vectors/w3c-vc-di-eddsa/proof-set-chain") else { return };
    let contexts = contexts().unwrap();
    let keys = json(folder.join("multiKeyPairs.json"));
    let mut count = 0;
    for (document_file, config_file, key) in [
        ("unsigned.json", "proofSetConfig1.json", "keyPair1"),
        ("unsigned.json", "proofSetConfig2.json", "keyPair2"),
        ("signedProofSet1.json", "proofSetConfig2.json", "keyPair2"),
        ("signedProofSet2.json", "proofChainConfig1.json", "keyPair3"),
        ("signedProofChain1.json", "proofChainConfig2.json", "keyPair4"),
    ] {
        let signed_file = config_file.replace("Config", "ConfigSigned");
        let signed = json(folder.join(&signed_file));
        let document = document(&folder.join(document_file));
        let config = self::document(&folder.join(config_file));
        assert_signs(&contexts, &document, &config, &signing_key(&keys[key]), signed["proofValue"].as_str().unwrap());
        count += 1;
    }
    tell(&format!("W3C proof sets and chains: {count} signatures made again"));
}

#[test]
fn the_vector_of_the_open_badges_implementation_guide() {
    let Some(path) = published("vectors/ob3-implementation-guide/eddsa-rdfc-2022.json") else { return };
    let vector = json(path);
    let field = |name: &str| vector[name].as_str().unwrap().to_owned();
    let document = from_json(&vector["credential"]);
    let mut config = vector["proof"].clone();
    config.as_object_mut().unwrap().remove("proofValue");
    let seed: [u8; 32] =
        std::array::from_fn(|at| u8::from_str_radix(&field("secretSeedHex")[2 * at..2 * at + 2], 16).unwrap());
    let key = SigningKey::from_seed(&seed);
    assert_eq!(key.verifying_key().to_multikey(), field("publicKeyMultibase"));
    assert_eq!(hex(key.verifying_key().as_bytes()), field("publicKeyHex"));

    let proof_value = vector["proof"]["proofValue"].as_str().unwrap();
    let hashed = assert_signs(&Contexts::builtin(), &document, &from_json(&config), &key, proof_value);
    assert_eq!(hashed.canonical_document, field("documentNQuads"));
    assert_eq!(hashed.canonical_config, field("proofNQuads"));
    assert_eq!(hex(&hashed.document_hash), field("documentHashHex"));
    assert_eq!(hex(&hashed.config_hash), field("proofHashHex"));
    assert_eq!(hex(&key.sign(&hashed.bytes())), field("signatureHex"));
    tell("Open Badges implementation guide: the vector, byte for byte");
}

#[test]
fn published_proofs_read_back() {
    let Some(folder) = published("vectors/w3c-vc-di-eddsa/proof-set-chain") else { return };
    let chain = document(&folder.join("signedProofChain2.json"));
    let proofs = chain.object().unwrap().get("proof").unwrap();
    for value in proofs.one_or_many() {
        let proof = Proof::read(value, "/proof").unwrap();
        let (_, multikey) = proof.verification_method().split_once('#').unwrap();
        assert!(VerifyingKey::from_multikey(multikey).is_ok());
    }
    assert_eq!(
        proofs.as_array().map(|all| all.iter().filter(|proof| matches!(proof, Value::Object(_))).count()),
        Some(4)
    );
}
