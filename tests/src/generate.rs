//! Open Badges by a seed: well formed, with every optional property of the standard now and then.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const OPEN_BADGES: [&str; 2] = [
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
];
/// Other contexts, each in one of so many badges.
const MORE: [(&str, usize); 3] = [
    ("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", 4),
    ("https://w3id.org/security/data-integrity/v2", 20),
    ("https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", 4),
];

/// Texts that canonical forms get wrong: quotes, escapes, controls, other planes, combining letters, directions.
const TEXTS: &[&str] = &[
    "Forklift pre-start check",
    "Prüfung",
    "فحص الرافعة الشوكية",
    "叉车检查",
    "🚜 check",
    "e\u{301} and é",
    "a \"quoted\" word",
    "back\\slash",
    "two\nlines\r\n",
    "tab\tand \u{8}\u{c}",
    "null \u{1} \u{1f} \u{7f}",
    "<b>&amp;</b>",
    "\u{202e}reversed",
    "\u{fffd}\u{feff}",
    "_:b0",
    "https://example.org/",
    "@type",
    "0",
    " ",
    "\u{10ffff}",
    "line\u{2028}separator",
];
/// Numbers whose canonical form has a trap: whole fractions, exponents, sixteen digits, both ends of the range.
const NUMBERS: &[f64] = &[
    0.0,
    1.0,
    3.0,
    1.5,
    -2.5,
    0.1,
    1e-7,
    1.5e-7,
    123_456_789_012_345.0,
    9_007_199_254_740_991.0,
    1e19,
    1e21,
    1.5e300,
    2.5e-308,
    0.000_001,
    100.0,
    -1.0,
    12.25,
];

/// A source of choices: SplitMix64; and one that was made for the whole badge.
pub(crate) struct Choices {
    state: u64,
    open_badges: &'static str,
}

impl Choices {
    pub(crate) fn by(seed: u64) -> Self {
        let mut choices = Self { state: seed, open_badges: OPEN_BADGES[0] };
        choices.open_badges = choices.of(&OPEN_BADGES);
        choices
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn text(&mut self) -> Value {
        let text = self.of(TEXTS);
        // Required texts say something.
        let number = self.below(1000);
        if self.one_in(2) { json!(format!("{text}{number}")) } else { json!(format!("№ {number}: {text}")) }
    }

    fn url(&mut self) -> Value {
        let number = self.below(40);
        json!(match self.below(5) {
            0 => format!("https://example.org/things/{number}?q=1&r=%20#part"),
            1 => format!("urn:uuid:00000000-0000-4000-8000-{number:012}"),
            2 => format!("did:web:example.org:{number}"),
            3 => format!("https://example.org/é/{number}"),
            _ => format!("http://data.europa.eu/esco/skill/{number}"),
        })
    }

    fn number(&mut self) -> Value {
        json!(self.of(NUMBERS))
    }

    fn date(&mut self) -> Value {
        let month = 1 + self.below(10);
        let end = self.of(&["Z", "+02:00", "-14:00", ".5Z", ".123456789+05:30", ""]);
        json!(format!("2025-{month:02}-11T08:00:00{end}"))
    }

    /// One value or a list of one to three.
    fn some(&mut self, mut make: impl FnMut(&mut Self) -> Value) -> Value {
        if self.one_in(2) {
            return make(self);
        }
        (0..1 + self.below(3)).map(|_| make(self)).collect()
    }

    /// A text for people: plain, or in a language, now and then with the direction that the language has.
    fn words(&mut self) -> Value {
        let (language, direction) =
            self.of(&[("ar", "rtl"), ("fa-AF", "rtl"), ("FR", "ltr"), ("zh-Hans", "ltr"), ("ku-arab", "rtl")]);
        match self.below(8) {
            0 => json!({ "@value": self.text(), "@language": language, "@direction": direction }),
            1 | 2 => json!({ "@value": self.text(), "@language": language }),
            3 => json!({ "@value": self.text() }),
            _ => self.text(),
        }
    }

    /// What a report shows as text.
    fn scalar(&mut self) -> Value {
        match self.below(4) {
            0 => self.number(),
            1 => json!(self.one_in(2)),
            _ => self.text(),
        }
    }

    /// A property that JSON-LD allows to be a text, a text with a language, or a number.
    fn loose(&mut self) -> Value {
        match self.below(6) {
            0 => json!({ "@value": self.text(), "@language": self.of(&["fr", "ar", "zh-hans", "de-at"]) }),
            1 => json!({ "@value": self.text(), "@type": "https://example.org/datatype" }),
            2 => json!({ "@value": self.text() }),
            3 => self.number(),
            4 => json!(self.one_in(2)),
            _ => self.text(),
        }
    }
}

/// An object under construction.
struct Node<'c> {
    choices: &'c mut Choices,
    members: Map<String, Value>,
}

