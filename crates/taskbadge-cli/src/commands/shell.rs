//! `taskbadge completions` and `taskbadge man`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Cli;
use crate::output::{Exit, Output, Trouble};
use crate::words;

pub(super) fn completions(shell: Shell, output: &mut Output) -> Result<Exit, Trouble> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "taskbadge", &mut script);
    output.write(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}

/// One page: the command, then each of its commands.
pub(super) fn man(output: &mut Output) -> Result<Exit, Trouble> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    command.build();
    let mut render = |command: clap::Command| clap_mangen::Man::new(command).render(&mut page);
    let rendered = render(command.clone()).and_then(|()| leaves(&command).into_iter().try_for_each(render));
    rendered.map_err(|error| Trouble::new(words::cannot_print(&error)))?;
    output.write(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}

fn leaves(command: &clap::Command) -> Vec<clap::Command> {
    command
        .get_subcommands()
        .flat_map(|below| if below.has_subcommands() { leaves(below) } else { vec![below.clone()] })
        .collect()
}
