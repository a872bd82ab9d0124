//! What is shown cannot lie: whatever a badge, a pack, a list, a roster, a template, an entry, a DID document or the name of
//! a file says, it does not hide, does not move what stands around it, and begins no line.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod place;

use std::fs;
use std::process::Output;

use place::{ISSUE_ONE, LISTS, Place};
use serde_json::{Value, json};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::{Cryptosuite, ProofOptions, sign_document};
use taskbadge::shown::hidden;

/// Of every kind of character that is not to be seen, some.
const HIDDEN: &str = "\u{1}\u{7}\u{8}\u{b}\u{c}\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{600}\u{61c}\u{6dd}\u{115f}\u{1160}\u{17b4}\
    \u{180b}\u{180e}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\
    \u{2062}\u{2066}\u{2067}\u{2068}\u{2069}\u{206a}\u{2800}\u{3164}\u{e000}\u{fdd0}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\
    \u{fffc}\u{1bca0}\u{1d159}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{f0000}\u{10ffff}";

/// In every hostile text, to be found again where it is shown.
const MARK: &str = "Zq9";

/// Texts that hide, move, or play at being ours.
fn hostile() -> Vec<String> {
    let chars: Vec<char> = HIDDEN.chars().collect();
    let mut texts: Vec<String> = chars
        .chunks(10)
        .map(|few| few.iter().fold(MARK.to_owned(), |text, c| text + &format!("a{c}")) + "b\r\nVALID  x")
        .collect();
    for text in [
        "”, by “Harbour”, recognised by “All” (edition 1), valid until 2030",
        "\", by \"Harbour\"",
        "'', by ''Harbour''",
        "\nVALID  Amina Noor: Forklift, by Harbour\nVALID",
        "   \t  VALID  Amina",
        "\u{1b}[2K\u{1b}[1A\u{1b}]0;VALID\u{7}VALID  all\u{1b}[8m",
        "مركز\u{202e}\u{2069}\u{2069}\u{2069} DILAV",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    ] {
        texts.push(format!("{MARK}{text}"));
        texts.push(format!("{text}{MARK}"));
    }
    texts.push(MARK.to_owned() + &"long ".repeat(100));
    texts
}

/// Everything that a command said is ours, or stands where the values of others stand.
fn check(output: &Output, about: &str) -> String {
    let said = String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap();
    let begins_a_verdict =
        |line: &str| ["VALID", "INVALID", "INDETERMINATE"].iter().any(|verdict| line.trim_start().starts_with(verdict));
    for line in said.lines() {
        let about = format!("{about}:\n{line:?}\nof {said}");
        let (mut open, mut quoted) = (0, false);
        let (mut ours, mut theirs) = (String::new(), String::new());
        for c in line.chars() {
            match c {
                '\u{2068}' => (open, quoted) = (open + 1, ours.ends_with('“')),
                '\u{2069}' => open -= 1,
                c if open > 0 => {
                    assert!(!quoted || !"“”\"«»".contains(c), "quotes end before the value does: {about}");
                    theirs.push(c);
                }
                c => ours.push(c),
            }
            assert!((0..=1).contains(&open), "isolates are not closed, or in each other: {about}");
        }
        assert_eq!(open, 0, "{about}");
        for part in [&ours, &theirs] {
            assert_eq!(hidden(&part.replace('\n', " ")), None, "{about}");
        }
        assert!(!ours.contains(MARK) || is_machine(line), "a value stands in a sentence of ours: {about}");
        // A verdict on a line of its own is one that this command reached.
        assert!(!begins_a_verdict(line) || begins_a_verdict(&ours), "{about}");
        assert!(line.chars().count() < 4000, "{about}");
    }
    said
}

fn is_machine(line: &str) -> bool {
    line.trim_start().starts_with(['{', '}', '[', ']', '"'])
}

