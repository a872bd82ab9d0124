//! What can be wrong with a file: what happened, where, what to do next.

use std::fs::FileType;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a file was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[error("{}: {}", self.path().display(), self.sentence())]
pub enum FileTrouble {
    /// There is nothing under this name.
    Missing(PathBuf),
    /// The user may not read it.
    Forbidden(PathBuf),
    /// It is no regular file.
    NotAFile {
        /// Where.
        path: PathBuf,
        /// What it is instead.
        kind: Kind,
    },
    /// What would be written, locked or deleted there is a symbolic link.
    Link(PathBuf),
    /// It has more bytes than anything that is read here.
    TooLarge {
        /// Where.
        path: PathBuf,
        /// How many bytes it may have.
        most: u64,
    },
    /// It is not UTF-8.
    NotText(PathBuf),
    /// It would be overwritten.
    Exists(PathBuf),
    /// The system refuses to read.
    Read {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses to write.
    Write {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system refuses to delete.
    Delete {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// What lies under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file with bytes in it.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe with a name (FIFO).
    Pipe,
    /// A device.
    Device,
    /// A socket.
    Socket,
    /// Anything else that a system has.
    Other,
}

impl FileTrouble {
    /// The file or folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path)
            | Self::Forbidden(path)
            | Self::Link(path)
            | Self::NotText(path)
            | Self::Exists(path) => path,
            Self::NotAFile { path, .. }
            | Self::TooLarge { path, .. }
            | Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::Delete { path, .. } => path,
        }
    }

    /// What happened, and what to do next, without the path: whoever shows it may have a way of their own to show that.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Missing(_) => "there is no such file; check the name and the folder".into(),
            Self::Forbidden(_) => "you may not read it; ask its owner, or check the permissions".into(),
            Self::NotAFile { kind: Kind::Folder, .. } => "this is a folder; name a file".into(),
            Self::NotAFile { kind, .. } => format!("this is {}, and no file that can be read or written here; name a file", kind.article()),
            Self::Link(_) => {
                "this is a symbolic link, by which something else would be written or deleted; delete the link, or name \
                 what it leads to"
                    .into()
            }
            Self::TooLarge { most, .. } => {
                format!("it is larger than {}, the most that is read here; check that it is the right file", size(*most))
            }
            Self::NotText(_) => "it is not text in UTF-8; check that it is the right file".into(),
            Self::Exists(_) => "it is there already and is left as it is; choose another name, or move it away first".into(),
            Self::Read { source, .. } => format!("it cannot be read ({source}); check the file and the disk"),
            Self::Write { source, .. } => {
                format!("it cannot be written ({source}); check the folder, the permissions and the disk")
            }
            Self::Delete { source, .. } => {
                format!("it cannot be deleted ({source}); check the permissions, and that no program has it open")
            }
        }
    }

    /// Whether there is nothing under this name.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }

    /// What the system said, where it was the system that refused.
    #[must_use]
    pub fn system(&self) -> Option<&io::Error> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } | Self::Delete { source, .. } => Some(source),
            _ => None,
        }
    }

    pub(crate) fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match (source.kind(), Kind::at(path)) {
            (ErrorKind::NotFound, _) => Self::Missing(path.into()),
            // Systems refuse to open sockets, and Windows folders, in words of their own.
            (_, Some(kind)) if kind != Kind::File => Self::NotAFile { path: path.into(), kind },
            (ErrorKind::PermissionDenied, _) => Self::Forbidden(path.into()),
            _ => Self::Read { path: path.into(), source },
        }
    }

    pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Write { path: path.into(), source }
    }

    pub(crate) fn deleting(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Delete { path: path.into(), source }
    }
}

impl Kind {
    pub(crate) fn of(kind: FileType) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt as _;
            if kind.is_fifo() {
                return Self::Pipe;
            }
            if kind.is_char_device() || kind.is_block_device() {
                return Self::Device;
            }
            if kind.is_socket() {
                return Self::Socket;
            }
        }
        match () {
            () if kind.is_file() => Self::File,
            () if kind.is_dir() => Self::Folder,
            () if kind.is_symlink() => Self::Link,
            () => Self::Other,
        }
    }

    /// What a path leads to.
    fn at(path: &Path) -> Option<Self> {
        path.metadata().ok().map(|found| Self::of(found.file_type()))
    }

    fn article(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Folder => "a folder",
            Self::Link => "a symbolic link",
            Self::Pipe => "a named pipe",
            Self::Device => "a device",
            Self::Socket => "a socket",
            Self::Other => "something else",
        }
    }
}

/// As people say it.
fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}
