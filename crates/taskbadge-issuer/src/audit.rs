//! Proving what a centre has issued: the ledger event by event, and every badge that it keeps, as an employer would.

use std::sync::Arc;

use taskbadge::badge::{Claims, SignedBadge};
use taskbadge::json::Value;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{DidDocument, VerifyingKey};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::Verifier;

use crate::Trouble;
use crate::award;
use crate::centre::Centre;
use crate::cores::on_all_cores;
use crate::desk::NotTakenBack;
use crate::keys::Keys;
use crate::ledger::{Because, Check, Ledger, Record, Witness};

/// Checks the ledger of a centre ([`Ledger::check`]), and verifies every badge that it keeps: the proof by the centre's
/// own keys, whatever became of them since, and what it says against its row. `progress` is told how many events of how
/// many are done.
///
/// # Errors
/// [`Trouble::Keys`], those of [`Centre::did_document`], the troubles of the ledger.
pub fn check(centre: &Centre, ledger: &mut Ledger, progress: impl FnMut(u64, u64)) -> Result<Check, Trouble> {
    Ok(ledger.check_before(&mut Auditor::of(centre, progress)?)?)
}

/// Seals a ledger of an earlier version ([`Ledger::seal`]), after all that [`check`] does. A check with faults in it means
/// that it was not sealed.
///
/// # Errors
/// As [`check`], and those of [`Ledger::seal`].
pub fn seal(
    centre: &Centre,
    ledger: &mut Ledger,
    because: &Because,
    now: Instant,
    progress: impl FnMut(u64, u64),
) -> Result<Check, Trouble> {
    Ok(ledger.seal(because, now, &mut Auditor::of(centre, progress)?)?)
}

/// Verifies badges as somebody who recognises all keys that the centre ever had.
struct Auditor<P> {
    verifier: Verifier,
    contexts: Contexts,
    keys: Vec<(String, VerifyingKey)>,
    progress: P,
}

impl<P> Auditor<P> {
    fn of(centre: &Centre, progress: P) -> Result<Self, Trouble> {
        let keys: Vec<(String, VerifyingKey)> =
            Keys::of(centre)?.all().iter().map(|key| (key.id.to_string(), key.key)).collect();
        let did = centre.settings().did();
        let all: Vec<VerifyingKey> = keys.iter().map(|(_, key)| *key).collect();
        let document =
            DidDocument::new(did, &all).map_err(|error| Trouble::Key { path: centre.did_document_file(), error })?;
        let trust = Trust::none().recognise(RecognisedIssuer::pinned(document));
        let verifier = Verifier::new(trust).status(Arc::new(NotTakenBack));
        Ok(Self { verifier, contexts: Contexts::builtin(), keys, progress })
    }
}

fn wrong(verifier: &Verifier, record: &Record, text: &[u8]) -> Option<String> {
    // The moment in which it was issued: it may be over by now.
    let at = record.issued_at.unwrap_or(record.intended_at);
    match verifier.verify(text, Instant::from_unix(at.unix() + 1)) {
        Err(refusal) => Some(refusal.to_string()),
        Ok(badge) => {
            let signer = record.signer.as_deref();
            let is_signer = badge.signed_digests().any(|(method, _)| Some(method) == signer);
            award::differs(badge.claims(), record)
                .or_else(|| (!is_signer).then_some("its signer"))
                .map(|what| format!("it says otherwise of {what} than the ledger"))
        }
    }
}

impl<P: FnMut(u64, u64)> Witness for Auditor<P> {
    fn wrong(&self, kept: &[(Record, Vec<u8>)]) -> Vec<Option<String>> {
        let verifier = &self.verifier;
        let looked = on_all_cores(kept, |(record, text)| Ok(wrong(verifier, record, text)));
        looked.unwrap_or_else(|trouble| vec![Some(trouble.to_string()); kept.len()])
    }

    fn signed(&self, signer: &str, text: &[u8]) -> Vec<[u8; 32]> {
        let key = self.keys.iter().find(|(id, _)| id == signer).map(|(_, key)| key);
        let badge = SignedBadge::parse(text).ok();
        key.zip(badge).and_then(|(key, badge)| badge.digests_by(&self.contexts, key).ok()).unwrap_or_default()
    }

    fn progress(&mut self, done: u64, all: u64) {
        (self.progress)(done, all);
    }
}

/// The places in status lists that a badge names: purpose, list and index.
pub(crate) fn places(claims: Claims<'_>) -> Vec<(String, String, String)> {
    let text = |value: Value<'_>, name: &str| {
        let text = value.as_object().and_then(|object| object.get(name)).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let status = claims.root().as_object().and_then(|badge| badge.get("credentialStatus"));
    let mut places: Vec<_> = status
        .into_iter()
        .flat_map(Value::one_or_many)
        .map(|entry| {
            (text(entry, "statusPurpose"), text(entry, "statusListCredential"), text(entry, "statusListIndex"))
        })
        .collect();
    places.sort();
    places
}
