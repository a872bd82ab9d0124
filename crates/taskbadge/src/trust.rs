//! Whom the caller recognises, for what, and with which keys.
//!
//! A good signature from a stranger is worth nothing. The caller says whom to recognise, issuer by issuer, or trusts a
//! [`TrustPack`]: one signed file by an association or a ministry that says which centres may issue which achievements,
//! with which keys, and what became of those. Both fill the same [`Trust`].

mod entity;
mod issuer;
mod known;
mod pack;
mod parts;
mod root;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use entity::{Entity, EntityKey, Genuine, KeyState, Name, Role, Scope};
use issuer::Edition;
pub use issuer::RecognisedIssuer;
pub use known::{KnownPack, TrustPack};
pub use pack::{ExtraContext, ListMark, PACK_LIMITS, Pack};
pub use parts::PackParts;
pub use root::{Fingerprint, MOST_ROOT_KEYS, NotAFingerprint, NotARoot, Root};

use crate::finding::{Code, Finding, worst};
use crate::jsonld::Contexts;
use crate::key::{Did, DidUrl, FrequentKey, KeyError, VerifyingKey};
use crate::time::Instant;

/// The issuers that a verifier recognises.
///
/// ```
/// use taskbadge::key::{Did, SigningKey};
/// use taskbadge::trust::{RecognisedIssuer, Trust};
/// let centre = SigningKey::from_seed(&[7; 32]).verifying_key();
/// let trust = Trust::none().recognise(RecognisedIssuer::did_key(&centre).named("Harbour Training Centre"));
/// assert!(trust.issuer(Did::key(&centre).as_str()).is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Whom the caller recognises, by their ids.
    own: HashMap<String, RecognisedIssuer>,
    packs: Vec<Arc<PackTrust>>,
}

/// What one edition of a pack makes known, ready to be asked.
#[derive(Debug)]
struct PackTrust {
    edition: Arc<Edition>,
    root: Root,
    issuers: HashMap<String, RecognisedIssuer>,
    /// Those who sign status lists for others and nothing else: they need not stand in the pack as entities.
    list_signers: HashMap<String, RecognisedIssuer>,
    /// For whom somebody signs status lists, beside themselves.
    speaks_for: HashMap<String, Vec<String>>,
    /// How new status lists have to be, by their addresses.
    lists: HashMap<String, Vec<ListMark>>,
    contexts: Vec<ExtraContext>,
    stolen: Vec<Stolen>,
    /// The newest time that was seen in the pack.
    newest: Instant,
}

/// A key that others have.
#[derive(Debug)]
struct Stolen {
    key: VerifyingKey,
    /// Whose key it was: nobody else can say which of its badges are genuine.
    of: String,
    since: Instant,
    genuine: Option<Genuine>,
}

/// What a signature is looked at for.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'a> {
    /// The verification method.
    pub(crate) method: &'a str,
    /// The key that the signature fits.
    pub(crate) key: VerifyingKey,
    /// When the proof says it was made.
    pub(crate) created: Option<Instant>,
    pub(crate) role: Role,
    /// The achievement of a badge.
    pub(crate) achievement: Option<&'a str>,
    /// That of what was signed ([`HashData::digest`](crate::proof::HashData::digest)), which is rarely asked for.
    pub(crate) digest: &'a dyn Fn() -> [u8; 32],
    pub(crate) at: Instant,
}

impl Trust {
    /// Nobody is recognised: a good badge is INDETERMINATE, with `issuer.unknown`.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The same trust with one more issuer. An issuer of the same id that the caller recognised before is replaced.
    #[must_use]
    pub fn recognise(mut self, issuer: RecognisedIssuer) -> Self {
        self.own.insert(issuer.id().to_owned(), issuer);
        self
    }

