//! Signed badges, and other JSON of the same RDF statements, by a seed.
//!
//! Under `eddsa-rdfc-2022` the signature of a badge is also that of every rewrite that JSON-LD reads as the same statements.
//! [`kinds`] are the ways of rewriting; whether what they make is the same is for an oracle to say, not for this module.
//! [`Reading`] is all that a verifier tells of a badge.

#![allow(clippy::unwrap_used, reason = "a badge that cannot be made is a test that fails")]

mod kinds;

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use taskbadge::badge::{Claims, Said};
use taskbadge::finding::{Code, Finding};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{ProofOptions, sign_document};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{StatusAnswer, StatusClaim, StatusSource, Verdict, Verifier};
use taskbadge::work::Budget;

pub use self::kinds::GIVES_MORE_TYPES;
use self::kinds::{KINDS, iri_of};
use crate::generate::Choices;

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const V3_0_3: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const V3_0_2: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json";
/// A context of prefixes and of second names, which the verifier holds.
pub const PREFIXES: &str = "https://example.org/prefixes/v1";
/// What it says.
pub const PREFIXES_DOCUMENT: &str = r#"{"@context": {
    "ob_": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#", "schema_": "https://schema.org/",
    "cred_": "https://www.w3.org/2018/credentials#", "status_": "https://www.w3.org/ns/credentials/status#",
    "uuid_": "urn:uuid:", "ident": "@id", "kind": "@type"
}}"#;

const TASK: &str = "https://centre.example.org/tasks/forklift/1";
const HOLDER: &str = "amina@example.org";
const AT: &str = "2026-11-22T09:00:00Z";

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(&[7; 32]));

/// The contexts that the verifier holds.
static CONTEXTS: LazyLock<Contexts> = LazyLock::new(|| {
    let mut contexts = Contexts::builtin();
    contexts.add(PREFIXES, PREFIXES_DOCUMENT.as_bytes()).unwrap();
    contexts
});

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    // No name beside the key, so that the badge's own counts.
    let trust = Trust::none().recognise(RecognisedIssuer::did_key(&KEY.verifying_key()));
    Verifier::new(trust).contexts(CONTEXTS.clone()).status(Arc::new(Lists)).domain("https://employer.example.org")
});

/// Status lists that say of a badge what their address says.
struct Lists;

impl StatusSource for Lists {
    fn status(&self, _: Claims<'_>, entry: &StatusClaim<'_>, _: Instant) -> StatusAnswer {
        let code =
            [("revoked", Code::StatusRevoked), ("suspended", Code::StatusSuspended), ("clear", Code::StatusCurrent)]
                .into_iter()
                .find(|(word, _)| entry.list.ends_with(word))
                .map_or(Code::StatusMissing, |(_, code)| code);
        StatusAnswer::new(Finding::new(code))
    }
}

