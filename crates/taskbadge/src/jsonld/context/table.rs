//! The written form of the built-in contexts, a line a term.
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
//! A scoped context protects its terms and has the aliases `id` and `type`; `open` and `bare` on its line take these away.
//!
//! A table makes the same layer as the published JSON would, which a test compares. It is read without JSON in between,
//! since every start of a program pays for it.

use super::{Coercion, Container, Definition, Layer, LayerNo, Meaning, Protection, Scoped, Tables, is_prefix_iri};

const INCLUDED: &[(&str, &str)] = &[("data-integrity-proof", include_str!("../tables/data-integrity-proof.terms"))];

/// Adds the context that a table stands for, in the edition with this mark.
pub(super) fn read(tables: &mut Tables, table: &'static str, mark: Option<char>) -> LayerNo {
    let table = Table { lines: lines(table, mark), prefixes: prefixes(table) };
    let is_open = table.lines.iter().any(|line| line.words == ["open"]);
    table.scope(tables, &mut 0, 0, if is_open { &["open"] } else { &[] })
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
    /// The layer of the terms at this indent, from the line `at` on; leaves `at` behind them. `said` are the words of the
    /// line above it.
    fn scope(&self, tables: &mut Tables, at: &mut usize, indent: usize, said: &[&str]) -> LayerNo {
        let protection = if said.contains(&"open") { Protection::Open } else { Protection::Protected };
        let mut layer = Layer::default();
        let mut free_prefixes = Vec::new();
        if !said.contains(&"bare") {
            for (alias, meaning) in [("id", Meaning::Id), ("type", Meaning::Type)] {
                let defined = tables.define(&mut layer, alias, plain(meaning), protection);
                defined.expect("the tables are far from full");
            }
        }
        while let Some(line) = self.lines.get(*at).filter(|line| line.indent >= indent) {
            *at += 1;
            let [term, iri, words @ ..] = &line.words[..] else { continue };
            let iri = self.iri(iri, term);
            let is_prefix = words.is_empty() && is_prefix_iri(&iri);
            let mut definition = plain(Meaning::Iri(iri.into()));
            for word in words {
                match *word {
                    "@id" => definition.coercion = Coercion::Id,
                    "@vocab" => definition.coercion = Coercion::Vocab,
                    "@json" => definition.coercion = Coercion::Json,
                    "@set" => definition.container = Container::Set,
                    "@list" => definition.container = Container::List,
                    "@graph" => definition.container = Container::Graph,
                    "null" => definition.scoped = Some(Scoped::Null),
                    _ => {
                        let Some(datatype) = word.strip_prefix('^') else { continue };
                        let datatype = self.iri(datatype, term);
                        if let Some((prefix, suffix)) = datatype.split_once(':')
                            && !suffix.starts_with("//")
                        {
                            free_prefixes.push(prefix.into());
                        }
                        definition.coercion = Coercion::Datatype(datatype.into());
                    }
                }
            }
            if self.lines.get(*at).is_some_and(|next| next.indent > indent) {
                definition.scoped = Some(Scoped::Layer(self.scope(tables, at, indent + 2, words)));
            } else {
                definition.prefix = is_prefix;
            }
            tables.define(&mut layer, term, definition, protection).expect("the tables are far from full");
            if is_type_name(term) {
                tables.names_a_type(term);
            }
        }
        tables.close(layer, free_prefixes)
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

/// The published contexts begin the names of types with a capital, or like `1EdTechRevocationList`, and those of properties
/// with a small letter.
fn is_type_name(term: &str) -> bool {
    term.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit())
}

/// A mapping and nothing else.
fn plain(meaning: Meaning) -> Definition {
    Definition { meaning, coercion: Coercion::None, container: Container::None, prefix: false, scoped: None }
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
