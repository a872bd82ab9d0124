//! Trust packs, as an association writes them and an employer uses them: real processes, real folders.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

mod place;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use chrono::{Days, NaiveDate, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use place::{Place, TASK, complained, everything, printed};
use serde_json::{Value, json};
use taskbadge::badge::StatusPurpose;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::ProofOptions;
use taskbadge::time::Instant;
use taskbadge::trust::{KnownPack, Pack, Root};
use taskbadge_status::{Bits, StatusList};

const PASSPHRASE: &str = "--passphrase-file passphrase";
const STORE: &str = "data/taskbadge";

/// A centre with one badge, and an association with three root keys, two of which sign.
struct Stage {
    place: Place,
    badge: String,
}

impl Stage {
    fn new() -> Self {
        let place = Place::with_centre();
        let badge = place.issue_one();
        for number in 1..=4 {
            place.ok(&format!("key new root{number}.pem {PASSPHRASE}"));
        }
        let roots: String = (1..=3).map(|number| format!(" --root-key root{number}.pem")).collect();
        place.ok(&format!("pack new p.jsonl --publisher https://a.example.org --name Association{roots} {PASSPHRASE}"));
        let stage = Self { badge: badge.strip_prefix(place.path("")).unwrap().display().to_string(), place };
        stage.add_entry("");
        stage
    }

    /// One that an employer has added.
    fn trusted() -> Self {
        let stage = Self::new();
        stage.add_lists();
        stage.sign("p.jsonl", &[1, 2]);
        stage.trust("p.jsonl");
        stage
    }

    fn add_entry(&self, options: &str) {
        self.place.ok("key entry --output entry.json --centre centre");
        self.place.ok(&format!("pack add-issuer p.jsonl entry.json {options}"));
    }

    fn add_lists(&self) {
        self.place.ok("pack add-list p.jsonl centre/published");
    }

    fn sign(&self, file: &str, keys: &[u8]) {
        for key in keys {
            self.place.ok(&format!("pack sign {file} --key root{key}.pem {PASSPHRASE}"));
        }
    }

    fn trust(&self, file: &str) -> String {
        self.place.ok(&format!("trust add {file} --fingerprint {}", self.fingerprint(file)))
    }

    fn fingerprint(&self, file: &str) -> String {
        self.inspect(file)["root"]["fingerprint"].as_str().unwrap().to_owned()
    }

    fn inspect(&self, file: &str) -> Value {
        serde_json::from_str(&self.place.ok(&format!("pack inspect {file} --json"))).unwrap()
    }

    fn verify(&self, code: i32, options: &str) -> String {
        self.place.ends(code, &format!("verify {} {options}", self.badge))
    }

    fn copy(&self, from: &str, to: &str) {
        fs::copy(self.place.path(from), self.place.path(to)).unwrap();
    }

    /// The files of the one pack in the store.
    fn stored(&self) -> PathBuf {
        let folders: Vec<_> = fs::read_dir(self.place.path(STORE).join("packs")).unwrap().collect();
        let [Ok(folder)] = &folders[..] else { panic!("one pack") };
        folder.path()
    }

    /// A command that is refused with this code and leaves the store as it is, byte for byte.
    fn refused(&self, line: &str, code: &str) -> String {
        let data = self.place.path("data");
        let content = || if data.exists() { everything(&data) } else { Vec::new() };
        let before = content();
        let said = self.place.ends(2, line);
        assert!(said.contains(code), "{line}\n{said}");
        assert!(content() == before, "{line} changed the store");
        said
    }

    fn root_key(&self, number: u8) -> SigningKey {
        let pem = self.place.read(&format!("root{number}.pem"));
        SigningKey::from_pem(&pem, b"correct horse").unwrap()
    }

