//! The bitstring: one bit a badge, and its packed form as text.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose as Engine};
use flate2::write::GzEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};
use taskbadge::finding::{Code, Finding};

/// A list has at least so many entries, so that a place in it tells little about whose it is (Bitstring Status List 1.0
/// section 6.1, group privacy).
pub const LEAST_ENTRIES: u64 = 131_072;

/// No list is larger: 16 MiB of bits.
pub const MOST_ENTRIES: u64 = 8 * MOST_BYTES as u64;

/// A list that takes more than 4 MiB as GZIP is not unpacked.
pub const MOST_PACKED_BYTES: usize = 4 << 20;

/// The same as base64.
pub(crate) const MOST_PACKED_TEXT: usize = MOST_PACKED_BYTES.div_ceil(3) * 4;

const MOST_BYTES: usize = 16 << 20;
const LEAST_BYTES: usize = LEAST_ENTRIES as usize / 8;

/// What a status list says, one bit an entry; index 0 is the left-most bit (Bitstring Status List 1.0 section 3.2).
///
/// ```
/// use taskbadge_status::Bits;
/// let mut bits = Bits::new();
/// bits.set(94_567)?;
/// assert_eq!(bits.is_set(94_567), Some(true));
/// assert_eq!(bits.is_set(0), Some(false));
/// assert_eq!(bits.is_set(131_072), None);
/// assert_eq!(Bits::decode(&bits.encode())?, bits);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Bits(Vec<u8>);

impl Bits {
    /// The shortest list, 131,072 entries, none of them set.
    #[must_use]
    pub fn new() -> Self {
        Self(vec![0; LEAST_BYTES])
    }

    /// A list of at least so many entries, none of them set. It ends at a whole byte, and is never shorter than the
    /// standard allows.
    ///
    /// # Errors
    /// [`WrongLength`] above [`MOST_ENTRIES`].
    pub fn with_room_for(entries: u64) -> Result<Self, WrongLength> {
        let bytes = usize::try_from(entries.div_ceil(8)).ok().filter(|&bytes| bytes <= MOST_BYTES);
        Ok(Self(vec![0; bytes.ok_or(WrongLength)?.max(LEAST_BYTES)]))
    }

