//! The arguments of the command, as a person types them.

pub(crate) mod desk;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod pack;
pub(crate) mod trust;

use std::path::PathBuf;

use chrono::{Datelike as _, NaiveDate};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use taskbadge_issuer::lint;
use taskbadge_issuer::roster::{DateOrder, Field};
use taskbadge_issuer::template::TaskId;
use taskbadge_status::MaxAge;

use desk::{Correct, Publish, Renew};
use key::Key;
use ledger::{Ledger, Revoke, Standing, Stats};
use pack::Pack;
use trust::{Trust, Trusted};

const EXIT_CODES: &str = "\
Exit codes:
  0  done; every badge is VALID
  1  a badge is INVALID: proven bad
  2  no verdict: wrong usage, a file that cannot be read or written, or a ledger that is not whole
  3  a badge is INDETERMINATE: it cannot be told, and the output says what would settle it
With several badges 2 counts for more than 1, 1 for more than 3, and 3 for more than 0.";

/// Issue and verify task badges, offline.
#[derive(Parser)]
#[command(name = "taskbadge", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a centre folder: settings, key, and room for tasks, rosters and badges
    Init(Init),
    /// Make, show and replace signing keys, and say which keys are the centre's
    #[command(subcommand)]
    Key(Key),
    /// Write or check task templates
    #[command(subcommand)]
    Task(Task),
    /// Issue the badges of a roster, or of one trainee
    Issue(Box<Issue>),
    /// Take badges back for good
    Revoke(Box<Revoke>),
    /// Take badges back for a while
    Suspend(Box<Standing>),
    /// Let suspended badges stand again
    Reinstate(Box<Standing>),
    /// Look at the ledger of all badges, prove it, and forget people
    #[command(subcommand)]
    Ledger(Box<Ledger>),
    /// Count the badges of each task and month, and never say whose
    Stats(Stats),
    /// Issue a badge in place of one that is wrong, and revoke that
    Correct(Box<Correct>),
    /// List the badges that end soon, and write the roster of a refresher
    Renew(Renew),
    /// Write the folder that web servers and sticks carry: signed status lists, and the did.json of a did:web
    Publish(Publish),
    /// Say whether badges are valid
    Verify(Verify),
    /// Show what a badge says, unverified
    Inspect(Inspect),
    /// Say which issuers you recognise, or whose word on them you take
    #[command(subcommand)]
    Trust(Box<Trust>),
    /// Say for others which issuers may issue what: a trust pack, signed by several
    #[command(subcommand)]
    Pack(Box<Pack>),
    /// Make a sample centre, issue the badges of its roster, and verify them
    Demo(Demo),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Args)]
pub(crate) struct Init {
    /// The folder to make
    #[arg(default_value = ".")]
    pub(crate) folder: PathBuf,
    /// The centre's name, as every badge shows it
    #[arg(long)]
    pub(crate) name: String,
    /// The centre's home page, such as https://centre.example.org; ids of tasks stand below it
    #[arg(long, value_name = "URL")]
    pub(crate) web: Option<String>,
    /// Be known as did:web of this domain (and path) instead of as the key itself
    #[arg(long, value_name = "DOMAIN[/PATH]")]
    pub(crate) did_web: Option<String>,
    /// An e-mail address for questions about badges, which every badge shows
    #[arg(long, value_name = "EMAIL")]
    pub(crate) contact: Option<String>,
    /// Let badges be suspended as well as revoked; checkers that allow one status entry only refuse such badges
    #[arg(long)]
    pub(crate) suspension: bool,
    /// How badges are signed
    #[arg(long, value_enum, default_value_t = Suite::EddsaRdfc2022)]
    pub(crate) suite: Suite,
    /// Use a key in a PKCS #11 token instead of a file: the module, such as /usr/lib/softhsm/libsofthsm2.so
    #[arg(long, value_name = "FILE", requires_all = ["token", "token_key"])]
    pub(crate) token_module: Option<String>,
    /// The label of the token; its PIN is asked for as a passphrase is
    #[arg(long, value_name = "LABEL", requires = "token_module")]
    pub(crate) token: Option<String>,
    /// The label of the key in the token
    #[arg(long, value_name = "LABEL", requires = "token_module")]
    pub(crate) token_key: Option<String>,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Suite {
    /// As Open Badges 3.0 certification asks
    #[value(name = "eddsa-rdfc-2022")]
    EddsaRdfc2022,
    /// Simpler and faster, and known to fewer verifiers
    #[value(name = "eddsa-jcs-2022")]
    EddsaJcs2022,
}

/// Where the passphrase of the key comes from; without either it is asked for on the terminal. It is never an argument.
#[derive(Args)]
pub(crate) struct Passphrase {
    /// Read the passphrase of the key from the first line of a file
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Read the passphrase of the key from an open file descriptor
    #[arg(long, value_name = "NUMBER", conflicts_with = "passphrase_file")]
    pub(crate) passphrase_fd: Option<u32>,
}

#[derive(Args)]
pub(crate) struct CentreFolder {
    /// The centre folder
    #[arg(long = "centre", value_name = "FOLDER", default_value = ".")]
    pub(crate) folder: PathBuf,
}

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Write a template to fill in
    New {
        /// The task's id, such as forklift-pre-start-check
        id: TaskId,
        #[command(flatten)]
        centre: CentreFolder,
        /// Overwrite a template of this id
        #[arg(long)]
        force: bool,
    },
    /// Check templates for mistakes, privacy and clarity
    Lint {
        /// Template files; without any, all of the centre
        files: Vec<PathBuf>,
        #[command(flatten)]
        centre: CentreFolder,
    },
}

