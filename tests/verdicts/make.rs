//! Signs new scenarios. A vector is static: what is committed are the bytes that were signed once.
//!
//! A new scenario has, in the place of `badge`, a recipe under `make`, and is run once with `TASKBADGE_BLESS=1`:
//!
//! ```json
//! { "badge": { "…": "the unsigned badge" },
//!   "proofs": [ { "by": "centre", "suite": "eddsa-rdfc-2022", "with": { "expires": "…" }, "reading": { "URL": "FILE" } },
//!               { "raw": { "type": "…" } } ],
//!   "then": { "/name": "changed after signing", "/proof/created": null },
//!   "lists": { "URL": { "badge": { "…": "an unsigned status list" }, "proofs": [ … ] } } }
//! ```
//!
//! `with` adds members to the proof, or with `null` takes them away, before it is signed. `reading` reads a context of the
//! badge as a published file says it, which is how a badge is signed under an older edition. `then` sets or, with `null`, removes
//! what its pointers name; `$null` sets `null`. `$centre`, `$centre.key` and `$centre.method` stand for the did:key, Multikey and verification
//! method of a test key, everywhere in the file.

use serde_json::{Map, Value, json};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::HashData;
use taskbadge_tests::{json, published, vectors};

/// The test keys, by name and the byte that their seed repeats.
const KEYS: &[(&str, u8)] = &[("centre", 7), ("other", 8), ("web", 9)];

pub(crate) fn sign_new_scenarios() {
    for path in vectors::files() {
        let mut vector = json(&path);
        let Some(recipe) = vector.as_object_mut().unwrap().remove("make") else { continue };
        let contexts = contexts(&vector);
        let recipe = with_names(&recipe);
        for (url, list) in recipe["lists"].as_object().into_iter().flatten() {
            vector["statusLists"][url] = signed(list, contexts.clone());
        }
        vector["badge"] = signed(&recipe, contexts);
        let text = serde_json::to_string_pretty(&with_names(&vector)).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
}

fn key(name: &str) -> SigningKey {
    let (_, byte) = KEYS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no key {name}"));
    SigningKey::from_seed(&[*byte; 32])
}

/// The same JSON with the names of the test keys spelt out.
fn with_names(value: &Value) -> Value {
    let mut text = value.to_string();
    for (name, _) in KEYS {
        let public = key(name).verifying_key();
        let (did, multikey) = (Did::key(&public), public.to_multikey());
        text = text.replace(&format!("${name}.method"), &format!("{did}#{multikey}"));
        text = text.replace(&format!("${name}.key"), &multikey);
        text = text.replace(&format!("${name}"), did.as_str());
    }
    serde_json::from_str(&text).unwrap()
}

fn contexts(vector: &Value) -> Contexts {
    let mut contexts = Contexts::builtin();
    for (url, document) in vector["contexts"].as_object().into_iter().flatten() {
        // A scenario may be about a context that is refused.
        let _ = contexts.add(url, document.to_string().as_bytes());
    }
    contexts
}

fn signed(recipe: &Value, mut contexts: Contexts) -> Value {
    let mut badge = recipe["badge"].clone();
    let mut proofs = Vec::new();
    for step in recipe["proofs"].as_array().into_iter().flatten() {
        proofs.push(match step.get("raw") {
            Some(raw) => raw.clone(),
            None => proof(step, &badge, &mut contexts),
        });
        badge["proof"] = if proofs.len() == 1 { proofs[0].clone() } else { json!(proofs) };
    }
    for (pointer, value) in recipe["then"].as_object().into_iter().flatten() {
        set(&mut badge, pointer, value);
    }
    badge
}

fn proof(step: &Value, badge: &Value, contexts: &mut Contexts) -> Value {
    let name = step["by"].as_str().unwrap();
    let public = key(name).verifying_key();
    let mut config = json!({
        "type": "DataIntegrityProof", "cryptosuite": step["suite"], "created": "2026-11-01T09:00:00Z",
        "proofPurpose": "assertionMethod", "verificationMethod": format!("{}#{}", Did::key(&public), public.to_multikey()),
    });
    if step["suite"] == "eddsa-jcs-2022" {
        config["@context"] = badge["@context"].clone();
    }
    for (member, value) in step["with"].as_object().into_iter().flatten() {
        set(&mut config, &format!("/{member}"), value);
    }
    let mut read = badge.clone();
    for (url, file) in step["reading"].as_object().into_iter().flatten() {
        let edition = format!("{url}?edition");
        let file = published(&format!("contexts/{}", file.as_str().unwrap())).expect("blessing needs it");
        contexts.add(&edition, &std::fs::read(file).unwrap()).unwrap();
        for item in read["@context"].as_array_mut().unwrap() {
            if item.as_str() == Some(url) {
                *item = json!(edition);
            }
        }
    }
    let document = |value: &Value| Document::parse(value.to_string().as_bytes(), Limits::BADGE).unwrap();
    let hashed = HashData::compute(contexts, &document(&read), &document(&config)).unwrap();
    let signature = key(name).sign(&hashed.bytes());
    config["proofValue"] = json!(format!("z{}", bs58::encode(signature).into_string()));
    config
}

/// Sets what a pointer names, or removes it.
fn set(root: &mut Value, pointer: &str, value: &Value) {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let member = member.replace("~1", "/").replace("~0", "~");
    match root.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
        Value::Array(items) => {
            let at: usize = member.parse().unwrap();
            if value.is_null() { drop(items.remove(at)) } else { items.insert(at, value.clone()) }
        }
        Value::Object(members) => set_member(members, &member, value),
        other => panic!("{parent} is {other}"),
    }
}

fn set_member(members: &mut Map<String, Value>, member: &str, value: &Value) {
    if value.is_null() {
        members.remove(member).unwrap_or_else(|| panic!("nothing to remove at {member}"));
    } else {
        let value = if value == "$null" { Value::Null } else { value.clone() };
        members.insert(member.into(), value);
    }
}
