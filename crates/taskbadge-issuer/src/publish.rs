//! Publishing: the folder that carries status lists and DID document to whoever verifies.
//!
//! Its paths are those of the web addresses, so that it can be served as it is: the list at
//! `https://centre.example.org/status/revocation-….json` is the file `status/revocation-….json`, and the document of
//! `did:web:centre.example.org` is `.well-known/did.json`. Any static web server, object store or USB stick can carry it.
//! One file more, `ledger-head.txt`, says how far the ledger had come, and which lists were published: that is how a
//! restored backup is noticed. Whoever keeps that [`PublishedHead`] elsewhere notices it where the whole folder was
//! restored, too.
//!
//! Every file is written beside, synced and renamed, so that a reader never sees half of one. What was published as
//! revoked stays so: publishing refuses to clear a revoked bit.

mod head;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use taskbadge::badge::{Iri, SignedBadge, StatusPurpose};
use taskbadge::finding::Finding;
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::Contexts;
use taskbadge::key::Signer;
use taskbadge::proof::ProofOptions;
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;
use taskbadge_files::{self as files, Lock, Placing, Secrecy};
use taskbadge_status::{Bits, LIST_LIMITS, StatusList, StatusLists};

use crate::Trouble;
use crate::centre::{Centre, DOCUMENT_MAX_BYTES};
use crate::cores::on_all_cores;
use crate::keys::{Keys, Role};
use crate::ledger::faults::step;
pub use head::{HEAD_FILE, ListedFile, NotAPublishedHead, PublishedHead};

use crate::ledger::{Because, Comparison, Head, Ledger, LedgerTrouble, List, Published, Reason, Status};

