//! A centre's folder that was restored as a whole, published lists and all: what this computer remembers outside it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs;
use std::process::Output;

use place::{ISSUE, Place, complained, everything, printed};

const PUBLISH: &str = "publish --centre centre --passphrase-file passphrase";
const BECAUSE: &str = "--because test --by registrar --yes --centre centre";

impl Place {
    /// A centre with so many badges, published.
    fn published(badges: usize) -> (Self, Vec<String>) {
        let place = Self::with_centre();
        place.roster("many.csv", badges);
        place.ok(ISSUE);
        place.publish();
        let said = place.ok("ledger export --centre centre");
        let ids = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let ids = ids.map(|line| line["badge"].as_str().unwrap().to_owned()).collect();
        (place, ids)
    }

    fn copy(&self, from: &str, to: &str) {
        let (from, to) = (self.path(from), self.path(to));
        let _ = fs::remove_dir_all(&to);
        for (path, bytes) in everything(&from) {
            let path = to.join(path.strip_prefix(&from).unwrap());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    /// The same on a computer that remembers nothing.
    fn elsewhere(&self, line: &str) -> Output {
        let mut command = self.command(line);
        command.env("XDG_STATE_HOME", self.path("elsewhere")).output().unwrap()
    }

    fn remembered(&self, state: &str) -> Vec<String> {
        let folder = self.path(state).join("taskbadge/published");
        let files = if folder.exists() { everything(&folder) } else { Vec::new() };
        let texts = files.into_iter().filter(|(path, _)| path.extension().is_some_and(|kind| kind == "txt"));
        texts.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect()
    }

    /// Whether the ledger has an event of this kind.
    fn has_event(&self, kind: &str) -> bool {
        let files = everything(&self.path("centre")).into_iter();
        let mut ledgers = files.filter(|(path, _)| path.to_string_lossy().contains("ledger.sqlite"));
        ledgers.any(|(_, bytes)| bytes.windows(kind.len()).any(|window| window == kind.as_bytes()))
    }

    fn verdict(&self, id: &str) -> i32 {
        let number: String = id.chars().filter(|c| c.is_alphanumeric()).skip("urnuuid".len()).take(16).collect();
        let badge = self.badges().into_iter().find(|path| path.to_string_lossy().contains(&number)).unwrap();
        self.run(&format!("verify {} --status centre/published", badge.display())).status.code().unwrap()
    }
}

fn said(output: &Output) -> String {
    printed(output) + &complained(output)
}

#[test]
fn a_folder_restored_as_a_whole_takes_no_revocation_back() {
    let (place, ids) = Place::published(2);
    place.recognise_centre();
    place.copy("centre", "backup");
    place.ok(&format!("revoke {} --reason fraud {BECAUSE}", ids[0]));
    let printed = place.publish();
    place.copy("centre/published", "web");
    assert_eq!(place.verdict(&ids[0]), 1);
    let end = printed.lines().find_map(|line| line.trim().strip_prefix("log's end")).unwrap().trim().to_owned();
    assert!(place.read("web/ledger-head.txt").starts_with(&end), "{printed}");
    assert_eq!(place.remembered("state"), [place.read("web/ledger-head.txt")]);

    place.copy("backup", "centre");
    assert_eq!(place.verdict(&ids[0]), 0, "the folder by itself says nothing");
    place.roster("many.csv", 3);
    for line in [ISSUE.to_owned(), format!("{ISSUE} --dry-run")] {
        assert!(place.ends(2, &line).contains("an old backup was restored"));
    }
    let correct = "--set level=done --set evidence_note=again --passphrase-file passphrase";
    assert!(place.ends(2, &format!("correct {} {correct} {BECAUSE}", ids[1])).contains("an old backup was restored"));
    assert!(place.ends(2, PUBLISH).contains("is not there as it was published"));
    // What takes back goes on, and says so.
    let revoked = place.run(&format!("revoke {} --reason fraud {BECAUSE}", ids[1]));
    assert_eq!(revoked.status.code(), Some(0));
    assert!(complained(&revoked).contains("an old backup was restored"), "{}", said(&revoked));
    assert!(complained(&place.run("renew --within 400 --centre centre")).contains("an old backup was restored"));
    assert!(place.ends(2, PUBLISH).contains("is not there as it was published"));

    assert!(place.ends(2, &format!("ledger accept-restored {BECAUSE}")).contains("--published FOLDER"));
    let accepted = place.ok(&format!("ledger accept-restored --published web {BECAUSE}"));
    assert!(accepted.contains("Revoked again: 1 badge.") && accepted.contains(&ids[0]), "{accepted}");
    assert!(place.publish().contains(": 2 revoked"));
    assert_eq!((place.verdict(&ids[0]), place.verdict(&ids[1])), (1, 1));
    place.ok(ISSUE);
    place.ok("ledger check --centre centre");
}

#[test]
fn a_suspended_badge_is_not_reinstated_by_an_old_folder() {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    place.ok("init centre --name Harbour --suspension --passphrase-file passphrase");
    place.write("centre/tasks/hand-washing.toml", place::TASK);
    let badge = place.issue_one().display().to_string();
    place.ok(&format!("suspend {badge} {BECAUSE}"));
    place.publish();
    place.copy("centre", "backup");
    place.ok(&format!("revoke {badge} --reason fraud {BECAUSE}"));
    place.publish();
    place.copy("backup", "centre");
    assert!(place.ends(2, &format!("reinstate {badge} {BECAUSE}")).contains("an old backup was restored"));
    assert!(place.ok("ledger list --centre centre").contains("suspended"));
}

#[test]
fn a_computer_that_remembers_nothing_asks_once() {
    let (place, ids) = Place::published(2);
    place.copy("centre/published", "web");
    let before = everything(&place.path("centre/published"));
    for line in [ISSUE.to_owned(), format!("{ISSUE} --dry-run"), PUBLISH.to_owned()] {
        let asked = place.elsewhere(&line);
        assert_eq!(asked.status.code(), Some(2), "{line}\n{}", said(&asked));
        assert!(said(&asked).contains("this computer remembers no publication of"), "{}", said(&asked));
    }
    assert!(everything(&place.path("centre/published")) == before && place.remembered("elsewhere").is_empty());
    let revoked = place.elsewhere(&format!("revoke {} --reason fraud {BECAUSE}", ids[0]));
    assert!(revoked.status.code() == Some(0) && complained(&revoked).contains("remembers no publication"));

    // The folder that may be old says nothing; nor does one in which nothing is.
    for (folder, why) in
        [("centre/published", "both may be from one old copy"), ("centre/badges", "nothing of a centre")]
    {
        let refused = place.elsewhere(&format!("{ISSUE} --published {folder}"));
        assert!(refused.status.code() == Some(2) && said(&refused).contains(why), "{}", said(&refused));
    }
    let told = place.elsewhere(&format!("{ISSUE} --published web"));
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    assert_eq!(place.remembered("elsewhere"), [place.read("web/ledger-head.txt")]);
    // From then on nobody is asked.
    assert_eq!(place.elsewhere(ISSUE).status.code(), Some(0));
    assert_eq!(place.elsewhere(PUBLISH).status.code(), Some(0));
    assert_eq!(place.remembered("elsewhere"), [place.read("centre/published/ledger-head.txt")]);
    // The computer from before learns of it from the folder.
    place.ok(ISSUE);
    assert_eq!(place.remembered("state"), [place.read("centre/published/ledger-head.txt")]);
    assert!(!place.has_event("taken-as-newest"));
}

#[test]
fn the_end_of_the_log_can_be_typed_and_an_old_ledger_does_not_know_it() {
    let (place, ids) = Place::published(2);
    place.copy("centre", "backup");
    place.ok(&format!("revoke {} --reason fraud {BECAUSE}", ids[0]));
    place.publish();
    let head = place.read("centre/published/ledger-head.txt");
    let end = head.lines().next().unwrap();
    let told = place.elsewhere(&format!("{ISSUE} --published {end}"));
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));

