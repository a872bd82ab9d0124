//! Published vectors and suites. Each test prints its counts; data that is not beside this checkout is skipped, visibly.

mod contexts;
mod data_integrity;
mod ed25519;
mod json;
mod openssl_pem;
mod rdf_canon;
