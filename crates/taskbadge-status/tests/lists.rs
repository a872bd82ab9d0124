//! What a verifier answers about a badge, by the lists that it was given: genuine, old, foreign, broken.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use serde_json::{Value, json};
use taskbadge::finding::{Code, Finding};
use taskbadge::json::Document;
use taskbadge::jsonld::Contexts;
use taskbadge::key::{Did, SigningKey};
use taskbadge::proof::{self, ProofOptions};
use taskbadge::time::Instant;
use taskbadge::trust::{RecognisedIssuer, Trust};
use taskbadge::verify::{Refusal, VerifiedBadge, Verifier};
use taskbadge_status::{Bits, LIST_LIMITS, MaxAge, StatusLists};

const URL: &str = "https://centre.example.org/status/1";
const OTHER_URL: &str = "https://centre.example.org/status/2";
const NOW: &str = "2026-11-14T06:00:00Z";
const LEGACY: &str = "https://legacy.example.org/status/v1";

fn centre() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// Another centre, which the verifier also recognises.
fn neighbour() -> SigningKey {
    SigningKey::from_seed(&[8; 32])
}

fn stranger() -> SigningKey {
    SigningKey::from_seed(&[9; 32])
}

fn did(key: &SigningKey) -> String {
    Did::key(&key.verifying_key()).to_string()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The contexts of the credentials v2 and Open Badges, and one in which the terms of older lists have a meaning.
fn contexts() -> Contexts {
    let terms = [
        "StatusList2021Credential",
        "StatusList2021",
        "StatusList2021Entry",
        "1EdTechRevocationList",
        "1EdTechCredentialRefresh",
        "RevokedCredential",
        "revokedCredential",
        "revoked",
        "revocationReason",
        "statusPurpose",
        "statusListIndex",
        "statusListCredential",
        "encodedList",
    ];
    let terms: serde_json::Map<_, _> =
        terms.iter().map(|term| ((*term).into(), json!(format!("https://legacy.example.org/terms#{term}")))).collect();
    let mut contexts = Contexts::builtin();
    contexts.add(LEGACY, json!({ "@context": terms }).to_string().as_bytes()).unwrap();
    contexts
}

fn verifier() -> Verifier {
    let trust = [centre(), neighbour()].into_iter().map(|key| RecognisedIssuer::did_key(&key.verifying_key()));
    Verifier::new(trust.fold(Trust::none(), Trust::recognise)).contexts(contexts())
}

fn signed(key: &SigningKey, credential: &Value) -> String {
    let document = Document::parse(credential.to_string().as_bytes(), LIST_LIMITS).unwrap();
    let options = ProofOptions::did_key(&key.verifying_key());
    proof::sign_document(&contexts(), &document, LIST_LIMITS, key, &options).unwrap()
}

fn entry(purpose: &str, list: &str, index: &str) -> Value {
    json!({
        "type": "BitstringStatusListEntry", "statusPurpose": purpose,
        "statusListIndex": index, "statusListCredential": list,
    })
}

fn badge(status: &Value) -> String {
    let credential = json!({
        "@context": [
            "https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", LEGACY
        ],
        "id": "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": { "id": did(&centre()), "type": ["Profile"] },
        "validFrom": "2026-11-01T09:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:4b0e2f6a-9d55-4c39-9a4c-0d3c8f0f6a11", "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://centre.example.org/tasks/forklift/1", "type": ["Achievement"],
                "name": "Forklift pre-start check", "description": "Daily check.",
                "criteria": { "narrative": "Checks." },
            },
        },
        "credentialStatus": status,
    });
    signed(&centre(), &credential)
}

/// An unsigned list of the centre for revocation, made on the 12th and good until the 22nd, in which place 5 is set.
fn list() -> Value {
    let mut bits = Bits::new();
    bits.set(5).unwrap();
    json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did(&centre()),
        "validFrom": "2026-11-12T06:00:00Z",
        "validUntil": "2026-11-22T06:00:00Z",
        "credentialSubject": {
            "id": format!("{URL}#list"), "type": "BitstringStatusList",
            "statusPurpose": "revocation", "encodedList": bits.encode(),
        },
    })
}

/// The list with some members set, or with `null` removed, by their pointers.
fn list_with(changes: &[(&str, Value)]) -> Value {
    let mut list = list();
    for (pointer, value) in changes {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = list.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        if value.is_null() { drop(parent.remove(member)) } else { drop(parent.insert(member.into(), value.clone())) }
    }
    list
}

fn marked(indices: &[u64]) -> Value {
    let mut bits = Bits::new();
    indices.iter().for_each(|&index| bits.set(index).unwrap());
    bits.encode().into()
}

const BITS: &str = "/credentialSubject/encodedList";
const PURPOSE: &str = "/credentialSubject/statusPurpose";

