//! Contexts as term tables: read once, combined by copying a row of small numbers.
//!
//! Every term and every definition of the contexts that a [`Contexts`] holds has a number. A context in force is then
//! one row, indexed by term, of definition numbers, so that entering a scoped context is a copy and comparing two
//! definitions of a protected term is comparing two numbers. What is supported is a closed list; anything else in a
//! context is refused when the context is read, because a verifier that ignores what it does not know would sign off on
//! what it did not read.

mod table;

use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use super::iri;
use crate::finding::{Code, Finding, shown};
use crate::json::{Document, Limits, Object, Path, Value};
use crate::work::Budget;

/// The contexts that a verifier or issuer holds: the built-in ones, and those that a caller adds as bytes.
///
/// JSON-LD 1.1 section 9.15 in a closed world: `@protected`, `@version` 1.1, `@vocab` (added contexts only), and term
/// definitions of `@id`, `@type` (`@id`, `@vocab`, `@json`, a datatype), `@container` (`@set`, `@list`, `@graph`),
/// `@protected` and an inline scoped `@context`. Cloning is cheap.
///
/// ```
/// use taskbadge::jsonld::Contexts;
/// let mut contexts = Contexts::builtin();
/// assert!(contexts.holds("https://www.w3.org/ns/credentials/v2"));
/// contexts.add("https://example.org/forklifts/v1", br#"{"@context": {"mast": "https://example.org/forklifts#mast"}}"#)?;
/// assert!(contexts.holds("https://example.org/forklifts/v1"));
/// # Ok::<(), taskbadge::finding::Finding>(())
/// ```
#[derive(Clone)]
pub struct Contexts(Arc<Tables>);

/// The context every credential begins with (VC Data Model 2.0 section 4.3).
pub const CREDENTIALS_V2: &str = "https://www.w3.org/ns/credentials/v2";
/// The Open Badges 3.0 context that new badges name.
pub const OPEN_BADGES_3_0_3: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// A built-in context: its URL, the name of the edition, the table, and the edition's mark in the table.
const BUILTIN: &[(&str, &str, &str, Option<char>)] = &[
    (CREDENTIALS_V2, "", include_str!("tables/credentials-v2.terms"), None),
    ("https://w3id.org/security/data-integrity/v2", "", include_str!("tables/data-integrity-v2.terms"), None),
    (OPEN_BADGES_3_0_3, "current", include_str!("tables/open-badges-v3.terms"), Some('c')),
    (OPEN_BADGES_3_0_3, "first edition", include_str!("tables/open-badges-v3.terms"), Some('b')),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
        "",
        include_str!("tables/open-badges-v3.terms"),
        Some('a'),
    ),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        "",
        include_str!("tables/open-badges-extensions.terms"),
        None,
    ),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", "", include_str!("tables/clr-v2.terms"), None),
];

/// A context is at most as large as a badge, and far shallower.
const LIMITS: Limits = Limits { depth: 16, ..Limits::BADGE };
/// Room for every built-in term and definition forty times over; beyond it, row numbers would not fit.
const MOST_DEFINITIONS: usize = 0x7FFF;
const MOST_TERMS: usize = 0x7FFF;
/// Each is looked for in every object, and nobody needs more than a few.
const MOST_ALIASES: usize = 16;

/// What decides a verdict by being there, since nobody misses it where it is not: its name, and the property it stands for.
/// A verifier reads it by this name from the object at the top, so it has no other name and stands nowhere else.
pub(super) const DECISIVE: [(&str, &str); 3] = [
    ("validUntil", "https://www.w3.org/2018/credentials#validUntil"),
    ("credentialStatus", "https://www.w3.org/2018/credentials#credentialStatus"),
    ("expires", "https://w3id.org/security#expiration"),
];

