//! The desk: what stands in a badge, and what is left after every way a run can be cut off.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use taskbadge::badge::Iri;
use taskbadge::key::{Did, Signer, SignerError, SigningKey, VerifyingKey};
use taskbadge::proof::Cryptosuite;
use taskbadge::time::Instant;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued, Unfit, When, row_of};
use taskbadge_issuer::ledger::{Because, LedgerTrouble, Query, Reason, Replaces, State, Status};
use taskbadge_issuer::lint::Code;
use taskbadge_issuer::roster::{Field, Reading, Roster};
use taskbadge_issuer::template::Template;

const FORKLIFT: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");

fn centre(folder: &Path, settings: impl FnOnce(Settings) -> Settings) -> (Centre, SigningKey) {
    let key = SigningKey::from_seed(&[7; 32]);
    let settings = settings(Settings::new("Harbour Training Centre", Did::key(&key.verifying_key())));
    (Centre::found(folder, settings, &key, b"correct horse").unwrap(), key)
}

fn tasks() -> Vec<Template> {
    vec![Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()]
}

fn now() -> Instant {
    "2026-11-22T09:30:00Z".parse().unwrap()
}

fn issue(centre: &Centre, key: &SigningKey, roster: &str) -> Result<Vec<Issued>, Trouble> {
    issue_at(now(), centre, key, roster)
}

fn issue_at(now: Instant, centre: &Centre, key: &SigningKey, roster: &str) -> Result<Vec<Issued>, Trouble> {
    let tasks = tasks();
    let roster = Roster::open("r.csv", roster.as_bytes()).unwrap();
    let rows = roster.read(&Reading::new(&tasks)).unwrap();
    let batch = Batch::of(&roster, rows, now, &[]).unwrap();
    Desk::open(centre, key, "registrar", now)?.issue(&batch, now, |_| ())
}

fn json(badge: &Issued) -> Value {
    serde_json::from_slice(&fs::read(&badge.file).unwrap()).unwrap()
}

/// What the ledger says of all badges, and of each in its log.
fn log(centre: &Centre) -> String {
    let mut ledger = centre.ledger().unwrap();
    let mut lines = Vec::new();
    ledger.export(&Query::all(), &mut lines).unwrap();
    let mut text = String::from_utf8(lines).unwrap();
    for record in ledger.select(&Query::all()).unwrap() {
        text += &format!("{:?}", ledger.history(&record.badge).unwrap());
    }
    text
}

#[test]
fn a_badge_says_what_the_template_and_the_row_say() {
    let folder = tempfile::tempdir().unwrap();
    let web = "https://centre.example.org/".parse().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings.with_web(web).with_contact("b@centre.example.org"));
    let roster = "name,consent_name,email,date,level,assessor,evidence_url,evidence_note,narrative\n\
        Amina Noor,yes,Amina@Example.org,2026-11-03,shows-others,Petra Lang,https://centre.example.org/e/1,Truck T-07,Early shift\n";
    let badge = json(&issue(&centre, &key, roster).unwrap()[0]);

    let base = "https://centre.example.org/tasks/forklift-pre-start-check/1.2";
    assert_eq!(badge["name"], "Forklift pre-start check");
    assert_eq!(badge["validFrom"], "2026-11-03T00:00:00Z");
    assert_eq!(badge["awardedDate"], "2026-11-03T00:00:00Z");
    assert_eq!(badge["validUntil"], "2028-11-04T00:00:00Z");
    assert_eq!(badge["issuer"]["name"], "Harbour Training Centre");
    assert_eq!(badge["issuer"]["email"], "b@centre.example.org");
    let subject = &badge["credentialSubject"];
    let achievement = &subject["achievement"];
    assert_eq!(achievement["id"], base);
    assert_eq!(achievement["version"], "1.2");
    assert_eq!(achievement["inLanguage"], "en");
    assert_eq!(achievement["achievementType"], "Competency");
    let criteria = achievement["criteria"]["narrative"].as_str().unwrap();
    assert_eq!(criteria.lines().count(), 6);
    assert!(criteria.lines().all(|line| line.starts_with("- ")));
    assert_eq!(achievement["tag"][0], "equipment-operation");
    assert_eq!(achievement["alignment"].as_array().unwrap().len(), 3);
    assert_eq!(achievement["alignment"][2]["targetUrl"], "http://data.europa.eu/snb/eqf/2");
    let related: Vec<_> = achievement["related"].as_array().unwrap().iter().map(|related| &related["id"]).collect();
    assert_eq!(related, [&Value::from(format!("{base}/ar")), &Value::from(format!("{base}/uk"))]);

    let rubric = &achievement["resultDescription"];
    let rubric = rubric.as_array().map_or(rubric, |list| &list[0]);
    assert_eq!(rubric["requiredLevel"], format!("{base}#level-independent"));
    assert_eq!(rubric["rubricCriterionLevel"].as_array().unwrap().len(), 3);
    let result = subject["result"].as_array().map_or(&subject["result"], |list| &list[0]);
    assert_eq!(result["achievedLevel"], format!("{base}#level-shows-others"));
    assert_eq!(result["resultDescription"], rubric["id"]);
    assert_eq!(subject["source"]["name"], "Petra Lang");

    let evidence = badge["evidence"].as_array().map_or(&badge["evidence"], |list| &list[0]);
    assert_eq!(evidence["id"], "https://centre.example.org/e/1");
    assert_eq!(evidence["narrative"], "Early shift");
    assert_eq!(evidence["description"], "Truck T-07");
    assert_eq!(evidence["genre"], "observation, oral");

    let identifiers = subject["identifier"].as_array().unwrap();
    assert_eq!(identifiers[0]["identityHash"], "Amina Noor");
    assert_eq!((&identifiers[1]["hashed"], &identifiers[1]["identityType"]), (&true.into(), &"emailAddress".into()));
    assert_eq!(identifiers[1]["salt"].as_str().unwrap().len(), 32);
}

