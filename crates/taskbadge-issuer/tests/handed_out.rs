//! Whatever happens to the processes at the desk: what is handed out is in the ledger, every row has one badge, and what
//! was published stays published.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod process;

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use taskbadge::key::{Did, SigningKey};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued};
use taskbadge_issuer::ledger::{Because, Query, Reason, State, faults};
use taskbadge_issuer::publish::{HEAD_FILE, ListsGone, publish, recover};
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;
use taskbadge_status::{Bits, StatusLists};
use tempfile::TempDir;

use crate::process::Process;

const FORKLIFT: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");
/// More than goes into the ledger at once.
const ROWS: usize = 260;

#[test]
fn killed_at_each_step_of_issuing() {
    let mut kills = 0;
    // So many passages: those of the two groups of a roster, and some of the files.
    let passages = |step| if step == "a file is written" { &[1, 2, 255, 256, 258][..] } else { &[1, 2, 3, 4][..] };
    for step in faults::STEPS {
        // What was issued before is looked at again after every kill, so it should not grow too long.
        let house = House::found();
        for time in passages(step) {
            let prefix = format!("{}-{time}-", step.replace(' ', "-"));
            let said = house.job(Work::Issue { prefix: prefix.clone() }, Some((step, *time))).kill_when_held();
            assert_eq!(said.trouble, None);
            kills += u32::from(said.held);
            house.assert_in_order();
            house.finish(&prefix);
        }
    }
    assert!(kills >= 25, "{kills}");
    tell(&format!("the desk was killed at {kills} steps, nothing lost"));
}