fn holding(lists: &[Value]) -> StatusLists {
    let mut held = StatusLists::new();
    for list in lists {
        held.add(&verifier(), signed(&centre(), list).as_bytes(), at(NOW)).unwrap();
    }
    held
}

fn ask(lists: StatusLists, status: &Value, when: &str) -> Result<VerifiedBadge, Refusal> {
    verifier().status(Arc::new(lists)).verify(badge(status).as_bytes(), at(when))
}

/// The verdict, and the findings about status.
fn answer(lists: StatusLists, status: &Value, when: &str) -> (&'static str, Vec<Finding>) {
    let about_status = |findings: &[Finding]| {
        let is_about = |code: Code| code == Code::TrustClock || code.as_str().starts_with("status.");
        findings.iter().filter(|finding| is_about(finding.code())).cloned().collect()
    };
    match ask(lists, status, when) {
        Ok(valid) => ("VALID", about_status(valid.findings())),
        Err(refusal) => (refusal.report().verdict().as_str(), about_status(refusal.refused().findings())),
    }
}

/// The same for one entry.
fn answer_to(lists: StatusLists, status: &Value, when: &str) -> (&'static str, Code, String) {
    let (verdict, findings) = answer(lists, status, when);
    let [finding] = &findings[..] else { panic!("one entry, one finding: {findings:?}") };
    (verdict, finding.code(), finding.detail().unwrap_or_default().into())
}

fn revocation(index: u64) -> Value {
    entry("revocation", URL, &index.to_string())
}

#[test]
fn a_place_that_is_not_marked_is_current_and_says_of_when() {
    for (now, detail) in [
        ("2026-11-12T06:00:00Z", "not revoked as of 2026-11-12"),
        ("2026-11-13T06:00:00Z", "not revoked as of 2026-11-12, 1 day ago"),
        ("2026-11-19T06:00:00Z", "not revoked as of 2026-11-12, 7 days ago"),
    ] {
        let found = answer_to(holding(&[list()]), &revocation(6), now);
        assert_eq!(found, ("VALID", Code::StatusCurrent, detail.into()));
    }
}

#[test]
fn a_marked_place_decides_by_its_purpose() {
    let (verdict, code, detail) = answer_to(holding(&[list()]), &revocation(5), NOW);
    assert_eq!((verdict, code, &*detail), ("INVALID", Code::StatusRevoked, "revoked as of 2026-11-12, 2 days ago"));

    let suspension = list_with(&[(PURPOSE, json!("suspension"))]);
    let entry = entry("suspension", URL, "5");
    let (verdict, code, detail) = answer_to(holding(&[suspension]), &entry, NOW);
    assert_eq!((verdict, code, &*detail), ("INVALID", Code::StatusSuspended, "suspended as of 2026-11-12, 2 days ago"));
    let lifted = [(PURPOSE, json!("suspension")), (BITS, marked(&[])), ("/validFrom", json!("2026-11-13T06:00:00Z"))];
    let held = holding(&[list_with(&[(PURPOSE, json!("suspension"))]), list_with(&lifted)]);
    let (verdict, code, _) = answer_to(held, &entry, NOW);
    assert_eq!((verdict, code), ("VALID", Code::StatusCurrent));
}

#[test]
fn a_list_of_many_purposes_counts_for_each() {
    let both = list_with(&[(PURPOSE, json!(["suspension", "message", "revocation"]))]);
    for purpose in ["revocation", "suspension"] {
        let (verdict, ..) = answer_to(holding(std::slice::from_ref(&both)), &entry(purpose, URL, "5"), NOW);
        assert_eq!(verdict, "INVALID");
        let (verdict, ..) = answer_to(holding(std::slice::from_ref(&both)), &entry(purpose, URL, "6"), NOW);
        assert_eq!(verdict, "VALID");
    }
}

#[test]
fn a_clear_bit_needs_a_list_in_its_validity_and_not_too_old() {
    let late = "2026-11-19T06:00:01Z";
    assert_eq!(answer_to(holding(&[list()]), &revocation(6), late).1, Code::StatusStale);
    let longer = holding(&[list()]).max_age(MaxAge::days(30).unwrap());
    assert_eq!(answer_to(longer.clone(), &revocation(6), late).1, Code::StatusCurrent);
    let (verdict, code, detail) = answer_to(longer, &revocation(6), "2026-11-22T06:00:00Z");
    assert_eq!((verdict, code), ("INDETERMINATE", Code::StatusListValidity));
    assert_eq!(detail, "it ended 2026-11-22T06:00:00Z; not revoked as of 2026-11-12, 10 days ago");
    let shorter = holding(&[list()]).max_age("12h".parse().unwrap());
    assert_eq!(answer_to(shorter, &revocation(6), NOW).1, Code::StatusStale);
    // A badge is checked for a time before the list was there.
    assert_eq!(answer_to(holding(&[list()]), &revocation(6), "2026-11-12T05:59:59Z").1, Code::TrustClock);
    // Time to live is advice for fetching; it makes no list last longer.
    let live = list_with(&[("/credentialSubject/ttl", json!(8_640_000_000_u64))]);
    assert_eq!(answer_to(holding(&[live]), &revocation(6), "2026-11-22T06:00:00Z").1, Code::StatusListValidity);
}

