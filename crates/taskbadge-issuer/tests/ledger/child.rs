//! Another process at the same ledger: this test binary again, told what to do by an environment variable.
//!
//! Its lines on standard output are what a caller would have been told; what it did not print was not acknowledged.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};
use taskbadge::badge::Iri;
use taskbadge_issuer::ledger::{Intention, Ledger, LedgerTrouble, Published, Reason, Replaces, faults};

use crate::place::{at, because, complete, content, intend, lists, names, open, random, row};

const JOB: &str = "TASKBADGE_LEDGER_JOB";

/// What another process is to do.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) address: String,
    /// The process stops for good at this passage of this step.
    pub(crate) hold: Option<(String, u32)>,
    pub(crate) work: Work,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Issues `count` badges for rows by this prefix, in groups of `group`.
    Issue { prefix: String, count: usize, group: usize },
    /// Does everything there is to do, with rows by this prefix.
    Everything { prefix: String },
}

impl Job {
    pub(crate) fn issue(address: String, prefix: &str, count: usize, group: usize) -> Self {
        Self { address, hold: None, work: Work::Issue { prefix: prefix.into(), count, group } }
    }

    /// Begins the process.
    pub(crate) fn spawn(&self) -> Process {
        self.spawn_by(Command::new(std::env::current_exe().unwrap()))
    }

    /// Begins it by a shell, after these commands.
    pub(crate) fn spawn_after(&self, commands: &str) -> Process {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{commands}; exec \"$0\" \"$@\"")]).arg(std::env::current_exe().unwrap());
        self.spawn_by(shell)
    }

    fn spawn_by(&self, mut command: Command) -> Process {
        command.args(["--exact", "child::child", "--ignored", "--nocapture", "--test-threads=1"]);
        command.env(JOB, serde_json::to_string(self).unwrap());
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        Process(child)
    }
}

/// A process at work.
pub(crate) struct Process(Child);

impl Process {
    /// Lets it end. Gives what it said, and whether it did so by itself.
    pub(crate) fn wait(mut self) -> Said {
        let lines = self.lines();
        self.0.wait().unwrap();
        Said::of(lines)
    }

    /// Waits until it is held or has ended, and kills it.
    pub(crate) fn kill_when_held(mut self) -> Said {
        let mut output = BufReader::new(self.0.stdout.take().unwrap());
        let mut lines = Vec::new();
        let mut line = String::new();
        while output.read_line(&mut line).unwrap() > 0 {
            lines.push(line.trim().to_owned());
            if line.contains("held at: ") {
                break;
            }
            line.clear();
        }
        let _ = self.0.kill();
        self.0.wait().unwrap();
        Said::of(lines)
    }

    /// Kills it (SIGKILL).
    pub(crate) fn kill(mut self) -> Said {
        let _ = self.0.kill();
        self.0.wait().unwrap();
        Said::of(self.lines())
    }

    fn lines(&mut self) -> Vec<String> {
        let output = BufReader::new(self.0.stdout.take().unwrap());
        output.lines().map(|line| line.unwrap().trim().to_owned()).collect()
    }
}

/// What another process said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Signed, so that a row has to be there.
    pub(crate) signed: Vec<Iri>,
    /// Acknowledged as issued.
    pub(crate) issued: Vec<Iri>,
    pub(crate) revoked: Vec<Iri>,
    pub(crate) trouble: Option<String>,
    pub(crate) held: bool,
    pub(crate) done: bool,
}

impl Said {
    fn of(lines: Vec<String>) -> Self {
        let ids = |word: &str| {
            let told = lines.iter().filter_map(|line| line.split_once(word));
            told.map(|(_, id)| id.parse().unwrap()).collect()
        };
        Self {
            signed: ids("said signed "),
            issued: ids("said issued "),
            revoked: ids("said revoked "),
            trouble: lines.iter().find_map(|line| Some(line.split_once("said trouble ")?.1.to_owned())),
            held: lines.iter().any(|line| line.contains("held at: ")),
            done: lines.iter().any(|line| line.contains("said done")),
        }
    }
}

#[test]
#[ignore = "this is what the other processes of these tests do"]
fn child() {
    let Ok(job) = std::env::var(JOB) else { return };
    let job: Job = serde_json::from_str(&job).unwrap();
    if let Some((step, time)) = &job.hold {
        faults::hold_at(step, *time);
    }
    match work(&job) {
        Ok(()) => say("done", ""),
        Err(trouble) => say("trouble", &trouble.to_string()),
    }
}

/// Tells somebody what a caller would now know.
type Say = fn(&str, &str);

fn work(job: &Job) -> Result<(), LedgerTrouble> {
    let mut ledger = open(&job.address)?;
    match &job.work {
        Work::Issue { prefix, count, group } => {
            for names in names(prefix, *count).chunks(*group) {
                issue_aloud(&mut ledger, names, say)?;
            }
        }
        Work::Everything { prefix } => everything(&mut ledger, prefix, say)?,
    }
    Ok(())
}

fn issue_aloud(ledger: &mut Ledger, names: &[String], say: Say) -> Result<Vec<Iri>, LedgerTrouble> {
    let intended = intend(ledger, names)?;
    intended.iter().for_each(|intended| say("signed", intended.badge.as_str()));
    let ids = complete(ledger, &intended)?;
    ids.iter().for_each(|id| say("issued", id.as_str()));
    Ok(ids)
}

/// Can be done again from the start wherever it was cut off, as a person would.
pub(crate) fn everything(ledger: &mut Ledger, prefix: &str, say: Say) -> Result<(), LedgerTrouble> {
    let ids = issue_aloud(ledger, &names(prefix, 5), say)?;
    let again = |done: Result<(), LedgerTrouble>| match done {
        Err(LedgerTrouble::Revoked(_) | LedgerTrouble::Suspended(_) | LedgerTrouble::NotSuspended(_)) => Ok(()),
        done => done,
    };
    again(ledger.revoke(&ids[..2], Reason::Fraud, &because(), at()))?;
    ids[..2].iter().for_each(|id| say("revoked", id.as_str()));
    again(ledger.suspend(&ids[2..4], &because(), at()))?;
    again(ledger.reinstate(&ids[2..3], &because(), at()))?;
    ledger.forget([&ids[0]], &because(), at())?;

    let (id, mark, because) = (crate::place::fresh_id(), row(&format!("{prefix} corrected")), because());
    if ledger.find_row(&mark)?.is_none() {
        let intention = Intention::new(&id, &mark, "forklift", "1", "2026-11-03".parse().unwrap());
        let group = [intention.replaces(&ids[4], Replaces::Correction, &because)];
        ledger.intend(&group, &lists(), at(), random, |_, entries| Ok::<_, LedgerTrouble>(content(&id, entries)))?;
    }
    issue_aloud(ledger, &[format!("{prefix} corrected")], say)?;

    for list in ledger.lists()? {
        let publication = list.published.map_or(1, |(last, _)| last + 1);
        let digest = [publication as u8; 32];
        ledger.published(&[Published { list: &list.url, publication, digest: &digest }], at())?;
    }
    Ok(())
}

fn say(word: &str, what: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "said {word} {what}").and_then(|()| out.flush());
}