    /// The pack in a file, changed and signed by hand, with its lists.
    fn forge(&self, from: &str, to: &str, keys: &[u8], change: impl FnOnce(&mut Pack)) {
        let text = self.place.read(from);
        let (line, rest) = text.split_once('\n').unwrap();
        let mut pack = Pack::parse(line.as_bytes()).unwrap();
        change(&mut pack);
        let sign = |text: String, key: &u8| Pack::sign(text.as_bytes(), &self.root_key(*key), now()).unwrap();
        let signed = keys.iter().fold(pack.to_json().unwrap(), sign);
        self.place.write(to, &format!("{signed}\n{rest}"));
    }
}

fn now() -> Instant {
    Instant::from_unix(Utc::now().timestamp())
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

fn later(days: i64) -> Instant {
    Instant::from_unix(now().unix() + days * 24 * 3600)
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_whole_way() {
    let stage = Stage::new();
    let place = &stage.place;
    assert!(
        place.ends(2, "pack new p.jsonl --publisher https://a.example.org --name A --root-key x").contains("already")
    );
    let said = place.ok("pack inspect p.jsonl");
    assert!(said.starts_with("UNVERIFIED") && said.contains("signed      0 of 2 signatures"), "{said}");
    stage.add_lists();

    place.write("notes.txt", "years of work");
    let said = place.ends(2, "key entry --output notes.txt --centre centre");
    assert!(said.contains("something else than an earlier entry"), "{said}");
    assert_eq!(place.read("notes.txt"), "years of work");

    // Several sign, each with their own key, and each once.
    let sign = |key: u8| place.ok(&format!("pack sign p.jsonl --key root{key}.pem {PASSPHRASE}"));
    assert!(sign(1).contains("Signed: 1 of 2 signatures."));
    assert!(sign(1).contains("This key has signed it already: 1 of 2 signatures."));
    let print = stage.fingerprint("p.jsonl");
    stage.refused(&format!("trust add p.jsonl --fingerprint {print}"), "[trust.threshold]");
    assert!(sign(3).contains("Signed: 2 of 2 signatures."));
    let said = place.ends(2, &format!("pack sign p.jsonl --key root4.pem {PASSPHRASE}"));
    assert!(said.contains("none of the root keys"), "{said}");

    // Nobody believes it before somebody compared the fingerprint.
    let said = stage.verify(3, "");
    assert!(said.starts_with("INDETERMINATE") && said.contains("issuer.unknown"), "{said}");
    assert!(place.ends(2, "trust add p.jsonl").contains("there is no terminal to ask on"));
    stage.verify(2, "--trust p.jsonl");
    stage.refused(&format!("trust add p.jsonl --fingerprint {}", "0".repeat(64)), "[trust.fingerprint]");
    assert!(!place.path(STORE).join("packs").exists());
    let said = stage.trust("p.jsonl");
    for part in ["“Association”, https://a.example.org", "signed by   2 of 3 root keys", "1 status list, of "] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(place.ok("pack inspect p.jsonl").starts_with("KNOWN"));
    assert!(place.ends(2, &format!("trust add p.jsonl --fingerprint {print}")).contains("trust update"));

    // A pack is no badge, alone or in a folder.
    assert!(place.ends(2, "verify p.jsonl").contains("this is a trust pack, and no badge"));
    fs::create_dir(place.path("mixed")).unwrap();
    stage.copy("p.jsonl", "mixed/p.json");
    stage.copy(&stage.badge, "mixed/b.json");
    assert!(place.ok("verify mixed").contains("1 valid"));
    assert!(stage.verify(2, "--store elsewhere").contains("there is no such folder"));

    // One file says it all.
    let said = stage.verify(0, "");
    let sentence =
        "VALID  “Hand washing before food work”, by “Harbour”, recognised by “Association” (edition 1), valid until ";
    assert!(said.starts_with(sentence), "{said}");
    let report: Value = serde_json::from_str(&stage.verify(0, "--json")).unwrap();
    let pack = report["findings"].as_array().unwrap().iter().find(|found| found["code"] == "trust.pack").unwrap();
    assert_eq!(pack["detail"], "“Association”, edition 1");
    assert!(stage.verify(0, &format!("--at {}", later(3))).contains("(edition 1, 3 days old)"));
    assert!(stage.verify(3, &format!("--at {}", today() + Days::new(91))).contains("trust.expired"));
    let said = place.ok("trust list");
    assert!(
        said.contains("“Association”  ")
            && said.contains("urn:uuid:")
            && said.contains("edition 1, made ")
            && said.contains("1 issuer")
    );

    // The next edition takes the badge back.
    place.ok("revoke --all --reason fraud --because cheated --by registrar --yes --centre centre");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    place.publish();
    let said = place.ok("pack add-list p.jsonl centre/published");
    assert!(
        said.contains("edition 2, since the one before was signed in full") && said.contains("2 signatures are gone")
    );
    stage.refused("trust update p.jsonl", "[trust.threshold]");
    stage.verify(0, "");
    stage.sign("p.jsonl", &[2, 3]);
    assert!(place.ok("trust update p.jsonl").contains("edition 2 in place of edition 1"));
    assert!(place.ok("trust update p.jsonl").contains("you have edition 2 already"));
    assert!(stage.verify(1, "").contains("status.revoked"));
    // Also when the pack has ended.
    assert!(stage.verify(1, &format!("--at {}", today() + Days::new(100))).contains("status.revoked"));

    let id = stage.inspect("p.jsonl")["id"].as_str().unwrap().to_owned();
    assert!(place.ok(&format!("trust remove {id}")).contains("Trusted no more"));
    assert!(place.ends(2, &format!("trust remove {id}")).contains("is not in"));
    stage.verify(3, "");
}

#[test]
fn a_pack_for_one_run() {
    let stage = Stage::new();
    stage.add_lists();
    stage.sign("p.jsonl", &[1, 2]);
    let print = stage.fingerprint("p.jsonl");
    stage.verify(0, &format!("--trust p.jsonl --fingerprint {print}"));
    assert!(
        stage.verify(2, &format!("--trust p.jsonl --fingerprint {}", "1".repeat(64))).contains("[trust.fingerprint]")
    );
    assert!(stage.verify(2, "--trust p.jsonl").contains("nobody has compared the root"));
    assert!(!stage.place.path("data").exists(), "a check of one run leaves nothing behind");

    // The store elsewhere; from then on its root is known for any newer file.
    stage.place.ok(&format!("trust add p.jsonl --fingerprint {print} --store elsewhere"));
    stage.verify(3, "");
    stage.verify(0, "--store elsewhere");
    stage.forge("p.jsonl", "next.jsonl", &[1, 3], |pack| pack.sequence = 2);
    assert!(stage.verify(0, "--store elsewhere --trust next.jsonl").contains("(edition 2)"));
    assert!(stage.verify(0, "--store elsewhere").contains("(edition 1)"), "for one run");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 4], |pack| pack.sequence = 2);
    assert!(stage.verify(2, "--store elsewhere --trust bad.jsonl").contains("[trust.threshold]"));
    // Issuers and packs together.
    stage.place.write("t.json", "{\"version\":1,\"issuers\":[]}");
    stage.verify(0, "--store elsewhere --trust t.json --trust next.jsonl");
    stage.verify(3, "--store elsewhere --trust t.json");
    // No fingerprint makes an older edition good that the store has gone beyond.
    stage.place.ok("trust update next.jsonl --store elsewhere");
    let old = format!("--store elsewhere --trust p.jsonl --fingerprint {print}");
    assert!(stage.verify(2, &old).contains("[trust.rollback]"));
}

#[test]
fn what_was_read_out_by_phone_can_be_typed() {
    let stage = Stage::new();
    stage.sign("p.jsonl", &[1, 2]);
    let root = stage.inspect("p.jsonl")["root"].clone();
    let words = root["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect::<Vec<_>>();
    for (number, typed) in [root["digits"].as_str().unwrap().to_owned(), words.join(" ")].into_iter().enumerate() {
        let store = format!("store{number}");
        let mut add = stage.place.command(&format!("trust add p.jsonl --store {store}"));
        let output = add.args(["--fingerprint", &typed]).output().unwrap();
        assert!(output.status.success(), "{}", complained(&output));
        let said = printed(&output);
        assert!(said.contains(root["digits"].as_str().unwrap()) && said.contains(&words[..8].join(" ")), "{said}");
    }
}

#[test]
fn refused_updates_change_nothing() {
    let stage = Stage::trusted();
    stage.copy("p.jsonl", "first.jsonl");
    stage.forge("p.jsonl", "p.jsonl", &[1, 2], |pack| pack.sequence = 2);
    stage.place.ok("trust update p.jsonl");
    let update = |file: &str, code: &str| stage.refused(&format!("trust update {file}"), code);

    update("first.jsonl", "[trust.rollback]");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 2], |pack| pack.publisher_name = "Other".into());
    assert!(update("bad.jsonl", "[trust.rollback]").contains("another edition 2"));
    stage.forge("p.jsonl", "bad.jsonl", &[1], |pack| pack.sequence = 3);
    assert!(update("bad.jsonl", "[trust.threshold]").contains("1 of the 2 that are needed"));
    stage.forge("p.jsonl", "bad.jsonl", &[4], |pack| {
        pack.sequence = 3;
        pack.root = Root::new(1, 1, [stage.root_key(4).verifying_key()]).unwrap();
    });
    update("bad.jsonl", "[trust.root]");
    stage.forge("p.jsonl", "bad.jsonl", &[4], |pack| {
        pack.root = Root::new(2, 1, [stage.root_key(4).verifying_key()]).unwrap();
    });
    update("bad.jsonl", "[trust.root]");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 2], |pack| {
        pack.root = Root::new(3, 1, [stage.root_key(1).verifying_key()]).unwrap();
    });
    update("bad.jsonl", "[trust.root-gap]");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 2], |pack| {
        pack.sequence = 3;
        pack.lists.clear();
    });
    update("bad.jsonl", "[trust.list-vanished]");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 2], |pack| {
        pack.sequence = 3;
        pack.lists[0].made = later(-30);
    });
    update("bad.jsonl", "[trust.list-rollback]");
    stage.forge("p.jsonl", "bad.jsonl", &[1, 2], |pack| {
        pack.sequence = 3;
        (pack.valid_from, pack.valid_until) = (later(2), later(3));
    });
    update("bad.jsonl", "[trust.not-yet-valid]");
    stage.forge("p.jsonl", "other.jsonl", &[1, 2], |pack| pack.id = "urn:uuid:other".into());
    assert!(update("other.jsonl", "you do not trust this pack").contains("trust add other.jsonl"));
    stage.place.write("bad.jsonl", "{\"type\":\"RecognizedEntityCredential\"}");
    update("bad.jsonl", "[trust.malformed]");
    stage.place.write("bad.jsonl", "not a pack");
    update("bad.jsonl", "there is no whole trust pack in this file");
    update("missing.jsonl", "there is no such file");
    stage.verify(0, "");

    // One that has ended is taken: what it takes back counts.
    stage.forge("p.jsonl", "ended.jsonl", &[1, 2], |pack| {
        pack.sequence = 3;
        (pack.valid_from, pack.valid_until) = (later(-9), later(-1));
    });
    assert!(stage.place.ok("trust update ended.jsonl").contains("it has ended"));
    assert!(stage.verify(3, "").contains("trust.expired"));
    stage.place.ok("revoke --all --reason fraud --because cheated --by registrar --yes --centre centre");
    stage.place.publish();
    assert!(stage.verify(1, "--status centre/published").contains("status.revoked"));
}

