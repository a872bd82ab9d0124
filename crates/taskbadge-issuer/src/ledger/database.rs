//! One small way of speaking to two databases. The statements are the same for both; parameters are written `$1`, `$2`…
//!
//! What differs is here and in [`schema`](super::schema) only: how a transaction begins, how many rows go into one
//! statement, and what an error of the database means for a person.

#[cfg(feature = "postgres")]
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;
use rusqlite::types::{ToSqlOutput, ValueRef};

use super::faults::step;
use super::{LedgerTrouble, Result};

/// How long one process waits for another before it gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open connection.
pub(super) struct Database {
    connection: Connection,
    /// What the database is called in a sentence.
    place: String,
    /// Left standing only if the work inside a transaction panicked.
    in_transaction: bool,
}

enum Connection {
    Sqlite(rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres {
        // Boxed, since it is many times the size of the other.
        client: Box<postgres::Client>,
        prepared: HashMap<String, postgres::Statement>,
    },
}

/// A value on its way into the database.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
    Null,
}

/// One row of an answer. Columns are counted from 0.
pub(super) struct Row<'r> {
    columns: Columns<'r>,
    place: &'r str,
}

enum Columns<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(&'r postgres::Row),
}

impl Database {
    /// Opens an SQLite file, or makes one. It holds names: only its owner may read it. SQLite gives the files beside it the
    /// same mode.
    pub(super) fn sqlite(path: &Path) -> Result<Self> {
        let place = crate::text::named(path);
        let file = taskbadge_files::private_file(path, &["-wal", "-shm", "-journal"]);
        let file = file.map_err(|trouble| LedgerTrouble::from_file(&place, trouble))?;
        let open = || {
            let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_NOFOLLOW;
            let mut connection = rusqlite::Connection::open_with_flags(&file, flags)?;
            connection.busy_handler(Some(wait))?;
            connection.set_prepared_statement_cache_capacity(64);
            // Readers do not wait for the writer; a commit is on the disk when it returns; what is erased is
            // overwritten. A checkpoint every 32 MiB instead of 4 lets a page that several groups touch be copied back
            // once.
            connection.execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
                 PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -32768;
                 PRAGMA temp_store = MEMORY;",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|error| sqlite_trouble(&place, error))?;
        Ok(Self { connection: Connection::Sqlite(connection), place, in_transaction: false })
    }

    /// An empty database that is gone when it is dropped: in memory, and in a temporary file where it is large.
    pub(super) fn passing() -> Result<Self> {
        let place = "the ledger beside".to_owned();
        let open = || {
            let connection = rusqlite::Connection::open("")?;
            connection.set_prepared_statement_cache_capacity(64);
            connection.execute_batch(
                "PRAGMA temp_store = FILE; PRAGMA cache_size = -65536; PRAGMA journal_mode = MEMORY;
                 PRAGMA synchronous = OFF;",
            )?;
            Ok(connection)
        };
        let connection = open().map_err(|error| sqlite_trouble(&place, error))?;
        Ok(Self { connection: Connection::Sqlite(connection), place, in_transaction: false })
    }

    /// Connects to a PostgreSQL database, without TLS.
    #[cfg(feature = "postgres")]
    pub(super) fn postgres(url: &str) -> Result<Self> {
        let unreadable =
            |error: postgres::Error| LedgerTrouble::Unreachable { place: "PostgreSQL".into(), why: sentence(&error) };
        let config: postgres::Config = url.parse().map_err(unreadable)?;
        // Never the URL itself: a password may be in it.
        let place = format!("the PostgreSQL database {:?}", config.get_dbname().unwrap_or("of the user's name"));
        let open = || {
            let mut client = config.connect(postgres::NoTls)?;
            // Whatever the server's own settings are, a commit is on the disk when it returns. A machine that vanished
            // from the network in the middle of a change lets go of the lock within a minute, not when TCP notices.
            client.batch_execute(&format!(
                "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = 60000; SET lock_timeout = {};
                 SET client_min_messages = warning",
                PATIENCE.as_millis()
            ))?;
            Ok(client)
        };
        let client = Box::new(open().map_err(|error| postgres_trouble(&place, &error))?);
        let connection = Connection::Postgres { client, prepared: HashMap::new() };
        Ok(Self { connection, place, in_transaction: false })
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self.connection, Connection::Sqlite(_))
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Does all of the work or none of it, durably, while nobody else writes.
    ///
    /// In SQLite the lock is the file's. In PostgreSQL `BEGIN` locks nothing: the first statement of every writer locks
    /// the one row of `head`, since each event carries the hash of the one before and there is only one order anyway.
    /// With that one lock, READ COMMITTED is exact: every later statement sees what the writer before has committed.
    pub(super) fn write<T, E: From<LedgerTrouble>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let begin = if self.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN ISOLATION LEVEL READ COMMITTED" };
        self.transaction(begin, work)
    }

