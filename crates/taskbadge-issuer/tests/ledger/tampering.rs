//! Whatever is changed past the ledger, a check finds.

use taskbadge_issuer::ledger::{Ledger, Replaces};

use crate::place::{Place, assert_whole, at, because, content, fresh_id, issue, lists, names, random, row};

/// What is done, and words of the fault that says so.
const TAMPERED: &[(&str, &str)] = &[
    (
        "UPDATE events SET body = replace(body, 'forklift', 'forkloft') WHERE sequence = 3",
        "event 3 is not what was written",
    ),
    ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 3", "event 3 is not what was written"),
    ("DELETE FROM events WHERE sequence = 4", "the log goes from event 3 to event 5"),
    ("DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)", "the log ends at event"),
    ("UPDATE events SET body = body || ' ' WHERE sequence = 2", "event 2 is not an event that taskbadge writes"),
    ("UPDATE events SET body = replace(body, '\"sequence\":2', '\"sequence\":3') WHERE sequence = 2", "event 2 is not"),
    (
        "INSERT INTO events SELECT sequence + 1, badge, body, hash FROM events ORDER BY sequence DESC LIMIT 1",
        "added past",
    ),
    ("DELETE FROM entries WHERE badge = 1; DELETE FROM badges WHERE number = 1", "some were taken out"),
    (
        "DELETE FROM entries WHERE badge = 1; DELETE FROM badges WHERE number = 1",
        "about a badge that the ledger does not have",
    ),
    ("UPDATE badges SET task = 'other' WHERE number = 1", "says otherwise of its task"),
    ("UPDATE badges SET mark = '00000000000000000000000000000000' WHERE number = 1", "says otherwise of its row"),
    ("UPDATE badges SET status = 'good' WHERE number = 2", "says otherwise of its status"),
    ("UPDATE badges SET state = 'intended' WHERE number = 1", "says otherwise of its state"),
    ("UPDATE badges SET state = 'superseded' WHERE number = 1", "says otherwise of its state"),
    ("UPDATE issues SET digest = zeroblob(32) WHERE badge = 1", "says otherwise of its digest"),
    ("UPDATE issues SET signer = 'x' WHERE badge = 1", "says otherwise of its signer"),
    (
        "UPDATE entries SET position = (position + 1) % 131072 WHERE badge = 1",
        "says otherwise of its places in the status lists",
    ),
    ("DELETE FROM entries WHERE badge = 1", "says otherwise of its places in the status lists"),
    ("DELETE FROM entries WHERE badge = 1", "of its indices are used"),
    ("UPDATE entries SET raised = 0 WHERE badge = 2", "says otherwise of its bit for revocation"),
    ("UPDATE entries SET raised = 1 WHERE badge = 1", "says otherwise of its bit for suspension"),
    ("UPDATE replacements SET old = 3", "says otherwise of what replaced it"),
    ("DELETE FROM replacements", "says otherwise of what it replaces"),
    ("UPDATE lists SET used = used + 1", "of its indices are used"),
    ("UPDATE copies SET content = zeroblob(9) WHERE badge = 1", "the stored bytes are not those"),
    ("DELETE FROM copies WHERE badge = 1", "the stored bytes are not those"),
    ("UPDATE notes SET note = 'for another reason'", "the reason of event"),
    ("UPDATE head SET sequence = sequence - 1", "the log ends at event"),
];

#[test]
fn a_check_finds_whatever_was_changed_past_the_ledger() {
    let pristine = Place::sqlite();
    prepare(&mut pristine.open());
    for (sql, words) in TAMPERED {
        let place = Place::sqlite();
        std::fs::copy(pristine.file(), place.file()).unwrap();
        let mut ledger = place.open();
        ledger
            .tamper(
                "PRAGMA foreign_keys = OFF; DROP TRIGGER events_stay; DROP TRIGGER events_are_kept;
                 DROP TRIGGER entries_are_kept; DROP TRIGGER badges_are_kept",
            )
            .unwrap();
        assert_whole(&mut ledger);
        ledger.tamper(sql).unwrap();
        let check = ledger.check().unwrap();
        let faults: Vec<String> = check.faults.iter().map(ToString::to_string).collect();
        assert!(faults.iter().any(|fault| fault.contains(words)), "{sql}: {faults:#?}");
    }
}

/// Three badges, and a fourth that corrects the second, which is thereby revoked.
fn prepare(ledger: &mut Ledger) {
    let ids = issue(ledger, &names("a", 3)).unwrap();
    let (id, mark, because) = (fresh_id(), row("corrected"), because());
    let intention =
        taskbadge_issuer::ledger::Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap());
    let group = [intention.replaces(&ids[1], Replaces::Correction, &because)];
    let intended = ledger.intend(&group, &lists(), at(), random, |_, entries| Ok(content(&id, entries))).unwrap();
    crate::place::complete(ledger, &intended).unwrap();
}
