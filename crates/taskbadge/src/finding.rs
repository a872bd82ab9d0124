//! What a check can find: one code per finding, its severity, and its W3C problem type.
//!
//! Codes are append-only. The list is exported as `schemas/finding-codes.json` and frozen by a golden test. The English
//! sentences stand here beside their codes, so that an error of this library can be read with `{}`; other languages are
//! tables of their own, keyed by [`Code::as_str`].

use std::fmt;

use serde::{Serialize, Serializer};

use crate::shown::{Line, Name};

/// One thing that a check found: what, where, and the particulars.
///
/// ```
/// use taskbadge::finding::{Code, Finding};
/// let finding = Finding::new(Code::TimeExpired).at("/validUntil").because("ended 2026-01-01T00:00:00Z");
/// assert_eq!(finding.to_string(), "the badge has expired (at /validUntil: ended 2026-01-01T00:00:00Z); \
///     ask the holder for a renewed badge");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    code: Code,
    pointer: Option<String>,
    detail: Option<String>,
    document: Option<String>,
}

impl Finding {
    /// A finding without place or particulars.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, pointer: None, detail: None, document: None }
    }

    /// The same finding with the place it speaks of, a JSON pointer (RFC 6901) into the document.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same finding with its particulars, a short phrase in English. What it says in the words of somebody else stands
    /// there as [`crate::shown`] shows it.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let is_plain = detail.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        self.detail = Some(if is_plain { detail } else { Line(&detail).to_string() });
        self
    }

    /// The same finding with the address of a document that has to be at hand, as its particulars.
    #[must_use]
    pub fn wanting(self, document: &str) -> Self {
        Self { document: Some(document.into()), ..self.because(Name(document).to_string()) }
    }

    /// Which finding this is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The place in the document as a JSON pointer (RFC 6901), where there is one.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The particulars, where there are any, for people: values in them are isolated ([`crate::shown`]).
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The address of what has to be at hand, as it is, where the finding says that something is.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.what())?;
        let pointer = self.pointer.as_deref().map(spoken);
        match (pointer, self.detail.as_deref()) {
            (Some(pointer), Some(detail)) => write!(f, " (at {pointer}: {detail})")?,
            (Some(pointer), None) => write!(f, " (at {pointer})")?,
            (None, Some(detail)) => write!(f, " ({detail})")?,
            (None, None) => {}
        }
        write!(f, "; {}", self.code.next())
    }
}

/// The whole document has the empty pointer, which a person would not see.
fn spoken(pointer: &str) -> String {
    if pointer.is_empty() { "the top".into() } else { Name(pointer).to_string() }
}

impl std::error::Error for Finding {}

/// A name or identifier that somebody else wrote, in the particulars of a finding.
pub(crate) fn shown(name: &str) -> String {
    Name(name).to_string()
}

/// How the worst finding bears on the verdict; where there is none, the verdict stands.
pub(crate) fn worst(findings: &[Finding]) -> Severity {
    findings.iter().map(|finding| finding.code().severity()).max().unwrap_or(Severity::Info)
}

impl From<Code> for Finding {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// How a finding bears on the verdict. Any failure beats unknown; unknown beats success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the verdict stands.
    Info,
    /// Cannot tell from what is at hand: the verdict is INDETERMINATE.
    Unknown,
    /// Proven bad: the verdict is INVALID.
    Failure,
}

const VC: &str = "https://www.w3.org/TR/vc-data-model#";
const SECURITY: &str = "https://w3id.org/security#";
const STATUS: &str = "https://www.w3.org/ns/credentials/status-list#";