#[test]
fn without_consent_no_badge_nor_file_name_nor_log_tells_who() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "name,email,date,level\nAmina Noor,amina@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let everything =
        format!("{}{}{}", fs::read_to_string(&issued[0].file).unwrap(), issued[0].file.display(), log(&centre))
            .to_lowercase();
    for part in ["amina", "noor", "amina@example.org"] {
        assert!(!everything.contains(part), "{part}");
    }
}

#[test]
fn without_a_web_address_the_ids_stand_below_the_did() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings.with_suite(Cryptosuite::EddsaJcs2022));
    let badge = json(&issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n").unwrap()[0]);
    let id = format!("{}/tasks/forklift-pre-start-check/1.2", centre.settings().did());
    assert_eq!(badge["credentialSubject"]["achievement"]["id"], id);
    assert_eq!(badge["proof"]["cryptosuite"], "eddsa-jcs-2022");
}

#[test]
fn holders_and_codes() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let holder = Did::key(&SigningKey::from_seed(&[9; 32]).verifying_key());
    let roster = format!(
        "holder,claim_code,name,date,level\n{holder},,,2026-11-03,independent\n,k7qf-2m9x,,2026-11-03,independent\n,,Tesfaye \
         Bekele,2026-11-03,independent\n"
    );
    let issued = issue(&centre, &key, &roster).unwrap();
    assert_eq!(json(&issued[0])["credentialSubject"]["id"], holder.as_str());
    assert_eq!(json(&issued[0])["credentialSubject"]["identifier"], Value::Null);
    assert_eq!(issued[1].claim_code, None);
    let code = issued[2].claim_code.as_ref().unwrap();
    assert_eq!(code.as_str().len(), 14);
    let again = issue(&centre, &key, &roster).unwrap();
    assert_eq!(again[2].claim_code.as_ref(), Some(code), "an interrupted run can print its codes");
    assert!(again.iter().all(|badge| badge.when == When::Before));
}

#[test]
fn a_badge_whose_file_is_gone_is_put_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\nb@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let before = fs::read(&issued[1].file).unwrap();
    fs::remove_file(&issued[1].file).unwrap();
    let again = issue(&centre, &key, roster).unwrap();
    assert_eq!([again[0].when, again[1].when], [When::Before, When::PutBack]);
    assert_eq!(fs::read(&issued[1].file).unwrap(), before);
}

