//! Writing files so that a crash or a full disk leaves either the old content or the new, never half of it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::Builder;

use crate::{FileTrouble, Kind, open, read};

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Whoever the user's umask lets.
    Open,
    /// Only the user: mode 0600 where the system has modes.
    Secret,
}

/// What may be there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placing {
    /// Nothing.
    New,
    /// An earlier file, whose place is taken.
    Over,
}

/// Writes a file that must not exist yet: beside it, synced, then renamed into place.
///
/// # Errors
/// [`FileTrouble::Exists`] if it is there already; [`FileTrouble::Link`], [`FileTrouble::NotAFile`],
/// [`FileTrouble::Write`].
pub fn write_new(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), FileTrouble> {
    place(path, content, secrecy, Placing::New)?;
    sync_folder(folder_of(path))
}

/// Writes a file in place of an earlier one, if there is one: beside it, synced, then renamed into place.
///
/// # Errors
/// [`FileTrouble::Link`], [`FileTrouble::NotAFile`], [`FileTrouble::Write`].
pub fn replace(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<(), FileTrouble> {
    place(path, content, secrecy, Placing::Over)?;
    sync_folder(folder_of(path))
}

/// [`write_new`] or [`replace`] for many files of one folder: all of them are durable when it returns, and it waits for
/// the disk much less often. A file that is there already with this content is as good as written: another process may
/// be at the same. Where one fails, others may be in place. `written` is told of each, from the thread that wrote it.
///
/// # Errors
/// As [`write_new`], [`replace`].
///
/// # Panics
/// Where `written` does.
pub fn write_many(
    folder: &Path,
    files: &[(PathBuf, Vec<u8>)],
    placing: Placing,
    written: impl Fn() + Sync,
) -> Result<(), FileTrouble> {
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
                    let is_same = || read(path, content.len() as u64).is_ok_and(|there| there == *content);
                    match place(path, content, Secrecy::Open, placing) {
                        Ok(()) => written(),
                        Err(FileTrouble::Exists(_)) if is_same() => {}
                        Err(trouble) => {
                            next.store(files.len(), Ordering::Relaxed);
                            failed.lock().expect("no writer panics with the trouble in hand").get_or_insert(trouble);
                        }
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

fn place(path: &Path, content: &[u8], secrecy: Secrecy, placing: Placing) -> Result<(), FileTrouble> {
    // Renaming over a link would leave what it leads to alone, and whoever made the link would not notice.
    open::refuse_unless_file(path)?;
    let file = beside(path, content, secrecy)?;
    let placed = match placing {
        Placing::New => file.persist_noclobber(path),
        Placing::Over => file.persist(path),
    };
    match placed {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Err(FileTrouble::Exists(path.into())),
        Err(error) => Err(FileTrouble::writing(path)(error.error)),
    }
}

/// Puts a file in the place of another, durably.
///
/// # Errors
/// As [`replace`].
pub fn move_over(from: &Path, to: &Path) -> Result<(), FileTrouble> {
    open::refuse_unless_file(from)?;
    open::refuse_unless_file(to)?;
    fs::rename(from, to).map_err(FileTrouble::writing(to))?;
    sync_folder(folder_of(to))
}

/// Deletes a file so that it does not come back when the power fails. `false` where there is none.
///
/// # Errors
/// [`FileTrouble::Link`]: what the link leads to would stay; [`FileTrouble::Delete`].
pub fn remove(path: &Path) -> Result<bool, FileTrouble> {
    if path.is_symlink() {
        return Err(FileTrouble::Link(path.into()));
    }
    match fs::remove_file(path) {
        Ok(()) => sync_folder(folder_of(path)).map(|()| true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileTrouble::deleting(path)(error)),
    }
}

/// Deletes a folder with all that is in it; of symbolic links in it, the links.
///
/// # Errors
/// [`FileTrouble::Link`] where the folder is one; [`FileTrouble::Delete`].
pub fn remove_folder(folder: &Path) -> Result<(), FileTrouble> {
    if folder.is_symlink() {
        return Err(FileTrouble::Link(folder.into()));
    }
    fs::remove_dir_all(folder).map_err(FileTrouble::deleting(folder))
}

/// Deletes a folder, if nothing is in it.
///
/// # Errors
/// [`FileTrouble::Delete`].
pub fn remove_empty_folder(folder: &Path) -> Result<(), FileTrouble> {
    fs::remove_dir(folder).map_err(FileTrouble::deleting(folder))
}

/// Makes a folder, with what is missing above it, durably. It may be there, and be a symbolic link to a folder.
///
/// # Errors
/// [`FileTrouble::Write`].
pub fn make_folder(folder: &Path) -> Result<(), FileTrouble> {
    let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(missing).collect();
    fs::create_dir_all(folder).map_err(FileTrouble::writing(folder))?;
    new.into_iter().try_for_each(|folder| sync_folder(folder_of(folder)))
}

/// Makes a folder below another one, step by step, and gives its path. No step may be a symbolic link: what is written
/// below a folder stays below it.
///
/// # Errors
/// [`FileTrouble::Link`], [`FileTrouble::NotAFile`], [`FileTrouble::Write`]. A path that leads up is an error, too.
pub fn make_folder_below(folder: &Path, path: &Path) -> Result<PathBuf, FileTrouble> {
    make_folder(folder)?;
    let mut made = folder.to_owned();
    for step in path.components() {
        let Component::Normal(name) = step else {
            let error = std::io::Error::new(ErrorKind::InvalidInput, "the path leads out of its folder");
            return Err(FileTrouble::writing(&folder.join(path))(error));
        };
        made.push(name);
        match made.symlink_metadata().map(|found| Kind::of(found.file_type())) {
            Ok(Kind::Folder) => {}
            Ok(Kind::Link) => return Err(FileTrouble::Link(made)),
            Ok(kind) => return Err(FileTrouble::NotAFile { path: made, kind }),
            Err(_) => make_folder(&made)?,
        }
    }
    Ok(made)
}

/// Makes a folder that only its owner may look into, where the system has modes. One that is there is left as it is.
///
/// # Errors
/// [`FileTrouble::Write`].
pub fn make_private_folder(folder: &Path) -> Result<(), FileTrouble> {
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    #[cfg_attr(not(unix), allow(unused_mut, reason = "only Unix has modes"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => sync_folder(folder_of(folder)),
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) => Err(FileTrouble::writing(folder)(error)),
    }
}

/// Makes an empty file that only its owner may read, unless it is there, and gives the path by which another library may
/// open it: without a symbolic link in it. `beside` are endings of the files which that library has beside it.
///
/// # Errors
/// [`FileTrouble::Link`], [`FileTrouble::NotAFile`] for this file or one beside it; [`FileTrouble::Write`].
pub fn private_file(path: &Path, beside: &[&str]) -> Result<PathBuf, FileTrouble> {
    for ending in beside {
        let mut other = path.as_os_str().to_owned();
        other.push(ending);
        open::refuse_unless_file(Path::new(&other))?;
    }
    open::refuse_unless_file(path)?;
    if !path.exists() {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        open::for_writing(path, options)?.sync_all().map_err(FileTrouble::writing(path))?;
        sync_folder(folder_of(path))?;
    }
    // Windows writes what is canonical in a form that not every library reads.
    let (true, Some(name)) = (cfg!(unix), path.file_name()) else { return Ok(path.to_owned()) };
    let folder = folder_of(path).canonicalize().map_err(FileTrouble::writing(path))?;
    Ok(folder.join(name))
}

/// Makes the names in a folder durable: a rename is only that once its folder is synced.
fn sync_folder(folder: &Path) -> Result<(), FileTrouble> {
    // Windows cannot open a folder as a file, and journals renames by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(FileTrouble::writing(folder))?;
    }
    Ok(())
}

/// Removes what writers that were killed left in a folder: what is younger than ten minutes may be somebody's at work.
pub fn sweep(folder: &Path) {
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
        if is_old() != Some(true) || fs::remove_file(entry.path()).is_err() {
            left.push(entry.path());
        }
    }
    left
}

const PREFIX: &str = ".taskbadge-";
const SUFFIX: &str = ".part";

fn beside(path: &Path, content: &[u8], secrecy: Secrecy) -> Result<tempfile::NamedTempFile, FileTrouble> {
    let mut builder = Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if secrecy == Secrecy::Secret { 0o600 } else { 0o666 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = secrecy;
    let write = || {
        let mut file = builder.tempfile_in(folder_of(path))?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        Ok(file)
    };
    write().map_err(FileTrouble::writing(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
