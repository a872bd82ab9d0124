//! What gives a person away by its form alone: e-mail addresses, telephone numbers, birth dates, case numbers.

use super::{Code, Severity};
use crate::roster::EmailAddress;

/// What the text has of these, each kind once. The text itself is not returned: messages must not repeat it.
pub(super) fn find(text: &str) -> Vec<(Code, Severity, &'static str)> {
    let tokens = || text.split_whitespace().map(|token| token.trim_matches(|c: char| !c.is_alphanumeric() && c != '+'));
    let mut found = Vec::new();
    if tokens().any(|token| token.parse::<EmailAddress>().is_ok()) {
        found.push((Code::PrivacyContact, Severity::Error, "has an e-mail address in it"));
    }
    if let Some(severity) = phone_number(text) {
        found.push((Code::PrivacyContact, severity, "has what looks like a telephone number in it"));
    }
    if tokens().any(is_long_ago) {
        found.push((Code::PrivacyBirthDate, Severity::Warning, "has a date in it that could be a birth date"));
    }
    if let Some(severity) = tokens().filter_map(case_number).max() {
        found.push((Code::PrivacyCaseNumber, severity, "has what looks like a case or document number in it"));
    }
    found
}

/// A run of digits as telephone numbers are written: sure with a country code, likely with a leading zero.
fn phone_number(text: &str) -> Option<Severity> {
    let runs = text.split(|c: char| !(c.is_ascii_digit() || "+()-./ ".contains(c)));
    let run_severity = |run: &str| {
        let run = run.trim_start_matches(|c: char| !(c.is_ascii_digit() || c == '+'));
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        // A date, or a number such as 0.000001, has points; a telephone number with points has few digits between them.
        let is_date = run.split_whitespace().any(|token| date_parts(token).is_some());
        match run.bytes().next() {
            Some(b'+') if (8..=15).contains(&digits) => Some(Severity::Error),
            Some(b'0') if (9..=15).contains(&digits) && !is_date && !run.starts_with("0.") => Some(Severity::Warning),
            _ => None,
        }
    };
    runs.filter_map(run_severity).max()
}

/// Whether the token is a date of a year in which today's adults were born.
fn is_long_ago(token: &str) -> bool {
    date_parts(token).is_some_and(|year| (1900..=2012).contains(&year))
}

/// The year of a token of the form of a date, such as `2026-11-03` or `3/11/2026`.
fn date_parts(token: &str) -> Option<u16> {
    let parts: Vec<&str> = token.split(['-', '/', '.']).collect();
    let &[first, middle, last] = parts.as_slice() else { return None };
    let day_or_month = |part: &str| part.len() <= 2 && part.parse().is_ok_and(|number: u8| (1..=31).contains(&number));
    let year = |part: &str| (part.len() == 4).then(|| part.parse().ok()).flatten();
    match (year(first), year(last)) {
        (Some(year), None) if day_or_month(middle) && day_or_month(last) => Some(year),
        (None, Some(year)) if day_or_month(first) && day_or_month(middle) => Some(year),
        _ => None,
    }
}

/// Whether the token has the form of a number that authorities give to persons; `9` is a digit, `A` a letter.
fn case_number(token: &str) -> Option<Severity> {
    // No such number is longer, and a token can be a whole field.
    if token.len() > 20 {
        return None;
    }
    let shape: String = token
        .chars()
        .map(|c| match c {
            '0'..='9' => '9',
            'A'..='Z' => 'A',
            c => c,
        })
        .collect();
    match shape.as_str() {
        // UNHCR registration; German asylum file; Dutch V-number with dots.
        "999-99A99999" | "9999999-999" | "999.999.9999" => Some(Severity::Error),
        // US alien number; British residence permit and many passports; Spanish NIE.
        "A99999999" | "A999999999" | "AA9999999" | "A9999999A" | "A-9999999-A" => Some(Severity::Warning),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        find(text).into_iter().map(|(code, _, _)| code.as_str()).collect()
    }

    #[test]
    fn personal_data_is_seen() {
        for (text, code) in [
            ("ask <amina@example.org>.", "privacy.contact"),
            ("call +44 20 7946 0958 after noon", "privacy.contact"),
            ("Tel. (030) 901820-000", "privacy.contact"),
            ("Amina, *12.03.1994", "privacy.birth-date"),
            ("file 7654321-475", "privacy.case-number"),
            ("(UNHCR 850-19C01234)", "privacy.case-number"),
            ("permit ZU1234567", "privacy.case-number"),
        ] {
            assert_eq!(codes(text), [code], "{text}");
        }
    }

    #[test]
    fn work_is_not_taken_for_personal_data() {
        for text in [
            "Keeps the fridge at +4 °C or below",
            "As ISO 3691-1:2011 asks",
            "Tolerance 0.000001 mm",
            "Assessed on 2026-11-03",
            "Lot 20261103, 10 of 12 parts",
            "Truck T-07, 03.11.2026 08:30",
            "EN 1672-2",
            "@ work",
            "Holds 2.5 t at 500 mm",
            "10/10",
        ] {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }
}
