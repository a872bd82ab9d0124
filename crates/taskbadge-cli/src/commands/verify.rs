//! `taskbadge verify`: one sentence for each badge, what led to it, and an exit code.

mod folder;
mod kind;

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr, stdout};
use std::iter::Enumerate;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use taskbadge::badge::Claims;
use taskbadge::finding::Code;
use taskbadge::json::Limits;
use taskbadge::shown::{self, without_isolates};
use taskbadge::time::Instant;
use taskbadge::trust::PackParts;
use taskbadge::verify::{BadgeStatus, Refusal, Report, VerifiedBadge, Verifier};
use taskbadge_status::{LIST_LIMITS, StatusLists};

use self::folder::{Found, is_folder};
pub(crate) use self::kind::Kind;
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
        _ if paths.len() > 1 || is_folder(&paths[0]) => Form::OfMany,
        _ => Form::OfOne,
    };
    let verifier = Verifier::new(trusted.trust.clone());
    let mut lists = StatusLists::new().max_age(verify.max_age);
    trusted.add_lists(&mut lists, &verifier, at, output)?;
    status_lists(&verify.status, &mut lists, &verifier, at, output)?;
    let verifier = verifier.status(Arc::new(lists));
    let desk = Desk { verifier, trusted, at, recipient: verify.recipient, form };

    let mut tally = Tally { badges_in: vec![0; paths.len()], ..Tally::default() };
    if let [path] = &paths[..]
        && !is_folder(path)
    {
        tally.add(&desk.answer(Found::Named(path.clone()), output.colours()), output);
    } else {
        desk.answer_all(paths.clone(), &mut tally, output);
        // A check of nothing must not look like a check that all is well.
        for (number, folder) in paths.iter().enumerate().filter(|(_, path)| is_folder(path)) {
            if tally.badges_in[number] == 0 {
                let sentence = words::no_badges_in(folder);
                tally.add(&desk.no_verdict(folder, &sentence, output.colours()), output);
            }
        }
        if form == Form::OfMany {
            output.line(words::summary(&tally));
        }
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
}

/// The answer for one file, ready to be printed.
struct Answer {
    is: Is,
    text: String,
    /// The folder in which a badge was found, by its number among the paths.
    folder: Option<usize>,
}

/// What a file is.
enum Is {
    /// A badge, or what could be one, as the process would end for it alone.
    Badge(Exit),
    /// Something else in a folder.
    Other(Kind),
}

/// How many files of each sort there were.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) valid: u64,
    pub(crate) invalid: u64,
    pub(crate) indeterminate: u64,
    pub(crate) troubled: u64,
    /// What is no badge.
    pub(crate) others: BTreeMap<Kind, u64>,
    badges_in: Vec<u64>,
    worst: Exit,
}

impl Tally {
    fn add(&mut self, answer: &Answer, output: &mut Output) {
        match answer.is {
            Is::Badge(Exit::Done) => self.valid += 1,
            Is::Badge(Exit::Invalid) => self.invalid += 1,
            Is::Badge(Exit::Indeterminate) => self.indeterminate += 1,
            Is::Badge(Exit::Trouble) => self.troubled += 1,
            Is::Other(kind) => *self.others.entry(kind).or_default() += 1,
        }
        if let Is::Badge(exit) = answer.is {
            self.worst = self.worst.max(exit);
        }
        if let Some(folder) = answer.folder {
            self.badges_in[folder] += 1;
        }
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
    Other {
        file: &'a str,
        #[serde(rename = "readAs")]
        read_as: &'a str,
    },
    Trouble {
        file: &'a str,
        error: &'a str,
    },
}

impl Desk {
    fn answer(&self, found: Found, colours: Colours) -> Answer {
        let (path, folder) = match found {
            Found::Named(path) => (path, None),
            Found::File(path, folder) => (path, Some(folder)),
            Found::Other(path, kind) => return self.other(&path, kind),
            Found::Trouble(path, trouble) => return self.no_verdict(&path, &trouble.to_string(), colours),
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
        let kind = if exit == Exit::Done { None } else { kind(bytes, &path) };
        match (kind, folder) {
            (Some(Kind::Pack), None) => return self.no_verdict(&path, &words::a_pack(&path), colours),
            (Some(kind), Some(_)) => return self.other(&path, kind),
            _ => {}
        }
        let verdict = colours.paint(exit, report.verdict().as_str());
        let sentence = || words::sentence(&path, &outcome);
        let text = match self.form {
            Form::Json => json(&JsonLine::Report { file: &path.display().to_string(), report: &report }),
            Form::Quiet if exit == Exit::Done => String::new(),
            Form::Quiet => words::answer(&verdict, &words::of_file(sentence(), &path, &outcome), &[]),
            Form::OfMany => words::answer(&verdict, &sentence(), &words::details_of_many(&path, &outcome)),
            Form::OfOne => words::answer(&verdict, &sentence(), &words::details(&outcome)),
        };
        Answer { is: Is::Badge(exit), text, folder }
    }

    /// A file that is no badge: the summary counts it.
    fn other(&self, path: &Path, kind: Kind) -> Answer {
        let text = match self.form {
            Form::Json => json(&JsonLine::Other { file: &path.display().to_string(), read_as: words::kind(kind).0 }),
            _ => String::new(),
        };
        Answer { is: Is::Other(kind), text, folder: None }
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
            Form::Json => {
                json(&JsonLine::Trouble { file: &path.display().to_string(), error: &without_isolates(sentence) })
            }
            _ => words::answer(&colours.paint(Exit::Trouble, words::NO_VERDICT), sentence, &[]),
        };
        Answer { is: Is::Badge(Exit::Trouble), text, folder: None }
    }

    /// All cores check; answers are printed in the order of the files. Threads that are far ahead of the one whose turn
    /// it is wait for it, so that memory does not grow with the number of badges.
    fn answer_all(&self, paths: Vec<PathBuf>, tally: &mut Tally, output: &mut Output) {
        const AHEAD: usize = 256;
        let bar = bar();
        let shared = !bar.is_hidden() && stdout().is_terminal();
        let printer = Printer { next: 0, waiting: BTreeMap::new(), tally, output, shared: shared.then_some(&bar) };
        let colours = printer.output.colours();
        let queue: Mutex<Enumerate<_>> = Mutex::new(folder::found(paths).enumerate());
        let (printer, turned) = (Mutex::new(printer), Condvar::new());
        let work = || {
            loop {
                let badge = queue.lock().expect("no thread panics with the queue in hand").next();
                let Some((number, found)) = badge else { return };
                let answer = self.answer(found, colours);
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

/// What a file is that is not valid, unless it could be a badge. What is larger than a badge is read whole for that, as far
/// as a pack can go.
fn kind(bytes: Vec<u8>, path: &Path) -> Option<Kind> {
    if bytes.len() <= Limits::BADGE.bytes {
        return Kind::of(&bytes, path);
    }
    let whole = if path.as_os_str() == "-" { None } else { files::read(path, PackParts::BYTES_MAX as u64).ok() };
    Kind::of(&whole.unwrap_or(bytes), path)
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
    serde_json::to_string(line).map(|line| shown::json(&line).into_owned() + "\n").unwrap_or_default()
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
