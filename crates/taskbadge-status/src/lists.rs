//! The lists that a verifier holds, and what they say of a badge.

mod read;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use taskbadge::badge::{Claims, StatusPurpose};
use taskbadge::finding::{Code, Finding};
use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge::verify::{StatusAnswer, StatusClaim, StatusPlace, StatusSource, Verifier};

use crate::bits::Bits;

/// Status lists that were read and found genuine, by their addresses.
///
/// A list counts for a badge where its own proof is good, its `id` is the URL in the badge's entry, its purpose fits,
/// its issuer may speak for the badge's issuer, and the instant of the check is inside its validity and not too long
/// after it was made. A place that is marked as revoked decides whatever the age of the list; one that is not marked
/// tells nothing unless all of this holds.
///
/// Whoever feeds a verifier broken, foreign or old lists can make it say "cannot tell", and nothing else: a list that
/// does not count is no better than none, and the finding says what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct StatusLists {
    /// By address; several where several issuers claim it.
    lists: HashMap<String, Vec<List>>,
    /// Why a list that was offered for an address does not count.
    faults: HashMap<String, Fault>,
    max_age: MaxAge,
    /// How much the lists of each issuer take.
    bytes: HashMap<String, usize>,
    /// The addresses of lists for which there was no room.
    left_out: HashSet<String>,
}

/// A genuine list.
#[derive(Debug, Clone)]
struct List {
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
    /// What earlier editions say is revoked, which no later edition takes back.
    earlier: Option<Bits>,
    /// When the issuer made it.
    as_of: Instant,
    /// The same as a date, since every answer says it.
    date: String,
    valid_from: Option<Instant>,
    valid_until: Option<Instant>,
}

#[derive(Debug, Clone)]
enum Content {
    Bitstring(Bits),
    StatusList2021(Bits),
    /// The ids of the badges that are revoked, with the reasons that are given.
    RevocationList(HashMap<String, Option<String>>),
}

#[derive(Debug, Clone)]
struct Fault {
    finding: Finding,
    /// What a 1EdTech list that is not signed says, for what that is worth.
    unsigned: Option<HashMap<String, Option<String>>>,
}

impl StatusLists {
    /// How much the lists of one issuer may take, unpacked: a centre that is recognised for nothing but forklifts can sign
    /// lists of the largest size at as many addresses as it likes, each of which packs into next to nothing. All together
    /// they may take eight times as much.
    pub const BYTES_MAX: usize = 64 << 20;

    /// No lists yet, none of which may be older than seven days.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same lists, relied on for so long.
    #[must_use]
    pub fn max_age(mut self, max_age: MaxAge) -> Self {
        self.max_age = max_age;
        self
    }

