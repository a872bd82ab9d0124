//! Dates as rosters write them.

use std::fmt;

use chrono::NaiveDate;

/// Which of day and month comes first in dates such as `03/04/2026`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// 3 April 2026.
    DayFirst,
    /// 4 March 2026.
    MonthFirst,
}

/// Reads a date: ISO 8601 (`2026-11-03`, also with a time after `T` or a space, which is left out), the same with `/` or
/// `.`, or day and month before the year.
///
/// Dotted dates are day first unless `order` says otherwise: no country writes the month first with dots. All others
/// need `order` when both readings are dates.
pub(super) fn parse(text: &str, order: Option<DateOrder>) -> Result<NaiveDate, NotADate> {
    let text = text.trim();
    let day = text.find(['T', ' ']).map_or(Ok(text), |end| {
        let time = text[end + 1..].trim();
        let clock = time.starts_with(|c: char| c.is_ascii_digit())
            && time.contains(':')
            && time.chars().all(|c| c.is_ascii_digit() || ":.+- ZUTCAPM".contains(c));
        if clock { Ok(&text[..end]) } else { Err(NotADate::Unreadable) }
    })?;
    let separator = day.chars().find(|c| !c.is_ascii_digit()).ok_or(NotADate::Unreadable)?;
    let parts: Vec<&str> = day.split(separator).collect();
    let &[first, second, third] = parts.as_slice() else { return Err(NotADate::Unreadable) };
    if !"-/.".contains(separator) || !parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(NotADate::Unreadable);
    }
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => date(first, second, third).ok_or(NotADate::NotInCalendar),
        (1..=2, 1..=2, 4) => {
            let order = order.or((separator == '.').then_some(DateOrder::DayFirst));
            turned(date(third, second, first), date(third, first, second), order)
        }
        (1..=2, 1..=2, 2) => Err(NotADate::ShortYear),
        _ => Err(NotADate::Unreadable),
    }
}

fn turned(
    day_first: Option<NaiveDate>,
    month_first: Option<NaiveDate>,
    order: Option<DateOrder>,
) -> Result<NaiveDate, NotADate> {
    match (day_first, month_first, order) {
        (None, None, _) => Err(NotADate::NotInCalendar),
        (Some(date), _, Some(DateOrder::DayFirst)) | (_, Some(date), Some(DateOrder::MonthFirst)) => Ok(date),
        // A date that cannot be in the stated order puts the order of all other dates in doubt.
        (_, _, Some(order)) => Err(NotADate::OtherOrder(order)),
        (Some(date), None, None) | (None, Some(date), None) => Ok(date),
        (Some(one), Some(other), None) if one == other => Ok(one),
        (Some(one), Some(other), None) => Err(NotADate::Ambiguous(one, other)),
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotADate {
    Unreadable,
    ShortYear,
    NotInCalendar,
    OtherOrder(DateOrder),
    Ambiguous(NaiveDate, NaiveDate),
}

impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("not a date; write it as year-month-day, such as `2026-11-03`"),
            Self::ShortYear => f.write_str("a date with half a year; write all four digits, such as `2026-11-03`"),
            Self::NotInCalendar => f.write_str("not a day of the calendar; correct the day or the month"),
            Self::OtherOrder(order) => {
                let said = if *order == DateOrder::DayFirst { "day" } else { "month" };
                write!(
                    f,
                    "not a date with the {said} first, as you said of this file (--date-order); write all dates as year-month-day"
                )
            }
            Self::Ambiguous(one, other) => {
                let (day_first, month_first) = (one.format("%-d %B %Y"), other.format("%-d %B %Y"));
                write!(
                    f,
                    "either {day_first} or {month_first}; write `{one}` or `{other}`, or say the order of the dates in this file (--date-order)"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: Option<DateOrder>) -> Result<String, NotADate> {
        parse(text, order).map(|date| date.to_string())
    }

    #[test]
    fn unambiguous_dates_are_read() {
        for text in [
            "2026-12-31",
            "2026/12/31",
            "2026.12.31",
            "31.12.2026",
            "31/12/2026",
            "12/31/2026",
            "31-12-2026",
            " 2026-12-31 ",
            "2026-12-31T10:00:00Z",
            "2026-12-31 09:41:00 -0500",
            "12/31/2026 10:15 AM",
            "2026-12-31T10:00:00.5+01:00",
        ] {
            assert_eq!(read(text, None), Ok("2026-12-31".to_owned()), "{text}");
        }
        assert_eq!(read("4/4/2026", None), Ok("2026-04-04".to_owned()));
        assert_eq!(read("03.04.2026", None), Ok("2026-04-03".to_owned()));
    }

    #[test]
    fn ambiguous_dates_need_an_order() {
        let said = parse("03/04/2026", None).unwrap_err().to_string();
        assert!(said.starts_with("either 3 April 2026 or 4 March 2026; write `2026-04-03` or `2026-03-04`"), "{said}");
        assert_eq!(read("03/04/2026", Some(DateOrder::DayFirst)), Ok("2026-04-03".to_owned()));
        assert_eq!(read("03/04/2026", Some(DateOrder::MonthFirst)), Ok("2026-03-04".to_owned()));
        assert_eq!(read("12/31/2026", Some(DateOrder::DayFirst)), Err(NotADate::OtherOrder(DateOrder::DayFirst)));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "yesterday",
            "2026",
            "2026-13-01",
            "31/31/2026",
            "29.02.2026",
            "3/4/26",
            "2026-11",
            "1/2/3/2026",
            "2026-11-03 or so",
            "2026-11-03T",
            "٣/٤/٢٠٢٦",
            "20261103",
            "-1/2/2026",
            "99999-01-01",
            "2026-11/03",
        ] {
            assert!(parse(text, None).is_err(), "{text}");
        }
    }
}
