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
    fingerprint.is(typed) || pieces(typed).eq(words(fingerprint))
}

/// Why a text is the fingerprint of no root at all: then a slip of the finger is likelier than another root.
pub(crate) fn slip(typed: &str) -> Option<Slip> {
    let pieces: Vec<String> = pieces(typed).collect();
    let characters = pieces.iter().map(String::len).sum();
    if pieces.iter().all(|piece| piece.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some(Slip::Digits(characters)).filter(|_| ![40, 64].contains(&characters));
    }
    let is_hexadecimal = |piece: &String| piece.bytes().all(|byte| byte.is_ascii_hexdigit());
    if pieces.iter().all(is_hexadecimal) && pieces.iter().any(|piece| piece.bytes().any(|byte| byte.is_ascii_digit())) {
        return Some(Slip::HexadecimalDigits(characters)).filter(|_| characters != 64);
    }
    // Each byte has a word for even places, and one for odd.
    let is_of = |place: usize, word: &str| (0..=255).any(|byte| pgp_words::to_words(&[byte, byte])[place] == word);
    if let Some(unknown) = pieces.iter().find(|word| !is_of(0, word) && !is_of(1, word)) {
        return Some(Slip::NoSuchWord(unknown.clone()));
    }
    let is_in_order = pieces.iter().enumerate().all(|(place, word)| is_of(place % 2, word));
    match pieces.len() {
        16 if is_in_order => None,
        16 => Some(Slip::Order),
        number => Some(Slip::Words(number)),
    }
}

/// What is wrong with a text as a fingerprint.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// So many digits instead of forty.
    Digits(usize),
    /// So many instead of sixty-four.
    HexadecimalDigits(usize),
    /// So many words instead of sixteen.
    Words(usize),
    NoSuchWord(String),
    /// Words stand where they cannot: some are swapped, or one is skipped and one doubled.
    Order,
}

fn pieces(typed: &str) -> impl Iterator<Item = String> {
    let separate = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-');
    typed.split(separate).filter(|word| !word.is_empty()).map(str::to_lowercase)
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
        for (typed, wrong) in [
            ("", Slip::Digits(0)),
            ("07540 12345", Slip::Digits(10)),
            (&print.to_string()[..63], Slip::HexadecimalDigits(63)),
            (&words[words.find(' ').unwrap()..], Slip::Words(15)),
            (&words[1..], Slip::NoSuchWord(words[1..].split(' ').next().unwrap().into())),
            (&swapped, Slip::Order),
        ] {
            assert!(!is(&print, typed), "{typed}");
            assert_eq!(slip(typed), Some(wrong), "{typed}");
        }
        // Those of another root are no slip.
        let other = Root::new(2, 1, [SigningKey::from_seed(&[7; 32]).verifying_key()]).unwrap().fingerprint();
        for typed in [other.to_string(), other.digits(), super::words(&other).join(" ")] {
            assert!(!is(&print, &typed));
            assert_eq!(slip(&typed), None);
        }
    }
}
