//! Verify badge files against one recognised issuer, given by its key.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin verify-badges -- z6Mk… badge.json
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::time::SystemTime;

use taskbadge::key::VerifyingKey;
use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let key = arguments.next().ok_or("which issuer's key? (z6Mk…)")?;
    let issuer = RecognisedIssuer::did_key(&VerifyingKey::from_multikey(&key)?);
    let verifier = Verifier::new(Trust::none().recognise(issuer));
    // The core reads no clock: the time of the check is a parameter.
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let now = Instant::from_unix(i64::try_from(seconds)?);

    for file in arguments {
        match verifier.verify(&std::fs::read(&file)?, now) {
            Ok(badge) => {
                // What a badge says is the issuer's word, and a file's name anybody's: shown so that neither reads as ours.
                let task = Quoted(badge.claims().achievement_name().unwrap_or_default());
                println!("VALID  {}: {task}", Name(&file));
            }
            Err(refusal) => println!("{refusal} [{}]", Name(&file)),
        }
    }
    Ok(())
}