impl Contexts {
    /// The built-in contexts: VC v2, Data Integrity v2, Open Badges 3.0.2 and 3.0.3 (both editions), Open Badges
    /// extensions, CLR 2.0.
    #[must_use]
    pub fn builtin() -> Self {
        static TABLES: LazyLock<Contexts> = LazyLock::new(|| {
            let mut tables = Tables::default();
            for (url, edition, table, mark) in BUILTIN {
                let layer = table::read(&mut tables, table, *mark);
                tables.add_edition(url, edition, layer);
            }
            tables.terms.builtin = std::mem::take(&mut tables.terms.added).into_iter().collect();
            Contexts(Arc::new(tables))
        });
        TABLES.clone()
    }

    /// Adds a context document (`{"@context": {…}}`) under its URL.
    ///
    /// Several documents under one URL are editions of it: where a signature does not fit under the first, the others
    /// are tried, and the report says which fitted.
    ///
    /// # Errors
    /// `context.malformed` for a document that is no context or uses what is not supported, with a pointer into it;
    /// `context.too-complex` for one that would be far longer written out; the codes of [`Document::parse`] for bytes that
    /// are not strict JSON.
    pub fn add(&mut self, url: &str, document: &[u8]) -> Result<(), Finding> {
        self.add_within(url, document, &Budget::of_document(document.len()))
    }

    /// [`Contexts::add`], where other work draws on the same budget.
    ///
    /// # Errors
    /// Those of [`Contexts::add`].
    pub fn add_within(&mut self, url: &str, document: &[u8], budget: &Budget) -> Result<(), Finding> {
        if !iri::is_absolute(url) {
            return Err(Finding::new(Code::ContextMalformed).because(format!("{} is not an absolute URL", shown(url))));
        }
        Arc::make_mut(&mut self.0).add(url, document, budget)
    }

    /// Whether there is a context under this URL.
    #[must_use]
    pub fn holds(&self, url: &str) -> bool {
        self.0.editions.contains_key(url)
    }

    /// Whether two contexts define the same terms with the same meaning. False where one is not held.
    #[must_use]
    pub fn same_terms(&self, url: &str, other: &str) -> bool {
        let layers =
            |url: &str| self.0.editions.get(url).map(|editions| editions.iter().map(|e| e.layer).collect::<Vec<_>>());
        layers(url)
            .is_some_and(|found| layers(other).is_some_and(|others| others.iter().any(|layer| found.contains(layer))))
    }

    /// How many editions there are under the URLs of a document's `@context`, at the most.
    pub(crate) fn editions(&self, context: Value<'_>) -> usize {
        let urls = context.one_or_many().filter_map(Value::as_str);
        urls.filter_map(|url| self.0.editions.get(url)).map(Vec::len).max().unwrap_or(1)
    }

    /// The names of the `edition`th editions among the URLs of `context`, for the report.
    pub(crate) fn edition_names(&self, context: Value<'_>, edition: usize) -> Vec<String> {
        let urls = context.one_or_many().filter_map(Value::as_str);
        let several = urls.filter_map(|url| Some((url, self.0.editions.get(url).filter(|all| all.len() > 1)?)));
        several.map(|(url, all)| format!("{url}, {}", all[edition.min(all.len() - 1)].name)).collect()
    }

    pub(super) fn tables(&self) -> &Tables {
        &self.0
    }
}

impl Default for Contexts {
    fn default() -> Self {
        Self::builtin()
    }
}

/// Everything read so far. Numbers, once given, stay.
#[derive(Clone, Default)]
pub(super) struct Tables {
    editions: HashMap<Box<str>, Vec<Edition>>,
    terms: Words,
    definitions: Numbered<Definition>,
    layers: Numbered<Layer>,
    /// The few terms, such as `id` and `type`, that some context makes an alias of a keyword.
    aliases: Vec<TermNo>,
    /// Every IRI that some term stands for. Of an IRI that serves as a prefix, one term is enough.
    named: HashMap<Box<str>, Vec<TermNo>>,
    /// By term: whether it names a type in a built-in context.
    types: Vec<bool>,
}

