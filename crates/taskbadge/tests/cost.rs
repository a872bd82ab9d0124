//! Cost grows with size: the worst that somebody could send, at three sizes, and the work that is counted for it.
//!
//! Four times the size takes at most five times the work, which n log n keeps to. What cannot be in proportion, since a small
//! file can stand for a vast one, ends at a budget that is. Nothing here is timed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests; the figures are worth reading")]

use std::fmt::Write as _;

use serde_json::{Value, json};
use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{CREDENTIALS_V2, Contexts, OPEN_BADGES_3_0_3};
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions, sign_document};
use taskbadge::time::Instant;
use taskbadge::trust::{
    Entity, EntityKey, ExtraContext, KnownPack, ListMark, PACK_LIMITS, Pack, RecognisedIssuer, Root, Scope, Trust,
};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};
use taskbadge::work::Budget;

/// A context that somebody added, with a meaning for every word.
const OWN: &str = "https://vocab.example.org/own/v1";

/// Four times the size, at most five times the work; and at least twice, or nothing was counted that grows.
fn grows_with_size(what: &str, n: usize, work: impl Fn(usize) -> u64) {
    let [small, medium, large] = [n, 4 * n, 16 * n].map(&work);
    println!("{what}: {small}, {medium}, {large} steps");
    assert!(medium <= 5 * small && large <= 5 * medium, "{what}: {small}, {medium}, {large} steps");
    assert!(large >= 2 * medium, "{what}: {small}, {medium}, {large} steps");
}

/// What is refused for its cost has cost no more than is in proportion to its bytes.
fn ends_at_its_budget(what: &str, bytes: usize, work: u64) {
    assert_eq!(work, Budget::of_document(bytes).allowed(), "{what}");
}

// JSON.

fn parse(text: &str) -> (u64, Result<Document, Code>) {
    // Wider than for a badge, so that what grows can be seen to.
    let limits = Limits { bytes: 64 << 20, nodes: 4_000_000, ..Limits::BADGE };
    let budget = Budget::of_document(text.len());
    let document = Document::parse_within(text.as_bytes(), limits, &budget);
    (budget.spent(), document.map_err(|finding| finding.code()))
}

/// Keys in the order that is the most work to sort, after some text that all of them begin with.
fn keys(n: usize, beginning: &str) -> impl Iterator<Item = String> {
    // Every number below the prime once, in no order.
    (0..n as u64).map(move |number| format!("{beginning}{:06x}", number * 7_368_787 % 16_777_213))
}

