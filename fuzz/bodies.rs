//! What has to hold for any bytes, one function a target. `cargo fuzz` looks for bytes for which it does not; `cargo test`
//! replays the committed corpus.

use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, SignedBadge, StatusEntry, StatusPurpose, Subject};
use taskbadge::finding::{Code, Finding};
use taskbadge::json::{Document, Limits};
use taskbadge::jsonld::rdf::Dataset;
use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
use taskbadge::key::{Did, DidDocument, DidUrl, SigningKey, VerifyingKey};
use taskbadge::proof::{self, Cryptosuite, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{Entity, KnownPack, Pack, RecognisedIssuer, Root, Scope, Trust};
use taskbadge::verify::{Refusal, StatusClaim, StatusPlace, StatusSource, Verifier};
use taskbadge::work::Budget;
use taskbadge_status::{Bits, LEAST_ENTRIES, LIST_LIMITS, MOST_ENTRIES, NotABitstring, StatusLists};
use taskbadge_tests::rewrite;

/// JSON that is accepted has one canonical form, which is that of itself.
pub(crate) fn json(data: &[u8]) {
    let Ok(document) = Document::parse(data, Limits::BADGE) else { return };
    let canonical = document.root().canonical();
    // Escapes and numbers may be longer in canonical form than they came.
    let roomy = Limits { bytes: usize::MAX, ..Limits::BADGE };
    let again = Document::parse(canonical.as_bytes(), roomy).expect("the canonical form is strict JSON");
    assert_eq!(again.root().canonical(), canonical);
    assert!(serde_json::from_str::<serde_json::Value>(&canonical).is_ok(), "{canonical}");
}

/// A context is refused or usable: a document under it is expanded or refused.
pub(crate) fn context(data: &[u8]) {
    let mut contexts = Contexts::builtin();
    if contexts.add("https://example.org/c", data).is_err() {
        return;
    }
    let text = std::str::from_utf8(data).expect("a context is text");
    let context: serde_json::Value = serde_json::from_str(text).expect("a context is JSON");
    let terms = context["@context"].as_object().into_iter().flatten();
    let mut document =
        serde_json::json!({ "@context": ["https://www.w3.org/ns/credentials/v2", "https://example.org/c"] });
    for (term, _) in terms.filter(|(term, _)| !term.starts_with('@')) {
        document[term] = serde_json::json!([{ "type": term, term: "urn:x:1" }, "urn:x:2", 1.5, true]);
    }
    let Ok(document) = Document::from_serialize(&document) else { return };
    if let Ok(dataset) = to_dataset(&contexts, &document) {
        canonical(&dataset);
    }
}

/// N-Quads are refused or have one canonical form, which is that of itself.
pub(crate) fn nquads(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(dataset) = Dataset::parse_nquads(text) else { return };
    let Some(once) = canonical(&dataset) else { return };
    let again = Dataset::parse_nquads(&once).expect("canonical N-Quads are N-Quads");
    assert_eq!(canonical(&again), Some(once));
}

fn canonical(dataset: &Dataset) -> Option<String> {
    match rdfc::canonicalize(dataset, rdfc::Hash::Sha256, &Budget::steps(128_000)) {
        Ok(canonical) => Some(canonical.into_nquads()),
        Err(finding) => {
            assert_eq!(finding.code(), Code::ContextTooComplex);
            None
        }
    }
}

/// A verdict, whatever comes in; and a badge is only valid with a proof by the one recognised issuer.
pub(crate) fn verify(data: &[u8]) {
    let issuer = SigningKey::from_seed(&[7; 32]).verifying_key();
    let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&issuer)));
    let at = "2026-11-22T09:00:00Z".parse().expect("an instant");
    let report = match verifier.verify(data, at) {
        Ok(badge) => {
            assert_eq!(badge.claims().issuer_id(), Some(Did::key(&issuer).as_str()));
            assert!(badge.text().contains(&issuer.to_multikey()));
            assert_eq!(badge.text().as_bytes(), data);
            serde_json::to_string(&badge.report())
        }
        Err(refusal) => {
            let findings = refusal.refused().findings();
            assert!(findings.iter().all(|finding| !finding.to_string().is_empty()));
            assert!(matches!(refusal, Refusal::Invalid(_) | Refusal::Indeterminate(_)));
            serde_json::to_string(&refusal.report())
        }
    };
    assert!(report.is_ok(), "a report is JSON");
    let _ = verifier.verify_for(data, at, "a@example.com");
}