    /// Reads a list credential that came from anywhere. The verifier says which issuers are recognised, for whom else
    /// they may sign lists, and how new a list has to be: what its trust says now holds for the list from then on. Gives
    /// the address under which badges name the list.
    ///
    /// A newer edition takes the place of an older one; of an older one only the revocations count. A list that has
    /// ended is taken too, since what it says is revoked stays so.
    ///
    /// # Errors
    /// Why the list does not count, `status.list-*`. It is remembered, so that a badge that names the list gets the
    /// same finding. `status.list-too-large` where the lists of its issuer take [`StatusLists::BYTES_MAX`] already: then
    /// nothing at this address counts but revocations.
    pub fn add(&mut self, verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<String, Finding> {
        match read::list(verifier, bytes, at) {
            Ok((id, list)) => {
                self.hold(&id, list)?;
                Ok(id)
            }
            Err(refused) => {
                let finding = refused.fault.finding.clone();
                if let Some(id) = refused.claimed_id {
                    self.faults.insert(id, refused.fault);
                }
                Err(finding)
            }
        }
    }

    /// Reads what was retrieved from an address, which has to be the list of that address.
    ///
    /// # Errors
    /// As [`StatusLists::add`]; `status.list-url` for the list of another address. The fault is remembered for this
    /// address.
    pub fn add_from(&mut self, url: &str, verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<(), Finding> {
        let fault = match read::list(verifier, bytes, at) {
            Ok((id, list)) if id == url => return self.hold(&id, list),
            Ok((id, _)) => Fault::from(Finding::new(Code::StatusListUrl).at("/id").because(Name(&id).to_string())),
            Err(refused) => refused.fault,
        };
        let finding = fault.finding.clone();
        self.faults.insert(url.into(), fault);
        Err(finding)
    }

    /// The addresses of the lists that are held, in no order.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.lists.keys().map(String::as_str)
    }

    /// What the list at an address by an issuer says, with its purposes: for whoever publishes it anew and must not lose
    /// a revocation. What a badge's entry means is for a [`Verifier`] to say, not for these bits.
    #[must_use]
    pub fn bits(&self, address: &str, issuer: &str) -> Option<(&Bits, &[StatusPurpose])> {
        let list = self.lists.get(address)?.iter().find(|list| list.issuer == issuer)?;
        match &list.content {
            Content::Bitstring(bits) => Some((bits, &list.purposes)),
            _ => None,
        }
    }

    fn hold(&mut self, id: &str, list: List) -> Result<(), Finding> {
        let same = |held: &List| held.issuer == list.issuer && held.content.is_like(&list.content);
        let held = self.lists.get(id).map(Vec::as_slice).unwrap_or_default();
        let place = held.iter().position(same);
        let before = place.map_or(0, |place| held[place].bytes());
        let all = self.bytes.values().sum::<usize>() - before;
        let of_issuer = self.bytes.entry(list.issuer.clone()).or_default();
        let room = Self::BYTES_MAX.saturating_sub(*of_issuer - before).min((8 * Self::BYTES_MAX).saturating_sub(all));
        if list.bytes() > room {
            self.left_out.insert(id.into());
            return Err(Finding::new(Code::StatusListTooLarge).because(NO_ROOM));
        }
        let lists = self.lists.entry(id.into()).or_default();
        let list = match place.map(|place| lists.swap_remove(place)) {
            Some(held) if list.as_of >= held.as_of => list.after(held),
            Some(held) => held.after(list),
            None => list,
        };
        *of_issuer = *of_issuer - before + list.bytes();
        lists.push(list);
        Ok(())
    }

    /// The list that an entry names, if what is at hand counts.
    fn lists(&self, badge: Claims<'_>, issuer: &str, entry: &StatusClaim<'_>) -> Result<Vec<&List>, Finding> {
        let Some(lists) = self.lists.get(entry.list) else {
            return Err(match self.faults.get(entry.list) {
                Some(fault) => fault.about(badge),
                None => Finding::new(Code::StatusMissing).because(Name(entry.list).to_string()),
            });
        };
        let mut own = lists.iter().filter(|list| list.speaks_for.iter().any(|(id, _)| id == issuer)).peekable();
        if own.peek().is_none() {
            let by = lists.first().map(|list| Name(&list.issuer).to_string()).unwrap_or_default();
            return Err(Finding::new(Code::StatusListIssuer).because(format!("it is by {by}")));
        }
        let fitting: Vec<&List> = own.filter(|list| list.content.fits(entry.place)).collect();
        if fitting.is_empty() {
            let detail = "it is a list of another kind than the entry";
            return Err(Finding::new(Code::StatusListMalformed).because(detail));
        }
        Ok(fitting)
    }
}

const NO_ROOM: &str = "the lists at hand are too large together";

impl StatusSource for StatusLists {
    fn status(&self, badge: Claims<'_>, entry: &StatusClaim<'_>, at: Instant) -> StatusAnswer {
        let issuer = badge.issuer_id().unwrap_or_default();
        let lists = match self.lists(badge, issuer, entry) {
            Ok(lists) => lists,
            Err(finding) => return StatusAnswer::new(finding),
        };
        // Several may speak for the issuer: a revocation by any of them decides, else the newest.
        let answers = lists.into_iter().map(|list| (list, list.finding(badge, issuer, entry, at, self.max_age)));
        let decides = |(list, finding): &(&List, Finding)| (finding.code() == Code::StatusRevoked, list.as_of);
        let (list, mut finding) = answers.max_by_key(decides).expect("a list that fits");
        // What another list says, for which there was no room, nobody knows.
        if self.left_out.contains(entry.list) && finding.code() != Code::StatusRevoked {
            finding = Finding::new(Code::StatusListTooLarge).because(NO_ROOM);
        }
        let answer = StatusAnswer::new(finding).as_of(list.as_of);
        match list.valid_until {
            Some(end) => answer.valid_until(end),
            None => answer,
        }
    }
}

impl List {
    /// What the list says of a badge, the decisive first: a revocation, whatever the age of the list; then what keeps
    /// the list from counting; then a suspension; and only then that all is well.
    fn finding(
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
            && self.earlier.as_ref().and_then(|earlier| earlier.is_set(index)) == Some(true)
        {
            return Finding::new(Code::StatusRevoked).because("an earlier edition of the list says so");
        }
        if !self.purposes.contains(&entry.purpose) {
            return Finding::new(Code::StatusListPurpose).because(format!("it is not for {}", words.purpose));
        }
        let marked = match self.marks(badge, entry.place) {
            Ok(marked) => marked,
            Err(finding) => return finding,
        };
        if let Some(reason) = marked
            && entry.purpose == StatusPurpose::Revocation
        {
            let mut told = self.told(words.marked, at);
            if let Some(reason) = reason {
                told.extend([": ", &Quoted(reason).to_string()]);
            }
            return Finding::new(Code::StatusRevoked).because(told);
        }
        if let Some(begin) = self.valid_from.filter(|&begin| at < begin) {
            return Finding::new(Code::StatusListValidity).because(format!("it begins {begin}"));
        }
        let told = self.told(if marked.is_some() { words.marked } else { words.clear }, at);
        if let Some(end) = self.valid_until.filter(|&end| at >= end) {
            return Finding::new(Code::StatusListValidity).because(format!("it ended {end}; {told}"));
        }
        let is_over = |end: Option<Instant>| end.is_some_and(|end| at >= end);
        let speaks = self.speaks_for.iter().any(|(id, end)| id == issuer && !is_over(*end));
        let has_ended = (is_over(self.recognised_until) || !speaks).then_some(Code::TrustExpired);
        if let Some(doubt) = self.doubt.or(has_ended) {
            return Finding::new(doubt).because(format!("of the issuer of the status list, {}", Name(&self.issuer)));
        }
        if let Some(floor) = self.floor.filter(|&floor| self.as_of < floor) {
            return Finding::new(Code::StatusListRollback)
                .because(format!("it was made {}, one of {floor} is known", self.as_of));
        }
        let is_stale = at.unix() - self.as_of.unix() > max_age.seconds();
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

    /// Such as `not revoked as of 2026-11-12, 9 days ago`. A person reads it: the age of a list is part of the answer.
    fn told(&self, what: &str, at: Instant) -> String {
        let mut told = String::with_capacity(64);
        told.extend([what, " as of ", &self.date]);
        match at.days_since(self.as_of) {
            ..=0 => {}
            1 => told.push_str(", 1 day ago"),
            days => write!(told, ", {days} days ago").expect("writing to memory does not fail"),
        }
        told
    }

    /// How much it takes, as far as it is somebody else's choice.
    fn bytes(&self) -> usize {
        let of_bits = |bits: &Bits| usize::try_from(bits.entries() / 8).unwrap_or(usize::MAX);
        let content = match &self.content {
            Content::Bitstring(bits) | Content::StatusList2021(bits) => of_bits(bits),
            Content::RevocationList(revoked) => {
                revoked.iter().map(|(id, reason)| 128 + id.len() + reason.as_ref().map_or(0, String::len)).sum()
            }
        };
        content + self.earlier.as_ref().map_or(0, of_bits)
    }

    /// This list in the place of an older edition, or of one of the same instant. A revocation is for good (Bitstring Status List 1.0 section 2.2), so
    /// what is revoked there is revoked here.
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
                if self.as_of == older.as_of && self.purposes == older.purposes {
                    bits.unite(&old);
                }
                let old = Some(old).filter(|_| for_good(&older.purposes));
                for revoked in old.into_iter().chain(older.earlier) {
                    // An honest issuer's newer list says it all by itself.
                    if for_good(&self.purposes) && bits.keeps_all_of(&revoked) {
                        continue;
                    }
                    match &mut self.earlier {
                        Some(earlier) => earlier.unite(&revoked),
                        None => self.earlier = Some(revoked),
                    }
                }
            }
            _ => {}
        }
        self
    }
}

