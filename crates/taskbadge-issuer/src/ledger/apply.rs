//! What an event does to the tables. There is one such function, and whatever writes a table goes through it: the desk as
//! things happen, a check and a rebuild as they replay the log. So the tables say what the events say, and nothing else.

use std::collections::{BTreeMap, HashMap};

use super::database::{Database, Value};
use super::event::{Adopted, Event, Happening, Place};
use super::{Head, LedgerTrouble, Replaces, Result, State, Status, unhex};

/// An event on its way into the ledger.
pub(super) struct Logged {
    pub(super) event: Event,
    /// The number of the badge it happened to.
    pub(super) number: Option<u64>,
    pub(super) kept: Kept,
    pub(super) body: String,
    pub(super) hash: [u8; 32],
    pub(super) seal: Option<[u8; 32]>,
}

/// What goes with an event into the tables of what can be erased: what the event itself has digests of.
///
/// A replay has only those digests, and keeps them in the same columns.
#[derive(Debug, Default)]
pub(super) enum Kept {
    /// Nothing.
    #[default]
    Nothing,
    /// What is to be signed, and what is known of the person.
    Draft { content: Vec<u8>, person: Option<Person>, because: Option<Because> },
    /// The signed bytes.
    Copy(Vec<u8>),
    /// What a person wrote.
    Note { salt: Vec<u8>, text: String },
    /// The salts of what an old ledger keeps already.
    Salts { person: Option<Vec<u8>>, because: Option<Vec<u8>> },
}

/// What is known of a person, salted.
#[derive(Debug, Default)]
pub(super) struct Person {
    pub(super) salt: Vec<u8>,
    pub(super) recipient_mark: Option<String>,
    pub(super) name: Option<String>,
    pub(super) recipient: Option<String>,
    pub(super) line: Option<String>,
}

/// Why a badge comes in place of another, salted. A replay has no text.
#[derive(Debug)]
pub(super) struct Because {
    pub(super) salt: Vec<u8>,
    pub(super) text: Option<String>,
}

impl Logged {
    /// Its row in the table of events.
    pub(super) fn row(&self) -> [Value<'_>; 5] {
        let seal = self.seal.as_ref().map(Value::from);
        [self.event.sequence.into(), self.number.into(), (&self.body).into(), (&self.hash).into(), seal.into()]
    }

    fn badge(&self) -> Result<u64> {
        self.number.ok_or_else(|| self.misfit())
    }

    fn misfit(&self) -> LedgerTrouble {
        LedgerTrouble::Misfit { event: self.event.sequence }
    }
}

/// Lets the tables follow events, in their order. Runs of badges that are begun, or issued, go together.
///
/// # Errors
/// [`LedgerTrouble::Misfit`] for an event that cannot follow those before it, and the troubles of the database.
pub(super) fn apply(database: &mut Database, events: &[&Logged]) -> Result<()> {
    let alike = |a: &&Logged, b: &&Logged| {
        std::mem::discriminant(&a.event.happening) == std::mem::discriminant(&b.event.happening)
    };
    for run in events.chunk_by(alike) {
        match &run[0].event.happening {
            Happening::Intended { .. } => intended(database, run)?,
            Happening::Issued { .. } => issued(database, run)?,
            _ => run.iter().try_for_each(|logged| one(database, logged))?,
        }
    }
    Ok(())
}

/// What an `intended` says, by name.
struct Intended<'l> {
    logged: &'l Logged,
    number: u64,
    id: &'l str,
    row: &'l str,
    task: &'l str,
    version: &'l str,
    awarded: &'l str,
    valid_until: Option<i64>,
    entries: &'l [Place],
    replaces: Option<(&'l str, Replaces, &'l str)>,
}

impl<'l> Intended<'l> {
    fn of(logged: &'l Logged) -> Result<Self> {
        let id = logged.event.badge.as_ref().ok_or_else(|| logged.misfit())?.as_str();
        let Happening::Intended { row, task, version, awarded, valid_until, entries, replaces, how, actor, .. } =
            &logged.event.happening
        else {
            return Err(logged.misfit());
        };
        // What was written before events were sealed does not say how and by whom; the adoption does.
        let how = how.unwrap_or(Replaces::Renewal);
        Ok(Self {
            logged,
            number: logged.badge()?,
            id,
            row,
            task,
            version,
            awarded: awarded.as_deref().unwrap_or_default(),
            valid_until: valid_until.map(|end| end.unix()),
            entries,
            replaces: replaces.as_deref().map(|old| (old, how, actor.as_deref().unwrap_or_default())),
        })
    }
}

