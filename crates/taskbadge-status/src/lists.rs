//! The lists that a verifier holds, and what they say of a badge.

use std::collections::{HashMap, HashSet};

use taskbadge::badge::{Claims, StatusPurpose};
use taskbadge::finding::{Code, Finding};
use taskbadge::shown::Name;
use taskbadge::time::Instant;
use taskbadge::verify::{StatusAnswer, StatusClaim, StatusSource, Verifier};

use crate::bits::Bits;
use crate::list::{Fault, GenuineList};
use crate::max_age::MaxAge;

/// Status lists that were read and found genuine, by their addresses and issuers.
///
/// A list counts for a badge where its own proof is good, its `id` is the URL in the badge's entry, its purpose fits,
/// its issuer may speak for the badge's issuer, and the instant of the check is inside its validity and not too long
/// after it was made. A place that is not marked tells nothing unless all of this holds. One that is marked counts by the
/// first four:
///
/// - A revocation decides whatever the dates of the list.
/// - A suspension may be lifted: the newest edition decides that is not dated after the check, and one that is, if it marks
///   the place. Of a list that is too old, or has ended, nobody knows.
///
/// Where an edition is dated after the check, a clock is wrong, so the badge is not valid, whatever the others say:
/// `trust.clock`.
///
/// Whoever feeds a verifier broken, foreign or old lists can make it say "cannot tell", and nothing else: a list that
/// does not count is no better than none, and the finding says what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct StatusLists {
    /// By address. Of one issuer and kind there are two at most: one that was in time when it came, and one that was not yet.
    lists: HashMap<String, Vec<GenuineList>>,
    /// Why a list that was offered for an address does not count.
    faults: HashMap<String, Fault>,
    max_age: MaxAge,
    /// How much the lists of each issuer take, and all of them.
    bytes: HashMap<String, usize>,
    bytes_of_all: usize,
    /// The addresses of lists for which there was no room, each with the issuers of whose badges they would have told.
    left_out: HashMap<String, HashSet<String>>,
}

impl StatusLists {
    /// How much the lists of one issuer may take, unpacked: a centre that is recognised for nothing but forklifts can sign
    /// lists of the largest size at as many addresses as it likes, each of which packs into next to nothing.
    pub const BYTES_MAX: usize = 64 << 20;

    /// How much all lists may take together. What is above [`StatusLists::BYTES_OWN`] of an issuer has no room beyond.
    pub const BYTES_MAX_OF_ALL: usize = 8 * Self::BYTES_MAX;

    /// How much room every issuer has, whatever the others take: sixty-four lists of the least size.
    pub const BYTES_OWN: usize = 1 << 20;

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