/// A badge signed under `eddsa-rdfc-2022`, with much that a verdict or a report reads: some are in order, some ended, revoked, or
/// below what is required, and in some ids meet.
///
/// # Panics
/// Where it cannot be signed.
#[must_use]
pub fn badge(seed: u64) -> Value {
    let choices = &mut Choices::by(seed);
    let key = KEY.verifying_key();
    let issuer = Did::key(&key).as_str().to_owned();
    let first_edition = choices.one_in(6);
    let is_bare = choices.one_in(5);
    let mut profile = json!({ "id": issuer, "type": ["Profile"], "url": "https://centre.example.org/" });
    if !is_bare {
        profile["name"] = words(choices, "Harbour Training Centre");
    }
    let mut achievement = json!({
        "id": TASK, "type": ["Achievement"], "name": words(choices, "Forklift check"),
        "description": words(choices, "The daily check of a forklift."), "criteria": criteria(choices),
        "resultDescription": [rubric(), questions(choices)],
        "alignment": some(choices, vec![
            json!({ "type": ["Alignment"], "targetName": "operate forklift", "targetUrl": "http://data.europa.eu/esco/skill/1" }),
            json!({ "type": "Alignment", "targetName": "EQF level 2", "targetUrl": "http://data.europa.eu/snb/eqf/2" }),
        ]),
    });
    if choices.one_in(2) {
        achievement["creator"] =
            if choices.one_in(2) { profile.clone() } else { json!({ "id": issuer, "type": "Profile" }) };
    }
    let mut subject = json!({
        "type": ["AchievementSubject"], "achievement": achievement, "identifier": some(choices, vec![
            json!({ "type": "IdentityObject", "hashed": false, "identityHash": "Amina Noor", "identityType": "name" }),
            json!({ "type": "IdentityObject", "hashed": false, "identityHash": HOLDER, "identityType": "emailAddress", "salt": "s" }),
            json!({ "type": "IdentityObject", "hashed": false, "identityHash": "أمينة نور", "identityType": "name" }),
        ]),
        "result": some(choices, vec![
            json!({ "type": ["Result"], "resultDescription": format!("{TASK}#rubric"), "achievedLevel": format!("{TASK}#guided"), "status": "Failed" }),
            json!({ "id": "urn:x:result", "type": ["Result"], "resultDescription": format!("{TASK}#questions"), "value": "55", "status": "Completed" }),
            json!({ "type": "Result", "resultDescription": format!("{TASK}#questions"), "value": 87 }),
        ]),
    });
    if choices.one_in(2) {
        subject["id"] = json!("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11");
    }
    match choices.below(4) {
        0 => {
            subject["source"] =
                json!({ "id": "urn:x:assessor", "type": ["Profile"], "name": words(choices, "B. Osei") });
        }
        1 => subject["source"] = profile.clone(),
        2 => subject["source"] = json!("urn:x:assessor"),
        _ => {}
    }
    let mut badge = json!({
        "@context": [V2, if first_edition { V3_0_2 } else { V3_0_3 }],
        "id": format!("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-{seed:012x}"), "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": words(choices, "Forklift check"), "issuer": if is_bare { json!(issuer) } else { profile },
        "validFrom": "2026-11-01T08:00:00Z", "credentialSubject": subject,
    });
    match choices.below(4) {
        0 => badge["validUntil"] = json!("2026-11-02T00:00:00Z"),
        1 => badge["validUntil"] = json!("2027-11-02T00:00:00Z"),
        _ => {}
    }
    match choices.below(4) {
        0 => badge["credentialStatus"] = entry("revocation", "revoked", "7"),
        1 => badge["credentialStatus"] = json!([entry("suspension", "clear", "8"), entry("revocation", "clear", "7")]),
        2 => {
            badge["credentialStatus"] =
                json!([entry("revocation", "clear", "7"), entry("suspension", "suspended", "9")]);
        }
        _ => {}
    }
    if !first_edition && choices.one_in(2) {
        badge["awardedDate"] = json!("2026-10-30T08:00:00Z");
    }
    if choices.one_in(2) {
        badge["evidence"] =
            json!([{ "id": "https://centre.example.org/evidence/1", "type": ["Evidence"], "name": "Photograph" }]);
    }
    if choices.one_in(3) {
        badge["image"] = json!({ "id": "https://centre.example.org/badge.png", "type": "Image" });
    }
    if choices.one_in(2) {
        let about = choices.of(&["badge", "subject", "task"]);
        let about = match about {
            "badge" => badge["id"].clone(),
            "task" => json!(TASK),
            _ => badge["credentialSubject"].get("id").cloned().unwrap_or_else(|| json!("urn:x:nobody")),
        };
        badge["endorsement"] = json!([{
            "@context": badge["@context"], "id": "urn:x:endorsement", "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": { "id": "did:example:friend", "type": ["Profile"], "name": "A friend" }, "validFrom": "2026-11-02T00:00:00Z",
            "credentialSubject": { "id": about, "type": ["EndorsementSubject"], "endorsementComment": "Well done" },
        }]);
    }
    let mut options = ProofOptions::did_key(&key).id("urn:x:proof").created("2026-11-01T09:00:00Z".parse().unwrap());
    match choices.below(12) {
        0 => options = options.expires("2026-11-02T00:00:00Z".parse().unwrap()),
        1 => options = options.domain("https://somebody.example.org"),
        _ => options = options.domain("https://employer.example.org"),
    }
    let document = Document::parse(badge.to_string().as_bytes(), Limits::BADGE).unwrap();
    let signed = sign_document(&CONTEXTS, &document, Limits::BADGE, &*KEY, &options).unwrap();
    serde_json::from_str(&signed).unwrap()
}

