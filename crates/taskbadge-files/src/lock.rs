//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::{FileTrouble, open};

/// A lock that is held until it is dropped, or the process ends: an empty file that stays.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody else holds it.
    ///
    /// # Errors
    /// [`FileTrouble::Link`] where a symbolic link lies there; [`FileTrouble::NotAFile`], [`FileTrouble::Write`].
    pub fn wait(path: &Path) -> Result<Self, FileTrouble> {
        let file = open(path)?;
        file.lock().map_err(FileTrouble::writing(path))?;
        Ok(Self { _file: file })
    }

    /// Takes it, unless somebody else holds it.
    ///
    /// # Errors
    /// As [`Lock::wait`].
    pub fn take(path: &Path) -> Result<Option<Self>, FileTrouble> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(FileTrouble::writing(path)(error)),
        }
    }
}

fn open(path: &Path) -> Result<File, FileTrouble> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    open::for_writing(path, options)
}
