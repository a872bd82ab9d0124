//! `taskbadge revoke`, `suspend` and `reinstate`: whether badges stand.

use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{Because, Ledger, LedgerTrouble, Record, Status};

use crate::args::ledger::{Revoke, Standing};
use crate::confirm::{Deed, Plan};
use crate::memory::{Manner, Memory};
use crate::output::{Exit, Output, Trouble};
use crate::selection::Chosen;
use crate::words;

pub(super) fn revoke(revoke: &Revoke, output: &mut Output) -> Result<Exit, Trouble> {
    stand(Deed::Revoke, &revoke.standing, output, |ledger, badges, because| {
        ledger.revoke(badges, revoke.reason, because, super::now())
    })
}

pub(super) fn suspend(standing: &Standing, output: &mut Output) -> Result<Exit, Trouble> {
    stand(Deed::Suspend, standing, output, |ledger, badges, because| ledger.suspend(badges, because, super::now()))
}

pub(super) fn reinstate(standing: &Standing, output: &mut Output) -> Result<Exit, Trouble> {
    stand(Deed::Reinstate, standing, output, |ledger, badges, because| ledger.reinstate(badges, because, super::now()))
}

fn stand(
    deed: Deed,
    standing: &Standing,
    output: &mut Output,
    act: impl FnOnce(&mut Ledger, Vec<&Iri>, &Because) -> Result<(), LedgerTrouble>,
) -> Result<Exit, Trouble> {
    let Standing { change, last } = standing;
    let because = change.decision.because()?;
    let centre = Centre::open(&change.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let (mut memory, now) = (Memory::of(&centre)?, super::now());
    let manner = if change.dry_run { Manner::Rehearsal } else { Manner::Earnest };
    // An old ledger may take back; whether it may let a badge stand again, only what it lost can tell.
    if deed == Deed::Reinstate || last.is_given() {
        memory.ask(last, &centre, &mut ledger, manner, || Ok(because.actor().to_owned()), now)?;
    }
    if deed == Deed::Reinstate {
        memory.refuse_behind(&centre, &mut ledger, manner, output, now)?;
    } else {
        memory.remark(&centre, &mut ledger, output)?;
    }
    let plan = plan(deed, change.selection.choose(&centre, &mut ledger)?)?;
    if change.agreed(&plan, &mut ledger, output)? {
        act(&mut ledger, plan.records.iter().map(|record| &record.badge).collect(), &because)?;
        output.line(words::ledger::standing_changed(&plan));
    }
    Ok(Exit::Done)
}

/// What the ledger would refuse is told at once and for all badges, before anybody is asked to agree. Among several
/// badges there may be some that need nothing: those are left alone. One that somebody named alone is a mistake.
fn plan(deed: Deed, chosen: Chosen) -> Result<Plan, Trouble> {
    let mut plan = Plan { deed, records: Vec::with_capacity(chosen.records.len()), settled: 0 };
    let alone = chosen.one_by_one && chosen.records.len() == 1;
    let mut troubles = Vec::new();
    for record in chosen.records {
        match fitness(deed, &record) {
            Fitness::Fit => plan.records.push(record),
            Fitness::Settled(_) if !alone => plan.settled += 1,
            Fitness::Settled(trouble) => return Err(Trouble::new(words::ledger::settled_alone(deed, trouble))),
            Fitness::Unfit(trouble) => troubles.push(trouble.to_string()),
        }
    }
    if troubles.is_empty() { Ok(plan) } else { Err(Trouble::new(words::ledger::nothing_changed(&troubles))) }
}

/// Whether something can be done to a badge.
enum Fitness {
    Fit,
    /// There is nothing to do, or nothing more.
    Settled(LedgerTrouble),
    Unfit(LedgerTrouble),
}

fn fitness(deed: Deed, record: &Record) -> Fitness {
    let badge = record.badge.clone();
    let purpose = match (deed, record.status) {
        (Deed::Forget, _) | (Deed::Reinstate, Status::Suspended) => return Fitness::Fit,
        (_, Status::Revoked) => return Fitness::Settled(LedgerTrouble::Revoked(badge)),
        (Deed::Suspend, Status::Suspended) => return Fitness::Settled(LedgerTrouble::Suspended(badge)),
        (Deed::Reinstate, Status::Good) => return Fitness::Settled(LedgerTrouble::NotSuspended(badge)),
        (Deed::Revoke, Status::Good | Status::Suspended) => StatusPurpose::Revocation,
        (Deed::Suspend, Status::Good) => StatusPurpose::Suspension,
    };
    if record.entries.iter().any(|entry| entry.purpose == purpose) {
        Fitness::Fit
    } else {
        Fitness::Unfit(LedgerTrouble::NoEntry { badge, purpose })
    }
}
