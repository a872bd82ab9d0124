//! The issuing desk: from rows to badges that are signed, checked and written, each row once.
//!
//! The order of work for every badge: the intention is in the journal, durably; the badge is signed; it passes the
//! same verifier that an employer runs; its file is in place, durably; the journal says so. Whenever that is cut off,
//! doing the same again finishes it: the rows that have their badges are left alone.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::{Digest as _, Sha256};
use taskbadge::badge::{Iri, SignedBadge};
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::ProofOptions;
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};

use crate::award;
use crate::centre::Centre;
use crate::files::{self, Secrecy};
use crate::journal::{Entry, Journal, Records, RowMark, State};
use crate::lint::{self, Lint, Severity};
use crate::roster::{ClaimCode, Outcome, Recipient, Roster, Row};
use crate::template::{Level, Template};
use crate::trouble::random;
use crate::{Mistake, Mistakes, Trouble};

/// Rows that may be issued: they were linted, and none of their badges would be over by now.
#[derive(Debug, Clone)]
pub struct Batch<'t> {
    rows: Vec<(Row<'t>, &'t Level)>,
    not_yet: usize,
    warnings: Vec<Lint>,
}

/// Why rows may not be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The linter found what must be corrected first, or allowed by the name of its code.
    Lints(Vec<Lint>),
    /// Some badges would be over before they were issued, or never end within the calendar.
    Mistakes(Mistakes),
}

impl<'t> Batch<'t> {
    /// Lints the roster, the rows and their tasks as of `now`. What has one of the codes `allowed` becomes a warning.
    ///
    /// # Errors
    /// [`Unfit`], with everything there is to correct.
    pub fn of(roster: &Roster<'_>, rows: Vec<Row<'t>>, now: Instant, allowed: &[lint::Code]) -> Result<Self, Unfit> {
        let (errors, warnings) = lints(roster, &rows, now)
            .into_iter()
            .partition::<Vec<_>, _>(|lint| lint.severity() == Severity::Error && !allowed.contains(&lint.code()));
        if !errors.is_empty() {
            return Err(Unfit::Lints(errors));
        }
        let mistakes = rows.iter().filter_map(|row| over(row, now)).chain(doubles(&rows)).collect();
        Mistakes::or(roster.file(), mistakes, Some(())).map_err(Unfit::Mistakes)?;
        let all = rows.len();
        let earned = |row: Row<'t>| match row.outcome() {
            Outcome::Achieved(level) => Some((row, level)),
            Outcome::NotYet => None,
        };
        let rows: Vec<_> = rows.into_iter().filter_map(earned).collect();
        Ok(Self { not_yet: all - rows.len(), rows, warnings })
    }

    /// How many rows earned a badge.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row earned a badge.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows are "not yet". They leave no trace.
    #[must_use]
    pub fn not_yet(&self) -> usize {
        self.not_yet
    }

    /// What a person should judge.
    #[must_use]
    pub fn warnings(&self) -> &[Lint] {
        &self.warnings
    }
}

/// A centre's desk, open for issuing. Another process cannot issue for the same centre meanwhile.
pub struct Desk<'c> {
    clerk: Clerk<'c>,
    journal: Journal,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The line of the roster.
    pub line: u64,
    /// The trainee's name, for the desk's own eyes.
    pub private_name: Option<String>,
    /// The name of the task.
    pub task: String,
    /// The file of the badge.
    pub file: PathBuf,
    /// Whether this run issued it.
    pub when: When,
    /// The claim code that was drawn for a row that has nothing else: print it on the holder's card.
    pub claim_code: Option<ClaimCode>,
}

/// When a row's badge was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In this run; or, in a rehearsal, it would be.
    Now,
    /// In an earlier run; it was left alone.
    Before,
}

/// As many badges as go into the journal in one durable write: writing to disk waits for the disk twice a group.
const GROUP: usize = 256;

impl<'c> Desk<'c> {
    /// Opens the desk with the centre's key.
    ///
    /// # Errors
    /// [`Trouble::Busy`] if another process has it open; the troubles of the journal's files; [`Trouble::Key`],
    /// [`Trouble::OtherKey`] or [`Trouble::Io`] for the document of a did:web.
    pub fn open(centre: &'c Centre, key: &'c SigningKey) -> Result<Self, Trouble> {
        let (clerk, journal) = (Clerk::new(centre, key)?, Journal::open(centre.folder())?);
        files::sweep(&centre.badges_folder());
        Ok(Self { clerk, journal })
    }