#[test]
fn every_badge_has_a_place_of_its_own_in_a_list_and_what_is_known_of_it_can_be_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), Settings::with_suspension);
    let roster =
        "name,email,date,level\nAmina,a@example.org,2026-11-03,independent\nB,b@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let mut seen = HashSet::new();
    for badge in &issued {
        let entries = json(badge)["credentialStatus"].clone();
        let entries = entries.as_array().unwrap();
        let purposes: Vec<_> = entries.iter().map(|entry| entry["statusPurpose"].as_str().unwrap()).collect();
        assert_eq!(purposes, ["revocation", "suspension"]);
        for entry in entries {
            assert!(seen.insert((entry["statusListCredential"].to_string(), entry["statusListIndex"].to_string())));
        }
    }
    let mut ledger = centre.ledger().unwrap();
    assert_eq!(row_of(&mut ledger, &issued[0].badge).unwrap()[&Field::Email], "a@example.org");
    let because = Because::new("registrar", "asked to be forgotten").unwrap();
    ledger.forget([&issued[0].badge], &because, now()).unwrap();
    assert!(matches!(row_of(&mut ledger, &issued[0].badge), Err(Trouble::Forgotten(_))));
    fs::remove_file(&issued[0].file).unwrap();
    assert_eq!(issue(&centre, &key, roster).unwrap()[0].when, When::Before, "it is not issued again");
    assert!(!issued[0].file.exists());
}

#[test]
fn a_correction_takes_the_old_badges_place_and_keeps_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "name,consent_name,date,level\nAmina Nor,yes,2026-11-03,independent\n";
    let old = issue(&centre, &key, roster).unwrap().remove(0);
    let because = Because::new("registrar", "the name was misspelt").unwrap();
    let correct = |of: &Iri, change: &[(Field, &str)]| -> Result<Issued, Trouble> {
        let mut cells = row_of(&mut centre.ledger()?, of)?;
        cells.extend(change.iter().map(|(field, text)| (*field, (*text).to_owned())));
        let text = Roster::write(&[cells], &[]);
        let tasks = tasks();
        let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
        let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
        Desk::open(&centre, &key, "registrar", now())?.correct(of, &batch, &because, now())
    };
    let new = correct(&old.badge, &[(Field::Name, "Amina Noor")]).unwrap();
    assert_eq!(correct(&old.badge, &[(Field::Name, "Amina Noor")]).unwrap().badge, new.badge, "doing it again");
    let (before, after) = (json(&old), json(&new));
    assert_eq!(before["awardedDate"], after["awardedDate"]);
    assert_ne!(before["credentialStatus"], after["credentialStatus"]);
    assert_eq!(after["credentialSubject"]["identifier"][0]["identityHash"], "Amina Noor");
    // The card that was printed stays good: the same claim code.
    let mut ledger = centre.ledger().unwrap();
    let code = old.claim_code.as_ref().unwrap().as_str();
    assert_eq!(row_of(&mut ledger, &new.badge).unwrap()[&Field::ClaimCode], code);
    let record = ledger.find(&old.badge).unwrap().unwrap();
    assert_eq!(
        (record.state, record.status, record.replaced_by),
        (State::Superseded, Status::Revoked, Some(new.badge.clone()))
    );
    let reason = ledger.history(&old.badge).unwrap().pop().unwrap().note;
    assert_eq!(reason.as_deref(), Some("the name was misspelt"));
    // Once more, from the corrected one; never twice from the same, nor for another day.
    let third = correct(&new.badge, &[(Field::Level, "shows-others")]).unwrap();
    assert!(matches!(
        correct(&new.badge, &[(Field::Level, "independent"), (Field::ClaimCode, "AAAA-BBBB-CCCC")]),
        Err(Trouble::Ledger(LedgerTrouble::Replaced { new, .. })) if new == third.badge
    ));
    assert!(matches!(correct(&third.badge, &[(Field::Date, "2026-11-04")]), Err(Trouble::NotAReplacement { .. })));
    let again = issue(&centre, &key, roster).unwrap();
    assert_eq!((again[0].when, again[0].status), (When::Before, Status::Revoked));
    assert!(ledger.check().unwrap().is_whole());
}

/// A centre with one badge, for Amina, and what corrects it.
struct Corrected {
    folder: tempfile::TempDir,
    centre: Centre,
    key: SigningKey,
    old: Issued,
}

