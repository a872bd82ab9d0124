//! Reading a TOML document field by field, so that every mistake is found in one go and each names its line.

use std::{cell::RefCell, collections::BTreeMap, fmt::Display, ops::Range, str::FromStr};

use taskbadge::shown::hidden;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    Mistake, Mistakes,
    mistake::{alternatives, closest, hidden_character, quoted},
};

/// Reads a whole document that knows the fields `known` into a value and the line of every field.
///
/// `read` gives `None` where something it needs is missing or unreadable, after noting it.
pub(crate) fn read<T>(
    file: &str,
    text: &str,
    known: &[&str],
    read: impl FnOnce(&Fields<'_, '_, '_>) -> Option<T>,
) -> Result<(T, BTreeMap<String, u64>), Mistakes> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let page = Page::new(text);
    let document = DeTable::parse(text).map_err(|error| {
        let what = format!("this is not TOML: {}", error.message().replace('\n', ", "));
        let mistake = Mistake::new(what, "correct the line; texts stand in quotes, lists in square brackets");
        let placed = match error.span() {
            Some(span) => page.place(mistake, span.start),
            None => mistake,
        };
        Mistakes::one(file, placed)
    })?;
    let fields = Fields::root(&page, &document, known);
    let value = read(&fields);
    page.finish(file, value)
}

/// The document as lines: where each field stands, and what is wrong so far.
struct Page<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    mistakes: RefCell<Vec<Mistake>>,
    lines: RefCell<BTreeMap<String, u64>>,
}

impl<'t> Page<'t> {
    fn new(text: &'t str) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, line_starts, mistakes: RefCell::default(), lines: RefCell::default() }
    }

    /// Notes a mistake of the field at `path`, at the byte range `span`.
    fn note(&self, path: &str, span: Range<usize>, what: impl Into<String>, next: impl Into<String>) {
        let mistake = self.place(Mistake::new(what, next), span.start);
        let mistake = if path.is_empty() { mistake } else { mistake.in_field(path) };
        self.mistakes.borrow_mut().push(mistake);
    }

    /// The mistake, placed at the line and character of a byte offset.
    fn place(&self, mistake: Mistake, offset: usize) -> Mistake {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        mistake.at_line(line as u64).at_column(column as u64 + 1)
    }

    /// The value with the line of every field, or all that is wrong.
    fn finish<T>(self, file: &str, value: Option<T>) -> Result<(T, BTreeMap<String, u64>), Mistakes> {
        let value = Mistakes::or(file, self.mistakes.into_inner(), value)?;
        Ok((value, self.lines.into_inner()))
    }

    fn remember(&self, path: &str, span: &Range<usize>) {
        let line = self.line_starts.partition_point(|start| *start <= span.start);
        self.lines.borrow_mut().insert(path.to_owned(), line as u64);
    }
}

/// One table of the document. A field that is missing, of the wrong kind or unreadable is noted on the page and reads as
/// `None`.
pub(crate) struct Fields<'p, 'd, 't> {
    page: &'p Page<'t>,
    table: &'d DeTable<'t>,
    path: String,
    span: Range<usize>,
}

impl<'p, 'd, 't> Fields<'p, 'd, 't> {
    /// The whole document as a table that knows the fields `known`.
    fn root(page: &'p Page<'t>, document: &'d Spanned<DeTable<'t>>, known: &[&str]) -> Self {
        let fields = Self { page, table: document.get_ref(), path: String::new(), span: 0..0 };
        fields.refuse_unknown(known);
        fields
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let (path, value) = self.value(name)?;
        self.words(&path, value)
    }

    pub(crate) fn required_text(&self, name: &str) -> Option<String> {
        self.required(name).then(|| self.text(name)).flatten()
    }

    /// A text that means a `T`. The error of `T` is two clauses, "not a …; write …".
    pub(crate) fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Option<T> {
        let (path, value) = self.value(name)?;
        let text = self.words(&path, value)?;
        self.parse(&path, value, &text)
    }

    pub(crate) fn required_parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Option<T> {
        self.required(name).then(|| self.parsed(name)).flatten()
    }

