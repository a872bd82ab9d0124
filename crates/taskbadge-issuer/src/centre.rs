//! The centre folder: who issues, with which key, which tasks, and where the badges go.
//!
//! | name | what it is |
//! |---|---|
//! | `centre.toml` | the centre's [`Settings`], written by people |
//! | `key.pem` | the signing key, encrypted (PKCS#8), readable only by its owner |
//! | `status-key.pem` | the key of status lists, where they have one of their own |
//! | `keys.json` | all [keys](crate::keys) that the centre ever had, and their states |
//! | `did.json` | for a did:web, the document to publish |
//! | `tasks/*.toml` | one [`Template`] each |
//! | `rosters/` | a place for rosters; they may lie anywhere |
//! | `badges/` | the badges issued; no name there says whose |
//! | `ledger.sqlite` | the [ledger](crate::ledger) of all badges |
//! | `issued.secret` | under which the ledger knows rows and recipients |
//! | `published/` | what is [published](crate::publish) |

use std::path::{Path, PathBuf};
use std::str::FromStr;

use taskbadge::badge::Iri;
use taskbadge::key::{Did, DidDocument, Signer, SigningKey, VerifyingKey};
use taskbadge::proof::Cryptosuite;
use taskbadge::time::Instant;
use taskbadge_files::name::is_reserved;
use taskbadge_files::{self as files, FileTrouble, Secrecy};
use zeroize::Zeroizing;

use crate::fields::{self, Fields};
use crate::keys::{Keys, Role};
use crate::ledger::{Ledger, Lists, Mark};
use crate::publish;
use crate::secret::Secret;
use crate::template::{TaskId, Template};
use crate::trouble::random;
use crate::{Mistake, Mistakes, Trouble, WebAddress};

/// A document with the keys of a hundred years, and what people add to it.
pub(crate) const DOCUMENT_MAX_BYTES: u64 = 1024 * 1024;

/// A training centre: its folder, and what `centre.toml` says.
#[derive(Debug, Clone)]
pub struct Centre {
    folder: PathBuf,
    settings: Settings,
}

impl Centre {
    /// Makes a centre folder around a key: settings, encrypted key file, folders, and for a did:web its document.
    ///
    /// # Errors
    /// [`Trouble::File`] if there is a centre already, or it cannot be written; [`Trouble::ReservedName`];
    /// [`Trouble::Key`] for an empty passphrase or a did:key that is not of this key.
    pub fn found(folder: &Path, settings: Settings, key: &SigningKey, passphrase: &[u8]) -> Result<Self, Trouble> {
        Self::found_around(folder, settings, &key.verifying_key(), |path| write_key(path, key, passphrase))
    }

    /// Makes a centre folder around a key that lives in the token which the settings name.
    ///
    /// # Errors
    /// As [`Centre::found`].
    pub fn found_with_token(folder: &Path, settings: Settings, key: &VerifyingKey) -> Result<Self, Trouble> {
        Self::found_around(folder, settings, key, |_| Ok(()))
    }

    fn found_around(
        folder: &Path,
        settings: Settings,
        key: &VerifyingKey,
        write_key: impl FnOnce(&Path) -> Result<(), Trouble>,
    ) -> Result<Self, Trouble> {
        let centre = Self { folder: folder.to_owned(), settings };
        centre.refuse_reserved()?;
        let taken = [centre.settings_file(), centre.key_file(), centre.did_document_file(), centre.keys_file()];
        if let Some(taken) = taken.into_iter().find(|path| path.exists()) {
            return Err(FileTrouble::Exists(taken).into());
        }
        for folder in [centre.tasks_folder(), centre.folder.join("rosters"), centre.badges_folder()] {
            files::make_folder(&folder)?;
        }
        let did = centre.settings.did();
        let document = DidDocument::new(did, &[*key]);
        let document = document.map_err(|error| Trouble::Key { path: centre.settings_file(), error })?;
        write_key(&centre.key_file())?;
        if did.verifying_key().is_none() {
            files::write_new(&centre.did_document_file(), document.to_json().as_bytes(), Secrecy::Open)?;
        }
        // The last, since it is what makes the folder a centre.
        files::write_new(&centre.settings_file(), centre.settings.to_toml().as_bytes(), Secrecy::Open)?;
        Ok(centre)
    }

