//! Rosters: who showed which task, when and how well, as separated values (CSV) from a spreadsheet or a learning
//! platform.
//!
//! A file is opened, which finds out what each column holds, and then read row by row. What a column holds follows from
//! its header: our own form, the exports of Moodle, Canvas, Badgr (Canvas Credentials) and Credly, and common headers in
//! other languages are known. A column that is not known is never used; [`Roster::ignored`] lists it, and
//! [`Roster::map`] says what it holds.
//!
//! Our own form has these columns, of which only one that says who is needed where the caller supplies the rest:
//!
//! | header | holds |
//! |---|---|
//! | `name`, or `given_name`, `middle_name`, `family_name` | the name; in the badge only with consent |
//! | `consent_name` | yes or no, in one of eight languages; empty is no |
//! | `holder` | the holder's did:key |
//! | `email` | the e-mail address |
//! | `identifier`, `identifier_type` | another identifier |
//! | `claim_code` | the code on the holder's card |
//! | `task`, `level` | by id or name |
//! | `date`, `expires` | year-month-day |
//! | `renews` | the id of the badge that this one takes over from, after a refresher |
//! | `assessor`, `evidence_url`, `evidence_note`, `narrative` | for the badge's evidence |
//! | `result.1`, `result.2`, … | whether a criterion was met, yes or no |

mod column;
mod date;
mod recipient;
mod row;
mod table;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    str::FromStr,
};

use chrono::NaiveDate;
use taskbadge::badge::Iri;
use taskbadge::shown::hidden;

pub(crate) use self::column::squashed;
pub use self::{
    column::{Field, NotAField},
    date::DateOrder,
    recipient::{
        ClaimCode, EmailAddress, HolderDid, IdentityType, NotAClaimCode, NotAHolderDid, NotAnEmailAddress,
        NotAnIdentityType, Recipient,
    },
    row::{Cells, Outcome, Row, RowKey},
};
use self::{
    row::NameConsent,
    table::{Record, Records},
};
use crate::{
    Mistake, Mistakes,
    mistake::{alternatives, closest, hidden_character, quoted},
    template::{Level, TaskId, Template},
    text::collapse,
};

/// A roster whose columns are understood, ready to be read.
///
/// ```
/// use taskbadge_issuer::roster::{Field, Roster};
/// let file = "Vorname;Name;E-Mail;Gruppe\nAmina;Noor;amina@example.org;B\n";
/// let roster = Roster::open("rosters/november.csv", file.as_bytes())?;
/// assert_eq!(roster.column(Field::FamilyName), Some("Name"));
/// assert_eq!(roster.ignored().collect::<Vec<_>>(), ["Gruppe"]);
/// # Ok::<(), taskbadge_issuer::Mistakes>(())
/// ```
#[derive(Debug, Clone)]
pub struct Roster<'a> {
    file: &'a str,
    header_line: u64,
    columns: Vec<Column<'a>>,
    body: Records<'a>,
}

/// One column of a file: its header, and what it was taken for.
#[derive(Debug, Clone)]
struct Column<'a> {
    header: Cow<'a, str>,
    field: Option<Field>,
}

impl<'a> Roster<'a> {
    /// The largest file that is read, in bytes: a million rows of 134.
    pub const MAX_BYTES: usize = 128 * 1024 * 1024;

    /// The most rows that are read.
    pub const MAX_ROWS: usize = 1_000_000;

    /// Opens the content of a file: UTF-8, separated by `;`, `,` or tab, with a header line. `file` is its path as
    /// messages shall name it.
    ///
    /// # Errors
    /// [`Mistakes`] if the file is too large, empty, or not UTF-8 text, or if two columns hold the same field.
    pub fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self, Mistakes> {
        let one = |mistake| Mistakes::one(file, mistake);
        let text = table::decode(bytes, Self::MAX_BYTES).map_err(one)?;
        let mut body = Records::sniff(text);
        let header = body
            .next()
            .ok_or_else(|| one(Mistake::new("there is no header line", "name the columns")))?
            .map_err(one)?;
        let columns = header.fields.into_iter().map(|header| {
            let header = trimmed(header);
            Column { field: Field::of_header(&header), header }
        });
        let mut roster = Self { file, header_line: header.line, columns: columns.collect(), body };
        // German exports say `Vorname` and `Name`.
        if roster.index(Field::GivenName).is_some() && roster.index(Field::FamilyName).is_none() {
            for column in roster.columns.iter_mut().filter(|column| column.field == Some(Field::Name)) {
                column.field = Some(Field::FamilyName);
            }
        }
        roster.refuse_doubles()?;
        Ok(roster)
    }

