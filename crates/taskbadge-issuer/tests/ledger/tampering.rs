//! Whatever is changed past the ledger, a check finds; and nothing is signed, published or handed out that the events do
//! not say.

use std::collections::BTreeSet;

use rusqlite::Connection;
use taskbadge_issuer::ledger::{Ledger, LedgerTrouble, Query, Reason, Replaces, Sealed, State};

use crate::place::{
    Place, SIGNER, assert_whole, at, because, complete, content, fresh_id, intend, issue, lists, names, random, row,
    unkeyed,
};

/// What is done, and words of the fault that says so.
const TAMPERED: &[(&str, &str)] = &[
    (
        "UPDATE events SET body = replace(body, 'forklift', 'forkloft') WHERE sequence = 3",
        "event 3 is not what was written",
    ),
    (
        "UPDATE events SET body = replace(body, 'forklift', 'forkloft') WHERE sequence = 3",
        "event 3 does not have the seal",
    ),
    ("UPDATE events SET hash = zeroblob(32) WHERE sequence = 3", "event 3 is not what was written"),
    ("DELETE FROM events WHERE sequence = 4", "the log goes from event 3 to event 5"),
    ("DELETE FROM events WHERE sequence = (SELECT max(sequence) FROM events)", "the log ends at event"),
    ("UPDATE events SET body = body || ' ' WHERE sequence = 2", "event 2 does not have the seal"),
    ("UPDATE events SET mac = NULL WHERE sequence = 2", "event 2 does not have the seal"),
    ("UPDATE events SET badge = NULL WHERE sequence = 3", "event 3 is filed under another badge"),
    (
        "INSERT INTO events (sequence, badge, body, hash, mac)
         SELECT sequence + 1, badge, body, hash, mac FROM events ORDER BY sequence DESC LIMIT 1",
        "added past",
    ),
    ("DELETE FROM entries WHERE badge = 1; DELETE FROM badges WHERE number = 1", "it was taken out"),
    ("UPDATE badges SET task = 'other' WHERE number = 1", "the log says otherwise of task"),
    ("UPDATE badges SET status = 'good' WHERE number = 2", "the log says otherwise of status"),
    ("UPDATE issues SET digest = zeroblob(32) WHERE badge = 1", "the log says otherwise of digest"),
    ("UPDATE entries SET position = (position + 1) % 131072 WHERE badge = 1", "no event put it there"),
    ("DELETE FROM replacements", "it was taken out"),
    ("UPDATE copies SET content = zeroblob(9) WHERE badge = 2", "the log says otherwise of content"),
    ("UPDATE notes SET note = 'for another reason'", "the log says otherwise of note"),
    ("UPDATE head SET sequence = sequence - 1", "the log ends at event"),
    (
        "CREATE TRIGGER planted AFTER UPDATE ON badges BEGIN UPDATE badges SET status = 'good'; END",
        "another trigger planted",
    ),
    ("CREATE VIEW planted AS SELECT * FROM badges", "another view planted"),
    ("DROP INDEX raised_entries", "another index raised_entries"),
];

