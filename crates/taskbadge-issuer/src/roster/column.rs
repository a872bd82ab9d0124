//! Which column of a file holds what.

use std::{fmt, str::FromStr};

use crate::mistake::closest;

/// What a column of a roster holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Field {
    /// The trainee's whole name.
    Name,
    /// The given name, put before the family name.
    GivenName,
    /// The middle name, put between the given and the family name.
    MiddleName,
    /// The family name.
    FamilyName,
    /// The whole name as `Family, Given` (Canvas gradebook).
    SortableName,
    /// The e-mail address that the badge is bound to.
    Email,
    /// Another identifier that the badge is bound to.
    Identifier,
    /// The student's id in the information system that fed the course (Canvas gradebook): an identifier of type
    /// `sisSourcedId`.
    SisUserId,
    /// The kind of the identifier, an [`IdentityType`](super::IdentityType).
    IdentifierType,
    /// The did:key of the holder.
    Holder,
    /// The code printed on the holder's card.
    ClaimCode,
    /// The task, by its id or name.
    Task,
    /// The day of the award.
    Date,
    /// The last day of the badge, where it differs from the template's validity.
    Expires,
    /// The level that was reached, by its id or name.
    Level,
    /// Who assessed (`Evidence` source).
    Assessor,
    /// Where the evidence is.
    EvidenceUrl,
    /// What the evidence is, in words.
    EvidenceNote,
    /// A text for this trainee's badge.
    Narrative,
    /// Whether the trainee wants the name to stand in the badge.
    ConsentName,
    /// The id of a badge that this row's badge takes over from, after a refresher.
    Renews,
    /// Whether the criterion of this number, from 1, was met: column `result.1`, `result.2`, …
    Criterion(u16),
}

impl Field {
    /// The header of our own roster form, such as `evidence_url`; `result.N` for all criteria.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        if matches!(self, Self::Criterion(_)) {
            return "result.N";
        }
        HEADERS.iter().find(|(field, _)| *field == self).map_or("", |(_, headers)| headers[0])
    }

    /// What a header means, whatever its case, spaces, underscores and punctuation.
    pub(super) fn of_header(header: &str) -> Option<Self> {
        if let Some(number) = header.trim().to_lowercase().strip_prefix("result.") {
            return number.parse().ok().filter(|number| *number > 0).map(Self::Criterion);
        }
        let header = squashed(header);
        let named = |headers: &[&str]| headers.iter().any(|known| squashed(known) == header);
        HEADERS.iter().find(|(_, headers)| named(headers)).map(|(field, _)| *field)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Criterion(number) => write!(f, "result.{number}"),
            _ => f.write_str(self.as_str()),
        }
    }
}

impl FromStr for Field {
    type Err = NotAField;

    /// Reads a header of our own form, such as `level` or `result.2`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let own = HEADERS.iter().find(|(_, headers)| headers[0] == text).map(|(field, _)| *field);
        let criterion = || Self::of_header(text).filter(|field| matches!(field, Self::Criterion(_)));
        own.or_else(criterion)
            .ok_or_else(|| NotAField(closest(text, HEADERS.iter().map(|(_, headers)| headers[0])).unwrap_or("level")))
    }
}

