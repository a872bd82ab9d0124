//! Every vector gets the verdict it expects, every finding code has a vector, and what is exported is what the code says.
//!
//! `TASKBADGE_BLESS=1` signs the scenarios that are new (see [`make`]) and writes `schemas/finding-codes.json`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod codes;
mod make;
mod report;

use std::collections::BTreeMap;
use std::sync::Once;

use taskbadge::finding::{Code, Finding};
use taskbadge_tests::vectors::{self, Vector};
use taskbadge_tests::{scenario, tell};

/// Whether the committed files are to be made anew.
fn blessing() -> bool {
    std::env::var_os("TASKBADGE_BLESS").is_some()
}

/// Every vector, after those that are new were signed.
fn all() -> Vec<(String, Vector)> {
    static MADE: Once = Once::new();
    if blessing() {
        MADE.call_once(make::sign_new_scenarios);
    }
    vectors::all()
}

fn texts(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.code().as_str()).collect()
}

#[test]
fn every_vector_gets_its_verdict() {
    let mut failures = Vec::new();
    let all = all();
    for (name, vector) in &all {
        let (found, findings, required) = match vector.verify() {
            Ok(badge) => {
                let report = badge.report();
                (report.verdict().as_str(), badge.findings().to_vec(), owned(report.required_documents()))
            }
            Err(refusal) => {
                let report = refusal.report();
                (report.verdict().as_str(), refusal.refused().findings().to_vec(), owned(report.required_documents()))
            }
        };
        let expect = &vector.expect;
        if found != expect.verdict || texts(&findings) != expect.codes || required != expect.required_documents {
            failures.push(format!("{name}: {found} {findings:#?} {required:?}"));
        }
        if texts(&vector.contexts().1) != expect.about_contexts {
            failures.push(format!("{name}: contexts: {:?}", vector.contexts().1));
        }
        for (code, pointer) in &expect.pointers {
            let first = findings.iter().find(|finding| finding.code().as_str() == code);
            if first.and_then(Finding::pointer) != Some(pointer) {
                failures.push(format!("{name}: {code} points to {:?}", first.and_then(Finding::pointer)));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    tell(&format!("verdict vectors: {} scenarios", all.len()));
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.into()).collect()
}

#[test]
fn every_code_has_a_vector() {
    let mut vectors = BTreeMap::<Code, usize>::new();
    for (_, vector) in all() {
        for code in vector.codes() {
            *vectors.entry(code).or_default() += 1;
        }
    }
    for (_, scenario) in scenario::all() {
        for code in scenario.codes() {
            *vectors.entry(code).or_default() += 1;
        }
    }
    // No badge can show it: it is about signing.
    vectors.insert(Code::KeySigner, 1);
    let without: Vec<_> = Code::ALL.iter().filter(|code| !vectors.contains_key(code)).collect();
    assert!(without.is_empty(), "codes without a vector: {without:?}");
    assert_eq!(vectors.len(), Code::ALL.len(), "a vector expects a code that is not in the list");
}

#[test]
fn every_failure_says_where() {
    for (name, vector) in all() {
        let Err(refusal) = vector.verify() else { continue };
        let cause = refusal.refused().cause();
        // Bytes that are no text, or too many, have no place within.
        let nowhere = [Code::JsonTooLarge, Code::JsonEncoding, Code::JsonSyntax, Code::ContextTooComplex];
        assert!(cause.pointer().is_some() || nowhere.contains(&cause.code()), "{name}: {cause}");
    }
}

#[test]
fn nothing_is_claimed_of_a_badge_whose_signature_is_not_good() {
    for (name, vector) in all() {
        let Err(refusal) = vector.verify() else { continue };
        let early = ["json.", "context.", "proof.", "key.", "issuer.key-mismatch"];
        let cause = refusal.refused().cause().code().as_str();
        if early.iter().any(|start| cause.starts_with(start)) {
            assert!(refusal.refused().claims().is_none(), "{name}");
        }
    }
}