/// The triggers of the schema are taken away for it, and put back, so that only the data differ.
fn tamper(place: &Place, sql: &str) -> rusqlite::Result<usize> {
    let database = Connection::open(place.file())?;
    database.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")?;
    let mut triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
    let triggers = triggers.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let triggers: Vec<(String, String)> = triggers.collect::<Result<_, _>>()?;
    for (name, _) in &triggers {
        database.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    let before = database.total_changes();
    let done = database.execute_batch(sql);
    let changed = database.total_changes() - before;
    for (_, sql) in &triggers {
        database.execute_batch(sql)?;
    }
    done.map(|()| usize::try_from(changed).unwrap())
}

fn copy_of(pristine: &Place) -> Place {
    let place = Place::sqlite();
    std::fs::copy(pristine.file(), place.file()).unwrap();
    place
}

/// The faults that a check finds; where the ledger does not even open, that it does not.
fn faults(place: &Place) -> Vec<String> {
    match place.try_open().and_then(|mut ledger| ledger.check()) {
        Ok(check) => check.faults.iter().map(ToString::to_string).collect(),
        Err(trouble) => vec![trouble.to_string()],
    }
}

#[test]
fn a_check_finds_whatever_was_changed_past_the_ledger() {
    let pristine = prepared();
    for (sql, words) in TAMPERED {
        let place = copy_of(&pristine);
        tamper(&place, sql).unwrap();
        let found = faults(&place);
        assert!(found.iter().any(|fault| fault.contains(words)), "{sql}: {found:#?}");
    }
}

/// Not the columns that came to mind: every column of every table, and each row taken out. `TASKBADGE_EVERY_ROW=1` does
/// so with every row there is.
#[test]
fn a_check_finds_a_change_of_any_column_of_any_row() {
    let pristine = prepared();
    let database = Connection::open(pristine.file()).unwrap();
    let mut select = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> = select.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let (mut tried, mut refused) = (0, 0);
    let mut seen = BTreeSet::new();
    for table in &tables {
        let mut select = database.prepare(&format!("SELECT name, type FROM pragma_table_info('{table}')")).unwrap();
        let columns = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let columns: Vec<(String, String)> = columns.collect::<Result<_, _>>().unwrap();
        let key = if table == "entries" { "(list, position)".to_owned() } else { "rowid".to_owned() };
        let keys = if table == "entries" { "list || ',' || position" } else { "rowid" };
        let mut select = database.prepare(&format!("SELECT {keys} FROM {table}")).unwrap();
        let rows = select.query_map([], |row| {
            let value: rusqlite::types::Value = row.get(0)?;
            Ok(match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => panic!("{other:?}"),
            })
        });
        let mut rows: Vec<String> = rows.unwrap().collect::<Result<_, _>>().unwrap();
        assert!(!rows.is_empty(), "{table} has a row to change");
        if std::env::var_os("TASKBADGE_EVERY_ROW").is_none() {
            // The first and the last stand for the others, for the sake of time.
            rows = rows.iter().take(1).chain(rows.iter().skip(1).last()).cloned().collect();
        }
        for row in rows {
            let condition = format!("{key} = ({row})");
            let mut edits = vec![format!("DELETE FROM {table} WHERE {condition}")];
            for (column, kind) in &columns {
                let values: &[&str] = match kind.as_str() {
                    "INTEGER" => &["coalesce({} + 1, 1)", "coalesce({} - 1, 0)", "NULL"],
                    "TEXT" => &["coalesce({} || 'x', 'x')", "replace({}, 'e', 'a')", "NULL"],
                    _ => &["zeroblob(32)", "zeroblob(16)", "NULL"],
                };
                for value in values {
                    let value = value.replace("{}", column);
                    let differs = format!("({condition}) AND {column} IS NOT {value}");
                    edits.push(format!("UPDATE {table} SET {column} = {value} WHERE {differs}"));
                }
            }
            for edit in edits {
                let place = copy_of(&pristine);
                match tamper(&place, &edit) {
                    // The tables have rules of their own, and what was so already is no change.
                    Err(_) => refused += 1,
                    Ok(0) => {}
                    Ok(_) => {
                        tried += 1;
                        seen.insert(table.clone());
                        assert!(!faults(&place).is_empty(), "{edit}");
                    }
                }
            }
        }
    }
    assert_eq!(seen.len(), tables.len(), "each table was changed");
    assert!(tried > 100, "{tried} changes were found, {refused} refused by the tables");
}

#[test]
fn without_the_secret_the_chain_is_checked_and_what_that_leaves_open_is_said() {
    let place = prepared();
    let check = unkeyed(&place.address()).unwrap().check().unwrap();
    assert!(check.is_whole(), "{:?}", check.faults);
    assert_eq!(check.sealed, Sealed::Unproven);
    assert_eq!(place.open().check().unwrap().sealed, Sealed::Proven);
    let refused = unkeyed(&place.address()).unwrap().revoke([&fresh_id()], Reason::Other, &because(), at());
    assert!(matches!(refused, Err(LedgerTrouble::NoSecret { .. })));
    tamper(&place, "UPDATE badges SET task = 'other' WHERE number = 1").unwrap();
    assert!(!unkeyed(&place.address()).unwrap().check().unwrap().is_whole());
}

