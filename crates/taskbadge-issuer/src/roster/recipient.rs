//! Whose badge it is: the ways a badge is bound to a person.

use std::{fmt, str::FromStr};

use taskbadge::shown::hidden;

use crate::{template::is_extension, text::collapse};

/// How a badge is bound to its holder. None of these is the name: a name stands in a badge only with consent, and
/// proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recipient {
    /// The holder's own key, as the badge subject's `id`.
    Holder(HolderDid),
    /// An e-mail address, in the badge only as a salted hash (`IdentityObject`, `identityType` `emailAddress`).
    Email(EmailAddress),
    /// Another identifier, in the badge only as a salted hash (`IdentityObject` of this `identityType`).
    Identifier(IdentityType, String),
    /// A code that is printed on the holder's card, in the badge only as a salted hash.
    ClaimCode(ClaimCode),
    /// Nothing that identifies is in the roster but a name: the desk draws a claim code.
    NewClaimCode,
}

/// An e-mail address, in lower case: people write their own address in any case, and the hash must not depend on it.
///
/// ```
/// use taskbadge_issuer::roster::EmailAddress;
/// assert_eq!(" Amina.Noor@Example.ORG ".parse::<EmailAddress>()?.as_str(), "amina.noor@example.org");
/// assert!("Amina Noor <amina@example.org>".parse::<EmailAddress>().is_err());
/// # Ok::<(), taskbadge_issuer::roster::NotAnEmailAddress>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address in lower case, without white space around it: the text that is hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnEmailAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').ok_or(NotAnEmailAddress)?;
        let plain =
            |text: &str| !text.contains(|c: char| c.is_whitespace() || c.is_control() || "@,;:<>()[]\\\"".contains(c));
        let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        let good = (1..=64).contains(&local.len())
            && text.len() <= 254
            && plain(local)
            && domain.contains('.')
            && domain.split('.').all(label)
            && hidden(&text).is_none();
        if good { Ok(Self(text)) } else { Err(NotAnEmailAddress) }
    }
}

/// The text is no e-mail address. The message does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address; write the address alone, such as `name@example.org`")]
pub struct NotAnEmailAddress;

/// The holder's key as a decentralised identifier: `did:key` of an Ed25519 key (did:key 0.9, multicodec 0xed).
///
/// Only the form is checked here: the multibase prefix `z6Mk`, the length and the alphabet of base58btc.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HolderDid(String);

impl HolderDid {
    /// The DID as it stands in a badge.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HolderDid {
    type Err = NotAHolderDid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const ED25519_LENGTH: usize = 48;
        let text = text.trim();
        let key = text.strip_prefix("did:key:").ok_or(NotAHolderDid)?;
        let base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
        let good = key.starts_with("z6Mk") && key.len() == ED25519_LENGTH && key.bytes().all(base58);
        if good { Ok(Self(text.to_owned())) } else { Err(NotAHolderDid) }
    }
}

/// The text is no did:key of an Ed25519 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the did:key of a holder; ask the holder to copy it again, it begins with `did:key:z6Mk`")]
pub struct NotAHolderDid;

/// A code that the holder shows to claim a badge: 8 to 64 ASCII letters and digits, with hyphens between groups.
///
/// It must be random: whoever can guess it can claim the badge. Kept in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimCode(String);

impl ClaimCode {
    /// The code in upper case: the text that is hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClaimCode {
    type Err = NotAClaimCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let groups = text.split('-').all(|g| !g.is_empty() && g.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let good = groups && (8..=64).contains(&text.len());
        if good { Ok(Self(text.to_ascii_uppercase())) } else { Err(NotAClaimCode) }
    }
}

/// The text is no claim code. The message does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a claim code; write 8 to 64 random letters and digits, or leave it empty and one is drawn")]
pub struct NotAClaimCode;