impl<'c> Node<'c> {
    fn new(choices: &'c mut Choices, kind: &str) -> Self {
        let types = if choices.one_in(2) { json!([kind]) } else { json!(kind) };
        Self { choices, members: Map::from_iter([("type".into(), types)]) }
    }

    fn with(mut self, key: &str, make: impl FnOnce(&mut Choices) -> Value) -> Self {
        self.members.insert(key.into(), make(self.choices));
        self
    }

    /// One time in three.
    fn maybe(self, key: &str, make: impl FnOnce(&mut Choices) -> Value) -> Self {
        if self.choices.one_in(3) { self.with(key, make) } else { self }
    }

    fn maybe_each(self, keys: &[&str], make: impl Fn(&mut Choices) -> Value) -> Self {
        keys.iter().fold(self, |node, key| node.maybe(key, &make))
    }

    fn done(self) -> Value {
        Value::Object(self.members)
    }
}

/// An unsigned Open Badge that a verifier accepts, once it is signed by the issuer it names.
///
/// Ids come from a small pool, so that nodes meet. Now and then two things that a verifier reads get one id, which no honest
/// badge does: then another is drawn.
///
/// # Panics
/// Where a thousand draws give no such badge.
#[must_use]
pub fn badge(seed: u64) -> Value {
    let mut draws = (0..1_000).map(|draw| any_badge(seed, seed.wrapping_add(draw << 32)));
    draws.find(|badge| !differs_elsewhere(badge, &mut BTreeMap::new())).expect("most draws are good")
}

/// Whether something that a verifier reads of an id differs from what is said where the id was met before.
fn differs_elsewhere(value: &Value, met: &mut BTreeMap<String, Map<String, Value>>) -> bool {
    const READ: [&str; 27] = [
        "achievedLevel",
        "achievement",
        "alignment",
        "allowedValue",
        "awardedDate",
        "credentialStatus",
        "credentialSubject",
        "criteria",
        "description",
        "identifier",
        "issuer",
        "level",
        "name",
        "narrative",
        "points",
        "requiredLevel",
        "requiredValue",
        "result",
        "resultDescription",
        "resultType",
        "rubricCriterionLevel",
        "source",
        "targetName",
        "targetUrl",
        "validFrom",
        "validUntil",
        "value",
    ];
    match value {
        Value::Array(items) => items.iter().any(|item| differs_elsewhere(item, met)),
        Value::Object(members) => {
            let read = members.iter().filter(|(key, _)| READ.contains(&key.as_str()));
            let read: Map<_, _> = read.map(|(key, value)| (key.clone(), value.clone())).collect();
            let differs = members.get("id").and_then(Value::as_str).is_some_and(|id| {
                let has_parts = read.iter().any(|(key, value)| key != "name" && !value.is_string());
                match met.insert(id.to_owned(), read.clone()) {
                    Some(before) => before != read || has_parts,
                    None => false,
                }
            });
            differs || members.values().any(|member| differs_elsewhere(member, met))
        }
        _ => false,
    }
}

fn any_badge(seed: u64, draw: u64) -> Value {
    let choices = &mut Choices::by(draw);
    let mut contexts = vec![json!(V2), json!(choices.open_badges)];
    for (more, often) in MORE {
        if choices.one_in(often) {
            contexts.push(json!(more));
        }
    }
    let current = choices.open_badges == OPEN_BADGES[0];
    let mut badge = Node::new(choices, "x")
        .with("id", |_| json!(format!("urn:uuid:ffffffff-ffff-4fff-8fff-{seed:012}")))
        .with("issuer", profile)
        .with("validFrom", Choices::date)
        .with("credentialSubject", subject)
        .maybe("validUntil", |_| json!("2027-01-01T24:00:00-03:30"))
        .maybe_each(&["name", "description"], Choices::words)
        .maybe("image", image)
        .maybe("evidence", |choices| choices.some(evidence))
        .maybe("endorsement", |choices| choices.some(endorsement))
        .maybe("termsOfUse", |choices| {
            choices.some(|choices| json!({ "id": choices.url(), "type": "https://example.org/Policy" }))
        })
        .maybe("credentialSchema", |choices| json!({ "id": choices.url(), "type": "https://example.org/Schema" }))
        .maybe("refreshService", |choices| json!({ "id": choices.url(), "type": "https://example.org/Refresh" }))
        .maybe("https://example.org/terms#crew", own_property);
    badge.members.insert(
        "type".into(),
        json!(["VerifiableCredential", badge.choices.of(&["OpenBadgeCredential", "AchievementCredential"])]),
    );
    if current {
        badge = badge.maybe("awardedDate", Choices::date).maybe("inLanguage", |_| json!("en"));
        badge = badge.maybe("endorsementJwt", |choices| choices.some(Choices::text)).maybe("jti", Choices::url);
    }
    // Who issues has often made the achievement, too.
    if badge.choices.one_in(4) {
        badge.members["credentialSubject"]["achievement"]["creator"] = badge.members["issuer"].clone();
    }
    badge.members.insert("@context".into(), json!(contexts));
    badge.done()
}