fn object(keys: impl Iterator<Item = String>, value: &str) -> String {
    let members: Vec<String> = keys.map(|key| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

#[test]
fn json_grows_with_its_size() {
    let read = |text: String| {
        let (work, document) = parse(&text);
        document.unwrap();
        work
    };
    grows_with_size("keys in no order", 2_000, |n| read(object(keys(n, ""), "1")));
    grows_with_size("keys that begin alike", 500, |n| read(object(keys(n, &"k".repeat(600)), "1")));
    grows_with_size("keys beyond ASCII", 500, |n| read(object(keys(n, &"\u{ffff}\u{10ffff}".repeat(20)), "1")));
    grows_with_size("few keys, ever longer", 500, |n| read(object(keys(40, &"é".repeat(n)), "1")));
    grows_with_size("escapes", 2_000, |n| read(format!("[\"{}\"]", "\\ud83d\\ude00\\n".repeat(n))));
    grows_with_size("long numbers", 2_000, |n| read(format!("[1{}e-{n},0.{}1]", "0".repeat(n), "0".repeat(20))));
    grows_with_size("objects in objects", 100, |n| {
        let deep = |inner: String| (0..60).fold(inner, |inner, _| format!("{{\"b\":{inner},\"a\":1}}"));
        read(format!("[{}]", vec![deep("1".into()); n].join(",")))
    });
    grows_with_size("a key twice, seen last", 2_000, |n| {
        let (work, document) = parse(&object(keys(n, "").chain([format!("{:06x}", 7_368_787)]), "1"));
        assert_eq!(document.unwrap_err(), Code::JsonDuplicateKey);
        work
    });
}

// Contexts.

fn context(terms: &str) -> (u64, usize, Result<Contexts, Code>) {
    let text = format!(r#"{{"@context":{{{terms}}}}}"#);
    let budget = Budget::of_document(text.len());
    let mut contexts = Contexts::builtin();
    let added = contexts.add_within(OWN, text.as_bytes(), &budget);
    (budget.spent(), text.len(), added.map(|()| contexts).map_err(|finding| finding.code()))
}

fn terms(n: usize, term: impl Fn(usize, &str) -> String) -> String {
    keys(n, "k").enumerate().map(|(number, key)| term(number, &key)).collect::<Vec<_>>().join(",")
}

#[test]
fn contexts_grow_with_their_size() {
    let read = |terms: String| {
        let (work, _, contexts) = context(&terms);
        contexts.unwrap();
        work
    };
    grows_with_size("terms", 500, |n| read(terms(n, |_, key| format!(r#""{key}":"https://example.org/{key}""#))));
    grows_with_size("terms that begin alike", 100, |n| {
        let long = "x".repeat(300);
        read(terms(n, |_, key| format!(r#""{long}{key}":"https://example.org/{key}""#)))
    });
    grows_with_size("prefixes for one IRI", 500, |n| {
        read(terms(n, |_, key| format!(r#""{key}":"https://example.org/#""#)))
    });
    grows_with_size("terms behind a chain of prefixes", 200, |n| {
        let chain: Vec<String> = (1..8).map(|link| format!(r#""p{link}":"p{}:{link}/""#, link - 1)).collect();
        let of_chain = terms(n, |_, key| format!(r#""{key}":"p7:{key}""#));
        read(format!(r#""p0":"https://example.org/",{},{of_chain}"#, chain.join(",")))
    });
    grows_with_size("terms by a catch-all", 500, |n| {
        read(format!(r#""@vocab":"https://example.org/#",{}"#, terms(n, |_, key| format!(r#""{key}":{{}}"#))))
    });
    grows_with_size("prefixes that nothing defines", 500, |n| {
        read(terms(n, |_, key| format!(r#""{key}":{{"@id":"https://example.org/{key}","@type":"{key}x:y"}}"#)))
    });
    grows_with_size("scoped contexts", 200, |n| {
        let scoped = r#"{"a":"https://example.org/a","b":"https://example.org/b"}"#;
        read(terms(n, |_, key| format!(r#""{key}":{{"@id":"https://example.org/{key}","@context":{scoped}}}"#)))
    });
}

#[test]
fn a_context_that_stands_for_a_vast_one_is_refused() {
    let long = "x".repeat(400_000);
    for (what, first, id) in [
        ("a long prefix", format!(r#""p":"https://example.org/{long}/""#), r#""p:a""#),
        ("a long catch-all", format!(r#""@vocab":"https://example.org/{long}/""#), "{}"),
        ("a long datatype", format!(r#""p":"https://example.org/{long}/""#), r#"{"@id":"urn:x:y","@type":"p:a"}"#),
    ] {
        let (work, bytes, refused) =
            context(&format!("{first},{}", terms(10_000, |_, key| format!(r#""{key}":{id}"#))));
        // A second name for one IRI is refused, too, but the work comes first where every name has an IRI of its own.
        match refused.map(|_| ()) {
            Err(Code::ContextTooComplex) => ends_at_its_budget(what, bytes, work),
            other => assert_eq!(other, Err(Code::ContextMalformed), "{what}"),
        }
    }
    let aliases = terms(30_000, |_, key| format!(r#""{key}":"@id""#));
    assert_eq!(context(&aliases).2.map(|_| ()), Err(Code::ContextMalformed));
}

// Documents.

fn centre() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn now() -> Instant {
    "2026-11-22T09:00:00Z".parse().unwrap()
}

fn badge() -> Value {
    json!({
        "@context": [CREDENTIALS_V2, OPEN_BADGES_3_0_3, OWN],
        "id": "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Forklift check",
        "issuer": {"id": centre().verifying_key().did_key().as_str(), "type": ["Profile"], "name": "Harbour"},
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "urn:task:forklift", "type": ["Achievement"], "name": "Forklift check",
                "description": "Daily check.", "criteria": {"narrative": "Checks."},
            },
        },
    })
}

/// A verifier that holds a context of somebody's, with a list, scoped contexts, and a meaning for everything else.
fn verifier() -> Verifier {
    let mut contexts = Contexts::builtin();
    let own = json!({"@context": {
        "@vocab": "https://vocab.example.org/own#",
        "row": {"@id": "https://vocab.example.org/row", "@container": "@list"},
        "raw": {"@id": "https://vocab.example.org/raw", "@type": "@json"},
        "next": {"@id": "https://vocab.example.org/next", "@type": "@id"},
        "Left": {"@id": "https://vocab.example.org/Left", "@context": {"side": "https://vocab.example.org/left"}},
        "Right": {"@id": "https://vocab.example.org/Right", "@context": {"side": "https://vocab.example.org/right"}},
        "within": {"@id": "https://vocab.example.org/within", "@context": {"of": "https://vocab.example.org/of"}},
    }});
    contexts.add(OWN, own.to_string().as_bytes()).unwrap();
    let trust = Trust::none().recognise(RecognisedIssuer::did_key(&centre().verifying_key()));
    Verifier::new(trust).contexts(contexts)
}

/// A proof that nobody made.
fn proof(suite: Cryptosuite) -> Value {
    let did = centre().verifying_key().did_key();
    json!({
        "type": "DataIntegrityProof", "cryptosuite": suite.as_str(), "proofPurpose": "assertionMethod",
        "verificationMethod": did.method(&centre().verifying_key()).unwrap().as_str(),
        "proofValue": format!("z{}", bs58::encode([1; 64]).into_string()),
    })
}

fn work_of(outcome: &Result<VerifiedBadge, Refusal>) -> (u64, Code) {
    match outcome {
        Ok(badge) => (badge.work(), Code::Ok),
        Err(refusal) => (refusal.refused().work(), refusal.refused().cause().code()),
    }
}

/// The work of a badge with these changes, which somebody forged. It comes to the check of the signature, and no further.
fn forged(suite: Cryptosuite, change: impl FnOnce(&mut Value)) -> u64 {
    let mut badge = badge();
    badge["proof"] = proof(suite);
    change(&mut badge);
    let (work, code) = work_of(&verifier().verify(badge.to_string().as_bytes(), now()));
    assert_eq!(code, Code::ProofBadSignature, "{work} steps of {} bytes", badge.to_string().len());
    work
}

const SUITES: [Cryptosuite; 2] = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];

#[test]
fn documents_grow_with_their_size() {
    for suite in SUITES {
        let grows = |what: &str, n: usize, change: &dyn Fn(&mut Value, usize)| {
            grows_with_size(&format!("{what}, {}", suite.as_str()), n, |n| forged(suite, |badge| change(badge, n)));
        };
        grows("undefined keys", 400, &|badge, n| {
            for key in keys(n, "k") {
                badge[key] = json!("v");
            }
        });
        grows("undefined keys of the subject", 400, &|badge, n| {
            for key in keys(n, "k") {
                badge["credentialSubject"][key] = json!("v");
            }
        });
        grows("objects of one undefined key", 200, &|badge, n| {
            badge["x"] = keys(n, "k").map(|key| json!({key: "v"})).collect();
        });
        grows("types that nothing defines", 400, &|badge, n| {
            badge["credentialSubject"]["type"] =
                ["AchievementSubject".into()].into_iter().chain(keys(n, "T")).collect();
        });
        grows("one type again and again", 400, &|badge, n| {
            badge["credentialSubject"]["type"] = json!(vec!["AchievementSubject"; n]);
        });
        grows("objects of two types with contexts", 100, &|badge, n| {
            let both = json!({"type": ["Right", "Left"], "within": {"of": 1, "type": "Left", "side": 2}});
            badge["x"] = json!(vec![both; n]);
        });
        grows("one context again and again", 400, &|badge, n| {
            let contexts = [CREDENTIALS_V2, OPEN_BADGES_3_0_3].into_iter().chain(vec![OWN; n]);
            badge["@context"] = contexts.collect();
        });
        grows("results that are all alike", 100, &|badge, n| {
            let result = json!({"type": ["Result"], "resultDescription": "urn:r", "status": "Completed"});
            badge["credentialSubject"]["result"] = json!(vec![result; n]);
        });
        grows("a list", 200, &|badge, n| badge["row"] = (0..n).collect());
        grows("named blank nodes in pairs", 200, &|badge, n| {
            badge["x"] = (0..n)
                .map(|number| json!({"id": format!("_:a{number}"), "next": format!("_:b{number}"), "tells": number}))
                .collect();
        });
        grows("text beside a long id", 2_000, &|badge, n| badge["x"] = json!("\u{1}".repeat(n)));
        grows("JSON as a value", 800, &|badge, n| badge["raw"] = keys(n, "k").collect());
        grows("identifiers", 200, &|badge, n| {
            let identifier = |salt: String| json!({"type": "IdentityObject", "hashed": true, "identityHash": "sha256$00", "identityType": "name", "salt": salt});
            badge["credentialSubject"]["identifier"] = keys(n, "").map(identifier).collect();
        });
        grows("earlier proofs that are none", 800, &|badge, n| {
            badge["proof"]["id"] = json!("urn:proof:1");
            badge["proof"]["previousProof"] = json!(vec!["urn:proof:1"; n]);
        });
    }
}

/// The work of a badge with these changes, which the centre signed, so that all of it is read.
fn signed(change: impl FnOnce(&mut Value)) -> u64 {
    let mut tree = badge();
    tree["@context"].as_array_mut().unwrap().pop();
    change(&mut tree);
    let document = Document::parse(tree.to_string().as_bytes(), Limits::BADGE).unwrap();
    let options = ProofOptions::did_key(&centre().verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022);
    let signed = sign_document(&Contexts::builtin(), &document, Limits::BADGE, &centre(), &options).unwrap();
    let outcome = verifier().verify(signed.as_bytes(), now());
    if let Ok(badge) = &outcome {
        assert_eq!(
            badge.claims().results().count(),
            tree["credentialSubject"]["result"].as_array().map_or(0, Vec::len)
        );
    }
    let (work, code) = work_of(&outcome);
    assert!([Code::Ok, Code::ResultBelow].contains(&code), "{code}");
    work
}

#[test]
fn what_is_read_grows_with_the_size() {
    grows_with_size("results each with its description", 50, |n| {
        signed(|badge| {
            let describe = |number: usize| json!({"id": format!("urn:r:{number}"), "type": ["ResultDescription"], "name": "R", "resultType": "Status"});
            let result = |number: usize| json!({"type": ["Result"], "resultDescription": format!("urn:r:{}", n - 1 - number), "status": "Completed"});
            badge["credentialSubject"]["achievement"]["resultDescription"] = (0..n).map(describe).collect();
            badge["credentialSubject"]["result"] = (0..n).map(result).collect();
        })
    });
    grows_with_size("results of one description, whose level has a long id", 50, |n| {
        signed(|badge| {
            let long = format!("urn:l:{}", "x".repeat(100 * n));
            badge["credentialSubject"]["achievement"]["resultDescription"] = json!([{
                "id": "urn:r", "type": ["ResultDescription"], "name": "R", "resultType": "RubricCriterionLevel",
                "requiredLevel": long, "requiredValue": "1".repeat(100 * n), "allowedValue": ["1", "2"],
                "rubricCriterionLevel": [{"id": long, "type": ["RubricCriterionLevel"], "name": "L"}],
            }]);
            let result =
                json!({"type": ["Result"], "resultDescription": "urn:r", "achievedLevel": "urn:l:1", "value": "1"});
            badge["credentialSubject"]["result"] = json!(vec![result; n]);
        })
    });
    grows_with_size("one thing in many places", 50, |n| {
        signed(|badge| {
            let mut first = json!({"id": "urn:x", "type": ["Result"]});
            for key in keys(n, "urn:k:") {
                first[key] = json!("v");
            }
            let again = json!({"id": "urn:x", "type": ["Result"]});
            badge["credentialSubject"]["result"] = [first].into_iter().chain(vec![again; n]).collect();
        })
    });
}

#[test]
fn what_is_vast_when_written_out_ends_at_its_budget() {
    // A long subject in every statement; and blank nodes that only their neighbours tell apart.
    let long = |badge: &mut Value| {
        badge["id"] = json!(format!("urn:{}", "x".repeat(100_000)));
        for key in keys(20_000, "k") {
            badge[key] = json!("v");
        }
    };
    let ring = |badge: &mut Value| {
        let next =
            |number: usize| json!({"id": format!("_:b{number}"), "next": format!("_:b{}", (number + 1) % 2_000)});
        badge["x"] = (0..2_000).map(next).collect();
    };
    let clique = |badge: &mut Value| {
        let node = |number: usize| json!({"id": format!("_:b{number}"), "next": (0..24).map(|other| format!("_:b{other}")).collect::<Vec<_>>()});
        badge["x"] = (0..24).map(node).collect();
    };
    // Every cell of the outer list looks like the next.
    let lists = |badge: &mut Value| badge["row"] = (0..1_000).map(|number| vec![number]).collect();
    type Change<'c> = (&'c str, &'c dyn Fn(&mut Value));
    let changes: [Change<'_>; 4] = [("long", &long), ("ring", &ring), ("clique", &clique), ("lists", &lists)];
    for (what, change) in changes {
        let mut badge = badge();
        change(&mut badge);
        badge["proof"] = json!(vec![proof(Cryptosuite::EddsaRdfc2022); 4]);
        let text = badge.to_string();
        let (work, code) = work_of(&verifier().verify(text.as_bytes(), now()));
        assert_eq!(code, Code::ContextTooComplex, "{what}");
        assert!(work <= Budget::of_document(text.len()).allowed(), "{what}: {work} steps");
    }
}

#[test]
fn what_proofs_cover_together_is_hashed_once() {
    for suite in SUITES {
        let of_proofs = |count: usize| {
            forged(suite, |badge| {
                badge["proof"] = json!(vec![proof(suite); count]);
                for key in keys(5_000, "k") {
                    badge[key] = json!("v");
                }
            })
        };
        let (one, four) = (of_proofs(1), of_proofs(4));
        assert!(four < one + one / 4, "{}: {one} steps, {four} of four proofs", suite.as_str());
    }
}

#[test]
fn a_good_badge_is_checked_within_its_budget() {
    for suite in SUITES {
        let mut tree = badge();
        tree["@context"].as_array_mut().unwrap().pop();
        let document = Document::parse(tree.to_string().as_bytes(), Limits::BADGE).unwrap();
        let options = ProofOptions::did_key(&centre().verifying_key()).cryptosuite(suite);
        let signed = sign_document(&Contexts::builtin(), &document, Limits::BADGE, &centre(), &options).unwrap();
        let (work, code) = work_of(&verifier().verify(signed.as_bytes(), now()));
        assert_eq!(code, Code::Ok);
        assert!(work < Budget::LEAST / 100, "{work} steps");
    }
}

// Trust packs.

fn root() -> (SigningKey, Root) {
    let key = SigningKey::from_seed(&[9; 32]);
    let root = Root::new(1, 1, [key.verifying_key()]).unwrap();
    (key, root)
}

fn did(number: usize) -> Did {
    let mut seed = [7; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_seed(&seed).verifying_key().did_key()
}

/// The work of a pack, changed before its root signs it.
fn pack(change: impl FnOnce(&mut Pack)) -> u64 {
    let (key, root) = root();
    let mut pack = Pack {
        id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
        publisher: "https://association.example.org".into(),
        publisher_name: "Association".into(),
        sequence: 1,
        valid_from: "2026-11-01T00:00:00Z".parse().unwrap(),
        valid_until: "2027-11-01T00:00:00Z".parse().unwrap(),
        root: root.clone(),
        entities: Vec::new(),
        lists: Vec::new(),
        contexts: Vec::new(),
    };
    change(&mut pack);
    let signed = Pack::sign(pack.to_json().unwrap().as_bytes(), &key, now()).unwrap();
    KnownPack::first(signed.as_bytes(), &root.fingerprint(), now()).unwrap().1.work()
}

#[test]
fn packs_grow_with_their_size() {
    grows_with_size("centres", 40, |n| {
        pack(|pack| {
            for number in 0..n {
                let mut entity = Entity::new(&did(number), "Centre");
                entity.achievements.push(Scope::new("https://example.org/*"));
                entity.status_issuers.push(did(0));
                pack.entities.push(entity);
            }
        })
    });
    grows_with_size("keys of one centre", 16, |n| {
        pack(|pack| {
            let web = Did::web("centre.example.org", &[]).unwrap();
            let mut entity = Entity::new(&web, "Centre");
            let key = |number| did(number).verifying_key().unwrap();
            entity.keys = (0..n).map(|number| EntityKey::new(format!("{web}#{number}"), key(number))).collect();
            pack.entities.push(entity);
        })
    });
    grows_with_size("methods of one document", 40, |n| {
        pack(|pack| {
            let web = Did::web("centre.example.org", &["a".repeat(1_500).as_str()]).unwrap();
            let methods: Vec<Value> =
                keys(n, "k").map(|key| json!({"id": format!("#{key}"), "type": "other"})).collect();
            let mut entity = Entity::new(&web, "Centre");
            entity.document = Some(json!({"id": web.as_str(), "verificationMethod": methods}).to_string());
            pack.entities.push(entity);
        })
    });
    grows_with_size("status lists", 100, |n| {
        pack(|pack| {
            let mark = |number| ListMark { id: format!("https://example.org/{number}"), issuer: None, made: now() };
            pack.lists = (0..n).map(mark).collect();
        })
    });
    grows_with_size("contexts", 10, |n| {
        pack(|pack| {
            let context = |number: usize| {
                let mut terms = String::new();
                for term in 0..20 {
                    let _ = write!(terms, r#""t{number}x{term}":"https://example.org/{number}/{term}","#);
                }
                let document = format!(r#"{{"@context":{{{terms}"@version":1.1}}}}"#);
                ExtraContext { id: format!("https://example.org/context/{number}"), document }
            };
            pack.contexts = (0..n).map(context).collect();
        })
    });
}

#[test]
fn a_pack_is_hashed_once_however_many_proofs_are_bad() {
    let (key, root) = root();
    let mut entities = Vec::new();
    for number in 0..100 {
        entities.push(Entity::new(&did(number), "Centre".repeat(100)));
    }
    let of_proofs = |bad: usize| {
        let pack = Pack {
            id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
            publisher: "https://association.example.org".into(),
            publisher_name: "Association".into(),
            sequence: 1,
            valid_from: "2026-11-01T00:00:00Z".parse().unwrap(),
            valid_until: "2027-11-01T00:00:00Z".parse().unwrap(),
            root: root.clone(),
            entities: entities.clone(),
            lists: Vec::new(),
            contexts: Vec::new(),
        };
        let signed = Pack::sign(pack.to_json().unwrap().as_bytes(), &key, now()).unwrap();
        let mut tree: Value = serde_json::from_str(&signed).unwrap();
        let good = tree["proof"].take();
        let mut forged = good.clone();
        forged["created"] = json!("2026-11-03T00:00:00Z");
        tree["proof"] = vec![forged; bad].into_iter().chain([good]).collect();
        let (_, trusted) = KnownPack::first(tree.to_string().as_bytes(), &root.fingerprint(), now()).unwrap();
        trusted.work()
    };
    let most = PACK_LIMITS.proofs - 1;
    let (one, many) = (of_proofs(1), of_proofs(most));
    // A signature costs what it costs, and so does a proof; the pack is hashed once.
    let of_a_proof = (many - one) / (most as u64 - 1);
    assert!(of_a_proof < one / 5, "{one} steps with one bad proof, {many} with {most}");
}
