//! Separated values (RFC 4180) as spreadsheets really save them, with the physical line of every record.
//!
//! Reading here is stricter than usual: a quotation mark that is never closed, or text after a closed one, is a mistake,
//! since it silently moves values into other rows or columns. The `csv` crate takes both; it is the oracle for the rest.

use std::borrow::Cow;

use crate::Mistake;

/// The longest field, in bytes.
pub(super) const MAX_FIELD_BYTES: usize = 64 * 1024;

const MAX_COLUMNS: usize = 1_000;

/// One record: the line on which it begins, from 1, and its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) line: u64,
    pub(super) fields: Vec<Cow<'a, str>>,
}

impl Record<'_> {
    fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// The text of a file, if it is UTF-8 (with or without byte order mark).
pub(super) fn decode(bytes: &[u8], max: usize) -> Result<&str, Mistake> {
    const SAVE: &str =
        "save it as UTF-8: in Excel choose `CSV UTF-8`, in LibreOffice the character set `Unicode (UTF-8)`";
    if bytes.len() > max {
        let what = format!("the file is larger than {} MiB", max / (1024 * 1024));
        return Err(Mistake::new(what, "split it into several rosters"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let what = "this is a spreadsheet workbook, not a CSV file";
        return Err(Mistake::new(what, "open it and save it as `CSV UTF-8`"));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Mistake::new("the file is UTF-16 (`Unicode text`), not UTF-8", SAVE));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let what = "the file has a zero byte, so it is not text, or it is UTF-16";
        return Err(Mistake::new(what, SAVE).at_line(line_at(bytes, at)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let what = "the file is not UTF-8 from here on; it is probably Windows-1252 (`ANSI`)";
        Mistake::new(what, SAVE).at_line(line_at(bytes, error.valid_up_to()))
    })?;
    if text.trim().is_empty() {
        return Err(Mistake::new("the file is empty", "write a header line, then one line for each trainee"));
    }
    Ok(text)
}

/// The records of a text. Blank records are left out.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    /// The records of `text`, separated by what parts its first line into the most fields: `;`, `,` or tab. A line
    /// `sep=;` above the header, as Excel writes it, decides instead.
    pub(super) fn sniff(text: &'a str) -> Self {
        let records = |separator| Self { text, separator, at: 0, line: 1 };
        if let Some(&separator) = text.strip_prefix("sep=").and_then(|rest| rest.as_bytes().first())
            && b",;\t".contains(&separator)
        {
            let mut records = records(separator);
            records.skip_line();
            return records;
        }
        // A field with a quotation mark inside was most likely cut at a separator that is none.
        let whole = |record: Record<'_>| record.fields.iter().filter(|field| !field.contains('"')).count();
        let width = |separator: &u8| records(*separator).next().and_then(Result::ok).map_or(0, whole);
        // `max_by_key` takes the last of equals: a single column is comma-separated.
        records(*b"\t;,".iter().max_by_key(|separator| width(separator)).unwrap_or(&b','))
    }

    fn record(&mut self) -> Result<Record<'a>, Mistake> {
        let mut record = Record { line: self.line, fields: Vec::new() };
        loop {
            let field = self.field()?;
            if field.len() > MAX_FIELD_BYTES {
                let what = format!("field {} is longer than {} KiB", record.fields.len() + 1, MAX_FIELD_BYTES / 1024);
                self.at = self.text.len();
                return Err(Mistake::new(what, "shorten it, or look for a missing quotation mark").at_line(record.line));
            }
            record.fields.push(field);
            if record.fields.len() > MAX_COLUMNS {
                self.skip_line();
                let what = format!("there are more than {MAX_COLUMNS} columns");
                return Err(Mistake::new(what, "delete the columns that are not needed").at_line(record.line));
            }
            if self.peek() == Some(self.separator) {
                self.at += 1;
            } else {
                self.skip_line_break();
                return Ok(record);
            }
        }
    }

    fn field(&mut self) -> Result<Cow<'a, str>, Mistake> {
        if self.peek() == Some(b'"') {
            return self.quoted_field();
        }
        let start = self.at;
        while self.peek().is_some_and(|byte| byte != self.separator && !is_line_break(byte)) {
            self.at += 1;
        }
        Ok(Cow::Borrowed(&self.text[start..self.at]))
    }

    fn quoted_field(&mut self) -> Result<Cow<'a, str>, Mistake> {
        let opened_on = self.line;
        self.at += 1;
        let start = self.at;
        let mut doubled = false;
        let end = loop {
            match self.peek() {
                None => {
                    let what = "a quotation mark is opened here and never closed";
                    let next = "close it; inside quotes, write each quotation mark twice";
                    return Err(Mistake::new(what, next).at_line(opened_on));
                }
                Some(b'"') if self.text.as_bytes().get(self.at + 1) == Some(&b'"') => {
                    doubled = true;
                    self.at += 2;
                }
                Some(b'"') => break self.at,
                Some(byte) if is_line_break(byte) => self.skip_line_break(),
                Some(_) => self.at += 1,
            }
        };
        self.at += 1;
        if self.peek().is_some_and(|byte| byte != self.separator && !is_line_break(byte)) {
            let line = self.line;
            self.skip_line();
            let what = "there is text after a closing quotation mark";
            return Err(Mistake::new(what, "inside quotes, write each quotation mark twice").at_line(line));
        }
        let text = &self.text[start..end];
        Ok(if doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) })
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|byte| !is_line_break(byte)) {
            self.at += 1;
        }
        self.skip_line_break();
    }

    /// Steps over one of CR LF, LF and CR, if at one.
    fn skip_line_break(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let length =
            if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.first().copied().is_some_and(is_line_break)) };
        self.at += length;
        self.line += u64::from(length > 0);
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.at < self.text.len() {
            match self.record() {
                Ok(record) if record.is_blank() => {}
                result => return Some(result),
            }
        }
        None
    }
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn line_at(bytes: &[u8], at: usize) -> u64 {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        let records = Records::sniff(text).map(|record| record.expect("a record"));
        records.map(|record| (record.line, record.fields.into_iter().map(Cow::into_owned).collect())).collect()
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|field| (*field).to_owned()).collect())
    }

    #[test]
    fn separators_are_sniffed() {
        for separator in [",", ";", "\t"] {
            let text = format!("a{separator}\"b, c; d\"\n1{separator}2\n");
            assert_eq!(read(&text), [row(1, &["a", "b, c; d"]), row(2, &["1", "2"])]);
        }
        assert_eq!(read("sep=;\na,b;c\n"), [row(2, &["a,b", "c"])]);
        assert_eq!(read("email\na@example.org"), [row(1, &["email"]), row(2, &["a@example.org"])]);
    }

    #[test]
    fn lines_are_physical_whatever_the_line_break() {
        for line_break in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "1,\"x", "", "y\"", ",", "2,5\" pipe"].join(line_break);
            let quoted = ["x", "", "y"].join(line_break);
            assert_eq!(read(&text), [row(1, &["a", "b"]), row(3, &["1", &quoted]), row(7, &["2", "5\" pipe"])]);
        }
    }

    #[test]
    fn loose_quotation_marks_are_mistakes() {
        let mistakes = |text| Records::sniff(text).filter_map(Result::err).map(|m| m.to_string()).collect::<Vec<_>>();
        let unclosed = mistakes("a,b\n1,\"2\n3,4\n");
        assert!(unclosed.len() == 1 && unclosed[0].starts_with("2: a quotation mark is opened here"), "{unclosed:?}");
        let after = mistakes("a,b\n1,\"2\" x\n3,4\n");
        assert!(after.len() == 1 && after[0].starts_with("2: there is text after"), "{after:?}");
    }

    #[test]
    fn fields_and_columns_are_bounded() {
        let long = format!("a,b\n1,{}\n", "x".repeat(MAX_FIELD_BYTES + 1));
        assert!(Records::sniff(&long).any(|record| record.is_err()));
        assert!(Records::sniff(&format!("a,b\n{}", "x,".repeat(MAX_COLUMNS))).any(|record| record.is_err()));
    }

    #[test]
    fn other_encodings_are_named() {
        for (bytes, said) in [
            (&b"\xFF\xFEa\0"[..], "UTF-16"),
            (b"a\0b\0", "UTF-16"),
            (b"name\nJos\xE9\n", "2: the file is not UTF-8 from here on; it is probably Windows-1252"),
            (b"PK\x03\x04...", "workbook"),
            (b"\xEF\xBB\xBF \n", "empty"),
        ] {
            let mistake = decode(bytes, 100).unwrap_err().to_string();
            assert!(mistake.contains(said), "{mistake}");
        }
        assert_eq!(decode(b"\xEF\xBB\xBFname", 100), Ok("name"));
        assert!(decode(b"name", 3).is_err());
    }

    proptest! {
        #[test]
        fn reads_what_the_csv_crate_writes(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",;\r\n\té ]{0,6}", 3), 1..6),
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["h1", "h2", "h3"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let written = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let rows = rows.into_iter().filter(|row| row.iter().any(|field| !field.trim().is_empty()));
            let read: Vec<_> = read(&written).into_iter().skip(1).map(|(_, fields)| fields).collect();
            prop_assert_eq!(read, rows.collect::<Vec<_>>());
        }
    }
}
