//! Reading what may be anything.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{FileTrouble, open};

/// All of a regular file.
///
/// # Errors
/// [`FileTrouble::TooLarge`] for more than `most` bytes, of which none is read where the file itself says so;
/// [`FileTrouble::Missing`], [`FileTrouble::NotAFile`], [`FileTrouble::Forbidden`], [`FileTrouble::Read`].
pub fn read(path: &Path, most: u64) -> Result<Vec<u8>, FileTrouble> {
    Input::File(path).read(most)
}

/// All of a regular file that holds text.
///
/// # Errors
/// As [`read`]; [`FileTrouble::NotText`] where it is not UTF-8.
pub fn read_text(path: &Path, most: u64) -> Result<String, FileTrouble> {
    String::from_utf8(read(path, most)?).map_err(|_| FileTrouble::NotText(path.into()))
}

/// All of a regular file that holds a secret, of which no copy is left behind.
///
/// # Errors
/// As [`read_text`].
pub fn read_secret(path: &Path, most: u64) -> Result<Zeroizing<String>, FileTrouble> {
    Input::File(path).read_secret(most)
}

/// A regular file, but not more than `most` bytes and one: for what is refused by its own reader where it is too large.
///
/// # Errors
/// As [`read`], without [`FileTrouble::TooLarge`].
pub fn read_start(path: &Path, most: u64) -> Result<Vec<u8>, FileTrouble> {
    Input::File(path).read_start(most)
}

/// What was read, unless there was nothing to read.
///
/// # Errors
/// Any but [`FileTrouble::Missing`].
pub fn if_there<T>(read: Result<T, FileTrouble>) -> Result<Option<T>, FileTrouble> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(trouble) if trouble.is_missing() => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// What lies in a folder, sorted by name.
///
/// # Errors
/// [`FileTrouble::Missing`], [`FileTrouble::Forbidden`], [`FileTrouble::Read`].
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, FileTrouble> {
    let read = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => FileTrouble::Missing(folder.into()),
        io::ErrorKind::PermissionDenied => FileTrouble::Forbidden(folder.into()),
        _ => FileTrouble::Read { path: folder.into(), source: error },
    };
    let entries = fs::read_dir(folder).map_err(read)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(read)?.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

/// What a person names to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input<'p> {
    /// A regular file.
    File(&'p Path),
    /// What the program was started with as standard input, whatever that is.
    StandardInput,
    /// Another descriptor that it was started with.
    Descriptor(u32),
}

impl<'p> Input<'p> {
    /// `-` is standard input. A system's own names of open descriptors stand for these, so that a shell's `<(…)` works;
    /// any other path is a file.
    #[must_use]
    pub fn named(path: &'p Path) -> Self {
        let Some(text) = path.to_str() else { return Self::File(path) };
        let number = ["/dev/fd/", "/proc/self/fd/"].into_iter().find_map(|folder| text.strip_prefix(folder));
        match (text, number.and_then(|number| number.parse().ok())) {
            ("-", _) => Self::StandardInput,
            ("/dev/stdin", _) if cfg!(unix) => Self::Descriptor(0),
            (_, Some(number)) if cfg!(unix) => Self::Descriptor(number),
            _ => Self::File(path),
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// As [`read`](crate::read).
    pub fn read(self, most: u64) -> Result<Vec<u8>, FileTrouble> {
        let within = |length: u64| {
            if length > most { Err(FileTrouble::TooLarge { path: self.path(), most }) } else { Ok(()) }
        };
        let (stream, length) = self.open()?;
        within(length)?;
        let bytes = self.gather(stream, length, most)?;
        within(bytes.len() as u64)?;
        Ok(bytes)
    }

    /// Not more than `most` bytes and one.
    ///
    /// # Errors
    /// As [`read_start`].
    pub fn read_start(self, most: u64) -> Result<Vec<u8>, FileTrouble> {
        let (stream, length) = self.open()?;
        self.gather(stream, length, most)
    }

    /// All of a text that is a secret, of which no copy is left behind.
    ///
    /// # Errors
    /// As [`read_secret`].
    pub fn read_secret(self, most: u64) -> Result<Zeroizing<String>, FileTrouble> {
        let (stream, length) = self.open()?;
        if length > most {
            return Err(FileTrouble::TooLarge { path: self.path(), most });
        }
        // Room for all of it from the start, so that none is left behind by growing.
        let bytes = Zeroizing::new(self.gather(stream, most, most)?);
        if bytes.len() as u64 > most {
            return Err(FileTrouble::TooLarge { path: self.path(), most });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| FileTrouble::NotText(self.path()))?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// The bytes to come, and of a file how many it says they are.
    fn open(self) -> Result<(Box<dyn Read>, u64), FileTrouble> {
        match self {
            Self::File(path) => {
                let (file, length) = open::for_reading(path)?;
                Ok((Box::new(file), length))
            }
            Self::StandardInput => Ok((Box::new(io::stdin().lock()), 0)),
            // The system's own name of an open descriptor; without unsafe code there is no other way to it.
            Self::Descriptor(_) => {
                let path = self.path();
                let file = File::open(&path).map_err(FileTrouble::reading(&path))?;
                Ok((Box::new(file), 0))
            }
        }
    }

    /// A file may grow while it is read, and some that have no end say that they are empty.
    fn gather(self, stream: impl Read, length: u64, most: u64) -> Result<Vec<u8>, FileTrouble> {
        const PROBE: usize = 32;
        let room = usize::try_from(length.min(most)).unwrap_or_default();
        let mut bytes = Vec::with_capacity(room + PROBE);
        let path = self.path();
        stream.take(most + 1).read_to_end(&mut bytes).map_err(FileTrouble::reading(&path))?;
        Ok(bytes)
    }

    fn path(self) -> PathBuf {
        match self {
            Self::File(path) => path.into(),
            Self::StandardInput => "-".into(),
            Self::Descriptor(number) => format!("/dev/fd/{number}").into(),
        }
    }
}