/// A badge, rewritten in one to six ways, is told in the same words or refused. Longer inputs are for other targets.
pub(crate) fn rewrites(data: &[u8]) {
    let Some((&badge, ways)) = data.split_first().filter(|(_, ways)| (3..=18).contains(&ways.len())) else { return };
    let seeds = ways.chunks(3).map(|way| way.iter().fold(0, |seed, &byte| seed << 8 | u64::from(byte)));
    let original = rewrite::Reading::of(&rewrite::badge(badge.into()).to_string());
    let (rewritten, ways) = rewrite::rewritten(badge.into(), seeds);
    let _ = rewrite::judge(&original, &rewritten, &ways);
}

/// Keys, DIDs and DID documents are refused or write as they read.
pub(crate) fn key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = VerifyingKey::from_multikey(text) {
        assert_eq!(key.to_multikey(), text);
    }
    if let Ok(key) = SigningKey::from_multikey(text) {
        assert_eq!(&*key.to_secret_multikey(), text);
    }
    if let Ok(did) = Did::parse(text) {
        assert_eq!(did.as_str(), text);
        assert!(did.document_url().is_none_or(|url| url.starts_with("https://") && !url.contains("/../")));
    }
    if let Ok(method) = DidUrl::parse(text) {
        assert_eq!(method.as_str(), text);
    }
    let centre = Did::parse("did:web:centre.example.org").expect("a DID");
    if let Ok(document) = DidDocument::from_json(data, &centre) {
        let again = DidDocument::from_json(document.to_json().as_bytes(), &centre).expect("what is written reads");
        assert_eq!(again.keys().collect::<Vec<_>>(), document.keys().collect::<Vec<_>>());
    }
}

/// A packed list is refused, or within the limits and the same when it is packed anew.
pub(crate) fn bits(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        unpack(text);
    }
    // Behind base64, which hardly any change would pass.
    if unpack(&packed(data)).is_some() {
        let less = Bits::decode(&packed(&data[..data.len() - 1]));
        assert_eq!(less, Err(NotABitstring::Truncated));
        let more = Bits::decode(&packed(&[data, &[0]].concat()));
        assert_eq!(more, Err(NotABitstring::Trailing));
    }
    // Behind the checksum of GZIP.
    let bits = content(data);
    for (index, byte) in std::iter::zip((0..).step_by(8), data) {
        let read = (index..index + 8).fold(0, |byte, at| byte << 1 | u8::from(bits.is_set(at) == Some(true)));
        assert_eq!(read, *byte, "index 0 is the left-most bit");
    }
    assert_eq!(unpack(&bits.encode()), Some(bits));
}

fn unpack(text: &str) -> Option<Bits> {
    let bits = within_limits(Bits::decode(text));
    within_limits(Bits::decode_2021(text));
    if let Some(bits) = &bits {
        assert_eq!(Bits::decode_2021(&text[1..]).as_ref(), Ok(bits), "the draft lacks only the first letter");
    }
    bits
}

fn within_limits(read: Result<Bits, NotABitstring>) -> Option<Bits> {
    match read {
        Ok(bits) => {
            assert!((LEAST_ENTRIES..=MOST_ENTRIES).contains(&bits.entries()));
            assert_eq!(bits.is_set(bits.entries()), None);
            assert_eq!(Bits::decode(&bits.encode()).as_ref(), Ok(&bits));
            Some(bits)
        }
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            None
        }
    }
}

/// These bytes in the place of the GZIP.
fn packed(gzip: &[u8]) -> String {
    format!("u{}", URL_SAFE_NO_PAD.encode(gzip))
}

