//! What is said of publishing, and of a ledger that was restored.

use std::path::Path;

use taskbadge::shown::{Name, Quoted};
use taskbadge::time::Instant;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::publish::{HEAD_FILE, Publication, PublishedList, Recovery, VALID_DAYS};

use super::{count, day, named};

/// As many files are named one by one.
const SHOWN: usize = 50;

pub(crate) const ACCEPT_RESTORED: &str = "Go on with this ledger, although it has lost a part? Its status lists get no \
    more badges, and what was published as taken back is taken back again. Type yes: ";

pub(crate) const ACCEPT_GONE: &str = "Begin a new ledger, although the one that there was is gone? Nothing that was \
    issued with it can be looked up or taken back one by one any more. Type yes: ";

pub(crate) fn no_such_folder(path: &Path) -> String {
    format!("{}: there is no such folder; name the one that was published last", named(path))
}

pub(crate) fn own_folder_named(path: &Path) -> String {
    format!(
        "{}: this is the folder that the ledger itself publishes to, and both may be from one old copy; name a copy from \
         where it is published, such as one from the web server",
        named(path)
    )
}

pub(crate) fn nothing_published_in(path: &Path) -> String {
    format!(
        "{}: nothing of a centre was published there, for it has no {HEAD_FILE}; name the folder that was published last, \
         or the log's end that `taskbadge publish` printed then",
        named(path)
    )
}

pub(crate) fn nothing_remembered(did: &str, place: Place) -> String {
    let why = match place {
        Place::Here => "this computer remembers no publication of",
        Place::Nowhere => {
            "there is no home folder (HOME, XDG_STATE_HOME) in which this computer could remember what was published of"
        }
    };
    format!(
        "{why} {}, and its ledger has one: should this folder be from an old copy, what was taken back since would stand \
         again. Name what was published last: --published FOLDER, a copy of it from the web server or a stick, or --published \
         END, the log's end that `taskbadge publish` printed then. If you know that nothing later was published, say how with \
         --first-time-here TEXT; it stays in the ledger",
        Quoted(did)
    )
}

/// Whether there is a place for what this computer remembers.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Here,
    Nowhere,
}

/// Of something that is done all the same.
pub(crate) fn goes_on(what: &str) -> String {
    format!("this goes on, but something is to be settled before anything is issued: {what}")
}

pub(crate) fn not_what_was_remembered(path: &Path) -> String {
    format!(
        "{}: this computer keeps what was published last there, and cannot read it any more; delete the file, and name what \
         was published last with --published FOLDER",
        named(path)
    )
}

pub(crate) fn cannot_remember(trouble: &str) -> String {
    format!("this computer will not remember what was published: {trouble}")
}

pub(crate) const NOWHERE_TO_REMEMBER: &str = "there is no home folder (HOME, XDG_STATE_HOME), so this computer will not \
    remember what was published: keep the log's end somewhere";

pub(crate) fn dated_ahead(dated: Instant, now: Instant) -> String {
    format!(
        "the lists that were published before are dated {dated}, and by this computer's clock it is {now}: one of the two \
         clocks was wrong. Look at yours. The lists are published anew with the time of this one, and nothing that was taken \
         back is lost; whoever has the ones of {dated} is told until then that a clock seems wrong"
    )
}

pub(crate) fn published(publication: &Publication, centre: &Centre, folder: &Path) -> Vec<String> {
    let Publication { lists, document, valid_until, head, .. } = publication;
    let mut lines = vec![if lists.is_empty() {
        format!("Published in {}: no status list yet, since no badge was issued.", named(folder))
    } else {
        format!(
            "Published {} in {}, good for {VALID_DAYS} days; employers rely on them for 7, so publish again before {}.",
            count(lists.len(), "status list"),
            named(folder),
            day(Instant::from_unix(valid_until.unix() - (VALID_DAYS - 7) * 24 * 60 * 60))
        )
    }];
    lines.extend(lists.iter().map(list));
    let own = centre.published_folder();
    if own != folder {
        lines.push(format!("  also        {}, by which the centre notices a restored backup", named(&own)));
    }
    if let (Some(file), Some(url)) = (document, centre.settings().did().document_url()) {
        lines.push(format!("  document    {}, for {}", named(file), Name(&url)));
    }
    lines.push(format!("  log's end   {}", head.end));
    if lists.iter().any(|list| list.url.as_str().starts_with("http")) {
        lines.push(
            "  next        let a web server serve the folder as it is, or carry it to employers on a stick".into(),
        );
    } else if !lists.is_empty() {
        lines.push("  next        carry the folder to employers: they verify with `--status FOLDER`".into());
    }
    lines
}

fn list(list: &PublishedList) -> String {
    let (purpose, word) = match list.purpose {
        taskbadge::badge::StatusPurpose::Revocation => ("revocation", "revoked"),
        taskbadge::badge::StatusPurpose::Suspension => ("suspension", "suspended"),
    };
    format!("  {purpose}  {}: {} {word}", named(&list.file), list.raised)
}

pub(crate) fn recovered(recovery: &Recovery) -> Vec<String> {
    let Recovery { accepted, closed, revoked, suspended, unknown, strangers, lost, .. } = recovery;
    let mut lines = vec![match (accepted, closed.len()) {
        (true, 0) => "Accepted. Issuing goes on with new status lists.".into(),
        (true, 1) => "Accepted. 1 status list gets no more badges; issuing goes on with new ones.".into(),
        (true, more) => format!("Accepted. {more} status lists get no more badges; issuing goes on with new ones."),
        (false, _) => "The loss was accepted before; what was still to be taken back again is.".into(),
    }];
    for (badges, word) in [(revoked, "Revoked again"), (suspended, "Suspended again")] {
        lines.extend((!badges.is_empty()).then(|| format!("{word}: {}.", count(badges.len(), "badge"))));
        lines.extend(badges.iter().map(|badge| format!("  {}", badge.shown())));
    }
    if *unknown > 0 {
        lines.push(format!(
            "{} that the ledger knows nothing of any more: taken back when it was published, and it stays so.",
            count(usize::try_from(*unknown).unwrap_or(usize::MAX), "badge")
        ));
    }
    if !lost.is_empty() {
        lines.push(format!(
            "{} as it was published is lost, and what it alone had as taken back:",
            count(lost.len(), "list")
        ));
        lines.extend(lost.iter().map(|list| format!("  {}", list.shown())));
    }
    if *accepted {
        lines.push(
            "Badges that were issued in the lost part stay valid until they end and cannot be taken back one by one; \
             where that must not be, replace the centre's key."
                .into(),
        );
    }
    if !strangers.is_empty() {
        lines.push(format!("{} in badges/ that the ledger does not know:", count(strangers.len(), "file")));
        lines.extend(strangers.iter().take(SHOWN).map(|file| format!("  {}", named(file))));
        lines.extend((strangers.len() > SHOWN).then(|| format!("  … and {} more", strangers.len() - SHOWN)));
    }
    lines.push("  next        issue the rosters of the lost days again, then `taskbadge publish`".into());
    lines
}
