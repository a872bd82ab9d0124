//! `taskbadge publish`, and `taskbadge ledger accept-restored`, which looks at what was published.

use taskbadge_issuer::Trouble as Issuing;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::keys::Role;
use taskbadge_issuer::publish::{self, ListsGone};

use crate::args::desk::{AcceptRestored, Publish};
use crate::confirm;
use crate::memory::{Manner, Memory};
use crate::output::{Exit, Output, Trouble};
use crate::words::publish as words;

pub(super) fn publish(publish: &Publish, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&publish.centre.folder)?;
    let (mut memory, now) = (Memory::of(&centre)?, super::now());
    match centre.ledger_if_begun()? {
        Some(mut ledger) => {
            memory.ask(&publish.last, &centre, &mut ledger, Manner::Earnest, || publish.actor.name(), now)?;
            memory.remark(&centre, &mut ledger, output)?;
        }
        None => memory.refuse_gone(&centre)?,
    }
    let passphrase = publish.passphrase.ask()?;
    let key = centre.signer(Role::Status, passphrase.as_bytes())?;
    let mut ledger = centre.ledger()?;
    let folder = publish.to.clone().unwrap_or_else(|| centre.published_folder());
    let publication = publish::publish(&centre, &*key, &mut ledger, &folder, memory.head(), now)?;
    memory.keep(publication.head.clone(), output);
    if let Some(dated) = publication.dated_ahead {
        output.complain(&words::dated_ahead(dated, now));
    }
    words::published(&publication, &centre, &folder).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

pub(super) fn accept_restored(accept: &AcceptRestored, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&accept.centre.folder)?;
    let because = accept.decision.because()?;
    // A typing error must not pass for a folder in which nothing was published.
    if let Some(missing) = accept.published.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Trouble::new(words::no_such_folder(missing)));
    }
    let folder = accept.published.clone().unwrap_or_else(|| centre.published_folder());
    let (mut memory, now) = (Memory::of(&centre)?, super::now());
    let ledger = match centre.ledger_if_begun() {
        Err(Issuing::LedgerGone(_)) => None,
        // A folder from before the first badge.
        Ok(None) if memory.head().is_some_and(|head| head.end.sequence > 0) => None,
        begun => Some(begun?.ok_or_else(|| Trouble::new(crate::words::ledger::nothing_issued(centre.folder())))?),
    };
    if !accept.yes {
        confirm::ask(if ledger.is_some() { words::ACCEPT_RESTORED } else { words::ACCEPT_GONE }, output)?;
    }
    let mut ledger = ledger.map_or_else(|| centre.begin_ledger_anew(now), Ok)?;
    let lists_gone = if accept.lists_lost { ListsGone::Accept } else { ListsGone::Refuse };
    let recovery = publish::recover(&centre, &mut ledger, &folder, memory.head(), lists_gone, &because, now)?;
    if let Some(head) = &recovery.head {
        memory.keep(head.clone(), output);
    }
    words::recovered(&recovery).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}
