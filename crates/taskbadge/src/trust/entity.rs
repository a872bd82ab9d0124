//! One recognised entity of a trust pack: a centre, its keys over time, and what it may issue.

use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;

use super::PACK_LIMITS;
use crate::finding::{Code, Finding};
use crate::json::{Document, Object, Value};
use crate::key::{Did, DidDocument, VerifyingKey};
use crate::time::Instant;
use crate::work::Budget;

/// A `RecognizedEntity` (W3C Recognized Entities 1.0, a working draft) with what a verifier needs without a network.
///
/// ```
/// use taskbadge::key::{Did, SigningKey};
/// use taskbadge::trust::{Entity, Scope};
/// let key = SigningKey::from_seed(&[7; 32]).verifying_key();
/// let mut centre = Entity::new(&Did::key(&key), "Harbour Training Centre");
/// centre.achievements.push(Scope::new("https://centre.example.org/tasks/*"));
/// assert!(centre.may_issue("https://centre.example.org/tasks/forklift/1"));
/// assert!(!centre.may_issue("https://other.example.org/tasks/forklift/1"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The DID.
    pub id: Did,
    /// The name, in one or several languages.
    pub names: Vec<Name>,
    /// The keys. A did:key has its own, for everything and always, where none is named.
    pub keys: Vec<EntityKey>,
    /// The text of the did:web document that is pinned.
    pub document: Option<String>,
    /// What the entity is recognised to issue. Nothing where it is empty.
    pub achievements: Vec<Scope>,
    /// Who else may sign status lists for the entity: DIDs.
    pub status_issuers: Vec<Did>,
    /// Who carries on, if the entity closed.
    pub successor: Option<Did>,
}

/// A name in a language (VC Data Model 2.0 section 11.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// The name.
    pub text: String,
}

/// Which achievements: an exact id, or everything that begins with what stands before a last `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(String);

/// A key of an entity, and for what and when it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityKey {
    /// The URL of the verification method, as proofs name it.
    pub id: String,
    /// The key.
    pub key: VerifyingKey,
    /// What it may sign; without, badges and status lists.
    pub role: Option<Role>,
    /// A proof is dated from here on.
    pub valid_from: Option<Instant>,
    /// A proof is dated before this instant.
    pub valid_until: Option<Instant>,
    /// What became of it.
    pub state: KeyState,
}

/// What a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Badges. A badge key cannot sign lists.
    Badge,
    /// Status lists. A status key cannot sign badges.
    Status,
}

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// It is in use.
    Active,
    /// It is in use no more, and what it signed in its time stands.
    Retired,
    /// Somebody else has it.
    Compromised {
        /// Since when at the latest.
        since: Instant,
        /// What the issuer's ledger knows to be genuine, if that was published: everything else is refused.
        genuine: Option<Genuine>,
    },
}

/// Which badges are genuine, by the first halves of the digests of what was signed
/// ([`SignedBadge::digests_by`](crate::badge::SignedBadge::digests_by)), in ascending order.
///
/// A badge stays genuine in another form that says the same, and with other proofs beside. Packs had digests of files
/// before, in another member: such a list is [outdated](Genuine::is_outdated), names none, and refutes none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Genuine {
    halves: Vec<[u8; 16]>,
    is_outdated: bool,
}

impl Genuine {
    /// Those of whole digests, in any order.
    #[must_use]
    pub fn of(digests: impl IntoIterator<Item = [u8; 32]>) -> Self {
        let half = |digest: [u8; 32]| digest.first_chunk().copied().unwrap_or_default();
        let mut halves: Vec<[u8; 16]> = digests.into_iter().map(half).collect();
        halves.sort_unstable();
        halves.dedup();
        Self { halves, is_outdated: false }
    }

    /// Whether a badge of this digest is among them.
    #[must_use]
    pub fn contains(&self, digest: &[u8; 32]) -> bool {
        let is_there = |half: &[u8; 16]| self.halves.binary_search(half).is_ok();
        !self.is_outdated && digest.first_chunk().is_some_and(is_there)
    }

    /// Whether they are digests of something else than what was signed, as in packs of before: then nobody can tell from
    /// them whether a badge is genuine.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.is_outdated
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.halves.len()
    }

    /// Whether there are none: then no badge under the key stands.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.halves.is_empty()
    }

    /// As it stands in a pack: the 16-byte halves one after the other, in base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.halves.as_flattened())
    }

    /// Reads the text of a pack. `None` where it is not base64url, or the halves are not in ascending order.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (halves, rest) = bytes.as_chunks::<16>();
        let is_good = rest.is_empty() && halves.is_sorted_by(|a, b| a < b);
        is_good.then(|| Self { halves: halves.to_vec(), is_outdated: false })
    }

    /// Their member in the key of a pack.
    fn member(&self) -> &'static str {
        if self.is_outdated { OUTDATED } else { GENUINE }
    }
}