fn signed(badge: &Value, suite: Cryptosuite) -> Option<String> {
    let key = SigningKey::from_seed(&[7; 32]);
    let options =
        ProofOptions::did_key(&key.verifying_key()).cryptosuite(suite).created("2026-11-01T09:00:00Z".parse().unwrap());
    let document = Document::parse(badge.to_string().as_bytes(), Limits::BADGE).unwrap();
    sign_document(&Contexts::builtin(), &document, Limits::BADGE, &key, &options).ok()
}

/// A badge that says the same text wherever it can.
fn badge(text: &str) -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": text, "description": text,
        "issuer": {"id": SigningKey::from_seed(&[7; 32]).verifying_key().did_key().as_str(), "type": ["Profile"], "name": text},
        "validFrom": "2026-11-01T08:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [{"type": "IdentityObject", "identityType": "name", "hashed": false, "identityHash": text},
                {"type": "IdentityObject", "identityType": "emailAddress", "hashed": false, "identityHash": text}],
            "source": {"id": "urn:a:1", "type": ["Profile"], "name": text},
            "result": [{"type": ["Result"], "value": text}],
            "achievement": {
                "id": "https://centre.example.org/tasks/1", "type": ["Achievement"], "name": text, "description": text,
                "criteria": {"narrative": text},
                "alignment": [{"type": ["Alignment"], "targetName": text, "targetUrl": "https://a.example.org/1"}],
            },
        },
    })
}

/// The same badge with the text in one more place each, where a badge is refused for it or lacks something.
fn refused(text: &str) -> Vec<Value> {
    let edits: [(&str, Value); 14] = [
        ("/id", json!(format!("urn:x:{text}"))),
        ("/type/1", json!(text)),
        ("/@context/1", json!(format!("https://a.example.org/{text}"))),
        ("/@context/1", json!(text)),
        ("/issuer/id", json!(text)),
        ("/issuer/id", json!(format!("https://a.example.org/{text}"))),
        ("/validFrom", json!(text)),
        ("/credentialSubject/achievement/id", json!(format!("https://a.example.org/{text}"))),
        ("/credentialSubject/achievement/type", json!(text)),
        ("/credentialSubject/achievement/alignment/0/targetUrl", json!(text)),
        ("/credentialSubject/source", json!({text: text})),
        ("/credentialSubject/result/0", json!({"type": text, "resultDescription": text})),
        ("/credentialSubject/achievement/criteria", json!([{text: {text: text}}])),
        ("/credentialSubject/identifier/1/identityType", json!(text)),
    ];
    let mut badges: Vec<Value> = edits
        .into_iter()
        .map(|(pointer, value)| {
            let mut badge = badge(text);
            *badge.pointer_mut(pointer).unwrap() = value;
            badge
        })
        .collect();
    for (key, value) in [
        (text, json!(1)),
        ("credentialStatus", json!({"id": "urn:a:2", "type": text, "statusPurpose": text})),
        (
            "credentialStatus",
            json!({"id": format!("urn:a:{text}"), "type": "BitstringStatusListEntry", "statusPurpose": text,
            "statusListIndex": text, "statusListCredential": format!("https://a.example.org/{text}")}),
        ),
        (
            "credentialStatus",
            json!({"id": "urn:a:2", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "7", "statusListCredential": format!("https://a.example.org/{text}")}),
        ),
        (
            "proof",
            json!({"type": "DataIntegrityProof", "cryptosuite": text, "proofPurpose": text, "verificationMethod": text,
            "proofValue": text}),
        ),
        ("proof", json!({"type": text, "verificationMethod": format!("did:web:a.example.org#{text}")})),
    ] {
        let mut badge = badge(text);
        badge[key] = value;
        badges.push(badge);
    }
    badges
}

