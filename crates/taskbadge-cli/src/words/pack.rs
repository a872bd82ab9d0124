//! The sentences of `taskbadge pack`.

use std::fmt::Write as _;
use std::path::Path;

use taskbadge::finding::{Code, Finding};
use taskbadge::key::{Did, VerifyingKey};
use taskbadge::shown::{Name as Named, Quoted};
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, EntityKey, KeyState, Name, Pack, Root, Scope};

use super::trust::{age, fingerprint_lines};
use super::{count, day, labelled, last_day, named};
use crate::pack_file::{Count, Edited, PackFile, Signatures};

pub(crate) const NO_NAME: &str = "--name is empty; give the publisher's name as people know it";
pub(crate) const ENTRY_WANTED: &str = "a did:web is recognised by its keys and its document; ask the centre for what \
    `taskbadge key entry` writes, and name that file";
pub(crate) const NOTHING_GENUINE: &str = "Without --genuine no badge under the key counts any more as VALID: what is \
    dated before is INDETERMINATE, what is dated later INVALID. If the centre has its ledger, ask for its entry \
    (`taskbadge key entry`), and run this again with --genuine.";
pub(crate) const KNOWN: &str = "KNOWN: you trust the root of this pack, and this edition is good.";

pub(crate) fn not_a_publisher(text: &str) -> String {
    format!(
        "--publisher {} is no identifier; give a URL such as https://association.example.org, or a DID",
        Quoted(text)
    )
}

pub(crate) fn not_a_key(text: &str) -> String {
    format!(
        "--root-key {} is neither a public key (z6Mk…) nor a file; make one with `taskbadge key new FILE`, which shows its \
        public key",
        Quoted(text)
    )
}

pub(crate) fn not_a_root(threshold: usize, keys: usize, most: usize) -> String {
    format!(
        "a root of {} of which {threshold} sign is none; name 1 to {most} keys, each once, and a threshold from 1 to \
        their number",
        count(keys, "key")
    )
}

pub(crate) fn begun(file: &PackFile) -> Vec<String> {
    let mut lines = vec![format!("Began a trust pack in {}, which recognises nobody yet.", named(&file.path))];
    lines.extend(root(file));
    lines.push("  next        `taskbadge pack add-issuer`, `pack add-list`, and then `pack sign` with each key".into());
    lines
}

pub(crate) fn root(file: &PackFile) -> Vec<String> {
    let root = &file.pack.root;
    let heading =
        format!("version {}, needs {} of {}", root.version(), root.threshold(), count(root.keys().len(), "key"));
    let mut lines = vec![labelled("root", heading)];
    lines.extend(root.keys().iter().map(|key| labelled("root key", key.to_multikey())));
    lines.extend(fingerprint_lines(&root.fingerprint()));
    if let Some(before) = file.root_before() {
        lines.push(format!(
            "  next        {} of {} of the root before sign, and {} of the new: `taskbadge pack sign`",
            before.threshold(),
            count(before.keys().len(), "key"),
            root.threshold()
        ));
    }
    lines
}

// Edits.

pub(crate) fn edited(file: &PackFile, edited: &Edited) -> String {
    let pack = &file.pack;
    let mut sentence = format!("Wrote {}: edition {}", named(&file.path), pack.sequence);
    if edited.is_next {
        sentence.push_str(", since the one before was signed in full");
    }
    let _ = write!(sentence, "; good until {}.", last_day(pack.valid_until));
    if edited.dropped > 0 {
        let _ = write!(sentence, " Its {} gone: sign it anew.", gone(edited.dropped));
    }
    sentence
}

fn gone(signatures: usize) -> String {
    format!("{} {}", count(signatures, "signature"), if signatures == 1 { "is" } else { "are" })
}

pub(crate) fn nothing_to_change(path: &Path) -> String {
    format!("{} says so already; nothing was changed.", named(path))
}

/// `wanted` is what the entry would have the issuer issue beside what the pack lets it.
pub(crate) fn recognised(entity: &Entity, is_known: bool, wanted: &[Scope]) -> Vec<String> {
    let verb = if is_known { "Recognised anew" } else { "Recognised" };
    let mut lines = vec![format!("{verb}; compare with the centre, by another way than the one by which this came:")];
    lines.extend(issuer(entity));
    if !wanted.is_empty() {
        let wanted = scopes(wanted);
        lines.push(labelled("note", format!("what it may issue stays as it was; the entry also asks for {wanted}")));
        lines.push("              to change that, name all of it with --achievement".into());
    }
    lines
}

