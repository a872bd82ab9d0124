//! `taskbadge key`: what signs, what signed, and what is told about it.

use std::path::Path;

use taskbadge::key::Did;
use taskbadge::shown::{Alone, Name};
use taskbadge::trust::Entity;
use taskbadge_files::{self as files, FileTrouble, Secrecy};
use taskbadge_issuer::centre::{self, Centre};
use taskbadge_issuer::keys::{self, Changed, Keys, Role, State};
use taskbadge_issuer::ledger::Ledger;

use zeroize::Zeroizing;

use crate::args::key::{Compromised, Key, KeyChange, Rotate};
use crate::args::{CentreFolder, Passphrase};
use crate::confirm;
use crate::files::ENTRY_BYTES_MAX;
use crate::memory::Memory;
use crate::output::{Exit, Output, Trouble};
use crate::words::{self, key as said};

pub(super) fn key(key: &Key, output: &mut Output) -> Result<Exit, Trouble> {
    let public = match key {
        Key::List { centre } => return list(centre, output),
        Key::Rotate(command) => return rotate(command, output),
        Key::Compromised(command) => return compromised(command, output),
        Key::NewStatus(command) => return new_status(command, output),
        Key::Entry { output: file, centre } => return entry(&Centre::open(&centre.folder)?, file.as_deref(), output),
        // What verifiers need of a centre is no secret, so no passphrase is asked for.
        Key::Show { file: None, centre, .. } => return show(centre, output),
        Key::Show { file: Some(file), passphrase, .. } => {
            centre::read_key(file, passphrase.ask()?.as_bytes())?.verifying_key()
        }
        Key::New { file, passphrase } => {
            if file.exists() {
                return Err(FileTrouble::Exists(file.clone()).into());
            }
            let key = centre::new_key()?;
            centre::write_key(file, &key, passphrase.choose()?.as_bytes())?;
            output.line(said::written(file));
            key.verifying_key()
        }
    };
    output.line(words::labelled("did", Did::key(&public)));
    output.line(words::labelled("public key", public.to_multikey()));
    Ok(Exit::Done)
}

fn show(centre: &CentreFolder, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&centre.folder)?;
    let document = centre.did_document()?;
    output.line(words::labelled("centre", Alone(centre.settings().name())));
    output.line(words::labelled("did", centre.settings().did()));
    document.keys().for_each(|(method, _)| output.line(words::labelled("key", Name(method))));
    if let Some(url) = centre.settings().did().document_url() {
        output.line(words::labelled("document", words::named(&centre.did_document_file())));
        output.line(words::labelled("publish at", Name(&url)));
    }
    Ok(Exit::Done)
}

fn list(centre: &CentreFolder, output: &mut Output) -> Result<Exit, Trouble> {
    let keys = Keys::of(&Centre::open(&centre.folder)?)?;
    keys.all().iter().flat_map(said::listed).for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn rotate(rotate: &Rotate, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&rotate.change.centre.folder)?;
    let role = if rotate.status { Role::Status } else { Role::Badge };
    keys::can_change(&centre)?;
    if !rotate.change.yes {
        confirm::ask(&said::rotate_question(&Keys::of(&centre)?, role), output)?;
    }
    let passphrase = secret(&centre, role, &rotate.change.passphrase)?;
    let changed = keys::rotate(&centre, role, passphrase.as_bytes(), super::now())?;
    report(&changed, role, &centre, output)
}

fn new_status(new: &KeyChange, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&new.centre.folder)?;
    keys::can_change(&centre)?;
    if !new.yes {
        confirm::ask(said::NEW_STATUS_QUESTION, output)?;
    }
    let passphrase = new.passphrase.choose()?;
    let changed = keys::new_status(&centre, passphrase.as_bytes(), super::now())?;
    report(&changed, Role::Status, &centre, output)
}

fn compromised(command: &Compromised, output: &mut Output) -> Result<Exit, Trouble> {
    let centre = Centre::open(&command.change.centre.folder)?;
    let since = super::instant(&command.since, "since", super::DayPart::Beginning)?;
    let file = command.output.clone().unwrap_or_else(|| centre.folder().join("entry.json"));
    refuse_others(&file)?;
    // Before anything is changed: without the ledger nobody can say which badges are genuine.
    let mut ledger = ledger(&centre, output)?;
    let name = command.key.as_deref();
    let meant = keys::meant(&centre, &Keys::of(&centre)?, name, since, super::now())?;
    let genuine = ledger.as_mut().map(|ledger| ledger.genuine(meant.id.as_str())).transpose()?.unwrap_or_default();
    let is_replaced = meant.state == State::Active && centre.settings().did().verifying_key().is_none();
    said::about_compromised(&meant, since, genuine.len(), is_replaced).iter().for_each(|line| output.line(line));
    if !command.change.yes {
        confirm::ask(said::COMPROMISED_QUESTION, output)?;
    }
    let changed = keys::compromised(&centre, name, since, super::now(), || {
        secret(&centre, meant.role.unwrap_or(Role::Badge), &command.change.passphrase)
    })?;
    write_entry(&file, &keys::entry(&centre, ledger.as_mut())?)?;
    said::compromised(&changed, meant.role, &centre, &file).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn entry(centre: &Centre, file: Option<&Path>, output: &mut Output) -> Result<Exit, Trouble> {
    let mut ledger = ledger(centre, output)?;
    let entry = keys::entry(centre, ledger.as_mut())?;
    match file {
        Some(file) => {
            write_entry(file, &entry)?;
            output.line(said::entry_written(file));
        }
        None => output.json(entry.trim_end()),
    }
    Ok(Exit::Done)
}

/// The ledger that says which badges are genuine. Of those that an old one does not know, it cannot.
fn ledger(centre: &Centre, output: &mut Output) -> Result<Option<Ledger>, Trouble> {
    let mut ledger = centre.ledger_if_begun()?;
    if let Some(ledger) = &mut ledger {
        Memory::of(centre)?.remark(centre, ledger, output)?;
    }
    Ok(ledger)
}

fn write_entry(file: &Path, entry: &str) -> Result<(), Trouble> {
    refuse_others(file)?;
    Ok(files::replace(file, entry.as_bytes(), Secrecy::Open)?)
}

/// An earlier entry is replaced; nothing else is.
fn refuse_others(file: &Path) -> Result<(), Trouble> {
    match crate::files::read_if_there(file, ENTRY_BYTES_MAX)? {
        Some(there) if Entity::parse(&there).is_err() => Err(Trouble::new(said::no_entry_there(file))),
        _ => Ok(()),
    }
}

fn report(changed: &Changed, signs: Role, centre: &Centre, output: &mut Output) -> Result<Exit, Trouble> {
    said::changed(changed, signs, centre).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

/// The passphrase of a key that is made; or the PIN of the token in which somebody made it.
fn secret(centre: &Centre, role: Role, passphrase: &Passphrase) -> Result<Zeroizing<String>, Trouble> {
    match centre.settings().token() {
        Some(_) if role == Role::Badge => passphrase.ask(),
        _ => passphrase.choose(),
    }
}
