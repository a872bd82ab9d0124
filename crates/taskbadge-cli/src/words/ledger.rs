//! The sentences of the commands that stand on the ledger.

use std::io;
use std::path::Path;

use chrono::NaiveDate;
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::shown::{Alone, Name, Quoted, without_isolates};
use taskbadge_issuer::ledger::{
    Check, Count, Entry, Erased, Event, Fault, Happening, LedgerTrouble, OpenIntention, Record, Replaces, Sealed,
    Status, Tally,
};

use super::{count, labelled, last_day, named};
use crate::confirm::{Deed, Plan};

// Choosing badges.

pub(crate) const NOTHING_SELECTED: &str = "no badge is named; name badges by their ids or files, give a list with \
    --from, or say which with --task, --awarded-from, --awarded-to or --recipient; if you mean every badge, say --all";
pub(crate) const NOTHING_FITS: &str = "no badge in the ledger fits that, and nothing was changed; see what there is with \
    `taskbadge ledger list` (who was forgotten is not found by --recipient)";
pub(crate) const EMPTY_LIST: &str = "the list names no badge; write ids or names of files there, one a line";
pub(crate) const NOBODY_YET: &str =
    "this centre has issued nothing yet, so it knows no recipient; leave --recipient out";

pub(crate) fn nothing_issued(folder: &Path) -> String {
    format!("{}: no badge was issued here yet, so there is no ledger; issue with `taskbadge issue`", named(folder))
}

pub(crate) fn not_a_badge_id(text: &str) -> String {
    format!("{} is no badge id; copy it in full, such as from `taskbadge ledger list`", Name(text))
}

pub(crate) fn neither_id_nor_file(path: &Path) -> String {
    format!(
        "{} is neither a badge's id (urn:uuid:…, or its first 16 digits) nor a file; check it, or see `taskbadge ledger list`",
        named(path)
    )
}

pub(crate) fn not_as_issued(path: &Path, badge: &Iri) -> String {
    format!(
        "{} is not {} as it was issued: somebody changed it, or wrote that id into another file; look at both, and name the \
         badge by its id",
        named(path),
        badge.shown()
    )
}

pub(crate) fn no_id_in(path: &Path) -> String {
    format!("{}: the badge has no id, so it was not issued here; name another file, or an id", named(path))
}

pub(crate) fn list_not_text(path: &Path) -> String {
    format!("{}: the list is not text in UTF-8; save it as such", named(path))
}

/// What stands in the way of a badge that somebody named, alone.
pub(crate) fn settled_alone(deed: Deed, trouble: LedgerTrouble) -> String {
    match (deed, trouble) {
        (Deed::Revoke, LedgerTrouble::Revoked(badge)) => format!(
            "{} is revoked already, and that is for good: there is nothing to do; employers learn of it from the lists of \
             `taskbadge publish`",
            badge.shown()
        ),
        (_, trouble) => trouble.to_string(),
    }
}

pub(crate) fn short_id_of_none(text: &str) -> String {
    format!("the ledger has no badge whose id begins with {text}; see `taskbadge ledger list`")
}

pub(crate) fn short_id_of_many(text: &str, ids: &[Iri]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| id.shown().to_string()).collect();
    format!("{text} is the beginning of several ids; write one in full: {}", ids.join(", "))
}

/// What stands in the way of all, line by line.
pub(crate) fn nothing_changed(troubles: &[String]) -> String {
    format!("{}\nnothing was changed; correct the above, and run this again", troubles.join("\n"))
}

// Before something is changed.

pub(crate) const NOBODY_DECIDED: &str = "this computer does not say who you are; give --by with the name of whoever \
    decided";
pub(crate) const REASON_STAYS: &str = "The text of --because stays in the ledger: it must not name the trainee.";
pub(crate) const NO_TERMINAL_TO_CONFIRM: &str = "nothing was changed: this has to be confirmed, and there is no \
    terminal to ask on; add --yes";
pub(crate) const NOT_CONFIRMED: &str = "nothing was changed: the answer was not yes; run this again when you are sure";

pub(crate) fn cannot_ask(error: &io::Error) -> String {
    format!("nothing was changed: the question cannot be asked ({error}); add --yes")
}

pub(crate) fn heading(plan: &Plan) -> String {
    format!("To {}:", object(plan))
}

pub(crate) fn plan_line(record: &Record, name: Option<&str>) -> String {
    format!("  {}", row(&short(&record.badge), record, &Name(&record.task).to_string(), name))
}

pub(crate) fn and_more(number: usize) -> String {
    format!("  … and {number} more")
}

pub(crate) fn left_alone(plan: &Plan) -> String {
    format!("Left alone: {}.", settled(plan))
}

