//! Why the issuing desk stopped: what happened; what to do next.

use std::path::PathBuf;

use taskbadge::badge::Iri;
use taskbadge::finding::Finding;
use taskbadge::key::{KeyError, SignerError};
use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge_files::FileTrouble;

use crate::Mistakes;
use crate::keys::Role;
use crate::ledger::LedgerTrouble;
use crate::text::named;

/// Why something at the issuing desk could not be done. Nothing is half-written when one of these comes back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// A file cannot be read or written, or must not be.
    #[error("{}: {}", named(.0.path()), .0.sentence())]
    File(#[from] FileTrouble),
    /// An address below which files are to be published has a part that no file or folder can be called by everywhere.
    #[error(
        "{} in {} is a name that Windows keeps for a device or cannot have, so that what is published could not be carried everywhere; choose another address",
        Quoted(part),
        Name(address)
    )]
    ReservedName {
        /// The address.
        address: String,
        /// The part of its path.
        part: String,
    },
    /// The folder has no `centre.toml`.
    #[error("{} is no centre folder, for it has no centre.toml; name the folder, or make one with `taskbadge init`", named(.0))]
    NotACentre(PathBuf),
    /// A file that a person wrote is wrong.
    #[error("{0}")]
    Mistakes(#[from] Mistakes),
    /// The key file, its passphrase or its DID is wrong.
    #[error("{}: {error}", named(path))]
    Key {
        /// The key file, or the file that should name its key.
        path: PathBuf,
        /// What is wrong.
        error: KeyError,
    },
    /// The centre's key file is not there.
    #[error("{} is gone, so nothing can be signed; restore it from a backup: a new key would be another issuer", named(.0))]
    KeyGone(PathBuf),
    /// The key is not that of the centre.
    #[error(
        "the key in {} does not belong to {did}; put back the centre's own key, or correct `did` in centre.toml",
        named(path)
    )]
    OtherKey {
        /// The key file.
        path: PathBuf,
        /// The centre's DID.
        did: String,
    },
    /// The token that holds the key does not do what is asked.
    #[error("{0}")]
    Token(#[from] SignerError),
    /// The centre's key is in a token, which this program was built without.
    #[error(
        "the key {} is in a PKCS #11 token, which this program was built without; build it with `--features pkcs11`",
        Quoted(.0)
    )]
    NoTokens(String),
    /// The key in the token is the one that is to be replaced.
    #[error("{}: the key that is named there as `token_key` is the one in use; make another in the token, name it there, and run this again", named(.0))]
    SameKey(PathBuf),
    /// The key is the centre's, and does not sign this, or signs no more.
    #[error("the key in {} is not in use for {} any more; put the key there that is (`taskbadge key list`), or finish a change of keys that was interrupted by asking for it again", named(path), match role { Role::Badge => "badges", Role::Status => "status lists" })]
    NotInUse {
        /// The key file.
        path: PathBuf,
        /// What it should have signed.
        role: Role,
    },
    /// Every key of the centre is retired or in other hands.
    #[error("{}: the centre has no key in use, so nothing can be signed; found a new centre with `taskbadge init --did-web`, and name its DID as `successor` in centre.toml", named(.0))]
    NoKeyInUse(PathBuf),
    /// `keys.json` is not what this library wrote.
    #[error("{}: {why}; restore the file from a backup", named(path))]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A did:key has one key for ever.
    #[error(
        "{did} is the key itself: with another key the centre would be another issuer, and nobody could tell that its old status lists go on; found a new centre with `taskbadge init --did-web`, issue there from now on, name its DID as `successor` in centre.toml, and go on publishing here for as long as the old badges are in use"
    )]
    KeyIsTheDid {
        /// The centre's DID.
        did: String,
    },
    /// Several keys that may sign badges, none of which is more the centre's than the others.
    #[error("{} lists several keys, and nothing says which of them is to be replaced; leave the one in key.pem there alone, and run this again", named(.0))]
    SeveralKeys(PathBuf),
    /// A document that a person added to.
    #[error("{} holds more than taskbadge writes there, which would be lost; keep a copy elsewhere, leave only id and keys there as taskbadge wrote them, run this again, and put back what is missing", named(.0))]
    OwnDocument(PathBuf),
    /// Status lists are signed with the key of badges.
    #[error("{}: status lists have no key of their own here; replace the one that signs both, or make one with `taskbadge key new-status`", named(.0))]
    NoStatusKey(PathBuf),
    /// No key by this name.
    #[error("{} is no key of this centre; copy its name from `taskbadge key list`", Name(.0))]
    NoSuchKey(String),
    /// A key cannot have been stolen before it was made, or be stolen tomorrow.
    #[error("{} cannot be in other hands since {since}: {}; give another date, or name the key that you mean (`taskbadge key list`)", Name(key), from.map_or("that is still to come".into(), |from| format!("it is in use since {from}, which is the earliest date for it, and the date must not be to come")))]
    NotThen {
        /// The key's verification method.
        key: String,
        /// Since when it is in use.
        from: Option<Instant>,
        /// Since when it should have been in other hands.
        since: Instant,
    },
    /// The ledger could not do something.
    #[error("{0}")]
    Ledger(#[from] LedgerTrouble),
    /// There is no ledger any more where one was.
    #[error("{} is gone, although this centre has issued or published: without its ledger no badge can be issued, looked up or taken back; restore it from a backup. If there is none, `taskbadge ledger accept-restored` begins a new one, and everything that was published counts as lost", named(.0))]
    LedgerGone(PathBuf),
    /// The ledger that lies here is not this centre's.
    #[error(
        "the ledger holds badges of another centre, not of {did}; nothing was published; put this centre's own ledger back"
    )]
    OtherLedger {
        /// This centre.
        did: String,
    },
    /// A folder has a published state that this ledger does not know.
    #[error("{} carries what another centre published, or a later state of this one; nothing was published; name an empty folder or one that this centre published to, or put the right ledger back", named(.0))]
    OtherPublished(PathBuf),
    /// The centre's ledger is in PostgreSQL, which this program was built without.
    #[error("{}: the ledger is in PostgreSQL, which this program was built without; build it with `--features postgres`", named(.0))]
    NoPostgres(PathBuf),
    /// An early version issued in this folder and kept a journal, which no ledger knows.
    #[error("{} was written by an early version without a ledger: its badges cannot be taken back, and its rows would be issued again; move it away together with its rosters, and issue new badges to those who need them", named(.0))]
    Journal(PathBuf),
    /// The centre's secret is missing or not one.
    #[error("{} is missing or damaged, so the rows in the ledger cannot be recognised; restore it from a backup", named(.0))]
    Secret(PathBuf),
    /// A badge could not be signed, or did not pass the check that every signed badge goes through.
    #[error("line {line}: the badge was not handed out: {finding}")]
    Refused {
        /// The line of the roster.
        line: u64,
        /// What the check found.
        finding: Finding,
    },
    /// The file of a badge holds something else.
    #[error("{} holds something else than the badge that was issued under this name; move it away, and run this again: it is then put back", named(.0))]
    OtherBadge(PathBuf),
    /// Publishing would take back a revocation.
    #[error("{} was published with entry {index} revoked{}, and the ledger says that it is not: an older state of the ledger was put back, or it is another centre's; nothing was published; put the right ledger back, or accept the loss with `taskbadge ledger accept-restored`", list.shown(), badge.as_ref().map(|badge| format!(" ({})", badge.shown())).unwrap_or_default())]
    WouldClear {
        /// The list.
        list: Iri,
        /// The index.
        index: u64,
        /// The badge that has it, if the ledger knows.
        badge: Option<Iri>,
    },
    /// The ledger lacks what was published, and so does the folder.
    #[error("{} was published, and is not there as it was published; the ledger may not know all that it has as taken back, so nothing was done; fetch it from where it is published, and name the folder with `taskbadge ledger accept-restored --published FOLDER`; if it is nowhere any more, add --lists-lost", lists.iter().map(|list| list.as_str()).collect::<Vec<_>>().join(", "))]
    ListsGone {
        /// The lists.
        lists: Vec<Iri>,
    },
    /// A file in the published folder is not what this centre publishes there.
    #[error(
        "{}: {why}; nothing was published; put back the ledger and the folder that belong together, or move the file away",
        named(path)
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A status list could not be signed.
    #[error("{} was not published: {finding}", list.shown())]
    List {
        /// The list.
        list: Iri,
        /// What is wrong.
        finding: Finding,
    },
    /// A badge can only be replaced by one: it takes one row that earned a badge.
    #[error("line {line}: {} cannot be replaced so; {next}", old.shown())]
    NotAReplacement {
        /// The line of the roster.
        line: u64,
        /// The badge that would be replaced.
        old: Iri,
        /// What to do.
        next: String,
    },
    /// The ledger has forgotten the person of a badge, or never knew.
    #[error(
        "{}: what the badge was issued from was forgotten, so it cannot be issued again from the ledger; issue a new badge, and revoke this one", .0.shown()
    )]
    Forgotten(Iri),
    /// The operating system has no randomness to give.
    #[error("the operating system gives no random numbers ({0}); nothing can be signed safely on this machine now")]
    NoRandomness(getrandom::Error),
}

/// Fresh bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Trouble> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Trouble::NoRandomness)?;
    Ok(bytes)
}
