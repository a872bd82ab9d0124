//! The arguments of the commands that stand on the ledger.

use std::error::Error;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::NaiveDate;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use taskbadge_issuer::ledger::{Reason, State, Status};
use taskbadge_issuer::template::TaskId;

use super::CentreFolder;
use super::desk::{AcceptRestored, Decision, LastPublished};

#[derive(Subcommand)]
pub(crate) enum Ledger {
    /// List badges
    List(List),
    /// Show what the ledger knows of a badge, and what became of it
    Show {
        /// The badge's id (urn:uuid:…), or its file
        badge: PathBuf,
        #[command(flatten)]
        centre: CentreFolder,
    },
    /// Prove that the ledger is whole: replay its log, compare every row, and verify every badge that it keeps
    Check {
        #[command(flatten)]
        centre: CentreFolder,
    },
    /// Seal a ledger of an earlier version with the centre's secret, once
    Seal(Seal),
    /// Make a whole ledger out of the log of one that was changed past taskbadge
    Rebuild {
        /// The file to write, which must not be there yet; for a ledger in PostgreSQL, the address of an empty database
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[command(flatten)]
        centre: CentreFolder,
    },
    /// Write the records as JSON lines, without anything personal
    Export(Export),
    /// Erase what is known of the people of badges
    Forget(Change),
    /// Go on with a ledger that was restored from an old backup, and so is behind what was published
    AcceptRestored(AcceptRestored),
}

#[derive(Args)]
pub(crate) struct List {
    /// Not more than so many
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<u64>,
    /// Print one line of JSON for each badge, for machines, without anything personal
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

#[derive(Args)]
pub(crate) struct Export {
    /// The file to write, instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) filter: Filter,
}

#[derive(Args)]
pub(crate) struct Seal {
    #[command(flatten)]
    pub(crate) decision: Decision,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
}

#[derive(Args)]
pub(crate) struct Revoke {
    /// Why, in the word that stands in the log
    #[arg(long, value_name = "CODE", value_parser = reasons())]
    pub(crate) reason: Reason,
    #[command(flatten)]
    pub(crate) standing: Standing,
}

/// A change of whether badges stand.
#[derive(Args)]
pub(crate) struct Standing {
    #[command(flatten)]
    pub(crate) change: Change,
    #[command(flatten)]
    pub(crate) last: LastPublished,
}

/// Something that is done to badges by somebody's decision.
#[derive(Args)]
pub(crate) struct Change {
    #[command(flatten)]
    pub(crate) decision: Decision,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

#[derive(Args)]
pub(crate) struct Actor {
    /// Who decided, such as an account or an office, instead of the user of this computer; it stays in the ledger
    #[arg(long, value_name = "ACTOR")]
    pub(crate) by: Option<String>,
}

/// Badges that are named one by one, or those that fit all conditions.
#[derive(Args)]
pub(crate) struct Selection {
    /// Badges: ids (urn:uuid:…) or files
    #[arg(value_name = "BADGE", conflicts_with_all = ["Conditions", "all"])]
    pub(crate) badges: Vec<PathBuf>,
    /// Read badges from a file, or - for standard input: an id or a file name a line; lines with # are left out
    #[arg(long, value_name = "FILE", conflicts_with_all = ["Conditions", "all"])]
    pub(crate) from: Option<PathBuf>,
    /// All badges of the ledger
    #[arg(long, conflicts_with = "Conditions")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) conditions: Conditions,
}

/// What can be asked of badges where they are only looked at.
#[derive(Args)]
pub(crate) struct Filter {
    /// How far they have come
    #[arg(long, value_parser = states(), help_heading = WHICH)]
    pub(crate) state: Option<State>,
    /// Whether they stand
    #[arg(long, value_parser = statuses(), help_heading = WHICH)]
    pub(crate) status: Option<Status>,
    /// Those whose end comes within so many days, or is past
    #[arg(long, value_name = "DAYS", help_heading = WHICH)]
    pub(crate) ends_within: Option<u32>,
    #[command(flatten)]
    pub(crate) conditions: Conditions,
}

/// What can be asked of badges wherever some are chosen.
#[derive(Args)]
pub(crate) struct Conditions {
    /// Of this task
    #[arg(long, value_name = "ID", help_heading = WHICH)]
    pub(crate) task: Option<TaskId>,
    /// Awarded on this day or later, such as 2026-11-22
    #[arg(long, value_name = "DAY", value_parser = super::day, help_heading = WHICH)]
    pub(crate) awarded_from: Option<NaiveDate>,
    /// Awarded on this day or earlier
    #[arg(long, value_name = "DAY", value_parser = super::day, help_heading = WHICH)]
    pub(crate) awarded_to: Option<NaiveDate>,
    /// Of one person: the e-mail address, identifier, claim code or did:key, as in the roster
    #[arg(long, value_name = "TEXT", help_heading = WHICH)]
    pub(crate) recipient: Option<String>,
}

const WHICH: &str = "Which badges";

#[derive(Args)]
pub(crate) struct Stats {
    /// Print one line of JSON for each task and month, for machines
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
}

/// The reasons that people give; `superseded` is the ledger's own, for a badge that was corrected.
fn reasons() -> impl TypedValueParser<Value = Reason> {
    closed([
        (Reason::IssuedInError.as_str(), "It should not have been issued, or not so"),
        (Reason::Fraud.as_str(), "Somebody cheated"),
        (Reason::AssessmentWithdrawn.as_str(), "The assessment behind it does not count any more"),
        (Reason::HolderRequest.as_str(), "The holder asked for it"),
        (Reason::KeyCompromise.as_str(), "The key it was signed with is in other hands"),
        (Reason::Other.as_str(), "What --because says"),
    ])
}

fn states() -> impl TypedValueParser<Value = State> {
    closed([
        (State::Intended.as_str(), "Begun, and not finished"),
        (State::Issued.as_str(), "Issued"),
        (State::Superseded.as_str(), "Issued, and another was issued in its place"),
    ])
}

fn statuses() -> impl TypedValueParser<Value = Status> {
    closed([
        (Status::Good.as_str(), "Not taken back"),
        (Status::Suspended.as_str(), "Taken back for a while"),
        (Status::Revoked.as_str(), "Taken back for good"),
    ])
}

/// One of these words, each with what it means.
fn closed<T, const N: usize>(words: [(&'static str, &'static str); N]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    let values = words.map(|(word, meaning)| PossibleValue::new(word).help(meaning));
    PossibleValuesParser::new(values).try_map(|word| word.parse())
}
