//! Two other programs as the oracle of `jsonld`: `oxjsonld` for the statements, `oxrdf` for their canonical form.
//!
//! The oracle reads the published contexts by their URLs; ours has its own tables. Where both accept a document, the canonical
//! N-Quads are the same, letter by letter. Where only one does, the reason is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use oxjsonld::{JsonLdParser, JsonLdRemoteDocument};
use oxrdf::Dataset;
use oxrdf::dataset::{CanonicalizationAlgorithm, CanonicalizationHashAlgorithm};
use serde_json::Value;
use taskbadge::finding::{Code, Finding};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
use taskbadge::verify::Verdict;
use taskbadge::work::Budget;
use taskbadge_tests::{generate, json, published, rewrite, tell, vectors};

const GENERATED: u64 = 3_400;
const FAULTY: u64 = 1_200;
const REWRITTEN: u64 = 900;

/// The published contexts by URL, and those that a vector adds.
#[derive(Clone, Default)]
struct Oracle {
    contexts: BTreeMap<String, Vec<u8>>,
}

impl Oracle {
    fn published() -> Option<Self> {
        let folder = published("contexts")?;
        let mut contexts = BTreeMap::new();
        for (url, files) in json(folder.join("INDEX.json")).as_object().unwrap() {
            // Of several editions, the current one stands first.
            let file = files.get(0).unwrap_or(files).as_str().unwrap();
            contexts.insert(url.clone(), fs::read(folder.join(file)).unwrap());
        }
        Some(Self { contexts })
    }

    /// The canonical N-Quads, or why there are none.
    fn nquads(&self, text: &str) -> Result<String, String> {
        let contexts = Arc::new(self.contexts.clone());
        let load = move |url: &str, _: &_| match contexts.get(url) {
            Some(document) => Ok(JsonLdRemoteDocument { document: document.clone(), document_url: url.into() }),
            None => Err(format!("no context {url}").into()),
        };
        let quads = JsonLdParser::new().for_slice(text).with_load_document_callback(load);
        let mut dataset: Dataset = quads.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        let hash_algorithm = CanonicalizationHashAlgorithm::Sha256;
        dataset.canonicalize(CanonicalizationAlgorithm::Rdfc10 { hash_algorithm });
        let mut lines: Vec<_> = dataset.iter().map(|quad| format!("{quad} .\n")).collect();
        lines.sort_unstable();
        Ok(lines.concat())
    }
}

fn ours(contexts: &Contexts, text: &str) -> Result<String, Finding> {
    let dataset = to_dataset(contexts, &Document::parse(text.as_bytes(), Limits::BADGE)?)?;
    Ok(rdfc::canonicalize(&dataset, rdfc::Hash::Sha256, &Budget::of_document(text.len()))?.into_nquads())
}

/// What the comparison of many documents came to.
#[derive(Default)]
struct Tally {
    both: usize,
    /// Documents that neither accepts, by our reason.
    neither: BTreeMap<String, usize>,
    /// Documents that only the oracle accepts, by our reason.
    stricter: BTreeMap<Code, usize>,
    /// Documents that only ours accepts, with the oracle's reason.
    oracle_refuses: BTreeMap<String, usize>,
    /// The properties that were compared.
    properties: BTreeSet<String>,
}

impl Tally {
    fn compare(&mut self, oracle: &Oracle, contexts: &Contexts, name: &str, text: &str) {
        match (ours(contexts, text), oracle.nquads(text)) {
            (Ok(ours), Ok(theirs)) => {
                let only = |these: &str, those: &str| -> Vec<String> {
                    let there: BTreeSet<_> = those.lines().collect();
                    these.lines().filter(|line| !there.contains(line)).map(Into::into).collect()
                };
                let differ = (only(&ours, &theirs), only(&theirs, &ours));
                assert!(ours == theirs, "{name}: only ours, only theirs: {differ:#?}");
                self.both += 1;
                self.properties.extend(ours.lines().filter_map(|line| line.split(' ').nth(1).map(Into::into)));
            }
            (Err(finding), Ok(_)) => *self.stricter.entry(finding.code()).or_default() += 1,
            (Ok(_), Err(reason)) => *self.oracle_refuses.entry(reason).or_default() += 1,
            (Err(finding), Err(_)) => *self.neither.entry(reason(&finding)).or_default() += 1,
        }
    }

    fn tell(&self, what: &str) {
        let (both, predicates) = (self.both, self.properties.len());
        let neither: usize = self.neither.values().sum();
        tell(&format!("oracle, {what}: {both} the same N-Quads ({predicates} properties), {neither} refused by both"));
        tell(&format!("  only ours refuses: {:?}; only the oracle refuses: {:?}", self.stricter, self.oracle_refuses));
    }
}

fn reason(finding: &Finding) -> String {
    format!("{} {}", finding.code(), finding.detail().unwrap_or_default())
}

