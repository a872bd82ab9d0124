//! The verifier's dependency tree stays small, and nothing that reaches out of the process is in it.

use std::collections::BTreeSet;
use std::process::Command;

use taskbadge_tests::{root, tell};

const MOST_PACKAGES: usize = 60;

/// Network, runtimes, databases and foreign cryptography: never in what an employer runs.
const BANNED: &[&str] = &[
    "actix",
    "async-std",
    "aws-lc",
    "curl",
    "h2",
    "http",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "native-tls",
    "openssl",
    "postgres",
    "quinn",
    "reqwest",
    "ring",
    "rusqlite",
    "rustls",
    "smol",
    "socket2",
    "sqlx",
    "ssi",
    "tokio",
    "ureq",
    "wasm-bindgen-futures",
    "getrandom",
];

#[test]
fn the_verifier_stands_on_little() {
    let cargo = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "-p", "taskbadge", "-e", "normal", "--prefix", "none"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let text = String::from_utf8(cargo.stdout).unwrap();
    let packages: BTreeSet<_> =
        text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
    assert!(packages.len() > 5 && packages.len() < MOST_PACKAGES, "{} packages: {packages:#?}", packages.len());
    for package in &packages {
        let name = package.split(' ').next().unwrap_or_default();
        let banned = BANNED.iter().find(|banned| name == **banned || name.starts_with(&format!("{banned}-")));
        assert!(banned.is_none(), "{package} does not belong in a verifier");
    }
    tell(&format!("dependency tree of the verifier: {} packages, fewer than {MOST_PACKAGES}", packages.len()));
}
