//! Publishing: one folder that is the centre's own and any number of copies, ledgers that are not what they were, and
//! what becomes of revocations in all of that.

#![expect(clippy::unwrap_used, reason = "a test that cannot set the stage must stop")]

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use taskbadge::badge::Iri;
use taskbadge::key::{Did, SigningKey};
use taskbadge::time::Instant;
use taskbadge_issuer::Trouble;
use taskbadge_issuer::centre::{Centre, Settings};
use taskbadge_issuer::desk::{Batch, Desk, Issued};
use taskbadge_issuer::ledger::{Because, LedgerTrouble, Reason};
use taskbadge_issuer::publish::{HEAD_FILE, ListsGone, Publication, PublishedHead, Recovery, publish, recover};
use taskbadge_issuer::roster::{Reading, Roster};
use taskbadge_issuer::template::Template;
use tempfile::TempDir;

const FORKLIFT: &str = include_str!("../../../examples/centre/tasks/forklift-pre-start-check.toml");

/// A centre in a folder of its own, with room beside it.
struct House {
    centre: Centre,
    key: SigningKey,
    folder: TempDir,
}

impl House {
    fn found(seed: u8) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_seed(&[seed; 32]);
        let settings = Settings::new("Harbour Training Centre", Did::key(&key.verifying_key()))
            .with_web("https://centre.example.org".parse().unwrap());
        let centre = Centre::found(&folder.path().join("centre"), settings, &key, b"correct horse").unwrap();
        Self { centre, key, folder }
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn issue(&self, trainees: &[&str]) -> Result<Vec<Issued>, Trouble> {
        let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
        let rows: String = trainees.iter().map(|t| format!("{t}@example.org,2026-11-03,independent\n")).collect();
        let text = "email,date,level\n".to_owned() + &rows;
        let roster = Roster::open("r.csv", text.as_bytes()).unwrap();
        let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
        Desk::open(&self.centre, &self.key, "registrar", now())?.issue(&batch, now(), |_| ())
    }

    fn rehearse(&self) -> Result<(), Trouble> {
        let tasks = [Template::parse("forklift-pre-start-check.toml", FORKLIFT).unwrap()];
        let roster = Roster::open("r.csv", b"email,date,level\nz@example.org,2026-11-03,independent\n").unwrap();
        let batch = Batch::of(&roster, roster.read(&Reading::new(&tasks)).unwrap(), now(), &[]).unwrap();
        Desk::rehearse(&self.centre, &self.key, &batch, now(), |_| ()).map(drop)
    }

    fn publish_to(&self, folder: &Path) -> Result<Publication, Trouble> {
        publish(&self.centre, &self.key, &mut self.centre.ledger()?, folder, None, now())
    }

    fn publish(&self) -> Result<Publication, Trouble> {
        self.publish_to(&self.centre.published_folder())
    }

    fn revoke(&self, badge: &Iri) {
        self.centre.ledger().unwrap().revoke([badge], Reason::Fraud, &because(), now()).unwrap();
    }

    fn recover(&self, folder: &Path) -> Result<Recovery, Trouble> {
        recover(&self.centre, &mut self.centre.ledger()?, folder, None, ListsGone::Refuse, &because(), now())
    }

    fn head(&self, folder: &Path) -> String {
        fs::read_to_string(folder.join(HEAD_FILE)).unwrap()
    }

    fn events(&self) -> u64 {
        self.centre.ledger().unwrap().check().unwrap().events
    }

    fn raised(publication: &Publication) -> Vec<u64> {
        let mut raised: Vec<u64> = publication.lists.iter().map(|list| list.raised).collect();
        raised.sort_unstable();
        raised
    }
}

fn now() -> Instant {
    "2026-11-22T09:30:00Z".parse().unwrap()
}

fn because() -> Because {
    Because::new("registrar", "the video shows another person").unwrap()
}

#[test]
fn another_folder_is_one_more_copy() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    house.revoke(&badges[0].badge);
    let stick = house.beside("stick");
    let publication = house.publish_to(&stick).unwrap();
    assert!(publication.lists[0].file.starts_with(&stick));
    let own = house.centre.published_folder();
    let page = publication.lists[0].file.strip_prefix(&stick).unwrap();
    assert_eq!(fs::read(own.join(page)).unwrap(), fs::read(&publication.lists[0].file).unwrap());
    assert_eq!(house.head(&own), house.head(&stick));

    // The centre's own folder, by another name, is no copy of itself.
    let same = house.centre.folder().join("badges/../published");
    assert_eq!(House::raised(&house.publish_to(&same).unwrap()), [1]);
    house.publish_to(&stick).unwrap();
}