impl Corrected {
    fn found() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (centre, key) = centre(folder.path(), Settings::with_suspension);
        let roster = "name,consent_name,email,date,level\nAmina Nor,yes,a@example.org,2026-11-03,independent\n";
        let old = issue(&centre, &key, roster).unwrap().remove(0);
        Self { folder, centre, key, old }
    }

    fn correct(&self, of: &Iri, change: &[(Field, &str)]) -> Result<Issued, Trouble> {
        let because = Because::new("registrar", "the name was misspelt").unwrap();
        self.with_batch(of, change, |batch| {
            Desk::open(&self.centre, &self.key, "registrar", now())?.correct(of, batch, &because, now())
        })
    }

    fn rehearse(&self, of: &Iri, change: &[(Field, &str)]) -> Result<(), Trouble> {
        self.with_batch(of, change, |batch| Desk::rehearse_correction(&self.centre, &self.key, of, batch, now()))
    }

    fn with_batch<T>(
        &self,
        of: &Iri,
        change: &[(Field, &str)],
        work: impl FnOnce(&Batch<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut cells = row_of(&mut self.centre.ledger()?, of)?;
        cells.extend(change.iter().map(|(field, text)| (*field, (*text).to_owned())));
        let text = Roster::write(&[cells], &[]);
        let tasks = tasks();
        let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
        work(&Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap())
    }
}

#[test]
fn a_correction_that_was_made_is_finished_and_not_turned_into_another() {
    let place = Corrected::found();
    let (Corrected { centre, old, .. }, name) = (&place, |name| [(Field::Name, name)]);
    let first = place.correct(&old.badge, &name("Amina Noor")).unwrap();
    assert_eq!(place.correct(&old.badge, &name("Amina Noor")).unwrap().badge, first.badge);
    let is_replaced_by = |refused: Result<(), Trouble>, last: &Iri| matches!(refused, Err(Trouble::Ledger(LedgerTrouble::Replaced { new, .. })) if new == *last);
    assert!(is_replaced_by(place.correct(&old.badge, &name("Amina Nour")).map(drop), &first.badge));
    assert!(is_replaced_by(place.rehearse(&old.badge, &name("Amina Nour")), &first.badge));
    // The end of the chain is named, not the next in it.
    let second = place.correct(&first.badge, &name("Amina Nour")).unwrap();
    let third = place.correct(&second.badge, &[(Field::Level, "shows-others")]).unwrap();
    assert!(is_replaced_by(place.correct(&old.badge, &name("Amina N")).map(drop), &third.badge));
    // To do exactly the same again stays possible.
    assert_eq!(place.correct(&old.badge, &name("Amina Noor")).unwrap().badge, first.badge);
    assert_eq!(centre.ledger().unwrap().select(&Query::all()).unwrap().len(), 4);
}

#[test]
fn what_was_taken_back_is_not_corrected_and_nothing_is_no_correction() {
    let place = Corrected::found();
    let (Corrected { centre, old, .. }, other) = (&place, [(Field::Name, "Amina Noor")]);
    for refused in [place.correct(&old.badge, &[]).map(drop), place.rehearse(&old.badge, &[])] {
        assert!(matches!(refused, Err(Trouble::NotAReplacement { .. })), "{refused:?}");
    }
    let because = Because::new("registrar", "checking").unwrap();
    let mut ledger = centre.ledger().unwrap();
    ledger.suspend([&old.badge], &because, now()).unwrap();
    let is_refused = |said: &str| {
        for refused in [place.correct(&old.badge, &other).map(drop), place.rehearse(&old.badge, &other)] {
            assert!(refused.unwrap_err().to_string().contains(said), "{said}");
        }
    };
    is_refused("is suspended, so no other badge comes in its place; reinstate it first");
    ledger.revoke([&old.badge], Reason::Fraud, &because, now()).unwrap();
    is_refused("is revoked, so no other badge comes in its place; issue a new badge instead");
    assert_eq!(ledger.select(&Query::all()).unwrap().len(), 1);
}

/// A token that somebody pulled out.
struct Gone(VerifyingKey);

impl Signer for Gone {
    fn verifying_key(&self) -> VerifyingKey {
        self.0
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignerError> {
        Err(SignerError::Unreachable { why: "it was removed".into() })
    }
}

#[test]
fn what_was_begun_and_revoked_is_not_called_new() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let tasks = tasks();
    let roster = Roster::open("r.csv", &b"name,date,level\nAmina Noor,2026-11-03,independent\n"[..]).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
    let gone = Gone(key.verifying_key());
    Desk::open(&centre, &gone, "registrar", now()).unwrap().issue(&batch, now(), |_| ()).unwrap_err();

