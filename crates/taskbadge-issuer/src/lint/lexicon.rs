//! The word list `terms.txt`, and finding its terms in a text.

use std::{collections::HashMap, sync::LazyLock};

use super::Code;
use crate::roster::squashed;

/// Where a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Hint,
    Column,
    Criterion,
}

/// The list that is built in.
pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::parse(include_str!("terms.txt")).expect("terms.txt is read by a test"));

/// Terms in the order of their file, found by their first word.
pub(super) struct Lexicon {
    terms: Vec<Term>,
    by_first_word: HashMap<String, Vec<usize>>,
    by_first_pattern: Vec<usize>,
}

/// One term of the list.
pub(super) struct Term {
    pub(super) code: Code,
    pub(super) spelling: String,
    places: Vec<Place>,
    words: Vec<Pattern>,
    squashed: String,
}

impl Lexicon {
    /// The first term of each code that counts at one of `places` and stands in the text.
    pub(super) fn find(&self, text: &str, places: &[Place]) -> Vec<(&Term, Place)> {
        let folded = fold(text);
        let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let mut found: Vec<(&Term, Place)> = Vec::new();
        for start in 0..words.len() {
            let first = words[start];
            let exact = self.by_first_word.get(first).into_iter().flatten();
            for term in exact.chain(&self.by_first_pattern).map(|index| &self.terms[*index]) {
                if let Some(place) = term.counts_at(places)
                    && term.begins(&words[start..])
                {
                    add(&mut found, term, place);
                }
            }
        }
        found
    }

    /// The first term of each code for which a column called `header` is not wanted: by its words, or as a whole
    /// without spaces (`DateOfBirth`).
    ///
    /// In the header of a grade only terms count that would also count in a text: a quiz may be called `Health and
    /// safety`, but not `Asylum`.
    pub(super) fn find_column(&self, header: &str) -> Vec<&Term> {
        let mut found = self.find(header, &[Place::Column]);
        if is_grade(header) {
            found.retain(|(term, _)| term.places.len() > 1);
        }
        let whole = fold(&squashed(header));
        for term in self.terms.iter().filter(|term| term.squashed == whole && !whole.is_empty()) {
            if let Some(place) = term.counts_at(&[Place::Column]) {
                add(&mut found, term, place);
            }
        }
        found.into_iter().map(|(term, _)| term).collect()
    }

    fn parse(list: &str) -> Result<Self, String> {
        let mut lexicon = Self { terms: Vec::new(), by_first_word: HashMap::new(), by_first_pattern: Vec::new() };
        for (line, text) in (1..).zip(list.lines()) {
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let term =
                Term::parse(text).ok_or_else(|| format!("line {line}: not `code where language term`: {text}"))?;
            let index = lexicon.terms.len();
            match &term.words[..] {
                [Pattern { word, open: Open::Nowhere }, ..] => {
                    lexicon.by_first_word.entry(word.clone()).or_default().push(index);
                }
                _ => lexicon.by_first_pattern.push(index),
            }
            lexicon.terms.push(term);
        }
        Ok(lexicon)
    }
}

/// Whether the header is that of a grade: `Quiz: Forklift check (Real)` in Moodle, `Forklift check (1234)` in Canvas.
fn is_grade(header: &str) -> bool {
    let in_brackets = header.trim().strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    in_brackets.is_some_and(|(title, inside)| title.contains(": ") || inside.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Adds a term unless its code is there; an error takes the place of a warning.
fn add<'l>(found: &mut Vec<(&'l Term, Place)>, term: &'l Term, place: Place) {
    match found.iter_mut().find(|(other, _)| other.code == term.code) {
        None => found.push((term, place)),
        Some(other) if other.1 == Place::Hint && place == Place::Text => *other = (term, place),
        Some(_) => {}
    }
}

impl Term {
    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.split_whitespace();
        let code = parts.next()?.parse().ok()?;
        let places = parts.next()?.split('+').map(Place::parse).collect::<Option<Vec<_>>>()?;
        let language = parts.next()?;
        let spelling = parts.collect::<Vec<_>>().join(" ");
        let words: Vec<_> = spelling.split_whitespace().flat_map(Pattern::parse).collect();
        let good = (2..=3).contains(&language.len()) && !words.is_empty();
        let squashed = fold(&squashed(&spelling));
        good.then_some(Self { code, spelling, places, words, squashed })
    }

    fn counts_at(&self, places: &[Place]) -> Option<Place> {
        self.places.iter().copied().find(|place| places.contains(place))
    }

    fn begins(&self, words: &[&str]) -> bool {
        self.words.len() <= words.len() && self.words.iter().zip(words).all(|(pattern, word)| pattern.fits(word))
    }
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "hint" => Some(Self::Hint),
            "column" => Some(Self::Column),
            "criterion" => Some(Self::Criterion),
            _ => None,
        }
    }
}

