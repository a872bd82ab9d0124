//! The `taskbadge` command: arguments, files, the clock and words around the libraries `taskbadge` and
//! `taskbadge-issuer`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command is for")]

mod args;
mod commands;
mod confirm;
mod files;
mod fingerprint;
mod kept_lists;
mod memory;
mod output;
mod pack_file;
mod passphrase;
mod selection;
mod store;
mod trust_file;
mod trusted;
mod user_folder;
mod words;

use std::process::ExitCode;

use clap::Parser as _;
use taskbadge::shown::Name;

use crate::args::Cli;
use crate::output::{Exit, Output};

fn main() -> ExitCode {
    let mut output = Output::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            output.complain(&mistyped(&error));
            return ExitCode::from(Exit::Trouble.number());
        }
        Err(help) => help.exit(),
    };
    let exit = commands::run(cli.command, &mut output).unwrap_or_else(|trouble| {
        output.complain(&trouble.to_string());
        Exit::Trouble
    });
    ExitCode::from(output.finish(exit).number())
}

/// What clap says of a command line. It repeats what was typed, which may be the name of any file: so it reads the line
/// again with what is not plain in quotes.
fn mistyped(error: &clap::Error) -> String {
    let typed = |argument: std::ffi::OsString| {
        let argument = argument.to_string_lossy().into_owned();
        let (option, value) = argument.split_once('=').map_or((&*argument, None), |(name, value)| (name, Some(value)));
        let (dashes, name) = option.split_at(option.len() - option.trim_start_matches('-').len());
        match value {
            Some(value) if !dashes.is_empty() => format!("{dashes}{}={}", Name(name), Name(value)),
            _ if name.is_empty() => argument,
            _ if !dashes.is_empty() => format!("{dashes}{}", Name(name)),
            _ => Name(&argument).to_string(),
        }
    };
    match Cli::try_parse_from(std::env::args_os().map(typed)) {
        Err(told) if told.kind() == error.kind() => told.render().to_string(),
        _ => error.render().to_string().replace(['\n', '\r'], " "),
    }
}