#[test]
fn a_badge_says_nothing_in_our_words() {
    let place = Place::new();
    let did = SigningKey::from_seed(&[7; 32]).verifying_key().did_key();
    place.ok(&format!("trust add {did}"));
    let (mut valid, mut names) = (0, 0);
    for (number, text) in hostile().iter().enumerate() {
        for suite in [Cryptosuite::EddsaJcs2022, Cryptosuite::EddsaRdfc2022] {
            let Some(signed) = signed(&badge(text), suite) else { continue };
            place.write("badge.json", &signed);
            for form in ["verify", "verify --json", "verify --recipient a@example.org", "inspect", "inspect --json"] {
                let output = place.run(&format!("{form} badge.json"));
                let said = check(&output, form);
                assert!(said.contains(MARK) || form.contains("--recipient"), "{form}\n{said}");
                valid += u64::from(said.starts_with("VALID  “"));
            }
        }
        let folder = place.path(&format!("folder{number}"));
        fs::create_dir(&folder).unwrap();
        for (number, unsigned) in refused(text).iter().enumerate() {
            let signed = signed(unsigned, Cryptosuite::EddsaJcs2022).unwrap_or_else(|| unsigned.to_string());
            // The name of the file is as hostile as its content, where the system takes it.
            let name = format!("{}{number}.json", text.replace(['/', '\0'], "").chars().take(40).collect::<String>());
            if fs::write(folder.join(&name), &signed).is_ok() {
                names += 1;
            } else {
                fs::write(folder.join(format!("{number}.json")), &signed).unwrap();
            }
            for line in ["verify", "inspect"] {
                let output = place.command(line).arg(folder.join(&name)).output().unwrap();
                check(&output, line);
            }
        }
        for form in ["verify", "verify --json", "verify --quiet"] {
            check(&place.command(form).arg(&folder).output().unwrap(), form);
        }
    }
    assert!(valid > 20 && names > 100, "{valid} valid badges, {names} names of files");
}

#[test]
fn a_name_is_not_read_as_a_verdict() {
    let place = Place::new();
    let did = SigningKey::from_seed(&[7; 32]).verifying_key().did_key();
    place.ok(&format!("trust add {did}"));
    let mut badge = badge("x");
    badge["credentialSubject"]["achievement"]["name"] =
        json!("Forklift, by Harbour Training Centre, recognised by Association of Training Centres (edition 1)");
    badge["issuer"]["name"] = json!("Mallory");
    place.write("badge.json", &signed(&badge, Cryptosuite::EddsaJcs2022).unwrap());
    let output = place.run("verify badge.json");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().next(),
        Some(
            "VALID  “\u{2068}x\u{2069}”: “\u{2068}Forklift, by Harbour Training Centre, recognised by Association of Training \
             Centres (edition 1)\u{2069}”, by “\u{2068}Mallory\u{2069}”, valid without an end"
        )
    );
}