    /// Reads as of one moment, whatever others write meanwhile.
    pub(super) fn read<T, E: From<LedgerTrouble>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let begin = if self.is_sqlite() { "BEGIN DEFERRED" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        self.transaction(begin, work)
    }

    fn transaction<T, E: From<LedgerTrouble>>(
        &mut self,
        begin: &str,
        work: impl FnOnce(&mut Self) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        if self.in_transaction {
            self.batch("ROLLBACK")?;
        }
        self.batch(begin)?;
        self.in_transaction = true;
        step("begun");
        let done = work(self).and_then(|done| {
            step("before the commit");
            self.batch("COMMIT")?;
            Ok(done)
        });
        if done.is_err() {
            // A failed commit or a full disk may have ended it already; the first error is the one to tell.
            let _ = self.batch("ROLLBACK");
        }
        self.in_transaction = false;
        step("after the commit");
        done
    }

    /// Statements without parameters.
    pub(super) fn batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                connection.execute_batch(sql).map_err(|error| sqlite_trouble(&self.place, error))
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres { client, .. } => {
                client.batch_execute(sql).map_err(|error| postgres_trouble(&self.place, &error))
            }
        }
    }

    /// Runs a statement that gives no rows.
    pub(super) fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Result<()> {
        self.rows(sql, values, |_| Ok(()))
    }

    /// Runs a statement and hands over each row of its answer.
    pub(super) fn rows(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let place = self.place.as_str();
        match &mut self.connection {
            Connection::Sqlite(connection) => {
                let failed = |error| sqlite_trouble(place, error);
                // `$1` would be a name to SQLite; `?1` is a number.
                let mut statement = connection.prepare_cached(&sql.replace('$', "?")).map_err(failed)?;
                let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(failed)?;
                while let Some(row) = rows.next().map_err(failed)? {
                    each(&Row { columns: Columns::Sqlite(row), place })?;
                }
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres { client, prepared } => {
                use postgres::fallible_iterator::FallibleIterator as _;
                let failed = |error: postgres::Error| postgres_trouble(place, &error);
                if !prepared.contains_key(sql) {
                    let statement = client.prepare(sql).map_err(failed)?;
                    prepared.insert(sql.to_owned(), statement);
                }
                let mut rows = client.query_raw(&prepared[sql], values).map_err(failed)?;
                while let Some(row) = rows.next().map_err(failed)? {
                    each(&Row { columns: Columns::Postgres(&row), place })?;
                }
            }
        }
        Ok(())
    }

    /// The first row of an answer, if there is one.
    pub(super) fn first<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut first = None;
        self.rows(sql, values, |row| {
            if first.is_none() {
                first = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Inserts rows. `into` is the table and its columns, `tail` what follows the values, `each` sees what `tail`
    /// returns.
    pub(super) fn insert<const N: usize>(
        &mut self,
        into: &str,
        rows: &[[Value<'_>; N]],
        tail: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        // A statement costs PostgreSQL a round trip and SQLite nothing.
        let sizes: &[usize] = if self.is_sqlite() { &[1] } else { &[64, 16, 4, 1] };
        for portion in portions(rows, sizes) {
            let mut sql = format!("INSERT INTO {into} VALUES ");
            for row in 0..portion.len() {
                sql.push_str(if row == 0 { "(" } else { ", (" });
                placeholders(&mut sql, row * N + 1, N);
                sql.push(')');
            }
            sql.push_str(tail);
            self.rows(&sql, portion.as_flattened(), &mut each)?;
        }
        Ok(())
    }

    /// Runs `before` + `(…)` + `after` for all the values, many at a time: what stands before ends in `IN`.
    pub(super) fn among(
        &mut self,
        before: &str,
        values: &[Value<'_>],
        after: &str,
        mut each: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        for portion in portions(values, &[256, 64, 16, 4, 1]) {
            let mut sql = format!("{before} (");
            placeholders(&mut sql, 1, portion.len());
            sql.push(')');
            sql.push_str(after);
            self.rows(&sql, portion, &mut each)?;
        }
        Ok(())
    }

    /// Copies what is erased out of SQLite's log, as far as nobody is reading it. `false` where that has to wait.
    pub(super) fn empty_the_log(&mut self) -> Result<bool> {
        if !self.is_sqlite() {
            return Ok(true);
        }
        let busy = self.first("PRAGMA wal_checkpoint(TRUNCATE)", &[], |row| row.int(0))?;
        Ok(busy == Some(0))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Blob(bytes)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Value<'_> {
    /// Numbers here count badges, events and entries.
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).expect("nothing is counted beyond 2^63"))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Int(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Null => ValueRef::Null,
        }))
    }
}

#[cfg(feature = "postgres")]
mod to_postgres {
    use std::error::Error;

    use postgres::types::private::BytesMut;
    use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

    use super::Value;

    impl ToSql for Value<'_> {
        fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
            match self {
                Self::Int(number) => number.to_sql(of, out),
                Self::Text(text) => text.to_sql(of, out),
                Self::Blob(bytes) => bytes.to_sql(of, out),
                Self::Null => Ok(IsNull::Yes),
            }
        }

        fn accepts(of: &Type) -> bool {
            matches!(*of, Type::INT8 | Type::TEXT | Type::BYTEA)
        }

        to_sql_checked!();
    }
}

