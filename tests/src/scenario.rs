//! Scenarios of trust: `vectors/trust/*.json`, one a file. A pack is taken for the first time, updated, and then a badge
//! is checked. Everything is static: the bytes that were signed once. Adding a case is adding a file.

#![allow(clippy::unwrap_used, reason = "a vector that cannot be read is a test that fails")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use taskbadge::finding::{Code, Finding};
use taskbadge::time::Instant;
use taskbadge::trust::{Fingerprint, KnownPack, PackParts, Trust, TrustPack};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};
use taskbadge_status::StatusLists;

/// What happens to a verifier, and what it has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Scenario {
    /// The scenario in a sentence.
    pub about: String,
    /// What happens to the store, in order. Several packs are told apart by their names here.
    pub steps: Vec<Step>,
    /// Status lists that come from elsewhere than the packs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// The badge that is checked at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
}

/// A file that is offered to the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Step {
    /// Which pack of the store it is about.
    pub pack: String,
    /// The file: one credential a line.
    pub file: Vec<String>,
    /// For the first file of a pack: the fingerprint that a person compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The time by the verifier's clock.
    pub at: String,
    /// `ok`, or why it is refused. What is refused changes nothing.
    pub expect: String,
}

/// A badge that is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Check {
    /// The badge.
    pub badge: String,
    /// The time by the verifier's clock.
    pub at: String,
    /// `VALID`, `INVALID` or `INDETERMINATE`.
    pub verdict: String,
    /// Every finding, in order.
    pub codes: Vec<String>,
}

/// A verifier's store of packs.
#[derive(Debug, Default, Clone)]
pub struct Store {
    packs: BTreeMap<String, (KnownPack, TrustPack, Vec<u8>)>,
}

impl Store {
    /// Offers a file; what is refused changes nothing.
    ///
    /// # Errors
    /// Why it is refused.
    ///
    /// # Panics
    /// Where the first file of a pack comes without a fingerprint.
    pub fn take(&mut self, name: &str, file: &[u8], print: Option<&Fingerprint>, at: Instant) -> Result<(), Finding> {
        let (known, trusted) = match (self.packs.get(name), print) {
            (Some((known, _, _)), _) => known.update(file, at)?,
            (None, Some(print)) => KnownPack::first(file, print, at)?,
            (None, None) => panic!("a pack is first taken by its fingerprint"),
        };
        self.packs.insert(name.into(), (known, trusted, file.to_vec()));
        Ok(())
    }

    /// Whom the store recognises.
    #[must_use]
    pub fn trust(&self) -> Trust {
        self.packs.values().fold(Trust::none(), |trust, (_, trusted, _)| trust.with_pack(trusted))
    }

    /// A verifier with the store's packs, the lists in their files, and these.
    ///
    /// # Panics
    /// Never: the files were read before.
    #[must_use]
    pub fn verifier<'l>(&self, lists: impl IntoIterator<Item = &'l [u8]>, at: Instant) -> Verifier {
        let verifier = Verifier::new(self.trust());
        let mut held = StatusLists::new();
        for (_, _, file) in self.packs.values() {
            for list in PackParts::of(file).unwrap().lists {
                let _ = held.add(&verifier, list, at);
            }
        }
        for list in lists {
            let _ = held.add(&verifier, list, at);
        }
        verifier.status(Arc::new(held))
    }

    /// What is remembered of a pack.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<&KnownPack> {
        self.packs.get(name).map(|(known, _, _)| known)
    }
}

impl Scenario {
    /// Plays the scenario. Gives what went otherwise than expected.
    ///
    /// # Panics
    /// Where the scenario is not well formed.
    #[must_use]
    pub fn play(&self) -> Vec<String> {
        let mut store = Store::default();
        let mut failures = Vec::new();
        for (number, step) in self.steps.iter().enumerate() {
            let before = store.known(&step.pack).cloned();
            let taken = step.offer(&mut store);
            let found = taken.as_ref().err().map_or("ok", |finding| finding.code().as_str());
            if found != step.expect {
                failures.push(format!("step {number}: {taken:?}, not {}", step.expect));
            }
            if taken.is_err() && store.known(&step.pack).cloned() != before {
                failures.push(format!("step {number} was refused and changed the store"));
            }
        }
        if let Some(check) = &self.check {
            let (verdict, findings) = check.made(&store, &self.lists);
            let codes: Vec<_> = findings.iter().map(|finding| finding.code().as_str()).collect();
            if verdict != check.verdict || codes != check.codes {
                failures.push(format!("{verdict} {findings:#?}"));
            }
        }
        failures
    }

    /// The verdict in the end, whatever was expected on the way.
    ///
    /// # Panics
    /// Where the scenario is not well formed, or checks no badge.
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        let mut store = Store::default();
        for step in &self.steps {
            let _ = step.offer(&mut store);
        }
        self.check.as_ref().expect("a badge is checked").made(&store, &self.lists).0
    }

    /// The codes that the scenario is about.
    ///
    /// # Panics
    /// Where one is not a code.
    pub fn codes(&self) -> impl Iterator<Item = Code> {
        let expected = self.steps.iter().map(|step| &step.expect);
        let found = self.check.iter().flat_map(|check| &check.codes);
        expected.chain(found).map(|code| code.parse().unwrap()).collect::<Vec<_>>().into_iter()
    }
}

impl Step {
    fn offer(&self, store: &mut Store) -> Result<(), Finding> {
        let print = self.fingerprint.as_ref().map(|text| text.parse().unwrap());
        store.take(&self.pack, self.file.join("\n").as_bytes(), print.as_ref(), instant(&self.at))
    }
}

impl Check {
    fn made(&self, store: &Store, lists: &[String]) -> (&'static str, Vec<Finding>) {
        let at = instant(&self.at);
        let verifier = store.verifier(lists.iter().map(String::as_bytes), at);
        verdict(&verifier.verify(self.badge.as_bytes(), at))
    }
}

/// A verdict in a word, and the findings.
#[must_use]
pub fn verdict(outcome: &Result<VerifiedBadge, Refusal>) -> (&'static str, Vec<Finding>) {
    match outcome {
        Ok(badge) => ("VALID", badge.findings().to_vec()),
        Err(refusal @ Refusal::Invalid(_)) => ("INVALID", refusal.refused().findings().to_vec()),
        Err(refusal @ Refusal::Indeterminate(_)) => ("INDETERMINATE", refusal.refused().findings().to_vec()),
    }
}

/// The folder of the scenarios.
#[must_use]
pub fn folder() -> PathBuf {
    crate::root().join("tests/vectors/trust")
}

/// Every scenario with the name of its file.
///
/// # Panics
/// Where a file is no scenario.
#[must_use]
pub fn all() -> Vec<(String, Scenario)> {
    let mut files: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let scenario = serde_json::from_value(crate::json(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, scenario)
    };
    files.into_iter().map(read).collect()
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}
