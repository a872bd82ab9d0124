//! Properties that hold for whatever comes in.

mod key;
mod rdf;