/// Refused here and read by the oracle, by design: JSON-LD drops what it cannot express, takes what would read differently
/// elsewhere, and knows more than a badge needs.
const STRICTER: &[Code] = &[
    Code::JsonDuplicateKey,
    Code::JsonNumber,
    Code::ContextInline,
    Code::ContextUndefinedTerm,
    Code::ContextRelativeIri,
    Code::ContextDataLoss,
    Code::ContextKeyword,
    Code::ContextTooComplex,
    Code::ContextDirection,
];

#[test]
fn published_vectors_have_the_statements_of_the_oracle() {
    let Some(oracle) = Oracle::published() else { return };
    let mut contexts = Contexts::builtin();
    for url in ["https://www.w3.org/ns/credentials/examples/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"]
    {
        contexts.add(url, &oracle.contexts[url]).unwrap();
    }
    let mut tally = Tally::default();
    let folder = published("vectors/w3c-vc-di-eddsa").unwrap();
    for place in ["", "eddsa-rdfc-2022", "eddsa-jcs-2022", "proof-set-chain"] {
        for entry in fs::read_dir(folder.join(place)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                tally.compare(&oracle, &contexts, &path.display().to_string(), &fs::read_to_string(&path).unwrap());
            }
        }
    }
    let guide = json(published("vectors/ob3-implementation-guide/eddsa-rdfc-2022.json").unwrap());
    let mut credential = guide["credential"].clone();
    tally.compare(&oracle, &contexts, "implementation guide", &credential.to_string());
    credential["proof"] = guide["proof"].clone();
    tally.compare(&oracle, &contexts, "implementation guide, signed", &credential.to_string());
    tally.tell("published vectors");
    // Key files and proof configurations without a context of their own are no documents.
    assert!(tally.stricter.keys().all(|code| STRICTER.contains(code)));
    assert!(tally.both >= 13 && tally.oracle_refuses.is_empty());
}

#[test]
fn verdict_vectors_have_the_statements_of_the_oracle() {
    let Some(published) = Oracle::published() else { return };
    let mut tally = Tally::default();
    for (name, vector) in vectors::all() {
        let Ok(text) = String::from_utf8(vector.bytes()) else { continue };
        let mut oracle = published.clone();
        let added = vector.added_contexts().iter();
        oracle.contexts.extend(added.map(|(url, document)| (url.clone(), document.to_string().into_bytes())));
        // Telling so many nodes apart that look alike would take the oracle days.
        if ["context-too-complex", ORACLE_READS_ONE_SCOPE].contains(&&*name) {
            continue;
        }
        tally.compare(&oracle, &vector.contexts().0, &name, &text);
    }
    tally.tell("verdict vectors");
    let reasons: BTreeSet<_> = tally.stricter.keys().copied().collect();
    assert!(reasons.iter().all(|code| ALSO_STRICTER.contains(code) || STRICTER.contains(code)), "{reasons:?}");
    assert!(tally.both >= 120 && tally.oracle_refuses.is_empty());
}

/// In the verdict vectors only: limits, encodings and contexts that a general program has no reason to refuse.
const ALSO_STRICTER: &[Code] = &[
    Code::JsonTooLarge,
    Code::JsonTooDeep,
    Code::JsonTooManyNodes,
    Code::JsonEncoding,
    Code::JsonSurrogate,
    Code::JsonNotObject,
    Code::ContextUnknown,
    Code::ContextProtected,
];

/// The credentials context and the Data Integrity context define the same proof, and both protect it. The oracle counts the URL
/// of a context as part of its definitions (JSON-LD 1.1 API section 5.2.2 step 21.4 keeps it as "base URL"), so for it they
/// differ; jsonld.js and we compare what they say. The W3C publishes both to be used together.
const ORACLE_ALONE_REFUSES: &str = "Overriding the protected term DataIntegrityProof";

#[test]
fn generated_badges_have_the_statements_of_the_oracle() {
    let Some(oracle) = Oracle::published() else { return };
    let contexts = Contexts::builtin();
    let mut tally = Tally::default();
    for seed in 0..GENERATED {
        let badge = generate::badge(seed);
        tally.compare(&oracle, &contexts, &format!("seed {seed}"), &badge.to_string());
    }
    tally.tell(&format!("{GENERATED} generated badges"));
    assert!(tally.neither.is_empty(), "{:#?}", tally.neither);
    assert!(tally.stricter.is_empty(), "a generated badge is a good one: {:?}", tally.stricter);
    assert!(tally.both >= 3_000 && tally.properties.len() >= 80, "{} properties", tally.properties.len());
    assert!(tally.oracle_refuses.keys().all(|reason| reason == ORACLE_ALONE_REFUSES));
}

