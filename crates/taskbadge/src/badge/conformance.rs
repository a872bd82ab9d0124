//! Whether a credential is an Open Badge, by VC Data Model 2.0 section 4 and Open Badges 3.0 section 8.2 and appendix
//! B.
//!
//! The same rules hold for what an issuer signs and for what a verifier is given.

use std::collections::HashSet;

use crate::finding::{Code, Finding};
use crate::json::{Object, Path, Value};
use crate::jsonld::{CREDENTIALS_V2, is_absolute_iri};
use crate::shown::{Direction, is_language_tag};
use crate::time::Instant;

/// Every rule that the credential breaks, in document order of the rules; empty for an Open Badge.
pub(crate) fn check(credential: Object<'_>) -> Vec<Finding> {
    let mut rules = Rules { findings: Vec::new() };
    rules.open_badge(&Place { object: credential, path: &Path::root("") });
    rules.findings
}

/// Every rule of the VC Data Model 2.0 alone that the credential breaks; for credentials that are no badges, such as
/// status lists.
pub(crate) fn check_credential(credential: Object<'_>) -> Vec<Finding> {
    let mut rules = Rules { findings: Vec::new() };
    rules.any_credential(&Place { object: credential, path: &Path::root("") });
    rules.findings
}

struct Rules {
    findings: Vec<Finding>,
}

/// An object and where it stands.
#[derive(Clone, Copy)]
struct Place<'d, 'p> {
    object: Object<'d>,
    path: &'p Path<'p>,
}

/// Whether a rule asks for a property or only for its form where it is there.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Required,
    Optional,
}
use Need::{Optional, Required};

/// What a property has to look like.
#[derive(Clone, Copy)]
enum Form {
    /// Text that says something.
    Text,
    /// Text for people that says something: a string, or a language value object (VC Data Model 2.0 section 11.1).
    Words,
    /// A text, a number, or true or false: the standard asks for text, and the others can be shown.
    Scalar,
    /// An absolute IRI.
    Url,
    /// An XSD `dateTimeStamp`.
    Instant,
    /// `true` or `false`.
    Bool,
}
use Form::{Bool, Scalar, Text, Url, Words};

impl Rules {
    fn open_badge(&mut self, badge: &Place<'_, '_>) {
        self.context(badge);
        self.types(badge, &["VerifiableCredential"], Code::BadgeType);
        self.types(badge, &["OpenBadgeCredential", "AchievementCredential"], Code::BadgeType);
        self.form(badge, "id", Required, Url);
        self.form(badge, "name", Optional, Words);
        self.form(badge, "description", Optional, Words);
        self.validity(badge, Required);
        self.form(badge, "awardedDate", Optional, Form::Instant);
        self.issuer(badge, Self::profile);
        self.typed_members(badge);
        self.related_resources(badge);
        if self.each(badge, "credentialSubject", Required, Self::subject) > 1 {
            self.malformed(badge, "credentialSubject", "an Open Badge has one subject");
        }
    }

    /// VC Data Model 2.0 section 4, where an id, a name and a beginning are not asked for. The context was looked at
    /// before the signature.
    fn any_credential(&mut self, credential: &Place<'_, '_>) {
        self.types(credential, &["VerifiableCredential"], Code::BadgeType);
        self.form(credential, "id", Optional, Url);
        self.validity(credential, Optional);
        self.issuer(credential, |rules, issuer| rules.form(issuer, "id", Required, Url));
        self.typed_members(credential);
        self.related_resources(credential);
        self.each(credential, "credentialSubject", Required, |rules, subject| rules.form(subject, "id", Optional, Url));
    }

    /// VC Data Model 2.0 sections 4.10, 4.11, 5.4, 5.5 and 5.6.
    fn typed_members(&mut self, credential: &Place<'_, '_>) {
        for key in ["credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema"] {
            self.each(credential, key, Optional, |rules, place| {
                rules.typed(place);
                if key == "credentialSchema" {
                    rules.form(place, "id", Required, Url);
                }
            });
        }
    }

    /// VC Data Model 2.0 section 4.3, Open Badges 3.0 appendix B.1.1.
    fn context(&mut self, badge: &Place<'_, '_>) {
        let path = badge.path.key("@context");
        let Some(Value::Array(contexts)) = badge.object.get("@context") else {
            return self.findings.push(path.finding(Code::ContextMissing).because("it is not a list"));
        };
        let mut urls = contexts.iter().map(Value::as_str);
        if urls.next() != Some(Some(CREDENTIALS_V2)) {
            self.findings.push(path.index(0).finding(Code::ContextMissing));
        }
        let is_open_badges = |url: Option<&str>| {
            url.is_some_and(|url| url.starts_with("https://purl.imsglobal.org/spec/ob/v3p0/context"))
        };
        if !urls.any(is_open_badges) {
            self.findings.push(path.finding(Code::ContextMissing).because("no Open Badges 3.0 context"));
        }
    }

