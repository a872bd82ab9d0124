//! A key that checks many signatures: after a few it prepares a table, and each check then costs two thirds.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use curve25519_dalek::constants::ED25519_BASEPOINT_TABLE;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsBasepointTable};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable;
use sha2::{Digest, Sha512};

use super::{BadSignature, SMALL_ORDER, VerifyingKey};

/// A verifying key of a recognised issuer, which makes the same decision as [`VerifyingKey::check`] and gets faster
/// with use.
///
/// The table of multiples of the key (30 KB) pays for itself after some ten checks, so a program that checks one badge
/// never makes it. Each signature is still checked alone, by the same equation: nothing is batched.
///
/// ```
/// use taskbadge::key::{FrequentKey, SigningKey};
/// let centre = SigningKey::from_seed(&[7; 32]);
/// let signature = centre.sign(b"can do the forklift pre-start check");
/// let key = FrequentKey::new(centre.verifying_key());
/// for _ in 0..20 {
///     key.check(b"can do the forklift pre-start check", &signature)?;
/// }
/// # Ok::<(), taskbadge::key::BadSignature>(())
/// ```
#[derive(Debug)]
pub struct FrequentKey {
    key: VerifyingKey,
    checks: AtomicU8,
    table: OnceLock<Box<Table>>,
}

/// After so many checks the table is made.
const CHECKS_BEFORE_TABLE: u8 = 8;

impl FrequentKey {
    /// The key, not yet prepared.
    #[must_use]
    pub fn new(key: VerifyingKey) -> Self {
        Self { key, checks: AtomicU8::new(0), table: OnceLock::new() }
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> VerifyingKey {
        self.key
    }

    /// Makes the table now. Worth it before a folder of badges.
    pub fn prepare(&self) {
        self.table.get_or_init(|| Box::new(Table::of(&self.key)));
    }

    /// Checks a signature, with exactly the outcome of [`VerifyingKey::check`].
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn check(&self, data: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        if let Some(table) = self.table.get() {
            return table.check(&self.key, data, signature);
        }
        // Several threads may count the same check; the table is made a little later then.
        let checks = self.checks.load(Ordering::Relaxed).saturating_add(1);
        self.checks.store(checks, Ordering::Relaxed);
        if checks > CHECKS_BEFORE_TABLE {
            self.prepare();
        }
        self.key.check(data, signature)
    }
}

impl Clone for FrequentKey {
    fn clone(&self) -> Self {
        Self::new(self.key)
    }
}

/// Multiples of −A.
struct Table(EdwardsBasepointTable);

impl Table {
    fn of(key: &VerifyingKey) -> Self {
        Self(EdwardsBasepointTable::create(&-key.0.to_edwards()))
    }

    /// RFC 8032 section 5.1.7: R = S·B − k·A, where R's canonical encoding is compared with the signature's bytes.
    fn check(&self, key: &VerifyingKey, data: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        let (r, s) = signature.split_at(32);
        let r: [u8; 32] = r.try_into().map_err(|_| BadSignature)?;
        let s = s
            .try_into()
            .ok()
            .and_then(|s| Option::<Scalar>::from(Scalar::from_canonical_bytes(s)))
            .ok_or(BadSignature)?;
        if SMALL_ORDER.contains(&r) {
            return Err(BadSignature);
        }
        let hash = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(data).finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let recomputed = ED25519_BASEPOINT_TABLE.mul_base(&s) + self.0.mul_base(&k);
        if recomputed.compress() == CompressedEdwardsY(r) { Ok(()) } else { Err(BadSignature) }
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Table")
    }
}
