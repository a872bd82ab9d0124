//! The passphrase of a key: from a file, a file descriptor or the terminal. Never an argument, never the environment:
//! both can be seen by other processes.

use std::io::{self, IsTerminal as _};
use std::path::Path;
#[cfg(unix)]
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

#[cfg(unix)]
use signal_hook::{consts::SIGINT, flag};
use taskbadge_files::Input;
use zeroize::Zeroizing;

use crate::args::Passphrase;
use crate::output::Trouble;
use crate::words;

/// A sentence, and some lines about it.
const BYTES_MAX: u64 = 4096;

impl Passphrase {
    /// The passphrase of a key that is there.
    pub(crate) fn ask(&self) -> Result<Zeroizing<String>, Trouble> {
        match self.given()? {
            Some(passphrase) => Ok(passphrase),
            None => prompt(words::PASSPHRASE),
        }
    }

    /// The passphrase of a new key, typed twice, and not too short.
    pub(crate) fn choose(&self) -> Result<Zeroizing<String>, Trouble> {
        if let Some(passphrase) = self.given()? {
            return long_enough(passphrase);
        }
        let first = long_enough(prompt(words::NEW_PASSPHRASE)?)?;
        if first == prompt(words::PASSPHRASE_AGAIN)? { Ok(first) } else { Err(Trouble::new(words::PASSPHRASES_DIFFER)) }
    }

    fn given(&self) -> Result<Option<Zeroizing<String>>, Trouble> {
        match (&self.passphrase_file, self.passphrase_fd) {
            (Some(file), _) => first_line(Input::named(file), file).map(Some),
            (None, Some(number)) => {
                first_line(Input::Descriptor(number), Path::new(&format!("/dev/fd/{number}"))).map(Some)
            }
            (None, None) => Ok(None),
        }
    }
}

fn long_enough(passphrase: Zeroizing<String>) -> Result<Zeroizing<String>, Trouble> {
    const LEAST: usize = 8;
    if passphrase.chars().count() < LEAST {
        return Err(Trouble::new(words::short_passphrase(LEAST)));
    }
    Ok(passphrase)
}

fn first_line(input: Input<'_>, path: &Path) -> Result<Zeroizing<String>, Trouble> {
    let text = input.read_secret(BYTES_MAX)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Trouble::new(words::no_passphrase_in(path)));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn prompt(question: &str) -> Result<Zeroizing<String>, Trouble> {
    if !io::stdin().is_terminal() {
        return Err(Trouble::new(words::NO_TERMINAL_FOR_PASSPHRASE));
    }
    #[cfg(unix)]
    let answer = without_interrupts(|| rpassword::prompt_password(question));
    #[cfg(not(unix))]
    let answer = rpassword::prompt_password(question);
    answer.map(Zeroizing::new).map_err(|error| match error.kind() {
        io::ErrorKind::Interrupted => Trouble::new(words::INTERRUPTED),
        _ => Trouble::new(words::cannot_ask(&error)),
    })
}

/// Whoever presses Ctrl-C at a prompt must find the terminal echoing again. The prompt raises the signal by itself, and puts
/// the terminal right only where that does not end the process. Before and after, it ends it.
#[cfg(unix)]
fn without_interrupts<T>(ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    // One for all prompts: the one of an earlier prompt would end the process at a later.
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let ends = match ENDS.get() {
        Some(ends) => ends,
        None => {
            let ends = Arc::default();
            flag::register_conditional_default(SIGINT, Arc::clone(&ends))?;
            ENDS.get_or_init(|| ends)
        }
    };
    ends.store(false, Ordering::SeqCst);
    let answer = ask();
    ends.store(true, Ordering::SeqCst);
    answer
}
