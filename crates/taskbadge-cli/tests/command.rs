//! The command as its users use it: real processes, real folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use place::{ISSUE, ISSUE_ONE, LISTS, Place, TASK, complained, everything, printed};
use serde_json::Value;

#[test]
fn the_demo_goes_all_the_way_and_can_be_repeated() {
    let place = Place::new();
    let first = place.ok("demo");
    for part in ["$ taskbadge init demo-centre", "Issued 10 badges; 2 not yet there.", "10 badges checked: 10 valid."] {
        assert!(first.contains(part), "{part}\n{first}");
    }
    for verdict in ["\nVALID  ", "\nINDETERMINATE  ", "\nINVALID  "] {
        assert!(first.contains(verdict), "{verdict}\n{first}");
    }
    let again = place.ok("demo");
    assert!(again.contains("is in demo-centre already"), "{again}");
    assert!(again.contains("Issued 0 badges; 10 issued before and left alone"), "{again}");
    fs::remove_file(place.path("demo-centre/rosters/roster.csv")).unwrap();
    assert!(place.ends(2, "demo").contains("--force makes it afresh"));
    let afresh = place.ok("demo --force");
    assert!(afresh.contains("Issued 10 badges"), "{afresh}");

    fs::create_dir(place.path("mine")).unwrap();
    place.write("mine/work.txt", "years of it");
    assert!(place.ends(2, "demo mine --force").contains("not made by the demo"));
    assert_eq!(place.read("mine/work.txt"), "years of it");
}

#[test]
fn the_exit_code_is_the_verdict() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    let verify = format!("verify {} {LISTS}", badge.display());

    let said = place.ends(3, &verify);
    assert!(said.starts_with("INDETERMINATE  “Hand washing before food work”, said to be by “Harbour”"), "{said}");
    place.recognise_centre();
    let said = place.ok(&verify);
    assert!(
        said.starts_with(
            "VALID  “Hand washing before food work”, by “Harbour”, valid until 3 November 2027; not taken back as of "
        ),
        "{said}"
    );

    let changed = fs::read_to_string(&badge).unwrap().replacen("soap", "soup", 1);
    place.write("changed.json", &changed);
    let said = place.ends(1, "verify changed.json");
    assert!(said.starts_with("INVALID  changed.json: the signature does not fit the content"), "{said}");
    let said = place.ends(2, "verify missing.json");
    assert!(said.starts_with("NO VERDICT  missing.json: there is no such file; check the name"), "{said}");
    place.ends(2, "verify");
    assert!(place.ends(2, "verify - -").contains("only once"));
    assert!(place.ok(&format!("inspect {}", badge.display())).contains("until       3 November 2027\n"));

    assert!(place.ends(1, &format!("{verify} --at 2027-11-04")).contains("the badge has expired"));
    assert!(place.ends(3, &format!("{verify} --at 2026-11-02")).contains("the badge is not valid yet"));
    // In time on its last day; but by then nobody can rely on the list of today.
    assert!(place.ends(3, &format!("{verify} --at 2027-11-03")).contains("code        status."));
    assert!(place.ends(3, &format!("verify {}", badge.display())).contains("no current status list is at hand"));
    assert!(place.ends(2, &format!("{verify} --at yesterday")).contains("is not a date"));

    place.ok(&format!("{verify} --recipient T0@example.org"));
    assert!(place.ends(1, &format!("{verify} --recipient t1@example.org")).contains("belongs to somebody else"));
}

#[test]
fn of_several_badges_the_gravest_counts() {
    let place = Place::with_centre();
    let good = place.issue_one();
    place.recognise_centre();
    let text = fs::read_to_string(&good).unwrap();
    place.write("bad.json", &text.replacen("soap", "soup", 1));
    fs::create_dir(place.path("empty")).unwrap();
    let good = good.display();
    let said = place.ends(1, &format!("verify {good} bad.json {LISTS}"));
    assert!(said.ends_with("2 badges checked: 1 valid, 1 INVALID.\n"), "{said}");
    let said = place.ends(2, &format!("verify {good} bad.json missing.json {LISTS}"));
    assert!(said.ends_with("3 badges checked: 1 valid, 1 INVALID, 1 without a verdict.\n"), "{said}");
    assert!(place.ends(2, "verify empty").contains("no badges in this folder"));

    let quiet = place.ends(1, &format!("verify --quiet {good} bad.json {LISTS}"));
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    assert_eq!(place.ok(&format!("verify -q {good} {LISTS}")), "");
    let quiet = place.ends(1, &format!("verify -q --at 2030-01-01 {good}"));
    assert!(quiet.contains(", by “Harbour”: the badge has expired") && quiet.contains(&good.to_string()), "{quiet}");
}

