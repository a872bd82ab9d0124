//! What is printed, and how the process ends.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Write as _};

use taskbadge::shown::{self, Line};
use taskbadge::verify::Verdict;
use taskbadge_files::FileTrouble;

use crate::words;

/// How the process ends, from the least to the gravest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: done, every badge is valid.
    #[default]
    Done,
    /// 3: a badge is indeterminate.
    Indeterminate,
    /// 1: a badge is invalid.
    Invalid,
    /// 2: no verdict was reached.
    Trouble,
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Done,
            Verdict::Indeterminate => Self::Indeterminate,
            Verdict::Invalid => Self::Invalid,
        }
    }
}

impl Exit {
    /// The number that the process ends with.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Invalid => 1,
            Self::Trouble => 2,
            Self::Indeterminate => 3,
        }
    }
}

/// Why a command could not be done: what happened; what to do next. The process ends with 2.
#[derive(Debug)]
pub(crate) struct Trouble(String);

impl Trouble {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<FileTrouble> for Trouble {
    fn from(trouble: FileTrouble) -> Self {
        Self(words::of_file_trouble(&trouble))
    }
}

impl From<taskbadge_issuer::Trouble> for Trouble {
    fn from(trouble: taskbadge_issuer::Trouble) -> Self {
        Self(trouble.to_string())
    }
}

impl From<taskbadge_issuer::ledger::LedgerTrouble> for Trouble {
    fn from(trouble: taskbadge_issuer::ledger::LedgerTrouble) -> Self {
        Self(trouble.to_string())
    }
}

impl From<taskbadge_issuer::Mistakes> for Trouble {
    fn from(mistakes: taskbadge_issuer::Mistakes) -> Self {
        Self(mistakes.to_string())
    }
}

/// Standard output and standard error.
///
/// A reader that goes away, as `head` does, is no error: the work goes on, and the exit code stays true.
pub(crate) struct Output {
    out: BufWriter<io::Stdout>,
    /// The first error of writing, other than a reader that went away.
    failed: Option<io::Error>,
    closed: bool,
    colours: Colours,
}

/// Whether verdicts are coloured: on a terminal, unless the user wants none (<https://no-color.org>).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    /// They are.
    On,
    /// They are not.
    Off,
}

impl Colours {
    fn wanted() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        if io::stdout().is_terminal() && !unwanted && !dumb { Self::On } else { Self::Off }
    }

    /// A word, in the colour of how grave it is.
    pub(crate) fn paint(self, exit: Exit, word: &str) -> String {
        let colour = match exit {
            Exit::Done => "1;32",
            Exit::Indeterminate => "1;33",
            Exit::Invalid | Exit::Trouble => "1;31",
        };
        if self == Self::On { format!("\u{1b}[{colour}m{word}\u{1b}[0m") } else { word.into() }
    }
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { out: BufWriter::new(io::stdout()), failed: None, closed: false, colours: Colours::wanted() }
    }

    pub(crate) fn colours(&self) -> Colours {
        self.colours
    }

    /// Lines of words on standard output.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) {
        line.as_ref().split('\n').for_each(|line| self.write(&format!("{}\n", Line(line))));
    }

    /// A line of our own words, in the colour of how grave it is.
    pub(crate) fn mark(&mut self, exit: Exit, line: &str) {
        self.write(&(self.colours.paint(exit, line) + "\n"));
    }

    /// JSON on standard output.
    pub(crate) fn json(&mut self, text: &str) {
        self.write(&shown::json(text));
        self.write("\n");
    }

    /// Text on standard output as it is.
    pub(crate) fn write(&mut self, text: &str) {
        self.write_bytes(text.as_bytes());
    }

    /// Standard output for those who write JSON, a text a line. It takes everything: what goes wrong is told at the end.
    pub(crate) fn json_lines(&mut self) -> impl io::Write {
        JsonLines { output: self, line: Vec::new() }
    }

    /// Lines on standard error, after what was printed before.
    pub(crate) fn complain(&mut self, line: &str) {
        self.flush();
        // With standard error gone there is nobody left to tell.
        for line in line.lines() {
            let _ = writeln!(io::stderr(), "{}", Line(line));
        }
    }

    pub(crate) fn flush(&mut self) {
        if !self.closed
            && let Err(error) = self.out.flush()
        {
            self.fail(error);
        }
    }

    /// The end: what could not be printed is trouble, too.
    pub(crate) fn finish(mut self, exit: Exit) -> Exit {
        self.flush();
        match self.failed.take() {
            Some(error) => {
                self.complain(&crate::words::cannot_print(&error));
                Exit::Trouble
            }
            None => exit,
        }
    }

    fn write_bytes(&mut self, bytes: &[u8]) {
        if !self.closed
            && let Err(error) = self.out.write_all(bytes)
        {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: io::Error) {
        self.closed = true;
        if error.kind() != ErrorKind::BrokenPipe {
            self.failed = Some(error);
        }
    }
}

struct JsonLines<'o> {
    output: &'o mut Output,
    /// What was written of the line that has not ended.
    line: Vec<u8>,
}

impl JsonLines<'_> {
    fn end(&mut self, line: &[u8]) {
        self.line.extend(line);
        let line = std::mem::take(&mut self.line);
        self.output.json(&String::from_utf8_lossy(&line));
    }
}

impl io::Write for JsonLines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            self.end(&rest[..end]);
            rest = &rest[end + 1..];
        }
        self.line.extend(rest);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush();
        Ok(())
    }
}

impl Drop for JsonLines<'_> {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.end(&[]);
        }
    }
}
