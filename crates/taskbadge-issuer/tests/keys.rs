//! The life of a key: badges and lists stay good when a key is replaced, and what a centre hands to the association says
//! which badges are genuine.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use taskbadge::badge::SignedBadge;
use taskbadge::finding::Code;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, Signer, SignerError, SigningKey, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, KnownPack, Pack, RecognisedIssuer, Root, Trust};
use taskbadge::verify::Verifier;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued};
use taskbadge_issuer::keys::{self, Keys, Role, State};
use taskbadge_issuer::ledger::{Because, Reason};
use taskbadge_issuer::publish::publish;
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;
use taskbadge_status::StatusLists;
use tempfile::TempDir;
use zeroize::Zeroizing;

const FORKLIFT: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");
const PASSPHRASE: &[u8] = b"correct horse";

fn at(hour: u8) -> Instant {
    format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
}

fn found(did: impl FnOnce(&VerifyingKey) -> Did) -> (TempDir, Centre) {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::from_seed(&[7; 32]);
    let settings = Settings::new("Harbour Training Centre", did(&key.verifying_key()))
        .with_web("https://centre.example.org/".parse().unwrap());
    let centre = Centre::found(folder.path(), settings, &key, PASSPHRASE).unwrap();
    (folder, centre)
}

fn of_web() -> (TempDir, Centre) {
    found(|_| Did::web("centre.example.org", &[]).unwrap())
}

fn issue_with(centre: &Centre, key: &dyn Signer, who: &str, now: Instant) -> Result<Issued, Trouble> {
    let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
    let text = format!("email,date,level\n{who}@example.org,2026-11-03,independent\n");
    let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now, &[]).unwrap();
    Ok(Desk::open(centre, key, "registrar", now)?.issue(&batch, now, |_| ())?.remove(0))
}

fn issue(centre: &Centre, who: &str, now: Instant) -> Issued {
    issue_with(centre, &centre.signing_key(PASSPHRASE).unwrap(), who, now).unwrap()
}

fn publish_at(centre: &Centre, now: Instant) -> Result<(), Trouble> {
    let key = centre.list_key(PASSPHRASE)?;
    publish(centre, &key, &mut centre.ledger()?, &centre.published_folder(), None, now).map(drop)
}

/// What somebody says who pinned the document that is published, and has the lists.
fn verdict(centre: &Centre, badge: &Path, now: Instant) -> Code {
    let trust = Trust::none().recognise(RecognisedIssuer::pinned(centre.did_document().unwrap()));
    let verifier = Verifier::new(trust);
    let mut lists = StatusLists::new();
    for entry in fs::read_dir(centre.published_folder().join("status")).unwrap() {
        lists.add(&verifier, &fs::read(entry.unwrap().path()).unwrap(), now).unwrap();
    }
    match verifier.status(Arc::new(lists)).verify(&fs::read(badge).unwrap(), now) {
        Ok(_) => Code::Ok,
        Err(refusal) => refusal.refused().cause().code(),
    }
}

fn entry(centre: &Centre) -> Value {
    let mut ledger = centre.ledger_if_begun().unwrap();
    serde_json::from_str(&keys::entry(centre, ledger.as_mut()).unwrap()).unwrap()
}

fn compromised(centre: &Centre, since: Instant, now: Instant) {
    let passphrase = || Ok::<_, Trouble>(Zeroizing::new(String::from_utf8(PASSPHRASE.to_vec()).unwrap()));
    keys::compromised(centre, None, since, now, passphrase).unwrap();
}

