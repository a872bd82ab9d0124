//! `taskbadge publish`, and `taskbadge ledger accept-restored`, which looks at what was published.

use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::keys::Role;
use taskbadge_issuer::{Trouble as Issuing, publish};

use crate::args::desk::{AcceptRestored, Publish};
use crate::confirm;
use crate::output::{Exit, Output, Trouble};
use crate::words::publish as words;

pub(super) fn publish(publish: &Publish, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&publish.centre.folder)?;
    let passphrase = publish.passphrase.ask()?;
    let key = centre.signer(Role::Status, passphrase.as_bytes())?;
    let mut ledger = centre.ledger()?;
    let folder = publish.to.clone().unwrap_or_else(|| centre.published_folder());
    let publication = publish::publish(&centre, &*key, &mut ledger, &folder, super::now())?;
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
    let now = super::now();
    let ledger = match centre.ledger_if_begun() {
        Err(Issuing::LedgerGone(_)) => None,
        begun => Some(begun?.ok_or_else(|| Trouble::new(crate::words::ledger::nothing_issued(centre.folder())))?),
    };
    if !accept.yes {
        confirm::ask(if ledger.is_some() { words::ACCEPT_RESTORED } else { words::ACCEPT_GONE }, output)?;
    }
    let mut ledger = ledger.map_or_else(|| centre.begin_ledger_anew(now), Ok)?;
    let recovery = publish::recover(&centre, &mut ledger, &folder, &because, now)?;
    words::recovered(&recovery).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}