    /// Issues the badges that the rows do not have yet, in their order, with all cores. `progress` is told how many rows
    /// of the batch are done.
    ///
    /// # Errors
    /// The first [`Trouble`] in the order of the rows. What was issued before it stays issued, and is left alone when this
    /// is done again.
    pub fn issue(
        &mut self,
        batch: &Batch<'_>,
        now: Instant,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Issued>, Trouble> {
        let badges = self.clerk.centre.badges_folder();
        let mut issued = Vec::with_capacity(batch.len());
        for group in batch.rows.chunks(GROUP) {
            let awards = Award::all(group, self.journal.records())?;
            let intended = awards.iter().filter(|award| award.standing == Standing::New);
            self.journal.intend(intended.map(|award| (award.mark.clone(), award.entry())).collect(), now)?;

            let open: Vec<_> = awards.iter().filter(|award| award.standing != Standing::Issued).collect();
            let digests = on_all_cores(&open, |award| self.clerk.hand_out(award, now))?;
            files::sync_folder(&badges)?;
            self.journal.issued(open.iter().map(|award| award.mark.clone()).zip(digests).collect())?;

            issued.extend(awards.iter().map(|award| award.outcome(&badges)));
            progress(issued.len());
        }
        Ok(issued)
    }

    /// Does everything but write: every badge that would be issued is signed and checked, and thrown away.
    ///
    /// # Errors
    /// As [`Desk::open`] and [`Desk::issue`], save [`Trouble::Busy`].
    pub fn rehearse(
        centre: &Centre,
        key: &SigningKey,
        batch: &Batch<'_>,
        now: Instant,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Issued>, Trouble> {
        let clerk = Clerk::new(centre, key)?;
        let records = Records::peek(centre.folder())?;
        let mut rehearsed = Vec::with_capacity(batch.len());
        for group in batch.rows.chunks(GROUP) {
            let awards = Award::all(group, &records)?;
            let open: Vec<_> = awards.iter().filter(|award| award.standing != Standing::Issued).collect();
            on_all_cores(&open, |award| clerk.sign(award, now))?;
            rehearsed.extend(awards.iter().map(|award| award.outcome(&centre.badges_folder())));
            progress(rehearsed.len());
        }
        Ok(rehearsed)
    }
}

/// Signs and checks, the same for all badges and from all threads.
struct Clerk<'c> {
    centre: &'c Centre,
    key: &'c SigningKey,
    contexts: Contexts,
    proof: ProofOptions,
    verifier: Verifier,
}

impl<'c> Clerk<'c> {
    fn new(centre: &'c Centre, key: &'c SigningKey) -> Result<Self, Trouble> {
        let settings = centre.settings();
        let document = centre.did_document()?;
        let public = key.verifying_key();
        let method = document.keys().find(|(_, listed)| *listed == public).map(|(method, _)| method.to_owned());
        let method =
            method.ok_or_else(|| Trouble::OtherKey { path: centre.key_file(), did: settings.did().to_string() })?;
        Ok(Self {
            centre,
            key,
            contexts: Contexts::builtin(),
            proof: ProofOptions::new(method).cryptosuite(settings.suite()),
            verifier: Verifier::new(Trust::none().recognise(RecognisedIssuer::pinned(document))),
        })
    }

    /// Puts the badge's file in place, and gives the digest of its bytes.
    fn hand_out(&self, award: &Award<'_, '_>, now: Instant) -> Result<[u8; 32], Trouble> {
        let path = self.centre.badges_folder().join(&award.file);
        // An earlier run was cut off between the file and the journal: the file is whole, since it was renamed into place,
        // and is checked once more before the journal vouches for it.
        if award.standing == Standing::Intended && path.exists() {
            let bytes = std::fs::read(&path).map_err(Trouble::io("read", &path))?;
            let badge = self.check(&bytes, award, now)?;
            // Another good badge of the same holder is not the one that the journal names.
            if badge.claims().id() != Some(award.badge.as_str()) {
                return Err(Trouble::OtherBadge(path));
            }
            return Ok(Sha256::digest(bytes).into());
        }
        let signed = self.sign(award, now)?;
        files::place_new(&path, signed.text().as_bytes(), Secrecy::Open)?;
        Ok(Sha256::digest(signed.text()).into())
    }

    /// A signed badge that passes the verifier.
    fn sign(&self, award: &Award<'_, '_>, now: Instant) -> Result<SignedBadge, Trouble> {
        let line = award.row.line();
        let settings = self.centre.settings();
        let badge = award::badge(settings, award.row, award.level, award.badge.clone(), &award.code, now)?;
        let signed = badge.sign(&self.contexts, self.key, &self.proof);
        let signed = signed.map_err(|finding| Trouble::Refused { line, finding })?;
        self.check(signed.text().as_bytes(), award, now)?;
        Ok(signed)
    }

