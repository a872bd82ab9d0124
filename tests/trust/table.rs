//! The verdict over the state of pack, key, status list, time and scope, against a table written by hand.

use taskbadge::badge::{Achievement, Badge, Criteria, Iri, Profile, StatusEntry, StatusPurpose, Subject};
use taskbadge::jsonld::Contexts;
use taskbadge::proof::{Cryptosuite, ProofOptions};
use taskbadge::trust::{Genuine, KeyState, Scope};
use taskbadge_tests::scenario::{Store, verdict};
use taskbadge_tests::tell;

use crate::stage::{LIST, NOW, PLACE, at, centre, did, digests, entity_key, key, list, pack, root, signed};

/// `V` for VALID, `x` for INVALID, `?` for INDETERMINATE. In each group: in time and in scope, in time and out of scope,
/// over and in scope, over and out of scope.
///
/// Written from the rules, not from what the code says: a failure beats what is unknown, what is unknown beats success;
/// an expired pack proves what was revoked and never that something is valid; without a pack nobody's list counts.
const TABLE: &str = "
    pack     key              current  revoked  stale    missing
    none     any              ??xx     ??xx     ??xx     ??xx
    current  active           V?xx     xxxx     ??xx     ??xx
    current  retired-since    V?xx     xxxx     ??xx     ??xx
    current  retired-before   xxxx     xxxx     xxxx     xxxx
    current  stolen-since     ??xx     xxxx     ??xx     ??xx
    current  stolen-before    xxxx     xxxx     xxxx     xxxx
    current  genuine          V?xx     xxxx     ??xx     ??xx
    current  forged           xxxx     xxxx     xxxx     xxxx
    expired  active           ??xx     xxxx     ??xx     ??xx
    expired  retired-since    ??xx     xxxx     ??xx     ??xx
    expired  retired-before   xxxx     xxxx     xxxx     xxxx
    expired  stolen-since     ??xx     xxxx     ??xx     ??xx
    expired  stolen-before    xxxx     xxxx     xxxx     xxxx
    expired  genuine          ??xx     xxxx     ??xx     ??xx
    expired  forged           xxxx     xxxx     xxxx     xxxx
";

/// Lists are signed by a registry, so that what became of the centre's key does not touch them.
const REGISTRY: u8 = 20;

#[test]
fn the_verdict_is_that_of_the_table() {
    let mut lines =
        TABLE.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|line| !line.is_empty());
    let statuses = lines.next().unwrap().split_off(2);
    let (mut cells, mut failures) = (0, Vec::new());
    for line in lines {
        for (status, wanted) in statuses.iter().zip(&line[2..]) {
            for (situation, wanted) in
                [(false, false), (false, true), (true, false), (true, true)].into_iter().zip(wanted.chars())
            {
                let (over, out_of_scope) = situation;
                let found = Case { pack: line[0], key: line[1], status, over, out_of_scope }.verdict();
                if found != wanted {
                    failures.push(format!(
                        "{line:?} {status} over {over} out of scope {out_of_scope}: {found}, not {wanted}"
                    ));
                }
                cells += 1;
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    tell(&format!("trust truth table: {cells} cells"));
}

#[test]
fn without_a_piece_of_evidence_nothing_becomes_valid() {
    for line in
        TABLE.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|line| line.len() > 2).skip(1)
    {
        for status in ["current", "revoked", "stale", "missing"] {
            let case = |pack, status| Case { pack, key: line[1], status, over: false, out_of_scope: false }.verdict();
            if case(line[0], status) != 'V' {
                assert_ne!(case(line[0], "missing"), 'V', "{line:?} {status} without the list");
                assert_ne!(case("none", status), 'V', "{line:?} {status} without the pack");
            }
        }
    }
}

struct Case<'c> {
    pack: &'c str,
    key: &'c str,
    status: &'c str,
    over: bool,
    out_of_scope: bool,
}

impl Case<'_> {
    fn verdict(&self) -> char {
        let badge = self.badge();
        let mut store = Store::default();
        if self.pack != "none" {
            let file = self.pack(&badge);
            store.take("association", file.as_bytes(), Some(&root().fingerprint()), at(NOW)).unwrap();
        }
        let list = match self.status {
            "current" => Some(list(&key(REGISTRY), "2026-11-21T06:00:00Z", false)),
            "revoked" => Some(list(&key(REGISTRY), "2026-11-21T06:00:00Z", true)),
            // Within its ten days, and older than seven.
            "stale" => Some(list(&key(REGISTRY), "2026-11-14T06:00:00Z", false)),
            _ => None,
        };
        let verifier = store.verifier(list.iter().map(String::as_bytes), at(NOW));
        match verdict(&verifier.verify(badge.as_bytes(), at(NOW))).0 {
            "VALID" => 'V',
            "INVALID" => 'x',
            _ => '?',
        }
    }

    fn pack(&self, badge: &str) -> String {
        let mut pack = pack();
        if self.pack == "expired" {
            pack.valid_until = at("2026-11-21T00:00:00Z");
        }
        let mut named = entity_key();
        let stolen = |since: &str, genuine| KeyState::Compromised { since: at(since), genuine };
        named.state = match self.key {
            "retired-since" | "retired-before" => KeyState::Retired,
            "stolen-since" => stolen("2026-11-10T00:00:00Z", None),
            "stolen-before" => stolen("2026-10-10T00:00:00Z", None),
            "genuine" => stolen("2026-10-10T00:00:00Z", Some(Genuine::of([digests(badge)[0], [9; 32]]))),
            "forged" => stolen("2026-11-10T00:00:00Z", Some(Genuine::of([[9; 32]]))),
            _ => KeyState::Active,
        };
        named.valid_until = match self.key {
            "retired-since" => Some(at("2026-11-10T00:00:00Z")),
            "retired-before" => Some(at("2026-10-10T00:00:00Z")),
            _ => None,
        };
        let entity = &mut pack.entities[0];
        entity.keys.push(named);
        entity.status_issuers.push(did(&key(REGISTRY)));
        if self.out_of_scope {
            entity.achievements = vec![Scope::new("https://centre.example.org/tasks/kitchen/1")];
        }
        signed(&pack, &[1, 2])
    }

    fn badge(&self) -> String {
        let by = centre();
        let achievement = Achievement::new(
            "https://centre.example.org/tasks/forklift/1".parse().unwrap(),
            "Forklift pre-start check",
            "The daily check of a forklift.",
            Criteria::narrative("Checks forks, mast, tyres and brakes."),
        );
        let issuer: Iri = did(&by).to_string().parse().unwrap();
        let subject = Subject::with_id("urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11".parse().unwrap(), achievement);
        let id = "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa".parse().unwrap();
        let end = if self.over { "2026-11-20T00:00:00Z" } else { "2028-11-20T00:00:00Z" };
        let badge = Badge::new(id, Profile::new(issuer, "Harbour"), subject, at("2026-11-01T09:00:00Z"))
            .valid_until(at(end))
            .status(StatusEntry::new(StatusPurpose::Revocation, LIST.parse().unwrap(), PLACE));
        let options = ProofOptions::did_key(&by.verifying_key()).cryptosuite(Cryptosuite::EddsaJcs2022);
        badge.sign(&Contexts::builtin(), &by, &options.created(at("2026-11-01T09:00:00Z"))).unwrap().text().to_owned()
    }
}
