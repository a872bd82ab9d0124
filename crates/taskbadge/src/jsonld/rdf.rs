//! An RDF dataset (RDF 1.1 Concepts section 4) in the shape its canonical form needs.
//!
//! Canonicalising is copying, sorting and hashing of N-Quads text. So every IRI and literal is written once, at its
//! birth, as its canonical N-Quads text (RDFC-1.0 appendix A) into one string; a quad is four small references into
//! that string.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::finding::{Code, Finding};

/// A dataset under construction: quads of terms, and the text of the terms.
///
/// ```
/// use taskbadge::jsonld::rdf::Dataset;
/// let mut dataset = Dataset::default();
/// let badge = dataset.iri("urn:uuid:6f1c");
/// let name = dataset.iri("https://schema.org/name");
/// let text = dataset.literal("Forklift pre-start check", None, None);
/// dataset.insert(badge, name, text, None);
/// assert_eq!(dataset.len(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    text: String,
    quads: Vec<Quad>,
    /// One entry for each blank node: the label that it had in the N-Quads text, if it came from there.
    blanks: Vec<Option<Box<str>>>,
}

/// A term of one [`Dataset`]: an IRI, a literal or a blank node (RDF 1.1 Concepts section 3).
///
/// It means nothing in any other dataset. Equal IRIs and literals may be different terms; the canonical form compares
/// their text.
#[derive(Debug, Clone, Copy)]
pub struct Term(Reference);

impl Dataset {
    /// An empty dataset with room for about so many quads.
    #[must_use]
    pub fn with_capacity(quads: usize) -> Self {
        // Three terms to a quad, of the length that the IRIs of badge vocabularies have.
        Self { text: String::with_capacity(quads * 160), quads: Vec::with_capacity(quads), blanks: Vec::new() }
    }

    /// The term for an IRI, which the caller has found to be absolute.
    ///
    /// Canonical N-Quads write IRIs without escapes. What `IRIREF` of the grammar excludes (spaces, `<>"{}|^`, the
    /// grave accent, backslash, controls) cannot stand in an IRI; should it come all the same, it is written as
    /// `\u00XX`, so that no IRI can pretend to be the end of a term and two datasets never share a canonical form.
    pub fn iri(&mut self, iri: &str) -> Term {
        let start = self.text.len();
        self.push_iri(iri);
        self.written(start)
    }

    /// The term for a literal (RDF 1.1 Concepts section 3.3) in its canonical form: `"text"`, `"text"^^<datatype>` or
    /// `"text"@language`.
    ///
    /// The datatype `xsd:string` is not written. With a language the datatype is `rdf:langString` by definition, and
    /// what is given as the datatype is not looked at. A language tag keeps its case.
    pub fn literal(&mut self, text: &str, datatype: Option<&str>, language: Option<&str>) -> Term {
        let start = self.text.len();
        self.text.push('"');
        push_escaped(&mut self.text, text);
        self.text.push('"');
        match (language, datatype) {
            (Some(language), _) => {
                self.text.push('@');
                push_unless(&mut self.text, language, |byte| !(byte.is_ascii_alphanumeric() || byte == b'-'));
            }
            (None, Some(datatype)) if datatype != XSD_STRING => {
                self.text.push_str("^^");
                self.push_iri(datatype);
            }
            (None, _) => {}
        }
        self.written(start)
    }

    /// A fresh blank node, different from every other of this dataset.
    pub fn blank(&mut self) -> Term {
        self.push_blank(None)
    }

    /// Adds a quad; without a graph it belongs to the default graph.
    ///
    /// A dataset is a set: a quad that is added again changes nothing in the canonical form. The predicate has to be an
    /// IRI; canonicalisation refuses a blank node in its place.
    pub fn insert(&mut self, subject: Term, predicate: Term, object: Term, graph: Option<Term>) {
        self.quads.push(Quad { subject, predicate, object, graph });
    }

