//! A key in a token signs badges and lists: tried with SoftHSM, in a token that is made for it and thrown away.

#![cfg(feature = "pkcs11")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::UserType;
use cryptoki::types::AuthPin;
use taskbadge::badge::{Achievement, Badge, Criteria, Profile, Subject};
use taskbadge::finding::Code;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, Signer, SignerError, VerifyingKey};
use taskbadge::proof::ProofOptions;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{self, Centre, Settings, TokenPlace};
use taskbadge_issuer::desk::{Batch, Desk, Issued};
use taskbadge_issuer::keys::{self, Keys, Role, State};
use taskbadge_issuer::publish::publish;
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;
use taskbadge_issuer::token::TokenKey;

const PIN: &str = "4711-harbour";
/// Says to this test binary, run again, that it has a token to work with.
const MODULE: &str = "TASKBADGE_PKCS11_MODULE";

#[test]
fn a_key_in_a_token_signs() {
    let known =
        ["/usr/lib/softhsm", "/usr/lib64/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/local/lib/softhsm"];
    let Some(module) = known.iter().map(|folder| Path::new(folder).join("libsofthsm2.so")).find(|path| path.exists())
    else {
        tell("skipped: SoftHSM is not installed, so no key in a token was tried");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("softhsm2.conf");
    std::fs::create_dir(folder.path().join("tokens")).unwrap();
    let text =
        format!("directories.tokendir = {}\nobjectstore.backend = file\n", folder.path().join("tokens").display());
    std::fs::write(&conf, text).unwrap();
    // The configuration is read from the environment, which only another process can be given.
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]).env("SOFTHSM2_CONF", conf).env(MODULE, module);
    let output = command.output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    said.lines().filter(|line| line.contains("token:")).for_each(tell);
}

#[test]
#[ignore = "this is what the other process of these tests does"]
fn child() {
    let Some(module) = std::env::var_os(MODULE).map(PathBuf::from) else { return };
    if let Err(error) = make_token(&module) {
        println!("token: skipped, since this SoftHSM makes no Ed25519 key: {error}");
        return;
    }
    let place = |token: &str, key: &str| TokenPlace {
        module: module.display().to_string(),
        token: token.into(),
        key: key.into(),
    };
    let key = TokenKey::open(&place("harbour", "badges"), PIN).unwrap();
    let signature = key.sign(b"content").unwrap();
    assert!(key.verifying_key().check(b"content", &signature).is_ok());

    // What it signs is a badge like any other.
    let badge = badge_of(&key.verifying_key());
    let options = ProofOptions::did_key(&key.verifying_key()).created("2026-11-22T09:00:00Z".parse().unwrap());
    let signed = badge.sign(&Contexts::builtin(), &key, &options).unwrap();
    let trust = Trust::none().recognise(RecognisedIssuer::did_key(&key.verifying_key()));
    let at = "2026-11-23T09:00:00Z".parse().unwrap();
    assert!(Verifier::new(trust).verify(signed.text().as_bytes(), at).is_ok());

    // Another key of the same token, open at the same time, and from several threads.
    let other = TokenKey::open(&place("harbour", "lists"), PIN).unwrap();
    assert_ne!(other.verifying_key(), key.verifying_key());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|_| assert!(key.sign(b"content").unwrap() == signature)));
        }
    });
    let start = std::time::Instant::now();
    (0..100).for_each(|_| assert!(key.sign(b"content").is_ok()));
    println!("token: a signature takes {:?}", start.elapsed() / 100);

    a_centre_lives_with_its_token(&place);

    // A token in which the two halves do not belong together makes no badge.
    let mixed = TokenKey::open(&place("harbour", "mixed"), PIN).unwrap();
    let options = ProofOptions::did_key(&mixed.verifying_key());
    let refused = badge_of(&mixed.verifying_key()).sign(&Contexts::builtin(), &mixed, &options).unwrap_err();
    assert_eq!(refused.code(), Code::ProofBadSignature);

    let error = |place: &TokenPlace, pin: &str| TokenKey::open(place, pin).err().unwrap();
    assert!(matches!(error(&place("elsewhere", "badges"), PIN), SignerError::Unreachable { .. }));
    assert!(matches!(error(&place("harbour", "other"), PIN), SignerError::Unreachable { .. }));
    let no_module = TokenPlace { module: "no/such/module.so".into(), ..place("harbour", "badges") };
    assert!(matches!(error(&no_module, PIN), SignerError::Unreachable { .. }));
    drop((key, other, mixed));
    let wrong = error(&place("harbour", "badges"), "0000");
    assert!(wrong.to_string().contains("the PIN is wrong"), "{wrong}");
}

