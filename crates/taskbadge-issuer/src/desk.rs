//! The issuing desk: from rows to badges that are signed, checked and handed out, each row once.
//!
//! The order of work for a group of badges: what is to be signed is in the ledger, with its places in the status lists,
//! durably; the badges are signed; each passes the same verifier that an employer runs; they are in the ledger, durably,
//! and count from then on; their files are written. Whenever that is cut off, doing the same again finishes it: the rows
//! that have their badges are left alone.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use sha2::{Digest as _, Sha256};
use taskbadge::badge::{Badge, Claims, Iri, SignedBadge, StatusPurpose};
use taskbadge::finding::{Code, Finding};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::Signer;
use taskbadge::proof::{self, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{StatusAnswer, StatusClaim, StatusSource, Verifier};
use taskbadge_files::{self as files, FileTrouble, Placing};

use crate::award;
use crate::centre::Centre;
use crate::cores::on_all_cores;
use crate::keys::Role;
use crate::ledger::faults::step;
use crate::ledger::{
    Because, Completed, Earlier, Entry, Intended, Intention, Ledger, LedgerTrouble, Mark, Particulars, Record,
    Replaces, Signed, Stage, State, Status,
};
use crate::lint::{self, Lint, Severity};
use crate::publish;
use crate::roster::{Cells, ClaimCode, Field, Outcome, Recipient, Roster, Row, RowKey};
use crate::secret::{self, Secret};
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

/// A centre's desk, open for issuing. Any number of processes may have theirs open for the same centre.
pub struct Desk<'c> {
    clerk: Clerk<'c>,
    ledger: Ledger,
    secret: Secret,
    actor: String,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The line of the roster.
    pub line: u64,
    /// The badge.
    pub badge: Iri,
    /// The trainee's name, for the desk's own eyes.
    pub private_name: Option<String>,
    /// The name of the task.
    pub task: String,
    /// The file of the badge.
    pub file: PathBuf,
    /// Whether this run issued it.
    pub when: When,
    /// Whether it stands.
    pub status: Status,
    /// Why another badge was issued in its place, if one was.
    pub replaced: Option<Replaces>,
    /// Whether the roster says otherwise than the row that an earlier badge was issued from, as far as the ledger still
    /// knows that. A badge that stands is not changed by a roster: [`Desk::correct`] issues another.
    pub differs: bool,
    /// The claim code that was drawn for a row that has nothing else: print it on the holder's card.
    pub claim_code: Option<ClaimCode>,
}

/// When a row's badge was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// In this run; or, in a rehearsal, it would be.
    Now,
    /// In an earlier run; it was left alone. So is what was begun in one, and revoked before it was finished.
    Before,
    /// In an earlier run; its file was missing, and is there again.
    PutBack,
}

/// As many badges as go into the ledger in one durable write: writing to disk waits for the disk twice a group.
const GROUP: usize = 256;

impl<'c> Desk<'c> {
    /// Opens the desk with the centre's key. `actor` is who issues, such as an account or an office: the ledger notes it
    /// where one badge takes the place of another.
    ///
    /// The ledger is compared with what was published last. One that does not know all of that refuses to issue, until a
    /// person decides: see [`Ledger::accept_restored`].
    ///
    /// # Errors
    /// The troubles of [`Centre::ledger`] and of the centre's secret; those of [`Centre::method`].
    pub fn open(centre: &'c Centre, key: &'c dyn Signer, actor: &str, now: Instant) -> Result<Self, Trouble> {
        let clerk = Clerk::new(centre, key, now)?;
        centre.refuse_gone()?;
        let (secret, mut ledger) = centre.ledger_and_secret()?;
        publish::compare(&mut ledger, &centre.published_folder(), now)?;
        files::make_folder(&centre.badges_folder())?;
        files::sweep(&centre.badges_folder());
        Ok(Self { clerk, ledger, secret, actor: actor.into() })
    }