    /// How many quads were inserted, repetitions counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.quads.len()
    }

    /// Whether no quad was inserted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.quads.is_empty()
    }

    /// The blank nodes that came from N-Quads text, with the labels that they had there (without `_:`).
    ///
    /// This is the input blank node identifier map of RDFC-1.0 section 4.2.
    pub fn labelled(&self) -> impl Iterator<Item = (&str, Term)> {
        let numbered = (0..).zip(&self.blanks);
        numbered.filter_map(|(number, label)| Some((label.as_deref()?, Term(Reference::Blank(number)))))
    }

    /// Reads N-Quads (RDF 1.1 N-Quads section 6), strictly: absolute IRIs, one statement to a line.
    ///
    /// ```
    /// use taskbadge::jsonld::rdf::Dataset;
    /// let dataset = Dataset::parse_nquads("_:b <https://schema.org/name> \"Amina\"@sw . # a comment\n")?;
    /// assert_eq!(dataset.labelled().map(|(label, _)| label).collect::<Vec<_>>(), ["b"]);
    ///
    /// let refused = Dataset::parse_nquads("<a> <b> <c> .").unwrap_err();
    /// assert_eq!(refused.detail(), Some("line 1: an IRI is not absolute"));
    /// # Ok::<(), taskbadge::finding::Finding>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Code::ContextMalformed`] with the number of the first line that is not N-Quads, or for more than 256 MiB.
    pub fn parse_nquads(text: &str) -> Result<Self, Finding> {
        if text.len() > 256 << 20 {
            return Err(Finding::new(Code::ContextMalformed).because("it is far too large"));
        }
        let mut dataset = Self::default();
        let mut labels = HashMap::new();
        for (number, line) in (1..).zip(text.split('\n')) {
            // A carriage return ends a line as well; numbering by line feeds is what editors show.
            for line in line.split('\r') {
                Line { rest: line, dataset: &mut dataset, labels: &mut labels }
                    .statement()
                    .map_err(|why| Finding::new(Code::ContextMalformed).because(format!("line {number}: {why}")))?;
            }
        }
        Ok(dataset)
    }

    pub(super) fn quads(&self) -> &[Quad] {
        &self.quads
    }

    /// How many blank nodes there are; they are numbered from 0.
    pub(super) fn blanks(&self) -> usize {
        self.blanks.len()
    }

    /// How long the text of the terms is.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn part(&self, term: Term) -> Part<'_> {
        match term.0 {
            Reference::Text { start, end } => Part::Text(&self.text[start as usize..end as usize]),
            Reference::Blank(number) => Part::Blank(number as usize),
        }
    }

    fn push_iri(&mut self, iri: &str) {
        self.text.push('<');
        push_unless(&mut self.text, iri, outside_iri);
        self.text.push('>');
    }

    fn push_blank(&mut self, label: Option<Box<str>>) -> Term {
        let number = offset(self.blanks.len());
        self.blanks.push(label);
        Term(Reference::Blank(number))
    }

    fn written(&self, start: usize) -> Term {
        Term(Reference::Text { start: offset(start), end: offset(self.text.len()) })
    }
}

/// A quad: a triple and the graph that it is in, the default graph if none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quad {
    pub(super) subject: Term,
    pub(super) predicate: Term,
    pub(super) object: Term,
    pub(super) graph: Option<Term>,
}

/// What a term is, as the canonicaliser reads it. The order is that of no standard; it only brings equals together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    /// Canonical N-Quads text of an IRI or a literal.
    Text(&'a str),
    /// The number of a blank node.
    Blank(usize),
}

impl Part<'_> {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Blank(_) => 0,
        }
    }
}

