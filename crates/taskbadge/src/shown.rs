//! Text that somebody else wrote, as it is shown to people: in a sentence, alone on its line, or as a name.
//!
//! What a badge, a pack, a list, a roster or a file's name says goes through here before anybody reads it, so that it
//! cannot hide, reorder what stands around it, begin a line of its own, or be taken for a sentence of ours. Let through
//! are letters, digits, punctuation and symbols; marks on a letter, digit or symbol, a few in a row; a space for any run of
//! white space; and ZWJ and ZWNJ between two letters whose script joins. What is left is written as its code point,
//! such as `\u{202e}`: controls, formats and bidirectional controls, line and paragraph separators, what is ignored by
//! default (zero-width spaces, variation selectors, tags), what looks blank and is no space (Hangul fillers, the braille
//! blank), and what has no meaning to all (unassigned, private use). The selectors that choose how a symbol looks
//! (U+FE0E, U+FE0F) are left out after a symbol.
//!
//! Each value stands between U+2068 and U+2069 (FSI and PDI; Unicode Bidirectional Algorithm, section 2.4), so that
//! right-to-left text leaves the rest of the line where it is, and is cut at [`LONGEST`] characters, with their number.

mod direction;

pub use direction::Direction;
pub(crate) use direction::is_language_tag;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::iter::Peekable;
use std::str::Chars;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// As many characters of a value are shown.
pub const LONGEST: usize = 200;

const ISOLATE: char = '\u{2068}';
const POP: char = '\u{2069}';

/// Right after an isolate, these give the direction of what is in it.
const RIGHT_TO_LEFT: char = '\u{200F}';
const LEFT_TO_RIGHT: char = '\u{200E}';

/// More marks on one letter than any language writes, and too few to reach the lines above and below.
const MARKS_IN_A_ROW: usize = 6;

/// A value in a sentence: isolated and in quotes, which nothing inside looks like.
///
/// ```
/// use taskbadge::shown::Quoted;
/// let task = "Forklift”, by “Harbour\u{202e}\nVALID";
/// assert_eq!(Quoted(task).to_string(), "“\u{2068}Forklift', by 'Harbour\\u{202e} VALID\u{2069}”");
/// assert!(Quoted(&"a".repeat(300)).to_string().ends_with("aaa…\u{2069}” (300 characters)"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Quoted<'t>(pub &'t str);

/// A value that stands alone, on a line of its own after a label, or in a column: isolated.
///
/// ```
/// use taskbadge::shown::Alone;
/// assert_eq!(Alone("  Amina \u{a0} Noor").to_string(), "\u{2068}Amina Noor\u{2069}");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Alone<'t>(pub &'t str);

/// An identifier, an address, a place in a document, or the name of a file: as it is, for people to copy, where it is of
/// ASCII letters, digits and `-._:/\#%+=@~[]` and begins with no verdict, else [`Quoted`].
///
/// ```
/// use taskbadge::shown::Name;
/// assert_eq!(Name("badges/amina.json").to_string(), "badges/amina.json");
/// assert_eq!(Name("VALID").to_string(), "“\u{2068}VALID\u{2069}”");
/// assert_eq!(Name("a.json; rm b").to_string(), "“\u{2068}a.json; rm b\u{2069}”");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Name<'t>(pub &'t str);

/// A [`Quoted`] or [`Alone`] value whose direction is known, and may be another than that of its first letter.
///
/// ```
/// use taskbadge::shown::{Alone, Direction, Turned};
/// assert_eq!(Turned(Alone("CNC مشغل"), Direction::RightToLeft).to_string(), "\u{2068}\u{200f}CNC مشغل\u{2069}");
/// assert_eq!(Turned(Alone("مشغل CNC"), Direction::RightToLeft).to_string(), "\u{2068}مشغل CNC\u{2069}");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Turned<T>(pub T, pub Direction);

/// A line that is made of our words and of values as above: the isolates of values stay, and each is closed. All else
/// goes by the same rules, so that a value that came into the line in another way cannot hide either.
///
/// ```
/// use taskbadge::shown::{Line, Quoted};
/// let line = format!("the issuer {} said {}", Quoted("مركز"), "x\u{200b}\u{2067}y");
/// assert_eq!(Line(&line).to_string(), "the issuer “\u{2068}مركز\u{2069}” said x\\u{200b}\\u{2067}y");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Line<'t>(pub &'t str);