#[test]
fn standard_input_and_json() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    place.recognise_centre();
    let verify = format!("verify --json - {LISTS}");
    let mut child = place.command(&verify).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(&badge).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!((&report["file"], &report["verdict"]), (&"-".into(), &"VALID".into()));

    let said = printed(&place.run(&format!("verify --json {} missing.json {LISTS}", badge.display())));
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["badge"]["achievement"], "Hand washing before food work");
    assert_eq!(lines[0]["badge"]["issuerName"], "Harbour");
    assert!(lines[0]["checkedAt"].is_string());
    for finding in lines[0]["findings"].as_array().unwrap() {
        assert!(["code", "severity", "what", "next"].iter().all(|key| finding[key].is_string()), "{finding}");
    }
    assert!(lines[1]["error"].as_str().unwrap().contains("there is no such file"));
}

#[test]
fn a_killed_run_is_finished_by_the_next_and_no_row_is_issued_twice() {
    const TRAINEES: usize = 300;
    let place = Place::with_centre();
    place.roster("many.csv", TRAINEES);
    for at_least in [1, 40, 270] {
        let mut child = place.command(ISSUE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let patience = Instant::now();
        while place.badges().len() < at_least && patience.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        // SIGKILL on Unix: nothing can be tidied up.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    place.ok(ISSUE);
    assert_eq!(place.badges().len(), TRAINEES);
    let said = place.ok(ISSUE);
    assert!(said.starts_with("Issued 0 badges; 300 issued before and left alone."), "{said}");
    assert_eq!(place.badges().len(), TRAINEES);

    assert!(place.ok("ledger check --centre centre").contains("300 badges: whole."));
    place.publish();
    place.recognise_centre();
    let said = place.ok(&format!("verify centre/badges --json {LISTS}"));
    let lines = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    // What a killed run was writing lies beside, hidden.
    let reports: Vec<Value> = lines.filter(|line| !line["file"].as_str().unwrap().contains("/.")).collect();
    let ids: std::collections::HashSet<&str> =
        reports.iter().map(|report| report["badge"]["id"].as_str().unwrap()).collect();
    assert_eq!((reports.len(), ids.len()), (TRAINEES, TRAINEES));
    for number in [0, 137, 299] {
        let holders = place.badges().into_iter().filter(|badge| {
            place
                .run(&format!("verify -q {} --recipient t{number}@example.org {LISTS}", badge.display()))
                .status
                .success()
        });
        assert_eq!(holders.count(), 1, "t{number}");
    }
}

#[test]
fn two_runs_at_once_issue_every_row_once() {
    let place = Place::with_centre();
    place.roster("many.csv", 200);
    let start = || place.command(ISSUE).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let outputs = [start(), start()].map(|child| child.wait_with_output().unwrap());
    for output in &outputs {
        assert!(output.status.success(), "{}", complained(output));
    }
    assert_eq!(place.badges().len(), 200);
    // Each badge was issued by one of them, and the other says so.
    let new: usize = outputs.iter().map(|output| printed(output).matches("\n  new     ").count()).sum();
    assert_eq!(new, 200);
}

#[test]
fn a_moved_badge_is_put_back_and_not_issued_again() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    fs::rename(&badge, place.path("sent.json")).unwrap();
    assert!(place.ok(ISSUE_ONE).starts_with("Issued 0 badges; 1 issued before, whose missing files are there again."));
    assert_eq!(fs::read(badge).unwrap(), fs::read(place.path("sent.json")).unwrap());
    assert_eq!(place.badges().len(), 1);
}

#[test]
fn a_dry_run_writes_no_badge() {
    let place = Place::with_centre();
    place.roster("many.csv", 5);
    // Once, so that the ledger is there.
    place.issue_one();
    let before = everything(&place.path("centre"));
    let said = place.ok(&format!("{ISSUE} --dry-run"));
    assert!(said.starts_with("Would issue 4 badges; 1 issued before"), "{said}");
    assert_eq!(everything(&place.path("centre")), before);
}

#[test]
fn a_dry_run_in_a_fresh_centre_writes_nothing_at_all() {
    let place = Place::with_centre();
    place.roster("many.csv", 5);
    let before = everything(&place.path("centre"));
    assert!(place.ok(&format!("{ISSUE} --dry-run")).starts_with("Would issue 5 badges."));
    assert_eq!(everything(&place.path("centre")), before);
}

#[test]
fn nothing_is_overwritten() {
    let place = Place::with_centre();
    let before = everything(&place.path("centre"));
    assert!(place.ends(2, "init centre --name Other --passphrase-file passphrase").contains("is there already"));
    assert!(place.ends(2, "task new hand-washing --centre centre").contains("is there already"));
    assert!(place.ends(2, "key new centre/key.pem --passphrase-file passphrase").contains("is there already"));
    assert_eq!(everything(&place.path("centre")), before);
    place.ok("task new hand-washing --centre centre --force");

    place.recognise_centre();
    let did = place.read("data/taskbadge/trust.json");
    let did = did.split('"').find(|word| word.starts_with("did:")).unwrap().to_owned();
    assert!(place.ends(2, &format!("trust add {did} --name Other")).contains("add --force"));
    assert!(place.ok("trust list").contains("Harbour"));
    place.ok(&format!("trust add {did} --name Other --force"));
    assert!(place.ok("trust list").contains("Other"));
    place.ok(&format!("trust remove {did}"));
    assert!(place.ok("trust list").contains("recognises nobody yet"));
}

#[test]
fn issuers_that_are_added_at_once_are_all_recognised() {
    let place = Place::new();
    let dids: Vec<String> = (0..8).map(|number| format!("did:web:c{number}.example.org")).collect();
    let add = |(number, did): (usize, &String)| {
        let document = did_document(did);
        place.write(&format!("{number}.json"), &document);
        place.command(&format!("trust add {did} --document {number}.json")).stdout(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = dids.iter().enumerate().map(add).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let said = place.ok("trust list");
    assert!(dids.iter().all(|did| said.contains(did)), "{said}");
}

fn did_document(did: &str) -> String {
    let did: taskbadge::key::Did = did.parse().unwrap();
    let key = taskbadge::key::SigningKey::from_seed(&[7; 32]).verifying_key();
    taskbadge::key::DidDocument::new(&did, &[key]).unwrap().to_json()
}

#[test]
fn names_of_files_play_no_tricks_on_the_terminal() {
    let place = Place::with_centre();
    let said = place.command("trust list --trust").arg("a\u{1b}[2Jb").output().unwrap();
    assert!(complained(&said).contains("\\u{1b}[2J"), "{}", complained(&said));
    let said = place.command("issue").arg("a\u{1b}[2Jb").args(["--centre", "no\u{1b}[2Jwhere"]).output().unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(!complained(&said).contains('\u{1b}'), "{}", complained(&said));
}

#[cfg(unix)]
#[test]
fn secrets_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::with_centre();
    let badge = place.issue_one();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.path("centre/key.pem")), 0o600);
    assert_eq!(mode(&place.path("centre/issued.secret")), 0o600);
    assert_ne!(mode(&badge) & 0o044, 0, "a badge can be read by others");
    assert_eq!(mode(&place.path("centre/ledger.sqlite")), 0o600);
}

