//! The built-in contexts define what the published ones define.

use std::fs;

use taskbadge::jsonld::Contexts;
use taskbadge_tests::{json, published, tell};

#[test]
fn built_in_contexts_define_the_same_terms() {
    let Some(folder) = published("contexts") else { return };
    let index = json(folder.join("INDEX.json"));
    let mut count = 0;
    for (url, files) in index.as_object().unwrap() {
        let builtin = Contexts::builtin();
        if !builtin.holds(url) {
            continue;
        }
        let files: Vec<&str> = files.as_array().map_or_else(
            || vec![files.as_str().unwrap()],
            |files| files.iter().map(|file| file.as_str().unwrap()).collect(),
        );
        for file in files {
            let mut contexts = builtin.clone();
            contexts.add("https://example.org/published", &fs::read(folder.join(file)).unwrap()).unwrap();
            assert!(
                contexts.same_terms("https://example.org/published", url),
                "{file} differs from the built-in {url}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 7, "VC v2, Data Integrity v2, Open Badges 3.0.2, 3.0.3 twice, extensions, CLR 2.0");
    tell(&format!("contexts: {count} published documents define the same terms as the built-in ones"));
}

#[test]
fn a_changed_context_is_noticed() {
    let Some(folder) = published("contexts") else { return };
    let text = fs::read_to_string(folder.join("ob-v3p0-context-3.0.2.json")).unwrap();
    for (from, to) in [
        ("achievement-0", "achievement"),
        ("\"@container\": \"@list\"", "\"@container\": \"@set\""),
        ("XMLSchema#float", "XMLSchema#double"),
        ("\"humanCode\"", "\"humancode\""),
    ] {
        assert!(text.contains(from));
        let mut contexts = Contexts::builtin();
        // Another name for what has one is refused at once.
        if contexts.add("https://example.org/changed", text.replacen(from, to, 1).as_bytes()).is_err() {
            assert_eq!(to, "\"humancode\"");
            continue;
        }
        let url = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json";
        assert!(!contexts.same_terms("https://example.org/changed", url), "{from} → {to}");
    }
}