/// All that a pack says of an issuer.
pub(crate) fn issuer(entity: &Entity) -> Vec<String> {
    let mut lines = vec![labelled("issuer", entity.names.iter().map(name).collect::<Vec<_>>().join("; "))];
    lines.push(labelled("did", Named(entity.id.as_str())));
    lines.extend(entity.keys.iter().map(key));
    if entity.keys.is_empty() && entity.document.is_none() {
        lines.push("  key         its own, for badges and status lists".into());
    }
    if entity.document.is_some() {
        lines.push("  document    its DID document is pinned".into());
    }
    lines.extend(entity.achievements.iter().map(|scope: &Scope| labelled("may issue", scope_name(scope))));
    if entity.achievements.is_empty() {
        lines.push("  may issue   nothing; name achievements with --achievement".into());
    }
    lines.extend(entity.status_issuers.iter().map(|did| labelled("lists by", Named(did.as_str()))));
    lines.extend(entity.successor.iter().map(|did| labelled("successor", Named(did.as_str()))));
    lines
}

fn name(name: &Name) -> String {
    match &name.language {
        Some(language) => format!("{} ({})", Quoted(&name.text), Named(language)),
        None => Quoted(&name.text).to_string(),
    }
}

pub(crate) fn key(key: &EntityKey) -> String {
    let mut told = Named(&key.id).to_string();
    let _ = match key.role {
        Some(role) => write!(told, ", for {}", if role.as_str() == "badge" { "badges" } else { "status lists" }),
        None => write!(told, ", for badges and status lists"),
    };
    let _ = match &key.state {
        KeyState::Active => write!(told, ", in use"),
        KeyState::Retired => write!(told, ", retired"),
        KeyState::Compromised { since, genuine } => {
            let genuine = match genuine {
                None => "none known to be genuine".into(),
                Some(genuine) if genuine.is_outdated() => "genuine badges named as before; ask for a new entry".into(),
                Some(genuine) => format!("{} known to be genuine", count(genuine.len(), "badge")),
            };
            write!(told, ", IN OTHER HANDS since {since}, {genuine}")
        }
    };
    if let Some(from) = key.valid_from {
        let _ = write!(told, ", from {from}");
    }
    if let Some(until) = key.valid_until {
        let _ = write!(told, ", until {until}");
    }
    labelled("key", told)
}

pub(crate) fn removed(did: &Did, successor: Option<&Did>) -> String {
    match successor {
        Some(successor) => format!("{did} is carried on by {successor}, and stays in the pack for its earlier badges."),
        None => format!("{did} is recognised no more. Its status lists stay: what they take back stays taken back."),
    }
}

pub(crate) fn no_such_issuer(did: &Did, path: &Path) -> String {
    format!("{did} is not in {}; see `taskbadge pack inspect {1}`", named(path), named(path))
}

pub(crate) fn own_successor(did: &Did) -> String {
    format!("{did} cannot carry on for itself; name another --successor")
}

pub(crate) fn everything(scope: &str) -> String {
    format!(
        "--achievement {} is every achievement there is; name ids, or how they begin, such as \
        'https://centre.example.org/tasks/*'",
        Quoted(scope)
    )
}

pub(crate) fn matches_nothing(scope: &str) -> String {
    format!(
        "--achievement {} can be the id of no achievement: ids are whole, such as \
        'https://centre.example.org/tasks/forklift-pre-start-check/1', and * stands at the end only",
        Quoted(scope)
    )
}

pub(crate) fn key_of_another(key: &str, entity: &Did) -> String {
    format!(
        "the pack has this key already, as {}: whoever says of one of the two that the key was stolen says it of both. Ask \
        both by another way than the one by which this came; if they are one and the same, add --force ({entity})",
        Named(key)
    )
}

pub(crate) fn key_of_several(named_key: &str, path: &Path) -> String {
    format!("several issuers in {} have the key {}; name it as proofs do, did:…#…", named(path), Named(named_key))
}

