//! What is said of publishing, and of a ledger that was restored.

use std::path::Path;

use taskbadge::shown::Name;
use taskbadge::time::Instant;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::publish::{Publication, PublishedList, Recovery, VALID_DAYS};

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

pub(crate) fn published(publication: &Publication, centre: &Centre, folder: &Path) -> Vec<String> {
    let Publication { lists, document, valid_until } = publication;
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
    let Recovery { accepted, closed, revoked, suspended, unknown, strangers } = recovery;
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
