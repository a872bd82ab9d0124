//! Whatever is accepted is read as `serde_json` reads it, and has one canonical form.

use proptest::prelude::*;
use serde_json::json;
use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits, Value};

fn parse(text: &str) -> Result<Document, Code> {
    Document::parse(text.as_bytes(), Limits::BADGE).map_err(|finding| finding.code())
}

/// Our tree as theirs.
fn tree(value: Value<'_>) -> serde_json::Value {
    match value {
        Value::Null => json!(null),
        Value::Bool(value) => json!(value),
        Value::Number(number) => json!(number.as_f64()),
        Value::String(text) => json!(text),
        Value::Array(array) => array.iter().map(tree).collect(),
        Value::Object(object) => object.iter().map(|(key, value)| (key.to_owned(), tree(value))).collect(),
    }
}

/// Whether the trees are the same. `serde_json` reads numbers of many digits to within a few units in the last place (its feature
/// `float_roundtrip` is off); ours are exact, so that is how far they may differ.
fn agree(ours: &serde_json::Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Number, Object};
    match (ours, theirs) {
        (Number(ours), Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64().unwrap(), theirs.as_f64().unwrap());
            ours == theirs || ours.to_bits().abs_diff(theirs.to_bits()) <= 4
        }
        (Array(ours), Array(theirs)) => ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| agree(a, b)),
        (Object(ours), Object(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| a.0 == b.0 && agree(a.1, b.1))
        }
        (ours, theirs) => ours == theirs,
    }
}

/// JSON texts with white space, escapes and spellings of numbers that no writer would choose.
fn text() -> impl Strategy<Value = String> {
    let space = || prop::sample::select(vec!["", "", "", " ", "\n", "\t", "\r\n  "]);
    let string = || {
        let pieces = prop::sample::select(vec![
            "a",
            "é",
            "🚜",
            "\\\"",
            "\\\\",
            "\\/",
            "\\n",
            "\\u0061",
            "\\u00E9",
            "\\ud83d\\ude9c",
            "\\u0000",
            "\\ud83d",
            "\\udc00",
            "\u{7f}",
        ]);
        prop::collection::vec(pieces, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
    };
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?",
        any::<f64>()
            .prop_filter("JSON has no such number", |value| value.is_finite())
            .prop_map(|value| json!(value).to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
    ];
    let leaf =
        prop_oneof![string(), number, prop::sample::select(vec!["null", "true", "false"]).prop_map(String::from)];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        let items = prop::collection::vec((space(), inner.clone(), space()), 0..4);
        let members = prop::collection::vec((space(), string(), space(), inner), 0..4);
        prop_oneof![
            items.prop_map(|items| {
                let items: Vec<_> =
                    items.into_iter().map(|(before, item, after)| format!("{before}{item}{after}")).collect();
                format!("[{}]", items.join(","))
            }),
            members.prop_map(|members| {
                let member =
                    |(before, key, after, value): (&str, String, &str, String)| format!("{before}{key}{after}:{value}");
                let members: Vec<_> = members.into_iter().map(member).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_accepted_is_read_as_serde_json_reads_it(text in text()) {
        match (parse(&text), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(ours), Ok(theirs)) => prop_assert!(agree(&tree(ours.root()), &theirs), "{}", text),
            (Ok(_), Err(error)) => prop_assert!(false, "{} is accepted: {}", text, error),
            // What two programs could read differently.
            (Err(code), Ok(_)) => prop_assert!(matches!(code, Code::JsonDuplicateKey | Code::JsonNumber), "{} is {}", text, code),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn a_broken_text_is_read_as_serde_json_reads_it(text in text(), at in any::<prop::sample::Index>(), with in "[\\[\\]{},:\"0-9.eE\\-tfn \\\\]{0,2}") {
        let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        let at = places[at.index(places.len())];
        let end = text[at..].chars().next().map_or(at, |cut| at + cut.len_utf8());
        let broken = format!("{}{with}{}", &text[..at], &text[end..]);
        if let Ok(ours) = parse(&broken) {
            let theirs: serde_json::Value = serde_json::from_str(&broken).map_err(|error| TestCaseError::fail(format!("{broken} is accepted: {error}")))?;
            prop_assert!(agree(&tree(ours.root()), &theirs), "{}", broken);
        }
    }

    #[test]
    fn the_canonical_form_is_that_of_itself(text in text()) {
        if let Ok(document) = parse(&text) {
            let canonical = document.root().canonical();
            let again = parse(&canonical).map_err(|code| TestCaseError::fail(format!("{canonical} is refused: {code}")))?;
            prop_assert_eq!(again.root().canonical(), canonical);
        }
    }

    /// A number is the double that Rust's exact reader makes of it.
    #[test]
    fn numbers_are_exact(number in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?") {
        if let Ok(document) = parse(&number) {
            let Value::Number(ours) = document.root() else { return Err(TestCaseError::fail("no number")) };
            prop_assert_eq!(ours.as_f64(), number.parse::<f64>().unwrap());
        }
    }

    /// Keys are in the order of their UTF-16 code units, which is not that of their bytes.
    #[test]
    fn keys_are_in_the_order_of_utf_16(keys in prop::collection::btree_set("[a-z\u{e9}\u{20ac}\u{fb33}\u{1f69c}]{0,3}", 0..20)) {
        let object: serde_json::Map<_, _> = keys.iter().map(|key| (key.clone(), json!(1))).collect();
        let document = parse(&json!(object).to_string()).unwrap();
        let written: Vec<Vec<u16>> = document.object().unwrap().iter().map(|(key, _)| key.encode_utf16().collect()).collect();
        prop_assert!(written.is_sorted());
        prop_assert_eq!(written.len(), keys.len());
        for key in &keys {
            prop_assert!(document.object().unwrap().get(key).is_some(), "{} is there", key);
        }
    }
}