pub(crate) fn not_an_entry(path: &Path, finding: &Finding) -> String {
    format!(
        "{}: this is no entry of a centre: {}; ask the centre for what `taskbadge key entry` writes",
        named(path),
        match finding.detail() {
            Some(detail) => match finding.pointer().filter(|pointer| !pointer.is_empty()) {
                Some(pointer) => format!("{detail} at {}", Named(pointer)),
                None => detail.to_owned(),
            },
            None => finding.code().what().to_owned(),
        }
    )
}

pub(crate) fn recognised_again(key: &str) -> String {
    format!(
        "the pack says that {} is in other hands, and this says that it is not; ask the centre by another way. A key \
        that was stolen stays so; if the pack is wrong, add --force",
        Named(key)
    )
}

pub(crate) fn no_such_key(named_key: &str, path: &Path) -> String {
    format!(
        "{} is no key of an issuer in {}; copy its name from `taskbadge pack inspect {1}`",
        Named(named_key),
        named(path)
    )
}

pub(crate) fn compromised_already(key: &str, since: Instant) -> String {
    format!("{} is in other hands since {since}, which counts for more; nothing was changed", Named(key))
}

pub(crate) fn ends_before_it_begins(key: &str, until: Instant) -> String {
    format!("{} would end at {until}, before it begins; give a later --until", Named(key))
}

pub(crate) fn nothing_of_this_key(path: &Path, key: &str) -> String {
    format!(
        "{}: it does not say which badges under {} are genuine; ask the centre for an entry that it wrote after \
        `taskbadge key compromised`, or name the badges themselves, one or a folder",
        named(path),
        Named(key)
    )
}

// Status lists.

pub(crate) fn list_refused(path: &Path, finding: &Finding) -> String {
    format!("{}: this status list is not taken: {finding}; nothing was changed", named(path))
}

pub(crate) fn cannot_check(finding: &Finding) -> String {
    format!("the lists cannot be checked: {finding}")
}

pub(crate) fn older_list(address: &str, made: Instant, known: Instant) -> String {
    format!(
        "{}: this edition was made {made}, and one of {known} is in the pack; get the newest from its issuer; nothing was \
        changed",
        Named(address)
    )
}

pub(crate) fn list_clears(address: &str, made: Instant, known: Instant) -> String {
    format!(
        "{}: the edition of {made} does not have all revocations of the one of {known}, and a revocation is for good; ask its \
        issuer for a list that has them; nothing was changed",
        Named(address)
    )
}

pub(crate) fn list_added(address: &str, made: Instant) -> String {
    format!("  list        {}, made {}", Named(address), made)
}

pub(crate) fn lists_beside(file: &PackFile) -> String {
    format!("Wrote {}: newer lists beside edition {}, whose signatures stand.", named(&file.path), file.pack.sequence)
}

// Signing.

pub(crate) fn ended(file: &PackFile) -> String {
    format!(
        "{}: this edition ended {}, and nobody would take it; change it first, or give it new dates with `taskbadge pack \
        add-list`",
        named(&file.path),
        day(file.pack.valid_until)
    )
}

pub(crate) fn not_a_root_key(key: &Path, file: &PackFile) -> String {
    format!(
        "{}: this key is none of the root keys of {}; see them with `taskbadge pack inspect {1}`",
        named(key),
        named(&file.path)
    )
}

/// What somebody signs.
pub(crate) fn summary(file: &PackFile) -> Vec<String> {
    let pack = &file.pack;
    const SHOWN: usize = 20;
    let mut lines = vec![
        labelled("pack", format!("{}, edition {}", Quoted(&pack.publisher_name), pack.sequence)),
        labelled("good", format!("{} to {}", day(pack.valid_from), last_day(pack.valid_until))),
        labelled(
            "holds",
            format!("{}, {}", count(pack.entities.len(), "issuer"), count(pack.lists.len(), "status list")),
        ),
    ];
    for entity in pack.entities.iter().take(SHOWN) {
        let scopes = if entity.achievements.is_empty() { "nothing".into() } else { scopes(&entity.achievements) };
        let name = entity.name().map_or(entity.id.to_string(), |name| Quoted(name).to_string());
        lines.push(labelled("issuer", format!("{name}, may issue {scopes}")));
    }
    if pack.entities.len() > SHOWN {
        let more = pack.entities.len() - SHOWN;
        lines.push(format!("              and {more} more: taskbadge pack inspect {}", named(&file.path)));
    }
    lines
}

