//! Comparing the tables of two ledgers, row by row: one that stands, and one that replaying its log comes to.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::check::Fault;
use super::database::{Database, Row, Value};
use super::event::{note_digest, particulars_digest};
use super::replay::id_of;
use super::{Particulars, Result, sha256, unhex};

/// A table: whatever is in it is compared.
pub(super) struct Table {
    name: &'static str,
    /// The columns that tell rows apart. They are numbers.
    key: &'static [&'static str],
    columns: &'static [(&'static str, Kind)],
    erasable: Erasable,
    named_by: NamedBy,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
}

/// What of a row can be erased. The events have its digest, and so has a replay, in the place of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Erasable {
    Nothing,
    Content,
    Note,
    Person,
}

/// What a row is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NamedBy {
    Badge,
    Key,
}

use Kind::{Bytes, Number, Text};

/// Every table but `head` and `events`, which the replay itself goes along.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "badges",
        key: &["number"],
        columns: &[
            ("id", Text),
            ("mark", Text),
            ("task", Text),
            ("version", Text),
            ("awarded", Text),
            ("valid_until", Number),
            ("intended_at", Number),
            ("state", Text),
            ("status", Text),
        ],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Badge,
    },
    Table {
        name: "issues",
        key: &["badge"],
        columns: &[("digest", Bytes), ("signer", Text), ("issued_at", Number)],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Badge,
    },
    Table {
        name: "replacements",
        key: &["new"],
        columns: &[("old", Number), ("how", Text), ("actor", Text)],
        erasable: Erasable::Note,
        named_by: NamedBy::Badge,
    },
    Table {
        name: "lists",
        key: &["number"],
        columns: &[
            ("url", Text),
            ("base", Text),
            ("purpose", Text),
            ("capacity", Number),
            ("used", Number),
            ("open", Number),
            ("published_sequence", Number),
            ("published_digest", Bytes),
        ],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Key,
    },
    Table {
        name: "entries",
        key: &["list", "position"],
        columns: &[("badge", Number), ("raised", Number)],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Key,
    },
    Table {
        name: "restorations",
        key: &["number"],
        columns: &[("sequence", Number), ("hash", Bytes), ("accepted", Number)],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Key,
    },
    Table { name: "drafts", key: &["badge"], columns: &[], erasable: Erasable::Content, named_by: NamedBy::Badge },
    Table { name: "copies", key: &["badge"], columns: &[], erasable: Erasable::Content, named_by: NamedBy::Badge },
    Table { name: "particulars", key: &["badge"], columns: &[], erasable: Erasable::Person, named_by: NamedBy::Badge },
    Table {
        name: "notes",
        key: &["event"],
        columns: &[("badge", Number)],
        erasable: Erasable::Note,
        named_by: NamedBy::Key,
    },
    Table {
        name: "head",
        key: &["one"],
        columns: &[("sequence", Number), ("hash", Bytes), ("badges", Number), ("lists", Number)],
        erasable: Erasable::Nothing,
        named_by: NamedBy::Key,
    },
];

/// Rows that are in memory at once, of each of the two.
const PAGE: u64 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

struct Compared {
    key: Vec<i64>,
    cells: Vec<Cell>,
    /// The digest of what can be erased; `None` where it is not there.
    digest: Option<[u8; 32]>,
}

/// Where the digest of what can be erased comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// From the texts.
    Standing,
    /// It stands in their place.
    Replayed,
}

