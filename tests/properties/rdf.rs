//! What holds of every dataset: the canonical form does not depend on order and labels, canonicalises to itself, and is
//! the one that another implementation makes; and no input, however hostile, brings the parser or the canonicaliser
//! down.

use std::fmt::Write;

use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use oxrdf::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use proptest::prelude::*;
use taskbadge::finding::Code;
use taskbadge::jsonld::rdf::Dataset;
use taskbadge::jsonld::rdfc::{Hash, canonicalize};
use taskbadge::work::Budget;

/// Few enough blank nodes that every dataset of them can be canonicalised.
const BLANKS: usize = 5;

/// A node of a random dataset. Few of each kind, so that blank nodes often look alike.
#[derive(Debug, Clone, Copy)]
enum Node {
    Blank(usize),
    Iri(usize),
    Literal(usize),
}

const IRIS: [&str; 3] = ["urn:a", "urn:b", "https://example.org/c?d=e#f"];
const LITERALS: [&str; 3] = ["", "two\nlines, a \"quote\", a \\ and \u{7F}", "grüße ∞ 🌃"];

type Statement = (Node, usize, Node, Option<Node>);

fn node(literals: bool) -> impl Strategy<Value = Node> {
    prop_oneof![
        6 => (0..BLANKS).prop_map(Node::Blank),
        1 => (0..IRIS.len()).prop_map(Node::Iri),
        u32::from(literals) => (0..LITERALS.len()).prop_map(Node::Literal),
    ]
}

/// Statements with the first predicate are in the default graph, those with the second in one graph for all.
///
/// With graphs at will, RDFC-1.0 has no one canonical form: Hash Related Blank Node (section 4.7) leaves out the graph
/// of the quad, so it cannot tell `x p u g1 . x p v g2` from `y p v g1 . y p u g2`, and which blank node comes first
/// depends on the order of the input. (The npm package rdf-canonize 5.0 does the same.) Where the predicate tells the
/// graph, it can.
fn statements() -> impl Strategy<Value = Vec<Statement>> {
    let statements = prop::collection::vec((node(false), 0..2_usize, node(true)), 0..14);
    let graph = prop_oneof![Just(None), Just(Some(Node::Iri(2))), Just(Some(Node::Blank(0)))];
    (statements, graph).prop_map(|(statements, graph)| {
        let placed = |(subject, predicate, object)| (subject, predicate, object, graph.filter(|_| predicate == 1));
        statements.into_iter().map(placed).collect()
    })
}

fn dataset(statements: &[Statement], labels: &[usize]) -> Dataset {
    let mut text = String::new();
    for (subject, predicate, object, graph) in statements {
        let nodes = [Some(*subject), Some(Node::Iri(*predicate)), Some(*object), *graph];
        for node in nodes.into_iter().flatten() {
            match node {
                Node::Blank(number) => write!(text, "_:x{} ", labels[number]),
                Node::Iri(number) => write!(text, "<{}> ", IRIS[number]),
                // Rust's escapes of these texts are not those of N-Quads.
                Node::Literal(number) => write!(
                    text,
                    "\"{}\" ",
                    LITERALS[number].replace('\\', "\\\\").replace('"', "\\u0022").replace('\n', "\\n")
                ),
            }
            .expect("a string takes all");
        }
        text.push_str(".\n");
    }
    Dataset::parse_nquads(&text).expect("this is N-Quads")
}

fn canonical(dataset: &Dataset) -> String {
    canonicalize(dataset, Hash::Sha256, &Budget::steps(u64::MAX))
        .expect("so few blank nodes are no trouble")
        .into_nquads()
}