#[test]
fn a_did_web_is_recognised_by_its_pinned_document() {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    let said = place.ok("init centre --name Harbour --did-web centre.example.org/badges --passphrase-file passphrase");
    assert!(said.contains("https://centre.example.org/badges/did.json"), "{said}");
    place.write("centre/tasks/hand-washing.toml", TASK);
    let badge = place.issue_one();
    let verify = format!("verify {} --trust t.json {LISTS}", badge.display());
    let did = "did:web:centre.example.org:badges";
    assert_eq!(place.read("centre/published/badges/did.json"), place.read("centre/did.json"));
    assert!(place.ends(2, &format!("trust add {did} --trust t.json")).contains("--document"));
    place.ok(&format!("trust add {did} --document centre/did.json --trust t.json"));
    place.ok(&verify);
    // Whoever publishes another document later does not change this verdict; a wrong one is not taken.
    let other = place.read("centre/did.json").replace("centre.example.org", "other.example.org");
    place.write("other.json", &other);
    assert!(
        place.ends(2, &format!("trust add {did} --force --document other.json --trust t.json")).contains("another DID")
    );
    place.ok(&verify);
    assert!(place.ends(2, "verify x --trust missing.json").contains("there is no such trust file"));
}

#[test]
fn passphrases() {
    let place = Place::with_centre();
    place.roster("one.csv", 1);
    place.write("wrong", "incorrect horse\n");
    place.write("empty", "\n");
    let issue = "issue one.csv --centre centre";
    let said = place.ends(2, &format!("{issue} --passphrase-file wrong"));
    assert!(said.contains("passphrase"), "{said}");
    assert!(place.ends(2, &format!("{issue} --passphrase-file empty")).contains("the first line is empty"));
    assert!(place.ends(2, &format!("{issue} --passphrase-file missing")).contains("there is no such file"));
    assert!(place.ends(2, issue).contains("there is no terminal to ask on"));
    assert_eq!(place.badges().len(), 0);
    if cfg!(unix) {
        let mut child = place
            .command(&format!("{issue} --passphrase-fd 0"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"correct horse\n").unwrap();
        assert!(child.wait().unwrap().success());
        assert_eq!(place.badges().len(), 1);
    }
}

#[test]
fn every_line_of_a_bad_roster_is_named() {
    let place = Place::with_centre();
    place.write(
        "many.csv",
        "email,task,date,level\n\
         good@example.org,hand-washing,2026-11-03,done\n\
         not an address,hand-washing,2026-11-03,done\n\
         b@example.org,hand-wishing,2026-11-03,done\n\
         c@example.org,hand-washing,2026-11-31,done\n\
         d@example.org,hand-washing,2026-11-03,\n",
    );
    let said = place.ends(2, ISSUE);
    for line in [3, 4, 5] {
        assert!(said.contains(&format!("many.csv:{line}:")), "{line}\n{said}");
    }
    assert!(!said.contains("many.csv:2:"), "{said}");
    assert_eq!(place.badges().len(), 0);

    place.write("many.csv", "email,task,date,level,nationality\na@example.org,hand-washing,2026-11-03,done,X\n");
    let said = place.ends(2, ISSUE);
    assert!(said.contains("--allow privacy.nationality"), "{said}");
    assert_eq!(place.badges().len(), 0);
    place.ok(&format!("{ISSUE} --allow privacy.nationality"));

    place.write("many.csv", "email,task,date,level\na@example.org,hand-washing,2020-11-03,done\n");
    assert!(place.ends(2, ISSUE).contains("many.csv:2: the badge would be over"));
}

#[test]
fn one_trainee_by_options() {
    let place = Place::with_centre();
    let issue = "issue --centre centre --passphrase-file passphrase --level done --date 2026-11-03";
    let said = place.ok(&format!("{issue} --name Amina --consent-name"));
    let code = said.split_whitespace().skip_while(|word| *word != "code").nth(1).unwrap().to_owned();
    let said = place.ok(&format!("{issue} --name Amina --consent-name"));
    assert!(said.starts_with("Issued 0 badges; 1 issued before"), "{said}");
    assert!(said.contains(&code), "the code can be printed again");
    place.recognise_centre();
    let [badge] = &place.badges()[..] else { panic!("one badge") };
    place.publish();
    let said = place.ok(&format!("verify {} --recipient {code} {LISTS}", badge.display()));
    assert!(said.starts_with("VALID  “Amina”: “Hand washing"), "{said}");
    assert!(place.ends(2, issue).contains("nobody to issue to"));
    assert!(place.ends(2, &format!("{issue} --email nobody")).contains("e-mail address"));
    let said = place.ends(2, &format!("{issue} --email nobody --evidence-url nowhere"));
    assert!(said.starts_with("--email: ") && said.contains("\n--evidence-url: ") && !said.contains("line"), "{said}");
    assert!(place.ok(&format!("{issue} --email a@example.org")).contains("the trainee: “Hand washing"));
    assert!(place.ends(2, &format!("{issue} one.csv --email a@example.org")).contains("cannot be used with"));
}

#[test]
fn a_template_that_was_not_filled_in_issues_nothing() {
    let place = Place::with_centre();
    place.ok("task new stacking --centre centre");
    let said = place.ends(2, "task lint centre/tasks/stacking.toml");
    for field in ["name", "description", "criteria[1]"] {
        assert!(said.contains(&format!("error[clarity.placeholder]: {field}: ")), "{field}\n{said}");
    }
    assert!(said.ends_with("1 task: 3 errors, 0 warnings.\n"), "{said}");
}

#[test]
fn a_roster_that_says_otherwise_than_the_ledger_is_told_so() {
    let place = Place::with_centre();
    let roster = |name: &str, note: &str| {
        let text = format!(
            "name,email,task,date,level,evidence_note\n{name},a@example.org,hand-washing,2026-11-03,done,{note}\n"
        );
        place.write("many.csv", &text);
        place.ok(ISSUE)
    };
    roster("Amina Nor", "");
    assert!(roster("Amina Nor", "").ends_with("  before  “Amina Nor”: “Hand washing before food work”\n"));
    for (name, note) in [("Amina Noor", ""), ("Amina Nor", "at the sink")] {
        assert!(roster(name, note).contains("food work” (the roster differs; use `taskbadge correct`)"));
    }
    let badge = place.badges()[0].display().to_string();
    let mut command = place.command(&format!("correct {badge} --because misspelt --by registrar --yes"));
    command.args(["--set", "name=Amina Noor"]).args("--centre centre --passphrase-file passphrase".split(' '));
    assert!(command.status().unwrap().success());
    assert!(roster("Amina Noor", "").ends_with("(corrected)\n"));
}

#[test]
fn a_copy_goes_to_a_folder_beside_the_centres_own() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    fs::remove_dir_all(place.path("centre/published")).unwrap();
    let publish = "publish --centre centre --passphrase-file passphrase --to";
    let said = place.ok(&format!("{publish} stick"));
    assert!(said.contains("in stick, good for") && said.contains("  also        centre/published, by which"), "{said}");
    place.recognise_centre();
    for lists in ["stick", "centre/published"] {
        place.ok(&format!("verify {} --status {lists}", badge.display()));
    }
    assert!(!place.ok(&format!("{publish} centre/published")).contains("also"));

    let other = Place::with_centre();
    other.issue_one();
    copy_folder(&other.path("centre/published"), &place.path("others"));
    let said = place.ends(2, &format!("{publish} others"));
    assert!(said.contains("carries what another centre published, or a later state"), "{said}");
    assert!(place.ok("ledger check --centre centre").contains(": whole."));
}

