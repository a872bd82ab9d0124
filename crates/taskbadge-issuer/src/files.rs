//! Writing files so that a crash or a full disk leaves either the old content or the new, never half of it.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::Builder;

use crate::Trouble;
use crate::ledger::faults::step;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Whoever the user's umask lets.
    Open,
    /// Only the user: mode 0600 where the system has modes.
    Secret,
}

/// Writes a file that must not exist yet: beside it, synced, then renamed into place.
///
/// # Errors
/// [`Trouble::Exists`] if it is there already, [`Trouble::Io`].
pub fn write_new(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), Trouble> {
    place(path, content, secrecy, Placing::New)?;
    sync_folder(folder_of(path))
}

/// [`write_new`] or [`replace`] for many files of one folder: all of them are durable when it returns, and it waits for
/// the disk much less often. A file that is there already with this content is as good as written: another process may
/// be at the same. Where one fails, others may be in place.
///
/// # Errors
/// As [`write_new`], [`replace`].
pub(crate) fn write_many(folder: &Path, files: &[(PathBuf, Vec<u8>)], placing: Placing) -> Result<(), Trouble> {
    if files.is_empty() {
        return Ok(());
    }
    // They wait for the disk, not for a core; what waits at the same time is written at once.
    const WAITING: usize = 16;
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..WAITING.min(files.len()) {
            scope.spawn(|| {
                while let Some((path, content)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let placed = place(path, content, Secrecy::Open, placing);
                    let is_same = || std::fs::read(path).is_ok_and(|there| there == *content);
                    if let Err(trouble) = placed
                        && !(matches!(trouble, Trouble::Exists(_)) && is_same())
                    {
                        next.store(files.len(), Ordering::Relaxed);
                        failed.lock().expect("no writer panics with the trouble in hand").get_or_insert(trouble);
                    }
                }
            });
        }
    });
    match failed.into_inner().expect("no writer panics with the trouble in hand") {
        Some(trouble) => Err(trouble),
        None => sync_folder(folder),
    }
}

/// What may be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placing {
    /// Nothing.
    New,
    /// An earlier file, whose place is taken.
    Over,
}

fn place(path: &Path, content: &[u8], secrecy: Secrecy, placing: Placing) -> Result<(), Trouble> {
    let file = beside(path, content, secrecy)?;
    let placed = match placing {
        Placing::New => file.persist_noclobber(path),
        Placing::Over => file.persist(path),
    };
    match placed {
        Ok(_) => {
            step("a file is written");
            Ok(())
        }
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(Trouble::Exists(path.into())),
        Err(error) => Err(Trouble::io("write", path)(error.error)),
    }
}

/// Writes a file in place of whatever is there: beside it, synced, then renamed into place.
///
/// # Errors
/// [`Trouble::Io`].
pub fn replace(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), Trouble> {
    place(path, content, secrecy, Placing::Over)?;
    sync_folder(folder_of(path))
}

/// Puts a file in the place of another, durably.
pub(crate) fn move_over(from: &Path, to: &Path) -> Result<(), Trouble> {
    std::fs::rename(from, to).map_err(Trouble::io("write", to))?;
    sync_folder(folder_of(to))
}

/// Makes a folder, with what is missing above it, durably.
pub(crate) fn make_folder(folder: &Path) -> Result<(), Trouble> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    std::fs::create_dir_all(folder).map_err(Trouble::io("write", folder))?;
    new.into_iter().try_for_each(|folder| sync_folder(folder_of(folder)))
}

/// Makes the names in a folder durable: a rename is only that once its folder is synced.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Trouble> {
    // Windows cannot open a folder as a file, and journals renames by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(Trouble::io("write", folder))?;
    }
    Ok(())
}

/// Removes what writers that were killed left in a folder: what is younger than ten minutes may be somebody's at work.
pub(crate) fn sweep(folder: &Path) {
    const LEFT: Duration = Duration::from_secs(10 * 60);
    // What cannot be removed is tried again the next time.
    let _ = sweep_older(folder, LEFT);
}

/// Removes what writers that were killed left in a folder, where it is older than so long, and gives what is left: what
/// is younger, and what cannot be removed. A badge may be in it.
#[must_use]
pub fn sweep_older(folder: &Path, age: Duration) -> Vec<PathBuf> {
    let mut left = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            continue;
        }
        let is_old = || entry.metadata().ok()?.modified().ok()?.elapsed().ok().map(|since| since > age);
        if is_old() != Some(true) || std::fs::remove_file(entry.path()).is_err() {
            left.push(entry.path());
        }
    }
    left
}

const PREFIX: &str = ".taskbadge-";
const SUFFIX: &str = ".part";

fn beside(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<tempfile::NamedTempFile, Trouble> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if secrecy == Secrecy::Secret { 0o600 } else { 0o666 };
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = secrecy;
    let write = || {
        let mut file = builder.tempfile_in(folder_of(path))?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(Trouble::io("write", path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