pub(crate) fn signed(file: &PackFile, signatures: &Signatures, is_new: bool) -> Vec<String> {
    let sentence = if is_new { "Signed" } else { "This key has signed it already" };
    vec![format!("{sentence}: {}.", of(signatures)), after_signing(file, signatures)]
}

pub(crate) fn joined(file: &PackFile, signatures: &Signatures, new: usize) -> Vec<String> {
    let sentence = match new {
        0 => "The copies have no other signatures".to_owned(),
        new => format!("Joined: {} more", count(new, "signature")),
    };
    vec![format!("{sentence}; {}.", of(signatures)), after_signing(file, signatures)]
}

fn after_signing(file: &PackFile, signatures: &Signatures) -> String {
    let file = named(&file.path);
    match signatures.are_enough() {
        true => format!("  next        hand out {file}; people take it with `taskbadge trust add` or `trust update`"),
        false => format!("  next        the others sign {file}, or copies that `taskbadge pack join` puts together"),
    }
}

pub(crate) fn not_a_copy(path: &Path, finding: &Finding) -> String {
    match finding.code() {
        Code::TrustOtherPack => {
            format!("{}: it does not say the same; join copies of one edition; nothing was changed", named(path))
        }
        _ => super::trust::refused(path, finding),
    }
}

fn of(signatures: &Signatures) -> String {
    let count = |count: Count| match count.needed {
        1 => format!("{} of 1 signature", count.good),
        needed => format!("{} of {needed} signatures", count.good),
    };
    match signatures.before {
        Some(before) => {
            format!("by the root before {}; by the new root {}", count(before), count(signatures.root))
        }
        None => count(signatures.root),
    }
}

// Inspecting.

pub(crate) fn inspected(file: &PackFile, now: Instant) -> Vec<String> {
    let pack = &file.pack;
    let is_over = if now >= pack.valid_until { " (it has ended)" } else { "" };
    let mut lines = vec![
        publisher(pack),
        labelled("id", Named(&pack.id)),
        labelled("edition", format!("{}, made {}{}", pack.sequence, day(pack.valid_from), age(now, pack.valid_from))),
        labelled("good until", format!("{}{is_over}", last_day(pack.valid_until))),
        labelled("signed", of(&file.signatures())),
    ];
    let signers = file.signers();
    let has_signed = |key: &VerifyingKey| if signers.contains(key) { ", has signed" } else { "" };
    let root = |label: &str, root: &Root| {
        let heading = format!(
            "version {}, signed by {} of {}",
            root.version(),
            root.threshold(),
            count(root.keys().len(), "key")
        );
        let key = |key: &VerifyingKey| labelled("root key", format!("{}{}", key.to_multikey(), has_signed(key)));
        [vec![labelled(label, heading)], root.keys().iter().map(key).collect()].concat()
    };
    lines.extend(file.root_before().iter().flat_map(|before| root("root before", before)));
    lines.extend(root("root", &pack.root));
    lines.extend(fingerprint_lines(&pack.root.fingerprint()));
    lines.extend(pack.entities.iter().flat_map(issuer));
    lines.extend(file.marks().map(|(mark, is_carried)| {
        let is_there = if is_carried { "" } else { "; not in this file" };
        labelled("list", format!("{}, made {}{}{is_there}", Named(&mark.id), day(mark.made), age(now, mark.made)))
    }));
    lines.extend(pack.contexts.iter().map(|context| labelled("context", Named(&context.id))));
    lines
}

/// Who publishes a pack, by its own word.
pub(crate) fn publisher(pack: &Pack) -> String {
    labelled("publisher", format!("{}, {}", Quoted(&pack.publisher_name), Named(&pack.publisher)))
}

fn scopes(scopes: &[Scope]) -> String {
    scopes.iter().map(scope_name).collect::<Vec<_>>().join(" ")
}

/// The beginning of ids is written with a star.
fn scope_name(scope: &Scope) -> String {
    match scope.as_str().strip_suffix('*') {
        Some(start) => format!("{}*", Named(start)),
        None => Named(scope.as_str()).to_string(),
    }
}

pub(crate) fn how_to_trust(path: &Path) -> String {
    format!("To trust it: taskbadge trust add {}", named(path))
}
