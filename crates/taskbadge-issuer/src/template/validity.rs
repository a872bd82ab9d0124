//! For how long a badge says that somebody can do a task.

use std::{fmt, str::FromStr};

use chrono::{Datelike, Days, Months, NaiveDate};

/// The validity period of a badge: a number of days, weeks, months or years, or unlimited.
///
/// ```
/// use chrono::NaiveDate;
/// use taskbadge_issuer::template::Validity;
///
/// let six_months: Validity = "6 months".parse()?;
/// let august = NaiveDate::from_ymd_opt(2026, 8, 31).expect("a date");
/// // February has no 31st: months clamp to the end of the month.
/// assert_eq!(six_months.end(august)?, NaiveDate::from_ymd_opt(2027, 2, 28));
/// assert_eq!(Validity::UNLIMITED.end(august)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Validity(Period);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Period {
    Unlimited,
    Days(u32),
    Weeks(u32),
    Months(u32),
}

impl Validity {
    /// A badge that never expires by itself.
    pub const UNLIMITED: Self = Self(Period::Unlimited);

    /// The day on which a badge awarded on `start` ends, in the calendar; `None` if it never does.
    ///
    /// Months keep the day of the month, or take the last day of a shorter month.
    ///
    /// # Errors
    /// [`BeyondCalendar`] if the end is after the year 9999, which XSD dateTimeStamp readers do not all take.
    pub fn end(self, start: NaiveDate) -> Result<Option<NaiveDate>, BeyondCalendar> {
        let end = match self.0 {
            Period::Unlimited => return Ok(None),
            Period::Days(days) => start.checked_add_days(Days::new(days.into())),
            Period::Weeks(weeks) => start.checked_add_days(Days::new(u64::from(weeks) * 7)),
            Period::Months(months) => start.checked_add_months(Months::new(months)),
        };
        end.filter(|end| end.year() <= 9999).map(Some).ok_or(BeyondCalendar)
    }
}

impl FromStr for Validity {
    type Err = NotAValidity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "unlimited" {
            return Ok(Self::UNLIMITED);
        }
        let (count, unit) = text.split_once(' ').ok_or(NotAValidity)?;
        if !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAValidity);
        }
        // Nothing is valid for ten thousand years; the bound also keeps the product below in range.
        let count = count.parse().ok().filter(|count| (1..=9_999_u32).contains(count)).ok_or(NotAValidity)?;
        Ok(Self(match unit {
            "day" | "days" => Period::Days(count),
            "week" | "weeks" => Period::Weeks(count),
            "month" | "months" => Period::Months(count),
            "year" | "years" => Period::Months(count * 12),
            _ => return Err(NotAValidity),
        }))
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0 {
            Period::Unlimited => return f.write_str("unlimited"),
            Period::Days(days) => (days, "day"),
            Period::Weeks(weeks) => (weeks, "week"),
            Period::Months(months) if months % 12 == 0 => (months / 12, "year"),
            Period::Months(months) => (months, "month"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

/// The text is no validity period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a validity period; write a number from 1 to 9999 and a unit, such as `24 months`, `3 years`, `6 weeks` or \
         `90 days`, or write `unlimited`"
)]
pub struct NotAValidity;

/// The period ends after the last day that a badge can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the validity period ends after the year 9999; make it shorter, or `unlimited`")]
pub struct BeyondCalendar;

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_clamp_and_days_do_not() {
        for (validity, start, end) in [
            ("1 month", "2026-01-31", "2026-02-28"),
            ("1 month", "2028-01-31", "2028-02-29"),
            ("12 months", "2028-02-29", "2029-02-28"),
            ("4 years", "2028-02-29", "2032-02-29"),
            ("90 days", "2026-11-03", "2027-02-01"),
            ("2 weeks", "2026-12-25", "2027-01-08"),
        ] {
            assert_eq!(
                validity.parse::<Validity>().unwrap().end(date(start)),
                Ok(Some(date(end))),
                "{validity} {start}"
            );
        }
    }

    #[test]
    fn the_calendar_ends_in_9999() {
        assert_eq!("1 day".parse::<Validity>().unwrap().end(date("9999-12-31")), Err(BeyondCalendar));
        assert_eq!("9999 years".parse::<Validity>().unwrap().end(date("2026-01-01")), Err(BeyondCalendar));
        assert_eq!("1 day".parse::<Validity>().unwrap().end(NaiveDate::MAX), Err(BeyondCalendar));
    }

    #[test]
    fn only_whole_positive_periods_parse() {
        for bad in [
            "",
            "24",
            "months",
            "0 days",
            "-1 days",
            "+1 days",
            "1.5 years",
            "24  months",
            "24 Months",
            "10000 days",
            "forever",
            "99999999999999 days",
        ] {
            assert_eq!(bad.parse::<Validity>(), Err(NotAValidity), "{bad}");
        }
        for (written, shown) in
            [("24 months", "2 years"), ("6 weeks", "6 weeks"), ("13 months", "13 months"), ("1 day", "1 day")]
        {
            assert_eq!(written.parse::<Validity>().unwrap().to_string(), shown);
        }
    }
}
