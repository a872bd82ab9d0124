//! What a status list costs beside the raw Ed25519 check over 64 bytes, measured in the same run.
//!
//! `cargo bench -p taskbadge-status` ends with one line a figure: `ratio NAME VALUE`, the median time over the median
//! of the raw check, and `time NAME MILLISECONDS` for the large lists.

#![allow(clippy::print_stdout, reason = "the ratios are the result")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::Criterion;
use ed25519_dalek::Signer as _;
use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, SignedBadge, StatusEntry, StatusPurpose, Subject};
use taskbadge::finding::Code;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{StatusClaim, StatusPlace, StatusSource, Verifier};
use taskbadge_status::{Bits, StatusList, StatusLists};

const URL: &str = "https://centre.example.org/status/1";

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let message = [42; 64];
    let raw = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let signature = raw.sign(&message);
    let raw_public = raw.verifying_key();
    criterion.bench_function("raw-check", |b| b.iter(|| raw_public.verify_strict(black_box(&message), &signature)));

    let key = SigningKey::from_seed(&[7; 32]);
    let at: Instant = "2026-11-14T00:00:00Z".parse().expect("an instant");
    let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&key.verifying_key())));

    let tenth = list(&key, bits(131_072, 10), Cryptosuite::EddsaRdfc2022);
    let tenth_jcs = list(&key, bits(131_072, 10), Cryptosuite::EddsaJcs2022);
    let large = list(&key, bits(10_000_000, 10), Cryptosuite::EddsaRdfc2022);
    let large_jcs = list(&key, bits(10_000_000, 10), Cryptosuite::EddsaJcs2022);
    let loads = [
        ("load-list-131072-10pct", &tenth),
        ("load-list-131072-10pct-jcs", &tenth_jcs),
        ("load-list-10m-10pct", &large),
        ("load-list-10m-10pct-jcs", &large_jcs),
    ];
    for (name, text) in loads {
        println!("{name}: {} bytes", text.len());
        let load = || StatusLists::new().add(&verifier, black_box(text.as_bytes()), at).is_ok();
        assert!(load());
        criterion.bench_function(name, |b| b.iter(load));
    }

    let mut lists = StatusLists::new();
    lists.add(&verifier, tenth.as_bytes(), at).expect("the list is sound");
    let badge = badge(&key);
    let entry = StatusClaim::new(StatusPurpose::Revocation, URL, StatusPlace::Bitstring(94_567));
    assert_eq!(lists.status(badge.unverified(), &entry, at).finding().code(), Code::StatusCurrent);
    criterion.bench_function("status-check", |b| {
        b.iter(|| lists.status(black_box(badge.unverified()), black_box(&entry), at));
    });

    let million = bits(1_000_000, 1);
    criterion.bench_function("encode-1m-1pct", |b| b.iter(|| black_box(&million).encode().len()));
    let small = bits(131_072, 10);
    let small_text = small.encode();
    criterion.bench_function("step-decode-131072-10pct", |b| b.iter(|| Bits::decode(black_box(&small_text)).is_ok()));
    let large_text = bits(10_000_000, 10).encode();
    criterion.bench_function("step-decode-10m-10pct", |b| b.iter(|| Bits::decode(black_box(&large_text)).is_ok()));
    criterion.final_summary();

    for name in ["status-check", "load-list-131072-10pct", "load-list-131072-10pct-jcs", "step-decode-131072-10pct"] {
        if let (Some(time), Some(unit)) = (median(name), median("raw-check")) {
            println!("ratio {name} {:.4}", time / unit);
        }
    }
    for name in
        ["raw-check", "load-list-10m-10pct", "load-list-10m-10pct-jcs", "step-decode-10m-10pct", "encode-1m-1pct"]
    {
        if let Some(time) = median(name) {
            println!("time {name} {:.3} ms", time / 1e6);
        }
    }
}

/// So many entries, one in a hundred for each percent of them set, at random.
fn bits(entries: u64, percent: u64) -> Bits {
    let mut bits = Bits::with_room_for(entries).expect("a list");
    let mut state = 1_u64;
    for index in 0..bits.entries() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (state >> 33) % 100 < percent {
            bits.set(index).expect("a place of the list");
        }
    }
    bits.clear(94_567).expect("a place of the list");
    bits
}

fn list(key: &SigningKey, bits: Bits, suite: Cryptosuite) -> String {
    let made: Instant = "2026-11-12T06:00:00Z".parse().expect("an instant");
    let list = StatusList::new(iri(URL), issuer(key), StatusPurpose::Revocation, bits, made)
        .valid_until("2026-11-22T06:00:00Z".parse().expect("an instant"));
    let options = ProofOptions::did_key(&key.verifying_key()).cryptosuite(suite).created(made);
    list.sign(&Contexts::builtin(), key, &options).expect("the list is sound")
}

fn badge(key: &SigningKey) -> SignedBadge {
    let task = iri("https://centre.example.org/tasks/forklift-pre-start-check/1");
    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    let badge = Badge::new(
        iri("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa"),
        Profile::new(issuer(key), "Harbour Training Centre"),
        Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement),
        "2026-11-01T09:00:00Z".parse().expect("an instant"),
    );
    let badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, iri(URL), 94_567));
    badge.sign(&Contexts::builtin(), key, &ProofOptions::did_key(&key.verifying_key())).expect("the badge is sound")
}

fn issuer(key: &SigningKey) -> Iri {
    iri(Did::key(&key.verifying_key()).as_str())
}

fn iri(text: &str) -> Iri {
    text.parse().expect("an IRI")
}

/// The median that criterion wrote down, in nanoseconds.
fn median(name: &str) -> Option<f64> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let text = std::fs::read_to_string(target.join("criterion").join(name).join("new/estimates.json")).ok()?;
    serde_json::from_str::<serde_json::Value>(&text).ok()?["median"]["point_estimate"].as_f64()
}
