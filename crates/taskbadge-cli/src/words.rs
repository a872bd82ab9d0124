//! Every sentence that the command itself says, so that they can be translated in one place. The libraries bring their
//! own sentences for findings, lints and mistakes; what clap prints stands with the arguments.
//!
//! An error says what happened; what to do next. What somebody else wrote (in a badge, a pack, a roster, an argument, the
//! name of a file) stands in a sentence as `Quoted` or `Name`, after a label or in a column as `Alone`: never as it is.

pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod pack;
pub(crate) mod publish;
pub(crate) mod replace;
pub(crate) mod trust;

use std::fmt::Display;
use std::io;
use std::path::Path;

use taskbadge::badge::{Claims, Said, Words};
use taskbadge::finding::{Code, Finding};
use taskbadge::shown::{Alone, Line, Name, Quoted, Turned};
use taskbadge::time::Instant;
use taskbadge::verify::{Refusal, VerifiedBadge};
use taskbadge_files::FileTrouble;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::desk::{Batch, Issued, When};
use taskbadge_issuer::ledger::{Replaces, Status};
use taskbadge_issuer::lint::Lint;
use taskbadge_issuer::template::TaskId;
use taskbadge_issuer::{Mistake, Mistakes};

use crate::commands::verify::{Kind, Tally};
use crate::output::Exit;
use crate::trust_file::Issuer;

// Files.

pub(crate) fn of_file_trouble(trouble: &FileTrouble) -> String {
    format!("{}: {}", named(trouble.path()), trouble.sentence())
}

pub(crate) fn cannot_print(error: &io::Error) -> String {
    format!("the output cannot be written ({error}); check where it goes")
}

pub(crate) const FOLDERS_IN_A_CIRCLE: &str = "its folders contain each other";

pub(crate) fn no_badges_in(folder: &Path) -> String {
    format!("{}: there are no badges in this folder; name the right folder", named(folder))
}

// Passphrases.

pub(crate) const PASSPHRASE: &str = "Passphrase of the key: ";
pub(crate) const NEW_PASSPHRASE: &str = "Choose a passphrase for the key: ";
pub(crate) const PASSPHRASE_AGAIN: &str = "The same again: ";
pub(crate) const PASSPHRASES_DIFFER: &str = "the two passphrases differ; start again";
pub(crate) const NO_TERMINAL_FOR_PASSPHRASE: &str = "the passphrase of the key is needed, and there is no terminal to \
    ask on; give --passphrase-file or --passphrase-fd";

pub(crate) const INTERRUPTED: &str = "interrupted before a passphrase was given; nothing was done";

pub(crate) fn cannot_ask(error: &io::Error) -> String {
    format!("the passphrase cannot be asked for ({error}); give --passphrase-file or --passphrase-fd")
}

pub(crate) fn no_passphrase_in(path: &Path) -> String {
    format!("{}: the first line is empty; write the passphrase there", named(path))
}

pub(crate) fn short_passphrase(least: usize) -> String {
    format!("the passphrase has fewer than {least} characters, and would soon be guessed; choose a longer one")
}

// Centres, keys and tasks.

pub(crate) fn founded(centre: &Centre) -> Vec<String> {
    let settings = centre.settings();
    let mut lines = vec![
        format!("Made the centre folder {} for {}.", named(centre.folder()), Quoted(settings.name())),
        labelled("did", Alone(settings.did().as_str())),
    ];
    if let Some(url) = settings.did().document_url() {
        lines.push(format!("  publish     {} at {url}", named(&centre.did_document_file())));
    }
    lines.push("  next        write tasks with `taskbadge task new`, then issue with `taskbadge issue`".into());
    lines.push(match settings.token() {
        Some(_) => "  keep safe   the token and its PIN; and ledger.sqlite and issued.secret: make backups".into(),
        None => "  keep safe   key.pem and its passphrase, ledger.sqlite and issued.secret: make backups".into(),
    });
    lines
}

pub(crate) fn option_is(option: &str, error: &impl Display) -> String {
    format!("--{option} is {error}")
}

/// A line about one thing: a value that is `Alone`, or a sentence of ours.
pub(crate) fn labelled(label: &str, value: impl Display) -> String {
    format!("  {label:<10}  {value}")
}

