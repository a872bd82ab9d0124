//! One list that was found genuine, and what it says of a badge.

mod read;

use std::collections::HashMap;
use std::fmt::Write as _;

use taskbadge::badge::{Claims, StatusPurpose};
use taskbadge::finding::{Code, Finding};
use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge::verify::{StatusClaim, StatusPlace, Verifier};

use crate::bits::Bits;
use crate::max_age::MaxAge;

/// A status list whose signature is good, by whom the verifier lets sign lists: what it marks counts, however old or new
/// it is. What it does not mark tells nothing but where [`GenuineList::counts_at`] says so.
///
/// To check badges, give it to [`StatusLists`](crate::StatusLists). Alone it is for whoever keeps lists or hands them on.
#[derive(Debug, Clone)]
pub struct GenuineList {
    address: String,
    issuer: String,
    /// For whose badges it counts: the issuer's own, and those of whoever lets it sign their lists, until the pack ends that
    /// says so.
    speaks_for: Vec<(String, Option<Instant>)>,
    /// How new it has to be, where a trust pack says so.
    floor: Option<Instant>,
    /// Why whoever recognises the issuer proves nothing any more but what was revoked.
    doubt: Option<Code>,
    /// When that pack ends, after which it proves no more than that.
    recognised_until: Option<Instant>,
    purposes: Vec<StatusPurpose>,
    content: Content,
    /// What other editions say is revoked, which this one does not: no later edition takes it back.
    elsewhere: Option<Bits>,
    made: Instant,
    /// The same as a date, since every answer says it.
    date: String,
    valid_until: Option<Instant>,
}

#[derive(Debug, Clone)]
enum Content {
    Bitstring(Bits),
    StatusList2021(Bits),
    /// The ids of the badges that are revoked, with the reasons that are given.
    RevocationList(HashMap<String, Option<String>>),
}

/// Why bytes are no list that counts, and the address that they claim, which nobody has proven.
pub(crate) struct Refused {
    pub(crate) fault: Fault,
    pub(crate) claimed_address: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) finding: Finding,
    /// What a 1EdTech list that is not signed says, for what that is worth.
    unsigned: Option<HashMap<String, Option<String>>>,
}