fn words(choices: &mut Choices, text: &str) -> Value {
    match choices.below(6) {
        0 => json!({ "@value": "فحص الرافعة", "@language": "ar" }),
        1 => json!({ "@value": text, "@language": "en-gb" }),
        2 => json!({ "@value": "1. بررسی", "@language": "fa", "@direction": "rtl" }),
        3 => json!("فحص"),
        _ => json!(text),
    }
}

/// A part of these, or one alone.
fn some(choices: &mut Choices, mut all: Vec<Value>) -> Value {
    all.retain(|_| choices.one_in(2));
    match all.len() {
        1 if choices.one_in(2) => all.remove(0),
        _ => json!(all),
    }
}

fn criteria(choices: &mut Choices) -> Value {
    let narrative = words(choices, "Checks forks, mast, tyres and brakes.");
    match choices.below(3) {
        0 => json!({ "id": format!("{TASK}/criteria"), "narrative": narrative }),
        1 => json!({ "id": format!("{TASK}/criteria") }),
        _ => json!({ "narrative": narrative }),
    }
}

fn rubric() -> Value {
    let level = |id: &str, name: &str, points: &str| json!({ "id": format!("{TASK}#{id}"), "type": ["RubricCriterionLevel"], "name": name, "level": id, "points": points });
    json!({
        "id": format!("{TASK}#rubric"), "type": ["ResultDescription"], "name": "Practice", "resultType": "RubricCriterionLevel",
        "requiredLevel": format!("{TASK}#alone"),
        "rubricCriterionLevel": [level("guided", "With guidance", "1"), level("alone", "Alone", "2")],
    })
}

fn questions(choices: &mut Choices) -> Value {
    let mut questions = json!({
        "id": format!("{TASK}#questions"), "type": ["ResultDescription"], "name": "Questions", "resultType": "Percent",
        "requiredValue": "60",
    });
    if choices.one_in(2) {
        questions["allowedValue"] = json!(["87", "60", "55"]);
    }
    questions
}

fn entry(purpose: &str, says: &str, index: &str) -> Value {
    json!({
        "id": format!("urn:x:entry:{index}"), "type": "BitstringStatusListEntry", "statusPurpose": purpose, "statusListIndex": index,
        "statusListCredential": format!("https://centre.example.org/lists/{says}"),
    })
}

/// The names of all ways of rewriting.
pub fn kinds() -> impl ExactSizeIterator<Item = &'static str> {
    KINDS.iter().map(|(name, _)| *name)
}

/// The same badge in another way, and in which; `None` where there is nothing to rewrite in that way.
#[must_use]
pub fn rewrite(badge: &Value, seed: u64) -> Option<(&'static str, Value)> {
    let choices = &mut Choices::by(seed);
    let (name, kind) = choices.of(&KINDS);
    let mut rewritten = badge.clone();
    kind(&mut rewritten, choices).then_some((name, rewritten))
}

/// The badge of a seed, rewritten once for each of these seeds, as far as there is something to rewrite; and in which ways.
#[must_use]
pub fn rewritten(badge: u64, seeds: impl IntoIterator<Item = u64>) -> (Value, Vec<&'static str>) {
    let start = (self::badge(badge), Vec::new());
    seeds.into_iter().fold(start, |(badge, mut kinds), seed| match rewrite(&badge, seed) {
        Some((kind, badge)) => {
            kinds.push(kind);
            (badge, kinds)
        }
        None => (badge, kinds),
    })
}

/// All that a verifier tells of a badge, apart from where in the file it stands and in which order lists are.
#[derive(Debug, PartialEq)]
pub struct Reading {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the badge is that of a holder who gives an e-mail address.
    pub is_theirs: bool,
    /// The report and the claims.
    pub told: Vec<String>,
}

impl Reading {
    /// What the verifier tells of this text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self::and_cause(text).0
    }

    /// The same with the code of what decided.
    fn and_cause(text: &str) -> (Self, Code) {
        let at: Instant = AT.parse().unwrap();
        let (report, verdict, mut told, cause) = match VERIFIER.verify(text.as_bytes(), at) {
            Ok(badge) => (serde_json::to_value(badge.report()), Verdict::Valid, claims(badge.claims()), Code::Ok),
            Err(refusal) => {
                let refused = refusal.refused();
                let told = refused.claims().map(claims).unwrap_or_default();
                (serde_json::to_value(refusal.report()), refusal.report().verdict(), told, refused.cause().code())
            }
        };
        told.push(without_places(report.unwrap()).to_string());
        told.sort_unstable();
        let is_theirs = verdict == Verdict::Valid && VERIFIER.verify_for(text.as_bytes(), at, HOLDER).is_ok();
        (Self { verdict, is_theirs, told }, cause)
    }
}

