//! Whether a text is written in the script of its language.

use crate::LanguageTag;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Arabic,
    Cyrillic,
    Ethiopic,
    Latin,
    Other,
}

/// Whether most letters are of the script that the language is written in; also true if that is not known.
pub(super) fn fits(language: &LanguageTag, text: &str) -> bool {
    let Some(expected) = Script::of_language(language) else { return true };
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let fitting = letters().filter(|c| Script::of_letter(*c) == expected).count();
    fitting * 2 >= letters().count()
}

impl Script {
    fn of_language(language: &LanguageTag) -> Option<Self> {
        match language.script() {
            Some("Arab") => return Some(Self::Arabic),
            Some("Cyrl") => return Some(Self::Cyrillic),
            Some("Ethi") => return Some(Self::Ethiopic),
            Some("Latn") => return Some(Self::Latin),
            Some(_) => return None,
            None => {}
        }
        match language.language() {
            "ar" | "ckb" | "fa" | "prs" | "ps" | "ur" => Some(Self::Arabic),
            "be" | "bg" | "mk" | "ru" | "uk" => Some(Self::Cyrillic),
            "am" | "ti" => Some(Self::Ethiopic),
            "cs" | "da" | "de" | "en" | "es" | "et" | "fi" | "fr" | "hr" | "hu" | "it" | "lt" | "lv" | "nb" | "nl"
            | "nn" | "no" | "pl" | "pt" | "ro" | "sk" | "sl" | "so" | "sq" | "sv" | "sw" | "tr" | "vi" => {
                Some(Self::Latin)
            }
            _ => None,
        }
    }

    fn of_letter(letter: char) -> Self {
        match letter {
            'A'..='Z' | 'a'..='z' | '\u{AA}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Self::Latin,
            '\u{400}'..='\u{52F}' => Self::Cyrillic,
            '\u{600}'..='\u{77F}' | '\u{8A0}'..='\u{8FF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' => {
                Self::Arabic
            }
            '\u{1200}'..='\u{139F}' => Self::Ethiopic,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_tells_the_language() {
        for (language, text, fit) in [
            ("ar", "فحص الرافعة الشوكية", true),
            ("ar", "Forklift check", false),
            ("uk", "Перевірка ESCO", true),
            ("en", "Перевірка", false),
            ("sr-Latn", "Provera", true),
            ("sr", "Provera", true),
            ("en", "123", true),
        ] {
            assert_eq!(fits(&language.parse().unwrap(), text), fit, "{language} {text}");
        }
    }
}
