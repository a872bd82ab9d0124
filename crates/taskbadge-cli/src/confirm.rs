//! Nothing in the ledger is changed before a person saw what, and agreed.

use std::io::{self, IsTerminal as _, Write as _};

use taskbadge::badge::Iri;
use taskbadge::shown::Line;
use taskbadge_issuer::ledger::{Because, Ledger, Record};

use crate::args::desk::Decision;
use crate::args::ledger::{Actor, Change};
use crate::output::{Output, Trouble};
use crate::words::ledger as words;

/// What is done to badges.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Revoke,
    Suspend,
    Reinstate,
    Forget,
}

/// Badges that something is to be done to.
pub(crate) struct Plan {
    pub(crate) deed: Deed,
    pub(crate) records: Vec<Record>,
    /// How many others were asked for that need nothing.
    pub(crate) settled: usize,
}

/// As many badges are shown one by one.
const SHOWN: usize = 20;

impl Actor {
    /// The name that was given, else the user's.
    pub(crate) fn name(&self) -> Result<String, Trouble> {
        let variables = ["USER", "LOGNAME", "USERNAME"].into_iter();
        let user = || variables.filter_map(|name| std::env::var(name).ok()).find(|user| !user.trim().is_empty());
        self.by.clone().or_else(user).ok_or_else(|| Trouble::new(words::NOBODY_DECIDED))
    }
}

impl Change {
    /// Shows a plan, and asks whether to go on with it. `false` where there is nothing to do, or nothing is to be done.
    pub(crate) fn agreed(&self, plan: &Plan, ledger: &mut Ledger, output: &mut Output) -> Result<bool, Trouble> {
        if plan.records.is_empty() {
            output.line(words::nothing_to_do(plan));
            return Ok(false);
        }
        output.line(words::heading(plan));
        for record in plan.records.iter().take(SHOWN) {
            output.line(words::plan_line(record, name(ledger, &record.badge)?.as_deref()));
        }
        if plan.records.len() > SHOWN {
            output.line(words::and_more(plan.records.len() - SHOWN));
        }
        if plan.settled > 0 {
            output.line(words::left_alone(plan));
        }
        if self.dry_run {
            output.line(words::would(plan));
            return Ok(false);
        }
        if io::stderr().is_terminal() {
            output.complain(words::REASON_STAYS);
        }
        if !self.yes {
            ask(&words::question(plan), output)?;
        }
        Ok(true)
    }
}

impl Decision {
    /// Who decided, and why.
    pub(crate) fn because(&self) -> Result<Because, Trouble> {
        Ok(Because::new(self.actor.name()?, &*self.because)?)
    }
}

/// The private name of a badge's holder, as long as the ledger knows it.
pub(crate) fn name(ledger: &mut Ledger, badge: &Iri) -> Result<Option<String>, Trouble> {
    Ok(ledger.particulars(badge, |known| known.name.map(str::to_owned))?.flatten())
}

/// Only the whole word goes on: a stray key should not revoke anything.
pub(crate) fn ask(question: &str, output: &mut Output) -> Result<(), Trouble> {
    output.flush();
    if !io::stdin().is_terminal() {
        return Err(Trouble::new(words::NO_TERMINAL_TO_CONFIRM));
    }
    let mut answer = String::new();
    let asked = write!(io::stderr(), "{}", Line(question)).and_then(|()| io::stderr().flush());
    asked.and_then(|()| io::stdin().read_line(&mut answer)).map_err(|error| Trouble::new(words::cannot_ask(&error)))?;
    if answer.trim().eq_ignore_ascii_case("yes") { Ok(()) } else { Err(Trouble::new(words::NOT_CONFIRMED)) }
}
