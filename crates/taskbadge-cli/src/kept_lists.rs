//! Which status lists the trust store keeps with a pack.
//!
//! Whoever hands on a file can leave lists out, put older ones in, or fill it with lists that nobody asked for. What was
//! known to be taken back must not be forgotten for that, and the next edition must still find room.

use std::collections::{BTreeMap, HashSet};

use taskbadge::finding::{Code, Finding};
use taskbadge::json::Document;
use taskbadge::time::Instant;
use taskbadge::trust::{Trust, TrustPack};
use taskbadge::verify::Verifier;
use taskbadge_status::{GenuineList, LIST_LIMITS};

use crate::pack_file::ListLabel;

/// How much room there is for the lists of one issuer of which the pack does not know, in bytes.
const UNMARKED_BYTES_MAX: usize = 1 << 20;

/// How many editions of one list are kept: the newest, and such as know of revocations that it does not have. An honest
/// list has one; with more, somebody else has the key. Those that were known first are the last to go.
const EDITIONS_MAX: usize = 8;

/// The lists to keep.
pub(crate) struct KeptLists {
    /// In canonical form: white space signs nothing, and takes room.
    pub(crate) texts: Vec<String>,
    /// Why the first of those is left out that are, and how many they are: lists in the new file that do not count, and
    /// whatever there is no room for.
    pub(crate) left_out: Option<(usize, Finding)>,
}

/// A list that is proven.
struct Known {
    text: String,
    label: ListLabel,
    made: Instant,
    /// It was kept before.
    is_old: bool,
    /// It is in the new file.
    is_offered: bool,
}

impl KeptLists {
    /// Of the lists in a new file, and of those that were kept with the file before it: as many as so many bytes hold.
    pub(crate) fn of(new: &[&[u8]], old: &[&[u8]], room: usize, trusted: &TrustPack, now: Instant) -> Self {
        let verifier = Verifier::new(Trust::none().with_pack(trusted));
        let mut kept = Self { texts: Vec::new(), left_out: None };
        let mut offered: Vec<Known> = Vec::new();
        for text in new {
            match genuine(text, &verifier, now) {
                Ok(list) => offered.push(list),
                // Of whom nobody recognises there is no badge for which it could count.
                Err(finding) if finding.code() == Code::StatusListIssuer => {}
                Err(finding) => kept.leave_out(1, finding),
            }
        }
        let mut groups: BTreeMap<ListLabel, Vec<Known>> = BTreeMap::new();
        let is_offered: HashSet<String> = offered.iter().map(|list| list.text.clone()).collect();
        // A list of an issuer that is recognised no more is not proven any more, and left out.
        let known = old.iter().filter_map(|text| genuine(text, &verifier, now).ok());
        let known = known.map(|list| Known { is_old: true, is_offered: is_offered.contains(&list.text), ..list });
        let mut seen: HashSet<String> = HashSet::new();
        for list in known.chain(offered) {
            if seen.insert(list.text.clone()) {
                groups.entry(list.label.clone()).or_default().push(list);
            }
        }
        let marks = &trusted.pack().lists;
        let is_marked = |label: &ListLabel| marks.iter().any(|mark| label.is_of(mark));
        let mut groups: Vec<Vec<Known>> =
            groups.into_values().map(|group| kept.worth_keeping(group, &verifier, now)).collect();
        // First those of which the pack knows; and small before large, so that nobody's take the room of another's.
        groups.sort_by_cached_key(|group| (!is_marked(&group[0].label), bytes_of(group)));
        let mut left = room;
        let mut unmarked: BTreeMap<String, usize> = BTreeMap::new();
        for mut group in groups {
            let of_issuer = unmarked.entry(group[0].label.issuer.clone()).or_insert(UNMARKED_BYTES_MAX);
            let is_unmarked = !is_marked(&group[0].label);
            // What was known to be taken back goes before what is newer.
            while bytes_of(&group) > left || (is_unmarked && bytes_of(&group) > *of_issuer) {
                group.remove(0);
                kept.leave_out(1, no_room());
            }
            left -= bytes_of(&group);
            *of_issuer -= if is_unmarked { bytes_of(&group) } else { 0 };
            kept.texts.extend(group.into_iter().map(|list| list.text));
        }
        kept
    }

    /// The newest edition of a list that is in time, the newest that is still to come, and those that know of more: in the
    /// order in which they became known.
    fn worth_keeping(&mut self, mut editions: Vec<Known>, verifier: &Verifier, now: Instant) -> Vec<Known> {
        if editions.len() == 1 {
            return editions;
        }
        // What was the newest until now was known last.
        let known = editions.partition_point(|list| list.is_old);
        editions[..known].rotate_left(known.min(1));
        for is_ahead in [true, false] {
            let of_kind = (0..editions.len()).filter(|place| (editions[*place].made > now) == is_ahead);
            if let Some(newest) = of_kind.max_by_key(|place| editions[*place].made) {
                editions[..=newest].rotate_right(1);
            }
        }
        let mut kept: Vec<(Known, GenuineList)> = Vec::new();
        let mut too_many = editions.len().saturating_sub(2 * EDITIONS_MAX);
        editions.truncate(2 * EDITIONS_MAX);
        for list in editions {
            // It was proven a moment ago.
            let Ok(proven) = GenuineList::read(verifier, list.text.as_bytes(), now) else { continue };
            // One that is still to come shows that the clock is wrong, for as long as somebody hands it on.
            let shows_clock = list.is_offered && list.made > now;
            let mut others = kept.iter().filter(|(other, _)| !shows_clock || other.made > now);
            if others.any(|(_, other)| other.says_all_of(&proven)) {
                continue;
            }
            if kept.len() < EDITIONS_MAX {
                kept.push((list, proven));
            } else {
                too_many += 1;
            }
        }
        self.leave_out(too_many, no_room());
        kept.into_iter().map(|(list, _)| list).collect()
    }

