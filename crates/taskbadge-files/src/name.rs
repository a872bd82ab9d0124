//! Names of files that every system takes: a folder that is published, or carried on a stick, is read elsewhere.

/// Whether Windows reads a name as that of a device, or cannot have a file of it: `con` and `nul`, with whatever ending and
/// in any case; a dot or a space at the end; characters that mean something else
/// ([Naming Files](https://learn.microsoft.com/windows/win32/fileio/naming-a-file)).
///
/// ```
/// use taskbadge_files::name::is_reserved;
/// assert!(is_reserved("con") && is_reserved("NUL.json") && is_reserved("com¹") && is_reserved("task."));
/// assert!(!is_reserved("console") && !is_reserved("com10.toml"));
/// ```
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let is_device = |stem: &str| {
        let stem = stem.to_ascii_lowercase();
        let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
        let is_digit = |digit: &str| "123456789¹²³".split("").any(|known| !known.is_empty() && known == digit);
        ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&&*stem) || number.is_some_and(is_digit)
    };
    // A stem may have spaces after it.
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ');
    is_device(stem)
        || name.ends_with(['.', ' '])
        || name.contains(|c: char| c.is_ascii_control() || "<>:\"/\\|?*".contains(c))
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn what_windows_reserves_is_reserved() {
        for stem in ["con", "prn", "aux", "nul", "conin$", "conout$"] {
            assert!(is_reserved(stem) && is_reserved(&stem.to_uppercase()), "{stem}");
        }
        for number in "123456789¹²³".chars() {
            for name in [format!("com{number}"), format!("LPT{number}"), format!("Com{number}.json")] {
                assert!(is_reserved(&name), "{name}");
            }
        }
        for name in
            ["con.toml", "nul.tar.gz", "aux .json", "task.", "task ", ".", "..", "a:b", "a\\b", "a/b", "a?", "a\u{1f}"]
        {
            assert!(is_reserved(name), "{name:?}");
        }
        for name in ["console", "com", "com0", "com10", "lpt", "nul-check", "a.con", ".con", "contact.json", "com⁴"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