    /// Issues the badges that the rows do not have yet, in their order, with all cores. `progress` is told how many rows
    /// of the batch are done.
    ///
    /// A row that [renews](Row::renews) a badge supersedes it, and the old one stands until it ends. A row whose badge
    /// was issued before is left alone; if its file is missing, it is put back from the ledger.
    ///
    /// # Errors
    /// [`Trouble::NotAReplacement`] for a row that renews somebody else's badge, or that of another task: then nothing
    /// was issued. The first [`Trouble`] in the order of the groups: what was issued before it stays issued, and is left
    /// alone when this is done again.
    ///
    /// # Panics
    /// Never: the threads that write files do not panic.
    pub fn issue(
        &mut self,
        batch: &Batch<'_>,
        now: Instant,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Issued>, Trouble> {
        refuse_misfits(batch, &mut self.ledger, &self.secret)?;
        let badges = self.clerk.centre.badges_folder();
        let mut issued = Vec::with_capacity(batch.len());
        thread::scope(|scope| {
            // The files of one group are written while the next is signed. They hold what the ledger holds already.
            let mut writing: Option<Writing<'_>> = None;
            let mut finish = |writing: Option<Writing<'_>>| {
                if let Some(Writing { files, outcomes }) = writing {
                    files.join().expect("writing files does not panic")?;
                    step("a group is handed out");
                    issued.extend(outcomes);
                    progress(issued.len());
                }
                Ok::<(), Trouble>(())
            };
            for group in batch.rows.chunks(GROUP) {
                let drafts =
                    on_all_cores(group, |(row, level)| Draft::of_row(row, level, &self.clerk, &self.secret, now))?;
                let because = Because::new(&self.actor, "renewed after a refresher")?;
                let Group { outcomes, files } = self.issue_group(&drafts, &because, now)?;
                finish(writing.take())?;
                let badges = &badges;
                let files = scope.spawn(move || write_badges(badges, &files));
                writing = Some(Writing { files, outcomes });
            }
            finish(writing)
        })?;
        Ok(issued)
    }

    /// Issues a badge in place of one that is wrong: the award day is the old one's, the old badge is superseded and
    /// revoked in the same moment. `batch` holds the corrected row. Doing it again, after a crash, finishes it.
    ///
    /// # Errors
    /// [`Trouble::NotAReplacement`] where the row is of another day, says nothing else, or the new recipient has a badge
    /// for the same award; [`LedgerTrouble::Replaced`] where another badge took its place, or this one with another
    /// content; [`LedgerTrouble::TakenBack`]; [`LedgerTrouble::Revoked`] where the new badge was revoked before it
    /// was finished; and as [`Desk::issue`].
    ///
    /// # Panics
    /// Where the batch is not one row that earned a badge.
    pub fn correct(
        &mut self,
        old: &Iri,
        batch: &Batch<'_>,
        because: &Because,
        now: Instant,
    ) -> Result<Issued, Trouble> {
        let draft = Draft::correcting(old, batch, &self.clerk, &mut self.ledger, &self.secret, now)?;
        let Group { mut outcomes, files } = self.issue_group(std::slice::from_ref(&draft), because, now)?;
        write_badges(&self.clerk.centre.badges_folder(), &files)?;
        let new = outcomes.remove(0);
        // What was revoked before it was finished is no badge, and the old one has none in its place.
        match self.ledger.find(&new.badge)?.map(|found| found.state) {
            Some(State::Intended) => Err(LedgerTrouble::Revoked(new.badge).into()),
            _ => Ok(new),
        }
    }

    /// Does everything of a correction but write: all that [`Desk::correct`] checks is checked.
    ///
    /// # Errors
    /// As [`Desk::open`] and [`Desk::correct`].
    ///
    /// # Panics
    /// Where the batch is not one row that earned a badge.
    pub fn rehearse_correction(
        centre: &Centre,
        key: &dyn Signer,
        old: &Iri,
        batch: &Batch<'_>,
        now: Instant,
    ) -> Result<(), Trouble> {
        let clerk = Clerk::new(centre, key, now)?;
        let mut ledger = centre.ledger_if_begun()?.ok_or_else(|| LedgerTrouble::Unknown(old.clone()))?;
        publish::refuse_behind(&mut ledger, &centre.published_folder())?;
        let secret = Secret::known(centre.folder(), &mut ledger)?;
        let secret = secret.ok_or_else(|| LedgerTrouble::Unknown(old.clone()))?;
        let draft = Draft::correcting(old, batch, &clerk, &mut ledger, &secret, now)?;
        if ledger.find_row(&draft.mark)?.is_none() {
            ledger.may_be_replaced(old)?;
            let entries = [Entry { purpose: StatusPurpose::Revocation, list: centre.settings().status(), index: 0 }];
            clerk.sign(&draft, &draft.content(&entries)?, Claimed::Now, now)?;
        }
        Ok(())
    }

