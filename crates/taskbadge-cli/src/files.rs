//! Finding, reading and deleting badges. (Writing is in `taskbadge_issuer::files`.)

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use taskbadge::badge::SignedBadge;
use taskbadge::json::Limits;
use walkdir::WalkDir;

use crate::output::Trouble;
use crate::words;

/// An entry with the digests of ten thousand genuine badges has a fifth of it.
pub(crate) const ENTRY_BYTES_MAX: u64 = 4 << 20;

/// Reads a file, but not more than a little over `most` bytes: what is larger shows as such to whoever looks at it.
pub(crate) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().take(most + 1).read_to_end(&mut bytes)?;
    } else {
        let file = File::open(path)?;
        bytes.reserve(file.metadata()?.len().min(most) as usize + 1);
        file.take(most + 1).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Reads a file that may be missing.
pub(crate) fn read_if_there(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Trouble> {
    match read(path, most) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::new(words::cannot_read(path, &error))),
    }
}

/// Reads a badge, which nobody has verified yet.
pub(crate) fn badge(path: &Path) -> Result<SignedBadge, Trouble> {
    let bytes = read(path, Limits::BADGE.bytes as u64);
    let bytes = bytes.map_err(|error| Trouble::new(words::cannot_read(path, &error)))?;
    SignedBadge::parse(&bytes).map_err(|finding| Trouble::new(words::not_a_badge(path, &finding)))
}

/// Deletes a file so that it does not come back when the power fails. `false` where there is none.
pub(crate) fn remove(path: &Path) -> Result<bool, Trouble> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Windows cannot open a folder as a file, and journals deletions by itself.
    let sync = || if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) };
    match std::fs::remove_file(path).and_then(|()| sync()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Trouble::new(words::cannot_delete(path, &error))),
    }
}

/// The badges that paths stand for, one by one, in a stable order: files and `-` as they are, and of folders every
/// `.json` and `.jsonld` file below, hidden ones left out.
pub(crate) fn badges(paths: Vec<PathBuf>) -> impl Iterator<Item = Result<PathBuf, Trouble>> {
    paths.into_iter().flat_map(|path| -> Box<dyn Iterator<Item = Result<PathBuf, Trouble>> + Send> {
        if path.as_os_str() == "-" || !path.is_dir() {
            Box::new(std::iter::once(Ok(path)))
        } else {
            Box::new(below(path))
        }
    })
}

fn below(folder: PathBuf) -> impl Iterator<Item = Result<PathBuf, Trouble>> + Send {
    let entries = WalkDir::new(&folder).sort_by_file_name().into_iter();
    let hidden =
        |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
    let mut found = false;
    let mut badges = entries.filter_entry(move |entry| !hidden(entry)).filter_map(|entry| match entry {
        Ok(entry) => is_badge(&entry).then(|| Ok(entry.into_path())),
        Err(error) => {
            let path = error.path().unwrap_or(Path::new("")).to_owned();
            let error = error.into_io_error().unwrap_or_else(|| io::Error::other(words::FOLDERS_IN_A_CIRCLE));
            Some(Err(Trouble::new(words::cannot_read(&path, &error))))
        }
    });
    // A folder without badges is a mistake: a check of nothing would look like a check that all is well.
    std::iter::from_fn(move || match badges.next() {
        Some(badge) => {
            found = true;
            Some(badge)
        }
        None if found => None,
        None => {
            found = true;
            Some(Err(Trouble::new(words::no_badges_in(&folder))))
        }
    })
}

fn is_badge(entry: &walkdir::DirEntry) -> bool {
    let named = entry
        .path()
        .extension()
        .is_some_and(|kind| ["json", "jsonld"].iter().any(|known| kind.eq_ignore_ascii_case(known)));
    named && (entry.file_type().is_file() || (entry.path_is_symlink() && entry.path().is_file()))
}
