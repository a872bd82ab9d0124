//! The desk and publishing, on both databases: on PostgreSQL, two machines with a folder each.

use std::fs;
use std::path::Path;

use taskbadge::key::{Did, SigningKey};
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued, When};
use taskbadge_issuer::ledger::{LedgerTrouble, Reason};
use taskbadge_issuer::publish::publish;
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;
use taskbadge_issuer::{Trouble, publish};

use crate::on_both;
use crate::place::{Place, assert_whole, at, because};

const FORKLIFT: &str = include_str!("../../../../examples/centre/tasks/forklift-pre-start-check.toml");

on_both! {
    fn a_roster_is_issued_once_and_what_is_revoked_is_published(place: &Place) {
        let folder = tempfile::tempdir().unwrap();
        let here = machine(&folder.path().join("here"), place);
        let issued = issue(&here).unwrap();
        let mut ledger = here.ledger().unwrap();
        ledger.revoke([&issued[1].badge], Reason::Fraud, &because(), at()).unwrap();
        let published = here.published_folder();
        let publication = publish(&here, &key(), &mut ledger, &published, None, at()).unwrap();
        assert_eq!(publication.lists.iter().map(|list| list.raised).collect::<Vec<_>>(), [1]);
        assert!(issue(&here).unwrap().iter().all(|badge| badge.when == When::Before));
        assert_whole(&mut ledger);
        if place.is_sqlite() {
            return;
        }

        // The other machine has its own folder, and as long as it has no secret, or another one, issues nothing.
        let there = machine(&folder.path().join("there"), place);
        assert!(matches!(issue(&there), Err(Trouble::Secret(_))));
        let (secret, copy) = (here.folder().join("issued.secret"), there.folder().join("issued.secret"));
        fs::write(&copy, "7".repeat(64)).unwrap();
        assert!(matches!(issue(&there), Err(Trouble::Ledger(LedgerTrouble::OtherSecret { .. }))));
        fs::copy(secret, copy).unwrap();
        let again = issue(&there).unwrap();
        assert!(again.iter().all(|badge| badge.when == When::PutBack));
        for (first, again) in issued.iter().zip(&again) {
            assert_eq!(fs::read(&first.file).unwrap(), fs::read(&again.file).unwrap());
        }
        assert_eq!(publish::compare(&mut ledger, &published, at()).unwrap(), publish::compare(&mut ledger, &there.published_folder(), at()).unwrap());
    }
}

fn machine(folder: &Path, place: &Place) -> Centre {
    let settings = Settings::new("Harbour Training Centre", Did::key(&key().verifying_key()));
    let settings = if place.is_sqlite() { settings } else { settings.with_ledger(place.address()) };
    Centre::found(folder, settings, &key(), b"correct horse").unwrap()
}

fn issue(centre: &Centre) -> Result<Vec<Issued>, Trouble> {
    let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
    let text = b"email,date,level\na@example.org,2026-11-03,independent\nb@example.org,2026-11-03,independent\n";
    let roster = Roster::open("r.csv", text).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), at(), &[]).unwrap();
    Desk::open(centre, &key(), "registrar", at())?.issue(&batch, at(), |_| ())
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}