/// Whoever has the whole database and not the key writes a log that agrees with itself, hashes and tables and all.
#[test]
fn without_the_key_nobody_writes_a_log_that_is_believed() {
    let place = prepared();
    let forged = Place::sqlite();
    let mut other = forged.open_under([9; 32]);
    issue(&mut other, &names("forged", 2)).unwrap();
    drop(other);
    // Its mark of the secret is made to fit, since that is no secret.
    let mark: String =
        Connection::open(place.file()).unwrap().query_row("SELECT secret FROM head", [], |row| row.get(0)).unwrap();
    tamper(&forged, &format!("UPDATE head SET secret = '{mark}'")).unwrap();
    let found = faults(&forged);
    assert!(found.iter().any(|fault| fault.contains("event 1 does not have the seal")), "{found:#?}");
    let refused = issue(&mut forged.open(), &names("more", 1));
    assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{refused:?}");
}

#[test]
fn what_is_signed_is_what_was_decided() {
    for sql in [
        "UPDATE drafts SET content = x'7b7d'",
        "UPDATE badges SET task = 'other' WHERE state = 'intended'",
        "UPDATE badges SET awarded = '2020-01-01' WHERE state = 'intended'",
        "UPDATE badges SET valid_until = 9999999999 WHERE state = 'intended'",
        "UPDATE badges SET id = 'urn:uuid:00000000-0000-4000-8000-000000000000' WHERE state = 'intended'",
        "UPDATE entries SET position = (position + 1) % 131072",
        "UPDATE entries SET list = 3 - list",
        "UPDATE events SET body = replace(body, '\"task\":\"forklift\"', '\"task\":\"kitchen\"')",
        "UPDATE events SET badge = NULL",
        "UPDATE badges SET status = 'suspended' WHERE state = 'intended'",
    ] {
        let place = Place::sqlite();
        intend(&mut place.open(), &names("a", 1)).unwrap();
        assert!(tamper(&place, sql).unwrap() > 0, "{sql}");
        let refused = place.try_open().and_then(|mut ledger| intend(&mut ledger, &names("a", 1)));
        assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{sql}: {refused:?}");
    }
}

/// A draft that was planted for a badge that is revoked, so that it is finished after all.
#[test]
fn what_was_revoked_before_it_was_finished_is_not_signed_whatever_the_tables_say() {
    let place = Place::sqlite();
    let mut ledger = place.open();
    let intended = intend(&mut ledger, &names("a", 1)).unwrap();
    ledger.revoke([&intended[0].badge], Reason::Other, &because(), at()).unwrap();
    drop(ledger);
    let hide = "UPDATE badges SET status = 'good'; UPDATE entries SET raised = 0;
                UPDATE events SET badge = NULL WHERE body LIKE '%revoked%'";
    tamper(&place, hide).unwrap();
    let refused = intend(&mut place.open(), &names("a", 1));
    assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{refused:?}");
}

#[test]
fn what_is_handed_out_is_what_was_signed() {
    let pristine = prepared();
    let badges = pristine.open().select(&Query::all().state(State::Issued)).unwrap();
    for (sql, altered) in [
        ("UPDATE copies SET content = cast(replace(cast(content AS TEXT), 'xx', 'yy') AS BLOB)", true),
        ("UPDATE copies SET content = x'7b7d'; UPDATE issues SET digest = zeroblob(32)", true),
        ("UPDATE notes SET note = 'x'", false),
    ] {
        let place = copy_of(&pristine);
        tamper(&place, sql).unwrap();
        let copy = place.open().copy(&badges.last().unwrap().badge);
        assert_eq!(matches!(copy, Err(LedgerTrouble::Altered { .. })), altered, "{sql}: {copy:?}");
    }
}

