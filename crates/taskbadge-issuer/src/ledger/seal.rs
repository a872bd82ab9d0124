//! Sealing a ledger of an earlier version: what stands is written into the log, once, under the centre's key.

use taskbadge::time::Instant;

use super::apply::Kept;
use super::change::{Change, Sealing, salt};
use super::check::{Check, Witness, checked};
use super::event::{Adopted, Happening, Place, note_digest, particulars_digest};
use super::publish;
use super::query::{self, Record};
use super::{Because, Ledger, LedgerTrouble, Particulars, Result, State, sha256, sworn};
use crate::text::hex;

impl Ledger {
    /// Seals a ledger of an earlier version. Its events had no seals, and did not say all that the tables do: now an event
    /// for every badge and list says how they stand, and all events from here on have the seal of the centre.
    ///
    /// First everything is checked: a ledger with faults is not sealed, and they are in the answer. What was changed past
    /// taskbadge before, and agrees with itself, is sealed as it is: that is what the person who decides should know.
    ///
    /// # Errors
    /// [`LedgerTrouble::NothingToSeal`]; [`LedgerTrouble::NoSecret`]; [`LedgerTrouble::Restored`] while a person has to
    /// decide; the troubles of the database.
    pub fn seal(&mut self, because: &Because, at: Instant, witness: &mut dyn Witness) -> Result<Check> {
        if sworn::is_sealed(&mut self.database)? {
            return Err(LedgerTrouble::NothingToSeal);
        }
        let sealed = self.change_as(at, Sealing::Begun, |change| {
            if let Some(published) = publish::in_doubt(change.database)? {
                return Err(Ended::Trouble(LedgerTrouble::Restored { own: change.head, published }));
            }
            change.seal(because, witness)?;
            change.catch_up()?;
            change.write_head()?;
            let check = checked(change.database, Some(change.key), witness)?;
            if check.is_whole() { Ok(check) } else { Err(Ended::Faults(Box::new(check))) }
        });
        match sealed {
            Ok(check) => Ok(check),
            Err(Ended::Faults(check)) => Ok(*check),
            Err(Ended::Trouble(trouble)) => Err(trouble),
        }
    }
}

/// Why a ledger was not sealed.
enum Ended {
    Faults(Box<Check>),
    Trouble(LedgerTrouble),
}

impl From<LedgerTrouble> for Ended {
    fn from(trouble: LedgerTrouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Badges that are adopted together.
const PAGE: u64 = 1000;

impl Change<'_> {
    /// Writes down how everything stands.
    pub(super) fn seal(&mut self, because: &Because, witness: &dyn Witness) -> Result<()> {
        let mut accepted = Vec::new();
        let select = "SELECT sequence, hash FROM restorations WHERE accepted IS NOT NULL ORDER BY number";
        self.database.rows(select, &[], |row| {
            accepted.push(super::Head { sequence: row.count(0)?, hash: row.digest(1)? }.to_string());
            Ok(())
        })?;
        self.log_because(None, because, |actor, note| Happening::Sealed { accepted, actor, note })?;
        self.adopt_lists()?;
        let mut after: u64 = 0;
        loop {
            let page = query::records(self.database, "badges.number > $1", &[after.into()], PAGE)?;
            let Some(last) = page.last().map(|record| record.number) else { return Ok(()) };
            for record in &page {
                self.adopt(record, witness)?;
            }
            self.catch_up()?;
            after = last;
        }
    }

    fn adopt_lists(&mut self) -> Result<()> {
        let mut lists = Vec::new();
        let select = "SELECT url, purpose, capacity, open, published_sequence FROM lists ORDER BY number";
        self.database.rows(select, &[], |row| {
            lists.push(Happening::ListAdopted {
                list: row.text(0)?,
                purpose: row.text(1)?,
                capacity: row.count(2)?,
                open: row.int(3)? == 1,
                publication: row.maybe_int(4)?.map(|_| row.count(4)).transpose()?,
            });
            Ok(())
        })?;
        lists.into_iter().try_for_each(|list| self.log(None, list).map(drop))
    }

    fn adopt(&mut self, record: &Record, witness: &dyn Witness) -> Result<()> {
        let number = [record.number.into()];
        let content = |change: &mut Self, table: &str| {
            let select = format!("SELECT content FROM {table} WHERE badge = $1");
            change.database.first(&select, &number, |row| row.bytes(0))
        };
        let draft = content(self, "drafts")?;
        let copy = content(self, "copies")?;
        let signed = record.signer.as_deref().zip(copy).map(|(signer, text)| witness.signed(signer, &text));
        let signed = signed.unwrap_or_default().iter().map(|digest| hex(digest)).collect();
        let person = self.salted_person(&number)?;
        let reason = self.database.first("SELECT actor, note FROM replacements WHERE new = $1", &number, |row| {
            Ok((row.text(0)?, row.maybe_text(1)?))
        })?;
        let (actor, note) = reason.map_or((None, None), |(actor, note)| (Some(actor), note));
        let note = note.map(|note| salt().map(|salt| (note_digest(&salt, &note), salt))).transpose()?;
        let mut raised = Vec::new();
        let select = "SELECT position, url, purpose FROM entries JOIN lists ON number = list
             WHERE badge = $1 AND raised = 1 ORDER BY purpose";
        self.database.rows(select, &number, |row| {
            raised.push(Place { index: row.count(0)?, list: row.text(1)?, purpose: row.text(2)? });
            Ok(())
        })?;
        let adopted = Adopted {
            row: record.row.as_str().into(),
            task: record.task.clone(),
            version: record.version.clone(),
            awarded: record.awarded.to_string(),
            valid_until: record.valid_until,
            state: record.state,
            status: record.status,
            content: draft.filter(|_| record.state == State::Intended).map(|draft| hex(&sha256(&draft))),
            digest: record.digest.map(|digest| hex(&digest)),
            signer: record.signer.clone(),
            signed,
            particulars: person.as_ref().map(|(digest, _)| digest.clone()),
            entries: record.entries.iter().map(Place::from).collect(),
            raised,
            replaces: record.replaces.as_ref().map(|(old, _)| old.to_string()),
            how: record.replaces.as_ref().map(|(_, how)| *how),
            actor,
            because: note.as_ref().map(|(digest, _)| digest.clone()),
        };
        let kept = Kept::Salts { person: person.map(|(_, salt)| salt), because: note.map(|(_, salt)| salt) };
        let happening = Happening::BadgeAdopted(Box::new(adopted));
        self.log_with(Some((record.number, &record.badge)), happening, kept).map(drop)
    }

    /// The digest of what is known of a person, and the salt in it.
    fn salted_person(&mut self, number: &[super::database::Value<'_>; 1]) -> Result<Option<(String, Vec<u8>)>> {
        let salt = salt()?;
        let select = format!("SELECT {} FROM particulars WHERE badge = $1", Particulars::COLUMNS);
        let digest = self
            .database
            .first(&select, number, |row| Particulars::of_row(row, 0, |known| particulars_digest(&salt, &known)))?;
        Ok(digest.map(|digest| (digest, salt)))
    }
}
