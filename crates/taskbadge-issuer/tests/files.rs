//! Every file under `tests/data`, and the sample centre, says what it should.
//!
//! A good file is read without a mistake and without a lint. Beside a bad file `NAME.EXT` stands `NAME.expected` with
//! all that is said about it: the mistakes, or if there are none the lints. To add a case, add the file and run with
//! `TASKBADGE_BLESS=1`, then read what was written.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use taskbadge_issuer::{
    lint::{lint_roster, lint_row, lint_template},
    roster::{Field, Outcome, Reading, Recipient, Roster, Row},
    template::{AchievementType, Assessment, Category, FIELDS, TargetType, Template},
};

#[test]
fn good_templates_are_good() {
    for path in
        files("tests/data/templates/good", "toml").into_iter().chain(files("../../examples/centre/tasks", "toml"))
    {
        assert_eq!(said_of_template(&path), "", "{}", path.display());
    }
}

#[test]
fn bad_templates_are_refused_with_advice() {
    for path in files("tests/data/templates/bad", "toml") {
        expect(&path, &said_of_template(&path));
    }
}

#[test]
fn good_rosters_are_good() {
    let paths =
        files("tests/data/rosters/good", "csv").into_iter().chain([crate_path("../../examples/centre/roster.csv")]);
    for path in paths {
        assert_eq!(said_of_roster(&path), "", "{}", path.display());
    }
}

#[test]
fn bad_rosters_are_refused_with_advice() {
    for path in files("tests/data/rosters/bad", "csv") {
        expect(&path, &said_of_roster(&path));
    }
}