    /// What an employer's verifier says, who recognises the centre and knows the holder.
    fn check(&self, badge: &[u8], award: &Award<'_, '_>, now: Instant) -> Result<VerifiedBadge, Trouble> {
        let outcome = self.verifier.verify_for(badge, now, award::recipient(award.row, &award.code));
        let finding = |refusal: Refusal| refusal.refused().cause().clone();
        outcome.map_err(|refusal| Trouble::Refused { line: award.row.line(), finding: finding(refusal) })
    }
}

/// One row on its way to a badge.
struct Award<'r, 't> {
    row: &'r Row<'t>,
    level: &'t Level,
    mark: RowMark,
    badge: Iri,
    file: String,
    standing: Standing,
    code: ClaimCode,
}

impl<'r, 't> Award<'r, 't> {
    fn all(rows: &'r [(Row<'t>, &'t Level)], records: &Records) -> Result<Vec<Self>, Trouble> {
        rows.iter().map(|(row, level)| Self::of(row, level, records)).collect()
    }

    fn of(row: &'r Row<'t>, level: &'t Level, records: &Records) -> Result<Self, Trouble> {
        let mark = records.mark(row.key());
        let (badge, file, standing) = match records.entry(&mark) {
            Some(entry) if entry.state == State::Issued => (entry.badge.clone(), entry.file.clone(), Standing::Issued),
            Some(entry) => (entry.badge.clone(), entry.file.clone(), Standing::Intended),
            None => {
                let badge = Iri::uuid(random()?);
                // The badge's own id, shortened: nothing that tells who it is about.
                let number = badge.as_str().trim_start_matches("urn:uuid:").replace('-', "");
                let file = format!("{}-{}.json", row.task().id(), &number[..16]);
                (badge, file, Standing::New)
            }
        };
        let code = records.claim_code(row.key(), &badge);
        Ok(Self { row, level, mark, badge, file, standing, code })
    }

    fn entry(&self) -> Entry {
        Entry { badge: self.badge.clone(), file: self.file.clone(), state: State::Intended }
    }

    fn outcome(&self, badges: &Path) -> Issued {
        let drawn = *self.row.recipient() == Recipient::NewClaimCode;
        Issued {
            line: self.row.line(),
            private_name: self.row.private_name().map(Into::into),
            task: self.row.task().name().into(),
            file: badges.join(&self.file),
            when: if self.standing == Standing::Issued { When::Before } else { When::Now },
            claim_code: drawn.then(|| self.code.clone()),
        }
    }
}

/// Where a row stands before this run does anything for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    New,
    /// An earlier run was cut off after intending it.
    Intended,
    Issued,
}

/// The results of `work` in the order of `items`, or the error of the first item that has one.
fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R, Trouble> + Sync,
) -> Result<Vec<R>, Trouble> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if workers <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = work(item);
                    results.lock().expect("no worker panics with the results in hand").push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no worker panics with the results in hand");
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Everything the linter says of a roster, its rows, and the tasks they name.
fn lints(roster: &Roster<'_>, rows: &[Row<'_>], now: Instant) -> Vec<Lint> {
    // The latest date anywhere on Earth: the centre may be east of Greenwich.
    let today = Instant::from_unix(now.unix().saturating_add(14 * 60 * 60)).datetime().date_naive();
    let mut tasks: Vec<&Template> = Vec::new();
    for row in rows {
        if !tasks.iter().any(|task| task.id() == row.task().id()) {
            tasks.push(row.task());
        }
    }
    let of_tasks = tasks.into_iter().flat_map(lint::lint_template);
    let of_rows = rows.iter().flat_map(|row| lint::lint_row(roster, row, today));
    of_tasks.chain(lint::lint_roster(roster)).chain(of_rows).collect()
}

/// One roster has no row twice, but the rows may come from several readings.
fn doubles(rows: &[Row<'_>]) -> Vec<Mistake> {
    let mut seen = HashSet::new();
    let again = rows.iter().filter(|row| !seen.insert(row.key()));
    let mistake = Mistake::new("the same trainee, task and day as an earlier row", "delete one of them");
    again.map(|row| mistake.clone().at_line(row.line())).collect()
}

fn over(row: &Row<'_>, now: Instant) -> Option<Mistake> {
    let mistake = match award::last_day(row) {
        Ok(Some(day)) if award::end_of(day) <= now => {
            let next = "correct the date, or leave the row out: a badge that is over is of no use";
            Mistake::new(format!("the badge would be over since {day}"), next)
        }
        Ok(_) => return None,
        Err(beyond) => Mistake::new(beyond.to_string(), "give the task a shorter validity"),
    };
    matches!(row.outcome(), Outcome::Achieved(_)).then(|| mistake.at_line(row.line()))
}
