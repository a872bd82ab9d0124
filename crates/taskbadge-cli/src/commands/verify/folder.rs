//! Every file of a folder, whatever its name: what is not looked at could hide what is.

use std::io;
use std::path::{Path, PathBuf};

use taskbadge_files::FileTrouble;
use walkdir::{DirEntry, WalkDir};

use super::kind::Kind;
use crate::output::Trouble;
use crate::words;

/// What was found where badges are looked for.
pub(super) enum Found {
    /// A file that a person named, or standard input: it is answered for, whatever it is.
    Named(PathBuf),
    /// A file in the folder of this number among the paths.
    File(PathBuf, usize),
    /// What is no file, and not looked into.
    Other(PathBuf, Kind),
    /// What cannot be read.
    Trouble(PathBuf, Trouble),
}

/// What paths stand for, one by one, in a stable order.
pub(super) fn found(paths: Vec<PathBuf>) -> impl Iterator<Item = Found> + Send {
    paths.into_iter().enumerate().flat_map(|(number, path)| -> Box<dyn Iterator<Item = Found> + Send> {
        if is_folder(&path) {
            let entries = WalkDir::new(&path).sort_by_file_name().into_iter();
            Box::new(entries.filter_map(move |entry| of(entry, number)))
        } else {
            Box::new(std::iter::once(Found::Named(path)))
        }
    })
}

/// Whether a path is no file to check, but a folder of them.
pub(super) fn is_folder(path: &Path) -> bool {
    path.as_os_str() != "-" && path.is_dir()
}

fn of(entry: walkdir::Result<DirEntry>, number: usize) -> Option<Found> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            let path = error.path().unwrap_or(Path::new("")).to_owned();
            let error = error.into_io_error().unwrap_or_else(|| io::Error::other(words::FOLDERS_IN_A_CIRCLE));
            return Some(unreadable(path, error));
        }
    };
    if entry.file_type().is_dir() || entry.depth() == 0 {
        return None;
    }
    let is_link = entry.path_is_symlink();
    let path = entry.into_path();
    Some(match path.metadata() {
        Ok(meant) if is_link && meant.is_dir() => Found::Other(path, Kind::FolderLink),
        // Reading it says what is wrong with what is no regular file, or not there.
        _ => Found::File(path, number),
    })
}

fn unreadable(path: PathBuf, source: io::Error) -> Found {
    Found::Trouble(path.clone(), FileTrouble::Read { path, source }.into())
}
