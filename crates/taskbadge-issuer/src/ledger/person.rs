//! What the ledger knows of a person, and how it forgets.

use taskbadge::badge::Iri;
use taskbadge::time::Instant;

use super::apply;
use super::database::Row;
use super::event::{Happening, particulars_digest};
use super::standing::once_each;
use super::sworn::{self, Said};
use super::{Because, Ledger, LedgerTrouble, Mark, Result, State, Status};

/// What the desk knows of a person whose badge it is. All of it can be erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Particulars<'a> {
    /// The mark under which the person's badges are found together.
    pub recipient_mark: Option<&'a Mark>,
    /// The name.
    pub name: Option<&'a str>,
    /// An address or identifier, as the roster has it.
    pub recipient: Option<&'a str>,
    /// The line of the roster.
    pub line: Option<&'a str>,
}

impl Particulars<'_> {
    /// The columns in which they stand, as [`Particulars::of_row`] reads them.
    pub(super) const COLUMNS: &'static str = "recipient_mark, name, recipient, line";

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads them from four columns of a row, from the first on.
    pub(super) fn of_row<T>(row: &Row<'_>, first: usize, read: impl FnOnce(Particulars<'_>) -> T) -> Result<T> {
        let text = |column| row.maybe_text(first + column);
        let mark = text(0)?.map(|mark| mark.parse()).transpose();
        let mark: Option<Mark> = mark.map_err(|_| row.damaged("a recipient's mark is none"))?;
        let (name, recipient, line) = (text(1)?, text(2)?, text(3)?);
        Ok(read(Particulars {
            recipient_mark: mark.as_ref(),
            name: name.as_deref(),
            recipient: recipient.as_deref(),
            line: line.as_deref(),
        }))
    }
}

/// How far personal data is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// From the tables and from SQLite's write-ahead log. In PostgreSQL: from the tables; its own files keep a deleted
    /// row until `VACUUM`, and archived logs as long as they are kept.
    Now,
    /// From the tables; another process is reading, so that SQLite's write-ahead log (the file with `-wal`) still has
    /// it. It is gone when the last process closes the ledger, or with the next erasure.
    WhenOthersLetGo,
}

impl Ledger {
    /// Erases what the ledger knows of the persons of badges: particulars, the signed bytes, what people wrote about the
    /// badges before. Their indices, their history and the digests stay, so that they can still be revoked and their
    /// rows are not issued again. Doing it again erases what was written since. All of them or, with an error, none.
    ///
    /// SQLite overwrites what is erased (`secure_delete`). Backups, exports and the badges' own files are the caller's.
    ///
    /// # Errors
    /// [`LedgerTrouble::Unknown`]; [`LedgerTrouble::Unfinished`] for a badge that was begun, is not finished and was not
    /// revoked; the troubles of the database.
    pub fn forget<'i>(
        &mut self,
        badges: impl IntoIterator<Item = &'i Iri>,
        because: &Because,
        at: Instant,
    ) -> Result<Erased> {
        self.change(at, |change| {
            for badge in once_each(badges) {
                let select = "SELECT number, state, status FROM badges WHERE id = $1";
                let found = change.database.first(select, &[badge.as_str().into()], |row| {
                    let state: State = row.parsed(1, "a badge has no state")?;
                    Ok((row.count(0)?, state, row.parsed(2, "a badge has no status")?))
                })?;
                let (number, state, status): (_, _, Status) =
                    found.ok_or_else(|| LedgerTrouble::Unknown(badge.clone()))?;
                // What is not finished may be signed at this moment, unless it was revoked: then nobody will.
                if state == State::Intended && status != Status::Revoked {
                    return Err(LedgerTrouble::Unfinished(badge.clone()));
                }
                change
                    .log_because(Some((number, badge)), because, |actor, note| Happening::Forgotten { actor, note })?;
            }
            Ok(())
        })?;
        Ok(if self.database.empty_the_log()? { Erased::Now } else { Erased::WhenOthersLetGo })
    }

    /// What the ledger knows of the person of a badge, handed to `read`; `None` where there is nothing, or no more. It is
    /// held against the event that says what was known.
    ///
    /// # Errors
    /// [`LedgerTrouble::Altered`] where it is not what was known, the troubles of the database.
    pub fn particulars<T>(&mut self, badge: &Iri, read: impl Fn(Particulars<'_>) -> T) -> Result<Option<T>> {
        let Self { database, key, .. } = self;
        let Some(number) = apply::badge_number(database, badge.as_str())? else { return Ok(None) };
        let select = format!("SELECT {}, salt FROM particulars WHERE badge = $1", Particulars::COLUMNS);
        let found = database.first(&select, &[number.into()], |row| {
            let salt = row.maybe_bytes(4)?.unwrap_or_default();
            Particulars::of_row(row, 0, |known| (particulars_digest(&salt, &known), read(known)))
        })?;
        let Some(key) = key else { return Ok(found.map(|(_, read)| read)) };
        let said = Said::of(&sworn::events_of(database, key, badge, number)?);
        // A ledger that is not sealed yet has no events to hold it against; nothing is issued with it.
        if said.begun.is_none() || said.knows_of_person(found.as_ref().map(|(digest, _)| digest.as_str())) {
            Ok(found.map(|(_, read)| read))
        } else {
            Err(sworn::altered_badge(badge, "the person whose badge it is"))
        }
    }
}
