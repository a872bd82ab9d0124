//! What another process does at the same ledger.

use serde::{Deserialize, Serialize};
use taskbadge::badge::Iri;
use taskbadge_issuer::ledger::{Intention, Ledger, LedgerTrouble, Published, Reason, Replaces};

use crate::place::{at, because, complete, content, intend, lists, names, open, random, row};
use crate::process::{self, Process, say};

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
        Process::begin("child::child", self)
    }

    /// Begins it by a shell, after these commands.
    pub(crate) fn spawn_after(&self, commands: &str) -> Process {
        Process::begin_after(commands, "child::child", self)
    }
}

#[test]
#[ignore = "this is what the other processes of these tests do"]
fn child() {
    process::work(|job: &Job| job.hold.clone(), work);
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