#[test]
fn whatever_is_interrupted_the_store_opens_or_the_pack_is_not_there() {
    let stage = Stage::trusted();
    let place = &stage.place;
    let read = |name: &str| fs::read(stage.stored().join(name)).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(stage.stored().join(name), bytes).unwrap();
    let (old_pack, old_known) = (read("pack.jsonl"), read("known.json"));
    for sequence in [2, 3] {
        stage.forge("p.jsonl", &format!("p{sequence}.jsonl"), &[1, 2], |pack| pack.sequence = sequence);
    }
    place.ok("trust update p3.jsonl");
    let (new_pack, new_known) = (read("pack.jsonl"), read("known.json"));

    // Killed before the pack was renamed: a leftover beside it does no harm.
    write("pack.jsonl", &old_pack);
    write("known.json", &old_known);
    write(".taskbadge-x.part", &new_pack[..new_pack.len() / 2]);
    assert!(stage.verify(0, "").contains("(edition 1)"));
    // Killed between the two.
    write("pack.jsonl", &new_pack);
    assert!(stage.verify(0, &format!("--at {}", today() + Days::new(1))).contains("(edition 3"));
    assert_eq!(read("known.json"), old_known, "a check of another day remembers nothing");
    stage.refused("trust update p2.jsonl", "[trust.rollback]");
    assert!(stage.verify(0, "").contains("(edition 3)"));
    assert_eq!(read("known.json"), new_known, "the check remembered what the update could not");
    // The other way round cannot come about, and is not believed.
    write("pack.jsonl", &old_pack);
    let said = stage.verify(2, "");
    assert!(said.contains("pack.jsonl: the trust pack in your store was changed") && said.contains("trust.rollback"));
    place.ends(2, "trust list");
    // The next good edition puts it right, and an older one does not.
    stage.refused("trust update p2.jsonl", "[trust.rollback]");
    place.ok("trust update p3.jsonl");
    stage.verify(0, "");
    write("pack.jsonl", b"");
    stage.verify(2, "");
    fs::remove_file(stage.stored().join("pack.jsonl")).unwrap();
    stage.verify(2, "");
    place.ok("trust update p3.jsonl");
    stage.verify(0, "");
    write("known.json", b"{}");
    assert!(stage.verify(2, "").contains("known.json: what was remembered"));

    // Adding: killed before anything was remembered, nothing was agreed to.
    fs::remove_file(stage.stored().join("known.json")).unwrap();
    stage.verify(3, "");
    assert!(place.ends(2, "trust update p3.jsonl").contains("you do not trust this pack"));
    stage.trust("p3.jsonl");
    stage.verify(0, "");
    // Removing: killed after the memory is gone.
    fs::remove_file(stage.stored().join("known.json")).unwrap();
    assert!(place.ok("trust list").contains("recognises nobody yet"));
    stage.verify(3, "");
    // A folder that is somebody else's, and one in the wrong place.
    stage.trust("p3.jsonl");
    fs::create_dir(place.path(STORE).join("packs/notes")).unwrap();
    stage.verify(0, "");
    fs::remove_dir(place.path(STORE).join("packs/notes")).unwrap();
    fs::rename(stage.stored(), stage.stored().with_file_name("0".repeat(32))).unwrap();
    assert!(stage.verify(2, "").contains("belongs in another folder"));
}