/// The first character that would not be shown as itself or as a space: what nobody should sign.
///
/// Spaces of other widths, tabs and line ends are spaces.
///
/// ```
/// use taskbadge::shown::hidden;
/// assert_eq!(hidden("فحص می\u{200c}شود\n\tà 4\u{a0}°C 👍🏽"), None);
/// assert_eq!(hidden("amina@\u{200b}example.org"), Some('\u{200b}'));
/// assert_eq!(hidden("fork\u{200c}lift"), Some('\u{200c}'));
/// ```
#[must_use]
pub fn hidden(text: &str) -> Option<char> {
    let hides = |(_, look)| matches!(look, Look::Hidden | Look::LeftOut);
    Looks::of(text).find(|&seen| hides(seen)).map(|(c, _)| c)
}

/// JSON text for machines that a terminal can show, too: what is hidden, or a space other than the usual, is escaped as
/// `\uXXXX`, which means the same. Values are neither isolated nor cut.
///
/// ```
/// use taskbadge::shown::json;
/// assert_eq!(json("{\"name\":\"a\u{202e}b é\"}"), "{\"name\":\"a\\u202eb é\"}");
/// ```
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len());
    for (c, look) in Looks::of(text) {
        // Outside texts JSON is ASCII, and inside them DEL is the only ASCII that it need not escape.
        if look == Look::Itself || matches!(c, ' ' | '\n' | '\t' | '\r') {
            escaped.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped.into()
}

/// The line without the isolates around its values, for machines.
///
/// ```
/// use taskbadge::shown::{Quoted, without_isolates};
/// assert_eq!(without_isolates(&format!("by {}", Quoted("me"))), "by “me”");
/// ```
#[must_use]
pub fn without_isolates(line: &str) -> Cow<'_, str> {
    if !line.contains([ISOLATE, POP]) {
        return line.into();
    }
    let marked = [RIGHT_TO_LEFT, LEFT_TO_RIGHT].map(|mark| String::from_iter([ISOLATE, mark]));
    marked.iter().fold(line.to_owned(), |line, marked| line.replace(marked, "")).replace([ISOLATE, POP], "").into()
}

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = Value::default();
        let mut before = None;
        let looks = Looks::of(self.0).map(|(c, look)| (if like_quotes(c) { '\'' } else { c }, look));
        for (c, look) in looks {
            // Two apostrophes look like quotes.
            if !(like_apostrophe(c) && before.is_some_and(like_apostrophe)) {
                value.push(c, look);
            }
            before = Some(c);
        }
        value.write(f, self.0, "“", "”")
    }
}

impl fmt::Display for Alone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut value = Value::default();
        Looks::of(self.0).for_each(|(c, look)| value.push(c, look));
        value.write(f, self.0, "", "")
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_plain(self.0) { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

impl<T: fmt::Display> fmt::Display for Turned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.to_string();
        if Direction::of(&shown, None) == self.1 {
            return f.write_str(&shown);
        }
        let mark = match self.1 {
            Direction::RightToLeft => RIGHT_TO_LEFT,
            Direction::LeftToRight => LEFT_TO_RIGHT,
        };
        f.write_str(&shown.replacen(ISOLATE, &String::from_iter([ISOLATE, mark]), 1))
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return f.write_str(self.0);
        }
        let mut open = 0;
        let mut before = None;
        for (c, look) in Looks::of(self.0) {
            let begins = before.replace(c) == Some(ISOLATE);
            match (c, look) {
                (ISOLATE, _) => open += 1,
                (RIGHT_TO_LEFT | LEFT_TO_RIGHT, _) if begins => {}
                (POP, _) if open > 0 => open -= 1,
                (_, Look::LeftOut) => continue,
                (_, Look::Itself) => {}
                (_, Look::Space) => {
                    f.write_char(' ')?;
                    continue;
                }
                (_, Look::Hidden) => {
                    write!(f, "{}", c.escape_unicode())?;
                    continue;
                }
            }
            f.write_char(c)?;
        }
        (0..open).try_for_each(|_| f.write_char(POP))
    }
}

/// What is shown of a value.
#[derive(Default)]
struct Value {
    shown: String,
    length: usize,
    is_cut: bool,
    /// A space that is shown when something follows it: not at an end, and once.
    space: bool,
}

impl Value {
    fn push(&mut self, c: char, look: Look) {
        match look {
            Look::Space => self.space = !self.shown.is_empty(),
            Look::LeftOut => {}
            Look::Itself => self.add(c.encode_utf8(&mut [0; 4]), 1),
            Look::Hidden => {
                let escaped = c.escape_unicode().to_string();
                self.add(&escaped, escaped.len());
            }
        }
    }

