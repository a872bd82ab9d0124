//! Addresses of things on the web.

use std::{fmt, str::FromStr};

use taskbadge::shown::hidden;

/// An absolute `http` or `https` URL, as Open Badges asks of `targetUrl`, `image.id` and `evidence.id`.
///
/// Kept exactly as written: what is signed must be what was meant. Nothing is fetched, and no user name or password may
/// stand in it, since a badge is read by everybody.
///
/// ```
/// use taskbadge_issuer::WebAddress;
/// let level: WebAddress = "https://data.europa.eu/snb/eqf/4".parse()?;
/// assert_eq!(level.as_str(), "https://data.europa.eu/snb/eqf/4");
/// assert!("data.europa.eu/snb/eqf/4".parse::<WebAddress>().is_err());
/// # Ok::<(), taskbadge_issuer::NotAWebAddress>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebAddress(String);

impl WebAddress {
    /// The longest address that is taken, in bytes.
    pub const MAX_BYTES: usize = 2_048;

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebAddress {
    type Err = NotAWebAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (scheme, rest) = text.split_once("://").ok_or(NotAWebAddress)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let good = (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
            && text.len() <= Self::MAX_BYTES
            && authority.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            && !authority.contains('@')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
            && hidden(text).is_none();
        if good { Ok(Self(text.to_owned())) } else { Err(NotAWebAddress) }
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no absolute `http` or `https` URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a web address; write it in full, such as `https://example.org/page`, without spaces or a password")]
pub struct NotAWebAddress;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_web_addresses_are_taken() {
        for good in
            ["https://example.org", "HTTP://example.org:8080/a?b#c", "https://[2001:db8::1]/", "https://مثال.example/"]
        {
            assert_eq!(good.parse::<WebAddress>().map(|address| address.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "https://",
            "https:///path",
            "ftp://example.org",
            "javascript:alert(1)",
            "https://exa mple.org",
            "https://user:secret@example.org",
            "https://example.org/<script>",
            "https://example.org/\u{2060}a",
            "https://example\u{200b}.org/",
        ] {
            assert_eq!(bad.parse::<WebAddress>(), Err(NotAWebAddress), "{bad}");
        }
        assert!(format!("https://example.org/{}", "a".repeat(WebAddress::MAX_BYTES)).parse::<WebAddress>().is_err());
    }
}
