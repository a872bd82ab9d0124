//! Verdict vectors: `vectors/verify/*.json`, one scenario a file. Adding a case is adding a file.

#![allow(clippy::unwrap_used, reason = "a vector that cannot be read is a test that fails")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use taskbadge::badge::Claims;
use taskbadge::finding::{Code, Finding};
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, DidDocument, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, StatusAnswer, StatusClaim, StatusSource, VerifiedBadge, Verifier};
use taskbadge_status::StatusLists;

/// A badge, what the verifier holds, and what it has to answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Vector {
    /// The scenario in a sentence.
    pub about: String,
    at: String,
    #[serde(default)]
    trust: Vec<Recognised>,
    /// Contexts that the caller adds, by URL.
    #[serde(default)]
    contexts: BTreeMap<String, Value>,
    /// What the lists at hand say, by URL; without, there are no lists.
    status: Option<BTreeMap<String, Answer>>,
    /// What was retrieved from the addresses of lists: JSON, or a text that need not be; read in the order of the URLs.
    #[serde(default)]
    status_lists: BTreeMap<String, Value>,
    /// How old a list may be, such as `30d`.
    max_age: Option<String>,
    recipient: Option<String>,
    domain: Option<String>,
    challenge: Option<String>,
    /// The badge as JSON, handed over in compact form; or, where the bytes matter, one of the three below.
    badge: Option<Value>,
    badge_text: Option<String>,
    badge_hex: Option<String>,
    badge_repeat: Option<Repeat>,
    /// The answer.
    pub expect: Expect,
}

/// What the verifier has to answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expect {
    /// `VALID`, `INVALID` or `INDETERMINATE`.
    pub verdict: String,
    /// Every finding, in order.
    pub codes: Vec<String>,
    /// Where the first finding of a code points to.
    #[serde(default)]
    pub pointers: BTreeMap<String, String>,
    /// The findings about the contexts that the caller tried to add.
    #[serde(default)]
    pub about_contexts: Vec<String>,
    /// The documents that the report asks for.
    #[serde(default)]
    pub required_documents: Vec<String>,
}

/// An issuer whom the verifier recognises.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Recognised {
    /// By the Multikey of its did:key,
    did_key: Option<String>,
    /// by a pinned DID document,
    pinned: Option<Value>,
    /// or by a URL, with its keys by their verification methods.
    id: Option<String>,
    #[serde(default)]
    keys: BTreeMap<String, String>,
    name: Option<String>,
}

/// What a status list says of a badge.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Answer {
    code: String,
    as_of: Option<String>,
    valid_until: Option<String>,
}

/// Lists that answer as the vector says.
struct Answers(BTreeMap<String, Answer>);

/// A text too long to write down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    before: String,
    unit: String,
    times: usize,
    after: String,
}

/// The folder of the vectors.
#[must_use]
pub fn folder() -> PathBuf {
    crate::root().join("tests/vectors/verify")
}

/// The files of the vectors, by name.
///
/// # Panics
/// Where there is no folder of them.
#[must_use]
pub fn files() -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// Every vector with the name of its file.
///
/// # Panics
/// Where a file is no vector.
#[must_use]
pub fn all() -> Vec<(String, Vector)> {
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let vector = serde_json::from_value(crate::json(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, vector)
    };
    files().into_iter().map(read).collect()
}

