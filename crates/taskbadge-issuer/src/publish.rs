//! Publishing: the folder that carries status lists and DID document to whoever verifies.
//!
//! Its paths are those of the web addresses, so that it can be served as it is: the list at
//! `https://centre.example.org/status/revocation-….json` is the file `status/revocation-….json`, and the document of
//! `did:web:centre.example.org` is `.well-known/did.json`. Any static web server, object store or USB stick can carry it.
//! One file more, `ledger-head.txt`, says how far the ledger had come: that is how a restored backup is noticed.
//!
//! Every file is written beside, synced and renamed, so that a reader never sees half of one. What was published as
//! revoked stays so: publishing refuses to clear a revoked bit.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use taskbadge::badge::{Iri, StatusPurpose};
use taskbadge::finding::Finding;
use taskbadge::jsonld::Contexts;
use taskbadge::key::SigningKey;
use taskbadge::proof::ProofOptions;
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;
use taskbadge_status::{Bits, LIST_LIMITS, StatusList, StatusLists};

use crate::Trouble;
use crate::centre::Centre;
use crate::cores::on_all_cores;
use crate::files::{self, Placing, Secrecy};
use crate::ledger::faults::step;
use crate::ledger::{Because, Comparison, Head, Ledger, LedgerTrouble, List, Published, Reason, Status};

/// For how many days a published list may be relied on: a centre that publishes every week is never late.
pub const VALID_DAYS: i64 = 10;

/// The name of the file that says how far the ledger had come.
pub const HEAD_FILE: &str = "ledger-head.txt";

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The lists.
    pub lists: Vec<PublishedList>,
    /// The DID document of a did:web.
    pub document: Option<PathBuf>,
    /// Until when the lists may be relied on: publish again before.
    pub valid_until: Instant,
}

/// A list that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedList {
    /// Its address.
    pub url: Iri,
    /// Its file.
    pub file: PathBuf,
    /// What it says of its entries.
    pub purpose: StatusPurpose,
    /// How many of its bits are set.
    pub raised: u64,
}

/// Writes the folder: every status list, signed anew and valid for ten days, the DID document of a did:web, and where the
/// ledger stands. Issuing alone changes no bit.
///
/// # Errors
/// [`Trouble::WouldClear`] where the folder has a revocation that the ledger does not know; [`Trouble::Unreadable`] where
/// it has a list that is not the centre's; [`Trouble::Key`], [`Trouble::OtherKey`], the troubles of the ledger,
/// [`Trouble::Io`]. Nothing was written, save for the last two, after which publishing again completes the folder.
pub fn publish(
    centre: &Centre,
    key: &SigningKey,
    ledger: &mut Ledger,
    folder: &Path,
    now: Instant,
) -> Result<Publication, Trouble> {
    let in_order = compare(ledger, folder, now)? == Comparison::InOrder;
    let site = Site::read(centre, ledger, folder, now)?;
    let press = Press::new(centre, key, now)?;
    let bits = site.bits(ledger, now)?;
    let texts = on_all_cores(&bits, |(list, bits)| press.list(list, bits))?;
    let (mut lists, mut files) = (Vec::new(), Vec::new());
    for ((list, bits), text) in bits.into_iter().zip(texts) {
        let file = folder.join(path_of(list.url.as_str()));
        files.push((file.clone(), text.into_bytes()));
        lists.push(PublishedList { url: list.url, file, purpose: list.purpose, raised: bits.count_set() });
    }
    if let Some((file, _)) = files.first() {
        let folder = file.parent().unwrap_or(folder);
        files::make_folder(folder)?;
        files::sweep(folder);
        files::write_many(folder, &files, Placing::Over)?;
    } else {
        files::make_folder(folder)?;
    }
    let document = publish_document(centre, folder)?;
    step("lists are written");

    let digests: Vec<[u8; 32]> = files.iter().map(|(_, text)| Sha256::digest(text).into()).collect();
    let known = ledger.lists()?;
    let last = |url: &Iri| known.iter().find(|list| list.url == *url).map(|list| list.published.map_or(0, |(n, _)| n));
    let published = lists
        .iter()
        .zip(&digests)
        .filter_map(|(list, digest)| Some(Published { list: &list.url, publication: last(&list.url)? + 1, digest }));
    ledger.published(&published.collect::<Vec<_>>(), now)?;
    step("the publication is noted");
    // A ledger that is behind must not pass for the whole: the head that it does not know stays where it is.
    if in_order {
        files::replace(&folder.join(HEAD_FILE), format!("{}\n", ledger.head()?).as_bytes(), Secrecy::Open)?;
    }
    Ok(Publication { lists, document, valid_until: press.valid_until })
}