    /// The list with these bits, eight to a byte, as [`Bits::as_bytes`] gave them.
    ///
    /// # Errors
    /// [`WrongLength`] for a list that is shorter or longer than a list may be.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, WrongLength> {
        if (LEAST_BYTES..=MOST_BYTES).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(WrongLength) }
    }

    /// The bits, eight to a byte; index 0 is the highest bit of the first.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many entries the list has, set or not.
    #[must_use]
    pub fn entries(&self) -> u64 {
        8 * self.0.len() as u64
    }

    /// How many entries are set.
    #[must_use]
    pub fn count_set(&self) -> u64 {
        let (words, rest) = self.0.as_chunks::<8>();
        let words: u64 = words.iter().map(|word| u64::from(u64::from_ne_bytes(*word).count_ones())).sum();
        words + rest.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>()
    }

    /// Whether the entry is set; `None` where the list has no such entry.
    #[must_use]
    pub fn is_set(&self, index: u64) -> Option<bool> {
        let byte = self.0.get(usize::try_from(index / 8).ok()?)?;
        Some(byte & mask(index) != 0)
    }

    /// Sets the entry.
    ///
    /// # Errors
    /// [`OutOfRange`] where the list has no such entry.
    pub fn set(&mut self, index: u64) -> Result<(), OutOfRange> {
        *self.byte(index)? |= mask(index);
        Ok(())
    }

    /// Clears the entry. A suspension may be lifted; a revocation never is.
    ///
    /// # Errors
    /// [`OutOfRange`] where the list has no such entry.
    pub fn clear(&mut self, index: u64) -> Result<(), OutOfRange> {
        *self.byte(index)? &= !mask(index);
        Ok(())
    }

    /// Makes room for at least so many entries. A list only ever grows, and at its end: a badge that was issued keeps
    /// its place, and new entries are clear.
    ///
    /// # Errors
    /// [`WrongLength`] above [`MOST_ENTRIES`].
    pub fn grow_to(&mut self, entries: u64) -> Result<(), WrongLength> {
        let bytes =
            usize::try_from(entries.div_ceil(8)).ok().filter(|&bytes| bytes <= MOST_BYTES).ok_or(WrongLength)?;
        self.0.resize(bytes.max(self.0.len()), 0);
        Ok(())
    }

    /// Whether every entry that is set in `earlier` is set here too, and none was cut off: what has to hold before a
    /// list of revocations takes the place of an earlier one.
    ///
    /// ```
    /// use taskbadge_status::Bits;
    /// let (mut old, mut new) = (Bits::new(), Bits::new());
    /// old.set(5)?;
    /// assert!(!new.keeps_all_of(&old));
    /// new.set(5)?;
    /// new.set(6)?;
    /// assert!(new.keeps_all_of(&old));
    /// # Ok::<(), taskbadge_status::OutOfRange>(())
    /// ```
    #[must_use]
    pub fn keeps_all_of(&self, earlier: &Bits) -> bool {
        self.0.len() >= earlier.0.len() && std::iter::zip(&self.0, &earlier.0).all(|(new, old)| old & !new == 0)
    }

    /// Sets what is set in `other`.
    pub(crate) fn unite(&mut self, other: &Bits) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (byte, other) in std::iter::zip(&mut self.0, &other.0) {
            *byte |= other;
        }
    }

    /// The packed form for `encodedList`: `u`, then base64url without padding of GZIP (Bitstring Status List 1.0
    /// section 3.3).
    ///
    /// The same bits always give the same text here, but another program may pack them otherwise: compare bits, never
    /// texts.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "writing to memory does not fail")]
    pub fn encode(&self) -> String {
        let mut gzip = GzEncoder::new(Vec::with_capacity(self.0.len() / 4), Compression::new(PACKING));
        let packed = gzip.write_all(&self.0).and_then(|()| gzip.finish()).expect("writing to memory does not fail");
        let mut text = String::with_capacity(1 + packed.len().div_ceil(3) * 4);
        text.push('u');
        URL_SAFE_NO_PAD.encode_string(packed, &mut text);
        text
    }

    /// Reads `encodedList` of a `BitstringStatusList` (Bitstring Status List 1.0 section 3.4).
    ///
    /// The work is bounded by the sizes of the packed and of the unpacked list, not by their ratio: a list in which
    /// nothing is set is packed more than three hundredfold, and is honest.
    ///
    /// # Errors
    /// [`NotABitstring`].
    pub fn decode(text: &str) -> Result<Self, NotABitstring> {
        let text = text.strip_prefix('u').ok_or(NotABitstring::Multibase)?;
        unpack(text, &URL_SAFE_NO_PAD)
    }

    /// Reads `encodedList` of a `StatusList2021`, the draft before the standard: without the `u`. Editions of the draft
    /// differ in alphabet and padding, and the text tells which one it was.
    ///
    /// # Errors
    /// [`NotABitstring`].
    pub fn decode_2021(text: &str) -> Result<Self, NotABitstring> {
        let alphabet = if text.contains(['+', '/']) { &STANDARD } else { &URL_SAFE };
        let either = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        unpack(text, &GeneralPurpose::new(alphabet, either))
    }

    fn byte(&mut self, index: u64) -> Result<&mut u8, OutOfRange> {
        let entries = self.entries();
        let byte = usize::try_from(index / 8).ok().and_then(|at| self.0.get_mut(at));
        byte.ok_or(OutOfRange { index, entries })
    }
}

/// Level 6 takes more than twice the time for 2 % less of a sparse list, level 9 ten times as long for a tenth less, and
/// neither makes a dense one smaller. Level 1 makes lists of up to twice the size, which are read far more often than
/// written.
const PACKING: u32 = 5;

fn mask(index: u64) -> u8 {
    0x80 >> (index % 8)
}

fn unpack(text: &str, base64: &Engine) -> Result<Bits, NotABitstring> {
    if text.len() > MOST_PACKED_TEXT {
        return Err(NotABitstring::TooLarge);
    }
    let packed = base64.decode(text).map_err(|_| NotABitstring::Base64)?;
    let bytes = inflate(&packed)?;
    if bytes.len() < LEAST_BYTES { Err(NotABitstring::TooShort(bytes.len())) } else { Ok(Bits(bytes)) }
}

