//! Offline trust: scenarios in files, a truth table written by hand, and what nobody without the root keys can bring about.
//!
//! `TASKBADGE_BLESS=1` writes the scenarios of [`make`] that have no file yet.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod make;
mod sequences;
mod stage;
mod table;

use taskbadge_tests::{scenario, tell};

#[test]
fn every_scenario_goes_as_it_says() {
    if std::env::var_os("TASKBADGE_BLESS").is_some() {
        make::write_new_scenarios();
    }
    let all = scenario::all();
    let failures: Vec<String> = all
        .iter()
        .flat_map(|(name, scenario)| scenario.play().into_iter().map(move |what| format!("{name}: {what}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(all.len() >= make::all().len());
    tell(&format!("trust scenarios: {}", all.len()));
}