    fn leave_out(&mut self, number: usize, why: Finding) {
        if number > 0 {
            self.left_out.get_or_insert((0, why)).0 += number;
        }
    }
}

fn no_room() -> Finding {
    Finding::new(Code::StatusListTooLarge).because("there is no room for all that know of revocations")
}

/// With a line break each.
fn bytes_of(lists: &[Known]) -> usize {
    lists.iter().map(|list| list.text.len() + 1).sum()
}

fn genuine(list: &[u8], verifier: &Verifier, now: Instant) -> Result<Known, Finding> {
    let proven = GenuineList::read(verifier, list, now)?;
    let label = ListLabel { address: proven.address().into(), issuer: proven.issuer().into() };
    let text = Document::parse(list, LIST_LIMITS)?.root().canonical();
    Ok(Known { text, label, made: proven.made(), is_old: false, is_offered: true })
}

#[cfg(test)]
mod tests {
    use taskbadge::badge::StatusPurpose;
    use taskbadge::jsonld::Contexts;
    use taskbadge::key::{Did, SigningKey};
    use taskbadge::proof::ProofOptions;
    use taskbadge::trust::{Entity, KnownPack, ListMark, Pack, Root};
    use taskbadge_status::{Bits, StatusList};

    use super::*;

    const ROOM: usize = 32 << 20;
    const MARKED: &str = "https://centre.example.org/status/1";

