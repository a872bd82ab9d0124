//! The arguments of the commands that issue again what was issued, and publish.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use taskbadge_issuer::lint;
use taskbadge_issuer::roster::Field;
use taskbadge_issuer::template::TaskId;

use super::ledger::Actor;
use super::{CentreFolder, Passphrase};

/// Who decides, and why.
#[derive(Args)]
pub(crate) struct Decision {
    /// Why, in a sentence; it stays in the ledger, so do not name the trainee
    #[arg(long, value_name = "TEXT")]
    pub(crate) because: String,
    #[command(flatten)]
    pub(crate) actor: Actor,
}

/// What was published last, on a computer that remembers no publication of the centre.
#[derive(Args)]
pub(crate) struct LastPublished {
    /// What was published last: a copy of that folder, such as one from the web server, or the log's end that `publish`
    /// printed
    #[arg(long, value_name = "FOLDER|END", help_heading = LAST)]
    pub(crate) published: Option<PathBuf>,
    /// Go on although this computer remembers nothing: say how you know that nothing later was published; it stays in the
    /// ledger
    #[arg(long, value_name = "TEXT", conflicts_with = "published", help_heading = LAST)]
    pub(crate) first_time_here: Option<String>,
}

impl LastPublished {
    /// Whether a person said anything.
    pub(crate) fn is_given(&self) -> bool {
        self.published.is_some() || self.first_time_here.is_some()
    }
}

const LAST: &str = "Where this computer remembers no publication";

#[derive(Args)]
pub(crate) struct Correct {
    /// The badge that is wrong: its id (urn:uuid:…), or its file
    pub(crate) badge: PathBuf,
    /// What is different: a field of the roster and its new content, such as name='Amina Noor'; FIELD= leaves it out; may
    /// be given several times
    #[arg(long = "set", value_name = "FIELD=TEXT", value_parser = super::cell, required = true)]
    pub(crate) changes: Vec<(Field, String)>,
    #[command(flatten)]
    pub(crate) decision: Decision,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Issue in spite of what the linter calls an error, by its code; may be given several times
    #[arg(long, value_name = "CODE", value_parser = super::lint_code)]
    pub(crate) allow: Vec<lint::Code>,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
    #[command(flatten)]
    pub(crate) last: LastPublished,
}

#[derive(Args)]
pub(crate) struct Renew {
    /// Those that end within so many days, or have ended in the last year
    #[arg(long, value_name = "DAYS")]
    pub(crate) within: u32,
    /// Of this task
    #[arg(long, value_name = "ID")]
    pub(crate) task: Option<TaskId>,
    /// Awarded on this day or later, such as 2024-11-22
    #[arg(long, value_name = "DAY", value_parser = super::day)]
    pub(crate) awarded_from: Option<NaiveDate>,
    /// Write a roster for the refresher: fill in date and level there, and issue it
    #[arg(long, value_name = "FILE")]
    pub(crate) roster: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
}

#[derive(Args)]
pub(crate) struct Publish {
    /// One more folder to write, beside the one in centre.toml (published)
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
    #[command(flatten)]
    pub(crate) actor: Actor,
    #[command(flatten)]
    pub(crate) last: LastPublished,
}

#[derive(Args)]
pub(crate) struct AcceptRestored {
    #[command(flatten)]
    pub(crate) decision: Decision,
    /// The folder that was published last, where that is not the one in centre.toml
    #[arg(long, value_name = "FOLDER")]
    pub(crate) published: Option<PathBuf>,
    /// Go on also without lists that were published and are nowhere any more: what only they had as taken back is so no
    /// more
    #[arg(long)]
    pub(crate) lists_lost: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
}
