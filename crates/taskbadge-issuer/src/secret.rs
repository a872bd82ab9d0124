//! The centre's secret: under it the ledger knows rows and recipients without naming them, and claim codes are drawn.
//!
//! It is a file of 64 hexadecimal digits, `issued.secret`, made when the first badge is issued. Machines that issue for one
//! centre have the same; the ledger knows its mark and refuses another.

use std::path::{Path, PathBuf};

use taskbadge::badge::Iri;
use taskbadge_files::{self as files, FileTrouble, Secrecy};
use zeroize::Zeroizing;

use crate::Trouble;
use crate::ledger::faults::step;
use crate::ledger::{Ledger, LedgerKey, Mark};
use crate::roster::{ClaimCode, Recipient, RowKey};
use crate::text::{collapse, hex};
use crate::trouble::random;

/// 64 digits, and what an editor adds to them.
const MAX_BYTES: u64 = 1024;

/// The secret, read.
pub(crate) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// The secret of a centre folder whose ledger is open, and the ledger under its key; for an empty ledger it is begun.
    ///
    /// # Errors
    /// [`Trouble::Secret`] where it is missing although badges are known under it, or damaged;
    /// [`LedgerTrouble::OtherSecret`](crate::ledger::LedgerTrouble::OtherSecret); [`Trouble::NoRandomness`],
    /// [`Trouble::File`].
    pub(crate) fn open(centre: &Path, mut ledger: Ledger) -> Result<(Self, Ledger), Trouble> {
        let secret = match Self::read(centre)? {
            Some(secret) => secret,
            // Without it, the rows that are known would look new, and be issued again.
            None if ledger.knows_a_secret()? => return Err(Trouble::Secret(file(centre))),
            None => Self::begin(centre)?,
        };
        let ledger = ledger.under(secret.ledger_key())?;
        Ok((secret, ledger))
    }

    /// The secret, if it was begun.
    ///
    /// # Errors
    /// [`Trouble::Secret`], [`Trouble::File`].
    pub(crate) fn read(centre: &Path) -> Result<Option<Self>, Trouble> {
        let path = file(centre);
        match files::if_there(files::read_secret(&path, MAX_BYTES))? {
            Some(text) => Self::parse(text.trim()).map(Some).ok_or(Trouble::Secret(path)),
            None => Ok(None),
        }
    }

    /// The secret under which a ledger knows its rows; `None` where there is none yet. Nothing is begun.
    ///
    /// # Errors
    /// [`Trouble::Secret`] where it is missing although the ledger knows rows under it, or damaged;
    /// [`LedgerTrouble::OtherSecret`](crate::ledger::LedgerTrouble::OtherSecret); [`Trouble::File`].
    pub(crate) fn known(centre: &Path, ledger: &mut Ledger) -> Result<Option<Self>, Trouble> {
        let secret = Self::read(centre)?;
        match &secret {
            Some(secret) => ledger.refuse_other_secret(&secret.ledger_key())?,
            None if ledger.knows_a_secret()? => return Err(Trouble::Secret(file(centre))),
            None => {}
        }
        Ok(secret)
    }

    /// The key that the events of the centre's ledger are sealed with.
    pub(crate) fn ledger_key(&self) -> LedgerKey {
        LedgerKey::of(&self.0)
    }

    /// One that nobody will see again, for a rehearsal.
    ///
    /// # Errors
    /// [`Trouble::NoRandomness`].
    pub(crate) fn passing() -> Result<Self, Trouble> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// The mark of a row.
    pub(crate) fn row(&self, row: &RowKey) -> Mark {
        self.mark(&[b"row", row.as_str().as_bytes()])
    }

    /// The mark of a row whose badge comes in place of another badge for the same row.
    pub(crate) fn replacement(&self, row: &RowKey, old: &Iri) -> Mark {
        self.mark(&[b"row", row.as_str().as_bytes(), old.as_str().as_bytes()])
    }

    /// The mark of a recipient, by what the roster has: an e-mail address, an identifier, a claim code, a did:key.
    pub(crate) fn recipient(&self, text: &str) -> Mark {
        // As in a row's key: the base58 text of a DID is case-sensitive, everything else is the same in any case.
        let text = collapse(text);
        let text = if text.starts_with("did:") { text } else { text.to_lowercase() };
        self.mark(&[b"recipient", text.as_bytes()])
    }

    /// The claim code of a badge whose row has nothing else: 60 bits in the letters and digits of Crockford's base 32.
    ///
    /// It follows from the secret, the row and the badge, so that a run that was interrupted before its codes were
    /// printed can print them again.
    pub(crate) fn claim_code(&self, row: &RowKey, badge: &Iri) -> ClaimCode {
        const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mark = self.mark(&[b"claim code", badge.as_str().as_bytes(), row.as_str().as_bytes()]);
        let bytes = mark.as_str().as_bytes().chunks(2).map(|pair| unhex(pair).expect("a mark is hexadecimal digits"));
        let digits: Vec<char> = bytes.take(12).map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect();
        let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
        groups.join("-").parse().expect("three groups of four letters and digits are a claim code")
    }

    fn begin(centre: &Path) -> Result<Self, Trouble> {
        let secret = Zeroizing::new(random()?);
        let text = Zeroizing::new(hex(&secret[..]) + "\n");
        match files::write_new(&file(centre), text.as_bytes(), Secrecy::Secret) {
            Ok(()) => {
                step("a file is written");
                Ok(Self(secret))
            }
            // Another process began one in the same moment.
            Err(FileTrouble::Exists(path)) => Self::read(centre)?.ok_or(Trouble::Secret(path)),
            Err(trouble) => Err(trouble.into()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = unhex(pair)?;
        }
        Some(Self(bytes))
    }

    fn mark(&self, parts: &[&[u8]]) -> Mark {
        Mark::keyed(&self.0, parts)
    }
}