/// A list that begins with these bits.
fn content(data: &[u8]) -> Bits {
    let mut bytes = data.to_vec();
    bytes.resize(bytes.len().max(LEAST_ENTRIES as usize / 8), 0);
    Bits::from_bytes(bytes).expect("an input is not that long")
}

/// A list says only what its issuer signed, of the badges of that issuer which name it: whatever the bytes are, the list
/// as it came, an unsigned one that is signed here, the bits, or their packed form.
pub(crate) fn status(data: &[u8]) {
    let mut lists = StatusLists::new();
    if let Ok(id) = lists.add(&SCENE.verifier(), data, SCENE.at) {
        assert_eq!(lists.addresses().collect::<Vec<_>>(), [id]);
        let text = std::str::from_utf8(data).expect("a list is text");
        assert!([&SCENE.centre, &SCENE.neighbour].iter().any(|key| text.contains(&did(key))), "nobody's list");
    }
    verdict_follows(lists);

    if let Ok(credential @ serde_json::Value::Object(_)) = serde_json::from_slice(data) {
        offered(&credential);
        return;
    }
    let bits = content(data);
    let as_bits = list(&bits.encode());
    offered(&as_bits);
    says(&as_bits, Ok(bits));
    for encoded in [Some(packed(data)), std::str::from_utf8(data).ok().map(Into::into)].into_iter().flatten() {
        says(&list(&encoded), Bits::decode(&encoded));
        says(&list_2021(&encoded), Bits::decode_2021(&encoded));
    }
}

/// A list of the centre says of every place what its bits say; without bits it is refused, for that reason.
fn says(credential: &serde_json::Value, bits: Result<Bits, NotABitstring>) {
    let mut lists = StatusLists::new();
    let signed = SCENE.signed(credential, &SCENE.centre).expect("whatever the text is, the list is well formed");
    let added = lists.add(&SCENE.verifier(), signed.as_bytes(), SCENE.at);
    let bits = match bits {
        Ok(bits) => bits,
        Err(fault) => {
            assert_eq!(added.unwrap_err(), fault.into());
            return verdict_follows(lists);
        }
    };
    assert_eq!(added.as_deref(), Ok(LIST));
    let is_draft = credential["credentialSubject"]["type"] == "StatusList2021";
    for index in PLACES {
        let place = if is_draft { StatusPlace::StatusList2021(index) } else { StatusPlace::Bitstring(index) };
        let expected = match bits.is_set(index) {
            Some(true) => Code::StatusRevoked,
            Some(false) => Code::StatusCurrent,
            None => Code::StatusIndexRange,
        };
        let answer = SCENE.ask(&lists, &StatusClaim::new(StatusPurpose::Revocation, LIST, place));
        assert_eq!(answer.code(), expected, "place {index}");
    }
    verdict_follows(lists);
}

/// Any list, signed by each of three: by the badge's issuer, by another who is recognised, by one who is not.
fn offered(credential: &serde_json::Value) {
    let verifier = SCENE.verifier();
    let Some(own) = SCENE.signed(credential, &SCENE.centre) else { return };
    let mut lists = StatusLists::new();
    let added = lists.add(&verifier, own.as_bytes(), SCENE.at);
    match &added {
        Ok(id) => {
            assert_eq!(credential["id"].as_str(), Some(&**id));
            assert_eq!(lists.addresses().collect::<Vec<_>>(), [id]);
        }
        Err(finding) => assert!(finding.code().as_str().starts_with("status.list-"), "{finding}"),
    }
    for entry in entries() {
        let code = SCENE.ask(&lists, &entry).code();
        assert!(added.is_ok() || !is_settled(code), "{code} by a list that was refused");
        let is_named = added.as_ref().map_or(credential["id"].as_str(), |id| Some(id)) == Some(entry.list);
        assert!(is_named || code == Code::StatusMissing, "{code} by the list of another address");
        let is_for_it = entry.place == StatusPlace::RevocationList || purposes(credential).contains(&entry.purpose);
        assert!(is_for_it || !is_settled(code), "{code} by a list for something else");
        if let StatusPlace::Bitstring(MOST_ENTRIES..) | StatusPlace::StatusList2021(MOST_ENTRIES..) = entry.place {
            assert!(!is_settled(code), "{code} of a place that no list has");
        }
    }
    verdict_follows(lists);

    let foreign = [&SCENE.neighbour, &SCENE.stranger].map(|key| SCENE.signed(credential, key));
    let mut alone = StatusLists::new();
    let mut beside = SCENE.sound.clone();
    for (place, text) in foreign.iter().flatten().enumerate() {
        for lists in [&mut alone, &mut beside] {
            let added = lists.add(&verifier, text.as_bytes(), SCENE.at);
            assert!(place == 0 || added.is_err(), "whom nobody recognises is not believed");
        }
    }
    for entry in entries() {
        let code = SCENE.ask(&alone, &entry).code();
        assert!(!is_settled(code), "{code} by another's list");
        if entry.list == LIST {
            assert_eq!(SCENE.ask(&beside, &entry), SCENE.ask(&SCENE.sound, &entry), "another's list changed it");
        }
    }
    verdict_follows(alone);

    // What was revoked once stays so, whichever edition comes first.
    let _ = beside.add(&verifier, own.as_bytes(), SCENE.at);
    let revoked = StatusClaim::new(StatusPurpose::Revocation, LIST, StatusPlace::Bitstring(REVOKED));
    assert_eq!(SCENE.ask(&beside, &revoked).code(), Code::StatusRevoked);
}

