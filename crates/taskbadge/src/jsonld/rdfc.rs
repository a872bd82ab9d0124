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

/// The canonical form of a dataset: RDFC-1.0 section 4.4 (the labels) and section 5 (the text).
///
/// ```
/// use taskbadge::jsonld::rdf::Dataset;
/// use taskbadge::jsonld::rdfc::{Hash, Work, canonicalize};
/// let dataset = Dataset::parse_nquads(
///     "_:amina <https://schema.org/name> \"Amina\" .\n<urn:badge:1> <https://schema.org/about> _:amina .\n",
/// )?;
/// let canonical = canonicalize(&dataset, Hash::Sha256, Work::default())?;
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
/// [`Code::ContextTooComplex`] if telling the blank nodes apart takes more than the allowed work, and
/// [`Code::ContextMalformed`] if a predicate is a blank node.
pub fn canonicalize(dataset: &Dataset, hash: Hash, work: Work) -> Result<Canonical, Finding> {
    if dataset.quads().iter().any(|quad| quad.predicate.blank().is_some()) {
        return Err(Finding::new(Code::ContextMalformed).because("a predicate is a blank node"));
    }
    let size = size(dataset);
    // Before anything is sorted: comparing long texts is work too.
    if size.div_ceil(64) > work.steps {
        return Err(Code::ContextTooComplex.into());
    }
    let mut labelling = Labelling::new(dataset, hash, work);
    labelling.spend(size.div_ceil(64))?;
    let labels = labelling.run()?;
    Ok(Canonical { nquads: serialize(dataset, &labels, size), labels })
}

/// The hash that tells blank nodes apart (RDFC-1.0 section 4.1); it does not hash the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256, the default of the standard and what `eddsa-rdfc-2022` uses.
    Sha256,
    /// SHA-384.
    Sha384,
}

/// How much work a dataset may take before it counts as poisoned (RDFC-1.0 section 7.1).
///
/// A step is about one short hash. Every 64 bytes of canonical form are one: a long identifier is repeated in every
/// quad that it is the subject of, so a small file can stand for a vast text. Blank nodes that one hash tells apart,
/// and in an ordinary badge that is all of them, need no more. When the neighbours of a blank node have to be explored,
/// each quad looked at and each neighbour hashed or placed in a path is a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    steps: u64,
}

impl Work {
    /// What a badge may take, and the default.
    ///
    /// An ordinary badge of 56 quads takes some 150 steps. The hardest graphs of the W3C test suite that have to be
    /// canonicalised (tests 044 to 046, twelve blank nodes that all look alike) take 12,200. This allows sixteen times
    /// that, or 12 MB of canonical form, which no badge comes to unless it is made for it; and the poisoned graph of
    /// test 074 is refused within some 15 ms.
    pub const BADGE: Self = Self::steps(200_000);

    /// So many steps.
    #[must_use]
    pub const fn steps(steps: u64) -> Self {
        Self { steps }
    }
}