    /// Does everything but write: every badge that would be issued is signed and checked, and thrown away.
    ///
    /// # Errors
    /// As [`Desk::open`] and [`Desk::issue`].
    pub fn rehearse(
        centre: &Centre,
        key: &dyn Signer,
        batch: &Batch<'_>,
        now: Instant,
        mut progress: impl FnMut(usize),
    ) -> Result<Vec<Issued>, Trouble> {
        let clerk = Clerk::new(centre, key, now)?;
        // A ledger is not begun for a rehearsal.
        let mut ledger = centre.ledger_if_begun()?;
        let secret = match &mut ledger {
            Some(ledger) => {
                publish::refuse_behind(ledger, &centre.published_folder())?;
                Secret::known(centre.folder(), ledger)?
            }
            None => Secret::read(centre.folder())?,
        };
        let secret = secret.map_or_else(Secret::passing, Ok)?;
        if let Some(ledger) = &mut ledger {
            refuse_misfits(batch, ledger, &secret)?;
        }
        let entries = [Entry { purpose: StatusPurpose::Revocation, list: centre.settings().status(), index: 0 }];
        let mut rehearsed = Vec::with_capacity(batch.len());
        for group in batch.rows.chunks(GROUP) {
            let drafts = on_all_cores(group, |(row, level)| Draft::of_row(row, level, &clerk, &secret, now))?;
            let mut known = Vec::with_capacity(drafts.len());
            for draft in &drafts {
                let record = ledger.as_mut().map(|ledger| ledger.find_row(&draft.mark)).transpose()?.flatten();
                known.push(record.filter(|record| record.state != State::Intended));
            }
            let open: Vec<_> = drafts.iter().zip(&known).filter(|(_, known)| known.is_none()).collect();
            on_all_cores(&open, |(draft, _)| clerk.sign(draft, &draft.content(&entries)?, Claimed::Now, now))?;
            let earlier = known.iter().flatten().map(|known| &known.badge);
            let mut earlier = ledger.as_mut().map(|ledger| ledger.earlier(earlier)).transpose()?.unwrap_or_default();
            rehearsed.extend(drafts.iter().zip(known).map(|(draft, known)| match known {
                Some(known) => {
                    let earlier = earlier.remove(&known.badge);
                    draft.outcome(centre, &secret, known.badge, known.status, When::Before, earlier)
                }
                None => draft.outcome(centre, &secret, draft.id.clone(), Status::Good, When::Now, None),
            }));
            progress(rehearsed.len());
        }
        Ok(rehearsed)
    }

