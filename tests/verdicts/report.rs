//! The reports of all vectors fit `schemas/report.schema.json`, and use every property that it names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use taskbadge::finding::Code;
use taskbadge_tests::root;

fn reports() -> Vec<(String, Value)> {
    let report = |vector: taskbadge_tests::vectors::Vector| match vector.verify() {
        Ok(badge) => serde_json::to_value(badge.report()).unwrap(),
        Err(refusal) => serde_json::to_value(refusal.report()).unwrap(),
    };
    crate::all().into_iter().map(|(name, vector)| (name, report(vector))).collect()
}

fn schema() -> Value {
    taskbadge_tests::json(root().join("schemas/report.schema.json"))
}

#[test]
fn every_report_fits_the_schema() {
    let schema = schema();
    let mut used = BTreeSet::new();
    for (name, mut report) in reports() {
        // As the command prints it, with the file's name.
        report["file"] = name.clone().into();
        let mut check = Check { root: &schema, used: &mut used, wrong: Vec::new() };
        check.value(&schema, &report, "");
        assert!(check.wrong.is_empty(), "{name}: {:#?}\n{report:#}", check.wrong);
    }
    let mut named = BTreeSet::new();
    properties(&schema, &mut named);
    let unused: Vec<_> = named.difference(&used).collect();
    assert!(unused.is_empty(), "no vector shows {unused:?}");
}

#[test]
fn what_is_no_report_does_not_fit() {
    let schema = schema();
    let (_, good) = reports().into_iter().find(|(_, report)| report["verdict"] == "VALID").unwrap();
    type Change = fn(&mut Value);
    let changes: &[(&str, Change)] = &[
        ("another verdict", |report| report["verdict"] = "PERHAPS".into()),
        ("no findings", |report| drop(report.as_object_mut().unwrap().remove("findings"))),
        ("findings that are none", |report| report["findings"] = "ok".into()),
        ("a finding without its code", |report| drop(report["findings"][0].as_object_mut().unwrap().remove("code"))),
        ("an unknown code", |report| report["findings"][0]["code"] = "ok.really".into()),
        ("a property of another report", |report| report["verified"] = true.into()),
        ("a date that is none", |report| report["checkedAt"] = "today".into()),
    ];
    for (what, change) in changes {
        let mut report = good.clone();
        change(&mut report);
        let mut check = Check { root: &schema, used: &mut BTreeSet::new(), wrong: Vec::new() };
        check.value(&schema, &report, "");
        assert!(!check.wrong.is_empty(), "{what} fits");
    }
}

#[test]
fn the_schema_knows_every_code() {
    let schema = schema();
    let listed: Vec<_> = schema["$defs"]["code"]["enum"].as_array().unwrap().iter().map(|code| code.as_str()).collect();
    let all: Vec<_> = Code::ALL.iter().map(|code| Some(code.as_str())).collect();
    assert_eq!(listed, all);
}

/// What a badge says of results and languages is in the report, word for word.
#[test]
fn results_and_languages_are_told() {
    let reports: BTreeMap<_, _> = reports().into_iter().collect();
    for (name, pointer, told) in [
        ("result-failed-at-a-level", "/results/0/level", json!("Independently")),
        ("result-failed-at-a-level", "/results/0/status", json!("Failed")),
        ("result-failed-at-a-level", "/results/0/below", json!(false)),
        ("result-value-number-jcs", "/results/0/value", json!("87")),
        ("result-value-number-jcs", "/results/0/status", json!("Completed")),
        ("result-below-value", "/results/0/below", json!(true)),
        ("result-below-value", "/results/0/requiredValue", json!("60")),
        ("result-below-level", "/results/0/requiredLevel", json!("Independently")),
        ("reading-assessor-name-written-out", "/assessor", json!("B. Osei")),
        ("holder-of-two-names", "/holderName", json!("Amina Noor")),
        ("holder-of-two-names", "/otherNames", json!(["أمينة نور"])),
        ("language-arabic-rdfc", "/achievement", json!("الفحص اليومي للرافعة الشوكية")),
        ("language-arabic-rdfc", "/languages/achievement", json!({ "language": "ar", "direction": "rtl" })),
        ("language-arabic-jcs", "/languages/issuerName", json!({ "language": "ar", "direction": "rtl" })),
        ("language-arabic-jcs", "/languages/assessor", json!({ "language": "fa", "direction": "rtl" })),
        ("language-in-capitals-jcs", "/languages/achievement", json!({ "language": "de-at", "direction": "ltr" })),
        ("language-direction-signed", "/languages/achievement", json!({ "direction": "rtl" })),
        ("good-rdfc", "/languages", Value::Null),
    ] {
        let found = reports[name]["badge"].pointer(pointer).cloned().unwrap_or_default();
        assert_eq!(found, told, "{name}: {pointer}");
    }
}

/// As much of JSON Schema 2020-12 as the schema uses. A keyword that it does not know is an error, not a pass.
struct Check<'s> {
    root: &'s Value,
    used: &'s mut BTreeSet<String>,
    wrong: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, at: &str) {
        for (keyword, rule) in schema.as_object().unwrap() {
            let fits = match (keyword.as_str(), value) {
                ("$schema" | "$id" | "$defs" | "$comment" | "title" | "description" | "required", _) => true,
                ("$ref", _) => {
                    let target = self.root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                    self.value(target, value, at);
                    true
                }
                ("type", _) => rule == kind(value) || (rule == "integer" && value.is_i64()),
                ("enum", _) => rule.as_array().unwrap().contains(value),
                ("minItems", Value::Array(items)) => items.len() as u64 >= rule.as_u64().unwrap(),
                ("minLength", Value::String(text)) => text.chars().count() as u64 >= rule.as_u64().unwrap(),
                ("format", Value::String(text)) => match rule.as_str().unwrap() {
                    "date-time" => text.parse::<taskbadge::time::Instant>().is_ok() && text.ends_with('Z'),
                    "uri" => text.contains(':') && !text.contains(' '),
                    "json-pointer" => text.is_empty() || text.starts_with('/'),
                    other => panic!("the schema has learnt a new format: {other}"),
                },
                ("items", Value::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.value(rule, item, &format!("{at}/{index}"));
                    }
                    true
                }
                ("properties", Value::Object(members)) => {
                    self.members(schema, members, at);
                    true
                }
                ("additionalProperties", _) => rule == false,
                ("properties" | "items" | "minItems" | "minLength" | "format", _) => true,
                (other, _) => panic!("the schema has learnt a new keyword: {other}"),
            };
            if !fits {
                self.wrong.push(format!("{at}: {keyword} {rule}"));
            }
        }
    }

    fn members(&mut self, schema: &Value, members: &serde_json::Map<String, Value>, at: &str) {
        assert_eq!(schema["additionalProperties"], false, "an object of the report has a closed set of properties");
        for (name, member) in members {
            match schema["properties"].get(name) {
                Some(rule) => {
                    self.used.insert(name.clone());
                    self.value(rule, member, &format!("{at}/{name}"));
                }
                None => self.wrong.push(format!("{at}: {name} is not in the schema")),
            }
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            if !members.contains_key(name.as_str().unwrap()) {
                self.wrong.push(format!("{at}: {name} is missing"));
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(named)) = members.get("properties") {
                found.extend(named.keys().cloned());
            }
            members.values().for_each(|member| properties(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}