    /// What is published has the paths of its addresses, on whatever system it is put. A centre that is there already keeps
    /// its address: once badges are out it must not change.
    fn refuse_reserved(&self) -> Result<(), Trouble> {
        let addresses = [Some(self.settings.status().to_string()), self.settings.did.document_url()];
        for address in addresses.into_iter().flatten() {
            let reserved = publish::parts_of(&address).find(|part| is_reserved(part)).map(str::to_owned);
            if let Some(part) = reserved {
                return Err(Trouble::ReservedName { address, part });
            }
        }
        Ok(())
    }

    /// Opens a centre folder.
    ///
    /// # Errors
    /// [`Trouble::NotACentre`], [`Trouble::Mistakes`] in `centre.toml`, [`Trouble::File`].
    pub fn open(folder: &Path) -> Result<Self, Trouble> {
        let file = folder.join("centre.toml");
        let Some(text) = files::if_there(files::read_text(&file, Settings::MAX_BYTES as u64))? else {
            return Err(Trouble::NotACentre(folder.into()));
        };
        let settings = Settings::parse(&file.display().to_string(), &text)?;
        Ok(Self { folder: folder.to_owned(), settings })
    }

    /// Opens the centre's key file, and sees to it that the key is the one that signs badges.
    ///
    /// # Errors
    /// [`Trouble::KeyGone`], [`Trouble::Key`] for a wrong passphrase or a file that is no key, [`Trouble::OtherKey`],
    /// [`Trouble::NotInUse`], [`Trouble::File`].
    pub fn signing_key(&self, passphrase: &[u8]) -> Result<SigningKey, Trouble> {
        let key = read_own_key(&self.key_file(), passphrase)?;
        self.method(&key, Role::Badge).map(|_| key)
    }

    /// Opens the key that signs status lists: that of `status-key.pem`, if they have one of their own.
    ///
    /// # Errors
    /// As [`Centre::signing_key`].
    pub fn list_key(&self, passphrase: &[u8]) -> Result<SigningKey, Trouble> {
        let key = read_own_key(&self.list_key_file()?, passphrase)?;
        self.method(&key, Role::Status).map(|_| key)
    }

    /// Opens the key that signs badges, or status lists: from its file with the passphrase, or in the token that
    /// `centre.toml` names with the PIN.
    ///
    /// # Errors
    /// As [`Centre::signing_key`]; [`Trouble::Token`]; [`Trouble::NoTokens`] where this program was built without them.
    pub fn signer(&self, role: Role, secret: &[u8]) -> Result<Box<dyn Signer>, Trouble> {
        let own_file = role == Role::Status && Keys::of(self)?.has_status_key();
        let key: Box<dyn Signer> = match self.settings.token() {
            Some(token) if !own_file => open_token(token, secret)?,
            _ if own_file => Box::new(read_own_key(&self.status_key_file(), secret)?),
            _ => Box::new(read_own_key(&self.key_file(), secret)?),
        };
        self.method(&*key, role).map(|_| key)
    }

    /// The verification method under which a key of the centre signs: what a proof names.
    ///
    /// # Errors
    /// [`Trouble::OtherKey`]; [`Trouble::NotInUse`] for a key that does not sign this, or signs no more;
    /// [`Trouble::NoKeyInUse`] where no key does; [`Trouble::Keys`]; as [`Centre::did_document`].
    pub fn method(&self, key: &dyn Signer, role: Role) -> Result<String, Trouble> {
        let keys = Keys::of(self)?;
        match keys.all().iter().find(|own| own.key == key.verifying_key()) {
            Some(own) if own.signs(role) => Ok(own.id.as_str().to_owned()),
            own => {
                let own_file = role == Role::Status && keys.has_status_key();
                let path = match self.settings.token() {
                    Some(_) if !own_file => self.settings_file(),
                    _ if own_file => self.status_key_file(),
                    _ => self.key_file(),
                };
                Err(match own {
                    Some(_) if keys.in_use(role).next().is_none() => Trouble::NoKeyInUse(self.folder.clone()),
                    Some(_) => Trouble::NotInUse { path, role },
                    None => Trouble::OtherKey { path, did: self.settings.did().to_string() },
                })
            }
        }
    }