    /// The same trust with all that a pack recognises. Several packs may be trusted at once: who is recognised by one of
    /// them is recognised, and a key that one of them calls compromised is. Of two editions of one pack, under one root, the
    /// newer counts.
    #[must_use]
    pub fn with_pack(mut self, trusted: &TrustPack) -> Self {
        let offered = PackTrust::of(trusted);
        let same = |known: &Arc<PackTrust>| known.edition.pack == offered.edition.pack && known.root == offered.root;
        match self.packs.iter().position(same) {
            Some(place) if self.packs[place].edition.sequence > offered.edition.sequence => {}
            Some(place) => self.packs[place] = Arc::new(offered),
            None => self.packs.push(Arc::new(offered)),
        }
        self
    }

    /// The recognised issuer with this DID or URL.
    #[must_use]
    pub fn issuer(&self, id: &str) -> Option<&RecognisedIssuer> {
        self.known(id).into_iter().next()
    }

    /// Those for whom an issuer may sign status lists: itself, and who a pack says, each with the end of that pack, after
    /// which only what is taken back counts. The standard lets anybody sign a list (Bitstring Status List 1.0 section 2.2);
    /// we do not.
    #[must_use]
    pub fn spoken_for_by(&self, list_issuer: &str) -> Vec<(String, Option<Instant>)> {
        let others = self.packs.iter().flat_map(|pack| {
            let spoken_for = pack.speaks_for.get(list_issuer).into_iter().flatten();
            spoken_for.map(|id| (id.clone(), Some(pack.edition.valid_until)))
        });
        std::iter::once((list_issuer.to_owned(), None)).chain(others).collect()
    }

    /// How new the status list at an address by an issuer has to be, where a pack says so: an edition that was made before
    /// does not count.
    #[must_use]
    pub fn list_floor(&self, address: &str, issuer: &str) -> Option<Instant> {
        let marks = self.packs.iter().filter_map(|pack| pack.lists.get(address)).flatten();
        let of_issuer = marks.filter(|mark| mark.issuer.as_ref().is_none_or(|did| did.as_str() == issuer));
        of_issuer.map(|mark| mark.made).max()
    }

    /// The built-in contexts, and those of packs.
    pub(crate) fn contexts(&self) -> Contexts {
        let mut contexts = Contexts::builtin();
        for context in self.packs.iter().flat_map(|pack| &pack.contexts) {
            // Of two documents under one URL the first counts: a second would be an edition of it, and may say of a badge
            // what its issuer did not. What was read once, when the pack was, is refused where it disagrees with others.
            if !contexts.holds(&context.id) {
                let _ = contexts.add(&context.id, context.document.as_bytes());
            }
        }
        contexts
    }

    /// All that is recognised under this id: by the caller, by packs; and where nobody does, as somebody who signs status
    /// lists for others.
    fn known(&self, id: &str) -> Vec<&RecognisedIssuer> {
        let of_packs = self.packs.iter().filter_map(|pack| pack.issuers.get(id));
        let known: Vec<_> = self.own.get(id).into_iter().chain(of_packs).collect();
        if known.is_empty() {
            return self.packs.iter().filter_map(|pack| pack.list_signers.get(id)).collect();
        }
        known
    }

