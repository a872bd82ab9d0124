//! Keys and the names they go by: Ed25519 signing and verifying keys, Multikey, did:key, did:web and its documents, and
//! (feature `pem`) encrypted key files. What signs is a [`Signer`]: a key in memory, or one that never leaves a token.
//!
//! [`VerifyingKey::check`] is the one place of this library where a signature is checked; [`FrequentKey`] computes the same
//! equation from a table, and the published corpora hold the two to the same answers.

mod did;
mod document;
mod frequent;
#[cfg(feature = "pem")]
mod pem;
pub(crate) mod signer;

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, Verifier as _};
use zeroize::{Zeroize, Zeroizing};

pub use self::did::{Did, DidUrl};
pub use self::document::DidDocument;
pub use self::frequent::FrequentKey;
pub use self::signer::{Signer, SignerError};
use crate::finding::Code;

/// An Ed25519 public key, decoded and fit for use.
///
/// Every value is a canonical encoding of a point whose order is not small, so two keys are equal exactly when their
/// texts are, and no key of this type accepts a signature that its owner did not make.
///
/// ```
/// use taskbadge::key::VerifyingKey;
/// let text = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
/// let key = VerifyingKey::from_multikey(text)?;
/// assert_eq!(key.to_multikey(), text);
/// assert_eq!(format!("{key:?}"), format!("VerifyingKey({text})"));
/// # Ok::<(), taskbadge::key::KeyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Decodes a public key (RFC 8032, section 5.1.3).
    ///
    /// Stricter than the signature check needs: a key of small order would accept one signature for nearly every
    /// message, and a point with two encodings would give one key two names.
    ///
    /// # Errors
    /// [`KeyError::NotAPoint`], [`KeyError::NotCanonical`] or [`KeyError::SmallOrder`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_reduced(bytes) {
            return Err(KeyError::NotCanonical);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::NotAPoint)?;
        // Also refuses "minus zero", the other non-canonical form: its two points (y = ±1) have small order.
        if key.is_weak() { Err(KeyError::SmallOrder) } else { Ok(Self(key)) }
    }

    /// Reads a Multikey's `publicKeyMultibase` (Controlled Identifiers 1.0, section 2.2.2): `z`, then base58btc of
    /// 0xed 0x01 and the 32 bytes of the key.
    ///
    /// # Errors
    /// Each deviation has its own [`KeyError`]: another multibase, not base58, another kind of key, a secret key given
    /// by mistake, another length, and the errors of [`VerifyingKey::from_bytes`].
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let mut buffer = Zeroizing::new([0; MULTIKEY_BYTES_MAX]);
        match split_prefix(decode_multibase(text, &mut buffer)?) {
            (PUBLIC_PREFIX, key) => Self::from_bytes(key.try_into().map_err(|_| KeyError::KeyLength)?),
            (SECRET_PREFIX, _) => Err(KeyError::SecretGiven),
            (other, _) => Err(KeyError::OtherKeyType { kind: kind_of(other) }),
        }
    }

    /// The key as a Multikey, such as `z6Mk…`: the one text of this key.
    #[must_use]
    pub fn to_multikey(&self) -> String {
        std::mem::take(&mut *multikey(PUBLIC_PREFIX, self.as_bytes()))
    }

    /// The key as a did:key: an issuer that needs no web site.
    #[must_use]
    pub fn did_key(&self) -> Did {
        Did::key(self)
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a pure Ed25519 signature (RFC 8032, section 5.1.7) over `data`, strictly.
    ///
    /// Implementations of Ed25519 disagree on signatures that only somebody malicious would make. This is what is
    /// accepted here: A is the key, R and S are the halves of the signature, k the hash, B the base point, L its
    /// order.
    ///
    /// | edge case | accepted |
    /// |---|---|
    /// | S ≥ L (a second form of somebody's signature) | no |
    /// | A or R of small order | no |
    /// | A or R not canonically encoded | no |
    /// | A or R with a component of small order, where S·B = R + k·A holds as it stands | yes |
    /// | the same, where the equation holds only after multiplying by eight | no |
    /// | anything but 64 bytes; Ed25519ph, Ed25519ctx | no |
    ///
    /// Of the published edge cases these are: of the 12 of "Taming the many EdDSAs" (speccheck) only number 3, of the
    /// 914 of the Community Cryptography Test Vectors 43, and all 151 of Wycheproof as flagged there. Batch
    /// verification does not give these answers and is no substitute.
    ///
    /// ```
    /// use taskbadge::key::SigningKey;
    /// let centre = SigningKey::from_seed(&[7; 32]);
    /// let signature = centre.sign(b"can do the forklift pre-start check");
    /// centre.verifying_key().check(b"can do the forklift pre-start check", &signature)?;
    /// assert!(centre.verifying_key().check(b"can do anything", &signature).is_err());
    /// # Ok::<(), taskbadge::key::BadSignature>(())
    /// ```
    ///
    /// # Errors
    /// [`BadSignature`]; there are no degrees of it.
    pub fn check(&self, data: &[u8], signature: &[u8; 64]) -> Result<(), BadSignature> {
        let signature = Signature::from_bytes(signature);
        // `verify_strict` also decompresses R to see whether its order is small. Where `verify` succeeds, R's
        // bytes are the canonical encoding of a point, so comparing them with the eight of small order answers the
        // same, and A was looked at when the key was made. The Ed25519 corpora are tested both ways.
        if SMALL_ORDER.contains(signature.r_bytes()) {
            return Err(BadSignature);
        }
        self.0.verify(data, &signature).map_err(|_| BadSignature)
    }
}

