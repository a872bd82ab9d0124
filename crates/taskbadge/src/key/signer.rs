//! What signs: a key in memory, or one that lives elsewhere.

use super::{SigningKey, VerifyingKey};
use crate::finding::{Code, Finding};
use crate::shown::Quoted;

/// Something that signs with one Ed25519 key: a [`SigningKey`], or a token, a card or a service that keeps the key to
/// itself.
///
/// Whoever implements it only passes bytes on. The signature is pure Ed25519 (RFC 8032, section 5.1.6) over the message
/// as it is given, and it is checked before anything is made of it: a signer that signs with another key, or signs
/// something else, makes no badge.
///
/// ```
/// use taskbadge::key::{Signer, SignerError, SigningKey, VerifyingKey};
///
/// /// A key behind a counter.
/// struct Counted {
///     key: SigningKey,
///     left: std::sync::atomic::AtomicU32,
/// }
///
/// impl Signer for Counted {
///     fn verifying_key(&self) -> VerifyingKey {
///         self.key.verifying_key()
///     }
///
///     fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
///         use std::sync::atomic::Ordering::Relaxed;
///         let left = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
///         left.map_err(|_| SignerError::Refused { why: "today's signatures are used up".into() })?;
///         Ok(self.key.sign(message))
///     }
/// }
///
/// let signer = Counted { key: SigningKey::from_seed(&[7; 32]), left: 1.into() };
/// let signature = signer.sign(b"can do the forklift pre-start check")?;
/// assert!(signer.verifying_key().check(b"can do the forklift pre-start check", &signature).is_ok());
/// assert!(signer.sign(b"can do anything").is_err());
/// # Ok::<(), SignerError>(())
/// ```
pub trait Signer: Send + Sync {
    /// The public half of the key.
    fn verifying_key(&self) -> VerifyingKey;

    /// Signs a message (pure Ed25519). It may be called from several threads at once.
    ///
    /// # Errors
    /// [`SignerError`], where what holds the key does not sign.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError>;

    /// The key itself, where it is in this process: its signatures need no check.
    #[doc(hidden)]
    fn in_memory(&self) -> Option<&SigningKey> {
        None
    }
}

impl Signer for SigningKey {
    fn verifying_key(&self) -> VerifyingKey {
        self.verifying_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.sign(message))
    }

    fn in_memory(&self) -> Option<&SigningKey> {
        Some(self)
    }
}

/// Why there is no signature: what happened; what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignerError {
    /// What holds the key is not there, or does not answer.
    #[error("what holds the key cannot be reached ({}); connect it, and do this again", Quoted(why))]
    Unreachable {
        /// What it, or the way to it, says.
        why: String,
    },
    /// What holds the key is there and does not sign.
    #[error("what holds the key does not sign ({}); see to what it asks for, and do this again", Quoted(why))]
    Refused {
        /// What it says.
        why: String,
    },
    /// What came back is no signature of this key over this message.
    #[error("what holds the key gave a signature of another key or content; do not use it before you know why")]
    WrongSignature,
}

impl SignerError {
    /// The finding this is when a document cannot be signed.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::WrongSignature => Code::ProofBadSignature,
            Self::Unreachable { .. } | Self::Refused { .. } => Code::KeySigner,
        }
    }
}

impl From<SignerError> for Finding {
    fn from(error: SignerError) -> Self {
        Finding::new(error.code()).because(error.to_string())
    }
}

/// A signature that is known to be good. A key in memory is spared the check, which costs more than the signature.
pub(crate) fn signature(signer: &dyn Signer, message: &[u8]) -> Result<[u8; 64], SignerError> {
    if let Some(key) = signer.in_memory() {
        return Ok(key.sign(message));
    }
    let signature = signer.sign(message)?;
    let good = signer.verifying_key().check(message, &signature);
    good.map(|()| signature).map_err(|_| SignerError::WrongSignature)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says that it is the first key, and signs as it likes.
    struct Elsewhere(fn(&[u8]) -> Result<[u8; 64], SignerError>);

    impl Signer for Elsewhere {
        fn verifying_key(&self) -> VerifyingKey {
            key(1).verifying_key()
        }

        fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
            self.0(message)
        }
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32])
    }

    #[test]
    fn a_signature_from_elsewhere_counts_when_it_is_that_of_the_key() {
        let of = |sign| signature(&Elsewhere(sign), b"content");
        assert_eq!(of(|message| Ok(key(1).sign(message))), Ok(key(1).sign(b"content")));
        assert_eq!(of(|message| Ok(key(2).sign(message))), Err(SignerError::WrongSignature));
        assert_eq!(of(|_| Ok(key(1).sign(b"other content"))), Err(SignerError::WrongSignature));
        let gone = SignerError::Unreachable { why: "the token was removed".into() };
        assert_eq!(of(|_| Err(SignerError::Unreachable { why: "the token was removed".into() })), Err(gone));
    }

    #[test]
    fn a_key_in_memory_signs_as_itself() {
        assert_eq!(signature(&key(1), b"content"), Ok(key(1).sign(b"content")));
        let signer: &dyn Signer = &key(1);
        assert_eq!(signer.verifying_key(), key(1).verifying_key());
        assert_eq!(signer.sign(b"content"), Ok(key(1).sign(b"content")));
    }

    #[test]
    fn errors_have_two_sentences() {
        let why = "it is locked".to_owned();
        for error in
            [SignerError::Unreachable { why: why.clone() }, SignerError::Refused { why }, SignerError::WrongSignature]
        {
            assert_eq!(error.to_string().matches("; ").count(), 1, "{error}");
        }
    }
}