impl Table {
    /// Tells of every difference.
    pub(super) fn compare(
        &self,
        standing: &mut Database,
        replayed: &mut Database,
        fault: &mut dyn FnMut(Fault),
    ) -> Result<()> {
        let mut ours = Rows::of(self, Form::Standing);
        let mut theirs = Rows::of(self, Form::Replayed);
        loop {
            ours.fill(standing)?;
            theirs.fill(replayed)?;
            let order = match (ours.next(), theirs.next()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.key.cmp(&b.key),
            };
            let table = self.name;
            match order {
                Ordering::Less => {
                    let row = self.row(&ours.take(), standing)?;
                    fault(Fault::Planted { table, row });
                }
                Ordering::Greater => {
                    let row = self.row(&theirs.take(), replayed)?;
                    fault(Fault::Missing { table, row });
                }
                Ordering::Equal => {
                    let (is, should) = (ours.take(), theirs.take());
                    let cells = is.cells.iter().zip(&should.cells).zip(self.columns);
                    let differing = cells.filter(|((a, b), _)| a != b).map(|(_, (column, _))| *column);
                    let erasable = (is.digest != should.digest).then(|| self.erasable.column());
                    for column in differing.chain(erasable) {
                        fault(Fault::Differs { table, row: self.row(&should, replayed)?, column });
                    }
                }
            }
        }
    }

    /// Puts what can be erased into the rows of a replay, where it has the digest that they have; rows whose text is not
    /// there, or another, are taken out.
    pub(super) fn fill(&self, standing: &mut Database, replayed: &mut Database) -> Result<()> {
        let columns = self.erasable.columns();
        if columns.is_empty() {
            return Ok(());
        }
        let mut theirs = Rows::of(self, Form::Replayed);
        let select = format!("SELECT {} FROM {} WHERE {} = $1", columns.join(", "), self.name, self.key[0]);
        loop {
            theirs.fill(replayed)?;
            if theirs.next().is_none() {
                return Ok(());
            }
            let Compared { key, digest, .. } = theirs.take();
            if digest.is_none() {
                continue;
            }
            let found = standing.first(&select, &[key[0].into()], |row| {
                Ok((self.erasable.digest(row, 0, Form::Standing)?, self.erasable.cells(row, 0)?))
            })?;
            match found.filter(|(found, _)| *found == digest) {
                Some((_, cells)) => {
                    let set: Vec<String> =
                        columns.iter().zip(1..).map(|(column, at)| format!("{column} = ${at}")).collect();
                    let at = columns.len() + 1;
                    let sql = format!("UPDATE {} SET {} WHERE {} = ${at}", self.name, set.join(", "), self.key[0]);
                    let values: Vec<Value<'_>> =
                        cells.iter().map(Cell::value).chain(std::iter::once(key[0].into())).collect();
                    replayed.run(&sql, &values)?;
                }
                // The row says more than what is gone.
                None if self.name == "replacements" => {
                    replayed
                        .run("UPDATE replacements SET salt = NULL, note = NULL WHERE new = $1", &[key[0].into()])?;
                }
                None => {
                    let sql = format!("DELETE FROM {} WHERE {} = $1", self.name, self.key[0]);
                    replayed.run(&sql, &[key[0].into()])?;
                }
            }
        }
    }

    /// What a row is called.
    fn row(&self, row: &Compared, database: &mut Database) -> Result<String> {
        let key = row.key.iter().map(i64::to_string).collect::<Vec<_>>().join("-");
        if self.named_by == NamedBy::Badge
            && let Some(number) = row.key.first().and_then(|number| u64::try_from(*number).ok())
            && let Some(badge) = id_of(database, number)?
        {
            return Ok(badge.to_string());
        }
        Ok(format!("row {key}"))
    }

    fn select(&self) -> String {
        let columns = self.columns.iter().map(|(name, _)| *name);
        let all: Vec<&str> =
            self.key.iter().copied().chain(columns).chain(self.erasable.columns().iter().copied()).collect();
        let key = self.key.join(", ");
        let after: Vec<String> = (1..=self.key.len()).map(|at| format!("${at}")).collect();
        let limit = self.key.len() + 1;
        format!(
            "SELECT {} FROM {} WHERE ({key}) > ({}) ORDER BY {key} LIMIT ${limit}",
            all.join(", "),
            self.name,
            after.join(", ")
        )
    }

