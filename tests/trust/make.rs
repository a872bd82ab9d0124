//! The scenarios as they were thought up. What is committed are the bytes that were signed once.

use taskbadge::key::{Did, SigningKey};
use taskbadge::trust::{Entity, EntityKey, ExtraContext, Genuine, KeyState, ListMark, Pack, Role, Root, Scope};
use taskbadge_tests::scenario::{self, Check, Scenario, Step};

use crate::stage::{
    ISSUE, Issue, NOW, at, badge, badge_as, centre, did, digests, entity_key, key, list, mark, pack, root, signed,
};

pub(crate) fn write_new_scenarios() {
    for (name, scenario) in all() {
        let path = scenario::folder().join(format!("{name}.json"));
        if !path.exists() {
            std::fs::write(path, serde_json::to_string_pretty(&scenario).unwrap() + "\n").unwrap();
        }
    }
}

fn first(file: String, expect: &str) -> Step {
    let fingerprint = Some(root().fingerprint().to_string());
    Step { pack: "association".into(), file: lines(&file), fingerprint, at: NOW.into(), expect: expect.into() }
}

fn update(file: String, expect: &str) -> Step {
    Step { pack: "association".into(), file: lines(&file), fingerprint: None, at: NOW.into(), expect: expect.into() }
}

/// The same, as the first of another pack.
fn of_ministry(mut pack: Pack) -> Step {
    pack.id = "urn:uuid:0d0f1f4e-8a8c-4f1e-9b63-3e9c5ad4a111".into();
    Step { pack: "ministry".into(), ..first(good(&pack), "ok") }
}

fn lines(file: &str) -> Vec<String> {
    file.lines().map(Into::into).collect()
}

fn check(badge: String, verdict: &str, codes: &[&str]) -> Option<Check> {
    check_at(NOW, badge, verdict, codes)
}

fn check_at(at: &str, badge: String, verdict: &str, codes: &[&str]) -> Option<Check> {
    let codes = codes.iter().map(|code| (*code).into()).collect();
    Some(Check { badge, at: at.into(), verdict: verdict.into(), codes })
}

fn good(pack: &Pack) -> String {
    signed(pack, &[1, 2])
}

fn changed(change: impl FnOnce(&mut Pack)) -> Pack {
    let mut pack = pack();
    change(&mut pack);
    pack
}

fn with_key(change: impl FnOnce(&mut EntityKey)) -> Pack {
    let mut named = entity_key();
    change(&mut named);
    changed(|pack| pack.entities[0].keys.push(named))
}

const TAIL: [&str; 1] = ["recipient.not-checked"];

/// The findings of a badge without status: those given, then what every badge has.
fn found<'a>(codes: &[&'a str], status: &'a str) -> Vec<&'a str> {
    [codes, &[status], &TAIL].concat()
}

