//! The trust file: the issuers that a verifier recognises, as JSON. Described by `schemas/trust-file.schema.json`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use taskbadge::key::{Did, DidDocument};
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge_files::{self as files, Lock, Secrecy};

use crate::args::trust as args;
use crate::output::Trouble;
use crate::store::Store;
use crate::words;

/// The content of a trust file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrustFile {
    version: u32,
    pub(crate) issuers: Vec<Issuer>,
}

/// One recognised issuer.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Issuer {
    /// A did:key or did:web.
    pub(crate) id: String,
    /// The name under which the verifier knows the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The pinned DID document of a did:web: its text as it was received. As JSON within JSON it would be parsed before the
    /// strict parser saw it, and of a name that stands there twice only one would be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<String>,
}

const VERSION: u32 = 1;
/// Thousands of issuers with their documents.
const BYTES_MAX: u64 = 16 * 1024 * 1024;

impl TrustFile {
    /// Reads the file; one that is not there recognises nobody.
    pub(crate) fn read(path: &Path) -> Result<Self, Trouble> {
        let Some(bytes) = crate::files::read_if_there(path, BYTES_MAX)? else {
            return Ok(Self { version: VERSION, issuers: Vec::new() });
        };
        let file: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Trouble::new(words::trust_file_malformed(path, &error.to_string())))?;
        if file.version != VERSION {
            return Err(Trouble::new(words::trust_file_version(path, file.version)));
        }
        let mut seen = HashSet::new();
        if let Some(again) = file.issuers.iter().find(|issuer| !seen.insert(&issuer.id)) {
            return Err(Trouble::new(words::trust_file_twice(path, &again.id)));
        }
        Ok(file)
    }

    /// Waits until nobody else is changing the file, and keeps others waiting until the lock is dropped: who reads, adds
    /// and writes must not lose what another adds meanwhile. The file itself is replaced, so the lock is one beside it.
    pub(crate) fn lock(path: &Path) -> Result<Lock, Trouble> {
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        Ok(Lock::wait(&lock_file(path))?)
    }

    /// Replaces the file, whose [`lock`](Self::lock) is held.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Trouble> {
        let mut text = serde_json::to_string_pretty(self).map_err(|error| Trouble::new(error.to_string()))?;
        text.push('\n');
        Ok(files::replace(path, text.as_bytes(), Secrecy::Open)?)
    }

    pub(crate) fn trust(&self, path: &Path) -> Result<Trust, Trouble> {
        self.recognise(Trust::none(), path)
    }

    /// The same trust with these issuers.
    pub(crate) fn recognise(&self, trust: Trust, path: &Path) -> Result<Trust, Trouble> {
        self.issuers.iter().try_fold(trust, |trust, issuer| {
            let recognised = issuer.recognised();
            let recognised =
                recognised.map_err(|why| Trouble::new(words::trust_file_issuer(path, &issuer.id, &why)))?;
            Ok(trust.recognise(recognised))
        })
    }
}

/// The lock of a trust file.
pub(crate) fn lock_file(path: &Path) -> PathBuf {
    path.with_added_extension("lock")
}

impl Issuer {
    /// An issuer, which has to be one that a verifier can recognise.
    pub(crate) fn new(id: String, name: Option<String>, document: Option<&[u8]>) -> Result<Self, String> {
        let document = document.map(|bytes| String::from_utf8(bytes.to_owned())).transpose();
        let document = document.map_err(|_| words::DOCUMENT_NOT_JSON.to_owned())?;
        let issuer = Self { id, name, document };
        issuer.recognised()?;
        Ok(issuer)
    }

