//! `taskbadge demo`: the whole way from a roster to a verdict, each step as the command a person would type.

use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use clap::Parser as _;
use taskbadge_files::{self as files, Secrecy};
use taskbadge_issuer::centre::{self, Centre};

use crate::args::{Cli, Demo};
use crate::memory::Memory;
use crate::output::{Exit, Output, Trouble};
use crate::pack_file::PackFile;
use crate::words;

/// The sample centre, carried along so that the demo runs wherever the command does.
const TASKS: [(&str, &str); 3] = [
    ("forklift-pre-start-check.toml", include_str!("../../../../examples/centre/tasks/forklift-pre-start-check.toml")),
    ("kitchen-hygiene.toml", include_str!("../../../../examples/centre/tasks/kitchen-hygiene.toml")),
    ("quality-inspection.toml", include_str!("../../../../examples/centre/tasks/quality-inspection.toml")),
];
const ROSTER: &str = include_str!("../../../../examples/centre/roster.csv");
/// A roster with a column that must never be in a badge, to try the linter on.
const REFUSED_ROSTER: &str = include_str!("../../../../examples/centre/rosters/with-nationality.csv");

/// Written last, so that its being there says that the sample centre is complete.
const ROSTER_FILE: &str = "rosters/roster.csv";

/// More than anything that the demo made has.
const OWN_BYTES_MAX: u64 = 1024 * 1024;

/// Marks a folder as made by the demo, and so as one that `--force` may delete.
const MARK: &str = "made-by-taskbadge-demo";

pub(super) fn demo(demo: &Demo, output: &mut Output) -> Result<Exit, Trouble> {
    let folder = &demo.folder;
    let made = folder.join(MARK).exists();
    let complete = made && folder.join(ROSTER_FILE).exists();
    if folder.exists() && !made {
        return Err(Trouble::new(words::not_made_by_demo(folder)));
    }
    if made && !complete && !demo.force {
        return Err(Trouble::new(words::demo_unfinished(folder)));
    }
    if made && demo.force {
        files::remove_folder(folder)?;
    }
    let mut steps = Steps { folder: folder.clone(), output };
    if demo.force || !complete {
        steps.tell(words::DEMO_CENTRE);
        steps.prepare()?;
        steps.run("init FOLDER --name 'Harbour Training Centre' --web https://centre.example.org --suspension --passphrase-file FOLDER/passphrase")?;
        steps.add_samples()?;
    } else {
        steps.tell(&words::demo_there(folder));
    }
    steps.run("task lint --centre FOLDER")?;
    steps.tell(words::DEMO_ISSUE);
    let mut issue = "issue FOLDER/rosters/roster.csv --centre FOLDER --passphrase-file FOLDER/passphrase".to_owned();
    // The folder may have been made by another user, or on another computer.
    if complete && Memory::of(&Centre::open(folder)?)?.head().is_none() {
        issue.push_str(" --first-time-here 'it is a demo'");
    }
    steps.run(&issue)?;

    steps.tell(words::DEMO_PUBLISH);
    steps.run("publish --centre FOLDER --passphrase-file FOLDER/passphrase")?;

    steps.tell(words::DEMO_STRANGER);
    let badge = steps.badge_of("Amina Noor", CHANGED.0)?;
    files::replace(&folder.join("nobody.json"), b"{\"version\":1,\"issuers\":[]}\n", Secrecy::Open)?;
    steps.run(&format!("verify {badge} --status FOLDER/published --trust FOLDER/nobody.json"))?;
    steps.tell(words::DEMO_TRUST);
    let did = Centre::open(folder)?.settings().did().to_string();
    steps.run(&format!("trust add {did} --name 'Harbour Training Centre' --force --trust FOLDER/trust.json"))?;
    steps.run(&format!("verify {badge} {CHECK}"))?;
    steps.run(&format!("verify FOLDER/badges {CHECK}"))?;

    steps.tell(words::DEMO_CHANGE);
    steps.change_a_letter(&badge)?;
    steps.run(&format!("verify FOLDER/changed.json {CHECK}"))?;
    if demo.force || !complete {
        steps.take_back(&badge)?;
        steps.second_centre()?;
        steps.association()?;
        steps.employer(&badge)?;
    }
    steps.tell(&words::demo_end(folder));
    Ok(Exit::Done)
}

/// What an employer of the demo adds to every check.
const CHECK: &str = "--status FOLDER/published --trust FOLDER/trust.json";

/// What the association of the demo signs.
const PACK: &str = "FOLDER/association/pack.jsonl";

/// The task of the first row, and what a forger makes of it.
const CHANGED: (&str, &str) = ("Forklift pre-start check", "Forklift pre-start chick");

struct Steps<'o> {
    folder: PathBuf,
    output: &'o mut Output,
}

