//! The door to the disk: the only crate of taskbadge that opens a file.
//!
//! A path may lead anywhere: to a pipe that never ends, a device, 200 MB under a name that promises a line, or, on somebody's
//! stick, by a symbolic link into the user's own files. So there is one way of reading and one of writing.
//!
//! | what | how |
//! |---|---|
//! | [`read`], [`read_text`], [`read_secret`], [`read_start`] | a regular file, and so many bytes of it; anything else is refused at once |
//! | [`Input`] | what a person names to be read: such a file, `-`, or a descriptor that the program was started with |
//! | [`write_new`], [`replace`], [`write_many`], [`move_over`] | whole or not at all: beside, synced, renamed |
//! | [`Lock`] | one process at a time |
//! | [`make_folder`], [`make_folder_below`], [`make_private_folder`], [`private_file`] | folders, and files that only their owner reads |
//! | [`remove`], [`remove_folder`], [`sweep`] | deleting, durably |
//! | [`name`] | which names are no names of files on some system |
//!
//! **Symbolic links.** Where something is only read, a link to a regular file is as good as the file. Nothing that is
//! written, locked, renamed over or deleted is reached by one: such a link is refused, and what it leads to is left as it
//! is. A folder that a person names, or a program has of its own, may be a link; below a folder that is carried around
//! (what is published, the packs of a trust store) [`make_folder_below`] follows none. This holds for what lies there, not
//! against somebody who changes folders in the same moment: who can do that may write there anyway.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! use taskbadge_files::{FileTrouble, Secrecy, if_there, read_text, replace};
//!
//! let head = folder.path().join("ledger-head.txt");
//! assert_eq!(if_there(read_text(&head, 4096))?, None);
//! replace(&head, b"12-9f86\n", Secrecy::Open)?;
//! assert_eq!(read_text(&head, 4096)?, "12-9f86\n");
//! assert!(matches!(read_text(&head, 4), Err(FileTrouble::TooLarge { most: 4, .. })));
//! assert!(matches!(read_text(folder.path(), 4096), Err(FileTrouble::NotAFile { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod lock;
pub mod name;
mod open;
mod read;
mod trouble;
mod write;

pub use lock::Lock;
pub use read::{Input, entries, if_there, read, read_secret, read_start, read_text};
pub use trouble::{FileTrouble, Kind};
pub use write::{
    Placing, Secrecy, make_folder, make_folder_below, make_private_folder, move_over, private_file, remove,
    remove_empty_folder, remove_folder, replace, sweep, sweep_older, write_many, write_new,
};
