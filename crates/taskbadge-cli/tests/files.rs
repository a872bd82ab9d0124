//! Whatever lies where the command reads or writes: a pipe, a device, a folder, 200 MB, a symbolic link. Each is an error
//! within a second, and nothing is written elsewhere.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use place::{Place, complained, everything, printed};

/// What lies there instead of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Pipe,
    Device,
    Folder,
    Large,
}

impl Obstacle {
    const ALL: [Self; 4] = [Self::Pipe, Self::Device, Self::Folder, Self::Large];

    fn put(self, path: &Path) {
        match self {
            Self::Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Self::Device => symlink("/dev/zero", path).unwrap(),
            Self::Folder => fs::create_dir(path).unwrap(),
            Self::Large => File::create(path).unwrap().set_len(200 << 20).unwrap(),
        }
    }

    /// What is said of it.
    fn word(self) -> &'static str {
        match self {
            Self::Pipe => "a named pipe",
            Self::Device => "a device",
            Self::Folder => "a folder",
            Self::Large => "larger than",
        }
    }

    fn clear(self, path: &Path) {
        // SQLite takes what is not of its ledger away by itself.
        if path.symlink_metadata().is_ok() {
            if self == Self::Folder { fs::remove_dir(path).unwrap() } else { fs::remove_file(path).unwrap() }
        }
    }
}

/// The demo, a did:web centre with one badge, and somebody else's files.
struct Stage {
    place: Place,
    badge: String,
}

const PASSPHRASE: &str = "--passphrase-file demo/passphrase";

impl Stage {
    fn new() -> Self {
        let place = Place::new();
        place.ok("demo demo");
        place.ok(&format!("init web --name Web --did-web centre.example.org {PASSPHRASE}"));
        place.write("web/tasks/hand-washing.toml", place::TASK);
        place.roster("one.csv", 1);
        place.ok(&format!("issue one.csv --centre web {PASSPHRASE}"));
        place.ok(&format!("publish --centre web {PASSPHRASE}"));
        place.ok(&format!("key new own.pem {PASSPHRASE}"));
        place.write("ids.txt", "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1\n");
        fs::create_dir(place.path("theirs")).unwrap();
        place.write("theirs/other", "somebody else's");
        let badge = fs::read_dir(place.path("web/badges")).unwrap().next().unwrap().unwrap().file_name();
        Self { badge: format!("web/badges/{}", badge.display()), place }
    }

