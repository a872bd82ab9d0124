//! Why the issuing desk stopped: what happened; what to do next.

use std::io;
use std::path::{Path, PathBuf};

use taskbadge::finding::Finding;
use taskbadge::key::KeyError;

use crate::Mistakes;

/// Why something at the issuing desk could not be done. Nothing is half-written when one of these comes back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The system refused to read or write.
    #[error("cannot {verb} {}: {source}; check the path, the permissions and the space on the disk", path.display())]
    Io {
        /// `read` or `write`.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that would be overwritten.
    #[error("{} is there already and is left as it is; choose another name, or move it away first", .0.display())]
    Exists(PathBuf),
    /// The folder has no `centre.toml`.
    #[error("{} is no centre folder, for it has no centre.toml; name the folder, or make one with `taskbadge init`", .0.display())]
    NotACentre(PathBuf),
    /// A file that a person wrote is wrong.
    #[error("{0}")]
    Mistakes(#[from] Mistakes),
    /// The key file, its passphrase or its DID is wrong.
    #[error("{}: {error}", path.display())]
    Key {
        /// The key file, or the file that should name its key.
        path: PathBuf,
        /// What is wrong.
        error: KeyError,
    },
    /// The key is not that of the centre.
    #[error("the key in {} does not belong to {did}; put back the centre's own key, or correct `did` in centre.toml", path.display())]
    OtherKey {
        /// The key file.
        path: PathBuf,
        /// The centre's DID.
        did: String,
    },
    /// Another process is issuing for the same centre.
    #[error("somebody else is issuing in {} at this moment; wait until that is finished, and run this again: no row is issued twice", .0.display())]
    Busy(PathBuf),
    /// A line of the journal, other than a torn last one, cannot be read.
    #[error("{}:{line}: the journal is damaged here ({why}); restore it from a backup, since without it rows could be issued twice", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The journal's secret is missing or not one.
    #[error("{} is missing or damaged, so the rows in the journal cannot be recognised; restore it from a backup", .0.display())]
    Secret(PathBuf),
    /// A badge could not be signed, or did not pass the check that every signed badge goes through.
    #[error("line {line}: the badge was not handed out: {finding}")]
    Refused {
        /// The line of the roster.
        line: u64,
        /// What the check found.
        finding: Finding,
    },
    /// After a run that was cut off, the file of a badge holds another badge.
    #[error("{} holds another badge than the one that was to be written there; move it away, and run this again", .0.display())]
    OtherBadge(PathBuf),
    /// The operating system has no randomness to give.
    #[error("the operating system gives no random numbers ({0}); nothing can be signed safely on this machine now")]
    NoRandomness(getrandom::Error),
}

impl Trouble {
    /// For `map_err`: the trouble with this path.
    pub(crate) fn io(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { verb, path, source }
    }
}

/// Fresh bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Trouble> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Trouble::NoRandomness)?;
    Ok(bytes)
}