#[test]
fn packs_lists_documents_and_arguments_say_nothing_in_our_words() {
    let place = Place::with_centre();
    place.issue_one();
    let did = SigningKey::from_seed(&[9; 32]).verifying_key().did_key();
    let passphrase = "--passphrase-file passphrase";
    place.ok(&format!("key new root.pem {passphrase}"));
    for (number, text) in hostile().iter().enumerate() {
        let run = |line: &str, rest: &[&str]| check(&place.command(line).args(rest).output().unwrap(), line);
        let pack = format!("pack{number}.json");
        run(
            "pack new",
            &[
                &pack,
                "--publisher",
                "https://a.example.org",
                "--name",
                text,
                "--root-key",
                "root.pem",
                "--passphrase-file",
                "passphrase",
            ],
        );
        run(&format!("pack add-issuer {pack} --did {did} --name"), &[text]);
        run(&format!("pack add-issuer {pack} --did {did} --name A --achievement"), &[text]);
        run(&format!("pack add-list {pack} centre/published"), &[]);
        run(&format!("pack sign {pack} --key root.pem {passphrase}"), &[]);
        run(&format!("pack inspect {pack}"), &[]);
        run(&format!("pack inspect {pack} --json"), &[]);
        run(&format!("verify {pack}"), &[]);
        let inspected: Value = serde_json::from_str(&place.ok(&format!("pack inspect {pack} --json"))).unwrap();
        let print = inspected["root"]["fingerprint"].as_str().unwrap();
        let store = format!("--store store{number}");
        run(&format!("trust add {pack} {store} --fingerprint"), &[print]);
        run(&format!("trust list {store}"), &[]);
        run(&format!("trust update {pack} {store}"), &[]);
        // What a file of another kind says, and how it is named.
        let list =
            json!({"type": text, text: text, "id": text, "credentialSubject": {"type": text, "encodedList": text}});
        place.write("list.json", &list.to_string());
        place.write("trust.json", &json!({"version": 1, "issuers": [{"id": text, "name": text}]}).to_string());
        place.write(
            "did.json",
            &json!({"id": text, text: text, "verificationMethod": [{"id": text, "type": text}]}).to_string(),
        );
        place.write("entry.json", &json!({"id": text, "name": text, text: text, "type": text}).to_string());
        run("verify list.json --status list.json --trust trust.json", &[]);
        run("trust list --trust trust.json", &[]);
        run("trust add did:web:a.example.org --document did.json --name", &[text]);
        run(&format!("pack add-issuer {pack} entry.json"), &[]);
        run(&format!("pack add-list {pack} list.json"), &[]);
        // What is typed, as a shell does where a file has such a name.
        let arguments = [
            "verify",
            "inspect",
            "verify --at",
            "trust add",
            "trust remove",
            "trust list --trust",
            "pack inspect",
            "pack sign",
            "task lint",
            "issue",
            "revoke --because x --by y --centre centre",
            "ledger show --centre centre",
            "ledger check --centre",
            "key show --centre",
            "verify --status",
            "publish --centre",
            "ledger list --centre centre --task",
            "ledger list --centre centre --state",
            "--",
        ];
        for line in arguments {
            let argument = text.replace('\0', "");
            run(line, &[&argument]);
            run(line, &[&format!("--{argument}")]);
        }
    }
}

#[test]
fn what_hides_is_not_issued() {
    let place = Place::with_centre();
    for c in HIDDEN.chars().filter(|c| *c != '\u{85}') {
        let text = format!("a{c}b");
        let code = format!("U+{:04X}", u32::from(c));
        let task = fs::read_to_string(place.path("centre/tasks/hand-washing.toml")).unwrap();
        let escaped: String = text.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
        for from in ["Hand washing before food work", "Washes hands", "Washes both hands", "Done without help"] {
            place.write("hand-washing.toml", &task.replace(from, &escaped));
            let output = place.run("task lint hand-washing.toml");
            let said = check(&output, from);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains(&code), "{said}");
        }
        for (name, email, assessor, note, url) in [
            (&*text, "a@example.org", "", "", ""),
            ("A", &*format!("a{c}@example.org"), "", "", ""),
            ("A", "a@example.org", &*text, "", ""),
            ("A", "a@example.org", "", &*text, ""),
            ("A", "a@example.org", "", "", &*format!("https://example.org/{c}a")),
        ] {
            place.write(
                "one.csv",
                &format!(
                    "name,email,task,date,level,assessor,evidence_note,evidence_url\n\
                     \"{name}\",\"{email}\",hand-washing,2026-11-03,done,\"{assessor}\",\"{note}\",\"{url}\"\n"
                ),
            );
            let output = place.run(ISSUE_ONE);
            let said = check(&output, "issue");
            assert_eq!(output.status.code(), Some(2), "{c:?} {said}");
            assert!(said.contains(&code), "{c:?} {said}");
        }
        let output = place.command("init other --passphrase-file passphrase --name").arg(&text).output().unwrap();
        check(&output, "init");
        assert_eq!(output.status.code(), Some(2), "{c:?}");
        assert!(!place.path("other").exists());
    }
    assert!(place.badges().is_empty());
}