    fn recognised(&self) -> Result<RecognisedIssuer, String> {
        let did = Did::parse(&self.id).map_err(|error| error.to_string())?;
        let document = self.document.as_ref().map(|text| DidDocument::from_json(text.as_bytes(), &did)).transpose();
        let document = document.map_err(|error| error.to_string())?;
        let issuer = match (did.verifying_key(), document) {
            (Some(key), _) => RecognisedIssuer::did_key(&key),
            (None, None) => {
                return Err(words::document_wanted(&did.document_url().unwrap_or_default()));
            }
            (None, Some(document)) if document.keys().next().is_none() => {
                return Err(words::DOCUMENT_WITHOUT_KEYS.to_owned());
            }
            (None, Some(document)) => RecognisedIssuer::pinned(document),
        };
        Ok(match &self.name {
            Some(name) => issuer.named(name),
            None => issuer,
        })
    }
}

impl args::TrustFile {
    /// The file that was named, or the one in the store.
    pub(crate) fn path(&self) -> Result<PathBuf, Trouble> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        Ok(Store::of(&self.store)?.trust_file())
    }

    /// The file for reading: one that was named has to be there.
    pub(crate) fn existing(&self) -> Result<PathBuf, Trouble> {
        match &self.file {
            Some(file) if !file.exists() => Err(Trouble::new(words::no_trust_file(file))),
            _ => self.path(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use taskbadge::key::SigningKey;

    use super::*;

    #[test]
    fn the_schema_names_what_is_written() {
        let schema: Value = serde_json::from_str(include_str!("../../../schemas/trust-file.schema.json")).unwrap();
        let did = Did::web("centre.example.org", &[]).unwrap();
        let document = DidDocument::new(&did, &[SigningKey::from_seed(&[7; 32]).verifying_key()]).unwrap();
        let issuer = Issuer::new(did.to_string(), Some("Harbour".into()), Some(document.to_json().as_bytes())).unwrap();
        let file = serde_json::to_value(TrustFile { version: VERSION, issuers: vec![issuer] }).unwrap();
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&file), names(&schema["properties"]));
        assert_eq!(names(&file["issuers"][0]), names(&schema["properties"]["issuers"]["items"]["properties"]));
        assert_eq!(file["version"], schema["properties"]["version"]["const"]);
        let issuer = &schema["properties"]["issuers"]["items"]["properties"];
        assert!(names(issuer).iter().all(|name| issuer[name]["type"] == "string"));
    }

    #[test]
    fn a_document_is_kept_as_received_and_read_strictly() {
        let did = Did::web("centre.example.org", &[]).unwrap();
        let key = SigningKey::from_seed(&[7; 32]).verifying_key();
        let text = DidDocument::new(&did, &[key]).unwrap().to_json() + "\r\n ";
        let twice = text.replacen('{', "{\"id\":\"did:web:other.example.org\",", 1);
        assert!(Issuer::new(did.to_string(), None, Some(twice.as_bytes())).is_err());

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.json");
        let issuer = || Issuer::new(did.to_string(), None, Some(text.as_bytes())).unwrap();
        TrustFile { version: VERSION, issuers: vec![issuer()] }.write(&path).unwrap();
        let read = TrustFile::read(&path).unwrap();
        assert_eq!(read.issuers[0].document.as_ref(), Some(&text));
        assert!(read.trust(&path).is_ok());

        TrustFile { version: VERSION, issuers: vec![issuer(), issuer()] }.write(&path).unwrap();
        let trouble = TrustFile::read(&path).err().unwrap().to_string();
        assert!(trouble.contains("did:web:centre.example.org stands there twice"), "{trouble}");
    }

    #[test]
    fn who_cannot_be_recognised_is_refused() {
        let key = Did::key(&SigningKey::from_seed(&[7; 32]).verifying_key()).to_string();
        assert!(Issuer::new(key.clone(), None, None).is_ok());
        for (id, document) in [
            ("Harbour", None),
            ("did:example:1", None),
            (&key[..key.len() - 1], None),
            ("did:web:centre.example.org", None),
            ("did:web:centre.example.org", Some(&b"{}"[..])),
            ("did:web:centre.example.org", Some(&b"not json"[..])),
            ("did:web:centre.example.org", Some(&br#"{"id":"did:web:centre.example.org"}"#[..])),
        ] {
            assert!(Issuer::new(id.into(), None, document).is_err(), "{id}");
        }
    }
}
