//! JSONTestSuite, the JCS samples, and the published sequence of ES6 numbers.

use std::fmt::Write as _;
use std::fs;

use sha2::{Digest, Sha256};
use taskbadge::finding::Code;
use taskbadge::json::{Document, Limits, canonical_number};
use taskbadge_tests::{published, tell};

/// Accepted by every JSON parser and refused here, each for its reason.
const STRICTER: &[(&str, &str)] = &[
    ("y_object_duplicated_key.json", "a key twice: two programs would read it differently"),
    ("y_object_duplicated_key_and_value.json", "a key twice, even with the same value"),
];

#[test]
fn json_test_suite() {
    let Some(folder) = published("vectors/json-test-suite") else { return };
    let (mut accepted, mut refused, mut either) = (0, 0, 0);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let parsed = Document::parse(&fs::read(&path).unwrap(), Limits::BADGE);
        let stricter = STRICTER.iter().any(|(listed, _)| *listed == name);
        match name.as_bytes()[0] {
            b'n' => {
                assert!(parsed.is_err(), "{name} was accepted");
                refused += 1;
            }
            b'y' if stricter => assert!(parsed.is_err(), "{name} is listed as refused and was accepted"),
            b'y' => {
                assert!(parsed.is_ok(), "{name}: {}", parsed.unwrap_err());
                accepted += 1;
            }
            b'i' => either += 1,
            _ => {}
        }
    }
    assert!(accepted > 80 && refused > 180);
    let stricter = STRICTER.len();
    tell(&format!(
        "JSONTestSuite: {refused} n_ refused, {accepted} y_ accepted, {stricter} y_ refused with a reason, {either} i_ without a panic"
    ));
}

/// A sample with a number that our rule refuses, and the spelling of that number under which it gives the published form.
const SAMPLES_REFUSED: &[(&str, &str, &str)] = &[("values.json", "333333333.33333329", "333333333.3333333")];

#[test]
fn jcs_samples() {
    let Some(folder) = published("vectors/jcs") else { return };
    let (mut count, mut refused) = (0, 0);
    for entry in fs::read_dir(folder.join("input")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = fs::read_to_string(&path).unwrap();
        if let Some((_, number, spelt)) = SAMPLES_REFUSED.iter().find(|(file, ..)| *file == name) {
            let finding = Document::parse(text.as_bytes(), Limits::BADGE).unwrap_err();
            assert_eq!(finding.code(), Code::JsonNumber, "{name}");
            text = text.replace(number, spelt);
            refused += 1;
        }
        let document = Document::parse(text.as_bytes(), Limits::BADGE).unwrap();
        let expected = fs::read_to_string(folder.join("output").join(&name)).unwrap();
        assert_eq!(document.root().canonical(), expected, "{name}");
        count += 1;
    }
    assert_eq!((count, refused), (6, SAMPLES_REFUSED.len()));
    tell(&format!("JCS: {count} samples, {refused} of them only after a number was spelt exactly"));
}

/// RFC 8785 appendix B's sequence: fixed values, 2,000 in a row from the smallest normal number, then random ones from a
/// chain of SHA-256, each line the bits in hexadecimal and the number. Its digest is published for every power of ten.
#[test]
fn a_million_es6_numbers() {
    let published_digests = [
        (1_000, "be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687"),
        (1_000_000, "49415fee2c56c77864931bd3624faad425c3c577d6d74e89a83bc725506dad16"),
    ];
    let mut digest = Sha256::new();
    let mut line = String::new();
    let mut checked = 0;
    for (index, value) in sequence().take(1_000_000).enumerate() {
        line.clear();
        writeln!(line, "{:x},{}", value.to_bits(), canonical_number(value).unwrap()).unwrap();
        digest.update(&line);
        if let Some((_, expected)) = published_digests.iter().find(|(lines, _)| *lines == index + 1) {
            let found: String = digest.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(found, *expected, "{} lines", index + 1);
            checked += 1;
        }
    }
    assert_eq!(checked, published_digests.len());
    tell("ES6 numbers: the first 1,000,000 of the published sequence, by their SHA-256");
}