    /// The document that a did:web publishes, from `did.json`; for a did:key, the one that follows from it.
    ///
    /// # Errors
    /// [`Trouble::Key`] where the document is not that of the centre's DID, [`Trouble::File`].
    pub fn did_document(&self) -> Result<DidDocument, Trouble> {
        let did = self.settings.did();
        let path = self.did_document_file();
        let document = match did.verifying_key() {
            Some(key) => DidDocument::new(did, &[key]),
            None => DidDocument::from_json(&files::read(&path, DOCUMENT_MAX_BYTES)?, did),
        };
        document.map_err(|error| Trouble::Key { path, error })
    }

    /// Every task of the centre, by the names of their files.
    ///
    /// # Errors
    /// [`Trouble::Mistakes`] of the first file that has some, [`Trouble::File`].
    pub fn tasks(&self) -> Result<Vec<Template>, Trouble> {
        self.task_files()?.iter().map(|path| read_task(path)).collect()
    }

    /// The files of the tasks, by name.
    ///
    /// # Errors
    /// [`Trouble::File`].
    pub fn task_files(&self) -> Result<Vec<PathBuf>, Trouble> {
        let is_task = |path: &PathBuf| {
            let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            !hidden && path.extension().is_some_and(|extension| extension == "toml")
        };
        Ok(files::entries(&self.tasks_folder())?.into_iter().filter(is_task).collect())
    }

    /// The mark under which the ledger finds a person's badges, by what the roster has of the person: an e-mail address,
    /// an identifier, a claim code, a did:key. `None` where nothing was issued yet.
    ///
    /// # Errors
    /// [`Trouble::Secret`] and [`LedgerTrouble::OtherSecret`](crate::ledger::LedgerTrouble::OtherSecret) where the ledger
    /// knows its badges under a secret that is not here: nobody would be found; [`Trouble::File`].
    pub fn recipient_mark(&self, ledger: &mut Ledger, text: &str) -> Result<Option<Mark>, Trouble> {
        Ok(Secret::known(&self.folder, ledger)?.map(|secret| secret.recipient(text)))
    }

    /// Opens the centre's ledger, or begins one: `ledger.sqlite` in its folder, or the PostgreSQL database that
    /// `centre.toml` names.
    ///
    /// # Errors
    /// [`Trouble::Ledger`]; [`Trouble::LedgerGone`] where there was one; [`Trouble::NoPostgres`] where this program was
    /// built without it; [`Trouble::Journal`] for a folder in which an early version issued.
    pub fn ledger(&self) -> Result<Ledger, Trouble> {
        self.refuse_gone()?;
        Ok(self.ledger_and_secret()?.1)
    }

    /// The ledger under the centre's key, and the secret that the key is made from.
    pub(crate) fn ledger_and_secret(&self) -> Result<(Secret, Ledger), Trouble> {
        Secret::open(&self.folder, self.open_ledger()?)
    }

    /// Begins a ledger anew where the one that there was is [gone](Trouble::LedgerGone), by the decision of a person:
    /// nothing is issued with it before the loss is accepted, see [`recover`](publish::recover).
    ///
    /// # Errors
    /// As [`Centre::ledger`].
    pub fn begin_ledger_anew(&self, now: Instant) -> Result<Ledger, Trouble> {
        let (_, mut ledger) = self.ledger_and_secret()?;
        publish::in_doubt(&mut ledger, now)?;
        Ok(ledger)
    }

    /// Begins a ledger in another place, under the same secret: a file that is not there yet, or, where the centre's ledger is
    /// in PostgreSQL, an empty database by its address.
    ///
    /// # Errors
    /// [`FileTrouble::Exists`] for a file that is there; as [`Centre::ledger`].
    pub fn begin_ledger_at(&self, place: &Path) -> Result<Ledger, Trouble> {
        let secret = Secret::read(&self.folder)?.ok_or_else(|| Trouble::Secret(self.folder.join("issued.secret")))?;
        let ledger = match &self.settings.ledger {
            None if place.exists() => return Err(FileTrouble::Exists(place.into()).into()),
            None => Ledger::open(place)?,
            #[cfg(feature = "postgres")]
            Some(_) => Ledger::connect(&place.to_string_lossy())?,
            #[cfg(not(feature = "postgres"))]
            Some(_) => return Err(Trouble::NoPostgres(self.settings_file())),
        };
        Ok(ledger.under(secret.ledger_key())?)
    }