#[test]
fn badges_and_lists_outlive_their_key() {
    let (_folder, centre) = of_web();
    let before = issue(&centre, "amina", at(8));
    publish_at(&centre, at(8)).unwrap();
    let old = centre.signing_key(PASSPHRASE).unwrap();

    keys::rotate(&centre, Role::Badge, PASSPHRASE, at(9)).unwrap();
    let after = issue(&centre, "yusuf", at(10));
    // Lists that the old key signed are read, and signed anew.
    let because = Because::new("registrar", "cheated").unwrap();
    let taken_back = issue(&centre, "petra", at(10));
    centre.ledger().unwrap().revoke([&taken_back.badge], Reason::Fraud, &because, at(10)).unwrap();
    publish_at(&centre, at(10)).unwrap();
    for (badge, code) in [(&before, Code::Ok), (&after, Code::Ok), (&taken_back, Code::StatusRevoked)] {
        assert_eq!(verdict(&centre, &badge.file, at(11)), code);
    }
    // The old key signs nothing any more.
    assert!(matches!(issue_with(&centre, &old, "noor", at(11)), Err(Trouble::NotInUse { role: Role::Badge, .. })));
    let refused = publish(&centre, &old, &mut centre.ledger().unwrap(), &centre.published_folder(), None, at(11));
    assert!(matches!(refused, Err(Trouble::NotInUse { role: Role::Status, .. })));
}

#[test]
fn the_key_of_lists_signs_no_badges() {
    let (_folder, centre) = of_web();
    let badge = issue(&centre, "amina", at(8));
    publish_at(&centre, at(8)).unwrap();
    keys::new_status(&centre, PASSPHRASE, at(9)).unwrap();
    publish_at(&centre, at(9)).unwrap();
    let list = fs::read_dir(centre.published_folder().join("status")).unwrap().next().unwrap().unwrap().path();
    let list: Value = serde_json::from_slice(&fs::read(list).unwrap()).unwrap();
    let own = Keys::of(&centre).unwrap().in_use(Role::Status).next().unwrap().id.as_str().to_owned();
    assert_eq!(list["proof"]["verificationMethod"], own);
    assert_eq!(verdict(&centre, &badge.file, at(10)), Code::Ok);
    let status = centre.list_key(PASSPHRASE).unwrap();
    assert!(matches!(issue_with(&centre, &status, "noor", at(10)), Err(Trouble::NotInUse { .. })));
}

#[test]
fn the_association_learns_which_badges_are_genuine() {
    let (_folder, centre) = of_web();
    let genuine = [issue(&centre, "amina", at(8)), issue(&centre, "yusuf", at(8))];
    publish_at(&centre, at(8)).unwrap();
    let simple = entry(&centre);
    assert_eq!(simple["keys"].as_array().unwrap().len(), 1);
    assert_eq!(simple["keys"][0]["state"], "active");
    for absent in ["role", "validFrom", "validUntil", "compromisedSince", "genuineHashData"] {
        assert!(simple["keys"][0].get(absent).is_none(), "{absent}");
    }

    compromised(&centre, at(3), at(9));
    issue(&centre, "petra", at(10));
    publish_at(&centre, at(10)).unwrap();
    let entry = entry(&centre);
    let keys = Keys::of(&centre).unwrap();
    assert_eq!(entry["id"], "did:web:centre.example.org");
    assert_eq!(entry["type"], "RecognizedEntity");
    assert_eq!(entry["name"], "Harbour Training Centre");
    assert_eq!(entry["document"], fs::read_to_string(centre.did_document_file()).unwrap());
    let action = serde_json::json!({
        "type": "RecognizedAction", "action": "issue", "achievement": ["https://centre.example.org/tasks/*"],
    });
    assert_eq!(entry["recognizedTo"], action);
    assert!(entry.get("statusIssuer").is_none() && entry.get("successor").is_none());
    let [old, new] = &entry["keys"].as_array().unwrap()[..] else { panic!("two keys: {entry}") };
    assert_eq!(old["id"], keys.all()[0].id.as_str());
    assert_eq!(old["publicKeyMultibase"], keys.all()[0].key.to_multikey());
    assert_eq!((&old["state"], &old["compromisedSince"]), (&"compromised".into(), &"2026-11-22T03:00:00Z".into()));
    assert!(old.get("validUntil").is_none() && old.get("validFrom").is_none());
    assert_eq!((&new["state"], &new["validFrom"]), (&"active".into(), &"2026-11-22T09:00:00Z".into()));
    assert!(new.get("genuineHashData").is_none());

    let signed = |badge: &Issued| {
        let signed = SignedBadge::parse(&fs::read(&badge.file).unwrap()).unwrap();
        let digests = signed.digests_by(&Contexts::builtin(), &keys.all()[0].key).unwrap();
        let [digest] = digests[..] else { panic!("one proof") };
        digest[..16].try_into().unwrap()
    };
    let mut expected: Vec<[u8; 16]> = genuine.iter().map(signed).collect();
    expected.sort_unstable();
    assert_eq!(URL_SAFE_NO_PAD.decode(old["genuineHashData"].as_str().unwrap()).unwrap(), expected.concat());
    // Who has only the document believes nothing that the key signed.
    assert_eq!(verdict(&centre, &genuine[0].file, at(11)), Code::KeyNotAuthorised);
}