/// Declares every code once: its variant, text, severity, problem type, and two sentences (what happened; what to do).
macro_rules! codes {
    ($($variant:ident $text:literal $severity:ident $problem:expr, $what:literal, $next:literal;)*) => {
        /// Every finding this library can make.
        ///
        /// Codes are append-only: a released text keeps its meaning.
        ///
        /// ```
        /// use taskbadge::finding::{Code, Severity};
        /// assert_eq!(Code::ProofBadSignature.as_str(), "proof.bad-signature");
        /// assert_eq!(Code::ProofBadSignature.severity(), Severity::Failure);
        /// assert_eq!("proof.bad-signature".parse(), Ok(Code::ProofBadSignature));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`: ", $what, ".")] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the published list.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable text of the code, such as `proof.bad-signature`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text),* }
            }

            /// How the finding bears on the verdict.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity),* }
            }

            /// The W3C problem type (VC Data Model 2.0 section 7.1, Data Integrity section 4.7, Bitstring Status List
            /// section 3.5) that fits, as the vocabulary URL and the name within it.
            #[must_use]
            pub fn problem_type(self) -> Option<(&'static str, &'static str)> {
                match self { $(Code::$variant => $problem),* }
            }

            /// What happened, in English, as a clause without a full stop.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Code::$variant => $what),* }
            }

            /// What to do next, in English, as a clause without a full stop.
            #[must_use]
            pub fn next(self) -> &'static str {
                match self { $(Code::$variant => $next),* }
            }
        }
    };
}

const PARSING: Option<(&str, &str)> = Some((VC, "PARSING_ERROR"));
const MALFORMED: Option<(&str, &str)> = Some((VC, "MALFORMED_VALUE_ERROR"));
const RANGE: Option<(&str, &str)> = Some((VC, "RANGE_ERROR"));
const CRYPTO: Option<(&str, &str)> = Some((VC, "CRYPTOGRAPHIC_SECURITY_ERROR"));
const VERIFICATION: Option<(&str, &str)> = Some((SECURITY, "PROOF_VERIFICATION_ERROR"));
const TRANSFORMATION: Option<(&str, &str)> = Some((SECURITY, "PROOF_TRANSFORMATION_ERROR"));
const DATA_LOSS: Option<(&str, &str)> = Some((SECURITY, "DATA_LOSS_DETECTION_ERROR"));
const METHOD: Option<(&str, &str)> = Some((SECURITY, "INVALID_VERIFICATION_METHOD"));
const PURPOSE: Option<(&str, &str)> = Some((SECURITY, "INVALID_PROOF_PURPOSE_FOR_VERIFICATION_METHOD"));
const DOMAIN: Option<(&str, &str)> = Some((SECURITY, "INVALID_DOMAIN_ERROR"));
const CHALLENGE: Option<(&str, &str)> = Some((SECURITY, "INVALID_CHALLENGE_ERROR"));
const RETRIEVAL: Option<(&str, &str)> = Some((STATUS, "STATUS_RETRIEVAL_ERROR"));
const STATUS_CHECK: Option<(&str, &str)> = Some((STATUS, "STATUS_VERIFICATION_ERROR"));
const LIST_LENGTH: Option<(&str, &str)> = Some((STATUS, "STATUS_LIST_LENGTH_ERROR"));