    let mut ledger = centre.ledger().unwrap();
    let begun = ledger.select(&Query::all()).unwrap().remove(0);
    assert_eq!(begun.state, State::Intended);
    let because = Because::new("registrar", "checking").unwrap();
    ledger.revoke([&begun.badge], Reason::IssuedInError, &because, now()).unwrap();

    let again = Desk::open(&centre, &key, "registrar", now()).unwrap().issue(&batch, now(), |_| ()).unwrap();
    assert_eq!((again[0].when, again[0].status), (When::Before, Status::Revoked));
    assert!(!again[0].file.exists());
}

#[test]
fn a_correction_that_is_revoked_is_not_called_made() {
    let place = Corrected::found();
    let (Corrected { centre, key, old, .. }, name) = (&place, [(Field::Name, "Amina Noor")]);
    let because = Because::new("registrar", "checking").unwrap();
    let gone = Gone(key.verifying_key());
    let cut_off = place.with_batch(&old.badge, &name, |batch| {
        Desk::open(centre, &gone, "registrar", now())?.correct(&old.badge, batch, &because, now())
    });
    cut_off.unwrap_err();

    let mut ledger = centre.ledger().unwrap();
    let records = ledger.select(&Query::all()).unwrap();
    let begun = records.iter().find(|record| record.state == State::Intended).unwrap();
    ledger.revoke([&begun.badge], Reason::IssuedInError, &because, now()).unwrap();

    let refused = place.correct(&old.badge, &name).unwrap_err();
    assert!(matches!(&refused, Trouble::Ledger(LedgerTrouble::Revoked(id)) if *id == begun.badge), "{refused}");
}

#[test]
fn a_correction_is_rehearsed_with_all_its_checks() {
    let place = Corrected::found();
    let Corrected { centre, key, old, .. } = &place;
    let roster = "email,date,level\nb@example.org,2026-11-03,independent\n";
    issue(centre, key, roster).unwrap();
    let before = log(centre);
    place.rehearse(&old.badge, &[(Field::Name, "Amina Noor")]).unwrap();
    for change in [(Field::Date, "2026-11-04"), (Field::Email, "b@example.org")] {
        let refused = place.rehearse(&old.badge, &[change]);
        assert!(matches!(refused, Err(Trouble::NotAReplacement { .. })), "{refused:?}");
    }
    assert_eq!(log(centre), before);
}

#[test]
fn of_earlier_badges_it_is_told_what_became_of_them() {
    let place = Corrected::found();
    let Corrected { centre, key, old, .. } = &place;
    let with = |name: &str, level: &str| {
        let text = format!("name,consent_name,email,date,level\n{name},yes,a@example.org,2026-11-03,{level}\n");
        let badge = issue(centre, key, &text).unwrap().remove(0);
        assert_eq!((badge.when, &badge.badge), (When::Before, &old.badge));
        (badge.status, badge.replaced, badge.differs)
    };
    assert_eq!(with("Amina Nor", "independent"), (Status::Good, None, false));
    assert_eq!(with("Amina Noor", "independent"), (Status::Good, None, true));
    assert_eq!(with("Amina Nor", "shows-others"), (Status::Good, None, true));
    place.correct(&old.badge, &[(Field::Name, "Amina Noor")]).unwrap();
    assert_eq!(with("Amina Noor", "independent"), (Status::Revoked, Some(Replaces::Correction), false));
}

