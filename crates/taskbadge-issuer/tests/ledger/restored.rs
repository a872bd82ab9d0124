//! Restoring an old backup is noticed, and nothing is issued until a person decides.

use std::fs;

use taskbadge_issuer::ledger::{Comparison, Head, Ledger, LedgerTrouble, Reason};

use crate::on_both;
use crate::place::{Place, assert_whole, at, because, intend, issue, names};

on_both! {
    fn a_ledger_that_is_behind_issues_nothing_until_a_person_decides(place: &Place) {
        let (mut ledger, mut other) = (place.open(), place.open());
        let ids = issue(&mut ledger, &names("a", 3)).unwrap();
        let own = ledger.head().unwrap();
        assert_eq!(own.to_string().parse::<Head>().unwrap(), own);
        assert_eq!(ledger.compare(&own, at()).unwrap(), Comparison::InOrder);
        issue(&mut ledger, &names("b", 1)).unwrap();
        assert_eq!(ledger.compare(&own, at()).unwrap(), Comparison::InOrder);
        assert_eq!(ledger.accept_restored(&because(), at()), Err(LedgerTrouble::NothingToAccept));

        let published = Head { sequence: own.sequence + 500, hash: [9; 32] };
        assert!(matches!(ledger.compare(&published, at()).unwrap(), Comparison::Behind { .. }));
        assert!(matches!(ledger.compare(&published, at()).unwrap(), Comparison::Behind { .. }));
        // A fork: the number is there, with another hash.
        let fork = Head { sequence: 2, hash: [9; 32] };
        assert!(matches!(ledger.compare(&fork, at()).unwrap(), Comparison::Behind { .. }));
        for ledger in [&mut ledger, &mut other] {
            let refused = intend(ledger, &names("c", 1)).unwrap_err();
            assert!(matches!(refused, LedgerTrouble::Restored { published: told, .. } if told == published));
        }
        assert_eq!(ledger.check().unwrap().in_doubt, Some(published));
        // What protects people goes on.
        ledger.revoke(&ids[..1], Reason::Fraud, &because(), at()).unwrap();

        let before = ledger.lists().unwrap();
        let closed = other.accept_restored(&because(), at()).unwrap();
        assert_eq!(closed, before.iter().map(|list| list.url.clone()).collect::<Vec<_>>());
        assert_eq!(ledger.head().unwrap().sequence, published.sequence + 1);
        let intended = intend(&mut ledger, &names("c", 1)).unwrap();
        assert!(intended[0].entries.iter().all(|entry| !closed.contains(&entry.list)));
        assert_eq!(ledger.compare(&published, at()).unwrap(), Comparison::InOrder);
        assert_eq!(ledger.compare(&fork, at()).unwrap(), Comparison::InOrder);
        assert_whole(&mut ledger);
    }
}

#[test]
fn a_restored_file_is_noticed_and_its_lost_revocations_are_found_again() {
    let place = Place::sqlite();
    let mut ledger = place.open();
    let ids = issue(&mut ledger, &names("a", 3)).unwrap();
    drop(ledger);
    let backup = fs::read(place.file()).unwrap();

    let mut ledger = place.open();
    ledger.revoke(&ids[1..2], Reason::Fraud, &because(), at()).unwrap();
    let lost = issue(&mut ledger, &names("b", 3)).unwrap();
    let list = ledger.lists().unwrap()[0].url.clone();
    let (raised, published) = (ledger.raised(&list).unwrap(), ledger.head().unwrap());
    drop(ledger);

    fs::write(place.file(), backup).unwrap();
    let mut ledger: Ledger = place.open();
    assert!(matches!(ledger.compare(&published, at()).unwrap(), Comparison::Behind { .. }));
    ledger.accept_restored(&because(), at()).unwrap();
    assert_eq!(ledger.find(&lost[0]).unwrap(), None);
    let again = ledger.badge_at(&list, raised[0]).unwrap().unwrap();
    assert_eq!(again, ids[1]);
    ledger.revoke([&again], Reason::Fraud, &because(), at()).unwrap();
    assert_eq!(ledger.raised(&list).unwrap(), raised);
    assert_whole(&mut ledger);
}