/// Lists in the order of their items, and findings without the places they point to.
fn without_places(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(key, _)| key != "pointer")
            .map(|(key, value)| (key, without_places(value)))
            .collect(),
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(without_places).collect();
            items.sort_by_cached_key(Value::to_string);
            items.into()
        }
        value => value,
    }
}

fn claims(claims: Claims<'_>) -> Vec<String> {
    use Said::{AchievementDescription, AchievementName, Assessor, Criteria, IssuerName, Name};
    let mut told = vec![
        format!(
            "{:?}",
            [claims.id(), claims.issuer_id(), claims.subject_id(), claims.achievement_id(), claims.holder_name()]
        ),
        format!("{:?}", [claims.valid_from(), claims.valid_until(), claims.awarded_date()]),
        format!("{:?}", claims.holder_names()),
    ];
    for said in [Name, IssuerName, AchievementName, AchievementDescription, Criteria, Assessor] {
        let words = claims.words(said);
        let language = words.and_then(|words| words.language()).map(str::to_lowercase);
        told.push(format!("{said:?} {:?}", words.map(|words| (words.text(), language, words.direction()))));
    }
    told.extend(claims.results().map(|result| format!("{result:?}")));
    told.extend(claims.alignments().map(|alignment| format!("{alignment:?}")));
    told.extend(
        claims.identifiers().map(|one| format!("{:?} {:?} {}", one.identity_type(), one.plain(), one.is(HOLDER))),
    );
    told
}

/// What came of a rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything is told as it was.
    Same,
    /// The badge is refused.
    Refused(Code),
}

/// Verifies a rewrite, of which everything has to be told as of the original, or nothing be believed.
///
/// # Panics
/// Where it tells something else.
#[must_use]
pub fn judge(original: &Reading, rewritten: &Value, kinds: &[&str]) -> Outcome {
    let text = rewritten.to_string();
    let (reading, cause) = Reading::and_cause(&text);
    if reading == *original {
        return Outcome::Same;
    }
    assert!(reading.verdict != Verdict::Valid, "{kinds:?}: {text}\n{reading:#?}\n{original:#?}");
    Outcome::Refused(cause)
}

/// Of a badge that is valid: what is told at most once, whether it is told, and how many statements say it.
///
/// # Panics
/// Where a valid badge has no statements.
#[must_use]
pub fn told_once(badge: &Value) -> Option<Vec<(&'static str, bool, usize)>> {
    let verified = VERIFIER.verify(badge.to_string().as_bytes(), AT.parse().unwrap()).ok()?;
    let claims = verified.claims();
    let mut badge = badge.clone();
    badge.as_object_mut().unwrap().remove("proof");
    let document = Document::parse(badge.to_string().as_bytes(), Limits::BADGE).unwrap();
    let dataset = to_dataset(&CONTEXTS, &document).unwrap();
    let lines = rdfc::canonicalize(&dataset, rdfc::Hash::Sha256, &Budget::of_document(1 << 20)).unwrap().into_nquads();
    let stated = |subject: Option<&str>, property: &str| {
        let start = format!("<{}> <{}> ", subject.unwrap(), iri_of(property));
        lines.lines().filter(|line| line.starts_with(&start)).count()
    };
    let (id, issuer, task) = (claims.id(), claims.issuer_id(), claims.achievement_id());
    Some(vec![
        ("name", claims.name().is_some(), stated(id, "name")),
        ("validFrom", claims.valid_from().is_some(), stated(id, "validFrom")),
        ("validUntil", claims.valid_until().is_some(), stated(id, "validUntil")),
        ("credentialSubject", true, stated(id, "credentialSubject")),
        ("issuer", issuer.is_some(), stated(id, "issuer")),
        ("issuer's name", claims.issuer_name().is_some(), stated(issuer, "name")),
        ("task", claims.achievement_name().is_some(), stated(task, "name")),
        ("description", claims.achievement_description().is_some(), stated(task, "description")),
        ("criteria", true, stated(task, "criteria")),
    ])
}