#[test]
fn a_tampered_pack_in_the_store_is_named() {
    let stage = Stage::trusted();
    let path = stage.stored().join("pack.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("\"Association\"", "\"Associatiom\"", 1)).unwrap();
    let said = stage.verify(2, "");
    assert!(said.contains("pack.jsonl: ") && said.contains("[trust.threshold]"), "{said}");
    // A list in it that was changed does not count, and the command says so; the pack does.
    let (pack, lists) = text.split_once('\n').unwrap();
    let changed = lists.replacen("\"validFrom\":\"2", "\"validFrom\":\"1", 1);
    assert_ne!(changed, lists);
    fs::write(&path, format!("{pack}\n{changed}")).unwrap();
    let said = stage.verify(3, "");
    assert!(said.contains("pack.jsonl: a status list in it does not count") && said.contains("list-proof"), "{said}");
    fs::write(&path, format!("{pack}\n")).unwrap();
    assert!(stage.verify(3, "").contains("status.missing"));
}

#[test]
fn compressed_files() {
    let stage = Stage::new();
    stage.add_lists();
    stage.sign("p.jsonl", &[1, 2]);
    let good = compressed(stage.place.read("p.jsonl").as_bytes());
    let put = |bytes: &[u8]| fs::write(stage.place.path("p.jsonl.gz"), bytes).unwrap();
    let print = stage.fingerprint("p.jsonl");
    let add = format!("trust add p.jsonl.gz --fingerprint {print}");
    put(&good[..good.len() - 1]);
    assert!(stage.place.ends(2, &add).contains("ends too early"));
    put(&[&good[..], b"\0"].concat());
    assert!(stage.place.ends(2, &add).contains("after the compressed file there is something else"));
    put(&compressed(&vec![b' '; (64 << 20) + 1]));
    assert!(stage.place.ends(2, &add).contains("larger than a trust pack"));
    assert!(!stage.place.path("data").exists());
    put(&good);
    assert_eq!(stage.inspect("p.jsonl.gz")["sequence"], 1);
    stage.verify(0, &format!("--trust p.jsonl.gz --fingerprint {print}"));
    stage.place.ok(&add);
    stage.verify(0, "");
    assert_eq!(fs::read(stage.stored().join("pack.jsonl")).unwrap(), fs::read(stage.place.path("p.jsonl")).unwrap());
    stage.place.ok("trust update p.jsonl.gz");
    assert!(stage.place.ends(2, "pack change-root p.jsonl.gz --root-key z6Mk --threshold 1").contains("gunzip"));
}

#[test]
fn a_clock_that_is_behind_what_was_seen() {
    let stage = Stage::trusted();
    let known = || -> Value { serde_json::from_slice(&fs::read(stage.stored().join("known.json")).unwrap()).unwrap() };
    let newest = known()["newest"].clone();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    stage.place.publish();
    // Of another time than the clock's nothing is remembered, nor where the store cannot be written.
    stage.verify(0, &format!("--status centre/published --at {}", later(0)));
    assert_eq!(known()["newest"], newest);
    stage.verify(0, "--status centre/published");
    assert_ne!(known()["newest"], newest, "a newer list was seen");
    let before = everything(&stage.place.path("data"));
    stage.verify(0, "--status centre/published");
    assert_eq!(everything(&stage.place.path("data")), before, "nothing new was seen");
    let said = stage.verify(3, &format!("--at {}", today() - Days::new(2)));
    assert!(said.contains("trust.clock"), "{said}");

    // What was seen tomorrow, the clock of today is behind.
    let path = stage.stored().join("known.json");
    let mut value = known();
    value["newest"] = later(1).to_string().into();
    fs::write(&path, value.to_string()).unwrap();
    let said = stage.verify(3, "");
    assert!(said.contains("trust.clock") && said.contains("set the clock"), "{said}");
}

#[test]
fn two_packs_recognise_more_than_one() {
    let stage = Stage::trusted();
    let place = &stage.place;
    place.ok("init second --name Riverside --passphrase-file passphrase");
    place.write("second/tasks/hand-washing.toml", TASK);
    place.roster("second.csv", 1);
    place.ok("issue second.csv --centre second --passphrase-file passphrase");
    place.ok("publish --centre second --passphrase-file passphrase");
    let badges = format!("verify {} second/badges", stage.badge);
    assert!(place.ends(3, &badges).contains("1 valid, 1 INDETERMINATE"));

    let new = format!(
        "pack new q.jsonl --publisher did:web:ministry.example.org --name Ministry --root-key root4.pem {PASSPHRASE}"
    );
    place.ok(&new);
    place.ok("key entry --output second.json --centre second");
    place.ok("pack add-issuer q.jsonl second.json --name en=Riverside --name fr=Rivage");
    // A list counts in the pack that knows its issuer only.
    assert!(place.ends(2, "pack add-list q.jsonl centre/published").contains("this status list is not taken"));
    place.ok("pack add-list q.jsonl second/published");
    assert!(place.ok(&format!("pack sign q.jsonl --key root4.pem {PASSPHRASE}")).contains("1 of 1 signature"));
    stage.trust("q.jsonl");
    let said = place.ok(&badges);
    assert!(said.contains("recognised by “Association” (") && said.contains("recognised by “Ministry” ("), "{said}");

    // A theft that one pack knows of counts for all.
    let entry: Value = serde_json::from_str(&place.read("entry.json")).unwrap();
    let key = entry["keys"][0]["id"].as_str().unwrap();
    place.ok("pack add-issuer q.jsonl entry.json");
    place.ok(&format!("pack compromise q.jsonl {key} --since 2020-01-01"));
    place.ok(&format!("pack sign q.jsonl --key root4.pem {PASSPHRASE}"));
    place.ok("trust update q.jsonl");
    assert!(stage.verify(1, "").contains("key.compromised"));
}