#[test]
fn a_revocation_decides_however_old_the_list() {
    for when in ["2026-11-12T06:00:00Z", "2026-11-19T06:00:01Z", "2027-11-22T06:00:00Z"] {
        let (verdict, code, _) = answer_to(holding(&[list()]), &revocation(5), when);
        assert_eq!((verdict, code), ("INVALID", Code::StatusRevoked), "{when}");
    }
    // Also of a list that had ended when it was read, which proves nothing else.
    let old = list_with(&[("/validUntil", json!("2026-11-13T06:00:00Z"))]);
    assert_eq!(answer_to(holding(std::slice::from_ref(&old)), &revocation(5), NOW).1, Code::StatusRevoked);
    assert_eq!(answer_to(holding(&[old]), &revocation(6), NOW).1, Code::StatusListValidity);
    // A suspension may have been lifted since.
    let suspension = list_with(&[(PURPOSE, json!("suspension"))]);
    let (verdict, code, detail) =
        answer_to(holding(&[suspension]), &entry("suspension", URL, "5"), "2026-11-20T06:00:00Z");
    assert_eq!((verdict, code), ("INDETERMINATE", Code::StatusStale));
    assert_eq!(detail, "suspended as of 2026-11-12, 8 days ago");
}

#[test]
fn a_newer_edition_takes_the_place_of_an_older_one_in_any_order_and_takes_back_no_revocation() {
    let newer = list_with(&[("/validFrom", json!("2026-11-13T06:00:00Z")), (BITS, marked(&[9]))]);
    for order in [[list(), newer.clone()], [newer.clone(), list()]] {
        for index in [5, 9] {
            assert_eq!(answer_to(holding(&order), &revocation(index), NOW).1, Code::StatusRevoked, "{index}");
        }
        let (.., detail) = answer_to(holding(&order), &revocation(6), NOW);
        assert_eq!(detail, "not revoked as of 2026-11-13, 1 day ago");
    }
    // Three editions, the revoking one in the middle of the order in which they came.
    let oldest = list_with(&[("/validFrom", json!("2026-11-11T06:00:00Z")), (BITS, marked(&[11]))]);
    for order in [[newer.clone(), list(), oldest.clone()], [oldest, newer, list()]] {
        for index in [5, 9, 11] {
            assert_eq!(answer_to(holding(&order), &revocation(index), NOW).1, Code::StatusRevoked, "{index}");
        }
    }
}

/// What two editions of a list say of a badge together, one of the 10th and one of the 12th, when a clock says the 13th,
/// the 11th, the 9th and the 20th.
///
/// `V` for VALID; `R` revoked, `S` suspended; `?` for stale, `-` for no list. A small letter says beside it that the clock
/// seems wrong, and `c` that alone. Written from the rules: a revocation counts from every edition; a suspension from the
/// newest in time, and from one that is still to come; that nothing is marked only from the newest, in time and fresh; and
/// where one is still to come, nothing is VALID.
const EDITIONS: &str = "
    10th   12th   revocation  suspension
    none   none   ----        ----
    clear  none   VVc?        VVc?
    set    none   RRrR        SSs?
    none   clear  Vcc?        Vcc?
    none   set    RrrR        Sss?
    clear  clear  Vcc?        Vcc?
    clear  set    RrrR        Sss?
    set    clear  RrrR        Vsc?
    set    set    RrrR        Sss?
";

