//! The command as its users use it: real processes, real folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use place::{ISSUE, ISSUE_ONE, Place, TASK, complained, everything, printed};
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
    let verify = format!("verify {}", badge.display());

    let said = place.ends(3, &verify);
    assert!(said.starts_with("INDETERMINATE  Hand washing before food work, said to be by Harbour"), "{said}");
    place.recognise_centre();
    let said = place.ok(&verify);
    assert!(
        said.starts_with("VALID  Hand washing before food work, by Harbour, valid until 3 November 2027\n"),
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
    place.ok(&format!("{verify} --at 2027-11-03"));
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
    let said = place.ends(1, &format!("verify {good} bad.json"));
    assert!(said.ends_with("2 badges checked: 1 valid, 1 INVALID.\n"), "{said}");
    let said = place.ends(2, &format!("verify {good} bad.json missing.json"));
    assert!(said.ends_with("3 badges checked: 1 valid, 1 INVALID, 1 without a verdict.\n"), "{said}");
    assert!(place.ends(2, "verify empty").contains("no badges in this folder"));

    let quiet = place.ends(1, &format!("verify --quiet {good} bad.json"));
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
    assert_eq!(place.ok(&format!("verify -q {good}")), "");
    let quiet = place.ends(1, &format!("verify -q --at 2030-01-01 {good}"));
    assert!(quiet.contains(", by Harbour: the badge has expired") && quiet.contains(&good.to_string()), "{quiet}");
}

#[test]
fn standard_input_and_json() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    place.recognise_centre();
    let mut child = place.command("verify --json -").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&fs::read(&badge).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!((&report["file"], &report["verdict"]), (&"-".into(), &"VALID".into()));

    let said = printed(&place.run(&format!("verify --json {} missing.json", badge.display())));
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
    // What a crash of the machine can leave: half a line.
    let mut journal = fs::OpenOptions::new().append(true).open(place.path("centre/issued.jsonl")).unwrap();
    journal.write_all(b"{\"intended\":{\"row\":\"").unwrap();
    drop(journal);

    place.ok(ISSUE);
    assert_eq!(place.badges().len(), TRAINEES);
    assert_eq!(fs::read_dir(place.path("centre/badges")).unwrap().count(), TRAINEES, "nothing half-written is left");
    let said = place.ok(ISSUE);
    assert!(said.starts_with("Issued 0 badges; 300 issued before and left alone."), "{said}");
    assert_eq!(place.badges().len(), TRAINEES);

    place.recognise_centre();
    let said = place.ok("verify centre/badges --json");
    let reports: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: std::collections::HashSet<&str> =
        reports.iter().map(|report| report["badge"]["id"].as_str().unwrap()).collect();
    assert_eq!((reports.len(), ids.len()), (TRAINEES, TRAINEES));
    for number in [0, 137, 299] {
        let holders = place.badges().into_iter().filter(|badge| {
            place.run(&format!("verify -q {} --recipient t{number}@example.org", badge.display())).status.success()
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
        let busy = complained(output).contains("somebody else is issuing");
        assert!(output.status.success() || (busy && output.status.code() == Some(2)), "{}", complained(output));
    }
    assert!(outputs.iter().any(|output| output.status.success()));
    place.ok(ISSUE);
    assert_eq!(place.badges().len(), 200);
}

#[test]
fn moved_badges_are_not_issued_again() {
    let place = Place::with_centre();
    let badge = place.issue_one();
    fs::rename(badge, place.path("sent.json")).unwrap();
    assert!(place.ok(ISSUE_ONE).starts_with("Issued 0 badges; 1 issued before"));
    assert_eq!(place.badges().len(), 0);
}

#[test]
fn a_dry_run_writes_no_badge() {
    let place = Place::with_centre();
    place.roster("many.csv", 5);
    // Once, so that the journal's own files are there.
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
    let journal = place.read("centre/issued.jsonl");
    assert!(!journal.contains("t0@"), "{journal}");
}

#[test]
fn a_did_web_is_recognised_by_its_pinned_document() {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    let said = place.ok("init centre --name Harbour --did-web centre.example.org/badges --passphrase-file passphrase");
    assert!(said.contains("https://centre.example.org/badges/did.json"), "{said}");
    place.write("centre/tasks/hand-washing.toml", TASK);
    let badge = place.issue_one();
    let verify = format!("verify {} --trust t.json", badge.display());
    let did = "did:web:centre.example.org:badges";
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
    let said = place.ok(&format!("verify {} --recipient {code}", badge.display()));
    assert!(said.starts_with("VALID  Amina: Hand washing"), "{said}");
    assert!(place.ends(2, issue).contains("nobody to issue to"));
    assert!(place.ends(2, &format!("{issue} --email nobody")).contains("e-mail address"));
    let said = place.ends(2, &format!("{issue} --email nobody --evidence-url nowhere"));
    assert!(said.starts_with("--email: ") && said.contains("\n--evidence-url: ") && !said.contains("line"), "{said}");
    assert!(place.ok(&format!("{issue} --email a@example.org")).contains("the trainee: Hand washing"));
    assert!(place.ends(2, &format!("{issue} one.csv --email a@example.org")).contains("cannot be used with"));
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
    place.recognise_centre();
    let mut command = place.command("verify centre/badges");
    assert!(!printed(&command.env("NO_COLOR", "1").output().unwrap()).contains('\u{1b}'));
    assert!(!place.ok("verify centre/badges").contains('\u{1b}'));

    let mut child =
        place.command("verify centre/badges").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), complained(&output).as_str()), (Some(0), ""));
}

#[test]
fn answers_come_in_the_order_of_the_files() {
    let place = Place::with_centre();
    place.roster("many.csv", 120);
    place.ok(ISSUE);
    place.recognise_centre();
    let said = place.ok("verify centre/badges --json");
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
