//! Decentralised identifiers: did:key 0.9 with Ed25519, and did:web.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::{KeyError, VerifyingKey};

/// A did:key or did:web, in the one spelling it was given in. Two are the same when their texts are.
///
/// ```
/// use taskbadge::key::{Did, KeyError};
/// let centre = Did::parse("did:web:example.org:centres:moria")?;
/// assert_eq!(centre.document_url().as_deref(), Some("https://example.org/centres/moria/did.json"));
///
/// let key = Did::parse("did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")?;
/// assert_eq!(Did::key(&key.verifying_key().unwrap()), key);
///
/// assert_eq!(Did::parse("did:web:192.0.2.1"), Err(KeyError::WebAddress));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone)]
pub struct Did {
    text: String,
    kind: Kind,
}

/// What the text was found to be.
#[derive(Clone)]
enum Kind {
    /// Boxed: a decoded key has 192 bytes, and most DIDs that are kept are did:web.
    Key(Box<VerifyingKey>),
    Web,
}

impl Did {
    /// Reads a DID, without path, query or fragment (DID Core 1.0, section 3.1).
    ///
    /// did:key: the multibase text is an Ed25519 Multikey. did:web: a lower-case domain name of two or more labels, a
    /// port as `%3A8443`, and path parts after colons. A domain name does not end in a number, since such a host is
    /// an IPv4 address in one of its many spellings (WHATWG URL, section 3.5); `localhost` is no domain name. Path
    /// parts that a server could take for a step out of its folder are refused, percent-encoded or not.
    ///
    /// # Errors
    /// [`KeyError::NotADid`], [`KeyError::DidMethod`], those of [`VerifyingKey::from_multikey`], [`KeyError::WebHost`],
    /// [`KeyError::WebAddress`], [`KeyError::WebPort`], [`KeyError::WebPath`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (method, id) = text.strip_prefix("did:").and_then(|rest| rest.split_once(':')).ok_or(KeyError::NotADid)?;
        let of_did = |byte: u8| is_plain(byte) || matches!(byte, b':' | b'%');
        if text.len() > DID_CHARS_MAX || id.is_empty() || !id.bytes().all(of_did) {
            return Err(KeyError::NotADid);
        }
        let kind = match method {
            "key" => Kind::Key(Box::new(VerifyingKey::from_multikey(id)?)),
            "web" => check_web(id).map(|()| Kind::Web)?,
            _ => return Err(KeyError::DidMethod),
        };
        Ok(Self { text: text.to_owned(), kind })
    }

    /// The did:key of a key: an issuer that needs no web site.
    #[must_use]
    pub fn key(key: &VerifyingKey) -> Self {
        Self { text: format!("did:key:{}", key.to_multikey()), kind: Kind::Key(Box::new(*key)) }
    }

    /// The did:web of a host, with a port if wanted, and of the parts of a path. What a DID cannot hold is
    /// percent-encoded.
    ///
    /// ```
    /// use taskbadge::key::{Did, KeyError};
    /// let did = Did::web("example.org:8443", &["centres", "Khazad-dûm"])?;
    /// assert_eq!(did.as_str(), "did:web:example.org%3A8443:centres:Khazad-d%C3%BBm");
    /// assert_eq!(did.document_url().unwrap(), "https://example.org:8443/centres/Khazad-d%C3%BBm/did.json");
    /// # Ok::<(), KeyError>(())
    /// ```
    ///
    /// # Errors
    /// [`KeyError::WebHost`], [`KeyError::WebAddress`], [`KeyError::WebPort`], [`KeyError::WebPath`].
    pub fn web(host: &str, path: &[&str]) -> Result<Self, KeyError> {
        let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
        let mut id = name.to_owned();
        if let Some(port) = port {
            id.push_str("%3A");
            id.push_str(port);
        }
        for part in path {
            id.push(':');
            percent_encode(part, &mut id);
        }
        check_web(&id)?;
        Self::parse(&format!("did:web:{id}"))
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key that a did:key is; a did:web has its keys in its document.
    #[must_use]
    pub fn verifying_key(&self) -> Option<VerifyingKey> {
        match &self.kind {
            Kind::Key(key) => Some(**key),
            Kind::Web => None,
        }
    }

    /// Where a did:web publishes its document; a did:key has none. This library never goes there.
    #[must_use]
    pub fn document_url(&self) -> Option<String> {
        let id = self.text.strip_prefix("did:web:")?;
        let (authority, path) = id.split_once(':').unwrap_or((id, ".well-known"));
        let host = authority.replace("%3A", ":").replace("%3a", ":");
        Some(format!("https://{host}/{}/did.json", path.replace(':', "/")))
    }

    /// The identifier of one of this DID's keys where keys are named by their Multikey text, as in every did:key and in
    /// the documents that [`DidDocument::new`](super::DidDocument::new) makes.
    ///
    /// # Errors
    /// [`KeyError::FragmentMismatch`] for a did:key and a key that is not its own.
    pub fn method(&self, key: &VerifyingKey) -> Result<DidUrl, KeyError> {
        if self.verifying_key().is_some_and(|own| own != *key) {
            return Err(KeyError::FragmentMismatch);
        }
        let text = match self.text.strip_prefix("did:key:") {
            Some(own) => format!("{}#{own}", self.text),
            None => format!("{}#{}", self.text, key.to_multikey()),
        };
        Ok(DidUrl { text, did: self.clone() })
    }
}