    /// The keys behind a verification method (Controlled Identifiers 1.0 section 3.3, without the network): as recognised
    /// issuers list it, by the one that the document claims to be of before any other, so that nobody else's list says
    /// which key that is; else in the did:key itself. There is more than one where several list the name with other keys.
    pub(crate) fn keys(
        &self,
        method: &str,
        claimed: Option<&str>,
        at: Instant,
    ) -> Result<Vec<Cow<'_, FrequentKey>>, Finding> {
        let controller = controller_of(method);
        let mut near: Vec<&RecognisedIssuer> = claimed.map(|id| self.known(id)).unwrap_or_default();
        if claimed != Some(controller) {
            near.extend(self.known(controller));
        }
        // What would settle it is another document, and the report has to name that. Of several documents one suffices:
        // a pack may know a newer one than the caller pinned.
        let (mut keys, mut refused): (Vec<&FrequentKey>, Option<KeyError>) = (Vec::new(), None);
        for issuer in &near {
            match issuer.allowed_key(method, at) {
                Ok(Some(key)) if keys.iter().all(|other| other.key() != key.key()) => keys.push(key),
                Ok(_) => {}
                Err(KeyError::MethodRevoked) => refused = Some(KeyError::MethodRevoked),
                Err(error) => {
                    refused.get_or_insert(error);
                }
            }
        }
        // What one document has revoked is not good because another is older; of a theft, packs know more.
        let is_stolen = |key: &&FrequentKey| self.stolen(key.key()).next().is_some();
        if let Some(KeyError::MethodRevoked) = refused
            && !keys.iter().any(is_stolen)
        {
            return Err(finding(&KeyError::MethodRevoked));
        }
        if !keys.is_empty() {
            return Ok(keys.into_iter().map(Cow::Borrowed).collect());
        }
        if let Some(error) = refused.filter(|error| error.code() != Code::KeyUnresolved) {
            return Err(finding(&error));
        }
        // A did:key speaks for itself, whatever anybody else lists under it.
        if controller.starts_with("did:key:") {
            let url = DidUrl::parse(method).map_err(|error| finding(&error))?;
            let key = url.did().verifying_key().ok_or_else(|| Finding::new(Code::KeyMalformed))?;
            return Ok(vec![Cow::Owned(FrequentKey::new(key))]);
        }
        let all = self.own.values().chain(self.packs.iter().flat_map(|pack| pack.issuers.values()));
        let listed: Vec<_> = all.filter_map(|issuer| issuer.listed_key(method)).map(Cow::Borrowed).collect();
        if !listed.is_empty() {
            return Ok(listed);
        }
        Err(match near.iter().find_map(|issuer| issuer.edition()) {
            // What would settle it is a newer edition, which also says what the key is for.
            Some(edition) => Finding::new(Code::KeyNotListed).because(edition.told(at)),
            None => Finding::new(Code::KeyUnresolved).wanting(&document_of(controller)),
        })
    }

    /// What the key of a good proof says about the issuer that the badge names (Data Integrity EdDSA section 2.1.1: the
    /// controller of the method is the issuer). Only those count who list exactly the key that signed, and let it.
    pub(crate) fn standing(&self, issuer: &str, signed: &Signed<'_>) -> Standing<'_> {
        let controller = controller_of(signed.method);
        let known = self.known(issuer);
        if known.is_empty() {
            // A DID says who controls it. For any other URL only somebody who knows the issuer can tell whose key it
            // is.
            let other = issuer.starts_with("did:") && controller != issuer;
            return if other { Standing::Mismatch } else { Standing::Unknown };
        }
        let judged = known.into_iter().filter_map(|issuer| Some((issuer, issuer.judge(signed)?)));
        let Some((known, about)) = judged.min_by_key(|(_, findings)| worst(findings)) else {
            return Standing::Mismatch;
        };
        // What one pack knows of a theft, or has seen of the time, does not go away because another has not.
        let mut findings: Vec<Finding> = self.theft(issuer, signed).into_iter().chain(about).collect();
        let newest = self.packs.iter().map(|pack| pack.newest).max();
        if let Some(newest) = newest.filter(|newest| signed.at < *newest) {
            findings.push(Finding::new(Code::TrustClock).because(format!("{} is before {newest}", signed.at)));
        }
        Standing::Recognised(known, findings)
    }

    /// What packs say of the theft of a key, each with the end of the pack.
    fn stolen(&self, key: VerifyingKey) -> impl Iterator<Item = (&Stolen, Instant)> {
        self.packs.iter().flat_map(move |pack| {
            let of_key = pack.stolen.iter().filter(move |stolen| stolen.key == key);
            of_key.map(|stolen| (stolen, pack.edition.valid_until))
        })
    }

    /// What any pack says of the theft of a key, under whatever name it lists it. Which badges are genuine nobody can say
    /// but the issuer whose key it was; others only accuse.
    fn theft(&self, issuer: &str, signed: &Signed<'_>) -> Option<Finding> {
        let of_key = || self.stolen(signed.key);
        let since = of_key().map(|(stolen, _)| stolen.since).min()?;
        let finding = |code: Code, detail: String| Some(Finding::new(code).at("/proof").because(detail));
        // The issuer's ledger knows better than any date.
        let own = of_key().filter(|(stolen, _)| stolen.of == issuer);
        let own: Vec<(&Genuine, Instant)> =
            own.filter_map(|(stolen, end)| Some((stolen.genuine.as_ref()?, end))).collect();
        if !own.is_empty() {
            let digest = (signed.digest)();
            let knowing = own.iter().filter(|(genuine, _)| genuine.contains(&digest));
            return match knowing.map(|(_, end)| *end).max() {
                None if own.iter().any(|(genuine, _)| genuine.is_outdated()) => {
                    finding(Code::KeyDoubtful, "the pack names the genuine badges as packs did before".into())
                }
                None => finding(Code::KeyCompromised, "the issuer does not know this badge as its own".into()),
                Some(end) if signed.at < end => None,
                // A pack that has ended vouches for nothing.
                Some(_) => finding(Code::KeyDoubtful, "what knows it as genuine has ended".into()),
            };
        }
        match signed.created {
            // The thief chooses the dates: a late one is no alibi, and an early one proves nothing.
            Some(created) if created >= since => {
                finding(Code::KeyCompromised, format!("signed {created}, stolen by {since}"))
            }
            _ => finding(Code::KeyDoubtful, format!("stolen by {since}")),
        }
    }
}

