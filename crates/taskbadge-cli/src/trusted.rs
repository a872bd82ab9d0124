//! What one check trusts: what the store holds, or what was named instead; and the status lists that come with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use taskbadge::finding::{Code, Finding};
use taskbadge::time::Instant;
use taskbadge::trust::{Fingerprint, KnownPack, Pack, PackParts, Trust, TrustPack};
use taskbadge::verify::Verifier;
use taskbadge_status::StatusLists;

use crate::args::trust as args;
use crate::fingerprint;
use crate::output::{Output, Trouble};
use crate::pack_file;
use crate::store::{Store, StoredPack};
use crate::trust_file::TrustFile;
use crate::words;
use crate::words::trust as said;

/// Whom a check recognises, and by what.
pub(crate) struct Trusted {
    pub(crate) trust: Trust,
    /// Files of packs, which carry status lists.
    files: Vec<(PathBuf, Vec<u8>)>,
    /// The packs of the store, which remembers what is seen; none where something else was named.
    stored: Option<(Store, Vec<StoredPack>)>,
    /// The newest dates that were seen in what these issuers signed.
    seen: Mutex<BTreeMap<String, Instant>>,
}

impl args::Trusted {
    /// Opens what is trusted. `now` is the clock, whatever the time of the check is.
    pub(crate) fn open(&self, now: Instant) -> Result<Trusted, Trouble> {
        if !self.files.is_empty() {
            return self.open_named(now);
        }
        // The one in the user's data folder need not be there; one that somebody names is meant to be.
        if let Some(folder) = self.store.store.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(Trouble::new(said::no_store(folder)));
        }
        let store = Store::of(&self.store)?;
        let path = store.trust_file();
        let trust = TrustFile::read(&path)?.trust(&path)?;
        let packs = store.packs(now)?;
        let trust = packs.iter().fold(trust, |trust, pack| trust.with_pack(&pack.trusted));
        let files = packs.iter().map(|pack| (pack.path.clone(), pack.file.clone())).collect();
        Ok(Trusted { trust, files, stored: Some((store, packs)), seen: Mutex::default() })
    }

    fn open_named(&self, now: Instant) -> Result<Trusted, Trouble> {
        let (mut trust, mut files) = (Trust::none(), Vec::new());
        for path in &self.files {
            if !path.exists() {
                return Err(Trouble::new(words::no_trust_file(path)));
            }
            let file = pack_file::read(path)?;
            if PackParts::of(&file).is_ok() {
                let (trusted, stored) = self.pack(path, &file, now)?;
                trust = trust.with_pack(&trusted);
                files.push((path.clone(), file));
                files.extend(stored.map(|stored| (stored.path, stored.file)));
            } else {
                trust = TrustFile::read(path)?.recognise(trust, path)?;
            }
        }
        Ok(Trusted { trust, files, stored: None, seen: Mutex::default() })
    }

    /// A pack for one run: the store knows its root, or a fingerprint is that of its root. With it comes the one of the
    /// store: its lists may know of more.
    fn pack(&self, path: &Path, file: &[u8], now: Instant) -> Result<(TrustPack, Option<StoredPack>), Trouble> {
        let refused = |finding: Finding| Trouble::new(said::refused(path, &finding));
        let identity = PackParts::of(file).and_then(|parts| Pack::identity(parts.pack));
        let (id, root) = identity.map(|(id, root)| (id, root.fingerprint())).map_err(refused)?;
        // Without a place for a store there is none that could know the root.
        let stored = match Store::of(&self.store) {
            Ok(store) => store.pack(&id, now)?,
            Err(_) => None,
        };
        // What the store has seen, no fingerprint makes unseen.
        if let Some(stored) = stored {
            let (_, trusted) = stored.next(file, now).map_err(refused)?;
            return Ok((trusted, Some(stored)));
        }
        if self.fingerprints.is_empty() {
            return Err(Trouble::new(said::root_not_known(path)));
        }
        compare(&root, &self.fingerprints, path)?;
        KnownPack::first(file, &root, now).map(|(_, trusted)| (trusted, None)).map_err(refused)
    }
}

/// Refuses a root unless one of these fingerprints is its own.
pub(crate) fn compare(root: &Fingerprint, typed: &[String], path: &Path) -> Result<(), Trouble> {
    if typed.iter().any(|typed| fingerprint::is(root, typed)) {
        return Ok(());
    }
    Err(Trouble::new(match typed.iter().find_map(|typed| fingerprint::slip(typed)) {
        Some(slip) => said::slip(&slip),
        None => said::refused(path, &Finding::new(Code::TrustFingerprint).at("/root").because(root.digits())),
    }))
}

impl Trusted {
    /// Adds the status lists that the packs' files carry. What does not count is said once for each file; badges that
    /// want such a list are told what is wrong with it, too.
    pub(crate) fn add_lists(
        &self,
        lists: &mut StatusLists,
        verifier: &Verifier,
        at: Instant,
        output: &mut Output,
    ) -> Result<(), Trouble> {
        for (path, file) in &self.files {
            let parts = PackParts::of(file).map_err(|finding| Trouble::new(said::refused(path, &finding)))?;
            let bad = parts.lists.iter().filter_map(|list| lists.add(verifier, list, at).err());
            // That nobody recognises the issuer any more, the badges say themselves.
            let bad: Vec<Finding> = bad.filter(|finding| finding.code() != Code::StatusListIssuer).collect();
            if let Some(first) = bad.first() {
                output.complain(&said::lists_do_not_count(path, bad.len(), first));
            }
        }
        Ok(())
    }

    /// Notes the date of a status list that an issuer signed.
    pub(crate) fn saw(&self, issuer: &str, made: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get_mut(issuer) {
            Some(newest) => *newest = made.max(*newest),
            None => drop(seen.insert(issuer.to_owned(), made)),
        }
    }

    /// Lets the store remember what was seen, so that a clock that falls behind it is noticed. Only a pack's own issuers
    /// count for it: what others date is none of its business.
    pub(crate) fn remember(&self) {
        let Some((store, packs)) = &self.stored else { return };
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for pack in packs {
            let entities = &pack.trusted.pack().entities;
            let newest = entities.iter().filter_map(|entity| seen.get(entity.id.as_str())).max();
            store.note(pack, newest.copied());
        }
    }
}
