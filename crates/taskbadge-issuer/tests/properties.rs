//! No input makes the readers or the linter panic, and what is read keeps its promises.

use proptest::prelude::*;
use taskbadge_issuer::{
    lint::{lint_roster, lint_row, lint_template, lint_text},
    roster::{DateOrder, Reading, Roster},
    template::{Template, Validity},
};

const TASK: &str = r#"
    id = "packing"
    version = "1"
    name = "Packing"
    description = "Packs."
    category = "routine"
    language = "en"
    criteria = ["Packs a box"]
    [[levels]]
    id = "done"
    name = "Done"
    passing = true
"#;

/// Text that resembles a template closely enough to get past the first check.
fn template_like() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "id",
        "version",
        "name",
        "description",
        "category",
        "language",
        "criteria",
        "required",
        "validity",
        "credits",
        "tags",
        "assessment",
        "image",
        "points",
        "passing",
        "[[levels]]",
        "[[alignments]]",
        "[translations.ar]",
        "levels",
        "x",
    ]);
    let value = prop_oneof![
        Just("\"a\"".to_owned()),
        Just("[\"a\", 1]".to_owned()),
        Just("true".to_owned()),
        Just("{ a = 1 }".to_owned()),
        Just("2026-01-01".to_owned()),
        "-?[0-9]{1,400}",
        "\"[^\"\\\\\n]{0,20}\"",
    ];
    prop::collection::vec((name, value), 0..20).prop_map(|lines| {
        lines
            .into_iter()
            .map(
                |(name, value)| if name.starts_with('[') { format!("{name}\n") } else { format!("{name} = {value}\n") },
            )
            .collect()
    })
}

fn read_roster(bytes: &[u8]) {
    let tasks = [Template::parse("task", TASK).expect("a template")];
    let Ok(roster) = Roster::open("r.csv", bytes) else { return };
    let _ = lint_roster(&roster);
    let reading = Reading::new(&tasks).date("2026-11-03".parse().expect("a date")).level("done");
    let Ok(rows) = roster.rows(&reading) else { return };
    for row in rows.take(1_000) {
        match row {
            Ok(row) => drop(lint_row(&roster, &row, row.date())),
            Err(mistakes) => assert!(!mistakes.to_string().is_empty()),
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_as_roster(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_roster(&bytes);
    }

    #[test]
    fn any_cells_as_roster(cells in prop::collection::vec("[\\PC\"]{0,12}", 0..40)) {
        let mut file = "name,email,task,date,level,evidence_note,consent_name,result.1\n".to_owned();
        for row in cells.chunks(8) {
            file.push_str(&row.join(","));
            file.push('\n');
        }
        read_roster(file.as_bytes());
    }

    #[test]
    fn any_text_as_template(text in "\\PC{0,200}") {
        let _ = Template::parse("t.toml", &text).map(|template| lint_template(&template));
    }

    #[test]
    fn nearly_a_template(text in template_like()) {
        match Template::parse("t", &text) {
            Ok(template) => drop(lint_template(&template)),
            Err(mistakes) => prop_assert!(mistakes.list().iter().all(|mistake| mistake.line().is_some())),
        }
    }

    #[test]
    fn any_text_is_linted(text in any::<String>()) {
        let _ = lint_text("f", "t", &text);
    }

    #[test]
    fn a_row_key_outlives_spelling_and_order(
        names in prop::collection::btree_set("[a-z]{1,8}", 1..10),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let tasks = [Template::parse("task", TASK).unwrap()];
        let keys = |file: &str| {
            let roster = Roster::open("r.csv", file.as_bytes()).unwrap();
            let rows = roster.read(&Reading::new(&tasks).order(DateOrder::DayFirst).level("done")).unwrap();
            let mut keys: Vec<_> = rows.iter().map(|row| row.key().clone()).collect();
            keys.sort();
            keys
        };
        let mut names: Vec<_> = names.into_iter().collect();
        let plain = names.iter().map(|name| format!("{name}@example.org,2026-04-03\n"));
        let plain = format!("email,date\n{}", plain.collect::<String>());
        let turn = shuffle.index(names.len());
        names.rotate_left(turn);
        let dressed = names.iter().map(|name| format!("\"3/4/2026\"; {}@EXAMPLE.org \r\n", name.to_uppercase()));
        let dressed = format!("\u{FEFF}Datum;E-Mail\r\n{}", dressed.collect::<String>());
        prop_assert_eq!(keys(&plain), keys(&dressed));
    }

    #[test]
    fn a_validity_ends_after_it_begins(count in 1..9_999_u32, unit in "(day|week|month|year)s?", start in 0..700_000_i32) {
        let validity: Validity = format!("{count} {unit}").parse().unwrap();
        let start = chrono::NaiveDate::from_num_days_from_ce_opt(start + 366).unwrap();
        if let Ok(end) = validity.end(start) {
            prop_assert!(end.unwrap() > start);
        }
        prop_assert_eq!(validity.to_string().parse::<Validity>(), Ok(validity));
    }
}