/// The text is no field of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no field of a roster; write one of our own headers, such as `{0}`")]
pub struct NotAField(&'static str);

/// Letters and digits alone, in lower case: how headers are compared.
pub(crate) fn squashed(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The headers of each field: first that of our own form, then those of Moodle, Canvas, Badgr (Canvas Credentials) and
/// Credly, then those that people write. Plain `Nom` is a family name, and so is `Name` beside a given name.
#[rustfmt::skip] // one paragraph a field reads better than one line a header
const HEADERS: &[(Field, &[&str])] = &[
    (Field::Name, &[
        "name", "full name", "recipient name", "trainee", "learner", "participant", "vollständiger Name", "Teilnehmer",
        "Teilnehmerin", "Nom complet", "Nombre completo", "Naam", "Volledige naam", "الاسم", "Ім'я та прізвище",
        "Ad Soyad",
    ]),
    (Field::GivenName, &[
        "given_name", "First name", "Issued to First Name", "Forename", "Vorname", "Prénom", "Prenom", "Nombre",
        "Voornaam", "الاسم الأول", "Ім'я", "Ad",
    ]),
    (Field::MiddleName, &[
        "middle_name", "Issued to Middle Name", "zweiter Vorname", "Deuxième prénom", "Segundo nombre",
    ]),
    (Field::FamilyName, &[
        "family_name", "Last name", "Surname", "Issued to Last Name", "Nachname", "Familienname", "Nom",
        "Nom de famille", "Apellido", "Apellidos", "Apellido(s)", "Achternaam", "اسم العائلة", "Прізвище", "Soyad",
        "Soyadı",
    ]),
    (Field::SortableName, &["sortable_name", "Student"]),
    (Field::Email, &[
        "email", "Email address", "Recipient Email", "Mail", "E-Mail-Adresse", "Mailadresse", "Courriel",
        "Adresse e-mail", "Adresse de courriel", "Correo", "Correo electrónico", "Dirección de correo",
        "Dirección de correo electrónico", "E-mailadres", "البريد الإلكتروني", "Електронна пошта", "E-posta",
        "E-posta adresi",
    ]),
    (Field::Identifier, &[
        "identifier", "Recipient Identifier", "Recipient ID", "Identifier (email address, URL, or phone number)",
        "ID number", "Student ID", "Student number", "Issuer Earner ID", "ID-Nummer", "Matrikelnummer",
        "Teilnehmernummer", "Numéro d'identification", "Número de ID", "Identificador", "Studentnummer",
    ]),
    (Field::SisUserId, &["sis_user_id"]),
    (Field::IdentifierType, &["identifier_type", "Recipient Type", "Identity type"]),
    (Field::Holder, &["holder", "did", "Holder DID"]),
    (Field::ClaimCode, &["claim_code"]),
    (Field::Task, &[
        "task", "Task ID", "Badge Template ID", "Badge Class ID", "Aufgabe", "Tâche", "Tarea", "Taak", "المهمة",
        "Завдання", "Görev",
    ]),
    (Field::Date, &[
        "date", "Award date", "Issue Date", "Issued At", "Issued On", "Issued at date", "Datum", "Ausstellungsdatum",
        "Date d'émission", "Date de délivrance", "Fecha", "Fecha de emisión", "التاريخ", "Дата", "Tarih",
    ]),
    (Field::Expires, &[
        "expires", "Expires At", "Expiration Date", "Expiry date", "gültig bis", "Date d'expiration",
        "Fecha de vencimiento",
    ]),
    (Field::Level, &["level", "Level reached", "Stufe", "Niveau", "Nivel", "المستوى", "Рівень", "Seviye"]),
    (Field::Assessor, &[
        "assessor", "Assessed by", "Prüfer", "Prüferin", "Évaluateur", "Évaluatrice", "Evaluador", "Evaluadora",
        "Beoordelaar",
    ]),
    (Field::EvidenceUrl, &["evidence_url", "Evidence"]),
    (Field::EvidenceNote, &["evidence_note", "Evidence Narrative", "Evidence Description"]),
    (Field::Narrative, &["narrative"]),
    (Field::Renews, &["renews"]),
    (Field::ConsentName, &[
        "consent_name", "Name consent", "Einwilligung Name", "Consentement nom", "Consentimiento nombre",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_matched_whatever_their_dress() {
        for (header, field) in [
            ("E-Mail", Field::Email),
            ("EMAIL_ADDRESS", Field::Email),
            ("Issued To First Name", Field::GivenName),
            ("Prénom", Field::GivenName),
            ("SIS User ID", Field::SisUserId),
            ("evidence url", Field::EvidenceUrl),
            ("Result.12", Field::Criterion(12)),
        ] {
            assert_eq!(Field::of_header(header), Some(field), "{header}");
        }
        for other in ["", "Geburtsdatum", "Email domain", "result.", "result.0", "result.x", "Department"] {
            assert_eq!(Field::of_header(other), None, "{other}");
        }
    }

    #[test]
    fn no_header_has_two_meanings() {
        let mut seen = std::collections::HashMap::new();
        for (field, headers) in HEADERS {
            for header in *headers {
                if let Some(other) = seen.insert(squashed(header), field) {
                    assert_eq!(other, field, "{header}");
                }
            }
            assert_eq!(headers[0].parse(), Ok(*field));
        }
    }
}
