//! stub
pub mod finding; pub mod json; pub mod time;
