//! RDF Dataset Canonicalization, RDFC-1.0 (W3C Recommendation of 21 May 2024): one text for all datasets that differ
//! only in the labels of their blank nodes and the order of their quads.
//!
//! Blank nodes whose own quads tell them apart, which is all of them in an ordinary badge, are labelled by one hash
//! each. Only for those that look alike are their neighbours explored, and that exploring is bounded: it is exponential
//! in the worst case, and a file can be built to be the worst case.

use std::cmp::Ordering;
use std::fmt::Write;

use sha2::{Sha256, Sha384};

use super::rdf::{Dataset, Part, Quad, Term};
use crate::finding::{Code, Finding};
use crate::work::Budget;

/// The canonical form of a dataset: RDFC-1.0 section 4.4 (the labels) and section 5 (the text).
///
/// ```
/// use taskbadge::jsonld::rdf::Dataset;
/// use taskbadge::jsonld::rdfc::{Hash, canonicalize};
/// use taskbadge::work::Budget;
/// let dataset = Dataset::parse_nquads(
///     "_:amina <https://schema.org/name> \"Amina\" .\n<urn:badge:1> <https://schema.org/about> _:amina .\n",
/// )?;
/// let canonical = canonicalize(&dataset, Hash::Sha256, &Budget::of_document(0))?;
/// assert_eq!(
///     canonical.nquads(),
///     "<urn:badge:1> <https://schema.org/about> _:c14n0 .\n_:c14n0 <https://schema.org/name> \"Amina\" .\n",
/// );
/// for (label, blank) in dataset.labelled() {
///     assert_eq!((label, canonical.label(blank)), ("amina", Some("c14n0")));
/// }
/// # Ok::<(), taskbadge::finding::Finding>(())
/// ```
///
/// # Errors
///
/// [`Code::ContextTooComplex`] if telling the blank nodes apart takes more than the budget, if they hang together in a chain
/// of more than 256 that look alike, or if the canonical form would be longer than 12.8 MB (RDFC-1.0 section 7.1, dataset
/// poisoning); and [`Code::ContextMalformed`] if a predicate is a blank node.
pub fn canonicalize(dataset: &Dataset, hash: Hash, budget: &Budget) -> Result<Canonical, Finding> {
    let (lines, labels) = canonical_lines(dataset, hash, budget)?;
    Ok(Canonical { nquads: lines.into_text(), labels })
}

/// The lines of the canonical form, for whoever wants no labels.
pub(crate) fn lines(dataset: &Dataset, budget: &Budget) -> Result<Lines, Finding> {
    canonical_lines(dataset, Hash::Sha256, budget).map(|(lines, _)| lines)
}

fn canonical_lines(dataset: &Dataset, hash: Hash, budget: &Budget) -> Result<(Lines, Vec<String>), Finding> {
    if dataset.quads().iter().any(|quad| quad.predicate.blank().is_some()) {
        return Err(Finding::new(Code::ContextMalformed).because("a predicate is a blank node"));
    }
    // Before anything is sorted: comparing long texts is work too.
    let size = size(dataset);
    if size > BYTES_MAX {
        return Err(Finding::new(Code::ContextTooComplex).because(TOO_LONG));
    }
    budget.spend(size)?;
    let labels = Labelling::new(dataset, hash, budget).run()?;
    let lines = Lines::of(dataset, &labels, size, budget);
    budget.spend(0)?;
    Ok((lines, labels))
}

/// How long a canonical form may be. A long identifier is repeated in every quad that it is the subject of, so a small
/// file can stand for a vast text; no badge comes to this unless it is made for it.
pub(super) const BYTES_MAX: u64 = 12_800_000;
pub(super) const TOO_LONG: &str = "the canonical form would be longer than 12.8 MB";

/// The hash that tells blank nodes apart (RDFC-1.0 section 4.1); it does not hash the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256, the default of the standard and what `eddsa-rdfc-2022` uses.
    Sha256,
    /// SHA-384.
    Sha384,
}

