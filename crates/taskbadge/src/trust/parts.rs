//! The file of a trust pack.

use super::PACK_LIMITS;
use crate::finding::{Code, Finding};
use crate::json::{Document, Value};

/// The file of a trust pack, divided: it has one credential a line, in any order of lists and packs. Every part is signed
/// by itself, so that lists can be left out by deleting lines, and newer ones added. Nothing here is proven.
///
/// ```
/// use taskbadge::trust::PackParts;
/// let file = br#"{"type":["VerifiableCredential","RecognizedEntityCredential"]}
/// {"type":["VerifiableCredential","BitstringStatusListCredential"]}"#;
/// let parts = PackParts::of(file)?;
/// assert_eq!((parts.earlier.len(), parts.lists.len()), (0, 1));
/// # Ok::<(), taskbadge::finding::Finding>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PackParts<'f> {
    /// Earlier editions: the steps by which the root changed.
    pub earlier: Vec<&'f [u8]>,
    /// The edition: the last pack.
    pub pack: &'f [u8],
    /// Status lists.
    pub lists: Vec<&'f [u8]>,
}

impl<'f> PackParts<'f> {
    /// How large a file may be. A hundred of the largest lists would be larger, and are not carried in one file.
    pub const BYTES_MAX: usize = 32 << 20;

    /// How many packs and lists a file may have.
    pub const PARTS_MAX: usize = 16_384;

    /// Divides a file: one credential a line, or a pack alone however it is laid out.
    ///
    /// # Errors
    /// `trust.malformed` for a file that is too large, has too many parts, or no pack.
    pub fn of(file: &'f [u8]) -> Result<Self, Finding> {
        let malformed = |detail: &str| Finding::new(Code::TrustMalformed).because(detail);
        if file.len() > Self::BYTES_MAX {
            return Err(malformed("the file is larger than a trust pack with its lists can be"));
        }
        let is_object = |line: &[u8]| line.first() == Some(&b'{') && line.last() == Some(&b'}');
        let lines = || file.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        let lines = match lines().all(is_object) {
            true => lines().take(Self::PARTS_MAX + 1).collect(),
            false => vec![file.trim_ascii()],
        };
        if lines.len() > Self::PARTS_MAX {
            return Err(malformed("the file has more parts than a trust pack with its lists can have"));
        }
        let (mut packs, lists): (Vec<_>, Vec<_>) = lines.into_iter().partition(|part| is_pack(part));
        let pack = packs.pop().ok_or_else(|| malformed("there is no trust pack in the file"))?;
        Ok(Self { earlier: packs, pack, lists })
    }
}

/// Whether a part is a pack, by its type: somebody whose status list stands in the file may write the word elsewhere.
fn is_pack(part: &[u8]) -> bool {
    const TYPE: &str = "RecognizedEntityCredential";
    // Most parts are lists, which need not be read for that.
    if memchr::memmem::find(part, TYPE.as_bytes()).is_none() {
        return false;
    }
    let Ok(document) = Document::parse(part, PACK_LIMITS) else { return true };
    let kinds = document.root().get("type");
    kinds.into_iter().flat_map(Value::one_or_many).any(|kind| kind.as_str() == Some(TYPE))
}