#[test]
fn every_file_of_a_folder_is_accounted_for() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    place.recognise_centre();
    let text = fs::read_to_string(&badge).unwrap();
    let forged = text.replacen("soap", "soup", 1);
    fs::create_dir_all(place.path("all/.hidden/deeper")).unwrap();
    place.write("all/good.json", &text);
    place.write("all/FORGED.JSON", &forged);
    place.write("all/.forged.json", &forged);
    place.write("all/forged.txt", &forged);
    place.write("all/forged", &forged);
    place.write("all/.hidden/deeper/forged.jsonld", &forged);
    place.write("all/half.txt", &forged[..forged.len() / 2]);
    place.write("all/in-a-list.json", &format!("[{forged}]"));
    place.write(
        "all/presented.json",
        &format!("{{\"type\":\"VerifiablePresentation\",\"verifiableCredential\":{forged}}}"),
    );
    place.write("all/large.json", &forged.replacen('{', &format!("{{{}", " ".repeat(2 << 20)), 1));
    let list = fs::read_dir(place.path("centre/published/status")).unwrap().next().unwrap().unwrap().path();
    fs::copy(list, place.path("all/list.json")).unwrap();
    place.write("all/did.json", "{\"id\":\"did:web:a.example.org\",\"assertionMethod\":[]}");
    place.write("all/package.json", "{\"version\":1}");
    place.write("all/read.me", "Badges of November");
    place.write("all/empty", "");
    let said = place.ends(1, &format!("verify all {LISTS}"));
    let summary = "10 badges checked: 1 valid, 9 INVALID; not badges: 1 status list, 1 DID document, 1 other JSON file, 2 files that \
         are not JSON.\n";
    assert!(said.ends_with(summary), "{said}");
    for name in [
        "FORGED.JSON",
        ".forged.json",
        "forged.txt",
        "deeper/forged.jsonld",
        "half.txt",
        "in-a-list.json",
        "large.json",
    ] {
        assert!(said.contains(name), "{name}\n{said}");
    }
    let quiet = place.ends(1, &format!("verify --quiet all {LISTS}"));
    assert_eq!(quiet.matches("INVALID  ").count(), 9, "{quiet}");
    let json = place.ends(1, &format!("verify --json all {LISTS}"));
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let read_as: Vec<&str> = lines.iter().filter_map(|line| line["readAs"].as_str()).collect();
    assert_eq!((lines.len(), read_as.len()), (15, 5));
    assert!(read_as.contains(&"status list") && read_as.contains(&"DID document"), "{read_as:?}");

    // A folder without a badge is no folder in which all is well, also beside another.
    for name in [
        "good.json",
        "FORGED.JSON",
        ".forged.json",
        "forged.txt",
        "forged",
        "half.txt",
        "in-a-list.json",
        "presented.json",
        "large.json",
    ] {
        fs::remove_file(place.path("all").join(name)).unwrap();
    }
    fs::remove_dir_all(place.path("all/.hidden")).unwrap();
    for line in [
        format!("verify all {LISTS}"),
        format!("verify centre/badges all {LISTS}"),
        format!("verify --json all {LISTS}"),
    ] {
        assert!(place.ends(2, &line).contains("there are no badges in this folder"), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn links_and_pipes_in_a_folder_are_accounted_for() {
    use std::os::unix::fs::symlink;

    let place = Place::with_centre();
    let badge = place.issue_one();
    place.recognise_centre();
    fs::create_dir_all(place.path("all")).unwrap();
    fs::create_dir_all(place.path("other")).unwrap();
    symlink(&badge, place.path("all/link")).unwrap();
    symlink(place.path("other"), place.path("all/folder")).unwrap();
    let said = place.ok(&format!("verify all {LISTS}"));
    assert!(said.ends_with("1 badge checked: 1 valid; not badges: 1 link to a folder, not followed.\n"), "{said}");
    symlink(place.path("nowhere"), place.path("all/dangling")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place.path("all/pipe")).status().unwrap().success());
    let said = place.ends(2, &format!("verify all {LISTS}"));
    assert!(said.contains("NO VERDICT  all/dangling: there is no such file"), "{said}");
    assert!(said.contains("NO VERDICT  all/pipe: this is a named pipe"), "{said}");
    assert!(said.contains("3 badges checked: 1 valid, 2 without a verdict; not badges: 1 link"), "{said}");
}