    place.copy("backup", "centre");
    fs::remove_dir_all(place.path("elsewhere")).unwrap();
    let refused = place.elsewhere(&format!("{ISSUE} --published {end}"));
    assert!(refused.status.code() == Some(2) && said(&refused).contains("an old backup was restored"));
}

#[test]
fn that_nothing_later_was_published_is_a_decision_that_stays() {
    let (place, _) = Place::published(1);
    let decided = place.elsewhere(&format!("{PUBLISH} --by registrar --first-time-here checked-with-the-web-server"));
    assert_eq!(decided.status.code(), Some(0), "{}", said(&decided));
    assert!(place.has_event("taken-as-newest") && place.has_event("checked-with-the-web-server"));
    assert_eq!(place.elsewhere(PUBLISH).status.code(), Some(0));
    place.ok("ledger check --centre centre");
}

#[test]
fn a_new_centre_asks_nothing_and_works_where_nothing_can_be_remembered() {
    let place = Place::with_centre();
    place.roster("many.csv", 1);
    let homeless = |line: &str| {
        let mut command = place.command(line);
        command.env_remove("HOME").env_remove("XDG_STATE_HOME").output().unwrap()
    };
    assert_eq!(homeless(ISSUE).status.code(), Some(0));
    let published = homeless(PUBLISH);
    assert!(published.status.code() == Some(0) && complained(&published).contains("there is no home folder"));
    let again = homeless(PUBLISH);
    assert!(again.status.code() == Some(2) && said(&again).contains("there is no home folder"), "{}", said(&again));
    place.copy("centre/published", "web");
    assert_eq!(homeless(&format!("{PUBLISH} --published web")).status.code(), Some(0));
}