#[derive(Args)]
pub(crate) struct Issue {
    /// The roster, a CSV file; without it, one trainee is described by the options below
    pub(crate) roster: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
    /// Do everything but write
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) actor: ledger::Actor,
    #[command(flatten)]
    pub(crate) last: desk::LastPublished,
    /// Issue in spite of what the linter calls an error, by its code; may be given several times
    #[arg(long, value_name = "CODE", value_parser = lint_code)]
    pub(crate) allow: Vec<lint::Code>,
    /// The task of a roster, or of rows, that do not name one
    #[arg(long, value_name = "ID")]
    pub(crate) task: Option<TaskId>,
    /// The level that all of a roster without levels have reached
    #[arg(long)]
    pub(crate) level: Option<String>,
    /// The day of the award where the roster has none, such as 2026-11-22
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) date: Option<NaiveDate>,
    /// Take a column of the roster for a field; may be given several times
    #[arg(long, value_name = "HEADER=FIELD", value_parser = mapping, requires = "roster")]
    pub(crate) map: Vec<(String, Field)>,
    /// Take another word in the roster's task column for a task; may be given several times
    #[arg(long, value_name = "WORD=ID", value_parser = alias, requires = "roster")]
    pub(crate) alias: Vec<(String, TaskId)>,
    /// The order of day and month in a roster where it is not clear
    #[arg(long, value_enum, requires = "roster")]
    pub(crate) date_order: Option<Order>,
    #[command(flatten)]
    pub(crate) trainee: Trainee,
}

/// One trainee, instead of a roster.
#[derive(Args)]
#[command(next_help_heading = "One trainee")]
pub(crate) struct Trainee {
    /// The trainee's name; in the badge only with --consent-name
    #[arg(long, conflicts_with = "roster")]
    pub(crate) name: Option<String>,
    /// The trainee agreed that the name stands in the badge
    #[arg(long, requires = "name")]
    pub(crate) consent_name: bool,
    /// The e-mail address that the badge is bound to, hashed
    #[arg(long, conflicts_with = "roster")]
    pub(crate) email: Option<String>,
    /// The holder's did:key that the badge is bound to
    #[arg(long, conflicts_with = "roster")]
    pub(crate) holder: Option<String>,
    /// The code on the holder's card that the badge is bound to, hashed
    #[arg(long, conflicts_with = "roster")]
    pub(crate) claim_code: Option<String>,
    /// Who assessed
    #[arg(long, conflicts_with = "roster")]
    pub(crate) assessor: Option<String>,
    /// What was seen, in words
    #[arg(long, conflicts_with = "roster")]
    pub(crate) evidence_note: Option<String>,
    /// Where the evidence is
    #[arg(long, conflicts_with = "roster")]
    pub(crate) evidence_url: Option<String>,
    /// The badge's last day, instead of the task's validity
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "roster")]
    pub(crate) expires: Option<NaiveDate>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Order {
    /// 3/11 is 3 November
    DayFirst,
    /// 3/11 is March 11th
    MonthFirst,
}

impl From<Order> for DateOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::DayFirst => Self::DayFirst,
            Order::MonthFirst => Self::MonthFirst,
        }
    }
}

#[derive(Args)]
pub(crate) struct Verify {
    /// Badges: files, folders (with every file below), or - for standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: Trusted,
    /// Status lists: files, or folders such as one that an issuer published; may be given several times
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) status: Vec<PathBuf>,
    /// Rely on status lists for so long after they were made: 7d or 12h, 30d at most
    #[arg(long, value_name = "AGE", default_value_t)]
    pub(crate) max_age: MaxAge,
    /// The day, or day and time, of the check, instead of now: 2026-11-22 or 2026-11-22T09:30:00Z
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// Check that the badge belongs to this e-mail address, name, claim code or did:key
    #[arg(long, value_name = "TEXT")]
    pub(crate) recipient: Option<String>,
    /// Print one line of JSON for each badge, for machines
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) json: bool,
    /// Print only the badges that are not VALID, in one sentence each
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// The badge: a file, or - for standard input
    pub(crate) path: PathBuf,
    /// Print the whole badge as indented JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Demo {
    /// The folder to make
    #[arg(default_value = "demo-centre")]
    pub(crate) folder: PathBuf,
    /// Make the sample centre afresh, and delete the one that an earlier demo made
    #[arg(long)]
    pub(crate) force: bool,
}

fn lint_code(text: &str) -> Result<lint::Code, String> {
    text.parse().map_err(|error: lint::UnknownCode| error.to_string())
}

fn mapping(text: &str) -> Result<(String, Field), String> {
    let (header, field) = text.rsplit_once('=').ok_or("write HEADER=FIELD, such as 'Grade (Letter)=level'")?;
    Ok((header.to_owned(), field.parse().map_err(|error| format!("{error}"))?))
}

fn cell(text: &str) -> Result<(Field, String), String> {
    let (field, cell) = text.split_once('=').ok_or("write FIELD=TEXT, such as name='Amina Noor'")?;
    Ok((field.parse().map_err(|error| format!("{error}"))?, cell.trim().to_owned()))
}

fn alias(text: &str) -> Result<(String, TaskId), String> {
    let (word, id) = text.rsplit_once('=').ok_or("write WORD=ID, such as 'Safety 1=forklift-pre-start-check'")?;
    Ok((word.to_owned(), id.parse().map_err(|error| format!("{error}"))?))
}

/// A day with a year of four digits, as the ledger compares them.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
    let day = text.parse().ok().filter(|day: &NaiveDate| (0..=9999).contains(&day.year()));
    day.ok_or("write a day such as 2026-11-22")
}