pub(crate) fn nothing_to_do(plan: &Plan) -> String {
    format!("Nothing to {}: {}.", plan.deed.verb(), settled(plan))
}

pub(crate) fn would(plan: &Plan) -> String {
    format!("Would {}; nothing was changed.", object(plan))
}

pub(crate) fn question(plan: &Plan) -> String {
    let for_good = if matches!(plan.deed, Deed::Revoke | Deed::Forget) { " for good" } else { "" };
    let object = object(plan);
    let (first, rest) = object.split_at(1);
    format!("{}{rest}{for_good}? Type yes: ", first.to_uppercase())
}

// After it.

pub(crate) fn standing_changed(plan: &Plan) -> String {
    let verb = match plan.deed {
        Deed::Revoke => "Revoked",
        Deed::Suspend => "Suspended",
        Deed::Reinstate => "Reinstated",
        Deed::Forget => "Forgot",
    };
    format!(
        "{verb} {}. Employers learn of it from the next lists: run `taskbadge publish`, and carry the folder out.",
        badges(plan.records.len())
    )
}

/// What is gone, what stays, and what is left to people. `served` says that the ledger is in a database server.
pub(crate) fn forgotten(number: usize, files: usize, erased: Erased, served: bool) -> Vec<String> {
    let mut lines = vec![
        format!(
            "Forgot the people of {}: what the ledger knew of them is erased, and {} in badges/ {} deleted.",
            badges(number),
            count(files, "file"),
            if files == 1 { "is" } else { "are" }
        ),
        "  stays       index, history and digests: the badges can still be revoked, and are not issued again".into(),
        "  stays       the copies that trainees and employers hold, as valid as before".into(),
        "  yours       backups, exports, files that were moved from badges/, and the rosters: delete the rows there"
            .into(),
    ];
    if served {
        lines.push("  yours       the database server: run VACUUM, and delete its archived logs".into());
    }
    if erased == Erased::WhenOthersLetGo {
        lines.push(
            "  not yet     another process is reading the ledger, and what was erased is still in the file with -wal; \
             it goes when that process ends, or with the next `taskbadge ledger forget`"
                .into(),
        );
    }
    lines
}

/// That more badges are about the same people.
pub(crate) fn with_chains(number: usize) -> String {
    let (are, those) = if number == 1 { ("is", "it comes") } else { ("are", "they come") };
    format!("{} more {are} about the same people: {those} before or after in a chain of replacements.", badges(number))
}

pub(crate) fn part_left(part: &Path) -> String {
    format!(
        "  yours       {}: a run that was cut off left it, or one at work has it; run this again in a minute, or delete it",
        named(part)
    )
}

pub(crate) fn not_forgotten(troubles: &[String]) -> String {
    format!(
        "{}\nthe people of {} are not forgotten; do what the above says, and run this again",
        troubles.join("\n"),
        badges(troubles.len())
    )
}

// Looking at the ledger.

/// Lines for people, aligned, each with the id to copy.
pub(crate) fn listed(page: &[(Record, Option<String>)]) -> Vec<String> {
    let tasks: Vec<String> = page.iter().map(|(record, _)| Name(&record.task).to_string()).collect();
    let width = widest(&tasks);
    let lines = page.iter().zip(&tasks);
    lines
        .map(|((record, name), task)| {
            row(&record.badge.shown().to_string(), record, &padded(task, width), name.as_deref())
        })
        .collect()
}

pub(crate) fn number_listed(number: usize) -> String {
    format!("{}.", badges(number))
}

/// What the ledger holds of one badge.
pub(crate) fn record(record: &Record) -> Vec<String> {
    let mut lines = vec![
        record.badge.shown().to_string(),
        labelled("task", format!("{}, version {}", Name(&record.task), Name(&record.version))),
        labelled("awarded", day(record.awarded)),
        labelled("until", record.valid_until.map_or("without an end".into(), last_day)),
        labelled("state", record.state.as_str()),
        labelled("status", record.status.as_str()),
    ];
    lines.extend(record.entries.iter().map(place));
    if let Some((old, how)) = &record.replaces {
        lines.push(labelled("replaces", format!("{} ({})", old.shown(), how_replaced(*how))));
    }
    lines.extend(record.replaced_by.as_ref().map(|new| labelled("now", new.shown())));
    lines.extend(record.signer.as_deref().map(|signer| labelled("signed by", Name(signer))));
    lines.extend(record.digest.map(|digest| labelled("SHA-256", hex(&digest))));
    lines
}

pub(crate) fn person(name: Option<&str>, recipient: Option<&str>) -> Vec<String> {
    let known = [("name", name), ("recipient", recipient)];
    known.into_iter().filter_map(|(label, value)| Some(labelled(label, Alone(value?)))).collect()
}

