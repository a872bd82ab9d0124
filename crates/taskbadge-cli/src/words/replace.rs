//! What is said of badges that come in the place of others.

use std::path::Path;

use taskbadge::badge::Iri;
use taskbadge::shown::{Line, Name, Quoted};
use taskbadge::time::Instant;
use taskbadge_issuer::desk::Issued;
use taskbadge_issuer::ledger::Record;
use taskbadge_issuer::lint::Lint;
use taskbadge_issuer::roster::Cells;
use taskbadge_issuer::{Mistake, Mistakes};

use super::{count, last_day, named};

pub(crate) const CORRECT: &str = "Issue the corrected badge, and revoke the old one for good? Type yes: ";
pub(crate) const WOULD_CORRECT: &str = "Would issue the corrected badge, and revoke the old one; nothing was changed.";
pub(crate) const NOT_EARNED: &str = "with that level the badge would not have been earned; take it back instead, with \
    `taskbadge revoke`";
pub(crate) const ROSTER_NEXT: &str =
    "For a refresher: --roster FILE writes a roster of these; fill in date and level there, and issue it.";

/// Mistakes in the fields of a corrected row, which stands in no file.
pub(crate) fn mistaken(mistakes: &Mistakes) -> String {
    let mistake =
        |mistake: &Mistake| format!("{}{}; {}", of_field(mistake.field()), Line(mistake.what()), Line(mistake.next()));
    mistakes.list().iter().map(mistake).collect::<Vec<_>>().join("\n")
}

/// A lint of a field of a corrected row, or of its task.
pub(crate) fn lint(lint: &Lint) -> String {
    if lint.file().ends_with(".toml") {
        return lint.to_string();
    }
    let (field, what) = (of_field(lint.field()), Line(lint.what()));
    format!("{}[{}]: {field}{what}; {}", lint.severity(), lint.code(), lint.next())
}

fn of_field(field: Option<&str>) -> String {
    field.map(|field| format!("{}: ", Name(field))).unwrap_or_default()
}

pub(crate) fn not_so(old: &Iri, next: &str) -> String {
    format!("{} cannot be corrected so; {next}", old.shown())
}

/// Field by field, what is different.
pub(crate) fn changes(old: &Record, before: &Cells, after: &Cells) -> Vec<String> {
    let mut lines = vec![format!("{}, {} of {}:", old.badge.shown(), Name(&old.task), old.awarded)];
    let mut fields: Vec<_> = before.keys().chain(after.keys()).collect();
    fields.sort_unstable();
    fields.dedup();
    let shown = |cells: &Cells, field| cells.get(field).map_or("nothing".into(), |text| Quoted(text).to_string());
    for field in fields.into_iter().filter(|field| before.get(field) != after.get(field)) {
        lines.push(format!("  {:<13} {} → {}", field.to_string(), shown(before, field), shown(after, field)));
    }
    lines
}

pub(crate) fn corrected(old: &Record, new: &Issued) -> Vec<String> {
    vec![
        format!("Issued {}, in {}.", new.badge.shown(), named(&new.file)),
        format!("  in place of {}, which is revoked from now on", old.badge.shown()),
        "  next        hand out the new badge, run `taskbadge publish`, and correct the roster too".into(),
    ]
}

pub(crate) fn ending(record: &Record, name: Option<&str>, known: bool, now: Instant) -> String {
    let end = record.valid_until.map(last_day).unwrap_or_default();
    let verb = if record.valid_until.is_some_and(|end| end <= now) { "ended" } else { "ends " };
    let who = match (name, known) {
        (Some(name), _) => Quoted(name).to_string(),
        (None, true) => "(no name)".into(),
        (None, false) => "(forgotten, so it cannot be renewed from the ledger)".into(),
    };
    format!("  {verb} {end}  {}  {}  {who}", record.badge.shown(), Name(&record.task))
}

pub(crate) fn number_ending(number: usize, within: u32) -> String {
    format!("{} to renew within {within} days.", count(number, "badge"))
}

pub(crate) fn roster_written(path: &Path, rows: usize) -> String {
    format!(
        "Wrote {} with {}; fill in date and level after the refresher, then `taskbadge issue {0}`.",
        named(path),
        count(rows, "row")
    )
}