proptest! {
    #[test]
    fn order_labels_and_repetitions_are_of_no_account(
        (first, second) in statements().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        labels in Just((0..BLANKS).collect::<Vec<_>>()).prop_shuffle(),
        repeated in 0..3_usize,
    ) {
        let plain = dataset(&first, &[0, 1, 2, 3, 4]);
        let mut second = second;
        second.extend_from_within(..repeated.min(first.len()));
        let disguised = dataset(&second, &labels);
        prop_assert_eq!(canonical(&plain), canonical(&disguised));
    }

    #[test]
    fn a_canonical_form_canonicalises_to_itself(statements in statements()) {
        let once = canonical(&dataset(&statements, &[0, 1, 2, 3, 4]));
        let again = Dataset::parse_nquads(&once).expect("a canonical form is N-Quads");
        prop_assert_eq!(canonical(&again), once);
    }

    #[test]
    fn oxrdf_agrees(statements in statements()) {
        // Several mentions of one blank node under one hash, which is what a blank graph has, are a list in the
        // standard (RDFC-1.0 section 4.8.1 counts repetitions) and in rdf-canonize, but a set in oxrdf 0.3.
        let named = |statement: &Statement| !matches!(statement.3, Some(Node::Blank(_)));
        let statements: Vec<_> = statements.into_iter().filter(named).collect();
        let mut theirs: oxrdf::Dataset = statements.iter().map(oxrdf_quad).collect();
        theirs.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm: CanonicalizationHashAlgorithm::Sha256 });
        let mut theirs: Vec<_> = theirs.iter().map(|quad| format!("{quad} .\n")).collect();
        theirs.sort_unstable();
        let ours = canonical(&dataset(&statements, &[0, 1, 2, 3, 4]));
        prop_assert_eq!(ours, theirs.concat());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,80}") {
        let _ = Dataset::parse_nquads(&text);
    }

    #[test]
    fn any_text_like_nquads_is_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "<", ">", "urn:a", "\"", "\\", "\\u00", "\\U0010FFFF", "\\uD800", "41", "_:", "b", ".", " ", "\n", "\r", "@", "en",
            "-", "^^", "#", "é", "\u{FFFE}", "<urn:a> ", "_:b ", "\"x\" ", "\\\\",
        ]), 0..24),
    ) {
        if let Ok(dataset) = Dataset::parse_nquads(&pieces.concat()) {
            let once = canonical(&dataset);
            let again = Dataset::parse_nquads(&once).expect("a canonical form is N-Quads");
            prop_assert_eq!(canonical(&again), once);
        }
    }

    #[test]
    fn a_literal_comes_back_as_it_was(text in "(?s).{0,40}", hostile in "[\\x00-\\x7F\u{FFFD}-\u{FFFF}]{0,40}") {
        for text in [text, hostile] {
            let mut dataset = Dataset::default();
            let (name, literal) = (dataset.iri("urn:a"), dataset.literal(&text, None, None));
            dataset.insert(name, name, literal, None);
            let line = canonical(&dataset);
            prop_assert_eq!(line.lines().count(), 1);
            let theirs = line.trim_end_matches(" .\n").parse::<oxrdf::Triple>().expect("oxrdf reads it");
            prop_assert_eq!(theirs.object, Term::from(Literal::new_simple_literal(&text)));
        }
    }

    #[test]
    fn no_term_can_pretend_to_be_two(hostile in "[<>\"\\\\ @^.a:\n]{0,12}", language in any::<bool>()) {
        let mut dataset = Dataset::default();
        let iri = dataset.iri(&hostile);
        let text = dataset.literal("x", (!language).then_some(&hostile), language.then_some(&hostile));
        dataset.insert(iri, iri, text, None);
        let line = canonical(&dataset);
        let written = line.strip_suffix(" .\n").expect("one line");
        // Three terms, two spaces; what was hostile is escaped.
        prop_assert_eq!(written.matches([' ', '\n']).count(), 2);
        prop_assert_eq!(written.matches('>').count(), if language { 2 } else { 3 });
    }
}

fn oxrdf_quad((subject, predicate, object, graph): &Statement) -> Quad {
    let iri = |number: usize| NamedNode::new(IRIS[number]).expect("an IRI");
    let blank = |number: usize| BlankNode::new(format!("x{number}")).expect("a label");
    Quad {
        subject: match *subject {
            Node::Blank(number) => NamedOrBlankNode::from(blank(number)),
            Node::Iri(number) => iri(number).into(),
            Node::Literal(_) => unreachable!("no subject is a literal"),
        },
        predicate: iri(*predicate),
        object: match *object {
            Node::Blank(number) => Term::from(blank(number)),
            Node::Iri(number) => iri(number).into(),
            Node::Literal(number) => Literal::new_simple_literal(LITERALS[number]).into(),
        },
        graph_name: match *graph {
            Some(Node::Blank(number)) => GraphName::from(blank(number)),
            Some(Node::Iri(number)) => iri(number).into(),
            _ => GraphName::DefaultGraph,
        },
    }
}

/// A ring of blank nodes all of which look alike is explored to its full length. It must not exhaust the stack.
#[test]
fn a_long_ring_is_refused() {
    let ring: String = (0..5_000).map(|n| format!("_:b{n} <urn:next> _:b{} .\n", (n + 1) % 5_000)).collect();
    let dataset = Dataset::parse_nquads(&ring).expect("this is N-Quads");
    for work in [&Budget::of_document(0), &Budget::steps(u64::MAX)] {
        let refused = canonicalize(&dataset, Hash::Sha256, work).expect_err("this is poison");
        assert_eq!(refused.code(), Code::ContextTooComplex);
    }
}

