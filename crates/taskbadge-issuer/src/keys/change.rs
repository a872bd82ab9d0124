//! Changing keys: each change is all or nothing, and finished when it is asked for again after a crash.

use std::path::PathBuf;

use taskbadge::key::{DidDocument, DidUrl, KeyError, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge_files::{self as files, FileTrouble, Lock, Secrecy};
use zeroize::Zeroizing;

use super::{CentreKey, Keys, Role, State};
use crate::Trouble;
use crate::centre::{self, Centre, DOCUMENT_MAX_BYTES, KEY_MAX_BYTES, TokenPlace};

/// What a change of keys came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The verification method of the key that is in use from now on, where one was made.
    pub new: Option<DidUrl>,
    /// The verification method of the key that was replaced or marked.
    pub old: Option<DidUrl>,
    /// Where the old key file is kept.
    pub kept: Option<PathBuf>,
    /// Whether there was nothing left to do but to finish an earlier change that had been cut off.
    pub finished: bool,
}

/// Whether a centre can have another key than its first, before anybody is asked for a passphrase.
///
/// # Errors
/// [`Trouble::KeyIsTheDid`], [`Trouble::OwnDocument`], those of [`Centre::did_document`].
pub fn can_change(centre: &Centre) -> Result<(), Trouble> {
    let did = centre.settings().did();
    if did.verifying_key().is_some() {
        return Err(Trouble::KeyIsTheDid { did: did.to_string() });
    }
    own_document(centre).map(drop)
}

/// Puts a new key in the place of the one that signs badges or, with a key of their own, status lists. The old one is
/// retired from now on: what it signed stays good.
///
/// The new file is encrypted with `passphrase`, which may be another than that of the old.
///
/// # Errors
/// [`Trouble::KeyIsTheDid`] for a did:key; [`Trouble::NoStatusKey`]; [`Trouble::SeveralKeys`] and
/// [`Trouble::OwnDocument`] where a person has to see to `did.json` first; [`Trouble::Keys`], [`Trouble::Key`],
/// [`Trouble::NoRandomness`], [`Trouble::File`]. Where nothing else is said, nothing was changed, or the same again
/// finishes it.
pub fn rotate(centre: &Centre, role: Role, passphrase: &[u8], now: Instant) -> Result<Changed, Trouble> {
    rotate_until(centre, role, passphrase, now, Step::InPlace)
}

fn rotate_until(centre: &Centre, role: Role, passphrase: &[u8], now: Instant, until: Step) -> Result<Changed, Trouble> {
    let _lock = lock(centre)?;
    let exchange = Exchange::of(centre, role, now)?;
    let keys = Keys::of(centre)?;
    if let Some(new) = exchange.begun(&keys, passphrase)? {
        return exchange.finish(&keys, new, until);
    }
    if role == Role::Status && !keys.has_status_key() {
        return Err(Trouble::NoStatusKey(centre.folder().into()));
    }
    let old = one_in_use(centre, &keys, role)?.clone();
    exchange.replace(keys, Some(&old), passphrase, until, |keys, new| {
        keys.mark(&old, State::Retired { until: now });
        keys.keys.push(CentreKey { role: old.role, ..new });
    })
}

/// Gives status lists a key of their own, so that whoever has it cannot sign badges, and the other way round: the key of
/// badges signs no lists any more.
///
/// # Errors
/// [`Trouble::File`] where they have one already, and as [`rotate`].
pub fn new_status(centre: &Centre, passphrase: &[u8], now: Instant) -> Result<Changed, Trouble> {
    new_status_until(centre, passphrase, now, Step::InPlace)
}

fn new_status_until(centre: &Centre, passphrase: &[u8], now: Instant, until: Step) -> Result<Changed, Trouble> {
    let _lock = lock(centre)?;
    let exchange = Exchange::of(centre, Role::Status, now)?;
    let keys = Keys::of(centre)?;
    if let Some(new) = exchange.begun(&keys, passphrase)? {
        return exchange.finish(&keys, new, until);
    }
    if keys.has_status_key() {
        return Err(FileTrouble::Exists(centre.status_key_file()).into());
    }
    exchange.replace(keys, None, passphrase, until, |keys, new| {
        for key in keys.keys.iter_mut().filter(|key| key.state == State::Active) {
            key.role = Some(Role::Badge);
        }
        keys.keys.push(CentreKey { role: Some(Role::Status), ..new });
    })
}