#[test]
fn killed_at_random_while_issuing() {
    let mut house = House::found();
    // TASKBADGE_KILLS asks for a longer run.
    let kills: u32 = std::env::var("TASKBADGE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let (mut cut, mut life) = (0, 60);
    for kill in 0..kills {
        if kill % 5 == 4 {
            house = House::found();
        }
        let prefix = format!("kill-{kill}-");
        let process = house.job(Work::Issue { prefix: prefix.clone() }, None);
        let mut draw = [0; 2];
        getrandom::fill(&mut draw).unwrap();
        std::thread::sleep(Duration::from_micros(u64::from(u16::from_be_bytes(draw)) * life / 50));
        let said = process.kill();
        assert_eq!(said.trouble, None);
        cut += u32::from(!said.done);
        house.assert_in_order();
        house.finish(&prefix);
        life = if said.done { life.saturating_sub(8).max(8) } else { life + 4 };
    }
    tell(&format!("the desk was killed {kills} times at random, {cut} of them at work, nothing lost"));
}

#[test]
fn eight_processes_at_one_desk() {
    let house = House::found();
    let own = (0..4).map(|number| format!("process-{number}-"));
    let prefixes: Vec<String> = own.chain((0..4).map(|_| "the-same-".to_owned())).collect();
    let processes: Vec<_> =
        prefixes.iter().map(|prefix| house.job(Work::Issue { prefix: prefix.clone() }, None)).collect();
    for process in processes {
        let said = process.wait();
        assert!(said.done, "{:?}", said.trouble);
    }
    house.assert_in_order();
    assert_eq!(house.files().len(), 5 * ROWS);
    assert_eq!(house.centre.ledger().unwrap().select(&Query::all().state(State::Issued)).unwrap().len(), 5 * ROWS);
}

#[test]
fn killed_at_each_step_of_publishing() {
    let house = House::found();
    let badges = house.issue("a-").unwrap();
    house.publish(&house.centre.published_folder()).unwrap();
    house.killed_while_publishing(&badges, &faults::STEPS);
}

/// Of a ledger that lost something, only the lists know all that was taken back: each of them has to be what the head says.
#[test]
fn killed_at_each_step_of_publishing_with_a_restored_ledger() {
    let house = House::found();
    let mut badges = house.issue("a-").unwrap();
    let published = house.centre.published_folder();
    house.publish(&published).unwrap();
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    let lost = badges.pop().unwrap();
    let because = Because::new("registrar", "cheated").unwrap();
    house.centre.ledger().unwrap().revoke([&lost.badge], Reason::Fraud, &because, now()).unwrap();
    house.publish(&published).unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    let mut ledger = house.centre.ledger().unwrap();
    recover(&house.centre, &mut ledger, &published, None, ListsGone::Refuse, &because, now()).unwrap();
    drop(ledger);
    house.killed_while_publishing(&badges, &["a file is written", "lists are written", "the publication is noted"]);
}

#[test]
fn of_two_who_publish_at_once_none_takes_back_a_revocation() {
    let house = House::found();
    let badges = house.issue("a-").unwrap();
    let folder = house.centre.published_folder();
    house.publish(&folder).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Not for ever, should the other end with a failure.
            for _ in 0..500 {
                house.publish(&folder).unwrap();
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        });
        let because = Because::new("registrar", "cheated").unwrap();
        for (number, badge) in badges.iter().take(25).enumerate() {
            let mut ledger = house.centre.ledger().unwrap();
            ledger.revoke([&badge.badge], Reason::Fraud, &because, now()).unwrap();
            house.publish(&folder).unwrap();
            // What was published is published, whoever was at it meanwhile.
            assert_eq!(house.published_bits().count_set(), 1 + number as u64);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let house = House::found();
    house.issue("a-").unwrap();
    let published = house.centre.published_folder();
    house.publish(&published).unwrap();
    let before: Vec<_> = ["status", "."].iter().flat_map(|folder| contents(&published.join(folder))).collect();
    // In blocks of 512 or of 1024 bytes: less than a badge, than a list's credential, and than the ledger.
    let limit = "trap '' XFSZ; ulimit -f 1";
    for work in [Work::Issue { prefix: "b-".into() }, Work::Publish] {
        let said = house.job_after(limit, work).wait();
        let trouble = said.trouble.unwrap();
        assert!(trouble.contains("cannot ") || trouble.contains("full"), "{trouble}");
        house.assert_in_order();
    }
    let after: Vec<_> = ["status", "."].iter().flat_map(|folder| contents(&published.join(folder))).collect();
    assert!(after == before, "a reader sees what was published before");
    house.finish("b-");
    house.publish(&published).unwrap();
}

/// A centre, and processes at its desk.
struct House {
    centre: Centre,
    folder: TempDir,
}

impl House {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::new("Harbour Training Centre", Did::key(&key().verifying_key()));
        let centre = Centre::found(&folder.path().join("centre"), settings, &key(), b"correct horse").unwrap();
        Self { centre, folder }
    }

    fn job(&self, work: Work, hold: Option<(&str, u32)>) -> Process {
        Process::begin("child", &self.job_of(work, hold))
    }

    /// A process that is begun by a shell, after these commands.
    fn job_after(&self, commands: &str, work: Work) -> Process {
        Process::begin_after(commands, "child", &self.job_of(work, None))
    }

    fn job_of(&self, work: Work, hold: Option<(&str, u32)>) -> Job {
        let folder = self.folder.path().join("centre").display().to_string();
        Job { folder, hold: hold.map(|(step, time)| (step.to_owned(), time)), work }
    }

    fn issue(&self, prefix: &str) -> Result<Vec<Issued>, Trouble> {
        issue(&self.centre, prefix)
    }

    fn publish(&self, folder: &Path) -> Result<(), Trouble> {
        publish(&self.centre, &key(), &mut self.centre.ledger()?, folder, None, now()).map(drop)
    }

    /// Kills a process that publishes at each passage of these steps; each time there is one revocation more.
    fn killed_while_publishing(&self, badges: &[Issued], steps: &[&str]) {
        let published = self.centre.published_folder();
        self.publish(&published).unwrap();
        let at_first = self.published_bits().count_set();
        let mut kills = 0;
        for step in steps {
            for time in 1..=4 {
                let before = self.published_bits();
                let because = Because::new("registrar", "cheated").unwrap();
                let mut ledger = self.centre.ledger().unwrap();
                ledger.revoke([&badges[kills].badge], Reason::Fraud, &because, now()).unwrap();
                drop(ledger);
                let said = self.job(Work::Publish, Some((step, time))).kill_when_held();
                assert_eq!(said.trouble, None);
                let own = ["lists are written", "the publication is noted"].contains(step);
                assert!(said.held || time > 1 || !own, "{step} is met");
                let after = self.published_bits();
                assert!(after.keeps_all_of(&before), "{step} {time}");
                self.publish(&published).unwrap();
                kills += 1;
                assert_eq!(self.published_bits().count_set(), at_first + kills as u64, "{step} {time}");
            }
        }
        self.assert_in_order();
    }

    /// Doing the same again: every row has its badge in the end, and no other.
    fn finish(&self, prefix: &str) {
        let before = self.files().len();
        let issued = self.issue(prefix).unwrap();
        let files: HashSet<_> = issued.iter().map(|badge| badge.file.clone()).collect();
        assert_eq!(files.len(), ROWS);
        assert!(files.iter().all(|file| file.exists()));
        assert!(self.files().len() <= before + ROWS);
        self.assert_in_order();
        let mut ledger = self.centre.ledger().unwrap();
        assert_eq!(ledger.select(&Query::all().state(State::Intended)).unwrap().len(), 0);
        assert_eq!(self.files().len(), ledger.select(&Query::all()).unwrap().len());
    }

    /// Every badge that is handed out is in the ledger as it is, at a place of its own.
    fn assert_in_order(&self) {
        let mut ledger = self.centre.ledger().unwrap();
        let check = ledger.check().unwrap();
        assert!(check.is_whole(), "{:?}", check.faults);
        let mut places = HashSet::new();
        for bytes in self.files() {
            let badge: Value = serde_json::from_slice(&bytes).expect("no file is half-written");
            let id = badge["id"].as_str().unwrap().parse().unwrap();
            let record = ledger.find(&id).unwrap().expect("it has a row");
            assert_ne!(record.state, State::Intended, "{id} was handed out");
            assert_eq!(record.digest, Some(Sha256::digest(&bytes).into()));
            let entry = &badge["credentialStatus"];
            let place = (entry["statusListCredential"].to_string(), entry["statusListIndex"].to_string());
            assert!(entry["statusListIndex"].is_string() && places.insert(place));
        }
    }

    fn files(&self) -> Vec<Vec<u8>> {
        contents(&self.centre.badges_folder())
    }

    /// What a reader of the published folder sees: whole lists by the centre, whenever they look.
    fn published_bits(&self) -> Bits {
        let folder = self.centre.published_folder();
        let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&key().verifying_key())));
        let did = self.centre.settings().did().to_string();
        let mut lists = StatusLists::new();
        let texts = contents(&folder.join("status"));
        let [text] = &texts[..] else { panic!("one list") };
        let address = lists.add(&verifier, text, now()).unwrap();
        assert!(fs::read_to_string(folder.join(HEAD_FILE)).is_ok());
        lists.bits(&address, &did).unwrap().0.clone()
    }
}