#[test]
fn another_root_needs_the_old_one_and_the_new() {
    let stage = Stage::trusted();
    let place = &stage.place;
    let roots = "--root-key root2.pem --root-key root4.pem --threshold 2";
    let said = place.ok(&format!("pack change-root p.jsonl {roots} {PASSPHRASE}"));
    assert!(said.contains("edition 2") && said.contains("2 of 3 keys of the root before sign, and 2 of the new"));
    stage.sign("p.jsonl", &[2]);
    let said = place.ok(&format!("pack sign p.jsonl --key root4.pem {PASSPHRASE}"));
    assert!(said.contains("by the root before 1 of 2 signatures; by the new root 2 of 2 signatures"), "{said}");
    stage.refused("trust update p.jsonl", "[trust.root]");
    stage.sign("p.jsonl", &[1]);
    stage.copy("p.jsonl", "step.jsonl");
    // Who was away while it changed gets there by the step in the file.
    place.ok("pack add-issuer p.jsonl entry.json --name Haven");
    stage.sign("p.jsonl", &[2, 4]);
    let said = place.ok("trust update p.jsonl");
    assert!(said.contains("version 2 in place of version 1") && said.contains("edition 3"), "{said}");
    assert!(stage.verify(0, "").contains("by “Haven”, recognised by “Association” (edition 3)"));
    stage.refused("trust update step.jsonl", "[trust.rollback]");
    let without_step = place.read("p.jsonl").split_once('\n').unwrap().1.to_owned();
    place.write("p.jsonl", &without_step);
    place.ok("trust update p.jsonl");
    // Root keys that are no more sign nothing more.
    stage.forge("p.jsonl", "bad.jsonl", &[1, 3], |pack| pack.sequence = 9);
    stage.refused("trust update bad.jsonl", "[trust.threshold]");
}

#[test]
fn keys_and_issuers_over_time() {
    let stage = Stage::trusted();
    let place = &stage.place;
    let take = |said: &str| {
        stage.sign("p.jsonl", &[1, 2]);
        let updated = place.ok("trust update p.jsonl");
        assert!(updated.contains(said), "{updated}");
    };
    // The list in the file is by a key that may not have signed it any more.
    let take_without_its_list = |said: &str| {
        stage.sign("p.jsonl", &[1, 2]);
        let updated = place.ends(3, "trust update p.jsonl");
        assert!(updated.contains(said) && updated.contains("a status list is left out"), "{updated}");
    };
    let entity = || stage.inspect("p.jsonl")["issuers"][0].clone();
    let key = entity()["keys"][0]["id"].as_str().unwrap().to_owned();
    let did = entity()["id"].as_str().unwrap().to_owned();

    // What it may issue.
    let own = entity()["recognizedTo"]["achievement"][0].as_str().unwrap().to_owned();
    stage.add_entry("--achievement https://elsewhere.example.org/*");
    take("edition 2");
    assert!(stage.verify(3, "").contains("issuer.scope"));
    assert!(place.ends(2, "pack add-issuer p.jsonl entry.json --achievement *").contains("every achievement"));
    assert!(place.ends(2, "pack add-issuer p.jsonl --did did:web:c.example.org --name C").contains("key entry"));
    stage.add_entry(&format!("--achievement {own}"));
    take("edition 3");
    stage.verify(0, "");

    // Until when a key counts.
    place.ok(&format!("pack retire-key p.jsonl {key} --until {}", today()));
    assert_eq!(entity()["keys"][0]["state"], "retired");
    take("edition 4");
    stage.verify(0, "");
    place.ok(&format!("pack retire-key p.jsonl {key} --until 2020-01-01"));
    take_without_its_list("edition 5");
    assert!(stage.verify(1, "").contains("key.window"));
    stage.add_entry("");

    // A stolen key: what the centre still has stands.
    let said = place.ok(&format!("pack compromise p.jsonl {key} --since 2026-01-01"));
    assert!(said.contains("none known to be genuine"), "{said}");
    take_without_its_list("edition 6");
    assert!(stage.verify(1, "").contains("key.compromised"));
    for nothing in ["entry.json", "centre/published"] {
        let said = place.ends(2, &format!("pack compromise p.jsonl {key} --since 2026-01-01 --genuine {nothing}"));
        assert!(said.contains("does not say which badges"), "{said}");
    }
    let said = place.ok(&format!("pack compromise p.jsonl {key} --since 2026-01-01 --genuine centre/badges"));
    assert!(said.contains("1 badge known to be genuine"), "{said}");
    // Nobody makes it good again by handing in an entry.
    let before = place.read("p.jsonl");
    assert!(place.ends(2, "pack add-issuer p.jsonl entry.json").contains("in other hands"));
    assert!(place.ends(2, &format!("pack retire-key p.jsonl {key} --until 2027-01-01")).contains("in other hands"));
    assert_eq!(place.read("p.jsonl"), before);
    assert!(place.ends(2, "pack retire-key p.jsonl did:key:z#z --until 2027-01-01").contains("is no key of an issuer"));
    assert!(place.ends(2, &format!("pack retire-key p.jsonl {key} --until soon")).contains("is not a date"));

    // Who closes.
    let heir = SigningKey::from_seed(&[9; 32]).verifying_key().did_key();
    place.ok("pack add-issuer p.jsonl entry.json --force");
    place.ok(&format!("pack remove-issuer p.jsonl {did} --successor {heir}"));
    take("edition 7");
    assert!(stage.verify(0, "").contains("the issuer has closed, and another carries on for it"));
    place.ok(&format!("pack remove-issuer p.jsonl {did}"));
    assert!(place.ends(2, &format!("pack remove-issuer p.jsonl {did}")).contains("is not in p.jsonl"));
    place.ok(&format!("pack add-issuer p.jsonl --did {heir} --name Heir --achievement https://heir.example.org/*"));
    take("edition 8");
    assert!(stage.verify(3, "").contains("issuer.unknown"));
}