    /// The only file of this kind in a folder.
    fn one(&self, folder: &str, end: &str) -> String {
        let entries = fs::read_dir(self.place.path(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let found: Vec<_> =
            entries.map(|name| name.into_string().unwrap()).filter(|name| name.ends_with(end)).collect();
        let [one] = &found[..] else { panic!("{folder}: {found:?}") };
        format!("{folder}/{one}")
    }

    /// How a command ends, and all it says. One that waits for a pipe would wait for ever.
    fn run(&self, line: &str) -> (Option<i32>, String) {
        let mut command = self.place.command(line);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let begun = Instant::now();
        // The second that is promised is that of a release build on a quiet machine.
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > Duration::from_secs(60) {
                child.kill().unwrap();
                panic!("{line} does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let output = child.wait_with_output().unwrap();
        (output.status.code(), printed(&output) + &complained(&output))
    }

    /// Puts something else where a file was, for as long as a command runs. What `with` says of it is checked.
    fn with(&self, file: &str, line: &str, each: impl Fn(Obstacle, Option<i32>, &str)) {
        let path = self.place.path(file);
        let aside = self.place.path("aside");
        let was = path.exists();
        if was {
            fs::rename(&path, &aside).unwrap();
        }
        for obstacle in Obstacle::ALL {
            obstacle.put(&path);
            let (code, said) = self.run(line);
            each(obstacle, code, &said);
            obstacle.clear(&path);
        }
        if was {
            fs::rename(&aside, &path).unwrap();
        }
    }
}

#[test]
fn what_is_no_file_of_a_bounded_size_is_said_wherever_one_is_read() {
    let stage = Stage::new();
    let badge = &stage.badge.clone();
    let list = &stage.one("web/published/status", ".json");
    let stored = &stage.one("demo/employer/packs", "");
    let places: [(&str, String); 30] = [
        ("x.json", "trust list --trust x.json".into()),
        ("x.json", format!("verify {badge} --trust x.json")),
        ("demo/employer/trust.json", format!("verify {badge} --store demo/employer")),
        (&format!("{stored}/pack.jsonl"), format!("verify {badge} --store demo/employer")),
        (&format!("{stored}/known.json"), format!("verify {badge} --store demo/employer")),
        ("x.jsonl", "pack inspect x.jsonl".into()),
        ("x.jsonl", "trust add x.jsonl".into()),
        ("x.jsonl", format!("pack sign x.jsonl --key own.pem {PASSPHRASE}")),
        ("x.jsonl", "pack join demo/association/pack.jsonl x.jsonl".into()),
        ("x.json", "pack add-issuer demo/association/pack.jsonl x.json".into()),
        ("x.json", "trust add did:web:centre.example.org --document x.json --trust new.json".into()),
        ("x.csv", format!("issue x.csv --centre web {PASSPHRASE}")),
        ("x.txt", "revoke --from x.txt --reason other --because test --by x --yes --centre web".into()),
        ("web/centre.toml", format!("publish --centre web {PASSPHRASE}")),
        ("web/tasks/hand-washing.toml", format!("issue one.csv --centre web {PASSPHRASE}")),
        ("web/tasks/hand-washing.toml", "task lint --centre web".into()),
        ("web/key.pem", format!("issue one.csv --centre web {PASSPHRASE}")),
        ("x.pem", format!("key show x.pem {PASSPHRASE}")),
        ("x.pass", "key show own.pem --passphrase-file x.pass".into()),
        ("web/issued.secret", format!("issue one.csv --centre web {PASSPHRASE}")),
        ("web/did.json", "key show --centre web".into()),
        ("web/did.json", format!("publish --centre web {PASSPHRASE}")),
        ("web/keys.json", "key list --centre web".into()),
        ("web/published/ledger-head.txt", format!("publish --centre web {PASSPHRASE}")),
        ("web/published/ledger-head.txt", format!("issue one.csv --centre web {PASSPHRASE}")),
        ("web/published/ledger-head.txt", "ledger check --centre web".into()),
        (list, format!("publish --centre web {PASSPHRASE}")),
        ("web/published/status/stray.json", format!("publish --centre web {PASSPHRASE}")),
        ("copy/ledger-head.txt", format!("publish --centre web --to copy {PASSPHRASE}")),
        ("web/entry.json", "key entry --output web/entry.json --centre web".into()),
    ];
    fs::create_dir(stage.place.path("copy")).unwrap();
    let theirs = everything(&stage.place.path("theirs"));
    for (file, line) in &places {
        stage.with(file, line, |obstacle, code, said| {
            assert_eq!(code, Some(2), "{obstacle:?} as {file}: {line}\n{said}");
            assert!(said.contains(obstacle.word()), "{obstacle:?} as {file}: {line}\n{said}");
            let name = Path::new(file).file_name().unwrap().to_str().unwrap();
            assert!(said.contains(name), "{obstacle:?} as {file}: {line}\n{said}");
        });
    }
    assert!(everything(&stage.place.path("theirs")) == theirs);
    // All is as it was.
    stage.place.ok("ledger check --centre web");
    stage.place.ok(&format!("publish --centre web {PASSPHRASE}"));
}

/// A verdict says of a badge, or a status list, that it is too large; what is no file has none.
#[test]
fn a_badge_or_a_list_that_is_no_file_has_no_verdict() {
    let stage = Stage::new();
    let badge = &stage.badge.clone();
    for line in ["verify x.json --trust demo/trust.json", "inspect x.json"] {
        stage.with("x.json", line, |obstacle, code, said| match obstacle {
            Obstacle::Large => assert!(code != Some(0) && said.contains("larger than"), "{said}"),
            // The badges in it: none.
            Obstacle::Folder => assert_eq!(code, Some(2), "{said}"),
            _ => assert!(code == Some(2) && said.contains(obstacle.word()), "{said}"),
        });
    }
    stage.with("x.json", &format!("verify {badge} --trust demo/trust.json --status x.json"), |obstacle, code, said| {
        match obstacle {
            Obstacle::Large => assert!(said.contains("this status list does not count"), "{said}"),
            Obstacle::Folder => assert_eq!(code, Some(2), "{said}"),
            _ => assert!(code == Some(2) && said.contains(obstacle.word()), "{said}"),
        }
    });
    // In a folder somewhere below.
    fs::create_dir(stage.place.path("folder")).unwrap();
    fs::copy(stage.place.path(badge), stage.place.path("folder/a.json")).unwrap();
    for line in ["verify folder --trust demo/trust.json".into(), format!("verify {badge} --status folder")] {
        stage.with("folder/x.json", &line, |_, code, said| assert_ne!(code, Some(0), "{said}"));
    }
}

#[test]
fn a_ledger_is_a_file_of_its_own() {
    let stage = Stage::new();
    for line in ["ledger list --centre web".into(), format!("issue one.csv --centre web {PASSPHRASE}")] {
        for file in ["web/ledger.sqlite", "web/ledger.sqlite-wal", "web/ledger.sqlite-shm"] {
            stage.with(file, &line, |obstacle, code, said| match obstacle {
                // 200 MB is nothing for a ledger; these are none.
                Obstacle::Large => assert!(code == Some(2) || !file.ends_with("sqlite"), "{file}: {said}"),
                Obstacle::Device => assert!(code == Some(2) && said.contains("a symbolic link"), "{file}: {said}"),
                _ => assert!(code == Some(2) && said.contains(obstacle.word()), "{file}: {said}"),
            });
        }
    }
    // One's own ledger by a link is not opened either: what SQLite has beside it would lie elsewhere.
    fs::rename(stage.place.path("web/ledger.sqlite"), stage.place.path("theirs/ledger.sqlite")).unwrap();
    symlink("../theirs/ledger.sqlite", stage.place.path("web/ledger.sqlite")).unwrap();
    let before = everything(&stage.place.path("theirs"));
    assert!(stage.place.ends(2, "ledger list --centre web").contains("a symbolic link"));
    assert!(everything(&stage.place.path("theirs")) == before);
}

#[test]
fn nothing_is_written_where_a_link_leads() {
    let stage = Stage::new();
    let badge = &stage.badge.clone();
    let list = &stage.one("web/published/status", ".json");
    let stored = &stage.one("demo/employer/packs", "");
    let pack = "demo/association/pack.jsonl";
    let digits = {
        let said = stage.place.ok(&format!("pack inspect {pack} --json"));
        let inspected: serde_json::Value = serde_json::from_str(&said).unwrap();
        inspected["root"]["fingerprint"].as_str().unwrap().to_owned()
    };
    let (publish, issue) =
        (format!("publish --centre web {PASSPHRASE}"), format!("issue one.csv --centre web {PASSPHRASE}"));
    let rotate = format!("key rotate --yes --centre web {PASSPHRASE}");
    let trust = "trust add did:web:centre.example.org --document web/did.json --force --store demo/employer";
    let add = format!("trust add {pack} --fingerprint {digits} --force --store demo/employer");
    let copy = format!("publish --centre web --to copy {PASSPHRASE}");
    // Where something is written, and the command that would.
    let places: [(&str, &str); 22] = [
        ("web/published/.taskbadge-lock", &publish),
        ("web/published/ledger-head.txt", &publish),
        ("web/published/.well-known/did.json", &publish),
        (list, &publish),
        ("copy/.taskbadge-lock", &copy),
        ("copy/.well-known/did.json", &copy),
        (badge, &issue),
        ("web/keys.lock", &rotate),
        ("web/keys.json", &rotate),
        ("web/did.json", &rotate),
        ("web/key-next.pem", &rotate),
        ("demo/employer/trust.json.lock", trust),
        ("demo/employer/trust.json", trust),
        ("demo/employer/trust.json.lock", &add),
        (&format!("{stored}/pack.jsonl"), &add),
        (&format!("{stored}/known.json"), &add),
        ("x.pem", "key new x.pem --passphrase-file demo/passphrase"),
        ("x.json", "key entry --output x.json --centre web"),
        ("x.jsonl", "ledger export --output x.jsonl --force --centre web"),
        ("x.csv", "renew --within 400 --roster x.csv --centre web"),
        ("web/tasks/new.toml", "task new new --force --centre web"),
        (
            "x.jsonl",
            "pack new x.jsonl --publisher https://a.example.org --name A --root-key own.pem --threshold 1 --passphrase-file demo/passphrase",
        ),
    ];
    fs::create_dir_all(stage.place.path("copy/.well-known")).unwrap();
    let theirs = stage.place.path("theirs");
    for (file, line) in places {
        let path = stage.place.path(file);
        let kept = fs::read(&path).ok();
        // One to somebody else's file, one to a file that is not there, and one to what was there itself.
        for target in ["other", "nothing", "same"] {
            if let Some(kept) = &kept {
                fs::write(theirs.join("same"), kept).unwrap();
            }
            let before = everything(&theirs);
            let _ = fs::remove_file(&path);
            symlink(theirs.join(target), &path).unwrap();
            let (code, said) = stage.run(line);
            // A badge that is there as it was issued is left alone.
            let is_as_issued = file == badge && target == "same";
            assert_eq!(code, Some(if is_as_issued { 0 } else { 2 }), "{file} to {target}: {line}\n{said}");
            assert!(everything(&theirs) == before, "{file} to {target}: {line}");
            assert!(path.is_symlink(), "{file} to {target}: {line}\n{said}");
            fs::remove_file(&path).unwrap();
            if let Some(kept) = &kept {
                fs::write(&path, kept).unwrap();
            }
        }
        let _ = fs::remove_file(theirs.join("same"));
    }
    // A folder below one that is carried around.
    for (folder, line) in
        [("web/published/status", &publish), ("copy/status", &copy), ("copy/.well-known", &copy), (stored, &add)]
    {
        let path = stage.place.path(folder);
        let aside = stage.place.path("aside");
        let was = fs::rename(&path, &aside).is_ok();
        symlink(&theirs, &path).unwrap();
        let before = everything(&theirs);
        let (code, said) = stage.run(line);
        assert!(code == Some(2) && everything(&theirs) == before, "{folder}: {line}\n{said}");
        fs::remove_file(&path).unwrap();
        if was {
            fs::rename(&aside, &path).unwrap();
        }
    }
    // The change of keys that was refused half-way is finished.
    stage.place.ok(&rotate);
    stage.place.ok(&publish);
    stage.place.ok(&issue);
}

/// Names in a shell that stand for what is no file, and are meant to.
#[test]
fn a_passphrase_comes_from_a_pipe_that_the_shell_made() {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    place.ok("key new own.pem --passphrase-file passphrase");
    let shell = |line: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", line]).env("TB", env!("CARGO_BIN_EXE_taskbadge")).current_dir(place.path(""));
        command.stdin(Stdio::null()).output()
    };
    for line in [
        "\"$TB\" key show own.pem --passphrase-file <(cat passphrase)",
        "cat passphrase | \"$TB\" key show own.pem --passphrase-file /dev/stdin",
        "\"$TB\" key show own.pem --passphrase-fd 3 3< <(cat passphrase)",
        "\"$TB\" key show own.pem --passphrase-fd 3 3<passphrase",
    ] {
        let Ok(output) = shell(line) else { return };
        assert!(printed(&output).contains("did:key:"), "{line}\n{}", complained(&output));
    }
    let output = shell("\"$TB\" key show own.pem --passphrase-file <(yes)").unwrap();
    assert!(output.status.code() == Some(2) && complained(&output).contains("larger than 4 KiB"));
}
