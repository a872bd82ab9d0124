//! The cast: an association with its root keys, centres, badges, lists.

use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, SignedBadge, StatusEntry, StatusPurpose, Subject};
use taskbadge::json::Document;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{Cryptosuite, ProofOptions, sign_document};
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, EntityKey, ListMark, Pack, Root, Scope};
use taskbadge_status::{Bits, LIST_LIMITS, StatusList};

pub(crate) const NOW: &str = "2026-11-22T09:00:00Z";
pub(crate) const LIST: &str = "https://centre.example.org/status/1";
/// The badge's place in the list.
pub(crate) const PLACE: u64 = 94_567;

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

/// The centre's key, and the badge's.
pub(crate) fn centre() -> SigningKey {
    key(7)
}

pub(crate) fn did(key: &SigningKey) -> Did {
    Did::key(&key.verifying_key())
}

/// The verification method of a did:key.
pub(crate) fn method(key: &SigningKey) -> String {
    format!("{}#{}", did(key), key.verifying_key().to_multikey())
}

/// Root keys 1, 2 and 3, of which two sign.
pub(crate) fn root() -> Root {
    Root::new(1, 2, [1, 2, 3].map(|seed| key(seed).verifying_key())).unwrap()
}

/// The centre, recognised for its own tasks.
pub(crate) fn entity() -> Entity {
    let mut entity = Entity::new(&did(&centre()), "Harbour Training Centre");
    entity.achievements.push(Scope::new("https://centre.example.org/tasks/*"));
    entity
}

/// The centre's key as an entry of a pack.
pub(crate) fn entity_key() -> EntityKey {
    EntityKey::new(method(&centre()), centre().verifying_key())
}

/// The association's pack.
pub(crate) fn pack() -> Pack {
    Pack {
        id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
        publisher: "https://association.example.org".into(),
        publisher_name: "Association of Training Centres".into(),
        sequence: 7,
        valid_from: at("2026-11-19T00:00:00Z"),
        valid_until: at("2027-02-19T00:00:00Z"),
        root: root(),
        entities: vec![entity()],
        lists: Vec::new(),
        contexts: Vec::new(),
    }
}

/// The pack, signed by root keys.
pub(crate) fn signed(pack: &Pack, seeds: &[u8]) -> String {
    let text = pack.to_json().unwrap();
    seeds.iter().fold(text, |text, seed| Pack::sign(text.as_bytes(), &key(*seed), pack.valid_from).unwrap())
}

pub(crate) struct Issue {
    pub(crate) achievement: &'static str,
    pub(crate) created: Option<&'static str>,
    pub(crate) status: bool,
    pub(crate) suite: Cryptosuite,
}

pub(crate) const ISSUE: Issue = Issue {
    achievement: "https://centre.example.org/tasks/forklift-pre-start-check/1",
    created: Some("2026-11-01T09:00:00Z"),
    status: false,
    suite: Cryptosuite::EddsaJcs2022,
};

/// A badge by a key, of its did:key.
pub(crate) fn badge(by: &SigningKey, issue: &Issue) -> String {
    badge_as(&did(by), &method(by), by, issue)
}

/// A badge by a key, of an issuer that calls the key so.
pub(crate) fn badge_as(issuer: &Did, method: &str, by: &SigningKey, issue: &Issue) -> String {
    let achievement = Achievement::new(
        issue.achievement.parse().unwrap(),
        "Forklift pre-start check",
        "The daily check of a forklift before it is started.",
        Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults."),
    );
    let issuer: Iri = issuer.to_string().parse().unwrap();
    let subject = Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse().unwrap(), achievement);
    let id = "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse().unwrap();
    let mut badge =
        Badge::new(id, Profile::new(issuer, "Harbour Training Centre"), subject, at("2026-11-01T09:00:00Z"));
    badge = badge.valid_until(at("2028-11-01T00:00:00Z"));
    if issue.status {
        badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, LIST.parse().unwrap(), PLACE));
    }
    let options = ProofOptions::new(method).cryptosuite(issue.suite);
    let options = issue.created.map(|created| options.clone().created(at(created))).unwrap_or(options);
    badge.sign(&Contexts::builtin(), by, &options).unwrap().text().to_owned()
}

/// What the centre's key signed of a badge, once for each of its proofs.
pub(crate) fn digests(badge: &str) -> Vec<[u8; 32]> {
    let signed = SignedBadge::parse(badge.as_bytes()).unwrap();
    signed.digests_by(&Contexts::builtin(), &centre().verifying_key()).unwrap()
}

/// A status list by a key, in which the badge is marked or not.
pub(crate) fn list(by: &SigningKey, made: &str, marked: bool) -> String {
    let mut bits = Bits::new();
    if marked {
        bits.set(PLACE).unwrap();
    }
    let made = at(made);
    let issuer = did(by).to_string().parse().unwrap();
    let list = StatusList::new(LIST.parse().unwrap(), issuer, StatusPurpose::Revocation, bits, made)
        .valid_until(Instant::from_unix(made.unix() + 10 * 24 * 60 * 60));
    let options = ProofOptions::did_key(&by.verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022).created(made);
    list.sign(&Contexts::builtin(), by, &options).unwrap()
}

/// A list with one proof more, by another key, with another date.
pub(crate) fn dated_anew(list: &str, by: &SigningKey, created: &str) -> String {
    let document = Document::parse(list.as_bytes(), LIST_LIMITS).unwrap();
    let options = ProofOptions::did_key(&by.verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022);
    sign_document(&Contexts::builtin(), &document, LIST_LIMITS, by, &options.created(at(created))).unwrap()
}

pub(crate) fn mark(made: &str) -> ListMark {
    ListMark { id: LIST.into(), issuer: None, made: at(made) }
}