    /// The same roster with the column `header` taken for `field`, whatever it was taken for before. A column that was
    /// taken for `field` by its header is then ignored.
    ///
    /// ```
    /// use taskbadge_issuer::roster::{Field, Roster};
    /// let file = "Email address,Quiz: Forklift check (Letter)\namina@example.org,B\n";
    /// let roster = Roster::open("grades.csv", file.as_bytes())?.map("Quiz: Forklift check (Letter)", Field::Level)?;
    /// assert_eq!(roster.ignored().count(), 0);
    /// # Ok::<(), taskbadge_issuer::Mistakes>(())
    /// ```
    ///
    /// # Errors
    /// [`Mistakes`] if no column, or more than one, has this header.
    pub fn map(mut self, header: &str, field: Field) -> Result<Self, Mistakes> {
        let refuse =
            |what: String, next: String| Mistakes::one(self.file, Mistake::new(what, next).at_line(self.header_line));
        let same = |column: &&Column<'_>| squashed(&column.header) == squashed(header);
        match self.columns.iter().filter(same).count() {
            1 => {}
            0 => {
                let next = match closest(header, self.columns.iter().map(|column| &*column.header)) {
                    Some(meant) => format!("did you mean {}?", quoted(meant)),
                    None => "write the header as it stands in the file".to_owned(),
                };
                return Err(refuse(format!("no column is called {}", quoted(header)), next));
            }
            _ => {
                let what = format!("several columns are called {}", quoted(header));
                return Err(refuse(what, "rename all but one in the file".to_owned()));
            }
        }
        for column in &mut self.columns {
            if squashed(&column.header) == squashed(header) {
                column.field = Some(field);
            } else if column.field == Some(field) {
                column.field = None;
            }
        }
        Ok(self)
    }

    /// The file as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        self.file
    }

    /// The header of the column that holds `field`.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&str> {
        self.index(field).map(|index| &*self.columns[index].header)
    }

    /// The headers of the columns that are not used.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.field.is_none()).map(|column| &*column.header)
    }

    /// All rows, in the order of the file.
    ///
    /// # Errors
    /// [`Mistakes`] with those of all rows, if there are any.
    pub fn read<'t>(&self, reading: &Reading<'t>) -> Result<Vec<Row<'t>>, Mistakes> {
        let mut rows = Vec::new();
        let mut mistakes = Vec::new();
        for row in self.rows(reading)? {
            match row {
                Ok(row) => rows.push(row),
                Err(wrong) => mistakes.extend(wrong.into_list()),
            }
        }
        Mistakes::or(self.file, mistakes, Some(rows))
    }

    /// The rows one by one, each read when it is asked for. After a row with mistakes the next one follows.
    ///
    /// # Errors
    /// [`Mistakes`] if a column that every row needs is missing, and `reading` does not make up for it.
    pub fn rows<'r, 't>(&'r self, reading: &'r Reading<'t>) -> Result<Rows<'r, 't>, Mistakes> {
        self.refuse_missing(reading)?;
        Ok(Rows { roster: self, reading, records: self.body.clone(), count: 0, seen: HashMap::new() })
    }

    /// The line of the header.
    pub(crate) fn header_line(&self) -> u64 {
        self.header_line
    }

    /// The unused columns that have a header: the header, and whether any record has a value there.
    pub(crate) fn ignored_columns(&self) -> impl Iterator<Item = (&str, Filled)> {
        let mut filled = HashSet::new();
        for record in self.body.clone().flatten() {
            filled
                .extend(record.fields.iter().enumerate().filter(|(_, v)| !v.trim().is_empty()).map(|(index, _)| index));
        }
        self.columns.iter().enumerate().filter(|(_, column)| column.field.is_none()).map(move |(index, column)| {
            (&*column.header, if filled.contains(&index) { Filled::Somewhere } else { Filled::Nowhere })
        })
    }

    /// Rows as a file in our own form, with a column for every field that one of them has and for those `wanted`.
    ///
    /// ```
    /// use taskbadge_issuer::roster::{Cells, Field, Roster};
    /// let row = Cells::from([(Field::Name, "Noor, Amina".into()), (Field::Email, "amina@example.org".into())]);
    /// assert_eq!(Roster::write(&[row], &[Field::Date]), "name,email,date\n\"Noor, Amina\",amina@example.org,\n");
    /// ```
    #[must_use]
    pub fn write(rows: &[Cells], wanted: &[Field]) -> String {
        let fields: BTreeSet<Field> = rows.iter().flat_map(Cells::keys).chain(wanted).copied().collect();
        let cell = |text: &str| {
            let plain = !text.contains(['"', ',', ';', '\t', '\n', '\r']);
            if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        let line = |cells: Vec<String>| cells.join(",") + "\n";
        let header = line(fields.iter().map(Field::to_string).collect());
        let rows = rows.iter().map(|row| {
            line(fields.iter().map(|field| row.get(field).map(|text| cell(text)).unwrap_or_default()).collect())
        });
        std::iter::once(header).chain(rows).collect()
    }

    fn index(&self, field: Field) -> Option<usize> {
        self.columns.iter().position(|column| column.field == Some(field))
    }

    fn refuse_doubles(&self) -> Result<(), Mistakes> {
        let mut first: BTreeMap<Field, &str> = BTreeMap::new();
        let mut mistakes = Vec::new();
        for Column { header, field } in &self.columns {
            let Some(field) = *field else { continue };
            if let Some(other) = first.insert(field, header) {
                let what =
                    format!("the columns {} and {} both hold the field `{field}`", quoted(other), quoted(header));
                mistakes.push(Mistake::new(what, "delete or rename one of them").at_line(self.header_line));
            }
        }
        Mistakes::or(self.file, mistakes, Some(()))
    }

    fn refuse_missing(&self, reading: &Reading<'_>) -> Result<(), Mistakes> {
        let mut mistakes = Vec::new();
        let line = self.header_line;
        let mut refuse = |what: &str, next: &str| mistakes.push(Mistake::new(what, next).at_line(line));
        if !IDENTIFYING.iter().any(|field| self.index(*field).is_some()) {
            refuse(
                "no column says who the trainees are",
                "name one `name`, `email`, `identifier`, `holder` or `claim_code`",
            );
        }
        match &reading.task {
            Some(id) if reading.only_task().is_none() => {
                let (what, next) = no_such_task(id.as_str(), reading);
                refuse(&what, &next);
            }
            None if self.index(Field::Task).is_none() && reading.only_task().is_none() => {
                let next = "add a column `task`, or name the task of all rows (--task)";
                refuse("no column says which task this is", next);
            }
            _ => {}
        }
        if self.index(Field::Date).is_none() && reading.date.is_none() {
            refuse("no column has the date of the award", "add a column `date`, or give the day of all rows (--date)");
        }
        if self.index(Field::Level).is_none() && reading.level.is_none() {
            let next = "add a column `level`, or give the level that all have reached (--level)";
            refuse("no column says which level was reached", next);
        }
        Mistakes::or(self.file, mistakes, Some(()))
    }
}

