//! The key under which a ledger's events are sealed. It is the centre's, and never in the database.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Mark;

/// The key with which a centre seals the events of its ledger: who writes into the database without it can neither add
/// an event nor change one.
///
/// It is made from the centre's secret, which is also what rows and recipients are known under.
pub struct LedgerKey {
    mark: Mark,
    sealing: Zeroizing<[u8; 32]>,
}

impl LedgerKey {
    /// The key that follows from a secret of 32 random bytes.
    #[must_use]
    pub fn of(secret: &[u8; 32]) -> Self {
        Self { mark: Mark::keyed(secret, &[b"secret"]), sealing: Zeroizing::new(keyed(secret, &[b"ledger events"])) }
    }

    /// By what a ledger knows which secret its rows are known under.
    pub(crate) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The seal of an event: over the hash of the one before (32 bytes) and its body.
    pub(super) fn seal(&self, before: &[u8; 32], body: &str) -> [u8; 32] {
        self.over(before, body).finalize().into_bytes().into()
    }

    pub(super) fn sealed(&self, before: &[u8; 32], body: &str, seal: &[u8]) -> bool {
        self.over(before, body).verify_slice(seal).is_ok()
    }

    fn over(&self, before: &[u8; 32], body: &str) -> Hmac<Sha256> {
        let mut mac = begun(&self.sealing);
        mac.update(before);
        mac.update(body.as_bytes());
        mac
    }
}

/// HMAC-SHA-256 (RFC 2104) over parts that cannot run into each other.
pub(super) fn keyed(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = begun(secret);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn begun(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}