#[test]
fn a_set_bit_counts_from_every_edition_and_a_clear_one_only_from_one_in_time() {
    let clocks = ["2026-11-13T06:00:00Z", "2026-11-11T06:00:00Z", "2026-11-09T06:00:00Z", "2026-11-20T06:00:00Z"];
    let of = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut cells = 0;
    for line in EDITIONS.lines().map(of).filter(|line| line.len() == 4).skip(1) {
        for (purpose, wanted) in ["revocation", "suspension"].into_iter().zip(&line[2..]) {
            let edition = |day: u8, bit: &str| {
                let places: &[u64] = if bit == "set" { &[5] } else { &[] };
                let made = json!(format!("2026-11-{day:02}T06:00:00Z"));
                let list = list_with(&[(PURPOSE, json!(purpose)), ("/validFrom", made), (BITS, marked(places))]);
                (bit != "none").then(|| signed(&centre(), &list))
            };
            let mut editions: Vec<String> = edition(10, &line[0]).into_iter().chain(edition(12, &line[1])).collect();
            for (clock, wanted) in clocks.into_iter().zip(wanted.chars()) {
                for _ in 0..2 {
                    editions.reverse();
                    // As read by this clock; and by another, as of a verifier that runs for long, or one that was put back.
                    for read in [clock, clocks[0], clocks[2], clocks[3]] {
                        let mut held = StatusLists::new();
                        for edition in &editions {
                            held.add(&verifier(), edition.as_bytes(), at(read)).unwrap();
                        }
                        let (verdict, findings) = answer(held, &entry(purpose, URL, "5"), clock);
                        let codes: Vec<_> = findings.iter().map(Finding::code).collect();
                        let found = match codes[..] {
                            [Code::StatusCurrent] => 'V',
                            [Code::StatusRevoked] => 'R',
                            [Code::StatusSuspended] => 'S',
                            [Code::StatusRevoked, Code::TrustClock] => 'r',
                            [Code::StatusSuspended, Code::TrustClock] => 's',
                            [Code::StatusStale] => '?',
                            [Code::TrustClock] => 'c',
                            [Code::StatusMissing] => '-',
                            _ => panic!("{codes:?}"),
                        };
                        let by = format!("{line:?} {purpose} at {clock}, read at {read}");
                        assert_eq!(verdict == "VALID", found == 'V', "{by}");
                        if read == clock {
                            assert_eq!(found, wanted, "{by}");
                        }
                        // What was known is revoked by every clock; and what was not valid is not for having been read late.
                        assert_eq!(found.eq_ignore_ascii_case(&'R'), wanted.eq_ignore_ascii_case(&'R'), "{by}");
                        assert!(found != 'V' || wanted == 'V', "{by}");
                        cells += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cells, 9 * 2 * 4 * 2 * 4);
}

/// The newest edition says what else there is to know of a wrong clock; the report wants no other list for it.
#[test]
fn a_list_that_is_still_to_come_says_that_the_clock_seems_wrong() {
    let old = list_with(&[("/validFrom", json!("2026-11-01T06:00:00Z"))]);
    let ahead = list_with(&[("/validFrom", json!("2026-11-14T06:00:01Z"))]);
    let (verdict, findings) = answer(holding(&[old, ahead.clone()]), &revocation(6), NOW);
    let codes: Vec<_> = findings.iter().map(Finding::code).collect();
    assert_eq!((verdict, &codes[..]), ("INDETERMINATE", &[Code::StatusStale, Code::TrustClock][..]));
    assert_eq!(findings[1].code().what(), "the clock of this computer seems wrong");
    assert_eq!(
        findings[1].detail(),
        Some("2026-11-14T06:00:00Z is before 2026-11-14T06:00:01Z, when the status list was made")
    );
    let refusal = ask(holding(&[ahead]), &revocation(6), NOW).unwrap_err();
    assert_eq!(refusal.refused().cause().code(), Code::TrustClock);
    assert!(refusal.report().required_documents().is_empty());
}

/// Whoever hands lists on chooses their order; neither of two that were made in one instant is the later.
#[test]
fn of_two_editions_of_one_instant_each_counts_in_any_order() {
    let suspension = |indices: &[u64]| list_with(&[(PURPOSE, json!("suspension")), (BITS, marked(indices))]);
    let (clear, marked) = (suspension(&[]), suspension(&[5]));
    for order in [[clear.clone(), marked.clone()], [marked, clear]] {
        assert_eq!(answer_to(holding(&order), &entry("suspension", URL, "5"), NOW).1, Code::StatusSuspended);
        assert_eq!(answer_to(holding(&order), &entry("suspension", URL, "6"), NOW).1, Code::StatusCurrent);
    }
}

#[test]
fn lists_that_unpack_into_too_much_are_not_held() {
    let largest = Bits::with_room_for(taskbadge_status::MOST_ENTRIES).unwrap().encode();
    let offered = |number: usize| {
        let address = format!("https://centre.example.org/status/large-{number}");
        signed(&centre(), &list_with(&[("/id", address.into()), (BITS, json!(largest))]))
    };
    let mut held = holding(&[list(), list_with(&[("/id", OTHER_URL.into())])]);
    let each = usize::try_from(taskbadge_status::MOST_ENTRIES / 8).unwrap();
    // The small ones have their place, too.
    let fitting = StatusLists::BYTES_MAX / each - 1;
    // The same again takes no more.
    for number in [0; 20].into_iter().chain(1..fitting) {
        held.add(&verifier(), offered(number).as_bytes(), at(NOW)).unwrap();
    }
    let refused = held.add(&verifier(), offered(fitting).as_bytes(), at(NOW)).unwrap_err();
    assert_eq!(refused.code(), Code::StatusListTooLarge);
    assert_eq!(answer_to(held.clone(), &revocation(5), NOW).1, Code::StatusRevoked);
    assert_eq!(answer_to(held.clone(), &revocation(6), NOW).1, Code::StatusCurrent);
    // What one issuer fills, others have room beside; and of what had no room nothing else is said to be current.
    let newer = [("/validFrom", json!("2026-11-13T06:00:00Z")), ("/issuer", did(&neighbour()).into())];
    held.add(&verifier(), signed(&neighbour(), &list_with(&newer)).as_bytes(), at(NOW)).unwrap();
    let newer = [("/validFrom", json!("2026-11-13T06:00:00Z")), (BITS, json!(largest))];
    held.add(&verifier(), signed(&centre(), &list_with(&newer)).as_bytes(), at(NOW)).unwrap_err();
    assert_eq!(answer_to(held.clone(), &revocation(6), NOW).1, Code::StatusListTooLarge);
    assert_eq!(answer_to(held, &revocation(5), NOW).1, Code::StatusRevoked);
}

/// Somebody recognised for something else signs lists at the centre's address, as large and as many as they like.
#[test]
fn what_one_issuer_signs_takes_no_room_of_anothers() {
    let largest = json!(Bits::with_room_for(taskbadge_status::MOST_ENTRIES).unwrap().encode());
    let squat = |address: &str| {
        let changes = [("/id", json!(address)), ("/issuer", json!(did(&neighbour()))), (BITS, largest.clone())];
        signed(&neighbour(), &list_with(&changes))
    };
    let mut held = StatusLists::new();
    let mut refused = 0;
    for number in 0..6 {
        let address = format!("https://neighbour.example.org/{number}");
        refused += usize::from(held.add(&verifier(), squat(&address).as_bytes(), at(NOW)).is_err());
    }
    assert_eq!(refused, 2, "64 MiB have room for four");
    let finding = held.add(&verifier(), squat(URL).as_bytes(), at(NOW)).unwrap_err();
    assert_eq!(finding.code(), Code::StatusListTooLarge);
    // There is none of the centre's own yet.
    assert_eq!(answer_to(held.clone(), &revocation(6), NOW).1, Code::StatusMissing);
    for order in [true, false] {
        let mut held = if order { held.clone() } else { StatusLists::new() };
        held.add(&verifier(), signed(&centre(), &list()).as_bytes(), at(NOW)).unwrap();
        let _ = held.add(&verifier(), squat(URL).as_bytes(), at(NOW));
        assert_eq!(answer_to(held.clone(), &revocation(6), NOW).1, Code::StatusCurrent);
        assert_eq!(answer_to(held, &revocation(5), NOW).1, Code::StatusRevoked);
    }
}

/// Nor do many of them together.
#[test]
fn every_issuer_has_room_of_its_own_whatever_all_the_others_take() {
    let largest = json!(Bits::with_room_for(taskbadge_status::MOST_ENTRIES).unwrap().encode());
    let many: Vec<_> = (20..29).map(|seed| SigningKey::from_seed(&[seed; 32])).collect();
    let all =
        many.iter().chain([&centre()]).map(|key| RecognisedIssuer::did_key(&key.verifying_key())).collect::<Vec<_>>();
    let verifier = Verifier::new(all.into_iter().fold(Trust::none(), Trust::recognise)).contexts(contexts());
    let mut held = StatusLists::new();
    let offered = many.iter().flat_map(|key| (0..4).map(move |number| (key, number)));
    let refused = offered.filter(|(key, number)| {
        let address = json!(format!("https://many.example.org/{number}"));
        let list = list_with(&[("/id", address), ("/issuer", json!(did(key))), (BITS, largest.clone())]);
        held.add(&verifier, signed(key, &list).as_bytes(), at(NOW)).is_err()
    });
    assert_eq!(refused.count(), 4, "eight fill it all");
    held.add(&verifier, signed(&centre(), &list()).as_bytes(), at(NOW)).unwrap();
    assert_eq!(answer_to(held, &revocation(6), NOW).1, Code::StatusCurrent);
}

#[test]
fn the_date_of_a_later_proof_counts_and_a_date_to_come_shows_a_wrong_clock() {
    let resigned = |created: &str| {
        let document = Document::parse(list().to_string().as_bytes(), LIST_LIMITS).unwrap();
        let options = ProofOptions::did_key(&centre().verifying_key()).created(at(created));
        let text = proof::sign_document(&contexts(), &document, LIST_LIMITS, &centre(), &options).unwrap();
        let mut held = StatusLists::new();
        held.add(&verifier(), text.as_bytes(), at(NOW)).unwrap();
        answer_to(held, &revocation(6), NOW).2
    };
    assert_eq!(resigned("2026-11-13T06:00:00Z"), "not revoked as of 2026-11-13, 1 day ago");
    assert_eq!(resigned("2026-11-10T06:00:00Z"), "not revoked as of 2026-11-12, 2 days ago");
    let ahead = "2026-11-14T06:00:00Z is before 2027-11-13T06:00:00Z, when the status list was made";
    assert_eq!(resigned("2027-11-13T06:00:00Z"), ahead);
}

/// What an attacker, or an accident, may put in the place of a list. Each has its own finding when it is read and when
/// a badge names it; none lets a badge be valid, and none displaces a good list.
#[test]
fn a_list_that_does_not_count_is_no_better_than_none_and_says_why() {
    let good = signed(&centre(), &list());
    let gzip = |bytes: &[u8]| {
        // A list of any length, through the front door: packed as it is, and cut or stretched by its caller.
        use base64::Engine as _;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
        std::io::Write::write_all(&mut gzip, bytes).unwrap();
        let packed = gzip.finish().unwrap();
        move |change: fn(Vec<u8>) -> Vec<u8>| {
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(change(packed.clone()));
            signed(&centre(), &list_with(&[(BITS, format!("u{text}").into())]))
        }
    };
    let with = |changes: &[(&str, Value)]| signed(&centre(), &list_with(changes));
    let whole = gzip(&[0; 16_384]);
    let cases = [
        ("changed after signing", good.replace("2026-11-22T", "2027-11-22T"), Code::StatusListProof),
        ("not signed", list().to_string(), Code::StatusListProof),
        ("signed by a neighbour in the centre's name", signed(&neighbour(), &list()), Code::StatusListProof),
        (
            "by a stranger",
            signed(&stranger(), &list_with(&[("/issuer", did(&stranger()).into())])),
            Code::StatusListIssuer,
        ),
        ("without an address", with(&[("/id", Value::Null)]), Code::StatusListUrl),
        ("another credential", badge(&revocation(6)), Code::StatusListMalformed),
        ("no date", with(&[("/validFrom", Value::Null)]), Code::StatusListMalformed),
        ("no purpose", with(&[(PURPOSE, Value::Null)]), Code::StatusListMalformed),
        ("no bits", with(&[(BITS, Value::Null)]), Code::StatusListMalformed),
        (
            "two subjects",
            with(&[("/credentialSubject", json!([{ "id": "urn:a:1" }, { "id": "urn:a:2" }]))]),
            Code::StatusListMalformed,
        ),
        ("cut off as a file", good[..good.len() / 2].into(), Code::StatusListMalformed),
        ("not multibase u", with(&[(BITS, json!("zabc"))]), Code::StatusListEncoding),
        ("not GZIP", with(&[(BITS, json!("uAAAA"))]), Code::StatusListEncoding),
        ("cut off as GZIP", whole(|packed| packed[..packed.len() - 9].to_vec()), Code::StatusListEncoding),
        ("something after it", whole(|packed| [&packed[..], b"!"].concat()), Code::StatusListEncoding),
        ("two members", whole(|packed| packed.repeat(2)), Code::StatusListEncoding),
        ("too short", gzip(&[0; 16_383])(|packed| packed), Code::StatusListTooShort),
        ("a GZIP bomb", gzip(&vec![0; 40 << 20])(|packed| packed), Code::StatusListTooLarge),
        ("a file too large", " ".repeat(7 << 20), Code::StatusListTooLarge),
    ];
    for (about, bytes, code) in cases {
        let mut held = StatusLists::new();
        let refused = held.add_from(URL, &verifier(), bytes.as_bytes(), at(NOW)).expect_err(about);
        assert_eq!(refused.code(), code, "{about}: {refused}");
        let (verdict, found, _) = answer_to(held, &revocation(6), NOW);
        assert_eq!((verdict, found), ("INDETERMINATE", code), "{about}");
        for good_first in [true, false] {
            let mut held = StatusLists::new();
            let mut give = |good_one: bool| {
                if good_one {
                    held.add(&verifier(), good.as_bytes(), at(NOW)).unwrap();
                } else {
                    held.add(&verifier(), bytes.as_bytes(), at(NOW)).expect_err(about);
                }
            };
            give(good_first);
            give(!good_first);
            assert_eq!(answer_to(held.clone(), &revocation(6), NOW).1, Code::StatusCurrent, "{about}");
            assert_eq!(answer_to(held, &revocation(5), NOW).1, Code::StatusRevoked, "{about}");
        }
    }
}

#[test]
fn a_genuine_list_of_something_else_does_not_count_either() {
    // Of another address.
    let mut held = StatusLists::new();
    let other = signed(&centre(), &list_with(&[("/id", json!(OTHER_URL))]));
    let refused = held.add_from(URL, &verifier(), other.as_bytes(), at(NOW)).unwrap_err();
    assert_eq!((refused.code(), refused.detail()), (Code::StatusListUrl, Some(OTHER_URL)));
    assert_eq!(answer_to(held, &revocation(6), NOW).1, Code::StatusListUrl);
    assert_eq!(
        answer_to(holding(&[list_with(&[("/id", json!(OTHER_URL))])]), &revocation(6), NOW).1,
        Code::StatusMissing
    );
    // Of another issuer, who is recognised: it neither vouches for the badge nor takes it back.
    let foreign = signed(&neighbour(), &list_with(&[("/issuer", did(&neighbour()).into())]));
    for index in [5, 6] {
        let mut held = StatusLists::new();
        assert_eq!(held.add(&verifier(), foreign.as_bytes(), at(NOW)).as_deref(), Ok(URL));
        let (verdict, code, _) = answer_to(held.clone(), &revocation(index), NOW);
        assert_eq!((verdict, code), ("INDETERMINATE", Code::StatusListIssuer));
        // It stands beside the issuer's own list, newer or not, and changes nothing.
        held.add(&verifier(), signed(&centre(), &list_with(&[(BITS, marked(&[]))])).as_bytes(), at(NOW)).unwrap();
        assert_eq!(answer_to(held, &revocation(index), NOW).1, Code::StatusCurrent);
    }
    // For another purpose.
    let suspension = list_with(&[(PURPOSE, json!("suspension"))]);
    for index in ["5", "6"] {
        let found = answer_to(holding(std::slice::from_ref(&suspension)), &entry("revocation", URL, index), NOW);
        assert_eq!((found.0, found.1), ("INDETERMINATE", Code::StatusListPurpose));
        let found = answer_to(holding(&[list()]), &entry("suspension", URL, index), NOW);
        assert_eq!((found.0, found.1), ("INDETERMINATE", Code::StatusListPurpose));
    }
}

#[test]
fn an_index_is_a_place_of_the_list() {
    let code = |index: &str| answer_to(holding(&[list()]), &entry("revocation", URL, index), NOW);
    assert_eq!(code("131071").1, Code::StatusCurrent);
    assert_eq!(code("131072"), ("INDETERMINATE", Code::StatusIndexRange, "place 131072 of a list of 131072".into()));
    assert_eq!(code("18446744073709551615").1, Code::StatusIndexRange);
    for malformed in ["-1", "01", "+1", "1.0", "18446744073709551616", "", "٣"] {
        let (verdict, code, _) = code(malformed);
        assert_eq!((verdict, code), ("INVALID", Code::StatusMalformed), "{malformed}");
    }
}

#[test]
fn the_worst_of_several_entries_decides() {
    let second = list_with(&[("/id", json!(OTHER_URL)), (PURPOSE, json!("suspension"))]);
    let held = || holding(&[list(), second.clone()]);
    let verdict = |first: u64, then: Value| {
        let (verdict, findings) = answer(held(), &json!([revocation(first), then]), NOW);
        (verdict, findings.iter().map(Finding::code).collect::<Vec<_>>())
    };
    let suspension = |index: &str| entry("suspension", OTHER_URL, index);
    assert_eq!(verdict(6, suspension("6")), ("VALID", vec![Code::StatusCurrent, Code::StatusCurrent]));
    assert_eq!(verdict(6, suspension("5")), ("INVALID", vec![Code::StatusCurrent, Code::StatusSuspended]));
    assert_eq!(verdict(5, suspension("6")), ("INVALID", vec![Code::StatusRevoked, Code::StatusCurrent]));
    let unknown = entry("suspension", "https://centre.example.org/status/3", "6");
    assert_eq!(verdict(6, unknown.clone()), ("INDETERMINATE", vec![Code::StatusCurrent, Code::StatusMissing]));
    assert_eq!(verdict(5, unknown), ("INVALID", vec![Code::StatusRevoked, Code::StatusMissing]));
    // That a newer badge is there takes nothing from this one.
    assert_eq!(verdict(6, entry("refresh", URL, "5")), ("VALID", vec![Code::StatusCurrent]));
}

#[test]
fn what_is_not_supported_is_said() {
    let mut wide = revocation(6);
    wide["statusSize"] = json!(2);
    let (verdict, code, detail) = answer_to(holding(&[list()]), &wide, NOW);
    assert_eq!((verdict, code), ("INDETERMINATE", Code::StatusUnsupported));
    assert_eq!(detail, "statusSize 2: only single bits are read");
    wide["statusSize"] = json!(1);
    assert_eq!(answer_to(holding(&[list()]), &wide, NOW).1, Code::StatusCurrent);
    let message = entry("message", URL, "6");
    assert_eq!(answer_to(holding(&[list()]), &message, NOW).1, Code::StatusUnsupported);
    let other = json!({ "id": "https://centre.example.org/revoked", "type": "1EdTechCredentialRefresh" });
    assert_eq!(answer_to(holding(&[list()]), &other, NOW).1, Code::StatusUnsupported);
}

#[test]
fn the_draft_of_2021_is_read_where_a_badge_names_it() {
    use base64::Engine as _;
    let mut bits = Bits::new();
    bits.set(5).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(9));
    std::io::Write::write_all(&mut gzip, bits.as_bytes()).unwrap();
    let text = base64::engine::general_purpose::URL_SAFE.encode(gzip.finish().unwrap());
    let old = list_with(&[
        ("/@context", json!(["https://www.w3.org/ns/credentials/v2", LEGACY])),
        ("/type", json!(["VerifiableCredential", "StatusList2021Credential"])),
        ("/credentialSubject/type", json!("StatusList2021")),
        (BITS, text.into()),
    ]);
    let mut entry = revocation(5);
    entry["type"] = json!("StatusList2021Entry");
    assert_eq!(answer_to(holding(std::slice::from_ref(&old)), &entry, NOW).1, Code::StatusRevoked);
    entry["statusListIndex"] = json!("6");
    assert_eq!(answer_to(holding(std::slice::from_ref(&old)), &entry, NOW).1, Code::StatusCurrent);
    // The kinds are not mixed: the meaning of a list is that which its issuer signed.
    assert_eq!(answer_to(holding(&[old]), &revocation(6), NOW).1, Code::StatusListMalformed);
    assert_eq!(answer_to(holding(&[list()]), &entry, NOW).1, Code::StatusListMalformed);
}

#[test]
fn a_1edtech_list_counts_where_it_is_signed() {
    let status = json!({ "id": URL, "type": "1EdTechRevocationList" });
    let revoked = |ids: Value| json!({ "id": URL, "issuer": did(&centre()), "revokedCredential": ids });
    let id = "urn:uuid:7a8c1a52-7f6b-4a29-8d6f-5a62d1a5f0aa";
    let this = json!([{ "id": id, "revoked": true, "revocationReason": "a mistake" }]);
    let other = json!([{ "id": "urn:uuid:00000000-0000-4000-8000-000000000000" }]);
    // As it is published, it is served by a web site and signed by nobody.
    for (ids, detail) in [
        (this.clone(), "it is not signed; it says that the badge is revoked: “\u{2068}a mistake\u{2069}”"),
        (other.clone(), "it is not signed"),
    ] {
        let mut held = StatusLists::new();
        let refused = held.add(&verifier(), revoked(ids).to_string().as_bytes(), at(NOW)).unwrap_err();
        assert_eq!(refused.code(), Code::StatusListProof);
        let found = answer_to(held, &status, NOW);
        assert_eq!(found, ("INDETERMINATE", Code::StatusListProof, detail.into()));
    }
    let signed_list = |ids: Value| {
        list_with(&[
            ("/@context", json!(["https://www.w3.org/ns/credentials/v2", LEGACY])),
            ("/type", json!(["VerifiableCredential"])),
            ("/credentialSubject", json!({ "id": URL, "type": "1EdTechRevocationList", "revokedCredential": ids })),
        ])
    };
    let found = answer_to(holding(&[signed_list(this.clone())]), &status, NOW);
    assert_eq!((found.0, found.1), ("INVALID", Code::StatusRevoked));
    assert_eq!(found.2, "revoked as of 2026-11-12, 2 days ago: “\u{2068}a mistake\u{2069}”");
    assert_eq!(answer_to(holding(&[signed_list(other)]), &status, NOW).1, Code::StatusCurrent);
    let mut not_really = this;
    not_really[0]["revoked"] = json!(false);
    assert_eq!(answer_to(holding(&[signed_list(not_really)]), &status, NOW).1, Code::StatusCurrent);
}

#[test]
fn a_domain_is_asked_of_the_badge_and_not_of_the_list() {
    let mut held = StatusLists::new();
    let verifier = verifier().domain("employer.example.org").challenge("4711");
    assert!(held.add(&verifier, signed(&centre(), &list()).as_bytes(), at(NOW)).is_ok());
    let refusal = verifier.status(Arc::new(held)).verify(badge(&revocation(6)).as_bytes(), at(NOW)).unwrap_err();
    assert_eq!(refusal.refused().cause().code(), Code::ProofDomain);
}

#[test]
fn the_report_names_the_list_and_its_age() {
    let valid = ask(holding(&[list()]), &revocation(6), NOW).unwrap();
    let report = serde_json::to_value(valid.report()).unwrap();
    assert_eq!(
        report["status"],
        json!([{
            "state": "current", "purpose": "revocation", "list": URL,
            "asOf": "2026-11-12T06:00:00Z", "ageDays": 2, "validUntil": "2026-11-22T06:00:00Z",
        }])
    );
    assert_eq!(valid.status()[0].list(), URL);
    let refusal = ask(StatusLists::new(), &revocation(6), NOW).unwrap_err();
    let report = serde_json::to_value(refusal.report()).unwrap();
    assert_eq!(report["status"], json!([{ "state": "unknown", "purpose": "revocation", "list": URL }]));
    assert_eq!(report["requiredDocuments"], json!([URL]));
    // A list that is there and does not settle it is still what is wanted.
    let refusal = ask(holding(&[list()]), &revocation(6), "2026-11-20T06:00:00Z").unwrap_err();
    assert_eq!(refusal.report().required_documents(), [URL]);
}
