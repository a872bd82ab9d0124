//! Published vectors and suites. Each test prints its counts; data that is not beside this checkout is skipped, visibly.

mod contexts;
mod data_integrity;
mod json;
mod rdf_canon;
