//! Use terms of your own: hold their context, and so must whoever verifies.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin own-terms
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use taskbadge::finding::Finding;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
use taskbadge::work::Budget;

const DOCUMENT: &str = r#"{
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://centre.example.org/terms/v1"],
    "id": "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa",
    "name": "Forklift pre-start check",
    "truckClass": "counterbalance"
}"#;

fn main() -> Result<(), Finding> {
    let document = Document::parse(DOCUMENT.as_bytes(), Limits::BADGE)?;
    let mut contexts = Contexts::builtin();

    // Without the context the term has no meaning, so it would not be signed: refused.
    if let Err(finding) = to_dataset(&contexts, &document) {
        println!("{finding}\n");
    }

    let terms = br#"{"@context": {"truckClass": "https://centre.example.org/terms#truckClass"}}"#;
    contexts.add("https://centre.example.org/terms/v1", terms)?;
    let budget = Budget::of_document(DOCUMENT.len());
    let canonical = rdfc::canonicalize(&to_dataset(&contexts, &document)?, rdfc::Hash::Sha256, &budget)?;
    println!("{}", canonical.nquads());
    Ok(())
}
