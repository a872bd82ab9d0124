//! The fingerprint of a root as people compare it, by phone or on paper.
//!
//! It is shown twice: as eight groups of five digits, and as sixteen words of the PGP word list (Juola and Zimmermann,
//! 1995), two words a group. Both stand for the same first 128 bits. The list was made for reading fingerprints aloud:
//! its words sound unlike each other, and even and odd places have lists of their own, so that a word that was
//! skipped, doubled or swapped is heard. Words of wallets were not taken: people learn, rightly, never to read those out.

use taskbadge::trust::Fingerprint;

/// The words, two for each group of digits.
pub(crate) fn words(fingerprint: &Fingerprint) -> Vec<&str> {
    pgp_words::to_words(&fingerprint.as_bytes()[..16])
}

/// Whether somebody typed the fingerprint: its 64 hexadecimal digits, its groups of digits, or its words, however spaced.
pub(crate) fn is(fingerprint: &Fingerprint, typed: &str) -> bool {
    let separate = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-');
    let typed_words = typed.split(separate).filter(|word| !word.is_empty()).map(str::to_lowercase);
    fingerprint.is(typed) || typed_words.eq(words(fingerprint))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use taskbadge::key::SigningKey;
    use taskbadge::trust::Root;

    use super::*;

    fn fingerprint() -> Fingerprint {
        Root::new(1, 1, [SigningKey::from_seed(&[7; 32]).verifying_key()]).unwrap().fingerprint()
    }

    #[test]
    fn the_words_are_those_of_the_published_list() {
        // The example of the list's authors.
        let bytes = [0xE5, 0x82, 0x94, 0xF2, 0xE9, 0xA2, 0x27, 0x48, 0x6E, 0x8B];
        let told = "topmost istanbul pluto vagabond treadmill pacific brackish dictator goldfish medusa";
        assert_eq!(pgp_words::to_words(&bytes).join(" "), told);
        let both = |byte: u8| pgp_words::to_words(&[byte, byte]).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let all: HashSet<String> = (0..=255).flat_map(both).collect();
        assert_eq!(all.len(), 512, "no word stands for two bytes");
    }

    #[test]
    fn what_was_read_out_can_be_typed() {
        let print = fingerprint();
        let words = words(&print).join(" ");
        assert_eq!(words.split(' ').count(), 16);
        for typed in [
            print.to_string(),
            print.to_string().to_uppercase(),
            print.digits(),
            print.digits().replace(' ', ""),
            words.clone(),
            words.to_uppercase().replace(' ', ", "),
        ] {
            assert!(is(&print, &typed), "{typed}");
        }
        let swapped = words.split(' ').rev().collect::<Vec<_>>().join(" ");
        for typed in ["", "1", &print.to_string()[..63], &words[1..], &swapped] {
            assert!(!is(&print, typed), "{typed}");
        }
    }
}