#[test]
fn a_refresher_renews_ones_own_badge_of_the_same_task() {
    let place = Corrected::found();
    let Corrected { centre, key, old, .. } = &place;
    let refused = |row: &str| {
        let text =
            format!("name,email,date,level,renews\nX,x@example.org,2026-11-20,independent,\n{row},{}\n", old.badge);
        issue(centre, key, &text).unwrap_err().to_string()
    };
    for row in ["Yusuf,y@example.org,2026-11-20,independent", "Yusuf,,2026-11-20,independent"] {
        let said = refused(row);
        assert!(said.starts_with("line 3: ") && said.contains("it is somebody else's"), "{said}");
    }
    assert_eq!(centre.ledger().unwrap().select(&Query::all()).unwrap().len(), 1, "not even the first row");

    let other = FORKLIFT.replacen("forklift-pre-start-check", "pallet-stacking", 1);
    let tasks = [Template::parse("pallet-stacking.toml", &other).unwrap()];
    let text = format!("email,date,level,renews\na@example.org,2026-11-20,independent,{}\n", old.badge);
    let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
    let said =
        Desk::open(centre, key, "registrar", now()).unwrap().issue(&batch, now(), |_| ()).unwrap_err().to_string();
    assert!(said.starts_with("line 2: ") && said.contains("a badge for forklift-pre-start-check"), "{said}");
    assert!(Desk::rehearse(centre, key, &batch, now(), |_| ()).is_err());

    // Of whom nothing is known any more, nothing can be compared.
    let because = Because::new("registrar", "asked").unwrap();
    centre.ledger().unwrap().forget([&old.badge], &because, now()).unwrap();
    let text = format!("email,date,level,renews\ny@example.org,2026-11-20,independent,{}\n", old.badge);
    assert_eq!(issue(centre, key, &text).unwrap().len(), 1);
}

#[test]
fn nobody_is_looked_for_under_another_secret() {
    let place = Corrected::found();
    let centre = &place.centre;
    let mut ledger = centre.ledger().unwrap();
    let mark = centre.recipient_mark(&mut ledger, "A@example.org").unwrap().unwrap();
    assert_eq!(ledger.select(&Query::all().recipient(mark)).unwrap().len(), 1);
    let secret = place.folder.path().join("issued.secret");
    fs::write(&secret, "7".repeat(64)).unwrap();
    let other = centre.recipient_mark(&mut ledger, "a@example.org");
    assert!(matches!(other, Err(Trouble::Ledger(LedgerTrouble::OtherSecret { .. }))));
    fs::remove_file(&secret).unwrap();
    assert!(matches!(centre.recipient_mark(&mut ledger, "a@example.org"), Err(Trouble::Secret(_))));
}

#[test]
fn a_folder_for_badges_that_is_gone_is_made_again() {
    let place = Corrected::found();
    fs::remove_dir_all(place.centre.badges_folder()).unwrap();
    let roster = "name,consent_name,email,date,level\nAmina Nor,yes,a@example.org,2026-11-03,independent\n";
    assert_eq!(issue(&place.centre, &place.key, roster).unwrap()[0].when, When::PutBack);
}

#[test]
fn what_a_killed_run_left_is_swept_after_ten_minutes() {
    let place = Corrected::found();
    let part = |name: &str, minutes: u64| {
        let path = place.centre.badges_folder().join(name);
        let file = fs::File::create(&path).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(minutes * 60)).unwrap();
        path
    };
    let (old, young, other) = (part(".taskbadge-a.part", 11), part(".taskbadge-b.part", 9), part("a.part", 99));
    drop(Desk::open(&place.centre, &place.key, "registrar", now()).unwrap());
    assert_eq!([old.exists(), young.exists(), other.exists()], [false, true, true]);
}

#[test]
fn a_reason_is_a_sentence_that_can_be_seen() {
    let said = |text: &str| Because::new("registrar", text).unwrap_err().to_string();
    assert!(said(" ").contains("the reason is missing"));
    let hidden = said("the brake test\u{202E} was not done");
    assert!(hidden.contains("U+202E") && !hidden.contains("missing"), "{hidden}");
    assert!(said(&"x".repeat(501)).contains("more than 500 characters"));
    assert!(Because::new("registrar", "é".repeat(500)).is_ok());
}

#[test]
fn the_schema_names_what_is_exported() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), Settings::with_suspension);
    let old = issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n").unwrap().remove(0);
    let renewal = format!("email,date,level,renews\na@example.org,2026-11-20,independent,{}\n", old.badge);
    issue(&centre, &key, &renewal).unwrap();
    let mut lines = Vec::new();
    centre.ledger().unwrap().export(&Query::all(), &mut lines).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema: Value = serde_json::from_str(include_str!("../../../schemas/ledger-record.schema.json")).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<HashSet<_>>();
    let written: HashSet<String> = lines.iter().flat_map(names).collect();
    assert_eq!(written, names(&schema["properties"]));
    for line in &lines {
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().all(|name| !line[name.as_str().unwrap()].is_null()), "{line}");
        for word in ["state", "status"] {
            assert!(schema["properties"][word]["enum"].as_array().unwrap().contains(&line[word]));
        }
    }
    assert_eq!(names(&lines[0]["entries"][0]), names(&schema["properties"]["entries"]["items"]["properties"]));
}

