//! The sentences on trust packs as verifiers keep and use them.

use std::path::Path;

use taskbadge::finding::Finding;
use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge::trust::{Fingerprint, KnownPack, Pack};

use super::pack::publisher;
use super::{count, day, labelled, last_day, named};
use crate::fingerprint::{self, Slip};
use crate::pack_file::{PackFile, made_of};

// Files.

pub(crate) const CUT_OFF: &str = "the compressed file ends too early";
pub(crate) const TRAILING: &str = "after the compressed file there is something else";
pub(crate) const TOO_LARGE: &str = "unpacked it is larger than a trust pack with its lists can be";

pub(crate) fn cannot_unpack(path: &Path, why: &str) -> String {
    format!("{}: it cannot be unpacked: {}; get the file again", named(path), Quoted(why))
}

pub(crate) fn compressed(path: &Path) -> String {
    format!("{}: a compressed pack cannot be changed; unpack it first, such as with `gunzip`", named(path))
}

pub(crate) fn not_a_pack(path: &Path) -> String {
    format!(
        "{}: there is no whole trust pack in this file; name another, or get it again from its publisher",
        named(path)
    )
}

/// Why a pack is not taken, with the code for machines.
pub(crate) fn refused(path: &Path, finding: &Finding) -> String {
    format!("{}: {finding} [{}]", named(path), finding.code())
}

pub(crate) fn cannot_be_a_pack(finding: &Finding) -> String {
    format!("the pack cannot be written so: {finding} [{}]", finding.code())
}

// The store.

pub(crate) fn cannot_open(path: &Path, finding: &Finding) -> String {
    format!(
        "{}: the trust pack in your store was changed or damaged: {finding} [{}]; get the newest from its publisher, and \
        run `taskbadge trust update FILE`",
        named(path),
        finding.code()
    )
}

pub(crate) fn known_malformed(path: &Path, why: &str) -> String {
    format!(
        "{}: what was remembered of a trust pack cannot be read ({}); put the file back from a backup, or delete its \
        folder and add the pack anew",
        named(path),
        Quoted(why)
    )
}

pub(crate) fn known_elsewhere(path: &Path) -> String {
    format!(
        "{}: this belongs in another folder of the store; put the folder back where it was, or delete it",
        named(path)
    )
}

pub(crate) fn root_not_known(path: &Path) -> String {
    format!(
        "{}: nobody has compared the root of this trust pack yet; add it once with `taskbadge trust add {0}`, or give the \
        publisher's --fingerprint",
        named(path)
    )
}

pub(crate) fn lists_do_not_count(path: &Path, number: usize, first: &Finding) -> String {
    match number {
        1 => format!("{}: a status list in it does not count: {first}", named(path)),
        number => format!("{}: {number} status lists in it do not count; the first: {first}", named(path)),
    }
}

pub(crate) fn lists_left_out(path: &Path, number: usize, first: &Finding) -> String {
    match number {
        1 => format!("{}: a status list is left out: {first}", named(path)),
        number => format!("{}: {number} status lists are left out; the first: {first}", named(path)),
    }
}

pub(crate) fn no_store(folder: &Path) -> String {
    format!("{}: there is no such folder of recognised issuers and trust packs; check --store", named(folder))
}

// Adding.

pub(crate) const CALL: &str =
    "Call the publisher on a number that you do not have from this file, and let them read digits or words to you.";
pub(crate) const ASK: &str = "Did the publisher read you the same? Type yes: ";
pub(crate) const NO_TERMINAL_TO_COMPARE: &str = "nothing was added: somebody has to compare the fingerprint with the \
    publisher, and there is no terminal to ask on; give what the publisher says with --fingerprint";
pub(crate) const STORE_NOT_FILE: &str = "a trust pack is kept in the store, not in a file of issuers; leave --trust out, \
    or name another folder with --store";
pub(crate) const FINGERPRINT_OF_PACK: &str = "--fingerprint is for the file of a trust pack; an issuer is recognised by \
    its DID";
pub(crate) const NAME_OF_ISSUER: &str = "--name and --document are for issuers; a trust pack names its own";

/// What is compared before a root is trusted.
pub(crate) fn to_compare(pack: &Pack) -> Vec<String> {
    let root = &pack.root;
    let mut lines = vec![
        "To trust from now on whom this publisher recognises:".into(),
        publisher(pack),
        labelled("pack", Name(&pack.id)),
    ];
    lines.extend(root.keys().iter().map(|key| labelled("root key", key.to_multikey())));
    lines.push(labelled("signed by", format!("{} of {}", root.threshold(), count(root.keys().len(), "root key"))));
    lines.extend(fingerprint_lines(&root.fingerprint()));
    lines
}

/// What is wrong with a fingerprint that was typed.
pub(crate) fn slip(slip: &Slip) -> String {
    let wrong = match slip {
        Slip::Digits(number) => format!("it has {} instead of 40, in 8 groups of 5", count(*number, "digit")),
        Slip::HexadecimalDigits(number) => format!("it has {} instead of 64", count(*number, "hexadecimal digit")),
        Slip::Words(number) => format!("it has {} instead of 16", count(*number, "word")),
        Slip::NoSuchWord(word) => format!("no fingerprint has the word {}", Quoted(word)),
        Slip::Order => "two of its words are swapped, or one is missing and another stands there twice".into(),
    };
    format!("--fingerprint: {wrong}; type it again, in quotes")
}

