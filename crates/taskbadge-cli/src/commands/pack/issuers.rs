//! Who is recognised, with which keys.

use std::path::Path;

use taskbadge::badge::{Iri, SignedBadge};
use taskbadge::json::Limits;
use taskbadge::jsonld::Contexts;
use taskbadge::key::DidDocument;
use taskbadge::trust::{Entity, EntityKey, Genuine, KeyState, Name, Pack, Scope};
use taskbadge_issuer::LanguageTag;

use super::super::{DayPart, instant};
use super::saved;
use crate::args::pack::{AddIssuer, Compromise, RemoveIssuer, RetireKey, Validity};
use crate::files::{self, ENTRY_BYTES_MAX};
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::PackFile;
use crate::words::pack as words;

pub(super) fn add(add: &AddIssuer, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&add.pack.file)?;
    let mut entity = match (&add.entry, &add.did) {
        (Some(entry), _) => read_entry(entry)?,
        (None, Some(did)) if did.verifying_key().is_some() => Entity::new(did, ""),
        _ => return Err(Trouble::new(words::ENTRY_WANTED)),
    };
    if !add.names.is_empty() {
        entity.names = add.names.iter().map(|text| name(text)).collect();
    }
    if !add.achievements.is_empty() {
        entity.achievements = add.achievements.iter().map(Scope::new).collect();
    }
    for scope in &entity.achievements {
        can_match(scope)?;
    }
    let known = file.pack.entities.iter().position(|known| known.id == entity.id);
    if !add.force {
        known.map_or(Ok(()), |known| still_compromised(&file.pack.entities[known], &entity))?;
        keys_of_its_own(&file.pack, &entity)?;
    }
    let mut wanted = Vec::new();
    if let Some(known) = known.map(|known| &file.pack.entities[known]) {
        // What the association decided is not for the entry of the centre to change.
        if add.achievements.is_empty() && !known.achievements.is_empty() {
            wanted = std::mem::replace(&mut entity.achievements, known.achievements.clone());
            wanted.retain(|scope| !known.achievements.contains(scope));
        }
        entity.successor = entity.successor.or_else(|| known.successor.clone());
    }
    let shown = entity.clone();
    let edited = file.edit(super::super::now(), add.validity.valid_days, |pack| match known {
        Some(known) => pack.entities[known] = entity,
        None => pack.entities.push(entity),
    })?;
    words::recognised(&shown, known.is_some(), &wanted).iter().for_each(|line| output.line(line));
    saved(&file, edited.as_ref(), output)?;
    Ok(Exit::Done)
}

pub(super) fn remove(remove: &RemoveIssuer, output: &mut Output) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(&remove.pack.file)?;
    let Some(known) = file.pack.entities.iter().position(|entity| entity.id == remove.did) else {
        return Err(Trouble::new(words::no_such_issuer(&remove.did, &file.path)));
    };
    if remove.successor.as_ref() == Some(&remove.did) {
        return Err(Trouble::new(words::own_successor(&remove.did)));
    }
    let edited = file.edit(super::super::now(), remove.validity.valid_days, |pack| match &remove.successor {
        Some(successor) => pack.entities[known].successor = Some(successor.clone()),
        None => drop(pack.entities.remove(known)),
    })?;
    output.line(words::removed(&remove.did, remove.successor.as_ref()));
    saved(&file, edited.as_ref(), output)?;
    Ok(Exit::Done)
}

pub(super) fn retire_key(retire: &RetireKey, output: &mut Output) -> Result<Exit, Trouble> {
    let until = instant(&retire.until, "until", DayPart::End)?;
    change_key(&retire.pack.file, &retire.key, &retire.validity, output, |key, _| {
        if let KeyState::Compromised { since, .. } = key.state {
            return Err(Trouble::new(words::compromised_already(&key.id, since)));
        }
        if key.valid_from.is_some_and(|from| until <= from) {
            return Err(Trouble::new(words::ends_before_it_begins(&key.id, until)));
        }
        key.state = KeyState::Retired;
        key.valid_until = Some(until);
        Ok(())
    })
}

pub(super) fn compromise(compromise: &Compromise, output: &mut Output) -> Result<Exit, Trouble> {
    let since = instant(&compromise.since, "since", DayPart::Beginning)?;
    let mut is_known = true;
    let done = change_key(&compromise.pack.file, &compromise.key, &compromise.validity, output, |key, pack| {
        let given = compromise.genuine.as_deref().map(|path| genuine(path, key, pack)).transpose()?;
        let known = match &key.state {
            KeyState::Compromised { genuine, .. } => genuine.clone(),
            _ => None,
        };
        let genuine = given.or(known);
        is_known = genuine.is_some();
        key.state = KeyState::Compromised { since, genuine };
        Ok(())
    })?;
    if !is_known {
        output.complain(words::NOTHING_GENUINE);
    }
    Ok(done)
}

fn change_key(
    path: &Path,
    named: &str,
    validity: &Validity,
    output: &mut Output,
    change: impl FnOnce(&mut EntityKey, &Pack) -> Result<(), Trouble>,
) -> Result<Exit, Trouble> {
    let mut file = PackFile::open(path)?;
    let found = file.pack.entities.iter().enumerate().filter_map(|(index, entity)| {
        let keys = all_keys(entity);
        let key = keys.iter().position(|key| is(key, named))?;
        Some((index, keys, key))
    });
    let mut found: Vec<_> = found.collect();
    let (entity, mut keys, key) = match (found.pop(), found.len()) {
        (Some(only), 0) => only,
        (None, _) => return Err(Trouble::new(words::no_such_key(named, &file.path))),
        _ => return Err(Trouble::new(words::key_of_several(named, &file.path))),
    };
    change(&mut keys[key], &file.pack)?;
    let shown = keys[key].clone();
    let edited = file.edit(super::super::now(), validity.valid_days, |pack| pack.entities[entity].keys = keys)?;
    output.line(words::key(&shown));
    saved(&file, edited.as_ref(), output)?;
    Ok(Exit::Done)
}

