//! The journal: which row got which badge. It is what makes issuing resumable, and no row issued twice.
//!
//! An append-only file of JSON lines, `issued.jsonl`. Before a badge is signed, a line says that this row is to have this
//! badge; when its file is in place, another says so. Who the row is about is not in it: a row is known by an HMAC under
//! a secret of the centre's, so that the file gives no names away, not even to somebody who guesses them.
//!
//! A line counts once it ends in a line feed. A last line without one was torn by a crash, before anything followed from
//! it, and is cut off.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use taskbadge::badge::Iri;
use taskbadge::time::Instant;
use zeroize::Zeroizing;

use crate::Trouble;
use crate::files::{self, Secrecy};
use crate::roster::{ClaimCode, RowKey};
use crate::text::hex;
use crate::trouble::random;

/// The journal of one centre, open for writing by one process at a time.
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// How long the file is with the lines that count.
    length: u64,
    /// Whether an append that failed may have left bytes after those lines.
    torn: bool,
    records: Records,
    /// Locked as long as it is open.
    _lock: File,
}

/// What the journal says.
pub(crate) struct Records {
    secret: Zeroizing<[u8; 32]>,
    entries: HashMap<RowMark, Entry>,
}

/// How the journal knows a row: in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct RowMark(String);

/// The badge of a row.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) badge: Iri,
    /// The name of the file in the folder of badges.
    pub(crate) file: String,
    pub(crate) state: State,
}

/// How far a badge has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Its file may or may not be there.
    Intended,
    /// It was handed out; whatever became of its file, there will be no other.
    Issued,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Intended { row: RowMark, badge: String, file: String, at: String },
    Issued { row: RowMark, sha256: String },
}

impl Journal {
    /// Opens the journal of a centre folder, or begins one, and keeps other processes out until it is dropped.
    ///
    /// # Errors
    /// [`Trouble::Busy`], [`Trouble::Journal`], [`Trouble::Secret`], [`Trouble::NoRandomness`], [`Trouble::Io`].
    pub(crate) fn open(centre: &Path) -> Result<Self, Trouble> {
        let lock = lock(centre)?;
        // A run that was killed while it began the secret left it in a file that nobody will look for.
        files::sweep(centre);
        let path = centre.join("issued.jsonl");
        let file = OpenOptions::new().append(true).create(true).open(&path).map_err(Trouble::io("write", &path))?;
        let text = fs::read(&path).map_err(Trouble::io("read", &path))?;
        let whole = whole_lines(&text);
        let length = whole.len() as u64;
        if whole.len() < text.len() {
            file.set_len(length).and_then(|()| file.sync_all()).map_err(Trouble::io("write", &path))?;
        }
        let entries = read(&path, whole)?;
        let secret = match secret(centre, &entries)? {
            Some(secret) => secret,
            None => begin_secret(centre)?,
        };
        files::sync_folder(centre)?;
        Ok(Self { path, file, length, torn: false, records: Records { secret, entries }, _lock: lock })
    }

    /// What it says so far.
    pub(crate) fn records(&self) -> &Records {
        &self.records
    }

    /// Writes down which rows are to have which badges, durably.
    ///
    /// # Errors
    /// [`Trouble::Io`].
    pub(crate) fn intend(&mut self, rows: Vec<(RowMark, Entry)>, at: Instant) -> Result<(), Trouble> {
        let lines = rows.iter().map(|(row, entry)| Line::Intended {
            row: row.clone(),
            badge: entry.badge.to_string(),
            file: entry.file.clone(),
            at: at.to_string(),
        });
        self.append(lines)?;
        self.records.entries.extend(rows);
        Ok(())
    }

    /// Writes down that the badges of these rows were handed out, with the SHA-256 of their bytes, durably.
    ///
    /// # Errors
    /// [`Trouble::Io`].
    pub(crate) fn issued(&mut self, rows: Vec<(RowMark, [u8; 32])>) -> Result<(), Trouble> {
        self.append(rows.iter().map(|(row, sha256)| Line::Issued { row: row.clone(), sha256: hex(sha256) }))?;
        for (row, _) in rows {
            if let Some(entry) = self.records.entries.get_mut(&row) {
                entry.state = State::Issued;
            }
        }
        Ok(())
    }