/// A word of a term, folded, and on which side more letters may follow.
struct Pattern {
    word: String,
    open: Open,
}

enum Open {
    Nowhere,
    Before,
    After,
    Around,
}

impl Pattern {
    /// The patterns of one written word; `d'asile` is two.
    fn parse(written: &str) -> Vec<Self> {
        let open = match (written.starts_with('*'), written.ends_with('*')) {
            (false, false) => Open::Nowhere,
            (true, false) => Open::Before,
            (false, true) => Open::After,
            (true, true) => Open::Around,
        };
        let folded = fold(written);
        let mut words: Vec<_> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let last = words.pop();
        let closed = words.into_iter().map(|word| Self { word: word.to_owned(), open: Open::Nowhere });
        closed.chain(last.map(|word| Self { word: word.to_owned(), open })).collect()
    }

    fn fits(&self, word: &str) -> bool {
        match self.open {
            Open::Nowhere => word == self.word,
            Open::Before => word.ends_with(&self.word),
            Open::After => word.starts_with(&self.word),
            Open::Around => word.contains(&self.word),
        }
    }
}

/// The text in lower case without accents, so that `REFUGIE` finds `réfugié`, and without the marks and letter variants
/// that Arabic writers put or leave.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // Combining accents; Arabic vowel marks and the lengthening stroke.
            '\u{300}'..='\u{36F}' | '\u{64B}'..='\u{652}' | '\u{670}' | '\u{640}' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' => folded.push('a'),
            'ç' | 'ć' | 'č' => folded.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => folded.push('e'),
            'ì'..='ï' | 'ī' | 'ı' => folded.push('i'),
            'ñ' | 'ń' | 'ň' => folded.push('n'),
            'ò'..='ö' | 'ō' | 'ő' => folded.push('o'),
            'ù'..='ü' | 'ū' | 'ű' | 'ů' => folded.push('u'),
            'ğ' => folded.push('g'),
            'ş' | 'ś' | 'š' => folded.push('s'),
            'ý' | 'ÿ' => folded.push('y'),
            'ź' | 'ż' | 'ž' => folded.push('z'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'й' | 'ї' => folded.push('и'),
            'ё' => folded.push('е'),
            'أ' | 'إ' | 'آ' => folded.push('ا'),
            'ى' => folded.push('ي'),
            c => folded.push(c),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_well_formed() {
        let lexicon = Lexicon::parse(include_str!("terms.txt")).unwrap();
        assert!(lexicon.terms.len() > 400);
        let mut seen = std::collections::HashSet::new();
        for line in include_str!("terms.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert!(seen.insert(line), "twice in terms.txt: {line}");
        }
        assert!(Lexicon::parse("privacy.status nowhere en asylum").is_err());
        assert!(Lexicon::parse("privacy.unknown text en asylum").is_err());
        assert!(Lexicon::parse("privacy.status text en").is_err());
    }

    #[test]
    fn grades_may_be_of_anything_but_the_person() {
        let codes = |header| LEXICON.find_column(header).iter().map(|term| term.code.as_str()).collect::<Vec<_>>();
        assert_eq!(codes("Quiz: Health and safety (Real)"), [""; 0]);
        assert_eq!(codes("Address the customer (4711)"), [""; 0]);
        assert_eq!(codes("Attendance (Real)"), ["privacy.attendance"]);
        assert_eq!(codes("Address (home)"), ["privacy.address"]);
    }

    #[test]
    fn every_term_finds_itself() {
        for term in &LEXICON.terms {
            let text = format!("— {} —", term.spelling.replace('*', "").to_uppercase());
            for place in &term.places {
                let found = LEXICON.find(&text, &[*place]);
                assert!(found.iter().any(|(other, _)| other.code == term.code), "{}", term.spelling);
            }
        }
    }
}
