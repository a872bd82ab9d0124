//! How much work a document may cost: counted and not timed, so that every machine says the same of it.
//!
//! A file can be small and cost much: by keys that are long and nearly equal, by blank nodes that look alike, by one long
//! name that stands in every statement. Every step from bytes to verdict draws on one [`Budget`] for the whole document, with
//! all its proofs, and the budget is in proportion to the bytes.

use std::cell::Cell;

use crate::finding::{Code, Finding};

/// The work that is allowed for one document, and what is left of it.
///
/// A step is about what a byte of a canonical form costs to write, sort and hash: a few nanoseconds. What else is done for a
/// value, a node, a statement, a comparison or a key costs as many steps as it takes time.
///
/// ```
/// use taskbadge::work::Budget;
/// let budget = Budget::of_document(3_000);
/// assert_eq!((budget.spent(), budget.allowed()), (0, 13_400_000));
/// ```
#[derive(Debug, Clone)]
pub struct Budget {
    allowed: u64,
    left: Cell<u64>,
}

impl Budget {
    /// What any document may cost, however small it is.
    ///
    /// An ordinary badge of 3 KB takes some 40,000 steps. The hardest graphs of the W3C test suite for RDFC-1.0 that have to
    /// be canonicalised (tests 044 to 046, twelve blank nodes that all look alike) take some 800,000. This allows
    /// sixteen times that; the poisoned graph of test 074 is refused within some 15 ms.
    pub const LEAST: u64 = 12_800_000;

    /// What each byte of a document may cost besides.
    pub const PER_BYTE: u64 = 200;

    /// What no document may exceed: somewhat less than a second.
    pub const MOST: u64 = 256_000_000;

    /// What it costs to compare two short texts, or to look one up in a table.
    pub(crate) const COMPARISON: u64 = 4;

    /// What it costs to hash a text by itself, beside its bytes.
    pub(crate) const HASH: u64 = 64;

    /// What it costs to decode an Ed25519 key.
    pub(crate) const KEY: u64 = 2_500;

    /// What it costs to check a signature.
    pub(crate) const SIGNATURE: u64 = 20_000;

    /// So many steps.
    #[must_use]
    pub const fn steps(allowed: u64) -> Self {
        Self { allowed, left: Cell::new(allowed) }
    }

    /// The budget of a document of so many bytes, with all its proofs: [`Budget::LEAST`], and [`Budget::PER_BYTE`] for every
    /// byte, up to [`Budget::MOST`].
    #[must_use]
    pub const fn of_document(bytes: usize) -> Self {
        let steps = Self::LEAST.saturating_add(Self::PER_BYTE.saturating_mul(bytes as u64));
        Self::steps(if steps < Self::MOST { steps } else { Self::MOST })
    }

    /// How many steps there were at the beginning.
    #[must_use]
    pub fn allowed(&self) -> u64 {
        self.allowed
    }

    /// How many steps were taken so far.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.allowed - self.left.get()
    }

    /// Takes steps.
    ///
    /// # Errors
    /// `context.too-complex` where there are not so many left; then none are.
    pub(crate) fn spend(&self, steps: u64) -> Result<(), Finding> {
        self.note(steps);
        if self.left.get() == 0 { Err(self.too_complex()) } else { Ok(()) }
    }

    /// Takes steps where nothing can be returned, as in the comparisons of a sort: the next [`Budget::spend`] tells.
    pub(crate) fn note(&self, steps: u64) {
        self.left.set(self.left.get().saturating_sub(steps));
    }

    /// Takes the steps of comparing two texts, before it is done.
    pub(crate) fn compare(&self, a: &str, b: &str) {
        self.note(Self::COMPARISON + a.len().min(b.len()) as u64 / 64);
    }

    /// Takes the steps of looking up a text in a table by its hash.
    pub(crate) fn look_up(&self, text: &str) {
        self.note(Self::COMPARISON + text.len() as u64 / 64);
    }

    /// Takes the steps of searching a text among so many in order.
    pub(crate) fn search(&self, among: usize, text: &str) {
        self.note(
            (Self::COMPARISON + text.len() as u64 / 64) * u64::from(1 + among.checked_ilog2().unwrap_or_default()),
        );
    }

    /// Takes the steps of sorting so many numbers or hashes.
    pub(crate) fn sort(&self, items: usize) {
        self.note(Self::COMPARISON * items as u64 * u64::from(1 + items.checked_ilog2().unwrap_or_default()));
    }

    pub(crate) fn too_complex(&self) -> Finding {
        Finding::new(Code::ContextTooComplex).because(format!("more than {} steps", self.allowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_ends_and_stays_at_its_end() {
        let budget = Budget::steps(10);
        assert!(budget.spend(9).is_ok());
        assert_eq!(budget.spent(), 9);
        let refused = budget.spend(2).unwrap_err();
        assert_eq!((refused.code(), refused.detail()), (Code::ContextTooComplex, Some("more than 10 steps")));
        assert_eq!(budget.spent(), 10);
        assert!(budget.spend(0).is_err());
    }
}