    /// Stores, signs, checks and completes a group; what came of it, and the files that are still to be written.
    fn issue_group(&mut self, drafts: &[Draft<'_, '_>], because: &Because, now: Instant) -> Result<Group, Trouble> {
        let centre = self.clerk.centre;
        let intentions: Vec<_> = drafts.iter().map(|draft| draft.intention(because)).collect();
        let fill = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(Trouble::NoRandomness);
        let content = |place: usize, entries: &[Entry]| Ok(drafts[place].content(entries)?.text().as_bytes().to_vec());
        let intended = self.ledger.intend(&intentions, &centre.lists(), now, fill, content)?;

        let open: Vec<(&Draft<'_, '_>, &[u8], Claimed)> = drafts
            .iter()
            .zip(&intended)
            .filter_map(|(draft, intended)| match &intended.stage {
                // What was taken back before it was finished is not signed any more.
                Stage::ToSign { .. } if intended.status == Status::Revoked => None,
                Stage::ToSign { content, again } => {
                    Some((draft, &content[..], if *again { Claimed::Before } else { Claimed::Now }))
                }
                Stage::Issued { .. } => None,
            })
            .collect();
        for (_, content, claimed) in &open {
            if *claimed == Claimed::Before {
                self.refuse_other_draft(content)?;
            }
        }
        let signed = on_all_cores(&open, |(draft, content, claimed)| {
            let document = Document::parse(content, Limits::BADGE).map_err(|finding| draft.refused(finding))?;
            self.clerk.sign(draft, &document, *claimed, now)
        })?;
        let group: Vec<_> = signed
            .iter()
            .map(|SignedNow { id, text, proofs }| Signed { badge: id, text: text.as_bytes(), proofs })
            .collect();
        step("badges are signed");
        let completed = self.ledger.complete(&group, &self.clerk.method, now)?;

        step("badges are completed");
        let mut new: HashMap<Iri, Vec<u8>> = HashMap::with_capacity(signed.len());
        let mut overtaken: HashSet<Iri> = HashSet::new();
        for (SignedNow { id, text, .. }, completed) in signed.into_iter().zip(completed) {
            let text = match completed {
                // Another process was faster, and its badge is the one that counts.
                Completed::Before { .. } => {
                    overtaken.insert(id.clone());
                    self.ledger.copy(&id)?
                }
                Completed::Now => Some(text.into_bytes()),
            };
            new.extend(text.map(|text| (id, text)));
        }
        let of_earlier = intended.iter().filter(|intended| matches!(intended.stage, Stage::Issued { .. }));
        let mut earlier = self.ledger.earlier(of_earlier.map(|intended| &intended.badge))?;
        let (mut issued, mut files) = (Vec::with_capacity(drafts.len()), Vec::with_capacity(drafts.len()));
        for (draft, Intended { badge, status, stage, .. }) in drafts.iter().zip(intended) {
            let path = centre.badge_file(draft.row.task().id().as_str(), &badge);
            let when = match stage {
                Stage::ToSign { .. } if status == Status::Revoked => When::Before,
                Stage::ToSign { .. } => {
                    files.extend(new.remove(&badge).map(|text| (path, text)));
                    if overtaken.contains(&badge) { When::Before } else { When::Now }
                }
                Stage::Issued { digest } => match self.missing(&badge, &path, digest)? {
                    Some(text) => {
                        files.push((path, text));
                        When::PutBack
                    }
                    None => When::Before,
                },
            };
            let earlier = earlier.remove(&badge);
            issued.push(draft.outcome(centre, &self.secret, badge, status, when, earlier));
        }
        Ok(Group { outcomes: issued, files })
    }

    /// Refuses a draft of an earlier run that says anything else than its row. Its digest was held against the event.
    fn refuse_other_draft(&mut self, content: &[u8]) -> Result<(), Trouble> {
        let draft = SignedBadge::parse(content).ok();
        let claims = draft.as_ref().map(SignedBadge::unverified);
        let id: Option<Iri> = claims.and_then(Claims::id).and_then(|id| id.parse().ok());
        let record = id.as_ref().map(|id| self.ledger.find(id)).transpose()?.flatten();
        let differs = match (claims, &record) {
            (Some(claims), Some(record)) => award::differs(claims, record),
            _ => Some("its id"),
        };
        differs.map_or(Ok(()), |what| {
            let place = id.map_or("a badge that is to be signed".into(), |id| id.to_string());
            let why = format!("what is to be signed says otherwise of {what} than its row");
            Err(LedgerTrouble::Altered { place, why }.into())
        })
    }

    /// The bytes of an issued badge whose file is missing and whose person is not forgotten.
    fn missing(&mut self, badge: &Iri, path: &Path, digest: [u8; 32]) -> Result<Option<Vec<u8>>, Trouble> {
        match files::if_there(files::read_start(path, Limits::BADGE.bytes as u64))? {
            Some(bytes) if <[u8; 32]>::from(Sha256::digest(&bytes)) == digest => Ok(None),
            Some(_) => Err(Trouble::OtherBadge(path.into())),
            None => Ok(self.ledger.copy(badge)?),
        }
    }
}

/// A group that is in the ledger.
struct Group {
    outcomes: Vec<Issued>,
    /// What is still to be written.
    files: Vec<(PathBuf, Vec<u8>)>,
}

fn write_badges(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), FileTrouble> {
    files::write_many(folder, files, Placing::New, || step("a file is written"))
}

/// A group whose files are being written.
struct Writing<'s> {
    files: thread::ScopedJoinHandle<'s, Result<(), FileTrouble>>,
    outcomes: Vec<Issued>,
}

/// Signs and checks, the same for all badges and from all threads.
struct Clerk<'c> {
    centre: &'c Centre,
    key: &'c dyn Signer,
    /// The verification method of the key.
    method: String,
    contexts: Contexts,
    proof: ProofOptions,
    verifier: Verifier,
}