impl Default for Work {
    fn default() -> Self {
        Self::BADGE
    }
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
fn serialize(dataset: &Dataset, labels: &[String], size: u64) -> String {
    let mut text = String::with_capacity(usize::try_from(size).unwrap_or_default());
    let mut lines = Vec::with_capacity(dataset.len());
    for quad in dataset.quads() {
        let start = text.len();
        push_line(&mut text, dataset, quad, |number| labels.get(number).map_or("", String::as_str));
        lines.push(start..text.len());
    }
    let mut lines: Vec<&str> = lines.into_iter().map(|line| &text[line]).collect();
    // The order of UTF-8 bytes is the order of code points.
    lines.sort_unstable();
    lines.dedup();
    lines.concat()
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
    allowed: Work,
    left: u64,
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
    fn new(dataset: &'a Dataset, hash: Hash, allowed: Work) -> Self {
        let blanks = |quad: &Quad| neighbours(quad).map(|(_, number)| number);
        let mut quads: Vec<_> = dataset.quads().iter().filter(|quad| blanks(quad).next().is_some()).copied().collect();
        let parts = |quad: &Quad| {
            let [subject, predicate, object] =
                [quad.subject, quad.predicate, quad.object].map(|term| dataset.part(term));
            (subject, predicate, object, quad.graph.map(|term| dataset.part(term)))
        };
        // Hashes are over sets of quads, so repetitions have to go before.
        quads.sort_unstable_by(|a, b| parts(a).cmp(&parts(b)));
        quads.dedup_by(|a, b| parts(a) == parts(b));
        let mut mentions: Vec<_> =
            quads.iter().enumerate().flat_map(|(at, quad)| blanks(quad).map(move |number| (number, at))).collect();
        mentions.sort_unstable();
        // A quad may mention a blank node twice.
        mentions.dedup();
        Self {
            dataset,
            hash,
            allowed,
            left: allowed.steps,
            quads,
            mentions,
            first: vec![Digest::default(); dataset.blanks()],
            issued: vec![None; dataset.blanks()],
            next: 0,
        }
    }

    /// Steps 3 to 5 of RDFC-1.0 section 4.4.3: the canonical label of each blank node.
    fn run(mut self) -> Result<Vec<String>, Finding> {
        let mut hashed = self.first_degree();
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
    fn first_degree(&mut self) -> Vec<(Digest, usize)> {
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
            ends.sort_unstable_by(|a, b| text[a.0..a.1].cmp(&text[b.0..b.1]));
            let digest = self.hash.digest(ends.iter().map(|&(start, end)| &text[start..end]));
            self.first[number] = digest;
            hashed.push((digest, number));
        }
        hashed
    }

    /// Hash N-Degree Quads (RDFC-1.0 section 4.8.3).
    fn n_degree(&mut self, number: usize, mut issuer: Issuer, depth: usize) -> Result<(Digest, Issuer), Finding> {
        if depth == DEPTH {
            return Err(self.too_complex());
        }
        let mut related = self.related(number, &issuer)?;
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
        self.spend(blocks(data.len()))?;
        Ok((self.hash.digest([data.as_str()]), issuer))
    }

    /// Step 3 of Hash N-Degree Quads, with Hash Related Blank Node (RDFC-1.0 section 4.7.3): every mention of another
    /// blank node beside this one, and its hash.
    fn related(&mut self, number: usize, issuer: &Issuer) -> Result<Vec<(Digest, usize)>, Finding> {
        let start = self.mentions.partition_point(|mention| mention.0 < number);
        let end = self.mentions.partition_point(|mention| mention.0 <= number);
        self.spend((end - start) as u64)?;
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
                self.spend(1 + blocks(input.len()) + blocks(issuer.order.len()))?;
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
        let worse = |path: &str| shortest.is_some_and(|shortest| path.len() >= shortest.len() && path > shortest);
        let mut issuer = issuer.clone();
        let mut path = String::new();
        let mut recursion = Vec::new();
        for &number in order {
            self.spend(1 + blocks(issuer.order.len()))?;
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

    fn spend(&mut self, steps: u64) -> Result<(), Finding> {
        self.left = self.left.checked_sub(steps).ok_or_else(|| self.too_complex())?;
        Ok(())
    }

    fn too_complex(&self) -> Finding {
        Finding::new(Code::ContextTooComplex)
            .because(format!("more than {} steps or {DEPTH} levels of blank nodes that look alike", self.allowed.steps))
    }
}

/// A temporary issuer (RDFC-1.0 section 4.3) with the prefix `b`: blank nodes in the order in which they were issued.
#[derive(Clone)]
struct Issuer {
    order: Vec<usize>,
}

/// Whole blocks of 64, for what is cheap until it is long.
fn blocks(length: usize) -> u64 {
    length as u64 / 64
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
