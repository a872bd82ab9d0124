//! The issuing desk of taskbadge: what a training centre writes, read with care and refused with advice.
//!
//! A centre keeps one file per task and one roster per award day:
//!
//! ```
//! use taskbadge_issuer::{lint, roster::{Reading, Roster}, template::Template};
//!
//! let task = Template::parse("tasks/hand-washing.toml", r#"
//!     id = "hand-washing"
//!     version = "1"
//!     name = "Hand washing before food work"
//!     description = "Washes hands to the kitchen's standard before touching food."
//!     category = "hygiene"
//!     language = "en"
//!     criteria = ["Washes both hands for at least 20 seconds with soap and warm water"]
//!     validity = "12 months"
//!     required = "done"
//!
//!     [[levels]]
//!     id = "done"
//!     name = "Done without help"
//!     description = "Meets every criterion in one go, unprompted."
//! "#)?;
//! assert!(lint::lint_template(&task).is_empty());
//!
//! let file = "name;email;task;date;level;consent_name\n\
//!             Amina Noor;amina@example.org;hand-washing;2026-11-03;done;yes\n";
//! let roster = Roster::open("rosters/november.csv", file.as_bytes())?;
//! let tasks = [task];
//! let rows = roster.read(&Reading::new(&tasks))?;
//! assert_eq!(rows[0].public_name(), Some("Amina Noor"));
//! assert_eq!(rows[0].key().as_str(), "hand-washing 2026-11-03 emailAddress amina@example.org");
//! # Ok::<(), taskbadge_issuer::Mistakes>(())
//! ```
//!
//! | module | one responsibility |
//! |---|---|
//! | [`template`] | a task: what is to be shown, how well, and for how long a badge says so |
//! | [`roster`] | who showed it, when, and how the badge is bound to them |
//! | [`lint`] | what must never be in a badge, and what an employer would not understand |
//! | [`centre`] | the centre's folder: settings, key, tasks |
//! | [`keys`] | the centre's keys over time: replaced, given a role, in other hands |
//! | [`ledger`] | every badge, its place in the status lists, and what became of it |
//! | [`desk`] | rows become badges: stored in the ledger, signed, checked, handed out, each once |
//! | [`audit`] | proving the ledger, and every badge that it keeps |
//! | [`publish`] | the folder that carries status lists and DID document to whoever verifies |
//!
//! The first three read no file, clock or network: text comes in, values and [`Mistakes`] go out. The others work on the
//! centre's folder. Time is always a parameter.

mod address;
pub mod audit;
mod award;
pub mod centre;
mod cores;
pub mod desk;
mod fields;
pub mod keys;
mod language;
pub mod ledger;
pub mod lint;
mod mistake;
pub mod publish;
pub mod roster;
mod secret;
pub mod template;
mod text;
#[cfg(feature = "pkcs11")]
pub mod token;
mod trouble;

pub use address::{NotAWebAddress, WebAddress};
pub use language::{LanguageTag, NotALanguageTag};
pub use mistake::{Mistake, Mistakes};
pub use trouble::Trouble;
