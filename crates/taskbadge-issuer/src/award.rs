//! From a task, a row and a centre to an Open Badges 3.0 credential.
//!
//! | the desk's word | in the badge |
//! |---|---|
//! | task, version | `achievement.id`: the centre's web address or DID, `/tasks/`, the id, `/`, the version |
//! | criteria | `achievement.criteria.narrative`, a Markdown list |
//! | rubric, level | `resultDescription` with `rubricCriterionLevel`s, and the `result` that reached one |
//! | translations | `related`: the ids of the same achievement in other languages |
//! | category, tags | `tag` |
//! | assessor, evidence | `source` and `evidence` |
//! | recipient | `credentialSubject.id` for a did:key, else a fresh `urn:uuid:` and a salted hash |
//! | name, with consent | an `identifier` of type `name`, in plain text |
//! | date | `awardedDate` and `validFrom` |
//! | last day | `validUntil`, the midnight in UTC with which that day ends: a badge has expired at that instant |

use chrono::NaiveDate;
use taskbadge::badge::{
    Achievement, AchievementResult, AchievementType, Alignment, Badge, Claims, Criteria, Evidence, Identifier,
    IdentityType, Iri, Profile, RelatedAchievement, ResultDescription, ResultType, RubricLevel, Subject,
};
use taskbadge::time::Instant;

use crate::centre::Settings;
use crate::ledger::{Place, Record};
use crate::roster::{ClaimCode, Recipient, Row};
use crate::template::{BeyondCalendar, Level, Template};
use crate::text::hex;
use crate::trouble::random;
use crate::{Trouble, WebAddress};

/// The badge for one row that reached a level, ready to be signed. Subject id and salt are drawn afresh.
///
/// `code` is the claim code of a row that has nothing else ([`Recipient::NewClaimCode`]); other rows do not look at it.
///
/// # Errors
/// [`Trouble::NoRandomness`].
pub(crate) fn badge(
    centre: &Settings,
    row: &Row<'_>,
    level: &Level,
    id: Iri,
    code: &ClaimCode,
    now: Instant,
) -> Result<Badge, Trouble> {
    let task = row.task();
    let names = Names::of(centre, task);
    let mut subject = subject(row, achievement(task, &names), code)?;
    subject = subject.result(AchievementResult::level(names.rubric(), names.level(level)));
    if let Some(assessor) = row.assessor() {
        subject = subject.source(Profile::new(Iri::uuid(random()?), assessor));
    }

    let mut issuer = Profile::new(iri(centre.did().as_str()), centre.name());
    if let Some(web) = centre.web() {
        issuer = issuer.url(iri(web.as_str()));
    }
    if let Some(contact) = centre.contact() {
        issuer = issuer.email(contact);
    }

    let awarded = start_of(row.date());
    // East of Greenwich a day begins before it does in UTC: a badge of today is valid from now on.
    let mut badge = Badge::new(id, issuer, subject, awarded.min(now)).awarded_date(awarded.min(now));
    // Rows whose end is beyond the calendar are refused before anything is issued.
    if let Some(end) = last_day(row).ok().flatten() {
        badge = badge.valid_until(end_of(end));
    }
    if let Some(evidence) = evidence(row) {
        badge = badge.evidence(evidence);
    }
    Ok(badge)
}

/// The last day of a row's badge: the roster's, else by the validity of the task; `None` for a badge without an end.
pub(crate) fn last_day(row: &Row<'_>) -> Result<Option<NaiveDate>, BeyondCalendar> {
    match (row.expires(), row.task().validity()) {
        (Some(day), _) => Ok(Some(day)),
        (None, Some(validity)) => validity.end(row.date()),
        (None, None) => Ok(None),
    }
}

/// The midnight in UTC with which a day ends: a verifier lets a badge expire at its end, not after it.
pub(crate) fn end_of(day: NaiveDate) -> Instant {
    // Some write the last day of the calendar for "never", and not all readers of XSD dateTimeStamp take the year 10000.
    const LAST_SECOND_OF_9999: i64 = 253_402_300_799;
    Instant::from_unix((start_of(day).unix() + 24 * 60 * 60).min(LAST_SECOND_OF_9999))
}

