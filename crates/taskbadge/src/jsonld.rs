//! JSON-LD in a closed world: contexts as term tables, expansion to quads, and their canonical form.
//!
//! A badge is JSON, and it is also a set of RDF statements: `eddsa-rdfc-2022` signs the latter. This module makes the
//! statements and writes them in the one order of RDFC-1.0. It knows the contexts that Open Badges need and those a
//! caller adds as bytes; it fetches nothing, and what it does not know it refuses.

mod context;
mod expand;
mod iri;
pub mod rdf;
pub mod rdfc;

pub use context::{CREDENTIALS_V2, Contexts, OPEN_BADGES_3_0_3};
pub(crate) use expand::{ByVocab, Subject, Unwritten, expand};
pub(crate) use iri::is_absolute as is_absolute_iri;

use crate::finding::Finding;
use crate::json::{Document, Value};
use crate::work::Budget;

/// The RDF statements of a JSON-LD document.
///
/// ```
/// use taskbadge::json::{Document, Limits};
/// use taskbadge::jsonld::{Contexts, rdfc, to_dataset};
/// use taskbadge::work::Budget;
/// let document = Document::parse(br#"{
///     "@context": "https://www.w3.org/ns/credentials/v2",
///     "id": "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa",
///     "name": "Forklift pre-start check"
/// }"#, taskbadge::json::Limits::BADGE)?;
/// let dataset = to_dataset(&Contexts::builtin(), &document)?;
/// let budget = Budget::of_document(document.text().len());
/// let canonical = rdfc::canonicalize(&dataset, rdfc::Hash::Sha256, &budget)?;
/// assert_eq!(canonical.nquads(), "<urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa> <https://schema.org/name> \
///     \"Forklift pre-start check\" .\n");
/// # Ok::<(), taskbadge::finding::Finding>(())
/// ```
///
/// # Errors
/// `json.not-object`; `context.*` where the document names an unknown context, uses a term that none defines or a
/// feature that is not supported, or has data that its statements would lose. Each with a pointer.
pub fn to_dataset(contexts: &Contexts, document: &Document) -> Result<rdf::Dataset, Finding> {
    let object = document.object()?;
    let context = object.get("@context").unwrap_or(Value::Null);
    let subject = Subject { object, context, replaced: ("@context", &[]), pointer: "", edition: 0 };
    let budget = Budget::of_document(document.text().len());
    Ok(expand(contexts, subject, rdf::Dataset::default(), &budget)?.0)
}
