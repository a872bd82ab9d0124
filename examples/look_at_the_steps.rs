//! See every value between a document and its signature, to compare with another implementation.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin look-at-the-steps
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use taskbadge::finding::Finding;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::proof::HashData;

const DOCUMENT: &str = r#"{"@context": "https://www.w3.org/ns/credentials/v2", "name": "Forklift pre-start check"}"#;
const CONFIG: &str = r#"{
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-11-22T09:00:00Z",
    "verificationMethod": "https://centre.example.org/keys#1",
    "proofPurpose": "assertionMethod"
}"#;

fn main() -> Result<(), Finding> {
    let document = Document::parse(DOCUMENT.as_bytes(), Limits::BADGE)?;
    let config = Document::parse(CONFIG.as_bytes(), Limits::BADGE)?;
    let steps = HashData::compute(&Contexts::builtin(), &document, &config)?;
    println!("canonical document:\n{}", steps.canonical_document);
    println!("canonical proof configuration:\n{}", steps.canonical_config);
    println!("document hash: {}", hex(&steps.document_hash));
    println!("config hash:   {}", hex(&steps.config_hash));
    println!("signed bytes:  {}", hex(&steps.bytes()));
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
