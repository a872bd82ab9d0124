//! Why the ledger stopped: what happened; what to do next.

use std::io::ErrorKind;

use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge_files::FileTrouble;

use super::{Head, Status};

/// Why the ledger did not do something. Nothing is half-done when one of these comes back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerTrouble {
    /// Another process was writing for longer than this one waits.
    #[error(
        "{place} is in use by another process that does not let go; wait until that is finished, and run this again"
    )]
    Busy {
        /// The file or the database.
        place: String,
    },
    /// There is no space left.
    #[error("the disk of {place} is full, and nothing was changed; make room, and run this again")]
    DiskFull {
        /// The file or the database.
        place: String,
    },
    /// The system refused to read or write.
    #[error(
        "cannot read or write {place} ({why}), and nothing was changed; check the disk, its quota and the limits of this process, and run this again"
    )]
    Write {
        /// The file or the database.
        place: String,
        /// What the system says.
        why: String,
    },
    /// The file or the database may be read, not written.
    #[error("{place} may only be read by this user; open it as its owner, or correct its permissions")]
    ReadOnly {
        /// The file or the database.
        place: String,
    },
    /// The content is not what a ledger writes.
    #[error("{place} is damaged ({why}); issue nothing with it, keep a copy, and restore the last backup")]
    Damaged {
        /// The file or the database.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// What should be the file is a pipe, a folder, a symbolic link: whatever is none.
    #[error("{0}")]
    NotAFile(String),
    /// The file is something else.
    #[error("{place} is not a ledger; name another file, or move this one away")]
    NotALedger {
        /// The file or the database.
        place: String,
    },
    /// A later taskbadge wrote it.
    #[error(
        "{place} was written by a newer taskbadge (its schema is {found}, this one knows {known}); use the newer one"
    )]
    Newer {
        /// The file or the database.
        place: String,
        /// The version of its schema.
        found: u64,
        /// The last version known here.
        known: u64,
    },
    /// The file cannot be opened, or nobody answers at the address.
    #[error(
        "cannot reach {place} ({why}); check that it is there and that this user may open it, and run this again: what was acknowledged is kept, and what was not is finished or left alone"
    )]
    Unreachable {
        /// The file or the database.
        place: String,
        /// What the system or the server says.
        why: String,
    },
    /// Anything else the database says.
    #[error("{place} answers: {why}; nothing was changed; run `taskbadge ledger check`")]
    Database {
        /// The file or the database.
        place: String,
        /// Its words.
        why: String,
    },
    /// What was published is ahead of the ledger, or is not of this ledger.
    #[error("this ledger ends at event {} and what was published is at event {}: an old backup was restored, or this is another centre's ledger; put the right one back, or accept the loss with `taskbadge ledger accept-restored`, after which new status lists are begun", own.sequence, published.sequence)]
    Restored {
        /// Where the ledger stands.
        own: Head,
        /// What was published last.
        published: Head,
    },
    /// The rows in the ledger are known under another secret.
    #[error(
        "{place} belongs to another secret than the issued.secret of this folder, so its rows cannot be recognised; copy issued.secret from the machine or the backup that the ledger is from"
    )]
    OtherSecret {
        /// The file or the database.
        place: String,
    },
    /// The ledger is open without the centre's secret, which its events are sealed with.
    #[error(
        "{place} can be read and not written here: the centre's secret, issued.secret, is not at hand; put it back from the machine or the backup that the ledger is from"
    )]
    NoSecret {
        /// The file or the database.
        place: String,
    },
    /// An earlier version wrote it.
    #[error(
        "{place} is of an earlier version, and its events are not sealed: whoever can write it could have changed them; run `taskbadge ledger seal`, which says what it does"
    )]
    Unsealed {
        /// The file or the database.
        place: String,
    },
    /// It was written past taskbadge: what is there is not what happened.
    #[error(
        "{place} was changed past taskbadge ({why}), and nothing was done; run `taskbadge ledger check` to see all of it, and `taskbadge ledger rebuild` or a backup to mend it"
    )]
    Altered {
        /// The file, the database or the badge.
        place: String,
        /// What is not as it was.
        why: String,
    },
    /// The ledger has its seals.
    #[error("the ledger is sealed already; there is nothing to do")]
    NothingToSeal,
    /// A ledger is rebuilt into a new one.
    #[error("{place} has events already; name a file that is not there yet, or an empty database")]
    NotEmpty {
        /// The file or the database.
        place: String,
    },
    /// An event cannot have happened after those before it.
    #[error("event {event} of the ledger cannot follow those before it; run `taskbadge ledger check`")]
    Misfit {
        /// Its number.
        event: u64,
    },
    /// There is nothing to accept.
    #[error("the ledger is in order: there is no restored backup to accept")]
    NothingToAccept,
    /// The ledger has no such badge.
    #[error(
        "the ledger has no badge {}; check the id: what is not in the ledger was not issued here, or in a part of the ledger that was lost",
        .0.shown()
    )]
    Unknown(Iri),
    /// One badge id for two rows, or a badge that an earlier one replaced already.
    #[error("the ledger has a badge {} already, for another row; draw a new id", .0.shown())]
    Taken(Iri),
    /// Revocation cannot be undone, nor done twice.
    #[error("{} is revoked, and that is for good; issue a new badge if it was a mistake", .0.shown())]
    Revoked(Iri),
    /// It is suspended already.
    #[error("{} is suspended already; there is nothing to do", .0.shown())]
    Suspended(Iri),
    /// Only what is suspended can be reinstated.
    #[error("{} is not suspended, so there is nothing to reinstate", .0.shown())]
    NotSuspended(Iri),
    /// The badge has no entry in a list of that purpose.
    #[error("{} was issued without an entry for {}, so nobody would learn of it; {}", badge.shown(), purpose_name(*purpose), instead(*purpose))]
    NoEntry {
        /// The badge.
        badge: Iri,
        /// What for.
        purpose: StatusPurpose,
    },
    /// It was intended and never completed.
    #[error("{} was begun and is not finished; issue its roster again to finish it, or revoke it, and then do this", .0.shown())]
    Unfinished(Iri),
    /// A badge is replaced once; its replacement can be replaced in turn.
    #[error("{} was replaced by {} already; correct or renew that one", old.shown(), new.shown())]
    Replaced {
        /// The badge.
        old: Iri,
        /// The one in its place: the last, where that was replaced in turn.
        new: Iri,
    },
    /// What was taken back is not replaced: its place would be filled although somebody decided otherwise.
    #[error("{} is {status}, so no other badge comes in its place; {}", badge.shown(), instead_of_replacing(*status))]
    TakenBack {
        /// The badge.
        badge: Iri,
        /// Whether for good or for a while.
        status: Status,
    },
    /// The ledger has no such status list.
    #[error("the ledger has no status list {}; check its address", .0.shown())]
    UnknownList(Iri),
    /// A publication with a number that was passed already.
    #[error(
        "{} was published as number {last} already; take a higher number, so that nobody mistakes the older for the newer",
        list.shown()
    )]
    NotNewer {
        /// The list.
        list: Iri,
        /// The number of its last publication.
        last: u64,
    },
    /// Every change of a badge's standing says who and why.
    #[error("{0} is missing; say who decided and why: it stays in the ledger")]
    NoReason(&'static str),
    /// What was written has a character that nobody sees.
    #[error(
        "{what} has a character in it that is not seen (U+{character:04X}); type the text afresh instead of pasting it"
    )]
    HiddenInReason {
        /// Which of the two texts.
        what: &'static str,
        /// The number of the character in Unicode.
        character: u32,
    },
    /// What was written is longer than a sentence.
    #[error("{what} has more than {most} characters; say it in a sentence or two: it stays in the ledger")]
    LongReason {
        /// Which of the two texts.
        what: &'static str,
        /// How many it may have.
        most: usize,
    },
    /// The operating system has no randomness to give.
    #[error("the operating system gives no random numbers; nothing can be written safely on this machine now")]
    NoRandomness,
}

