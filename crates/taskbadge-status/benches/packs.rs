//! What offline trust costs: a pack of 500 centres with a hundred status lists, loaded, and a badge checked with it.
//!
//! `cargo bench -p taskbadge-status --bench packs` ends with `ratio NAME VALUE` over the raw Ed25519 check of the same run,
//! `time NAME MILLISECONDS` and `size NAME BYTES`.

#![allow(clippy::print_stdout, reason = "the ratios are the result")]

use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant as Clock;

use ed25519_dalek::Signer as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, StatusEntry, StatusPurpose, Subject};
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, EntityKey, KnownPack, ListMark, Name, Pack, PackParts, Root, Scope, Trust};
use taskbadge::verify::Verifier;
use taskbadge_status::{Bits, StatusList, StatusLists};

const CENTRES: u16 = 500;
const LISTS: u16 = 100;

fn main() {
    let (pack, file) = (pack(), file());
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(file.as_bytes()).expect("room");
    println!("size pack-500-centres-100-lists {}", file.len());
    println!("size pack-500-centres-100-lists-gzip {}", gzip.finish().expect("room").len());

    let load = || {
        let (_, trusted) = KnownPack::first(file.as_bytes(), &pack.root.fingerprint(), at()).expect("it is sound");
        let verifier = Verifier::new(Trust::none().with_pack(&trusted));
        let mut lists = StatusLists::new();
        for list in PackParts::of(file.as_bytes()).expect("it is sound").lists {
            lists.add(&verifier, list, at()).expect("it is sound");
        }
        verifier.status(Arc::new(lists))
    };
    let verifier = load();
    let badge = badge(7);
    assert!(verifier.verify(badge.as_bytes(), at()).is_ok());
    println!("size badge {}", badge.len());

    let raw = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let (message, public) = ([42; 64], raw.verifying_key());
    let signature = raw.sign(&message);
    // By turns in short batches, and the fastest of each: what else the machine does slows some of them.
    let (mut unit, mut check, mut loading) = (f64::MAX, f64::MAX, f64::MAX);
    for round in 0..400 {
        unit = unit.min(batch(50, || public.verify_strict(black_box(&message), &signature).is_ok()));
        check = check.min(batch(50, || verifier.verify(black_box(badge.as_bytes()), at()).is_ok()));
        if round % 20 == 0 {
            loading = loading.min(batch(1, || load().verify(badge.as_bytes(), at()).is_ok()));
        }
    }
    println!("ratio verify-jcs-with-pack {:.3}", check / unit);
    println!("time load-pack {:.1} ms", loading * 1e3);
}

fn batch(times: u32, mut work: impl FnMut() -> bool) -> f64 {
    let start = Clock::now();
    for _ in 0..times {
        assert!(black_box(work()));
    }
    start.elapsed().as_secs_f64() / f64::from(times)
}

fn key(number: u16) -> SigningKey {
    let mut seed = [7; 32];
    seed[..2].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_seed(&seed)
}

fn did(number: u16) -> Did {
    Did::key(&key(number).verifying_key())
}

fn url(number: u16) -> String {
    format!("https://centre-{number:03}.example.org/status/revocation-{number:020x}.json")
}

fn pack() -> Pack {
    let entity = |number: u16| {
        let mut entity = Entity::new(&did(number), format!("Training Centre number {number}"));
        entity.names[0].language = Some("en".into());
        entity.names.push(Name { language: Some("de".into()), text: format!("Bildungszentrum Nummer {number}") });
        entity.achievements.push(Scope::new(format!("https://centre-{number:03}.example.org/tasks/*")));
        let method = format!("{}#{}", did(number), key(number).verifying_key().to_multikey());
        // One in ten has had its key for a limited time.
        if number.is_multiple_of(10) {
            let mut named = EntityKey::new(method, key(number).verifying_key());
            named.valid_from = Some("2025-01-01T00:00:00Z".parse().expect("an instant"));
            entity.keys.push(named);
        }
        entity
    };
    Pack {
        id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
        publisher: "https://association.example.org".into(),
        publisher_name: "Association of Training Centres".into(),
        sequence: 7,
        valid_from: "2026-11-19T00:00:00Z".parse().expect("an instant"),
        valid_until: "2027-02-19T00:00:00Z".parse().expect("an instant"),
        root: Root::new(1, 2, [1000, 1001, 1002].map(|number| key(number).verifying_key())).expect("a root"),
        entities: (0..CENTRES).map(entity).collect(),
        lists: (0..LISTS).map(|number| ListMark { id: url(number), issuer: Some(did(number)), made: made() }).collect(),
        contexts: Vec::new(),
    }
}

/// The pack with two signatures, and its lists.
fn file() -> String {
    let text = pack().to_json().expect("a pack");
    let mut text = [1000, 1001]
        .into_iter()
        .fold(text, |text, number| Pack::sign(text.as_bytes(), &key(number), made()).expect("a pack"));
    for number in 0..LISTS {
        text.push('\n');
        text.push_str(&list(number));
    }
    text
}

fn list(number: u16) -> String {
    let mut bits = Bits::new();
    let mut state = u64::from(number) + 1;
    for index in 0..bits.entries() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (state >> 33).is_multiple_of(100) {
            bits.set(index).expect("a place of the list");
        }
    }
    bits.clear(94_567).expect("a place of the list");
    let issuer = iri(did(number).as_str());
    let list = StatusList::new(iri(&url(number)), issuer, StatusPurpose::Revocation, bits, made())
        .valid_until("2026-11-30T06:00:00Z".parse().expect("an instant"));
    list.sign(&Contexts::builtin(), &key(number), &options(number).created(made())).expect("a list")
}

fn badge(number: u16) -> String {
    let task = iri(&format!("https://centre-{number:03}.example.org/tasks/forklift-pre-start-check/1"));
    // As long as a real badge, with its criteria, rubric and evidence.
    let criterion = "- Checks forks, mast, tyres and brakes before starting, and reports faults in the log.\n";
    let criteria = Criteria::narrative(criterion.repeat(22).trim_end());
    let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    let badge = Badge::new(
        iri("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa"),
        Profile::new(iri(did(number).as_str()), "Training Centre"),
        Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement),
        made(),
    );
    let badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, iri(&url(number)), 94_567));
    badge.sign(&Contexts::builtin(), &key(number), &options(number).created(made())).expect("a badge").text().into()
}

fn options(number: u16) -> ProofOptions {
    ProofOptions::did_key(&key(number).verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022)
}

fn made() -> Instant {
    "2026-11-20T06:00:00Z".parse().expect("an instant")
}

fn at() -> Instant {
    "2026-11-22T09:00:00Z".parse().expect("an instant")
}

fn iri(text: &str) -> Iri {
    text.parse().expect("an IRI")
}