#[test]
fn a_folder_from_before_the_first_badge_is_missed() {
    let place = Place::with_centre();
    place.copy("centre", "backup");
    place.roster("many.csv", 1);
    place.ok(ISSUE);
    place.publish();
    place.copy("centre/published", "web");
    place.copy("backup", "centre");
    fs::create_dir_all(place.path("centre/badges")).unwrap();
    for line in [ISSUE, PUBLISH] {
        assert!(place.ends(2, line).contains("ledger.sqlite is gone"), "{line}");
    }
    assert!(!place.path("centre/ledger.sqlite").exists());
    place.ok(&format!("ledger accept-restored --published web {BECAUSE}"));
    place.ok(ISSUE);
    place.publish();
}

#[test]
fn what_is_remembered_is_a_small_file_of_the_users_own() {
    let (place, _) = Place::published(1);
    let folder = place.path("state/taskbadge/published");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let files = everything(&folder);
    let file = &files.iter().find(|(path, _)| path.extension().is_some_and(|kind| kind == "txt")).unwrap().0;
    for content in ["nonsense", ""] {
        fs::write(file, content).unwrap();
        assert!(place.ends(2, PUBLISH).contains("cannot read it any more"));
    }
    // Where it cannot be written, what is published is published.
    fs::remove_file(file).unwrap();
    let lock = file.with_added_extension("lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let head = place.read("centre/published/ledger-head.txt");
    let told = place.run(&format!("{PUBLISH} --published {}", head.lines().next().unwrap()));
    assert!(told.status.code() == Some(0) && complained(&told).contains("will not remember"), "{}", said(&told));
    assert_ne!(place.read("centre/published/ledger-head.txt"), head);
}

#[test]
fn the_demo_can_be_run_again_by_somebody_else() {
    let place = Place::new();
    place.ok("demo");
    let again = place.elsewhere("demo");
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(place.remembered("elsewhere").len(), 1);
}