/// What a list says that it is for.
fn purposes(credential: &serde_json::Value) -> Vec<StatusPurpose> {
    let subject = &credential["credentialSubject"];
    let named = subject.get(0).unwrap_or(subject)["statusPurpose"].clone();
    let known = [("revocation", StatusPurpose::Revocation), ("suspension", StatusPurpose::Suspension)];
    let is_named = |name: &str| named == name || named.as_array().is_some_and(|all| all.iter().any(|one| one == name));
    known.into_iter().filter(|(name, _)| is_named(name)).map(|(_, purpose)| purpose).collect()
}

/// A badge that is sound but for its status is valid where the lists say that it is current, and only there.
fn verdict_follows(lists: StatusLists) {
    let entry = StatusClaim::new(StatusPurpose::Revocation, LIST, StatusPlace::Bitstring(REVOKED));
    let code = SCENE.ask(&lists, &entry).code();
    let verified = SCENE.verifier().status(Arc::new(lists)).verify(SCENE.badge.text().as_bytes(), SCENE.at);
    assert_eq!(verified.is_ok(), code == Code::StatusCurrent, "{code}");
}

/// Whether it is an answer, good or bad.
fn is_settled(code: Code) -> bool {
    [Code::StatusCurrent, Code::StatusRevoked, Code::StatusSuspended].contains(&code)
}

/// Whatever a badge may ask.
fn entries() -> impl Iterator<Item = StatusClaim<'static>> {
    let places = PLACES.into_iter().flat_map(|at| [StatusPlace::Bitstring(at), StatusPlace::StatusList2021(at)]);
    let places = places.chain([StatusPlace::RevocationList]);
    places.flat_map(|place| {
        [StatusPurpose::Revocation, StatusPurpose::Suspension]
            .into_iter()
            .flat_map(move |purpose| [LIST, OTHER_LIST].map(|list| StatusClaim::new(purpose, list, place)))
    })
}

const LIST: &str = "https://centre.example.org/status/1";
const OTHER_LIST: &str = "https://centre.example.org/status/2";
/// Where the terms of the older kinds of list have a meaning.
const OLDER_TERMS: &str = "https://centre.example.org/older-terms";
/// The place of the badge, which is revoked in the sound list.
const REVOKED: u64 = 5;
/// Both ends of bytes, of the shortest list and of the longest.
const PLACES: [u64; 10] =
    [0, REVOKED, 7, 8, 94_567, LEAST_ENTRIES - 1, LEAST_ENTRIES, MOST_ENTRIES - 1, MOST_ENTRIES, u64::MAX];

fn list(encoded: &str) -> serde_json::Value {
    serde_json::json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "validFrom": "2026-11-12T06:00:00Z",
        "credentialSubject":
            { "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encoded },
    })
}