pub(crate) fn nobody_known() -> String {
    labelled("person", "the ledger knows nothing of the person")
}

pub(crate) fn event(event: &Event) -> String {
    let actor = event.happening.actor().map(|actor| format!(" by {}", Quoted(actor))).unwrap_or_default();
    let note = match (&event.note, has_note(&event.happening)) {
        (Some(note), _) => format!(": {}", Quoted(note)),
        (None, true) => " (the reason was erased)".into(),
        (None, false) => String::new(),
    };
    format!("  {}  {}{actor}{note}", event.at, happening(&event.happening))
}

pub(crate) fn checked(check: &Check) -> Vec<String> {
    let whole = if check.is_whole() { "whole" } else { "NOT WHOLE" };
    let mut lines = vec![
        format!("{}, {}: {whole}.", many(check.events, "event"), many(check.badges, "badge")),
        labelled("log's end", check.head),
        labelled("seals", seals(check.sealed)),
    ];
    lines.extend(unfinished(&check.open));
    lines.extend(check.faults.iter().map(|fault| labelled("fault", fault)));
    if !check.is_whole() {
        lines.push(labelled(
            "next",
            "issue nothing; keep a copy of the ledger as it is, and find out who changed it; where only tables were changed, \
             `taskbadge ledger rebuild` makes them anew from the log, else restore the last backup",
        ));
    }
    if let Some(published) = check.in_doubt {
        lines.push(labelled("in doubt", LedgerTrouble::Restored { own: check.head, published }));
        lines.push(labelled(
            "next",
            "until then nothing is issued; to accept it, run `taskbadge ledger accept-restored`",
        ));
    }
    lines
}

fn seals(sealed: Sealed) -> &'static str {
    match sealed {
        Sealed::Proven => "every event was written with this centre's secret",
        Sealed::Unproven => {
            "not looked at, since issued.secret is not here: the hashes follow from each other and the tables from the events, \
             and whoever can write the database could have written all of it anew"
        }
        Sealed::Not => {
            "none: it is of an earlier version, and whoever could write it could change it; run `taskbadge ledger seal`"
        }
    }
}

pub(crate) const PROGRESS_OF_CHECKING: &str = "{bar:40} {pos} of {len} events, {eta} to go";

pub(crate) const SEAL_QUESTION: &str = "Sealing checks the whole ledger, writes down how every badge and list stands, and seals \
    this and every later event with the centre's secret: from then on nobody can change the ledger unnoticed who does not \
    have that file. What somebody changed before, in a way that agrees with itself, is sealed as it is: look at `taskbadge \
    ledger list` and at your rosters first. It cannot be undone.";

pub(crate) const SEALED: &str = "Sealed. Keep issued.secret apart from the ledger's backups.";

pub(crate) const NOT_SEALED: &str = "the ledger is not sealed, since it is not whole; nothing was changed. Restore the last \
    backup that is whole, and seal that";

pub(crate) fn rebuilt(faults: &[Fault], file: &Path) -> Vec<String> {
    let mut lines = vec![match faults.len() {
        0 => format!("Wrote {}. Nothing was wrong with the ledger that it was made from.", named(file)),
        _ => format!("Wrote {}, made from the log. What was not as it should be:", named(file)),
    }];
    lines.extend(faults.iter().map(|fault| labelled("fault", fault)));
    lines.push(labelled(
        "next",
        "run `taskbadge ledger check` with it in the place of the old one: what was erased or altered and is only in the \
         tables, such as a copy of a badge, is not in it",
    ));
    lines
}

/// Badges that were begun: a few one by one; many, as after a run that was killed, in one sentence and a few ids.
fn unfinished(open: &[OpenIntention]) -> Vec<String> {
    const FEW: usize = 3;
    if open.len() <= FEW {
        return open.iter().map(|open| labelled("unfinished", open)).collect();
    }
    let revoked = open.iter().filter(|open| open.status == Status::Revoked).count();
    let of_revoked =
        if revoked > 0 { format!(" ({revoked} of them revoked, with nothing left to do)") } else { String::new() };
    let mut lines = vec![labelled(
        "unfinished",
        format!(
            "{} were begun and not finished, as by a run that was cut off{of_revoked}; issue their rosters again, which \
             signs what was stored, with the indices that were reserved",
            badges(open.len())
        ),
    )];
    lines.extend(
        open.iter()
            .take(FEW)
            .map(|open| format!("    {} for {}, {}", open.badge.shown(), Name(&open.task), open.since)),
    );
    lines.push(format!("    … and {} more: `taskbadge ledger list --state intended`", open.len() - FEW));
    lines
}

pub(crate) fn export_exists(path: &Path) -> String {
    format!("{} is there already and is left as it is; choose another name, or add --force", named(path))
}

