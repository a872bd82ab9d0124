//! The arguments of `taskbadge pack`: an association writes whom it recognises.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use taskbadge::key::Did;

use super::Passphrase;
use super::trust::StoreFolder;

#[derive(Subcommand)]
pub(crate) enum Pack {
    /// Begin a trust pack that recognises nobody yet
    New(New),
    /// Recognise an issuer, or say something new of one
    AddIssuer(AddIssuer),
    /// Recognise an issuer no more, or name who carries on for it
    RemoveIssuer(RemoveIssuer),
    /// Put newer status lists of recognised issuers in the file
    AddList(AddList),
    /// Say until when a key of an issuer counts
    RetireKey(RetireKey),
    /// Say that others have a key of an issuer
    Compromise(Compromise),
    /// Prepare other root keys, which the old ones have to sign as well as the new
    ChangeRoot(ChangeRoot),
    /// Add one signature; several people do so one after the other, each with their key
    Sign(Sign),
    /// Add the signatures of copies that others signed
    Join(Join),
    /// Show what a pack says
    Inspect(Inspect),
}

#[derive(Args)]
pub(crate) struct PackFile {
    /// The trust pack
    pub(crate) file: PathBuf,
}

/// How long an edition is good.
#[derive(Args)]
pub(crate) struct Validity {
    /// For so many days the pack is good from now on; then it proves nothing but what was taken back. Unless it is said
    /// otherwise, as many as the edition before, and 90 for the first
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3660))]
    pub(crate) valid_days: Option<u16>,
}

/// Who signs.
#[derive(Args)]
pub(crate) struct RootKeys {
    /// A root key: its public key (z6Mk…), or a key file, whose passphrase is asked for; may be given several times
    #[arg(long = "root-key", value_name = "KEY", required = true)]
    pub(crate) keys: Vec<String>,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

#[derive(Args)]
pub(crate) struct New {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// Who publishes the pack: a URL or DID
    #[arg(long, value_name = "ID")]
    pub(crate) publisher: String,
    /// The publisher's name, as every verdict shows it
    #[arg(long)]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) root: RootKeys,
    /// How many of the root keys have to sign; more than half of them, unless it is said otherwise
    #[arg(long, value_name = "NUMBER")]
    pub(crate) threshold: Option<usize>,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct AddIssuer {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// What the centre wrote with `taskbadge key entry`
    #[arg(required_unless_present = "did", conflicts_with = "did")]
    pub(crate) entry: Option<PathBuf>,
    /// Instead of an entry: the did:key of an issuer
    #[arg(long, requires = "names")]
    pub(crate) did: Option<Did>,
    /// What the issuer may issue: the id of an achievement, or how ids begin and *; instead of what the pack says of the
    /// issuer, or where it is new, the entry; may be given several times
    #[arg(long = "achievement", value_name = "ID|PREFIX*")]
    pub(crate) achievements: Vec<String>,
    /// The issuer's name, instead of that in the entry; in several languages as en=NAME fr=NAME
    #[arg(long = "name", value_name = "[LANGUAGE=]NAME")]
    pub(crate) names: Vec<String>,
    /// Recognise again a key that the pack says is in other hands, or one that is another issuer's, too
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct RemoveIssuer {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// The issuer's DID
    pub(crate) did: Did,
    /// Who carries on; then the issuer stays in the pack, so that its badges stay good
    #[arg(long, value_name = "DID")]
    pub(crate) successor: Option<Did>,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct AddList {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// Status lists: files, or folders such as one that a centre published
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) lists: Vec<PathBuf>,
    /// Leave the pack itself and its signatures as they are: the lists count, and older ones that the pack allows too
    #[arg(long, conflicts_with = "valid_days")]
    pub(crate) keep_signatures: bool,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct RetireKey {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// The key, as proofs name it (did:…#…), or its public key
    pub(crate) key: String,
    /// The last day of its signatures, which ends at midnight UTC, or the instant before which they are dated
    #[arg(long, value_name = "DATE")]
    pub(crate) until: String,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct Compromise {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// The key, as proofs name it (did:…#…), or its public key
    pub(crate) key: String,
    /// Since when others may have it: a day, which begins at midnight UTC, or 2026-11-22T09:30:00Z; if in doubt the earlier
    #[arg(long, value_name = "DATE")]
    pub(crate) since: String,
    /// Which badges under the key are genuine: an entry of the centre, a badge, or a folder of badges
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) genuine: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct ChangeRoot {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    #[command(flatten)]
    pub(crate) root: RootKeys,
    /// How many of the new root keys have to sign
    #[arg(long, value_name = "NUMBER")]
    pub(crate) threshold: usize,
    #[command(flatten)]
    pub(crate) validity: Validity,
}

#[derive(Args)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// The file of a root key
    #[arg(long, value_name = "KEYFILE")]
    pub(crate) key: PathBuf,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

#[derive(Args)]
pub(crate) struct Join {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// Copies of the same edition, each with signatures of its own
    #[arg(required = true, value_name = "COPY")]
    pub(crate) copies: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) pack: PackFile,
    /// Print JSON, for machines
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) store: StoreFolder,
}
