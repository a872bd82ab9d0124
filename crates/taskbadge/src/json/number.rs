//! Numbers as RFC 8785 writes them, and whether a decimal text survives that.

/// A double as ECMAScript and so RFC 8785 (section 3.2.2.3) prints it: the shortest digits that read back to it.
///
/// ```
/// use taskbadge::json::canonical_number;
/// assert_eq!(canonical_number(1.0), Some("1".into()));
/// assert_eq!(canonical_number(1e21), Some("1e+21".into()));
/// assert_eq!(canonical_number(f64::NAN), None);
/// ```
#[must_use]
pub fn canonical_number(value: f64) -> Option<String> {
    value.is_finite().then(|| ryu_js::Buffer::new().format_finite(value).to_owned())
}

/// The canonical form of a JSON number text, unless its decimal value would change on the way.
pub(super) fn exact(text: &str) -> Option<String> {
    let canonical = canonical_number(text.parse().ok()?)?;
    (Decimal::of(text)? == Decimal::of(&canonical)?).then_some(canonical)
}

/// The value of a decimal text: 0.digits × 10^exponent, digits without zeros at either end. Zero has no digits.
#[derive(PartialEq)]
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        let leading_zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let whole_len = i64::try_from(whole.len()).ok()?;
        // An exponent beyond i64 belongs to a number that is no double.
        let exponent = exponent.parse::<i64>().ok()?.checked_add(whole_len - leading_zeros)?;
        Some(Self { negative, digits: digits.trim_end_matches('0').into(), exponent })
    }
}