    /// A ledger that is gone is not begun anew by the way: its rows would be issued again, with indices that are used.
    pub(crate) fn refuse_gone(&self) -> Result<(), Trouble> {
        // In this order, since whoever issues first begins the ledger before the secret.
        let was = self.folder.join("issued.secret").exists()
            || publish::says_that_there_was_a_ledger(&self.published_folder());
        if self.settings.ledger.is_none() && was && !self.ledger_file().exists() {
            return Err(Trouble::LedgerGone(self.ledger_file()));
        }
        Ok(())
    }

    fn open_ledger(&self) -> Result<Ledger, Trouble> {
        let journal = self.folder.join("issued.jsonl");
        if journal.exists() {
            return Err(Trouble::Journal(journal));
        }
        match &self.settings.ledger {
            None => Ok(Ledger::open(&self.ledger_file())?),
            #[cfg(feature = "postgres")]
            Some(address) => Ok(Ledger::connect(address)?),
            #[cfg(not(feature = "postgres"))]
            Some(_) => Err(Trouble::NoPostgres(self.settings_file())),
        }
    }

    /// The centre's ledger, if one was begun. Without the centre's secret it can be read and not written.
    ///
    /// # Errors
    /// As [`Centre::ledger`].
    pub fn ledger_if_begun(&self) -> Result<Option<Ledger>, Trouble> {
        self.refuse_gone()?;
        let begun = self.settings.ledger.is_some() || self.ledger_file().exists();
        if !begun {
            return Ok(None);
        }
        let mut ledger = self.open_ledger()?;
        Ok(Some(match Secret::known(&self.folder, &mut ledger) {
            Ok(Some(secret)) => ledger.under(secret.ledger_key())?,
            // Who has the ledger and not the secret can read it.
            Ok(None) | Err(Trouble::Secret(_)) => ledger,
            Err(trouble) => return Err(trouble),
        }))
    }

    /// Which status lists new badges go into.
    #[must_use]
    pub fn lists(&self) -> Lists {
        let lists = Lists::below(&self.settings.status());
        if self.settings.suspension { lists.with_suspension() } else { lists }
    }

    /// What `centre.toml` says.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `key.pem`.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    /// The file of the key that signs status lists.
    fn list_key_file(&self) -> Result<PathBuf, Trouble> {
        Ok(if Keys::of(self)?.has_status_key() { self.status_key_file() } else { self.key_file() })
    }

    /// `did.json`, which only a did:web has.
    #[must_use]
    pub fn did_document_file(&self) -> PathBuf {
        self.folder.join("did.json")
    }

    /// The file of a task, whether it is there or not.
    #[must_use]
    pub fn task_file(&self, task: &TaskId) -> PathBuf {
        self.tasks_folder().join(format!("{task}.toml"))
    }

    /// `ledger.sqlite`, which is not there where the ledger is in PostgreSQL.
    #[must_use]
    pub fn ledger_file(&self) -> PathBuf {
        self.folder.join("ledger.sqlite")
    }

    /// The folder that is published: `published/`, or where `centre.toml` says.
    #[must_use]
    pub fn published_folder(&self) -> PathBuf {
        self.folder.join(self.settings.publish.as_deref().unwrap_or("published"))
    }

    /// The file of a badge, whether it is there or not. Its name has the task, and of the badge's id the first half:
    /// nothing that tells who it is about.
    #[must_use]
    pub fn badge_file(&self, task: &str, badge: &Iri) -> PathBuf {
        // A ledger that somebody edited must not lead out of the folder.
        let task: String = task.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let number: String =
            badge.as_str().trim_start_matches("urn:uuid:").chars().filter(|c| c.is_alphanumeric()).take(16).collect();
        self.badges_folder().join(format!("{task}-{number}.json"))
    }

    /// `badges/`.
    #[must_use]
    pub fn badges_folder(&self) -> PathBuf {
        self.folder.join("badges")
    }

    fn tasks_folder(&self) -> PathBuf {
        self.folder.join("tasks")
    }

    pub(crate) fn settings_file(&self) -> PathBuf {
        self.folder.join("centre.toml")
    }
}

/// Reads one task file.
///
/// # Errors
/// [`Trouble::Mistakes`], [`Trouble::File`].
pub fn read_task(path: &Path) -> Result<Template, Trouble> {
    let text = files::read_text(path, Template::MAX_BYTES as u64)?;
    Ok(Template::parse(&path.display().to_string(), &text)?)
}