/// The same with one thing that a verifier has to refuse, or to read just as everybody else does.
#[must_use]
pub fn faulty_badge(seed: u64) -> Value {
    let mut badge = badge(seed);
    let choices = &mut Choices::by(!seed);
    let places = [
        "",
        "/credentialSubject",
        "/credentialSubject/achievement",
        "/credentialSubject/achievement/criteria",
        "/issuer",
    ];
    let place = choices.of(&places);
    let fault: (&str, Value) = match choices.below(16) {
        0 => ("grade", choices.text()),
        1 => ("description", Value::Null),
        2 => ("id", json!("tasks/forklift")),
        3 => ("type", json!(["Forklift"])),
        4 => ("@context", json!({ "grade": "https://example.org/grade" })),
        5 => ("@context", json!("https://www.w3.org/ns/credentials/v2")),
        6 => ("@reverse", json!({ "name": choices.text() })),
        7 => ("@graph", json!([{ "id": "urn:x:1", "name": "x" }])),
        8 => ("name", json!({ "@value": "x", "@language": "en-GB" })),
        9 => ("name", json!({ "@value": null })),
        10 => ("image", json!({ "@list": [choices.url()] })),
        11 => ("narrative", json!([[choices.text()], []])),
        12 => ("_:property", choices.text()),
        13 => ("https://schema.org/name", choices.text()),
        14 => ("version", json!(1.234_567_890_123_456_7)),
        _ => ("@included", json!([{ "id": "urn:x:1", "name": "x" }])),
    };
    if let Some(Value::Object(object)) = badge.pointer_mut(place) {
        object.insert(fault.0.into(), fault.1);
    }
    badge
}

fn subject(choices: &mut Choices) -> Value {
    Node::new(choices, "AchievementSubject")
        .with("id", Choices::url)
        .with("achievement", achievement)
        .maybe("identifier", |choices| choices.some(identity))
        .maybe("result", |choices| choices.some(result))
        .maybe("source", profile)
        .maybe("image", image)
        .maybe("creditsEarned", Choices::number)
        .maybe_each(&["activityStartDate", "activityEndDate"], Choices::date)
        .maybe_each(&["licenseNumber", "role", "term", "narrative"], Choices::loose)
        .done()
}

fn achievement(choices: &mut Choices) -> Value {
    Node::new(choices, "Achievement")
        .with("id", Choices::url)
        .with("name", Choices::words)
        .with("description", Choices::words)
        .with("criteria", criteria)
        .maybe("achievementType", |choices| json!(choices.of(&["Competency", "MicroCredential", "ext:Task"])))
        .maybe("alignment", |choices| choices.some(alignment))
        .maybe("creator", profile)
        .maybe("creditsAvailable", Choices::number)
        .maybe("image", image)
        .maybe("otherIdentifier", |choices| choices.some(identifier_entry))
        .maybe("related", |choices| choices.some(related))
        .maybe("resultDescription", |choices| choices.some(result_description))
        .maybe("endorsement", |choices| choices.some(endorsement))
        .maybe("tag", |choices| choices.some(Choices::text))
        .maybe_each(&["fieldOfStudy", "humanCode", "specialization", "version"], Choices::loose)
        .maybe("https://example.org/terms#crew", own_property)
        .done()
}

fn criteria(choices: &mut Choices) -> Value {
    let node = Node::new(choices, "Criteria").with("narrative", Choices::words).maybe("id", Choices::url);
    let mut node = node.done();
    node.as_object_mut().map(|members| members.remove("type"));
    node
}

fn alignment(choices: &mut Choices) -> Value {
    Node::new(choices, "Alignment")
        .with("targetName", Choices::words)
        .with("targetUrl", Choices::url)
        .maybe_each(&["targetCode", "targetDescription", "targetFramework", "targetType"], Choices::loose)
        .done()
}

fn result_description(choices: &mut Choices) -> Value {
    Node::new(choices, "ResultDescription")
        .with("id", Choices::url)
        .with("name", Choices::words)
        .with("resultType", |choices| json!(choices.of(&["PerformanceLevel", "RubricCriterionLevel", "Status"])))
        .maybe("allowedValue", |choices| choices.some(Choices::text))
        .maybe("requiredLevel", Choices::url)
        .maybe("rubricCriterionLevel", |choices| choices.some(rubric_level))
        .maybe("alignment", |choices| choices.some(alignment))
        .maybe_each(&["requiredValue", "valueMax", "valueMin"], Choices::scalar)
        .done()
}