/// The digests of hash data (Data Integrity EdDSA 1.0 sections 3.2.4 and 3.3.4).
const GENUINE: &str = "genuineHashData";
/// Digests of badges in canonical form, with their proofs.
const OUTDATED: &str = "genuine";

impl Scope {
    /// An achievement's id; with `*` at its end, all that begin so.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether an achievement is meant.
    #[must_use]
    pub fn covers(&self, achievement: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => achievement.starts_with(beginning),
            None => achievement == self.0,
        }
    }
}

impl Role {
    /// Its word in a pack.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Badge => "badge",
            Self::Status => "status",
        }
    }
}

impl Entity {
    /// An entity that may issue nothing yet.
    #[must_use]
    pub fn new(id: &Did, name: impl Into<String>) -> Self {
        Self {
            id: id.clone(),
            names: vec![Name { language: None, text: name.into() }],
            keys: Vec::new(),
            document: None,
            achievements: Vec::new(),
            status_issuers: Vec::new(),
            successor: None,
        }
    }

    /// Whether the entity is recognised to issue this achievement.
    #[must_use]
    pub fn may_issue(&self, achievement: &str) -> bool {
        self.achievements.iter().any(|scope| scope.covers(achievement))
    }

    /// The first of the names.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.names.first().map(|name| &*name.text)
    }

    /// Reads an entity that stands alone, as a centre hands it to whoever recognises it. Nothing of it is proven.
    ///
    /// # Errors
    /// `json.*`, `trust.malformed` with a pointer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Finding> {
        let budget = Budget::of_document(bytes.len());
        let document = Document::parse_within(bytes, PACK_LIMITS, &budget)?;
        Self::read(document.object()?, "", &budget)
    }

    /// The entity as it stands in a pack.
    ///
    /// # Panics
    /// Never: it is text all through.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&Json::of(self)).expect("texts always serialise")
    }

    pub(super) fn read(object: Object<'_>, at: &str, budget: &Budget) -> Result<Self, Finding> {
        let read = Reading { object, at, budget };
        budget.spend(Budget::KEY)?;
        read.kind("RecognizedEntity")?;
        let id: Did = read.parsed("id")?.ok_or_else(|| read.missing("id"))?;
        let document = read.text("document")?.map(str::to_owned);
        if let Some(text) = &document {
            let document = DidDocument::from_json_within(text.as_bytes(), &id, budget);
            budget.spend(0)?;
            document.map_err(|error| read.wrong("document", &error.to_string()))?;
        }
        read.at_most(MOST_KEYS, "keys")?;
        let keys = read.each("keys", |key, at| EntityKey::read(key, &id, at, budget))?;
        let (by_name, by_key): (HashSet<&str>, HashSet<&VerifyingKey>) =
            keys.iter().map(|key| (&*key.id, &key.key)).unzip();
        if by_name.len() < keys.len() || by_key.len() < keys.len() {
            return Err(read.wrong("keys", "a key, or its name, stands there twice"));
        }
        if keys.is_empty() && document.is_none() && id.verifying_key().is_none() {
            return Err(read.wrong("keys", "a did:web needs keys or a document"));
        }
        let mut achievements = Vec::new();
        for action in object.get("recognizedTo").into_iter().flat_map(Value::one_or_many) {
            let action = action.as_object().ok_or_else(|| read.wrong("recognizedTo", "an action is an object"))?;
            // Actions of other kinds are none of a badge verifier's business.
            if action.get("action").and_then(Value::as_str) != Some("issue") {
                continue;
            }
            for scope in action.get("achievement").into_iter().flat_map(Value::one_or_many) {
                let scope = scope.as_str().filter(|scope| !scope.trim_end_matches('*').is_empty());
                let scope = scope
                    .ok_or_else(|| read.wrong("recognizedTo", "an achievement is an id, or one with * at its end"))?;
                achievements.push(Scope::new(scope));
            }
        }
        Ok(Self {
            names: names(object, &read)?,
            keys,
            document,
            achievements,
            status_issuers: read.dids("statusIssuer", &id)?,
            successor: read.parsed("successor")?,
            id,
        })
    }
}

/// The names of an object: a text, or language value objects, one or many.
fn names(object: Object<'_>, read: &Reading<'_, '_>) -> Result<Vec<Name>, Finding> {
    let name = |value: Value<'_>| -> Option<Name> {
        match value.as_str() {
            Some(text) => Some(Name { language: None, text: text.into() }),
            None => Some(Name {
                language: Some(value.get("@language")?.as_str()?.into()),
                text: value.get("@value")?.as_str()?.into(),
            }),
        }
    };
    let values = object.get("name").into_iter().flat_map(Value::one_or_many);
    let names: Option<Vec<_>> = values.map(name).collect();
    names
        .filter(|names| !names.is_empty())
        .ok_or_else(|| read.wrong("name", "it is not a name, nor names with a language each"))
}

