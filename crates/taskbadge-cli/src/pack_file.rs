//! The file of a trust pack: one credential a line. First the steps by which the root changed, then the pack, then status
//! lists. Described by `schemas/trust-pack.schema.json`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::bufread::GzDecoder;
use taskbadge::finding::Finding;
use taskbadge::json::Document;
use taskbadge::key::{SigningKey, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge::trust::{ListMark, PACK_LIMITS, Pack, PackParts, Root};
use taskbadge_files::{self as files, Secrecy};

use crate::output::Trouble;
use crate::words::trust as said;

/// As large as the library takes a pack with its lists, compressed or not.
const BYTES_MAX: u64 = PackParts::BYTES_MAX as u64;

/// Reads a file that may be a pack, and unpacks it where it is compressed.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    let bytes = crate::files::read(path, BYTES_MAX)?;
    if !is_compressed(&bytes) {
        return Ok(bytes);
    }
    unpack(&bytes).map_err(|why| Trouble::new(said::cannot_unpack(path, &why)))
}

/// A pack that is being written, which nobody has proven.
pub(crate) struct PackFile {
    pub(crate) path: PathBuf,
    /// Editions before the pack: those that changed the root; and the last before a change that is not signed yet, for its
    /// root has to sign that.
    earlier: Vec<String>,
    /// The pack with its signatures.
    line: String,
    /// What the pack says.
    pub(crate) pack: Pack,
    pub(crate) lists: Vec<String>,
}

/// How far a pack is signed.
pub(crate) struct Signatures {
    /// By the root that it names.
    pub(crate) root: Count,
    /// By the root before, where the pack changes the root and that one is in the file.
    pub(crate) before: Option<Count>,
}

/// So many good signatures of those that are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) good: usize,
    pub(crate) needed: usize,
}

/// What an edit came to.
pub(crate) struct Edited {
    /// Signatures that are gone, since they were not for this content.
    pub(crate) dropped: usize,
    /// The pack had been signed in full, so this is the next edition.
    pub(crate) is_next: bool,
}

impl Signatures {
    pub(crate) fn of(root: &Root, before: Option<&Root>, signers: &[VerifyingKey]) -> Self {
        Self { root: Count::of(root, signers), before: before.map(|before| Count::of(before, signers)) }
    }

    pub(crate) fn are_enough(&self) -> bool {
        self.root.is_enough() && self.before.is_none_or(Count::is_enough)
    }

    fn good(&self) -> usize {
        self.root.good + self.before.map_or(0, |before| before.good)
    }
}

impl Count {
    pub(crate) fn is_enough(self) -> bool {
        self.good >= self.needed
    }

    fn of(root: &Root, signers: &[VerifyingKey]) -> Self {
        Self { good: root.keys().iter().filter(|key| signers.contains(key)).count(), needed: root.threshold() }
    }
}

impl PackFile {
    /// A new pack, in a file that is not there yet.
    pub(crate) fn create(path: &Path, pack: Pack) -> Result<Self, Trouble> {
        let line = written(&pack)?;
        let file = Self { path: path.into(), earlier: Vec::new(), line, pack, lists: Vec::new() };
        files::write_new(path, file.text().as_bytes(), Secrecy::Open)?;
        Ok(file)
    }

    /// The pack of a file that is to be changed.
    pub(crate) fn open(path: &Path) -> Result<Self, Trouble> {
        let bytes = crate::files::read(path, BYTES_MAX)?;
        if is_compressed(&bytes) {
            return Err(Trouble::new(said::compressed(path)));
        }
        Self::parse(path, &bytes)
    }

    /// The pack that a file holds.
    pub(crate) fn parse(path: &Path, file: &[u8]) -> Result<Self, Trouble> {
        let not_a_pack = || Trouble::new(said::not_a_pack(path));
        // It is not too large, or it would not have been read.
        let parts = PackParts::of(file).map_err(|_| not_a_pack())?;
        let text = |part: &[u8]| std::str::from_utf8(part).map(one_line).map_err(|_| not_a_pack());
        let texts = |parts: Vec<&[u8]>| parts.into_iter().map(text).collect::<Result<Vec<_>, _>>();
        let pack = Pack::parse(parts.pack).map_err(|finding| Trouble::new(said::refused(path, &finding)))?;
        let (earlier, line, lists) = (texts(parts.earlier)?, text(parts.pack)?, texts(parts.lists)?);
        Ok(Self { path: path.into(), earlier, line, pack, lists })
    }