#[test]
fn of_a_folder_only_badges_are_judged() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    place.recognise_centre();
    fs::copy(&badge, place.path("centre/published/badge.json")).unwrap();
    place.write("centre/published/did.json", "{\"id\":\"did:web:centre.example.org\",\"assertionMethod\":[]}");
    place.write("centre/published/trust.json", "{\"version\":1,\"issuers\":[]}");
    let said = place.ok(&format!("verify centre/published {LISTS}"));
    assert!(said.ends_with("1 badge checked: 1 valid; not badges: 1 status list, 1 DID document, 1 other JSON file, 2 files that are not JSON.\n"), "{said}");
    // What is named is answered for, and what claims to be a badge too.
    assert!(place.ends(1, "verify centre/published/did.json").starts_with("INVALID"));
    let forged = fs::read_to_string(&badge).unwrap().replacen("soap", "soup", 1);
    place.write("centre/published/forged.json", &forged);
    place.write("centre/published/half.json", "{\"type\":[\"VerifiableCredential\",\"OpenBadgeCredential\"]}");
    place.write("centre/published/broken.json", "{");
    let said = printed(&place.run("verify centre/published --status centre/published/status"));
    assert!(said.ends_with("4 badges checked: 1 valid, 3 INVALID; not badges: 1 status list, 1 DID document, 1 other JSON file, 2 files that are not JSON.\n"), "{said}");
    let json = place.run(&format!("verify --json centre/published {LISTS}"));
    assert_eq!(printed(&json).lines().filter(|line| line.contains("\"verdict\"")).count(), 4);
    assert!(place.ends(2, "verify centre/published/status").contains("there are no badges in this folder"));
}