#[test]
fn lists_never_go_back() {
    let stage = Stage::trusted();
    let place = &stage.place;
    fs::create_dir(place.path("old")).unwrap();
    for entry in fs::read_dir(place.path("centre/published/status")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, place.path("old").join(path.file_name().unwrap())).unwrap();
    }
    stage.copy("p.jsonl", "old.jsonl");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    place.ok("revoke --all --reason fraud --because cheated --by registrar --yes --centre centre");
    place.publish();

    // Newer lists beside the same edition, which nobody has to sign again.
    assert!(place.ok("pack add-list p.jsonl centre/published --keep-signatures").contains("whose signatures stand"));
    assert!(place.ends(2, "pack add-list p.jsonl old").contains("get the newest from its issuer"));
    assert!(place.ok("trust update p.jsonl").contains("edition 1 as before, with other status lists"));
    assert!(stage.verify(1, "").contains("status.revoked"));
    // Who hands on the file from before does not make that forgotten.
    place.ok("trust update old.jsonl");
    assert!(stage.verify(1, "").contains("status.revoked"));
    let bare = place.read("old.jsonl").split_once('\n').unwrap().0.to_owned() + "\n";
    place.write("bare.jsonl", &bare);
    assert!(place.ok("trust update bare.jsonl").contains("1 status list, of "));
    assert!(stage.verify(1, "").contains("status.revoked"));
    stage.forge("bare.jsonl", "bare2.jsonl", &[1, 2], |pack| pack.id = "urn:uuid:other".into());
    assert!(stage.trust("bare2.jsonl").contains("0 of 1 status list; ask for the others"));
    place.ok("trust remove urn:uuid:other");

    // A list that was changed, or of nobody in the pack, is not taken.
    let list = fs::read_dir(place.path("centre/published/status")).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&list).unwrap();
    place.write("changed.json", &text.replacen("revocation", "Revocation", 1));
    let before = place.read("p.jsonl");
    assert!(place.ends(2, "pack add-list p.jsonl changed.json").contains("not taken"));
    assert_eq!(place.read("p.jsonl"), before);
    // With a mark in the next edition.
    let said = place.ok("pack add-list p.jsonl centre/published");
    assert!(said.contains("edition 2"), "{said}");
    let again = place.ok("pack add-list p.jsonl centre/published");
    assert!(again.contains("says so already"), "{again}");
    stage.sign("p.jsonl", &[1, 2]);
    place.ok("trust update p.jsonl");
    stage.refused("trust update old.jsonl", "[trust.rollback]");
    // Nor by beginning anew under the same root.
    let print = stage.fingerprint("old.jsonl");
    stage.refused(&format!("trust add old.jsonl --force --fingerprint {print}"), "[trust.rollback]");
    let known: KnownPack = serde_json::from_slice(&fs::read(stage.stored().join("known.json")).unwrap()).unwrap();
    assert_eq!(known.sequence(), 2);
}

#[test]
fn signatures_that_were_made_apart_are_joined() {
    let stage = Stage::new();
    let place = &stage.place;
    for (copy, key) in [("a.jsonl", 1), ("b.jsonl", 2), ("c.jsonl", 2)] {
        stage.copy("p.jsonl", copy);
        stage.sign(copy, &[key]);
    }
    let said = place.ok("pack join a.jsonl b.jsonl c.jsonl");
    assert!(said.contains("Joined: 1 signature more; 2 of 2 signatures."), "{said}");
    assert!(place.ok("pack join a.jsonl b.jsonl").contains("no other signatures; 2 of 2"));
    stage.trust("a.jsonl");
    stage.forge("p.jsonl", "other.jsonl", &[1], |pack| pack.publisher_name = "Other".into());
    let before = place.read("a.jsonl");
    assert!(place.ends(2, "pack join a.jsonl b.jsonl other.jsonl").contains("does not say the same"));
    assert_eq!(place.read("a.jsonl"), before);
}

/// What an association decided is not changed by what a centre, or somebody in its name, hands in.
#[test]
fn what_the_association_decided_stays_decided() {
    let stage = Stage::new();
    let place = &stage.place;
    let tasks = "https://harbour.example.org/tasks";
    place.ok(&format!("pack add-issuer p.jsonl entry.json --achievement {tasks}/hand-washing/1 --valid-days 14"));
    let scope = || stage.inspect("p.jsonl")["issuers"][0]["recognizedTo"]["achievement"].clone();
    let said = place.ok("pack add-issuer p.jsonl entry.json --name Port");
    assert!(said.contains("what it may issue stays as it was; the entry also asks for"), "{said}");
    assert_eq!(scope(), json!([format!("{tasks}/hand-washing/1")]));
    let days = |pack: &Value| {
        let day = |name: &str| pack[name].as_str().unwrap()[..10].parse::<NaiveDate>().unwrap();
        (day("validUntil") - day("validFrom")).num_days()
    };
    assert_eq!(days(&stage.inspect("p.jsonl")), 14);
    for nonsense in ["hand-washing", "https://*/x", "https://**", "*"] {
        place.ends(2, &format!("pack add-issuer p.jsonl entry.json --achievement {nonsense}"));
    }
    place.ok(&format!("pack add-issuer p.jsonl entry.json --achievement {tasks}/*"));
    assert_eq!(scope(), json!([format!("{tasks}/*")]));

    // Which badges are genuine stays known when the date of the theft is put right.
    let entry: Value = serde_json::from_str(&place.read("entry.json")).unwrap();
    let key = entry["id"].as_str().unwrap().to_owned();
    let key = format!("{key}#{}", key.strip_prefix("did:key:").unwrap());
    let badge = &stage.badge;
    let said = place.ok(&format!("pack compromise p.jsonl {key} --since 2026-11-20 --genuine {badge}"));
    assert!(said.contains("1 badge known to be genuine"), "{said}");
    let said = place.ok(&format!("pack compromise p.jsonl {key} --since 2026-11-18"));
    assert!(said.contains("2026-11-18") && said.contains("1 badge known to be genuine"), "{said}");

    // Nobody else's entry speaks of the key.
    let mut pinned = entry;
    let own = pinned["id"].as_str().unwrap().strip_prefix("did:key:").unwrap().to_owned();
    pinned["id"] = json!("did:web:other.example.org");
    pinned["keys"] = json!([{ "id": "did:web:other.example.org#key", "publicKeyMultibase": own }]);
    place.write("other.json", &pinned.to_string());
    let said = place.ends(2, "pack add-issuer p.jsonl other.json");
    assert!(said.contains("the pack has this key already"), "{said}");
    place.ok("pack add-issuer p.jsonl other.json --force");
    let said = place.ends(2, &format!("pack compromise p.jsonl {own} --since 2026-11-20"));
    assert!(said.contains("several issuers"), "{said}");
}

