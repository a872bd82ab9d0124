//! Text that people will read.

use std::path::Path;

use taskbadge::shown::Name;

/// A path, as a message names it.
pub(crate) fn named(path: &Path) -> String {
    Name(&path.to_string_lossy()).to_string()
}

/// The text without white space around it, and with single spaces inside.
pub(crate) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bytes in lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapse_leaves_single_spaces() {
        assert_eq!(collapse(" Amina\u{a0} \n Noor "), "Amina Noor");
    }
}
