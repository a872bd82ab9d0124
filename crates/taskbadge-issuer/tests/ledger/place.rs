//! Where a test's ledger lies: an SQLite file in a folder of its own, or a database of its own in a throw-away cluster.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest as _, Sha256};
use taskbadge::badge::Iri;
use taskbadge::time::Instant;
use taskbadge_issuer::ledger::{
    Because, Entry, Intended, Intention, Ledger, LedgerKey, LedgerTrouble, Lists, Mark, Signed, Stage,
};

/// The same test on both databases.
#[macro_export]
macro_rules! on_both {
    ($($(#[$attribute:meta])* fn $name:ident($place:ident: &Place) $body:block)*) => {
        mod sqlite {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$attribute])* #[test] fn $name() { super::$name(&$crate::place::Place::sqlite()); })*
        }
        mod postgres {
            #[allow(unused_imports)]
            use super::*;
            $($(#[$attribute])* #[test] fn $name() {
                if let Some(place) = $crate::place::Place::postgres() { super::$name(&place); }
            })*
        }
        $(fn $name($place: &Place) $body)*
    };
}

/// Where a ledger lies.
pub(crate) enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(String),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A new database; `None` without PostgreSQL, and then a line says so.
    pub(crate) fn postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let cluster = cluster()?;
        let name = format!("ledger_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut client = postgres::Client::connect(&cluster.address("postgres"), postgres::NoTls).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Some(Self::Postgres(cluster.address(&name)))
    }

    pub(crate) fn open(&self) -> Ledger {
        self.try_open().unwrap()
    }

    pub(crate) fn try_open(&self) -> Result<Ledger, LedgerTrouble> {
        open(&self.address())
    }

    /// Under another secret than [`Place::open`].
    pub(crate) fn open_under(&self, secret: [u8; 32]) -> Ledger {
        unkeyed(&self.address()).unwrap().under(LedgerKey::of(&secret)).unwrap()
    }

    /// For [`open`], also in another process.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(folder) => folder.path().join("ledger.sqlite").display().to_string(),
            Self::Postgres(address) => address.clone(),
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.address().into()
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

pub(crate) fn open(address: &str) -> Result<Ledger, LedgerTrouble> {
    unkeyed(address)?.under(LedgerKey::of(&[7; 32]))
}

/// As somebody has it who does not have the centre's secret.
pub(crate) fn unkeyed(address: &str) -> Result<Ledger, LedgerTrouble> {
    if address.starts_with("host=") { Ledger::connect(address) } else { Ledger::open(Path::new(address)) }
}

struct Cluster {
    folder: PathBuf,
    // Its standard input is ours: when this process ends, however it ends, the script stops the server and cleans up.
    _script: Child,
}

impl Cluster {
    fn address(&self, database: &str) -> String {
        format!("host={} user=ledger dbname={database}", self.folder.display())
    }
}

/// As an unprivileged user, on a socket in its own folder.
const SCRIPT: &str = r#"
dir=$(mktemp -d /tmp/taskbadge-pg-XXXXXX) && chmod 755 "$dir" || exit 1
as() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/sh -c "$1"; else sh -c "$1"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"; export PATH
stop() { as "PATH='$PATH' pg_ctl -D $dir/data -m immediate stop" >/dev/null 2>&1; rm -rf "$dir"; }
as "PATH='$PATH' initdb -D $dir/data -A trust -U ledger -E UTF8 --no-locale --no-sync" >"$dir/initdb.log" 2>&1 \
  && as "PATH='$PATH' pg_ctl -D $dir/data -w -l $dir/server.log -o \"-k $dir -c listen_addresses=''\" start" \
       >/dev/null 2>&1 </dev/null || { cat "$dir/initdb.log" "$dir/server.log"; rm -rf "$dir"; exit 1; }
echo "ready $dir"
cat >/dev/null
stop
"#;

fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    let begin = || {
        let installed = Path::new("/usr/lib/postgresql").exists()
            || Command::new("initdb").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !installed {
            tell("skipped: PostgreSQL is not installed (apt-get install postgresql)");
            return None;
        }
        let mut script = Command::new("sh");
        script.args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = script.spawn().unwrap();
        let mut output = BufReader::new(script.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let Some(folder) = line.trim().strip_prefix("ready ") else {
            panic!("PostgreSQL is installed and does not start: {line}");
        };
        Some(Cluster { folder: folder.into(), _script: script })
    };
    CLUSTER.get_or_init(begin).as_ref()
}

/// A line that is seen although the test passes.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "  {line}");
}

pub(crate) fn at() -> Instant {
    Instant::from_unix(1_800_000_000)
}

pub(crate) fn random(bytes: &mut [u8]) -> Result<(), LedgerTrouble> {
    getrandom::fill(bytes).unwrap();
    Ok(())
}

pub(crate) fn fresh_id() -> Iri {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    Iri::uuid(bytes)
}

pub(crate) fn row(name: &str) -> Mark {
    Mark::keyed(&[7; 32], &[b"row", name.as_bytes()])
}

pub(crate) fn lists() -> Lists {
    Lists::below(&"https://centre.example.org/status/".parse().unwrap()).with_suspension()
}

pub(crate) fn because() -> Because {
    Because::new("registrar", "the brake test was not done").unwrap()
}

pub(crate) const SIGNER: &str = "did:key:z6MkTest#z6MkTest";

/// Stands for a badge: its id and places are in it.
pub(crate) fn content(badge: &Iri, entries: &[Entry]) -> Vec<u8> {
    format!("{badge} {entries:?} {}", "x".repeat(2000)).into_bytes()
}

/// Stands for a signature: the same content always gets the same one.
pub(crate) fn signed(content: &[u8]) -> Vec<u8> {
    [content, b" signed"].concat()
}

/// Intends badges for rows by these names.
pub(crate) fn intend(ledger: &mut Ledger, names: &[String]) -> Result<Vec<Intended>, LedgerTrouble> {
    let ids: Vec<Iri> = names.iter().map(|_| fresh_id()).collect();
    let marks: Vec<Mark> = names.iter().map(|name| row(name)).collect();
    let day = "2026-11-03".parse().unwrap();
    let group: Vec<Intention<'_>> =
        ids.iter().zip(&marks).map(|(id, mark)| Intention::new(id, mark, "forklift", "1", day)).collect();
    ledger.intend(&group, &lists(), at(), random, |place, entries| Ok(content(&ids[place], entries)))
}

/// Signs and completes what is to be signed. Gives the ids.
pub(crate) fn complete(ledger: &mut Ledger, intended: &[Intended]) -> Result<Vec<Iri>, LedgerTrouble> {
    let texts: Vec<(&Iri, Vec<u8>)> = intended
        .iter()
        .filter_map(|intended| match &intended.stage {
            Stage::ToSign { content, .. } => Some((&intended.badge, signed(content))),
            Stage::Issued { .. } => None,
        })
        .collect();
    let proofs: Vec<[u8; 32]> = texts.iter().map(|(_, text)| Sha256::digest(text).into()).collect();
    let group: Vec<Signed<'_>> = texts
        .iter()
        .zip(&proofs)
        .map(|((badge, text), proof)| Signed { badge, text, proofs: std::slice::from_ref(proof) })
        .collect();
    ledger.complete(&group, SIGNER, at())?;
    Ok(intended.iter().map(|intended| intended.badge.clone()).collect())
}

pub(crate) fn issue(ledger: &mut Ledger, names: &[String]) -> Result<Vec<Iri>, LedgerTrouble> {
    let intended = intend(ledger, names)?;
    complete(ledger, &intended)
}

pub(crate) fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix} {number}")).collect()
}

/// The ledger is whole, and says so.
pub(crate) fn assert_whole(ledger: &mut Ledger) {
    let check = ledger.check().unwrap();
    assert!(check.is_whole(), "{:#?}", check.faults);
}
