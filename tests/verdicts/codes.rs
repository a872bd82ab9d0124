//! `schemas/finding-codes.json` is the list that this version makes, and released codes stay as they are.

use serde_json::{Value, json};
use taskbadge::finding::Code;
use taskbadge_tests::{json, root};

const FILE: &str = "schemas/finding-codes.json";

#[test]
fn the_published_list_is_the_list() {
    let path = root().join(FILE);
    let text = serde_json::to_string_pretty(&list()).unwrap() + "\n";
    if crate::blessing() {
        let released = if path.exists() { json(&path) } else { json!([]) };
        assert_nothing_is_taken_back(&released, &list());
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert_eq!(published, text, "{FILE} is stale; TASKBADGE_BLESS=1 writes it");
}

/// A code may come, and its sentences may be put better. What a program reads stays.
fn assert_nothing_is_taken_back(released: &Value, list: &Value) {
    for old in released.as_array().unwrap() {
        let new = list.as_array().unwrap().iter().find(|new| new["code"] == old["code"]);
        let new = new.unwrap_or_else(|| panic!("{} was released and is gone", old["code"]));
        for member in ["severity", "problemType"] {
            assert_eq!(new[member], old[member], "{member} of {} was released otherwise", old["code"]);
        }
    }
}

fn list() -> Value {
    let entry = |code: &Code| {
        let mut entry = json!({
            "code": code, "severity": code.severity(), "what": code.what(), "next": code.next(),
        });
        if let Some((vocabulary, name)) = code.problem_type() {
            entry["problemType"] = json!(format!("{vocabulary}{name}"));
        }
        entry
    };
    Code::ALL.iter().map(entry).collect()
}

#[test]
fn a_code_says_area_and_what() {
    for code in Code::ALL {
        let text = code.as_str();
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let parts: Vec<_> = text.split('.').collect();
        assert!(parts.iter().all(|part| plain(part)) && (parts.len() == 2 || text == "ok"), "{text}");
        assert_eq!(text.parse(), Ok(*code));
        for sentence in [code.what(), code.next()] {
            assert!(
                !sentence.is_empty() && !sentence.ends_with('.'),
                "{text}: a clause without a full stop: {sentence}"
            );
        }
    }
}
