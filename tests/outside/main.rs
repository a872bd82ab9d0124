//! Published vectors and suites. Each test prints its counts; data that is not beside this checkout is skipped, visibly.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod contexts;
mod data_integrity;
mod ed25519;
mod json;
mod openssl_pem;
mod oracle;
mod rdf_canon;