#[test]
fn the_sample_roster_is_what_its_page_says() {
    let tasks = sample_tasks();
    let bytes = read("../../examples/centre/roster.csv");
    let roster = Roster::open("roster.csv", &bytes).unwrap();
    let rows = roster.read(&Reading::new(&tasks)).unwrap();
    let count = |test: fn(&Row<'_>) -> bool| rows.iter().filter(|row| test(row)).count();
    assert_eq!(rows.len(), 12);
    assert_eq!(count(|row| row.outcome() == Outcome::NotYet), 2);
    assert_eq!(count(|row| row.public_name().is_some()), 8);
    assert_eq!(count(|row| matches!(row.recipient(), Recipient::ClaimCode(_))), 1);
    assert_eq!(count(|row| *row.recipient() == Recipient::NewClaimCode), 1);
    assert_eq!(rows[8].evidence_note(), Some("Ten housings of lot 4471, \"Exact\" on eight of them"));
    assert_eq!(roster.ignored().count(), 0);
}

#[test]
fn a_moodle_gradebook_is_read_once_its_grade_is_named() {
    let tasks = sample_tasks();
    let bytes = read("../../examples/centre/rosters/moodle.csv");
    let roster = Roster::open("moodle.csv", &bytes).unwrap();
    let reading = Reading::new(&tasks).task("forklift-pre-start-check".parse().unwrap()).date(day("2026-11-03"));
    let refusal = roster.read(&reading).unwrap_err().to_string();
    assert!(refusal.contains("no column says which level was reached"), "{refusal}");
    let roster = roster.map("Assignment: Forklift pre-start check (Letter)", Field::Level).unwrap();
    let ignored: Vec<_> = roster.ignored().collect();
    assert_eq!(
        ignored,
        ["Institution", "Department", "Quiz: Health and safety (Real)", "Last downloaded from this course"]
    );
    let rows = roster.read(&reading).unwrap();
    assert_eq!(levels(&rows), ["independent", "shows-others", "not yet"]);
    assert_eq!(rows[0].private_name(), Some("Amina Noor"));
    assert_eq!(lint_roster(&roster), []);
}

#[test]
fn a_canvas_gradebook_is_read_without_its_placeholders() {
    let tasks = sample_tasks();
    let bytes = read("../../examples/centre/rosters/canvas.csv");
    let roster = Roster::open("canvas.csv", &bytes).unwrap().map("Kitchen hygiene (4711)", Field::Level).unwrap();
    let reading = Reading::new(&tasks).task("kitchen-hygiene".parse().unwrap()).date(day("2026-11-05"));
    let rows = roster.read(&reading).unwrap();
    assert_eq!(levels(&rows), ["safe", "keeps-others-safe"]);
    assert_eq!(rows[0].key().as_str(), "kitchen-hygiene 2026-11-05 sisSourcedId s-2001");
    assert_eq!(rows[1].private_name(), Some("Oksana Bondar"));
    assert_eq!(rows[1].line(), 4);
}

#[test]
fn a_credly_file_is_read_with_its_template_id_explained() {
    let tasks = sample_tasks();
    let bytes = read("../../examples/centre/rosters/credly.csv");
    let roster = Roster::open("credly.csv", &bytes).unwrap();
    let reading = Reading::new(&tasks)
        .alias("cfaf2910-ea5f-46f1-89a5-db525dad6e58", "quality-inspection".parse().unwrap())
        .level("reliable");
    let rows = roster.read(&reading).unwrap();
    assert_eq!(rows[1].private_name(), Some("Lan Thị Nguyễn"));
    assert_eq!((rows[0].date(), rows[0].expires()), (day("2026-11-30"), Some(day("2029-11-30"))));
    assert_eq!(roster.ignored().collect::<Vec<_>>(), ["Locale", "Evidence Name"]);
    let late: Vec<_> = lint_row(&roster, &rows[0], day("2026-11-22")).iter().map(|lint| lint.code().as_str()).collect();
    assert_eq!(late, ["clarity.future-date"]);
}

#[test]
fn the_schema_names_what_the_parser_knows() {
    let schema: serde_json::Value = serde_json::from_slice(&read("../../schemas/task-template.schema.json")).unwrap();
    for (table, fields) in FIELDS {
        let definition = match *table {
            "" => &schema,
            "levels" => &schema["$defs"]["level"],
            "alignments" => &schema["$defs"]["alignment"],
            "translations" => &schema["$defs"]["translation"],
            "translations.levels" => &schema["$defs"]["translated_level"],
            other => panic!("the schema has no definition for the table `{other}`"),
        };
        let mut named: Vec<&str> = definition["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut known = fields.to_vec();
        named.sort_unstable();
        known.sort_unstable();
        assert_eq!(named, known, "table `{table}`");
        assert_eq!(definition["additionalProperties"], false, "table `{table}`");
    }
    let properties = &schema["properties"];
    let words = |list: &serde_json::Value| -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        list.as_array().unwrap().iter().map(|word| (text(&word["const"]), text(&word["description"]))).collect()
    };
    let categories = Category::ALL.iter().map(|word| (word.to_string(), word.meaning().to_owned()));
    assert_eq!(words(&properties["category"]["oneOf"]), categories.collect::<Vec<_>>());
    let assessments = Assessment::ALL.iter().map(|word| (word.to_string(), word.meaning().to_owned()));
    assert_eq!(words(&properties["assessment"]["items"]["oneOf"]), assessments.collect::<Vec<_>>());
    assert_eq!(properties["achievement_type"]["anyOf"][0]["enum"], serde_json::json!(AchievementType::STANDARD));
    let alignment = &schema["$defs"]["alignment"]["properties"];
    assert_eq!(alignment["target_type"]["anyOf"][0]["enum"], serde_json::json!(TargetType::STANDARD));
}

/// All that is said about a template: the mistakes, or if there are none the lints.
fn said_of_template(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    match Template::parse(file_name(path), &text) {
        Ok(template) => lines(lint_template(&template)),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// All that is said about a roster of the sample centre: the mistakes, or if there are none the lints.
fn said_of_roster(path: &Path) -> String {
    let tasks = sample_tasks();
    let bytes = fs::read(path).unwrap();
    let roster = match Roster::open(file_name(path), &bytes) {
        Ok(roster) => roster,
        Err(mistakes) => return mistakes.to_string(),
    };
    match roster.read(&Reading::new(&tasks)) {
        Ok(rows) => {
            let rows = rows.iter().flat_map(|row| lint_row(&roster, row, day("2026-11-22")));
            lines(lint_roster(&roster).into_iter().chain(rows))
        }
        Err(mistakes) => mistakes.to_string(),
    }
}

fn expect(path: &Path, said: &str) {
    let expected = path.with_extension("expected");
    assert_ne!(said, "", "{} has nothing wrong", path.display());
    if std::env::var_os("TASKBADGE_BLESS").is_some() {
        fs::write(&expected, format!("{said}\n")).unwrap();
    }
    let expected = fs::read_to_string(&expected).unwrap_or_else(|error| panic!("{}: {error}", expected.display()));
    assert_eq!(said, expected.trim_end(), "{}", path.display());
}

fn sample_tasks() -> Vec<Template> {
    let parse = |path: &PathBuf| Template::parse(file_name(path), &fs::read_to_string(path).unwrap()).unwrap();
    files("../../examples/centre/tasks", "toml").iter().map(parse).collect()
}

fn levels(rows: &[Row<'_>]) -> Vec<String> {
    let level = |row: &Row<'_>| match row.outcome() {
        Outcome::Achieved(level) => level.id().to_owned(),
        Outcome::NotYet => "not yet".to_owned(),
    };
    rows.iter().map(level).collect()
}

fn lines<T: ToString>(list: impl IntoIterator<Item = T>) -> String {
    list.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join("\n")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(crate_path(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    assert!(!files.is_empty(), "{folder} has no .{extension} files");
    files
}

fn read(path: &str) -> Vec<u8> {
    fs::read(crate_path(path)).unwrap()
}

fn crate_path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}