    fn add(&mut self, text: &str, length: usize) {
        let length = length + usize::from(self.space);
        self.is_cut |= self.length + length > LONGEST;
        if !self.is_cut {
            self.shown.extend(self.space.then_some(' '));
            self.shown.push_str(text);
            self.length += length;
        }
        self.space = false;
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, whole: &str, open: &str, close: &str) -> fmt::Result {
        let Self { shown, is_cut, .. } = self;
        if !is_cut {
            return write!(f, "{open}{ISOLATE}{shown}{POP}{close}");
        }
        write!(f, "{open}{ISOLATE}{shown}…{POP}{close} ({} characters)", whole.chars().count())
    }
}

fn is_plain(text: &str) -> bool {
    const VERDICTS: [&str; 4] = ["VALID", "INVALID", "INDETERMINATE", "UNVERIFIED"];
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/\\#%+=@~[]".contains(&byte);
    let says_verdict = || VERDICTS.iter().any(|verdict| text.starts_with(verdict));
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(plain) && !says_verdict()
}

fn like_quotes(c: char) -> bool {
    matches!(c, '"' | '«' | '»' | 'ʺ' | '˝' | 'ˮ' | '״' | '\u{201C}'..='\u{201F}' | '″' | '‴' | '‶' | '‷' | '‹' | '›' | '⁗'
        | '❝' | '❞' | '❮' | '❯' | '⹂' | '〃' | '《' | '》' | '〈' | '〉' | '\u{301D}'..='\u{301F}' | '＂' | '\u{1F676}'..='\u{1F678}')
}

fn like_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | 'ʹ' | 'ʻ' | 'ʼ' | 'ʽ' | 'ˊ' | 'ˋ' | '\u{2018}'
            ..='\u{201B}' | '′' | '‵' | '❛' | '❜' | '＇' | '׳'
    )
}

/// How a character is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Itself,
    Space,
    /// By its code point.
    Hidden,
    /// It says only how the symbol before it looks.
    LeftOut,
}

/// What a mark would stand on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    None,
    Letter,
    Symbol,
}

/// Each character of a text, with how it is shown there.
struct Looks<'t> {
    chars: Peekable<Chars<'t>>,
    base: Base,
    marks: usize,
    /// Whether the letter before is of a script that joins.
    joins: bool,
}

impl<'t> Looks<'t> {
    fn of(text: &'t str) -> Self {
        Self { chars: text.chars().peekable(), base: Base::None, marks: 0, joins: false }
    }

    fn look(&mut self, c: char) -> Look {
        use GeneralCategory as Category;
        match c {
            ' '..='~' | '\t' | '\n' | '\r' => {
                let base = if c.is_ascii_alphanumeric() { Base::Letter } else { Base::None };
                self.stands_on(base);
                return if c.is_ascii_graphic() { Look::Itself } else { Look::Space };
            }
            '\u{FE0E}' | '\u{FE0F}' if self.base == Base::Symbol => return Look::LeftOut,
            '\u{200C}' | '\u{200D}' if self.joins && self.chars.peek().is_some_and(|&next| is_joining(next)) => {
                return Look::Itself;
            }
            _ if is_ignored(c) || is_blank(c) => return self.hidden(),
            _ => {}
        }
        match c.general_category() {
            Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter => {
                self.stands_on(Base::Letter);
                self.joins = is_joining(c);
            }
            Category::DecimalNumber | Category::LetterNumber | Category::OtherNumber => self.stands_on(Base::Letter),
            Category::MathSymbol | Category::CurrencySymbol | Category::ModifierSymbol | Category::OtherSymbol => {
                self.stands_on(Base::Symbol);
            }
            Category::ConnectorPunctuation
            | Category::DashPunctuation
            | Category::OpenPunctuation
            | Category::ClosePunctuation
            | Category::InitialPunctuation
            | Category::FinalPunctuation
            | Category::OtherPunctuation => self.stands_on(Base::None),
            Category::NonspacingMark | Category::SpacingMark | Category::EnclosingMark => {
                if self.base == Base::None || self.marks == MARKS_IN_A_ROW {
                    return Look::Hidden;
                }
                self.marks += 1;
            }
            Category::SpaceSeparator => {
                self.stands_on(Base::None);
                return Look::Space;
            }
            Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::PrivateUse
            | Category::Surrogate
            | Category::Unassigned => return self.hidden(),
        }
        Look::Itself
    }

