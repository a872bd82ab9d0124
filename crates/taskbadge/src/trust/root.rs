//! Who may sign a trust pack: a set of root keys, of which so many have to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::entity::Reading;
use crate::finding::Finding;
use crate::json::{Object, Value};
use crate::key::VerifyingKey;
use crate::work::Budget;

/// A root set. After The Update Framework: it has a version, and the next version is signed by the old threshold and the
/// new one.
///
/// ```
/// use taskbadge::key::SigningKey;
/// use taskbadge::trust::Root;
/// let keys = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]).verifying_key());
/// let root = Root::new(1, 2, keys)?;
/// assert_eq!(root.threshold(), 2);
/// assert!(Root::new(1, 4, keys).is_err());
/// # Ok::<(), taskbadge::trust::NotARoot>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Json", try_from = "Json")]
pub struct Root {
    version: u64,
    threshold: usize,
    /// In the order of their texts, each once.
    keys: Vec<VerifyingKey>,
}

/// A root set has from one to sixteen keys, each once, and a threshold from one to their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a root: it has 1 to 16 Ed25519 keys, each once, a threshold from 1 to their number, and a version from 1")]
pub struct NotARoot;

/// The most keys of a root, and so twice as many proofs at most on a pack that changes it.
pub const MOST_ROOT_KEYS: usize = 16;

#[derive(Serialize, Deserialize)]
struct Json {
    keys: Vec<String>,
    threshold: usize,
    version: u64,
}

impl Root {
    /// A root set.
    ///
    /// # Errors
    /// [`NotARoot`].
    pub fn new(version: u64, threshold: usize, keys: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, NotARoot> {
        let mut keys: Vec<VerifyingKey> = keys.into_iter().collect();
        let given = keys.len();
        keys.sort_by_cached_key(VerifyingKey::to_multikey);
        keys.dedup();
        // A key counts once.
        let good = keys.len() == given && given <= MOST_ROOT_KEYS && (1..=given).contains(&threshold);
        if good && (1..=super::entity::MOST).contains(&version) {
            Ok(Self { version, threshold, keys })
        } else {
            Err(NotARoot)
        }
    }

    /// The version, from 1.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many of the keys have to sign.
    #[must_use]
    pub fn threshold(&self) -> usize {
        self.threshold
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    /// What is compared once, by phone or on paper, before a root is trusted.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hash = Sha256::new();
        hash.update(format!("taskbadge root {} {}", self.version, self.threshold));
        for key in &self.keys {
            hash.update(format!(" {}", key.to_multikey()));
        }
        Fingerprint(hash.finalize().into())
    }

    pub(super) fn read(object: Object<'_>, at: &str, budget: &Budget) -> Result<Self, Finding> {
        let read = Reading { object, at, budget };
        // One more than there may be shows as such.
        let keys = object.get("keys").into_iter().flat_map(Value::one_or_many).take(MOST_ROOT_KEYS + 1);
        budget.spend(Budget::KEY * (MOST_ROOT_KEYS + 1) as u64)?;
        let keys: Option<Vec<_>> = keys.map(|key| VerifyingKey::from_multikey(key.as_str()?).ok()).collect();
        let keys = keys.ok_or_else(|| read.wrong("keys", "a root key is the Multikey of an Ed25519 key"))?;
        let threshold = usize::try_from(read.number("threshold")?).unwrap_or(usize::MAX);
        Self::new(read.number("version")?, threshold, keys).map_err(|error| read.wrong("keys", &error.to_string()))
    }
}

impl From<Root> for Json {
    fn from(root: Root) -> Self {
        let keys = root.keys.iter().map(VerifyingKey::to_multikey).collect();
        Self { keys, threshold: root.threshold, version: root.version }
    }
}

impl TryFrom<Json> for Root {
    type Error = NotARoot;

    fn try_from(json: Json) -> Result<Self, NotARoot> {
        let keys = json.keys.iter().map(|text| VerifyingKey::from_multikey(text).map_err(|_| NotARoot));
        Self::new(json.version, json.threshold, keys.collect::<Result<Vec<_>, _>>()?)
    }
}

/// The SHA-256 of a root set. Its text is 64 hexadecimal digits, for machines; [`Fingerprint::digits`] is for people.
///
/// ```
/// use taskbadge::key::SigningKey;
/// use taskbadge::trust::{Fingerprint, Root};
/// let print = Root::new(1, 1, [SigningKey::from_seed(&[7; 32]).verifying_key()])?.fingerprint();
/// assert_eq!(print.to_string().parse::<Fingerprint>()?, print);
/// assert_eq!(print.digits().split(' ').count(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Eight groups of five digits, 128 bits of it: to read out by phone.
    #[must_use]
    pub fn digits(&self) -> String {
        let groups = self.0.chunks(2).take(8).map(|pair| format!("{:05}", u16::from_be_bytes([pair[0], pair[1]])));
        groups.collect::<Vec<_>>().join(" ")
    }

    /// Whether a person typed its 64 hexadecimal digits, or its eight groups of five digits, however spaced.
    #[must_use]
    pub fn is(&self, typed: &str) -> bool {
        let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let typed = bare(typed);
        typed == self.to_string() || typed == bare(&self.digits())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The text is not a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the fingerprint of a root: it has 64 hexadecimal digits")]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAFingerprint);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotAFingerprint)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAFingerprint)?;
        }
        Ok(Self(bytes))
    }
}