#[test]
fn what_is_corrected_or_renewed_is_what_was_known() {
    use taskbadge_issuer::ledger::{Intention, Particulars};
    let place = Place::sqlite();
    let (id, mark) = (fresh_id(), row("a"));
    let known =
        Particulars { name: Some("Amina Noor"), line: Some("{\"name\":\"Amina Noor\"}"), ..Particulars::default() };
    let intention = Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap()).particulars(known);
    let mut ledger = place.open();
    ledger
        .intend(&[intention], &lists(), at(), random, |_, entries| Ok::<_, LedgerTrouble>(content(&id, entries)))
        .unwrap();
    assert_eq!(
        ledger.particulars(&id, |known| known.name.map(str::to_owned)).unwrap(),
        Some(Some("Amina Noor".into()))
    );
    drop(ledger);
    for sql in [
        "UPDATE particulars SET line = replace(line, 'Amina', 'Zed')",
        "UPDATE particulars SET name = 'Zed Zulu'",
        "UPDATE particulars SET recipient = 'zed@example.org'",
        "UPDATE particulars SET recipient_mark = '00000000000000000000000000000000'",
        "UPDATE particulars SET salt = zeroblob(16)",
        "DELETE FROM particulars",
    ] {
        let place = copy_of(&place);
        assert!(tamper(&place, sql).unwrap() > 0);
        let refused = place.open().particulars(&id, |known| known.name.map(str::to_owned));
        assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{sql}: {refused:?}");
    }
}

#[test]
fn what_is_published_is_what_was_decided() {
    let pristine = prepared();
    for sql in [
        "UPDATE entries SET raised = 0",
        "UPDATE entries SET raised = 1 WHERE badge = 1",
        "UPDATE lists SET url = url || 'x'",
        "UPDATE lists SET capacity = capacity * 2",
        "UPDATE lists SET open = 1",
        "UPDATE lists SET published_sequence = 7 WHERE number = 1",
        "DELETE FROM lists WHERE number = 2",
        "INSERT INTO lists SELECT 3, url || 'x', base, purpose, capacity, 0, 1, NULL, NULL FROM lists WHERE number = 1",
    ] {
        let place = copy_of(&pristine);
        assert!(tamper(&place, sql).unwrap() > 0);
        let mut ledger = place.open();
        let read =
            ledger.lists().and_then(|lists| lists.iter().try_for_each(|list| ledger.raised(&list.url).map(drop)));
        assert!(matches!(read, Err(LedgerTrouble::Altered { .. })), "{sql}: {read:?}");
    }
}

#[test]
fn what_is_listed_and_exported_is_what_happened() {
    let pristine = prepared();
    for sql in [
        "UPDATE badges SET task = 'other' WHERE number = 2",
        "UPDATE badges SET status = 'good'",
        "UPDATE badges SET awarded = '2020-01-01' WHERE number = 3",
        "UPDATE events SET badge = 3 WHERE badge = 4",
        "UPDATE issues SET signer = 'did:key:zOther'",
    ] {
        let place = copy_of(&pristine);
        assert!(tamper(&place, sql).unwrap() > 0);
        let mut ledger = place.open();
        let listed = ledger.select(&Query::all());
        assert!(matches!(listed, Err(LedgerTrouble::Altered { .. })), "{sql}: {listed:?}");
        let exported = ledger.export(&Query::all(), &mut Vec::new());
        assert!(matches!(exported, Err(LedgerTrouble::Altered { .. })), "{sql}: {exported:?}");
    }
}

/// The bit that is set, and the badge that it is of, are those of the events.
#[test]
fn nobody_is_taken_back_in_the_place_of_another() {
    let place = Place::sqlite();
    let ids = issue(&mut place.open(), &names("a", 2)).unwrap();
    let swap = "UPDATE entries SET badge = 3 - badge";
    assert!(tamper(&place, swap).unwrap() > 0);
    let refused = place.open().revoke([&ids[0]], Reason::Other, &because(), at());
    assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{refused:?}");
}

#[test]
fn only_sealed_events_say_which_badges_are_genuine() {
    let pristine = prepared();
    let genuine = pristine.open().genuine(SIGNER).unwrap();
    assert_eq!(genuine.len(), 4);
    for sql in [
        "UPDATE issues SET digest = zeroblob(32)",
        "INSERT INTO issues SELECT number, zeroblob(32), (SELECT signer FROM issues), 0 FROM badges WHERE state = 'intended'",
    ] {
        let place = copy_of(&pristine);
        assert!(tamper(&place, sql).unwrap() > 0);
        assert_eq!(place.open().genuine(SIGNER).unwrap(), genuine, "{sql}");
    }
    for sql in [
        "UPDATE events SET body = replace(body, '\"signed\":[\"', '\"signed\":[\"00') WHERE sequence = 6",
        "DELETE FROM events WHERE sequence = 6",
        "UPDATE events SET mac = NULL",
        "UPDATE events SET mac = NULL WHERE sequence = 6",
    ] {
        let place = copy_of(&pristine);
        assert!(tamper(&place, sql).unwrap() > 0);
        let refused = place.open().genuine(SIGNER);
        let is_refused = matches!(refused, Err(LedgerTrouble::Altered { .. } | LedgerTrouble::Unsealed { .. }));
        assert!(is_refused, "{sql}: {refused:?}");
    }
}

