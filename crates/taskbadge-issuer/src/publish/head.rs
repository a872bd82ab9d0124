//! What was published last, as one small text: where the ledger's log ended, and every list with the digest of its file.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use taskbadge::badge::Iri;
use taskbadge::time::Instant;
use taskbadge_files as files;

use crate::Trouble;
use crate::ledger::{Head, unhex};
use crate::text::hex;

/// The name of the file in a published folder.
pub const HEAD_FILE: &str = "ledger-head.txt";

/// Thousands of lists, twice.
const MAX_BYTES: u64 = 1024 * 1024;

/// The content of `ledger-head.txt`: one line with the end of the ledger's log, and one for each status list with its
/// address, the number of its publication, its date and the SHA-256 of its file. Lines with `#` are left out.
///
/// Kept where nobody who can write the centre's folder can write, it tells an old copy of that folder from the newest.
///
/// ```
/// use taskbadge_issuer::publish::PublishedHead;
/// let text = "12-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n\
///     https://centre.example.org/status/revocation-1.json 3 2026-11-22T09:30:00Z \
///     2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\n";
/// let head: PublishedHead = text.parse()?;
/// assert_eq!((head.end.sequence, head.lists[0].publication), (12, 3));
/// assert_eq!(head.to_string(), text);
/// # Ok::<(), taskbadge_issuer::publish::NotAPublishedHead>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedHead {
    /// Where the log ended.
    pub end: Head,
    /// The lists. While a publication is being written, a list stands here as it was and as it will be.
    pub lists: Vec<ListedFile>,
}

/// A status list as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// The list's address.
    pub url: Iri,
    /// The number of this publication; 0 for a list that the ledger does not know.
    pub publication: u64,
    /// When it was made.
    pub made: Instant,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
}

impl PublishedHead {
    /// That of a centre that has published nothing yet.
    pub(super) fn empty() -> Self {
        Self { end: Head { sequence: 0, hash: [0; 32] }, lists: Vec::new() }
    }

    /// What a published folder says; `None` where nothing was published there.
    ///
    /// # Errors
    /// [`Trouble::Unreadable`], [`Trouble::File`].
    pub fn read(folder: &Path) -> Result<Option<Self>, Trouble> {
        let path = folder.join(HEAD_FILE);
        let Some(text) = files::if_there(files::read_text(&path, MAX_BYTES))? else { return Ok(None) };
        let why = "it is not the end of a ledger's log".to_owned();
        text.parse().map(Some).map_err(|NotAPublishedHead| Trouble::Unreadable { path, why })
    }

    /// The one that is further; of two that end at the same event, what either has.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        match self.end.sequence.cmp(&other.end.sequence) {
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Equal => {
                let new: Vec<_> = other.lists.into_iter().filter(|list| !self.lists.contains(list)).collect();
                self.lists.extend(new);
                self
            }
        }
    }
}

impl fmt::Display for PublishedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.end)?;
        self.lists
            .iter()
            .try_for_each(|list| writeln!(f, "{} {} {} {}", list.url, list.publication, list.made, hex(&list.digest)))
    }
}

/// The text is not what is published as `ledger-head.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the end of a ledger's log, such as 12-9f86…; take it from the published folder as it stands")]
pub struct NotAPublishedHead;

impl FromStr for PublishedHead {
    type Err = NotAPublishedHead;

    fn from_str(text: &str) -> Result<Self, NotAPublishedHead> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let end = lines.next().and_then(|line| line.parse().ok()).ok_or(NotAPublishedHead)?;
        let lists = lines.map(|line| ListedFile::read(line).ok_or(NotAPublishedHead)).collect::<Result<_, _>>()?;
        Ok(Self { end, lists })
    }
}

impl ListedFile {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut next = || words.next();
        let (url, publication, made, digest) = (next()?, next()?, next()?, next()?);
        if next().is_some() {
            return None;
        }
        Some(Self {
            url: url.parse().ok()?,
            publication: publication.parse().ok()?,
            made: made.parse().ok()?,
            digest: unhex(digest)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(sequence: u64, lists: &[(&str, u8)]) -> PublishedHead {
        let listed = |(url, digest): &(&str, u8)| ListedFile {
            url: url.parse().unwrap(),
            publication: 1,
            made: "2026-11-22T09:30:00Z".parse().unwrap(),
            digest: [*digest; 32],
        };
        PublishedHead { end: Head { sequence, hash: [7; 32] }, lists: lists.iter().map(listed).collect() }
    }

    #[test]
    fn it_is_read_back_as_written_and_in_its_old_form() {
        let one = head(12, &[("https://a.example.org/1", 1), ("did:key:zA/status/2", 2)]);
        assert_eq!(one.to_string().parse(), Ok(one.clone()));
        assert_eq!(format!("# of somebody\n\n{one}").parse(), Ok(one));
        let old = head(12, &[]);
        assert_eq!(old.end.to_string().parse(), Ok(old.clone()));
        assert_eq!(format!(" {} \r\n", old.end).parse(), Ok(old));
        for bad in ["", "12", "12-xx", &format!("{}\nhttps://a.example.org/1 1", head(1, &[]).end)] {
            assert_eq!(bad.parse::<PublishedHead>(), Err(NotAPublishedHead), "{bad}");
        }
        let good = head(12, &[("https://a.example.org/1", 1)]).to_string();
        for (from, to) in [(" 1 ", " x "), ("2026", "20z6"), ("0101", "010"), ("https:", ""), ("Z ", "Z  ")] {
            assert!(good.replacen(from, to, 1).parse::<PublishedHead>().is_err(), "{from}");
        }
    }

    #[test]
    fn of_two_the_further_counts() {
        let (near, far) = (head(3, &[("a:1", 1)]), head(4, &[("a:1", 2)]));
        assert_eq!(near.clone().with(far.clone()), far);
        assert_eq!(far.clone().with(near), far);
        let both = far.with(head(4, &[("a:1", 2), ("a:1", 3)]));
        assert_eq!(both, head(4, &[("a:1", 2), ("a:1", 3)]));
    }
}