    /// VC Data Model 2.0 section 4.9: instants are compared, not texts.
    fn validity(&mut self, badge: &Place<'_, '_>, need: Need) {
        self.form(badge, "validFrom", need, Form::Instant);
        self.form(badge, "validUntil", Optional, Form::Instant);
        let instant = |key| badge.object.get(key).and_then(Value::as_str).and_then(|text| text.parse::<Instant>().ok());
        if let (Some(from), Some(until)) = (instant("validFrom"), instant("validUntil"))
            && from > until
        {
            self.malformed(badge, "validUntil", "the badge would end before it begins");
        }
    }

    fn issuer(&mut self, badge: &Place<'_, '_>, mut object_rules: impl FnMut(&mut Self, &Place<'_, '_>)) {
        match badge.object.get("issuer") {
            Some(Value::String(_)) => self.form(badge, "issuer", Required, Url),
            Some(Value::Object(object)) => object_rules(self, &Place { object, path: &badge.path.key("issuer") }),
            Some(_) => self.malformed(badge, "issuer", "an issuer is a URL or an object"),
            None => self.missing(badge, "issuer"),
        }
    }

    fn profile(&mut self, profile: &Place<'_, '_>) {
        self.types(profile, &["Profile"], Code::BadgeMalformed);
        self.form(profile, "id", Required, Url);
        self.form(profile, "name", Optional, Words);
    }

    /// VC Data Model 2.0 section 5.3.
    fn related_resources(&mut self, badge: &Place<'_, '_>) {
        let mut seen = HashSet::new();
        self.each(badge, "relatedResource", Optional, |rules, resource| {
            rules.form(resource, "id", Required, Url);
            if resource.object.get("digestSRI").is_none() && resource.object.get("digestMultibase").is_none() {
                rules.missing(resource, "digestSRI");
            }
            if let Some(id) = resource.object.get("id").and_then(Value::as_str)
                && !seen.insert(id.to_owned())
            {
                rules.malformed(resource, "id", "the same resource twice");
            }
        });
    }

    /// Open Badges 3.0 appendix B.1.4.
    fn subject(&mut self, subject: &Place<'_, '_>) {
        self.types(subject, &["AchievementSubject"], Code::BadgeMalformed);
        self.form(subject, "id", Optional, Url);
        let identifiers = self.each(subject, "identifier", Optional, |rules, identifier| {
            rules.types(identifier, &["IdentityObject"], Code::BadgeMalformed);
            rules.form(identifier, "hashed", Required, Bool);
            rules.form(identifier, "identityHash", Required, Text);
            rules.form(identifier, "identityType", Required, Text);
            rules.form(identifier, "salt", Optional, Text);
        });
        if subject.object.get("id").is_none() && identifiers == 0 {
            self.missing(subject, "id");
        }
        match subject.object.get("achievement") {
            Some(Value::Object(object)) => self.achievement(&Place { object, path: &subject.path.key("achievement") }),
            Some(_) => self.malformed(subject, "achievement", "an achievement is an object"),
            None => self.missing(subject, "achievement"),
        }
        self.each(subject, "result", Optional, |rules, result| {
            rules.typed(result);
            rules.form(result, "resultDescription", Optional, Url);
            rules.form(result, "achievedLevel", Optional, Url);
            rules.form(result, "value", Optional, Scalar);
            rules.form(result, "status", Optional, Scalar);
        });
        match subject.object.get("source") {
            None => {}
            Some(Value::String(_)) => self.form(subject, "source", Optional, Url),
            Some(Value::Object(object)) => {
                let source = Place { object, path: &subject.path.key("source") };
                self.form(&source, "id", Required, Url);
                self.form(&source, "name", Optional, Words);
            }
            Some(_) => self.malformed(subject, "source", "an assessor is a URL or an object with an id"),
        }
    }