/// Whoever recognises the centre by what it handed over, from 11 o'clock.
fn by_pack(centre: &Centre) -> Verifier {
    let mut ledger = centre.ledger_if_begun().unwrap();
    let entity = Entity::parse(keys::entry(centre, ledger.as_mut()).unwrap().as_bytes()).unwrap();
    let association = SigningKey::from_seed(&[9; 32]);
    let pack = Pack {
        id: "https://association.example.org/pack".into(),
        publisher: association.verifying_key().did_key().to_string(),
        publisher_name: "Association".into(),
        sequence: 1,
        valid_from: at(11),
        valid_until: at(23),
        root: Root::new(1, 1, [association.verifying_key()]).unwrap(),
        entities: vec![entity],
        lists: Vec::new(),
        contexts: Vec::new(),
    };
    let file = Pack::sign(pack.to_json().unwrap().as_bytes(), &association, at(11)).unwrap();
    let (_, trusted) = KnownPack::first(file.as_bytes(), &pack.root.fingerprint(), at(11)).unwrap();
    Verifier::new(Trust::none().with_pack(&trusted))
}

fn verdict_by_pack(centre: &Centre, badge: &str) -> Code {
    let verifier = by_pack(centre);
    let mut lists = StatusLists::new();
    for entry in fs::read_dir(centre.published_folder().join("status")).unwrap() {
        lists.add(&verifier, &fs::read(entry.unwrap().path()).unwrap(), at(12)).unwrap();
    }
    match verifier.status(Arc::new(lists)).verify(badge.as_bytes(), at(12)) {
        Ok(_) => Code::Ok,
        Err(refusal) => refusal.refused().cause().code(),
    }
}

#[test]
fn by_the_entry_badges_stay_good_under_a_retired_key() {
    let (_folder, centre) = of_web();
    let before = issue(&centre, "amina", at(8));
    keys::new_status(&centre, PASSPHRASE, at(9)).unwrap();
    keys::rotate(&centre, Role::Badge, PASSPHRASE, at(9)).unwrap();
    let after = issue(&centre, "yusuf", at(10));
    publish_at(&centre, at(10)).unwrap();
    for badge in [&before, &after] {
        assert_eq!(verdict_by_pack(&centre, &fs::read_to_string(&badge.file).unwrap()), Code::Ok);
    }
}

#[test]
fn by_the_entry_genuine_badges_outlive_a_theft_and_forged_ones_do_not() {
    let (_folder, centre) = of_web();
    let genuine = issue(&centre, "amina", at(8));
    let stolen = centre.signing_key(PASSPHRASE).unwrap();
    let thief = tempfile::tempdir().unwrap();
    let settings = centre.settings().clone();
    let forger = Centre::found(thief.path(), settings, &stolen, PASSPHRASE).unwrap();
    let forged = issue_with(&forger, &stolen, "mallory", at(8)).unwrap();
    compromised(&centre, at(3), at(9));
    let after = issue(&centre, "yusuf", at(10));
    publish_at(&centre, at(10)).unwrap();
    let verdict = |badge: &Issued| verdict_by_pack(&centre, &fs::read_to_string(&badge.file).unwrap());
    assert_eq!(verdict(&after), Code::Ok);
    assert_eq!(verdict(&forged), Code::KeyCompromised);
    assert_eq!(verdict(&genuine), Code::Ok);
}