/// For how many days a published list may be relied on: a centre that publishes every week is never late.
pub const VALID_DAYS: i64 = 10;

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The lists.
    pub lists: Vec<PublishedList>,
    /// The DID document of a did:web.
    pub document: Option<PathBuf>,
    /// Until when the lists may be relied on: publish again before.
    pub valid_until: Instant,
    /// What stands in `ledger-head.txt` from now on. Keep it outside the centre's folder, and hand it in the next time.
    pub head: PublishedHead,
    /// The date of the newest list that was published before, where that is still to come: the clock was ahead then, or is
    /// behind now.
    pub dated_ahead: Option<Instant>,
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
/// The centre's [own folder](Centre::published_folder) is always read and written, too: by it a restored backup is
/// noticed. Any other folder is one more copy; what was published as revoked in either stays so in both. `remembered` is
/// what was published last as it is known from outside these folders, if it is.
///
/// # Errors
/// [`Trouble::ListsGone`] where the ledger has not all that was published, and a list that has it is not there;
/// [`Trouble::WouldClear`] where a folder has a revocation that the ledger does not know; [`Trouble::OtherPublished`]
/// where another folder than the centre's own has a later state, or another centre's; [`Trouble::OtherLedger`];
/// [`Trouble::Unreadable`] where a folder has a list that is not the centre's; those of [`Centre::method`] for the key,
/// the troubles of the ledger, [`Trouble::File`]. Nothing was written, save for the last two, after which publishing again
/// completes the folders.
pub fn publish(
    centre: &Centre,
    key: &dyn Signer,
    ledger: &mut Ledger,
    folder: &Path,
    remembered: Option<&PublishedHead>,
    now: Instant,
) -> Result<Publication, Trouble> {
    if ledger.is_of_another(centre.settings().did().as_str(), centre.settings().status().as_str())? {
        return Err(Trouble::OtherLedger { did: centre.settings().did().to_string() });
    }
    let folders = Folders::of(centre, folder);
    folders.refuse_of_others(ledger)?;
    // Of two that publish at once, the later would put back what the earlier read before a revocation.
    let _locks = folders.lock()?;
    folders.refuse_of_others(ledger)?;
    let last = folders.last(remembered)?;
    let in_order = match &last {
        Some(last) => ledger.compare(&last.end, now)? == Comparison::InOrder,
        None => true,
    };
    // Of the two heads the nearer may be the one that is not known.
    let in_order = compare(ledger, &folders.own, now)? == Comparison::InOrder && in_order;
    let sites = folders.read(centre, ledger, now)?;
    if let Some(last) = &last
        && !has_all(ledger)?
    {
        refuse_gone(last, &sites)?;
    }
    let dated_ahead = sites.iter().flat_map(Site::dates).filter(|made| *made > now).max();
    let press = Press::new(centre, key, now)?;
    let bits = all_bits(&sites, ledger, in_order, now)?;
    let texts = on_all_cores(&bits, |(list, bits)| press.list(list, bits))?;
    let (mut lists, mut pages, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    for ((list, bits), text) in bits.into_iter().zip(texts) {
        let page = path_of(list.url.as_str());
        let file = folder.join(&page);
        listed.push(ListedFile {
            url: list.url.clone(),
            publication: list.published.map_or(0, |(number, _)| number + 1),
            made: now,
            digest: Sha256::digest(&text).into(),
        });
        pages.push((page, text.into_bytes()));
        lists.push(PublishedList { url: list.url, file, purpose: list.purpose, raised: bits.count_set() });
    }
    let known = ledger.lists()?;
    for list in listed.iter_mut().filter(|list| known.iter().any(|known| known.url == list.url)) {
        list.publication = list.publication.max(1);
    }
    // Should this be cut off here, the lists may be the old ones or the new.
    let both = PublishedHead { lists: listed.clone(), ..last.clone().unwrap_or(PublishedHead::empty()) };
    folders.write_head(&last.map_or(both.clone(), |last| last.with(both)))?;
    let mut document = None;
    for folder in folders.all() {
        document = write_pages(centre, folder, &pages)?;
    }
    step("lists are written");

    let published = listed.iter().filter(|list| known.iter().any(|known| known.url == list.url));
    let published: Vec<_> = published
        .map(|list| Published { list: &list.url, publication: list.publication, digest: &list.digest })
        .collect();
    ledger.published(&published, now)?;
    step("the publication is noted");
    // A ledger that is behind must not pass for the whole: the head that it does not know stays where it is.
    let end = match ledger.in_doubt()? {
        Some(unknown) => unknown,
        None => ledger.head()?,
    };
    let head = PublishedHead { end, lists: listed };
    folders.write_head(&head)?;
    Ok(Publication { lists, document, valid_until: press.valid_until, head, dated_ahead })
}

/// Whether the ledger knows all that was ever published: no head is unknown to it, and no loss was ever accepted.
fn has_all(ledger: &mut Ledger) -> Result<bool, Trouble> {
    Ok(ledger.in_doubt()?.is_none() && !ledger.was_restored()?)
}

/// Refuses to go on without a list that a head names: what it has as taken back, nothing else may know.
fn refuse_gone(head: &PublishedHead, sites: &[Site]) -> Result<(), Trouble> {
    match gone(head, sites) {
        lists if lists.is_empty() => Ok(()),
        lists => Err(Trouble::ListsGone { lists }),
    }
}

/// The lists that a head names and that are nowhere as they were published.
fn gone(head: &PublishedHead, sites: &[Site]) -> Vec<Iri> {
    let is_there = |list: &&ListedFile| sites.iter().any(|site| site.digest(&list.url) == Some(list.digest));
    let there: BTreeSet<&Iri> = head.lists.iter().filter(is_there).map(|list| &list.url).collect();
    let named: BTreeSet<&Iri> = head.lists.iter().map(|list| &list.url).collect();
    named.difference(&there).map(|url| (*url).clone()).collect()
}

/// Writes the lists, at their places below a folder, and the DID document of a did:web.
fn write_pages(centre: &Centre, folder: &Path, pages: &[(PathBuf, Vec<u8>)]) -> Result<Option<PathBuf>, Trouble> {
    files::sweep(folder);
    // First, since the lists may be signed with a key that only the new document has.
    let document = publish_document(centre, folder)?;
    // An address that moved leaves lists in the folder of the one before.
    let mut places: BTreeMap<&Path, Vec<(PathBuf, Vec<u8>)>> = BTreeMap::new();
    for (page, text) in pages {
        places.entry(place_of(page)).or_default().push((folder.join(page), text.clone()));
    }
    for (place, files) in places {
        let place = files::make_folder_below(folder, place)?;
        files::sweep(&place);
        files::write_many(&place, &files, Placing::Over, || step("a file is written"))?;
    }
    Ok(document)
}

/// Where is published.
struct Folders<'f> {
    /// The centre's own folder.
    own: PathBuf,
    /// One more that a person named.
    copy: Option<&'f Path>,
}

impl<'f> Folders<'f> {
    fn of(centre: &Centre, named: &'f Path) -> Self {
        let own = centre.published_folder();
        let is_own = own == named || matches!((own.canonicalize(), named.canonicalize()), (Ok(a), Ok(b)) if a == b);
        Self { own, copy: (!is_own).then_some(named) }
    }