/// What kind of identifier a hash was made of: `IdentityObject.identityType` (Open Badges 3.0, IdentifierTypeEnum).
///
/// Taken are the standard's words for persons, the words that exports use for them (`email`, `id`, `url`, `telephone`),
/// and terms of one's own after `ext:`. `nationalIdentityNumber` is refused: it must not be in a badge, not even hashed,
/// since numbers can be tried out.
///
/// ```
/// use taskbadge_issuer::roster::IdentityType;
/// assert_eq!("Email".parse::<IdentityType>()?.as_str(), "emailAddress");
/// assert_eq!("systemId".parse::<IdentityType>()?.as_str(), "systemId");
/// assert_eq!("studentID".parse::<IdentityType>()?.as_str(), "ext:studentID");
/// assert!("nationalIdentityNumber".parse::<IdentityType>().is_err());
/// # Ok::<(), taskbadge_issuer::roster::NotAnIdentityType>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdentityType(String);

impl IdentityType {
    /// The standard's words for identifiers of persons.
    pub const STANDARD: &'static [&'static str] = &[
        "identifier",
        "emailAddress",
        "systemId",
        "userName",
        "accountId",
        "sourcedId",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiUserId",
    ];

    const EXPORTED: &'static [(&'static str, &'static str)] = &[
        ("email", "emailAddress"),
        ("id", "identifier"),
        ("username", "userName"),
        ("studentid", "ext:studentID"),
        ("url", "ext:url"),
        ("telephone", "ext:telephone"),
        ("phone", "ext:telephone"),
    ];

    /// The word as it stands in a badge.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `identifier`, the standard's word for an identifier of no closer kind.
impl Default for IdentityType {
    fn default() -> Self {
        Self("identifier".to_owned())
    }
}

impl FromStr for IdentityType {
    type Err = NotAnIdentityType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let standard = Self::STANDARD.iter().find(|word| word.eq_ignore_ascii_case(text)).copied();
        let exported =
            || Self::EXPORTED.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, meant)| *meant);
        let word = standard.or_else(exported).or_else(|| is_extension(text).then_some(text));
        word.map(|word| Self(word.to_owned())).ok_or(NotAnIdentityType)
    }
}

impl fmt::Display for IdentityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no kind of identifier that may bind a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a kind of identifier that may bind a badge; write `emailAddress`, `identifier`, `systemId`, `userName`, or a \
         term of your own after `ext:`"
)]
pub struct NotAnIdentityType;

/// An identifier's text: white space collapsed, nothing hidden, at most 254 bytes.
pub(super) fn identifier(text: &str) -> Option<String> {
    let text = collapse(text);
    (!text.is_empty() && text.len() <= 254 && hidden(&text).is_none()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses() {
        for good in ["a@example.org", "o'neil+x@mail.example.org", "олена@приклад.example"] {
            assert!(good.parse::<EmailAddress>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "@example.org",
            "a@",
            "a@example",
            "a@@example.org",
            "a b@example.org",
            "a@example..org",
            "a@example.org, b@example.org",
            "mailto:a@example.org",
            "a\u{200b}@example.org",
            "a@exam\u{ad}ple.org",
            "a@example.\u{3164}org",
        ] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad}");
        }
    }

    #[test]
    fn holders_and_claim_codes() {
        let did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
        assert_eq!(did.parse::<HolderDid>().map(|did| did.as_str().len()), Ok(did.len()));
        for bad in ["did:key:z6Mk", "did:web:example.org", &did.replace('h', "0"), &format!("{did}x")] {
            assert!(bad.parse::<HolderDid>().is_err(), "{bad}");
        }
        assert_eq!("k7qf-2m9x".parse::<ClaimCode>().map(|code| code.as_str().to_owned()), Ok("K7QF-2M9X".to_owned()));
        for bad in ["", "1234567", "a b c d e f", "--------", "é1234567"] {
            assert!(bad.parse::<ClaimCode>().is_err(), "{bad}");
        }
    }
}