impl Term {
    /// The number of the blank node, if it is one.
    pub(super) fn blank(self) -> Option<usize> {
        match self.0 {
            Reference::Blank(number) => Some(number as usize),
            Reference::Text { .. } => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Reference {
    /// A span of the dataset's text.
    Text { start: u32, end: u32 },
    /// A position in the dataset's list of blank nodes.
    Blank(u32),
}

/// Small, since a document has very many; no limit lets one come near.
fn offset(value: usize) -> u32 {
    u32::try_from(value).expect("datasets are limited to 32-bit offsets")
}

const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// Writes the inside of a literal: RDFC-1.0 appendix A, the rules for `STRING_LITERAL_QUOTE`.
fn push_escaped(out: &mut String, text: &str) {
    // Almost no text needs an escape, and a loop without an exit looks at many bytes at once. 0xEF begins U+FFFE and
    // U+FFFF.
    if !text.bytes().fold(false, |found, byte| found | (byte < 0x20) | matches!(byte, b'"' | b'\\' | 0x7F | 0xEF)) {
        out.push_str(text);
        return;
    }
    for char in text.chars() {
        match char {
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // The last two are the only scalar values above U+0000 that are no `Char` of XML 1.1.
            '\0'..='\u{1F}' | '\u{7F}' | '\u{FFFE}' | '\u{FFFF}' => push_uchar(out, char),
            _ => out.push(char),
        }
    }
}

/// Writes the text natively but for the ASCII characters that are excluded there.
fn push_unless(out: &mut String, text: &str, excluded: impl Fn(u8) -> bool) {
    if !text.bytes().fold(false, |found, byte| found | excluded(byte)) {
        out.push_str(text);
        return;
    }
    for char in text.chars() {
        if u8::try_from(char).is_ok_and(|byte| byte.is_ascii() && excluded(byte)) {
            push_uchar(out, char);
        } else {
            out.push(char);
        }
    }
}

/// Writes `\uXXXX` with upper-case digits, for the characters up to U+FFFF that want it.
fn push_uchar(out: &mut String, char: char) {
    use std::fmt::Write;
    // Writing to a string cannot fail.
    let _ = write!(out, "\\u{:04X}", u32::from(char));
}

/// What the production `IRIREF` excludes. All of it is ASCII.
fn outside_iri(byte: u8) -> bool {
    byte <= 0x20 || matches!(byte, b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\')
}

/// The part of a line of N-Quads that is still to be read.
struct Line<'a, 'd> {
    rest: &'a str,
    dataset: &'d mut Dataset,
    labels: &'d mut HashMap<&'a str, Term>,
}

/// What is wrong with a line.
type Why = &'static str;

impl<'a> Line<'a, '_> {
    /// `statement?` and a comment, to the end of the line.
    fn statement(mut self) -> Result<(), Why> {
        if self.ended() {
            return Ok(());
        }
        let subject = self.iri_or_blank()?.ok_or("the subject is no IRI or blank node")?;
        let predicate = self.iri()?.ok_or("the predicate is no IRI")?;
        let predicate = self.dataset.iri(&predicate);
        let object = match self.iri_or_blank()? {
            Some(term) => term,
            None => self.literal()?.ok_or("the object is no IRI, blank node or literal")?,
        };
        let graph = self.iri_or_blank()?;
        if !self.take(".") {
            return Err("the statement does not end in a full stop");
        }
        self.dataset.insert(subject, predicate, object, graph);
        if self.ended() { Ok(()) } else { Err("there is more after the full stop") }
    }

    fn iri_or_blank(&mut self) -> Result<Option<Term>, Why> {
        if let Some(iri) = self.iri()? {
            return Ok(Some(self.dataset.iri(&iri)));
        }
        if !self.take("_:") {
            return Ok(None);
        }
        let end = self.rest.find(|char| !(label_char(char) || char == '.')).unwrap_or(self.rest.len());
        let label = self.rest[..end].trim_end_matches('.');
        if !label.starts_with(|char: char| label_start(char) || char.is_ascii_digit()) {
            return Err("a blank node has no proper label");
        }
        self.rest = &self.rest[label.len()..];
        let Self { dataset, labels, .. } = self;
        Ok(Some(*labels.entry(label).or_insert_with(|| dataset.push_blank(Some(label.into())))))
    }

    /// `IRIREF`, its escapes resolved; and absolute, as section 2.1 asks.
    fn iri(&mut self) -> Result<Option<Cow<'a, str>>, Why> {
        if !self.take("<") {
            return Ok(None);
        }
        let (raw, rest) = self.rest.split_once('>').ok_or("an IRI does not end")?;
        self.rest = rest;
        let iri = unescape(raw, |_| None)?;
        if iri.bytes().any(outside_iri) {
            return Err("an IRI has a character that no IRI may have");
        }
        let (scheme, _) = iri.split_once(':').ok_or("an IRI is not absolute")?;
        let proper = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.');
        if !scheme.starts_with(|char: char| char.is_ascii_alphabetic()) || !scheme.chars().all(proper) {
            return Err("an IRI is not absolute");
        }
        Ok(Some(iri))
    }

    /// `literal`: a string with a datatype, a language tag or neither.
    fn literal(&mut self) -> Result<Option<Term>, Why> {
        if !self.take("\"") {
            return Ok(None);
        }
        let mut escaped = false;
        let closes = |char: char| {
            let closes = char == '"' && !escaped;
            escaped = char == '\\' && !escaped;
            closes
        };
        let end = self.rest.find(closes).ok_or("a literal does not end")?;
        let text = unescape(&self.rest[..end], echar)?;
        self.rest = &self.rest[end + 1..];
        if self.take("^^") {
            let datatype = self.iri()?.ok_or("a datatype is no IRI")?;
            return Ok(Some(self.dataset.literal(&text, Some(&datatype), None)));
        }
        if !self.take("@") {
            return Ok(Some(self.dataset.literal(&text, None, None)));
        }
        let end =
            self.rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '-')).unwrap_or(self.rest.len());
        let (language, rest) = self.rest.split_at(end);
        let mut subtags = language.split('-');
        let primary = subtags.next().unwrap_or_default();
        if primary.is_empty() || primary.contains(|char: char| char.is_ascii_digit()) || subtags.any(str::is_empty) {
            return Err("a language tag is malformed");
        }
        self.rest = rest;
        Ok(Some(self.dataset.literal(&text, None, Some(language))))
    }

