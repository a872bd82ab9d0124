//! What can be wrong with the file: full disks, other files, older and newer ledgers.

use std::fs;

use taskbadge_issuer::ledger::{Ledger, LedgerTrouble, Query};

use crate::child::Job;
use crate::place::{Place, assert_whole, issue, names, tell};

#[test]
fn a_full_disk_is_said_and_the_ledger_opens_again_whole() {
    let mut refused = 0;
    // In blocks of 512 bytes. The shell's trap makes writing fail, as on a full disk, instead of ending the process.
    for blocks in (100..5000).step_by(350) {
        let place = Place::sqlite();
        let said =
            Job::issue(place.address(), "a", 2000, 40).spawn_after(&format!("trap '' XFSZ; ulimit -f {blocks}")).wait();
        let trouble = said.trouble.expect("the limit is too small for the work");
        assert!(trouble.contains("check the disk") || trouble.contains("disk of"), "{trouble}");
        refused += 1;
        recovers(&place, &said.issued);
    }
    // Without the trap, the system ends it in the middle of a write.
    for blocks in [300, 1111, 2222] {
        let place = Place::sqlite();
        let said = Job::issue(place.address(), "a", 2000, 40).spawn_after(&format!("ulimit -f {blocks}")).wait();
        assert!(!said.done && said.trouble.is_none(), "{said:?}");
        recovers(&place, &said.issued);
    }
    tell(&format!("{refused} full disks and 3 ends in the middle of a write, nothing lost"));
}

fn recovers(place: &Place, issued: &[taskbadge::badge::Iri]) {
    let mut ledger = place.open();
    assert_whole(&mut ledger);
    for id in issued {
        assert!(ledger.find(id).unwrap().unwrap().digest.is_some());
    }
    issue(&mut ledger, &names("a", issued.len() + 40)).unwrap();
    let check = ledger.check().unwrap();
    assert!(check.is_whole() && check.open.is_empty());
    assert_eq!(check.badges as usize, issued.len() + 40);
}

#[test]
fn other_files_are_no_ledgers() {
    let place = Place::sqlite();
    fs::write(place.file(), "name;email\n".repeat(200)).unwrap();
    assert!(matches!(place.try_open().err(), Some(LedgerTrouble::NotALedger { .. })));

    let place = Place::sqlite();
    rusqlite::Connection::open(place.file()).unwrap().execute_batch("CREATE TABLE other (a)").unwrap();
    assert!(matches!(place.try_open().err(), Some(LedgerTrouble::NotALedger { .. })));

    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing").join("ledger.sqlite");
    assert!(matches!(Ledger::open(&missing).err(), Some(LedgerTrouble::Unreachable { .. })));
}

#[test]
fn a_damaged_file_is_said() {
    let place = Place::sqlite();
    issue(&mut place.open(), &names("a", 100)).unwrap();
    let mut bytes = fs::read(place.file()).unwrap();
    let half = bytes.len() / 2;
    bytes[half..half + 20_000].fill(0xA5);
    fs::write(place.file(), bytes).unwrap();
    let found = place.try_open().and_then(|mut ledger| ledger.check());
    match found {
        Ok(check) => assert!(!check.is_whole()),
        Err(trouble) => assert!(matches!(trouble, LedgerTrouble::Damaged { .. }), "{trouble}"),
    }
}

#[test]
fn a_ledger_of_version_1_becomes_one_of_this_version() {
    let place = Place::sqlite();
    Ledger::begin_at_version(&place.file(), 1).unwrap();
    let version = || -> i64 {
        let file = rusqlite::Connection::open(place.file()).unwrap();
        file.query_row("SELECT version FROM schema_version", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(version(), 1);
    let mut ledger = place.open();
    assert!(version() > 1);
    issue(&mut ledger, &names("a", 3)).unwrap();
    assert_eq!(ledger.select(&Query::all().task("forklift")).unwrap().len(), 3);
    assert_whole(&mut ledger);
}

#[test]
fn a_newer_ledger_is_left_alone() {
    let place = Place::sqlite();
    let mut ledger = place.open();
    ledger.tamper("UPDATE schema_version SET version = 99").unwrap();
    drop(ledger);
    let refused = place.try_open().err().unwrap();
    assert!(matches!(refused, LedgerTrouble::Newer { found: 99, .. }), "{refused}");
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let refused = Ledger::connect("host=/nowhere user=ledger dbname=ledger").err().unwrap();
    assert!(matches!(refused, LedgerTrouble::Unreachable { .. }), "{refused}");
    let refused = Ledger::connect("postgres://user:secret@localhost:1/ledger?sslmode=require").err().unwrap();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::sqlite();
    let mut ledger = place.open();
    issue(&mut ledger, &names("a", 1)).unwrap();
    for file in fs::read_dir(place.file().parent().unwrap()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
    }
}

#[test]
fn a_ledger_that_is_held_is_said_to_be() {
    let place = Place::sqlite();
    let mut ledger = place.open();
    issue(&mut ledger, &names("a", 1)).unwrap();
    let other = rusqlite::Connection::open(place.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // As patient as a test can be.
    ledger.tamper("PRAGMA busy_timeout = 50").unwrap();
    assert!(matches!(issue(&mut ledger, &names("b", 1)), Err(LedgerTrouble::Busy { .. })));
    other.execute_batch("ROLLBACK").unwrap();
    issue(&mut ledger, &names("b", 1)).unwrap();
    assert_whole(&mut ledger);
}

#[test]
fn a_database_without_room_is_said() {
    let place = Place::sqlite();
    let mut ledger = place.open();
    issue(&mut ledger, &names("a", 10)).unwrap();
    ledger.tamper("PRAGMA max_page_count = 60").unwrap();
    let refused = issue(&mut ledger, &names("b", 100)).unwrap_err();
    assert!(matches!(refused, LedgerTrouble::DiskFull { .. }), "{refused}");
    ledger.tamper("PRAGMA max_page_count = 100000").unwrap();
    issue(&mut ledger, &names("b", 100)).unwrap();
    assert_eq!(ledger.check().unwrap().badges, 110);
    assert_whole(&mut ledger);
}

crate::on_both! {
    fn what_may_only_be_read_is_said(place: &Place) {
        let mut ledger = place.open();
        issue(&mut ledger, &names("a", 1)).unwrap();
        let only_read =
            if place.is_sqlite() { "PRAGMA query_only = ON" } else { "SET default_transaction_read_only = on" };
        ledger.tamper(only_read).unwrap();
        let refused = issue(&mut ledger, &names("b", 1)).unwrap_err();
        assert!(matches!(refused, LedgerTrouble::ReadOnly { .. }), "{refused}");
        assert_whole(&mut ledger);
    }
}
