//! One module for each group of commands.

mod centre;
mod demo;
mod inspect;
mod issue;
mod key;
mod ledger;
mod pack;
mod publish;
mod replace;
mod shell;
mod standing;
mod stats;
mod trust;
pub(crate) mod verify;

use std::time::{SystemTime, UNIX_EPOCH};

use taskbadge::time::Instant;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::Ledger;

use crate::args::Command;
use crate::args::desk::LastPublished;
use crate::memory::{Manner, Memory};
use crate::output::{Exit, Output, Trouble};
use crate::words;

/// Does what was asked.
pub(crate) fn run(command: Command, output: &mut Output) -> Result<Exit, Trouble> {
    match command {
        Command::Init(init) => centre::init(&init, output),
        Command::Key(key) => key::key(&key, output),
        Command::Task(task) => centre::task(&task, output),
        Command::Issue(issue) => issue::issue(&issue, output),
        Command::Revoke(revoke) => standing::revoke(&revoke, output),
        Command::Suspend(change) => standing::suspend(&change, output),
        Command::Reinstate(change) => standing::reinstate(&change, output),
        Command::Ledger(command) => ledger::ledger(&command, output),
        Command::Stats(stats) => stats::stats(&stats, output),
        Command::Correct(correct) => replace::correct(&correct, output),
        Command::Renew(renew) => replace::renew(&renew, output),
        Command::Publish(publish) => publish::publish(&publish, output),
        Command::Verify(verify) => verify::verify(verify, output),
        Command::Inspect(inspect) => inspect::inspect(&inspect, output),
        Command::Trust(trust) => trust::trust(&trust, output),
        Command::Pack(pack) => pack::pack(&pack, output),
        Command::Demo(demo) => demo::demo(&demo, output),
        Command::Completions { shell } => shell::completions(shell, output),
        Command::Man => shell::man(output),
    }
}

/// The ledger of a centre that has issued: to look at one is no reason to begin it.
fn ledger_of(centre: &Centre) -> Result<Ledger, Trouble> {
    centre.ledger_if_begun()?.ok_or_else(|| Trouble::new(words::ledger::nothing_issued(centre.folder())))
}

/// Refuses to issue with a ledger that does not know what was published last, by what this computer remembers of it.
fn refuse_old(
    last: &LastPublished,
    centre: &Centre,
    manner: Manner,
    actor: impl FnOnce() -> Result<String, Trouble>,
    output: &mut Output,
) -> Result<(), Trouble> {
    let (mut memory, now) = (Memory::of(centre)?, now());
    match centre.ledger_if_begun()? {
        None => memory.refuse_gone(centre),
        Some(mut ledger) => {
            memory.ask(last, centre, &mut ledger, manner, actor, now)?;
            memory.refuse_behind(centre, &mut ledger, manner, output, now)
        }
    }
}

/// The clock, read here and nowhere else.
fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs());
    Instant::from_unix(since.ok().and_then(|seconds| seconds.try_into().ok()).unwrap_or_default())
}

/// A date as it is typed: an instant, or a day, of which one part is meant.
fn instant(text: &str, option: &str, of_day: DayPart) -> Result<Instant, Trouble> {
    let day = || {
        let day = text.parse::<chrono::NaiveDate>().ok()?;
        let day = if of_day == DayPart::End { day.succ_opt()? } else { day };
        let hour = if of_day == DayPart::Noon { 12 } else { 0 };
        Some(day.and_hms_opt(hour, 0, 0)?.and_utc().into())
    };
    text.parse().ok().or_else(day).ok_or_else(|| Trouble::new(words::not_a_date(option, text)))
}

/// Which instant of a day is meant, in UTC.
#[derive(Clone, Copy, PartialEq, Eq)]
enum DayPart {
    /// The earliest that counts.
    Beginning,
    /// A badge that is valid from that day, or until it, is valid then.
    Noon,
    End,
}