#[test]
fn a_retired_key_has_an_end_and_no_digests() {
    let (_folder, centre) = of_web();
    issue(&centre, "amina", at(8));
    keys::new_status(&centre, PASSPHRASE, at(8)).unwrap();
    keys::rotate(&centre, Role::Badge, PASSPHRASE, at(9)).unwrap();
    let entry = entry(&centre);
    let keys: Vec<_> = entry["keys"].as_array().unwrap().iter().map(|key| (&key["state"], &key["role"])).collect();
    let [active, retired, badge, status] = ["active", "retired", "badge", "status"].map(Value::from);
    assert_eq!(keys, [(&retired, &badge), (&active, &status), (&active, &badge)]);
    assert_eq!(entry["keys"][0]["validUntil"], "2026-11-22T09:00:00Z");
    assert!(entry["keys"][0].get("genuineHashData").is_none());
}

#[test]
fn a_did_key_in_other_hands_is_told_and_signs_no_more() {
    let (_folder, centre) = found(Did::key);
    issue(&centre, "amina", at(8));
    compromised(&centre, at(3), at(9));
    assert!(matches!(centre.signing_key(PASSPHRASE), Err(Trouble::NoKeyInUse(_))));
    assert!(matches!(publish_at(&centre, at(10)), Err(Trouble::NoKeyInUse(_))));
    let entry = entry(&centre);
    assert!(entry.get("document").is_none());
    assert_eq!(URL_SAFE_NO_PAD.decode(entry["keys"][0]["genuineHashData"].as_str().unwrap()).unwrap().len(), 16);
    let since = [State::Compromised { since: at(3), until: at(9) }];
    assert_eq!(Keys::of(&centre).unwrap().all().iter().map(|key| key.state).collect::<Vec<_>>(), since);
}

/// A key that is elsewhere.
struct Elsewhere {
    own: SigningKey,
    sign: fn(&SigningKey, &[u8]) -> Result<[u8; 64], SignerError>,
}

impl Signer for Elsewhere {
    fn verifying_key(&self) -> VerifyingKey {
        self.own.verifying_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        (self.sign)(&self.own, message)
    }
}

#[test]
fn a_key_elsewhere_issues_and_publishes() {
    let (_folder, centre) = of_web();
    let key =
        Elsewhere { own: SigningKey::from_seed(&[7; 32]), sign: |own, message| Ok(SigningKey::sign(own, message)) };
    let badge = issue_with(&centre, &key, "amina", at(8)).unwrap();
    publish(&centre, &key, &mut centre.ledger().unwrap(), &centre.published_folder(), None, at(8)).unwrap();
    assert_eq!(verdict(&centre, &badge.file, at(9)), Code::Ok);
}

#[test]
fn a_key_elsewhere_that_does_not_sign_hands_out_nothing_and_can_be_asked_again() {
    let (_folder, centre) = of_web();
    let own = || SigningKey::from_seed(&[7; 32]);
    let gone = Elsewhere { own: own(), sign: |_, _| Err(SignerError::Unreachable { why: "it was removed".into() }) };
    let other = Elsewhere { own: own(), sign: |_, message| Ok(SigningKey::from_seed(&[8; 32]).sign(message)) };
    for key in [&gone, &other] {
        let Err(Trouble::Refused { finding, .. }) = issue_with(&centre, key, "amina", at(8)) else { panic!() };
        assert!(finding.detail().is_some_and(|detail| detail.contains("what holds the key")), "{finding}");
    }
    let files = || fs::read_dir(centre.badges_folder()).unwrap().count();
    assert_eq!(files(), 0);
    issue(&centre, "amina", at(9));
    assert_eq!(files(), 1);
}
