//! Our side of the comparison with the Node reference library for status lists: see `tests/peers/README.md`.
//!
//! `make FOLDER` leaves what the other side reads; `compare FOLDER` reads what the other side left, and measures.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the comparison is the result")]

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, StatusEntry, StatusPurpose, Subject};
use taskbadge::finding::Code;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;
use taskbadge_status::{Bits, MaxAge, StatusList, StatusLists};

/// The key of the issuer on both sides. Everybody knows it.
const SEED: [u8; 32] = [7; 32];
/// In the past by any clock: the other side's library reads the computer's.
const MADE: &str = "2025-01-01T00:00:00Z";
const AN_HOUR_LATER: &str = "2025-01-01T01:00:00Z";
const ENTRIES: u64 = 1_000_000;
/// The two places that badges stand at.
const MARKED: u64 = 94_567;
const CLEAR: u64 = 94_568;
const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

const WARM_UPS: usize = 30;
const ROUNDS: usize = 101;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder] => make(Path::new(folder)),
        ["compare", folder] => compare(Path::new(folder)),
        _ => Err("usage: make FOLDER, or compare FOLDER".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The bits as they are, our packed form of them, and signed lists with a badge at either place.
fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let bits = million();
    fs::write(folder.join("bits"), bits.as_bytes())?;
    fs::write(folder.join("ours.txt"), bits.encode())?;
    for suite in SUITES {
        let list = url(suite);
        for (place, index) in [("marked", MARKED), ("clear", CLEAR)] {
            let badge = badge(&list, index, suite)?;
            fs::write(folder.join(format!("ours-{}-{place}.json", suite.as_str())), badge)?;
        }
        let list = StatusList::new(list.parse()?, issuer(), StatusPurpose::Revocation, bits.clone(), MADE.parse()?);
        let list = list.sign(&Contexts::builtin(), &key(), &options(suite)?)?;
        fs::write(folder.join(format!("ours-{}-list.json", suite.as_str())), list)?;
    }
    Ok(())
}

/// What the other side made says the same to us, and the times.
fn compare(folder: &Path) -> Result<(), Box<dyn Error>> {
    let bits = million();
    let theirs = fs::read_to_string(folder.join("theirs.txt"))?;
    let theirs = Bits::decode(&theirs).map_err(|fault| format!("their packed list: {fault}"))?;
    if theirs != bits {
        let differ = (0..bits.entries().max(theirs.entries())).filter(|&at| theirs.is_set(at) != bits.is_set(at));
        let (first, count) = (differ.clone().next().unwrap_or_default(), differ.count());
        return Err(format!("we read {count} entries of their list otherwise, the first at {first}").into());
    }
    println!("ours reads their packed list: {theirs:?}, all the same");

    for suite in SUITES {
        let name = suite.as_str();
        let list = fs::read(folder.join(format!("theirs-{name}-list.json")))?;
        let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&key().verifying_key())));
        let mut lists = StatusLists::new().max_age(MaxAge::days(7)?);
        let at: Instant = AN_HOUR_LATER.parse()?;
        lists.add(&verifier, &list, at).map_err(|finding| format!("their list, {name}: {finding}"))?;
        let verifier = verifier.status(Arc::new(lists));
        for (index, expected) in [(MARKED, Code::StatusRevoked), (CLEAR, Code::StatusCurrent)] {
            let badge = badge(&url(suite), index, suite)?;
            let answer = match verifier.verify(badge.as_bytes(), at) {
                Ok(valid) => valid.status().first().map(|status| status.code()),
                Err(refusal) => refusal.refused().status().first().map(|status| status.code()),
            };
            if answer != Some(expected) {
                return Err(format!("their list, {name}, place {index}: {answer:?} instead of {expected}").into());
            }
        }
        println!("ours verifies a list that they signed with {name}: place {MARKED} revoked, {CLEAR} not");
    }

    let their_time: f64 = fs::read_to_string(folder.join("theirs-milliseconds.txt"))?.trim().parse()?;
    let our_time = milliseconds(|| bits.encode());
    println!("time ours-encode-million {our_time:.3} ms, {} bytes of text", bits.encode().len());
    let size = fs::metadata(folder.join("theirs.txt"))?.len();
    println!("time theirs-encode-million {their_time:.3} ms, {size} bytes of text");
    println!("ratio peers-encode-million {:.2}", their_time / our_time);
    Ok(())
}

/// The median over the rounds.
fn milliseconds<T>(mut job: impl FnMut() -> T) -> f64 {
    let mut round = || {
        let begin = Stopwatch::now();
        black_box(job());
        begin.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<_> = (0..WARM_UPS + ROUNDS).map(|_| round()).skip(WARM_UPS).collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

/// A million entries, one in a hundred of them set, at random; the two places of the badges as they are named.
fn million() -> Bits {
    let mut bits = Bits::with_room_for(ENTRIES).expect("a list may have a million entries");
    let mut state = 1_u64;
    for index in 0..ENTRIES {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if (state >> 33).is_multiple_of(100) {
            bits.set(index).expect("a place of the list");
        }
    }
    bits.set(MARKED).expect("a place of the list");
    bits.clear(CLEAR).expect("a place of the list");
    bits
}

/// A signed badge that stands at this place of the list.
fn badge(list: &str, index: u64, suite: Cryptosuite) -> Result<String, Box<dyn Error>> {
    let task = "https://centre.example.org/tasks/forklift-pre-start-check/1".parse()?;
    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    let badge = Badge::new(
        "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse()?,
        Profile::new(issuer(), "Harbour Training Centre"),
        Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse()?, achievement),
        MADE.parse()?,
    );
    let badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, list.parse()?, index));
    Ok(badge.sign(&Contexts::builtin(), &key(), &options(suite)?)?.text().to_owned())
}

/// The address of the list that is signed with this suite. The other side names its lists alike.
fn url(suite: Cryptosuite) -> String {
    format!("https://centre.example.org/status/{}", suite.as_str())
}

fn options(suite: Cryptosuite) -> Result<ProofOptions, Box<dyn Error>> {
    Ok(ProofOptions::did_key(&key().verifying_key()).cryptosuite(suite).created(MADE.parse()?))
}

fn issuer() -> Iri {
    Did::key(&key().verifying_key()).to_string().parse().expect("a did:key is an IRI")
}

fn key() -> SigningKey {
    SigningKey::from_seed(&SEED)
}