/// What a verifier would be told to find the holder of a row's badge. `code` is that of a row which has nothing else.
pub(crate) fn recipient_text<'r>(recipient: &'r Recipient, code: &'r ClaimCode) -> &'r str {
    own_text(recipient).unwrap_or(code.as_str())
}

/// The same of the row alone; `None` where it has nothing.
pub(crate) fn own_text(recipient: &Recipient) -> Option<&str> {
    match recipient {
        Recipient::Holder(did) => Some(did.as_str()),
        Recipient::Email(email) => Some(email.as_str()),
        Recipient::Identifier(_, identifier) => Some(identifier),
        Recipient::ClaimCode(code) => Some(code.as_str()),
        Recipient::NewClaimCode => None,
    }
}

fn file(centre: &Path) -> PathBuf {
    centre.join("issued.secret")
}

fn unhex(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use taskbadge::time::Instant;

    use super::*;
    use crate::ledger::{Head, LedgerTrouble};

    fn ledger(folder: &Path) -> Ledger {
        Ledger::open(&folder.join("ledger.sqlite")).unwrap()
    }

    #[test]
    fn it_is_begun_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (first, ledger) = Secret::open(folder.path(), ledger(folder.path())).unwrap();
        let (again, _) = Secret::open(folder.path(), ledger).unwrap();
        assert_eq!(first.recipient("Amina@example.org "), again.recipient("amina@example.org"));
        assert_ne!(first.recipient("did:key:zA"), again.recipient("did:key:za"));
    }

    #[test]
    fn with_another_secret_or_none_nothing_is_issued() {
        let folder = tempfile::tempdir().unwrap();
        let (_, mut begun) = Secret::open(folder.path(), ledger(folder.path())).unwrap();
        // It is with the first event that a ledger is bound.
        begun.compare(&Head { sequence: 1, hash: [1; 32] }, Instant::from_unix(0)).unwrap();
        let path = file(folder.path());
        for (content, other) in [(None, false), (Some("no secret"), false), (Some(&*"0".repeat(64)), true)] {
            fs::remove_file(&path).unwrap();
            if let Some(content) = content {
                fs::write(&path, content).unwrap();
            }
            match Secret::open(folder.path(), ledger(folder.path())).err().unwrap() {
                Trouble::Secret(_) => assert!(!other),
                Trouble::Ledger(LedgerTrouble::OtherSecret { .. }) => assert!(other),
                trouble => panic!("{trouble}"),
            }
            fs::write(&path, "").unwrap();
        }
    }
}
