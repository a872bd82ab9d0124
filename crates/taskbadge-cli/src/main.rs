//! The `taskbadge` command: arguments, files, the clock and words around the libraries `taskbadge` and
//! `taskbadge-issuer`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command is for")]

mod args;
mod commands;
mod confirm;
mod files;
mod fingerprint;
mod kept_lists;
mod output;
mod pack_file;
mod passphrase;
mod selection;
mod store;
mod trust_file;
mod trusted;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;
use crate::output::{Exit, Output};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new();
    let exit = commands::run(cli.command, &mut output).unwrap_or_else(|trouble| {
        output.complain(&trouble.to_string());
        Exit::Trouble
    });
    ExitCode::from(output.finish(exit).number())
}