fn sequence() -> impl Iterator<Item = f64> {
    let extremes = [0.0, -0.0, f64::from_bits(1), -f64::from_bits(1)];
    let in_a_row = (0..2_000).map(|step| f64::from_bits(f64::MIN_POSITIVE.to_bits() + step));
    let mut block = [0; 32];
    let random = std::iter::repeat_with(move || {
        block = Sha256::digest(block).into();
        block
    });
    let random = random.flat_map(|block| {
        let double = move |at: usize| f64::from_le_bytes(block[at..at + 8].try_into().unwrap());
        [double(0), double(8), double(16), double(24)]
    });
    let random = random.filter(|value| *value != 0.0 && value.is_finite());
    let negative_thirds = THIRDS.iter().map(|third| -third);
    extremes
        .into_iter()
        .chain(negative_thirds)
        .chain(THIRDS.iter().copied())
        .chain(EDGES.iter().copied())
        .chain(in_a_row)
        .chain(random)
}

/// The sequence's fixed values: a third at every power of ten, as rounded by the sequence's authors.
#[rustfmt::skip]
const THIRDS: &[f64] = &[
    3.3333333333333335e21, 3.333333333333333e20, 3.3333333333333336e19, 3.333333333333334e18, 3.333333333333334e17,
    3.333333333333334e16, 3333333333333334.0, 333333333333333.4, 33333333333333.344, 3333333333333.334,
    333333333333.33344, 33333333333.33334, 3333333333.333334, 333333333.3333334, 33333333.333333336,
    3333333.3333333335, 333333.3333333333, 33333.333333333336, 3333.333333333333, 333.3333333333333,
    33.333333333333336, 3.3333333333333335, 0.3333333333333333, 0.03333333333333333, 0.0033333333333333335,
    0.0003333333333333333, 3.3333333333333335e-5, 3.3333333333333333e-6, 3.3333333333333335e-7,
    3.3333333333333334e-8, 3.3333333333333334e-9, 3.333333333333333e-10, 3.3333333333333335e-11,
    3.333333333333333e-12, 3.3333333333333334e-13, 3.3333333333333334e-14, 3.3333333333333332e-15,
    3.333333333333333e-16, 3.3333333333333335e-17, 3.3333333333333333e-18, 3.3333333333333334e-19,
    3.333333333333333e-20, 3.3333333333333333e-21, 3.333333333333333e-22, 3.3333333333333333e-23,
    3.3333333333333334e-24, 3.3333333333333335e-25, 3.333333333333333e-26, 3.333333333333333e-27,
    3.3333333333333338e-28,
];

/// The sequence's fixed values at the edges of rounding and layout.
#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "digits as published")]
const EDGES: &[f64] = &[
    10.0, 5.0, 0.5, 0.05, 0.005, 0.0005, 5e-5, 5e-6, 5e-7, 5e-8, 5e-9, 5.06e-6, 5.006e-6, 5.0006e-6, 5.00006e-6,
    5.000006e-6, 5.0000006e-6, 5.00000006e-6, 5.000000006e-6, 5.0000000006e-6, 5.00000000006e-6, 5.000000000006e-6,
    5.0000000000006e-6, 5.00000000000006e-6, 5.000000000000006e-6, 5e-6, 1.0, -1.0, -0.9999999999999993,
    -0.9999999999999994, 0.9999999999999993, 0.9999999999999994, 0.9999999999999996, 0.9999999999999998,
    -0.9999999999999999, -0.9999999999999999, 0.9999999999999999, 0.9999999999999999, 0.29999999999999993, 0.3,
    0.30000000000000004, 2.2250738585072014e-308, 2.2250738585072e-308, 2.225073858507201e-308,
    1.7976931348623157e308, -1.7976931348623157e308, 9007199254740992.0, -9007199254740992.0, 2.9514790517935283e20,
    9.999999999999997e22, 1e23, 1.0000000000000001e23, 9.999999999999997e20, 9.999999999999999e20, 1e21,
    9.999999999999997e-7, 1e-6, 333333333.3333332, 333333333.33333325, 333333333.3333333, 333333333.3333334,
    333333333.33333343, -3.3333333333333333e-6, 1424953923781206.2,
];
