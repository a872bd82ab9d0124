//! Strict JSON: bytes in, a tree in canonical order out, and the one canonical form.
//!
//! Two parsers must never read one signed document differently. So whatever they might disagree on is refused before
//! anything is signed or verified: a key twice in one object (also when one of them is escaped), half a surrogate pair,
//! a number that a double cannot hold to its last digit. The tree keeps the members of every object in the order of RFC
//! 8785 (JSON Canonicalization Scheme, JCS), so that writing the canonical form is one walk without sorting or parsing
//! again.
//!
//! ```
//! use taskbadge::json::{Document, Limits};
//! let document = Document::parse(br#"{"b": [1.0, "\u20ac"], "a": null}"#, Limits::BADGE)?;
//! assert_eq!(document.root().canonical(), r#"{"a":null,"b":[1,"€"]}"#);
//! # Ok::<(), taskbadge::finding::Finding>(())
//! ```

mod number;
mod parse;

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;

pub use number::canonical_number;

use crate::finding::{Code, Finding};
use crate::work::Budget;

/// How much JSON is read before giving up, so that a hostile file costs little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes a document may have.
    pub bytes: usize,
    /// The deepest nesting of arrays and objects.
    pub depth: usize,
    /// The most values, counting every scalar, array and object.
    pub nodes: usize,
    /// The most proofs.
    pub proofs: usize,
}

impl Limits {
    /// A badge: 1 MiB, depth 64, 50,000 values, four proofs. Real badges are 2 to 100 KB, pictures as data URLs included.
    pub const BADGE: Limits = Limits { bytes: 1 << 20, depth: 64, nodes: 50_000, proofs: 4 };
}

/// A parsed JSON text. It owns its bytes, and every value in it is a view of them.
pub struct Document {
    text: Box<str>,
    /// Strings and numbers whose canonical form is not a slice of `text`.
    rewritten: String,
    entries: Vec<Entry>,
    items: Vec<Node>,
    root: Node,
    form: Form,
}

/// Whether the text as it was received is already its own canonical form, as most issuers write it: then canonicalising
/// is copying.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Canonical,
    Other,
}

/// One value of the tree: a slice of `text` or `rewritten`, or a run of `entries` or `items`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Node {
    tag: Tag,
    start: u32,
    len: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Null,
    False,
    True,
    /// A number whose text in the document is its canonical form.
    Number,
    /// A number whose canonical form stands in `rewritten`.
    RewrittenNumber,
    /// A string without escapes: what stands between its quotes is its value and its canonical form.
    String,
    /// A string with escapes, decoded into `rewritten`.
    RewrittenString,
    Array,
    Object,
}

/// A member of an object.
#[derive(Clone, Copy)]
struct Entry {
    key: Node,
    value: Node,
}

impl Document {
    /// Parses RFC 8259 JSON, strictly.
    ///
    /// # Errors
    /// `json.too-large`, `json.too-deep` and `json.too-many-nodes` beyond the limits; `json.encoding` for text that is
    /// not UTF-8 or begins with a byte order mark; `json.syntax`; `json.duplicate-key`; `json.surrogate`; and
    /// `json.number` for a number whose decimal value changes when it is read as a double and printed by RFC 8785.
    /// Each names the place.
    pub fn parse(bytes: &[u8], limits: Limits) -> Result<Self, Finding> {
        Self::parse_within(bytes, limits, &Budget::of_document(bytes.len()))
    }

    /// [`Document::parse`], where what is done with the document afterwards draws on the same budget.
    ///
    /// ```
    /// use taskbadge::json::{Document, Limits};
    /// use taskbadge::work::Budget;
    /// let text = br#"{"name": "Forklift pre-start check"}"#;
    /// let budget = Budget::of_document(text.len());
    /// Document::parse_within(text, Limits::BADGE, &budget)?;
    /// assert!((1..100).contains(&budget.spent()));
    /// # Ok::<(), taskbadge::finding::Finding>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Document::parse`]; `context.too-complex` where the budget ends.
    pub fn parse_within(bytes: &[u8], limits: Limits, budget: &Budget) -> Result<Self, Finding> {
        parse::document(bytes, limits, budget)
    }