    /// Changes what the pack says, if it does not say so already. What was signed is signed no more; after a full
    /// set of signatures somebody may have the edition, so the next has the next number.
    pub(crate) fn edit(
        &mut self,
        now: Instant,
        valid_days: Option<u16>,
        change: impl FnOnce(&mut Pack),
    ) -> Result<Option<Edited>, Trouble> {
        let mut pack = self.pack.clone();
        change(&mut pack);
        if pack == self.pack {
            return Ok(None);
        }
        let signatures = self.signatures();
        let is_next = signatures.are_enough();
        if is_next {
            pack.sequence += 1;
            if self.changes_root() {
                // Whoever trusts the root before needs this edition to get to the next.
                self.earlier.push(std::mem::take(&mut self.line));
            }
        }
        let days = valid_days.unwrap_or_else(|| days_of(&self.pack));
        (pack.valid_from, pack.valid_until) = validity(now.max(pack.valid_from), days);
        self.line = written(&pack)?;
        self.pack = pack;
        Ok(Some(Edited { dropped: signatures.good(), is_next }))
    }

    /// Names other root keys. Unless nobody can have the pack yet, that is a step which the old root has to sign, too.
    pub(crate) fn change_root(
        &mut self,
        now: Instant,
        valid_days: Option<u16>,
        root: impl Fn(u64) -> Result<Root, Trouble>,
    ) -> Result<Option<Edited>, Trouble> {
        let (version, signatures) = (self.pack.root.version(), self.signatures());
        let is_begun = self.changes_root() && !signatures.are_enough();
        let is_unknown = self.pack.sequence == 1 && version == 1 && !signatures.are_enough();
        if is_begun || is_unknown {
            let root = root(version)?;
            return self.edit(now, valid_days, |pack| pack.root = root);
        }
        let (line, root) = (self.line.clone(), root(version + 1)?);
        let edited = self.edit(now, valid_days, |pack| pack.root = root)?;
        if edited.is_some() && self.earlier.last() != Some(&line) {
            self.earlier.push(line);
        }
        Ok(edited)
    }

    /// Adds a signature by one of the root keys.
    pub(crate) fn sign(&mut self, key: &SigningKey, now: Instant) -> Result<(), Finding> {
        self.line = Pack::sign(self.line.as_bytes(), key, now)?;
        self.leave_out_root_before();
        Ok(())
    }

    /// Adds the signatures of a copy.
    pub(crate) fn join(&mut self, copy: &Self) -> Result<(), Finding> {
        let before = self.root_before();
        let roots: Vec<&Root> = [&self.pack.root].into_iter().chain(&before).collect();
        self.line = Pack::join(self.line.as_bytes(), copy.line.as_bytes(), &roots)?;
        self.leave_out_root_before();
        Ok(())
    }

    fn leave_out_root_before(&mut self) {
        // The root before is needed no longer: its part is done. Its steps stay.
        if self.changes_root() && self.signatures().are_enough() {
            let last = self.earlier.last().and_then(|line| Pack::parse(line.as_bytes()).ok());
            let is_step = last.as_ref().is_none_or(|last| {
                let before = &self.earlier[..self.earlier.len() - 1];
                last.root.version() > 1 && versions(before).all(|version| version != last.root.version())
            });
            if !is_step {
                self.earlier.pop();
            }
        }
    }

    /// How far the pack is signed.
    pub(crate) fn signatures(&self) -> Signatures {
        Signatures::of(&self.pack.root, self.root_before().as_ref(), &self.signers())
    }

    /// The keys of good signatures.
    pub(crate) fn signers(&self) -> Vec<VerifyingKey> {
        // It was read before.
        Pack::signers(self.line.as_bytes()).unwrap_or_default()
    }

    /// Which root has to sign a change of the root beside the new one, where that is in the file.
    pub(crate) fn root_before(&self) -> Option<Root> {
        if !self.changes_root() {
            return None;
        }
        let last = Pack::parse(self.earlier.last()?.as_bytes()).ok()?;
        Some(last.root).filter(|root| root.version() + 1 == self.pack.root.version())
    }

    /// Whether this edition is the first under its root, and there was a root before.
    fn changes_root(&self) -> bool {
        let version = self.pack.root.version();
        version > 1 && versions(&self.earlier).all(|earlier| earlier != version)
    }

    /// Puts a status list in the file, which is one line there, in the place of any with the same label.
    pub(crate) fn put_list(&mut self, label: &ListLabel, text: &str) {
        self.lists.retain(|list| ListLabel::of(list).as_ref() != Some(label));
        self.lists.push(one_line(text));
    }