impl EntityKey {
    /// An active key for badges and status lists.
    #[must_use]
    pub fn new(id: impl Into<String>, key: VerifyingKey) -> Self {
        Self { id: id.into(), key, role: None, valid_from: None, valid_until: None, state: KeyState::Active }
    }

    fn read(object: Object<'_>, entity: &Did, at: &str, budget: &Budget) -> Result<Self, Finding> {
        let read = Reading { object, at, budget };
        budget.look_up(read.at);
        let id = read.text("id")?.ok_or_else(|| read.missing("id"))?;
        // A pack does not say of one DID which keys another has.
        if id.split_once('#').map(|(did, _)| did) != Some(entity.as_str()) {
            return Err(read.wrong("id", "it is not a key of this entity"));
        }
        let multikey = read.text("publicKeyMultibase")?.ok_or_else(|| read.missing("publicKeyMultibase"))?;
        // That of a did:key was decoded with it.
        let own = entity.verifying_key().filter(|_| entity.as_str().strip_prefix("did:key:") == Some(multikey));
        let key = match own {
            Some(key) => key,
            None => {
                budget.spend(Budget::KEY)?;
                let key = VerifyingKey::from_multikey(multikey);
                key.map_err(|error| read.wrong("publicKeyMultibase", &error.to_string()))?
            }
        };
        if entity.verifying_key().is_some_and(|own| own != key) {
            return Err(read.wrong("publicKeyMultibase", "a did:key has no other key than its own"));
        }
        let role = match read.text("role")? {
            None => None,
            Some("badge") => Some(Role::Badge),
            Some("status") => Some(Role::Status),
            Some(_) => return Err(read.wrong("role", "it is badge or status")),
        };
        let valid_until = read.parsed("validUntil")?;
        let state = match read.text("state")? {
            None | Some("active") => KeyState::Active,
            Some("retired") if valid_until.is_some() => KeyState::Retired,
            Some("retired") => return Err(read.wrong("state", "a retired key has a validUntil")),
            Some("compromised") => {
                let since = read.parsed("compromisedSince")?.ok_or_else(|| read.missing("compromisedSince"))?;
                // No badge at all may be genuine, which is another thing than not saying which.
                let named = [GENUINE, OUTDATED].into_iter().find_map(|name| Some((name, object.get(name)?)));
                let genuine = named.map(|(name, value)| {
                    let genuine = value.as_str().and_then(Genuine::parse);
                    let genuine = genuine.ok_or_else(|| read.wrong(name, "it is not halves of digests in order"))?;
                    Ok::<_, Finding>(Genuine { is_outdated: name == OUTDATED, ..genuine })
                });
                KeyState::Compromised { since, genuine: genuine.transpose()? }
            }
            Some(_) => return Err(read.wrong("state", "it is active, retired or compromised")),
        };
        // Whoever wrote that meant a stolen key: it must not be read as a good one.
        let of_theft = ["compromisedSince", GENUINE, OUTDATED].into_iter().find(|key| object.get(key).is_some());
        if let (Some(key), KeyState::Active | KeyState::Retired) = (of_theft, &state) {
            return Err(read.wrong(key, "only a key in the state compromised has it"));
        }
        Ok(Self { id: id.into(), key, role, valid_from: read.parsed("validFrom")?, valid_until, state })
    }
}

/// Reads the properties of an object of a pack. What is there and wrong is an error; what is not known is passed over.
pub(super) struct Reading<'a, 'd> {
    pub(super) object: Object<'d>,
    pub(super) at: &'a str,
    pub(super) budget: &'a Budget,
}