#[test]
fn a_backup_is_noticed_also_where_only_sticks_are_published_to() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    let ledger = house.centre.ledger_file();
    let backup = fs::read(&ledger).unwrap();
    house.revoke(&badges[0].badge);
    house.publish_to(&house.beside("stick")).unwrap();
    fs::write(&ledger, backup).unwrap();
    let empty = house.beside("empty");
    assert!(matches!(house.publish_to(&empty), Err(Trouble::WouldClear { .. })));
    assert!(!empty.join("status").exists() && !empty.join(HEAD_FILE).exists());
    assert!(matches!(house.rehearse(), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    assert!(matches!(house.issue(&["c"]), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
}

#[test]
fn a_rehearsal_notices_a_backup_and_writes_nothing_down() {
    let house = House::found(7);
    house.issue(&["a"]).unwrap();
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    house.issue(&["b"]).unwrap();
    house.publish().unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    let before = house.events();
    assert!(matches!(house.rehearse(), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    assert_eq!(house.events(), before);
}

#[test]
fn what_another_published_is_refused_and_puts_nothing_in_doubt() {
    let (house, other) = (House::found(7), House::found(8));
    house.issue(&["a"]).unwrap();
    other.issue(&["b"]).unwrap();
    let stick = house.beside("stick");
    other.publish_to(&stick).unwrap();
    // Not even a lock of ours lies beside what the other published.
    fs::remove_file(stick.join(".taskbadge-lock")).unwrap();
    let before = (fs::read(stick.join(HEAD_FILE)).unwrap(), house.events());
    assert!(matches!(house.publish_to(&stick), Err(Trouble::OtherPublished(folder)) if folder == stick));
    assert_eq!((fs::read(stick.join(HEAD_FILE)).unwrap(), house.events()), before);
    assert!(!stick.join(".taskbadge-lock").exists() && !house.centre.published_folder().exists());
    house.issue(&["c"]).unwrap();

    // Another centre's ledger.
    fs::copy(other.centre.ledger_file(), house.centre.ledger_file()).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::Ledger(LedgerTrouble::OtherSecret { .. }))));
    // With the secret that it is sealed with, too.
    let secret = |house: &House| house.centre.folder().join("issued.secret");
    fs::copy(secret(&other), secret(&house)).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::OtherLedger { .. })));
    assert!(!house.centre.published_folder().join(HEAD_FILE).exists());
}

#[test]
fn trying_again_adds_nothing_to_the_log() {
    let house = House::found(7);
    let badges = house.issue(&["a"]).unwrap();
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    house.revoke(&badges[0].badge);
    house.publish().unwrap();
    fs::remove_file(house.centre.published_folder().join(HEAD_FILE)).unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::WouldClear { .. })));
    let before = house.events();
    for _ in 0..3 {
        assert!(matches!(house.publish(), Err(Trouble::WouldClear { .. })));
    }
    assert_eq!(house.events(), before);
}

#[test]
fn a_loss_is_accepted_once_whether_there_were_lists_or_not() {
    let house = House::found(7);
    // A ledger from before the first badge.
    drop(house.centre.ledger().unwrap());
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    let lost = house.issue(&["a", "b"]).unwrap();
    house.revoke(&lost[0].badge);
    house.publish().unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    let own = house.centre.published_folder();
    let recovery = house.recover(&own).unwrap();
    assert!(recovery.accepted && recovery.closed.is_empty());
    assert_eq!(recovery.unknown, 1);
    let mut files: Vec<_> = lost.iter().map(|badge| badge.file.clone()).collect();
    files.sort();
    assert_eq!(recovery.strangers, files);
    assert!(matches!(house.recover(&own), Err(Trouble::Ledger(LedgerTrouble::NothingToAccept))));
    house.issue(&["a", "b"]).unwrap();
    assert_eq!(House::raised(&house.publish().unwrap()), [0, 1]);
}

