//! What the test binaries share: where published data lies, and a way to say what was counted or skipped.

pub mod generate;
pub mod rewrite;
pub mod scenario;
pub mod vectors;

use std::io::Write as _;
use std::path::PathBuf;

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file or folder of published test data beside the checkout; where there is none, the test says so and gives up.
#[must_use]
pub fn published(path: &str) -> Option<PathBuf> {
    let found = root().join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    tell(&format!("skipped: {path} is not beside this checkout"));
    None
}

/// A line that is seen although the test passes: the harness holds back only what is printed by macro.
pub fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "  {line}");
}

/// The JSON in a file.
///
/// # Panics
/// Where there is none: a test has nothing to go on.
#[must_use]
pub fn json(path: impl Into<PathBuf>) -> serde_json::Value {
    let path = path.into();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
