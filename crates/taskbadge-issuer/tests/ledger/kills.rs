//! `kill -9`, at each named step and at random points: what was acknowledged is there, and what was not can be
//! finished.

use std::time::Duration;

use taskbadge_issuer::ledger::{Ledger, Query, State, Status, faults};

use crate::child::{Job, Work, everything};
use crate::on_both;
use crate::place::{Place, assert_whole, issue, names, tell};
use crate::process::Said;

/// Badges issued together by a process that will be killed.
const GROUP: usize = 4;

on_both! {
    fn killed_at_each_step(place: &Place) {
        let mut kills = 0;
        // So many passages of a step as there are changes in the work, and those of opening a new ledger.
        for step in faults::STEPS {
            for time in 1.. {
                let prefix = format!("{step} {time}");
                let work = Work::Everything { prefix: prefix.clone() };
                let job = Job { address: place.address(), hold: Some((step.to_owned(), time)), work };
                let said = job.spawn().kill_when_held();
                assert!(said.trouble.is_none(), "{said:?}");
                let mut ledger = place.open();
                assert_kept(&mut ledger, &said);
                assert_whole(&mut ledger);
                everything(&mut ledger, &prefix, |_, _| ()).unwrap();
                let check = ledger.check().unwrap();
                assert!(check.is_whole() && check.open.is_empty(), "{step} {time}: {:?}", check.faults);
                if !said.held {
                    assert!(said.done, "{said:?}");
                    break;
                }
                kills += 1;
            }
        }
        tell(&format!("killed at {kills} steps, nothing lost"));
        assert!(kills >= 40, "{kills}");
    }

    fn killed_at_the_first_steps_of_a_new_ledger(place: &Place) {
        let mut job = Job::issue(place.address(), "a", 5, 5);
        // The first transaction makes the tables.
        for (step, time) in [("begun", 1), ("before the commit", 1), ("after the commit", 1), ("a list is opened", 1)] {
            job.hold = Some((step.to_owned(), time));
            assert!(job.spawn().kill_when_held().held, "{step}");
        }
        let mut ledger = place.open();
        assert_whole(&mut ledger);
        assert_eq!(ledger.head().unwrap().sequence, 0);
        issue(&mut ledger, &names("a", 5)).unwrap();
        assert_whole(&mut ledger);
    }

    fn killed_at_random(place: &Place) {
        // TASKBADGE_KILLS asks for a longer run.
        let kills: u32 = std::env::var("TASKBADGE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
        let mut ledger = place.open();
        issue(&mut ledger, &names("before", 5)).unwrap();
        let (mut acknowledged, mut cut) = (0, 0);
        let mut life = 30;
        for kill in 0..kills {
            let prefix = format!("kill {kill}");
            let process = Job::issue(place.address(), &prefix, 10_000, GROUP).spawn();
            let mut draw = [0; 2];
            getrandom::fill(&mut draw).unwrap();
            std::thread::sleep(Duration::from_micros(u64::from(u16::from_be_bytes(draw)) * life / 50));
            let said = process.kill();
            assert!(said.trouble.is_none() && !said.done, "{said:?}");
            acknowledged += said.issued.len();
            assert_kept(&mut ledger, &said);
            cut += ledger.select(&Query::all().state(State::Intended)).unwrap().len();
            if kill % 20 == 0 {
                assert_whole(&mut ledger);
            }
            // Doing the same again finishes what was cut off: at most one group more than was signed.
            issue(&mut ledger, &names(&prefix, said.signed.len() + GROUP)).unwrap();
            // Most kills should come when the process is at work, and the ledger should stay small.
            life = if said.issued.is_empty() { life + 4 } else { life.saturating_sub(2).max(4) };
        }
        let check = ledger.check().unwrap();
        assert!(check.is_whole() && check.open.is_empty(), "{:?}", check.faults);
        tell(&format!("{kills} kills, {acknowledged} badges acknowledged, {cut} cut off and finished, none lost"));
    }
}

/// Every badge that was signed has a row, and every acknowledgement holds.
fn assert_kept(ledger: &mut Ledger, said: &Said) {
    for id in &said.signed {
        assert!(ledger.find(id).unwrap().is_some(), "{id} was signed and has no row");
    }
    for id in &said.issued {
        assert_ne!(ledger.find(id).unwrap().unwrap().state, State::Intended, "{id} was acknowledged");
    }
    for id in &said.revoked {
        assert_eq!(ledger.find(id).unwrap().unwrap().status, Status::Revoked, "{id} was acknowledged as revoked");
    }
}