#[test]
fn generated_faults_are_refused_or_have_the_statements_of_the_oracle() {
    let Some(oracle) = Oracle::published() else { return };
    let contexts = Contexts::builtin();
    let mut tally = Tally::default();
    for seed in 0..FAULTY {
        let badge: Value = generate::faulty_badge(seed);
        tally.compare(&oracle, &contexts, &format!("seed {seed}"), &badge.to_string());
    }
    tally.tell(&format!("{FAULTY} generated badges with a fault"));
    let by_design = |code: &Code| STRICTER.contains(code) || *code == Code::ContextProtected;
    assert!(tally.stricter.keys().all(by_design), "{:?}", tally.stricter);
    assert!(tally.oracle_refuses.keys().all(|reason| reason == ORACLE_ALONE_REFUSES));
}

/// What the property of rewrites stands on: every way of rewriting makes JSON of the same statements, mostly.
#[test]
fn rewrites_have_the_statements_of_the_original() {
    let Some(mut oracle) = Oracle::published() else { return };
    oracle.contexts.insert(rewrite::PREFIXES.into(), rewrite::PREFIXES_DOCUMENT.into());
    let statements = |badge: &Value| {
        let mut config = badge["proof"].get(0).unwrap_or(&badge["proof"]).clone();
        config["@context"] = badge["@context"].clone();
        let mut badge = badge.clone();
        badge.as_object_mut().unwrap().remove("proof");
        Some((oracle.nquads(&badge.to_string()).ok()?, oracle.nquads(&config.to_string()).ok()?))
    };
    let mut tally = BTreeMap::<&str, (usize, usize)>::new();
    let badges = (0..30).map(rewrite::badge).map(|badge| (statements(&badge), badge));
    for (seed, (before, badge)) in (0..REWRITTEN).zip(badges.collect::<Vec<_>>().iter().cycle()) {
        let Some((kind, rewritten)) = rewrite::rewrite(badge, seed) else { continue };
        let is_same = *before == statements(&rewritten);
        if !is_same && kind == rewrite::GIVES_MORE_TYPES {
            continue;
        }
        // Whoever verifies it has to agree with the oracle on what was signed.
        let reading = rewrite::Reading::of(&rewritten.to_string());
        assert!(is_same || reading.verdict != Verdict::Valid, "seed {seed}, {kind}: {rewritten}");
        let (same, all) = tally.entry(kind).or_default();
        (*same, *all) = (*same + usize::from(is_same), *all + 1);
    }
    for kind in rewrite::kinds() {
        let (same, all) = tally.get(kind).copied().unwrap_or_default();
        assert!(same >= 1, "{kind}: {same} of {all} are the same");
    }
    let same: usize = tally.values().map(|(same, _)| same).sum();
    let all: usize = tally.values().map(|(_, all)| all).sum();
    assert!(same * 5 >= all * 4, "{same} of {all} are the same: {tally:#?}");
    tell(&format!("oracle, rewrites in {} ways: {same} of {all} are the same statements", tally.len()));
}

/// Numbers that the oracle writes otherwise than JSON-LD 1.1 API section 8.6: what is whole and below 1e21 is an integer,
/// and other numbers have the digits of `%1.15E`, not the fewest that read back.
const ORACLE_WRITES_OTHERWISE: &[(&str, &str, &str)] = &[
    (
        "1e20",
        "\"100000000000000000000\"^^<http://www.w3.org/2001/XMLSchema#integer>",
        "\"1.0E20\"^^<http://www.w3.org/2001/XMLSchema#double>",
    ),
    (
        "5e-324",
        "\"4.940656458412465E-324\"^^<http://www.w3.org/2001/XMLSchema#double>",
        "\"5.0E-324\"^^<http://www.w3.org/2001/XMLSchema#double>",
    ),
];

/// A node of two types, each with a context of its own: JSON-LD 1.1 API section 5.1.2 step 11.2 enters one after the other, and so do
/// jsonld.js and we. The oracle loses what only the first defines.
const ORACLE_READS_ONE_SCOPE: &str = "reading-end-moved";

#[test]
fn where_the_oracle_differs() {
    if let Some(oracle) = Oracle::published() {
        let vector = vectors::all().into_iter().find(|(name, _)| name == ORACLE_READS_ONE_SCOPE).unwrap().1;
        let text = String::from_utf8(vector.bytes()).unwrap();
        let comment = |nquads: &str| nquads.contains("vocab.html#endorsementComment");
        assert!(comment(&ours(&Contexts::builtin(), &text).unwrap()));
        assert!(!comment(&oracle.nquads(&text).unwrap()), "the oracle agrees now");
    }
    for (number, ours_is, theirs_is) in ORACLE_WRITES_OTHERWISE {
        let text = format!(r#"{{"@id": "urn:x:1", "https://example.org/p": {number}}}"#);
        let object = |nquads: String| nquads.split(' ').nth(2).unwrap().to_owned();
        let ours = ours(&Contexts::builtin(), &text.replace('{', "{\"@context\": [], ")).unwrap();
        assert_eq!(object(ours), *ours_is);
        assert_eq!(object(Oracle::default().nquads(&text).unwrap()), *theirs_is, "the oracle agrees now");
    }
}