/// What the ids of a centre's achievements begin with.
pub(crate) fn base(centre: &Settings) -> &str {
    centre.web().map_or(centre.did().as_str(), WebAddress::as_str).trim_end_matches('/')
}

/// The ids that a task has in badges. They stay the same for one version of the task, wherever and whenever it is issued.
struct Names {
    achievement: String,
}

impl Names {
    /// Below the centre's web address, else below its DID: a DID URL with a path is an absolute IRI too (DID Core 1.0,
    /// section 3.2), and no two centres have the same.
    fn of(centre: &Settings, task: &Template) -> Self {
        Self { achievement: format!("{}/tasks/{}/{}", base(centre), task.id(), percent_encoded(task.version())) }
    }

    fn achievement(&self) -> Iri {
        iri(&self.achievement)
    }

    fn translation(&self, language: &str) -> Iri {
        iri(&format!("{}/{language}", self.achievement))
    }

    fn rubric(&self) -> Iri {
        iri(&format!("{}#rubric", self.achievement))
    }

    fn level(&self, level: &Level) -> Iri {
        iri(&format!("{}#level-{}", self.achievement, level.id()))
    }
}

/// What a badge says otherwise than its row in the ledger, if anything: id, task and version, award and end, places in the
/// status lists.
pub(crate) fn differs(claims: Claims<'_>, record: &Record) -> Option<&'static str> {
    let task = format!("/tasks/{}/{}", record.task, percent_encoded(&record.version));
    let awarded = start_of(record.awarded);
    let entries = record.entries.iter().map(Place::from);
    let mut places: Vec<_> = entries.map(|place| (place.purpose, place.list, place.index.to_string())).collect();
    places.sort();
    let differences = [
        ("its id", claims.id() != Some(record.badge.as_str())),
        ("its task", !claims.achievement_id().is_some_and(|id| id.ends_with(&task))),
        // East of Greenwich a badge is issued before its day begins in UTC.
        (
            "the day of its award",
            claims.awarded_date() != Some(awarded.min(record.intended_at)) && claims.awarded_date() != Some(awarded),
        ),
        ("its end", claims.valid_until().map(Instant::unix) != record.valid_until.map(Instant::unix)),
        ("its places in the status lists", crate::audit::places(claims) != places),
    ];
    differences.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what)
}

fn achievement(task: &Template, names: &Names) -> Achievement {
    let criteria: String = task.criteria().iter().map(|criterion| format!("- {criterion}\n")).collect();
    let criteria = Criteria::narrative(criteria.trim_end());
    let mut achievement = Achievement::new(names.achievement(), task.name(), task.description(), criteria)
        .version(task.version())
        .in_language(task.language().as_str())
        .result_description(rubric(task, names))
        .tag(task.category().as_str());
    // Both lists of types are that of the standard.
    if let Some(kind) = AchievementType::parse(task.achievement_type().as_str()) {
        achievement = achievement.achievement_type(kind);
    }
    if let Some(credits) = task.credits() {
        achievement = achievement.credits_available(credits);
    }
    if let Some(image) = task.image() {
        achievement = achievement.image(iri(image.as_str()));
    }
    for tag in task.tags() {
        achievement = achievement.tag(tag);
    }
    for alignment in task.alignments() {
        achievement = achievement.alignment(self::alignment(alignment));
    }
    for translation in task.translations() {
        let language = translation.language().as_str();
        let related = RelatedAchievement::new(names.translation(language)).in_language(language);
        achievement = achievement.related(related.version(task.version()));
    }
    achievement
}

fn rubric(task: &Template, names: &Names) -> ResultDescription {
    let rubric = task.rubric();
    let description = ResultDescription::new(names.rubric(), task.name(), ResultType::RubricCriterionLevel)
        .required_level(names.level(rubric.required()));
    // The order of the levels is not signed under every suite; their points tell which is higher.
    let have_points = rubric.levels().iter().any(|level| level.points().is_some());
    (1..).zip(rubric.levels()).fold(description, |description, (place, level)| {
        let mut criterion = RubricLevel::new(names.level(level), level.name(), level.id());
        if let Some(text) = level.description() {
            criterion = criterion.description(text);
        }
        if let Some(points) = level.points().or((!have_points).then_some(f64::from(place))) {
            criterion = criterion.points(points.to_string());
        }
        description.rubric_level(criterion)
    })
}

