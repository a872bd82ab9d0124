//! The arguments that say whom a check trusts, and of the commands that keep that.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where issuers and trust packs are kept.
#[derive(Args)]
pub(crate) struct StoreFolder {
    /// The folder of recognised issuers and trust packs, instead of taskbadge in your data folder ($XDG_DATA_HOME, else
    /// ~/.local/share; ~/Library/Application Support; %APPDATA%)
    #[arg(long = "store", value_name = "FOLDER")]
    pub(crate) store: Option<PathBuf>,
}

/// Where issuers are kept.
#[derive(Args)]
pub(crate) struct TrustFile {
    /// The file of recognised issuers, instead of the one in the store
    #[arg(long = "trust", value_name = "FILE", conflicts_with = "store")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) store: StoreFolder,
}

/// What a check trusts.
#[derive(Args)]
pub(crate) struct Trusted {
    /// Trust this instead of what the store holds: a file of recognised issuers, or a trust pack whose root the store
    /// knows; may be given several times
    #[arg(long = "trust", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The fingerprint of the root of a trust pack that the store does not know; may be given several times
    #[arg(long = "fingerprint", value_name = "TEXT", requires = "files")]
    pub(crate) fingerprints: Vec<String>,
    #[command(flatten)]
    pub(crate) store: StoreFolder,
}

#[derive(Subcommand)]
pub(crate) enum Trust {
    /// Recognise an issuer, or all whom a trust pack recognises
    Add(Add),
    /// Take the next edition of a trust pack that you have
    Update {
        /// The trust pack, with its status lists; it may be compressed (gzip)
        file: PathBuf,
        #[command(flatten)]
        store: StoreFolder,
    },
    /// List the issuers and trust packs you recognise
    List {
        #[command(flatten)]
        trust: TrustFile,
    },
    /// Recognise an issuer or a trust pack no more
    Remove {
        /// The issuer's DID, or the pack's id
        id: String,
        #[command(flatten)]
        trust: TrustFile,
    },
}

#[derive(Args)]
pub(crate) struct Add {
    /// The issuer's did:key or did:web, or the file of a trust pack
    #[arg(value_name = "DID|FILE")]
    pub(crate) id: String,
    /// The name under which you know the issuer
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The did.json of a did:web, which is kept: what the web site says later does not count
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Option<PathBuf>,
    /// The fingerprint of the pack's root as its publisher told you, instead of a question: 64 hexadecimal digits, the
    /// eight groups of digits, or the words
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["name", "document"])]
    pub(crate) fingerprint: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustFile,
    /// Replace an issuer, or a pack, of this id
    #[arg(long)]
    pub(crate) force: bool,
}
