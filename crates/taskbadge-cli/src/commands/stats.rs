//! `taskbadge stats`: how many badges were issued, and never to whom.

use serde::Serialize;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{Count, Tally};

use crate::args::ledger::Stats;
use crate::output::{Exit, Output, Trouble};
use crate::words;

pub(super) fn stats(stats: &Stats, output: &mut Output) -> Result<Exit, Trouble> {
    // That nothing was issued is an answer, too.
    let ledger = Centre::open(&stats.centre.folder)?.ledger_if_begun()?;
    let tallies = ledger.map(|mut ledger| ledger.counts()).transpose()?.unwrap_or_default();
    if stats.json {
        tallies.iter().for_each(|tally| output.json(&json(tally)));
    } else if tallies.is_empty() {
        output.line(words::ledger::NOTHING_ISSUED);
    } else {
        words::ledger::counts(&tallies).iter().for_each(|line| output.line(line));
    }
    Ok(Exit::Done)
}

/// A number that is not told has another name, so that no machine takes the bound for a count.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonLine<'t> {
    task: &'t str,
    month: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    badges: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fewer_than: Option<u64>,
}

fn json(tally: &Tally) -> String {
    let (badges, fewer_than) = match tally.count {
        Count::Exactly(number) => (Some(number), None),
        Count::Few => (None, Some(Count::LEAST)),
    };
    let line = JsonLine { task: &tally.task, month: &tally.month, badges, fewer_than };
    serde_json::to_string(&line).unwrap_or_default()
}