/// A dataset in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canonical {
    nquads: String,
    /// `_:c14nN` for each blank node, by its number; empty for one that is in no quad.
    labels: Vec<String>,
}

impl Canonical {
    /// The serialised canonical form: canonical N-Quads, one to a line, sorted by code point (RDFC-1.0 section 5).
    #[must_use]
    pub fn nquads(&self) -> &str {
        &self.nquads
    }

    /// The serialised canonical form, to keep.
    #[must_use]
    pub fn into_nquads(self) -> String {
        self.nquads
    }

    /// The canonical label, such as `c14n0`, of a blank node of the dataset (the issued identifiers map of RDFC-1.0
    /// section 4.2). None if it is in no quad, or no blank node.
    #[must_use]
    pub fn label(&self, blank: Term) -> Option<&str> {
        self.labels.get(blank.blank()?)?.strip_prefix("_:")
    }
}

/// About how many bytes the canonical form has, repetitions counted. It may be more than memory holds.
fn size(dataset: &Dataset) -> u64 {
    let length = |term| match dataset.part(term) {
        Part::Text(text) => text.len() as u64 + 1,
        Part::Blank(_) => "_:c14n000 ".len() as u64,
    };
    dataset.quads().iter().map(|quad| 2 + terms(quad).map(length).sum::<u64>()).sum()
}

/// RDFC-1.0 section 5: every quad in canonical N-Quads, without repetitions, in code point order.
pub(crate) struct Lines {
    text: String,
    lines: Vec<(u32, u32)>,
}

impl Lines {
    fn of(dataset: &Dataset, labels: &[String], size: u64, budget: &Budget) -> Self {
        let mut text = String::with_capacity(usize::try_from(size).unwrap_or_default());
        let mut lines = Vec::with_capacity(dataset.len());
        for quad in dataset.quads() {
            let start = text.len();
            push_line(&mut text, dataset, quad, |number| labels.get(number).map_or("", String::as_str));
            // No longer than 12.8 MB.
            lines.push((start as u32, text.len() as u32));
        }
        let line = |&(start, end): &(u32, u32)| &text[start as usize..end as usize];
        // The order of UTF-8 bytes is the order of code points.
        lines.sort_unstable_by(|a, b| {
            budget.compare(line(a), line(b));
            line(a).cmp(line(b))
        });
        lines.dedup_by(|a, b| line(a) == line(b));
        Self { text, lines }
    }

    /// The SHA-256 of the canonical form, without making a copy of it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        hashed::<Sha256>(self.iter()).into()
    }

    pub(crate) fn into_text(self) -> String {
        let mut text = String::with_capacity(self.text.len());
        text.extend(self.iter());
        text
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|&(start, end)| &self.text[start as usize..end as usize])
    }
}

/// Writes a quad in canonical N-Quads (RDFC-1.0 appendix A).
fn push_line<'a>(out: &mut String, dataset: &Dataset, quad: &Quad, label: impl Fn(usize) -> &'a str) {
    for term in terms(quad) {
        match dataset.part(term) {
            Part::Text(text) => out.push_str(text),
            Part::Blank(number) => out.push_str(label(number)),
        }
        out.push(' ');
    }
    out.push_str(".\n");
}

fn terms(quad: &Quad) -> impl Iterator<Item = Term> + use<> {
    [Some(quad.subject), Some(quad.predicate), Some(quad.object), quad.graph].into_iter().flatten()
}

/// How deep the exploring goes from neighbour to neighbour. A chain of this many blank nodes that look alike is no
/// badge, and the stack of a browser has to hold it.
const DEPTH: usize = 256;

/// The canonicalization state (RDFC-1.0 section 4.2) and what is left of the work.
struct Labelling<'a> {
    dataset: &'a Dataset,
    hash: Hash,
    budget: &'a Budget,
    /// The quads with blank nodes, each once.
    quads: Vec<Quad>,
    /// The blank node to quads map: pairs of a blank node and a position in `quads`, sorted.
    mentions: Vec<(usize, usize)>,
    /// The first degree hash of each blank node, by its number.
    first: Vec<Digest>,
    /// The canonical issuer: the number that each blank node was issued, by its own number.
    issued: Vec<Option<usize>>,
    next: usize,
}

