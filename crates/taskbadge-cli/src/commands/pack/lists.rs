//! Status lists in the file of a pack: each is signed by itself, and checked before it is taken.

use std::path::Path;

use taskbadge::finding::{Code, Finding};
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, ListMark, Pack, PackParts, Root, Trust};
use taskbadge::verify::Verifier;
use taskbadge_issuer::centre;
use taskbadge_status::{GenuineList, LIST_LIMITS};

use super::saved;
use crate::args::pack::AddList;
use crate::files;
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{ListLabel, PackFile};
use crate::words::pack as words;

/// A list that is taken.
struct Taken {
    text: String,
    label: ListLabel,
    made: Instant,
}

pub(super) fn add(add: &AddList, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&add.pack.file)?;
    let now = super::super::now();
    let verifier = verifier(&file.pack, now)?;
    // All of them, or none: a person should not have to find out which were taken.
    let mut lists: Vec<Taken> = Vec::new();
    for path in files::badges(add.lists.clone()) {
        let path = path?;
        // A published folder has it beside the lists.
        if path.file_name().is_some_and(|name| name == "did.json") {
            continue;
        }
        let (text, list) = read(&path, &verifier, now)?;
        let label = ListLabel { address: list.address().into(), issuer: list.issuer().into() };
        let taken = Taken { text, label, made: list.made() };
        match lists.iter_mut().find(|other| other.label == taken.label) {
            None => lists.push(taken),
            Some(other) if other.made > taken.made => follows(&proven(&other.text, &verifier, now)?, &list)?,
            Some(other) => {
                follows(&list, &proven(&other.text, &verifier, now)?)?;
                *other = taken;
            }
        }
    }
    for list in &lists {
        let proven = proven(&list.text, &verifier, now)?;
        let mark = file.pack.lists.iter().find(|mark| list.label.is_of(mark)).map(|mark| mark.made);
        if let Some(known) = mark.filter(|known| *known > list.made) {
            return Err(Trouble::new(words::older_list(&list.label.address, list.made, known)));
        }
        let held = file.lists.iter().filter(|held| ListLabel::of(held).as_ref() == Some(&list.label));
        // One that nobody may have signed any more does not count.
        for held in held.filter_map(|held| GenuineList::read(&verifier, held.as_bytes(), now).ok()) {
            follows(&proven, &held)?;
        }
    }
    let before = file.text();
    for list in &lists {
        file.put_list(&list.label, &list.text);
        output.line(words::list_added(&list.label.address, list.made));
    }
    if add.keep_signatures {
        file.write()?;
        output.line(words::lists_beside(&file));
        return Ok(Exit::Done);
    }
    let edited = file.edit(now, add.validity.valid_days, |pack| {
        for list in &lists {
            match pack.lists.iter_mut().find(|mark| list.label.is_of(mark)) {
                Some(mark) => mark.made = list.made,
                None => pack.lists.push(ListMark {
                    id: list.label.address.clone(),
                    // Whoever signs lists stands in the pack by a DID.
                    issuer: list.label.issuer.parse().ok(),
                    made: list.made,
                }),
            }
        }
    })?;
    if edited.is_none() && file.text() != before {
        file.write()?;
        output.line(words::lists_beside(&file));
        return Ok(Exit::Done);
    }
    saved(&file, edited.as_ref(), output)?;
    Ok(Exit::Done)
}

/// A verifier that trusts the pack as if it were signed, which it need not be yet: under a root that is made up for this and
/// forgotten. How new a list has to be is not asked of it.
fn verifier(pack: &Pack, now: Instant) -> Result<Verifier, Trouble> {
    let root_key = centre::new_key()?;
    let trouble = |finding: Finding| Trouble::new(words::cannot_check(&finding));
    let root = Root::new(1, 1, [root_key.verifying_key()]).map_err(|error| Trouble::new(error.to_string()))?;
    let (valid_from, valid_until) = crate::pack_file::validity(now, 1);
    let pack = Pack { root, valid_from, valid_until, lists: Vec::new(), ..pack.clone() };
    let signed = pack.to_json().and_then(|text| Pack::sign(text.as_bytes(), &root_key, now)).map_err(trouble)?;
    let (_, trusted) = KnownPack::first(signed.as_bytes(), &pack.root.fingerprint(), now).map_err(trouble)?;
    Ok(Verifier::new(Trust::none().with_pack(&trusted)))
}

fn read(path: &Path, verifier: &Verifier, now: Instant) -> Result<(String, GenuineList), Trouble> {
    let bytes = files::read_start(path, LIST_LIMITS.bytes)?;
    let refused = |finding: Finding| Trouble::new(words::list_refused(path, &finding));
    let list = GenuineList::read(verifier, &bytes, now).map_err(refused)?;
    // One that has ended, or is dated after the clock, is not for handing on.
    list.counts_at(now).map_err(refused)?;
    // The line would be taken for a pack, and the whole file be refused.
    if PackParts::of(&bytes).is_ok() {
        return Err(refused(Finding::new(Code::StatusListMalformed)));
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), list))
}

/// A list that was read a moment ago.
fn proven(text: &str, verifier: &Verifier, now: Instant) -> Result<GenuineList, Trouble> {
    GenuineList::read(verifier, text.as_bytes(), now).map_err(|finding| Trouble::new(words::cannot_check(&finding)))
}

/// Refuses an edition that is older than another, or has not all of its revocations.
fn follows(list: &GenuineList, other: &GenuineList) -> Result<(), Trouble> {
    if list.made() < other.made() {
        return Err(Trouble::new(words::older_list(list.address(), list.made(), other.made())));
    }
    if !list.revokes_all_of(other) {
        return Err(Trouble::new(words::list_clears(list.address(), list.made(), other.made())));
    }
    Ok(())
}
