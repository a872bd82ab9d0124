//! In which direction a text is read: what its language and its letters say.

use serde::Serialize;

/// The base direction of a text (JSON-LD 1.1 section 4.2.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Direction {
    /// From left to right, `ltr`.
    #[serde(rename = "ltr")]
    LeftToRight,
    /// From right to left, `rtl`.
    #[serde(rename = "rtl")]
    RightToLeft,
}

/// Languages that are written from right to left unless their tag names another script (CLDR, likely subtags).
const RIGHT_TO_LEFT: [&str; 45] = [
    "acm", "aeb", "afb", "ajp", "apc", "apd", "ar", "arb", "arc", "arq", "ars", "ary", "arz", "azb", "bal", "bgn",
    "bqi", "ckb", "dv", "fa", "glk", "haz", "he", "iw", "khw", "ks", "lrc", "luz", "mzn", "nqo", "pnb", "prs", "ps",
    "rhg", "sam", "sd", "sdh", "skr", "syr", "ug", "ur", "ydd", "yi", "pes", "pbu",
];
/// Languages that are written in scripts of both directions, so that their tag alone does not tell.
const IN_BOTH: [&str; 22] = [
    "az", "bm", "ff", "ha", "kk", "kmr", "ku", "ky", "mnk", "ms", "pa", "so", "sw", "tg", "tk", "tt", "uz", "wo",
    "und", "mul", "mis", "zxx",
];
const RIGHT_TO_LEFT_SCRIPTS: [&str; 13] =
    ["adlm", "arab", "aran", "hebr", "mand", "mend", "nkoo", "rohg", "samr", "syrc", "syre", "syrj", "thaa"];

impl Direction {
    /// The direction of a text: that of its language's script, else that of its first letter.
    ///
    /// ```
    /// use taskbadge::shown::Direction;
    /// assert_eq!(Direction::of("CNC مشغل آلة", Some("ar")), Direction::RightToLeft);
    /// assert_eq!(Direction::of("(1) فحص الرافعة", None), Direction::RightToLeft);
    /// assert_eq!(Direction::of("Ar-rāfiʿa", Some("ar-Latn")), Direction::LeftToRight);
    /// assert_eq!(Direction::of("2026", None), Direction::LeftToRight);
    /// ```
    #[must_use]
    pub fn of(text: &str, language: Option<&str>) -> Self {
        let letters = || text.chars().find(|letter| letter.is_alphabetic()).is_some_and(is_right_to_left);
        let is_right_to_left = language.map_or_else(letters, |tag| {
            let tag = tag.to_ascii_lowercase();
            let mut subtags = tag.split('-');
            let primary = subtags.next().unwrap_or_default();
            let is_script = |subtag: &&str| subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
            match subtags.take_while(|subtag| subtag.len() > 1).find(is_script) {
                Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
                None if IN_BOTH.contains(&primary) => letters(),
                None => RIGHT_TO_LEFT.contains(&primary),
            }
        });
        if is_right_to_left { Self::RightToLeft } else { Self::LeftToRight }
    }

    /// The word of JSON-LD and HTML: `ltr` or `rtl`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::LeftToRight, Self::RightToLeft].into_iter().find(|direction| direction.as_str() == word)
    }
}

/// Whether a letter belongs to a script that is written from right to left: the blocks that Unicode keeps for them.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Whether this is well formed as a language tag, in any case (BCP 47, the shape of its subtags).
pub(crate) fn is_language_tag(tag: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut parts = tag.split('-');
    parts.next().is_some_and(|first| is_part(first) && first.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && parts.all(is_part)
}