codes! {
    Ok "ok" Info None,
        "the badge is intact and from a recognised issuer", "nothing needs doing";

    JsonTooLarge "json.too-large" Failure PARSING,
        "the file is larger than a badge may be", "check that this is a badge and not something else";
    JsonTooDeep "json.too-deep" Failure PARSING,
        "the JSON is nested deeper than a badge may be", "ask the issuer for a correct file";
    JsonTooManyNodes "json.too-many-nodes" Failure PARSING,
        "the JSON has more values than a badge may have", "ask the issuer for a correct file";
    JsonSyntax "json.syntax" Failure PARSING,
        "this is not JSON", "check that the file is a badge and arrived whole";
    JsonEncoding "json.encoding" Failure PARSING,
        "the file is not UTF-8 text", "ask for the file again as it was issued; an editor or mail program may have changed it";
    JsonDuplicateKey "json.duplicate-key" Failure PARSING,
        "an object has the same key twice, so two programs could read it differently", "ask the issuer for a correct file";
    JsonNumber "json.number" Failure PARSING,
        "a number cannot be kept exactly, so two programs could read it differently", "ask the issuer to write it as text or with fewer digits";
    JsonSurrogate "json.surrogate" Failure PARSING,
        "a text has half of a character (a lone surrogate)", "ask the issuer for a correct file";
    JsonNotObject "json.not-object" Failure PARSING,
        "the JSON is not an object, so it is no badge", "check that this is the badge file";

    ContextMissing "context.missing" Failure MALFORMED,
        "the badge names no @context, or not the one every credential begins with", "ask the issuer for a correct badge";
    ContextUnknown "context.unknown" Unknown TRANSFORMATION,
        "the badge uses a context that this verifier does not hold", "give the verifier that context as a file";
    ContextInline "context.inline" Failure TRANSFORMATION,
        "the badge defines terms of its own inside the file", "ask the issuer for a badge whose contexts are published";
    ContextMalformed "context.malformed" Failure TRANSFORMATION,
        "a context cannot be read or uses what this verifier does not support", "use a context that keeps to the supported set";
    ContextUndefinedTerm "context.undefined-term" Failure DATA_LOSS,
        "the badge uses a term that no context defines, so it would not be signed", "ask the issuer for a correct badge";
    ContextRelativeIri "context.relative-iri" Failure DATA_LOSS,
        "an identifier is not an absolute IRI, so it would not be signed", "ask the issuer for a correct badge";
    ContextKeyword "context.keyword" Failure TRANSFORMATION,
        "the badge uses a JSON-LD feature outside the supported set", "ask the issuer for a plain Open Badges 3.0 badge";
    ContextProtected "context.protected" Failure TRANSFORMATION,
        "a context changes the meaning of a protected term", "ask the issuer for a correct badge";
    ContextDataLoss "context.data-loss" Failure DATA_LOSS,
        "a value would be lost in the canonical form, so it would not be signed", "ask the issuer to leave it out or write it as text";
    ContextTooComplex "context.too-complex" Failure TRANSFORMATION,
        "the badge is built so that making its canonical form takes too much work", "treat the file as hostile";
    ContextVocab "context.vocab" Info None,
        "some terms have a meaning only by a catch-all context that the caller added", "do not rely on those terms";
    ContextEdition "context.edition" Info None,
        "a context that was changed in place has several editions; the badge fits this one", "nothing needs doing";

    ProofMissing "proof.missing" Failure VERIFICATION,
        "the badge is not signed", "ask the issuer for the signed badge";
    ProofMalformed "proof.malformed" Failure VERIFICATION,
        "the proof is not well formed", "ask the issuer for a correct badge";
    ProofUnsupported "proof.unsupported" Unknown VERIFICATION,
        "the proof is of a kind that this verifier does not know", "use a verifier that knows it, or ask for an eddsa-rdfc-2022 badge";
    ProofTooMany "proof.too-many" Failure VERIFICATION,
        "the badge has more proofs than are allowed", "treat the file as hostile";
    ProofBadSignature "proof.bad-signature" Failure CRYPTO,
        "the signature does not fit the content: the badge was changed, or not signed by this key", "do not rely on the badge; ask the holder for the file as it was issued";
    ProofPurpose "proof.purpose" Failure PURPOSE,
        "the proof was not made to assert a credential", "ask the issuer for a correct badge";
    ProofExpired "proof.expired" Failure VERIFICATION,
        "the proof itself has expired", "ask the issuer for a newly signed badge";
    ProofDomain "proof.domain" Failure DOMAIN,
        "the proof was made for another domain", "ask for a proof made for you";
    ProofChallenge "proof.challenge" Failure CHALLENGE,
        "the proof does not answer the challenge that was given", "ask for a proof that answers it";
    ProofContext "proof.context" Failure VERIFICATION,
        "the context inside the proof is not the context of the badge", "treat the badge as changed";
    ProofNotChecked "proof.not-checked" Info None,
        "the badge has another proof, which this verifier could not check; the one by the issuer is good", "nothing needs doing";
    ProofPrevious "proof.previous" Failure VERIFICATION,
        "the proof builds on an earlier proof that is not there or does not verify", "ask the holder for the whole badge";

    KeyUnresolved "key.unresolved" Unknown METHOD,
        "the key that signed is not at hand", "give the verifier the issuer's key or DID document";
    KeyMalformed "key.malformed" Failure METHOD,
        "the verification method does not hold an Ed25519 key", "ask the issuer for a correct badge";
    KeyNotAuthorised "key.not-authorised" Failure PURPOSE,
        "the issuer does not list this key for asserting credentials", "ask the issuer which key signs its badges";

    BadgeMissing "badge.missing" Failure MALFORMED,
        "a property that the standard requires is missing", "ask the issuer for a correct badge";
    BadgeMalformed "badge.malformed" Failure MALFORMED,
        "a property has a value that the standard does not allow", "ask the issuer for a correct badge";
    BadgeType "badge.type" Failure MALFORMED,
        "this is a credential of another kind, not an Open Badge", "ask for the badge itself";

    IssuerUnknown "issuer.unknown" Unknown None,
        "the badge is intact, but its issuer is not among those you recognise", "if you know the issuer, add it to the recognised issuers";
    IssuerKeyMismatch "issuer.key-mismatch" Failure METHOD,
        "the key that signed does not belong to the issuer named in the badge", "do not rely on the badge";

    TimeExpired "time.expired" Failure RANGE,
        "the badge has expired", "ask the holder for a renewed badge";
    TimeNotYetValid "time.not-yet-valid" Unknown RANGE,
        "the badge is not valid yet", "check your clock, or come back after that date";

    StatusNone "status.none" Info None,
        "the badge names no status list, so the issuer cannot take it back", "nothing needs doing";
    StatusMissing "status.missing" Unknown RETRIEVAL,
        "the issuer can revoke this badge, and no current status list is at hand", "give the verifier the issuer's status list";
    StatusMalformed "status.malformed" Failure MALFORMED,
        "the status entry is not well formed", "ask the issuer for a correct badge";

    RecipientMismatch "recipient.mismatch" Failure None,
        "the badge belongs to somebody else", "check the identifier, or ask the holder for their own badge";
    EndorsementNotChecked "endorsement.not-checked" Info None,
        "somebody else endorses the badge, and that was not checked", "do not rely on the endorsement";
    ImageNotSigned "image.not-signed" Info None,
        "the picture of the badge is not part of what was signed", "rely on the words, not on the picture";

    RecipientNotChecked "recipient.not-checked" Info None,
        "whose badge this is was not checked", "compare the name or identifier with the person before you";

    StatusRevoked "status.revoked" Failure None,
        "the issuer has taken this badge back for good", "do not rely on the badge; ask the issuer if in doubt";
    StatusSuspended "status.suspended" Failure None,
        "the issuer has taken this badge back for a while", "do not rely on the badge until the issuer reinstates it";
    StatusCurrent "status.current" Info None,
        "the issuer has not taken this badge back", "nothing needs doing";
    StatusStale "status.stale" Unknown RETRIEVAL,
        "the status list at hand is older than you allow", "give the verifier the issuer's newest status list";
    StatusUnsupported "status.unsupported" Unknown STATUS_CHECK,
        "the badge states its status in a way that this verifier does not know", "use a verifier that knows it, or ask the issuer";
    StatusListProof "status.list-proof" Unknown STATUS_CHECK,
        "the status list at hand is not proven to be genuine", "get the list again from the issuer";
    StatusListMalformed "status.list-malformed" Unknown MALFORMED,
        "the status list at hand is not a status list of the kind that the badge names", "get the list again from the issuer";
    StatusListUrl "status.list-url" Unknown STATUS_CHECK,
        "what is at hand under the address of the status list is the list of another address", "get the list again from the address that the badge names";
    StatusListIssuer "status.list-issuer" Unknown STATUS_CHECK,
        "the status list at hand is by somebody who may not speak for the issuer of the badge", "get the list again from the issuer";
    StatusListPurpose "status.list-purpose" Unknown STATUS_CHECK,
        "the status list at hand is for another purpose than the badge says", "get the list again from the issuer";
    StatusListValidity "status.list-validity" Unknown RANGE,
        "the status list at hand has ended or is not valid yet", "give the verifier the issuer's newest status list, and check your clock";
    StatusListEncoding "status.list-encoding" Unknown MALFORMED,
        "the bits of the status list at hand cannot be unpacked", "get the list again from the issuer";
    StatusListTooShort "status.list-too-short" Unknown LIST_LENGTH,
        "the status list at hand is shorter than the standard allows, so that it would tell badges apart", "ask the issuer for a correct list";
    StatusListTooLarge "status.list-too-large" Unknown STATUS_CHECK,
        "the status list at hand is larger than a list may be", "treat the list as hostile";
    StatusIndexRange "status.index-range" Unknown RANGE,
        "the status list at hand ends before the place of this badge", "give the verifier the issuer's newest status list";

    TrustMalformed "trust.malformed" Failure MALFORMED,
        "the trust pack is not well formed", "ask its publisher for a correct one";
    TrustThreshold "trust.threshold" Failure VERIFICATION,
        "too few of the root keys signed the trust pack as it stands", "ask its publisher for one that is signed in full, and was not changed since";
    TrustFingerprint "trust.fingerprint" Failure VERIFICATION,
        "the trust pack is signed by another root than the one you compared", "do not use it; ask its publisher for the fingerprint again, by another way";
    TrustOtherPack "trust.other-pack" Failure None,
        "this is another trust pack than the one that it should update", "add it as one of its own, or ask for the right one";
    TrustRoot "trust.root" Failure VERIFICATION,
        "the trust pack names other root keys than those you trust, and these did not sign the change", "do not use it; ask its publisher what happened";
    TrustRootGap "trust.root-gap" Unknown RETRIEVAL,
        "the root keys changed more than once since, and a step is missing in the file", "ask its publisher for the file with every step";
    TrustRollback "trust.rollback" Unknown None,
        "the trust pack is older than the one you have", "keep the one you have, and ask its publisher for the newest";
    TrustListVanished "trust.list-vanished" Unknown None,
        "a status list that the trust pack knew before is missing from it", "keep the one you have, and ask its publisher what happened";
    TrustListRollback "trust.list-rollback" Unknown None,
        "the trust pack knows an older edition of a status list than the one before it", "keep the one you have, and ask its publisher for the newest";
    TrustNotYetValid "trust.not-yet-valid" Unknown RANGE,
        "the trust pack is not valid yet", "check your clock, or come back after that date";
    TrustExpired "trust.expired" Unknown RANGE,
        "the trust pack that recognises the issuer has ended", "get the newest from its publisher";
    TrustClock "trust.clock" Unknown RANGE,
        "the clock of this computer seems wrong", "set the clock, and check again";
    TrustPack "trust.pack" Info None,
        "a trust pack recognises the issuer", "nothing needs doing";
    IssuerScope "issuer.scope" Unknown None,
        "the issuer is recognised, and not for this achievement", "do not rely on the badge; ask who recognises the issuer whether it may issue this";
    IssuerSuccessor "issuer.successor" Info None,
        "the issuer has closed, and another carries on for it", "ask the successor about this badge";
    KeySigner "key.signer" Unknown METHOD,
        "what holds the key did not sign", "see to the token or service that holds it, and do this again";
    KeyRole "key.role" Failure PURPOSE,
        "the key that signed is recognised for something else", "do not rely on it; ask the issuer what happened";
    KeyWindow "key.window" Failure METHOD,
        "the signature is dated outside the time in which the key counts", "do not rely on the badge; ask the issuer for a newly signed one";
    KeyUndated "key.undated" Unknown METHOD,
        "the key counts for a limited time, and the signature has no date", "ask the issuer for a newly signed badge";
    KeyCompromised "key.compromised" Failure METHOD,
        "the key that signed is in other hands", "do not rely on the badge; ask the issuer for a newly signed one";
    KeyDoubtful "key.doubtful" Unknown METHOD,
        "the key that signed came into other hands later, and the date of the signature proves nothing", "ask the issuer for a newly signed badge, or for a trust pack that names the genuine ones";
    StatusListRollback "status.list-rollback" Unknown RETRIEVAL,
        "the status list at hand is older than the one that the trust pack knows", "give the verifier the issuer's newest status list";

    RecipientUnknown "recipient.unknown" Unknown None,
        "the badge carries nothing that this could be compared with, so whose it is cannot be told", "try the holder's e-mail address or the claim code on their card";

    KeyNotListed "key.not-listed" Unknown METHOD,
        "the trust pack that recognises the issuer does not list the key that signed", "get the newest edition of the pack from its publisher; the issuer may have a new key";

    BadgeScattered "badge.scattered" Unknown MALFORMED,
        "what the badge says of one thing stands in several places, so that not everybody would read the same", "ask the holder for the file as it was issued";
    ContextDirection "context.direction" Unknown DATA_LOSS,
        "a text gives a direction that differs from that of its language and letters, and the signature does not cover it", "ask the issuer for a badge whose texts say their language";
    ResultBelow "result.below" Info None,
        "a result is below what the achievement requires, or is not shown to reach it", "look at the result before you rely on the badge";
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Code::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

/// The text is no finding code of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a finding code of this version; codes are listed in schemas/finding-codes.json")]
pub struct UnknownCode;

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