    fn append(&mut self, lines: impl Iterator<Item = Line>) -> Result<(), Trouble> {
        let mut text = String::new();
        for line in lines {
            text.push_str(&serde_json::to_string(&line).expect("texts always serialise"));
            text.push('\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        if self.torn {
            self.cut_back().map_err(Trouble::io("write", &self.path))?;
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.torn = true;
            // Should this fail too, it is tried again before anything else is written, or by whoever opens the journal next.
            let _ = self.cut_back();
            return Err(Trouble::io("write", &self.path)(error));
        }
        self.length += text.len() as u64;
        Ok(())
    }

    /// Takes away what a full disk, say, left of lines that do not count: the next line would run into it.
    fn cut_back(&mut self) -> std::io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.sync_all()?;
        self.torn = false;
        Ok(())
    }
}

impl Records {
    /// What the journal of a centre folder says, without touching anything. Where there is none it is empty, under a
    /// secret that nobody will see again.
    ///
    /// # Errors
    /// As [`Journal::open`], save [`Trouble::Busy`].
    pub(crate) fn peek(centre: &Path) -> Result<Self, Trouble> {
        let path = centre.join("issued.jsonl");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Trouble::io("read", &path)(error)),
        };
        let entries = read(&path, whole_lines(&text))?;
        let secret = match secret(centre, &entries)? {
            Some(secret) => secret,
            None => Zeroizing::new(random()?),
        };
        Ok(Self { secret, entries })
    }

    /// The mark of a row.
    pub(crate) fn mark(&self, row: &RowKey) -> RowMark {
        RowMark(hex(&self.keyed(&[b"row", row.as_str().as_bytes()])[..16]))
    }

    /// The badge of a row, if it has one.
    pub(crate) fn entry(&self, row: &RowMark) -> Option<&Entry> {
        self.entries.get(row)
    }

    /// The claim code of a badge whose row has nothing else: 60 bits in the letters and digits of Crockford's base 32.
    ///
    /// It follows from the secret, the row and the badge, so that a run that was interrupted before its codes were
    /// printed can print them again, and they need not be stored.
    pub(crate) fn claim_code(&self, row: &RowKey, badge: &Iri) -> ClaimCode {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let bytes = self.keyed(&[b"claim code", badge.as_str().as_bytes(), row.as_str().as_bytes()]);
        let digits: Vec<char> = bytes[..12].iter().map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect();
        let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-").parse().expect("three groups of four letters and digits are a claim code")
    }

    /// HMAC-SHA-256 (RFC 2104) over parts that cannot run into each other.
    fn keyed(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret[..]).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// All but a torn last line.
fn whole_lines(text: &[u8]) -> &[u8] {
    &text[..text.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1)]
}

/// The lock goes with the open file: it is gone when the process is, however it ended.
fn lock(centre: &Path) -> Result<File, Trouble> {
    let path = centre.join("issued.lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(Trouble::io("write", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Trouble::Busy(centre.into())),
        Err(TryLockError::Error(error)) => Err(Trouble::io("lock", &path)(error)),
    }
}

fn read(path: &Path, text: &[u8]) -> Result<HashMap<RowMark, Entry>, Trouble> {
    let mut entries: HashMap<RowMark, Entry> = HashMap::new();
    for (number, line) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
        let damaged = |why| Trouble::Journal { path: path.into(), line: number, why };
        match serde_json::from_slice(line).map_err(|_| damaged("not a line that this version writes"))? {
            Line::Intended { row, badge, file, .. } => {
                let badge = badge.parse().map_err(|_| damaged("the badge has no id"))?;
                if !is_file_name(&file) {
                    return Err(damaged("the name of the badge's file leads elsewhere"));
                }
                let entry = Entry { badge, file, state: State::Intended };
                if entries.insert(row, entry).is_some() {
                    return Err(damaged("the row has a badge already"));
                }
            }
            Line::Issued { row, .. } => {
                entries.get_mut(&row).ok_or_else(|| damaged("no line above says so"))?.state = State::Issued;
            }
        }
    }
    Ok(entries)
}

/// Only what the desk names files: the journal may have been edited.
fn is_file_name(text: &str) -> bool {
    text.ends_with(".json") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

/// The secret under which rows are known, if there is one yet. With entries there has to be one, else all rows would be
/// issued again.
fn secret(centre: &Path, entries: &HashMap<RowMark, Entry>) -> Result<Option<Zeroizing<[u8; 32]>>, Trouble> {
    let path = centre.join("issued.secret");
    match fs::read_to_string(&path).map(Zeroizing::new) {
        Ok(text) => unhex(text.trim()).map(Some).ok_or(Trouble::Secret(path)),
        Err(error) if error.kind() == ErrorKind::NotFound && entries.is_empty() => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Trouble::Secret(path)),
        Err(error) => Err(Trouble::io("read", &path)(error)),
    }
}