    /// Both, the centre's own first.
    fn all(&self) -> impl Iterator<Item = &Path> {
        std::iter::once(self.own.as_path()).chain(self.copy)
    }

    /// Refuses a copy with what another centre or a later state published. Only by the centre's own folder is the ledger
    /// put in doubt: anything may lie in another.
    fn refuse_of_others(&self, ledger: &mut Ledger) -> Result<(), Trouble> {
        if let Some(copy) = self.copy
            && let Some(head) = PublishedHead::read(copy)?
            && !ledger.knows_of(&head.end)?
            // It was published by a ledger that is in doubt, as this one is.
            && ledger.in_doubt()? != Some(head.end)
        {
            return Err(Trouble::OtherPublished(copy.into()));
        }
        Ok(())
    }

    /// Makes the folders, and keeps other processes from publishing into them until the locks are dropped.
    fn lock(&self) -> Result<Vec<Lock>, Trouble> {
        let lock = |folder: &Path| {
            files::make_folder(folder)?;
            Ok(Lock::wait(&folder.join(".taskbadge-lock"))?)
        };
        // In one order everywhere, so that two that want both do not wait for each other.
        let mut folders: Vec<&Path> = self.all().collect();
        folders.sort();
        folders.into_iter().map(lock).collect()
    }

    /// What was published last, by these folders and by what is remembered elsewhere.
    fn last(&self, remembered: Option<&PublishedHead>) -> Result<Option<PublishedHead>, Trouble> {
        let mut last = remembered.cloned();
        for folder in self.all() {
            if let Some(head) = PublishedHead::read(folder)? {
                last = Some(last.map_or(head.clone(), |last| last.with(head)));
            }
        }
        Ok(last)
    }

    fn write_head(&self, head: &PublishedHead) -> Result<(), Trouble> {
        for folder in self.all() {
            files::replace(&folder.join(HEAD_FILE), head.to_string().as_bytes(), Secrecy::Open)?;
            step("a file is written");
        }
        Ok(())
    }

    fn read(&self, centre: &Centre, ledger: &mut Ledger, now: Instant) -> Result<Vec<Site>, Trouble> {
        let site = |folder| Site::read(centre, ledger, folder, folder == self.own, now);
        self.all().map(site).collect()
    }
}

/// What going on with a restored ledger came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Whether the loss was accepted by this; `false` where it had been before, and only what was published as taken
    /// back was still to be taken back again.
    pub accepted: bool,
    /// Lists that get no more badges.
    pub closed: Vec<Iri>,
    /// Badges that were published as revoked, and that the ledger had as good.
    pub revoked: Vec<Iri>,
    /// Badges that were published as suspended, and that the ledger had as good.
    pub suspended: Vec<Iri>,
    /// Bits of revocation for badges that the ledger knows nothing of any more. They stay set in every publication.
    pub unknown: u64,
    /// Files of badges in the centre's folder that the ledger knows nothing of: those badges stay valid until they end,
    /// and cannot be taken back one by one.
    pub strangers: Vec<PathBuf>,
    /// Lists that were published and are nowhere any more; that their content is lost was accepted, too.
    pub lost: Vec<Iri>,
    /// What stands in `ledger-head.txt` from now on.
    pub head: Option<PublishedHead>,
}

/// What becomes of lists that were published, and whose files are nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListsGone {
    /// Nothing is done before they are back.
    Refuse,
    /// They count as lost, by the decision of a person: what only they had as taken back is so no more.
    Accept,
}

