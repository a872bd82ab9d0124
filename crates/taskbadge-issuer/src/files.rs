//! Writing files so that a crash or a full disk leaves either the old content or the new, never half of it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use tempfile::Builder;

use crate::Trouble;

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
    place_new(path, content, secrecy)?;
    sync_folder(folder_of(path))
}

/// [`write_new`] for one of many: the caller syncs their folder once, when all are in place.
pub(crate) fn place_new(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), Trouble> {
    let file = beside(path, content, secrecy)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(Trouble::Exists(path.into())),
        Err(error) => Err(Trouble::io("write", path)(error.error)),
    }
}

/// Writes a file in place of whatever is there: beside it, synced, then renamed into place.
///
/// # Errors
/// [`Trouble::Io`].
pub fn replace(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), Trouble> {
    let file = beside(path, content, secrecy)?;
    file.persist(path).map(drop).map_err(|error| Trouble::io("write", path)(error.error))?;
    sync_folder(folder_of(path))
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

/// Removes what writers that were killed left in a folder. Only for a folder that nobody is writing in.
pub(crate) fn sweep(folder: &Path) {
    // What cannot be removed does no harm.
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
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
