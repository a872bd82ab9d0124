//! How long a verifier relies on a list.

use std::fmt;
use std::str::FromStr;

/// For how long after a list was made a verifier relies on it: seven days unless the employer says otherwise, and never
/// more than thirty.
///
/// ```
/// use taskbadge_status::MaxAge;
/// assert_eq!(MaxAge::default(), "7d".parse()?);
/// assert_eq!("36h".parse::<MaxAge>()?.to_string(), "36h");
/// assert!("31d".parse::<MaxAge>().is_err());
/// # Ok::<(), taskbadge_status::NotAMaxAge>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxAge {
    hours: u16,
}

impl MaxAge {
    /// So many days.
    ///
    /// # Errors
    /// [`NotAMaxAge`] above thirty.
    pub fn days(days: u16) -> Result<Self, NotAMaxAge> {
        Self::hours(days.checked_mul(24).ok_or(NotAMaxAge)?)
    }

    /// So many hours.
    ///
    /// # Errors
    /// [`NotAMaxAge`] above thirty days.
    pub fn hours(hours: u16) -> Result<Self, NotAMaxAge> {
        if hours <= 30 * 24 { Ok(Self { hours }) } else { Err(NotAMaxAge) }
    }

    pub(crate) fn seconds(self) -> i64 {
        i64::from(self.hours) * 3600
    }
}

impl Default for MaxAge {
    fn default() -> Self {
        Self { hours: 7 * 24 }
    }
}

/// Not an age such as `7d` or `12h`, or more than thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an age for status lists; write such as 7d or 12h, 30d at most")]
pub struct NotAMaxAge;

impl FromStr for MaxAge {
    type Err = NotAMaxAge;

    fn from_str(text: &str) -> Result<Self, NotAMaxAge> {
        let number = |digits: &str| digits.parse().map_err(|_| NotAMaxAge);
        match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(days), _) => Self::days(number(days)?),
            (_, Some(hours)) => Self::hours(number(hours)?),
            _ => Err(NotAMaxAge),
        }
    }
}

impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) { write!(f, "{}d", self.hours / 24) } else { write!(f, "{}h", self.hours) }
    }
}