    /// Takes the token if it comes next, white space before it skipped.
    fn take(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    /// Whether nothing but a comment is left.
    fn ended(&mut self) -> bool {
        self.take("#") || self.rest.is_empty()
    }
}

/// Resolves `UCHAR`, and whatever one-letter escapes are allowed besides.
fn unescape(raw: &str, letter: impl Fn(char) -> Option<char>) -> Result<Cow<'_, str>, Why> {
    let mut pieces = raw.split('\\');
    let first = pieces.next().unwrap_or_default();
    if first.len() == raw.len() {
        return Ok(Cow::Borrowed(raw));
    }
    const WRONG: Why = "an escape is malformed";
    let mut text = String::with_capacity(raw.len());
    text.push_str(first);
    while let Some(piece) = pieces.next() {
        let mut chars = piece.chars();
        let (char, rest) = match chars.next() {
            // An escaped backslash: splitting at backslashes left nothing before the next one.
            None => (letter('\\').ok_or(WRONG)?, pieces.next().ok_or(WRONG)?),
            Some('u') => uchar(&piece[1..], 4).ok_or(WRONG)?,
            Some('U') => uchar(&piece[1..], 8).ok_or(WRONG)?,
            Some(char) => (letter(char).ok_or(WRONG)?, chars.as_str()),
        };
        text.push(char);
        text.push_str(rest);
    }
    Ok(Cow::Owned(text))
}

/// The character that so many hexadecimal digits name, and what follows them.
fn uchar(text: &str, digits: usize) -> Option<(char, &str)> {
    let (hex, rest) = text.split_at_checked(digits)?;
    // `from_str_radix` would take a sign.
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, rest))
}

/// `ECHAR`.
fn echar(letter: char) -> Option<char> {
    Some(match letter {
        't' => '\t',
        'b' => '\u{8}',
        'n' => '\n',
        'r' => '\r',
        'f' => '\u{C}',
        '"' | '\'' | '\\' => letter,
        _ => return None,
    })
}

/// `PN_CHARS_U`.
fn label_start(char: char) -> bool {
    matches!(char,
        'A'..='Z' | 'a'..='z' | '_' | ':' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// `PN_CHARS`.
fn label_char(char: char) -> bool {
    label_start(char) || matches!(char, '-' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
