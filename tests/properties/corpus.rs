//! The bodies of the fuzz targets over their committed corpus, over every verdict vector, and over contexts made at random.

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use taskbadge_tests::{root, tell, vectors};

use crate::bodies;

/// The function of a fuzz target: it panics where something does not hold.
type Body = fn(&[u8]);

const TARGETS: [(&str, Body); 10] = [
    ("json", bodies::json),
    ("context", bodies::context),
    ("nquads", bodies::nquads),
    ("verify", bodies::verify),
    ("key", bodies::key),
    ("bits", bodies::bits),
    ("status", bodies::status),
    ("pack", bodies::pack),
    ("updates", bodies::updates),
    ("rewrites", bodies::rewrites),
];

#[test]
fn the_corpus_of_every_target_passes() {
    let mut folders: Vec<_> =
        fs::read_dir(root().join("fuzz/corpus")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    folders.sort();
    let mut names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(folders, names, "a folder of the corpus for every target");
    let mut count = 0;
    for (name, body) in TARGETS {
        for entry in fs::read_dir(root().join("fuzz/corpus").join(name)).unwrap() {
            body(&fs::read(entry.unwrap().path()).unwrap());
            count += 1;
        }
    }
    assert!(count >= 50);
    tell(&format!("fuzz corpus: {count} inputs of {} targets", TARGETS.len()));
}

/// Any input to any target: what is a badge for one is nonsense for the others.
#[test]
fn every_vector_passes_every_target() {
    for (_, vector) in vectors::all() {
        let bytes = vector.bytes();
        for (_, body) in TARGETS {
            body(&bytes);
        }
        for context in vector.added_contexts().values() {
            bodies::context(context.to_string().as_bytes());
        }
    }
}

/// Values that a context has somewhere, in places where they may belong or not.
fn piece() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "@id",
        "@type",
        "@vocab",
        "@json",
        "@none",
        "@set",
        "@list",
        "@graph",
        "@index",
        "@language",
        "id",
        "type",
        "a",
        "b",
        "a:b",
        "b:c",
        "https://example.org/a",
        "https://example.org/",
        "https://example.org/#",
        "_:b",
        "",
        ":",
        "not an iri",
        "https://www.w3.org/2018/credentials#validUntil",
    ]);
    let leaf = prop_oneof![
        8 => words.prop_map(|word| json!(word)),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(|value| json!(value)),
        1 => Just(json!(1.1)),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let keys = prop::sample::select(vec![
            "@id", "@type", "@context", "@container", "@protected", "@vocab", "@version", "@base", "@import", "@prefix", "a", "b", "id",
            "type", "name", "VerifiableCredential", "a:b", "",
        ]);
        prop_oneof![
            3 => prop::collection::btree_map(keys.prop_map(String::from), inner.clone(), 0..5).prop_map(|members| json!(members)),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_context_is_refused_or_usable(context in piece()) {
        bodies::context(json!({ "@context": context }).to_string().as_bytes());
    }

    #[test]
    fn any_bytes_pass_every_target(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (_, body) in TARGETS {
            body(&bytes);
        }
    }
}