    /// The tree of anything serde can write as JSON, under the limits of a badge.
    ///
    /// # Errors
    /// Those of [`Document::parse`]; `json.syntax` when `value` cannot be written as JSON.
    pub fn from_serialize<T: Serialize + ?Sized>(value: &T) -> Result<Self, Finding> {
        let bytes =
            serde_json::to_vec(value).map_err(|error| Finding::new(Code::JsonSyntax).because(error.to_string()))?;
        Self::parse(&bytes, Limits::BADGE)
    }

    /// The text that was parsed, byte for byte.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value at the top.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        self.value(self.root)
    }

    /// The object at the top: a badge is nothing else.
    ///
    /// # Errors
    /// `json.not-object`.
    pub fn object(&self) -> Result<Object<'_>, Finding> {
        self.root().as_object().ok_or_else(|| Finding::new(Code::JsonNotObject).at(""))
    }

    /// How many values there are.
    pub(crate) fn nodes(&self) -> usize {
        1 + self.entries.len() + self.items.len()
    }

    fn value(&self, node: Node) -> Value<'_> {
        match node.tag {
            Tag::Null => Value::Null,
            Tag::False => Value::Bool(false),
            Tag::True => Value::Bool(true),
            Tag::Number | Tag::RewrittenNumber => Value::Number(Number(self.slice(node))),
            Tag::String | Tag::RewrittenString => Value::String(self.slice(node)),
            Tag::Array => Value::Array(Array { document: self, node }),
            Tag::Object => Value::Object(Object { document: self, node }),
        }
    }

    fn slice(&self, node: Node) -> &str {
        let from = match node.tag {
            Tag::RewrittenNumber | Tag::RewrittenString => &*self.rewritten,
            _ => &*self.text,
        };
        &from[node.range()]
    }

    fn write(&self, node: Node, out: &mut String) {
        match node.tag {
            Tag::Null => out.push_str("null"),
            Tag::False => out.push_str("false"),
            Tag::True => out.push_str("true"),
            Tag::Number | Tag::RewrittenNumber => out.push_str(self.slice(node)),
            Tag::String => {
                out.push('"');
                out.push_str(self.slice(node));
                out.push('"');
            }
            Tag::RewrittenString => write_string(self.slice(node), out),
            Tag::Array => {
                out.push('[');
                for (index, &item) in self.items[node.range()].iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.write(item, out);
                }
                out.push(']');
            }
            Tag::Object => {
                out.push('{');
                for (index, entry) in self.entries[node.range()].iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.write_entry(*entry, out);
                }
                out.push('}');
            }
        }
    }

    fn write_entry(&self, entry: Entry, out: &mut String) {
        self.write(entry.key, out);
        out.push(':');
        self.write(entry.value, out);
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.text.len())
    }
}

impl Node {
    fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// A value of a [`Document`], borrowed from it.
#[derive(Clone, Copy, Debug)]
pub enum Value<'d> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, exact.
    Number(Number<'d>),
    /// A string with its escapes resolved.
    String(&'d str),
    /// An array.
    Array(Array<'d>),
    /// An object, its members in canonical order.
    Object(Object<'d>),
}

impl<'d> Value<'d> {
    /// The text, where this is a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    /// The object, where this is one.
    #[must_use]
    pub fn as_object(self) -> Option<Object<'d>> {
        if let Value::Object(object) = self { Some(object) } else { None }
    }

    /// The array, where this is one.
    #[must_use]
    pub fn as_array(self) -> Option<Array<'d>> {
        if let Value::Array(array) = self { Some(array) } else { None }
    }

    /// The member `key`, where this is an object that has it.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        self.as_object()?.get(key)
    }

    /// The items of an array, or the value itself: JSON-LD's "one or many".
    pub fn one_or_many(self) -> impl Iterator<Item = Value<'d>> {
        let (one, many) = match self {
            Value::Array(array) => (None, Some(array)),
            other => (Some(other), None),
        };
        one.into_iter().chain(many.into_iter().flat_map(Array::iter))
    }

    /// The canonical form of RFC 8785.
    #[must_use]
    pub fn canonical(self) -> String {
        let mut out = String::new();
        self.write_canonical(&mut out);
        out
    }

    /// Appends the canonical form of RFC 8785 to `out`.
    pub fn write_canonical(self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Value::Number(number) => out.push_str(number.canonical()),
            Value::String(text) => write_string(text, out),
            Value::Array(Array { document, node }) | Value::Object(Object { document, node }) => {
                document.write(node, out);
            }
        }
    }
}