/// The words that some context defines, or could be taken to.
#[derive(Clone, Default)]
struct Words {
    words: Vec<Box<str>>,
    /// Those of the built-in contexts, looked up at every key of every badge.
    builtin: FxHashMap<Box<str>, TermNo>,
    /// Those of contexts that came from somebody, who could choose words that collide under a hash without a secret.
    added: HashMap<Box<str>, TermNo>,
}

impl Words {
    fn find(&self, word: &str) -> Option<TermNo> {
        self.builtin.get(word).or_else(|| self.added.get(word)).copied()
    }

    fn number(&mut self, word: &str) -> TermNo {
        self.find(word).unwrap_or_else(|| {
            self.words.push(word.into());
            self.added.insert(word.into(), self.words.len() - 1);
            self.words.len() - 1
        })
    }
}

#[derive(Clone)]
struct Edition {
    name: &'static str,
    layer: LayerNo,
}

pub(super) type TermNo = usize;
type DefinitionNo = u16;
type LayerNo = usize;

/// Values that are equal get the same number.
#[derive(Clone)]
struct Numbered<T> {
    values: Vec<T>,
    numbers: HashMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { values: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, value: T) -> usize {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        self.values.push(value.clone());
        self.numbers.insert(value, self.values.len() - 1);
        self.values.len() - 1
    }
}

