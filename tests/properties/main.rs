//! Properties that hold for whatever comes in.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod badges;
#[path = "../../fuzz/bodies.rs"]
mod bodies;
mod corpus;
mod json;
mod key;
mod rdf;
mod rewrites;
mod time;
