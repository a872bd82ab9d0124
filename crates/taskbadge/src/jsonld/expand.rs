//! From a JSON tree to RDF quads in one walk: expansion, flattening and conversion at once.
//!
//! JSON-LD 1.1 API sections 5.1 (expansion), 7.2 (node maps) and 8.1 (deserialisation), for the closed world of
//! [`Contexts`]. Whatever the general algorithms drop in silence is refused here, because dropped data would not be
//! signed (Data Integrity EdDSA section 3.2.2, `DATA_LOSS_DETECTION_ERROR`).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::context::{Active, Coercion, Container, Contexts, Definition, Entry, Meaning, Scoped, Tables, TermNo};
use super::iri;
use super::rdf::{Dataset, Term};
use super::rdfc;
use crate::finding::{Code, Finding, shown};
use crate::json::{Array, Number, Object, Path, Value, utf16_order};
use crate::shown::{Direction, is_language_tag};
use crate::work::Budget;

const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const RDF_FIRST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
const RDF_REST: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
const RDF_JSON: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
const XSD_BOOLEAN: &str = "http://www.w3.org/2001/XMLSchema#boolean";
const XSD_DOUBLE: &str = "http://www.w3.org/2001/XMLSchema#double";
const XSD_INTEGER: &str = "http://www.w3.org/2001/XMLSchema#integer";

/// What is expanded: an object, with one member left out or replaced, under a context that may stand elsewhere.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'d> {
    /// The node object at the top.
    pub(crate) object: Object<'d>,
    /// The value of `@context`; a proof is read under that of its document.
    pub(crate) context: Value<'d>,
    /// The member that is left out, and the values that stand in its place.
    pub(crate) replaced: (&'d str, &'d [Value<'d>]),
    /// Where `object` stands in its document.
    pub(crate) pointer: &'d str,
    /// Which edition to read a context under that has several.
    pub(crate) edition: usize,
}

/// Terms that have a meaning only by an added context's `@vocab`, each once: the first few, and how many more there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ByVocab {
    named: Vec<String>,
    more: usize,
}

impl ByVocab {
    const MOST_NAMED: usize = 20;

    /// The terms in words, where there are any.
    pub(crate) fn told(&self) -> Option<String> {
        let told = self.named.join(", ");
        match (self.named.len(), self.more) {
            (0, _) => None,
            (_, 0) => Some(told),
            (_, more) => Some(format!("{told} and {more} more")),
        }
    }
}

/// Hands every statement of the subject to `statements`, or refuses where one would be lost.
pub(crate) fn expand<S: Statements>(
    contexts: &Contexts,
    subject: Subject<'_>,
    statements: S,
    budget: &Budget,
) -> Result<(S, ByVocab), Finding> {
    let tables = contexts.tables();
    let path = Path::root(subject.pointer);
    let active =
        tables.enter_document(&tables.none(), subject.context, subject.edition, path.key("@context"), budget)?;
    let mut expander = Expander {
        tables,
        edition: subject.edition,
        statements,
        budget,
        keys: Vec::with_capacity(64),
        entered: Vec::with_capacity(16),
        labels: HashMap::new(),
        by_vocab: HashSet::new(),
        told: ByVocab::default(),
    };
    expander.node(&active, subject.object, Some(subject.replaced), None, &path)?;
    Ok((expander.statements, expander.told))
}

/// What becomes of the statements: a [`Dataset`] to sign, or nothing where only their safety is asked.
pub(crate) trait Statements {
    type Term: Copy;
    /// Whether a direction of a text that differs from that of its language and letters would be lost.
    const LOSE_DIRECTION: bool;
    fn iri(&mut self, iri: &str) -> Self::Term;
    fn literal(&mut self, text: &str, datatype: Option<&str>, language: Option<&str>) -> Self::Term;
    fn blank(&mut self) -> Self::Term;
    fn insert(&mut self, subject: Self::Term, predicate: Self::Term, object: Self::Term, graph: Option<Self::Term>);
    /// How many bytes the terms take so far.
    fn bytes(&self) -> usize;
}

