//! `taskbadge verify`: one sentence for each badge, what led to it, and an exit code.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr, stdout};
use std::iter::Enumerate;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use taskbadge::finding::Code;
use taskbadge::json::Limits;
use taskbadge::time::Instant;
use taskbadge::verify::{Report, Verifier};
use taskbadge_status::{LIST_LIMITS, MaxAge, StatusLists};

use crate::args::Verify;
use crate::files;
use crate::output::{Colours, Exit, Output, Trouble};
use crate::trust_file::TrustFile;
use crate::words;

pub(super) fn verify(verify: Verify, output: &mut Output) -> Result<Exit, Trouble> {
    let at = match &verify.at {
        Some(text) => instant(text)?,
        None => super::now(),
    };
    let trust_file = verify.trust.existing()?;
    let trust = TrustFile::read(&trust_file)?.trust(&trust_file)?;
    let paths = verify.paths;
    let (badges, lists) = (&paths, &verify.status);
    if badges.iter().chain(lists).filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Trouble::new(words::STANDARD_INPUT_TWICE));
    }
    let form = match (verify.json, verify.quiet) {
        (true, _) => Form::Json,
        (_, true) => Form::Quiet,
        _ if paths.len() > 1 || paths[0].is_dir() => Form::OfMany,
        _ => Form::OfOne,
    };
    let verifier = Verifier::new(trust);
    let lists = status_lists(&verify.status, verify.max_age, &verifier, at, output)?;
    let desk = Desk { verifier: verifier.status(Arc::new(lists)), at, recipient: verify.recipient, form };

    let mut tally = Tally::default();
    if paths.len() == 1 && !paths[0].is_dir() {
        let answer = desk.answer(Ok(paths[0].clone()), output.colours());
        tally.add(&answer, output);
        return Ok(tally.worst);
    }
    desk.answer_all(paths, &mut tally, output);
    if form == Form::OfMany {
        output.line(words::summary(tally.valid, tally.invalid, tally.indeterminate, tally.troubled));
    }
    Ok(tally.worst)
}

/// The status lists in files and folders. What is none, or does not count, is said once; badges that want it are told
/// what is wrong with it, too.
fn status_lists(
    paths: &[PathBuf],
    max_age: MaxAge,
    verifier: &Verifier,
    at: Instant,
    output: &mut Output,
) -> Result<StatusLists, Trouble> {
    let mut lists = StatusLists::new().max_age(max_age);
    for path in files::badges(paths.to_vec()) {
        let path = path?;
        // A published folder has it beside the lists.
        if path.file_name().is_some_and(|name| name == "did.json") {
            continue;
        }
        let bytes = files::read(&path, LIST_LIMITS.bytes as u64);
        let bytes = bytes.map_err(|error| Trouble::new(words::cannot_read(&path, &error)))?;
        // That nobody recognises the issuer, the badges say themselves.
        if let Err(finding) = lists.add(verifier, &bytes, at)
            && finding.code() != Code::StatusListIssuer
        {
            output.complain(&words::list_does_not_count(&path, &finding));
        }
    }
    Ok(lists)
}

/// A day is checked at its noon, UTC: a badge that is valid from that day, or until it, is valid then.
fn instant(text: &str) -> Result<Instant, Trouble> {
    let day = || text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(12, 0, 0).map(|noon| noon.and_utc().into());
    text.parse().ok().or_else(day).ok_or_else(|| Trouble::new(words::not_a_date(text)))
}

/// How answers are given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A sentence, and all that is worth knowing.
    OfOne,
    /// A sentence and the file; what was found, where the badge is not valid.
    OfMany,
    /// A sentence where the badge is not valid.
    Quiet,
    /// A line of JSON.
    Json,
}

/// Where badges are checked, the same for all of them and from all threads.
struct Desk {
    verifier: Verifier,
    at: Instant,
    recipient: Option<String>,
    form: Form,
}

/// The answer for one badge, ready to be printed.
struct Answer {
    exit: Exit,
    text: String,
}

#[derive(Default)]
struct Tally {
    valid: u64,
    invalid: u64,
    indeterminate: u64,
    troubled: u64,
    worst: Exit,
}