pub(crate) fn exported(path: &Path) -> String {
    format!("Wrote {}. It names nobody, but its rows are people's: keep it where the ledger is kept.", named(path))
}

// Counts.

pub(crate) const NOTHING_ISSUED: &str = "Nothing was issued yet.";

/// A table for people.
pub(crate) fn counts(tallies: &[Tally]) -> Vec<String> {
    let tasks: Vec<String> = tallies.iter().map(|tally| Name(&tally.task).to_string()).collect();
    let width = widest(&tasks).max("task".len());
    let mut lines = vec![format!("{}  month    badges", padded("task", width))];
    for (tally, task) in tallies.iter().zip(&tasks) {
        let badges = match tally.count {
            Count::Exactly(number) => number.to_string(),
            Count::Few => format!("<{}", Count::LEAST),
        };
        lines.push(format!("{}  {}  {badges:>6}", padded(task, width), Name(&tally.month)));
    }
    lines
        .push("Awards by month, those taken back later too. A number that could point at a person is not told.".into());
    lines
}

impl Deed {
    fn verb(self) -> &'static str {
        match self {
            Self::Revoke => "revoke",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
            Self::Forget => "forget",
        }
    }
}

/// `revoke 3 badges`.
fn object(plan: &Plan) -> String {
    let people = if plan.deed == Deed::Forget { "the people of " } else { "" };
    format!("{} {people}{}", plan.deed.verb(), badges(plan.records.len()))
}

/// `2 badges that are revoked already`.
fn settled(plan: &Plan) -> String {
    let one = plan.settled == 1;
    let (are, stand) = if one { ("is", "stands") } else { ("are", "stand") };
    let why = match plan.deed {
        Deed::Revoke => format!("{are} revoked already"),
        Deed::Suspend => format!("{are} suspended or revoked already"),
        Deed::Reinstate => format!("{stand}, or {are} revoked for good"),
        Deed::Forget => format!("{are} forgotten already"),
    };
    format!("{} that {why}", badges(plan.settled))
}

/// A badge in a line. `badge` and `task` are as they shall be seen.
fn row(badge: &str, record: &Record, task: &str, name: Option<&str>) -> String {
    let standing = if record.status == Status::Good { record.state.as_str() } else { record.status.as_str() };
    let name = name.map(|name| Alone(name).to_string()).unwrap_or_default();
    format!("{badge}  {}  {standing:<10}  {task}  {name}", record.awarded).trim_end().to_owned()
}

/// What the names of badges' files show of an id.
fn short(badge: &Iri) -> String {
    badge.as_str().trim_start_matches("urn:uuid:").replace('-', "").chars().take(16).collect()
}

fn place(entry: &Entry) -> String {
    let purpose = match entry.purpose {
        StatusPurpose::Revocation => "revocation",
        StatusPurpose::Suspension => "suspension",
    };
    labelled("entry", format!("{purpose}: index {} of {}", entry.index, entry.list.shown()))
}

fn how_replaced(how: Replaces) -> &'static str {
    match how {
        Replaces::Correction => "which was wrong",
        Replaces::Renewal => "which runs out",
    }
}

fn happening(happening: &Happening) -> String {
    match happening {
        Happening::Intended { replaces: None, .. } => "begun: its places in the status lists are reserved".into(),
        Happening::Intended { replaces: Some(old), .. } => format!("begun, in place of {}", Name(old)),
        Happening::Issued { .. } => "issued".into(),
        Happening::Superseded { by, how, .. } => format!("replaced by {} ({how})", Name(by)),
        Happening::Revoked { reason, .. } => format!("revoked ({reason})"),
        Happening::Suspended { .. } => "suspended".into(),
        Happening::Reinstated { .. } => "reinstated".into(),
        Happening::Forgotten { .. } => "the person was forgotten".into(),
        Happening::BadgeAdopted(_) => "the ledger was sealed, and this badge in it as it stood".into(),
        // What happens to lists and to the ledger itself stands in no badge's history.
        _ => "something that this version has no words for".into(),
    }
}

/// Whether somebody gave a reason, be it erased since.
fn has_note(happening: &Happening) -> bool {
    match happening {
        Happening::Revoked { note, .. } => note.is_some(),
        Happening::Suspended { .. } | Happening::Reinstated { .. } | Happening::Forgotten { .. } => true,
        _ => false,
    }
}

fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn badges(number: usize) -> String {
    count(number, "badge")
}

fn many(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}

fn widest(texts: &[String]) -> usize {
    texts.iter().map(|text| seen(text)).max().unwrap_or_default()
}

fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(seen(text)))
}

/// How many characters are seen: an isolate takes no room.
fn seen(text: &str) -> usize {
    without_isolates(text).chars().count()
}