fn list_2021(encoded: &str) -> serde_json::Value {
    let mut list = list(encoded);
    list["@context"] = serde_json::json!(["https://www.w3.org/ns/credentials/v2", OLDER_TERMS]);
    list["type"] = serde_json::json!(["VerifiableCredential", "StatusList2021Credential"]);
    list["credentialSubject"]["type"] = "StatusList2021".into();
    list
}

fn did(key: &SigningKey) -> String {
    Did::key(&key.verifying_key()).to_string()
}

/// What is the same for every input.
static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

struct Scene {
    /// The issuer of the badge.
    centre: SigningKey,
    /// Recognised too.
    neighbour: SigningKey,
    stranger: SigningKey,
    contexts: Contexts,
    at: Instant,
    badge: SignedBadge,
    /// The centre's list, in which the badge is revoked.
    sound: StatusLists,
}

impl Scene {
    fn new() -> Self {
        let [centre, neighbour, stranger] = [7, 8, 9].map(|byte| SigningKey::from_seed(&[byte; 32]));
        let terms = [
            "StatusList2021Credential",
            "StatusList2021",
            "1EdTechRevocationList",
            "RevokedCredential",
            "revokedCredential",
            "revoked",
            "revocationReason",
            "statusPurpose",
            "encodedList",
        ];
        let terms: serde_json::Map<_, _> =
            terms.iter().map(|term| ((*term).into(), format!("{OLDER_TERMS}#{term}").into())).collect();
        let mut contexts = Contexts::builtin();
        let older = serde_json::json!({ "@context": terms }).to_string();
        contexts.add(OLDER_TERMS, older.as_bytes()).expect("a sound context");

        let iri = |text: &str| text.parse::<Iri>().expect("an IRI");
        let task = iri("https://centre.example.org/tasks/forklift-pre-start-check/1");
        let achievement = Achievement::new(task, "Forklift check", "Daily check.", Criteria::narrative("Checks."));
        let badge = Badge::new(
            iri("urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa"),
            Profile::new(iri(&did(&centre)), "Harbour Training Centre"),
            Subject::with_id(iri("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11"), achievement),
            "2026-11-01T09:00:00Z".parse().expect("an instant"),
        );
        let badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, iri(LIST), REVOKED));
        let options = ProofOptions::did_key(&centre.verifying_key());
        let badge = badge.sign(&contexts, &centre, &options).expect("a sound badge");

        let at = "2026-11-14T09:00:00Z".parse().expect("an instant");
        let mut scene = Self { centre, neighbour, stranger, contexts, at, badge, sound: StatusLists::new() };
        let mut bits = Bits::new();
        bits.set(REVOKED).expect("a place of the list");
        let signed = scene.signed(&list(&bits.encode()), &scene.centre).expect("a sound list");
        scene.sound.add(&scene.verifier(), signed.as_bytes(), at).expect("a sound list");
        scene
    }

    fn verifier(&self) -> Verifier {
        let trust = [&self.centre, &self.neighbour].map(|key| RecognisedIssuer::did_key(&key.verifying_key()));
        Verifier::new(trust.into_iter().fold(Trust::none(), Trust::recognise)).contexts(self.contexts.clone())
    }

    /// The credential as this issuer's; `None` where it is none that can be signed.
    fn signed(&self, credential: &serde_json::Value, key: &SigningKey) -> Option<String> {
        let mut credential = credential.clone();
        credential["issuer"] = did(key).into();
        let document = Document::parse(credential.to_string().as_bytes(), LIST_LIMITS).ok()?;
        let options = ProofOptions::did_key(&key.verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022);
        proof::sign_document(&self.contexts, &document, LIST_LIMITS, key, &options).ok()
    }

    /// What the lists say of the badge.
    fn ask(&self, lists: &StatusLists, entry: &StatusClaim<'_>) -> Finding {
        lists.status(self.badge.unverified(), entry, self.at).finding().clone()
    }
}