impl Vector {
    /// The bytes that the verifier is given.
    ///
    /// # Panics
    /// Where the vector does not give them in exactly one way.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match (&self.badge, &self.badge_text, &self.badge_hex, &self.badge_repeat) {
            (Some(badge), None, None, None) => badge.to_string().into_bytes(),
            (None, Some(text), None, None) => text.clone().into_bytes(),
            (None, None, Some(hex), None) => {
                let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                (0..hex.len()).step_by(2).map(digit).collect()
            }
            (None, None, None, Some(repeat)) => {
                [&repeat.before, &*repeat.unit.repeat(repeat.times), &repeat.after].concat().into_bytes()
            }
            _ => panic!("a vector has exactly one badge"),
        }
    }

    /// The badge, where it is given as JSON.
    #[must_use]
    pub fn badge(&self) -> Option<&Value> {
        self.badge.as_ref()
    }

    /// When the badge is checked.
    ///
    /// # Panics
    /// Where the vector gives no such time.
    #[must_use]
    pub fn at(&self) -> Instant {
        self.at.parse().unwrap()
    }

    /// The contexts that the caller adds, by URL.
    #[must_use]
    pub fn added_contexts(&self) -> &BTreeMap<String, Value> {
        &self.contexts
    }

    /// The contexts that the verifier holds, and the findings about those that it would not take.
    #[must_use]
    pub fn contexts(&self) -> (Contexts, Vec<Finding>) {
        let mut contexts = Contexts::builtin();
        let added = self.contexts.iter().map(|(url, document)| contexts.add(url, document.to_string().as_bytes()));
        let refused = added.filter_map(Result::err).collect();
        (contexts, refused)
    }

    /// The verifier as the vector wants it.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        let trust = self.trust.iter().map(Recognised::issuer).fold(Trust::none(), Trust::recognise);
        let mut verifier = Verifier::new(trust).contexts(self.contexts().0);
        if let Some(answers) = &self.status {
            verifier = verifier.status(Arc::new(Answers(answers.clone())));
        }
        if !self.status_lists.is_empty() {
            let lists = self.status_lists(&verifier);
            verifier = verifier.status(Arc::new(lists));
        }
        if let Some(domain) = &self.domain {
            verifier = verifier.domain(domain);
        }
        if let Some(challenge) = &self.challenge {
            verifier = verifier.challenge(challenge);
        }
        verifier
    }

    /// The lists that were retrieved. Those that do not count are remembered as such.
    fn status_lists(&self, verifier: &Verifier) -> StatusLists {
        let mut lists = StatusLists::new();
        if let Some(age) = &self.max_age {
            lists = lists.max_age(age.parse().unwrap());
        }
        for (url, list) in &self.status_lists {
            let text = list.as_str().map_or_else(|| list.to_string(), Into::into);
            let _ = lists.add_from(url, verifier, text.as_bytes(), self.at());
        }
        lists
    }

    /// What the verifier answers.
    ///
    /// # Errors
    /// The refusal, as the verifier gives it.
    pub fn verify(&self) -> Result<VerifiedBadge, Refusal> {
        let (verifier, bytes) = (self.verifier(), self.bytes());
        match &self.recipient {
            Some(recipient) => verifier.verify_for(&bytes, self.at(), recipient),
            None => verifier.verify(&bytes, self.at()),
        }
    }

    /// Every code that the vector expects.
    ///
    /// # Panics
    /// Where one of them is none.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        let named = |text: &String| text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        self.expect.codes.iter().chain(&self.expect.about_contexts).map(named).collect()
    }
}

impl Recognised {
    fn issuer(&self) -> RecognisedIssuer {
        let key = |multikey: &String| VerifyingKey::from_multikey(multikey).unwrap();
        let issuer = match (&self.did_key, &self.pinned, &self.id) {
            (Some(multikey), None, None) => RecognisedIssuer::did_key(&key(multikey)),
            (None, Some(document), None) => {
                let did = Did::parse(document["id"].as_str().unwrap()).unwrap();
                RecognisedIssuer::pinned(DidDocument::from_json(document.to_string().as_bytes(), &did).unwrap())
            }
            (None, None, Some(id)) => {
                let keys = self.keys.iter().map(|(method, multikey)| (method.parse().unwrap(), key(multikey)));
                RecognisedIssuer::listed(&id.parse().unwrap(), keys)
            }
            _ => panic!("an issuer is recognised by exactly one of didKey, pinned and id"),
        };
        match &self.name {
            Some(name) => issuer.named(name),
            None => issuer,
        }
    }
}

impl StatusSource for Answers {
    fn status(&self, _: Claims<'_>, entry: &StatusClaim<'_>, _: Instant) -> StatusAnswer {
        let missing = || StatusAnswer::new(Finding::new(Code::StatusMissing).because(entry.list));
        let Some(answer) = self.0.get(entry.list) else { return missing() };
        let mut told = StatusAnswer::new(Finding::new(answer.code.parse().unwrap()));
        if let Some(made) = &answer.as_of {
            told = told.as_of(made.parse().unwrap());
        }
        if let Some(end) = &answer.valid_until {
            told = told.valid_until(end.parse().unwrap());
        }
        told
    }
}