    /// The lists of which the pack knows, each with whether the file carries it, which nobody has proven.
    pub(crate) fn marks(&self) -> impl Iterator<Item = (&ListMark, bool)> {
        let carried: Vec<ListLabel> = self.lists.iter().filter_map(|list| ListLabel::of(list)).collect();
        self.pack.lists.iter().map(move |mark| (mark, carried.iter().any(|label| label.is_of(mark))))
    }

    /// The same pack with nothing but itself and the steps from this version of its root on, each in canonical form.
    pub(crate) fn alone(mut self, from: u64) -> Result<Self, Finding> {
        let mut wanted = from + 1..=self.pack.root.version();
        let id = &self.pack.id;
        // Of several for one version the first was taken.
        let mut next = wanted.next();
        self.earlier.retain(|line| {
            let is_step =
                Pack::parse(line.as_bytes()).is_ok_and(|pack| pack.id == *id && Some(pack.root.version()) == next);
            if is_step {
                next = wanted.next();
            }
            is_step
        });
        let canonical = |line: &String| Ok(Document::parse(line.as_bytes(), PACK_LIMITS)?.root().canonical());
        self.earlier = self.earlier.iter().map(canonical).collect::<Result<_, Finding>>()?;
        self.line = canonical(&self.line)?;
        self.lists.clear();
        Ok(self)
    }

    /// Writes all of it, in place of what is there.
    pub(crate) fn write(&self) -> Result<(), Trouble> {
        Ok(files::replace(&self.path, self.text().as_bytes(), Secrecy::Open)?)
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.earlier.iter().chain([&self.line]).chain(&self.lists);
        lines.fold(String::new(), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        })
    }
}

/// From now on for so many days.
pub(crate) fn validity(from: Instant, days: u16) -> (Instant, Instant) {
    let end = from.unix().saturating_add(i64::from(days) * 24 * 60 * 60);
    (Instant::from_unix(from.unix()), Instant::from_unix(end))
}

fn days_of(pack: &Pack) -> u16 {
    u16::try_from(pack.valid_until.days_since(pack.valid_from)).unwrap_or(VALID_DAYS).max(1)
}

/// For how many days a pack is good that does not say otherwise.
pub(crate) const VALID_DAYS: u16 = 90;

/// What tells a status list from others: several may sign lists for one address, and each counts for its own badges.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListLabel {
    pub(crate) address: String,
    pub(crate) issuer: String,
}

impl ListLabel {
    /// What a list says of itself, which nobody has proven.
    pub(crate) fn of(list: &str) -> Option<Self> {
        let document = Document::parse(list.as_bytes(), taskbadge_status::LIST_LIMITS).ok()?;
        let (address, issuer) = (document.root().get("id")?, document.root().get("issuer")?);
        let issuer = issuer.as_str().or_else(|| issuer.get("id")?.as_str());
        Some(Self { address: address.as_str()?.to_owned(), issuer: issuer?.to_owned() })
    }

    /// Whether the pack means this list.
    pub(crate) fn is_of(&self, mark: &ListMark) -> bool {
        mark.id == self.address && mark.issuer.as_ref().is_none_or(|did| did.as_str() == self.issuer)
    }
}

/// When a status list says it was made, which nobody has proven.
pub(crate) fn made_of(list: &str) -> Option<Instant> {
    let document = Document::parse(list.as_bytes(), taskbadge_status::LIST_LIMITS).ok()?;
    document.root().get("validFrom")?.as_str()?.parse().ok()
}

/// A credential on one line: in JSON a line break is nothing but white space, for none stands in a text as it is.
fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

fn written(pack: &Pack) -> Result<String, Trouble> {
    pack.to_json().map_err(|finding| Trouble::new(said::cannot_be_a_pack(&finding)))
}

fn versions(lines: &[String]) -> impl Iterator<Item = u64> {
    lines.iter().filter_map(|line| Some(Pack::parse(line.as_bytes()).ok()?.root.version()))
}

