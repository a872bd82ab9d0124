//! Files that one can read, with names that say something, and none that belongs to others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use taskbadge_tests::{published, root, tell};

use crate::{repository, shown};

const MOST_LINES: usize = 1_000;

/// Names under which anything can gather.
const SAY_NOTHING: &[&str] = &["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|extension| extensions.iter().any(|known| extension == *known))
}

#[test]
fn no_file_is_too_long_to_read() {
    let written =
        repository().into_iter().filter(|path| has_extension(path, &["rs", "md", "toml", "html", "js", "css"]));
    let long = written.filter_map(|path| {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        (lines >= MOST_LINES).then(|| format!("{}: {lines} lines", shown(&path)))
    });
    assert_eq!(long.collect::<Vec<_>>(), [""; 0], "{MOST_LINES} lines are too many");
}

#[test]
fn names_say_what_is_inside() {
    for path in repository() {
        let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().to_lowercase();
        assert!(![&*stem, &*folder].iter().any(|name| SAY_NOTHING.contains(name)), "{}", shown(&path));
    }
}

#[test]
fn every_rust_file_begins_with_what_it_is_for() {
    for path in repository().into_iter().filter(|path| has_extension(path, &["rs"])) {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 20, "{} begins with {first:?}", shown(&path));
    }
}

/// What opens a file, reads a folder or writes, other than through `taskbadge-files`.
const DOORS: &[&str] = &[
    "std::fs",
    "fs::",
    "OpenOptions",
    "DirBuilder",
    ".read_dir(",
    "tempfile",
    "WalkDir",
    "Connection::open",
    "Pkcs11::new",
];

/// The files that have one of their own, each for one reason.
const OWN_DOORS: &[(&str, &str)] = &[
    // It opens what `taskbadge_files::private_file` has looked at.
    ("crates/taskbadge-issuer/src/ledger/database.rs", "Connection::open"),
    // A token's library, which centre.toml names and the system loads.
    ("crates/taskbadge-issuer/src/token.rs", "Pkcs11::new"),
    // Which files there are in a folder and below; each is read through `taskbadge-files`.
    ("crates/taskbadge-cli/src/commands/verify/folder.rs", "WalkDir"),
    ("crates/taskbadge-cli/src/files.rs", "WalkDir"),
];

/// The code of a file without its comments, and without its own tests.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn files_are_opened_in_one_crate() {
    let crates = root().join("crates");
    let (mut wrong, mut own, mut seen) = (Vec::new(), Vec::new(), 0);
    for path in repository().into_iter().filter(|path| path.starts_with(&crates) && has_extension(path, &["rs"])) {
        let shown = shown(&path);
        let is_source = path.strip_prefix(&crates).unwrap().iter().nth(1).is_some_and(|part| part == "src");
        if !is_source || shown.starts_with("crates/taskbadge-files/") {
            continue;
        }
        seen += 1;
        let code = code(&fs::read_to_string(&path).unwrap());
        for door in DOORS.iter().filter(|door| code.contains(**door)) {
            match OWN_DOORS.iter().find(|own| **own == (&*shown, *door)) {
                Some(known) => own.push(*known),
                None => wrong.push(format!("{shown}: {door}")),
            }
        }
    }
    assert_eq!(wrong, [""; 0], "`taskbadge-files` is the only crate that opens a file");
    own.sort_unstable();
    let mut known = OWN_DOORS.to_vec();
    known.sort_unstable();
    assert_eq!(own, known, "an exception that is none any more");
    assert!(seen > 100, "{seen} files of code were looked at");
}

#[test]
fn a_door_is_found_in_code_and_nowhere_else() {
    assert!(code("use std::fs;\n").contains("std::fs"));
    assert!(!code("//! std::fs\nlet x = 1; // fs::read\n\n#[cfg(test)]\nmod tests {\n use std::fs;\n}").contains("fs"));
}

/// Published test data are material to test against, under their own licences; they lie beside the checkout.
#[test]
fn no_published_test_data_was_copied() {
    let mut theirs = BTreeMap::new();
    for folder in ["vectors", "contexts"] {
        let Some(folder) = published(folder) else { return };
        let mut files = Vec::new();
        crate::visit(&folder, &mut files);
        theirs.extend(files.into_iter().filter_map(|path| Some((digest(&path)?, path))));
    }
    let ours = repository();
    for path in &ours {
        let copied = digest(path).and_then(|digest| theirs.get(&digest));
        assert!(copied.is_none(), "{} is a copy of {}", shown(path), copied.unwrap().display());
    }
    tell(&format!("no copies: {} files of ours, {} published", ours.len(), theirs.len()));
}

/// The digest of a file that is long enough to be somebody's work.
fn digest(path: &Path) -> Option<[u8; 32]> {
    let bytes = fs::read(path).unwrap();
    (bytes.len() > 64).then(|| Sha256::digest(&bytes).into())
}
