//! Signing keys in encrypted files: PKCS#8 (RFC 5958, RFC 8410) under PBES2 (RFC 8018), as PEM (RFC 7468).

use pkcs8::der::Decode;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::decode_label;
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
    /// The 32 bytes of `random` become salt and initialisation vector: take them fresh from the operating system's
    /// generator for every file. The parameters of scrypt, N = 2^14, r = 8, p = 5, are one of the settings that
    /// OWASP's Password Storage Cheat Sheet counts as equal in strength (the others need more memory), and the
    /// largest N that OpenSSL 3 opens without being told to use more memory. They cost an honest user a fraction of
    /// a second, and a thief 16 MiB per guess, which PBKDF2 would not.
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
        // People keep notes above a key, and editors leave empty lines below it; the PEM decoder takes neither.
        let text = text.trim_end();
        let text = text.find("-----BEGIN ").map_or(text, |start| &text[start..]);
        match decode_label(text.as_bytes()) {
            Ok("ENCRYPTED PRIVATE KEY") => {}
            Ok("PRIVATE KEY") => return Err(KeyError::NotEncrypted),
            Ok("PUBLIC KEY") => return Err(KeyError::PublicGiven),
            _ => return Err(KeyError::NotKeyFile),
        }
        let (_, file) = SecretDocument::from_pem(text).map_err(|_| KeyError::NotKeyFile)?;
        // The scheme is part of the structure, and what the decoder knows of schemes is what can be decrypted.
        let file = EncryptedPrivateKeyInfoRef::from_der(file.as_bytes()).map_err(|_| KeyError::Encryption)?;
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
        // Signing with a public key that is not one's own gives the secret away; we never would, but the file is
        // broken.
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

