//! Text that people will read on a badge.

/// The first character that would not be seen where the text is shown, or would reorder what is seen around it.
///
/// Line breaks and tabs are fine, and so are the marks that right-to-left scripts and joined letters need. Overrides and
/// isolates (Unicode Bidirectional Algorithm, section 2) are not: with them one text can look like another.
pub(crate) fn hidden_character(text: &str) -> Option<char> {
    text.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
    })
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
    fn overrides_hide_and_joiners_do_not() {
        assert_eq!(hidden_character("فحص\u{200F} می\u{200C}شود\n\tok"), None);
        assert_eq!(hidden_character("level \u{202E}1"), Some('\u{202E}'));
        assert_eq!(hidden_character("a\0b"), Some('\0'));
    }

    #[test]
    fn collapse_leaves_single_spaces() {
        assert_eq!(collapse(" Amina\u{a0} \n Noor "), "Amina Noor");
    }
}
