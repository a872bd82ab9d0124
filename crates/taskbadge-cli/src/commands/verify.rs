//! `taskbadge verify`: one sentence for each badge, what led to it, and an exit code.

use std::collections::{BTreeMap, HashSet};
use std::io::{IsTerminal as _, stderr, stdout};
use std::iter::Enumerate;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use taskbadge::badge::Claims;
use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits, Object, Value};
use taskbadge::time::Instant;
use taskbadge::trust::{Pack, PackParts};
use taskbadge::verify::{BadgeStatus, Refusal, Report, VerifiedBadge, Verifier};
use taskbadge_status::{LIST_LIMITS, StatusLists};

use crate::args::Verify;
use crate::files;
use crate::output::{Colours, Exit, Output, Trouble};
use crate::trusted::Trusted;
use crate::words;

pub(super) fn verify(verify: Verify, output: &mut Output) -> Result<Exit, Trouble> {
    let now = super::now();
    let at = verify.at.as_deref().map(|at| super::instant(at, "at", super::DayPart::Noon)).transpose()?.unwrap_or(now);
    let trusted = verify.trust.open(now)?;
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
    let verifier = Verifier::new(trusted.trust.clone());
    let mut lists = StatusLists::new().max_age(verify.max_age);
    trusted.add_lists(&mut lists, &verifier, at, output)?;
    status_lists(&verify.status, &mut lists, &verifier, at, output)?;
    let verifier = verifier.status(Arc::new(lists));
    let named = paths.iter().filter(|path| !path.is_dir()).cloned().collect();
    let desk = Desk { verifier, trusted, at, recipient: verify.recipient, form, named };

    let mut tally = Tally::default();
    if paths.len() == 1 && !paths[0].is_dir() {
        let answer = desk.answer(Ok(paths[0].clone()), output.colours());
        tally.add(&answer, output);
    } else {
        desk.answer_all(paths, &mut tally, output);
        if form == Form::OfMany {
            let Tally { valid, invalid, indeterminate, troubled, left_out, .. } = tally;
            output.line(words::summary(valid, invalid, indeterminate, troubled, left_out));
        }
    }
    // A check of nothing must not look like a check that all is well.
    if tally.valid + tally.invalid + tally.indeterminate + tally.troubled == 0 {
        return Err(Trouble::new(words::NO_BADGES));
    }
    // Another time than the clock's proves nothing about the clock.
    if verify.at.is_none() {
        desk.trusted.remember();
    }
    Ok(tally.worst)
}

/// The status lists in files and folders. What is none, or does not count, is said once; badges that want it are told
/// what is wrong with it, too.
fn status_lists(
    paths: &[PathBuf],
    lists: &mut StatusLists,
    verifier: &Verifier,
    at: Instant,
    output: &mut Output,
) -> Result<(), Trouble> {
    for path in files::badges(paths.to_vec()) {
        let path = path?;
        // A published folder has it beside the lists.
        if path.file_name().is_some_and(|name| name == "did.json") {
            continue;
        }
        let bytes = files::read_start(&path, LIST_LIMITS.bytes)?;
        // That nobody recognises the issuer, the badges say themselves.
        if let Err(finding) = lists.add(verifier, &bytes, at)
            && finding.code() != Code::StatusListIssuer
        {
            output.complain(&words::list_does_not_count(&path, &finding));
        }
    }
    Ok(())
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
    trusted: Trusted,
    at: Instant,
    recipient: Option<String>,
    form: Form,
    /// The files that a person named: each of them is answered for, whatever it is.
    named: HashSet<PathBuf>,
}

/// The answer for one badge, ready to be printed.
struct Answer {
    /// `None` for a file in a folder that is no badge.
    exit: Option<Exit>,
    text: String,
}

#[derive(Default)]
struct Tally {
    valid: u64,
    invalid: u64,
    indeterminate: u64,
    troubled: u64,
    left_out: u64,
    worst: Exit,
}

