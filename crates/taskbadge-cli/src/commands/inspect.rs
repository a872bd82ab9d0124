//! `taskbadge inspect`: what a badge says of itself, marked as unverified on every screenful.

use serde_json::Value;
use taskbadge::shown;

use crate::args::Inspect;
use crate::files;
use crate::output::{Exit, Output, Trouble};
use crate::words;

/// Fewer lines than the smallest terminal shows.
pub(super) const LINES_PER_MARK: usize = 15;

pub(super) fn inspect(inspect: &Inspect, output: &mut Output) -> Result<Exit, Trouble> {
    let path = &inspect.path;
    let badge = files::badge(path)?;
    let lines = if inspect.json { indented(badge.text()) } else { words::claims(badge.unverified()) };
    for screenful in lines.chunks(LINES_PER_MARK) {
        output.mark(Exit::Indeterminate, words::UNVERIFIED);
        for line in screenful {
            output.line(format!("  {line}"));
        }
    }
    output.line(words::how_to_verify(path));
    Ok(Exit::Done)
}

/// For reading by people: the badge itself stays as it is.
fn indented(text: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    shown::json(&text).lines().map(str::to_owned).collect()
}
