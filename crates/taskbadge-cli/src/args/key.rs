//! The arguments of the commands on keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CentreFolder, Passphrase};

#[derive(Subcommand)]
pub(crate) enum Key {
    /// Make a key in a new encrypted file
    New {
        /// The file to write
        file: PathBuf,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// Show by which identifier and key verifiers know the centre, or a key file
    Show {
        /// A key file, instead of a centre
        file: Option<PathBuf>,
        #[command(flatten)]
        centre: CentreFolder,
        #[command(flatten)]
        passphrase: Passphrase,
    },
    /// List all keys that the centre ever had, and what has become of them
    List {
        #[command(flatten)]
        centre: CentreFolder,
    },
    /// Sign with a new key from now on; what the old one signed stays good
    Rotate(Rotate),
    /// Say that others may have a key: it is replaced, and what it signed counts only where the ledger knows it
    Compromised(Compromised),
    /// Give status lists a key of their own, so that whoever has it cannot sign badges
    NewStatus(KeyChange),
    /// Write what the association needs to recognise the centre: its keys, and which badges are genuine
    Entry {
        /// The file to write, instead of standard output; an earlier one is replaced
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[command(flatten)]
        centre: CentreFolder,
    },
}

#[derive(Args)]
pub(crate) struct Rotate {
    /// Replace the key of status lists instead of the key of badges
    #[arg(long)]
    pub(crate) status: bool,
    #[command(flatten)]
    pub(crate) change: KeyChange,
}

#[derive(Args)]
pub(crate) struct Compromised {
    /// Since when others may have the key: a day, which begins at midnight UTC, or 2026-11-22T09:30:00Z; if in doubt the
    /// earlier
    #[arg(long, value_name = "DATE")]
    pub(crate) since: String,
    /// Which key, by its name in `taskbadge key list`, instead of the one that signs badges
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The file to write for the association, instead of entry.json in the centre folder; an earlier one is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) change: KeyChange,
}

/// A change of the centre's keys.
#[derive(Args)]
pub(crate) struct KeyChange {
    #[command(flatten)]
    pub(crate) centre: CentreFolder,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
}