impl Statements for Dataset {
    type Term = Term;
    const LOSE_DIRECTION: bool = true;

    fn iri(&mut self, iri: &str) -> Term {
        self.iri(iri)
    }

    fn literal(&mut self, text: &str, datatype: Option<&str>, language: Option<&str>) -> Term {
        self.literal(text, datatype, language)
    }

    fn blank(&mut self) -> Term {
        self.blank()
    }

    fn insert(&mut self, subject: Term, predicate: Term, object: Term, graph: Option<Term>) {
        self.insert(subject, predicate, object, graph);
    }

    fn bytes(&self) -> usize {
        self.bytes()
    }
}

/// Statements that nobody wants: the walk alone shows that none would be lost.
pub(crate) struct Unwritten;

impl Statements for Unwritten {
    type Term = ();
    const LOSE_DIRECTION: bool = false;
    fn iri(&mut self, _: &str) {}
    fn literal(&mut self, _: &str, _: Option<&str>, _: Option<&str>) {}
    fn blank(&mut self) {}
    fn insert(&mut self, (): (), (): (), (): (), _: Option<()>) {}
    fn bytes(&self) -> usize {
        0
    }
}

/// What the walk costs, beside the text that it looks at and writes.
const STEPS_OF_NODE: u64 = 32;
const STEPS_OF_KEY: u64 = 8;
const STEPS_OF_VALUE: u64 = 8;

struct Expander<'t, S: Statements> {
    tables: &'t Tables,
    edition: usize,
    statements: S,
    budget: &'t Budget,
    /// The keys of the objects being walked, by their numbers, the innermost object last.
    keys: Vec<Option<TermNo>>,
    /// Scoped contexts that were entered before, since badges repeat their types.
    entered: Vec<(Rc<Active>, Scoped, Entry, Rc<Active>)>,
    /// Blank node labels that the document itself uses.
    labels: HashMap<String, S::Term>,
    by_vocab: HashSet<Box<str>>,
    told: ByVocab,
}