impl Content {
    fn is_like(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    fn fits(&self, place: StatusPlace) -> bool {
        matches!(
            (self, place),
            (Self::Bitstring(_), StatusPlace::Bitstring(_))
                | (Self::StatusList2021(_), StatusPlace::StatusList2021(_))
                | (Self::RevocationList(_), StatusPlace::RevocationList)
        )
    }
}

impl Fault {
    /// The fault as a badge that names the list meets it.
    fn about(&self, badge: Claims<'_>) -> Finding {
        let Some(unsigned) = &self.unsigned else {
            // The place was one in the list, not in the badge.
            let fault = Finding::new(self.finding.code());
            return self.finding.detail().map(|detail| fault.clone().because(detail)).unwrap_or(fault);
        };
        let detail = match badge.id().and_then(|id| unsigned.get(id)) {
            Some(Some(reason)) => {
                format!("it is not signed; it says that the badge is revoked: {}", Quoted(reason))
            }
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

/// For how long after a list was made a verifier relies on it: seven days unless the employer says otherwise, and never
/// more than thirty.
///
/// ```
/// use taskbadge_status::MaxAge;
/// assert_eq!(MaxAge::default(), "7d".parse()?);
/// assert_eq!("36h".parse::<MaxAge>()?.to_string(), "36h");
/// assert!("31d".parse::<MaxAge>().is_err());
/// # Ok::<(), taskbadge_status::NotAMaxAge>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxAge {
    hours: u16,
}

impl MaxAge {
    /// So many days.
    ///
    /// # Errors
    /// [`NotAMaxAge`] above thirty.
    pub fn days(days: u16) -> Result<Self, NotAMaxAge> {
        Self::hours(days.checked_mul(24).ok_or(NotAMaxAge)?)
    }

    /// So many hours.
    ///
    /// # Errors
    /// [`NotAMaxAge`] above thirty days.
    pub fn hours(hours: u16) -> Result<Self, NotAMaxAge> {
        if hours <= 30 * 24 { Ok(Self { hours }) } else { Err(NotAMaxAge) }
    }

    fn seconds(self) -> i64 {
        i64::from(self.hours) * 3600
    }
}

impl Default for MaxAge {
    fn default() -> Self {
        Self { hours: 7 * 24 }
    }
}

/// Not an age such as `7d` or `12h`, or more than thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an age for status lists; write such as 7d or 12h, 30d at most")]
pub struct NotAMaxAge;

impl FromStr for MaxAge {
    type Err = NotAMaxAge;

    fn from_str(text: &str) -> Result<Self, NotAMaxAge> {
        let number = |digits: &str| digits.parse().map_err(|_| NotAMaxAge);
        match (text.strip_suffix('d'), text.strip_suffix('h')) {
            (Some(days), _) => Self::days(number(days)?),
            (_, Some(hours)) => Self::hours(number(hours)?),
            _ => Err(NotAMaxAge),
        }
    }
}

impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) { write!(f, "{}d", self.hours / 24) } else { write!(f, "{}h", self.hours) }
    }
}