/// The keys of an entity, also those that go without saying: as soon as one is listed, all have to be.
fn all_keys(entity: &Entity) -> Vec<EntityKey> {
    if !entity.keys.is_empty() {
        return entity.keys.clone();
    }
    let own = entity.id.verifying_key().and_then(|key| Some((entity.id.method(&key).ok()?.as_str().to_owned(), key)));
    let document = entity.document.as_ref().and_then(|text| DidDocument::from_json(text.as_bytes(), &entity.id).ok());
    let pinned = document.iter().flat_map(DidDocument::keys).map(|(id, key)| (id.to_owned(), key));
    own.into_iter().chain(pinned).map(|(id, key)| EntityKey::new(id, key)).collect()
}

fn is(key: &EntityKey, named: &str) -> bool {
    key.id == named || key.key.to_multikey() == named
}

/// A thief who asks to be recognised again must not be, because somebody did not look.
fn still_compromised(known: &Entity, entity: &Entity) -> Result<(), Trouble> {
    let is_bad = |key: &&EntityKey| matches!(key.state, KeyState::Compromised { .. });
    let keys = all_keys(entity);
    let again = known.keys.iter().filter(is_bad).find(|bad| keys.iter().any(|key| key.key == bad.key && !is_bad(&key)));
    match again {
        Some(key) => Err(Trouble::new(words::recognised_again(&key.id))),
        None => Ok(()),
    }
}

/// A key under two names is one key: whoever calls it stolen under the one speaks of the other, too.
fn keys_of_its_own(pack: &Pack, entity: &Entity) -> Result<(), Trouble> {
    let keys = all_keys(entity);
    for other in pack.entities.iter().filter(|other| other.id != entity.id) {
        if let Some(key) = all_keys(other).iter().find(|key| keys.iter().any(|own| own.key == key.key)) {
            return Err(Trouble::new(words::key_of_another(&key.id, &entity.id)));
        }
    }
    Ok(())
}

/// Refuses what no achievement's id can be, or what every one is.
fn can_match(scope: &Scope) -> Result<(), Trouble> {
    let text = scope.as_str();
    let stem = text.strip_suffix('*').unwrap_or(text);
    if stem.trim_matches('*').is_empty() {
        return Err(Trouble::new(words::everything(text)));
    }
    // A beginning may end anywhere in an id.
    let example = if stem == text { stem.to_owned() } else { format!("{stem}x") };
    if stem.contains('*') || example.parse::<Iri>().is_err() {
        return Err(Trouble::new(words::matches_nothing(text)));
    }
    Ok(())
}

fn read_entry(path: &Path) -> Result<Entity, Trouble> {
    let bytes = files::read(path, ENTRY_BYTES_MAX)?;
    Entity::parse(&bytes).map_err(|finding| Trouble::new(words::not_an_entry(path, &finding)))
}

/// Which badges under a key are genuine: as the centre's entry says, or those at hand, in a file or a folder.
fn genuine(path: &Path, key: &EntityKey, pack: &Pack) -> Result<Genuine, Trouble> {
    if !path.is_dir() {
        let bytes = files::read(path, ENTRY_BYTES_MAX)?;
        if let Ok(entity) = Entity::parse(&bytes) {
            let of_key = entity.keys.into_iter().filter(|listed| listed.key == key.key);
            let mut genuine = of_key.filter_map(|listed| match listed.state {
                KeyState::Compromised { genuine, .. } => genuine.filter(|genuine| !genuine.is_outdated()),
                _ => None,
            });
            return genuine.next().ok_or_else(|| Trouble::new(words::nothing_of_this_key(path, &key.id)));
        }
    }
    let mut contexts = Contexts::builtin();
    for context in &pack.contexts {
        // A pack that verifiers take has none that does not fit.
        let _ = contexts.add(&context.id, context.document.as_bytes());
    }
    let mut digests = Vec::new();
    for file in files::badges(vec![path.to_owned()]) {
        let file = file?;
        let bytes = files::read_start(&file, Limits::BADGE.bytes)?;
        // What else lies in a folder vouches for nothing.
        let Ok(badge) = SignedBadge::parse(&bytes) else { continue };
        if badge.unverified().achievement_id().is_some() {
            digests.extend(badge.digests_by(&contexts, &key.key).unwrap_or_default());
        }
    }
    if digests.is_empty() {
        return Err(Trouble::new(words::nothing_of_this_key(path, &key.id)));
    }
    Ok(Genuine::of(digests))
}

/// `fr=Centre du port` is a name in French; what does not begin with a language is the name.
fn name(text: &str) -> Name {
    let in_language = || {
        let (tag, name) = text.split_once('=')?;
        Some((tag.parse::<LanguageTag>().ok()?, name))
    };
    match in_language() {
        Some((tag, name)) => Name { language: Some(tag.as_str().into()), text: name.trim().into() },
        None => Name { language: None, text: text.trim().into() },
    }
}
