//! Many processes at one ledger.

use std::collections::HashSet;
use std::time::Instant;

use taskbadge_issuer::ledger::{Query, State};

use crate::child::Job;
use crate::on_both;
use crate::place::{Place, assert_whole, tell};

const PROCESSES: usize = 8;
const BADGES: usize = 500;

on_both! {
    fn eight_processes_issue_five_hundred_badges_each(place: &Place) {
        let start = Instant::now();
        let processes: Vec<_> = (0..PROCESSES)
            .map(|number| Job::issue(place.address(), &format!("process {number}"), BADGES, 50).spawn())
            .collect();
        let mut acknowledged = HashSet::new();
        for process in processes {
            let said = process.wait();
            assert!(said.done, "{:?}", said.trouble);
            assert_eq!(said.issued.len(), BADGES);
            acknowledged.extend(said.issued);
        }
        tell(&format!("{PROCESSES} processes issued {BADGES} badges each in {:.1?}", start.elapsed()));
        assert_eq!(acknowledged.len(), PROCESSES * BADGES);
        assert_exact(place, PROCESSES * BADGES);
    }

    fn eight_processes_issue_the_same_roster(place: &Place) {
        let processes: Vec<_> =
            (0..PROCESSES).map(|_| Job::issue(place.address(), "the same", BADGES, 50).spawn()).collect();
        let mut acknowledged = HashSet::new();
        for process in processes {
            let said = process.wait();
            assert!(said.done, "{:?}", said.trouble);
            acknowledged.extend(said.issued);
        }
        assert_eq!(acknowledged.len(), BADGES);
        assert_exact(place, BADGES);
    }
}

fn assert_exact(place: &Place, badges: usize) {
    let mut ledger = place.open();
    let records = ledger.select(&Query::all()).unwrap();
    assert_eq!(records.len(), badges);
    assert!(records.iter().all(|record| record.state == State::Issued));
    let places: HashSet<_> =
        records.iter().flat_map(|record| &record.entries).map(|entry| (entry.list.as_str(), entry.index)).collect();
    assert_eq!(places.len(), 2 * badges);
    assert_eq!(ledger.lists().unwrap().len(), 2);
    assert_whole(&mut ledger);
}