/// What going on with a restored ledger came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Lists that get no more badges.
    pub closed: Vec<Iri>,
    /// Badges that were published as revoked, and that the ledger had as good.
    pub revoked: Vec<Iri>,
    /// Badges that were published as suspended, and that the ledger had as good.
    pub suspended: Vec<Iri>,
    /// Bits of revocation for badges that the ledger knows nothing of any more. They stay set in every publication.
    pub unknown: u64,
}

/// Goes on with a ledger that was restored from a backup, by the decision of a person: its lists get no more badges, and
/// what was published as revoked or suspended is so again.
///
/// # Errors
/// [`LedgerTrouble::NothingToAccept`] where nothing is amiss, [`Trouble::Unreadable`], the troubles of the ledger.
pub fn recover(
    centre: &Centre,
    ledger: &mut Ledger,
    folder: &Path,
    because: &Because,
    now: Instant,
) -> Result<Recovery, Trouble> {
    compare(ledger, folder, now)?;
    let site = Site::read(centre, ledger, folder, now)?;
    let closed = match ledger.accept_restored(because, now) {
        Ok(closed) => closed,
        Err(LedgerTrouble::NothingToAccept) => Vec::new(),
        Err(trouble) => return Err(trouble.into()),
    };
    let mut recovery = Recovery { closed, revoked: Vec::new(), suspended: Vec::new(), unknown: 0 };
    for list in ledger.lists()? {
        let Some(published) = site.published(&list) else { continue };
        for index in lost(published, &raised(ledger, &list)?) {
            let Some(badge) = ledger.badge_at(&list.url, index)? else {
                recovery.unknown += u64::from(list.purpose == StatusPurpose::Revocation);
                continue;
            };
            let status = ledger.find(&badge)?.map(|record| record.status);
            match (list.purpose, status) {
                (StatusPurpose::Revocation, _) => recovery.revoked.push(badge),
                (StatusPurpose::Suspension, Some(Status::Good)) => recovery.suspended.push(badge),
                _ => {}
            }
        }
    }
    recovery.suspended.retain(|badge| !recovery.revoked.contains(badge));
    if !recovery.revoked.is_empty() {
        ledger.revoke(&recovery.revoked, Reason::Other, because, now)?;
    }
    if !recovery.suspended.is_empty() {
        ledger.suspend(&recovery.suspended, because, now)?;
    }
    if recovery.closed.is_empty() && recovery.revoked.is_empty() && recovery.suspended.is_empty() {
        return Err(LedgerTrouble::NothingToAccept.into());
    }
    Ok(recovery)
}

/// Compares the ledger with what was published in a folder.
///
/// # Errors
/// [`Trouble::Unreadable`], the troubles of the ledger, [`Trouble::Io`].
pub fn compare(ledger: &mut Ledger, folder: &Path, now: Instant) -> Result<Comparison, Trouble> {
    let path = folder.join(HEAD_FILE);
    let head: Head = match fs::read_to_string(&path) {
        Ok(text) => text
            .trim()
            .parse()
            .map_err(|_| Trouble::Unreadable { path, why: "it is not the end of a ledger's log".into() })?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Comparison::InOrder),
        Err(error) => return Err(Trouble::io("read", &path)(error)),
    };
    Ok(ledger.compare(&head, now)?)
}

/// What stands in the folder.
struct Site {
    /// The bits of the ledger's lists, by their addresses.
    lists: HashMap<Iri, Bits>,
    /// Lists of the centre that the ledger does not know.
    strays: Vec<Stray>,
}

struct Stray {
    url: Iri,
    file: PathBuf,
    purpose: StatusPurpose,
    bits: Bits,
}

