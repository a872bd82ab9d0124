//! The desk: what stands in a badge, and what is left after every way a run can be cut off.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::Cryptosuite;
use taskbadge::time::Instant;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued, Unfit, When};
use taskbadge_issuer::lint::Code;
use taskbadge_issuer::roster::{Reading, Roster};
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
    Desk::open(centre, key)?.issue(&batch, now, |_| ())
}

fn json(badge: &Issued) -> Value {
    serde_json::from_slice(&fs::read(&badge.file).unwrap()).unwrap()
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
fn without_consent_no_badge_nor_file_name_nor_journal_tells_who() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "name,email,date,level\nAmina Noor,amina@example.org,2026-11-03,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let everything = format!(
        "{}{}{}",
        fs::read_to_string(&issued[0].file).unwrap(),
        issued[0].file.display(),
        fs::read_to_string(folder.path().join("issued.jsonl")).unwrap()
    )
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
fn however_a_run_is_cut_off_the_next_completes_it() {
    const ROWS: usize = 6;
    let roster = "email,date,level\n".to_owned()
        + &(0..ROWS).map(|n| format!("t{n}@example.org,2026-11-03,independent\n")).collect::<String>();
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let all = issue(&centre, &key, &roster).unwrap();
    let journal = folder.path().join("issued.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 2 * ROWS);
    let badges: Vec<(_, _)> = all.iter().map(|badge| (badge.file.clone(), fs::read(&badge.file).unwrap())).collect();

    // Cut off after so many lines; of the badges that were intended and not yet said to be issued, some have their file.
    for kept_lines in 0..=2 * ROWS {
        for every in [1, 2, 3, ROWS + 1] {
            fs::remove_dir_all(centre.badges_folder()).unwrap();
            fs::create_dir(centre.badges_folder()).unwrap();
            // Bytes that a torn write leaves, where anything follows.
            let torn = lines.get(kept_lines).map_or("", |line| &line[..line.len() / 2]);
            fs::write(&journal, lines[..kept_lines].concat() + torn).unwrap();
            let said_issued = kept_lines.saturating_sub(ROWS);
            let intended = kept_lines.min(ROWS);
            for (number, (file, bytes)) in badges.iter().enumerate() {
                // Files are only made once the whole group is intended.
                if number < said_issued || (intended == ROWS && number % every == 0) {
                    fs::write(file, bytes).unwrap();
                }
            }
            let resumed = issue(&centre, &key, &roster).unwrap();
            let files: HashSet<_> = resumed.iter().map(|badge| badge.file.clone()).collect();
            assert_eq!(files.len(), ROWS);
            assert_eq!(fs::read_dir(centre.badges_folder()).unwrap().count(), ROWS, "{kept_lines} {every}");
            for (number, badge) in resumed.iter().enumerate() {
                assert!(badge.file.exists());
                // A badge that was intended keeps its id, so there are never two.
                assert_eq!(badge.file == badges[number].0, number < intended, "{kept_lines} {number}");
            }
            assert_eq!(fs::read_to_string(&journal).unwrap().lines().count(), 2 * ROWS);
        }
    }
}

#[test]
fn a_file_that_stands_in_the_way_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\n";
    fs::remove_dir(centre.badges_folder()).unwrap();
    fs::write(centre.badges_folder(), "mine").unwrap();
    assert!(matches!(issue(&centre, &key, roster), Err(Trouble::Io { .. })));
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
    // As if cut off before the journal's last line; then somebody changes the file.
    let journal = folder.path().join("issued.jsonl");
    let intended = fs::read_to_string(&journal).unwrap().lines().next().unwrap().to_owned() + "\n";
    fs::write(&journal, &intended).unwrap();
    let text = fs::read_to_string(&issued[0].file).unwrap();
    fs::write(&issued[0].file, text.replacen("Forklift", "Forklitf", 1)).unwrap();
    assert!(matches!(issue(&centre, &key, roster), Err(Trouble::Refused { line: 2, .. })));
    assert_eq!(fs::read_to_string(&journal).unwrap(), intended);
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
fn another_badge_of_the_same_trainee_is_not_taken_for_the_one_intended() {
    let folder = tempfile::tempdir().unwrap();
    let (centre, key) = centre(folder.path(), |settings| settings);
    let roster = "email,date,level\na@example.org,2026-11-03,independent\na@example.org,2026-11-04,independent\n";
    let issued = issue(&centre, &key, roster).unwrap();
    let journal = folder.path().join("issued.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, whole.split_inclusive('\n').take(2).collect::<String>()).unwrap();
    fs::copy(&issued[0].file, &issued[1].file).unwrap();
    assert!(matches!(issue(&centre, &key, roster), Err(Trouble::OtherBadge(path)) if path == issued[1].file));
    fs::remove_file(&issued[1].file).unwrap();
    assert_eq!(issue(&centre, &key, roster).unwrap()[1].file, issued[1].file);
}