impl Steps<'_> {
    fn tell(&mut self, sentence: &str) {
        self.output.line(format!("\n# {sentence}"));
    }

    /// Shows a command, and runs it as if it had been typed; `FOLDER` stands for the folder of the demo.
    fn run(&mut self, line: &str) -> Result<(), Trouble> {
        let folder = self.folder.display().to_string();
        self.output.line(format!("$ taskbadge {}", line.replace("FOLDER", &folder)));
        let words = split(line).into_iter().map(|word| word.replace("FOLDER", &folder));
        let cli = Cli::try_parse_from(["taskbadge".to_owned()].into_iter().chain(words));
        let cli = cli.map_err(|error| Trouble::new(error.to_string()))?;
        match super::run(cli.command, self.output)? {
            Exit::Trouble => Err(Trouble::new(words::DEMO_FAILED)),
            exit => {
                if exit != Exit::Done {
                    self.output.line(words::exit_code(exit));
                }
                Ok(())
            }
        }
    }

    /// The folder, with a passphrase that nobody needs to type.
    fn prepare(&mut self) -> Result<(), Trouble> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(taskbadge_issuer::Trouble::NoRandomness)?;
        let passphrase: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        files::make_folder(&self.folder)?;
        files::write_new(&self.folder.join(MARK), b"", Secrecy::Open)?;
        files::write_new(&self.folder.join("passphrase"), (passphrase + "\n").as_bytes(), Secrecy::Secret)?;
        Ok(())
    }

    fn add_samples(&mut self) -> Result<(), Trouble> {
        for (name, text) in TASKS {
            files::write_new(&self.folder.join("tasks").join(name), text.as_bytes(), Secrecy::Open)?;
        }
        let refused = self.folder.join("rosters/with-nationality.csv");
        files::write_new(&refused, REFUSED_ROSTER.as_bytes(), Secrecy::Open)?;
        let roster = of_this_month(ROSTER, super::now().datetime().date_naive());
        files::write_new(&self.folder.join(ROSTER_FILE), roster.as_bytes(), Secrecy::Open)?;
        self.output.line(words::samples_added(&self.folder));
        Ok(())
    }

    /// One badge is revoked, another suspended and reinstated; each time the lists are published, and an employer looks.
    fn take_back(&mut self, suspended: &str) -> Result<(), Trouble> {
        let decided = "--by registrar --yes --centre FOLDER";
        let publish = "publish --centre FOLDER --passphrase-file FOLDER/passphrase";
        let revoked = self.badge_of("Yusuf Demir", CHANGED.0)?;
        self.tell(words::DEMO_REVOKE);
        self.keep_lists()?;
        let because = "--reason assessment-withdrawn --because 'the brake test was not done'";
        self.run(&format!("revoke {revoked} {because} {decided}"))?;
        self.run(publish)?;
        self.run(&format!("verify {revoked} {CHECK}"))?;
        self.tell(words::DEMO_OLD_LISTS);
        let old = "--status FOLDER/lists-from-before --trust FOLDER/trust.json";
        self.run(&format!("verify {revoked} {old}"))?;
        let later = super::now().datetime().date_naive().checked_add_days(Days::new(9)).unwrap_or_default();
        self.run(&format!("verify {revoked} {old} --at {later}"))?;

        self.tell(words::DEMO_SUSPEND);
        self.run(&format!("suspend {suspended} --because 'the employer reports a near miss' {decided}"))?;
        self.run(publish)?;
        self.run(&format!("verify {suspended} {CHECK}"))?;
        self.run(&format!("reinstate {suspended} --because 'shown again without fault' {decided}"))?;
        self.run(publish)?;
        self.run(&format!("verify {suspended} {CHECK}"))?;
        self.tell(words::DEMO_LEDGER);
        self.run(&format!("ledger show {revoked} --centre FOLDER"))?;
        self.run("ledger check --centre FOLDER")
    }

    /// Another centre, with one task and one badge.
    fn second_centre(&mut self) -> Result<(), Trouble> {
        self.tell(words::DEMO_SECOND);
        let passphrase = "--passphrase-file FOLDER/passphrase";
        self.run(&format!(
            "init FOLDER/riverside --name 'Riverside College' --web https://riverside.example.org {passphrase}"
        ))?;
        let (name, text) = TASKS[2];
        files::write_new(&self.folder.join("riverside/tasks").join(name), text.as_bytes(), Secrecy::Open)?;
        let date = super::now().datetime().date_naive().checked_sub_days(Days::new(5)).unwrap_or_default();
        let trainee = "--name 'Dalia Mansour' --consent-name --email dalia@example.org --assessor 'Tom Reed'";
        self.run(&format!(
            "issue --task quality-inspection --level reliable --date {date} {trainee} --centre FOLDER/riverside {passphrase}"
        ))?;
        self.run(&format!("publish --centre FOLDER/riverside {passphrase}"))
    }

    /// An association says which centres may issue what. Of its three root keys two have to sign.
    fn association(&mut self) -> Result<(), Trouble> {
        let passphrase = "--passphrase-file FOLDER/passphrase";
        let association = self.folder.join("association");
        files::make_folder(&association)?;
        self.tell(words::DEMO_PACK);
        let secret = files::read_secret(&self.folder.join("passphrase"), OWN_BYTES_MAX)?;
        let mut roots = String::new();
        for number in 1..=3 {
            let key = centre::new_key()?;
            centre::write_key(&association.join(format!("root-{number}.pem")), &key, secret.trim_end().as_bytes())?;
            roots.push_str(&format!(" --root-key {}", key.verifying_key().to_multikey()));
        }
        self.output.line(words::root_keys_made(&association));
        let publisher = "--publisher https://association.example.org --name 'Association of Training Centres'";
        self.run(&format!("pack new {PACK} {publisher}{roots} --threshold 2"))?;
        self.tell(words::DEMO_ENTRIES);
        self.run("key entry --output FOLDER/association/harbour.json --centre FOLDER")?;
        self.run("key entry --output FOLDER/association/riverside.json --centre FOLDER/riverside")?;
        let tasks = "--achievement 'https://centre.example.org/tasks/forklift-pre-start-check/*' --achievement 'https://centre.example.org/tasks/kitchen-hygiene/*'";
        self.run(&format!("pack add-issuer {PACK} FOLDER/association/harbour.json {tasks}"))?;
        self.run(&format!("pack add-issuer {PACK} FOLDER/association/riverside.json"))?;
        self.run(&format!("pack add-list {PACK} FOLDER/published FOLDER/riverside/published"))?;
        self.tell(words::DEMO_SIGN);
        self.run(&format!("pack sign {PACK} --key FOLDER/association/root-1.pem {passphrase}"))?;
        self.run(&format!("pack sign {PACK} --key FOLDER/association/root-3.pem {passphrase}"))
    }

    /// An employer trusts the association, and needs no other folder and no network.
    fn employer(&mut self, badge: &str) -> Result<(), Trouble> {
        self.tell(words::DEMO_COMPARE);
        let path = self.folder.join("association/pack.jsonl");
        let digits = PackFile::open(&path)?.pack.root.fingerprint().digits();
        self.run(&format!("trust add {PACK} --fingerprint '{digits}' --store FOLDER/employer"))?;
        self.run(&format!("verify {badge} --store FOLDER/employer"))?;
        self.run("verify FOLDER/riverside/badges --store FOLDER/employer")?;
        self.tell(words::DEMO_SCOPE);
        let other = self.badge_of("Nguyễn Thị Lan", "quality-inspection")?;
        self.run(&format!("verify {other} --store FOLDER/employer"))
    }

    /// The lists as an employer fetched them who does not come back for new ones.
    fn keep_lists(&self) -> Result<(), Trouble> {
        let kept = self.folder.join("lists-from-before");
        let lists = self.folder.join("published/status");
        files::make_folder(&kept)?;
        for list in files::entries(&lists)? {
            let name = list.file_name().unwrap_or_default();
            files::replace(&kept.join(name), &files::read(&list, OWN_BYTES_MAX)?, Secrecy::Open)?;
        }
        Ok(())
    }

    /// The badge of somebody for a task, with `FOLDER` for the folder.
    fn badge_of(&self, holder: &str, task: &str) -> Result<String, Trouble> {
        for badge in crate::files::badges(vec![self.folder.join("badges")]) {
            let badge = badge?;
            let text = files::read_text(&badge, OWN_BYTES_MAX)?;
            if text.contains(holder) && text.contains(task) {
                return Ok(format!("FOLDER/badges/{}", badge.file_name().unwrap_or_default().display()));
            }
        }
        Err(Trouble::new(words::DEMO_FAILED))
    }

    /// Writes a copy of a badge in which one letter is another.
    fn change_a_letter(&self, badge: &str) -> Result<(), Trouble> {
        let badge = badge.replace("FOLDER", &self.folder.display().to_string());
        let changed = files::read_text(Path::new(&badge), OWN_BYTES_MAX)?.replacen(CHANGED.0, CHANGED.1, 1);
        Ok(files::replace(&self.folder.join("changed.json"), changed.as_bytes(), Secrecy::Open)?)
    }
}

/// The sample's award days, moved so that the last was twelve days ago: badges of the demo are valid whenever it is run.
fn of_this_month(roster: &str, today: NaiveDate) -> String {
    let days_ago = [("2026-11-03", 19), ("2026-11-05", 17), ("2026-11-10", 12)];
    days_ago.iter().fold(roster.to_owned(), |roster, (day, ago)| {
        today.checked_sub_days(Days::new(*ago)).map_or(roster.clone(), |moved| roster.replace(day, &moved.to_string()))
    })
}

/// Words as a shell splits them, as far as the demo's own commands need it.
fn split(line: &str) -> Vec<String> {
    let quoted = line.split('\'').enumerate();
    quoted
        .flat_map(|(number, part)| {
            if number % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(Into::into).collect() }
        })
        .collect()
}