#[test]
fn of_a_stranger_only_that_is_said() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    let said = place.ends(3, &format!("verify {} {LISTS}", badge.display()));
    assert!(said.contains("not among those you recognise") && !said.contains("may not speak"), "{said}");

    let web = Place::new();
    web.write("passphrase", "correct horse\n");
    web.ok("init centre --name Harbour --did-web centre.example.org --passphrase-file passphrase");
    web.write("centre/tasks/hand-washing.toml", TASK);
    let badge = web.issue_one();
    let said = web.ends(3, &format!("verify {} {LISTS}", badge.display()));
    assert!(said.contains("taskbadge trust add DID --name NAME --document did.json"), "{said}");
}

#[test]
fn a_key_that_is_gone_is_to_be_restored_and_a_new_one_is_kept_well() {
    let place = Place::with_centre();
    place.roster("one.csv", 1);
    fs::rename(place.path("centre/key.pem"), place.path("key.pem")).unwrap();
    assert!(place.ends(2, ISSUE_ONE).contains("key.pem is gone, so nothing can be signed; restore it from a backup"));
    place.write("short", "1234567\n");
    for line in ["init other --name Other --passphrase-file short", "key new other.pem --passphrase-file short"] {
        assert!(place.ends(2, line).contains("fewer than 8 characters"), "{line}");
    }
    assert!(!place.path("other").exists() && !place.path("other.pem").exists());
}