    fn read(&self, row: &Row<'_>, form: Form) -> Result<Compared> {
        let key: Vec<i64> = (0..self.key.len()).map(|column| row.int(column)).collect::<Result<_>>()?;
        let cells = self.columns.iter().zip(self.key.len()..).map(|((_, kind), column)| Cell::read(row, column, *kind));
        let cells = cells.collect::<Result<_>>()?;
        let digest = self.erasable.digest(row, self.key.len() + self.columns.len(), form)?;
        Ok(Compared { key, cells, digest })
    }
}

/// The rows of a table in the order of their keys, a page at a time.
struct Rows<'t> {
    table: &'t Table,
    form: Form,
    select: String,
    after: Vec<i64>,
    page: VecDeque<Compared>,
    ended: bool,
}

impl<'t> Rows<'t> {
    fn of(table: &'t Table, form: Form) -> Self {
        let after = vec![i64::MIN; table.key.len()];
        Self { table, form, select: table.select(), after, page: VecDeque::new(), ended: false }
    }

    fn fill(&mut self, database: &mut Database) -> Result<()> {
        if !self.page.is_empty() || self.ended {
            return Ok(());
        }
        let values: Vec<Value<'_>> =
            self.after.iter().map(|key| Value::from(*key)).chain(std::iter::once(PAGE.into())).collect();
        let (table, form, page) = (self.table, self.form, &mut self.page);
        database.rows(&self.select, &values, |row| {
            page.push_back(table.read(row, form)?);
            Ok(())
        })?;
        match self.page.back() {
            Some(last) => self.after.clone_from(&last.key),
            None => self.ended = true,
        }
        Ok(())
    }

    fn next(&self) -> Option<&Compared> {
        self.page.front()
    }

    fn take(&mut self) -> Compared {
        self.page.pop_front().expect("it was looked at")
    }
}

impl Erasable {
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Content => &["content"],
            Self::Note => &["salt", "note"],
            Self::Person => &["salt", "recipient_mark", "name", "recipient", "line"],
        }
    }

    /// The column that a person is told of.
    fn column(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Content => "content",
            Self::Note => "note",
            Self::Person => "name, recipient, recipient_mark or line",
        }
    }

    /// The digest that the events have of it. `None` where there is nothing.
    fn digest(self, row: &Row<'_>, first: usize, form: Form) -> Result<Option<[u8; 32]>> {
        if self == Self::Nothing {
            return Ok(None);
        }
        let Some(bytes) = row.maybe_bytes(first)? else {
            // A text without its salt is none that the events can know of.
            let columns = 1..self.columns().len();
            let is_empty = columns.map(|column| row.maybe_text(first + column)).collect::<Result<Vec<_>>>()?;
            return Ok(is_empty.iter().any(Option::is_some).then_some([0; 32]));
        };
        if form == Form::Replayed {
            return Ok(Some(bytes.try_into().unwrap_or([0; 32])));
        }
        Ok(match self {
            Self::Nothing => None,
            Self::Content => Some(sha256(&bytes)),
            // A salt without its text was never written.
            Self::Note => match row.maybe_text(first + 1)? {
                Some(note) => unhex(&note_digest(&bytes, &note)),
                None => Some([0; 32]),
            },
            // What is no mark was never written.
            Self::Person => {
                let digest = Particulars::of_row(row, first + 1, |known| unhex(&particulars_digest(&bytes, &known)));
                digest.unwrap_or(Some([0; 32]))
            }
        })
    }

    fn cells(self, row: &Row<'_>, first: usize) -> Result<Vec<Cell>> {
        let kind = |column: &&str| if matches!(*column, "salt" | "content") { Bytes } else { Text };
        let cells = self.columns().iter().zip(first..).map(|(column, at)| Cell::read(row, at, kind(column)));
        cells.collect()
    }
}

impl Cell {
    fn read(row: &Row<'_>, column: usize, kind: Kind) -> Result<Self> {
        Ok(match kind {
            Number => Self::Number(row.maybe_int(column)?),
            Text => Self::Text(row.maybe_text(column)?),
            Bytes => Self::Bytes(row.maybe_bytes(column)?),
        })
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Text(text) => text.as_ref().into(),
            Self::Bytes(bytes) => bytes.as_deref().into(),
        }
    }
}