/// A number, held as its canonical text (RFC 8785 section 3.2.2.3); its value is exactly that of the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<'d>(&'d str);

impl<'d> Number<'d> {
    /// The canonical text, such as `1.5` for `1.50`.
    #[must_use]
    pub fn canonical(self) -> &'d str {
        self.0
    }

    /// The value as a double; exact, since numbers that no double holds were refused.
    #[must_use]
    #[allow(clippy::missing_panics_doc, reason = "it does not panic")]
    pub fn as_f64(self) -> f64 {
        self.0.parse().expect("a canonical number is one that Rust reads")
    }
}

/// An array of a [`Document`].
#[derive(Clone, Copy)]
pub struct Array<'d> {
    document: &'d Document,
    node: Node,
}

impl<'d> Array<'d> {
    /// The items in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = Value<'d>> + ExactSizeIterator {
        self.document.items[self.node.range()].iter().map(move |&node| self.document.value(node))
    }

    /// How many items there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.node.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.node.len == 0
    }
}

impl fmt::Debug for Array<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Value::Array(*self).canonical())
    }
}

/// An object of a [`Document`], its members ordered by the UTF-16 code units of their keys (RFC 8785 section 3.2.3).
#[derive(Clone, Copy)]
pub struct Object<'d> {
    document: &'d Document,
    node: Node,
}

impl<'d> Object<'d> {
    /// The value under `key`. An absent member and a `null` one differ.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'d>> {
        let entries = &self.document.entries[self.node.range()];
        // The keys of badges are few, and most differ in length: looking at each beats a search that compares texts.
        let found = if entries.len() <= 16 {
            entries.iter().find(|entry| self.document.slice(entry.key) == key)?
        } else {
            &entries[entries.binary_search_by(|entry| utf16_order(self.document.slice(entry.key), key)).ok()?]
        };
        Some(self.document.value(found.value))
    }

    /// The members in canonical order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = (&'d str, Value<'d>)> {
        let document = self.document;
        document.entries[self.node.range()]
            .iter()
            .map(move |entry| (document.slice(entry.key), document.value(entry.value)))
    }

    /// The member at this place of the canonical order.
    pub(crate) fn nth(self, index: usize) -> Option<(&'d str, Value<'d>)> {
        let entry = self.document.entries[self.node.range()].get(index)?;
        Some((self.document.slice(entry.key), self.document.value(entry.value)))
    }

    /// How many members there are.
    #[must_use]
    pub fn len(self) -> usize {
        self.node.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.node.len == 0
    }

    /// Appends the canonical form of this object with `member` for what it has under `key`, if anything.
    ///
    /// A proof covers the document without its proofs, or with just the earlier ones (Data Integrity 1.0 section 4.3).
    pub fn write_canonical_with(self, key: &str, member: Member<'_>, out: &mut String) {
        let document = self.document;
        let entries = &document.entries[self.node.range()];
        let place = entries.partition_point(|entry| utf16_order(document.slice(entry.key), key).is_lt());
        let (before, rest) = entries.split_at(place);
        let after = match rest.first() {
            Some(entry) if document.slice(entry.key) == key => &rest[1..],
            _ => rest,
        };
        if let (Form::Canonical, Some(first), Some(next)) = (document.form, rest.first(), after.first())
            && self.node == document.root
        {
            // The text itself, but for what stands between two keys; each begins at its opening quote.
            out.push_str(&document.text[..first.key.start as usize - 1]);
            member.write_entry(key, out);
            out.push_str(&document.text[next.key.start as usize - 1..]);
            return;
        }
        out.push('{');
        for entry in before {
            document.write_entry(*entry, out);
            out.push(',');
        }
        member.write_entry(key, out);
        for entry in after {
            document.write_entry(*entry, out);
            out.push(',');
        }
        if out.ends_with(',') {
            out.pop();
        }
        out.push('}');
    }
}

/// What stands in the place of a member in [`Object::write_canonical_with`].
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// Nothing: the object has no such member.
    LeftOut,
    /// This value.
    Is(Value<'a>),
    /// The value that this text is the canonical form of.
    Canonical(&'a str),
    /// An array of these values.
    List(&'a [Value<'a>]),
}