/// Exactly one GZIP member (RFC 1952) and nothing after it.
fn inflate(packed: &[u8]) -> Result<Vec<u8>, NotABitstring> {
    // The last four bytes say how long the content is. They may lie, so they only ever save growing.
    let said = packed.last_chunk().map_or(0, |last| u32::from_le_bytes(*last) as usize);
    let mut bytes = Vec::with_capacity(said.clamp(LEAST_BYTES, MOST_BYTES) + 1);
    let mut gzip = Decompress::new_gzip(15);
    loop {
        let (read, written) = (gzip.total_in(), bytes.len());
        let rest = &packed[usize::try_from(read).unwrap_or(packed.len())..];
        let status = gzip.decompress_vec(rest, &mut bytes, FlushDecompress::None).map_err(|_| NotABitstring::Gzip)?;
        if bytes.len() > MOST_BYTES {
            return Err(NotABitstring::TooLarge);
        }
        if status == Status::StreamEnd {
            let whole = gzip.total_in() == packed.len() as u64;
            return if whole { Ok(bytes) } else { Err(NotABitstring::Trailing) };
        }
        if bytes.len() == bytes.capacity() {
            // One byte more than allowed tells a list that is too large.
            bytes.reserve_exact(bytes.len().min(MOST_BYTES + 1 - bytes.len()));
        } else if gzip.total_in() == read && bytes.len() == written {
            return Err(NotABitstring::Truncated);
        }
    }
}

impl Default for Bits {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bits({} of {} set)", self.count_set(), self.entries())
    }
}

/// The list has no such entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no entry {index} in a list of {entries}; the first is 0")]
pub struct OutOfRange {
    index: u64,
    entries: u64,
}

/// A list is not so short or long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a status list has from 131,072 to 134,217,728 entries")]
pub struct WrongLength;

/// Why a text is not the packed form of a status list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotABitstring {
    /// It does not begin with `u`, which stands for base64url.
    #[error("encodedList does not begin with u")]
    Multibase,
    /// It is not base64url.
    #[error("encodedList is not base64url without padding")]
    Base64,
    /// It is not GZIP, or was damaged.
    #[error("encodedList is not sound GZIP")]
    Gzip,
    /// Its GZIP ends too early.
    #[error("the GZIP in encodedList is cut off")]
    Truncated,
    /// There is something after the GZIP member: another one, or anything else.
    #[error("something follows the GZIP member in encodedList")]
    Trailing,
    /// It is larger than a list may be, packed or unpacked.
    #[error("more than 4 MiB packed or 16 MiB unpacked")]
    TooLarge,
    /// It has fewer bytes than 16 KiB.
    #[error("{0} bytes; a list has at least 16,384, that is 131,072 entries")]
    TooShort(usize),
}

impl NotABitstring {
    /// The finding code of this fault.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::TooLarge => Code::StatusListTooLarge,
            Self::TooShort(_) => Code::StatusListTooShort,
            _ => Code::StatusListEncoding,
        }
    }
}

impl From<NotABitstring> for Finding {
    fn from(fault: NotABitstring) -> Self {
        Finding::new(fault.code()).at("/credentialSubject/encodedList").because(fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(9));
        gzip.write_all(content).unwrap();
        gzip.finish().unwrap()
    }

    fn decode(packed: &[u8]) -> Result<Bits, NotABitstring> {
        Bits::decode(&format!("u{}", URL_SAFE_NO_PAD.encode(packed)))
    }

    #[test]
    fn the_example_of_the_standard_reads() {
        // Bitstring Status List 1.0, example 4: 16 KiB in which nothing is set.
        let example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";
        assert_eq!(Bits::decode(example), Ok(Bits::new()));
        assert_eq!(Bits::decode_2021(&example[1..]), Ok(Bits::new()));
    }

    #[test]
    fn the_first_entry_is_the_left_most_bit() {
        let mut bits = Bits::new();
        bits.set(0).unwrap();
        bits.set(9).unwrap();
        bits.set(131_071).unwrap();
        assert_eq!((bits.as_bytes()[0], bits.as_bytes()[1], bits.as_bytes()[16_383]), (0x80, 0x40, 0x01));
        bits.clear(9).unwrap();
        assert_eq!(bits.count_set(), 2);
        assert!(bits.set(131_072).is_err() && bits.clear(u64::MAX).is_err() && bits.is_set(u64::MAX).is_none());
    }

