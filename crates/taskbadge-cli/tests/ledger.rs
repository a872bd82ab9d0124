//! The commands that stand on the ledger, as their users use them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use place::{ISSUE, Place, TASK, complained, everything, printed};
use serde_json::Value;
use taskbadge::badge::Iri;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::ledger::{Head, Intention, Ledger, LedgerTrouble, Lists, Mark};

const REVOKE: &str = "revoke --centre centre --reason fraud --because cheated --by registrar --yes";
const SUSPEND: &str = "suspend --centre centre --because complaint --by registrar --yes";
const REINSTATE: &str = "reinstate --centre centre --because settled --by registrar --yes";
const FORGET: &str = "ledger forget --centre centre --because asked --by registrar --yes";
const LIST: &str = "ledger list --centre centre";

impl Place {
    /// A centre that has issued badges to so many trainees, `t0@example.org` and so on, and their ids.
    fn with_badges(trainees: usize) -> (Self, Vec<String>) {
        let place = Self::with_centre();
        place.roster("many.csv", trainees);
        place.ok(ISSUE);
        let ids = place.ids("");
        assert_eq!(ids.len(), trainees);
        (place, ids)
    }

    /// A centre with one badge for every name.
    fn with_names(names: &[&str]) -> (Self, Vec<String>) {
        let place = Self::with_centre();
        let row =
            |(number, name): (usize, &&str)| format!("\"{name}\",t{number}@example.org,hand-washing,2026-11-03,done\n");
        let rows: String = names.iter().enumerate().map(row).collect();
        place.write("many.csv", &("name,email,task,date,level\n".to_owned() + &rows));
        place.ok(ISSUE);
        let ids = place.ids("");
        (place, ids)
    }

