//! Issue one badge with a new key, and print it.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin issue-a-badge > badge.json
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::error::Error;

use taskbadge::badge::{Achievement, Alignment, Badge, Criteria, Identifier, IdentityType, Iri, Profile, Subject};
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::ProofOptions;
use zeroize::Zeroizing;

fn main() -> Result<(), Box<dyn Error>> {
    // The core has no randomness of its own: the caller brings it.
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)?;
    let key = SigningKey::generate(seed);
    let centre = key.verifying_key().did_key();

    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    let task: Iri = "https://centre.example.org/tasks/forklift-pre-start-check/1".parse()?;
    let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria)
        .alignment(Alignment::eqf(3).ok_or("no such level")?);
    let holder = Identifier::hashed(IdentityType::EmailAddress, "amina@example.org", random_hex()?);
    let subject = Subject::with_id(random_uuid()?, achievement).identifier(holder);
    let issuer = Profile::new(centre.to_string().parse()?, "Harbour Training Centre");
    let badge = Badge::new(random_uuid()?, issuer, subject, "2026-11-02T09:00:00Z".parse()?)
        .valid_until("2028-11-02T09:00:00Z".parse::<taskbadge::time::Instant>()?);

    let options = ProofOptions::did_key(&key.verifying_key()).created("2026-11-02T09:00:00Z".parse()?);
    let signed = badge.sign(&Contexts::builtin(), &key, &options)?;
    println!("{}", signed.text());
    eprintln!("issued by {centre}");
    Ok(())
}

fn random_uuid() -> Result<Iri, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(Iri::uuid(bytes))
}

fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