/// An encrypted key in PEM has a third of a kilobyte.
pub(crate) const KEY_MAX_BYTES: u64 = 16 * 1024;

/// A new key, from the operating system's randomness.
///
/// # Errors
/// [`Trouble::NoRandomness`].
pub fn new_key() -> Result<SigningKey, Trouble> {
    Ok(SigningKey::generate(Zeroizing::new(random()?)))
}

/// Writes a key into a new encrypted file that only its owner can read.
///
/// # Errors
/// [`Trouble::File`], [`Trouble::Key`] for an empty passphrase, [`Trouble::NoRandomness`], [`Trouble::File`].
pub fn write_key(path: &Path, key: &SigningKey, passphrase: &[u8]) -> Result<(), Trouble> {
    let pem = key.to_pem(passphrase, random()?).map_err(|error| Trouble::Key { path: path.into(), error })?;
    Ok(files::write_new(path, pem.as_bytes(), Secrecy::Secret)?)
}

/// Opens an encrypted key file.
///
/// # Errors
/// [`Trouble::Key`], [`Trouble::File`].
pub fn read_key(path: &Path, passphrase: &[u8]) -> Result<SigningKey, Trouble> {
    let pem = files::read_text(path, KEY_MAX_BYTES)?;
    SigningKey::from_pem(&pem, passphrase).map_err(|error| Trouble::Key { path: path.into(), error })
}

/// A key of the centre's own. Without it there would be another issuer, which is worth saying.
fn read_own_key(path: &Path, passphrase: &[u8]) -> Result<SigningKey, Trouble> {
    if path.exists() { read_key(path, passphrase) } else { Err(Trouble::KeyGone(path.into())) }
}

/// Where a key lives that never leaves its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenPlace {
    /// The file of the PKCS #11 module.
    pub module: String,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
}

/// The public half of a key in a token.
///
/// # Errors
/// [`Trouble::Token`]; [`Trouble::NoTokens`] where this program was built without them.
pub fn token_key(place: &TokenPlace, pin: &[u8]) -> Result<VerifyingKey, Trouble> {
    open_token(place, pin).map(|key| key.verifying_key())
}

#[cfg(feature = "pkcs11")]
fn open_token(place: &TokenPlace, pin: &[u8]) -> Result<Box<dyn Signer>, Trouble> {
    let refused = |_| taskbadge::key::SignerError::Refused { why: "the PIN is not text".into() };
    Ok(Box::new(crate::token::TokenKey::open(place, std::str::from_utf8(pin).map_err(refused)?)?))
}

#[cfg(not(feature = "pkcs11"))]
fn open_token(place: &TokenPlace, _: &[u8]) -> Result<Box<dyn Signer>, Trouble> {
    Err(Trouble::NoTokens(place.key.clone()))
}

/// Who the centre is: the content of `centre.toml`.
///
/// ```
/// use taskbadge_issuer::centre::Settings;
/// let settings = Settings::parse("centre.toml", r#"
///     name = "Harbour Training Centre"
///     did = "did:web:centre.example.org"
///     web = "https://centre.example.org"
/// "#)?;
/// assert_eq!(settings.name(), "Harbour Training Centre");
///
/// let mistakes = Settings::parse("centre.toml", r#"nam = "Harbour""#).expect_err("a typing error");
/// assert!(mistakes.to_string().contains("did you mean `name`?"));
/// # Ok::<(), taskbadge_issuer::Mistakes>(())
/// ```
#[derive(Debug, Clone)]
pub struct Settings {
    name: String,
    did: Did,
    web: Option<WebAddress>,
    contact: Option<String>,
    suite: Cryptosuite,
    status: Option<WebAddress>,
    suspension: bool,
    publish: Option<String>,
    ledger: Option<String>,
    status_issuers: Vec<Did>,
    successor: Option<Did>,
    token: Option<TokenPlace>,
}