impl<'a> Labelling<'a> {
    /// Steps 1 and 2 of RDFC-1.0 section 4.4.3.
    fn new(dataset: &'a Dataset, hash: Hash, budget: &'a Budget) -> Self {
        let blanks = |quad: &Quad| neighbours(quad).map(|(_, number)| number);
        let mut quads: Vec<_> = dataset.quads().iter().filter(|quad| blanks(quad).next().is_some()).copied().collect();
        let parts = |quad: &Quad| {
            let [subject, predicate, object] =
                [quad.subject, quad.predicate, quad.object].map(|term| dataset.part(term));
            (subject, predicate, object, quad.graph.map(|term| dataset.part(term)))
        };
        // Hashes are over sets of quads, so repetitions have to go before.
        quads.sort_unstable_by(|a, b| {
            // Most have something in common at the beginning only.
            let [(s, p, o, g), (t, q, r, h)] = [parts(a), parts(b)];
            let compare = |a: Part<'_>, b: Part<'_>| {
                budget.note(Budget::COMPARISON + a.len().min(b.len()) / 64);
                a.cmp(&b)
            };
            let graphs = || match (g, h) {
                (Some(g), Some(h)) => compare(g, h),
                _ => g.cmp(&h),
            };
            compare(s, t).then_with(|| compare(p, q)).then_with(|| compare(o, r)).then_with(graphs)
        });
        quads.dedup_by(|a, b| parts(a) == parts(b));
        let mut mentions: Vec<_> =
            quads.iter().enumerate().flat_map(|(at, quad)| blanks(quad).map(move |number| (number, at))).collect();
        budget.sort(mentions.len());
        mentions.sort_unstable();
        // A quad may mention a blank node twice.
        mentions.dedup();
        Self {
            dataset,
            hash,
            budget,
            quads,
            mentions,
            first: vec![Digest::default(); dataset.blanks()],
            issued: vec![None; dataset.blanks()],
            next: 0,
        }
    }

    /// Steps 3 to 5 of RDFC-1.0 section 4.4.3: the canonical label of each blank node.
    fn run(mut self) -> Result<Vec<String>, Finding> {
        let mut hashed = self.first_degree()?;
        self.budget.sort(hashed.len());
        hashed.sort_unstable();
        let alike = |a: &(Digest, usize), b: &(Digest, usize)| a.0 == b.0;
        for group in hashed.chunk_by(alike) {
            if let [(_, number)] = group {
                self.issue(*number);
            }
        }
        for group in hashed.chunk_by(alike).filter(|group| group.len() > 1) {
            let mut results = Vec::new();
            for &(_, number) in group {
                if self.issued[number].is_none() {
                    results.push(self.n_degree(number, Issuer { order: vec![number] }, 0)?);
                }
            }
            // Results with equal hashes stand for blank nodes that can be exchanged; their order is of no account. (But
            // for blank nodes that differ only in which graph says what: there the standard leaves the order open.)
            self.budget.sort(results.len());
            results.sort_by_key(|(digest, _)| *digest);
            for (_, issuer) in results {
                for number in issuer.order {
                    self.issue(number);
                }
            }
        }
        Ok(self.issued.into_iter().map(|issued| issued.map_or_else(String::new, |n| format!("_:c14n{n}"))).collect())
    }