fn rubric_level(choices: &mut Choices) -> Value {
    Node::new(choices, "RubricCriterionLevel")
        .with("id", Choices::url)
        .with("name", Choices::words)
        .maybe("alignment", |choices| choices.some(alignment))
        .maybe("description", Choices::loose)
        .maybe_each(&["level", "points"], Choices::scalar)
        .done()
}

fn result(choices: &mut Choices) -> Value {
    Node::new(choices, "Result")
        .maybe_each(&["resultDescription", "achievedLevel"], Choices::url)
        .maybe("alignment", |choices| choices.some(alignment))
        .maybe_each(&["status", "value"], Choices::scalar)
        .done()
}

fn evidence(choices: &mut Choices) -> Value {
    Node::new(choices, "Evidence")
        .maybe("id", |choices| if choices.one_in(3) { json!(choices.of(&["_:e1", "_:e2"])) } else { choices.url() })
        .maybe_each(&["name", "description", "narrative", "genre", "audience"], Choices::loose)
        .done()
}

fn identity(choices: &mut Choices) -> Value {
    Node::new(choices, "IdentityObject")
        .with("hashed", |choices| json!(choices.one_in(2)))
        .with("identityHash", Choices::text)
        .with("identityType", |choices| json!(choices.of(&["emailAddress", "name", "ext:claimCode"])))
        .maybe("salt", Choices::text)
        .done()
}

fn identifier_entry(choices: &mut Choices) -> Value {
    Node::new(choices, "IdentifierEntry").maybe_each(&["identifier", "identifierType"], Choices::text).done()
}

fn related(choices: &mut Choices) -> Value {
    Node::new(choices, "Related").with("id", Choices::url).maybe_each(&["version"], Choices::loose).done()
}

fn profile(choices: &mut Choices) -> Value {
    Node::new(choices, "Profile")
        .with("id", Choices::url)
        .maybe("name", Choices::words)
        .maybe("url", Choices::url)
        .maybe("image", image)
        .maybe("address", address)
        .maybe("dateOfBirth", |_| json!("1990-02-28"))
        .maybe("otherIdentifier", |choices| choices.some(identifier_entry))
        .maybe("official", |choices| json!(choices.one_in(2)))
        .maybe_each(&["description", "email", "phone", "familyName", "givenName", "additionalName"], Choices::loose)
        .maybe_each(&["honorificPrefix", "honorificSuffix", "patronymicName", "familyNamePrefix"], Choices::loose)
        .done()
}

fn address(choices: &mut Choices) -> Value {
    Node::new(choices, "Address")
        .maybe("geo", |choices| {
            Node::new(choices, "GeoCoordinates").maybe_each(&["latitude", "longitude"], Choices::number).done()
        })
        .maybe_each(&["addressCountry", "addressCountryCode", "addressLocality", "addressRegion"], Choices::loose)
        .maybe_each(&["postOfficeBoxNumber", "postalCode", "streetAddress"], Choices::loose)
        .done()
}

fn image(choices: &mut Choices) -> Value {
    Node::new(choices, "Image").with("id", Choices::url).maybe("caption", Choices::loose).done()
}

/// An endorsement with its own contexts and now and then its own proof. Its Open Badges context is that of the badge, since 3.0.2
/// and 3.0.3 give the protected term `image` two meanings.
fn endorsement(choices: &mut Choices) -> Value {
    let node = Node::new(choices, "x")
        .with("@context", |choices| json!([V2, choices.open_badges]))
        .with("id", |choices| json!(format!("urn:x:endorsement:{}", choices.below(50))))
        .with("issuer", profile)
        .with("validFrom", Choices::date)
        .maybe("validUntil", Choices::date)
        .with("credentialSubject", |choices| {
            Node::new(choices, "EndorsementSubject")
                .with("id", Choices::url)
                .maybe("endorsementComment", Choices::loose)
                .done()
        })
        .maybe("proof", |choices| {
            json!({
                "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
                "created": choices.date(), "verificationMethod": choices.url(), "proofValue": "z3abc",
            })
        });
    let mut endorsement = node.done();
    endorsement["type"] = json!(["VerifiableCredential", "EndorsementCredential"]);
    endorsement
}

/// The value of a property that no context names.
fn own_property(choices: &mut Choices) -> Value {
    choices.some(|choices| match choices.below(3) {
        0 => json!({ "id": choices.of(&["_:c1", "_:c2", "urn:x:crew"]), "https://example.org/terms#next": { "id": "_:c1" } }),
        1 => json!({ "id": choices.url(), "type": "https://example.org/terms#Crew" }),
        _ => choices.loose(),
    })
}