    fn at(day: u8) -> Instant {
        format!("2026-11-{day:02}T06:00:00Z").parse().unwrap()
    }

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&[seed; 32])
    }

    fn did(seed: u8) -> Did {
        Did::key(&key(seed).verifying_key())
    }

    /// A list of the centre, made on a day, in which these places are marked.
    fn list(address: &str, day: u8, marked: &[u64]) -> String {
        let mut bits = Bits::new();
        marked.iter().for_each(|place| bits.set(*place).unwrap());
        of_bits(7, address, day, bits)
    }

    fn of_bits(by: u8, address: &str, day: u8, bits: Bits) -> String {
        let issuer = did(by).as_str().parse().unwrap();
        let list = StatusList::new(address.parse().unwrap(), issuer, StatusPurpose::Revocation, bits, at(day));
        let options = ProofOptions::did_key(&key(by).verifying_key()).created(at(day));
        list.sign(&Contexts::builtin(), &key(by), &options).unwrap()
    }

    /// A pack that knows one list of the centre, and another centre.
    fn pack() -> TrustPack {
        let pack = Pack {
            id: "urn:uuid:1c7a2a0e-5a86-4a0c-9a50-1f0f6ac3d1f1".into(),
            publisher: "https://association.example.org".into(),
            publisher_name: "Association".into(),
            sequence: 1,
            valid_from: at(1),
            valid_until: at(30),
            root: Root::new(1, 1, [key(1).verifying_key()]).unwrap(),
            entities: vec![Entity::new(&did(7), "Harbour"), Entity::new(&did(8), "Another")],
            lists: vec![ListMark { id: MARKED.into(), issuer: Some(did(7)), made: at(2) }],
            contexts: Vec::new(),
        };
        let signed = Pack::sign(pack.to_json().unwrap().as_bytes(), &key(1), at(1)).unwrap();
        let (_, trusted) = KnownPack::first(signed.as_bytes(), &pack.root.fingerprint(), at(22)).unwrap();
        trusted
    }

    /// What is kept of these lists, in a file with the pack.
    fn kept(new: &[String], old: &[String]) -> (Vec<String>, usize) {
        kept_in(ROOM, new, old)
    }

    fn kept_in(room: usize, new: &[String], old: &[String]) -> (Vec<String>, usize) {
        let new: Vec<&[u8]> = new.iter().map(String::as_bytes).collect();
        let old: Vec<&[u8]> = old.iter().map(String::as_bytes).collect();
        let kept = KeptLists::of(&new, &old, room, &pack(), at(22));
        (kept.texts, kept.left_out.map_or(0, |(number, _)| number))
    }

    #[test]
    fn a_newer_list_makes_no_revocation_forgotten() {
        let (old, clear, newest) = (list(MARKED, 10, &[5]), list(MARKED, 20, &[]), list(MARKED, 21, &[5, 6]));
        // As by somebody who has the key of the lists.
        let both = kept(std::slice::from_ref(&clear), std::slice::from_ref(&old)).0;
        assert_eq!(both, [clear, old.clone()]);
        // The next of the centre says it all.
        assert_eq!(kept(std::slice::from_ref(&newest), &both).0, std::slice::from_ref(&newest));
        // What is older and says no more is not kept; nothing at all changes nothing.
        assert_eq!(kept(&[old], std::slice::from_ref(&newest)).0, std::slice::from_ref(&newest));
        assert_eq!(kept(&[], std::slice::from_ref(&newest)).0, [newest]);
    }

    #[test]
    fn what_was_known_stays_whatever_is_offered() {
        let old = list(MARKED, 10, &[5]);
        let mut known = vec![old.clone()];
        // As by somebody who has the key of the lists, and for as long as nobody says so.
        for round in 0..40 {
            let offered: Vec<_> = (11..=21).map(|day| list(MARKED, day, &[1000 * round + u64::from(day)])).collect();
            known = kept(&offered, &known).0;
            assert!(known.len() <= EDITIONS_MAX && known[0] == offered[10], "the newest");
            assert!(known.contains(&old), "and what was known, round {round}");
        }
    }

    #[test]
    fn a_flood_of_lists_leaves_room_for_those_of_which_the_pack_knows() {
        let one = list(MARKED, 20, &[5]);
        assert_eq!(kept(&vec![one.clone(); 500], &[]).0, std::slice::from_ref(&one));
        // Lists at addresses that somebody recognised makes up.
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        let bits = Bits::from_bytes((0..2 << 20).map(|_| noise()).collect()).unwrap();
        let small = of_bits(7, "https://aaa.example.org/1", 20, Bits::new());
        let flood: Vec<_> = (0..8)
            .map(|number| of_bits(8, &format!("https://flood.example.org/{number}"), 20, bits.clone()))
            .chain([one.clone(), small.clone()])
            .collect();
        // Two megabytes are more than an issuer has room for; the room of others is their own.
        assert_eq!(kept(&flood, &[]).0, [one, small]);
    }

    /// Whoever hands on a file needs no key to make it larger.
    #[test]
    fn padding_takes_no_room_and_displaces_nothing() {
        let old = list(MARKED, 20, &[5]);
        let padded = old.replacen('{', &format!("{{{}", " ".repeat(1 << 20)), 1);
        assert_eq!(kept(std::slice::from_ref(&padded), std::slice::from_ref(&old)).0, std::slice::from_ref(&old));
        // Where there is too little room, what was known to be taken back stays before what is newer.
        let clear = list(MARKED, 21, &[]);
        let known = std::slice::from_ref(&old);
        assert_eq!(kept_in(old.len() + 1, std::slice::from_ref(&clear), known).0, known);
    }

    /// The clock is that of the 22nd, and centres, or the clock, may be wrong.
    #[test]
    fn a_list_that_is_still_to_come_is_kept_beside_the_one_in_time() {
        let (now, clear, marked) = (list(MARKED, 20, &[]), list(MARKED, 23, &[]), list(MARKED, 24, &[5]));
        let known = std::slice::from_ref(&now);
        // What it marks counts, for as long as nothing else says it.
        let both = kept(std::slice::from_ref(&marked), known);
        assert_eq!(both, (vec![now.clone(), marked.clone()], 0));
        assert_eq!(kept(&[], &both.0).0, [now.clone(), marked.clone()]);
        let later = list(MARKED, 21, &[5]);
        assert_eq!(kept(std::slice::from_ref(&later), &both.0).0, [later]);
        // One that marks nothing shows that the clock is wrong, until somebody hands on a file without it: a centre whose
        // clock was ahead for a day must not stay in doubt for a year.
        let both = kept(&[now.clone(), clear.clone()], known);
        assert_eq!(both, (vec![now.clone(), clear.clone()], 0));
        assert_eq!(kept(std::slice::from_ref(&clear), &both.0).0, [now.clone(), clear.clone()]);
        assert_eq!(kept(known, &both.0).0, known);
        assert_eq!(kept(std::slice::from_ref(&clear), &[]).0, std::slice::from_ref(&clear));
        assert_eq!(kept(&[clear, marked.clone()], known).0, [now, marked]);
    }

    #[test]
    fn what_there_is_no_room_for_is_counted() {
        let editions: Vec<_> = (1..=20).map(|day| list(MARKED, day, &[u64::from(day)])).collect();
        let (texts, left_out) = kept(&editions, &[]);
        assert_eq!((texts.len(), left_out), (EDITIONS_MAX, 20 - EDITIONS_MAX));
        assert_eq!(kept_in(editions[0].len(), &editions[..1], &[]), (Vec::new(), 1));
    }

    #[test]
    fn lists_that_do_not_count_are_left_out_and_counted() {
        let stranger = of_bits(9, MARKED, 20, Bits::new());
        let good = list(MARKED, 20, &[]);
        let changed = good.replacen("revocation", "Revocation", 1);
        // Of a stranger there are no badges here.
        assert_eq!(kept(&[stranger.clone(), changed, good.clone()], &[stranger]), (vec![good], 1));
    }
}
