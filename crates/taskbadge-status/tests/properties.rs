//! Bits against a plain model, and bytes from anywhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use taskbadge::trust::Trust;
use taskbadge::verify::Verifier;
use taskbadge_status::{Bits, StatusLists};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bits_are_a_set_of_indices(
        entries in 0_u64..400_000,
        steps in prop::collection::vec((any::<bool>(), 0_u64..450_000), 0..400),
    ) {
        let mut bits = Bits::with_room_for(entries).unwrap();
        let mut model = BTreeSet::new();
        for (sets, index) in steps {
            let done = if sets { bits.set(index) } else { bits.clear(index) };
            prop_assert_eq!(done.is_ok(), index < bits.entries());
            if done.is_ok() {
                if sets { model.insert(index); } else { model.remove(&index); }
            }
        }
        prop_assert_eq!(bits.count_set(), model.len() as u64);
        let back = Bits::decode(&bits.encode()).unwrap();
        prop_assert_eq!(&back, &bits);
        for index in 0..bits.entries() {
            prop_assert_eq!(back.is_set(index), Some(model.contains(&index)));
        }
        prop_assert_eq!(Bits::from_bytes(bits.as_bytes().to_vec()), Ok(bits));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Bits::decode(&text);
        let _ = Bits::decode_2021(&text);
        let _ = Bits::decode(&format!("uH4sI{text}"));
        let letter = |byte: &u8| char::from(b"ABCDwxyz0189-_=+"[usize::from(byte % 16)]);
        let packed: String = tail.iter().map(letter).collect();
        let _ = Bits::decode(&format!("uH4sIAAAAAAAA{packed}"));
        let mut lists = StatusLists::new();
        let verifier = Verifier::new(Trust::none());
        let at = "2026-11-22T09:00:00Z".parse().unwrap();
        prop_assert!(lists.add(&verifier, text.as_bytes(), at).is_err());
        prop_assert!(lists.add(&verifier, &tail, at).is_err());
    }

    #[test]
    fn a_damaged_list_is_refused_or_the_same(at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_-]") {
        let mut bits = Bits::new();
        (0..131_072).step_by(11).for_each(|index| bits.set(index).unwrap());
        let mut text = bits.encode();
        let at = at.index(text.len());
        text.replace_range(at..=at, &with);
        // GZIP has a checksum; what may differ is only what it says of its maker and the time.
        if let Ok(read) = Bits::decode(&text) {
            prop_assert_eq!(read, bits);
        }
    }
}