impl PackTrust {
    fn of(trusted: &TrustPack) -> Self {
        let pack = trusted.pack();
        let edition = Arc::new(Edition {
            pack: pack.id.clone(),
            publisher: pack.publisher_name.clone(),
            sequence: pack.sequence,
            valid_from: pack.valid_from,
            valid_until: pack.valid_until,
        });
        let (mut stolen, mut list_signers) = (Vec::new(), HashMap::new());
        let mut speaks_for: HashMap<String, Vec<String>> = HashMap::new();
        let entities: HashSet<&Did> = pack.entities.iter().map(|entity| &entity.id).collect();
        for entity in &pack.entities {
            for key in &entity.keys {
                if let KeyState::Compromised { since, genuine } = &key.state {
                    let (of, genuine) = (entity.id.to_string(), genuine.clone());
                    stolen.push(Stolen { key: key.key, of, since: *since, genuine });
                }
            }
            for signer in entity.status_issuers.iter().filter(|signer| **signer != entity.id) {
                speaks_for.entry(signer.to_string()).or_default().push(entity.id.to_string());
                if let Some(key) = signer.verifying_key().filter(|_| !entities.contains(signer)) {
                    list_signers.insert(signer.to_string(), RecognisedIssuer::for_lists(&key, &edition));
                }
            }
        }
        let mut lists: HashMap<String, Vec<ListMark>> = HashMap::new();
        for list in &pack.lists {
            lists.entry(list.id.clone()).or_default().push(list.clone());
        }
        let issuer = |entity: &Entity| (entity.id.to_string(), RecognisedIssuer::of_entity(entity, &edition));
        Self {
            issuers: pack.entities.iter().map(issuer).collect(),
            list_signers,
            speaks_for,
            lists,
            contexts: pack.contexts.clone(),
            stolen,
            newest: trusted.newest(),
            root: pack.root.clone(),
            edition,
        }
    }
}

/// What a good signature means for the issuer that a badge names.
#[derive(Debug)]
pub(crate) enum Standing<'t> {
    /// It is a key of this recognised issuer, with what there is to say about key, task and pack.
    Recognised(&'t RecognisedIssuer, Vec<Finding>),
    /// The issuer is not recognised.
    Unknown,
    /// It is somebody else's key.
    Mismatch,
}

/// The DID, or other URL, before the fragment of a verification method.
fn controller_of(method: &str) -> &str {
    method.split_once('#').map_or(method, |(controller, _)| controller)
}

fn finding(error: &KeyError) -> Finding {
    Finding::new(error.code()).because(error.to_string())
}

/// Where the document of a did:web would be, so that a person can fetch it; else the controller itself.
fn document_of(controller: &str) -> String {
    let document = controller.parse::<Did>().ok().and_then(|did| did.document_url());
    document.unwrap_or_else(|| controller.into())
}
