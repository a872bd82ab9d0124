//! Revocation and suspension: Bitstring Status Lists, made by an issuer and read by a verifier, offline.
//!
//! A badge names a list and a place in it. The issuer publishes the list, signed and dated, and marks the place when it
//! takes the badge back. A verifier that holds the list can tell without asking anybody; how fresh the answer is, is
//! part of the answer. This crate does no I/O, reads no clock and draws no randomness.
//!
//! | to… | start at |
//! |---|---|
//! | check badges against lists | [`StatusLists`] |
//! | keep lists, or hand them on | [`GenuineList`] |
//! | publish a list | [`StatusList`] |
//! | mark and unmark places | [`Bits`] |
//! | find a place for a new badge | [`Allocator`] |
//!
//! ```
//! use std::sync::Arc;
//! use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, StatusEntry, StatusPurpose, Subject};
//! use taskbadge::finding::Code;
//! use taskbadge::jsonld::Contexts;
//! use taskbadge::key::{Did, SigningKey};
//! use taskbadge::proof::ProofOptions;
//! use taskbadge::trust::{RecognisedIssuer, Trust};
//! use taskbadge::verify::Verifier;
//! use taskbadge_status::{Bits, StatusList, StatusLists};
//!
//! // The issuer signs a badge that names place 94567 of its list…
//! let (key, contexts) = (SigningKey::from_seed(&[7; 32]), Contexts::builtin());
//! let options = ProofOptions::did_key(&key.verifying_key());
//! let issuer: Iri = Did::key(&key.verifying_key()).to_string().parse()?;
//! let list: Iri = "https://centre.example.org/status/1".parse()?;
//! let task: Iri = "https://centre.example.org/tasks/forklift-pre-start-check/1".parse()?;
//! let criteria = Criteria::narrative("Checks forks, mast, tyres and brakes before starting, and reports faults.");
//! let achievement = Achievement::new(task, "Forklift pre-start check", "Daily check of a forklift.", criteria);
//! let badge = Badge::new(
//!     "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse()?,
//!     Profile::new(issuer.clone(), "Harbour Training Centre"),
//!     Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse()?, achievement),
//!     "2026-11-01T09:00:00Z".parse()?,
//! );
//! let badge = badge.status(StatusEntry::new(StatusPurpose::Revocation, list.clone(), 94_567));
//! let badge = badge.sign(&contexts, &key, &options)?;
//!
//! // …and publishes the list, in which nothing is marked yet.
//! let made = "2026-11-12T06:00:00Z".parse()?;
//! let published = StatusList::new(list, issuer, StatusPurpose::Revocation, Bits::new(), made);
//! let published = published.sign(&contexts, &key, &options)?;
//!
//! // A verifier that was given both:
//! let at = "2026-11-14T09:00:00Z".parse()?;
//! let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&key.verifying_key())));
//! let mut lists = StatusLists::new();
//! lists.add(&verifier, published.as_bytes(), at)?;
//! let valid = verifier.status(Arc::new(lists)).verify(badge.text().as_bytes(), at)?;
//! let current = valid.findings().iter().find(|finding| finding.code() == Code::StatusCurrent);
//! assert_eq!(current.and_then(|finding| finding.detail()), Some("not revoked as of 2026-11-12, 2 days ago"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allocate;
mod bits;
mod credential;
mod list;
mod lists;
mod max_age;

pub use allocate::{Allocator, NoIndex};
pub use bits::{Bits, LEAST_ENTRIES, MOST_ENTRIES, MOST_PACKED_BYTES, NotABitstring, OutOfRange, WrongLength};
pub use credential::{LIST_LIMITS, StatusList};
pub use list::GenuineList;
pub use lists::StatusLists;
pub use max_age::{MaxAge, NotAMaxAge};

/// The README's program is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