impl GenuineList {
    /// Reads a list credential that came from anywhere. The verifier says which issuers are recognised, for whom else
    /// they may sign lists, and how new a list has to be.
    ///
    /// A list that has ended is read, too, and so is one that is dated after `at`: what it marks counts.
    ///
    /// # Errors
    /// Why it is none: `status.list-*`.
    pub fn read(verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<Self, Finding> {
        read::list(verifier, bytes, at).map_err(|refused| refused.fault.finding)
    }

    pub(crate) fn offered(verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<Self, Box<Refused>> {
        read::list(verifier, bytes, at)
    }

    /// The address under which badges name it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Who signed it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When its issuer made it, or signed it anew.
    #[must_use]
    pub fn made(&self) -> Instant {
        self.made
    }

    /// Whether it is dated after this instant: then a clock is wrong, the verifier's or the issuer's.
    #[must_use]
    pub fn is_ahead(&self, at: Instant) -> bool {
        self.made > at
    }

    /// Whether it counts at this instant for what it does not mark, whoever's badges it is asked for.
    ///
    /// # Errors
    /// `trust.clock` for a list that is dated later; `status.list-validity` where it has ended; `trust.expired` or
    /// `trust.clock` where that holds for the pack that recognises its issuer; `status.list-rollback` where a pack knows a
    /// newer one.
    pub fn counts_at(&self, at: Instant) -> Result<(), Finding> {
        if self.is_ahead(at) {
            let detail = format!("{at} is before {}, when the status list was made", self.made);
            return Err(Finding::new(Code::TrustClock).because(detail));
        }
        if let Some(end) = self.valid_until.filter(|&end| at >= end) {
            return Err(Finding::new(Code::StatusListValidity).because(format!("it ended {end}")));
        }
        let has_ended = self.recognised_until.is_some_and(|end| at >= end).then_some(Code::TrustExpired);
        if let Some(doubt) = self.doubt.or(has_ended) {
            return Err(self.doubted(doubt));
        }
        match self.floor.filter(|&floor| self.made < floor) {
            Some(floor) if at < floor => {
                let detail = format!("{at} is before {floor}, when a status list was made that the trust pack knows");
                Err(Finding::new(Code::TrustClock).because(detail))
            }
            Some(floor) => Err(Finding::new(Code::StatusListRollback)
                .because(format!("it was made {}, one of {floor} is known", self.made))),
            None => Ok(()),
        }
    }

    /// Whether all that another edition revokes is revoked here, too, as it has to be in a later one (Bitstring Status List
    /// 1.0 section 2.2: a revocation is for good).
    ///
    /// ```
    /// # use taskbadge::badge::StatusPurpose;
    /// # use taskbadge::jsonld::Contexts;
    /// # use taskbadge::key::{Did, SigningKey};
    /// # use taskbadge::proof::ProofOptions;
    /// # use taskbadge::trust::{RecognisedIssuer, Trust};
    /// # use taskbadge::verify::Verifier;
    /// use taskbadge_status::{Bits, GenuineList, StatusList};
    /// # let key = SigningKey::from_seed(&[7; 32]);
    /// # let verifier = Verifier::new(Trust::none().recognise(RecognisedIssuer::did_key(&key.verifying_key())));
    /// # let made = "2026-11-12T06:00:00Z".parse()?;
    /// # let issuer = Did::key(&key.verifying_key()).as_str().parse()?;
    /// # let published = |bits| {
    /// #     let address = "https://centre.example.org/status/1".parse().expect("an IRI");
    /// #     let list = StatusList::new(address, Clone::clone(&issuer), StatusPurpose::Revocation, bits, made);
    /// #     let text = list.sign(&Contexts::builtin(), &key, &ProofOptions::did_key(&key.verifying_key()));
    /// #     GenuineList::read(&verifier, text.expect("it is well formed").as_bytes(), made)
    /// # };
    /// let mut bits = Bits::new();
    /// let clear = published(bits.clone())?;
    /// bits.set(5)?;
    /// let marked = published(bits)?;
    /// assert!(marked.revokes_all_of(&clear) && !clear.revokes_all_of(&marked));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn revokes_all_of(&self, other: &Self) -> bool {
        !other.purposes.contains(&StatusPurpose::Revocation)
            || (self.purposes.contains(&StatusPurpose::Revocation) && self.marks_all_of(other))
    }

    /// Whether nothing is lost when this edition is kept and another is not: all that the other marks is marked here, for
    /// the same purposes. Of a suspension nothing is lost where this edition is the later: it may have been lifted.
    #[must_use]
    pub fn says_all_of(&self, other: &Self) -> bool {
        let may_be_lifted = self.made > other.made && !other.purposes.contains(&StatusPurpose::Revocation);
        may_be_lifted || (self.purposes == other.purposes && self.marks_all_of(other))
    }

    /// Whether it is an edition of the same list: by the same issuer, for one address, of one kind.
    pub(crate) fn is_edition_of(&self, other: &Self) -> bool {
        self.address == other.address && self.issuer == other.issuer && self.content.is_like(&other.content)
    }

    /// Those for whose badges it counts.
    pub(crate) fn speaks_for(&self) -> impl Iterator<Item = &str> {
        self.speaks_for.iter().map(|(id, _)| &**id)
    }

    pub(crate) fn fits(&self, place: StatusPlace) -> bool {
        matches!(
            (&self.content, place),
            (Content::Bitstring(_), StatusPlace::Bitstring(_))
                | (Content::StatusList2021(_), StatusPlace::StatusList2021(_))
                | (Content::RevocationList(_), StatusPlace::RevocationList)
        )
    }

    /// The bits, with the purposes, of a list that has any.
    pub(crate) fn bits(&self) -> Option<(&Bits, &[StatusPurpose])> {
        match &self.content {
            Content::Bitstring(bits) => Some((bits, &self.purposes)),
            _ => None,
        }
    }

    pub(crate) fn valid_until(&self) -> Option<Instant> {
        self.valid_until
    }

    /// How much it takes, as far as it is somebody else's choice.
    pub(crate) fn bytes(&self) -> usize {
        let of_bits = |bits: &Bits| usize::try_from(bits.entries() / 8).unwrap_or(usize::MAX);
        let content = match &self.content {
            Content::Bitstring(bits) | Content::StatusList2021(bits) => of_bits(bits),
            Content::RevocationList(revoked) => {
                revoked.iter().map(|(id, reason)| 128 + id.len() + reason.as_ref().map_or(0, String::len)).sum()
            }
        };
        content + self.elsewhere.as_ref().map_or(0, of_bits)
    }

    /// The newer of two editions, in the place of both: what is revoked in the older is revoked in it.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.made >= other.made { self.after(other) } else { other.after(self) }
    }