pub(crate) fn no_tasks(folder: &Path) -> String {
    format!("{}: the centre has no tasks; write one with `taskbadge task new ID`", named(folder))
}

pub(crate) fn task_written(path: &Path) -> String {
    format!("Wrote {}. Fill it in, then check it with `taskbadge task lint {0}`.", named(path))
}

pub(crate) fn linted(files: usize, errors: usize, warnings: usize) -> String {
    format!("{}: {}, {}.", count(files, "task"), count(errors, "error"), count(warnings, "warning"))
}

pub(crate) fn task_to_fill_in(id: &TaskId) -> String {
    format!(
        r#"# One task: what somebody can do, to which standard, and how that is seen.
id = "{id}"
# Give it another version when the criteria or the levels change.
version = "1"
name = "Name of the task, as it stands on the badge"
description = "What is done, in a sentence that an employer understands."
# equipment-operation, safety-procedure, routine, quality-control, hygiene, customer-service or documentation
category = "routine"
language = "en"

# Each line is something an assessor sees happen: "Checks …", "Names …", "Records …".
criteria = [
    "Checks …",
]

# observation, simulation, oral, written, work-product, portfolio or third-party
assessment = ["observation"]
# Days, weeks, months or years; or "unlimited".
validity = "24 months"

# From the lowest to the highest; `required` is the lowest that earns the badge.
required = "independent"

[[levels]]
id = "guided"
name = "With guidance"
description = "Completes the task while somebody names the next step."

[[levels]]
id = "independent"
name = "Independently"
description = "Completes the task without help."

# The same task in the words of a framework, such as a skill of ESCO:
# [[alignments]]
# framework = "ESCO"
# target_name = "…"
# target_url = "http://data.europa.eu/esco/skill/…"
"#
    )
}

// Issuing.

/// How messages name the one row that was described by options.
pub(crate) const THESE_OPTIONS: &str = "the options";
pub(crate) const ROSTER_OR_TRAINEE: &str = "nobody to issue to; name a roster, or describe one trainee with --email, \
    --holder, --claim-code or --name";
pub(crate) const PROGRESS_OF_ISSUING: &str = "{bar:40} {pos} of {len} badges";

/// Mistakes in the options that describe one trainee, which have no lines.
pub(crate) fn mistaken_options(mistakes: &Mistakes) -> String {
    let option =
        |mistake: &Mistake| format!("{}{}; {}", an_option(mistake.field()), Line(mistake.what()), Line(mistake.next()));
    mistakes.list().iter().map(option).collect::<Vec<_>>().join("\n")
}

/// A lint of the options that describe one trainee, or of their task.
pub(crate) fn lint(lint: &Lint) -> String {
    if lint.file() != THESE_OPTIONS {
        return lint.to_string();
    }
    format!("{}[{}]: {}{}; {}", lint.severity(), lint.code(), an_option(lint.field()), Line(lint.what()), lint.next())
}

fn an_option(field: Option<&str>) -> String {
    field.map_or_else(|| format!("{THESE_OPTIONS}: "), |field| format!("--{}: ", Name(&field.replace('_', "-"))))
}

pub(crate) fn not_handed_out(finding: &Finding) -> String {
    format!("the badge was not handed out: {finding}")
}