#[test]
fn inspecting_marks_every_screenful() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    for line in [format!("inspect {}", badge.display()), format!("inspect --json {}", badge.display())] {
        let said = place.ok(&line);
        let lines: Vec<&str> = said.lines().collect();
        for screenful in lines.chunks(24).filter(|screenful| screenful.len() == 24) {
            assert!(screenful.iter().any(|line| line.starts_with("UNVERIFIED")), "{said}");
        }
        assert!(lines[0].starts_with("UNVERIFIED"));
    }
    place.write("bell.json", "{\"name\":\"a\\u001b[2Jb\\u202e\"}");
    assert!(!place.ok("inspect bell.json").contains('\u{1b}'));
    place.write("no.json", "{\"a\":1,\"a\":2}");
    place.ends(2, "inspect no.json");
}

#[test]
fn output_for_files_has_no_colours_and_a_closed_pipe_is_no_error() {
    let place = Place::with_centre();
    place.roster("many.csv", 30);
    place.ok(ISSUE);
    place.publish();
    place.recognise_centre();
    let verify = format!("verify centre/badges {LISTS}");
    assert!(!printed(&place.command(&verify).env("NO_COLOR", "1").output().unwrap()).contains('\u{1b}'));
    assert!(!place.ok(&verify).contains('\u{1b}'));

    let mut child = place.command(&verify).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), complained(&output).as_str()), (Some(0), ""));
}

#[test]
fn answers_come_in_the_order_of_the_files() {
    let place = Place::with_centre();
    place.roster("many.csv", 120);
    place.ok(ISSUE);
    place.publish();
    place.recognise_centre();
    let said = place.ok(&format!("verify centre/badges --json {LISTS}"));
    let files: Vec<PathBuf> = said
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["file"].as_str().unwrap().into())
        .map(|file: PathBuf| place.path("").join(file))
        .collect();
    assert_eq!(files, place.badges());
}

#[test]
fn completions_and_manual() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(place.ok(&format!("completions {shell}")).contains("taskbadge"));
    }
    let page = place.ok("man");
    for command in ["verify", "issue", "trust"] {
        assert!(page.contains(command));
    }
    assert!(place.ok("--help").contains("Exit codes:"));
}