impl Tally {
    fn add(&mut self, answer: &Answer, output: &mut Output) {
        match answer.exit {
            Exit::Done => self.valid += 1,
            Exit::Invalid => self.invalid += 1,
            Exit::Indeterminate => self.indeterminate += 1,
            Exit::Trouble => self.troubled += 1,
        }
        self.worst = self.worst.max(answer.exit);
        output.write(&answer.text);
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonLine<'a> {
    Report {
        file: &'a str,
        #[serde(flatten)]
        report: &'a Report<'a>,
    },
    Trouble {
        file: &'a str,
        error: &'a str,
    },
}

impl Desk {
    fn answer(&self, path: Result<PathBuf, Trouble>, colours: Colours) -> Answer {
        let path = match path {
            Ok(path) => path,
            Err(trouble) => return self.no_verdict(Path::new(""), &trouble.to_string(), colours),
        };
        let bytes = match files::read(&path, Limits::BADGE.bytes as u64) {
            Ok(bytes) => bytes,
            Err(error) => return self.no_verdict(&path, &words::cannot_read(&path, &error), colours),
        };
        let outcome = match &self.recipient {
            Some(recipient) => self.verifier.verify_for(&bytes, self.at, recipient),
            None => self.verifier.verify(&bytes, self.at),
        };
        let report = match &outcome {
            Ok(badge) => badge.report(),
            Err(refusal) => refusal.report(),
        };
        let exit = Exit::from(report.verdict());
        let verdict = colours.paint(exit, report.verdict().as_str());
        let sentence = || words::sentence(&verdict, &path, &outcome);
        let text = match self.form {
            Form::Json => json(&JsonLine::Report { file: &path.display().to_string(), report: &report }),
            Form::Quiet if exit == Exit::Done => String::new(),
            Form::Quiet => words::lines([words::of_file(sentence(), &path, &outcome)]),
            Form::OfMany => words::lines([sentence()].into_iter().chain(words::details_of_many(&path, &outcome))),
            Form::OfOne => words::lines([sentence()].into_iter().chain(words::details(&outcome))),
        };
        Answer { exit, text }
    }

    fn no_verdict(&self, path: &Path, sentence: &str, colours: Colours) -> Answer {
        let text = match self.form {
            Form::Json => json(&JsonLine::Trouble { file: &path.display().to_string(), error: sentence }),
            _ => words::lines([words::no_verdict(&colours.paint(Exit::Trouble, words::NO_VERDICT), sentence)]),
        };
        Answer { exit: Exit::Trouble, text }
    }

    /// All cores check; answers are printed in the order of the files. Threads that are far ahead of the one whose turn
    /// it is wait for it, so that memory does not grow with the number of badges.
    fn answer_all(&self, paths: Vec<PathBuf>, tally: &mut Tally, output: &mut Output) {
        const AHEAD: usize = 256;
        let bar = bar();
        let shared = !bar.is_hidden() && stdout().is_terminal();
        let printer = Printer { next: 0, waiting: BTreeMap::new(), tally, output, shared: shared.then_some(&bar) };
        let colours = printer.output.colours();
        let queue: Mutex<Enumerate<_>> = Mutex::new(files::badges(paths).enumerate());
        let (printer, turned) = (Mutex::new(printer), Condvar::new());
        let work = || {
            loop {
                let badge = queue.lock().expect("no thread panics with the queue in hand").next();
                let Some((number, path)) = badge else { return };
                let answer = self.answer(path, colours);
                let mut printer = printer.lock().expect("no thread panics with the printer in hand");
                while number >= printer.next + AHEAD {
                    printer = turned.wait(printer).expect("no thread panics with the printer in hand");
                }
                if printer.take(number, answer) {
                    turned.notify_all();
                }
                bar.set_position(printer.next as u64);
            }
        };
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(work);
            }
        });
        bar.finish_and_clear();
    }
}

/// Brings answers back into the order of the files.
struct Printer<'o> {
    next: usize,
    waiting: BTreeMap<usize, Answer>,
    tally: &'o mut Tally,
    output: &'o mut Output,
    /// The progress bar, where it is on the terminal on which answers are printed.
    shared: Option<&'o ProgressBar>,
}

impl Printer<'_> {
    /// Prints what is due; whether anything was.
    fn take(&mut self, number: usize, answer: Answer) -> bool {
        self.waiting.insert(number, answer);
        let before = self.next;
        while let Some(answer) = self.waiting.remove(&self.next) {
            match self.shared.filter(|_| !answer.text.is_empty()) {
                // Lines and bar would run into each other.
                Some(bar) => bar.suspend(|| {
                    self.tally.add(&answer, self.output);
                    self.output.flush();
                }),
                None => self.tally.add(&answer, self.output),
            }
            self.next += 1;
        }
        self.next > before
    }
}

fn json(line: &JsonLine<'_>) -> String {
    serde_json::to_string(line).map(|line| line + "\n").unwrap_or_default()
}

/// Nothing where standard error is no terminal.
fn bar() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(words::PROGRESS_OF_VERIFYING);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
}
