//! A ledger of an earlier version is sealed once. The one in `ledger/version-3` was written by that version.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use taskbadge::time::Instant;
use taskbadge_issuer::audit;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{
    Because, Happening, Ledger, LedgerTrouble, Query, Reason, Replaces, Sealed, State, Status,
};
use tempfile::TempDir;

const LEDGER: &str = include_str!("ledger/version-3/ledger.sql");

fn old_centre() -> (TempDir, Centre) {
    let folder = tempfile::tempdir().unwrap();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger/version-3");
    for file in ["centre.toml", "issued.secret"] {
        fs::copy(old.join(file), folder.path().join(file)).unwrap();
    }
    // A dump has its tables by name, not in the order in which they refer to each other.
    let dump = format!("PRAGMA foreign_keys = OFF; {LEDGER}");
    Connection::open(folder.path().join("ledger.sqlite")).unwrap().execute_batch(&dump).unwrap();
    let centre = Centre::open(folder.path()).unwrap();
    (folder, centre)
}

fn because() -> Because {
    Because::new("registrar", "sealed with the new version").unwrap()
}

fn now() -> Instant {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

fn seal(centre: &Centre, ledger: &mut Ledger) -> taskbadge_issuer::ledger::Check {
    audit::seal(centre, ledger, &because(), now(), |_, _| {}).unwrap()
}

#[test]
fn before_it_is_sealed_it_is_read_and_checked_and_not_written() {
    let (_folder, centre) = old_centre();
    let mut ledger = centre.ledger().unwrap();
    let check = audit::check(&centre, &mut ledger, |_, _| {}).unwrap();
    assert!(check.is_whole(), "{:?}", check.faults);
    assert_eq!((check.sealed, check.badges), (Sealed::Not, 6));
    assert_eq!(check.head, ledger.head().unwrap(), "nothing is written by a check");
    let badge = ledger.select(&Query::all().status(Status::Good)).unwrap().pop().unwrap().badge;
    let name = ledger.particulars(&badge, |known| known.name.map(str::to_owned)).unwrap();
    assert!(name.is_some());
    for refused in [
        ledger.revoke([&badge], Reason::Other, &because(), now()),
        ledger.genuine("did:key:z6Mk").map(drop),
        ledger.published(&[], now()),
    ] {
        assert!(matches!(refused, Err(LedgerTrouble::Unsealed { .. })), "{refused:?}");
    }
}

#[test]
fn sealing_keeps_everything_as_it_stands_and_proves_it_from_then_on() {
    let (_folder, centre) = old_centre();
    let mut ledger = centre.ledger().unwrap();
    let before = ledger.select(&Query::all()).unwrap();
    let check = seal(&centre, &mut ledger);
    assert!(check.is_whole(), "{:?}", check.faults);
    assert_eq!(check.sealed, Sealed::Proven);
    drop(ledger);

    let mut ledger = centre.ledger().unwrap();
    assert_eq!(ledger.select(&Query::all()).unwrap(), before);
    let check = audit::check(&centre, &mut ledger, |_, _| {}).unwrap();
    assert!(check.is_whole() && check.sealed == Sealed::Proven, "{:?}", check.faults);
    assert!(matches!(
        audit::seal(&centre, &mut ledger, &because(), now(), |_, _| {}),
        Err(taskbadge_issuer::Trouble::Ledger(LedgerTrouble::NothingToSeal))
    ));

    // What was taken back stays so, by the sealed events alone.
    let raised: usize = ledger.lists().unwrap().iter().map(|list| ledger.raised(&list.url).unwrap().len()).sum();
    assert_eq!(raised, 3, "one revoked, one corrected, one suspended");
    let of = |status| before.iter().find(|record| record.status == status).unwrap();
    let revoked = ledger.revoke([&of(Status::Revoked).badge], Reason::Other, &because(), now());
    assert!(matches!(revoked, Err(LedgerTrouble::Revoked(_))));
    ledger.reinstate([&of(Status::Suspended).badge], &because(), now()).unwrap();
    // Which badges are genuine is known of all whose bytes were there: the bytes of one were erased.
    let signer = before[0].signer.clone().unwrap();
    assert_eq!(ledger.genuine(&signer).unwrap().len(), before.len() - 1);
    // Every badge can be found, held against its events, and shown with its history.
    for record in &before {
        let found = ledger.find(&record.badge).unwrap().unwrap();
        assert_eq!(found.badge, record.badge);
        let history = ledger.history(&record.badge).unwrap();
        assert!(history.iter().any(|event| matches!(event.happening, Happening::BadgeAdopted(_))));
    }
    let corrected = before.iter().find(|record| record.state == State::Superseded).unwrap();
    let by = ledger.find(corrected.replaced_by.as_ref().unwrap()).unwrap().unwrap();
    assert_eq!(by.replaces, Some((corrected.badge.clone(), Replaces::Correction)));
    assert!(audit::check(&centre, &mut ledger, |_, _| {}).unwrap().is_whole());
}

#[test]
fn what_was_changed_before_and_does_not_agree_with_itself_is_not_sealed() {
    for (sql, fault) in [
        ("UPDATE badges SET task = 'other' WHERE number = 2", "task"),
        ("UPDATE badges SET status = 'good'", "status"),
        ("UPDATE copies SET content = cast(replace(cast(content AS TEXT), 'Lin Chen', 'Lin Chan') AS BLOB)", "content"),
        ("UPDATE badges SET valid_until = valid_until + 86400", "its end"),
        ("UPDATE badges SET awarded = '2026-11-04' WHERE number = 2", "the day of its award"),
        ("UPDATE lists SET capacity = capacity * 2", "capacity"),
        ("UPDATE lists SET base = 'https://evil.example'", "base"),
        ("UPDATE entries SET raised = 0", "raised"),
        ("CREATE TRIGGER planted AFTER INSERT ON notes BEGIN DELETE FROM notes; END", "trigger planted"),
    ] {
        let (folder, centre) = old_centre();
        // The columns that a later version adds are there by then.
        drop(centre.ledger().unwrap());
        let database = Connection::open(folder.path().join("ledger.sqlite")).unwrap();
        database.execute_batch(sql).unwrap();
        let sealed = centre.ledger().and_then(|mut ledger| {
            let head = ledger.head()?;
            let check = audit::seal(&centre, &mut ledger, &because(), now(), |_, _| {})?;
            assert_eq!(ledger.head()?, head, "{sql}: nothing is written");
            Ok(check.faults.iter().map(ToString::to_string).collect::<Vec<_>>())
        });
        let told = sealed.unwrap_or_else(|trouble| vec![trouble.to_string()]);
        assert!(told.iter().any(|told| told.contains(fault)), "{sql}: {told:#?}");
    }
}