/// The canonical encodings of the eight points whose order divides eight (RFC 7748 and 8032's curve): y, little-endian,
/// and the sign of x in the last bit.
const SMALL_ORDER: [[u8; 32]; 8] = {
    const fn point(first: u8, middle: u8, last: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        bytes[0] = first;
        bytes[31] = last;
        bytes
    }
    const fn signed(mut bytes: [u8; 32]) -> [u8; 32] {
        bytes[31] |= 0x80;
        bytes
    }
    const EIGHTH: [u8; 32] = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    const OTHER_EIGHTH: [u8; 32] = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    [
        point(0x01, 0x00, 0x00),         // the identity
        point(0xec, 0xff, 0x7f),         // order 2
        point(0x00, 0x00, 0x00),         // order 4
        signed(point(0x00, 0x00, 0x00)), // order 4
        EIGHTH,                          // order 8, four of them
        signed(EIGHTH),
        OTHER_EIGHTH,
        signed(OTHER_EIGHTH),
    ]
};

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.to_multikey())
    }
}

/// An Ed25519 secret key. It cannot be copied or printed, and is erased from memory when dropped.
///
/// ```
/// use taskbadge::key::{KeyError, SigningKey};
/// let key = SigningKey::from_multikey("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")?;
/// assert_eq!(key.verifying_key().to_multikey(), "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2");
/// # Ok::<(), KeyError>(())
/// ```
///
/// ```compile_fail,E0277
/// # let key = taskbadge::key::SigningKey::from_seed(&[7; 32]);
/// println!("{key:?}");
/// ```
///
/// ```compile_fail,E0599
/// # let key = taskbadge::key::SigningKey::from_seed(&[7; 32]);
/// let copy = key.clone();
/// ```
// Boxed, so that moving the key leaves no copies of the secret behind on the stack.
pub struct SigningKey(Box<ed25519_dalek::SigningKey>);