    /// What it says of a badge, the decisive first: a revocation, whatever the age of the list; then what keeps the list
    /// from counting; then a suspension; and only then that all is well.
    pub(crate) fn finding(
        &self,
        badge: Claims<'_>,
        issuer: &str,
        entry: &StatusClaim<'_>,
        at: Instant,
        max_age: MaxAge,
    ) -> Finding {
        let words = words(entry.purpose);
        if let StatusPlace::Bitstring(index) | StatusPlace::StatusList2021(index) = entry.place
            && entry.purpose == StatusPurpose::Revocation
            && self.elsewhere.as_ref().and_then(|elsewhere| elsewhere.is_set(index)) == Some(true)
        {
            return Finding::new(Code::StatusRevoked).because("another edition of the list says so");
        }
        if !self.purposes.contains(&entry.purpose) {
            return Finding::new(Code::StatusListPurpose).because(format!("it is not for {}", words.purpose));
        }
        let marked = match self.marks(badge, entry.place) {
            Ok(marked) => marked,
            Err(finding) => return finding,
        };
        let mut told = self.told(if marked.is_some() { words.marked } else { words.clear }, at);
        if let Some(reason) = marked
            && entry.purpose == StatusPurpose::Revocation
        {
            if let Some(reason) = reason {
                told.extend([": ", &Quoted(reason).to_string()]);
            }
            return Finding::new(Code::StatusRevoked).because(told);
        }
        if self.is_ahead(at) && marked.is_some() {
            return Finding::new(Code::StatusSuspended).because(told);
        }
        if let Err(finding) = self.counts_at(at) {
            return match (finding.code(), finding.detail()) {
                (Code::StatusListValidity, Some(detail)) => finding.clone().because(format!("{detail}; {told}")),
                _ => finding,
            };
        }
        let speaks = |(id, end): &(String, Option<Instant>)| id == issuer && end.is_none_or(|end| at < end);
        if !self.speaks_for.iter().any(speaks) {
            return self.doubted(Code::TrustExpired);
        }
        let is_stale = at.unix() - self.made.unix() > max_age.seconds();
        let code = match marked {
            _ if is_stale => Code::StatusStale,
            Some(_) => Code::StatusSuspended,
            None => Code::StatusCurrent,
        };
        Finding::new(code).because(told)
    }

    /// Whether the badge is marked, and for what reason if one is given.
    fn marks(&self, badge: Claims<'_>, place: StatusPlace) -> Result<Option<Option<&str>>, Finding> {
        match (&self.content, place) {
            (Content::Bitstring(bits), StatusPlace::Bitstring(index))
            | (Content::StatusList2021(bits), StatusPlace::StatusList2021(index)) => match bits.is_set(index) {
                Some(set) => Ok(set.then_some(None)),
                None => {
                    let detail = format!("place {index} of a list of {}", bits.entries());
                    Err(Finding::new(Code::StatusIndexRange).because(detail))
                }
            },
            (Content::RevocationList(revoked), _) => {
                let id =
                    badge.id().ok_or_else(|| Finding::new(Code::StatusMalformed).because("the badge has no id"))?;
                Ok(revoked.get(id).map(Option::as_deref))
            }
            _ => Err(Code::StatusListMalformed.into()),
        }
    }