    /// Hash First Degree Quads (RDFC-1.0 section 4.6.3) for every blank node that is in a quad.
    fn first_degree(&mut self) -> Result<Vec<(Digest, usize)>, Finding> {
        let mut hashed = Vec::new();
        let mut text = String::new();
        let mut ends = Vec::new();
        for mentions in self.mentions.chunk_by(|a, b| a.0 == b.0) {
            let number = mentions[0].0;
            text.clear();
            ends.clear();
            for &(_, at) in mentions {
                let start = text.len();
                let label = |other| if other == number { "_:a" } else { "_:z" };
                push_line(&mut text, self.dataset, &self.quads[at], label);
                ends.push((start, text.len()));
            }
            self.budget.spend(Budget::HASH + text.len() as u64)?;
            ends.sort_unstable_by(|a, b| {
                let [a, b] = [&text[a.0..a.1], &text[b.0..b.1]];
                self.budget.compare(a, b);
                a.cmp(b)
            });
            let digest = self.hash.digest(ends.iter().map(|&(start, end)| &text[start..end]));
            self.first[number] = digest;
            hashed.push((digest, number));
        }
        Ok(hashed)
    }

    /// Hash N-Degree Quads (RDFC-1.0 section 4.8.3).
    fn n_degree(&mut self, number: usize, mut issuer: Issuer, depth: usize) -> Result<(Digest, Issuer), Finding> {
        if depth == DEPTH {
            return Err(self.too_complex());
        }
        let mut related = self.related(number, &issuer)?;
        self.budget.sort(related.len());
        related.sort_unstable();
        let mut data = String::new();
        for group in related.chunk_by(|a, b| a.0 == b.0) {
            self.hash.push_hex(&mut data, &group[0].0);
            // A blank node stands here once for every mention. In sorted order, so that each permutation comes once.
            let mut order: Vec<_> = group.iter().map(|&(_, number)| number).collect();
            let mut chosen: Option<(String, Issuer)> = None;
            loop {
                let shortest = chosen.as_ref().map(|(path, _)| path.as_str());
                if let Some(better) = self.path(&order, &issuer, shortest, depth)? {
                    chosen = Some(better);
                }
                if !next_permutation(&mut order) {
                    break;
                }
            }
            if let Some((path, chosen)) = chosen {
                data.push_str(&path);
                issuer = chosen;
            }
        }
        self.budget.spend(Budget::HASH + data.len() as u64)?;
        Ok((self.hash.digest([data.as_str()]), issuer))
    }

    /// Step 3 of Hash N-Degree Quads, with Hash Related Blank Node (RDFC-1.0 section 4.7.3): every mention of another
    /// blank node beside this one, and its hash.
    fn related(&mut self, number: usize, issuer: &Issuer) -> Result<Vec<(Digest, usize)>, Finding> {
        let start = self.mentions.partition_point(|mention| mention.0 < number);
        let end = self.mentions.partition_point(|mention| mention.0 <= number);
        self.budget.spend(Budget::HASH * (end - start) as u64)?;
        let mut related = Vec::new();
        let mut input = String::new();
        for mention in start..end {
            let quad = self.quads[self.mentions[mention].1];
            for (position, other) in neighbours(&quad).filter(|(_, other)| *other != number) {
                input.clear();
                input.push(position);
                if let (Part::Text(predicate), 's' | 'o') = (self.dataset.part(quad.predicate), position) {
                    input.push_str(predicate);
                }
                if !self.push_issued(&mut input, other, issuer) {
                    self.hash.push_hex(&mut input, &self.first[other]);
                }
                // Long predicates take longer to hash, and long lists of issued identifiers to search.
                self.budget.spend(Budget::HASH + (input.len() + issuer.order.len()) as u64)?;
                related.push((self.hash.digest([input.as_str()]), other));
            }
        }
        Ok(related)
    }

    /// Steps 5.4.1 to 5.4.6 of Hash N-Degree Quads: the path of one permutation, unless one that was found is better.
    fn path(
        &mut self,
        order: &[usize],
        issuer: &Issuer,
        shortest: Option<&str>,
        depth: usize,
    ) -> Result<Option<(String, Issuer)>, Finding> {
        let budget = self.budget;
        let worse = |path: &str| {
            let longer = shortest.filter(|shortest| path.len() >= shortest.len());
            longer.is_some_and(|shortest| {
                budget.compare(path, shortest);
                path > shortest
            })
        };
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        for &number in order {
            self.budget.spend(Budget::HASH + issuer.order.len() as u64)?;
            if !self.push_issued(&mut path, number, &issuer) {
                recursion.push((number, issuer.order.len()));
                push_temporary(&mut path, issuer.order.len());
                issuer.order.push(number);
            }
            if worse(&path) {
                return Ok(None);
            }
        }
        for (number, temporary) in recursion {
            let (digest, result) = self.n_degree(number, issuer, depth + 1)?;
            issuer = result;
            push_temporary(&mut path, temporary);
            path.push('<');
            self.hash.push_hex(&mut path, &digest);
            path.push('>');
            if worse(&path) {
                return Ok(None);
            }
        }
        Ok(shortest.is_none_or(|shortest| path.as_str() < shortest).then_some((path, issuer)))
    }