/// Marks a key as being in other hands since an instant: the one that signs badges, or the one that is named by its
/// verification method or Multikey. One that is in use is replaced; `passphrase` is asked for only then, and is that of
/// the new key. Of a did:key nothing is left to sign with.
///
/// Nothing is revoked by that. What the key signed and the ledger knows is genuine; [`entry`](super::entry) says which
/// badges those are, and whoever recognises the centre by it refuses the others.
///
/// # Errors
/// [`Trouble::NoSuchKey`]; [`Trouble::NotThen`] for an instant before the key was in use, or to come; and as [`rotate`].
pub fn compromised<E: From<Trouble>>(
    centre: &Centre,
    name: Option<&str>,
    since: Instant,
    now: Instant,
    passphrase: impl FnOnce() -> Result<Zeroizing<String>, E>,
) -> Result<Changed, E> {
    compromised_until(centre, name, since, now, passphrase, Step::InPlace)
}

fn compromised_until<E: From<Trouble>>(
    centre: &Centre,
    name: Option<&str>,
    since: Instant,
    now: Instant,
    passphrase: impl FnOnce() -> Result<Zeroizing<String>, E>,
    until: Step,
) -> Result<Changed, E> {
    let _lock = lock(centre)?;
    let keys = Keys::of(centre)?;
    let old = meant(centre, &keys, name, since, now)?;
    let state = match old.state {
        State::Active => State::Compromised { since, until: now },
        State::Retired { until } => State::Compromised { since, until },
        // The earlier of two instants is the safer.
        State::Compromised { since: known, until } => State::Compromised { since: known.min(since), until },
    };
    let exchange = match Exchange::of(centre, old.role.unwrap_or(Role::Badge), now) {
        Ok(exchange) => Some(exchange),
        // The key is the DID, so that there can be no other.
        Err(Trouble::KeyIsTheDid { .. }) => None,
        Err(trouble) => return Err(trouble.into()),
    };
    let needed = |exchange: &Exchange<'_>| old.state == State::Active || exchange.next_file().exists();
    let Some(exchange) = exchange.filter(needed) else {
        return Ok(mark(centre, keys, &old, state)?);
    };
    let passphrase = passphrase()?;
    // What was cut off is finished first, be it this or another change.
    if let Some(new) = exchange.begun(&keys, passphrase.as_bytes())? {
        exchange.finish(&keys, new, until)?;
    }
    if old.state != State::Active {
        return Ok(mark(centre, keys, &old, state)?);
    }
    let changed = exchange.replace(keys, Some(&old), passphrase.as_bytes(), until, |keys, new| {
        keys.mark(&old, state);
        keys.keys.push(CentreKey { role: old.role, ..new });
    })?;
    Ok(changed)
}

/// Marks a key that signs no more, or that there is no other for.
fn mark(centre: &Centre, mut keys: Keys, old: &CentreKey, state: State) -> Result<Changed, Trouble> {
    let finished = old.state == state;
    if !finished {
        keys.mark(old, state);
        keys.write(centre)?;
    }
    write_document(centre, &keys)?;
    Ok(Changed { new: None, old: Some(old.id.clone()), kept: None, finished })
}