/// A long subject is repeated in each of its quads: a small file can stand for a vast canonical form.
#[test]
fn a_vast_canonical_form_is_refused() {
    let mut dataset = Dataset::default();
    let subject = dataset.iri(&format!("urn:{}", "x".repeat(100_000)));
    let predicate = dataset.iri("urn:p");
    for number in 0..100_000 {
        let object = dataset.literal(&number.to_string(), None, None);
        dataset.insert(subject, predicate, object, None);
    }
    let refused = canonicalize(&dataset, Hash::Sha256, &Budget::of_document(0)).expect_err("this is poison");
    assert_eq!(refused.code(), Code::ContextTooComplex);
}

/// Many blank nodes are no trouble as long as their own quads tell them apart.
#[test]
fn many_blank_nodes_that_differ_are_no_work() {
    let many: String = (0..5_000).map(|n| format!("<urn:s> <urn:p> _:b{n} .\n_:b{n} <urn:q> \"{n}\" .\n")).collect();
    let dataset = Dataset::parse_nquads(&many).expect("this is N-Quads");
    assert!(canonicalize(&dataset, Hash::Sha256, &Budget::of_document(0)).is_ok());
}

#[test]
fn what_is_not_nquads_is_refused_with_its_line() {
    for (text, detail) in [
        ("<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> .", "line 2: the object is no IRI, blank node or literal"),
        ("<a> <urn:b> <urn:c> .", "line 1: an IRI is not absolute"),
        ("<urn:a\\u0020> <urn:b> <urn:c> .", "line 1: an IRI has a character that no IRI may have"),
        ("<urn:a\\n> <urn:b> <urn:c> .", "line 1: an escape is malformed"),
        ("<urn:a> <urn:b> \"\\uD800\" .", "line 1: an escape is malformed"),
        ("<urn:a> <urn:b> \"\\u+041\" .", "line 1: an escape is malformed"),
        ("<urn:a> <urn:b> \"\\", "line 1: a literal does not end"),
        ("<urn:a> <urn:b> \"x\"@ .", "line 1: a language tag is malformed"),
        ("<urn:a> <urn:b> \"x\"@en- .", "line 1: a language tag is malformed"),
        ("<urn:a> <urn:b> \"x\"@1 .", "line 1: a language tag is malformed"),
        ("<urn:a> <urn:b> \"x\"^^xsd:int .", "line 1: a datatype is no IRI"),
        ("<urn:a> <urn:b> \"x\" \"y\" .", "line 1: the statement does not end in a full stop"),
        ("<urn:a> _:b <urn:c> .", "line 1: the predicate is no IRI"),
        ("\"a\" <urn:b> <urn:c> .", "line 1: the subject is no IRI or blank node"),
        ("_:-b <urn:b> <urn:c> .", "line 1: a blank node has no proper label"),
        ("<urn:a> <urn:b> <urn:c> . <urn:a> <urn:b> <urn:c> .", "line 1: there is more after the full stop"),
    ] {
        let refused = Dataset::parse_nquads(text).expect_err(text);
        assert_eq!((refused.code(), refused.detail()), (Code::ContextMalformed, Some(detail)), "{text}");
    }
}

#[test]
fn what_nquads_allow_is_read() {
    for (text, line) in [
        ("<urn:a><urn:b>_:c.d<urn:g>.# comment", "<urn:a> <urn:b> _:c14n0 <urn:g> .\n"),
        ("\t_:c\t<urn:b> _:0.", "_:c14n0 <urn:b> _:c14n1 .\n"),
        (
            "\r\n# comment\r<urn:a> <urn:b> \"\\u00e9\\U0001F303\\'\\\\u\"@en-GB .\r\n",
            "<urn:a> <urn:b> \"é🌃'\\\\u\"@en-GB .\n",
        ),
        (
            "<urn:a> <urn:b> \"x\"^^<http://www.w3.org/2001/XMLSchema#string> <urn:g> .",
            "<urn:a> <urn:b> \"x\" <urn:g> .\n",
        ),
        ("<urn:a> <urn:b> \"\u{8}\\f\u{0}\u{FFFE}\u{7F}\" .", "<urn:a> <urn:b> \"\\b\\f\\u0000\\uFFFE\\u007F\" .\n"),
    ] {
        let dataset = Dataset::parse_nquads(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(canonical(&dataset), line, "{text}");
    }
}

#[test]
fn a_blank_predicate_is_refused() {
    let mut dataset = Dataset::default();
    let (iri, blank) = (dataset.iri("urn:a"), dataset.blank());
    dataset.insert(iri, blank, iri, None);
    let refused = canonicalize(&dataset, Hash::Sha256, &Budget::of_document(0)).expect_err("no RDF");
    assert_eq!(refused.code(), Code::ContextMalformed);
}
