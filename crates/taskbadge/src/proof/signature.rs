//! A signature as text: Multibase `z`, that is base58btc (Controlled Identifiers 1.0 section 2.4), of exactly 64 bytes.
//!
//! Five digits at a time on 32-bit limbs. Going byte by byte, as the general crate does for keys, would take longer
//! than hashing the badge that is signed.

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// 58⁵, the largest power of 58 in a limb.
const FIVE_DIGITS: u64 = 656_356_768;
const LIMBS: usize = 16;
/// 64 bytes have at most so many digits.
const MOST_DIGITS: usize = 88;

pub(super) fn to_text(signature: &[u8; 64]) -> String {
    let zeros = signature.iter().take_while(|&&byte| byte == 0).count();
    let mut limbs: [u32; LIMBS] = std::array::from_fn(|at| {
        u32::from_be_bytes([signature[4 * at], signature[4 * at + 1], signature[4 * at + 2], signature[4 * at + 3]])
    });
    // The digits, the last one first.
    let mut digits = Vec::with_capacity(MOST_DIGITS + 5);
    let mut first = 0;
    while let Some(skip) = limbs[first..].iter().position(|&limb| limb != 0) {
        first += skip;
        let rest = limbs[first..].iter_mut().fold(0, |rest, limb| {
            let value = rest << 32 | u64::from(*limb);
            // The remainder before is below 58⁵, so the quotient fits.
            *limb = low(value / FIVE_DIGITS);
            value % FIVE_DIGITS
        });
        digits.extend(
            [1, 58, 58 * 58, 58 * 58 * 58, 58 * 58 * 58 * 58].map(|power| ALPHABET[low(rest / power % 58) as usize]),
        );
    }
    digits.truncate(digits.iter().rposition(|&digit| digit != b'1').map_or(0, |last| last + 1));
    digits.extend(std::iter::repeat_n(b'1', zeros));
    std::iter::once('z').chain(digits.iter().rev().map(|&digit| char::from(digit))).collect()
}

/// `None` for another multibase, other characters, and any other length than 64 bytes.
pub(super) fn from_text(text: &str) -> Option<[u8; 64]> {
    let digits = text.strip_prefix('z').filter(|digits| digits.len() <= MOST_DIGITS)?.as_bytes();
    let mut limbs = [0_u32; LIMBS];
    for chunk in digits.chunks(5) {
        let (mut factor, mut carry) = (1, 0);
        for digit in chunk {
            factor *= 58;
            carry = carry * 58 + u64::from(value_of(*digit)?);
        }
        for limb in limbs.iter_mut().rev() {
            let value = u64::from(*limb) * factor + carry;
            *limb = low(value);
            carry = value >> 32;
        }
        if carry != 0 {
            return None;
        }
    }
    let mut signature = [0; 64];
    for (bytes, limb) in signature.chunks_exact_mut(4).zip(limbs) {
        bytes.copy_from_slice(&limb.to_be_bytes());
    }
    // Leading zeros are written out, so a shorter number is a shorter text, and not a signature.
    let leading = |zero: u8, bytes: &[u8]| bytes.iter().take_while(|&&byte| byte == zero).count();
    (leading(0, &signature) == leading(b'1', digits)).then_some(signature)
}

fn value_of(digit: u8) -> Option<u8> {
    const NONE: u8 = 0xFF;
    const VALUES: [u8; 256] = {
        let mut values = [NONE; 256];
        let mut value = 0;
        while value < 58 {
            values[ALPHABET[value as usize] as usize] = value;
            value += 1;
        }
        values
    };
    Some(VALUES[usize::from(digit)]).filter(|&value| value != NONE)
}

/// The low half.
fn low(value: u64) -> u32 {
    (value & 0xFFFF_FFFF) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_general_crate() {
        let mut state: u64 = 7;
        for round in 0..2_000 {
            let mut bytes: [u8; 64] = std::array::from_fn(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            });
            bytes[..round % 7].fill(0);
            let text = to_text(&bytes);
            assert_eq!(text, format!("z{}", bs58::encode(bytes).into_string()));
            assert_eq!(from_text(&text), Some(bytes));
        }
        assert_eq!(to_text(&[0; 64]), format!("z{}", "1".repeat(64)));
    }

    #[test]
    fn only_sixty_four_bytes_in_base58_are_read() {
        let text = to_text(&[9; 64]);
        assert!(from_text(&text).is_some());
        let digits = &text[1..];
        for wrong in [
            String::new(),
            "z".into(),
            digits.into(),
            format!("u{digits}"),
            format!("z1{digits}"),
            format!("z{}", &digits[1..]),
            format!("z{digits}1"),
            format!("z0{}", &digits[1..]),
            format!("z{}", "z".repeat(88)),
            format!("z{}", "é".repeat(44)),
            format!("z{}", bs58::encode([9; 63]).into_string()),
            format!("z{}", bs58::encode([9; 65]).into_string()),
        ] {
            assert_eq!(from_text(&wrong), None, "{wrong}");
        }
    }
}
