//! Instants are those of another parser.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use proptest::prelude::*;
use taskbadge::time::Instant;

fn read(text: &str) -> Option<DateTime<Utc>> {
    text.parse::<Instant>().ok().map(Instant::datetime)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_chrono_writes_is_read(seconds in -62_135_596_800_i64..253_402_300_800, nanos in 0..1_000_000_000_u32, minutes in -840..=840) {
        let instant = DateTime::from_timestamp(seconds, nanos).unwrap();
        let local = instant.with_timezone(&FixedOffset::east_opt(minutes * 60).unwrap());
        // Years beyond four digits have a sign in RFC 3339, which XSD does not allow.
        prop_assume!(!local.to_rfc3339().starts_with(['+', '-']));
        prop_assert_eq!(read(&local.to_rfc3339()), Some(instant));
        let ours = Instant::from(instant);
        prop_assert_eq!(ours.to_string().parse(), Ok(ours), "what is written reads the same");
    }

    #[test]
    fn where_both_read_they_read_the_same(
        year in "[0-9]{4}", month in 0..14, day in 0..33, hour in 0..26, minute in 0..62, second in 0..62,
        fraction in "(\\.[0-9]{0,12})?", offset in "(Z|z|[+-][01][0-9]:[0-6][0-9]|)", between in "[Tt ]",
    ) {
        let text = format!("{year}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
        let theirs = DateTime::parse_from_rfc3339(&text).ok().map(|local| (local.offset().local_minus_utc(), local.to_utc()));
        match (read(&text), theirs) {
            (Some(ours), Some((_, theirs))) => prop_assert_eq!(ours, theirs, "{}", text),
            // XSD: midnight as 24:00:00, and no offset is UTC.
            (Some(_), None) => prop_assert!(hour == 24 || offset.is_empty(), "{} is read", text),
            // RFC 3339: small letters, a space for the T, leap seconds, and offsets beyond 14 hours.
            (None, Some((offset, _))) => prop_assert!(
                between != "T" || text.ends_with('z') || second == 60 || offset.abs() > 14 * 3600, "{} is refused", text
            ),
            (None, None) => {}
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,40}") {
        let _ = read(&text);
    }

    #[test]
    fn whole_days_are_counted(seconds in -4_000_000_000_i64..4_000_000_000, days in -30_000_i64..30_000, rest in 0..86_400_i64) {
        let earlier = Instant::from_unix(seconds);
        let later = Instant::from(earlier.datetime() + TimeDelta::days(days) + TimeDelta::seconds(rest));
        let rounded = if days < 0 && rest > 0 { days + 1 } else { days };
        prop_assert_eq!(later.days_since(earlier), rounded);
    }
}