/// The digits, and the words, two of which stand for a group of digits; either is enough.
pub(crate) fn fingerprint_lines(fingerprint: &Fingerprint) -> Vec<String> {
    let (digits, words) = (fingerprint.digits(), fingerprint::words(fingerprint));
    let digits: Vec<&str> = digits.split(' ').collect();
    let halves = |label: &str, parts: &[&str]| {
        let lines = parts.chunks(parts.len() / 2).enumerate();
        lines.map(|(number, half)| labelled(if number == 0 { label } else { "" }, half.join(" "))).collect::<Vec<_>>()
    };
    [vec![labelled("digits", digits.join(" "))], halves("or words", &words)].concat()
}

pub(crate) fn added(file: &PackFile, now: Instant) -> Vec<String> {
    let pack = &file.pack;
    let mut lines = vec![format!("Trusted from now on: {}, edition {}.", Quoted(&pack.publisher_name), pack.sequence)];
    lines.extend(holds(file, now));
    lines
}

pub(crate) fn added_already(path: &Path) -> String {
    format!(
        "{}: you trust this pack already; take its next edition with `taskbadge trust update {0}`. To compare another \
        fingerprint and begin anew, add --force",
        named(path)
    )
}

pub(crate) fn neither_did_nor_file(text: &str) -> String {
    format!(
        "{} is neither a DID nor a file; name an issuer's did:key or did:web, or the file of a trust pack",
        Quoted(text)
    )
}

// Updating.

pub(crate) fn not_in_the_store(path: &Path, publisher: &str) -> String {
    format!(
        "{}: you do not trust this pack of {} yet; add it with `taskbadge trust add {0}`, which asks you to compare its \
        fingerprint",
        named(path),
        Quoted(publisher)
    )
}

pub(crate) fn updated(before: &KnownPack, file: &PackFile, is_changed: bool, now: Instant) -> Vec<String> {
    let pack = &file.pack;
    let publisher = Quoted(&pack.publisher_name);
    let mut lines = vec![match before.sequence() == pack.sequence && before.root() == &pack.root {
        true if is_changed => format!("{publisher}: edition {} as before, with other status lists.", pack.sequence),
        true => format!("{publisher}: you have edition {} already.", pack.sequence),
        false => format!("{publisher}: edition {} in place of edition {}.", pack.sequence, before.sequence()),
    }];
    if before.root() != &pack.root {
        let (old, new) = (before.root().version(), pack.root.version());
        lines.push(labelled("root", format!("version {new} in place of version {old}, whose keys signed the change")));
        lines.extend(fingerprint_lines(&pack.root.fingerprint()));
    }
    lines.extend(holds(file, now));
    lines
}

fn holds(file: &PackFile, now: Instant) -> Vec<String> {
    let pack = &file.pack;
    let mut lines = vec![
        labelled("recognises", count(pack.entities.len(), "issuer")),
        labelled("lists", lists(file, now)),
        labelled("good until", last_day(pack.valid_until)),
    ];
    if now >= pack.valid_until {
        lines.push(labelled(
            "note",
            "it has ended, and proves only what was taken back; get the newest from its publisher",
        ));
    }
    lines
}

/// How many of the status lists of which the pack knows come with it, and how fresh an answer can be.
fn lists(file: &PackFile, now: Instant) -> String {
    let there = file.marks().filter(|(_, is_carried)| *is_carried).count();
    let known = match (there, file.pack.lists.len()) {
        (_, 0) if file.lists.is_empty() => return "none".into(),
        (_, 0) => count(file.lists.len(), "status list"),
        (there, all) if there == all => count(all, "status list"),
        (there, all) => format!("{there} of {}; ask for the others", count(all, "status list")),
    };
    match file.lists.iter().filter_map(|list| made_of(list)).min() {
        Some(oldest) => {
            let which = if file.lists.len() > 1 { "the oldest " } else { "" };
            format!("{known}, {which}of {}{}", day(oldest), age(now, oldest))
        }
        None => known,
    }
}

// Listing and removing.

pub(crate) fn pack_lines(file: &PackFile, now: Instant) -> Vec<String> {
    let pack = &file.pack;
    let is_over = if now >= pack.valid_until { " (it has ended: get the newest)" } else { "" };
    vec![
        format!("  {}  {}", Quoted(&pack.publisher_name), Name(&pack.id)),
        format!(
            "    edition {}, made {}{}; good until {}{is_over}; {}; {}",
            pack.sequence,
            day(pack.valid_from),
            age(now, pack.valid_from),
            last_day(pack.valid_until),
            count(pack.entities.len(), "issuer"),
            lists(file, now)
        ),
        format!("    root {}", pack.root.fingerprint().digits()),
    ]
}

pub(crate) fn forgotten(id: &str) -> String {
    format!("Trusted no more:\n  {}", Name(id))
}

/// Such as `, 3 days old`.
pub(crate) fn age(now: Instant, made: Instant) -> String {
    match now.days_since(made) {
        ..=0 => String::new(),
        1 => ", 1 day old".into(),
        days => format!(", {days} days old"),
    }
}

pub(crate) fn cannot_be_kept(path: &Path) -> String {
    format!("{}: the file cannot be kept so that it opens again; ask its publisher for it anew", named(path))
}
