//! What the ledger does, told once for both databases.

use std::collections::HashSet;

use taskbadge::badge::StatusPurpose;
use taskbadge_issuer::ledger::{
    Because, Completed, Count, Erased, Happening, Intention, LedgerTrouble, Lists, Particulars, Published, Query,
    Reason, Replaces, Signed, Stage, State, Status,
};

use crate::on_both;
use crate::place::{
    Place, SIGNER, assert_whole, at, because, complete, content, fresh_id, intend, issue, lists, names, random, row,
    signed,
};

on_both! {
    fn a_badge_is_intended_issued_and_found(place: &Place) {
        let mut ledger = place.open();
        let intended = intend(&mut ledger, &names("a", 3)).unwrap();
        assert_eq!(ledger.find(&intended[0].badge).unwrap().unwrap().state, State::Intended);
        assert_eq!(ledger.check().unwrap().open.len(), 3);
        let ids = complete(&mut ledger, &intended).unwrap();

        drop(ledger);
        let mut ledger = place.open();
        for (id, intended) in ids.iter().zip(&intended) {
            let Stage::ToSign { content, again: false } = &intended.stage else { panic!("{intended:?}") };
            let record = ledger.find(id).unwrap().unwrap();
            assert_eq!((record.state, record.status), (State::Issued, Status::Good));
            assert_eq!(record.entries, intended.entries);
            assert_eq!(record.signer.as_deref(), Some(SIGNER));
            assert_eq!(ledger.copy(id).unwrap().unwrap(), signed(content));
        }
        let purposes: Vec<_> = intended[0].entries.iter().map(|entry| entry.purpose).collect();
        assert_eq!(purposes, [StatusPurpose::Revocation, StatusPurpose::Suspension]);
        assert_eq!(ledger.find_row(&row("a 1")).unwrap().unwrap().badge, ids[1]);
        assert_eq!(ledger.find(&fresh_id()).unwrap(), None);
        assert_eq!(ledger.genuine(SIGNER).unwrap().len(), 3);
        assert_eq!(ledger.genuine("another").unwrap().len(), 0);
        let check = ledger.check().unwrap();
        assert!(check.is_whole() && check.open.is_empty(), "{check:?}");
        assert_eq!((check.badges, check.events), (3, 8));
    }

    fn what_was_begun_is_finished_with_what_was_stored(place: &Place) {
        let mut ledger = place.open();
        let first = intend(&mut ledger, &names("a", 2)).unwrap();
        complete(&mut ledger, &first[..1]).unwrap();
        drop(ledger);
        let mut ledger = place.open();
        let again = intend(&mut ledger, &names("a", 3)).unwrap();
        assert!(matches!(again[0].stage, Stage::Issued { .. }));
        assert_eq!((&again[1].badge, &again[1].entries), (&first[1].badge, &first[1].entries));
        let Stage::ToSign { content: stored, .. } = &first[1].stage else { panic!("{first:?}") };
        let Stage::ToSign { content, again: true } = &again[1].stage else { panic!("{again:?}") };
        assert_eq!(stored, content);
        assert!(matches!(again[2].stage, Stage::ToSign { again: false, .. }));
        complete(&mut ledger, &again).unwrap();
        assert_eq!(ledger.select(&Query::all()).unwrap().len(), 3);
        assert_whole(&mut ledger);
    }

    fn a_row_that_is_there_twice_gets_one_badge(place: &Place) {
        let mut ledger = place.open();
        let twice = intend(&mut ledger, &["a".into(), "a".into()]).unwrap();
        assert_eq!(twice[0], twice[1]);
        complete(&mut ledger, &twice).unwrap();
        assert_eq!(ledger.select(&Query::all()).unwrap().len(), 1);
        assert_whole(&mut ledger);
    }

    fn the_first_to_complete_wins(place: &Place) {
        let (mut one, mut other) = (place.open(), place.open());
        let badge = intend(&mut one, &names("a", 1)).unwrap()[0].badge.clone();
        assert_eq!(intend(&mut other, &names("a", 1)).unwrap()[0].badge, badge);
        let first = one.complete(&[Signed { badge: &badge, text: b"first", proofs: &[] }], SIGNER, at()).unwrap();
        let second = other.complete(&[Signed { badge: &badge, text: b"second", proofs: &[] }], SIGNER, at()).unwrap();
        assert_eq!(first, [Completed::Now]);
        assert!(matches!(second[..], [Completed::Before { .. }]));
        assert_eq!(other.copy(&badge).unwrap().unwrap(), b"first");
        let unknown = fresh_id();
        let refused = one.complete(&[Signed { badge: &unknown, text: b"x", proofs: &[] }], SIGNER, at());
        assert_eq!(refused, Err(LedgerTrouble::Unknown(unknown)));
        assert_whole(&mut one);
    }

    fn what_the_caller_refuses_leaves_no_trace(place: &Place) {
        let mut ledger = place.open();
        issue(&mut ledger, &names("a", 1)).unwrap();
        let before = ledger.head().unwrap();
        let (id, mark) = (fresh_id(), row("b"));
        let group = [Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap())];
        let refused = ledger.intend(&group, &lists(), at(), random, |_, _| Err(LedgerTrouble::NoRandomness));
        assert_eq!(refused, Err(LedgerTrouble::NoRandomness));
        let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let broken = |_: usize, _: &[_]| -> Result<_, LedgerTrouble> { panic!("in the middle") };
            ledger.intend(&group, &lists(), at(), random, broken)
        }));
        assert!(panics.is_err());
        issue(&mut ledger, &names("c", 1)).unwrap();
        assert_eq!(ledger.find(&id).unwrap(), None);
        assert_eq!(ledger.head().unwrap().sequence, before.sequence + 2);
        assert_eq!(ledger.check().unwrap().badges, 2);
        assert_whole(&mut ledger);
    }

    fn an_id_that_is_taken_is_refused(place: &Place) {
        let mut ledger = place.open();
        let id = issue(&mut ledger, &names("a", 1)).unwrap().remove(0);
        let (mark, other) = (row("b"), row("c"));
        let day = "2026-11-03".parse().unwrap();
        let group = [Intention::new(&id, &mark, "forklift", "1", day)];
        let refused = ledger.intend(&group, &lists(), at(), random, |_, entries| Ok(content(&id, entries)));
        assert_eq!(refused, Err(LedgerTrouble::Taken(id)));
        let id = fresh_id();
        let group = [&mark, &other].map(|mark| Intention::new(&id, mark, "forklift", "1", day));
        let refused = ledger.intend(&group, &lists(), at(), random, |_, entries| Ok(content(&id, entries)));
        assert_eq!(refused, Err(LedgerTrouble::Taken(id)));
        assert_whole(&mut ledger);
    }

    fn revoking_is_for_good_and_suspending_is_not(place: &Place) {
        let mut ledger = place.open();
        let ids = issue(&mut ledger, &names("a", 3)).unwrap();
        let list_of = |ledger: &mut taskbadge_issuer::ledger::Ledger, purpose| {
            let lists = ledger.lists().unwrap();
            let url = lists.iter().find(|list| list.purpose == purpose).unwrap().url.clone();
            ledger.raised(&url).unwrap()
        };
        ledger.suspend(&ids[..2], &because(), at()).unwrap();
        assert_eq!(list_of(&mut ledger, StatusPurpose::Suspension).len(), 2);
        assert_eq!(ledger.suspend(&ids[..1], &because(), at()), Err(LedgerTrouble::Suspended(ids[0].clone())));
        ledger.reinstate(&ids[..1], &because(), at()).unwrap();
        assert_eq!(ledger.reinstate(&ids[..1], &because(), at()), Err(LedgerTrouble::NotSuspended(ids[0].clone())));
        ledger.revoke([&ids[1], &ids[1]], Reason::Fraud, &because(), at()).unwrap();
        assert_eq!(ledger.revoke(&ids, Reason::Fraud, &because(), at()), Err(LedgerTrouble::Revoked(ids[1].clone())));
        assert_eq!(ledger.reinstate(&ids[1..2], &because(), at()), Err(LedgerTrouble::Revoked(ids[1].clone())));
        assert_eq!(ledger.suspend(&ids[1..2], &because(), at()), Err(LedgerTrouble::Revoked(ids[1].clone())));
        // All or none: the first of the three above stands.
        assert_eq!(ledger.find(&ids[0]).unwrap().unwrap().status, Status::Good);
        let record = ledger.find(&ids[1]).unwrap().unwrap();
        assert_eq!(record.status, Status::Revoked);
        assert_eq!(list_of(&mut ledger, StatusPurpose::Revocation), [record.entries[0].index]);
        let revoked = ledger.history(&ids[1]).unwrap().pop().unwrap();
        assert!(matches!(revoked.happening, Happening::Revoked { reason: Reason::Fraud, .. }));
        assert_eq!((revoked.happening.actor(), revoked.note.as_deref()), (Some("registrar"), Some(because().text())));
        assert_eq!(ledger.select(&Query::all().status(Status::Revoked)).unwrap().len(), 1);
        assert_whole(&mut ledger);
    }

    fn a_badge_without_an_entry_for_suspension_cannot_be_suspended(place: &Place) {
        let mut ledger = place.open();
        let (id, mark) = (fresh_id(), row("a"));
        let only = Lists::below(&"https://centre.example.org/status".parse().unwrap());
        let group = [Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap())];
        ledger.intend(&group, &only, at(), random, |_, entries| Ok::<_, LedgerTrouble>(content(&id, entries))).unwrap();
        let refused = ledger.suspend([&id], &because(), at());
        assert_eq!(refused, Err(LedgerTrouble::NoEntry { badge: id.clone(), purpose: StatusPurpose::Suspension }));
        // It may have been signed before the crash.
        ledger.revoke([&id], Reason::Other, &because(), at()).unwrap();
        let intended = ledger.intend(&group, &only, at(), random, |_, _| Ok::<_, LedgerTrouble>(Vec::new())).unwrap();
        assert_eq!(intended[0].status, Status::Revoked);
        assert_whole(&mut ledger);
    }

    fn a_correction_revokes_and_a_renewal_does_not(place: &Place) {
        let mut ledger = place.open();
        let old = issue(&mut ledger, &names("a", 2)).unwrap();
        let because = because();
        let day = "2026-11-03".parse().unwrap();
        let new = [fresh_id(), fresh_id()];
        let marks = [row("a 0 corrected"), row("a 1 renewed")];
        let group = [
            Intention::new(&new[0], &marks[0], "forklift", "1", day).replaces(&old[0], Replaces::Correction, &because),
            Intention::new(&new[1], &marks[1], "forklift", "2", day).replaces(&old[1], Replaces::Renewal, &because),
        ];
        let write = |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(content(&new[place], entries));
        let intended = ledger.intend(&group, &lists(), at(), random, write).unwrap();
        assert_eq!(ledger.find(&old[0]).unwrap().unwrap().state, State::Issued);
        assert_eq!(ledger.find(&old[0]).unwrap().unwrap().replaced_by, Some(new[0].clone()));
        assert_whole(&mut ledger);
        complete(&mut ledger, &intended).unwrap();
        let [corrected, renewed] = [0, 1].map(|place| ledger.find(&old[place]).unwrap().unwrap());
        assert_eq!((corrected.state, corrected.status), (State::Superseded, Status::Revoked));
        assert_eq!((renewed.state, renewed.status), (State::Superseded, Status::Good));
        assert_eq!(ledger.find(&new[1]).unwrap().unwrap().replaces, Some((old[1].clone(), Replaces::Renewal)));
        let last = ledger.history(&old[0]).unwrap().pop().unwrap();
        assert!(matches!(last.happening, Happening::Revoked { reason: Reason::Superseded, .. }), "{last:?}");

        let (id, mark) = (fresh_id(), row("a 0 again"));
        let again = Intention::new(&id, &mark, "forklift", "1", day);
        let again = [again.replaces(&old[0], Replaces::Correction, &because)];
        let refused = ledger.intend(&again, &lists(), at(), random, |_, _| Ok(Vec::new()));
        assert_eq!(refused, Err(LedgerTrouble::Replaced { old: old[0].clone(), new: new[0].clone() }));
        ledger.revoke(&new[1..], Reason::Other, &because, at()).unwrap();
        let again = [Intention::new(&id, &mark, "forklift", "1", day).replaces(&new[1], Replaces::Renewal, &because)];
        let refused = ledger.intend(&again, &lists(), at(), random, |_, _| Ok(Vec::new()));
        let taken_back = |badge: &taskbadge::badge::Iri, status| LedgerTrouble::TakenBack { badge: badge.clone(), status };
        assert_eq!(refused, Err(taken_back(&new[1], Status::Revoked)));
        assert_whole(&mut ledger);
    }

    fn a_list_that_is_crowded_gets_a_successor_with_a_name_nobody_guesses(place: &Place) {
        let mut ledger = place.open();
        let small = lists().crowded_at(10);
        let day = "2026-11-03".parse().unwrap();
        for group in 0..5 {
            let ids: Vec<_> = (0..7).map(|_| fresh_id()).collect();
            let marks: Vec<_> = (0..7).map(|number| row(&format!("{group} {number}"))).collect();
            let group: Vec<_> =
                ids.iter().zip(&marks).map(|(id, mark)| Intention::new(id, mark, "forklift", "1", day)).collect();
            let write = |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(content(&ids[place], entries));
            ledger.intend(&group, &small, at(), random, write).unwrap();
        }
        let lists = ledger.lists().unwrap();
        assert_eq!(lists.iter().map(|list| list.used).collect::<Vec<_>>(), [10, 10, 10, 10, 10, 10, 5, 5]);
        assert_eq!(lists.iter().map(|list| &list.url).collect::<HashSet<_>>().len(), 8);
        assert!(lists.iter().all(|list| list.url.as_str().starts_with("https://centre.example.org/status/")));
        assert_whole(&mut ledger);
    }

    fn indices_are_spread_over_the_list(place: &Place) {
        let mut ledger = place.open();
        let mut indices: Vec<u64> = Vec::new();
        for group in 0..4 {
            let intended = intend(&mut ledger, &names(&format!("{group}"), 256)).unwrap();
            indices.extend(intended.iter().map(|intended| intended.entries[0].index));
        }
        let lower = indices.iter().filter(|index| **index < Lists::CAPACITY / 2).count();
        assert!((400..=624).contains(&lower), "{lower} of 1024 in the lower half");
        let ascending = indices.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((400..=624).contains(&ascending), "{ascending} of 1023 steps go up");
    }

    fn a_person_is_forgotten_and_the_index_is_not(place: &Place) {
        let mut ledger = place.open();
        let (id, mark, person) = (fresh_id(), row("a"), row("amina@example.org"));
        let particulars = Particulars {
            recipient_mark: Some(&person),
            name: Some("Amina Noor Eldin"),
            recipient: Some("amina@example.org"),
            line: Some("Amina Noor Eldin;amina@example.org;forklift"),
        };
        let intention = Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap());
        let group = [intention.particulars(particulars)];
        let write = |_, entries: &[_]| {
            Ok::<_, LedgerTrouble>([&content(&id, entries)[..], b" for Amina Noor Eldin"].concat())
        };
        let intended = ledger.intend(&group, &lists(), at(), random, write).unwrap();
        assert_eq!(ledger.forget([&id], &because(), at()), Err(LedgerTrouble::Unfinished(id.clone())));
        forget_what_was_never_finished(place);
        complete(&mut ledger, &intended).unwrap();
        let gossip = Because::new("registrar", "Amina Noor Eldin was at the wrong course").unwrap();
        ledger.revoke([&id], Reason::IssuedInError, &gossip, at()).unwrap();
        let name = ledger.particulars(&id, |particulars| particulars.name.map(str::to_owned)).unwrap();
        assert_eq!(name.flatten().as_deref(), Some("Amina Noor Eldin"));
        assert_eq!(ledger.select(&Query::all().recipient(person.clone())).unwrap().len(), 1);

        assert_eq!(ledger.forget([&id], &because(), at()).unwrap(), Erased::Now);
        assert_eq!(ledger.particulars(&id, |_| ()).unwrap(), None);
        assert_eq!(ledger.copy(&id).unwrap(), None);
        assert_eq!(ledger.select(&Query::all().recipient(person)).unwrap().len(), 0);
        let record = ledger.find(&id).unwrap().unwrap();
        assert_eq!((record.status, record.entries), (Status::Revoked, intended[0].entries.clone()));
        assert!(record.digest.is_some());
        let notes: Vec<_> = ledger.history(&id).unwrap().into_iter().map(|event| event.note).collect();
        assert_eq!(notes, [None, None, None, Some(because().text().to_owned())]);
        assert_whole(&mut ledger);
        // A second request is honoured too, and the row is not issued again.
        ledger.forget([&id], &because(), at()).unwrap();
        assert!(matches!(intend(&mut ledger, &["a".into()]).unwrap()[0].stage, Stage::Issued { .. }));
        assert_whole(&mut ledger);
        if place.is_sqlite() {
            for file in std::fs::read_dir(place.file().parent().unwrap()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                assert!(!bytes.windows(10).any(|window| window == b"Amina Noor"));
            }
        }
    }

    fn counts_keep_small_numbers_to_themselves(place: &Place) {
        let mut ledger = place.open();
        let day = |month: u32| chrono::NaiveDate::from_ymd_opt(2026, month, 3).unwrap();
        for (task, month, count) in [("forklift", 10, 4), ("forklift", 11, 5), ("hygiene", 11, 12)] {
            let ids: Vec<_> = (0..count).map(|_| fresh_id()).collect();
            let marks: Vec<_> = (0..count).map(|number| row(&format!("{task} {month} {number}"))).collect();
            let group: Vec<_> =
                ids.iter().zip(&marks).map(|(id, mark)| Intention::new(id, mark, task, "1", day(month))).collect();
            let write = |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(content(&ids[place], entries));
            let intended = ledger.intend(&group, &lists(), at(), random, write).unwrap();
            complete(&mut ledger, &intended).unwrap();
        }
        let counts = ledger.counts().unwrap().into_iter();
        let counts: Vec<_> = counts.map(|tally| (tally.task, tally.month, tally.count)).collect();
        assert_eq!(counts, [
            ("forklift".to_owned(), "2026-10".to_owned(), Count::Few),
            ("forklift".to_owned(), "2026-11".to_owned(), Count::Exactly(5)),
            ("hygiene".to_owned(), "2026-11".to_owned(), Count::Exactly(12)),
        ]);
        assert_eq!(ledger.select(&Query::all().task("forklift").awarded(day(10), day(10))).unwrap().len(), 4);
        assert_eq!(ledger.select(&Query::all().limit(7)).unwrap().len(), 7);
        let rest = ledger.select(&Query::all().after(7)).unwrap();
        assert_eq!(rest.iter().map(|record| record.number).collect::<Vec<_>>(), (8..=21).collect::<Vec<_>>());
    }

    fn an_export_has_a_line_a_badge(place: &Place) {
        let mut ledger = place.open();
        for group in 0..5 {
            issue(&mut ledger, &names(&format!("{group}"), 250)).unwrap();
        }
        let mut out = Vec::new();
        ledger.export(&Query::all(), &mut out).unwrap();
        let lines: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 1250);
        assert_eq!(lines[0]["task"], "forklift");
        assert_eq!(lines[0]["entries"].as_array().unwrap().len(), 2);
        let mut out = Vec::new();
        ledger.export(&Query::all().limit(1100), &mut out).unwrap();
        assert_eq!(out.split(|byte| *byte == b'\n').count(), 1101);
    }

    fn what_ends_soon_is_found(place: &Place) {
        let mut ledger = place.open();
        let ids = [fresh_id(), fresh_id(), fresh_id()];
        let marks = [row("a"), row("b"), row("c")];
        let day = "2026-11-03".parse().unwrap();
        let ends = [Some(at()), Some("2030-01-01T00:00:00Z".parse().unwrap()), None];
        let group: Vec<_> = (0..3)
            .map(|n| Intention::new(&ids[n], &marks[n], "forklift", "1", day).valid_until(ends[n]))
            .collect();
        let write = |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(content(&ids[place], entries));
        ledger.intend(&group, &lists(), at(), random, write).unwrap();
        let soon = ledger.select(&Query::all().ends_before("2029-01-01T00:00:00Z".parse().unwrap())).unwrap();
        assert_eq!(soon.iter().map(|record| &record.badge).collect::<Vec<_>>(), [&ids[0]]);
        assert_eq!(soon[0].valid_until, Some(at()));
    }

    fn a_publication_is_remembered(place: &Place) {
        let mut ledger = place.open();
        issue(&mut ledger, &names("a", 1)).unwrap();
        let list = ledger.lists().unwrap()[0].url.clone();
        let mut other = place.open();
        let mut publish =
            |list, publication, digest| other.published(&[Published { list, publication, digest }], at());
        publish(&list, 1, &[1; 32]).unwrap();
        publish(&list, 5, &[5; 32]).unwrap();
        let refused = publish(&list, 5, &[6; 32]);
        assert_eq!(refused, Err(LedgerTrouble::NotNewer { list: list.clone(), last: 5 }));
        assert_eq!(ledger.lists().unwrap()[0].published, Some((5, [5; 32])));
        let unknown: taskbadge::badge::Iri = "https://example.org/other".parse().unwrap();
        assert_eq!(publish(&unknown, 1, &[1; 32]), Err(LedgerTrouble::UnknownList(unknown.clone())));
        assert_eq!(ledger.raised(&unknown), Err(LedgerTrouble::UnknownList(unknown)));
        assert_whole(&mut ledger);
    }

    fn the_log_takes_new_lines_only(place: &Place) {
        let mut ledger = place.open();
        issue(&mut ledger, &names("a", 1)).unwrap();
        for sql in [
            "UPDATE events SET body = 'x'",
            "DELETE FROM events",
            "DELETE FROM entries",
            "DELETE FROM badges",
        ] {
            let refused = ledger.tamper(sql).unwrap_err().to_string();
            let words = ["stays", "append-only", "keeps"];
            assert!(words.iter().any(|word| refused.contains(word)), "{refused}");
        }
        assert_whole(&mut ledger);
    }
}

/// What was begun and revoked before it was finished can be forgotten, too, and stays as it is.
fn forget_what_was_never_finished(place: &Place) {
    let mut ledger = place.open();
    let intended = intend(&mut ledger, &names("never", 1)).unwrap();
    let id = intended[0].badge.clone();
    ledger.revoke([&id], Reason::HolderRequest, &because(), at()).unwrap();
    ledger.forget([&id], &because(), at()).unwrap();
    assert!(ledger.check().unwrap().is_whole());
    let again = intend(&mut ledger, &names("never", 1)).unwrap();
    assert_eq!((&again[0].badge, again[0].status), (&id, Status::Revoked));
    assert_eq!(again[0].stage, Stage::ToSign { content: Vec::new(), again: true });
}
