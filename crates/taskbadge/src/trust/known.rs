//! What a verifier remembers of a trust pack, and which next edition it takes.
//!
//! The rules are those of The Update Framework (specification 1.0, section 5.3): the next root is signed by the old
//! threshold and the new one, one step after the other; no edition goes back; what is remembered changes only after
//! every check.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::pack::SignedPack;
use super::{Fingerprint, Pack, PackParts, Root};
use crate::finding::{Code, Finding, shown};
use crate::time::Instant;

/// What a verifier remembers of one pack. Keep it beside the pack's file, and write it only with what
/// [`KnownPack::update`] returned.
///
/// ```
/// use taskbadge::key::SigningKey;
/// use taskbadge::trust::{KnownPack, Pack, Root};
/// let root_key = SigningKey::from_seed(&[1; 32]);
/// let mut pack = Pack {
///     id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
///     publisher: "https://association.example.org".into(),
///     publisher_name: "Association of Training Centres".into(),
///     sequence: 1,
///     valid_from: "2026-11-22T00:00:00Z".parse()?,
///     valid_until: "2027-02-22T00:00:00Z".parse()?,
///     root: Root::new(1, 1, [root_key.verifying_key()])?,
///     entities: Vec::new(),
///     lists: Vec::new(),
///     contexts: Vec::new(),
/// };
/// let now = "2026-11-23T00:00:00Z".parse()?;
/// let first = Pack::sign(pack.to_json()?.as_bytes(), &root_key, now)?;
///
/// // Once: a person compares the fingerprint.
/// let (known, trusted) = KnownPack::first(first.as_bytes(), &pack.root.fingerprint(), now)?;
/// assert_eq!(trusted.pack().publisher_name, "Association of Training Centres");
///
/// // From then on the file speaks for itself, and never goes back.
/// pack.sequence = 2;
/// let second = Pack::sign(pack.to_json()?.as_bytes(), &root_key, now)?;
/// let (known, _) = known.update(second.as_bytes(), now)?;
/// assert_eq!(known.update(first.as_bytes(), now).unwrap_err().code().as_str(), "trust.rollback");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownPack {
    id: String,
    root: Root,
    sequence: u64,
    /// SHA-256 of the edition's canonical form: one number has one content.
    digest: String,
    /// The newest time that was seen in what is trusted: the clock cannot be behind it.
    newest: Instant,
    /// Every list that was ever known, by issuer and address, with its newest edition.
    lists: BTreeMap<String, Instant>,
}

/// A pack that is proven: by the root that a person compared, or by its successors.
#[derive(Debug, Clone)]
pub struct TrustPack {
    pack: Pack,
    /// The newest time that was seen, at least the pack's own.
    newest: Instant,
    work: u64,
}

impl TrustPack {
    /// What it says.
    #[must_use]
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The newest time that was seen in what is trusted.
    #[must_use]
    pub fn newest(&self) -> Instant {
        self.newest
    }

    /// How many steps of its [`Budget`](crate::work::Budget) the edition took, to read and to check.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }
}

impl KnownPack {
    /// Takes a pack for the first time, by the fingerprint of its root, which a person compared with the publisher.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed`, `trust.threshold`, `trust.not-yet-valid`; `trust.fingerprint` for another root.
    pub fn first(file: &[u8], root: &Fingerprint, at: Instant) -> Result<(Self, TrustPack), Finding> {
        let signed = SignedPack::read(PackParts::of(file)?.pack)?;
        let pack = &signed.pack;
        if pack.root.fingerprint() != *root {
            return Err(Finding::new(Code::TrustFingerprint).at("/root").because(pack.root.fingerprint().to_string()));
        }
        enough(&pack.root, &signed)?;
        begun(pack, at)?;
        let known = Self {
            id: pack.id.clone(),
            root: pack.root.clone(),
            sequence: pack.sequence,
            digest: digest(&signed),
            newest: newest_of(pack, at),
            lists: marks(pack).collect(),
        };
        let trusted = TrustPack { newest: known.newest, work: signed.work(), pack: signed.pack };
        Ok((known, trusted))
    }

