//! What is wrong with a file that a person wrote: every mistake, where it is, and the way out.

use std::fmt;

use taskbadge::shown::{Line, Name, Quoted};

/// One mistake in a file: where, what happened, and what to do next.
///
/// Reads as `line:column: field: what happened; what to do next`, leaving out what is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    line: Option<u64>,
    column: Option<u64>,
    field: Option<String>,
    what: String,
    next: String,
}

impl Mistake {
    /// A mistake of the file as a whole: `what` happened and what to do `next`, as clauses without a full stop.
    pub(crate) fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { line: None, column: None, field: None, what: what.into(), next: next.into() }
    }

    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(crate) fn at_column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    pub(crate) fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The physical line in the file, from 1, where the mistake belongs to a line.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.line
    }

    /// The character in the line, from 1, where it is known.
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.column
    }

    /// The template field (`levels[2].name`) or the roster column, by its header, that is wrong.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What happened, in English, as a clause without a full stop.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do next, in English, as a clause without a full stop.
    #[must_use]
    pub fn next(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "{line}:{column}: ")?,
            (Some(line), None) => write!(f, "{line}: ")?,
            (None, _) => {}
        }
        if let Some(field) = &self.field {
            write!(f, "{}: ", Name(field))?;
        }
        write!(f, "{}; {}", Line(&self.what), Line(&self.next))
    }
}

/// Every mistake of one file, in the order of the file. Never empty.
///
/// Reads as one mistake a line, each begun with the file's name, so that an editor can jump to it; after the first
/// hundred it only counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes {
    file: String,
    list: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn one(file: &str, mistake: Mistake) -> Self {
        Self { file: file.to_owned(), list: vec![mistake] }
    }

    /// `Ok(value)` if nothing is wrong, else all that is, sorted by line.
    pub(crate) fn or<T>(file: &str, mut list: Vec<Mistake>, value: Option<T>) -> Result<T, Self> {
        list.sort_by_key(|mistake| (mistake.line, mistake.column));
        match value {
            Some(value) if list.is_empty() => Ok(value),
            _ => Err(Self { file: file.to_owned(), list }),
        }
    }

    pub(crate) fn into_list(self) -> Vec<Mistake> {
        self.list
    }

    /// The file as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The mistakes, at least one, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Mistake] {
        &self.list
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 100;
        for (number, mistake) in self.list.iter().take(SHOWN).enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            let space = if mistake.line.is_some() { "" } else { " " };
            write!(f, "{separator}{}:{space}{mistake}", Name(&self.file))?;
        }
        match self.list.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n{}: and {more} more", Name(&self.file)),
        }
    }
}

impl std::error::Error for Mistakes {}

/// The candidate that `word` was most likely meant to be, if one is close enough to be worth proposing.
pub(crate) fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // A guess costs time in the square of the length, and nobody mistypes a word this long.
    if word.chars().count() > 64 {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// A mistake of a text that a badge would carry, where something in it would not be seen.
pub(crate) fn hidden_character(hidden: char) -> (String, &'static str) {
    let what = format!("has the hidden character U+{:04X}", u32::from(hidden));
    (what, "type the text afresh instead of pasting it")
}

/// A word from the file, as a message quotes it.
pub(crate) fn quoted(text: &str) -> String {
    Quoted(text).to_string()
}

/// `a, b or c`, for "write one of …": fields, words of a list, or ids.
pub(crate) fn alternatives<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_proposes_near_words_only() {
        let fields = ["criteria", "category", "credits"];
        assert_eq!(closest("critera", fields), Some("criteria"));
        assert_eq!(closest("Catgeory", fields), Some("category"));
        assert_eq!(closest("colour", fields), None);
        assert_eq!(closest("", fields), None);
    }

    #[test]
    fn a_mistake_reads_as_place_what_and_next() {
        let mistake = Mistake::new("no such field", "delete it").at_line(3).at_column(1).in_field("tasks");
        assert_eq!(Mistakes::one("a.toml", mistake).to_string(), "a.toml:3:1: tasks: no such field; delete it");
        assert_eq!(
            Mistakes::one("a.csv", Mistake::new("a\u{7}\u{202E}", "b")).to_string(),
            "a.csv: a\\u{7}\\u{202e}; b"
        );
    }

    #[test]
    fn many_mistakes_are_counted() {
        let list = (1..=103).map(|line| Mistake::new("a", "b").at_line(line)).collect();
        let shown = Mistakes::or::<()>("r.csv", list, None).expect_err("there are mistakes").to_string();
        assert_eq!(shown.lines().count(), 101);
        assert!(shown.ends_with("r.csv: and 3 more"));
    }
}