/// The identifier of a key: a DID, `#`, and the name of the key in its document. Proofs carry it as
/// `verificationMethod`.
///
/// ```
/// use taskbadge::key::{DidUrl, KeyError};
/// let method = DidUrl::parse("did:web:example.org#key-1")?;
/// assert_eq!(method.did().as_str(), "did:web:example.org");
/// assert_eq!(method.fragment(), "key-1");
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DidUrl {
    did: Did,
    text: String,
}

impl DidUrl {
    /// Reads a DID URL of a key (DID Core 1.0, section 3.2). Paths and queries are refused: nothing that this library
    /// reads gives them a meaning. The fragment of a did:key is its multibase text again (did:key 0.9, section
    /// 3.1.2).
    ///
    /// # Errors
    /// [`KeyError::Fragment`], [`KeyError::FragmentMismatch`], and those of [`Did::parse`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let Some((did, fragment)) = text.split_once('#') else {
            // A text that is no DID at all has the more telling error.
            return Err(Did::parse(text).err().unwrap_or(KeyError::Fragment));
        };
        let did = Did::parse(did)?;
        if !is_fragment(fragment) {
            return Err(KeyError::Fragment);
        }
        if matches!(did.kind, Kind::Key(_)) && did.text.strip_prefix("did:key:") != Some(fragment) {
            return Err(KeyError::FragmentMismatch);
        }
        Ok(Self { did, text: text.to_owned() })
    }

    /// The one verification method of a key's did:key (did:key 0.9, section 3.1.2).
    ///
    /// ```
    /// use taskbadge::key::{Did, DidUrl, SigningKey};
    /// let key = SigningKey::from_seed(&[7; 32]).verifying_key();
    /// assert_eq!(DidUrl::key(&key).as_str(), format!("{}#{}", Did::key(&key), key.to_multikey()));
    /// ```
    #[must_use]
    pub fn key(key: &VerifyingKey) -> Self {
        let did = Did::key(key);
        Self { text: format!("{did}#{}", key.to_multikey()), did }
    }

    /// Whose key it is.
    #[must_use]
    pub fn did(&self) -> &Did {
        &self.did
    }

    /// The name of the key within the DID's document, without the `#`.
    #[must_use]
    pub fn fragment(&self) -> &str {
        &self.text[self.did.text.len() + 1..]
    }

    /// The whole text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Longer than any honest DID; a limit for what error messages and tables may have to hold.
const DID_CHARS_MAX: usize = 2048;

/// Letters, digits, and `.`, `-`, `_`: what a DID holds as it is, colons aside (`idchar` of DID Core 1.0, section 3.1).
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

/// Checks what stands after `did:web:`.
fn check_web(id: &str) -> Result<(), KeyError> {
    let mut parts = id.split(':');
    let authority = parts.next().unwrap_or_default();
    let colon = authority.find('%').unwrap_or(authority.len());
    let (host, port) = authority.split_at(colon);
    check_host(host)?;
    if !port.is_empty() {
        let digits = port.strip_prefix("%3A").or_else(|| port.strip_prefix("%3a")).ok_or(KeyError::WebHost)?;
        // `parse` alone would let "+1" and "0001" pass.
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        if !plain || digits.parse::<u16>().is_err() {
            return Err(KeyError::WebPort);
        }
    }
    if parts.all(is_safe_path_part) { Ok(()) } else { Err(KeyError::WebPath) }
}

/// A lower-case domain name by RFC 1123, section 2.1; internationalised names in their `xn--` form.
fn check_host(host: &str) -> Result<(), KeyError> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    if is_number(last) {
        return Err(KeyError::WebAddress);
    }
    // One label alone (localhost among them) is a name of the local network, another machine for every reader.
    if host.len() > 253 || last.len() == host.len() || last == "localhost" || !host.split('.').all(is_label) {
        return Err(KeyError::WebHost);
    }
    Ok(())
}

