//! Finding badges, and reading what a person names.

use std::io;
use std::path::{Path, PathBuf};

use taskbadge::badge::SignedBadge;
use taskbadge::json::Limits;
use taskbadge_files::{self as files, FileTrouble, Input};
use walkdir::WalkDir;

use crate::output::Trouble;
use crate::words;

/// An entry with the digests of ten thousand genuine badges has a fifth of it.
pub(crate) const ENTRY_BYTES_MAX: u64 = 4 << 20;

/// Reads what a person named.
pub(crate) fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileTrouble> {
    Input::named(path).read(most)
}

/// The same of what is refused by a verdict of its own where it is too large: a byte more shows that it is.
pub(crate) fn read_start(path: &Path, most: usize) -> Result<Vec<u8>, FileTrouble> {
    Input::named(path).read_start(most as u64)
}

/// Reads a file that may be missing.
pub(crate) fn read_if_there(path: &Path, most: u64) -> Result<Option<Vec<u8>>, FileTrouble> {
    files::if_there(files::read(path, most))
}

/// Reads a badge, which nobody has verified yet.
pub(crate) fn badge(path: &Path) -> Result<SignedBadge, Trouble> {
    let bytes = read_start(path, Limits::BADGE.bytes)?;
    SignedBadge::parse(&bytes).map_err(|finding| Trouble::new(words::not_a_badge(path, &finding)))
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
            let source = error.into_io_error().unwrap_or_else(|| io::Error::other(words::FOLDERS_IN_A_CIRCLE));
            Some(Err(FileTrouble::Read { path, source }.into()))
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
