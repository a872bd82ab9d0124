//! Places for new badges.

use crate::bits::{Bits, OutOfRange};

/// Gives every badge its own place in a list: random, so that a place tells nothing about the order or the group in
/// which badges were issued, and never the same twice (Bitstring Status List 1.0 section 6.1).
///
/// Each index is drawn anew. A sequence computed from a secret would be shorter to keep, but an issuer that restores an
/// old backup would repeat it exactly, and so revoke two badges at once.
///
/// A list is crowded when half of its places are taken; then a new one is to be opened. A clear bit costs almost
/// nothing once packed, so room is cheap, and until then a draw succeeds at the second try or so, whoever looks on can
/// hardly tell the order of badges from what is left, and two machines seldom draw the same place.
///
/// The state is a value: keep [`Allocator::taken`] and continue with [`Allocator::resume`].
///
/// ```
/// use std::convert::Infallible;
/// use taskbadge_status::{Allocator, Bits};
/// let mut state = 1_u64; // a toy: in earnest, the operating system's randomness
/// let mut random = || {
///     state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
///     Ok::<_, Infallible>(state >> 16)
/// };
/// let mut places = Allocator::new();
/// let first = places.allocate(&mut random)?;
/// let second = places.allocate(&mut random)?;
/// assert_ne!(first, second);
/// let later = Allocator::resume(Bits::from_bytes(places.taken().as_bytes().to_vec())?);
/// assert_eq!(later.remaining(), 65_534);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocator {
    taken: Bits,
    count: u64,
}

/// So many draws in vain do not happen by chance: each succeeds with at least one in four.
const MOST_DRAWS: usize = 512;

impl Allocator {
    /// The places of a list of 131,072 entries, all free.
    #[must_use]
    pub fn new() -> Self {
        Self::resume(Bits::new())
    }

    /// The places of a list of which these are taken.
    #[must_use]
    pub fn resume(taken: Bits) -> Self {
        Self { count: taken.count_set(), taken }
    }

    /// Which places are taken, set one by one. Not the list itself: a place that is taken is no badge that is revoked.
    #[must_use]
    pub fn taken(&self) -> &Bits {
        &self.taken
    }

    /// How many more badges the list is good for.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        (self.taken.entries() / 2).saturating_sub(self.count)
    }

    /// Takes a free place. `random` gives 64 random bits at a time.
    ///
    /// # Errors
    /// [`NoIndex::Crowded`] where half of the places are taken: open a new list; [`NoIndex::Random`] where `random`
    /// fails; [`NoIndex::NotRandom`] where what it gives cannot be random.
    pub fn allocate<E>(&mut self, mut random: impl FnMut() -> Result<u64, E>) -> Result<u64, NoIndex<E>> {
        if self.remaining() == 0 {
            return Err(NoIndex::Crowded);
        }
        let mask = self.taken.entries().next_power_of_two() - 1;
        for _ in 0..MOST_DRAWS {
            let index = random().map_err(NoIndex::Random)? & mask;
            if self.take(index) == Ok(true) {
                return Ok(index);
            }
        }
        Err(NoIndex::NotRandom)
    }

    /// Marks a place as taken that another machine, or the ledger, knows to be. Gives whether it was free.
    ///
    /// # Errors
    /// [`OutOfRange`] where the list has no such entry.
    pub fn take(&mut self, index: u64) -> Result<bool, OutOfRange> {
        if self.taken.is_set(index) == Some(true) {
            return Ok(false);
        }
        self.taken.set(index)?;
        self.count += 1;
        Ok(true)
    }
}

impl Default for Allocator {
    fn default() -> Self {
        Self::new()
    }
}

/// Why no place was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoIndex<E> {
    /// Half of the places are taken.
    #[error("the status list is half full; open a new one")]
    Crowded,
    /// There was no randomness.
    #[error(transparent)]
    Random(E),
    /// The same numbers came again and again.
    #[error("the source of randomness repeats itself; nothing may be issued with it")]
    NotRandom,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::convert::Infallible;

    use super::*;

    fn random(seed: u64) -> impl FnMut() -> Result<u64, Infallible> {
        let mut state = seed;
        move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Ok(state >> 20)
        }
    }

    #[test]
    fn no_place_is_given_twice_and_a_list_is_half_full_at_most() {
        let (mut places, mut random) = (Allocator::new(), random(1));
        let mut seen = HashSet::new();
        let end = loop {
            match places.allocate(&mut random) {
                Ok(index) => assert!(seen.insert(index) && index < 131_072),
                Err(end) => break end,
            }
            if seen.len() == 1_000 {
                places = Allocator::resume(places.taken().clone());
            }
        };
        assert_eq!((end, seen.len()), (NoIndex::Crowded, 65_536));
        // Random places are spread over the whole list.
        for eighth in 0..8 {
            let here = seen.iter().filter(|&&index| index / 16_384 == eighth).count();
            assert!((7_800..8_600).contains(&here), "{here} in part {eighth}");
        }
    }

    #[test]
    fn a_list_of_any_length_is_used_to_its_end() {
        let (mut places, mut random) = (Allocator::resume(Bits::with_room_for(131_080).unwrap()), random(2));
        let indices: Vec<_> = std::iter::from_fn(|| places.allocate(&mut random).ok()).collect();
        assert_eq!(indices.len(), 65_540);
        assert!(indices.iter().all(|&index| index < 131_080));
    }

    #[test]
    fn a_broken_source_is_noticed() {
        let mut places = Allocator::new();
        assert_eq!(places.allocate(|| Ok::<_, Infallible>(7)), Ok(7));
        assert_eq!(places.allocate(|| Ok::<_, Infallible>(7)), Err(NoIndex::NotRandom));
        assert_eq!(places.allocate(|| Err("dry")), Err(NoIndex::Random("dry")));
        assert_eq!((places.take(7), places.take(8)), (Ok(false), Ok(true)));
        assert!(places.take(131_072).is_err());
        assert_eq!(places.remaining(), 65_534);
    }
}