fn alignment(template: &crate::template::Alignment) -> Alignment {
    let mut alignment = Alignment::new(template.target_name(), iri(template.target_url().as_str()))
        .target_type(template.target_type().as_str());
    if let Some(framework) = template.framework() {
        alignment = alignment.target_framework(framework);
    }
    if let Some(code) = template.code() {
        alignment = alignment.target_code(code);
    }
    if let Some(description) = template.description() {
        alignment = alignment.target_description(description);
    }
    alignment
}

fn subject(row: &Row<'_>, achievement: Achievement, code: &ClaimCode) -> Result<Subject, Trouble> {
    let hashed =
        |kind, text: &str| -> Result<Identifier, Trouble> { Ok(Identifier::hashed(kind, text, hex(&random::<16>()?))) };
    let binding = match row.recipient() {
        Recipient::Holder(_) => None,
        Recipient::Email(email) => Some(hashed(IdentityType::EmailAddress, email.as_str())?),
        Recipient::Identifier(kind, text) => Some(hashed(identity_type(kind.as_str()), text)?),
        Recipient::ClaimCode(code) => Some(hashed(IdentityType::Identifier, code.as_str())?),
        Recipient::NewClaimCode => Some(hashed(IdentityType::Identifier, code.as_str())?),
    };
    let id = match row.recipient() {
        Recipient::Holder(did) => iri(did.as_str()),
        _ => Iri::uuid(random()?),
    };
    let mut subject = Subject::with_id(id, achievement);
    if let Some(name) = row.public_name() {
        subject = subject.identifier(Identifier::plain(IdentityType::Name, name));
    }
    Ok(match binding {
        Some(binding) => subject.identifier(binding),
        None => subject,
    })
}

/// The kinds that the badge model has no word for are all identifiers, which is what a verifier compares.
fn identity_type(kind: &str) -> IdentityType {
    match kind {
        "emailAddress" => IdentityType::EmailAddress,
        "userName" => IdentityType::UserName,
        "accountId" => IdentityType::AccountId,
        "systemId" => IdentityType::SystemId,
        _ => IdentityType::Identifier,
    }
}

fn evidence(row: &Row<'_>) -> Option<Evidence> {
    let (page, note, narrative) = (row.evidence_url(), row.evidence_note(), row.narrative());
    let mut evidence = match (page, narrative.or(note)) {
        (Some(page), None) => Evidence::page(iri(page.as_str())),
        (Some(page), Some(text)) => Evidence::page(iri(page.as_str())).narrative(text),
        (None, Some(text)) => Evidence::told(text),
        (None, None) => return None,
    };
    if let (Some(note), Some(_)) = (note, narrative) {
        evidence = evidence.description(note);
    }
    let ways: Vec<&str> = row.task().assessment().iter().map(|way| way.as_str()).collect();
    Some(if ways.is_empty() { evidence } else { evidence.genre(ways.join(", ")) })
}

fn start_of(day: NaiveDate) -> Instant {
    day.and_time(chrono::NaiveTime::MIN).and_utc().into()
}

/// All that is not unreserved in a URI (RFC 3986, section 2.3), so that a version is one path segment.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// DIDs, web addresses and what is made of them here are absolute IRIs.
fn iri(text: &str) -> Iri {
    text.parse().expect("a DID or a web address is an absolute IRI")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_the_midnight_after_it_save_the_last_of_the_calendar() {
        let end = |day: &str| end_of(day.parse().unwrap()).to_string();
        assert_eq!(end("2028-11-03"), "2028-11-04T00:00:00Z");
        assert_eq!(end("2027-12-31"), "2028-01-01T00:00:00Z");
        assert_eq!(end("9999-12-31"), "9999-12-31T23:59:59Z");
    }
}