#[test]
fn a_correction_to_somebody_who_has_that_badge_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\nb@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let tasks = tasks();
    let corrected = Roster::open("r.csv", b"email,date,level\nb@example.org,2026-11-03,independent\n").unwrap();
    let batch = Batch::of(&corrected, corrected.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
    let because = Because::new("registrar", "wrong address").unwrap();
    let mut desk = Desk::open(&centre, &key, "registrar", now()).unwrap();
    let refused = desk.correct(&issued[0].badge, &batch, &because, now());
    assert!(matches!(refused, Err(Trouble::NotAReplacement { line: 2, .. })));
    assert_eq!(centre.ledger().unwrap().find(&issued[0].badge).unwrap().unwrap().status, Status::Good);
}

#[test]
fn a_renewal_leaves_the_old_badge_standing_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let old = issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n").unwrap().remove(0);
    let roster = format!("email,date,level,renews\na@example.org,2026-11-20,shows-others,{}\n", old.badge);
    let new = issue(&centre, &key, &roster).unwrap().remove(0);
    assert_eq!(issue(&centre, &key, &roster).unwrap()[0].when, When::Before);
    let record = centre.ledger().unwrap().find(&old.badge).unwrap().unwrap();
    assert_eq!((record.state, record.status), (State::Superseded, Status::Good));
    assert_eq!(record.replaced_by, Some(new.badge));
    let nobody =
        "email,date,level,renews\nb@example.org,2026-11-20,independent,urn:uuid:00000000-0000-4000-8000-000000000000\n";
    assert!(matches!(issue(&centre, &key, nobody), Err(Trouble::Ledger(LedgerTrouble::Unknown(_)))));
}

#[test]
fn a_journal_of_an_early_version_is_not_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    fs::write(folder.path().join("issued.jsonl"), "").unwrap();
    let issued = issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n");
    assert!(matches!(issued, Err(Trouble::Journal(_))));
}

#[test]
fn a_file_that_stands_in_the_way_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\n";
    fs::remove_dir(centre.badges_folder()).unwrap();
    fs::write(centre.badges_folder(), "mine").unwrap();
    assert!(matches!(issue(&centre, &key, roster), Err(Trouble::File(_))));
    assert_eq!(fs::read_to_string(centre.badges_folder()).unwrap(), "mine");
    fs::remove_file(centre.badges_folder()).unwrap();
    fs::create_dir(centre.badges_folder()).unwrap();
    assert_eq!(issue(&centre, &key, roster).unwrap().len(), 1);
}

#[test]
fn what_the_linter_refuses_is_not_issued_unless_it_is_named() {
    let tasks = tasks();
    let text =
        "email,date,level,nationality\na@example.org,2026-11-03,independent,X\nb@example.org,2026-11-03,guided,\n";
    let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
    let rows = roster.read(&Reading::new(&tasks)).unwrap();
    match Batch::of(&roster, rows.clone(), now(), &[]) {
        Err(Unfit::Lints(lints)) => assert_eq!(lints[0].code(), Code::PrivacyNationality),
        other => panic!("{other:?}"),
    }
    let batch = Batch::of(&roster, rows, now(), &[Code::PrivacyNationality]).unwrap();
    assert_eq!((batch.len(), batch.not_yet(), batch.warnings().len()), (1, 1, 1));
}

#[test]
fn rows_of_several_readings_are_not_issued_twice() {
    let tasks = tasks();
    let roster = Roster::open("r.csv", b"email,date,level\na@example.org,2026-11-03,independent\n").unwrap();
    let mut rows = roster.read(&Reading::new(&tasks)).unwrap();
    rows.extend(roster.read(&Reading::new(&tasks)).unwrap());
    assert!(matches!(Batch::of(&roster, rows, now(), &[]), Err(Unfit::Mistakes(_))));
}