#[test]
fn what_is_taken_back_shows_once_it_is_published_and_stays_so() {
    let place = Place::with_centre();
    let settings = place.read("centre/centre.toml").replace("# suspension = true", "suspension = true");
    place.write("centre/centre.toml", &settings);
    let badge = place.issue_one();
    let badge = badge.display();
    place.recognise_centre();
    let check = format!("verify {badge} {LISTS}");
    copy_folder(&place.path("centre/published"), &place.path("before"));
    let decided = "--by registrar --yes --centre centre";

    place.ok(&format!("suspend {badge} --because checking {decided}"));
    place.ok(&check);
    place.publish();
    let said = place.ends(1, &check);
    assert!(said.contains("taken this badge back for a while (suspended as of "), "{said}");
    place.ok(&format!("reinstate {badge} --because checked {decided}"));
    place.publish();
    place.ok(&check);

    place.ok(&format!("revoke {badge} --reason fraud --because cheated {decided}"));
    let said = place.publish();
    assert!(said.contains(": 1 revoked") && said.contains(": 0 suspended"), "{said}");
    let said = place.ends(1, &check);
    assert!(said.contains("taken this badge back for good (revoked as of "), "{said}");
    // Whatever its age; but the list from before only while it is fresh.
    assert!(place.ends(1, &format!("{check} --at 2027-01-15")).contains("status.revoked"));
    let old = format!("verify {badge} --status before");
    assert!(place.ok(&old).contains("not taken back as of"));
    let now = chrono::Utc::now().date_naive();
    let in_days = |days| now.checked_add_days(chrono::Days::new(days)).unwrap();
    assert!(place.ends(3, &format!("{old} --at {}", in_days(9))).contains("status.stale"));
    place.ok(&format!("{old} --at {} --max-age 9d", in_days(8)));
    assert!(place.ends(3, &format!("{old} --at {} --max-age 30d", in_days(11))).contains("status.list-validity"));
    assert!(place.ends(2, &format!("{old} --max-age 31d")).contains("30d at most"));
    // A folder that holds both is as good as the newer.
    place.ends(1, &format!("verify {badge} --status before --status centre/published"));
    place.write("centre/published/status/other.json", "{}");
    assert!(place.ends(1, &check).contains("other.json: this status list does not count"));
    place.ends(2, &format!("verify {badge} --status missing"));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() { copy_folder(&path, &copy) } else { fs::copy(&path, copy).map(drop).unwrap() }
    }
}

#[test]
fn a_restored_backup_is_noticed_and_what_it_lost_stays_revoked() {
    let place = Place::with_centre();
    place.roster("many.csv", 3);
    let badge = place.issue_one();
    fs::copy(place.path("centre/ledger.sqlite"), place.path("backup")).unwrap();
    place.ok(ISSUE);
    place.ok("revoke --all --reason fraud --because cheated --by registrar --yes --centre centre");
    place.publish();
    fs::rename(place.path("backup"), place.path("centre/ledger.sqlite")).unwrap();

    let said = place.ends(2, ISSUE);
    assert!(said.contains("an old backup was restored") && said.contains("accept-restored"), "{said}");
    let before = everything(&place.path("centre/published"));
    let said = place.ends(2, "publish --centre centre --passphrase-file passphrase");
    assert!(said.contains("was published with entry") && said.contains("nothing was published"), "{said}");
    assert_eq!(everything(&place.path("centre/published")), before);
    let accept = "ledger accept-restored --because lost --by registrar --centre centre";
    assert!(place.ends(2, accept).contains("--yes"));
    let said = place.ok(&format!("{accept} --yes"));
    assert!(
        said.contains("Revoked again: 1 badge.") && said.contains("2 badges that the ledger knows nothing of"),
        "{said}"
    );
    assert!(place.ends(2, &format!("{accept} --yes")).contains("no restored backup to accept"), "only once");

    // The rows that were lost are issued anew, in a new list; what was revoked stays so.
    assert!(place.ok(ISSUE).starts_with("Issued 2 badges; 1 issued before"));
    assert!(place.publish().contains(": 3 revoked"));
    place.recognise_centre();
    assert!(place.ends(1, &format!("verify {} {LISTS}", badge.display())).contains("status.revoked"));
    let said = place.ends(1, &format!("verify centre/badges {LISTS}"));
    assert!(said.ends_with("5 badges checked: 2 valid, 3 INVALID.\n"), "{said}");
    assert!(place.ok("ledger check --centre centre").contains("3 badges: whole."));
}