impl Row<'_> {
    pub(super) fn int(&self, column: usize) -> Result<i64> {
        self.read(column)
    }

    /// Whether a comparison holds, which SQLite gives as a number.
    pub(super) fn truth(&self, column: usize) -> Result<bool> {
        match self.columns {
            Columns::Sqlite(_) => Ok(self.int(column)? != 0),
            #[cfg(feature = "postgres")]
            Columns::Postgres(_) => self.read(column),
        }
    }

    /// A number that counts something.
    pub(super) fn count(&self, column: usize) -> Result<u64> {
        u64::try_from(self.int(column)?).map_err(|_| self.damaged("a count is negative"))
    }

    pub(super) fn text(&self, column: usize) -> Result<String> {
        self.read(column)
    }

    pub(super) fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.read(column)
    }

    pub(super) fn digest(&self, column: usize) -> Result<[u8; 32]> {
        self.bytes(column)?.try_into().map_err(|_| self.damaged("a digest has another length than 32 bytes"))
    }

    pub(super) fn maybe_int(&self, column: usize) -> Result<Option<i64>> {
        self.read(column)
    }

    pub(super) fn maybe_text(&self, column: usize) -> Result<Option<String>> {
        self.read(column)
    }

    pub(super) fn maybe_bytes(&self, column: usize) -> Result<Option<Vec<u8>>> {
        self.read(column)
    }

    /// A text that can be read as something.
    pub(super) fn parsed<T: std::str::FromStr>(&self, column: usize, what: &'static str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| self.damaged(what))
    }

    pub(super) fn damaged(&self, why: &str) -> LedgerTrouble {
        LedgerTrouble::Damaged { place: self.place.into(), why: why.into() }
    }

    #[cfg(feature = "postgres")]
    fn read<T>(&self, column: usize) -> Result<T>
    where
        T: rusqlite::types::FromSql + for<'a> postgres::types::FromSql<'a>,
    {
        match self.columns {
            Columns::Sqlite(row) => row.get(column).map_err(|error| sqlite_trouble(self.place, error)),
            Columns::Postgres(row) => row.try_get(column).map_err(|error| postgres_trouble(self.place, &error)),
        }
    }

    #[cfg(not(feature = "postgres"))]
    fn read<T: rusqlite::types::FromSql>(&self, column: usize) -> Result<T> {
        let Columns::Sqlite(row) = self.columns;
        row.get(column).map_err(|error| sqlite_trouble(self.place, error))
    }
}