/// The key that [`compromised`] would mark: the one by this name; without one, the key that was marked so already, or the
/// one that signs badges.
///
/// # Errors
/// [`Trouble::NoSuchKey`], [`Trouble::NoKeyInUse`], [`Trouble::SeveralKeys`]; [`Trouble::NotThen`] for a date to come, or
/// before the key was there.
pub fn meant(
    centre: &Centre,
    keys: &Keys,
    name: Option<&str>,
    since: Instant,
    now: Instant,
) -> Result<CentreKey, Trouble> {
    // A person who repeats a change that was cut off must not mark the new key by it.
    let marked = |key: &&CentreKey| matches!(key.state, State::Compromised { since: known, .. } if known == since);
    let meant = match (name, keys.all().iter().rfind(marked)) {
        (Some(name), _) => keys.find(name).ok_or_else(|| Trouble::NoSuchKey(name.to_owned()))?,
        (None, Some(marked)) => marked,
        (None, None) => one_in_use(centre, keys, Role::Badge)?,
    };
    if since > now || meant.from.is_some_and(|from| since < from) {
        return Err(Trouble::NotThen { key: meant.id.as_str().into(), from: meant.from, since });
    }
    Ok(meant.clone())
}

fn one_in_use<'k>(centre: &Centre, keys: &'k Keys, role: Role) -> Result<&'k CentreKey, Trouble> {
    let mut in_use = keys.in_use(role);
    match (in_use.next(), in_use.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Trouble::NoKeyInUse(centre.folder().into())),
        (Some(_), Some(_)) => Err(Trouble::SeveralKeys(centre.did_document_file())),
    }
}

impl Keys {
    fn mark(&mut self, old: &CentreKey, state: State) {
        if let Some(key) = self.keys.iter_mut().find(|key| key.id == old.id) {
            key.state = state;
        }
    }
}

/// The steps of a change, in the order in which files are written. Each may be the last before a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    /// The new key is in `key-next.pem`, which says that a change has begun.
    NewKey,
    /// The old key file has a copy under a name of its own.
    OldKept,
    /// `keys.json` knows both: from here on the old key signs nothing.
    Keys,
    /// `did.json` lists both.
    Document,
    /// `key-next.pem` is `key.pem`.
    InPlace,
}

/// A new key takes the place of an old one.
struct Exchange<'c> {
    centre: &'c Centre,
    role: Role,
    now: Instant,
}

impl<'c> Exchange<'c> {
    fn of(centre: &'c Centre, role: Role, now: Instant) -> Result<Self, Trouble> {
        can_change(centre)?;
        Ok(Self { centre, role, now })
    }

    /// The steps up to one; tests end there, as a crash would.
    fn replace(
        &self,
        mut keys: Keys,
        old: Option<&CentreKey>,
        passphrase: &[u8],
        until: Step,
        change: impl FnOnce(&mut Keys, CentreKey),
    ) -> Result<Changed, Trouble> {
        let centre = self.centre;
        let key = self.next_key(passphrase)?;
        if self.token().is_some() && keys.holding(&key).is_some() {
            return Err(Trouble::SameKey(centre.settings_file()));
        }
        let id = centre.settings().did().method(&key);
        let id = id.map_err(|error| Trouble::Key { path: self.next_file(), error })?;
        let mut changed =
            Changed { new: Some(id.clone()), old: old.map(|old| old.id.clone()), kept: None, finished: false };
        if until == Step::NewKey {
            return Ok(changed);
        }
        changed.kept = self.keep(old)?;
        if until == Step::OldKept {
            return Ok(changed);
        }
        let new = CentreKey { id, key, role: None, state: State::Active, from: Some(self.now) };
        change(&mut keys, new.clone());
        keys.write(centre)?;
        self.finish(&keys, new, until)?;
        Ok(changed)
    }

    /// The key of a change that was cut off after `keys.json` was written.
    fn begun(&self, keys: &Keys, passphrase: &[u8]) -> Result<Option<CentreKey>, Trouble> {
        if let Some(token) = self.token() {
            let key = centre::token_key(token, passphrase)?;
            let is_listed = self.centre.did_document()?.keys().any(|(_, listed)| listed == key);
            return Ok(keys.holding(&key).filter(|key| key.state == State::Active && !is_listed).cloned());
        }
        if !self.next_file().exists() {
            return Ok(None);
        }
        Ok(keys.holding(&centre::read_key(&self.next_file(), passphrase)?.verifying_key()).cloned())
    }