impl Tally {
    fn add(&mut self, answer: &Answer, output: &mut Output) {
        match answer.exit {
            Some(Exit::Done) => self.valid += 1,
            Some(Exit::Invalid) => self.invalid += 1,
            Some(Exit::Indeterminate) => self.indeterminate += 1,
            Some(Exit::Trouble) => self.troubled += 1,
            None => self.left_out += 1,
        }
        self.worst = self.worst.max(answer.exit.unwrap_or_default());
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
        let bytes = match files::read_start(&path, Limits::BADGE.bytes) {
            Ok(bytes) => bytes,
            Err(trouble) => return self.no_verdict(&path, &words::of_file_trouble(&trouble), colours),
        };
        let outcome = match &self.recipient {
            Some(recipient) => self.verifier.verify_for(&bytes, self.at, recipient),
            None => self.verifier.verify(&bytes, self.at),
        };
        self.note(&outcome);
        let report = match &outcome {
            Ok(badge) => badge.report(),
            Err(refusal) => refusal.report(),
        };
        let exit = Exit::from(report.verdict());
        if exit != Exit::Done {
            let is_pack = PackParts::of(&bytes).is_ok_and(|parts| Pack::parse(parts.pack).is_ok());
            match self.named.contains(&path) {
                true if is_pack => return self.no_verdict(&path, &words::a_pack(&path), colours),
                false if is_pack || is_no_badge(&bytes) => return Answer { exit: None, text: String::new() },
                _ => {}
            }
        }
        let verdict = colours.paint(exit, report.verdict().as_str());
        let sentence = || words::sentence(&verdict, &path, &outcome);
        let text = match self.form {
            Form::Json => json(&JsonLine::Report { file: &path.display().to_string(), report: &report }),
            Form::Quiet if exit == Exit::Done => String::new(),
            Form::Quiet => words::lines([words::of_file(sentence(), &path, &outcome)]),
            Form::OfMany => words::lines([sentence()].into_iter().chain(words::details_of_many(&path, &outcome))),
            Form::OfOne => words::lines([sentence()].into_iter().chain(words::details(&outcome))),
        };
        Answer { exit: Some(exit), text }
    }

    /// When the lists were made that were asked, where they are proven. A date that is still to come says nothing about the
    /// time: nobody shall stop a verifier by one.
    fn note(&self, outcome: &Result<VerifiedBadge, Refusal>) {
        let (claims, status) = match outcome {
            Ok(badge) => (Some(badge.claims()), badge.status()),
            Err(refusal) => (refusal.refused().claims(), refusal.refused().status()),
        };
        let made = status.iter().filter_map(BadgeStatus::as_of).filter(|made| *made <= self.at).max();
        if let (Some(issuer), Some(made)) = (claims.and_then(Claims::issuer_id), made) {
            self.trusted.saw(issuer, made);
        }
    }

    fn no_verdict(&self, path: &Path, sentence: &str, colours: Colours) -> Answer {
        let text = match self.form {
            Form::Json => json(&JsonLine::Trouble { file: &path.display().to_string(), error: sentence }),
            _ => words::lines([words::no_verdict(&colours.paint(Exit::Trouble, words::NO_VERDICT), sentence)]),
        };
        Answer { exit: Some(Exit::Trouble), text }
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

/// Whether a file has JSON of another kind, such as a status list, a DID document or a trust file. What looks like a
/// badge in any way is none of these: it gets its verdict.
fn is_no_badge(bytes: &[u8]) -> bool {
    let Ok(document) = Document::parse(bytes, Limits::BADGE) else { return false };
    let Some(object) = document.root().as_object() else { return false };
    let is_one_of = |object: Object<'_>, names: &[&str]| {
        let mut types = object.get("type").into_iter().flat_map(Value::one_or_many);
        types.any(|kind| kind.as_str().is_some_and(|kind| names.contains(&kind)))
    };
    let subject = object.get("credentialSubject").and_then(|subject| subject.one_or_many().next());
    let of_a_list =
        |subject: Object<'_>| is_one_of(subject, &["BitstringStatusList", "StatusList2021", "1EdTechRevocationList"]);
    match subject {
        Some(subject) => subject.as_object().is_some_and(of_a_list),
        None => !is_one_of(
            object,
            &[
                "VerifiableCredential",
                "OpenBadgeCredential",
                "AchievementCredential",
                "Assertion",
                "EndorsementCredential",
            ],
        ),
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
