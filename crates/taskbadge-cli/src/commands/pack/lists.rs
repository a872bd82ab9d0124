//! Status lists in the file of a pack: each is signed by itself, and checked before it is taken.

use std::path::Path;

use taskbadge::finding::{Code, Finding};
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, ListMark, Pack, PackParts, Root, Trust};
use taskbadge::verify::Verifier;
use taskbadge_issuer::centre;
use taskbadge_status::{LIST_LIMITS, StatusLists};

use super::saved;
use crate::args::pack::AddList;
use crate::files;
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::{ListLabel, PackFile};
use crate::words::pack as words;

/// A list that was found genuine.
struct Genuine {
    text: String,
    label: ListLabel,
    made: Instant,
}

pub(super) fn add(add: &AddList, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&add.pack.file)?;
    let now = super::super::now();
    let verifier = verifier(&file.pack, now)?;
    // All of them, or none: a person should not have to find out which were taken.
    let mut lists: Vec<Genuine> = Vec::new();
    for path in files::badges(add.lists.clone()) {
        let path = path?;
        // A published folder has it beside the lists.
        if path.file_name().is_some_and(|name| name == "did.json") {
            continue;
        }
        let list = read(&path, &verifier, now)?;
        let not_older = lists.iter().find(|other| other.label == list.label).is_none_or(|o| o.made <= list.made);
        if not_older {
            lists.retain(|other| other.label != list.label);
            lists.push(list);
        }
    }
    for list in &lists {
        let mark = file.pack.lists.iter().find(|mark| list.label.is_of(mark)).map(|mark| mark.made);
        let held = held(&file, &list.label, &verifier, now).map(|held| held.made);
        if let Some(known) = mark.max(held).filter(|known| *known > list.made) {
            return Err(Trouble::new(words::older_list(&list.label.address, list.made, known)));
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

fn read(path: &Path, verifier: &Verifier, now: Instant) -> Result<Genuine, Trouble> {
    let bytes = files::read_start(path, LIST_LIMITS.bytes)?;
    let refused = |finding: Finding| Trouble::new(words::list_refused(path, &finding));
    let list = genuine(&bytes, verifier, now).map_err(refused)?;
    // The line would be taken for a pack, and the whole file be refused.
    if PackParts::of(list.text.as_bytes()).is_ok() {
        return Err(refused(Finding::new(Code::StatusListMalformed)));
    }
    Ok(list)
}

/// The list of this label that the file has, as far as it is genuine.
fn held(file: &PackFile, label: &ListLabel, verifier: &Verifier, now: Instant) -> Option<Genuine> {
    let text = file.lists.iter().find(|list| ListLabel::of(list).as_ref() == Some(label))?;
    genuine(text.as_bytes(), verifier, now).ok()
}

fn genuine(bytes: &[u8], verifier: &Verifier, now: Instant) -> Result<Genuine, Finding> {
    let address = StatusLists::new().add(verifier, bytes, now)?;
    // It is genuine and a list; a list that has ended is refused here.
    let list = verifier
        .credential(bytes, now, LIST_LIMITS)
        .map_err(|refusal| Finding::new(Code::StatusListValidity).because(refusal.refused().cause().to_string()))?;
    let missing = || Finding::new(Code::StatusListMalformed).at("/validFrom").because("nothing says when it was made");
    Ok(Genuine {
        text: String::from_utf8_lossy(bytes).into_owned(),
        label: ListLabel { address, issuer: list.claims().issuer_id().unwrap_or_default().to_owned() },
        made: list.claims().valid_from().ok_or_else(missing)?,
    })
}