/// What is read as a pack or an entity reads back the same from what is written; and whatever a stranger signs is never
/// taken for the association's.
pub(crate) fn pack(data: &[u8]) {
    if let Ok(entity) = Entity::parse(data) {
        assert_eq!(Entity::parse(entity.to_json().as_bytes()), Ok(entity));
    }
    if let Ok(pack) = Pack::parse(data)
        && let Ok(text) = pack.to_json()
    {
        assert_eq!(Pack::parse(text.as_bytes()).expect("what is written is read"), pack);
    }
    let stranger = SigningKey::from_seed(&[66; 32]);
    let signed = Pack::sign(data, &stranger, noon());
    let text = signed.as_deref().map_or(data, str::as_bytes);
    let honest = Pack::parse(honest_editions()[0].as_bytes()).expect("it is sound");
    let taken = KnownPack::first(text, &honest.root.fingerprint(), noon());
    // The corpus may hold an honest edition, to which a stranger's signature does nothing.
    if let Ok((known, trusted)) = taken {
        assert!(known.root() == &honest.root && trusted.pack().id == honest.id);
        assert!(honest_editions().iter().any(|text| Pack::parse(text.as_bytes()).as_ref() == Ok(trusted.pack())));
    }
}

/// Whatever is offered to a store, in whatever order, it ends with an honest edition. The bytes are files, with the byte 0
/// between them; the bytes 1 to 4 stand for the honest editions.
pub(crate) fn updates(data: &[u8]) {
    let editions = honest_editions();
    let first = Pack::parse(editions[0].as_bytes()).expect("it is sound");
    let taken = KnownPack::first(editions[0].as_bytes(), &first.root.fingerprint(), noon());
    let (mut known, mut trusted) = taken.expect("it is sound");
    for file in data.split(|&byte| byte == 0).take(16) {
        let mut text = Vec::new();
        for &byte in file {
            match editions.get(usize::from(byte.wrapping_sub(1))) {
                Some(edition) => text.extend_from_slice(edition.as_bytes()),
                None => text.push(byte),
            }
        }
        if let Ok((next, proven)) = known.update(&text, noon()) {
            let version = |known: &KnownPack| (known.root().version(), known.sequence());
            assert!(version(&next) >= version(&known), "it never goes back");
            (known, trusted) = (next, proven);
        }
        let is_this = |text: &String| Pack::parse(text.as_bytes()).as_ref() == Ok(trusted.pack());
        assert!(editions.iter().any(is_this), "only what the root signed is taken");
    }
}

fn noon() -> Instant {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

/// Two editions under the first root, and two under the second.
fn honest_editions() -> &'static [String; 4] {
    static EDITIONS: LazyLock<[String; 4]> = LazyLock::new(|| {
        // Other keys than in any vector.
        let keys = [131_u8, 132, 133, 134].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let root = |version, of: [usize; 3]| {
            Root::new(version, 2, of.map(|index| keys[index].verifying_key())).expect("a root")
        };
        let centre = SigningKey::from_seed(&[7; 32]).verifying_key();
        let mut entity = Entity::new(&Did::key(&centre), "Harbour Training Centre");
        entity.achievements.push(Scope::new("https://centre.example.org/tasks/*"));
        let edition = |root: Root, sequence: u64, signers: &[usize]| {
            let pack = Pack {
                id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
                publisher: "https://association.example.org".into(),
                publisher_name: "Association".into(),
                sequence,
                valid_from: "2026-11-19T00:00:00Z".parse().expect("an instant"),
                valid_until: "2027-02-19T00:00:00Z".parse().expect("an instant"),
                root,
                entities: vec![entity.clone()],
                lists: Vec::new(),
                contexts: Vec::new(),
            };
            let text = pack.to_json().expect("a pack");
            signers.iter().fold(text, |text, index| Pack::sign(text.as_bytes(), &keys[*index], noon()).expect("a pack"))
        };
        let (first, second) = (root(1, [0, 1, 2]), root(2, [0, 1, 3]));
        [
            edition(first.clone(), 7, &[0, 1]),
            edition(first, 8, &[0, 2]),
            edition(second.clone(), 1, &[0, 1, 3]),
            edition(second, 2, &[1, 3]),
        ]
    });
    &EDITIONS
}