impl SigningKey {
    /// A new key from 32 random bytes: take them from the operating system's generator, and never twice. This library
    /// has no randomness of its own. They are taken by value, since nobody has a further use for them, and erased.
    ///
    /// ```
    /// use taskbadge::key::SigningKey;
    /// use zeroize::Zeroizing;
    /// let mut random = Zeroizing::new([0; 32]);
    /// # let fill = |bytes: &mut [u8; 32]| bytes[0] = 1;
    /// fill(&mut random); // getrandom::fill(&mut random[..])?
    /// let key = SigningKey::generate(random);
    /// ```
    #[must_use]
    pub fn generate(random: Zeroizing<[u8; 32]>) -> Self {
        Self::from_seed(&random)
    }

    /// The key of a seed, the "private key" of RFC 8032, section 5.1.5.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
    }

    /// Reads a Multikey's `secretKeyMultibase` (Controlled Identifiers 1.0, section 2.2.2): `z`, then base58btc of
    /// 0x80 0x26 and the 32 bytes of the seed.
    ///
    /// # Errors
    /// As [`VerifyingKey::from_multikey`], with [`KeyError::PublicGiven`] for a public key given by mistake. No error
    /// repeats any part of the text.
    pub fn from_multikey(text: &str) -> Result<Self, KeyError> {
        let mut buffer = Zeroizing::new([0; MULTIKEY_BYTES_MAX]);
        match split_prefix(decode_multibase(text, &mut buffer)?) {
            (SECRET_PREFIX, seed) => Ok(Self::from_seed(seed.try_into().map_err(|_| KeyError::KeyLength)?)),
            (PUBLIC_PREFIX, _) => Err(KeyError::PublicGiven),
            (other, _) => Err(KeyError::OtherKeyType { kind: kind_of(other) }),
        }
    }

    /// The key as a secret Multikey, in the clear: whoever reads it can sign. Prefer an encrypted file (feature `pem`).
    #[must_use]
    pub fn to_secret_multikey(&self) -> Zeroizing<String> {
        multikey(SECRET_PREFIX, self.0.as_bytes())
    }

    /// The seed, in the clear: whoever reads it can sign. Prefer an encrypted file (feature `pem`).
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.0.as_bytes())
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        // Fit for use by construction: an odd multiple of the base point, canonically encoded.
        VerifyingKey(self.0.verifying_key())
    }

    /// Signs `data` (pure Ed25519, RFC 8032, section 5.1.6). The same key and data give the same signature.
    #[must_use]
    pub fn sign(&self, data: &[u8]) -> [u8; 64] {
        self.0.sign(data).to_bytes()
    }
}

/// The signature does not fit the data and the key; nothing more can be said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit the content and the key; do not rely on the content")]
pub struct BadSignature;

impl BadSignature {
    /// The finding this is: [`Code::ProofBadSignature`].
    #[must_use]
    pub fn code(&self) -> Code {
        Code::ProofBadSignature
    }
}