    /// Takes the next edition of a pack, or the same again, however often the root has changed in between, as long as the
    /// file has every step. Nothing is remembered unless all of it is good: keep what is returned in place of `self`.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed`; `trust.other-pack` for another pack; `trust.root`, `trust.root-gap`,
    /// `trust.threshold`; `trust.rollback` for an earlier edition, or another under the same number;
    /// `trust.list-vanished`, `trust.list-rollback`; `trust.not-yet-valid`.
    pub fn update(&self, file: &[u8], at: Instant) -> Result<(Self, TrustPack), Finding> {
        let parts = PackParts::of(file)?;
        let signed = SignedPack::read(parts.pack)?;
        if signed.pack.id != self.id {
            return Err(Finding::new(Code::TrustOtherPack).at("/id").because(shown(&signed.pack.id)));
        }
        let root = self.root_of(&signed, &parts.earlier)?;
        let pack = &signed.pack;
        let digest = digest(&signed);
        // A new root starts to count anew: numbers and dates that the thief of the old keys drove up do no lasting harm.
        let is_same_root = root.version() == self.root.version();
        if is_same_root {
            let detail = || format!("edition {} after edition {}", pack.sequence, self.sequence);
            if pack.sequence < self.sequence {
                return Err(Finding::new(Code::TrustRollback).at("/sequence").because(detail()));
            }
            if pack.sequence == self.sequence && digest != self.digest {
                let detail = format!("another edition {}", pack.sequence);
                return Err(Finding::new(Code::TrustRollback).at("/sequence").because(detail));
            }
        }
        // So do its lists.
        let lists: BTreeMap<String, Instant> = marks(pack).collect();
        for (list, made) in self.lists.iter().filter(|_| is_same_root) {
            // An edition may say later who signs the list.
            let by_address = || pack.lists.iter().filter(|mark| mark.id == *list).map(|mark| &mark.made).min();
            let Some(mark) = lists.get(list).or_else(by_address) else {
                return Err(Finding::new(Code::TrustListVanished).at("/statusList").because(shown(list)));
            };
            if mark < made {
                return Err(Finding::new(Code::TrustListRollback).at("/statusList").because(shown(list)));
            }
        }
        begun(pack, at)?;
        let seen = newest_of(pack, at);
        let newest = if is_same_root { seen.max(self.newest) } else { seen };
        let known = Self { id: self.id.clone(), root, sequence: pack.sequence, digest, newest, lists };
        Ok((known, TrustPack { newest, work: signed.work(), pack: signed.pack }))
    }

    /// Notes a time that was seen elsewhere in what is trusted, such as the date of a status list.
    #[must_use]
    pub fn seen(mut self, time: Instant) -> Self {
        self.newest = self.newest.max(time);
        self
    }

    /// What tells this pack from others.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The root that is trusted now.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The number of the last edition.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The newest time that was seen.
    #[must_use]
    pub fn newest(&self) -> Instant {
        self.newest
    }

    /// The root under which an edition stands, step by step from the one that is known.
    fn root_of(&self, signed: &SignedPack, earlier: &[&[u8]]) -> Result<Root, Finding> {
        let mut root = self.root.clone();
        let is_next = |pack: &Pack, root: &Root| pack.id == self.id && pack.root.version() == root.version() + 1;
        for step in earlier {
            // Most were taken long ago, and are not looked at further.
            let (id, of_step) = Pack::identity(step)?;
            if id == self.id && of_step.version() == root.version() + 1 {
                root = next(&root, &SignedPack::read(step)?)?;
            }
        }
        if is_next(&signed.pack, &root) {
            root = next(&root, signed)?;
        }
        let own = &signed.pack.root;
        if own.version() > root.version() {
            let detail = format!("from root {} to root {}", root.version(), own.version());
            return Err(Finding::new(Code::TrustRootGap).at("/root/version").because(detail));
        }
        if own.version() < root.version() {
            let detail = format!("root {} after root {}", own.version(), root.version());
            return Err(Finding::new(Code::TrustRollback).at("/root/version").because(detail));
        }
        if *own != root {
            return Err(Finding::new(Code::TrustRoot).at("/root"));
        }
        enough(&root, signed)?;
        Ok(root)
    }
}

/// The step to the next root: signed by enough keys of both.
fn next(root: &Root, step: &SignedPack) -> Result<Root, Finding> {
    let good = step.count(root);
    if good < root.threshold() {
        let detail = format!("of the root before {good} of the {} that are needed", root.threshold());
        return Err(Finding::new(Code::TrustRoot).at("/proof").because(detail));
    }
    enough(&step.pack.root, step)?;
    Ok(step.pack.root.clone())
}

fn enough(root: &Root, signed: &SignedPack) -> Result<(), Finding> {
    let good = signed.count(root);
    if good >= root.threshold() {
        return Ok(());
    }
    let detail = format!("{good} of the {} that are needed", root.threshold());
    Err(Finding::new(Code::TrustThreshold).at("/proof").because(detail))
}

/// A pack that has ended is taken too: what it takes back stays taken back.
fn begun(pack: &Pack, at: Instant) -> Result<(), Finding> {
    if at < pack.valid_from {
        let detail = format!("it begins {}", pack.valid_from);
        return Err(Finding::new(Code::TrustNotYetValid).at("/validFrom").because(detail));
    }
    Ok(())
}

/// The lists that a pack knows, by issuer and address.
fn marks(pack: &Pack) -> impl Iterator<Item = (String, Instant)> {
    pack.lists.iter().map(|list| match &list.issuer {
        // There is no space in a DID.
        Some(issuer) => (format!("{issuer} {}", list.id), list.made),
        None => (list.id.clone(), list.made),
    })
}

/// What is dated after the clock says nothing about the time: nobody shall stop a verifier by a date in the future.
fn newest_of(pack: &Pack, at: Instant) -> Instant {
    let dates = pack.lists.iter().map(|list| list.made).chain([pack.valid_from]);
    dates.filter(|date| *date <= at).max().unwrap_or(pack.valid_from)
}

fn digest(signed: &SignedPack) -> String {
    Sha256::digest(signed.canonical()).iter().map(|byte| format!("{byte:02x}")).collect()
}
