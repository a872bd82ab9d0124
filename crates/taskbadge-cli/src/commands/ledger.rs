//! `taskbadge ledger`: looking at the ledger, proving it, and forgetting people.

use std::collections::HashSet;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use taskbadge_files::{self as files, Secrecy};
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{self, Happening, LedgerTrouble, Record, Sealed, State, Status};
use taskbadge_issuer::{Trouble as Issuing, audit, publish};

use crate::args::ledger::{Change, Export, Ledger, List, Seal};
use crate::confirm::{self, Deed, Plan};
use crate::output::{Exit, Output, Trouble};
use crate::selection;
use crate::words;

pub(super) fn ledger(command: &Ledger, output: &mut Output) -> Result<Exit, Trouble> {
    match command {
        Ledger::List(command) => list(command, output),
        Ledger::Show { badge, centre } => show(badge, &mut super::ledger_of(&Centre::open(&centre.folder)?)?, output),
        Ledger::Check { centre } => check(&Centre::open(&centre.folder)?, output),
        Ledger::Seal(command) => seal(command, output),
        Ledger::Rebuild { output: file, centre } => rebuild(file, &Centre::open(&centre.folder)?, output),
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
    let mut query = list.filter.query(&centre, &mut ledger, super::now())?;
    if list.json {
        query = list.limit.map_or(query.clone(), |limit| query.limit(limit));
        ledger.export(&query, output.json_lines())?;
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

fn check(centre: &Centre, output: &mut Output) -> Result<Exit, Trouble> {
    let mut ledger = super::ledger_of(centre)?;
    // That it is whole says nothing of what it may have lost: only what was published can tell.
    match publish::compare(&mut ledger, &centre.published_folder(), super::now()) {
        // What cannot be written down is told below.
        Err(Issuing::Ledger(LedgerTrouble::NoSecret { .. } | LedgerTrouble::Unsealed { .. })) => {}
        compared => drop(compared?),
    }
    let (bar, progress) = progress();
    let check = audit::check(centre, &mut ledger, progress)?;
    bar.finish_and_clear();
    words::ledger::checked(&check).iter().for_each(|line| output.line(line));
    let is_well = check.is_whole() && check.in_doubt.is_none() && check.sealed != Sealed::Not;
    Ok(if is_well { Exit::Done } else { Exit::Trouble })
}

fn seal(seal: &Seal, output: &mut Output) -> Result<Exit, Trouble> {
    let because = seal.decision.because()?;
    let centre = Centre::open(&seal.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    if !seal.yes {
        confirm::ask(words::ledger::SEAL_QUESTION, output)?;
    }
    let (bar, progress) = progress();
    let check = audit::seal(&centre, &mut ledger, &because, super::now(), progress)?;
    bar.finish_and_clear();
    words::ledger::checked(&check).iter().for_each(|line| output.line(line));
    if !check.is_whole() {
        return Err(Trouble::new(words::ledger::NOT_SEALED));
    }
    output.line(words::ledger::SEALED);
    Ok(Exit::Done)
}

fn rebuild(file: &Path, centre: &Centre, output: &mut Output) -> Result<Exit, Trouble> {
    let mut ledger = super::ledger_of(centre)?;
    let mut new = centre.begin_ledger_at(file)?;
    let (bar, mut progress) = progress();
    let faults = ledger.rebuild_into(&mut new, &mut progress)?;
    bar.finish_and_clear();
    words::ledger::rebuilt(&faults, file).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

/// A bar on a terminal, and what moves it.
fn progress() -> (ProgressBar, impl FnMut(u64, u64)) {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template(words::ledger::PROGRESS_OF_CHECKING);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let moved = bar.clone();
    (bar, move |done, all| {
        moved.set_length(all);
        moved.set_position(done);
    })
}

fn export(export: &Export, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&export.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let query = export.filter.query(&centre, &mut ledger, super::now())?;
    let Some(path) = &export.output else {
        ledger.export(&query, output.json_lines())?;
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
    let because = change.decision.because()?;
    let centre = Centre::open(&change.centre.folder)?;
    let mut ledger = super::ledger_of(&centre)?;
    let mut plan = Plan { deed: Deed::Forget, records: Vec::new(), settled: 0 };
    let chosen = change.selection.choose(&centre, &mut ledger)?.records;
    let (records, chained) = with_chains(chosen, &mut ledger)?;
    if chained > 0 {
        output.line(words::ledger::with_chains(chained));
    }
    for record in records {
        if is_forgotten(&centre, &mut ledger, &record)? {
            plan.settled += 1;
        } else {
            plan.records.push(record);
        }
    }
    if !change.agreed(&plan, &mut ledger, output)? {
        return Ok(Exit::Done);
    }
    let mut troubles = Vec::new();
    let (mut done, mut removed) = (Vec::new(), 0);
    for record in plan.records {
        // What was revoked before it was finished is never finished.
        if record.state == State::Intended && record.status != Status::Revoked {
            troubles.push(LedgerTrouble::Unfinished(record.badge).to_string());
            continue;
        }
        // The files go first: should the ledger then refuse, the badges are still found by their recipient.
        match remove_file(&centre, &record) {
            Ok(was_there) => {
                removed += usize::from(was_there);
                done.push(record);
            }
            Err(trouble) => troubles.push(format!("{}: {trouble}", record.badge.shown())),
        }
    }
    if !done.is_empty() {
        let erased = ledger.forget(done.iter().map(|record| &record.badge), &because, super::now())?;
        // Somebody who is issuing may have put one back meanwhile; from now on nobody can.
        for record in &done {
            removed += usize::from(remove_file(&centre, record)?);
        }
        let served = centre.settings().ledger().is_some();
        words::ledger::forgotten(done.len(), removed, erased, served).iter().for_each(|line| output.line(line));
        // A run that was killed may have left half a badge behind.
        let parts = files::sweep_older(&centre.badges_folder(), Duration::from_secs(60));
        parts.iter().for_each(|part| output.line(words::ledger::part_left(part)));
    }
    if troubles.is_empty() { Ok(Exit::Done) } else { Err(Trouble::new(words::ledger::not_forgotten(&troubles))) }
}

/// The same records with those that came before and after them in their chains of replacements, which are about the
/// same people; and how many those are.
fn with_chains(chosen: Vec<Record>, ledger: &mut ledger::Ledger) -> Result<(Vec<Record>, usize), Trouble> {
    let asked = chosen.len();
    let mut seen: HashSet<_> = chosen.iter().map(|record| record.badge.clone()).collect();
    let (mut all, mut next) = (chosen, 0);
    while let Some(record) = all.get(next) {
        let neighbours = record.replaces.iter().map(|(old, _)| old).chain(&record.replaced_by);
        for badge in neighbours.cloned().collect::<Vec<_>>() {
            if seen.insert(badge.clone()) {
                all.extend(ledger.find(&badge)?);
            }
        }
        next += 1;
    }
    let chained = all.len() - asked;
    Ok((all, chained))
}

/// Deletes a badge's own file. `false` where there is none.
fn remove_file(centre: &Centre, record: &Record) -> Result<bool, Trouble> {
    Ok(files::remove(&centre.badge_file(&record.task, &record.badge))?)
}

/// Whether the last that happened to a badge is that it was forgotten.
fn is_forgotten(centre: &Centre, ledger: &mut ledger::Ledger, record: &Record) -> Result<bool, Trouble> {
    let history = ledger.history(&record.badge)?;
    let forgotten = matches!(history.last().map(|event| &event.happening), Some(Happening::Forgotten { .. }));
    Ok(forgotten && !centre.badge_file(&record.task, &record.badge).exists())
}
