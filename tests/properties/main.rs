//! Properties that hold for whatever comes in.

mod rdf;
