//! `taskbadge init` and `taskbadge task`: what a centre sets up before it issues.

use std::path::{Path, PathBuf};

use taskbadge::key::{Did, VerifyingKey};
use taskbadge::proof::Cryptosuite;
use taskbadge_files::{self as files, FileTrouble, Secrecy};
use taskbadge_issuer::centre::{self, Centre, Settings, TokenPlace};
use taskbadge_issuer::lint::{self, Severity};
use taskbadge_issuer::roster::EmailAddress;
use taskbadge_issuer::template::TaskId;

use crate::args::{Init, Suite, Task};
use crate::output::{Exit, Output, Trouble};
use crate::words;

pub(super) fn init(init: &Init, output: &mut Output) -> Result<Exit, Trouble> {
    // Before the passphrase is asked for: a person should not type it for nothing.
    if init.folder.join("centre.toml").exists() {
        return Err(FileTrouble::Exists(init.folder.join("centre.toml")).into());
    }
    let centre = match (&init.token_module, &init.token, &init.token_key) {
        (Some(module), Some(token), Some(key)) => {
            let place = TokenPlace { module: module.clone(), token: token.clone(), key: key.clone() };
            let key = centre::token_key(&place, init.passphrase.ask()?.as_bytes())?;
            Centre::found_with_token(&init.folder, settings(init, &key)?.with_token(place), &key)?
        }
        _ => {
            let key = centre::new_key()?;
            let settings = settings(init, &key.verifying_key())?;
            let passphrase = init.passphrase.choose()?;
            Centre::found(&init.folder, settings, &key, passphrase.as_bytes())?
        }
    };
    words::founded(&centre).iter().for_each(|line| output.line(line));
    Ok(Exit::Done)
}

fn settings(init: &Init, key: &VerifyingKey) -> Result<Settings, Trouble> {
    let did = match &init.did_web {
        Some(place) => {
            let mut parts = place.trim_end_matches('/').split('/');
            let host = parts.next().unwrap_or_default();
            Did::web(host, &parts.collect::<Vec<_>>()).map_err(|error| Trouble::new(error.to_string()))?
        }
        None => Did::key(key),
    };
    let mut settings = Settings::new(init.name.trim(), did).with_suite(match init.suite {
        Suite::EddsaRdfc2022 => Cryptosuite::EddsaRdfc2022,
        Suite::EddsaJcs2022 => Cryptosuite::EddsaJcs2022,
    });
    if init.suspension {
        settings = settings.with_suspension();
    }
    if let Some(web) = &init.web {
        settings = settings.with_web(web.parse().map_err(|error| Trouble::new(words::option_is("web", &error)))?);
    }
    if let Some(contact) = &init.contact {
        let contact = contact.parse::<EmailAddress>();
        settings =
            settings.with_contact(contact.map_err(|error| Trouble::new(words::option_is("contact", &error)))?.as_str());
    }
    // What is written must be readable: a name of spaces, say, is not.
    Ok(Settings::parse("centre.toml", &settings.to_toml())?)
}

pub(super) fn task(task: &Task, output: &mut Output) -> Result<Exit, Trouble> {
    match task {
        Task::New { id, centre, force } => new_task(id, &Centre::open(&centre.folder)?, *force, output),
        Task::Lint { files, centre } if files.is_empty() => {
            let centre = Centre::open(&centre.folder)?;
            let files = centre.task_files()?;
            if files.is_empty() {
                return Err(Trouble::new(words::no_tasks(centre.folder())));
            }
            lint_tasks(&files, output)
        }
        Task::Lint { files, .. } => lint_tasks(files, output),
    }
}

fn new_task(id: &TaskId, centre: &Centre, force: bool, output: &mut Output) -> Result<Exit, Trouble> {
    let path = centre.task_file(id);
    let text = words::task_to_fill_in(id);
    if force {
        files::replace(&path, text.as_bytes(), Secrecy::Open)?;
    } else {
        files::write_new(&path, text.as_bytes(), Secrecy::Open)?;
    }
    output.line(words::task_written(&path));
    Ok(Exit::Done)
}

/// Every file is looked at, whatever is wrong with the one before.
fn lint_tasks(files: &[PathBuf], output: &mut Output) -> Result<Exit, Trouble> {
    let (mut errors, mut warnings) = (0, 0);
    for file in files {
        let lints = match centre::read_task(Path::new(file)) {
            Ok(task) => lint::lint_template(&task),
            Err(trouble) => {
                errors += 1;
                output.complain(&trouble.to_string());
                continue;
            }
        };
        for lint in &lints {
            match lint.severity() {
                Severity::Error => errors += 1,
                Severity::Warning => warnings += 1,
            }
            output.line(lint.to_string());
        }
    }
    output.line(words::linted(files.len(), errors, warnings));
    Ok(if errors == 0 { Exit::Done } else { Exit::Trouble })
}