/// A key file has some 400 bytes, and perhaps a note above the key.
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
    // RFC 7914, section 2. The library, which refuses r = 0 and p = 0, would panic at N = 0.
    if n < 2 || !n.is_power_of_two() {
        return Err(KeyError::Encryption);
    }
    let memory = n.saturating_mul(128 * r);
    if memory > SCRYPT_MEMORY_MAX || memory.saturating_mul(p) > SCRYPT_WORK_MAX {
        return Err(KeyError::TooMuchWork);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pkcs8::AlgorithmIdentifierRef;
    use pkcs8::der::Encode;
    use pkcs8::der::asn1::BitStringRef;
    use pkcs8::pkcs5::pbes2::{EncryptionScheme as Cipher, Pbkdf2Params};

    use super::*;

    const PASSPHRASE: &[u8] = b"correct horse battery staple";

    fn key() -> SigningKey {
        SigningKey::from_seed(&[7; 32])
    }

    fn error(text: &str) -> Option<KeyError> {
        SigningKey::from_pem(text, PASSPHRASE).err()
    }

    fn pbkdf2(rounds: u32) -> Kdf {
        Pbkdf2Params::hmac_sha256(rounds, &[1; 16]).unwrap().into()
    }

    fn scrypt(n: u64, r: u16, p: u16) -> Kdf {
        let salt = [5; 16].as_slice().try_into().unwrap();
        ScryptParams { salt, cost_parameter: n, block_size: r, parallelization: p, key_length: None }.into()
    }

    /// A file that names this cost, around something that nothing opens.
    fn costing(kdf: Kdf) -> String {
        let scheme = Parameters { kdf, encryption: Cipher::Aes256Cbc { iv: [2; 16] } };
        let file = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: scheme.into(),
            encrypted_data: OctetStringRef::new(&[3; 64]).unwrap(),
        };
        let file = SecretDocument::try_from(file.to_der().unwrap()).unwrap();
        file.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::LF).unwrap().to_string()
    }

    /// A file, cheaply encrypted, around a structure of our making.
    fn holding(oid: &str, private: &[u8], public: Option<&[u8]>) -> String {
        let mut info = PrivateKeyInfoRef::new(
            AlgorithmIdentifierRef { oid: oid.parse().unwrap(), parameters: None },
            OctetStringRef::new(private).unwrap(),
        );
        info.public_key = public.map(|public| BitStringRef::from_bytes(public).unwrap());
        let scheme = Parameters { kdf: pbkdf2(1), encryption: Cipher::Aes256Cbc { iv: [2; 16] } };
        let file = info.encrypt_with_params(scheme, PASSPHRASE).unwrap();
        file.to_pem("ENCRYPTED PRIVATE KEY", LineEnding::CRLF).unwrap().to_string()
    }

    fn seed_octets(seed: u8) -> Vec<u8> {
        [&INNER_HEADER[..], &[seed; 32]].concat()
    }

    #[test]
    fn a_file_opens_with_its_passphrase_alone() {
        let file = key().to_pem(PASSPHRASE, [5; 32]).unwrap();
        assert_eq!(SigningKey::from_pem(&file, PASSPHRASE).unwrap().seed(), key().seed());
        assert_eq!(
            SigningKey::from_pem(&format!("a note\n\n{}\n \n", *file), PASSPHRASE).unwrap().seed(),
            key().seed()
        );
        for wrong in [&b""[..], b"correct horse", b"correct horse battery staple\n"] {
            assert_eq!(SigningKey::from_pem(&file, wrong).err(), Some(KeyError::WrongPassphrase));
        }
    }

    #[test]
    fn salt_and_vector_are_the_given_bytes() {
        let file = |random| key().to_pem(PASSPHRASE, random).unwrap();
        let mut other_vector = [5; 32];
        other_vector[31] = 6;
        assert_eq!(file([5; 32]), file([5; 32]));
        assert_ne!(file([5; 32]), file(other_vector));
        let (_, document) = SecretDocument::from_pem(&file(other_vector)).unwrap();
        let info = EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).unwrap();
        let parameters = info.encryption_algorithm.pbes2().unwrap();
        assert_eq!(parameters.kdf, scrypt(1 << 14, 8, 5));
        assert_eq!(parameters.encryption, Cipher::Aes256Cbc { iv: other_vector[16..].try_into().unwrap() });
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        assert_eq!(key().to_pem(b"", [5; 32]).err(), Some(KeyError::EmptyPassphrase));
    }

    #[test]
    fn wrong_passphrases_that_seem_to_fit_are_reported_as_such() {
        // One in some 256 wrong passphrases gives noise with good padding.
        let file = holding("1.3.101.112", &seed_octets(7), None);
        assert_eq!(SigningKey::from_pem(&file, PASSPHRASE).unwrap().seed(), key().seed());
        for number in 0..3000_u32 {
            let error = SigningKey::from_pem(&file, &number.to_le_bytes()).err();
            assert_eq!(error, Some(KeyError::WrongPassphrase), "{number}");
        }
    }

    #[test]
    fn a_hostile_cost_is_refused() {
        for kdf in [pbkdf2(PBKDF2_ROUNDS_MAX + 1), scrypt(1 << 18, 8, 1), scrypt(1 << 17, 8, 9), scrypt(1 << 63, 8, 1)]
        {
            assert_eq!(error(&costing(kdf.clone())), Some(KeyError::TooMuchWork), "{kdf:?}");
        }
        // These are let through, and cost enough to be left at that.
        for kdf in [pbkdf2(PBKDF2_ROUNDS_MAX), scrypt(1 << 17, 8, 8)] {
            let scheme = Parameters { kdf, encryption: Cipher::Aes256Cbc { iv: [2; 16] } };
            assert_eq!(check_work(&scheme.into()), Ok(()));
        }
    }

    #[test]
    fn senseless_costs_are_refused_without_a_panic() {
        for (n, r, p) in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (u64::MAX, 8, 1), (2, 0, 1), (2, 8, 0), (0, 0, 0)] {
            assert_eq!(error(&costing(scrypt(n, r, p))), Some(KeyError::Encryption), "{n} {r} {p}");
        }
        assert_eq!(error(&costing(pbkdf2(0))), Some(KeyError::WrongPassphrase));
    }

    #[test]
    fn other_contents_are_refused() {
        let own = key();
        let public = own.verifying_key();
        let good = holding("1.3.101.112", &seed_octets(7), Some(public.as_bytes()));
        assert_eq!(SigningKey::from_pem(&good, PASSPHRASE).unwrap().seed(), own.seed());
        let halves = holding("1.3.101.112", &seed_octets(8), Some(public.as_bytes()));
        assert_eq!(error(&halves), Some(KeyError::HalvesDiffer));
        let x25519 = holding("1.3.101.110", &seed_octets(7), None);
        assert_eq!(error(&x25519), Some(KeyError::OtherKeyType { kind: "not Ed25519" }));
        for inner in [&[7; 32][..], &seed_octets(7)[..33], &[&seed_octets(7)[..], &[0]].concat(), &[]] {
            assert_eq!(error(&holding("1.3.101.112", inner, None)), Some(KeyError::KeyLength));
        }
    }

    #[test]
    fn other_files_are_refused() {
        let label = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
        // The seed of RFC 8410, section 10.3, in the clear.
        let clear = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        assert_eq!(error(&label("PRIVATE KEY", clear)), Some(KeyError::NotEncrypted));
        assert_eq!(error(&label("PUBLIC KEY", clear)), Some(KeyError::PublicGiven));
        assert_eq!(error(&label("ENCRYPTED PRIVATE KEY", clear)), Some(KeyError::Encryption));
        for other in [
            String::new(),
            "-----BEGIN".to_owned(),
            "-----BEGIN -----".to_owned(),
            label("OPENSSH PRIVATE KEY", clear),
            label("CERTIFICATE", clear),
            label("ENCRYPTED PRIVATE KEY", "AAAA"),
            label("ENCRYPTED PRIVATE KEY", "#"),
            key().to_pem(PASSPHRASE, [5; 32]).unwrap().replace("-----END", "----END"),
            format!("{}{}", " ".repeat(FILE_BYTES_MAX), *key().to_pem(PASSPHRASE, [5; 32]).unwrap()),
        ] {
            assert_eq!(error(&other), Some(KeyError::NotKeyFile), "{other}");
        }
    }
}