/// Why a key, its name, its document or its file was refused: what happened; what to do.
///
/// No error holds or prints any part of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    // Key texts and bytes.
    /// The text does not begin with `z`.
    #[error("the key is not written in base58btc; give it as a Multikey, which begins with z")]
    OtherMultibase,
    /// A character is not of the base58btc alphabet, or the text is far too long.
    #[error("the key is not base58btc text; copy it again, whole and without spaces")]
    NotBase58,
    /// The multicodec prefix names another kind of key.
    #[error("the key is of another kind ({kind}); only Ed25519 keys, which begin with z6Mk, can be used")]
    OtherKeyType {
        /// The kind that the prefix names.
        kind: &'static str,
    },
    /// The prefix is right and the rest is not 32 bytes.
    #[error("the key is not 32 bytes long; copy it again, whole")]
    KeyLength,
    /// A secret key stands where a public one belongs.
    #[error(
        "this is a secret key where a public one belongs; treat it as stolen if others have seen it, and make a new one"
    )]
    SecretGiven,
    /// A public key stands where the secret one belongs.
    #[error(
        "this is a public key where the secret one belongs; give the secret key, which is in the issuer's key file"
    )]
    PublicGiven,
    /// The bytes are no point of the curve.
    #[error("the bytes are not an Ed25519 public key; copy the key again")]
    NotAPoint,
    /// The bytes are a second spelling of a point.
    #[error("the public key is not in its canonical form; treat it as made to deceive")]
    NotCanonical,
    /// The point has small order: signatures under it prove nothing.
    #[error("the public key is a weak one under which anybody can sign; treat it as made to deceive")]
    SmallOrder,

    // Identifiers.
    /// The text is not a DID.
    #[error("the identifier is not a DID; give one that begins with did:key: or did:web:")]
    NotADid,
    /// A DID of a method other than did:key and did:web.
    #[error("the DID is neither did:key nor did:web; use one of these two")]
    DidMethod,
    /// The host of a did:web is not a lower-case domain name.
    #[error(
        "the did:web does not name a lower-case domain such as example.org; write the domain name as it is registered"
    )]
    WebHost,
    /// The host of a did:web is an IP address.
    #[error("the did:web names an IP address; use a domain name")]
    WebAddress,
    /// The port of a did:web is not `%3A` and a number.
    #[error("the port of the did:web is not a number from 1 to 65535 after %3A; correct it or leave it out")]
    WebPort,
    /// The path of a did:web could not be a plain path of a web server.
    #[error(
        "the path of the did:web has an empty or unsafe part; use letters, digits, '.', '-' and '_' between colons"
    )]
    WebPath,
    /// The identifier of a key is not a DID, one `#`, and a fragment.
    #[error("the identifier of the key is not a DID followed by # and a name; give it in full")]
    Fragment,
    /// The fragment of a did:key names another key than the DID.
    #[error("the part after # is not the key of the did:key; write the same key text before and after #")]
    FragmentMismatch,

    // DID documents.
    /// The document is not JSON, or its members are not what DID documents have.
    #[error("this is not a DID document ({why}); get the document again from its owner")]
    DocumentMalformed {
        /// What is amiss.
        why: &'static str,
    },
    /// The document speaks of another DID.
    #[error("the DID document belongs to another DID; get the document of this one")]
    DocumentId,
    /// A document of no keys, of the same key twice, or of a did:key and another key.
    #[error("a DID document lists one or more different keys, and that of a did:key only its own; correct the keys")]
    DocumentKeys,
    /// The document has no such key.
    #[error(
        "the DID document does not have this key; get the issuer's current document, or ask which key signs its badges"
    )]
    UnknownMethod,
    /// The document has the key, for other purposes.
    #[error(
        "the DID document has this key, but not for asserting credentials; ask the issuer which key signs its badges"
    )]
    NotForAssertion,
    /// The verification method is of a type this library does not read.
    #[error("the key is published in a form that is not supported; ask the issuer for it as a Multikey")]
    MethodType,
    /// The verification method lacks its key material or dates are not dates.
    #[error("the published key is not well formed; tell the issuer that its DID document needs correction")]
    MethodMalformed,
    /// The verification method is controlled by somebody else than the document's DID.
    #[error("the published key is controlled by somebody else; ask the issuer which key signs its badges")]
    MethodController,
    /// The verification method is marked as revoked.
    #[error("the issuer has revoked this key; ask for a badge signed with a current one")]
    MethodRevoked,
    /// The verification method ended before the time of the check.
    #[error("the key's time has ended; ask for a badge signed with a current one")]
    MethodExpired,

    // Key files.
    /// An empty passphrase protects nothing.
    #[error("the passphrase is empty; choose one of several words")]
    EmptyPassphrase,
    /// The text is no PEM file of a private key.
    #[error("this is not a PEM file of a private key; give the file that begins with BEGIN ENCRYPTED PRIVATE KEY")]
    NotKeyFile,
    /// The key file is not encrypted.
    #[error(
        "the key file is not encrypted; encrypt it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out encrypted.pem"
    )]
    NotEncrypted,
    /// The key file is encrypted by other means than PBES2 with scrypt or PBKDF2 and AES.
    #[error(
        "the key file is encrypted in a way that is not supported; encrypt it again with: openssl pkcs8 -topk8 -v2 aes-256-cbc"
    )]
    Encryption,
    /// Opening the key file would take more work than any honest file asks for.
    #[error("opening the key file would take far too much time or memory; treat the file as hostile")]
    TooMuchWork,
    /// Decryption gave no key.
    #[error("the passphrase does not open the key file; try again, and if you are sure of it, the file is damaged")]
    WrongPassphrase,
    /// The public key in the file is not that of the secret key.
    #[error("the two halves of the key in the file do not belong together; restore the file from a copy")]
    HalvesDiffer,
}