impl<'t, S: Statements> Expander<'t, S> {
    /// Adds a node object and says which term stands for it.
    fn node(
        &mut self,
        parent: &Rc<Active>,
        object: Object<'_>,
        replaced: Option<(&str, &[Value<'_>])>,
        graph: Option<S::Term>,
        path: &Path<'_>,
    ) -> Result<S::Term, Finding> {
        let tables = self.tables;
        let first_key = self.keys.len();
        for (key, _) in object.iter() {
            self.budget.look_up(key);
            self.keys.push(tables.term(key));
        }
        // Each key is looked at three times.
        self.budget.spend(STEPS_OF_NODE + STEPS_OF_KEY * object.len() as u64)?;

        let types = self.keyword(parent, first_key, object, "@type", &Meaning::Type, path)?;
        let typed = match types {
            Some((types, here)) => self.enter_types(parent, types, &here)?,
            None => None,
        };
        let active = typed.as_ref().unwrap_or(parent);

        let subject = match self.keyword(active, first_key, object, "@id", &Meaning::Id, path)? {
            Some((Value::String(id), here)) => self.document_iri(active, id, &here)?,
            Some((_, here)) => return Err(here.finding(Code::ContextRelativeIri).because("an id is text")),
            None => self.statements.blank(),
        };
        if let Some((types, here)) = types {
            for name in types.one_or_many() {
                let class = self.class(parent, name.as_str().unwrap_or_default(), &here)?;
                let predicate = self.iri(RDF_TYPE)?;
                self.statements.insert(subject, predicate, class, graph);
            }
        }
        for (index, (key, value)) in object.iter().enumerate() {
            let here = path.key(key);
            let term = self.keys[first_key + index];
            let definition = term.and_then(|term| tables.definition(active, term));
            let predicate = match definition.map(|definition| &definition.meaning) {
                Some(_) if term.is_some_and(|term| tables.is_type(term)) => {
                    return Err(here.finding(Code::ContextKeyword).because("the name of a type is no property"));
                }
                Some(Meaning::Iri(iri)) => self.iri(iri)?,
                Some(Meaning::Id | Meaning::Type) => continue,
                None if matches!(key, "@context" | "@id" | "@type") => continue,
                None => self.undefined_property(active, key, &here)?,
            };
            match replaced {
                Some((name, items)) if name == key => {
                    for (index, &item) in items.iter().enumerate() {
                        self.property(active, subject, predicate, definition, item, graph, &here.index(index))?;
                    }
                }
                _ => self.property(active, subject, predicate, definition, value, graph, &here)?,
            }
        }
        self.keys.truncate(first_key);
        Ok(subject)
    }

    /// The value under a keyword or an alias of it, which an object has at most once.
    fn keyword<'d>(
        &self,
        active: &Active,
        first_key: usize,
        object: Object<'d>,
        keyword: &str,
        meaning: &Meaning,
        path: &'d Path<'d>,
    ) -> Result<Option<(Value<'d>, Path<'d>)>, Finding> {
        let mut found = None;
        for (index, number) in self.keys[first_key..].iter().enumerate() {
            let candidate = number.is_none_or(|number| self.tables.is_alias(number));
            let Some((key, value)) = candidate.then(|| object.nth(index)).flatten() else { continue };
            let definition = number.and_then(|number| self.tables.definition(active, number));
            if definition.is_some_and(|definition| definition.meaning == *meaning) || key == keyword {
                let here = path.key(key);
                if found.is_some() {
                    return Err(here.finding(Code::ContextKeyword).because("given twice"));
                }
                // In compacted form a keyword that has a name is written by it: whoever looks for `id` finds none under `@id`,
                // nor under a second name that one more context gives it.
                let name = &keyword[1..];
                let names = |definition: &Definition| definition.meaning == *meaning;
                let otherwise = match key == keyword {
                    true => self.tables.has_alias(active, meaning),
                    false => key != name && self.tables.named(active, name).is_some_and(names),
                };
                if otherwise {
                    return Err(here
                        .finding(Code::ContextKeyword)
                        .because("a keyword that has a name is written by its name"));
                }
                found = Some((value, here));
            }
        }
        Ok(found)
    }

    /// The context in force after the scoped contexts of the types, in the order of their names; `None` where there are
    /// none.
    fn enter_types(
        &mut self,
        parent: &Rc<Active>,
        types: Value<'_>,
        path: &Path<'_>,
    ) -> Result<Option<Rc<Active>>, Finding> {
        let not_text = || path.finding(Code::ContextKeyword).because("a type is text");
        let names = types.one_or_many().map(|name| name.as_str().ok_or_else(not_text));
        let mut names = names.collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable_by(|a, b| {
            self.budget.compare(a, b);
            utf16_order(a, b)
        });
        // A context that is entered again at once changes nothing more.
        names.dedup();
        let mut active = None;
        for name in names {
            self.budget.look_up(name);
            // Looked up in the context before any of the types' own came into force.
            let definition = self.tables.term(name).and_then(|term| self.tables.definition(parent, term));
            if let Some(scoped) = definition.and_then(|definition| definition.scoped) {
                let before = active.as_ref().unwrap_or(parent);
                active = Some(self.enter(before, scoped, Entry::Type, path)?);
            }
        }
        Ok(active)
    }

    fn enter(
        &mut self,
        active: &Rc<Active>,
        scoped: Scoped,
        entry: Entry,
        path: &Path<'_>,
    ) -> Result<Rc<Active>, Finding> {
        let known =
            self.entered.iter().find(|known| Rc::ptr_eq(&known.0, active) && known.1 == scoped && known.2 == entry);
        if let Some(known) = known {
            return Ok(Rc::clone(&known.3));
        }
        let next =
            self.tables.enter(active, scoped, entry, self.budget).map_err(|finding| finding.at(path.pointer()))?;
        // Enough for any real badge; a hostile one gains nothing by a longer list.
        if self.entered.len() < 64 {
            self.entered.push((Rc::clone(active), scoped, entry, Rc::clone(&next)));
        }
        Ok(next)
    }

    /// What stands for a type. One that has a name is written by it, like a property: a status entry of two types must not
    /// pass for one of one.
    fn class(&mut self, parent: &Active, name: &str, path: &Path<'_>) -> Result<S::Term, Finding> {
        if name.starts_with("_:") {
            return Ok(self.label(name));
        }
        let undefined = || path.finding(Code::ContextUndefinedTerm).because(shown(name));
        let iri = self.vocab_text(parent, name, path)?.ok_or_else(undefined)?;
        if self.tables.named(parent, name).is_none() && self.tables.has_name(&iri) {
            return Err(path.finding(Code::ContextKeyword).because("a type that has a name is written by its name"));
        }
        self.iri(&iri)
    }

    /// The predicate for a key that is no term: an absolute IRI, or by `@vocab`.
    fn undefined_property(&mut self, active: &Active, key: &str, path: &Path<'_>) -> Result<S::Term, Finding> {
        if key.starts_with('@') {
            return Err(path.finding(Code::ContextKeyword));
        }
        if key.starts_with("_:") {
            return Err(path.finding(Code::ContextDataLoss).because("a blank node cannot be a property"));
        }
        let iri = self.vocab_text(active, key, path)?.ok_or_else(|| path.finding(Code::ContextUndefinedTerm))?;
        // A credential is in compacted form (VC Data Model 2.0 section 1.3), so a property that has a name is written by it.
        // Under another, the statements and their signature are the same, and whoever looks for `validUntil` finds none.
        if self.tables.has_name(&iri) {
            return Err(path
                .finding(Code::ContextKeyword)
                .because("a property that has a name is written by its name"));
        }
        self.iri(&iri)
    }

    /// Adds the value, or every value, of a property.
    #[allow(
        clippy::too_many_arguments,
        reason = "the state of the walk; a struct for it would be written at every step"
    )]
    fn property(
        &mut self,
        active: &Rc<Active>,
        subject: S::Term,
        predicate: S::Term,
        definition: Option<&'t Definition>,
        value: Value<'_>,
        graph: Option<S::Term>,
        path: &Path<'_>,
    ) -> Result<(), Finding> {
        self.budget.spend(STEPS_OF_VALUE)?;
        let container = definition.map_or(Container::None, |definition| definition.container);
        let is_json = definition.is_some_and(|definition| definition.coercion == Coercion::Json);
        let object = match value {
            _ if is_json => self.json_literal(value)?,
            Value::Array(array) if container == Container::List => self.list(active, array, definition, graph, path)?,
            Value::Array(array) => {
                for (index, item) in array.iter().enumerate() {
                    self.property(active, subject, predicate, definition, item, graph, &path.index(index))?;
                }
                return Ok(());
            }
            _ if container == Container::List => {
                let item = self.value(active, value, definition, graph, path)?;
                let nil = self.iri(RDF_NIL)?;
                self.list_cell(item, nil, graph)?
            }
            _ if container == Container::Graph => {
                let name = self.statements.blank();
                self.value(active, value, definition, Some(name), path)?;
                name
            }
            _ => self.value(active, value, definition, graph, path)?,
        };
        self.statements.insert(subject, predicate, object, graph);
        Ok(())
    }

    /// The term for one value that is no array.
    fn value(
        &mut self,
        active: &Rc<Active>,
        value: Value<'_>,
        definition: Option<&'t Definition>,
        graph: Option<S::Term>,
        path: &Path<'_>,
    ) -> Result<S::Term, Finding> {
        let scoped = definition.and_then(|definition| definition.scoped);
        if let Value::Object(object) = value {
            self.budget.note(object.len() as u64);
            let is_value = object.iter().any(|(key, _)| key == "@value");
            // A type-scoped context ends at the next node object, unless that only names a node.
            let outer = if is_value || self.only_names(active, object) {
                active
            } else {
                active.previous.as_ref().unwrap_or(active)
            };
            let mut active = Rc::clone(outer);
            if let Some(scoped) = scoped {
                active = self.enter(&active, scoped, Entry::Property, path)?;
            }
            if let Some(context) = object.get("@context") {
                active =
                    self.tables.enter_document(&active, context, self.edition, path.key("@context"), self.budget)?;
            }
            return if is_value {
                self.value_object(&active, object, path)
            } else {
                self.node(&active, object, None, graph, path)
            };
        }
        let entered = scoped.map(|scoped| self.enter(active, scoped, Entry::Property, path)).transpose()?;
        let active = entered.as_ref().unwrap_or(active);
        let coercion = definition.map_or(&Coercion::None, |definition| &definition.coercion);
        let datatype = if let Coercion::Datatype(datatype) = coercion { Some(&**datatype) } else { None };
        match (value, coercion) {
            (Value::Null, _) => Err(path.finding(Code::ContextDataLoss).because("null says nothing")),
            (Value::String(text), Coercion::Id) => self.document_iri(active, text, path),
            (Value::String(text), Coercion::Vocab) => match self.vocab_iri(active, text, path)? {
                Some(iri) => Ok(iri),
                None => Err(path.finding(Code::ContextRelativeIri).because(shown(text))),
            },
            (Value::String(text), _) => self.literal(text, datatype, None),
            (Value::Number(number), _) => self.number(number, datatype, path),
            (Value::Bool(value), _) => self.boolean(value, datatype),
            (Value::Array(_) | Value::Object(_), _) => Err(path.finding(Code::ContextKeyword)),
        }
    }

    /// Whether the object is nothing but `{"id": …}`.
    fn only_names(&self, active: &Active, object: Object<'_>) -> bool {
        let means_id = |key| self.tables.named(active, key).is_some_and(|definition| definition.meaning == Meaning::Id);
        object.len() == 1 && object.iter().all(|(key, _)| key == "@id" || means_id(key))
    }

    /// JSON-LD 1.1 section 4.2: a literal written out with `@value`, and at most one of `@type` and `@language`.
    ///
    /// RDF has no place for a `@direction` (JSON-LD 1.1 API section 8.6, without `rdfDirection`). It is taken where the language
    /// and the text give the same, so that nothing is lost; elsewhere only where the JSON is signed.
    fn value_object(&mut self, active: &Active, object: Object<'_>, path: &Path<'_>) -> Result<S::Term, Finding> {
        let (mut value, mut datatype, mut language, mut direction) = (Value::Null, None, None, None);
        for (key, entry) in object.iter() {
            let here = path.key(key);
            let is_type =
                key == "@type" || self.tables.named(active, key).is_some_and(|named| named.meaning == Meaning::Type);
            match (key, entry) {
                ("@context", _) => {}
                ("@value", entry) => value = entry,
                (_, Value::String(name)) if is_type && datatype.is_none() => {
                    let iri = if name == "@json" { Some(name.into()) } else { self.vocab_text(active, name, &here)? };
                    datatype = Some(iri.ok_or_else(|| here.finding(Code::ContextRelativeIri).because(shown(name)))?);
                }
                // The statement has the tag in lower case, as the common processors write it.
                ("@language", Value::String(tag)) if is_language_tag(tag) => language = Some(tag.to_ascii_lowercase()),
                ("@language", _) => return Err(here.finding(Code::ContextKeyword).because("this is no language tag")),
                ("@direction", Value::String(word)) => {
                    let read = Direction::named(word);
                    direction = Some(read.ok_or_else(|| here.finding(Code::ContextKeyword).because("ltr or rtl"))?);
                }
                _ => return Err(here.finding(Code::ContextKeyword)),
            }
        }
        let language = language.as_deref();
        let term = match (value, datatype.as_deref(), language) {
            (Value::String(text), None, language) => {
                if S::LOSE_DIRECTION && direction.is_some_and(|given| given != Direction::of(text, language)) {
                    return Err(path.key("@direction").finding(Code::ContextDirection));
                }
                self.literal(text, None, language)?
            }
            _ if direction.is_some() => {
                return Err(path.finding(Code::ContextKeyword).because("only a text has a direction"));
            }
            (value, Some("@json"), None) => self.json_literal(value)?,
            (Value::String(text), datatype, None) => self.literal(text, datatype, None)?,
            (Value::Number(number), datatype, None) => self.number(number, datatype, path)?,
            (Value::Bool(value), datatype, None) => self.boolean(value, datatype)?,
            _ => return Err(path.finding(Code::ContextKeyword).because("a value object that is none")),
        };
        Ok(term)
    }

    /// JSON-LD 1.1 section 4.3.1: a list as a chain of `rdf:first` and `rdf:rest`.
    fn list(
        &mut self,
        active: &Rc<Active>,
        array: Array<'_>,
        definition: Option<&'t Definition>,
        graph: Option<S::Term>,
        path: &Path<'_>,
    ) -> Result<S::Term, Finding> {
        let mut items = Vec::with_capacity(array.len());
        for (index, item) in array.iter().enumerate() {
            self.budget.spend(STEPS_OF_VALUE)?;
            let here = path.index(index);
            items.push(match item {
                Value::Array(inner) => self.list(active, inner, definition, graph, &here)?,
                _ => self.value(active, item, definition, graph, &here)?,
            });
        }
        let nil = self.iri(RDF_NIL)?;
        items.into_iter().rev().try_fold(nil, |rest, item| self.list_cell(item, rest, graph))
    }

    /// One cell in front of `rest`.
    fn list_cell(&mut self, item: S::Term, rest: S::Term, graph: Option<S::Term>) -> Result<S::Term, Finding> {
        let cell = self.statements.blank();
        let (first, next) = (self.iri(RDF_FIRST)?, self.iri(RDF_REST)?);
        self.statements.insert(cell, first, item, graph);
        self.statements.insert(cell, next, rest, graph);
        Ok(cell)
    }

    /// JSON-LD 1.1 API section 8.6: a `rdf:JSON` literal is the canonical text of the value.
    fn json_literal(&mut self, value: Value<'_>) -> Result<S::Term, Finding> {
        self.literal(&value.canonical(), Some(RDF_JSON), None)
    }

    /// JSON-LD 1.1 API section 8.2.2: a native number that is whole is written as an integer, else in the form `1.5E0`.
    fn number(&mut self, number: Number<'_>, datatype: Option<&str>, path: &Path<'_>) -> Result<S::Term, Finding> {
        let value = number.as_f64();
        if value.fract() == 0.0 && value.abs() < 1e21 && datatype != Some(XSD_DOUBLE) {
            return self.literal(number.canonical(), datatype.or(Some(XSD_INTEGER)), None);
        }
        // The form has sixteen digits; a double may need seventeen, and the last would not be signed.
        let text = exponential(value);
        if text.parse() != Ok(value) {
            return Err(path
                .finding(Code::ContextDataLoss)
                .because("the number has more digits than the canonical form"));
        }
        self.literal(&text, datatype.or(Some(XSD_DOUBLE)), None)
    }

    fn boolean(&mut self, value: bool, datatype: Option<&str>) -> Result<S::Term, Finding> {
        self.literal(if value { "true" } else { "false" }, datatype.or(Some(XSD_BOOLEAN)), None)
    }

    /// A name that may be a term: a property, a type, a value under `@vocab`. `None` where nothing defines it.
    fn vocab_iri(&mut self, active: &Active, name: &str, path: &Path<'_>) -> Result<Option<S::Term>, Finding> {
        if name.starts_with("_:") {
            return Ok(Some(self.label(name)));
        }
        self.vocab_text(active, name, path)?.map(|iri| self.iri(&iri)).transpose()
    }

    fn vocab_text<'n>(
        &mut self,
        active: &Active,
        name: &'n str,
        path: &Path<'_>,
    ) -> Result<Option<Cow<'n, str>>, Finding>
    where
        't: 'n,
    {
        self.budget.look_up(name);
        if let Some(definition) = self.tables.named(active, name) {
            return match &definition.meaning {
                Meaning::Iri(iri) => Ok(Some(Cow::Borrowed(iri))),
                _ => Err(path.finding(Code::ContextKeyword).because(shown(name))),
            };
        }
        if name.starts_with('@') {
            return Err(path.finding(Code::ContextKeyword).because(shown(name)));
        }
        if name.contains(':') {
            return self.absolute(active, name, path).map(Some);
        }
        let Some(vocab) = &active.vocab else { return Ok(None) };
        self.budget.spend((vocab.len() + name.len()) as u64)?;
        let iri = format!("{vocab}{name}");
        if !iri::is_absolute(&iri) {
            return Err(path.finding(Code::ContextRelativeIri).because(shown(name)));
        }
        if !self.by_vocab.contains(name) {
            self.by_vocab.insert(name.into());
            if self.told.named.len() < ByVocab::MOST_NAMED {
                self.told.named.push(shown(name));
            } else {
                self.told.more += 1;
            }
        }
        Ok(Some(iri.into()))
    }

    /// An identifier: it is never a term, and there is no base that a relative one could be resolved against. It is written
    /// in full: behind a prefix it would be another text than the one that was signed, and texts are what a status list or
    /// a trust pack is searched for.
    fn document_iri(&mut self, active: &Active, text: &str, path: &Path<'_>) -> Result<S::Term, Finding> {
        if text.starts_with("_:") {
            return Ok(self.label(text));
        }
        match self.absolute(active, text, path)? {
            Cow::Borrowed(iri) => self.iri(iri),
            Cow::Owned(_) => Err(path.finding(Code::ContextKeyword).because("an identifier behind a prefix")),
        }
    }

    fn absolute<'n>(&self, active: &Active, text: &'n str, path: &Path<'_>) -> Result<Cow<'n, str>, Finding> {
        let relative = || path.finding(Code::ContextRelativeIri).because(shown(text));
        self.budget.look_up(text);
        let (prefix, suffix) = text.split_once(':').ok_or_else(relative)?;
        let definition = if suffix.starts_with("//") { None } else { self.tables.named(active, prefix) };
        let iri = match definition {
            Some(Definition { meaning: Meaning::Iri(iri), prefix: true, .. }) => {
                self.budget.spend((iri.len() + suffix.len()) as u64)?;
                Cow::Owned(format!("{iri}{suffix}"))
            }
            _ => Cow::Borrowed(text),
        };
        if iri::is_absolute(&iri) { Ok(iri) } else { Err(relative()) }
    }

    fn iri(&mut self, iri: &str) -> Result<S::Term, Finding> {
        self.written(iri.len())?;
        Ok(self.statements.iri(iri))
    }

    fn literal(&mut self, text: &str, datatype: Option<&str>, language: Option<&str>) -> Result<S::Term, Finding> {
        self.written(text.len() + datatype.map_or(0, str::len))?;
        Ok(self.statements.literal(text, datatype, language))
    }

    /// Takes the steps of writing a term. A context can make a long term of a short word, as often as it stands there.
    fn written(&self, bytes: usize) -> Result<(), Finding> {
        if self.statements.bytes() as u64 > rdfc::BYTES_MAX {
            return Err(Finding::new(Code::ContextTooComplex).because(rdfc::TOO_LONG));
        }
        self.budget.spend(bytes as u64)
    }

    fn label(&mut self, label: &str) -> S::Term {
        self.budget.look_up(label);
        if let Some(&term) = self.labels.get(label) {
            return term;
        }
        let term = self.statements.blank();
        self.labels.insert(label.into(), term);
        term
    }
}

/// The canonical form of `xsd:double`: one digit, a point, at most fifteen digits, `E`, the exponent.
fn exponential(value: f64) -> String {
    let text = format!("{value:.15e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0');
    let zero = if mantissa.ends_with('.') { "0" } else { "" };
    format!("{mantissa}{zero}E{exponent}")
}
