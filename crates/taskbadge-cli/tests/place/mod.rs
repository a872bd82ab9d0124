//! What the tests of the command share: a folder to run it in, as a person would.

#![allow(dead_code, reason = "each file of tests uses what it needs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use taskbadge::shown::without_isolates;
use tempfile::TempDir;

pub(crate) const TASK: &str = r#"
id = "hand-washing"
version = "1"
name = "Hand washing before food work"
description = "Washes hands to the kitchen's standard before touching food."
category = "hygiene"
language = "en"
criteria = ["Washes both hands for at least 20 seconds with soap and warm water"]
validity = "12 months"
required = "done"

[[levels]]
id = "started"
name = "Started"
description = "Meets some criteria."

[[levels]]
id = "done"
name = "Done without help"
description = "Meets every criterion in one go, unprompted."
"#;

/// A temporary folder to run commands in, with a centre where one is asked for.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn with_centre() -> Self {
        let place = Self::new();
        place.write("passphrase", "correct horse\n");
        place.ok("init centre --name Harbour --passphrase-file passphrase");
        place.write("centre/tasks/hand-washing.toml", TASK);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_taskbadge"));
        command.args(line.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("HOME", self.0.path());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs a command that has to end with 0, and gives what it printed.
    pub(crate) fn ok(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}{}", printed(&output), complained(&output));
        printed(&output)
    }

    /// Runs a command that has to end with this code, and gives all it said.
    pub(crate) fn ends(&self, code: i32, line: &str) -> String {
        let output = self.run(line);
        let said = printed(&output) + &complained(&output);
        assert_eq!(output.status.code(), Some(code), "{line}\n{said}");
        said
    }

    pub(crate) fn recognise_centre(&self) {
        let shown = self.ok("key show --centre centre");
        let did = shown.split_whitespace().find(|word| word.starts_with("did:")).unwrap();
        self.ok(&format!("trust add {did} --name Harbour"));
    }

    /// Publishes the centre's lists.
    pub(crate) fn publish(&self) -> String {
        self.ok("publish --centre centre --passphrase-file passphrase")
    }

    /// A roster of so many trainees.
    pub(crate) fn roster(&self, name: &str, trainees: usize) {
        let rows = (0..trainees).map(|number| format!("t{number}@example.org,hand-washing,2026-11-03,done\n"));
        self.write(name, &("email,task,date,level\n".to_owned() + &rows.collect::<String>()));
    }

    pub(crate) fn badges(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("centre/badges")).unwrap().map(|entry| entry.unwrap().path());
        let mut badges: Vec<_> = entries.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        badges.sort();
        badges
    }

    pub(crate) fn issue_one(&self) -> PathBuf {
        self.roster("one.csv", 1);
        self.ok(ISSUE_ONE);
        self.publish();
        let [badge] = &self.badges()[..] else { panic!("one badge") };
        badge.clone()
    }
}

pub(crate) const ISSUE_ONE: &str = "issue one.csv --centre centre --passphrase-file passphrase";
pub(crate) const ISSUE: &str = "issue many.csv --centre centre --passphrase-file passphrase";

/// What an employer adds to check badges against the lists that the centre published.
pub(crate) const LISTS: &str = "--status centre/published";

/// What a command printed, as it is seen: without the isolates around values.
pub(crate) fn printed(output: &Output) -> String {
    without_isolates(&String::from_utf8(output.stdout.clone()).unwrap()).into_owned()
}

pub(crate) fn complained(output: &Output) -> String {
    without_isolates(&String::from_utf8(output.stderr.clone()).unwrap()).into_owned()
}

/// Every file below a folder with its content.
pub(crate) fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(everything(&path));
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}
