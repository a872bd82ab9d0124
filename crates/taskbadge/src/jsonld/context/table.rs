//! The written form of the built-in contexts: a line a term, expanded to the JSON that everybody else's contexts are.
//!
//! ```text
//! prefix ob https://…/vocab.html#     a shorthand of this file, not a term
//! include NAME                        the lines of another table
//! open                                the terms are not protected (they are, unless said)
//! Achievement ob:                     term, then its IRI; `ob:` alone stands for `ob:Achievement`
//!   tag schema:keywords @set          indented by two: the scoped context of the line above
//!   creditsAvailable ob: ^xsds:float  a datatype; in double quotes, one that is written as it stands
//!   image ob:Image @id [a]            only in the editions marked so
//! ```
//! A scoped context protects its terms and has the aliases `id` and `type`; `open` and `bare` on its line take these
//! away.

use serde_json::{Map, Value, json};

const INCLUDED: &[(&str, &str)] = &[("data-integrity-proof", include_str!("../tables/data-integrity-proof.terms"))];

/// The context document that a table stands for, in the edition with this mark.
pub(super) fn to_json(table: &'static str, mark: Option<char>) -> String {
    let table = Table { lines: lines(table, mark), prefixes: prefixes(table) };
    let open = table.lines.iter().any(|line| line.words == ["open"]);
    let mut at = 0;
    let mut terms = table.scope(&mut at, 0);
    alias(&mut terms);
    if !open {
        terms.insert("@protected".into(), json!(true));
    }
    json!({ "@context": terms }).to_string()
}

struct Table {
    lines: Vec<Line>,
    prefixes: Vec<(&'static str, &'static str)>,
}

struct Line {
    indent: usize,
    words: Vec<&'static str>,
}

impl Table {
    /// The terms at this indent, from the line `at` on; leaves `at` behind them.
    fn scope(&self, at: &mut usize, indent: usize) -> Map<String, Value> {
        let mut terms = Map::new();
        while let Some(line) = self.lines.get(*at).filter(|line| line.indent >= indent) {
            *at += 1;
            if line.words.len() < 2 {
                continue;
            }
            let (term, rest) = (line.words[0], &line.words[2..]);
            let mut definition = json!({ "@id": self.iri(line.words[1], term) });
            for word in rest {
                match *word {
                    "@id" | "@vocab" | "@json" => definition["@type"] = json!(word),
                    "@set" | "@list" | "@graph" => definition["@container"] = json!(word),
                    "null" => definition["@context"] = Value::Null,
                    _ => {
                        if let Some(datatype) = word.strip_prefix('^') {
                            definition["@type"] = json!(self.iri(datatype, term));
                        }
                    }
                }
            }
            if self.lines.get(*at).is_some_and(|next| next.indent > indent) {
                let mut scoped = self.scope(at, indent + 2);
                if !rest.contains(&"bare") {
                    alias(&mut scoped);
                }
                if !rest.contains(&"open") {
                    scoped.insert("@protected".into(), json!(true));
                }
                definition["@context"] = Value::Object(scoped);
            }
            // A mapping and nothing else is written as text, which also lets it serve as a prefix where it ends like
            // one.
            let only_id = definition.as_object().is_some_and(|object| object.len() == 1);
            terms.insert(term.into(), if only_id { definition["@id"].take() } else { definition });
        }
        terms
    }

    fn iri(&self, word: &str, term: &str) -> String {
        if let Some(verbatim) = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) {
            return verbatim.into();
        }
        let (prefix, suffix) = word.split_once(':').unwrap_or((word, ""));
        match self.prefixes.iter().find(|(name, _)| *name == prefix) {
            Some((_, iri)) if suffix.is_empty() => format!("{iri}{term}"),
            Some((_, iri)) => format!("{iri}{suffix}"),
            None => word.into(),
        }
    }
}

fn alias(terms: &mut Map<String, Value>) {
    terms.insert("id".into(), json!("@id"));
    terms.insert("type".into(), json!("@type"));
}

/// The lines that say something in this edition, includes in their place, prefixes left out.
fn lines(table: &'static str, mark: Option<char>) -> Vec<Line> {
    let mut lines = Vec::new();
    for text in table.lines().filter(|text| !text.starts_with('#')) {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        if words.last().is_some_and(|word| word.starts_with('[')) {
            let marks = words.pop().unwrap_or_default();
            if !mark.is_some_and(|mark| marks.contains(mark)) {
                continue;
            }
        }
        match words[..] {
            [] | ["prefix", ..] => {}
            ["include", name] => lines.extend(included(name).flat_map(|table| self::lines(table, mark))),
            _ => lines.push(Line { indent: text.len() - text.trim_start().len(), words }),
        }
    }
    lines
}

fn prefixes(table: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut prefixes = Vec::new();
    for text in table.lines() {
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["prefix", name, iri] => prefixes.push((name, iri)),
            ["include", name] => prefixes.extend(included(name).flat_map(self::prefixes)),
            _ => {}
        }
    }
    prefixes
}

fn included(name: &str) -> impl Iterator<Item = &'static str> {
    INCLUDED.iter().filter(move |(known, _)| *known == name).map(|(_, table)| *table)
}
