//! Arrows point one way: a module of the core imports only from rows above it, a crate only from crates below it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use taskbadge_tests::{json, root, tell};

use crate::{repository, shown};

/// The modules of the core, row by row. Modules of one row do not know each other.
const ROWS: [&[&str]; 9] = [
    &["shown", "time"],
    &["finding"],
    &["work"],
    &["json"],
    &["key", "jsonld"],
    &["proof"],
    &["badge"],
    &["trust"],
    &["verify"],
];

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// The modules that a file of `module` names, by `crate::` or `super::`. `depth` is how far the file is below the crate.
fn named(text: &str, depth: usize) -> BTreeSet<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let to_root = ["crate::".to_owned(), "super::".repeat(depth)];
    let mut found = BTreeSet::new();
    for prefix in to_root {
        for (at, _) in code.match_indices(&prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            found.extend(heads(&code[at + prefix.len()..]).into_iter().filter(|name| !name.is_empty()));
        }
    }
    found
}

/// The first names of a path: one, or those in its braces.
fn heads(path: &str) -> Vec<String> {
    let name =
        |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(name(&list[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(name(&list[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

#[test]
fn names_are_found_however_they_are_written() {
    let find = |text: &str, depth| named(text, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(find("use crate::json::{Document, Value};", 1), ["json"]);
    assert_eq!(find("use crate::{\n    json::{self, Value}, key,\n    proof::Proof,\n};", 1), ["json", "key", "proof"]);
    assert_eq!(find("let x = crate::verify::Verifier::new();", 1), ["verify"]);
    assert_eq!(find("use super::super::trust::Trust;", 2), ["trust"]);
    assert_eq!(find("use super::trust::Trust;", 1), ["trust"]);
    assert_eq!(find("/// [`crate::verify`]\n// crate::trust\nuse mycrate::badge;", 1), [""; 0]);
}

#[test]
fn modules_of_the_core_import_from_rows_above() {
    let source = root().join("crates/taskbadge/src");
    let mut arrows = BTreeSet::new();
    let mut wrong = Vec::new();
    for path in repository().iter().filter(|path| path.starts_with(&source)) {
        if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("src/lib.rs") {
            continue;
        }
        let within = path.strip_prefix(&source).unwrap().with_extension("");
        let module = within.iter().next().unwrap().to_str().unwrap().to_owned();
        let own = row(&module).unwrap_or_else(|| panic!("{module} is in no row: say in ROWS where it belongs"));
        let text = std::fs::read_to_string(path).unwrap();
        for other in named(&text, within.iter().count()) {
            let Some(theirs) = row(&other).filter(|_| other != module) else { continue };
            arrows.insert((module.clone(), other.clone()));
            if theirs >= own {
                wrong.push(format!("{}: {module} (row {own}) imports {other} (row {theirs})", shown(path)));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that do not point up the table:\n{}", wrong.join("\n"));
    assert!(
        arrows.contains(&("verify".into(), "proof".into())) && arrows.len() > 15,
        "the imports were not found: {arrows:?}"
    );
    tell(&format!("arrows: {} between the modules of the core", arrows.len()));
}

#[test]
fn the_table_is_that_of_the_core() {
    let text = std::fs::read_to_string(root().join("crates/taskbadge/src/lib.rs")).unwrap();
    let declared: BTreeSet<_> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(declared, ROWS.concat().into_iter().collect());
}

/// Which of our crates a crate may stand on.
const CRATES: [(&str, &[&str]); 9] = [
    ("taskbadge", &[]),
    ("taskbadge-files", &[]),
    ("taskbadge-status", &["taskbadge"]),
    ("taskbadge-carrier", &["taskbadge"]),
    ("taskbadge-issuer", &["taskbadge", "taskbadge-files", "taskbadge-status", "taskbadge-carrier"]),
    ("taskbadge-cli", &["taskbadge", "taskbadge-files", "taskbadge-status", "taskbadge-carrier", "taskbadge-issuer"]),
    ("taskbadge-web", &["taskbadge", "taskbadge-status", "taskbadge-carrier"]),
    ("taskbadge-examples", &["taskbadge", "taskbadge-status", "taskbadge-carrier", "taskbadge-issuer"]),
    ("taskbadge-tests", &["taskbadge", "taskbadge-status", "taskbadge-carrier", "taskbadge-issuer", "taskbadge-cli"]),
];

#[test]
fn crates_stand_on_crates_below() {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = CRATES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} is new: say in CRATES what it stands on"));
        // What a crate's own tests use is no arrow.
        let normal =
            package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"] != "dev");
        for dependency in normal.filter_map(|dependency| dependency["name"].as_str()) {
            assert!(
                !dependency.starts_with("taskbadge") || allowed.contains(&dependency),
                "{name} stands on {dependency}"
            );
        }
    }
    assert!(packages.len() >= 4);
}

#[test]
fn every_member_keeps_the_lints_of_the_workspace() {
    let workspace = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""), "no unsafe code, anywhere");
    let manifests =
        repository().into_iter().filter(|path| path.ends_with("Cargo.toml") && *path != root().join("Cargo.toml"));
    for manifest in manifests.filter(|path| !path.starts_with(root().join("fuzz"))) {
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(text.contains("\n[lints]\nworkspace = true\n"), "{} has lints of its own", shown(&manifest));
    }
}

#[test]
fn vectors_and_schemas_are_json() {
    let is_ours = |path: &Path| ["tests/vectors", "schemas"].iter().any(|folder| path.starts_with(root().join(folder)));
    let files: Vec<_> = repository().into_iter().filter(|path| is_ours(path)).collect();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let value = json(path);
        let is_schema = path.to_string_lossy().ends_with(".schema.json");
        assert!(!is_schema || value["$schema"] == "https://json-schema.org/draft/2020-12/schema", "{}", shown(path));
        assert!(value.get("make").is_none(), "{} is not signed yet: TASKBADGE_BLESS=1 signs it", shown(path));
    }
    assert!(files.len() > 150);
}