    /// Open Badges 3.0 appendix B.1.2.
    fn achievement(&mut self, achievement: &Place<'_, '_>) {
        self.types(achievement, &["Achievement"], Code::BadgeMalformed);
        self.form(achievement, "id", Required, Url);
        self.form(achievement, "name", Required, Words);
        self.form(achievement, "description", Required, Words);
        match achievement.object.get("criteria") {
            Some(Value::Object(object)) => {
                let criteria = Place { object, path: &achievement.path.key("criteria") };
                self.form(&criteria, "id", Optional, Url);
                self.form(&criteria, "narrative", Optional, Words);
                if object.get("id").is_none() && object.get("narrative").is_none() {
                    self.missing(&criteria, "narrative");
                }
            }
            Some(_) => self.malformed(achievement, "criteria", "criteria are an object"),
            None => self.missing(achievement, "criteria"),
        }
        self.each(achievement, "alignment", Optional, |rules, alignment| {
            rules.types(alignment, &["Alignment"], Code::BadgeMalformed);
            rules.form(alignment, "targetName", Required, Words);
            rules.form(alignment, "targetUrl", Required, Url);
        });
        self.each(achievement, "resultDescription", Optional, |rules, description| {
            rules.types(description, &["ResultDescription"], Code::BadgeMalformed);
            rules.form(description, "id", Required, Url);
            rules.form(description, "name", Required, Words);
            rules.form(description, "resultType", Required, Text);
            rules.form(description, "requiredLevel", Optional, Url);
            for key in ["requiredValue", "valueMin", "valueMax"] {
                rules.form(description, key, Optional, Scalar);
            }
            let mut allowed = description.object.get("allowedValue").into_iter().flat_map(Value::one_or_many);
            if allowed.any(|value| !is_scalar(value)) {
                rules.malformed(description, "allowedValue", "it is not text");
            }
            rules.each(description, "rubricCriterionLevel", Optional, |rules, level| {
                rules.types(level, &["RubricCriterionLevel"], Code::BadgeMalformed);
                rules.form(level, "id", Required, Url);
                rules.form(level, "name", Required, Words);
                rules.form(level, "level", Optional, Scalar);
                rules.form(level, "points", Optional, Scalar);
            });
        });
    }

    fn form(&mut self, place: &Place<'_, '_>, key: &str, need: Need, form: Form) {
        let problem = match (form, place.object.get(key)) {
            (_, None) if need == Optional => return,
            (_, None) => return self.missing(place, key),
            (Text | Words, Some(Value::String(text))) if text.trim().is_empty() => "it is empty",
            (Text | Words, Some(Value::String(_))) | (Bool, Some(Value::Bool(_))) => return,
            (Url, Some(Value::String(text))) if is_absolute_iri(text) => return,
            (Form::Instant, Some(Value::String(text))) if text.parse::<Instant>().is_ok() => return,
            (Words, Some(Value::Object(object))) if is_language_value(object) => return,
            (Scalar, Some(value)) if is_scalar(value) => return,
            (Text | Words | Scalar, _) => "it is not text",
            (Url, _) => "it is not a URL",
            (Bool, _) => "it is neither true nor false",
            (Form::Instant, _) => "it is not a date and time such as 2026-11-22T09:30:00Z",
        };
        self.malformed(place, key, problem);
    }

    /// Applies rules to each object under a key that holds one or many of them, and counts them.
    fn each(
        &mut self,
        place: &Place<'_, '_>,
        key: &str,
        need: Need,
        mut rules: impl FnMut(&mut Self, &Place<'_, '_>),
    ) -> usize {
        let path = place.path.key(key);
        let value = place.object.get(key);
        let is_array = value.is_some_and(|value| value.as_array().is_some());
        let mut count = 0;
        for (index, item) in value.into_iter().flat_map(Value::one_or_many).enumerate() {
            let here = if is_array { path.index(index) } else { path };
            match item.as_object().filter(|object| !object.is_empty()) {
                Some(object) => rules(self, &Place { object, path: &here }),
                None => self
                    .findings
                    .push(here.finding(Code::BadgeMalformed).because("it is not an object that says something")),
            }
            count += 1;
        }
        if count == 0 && need == Required {
            self.missing(place, key);
        }
        count
    }

    /// One of these types is among the object's.
    fn types(&mut self, place: &Place<'_, '_>, wanted: &[&str], code: Code) {
        let Some(types) = place.object.get("type") else { return self.missing(place, "type") };
        if !types.one_or_many().filter_map(Value::as_str).any(|name| wanted.contains(&name)) {
            let detail = format!("{} is not among the types", wanted.join(" or "));
            self.findings.push(place.path.key("type").finding(code).because(detail));
        }
    }

    fn typed(&mut self, place: &Place<'_, '_>) {
        let types = place.object.get("type");
        if !types
            .is_some_and(|types| types.one_or_many().any(|name| name.as_str().is_some_and(|name| !name.is_empty())))
        {
            self.missing(place, "type");
        }
    }

    fn missing(&mut self, place: &Place<'_, '_>, key: &str) {
        self.findings.push(place.path.key(key).finding(Code::BadgeMissing));
    }

    fn malformed(&mut self, place: &Place<'_, '_>, key: &str, detail: &str) {
        self.findings.push(place.path.key(key).finding(Code::BadgeMalformed).because(detail));
    }
}

fn is_scalar(value: Value<'_>) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// A text with its language and direction, and nothing else. That these two are well formed was seen when it was expanded.
fn is_language_value(object: Object<'_>) -> bool {
    object.iter().all(|(key, value)| match key {
        "@value" => value.as_str().is_some_and(|text| !text.trim().is_empty()),
        "@language" => value.as_str().is_some_and(is_language_tag),
        "@direction" => value.as_str().and_then(Direction::named).is_some(),
        _ => false,
    }) && object.get("@value").is_some()
}