impl Stage {
    /// A list for revocation by the centre, at the address of its own, made so many seconds from now.
    fn list(&self, seconds: i64, marked: &[u64]) -> String {
        let key = SigningKey::from_pem(&self.place.read("centre/key.pem"), b"correct horse").unwrap();
        let mut bits = Bits::new();
        marked.iter().for_each(|place| bits.set(*place).unwrap());
        let made = Instant::from_unix(now().unix() + seconds);
        let list = StatusList::new(
            self.entry()["statusListCredential"].as_str().unwrap().parse().unwrap(),
            Did::key(&key.verifying_key()).as_str().parse().unwrap(),
            StatusPurpose::Revocation,
            bits,
            made,
        );
        let options = ProofOptions::did_key(&key.verifying_key()).created(made);
        list.sign(&Contexts::builtin(), &key, &options).unwrap()
    }

    /// The badge's own place in it.
    fn place_in_list(&self) -> u64 {
        self.entry()["statusListIndex"].as_str().unwrap().parse().unwrap()
    }

    /// The badge's entry for revocation.
    fn entry(&self) -> Value {
        let badge: Value = serde_json::from_str(&self.place.read(&self.badge)).unwrap();
        let entries = badge["credentialStatus"].clone();
        let entries = entries.as_array().cloned().unwrap_or(vec![entries]);
        entries.into_iter().find(|entry| entry["statusPurpose"] == "revocation").unwrap()
    }

    /// The pack's file with these lists in the place of its own.
    fn carrying(&self, to: &str, lists: &[&str]) {
        let pack = self.place.read("p.jsonl").split_once('\n').unwrap().0.to_owned();
        self.place.write(to, &([&[&*pack], lists].concat().join("\n") + "\n"));
    }
}

#[test]
fn a_list_takes_no_revocation_back_that_the_pack_has() {
    let stage = Stage::new();
    let place = &stage.place;
    let (marked, clear) = (stage.list(-30, &[stage.place_in_list()]), stage.list(-20, &[]));
    place.write("marked.json", &marked);
    place.write("clear.json", &clear);
    // In one go, in any order, and after one another.
    for lists in ["marked.json clear.json", "clear.json marked.json"] {
        let said = place.ends(2, &format!("pack add-list p.jsonl {lists}"));
        assert!(said.contains("does not have all revocations") && said.contains("nothing was changed"), "{said}");
    }
    place.ok("pack add-list p.jsonl marked.json");
    stage.sign("p.jsonl", &[1, 2]);
    let before = place.read("p.jsonl");
    for options in ["", " --keep-signatures"] {
        let said = place.ends(2, &format!("pack add-list p.jsonl clear.json{options}"));
        assert!(said.contains("does not have all revocations"), "{said}");
        assert_eq!(place.read("p.jsonl"), before);
    }
    // One that has them all is taken, and one that is still to come is not.
    place.write("all.json", &stage.list(-10, &[stage.place_in_list(), 7]));
    place.ok("pack add-list p.jsonl all.json --keep-signatures");
    place.write("ahead.json", &stage.list(3600, &[stage.place_in_list(), 7]));
    assert!(place.ends(2, "pack add-list p.jsonl ahead.json").contains("the clock of this computer seems wrong"));
    stage.trust("p.jsonl");
    assert!(stage.verify(1, "").contains("status.revoked"));
    // Whoever puts the lists in the file by hand: the store holds what it held.
    stage.carrying("hand.jsonl", &[&clear]);
    place.ok("trust update hand.jsonl");
    assert!(stage.verify(1, "").contains("status.revoked"));
    // A file that is named for one check does not make it unseen, nor does beginning anew under another root.
    assert!(stage.verify(1, "--trust hand.jsonl").contains("status.revoked"));
    stage.forge("hand.jsonl", "other.jsonl", &[4], |pack| {
        pack.root = Root::new(1, 1, [stage.root_key(4).verifying_key()]).unwrap();
    });
    place.ok(&format!("trust add other.jsonl --force --fingerprint {}", stage.fingerprint("other.jsonl")));
    assert!(stage.verify(1, "").contains("status.revoked"));
}

/// A clock that is behind by what a list is ahead.
#[test]
fn a_list_that_is_still_to_come_is_kept_and_counts() {
    let stage = Stage::trusted();
    let place = &stage.place;
    let (in_time, clear) = (stage.list(-5, &[]), stage.list(600, &[]));
    stage.carrying("next.jsonl", &[&in_time, &clear]);
    place.ok("trust update next.jsonl");
    let said = stage.verify(3, "");
    assert!(said.contains("trust.clock") && said.contains("the clock of this computer seems wrong"), "{said}");
    let known = fs::read(stage.stored().join("known.json")).unwrap();
    stage.verify(3, "");
    assert_eq!(fs::read(stage.stored().join("known.json")).unwrap(), known, "a date to come is no time that was seen");
    stage.verify(0, &format!("--at {}", Instant::from_unix(now().unix() + 700)));
    // Without it nothing is in doubt.
    stage.carrying("next.jsonl", &[&in_time]);
    place.ok("trust update next.jsonl");
    stage.verify(0, "");
    // What it revokes counts at once, and is not forgotten.
    let marked = stage.list(600, &[stage.place_in_list()]);
    stage.carrying("marked.jsonl", &[&in_time, &marked]);
    place.ok("trust update marked.jsonl");
    place.ok("trust update next.jsonl");
    let said = stage.verify(1, "");
    assert!(said.contains("status.revoked") && said.contains("the clock of this computer seems wrong"), "{said}");
    place.write("marked.json", &marked);
    let said = place.ends(1, &format!("verify {} --trust next.jsonl --status marked.json", stage.badge));
    assert!(said.contains("status.revoked"), "{said}");
}

#[test]
fn a_list_that_is_left_out_is_said_and_the_update_does_not_end_with_0() {
    let stage = Stage::trusted();
    let place = &stage.place;
    // Newer than the one in the store, whose date is in whole seconds.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let good = stage.list(0, &[]);
    let changed = good.replacen("revocation", "Revocation", 1);
    stage.carrying("next.jsonl", &[&good, &changed]);
    let said = place.ends(3, "trust update next.jsonl");
    assert!(said.contains("next.jsonl: a status list is left out") && said.contains("edition 1 as before"), "{said}");
    stage.verify(0, "");
}

