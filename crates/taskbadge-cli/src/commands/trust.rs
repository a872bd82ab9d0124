//! `taskbadge trust`: whom the user recognises, one by one and by trust packs.

use std::collections::HashMap;
use std::io::{IsTerminal as _, stdin};
use std::path::Path;

use taskbadge::finding::{Code, Finding};
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, PackParts, TrustPack};
use taskbadge::verify::Verifier;
use taskbadge_issuer::printable;
use taskbadge_status::{LIST_LIMITS, StatusLists};

use crate::args::trust::{Add, StoreFolder, Trust};
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{self, PackFile};
use crate::store::Store;
use crate::trust_file::{Issuer, TrustFile};
use crate::words::trust as said;
use crate::{confirm, files, fingerprint, words};

/// A DID document with a hundred keys has 30 KB.
const DOCUMENT_BYTES_MAX: u64 = 1024 * 1024;

pub(super) fn trust(trust: &Trust, output: &mut Output) -> Result<Exit, Trouble> {
    match trust {
        Trust::Add(add) if !add.id.starts_with("did:") && Path::new(&add.id).is_file() => add_pack(add, output),
        Trust::Add(add) => add_issuer(add, output),
        Trust::Update { file, store } => update(file, store, output),
        Trust::List { trust } => {
            let path = trust.existing()?;
            let file = TrustFile::read(&path)?;
            // A file that names somebody who cannot be recognised would stop every check: say so here, too. So would a
            // pack that cannot be opened.
            file.trust(&path)?;
            let now = super::now();
            let packs = if trust.file.is_some() { Vec::new() } else { Store::of(&trust.store)?.packs(now)? };
            if file.issuers.is_empty() && packs.is_empty() {
                output.line(words::nobody_recognised(&path));
            }
            for issuer in &file.issuers {
                output.line(words::issuer_line(&printable(&issuer.id), issuer.name.as_deref()));
            }
            for pack in &packs {
                said::pack_lines(pack.trusted.pack(), now).iter().for_each(|line| output.line(line));
            }
            Ok(Exit::Done)
        }
        Trust::Remove { id, trust } => {
            let path = trust.existing()?;
            let _lock = TrustFile::lock(&path)?;
            let mut file = TrustFile::read(&path)?;
            let Some(known) = file.issuers.iter().position(|issuer| issuer.id == *id) else {
                if trust.file.is_none() && Store::of(&trust.store)?.forget(id)? {
                    output.line(said::forgotten(id));
                    return Ok(Exit::Done);
                }
                return Err(Trouble::new(words::issuer_not_known(id, &path)));
            };
            let issuer = file.issuers.remove(known);
            file.write(&path)?;
            output.line(words::recognised_no_more(&issuer));
            Ok(Exit::Done)
        }
    }
}

fn add_issuer(add: &Add, output: &mut Output) -> Result<Exit, Trouble> {
    if add.fingerprint.is_some() {
        return Err(Trouble::new(said::FINGERPRINT_OF_PACK));
    }
    if !add.id.starts_with("did:") {
        return Err(Trouble::new(said::neither_did_nor_file(&add.id)));
    }
    let path = add.trust.path()?;
    let document = add.document.as_ref().map(|path| {
        files::read(path, DOCUMENT_BYTES_MAX).map_err(|error| Trouble::new(words::cannot_read(path, &error)))
    });
    let document = document.transpose()?;
    let _lock = TrustFile::lock(&path)?;
    let mut file = TrustFile::read(&path)?;
    if let Some(known) = file.issuers.iter().position(|issuer| issuer.id == add.id) {
        if !add.force {
            return Err(Trouble::new(words::issuer_known(&add.id, &path)));
        }
        file.issuers.remove(known);
    }
    let issuer = Issuer::new(add.id.clone(), add.name.clone(), document.as_deref()).map_err(Trouble::new)?;
    let said = words::recognised(&issuer, &path);
    file.issuers.push(issuer);
    file.write(&path)?;
    output.line(said);
    Ok(Exit::Done)
}

