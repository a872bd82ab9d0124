//! Other JSON of the same statements is told in the same words, or refused.
//!
//! `TASKBADGE_REWRITES=100000 cargo test --release -p taskbadge-tests --test properties rewrites` makes as many, in half a minute.

use std::collections::BTreeMap;

use taskbadge::finding::Code;
use taskbadge::verify::Verdict;
use taskbadge_tests::rewrite::{self, Outcome, Reading};
use taskbadge_tests::tell;

const BADGES: u64 = 200;

#[test]
fn a_rewrite_is_told_the_same_or_refused() {
    let wanted = std::env::var("TASKBADGE_REWRITES").ok().map_or(3_000, |text| text.parse().expect("a number"));
    let originals: Vec<_> = (0..BADGES)
        .map(|seed| {
            let badge = rewrite::badge(seed);
            let reading = Reading::of(&badge.to_string());
            (badge, reading)
        })
        .collect();
    let mut tally = BTreeMap::<(&str, Outcome), usize>::new();
    let (mut count, mut same) = (0, 0);
    for seed in 0.. {
        if count == wanted {
            break;
        }
        let (badge, reading) = &originals[usize::try_from(seed % BADGES).unwrap()];
        // Every third is rewritten twice or three times over.
        let Some((kind, mut rewritten)) = rewrite::rewrite(badge, seed) else { continue };
        let mut kinds = vec![kind];
        for more in 1..=[0, 0, 0, 0, 1, 2][usize::try_from(seed / BADGES % 6).unwrap()] {
            if let Some((kind, again)) = rewrite::rewrite(&rewritten, seed.wrapping_mul(31).wrapping_add(more)) {
                kinds.push(kind);
                rewritten = again;
            }
        }
        let outcome = rewrite::judge(reading, &rewritten, &kinds);
        if kinds.len() == 1 {
            *tally.entry((kind, outcome)).or_default() += 1;
        }
        same += usize::from(outcome == Outcome::Same);
        count += 1;
    }
    for name in rewrite::kinds() {
        let outcomes: Vec<_> =
            tally.iter().filter(|((of, _), _)| *of == name).map(|((_, outcome), count)| (outcome, count)).collect();
        if std::env::var_os("TASKBADGE_REWRITES").is_some() {
            tell(&format!("  {name}: {outcomes:?}"));
        }
        // A way of rewriting that always breaks the signature shows nothing.
        let shows = |outcome: &Outcome| *outcome != Outcome::Refused(Code::ProofBadSignature);
        assert!(outcomes.iter().any(|(outcome, _)| shows(outcome)), "{name}: {outcomes:?}");
    }
    tell(&format!("rewrites: {count} in {} ways, {same} told the same, the others refused", rewrite::kinds().len()));
    assert!(same * 20 > count, "hardly any rewrite is read: {same} of {count}");
}

/// What is told stands in the statements exactly as often as it is told: once, or not at all.
#[test]
fn the_statements_say_what_is_told() {
    let badges = (0..BADGES).map(rewrite::badge);
    let valid: Vec<_> = badges.filter(|badge| Reading::of(&badge.to_string()).verdict == Verdict::Valid).collect();
    let mut count = 0;
    for seed in 0..600 {
        let Some((kind, rewritten)) = rewrite::rewrite(&valid[seed % valid.len()], seed as u64) else { continue };
        let Some(told) = rewrite::told_once(&rewritten) else { continue };
        for (what, told, stated) in told {
            assert_eq!(usize::from(told), stated, "{kind}: {what}: {rewritten}");
        }
        count += 1;
    }
    assert!(count > 100, "{count} were valid");
}