fn intended(database: &mut Database, run: &[&Logged]) -> Result<()> {
    let run: Vec<Intended<'_>> = run.iter().map(|logged| Intended::of(logged)).collect::<Result<_>>()?;
    let badges: Vec<_> = run
        .iter()
        .map(|badge| {
            [
                badge.number.into(),
                badge.id.into(),
                badge.row.into(),
                badge.task.into(),
                badge.version.into(),
                badge.awarded.into(),
                badge.valid_until.into(),
                badge.logged.event.at.unix().into(),
                State::Intended.as_str().into(),
                Status::Good.as_str().into(),
            ]
        })
        .collect();
    let into = "badges (number, id, mark, task, version, awarded, valid_until, intended_at, state, status)";
    database.insert(into, &badges, "", |_| Ok(()))?;

    let mut lists: HashMap<&str, u64> = HashMap::new();
    let mut used: BTreeMap<u64, u64> = BTreeMap::new();
    let mut entries: Vec<[Value<'_>; 3]> = Vec::new();
    for badge in &run {
        for Place { index, list, .. } in badge.entries {
            let number = match lists.get(list.as_str()) {
                Some(number) => *number,
                None => {
                    let number = list_number(database, list)?.ok_or_else(|| badge.logged.misfit())?;
                    lists.insert(list, number);
                    number
                }
            };
            entries.push([number.into(), (*index).into(), badge.number.into()]);
            *used.entry(number).or_default() += 1;
        }
    }
    database.insert("entries (list, position, badge)", &entries, "", |_| Ok(()))?;
    for (list, more) in used {
        database.run("UPDATE lists SET used = used + $1 WHERE number = $2", &[more.into(), list.into()])?;
    }

    let (mut drafts, mut people, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for badge in &run {
        let Kept::Draft { content, person, because } = &badge.logged.kept else { continue };
        drafts.push([badge.number.into(), content.as_slice().into()]);
        if let Some(Person { salt, recipient_mark, name, recipient, line }) = person {
            let texts = [recipient_mark, name, recipient, line].map(|text| Value::from(text.as_ref()));
            let [mark, name, recipient, line] = texts;
            people.push([badge.number.into(), mark, name, recipient, line, salt.as_slice().into()]);
        }
        if let Some((old, how, actor)) = badge.replaces {
            let old = badge_number(database, old)?.ok_or_else(|| badge.logged.misfit())?;
            let salt = because.as_ref().map(|because| Value::from(because.salt.as_slice()));
            let text = because.as_ref().and_then(|because| because.text.as_ref());
            let (how, note) = (how.as_str().into(), text.into());
            links.push([badge.number.into(), old.into(), how, actor.into(), note, salt.into()]);
        }
    }
    database.insert("drafts (badge, content)", &drafts, "", |_| Ok(()))?;
    database.insert("particulars (badge, recipient_mark, name, recipient, line, salt)", &people, "", |_| Ok(()))?;
    database.insert("replacements (new, old, how, actor, note, salt)", &links, "", |_| Ok(()))
}

fn issued(database: &mut Database, run: &[&Logged]) -> Result<()> {
    let mut digests: Vec<[u8; 32]> = Vec::with_capacity(run.len());
    let mut numbers: Vec<Value<'_>> = Vec::with_capacity(run.len());
    for logged in run {
        let Happening::Issued { digest, .. } = &logged.event.happening else { return Err(logged.misfit()) };
        digests.push(unhex(digest).ok_or_else(|| logged.misfit())?);
        numbers.push(logged.badge()?.into());
    }
    let mut begun = 0;
    let tail = " AND state = 'intended' RETURNING number";
    database.among("UPDATE badges SET state = 'issued' WHERE number IN", &numbers, tail, |_| {
        begun += 1;
        Ok(())
    })?;
    if begun != run.len() {
        return Err(run[0].misfit());
    }
    let rows: Vec<_> = run
        .iter()
        .zip(&digests)
        .zip(&numbers)
        .map(|((logged, digest), number)| {
            let Happening::Issued { signer, .. } = &logged.event.happening else {
                unreachable!("a run is of one kind")
            };
            [*number, digest.into(), signer.into(), logged.event.at.unix().into()]
        })
        .collect();
    database.insert("issues (badge, digest, signer, issued_at)", &rows, "", |_| Ok(()))?;
    // The signed bytes say all that the draft said.
    database.among("DELETE FROM drafts WHERE badge IN", &numbers, "", |_| Ok(()))?;
    let copies = run.iter().zip(&numbers).filter_map(|(logged, number)| match &logged.kept {
        Kept::Copy(text) => Some([*number, text.as_slice().into()]),
        _ => None,
    });
    database.insert("copies (badge, content)", &copies.collect::<Vec<_>>(), "", |_| Ok(()))?;
    // The log has the reason with what follows, where it can be erased.
    let forget = "UPDATE replacements SET note = NULL, salt = NULL WHERE new IN";
    database.among(forget, &numbers, "", |_| Ok(()))
}

fn one(database: &mut Database, logged: &Logged) -> Result<()> {
    match &logged.event.happening {
        Happening::Intended { .. } | Happening::Issued { .. } => unreachable!("they come in runs"),
        Happening::ListOpened { list, purpose, capacity } => open_list(database, list, purpose, *capacity)?,
        Happening::Superseded { by, how, actor } => {
            let values = [logged.badge()?.into()];
            let supersede =
                "UPDATE badges SET state = 'superseded' WHERE number = $1 AND state = 'issued' RETURNING number";
            expect_one(database, supersede, &values, logged)?;
            // For what was written before events were sealed, it is only here that these are said.
            let link = "UPDATE replacements SET how = $1, actor = $2
                 WHERE old = $3 AND new = (SELECT number FROM badges WHERE id = $4) RETURNING new";
            expect_one(database, link, &[how.into(), actor.into(), values[0], by.into()], logged)?;
        }
        Happening::Revoked { bit, .. } => {
            stand(database, logged, Status::Revoked, "'good', 'suspended'")?;
            raise(database, logged, "revocation", 1, bit.as_ref())?;
        }
        Happening::Suspended { bit, .. } => {
            stand(database, logged, Status::Suspended, "'good'")?;
            raise(database, logged, "suspension", 1, bit.as_ref())?;
        }
        Happening::Reinstated { bit, .. } => {
            stand(database, logged, Status::Good, "'suspended'")?;
            raise(database, logged, "suspension", 0, bit.as_ref())?;
        }
        Happening::Forgotten { .. } => {
            let number: [Value<'_>; 1] = [logged.badge()?.into()];
            // What is not finished may be signed at this moment, unless it was revoked: then nobody will.
            let fit = "SELECT number FROM badges WHERE number = $1 AND (state <> 'intended' OR status = 'revoked')";
            expect_one(database, fit, &number, logged)?;
            for table in ["drafts", "copies", "particulars", "notes"] {
                database.run(&format!("DELETE FROM {table} WHERE badge = $1"), &number)?;
            }
            database.run("UPDATE replacements SET note = NULL, salt = NULL WHERE old = $1", &number)?;
        }
        Happening::Published { list, publication, digest } => {
            let digest = unhex(digest).ok_or_else(|| logged.misfit())?;
            let publish = "UPDATE lists SET published_sequence = $1, published_digest = $2
                 WHERE url = $3 AND coalesce(published_sequence, 0) < $1 RETURNING number";
            expect_one(database, publish, &[(*publication).into(), (&digest).into(), list.into()], logged)?;
        }
        Happening::Behind { published } => {
            let head: Head = published.parse().map_err(|_| logged.misfit())?;
            database.run(
                "INSERT INTO restorations (number, sequence, hash) SELECT count(*) + 1, $1, $2 FROM restorations",
                &[head.sequence.into(), (&head.hash).into()],
            )?;
        }
        Happening::RestorationAccepted { .. } => {
            database.run("UPDATE lists SET open = 0", &[])?;
            let accept = "UPDATE restorations SET accepted = $1 WHERE accepted IS NULL";
            database.run(accept, &[logged.event.sequence.into()])?;
        }
        Happening::ListsLost { .. }
        | Happening::TakenAsNewest { .. }
        | Happening::Sealed { .. }
        | Happening::ListAdopted { .. } => {}
        Happening::BadgeAdopted(badge) => adopt(database, logged, badge)?,
    }
    if let Kept::Note { salt, text } = &logged.kept {
        let row = [[logged.event.sequence.into(), logged.number.into(), salt.as_slice().into(), text.into()]];
        database.insert("notes (event, badge, salt, note)", &row, "", |_| Ok(()))?;
    }
    Ok(())
}

fn open_list(database: &mut Database, url: &str, purpose: &str, capacity: u64) -> Result<()> {
    // Lists stand right below their base.
    let base = url.rsplit_once('/').map_or("", |(base, _)| base);
    database.run(
        "INSERT INTO lists (number, url, base, purpose, capacity, used, open)
         SELECT count(*) + 1, $1, $2, $3, $4, 0, 1 FROM lists",
        &[url.into(), base.into(), purpose.into(), capacity.into()],
    )
}

fn stand(database: &mut Database, logged: &Logged, status: Status, before: &str) -> Result<()> {
    let sql = format!("UPDATE badges SET status = $1 WHERE number = $2 AND status IN ({before}) RETURNING number");
    expect_one(database, &sql, &[status.as_str().into(), logged.badge()?.into()], logged)
}

/// Sets or clears the bit of a badge for a purpose. Where the event says which it is, it is that one.
fn raise(database: &mut Database, logged: &Logged, purpose: &str, raised: i64, bit: Option<&Place>) -> Result<()> {
    let mut changed = None;
    database.rows(
        "UPDATE entries SET raised = $1 WHERE badge = $2 AND list IN (SELECT number FROM lists WHERE purpose = $3)
         RETURNING position, (SELECT url FROM lists WHERE number = list)",
        &[raised.into(), logged.badge()?.into(), purpose.into()],
        |row| {
            changed = Some((row.text(1)?, row.count(0)?));
            Ok(())
        },
    )?;
    let said = bit.map(|place| (place.list.clone(), place.index));
    if said.is_some() && said != changed { Err(logged.misfit()) } else { Ok(()) }
}

/// What the events before the sealing did not say.
fn adopt(database: &mut Database, logged: &Logged, badge: &Adopted) -> Result<()> {
    let number = logged.badge()?;
    let until = badge.valid_until.map(|end| end.unix());
    let update = "UPDATE badges SET awarded = $1, valid_until = $2 WHERE number = $3 RETURNING number";
    expect_one(database, update, &[(&badge.awarded).into(), until.into(), number.into()], logged)?;
    let Kept::Salts { person, because } = &logged.kept else { return Ok(()) };
    if let Some(salt) = person {
        database.run(
            "INSERT INTO particulars (badge, salt) VALUES ($1, $2) ON CONFLICT (badge) DO UPDATE SET salt = excluded.salt",
            &[number.into(), salt.as_slice().into()],
        )?;
    }
    if let (Some(how), Some(actor)) = (badge.how, &badge.actor) {
        let salt = because.as_ref().map(|salt| Value::from(salt.as_slice()));
        database.run(
            "UPDATE replacements SET how = $1, actor = $2, salt = $3 WHERE new = $4",
            &[how.as_str().into(), actor.into(), salt.into(), number.into()],
        )?;
    }
    Ok(())
}

fn expect_one(database: &mut Database, sql: &str, values: &[Value<'_>], logged: &Logged) -> Result<()> {
    let mut rows = 0;
    database.rows(sql, values, |_| {
        rows += 1;
        Ok(())
    })?;
    if rows == 1 { Ok(()) } else { Err(logged.misfit()) }
}

pub(super) fn list_number(database: &mut Database, url: &str) -> Result<Option<u64>> {
    database.first("SELECT number FROM lists WHERE url = $1", &[url.into()], |row| row.count(0))
}

pub(super) fn badge_number(database: &mut Database, id: &str) -> Result<Option<u64>> {
    database.first("SELECT number FROM badges WHERE id = $1", &[id.into()], |row| row.count(0))
}
