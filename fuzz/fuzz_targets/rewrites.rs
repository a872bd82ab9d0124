//! `cargo +nightly fuzz run rewrites`: see `bodies::rewrites`.
#![no_main]
#[path = "../bodies.rs"]
#[allow(dead_code, reason = "each target calls one of them")]
mod bodies;
libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::rewrites(data));