/// What a term means.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Definition {
    pub(super) meaning: Meaning,
    pub(super) coercion: Coercion,
    pub(super) container: Container,
    /// Whether `term:suffix` may be read with it.
    pub(super) prefix: bool,
    pub(super) scoped: Option<Scoped>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Meaning {
    Id,
    Type,
    Iri(Box<str>),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Coercion {
    None,
    Id,
    Vocab,
    Json,
    Datatype(Box<str>),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Container {
    None,
    Set,
    List,
    Graph,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Scoped {
    /// `"@context": null`, back to no context at all.
    Null,
    Layer(LayerNo),
}

/// One context object, read on its own.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Layer {
    terms: Vec<LayerTerm>,
    vocab: Option<Vocab>,
    /// Prefixes this context writes without defining them, such as `xsd` in `xsd:dateTime`. Another context that
    /// defines one would change the meaning of this one, so the two are refused together.
    free_prefixes: Vec<TermNo>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct LayerTerm {
    term: TermNo,
    definition: DefinitionNo,
    protection: Protection,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Protection {
    Open,
    Protected,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Vocab {
    Cleared,
    Iri(Arc<str>),
}

/// The context in force at some place of a document (JSON-LD 1.1 section 4.1, "active context").
#[derive(Clone)]
pub(super) struct Active {
    /// By term: 0, or the number of its definition plus one; the high bit says it is protected.
    row: Vec<u16>,
    pub(super) vocab: Option<Arc<str>>,
    /// What was in force before a type-scoped context, which does not reach into nested nodes.
    pub(super) previous: Option<Rc<Active>>,
}

const PROTECTED: u16 = 0x8000;

/// By what a context comes into force: it decides what it may change and how far it reaches (JSON-LD 1.1 section
/// 4.1.8).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// `@context` in the document.
    Document,
    /// The scoped context of a property: it may redefine protected terms.
    Property,
    /// The scoped context of a type: it does not reach into nested nodes.
    Type,
}

impl Tables {
    pub(super) fn none(&self) -> Rc<Active> {
        Rc::new(Active { row: vec![0; self.terms.words.len()], vocab: None, previous: None })
    }

    /// The number of a word that some context defines.
    pub(super) fn term(&self, word: &str) -> Option<TermNo> {
        self.terms.find(word)
    }

    /// Whether some term stands for this IRI.
    pub(super) fn has_name(&self, iri: &str) -> bool {
        self.named.contains_key(iri)
    }

    /// Whether other terms, and not this one, stand for this IRI. A verifier reads by names, and what has two of them would
    /// be half read, under the same signature.
    fn is_named_otherwise(&self, iri: &str, term: &str) -> bool {
        let number = self.terms.find(term);
        self.named.get(iri).is_some_and(|names| number.is_none_or(|number| !names.contains(&number)))
    }

    /// Whether some context makes this term an alias of `@id` or `@type`.
    pub(super) fn is_alias(&self, term: TermNo) -> bool {
        self.aliases.contains(&term)
    }

    /// Whether this term names a type, and no property. `Criteria` and `criteria` stand for one IRI.
    pub(super) fn is_type(&self, term: TermNo) -> bool {
        self.types.get(term) == Some(&true)
    }

    /// Whether a term in force stands for this keyword.
    pub(super) fn has_alias(&self, active: &Active, keyword: &Meaning) -> bool {
        let mut definitions = self.aliases.iter().filter_map(|&term| self.definition(active, term));
        definitions.any(|definition| definition.meaning == *keyword)
    }

    /// The definition of a word under the context in force.
    pub(super) fn named(&self, active: &Active, word: &str) -> Option<&Definition> {
        self.definition(active, self.term(word)?)
    }

    /// The definition of a term under the context in force.
    pub(super) fn definition(&self, active: &Active, term: TermNo) -> Option<&Definition> {
        match active.row[term] & !PROTECTED {
            0 => None,
            definition => Some(&self.definitions.values[usize::from(definition) - 1]),
        }
    }

    /// The context in force after `@context: context` of a document, under the given edition of each URL.
    pub(super) fn enter_document(
        &self,
        active: &Rc<Active>,
        context: Value<'_>,
        edition: usize,
        path: Path<'_>,
        budget: &Budget,
    ) -> Result<Rc<Active>, Finding> {
        let mut active = Rc::clone(active);
        for (index, item) in context.one_or_many().enumerate() {
            let here = if context.as_array().is_some() { path.index(index) } else { path };
            let url = match item {
                Value::String(url) => url,
                Value::Object(_) => return Err(here.finding(Code::ContextInline)),
                _ => return Err(here.finding(Code::ContextKeyword).because("a context is named by its URL")),
            };
            budget.look_up(url);
            let editions = self.editions.get(url).ok_or_else(|| here.finding(Code::ContextUnknown).wanting(url))?;
            let layer = editions[edition.min(editions.len() - 1)].layer;
            active = self
                .enter(&active, Scoped::Layer(layer), Entry::Document, budget)
                .map_err(|finding| finding.at(here.pointer()))?;
        }
        Ok(active)
    }

    /// JSON-LD 1.1 API section 5.1.2, context processing, for one context.
    pub(super) fn enter(
        &self,
        active: &Rc<Active>,
        scoped: Scoped,
        entry: Entry,
        budget: &Budget,
    ) -> Result<Rc<Active>, Finding> {
        // The row is copied.
        budget.spend(32 + active.row.len() as u64 / 32)?;
        let Scoped::Layer(layer) = scoped else {
            if entry != Entry::Property && active.row.iter().any(|slot| slot & PROTECTED != 0) {
                return Err(Finding::new(Code::ContextProtected).because("a null context would drop protected terms"));
            }
            return Ok(self.none());
        };
        let layer = &self.layers.values[layer];
        budget.spend(layer.terms.len() as u64 + layer.free_prefixes.len() as u64)?;
        let mut next = Active {
            row: active.row.clone(),
            vocab: match &layer.vocab {
                None => active.vocab.clone(),
                Some(Vocab::Cleared) => None,
                Some(Vocab::Iri(iri)) => Some(Arc::clone(iri)),
            },
            previous: active.previous.clone(),
        };
        if entry == Entry::Type && next.previous.is_none() {
            next.previous = Some(Rc::clone(active));
        }
        for &free in &layer.free_prefixes {
            let slot = active.row[free] & !PROTECTED;
            if slot != 0 && self.definitions.values[usize::from(slot) - 1].prefix {
                let term = &self.terms.words[free];
                let detail = format!("the prefix {} would change the meaning of another context", shown(term));
                return Err(Finding::new(Code::ContextProtected).because(detail));
            }
        }
        for term in &layer.terms {
            let slot = &mut next.row[term.term];
            let new = term.definition + 1;
            if *slot & PROTECTED != 0 && entry != Entry::Property {
                if *slot & !PROTECTED != new {
                    return Err(Finding::new(Code::ContextProtected).because(shown(&self.terms.words[term.term])));
                }
                continue;
            }
            *slot = if term.protection == Protection::Protected { new | PROTECTED } else { new };
        }
        Ok(Rc::new(next))
    }

    fn add(&mut self, url: &str, bytes: &[u8], budget: &Budget) -> Result<(), Finding> {
        let document = Document::parse_within(bytes, LIMITS, budget)?;
        let top = Path::root("");
        let at = top.key("@context");
        let context = document.object()?.get("@context");
        let Some(Value::Object(context)) = context else {
            return Err(malformed(&at, "a context document has one object under @context"));
        };
        let layer = self.layer(context, &at, budget)?;
        if self.definitions.values.len() > MOST_DEFINITIONS || self.terms.words.len() > MOST_TERMS {
            return Err(malformed(&at, "too many terms"));
        }
        self.add_edition(url, "", layer);
        Ok(())
    }

    fn add_edition(&mut self, url: &str, name: &'static str, layer: LayerNo) {
        let editions = self.editions.entry(url.into()).or_default();
        if editions.iter().all(|edition| edition.layer != layer) {
            editions.push(Edition { name, layer });
        }
    }

    fn layer(&mut self, context: Object<'_>, path: &Path<'_>, budget: &Budget) -> Result<LayerNo, Finding> {
        let mut layer = Layer::default();
        let mut protection = Protection::Open;
        for (key, value) in context.iter().filter(|(key, _)| key.starts_with('@')) {
            let here = path.key(key);
            match (key, value) {
                ("@version", Value::Number(number)) if number.canonical() == "1.1" => {}
                ("@protected", Value::Bool(protect)) => protection = protection_of(protect),
                ("@vocab", Value::Null) => layer.vocab = Some(Vocab::Cleared),
                ("@vocab", Value::String(vocab)) if iri::is_absolute(vocab) => {
                    layer.vocab = Some(Vocab::Iri(vocab.into()));
                }
                _ => return Err(malformed(&here, "this keyword, or this value of it, is not supported in a context")),
            }
        }
        let mut reader = LayerReader { context, vocab: layer.vocab.clone(), free_prefixes: Vec::new(), budget };
        for (term, value) in context.iter().filter(|(key, _)| !key.starts_with('@')) {
            let here = path.key(term);
            if term.is_empty() || term.contains([':', '/']) {
                return Err(malformed(&here, "a term is a plain word, without a colon or slash"));
            }
            let mut definition = reader.definition(term, value, &here)?;
            let mut protection = protection;
            if let Value::Object(object) = value {
                if let Some(protect) = object.get("@protected") {
                    let Value::Bool(protect) = protect else {
                        return Err(malformed(&here, "@protected is true or false"));
                    };
                    protection = protection_of(protect);
                }
                definition.scoped = match object.get("@context") {
                    None => None,
                    Some(Value::Null) => Some(Scoped::Null),
                    Some(Value::Object(scoped)) => {
                        Some(Scoped::Layer(self.layer(scoped, &here.key("@context"), budget)?))
                    }
                    Some(_) => return Err(malformed(&here, "a scoped context is an object or null")),
                };
            }
            let is = |iri: &str| matches!(&definition.meaning, Meaning::Iri(found) if **found == *iri);
            if DECISIVE.iter().any(|(name, decisive)| is(decisive) && *name != term) {
                return Err(malformed(&here, "another name for what a verdict depends on"));
            }
            if let Meaning::Iri(iri) = &definition.meaning
                && !is_prefix_iri(iri)
                && self.is_named_otherwise(iri, term)
            {
                return Err(malformed(&here, "another name for what has a name"));
            }
            self.define(&mut layer, term, definition, protection).ok_or_else(|| malformed(&here, "too many terms"))?;
            if self.aliases.len() > MOST_ALIASES {
                return Err(malformed(&here, "too many names for a keyword"));
            }
        }
        Ok(self.close(layer, reader.free_prefixes))
    }

    /// Adds a definition to a layer; `None` where there is no number left.
    fn define(&mut self, layer: &mut Layer, term: &str, definition: Definition, protection: Protection) -> Option<()> {
        let iri = if let Meaning::Iri(iri) = &definition.meaning { Some(iri.clone()) } else { None };
        let number = self.definitions.number(definition);
        let definition =
            DefinitionNo::try_from(number).ok().filter(|&number| usize::from(number) < MOST_DEFINITIONS)?;
        if self.terms.words.len() >= MOST_TERMS && self.terms.find(term).is_none() {
            return None;
        }
        let term = self.terms.number(term);
        match iri {
            Some(iri) => {
                let is_prefix = is_prefix_iri(&iri);
                let names = self.named.entry(iri).or_default();
                if names.is_empty() || !(is_prefix || names.contains(&term)) {
                    names.push(term);
                }
            }
            None if !self.is_alias(term) => self.aliases.push(term),
            None => {}
        }
        layer.terms.push(LayerTerm { term, definition, protection });
        Some(())
    }

    /// Remembers that a term names a type.
    fn names_a_type(&mut self, term: &str) {
        let term = self.terms.number(term);
        self.types.resize(self.types.len().max(term + 1), false);
        self.types[term] = true;
    }

    /// The number of a layer that is complete. Equal layers get the same one, however they were written.
    fn close(&mut self, mut layer: Layer, free_prefixes: Vec<Box<str>>) -> LayerNo {
        layer.terms.sort_by_key(|term| term.term);
        layer.free_prefixes = free_prefixes.iter().map(|prefix| self.terms.number(prefix)).collect();
        layer.free_prefixes.sort_unstable();
        layer.free_prefixes.dedup();
        self.layers.number(layer)
    }
}

fn protection_of(protect: bool) -> Protection {
    if protect { Protection::Protected } else { Protection::Open }
}

/// Whether a term that is simply mapped to this IRI may serve as a prefix: it ends in a general delimiter of RFC 3986.
fn is_prefix_iri(iri: &str) -> bool {
    iri.ends_with([':', '/', '?', '#', '[', ']', '@'])
}

fn malformed(path: &Path<'_>, detail: &str) -> Finding {
    path.finding(Code::ContextMalformed).because(detail)
}

/// Reads term definitions of one context object, resolving names within that object alone.
struct LayerReader<'d> {
    context: Object<'d>,
    vocab: Option<Vocab>,
    free_prefixes: Vec<Box<str>>,
    budget: &'d Budget,
}

impl<'d> LayerReader<'d> {
    /// JSON-LD 1.1 API section 5.2.2, create term definition, but for the scoped context.
    fn definition(&mut self, term: &str, value: Value<'_>, path: &Path<'_>) -> Result<Definition, Finding> {
        let mut definition = Definition {
            meaning: self.meaning(term, 0, path)?,
            coercion: Coercion::None,
            container: Container::None,
            prefix: false,
            scoped: None,
        };
        let Value::Object(object) = value else {
            if let (Meaning::Iri(iri), Value::String(_)) = (&definition.meaning, value) {
                definition.prefix = is_prefix_iri(iri);
            }
            return Ok(definition);
        };
        for (key, value) in object.iter() {
            match (key, value) {
                ("@id" | "@protected" | "@context", _) => {}
                ("@type", Value::String("@id")) => definition.coercion = Coercion::Id,
                ("@type", Value::String("@vocab")) => definition.coercion = Coercion::Vocab,
                ("@type", Value::String("@json")) => definition.coercion = Coercion::Json,
                ("@type", Value::String(datatype)) => {
                    let Meaning::Iri(datatype) = self.expand(datatype, 0, path)? else {
                        return Err(malformed(path, "@type names a datatype"));
                    };
                    definition.coercion = Coercion::Datatype(datatype);
                }
                ("@container", container) => definition.container = read_container(container, path)?,
                _ => return Err(malformed(&path.key(key), "this is not supported in a term definition")),
            }
        }
        let plain = definition.coercion == Coercion::None && definition.container == Container::None;
        let is_alias = !matches!(definition.meaning, Meaning::Iri(_));
        if is_alias && (!plain || object.get("@context").is_some()) {
            return Err(malformed(path, "an alias of @id or @type has no type, container or context"));
        }
        Ok(definition)
    }

    /// What the definition of `term` in this context maps it to. `depth` counts terms that are defined by other terms.
    fn meaning(&mut self, term: &str, depth: usize, path: &Path<'_>) -> Result<Meaning, Finding> {
        let id = match self.own(term) {
            Some(Value::Object(object)) => object.get("@id"),
            other => other,
        };
        match id {
            Some(Value::String(id)) if id != term => self.expand(id, depth, path),
            None | Some(Value::String(_)) => match &self.vocab {
                Some(Vocab::Iri(vocab)) => {
                    self.budget.spend((vocab.len() + term.len()) as u64)?;
                    Ok(Meaning::Iri(format!("{vocab}{term}").into()))
                }
                _ => Err(malformed(path, "the term is not given an IRI")),
            },
            Some(_) => Err(malformed(path, "a term is mapped to text")),
        }
    }

    fn expand(&mut self, value: &str, depth: usize, path: &Path<'_>) -> Result<Meaning, Finding> {
        // Definitions that go in a circle end here too.
        if depth > 8 {
            return Err(malformed(path, "terms are defined by each other"));
        }
        match value {
            "@id" => return Ok(Meaning::Id),
            "@type" => return Ok(Meaning::Type),
            _ if value.starts_with('@') => return Err(malformed(path, "this keyword is not supported here")),
            _ if self.own(value).is_some() => return self.meaning(value, depth + 1, path),
            _ => {}
        }
        let Some((prefix, suffix)) = value.split_once(':') else {
            return match &self.vocab {
                Some(Vocab::Iri(vocab)) => self.joined(vocab, value, path),
                _ => Err(malformed(path, "this is not an absolute IRI")),
            };
        };
        if !suffix.starts_with("//") && prefix != "_" {
            if self.own(prefix).is_some() {
                let Meaning::Iri(iri) = self.meaning(prefix, depth + 1, path)? else {
                    return Err(malformed(path, "a keyword is no prefix"));
                };
                return self.joined(&iri, suffix, path);
            }
            self.free_prefixes.push(prefix.into());
        }
        self.joined("", value, path)
    }

    /// What this context says of a term.
    fn own(&self, term: &str) -> Option<Value<'d>> {
        self.budget.search(self.context.len(), term);
        self.context.get(term)
    }

    /// A small context can stand for a vast one: a long prefix is written out in every term that uses it.
    fn joined(&self, start: &str, end: &str, path: &Path<'_>) -> Result<Meaning, Finding> {
        self.budget.spend((start.len() + end.len()) as u64)?;
        let iri = [start, end].concat();
        if iri::is_absolute(&iri) {
            Ok(Meaning::Iri(iri.into()))
        } else {
            Err(malformed(path, "this is not an absolute IRI"))
        }
    }
}

fn read_container(value: Value<'_>, path: &Path<'_>) -> Result<Container, Finding> {
    let mut kinds = value.one_or_many();
    let kind = match kinds.next() {
        Some(Value::String("@set")) => Container::Set,
        Some(Value::String("@list")) => Container::List,
        Some(Value::String("@graph")) => Container::Graph,
        _ => return Err(malformed(path, "@container is @set, @list or @graph")),
    };
    if kinds.next().is_some() {
        return Err(malformed(path, "@container is one of @set, @list and @graph"));
    }
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(document: &str) -> Result<Contexts, Finding> {
        let mut contexts = Contexts::builtin();
        contexts.add("https://example.org/c", document.as_bytes()).map(|()| contexts)
    }

    #[test]
    fn what_a_context_may_not_say() {
        for document in [
            r#"[]"#,
            r#"{}"#,
            r#"{"@context": []}"#,
            r#"{"@context": "https://www.w3.org/ns/credentials/v2"}"#,
            r#"{"@context": {"@base": "https://example.org/"}}"#,
            r#"{"@context": {"@language": "en"}}"#,
            r#"{"@context": {"@import": "https://example.org/"}}"#,
            r#"{"@context": {"@propagate": false}}"#,
            r#"{"@context": {"@version": 1}}"#,
            r#"{"@context": {"@vocab": ""}}"#,
            r#"{"@context": {"@vocab": "words#"}}"#,
            r#"{"@context": {"a": null}}"#,
            r#"{"@context": {"a": "b"}}"#,
            r#"{"@context": {"a": "b", "b": "a"}}"#,
            r#"{"@context": {"a": "@graph"}}"#,
            r#"{"@context": {"a": {"@id": "https://example.org/a", "@reverse": "x"}}}"#,
            r#"{"@context": {"a": {"@id": "https://example.org/a", "@container": "@index"}}}"#,
            r#"{"@context": {"a": {"@id": "https://example.org/a", "@container": ["@graph", "@set"]}}}"#,
            r#"{"@context": {"a": {"@id": "https://example.org/a", "@context": "https://example.org/b"}}}"#,
            r#"{"@context": {"a": {"@id": "@id", "@type": "@id"}}}"#,
            r#"{"@context": {"a:b": "https://example.org/ab"}}"#,
            r#"{"@context": {"": "https://example.org/"}}"#,
            r#"{"@context": {"a": "https://example.org/ space"}}"#,
            r#"{"@context": {"end": "https://www.w3.org/2018/credentials#validUntil"}}"#,
            r#"{"@context": {"size": "https://www.w3.org/ns/credentials/status#statusSize"}}"#,
            r#"{"@context": {"a": "https://example.org/x", "b": "https://example.org/x"}}"#,
            r#"{"@context": {"a": {"@id": "https://example.org/a", "@context": {"end": "https://w3id.org/security#expiration"}}}}"#,
        ] {
            assert_eq!(
                add(document).err().map(|finding| finding.code()).expect(document),
                if document == "[]" { Code::JsonNotObject } else { Code::ContextMalformed },
                "{document}"
            );
        }
    }

    #[test]
    fn names_are_resolved_within_the_context() {
        let contexts = add(
            r#"{"@context": {"ex": "https://example.org/#", "a": "ex:a/", "b": {"@id": "a:b", "@type": "ex:B"}, "c": "xsd:c"}}"#,
        )
        .unwrap();
        let tables = contexts.tables();
        let layer = Scoped::Layer(tables.editions["https://example.org/c"][0].layer);
        let active = tables.enter(&tables.none(), layer, Entry::Document, &Budget::of_document(0)).unwrap();
        let definition = tables.named(&active, "b").unwrap();
        assert_eq!(definition.meaning, Meaning::Iri("https://example.org/#a/b".into()));
        assert_eq!(definition.coercion, Coercion::Datatype("https://example.org/#B".into()));
        assert!(tables.named(&active, "ex").unwrap().prefix);
        assert_eq!(tables.named(&active, "c").unwrap().meaning, Meaning::Iri("xsd:c".into()));
    }
}
