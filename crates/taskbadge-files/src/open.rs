//! Opening, so that nothing waits and nothing is followed that should not be.

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::{FileTrouble, Kind, name};

/// Opens a regular file for reading, and tells how many bytes it has. A pipe does not wait for somebody to write.
pub(crate) fn for_reading(path: &Path) -> Result<(File, u64), FileTrouble> {
    refuse_device(path)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    let file = options.open(path).map_err(FileTrouble::reading(path))?;
    let found = file.metadata().map_err(FileTrouble::reading(path))?;
    match Kind::of(found.file_type()) {
        Kind::File => Ok((file, found.len())),
        kind => Err(FileTrouble::NotAFile { path: path.into(), kind }),
    }
}

/// Opens a regular file of one's own for writing, or makes one: never what a symbolic link leads to.
pub(crate) fn for_writing(path: &Path, mut options: OpenOptions) -> Result<File, FileTrouble> {
    refuse_unless_file(path)?;
    #[cfg(unix)]
    {
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags);
    }
    #[cfg(windows)]
    {
        const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, FILE_FLAG_OPEN_REPARSE_POINT);
    }
    let file = options.open(path).map_err(FileTrouble::writing(path))?;
    // Somebody may have put another thing there since it was looked at.
    let found = file.metadata().map_err(FileTrouble::writing(path))?;
    refuse(path, Kind::of(found.file_type()))?;
    Ok(file)
}

/// Refuses to write over, rename over or delete anything but a regular file; nothing at all is fine.
pub(crate) fn refuse_unless_file(path: &Path) -> Result<(), FileTrouble> {
    refuse_device(path)?;
    match path.symlink_metadata() {
        Ok(found) => refuse(path, Kind::of(found.file_type())),
        // Whoever goes on meets the same error, in its own words.
        Err(_) => Ok(()),
    }
}

fn refuse(path: &Path, kind: Kind) -> Result<(), FileTrouble> {
    match kind {
        Kind::File => Ok(()),
        Kind::Link => Err(FileTrouble::Link(path.into())),
        kind => Err(FileTrouble::NotAFile { path: path.into(), kind }),
    }
}

/// On Windows `con` and `nul.json` are devices, in every folder.
fn refuse_device(path: &Path) -> Result<(), FileTrouble> {
    let is_device = || path.file_name().is_some_and(|name| name::is_reserved(&name.to_string_lossy()));
    if cfg!(windows) && is_device() {
        return Err(FileTrouble::NotAFile { path: path.into(), kind: Kind::Device });
    }
    Ok(())
}