fn begin_secret(centre: &Path) -> Result<Zeroizing<[u8; 32]>, Trouble> {
    let secret = Zeroizing::new(random()?);
    let text = Zeroizing::new(hex(&secret[..]) + "\n");
    files::write_new(&centre.join("issued.secret"), text.as_bytes(), Secrecy::Secret)?;
    Ok(secret)
}

fn unhex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u8) -> (RowMark, Entry) {
        let entry = Entry { badge: Iri::uuid([number; 16]), file: format!("t-{number}.json"), state: State::Intended };
        (RowMark(format!("{number:032x}")), entry)
    }

    fn at() -> Instant {
        Instant::from_unix(1_800_000_000)
    }

    #[test]
    fn what_was_written_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.intend(vec![entry(1), entry(2)], at()).unwrap();
        journal.issued(vec![(entry(1).0, [7; 32])]).unwrap();
        drop(journal);

        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.records().entry(&entry(1).0).map(|entry| entry.state), Some(State::Issued));
        assert_eq!(journal.records().entry(&entry(2).0).map(|entry| entry.state), Some(State::Intended));
        assert_eq!(journal.records().entry(&entry(2).0).map(|found| &found.badge), Some(&entry(2).1.badge));
        assert!(journal.records().entry(&entry(3).0).is_none());
    }

    #[test]
    fn wherever_the_last_line_was_torn_the_rest_stands_and_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issued.jsonl");
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.intend(vec![entry(1)], at()).unwrap();
        let first = fs::read(&path).unwrap();
        journal.intend(vec![entry(2)], at()).unwrap();
        drop(journal);
        let both = fs::read(&path).unwrap();
        for end in first.len()..both.len() {
            fs::write(&path, &both[..end]).unwrap();
            let mut journal = Journal::open(folder.path()).unwrap();
            assert!(journal.records().entry(&entry(2).0).is_none());
            journal.intend(vec![entry(2)], at()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), both);
        }
    }

    #[test]
    fn damage_elsewhere_is_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issued.jsonl");
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.intend(vec![entry(1), entry(2)], at()).unwrap();
        drop(journal);
        let good = fs::read_to_string(&path).unwrap();
        for bad in [
            good.replacen('{', "", 1),
            format!("{good}{good}"),
            good.replacen("t-1", "../t-1", 1),
            format!("{good}{{\"issued\":{{\"row\":\"f\",\"sha256\":\"\"}}}}\n"),
        ] {
            fs::write(&path, bad).unwrap();
            assert!(matches!(Journal::open(folder.path()), Err(Trouble::Journal { .. })));
        }
        fs::write(&path, good).unwrap();
        fs::remove_file(folder.path().join("issued.secret")).unwrap();
        assert!(matches!(Journal::open(folder.path()), Err(Trouble::Secret(_))));
    }

    #[test]
    fn what_a_failed_append_leaves_does_not_run_into_the_next_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("issued.jsonl");
        let mut journal = Journal::open(folder.path()).unwrap();
        journal.intend(vec![entry(1)], at()).unwrap();
        // Neither writing nor cutting back succeeds.
        let file = std::mem::replace(&mut journal.file, File::open(&path).unwrap());
        assert!(matches!(journal.intend(vec![entry(2)], at()), Err(Trouble::Io { .. })));
        assert!(journal.records().entry(&entry(2).0).is_none());
        (&file).write_all(b"{\"intended\":{").unwrap();
        journal.file = file;
        journal.intend(vec![entry(3)], at()).unwrap();
        journal.issued(vec![(entry(1).0, [7; 32])]).unwrap();
        drop(journal);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 3);
        assert!(Journal::open(folder.path()).unwrap().records().entry(&entry(3).0).is_some());
    }

    #[test]
    fn what_a_killed_run_left_of_the_secret_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".taskbadge-abc123.part");
        fs::write(&left, "half a secret").unwrap();
        Journal::open(folder.path()).unwrap();
        assert!(!left.exists());
    }

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Journal::open(folder.path()).unwrap();
        assert!(matches!(Journal::open(folder.path()), Err(Trouble::Busy(_))));
        drop(first);
        assert!(Journal::open(folder.path()).is_ok());
    }
}