/// Goes on with a ledger that was restored from a backup, by the decision of a person: its lists get no more badges, and
/// what was published as revoked or suspended is so again. `folder` is what was published last; the centre's own folder
/// is read, too. `remembered` is as for [`publish`].
///
/// # Errors
/// [`LedgerTrouble::NothingToAccept`] where nothing is amiss; [`Trouble::ListsGone`] where lists are, unless that is
/// accepted; [`Trouble::Unreadable`], the troubles of the ledger.
pub fn recover(
    centre: &Centre,
    ledger: &mut Ledger,
    folder: &Path,
    remembered: Option<&PublishedHead>,
    lists_gone: ListsGone,
    because: &Because,
    now: Instant,
) -> Result<Recovery, Trouble> {
    let folders = Folders::of(centre, folder);
    for folder in folders.all() {
        compare(ledger, folder, now)?;
    }
    let last = folders.last(remembered)?;
    if let Some(last) = &last {
        ledger.compare(&last.end, now)?;
    }
    let sites = folders.read(centre, ledger, now)?;
    let gone = match &last {
        Some(last) if !has_all(ledger)? => gone(last, &sites),
        _ => Vec::new(),
    };
    if !gone.is_empty() && lists_gone == ListsGone::Refuse {
        return Err(Trouble::ListsGone { lists: gone });
    }
    let closed = match ledger.accept_restored(because, now) {
        Ok(closed) => Some(closed),
        Err(LedgerTrouble::NothingToAccept) => None,
        Err(trouble) => return Err(trouble.into()),
    };
    let mut recovery = Recovery {
        accepted: closed.is_some(),
        closed: closed.unwrap_or_default(),
        revoked: Vec::new(),
        suspended: Vec::new(),
        unknown: 0,
        strangers: Vec::new(),
        lost: gone,
        head: None,
    };
    if !recovery.lost.is_empty() {
        ledger.lists_lost(&recovery.lost, because, now)?;
    }
    for list in ledger.lists()? {
        let Some(published) = all_published(&sites, &list) else { continue };
        for index in lost(&published, &raised(ledger, &list)?) {
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
    if !recovery.accepted && recovery.revoked.is_empty() && recovery.suspended.is_empty() && recovery.lost.is_empty() {
        return Err(LedgerTrouble::NothingToAccept.into());
    }
    let strays = all_strays(&sites);
    let of_revocation = strays.iter().filter(|stray| stray.purpose == StatusPurpose::Revocation);
    recovery.unknown += of_revocation.map(|stray| stray.list.bits.count_set()).sum::<u64>();
    keep_in_own(&folders, &sites)?;
    recovery.head = last.map(|last| rewrite_head(&folders.own, last)).transpose()?;
    recovery.strangers = strangers(centre, ledger)?;
    Ok(recovery)
}

/// From now on what stands in the centre's own folder is what was published last, as far as anybody knows.
fn rewrite_head(own: &Path, last: PublishedHead) -> Result<PublishedHead, Trouble> {
    let mut lists: Vec<ListedFile> = Vec::new();
    for list in last.lists {
        if lists.iter().any(|known| known.url == list.url) {
            continue;
        }
        if let Some(bytes) = read_list(&own.join(path_of(list.url.as_str())))? {
            let made = made_of(&bytes).unwrap_or(list.made);
            lists.push(ListedFile { made, digest: Sha256::digest(&bytes).into(), ..list });
        }
    }
    let head = PublishedHead { end: last.end, lists };
    files::make_folder(own)?;
    files::replace(&own.join(HEAD_FILE), head.to_string().as_bytes(), Secrecy::Open)?;
    Ok(head)
}

/// Copies the lists of a folder that a person named into the centre's own, where that has less: what they say is then
/// in every later publication.
fn keep_in_own(folders: &Folders<'_>, sites: &[Site]) -> Result<(), Trouble> {
    let ([own, copy], Some(from)) = (sites, folders.copy) else { return Ok(()) };
    let lists = copy.lists.iter().chain(copy.strays.iter().map(|stray| (&stray.url, &stray.list)));
    for (url, Standing { bits, .. }) in lists {
        let stray = || own.strays.iter().find(|stray| stray.url == *url).map(|stray| &stray.list.bits);
        let known = own.bits(url).or_else(stray);
        if known.is_none_or(|known| bits.keeps_all_of(known) && !known.keeps_all_of(bits)) {
            let page = path_of(url.as_str());
            let (from, to) = (from.join(&page), folders.own.join(&page));
            let text = files::read(&from, LIST_LIMITS.bytes as u64)?;
            files::make_folder_below(&folders.own, place_of(&page))?;
            files::replace(&to, &text, Secrecy::Open)?;
        }
    }
    Ok(())
}

/// The files in `badges/` whose badges the ledger does not have.
fn strangers(centre: &Centre, ledger: &mut Ledger) -> Result<Vec<PathBuf>, Trouble> {
    let mut strangers = Vec::new();
    for file in files::if_there(files::entries(&centre.badges_folder()))?.unwrap_or_default() {
        let is_hidden = file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_hidden || file.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        // What cannot be read as a badge is none that anybody could rely on.
        let bytes = files::read(&file, Limits::BADGE.bytes as u64).ok();
        let Some(badge) = bytes.and_then(|bytes| SignedBadge::parse(&bytes).ok()) else { continue };
        let id: Option<Iri> = badge.unverified().id().and_then(|id| id.parse().ok());
        if let Some(id) = id
            && ledger.find(&id)?.is_none()
        {
            strangers.push(file);
        }
    }
    Ok(strangers)
}

/// Compares the ledger with what was published in a folder.
///
/// # Errors
/// [`Trouble::Unreadable`], the troubles of the ledger, [`Trouble::File`].
pub fn compare(ledger: &mut Ledger, folder: &Path, now: Instant) -> Result<Comparison, Trouble> {
    match PublishedHead::read(folder)? {
        Some(head) => Ok(ledger.compare(&head.end, now)?),
        None => Ok(Comparison::InOrder),
    }
}

/// Refuses a ledger that does not know what was published in a folder, or that is in doubt already. Unlike [`compare`]
/// it writes nothing down.
///
/// # Errors
/// [`LedgerTrouble::Restored`], [`Trouble::Unreadable`], the troubles of the ledger, [`Trouble::File`].
pub(crate) fn refuse_behind(ledger: &mut Ledger, folder: &Path) -> Result<(), Trouble> {
    let unknown = match PublishedHead::read(folder)? {
        Some(head) if !ledger.knows_of(&head.end)? => Some(head.end),
        _ => None,
    };
    match ledger.in_doubt()?.or(unknown) {
        Some(published) => Err(LedgerTrouble::Restored { own: ledger.head()?, published }.into()),
        None => Ok(()),
    }
}

/// Whether a folder says that a ledger had come further than its beginning.
pub(crate) fn says_that_there_was_a_ledger(folder: &Path) -> bool {
    match PublishedHead::read(folder) {
        Ok(head) => head.is_some_and(|head| head.end.sequence > 0),
        Err(_) => true,
    }
}

/// What stands in a folder.
struct Site {
    /// Whether the folder is the centre's own.
    own: bool,
    /// The ledger's lists, by their addresses.
    lists: HashMap<Iri, Standing>,
    /// Lists of the centre that the ledger does not know.
    strays: Vec<Stray>,
}

/// A list as it stands in a folder.
#[derive(Clone)]
struct Standing {
    bits: Bits,
    made: Option<Instant>,
    digest: [u8; 32],
}

#[derive(Clone)]
struct Stray {
    url: Iri,
    file: PathBuf,
    purpose: StatusPurpose,
    list: Standing,
}

impl Site {
    fn read(centre: &Centre, ledger: &mut Ledger, folder: &Path, own: bool, now: Instant) -> Result<Self, Trouble> {
        let reader = Reader::new(centre, now)?;
        let known: HashMap<PathBuf, Iri> =
            ledger.lists()?.into_iter().map(|list| (folder.join(path_of(list.url.as_str())), list.url)).collect();
        let files: Vec<_> = known.iter().collect();
        let read = on_all_cores(&files, |(file, url)| reader.known(file, url))?;
        let lists = files.iter().zip(read).filter_map(|((_, url), list)| Some(((*url).clone(), list?))).collect();

        // Where lists are published now, and where they were.
        let status = folder.join(path_of(&format!("{}/", centre.settings().status())));
        let places: BTreeSet<PathBuf> =
            known.keys().filter_map(|file| file.parent()).map(Path::to_owned).chain([status]).collect();
        let is_other =
            |file: &PathBuf| file.extension().is_some_and(|kind| kind == "json") && !known.contains_key(file);
        let mut strays = Vec::new();
        for place in places {
            for file in files_in(&place)?.into_iter().filter(is_other) {
                strays.extend(reader.stray(file, folder)?);
            }
        }
        Ok(Self { own, lists, strays })
    }

    fn bits(&self, url: &Iri) -> Option<&Bits> {
        self.lists.get(url).map(|list| &list.bits)
    }

    /// The SHA-256 of a list's file.
    fn digest(&self, url: &Iri) -> Option<[u8; 32]> {
        let stray = || self.strays.iter().find(|stray| stray.url == *url).map(|stray| &stray.list);
        self.lists.get(url).or_else(stray).map(|list| list.digest)
    }

    fn dates(&self) -> impl Iterator<Item = Instant> {
        self.lists.values().chain(self.strays.iter().map(|stray| &stray.list)).filter_map(|list| list.made)
    }
}

/// The files of a folder that may not be there; one that cannot be read does not pass for an empty one.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    Ok(files::if_there(files::entries(folder))?.unwrap_or_default())
}

/// Every list with its bits: those of the ledger, and with a ledger that was restored those that it lost. While it is
/// behind what was published, nobody's suspension ends either: the lost part may have it.
fn all_bits(sites: &[Site], ledger: &mut Ledger, in_order: bool, now: Instant) -> Result<Vec<(List, Bits)>, Trouble> {
    let in_order = in_order && ledger.in_doubt()?.is_none();
    let mut all = Vec::new();
    for list in ledger.lists()? {
        let mut bits = raised(ledger, &list)?;
        for site in sites.iter().filter(|_| list.purpose == StatusPurpose::Revocation) {
            let published = site.bits(&list.url);
            for index in published.map(|published| lost(published, &bits)).unwrap_or_default() {
                let badge = ledger.badge_at(&list.url, index)?;
                // Lists are closed only when a person accepted that the ledger had lost what was given away in them.
                if badge.is_some() || list.open {
                    if site.own {
                        in_doubt(ledger, now)?;
                    }
                    return Err(Trouble::WouldClear { list: list.url, index, badge });
                }
                bits.set(index).map_err(|_| longer(&list.url))?;
            }
        }
        if list.purpose == StatusPurpose::Suspension && !in_order {
            for published in sites.iter().filter_map(|site| site.bits(&list.url)) {
                for index in lost(published, &bits) {
                    bits.set(index).map_err(|_| longer(&list.url))?;
                }
            }
        }
        all.push((list, bits));
    }
    let restored = ledger.was_restored()?;
    for site in sites.iter().filter(|_| !restored) {
        if let Some(stray) = site.strays.first() {
            if site.own {
                in_doubt(ledger, now)?;
            }
            let why = "it is a list of this centre that the ledger does not know".into();
            return Err(Trouble::Unreadable { path: stray.file.clone(), why });
        }
    }
    for Stray { url, purpose, list: Standing { bits, .. }, .. } in all_strays(sites) {
        let list = List { url, purpose, capacity: bits.entries(), used: 0, open: false, published: None };
        all.push((list, bits));
    }
    Ok(all)
}

/// What any of the folders says of a list of the ledger.
fn all_published(sites: &[Site], list: &List) -> Option<Bits> {
    sites.iter().filter_map(|site| site.bits(&list.url).cloned()).reduce(together)
}

/// Each list that the ledger does not know once, with what any of the folders says of it.
fn all_strays(sites: &[Site]) -> Vec<Stray> {
    let mut strays: Vec<Stray> = Vec::new();
    for stray in sites.iter().flat_map(|site| &site.strays) {
        match strays.iter_mut().find(|known| known.url == stray.url) {
            Some(known) => known.list.bits = together(known.list.bits.clone(), stray.list.bits.clone()),
            None => strays.push(stray.clone()),
        }
    }
    strays
}

/// The bits that are set in either of two publications of one list.
fn together(mut one: Bits, other: Bits) -> Bits {
    for index in lost(&other, &one) {
        // A list that somebody made longer since says nothing of a badge of ours.
        let _ = one.set(index);
    }
    one
}

/// Reads what was published.
struct Reader {
    issuer: String,
    verifier: Verifier,
    now: Instant,
}

impl Reader {
    fn new(centre: &Centre, now: Instant) -> Result<Self, Trouble> {
        // Whatever has become of a key since, what was published under it is still to be read.
        let keys = Keys::of(centre)?;
        let keys = keys.all().iter().map(|key| (iri(key.id.as_str()), key.key));
        let trust = Trust::none().recognise(RecognisedIssuer::listed(&iri(centre.settings().did().as_str()), keys));
        Ok(Self { issuer: centre.settings().did().to_string(), verifier: Verifier::new(trust), now })
    }

    /// A list of the ledger, if it was published before.
    fn known(&self, file: &Path, url: &Iri) -> Result<Option<Standing>, Trouble> {
        let Some(bytes) = read_list(file)? else { return Ok(None) };
        let unreadable = |why: String| Trouble::Unreadable { path: file.into(), why };
        let (at, mut lists) = (self.time_for(&bytes), StatusLists::new());
        let read = lists.add_from(url.as_str(), &self.verifier, &bytes, at);
        read.map_err(|finding| unreadable(finding.to_string()))?;
        let bits = lists.bits(url.as_str(), &self.issuer).map(|(bits, _)| bits.clone());
        let bits = bits.ok_or_else(|| unreadable("it is a list of another kind".into()))?;
        Ok(Some(Standing::of(&bytes, bits)))
    }

    /// A list of this centre that the ledger does not know. What else lies there is somebody else's business.
    fn stray(&self, file: PathBuf, folder: &Path) -> Result<Option<Stray>, Trouble> {
        let Some(bytes) = read_list(&file)? else { return Ok(None) };
        let (at, mut lists) = (self.time_for(&bytes), StatusLists::new());
        let Ok(url) = lists.add(&self.verifier, &bytes, at) else { return Ok(None) };
        let Some((bits, purposes)) = lists.bits(&url, &self.issuer) else { return Ok(None) };
        let purpose = purposes.first().copied().unwrap_or(StatusPurpose::Revocation);
        let is_here = folder.join(path_of(&url)) == file;
        Ok(is_here.then(|| Stray { url: iri(&url), purpose, list: Standing::of(&bytes, bits.clone()), file }))
    }

    /// What was published with a clock that was ahead is to be read, too.
    fn time_for(&self, list: &[u8]) -> Instant {
        made_of(list).map_or(self.now, |made| made.max(self.now))
    }
}

impl Standing {
    fn of(bytes: &[u8], bits: Bits) -> Self {
        Self { bits, made: made_of(bytes), digest: Sha256::digest(bytes).into() }
    }
}

/// When a list says that it was made.
fn made_of(list: &[u8]) -> Option<Instant> {
    let document = Document::parse(list, LIST_LIMITS).ok()?;
    document.root().get("validFrom")?.as_str()?.parse().ok()
}

/// Notes that the ledger is behind what was published, although no published head says so. From then on nothing is
/// issued until a person decides: indices that the lost part gave away look free.
pub(crate) fn in_doubt(ledger: &mut Ledger, now: Instant) -> Result<(), Trouble> {
    if ledger.in_doubt()?.is_some() {
        return Ok(());
    }
    let own = ledger.head()?;
    let beyond = Head { sequence: own.sequence + 1, hash: Sha256::digest(own.hash).into() };
    ledger.compare(&beyond, now)?;
    Ok(())
}

fn raised(ledger: &mut Ledger, list: &List) -> Result<Bits, Trouble> {
    let mut bits = Bits::with_room_for(list.capacity).map_err(|_| longer(&list.url))?;
    for index in ledger.raised(&list.url)? {
        bits.set(index).map_err(|_| longer(&list.url))?;
    }
    Ok(bits)
}

/// Only a ledger, or a published list, that somebody edited says so.
fn longer(list: &Iri) -> Trouble {
    LedgerTrouble::Damaged {
        place: list.to_string(),
        why: "it has an entry beyond its end; see `taskbadge ledger check`".into(),
    }
    .into()
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
    key: &'c dyn Signer,
    contexts: Contexts,
    proof: ProofOptions,
    now: Instant,
    valid_until: Instant,
}

impl<'c> Press<'c> {
    fn new(centre: &'c Centre, key: &'c dyn Signer, now: Instant) -> Result<Self, Trouble> {
        let proof =
            ProofOptions::new(centre.method(key, Role::Status)?).cryptosuite(centre.settings().suite()).created(now);
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
    let text = files::read(&source, DOCUMENT_MAX_BYTES)?;
    let page = path_of(&url);
    files::make_folder_below(folder, place_of(&page))?;
    let file = folder.join(page);
    files::replace(&file, &text, Secrecy::Open)?;
    step("a file is written");
    Ok(Some(file))
}

/// A list that may not have been published yet.
fn read_list(file: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    Ok(files::if_there(files::read(file, LIST_LIMITS.bytes as u64))?)
}

/// Where below the folder the page of an address is: what follows the host, or the first slash of a DID. Nothing leads out
/// of the folder.
fn path_of(url: &str) -> PathBuf {
    parts_of(url).filter(|part| !matches!(*part, "." | "..") && !part.contains(['\\', ':'])).collect()
}

/// The parts of an address's path.
pub(crate) fn parts_of(url: &str) -> impl Iterator<Item = &str> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    path.split('/').filter(|part| !part.is_empty())
}

/// The folder of such a page.
fn place_of(page: &Path) -> &Path {
    page.parent().unwrap_or(Path::new(""))
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