#[test]
fn a_ledger_that_is_gone_is_not_begun_anew_by_the_way() {
    let house = House::found(7);
    let lost = house.issue(&["a", "b"]).unwrap();
    house.revoke(&lost[0].badge);
    house.publish().unwrap();
    let secret = house.centre.folder().join("issued.secret");
    let kept = fs::read(&secret).unwrap();
    fs::remove_file(house.centre.ledger_file()).unwrap();
    // Either of the two tells.
    fs::remove_file(&secret).unwrap();
    assert!(matches!(house.issue(&["c"]), Err(Trouble::LedgerGone(_))));
    fs::write(&secret, kept).unwrap();
    for gone in [house.issue(&["c"]).map(drop), house.rehearse(), house.publish().map(drop)] {
        assert!(matches!(gone, Err(Trouble::LedgerGone(_))));
    }
    assert!(matches!(house.centre.ledger_if_begun(), Err(Trouble::LedgerGone(_))));
    assert!(!house.centre.ledger_file().exists());

    let mut ledger = house.centre.begin_ledger_anew(now()).unwrap();
    assert!(matches!(house.issue(&["c"]), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    let own = house.centre.published_folder();
    let recovery = recover(&house.centre, &mut ledger, &own, None, ListsGone::Refuse, &because(), now()).unwrap();
    assert!(recovery.accepted);
    assert_eq!((recovery.unknown, recovery.strangers.len()), (1, 2));
    house.issue(&["a", "b"]).unwrap();
    assert_eq!(House::raised(&house.publish().unwrap()), [0, 1]);
    assert!(house.centre.ledger().unwrap().check().unwrap().is_whole());
}

#[test]
fn without_anything_published_a_new_ledger_waits_for_a_person_too() {
    let house = House::found(7);
    house.issue(&["a"]).unwrap();
    fs::remove_file(house.centre.ledger_file()).unwrap();
    let mut ledger = house.centre.begin_ledger_anew(now()).unwrap();
    assert!(matches!(house.issue(&["b"]), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    let own = house.centre.published_folder();
    assert!(recover(&house.centre, &mut ledger, &own, None, ListsGone::Refuse, &because(), now()).unwrap().accepted);
    house.issue(&["b"]).unwrap();
}

#[test]
fn what_a_stick_says_is_kept_when_the_loss_is_accepted_by_it() {
    let house = House::found(7);
    let lost = house.issue(&["a", "b"]).unwrap();
    house.revoke(&lost[0].badge);
    let stick = house.beside("stick");
    house.publish_to(&stick).unwrap();
    fs::remove_dir_all(house.centre.published_folder()).unwrap();
    fs::remove_file(house.centre.ledger_file()).unwrap();
    let mut ledger = house.centre.begin_ledger_anew(now()).unwrap();
    assert_eq!(
        recover(&house.centre, &mut ledger, &stick, None, ListsGone::Refuse, &because(), now()).unwrap().unknown,
        1
    );
    house.issue(&["c"]).unwrap();
    assert_eq!(House::raised(&house.publish().unwrap()), [0, 1]);
    assert_eq!(House::raised(&house.publish_to(&stick).unwrap()), [0, 1]);
}

impl House {
    /// The centre's folder as it is now, all of it.
    fn backup(&self) -> Vec<(PathBuf, Vec<u8>)> {
        drop(self.centre.ledger().unwrap());
        files_below(self.centre.folder())
    }

    fn restore(&self, backup: &[(PathBuf, Vec<u8>)]) {
        fs::remove_dir_all(self.centre.folder()).unwrap();
        for (path, bytes) in backup {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::create_dir_all(self.centre.badges_folder()).unwrap();
    }

    fn publish_knowing(&self, head: &PublishedHead, now: Instant) -> Result<Publication, Trouble> {
        let own = self.centre.published_folder();
        publish(&self.centre, &self.key, &mut self.centre.ledger()?, &own, Some(head), now)
    }

    fn recover_knowing(&self, head: &PublishedHead, folder: &Path, gone: ListsGone) -> Result<Recovery, Trouble> {
        recover(&self.centre, &mut self.centre.ledger()?, folder, Some(head), gone, &because(), now())
    }

    /// The file of the one list of revocations in a folder.
    fn list(&self, folder: &Path) -> PathBuf {
        let files = files_below(&folder.join("status")).into_iter().map(|(path, _)| path);
        let lists: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        let [list] = &lists[..] else { panic!("{lists:?}") };
        list.clone()
    }
}

fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

#[test]
fn the_head_names_every_list_with_its_digest() {
    let house = House::found(7);
    house.issue(&["a"]).unwrap();
    let (own, stick) = (house.centre.published_folder(), house.beside("stick"));
    for number in 1..=3 {
        let publication = house.publish_to(&stick).unwrap();
        assert_eq!(publication.head.to_string(), house.head(&own));
        assert_eq!(house.head(&own), house.head(&stick));
        let [listed] = &publication.head.lists[..] else { panic!("one list") };
        let digest: [u8; 32] = Sha256::digest(fs::read(house.list(&own)).unwrap()).into();
        assert_eq!((listed.publication, listed.made, listed.digest), (number, now(), digest));
        assert_eq!(PublishedHead::read(&own).unwrap(), Some(publication.head));
    }
}

#[test]
fn a_whole_folder_that_was_restored_is_noticed_by_what_is_remembered_elsewhere() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    house.publish().unwrap();
    let backup = house.backup();
    house.revoke(&badges[0].badge);
    let web = house.beside("web");
    let remembered = house.publish_to(&web).unwrap().head;
    let newest = house.backup();
    house.restore(&backup);

    // By itself the folder is in order, and what it publishes takes the revocation back.
    assert_eq!(House::raised(&house.publish().unwrap()), [0]);
    house.restore(&backup);
    // Its lists are not those that were published last, so that nobody can tell what to keep.
    let before = files_below(&house.centre.published_folder());
    assert!(matches!(house.publish_knowing(&remembered, now()), Err(Trouble::ListsGone { lists }) if lists.len() == 1));
    assert!(files_below(&house.centre.published_folder()) == before);
    assert!(matches!(house.issue(&["c"]), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    let own = house.centre.published_folder();
    assert!(matches!(house.recover_knowing(&remembered, &own, ListsGone::Refuse), Err(Trouble::ListsGone { .. })));
    assert!(!house.centre.ledger().unwrap().was_restored().unwrap(), "nothing was accepted");

    // What is on the web has it.
    let recovery = house.recover_knowing(&remembered, &web, ListsGone::Refuse).unwrap();
    assert_eq!(recovery.revoked, [badges[0].badge.clone()]);
    assert!(recovery.lost.is_empty());
    let head = recovery.head.unwrap();
    let again = house.publish_knowing(&head, now()).unwrap();
    assert_eq!(House::raised(&again), [1]);
    assert!(again.head.end.sequence > remembered.end.sequence);
    house.issue(&["c"]).unwrap();
    assert!(house.centre.ledger().unwrap().check().unwrap().is_whole());

    // Had the ledger been put back that belongs to it, there would have been nothing to do.
    house.restore(&newest);
    assert_eq!(House::raised(&house.publish_knowing(&remembered, now()).unwrap()), [1]);
}

#[test]
fn lists_that_are_nowhere_any_more_count_as_lost_by_the_decision_of_a_person() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    house.publish().unwrap();
    let backup = house.backup();
    house.revoke(&badges[0].badge);
    let remembered = house.publish().unwrap().head;
    house.restore(&backup);
    let own = house.centre.published_folder();
    assert!(house.publish_knowing(&remembered, now()).is_err());
    let recovery = house.recover_knowing(&remembered, &own, ListsGone::Accept).unwrap();
    assert_eq!((recovery.accepted, recovery.lost.len()), (true, 1));
    let head = recovery.head.unwrap();
    assert_eq!(House::raised(&house.publish_knowing(&head, now()).unwrap()), [0]);
    house.issue(&["c"]).unwrap();
    let mut ledger = house.centre.ledger().unwrap();
    let text = fs::read(house.centre.ledger_file()).unwrap();
    let wal = fs::read(house.centre.folder().join("ledger.sqlite-wal")).unwrap_or_default();
    let stays = |text: &[u8]| text.windows(10).any(|word| word == b"lists-lost");
    assert!(stays(&text) || stays(&wal), "it stays in the ledger");
    assert!(ledger.check().unwrap().is_whole());
}

#[test]
fn a_list_that_is_missing_beside_a_restored_ledger_clears_nothing() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    house.publish().unwrap();
    let own = house.centre.published_folder();
    let (list, older) = (house.list(&own), fs::read(house.list(&own)).unwrap());
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    house.revoke(&badges[0].badge);
    house.publish().unwrap();
    let newest = fs::read(&list).unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();

    fs::remove_file(&list).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::ListsGone { .. })));
    assert!(matches!(house.recover(&own), Err(Trouble::ListsGone { .. })));
    assert!(!list.exists());
    fs::write(&list, &older).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::ListsGone { .. })));
    assert_eq!(fs::read(&list).unwrap(), older);
    // To another folder neither.
    assert!(house.publish_to(&house.beside("stick")).is_err());

    fs::write(&list, newest).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::WouldClear { .. })));
    assert_eq!(house.recover(&own).unwrap().revoked, [badges[0].badge.clone()]);
    assert_eq!(House::raised(&house.publish().unwrap()), [1]);
    // Once a loss was accepted, only the lists know all of it.
    fs::remove_file(&list).unwrap();
    assert!(matches!(house.publish(), Err(Trouble::ListsGone { .. })));
    assert_eq!(
        house
            .recover_knowing(&PublishedHead::read(&own).unwrap().unwrap(), &own, ListsGone::Accept)
            .unwrap()
            .lost
            .len(),
        1
    );
    assert_eq!(House::raised(&house.publish().unwrap()), [1], "this one the ledger knows again");
}

