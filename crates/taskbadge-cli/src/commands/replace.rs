//! `taskbadge correct` and `taskbadge renew`: a badge in the place of another.

use chrono::NaiveDate;
use taskbadge::time::Instant;
use taskbadge_files::{self as files, Secrecy};
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::desk::{Batch, Desk, Unfit, row_of};
use taskbadge_issuer::keys::Role;
use taskbadge_issuer::ledger::{Query, State, Status};
use taskbadge_issuer::roster::{Cells, Field, Reading, Roster};
use taskbadge_issuer::{Mistakes, Trouble as Issuing};

use crate::args::desk::{Correct, Renew};
use crate::confirm;
use crate::memory::{Manner, Memory};
use crate::output::{Exit, Output, Trouble};
use crate::selection;
use crate::words;
use crate::words::replace as replacing;

pub(super) fn correct(correct: &Correct, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&correct.centre.folder)?;
    let because = correct.decision.because()?;
    let tasks = centre.tasks()?;
    let now = super::now();
    let mut ledger = super::ledger_of(&centre)?;
    let old = selection::find(&correct.badge, &mut ledger)?;
    let before = row_of(&mut ledger, &old.badge)?;
    let after = changed(&before, &correct.changes);

    let file = old.badge.to_string();
    let text = Roster::write(std::slice::from_ref(&after), &[]);
    // There is no file in which a person could look for a line.
    let mistaken = |mistakes: Mistakes| Trouble::new(replacing::mistaken(&mistakes));
    let roster = Roster::open(&file, text.as_bytes()).map_err(mistaken)?;
    let rows = roster.read(&Reading::new(&tasks)).map_err(mistaken)?;
    let batch = match Batch::of(&roster, rows, now, &correct.allow) {
        Ok(batch) => batch,
        Err(Unfit::Mistakes(mistakes)) => return Err(mistaken(mistakes)),
        Err(Unfit::Lints(lints)) => {
            lints.iter().for_each(|lint| output.complain(&replacing::lint(lint)));
            return Err(Trouble::new(words::lint_stops(&lints)));
        }
    };
    if batch.is_empty() {
        return Err(Trouble::new(replacing::NOT_EARNED));
    }
    batch.warnings().iter().for_each(|lint| output.complain(&replacing::lint(lint)));
    replacing::changes(&old, &before, &after).iter().for_each(|line| output.line(line));

    let manner = if correct.dry_run { Manner::Rehearsal } else { Manner::Earnest };
    super::refuse_old(&correct.last, &centre, manner, || Ok(because.actor().to_owned()), output)?;
    let passphrase = correct.passphrase.ask()?;
    let key = centre.signer(Role::Badge, passphrase.as_bytes())?;
    if correct.dry_run {
        Desk::rehearse_correction(&centre, &*key, &old.badge, &batch, now).map_err(unplaced)?;
        output.line(replacing::WOULD_CORRECT);
        return Ok(Exit::Done);
    }
    if !correct.yes {
        confirm::ask(replacing::CORRECT, output)?;
    }
    let mut desk = Desk::open(&centre, &*key, because.actor(), now)?;
    let new = desk.correct(&old.badge, &batch, &because, now).map_err(unplaced)?;
    replacing::corrected(&old, &new).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

/// The one row of a correction stands in no file.
fn unplaced(trouble: Issuing) -> Trouble {
    match trouble {
        Issuing::NotAReplacement { old, next, .. } => Trouble::new(replacing::not_so(&old, &next)),
        Issuing::Refused { finding, .. } => Trouble::new(words::not_handed_out(&finding)),
        trouble => trouble.into(),
    }
}

/// A field with no text is left out.
fn changed(before: &Cells, changes: &[(Field, String)]) -> Cells {
    let mut after = before.clone();
    for (field, text) in changes {
        if text.is_empty() {
            after.remove(field);
        } else {
            after.insert(*field, text.clone());
        }
    }
    after
}

pub(super) fn renew(renew: &Renew, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&renew.centre.folder)?;
    let now = super::now();
    let mut ledger = super::ledger_of(&centre)?;
    Memory::of(&centre)?.remark(&centre, &mut ledger, output)?;
    let days = |days: i64| Instant::from_unix(now.unix().saturating_add(days.saturating_mul(24 * 60 * 60)));
    let mut query = Query::all().state(State::Issued).status(Status::Good).ends_before(days(renew.within.into()));
    if let Some(task) = &renew.task {
        query = query.task(task.as_str());
    }
    if let Some(first) = renew.awarded_from {
        query = query.awarded(first, NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(first));
    }
    let mut ending = ledger.select(&query)?;
    // Who let a badge run out years ago is not waiting for a refresher.
    ending.retain(|record| record.valid_until.is_some_and(|end| end > days(-365)));
    ending.sort_by_key(|record| record.valid_until.map(Instant::unix));

    let mut rows: Vec<Cells> = Vec::new();
    for record in &ending {
        let row = row_of(&mut ledger, &record.badge).ok();
        let name = row.as_ref().and_then(|row| row.get(&Field::Name));
        output.line(replacing::ending(record, name.map(String::as_str), row.is_some(), now));
        rows.extend(row.map(|row| refresher(row, record.badge.as_str())));
    }
    output.line(replacing::number_ending(ending.len(), renew.within));
    if let Some(path) = renew.roster.as_ref().filter(|_| !rows.is_empty()) {
        let text = Roster::write(&rows, &[Field::Date, Field::Level, Field::Assessor]);
        files::write_new(path, text.as_bytes(), Secrecy::Secret)?;
        output.line(replacing::roster_written(path, rows.len()));
    } else if !rows.is_empty() {
        output.line(replacing::ROSTER_NEXT);
    }
    Ok(Exit::Done)
}

/// The row of a roster for a refresher: who, and which task; not how it went the last time.
fn refresher(mut row: Cells, badge: &str) -> Cells {
    let last_time = [
        Field::Date,
        Field::Expires,
        Field::Level,
        Field::Assessor,
        Field::EvidenceUrl,
        Field::EvidenceNote,
        Field::Narrative,
    ];
    row.retain(|field, _| !last_time.contains(field));
    row.insert(Field::Renews, badge.into());
    row
}