    /// Writes the identifier of a blank node, the canonical one before the temporary one. False if it has neither.
    fn push_issued(&self, out: &mut String, number: usize, issuer: &Issuer) -> bool {
        if let Some(issued) = self.issued[number] {
            // Writing to a string cannot fail, here and below.
            let _ = write!(out, "_:c14n{issued}");
        } else if let Some(temporary) = issuer.order.iter().position(|other| *other == number) {
            push_temporary(out, temporary);
        } else {
            return false;
        }
        true
    }

    /// Issue Identifier (RDFC-1.0 section 4.5.2) with the canonical issuer.
    fn issue(&mut self, number: usize) {
        if self.issued[number].is_none() {
            self.issued[number] = Some(self.next);
            self.next += 1;
        }
    }

    fn too_complex(&self) -> Finding {
        Finding::new(Code::ContextTooComplex).because(format!("more than {DEPTH} blank nodes in a chain look alike"))
    }
}

/// A temporary issuer (RDFC-1.0 section 4.3) with the prefix `b`: blank nodes in the order in which they were issued.
#[derive(Clone)]
struct Issuer {
    order: Vec<usize>,
}

fn push_temporary(out: &mut String, number: usize) {
    let _ = write!(out, "_:b{number}");
}

/// The blank nodes of a quad and their positions (RDFC-1.0 section 4.7): subject, object, graph name.
fn neighbours(quad: &Quad) -> impl Iterator<Item = (char, usize)> + use<> {
    let terms = [('s', Some(quad.subject)), ('o', Some(quad.object)), ('g', quad.graph)];
    terms.into_iter().filter_map(|(position, term)| Some((position, term?.blank()?)))
}

/// Rearranges to the next permutation in lexicographic order; false after the last. Equal items are not exchanged.
fn next_permutation(items: &mut [usize]) -> bool {
    let Some(pivot) = items.windows(2).rposition(|pair| pair[0].cmp(&pair[1]) == Ordering::Less) else {
        return false;
    };
    let successor = items.iter().rposition(|item| *item > items[pivot]).unwrap_or(pivot);
    items.swap(pivot, successor);
    items[pivot + 1..].reverse();
    true
}

/// A hash value; SHA-256 leaves the end zero. The order of the bytes is the order of their hexadecimal text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Digest([u8; 48]);

impl Default for Digest {
    fn default() -> Self {
        Self([0; 48])
    }
}

impl Hash {
    fn digest<'a>(self, pieces: impl IntoIterator<Item = &'a str>) -> Digest {
        let mut digest = Digest::default();
        match self {
            Self::Sha256 => digest.0[..32].copy_from_slice(&hashed::<Sha256>(pieces)),
            Self::Sha384 => digest.0.copy_from_slice(&hashed::<Sha384>(pieces)),
        }
        digest
    }

    /// Writes the hash value in lower-case hexadecimal.
    fn push_hex(self, out: &mut String, digest: &Digest) {
        let length = match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        };
        for byte in &digest.0[..length] {
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
            }
        }
    }
}

fn hashed<'a, D: sha2::Digest>(pieces: impl IntoIterator<Item = &'a str>) -> sha2::digest::Output<D> {
    let mut hasher = D::new();
    for piece in pieces {
        hasher.update(piece.as_bytes());
    }
    hasher.finalize()
}
