//! The ledger, on both databases. Where PostgreSQL is not installed, its half is skipped, and says so.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod child;
mod crowd;
mod desk;
mod files;
mod kills;
mod model;
mod place;
#[path = "../process/mod.rs"]
mod process;
mod restored;
mod story;
mod tampering;
