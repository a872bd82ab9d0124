//! The parser: one pass over the bytes, no allocation per value.

use super::{Document, Entry, Form, Limits, Node, Tag, number, push_pointer, utf16_order};
use crate::finding::{Code, Finding};
use crate::work::Budget;

pub(super) fn document(bytes: &[u8], limits: Limits, budget: &Budget) -> Result<Document, Finding> {
    // Offsets are kept in 32 bits; no sensible limit comes near.
    let most = limits.bytes.min(u32::MAX as usize);
    if bytes.len() > most {
        return Err(Finding::new(Code::JsonTooLarge).because(format!("{} bytes; at most {most}", bytes.len())));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Finding::new(Code::JsonEncoding).because(format!("byte {} is not UTF-8", error.valid_up_to()))
    })?;
    if text.starts_with('\u{feff}') {
        return Err(Finding::new(Code::JsonEncoding).because("it begins with a byte order mark"));
    }
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
        limits,
        budget,
        nodes: 0,
        form: Form::Canonical,
        path: Vec::with_capacity(16),
        rewritten: String::new(),
        entries: Vec::with_capacity(bytes.len() / 32),
        items: Vec::with_capacity(bytes.len() / 64),
        open_entries: Vec::with_capacity(64),
        open_items: Vec::with_capacity(16),
    };
    let root = parser.whole();
    // A byte is looked at once or twice, and copied; a value is written down.
    budget.spend(parser.at as u64 / 4 + STEPS_OF_VALUE * parser.nodes as u64)?;
    let root = root?;
    let Parser { rewritten, entries, items, form, .. } = parser;
    Ok(Document { text: text.into(), rewritten, entries, items, root, form })
}

const STEPS_OF_VALUE: u64 = 4;

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    limits: Limits,
    budget: &'t Budget,
    nodes: usize,
    /// Canonical until something is met that is not.
    form: Form,
    path: Vec<Step>,
    rewritten: String,
    entries: Vec<Entry>,
    items: Vec<Node>,
    /// Entries and items of containers that are not closed yet, the innermost last.
    open_entries: Vec<Entry>,
    open_items: Vec<Node>,
}