/// Whether the last label of a host makes it an IPv4 address: browsers read 127.1, 2130706433, 0x7f.1 and 0177.1 as
/// such.
fn is_number(label: &str) -> bool {
    let hex = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    let decimal = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_digit());
    decimal || hex.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a part of a path means the same to every program: whole percent-encodings of UTF-8, no `.`, no `..`, no
/// separators, nothing invisible.
fn is_safe_path_part(part: &str) -> bool {
    let mut decoded = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == b'%' {
            let Some((digits, after)) = rest.split_first_chunk::<2>() else { return false };
            let [Some(high), Some(low)] = digits.map(|digit| char::from(digit).to_digit(16)) else { return false };
            decoded.push((high * 16 + low) as u8);
            rest = after;
        } else if is_plain(*byte) {
            decoded.push(*byte);
        } else {
            return false;
        }
    }
    let Ok(decoded) = String::from_utf8(decoded) else { return false };
    !matches!(decoded.as_str(), "" | "." | "..")
        && !decoded.chars().any(|char| char.is_control() || matches!(char, '/' | '\\' | '%'))
}

fn percent_encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// One or more characters that RFC 3986, section 3.5 allows after the `#`; percent-encodings whole.
pub(super) fn is_fragment(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let allowed = |(at, byte): (usize, &u8)| match byte {
        b'%' => is_hex(at + 1) && is_hex(at + 2),
        byte => is_plain(*byte) || b"~!$&'()*+,;=:@/?".contains(byte),
    };
    !bytes.is_empty() && bytes.iter().enumerate().all(allowed)
}

