//! Instants as credentials write them. Nothing here reads a clock: the time of a check is always a parameter.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Timelike as _, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time, to the nanosecond, read from or written as an XSD `dateTimeStamp`.
///
/// VC Data Model 2.0, section 4.9 and 4.10: fractions of any length, offsets to ±14:00 and `24:00:00` are allowed, and
/// instants are compared, never texts. A missing offset is read as UTC. What was signed is the original text, which
/// stays in the document; an `Instant` is never written back over it. Digits of a second beyond the ninth are dropped.
///
/// ```
/// use taskbadge::time::Instant;
/// let noon: Instant = "2026-11-22T12:00:00Z".parse()?;
/// assert_eq!(noon, "2026-11-22T13:30:00.000+01:30".parse()?);
/// assert_eq!("2026-11-22T24:00:00Z".parse::<Instant>()?.to_string(), "2026-11-23T00:00:00Z");
/// assert!("2026-02-30T00:00:00Z".parse::<Instant>().is_err());
/// # Ok::<(), taskbadge::time::NotAnInstant>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

/// The text is not an XSD `dateTimeStamp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date and time such as 2026-11-22T09:30:00Z")]
pub struct NotAnInstant;

impl Instant {
    /// The instant so many seconds after 1970-01-01T00:00:00Z; the ends of the calendar stand for what lies beyond
    /// them.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        let end = if seconds < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Self(DateTime::from_timestamp(seconds, 0).unwrap_or(end))
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub fn unix(self) -> i64 {
        self.0.timestamp()
    }

    /// Whole days from `earlier` to this instant, rounded towards zero; negative when this one is earlier.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The calendar date and time in UTC.
    #[must_use]
    pub fn datetime(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(datetime: DateTime<Utc>) -> Self {
        Self(datetime)
    }
}

impl FromStr for Instant {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Self, NotAnInstant> {
        read(text).map(Self).ok_or(NotAnInstant)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date_naive(), self.0.time());
        let (sign, year) =
            if date.year() < 0 { ("-", date.year().unsigned_abs()) } else { ("", date.year().unsigned_abs()) };
        write!(f, "{sign}{year:04}-{:02}-{:02}T", date.month(), date.day())?;
        write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        match time.nanosecond() {
            0 => f.write_str("Z"),
            nanos => write!(f, ".{}Z", format!("{nanos:09}").trim_end_matches('0')),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// XSD 1.1 part 2, section 3.3.7: `-?YYYY+-MM-DDThh:mm:ss(.s+)?` and then `Z`, `±hh:mm` or nothing.
fn read(text: &str) -> Option<DateTime<Utc>> {
    let (sign, rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let year_len = rest.find('-').filter(|&len| (4..=6).contains(&len))?;
    if year_len > 4 && rest.starts_with('0') {
        return None;
    }
    let (year, rest) = digits(rest, year_len)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let (hour, rest) = digits(rest.strip_prefix('T')?, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (nanos, rest) = fraction(rest)?;
    let offset = offset_minutes(rest)?;

    let year = sign * i32::try_from(year).ok()?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let midnight_after = hour == 24 && minute == 0 && second == 0 && nanos == 0;
    let local = if midnight_after {
        date.succ_opt()?.and_hms_opt(0, 0, 0)?
    } else if second < 60 {
        date.and_hms_nano_opt(hour, minute, second, nanos)?
    } else {
        return None;
    };
    Some(local.checked_sub_signed(Duration::minutes(offset))?.and_utc())
}

/// The number in the first `count` characters, which are all digits, and the rest.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(count)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, rest))
}

/// Nanoseconds of `.s+` and the rest; zero where there is no fraction.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(len);
    if digits.is_empty() {
        return None;
    }
    let nanos =
        digits.bytes().chain(std::iter::repeat(b'0')).take(9).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some((nanos, rest))
}

fn offset_minutes(text: &str) -> Option<i64> {
    if text.is_empty() || text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes()[0] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = digits(text.get(1..)?, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let in_range = minutes < 60 && (hours < 14 || (hours == 14 && minutes == 0));
    (rest.is_empty() && in_range).then(|| sign * i64::from(hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_xsd_allows() {
        for (text, same_as) in [
            ("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("2026-11-22T00:00:00", "2026-11-22T00:00:00Z"),
            ("2026-11-22T14:00:00+14:00", "2026-11-22T00:00:00Z"),
            ("2026-11-21T10:00:00-14:00", "2026-11-22T00:00:00Z"),
            ("2026-12-31T24:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-12-31T24:00:00.00Z", "2027-01-01T00:00:00Z"),
            ("2024-02-29T00:00:00.5Z", "2024-02-29T00:00:00.500000000Z"),
            ("12026-11-22T00:00:00Z", "12026-11-22T00:00:00Z"),
            ("-0044-03-15T12:00:00Z", "-0044-03-15T12:00:00Z"),
        ] {
            assert_eq!(text.parse::<Instant>(), same_as.parse(), "{text}");
            assert!(text.parse::<Instant>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22 00:00:00Z",
            "2026-11-22t00:00:00Z",
            "2026-11-22T00:00:00z",
            "2026-11-22T00:00Z",
            "2026-11-22T00:00:00.Z",
            "2026-11-22T24:00:01Z",
            "2026-11-22T25:00:00Z",
            "2026-11-22T00:60:00Z",
            "2026-11-22T00:00:60Z",
            "2026-13-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2026-11-22T00:00:00+14:01",
            "2026-11-22T00:00:00+1400",
            "2026-11-22T00:00:00Z ",
            "02026-11-22T00:00:00Z",
            "226-11-22T00:00:00Z",
            "+2026-11-22T00:00:00Z",
            "２026-11-22T00:00:00Z",
        ] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_written_instant_reads_back() {
        for text in
            ["2026-11-22T09:30:00Z", "2026-11-22T09:30:00.25Z", "-0044-03-15T12:00:00Z", "12026-01-01T00:00:00Z"]
        {
            let instant: Instant = text.parse().unwrap();
            assert_eq!(instant.to_string(), text);
        }
    }
}