impl<'d> Reading<'_, 'd> {
    pub(super) fn wrong(&self, key: &str, detail: &str) -> Finding {
        Finding::new(Code::TrustMalformed).at(format!("{}/{key}", self.at)).because(detail)
    }

    pub(super) fn missing(&self, key: &str) -> Finding {
        self.wrong(key, "it is missing")
    }

    pub(super) fn kind(&self, kind: &str) -> Result<(), Finding> {
        let mut kinds = self.object.get("type").into_iter().flat_map(Value::one_or_many);
        if kinds.any(|value| value.as_str() == Some(kind)) {
            Ok(())
        } else {
            Err(self.wrong("type", &format!("it is not {kind}")))
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Option<&'d str>, Finding> {
        match self.object.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(self.wrong(key, "it is not text")),
        }
    }

    pub(super) fn parsed<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, Finding> {
        let parse = |text: &str| text.parse().map_err(|_| self.wrong(key, "it cannot be read"));
        self.text(key)?.map(parse).transpose()
    }

    /// DIDs, one or many, among which the entity's own may be.
    fn dids(&self, key: &str, own: &Did) -> Result<Vec<Did>, Finding> {
        self.at_most(MOST_STATUS_ISSUERS, key)?;
        let read = |value: Value<'_>| {
            let text = value.as_str().unwrap_or_default();
            if text == own.as_str() {
                return Ok(own.clone());
            }
            self.budget.spend(Budget::KEY)?;
            text.parse().map_err(|_| self.wrong(key, "it cannot be read"))
        };
        self.object.get(key).into_iter().flat_map(Value::one_or_many).map(read).collect()
    }

    pub(super) fn at_most(&self, most: usize, key: &str) -> Result<(), Finding> {
        match self.object.get(key) {
            Some(Value::Array(items)) if items.len() > most => {
                Err(self.wrong(key, &format!("there are more than {most}")))
            }
            _ => Ok(()),
        }
    }

    /// A whole number that a JSON number holds exactly, from 1 on.
    pub(super) fn number(&self, key: &str) -> Result<u64, Finding> {
        let number = match self.object.get(key) {
            Some(Value::Number(number)) => number.canonical().parse::<u64>().ok(),
            _ => None,
        };
        let number = number.filter(|number| (1..=MOST).contains(number));
        number.ok_or_else(|| self.wrong(key, "it is not a whole number from 1 on"))
    }

    /// The objects under a key, each with its pointer.
    pub(super) fn each<T>(
        &self,
        key: &str,
        read: impl Fn(Object<'d>, &str) -> Result<T, Finding>,
    ) -> Result<Vec<T>, Finding> {
        let values = self.object.get(key).into_iter().flat_map(Value::one_or_many).enumerate();
        let each = |(index, value): (usize, Value<'d>)| {
            let at = format!("{}/{key}/{index}", self.at);
            let object = value.as_object();
            let malformed = || Finding::new(Code::TrustMalformed).at(&*at).because("it is not an object");
            read(object.ok_or_else(malformed)?, &at)
        };
        values.map(each).collect()
    }
}

/// No centre comes near.
const MOST_KEYS: usize = 256;
const MOST_STATUS_ISSUERS: usize = 64;

/// The largest number that every JSON reader holds exactly (RFC 8259 section 6).
pub(super) const MOST: u64 = (1 << 53) - 1;

/// The entity as JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Json<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'e str>,
    id: &'e str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<JsonKey<'e>>,
    name: Vec<JsonName<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recognized_to: Option<JsonAction<'e>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    status_issuer: Vec<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<&'e str>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum JsonName<'e> {
    Text(&'e str),
    InLanguage {
        #[serde(rename = "@language")]
        language: &'e str,
        #[serde(rename = "@value")]
        value: &'e str,
    },
}

#[derive(Serialize)]
struct JsonAction<'e> {
    achievement: Vec<&'e str>,
    action: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonKey<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    compromised_since: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genuine: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    genuine_hash_data: Option<String>,
    id: &'e str,
    public_key_multibase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Instant>,
}

impl<'e> Json<'e> {
    pub(super) fn of(entity: &'e Entity) -> Self {
        let scopes: Vec<&str> = entity.achievements.iter().map(Scope::as_str).collect();
        let action = JsonAction { achievement: scopes, action: "issue", kind: "RecognizedAction" };
        Self {
            document: entity.document.as_deref(),
            id: entity.id.as_str(),
            keys: entity.keys.iter().map(JsonKey::of).collect(),
            name: entity.names.iter().map(JsonName::of).collect(),
            recognized_to: Some(action).filter(|action| !action.achievement.is_empty()),
            status_issuer: entity.status_issuers.iter().map(Did::as_str).collect(),
            successor: entity.successor.as_ref().map(Did::as_str),
            kind: "RecognizedEntity",
        }
    }
}

impl<'e> JsonName<'e> {
    fn of(name: &'e Name) -> Self {
        match &name.language {
            None => Self::Text(&name.text),
            Some(language) => Self::InLanguage { language, value: &name.text },
        }
    }
}

impl<'e> JsonKey<'e> {
    fn of(key: &'e EntityKey) -> Self {
        let (state, since, genuine) = match &key.state {
            KeyState::Active => (None, None, None),
            KeyState::Retired => (Some("retired"), None, None),
            KeyState::Compromised { since, genuine } => (Some("compromised"), Some(*since), genuine.as_ref()),
        };
        let text = |name: &str| genuine.filter(|genuine| genuine.member() == name).map(Genuine::to_text);
        Self {
            compromised_since: since,
            genuine: text(OUTDATED),
            genuine_hash_data: text(GENUINE),
            id: &key.id,
            public_key_multibase: key.key.to_multikey(),
            role: key.role.map(Role::as_str),
            state,
            valid_from: key.valid_from,
            valid_until: key.valid_until,
        }
    }
}
