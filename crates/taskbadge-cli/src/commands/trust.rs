//! `taskbadge trust`: whom the user recognises.

use taskbadge_issuer::printable;

use crate::args::Trust;
use crate::files;
use crate::output::{Exit, Output, Trouble};
use crate::trust_file::{Issuer, TrustFile};
use crate::words;

/// A DID document with a hundred keys has 30 KB.
const DOCUMENT_BYTES_MAX: u64 = 1024 * 1024;

pub(super) fn trust(trust: Trust, output: &mut Output) -> Result<Exit, Trouble> {
    match trust {
        Trust::Add { id, name, document, trust, force } => {
            let path = trust.path()?;
            let document = document.map(|path| {
                files::read(&path, DOCUMENT_BYTES_MAX).map_err(|error| Trouble::new(words::cannot_read(&path, &error)))
            });
            let document = document.transpose()?;
            let _lock = TrustFile::lock(&path)?;
            let mut file = TrustFile::read(&path)?;
            if let Some(known) = file.issuers.iter().position(|issuer| issuer.id == id) {
                if !force {
                    return Err(Trouble::new(words::issuer_known(&id, &path)));
                }
                file.issuers.remove(known);
            }
            let issuer = Issuer::new(id, name, document.as_deref()).map_err(Trouble::new)?;
            let said = words::recognised(&issuer, &path);
            file.issuers.push(issuer);
            file.write(&path)?;
            output.line(said);
        }
        Trust::List { trust } => {
            let path = trust.existing()?;
            let file = TrustFile::read(&path)?;
            // A file that names somebody who cannot be recognised would stop every check: say so here, too.
            file.trust(&path)?;
            if file.issuers.is_empty() {
                output.line(words::nobody_recognised(&path));
            }
            for issuer in &file.issuers {
                output.line(words::issuer_line(&printable(&issuer.id), issuer.name.as_deref()));
            }
        }
        Trust::Remove { id, trust } => {
            let path = trust.existing()?;
            let _lock = TrustFile::lock(&path)?;
            let mut file = TrustFile::read(&path)?;
            let Some(known) = file.issuers.iter().position(|issuer| issuer.id == id) else {
                return Err(Trouble::new(words::issuer_not_known(&id, &path)));
            };
            let issuer = file.issuers.remove(known);
            file.write(&path)?;
            output.line(words::recognised_no_more(&issuer));
        }
    }
    Ok(Exit::Done)
}
