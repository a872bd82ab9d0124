//! Files that one can read, with names that say something, and none that belongs to others.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use taskbadge_tests::{published, tell};

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
