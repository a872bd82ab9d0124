//! An association recognises a centre in a signed pack, and an employer who trusts the pack verifies a badge with it.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin recognise-centres
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;

use taskbadge::badge::{Achievement, Badge, Criteria, Profile, Subject};
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::ProofOptions;
use taskbadge::shown::Quoted;
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, KnownPack, Pack, Root, Scope, Trust};
use taskbadge::verify::Verifier;

fn main() -> Result<(), Box<dyn Error>> {
    let now: Instant = "2026-11-22T09:00:00Z".parse()?;
    // Fixed seeds, so that the program prints the same every time; real keys come from the system's randomness.
    let (centre, roots) = (SigningKey::from_seed(&[7; 32]), [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32])));

    // The association: two of its three root keys sign, one after the other, each where it is kept.
    let mut harbour = Entity::new(&centre.verifying_key().did_key(), "Harbour Training Centre");
    harbour.achievements.push(Scope::new("https://centre.example.org/tasks/*"));
    let pack = Pack {
        id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
        publisher: "https://association.example.org".into(),
        publisher_name: "Association of Training Centres".into(),
        sequence: 1,
        valid_from: now,
        valid_until: "2027-02-22T00:00:00Z".parse()?,
        root: Root::new(1, 2, roots.each_ref().map(SigningKey::verifying_key))?,
        entities: vec![harbour],
        lists: Vec::new(),
        contexts: Vec::new(),
    };
    let once = Pack::sign(pack.to_json()?.as_bytes(), &roots[0], now)?;
    let file = Pack::sign(once.as_bytes(), &roots[2], now)?;
    let fingerprint = pack.root.fingerprint();
    println!("the association reads out: {}", fingerprint.digits());

    // The employer compares that once. From then on each edition speaks for the next.
    let (known, trusted) = KnownPack::first(file.as_bytes(), &fingerprint, now)?;
    let verifier = Verifier::new(Trust::none().with_pack(&trusted));
    println!("trusts edition {} until {}", known.sequence(), trusted.pack().valid_until);

    for task in ["https://centre.example.org/tasks/forklift/1", "https://centre.example.org/licences/crane/1"] {
        let badge = badge(&centre, task, now)?;
        match verifier.verify(badge.as_bytes(), now) {
            Ok(badge) => println!("VALID: {task}, by {}", Quoted(badge.issuer_name().unwrap_or("?"))),
            Err(refusal) => println!("{refusal}"),
        }
    }
    Ok(())
}

fn badge(centre: &SigningKey, task: &str, now: Instant) -> Result<String, Box<dyn Error>> {
    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    let achievement =
        Achievement::new(task.parse()?, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    let issuer = Profile::new(centre.verifying_key().did_key().to_string().parse()?, "Harbour Training Centre");
    let subject = Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse()?, achievement);
    let badge = Badge::new("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse()?, issuer, subject, now);
    let options = ProofOptions::did_key(&centre.verifying_key()).created(now);
    Ok(badge.sign(&Contexts::builtin(), centre, &options)?.text().to_owned())
}