impl KeyError {
    /// The finding this is when it turns up in the check of a badge.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            // Something else might settle it: another verifier, a newer document, the right passphrase.
            Self::DidMethod | Self::DocumentId | Self::UnknownMethod | Self::MethodType | Self::WrongPassphrase => {
                Code::KeyUnresolved
            }
            Self::NotForAssertion | Self::MethodController | Self::MethodRevoked | Self::MethodExpired => {
                Code::KeyNotAuthorised
            }
            _ => Code::KeyMalformed,
        }
    }
}

/// Multicodec `ed25519-pub` (0xed) and `ed25519-priv` (0x1300) as varints.
const PUBLIC_PREFIX: [u8; 2] = [0xed, 0x01];
const SECRET_PREFIX: [u8; 2] = [0x80, 0x26];

/// Room for every key whose kind is worth naming; the longest is BLS12-381 G2 with 98 bytes. Base58 takes time
/// quadratic in the length, so there has to be some limit.
const MULTIKEY_BYTES_MAX: usize = 128;
/// 1.37 characters per byte, and the `z`.
const MULTIKEY_CHARS_MAX: usize = 176;

/// The bytes of a base58btc multibase text. The buffer is the caller's, who erases it: the text may be a secret.
fn decode_multibase<'b>(text: &str, buffer: &'b mut [u8; MULTIKEY_BYTES_MAX]) -> Result<&'b [u8], KeyError> {
    let digits = text.strip_prefix('z').ok_or(KeyError::OtherMultibase)?;
    if text.len() > MULTIKEY_CHARS_MAX {
        return Err(KeyError::NotBase58);
    }
    let length = bs58::decode(digits).onto(&mut buffer[..]).map_err(|_| KeyError::NotBase58)?;
    Ok(&buffer[..length])
}

/// The two bytes of the multicodec, and the key after them. Too short a text has an unknown kind.
fn split_prefix(bytes: &[u8]) -> ([u8; 2], &[u8]) {
    bytes.split_first_chunk().map_or(([0, 0], bytes), |(prefix, rest)| (*prefix, rest))
}

/// `z` and base58btc, made in place: `bytes` may be a secret.
fn multikey(prefix: [u8; 2], bytes: &[u8; 32]) -> Zeroizing<String> {
    let mut prefixed = Zeroizing::new([0; 34]);
    prefixed[..2].copy_from_slice(&prefix);
    prefixed[2..].copy_from_slice(bytes);
    let mut digits = bs58::encode(&prefixed[..]).into_string();
    // Never reallocates, so no half-written copy is left behind.
    let mut text = Zeroizing::new(String::with_capacity(1 + digits.len()));
    text.push('z');
    text.push_str(&digits);
    digits.zeroize();
    text
}

/// The kind of key a multicodec prefix stands for, for the error message alone.
fn kind_of(prefix: [u8; 2]) -> &'static str {
    match prefix {
        [0xec, 0x01] => "X25519, for encryption",
        [0xe7, 0x01] => "secp256k1",
        [0x80, 0x24] => "P-256",
        [0x81, 0x24] => "P-384",
        [0x82, 0x24] => "P-521",
        [0x85, 0x24] => "RSA",
        [0xea | 0xeb | 0xee, 0x01] => "BLS12-381",
        _ => "unknown",
    }
}