/// A centre that signs a list for the address of another's cannot make that one's lists look old.
#[test]
fn a_list_at_the_address_of_another_centre_is_nothing_to_that_one() {
    let stage = Stage::new();
    let place = &stage.place;
    place.ok(&format!("init squatter --name Squatter {PASSPHRASE}"));
    place.ok("key entry --output squatter.json --centre squatter");
    place.ok("pack add-issuer p.jsonl squatter.json --achievement https://squatter.example.org/*");
    let list = fs::read_dir(place.path("centre/published/status")).unwrap().next().unwrap().unwrap().path();
    let honest: Value = serde_json::from_slice(&fs::read(list).unwrap()).unwrap();
    let key = SigningKey::from_pem(&place.read("squatter/key.pem"), b"correct horse").unwrap();
    let made = Instant::from_unix(now().unix());
    let squat = StatusList::new(
        honest["id"].as_str().unwrap().parse().unwrap(),
        Did::key(&key.verifying_key()).as_str().parse().unwrap(),
        StatusPurpose::Revocation,
        Bits::new(),
        made,
    );
    let options = ProofOptions::did_key(&key.verifying_key()).created(made);
    place.write("squat.json", &squat.sign(&Contexts::builtin(), &key, &options).unwrap());
    std::thread::sleep(Duration::from_millis(1100));
    place.ok("pack add-list p.jsonl squat.json");
    // The honest list is older, and taken beside it.
    place.ok("pack add-list p.jsonl centre/published");
    stage.sign("p.jsonl", &[1, 2]);
    assert!(stage.trust("p.jsonl").contains("2 status lists"));
    stage.verify(0, "");
}

#[test]
fn names_in_packs_play_no_tricks_on_the_terminal() {
    let place = Place::new();
    place.write("passphrase", "correct horse\n");
    place.ok(&format!("key new root1.pem {PASSPHRASE}"));
    let evil = "A\u{1b}[2K\u{202e}, edition 9";
    let run = |line: &str, text: &str, rest: &str| {
        let output = place.command(line).arg(text).args(rest.split_whitespace()).output().unwrap();
        let said = printed(&output) + &complained(&output);
        assert!(!said.contains('\u{1b}') && !said.contains('\u{202e}'), "{said}");
        (output.status.code(), said)
    };
    let new = format!("--publisher https://a.example.org --root-key root1.pem {PASSPHRASE}");
    assert_eq!(run("pack new p.jsonl --name", evil, &new).0, Some(0));
    let did = SigningKey::from_seed(&[7; 32]).verifying_key().did_key();
    assert_eq!(run(&format!("pack add-issuer p.jsonl --did {did} --name"), evil, "").0, Some(0));
    run(&format!("pack add-issuer p.jsonl --did {did} --name X --achievement"), evil, "");
    run("pack inspect", "p.jsonl", "");
    run(&format!("pack sign p.jsonl --key root1.pem {PASSPHRASE} --"), "x\u{1b}[2K", "");
    run(&format!("pack sign p.jsonl --key root1.pem {PASSPHRASE}"), "-q", "");
    place.ok(&format!("pack sign p.jsonl --key root1.pem {PASSPHRASE}"));
    run("trust update", "p.jsonl", "");
    let inspected: Value = serde_json::from_str(&place.ok("pack inspect p.jsonl --json")).unwrap();
    let print = inspected["root"]["fingerprint"].as_str().unwrap();
    assert_eq!(run("trust add p.jsonl --fingerprint", print, "").0, Some(0));
    for line in ["trust list", "pack inspect p.jsonl", "trust update p.jsonl"] {
        assert_eq!(run(line, "--store", "data/taskbadge").0, Some(0));
    }
    assert!(run("trust add", "no\u{1b}[2Kwhere", "").1.contains("neither a DID nor a file"));
    assert!(run("trust remove", "urn:\u{1b}[2K", "").1.contains("is not in"));
}

#[test]
fn a_store_that_cannot_be_written_is_read() {
    let stage = Stage::trusted();
    let before = everything(&stage.place.path("data"));
    stage.place.publish();
    let lock = stage.place.path(STORE).join("trust.json.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    stage.verify(0, "--status centre/published");
    fs::remove_dir(&lock).unwrap();
    fs::write(&lock, "").unwrap();
    assert_eq!(everything(&stage.place.path("data")), before);
}

#[test]
fn the_demo_ends_with_a_pack_and_keeps_to_its_folder() {
    let place = Place::new();
    let said = place.ok("demo");
    for part in [
        "Signed: 1 of 2 signatures.",
        "Signed: 2 of 2 signatures.",
        "by “Riverside College”, recognised by “Association of Training Centres” (edition 1)",
        "by “Harbour Training Centre”, recognised by “Association of Training Centres” (edition 1)",
        "issuer.scope",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(!place.path("data").exists(), "nothing in the user's own store");
    assert!(Path::new(&place.path("demo-centre/employer/packs")).is_dir());
    place.ok("demo");
}

#[test]
fn killed_while_updating_it_holds_one_edition_or_the_other() {
    let stage = Stage::trusted();
    let killed = |line: &str, after: u64| {
        let mut command = stage.place.command(line);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(after));
        // SIGKILL on Unix: nothing can be tidied up.
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let mut held = 1;
    for kill in 0..12 {
        let next = held + 1;
        stage.forge("p.jsonl", "next.jsonl", &[1, 2], |pack| pack.sequence = next);
        stage.forge("p.jsonl", "refused.jsonl", &[1], |pack| pack.sequence = next);
        let before = everything(&stage.stored());
        killed("trust update refused.jsonl", kill % 12);
        assert_eq!(everything(&stage.stored()), before);
        killed("trust update next.jsonl", kill % 12);
        let said = stage.place.ok("trust list");
        let is = |edition: u64| said.contains(&format!("edition {edition}, "));
        assert!(is(held) || is(next), "{said}");
        held = if is(next) { next } else { held };
        stage.verify(0, "");
    }
}