/// The JSON files of a folder, in the order of their names.
fn contents(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_shown = |name: &str| name.ends_with(".json") && !name.starts_with('.');
    files.retain(|file| file.file_name().is_some_and(|name| is_shown(&name.to_string_lossy())));
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn issue(centre: &Centre, prefix: &str) -> Result<Vec<Issued>, Trouble> {
    let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
    let rows = (0..ROWS).map(|number| format!("{prefix}{number}@example.org,2026-11-03,independent\n"));
    let text = "email,date,level\n".to_owned() + &rows.collect::<String>();
    let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
    Desk::open(centre, &key(), "registrar", now())?.issue(&batch, now(), |_| ())
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn now() -> Instant {
    "2026-11-22T09:30:00Z".parse().unwrap()
}

/// Past the test harness, which keeps what tests print to itself.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// What another process is to do.
#[derive(Serialize, Deserialize)]
struct Job {
    folder: String,
    hold: Option<(String, u32)>,
    work: Work,
}

#[derive(Serialize, Deserialize)]
enum Work {
    Issue { prefix: String },
    Publish,
}

#[test]
#[ignore = "this is what the other processes of these tests do"]
fn child() {
    process::work(|job: &Job| job.hold.clone(), work);
}

fn work(job: &Job) -> Result<(), Trouble> {
    let centre = Centre::open(Path::new(&job.folder))?;
    match &job.work {
        Work::Issue { prefix } => issue(&centre, prefix).map(drop),
        Work::Publish => {
            publish(&centre, &key(), &mut centre.ledger()?, &centre.published_folder(), None, now()).map(drop)
        }
    }
}
