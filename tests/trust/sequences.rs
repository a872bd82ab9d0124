//! Whatever is offered to a store, and in whatever order: without the root keys nobody makes an issuer valid.

use std::sync::LazyLock;

use proptest::prelude::*;
use taskbadge::trust::{Entity, Pack, Root, Scope};
use taskbadge_tests::scenario::{Store, verdict};

use crate::stage::{ISSUE, NOW, at, badge, did, key, pack, root, signed};

/// The thief has a key of their own, and one of the three root keys.
const THIEF: u8 = 66;
const STOLEN_ROOT: u8 = 3;

static FORGED: LazyLock<String> = LazyLock::new(|| badge(&key(THIEF), &ISSUE));

/// A pack that recognises the thief for everything.
fn thiefs(change: impl FnOnce(&mut Pack)) -> Pack {
    let mut pack = pack();
    let mut thief = Entity::new(&did(&key(THIEF)), "Harbour Training Centre");
    thief.achievements.push(Scope::new("https://*"));
    pack.entities.push(thief);
    change(&mut pack);
    pack
}

/// What the thief can lay hands on or make: every honest edition, and packs signed with the keys they have.
static FILES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let honest = |sequence, root: Root, seeds: &[u8]| {
        let mut pack = pack();
        (pack.sequence, pack.root) = (sequence, root);
        signed(&pack, seeds)
    };
    let second = || Root::new(2, 2, [1, 2, 4].map(|seed| key(seed).verifying_key())).unwrap();
    let own = |version| Root::new(version, 1, [key(THIEF).verifying_key()]).unwrap();
    let joined = |version| Root::new(version, 1, [1, 2, THIEF].map(|seed| key(seed).verifying_key())).unwrap();
    vec![
        honest(7, root(), &[1, 2]),
        honest(8, root(), &[1, 3]),
        honest(1, second(), &[1, 2, 4]),
        honest(2, second(), &[1, 4]),
        signed(&thiefs(|pack| pack.sequence = 99), &[STOLEN_ROOT, THIEF]),
        signed(&thiefs(|pack| pack.sequence = 99), &[STOLEN_ROOT, STOLEN_ROOT]),
        signed(&thiefs(|pack| pack.root = own(1)), &[THIEF]),
        signed(&thiefs(|pack| pack.root = own(2)), &[STOLEN_ROOT, THIEF]),
        signed(&thiefs(|pack| pack.root = own(3)), &[STOLEN_ROOT, THIEF]),
        signed(&thiefs(|pack| pack.root = joined(2)), &[STOLEN_ROOT, THIEF]),
        signed(&thiefs(|pack| pack.root = joined(3)), &[STOLEN_ROOT, THIEF]),
    ]
});

/// Files of one or several lines, some of them with a piece of one put into another.
fn file() -> impl Strategy<Value = String> {
    let line = || (0..FILES.len()).prop_map(|index| FILES[index].clone());
    let grafted = (line(), line(), any::<prop::sample::Index>()).prop_map(|(honest, other, what)| {
        // The proofs of one edition on the content of another, or one member of another.
        let member = ["\"proof\":", "\"root\":", "\"credentialSubject\":", "\"sequence\":"][what.index(4)];
        match (honest.split_once(member), other.split_once(member)) {
            (Some((before, _)), Some((_, after))) => format!("{before}{member}{after}"),
            _ => honest,
        }
    });
    let flipped = (line(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(text, place, byte)| {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let lines = prop::collection::vec(line(), 1..4).prop_map(|lines| lines.join("\n"));
    prop_oneof![3 => lines, 1 => grafted, 1 => flipped]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_sequence_of_updates_makes_a_stranger_valid(files in prop::collection::vec(file(), 1..8)) {
        let mut store = Store::default();
        store.take("association", FILES[0].as_bytes(), Some(&root().fingerprint()), at(NOW)).unwrap();
        for file in &files {
            let before = store.known("association").cloned();
            if store.take("association", file.as_bytes(), None, at(NOW)).is_err() {
                prop_assert_eq!(store.known("association"), before.as_ref());
            }
            let outcome = store.verifier([], at(NOW)).verify(FORGED.as_bytes(), at(NOW));
            prop_assert_ne!(verdict(&outcome).0, "VALID");
        }
        // The store is not stuck: the honest root goes on from wherever it stands.
        let known = store.known("association").unwrap().clone();
        prop_assert!(known.root().version() <= 2);
    }
}