    /// Reads a list credential that came from anywhere ([`GenuineList::read`]): what the verifier's trust says now holds for
    /// the list from then on. Gives the address under which badges name the list.
    ///
    /// A newer edition takes the place of an older one; of an older one only the revocations count. A list that has
    /// ended, or is dated after `at`, is taken too, since what it marks counts; the latter stands beside the one in time.
    ///
    /// # Errors
    /// Why the list does not count, `status.list-*`. It is remembered, so that a badge that names the list gets the
    /// same finding. `status.list-too-large` where there is no room for its issuer's lists any more: then nothing at this
    /// address counts for the badges of which it would tell, but what is marked.
    pub fn add(&mut self, verifier: &Verifier, bytes: &[u8], at: Instant) -> Result<String, Finding> {
        match GenuineList::offered(verifier, bytes, at) {
            Ok(list) => {
                let address = list.address().to_owned();
                self.hold(list, at)?;
                Ok(address)
            }
            Err(refused) => {
                let finding = refused.fault.finding.clone();
                if let Some(address) = refused.claimed_address {
                    self.faults.insert(address, refused.fault);
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
        let fault = match GenuineList::offered(verifier, bytes, at) {
            Ok(list) if list.address() == url => return self.hold(list, at),
            Ok(list) => {
                Fault::from(Finding::new(Code::StatusListUrl).at("/id").because(Name(list.address()).to_string()))
            }
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

    /// What the newest list at an address by an issuer says, with its purposes: for whoever publishes it anew and must not
    /// lose a revocation. What a badge's entry means is for a [`Verifier`] to say, not for these bits.
    #[must_use]
    pub fn bits(&self, address: &str, issuer: &str) -> Option<(&Bits, &[StatusPurpose])> {
        let of_issuer = self.lists.get(address)?.iter().filter(|list| list.issuer() == issuer);
        of_issuer.filter(|list| list.bits().is_some()).max_by_key(|list| list.made())?.bits()
    }

    fn hold(&mut self, list: GenuineList, at: Instant) -> Result<(), Finding> {
        // What is still to come does not take the place of what is in time.
        let is_replaced = |held: &GenuineList| list.is_edition_of(held) && list.is_ahead(at) == held.is_ahead(at);
        let held = self.lists.get(list.address()).map(Vec::as_slice).unwrap_or_default();
        let before = held.iter().filter(|held| is_replaced(held)).map(GenuineList::bytes).sum::<usize>();
        let all = self.bytes_of_all - before + list.bytes();
        let of_issuer = self.bytes.entry(list.issuer().into()).or_default();
        let taken = *of_issuer - before + list.bytes();
        if taken > Self::BYTES_MAX || (all > Self::BYTES_MAX_OF_ALL && taken > Self::BYTES_OWN) {
            let left_out = self.left_out.entry(list.address().into()).or_default();
            left_out.extend(list.speaks_for().map(str::to_owned));
            return Err(no_room());
        }
        let held = self.lists.entry(list.address().into()).or_default();
        let (replaced, others) = held.drain(..).partition::<Vec<_>, _>(is_replaced);
        let list = replaced.into_iter().fold(list, GenuineList::or);
        *of_issuer = *of_issuer - before + list.bytes();
        self.bytes_of_all = self.bytes_of_all - before + list.bytes();
        *held = others;
        held.push(list);
        Ok(())
    }

    /// The lists that an entry names, if what is at hand counts.
    fn lists(&self, badge: Claims<'_>, issuer: &str, entry: &StatusClaim<'_>) -> Result<Vec<&GenuineList>, Finding> {
        let held = self.lists.get(entry.list).map(Vec::as_slice).unwrap_or_default();
        let own = || held.iter().filter(|list| list.speaks_for().any(|id| id == issuer));
        let fitting: Vec<_> = own().filter(|list| list.fits(entry.place)).collect();
        if !fitting.is_empty() {
            return Ok(fitting);
        }
        Err(match (held.first(), self.faults.get(entry.list)) {
            _ if self.is_left_out(entry, issuer) => no_room(),
            _ if own().next().is_some() => {
                Finding::new(Code::StatusListMalformed).because("it is a list of another kind than the entry")
            }
            (Some(other), _) => {
                Finding::new(Code::StatusListIssuer).because(format!("it is by {}", Name(other.issuer())))
            }
            (None, Some(fault)) => fault.about(badge),
            (None, None) => Finding::new(Code::StatusMissing).because(Name(entry.list).to_string()),
        })
    }

    fn is_left_out(&self, entry: &StatusClaim<'_>, issuer: &str) -> bool {
        self.left_out.get(entry.list).is_some_and(|of_whom| of_whom.contains(issuer))
    }
}

fn no_room() -> Finding {
    Finding::new(Code::StatusListTooLarge).because("the lists at hand are too large together")
}

impl StatusSource for StatusLists {
    fn status(&self, badge: Claims<'_>, entry: &StatusClaim<'_>, at: Instant) -> StatusAnswer {
        let issuer = badge.issuer_id().unwrap_or_default();
        let lists = match self.lists(badge, issuer, entry) {
            Ok(lists) => lists,
            Err(finding) => return StatusAnswer::new(finding),
        };
        let answers = lists.iter().map(|list| (*list, list.finding(badge, issuer, entry, at, self.max_age)));
        // What is revoked by any of them; then what is suspended by one that is still to come; else the newest in time.
        let decides = |(list, finding): &(&GenuineList, Finding)| match finding.code() {
            Code::StatusRevoked => (3, list.made()),
            Code::StatusSuspended if list.is_ahead(at) => (2, list.made()),
            _ if list.is_ahead(at) => (0, list.made()),
            _ => (1, list.made()),
        };
        let (list, mut finding) = answers.max_by_key(decides).expect("a list that fits");
        // What another list says, for which there was no room, nobody knows.
        if self.is_left_out(entry, issuer) && finding.code() != Code::StatusRevoked {
            finding = no_room();
        }
        let newest = lists.iter().max_by_key(|list| list.made()).filter(|newest| newest.is_ahead(at));
        let clock = newest.and_then(|newest| newest.counts_at(at).err());
        let answer = match clock {
            Some(clock) if [Code::StatusCurrent, Code::TrustClock].contains(&finding.code()) => {
                StatusAnswer::new(clock)
            }
            Some(clock) => StatusAnswer::new(finding).beside(clock),
            None => StatusAnswer::new(finding),
        };
        let answer = answer.as_of(list.made());
        match list.valid_until() {
            Some(end) => answer.valid_until(end),
            None => answer,
        }
    }
}