impl<'c> Clerk<'c> {
    fn new(centre: &'c Centre, key: &'c dyn Signer, now: Instant) -> Result<Self, Trouble> {
        let method = centre.method(key, Role::Badge)?;
        let trust = Trust::none().recognise(RecognisedIssuer::pinned(centre.did_document()?));
        Ok(Self {
            centre,
            key,
            contexts: Contexts::builtin(),
            proof: ProofOptions::new(&method).cryptosuite(centre.settings().suite()).created(now),
            verifier: Verifier::new(trust).status(Arc::new(NotTakenBack)),
            method,
        })
    }

    /// The signed badge, which passes what an employer's verifier says who recognises the centre and knows the holder.
    fn sign(
        &self,
        draft: &Draft<'_, '_>,
        content: &Document,
        claimed: Claimed,
        now: Instant,
    ) -> Result<SignedNow, Trouble> {
        let signed = proof::sign_document(&self.contexts, content, Limits::BADGE, self.key, &self.proof);
        let signed = signed.map_err(|finding| draft.refused(finding))?;
        let outcome = match claimed {
            Claimed::Now => {
                let recipient = secret::recipient_text(draft.row.recipient(), &draft.code);
                self.verifier.verify_for(signed.as_bytes(), now, recipient)
            }
            // The claim code of a row that has nothing else goes with the badge that was intended then.
            Claimed::Before => self.verifier.verify(signed.as_bytes(), now),
        };
        let badge = outcome.map_err(|refusal| draft.refused(refusal.refused().cause().clone()))?;
        let id = badge.claims().id().and_then(|id| id.parse().ok());
        let id = id.expect("the ledger stored a badge with its id");
        let proofs = badge.signed_digests().map(|(_, digest)| digest).collect();
        Ok(SignedNow { id, text: signed, proofs })
    }
}

/// A badge that was signed and checked.
struct SignedNow {
    id: Iri,
    text: String,
    /// The digests of what its proofs sign.
    proofs: Vec<[u8; 32]>,
}

/// Whose claim code the content of a badge was made with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claimed {
    /// That of this run's draft.
    Now,
    /// That of an earlier run's.
    Before,
}

/// While a badge is being issued nobody has taken it back; its list may not be published yet.
pub(crate) struct NotTakenBack;

impl StatusSource for NotTakenBack {
    fn status(&self, _: Claims<'_>, _: &StatusClaim<'_>, _: Instant) -> StatusAnswer {
        StatusAnswer::new(Code::StatusCurrent.into())
    }
}

/// A badge that a row would get, if it has none yet.
struct Draft<'r, 't> {
    row: &'r Row<'t>,
    mark: Mark,
    id: Iri,
    code: ClaimCode,
    badge: Badge,
    valid_until: Option<Instant>,
    replaces: Option<(Iri, Replaces)>,
    recipient: String,
    recipient_mark: Mark,
    /// The row's cells as JSON, from which it can be issued again.
    line: String,
}

impl<'r, 't> Draft<'r, 't> {
    fn of_row(
        row: &'r Row<'t>,
        level: &'t Level,
        clerk: &Clerk<'_>,
        secret: &Secret,
        now: Instant,
    ) -> Result<Self, Trouble> {
        let id = Iri::uuid(random()?);
        let code = secret.claim_code(row.key(), &id);
        let mark = secret.row(row.key());
        let recipient = secret::recipient_text(row.recipient(), &code).to_owned();
        let cells = cells_of(row, &code);
        Ok(Self {
            badge: award::badge(clerk.centre.settings(), row, level, id.clone(), &code, now)?,
            valid_until: award::last_day(row).ok().flatten().map(award::end_of),
            replaces: row.renews().map(|old| (old.clone(), Replaces::Renewal)),
            recipient_mark: secret.recipient(&recipient),
            line: written(&cells),
            row,
            mark,
            id,
            code,
            recipient,
        })
    }