#[test]
fn a_badge_is_corrected_and_one_that_ends_is_renewed() {
    let place = Place::with_centre();
    let old = place.issue_one();
    let run = |set: &str, rest: &str| {
        let mut command = place.command(&format!("correct {}", old.display()));
        command.args(["--set", set, "--because", "the address was misspelt", "--by", "registrar"]);
        command.args("--centre centre --passphrase-file passphrase".split(' ')).args(rest.split_whitespace());
        let output = command.output().unwrap();
        (output.status.code(), printed(&output) + &complained(&output))
    };
    let (code, said) = run("email=amina@example.org", "--dry-run");
    assert!(code == Some(0) && said.contains("“t0@example.org” → “amina@example.org”"), "{said}");
    assert_eq!(run("email=amina@example.org", "").0, Some(2), "without a terminal somebody has to say --yes");
    assert!(run("nationality=X", "--yes").1.contains("no field of a roster"));
    // There is no file with lines.
    for said in [run("level=dnoe", "--yes").1, run("evidence_note=call +44 20 7946 0958", "--yes").1] {
        assert!(!said.contains("urn:uuid:") && !said.contains(":2:"), "{said}");
    }
    assert!(run("level=dnoe", "--yes").1.starts_with("level: the task `hand-washing` has no level"));
    assert!(run("email=t0@example.org", "--yes").1.contains("says nothing else than the badge does"));
    assert!(run("date=2026-11-04", "--dry-run").1.contains("keeps the day of the award"));
    assert!(run("level=started", "--yes").1.contains("taskbadge revoke"));
    assert!(run("date=2026-11-04", "--yes").1.contains("keeps the day of the award"));
    assert_eq!(place.badges().len(), 1);
    let (code, said) = run("email=amina@example.org", "--yes");
    assert!(code == Some(0) && said.contains("in place of urn:uuid:"), "{said}");
    assert_eq!(place.badges().len(), 2);
    place.publish();
    place.recognise_centre();
    let new = place.badges().into_iter().find(|badge| *badge != old).unwrap();
    place.ok(&format!("verify {} --recipient amina@example.org {LISTS}", new.display()));
    place.ends(1, &format!("verify {} {LISTS}", old.display()));

    assert!(place.ok("renew --within 30 --centre centre").contains("0 badges to renew within 30 days."));
    let said = place.ok("renew --within 365 --roster refresher.csv --centre centre");
    assert!(said.contains("1 badge to renew within 365 days."), "{said}");
    let issue = "issue refresher.csv --centre centre --passphrase-file passphrase";
    assert!(place.ends(2, issue).contains("the row has no date"));
    let roster = place.read("refresher.csv");
    let mut lines = roster.lines();
    let (header, row) = (lines.next().unwrap(), lines.next().unwrap());
    let filled: Vec<String> = header
        .split(',')
        .zip(row.split(','))
        .map(|(field, cell)| match field {
            "date" => "2026-11-20".into(),
            "level" => "done".into(),
            _ => cell.to_owned(),
        })
        .collect();
    place.write("refresher.csv", &format!("{header}\n{}\n", filled.join(",")));
    assert!(place.ok(issue).starts_with("Issued 1 badge."));
    assert!(
        place.ok("renew --within 365 --task hand-washing --centre centre").contains("1 badge to renew"),
        "the new one"
    );
    place.publish();
    place.ok(&format!("verify {} {LISTS}", new.display()));
    assert!(place.ok(&format!("ledger show {} --centre centre", new.display())).contains("renewal"));
}

/// With `script` of util-linux, which gives a command a terminal.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_passphrase_leaves_the_terminal_echoing() {
    // At the first question, and at the second.
    for typed in [&[&b"secret\x03"[..]][..], &[b"correct horse\n", b"secret\x03"]] {
        interrupted(typed);
    }
}

#[cfg(target_os = "linux")]
fn interrupted(typed: &[&[u8]]) {
    use std::io::Read as _;
    use std::process::Command;

    let place = Place::new();
    let line = format!("{} key new k.pem; stty -a", env!("CARGO_BIN_EXE_taskbadge"));
    let mut command = Command::new("script");
    command.args(["-qefc", &line, "/dev/null"]).current_dir(place.path(""));
    let Ok(mut script) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        let _ = writeln!(std::io::stderr(), "skipped: script (of util-linux) is not installed");
        return;
    };
    let (mut keys, mut screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
    let mut seen = Vec::new();
    let mut typed = typed.iter();
    let mut read = [0; 1024];
    while let Ok(number @ 1..) = screen.read(&mut read) {
        seen.extend(&read[..number]);
        if seen.ends_with(b": ")
            && let Some(typed) = typed.next()
        {
            // It is asked before it stops echoing.
            std::thread::sleep(Duration::from_millis(300));
            keys.write_all(typed).unwrap();
        }
    }
    script.wait().unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(seen.contains("interrupted before a passphrase was given"), "{seen}");
    assert!(!seen.contains("secret") && seen.contains(" echo ") && !seen.contains("-echo "), "{seen}");
    assert!(!place.path("k.pem").exists());
}
