//! A path may lead anywhere: what is no file is refused at once, and nothing is written through a symbolic link.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use taskbadge_files::{
    FileTrouble, Input, Kind, Lock, Placing, Secrecy, entries, if_there, make_folder, make_folder_below,
    make_private_folder, move_over, private_file, read, read_secret, read_start, read_text, remove, remove_folder,
    replace, write_many, write_new,
};
use tempfile::TempDir;

const MOST: u64 = 1000;

/// A folder, and in it a file that nobody may change.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("other"), "somebody else's").unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    /// A link to the file that nobody may change, and one to a file that is not there.
    fn links(&self) -> [PathBuf; 2] {
        let links = [self.path("link"), self.path("dangling")];
        symlink(self.path("other"), &links[0]).unwrap();
        symlink(self.path("nothing"), &links[1]).unwrap();
        links
    }

    fn assert_untouched(&self) {
        assert_eq!(fs::read_to_string(self.path("other")).unwrap(), "somebody else's");
        assert!(!self.path("nothing").exists() && self.path("link").is_symlink() && self.path("dangling").is_symlink());
    }
}

fn kind<T>(result: Result<T, FileTrouble>) -> Option<Kind> {
    match result.err()? {
        FileTrouble::NotAFile { kind, .. } => Some(kind),
        trouble => panic!("{trouble}"),
    }
}