impl LedgerTrouble {
    pub(super) fn from_file(place: &str, trouble: FileTrouble) -> Self {
        match trouble.system() {
            Some(error) => Self::from_system(place, error),
            None => Self::NotAFile(trouble.to_string()),
        }
    }

    pub(super) fn from_system(place: &str, error: &std::io::Error) -> Self {
        let place = place.to_owned();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { place },
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { place },
            ErrorKind::NotFound | ErrorKind::PermissionDenied => Self::Unreachable { place, why: error.to_string() },
            _ => Self::Write { place, why: error.to_string() },
        }
    }
}

/// As in a status list credential.
pub(super) fn purpose_name(purpose: StatusPurpose) -> &'static str {
    match purpose {
        StatusPurpose::Revocation => "revocation",
        StatusPurpose::Suspension => "suspension",
    }
}

fn instead(purpose: StatusPurpose) -> &'static str {
    match purpose {
        StatusPurpose::Revocation => "tell those who rely on it yourself",
        StatusPurpose::Suspension => {
            "revoke it; new badges can be suspended once centre.toml has the line `suspension = true`"
        }
    }
}

fn instead_of_replacing(status: Status) -> &'static str {
    match status {
        Status::Suspended => "reinstate it first",
        Status::Revoked | Status::Good => "issue a new badge instead",
    }
}
