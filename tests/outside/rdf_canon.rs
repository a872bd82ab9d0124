//! The W3C test suite of RDF Dataset Canonicalization: every test of the manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use taskbadge::finding::Code;
use taskbadge::jsonld::rdf::Dataset;
use taskbadge::jsonld::rdfc::{Canonical, Hash, canonicalize};
use taskbadge::work::Budget;

/// Published test data lie beside the repository and are not part of it.
const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/rdf-canon");

#[test]
fn w3c_suite() {
    let suite = Path::new(SUITE);
    if !suite.is_dir() {
        println!("SKIPPED: the W3C suite is not at {SUITE}");
        return;
    }
    let read = |name: &str| fs::read_to_string(suite.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let manifest: Value = serde_json::from_str(&read("manifest.jsonld")).expect("the manifest is JSON");

    let mut counts = BTreeMap::<&str, usize>::new();
    let mut failures = Vec::new();
    for entry in manifest["entries"].as_array().expect("the manifest has entries") {
        let field = |name: &str| entry[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {entry}"));
        let hash = match entry["hashAlgorithm"].as_str() {
            None | Some("SHA256") => Hash::Sha256,
            Some("SHA384") => Hash::Sha384,
            Some(other) => panic!("the suite has learnt a new hash: {other}"),
        };
        let dataset = Dataset::parse_nquads(&read(field("action"))).unwrap_or_else(|why| panic!("{entry}: {why}"));
        let canonical = canonicalize(&dataset, hash, &Budget::of_document(0));

        let passed = match field("type") {
            "rdfc:RDFC10EvalTest" => canonical.is_ok_and(|canonical| canonical.nquads() == read(field("result"))),
            "rdfc:RDFC10MapTest" => {
                let wanted = serde_json::from_str(&read(field("result"))).expect("a map is JSON");
                canonical.is_ok_and(|canonical| labels(&dataset, &canonical) == wanted)
            }
            "rdfc:RDFC10NegativeEvalTest" => canonical.is_err_and(|finding| finding.code() == Code::ContextTooComplex),
            other => panic!("the suite has learnt a new kind of test: {other}"),
        };
        *counts.entry(field("type")).or_default() += 1;
        if !passed {
            failures.push(field("id"));
        }
    }
    println!("{counts:?}");
    assert!(failures.is_empty(), "failed: {failures:?}");
    // Were the suite to shrink, passing it would say less.
    assert!(counts.values().sum::<usize>() >= 86, "the suite has shrunk: {counts:?}");
}

/// The issued identifiers map as the suite writes it: input label to canonical label.
fn labels(dataset: &Dataset, canonical: &Canonical) -> BTreeMap<String, String> {
    let issued = |(label, blank)| Some((String::from(label), String::from(canonical.label(blank)?)));
    dataset.labelled().filter_map(issued).collect()
}
