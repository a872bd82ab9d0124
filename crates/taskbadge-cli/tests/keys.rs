//! The life of a key, as a person types it.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod place;

use place::{Place, TASK};
use serde_json::Value;

const PASS: &str = "--centre centre --passphrase-file passphrase";

/// A centre of a did:web that has issued one badge.
fn centre() -> Place {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    place.ok("init centre --name Harbour --did-web centre.example.org --web https://centre.example.org --passphrase-file passphrase");
    place.write("centre/tasks/hand-washing.toml", TASK);
    issue(&place, "amina");
    place.ok(&format!("publish {PASS}"));
    place
}

fn issue(place: &Place, who: &str) {
    place.ok(&format!("issue --task hand-washing --level done --email {who}@example.org {PASS}"));
}

fn verify(place: &Place, code: i32) {
    place.ok("trust add did:web:centre.example.org --document centre/did.json --force");
    place.ends(code, "verify centre/badges --status centre/published");
}

#[test]
fn a_key_is_replaced_and_its_badges_stay_good() {
    let place = centre();
    let listed = place.ok("key list --centre centre");
    assert!(listed.contains("badges and status lists") && listed.contains("in use"), "{listed}");
    let said = place.ok(&format!("key rotate {PASS} --yes"));
    assert!(said.starts_with("From now on did:web:centre.example.org#z6Mk"), "{said}");
    assert!(said.contains("taskbadge publish") && said.contains("taskbadge key entry"), "{said}");
    issue(&place, "yusuf");
    place.ok(&format!("publish {PASS}"));
    verify(&place, 0);
    let listed = place.ok("key list --centre centre");
    assert!(listed.contains("retired") && listed.contains("in use"), "{listed}");
}

#[test]
fn nothing_is_replaced_without_a_yes() {
    let place = centre();
    let before = place.read("centre/key.pem");
    for command in ["rotate", "new-status", "compromised --since 2020-01-01"] {
        assert!(place.ends(2, &format!("key {command} {PASS}")).contains("--yes"), "{command}");
    }
    assert_eq!(place.read("centre/key.pem"), before);
    assert!(!place.path("centre/keys.json").exists());
}

#[test]
fn lists_get_a_key_of_their_own() {
    let place = centre();
    place.ok(&format!("key new-status {PASS} --yes"));
    issue(&place, "yusuf");
    place.ok(&format!("publish {PASS}"));
    verify(&place, 0);
    assert!(place.ends(2, &format!("key new-status {PASS} --yes")).contains("is there already"));
    place.ok(&format!("key rotate --status {PASS} --yes"));
    place.ok(&format!("publish {PASS}"));
    verify(&place, 0);
}

#[test]
fn a_key_in_other_hands_is_told_to_the_association() {
    let place = centre();
    assert!(place.ends(2, &format!("key compromised --since tomorrow {PASS} --yes")).contains("is not a date"));
    // Nothing is marked for an entry that has no place.
    place.write("notes.txt", "years of work");
    let said = place.ends(2, &format!("key compromised --since 2020-01-01 --output notes.txt {PASS} --yes"));
    assert!(said.contains("something else than an earlier entry"), "{said}");
    assert!(!place.ok("key list --centre centre").contains("in other hands"));
    let said = place.ok(&format!("key compromised --since 2020-01-01 {PASS} --yes"));
    assert!(said.contains("1 badge that the ledger knows") && said.contains("revoked     nothing"), "{said}");
    let entry: Value = serde_json::from_str(&place.read("centre/entry.json")).unwrap();
    assert_eq!(entry["keys"][0]["compromisedSince"], "2020-01-01T00:00:00Z");
    // 16 bytes.
    assert_eq!(entry["keys"][0]["genuineHashData"].as_str().unwrap().len(), 22);
    assert_eq!(place.ok("key entry --centre centre"), place.read("centre/entry.json"));
    place.ok("key entry --centre centre --output other.json");
    assert_eq!(place.read("other.json"), place.read("centre/entry.json"));
    // Again does no more.
    // A later date makes nothing good again, and is not said to.
    let marked = said.split_whitespace().find(|word| word.starts_with("did:web:")).unwrap();
    let later = place.ok(&format!("key compromised --key {marked} --since 2021-01-01 {PASS} --yes"));
    assert!(later.contains("since 2020-01-01T00:00:00Z, which stays"), "{later}");
    let again = place.ok(&format!("key compromised --since 2020-01-01 {PASS} --yes"));
    assert!(again.contains("Nothing had to be changed."), "{again}");
    issue(&place, "yusuf");
    place.ok(&format!("publish {PASS}"));
    assert!(place.ok("key list --centre centre").contains("in other hands since 2020-01-01"));
}

#[test]
fn a_key_that_is_the_did_is_not_replaced() {
    let place = Place::with_centre();
    let before = place.read("centre/centre.toml");
    for command in ["rotate", "new-status"] {
        let said = place.ends(2, &format!("key {command} {PASS} --yes"));
        assert!(said.contains("is the key itself") && said.contains("--did-web"), "{said}");
    }
    // It is asked for neither a passphrase nor a new key.
    let said = place.ok("key compromised --since 2020-01-01 --centre centre --yes");
    assert!(said.contains("this centre has no other") && said.contains("successor"), "{said}");
    let said = place.ends(2, &format!("issue --task hand-washing --level done --email a@example.org {PASS}"));
    assert!(said.contains("has no key in use"), "{said}");
    place.write("centre/centre.toml", &(before + "successor = \"did:web:next.example.org\"\n"));
    let entry: Value = serde_json::from_str(&place.ok("key entry --centre centre")).unwrap();
    assert_eq!(entry["successor"], "did:web:next.example.org");
}