/// What happened, and what to do next.
fn no_such_task(text: &str, reading: &Reading<'_>) -> (String, String) {
    let ids = || reading.tasks.iter().map(|task| task.id().as_str());
    let next = match closest(text, ids()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write one of {}, or say which of them it stands for (--alias)", alternatives(ids())),
    };
    (format!("there is no task {}", quoted(text)), next)
}

const IDENTIFYING: &[Field] = &[
    Field::Name,
    Field::GivenName,
    Field::FamilyName,
    Field::SortableName,
    Field::Email,
    Field::Identifier,
    Field::SisUserId,
    Field::Holder,
    Field::ClaimCode,
];

/// Whether a column has a value in any record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    Somewhere,
    Nowhere,
}

/// How to read a roster: the centre's tasks, and what the file does not say.
///
/// ```
/// use taskbadge_issuer::roster::{DateOrder, Reading};
/// let reading = Reading::new(&[])
///     .date("2026-11-03".parse()?)
///     .order(DateOrder::DayFirst)
///     .level("independent");
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reading<'t> {
    tasks: &'t [Template],
    task: Option<TaskId>,
    aliases: HashMap<String, TaskId>,
    date: Option<NaiveDate>,
    order: Option<DateOrder>,
    level: Option<String>,
}

impl<'t> Reading<'t> {
    /// Reads rows of these tasks. A file without a task column is of the only task there is, if there is only one.
    #[must_use]
    pub fn new(tasks: &'t [Template]) -> Self {
        Self { tasks, task: None, aliases: HashMap::new(), date: None, order: None, level: None }
    }

    /// The task of a file that has no task column, or of rows that leave it empty.
    #[must_use]
    pub fn task(mut self, task: TaskId) -> Self {
        self.task = Some(task);
        self
    }

    /// Takes `foreign`, such as a Credly badge template id, for the task `task`.
    #[must_use]
    pub fn alias(mut self, foreign: &str, task: TaskId) -> Self {
        self.aliases.insert(squashed(foreign), task);
        self
    }

