//! Another process: this test binary again, told what to do by an environment variable.
//!
//! Its lines on standard output are what a caller would have been told; what it did not print was not acknowledged.

#![allow(dead_code, reason = "each file of tests uses what it needs")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use serde::Serialize;
use serde::de::DeserializeOwned;
use taskbadge::badge::Iri;
use taskbadge_issuer::ledger::faults;

const JOB: &str = "TASKBADGE_TEST_JOB";

/// A process at work.
pub(crate) struct Process(Child);

impl Process {
    /// Begins the ignored test of this name, which is to [`work`], with this job.
    pub(crate) fn begin(test: &str, job: &impl Serialize) -> Self {
        Self::spawn(Command::new(std::env::current_exe().unwrap()), test, job)
    }

    /// Begins it by a shell, after these commands.
    pub(crate) fn begin_after(commands: &str, test: &str, job: &impl Serialize) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{commands}; exec \"$0\" \"$@\"")]).arg(std::env::current_exe().unwrap());
        Self::spawn(shell, test, job)
    }

    fn spawn(mut command: Command, test: &str, job: &impl Serialize) -> Self {
        command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
        command.env(JOB, serde_json::to_string(job).unwrap());
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Lets it end. Gives what it said, and whether it did so by itself.
    pub(crate) fn wait(mut self) -> Said {
        let output = BufReader::new(self.0.stdout.take().unwrap());
        let lines: Vec<_> = output.lines().map(|line| line.unwrap().trim().to_owned()).collect();
        self.0.wait().unwrap();
        Said::of(&lines)
    }

    /// Waits until it is held or has ended, and kills it.
    pub(crate) fn kill_when_held(mut self) -> Said {
        let mut output = BufReader::new(self.0.stdout.take().unwrap());
        let (mut lines, mut line) = (Vec::new(), String::new());
        while output.read_line(&mut line).unwrap() > 0 {
            lines.push(line.trim().to_owned());
            if line.contains(HELD) {
                break;
            }
            line.clear();
        }
        let _ = self.0.kill();
        self.0.wait().unwrap();
        Said::of(&lines)
    }

    /// Kills it (SIGKILL).
    pub(crate) fn kill(mut self) -> Said {
        let _ = self.0.kill();
        self.wait()
    }
}

/// What a process said before it ended.
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

/// What a process says where it is held.
const HELD: &str = "held at: ";

impl Said {
    fn of(lines: &[String]) -> Self {
        let after = |word: &'static str| lines.iter().filter_map(move |line| Some(line.split_once(word)?.1.to_owned()));
        let ids = |word| after(word).map(|id| id.parse().unwrap()).collect();
        Self {
            signed: ids("said signed "),
            issued: ids("said issued "),
            revoked: ids("said revoked "),
            trouble: after("said trouble ").next(),
            held: after(HELD).next().is_some(),
            done: after("said done").next().is_some(),
        }
    }
}

/// Does the job that this process was begun for, and stops for good at a passage of a step where it has to. Does nothing
/// in a process that nobody begun for a job.
pub(crate) fn work<J: DeserializeOwned, E: ToString>(
    hold: impl FnOnce(&J) -> Option<(String, u32)>,
    work: impl FnOnce(&J) -> Result<(), E>,
) {
    let Ok(job) = std::env::var(JOB) else { return };
    let job: J = serde_json::from_str(&job).unwrap();
    if let Some((step, time)) = hold(&job) {
        faults::hold_at(&step, time);
    }
    match work(&job) {
        Ok(()) => say("done", ""),
        Err(trouble) => say("trouble", &trouble.to_string()),
    }
}

/// Tells the test what a caller would now know.
pub(crate) fn say(word: &str, what: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "said {word} {what}").and_then(|()| out.flush());
}