impl Settings {
    /// As many bytes as `centre.toml` may have; with its comments it has some 2,500.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// The fields of `centre.toml`.
    pub const FIELDS: &'static [&'static str] = &[
        "name",
        "did",
        "web",
        "contact",
        "suite",
        "status",
        "suspension",
        "publish",
        "ledger",
        "status_issuers",
        "successor",
        "token_module",
        "token",
        "token_key",
    ];

    /// A centre with its name and DID, without web pages, signing `eddsa-rdfc-2022`.
    #[must_use]
    pub fn new(name: impl Into<String>, did: Did) -> Self {
        Self {
            name: name.into(),
            did,
            web: None,
            contact: None,
            suite: Cryptosuite::EddsaRdfc2022,
            status: None,
            suspension: false,
            publish: None,
            ledger: None,
            status_issuers: Vec::new(),
            successor: None,
            token: None,
        }
    }

    /// The same centre with its home page. The ids of its achievements stand below it.
    #[must_use]
    pub fn with_web(mut self, web: WebAddress) -> Self {
        self.web = Some(web);
        self
    }

    /// The same centre with an e-mail address that every badge shows.
    #[must_use]
    pub fn with_contact(mut self, contact: impl Into<String>) -> Self {
        self.contact = Some(contact.into());
        self
    }

    /// The same centre signing under this suite.
    #[must_use]
    pub fn with_suite(mut self, suite: Cryptosuite) -> Self {
        self.suite = suite;
        self
    }

    /// The same centre publishing its status lists below this address instead of below its home page.
    #[must_use]
    pub fn with_status(mut self, status: WebAddress) -> Self {
        self.status = Some(status);
        self
    }

    /// The same centre, whose badges can be suspended as well as revoked.
    #[must_use]
    pub fn with_suspension(mut self) -> Self {
        self.suspension = true;
        self
    }

    /// The same centre publishing into another folder than `published`.
    #[must_use]
    pub fn with_publish(mut self, folder: impl Into<String>) -> Self {
        self.publish = Some(folder.into());
        self
    }

    /// The same centre with its ledger in a PostgreSQL database: `host=… user=… dbname=…`, or a URL.
    #[must_use]
    pub fn with_ledger(mut self, address: impl Into<String>) -> Self {
        self.ledger = Some(address.into());
        self
    }

    /// The same centre, whose status lists these sign too.
    #[must_use]
    pub fn with_status_issuers(mut self, dids: Vec<Did>) -> Self {
        self.status_issuers = dids;
        self
    }

    /// The same centre, which closed or has another DID now.
    #[must_use]
    pub fn with_successor(mut self, did: Did) -> Self {
        self.successor = Some(did);
        self
    }

    /// The same centre with its key in a token instead of in a file.
    #[must_use]
    pub fn with_token(mut self, place: TokenPlace) -> Self {
        self.token = Some(place);
        self
    }

    /// Reads `centre.toml`. `file` is its path as messages shall name it.
    ///
    /// # Errors
    /// [`Mistakes`] with everything that is wrong, each with its line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Mistakes> {
        if text.len() > Self::MAX_BYTES {
            let mistake = Mistake::new("the file is larger than 64 KiB", "check that these are a centre's settings");
            return Err(Mistakes::one(file, mistake));
        }
        fields::read(file, text, Self::FIELDS, Self::read).map(|(settings, _)| settings)
    }

    /// The file, with a word on each field.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let field = |name: &str, value: Option<&str>, example: &str| match value {
            Some(value) => format!("{name} = {}\n", quoted(value)),
            None => format!("# {name} = {}\n", quoted(example)),
        };
        let token = |part: fn(&TokenPlace) -> &String| self.token.as_ref().map(|place| part(place).as_str());
        [
            "# Who issues. Every badge shows the name, the web address and the contact.\n".into(),
            field("name", Some(&self.name), ""),
            format!("\n# By this identifier verifiers recognise the centre; it goes with the key in {}.\n", match self.token {
                Some(_) => "the token",
                None => "key.pem",
            }),
            field("did", Some(self.did.as_str()), ""),
            "\n# The home page; the ids of tasks stand below it. Once badges are out, do not change it.\n".into(),
            field("web", self.web.as_ref().map(WebAddress::as_str), "https://centre.example.org"),
            "\n# An e-mail address for questions about badges.\n".into(),
            field("contact", self.contact.as_deref(), "badges@centre.example.org"),
            "\n# How badges are signed. Open Badges 3.0 certification asks for eddsa-rdfc-2022.\n".into(),
            field("suite", Some(self.suite.as_str()), ""),
            "\n# Where the status lists are published, by which badges are taken back. Once badges are out, do not change it.\n"
                .into(),
            field("status", self.status.as_ref().map(WebAddress::as_str), self.status().as_str()),
            "\n# Whether badges can be suspended for a while, too. It makes them a little larger, and checkers that allow\n\
             # one status entry only refuse them.\n"
                .into(),
            if self.suspension { "suspension = true\n" } else { "# suspension = true\n" }.into(),
            "\n# The folder that `taskbadge publish` writes and a web server serves.\n".into(),
            field("publish", self.publish.as_deref(), "published"),
            "\n# Where several machines issue for the centre: a PostgreSQL database instead of the file ledger.sqlite.\n".into(),
            field("ledger", self.ledger.as_deref(), "host=/var/run/postgresql dbname=taskbadge"),
            "\n# Others that may sign the centre's status lists, such as a successor.\n".into(),
            match &self.status_issuers[..] {
                [] => "# status_issuers = [\"did:web:successor.example.org\"]\n".into(),
                dids => {
                    let dids: Vec<String> = dids.iter().map(|did| quoted(did.as_str())).collect();
                    format!("status_issuers = [{}]\n", dids.join(", "))
                }
            },
            "\n# Who goes on, where the centre closed or has another DID now.\n".into(),
            field("successor", self.successor.as_ref().map(Did::as_str), "did:web:successor.example.org"),
            "\n# Where the key is in a PKCS #11 token instead of in key.pem: module, label of the token, label of the key.\n"
                .into(),
            field("token_module", token(|place| &place.module), "/usr/lib/softhsm/libsofthsm2.so"),
            field("token", token(|place| &place.token), "harbour"),
            field("token_key", token(|place| &place.key), "badges"),
        ]
        .concat()
    }

    /// The centre's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The centre's DID.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The home page.
    #[must_use]
    pub fn web(&self) -> Option<&WebAddress> {
        self.web.as_ref()
    }

    /// The contact address.
    #[must_use]
    pub fn contact(&self) -> Option<&str> {
        self.contact.as_deref()
    }

    /// The PostgreSQL database that holds the ledger, where it is not a file in the folder.
    #[must_use]
    pub fn ledger(&self) -> Option<&str> {
        self.ledger.as_deref()
    }

    /// Others that may sign the centre's status lists.
    #[must_use]
    pub fn status_issuers(&self) -> &[Did] {
        &self.status_issuers
    }

    /// Who goes on, where the centre closed or has another DID now.
    #[must_use]
    pub fn successor(&self) -> Option<&Did> {
        self.successor.as_ref()
    }

    /// Where the key lives, if that is a token.
    #[must_use]
    pub fn token(&self) -> Option<&TokenPlace> {
        self.token.as_ref()
    }

    /// How badges are signed.
    #[must_use]
    pub fn suite(&self) -> Cryptosuite {
        self.suite
    }

    /// The address below which the status lists are: that of `centre.toml`, else `/status` below the home page, else
    /// below the DID, which is an absolute IRI too (DID Core 1.0, section 3.2).
    ///
    /// # Panics
    /// Never: web addresses and DIDs are absolute IRIs.
    #[must_use]
    pub fn status(&self) -> Iri {
        let text = match (&self.status, &self.web) {
            (Some(status), _) => status.as_str().trim_end_matches('/').to_owned(),
            (None, web) => {
                let base = web.as_ref().map_or(self.did.as_str(), WebAddress::as_str);
                format!("{}/status", base.trim_end_matches('/'))
            }
        };
        text.parse().expect("a web address or a DID with a path is an absolute IRI")
    }

    fn read(fields: &Fields<'_, '_, '_>) -> Option<Self> {
        // Everything is read before anything is given up, so that all mistakes are noted.
        let name = fields.required_text("name");
        let did = fields.required_parsed("did");
        let web = fields.parsed::<WebAddress>("web");
        let status = fields.parsed::<WebAddress>("status");
        for (name, address) in [("web", &web), ("status", &status)] {
            if address.as_ref().is_some_and(|address| address.as_str().contains(['?', '#'])) {
                fields.note(name, "an address with ? or # has no pages below it", "write it without");
            }
        }
        let contact = fields.parsed::<crate::roster::EmailAddress>("contact");
        let suite = fields.parsed::<Suite>("suite").map_or(Cryptosuite::EddsaRdfc2022, |suite| suite.0);
        let suspension = fields.yes_or_no("suspension").unwrap_or(false);
        let (publish, ledger) = (fields.text("publish"), fields.text("ledger"));
        let contact = contact.map(|contact| contact.as_str().to_owned());
        let (status_issuers, successor) = (fields.parsed_list("status_issuers"), fields.parsed("successor"));
        let token = match (fields.text("token_module"), fields.text("token"), fields.text("token_key")) {
            (Some(module), Some(token), Some(key)) => Some(TokenPlace { module, token, key }),
            (None, None, None) => None,
            _ => {
                let next = "give all three of `token_module`, `token` and `token_key`, or none";
                fields.note("token", "a key in a token is found by module, token and label", next);
                None
            }
        };
        Some(Self {
            name: name?,
            did: did?,
            web,
            contact,
            suite,
            status,
            suspension,
            publish,
            ledger,
            status_issuers,
            successor,
            token,
        })
    }
}

