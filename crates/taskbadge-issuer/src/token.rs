//! A key that lives in a PKCS #11 token: a smart card, a hardware module, SoftHSM. The secret half never leaves it.
//!
//! The token has a private key and its public key under one label, of the type `CKK_EC_EDWARDS` on the curve Ed25519, and
//! signs with `CKM_EDDSA` (PKCS #11 3.0, section 2.3.14). Each signature is checked before it is used, so that a token in
//! which the two do not belong together makes no badge.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use taskbadge::key::{Signer, SignerError, VerifyingKey};

use crate::centre::TokenPlace;

/// A key in a token, open for signing until it is dropped.
pub struct TokenKey {
    session: Mutex<Session>,
    private: ObjectHandle,
    public: VerifyingKey,
}

impl TokenKey {
    /// Opens a key with the user's PIN.
    ///
    /// # Errors
    /// [`SignerError::Unreachable`] where the module cannot be loaded or there is no such token or key;
    /// [`SignerError::Refused`] for a wrong PIN, several tokens or keys by these labels, and a key that is not Ed25519.
    pub fn open(place: &TokenPlace, pin: &str) -> Result<Self, SignerError> {
        let context = load(Path::new(&place.module))?;
        let session = context.open_ro_session(slot(&context, &place.token)?).map_err(unreachable)?;
        match session.login(UserType::User, Some(&AuthPin::new(pin.into()))) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(Error::Pkcs11(RvError::PinIncorrect, _)) => return Err(refused("the PIN is wrong")),
            Err(Error::Pkcs11(RvError::PinLocked, _)) => return Err(refused("the PIN is locked after too many tries")),
            Err(error) => return Err(refused(error)),
        }
        let private = object(&session, ObjectClass::PRIVATE_KEY, &place.key)?;
        let public = public_key(&session, object(&session, ObjectClass::PUBLIC_KEY, &place.key)?)?;
        Ok(Self { session: Mutex::new(session), private, public })
    }
}

impl Signer for TokenKey {
    fn verifying_key(&self) -> VerifyingKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        // One session signs one thing after the other; whoever panicked with it in hand left it as it was.
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
        let signature = session.sign(&mechanism, self.private, message).map_err(|error| match error {
            Error::Pkcs11(RvError::DeviceRemoved | RvError::TokenNotPresent | RvError::SessionHandleInvalid, _) => {
                unreachable(error)
            }
            error => refused(error),
        })?;
        signature.try_into().map_err(|_| SignerError::WrongSignature)
    }
}

/// A module is initialised once a process; a second key of the same module finds it so.
fn load(module: &Path) -> Result<Pkcs11, SignerError> {
    let context = Pkcs11::new(module).map_err(|error| unreachable(format!("{}: {error}", module.display())))?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(context),
        Err(error) => Err(unreachable(error)),
    }
}

fn slot(context: &Pkcs11, label: &str) -> Result<Slot, SignerError> {
    let slots = context.get_slots_with_token().map_err(unreachable)?;
    let labelled = |slot: &Slot| context.get_token_info(*slot).is_ok_and(|token| token.label().trim_end() == label);
    let mut found = slots.into_iter().filter(labelled);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(unreachable(format!("there is no token with the label {label}"))),
        (Some(_), Some(_)) => Err(refused(format!("several tokens have the label {label}"))),
    }
}

fn object(session: &Session, class: ObjectClass, label: &str) -> Result<ObjectHandle, SignerError> {
    let kind = if class == ObjectClass::PRIVATE_KEY { "private" } else { "public" };
    let template =
        [Attribute::Class(class), Attribute::KeyType(KeyType::EC_EDWARDS), Attribute::Label(label.as_bytes().to_vec())];
    let found = session.find_objects(&template).map_err(unreachable)?;
    match found[..] {
        [one] => Ok(one),
        [] => Err(unreachable(format!("the token has no {kind} Edwards key with the label {label}"))),
        _ => Err(refused(format!("the token has several {kind} keys with the label {label}"))),
    }
}

fn public_key(session: &Session, object: ObjectHandle) -> Result<VerifyingKey, SignerError> {
    let attributes = session.get_attributes(object, &[AttributeType::EcPoint]).map_err(unreachable)?;
    let point = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::EcPoint(point) => Some(point),
        _ => None,
    });
    let not_ed25519 = || refused("the key is not an Ed25519 key");
    let bytes = point.as_deref().and_then(point_bytes).ok_or_else(not_ed25519)?;
    VerifyingKey::from_bytes(bytes).map_err(refused)
}

/// The 32 bytes of a `CKA_EC_POINT`: as they are (PKCS #11 3.1), or in DER as an octet string (3.0, and most tokens) or
/// a bit string (3.0 has both).
fn point_bytes(point: &[u8]) -> Option<&[u8; 32]> {
    let bytes = match point {
        [0x04, 32, bytes @ ..] | [0x03, 33, 0, bytes @ ..] => bytes,
        bytes => bytes,
    };
    bytes.try_into().ok()
}

fn unreachable(why: impl ToString) -> SignerError {
    SignerError::Unreachable { why: why.to_string() }
}

fn refused(why: impl ToString) -> SignerError {
    SignerError::Refused { why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_in_three_forms() {
        let key = [7; 32];
        let octets = [&[0x04, 32][..], &key].concat();
        let bits = [&[0x03, 33, 0][..], &key].concat();
        for form in [&key[..], &octets, &bits] {
            assert_eq!(point_bytes(form), Some(&key));
        }
        for other in [&key[1..], &octets[..33], &bits[1..], &[0x04, 57][..], &[]] {
            assert_eq!(point_bytes(other), None);
        }
    }
}