    /// What comes after `keys.json`.
    fn finish(&self, keys: &Keys, new: CentreKey, until: Step) -> Result<Changed, Trouble> {
        let finished = Changed { new: Some(new.id), old: None, kept: None, finished: true };
        if until <= Step::Keys {
            return Ok(finished);
        }
        write_document(self.centre, keys)?;
        if until == Step::Document {
            return Ok(finished);
        }
        if self.token().is_none() {
            files::move_over(&self.next_file(), &self.file())?;
        }
        Ok(finished)
    }

    /// Where the key lives, if that is a token: there a person makes the new one.
    fn token(&self) -> Option<&'c TokenPlace> {
        self.centre.settings().token().filter(|_| self.role == Role::Badge)
    }

    /// The new key: that in the token, that of a change that was cut off, or one that is made now.
    fn next_key(&self, passphrase: &[u8]) -> Result<VerifyingKey, Trouble> {
        if let Some(token) = self.token() {
            return centre::token_key(token, passphrase);
        }
        let path = self.next_file();
        if !path.exists() {
            centre::write_key(&path, &centre::new_key()?, passphrase)?;
        }
        // Read back from where it is: a key that nobody can open must not take another's place.
        Ok(centre::read_key(&path, passphrase)?.verifying_key())
    }

    /// Sees to it that the old file has a copy under a name of its own.
    fn keep(&self, old: Option<&CentreKey>) -> Result<Option<PathBuf>, Trouble> {
        if self.token().is_some() {
            return Ok(None);
        }
        let file = self.file();
        // A key that was lost can be replaced, too.
        let Some(bytes) = files::if_there(files::read(&file, KEY_MAX_BYTES))? else { return Ok(None) };
        let folder = self.centre.folder();
        for path in files::entries(folder)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let is_copy = name.starts_with(self.stem()) && name.ends_with(".pem") && path != file;
            if is_copy && path != self.next_file() && files::read(&path, KEY_MAX_BYTES).is_ok_and(|copy| copy == bytes)
            {
                return Ok(Some(path));
            }
        }
        let end = old.map_or("unknown".into(), |old| end_of(&old.key));
        let path = folder.join(format!("{}-{}-{end}.pem", self.stem(), self.now.datetime().format("%Y-%m-%d")));
        files::write_new(&path, &bytes, Secrecy::Secret)?;
        Ok(Some(path))
    }

    fn stem(&self) -> &'static str {
        match self.role {
            Role::Badge => "key",
            Role::Status => "status-key",
        }
    }

    fn file(&self) -> PathBuf {
        self.centre.folder().join(format!("{}.pem", self.stem()))
    }

    fn next_file(&self) -> PathBuf {
        self.centre.folder().join(format!("{}-next.pem", self.stem()))
    }
}

/// The last letters of a key's name, by which people tell keys apart.
fn end_of(key: &VerifyingKey) -> String {
    let text = key.to_multikey();
    text[text.len() - 8..].to_owned()
}

/// The document of a did:web, if all of it is ours: what a person added would be lost.
fn own_document(centre: &Centre) -> Result<DidDocument, Trouble> {
    let path = centre.did_document_file();
    let document = centre.did_document()?;
    let text = files::read_text(&path, DOCUMENT_MAX_BYTES)?;
    if document.to_json() == text { Ok(document) } else { Err(Trouble::OwnDocument(path)) }
}

/// Lists in `did.json` what `keys.json` says: every key, and of those in other hands since when.
fn write_document(centre: &Centre, keys: &Keys) -> Result<(), Trouble> {
    if centre.settings().did().verifying_key().is_some() {
        return Ok(());
    }
    let path = centre.did_document_file();
    let listed = |document: DidDocument| -> Result<DidDocument, KeyError> {
        keys.all().iter().try_fold(document, |document, key| {
            let document = document.with_key(&key.key)?;
            match key.state {
                State::Compromised { since, .. } => document.revoke(key.id.as_str(), since),
                _ => Ok(document),
            }
        })
    };
    let document = listed(own_document(centre)?).map_err(|error| Trouble::Key { path: path.clone(), error })?;
    Ok(files::replace(&path, document.to_json().as_bytes(), Secrecy::Open)?)
}