/// Every scenario with its name.
#[allow(clippy::too_many_lines, reason = "a list reads best in one piece")]
pub(crate) fn all() -> Vec<(&'static str, Scenario)> {
    let mut all = Vec::new();
    let mut add = |name, about: &str, steps: Vec<Step>, lists: Vec<String>, check: Option<Check>| {
        all.push((name, Scenario { about: about.into(), steps, lists, check }));
    };
    let plain = || badge(&centre(), &ISSUE);
    let with_status = || badge(&centre(), &Issue { status: true, ..ISSUE });

    add(
        "recognised",
        "The association recognises the centre for its tasks.",
        vec![first(good(&pack()), "ok")],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "other-fingerprint",
        "A pack under another root than the one that was compared.",
        vec![first(
            signed(&changed(|pack| pack.root = Root::new(1, 1, [key(4).verifying_key()]).unwrap()), &[4]),
            "trust.fingerprint",
        )],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["issuer.unknown"], "status.none")),
    );
    add(
        "too-few-signatures",
        "Two root keys have to sign, and one did, twice.",
        vec![first(signed(&pack(), &[1, 1]), "trust.threshold")],
        vec![],
        None,
    );
    add(
        "changed-after-signing",
        "Somebody added a centre to the signed pack.",
        vec![first(good(&pack()).replace("centre.example.org/tasks", "centre.example.org/t4sks"), "trust.threshold")],
        vec![],
        None,
    );
    add(
        "malformed",
        "A pack without a root.",
        vec![first("{\"type\":\"RecognizedEntityCredential\"}".into(), "trust.malformed")],
        vec![],
        None,
    );
    add(
        "not-yet-valid",
        "A pack of tomorrow.",
        vec![first(good(&changed(|pack| pack.valid_from = at("2026-11-23T00:00:00Z"))), "trust.not-yet-valid")],
        vec![],
        None,
    );
    add(
        "update",
        "The next edition takes the place of the one before: the centre is not in it any more.",
        vec![
            first(good(&pack()), "ok"),
            update(
                good(&changed(|pack| {
                    pack.sequence = 8;
                    pack.entities.clear();
                })),
                "ok",
            ),
        ],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["issuer.unknown"], "status.none")),
    );
    add(
        "rollback",
        "An edition with a lower number is refused, and the one at hand stays.",
        vec![
            first(good(&pack()), "ok"),
            update(
                good(&changed(|pack| {
                    pack.sequence = 6;
                    pack.entities.clear();
                })),
                "trust.rollback",
            ),
        ],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "same-number-other-content",
        "One number has one content.",
        vec![first(good(&pack()), "ok"), update(good(&changed(|pack| pack.entities.clear())), "trust.rollback")],
        vec![],
        None,
    );
    add(
        "same-number-more-signatures",
        "The same edition with one signature more is the same edition.",
        vec![first(good(&pack()), "ok"), update(signed(&pack(), &[1, 2, 3]), "ok")],
        vec![],
        None,
    );
    add(
        "other-pack",
        "Another pack by the same root does not take the place of this one.",
        vec![
            first(good(&pack()), "ok"),
            update(
                good(&changed(|pack| pack.id = "urn:uuid:0d0f1f4e-8a8c-4f1e-9b63-3e9c5ad4a111".into())),
                "trust.other-pack",
            ),
        ],
        vec![],
        None,
    );

    let second = || Root::new(2, 1, [key(4).verifying_key()]).unwrap();
    let step = || {
        changed(|pack| {
            pack.sequence = 1;
            pack.root = second();
        })
    };
    add(
        "root-change",
        "The next root is signed by the old threshold and the new one; its numbers begin anew.",
        vec![first(good(&pack()), "ok"), update(signed(&step(), &[1, 2, 4]), "ok")],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "root-change-without-the-old",
        "A new root that the old one did not sign.",
        vec![first(good(&pack()), "ok"), update(signed(&step(), &[1, 4]), "trust.root")],
        vec![],
        None,
    );
    add(
        "root-change-without-the-new",
        "A new root that did not sign for itself.",
        vec![first(good(&pack()), "ok"), update(signed(&step(), &[1, 2]), "trust.threshold")],
        vec![],
        None,
    );
    add(
        "root-swapped",
        "Other keys under the same version of the root.",
        vec![
            first(good(&pack()), "ok"),
            update(
                signed(
                    &changed(|pack| {
                        pack.sequence = 8;
                        pack.root = Root::new(1, 1, [key(4).verifying_key()]).unwrap();
                    }),
                    &[1, 2, 4],
                ),
                "trust.root",
            ),
        ],
        vec![],
        None,
    );
    let third = || {
        changed(|pack| {
            pack.sequence = 1;
            pack.root = Root::new(3, 1, [key(5).verifying_key()]).unwrap();
        })
    };
    add(
        "root-gap",
        "Two root changes at once, and the file has not the step between.",
        vec![first(good(&pack()), "ok"), update(signed(&third(), &[1, 2, 4, 5]), "trust.root-gap")],
        vec![],
        None,
    );
    add(
        "root-steps",
        "Two root changes at once, with the step between on a line of its own.",
        vec![first(good(&pack()), "ok"), update(signed(&step(), &[1, 2, 4]) + "\n" + &signed(&third(), &[4, 5]), "ok")],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "root-rollback",
        "Once a root has changed, the one before signs nothing any more.",
        vec![
            first(good(&pack()), "ok"),
            update(signed(&step(), &[1, 2, 4]), "ok"),
            update(good(&changed(|pack| pack.sequence = 99)), "trust.rollback"),
        ],
        vec![],
        None,
    );
    add(
        "fast-forward",
        "A thief of two root keys drove the number up as far as it goes; a new root recovers from it.",
        vec![
            first(good(&pack()), "ok"),
            update(good(&changed(|pack| pack.sequence = (1 << 53) - 1)), "ok"),
            update(good(&changed(|pack| pack.sequence = 8)), "trust.rollback"),
            update(signed(&step(), &[1, 2, 4]), "ok"),
        ],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );

    let listed = |sequence, made: &str| {
        changed(|pack| {
            pack.sequence = sequence;
            pack.lists.push(mark(made));
        })
    };
    let made = "2026-11-20T06:00:00Z";
    add(
        "list-in-the-file",
        "The file carries the centre's status list.",
        vec![first(good(&listed(7, made)) + "\n" + &list(&centre(), made, false), "ok")],
        vec![],
        check(with_status(), "VALID", &found(&["ok", "trust.pack"], "status.current")),
    );
    add(
        "list-newer-beside",
        "A newer list beside an older pack counts.",
        vec![first(good(&listed(7, made)) + "\n" + &list(&centre(), made, false), "ok")],
        vec![list(&centre(), "2026-11-21T06:00:00Z", true)],
        check(with_status(), "INVALID", &found(&["trust.pack"], "status.revoked")),
    );
    add(
        "list-still-to-come",
        "Beside a list in time there is one of tomorrow: a clock is wrong, and what it clears is not clear yet.",
        vec![first(good(&listed(7, made)) + "\n" + &list(&centre(), made, false), "ok")],
        vec![list(&centre(), "2026-11-23T06:00:00Z", false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "trust.clock")),
    );
    add(
        "list-still-to-come-and-revoked",
        "A list of tomorrow takes the badge back, which one in time does not.",
        vec![first(good(&listed(7, made)) + "\n" + &list(&centre(), "2026-11-23T06:00:00Z", true), "ok")],
        vec![list(&centre(), made, false)],
        check(with_status(), "INVALID", &{
            let mut codes = found(&["trust.pack"], "status.revoked");
            codes.insert(2, "trust.clock");
            codes
        }),
    );
    add(
        "list-known-and-still-to-come",
        "The pack knows of a list of tomorrow; the one at hand is of yesterday.",
        vec![first(good(&listed(7, "2026-11-23T06:00:00Z")), "ok")],
        vec![list(&centre(), made, false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "trust.clock")),
    );
    add(
        "list-left-out",
        "The file was handed over without the list.",
        vec![first(good(&listed(7, made)), "ok")],
        vec![],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.missing")),
    );
    add(
        "list-older-than-known",
        "A list from before the edition that the pack knows.",
        vec![first(good(&listed(7, made)), "ok")],
        vec![list(&centre(), "2026-11-19T06:00:00Z", false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.list-rollback")),
    );
    add(
        "list-older-than-known-and-revoked",
        "What was revoked once stays so, however old the list.",
        vec![first(good(&listed(7, made)), "ok")],
        vec![list(&centre(), "2026-11-19T06:00:00Z", true)],
        check(with_status(), "INVALID", &found(&["trust.pack"], "status.revoked")),
    );
    add(
        "list-vanished",
        "The next edition does not know a list that the one before knew.",
        vec![
            first(good(&listed(7, made)), "ok"),
            update(good(&changed(|pack| pack.sequence = 8)), "trust.list-vanished"),
        ],
        vec![],
        None,
    );
    add(
        "list-goes-back",
        "The next edition knows an older edition of a list.",
        vec![
            first(good(&listed(7, made)), "ok"),
            update(good(&listed(8, "2026-11-19T06:00:00Z")), "trust.list-rollback"),
        ],
        vec![],
        None,
    );
    let registry = || key(20);
    let spoken_for = || changed(|pack| pack.entities[0].status_issuers.push(did(&registry())));
    add(
        "list-by-another",
        "A registry signs the centre's lists, as the pack says.",
        vec![first(good(&spoken_for()), "ok")],
        vec![list(&registry(), made, false)],
        check(with_status(), "VALID", &found(&["ok", "trust.pack"], "status.current")),
    );
    let neighbour = || {
        let mut neighbour = Entity::new(&did(&key(8)), "Hill College");
        neighbour.achievements.push(Scope::new("https://hill.example.org/*"));
        neighbour
    };
    add(
        "list-by-a-stranger",
        "A recognised neighbour signs a list under the centre's address.",
        vec![first(good(&changed(|pack| pack.entities.push(neighbour()))), "ok")],
        vec![list(&key(8), made, false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.list-issuer")),
    );
    add(
        "registry-issues",
        "Who may sign status lists for a centre may not issue badges.",
        vec![first(good(&spoken_for()), "ok")],
        vec![],
        check(
            badge(&registry(), &ISSUE),
            "INVALID",
            &found(&["key.role", "issuer.scope", "trust.pack"], "status.none"),
        ),
    );

    add(
        "out-of-scope",
        "The centre issues a task for which it was not recognised.",
        vec![first(
            good(&changed(|pack| {
                pack.entities[0].achievements = vec![Scope::new("https://centre.example.org/tasks/kitchen/1")];
            })),
            "ok",
        )],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["issuer.scope", "trust.pack"], "status.none")),
    );
    add(
        "scope-of-either-pack",
        "Two packs recognise the centre, one of them for this task.",
        vec![
            first(good(&changed(|pack| pack.entities[0].achievements.clear())), "ok"),
            Step {
                pack: "ministry".into(),
                file: lines(&good(&changed(|pack| pack.id = "urn:uuid:0d0f1f4e-8a8c-4f1e-9b63-3e9c5ad4a111".into()))),
                ..first(String::new(), "ok")
            },
        ],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "successor",
        "The centre closed, and another carries on.",
        vec![first(good(&changed(|pack| pack.entities[0].successor = Some(did(&key(8))))), "ok")],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack", "issuer.successor"], "status.none")),
    );
    add(
        "expired",
        "An expired pack does not make a badge valid.",
        vec![first(good(&pack()), "ok")],
        vec![],
        check_at(
            "2027-02-19T00:00:00Z",
            plain(),
            "INDETERMINATE",
            &found(&["trust.pack", "trust.expired"], "status.none"),
        ),
    );
    add(
        "expired-and-revoked",
        "An expired pack still proves what was taken back.",
        vec![first(good(&pack()), "ok")],
        vec![list(&centre(), made, true)],
        check_at(
            "2027-02-19T00:00:00Z",
            with_status(),
            "INVALID",
            &found(&["trust.pack", "trust.expired"], "status.revoked"),
        ),
    );
    add(
        "clock-behind",
        "The clock is behind a date that was seen in the pack.",
        vec![first(good(&pack()), "ok")],
        vec![],
        check_at(
            "2026-11-18T00:00:00Z",
            plain(),
            "INDETERMINATE",
            &found(&["trust.pack", "trust.clock"], "status.none"),
        ),
    );

    add(
        "clock-behind-what-either-pack-saw",
        "Two packs recognise the centre; the clock is behind the newer.",
        vec![
            first(good(&pack()), "ok"),
            Step {
                pack: "ministry".into(),
                file: lines(&good(&changed(|pack| {
                    pack.id = "urn:uuid:0d0f1f4e-8a8c-4f1e-9b63-3e9c5ad4a111".into();
                    pack.valid_from = at("2026-11-21T00:00:00Z");
                }))),
                ..first(String::new(), "ok")
            },
        ],
        vec![],
        check_at(
            "2026-11-20T00:00:00Z",
            plain(),
            "INDETERMINATE",
            &found(&["trust.pack", "trust.clock"], "status.none"),
        ),
    );
    add(
        "list-dated-anew-by-a-badge-key",
        "The thief of the badge key adds a proof with today's date to an old list by the status key.",
        vec![first(
            good(&{
                let mut pack = with_key(|key| key.role = Some(Role::Badge));
                pack.entities[0].status_issuers.push(did(&registry()));
                let mut other = Entity::new(&did(&registry()), "Registry");
                let method = crate::stage::method(&registry());
                let mut status = taskbadge::trust::EntityKey::new(method, registry().verifying_key());
                status.role = Some(Role::Status);
                other.keys.push(status);
                pack.entities.push(other);
                pack
            }),
            "ok",
        )],
        vec![crate::stage::dated_anew(&list(&registry(), "2026-11-14T06:00:00Z", false), &centre(), NOW)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.stale")),
    );
    add(
        "status-key-signs-a-badge",
        "A key for status lists cannot sign badges.",
        vec![first(good(&with_key(|key| key.role = Some(Role::Status))), "ok")],
        vec![],
        check(plain(), "INVALID", &found(&["key.role", "trust.pack"], "status.none")),
    );
    add(
        "badge-key-signs-a-list",
        "A key for badges cannot sign status lists.",
        vec![first(good(&with_key(|key| key.role = Some(Role::Badge))), "ok")],
        vec![list(&centre(), made, false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.list-proof")),
    );
    add(
        "retired-in-its-time",
        "What a retired key signed in its time stands.",
        vec![first(
            good(&with_key(|key| {
                key.state = KeyState::Retired;
                key.valid_until = Some(at("2026-11-10T00:00:00Z"));
            })),
            "ok",
        )],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "retired-before",
        "A badge dated after its key was retired.",
        vec![first(
            good(&with_key(|key| {
                key.state = KeyState::Retired;
                key.valid_until = Some(at("2026-10-10T00:00:00Z"));
            })),
            "ok",
        )],
        vec![],
        check(plain(), "INVALID", &found(&["key.window", "trust.pack"], "status.none")),
    );
    add(
        "before-its-key",
        "A badge dated before its key counts.",
        vec![first(good(&with_key(|key| key.valid_from = Some(at("2026-11-10T00:00:00Z")))), "ok")],
        vec![],
        check(plain(), "INVALID", &found(&["key.window", "trust.pack"], "status.none")),
    );
    add(
        "undated",
        "A badge without a date, under a key that counts for a limited time.",
        vec![first(good(&with_key(|key| key.valid_from = Some(at("2026-10-10T00:00:00Z")))), "ok")],
        vec![],
        check(
            badge(&centre(), &Issue { created: None, ..ISSUE }),
            "INDETERMINATE",
            &found(&["key.undated", "trust.pack"], "status.none"),
        ),
    );
    let stolen = |genuine: Option<Genuine>, since: &str| {
        let since = at(since);
        with_key(|key| key.state = KeyState::Compromised { since, genuine })
    };
    add(
        "stolen-before",
        "A badge dated after its key was stolen.",
        vec![first(good(&stolen(None, "2026-10-10T00:00:00Z")), "ok")],
        vec![],
        check(plain(), "INVALID", &found(&["key.compromised", "trust.pack"], "status.none")),
    );
    add(
        "stolen-later",
        "A badge dated before its key was stolen, which the thief could have dated so.",
        vec![first(good(&stolen(None, "2026-11-10T00:00:00Z")), "ok")],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["key.doubtful", "trust.pack"], "status.none")),
    );
    add(
        "stolen-and-genuine",
        "The centre's ledger knows the badge as genuine.",
        vec![first(good(&stolen(Some(Genuine::of(digests(&plain()))), "2026-10-10T00:00:00Z")), "ok")],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "stolen-and-forged",
        "The centre published which badges are genuine, and this one is not among them, whatever its date.",
        vec![first(good(&stolen(Some(Genuine::of([[9; 32]])), "2026-11-10T00:00:00Z")), "ok")],
        vec![],
        check(plain(), "INVALID", &found(&["key.compromised", "trust.pack"], "status.none")),
    );
    add(
        "stolen-and-nothing-genuine",
        "The centre published that none of its badges under the key is genuine.",
        vec![first(good(&stolen(Some(Genuine::default()), "2026-11-10T00:00:00Z")), "ok")],
        vec![],
        check(plain(), "INVALID", &found(&["key.compromised", "trust.pack"], "status.none")),
    );
    add(
        "stolen-as-one-pack-knows",
        "One pack has not heard of the theft that another knows of.",
        vec![first(good(&pack()), "ok"), of_ministry(stolen(None, "2026-10-10T00:00:00Z"))],
        vec![],
        check(plain(), "INVALID", &found(&["key.compromised", "trust.pack"], "status.none")),
    );
    let web = Did::web("centre.example.org", &[]).unwrap();
    let name = format!("{web}#key-1");
    // The centre as a did:web that calls a key so.
    let on_the_web = |of: &SigningKey, state: KeyState| {
        changed(|pack| {
            let mut entity = Entity::new(&web, "Harbour Training Centre");
            entity.achievements = pack.entities[0].achievements.clone();
            entity.keys.push(EntityKey { state, ..EntityKey::new(&*name, of.verifying_key()) });
            pack.entities = vec![entity];
        })
    };
    let active = |of: &SigningKey| on_the_web(of, KeyState::Active);
    let stolen_on_the_web =
        |of: &SigningKey| on_the_web(of, KeyState::Compromised { since: at("2026-10-10T00:00:00Z"), genuine: None });
    add(
        "one-name-two-keys",
        "Two packs list different keys under one name, as after a rotation that one has not heard of. The badge is by the key of the second.",
        vec![first(good(&active(&centre())), "ok"), of_ministry(active(&key(8)))],
        vec![],
        check(badge_as(&web, &name, &key(8), &ISSUE), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "one-name-two-keys-and-a-third",
        "Two packs list different keys under one name; the badge is by neither.",
        vec![first(good(&active(&centre())), "ok"), of_ministry(active(&key(8)))],
        vec![],
        check(badge_as(&web, &name, &key(9), &ISSUE), "INVALID", &["proof.bad-signature"]),
    );
    add(
        "one-name-two-keys-and-one-stolen",
        "Two packs list different keys under one name, and one of the keys was stolen: the badge is by the other.",
        vec![first(good(&stolen_on_the_web(&centre())), "ok"), of_ministry(active(&key(8)))],
        vec![],
        check(badge_as(&web, &name, &key(8), &ISSUE), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "stolen-under-another-name",
        "One pack calls the centre's key stolen, which it lists as that of a did:key. Another lists the same key as that of a did:web.",
        vec![first(good(&active(&centre())), "ok"), of_ministry(stolen(None, "2026-10-10T00:00:00Z"))],
        vec![],
        check(
            badge_as(&web, &name, &centre(), &ISSUE),
            "INVALID",
            &found(&["key.compromised", "trust.pack"], "status.none"),
        ),
    );
    add(
        "key-newer-than-the-pack",
        "The centre has a new key, of which the edition at hand does not know.",
        vec![first(good(&active(&centre())), "ok")],
        vec![],
        check(badge_as(&web, &format!("{web}#key-2"), &key(8), &ISSUE), "INDETERMINATE", &["key.not-listed"]),
    );
    let with_issuer = |sequence| {
        changed(|pack| {
            pack.sequence = sequence;
            pack.lists.push(ListMark { issuer: Some(did(&centre())), ..mark(made) });
        })
    };
    add(
        "list-mark-gains-its-issuer",
        "An edition says who signs a list that the one before named by its address alone. The next may not leave it out.",
        vec![
            first(good(&listed(7, made)), "ok"),
            update(good(&with_issuer(8)), "ok"),
            update(good(&changed(|pack| pack.sequence = 9)), "trust.list-vanished"),
        ],
        vec![list(&centre(), made, false)],
        check(with_status(), "VALID", &found(&["ok", "trust.pack"], "status.current")),
    );
    add(
        "stolen-and-vouched-for-by-an-ended-pack",
        "Which badges are genuine only a pack says that has ended; another knows no more than the theft.",
        vec![
            first(
                good(&{
                    let mut pack = stolen(Some(Genuine::of(digests(&plain()))), "2026-10-10T00:00:00Z");
                    pack.valid_until = at("2026-11-21T00:00:00Z");
                    pack
                }),
                "ok",
            ),
            of_ministry(stolen(None, "2026-10-10T00:00:00Z")),
        ],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["key.doubtful", "trust.pack"], "status.none")),
    );
    add(
        "list-by-another-as-an-ended-pack-says",
        "The registry may sign the centre's lists only as a pack says that has ended.",
        vec![
            first(
                good(&changed(|pack| {
                    pack.entities[0].status_issuers.push(did(&key(20)));
                    pack.valid_until = at("2026-11-21T00:00:00Z");
                })),
                "ok",
            ),
            of_ministry(changed(|pack| {
                let registry = Entity::new(&did(&key(20)), "Registry");
                pack.entities.push(registry);
            })),
        ],
        vec![list(&key(20), "2026-11-20T06:00:00Z", false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "trust.expired")),
    );
    let pinned = |is_revoked: bool| {
        let document = taskbadge::key::DidDocument::new(&web, &[key(8).verifying_key()]).unwrap().to_json();
        let revoked = "\"revoked\":\"2026-10-01T00:00:00Z\",\"publicKeyMultibase\"";
        changed(|pack| {
            let mut entity = Entity::new(&web, "Harbour Training Centre");
            entity.achievements = pack.entities[0].achievements.clone();
            entity.document =
                Some(if is_revoked { document.replacen("\"publicKeyMultibase\"", revoked, 1) } else { document });
            pack.entities = vec![entity];
        })
    };
    add(
        "revoked-in-one-of-two-documents",
        "One pack pins the centre's newest DID document, in which the key is revoked; another pins an older one.",
        vec![first(good(&pinned(false)), "ok"), of_ministry(pinned(true))],
        vec![],
        check(
            badge_as(&web, web.method(&key(8).verifying_key()).unwrap().as_str(), &key(8), &ISSUE),
            "INVALID",
            &["key.not-authorised"],
        ),
    );
    add(
        "stolen-and-vouched-for-by-another",
        "Another entity lists the stolen key as its own, and the forged badge as a genuine one. Only whose key it was can say that.",
        vec![first(
            good(&{
                let mut pack = stolen(Some(Genuine::of([[9; 32]])), "2026-10-10T00:00:00Z");
                let mut other = Entity::new(&web, "Another Centre");
                let genuine = Some(Genuine::of(digests(&plain())));
                let state = KeyState::Compromised { since: at("2026-10-10T00:00:00Z"), genuine };
                other.keys.push(EntityKey { state, ..EntityKey::new(&*name, centre().verifying_key()) });
                pack.entities.push(other);
                pack
            }),
            "ok",
        )],
        vec![],
        check(plain(), "INVALID", &found(&["key.compromised", "trust.pack"], "status.none")),
    );
    add(
        "stolen-but-called-active",
        "A key has the date of a theft, and is called active.",
        vec![first(
            stolen(None, "2026-10-10T00:00:00Z").to_json().unwrap().replace("\"compromised\"", "\"active\""),
            "trust.malformed",
        )],
        vec![],
        None,
    );
    add(
        "badge-key-signs-a-list-for-another-pack",
        "One pack lets the centre sign another's status lists; its own pack gives it a key for badges only, and decides.",
        vec![
            first(
                good(&changed(|pack| {
                    let mut other = Entity::new(&web, "Another Centre");
                    other.keys.push(EntityKey::new(&*name, key(8).verifying_key()));
                    other.status_issuers.push(did(&centre()));
                    pack.entities = vec![other];
                })),
                "ok",
            ),
            of_ministry(with_key(|key| key.role = Some(Role::Badge))),
        ],
        vec![list(&centre(), "2026-11-21T06:00:00Z", false)],
        check(with_status(), "INDETERMINATE", &found(&["trust.pack"], "status.list-proof")),
    );
    add(
        "two-editions-of-one-pack",
        "The pack is given twice, in two editions: the newer does not recognise the centre any more.",
        vec![
            first(
                good(&changed(|pack| {
                    pack.sequence = 8;
                    pack.entities.clear();
                })),
                "ok",
            ),
            Step { pack: "the same before".into(), ..first(good(&pack()), "ok") },
        ],
        vec![],
        check(plain(), "INDETERMINATE", &found(&["issuer.unknown"], "status.none")),
    );
    add(
        "clock-recovers-with-the-root",
        "A wrong clock let in an edition of 2099, by a thief of two root keys; a new root recovers from it.",
        vec![
            first(good(&pack()), "ok"),
            Step {
                at: "2099-06-01T00:00:00Z".into(),
                ..update(
                    good(&changed(|pack| {
                        pack.sequence = 8;
                        (pack.valid_from, pack.valid_until) = (at("2099-01-01T00:00:00Z"), at("2099-12-31T00:00:00Z"));
                    })),
                    "ok",
                )
            },
            update(signed(&step(), &[1, 2, 4]), "ok"),
        ],
        vec![],
        check(plain(), "VALID", &found(&["ok", "trust.pack"], "status.none")),
    );
    add(
        "built-in-context",
        "A pack that says otherwise of a context which every verifier has.",
        vec![{
            let mut step = first(good(&pack()), "trust.malformed");
            let context = ExtraContext { id: "https://www.w3.org/ns/credentials/v2".into(), document: "{}".into() };
            let text = step.file[0].replacen(
                "\"credentialSubject\"",
                &format!(
                    "\"context\":[{{\"document\":\"{}\",\"id\":\"{}\"}}],\"credentialSubject\"",
                    context.document, context.id
                ),
                1,
            );
            step.file = vec![text];
            step
        }],
        vec![],
        None,
    );
    all
}