/// A step of the path to the value being read, kept small so that it costs nothing until a finding needs it.
#[derive(Clone, Copy)]
enum Step {
    Key(Node),
    Index(usize),
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Node, Finding> {
        self.skip_space();
        let root = self.value(0)?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return Err(self.syntax("something follows the end of the JSON"));
        }
        Ok(root)
    }

    fn value(&mut self, depth: usize) -> Result<Node, Finding> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(self.finding(Code::JsonTooManyNodes).because(format!("at most {}", self.limits.nodes)));
        }
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Tag::True),
            Some(b'f') => self.literal("false", Tag::False),
            Some(b'n') => self.literal("null", Tag::Null),
            Some(_) => Err(self.syntax("a value was expected here")),
            None => Err(self.syntax("the text ends too early")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Node, Finding> {
        self.descend(depth)?;
        let first_open = self.open_entries.len();
        self.skip_space();
        if self.eat(b'}') {
            return self.close_object(first_open);
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a key in double quotes was expected here"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return Err(self.syntax("a colon was expected here"));
            }
            self.skip_space();
            self.path.push(Step::Key(key));
            let value = self.value(depth + 1)?;
            self.path.pop();
            self.open_entries.push(Entry { key, value });
            self.skip_space();
            if self.eat(b'}') {
                return self.close_object(first_open);
            }
            if !self.eat(b',') {
                return Err(self.syntax("a comma or a closing brace was expected here"));
            }
            self.skip_space();
        }
    }

    /// Moves the members of the object just read into the tree, in canonical order.
    fn close_object(&mut self, first_open: usize) -> Result<Node, Finding> {
        let (text, rewritten) = (self.text, &*self.rewritten);
        let key = |entry: &Entry| slice(text, rewritten, entry.key);
        let open = &mut self.open_entries[first_open..];
        if !open.is_sorted_by(|a, b| utf16_order(key(a), key(b)).is_lt()) {
            self.form = Form::Other;
            open.sort_by(|a, b| {
                self.budget.compare(key(a), key(b));
                utf16_order(key(a), key(b))
            });
            if let Some(twice) = open.windows(2).find(|pair| key(&pair[0]) == key(&pair[1])) {
                self.path.push(Step::Key(twice[0].key));
                return Err(self.finding(Code::JsonDuplicateKey));
            }
        }
        let node = Node { tag: Tag::Object, start: offset(self.entries.len()), len: offset(open.len()) };
        self.entries.extend(self.open_entries.drain(first_open..));
        Ok(node)
    }

    fn array(&mut self, depth: usize) -> Result<Node, Finding> {
        self.descend(depth)?;
        let first_open = self.open_items.len();
        self.skip_space();
        if !self.eat(b']') {
            loop {
                self.path.push(Step::Index(self.open_items.len() - first_open));
                let item = self.value(depth + 1)?;
                self.path.pop();
                self.open_items.push(item);
                self.skip_space();
                if self.eat(b']') {
                    break;
                }
                if !self.eat(b',') {
                    return Err(self.syntax("a comma or a closing bracket was expected here"));
                }
                self.skip_space();
            }
        }
        let start = offset(self.items.len());
        self.items.extend(self.open_items.drain(first_open..));
        Ok(Node { tag: Tag::Array, start, len: offset(self.items.len()) - start })
    }

    /// Steps over the opening bracket, unless that is one level too many.
    fn descend(&mut self, depth: usize) -> Result<(), Finding> {
        if depth >= self.limits.depth {
            return Err(self.finding(Code::JsonTooDeep).because(format!("at most {} levels", self.limits.depth)));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Node, Finding> {
        self.at += 1;
        let start = self.at;
        self.at += plain_len(&self.bytes[start..]);
        if self.peek() == Some(b'"') {
            let node = Node { tag: Tag::String, start: offset(start), len: offset(self.at - start) };
            self.at += 1;
            return Ok(node);
        }
        self.escaped_string(start)
    }

    /// The rest of a string that has an escape, decoded into `rewritten`.
    fn escaped_string(&mut self, mut start: usize) -> Result<Node, Finding> {
        self.form = Form::Other;
        let decoded = self.rewritten.len();
        loop {
            self.rewritten.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    let len = offset(self.rewritten.len() - decoded);
                    return Ok(Node { tag: Tag::RewrittenString, start: offset(decoded), len });
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    self.rewritten.push(character);
                }
                Some(_) => return Err(self.syntax("a control character inside a string must be written as an escape")),
                None => return Err(self.syntax("the text ends inside a string")),
            }
            start = self.at;
            self.at += plain_len(&self.bytes[start..]);
        }
    }

    fn escape(&mut self) -> Result<char, Finding> {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.syntax("there is no such escape")),
        };
        self.at += 2;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, Finding> {
        let unit = self.hex_unit()?;
        if let Some(character) = char::from_u32(unit) {
            return Ok(character);
        }
        let is_high = (0xD800..0xDC00).contains(&unit);
        if is_high && self.bytes[self.at..].starts_with(b"\\u") {
            let low = self.hex_unit()?;
            if (0xDC00..0xE000).contains(&low) {
                let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return char::from_u32(scalar).ok_or_else(|| self.finding(Code::JsonSurrogate));
            }
        }
        Err(self.finding(Code::JsonSurrogate))
    }

    /// The number in `\uXXXX`, which begins here.
    fn hex_unit(&mut self) -> Result<u32, Finding> {
        let digits = self.bytes.get(self.at + 2..self.at + 6).unwrap_or_default();
        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(self.syntax("four hexadecimal digits were expected after \\u"));
        }
        let unit = digits.iter().fold(0, |sum, &digit| sum * 16 + char::from(digit).to_digit(16).unwrap_or(0));
        self.at += 6;
        Ok(unit)
    }

    fn number(&mut self) -> Result<Node, Finding> {
        let start = self.at;
        let negative = self.eat(b'-');
        let whole = self.digits();
        if whole == 0 {
            return Err(self.syntax("a digit was expected here"));
        }
        let leading_zero = self.bytes[self.at - whole] == b'0';
        if leading_zero && whole > 1 {
            return Err(self.syntax("a number does not begin with 0"));
        }
        let mut plain = true;
        if self.eat(b'.') {
            plain = false;
            if self.digits() == 0 {
                return Err(self.syntax("a digit was expected after the point"));
            }
        }
        if self.eat(b'e') || self.eat(b'E') {
            plain = false;
            let _ = self.eat(b'+') || self.eat(b'-');
            if self.digits() == 0 {
                return Err(self.syntax("a digit was expected in the exponent"));
            }
        }
        // Integers of 15 digits are exact in a double and already canonical; minus zero is not.
        if plain && whole <= 15 && !(negative && leading_zero) {
            return Ok(Node { tag: Tag::Number, start: offset(start), len: offset(self.at - start) });
        }
        let text = &self.text[start..self.at];
        let Some(canonical) = number::exact(text) else {
            let shown = if text.len() > 40 { "the number" } else { text };
            return Err(self.finding(Code::JsonNumber).because(format!("{shown} is not exactly a double")));
        };
        self.form = Form::Other;
        let start = offset(self.rewritten.len());
        self.rewritten.push_str(&canonical);
        Ok(Node { tag: Tag::RewrittenNumber, start, len: offset(canonical.len()) })
    }

    /// Steps over digits and says how many there were.
    fn digits(&mut self) -> usize {
        let count = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn literal(&mut self, word: &str, tag: Tag) -> Result<Node, Finding> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.syntax("a value was expected here"));
        }
        self.at += word.len();
        Ok(Node { tag, start: 0, len: 0 })
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.form = Form::Other;
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn syntax(&self, detail: &str) -> Finding {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        self.finding(Code::JsonSyntax).because(format!("line {line}, column {column}: {detail}"))
    }

    fn finding(&self, code: Code) -> Finding {
        let mut pointer = String::new();
        for step in &self.path {
            match *step {
                Step::Key(key) => push_pointer(&mut pointer, slice(self.text, &self.rewritten, key)),
                Step::Index(index) => push_pointer(&mut pointer, &index.to_string()),
            }
        }
        Finding::new(code).at(pointer)
    }
}

fn slice<'t>(text: &'t str, rewritten: &'t str, key: Node) -> &'t str {
    let from = if key.tag == Tag::RewrittenString { rewritten } else { text };
    &from[key.range()]
}

/// Everything in a document is shorter than its text, which is shorter than 4 GiB.
fn offset(value: usize) -> u32 {
    u32::try_from(value).expect("documents are limited to 32-bit offsets")
}

/// How many bytes come before the next quote, backslash or control character, eight at a time.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let mut len = 0;
    while let Some(chunk) = bytes.get(len..len + 8).and_then(|chunk| <[u8; 8]>::try_from(chunk).ok()) {
        let word = u64::from_le_bytes(chunk);
        // A byte of `x` is zero, or below `n`, exactly where its high bit shows here; the lowest such bit is never
        // false.
        let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGHS;
        let below_space = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let special = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\'))) | below_space;
        if special != 0 {
            return len + special.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    len + bytes[len..].iter().take_while(|&&byte| byte >= 0x20 && byte != b'"' && byte != b'\\').count()
}
