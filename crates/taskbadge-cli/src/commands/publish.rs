//! `taskbadge publish`, and `taskbadge ledger accept-restored`, which looks at what was published.

use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::publish;

use crate::args::desk::{AcceptRestored, Publish};
use crate::confirm;
use crate::output::{Exit, Output, Trouble};
use crate::words::publish as words;

pub(super) fn publish(publish: &Publish, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&publish.centre.folder)?;
    let passphrase = publish.passphrase.ask()?;
    let key = centre.signing_key(passphrase.as_bytes())?;
    let mut ledger = centre.ledger()?;
    let folder = publish.to.clone().unwrap_or_else(|| centre.published_folder());
    let publication = publish::publish(&centre, &key, &mut ledger, &folder, super::now())?;
    words::published(&publication, &centre, &folder).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

pub(super) fn accept_restored(accept: &AcceptRestored, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&accept.centre.folder)?;
    let because = accept.decision.because()?;
    let mut ledger = super::ledger_of(&centre)?;
    let folder = accept.published.clone().unwrap_or_else(|| centre.published_folder());
    if !accept.yes {
        confirm::ask(words::ACCEPT_RESTORED, output)?;
    }
    let recovery = publish::recover(&centre, &mut ledger, &folder, &because, super::now())?;
    words::recovered(&recovery).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}