    #[test]
    fn a_list_keeps_to_its_lengths_and_grows_at_its_end() {
        assert_eq!(Bits::with_room_for(1).unwrap(), Bits::new());
        assert_eq!(Bits::with_room_for(131_073).unwrap().entries(), 131_080);
        assert_eq!(Bits::with_room_for(MOST_ENTRIES).unwrap().entries(), MOST_ENTRIES);
        assert_eq!(Bits::with_room_for(MOST_ENTRIES + 1), Err(WrongLength));
        assert_eq!(Bits::from_bytes(vec![0; 16_383]), Err(WrongLength));
        let mut bits = Bits::new();
        bits.set(131_071).unwrap();
        let old = bits.clone();
        bits.grow_to(200_000).unwrap();
        assert_eq!((bits.entries(), bits.count_set(), bits.is_set(131_071)), (200_000, 1, Some(true)));
        bits.grow_to(1).unwrap();
        assert_eq!(bits.entries(), 200_000);
        assert_eq!(bits.grow_to(u64::MAX), Err(WrongLength));
        assert!(bits.keeps_all_of(&old) && !old.keeps_all_of(&bits));
    }

    #[test]
    fn every_fault_of_a_packed_list_has_its_name() {
        let good = gzip(&[0; 16_384]);
        assert_eq!(decode(&good), Ok(Bits::new()));
        assert_eq!(Bits::decode(&URL_SAFE_NO_PAD.encode(&good)), Err(NotABitstring::Multibase));
        assert_eq!(Bits::decode(""), Err(NotABitstring::Multibase));
        assert_eq!(Bits::decode("z12"), Err(NotABitstring::Multibase));
        assert_eq!(Bits::decode("uH4sI+AAA"), Err(NotABitstring::Base64));
        assert_eq!(Bits::decode("uH4s="), Err(NotABitstring::Base64));
        assert_eq!(decode(b"plain text, not packed"), Err(NotABitstring::Gzip));
        for len in [0, 1, 9, 10, 11, good.len() - 9, good.len() - 1] {
            assert_eq!(decode(&good[..len]), Err(NotABitstring::Truncated), "{len}");
        }
        let mut damaged = good.clone();
        damaged[good.len() - 6] ^= 1;
        assert_eq!(decode(&damaged), Err(NotABitstring::Gzip), "the checksum counts");
        let mut lying = good.clone();
        lying[good.len() - 1] ^= 0xFF;
        assert_eq!(decode(&lying), Err(NotABitstring::Gzip), "the length counts");
        assert_eq!(decode(&[&good[..], b"\0"].concat()), Err(NotABitstring::Trailing));
        assert_eq!(decode(&[&good[..], &good[..]].concat()), Err(NotABitstring::Trailing));
        assert_eq!(decode(&gzip(&[0; 16_383])), Err(NotABitstring::TooShort(16_383)));
        assert_eq!(decode(&gzip(&[])), Err(NotABitstring::TooShort(0)));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let most = vec![0; MOST_BYTES];
        assert_eq!(decode(&gzip(&most)).map(|bits| bits.entries()), Ok(MOST_ENTRIES));
        assert_eq!(decode(&gzip(&[&most[..], &[0]].concat())), Err(NotABitstring::TooLarge));
        assert_eq!(decode(&gzip(&vec![0; 64 << 20])), Err(NotABitstring::TooLarge));
        // What it says of its length does not matter.
        let mut lying = gzip(&vec![0; 64 << 20]);
        let end = lying.len() - 4;
        lying[end..].copy_from_slice(&16_384_u32.to_le_bytes());
        assert_eq!(decode(&lying), Err(NotABitstring::TooLarge));
        assert_eq!(Bits::decode(&format!("u{}", "A".repeat(6 << 20))), Err(NotABitstring::TooLarge));
    }

    #[test]
    fn the_draft_of_2021_reads_in_any_of_its_spellings() {
        let mut bits = Bits::new();
        (0..131_072).step_by(7).for_each(|index| bits.set(index).unwrap());
        let packed = gzip(bits.as_bytes());
        for text in [
            base64::engine::general_purpose::STANDARD.encode(&packed),
            base64::engine::general_purpose::URL_SAFE.encode(&packed),
            URL_SAFE_NO_PAD.encode(&packed),
        ] {
            assert_eq!(Bits::decode_2021(&text).as_ref(), Ok(&bits));
        }
    }
}
