//! The structure of the house holds: arrows between modules and crates, the verifier's dependency tree, sizes and names of files.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod arrows;
mod claims;
mod files;
mod tree;

use std::path::{Path, PathBuf};

use taskbadge_tests::root;

/// Every file of the repository, without what builds and fuzzing leave behind.
fn repository() -> Vec<PathBuf> {
    let mut found = Vec::new();
    visit(&root(), &mut found);
    found.sort();
    found
}

fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if ["target", ".git", "artifacts", "coverage", "demo-centre", "node_modules"].contains(&&*name) {
            continue;
        }
        if path.is_dir() { visit(&path, found) } else { found.push(path) }
    }
}

/// The path as one reads it, from the root of the repository.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
