//! `taskbadge ledger`: looking at the ledger, proving it, and forgetting people.

use std::path::Path;

use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::files::{self, Secrecy};
use taskbadge_issuer::ledger::{self, Happening, LedgerTrouble, Record, State};

use crate::args::ledger::{Change, Export, Ledger, List};
use crate::confirm::{self, Deed, Plan};
use crate::output::{Exit, Output, Trouble};
use crate::selection;
use crate::words;

pub(super) fn ledger(command: &Ledger, output: &mut Output) -> Result<Exit, Trouble> {
    match command {
        Ledger::List(command) => list(command, output),
        Ledger::Show { badge, centre } => show(badge, &mut super::ledger_of(&Centre::open(&centre.folder)?)?, output),
        Ledger::Check { centre } => check(&mut super::ledger_of(&Centre::open(&centre.folder)?)?, output),
        Ledger::Export(command) => export(command, output),
        Ledger::Forget(change) => forget(change, output),
        Ledger::AcceptRestored(accept) => super::publish::accept_restored(accept, output),
    }
}

/// Records that are in memory at once.
const PAGE: u64 = 1000;

fn list(list: &List, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&list.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let mut query = list.filter.query(&centre, super::now())?;
    if list.json {
        query = list.limit.map_or(query.clone(), |limit| query.limit(limit));
        ledger.export(&query, output.writer())?;
        return Ok(Exit::Done);
    }
    let (mut number, mut left) = (0, list.limit.unwrap_or(u64::MAX));
    loop {
        let page = ledger.select(&query.clone().limit(left.min(PAGE)))?;
        let Some(last) = page.last().map(|record| record.number) else { break };
        (number, left) = (number + page.len(), left - page.len() as u64);
        query = query.after(last);
        let named = page.into_iter().map(|record| {
            let name = confirm::name(&mut ledger, &record.badge)?;
            Ok((record, name))
        });
        let named = named.collect::<Result<Vec<_>, Trouble>>()?;
        words::ledger::listed(&named).iter().for_each(|line| output.line(line));
    }
    output.line(words::ledger::number_listed(number));
    Ok(Exit::Done)
}

fn show(badge: &Path, ledger: &mut ledger::Ledger, output: &mut Output) -> Result<Exit, Trouble> {
    let record = selection::find(badge, ledger)?;
    words::ledger::record(&record).iter().for_each(|line| output.line(line));
    let person = ledger.particulars(&record.badge, |known| words::ledger::person(known.name, known.recipient))?;
    match person.filter(|lines| !lines.is_empty()) {
        Some(lines) => lines.iter().for_each(|line| output.line(line)),
        None => output.line(words::ledger::nobody_known()),
    }
    ledger.history(&record.badge)?.iter().for_each(|event| output.line(words::ledger::event(event)));
    Ok(Exit::Done)
}

fn check(ledger: &mut ledger::Ledger, output: &mut Output) -> Result<Exit, Trouble> {
    let check = ledger.check()?;
    words::ledger::checked(&check).iter().for_each(|line| output.line(line));
    Ok(if check.is_whole() && check.in_doubt.is_none() { Exit::Done } else { Exit::Trouble })
}

fn export(export: &Export, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&export.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let query = export.filter.query(&centre, super::now())?;
    let Some(path) = &export.output else {
        ledger.export(&query, output.writer())?;
        return Ok(Exit::Done);
    };
    // Before the work, which can take a while.
    if path.exists() && !export.force {
        return Err(Trouble::new(words::ledger::export_exists(path)));
    }
    let mut lines = Vec::new();
    ledger.export(&query, &mut lines)?;
    let write = if export.force { files::replace } else { files::write_new };
    // No name is in it, but whose rows these are can be found out by whoever has the centre's secret.
    write(path, &lines, Secrecy::Secret)?;
    output.line(words::ledger::exported(path));
    Ok(Exit::Done)
}

fn forget(change: &Change, output: &mut Output) -> Result<Exit, Trouble> {
    let because = change.decision()?;
    let centre = Centre::open(&change.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let mut plan = Plan { deed: Deed::Forget, records: Vec::new(), settled: 0 };
    for record in change.selection.choose(&centre, &mut ledger)?.records {
        if is_forgotten(&centre, &mut ledger, &record)? {
            plan.settled += 1;
        } else {
            plan.records.push(record);
        }
    }
    if !change.agreed(&plan, &mut ledger, output)? {
        return Ok(Exit::Done);
    }
    let (open, done): (Vec<Record>, Vec<Record>) =
        plan.records.into_iter().partition(|record| record.state == State::Intended);
    if !done.is_empty() {
        // The files go first: should the ledger then refuse, the badges are still found by their recipient.
        let mut removed = remove_files(&centre, &done)?;
        let erased = ledger.forget(done.iter().map(|record| &record.badge), &because, super::now())?;
        // Somebody who is issuing may have put one back meanwhile; from now on nobody can.
        removed += remove_files(&centre, &done)?;
        let served = centre.settings().ledger().is_some();
        words::ledger::forgotten(done.len(), removed, erased, served).iter().for_each(|line| output.line(line));
    }
    if open.is_empty() {
        return Ok(Exit::Done);
    }
    let troubles: Vec<String> =
        open.into_iter().map(|record| LedgerTrouble::Unfinished(record.badge).to_string()).collect();
    Err(Trouble::new(words::ledger::not_forgotten(&troubles)))
}

/// Deletes the badges' own files; how many there were.
fn remove_files(centre: &Centre, records: &[Record]) -> Result<usize, Trouble> {
    records.iter().try_fold(0, |removed, record| {
        Ok(removed + usize::from(crate::files::remove(&centre.badge_file(&record.task, &record.badge))?))
    })
}

/// Whether the last that happened to a badge is that it was forgotten.
fn is_forgotten(centre: &Centre, ledger: &mut ledger::Ledger, record: &Record) -> Result<bool, Trouble> {
    let history = ledger.history(&record.badge)?;
    let forgotten = matches!(history.last().map(|event| &event.happening), Some(Happening::Forgotten { .. }));
    Ok(forgotten && !centre.badge_file(&record.task, &record.badge).exists())
}
