//! Names of languages.

use std::{fmt, str::FromStr};

/// A language tag of BCP 47 (RFC 5646), such as `en`, `ar`, `zh-Hant` or `pt-BR`.
///
/// Well-formedness is checked, not the registry. The case is made canonical (RFC 5646 section 2.1.1), so equal tags
/// compare equal.
///
/// ```
/// use taskbadge_issuer::LanguageTag;
/// assert_eq!("PT-br".parse::<LanguageTag>()?.as_str(), "pt-BR");
/// assert!("English".parse::<LanguageTag>().is_ok(), "well formed, if unregistered");
/// assert!("en_GB".parse::<LanguageTag>().is_err());
/// # Ok::<(), taskbadge_issuer::NotALanguageTag>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The tag in canonical case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone, in lower case: `pt` of `pt-BR`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.subtags().next().unwrap_or_default()
    }

    /// The script, such as `Latn`, where the tag names one.
    #[must_use]
    pub fn script(&self) -> Option<&str> {
        self.subtags().skip(1).find(|subtag| subtag.len() == 4 && subtag.starts_with(|c: char| c.is_ascii_uppercase()))
    }

    fn subtags(&self) -> impl Iterator<Item = &str> {
        self.0.split('-')
    }
}

impl FromStr for LanguageTag {
    type Err = NotALanguageTag;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let subtags: Vec<&str> = text.split('-').collect();
        let (language, rest) = subtags.split_first().ok_or(NotALanguageTag)?;
        let good = text.len() <= 35
            && (2..=8).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_alphabetic())
            && rest.iter().all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !good {
            return Err(NotALanguageTag);
        }
        let mut canonical = language.to_ascii_lowercase();
        let mut in_extension = false;
        for subtag in rest {
            canonical.push('-');
            let letters = subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
            match subtag.len() {
                4 if letters && !in_extension => {
                    canonical.push_str(&subtag[..1].to_ascii_uppercase());
                    canonical.push_str(&subtag[1..].to_ascii_lowercase());
                }
                2 if letters && !in_extension => canonical.push_str(&subtag.to_ascii_uppercase()),
                _ => canonical.push_str(&subtag.to_ascii_lowercase()),
            }
            in_extension |= subtag.len() == 1;
        }
        Ok(Self(canonical))
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no well-formed language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag; write a BCP 47 tag such as `en`, `ar` or `uk`")]
pub struct NotALanguageTag;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_canonical() {
        for (written, canonical) in
            [("EN", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("de-x-AB", "de-x-ab"), ("es-419", "es-419")]
        {
            assert_eq!(written.parse::<LanguageTag>().map(|tag| tag.to_string()), Ok(canonical.to_owned()));
        }
        for bad in ["", "e", "en_GB", "en-", "-en", "en gb", "العربية", "abcdefghi", "en-abcdefghi"] {
            assert_eq!(bad.parse::<LanguageTag>(), Err(NotALanguageTag), "{bad}");
        }
        let tag: LanguageTag = "sr-Latn-RS".parse().unwrap();
        assert_eq!((tag.language(), tag.script()), ("sr", Some("Latn")));
    }
}