pub(crate) fn lint_stops(lints: &[Lint]) -> String {
    let mut codes: Vec<&str> = lints.iter().map(|lint| lint.code().as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let allow: String = codes.iter().map(|code| format!(" --allow {code}")).collect();
    format!("nothing was issued; correct the above, or if you know better, add{allow}")
}

pub(crate) fn issued_sentence(batch: &Batch<'_>, issued: &[Issued], dry_run: bool) -> String {
    let now = issued.iter().filter(|badge| badge.when == When::Now).count();
    let put_back = issued.iter().filter(|badge| badge.when == When::PutBack).count();
    let before = issued.len() - now - put_back;
    let verb = if dry_run { "Would issue" } else { "Issued" };
    let mut sentence = format!("{verb} {}", count(now, "badge"));
    if before > 0 {
        sentence.push_str(&format!("; {before} issued before and left alone"));
    }
    if put_back > 0 {
        sentence.push_str(&format!("; {put_back} issued before, whose missing files are there again"));
    }
    if batch.not_yet() > 0 {
        sentence.push_str(&format!("; {} not yet there", batch.not_yet()));
    }
    sentence.push('.');
    sentence
}

pub(crate) fn issued_line(badge: &Issued, from_roster: bool, dry_run: bool) -> String {
    let who = who(badge, from_roster);
    let task = Quoted(&badge.task);
    let became = became(badge);
    match (badge.when, dry_run) {
        (When::Before, _) => format!("  before  {who}: {task}{became}"),
        (When::PutBack, _) => format!("  back    {who}: {task}, in {}{became}", named(&badge.file)),
        (When::Now, true) => format!("  would   {who}: {task}"),
        (When::Now, false) => format!("  new     {who}: {task}, in {}", named(&badge.file)),
    }
}

/// What became of a badge that was issued before, where a person should know.
fn became(badge: &Issued) -> String {
    match (badge.status, badge.replaced) {
        (_, Some(Replaces::Correction)) => " (corrected)".into(),
        (Status::Good, Some(Replaces::Renewal)) => " (renewed)".into(),
        (Status::Good, None) if badge.differs => " (the roster differs; use `taskbadge correct`)".into(),
        (Status::Good, None) => String::new(),
        (status, _) => format!(" ({status})"),
    }
}

pub(crate) fn claim_code(badge: &Issued, from_roster: bool, code: &str) -> String {
    format!("  claim code {code} for the card of {}", who(badge, from_roster))
}

fn who(badge: &Issued, from_roster: bool) -> String {
    match &badge.private_name {
        Some(name) => Quoted(name).to_string(),
        None if from_roster => format!("line {}", badge.line),
        None => "the trainee".into(),
    }
}

// Recognised issuers.

pub(crate) const DOCUMENT_NOT_JSON: &str = "the DID document is not JSON; get it again from its owner";
pub(crate) const DOCUMENT_WITHOUT_KEYS: &str = "the DID document has no Ed25519 key; get a current one from its owner";
pub(crate) const NO_DATA_FOLDER: &str =
    "there is no home folder to keep recognised issuers in; name a folder with --store";

pub(crate) fn document_wanted(url: &str) -> String {
    format!(
        "a did:web is recognised by its document; get {} once, compare it with its owner, and give it with --document",
        Name(url)
    )
}

pub(crate) fn trust_file_malformed(path: &Path, why: &str) -> String {
    format!(
        "{}: this is not a trust file ({}); correct it, or make one with `taskbadge trust add`",
        named(path),
        Quoted(why)
    )
}

pub(crate) fn trust_file_version(path: &Path, version: u32) -> String {
    format!("{}: a trust file of version {version}, which this program does not know; use a newer one", named(path))
}

pub(crate) fn trust_file_twice(path: &Path, id: &str) -> String {
    format!("{}: the issuer {} stands there twice; delete one of the two entries", named(path), Name(id))
}

pub(crate) fn trust_file_issuer(path: &Path, id: &str, why: &str) -> String {
    format!("{}: the issuer {}: {why}", named(path), Name(id))
}

pub(crate) fn no_trust_file(path: &Path) -> String {
    format!("{}: there is no such trust file; make it with `taskbadge trust add DID --trust {0}`", named(path))
}

pub(crate) fn issuer_known(id: &str, path: &Path) -> String {
    format!("{} is recognised already in {}; to replace it, add --force", Name(id), named(path))
}

pub(crate) fn issuer_not_known(id: &str, path: &Path) -> String {
    format!("{} is not in {}; see `taskbadge trust list`", Name(id), named(path))
}

pub(crate) fn recognised(issuer: &Issuer, path: &Path) -> String {
    format!("Recognised from now on, in {}:\n{}", named(path), issuer_line(&issuer.id, issuer.name.as_deref()))
}

pub(crate) fn recognised_no_more(issuer: &Issuer) -> String {
    format!("Recognised no more:\n{}", issuer_line(&issuer.id, issuer.name.as_deref()))
}

pub(crate) fn nobody_recognised(path: &Path) -> String {
    format!("{} recognises nobody yet; add an issuer with `taskbadge trust add DID --name NAME`.", named(path))
}

pub(crate) fn issuer_line(id: &str, name: Option<&str>) -> String {
    let name = name.map_or("(no name)".into(), |name| Quoted(name).to_string());
    format!("  {name}  {}", Name(id))
}

// Verdicts.

/// Of a did:web whose document is not at hand.
const PIN_THE_DOCUMENT: &str = "get the issuer's DID document (did.json) and their word that it is theirs, and run \
    `taskbadge trust add DID --name NAME --document did.json`";

pub(crate) fn a_pack(path: &Path) -> String {
    format!("{}: this is a trust pack, and no badge; add it with `taskbadge trust add {0}`", named(path))
}

pub(crate) fn list_does_not_count(path: &Path, finding: &Finding) -> String {
    format!("{}: this status list does not count: {finding}", named(path))
}

pub(crate) const STANDARD_INPUT_TWICE: &str = "standard input can be read only once; give - once";
pub(crate) const NO_VERDICT: &str = "NO VERDICT";
pub(crate) const PROGRESS_OF_VERIFYING: &str = "{spinner} {pos} badges, {per_sec}";

pub(crate) fn not_a_date(option: &str, text: &str) -> String {
    format!("--{option} {} is not a date; write 2026-11-22 or 2026-11-22T09:30:00Z", Quoted(text))
}

/// What follows the word of the verdict, in one sentence.
pub(crate) fn sentence(path: &Path, outcome: &Result<VerifiedBadge, Refusal>) -> String {
    match outcome {
        Ok(badge) => {
            let claims = badge.claims();
            let by = badge.issuer_name().map(|name| format!(", by {}", Quoted(name))).unwrap_or_default();
            let pack = recognised_by(badge);
            format!("{}{by}{pack}, {}{}", what(claims), until(claims), standing(badge))
        }
        Err(refusal) => {
            let code = refusal.refused().cause().code();
            // How fresh a status list or a pack is, is part of the answer.
            let detail = refusal.refused().cause().detail().filter(|_| is_answer(code));
            let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
            let next = if code == Code::KeyUnresolved { PIN_THE_DOCUMENT } else { code.next() };
            let cause = format!("{}{detail}; {next}", code.what());
            match refusal.refused().claims() {
                Some(claims) => {
                    let stranger = refusal.refused().findings().iter().any(|found| found.code() == Code::IssuerUnknown);
                    let by = if stranger { "said to be by" } else { "by" };
                    let by = claims.issuer_name().map(|name| format!(", {by} {}", Quoted(name)));
                    format!("{}{}: {cause}", what(claims), by.unwrap_or_default())
                }
                None => format!("{}: {cause}", named(path)),
            }
        }
    }
}

/// A sentence that stands alone, with the file it is about where it does not name it.
pub(crate) fn of_file(sentence: String, path: &Path, outcome: &Result<VerifiedBadge, Refusal>) -> String {
    match outcome {
        Err(refusal) if refusal.refused().claims().is_none() => sentence,
        _ => format!("{sentence} [{}]", named(path)),
    }
}

/// What a person wants to know of one badge.
pub(crate) fn details(outcome: &Result<VerifiedBadge, Refusal>) -> Vec<String> {
    let (claims, findings, cause) = match outcome {
        Ok(badge) => (Some(badge.claims()), badge.findings(), None),
        Err(refusal) => (refusal.refused().claims(), refusal.refused().findings(), Some(refusal.refused().cause())),
    };
    let mut lines = claims.map(about).unwrap_or_default();
    // The sentence on a valid badge names the pack.
    let is_told = |finding: &&Finding| outcome.is_ok() && finding.code() == Code::TrustPack;
    let findings: Vec<Finding> = findings.iter().filter(|finding| !is_told(finding)).cloned().collect();
    lines.extend(notes(&findings, cause));
    lines
}

/// The file, and what was found beside what the sentence says, where the badge is not valid.
pub(crate) fn details_of_many(path: &Path, outcome: &Result<VerifiedBadge, Refusal>) -> Vec<String> {
    let mut lines = vec![labelled("file", named(path))];
    if let Err(refusal) = outcome {
        let grave: Vec<Finding> =
            refusal.refused().findings().iter().filter(|finding| is_grave(finding)).cloned().collect();
        lines.extend(notes(&grave, Some(refusal.refused().cause())));
    }
    lines
}

/// Every file that was looked at.
pub(crate) fn summary(tally: &Tally) -> String {
    let Tally { valid, invalid, indeterminate, troubled, others, .. } = tally;
    let mut parts = vec![format!("{valid} valid")];
    for (number, word) in [(invalid, "INVALID"), (indeterminate, "INDETERMINATE"), (troubled, "without a verdict")] {
        if *number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    let many = |number| usize::try_from(number).unwrap_or(usize::MAX);
    let others = Kind::ALL.iter().filter_map(|of| Some((*others.get(of)?, kind(*of))));
    let others: Vec<String> = others
        .map(|(number, (one, more))| if number == 1 { format!("1 {one}") } else { format!("{number} {more}") })
        .collect();
    let others = if others.is_empty() { String::new() } else { format!("; not badges: {}", others.join(", ")) };
    format!(
        "{} checked: {}{others}.",
        count(many(valid + invalid + indeterminate + troubled), "badge"),
        parts.join(", ")
    )
}

/// What a file is, one and many of them.
pub(crate) fn kind(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::StatusList => ("status list", "status lists"),
        Kind::Pack => ("trust pack", "trust packs"),
        Kind::DidDocument => ("DID document", "DID documents"),
        Kind::OtherJson => ("other JSON file", "other JSON files"),
        Kind::NotJson => ("file that is not JSON", "files that are not JSON"),
        Kind::FolderLink => ("link to a folder, not followed", "links to folders, not followed"),
    }
}

/// A verdict, coloured or not, its sentence, and the lines on what led to it.
pub(crate) fn answer(verdict: &str, sentence: &str, details: &[String]) -> String {
    let details = details.iter().map(|line| format!("{}\n", Line(line)));
    format!("{verdict}  {}\n{}", Line(sentence), details.collect::<String>())
}

fn what(claims: Claims<'_>) -> String {
    let task = claims.words(Said::AchievementName).or(claims.words(Said::Name));
    let task = task.map(|task| Turned(Quoted(task.text()), task.direction()).to_string());
    let task = task.unwrap_or_else(|| "a badge without a name".into());
    match claims.holder_name() {
        Some(holder) => format!("{}: {task}", Quoted(holder)),
        None => task,
    }
}

fn until(claims: Claims<'_>) -> String {
    claims.valid_until().map_or("valid without an end".into(), |until| format!("valid until {}", last_day(until)))
}

/// The trust pack that recognises the issuer, with its edition and age.
fn recognised_by(badge: &VerifiedBadge) -> String {
    let pack = badge.findings().iter().find(|finding| finding.code() == Code::TrustPack).and_then(Finding::detail);
    let parts = pack.and_then(|detail| detail.rsplit_once(", edition "));
    parts.map_or(String::new(), |(publisher, edition)| format!(", recognised by {publisher} (edition {edition})"))
}

/// That a badge was not taken back, as of when the oldest of the lists that say so was made.
fn standing(badge: &VerifiedBadge) -> String {
    let oldest = badge.status().iter().filter_map(|status| Some((status.as_of()?, status.age_days()?))).min();
    let age = |days| match days {
        ..=0 => String::new(),
        1 => ", 1 day ago".into(),
        days => format!(", {days} days ago"),
    };
    oldest.map(|(made, days)| format!("; not taken back as of {}{}", day(made), age(days))).unwrap_or_default()
}

/// What a status list that counts, or counted once, says.
fn is_answer(code: Code) -> bool {
    use Code::{KeyNotListed, StatusListValidity, StatusRevoked, StatusStale, StatusSuspended, TrustExpired};
    let answers = [StatusRevoked, StatusSuspended, StatusStale, StatusListValidity, KeyNotListed, TrustExpired];
    answers.contains(&code)
}

fn about(claims: Claims<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(claims.holder_names().into_iter().skip(1).map(|name| labelled("also named", Alone(name))));
    lines.extend(results(claims).map(|(label, said)| labelled(label, said)));
    lines.extend(claims.awarded_date().map(|awarded| labelled("awarded", day(awarded))));
    lines.extend(claims.words(Said::Assessor).map(|assessor| labelled("assessor", alone(assessor))));
    lines.extend(claims.issuer_id().map(|issuer| labelled("issuer", Name(issuer))));
    lines
}

/// Words for people, in their direction.
fn alone(words: Words<'_>) -> Turned<Alone<'_>> {
    Turned(Alone(words.text()), words.direction())
}

/// The results line by line: what was reached, of which result where there are several, and what is required where it is less.
fn results(claims: Claims<'_>) -> impl Iterator<Item = (&'static str, String)> {
    let has_one = claims.results().nth(1).is_none();
    claims.results().flat_map(move |result| {
        let lines = [
            ("level", result.level, result.required_level),
            ("value", result.value, result.required_value),
            ("status", result.status, None),
        ];
        let of = result.name.filter(|_| !has_one).map(|name| format!("{}: ", Quoted(name))).unwrap_or_default();
        lines.into_iter().filter_map(move |(label, reached, required)| {
            let required = required.filter(|required| result.is_below && Some(*required) != reached);
            let required = required.map(|required| format!(" (required: {})", Quoted(required))).unwrap_or_default();
            Some((label, format!("{of}{}{required}", Alone(reached?))))
        })
    })
}

/// The code of what the sentence says, with the place in the badge and the particulars; then what else was found.
fn notes(findings: &[Finding], cause: Option<&Finding>) -> Vec<String> {
    // A list of an issuer whom nobody recognises counts for nothing, and that is said already.
    let stranger = findings.iter().any(|finding| matches!(finding.code(), Code::IssuerUnknown | Code::KeyUnresolved));
    let told = |finding: &Finding| {
        matches!(finding.code(), Code::Ok | Code::StatusCurrent)
            || Some(finding) == cause
            || (stranger && finding.code() == Code::StatusListIssuer)
    };
    let other = findings.iter().filter(|finding| !told(finding));
    let notes = other.map(|finding| match (finding.code(), finding.detail()) {
        (Code::TrustPack, Some(pack)) => labelled("pack", pack),
        _ => labelled("note", format!("{}; {}", finding.code().what(), finding.code().next())),
    });
    let mut lines: Vec<String> = cause.map(|cause| labelled("code", place(cause))).into_iter().chain(notes).collect();
    // Two status lists of one issuer often have the same to say.
    lines.dedup();
    lines
}

fn place(finding: &Finding) -> String {
    let at = finding.pointer().filter(|pointer| !pointer.is_empty()).map(|pointer| format!(" at {}", Name(pointer)));
    let detail = finding.detail().map(|detail| format!(": {detail}"));
    format!("{}{}{}", finding.code(), at.unwrap_or_default(), detail.unwrap_or_default())
}

fn is_grave(finding: &Finding) -> bool {
    finding.code().severity() != taskbadge::finding::Severity::Info
}

/// A day as people write it.
fn day(instant: Instant) -> String {
    instant.datetime().format("%-d %B %Y").to_string()
}

/// The last day on which a badge is valid: at its end it has expired, and an end at midnight belongs to the day before.
fn last_day(end: Instant) -> String {
    day(Instant::from_unix(end.unix().saturating_sub(1)))
}

// Inspecting.

pub(crate) const UNVERIFIED: &str = "UNVERIFIED: anybody could have written this.";

pub(crate) fn not_a_badge(path: &Path, finding: &Finding) -> String {
    format!("{}: {finding}", named(path))
}

pub(crate) fn how_to_verify(path: &Path) -> String {
    format!("To know whether it is true: taskbadge verify {}", named(path))
}

/// What a badge says of itself, line by line.
pub(crate) fn claims(claims: Claims<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{label:<11} {value}")));
    };
    let said = |said| claims.words(said).map(|words| alone(words).to_string());
    let name = |value: Option<&str>| value.map(|value| Name(value).to_string());
    add("task", said(Said::AchievementName).or(said(Said::Name)));
    add("says", said(Said::AchievementDescription));
    for holder in claims.holder_names() {
        add("holder", Some(Alone(holder).to_string()));
    }
    add("subject", name(claims.subject_id()));
    for identifier in claims.identifiers().filter(|identifier| identifier.identity_type() != Some("name")) {
        let kind = Name(identifier.identity_type().unwrap_or("identifier"));
        let bound = identifier.plain().map_or("(hashed)".into(), |plain| Name(plain).to_string());
        add("bound to", Some(format!("{kind} {bound}")));
    }
    for (label, result) in results(claims) {
        add(label, Some(result));
    }
    add("criteria", said(Said::Criteria));
    for (framework, address) in claims.alignments() {
        add("alignment", Some(format!("{} {}", Quoted(framework), Name(address))));
    }
    add("assessor", said(Said::Assessor));
    add("issuer", said(Said::IssuerName));
    add("issuer id", name(claims.issuer_id()));
    add("awarded", claims.awarded_date().map(day));
    add("from", claims.valid_from().map(day));
    add("until", claims.valid_until().map(last_day));
    add("badge id", name(claims.id()));
    lines
}

// The demo.

pub(crate) const DEMO_CENTRE: &str =
    "A training centre makes its folder. (It should type the passphrase, and not keep it in a file as this demo does.)";
pub(crate) const DEMO_ISSUE: &str =
    "The centre issues the badges of its roster. Who is not yet there gets none, and is not named.";
pub(crate) const DEMO_PUBLISH: &str = "It publishes its status lists: a folder for its web server, or for a stick.";
pub(crate) const DEMO_REVOKE: &str = "The centre takes a badge back, says why in its ledger, and publishes.";
pub(crate) const DEMO_OLD_LISTS: &str = "An employer who still has the lists from before is told how old they are; and \
    nine days later, that they are too old to rely on.";
pub(crate) const DEMO_SUSPEND: &str = "A badge can also be taken back for a while.";
pub(crate) const DEMO_LEDGER: &str = "Nothing is forgotten: the ledger has it all, and can prove that it is whole.";
pub(crate) const DEMO_STRANGER: &str = "An employer checks a badge. Of this centre they have never heard.";
pub(crate) const DEMO_TRUST: &str = "They ask the centre for its identifier, and recognise it from now on.";
pub(crate) const DEMO_CHANGE: &str = "Somebody changes one letter.";
pub(crate) const DEMO_SECOND: &str = "Another centre issues, too.";
pub(crate) const DEMO_PACK: &str = "An employer cannot ask every centre for its identifier and its lists. An association \
    does that for all: three of its people have a key each, and two of them sign.";
pub(crate) const DEMO_ENTRIES: &str = "The centres hand in their keys and lists. The association recognises Harbour for two \
    of its three tasks.";
pub(crate) const DEMO_SIGN: &str = "Two sign, each on their own computer. Nobody can do it alone.";
pub(crate) const DEMO_COMPARE: &str = "An employer compares the fingerprint once, by phone. From then on one file says it \
    all: who may issue what, and what was taken back.";
pub(crate) const DEMO_SCOPE: &str = "A good badge by a recognised centre, for a task that it is not recognised for.";
pub(crate) const DEMO_FAILED: &str =
    "a step of the demo failed; see above, and run it afresh with `taskbadge demo --force`";

pub(crate) fn not_made_by_demo(folder: &Path) -> String {
    format!("{} is there already, and not made by the demo; name another folder: taskbadge demo FOLDER", named(folder))
}

pub(crate) fn demo_unfinished(folder: &Path) -> String {
    format!("{} is there from a demo that was not finished; --force makes it afresh", named(folder))
}

pub(crate) fn demo_there(folder: &Path) -> String {
    format!("The sample centre is in {} already, from an earlier demo; --force makes it afresh.", named(folder))
}

pub(crate) fn samples_added(folder: &Path) -> String {
    format!("(The demo adds three sample tasks and a roster: {}/tasks, {0}/rosters/roster.csv.)", named(folder))
}

pub(crate) fn root_keys_made(folder: &Path) -> String {
    format!("(The demo makes the three keys with `taskbadge key new`: {}/root-1.pem to root-3.pem.)", named(folder))
}

pub(crate) fn demo_end(folder: &Path) -> String {
    format!("All of this is in {}; look around, and try your own changes.", named(folder))
}

pub(crate) fn exit_code(exit: Exit) -> String {
    format!("(exit code {})", exit.number())
}

/// A path: the files that are checked come from anywhere, and so do their names.
pub(crate) fn named(path: &Path) -> String {
    Name(&path.to_string_lossy()).to_string()
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