#[test]
fn what_stands_in_the_place_of_a_badge_is_not_vouched_for() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let text = fs::read_to_string(&issued[0].file).unwrap();
    let changed = text.replacen("Forklift", "Forklitf", 1);
    fs::write(&issued[0].file, &changed).unwrap();
    assert!(matches!(issue(&centre, &key, roster), Err(Trouble::OtherBadge(path)) if path == issued[0].file));
    assert_eq!(fs::read_to_string(&issued[0].file).unwrap(), changed);
    fs::remove_file(&issued[0].file).unwrap();
    issue(&centre, &key, roster).unwrap();
    assert_eq!(fs::read_to_string(&issued[0].file).unwrap(), text);
}

#[test]
fn a_badge_of_today_is_valid_at_once_wherever_the_centre_is() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    // In Auckland it is one o'clock in the morning of the 23rd.
    let noon = "2026-11-22T12:00:00Z".parse().unwrap();
    let roster = "email,date,level\na@example.org,2026-11-23,independent\n";
    let badge = json(&issue_at(noon, &centre, &key, roster).unwrap()[0]);
    assert_eq!(badge["validFrom"], "2026-11-22T12:00:00Z");
}

#[test]
fn the_corrected_roster_finds_the_corrected_badge_also_where_it_has_nothing_but_names() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = |name: &str, level: &str| format!("name,consent_name,date,level\n{name},yes,2026-11-03,{level}\n");
    let old = issue(&centre, &key, &roster("Amina Nor", "independent")).unwrap().remove(0);
    let because = Because::new("registrar", "misspelt").unwrap();
    let correct = |of: &Iri, field: Field, text: &str| {
        let mut cells = row_of(&mut centre.ledger().unwrap(), of).unwrap();
        cells.insert(field, text.into());
        let text = Roster::write(&[cells], &[]);
        let tasks = tasks();
        let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
        let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
        Desk::open(&centre, &key, "registrar", now()).unwrap().correct(of, &batch, &because, now()).unwrap()
    };
    let new = correct(&old.badge, Field::Name, "Amina Noor");
    let found = issue(&centre, &key, &roster("Amina Noor", "independent")).unwrap().remove(0);
    assert_eq!((found.badge, found.when), (new.badge.clone(), When::Before));
    let third = correct(&new.badge, Field::Level, "shows-others");
    let fourth = correct(&third.badge, Field::Name, "Amina Noor Eldin");
    let found = issue(&centre, &key, &roster("Amina Noor Eldin", "shows-others")).unwrap().remove(0);
    assert_eq!((found.badge, found.when), (fourth.badge, When::Before));
    let good = centre.ledger().unwrap().select(&Query::all().status(Status::Good)).unwrap();
    assert_eq!(good.len(), 1, "one award, one badge that stands");
}

#[test]
fn one_award_is_not_renewed_into_two() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let old = issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n").unwrap().remove(0);
    let refused = |roster: &str| matches!(issue(&centre, &key, roster), Err(Trouble::NotAReplacement { line: 2, .. }));
    let same_day = format!("email,date,level,renews\na@example.org,2026-11-03,independent,{}\n", old.badge);
    assert!(refused(&same_day));
    issue(&centre, &key, "email,date,level\na@example.org,2026-11-20,independent\n").unwrap();
    let again = format!("email,date,level,renews\na@example.org,2026-11-20,independent,{}\n", old.badge);
    assert!(refused(&again));
}

#[test]
fn a_correction_does_not_say_more_than_was_assessed() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let old = issue(&centre, &key, "email,date,level\na@example.org,2026-11-03,independent\n").unwrap().remove(0);
    let newer = [Template::parse("forklift-pre-start-check.toml", &FORKLIFT.replace("\"1.2\"", "\"2\"")).unwrap()];
    let roster = Roster::open("r.csv", b"email,date,level\nb@example.org,2026-11-03,independent\n").unwrap();
    let batch = Batch::of(&roster, roster.read(&Reading::new(&newer)).unwrap(), now(), &[]).unwrap();
    let because = Because::new("registrar", "wrong address").unwrap();
    let refused = Desk::open(&centre, &key, "registrar", now()).unwrap().correct(&old.badge, &batch, &because, now());
    assert!(matches!(refused, Err(Trouble::NotAReplacement { next, .. }) if next.contains("version 1.2")));
}