// The text says everything; what it was found to be follows from it.
impl PartialEq for Did {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Did {}

impl PartialOrd for Did {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Did {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl Hash for Did {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl FromStr for Did {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl FromStr for DidUrl {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for DidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Did({})", self.text)
    }
}

impl fmt::Debug for DidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DidUrl({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::SigningKey;
    use super::*;

    const KEY: &str = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";

    fn web(id: &str) -> Option<KeyError> {
        let error = Did::parse(&format!("did:web:{id}")).err();
        assert_eq!(DidUrl::parse(&format!("did:web:{id}#key")).err(), error, "{id}");
        error
    }

    #[test]
    fn documents_are_where_did_web_says() {
        for (did, url) in [
            ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
            ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
            ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
            ("did:web:example.com%3a3000", "https://example.com:3000/.well-known/did.json"),
            ("did:web:xn--bcher-kva.example:a%20b", "https://xn--bcher-kva.example/a%20b/did.json"),
        ] {
            assert_eq!(Did::parse(did).unwrap().document_url().as_deref(), Some(url));
        }
        assert_eq!(Did::parse(&format!("did:key:{KEY}")).unwrap().document_url(), None);
    }

    #[test]
    fn hosts_are_domain_names() {
        for good in ["example.org", "a.b.c.example.org", "1and1.example", "3.1.example", "xn--p1ai.xn--p1ai", "a.0xg"] {
            assert_eq!(web(good), None, "{good}");
        }
        let long_label = format!("{}.org", "a".repeat(64));
        let long_name = format!("{}org", "a.".repeat(126));
        for bad in [
            "localhost",
            "localhost%3A8080",
            "app.localhost",
            "example",
            "Example.org",
            "example.ORG",
            "example.org.",
            ".org",
            "exa_mple.org",
            "-a.org",
            "a-.org",
            "a..org",
            "%3A80",
            "b%C3%BCcher.example",
            "example.org%2Fpath",
            "example.org%3B1",
            "user%40example.org",
            &long_label,
            &long_name,
        ] {
            assert_eq!(web(bad), Some(KeyError::WebHost), "{bad}");
        }
        for address in [
            "127.0.0.1",
            "192.0.2.1%3A8443",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "1.2.3.0x4",
            "a.0x",
            "2001:db8::1",
            "example.1",
        ] {
            assert_eq!(web(address), Some(KeyError::WebAddress), "{address}");
        }
        // Not of the characters that a DID has.
        for bad in [
            "",
            "[2001:db8::1]",
            "user@example.org",
            "b\u{fc}cher.example",
            "example.org/path",
            "example.org?x",
            "example.org ",
        ] {
            assert_eq!(web(bad), Some(KeyError::NotADid), "{bad}");
        }
    }

    #[test]
    fn ports_are_plain_numbers() {
        assert_eq!(web("example.org%3A1"), None);
        assert_eq!(web("example.org%3A65535"), None);
        for bad in ["", "0", "00", "080", "65536", "-1", "80a", "80%3A80", "99999999999"] {
            assert_eq!(web(&format!("example.org%3A{bad}")), Some(KeyError::WebPort), "{bad}");
        }
        assert_eq!(Did::web("example.org:+80", &[]).err(), Some(KeyError::WebPort));
    }

    #[test]
    fn paths_mean_the_same_to_everybody() {
        for good in ["a", "a.b", "...", "a..b", "-", "_", "a%20b", "%C3%BC", "%41", "%3Aa"] {
            assert_eq!(web(&format!("example.org:{good}")), None, "{good}");
        }
        for bad in [
            "", ".", "..", "%2e", "%2E%2e", ".%2E", "a%2Fb", "a%5Cb", "a%00", "a%0A", "a%7F", "%C2%85", "%", "%4",
            "%4g", "%FF", "%C3", "%252e",
        ] {
            assert_eq!(web(&format!("example.org:{bad}")), Some(KeyError::WebPath), "{bad}");
            assert_eq!(web(&format!("example.org:a:{bad}:b")), Some(KeyError::WebPath), "{bad}");
        }
        assert_eq!(Did::web("example.org", &[".."]).err(), Some(KeyError::WebPath));
        assert_eq!(Did::web("example.org", &["a/b"]).err(), Some(KeyError::WebPath));
        assert_eq!(Did::web("example.org", &[&"a".repeat(DID_CHARS_MAX)]).err(), Some(KeyError::NotADid));
    }

    #[test]
    fn other_identifiers_are_told_apart() {
        for text in [
            "",
            "did",
            "did:",
            "did:key",
            "did:key:",
            "did:web:",
            "DID:key:z6Mk",
            "https://example.org",
            " did:web:example.org",
        ] {
            assert_eq!(Did::parse(text).err(), Some(KeyError::NotADid), "{text}");
        }
        for text in ["did:ion:abc", "did:jwk:abc", "did:Key:abc", "did::abc", "did:webvh:abc:example.org"] {
            assert_eq!(Did::parse(text).err(), Some(KeyError::DidMethod), "{text}");
        }
        let p256 = Did::parse("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169").err();
        assert_eq!(p256, Some(KeyError::OtherKeyType { kind: "P-256" }));
    }

    #[test]
    fn keys_are_named_by_a_did_and_a_fragment() {
        let text = format!("did:key:{KEY}#{KEY}");
        let url = DidUrl::parse(&text).unwrap();
        assert_eq!((url.as_str(), url.fragment(), url.did().as_str()), (text.as_str(), KEY, &text[..KEY.len() + 8]));
        let key = url.did().verifying_key().unwrap();
        assert_eq!(Did::key(&key), *url.did());
        assert_eq!(url.did().method(&key), Ok(url));

        for bad in ["", "a#b", "a b", "a%2", "%", "\u{fc}", "<"] {
            assert_eq!(DidUrl::parse(&format!("did:web:example.org#{bad}")).err(), Some(KeyError::Fragment), "{bad}");
        }
        assert_eq!(DidUrl::parse("did:web:example.org").err(), Some(KeyError::Fragment));
        assert_eq!(DidUrl::parse("https://example.org/key").err(), Some(KeyError::NotADid));
        assert_eq!(DidUrl::parse("#key-1").err(), Some(KeyError::NotADid));
        assert_eq!(DidUrl::parse("did:web:example.org/path#key").err(), Some(KeyError::NotADid));
        assert_eq!(DidUrl::parse("did:web:example.org?versionId=1#key").err(), Some(KeyError::NotADid));
    }

    #[test]
    fn the_fragment_of_a_did_key_is_its_key() {
        let other = SigningKey::from_seed(&[1; 32]).verifying_key();
        for fragment in ["key-1", &other.to_multikey(), &KEY[..KEY.len() - 1]] {
            let url = DidUrl::parse(&format!("did:key:{KEY}#{fragment}"));
            assert_eq!(url.err(), Some(KeyError::FragmentMismatch), "{fragment}");
        }
        let did = Did::parse(&format!("did:key:{KEY}")).unwrap();
        assert_eq!(did.method(&other).err(), Some(KeyError::FragmentMismatch));
    }

    #[test]
    fn texts_decide_what_is_equal() {
        let lower = Did::parse("did:web:example.org%3a80").unwrap();
        let upper = Did::parse("did:web:example.org%3A80").unwrap();
        assert_ne!(lower, upper);
        assert_eq!(upper.cmp(&lower), Ordering::Less);
        assert_eq!("did:web:example.org%3a80".parse(), Ok(lower));
    }
}
