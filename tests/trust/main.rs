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

/// Who hands files on can leave lists out: without any, nothing becomes VALID. (That an older list or pack stands in the
/// place of a newer one, which was never handed on, is another matter: for that they end.)
#[test]
fn without_lists_no_scenario_becomes_valid() {
    let is_list = |line: &String| line.contains("\"BitstringStatusListCredential\"");
    let mut compared = 0;
    for (name, scenario) in scenario::all() {
        let Some(verdict) = scenario.check.as_ref().map(|check| &*check.verdict) else { continue };
        let mut without = scenario.clone();
        without.lists.clear();
        without.steps.iter_mut().for_each(|step| step.file.retain(|line| !is_list(line)));
        if verdict != "VALID" {
            assert_ne!(without.verdict(), "VALID", "{name}");
        }
        compared += usize::from(without != scenario);
    }
    assert!(compared >= 5, "{compared}");
}

/// What a pack knows of a theft, or of the time, holds for whom the caller recognises, too.
#[test]
fn the_callers_own_recognition_does_not_hide_what_a_pack_knows() {
    use stage::{ISSUE, NOW, at, badge, centre, entity_key, pack, root, signed};
    use taskbadge::trust::{KeyState, KnownPack, RecognisedIssuer, Trust};
    use taskbadge::verify::Verifier;

    let own = || Trust::none().recognise(RecognisedIssuer::did_key(&centre().verifying_key()));
    let badge = badge(&centre(), &ISSUE);
    let verdict = |trust: Trust, time: &str| {
        let outcome = Verifier::new(trust).verify(badge.as_bytes(), at(time));
        scenario::verdict(&outcome).1.iter().map(|finding| finding.code().as_str()).collect::<Vec<_>>()
    };
    assert_eq!(verdict(own(), NOW)[0], "ok");

    let mut stolen = pack();
    let mut key = entity_key();
    key.state = KeyState::Compromised { since: at("2026-10-10T00:00:00Z"), genuine: None };
    stolen.entities[0].keys.push(key);
    let file = signed(&stolen, &[1, 2]);
    let (_, trusted) = KnownPack::first(file.as_bytes(), &root().fingerprint(), at(NOW)).unwrap();
    assert!(verdict(own().with_pack(&trusted), NOW).contains(&"key.compromised"));

    let file = signed(&pack(), &[1, 2]);
    let (_, trusted) = KnownPack::first(file.as_bytes(), &root().fingerprint(), at(NOW)).unwrap();
    assert_eq!(verdict(own().with_pack(&trusted), NOW)[0], "ok");
    assert!(verdict(own().with_pack(&trusted), "2026-11-18T00:00:00Z").contains(&"trust.clock"));
}
