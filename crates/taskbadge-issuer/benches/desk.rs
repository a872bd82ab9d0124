//! What issuing costs with everything that goes with it, and what a centre's day costs on a ledger of a million rows.
//!
//! `cargo bench -p taskbadge-issuer --bench desk` takes seconds; with TASKBADGE_MILLION=1 it also fills a million rows,
//! which takes minutes and some gigabytes below the temporary folder; TASKBADGE_KEEP names another, empty folder, where
//! the centres stay, to time whole commands on them (the passphrase is "correct horse").

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Clock};

use taskbadge::badge::Iri;
use taskbadge::key::{Did, SigningKey};
use taskbadge::time::Instant;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk};
use taskbadge_issuer::ledger::{
    Because, Intention, Ledger, LedgerTrouble, Mark, Particulars, Query, Reason, Signed, Stage,
};
use taskbadge_issuer::publish::publish;
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;

const TASK: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");

fn main() {
    let kept = std::env::var_os("TASKBADGE_KEEP").map(PathBuf::from);
    let passing = tempfile::tempdir().expect("a temporary folder");
    let folder = kept.as_deref().unwrap_or(passing.path());
    let mut house = House::found(&folder.join("small"));
    let signature = median(
        (0..101)
            .map(|_| {
                timed(|| {
                    std::hint::black_box(house.key.sign(&[7; 64]));
                })
            })
            .collect(),
    );
    let badges = 10_000;
    let took = timed(|| house.issue(badges));
    let each = took / badges;
    let a_second = f64::from(badges) / took.as_secs_f64();
    tell(&format!(
        "desk: a roster of {badges}, read, linted, signed, checked and synced: {a_second:.0} badges a second"
    ));
    tell(&format!("ratio desk-badge {:.1}", each.as_secs_f64() / signature.as_secs_f64()));

    if std::env::var_os("TASKBADGE_MILLION").is_none() {
        return;
    }
    let mut small = House::found(&folder.join("fresh"));
    small.issue(256);
    let mut large = House::found(&folder.join("large"));
    let took = timed(|| large.fill(1_000_000));
    tell(&format!("a million rows: filled in {took:.0?}"));
    for (name, work) in DAILY {
        // By turns, so that whatever else the machine does slows both.
        let (mut on_small, mut on_large) = (Vec::new(), Vec::new());
        for _ in 0..31 {
            on_small.push(timed(|| work(&mut small)));
            on_large.push(timed(|| work(&mut large)));
        }
        let (on_small, on_large) = (median(on_small), median(on_large));
        let ratio = on_large.as_secs_f64() / on_small.as_secs_f64();
        tell(&format!("{name}: {on_small:.1?} on a new ledger, {on_large:.1?} on a million rows: {ratio:.2} times"));
    }
    check_large(&large);
}

/// What a check costs by event, and how much memory it takes on top.
fn check_large(house: &House) {
    let (before, start) = (peak_memory(), Clock::now());
    let check = house.ledger().check().expect("readable");
    let took = start.elapsed();
    let each = took.as_secs_f64() * 1e6 / check.events as f64;
    tell(&format!(
        "check of {} events: whole is {}, {took:.0?}, {each:.1} microseconds an event",
        check.events,
        check.is_whole()
    ));
    tell(&format!("check of 10 million badges would take {:.0} minutes", each * 20.1e6 / 6e7));
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        tell(&format!("check: at most {after} MiB in memory, {before} MiB before it"));
    }
}

/// The most that this process ever had in memory, in MiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? / 1024)
}

type Work = fn(&mut House);

/// What a centre does every day, each as a command does it, the ledger opened and closed.
const DAILY: [(&str, Work); 4] = [
    ("issue a roster of 256", |house| house.issue(256)),
    ("revoke one", House::revoke),
    ("publish", House::publish),
    ("find one", House::find),
];

/// A centre at work.
struct House {
    centre: Centre,
    key: SigningKey,
    tasks: [Template; 1],
    rows: u32,
}

impl House {
    fn found(folder: &Path) -> Self {
        let key = SigningKey::from_seed(&[7; 32]);
        let settings = Settings::new("Harbour Training Centre", Did::key(&key.verifying_key()));
        let centre = Centre::found(folder, settings, &key, b"correct horse").expect("an empty folder");
        Self {
            centre,
            key,
            tasks: [Template::parse("forklift-pre-start-check.toml", TASK).expect("the sample task")],
            rows: 0,
        }
    }