fn is_link<T>(result: Result<T, FileTrouble>) -> bool {
    matches!(result, Err(FileTrouble::Link(_)))
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let place = Place::new();
    let pipe = place.pipe("pipe");
    let socket = place.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    let begun = Instant::now();
    for (path, wanted) in [
        (&*pipe, Kind::Pipe),
        (Path::new("/dev/zero"), Kind::Device),
        (Path::new("/dev/tty"), Kind::Device),
        (place.0.path(), Kind::Folder),
        (&*socket, Kind::Socket),
    ] {
        assert_eq!(kind(read(path, MOST)), Some(wanted), "{}", path.display());
        assert_eq!(kind(read_start(path, MOST)), Some(wanted));
        assert_eq!(kind(read_text(path, MOST)), Some(wanted));
        assert_eq!(kind(read_secret(path, MOST)), Some(wanted));
        assert_eq!(kind(if_there(read(path, MOST))), Some(wanted));
        // By a link it is no better.
        let link = place.path("to");
        symlink(path, &link).unwrap();
        assert_eq!(kind(read(&link, MOST)), Some(wanted));
        fs::remove_file(link).unwrap();
    }
    // Somebody who has the other end of a pipe open makes no difference.
    let _writer = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(&pipe).unwrap();
    assert_eq!(kind(read(&pipe, MOST)), Some(Kind::Pipe));
    assert!(matches!(read(&place.path("missing"), MOST), Err(FileTrouble::Missing(_))));
    assert_eq!(if_there(read(&place.path("missing"), MOST)).unwrap(), None);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_bound_holds_whatever_a_file_says_of_itself() {
    let place = Place::new();
    let path = place.path("file");
    for (length, fits) in [(0, true), (MOST - 1, true), (MOST, true), (MOST + 1, false), (200 << 20, false)] {
        File::create(&path).unwrap().set_len(length).unwrap();
        let begun = Instant::now();
        let (whole, start) = (read(&path, MOST), read_start(&path, MOST).unwrap());
        assert_eq!(start.len() as u64, length.min(MOST + 1));
        match whole {
            Ok(bytes) => assert!(fits && bytes.len() as u64 == length),
            Err(FileTrouble::TooLarge { most, .. }) => assert!(!fits && most == MOST),
            Err(trouble) => panic!("{trouble}"),
        }
        assert_eq!(read_secret(&path, MOST).is_ok(), fits);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    // It says that it is empty.
    if Path::new("/proc/self/environ").exists() && fs::read("/proc/self/environ").is_ok_and(|read| read.len() > 2) {
        assert!(matches!(read(Path::new("/proc/self/environ"), 1), Err(FileTrouble::TooLarge { .. })));
    }
}

#[test]
fn a_link_to_a_file_is_read_and_text_is_text() {
    let place = Place::new();
    let [link, dangling] = place.links();
    assert_eq!(read_text(&link, MOST).unwrap(), "somebody else's");
    assert!(matches!(read_text(&dangling, MOST), Err(FileTrouble::Missing(_))));
    fs::write(place.path("bytes"), [0xff, 0xfe]).unwrap();
    assert!(matches!(read_text(&place.path("bytes"), MOST), Err(FileTrouble::NotText(_))));
    assert!(matches!(read_secret(&place.path("bytes"), MOST), Err(FileTrouble::NotText(_))));
    assert_eq!(&**read_secret(&link, MOST).unwrap(), "somebody else's");
    assert_eq!(entries(place.0.path()).unwrap().len(), 4);
    assert!(entries(&place.path("missing")).unwrap_err().is_missing());
}

#[test]
fn a_descriptor_may_be_a_pipe_and_has_the_same_bound() {
    assert_eq!(Input::named(Path::new("-")), Input::StandardInput);
    assert_eq!(Input::named(Path::new("/dev/stdin")), Input::Descriptor(0));
    assert_eq!(Input::named(Path::new("/dev/fd/63")), Input::Descriptor(63));
    for path in ["/dev/fd/x", "/dev/fd/1/y", "./-", "/dev/zero", "/dev/fd/"].map(Path::new) {
        assert_eq!(Input::named(path), Input::File(path));
    }
    // What the shell puts there is read; what never ends is not read for ever.
    let test = |shell: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", shell]).env("TASKBADGE_TEST", std::env::current_exe().unwrap());
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    if Command::new("bash").arg("-c").arg("true").status().is_err() {
        return;
    }
    let child = "\"$TASKBADGE_TEST\" --exact child --ignored --nocapture";
    let (ended, said) = test(&format!("NAMED=/dev/fd/3 {child} 3< <(printf hello)"));
    assert!(ended && said.contains("read 5"), "{said}");
    let (ended, said) = test(&format!("NAMED=/dev/stdin {child} < <(yes)"));
    assert!(ended && said.contains("larger than 1000 bytes"), "{said}");
}

#[test]
#[ignore = "the other process of a test"]
fn child() {
    let Ok(named) = std::env::var("NAMED") else { return };
    let mut out = std::io::stdout();
    match Input::named(Path::new(&named)).read(MOST) {
        Ok(bytes) => writeln!(out, "read {}", bytes.len()).unwrap(),
        Err(trouble) => writeln!(out, "{trouble}").unwrap(),
    }
}

#[test]
fn nothing_is_written_locked_moved_or_deleted_by_a_link() {
    let place = Place::new();
    for link in place.links() {
        assert!(is_link(replace(&link, b"new", Secrecy::Open)));
        assert!(is_link(replace(&link, b"new", Secrecy::Secret)));
        assert!(is_link(write_new(&link, b"new", Secrecy::Open)));
        for placing in [Placing::New, Placing::Over] {
            let same = b"somebody else's".to_vec();
            let written = || panic!("nothing is written");
            assert!(is_link(write_many(place.0.path(), &[(link.clone(), same)], placing, written)));
        }
        let own = place.path("own");
        fs::write(&own, "own").unwrap();
        assert!(is_link(move_over(&own, &link)));
        assert!(is_link(move_over(&link, &own)));
        assert_eq!(fs::read_to_string(&own).unwrap(), "own");
        assert!(is_link(remove(&link)));
        assert!(is_link(Lock::wait(&link)));
        assert!(is_link(Lock::take(&link)));
        assert!(is_link(private_file(&link, &[])));
        symlink(place.path("nothing"), place.path("own-wal")).unwrap();
        assert!(is_link(private_file(&own, &["-wal"])));
        fs::remove_file(place.path("own-wal")).unwrap();
        place.assert_untouched();
    }
    fs::create_dir(place.path("folder")).unwrap();
    symlink(place.path("folder"), place.path("linked")).unwrap();
    assert!(is_link(remove_folder(&place.path("linked"))));
    assert!(place.path("folder").is_dir());
    // Nothing of a write that was refused stays.
    let left = entries(place.0.path()).unwrap();
    assert!(!left.iter().any(|path| path.to_string_lossy().ends_with(".part")), "{left:?}");
}

#[test]
fn nothing_is_written_over_what_is_no_file() {
    let place = Place::new();
    let pipe = place.pipe("pipe");
    let begun = Instant::now();
    for (path, wanted) in [(&*pipe, Kind::Pipe), (place.0.path(), Kind::Folder)] {
        assert_eq!(kind(replace(path, b"new", Secrecy::Open)), Some(wanted));
        assert_eq!(kind(write_new(path, b"new", Secrecy::Open)), Some(wanted));
        assert_eq!(kind(Lock::wait(path)), Some(wanted));
        assert_eq!(kind(Lock::take(path)), Some(wanted));
        assert_eq!(kind(private_file(path, &[])), Some(wanted));
    }
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn folders_below_a_folder_are_reached_without_a_link() {
    let place = Place::new();
    fs::create_dir(place.path("elsewhere")).unwrap();
    fs::create_dir(place.path("stick")).unwrap();
    symlink(place.path("elsewhere"), place.path("stick/status")).unwrap();
    assert!(is_link(make_folder_below(&place.path("stick"), Path::new("status"))));
    assert!(is_link(make_folder_below(&place.path("stick"), Path::new("status/deep"))));
    assert!(entries(&place.path("elsewhere")).unwrap().is_empty());
    for out in ["../elsewhere", "/elsewhere", "a/../../elsewhere"] {
        assert!(make_folder_below(&place.path("stick"), Path::new(out)).is_err(), "{out}");
    }
    fs::write(place.path("stick/file"), "").unwrap();
    assert_eq!(kind(make_folder_below(&place.path("stick"), Path::new("file/deep"))), Some(Kind::File));
    let made = make_folder_below(&place.path("stick"), Path::new("a/b/c")).unwrap();
    assert!(made.is_dir() && made == place.path("stick/a/b/c"));
    assert_eq!(make_folder_below(&place.path("stick"), Path::new("")).unwrap(), place.path("stick"));
    // The folder itself is a person's own decision.
    symlink(place.path("elsewhere"), place.path("own")).unwrap();
    make_folder(&place.path("own")).unwrap();
    assert!(make_folder_below(&place.path("own"), Path::new("status")).unwrap().is_dir());
}

#[test]
fn what_is_written_is_whole_and_of_the_right_mode() {
    let place = Place::new();
    let path = place.path("secret");
    write_new(&path, b"one", Secrecy::Secret).unwrap();
    assert!(matches!(write_new(&path, b"two", Secrecy::Secret), Err(FileTrouble::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), b"one");
    replace(&path, b"two", Secrecy::Secret).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let file = private_file(&place.path("ledger"), &["-wal"]).unwrap();
    assert_eq!(mode(&file), 0o600);
    assert_eq!(private_file(&place.path("ledger"), &["-wal"]).unwrap(), file);
    make_private_folder(&place.path("a/b")).unwrap();
    make_private_folder(&place.path("a/b")).unwrap();
    assert_eq!(mode(&place.path("a/b")), 0o700);
    assert!(remove(&path).unwrap() && !remove(&path).unwrap());
    let many: Vec<_> = (0..40).map(|number| (place.path(&format!("{number}")), vec![number])).collect();
    let count = std::sync::atomic::AtomicUsize::new(0);
    let written = || {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    };
    write_many(place.0.path(), &many, Placing::New, written).unwrap();
    // What another process wrote in the same moment is as good as written.
    write_many(place.0.path(), &many, Placing::New, written).unwrap();
    assert_eq!(count.into_inner(), 40);
    assert!(many.iter().all(|(path, content)| fs::read(path).unwrap() == *content));
}

#[test]
fn one_at_a_time() {
    let place = Place::new();
    let held = Lock::wait(&place.path("lock")).unwrap();
    assert!(Lock::take(&place.path("lock")).unwrap().is_none());
    drop(held);
    assert!(Lock::take(&place.path("lock")).unwrap().is_some());
}