    /// The badge of the one row of a batch, in place of an earlier one that was wrong.
    fn correcting(
        old: &Iri,
        batch: &'r Batch<'t>,
        clerk: &Clerk<'_>,
        ledger: &mut Ledger,
        secret: &Secret,
        now: Instant,
    ) -> Result<Self, Trouble> {
        let [(row, level)] = &batch.rows[..] else { panic!("a badge is corrected by one row that earned a badge") };
        let record = ledger.find(old)?.ok_or_else(|| LedgerTrouble::Unknown(old.clone()))?;
        let refuse = |next: String| Err(Trouble::NotAReplacement { line: row.line(), old: old.clone(), next });
        if row.date() != record.awarded {
            return refuse(format!(
                "a correction keeps the day of the award, {}: issue a new badge for another day",
                record.awarded
            ));
        }
        if record.task == row.task().id().as_str() && record.version != row.task().version() {
            return refuse(format!(
                "it was issued under version {} of the task, and the template is version {} now: put that version of \
                 the template back for the correction, since the trainee was assessed by it",
                record.version,
                row.task().version()
            ));
        }
        let mut draft = Self::of_row(row, level, clerk, secret, now)?;
        let mut key = row.key().clone();
        if let Some(name) = row.private_name()
            && known_by_name(ledger, secret, row.task(), &record)?
        {
            // The roster has no more than the name, also when it is corrected; the claim code came from here.
            key = RowKey::by_name(row.task(), row.date(), name);
            draft.mark = secret.row(&key);
        }
        draft.replaces = Some((old.clone(), Replaces::Correction));
        if let Some(new) = &record.replaced_by {
            // To do the same again is to finish it. To do something else would look done, and not be.
            let stored = ledger.find(new)?.filter(|new| new.replaces == draft.replaces);
            let line = ledger.particulars(new, |known| known.line.map(str::to_owned))?.flatten();
            let same = Some(written(&cells_of(row, &secret.claim_code(row.key(), new)))) == line;
            return match stored.filter(|_| same) {
                Some(stored) => Ok(Self { mark: stored.row, ..draft }),
                None => Err(LedgerTrouble::Replaced { old: old.clone(), new: ledger.last_of_chain(new)? }.into()),
            };
        }
        ledger.may_be_replaced(old)?;
        if row_of(ledger, old).is_ok_and(|before| written(&before) == draft.line) {
            return refuse("the corrected row says nothing else than the badge does: say what is different".into());
        }
        // So that the corrected roster, issued again, finds the corrected badge.
        draft.mark = match ledger.find_row(&draft.mark)? {
            None => draft.mark,
            Some(own) if own.badge == *old || own.status == Status::Revoked => secret.replacement(&key, old),
            Some(other) => {
                return refuse(format!(
                    "this trainee has {} for the same task and day; revoke one of the two",
                    other.badge
                ));
            }
        };
        Ok(draft)
    }

    fn intention<'a>(&'a self, because: &'a Because) -> Intention<'a> {
        let task = self.row.task();
        let intention = Intention::new(&self.id, &self.mark, task.id().as_str(), task.version(), self.row.date())
            .valid_until(self.valid_until)
            .particulars(Particulars {
                recipient_mark: Some(&self.recipient_mark),
                name: self.row.private_name(),
                recipient: Some(&self.recipient),
                line: Some(&self.line),
            });
        match &self.replaces {
            Some((old, how)) => intention.replaces(old, *how, because),
            None => intention,
        }
    }

    fn content(&self, entries: &[Entry]) -> Result<Document, Trouble> {
        let with = |badge: Badge, entry: &Entry| badge.status(entry.status());
        let badge = entries.iter().fold(self.badge.clone(), with);
        badge.document().map_err(|finding| self.refused(finding))
    }

    fn refused(&self, finding: Finding) -> Trouble {
        Trouble::Refused { line: self.row.line(), finding }
    }

    /// What became of the row. `earlier` is what the ledger knows of its badge, where that was issued before.
    fn outcome(
        &self,
        centre: &Centre,
        secret: &Secret,
        badge: Iri,
        status: Status,
        when: When,
        earlier: Option<Earlier>,
    ) -> Issued {
        let replaced = earlier.as_ref().and_then(|earlier| earlier.replaced);
        let line = earlier.and_then(|earlier| earlier.line);
        // Whether a badge that does not stand would be another today, is no question any more.
        let stands = status == Status::Good && replaced.is_none();
        let of_roster = || written(&cells_of(self.row, &secret.claim_code(self.row.key(), &badge)));
        let differs = line.is_some_and(|line| stands && line != of_roster());
        let drawn = *self.row.recipient() == Recipient::NewClaimCode;
        Issued {
            line: self.row.line(),
            private_name: self.row.private_name().map(Into::into),
            task: self.row.task().name().into(),
            file: centre.badge_file(self.row.task().id().as_str(), &badge),
            when,
            status,
            replaced,
            differs,
            claim_code: drawn.then(|| secret.claim_code(self.row.key(), &badge)),
            badge,
        }
    }
}