fn is_compressed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks a gzip file (RFC 1952) of one member, all of it.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut decoder = GzDecoder::new(bytes);
    let mut unpacked = Vec::new();
    let read = decoder.by_ref().take(BYTES_MAX + 1).read_to_end(&mut unpacked);
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => said::CUT_OFF.to_owned(),
        _ => error.to_string(),
    })?;
    if unpacked.len() as u64 > BYTES_MAX {
        return Err(said::TOO_LARGE.to_owned());
    }
    if !decoder.into_inner().is_empty() {
        return Err(said::TRAILING.to_owned());
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use taskbadge::key::Did;
    use taskbadge::trust::{Entity, EntityKey, ExtraContext, Genuine, KeyState, Name, Role, Scope};

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32])
    }

    fn now() -> Instant {
        "2026-11-22T09:00:00Z".parse().unwrap()
    }

    fn pack(threshold: usize) -> Pack {
        let (valid_from, valid_until) = validity(now(), 90);
        Pack {
            id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
            publisher: "https://association.example.org".into(),
            publisher_name: "Association of Training Centres".into(),
            sequence: 1,
            valid_from,
            valid_until,
            root: root(1, threshold, &[1, 2, 3]),
            entities: Vec::new(),
            lists: Vec::new(),
            contexts: Vec::new(),
        }
    }

    fn root(version: u64, threshold: usize, seeds: &[u8]) -> Root {
        Root::new(version, threshold, seeds.iter().map(|seed| key(*seed).verifying_key())).unwrap()
    }

    fn file(threshold: usize) -> (tempfile::TempDir, PackFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = PackFile::create(&folder.path().join("pack.jsonl"), pack(threshold)).unwrap();
        (folder, file)
    }

    fn rename(file: &mut PackFile, name: &str) -> Option<Edited> {
        file.edit(now(), None, |pack| pack.publisher_name = name.into()).unwrap()
    }

    #[test]
    fn signatures_are_counted_once_and_only_good_ones() {
        let (_folder, mut file) = file(2);
        let count = |file: &PackFile| (file.signatures().root.good, file.signatures().are_enough());
        assert_eq!(count(&file), (0, false));
        file.sign(&key(1), now()).unwrap();
        file.sign(&key(1), now()).unwrap();
        file.sign(&key(9), now()).unwrap();
        assert_eq!(count(&file), (1, false));
        file.sign(&key(2), now()).unwrap();
        assert_eq!(count(&file), (2, true));
        // As the library counts.
        let known = taskbadge::trust::KnownPack::first(file.text().as_bytes(), &file.pack.root.fingerprint(), now());
        assert!(known.is_ok());

        let changed = file.line.replacen("Association", "Associatiom", 1);
        let changed = PackFile::parse(Path::new("x"), changed.as_bytes()).unwrap();
        assert_eq!(count(&changed), (0, false));
    }

    #[test]
    fn an_edit_drops_signatures_and_counts_on_only_after_a_full_set() {
        let (_folder, mut file) = file(2);
        assert!(rename(&mut file, "Association of Training Centres").is_none(), "nothing is different");
        let edited = rename(&mut file, "A").unwrap();
        assert_eq!((edited.dropped, edited.is_next, file.pack.sequence), (0, false, 1));
        file.sign(&key(1), now()).unwrap();
        let edited = rename(&mut file, "B").unwrap();
        assert_eq!((edited.dropped, edited.is_next, file.pack.sequence), (1, false, 1));
        file.sign(&key(1), now()).unwrap();
        file.sign(&key(3), now()).unwrap();
        let edited = rename(&mut file, "C").unwrap();
        assert_eq!((edited.dropped, edited.is_next, file.pack.sequence), (2, true, 2));
        assert_eq!(file.signatures().root.good, 0);
    }

    #[test]
    fn a_changed_root_is_a_step_that_stays_in_the_file() {
        use taskbadge::trust::KnownPack;
        let (_folder, mut file) = file(2);
        let to = |seeds: &'static [u8]| move |version| Ok(root(version, 2, seeds));
        // Nobody has it yet: no step.
        file.change_root(now(), None, to(&[1, 2])).unwrap();
        assert_eq!((file.pack.root.version(), file.earlier.len()), (1, 0));
        file.sign(&key(1), now()).unwrap();
        file.sign(&key(2), now()).unwrap();
        let print = file.pack.root.fingerprint();
        let (known, _) = KnownPack::first(file.text().as_bytes(), &print, now()).unwrap();

        file.change_root(now(), None, to(&[2, 4])).unwrap();
        assert_eq!((file.pack.root.version(), file.pack.sequence, file.earlier.len()), (2, 2, 1));
        // A second thought changes the step, and does not add one.
        file.change_root(now(), None, to(&[2, 3, 4])).unwrap();
        assert_eq!((file.pack.root.version(), file.pack.sequence, file.earlier.len()), (2, 2, 1));
        file.sign(&key(2), now()).unwrap();
        file.sign(&key(3), now()).unwrap();
        let signatures = file.signatures();
        assert!(signatures.root.is_enough() && !signatures.are_enough(), "the old root is missing");
        assert!(known.update(file.text().as_bytes(), now()).is_err());
        file.sign(&key(1), now()).unwrap();
        assert!(file.signatures().are_enough());
        assert!(file.earlier.is_empty(), "the edition before is no step");
        let (second, _) = known.update(file.text().as_bytes(), now()).unwrap();

        // The next edition under the new root: the step stays before it.
        rename(&mut file, "A").unwrap();
        assert_eq!((file.pack.sequence, file.earlier.len()), (3, 1));
        file.sign(&key(3), now()).unwrap();
        file.sign(&key(4), now()).unwrap();
        // And a third root, for those who have the first.
        file.change_root(now(), None, to(&[5, 6])).unwrap();
        assert_eq!((file.pack.root.version(), file.earlier.len()), (3, 2));
        for seed in [3, 4, 5, 6] {
            file.sign(&key(seed), now()).unwrap();
        }
        assert_eq!(file.earlier.len(), 1);
        rename(&mut file, "B").unwrap();
        for seed in [5, 6] {
            file.sign(&key(seed), now()).unwrap();
        }
        let text = file.text();
        for known in [&known, &second] {
            let (known, _) = known.update(text.as_bytes(), now()).unwrap();
            assert_eq!((known.root().version(), known.sequence()), (3, 5));
        }
        let read = PackFile::parse(Path::new("x"), text.as_bytes()).unwrap();
        assert_eq!(read.text(), text);
    }

    #[test]
    fn what_is_compressed_is_read_whole_or_not_at_all() {
        let packed = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let good = packed(b"{}\n");
        assert_eq!(unpack(&good).unwrap(), b"{}\n");
        assert!((1..good.len()).all(|end| unpack(&good[..end]).is_err()));
        assert_eq!(unpack(&[&good[..], b"x"].concat()).unwrap_err(), said::TRAILING);
        assert_eq!(unpack(&[&good[..], &good[..]].concat()).unwrap_err(), said::TRAILING);
        let bomb = packed(&vec![b' '; BYTES_MAX as usize + 1]);
        assert_eq!(unpack(&bomb).unwrap_err(), said::TOO_LARGE);
    }

    #[test]
    fn the_schema_names_what_is_written() {
        let schema = include_str!("../../../schemas/trust-pack.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let did = Did::web("centre.example.org", &[]).unwrap();
        let stolen = key(7).verifying_key();
        let mut entity = Entity::new(&did, "Harbour");
        entity.names.push(Name { language: Some("fr".into()), text: "Port".into() });
        let mut listed = EntityKey::new(did.method(&stolen).unwrap().as_str(), stolen);
        listed.role = Some(Role::Badge);
        (listed.valid_from, listed.valid_until) = (Some(now()), Some(validity(now(), 1).1));
        listed.state = KeyState::Compromised { since: now(), genuine: Some(Genuine::of([[7; 32]])) };
        entity.keys.push(listed);
        entity.document = Some(taskbadge::key::DidDocument::new(&did, &[stolen]).unwrap().to_json());
        entity.achievements.push(Scope::new("https://centre.example.org/tasks/*"));
        entity.status_issuers.push(Did::key(&stolen));
        entity.successor = Some(Did::key(&stolen));
        let mut pack = pack(1);
        pack.entities.push(entity);
        pack.lists.push(ListMark { id: "https://centre.example.org/status/1".into(), issuer: Some(did), made: now() });
        pack.contexts
            .push(ExtraContext { id: "https://example.org/terms".into(), document: r#"{"@context":{}}"#.into() });
        let signed = Pack::sign(pack.to_json().unwrap().as_bytes(), &key(1), now()).unwrap();
        let written: serde_json::Value = serde_json::from_str(&signed).unwrap();

        let names = |value: &serde_json::Value| {
            let mut names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        for (value, definition) in [
            ("", ""),
            ("/issuer", "/properties/issuer"),
            ("/root", "/$defs/root"),
            ("/statusList/0", "/properties/statusList/items"),
            ("/context/0", "/properties/context/items"),
            ("/proof", "/$defs/proof"),
            ("/credentialSubject/0", "/$defs/entity"),
            ("/credentialSubject/0/name/1", "/$defs/name/oneOf/1"),
            ("/credentialSubject/0/recognizedTo", "/$defs/action"),
            ("/credentialSubject/0/keys/0", "/$defs/key"),
        ] {
            let (value, definition) = (written.pointer(value).unwrap(), schema.pointer(definition).unwrap());
            // What packs had before is read, and written no more.
            let mut described = names(&definition["properties"]);
            described.retain(|name| definition["properties"][name].get("deprecated").is_none());
            assert_eq!(names(value), described, "{definition}");
            for required in definition["required"].as_array().unwrap() {
                assert!(value.get(required.as_str().unwrap()).is_some(), "{required} is always there");
            }
        }
    }
}