    /// The records that the ledger lists, in the order of issuing.
    fn records(&self, conditions: &str) -> Vec<Value> {
        let lines = self.ok(&format!("{LIST} --json {conditions}"));
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn ids(&self, conditions: &str) -> Vec<String> {
        self.records(conditions).iter().map(|record| record["badge"].as_str().unwrap().to_owned()).collect()
    }

    /// The statuses of all badges, in the order of issuing.
    fn statuses(&self) -> Vec<String> {
        self.records("").iter().map(|record| record["status"].as_str().unwrap().to_owned()).collect()
    }

    /// The centre's ledger under its key.
    fn ledger(&self) -> Ledger {
        Centre::open(&self.path("centre")).unwrap().ledger().unwrap()
    }

    /// Runs SQL past the command.
    fn tamper(&self, sql: &str) {
        rusqlite::Connection::open(self.path("centre/ledger.sqlite")).unwrap().execute_batch(sql).unwrap();
    }

    fn allow_suspension(&self) {
        let settings = self.read("centre/centre.toml").replace("# suspension = true", "suspension = true");
        assert!(settings.contains("\nsuspension = true"), "{settings}");
        self.write("centre/centre.toml", &settings);
    }
}

#[test]
fn badges_are_revoked_by_id_by_file_and_by_list() {
    let (place, ids) = Place::with_badges(5);
    let said = place.ok(&format!("{REVOKE} {}", ids[1]));
    assert!(said.starts_with("To revoke 1 badge:\n  "), "{said}");
    assert!(said.contains("  2026-11-03  issued      hand-washing"), "{said}");
    assert!(
        said.contains("Revoked 1 badge. Employers learn of it from the next lists: run `taskbadge publish`"),
        "{said}"
    );
    assert_eq!(place.statuses(), ["good", "revoked", "good", "good", "good"]);

    let file = place.badges().into_iter().find(|path| fs::read_to_string(path).unwrap().contains(&ids[2])).unwrap();
    place.ok(&format!("{REVOKE} {}", file.display()));
    assert_eq!(place.statuses()[2], "revoked");

    // An id twice, in other letters, and as Windows writes lines.
    let shouted = ids[3].to_uppercase();
    place.write("list.txt", &format!("\u{feff}# cheated in November\r\n\r\n{}\r\n{shouted}\r\n", ids[3]));
    assert!(place.ok(&format!("{REVOKE} --from list.txt {}", ids[4])).contains("Revoked 2 badges."));
    assert_eq!(place.statuses(), ["good", "revoked", "revoked", "revoked", "revoked"]);

    let mut child = place
        .command(&format!("{REVOKE} --from -"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(ids[0].as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(place.statuses()[0], "revoked");
    assert!(place.ok("ledger check --centre centre").contains("5 badges: whole."));
}

#[test]
fn badges_are_revoked_by_what_the_ledger_knows() {
    let (place, ids) = Place::with_badges(30);
    let said = place.ok(&format!("{REVOKE} --recipient T7@example.org"));
    assert!(said.contains("Revoked 1 badge."), "{said}");
    assert_eq!(place.ids("--status revoked"), [ids[7].clone()]);

    let said = place.ok(&format!("{REVOKE} --task hand-washing --awarded-from 2026-11-03 --awarded-to 2026-11-03"));
    assert_eq!(said.matches("  2026-11-03  issued").count(), 20, "{said}");
    assert!(said.contains("  … and 9 more\n"), "{said}");
    assert!(said.contains("Left alone: 1 badge that is revoked already."), "{said}");
    assert!(said.contains("Revoked 29 badges."), "{said}");

    let said = place.ok(&format!("{REVOKE} --all"));
    assert_eq!(said, "Nothing to revoke: 30 badges that are revoked already.\n");
    for nobody in
        ["--task other-task", "--awarded-from 2026-11-04", "--awarded-to 2026-11-02", "--recipient x@example.org"]
    {
        assert!(place.ends(2, &format!("{REVOKE} {nobody}")).contains("no badge in the ledger fits"), "{nobody}");
    }
    // Such a year would be compared as text, and everything comes after it.
    assert!(place.ends(2, &format!("{REVOKE} --awarded-from +12026-11-03")).contains("2026-11-22"));
}

#[test]
fn without_badges_or_conditions_nothing_is_revoked() {
    let (place, ids) = Place::with_badges(2);
    assert!(place.ends(2, REVOKE).contains("if you mean every badge, say --all"));
    assert!(place.ends(2, &format!("{REVOKE} --task hand-washing {}", ids[0])).contains("cannot be used with"));
    assert!(place.ends(2, &format!("{REVOKE} --all {}", ids[0])).contains("cannot be used with"));
    assert!(place.ends(2, &format!("{REVOKE} --all --task hand-washing")).contains("cannot be used with"));
    place.write("empty.txt", "# nobody\n\n");
    assert!(place.ends(2, &format!("{REVOKE} --from empty.txt")).contains("the list names no badge"));
    assert!(place.ends(2, &format!("{REVOKE} --from missing.txt")).contains("there is no such file"));
    assert_eq!(place.statuses(), ["good", "good"]);

    let fresh = Place::with_centre();
    let said = fresh.ends(2, &format!("{REVOKE} --recipient t0@example.org"));
    assert!(said.contains("no badge was issued here yet"), "{said}");
}

#[test]
fn a_dry_run_shows_and_changes_nothing() {
    let (place, ids) = Place::with_badges(3);
    let before = everything(&place.path("centre"));
    let said = place.ok(&format!("{REVOKE} --dry-run {} {}", ids[0], ids[1]));
    assert!(said.starts_with("To revoke 2 badges:\n"), "{said}");
    assert!(said.ends_with("Would revoke 2 badges; nothing was changed.\n"), "{said}");
    assert!(place.ok(&format!("{FORGET} --dry-run --all")).contains("Would forget the people of 3 badges;"));
    assert_eq!(everything(&place.path("centre")), before);
    // What would be refused is refused here, too.
    place.ok(&format!("{REVOKE} {}", ids[0]));
    assert!(place.ends(2, &format!("{REVOKE} --dry-run {}", ids[0])).contains("there is nothing to do"));
}

#[test]
fn who_why_and_yes_have_to_be_said() {
    let (place, ids) = Place::with_badges(1);
    let revoke = format!("revoke --centre centre {}", ids[0]);
    let said = place.ends(2, &format!("{revoke} --reason fraud --because x --by y"));
    assert!(said.contains("To revoke 1 badge:") && said.contains("add --yes"), "{said}");
    assert!(place.ends(2, &format!("{revoke} --because x --yes")).contains("--reason <CODE>"));
    assert!(place.ends(2, &format!("{revoke} --reason fraud --yes")).contains("--because <TEXT>"));
    for wrong in ["whim", "superseded"] {
        let said = place.ends(2, &format!("{revoke} --because x --yes --reason {wrong}"));
        assert!(said.contains("issued-in-error") && said.contains("holder-request"), "{said}");
    }

    let with = |because: &str, user: Option<&str>| {
        let mut command = place.command(&format!("{revoke} --reason fraud --yes"));
        for name in ["USER", "LOGNAME", "USERNAME"] {
            command.env_remove(name);
        }
        if let Some(user) = user {
            command.env("LOGNAME", user);
        }
        command.args(["--because", because]).output().unwrap()
    };
    assert!(complained(&with("reason", None)).contains("give --by"));
    assert!(complained(&with(" ", Some("petra"))).contains("the reason is missing"));
    assert_eq!(place.statuses(), ["good"]);
    assert!(with("the video shows another person", Some("petra")).status.success());
    let said = place.ok(&format!("ledger show --centre centre {}", ids[0]));
    assert!(said.contains("revoked (fraud) by “petra”: “the video shows another person”\n"), "{said}");
}

#[test]
fn one_wrong_badge_stops_all_and_every_wrong_one_is_named() {
    let (place, ids) = Place::with_badges(3);
    place.ok(&format!("{REVOKE} {}", ids[0]));
    let before = place.ok(&format!("{LIST} --json"));
    let unknown = "urn:uuid:00000000-0000-4000-8000-000000000000";
    let said = place.ends(2, &format!("{REVOKE} {} {} {unknown} nobody.json", ids[1], ids[0]));
    assert!(said.contains(&format!("the ledger has no badge {unknown}")), "{said}");
    assert!(said.contains("nobody.json is neither a badge's id"), "{said}");
    assert!(said.ends_with("nothing was changed; correct the above, and run this again\n"), "{said}");
    let said = place.ends(2, &format!("{REVOKE} {}", ids[0]));
    assert!(said.contains(&format!("{} is revoked already, and that is for good", ids[0])), "{said}");
    assert_eq!(place.ok(&format!("{LIST} --json")), before);
    // Of several, those that are done are skipped.
    place.write("list.txt", &format!("{}\n{}\n", ids[0], ids[1]));
    let said = place.ok(&format!("{REVOKE} --from list.txt"));
    assert!(
        said.contains("Left alone: 1 badge that is revoked already.") && said.contains("Revoked 1 badge."),
        "{said}"
    );
    assert!(place.ok(&format!("{REVOKE} {} {}", ids[0], ids[1])).starts_with("Nothing to revoke: 2 badges"));

    // A badge of another centre, a file that is none, a folder.
    let (other, _) = Place::with_badges(1);
    let foreign = other.badges()[0].display().to_string();
    assert!(place.ends(2, &format!("{REVOKE} {foreign}")).contains("was not issued here"));
    assert!(place.ends(2, &format!("{REVOKE} many.csv")).contains("many.csv: "));
    assert!(place.ends(2, &format!("{REVOKE} centre")).contains("this is a folder"));
    assert!(place.ends(2, &format!("{REVOKE} urn:uuid:no\u{1b}[2J")).contains("\\u{1b}"));
}

#[test]
fn the_short_ids_that_are_shown_are_taken() {
    let (place, ids) = Place::with_badges(2);
    let said = place.ok(&format!("{REVOKE} --dry-run {}", ids[1]));
    let short = said.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(short.len(), 16);
    place.ok(&format!("{REVOKE} {}", short.to_uppercase()));
    assert_eq!(place.statuses(), ["good", "revoked"]);
    assert!(place.ok(&format!("ledger show --centre centre {short}")).starts_with(&ids[1]));
    assert!(place.ends(2, &format!("{REVOKE} 0000000000000000")).contains("no badge whose id begins with"));
    assert!(place.ends(2, &format!("{REVOKE} {}", &short[1..])).contains("or its first 16 digits"));
}

#[test]
fn what_came_before_and_after_a_badge_is_forgotten_with_it() {
    let (place, ids) = Place::with_names(&["Amina Nor", "Yusuf Demir"]);
    let correct = |of: &str, name: &str| {
        let mut command = place.command(&format!("correct {of} --because misspelt --by registrar --yes"));
        command.args(["--set", name]).args("--centre centre --passphrase-file passphrase".split(' '));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", complained(&output));
        place.ids("").pop().unwrap()
    };
    let second = correct(&ids[0], "name=Amina Noor");
    correct(&second, "name=Amina Nour");
    let said = place.ok(&format!("{FORGET} {second}"));
    assert!(said.contains("2 badges more are about the same people"), "{said}");
    assert!(said.contains("Forgot the people of 3 badges:"), "{said}");
    assert_eq!(place.badges().len(), 1);
    assert!(!place.ok(LIST).contains("Amina"));
}

#[test]
fn half_a_badge_that_a_killed_run_left_is_removed_or_named() {
    let (place, ids) = Place::with_badges(1);
    let part = |name: &str, seconds: u64| {
        let path = place.path("centre/badges").join(name);
        fs::write(&path, "t0@example.org").unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        path
    };
    let (old, young) = (part(".taskbadge-a.part", 90), part(".taskbadge-b.part", 0));
    let said = place.ok(&format!("{FORGET} {}", ids[0]));
    assert!(said.contains(".taskbadge-b.part: a run that was cut off") && !said.contains("-a.part"), "{said}");
    assert_eq!((old.exists(), young.exists()), (false, true));
}

#[test]
fn a_ledger_that_is_gone_is_missed_by_every_command() {
    let (place, ids) = Place::with_badges(2);
    place.publish();
    fs::remove_file(place.path("centre/ledger.sqlite")).unwrap();
    let before = everything(&place.path("centre"));
    for line in [
        ISSUE,
        &format!("{ISSUE} --dry-run"),
        "publish --centre centre --passphrase-file passphrase",
        LIST,
        "stats --centre centre",
        "renew --within 30 --centre centre",
        "ledger check --centre centre",
        "ledger export --centre centre",
        &format!("{REVOKE} {}", ids[0]),
        &format!("{FORGET} --all"),
    ] {
        let said = place.ends(2, line);
        assert!(said.contains("ledger.sqlite is gone") && said.contains("restore it from a backup"), "{line}\n{said}");
    }
    assert_eq!(everything(&place.path("centre")), before);
    let accept = "ledger accept-restored --because burnt --by registrar --centre centre";
    let said = place.ends(2, &format!("{accept} --published nowhere --yes"));
    assert!(said.contains("nowhere: there is no such folder"), "{said}");
    assert!(place.ends(2, accept).contains("--yes"));
    assert!(!place.path("centre/ledger.sqlite").exists());
    let said = place.ok(&format!("{accept} --yes"));
    assert!(said.starts_with("Accepted. ") && said.contains("cannot be taken back one by one"), "{said}");
    assert!(said.contains("2 files in badges/ that the ledger does not know:\n  centre/badges/"), "{said}");
    assert!(place.ok(ISSUE).starts_with("Issued 2 badges."));
    place.publish();
}

#[test]
fn a_check_says_at_once_that_a_backup_was_restored() {
    let (place, _) = Place::with_badges(1);
    let backup = fs::read(place.path("centre/ledger.sqlite")).unwrap();
    place.publish();
    fs::write(place.path("centre/ledger.sqlite"), backup).unwrap();
    let said = place.ends(2, "ledger check --centre centre");
    assert!(said.contains(": whole.") && said.contains("  in doubt    "), "{said}");
}

#[test]
fn many_that_were_not_finished_are_told_in_one_sentence() {
    let (place, _) = Place::with_badges(1);
    let now = "2026-11-22T09:30:00Z".parse().unwrap();
    let mut ledger = place.ledger();
    let lists = Lists::below(&"https://centre.example.org/status".parse().unwrap());
    for number in 1..=9_u8 {
        let (badge, row) = (Iri::uuid([number; 16]), Mark::keyed(&[1; 32], &[b"row", &[number]]));
        let group = [Intention::new(&badge, &row, "hand-washing", "1", "2026-11-03".parse().unwrap())];
        let random = |bytes: &mut [u8]| {
            bytes.fill(number);
            Ok(())
        };
        ledger.intend(&group, &lists, now, random, |_, _| Ok::<_, LedgerTrouble>(b"to sign".to_vec())).unwrap();
    }
    let said = place.ok("ledger check --centre centre");
    assert!(said.contains("  unfinished  9 badges were begun and not finished"), "{said}");
    assert_eq!(said.matches("urn:uuid:").count(), 3, "{said}");
    assert!(said.contains("… and 6 more: `taskbadge ledger list --state intended`"), "{said}");
}

#[test]
fn a_file_that_is_not_as_it_was_issued_names_no_badge() {
    let (place, ids) = Place::with_names(&["Amina Noor"]);
    let forged = fs::read_to_string(&place.badges()[0]).unwrap().replace("hand-washing", "brain-surgery");
    place.write("forged.json", &forged);
    // Somebody who hands it in could have put anybody's id there.
    let said = place.ends(2, &format!("{REVOKE} forged.json"));
    assert!(said.contains("is not urn:uuid:") && said.contains("as it was issued"), "{said}");
    place.ends(2, "ledger show --centre centre forged.json");
    assert_eq!(place.statuses(), ["good"]);
    let said = place.ok(&format!("{REVOKE} --dry-run {}", ids[0]));
    assert!(said.contains("hand-washing  Amina Noor"), "{said}");
}

#[test]
fn badges_are_suspended_and_reinstated_where_the_centre_allows_it() {
    let (place, ids) = Place::with_badges(2);
    let said = place.ends(2, &format!("{SUSPEND} {}", ids[0]));
    assert!(said.contains("was issued without an entry for suspension"), "{said}");
    assert!(said.contains("`suspension = true`"), "{said}");
    assert!(place.ends(2, &format!("{REINSTATE} {}", ids[0])).contains("is not suspended"));

    place.allow_suspension();
    place.write(
        "many.csv",
        "email,task,date,level\na@example.org,hand-washing,2026-11-04,done\nb@example.org,hand-washing,2026-11-04,done\n",
    );
    place.ok(ISSUE);
    let later = place.ids("--awarded-from 2026-11-04");
    let said = place.ok(&format!("{SUSPEND} --awarded-from 2026-11-04"));
    assert!(said.contains("Suspended 2 badges. Employers learn of it"), "{said}");
    assert!(place.ends(2, &format!("{SUSPEND} {}", later[0])).contains("is suspended already"));
    assert!(place.ok(&format!("{SUSPEND} --awarded-from 2026-11-04")).starts_with("Nothing to suspend: 2 badges"));
    place.ok(&format!("{REVOKE} {}", later[1]));
    let said = place.ok(&format!("{REINSTATE} --all"));
    assert!(said.contains("Left alone: 3 badges that stand, or are revoked for good."), "{said}");
    assert!(said.contains("Reinstated 1 badge."), "{said}");
    assert_eq!(place.statuses(), ["good", "good", "good", "revoked"]);
    let said = place.ok(&format!("ledger show --centre centre {}", later[0]));
    for part in [
        "entry       suspension: index ",
        "  suspended by “registrar”: “complaint”\n",
        "  reinstated by “registrar”: “settled”\n",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(place.ok("ledger check --centre centre").contains("4 badges: whole."));
}

#[test]
fn the_ledger_is_listed_for_people_and_for_machines() {
    let (place, ids) = Place::with_names(&["Amina Noor", "Yusuf Demir", "Tesfaye Bekele"]);
    place.ok(&format!("{REVOKE} {}", ids[1]));
    let said = place.ok(LIST);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], format!("{}  2026-11-03  issued      hand-washing  Amina Noor", ids[0]));
    assert_eq!(lines[1], format!("{}  2026-11-03  revoked     hand-washing  Yusuf Demir", ids[1]));
    assert_eq!(lines[3], "3 badges.");
    assert_eq!(place.ok(&format!("{LIST} --limit 2")).lines().count(), 3);
    assert_eq!(place.ok(&format!("{LIST} --limit 0")), "0 badges.\n");
    assert_eq!(place.ids("--limit 2"), ids[..2]);

    let json = place.ok(&format!("{LIST} --json"));
    assert!(!json.contains("Amina") && !json.contains("t0@"), "{json}");
    let record = &place.records("--status revoked")[0];
    assert_eq!((&record["badge"], &record["state"]), (&ids[1].as_str().into(), &"issued".into()));
    assert_eq!(record["entries"][0]["purpose"], "revocation");

    assert_eq!(place.ids("--state intended --task hand-washing").len(), 0);
    assert_eq!(place.ids("--ends-within 4000000000").len(), 3);
    assert_eq!(place.ids("--ends-within 3").len(), 0);
    assert_eq!(place.ids("--recipient t2@example.org"), ids[2..]);
    assert!(place.ends(2, &format!("{LIST} --status lost")).contains("suspended"));
    assert!(place.ends(2, "ledger list").contains("is no centre folder"));
}

#[test]
fn one_badge_is_shown_with_its_history() {
    let (place, ids) = Place::with_names(&["Amina Noor"]);
    let said = place.ok(&format!("ledger show --centre centre {}", ids[0]));
    for part in [
        "  task        hand-washing, version 1\n",
        "  awarded     3 November 2026\n",
        "  until       3 November 2027\n",
        "  state       issued\n  status      good\n",
        "  entry       revocation: index ",
        "  name        Amina Noor\n",
        "t0@example.org",
        "Z  begun: its places in the status lists are reserved\n",
        "Z  issued\n",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    let by_file = place.ok(&format!("ledger show --centre centre {}", place.badges()[0].display()));
    assert_eq!(by_file, said);
    assert!(place.ends(2, "ledger show --centre centre urn:uuid:none").contains("the ledger has no badge"));
}

#[test]
fn an_export_is_written_whole_and_overwrites_nothing() {
    let (place, ids) = Place::with_names(&["Amina Noor", "Yusuf Demir"]);
    let printed = place.ok("ledger export --centre centre");
    let badges: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(badges.iter().map(|line| line["badge"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let said = place.ok("ledger export --centre centre --output out.jsonl");
    assert!(said.starts_with("Wrote out.jsonl."), "{said}");
    assert_eq!(place.read("out.jsonl"), printed);

    place.write("out.jsonl", "mine");
    let export = "ledger export --centre centre --output out.jsonl --recipient t1@example.org";
    assert!(place.ends(2, export).contains("add --force"));
    assert_eq!(place.read("out.jsonl"), "mine");
    place.ok(&format!("{export} --force"));
    assert_eq!(place.read("out.jsonl").lines().count(), 1);
    assert!(!place.read("out.jsonl").contains("Yusuf"));
    assert!(place.ends(2, "ledger export --centre centre --output no/folder.jsonl").contains("cannot be written"));
    assert!(place.ends(2, "ledger export --centre centre --force").contains("--output"));
}

#[test]
fn the_forgotten_are_known_no_more_and_their_badges_can_still_be_revoked() {
    let (place, ids) = Place::with_names(&["Amina Noor", "Yusuf Demir", "Tesfaye Bekele"]);
    place.ok(&format!("{REVOKE} {}", ids[2]));
    let said = place.ok(&format!("{FORGET} --recipient t0@example.org"));
    for part in [
        "To forget the people of 1 badge:\n",
        "Amina Noor",
        "Forgot the people of 1 badge:",
        "1 file in badges/ is deleted",
        "can still be revoked",
        "backups, exports",
        "rosters",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert_eq!(place.badges().len(), 2);
    let said = place.ok(&format!("ledger show --centre centre {}", ids[0]));
    assert!(said.contains("the ledger knows nothing of the person") && !said.contains("Amina"), "{said}");
    assert!(said.contains("  the person was forgotten by “registrar”: “asked”\n"), "{said}");
    assert!(!place.ok(LIST).contains("Amina"));
    for (path, bytes) in everything(&place.path("centre")) {
        let found = bytes.windows(5).any(|part| part == b"Amina");
        assert!(!found, "{}", path.display());
    }
    assert!(place.ends(2, &format!("{FORGET} --recipient t0@example.org")).contains("no badge in the ledger fits"));

    // The reason of a revocation may name somebody, too.
    place.ok(&format!("{FORGET} {}", ids[2]));
    let said = place.ok(&format!("ledger show --centre centre {}", ids[2]));
    assert!(said.contains("  revoked (fraud) by “registrar” (the reason was erased)\n"), "{said}");

    let said = place.ok(&format!("{FORGET} --all"));
    assert!(said.contains("Left alone: 2 badges that are forgotten already.") && said.contains("1 badge:"), "{said}");
    assert_eq!(place.ok(&format!("{FORGET} {}", ids[0])), "Nothing to forget: 1 badge that is forgotten already.\n");
    place.ok(&format!("{REVOKE} {}", ids[0]));
    assert_eq!(place.statuses(), ["revoked", "good", "revoked"]);
    assert!(place.ok("ledger check --centre centre").contains("3 badges: whole."));

    // The roster still has them; their badges are not issued again.
    assert!(place.ok(ISSUE).starts_with("Issued 0 badges; 3 issued before"));
    assert_eq!(place.badges().len(), 0);
}

#[test]
fn what_cannot_be_forgotten_is_named_and_the_others_are() {
    let (place, ids) = Place::with_names(&["Amina Noor", "Yusuf Demir"]);
    // A folder stands where the badge was.
    let file = place.badges().into_iter().find(|path| fs::read_to_string(path).unwrap().contains(&ids[0])).unwrap();
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let said = place.ends(2, &format!("{FORGET} --all"));
    assert!(said.contains("Forgot the people of 1 badge:"), "{said}");
    assert!(said.contains(&ids[0]) && said.contains("it cannot be deleted"), "{said}");
    assert!(said.ends_with("the people of 1 badge are not forgotten; do what the above says, and run this again\n"));
    fs::remove_dir(&file).unwrap();
    // Its file is missing, and that is no reason to keep the rest.
    assert!(place.ok(&format!("{FORGET} --recipient t0@example.org")).contains("0 files in badges/ are deleted"));
    assert!(!place.ok(LIST).contains("Amina"));
}

#[test]
fn a_whole_ledger_is_told_from_a_changed_one() {
    let (place, _) = Place::with_badges(2);
    let said = place.ok("ledger check --centre centre");
    assert!(said.contains(" events, 2 badges: whole.\n  log's end   "), "{said}");
    let ledger = place.path("centre/ledger.sqlite");
    let mut bytes = fs::read(&ledger).unwrap();
    let task = b"hand-washing";
    let at: Vec<usize> = (0..bytes.len() - task.len()).filter(|at| bytes[*at..].starts_with(task)).collect();
    assert!(!at.is_empty());
    for at in at {
        bytes[at] = b'H';
    }
    fs::write(&ledger, bytes).unwrap();
    let said = place.ends(2, "ledger check --centre centre");
    assert!(said.contains("2 badges: NOT WHOLE.") && said.contains("\n  fault       "), "{said}");
    assert!(said.contains("restore the last backup"), "{said}");

    place.write("centre/ledger.sqlite", "something else entirely, and long enough to be looked at");
    assert!(place.ends(2, "ledger check --centre centre").contains("is not a ledger"));
}

#[test]
fn what_a_check_cannot_settle_is_explained() {
    let (place, ids) = Place::with_badges(1);
    let now = "2026-11-22T09:30:00Z".parse().unwrap();
    let mut ledger = place.ledger();
    // A run was cut off before it signed.
    let (badge, row) = (Iri::uuid([7; 16]), Mark::keyed(&[1; 32], &[b"row", b"one"]));
    let group = [Intention::new(&badge, &row, "hand-washing", "1", "2026-11-03".parse().unwrap())];
    let lists = Lists::below(&"https://centre.example.org/status".parse().unwrap());
    let random = |bytes: &mut [u8]| {
        bytes.fill(3);
        Ok(())
    };
    ledger.intend(&group, &lists, now, random, |_, _| Ok::<_, LedgerTrouble>(b"to sign".to_vec())).unwrap();
    let said = place.ok("ledger check --centre centre");
    assert!(
        said.contains(&format!("  unfinished  {badge} for hand-washing was begun on 2026-11-22T09:30:00Z")),
        "{said}"
    );
    assert!(said.contains("2 badges: whole.") && said.contains("issue its roster again"), "{said}");
    assert_eq!(place.ids("--state intended"), [badge.to_string()]);
    let said = place.ends(2, &format!("{FORGET} {badge} {}", ids[0]));
    assert!(said.contains("Forgot the people of 1 badge:"), "{said}");
    assert!(said.contains(&format!("{badge} was begun and is not finished")), "{said}");
    place.ok(&format!("{REVOKE} {badge}"));
    assert!(place.ok("ledger check --centre centre").contains("it is revoked, so nothing is left to do"));

    // An old backup was restored.
    ledger.compare(&Head { sequence: 900, hash: [1; 32] }, now).unwrap();
    let said = place.ends(2, "ledger check --centre centre");
    assert!(said.contains(": whole.") && said.contains("what was published is at event 900"), "{said}");
    assert!(said.contains("`taskbadge ledger accept-restored`"), "{said}");
}

#[test]
fn counts_tell_nothing_of_a_person() {
    let place = Place::with_centre();
    assert_eq!(place.ok("stats --centre centre"), "Nothing was issued yet.\n");
    let mut roster = "name,email,task,date,level\n".to_owned();
    for (task, month, number) in [("hand-washing", "09", 4), ("hand-washing", "10", 5), ("knife-care", "10", 12)] {
        for trainee in 0..number {
            roster.push_str(&format!("Amina Noor,t{trainee}@example.org,{task},2026-{month}-03,done\n"));
        }
    }
    place.write("many.csv", &roster);
    place.write("centre/tasks/knife-care.toml", &TASK.replace("hand-washing", "knife-care"));
    place.ok(ISSUE);
    let said = place.ok("stats --centre centre");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..3],
        ["task          month    badges", "hand-washing  2026-09      <5", "hand-washing  2026-10       5"]
    );
    assert_eq!(lines[3], "knife-care    2026-10      12");
    assert!(!said.contains("Amina") && lines.len() == 5, "{said}");
    let json = place.ok("stats --centre centre --json");
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], serde_json::json!({"task": "hand-washing", "month": "2026-09", "fewerThan": 5}));
    assert_eq!(lines[1], serde_json::json!({"task": "hand-washing", "month": "2026-10", "badges": 5}));
}

#[test]
fn names_and_reasons_play_no_tricks_on_the_terminal() {
    // What a roster must not have, a ledger that somebody wrote into can.
    let (place, ids) = Place::with_names(&["Mallory Bellows"]);
    let ledger = place.path("centre/ledger.sqlite");
    let mut bytes = fs::read(&ledger).unwrap();
    let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(b"Mallory Bell")).unwrap();
    bytes[at + 7..at + 11].copy_from_slice(b"\x1b[2J");
    fs::write(&ledger, bytes).unwrap();
    for line in
        [LIST.to_owned(), format!("ledger show --centre centre {}", ids[0]), format!("{REVOKE} --dry-run --all")]
    {
        let said = place.ends(2, &line);
        assert!(said.contains("was changed past taskbadge") && !said.contains('\u{1b}'), "{line}\n{said}");
    }
    let output = place.command(REVOKE).arg("--all").arg("--because").arg("a\u{1b}[2Jb").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!(printed(&output) + &complained(&output)).contains('\u{1b}'));
    let output = place.command(LIST).args(["--recipient", "a\u{1b}[2Jb"]).output().unwrap();
    assert_eq!(printed(&output), "0 badges.\n");
}

#[test]
fn a_ledger_that_was_changed_is_told_refused_and_rebuilt() {
    let (place, ids) = Place::with_names(&["Amina Noor", "Yusuf Demir"]);
    let said = place.ok("ledger check --centre centre");
    assert!(said.contains("  seals       every event was written with this centre's secret"), "{said}");
    let whole = place.ok(&format!("{LIST} --json"));
    place.tamper(
        "UPDATE badges SET task = 'brain-surgery' WHERE number = 1; UPDATE entries SET raised = 1 WHERE badge = 2",
    );

    let said = place.ends(2, "ledger check --centre centre");
    assert!(said.contains("NOT WHOLE") && said.contains("the log says otherwise of task"), "{said}");
    for line in [&format!("{REVOKE} {}", ids[0]), "publish --centre centre --passphrase-file passphrase"] {
        let said = place.ends(2, line);
        assert!(
            said.contains("was changed past taskbadge") && said.contains("taskbadge ledger check"),
            "{line}\n{said}"
        );
    }
    let said = place.ok("ledger rebuild --output new.sqlite --centre centre");
    assert!(said.contains("  fault       badges, ") && said.contains("  fault       entries, "), "{said}");
    assert!(place.ends(2, "ledger rebuild --output new.sqlite --centre centre").contains("is there already"));
    fs::rename(place.path("new.sqlite"), place.path("centre/ledger.sqlite")).unwrap();
    for beside in ["centre/ledger.sqlite-wal", "centre/ledger.sqlite-shm"] {
        let _ = fs::remove_file(place.path(beside));
    }
    place.ok("ledger check --centre centre");
    assert_eq!(place.ok(&format!("{LIST} --json")), whole);
    place.ok(&format!("{REVOKE} {}", ids[0]));
}

/// Swapped while it was waiting to be signed: nothing is handed out.
#[test]
fn a_draft_that_was_swapped_is_not_signed() {
    let (place, _) = Place::with_names(&["Amina Noor"]);
    let badge = place.badges().remove(0);
    fs::remove_file(&badge).unwrap();
    for sql in [
        "UPDATE copies SET content = cast(replace(cast(content AS TEXT), 'Hand washing', 'Head washing') AS BLOB)",
        "UPDATE issues SET digest = zeroblob(32)",
        "UPDATE badges SET state = 'intended'; DELETE FROM issues; INSERT INTO drafts SELECT * FROM copies; DELETE FROM copies",
    ] {
        let before = fs::read(place.path("centre/ledger.sqlite")).unwrap();
        place.tamper(sql);
        let said = place.ends(2, ISSUE);
        assert!(said.contains("was changed past taskbadge"), "{sql}\n{said}");
        assert!(!badge.exists());
        fs::write(place.path("centre/ledger.sqlite"), before).unwrap();
    }
    place.ok(ISSUE);
    assert!(badge.exists());
}

#[test]
fn what_an_auditor_without_the_secret_can_tell_is_said() {
    let (place, ids) = Place::with_names(&["Amina Noor"]);
    fs::rename(place.path("centre/issued.secret"), place.path("issued.secret")).unwrap();
    let said = place.ok("ledger check --centre centre");
    assert!(said.contains("1 badge: whole.") && said.contains("could have written all of it anew"), "{said}");
    let said = place.ends(2, &format!("{REVOKE} {}", ids[0]));
    assert!(said.contains("issued.secret"), "{said}");
}