/// Waits a little for another process, up to [`PATIENCE`]. SQLite's own waiting grows to a tenth of a second a time, in
/// which eight processes would mostly sleep.
fn wait(times: i32) -> bool {
    const NAP: Duration = Duration::from_millis(2);
    std::thread::sleep(NAP);
    NAP * times.unsigned_abs() < PATIENCE
}

/// Slices of the given sizes, the largest first: few different statements, each of which is prepared once.
fn portions<'s, T>(mut rest: &'s [T], sizes: &'static [usize]) -> impl Iterator<Item = &'s [T]> {
    std::iter::from_fn(move || {
        let size = sizes.iter().copied().find(|&size| size <= rest.len())?;
        let (portion, after) = rest.split_at(size);
        rest = after;
        Some(portion)
    })
}

fn placeholders(sql: &mut String, first: usize, count: usize) {
    for number in first..first + count {
        if number > first {
            sql.push_str(", ");
        }
        sql.push('$');
        sql.push_str(&number.to_string());
    }
}

fn sqlite_trouble(place: &str, error: rusqlite::Error) -> LedgerTrouble {
    use rusqlite::ErrorCode;
    let place = place.to_owned();
    let why = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            LedgerTrouble::Busy { place }
        }
        Some(ErrorCode::DiskFull) => LedgerTrouble::DiskFull { place },
        Some(ErrorCode::SystemIoFailure) => LedgerTrouble::Write { place, why },
        Some(ErrorCode::ReadOnly) => LedgerTrouble::ReadOnly { place },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => LedgerTrouble::Unreachable { place, why },
        Some(ErrorCode::DatabaseCorrupt) => LedgerTrouble::Damaged { place, why },
        Some(ErrorCode::NotADatabase) => LedgerTrouble::NotALedger { place },
        _ => LedgerTrouble::Database { place, why },
    }
}

#[cfg(feature = "postgres")]
fn postgres_trouble(place: &str, error: &postgres::Error) -> LedgerTrouble {
    use postgres::error::SqlState;
    let place = place.to_owned();
    let why = sentence(error);
    let Some(code) = error.code() else {
        return if error.is_closed()
            || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
        {
            LedgerTrouble::Unreachable { place, why }
        } else {
            LedgerTrouble::Database { place, why }
        };
    };
    match code {
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE => {
            LedgerTrouble::Busy { place }
        }
        &SqlState::DISK_FULL => LedgerTrouble::DiskFull { place },
        &SqlState::IO_ERROR => LedgerTrouble::Write { place, why },
        &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::INSUFFICIENT_PRIVILEGE => LedgerTrouble::ReadOnly { place },
        &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => LedgerTrouble::Damaged { place, why },
        // Classes 08, 28, 3D and 57: the connection, the password, the database's name, the server going down.
        code if ["08", "28", "3D", "57"].iter().any(|class| code.code().starts_with(class)) => {
            LedgerTrouble::Unreachable { place, why }
        }
        _ => LedgerTrouble::Database { place, why },
    }
}

/// An error of PostgreSQL with what is behind it, which its own text leaves out.
#[cfg(feature = "postgres")]
fn sentence(error: &postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