impl Site {
    fn read(centre: &Centre, ledger: &mut Ledger, folder: &Path, now: Instant) -> Result<Self, Trouble> {
        let reader = Reader::new(centre, now)?;
        let known: HashMap<PathBuf, Iri> =
            ledger.lists()?.into_iter().map(|list| (folder.join(path_of(list.url.as_str())), list.url)).collect();
        let files: Vec<_> = known.iter().collect();
        let read = on_all_cores(&files, |(file, url)| reader.known(file, url))?;
        let lists = files.iter().zip(read).filter_map(|((_, url), bits)| Some(((*url).clone(), bits?))).collect();

        let place = folder.join(path_of(&format!("{}/", centre.settings().status())));
        let others = fs::read_dir(&place).into_iter().flatten().flatten().map(|entry| entry.path());
        let is_other =
            |file: &PathBuf| file.extension().is_some_and(|kind| kind == "json") && !known.contains_key(file);
        let mut strays = Vec::new();
        for file in others.filter(is_other) {
            strays.extend(reader.stray(file, folder)?);
        }
        Ok(Self { lists, strays })
    }

    fn published(&self, list: &List) -> Option<&Bits> {
        self.lists.get(&list.url)
    }

    /// Every list with its bits: those of the ledger, and with a ledger that was restored those that it lost.
    fn bits(&self, ledger: &mut Ledger, now: Instant) -> Result<Vec<(List, Bits)>, Trouble> {
        let mut all = Vec::new();
        for list in ledger.lists()? {
            let mut bits = raised(ledger, &list)?;
            let published = self.published(&list).filter(|_| list.purpose == StatusPurpose::Revocation);
            for index in published.map(|published| lost(published, &bits)).unwrap_or_default() {
                let badge = ledger.badge_at(&list.url, index)?;
                // Lists are closed only when a person accepted that the ledger had lost what was given away in them.
                if badge.is_some() || list.open {
                    return Err(would_clear(ledger, list.url, index, badge, now)?);
                }
                bits.set(index).expect("a published list is as long as it was begun");
            }
            all.push((list, bits));
        }
        let restored = ledger.was_restored()?;
        for Stray { url, file, purpose, bits } in &self.strays {
            if !restored {
                in_doubt(ledger, now)?;
                return Err(Trouble::Unreadable {
                    path: file.clone(),
                    why: "it is a list of this centre that the ledger does not know".into(),
                });
            }
            let list = List {
                url: url.clone(),
                purpose: *purpose,
                capacity: bits.entries(),
                used: 0,
                open: false,
                published: None,
            };
            all.push((list, bits.clone()));
        }
        Ok(all)
    }
}

/// Reads what was published.
struct Reader {
    issuer: String,
    verifier: Verifier,
    now: Instant,
}

impl Reader {
    fn new(centre: &Centre, now: Instant) -> Result<Self, Trouble> {
        let trust = Trust::none().recognise(RecognisedIssuer::pinned(centre.did_document()?));
        Ok(Self { issuer: centre.settings().did().to_string(), verifier: Verifier::new(trust), now })
    }

    /// The bits of a list of the ledger, if it was published before.
    fn known(&self, file: &Path, url: &Iri) -> Result<Option<Bits>, Trouble> {
        let Some(bytes) = read_list(file)? else { return Ok(None) };
        let unreadable = |why: String| Trouble::Unreadable { path: file.into(), why };
        let mut lists = StatusLists::new();
        let read = lists.add_from(url.as_str(), &self.verifier, &bytes, self.now);
        read.map_err(|finding| unreadable(finding.to_string()))?;
        let bits = lists.bits(url.as_str(), &self.issuer).map(|(bits, _)| bits.clone());
        bits.map(Some).ok_or_else(|| unreadable("it is a list of another kind".into()))
    }

    /// A list of this centre that the ledger does not know. What else lies there is somebody else's business.
    fn stray(&self, file: PathBuf, folder: &Path) -> Result<Option<Stray>, Trouble> {
        let Some(bytes) = read_list(&file)? else { return Ok(None) };
        let mut lists = StatusLists::new();
        let Ok(url) = lists.add(&self.verifier, &bytes, self.now) else { return Ok(None) };
        let Some((bits, purposes)) = lists.bits(&url, &self.issuer) else { return Ok(None) };
        let purpose = purposes.first().copied().unwrap_or(StatusPurpose::Revocation);
        let is_here = folder.join(path_of(&url)) == file;
        Ok(is_here.then(|| Stray { url: iri(&url), purpose, bits: bits.clone(), file }))
    }
}

/// Notes that the ledger is behind what was published, although no published head says so, and what is at stake.
fn would_clear(
    ledger: &mut Ledger,
    list: Iri,
    index: u64,
    badge: Option<Iri>,
    now: Instant,
) -> Result<Trouble, Trouble> {
    in_doubt(ledger, now)?;
    Ok(Trouble::WouldClear { list, index, badge })
}

