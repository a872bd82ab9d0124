//! Absolute IRIs, as much of RFC 3987 as decides whether one can stand in an N-Quads line.

/// Whether the text is an absolute IRI: a scheme, a colon, and none of the characters that an IRI cannot have.
pub(crate) fn is_absolute(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    is_scheme(scheme) && is_clean(rest)
}

/// RFC 3986 section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn is_clean(text: &str) -> bool {
    const CLEAN: [bool; 256] = {
        let mut clean = [true; 256];
        let mut byte = 0;
        while byte < 0x80 {
            let barred =
                matches!(byte as u8, 0..=0x20 | 0x7F | b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\');
            clean[byte] = !barred;
            byte += 1;
        }
        clean
    };
    text.bytes().all(|byte| CLEAN[usize::from(byte)])
}

#[cfg(test)]
mod tests {
    use super::is_absolute;

    #[test]
    fn what_is_an_absolute_iri() {
        for iri in ["https://example.org/", "urn:uuid:1", "did:key:z6Mk", "xsd:dateTime", "a:", "https://example.org/é"]
        {
            assert!(is_absolute(iri), "{iri}");
        }
        for text in
            ["", "name", ":x", "1a:b", "//example.org/", "/a", "#a", "https://exa mple.org", "a:<b>", "a:\u{1}", "ü:x"]
        {
            assert!(!is_absolute(text), "{text}");
        }
    }
}
