//! `taskbadge issue`: a roster, or one trainee, becomes badges.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use taskbadge_issuer::Mistakes;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::desk::{Batch, Desk, Issued, Unfit};
use taskbadge_issuer::keys::Role;
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;

use crate::args::{Issue, Trainee};
use crate::files;
use crate::memory::Manner;
use crate::output::{Exit, Output, Trouble};
use crate::words;

pub(super) fn issue(issue: &Issue, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&issue.centre.folder)?;
    let tasks = centre.tasks()?;
    if tasks.is_empty() {
        return Err(Trouble::new(words::no_tasks(centre.folder())));
    }
    let (file, bytes) = match &issue.roster {
        Some(path) => (path.display().to_string(), files::read(path, Roster::MAX_BYTES as u64)?),
        None => (words::THESE_OPTIONS.to_owned(), issue.trainee.roster()?.into_bytes()),
    };
    let roster = open_roster(issue, &file, &bytes).map_err(|mistakes| mistaken(issue, mistakes))?;
    let rows = roster.read(&reading(issue, &tasks)).map_err(|mistakes| mistaken(issue, mistakes))?;
    let now = super::now();
    let batch = match Batch::of(&roster, rows, now, &issue.allow) {
        Ok(batch) => batch,
        Err(Unfit::Mistakes(mistakes)) => return Err(mistaken(issue, mistakes)),
        Err(Unfit::Lints(lints)) => {
            lints.iter().for_each(|lint| output.complain(&words::lint(lint)));
            return Err(Trouble::new(words::lint_stops(&lints)));
        }
    };
    batch.warnings().iter().for_each(|lint| output.complain(&words::lint(lint)));

    let actor = issue.actor.name().unwrap_or_else(|_| "taskbadge issue".into());
    let manner = if issue.dry_run { Manner::Rehearsal } else { Manner::Earnest };
    super::refuse_old(&issue.last, &centre, manner, || Ok(actor.clone()), output)?;
    let passphrase = issue.passphrase.ask()?;
    let key = centre.signer(Role::Badge, passphrase.as_bytes())?;
    let bar = bar(batch.len());
    let progress = |done: usize| bar.set_position(done as u64);
    let issued = if issue.dry_run {
        Desk::rehearse(&centre, &*key, &batch, now, progress)
    } else {
        Desk::open(&centre, &*key, &actor, now).and_then(|mut desk| desk.issue(&batch, now, progress))
    };
    bar.finish_and_clear();
    let issued = issued.map_err(|trouble| match trouble {
        taskbadge_issuer::Trouble::Refused { finding, .. } if issue.roster.is_none() => {
            Trouble::new(words::not_handed_out(&finding))
        }
        trouble => trouble.into(),
    });
    report(issue, &batch, &issued?, output);
    Ok(Exit::Done)
}

/// What a person typed as options has no lines: mistakes there are named by the option.
fn mistaken(issue: &Issue, mistakes: Mistakes) -> Trouble {
    match issue.roster {
        Some(_) => mistakes.into(),
        None => Trouble::new(words::mistaken_options(&mistakes)),
    }
}

fn open_roster<'a>(issue: &Issue, file: &'a str, bytes: &'a [u8]) -> Result<Roster<'a>, Mistakes> {
    let mut roster = Roster::open(file, bytes)?;
    for (header, field) in &issue.map {
        roster = roster.map(header, *field)?;
    }
    Ok(roster)
}

fn reading<'t>(issue: &Issue, tasks: &'t [Template]) -> Reading<'t> {
    let mut reading = Reading::new(tasks);
    if let Some(task) = &issue.task {
        reading = reading.task(task.clone());
    }
    if let Some(level) = &issue.level {
        reading = reading.level(level);
    }
    if let Some(date) = issue.date {
        reading = reading.date(date);
    } else if issue.roster.is_none() {
        reading = reading.date(super::now().datetime().date_naive());
    }
    if let Some(order) = issue.date_order {
        reading = reading.order(order.into());
    }
    issue.alias.iter().fold(reading, |reading, (word, task)| reading.alias(word, task.clone()))
}

impl Trainee {
    /// A roster of one row, so that one trainee goes through everything that many do.
    fn roster(&self) -> Result<String, Trouble> {
        let expires = self.expires.map(|day| day.to_string());
        let consent = self.consent_name.then(|| "yes".to_owned());
        let fields = [
            ("name", &self.name),
            ("consent_name", &consent),
            ("email", &self.email),
            ("holder", &self.holder),
            ("claim_code", &self.claim_code),
            ("assessor", &self.assessor),
            ("evidence_note", &self.evidence_note),
            ("evidence_url", &self.evidence_url),
            ("expires", &expires),
        ];
        let given: Vec<(&str, &str)> =
            fields.iter().filter_map(|(header, value)| Some((*header, value.as_deref()?))).collect();
        if ![&self.name, &self.email, &self.holder, &self.claim_code].into_iter().any(Option::is_some) {
            return Err(Trouble::new(words::ROSTER_OR_TRAINEE));
        }
        let headers: Vec<&str> = given.iter().map(|(header, _)| *header).collect();
        let cells: Vec<String> = given.iter().map(|(_, value)| format!("\"{}\"", value.replace('"', "\"\""))).collect();
        Ok(format!("{}\n{}\n", headers.join(","), cells.join(",")))
    }
}

/// Nothing where standard error is no terminal.
fn bar(rows: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template(words::PROGRESS_OF_ISSUING).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(rows as u64), ProgressDrawTarget::stderr()).with_style(style)
}

fn report(issue: &Issue, batch: &Batch<'_>, issued: &[Issued], output: &mut Output) {
    output.line(words::issued_sentence(batch, issued, issue.dry_run));
    for badge in issued {
        output.line(words::issued_line(badge, issue.roster.is_some(), issue.dry_run));
    }
    // A card has to bear the code.
    for badge in issued.iter().filter(|_| !issue.dry_run) {
        if let Some(code) = &badge.claim_code {
            output.line(words::claim_code(badge, issue.roster.is_some(), code.as_str()));
        }
    }
}