    fn marks_all_of(&self, other: &Self) -> bool {
        match (&self.content, &other.content) {
            (Content::Bitstring(bits), Content::Bitstring(other))
            | (Content::StatusList2021(bits), Content::StatusList2021(other)) => bits.keeps_all_of(other),
            (Content::RevocationList(revoked), Content::RevocationList(other)) => {
                other.keys().all(|id| revoked.contains_key(id))
            }
            _ => false,
        }
    }

    /// This list in the place of an older edition, or of one of the same instant. A revocation is for good (Bitstring Status
    /// List 1.0 section 2.2), so what is revoked there is revoked here.
    fn after(mut self, older: Self) -> Self {
        match (&mut self.content, older.content) {
            (Content::RevocationList(revoked), Content::RevocationList(earlier)) => {
                for (id, reason) in earlier {
                    revoked.entry(id).or_insert(reason);
                }
            }
            (Content::Bitstring(bits), Content::Bitstring(old))
            | (Content::StatusList2021(bits), Content::StatusList2021(old)) => {
                let for_good = |purposes: &[StatusPurpose]| purposes.contains(&StatusPurpose::Revocation);
                // Of two of one instant neither is the later: what either marks is marked.
                if self.made == older.made && self.purposes == older.purposes {
                    bits.unite(&old);
                }
                let old = Some(old).filter(|_| for_good(&older.purposes));
                for revoked in old.into_iter().chain(older.elsewhere) {
                    // An honest issuer's newer list says it all by itself.
                    if for_good(&self.purposes) && bits.keeps_all_of(&revoked) {
                        continue;
                    }
                    match &mut self.elsewhere {
                        Some(elsewhere) => elsewhere.unite(&revoked),
                        None => self.elsewhere = Some(revoked),
                    }
                }
            }
            _ => {}
        }
        self
    }

    fn doubted(&self, code: Code) -> Finding {
        Finding::new(code).because(format!("of the issuer of the status list, {}", Name(&self.issuer)))
    }

    /// Such as `not revoked as of 2026-11-12, 9 days ago`. A person reads it: the age of a list is part of the answer.
    fn told(&self, what: &str, at: Instant) -> String {
        let mut told = String::with_capacity(64);
        told.extend([what, " as of ", &self.date]);
        match at.days_since(self.made) {
            ..=0 => {}
            1 => told.push_str(", 1 day ago"),
            days => write!(told, ", {days} days ago").expect("writing to memory does not fail"),
        }
        told
    }
}

impl Content {
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Fault {
    /// The fault as a badge that names the list meets it.
    pub(crate) fn about(&self, badge: Claims<'_>) -> Finding {
        let Some(unsigned) = &self.unsigned else {
            // The place was one in the list, not in the badge.
            let fault = Finding::new(self.finding.code());
            return self.finding.detail().map(|detail| fault.clone().because(detail)).unwrap_or(fault);
        };
        let detail = match badge.id().and_then(|id| unsigned.get(id)) {
            Some(Some(reason)) => format!("it is not signed; it says that the badge is revoked: {}", Quoted(reason)),
            Some(None) => "it is not signed; it says that the badge is revoked".into(),
            None => "it is not signed".into(),
        };
        Finding::new(Code::StatusListProof).because(detail)
    }
}

impl From<Finding> for Fault {
    fn from(finding: Finding) -> Self {
        Self { finding, unsigned: None }
    }
}

/// How a finding speaks of a purpose.
struct Words {
    purpose: &'static str,
    marked: &'static str,
    clear: &'static str,
}

fn words(purpose: StatusPurpose) -> Words {
    match purpose {
        StatusPurpose::Revocation => Words { purpose: "revocation", marked: "revoked", clear: "not revoked" },
        StatusPurpose::Suspension => Words { purpose: "suspension", marked: "suspended", clear: "not suspended" },
    }
}