    /// A list of texts, empty if the field is absent.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.items(name).filter_map(|(path, value)| self.words(&path, value)).collect()
    }

    /// A list of texts that each mean a `T`, empty if the field is absent.
    pub(crate) fn parsed_list<T: FromStr<Err: Display>>(&self, name: &str) -> Vec<T> {
        self.items(name)
            .filter_map(|(path, value)| {
                let text = self.words(&path, value)?;
                self.parse(&path, value, &text)
            })
            .collect()
    }

    /// A finite number that is not negative.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        let (path, value) = self.value(name)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let number = number.filter(|number: &f64| number.is_finite() && !number.is_sign_negative());
        if number.is_none() {
            self.page.note(
                &path,
                value.span(),
                "not a number from zero up",
                "write a number without quotes, such as `2` or `1.5`",
            );
        }
        number
    }

    pub(crate) fn yes_or_no(&self, name: &str) -> Option<bool> {
        let (path, value) = self.value(name)?;
        let answer = value.get_ref().as_bool();
        if answer.is_none() {
            self.page.note(&path, value.span(), "not `true` or `false`", "write `true` or `false` without quotes");
        }
        answer
    }

    /// The tables of `[[name]]`, each of which knows the fields `known`.
    pub(crate) fn tables(&self, name: &str, known: &[&str]) -> Vec<Self> {
        let Some((path, value)) = self.value(name) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.page.note(&path, value.span(), "not a list of tables", format!("write `[[{path}]]` above each entry"));
            return Vec::new();
        };
        let places = (1..).map(|number| format!("{path}[{number}]"));
        places.zip(list.iter()).filter_map(|(path, value)| self.table(path, value, known)).collect()
    }

    /// The tables `[name.KEY]` by key, each of which knows the fields `known`.
    pub(crate) fn named_tables(&self, name: &str, known: &[&str]) -> Vec<(String, Self)> {
        let Some((path, value)) = self.value(name) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.page.note(&path, value.span(), "not a table", format!("write `[{path}.NAME]` above each entry"));
            return Vec::new();
        };
        let entries = table.iter().filter_map(|(key, value)| {
            let fields = self.table(format!("{path}.{}", key.get_ref()), value, known)?;
            Some((key.get_ref().to_string(), fields))
        });
        entries.collect()
    }

    /// Notes a mistake of the field `name`, or of this table if it has no such field.
    pub(crate) fn note(&self, name: &str, what: impl Into<String>, next: impl Into<String>) {
        let span = self.entry(name).map_or(self.span.clone(), |(_, value)| value.span());
        self.page.note(&self.path_of(name), span, what, next);
    }

    /// Notes a mistake of this table as a whole.
    pub(crate) fn note_here(&self, what: impl Into<String>, next: impl Into<String>) {
        self.page.note(&self.path, self.span.clone(), what, next);
    }

    fn table(&self, path: String, value: &'d Spanned<DeValue<'t>>, known: &[&str]) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            self.page.note(
                &path,
                value.span(),
                "not a table",
                format!("write {} with `=`", alternatives(known.iter().copied())),
            );
            return None;
        };
        self.page.remember(&path, &value.span());
        let fields = Self { page: self.page, table, path, span: value.span() };
        fields.refuse_unknown(known);
        Some(fields)
    }

    fn refuse_unknown(&self, known: &[&str]) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let next = match closest(name, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("delete it, or use one of {}", alternatives(known.iter().copied())),
            };
            self.page.note(&self.path, key.span(), format!("no field is called {}", quoted(name)), next);
        }
    }

    fn required(&self, name: &str) -> bool {
        let there = self.entry(name).is_some();
        if !there {
            self.page.note(
                &self.path,
                self.span.clone(),
                format!("`{name}` is missing"),
                format!("add a line `{name} = \"…\"`"),
            );
        }
        there
    }

    fn items(&self, name: &str) -> impl Iterator<Item = (String, &'d Spanned<DeValue<'t>>)> {
        let list = self.value(name).and_then(|(path, value)| {
            let list = value.get_ref().as_array();
            if list.is_none() {
                self.page.note(&path, value.span(), "not a list", format!("write `{name} = [\"…\", \"…\"]`"));
            }
            Some((path, list?))
        });
        list.into_iter().flat_map(move |(path, list)| {
            (1..).zip(list.iter()).map(move |(number, value)| {
                let path = format!("{path}[{number}]");
                self.page.remember(&path, &value.span());
                (path, value)
            })
        })
    }

    fn words(&self, path: &str, value: &Spanned<DeValue<'t>>) -> Option<String> {
        let Some(text) = value.get_ref().as_str() else {
            self.page.note(path, value.span(), "not a text", "write it in quotes");
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            self.page.note(path, value.span(), "empty", "write the text, or delete the field");
            return None;
        }
        if let Some(hidden) = hidden(text) {
            let (what, next) = hidden_character(hidden);
            self.page.note(path, value.span(), what, next);
            return None;
        }
        Some(text.to_owned())
    }

    fn parse<T: FromStr<Err: Display>>(&self, path: &str, value: &Spanned<DeValue<'t>>, text: &str) -> Option<T> {
        text.parse()
            .map_err(|error: T::Err| {
                let error = error.to_string();
                let (what, next) = error.split_once("; ").unwrap_or((&error, "correct it"));
                self.page.note(path, value.span(), format!("{} is {what}", quoted(text)), next);
            })
            .ok()
    }

    fn value(&self, name: &str) -> Option<(String, &'d Spanned<DeValue<'t>>)> {
        let (path, value) = self.entry(name)?;
        self.page.remember(&path, &value.span());
        Some((path, value))
    }

    fn entry(&self, name: &str) -> Option<(String, &'d Spanned<DeValue<'t>>)> {
        self.table.get(name).map(|value| (self.path_of(name), value))
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}