    fn hidden(&mut self) -> Look {
        self.stands_on(Base::None);
        Look::Hidden
    }

    fn stands_on(&mut self, base: Base) {
        (self.base, self.marks, self.joins) = (base, 0, false);
    }
}

impl Iterator for Looks<'_> {
    type Item = (char, Look);

    fn next(&mut self) -> Option<Self::Item> {
        let c = self.chars.next()?;
        Some((c, self.look(c)))
    }
}

/// Letters and marks that are ignored by default (Unicode 17.0, `Default_Ignorable_Code_Point`); of other categories
/// none is shown.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The braille blank, the null notehead, the Khitan filler, and the mark in the place of an object.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{2800}' | '\u{1D159}' | '\u{16FE4}' | '\u{FFFC}')
}

/// Letters of the scripts whose letters join: in the blocks of Arabic, Syriac, N'Ko, Mandaic, Mongolian and their kin, and
/// of the scripts of India and South-East Asia that write a virama.
fn is_joining(c: char) -> bool {
    let of_script = matches!(c, '\u{600}'..='\u{77F}' | '\u{7C0}'..='\u{7FF}' | '\u{840}'..='\u{DFF}' | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{18AF}' | '\u{1A20}'..='\u{1AAF}' | '\u{1B00}'..='\u{1BFF}' | '\u{A800}'..='\u{A82F}'
        | '\u{A840}'..='\u{A8FF}' | '\u{A980}'..='\u{A9FF}' | '\u{AA60}'..='\u{AA7F}' | '\u{AAE0}'..='\u{AAFF}'
        | '\u{ABC0}'..='\u{ABFF}' | '\u{10AC0}'..='\u{10AFF}' | '\u{10D00}'..='\u{10D3F}' | '\u{10F30}'..='\u{10FDF}'
        | '\u{11000}'..='\u{11FBF}' | '\u{1E900}'..='\u{1E95F}');
    of_script && c.general_category_group() == GeneralCategoryGroup::Letter
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A character of every kind that is not shown.
    const HIDDEN: &[char] = &[
        '\0',
        '\u{7}',
        '\u{8}',
        '\u{b}',
        '\u{c}',
        '\u{1b}',
        '\u{7f}',
        '\u{85}',
        '\u{9b}',
        '\u{ad}',
        '\u{34f}',
        '\u{600}',
        '\u{61c}',
        '\u{6dd}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180b}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{202d}',
        '\u{202e}',
        '\u{2060}',
        '\u{2061}',
        '\u{2065}',
        '\u{2066}',
        '\u{2067}',
        '\u{2068}',
        '\u{2069}',
        '\u{206a}',
        '\u{2800}',
        '\u{3164}',
        '\u{e000}',
        '\u{fdd0}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff9}',
        '\u{fffc}',
        '\u{ffff}',
        '\u{1bca0}',
        '\u{1d159}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e0100}',
        '\u{f0000}',
        '\u{10ffff}',
    ];

    #[test]
    fn what_hides_is_shown_by_its_code_point() {
        for &c in HIDDEN {
            for text in [format!("a{c}b"), format!("{c}ab"), format!("ab{c}")] {
                assert_eq!(hidden(&text), Some(c), "{text:?}");
                let isolated = text.replace(c, &c.escape_unicode().to_string());
                assert_eq!(Alone(&text).to_string(), format!("\u{2068}{isolated}\u{2069}"));
                assert_eq!(Quoted(&text).to_string(), format!("“\u{2068}{isolated}\u{2069}”"));
                assert_eq!(Name(&text).to_string(), Quoted(&text).to_string());
                let machine = json(&text).into_owned();
                assert!(machine.is_ascii(), "{machine:?}");
                assert_eq!(serde_json::from_str::<String>(&serde_json::to_string(&text).unwrap()).unwrap(), text);
                assert_eq!(
                    serde_json::from_str::<String>(&json(&serde_json::to_string(&text).unwrap())).unwrap(),
                    text
                );
            }
        }
    }

    /// Every character of the planes that have any: what is let through is of a category that is seen, and twice is as once.
    #[test]
    fn no_character_gets_past() {
        let mut itself = 0;
        for c in (0..0x3_4000).chain(0xE_0000..0xE_1000).filter_map(char::from_u32) {
            let text = format!("a{c}b");
            for shown in [Alone(&text).to_string(), Line(&text).to_string()] {
                let inner: Vec<char> = shown.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect();
                for shown in inner {
                    let group = shown.general_category_group();
                    assert!(
                        shown == ' ' || !matches!(group, GeneralCategoryGroup::Other | GeneralCategoryGroup::Separator),
                        "{shown:?} of {c:?}"
                    );
                    assert!(!is_ignored(shown) && !is_blank(shown), "{shown:?}");
                }
                let line = shown.clone();
                assert_eq!(Line(&line).to_string(), shown, "{c:?}");
            }
            itself += u32::from(hidden(&text).is_none());
        }
        assert!(itself > 100_000, "{itself}");
    }

    #[test]
    fn what_languages_need_is_let_through() {
        for text in [
            "Amina Noor",
            "Ñandú",
            "Vie\u{302}\u{323}t",
            "Олена",
            "فحص الرافعة",
            "می\u{200c}شود",
            "کتاب\u{200c}ها",
            "क्\u{200d}ष",
            "श्री\u{200c}मान",
            "ශ්\u{200d}රී",
            "ที่นี่",
            "မြို့",
            "དབུ་ཅན",
            "שָׁלוֹם",
            "한국어",
            "東京",
            "👍🏽",
            "4 °C",
            "½",
            "№ 5",
            "O’Neil",
        ] {
            assert_eq!(hidden(text), None, "{text}");
            assert_eq!(Alone(text).to_string(), format!("\u{2068}{text}\u{2069}"));
        }
        assert_eq!(Alone("⚠\u{fe0f} hot").to_string(), "\u{2068}⚠ hot\u{2069}");
        assert_eq!(hidden("⚠\u{fe0f} hot"), Some('\u{fe0f}'));
    }

    #[test]
    fn joiners_stand_between_letters_that_join() {
        for text in [
            "می\u{200c}",
            "\u{200c}می",
            "می\u{200c} شود",
            "می\u{200c}\u{200c}شود",
            "a\u{200d}b",
            "می\u{200c}a",
            "👩\u{200d}🏭",
        ] {
            assert!(matches!(hidden(text), Some('\u{200c}' | '\u{200d}')), "{text:?}");
        }
    }

    #[test]
    fn marks_need_a_letter_and_are_few() {
        let flood = format!("a{}", "\u{301}".repeat(50));
        assert_eq!(hidden(&flood), Some('\u{301}'));
        assert_eq!(Alone(&flood).to_string().matches('\u{301}').count(), MARKS_IN_A_ROW);
        for text in ["\u{301}a", " \u{30b}", "(\u{30e}", "“\u{20dd}", "\n\u{301}"] {
            assert!(hidden(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn nothing_in_quotes_looks_like_one() {
        for text in ["a”, by “b", "a\", by \"b", "a'', by ''b", "a’’, by ‘‘b", "a»«b", "a″b", "a＂b", "a‟„b", "a'’`b"]
        {
            let shown = Quoted(text).to_string();
            let inner = shown.strip_prefix("“\u{2068}").and_then(|shown| shown.strip_suffix("\u{2069}”")).unwrap();
            assert!(!inner.contains(like_quotes), "{shown}");
            assert!(
                !inner.chars().zip(inner.chars().skip(1)).any(|(a, b)| like_apostrophe(a) && like_apostrophe(b)),
                "{shown}"
            );
        }
    }

    #[test]
    fn long_values_are_cut_and_counted() {
        assert_eq!(Alone(&"é".repeat(LONGEST)).to_string().chars().count(), LONGEST + 2);
        assert_eq!(
            Alone(&"é".repeat(LONGEST + 1)).to_string(),
            format!("\u{2068}{}…\u{2069} (201 characters)", "é".repeat(LONGEST))
        );
        // A code point is shown whole or not at all.
        let shown = Quoted(&"\u{202e}".repeat(1000)).to_string();
        assert!(
            shown.chars().count() < LONGEST + 30 && shown.contains("\\u{202e}…\u{2069}” (1000 characters)"),
            "{shown}"
        );
    }

    #[test]
    fn a_line_closes_what_it_opens() {
        assert_eq!(Line("a \u{2068}b \u{2067}c").to_string(), "a \u{2068}b \\u{2067}c\u{2069}");
        assert_eq!(Line("a\u{2069}b\nVALID  c").to_string(), "a\\u{2069}b VALID  c");
    }
}