    /// The date of the award in a file that has no date column, or in rows that leave it empty.
    #[must_use]
    pub fn date(mut self, date: NaiveDate) -> Self {
        self.date = Some(date);
        self
    }

    /// The order of day and month in this file. Without it, a date that can be read in two ways is a mistake.
    #[must_use]
    pub fn order(mut self, order: DateOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// The level, by id or name, that every row of a file without a level column has reached.
    ///
    /// Without it such a file is refused: an export of a whole course would certify everybody in it.
    #[must_use]
    pub fn level(mut self, level: impl Into<String>) -> Self {
        self.level = Some(level.into());
        self
    }

    fn only_task(&self) -> Option<&'t Template> {
        match (&self.task, self.tasks) {
            (Some(id), _) => self.tasks.iter().find(|task| task.id() == id),
            (None, [task]) => Some(task),
            (None, _) => None,
        }
    }

    fn find_task(&self, text: &str) -> Option<&'t Template> {
        let wanted = squashed(text);
        let alias = self.aliases.get(&wanted);
        let by_alias = || self.tasks.iter().find(|task| Some(task.id()) == alias);
        let by_id = || self.tasks.iter().find(|task| squashed(task.id().as_str()) == wanted);
        let by_name = || self.tasks.iter().find(|task| squashed(task.name()) == wanted);
        by_alias().or_else(by_id).or_else(by_name)
    }
}

/// The rows of a roster, read one by one. Made by [`Roster::rows`].
#[derive(Debug)]
pub struct Rows<'r, 't> {
    roster: &'r Roster<'r>,
    reading: &'r Reading<'t>,
    records: Records<'r>,
    count: usize,
    seen: HashMap<RowKey, u64>,
}

impl<'t> Iterator for Rows<'_, 't> {
    type Item = Result<Row<'t>, Mistakes>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.count > Roster::MAX_ROWS {
            return None;
        }
        loop {
            let record = match self.records.next()? {
                Ok(record) => record,
                Err(mistake) => return Some(Err(Mistakes::one(self.roster.file, mistake))),
            };
            self.count += 1;
            if self.count > Roster::MAX_ROWS {
                let what = format!("there are more than {} rows", Roster::MAX_ROWS);
                let mistake = Mistake::new(what, "split the file into several rosters").at_line(record.line);
                return Some(Err(Mistakes::one(self.roster.file, mistake)));
            }
            let reader =
                RowReader { roster: self.roster, reading: self.reading, record: &record, mistakes: Vec::new() };
            if !reader.is_placeholder() {
                return Some(self.unique(reader.read()));
            }
        }
    }
}

impl<'t> Rows<'_, 't> {
    fn unique(&mut self, row: Result<Row<'t>, Mistakes>) -> Result<Row<'t>, Mistakes> {
        let row = row?;
        match self.seen.get(&row.key) {
            None => {
                self.seen.insert(row.key.clone(), row.line);
                Ok(row)
            }
            Some(line) => {
                let what = format!("line {line} is the same trainee, task and day");
                let next =
                    "delete one of the two lines; if they are two people, give each an e-mail address or identifier";
                Err(Mistakes::one(self.roster.file, Mistake::new(what, next).at_line(row.line)))
            }
        }
    }
}

/// Reads one record. A cell that is empty, or unreadable (which is noted), reads as `None`.
struct RowReader<'r, 't> {
    roster: &'r Roster<'r>,
    reading: &'r Reading<'t>,
    record: &'r Record<'r>,
    mistakes: Vec<Mistake>,
}

impl<'r, 't> RowReader<'r, 't> {
    /// Lines that Canvas puts into every gradebook: the points of each column, and a student that is not a person.
    fn is_placeholder(&self) -> bool {
        let student = self.roster.index(Field::SortableName).and_then(|index| self.record.fields.get(index));
        student.is_some_and(|name| matches!(name.trim(), "Points Possible" | "Student, Test"))
    }

