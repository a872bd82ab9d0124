//! Numbers as RFC 8785 writes them, and whether a decimal text survives that.

use std::fmt::Write as _;

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
    if !value.is_finite() {
        return None;
    }
    if value == 0.0 {
        return Some("0".into());
    }
    // Rust's own `{:e}` finds the same shortest digits; only the layout is ECMAScript's.
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    let point = exponent + 1; // the decimal point stands after so many digits
    let count = i32::try_from(digits.len()).ok()?;

    let mut out = String::with_capacity(26);
    out.push_str(sign);
    if (-5..=0).contains(&point) {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
        out.push_str(&digits);
    } else if (1..=21).contains(&point) && count <= point {
        out.push_str(&digits);
        out.extend(std::iter::repeat_n('0', (point - count).unsigned_abs() as usize));
    } else if (1..=21).contains(&point) {
        let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
        let _ = write!(out, "{whole}.{fraction}");
    } else {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            let _ = write!(out, ".{rest}");
        }
        let _ = write!(out, "e{exponent:+}");
    }
    Some(out)
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