impl Member<'_> {
    /// Appends key, value and a comma; nothing where there is no member.
    fn write_entry(self, key: &str, out: &mut String) {
        if let Member::LeftOut = self {
            return;
        }
        write_string(key, out);
        out.push(':');
        match self {
            Member::LeftOut => {}
            Member::Is(value) => value.write_canonical(out),
            Member::Canonical(text) => out.push_str(text),
            Member::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_canonical(out);
                }
                out.push(']');
            }
        }
        out.push(',');
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Value::Object(*self).canonical())
    }
}

/// The way to a value, kept on the stack of a walk; it becomes a JSON pointer (RFC 6901) only where a finding needs
/// one.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Root(&'p str),
    Key(&'p str),
    Index(usize),
}

impl<'p> Path<'p> {
    /// The way to a value that stands at `pointer`.
    pub(crate) fn root(pointer: &'p str) -> Self {
        Self { parent: None, step: Step::Root(pointer) }
    }

    pub(crate) fn key(&'p self, key: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Step::Key(key) }
    }

    pub(crate) fn index(&'p self, index: usize) -> Path<'p> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    pub(crate) fn finding(&self, code: Code) -> Finding {
        Finding::new(code).at(self.pointer())
    }

    pub(crate) fn pointer(&self) -> String {
        let mut pointer = self.parent.map(Path::pointer).unwrap_or_default();
        match self.step {
            Step::Root(start) => pointer.push_str(start),
            Step::Key(key) => push_pointer(&mut pointer, key),
            Step::Index(index) => push_pointer(&mut pointer, &index.to_string()),
        }
        pointer
    }
}

/// Appends one step to a JSON pointer (RFC 6901).
fn push_pointer(pointer: &mut String, step: &str) {
    pointer.push('/');
    for character in step.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// RFC 8785 section 3.2.2.2: only quote, backslash and the control characters are escaped.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            b'\t' => "\\t",
            b'\n' => "\\n",
            0x0C => "\\f",
            b'\r' => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[written..at]);
        if short.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(short);
        }
        written = at + 1;
    }
    out.push_str(&text[written..]);
    out.push('"');
}

/// The order of two strings by their UTF-16 code units, without decoding them.
///
/// It is the order of their UTF-8 bytes, but for characters beyond U+FFFF: their surrogates sort before U+E000 to
/// U+FFFF. The first byte that differs decides, so that no more is looked at than the two have in common.
pub(crate) fn utf16_order(a: &str, b: &str) -> Ordering {
    let weight = |byte: u8| match byte {
        0xEE..=0xEF => byte + 0x10,
        0xF0..=0xFF => byte - 2,
        _ => byte,
    };
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let shared = shared_len(a, b);
    match (a.get(shared), b.get(shared)) {
        (Some(&x), Some(&y)) => weight(x).cmp(&weight(y)),
        _ => a.len().cmp(&b.len()),
    }
}