    fn ledger(&self) -> Ledger {
        self.centre.ledger().expect("a ledger")
    }

    /// From the bytes of a roster to badges on the disk.
    fn issue(&mut self, badges: u32) {
        let mut text = "name,consent_name,email,date,level,assessor\n".to_owned();
        for number in self.rows..self.rows + badges {
            let row = format!("Trainee {number},yes,t{number}@example.org,2026-11-03,independent,Petra Lang\n");
            text.push_str(&row);
        }
        self.rows += badges;
        let roster = Roster::open("roster.csv", text.as_bytes()).expect("a roster");
        let rows = roster.read(&Reading::new(&self.tasks)).expect("without mistakes");
        let batch = Batch::of(&roster, rows, at(), &[]).expect("without lints");
        let mut desk = Desk::open(&self.centre, &self.key, "registrar", at()).expect("the centre's own key");
        let issued = desk.issue(&batch, at(), |_| ()).expect("room");
        assert_eq!(issued.len(), batch.len());
    }

    /// Badges that are shorter than real ones, and have no files, for the sake of the disk; indices, marks and events are
    /// what grows. One in a hundred is revoked.
    fn fill(&mut self, badges: u64) {
        let (mut ledger, lists) = (self.ledger(), self.centre.lists());
        let day = "2026-11-03".parse().expect("a day");
        let filler = "x".repeat(600);
        for first in (0..badges).step_by(256) {
            let numbers = first..badges.min(first + 256);
            let ids: Vec<Iri> = numbers.clone().map(|_| Iri::uuid(drawn())).collect();
            let marks: Vec<Mark> =
                numbers.map(|number| Mark::keyed(&[1; 32], &[b"row", &number.to_be_bytes()])).collect();
            let particulars = Particulars { name: Some("Amina Noor"), ..Particulars::default() };
            let group: Vec<Intention<'_>> = ids
                .iter()
                .zip(&marks)
                .map(|(id, mark)| Intention::new(id, mark, "forklift", "1", day).particulars(particulars))
                .collect();
            let write = |place: usize, entries: &[_]| {
                Ok::<_, LedgerTrouble>(format!("{}{entries:?}{filler}", ids[place]).into())
            };
            let intended = ledger.intend(&group, &lists, at(), random, write).expect("room");
            let texts: Vec<&[u8]> = intended
                .iter()
                .map(|intended| match &intended.stage {
                    Stage::ToSign { content, .. } => &content[..],
                    Stage::Issued { .. } => unreachable!("every row is new"),
                })
                .collect();
            let signed: Vec<Signed<'_>> =
                ids.iter().zip(texts).map(|(badge, text)| Signed { badge, text, proofs: &[] }).collect();
            ledger.complete(&signed, "did:key:z6Mk#z6Mk", at()).expect("room");
            ledger.revoke(ids.iter().step_by(100), Reason::Other, &because(), at()).expect("they stand");
        }
    }

    fn last(&self, ledger: &mut Ledger) -> Iri {
        let number = ledger.lists().expect("readable").iter().map(|list| list.used).sum::<u64>();
        let last = ledger.select(&Query::all().after(number - 1)).expect("readable");
        last.last().expect("there is one").badge.clone()
    }

    fn revoke(&mut self) {
        self.issue(1);
        let mut ledger = self.ledger();
        let badge = self.last(&mut ledger);
        ledger.revoke([&badge], Reason::Other, &because(), at()).expect("it stands");
    }

    fn publish(&mut self) {
        let folder = self.centre.published_folder();
        publish(&self.centre, &self.key, &mut self.ledger(), &folder, None, at()).expect("room");
    }

    fn find(&mut self) {
        let mut ledger = self.ledger();
        let badge = self.last(&mut ledger);
        assert!(ledger.find(&badge).expect("readable").is_some());
    }
}

fn because() -> Because {
    Because::new("registrar", "measured").expect("both are there")
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Clock::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn at() -> Instant {
    "2026-11-22T09:30:00Z".parse().expect("an instant")
}

fn drawn<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("randomness");
    bytes
}

fn random(bytes: &mut [u8]) -> Result<(), LedgerTrouble> {
    getrandom::fill(bytes).map_err(|_| LedgerTrouble::NoRandomness)
}

fn tell(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
