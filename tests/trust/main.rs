//! Offline trust: scenarios in files, a truth table written by hand, and what nobody without the root keys can bring about.
//!
//! `TASKBADGE_BLESS=1` writes the scenarios of [`make`] that have no file yet.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod genuine;
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

/// A verifier that runs for long holds its lists from one check to the next.
#[test]
fn a_list_counts_no_longer_than_the_pack_that_recognises_who_signed_it() {
    use stage::{ISSUE, Issue, NOW, at, badge, centre, did, key, list, pack, root, signed};
    use taskbadge::trust::{Entity, KnownPack, Trust};
    use taskbadge::verify::Verifier;
    use taskbadge_status::StatusLists;

    // The association recognises the centre, the ministry the registry that signs its lists.
    let mut association = pack();
    association.entities[0].status_issuers.push(did(&key(20)));
    let mut ministry = pack();
    ministry.id = "urn:uuid:0d0f1f4e-8a8c-4f1e-9b63-3e9c5ad4a111".into();
    ministry.entities = vec![Entity::new(&did(&key(20)), "Registry")];
    ministry.valid_until = at("2026-11-22T12:00:00Z");
    let taken = |pack| {
        let file = signed(pack, &[1, 2]);
        KnownPack::first(file.as_bytes(), &root().fingerprint(), at(NOW)).unwrap().1
    };
    let verifier = Verifier::new(Trust::none().with_pack(&taken(&association)).with_pack(&taken(&ministry)));
    let mut lists = StatusLists::new();
    lists.add(&verifier, list(&key(20), "2026-11-21T06:00:00Z", false).as_bytes(), at(NOW)).unwrap();
    let verifier = verifier.status(std::sync::Arc::new(lists));
    let badge = badge(&centre(), &Issue { status: true, ..ISSUE });
    let verdict = |time| scenario::verdict(&verifier.verify(badge.as_bytes(), at(time))).0;
    assert_eq!(verdict("2026-11-22T11:59:59Z"), "VALID");
    assert_eq!(verdict("2026-11-22T12:00:00Z"), "INDETERMINATE");
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