/// From now on nothing is issued until a person decides: indices that the lost part gave away look free.
fn in_doubt(ledger: &mut Ledger, now: Instant) -> Result<(), Trouble> {
    let own = ledger.head()?;
    let beyond = Head { sequence: own.sequence + 1, hash: Sha256::digest(own.hash).into() };
    ledger.compare(&beyond, now)?;
    Ok(())
}

fn raised(ledger: &mut Ledger, list: &List) -> Result<Bits, Trouble> {
    let mut bits = Bits::with_room_for(list.capacity).expect("the ledger's lists have a length that lists can have");
    for index in ledger.raised(&list.url)? {
        bits.set(index).expect("the ledger gives out no index beyond a list's end");
    }
    Ok(bits)
}

/// The indices that were published as set and are not.
fn lost(published: &Bits, bits: &Bits) -> Vec<u64> {
    if bits.keeps_all_of(published) {
        return Vec::new();
    }
    let is_lost = |index: &u64| published.is_set(*index) == Some(true) && bits.is_set(*index) != Some(true);
    (0..published.entries()).filter(is_lost).collect()
}

/// Signs lists.
struct Press<'c> {
    centre: &'c Centre,
    key: &'c SigningKey,
    contexts: Contexts,
    proof: ProofOptions,
    now: Instant,
    valid_until: Instant,
}

impl<'c> Press<'c> {
    fn new(centre: &'c Centre, key: &'c SigningKey, now: Instant) -> Result<Self, Trouble> {
        let proof = ProofOptions::new(centre.method(key)?).cryptosuite(centre.settings().suite()).created(now);
        let valid_until = Instant::from_unix(now.unix() + VALID_DAYS * 24 * 60 * 60);
        Ok(Self { centre, key, contexts: Contexts::builtin(), proof, now, valid_until })
    }

    fn list(&self, list: &List, bits: &Bits) -> Result<String, Trouble> {
        let issuer = iri(self.centre.settings().did().as_str());
        let credential = StatusList::new(list.url.clone(), issuer, list.purpose, bits.clone(), self.now);
        let signed = credential.valid_until(self.valid_until).sign(&self.contexts, self.key, &self.proof);
        signed.map_err(|finding: Finding| Trouble::List { list: list.url.clone(), finding })
    }
}

fn publish_document(centre: &Centre, folder: &Path) -> Result<Option<PathBuf>, Trouble> {
    let Some(url) = centre.settings().did().document_url() else { return Ok(None) };
    let source = centre.did_document_file();
    let text = fs::read(&source).map_err(Trouble::io("read", &source))?;
    let file = folder.join(path_of(&url));
    files::make_folder(file.parent().unwrap_or(folder))?;
    files::replace(&file, &text, Secrecy::Open)?;
    Ok(Some(file))
}

/// A list that may not have been published yet.
fn read_list(file: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    match fs::metadata(file) {
        Ok(found) if found.len() > LIST_LIMITS.bytes as u64 => {
            Err(Trouble::Unreadable { path: file.into(), why: "it is larger than a status list can be".into() })
        }
        Ok(_) => fs::read(file).map(Some).map_err(Trouble::io("read", file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Trouble::io("read", file)(error)),
    }
}

/// Where below the folder the page of an address is: what follows the host, or the first slash of a DID. Nothing leads out
/// of the folder.
fn path_of(url: &str) -> PathBuf {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    path.split('/').filter(|part| !matches!(*part, "" | "." | "..") && !part.contains(['\\', ':'])).collect()
}

/// DIDs and the addresses of lists are absolute IRIs.
fn iri(text: &str) -> Iri {
    text.parse().expect("a DID or a list's address is an absolute IRI")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_addresses_and_stay_in_the_folder() {
        for (url, path) in [
            ("https://centre.example.org/status/revocation-1.json", "status/revocation-1.json"),
            ("https://centre.example.org/.well-known/did.json", ".well-known/did.json"),
            ("did:key:z6Mk/status/x.json", "status/x.json"),
            ("https://centre.example.org/a/../../x.json", "a/x.json"),
            ("https://centre.example.org//etc/x.json", "etc/x.json"),
            ("https://centre.example.org/c:\\x\\y.json", ""),
        ] {
            assert_eq!(path_of(url), Path::new(path), "{url}");
        }
    }
}