/// Waits until nobody else is changing keys, and keeps others waiting until it is dropped.
fn lock(centre: &Centre) -> Result<Lock, Trouble> {
    Ok(Lock::wait(&centre.folder().join("keys.lock"))?)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use taskbadge::key::{Did, SigningKey};
    use tempfile::TempDir;

    use super::*;
    use crate::centre::Settings;

    const OLD: &[u8] = b"old passphrase";
    const NEW: &[u8] = b"new passphrase";
    const STEPS: [Step; 5] = [Step::NewKey, Step::OldKept, Step::Keys, Step::Document, Step::InPlace];

    fn at(hour: u8) -> Instant {
        format!("2026-11-22T{hour:02}:00:00Z").parse().unwrap()
    }

    fn centre(did: impl FnOnce(&VerifyingKey) -> Did) -> (TempDir, Centre) {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_seed(&[7; 32]);
        let settings = Settings::new("Harbour", did(&key.verifying_key()));
        let centre = Centre::found(folder.path(), settings, &key, OLD).unwrap();
        (folder, centre)
    }

    fn of_web() -> (TempDir, Centre) {
        centre(|_| Did::web("centre.example.org", &[]).unwrap())
    }

    fn mark(centre: &Centre, name: Option<&str>, since: Instant, until: Step) -> Result<Changed, Trouble> {
        let passphrase = || Ok(Zeroizing::new(String::from_utf8(NEW.to_vec()).unwrap()));
        compromised_until(centre, name, since, at(12), passphrase, until)
    }

    fn states(centre: &Centre) -> Vec<State> {
        Keys::of(centre).unwrap().all().iter().map(|key| key.state).collect()
    }

    /// What has to hold at any time: the first key is in a file, and the key in use can sign, or nothing can.
    fn assert_sound(centre: &Centre) {
        let files = fs::read_dir(centre.folder()).unwrap().map(|entry| entry.unwrap().path());
        let opened: Vec<_> = files.filter_map(|path| centre::read_key(&path, OLD).ok()).collect();
        let first = SigningKey::from_seed(&[7; 32]).verifying_key();
        assert!(opened.iter().any(|key| key.verifying_key() == first), "the first key is lost");
        let (document, keys) = (centre.did_document().unwrap(), Keys::of(centre).unwrap());
        for passphrase in [OLD, NEW] {
            if let Ok(key) = centre.signing_key(passphrase) {
                let id = keys.in_use(Role::Badge).next().unwrap().id.clone();
                assert_eq!(document.key_for_assertion(id.as_str(), at(13)), Ok(key.verifying_key()));
            }
        }
    }

    #[test]
    fn a_rotation_that_is_cut_off_is_finished() {
        for step in STEPS {
            let (_folder, centre) = of_web();
            let cut = rotate_until(&centre, Role::Badge, NEW, at(12), step).unwrap();
            assert_sound(&centre);
            // Before `keys.json` the old key signs, and after it nothing does until the change is finished.
            assert_eq!(centre.signing_key(OLD).is_ok(), step < Step::Keys, "{step:?}");
            if step != Step::InPlace {
                let finished = rotate(&centre, Role::Badge, NEW, at(13)).unwrap();
                assert_eq!(finished.new, cut.new, "{step:?}");
                assert_eq!(finished.finished, step >= Step::Keys);
            }
            assert_sound(&centre);
            assert!(centre.signing_key(NEW).is_ok(), "{step:?}");
            let until = if step < Step::Keys { at(13) } else { at(12) };
            assert_eq!(states(&centre), [State::Retired { until }, State::Active]);
            let document = centre.did_document().unwrap();
            for key in Keys::of(&centre).unwrap().all() {
                assert_eq!(document.key_for_assertion(key.id.as_str(), at(14)), Ok(key.key), "a retired key stays");
            }
            assert!(!centre.folder().join("key-next.pem").exists());
        }
    }

    #[test]
    fn a_key_in_other_hands_is_replaced_and_revoked_in_the_document() {
        for step in STEPS {
            let (_folder, centre) = of_web();
            mark(&centre, None, at(3), step).unwrap();
            assert_sound(&centre);
            // Again and again: the new key is not marked by it.
            for _ in 0..2 {
                mark(&centre, None, at(3), Step::InPlace).unwrap();
                assert_sound(&centre);
            }
            assert_eq!(
                states(&centre),
                [State::Compromised { since: at(3), until: at(12) }, State::Active],
                "{step:?}"
            );
            assert!(centre.signing_key(NEW).is_ok());
            let document = centre.did_document().unwrap();
            let keys = Keys::of(&centre).unwrap();
            let assertion = |key: &CentreKey| document.key_for_assertion(key.id.as_str(), at(12));
            assert_eq!(assertion(&keys.all()[0]), Err(KeyError::MethodRevoked));
            assert_eq!(assertion(&keys.all()[1]), Ok(keys.all()[1].key));
        }
    }

    #[test]
    fn a_retired_key_can_be_in_other_hands_too() {
        let (_folder, centre) = of_web();
        rotate(&centre, Role::Badge, NEW, at(10)).unwrap();
        let old = Keys::of(&centre).unwrap().all()[0].id.clone();
        let no_passphrase = || -> Result<_, Trouble> { panic!("no key is made") };
        let changed = compromised(&centre, Some(old.fragment()), at(2), at(12), no_passphrase).unwrap();
        assert_eq!((changed.new, changed.old), (None, Some(old)));
        assert_eq!(states(&centre), [State::Compromised { since: at(2), until: at(10) }, State::Active]);
        assert!(centre.signing_key(NEW).is_ok());
        // It was earlier, as it turns out.
        mark(&centre, Some(changed_name(&centre).as_str()), at(1), Step::InPlace).unwrap();
        assert_eq!(states(&centre)[0], State::Compromised { since: at(1), until: at(10) });
        // Later than was thought is not safer.
        mark(&centre, Some(changed_name(&centre).as_str()), at(5), Step::InPlace).unwrap();
        assert_eq!(states(&centre)[0], State::Compromised { since: at(1), until: at(10) });
    }

    fn changed_name(centre: &Centre) -> String {
        Keys::of(centre).unwrap().all()[0].id.as_str().to_owned()
    }

    #[test]
    fn what_was_cut_off_is_finished_before_another_change() {
        let (_folder, centre) = of_web();
        rotate_until(&centre, Role::Badge, NEW, at(10), Step::Keys).unwrap();
        let first = changed_name(&centre);
        mark(&centre, Some(&first), at(3), Step::InPlace).unwrap();
        assert_eq!(states(&centre), [State::Compromised { since: at(3), until: at(10) }, State::Active]);
        assert!(centre.signing_key(NEW).is_ok());

        // The key in use, whose file was not in its place yet.
        let (_folder, centre) = of_web();
        rotate_until(&centre, Role::Badge, NEW, at(10), Step::Keys).unwrap();
        mark(&centre, None, at(11), Step::InPlace).unwrap();
        let (retired, compromised) =
            (State::Retired { until: at(10) }, State::Compromised { since: at(11), until: at(12) });
        assert_eq!(states(&centre), [retired, compromised, State::Active]);
        assert!(centre.signing_key(NEW).is_ok());
        assert_sound(&centre);
    }

    #[test]
    fn a_date_that_cannot_be_is_refused() {
        let (_folder, centre) = of_web();
        rotate(&centre, Role::Badge, NEW, at(10)).unwrap();
        let before = fs::read(centre.keys_file()).unwrap();
        for since in [at(9), at(13)] {
            assert!(matches!(mark(&centre, None, since, Step::InPlace), Err(Trouble::NotThen { .. })));
        }
        assert!(matches!(mark(&centre, Some("z6Mk"), at(3), Step::InPlace), Err(Trouble::NoSuchKey(_))));
        assert_eq!(fs::read(centre.keys_file()).unwrap(), before);
    }

    #[test]
    fn lists_can_have_a_key_of_their_own() {
        for step in STEPS {
            let (_folder, centre) = of_web();
            assert!(matches!(rotate(&centre, Role::Status, NEW, at(12)), Err(Trouble::NoStatusKey(_))));
            assert!(centre.list_key(OLD).is_ok());
            new_status_until(&centre, NEW, at(12), step).unwrap();
            assert!(centre.signing_key(OLD).is_ok(), "the key of badges stays as it is");
            if step != Step::InPlace {
                new_status(&centre, NEW, at(13)).unwrap();
            }
            let (badge, list) = (centre.signing_key(OLD).unwrap(), centre.list_key(NEW).unwrap());
            assert!(centre.method(&badge, Role::Badge).is_ok() && centre.method(&list, Role::Status).is_ok());
            assert!(matches!(centre.method(&badge, Role::Status), Err(Trouble::NotInUse { .. })));
            assert!(matches!(centre.method(&list, Role::Badge), Err(Trouble::NotInUse { .. })));
            assert!(matches!(new_status(&centre, NEW, at(14)), Err(Trouble::File(FileTrouble::Exists(_)))));
            if step != Step::InPlace {
                continue;
            }
            // And each is replaced by itself.
            rotate(&centre, Role::Status, OLD, at(15)).unwrap();
            assert!(centre.list_key(OLD).is_ok() && centre.signing_key(OLD).is_ok());
            rotate(&centre, Role::Badge, NEW, at(16)).unwrap();
            let roles: Vec<_> = Keys::of(&centre).unwrap().all().iter().map(|key| (key.role, key.state)).collect();
            let (badge, status) = (Some(Role::Badge), Some(Role::Status));
            let retired = |hour| State::Retired { until: at(hour) };
            let (first, second) = ((badge, retired(16)), (status, retired(15)));
            assert_eq!(roles, [first, second, (status, State::Active), (badge, State::Active)]);
        }
    }

    #[test]
    fn a_key_that_is_the_did_is_marked_and_not_replaced() {
        let (_folder, centre) = centre(Did::key);
        assert!(matches!(rotate(&centre, Role::Badge, NEW, at(12)), Err(Trouble::KeyIsTheDid { .. })));
        assert!(matches!(new_status(&centre, NEW, at(12)), Err(Trouble::KeyIsTheDid { .. })));
        assert!(!centre.keys_file().exists());
        for finished in [false, true] {
            assert_eq!(mark(&centre, None, at(3), Step::InPlace).unwrap().finished, finished);
            assert_eq!(states(&centre), [State::Compromised { since: at(3), until: at(12) }]);
            assert!(matches!(centre.signing_key(OLD), Err(Trouble::NoKeyInUse(_))));
        }
    }

    #[test]
    fn a_document_that_a_person_added_to_stays_as_it_is() {
        let (_folder, centre) = of_web();
        let path = centre.did_document_file();
        let text = fs::read_to_string(&path).unwrap().replacen('{', "{\n  \"service\": [],", 1);
        fs::write(&path, &text).unwrap();
        assert!(matches!(rotate(&centre, Role::Badge, NEW, at(12)), Err(Trouble::OwnDocument(_))));
        assert!(matches!(mark(&centre, None, at(3), Step::InPlace), Err(Trouble::OwnDocument(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert!(!centre.keys_file().exists() && !centre.folder().join("key-next.pem").exists());
    }

    #[test]
    fn no_key_file_is_overwritten() {
        let (_folder, centre) = of_web();
        let mut keys = vec![fs::read(centre.key_file()).unwrap()];
        for hour in [1, 1, 2] {
            rotate(&centre, Role::Badge, NEW, at(hour)).unwrap();
            keys.push(fs::read(centre.key_file()).unwrap());
        }
        // A key that was lost is replaced, too.
        fs::remove_file(centre.key_file()).unwrap();
        rotate(&centre, Role::Badge, NEW, at(3)).unwrap();
        let files = fs::read_dir(centre.folder()).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "pem")).collect();
        let kept: Vec<_> = files.iter().map(|path| fs::read(path).unwrap()).collect();
        assert!(keys[..3].iter().all(|key| kept.contains(key)));
        assert_eq!(files.len(), 4, "{files:?}");
        #[cfg(unix)]
        for file in files {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
