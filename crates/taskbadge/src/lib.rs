//! Issue and verify task-level badges that any employer can check, offline.
//!
//! A badge is an Open Badges 3.0 credential (a W3C Verifiable Credential 2.0) with an Ed25519 Data Integrity proof.
//! This crate makes them and checks them. It does no I/O and reads no clock: bytes, time and trust are parameters.
//!
//! | to… | start at |
//! |---|---|
//! | verify a badge | [`verify::Verifier`] |
//! | say whom to recognise | [`trust::Trust`] |
//! | build and sign a badge | [`badge::Badge`] |
//! | read or make keys and DIDs | [`key`] |
//! | look at one step | [`proof::HashData`], [`jsonld::to_dataset`], [`json::Document`] |
//!
//! Modules import only from modules of an earlier group: [`shown`], [`time`]; [`finding`]; [`work`]; [`json`]; [`key`], [`jsonld`];
//! [`proof`]; [`badge`]; [`trust`]; [`verify`].

pub mod shown;
pub mod time;

pub mod finding;

pub mod work;

pub mod json;

pub mod jsonld;
pub mod key;

pub mod proof;

pub mod badge;

pub mod trust;

pub mod verify;
