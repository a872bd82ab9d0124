//! `taskbadge trust`: whom the user recognises, one by one and by trust packs.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;

use taskbadge::finding::Finding;
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, PackParts, TrustPack};

use crate::args::trust::{Add, StoreFolder, Trust};
use crate::kept_lists::KeptLists;
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{self, PackFile};
use crate::store::Store;
use crate::trust_file::{Issuer, TrustFile};
use crate::words::trust as said;
use crate::{confirm, files, trusted, words};

/// A DID document with a hundred keys has 30 KB.
const DOCUMENT_BYTES_MAX: u64 = 1024 * 1024;

pub(super) fn trust(trust: &Trust, output: &mut Output) -> Result<Exit, Trouble> {
    match trust {
        Trust::Add(add) if !add.id.starts_with("did:") && Path::new(&add.id).exists() => add_pack(add, output),
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
                output.line(words::issuer_line(&issuer.id, issuer.name.as_deref()));
            }
            for pack in &packs {
                said::pack_lines(&PackFile::parse(&pack.path, &pack.file)?, now)
                    .iter()
                    .for_each(|line| output.line(line));
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
    let document = add.document.as_ref().map(|path| files::read(path, DOCUMENT_BYTES_MAX)).transpose()?;
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
    if let Some(typed) = &add.fingerprint {
        trusted::compare(&root, std::slice::from_ref(typed), path)?;
    }
    let (known, trusted) = KnownPack::first(&file, &root, now).map_err(refused)?;
    let store = Store::of(&add.trust.store)?;
    match store.known(known.id())? {
        Some(_) if !add.force => return Err(Trouble::new(said::added_already(path))),
        // Nothing is begun anew under the same root: it never goes back.
        Some(before) if before.root().fingerprint() == root => return update(path, &add.trust.store, output),
        _ => {}
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
    // What was known to be taken back stays so under any root.
    let before = store.pack(known.id(), now).ok().flatten();
    let old = before.as_ref().map(|before| before.file.as_slice());
    let (file, exit) = to_keep(path, &file, old, known.root().version(), &trusted, now, output)?;
    // What is written has to open again, together with what is remembered.
    let (again, _) = KnownPack::first(file.text().as_bytes(), &root, now).map_err(refused)?;
    if again != known {
        return Err(Trouble::new(said::cannot_be_kept(path)));
    }
    if add.force {
        // What is remembered of another root must never stand beside the new file.
        store.forget(known.id())?;
    }
    store.keep(&known, file.text().as_bytes())?;
    said::added(&file, now).iter().for_each(|line| output.line(line));
    Ok(exit)
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
    let from = before.root().version();
    let (file, exit) = to_keep(path, &file, old, from, &trusted, now.max(known.newest()), output)?;
    // What is written has to open again, together with what is remembered.
    let (again, _) = before.update(file.text().as_bytes(), now).map_err(refused)?;
    if again != known {
        return Err(Trouble::new(said::cannot_be_kept(path)));
    }
    let is_changed = old != Some(file.text().as_bytes());
    // The steps to where the file is are not kept with the next.
    stored.as_ref().map_or(Ok(()), |stored| store.catch_up(stored))?;
    store.keep(&known, file.text().as_bytes())?;
    said::updated(&before, &file, is_changed, now).iter().for_each(|line| output.line(line));
    Ok(exit)
}

/// The file as the store keeps it: the pack, the steps of its root that somebody at this version needs, those lists that
/// count, and those of the file before that know of more. It is not done with where lists are left out.
fn to_keep(
    path: &Path,
    new: &[u8],
    old: Option<&[u8]>,
    from: u64,
    trusted: &TrustPack,
    now: Instant,
    output: &mut Output,
) -> Result<(PackFile, Exit), Trouble> {
    let refused = |finding: Finding| Trouble::new(said::refused(path, &finding));
    let lists = |file| PackParts::of(file).map(|parts| parts.lists).map_err(refused);
    let mut file = PackFile::parse(path, new)?.alone(from).map_err(refused)?;
    let room = PackParts::BYTES_MAX.saturating_sub(file.text().len());
    let old = old.map(lists).transpose()?.unwrap_or_default();
    let kept = KeptLists::of(&lists(new)?, &old, room, trusted, now);
    file.lists = kept.texts;
    let Some((number, first)) = &kept.left_out else { return Ok((file, Exit::Done)) };
    output.complain(&said::lists_left_out(path, *number, first));
    Ok((file, Exit::Indeterminate))
}