/// Founds a centre with a key in the token, issues, publishes, and goes on with another key there.
fn a_centre_lives_with_its_token(place: &dyn Fn(&str, &str) -> TokenPlace) {
    let folder = tempfile::tempdir().unwrap();
    let did = Did::web("centre.example.org", &[]).unwrap();
    let settings = |key: &str| Settings::new("Harbour", did.clone()).with_token(place("harbour", key));
    let first = centre::token_key(&place("harbour", "badges"), PIN.as_bytes()).unwrap();
    let founded = Centre::found_with_token(folder.path(), settings("badges"), &first).unwrap();
    assert!(!founded.key_file().exists());
    let centre = Centre::open(folder.path()).unwrap();
    let work = |centre: &Centre, who: &str, hour: u8| {
        let key = centre.signer(Role::Badge, PIN.as_bytes()).unwrap();
        let badge = issue(centre, &*key, who, at(hour));
        let key = centre.signer(Role::Status, PIN.as_bytes()).unwrap();
        publish(centre, &*key, &mut centre.ledger().unwrap(), &centre.published_folder(), None, at(hour)).unwrap();
        badge
    };
    let before = work(&centre, "amina", 8);

    // Whoever wants another key makes it in the token, and names it.
    let same = keys::rotate(&centre, Role::Badge, PIN.as_bytes(), at(9));
    assert!(matches!(same, Err(Trouble::SameKey(_))), "{same:?}");
    std::fs::write(folder.path().join("centre.toml"), settings("lists").to_toml()).unwrap();
    let centre = Centre::open(folder.path()).unwrap();
    assert!(matches!(centre.signer(Role::Badge, PIN.as_bytes()), Err(Trouble::OtherKey { .. })));
    // A change that was cut off after keys.json is finished by the same again.
    let document = std::fs::read(centre.did_document_file()).unwrap();
    keys::rotate(&centre, Role::Badge, PIN.as_bytes(), at(9)).unwrap();
    std::fs::write(centre.did_document_file(), document).unwrap();
    assert!(keys::rotate(&centre, Role::Badge, PIN.as_bytes(), at(10)).unwrap().finished);
    let after = work(&centre, "yusuf", 10);
    let states: Vec<_> = Keys::of(&centre).unwrap().all().iter().map(|key| key.state).collect();
    assert_eq!(states, [State::Retired { until: at(9) }, State::Active]);
    let document = centre.did_document().unwrap();
    for badge in [&before, &after] {
        let badge: serde_json::Value = serde_json::from_slice(&std::fs::read(&badge.file).unwrap()).unwrap();
        assert!(document.key_for_assertion(badge["proof"]["verificationMethod"].as_str().unwrap(), at(11)).is_ok());
    }

    // Lists may have a key in a file beside it.
    keys::new_status(&centre, b"correct horse", at(11)).unwrap();
    assert!(centre.signer(Role::Status, b"correct horse").is_ok());
    assert!(centre.signer(Role::Badge, PIN.as_bytes()).is_ok());
}

fn at(hour: u8) -> taskbadge::time::Instant {
    format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
}

fn issue(centre: &Centre, key: &dyn Signer, who: &str, now: taskbadge::time::Instant) -> Issued {
    const FORKLIFT: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");
    let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
    let text = format!("email,date,level\n{who}@example.org,2026-11-03,independent\n");
    let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now, &[]).unwrap();
    Desk::open(centre, key, "registrar", now).unwrap().issue(&batch, now, |_| ()).unwrap().remove(0)
}

/// A token with three keys; of the third the two halves are of different pairs.
fn make_token(module: &Path) -> Result<(), cryptoki::error::Error> {
    let context = Pkcs11::new(module)?;
    context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let (officer, user) = (AuthPin::new("officer-pin".into()), AuthPin::new(PIN.into()));
    let slot = context.get_slots_with_token()?[0];
    context.init_token(slot, &officer, "harbour")?;
    let slot = context.get_slots_with_initialized_token()?[0];
    let session = context.open_rw_session(slot)?;
    session.login(UserType::So, Some(&officer))?;
    session.init_pin(&user)?;
    session.logout()?;
    session.login(UserType::User, Some(&user))?;
    // The object identifier of the curve (RFC 8410), in DER.
    const ED25519: [u8; 5] = [0x06, 0x03, 0x2b, 0x65, 0x70];
    let label = |label: &str| Attribute::Label(label.as_bytes().to_vec());
    for (public, private) in [("badges", "badges"), ("lists", "lists"), ("mixed", "unused"), ("unused", "mixed")] {
        let public =
            [Attribute::Token(true), Attribute::EcParams(ED25519.to_vec()), Attribute::Verify(true), label(public)];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            label(private),
        ];
        session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)?;
    }
    session.logout()
}

fn badge_of(key: &VerifyingKey) -> Badge {
    let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
    let task = "https://centre.example.org/tasks/forklift-pre-start-check/1".parse().unwrap();
    let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
    Badge::new(
        "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse().unwrap(),
        Profile::new(key.did_key().to_string().parse().unwrap(), "Harbour Training Centre"),
        Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse().unwrap(), achievement),
        "2026-11-22T09:00:00Z".parse().unwrap(),
    )
}

/// Past the test harness, which keeps what tests print to itself.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
