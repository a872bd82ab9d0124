//! `taskbadge pack`: an association says whom it recognises, and signs it.

mod inspect;
mod issuers;
mod lists;

use std::path::Path;

use taskbadge::badge::Iri;
use taskbadge::key::VerifyingKey;
use taskbadge::trust::{MOST_ROOT_KEYS, Pack, Root};
use taskbadge_files::FileTrouble;
use taskbadge_issuer::centre;

use crate::args::pack::{ChangeRoot, Join, New, Pack as Command, RootKeys, Sign};
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{self, Edited, PackFile, Signatures, VALID_DAYS};
use crate::words::pack as words;

pub(super) fn pack(command: &Command, output: &mut Output) -> Result<Exit, Trouble> {
    match command {
        Command::New(new) => begin(new, output),
        Command::AddIssuer(add) => issuers::add(add, output),
        Command::RemoveIssuer(remove) => issuers::remove(remove, output),
        Command::AddList(add) => lists::add(add, output),
        Command::RetireKey(retire) => issuers::retire_key(retire, output),
        Command::Compromise(compromise) => issuers::compromise(compromise, output),
        Command::ChangeRoot(change) => change_root(change, output),
        Command::Sign(sign) => add_signature(sign, output),
        Command::Join(join) => join_copies(join, output),
        Command::Inspect(inspect) => inspect::inspect(inspect, output),
    }
}

fn begin(new: &New, output: &mut Output) -> Result<Exit, Trouble> {
    let path = &new.pack.file;
    // Before a passphrase is asked for.
    if path.exists() {
        return Err(FileTrouble::Exists(path.clone()).into());
    }
    let publisher: Iri = new.publisher.parse().map_err(|_| Trouble::new(words::not_a_publisher(&new.publisher)))?;
    if new.name.trim().is_empty() {
        return Err(Trouble::new(words::NO_NAME));
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(taskbadge_issuer::Trouble::NoRandomness)?;
    let keys = root_keys(&new.root)?;
    let threshold = new.threshold.unwrap_or(keys.len() / 2 + 1);
    let (valid_from, valid_until) = pack_file::validity(super::now(), new.validity.valid_days.unwrap_or(VALID_DAYS));
    let pack = Pack {
        id: Iri::uuid(random).to_string(),
        publisher: publisher.to_string(),
        publisher_name: new.name.trim().into(),
        sequence: 1,
        valid_from,
        valid_until,
        root: root(1, threshold, keys)?,
        entities: Vec::new(),
        lists: Vec::new(),
        contexts: Vec::new(),
    };
    let file = PackFile::create(path, pack)?;
    words::begun(&file).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn change_root(change: &ChangeRoot, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&change.pack.file)?;
    let keys = root_keys(&change.root)?;
    let new = |version| root(version, change.threshold, keys.clone());
    let edited = file.change_root(super::now(), change.validity.valid_days, new)?;
    if saved(&file, edited.as_ref(), output)? {
        words::root(&file).iter().for_each(|line| output.line(line));
    }
    Ok(Exit::Done)
}

fn add_signature(sign: &Sign, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&sign.pack.file)?;
    let now = super::now();
    if now >= file.pack.valid_until {
        return Err(Trouble::new(words::ended(&file)));
    }
    let key = centre::read_key(&sign.key, sign.passphrase.ask()?.as_bytes())?;
    let public = key.verifying_key();
    let before = file.root_before();
    if ![Some(&file.pack.root), before.as_ref()].into_iter().flatten().any(|root| root.keys().contains(&public)) {
        return Err(Trouble::new(words::not_a_root_key(&sign.key, &file)));
    }
    let is_new = !file.signers().contains(&public);
    // What is signed is shown, since a signature stands for it.
    words::summary(&file).iter().for_each(|line| output.line(line));
    let mut signatures = file.signatures();
    if is_new {
        file.sign(&key, now).map_err(|finding| Trouble::new(crate::words::trust::refused(&file.path, &finding)))?;
        file.write()?;
        // The root before may have left the file, and is told of all the same.
        signatures = Signatures::of(&file.pack.root, before.as_ref(), &file.signers());
    }
    words::signed(&file, &signatures, is_new).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn join_copies(join: &Join, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&join.pack.file)?;
    let before = file.root_before();
    let known = file.signers().len();
    // All of them or none.
    for path in &join.copies {
        let copy = PackFile::open(path)?;
        file.join(&copy).map_err(|finding| Trouble::new(words::not_a_copy(path, &finding)))?;
    }
    let signers = file.signers();
    if signers.len() > known {
        file.write()?;
    }
    let signatures = Signatures::of(&file.pack.root, before.as_ref(), &signers);
    words::joined(&file, &signatures, signers.len() - known).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

/// Writes what was edited, and says what became of the signatures. `false` where there was nothing to do.
fn saved(file: &PackFile, edited: Option<&Edited>, output: &mut Output) -> Result<bool, Trouble> {
    match edited {
        Some(edited) => {
            file.write()?;
            output.line(words::edited(file, edited));
        }
        None => output.line(words::nothing_to_change(&file.path)),
    }
    Ok(edited.is_some())
}

/// A public key is no secret; of a key file only its owner can tell it.
fn root_keys(given: &RootKeys) -> Result<Vec<VerifyingKey>, Trouble> {
    let mut asked = None;
    let key = |text: &String| {
        if let Ok(key) = VerifyingKey::from_multikey(text.strip_prefix("did:key:").unwrap_or(text)) {
            return Ok(key);
        }
        let path = Path::new(text);
        if !path.exists() {
            return Err(Trouble::new(words::not_a_key(text)));
        }
        // A file or descriptor has one passphrase for all of them; a person is asked for each.
        let passphrase = match asked.take() {
            Some(passphrase) => passphrase,
            None => given.passphrase.ask()?,
        };
        let key = centre::read_key(path, passphrase.as_bytes())?.verifying_key();
        if given.passphrase.passphrase_file.is_some() || given.passphrase.passphrase_fd.is_some() {
            asked = Some(passphrase);
        }
        Ok(key)
    };
    given.keys.iter().map(key).collect()
}

fn root(version: u64, threshold: usize, keys: Vec<VerifyingKey>) -> Result<Root, Trouble> {
    let number = keys.len();
    Root::new(version, threshold, keys).map_err(|_| Trouble::new(words::not_a_root(threshold, number, MOST_ROOT_KEYS)))
}
