//! Whatever is done in whatever order, the ledger says what a naive model says.

use std::collections::BTreeSet;

use proptest::prelude::*;
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge_issuer::ledger::{
    Completed, Intended, Intention, Ledger, LedgerTrouble, Mark, Query, Reason, Replaces, Signed, Stage, State, Status,
};

use crate::place::{Place, SIGNER, at, because, content, fresh_id, lists, random, row, signed};

#[derive(Debug, Clone)]
enum Act {
    /// Rows by number, some of them more than once.
    Intend(Vec<u8>),
    /// Completes what is open for these rows.
    Complete(Vec<u8>),
    Revoke(Vec<u8>),
    Suspend(u8),
    Reinstate(u8),
    Forget(u8),
    Replace(u8, u8, Replaces),
    Open,
}

fn act() -> impl Strategy<Value = Act> {
    let rows = || prop::collection::vec(0..12_u8, 1..5);
    prop_oneof![
        3 => rows().prop_map(Act::Intend),
        3 => rows().prop_map(Act::Complete),
        1 => rows().prop_map(Act::Revoke),
        1 => (0..12_u8).prop_map(Act::Suspend),
        1 => (0..12_u8).prop_map(Act::Reinstate),
        1 => (0..12_u8).prop_map(Act::Forget),
        2 => (0..12_u8, 0..12_u8, prop_oneof![Just(Replaces::Correction), Just(Replaces::Renewal)])
            .prop_map(|(old, new, how)| Act::Replace(old, new, how)),
        1 => Just(Act::Open),
    ]
}

/// What the ledger should hold of a badge.
#[derive(Debug, Clone)]
struct Known {
    badge: Iri,
    row: u8,
    state: State,
    status: Status,
    bit_of_suspension: bool,
    places: Vec<(Iri, u64)>,
    content: Vec<u8>,
    forgotten: bool,
    replaces: Option<(usize, Replaces)>,
}

#[derive(Default)]
struct Model(Vec<Known>);

impl Model {
    fn of_row(&self, row: u8) -> Option<usize> {
        self.0.iter().position(|known| known.row == row)
    }

    fn replaced(&self, old: usize) -> Option<&Known> {
        self.0.iter().find(|known| known.replaces.is_some_and(|(replaced, _)| replaced == old))
    }

    fn act(&mut self, ledger: &mut Ledger, act: &Act) {
        match act {
            Act::Intend(rows) => self.intend(ledger, rows, None),
            Act::Replace(old, new, how) => self.intend(ledger, &[*new], Some((*old, *how))),
            Act::Complete(rows) => self.complete(ledger, rows),
            Act::Revoke(rows) => self.revoke(ledger, rows),
            Act::Suspend(row) => {
                let Some(known) = self.of_row(*row).map(|place| &mut self.0[place]) else { return };
                let done = ledger.suspend([&known.badge], &because(), at());
                assert_eq!(done.is_ok(), known.status == Status::Good);
                if done.is_ok() {
                    (known.status, known.bit_of_suspension) = (Status::Suspended, true);
                }
            }
            Act::Reinstate(row) => {
                let Some(known) = self.of_row(*row).map(|place| &mut self.0[place]) else { return };
                let done = ledger.reinstate([&known.badge], &because(), at());
                assert_eq!(done.is_ok(), known.status == Status::Suspended);
                if done.is_ok() {
                    (known.status, known.bit_of_suspension) = (Status::Good, false);
                }
            }
            Act::Forget(row) => {
                let Some(known) = self.of_row(*row).map(|place| &mut self.0[place]) else { return };
                let done = ledger.forget([&known.badge], &because(), at());
                assert_eq!(done.is_ok(), known.state != State::Intended || known.status == Status::Revoked);
                known.forgotten |= done.is_ok();
            }
            Act::Open => {}
        }
    }

    fn intend(&mut self, ledger: &mut Ledger, rows: &[u8], replacing: Option<(u8, Replaces)>) {
        let ids: Vec<Iri> = rows.iter().map(|_| fresh_id()).collect();
        let marks: Vec<Mark> = rows.iter().map(|number| row(&number.to_string())).collect();
        let day = "2026-11-03".parse().unwrap();
        let old = replacing.and_then(|(old, how)| Some((self.of_row(old)?, how)));
        if replacing.is_some() && old.is_none() {
            return;
        }
        let (old_badge, because) = (old.map(|(old, _)| self.0[old].badge.clone()), because());
        let group: Vec<Intention<'_>> = ids
            .iter()
            .zip(&marks)
            .map(|(id, mark)| {
                let intention = Intention::new(id, mark, "forklift", "1", day);
                match (&old_badge, old) {
                    (Some(badge), Some((_, how))) => intention.replaces(badge, how, &because),
                    _ => intention,
                }
            })
            .collect();
        let write = |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(content(&ids[place], entries));
        let done = ledger.intend(&group, &lists().crowded_at(3), at(), random, write);
        if let Some((old, _)) = old.filter(|_| self.of_row(rows[0]).is_none()) {
            let known = &self.0[old];
            let fits = known.state != State::Intended && self.replaced(old).is_none() && known.status == Status::Good;
            assert_eq!(done.is_ok(), fits, "{done:?}");
            if !fits {
                return;
            }
        }
        for ((number, id), intended) in rows.iter().zip(&ids).zip(done.unwrap()) {
            match self.of_row(*number) {
                Some(place) => self.0[place].is(&intended),
                None => {
                    let Intended { badge, entries, stage: Stage::ToSign { content, again: false }, .. } = intended
                    else {
                        panic!("{intended:?}")
                    };
                    assert_eq!(badge, *id);
                    self.0.push(Known {
                        badge,
                        row: *number,
                        state: State::Intended,
                        status: Status::Good,
                        bit_of_suspension: false,
                        places: entries.into_iter().map(|entry| (entry.list, entry.index)).collect(),
                        content,
                        forgotten: false,
                        replaces: old,
                    });
                }
            }
        }
    }