/// All checks come before the question, and the question before the store is touched.
fn add_pack(add: &Add, output: &mut Output) -> Result<Exit, Trouble> {
    if add.trust.file.is_some() {
        return Err(Trouble::new(said::STORE_NOT_FILE));
    }
    if add.name.is_some() || add.document.is_some() {
        return Err(Trouble::new(said::NAME_OF_ISSUER));
    }
    let (path, now) = (Path::new(&add.id), super::now());
    let refused = |finding: Finding| Trouble::new(said::refused(path, &finding));
    let file = pack_file::read(path)?;
    let root = PackFile::parse(path, &file)?.pack.root.fingerprint();
    if add.fingerprint.as_ref().is_some_and(|typed| !fingerprint::is(&root, typed)) {
        return Err(refused(Finding::new(Code::TrustFingerprint).at("/root").because(root.to_string())));
    }
    let (known, trusted) = KnownPack::first(&file, &root, now).map_err(refused)?;
    let store = Store::of(&add.trust.store)?;
    if !add.force && store.known(known.id())?.is_some() {
        return Err(Trouble::new(said::added_already(path)));
    }
    said::to_compare(trusted.pack()).iter().for_each(|line| output.line(line));
    if add.fingerprint.is_none() {
        if !stdin().is_terminal() {
            return Err(Trouble::new(said::NO_TERMINAL_TO_COMPARE));
        }
        output.line(said::CALL);
        confirm::ask(said::ASK, output)?;
    }
    let _lock = store.lock()?;
    // Somebody else may have added it while a person was on the phone.
    if !add.force && store.known(known.id())?.is_some() {
        return Err(Trouble::new(said::added_already(path)));
    }
    if add.force {
        // What is remembered of another root must never stand beside the new file.
        store.forget(known.id())?;
    }
    store.keep(&known, &file)?;
    said::added(trusted.pack(), now).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn update(path: &Path, store: &StoreFolder, output: &mut Output) -> Result<Exit, Trouble> {
    let store = Store::of(store)?;
    let now = super::now();
    let file = pack_file::read(path)?;
    let offered = PackFile::parse(path, &file)?.pack;
    let unknown = || Trouble::new(said::not_in_the_store(path, &offered.publisher_name));
    if store.known(&offered.id)?.is_none() {
        return Err(unknown());
    }
    let _lock = store.lock()?;
    let remembered = store.known(&offered.id)?.ok_or_else(unknown)?;
    // Where the last update was interrupted the file knows more than the memory. A file that is damaged knows nothing,
    // and the next edition puts it right.
    let stored = store.pack(&offered.id, now).ok().flatten();
    let before = stored.as_ref().map_or(remembered, |stored| stored.known.clone());
    let refused = |finding: Finding| Trouble::new(said::refused(path, &finding));
    let (known, trusted) = before.update(&file, now).map_err(refused)?;
    let old = stored.as_ref().map(|stored| stored.file.as_slice());
    // A clock that is behind must not make a list of yesterday one of tomorrow.
    let file = with_newer_lists(old, path, &file, &trusted, now.max(known.newest()))?;
    // What is written has to open again, together with what is remembered: a file that is filled up with something else
    // leaves no room for the lists that are known.
    let (again, _) = before.update(&file, now).map_err(refused)?;
    if again != known {
        return Err(Trouble::new(said::cannot_be_kept(path)));
    }
    let is_changed = stored.as_ref().is_none_or(|stored| stored.file != file);
    store.keep(&known, &file)?;
    said::updated(&before, trusted.pack(), is_changed, now).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

/// The new file, with those lists of the old one that are newer than the same in the new: whoever hands on a file can
/// leave lists out or put older ones in, and what was known to be taken back must not be forgotten for that.
fn with_newer_lists(
    old: Option<&[u8]>,
    path: &Path,
    new: &[u8],
    trusted: &TrustPack,
    now: Instant,
) -> Result<Vec<u8>, Trouble> {
    let lists = |file| {
        PackParts::of(file).map_err(|finding| Trouble::new(said::refused(path, &finding))).map(|parts| parts.lists)
    };
    let verifier = Verifier::new(taskbadge::trust::Trust::none().with_pack(trusted));
    let mut newest: HashMap<(String, String), Instant> = HashMap::new();
    for list in lists(new)? {
        if let Some((which, made)) = genuine(list, &verifier, now) {
            let known = newest.entry(which).or_insert(made);
            *known = made.max(*known);
        }
    }
    // A list of an issuer that is recognised no more is not proven any more, and left out.
    let is_newer = |list: &&[u8]| {
        let list = genuine(list, &verifier, now);
        list.is_some_and(|(which, made)| newest.get(&which).is_none_or(|known| *known < made))
    };
    let kept: Vec<&[u8]> = old.map(lists).transpose()?.unwrap_or_default().into_iter().filter(is_newer).collect();
    if kept.is_empty() {
        return Ok(new.to_owned());
    }
    let mut file = PackFile::parse(path, new)?;
    file.lists.extend(kept.into_iter().map(|list| String::from_utf8_lossy(list).into_owned()));
    Ok(file.text().into_bytes())
}

/// The address and issuer of a list that is proven, and when it was made.
fn genuine(list: &[u8], verifier: &Verifier, now: Instant) -> Option<((String, String), Instant)> {
    let address = StatusLists::new().add(verifier, list, now).ok()?;
    let credential = verifier.credential(list, now, LIST_LIMITS);
    let claims = match &credential {
        Ok(list) => list.claims(),
        // It has ended, or its pack has: what it takes back stays taken back.
        Err(refusal) => refusal.refused().claims()?,
    };
    Some(((address, claims.issuer_id()?.to_owned()), claims.valid_from()?))
}