/// How many bytes two texts have in common at their beginning, eight looked at at a time.
fn shared_len(a: &[u8], b: &[u8]) -> usize {
    let mut len = 0;
    for (x, y) in std::iter::zip(a.as_chunks::<8>().0, b.as_chunks::<8>().0) {
        let different = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if different != 0 {
            return len + different.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    len + std::iter::zip(&a[len..], &b[len..]).take_while(|(x, y)| x == y).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Document, Finding> {
        Document::parse(text.as_bytes(), Limits::BADGE)
    }

    fn code(text: &str) -> Code {
        parse(text).expect_err(text).code()
    }

    #[test]
    fn keys_sort_by_utf16_code_units() {
        let mut keys = [
            "\u{E000}",
            "\u{FFFF}",
            "\u{10000}",
            "\u{10FFFF}",
            "\u{D7FF}",
            "a",
            "ab",
            "é",
            "",
            "\u{EFFF}x",
            "\u{F000}",
        ];
        keys.sort_by(|a, b| utf16_order(a, b));
        assert!(keys.is_sorted_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()) == Ordering::Less), "{keys:?}");
    }

    #[test]
    fn what_parsers_disagree_on_is_refused() {
        assert_eq!(code(r#"{"a":1,"a":1}"#), Code::JsonDuplicateKey);
        assert_eq!(code(r#"{"a":1,"\u0061":1}"#), Code::JsonDuplicateKey);
        assert_eq!(code(r#"{"x":{"b":[{"a":1,"c":2,"a":3}]}}"#), Code::JsonDuplicateKey);
        assert_eq!(code(r#"["\ud800"]"#), Code::JsonSurrogate);
        assert_eq!(code(r#"["\udc00\ud800"]"#), Code::JsonSurrogate);
        assert_eq!(code("[9007199254740993]"), Code::JsonNumber);
        assert_eq!(code("[1e400]"), Code::JsonNumber);
        assert_eq!(code("[1e-400]"), Code::JsonNumber);
        assert_eq!(code("[0.1000000000000000055511151231257827]"), Code::JsonNumber);
        assert_eq!(code("\u{feff}{}"), Code::JsonEncoding);
        assert_eq!(Document::parse(b"{\"a\":\"\xff\"}", Limits::BADGE).unwrap_err().code(), Code::JsonEncoding);
    }

    #[test]
    fn numbers_keep_their_value() {
        for (text, canonical) in [
            ("0.1", "0.1"),
            ("1.0", "1"),
            ("-0", "0"),
            ("-0.0e7", "0"),
            ("1E2", "100"),
            ("1e21", "1e+21"),
            ("100000000000000000000", "100000000000000000000"),
            ("9007199254740992", "9007199254740992"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("123.4560", "123.456"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("5e-324", "5e-324"),
        ] {
            assert_eq!(parse(text).unwrap().root().canonical(), canonical, "{text}");
        }
    }

    #[test]
    fn a_finding_names_the_place() {
        assert_eq!(parse(r#"{"a/b":[{"~":9007199254740993}]}"#).unwrap_err().pointer(), Some("/a~1b/0/~0"));
        let finding = parse("{\"a\":\n tru}").unwrap_err();
        assert!(finding.detail().unwrap().starts_with("line 2"), "{finding}");
    }

    #[test]
    fn limits_hold_at_the_edge() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&deep(64)).is_ok());
        assert_eq!(code(&deep(65)), Code::JsonTooDeep);
        assert_eq!(code(&deep(100_000)), Code::JsonTooDeep);
        let wide = |items: usize| format!("[{}]", vec!["0"; items].join(","));
        assert!(parse(&wide(49_999)).is_ok());
        assert_eq!(code(&wide(50_000)), Code::JsonTooManyNodes);
        let long = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
        assert!(parse(&long(1 << 20)).is_ok());
        assert_eq!(code(&long((1 << 20) + 1)), Code::JsonTooLarge);
    }

    #[test]
    fn a_member_can_be_left_out_or_replaced() {
        let document = parse(r#"{"c":3,"proof":{"x":1},"a":"\n"}"#).unwrap();
        let object = document.object().unwrap();
        let with = |key: &str, member: Member<'_>| {
            let mut out = String::new();
            object.write_canonical_with(key, member, &mut out);
            out
        };
        let proof = object.get("proof").unwrap();
        assert_eq!(with("proof", Member::LeftOut), r#"{"a":"\n","c":3}"#);
        assert_eq!(with("proof", Member::List(&[proof])), r#"{"a":"\n","c":3,"proof":[{"x":1}]}"#);
        assert_eq!(with("b", Member::Is(proof)), r#"{"a":"\n","b":{"x":1},"c":3,"proof":{"x":1}}"#);
        assert_eq!(with("z", Member::LeftOut), r#"{"a":"\n","c":3,"proof":{"x":1}}"#);
        // The same from a text that is canonical as it stands.
        let document = parse(r#"{"a":1,"proof":{"x":1},"type":3}"#).unwrap();
        let object = document.object().unwrap();
        let with = |key: &str, member: Member<'_>| {
            let mut out = String::new();
            object.write_canonical_with(key, member, &mut out);
            out
        };
        assert_eq!(with("proof", Member::LeftOut), r#"{"a":1,"type":3}"#);
        assert_eq!(with("proof", Member::Canonical("[2]")), r#"{"a":1,"proof":[2],"type":3}"#);
        assert_eq!(with("a", Member::LeftOut), r#"{"proof":{"x":1},"type":3}"#);
        assert_eq!(with("type", Member::LeftOut), r#"{"a":1,"proof":{"x":1}}"#);
        assert_eq!(with("", Member::Canonical("0")), r#"{"":0,"a":1,"proof":{"x":1},"type":3}"#);
        assert_eq!(with("b", Member::Canonical("0")), r#"{"a":1,"b":0,"proof":{"x":1},"type":3}"#);
        let empty = parse("{}").unwrap();
        let mut out = String::new();
        empty.object().unwrap().write_canonical_with("a", Member::LeftOut, &mut out);
        assert_eq!(out, "{}");
    }
}