    fn complete(&mut self, ledger: &mut Ledger, rows: &[u8]) {
        // Of what was forgotten before it was finished, nothing is left to sign.
        let is_left = |place: &usize| !(self.0[*place].forgotten && self.0[*place].state == State::Intended);
        let places: Vec<usize> = rows.iter().filter_map(|row| self.of_row(*row)).filter(is_left).collect();
        let texts: Vec<Vec<u8>> = places.iter().map(|place| signed(&self.0[*place].content)).collect();
        let group: Vec<Signed<'_>> = places
            .iter()
            .zip(&texts)
            .map(|(place, text)| Signed { badge: &self.0[*place].badge, text, proofs: &[] })
            .collect();
        let done = ledger.complete(&group, SIGNER, at()).unwrap();
        for (place, completed) in places.into_iter().zip(done) {
            let was_open = self.0[place].state == State::Intended;
            assert_eq!(completed == Completed::Now, was_open);
            if !was_open {
                continue;
            }
            self.0[place].state = State::Issued;
            if let Some((old, how)) = self.0[place].replaces {
                let old = &mut self.0[old];
                old.state = State::Superseded;
                if how == Replaces::Correction {
                    old.status = Status::Revoked;
                }
            }
        }
    }

    fn revoke(&mut self, ledger: &mut Ledger, rows: &[u8]) {
        let places: BTreeSet<usize> = rows.iter().filter_map(|row| self.of_row(*row)).collect();
        let ids: Vec<Iri> = places.iter().map(|place| self.0[*place].badge.clone()).collect();
        let done = ledger.revoke(&ids, Reason::Other, &because(), at());
        assert_eq!(done.is_ok(), places.iter().all(|place| self.0[*place].status != Status::Revoked));
        if done.is_ok() {
            places.into_iter().for_each(|place| self.0[place].status = Status::Revoked);
        }
    }

    fn agrees(&self, ledger: &mut Ledger) {
        let records = ledger.select(&Query::all()).unwrap();
        assert_eq!(records.len(), self.0.len());
        let mut revoked: BTreeSet<(Iri, u64)> = BTreeSet::new();
        let mut suspended: BTreeSet<(Iri, u64)> = BTreeSet::new();
        for (record, known) in records.iter().zip(&self.0) {
            assert_eq!((&record.badge, record.state, record.status), (&known.badge, known.state, known.status));
            let places: Vec<_> = record.entries.iter().map(|entry| (entry.list.clone(), entry.index)).collect();
            assert_eq!(places, known.places);
            if known.status == Status::Revoked {
                revoked.insert(known.places[0].clone());
            }
            if known.bit_of_suspension {
                suspended.insert(known.places[1].clone());
            }
            if known.state != State::Intended {
                let copy = ledger.copy(&known.badge).unwrap();
                assert_eq!(copy, (!known.forgotten).then(|| signed(&known.content)));
            }
        }
        let all: Vec<_> = self.0.iter().flat_map(|known| &known.places).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        for (purpose, wanted) in [(StatusPurpose::Revocation, revoked), (StatusPurpose::Suspension, suspended)] {
            let mut raised = BTreeSet::new();
            for list in ledger.lists().unwrap().into_iter().filter(|list| list.purpose == purpose) {
                assert!(list.used <= 3);
                raised.extend(ledger.raised(&list.url).unwrap().into_iter().map(|index| (list.url.clone(), index)));
            }
            assert_eq!(raised, wanted);
        }
        let check = ledger.check().unwrap();
        assert!(check.is_whole(), "{:#?}", check.faults);
        let open = self.0.iter().filter(|known| known.state == State::Intended).count();
        assert_eq!((check.badges as usize, check.open.len()), (self.0.len(), open));
    }
}

impl Known {
    fn is(&self, intended: &Intended) {
        assert_eq!((&self.badge, self.status), (&intended.badge, intended.status));
        match &intended.stage {
            Stage::ToSign { content, .. } => {
                let kept: &[u8] = if self.forgotten { &[] } else { &self.content };
                assert_eq!((kept, self.state), (&content[..], State::Intended));
            }
            Stage::Issued { .. } => assert_ne!(self.state, State::Intended),
        }
    }
}

fn run(place: &Place, acts: &[Act]) {
    let mut ledger = place.open();
    let mut model = Model::default();
    for act in acts {
        model.act(&mut ledger, act);
        if matches!(act, Act::Open) {
            ledger = place.open();
        }
    }
    model.agrees(&mut ledger);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn sqlite_agrees_with_the_model(acts in prop::collection::vec(act(), 1..40)) {
        run(&Place::sqlite(), &acts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn postgres_agrees_with_the_model(acts in prop::collection::vec(act(), 1..40)) {
        if let Some(place) = Place::postgres() {
            run(&place, &acts);
        }
    }
}