#[test]
fn a_ledger_that_knows_all_needs_no_list_to_publish_it_anew() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b"]).unwrap();
    house.revoke(&badges[0].badge);
    let remembered = house.publish().unwrap().head;
    fs::remove_dir_all(house.centre.published_folder()).unwrap();
    assert_eq!(House::raised(&house.publish_knowing(&remembered, now()).unwrap()), [1]);
}

#[test]
fn one_publication_with_the_clock_ahead_blocks_no_later_one() {
    let house = House::found(7);
    let badges = house.issue(&["a", "b", "c"]).unwrap();
    house.revoke(&badges[0].badge);
    let ahead: Instant = "2031-01-01T00:00:00Z".parse().unwrap();
    let own = house.centre.published_folder();
    let publish_at = |now| publish(&house.centre, &house.key, &mut house.centre.ledger()?, &own, None, now);
    let first = publish_at(ahead).unwrap();
    assert_eq!((first.dated_ahead, first.head.lists[0].made), (None, ahead));

    house.revoke(&badges[1].badge);
    let second = publish_at(now()).unwrap();
    assert_eq!(second.dated_ahead, Some(ahead));
    assert_eq!(House::raised(&second), [2]);
    let (before, after) = (&first.head.lists[0], &second.head.lists[0]);
    assert_eq!((after.made, after.publication), (now(), before.publication + 1));
    // What is published is dated today, and the next time there is nothing to say.
    assert!(fs::read_to_string(house.list(&own)).unwrap().contains("2026-11-22T09:30:00Z"));
    assert_eq!(publish_at(now()).unwrap().dated_ahead, None);

    // What only a list of the future says is not lost with the ledger.
    let backup = fs::read(house.centre.ledger_file()).unwrap();
    house.revoke(&badges[2].badge);
    publish_at(ahead).unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    assert!(matches!(publish_at(now()), Err(Trouble::WouldClear { .. })));
    assert_eq!(house.recover(&own).unwrap().revoked, [badges[2].badge.clone()]);
    let third = publish_at(now()).unwrap();
    assert_eq!((third.dated_ahead, House::raised(&third)), (Some(ahead), vec![3]));
}

#[test]
fn an_old_head_of_one_line_is_read() {
    let house = House::found(7);
    let badges = house.issue(&["a"]).unwrap();
    house.publish().unwrap();
    let (own, backup) = (house.centre.published_folder(), fs::read(house.centre.ledger_file()).unwrap());
    house.revoke(&badges[0].badge);
    let head = house.publish().unwrap().head;
    let old = format!("{}\n", head.end);
    fs::write(own.join(HEAD_FILE), &old).unwrap();
    house.publish().unwrap();
    fs::write(own.join(HEAD_FILE), &old).unwrap();
    fs::write(house.centre.ledger_file(), backup).unwrap();
    assert!(matches!(house.issue(&["b"]), Err(Trouble::Ledger(LedgerTrouble::Restored { .. }))));
    assert_eq!(house.recover(&own).unwrap().revoked, [badges[0].badge.clone()]);
    assert_eq!(House::raised(&house.publish().unwrap()), [1]);
}
