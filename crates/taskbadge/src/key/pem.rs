//! Signing keys in encrypted files: PKCS#8 (RFC 5958, RFC 8410) under PBES2 (RFC 8018), as PEM (RFC 7468).

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::decode_label;
use pkcs8::der::{Decode, ErrorKind};
use pkcs8::pkcs5::pbes2::{Kdf, Parameters, ScryptParams};
use pkcs8::pkcs5::{self, EncryptionScheme, scrypt};
use pkcs8::{
    AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument,
};
use zeroize::Zeroizing;

use super::{KeyError, SigningKey};

impl SigningKey {
    /// The key as a PEM file encrypted with a passphrase: AES-256-CBC under a key that scrypt derives.
    ///
    /// The 32 bytes of `random` become salt and initialisation vector: take them fresh from the operating system's generator
    /// for every file. The parameters of scrypt, N = 2^14, r = 8, p = 5, are one of the settings that OWASP's Password
    /// Storage Cheat Sheet counts as equal in strength (the others need more memory), and the largest N that OpenSSL 3
    /// opens without being told to use more memory. They cost an honest user a fraction of a second, and a thief 16 MiB
    /// per guess, which PBKDF2 would not.
    ///
    /// ```
    /// use taskbadge::key::{KeyError, SigningKey};
    /// # let random = [5; 32];
    /// let key = SigningKey::from_seed(&[7; 32]);
    /// let file = key.to_pem(b"correct horse battery staple", random)?;
    /// assert!(file.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    ///
    /// let opened = SigningKey::from_pem(&file, b"correct horse battery staple")?;
    /// assert_eq!(opened.verifying_key(), key.verifying_key());
    /// assert_eq!(SigningKey::from_pem(&file, b"correct horse").err(), Some(KeyError::WrongPassphrase));
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::EmptyPassphrase`].
    pub fn to_pem(&self, passphrase: &[u8], random: [u8; 32]) -> Result<Zeroizing<String>, KeyError> {
        if passphrase.is_empty() {
            return Err(KeyError::EmptyPassphrase);
        }
        // Nothing below fails for these parameters; should it ever, the caller hears of it.
        self.encrypt(passphrase, random).map_err(|_| KeyError::Encryption)
    }

    /// Opens an encrypted PEM file: one of [`SigningKey::to_pem`], or one made by
    /// `openssl genpkey -algorithm ed25519 -aes256`.
    ///
    /// PBES2 with scrypt or PBKDF2 (SHA-2) and AES is read. Text before the first `-----BEGIN` is passed over.
    ///
    /// # Errors
    /// [`KeyError::NotEncrypted`], [`KeyError::NotKeyFile`], [`KeyError::Encryption`], [`KeyError::TooMuchWork`],
    /// [`KeyError::WrongPassphrase`], [`KeyError::OtherKeyType`], [`KeyError::HalvesDiffer`]. A wrong passphrase and a
    /// damaged file cannot be told apart, since nothing in such files authenticates them. One wrong passphrase in some
    /// 256 decrypts to noise with an end that looks right; that is no key either, and is reported in the same way.
    pub fn from_pem(text: &str, passphrase: &[u8]) -> Result<Self, KeyError> {
        if text.len() > FILE_BYTES_MAX {
            return Err(KeyError::NotKeyFile);
        }
        match decode_label(text.as_bytes()) {
            Ok("ENCRYPTED PRIVATE KEY") => {}
            Ok("PRIVATE KEY") => return Err(KeyError::NotEncrypted),
            Ok("PUBLIC KEY") => return Err(KeyError::PublicGiven),
            _ => return Err(KeyError::NotKeyFile),
        }
        let (_, file) = SecretDocument::from_pem(text).map_err(|_| KeyError::NotKeyFile)?;
        let file = EncryptedPrivateKeyInfoRef::from_der(file.as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::OidUnknown { .. } => KeyError::Encryption,
            _ => KeyError::NotKeyFile,
        })?;
        check_work(&file.encryption_algorithm)?;
        let key = file.decrypt(passphrase).map_err(|error| match error {
            pkcs8::Error::EncryptedPrivateKey(pkcs5::Error::DecryptFailed) | pkcs8::Error::Asn1(_) => {
                KeyError::WrongPassphrase
            }
            _ => KeyError::Encryption,
        })?;
        let key = PrivateKeyInfoRef::from_der(key.as_bytes()).map_err(|_| KeyError::WrongPassphrase)?;
        Self::from_pkcs8(&key)
    }

    fn encrypt(&self, passphrase: &[u8], random: [u8; 32]) -> pkcs8::Result<Zeroizing<String>> {
        let (salt, iv) = random.split_at(16);
        let iv = iv.try_into().map_err(|_| pkcs8::Error::ParametersMalformed)?;
        let cost = scrypt::Params::new(14, 8, 5).map_err(|_| pkcs8::Error::ParametersMalformed)?;
        let scheme = Parameters::generate_scrypt_aes256cbc(cost, salt, iv)?;

        // RFC 8410, section 7: an octet string within an octet string. Version 1, without the public key, since OpenSSL
        // reads no version 2.
        let mut inner = Zeroizing::new([0; 34]);
        inner[..2].copy_from_slice(&INNER_HEADER);
        inner[2..].copy_from_slice(self.0.as_bytes());
        let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
        let key = PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&inner[..])?);
        Ok(key.encrypt_with_params(scheme, passphrase)?.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF)?)
    }

    fn from_pkcs8(key: &PrivateKeyInfoRef<'_>) -> Result<Self, KeyError> {
        if key.algorithm.oid != ED25519 {
            return Err(KeyError::OtherKeyType { kind: "not Ed25519" });
        }
        let seed = key.private_key.as_bytes().strip_prefix(&INNER_HEADER).ok_or(KeyError::KeyLength)?;
        let key_pair = Self::from_seed(seed.try_into().map_err(|_| KeyError::KeyLength)?);
        // Signing with a public key that is not one's own gives the secret away; we never would, but the file is broken.
        match key.public_key {
            Some(public) if public.as_bytes() != Some(key_pair.verifying_key().as_bytes()) => {
                Err(KeyError::HalvesDiffer)
            }
            _ => Ok(key_pair),
        }
    }
}

/// `id-Ed25519` of RFC 8410, section 3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Tag and length of the inner octet string.
const INNER_HEADER: [u8; 2] = [0x04, 32];

/// A key file has some 400 bytes; some people keep notes above the key.
const FILE_BYTES_MAX: usize = 16 * 1024;

/// Ten million rounds of PBKDF2 take seconds; OWASP's advice is 600,000 (SHA-256), OpenSSL's default 2,048.
const PBKDF2_ROUNDS_MAX: u32 = 10_000_000;
/// scrypt needs 128·N·r bytes of memory: 128 MiB, what OWASP's first setting (N = 2^17, r = 8) needs.
const SCRYPT_MEMORY_MAX: u64 = 128 << 20;
/// And time in proportion to memory times p: eight passes over that much take seconds.
const SCRYPT_WORK_MAX: u64 = 8 * SCRYPT_MEMORY_MAX;

/// The file names its own cost, so a hostile one could name an absurd one.
fn check_work(scheme: &EncryptionScheme) -> Result<(), KeyError> {
    match &scheme.pbes2().ok_or(KeyError::Encryption)?.kdf {
        Kdf::Pbkdf2(pbkdf2) if pbkdf2.iteration_count > PBKDF2_ROUNDS_MAX => Err(KeyError::TooMuchWork),
        Kdf::Scrypt(scrypt) => check_scrypt(scrypt),
        _ => Ok(()),
    }
}

fn check_scrypt(params: &ScryptParams) -> Result<(), KeyError> {
    let (n, r, p) = (params.cost_parameter, u64::from(params.block_size), u64::from(params.parallelization));
    // RFC 7914, section 2. The library that takes these on would panic at N = 0.
    if n < 2 || !n.is_power_of_two() || r == 0 || p == 0 {
        return Err(KeyError::Encryption);
    }
    let memory = n.saturating_mul(128 * r);
    if memory > SCRYPT_MEMORY_MAX || memory.saturating_mul(p) > SCRYPT_WORK_MAX {
        return Err(KeyError::TooMuchWork);
    }
    Ok(())
}