/// What a badge was issued from, as the ledger keeps it: to correct or renew it.
///
/// # Errors
/// [`LedgerTrouble::Unknown`], [`Trouble::Forgotten`], the troubles of the database.
pub fn row_of(ledger: &mut Ledger, badge: &Iri) -> Result<Cells, Trouble> {
    if ledger.find(badge)?.is_none() {
        return Err(LedgerTrouble::Unknown(badge.clone()).into());
    }
    let cells = ledger.particulars(badge, |particulars| particulars.line.and_then(read))?.flatten();
    cells.ok_or_else(|| Trouble::Forgotten(badge.clone()))
}

/// The cells that the ledger keeps of a row. `code` is the claim code of a row that has nothing else: it stands on the
/// holder's card by then.
fn cells_of(row: &Row<'_>, code: &ClaimCode) -> Cells {
    let mut cells = row.cells();
    cells.remove(&Field::Renews);
    if *row.recipient() == Recipient::NewClaimCode {
        cells.insert(Field::ClaimCode, code.as_str().into());
    }
    cells
}

/// Whether the roster from which a badge, or the first of its chain of corrections, was issued had nothing but a name.
fn known_by_name(ledger: &mut Ledger, secret: &Secret, task: &Template, record: &Record) -> Result<bool, Trouble> {
    let mut first = record.clone();
    while let Some((earlier, Replaces::Correction)) = &first.replaces {
        let Some(found) = ledger.find(earlier)? else { break };
        first = found;
    }
    // Who was forgotten is not known by a name any more.
    let Ok(cells) = row_of(ledger, &first.badge) else { return Ok(false) };
    let name = cells.get(&Field::Name).map(|name| RowKey::by_name(task, first.awarded, name));
    Ok(name.is_some_and(|key| secret.row(&key) == first.row))
}

/// Refuses rows that renew a badge of another task, or of somebody else as far as the ledger still knows.
fn refuse_misfits(batch: &Batch<'_>, ledger: &mut Ledger, secret: &Secret) -> Result<(), Trouble> {
    for (row, _) in &batch.rows {
        let Some(old) = row.renews() else { continue };
        // What the ledger does not have is refused with the group.
        let Some(record) = ledger.find(old)? else { continue };
        let refuse = |next: String| Trouble::NotAReplacement { line: row.line(), old: old.clone(), next };
        if record.task != row.task().id().as_str() {
            let next = format!("it is a badge for {}, which a refresher in another task does not renew", record.task);
            return Err(refuse(next));
        }
        let holder = ledger.particulars(old, |known| known.recipient_mark.cloned())?.flatten();
        let own = secret::own_text(row.recipient()).map(|text| secret.recipient(text));
        if holder.is_some() && holder != own {
            let next = "it is somebody else's: name the trainee's own badge, and the trainee as in the roster it was \
                        issued from (`taskbadge renew` writes such a roster)";
            return Err(refuse(next.into()));
        }
        // The same award without `renews` may be there already.
        match ledger.find_row(&secret.row(row.key()))? {
            Some(own) if own.badge == *old => {
                return Err(refuse("the row has the day of the award itself: write the day of the refresher".into()));
            }
            Some(other) if other.replaces != Some((old.clone(), Replaces::Renewal)) => {
                return Err(refuse(format!("this trainee has {} for the same task and day", other.badge)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn written(cells: &Cells) -> String {
    let cells: BTreeMap<String, &String> = cells.iter().map(|(field, text)| (field.to_string(), text)).collect();
    serde_json::to_string(&cells).expect("texts always serialise")
}

fn read(line: &str) -> Option<Cells> {
    let cells: BTreeMap<String, String> = serde_json::from_str(line).ok()?;
    cells.into_iter().map(|(field, text)| Some((field.parse().ok()?, text))).collect()
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