#[test]
fn a_ledger_that_was_changed_is_rebuilt_from_its_log() {
    let pristine = prepared();
    for sql in [
        "UPDATE badges SET task = 'other', status = 'good'; DELETE FROM entries; DELETE FROM issues; DELETE FROM lists",
        "DELETE FROM badges; DELETE FROM replacements; UPDATE events SET badge = NULL",
        "UPDATE copies SET content = x'7b7d' WHERE badge = 2; UPDATE notes SET note = 'x'",
    ] {
        let place = copy_of(&pristine);
        tamper(&place, sql).unwrap();
        let new = Place::sqlite();
        let mut old = place.open();
        assert!(!old.rebuild_into(&mut new.open(), &mut |_, _| {}).unwrap().is_empty());
        let mut rebuilt = new.open();
        let is = rebuilt.select(&Query::all()).unwrap();
        assert_eq!(is, pristine.open().select(&Query::all()).unwrap(), "{sql}");
        let check = rebuilt.check().unwrap();
        // What was altered and could be erased is gone, and nothing else.
        let gone = ["copies", "notes"].iter().filter(|table| sql.contains(*table)).count();
        assert!(check.faults.iter().all(|fault| fault.to_string().contains("taken out")), "{sql}: {:?}", check.faults);
        assert_eq!(check.faults.is_empty(), gone == 0, "{sql}: {:?}", check.faults);
        issue(&mut rebuilt, &names("later", 2)).unwrap();
    }
    let place = copy_of(&pristine);
    tamper(&place, "UPDATE events SET body = replace(body, 'forklift', 'forkloft') WHERE sequence = 3").unwrap();
    let refused = place.open().rebuild_into(&mut Place::sqlite().open(), &mut |_, _| {});
    assert!(matches!(refused, Err(LedgerTrouble::Altered { .. })), "{refused:?}");
}

/// Three badges, and a fourth that corrects the second, which is thereby revoked; a fifth that was begun; one person who is
/// forgotten; a publication; a restoration that was accepted.
fn prepared() -> Place {
    use taskbadge_issuer::ledger::{Head, Intention, Particulars, Published};
    let place = Place::sqlite();
    let mut ledger = place.open();
    let ids = issue(&mut ledger, &names("a", 3)).unwrap();
    let (id, mark, because) = (fresh_id(), row("corrected"), because());
    let known = Particulars {
        name: Some("Amina"),
        recipient: Some("a@example.org"),
        line: Some("{}"),
        recipient_mark: Some(&mark),
    };
    let intention = Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap()).particulars(known);
    let group = [intention.replaces(&ids[1], Replaces::Correction, &because)];
    let intended = ledger
        .intend(&group, &lists(), at(), random, |_, entries| Ok::<_, LedgerTrouble>(content(&id, entries)))
        .unwrap();
    complete(&mut ledger, &intended).unwrap();
    ledger.suspend([&ids[2]], &because, at()).unwrap();
    let list = ledger.lists().unwrap().remove(0).url;
    ledger.published(&[Published { list: &list, publication: 1, digest: &[5; 32] }], at()).unwrap();
    intend(&mut ledger, &names("begun", 1)).unwrap();
    ledger.forget([&ids[0]], &because, at()).unwrap();
    ledger.compare(&Head { sequence: 3, hash: [3; 32] }, at()).unwrap();
    ledger.accept_restored(&because, at()).unwrap();
    assert_whole(&mut ledger);
    drop(ledger);
    // So that the file is all there is.
    Connection::open(place.file()).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    place
}

#[test]
fn what_is_prepared_is_whole() {
    let place = prepared();
    let mut ledger: Ledger = place.open();
    assert_whole(&mut ledger);
}
