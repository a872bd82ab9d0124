//! What the ledger costs: issuing in groups, and the same on a ledger of a million rows.
//!
//! `cargo bench -p taskbadge-issuer --bench ledger` takes seconds; with TASKBADGE_MILLION=1 it also fills a million
//! rows, which takes minutes and some gigabytes below the temporary folder.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use taskbadge::badge::Iri;
use taskbadge::time::Instant;
use taskbadge_issuer::ledger::{
    Because, Intended, Intention, Ledger, LedgerTrouble, Lists, Mark, Particulars, Published, Reason, Signed, Stage,
};

/// As the desk does it.
const GROUP: u64 = 256;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut empty = Bench::open(&folder.path().join("empty.sqlite"));
    let badges = 10_000;
    let start = Clock::now();
    empty.issue(badges, 3000);
    let each = start.elapsed() / u32::try_from(badges).expect("few");
    tell(&format!("issue: {badges} badges of 3 kB in groups of {GROUP}, {each:.1?} a badge"));

    if std::env::var_os("TASKBADGE_MILLION").is_none() {
        return;
    }
    let mut full = Bench::open(&folder.path().join("full.sqlite"));
    let start = Clock::now();
    // Shorter badges, for the sake of the disk; indices, marks and events are what grows.
    full.issue(1_000_000, 600);
    tell(&format!("a million rows: filled in {:.0?}", start.elapsed()));
    for (name, work) in DAILY {
        // By turns, so that whatever else the machine does slows both.
        let (mut small, mut large) = (Vec::new(), Vec::new());
        for _ in 0..41 {
            small.push(timed(|| work(&mut empty)));
            large.push(timed(|| work(&mut full)));
        }
        let (small, large) = (median(small), median(large));
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        tell(&format!("{name}: {small:.1?} on ten thousand rows, {large:.1?} on a million: {ratio:.2} times"));
    }
    let start = Clock::now();
    let check = full.ledger.check().expect("readable");
    tell(&format!("check of {} events: whole is {}, {:.0?}", check.events, check.is_whole(), start.elapsed()));
}

struct Bench {
    ledger: Ledger,
    lists: Lists,
    issued: u64,
    last: Vec<Iri>,
}

impl Bench {
    fn open(path: &Path) -> Self {
        let ledger = Ledger::open(path).expect("a new ledger");
        let lists = Lists::below(&"https://centre.example.org/status".parse().expect("an IRI"));
        Self { ledger, lists, issued: 0, last: Vec::new() }
    }

    fn issue(&mut self, badges: u64, bytes: usize) {
        let filler = "x".repeat(bytes);
        let end = self.issued + badges;
        while self.issued < end {
            let numbers: Vec<u64> = (self.issued..end.min(self.issued + GROUP)).collect();
            self.group(&numbers, &filler);
            self.issued += numbers.len() as u64;
        }
    }

    fn group(&mut self, numbers: &[u64], filler: &str) {
        let day = "2026-11-03".parse().expect("a day");
        let ids: Vec<Iri> = numbers.iter().map(|_| Iri::uuid(drawn())).collect();
        let marks: Vec<Mark> =
            numbers.iter().map(|number| Mark::keyed(&[1; 32], &[b"row", &number.to_be_bytes()])).collect();
        let particulars = Particulars { name: Some("Amina Noor"), ..Particulars::default() };
        let group: Vec<Intention<'_>> = ids
            .iter()
            .zip(&marks)
            .map(|(id, mark)| Intention::new(id, mark, "forklift", "1", day).particulars(particulars))
            .collect();
        let write =
            |place: usize, entries: &[_]| Ok::<_, LedgerTrouble>(format!("{}{entries:?}{filler}", ids[place]).into());
        let intended = self.ledger.intend(&group, &self.lists, at(), random, write).expect("room");
        let texts: Vec<Vec<u8>> = intended.iter().map(sign).collect();
        let signed: Vec<Signed<'_>> = ids.iter().zip(&texts).map(|(badge, text)| Signed { badge, text }).collect();
        self.ledger.complete(&signed, "did:key:z6Mk#z6Mk", at()).expect("room");
        self.last = ids;
    }

    fn revoke(&mut self) {
        let because = Because::new("registrar", "measured").expect("both are there");
        let badge = self.last.pop().expect("not so many are revoked");
        self.ledger.revoke([&badge], Reason::Other, &because, at()).expect("it stands");
    }

    fn publish(&mut self) {
        let list = self.ledger.lists().expect("readable").pop().expect("there is one");
        assert!(!self.ledger.raised(&list.url).expect("readable").is_empty());
        let publication = list.published.map_or(1, |(last, _)| last + 1);
        let published = Published { list: &list.url, publication, digest: &[0; 32] };
        self.ledger.published(&[published], at()).expect("room");
    }

    fn find(&mut self) {
        assert!(self.ledger.find(&self.last[0]).expect("readable").is_some());
    }
}

type Work = fn(&mut Bench);

/// What a centre does every day.
const DAILY: [(&str, Work); 4] = [
    ("issue a group of 256", |bench| bench.issue(GROUP, 3000)),
    ("revoke one", Bench::revoke),
    ("the bits of a list, and that it is published", Bench::publish),
    ("find one", Bench::find),
];

fn sign(intended: &Intended) -> Vec<u8> {
    match &intended.stage {
        Stage::ToSign { content, .. } => [content.as_slice(), &[0; 300]].concat(),
        Stage::Issued { .. } => unreachable!("every row is new"),
    }
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
    Instant::from_unix(1_800_000_000)
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
    let _ = writeln!(std::io::stdout(), "ledger {line}");
}