    fn read(mut self) -> Result<Row<'t>, Mistakes> {
        let (here, expected) = (self.record.fields.len(), self.roster.columns.len());
        if here != expected {
            let what = format!("there are {here} fields where the header has {expected}");
            let next = "put quotation marks around texts that have a separator or a line break in them";
            return Err(Mistakes::one(self.roster.file, Mistake::new(what, next).at_line(self.record.line)));
        }
        // Everything is read before anything is given up, so that all mistakes are noted.
        let name = self.name();
        let recipient = self.recipient(name.as_deref());
        let consent = self.consent();
        let task = self.task();
        let date = self.date();
        let expires = self.expires(date);
        let outcome = task.and_then(|task| self.outcome(task));
        let assessor = self.text(Field::Assessor);
        let evidence_url = self.parsed(Field::EvidenceUrl);
        let evidence_note = self.text(Field::EvidenceNote);
        let narrative = self.text(Field::Narrative);
        let renews = self.renews();
        let line = self.record.line;
        let row = || {
            let (task, date, recipient) = (task?, date?, recipient?);
            let key = RowKey::new(task, date, &recipient, name.as_deref());
            let outcome = outcome?;
            Some(Row {
                line,
                key,
                task,
                recipient,
                name,
                consent,
                outcome,
                date,
                expires,
                assessor,
                evidence_url,
                evidence_note,
                narrative,
                renews,
            })
        };
        Mistakes::or(self.roster.file, self.mistakes, row())
    }

    fn name(&mut self) -> Option<String> {
        let whole = self.text(Field::Name);
        let sortable = self.text(Field::SortableName).map(|name| match name.split_once(", ") {
            Some((family, given)) => format!("{given} {family}"),
            None => name,
        });
        let parts = [Field::GivenName, Field::MiddleName, Field::FamilyName].map(|field| self.text(field));
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = whole.or(sortable).or((!joined.is_empty()).then_some(joined));
        name.map(|name| collapse(&name))
    }

    fn recipient(&mut self, name: Option<&str>) -> Option<Recipient> {
        let before = self.mistakes.len();
        let holder = self.parsed(Field::Holder).map(Recipient::Holder);
        let email = self.parsed(Field::Email).map(Recipient::Email);
        let identifier = self.identifier();
        let code = self.parsed(Field::ClaimCode).map(Recipient::ClaimCode);
        if self.mistakes.len() > before {
            return None;
        }
        let recipient = holder.or(email).or(identifier).or(code).or(name.map(|_| Recipient::NewClaimCode));
        if recipient.is_none() {
            let mistake =
                Mistake::new("the row does not say who the trainee is", "fill in a name, e-mail address or identifier");
            self.mistakes.push(mistake.at_line(self.record.line));
        }
        recipient
    }

    fn identifier(&mut self) -> Option<Recipient> {
        let kind = self.parsed::<IdentityType>(Field::IdentifierType);
        let (field, text, kind) = match (self.cell(Field::Identifier), self.cell(Field::SisUserId)) {
            (Some(text), _) => (Field::Identifier, text, kind),
            (None, Some(text)) => (Field::SisUserId, text, "sisSourcedId".parse().ok()),
            (None, None) => return None,
        };
        if text.trim().starts_with("did:key:") {
            return self.parsed(field).map(Recipient::Holder);
        }
        let is_email = kind.as_ref().map_or(text.contains('@'), |kind| kind.as_str() == "emailAddress");
        if is_email {
            return self.parsed(field).map(Recipient::Email);
        }
        let text = self.text(field)?;
        let Some(identifier) = recipient::identifier(&text) else {
            self.note(field, "not an identifier", "write at most 254 bytes of visible text");
            return None;
        };
        Some(Recipient::Identifier(kind.unwrap_or_default(), identifier))
    }

    fn renews(&mut self) -> Option<Iri> {
        let text = self.cell(Field::Renews)?;
        let badge = text.parse().ok();
        if badge.is_none() {
            self.note(Field::Renews, "not the id of a badge", "copy it from `taskbadge ledger list`");
        }
        badge
    }

    fn consent(&mut self) -> NameConsent {
        match self.answer(Field::ConsentName) {
            Some(Answer::Yes) => NameConsent::Given,
            _ => NameConsent::NotGiven,
        }
    }

    fn task(&mut self) -> Option<&'t Template> {
        let Some(text) = self.cell(Field::Task) else {
            let task = self.reading.only_task();
            if task.is_none() {
                let next = format!("write one of {}", alternatives(self.task_ids()));
                self.note(Field::Task, "the row does not say which task", next);
            }
            return task;
        };
        let task = self.reading.find_task(text);
        if task.is_none() {
            let (what, next) = no_such_task(text, self.reading);
            self.note(Field::Task, what, next);
        }
        task
    }

    fn task_ids(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        self.reading.tasks.iter().map(|task| task.id().as_str())
    }

    fn date(&mut self) -> Option<NaiveDate> {
        if self.cell(Field::Date).is_none() {
            if self.reading.date.is_none() {
                let next = "write the day of the award as year-month-day, or give one for all rows without (--date)";
                self.note(Field::Date, "the row has no date", next);
            }
            return self.reading.date;
        }
        self.day(Field::Date)
    }

    fn expires(&mut self, date: Option<NaiveDate>) -> Option<NaiveDate> {
        let expires = self.day(Field::Expires)?;
        if date.is_some_and(|date| expires < date) {
            self.note(Field::Expires, "the badge would end before it begins", "correct one of the two dates");
        }
        Some(expires)
    }

    fn day(&mut self, field: Field) -> Option<NaiveDate> {
        let text = self.cell(field)?;
        match date::parse(text, self.reading.order) {
            Ok(date) => Some(date),
            Err(error) => {
                self.note_error(field, &format!("{} is {error}", quoted(text)));
                None
            }
        }
    }

    fn outcome(&mut self, task: &'t Template) -> Option<Outcome<'t>> {
        let level = self.level(task);
        let mut missed = false;
        for column in &self.roster.columns {
            let Some(field @ Field::Criterion(number)) = column.field else { continue };
            let Some(answer) = self.answer(field) else { continue };
            if usize::from(number) > task.criteria().len() {
                let what = format!("the task `{}` has only {} criteria", task.id(), task.criteria().len());
                self.note(field, what, "leave the cell empty for this task");
            }
            missed |= answer == Answer::No;
        }
        Some(if missed { Outcome::NotYet } else { level? })
    }

    fn level(&mut self, task: &'t Template) -> Option<Outcome<'t>> {
        let rubric = task.rubric();
        let ids = || rubric.levels().iter().map(Level::id);
        let text = match (self.roster.index(Field::Level), &self.reading.level) {
            (None, Some(level)) => level.as_str(),
            _ => self.cell(Field::Level).unwrap_or_default(),
        };
        if text.is_empty() {
            self.note(Field::Level, "the row has no level", format!("write one of {}", alternatives(ids())));
            return None;
        }
        if NOT_YET.contains(&squashed(text).as_str()) {
            return Some(Outcome::NotYet);
        }
        let Some(level) = rubric.find(text) else {
            let next = match closest(text, ids()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("write one of {}", alternatives(ids())),
            };
            self.note(Field::Level, format!("the task `{}` has no level {}", task.id(), quoted(text)), next);
            return None;
        };
        Some(if rubric.passing().contains(level) { Outcome::Achieved(level) } else { Outcome::NotYet })
    }

    fn answer(&mut self, field: Field) -> Option<Answer> {
        let text = self.cell(field)?;
        let answer = Answer::read(text);
        if answer.is_none() {
            self.note(field, format!("{} is neither yes nor no", quoted(text)), "write `yes` or `no`");
        }
        answer
    }

    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, field: Field) -> Option<T> {
        match self.text(field)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.note_error(field, &error.to_string());
                None
            }
        }
    }

    fn text(&mut self, field: Field) -> Option<String> {
        let text = self.cell(field)?;
        if let Some(hidden) = hidden(text) {
            let (what, next) = hidden_character(hidden);
            self.note(field, what, next);
            return None;
        }
        Some(text.to_owned())
    }

    fn cell(&self, field: Field) -> Option<&'r str> {
        let cell = self.record.fields.get(self.roster.index(field)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }

    /// Notes an error whose text is two clauses, "not a …; write …".
    fn note_error(&mut self, field: Field, error: &str) {
        let (what, next) = error.split_once("; ").unwrap_or((error, "correct it"));
        self.note(field, what, next);
    }

    fn note(&mut self, field: Field, what: impl Into<String>, next: impl Into<String>) {
        let header = self.roster.column(field).map_or_else(|| field.to_string(), str::to_owned);
        self.mistakes.push(Mistake::new(what, next).at_line(self.record.line).in_field(header));
    }
}