struct Suite(Cryptosuite);

impl FromStr for Suite {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022];
        let suite = known.into_iter().find(|suite| suite.as_str() == text);
        suite.map(Self).ok_or("no cryptosuite; write `eddsa-rdfc-2022` or `eddsa-jcs-2022`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_back_as_written() {
        let key = SigningKey::from_seed(&[7; 32]).verifying_key();
        let settings = Settings::new("Harbour \"North\" Centre", Did::key(&key))
            .with_web("https://centre.example.org".parse().unwrap())
            .with_contact("badges@centre.example.org")
            .with_suite(Cryptosuite::EddsaJcs2022)
            .with_status("https://lists.example.org/harbour".parse().unwrap())
            .with_suspension()
            .with_publish("../www")
            .with_ledger("host=/run/postgresql dbname=harbour")
            .with_status_issuers(vec![Did::key(&key), Did::web("next.example.org", &[]).unwrap()])
            .with_successor(Did::web("next.example.org", &[]).unwrap())
            .with_token(TokenPlace { module: "/lib/x.so".into(), token: "harbour".into(), key: "badges".into() });
        for settings in [settings, Settings::new("Плавучий", Did::key(&key))] {
            let read = Settings::parse("centre.toml", &settings.to_toml()).unwrap();
            assert_eq!(format!("{read:?}"), format!("{settings:?}"));
        }
    }

    #[test]
    fn the_schema_names_the_fields() {
        let schema = include_str!("../../../schemas/centre.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let mut fields = Settings::FIELDS.to_vec();
        fields.sort_unstable();
        let mut named: Vec<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        named.sort_unstable();
        assert_eq!(named, fields);
    }

    #[test]
    fn what_is_published_can_be_carried_to_any_system() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_seed(&[7; 32]);
        let found = |name: &str, settings| Centre::found(&folder.path().join(name), settings, &key, b"correct horse");
        let settings = |did| Settings::new("Harbour", did);
        let did = || Did::key(&key.verifying_key());
        for (number, settings) in [
            settings(did()).with_web("https://centre.example.org/aux".parse().unwrap()),
            settings(did()).with_status("https://centre.example.org/lists/COM1.d".parse().unwrap()),
            settings(did()).with_status("https://centre.example.org/a:b".parse().unwrap()),
            settings(Did::web("centre.example.org", &["nul"]).unwrap()),
        ]
        .into_iter()
        .enumerate()
        {
            assert!(matches!(found(&number.to_string(), settings), Err(Trouble::ReservedName { .. })), "{number}");
            assert!(!folder.path().join(number.to_string()).exists());
        }
        found("good", settings(did()).with_web("https://con.example.org/auxiliary".parse().unwrap())).unwrap();
    }

    #[test]
    fn a_centre_is_founded_once_and_keeps_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("centre");
        let key = new_key().unwrap();
        let settings = Settings::new("Harbour", Did::key(&key.verifying_key()));
        Centre::found(&folder, settings.clone(), &key, b"long enough").unwrap();
        assert!(matches!(Centre::found(&folder, settings, &key, b"other"), Err(Trouble::File(FileTrouble::Exists(_)))));

        let centre = Centre::open(&folder).unwrap();
        assert_eq!(centre.signing_key(b"long enough").unwrap().verifying_key(), key.verifying_key());
        assert!(matches!(centre.signing_key(b"wrong"), Err(Trouble::Key { .. })));
        std::fs::remove_file(centre.key_file()).unwrap();
        write_key(&centre.key_file(), &new_key().unwrap(), b"x").unwrap();
        assert!(matches!(centre.signing_key(b"x"), Err(Trouble::OtherKey { .. })));
    }
}
