//! What a badge costs beside the raw Ed25519 operation over 64 bytes, measured in the same run.
//!
//! `cargo bench -p taskbadge` ends with one line a figure, `ratio NAME VALUE`: the median time over the median of the
//! raw check (or, for issuing, of the raw signature). A ratio holds on any machine; a time does not.

#![allow(clippy::print_stdout, reason = "the ratios are the result")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::Criterion;
use ed25519_dalek::Signer as _;
use taskbadge::badge::{
    Achievement, AchievementResult, AchievementType, Alignment, Badge, Criteria, Evidence, Identifier, IdentityType,
    Iri, Profile, ResultDescription, ResultType, RubricLevel, Subject,
};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{Contexts, to_dataset};
use taskbadge::key::{FrequentKey, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let seed = [7; 32];
    let message = [42; 64];
    let raw = ed25519_dalek::SigningKey::from_bytes(&seed);
    let signature = raw.sign(&message);
    let raw_public = raw.verifying_key();
    criterion.bench_function("raw-check", |b| b.iter(|| raw_public.verify_strict(black_box(&message), &signature)));
    criterion.bench_function("raw-signature", |b| b.iter(|| raw.sign(black_box(&message))));

    let key = SigningKey::from_seed(&seed);
    let public = key.verifying_key();

    let contexts = Contexts::builtin();
    let at: Instant = "2026-12-01T00:00:00Z".parse().expect("an instant");
    let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&public)));
    let badge = badge(&key);
    for (suite, name) in [(Cryptosuite::EddsaJcs2022, "jcs"), (Cryptosuite::EddsaRdfc2022, "rdfc")] {
        let options = ProofOptions::did_key(&public).cryptosuite(suite).created(at);
        let signed = badge.sign(&contexts, &key, &options).expect("the badge is sound");
        let bytes = signed.text().as_bytes();
        if name == "jcs" {
            println!("badge: {} bytes", bytes.len());
        }
        assert!(verifier.verify(bytes, at).is_ok());
        criterion
            .bench_function(&format!("verify-{name}"), |b| b.iter(|| verifier.verify(black_box(bytes), at).is_ok()));
        criterion.bench_function(&format!("issue-{name}"), |b| {
            b.iter(|| black_box(&badge).sign(&contexts, &key, &options).is_ok());
        });
    }

    // The steps, to see where the time goes.
    let signed = badge.sign(&contexts, &key, &ProofOptions::did_key(&public)).expect("the badge is sound");
    let bytes = signed.text().as_bytes();
    let document = Document::parse(bytes, Limits::BADGE).expect("it was made here");
    let frequent = FrequentKey::new(public);
    frequent.prepare();
    let signature = signature.to_bytes();
    criterion.bench_function("step-signature", |b| b.iter(|| public.check(black_box(&message), &signature)));
    criterion.bench_function("step-signature-frequent", |b| b.iter(|| frequent.check(black_box(&message), &signature)));
    criterion.bench_function("step-parse", |b| b.iter(|| Document::parse(black_box(bytes), Limits::BADGE).is_ok()));
    criterion.bench_function("step-jcs", |b| b.iter(|| black_box(&document).root().canonical().len()));
    criterion.bench_function("step-expand", |b| b.iter(|| to_dataset(&contexts, black_box(&document)).is_ok()));
    criterion.final_summary();

    for (name, yardstick) in [
        ("verify-jcs", "raw-check"),
        ("verify-rdfc", "raw-check"),
        ("issue-jcs", "raw-signature"),
        ("issue-rdfc", "raw-signature"),
        ("step-signature", "raw-check"),
        ("step-signature-frequent", "raw-check"),
        ("step-parse", "raw-check"),
        ("step-jcs", "raw-check"),
        ("step-expand", "raw-check"),
    ] {
        if let (Some(time), Some(unit)) = (median(name), median(yardstick)) {
            println!("ratio {name} {:.3}", time / unit);
        }
    }
}

/// The median that criterion wrote down, in nanoseconds.
fn median(name: &str) -> Option<f64> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let text = std::fs::read_to_string(target.join("criterion").join(name).join("new/estimates.json")).ok()?;
    serde_json::from_str::<serde_json::Value>(&text).ok()?["median"]["point_estimate"].as_f64()
}

/// A badge of some 3 KB with everything a task badge has: rubric, result, alignments, evidence, assessor, a hashed
/// identifier.
fn badge(key: &SigningKey) -> Badge {
    let iri = |text: &str| -> Iri { text.parse().expect("an IRI") };
    let base = "https://centre.example.org/tasks/forklift-pre-start-check/1";
    let level =
        |id: &str, name: &str, text: &str| RubricLevel::new(iri(&format!("{base}#{id}")), name, id).description(text);
    let rubric =
        ResultDescription::new(iri(&format!("{base}#rubric")), "Pre-start check", ResultType::RubricCriterionLevel)
            .rubric_level(level("competent", "Competent", "Works through the whole list unaided and reports faults."))
            .rubric_level(level("proficient", "Proficient", "Also explains each item to a colleague."))
            .required_level(iri(&format!("{base}#competent")));
    let narrative = "Walks around the truck; checks forks, mast, chains, tyres and brakes; enters the check in the log; takes a \
        faulty truck out of service and reports it.";
    let achievement = Achievement::new(
        iri(base),
        "Forklift pre-start check",
        "Daily check of a counterbalance forklift before work.",
        Criteria::narrative(narrative),
    )
    .achievement_type(AchievementType::competency())
    .alignment(Alignment::esco(
        "operate forklift",
        iri("http://data.europa.eu/esco/skill/58e2df1d-9b5e-4c9f-bd2a-5c1a0f1b7d6e"),
    ))
    .alignment(Alignment::eqf(3).expect("a level"))
    .result_description(rubric)
    .in_language("en")
    .tag("forklift")
    .tag("safety")
    .version("1");
    let subject = Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement)
        .identifier(Identifier::hashed(IdentityType::EmailAddress, "amina@example.org", "5f1d7a84c2b94e0d"))
        .result(AchievementResult::level(iri(&format!("{base}#rubric")), iri(&format!("{base}#competent"))))
        .source(Profile::new(iri("https://centre.example.org/staff/7"), "R. Okonkwo"));
    let issuer = Profile::new(iri(&key.verifying_key().did_key().to_string()), "Harbour Training Centre")
        .url(iri("https://centre.example.org/"));
    let instant = |text: &str| -> Instant { text.parse().expect("an instant") };
    Badge::new(iri("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa"), issuer, subject, instant("2026-11-22T09:00:00Z"))
        .description("Awarded after an observed check on two different trucks.")
        .valid_until(instant("2028-11-22T09:00:00Z"))
        .awarded_date(instant("2026-11-20T14:30:00Z"))
        .evidence(Evidence::told("Observed on an electric and on a diesel truck.").genre("observation"))
}