/// What assessors write instead of a level that was not reached, as [`squashed`] text.
const NOT_YET: &[&str] = &[
    "notyet",
    "nochnicht",
    "pasencore",
    "todavíano",
    "aúnno",
    "nognietbehaald",
    "nogniet",
    "ليسبعد",
    "щені",
    "henüzdeğil",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
}

impl Answer {
    fn read(text: &str) -> Option<Self> {
        const YES: &[&str] =
            &["yes", "y", "true", "1", "x", "ja", "j", "oui", "o", "sí", "si", "s", "نعم", "так", "evet", "e", "✓"];
        const NO: &[&str] = &["no", "n", "false", "0", "-", "nein", "non", "nee", "لا", "ні", "hayır", "h"];
        let text = text.trim().to_lowercase();
        if YES.contains(&text.as_str()) {
            Some(Self::Yes)
        } else if NO.contains(&text.as_str()) {
            Some(Self::No)
        } else {
            None
        }
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use taskbadge::shown::without_isolates;

    use super::*;

    fn tasks() -> Vec<Template> {
        let task = |id: &str| {
            let text = format!(
                "id = \"{id}\"\nversion = \"1\"\nname = \"Name of {id}\"\ndescription = \"D\"\ncategory = \"routine\"\n\
                 language = \"en\"\ncriteria = [\"A\", \"B\"]\nrequired = \"alone\"\n\
                 [[levels]]\nid = \"guided\"\nname = \"With help\"\n[[levels]]\nid = \"alone\"\nname = \"Without help\"\n"
            );
            Template::parse("task", &text).unwrap()
        };
        vec![task("packing"), task("stacking")]
    }

    fn keys(file: &str) -> Vec<String> {
        let tasks = tasks();
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let rows = roster.read(&Reading::new(&tasks).date("2026-11-03".parse().unwrap()).level("alone")).unwrap();
        rows.iter().map(|row| row.key().to_string()).collect()
    }

    fn refusal(file: &str) -> String {
        let tasks = tasks();
        let reading = Reading::new(&tasks);
        let read = |roster: Roster<'_>| roster.read(&reading).map(|_| ());
        let said = Roster::open("r.csv", file.as_bytes()).and_then(read).expect_err("a mistake").to_string();
        without_isolates(&said).into_owned()
    }

    #[test]
    fn keys_do_not_depend_on_order_separator_or_spelling() {
        let mut one = keys("email,task,date\nA@Example.org,packing,2026-11-03\nb@example.org,stacking,4.11.2026\n");
        let mut other = keys(
            "Datum;Aufgabe;E-Mail\n2026-11-04;Name of STACKING; B@example.org \n3.11.2026;packing;a@example.org\n",
        );
        one.sort();
        other.sort();
        assert_eq!(one, other);
        assert_eq!(keys("name,task\nAmina  Noor,packing\n"), ["packing 2026-11-03 name amina noor"]);
        assert_eq!(
            keys("SIS User ID,Student,task\nS 1,\"Noor, Amina\",packing\n"),
            ["packing 2026-11-03 sisSourcedId s 1"]
        );
    }

    #[test]
    fn names_are_public_only_with_consent() {
        let tasks = tasks();
        let file = "Vorname;Name;consent_name\nAmina;Noor;Ja\nOlena;Bondar;\nYusuf;Demir;hayır\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let reading = Reading::new(&tasks[..1]).date("2026-11-03".parse().unwrap()).level("alone");
        let rows = roster.read(&reading).unwrap();
        let names: Vec<_> = rows.iter().map(|row| (row.private_name(), row.public_name())).collect();
        let expected =
            [(Some("Amina Noor"), Some("Amina Noor")), (Some("Olena Bondar"), None), (Some("Yusuf Demir"), None)];
        assert_eq!(names, expected);
        assert!(rows.iter().all(|row| *row.recipient() == Recipient::NewClaimCode));
    }

    #[test]
    fn a_level_below_the_required_one_is_not_yet() {
        let tasks = tasks();
        let file = "claim_code,date,level,result.1,result.2\nAAAA-1111,2026-11-03,ALONE,,\nAAAA-2222,2026-11-03,without help,yes,x\n\
                    AAAA-3333,2026-11-03,guided,,\nAAAA-4444,2026-11-03,noch nicht,,\nAAAA-5555,2026-11-03,alone,yes,no\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let rows = roster.read(&Reading::new(&tasks[..1])).unwrap();
        let achieved: Vec<_> =
            rows.iter().map(|row| matches!(row.outcome(), Outcome::Achieved(level) if level.id() == "alone")).collect();
        assert_eq!(achieved, [true, true, false, false, false]);
    }

    #[test]
    fn identifiers_are_typed() {
        let tasks = tasks();
        let file = "identifier,Recipient Type\na@example.org,\nB@example.org,email\n7,id\n8,\nS-1,studentID\nhttps://example.org/me,url\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let reading = Reading::new(&tasks[..1]).date("2026-11-03".parse().unwrap()).level("alone");
        let kinds: Vec<_> =
            roster.read(&reading).unwrap().iter().map(|row| row.key().as_str()[19..].to_owned()).collect();
        let expected = [
            "emailAddress a@example.org",
            "emailAddress b@example.org",
            "identifier 7",
            "identifier 8",
            "ext:studentID s-1",
            "ext:url https://example.org/me",
        ];
        assert_eq!(kinds, expected);
        let said =
            refusal("identifier,identifier type,task,date,level\n1,nationalIdentityNumber,packing,2026-11-03,alone\n");
        assert!(said.starts_with("r.csv:2: “identifier type”: not a kind of identifier"), "{said}");
    }

    #[test]
    fn all_mistakes_are_named_in_one_go() {
        let said = refusal("email,task,date,level\nx,pakcing,03/04/2026,alone\n,packing,2026-11-03,perfect\n");
        let lines: Vec<_> = said.lines().collect();
        assert!(lines[0].starts_with("r.csv:2: email: not an e-mail address"), "{said}");
        assert!(lines[1].starts_with("r.csv:2: task: there is no task “pakcing”; did you mean `packing`?"), "{said}");
        assert!(lines[2].starts_with("r.csv:2: date: “03/04/2026” is either 3 April 2026 or 4 March 2026"), "{said}");
        assert!(lines[3].starts_with("r.csv:3: the row does not say who the trainee is"), "{said}");
        assert!(
            lines[4].starts_with("r.csv:3: level: the task `packing` has no level “perfect”; write one of"),
            "{said}"
        );
    }

    #[test]
    fn doubles_are_named_with_both_places() {
        let said = refusal(
            "email,task,date,level\na@example.org,packing,2026-11-03,alone\nA@example.org,Packing,3.11.2026,guided\n",
        );
        assert!(said.starts_with("r.csv:3: line 2 is the same trainee, task and day"), "{said}");
        let said = refusal("E-Mail,Email address\n");
        assert!(
            said.starts_with("r.csv:1: the columns “E-Mail” and “Email address” both hold the field `email`"),
            "{said}"
        );
    }

    #[test]
    fn what_the_file_does_not_say_is_asked_for_once() {
        let said = refusal("colour\nred\nblue\n");
        assert_eq!(said.lines().count(), 4, "{said}");
        assert!(said.lines().all(|line| line.starts_with("r.csv:1: no column")), "{said}");
    }

    #[test]
    fn canvas_placeholders_are_left_out() {
        let file = "Student,ID,SIS User ID,task\n    Points Possible,,,\n\"Noor, Amina\",1,S1,packing\n\"Student, Test\",2,,packing\n";
        assert_eq!(keys(file), ["packing 2026-11-03 sisSourcedId s1"]);
    }

    #[test]
    fn a_column_can_be_mapped_by_hand() {
        let file = "email,Grade,level,task\na@example.org,alone,B,packing\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let only = Roster::open("r.csv", b"name,date,level\nA,2026-11-03,yes\n").unwrap();
        let said = only.read(&Reading::new(&tasks()).task("pakcing".parse().unwrap())).unwrap_err().to_string();
        let said = without_isolates(&said);
        assert!(said.contains("there is no task “pakcing”; did you mean `packing`?"), "{said}");
        assert!(
            roster
                .clone()
                .map("Grad", Field::Level)
                .unwrap_err()
                .to_string()
                .contains("did you mean “\u{2068}Grade\u{2069}”?")
        );
        let roster = roster.map("grade", Field::Level).unwrap();
        assert_eq!(roster.ignored().collect::<Vec<_>>(), ["level"]);
        let tasks = tasks();
        assert!(roster.read(&Reading::new(&tasks).date("2026-11-03".parse().unwrap())).is_ok());
    }

    #[test]
    fn foreign_task_ids_are_taken_by_alias() {
        let tasks = tasks();
        let file = "Recipient Email,Badge Template ID,Issued At\na@example.org,cfaf2910-EA5F,11/30/2026\n";
        let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
        let reading = Reading::new(&tasks).level("alone");
        assert!(roster.read(&reading).is_err());
        let reading = reading.alias("cfaf2910-ea5f", "stacking".parse().unwrap());
        assert_eq!(roster.read(&reading).unwrap()[0].task().id().as_str(), "stacking");
    }

    #[test]
    fn a_million_rows_is_the_bound() {
        let tasks = tasks();
        let roster = Roster::open("r.csv", b"email\na@example.org\nb@example.org\nc@example.org\n").unwrap();
        let reading = Reading::new(&tasks[..1]).date("2026-11-03".parse().unwrap()).level("alone");
        let mut rows = roster.rows(&reading).unwrap();
        rows.count = Roster::MAX_ROWS - 1;
        assert!(rows.next().unwrap().is_ok());
        assert!(rows.next().unwrap().unwrap_err().to_string().contains("r.csv:3: there are more than 1000000 rows"));
        assert!(rows.next().is_none());
    }
}
