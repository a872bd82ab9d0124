//! What this computer remembers of what a centre published, outside the centre's folder: by it a folder is noticed that was
//! restored as a whole, published lists and all.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use taskbadge::time::Instant;
use taskbadge_files::{self as files, Lock, Secrecy};
use taskbadge_issuer::Trouble as Issuing;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{Because, Ledger, LedgerTrouble};
use taskbadge_issuer::publish::{self, PublishedHead};

use crate::args::desk::LastPublished;
use crate::output::{Output, Trouble};
use crate::user_folder;
use crate::words::publish::{self as words, Place};

/// What was published last, as far as this computer knows.
pub(crate) struct Memory {
    /// `None` where there is no place to remember anything.
    file: Option<PathBuf>,
    head: Option<PublishedHead>,
}

/// Whether a command writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It does.
    Earnest,
    /// It shows what would be done.
    Rehearsal,
}

/// Thousands of lists.
const BYTES_MAX: u64 = 1 << 20;

impl Memory {
    /// Of this centre, by its DID: wherever its folder is.
    pub(crate) fn of(centre: &Centre) -> Result<Self, Trouble> {
        let did = centre.settings().did().as_str();
        let name: String = Sha256::digest(did).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let file = user_folder::state().map(|folder| folder.join("published").join(format!("{name}.txt")));
        let head = file.as_deref().map(read).transpose()?.flatten();
        Ok(Self { file, head })
    }

    /// What was published last.
    pub(crate) fn head(&self) -> Option<&PublishedHead> {
        self.head.as_ref()
    }

    /// Sees to it that something is known of the last publication before anything is done that an old ledger must not do:
    /// where nothing is remembered, a person has to say it, or decide.
    pub(crate) fn ask(
        &mut self,
        last: &LastPublished,
        centre: &Centre,
        ledger: &mut Ledger,
        manner: Manner,
        actor: impl FnOnce() -> Result<String, Trouble>,
        now: Instant,
    ) -> Result<(), Trouble> {
        if let Some(named) = &last.published {
            let named = self.named(named, centre)?;
            self.head = Some(match self.head.take() {
                Some(head) => head.with(named),
                None => named,
            });
        }
        let own = PublishedHead::read(&centre.published_folder())?;
        if self.head.is_some() || !was_published(own.as_ref(), ledger)? {
            return Ok(());
        }
        let Some(why) = &last.first_time_here else {
            let did = centre.settings().did().as_str();
            return Err(Trouble::new(words::nothing_remembered(did, self.place())));
        };
        if manner == Manner::Earnest {
            let because = Because::new(actor()?, why.as_str())?;
            publish::compare(ledger, &centre.published_folder(), now)?;
            let end = ledger.take_as_newest(&because, now)?;
            self.head = Some(own.unwrap_or(PublishedHead { end, lists: Vec::new() }));
        }
        Ok(())
    }

    /// Refuses a ledger that does not know what was published last; unless this is a rehearsal, that stays in the ledger,
    /// so that nothing is issued by anybody. What is known is remembered.
    pub(crate) fn refuse_behind(
        &mut self,
        centre: &Centre,
        ledger: &mut Ledger,
        manner: Manner,
        output: &mut Output,
        now: Instant,
    ) -> Result<(), Trouble> {
        let Some(head) = self.head.clone() else { return Ok(()) };
        if !ledger.knows_of(&head.end)? {
            if manner == Manner::Earnest {
                ledger.compare(&head.end, now)?;
            }
            return Err(LedgerTrouble::Restored { own: ledger.head()?, published: head.end }.into());
        }
        if manner == Manner::Earnest {
            // Another computer may have published since.
            let own = PublishedHead::read(&centre.published_folder())?;
            let newest = match own {
                Some(own) if ledger.knows_of(&own.end)? => head.with(own),
                _ => head,
            };
            self.keep(newest, output);
        }
        Ok(())
    }

    /// Says so where a ledger does not know what was published last, or where nothing is remembered: for what is done all
    /// the same, since taking back does no harm.
    pub(crate) fn remark(&self, centre: &Centre, ledger: &mut Ledger, output: &mut Output) -> Result<(), Trouble> {
        let unknown = match &self.head {
            Some(head) if !ledger.knows_of(&head.end)? => Some(head.end),
            _ => ledger.in_doubt()?,
        };
        let own = || PublishedHead::read(&centre.published_folder());
        if let Some(published) = unknown {
            let trouble = LedgerTrouble::Restored { own: ledger.head()?, published };
            output.complain(&words::goes_on(&trouble.to_string()));
        } else if self.head.is_none() && was_published(own()?.as_ref(), ledger)? {
            let did = centre.settings().did().as_str();
            output.complain(&words::goes_on(&words::nothing_remembered(did, self.place())));
        }
        Ok(())
    }

    /// Whether a ledger that is not there, or empty, was once published.
    pub(crate) fn refuse_gone(&self, centre: &Centre) -> Result<(), Trouble> {
        if self.head.as_ref().is_some_and(|head| head.end.sequence > 0) {
            return Err(Issuing::LedgerGone(centre.ledger_file()).into());
        }
        Ok(())
    }

    /// Remembers what is published now. Where that cannot be written, what was published is published all the same.
    pub(crate) fn keep(&mut self, head: PublishedHead, output: &mut Output) {
        if self.head.as_ref() != Some(&head) || self.file.as_deref().is_some_and(|file| !file.exists()) {
            match &self.file {
                Some(file) => {
                    if let Err(trouble) = write(file, &head) {
                        output.complain(&words::cannot_remember(&trouble.to_string()));
                    }
                }
                None => output.complain(words::NOWHERE_TO_REMEMBER),
            }
        }
        self.head = Some(head);
    }

    fn place(&self) -> Place {
        if self.file.is_some() { Place::Here } else { Place::Nowhere }
    }

    /// A published folder, or a head as it was printed. The centre's own folder says nothing that its ledger does not: both
    /// are restored together.
    fn named(&self, named: &Path, centre: &Centre) -> Result<PublishedHead, Trouble> {
        if let Some(head) = named.to_str().and_then(|text| text.parse().ok()) {
            return Ok(head);
        }
        let same = |a: &Path, b: &Path| matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b);
        if same(named, &centre.published_folder()) {
            return Err(Trouble::new(words::own_folder_named(named)));
        }
        let folder = if named.is_file() { named.parent().unwrap_or(named) } else { named };
        PublishedHead::read(folder)?.ok_or_else(|| Trouble::new(words::nothing_published_in(named)))
    }
}

fn was_published(own: Option<&PublishedHead>, ledger: &mut Ledger) -> Result<bool, Trouble> {
    let by_folder = own.is_some_and(|head| head.end.sequence > 0);
    Ok(by_folder || ledger.lists()?.iter().any(|list| list.published.is_some()))
}

fn read(file: &Path) -> Result<Option<PublishedHead>, Trouble> {
    let Some(text) = files::if_there(files::read_text(file, BYTES_MAX))? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| Trouble::new(words::not_what_was_remembered(file)))
}

fn write(file: &Path, head: &PublishedHead) -> Result<(), Trouble> {
    let folder = file.parent().unwrap_or(Path::new("."));
    files::make_private_folder(folder)?;
    let _lock = Lock::wait(&file.with_added_extension("lock"))?;
    // Another process may have published meanwhile.
    let newer = read(file).ok().flatten().filter(|known| known.end.sequence > head.end.sequence);
    if newer.is_none() {
        files::replace(file, head.to_string().as_bytes(), Secrecy::Open)?;
    }
    Ok(())
}
