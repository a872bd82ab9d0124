//! The tables, and how a ledger of an earlier version becomes one of this version.
//!
//! The text is SQLite's; a few words are different in PostgreSQL. Numbers of badges are given without gaps under the
//! writer's lock, so that counting them proves that none is missing.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::database::{Database, Value};
use super::{LedgerTrouble, Result, sworn};

/// Each makes the next version out of the one before. Append; never change one that was released.
pub(super) const MIGRATIONS: [&str; 4] = [
    // 1: badges, entries, and the log.
    "
    -- One row. Whoever writes locks it first: it is where the log ends and how many badges and lists there are.
    CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash BLOB NOT NULL,
        badges INTEGER NOT NULL,
        lists INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE badges (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        mark TEXT NOT NULL UNIQUE,
        task TEXT NOT NULL,
        version TEXT NOT NULL,
        awarded TEXT NOT NULL,
        valid_until INTEGER,
        intended_at INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('intended', 'issued', 'superseded')),
        status TEXT NOT NULL CHECK (status IN ('good', 'suspended', 'revoked'))
    ) STRICT;

    CREATE TABLE issues (
        badge INTEGER PRIMARY KEY REFERENCES badges,
        digest BLOB NOT NULL,
        signer TEXT NOT NULL,
        issued_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE replacements (
        new INTEGER PRIMARY KEY REFERENCES badges,
        old INTEGER NOT NULL UNIQUE REFERENCES badges,
        how TEXT NOT NULL CHECK (how IN ('correction', 'renewal')),
        actor TEXT NOT NULL
    ) STRICT;

    CREATE TABLE lists (
        number INTEGER PRIMARY KEY,
        url TEXT NOT NULL UNIQUE,
        base TEXT NOT NULL,
        purpose TEXT NOT NULL CHECK (purpose IN ('revocation', 'suspension')),
        capacity INTEGER NOT NULL CHECK (capacity >= 131072),
        used INTEGER NOT NULL CHECK (used >= 0 AND used <= capacity),
        open INTEGER NOT NULL CHECK (open IN (0, 1)),
        published_sequence INTEGER,
        published_digest BLOB
    ) STRICT;

    -- The primary key is the promise: an index is used once, ever.
    CREATE TABLE entries (
        list INTEGER NOT NULL REFERENCES lists,
        position INTEGER NOT NULL CHECK (position >= 0),
        badge INTEGER NOT NULL REFERENCES badges,
        raised INTEGER NOT NULL DEFAULT 0 CHECK (raised IN (0, 1)),
        PRIMARY KEY (list, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX entries_of_badge ON entries (badge);
    CREATE INDEX raised_entries ON entries (list, position) WHERE raised = 1;

    CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        badge INTEGER,
        body TEXT NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX events_of_badge ON events (badge, sequence) WHERE badge IS NOT NULL;

    -- Published states that are not of this ledger's past, and the event by which a person accepted that.
    CREATE TABLE restorations (
        number INTEGER PRIMARY KEY,
        sequence INTEGER NOT NULL,
        hash BLOB NOT NULL,
        accepted INTEGER
    ) STRICT;

    -- What is about a person, and can be erased. No other table has any of it.
    CREATE TABLE drafts (badge INTEGER PRIMARY KEY REFERENCES badges, content BLOB NOT NULL) STRICT;
    CREATE TABLE copies (badge INTEGER PRIMARY KEY REFERENCES badges, content BLOB NOT NULL) STRICT;
    CREATE TABLE particulars (
        badge INTEGER PRIMARY KEY REFERENCES badges,
        recipient_mark TEXT,
        name TEXT,
        recipient TEXT,
        line TEXT
    ) STRICT;
    CREATE TABLE notes (event INTEGER PRIMARY KEY, badge INTEGER, salt BLOB NOT NULL, note TEXT NOT NULL) STRICT;
    CREATE INDEX notes_of_badge ON notes (badge);
    ",
    // 2: finding badges by task, end and holder in a ledger of a million rows.
    "
    CREATE INDEX badges_by_task ON badges (task, awarded);
    CREATE INDEX badges_by_end ON badges (valid_until) WHERE valid_until IS NOT NULL;
    CREATE INDEX badges_unfinished ON badges (number) WHERE state = 'intended';
    CREATE INDEX particulars_by_recipient ON particulars (recipient_mark) WHERE recipient_mark IS NOT NULL;
    ",
    // 3: the reason of a correction, from when it is intended until it is in the log; and which secret rows are known
    // under.
    "
    ALTER TABLE replacements ADD COLUMN note TEXT;
    ALTER TABLE head ADD COLUMN secret TEXT;
    ",
    // 4: events are sealed, and what can be erased is held against them.
    "
    ALTER TABLE events ADD COLUMN mac BLOB;
    ALTER TABLE particulars ADD COLUMN salt BLOB;
    ALTER TABLE replacements ADD COLUMN salt BLOB;
    ",
];

/// The log takes new lines only, whoever is at the database.
const APPEND_ONLY_SQLITE: &str = "
    CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
    CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an index stays used'); END;
    CREATE TRIGGER badges_are_kept BEFORE DELETE ON badges BEGIN SELECT RAISE(ABORT, 'a badge stays known'); END;
";
const APPEND_ONLY_POSTGRES: &str = "
    CREATE FUNCTION taskbadge_ledger_keeps() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the ledger keeps this: %', TG_TABLE_NAME; END $$;
    CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events
        FOR EACH STATEMENT EXECUTE FUNCTION taskbadge_ledger_keeps();
    CREATE TRIGGER entries_are_kept BEFORE DELETE OR TRUNCATE ON entries
        FOR EACH STATEMENT EXECUTE FUNCTION taskbadge_ledger_keeps();
    CREATE TRIGGER badges_are_kept BEFORE DELETE OR TRUNCATE ON badges
        FOR EACH STATEMENT EXECUTE FUNCTION taskbadge_ledger_keeps();
";

/// `tbdg`: what SQLite's file header says the file is (`PRAGMA application_id`).
const APPLICATION: i64 = 0x7462_6467;

/// Brings a ledger to this version, or makes a new one.
pub(super) fn migrate(database: &mut Database) -> Result<()> {
    if version(database)? == Some(MIGRATIONS.len() as u64) {
        return Ok(());
    }
    migrate_to(database, MIGRATIONS.len())
}

/// All missing steps up to a version, in one transaction: a crash leaves the old version.
pub(super) fn migrate_to(database: &mut Database, last: usize) -> Result<()> {
    database.write(|database| {
        if !database.is_sqlite() {
            // Two processes that both find an empty database.
            database.batch(&format!("SELECT pg_advisory_xact_lock({APPLICATION})"))?;
        }
        let found = match version(database)? {
            Some(found) => found,
            None => {
                begin(database)?;
                0
            }
        };
        let known = last as u64;
        if found > known {
            return Err(LedgerTrouble::Newer { place: database.place().into(), found, known });
        }
        for (number, migration) in (1_u64..).zip(&MIGRATIONS[..last]).skip(found as usize) {
            let sql = words_of(database, migration);
            database.batch(&sql)?;
            if number == 1 {
                database.batch(if database.is_sqlite() { APPEND_ONLY_SQLITE } else { APPEND_ONLY_POSTGRES })?;
                let nothing_before = [0; 32];
                database.run(
                    "INSERT INTO head (one, sequence, hash, badges, lists) VALUES (1, 0, $1, 0, 0)",
                    &[Value::from(&nothing_before)],
                )?;
            }
        }
        database.run("UPDATE schema_version SET version = $1", &[known.into()])
    })
}

/// The version of a ledger's schema; `None` for a new database.
fn version(database: &mut Database) -> Result<Option<u64>> {
    if database.is_sqlite() {
        let tables = database.first("SELECT count(*) FROM sqlite_schema", &[], |row| row.count(0))?;
        let application = database.first("PRAGMA application_id", &[], |row| row.int(0))?;
        match (tables, application) {
            (Some(0), _) => return Ok(None),
            (_, Some(APPLICATION)) => {}
            _ => return Err(LedgerTrouble::NotALedger { place: database.place().into() }),
        }
    } else {
        let there = "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_version')";
        if database.first(there, &[], |row| row.count(0))? == Some(0) {
            return Ok(None);
        }
    }
    let found = database.first("SELECT version FROM schema_version", &[], |row| row.count(0))?;
    let found = found.ok_or_else(|| LedgerTrouble::Damaged {
        place: database.place().into(),
        why: "the version of its schema is missing".into(),
    })?;
    let known = MIGRATIONS.len() as u64;
    if found > known {
        return Err(LedgerTrouble::Newer { place: database.place().into(), found, known });
    }
    Ok(Some(found))
}

/// Refuses a database in which something was planted that runs by itself, or stands for a table.
///
/// # Errors
/// [`LedgerTrouble::Altered`], the troubles of the database.
pub(super) fn refuse_planted(database: &mut Database) -> Result<()> {
    match differences(database)?.into_iter().next() {
        Some(what) => {
            Err(sworn::altered(database, &format!("it has another {what} than taskbadge makes, or lacks it")))
        }
        None => Ok(()),
    }
}

/// What of the schema is another than that of an empty ledger, or missing.
pub(super) fn differences(standing: &mut Database) -> Result<Vec<String>> {
    let is = if standing.is_sqlite() { parts(standing)? } else { parts_in_postgres(standing)? };
    let should = Empty::schema()?;
    let parts = if standing.is_sqlite() { &should.parts } else { &should.in_postgres };
    let mut differing: BTreeSet<String> = is.symmetric_difference(parts).map(|(what, _)| what.clone()).collect();
    if versions(standing)? != [Some(MIGRATIONS.len() as i64)] {
        differing.insert("schema_version".into());
    }
    Ok(differing.into_iter().collect())
}

/// The parts of a schema: their kinds and names, and what they are.
type Parts = BTreeSet<(String, String)>;

/// The schema of an empty ledger, on either database.
struct Empty {
    parts: Parts,
    in_postgres: Parts,
}

impl Empty {
    fn schema() -> Result<&'static Self> {
        static KNOWN: OnceLock<Empty> = OnceLock::new();
        if let Some(known) = KNOWN.get() {
            return Ok(known);
        }
        let mut empty = Database::passing()?;
        migrate(&mut empty)?;
        let known = Self { parts: parts(&mut empty)?, in_postgres: expected_in_postgres(&mut empty)? };
        Ok(KNOWN.get_or_init(|| known))
    }
}

fn versions(database: &mut Database) -> Result<Vec<Option<i64>>> {
    let mut versions = Vec::new();
    database.rows("SELECT version FROM schema_version", &[], |row| {
        versions.push(row.maybe_int(0)?);
        Ok(())
    })?;
    Ok(versions)
}

/// The tables, indices, triggers and views of an SQLite ledger, with their texts.
fn parts(database: &mut Database) -> Result<Parts> {
    let mut parts = BTreeSet::new();
    database.rows("SELECT type, name, coalesce(sql, '') FROM sqlite_schema", &[], |row| {
        parts.insert((format!("{} {}", row.text(0)?, row.text(1)?), row.text(2)?));
        Ok(())
    })?;
    Ok(parts)
}

/// The tables with their columns, the triggers, the views and rules of a ledger in PostgreSQL.
fn parts_in_postgres(database: &mut Database) -> Result<Parts> {
    let mut parts = BTreeSet::new();
    for (kind, select) in [
        (
            "table",
            "SELECT table_name::text, string_agg(column_name::text || ' ' || data_type::text, ', ' ORDER BY ordinal_position)
             FROM information_schema.columns WHERE table_schema = current_schema() GROUP BY table_name",
        ),
        (
            "trigger",
            "SELECT tgname::text, tgrelid::regclass::text || ' ' || tgenabled::text || ' ' || proname::text || ' ' || tgtype::text
             FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal",
        ),
        ("function", "SELECT proname::text, btrim(prosrc) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"),
        (
            "view",
            "SELECT relname::text, relkind::text FROM pg_class
             WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('v', 'm', 'f')",
        ),
        ("rule", "SELECT rulename::text, tablename::text FROM pg_rules WHERE schemaname = current_schema()"),
        ("index", "SELECT indexname::text, tablename::text FROM pg_indexes WHERE schemaname = current_schema()"),
    ] {
        database.rows(select, &[], |row| {
            parts.insert((format!("{kind} {}", row.text(0)?), row.text(1)?));
            Ok(())
        })?;
    }
    Ok(parts)
}

/// What those are in a ledger that nobody changed: the tables and indices are those of SQLite in other words.
fn expected_in_postgres(beside: &mut Database) -> Result<Parts> {
    let mut parts = BTreeSet::new();
    let select = "SELECT schema.name, group_concat(columns.name || ' ' || columns.type, ', ' ORDER BY columns.cid)
         FROM sqlite_schema AS schema, pragma_table_info(schema.name) AS columns WHERE schema.type = 'table'
         GROUP BY schema.name";
    beside.rows(select, &[], |row| {
        let types = row.text(1)?.replace(" INTEGER", " bigint").replace(" TEXT", " text").replace(" BLOB", " bytea");
        parts.insert((format!("table {}", row.text(0)?), types));
        Ok(())
    })?;
    let keys = [
        ("badges", &["pkey", "id_key", "mark_key"][..]),
        ("copies", &["pkey"]),
        ("drafts", &["pkey"]),
        ("entries", &["pkey"]),
        ("events", &["pkey"]),
        ("head", &["pkey"]),
        ("issues", &["pkey"]),
        ("lists", &["pkey", "url_key"]),
        ("notes", &["pkey"]),
        ("particulars", &["pkey"]),
        ("replacements", &["pkey", "old_key"]),
        ("restorations", &["pkey"]),
    ];
    for (table, names) in keys {
        parts.extend(names.iter().map(|name| (format!("index {table}_{name}"), table.to_owned())));
    }
    let select = "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    beside.rows(select, &[], |row| {
        parts.insert((format!("index {}", row.text(0)?), row.text(1)?));
        Ok(())
    })?;
    const KEEPS: &str = "taskbadge_ledger_keeps";
    for (trigger, table, events) in
        [("events_stay", "events", 58), ("entries_are_kept", "entries", 42), ("badges_are_kept", "badges", 42)]
    {
        parts.insert((format!("trigger {trigger}"), format!("{table} O {KEEPS} {events}")));
    }
    let body = "BEGIN RAISE EXCEPTION 'the ledger keeps this: %', TG_TABLE_NAME; END";
    parts.insert((format!("function {KEEPS}"), body.into()));
    Ok(parts)
}

fn begin(database: &mut Database) -> Result<()> {
    if database.is_sqlite() {
        database.batch(&format!("PRAGMA application_id = {APPLICATION}"))?;
    }
    let table = "CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
                 INSERT INTO schema_version (version) VALUES (0);";
    let sql = words_of(database, table);
    database.batch(&sql)
}

fn words_of(database: &Database, sql: &str) -> String {
    if database.is_sqlite() {
        return sql.into();
    }
    sql.replace(" INTEGER", " BIGINT")
        .replace(" BLOB", " BYTEA")
        .replace(") STRICT, WITHOUT ROWID;", ");")
        .replace(") STRICT;", ");")
}