/// Whether the y of an encoded point is below 2^255 − 19; the sign bit aside.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let high_part_is_full = bytes[31] & 0x7f == 0x7f && bytes[1..31].iter().all(|byte| *byte == 0xff);
    !(high_part_is_full && bytes[0] >= 0xed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key pair of the W3C's EdDSA Cryptosuites test vectors.
    const PUBLIC: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
    const SECRET: &str = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq";

    fn public(text: &str) -> Option<KeyError> {
        VerifyingKey::from_multikey(text).err()
    }

    fn secret(text: &str) -> Option<KeyError> {
        SigningKey::from_multikey(text).err()
    }

    fn base58(bytes: &[u8]) -> String {
        format!("z{}", bs58::encode(bytes).into_string())
    }

    /// The encoding of a small y: `low` and then `rest`, with the sign bit as given in `top`.
    fn point(low: u8, rest: u8, top: u8) -> [u8; 32] {
        let mut bytes = [rest; 32];
        bytes[0] = low;
        bytes[31] = top;
        bytes
    }

    #[test]
    fn the_published_key_pair_reads_and_writes() {
        let key = SigningKey::from_multikey(SECRET).unwrap();
        assert_eq!(key.to_secret_multikey().as_str(), SECRET);
        assert_eq!(key.verifying_key().to_multikey(), PUBLIC);
        assert_eq!(VerifyingKey::from_multikey(PUBLIC), Ok(key.verifying_key()));
        assert_eq!(SigningKey::from_seed(&key.seed()).verifying_key(), key.verifying_key());
        assert_eq!(SigningKey::generate(key.seed()).verifying_key(), key.verifying_key());
    }

    #[test]
    fn each_deviation_of_a_multikey_has_its_own_error() {
        let hex = format!("f{}", "ed01".repeat(17));
        for other_base in ["", "uzQE", &hex, &PUBLIC[1..], " z6Mk", "Z6Mk"] {
            assert_eq!(public(other_base), Some(KeyError::OtherMultibase), "{other_base}");
            assert_eq!(secret(other_base), Some(KeyError::OtherMultibase), "{other_base}");
        }
        for not_base58 in
            [format!("{PUBLIC} "), format!("{PUBLIC}\n"), PUBLIC.replace('J', "0"), format!("z{}", "z".repeat(4000))]
        {
            assert_eq!(public(&not_base58), Some(KeyError::NotBase58), "{not_base58}");
        }
        for (bytes, kind) in [
            (&[0xec, 0x01, 9][..], "X25519, for encryption"),
            (&[0x80, 0x24, 2], "P-256"),
            (&[0, 0xed, 0x01], "unknown"),
            (&[0xed], "unknown"),
            (&[], "unknown"),
        ] {
            assert_eq!(public(&base58(bytes)), Some(KeyError::OtherKeyType { kind }));
            assert_eq!(secret(&base58(bytes)), Some(KeyError::OtherKeyType { kind }));
        }
        assert_eq!(public(&base58(&[&PUBLIC_PREFIX[..], &[3; 31]].concat())), Some(KeyError::KeyLength));
        assert_eq!(public(&base58(&[&PUBLIC_PREFIX[..], &[3; 33]].concat())), Some(KeyError::KeyLength));
        // The form of older libraries: seed and public key together.
        assert_eq!(secret(&base58(&[&SECRET_PREFIX[..], &[3; 64]].concat())), Some(KeyError::KeyLength));
        assert_eq!(public(SECRET), Some(KeyError::SecretGiven));
        assert_eq!(secret(PUBLIC), Some(KeyError::PublicGiven));
    }

    #[test]
    fn the_longest_text_allowed_fits_the_buffer() {
        // 171 and more digits may hold over 128 bytes; the decoder has to notice.
        for length in 100..=MULTIKEY_CHARS_MAX {
            for digit in ["1", "2", "z"] {
                let text = format!("z{}", digit.repeat(length - 1));
                let error = public(&text).unwrap();
                assert!(matches!(error, KeyError::NotBase58 | KeyError::OtherKeyType { .. }), "{text}");
            }
        }
    }

    #[test]
    fn weak_and_ambiguous_keys_are_refused() {
        // All points of small order, and "minus zero".
        for (low, rest, top) in
            [(1, 0, 0), (1, 0, 0x80), (0, 0, 0), (0, 0, 0x80), (0xec, 0xff, 0x7f), (0xec, 0xff, 0xff)]
        {
            assert_eq!(VerifyingKey::from_bytes(&point(low, rest, top)), Err(KeyError::SmallOrder), "{low} {top}");
        }
        for eight in [
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc",
        ] {
            let mut bytes = [0; 32];
            for (at, byte) in bytes[..31].iter_mut().enumerate() {
                *byte = u8::from_str_radix(&eight[2 * at..][..2], 16).unwrap();
            }
            for top in if eight.starts_with('c') { [0x7a, 0xfa] } else { [0x05, 0x85] } {
                bytes[31] = top;
                assert_eq!(VerifyingKey::from_bytes(&bytes), Err(KeyError::SmallOrder));
            }
        }
        // y = p … 2^255 - 1, some of them points that are not small.
        let mut points = 0;
        for low in 0xed..=0xff {
            for top in [0x7f, 0xff] {
                let bytes = point(low, 0xff, top);
                assert_eq!(VerifyingKey::from_bytes(&bytes), Err(KeyError::NotCanonical));
                points += usize::from(ed25519_dalek::VerifyingKey::from_bytes(&bytes).is_ok_and(|key| !key.is_weak()));
            }
        }
        assert_ne!(points, 0, "the rule has something to refuse that no other rule does");
        assert_eq!(VerifyingKey::from_bytes(&point(2, 0, 0)), Err(KeyError::NotAPoint));
    }

    #[test]
    fn nearly_full_bytes_are_reduced() {
        for (at, byte) in [(0, 0xec), (1, 0xfe), (17, 0x00), (30, 0xfe), (31, 0x7e), (31, 0xfe)] {
            let mut bytes = [0xff; 32];
            bytes[at] = byte;
            assert!(is_reduced(&bytes), "{at}");
        }
    }

    #[test]
    fn changed_data_signatures_and_keys_are_refused() {
        let key = SigningKey::from_seed(&[1; 32]);
        let signature = key.sign(b"content");
        assert_eq!(key.verifying_key().check(b"content", &signature), Ok(()));
        assert_eq!(key.verifying_key().check(b"Content", &signature), Err(BadSignature));
        assert_eq!(SigningKey::from_seed(&[2; 32]).verifying_key().check(b"content", &signature), Err(BadSignature));
        for at in 0..64 {
            let mut changed = signature;
            changed[at] ^= 1;
            assert_eq!(key.verifying_key().check(b"content", &changed), Err(BadSignature), "byte {at}");
        }
    }

    #[test]
    fn errors_have_two_sentences_and_no_secret() {
        for text in [SECRET, &SECRET[..40], &SECRET.replace('3', "0")] {
            let error = public(text).unwrap();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(&text[1..8]), "{shown}");
            assert_eq!(error.to_string().matches("; ").count(), 1, "{error}");
        }
        assert_eq!(KeyError::SmallOrder.code(), Code::KeyMalformed);
        assert_eq!(KeyError::UnknownMethod.code(), Code::KeyUnresolved);
        assert_eq!(KeyError::NotForAssertion.code(), Code::KeyNotAuthorised);
        assert_eq!(BadSignature.code(), Code::ProofBadSignature);
    }
}
