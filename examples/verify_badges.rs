//! Verify badge files against one recognised issuer, given by its key.
//!
//! ```console
//! $ cargo run -q -p taskbadge-examples --bin verify-badges -- z6Mk… badge.json
//! ```
#![allow(clippy::print_stdout, reason = "a program for people")]

use std::error::Error;
use std::time::SystemTime;

use taskbadge::key::VerifyingKey;
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
            Ok(badge) => println!("{file}: VALID: {}", badge.claims().achievement_name().unwrap_or_default()),
            Err(refusal) => println!("{file}: {refusal}"),
        }
    }
    Ok(())
}
