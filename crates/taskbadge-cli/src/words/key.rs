//! What is said of keys.

use std::path::Path;

use taskbadge::key::DidUrl;
use taskbadge::time::Instant;
use taskbadge_issuer::centre::Centre;
use taskbadge_issuer::keys::{CentreKey, Changed, Keys, Role, State};

use super::{count, labelled, named};

pub(crate) const NEW_STATUS_QUESTION: &str = "Sign status lists with a key of their own from now on, and no more with \
    the key of badges? Type yes: ";
pub(crate) const COMPROMISED_QUESTION: &str = "Mark the key for good? Type yes: ";

pub(crate) fn written(path: &Path) -> String {
    format!("Made a key in {}, encrypted with the passphrase.", named(path))
}

pub(crate) fn listed(key: &CentreKey) -> Vec<String> {
    let role = what(key.role);
    let state = match key.state {
        State::Active => String::from("in use"),
        State::Retired { until } => format!("retired {until}"),
        State::Compromised { since, .. } => format!("in other hands since {since}"),
    };
    let from = key.from.map_or("from the beginning".into(), |from| format!("from {from}"));
    vec![key.id.as_str().into(), labelled("signs", role), labelled("in use", from), labelled("state", state)]
}

/// What a key signs.
fn what(role: Option<Role>) -> &'static str {
    match role {
        None => "badges and status lists",
        Some(Role::Badge) => "badges",
        Some(Role::Status) => "status lists",
    }
}

pub(crate) fn rotate_question(keys: &Keys, role: Role) -> String {
    let signs = what(Some(role));
    let old = keys.in_use(role).next().map(|key| {
        let from = key.from.map(|from| format!(", in use since {from}")).unwrap_or_default();
        format!(" ({}{from})", key.id.as_str())
    });
    format!("Replace the key of {signs}{} for good? Type yes: ", old.unwrap_or_default())
}

pub(crate) fn changed(changed: &Changed, signs: Role, centre: &Centre) -> Vec<String> {
    let mut lines = about(changed, Some(signs));
    lines.push("  next        `taskbadge publish`, and carry the folder out: did.json has the new key".into());
    lines.push("  then        hand the association what `taskbadge key entry` writes".into());
    if centre.settings().ledger().is_some() {
        lines.push(OTHER_MACHINES.into());
    }
    lines
}

/// Before it: what will happen, and what will not.
pub(crate) fn about_compromised(key: &CentreKey, since: Instant, genuine: usize, replaced: bool) -> Vec<String> {
    let mut lines = vec![format!("Others may have {} since {since}.", key.id.as_str())];
    if let State::Compromised { since: known, .. } = key.state {
        let stays = if known < since { ", which stays: the earlier date is the safer" } else { "" };
        lines.push(format!("  marked      since {known}{stays}"));
    }
    if key.role == Some(Role::Status) {
        lines.push("  lists       whoever has the key can sign lists on which nothing is taken back".into());
    } else {
        lines.push(format!("  genuine     {} that the ledger knows under it", count(genuine, "badge")));
        lines.push("  revoked     nothing: whoever has the key can sign anything, with any date".into());
    }
    lines.push(if replaced {
        "  signs next  a new key, in its place".into()
    } else if key.state == State::Active {
        "  signs next  nothing: the key is the DID, so this centre has no other".into()
    } else {
        "  signs next  what signs now".into()
    });
    lines
}

pub(crate) fn no_entry_there(path: &Path) -> String {
    format!("{}: there is something else than an earlier entry, which is left alone; name another file", named(path))
}

pub(crate) fn compromised(changed: &Changed, role: Option<Role>, centre: &Centre, file: &Path) -> Vec<String> {
    let mut lines = about(changed, role);
    let is_web = centre.settings().did().document_url().is_some();
    if is_web {
        lines.push(
            "  in did.json the key is revoked: who has only that document takes none of its badges any more".into(),
        );
    }
    lines.push(format!("Wrote {} for the association: the keys, and which badges are genuine.", named(file)));
    lines.push(format!("  next        hand over {}, by a way that the thief cannot take", named(file)));
    if is_web {
        lines.push("  then        `taskbadge publish`: the status lists need the new signature at once".into());
        if centre.settings().ledger().is_some() {
            lines.push(OTHER_MACHINES.into());
        }
    } else {
        lines.push(
            "  then        found a new centre with `taskbadge init --did-web`, name its DID as `successor` in centre.toml, \
             and write the entry again with `taskbadge key entry`"
                .into(),
        );
    }
    if role != Some(Role::Status) {
        lines.push(
            "  if in doubt issue the badges anew: who has no trust pack cannot tell the genuine from the forged".into(),
        );
    }
    lines
}

pub(crate) fn entry_written(path: &Path) -> String {
    format!("Wrote {}. Nothing in it is secret; hand it to the association that recognises the centre.", named(path))
}

const OTHER_MACHINES: &str = "  others      copy key files, keys.json and did.json to the other machines that issue";

fn about(changed: &Changed, role: Option<Role>) -> Vec<String> {
    let signs = what(role);
    let name = |id: &DidUrl| id.as_str().to_owned();
    let mut lines = vec![match (&changed.new, changed.finished) {
        (Some(new), false) => format!("From now on {} signs {signs}.", name(new)),
        (Some(new), true) => format!("Finished what was begun earlier: {} signs {signs}.", name(new)),
        (None, false) => "Marked.".into(),
        (None, true) => "Nothing had to be changed.".into(),
    }];
    let label = if changed.new.is_some() { "before" } else { "key" };
    lines.extend(changed.old.as_ref().map(|old| labelled(label, name(old))));
    lines.extend(changed.kept.as_ref().map(|kept| labelled("kept in", named(kept))));
    lines
}
