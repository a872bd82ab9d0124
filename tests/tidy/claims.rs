//! Every line of SECURITY.md that says what is defended against names the tests that hold it, and they are there.

use std::collections::BTreeSet;
use std::fs;

use taskbadge_tests::root;

use crate::repository;

/// The names after `(test: ` or `(tests: ` in a line.
fn named(line: &str) -> Vec<&str> {
    let lists = line.split("(test").skip(1).filter_map(|rest| rest.split_once(": ")?.1.split_once(')'));
    lists.flat_map(|(names, _)| names.split(", ")).collect()
}

/// The functions of all files with tests.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in repository().into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")) {
        let text = fs::read_to_string(&path).unwrap();
        if !["#[test]", "on_both!", "proptest!"].iter().any(|word| text.contains(word)) {
            continue;
        }
        let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn ")?.split_once('('));
        found.extend(lines.map(|(name, _)| name.to_owned()));
    }
    found
}

#[test]
fn every_defence_names_a_test_that_is_there() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let (_, after) = text.split_once("## What is defended against").unwrap();
    let table = after.split("\n## ").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "the table is where it is looked for");
    let tests = tests();
    let without: Vec<_> = rows.iter().filter(|row| named(row).is_empty()).collect();
    assert!(without.is_empty(), "{without:#?} name no test");
    let missing: Vec<_> = text.lines().flat_map(named).filter(|name| !tests.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} are no tests");
}
