//! A centre whose key lives in a token, as a person types it: tried with SoftHSM.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails; clippy.toml covers only functions marked #[test]")]

mod place;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use place::{Place, TASK, complained, printed};

const PIN: &str = "4711-harbour";
const SIGN: &str = "--centre centre --passphrase-file pin";

/// A token in a folder of its own, which only the processes see that are told of it.
struct Token {
    place: Place,
    module: &'static str,
}

impl Token {
    /// None where SoftHSM is not installed.
    fn new() -> Option<Self> {
        const MODULES: [&str; 4] = [
            "/usr/lib/softhsm/libsofthsm2.so",
            "/usr/lib64/softhsm/libsofthsm2.so",
            "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
            "/usr/local/lib/softhsm/libsofthsm2.so",
        ];
        let module = MODULES.into_iter().find(|module| Path::new(module).exists())?;
        let runs = |tool: &str| Command::new(tool).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
        let installed = ["softhsm2-util", "openssl"].into_iter().all(|tool| runs(tool).is_ok());
        let token = installed.then(|| Self { place: Place::new(), module })?;
        std::fs::create_dir(token.place.path("tokens")).unwrap();
        let folder = token.place.path("tokens");
        token.place.write("softhsm2.conf", &format!("directories.tokendir = {}\n", folder.display()));
        token.place.write("pin", &format!("{PIN}\n"));
        token.place.write("wrong", "0815-harbour\n");
        token.tool(&format!("softhsm2-util --init-token --free --label harbour --so-pin officer-pin --pin {PIN}"));
        Some(token)
    }

    fn key(&self, label: &str, id: &str) {
        self.tool("openssl genpkey -algorithm ed25519 -out pair.pem");
        self.tool(&format!("softhsm2-util --import pair.pem --token harbour --label {label} --id {id} --pin {PIN}"));
    }

    fn tool(&self, line: &str) {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap());
        command.args(words).current_dir(self.place.path(".")).env("SOFTHSM2_CONF", self.place.path("softhsm2.conf"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{line}\n{}{}", printed(&output), complained(&output));
    }

    /// Runs a command that has to end with this code, and gives all it said.
    fn ends(&self, code: i32, line: &str) -> String {
        let output = self.place.command(line).env("SOFTHSM2_CONF", self.place.path("softhsm2.conf")).output().unwrap();
        let said = printed(&output) + &complained(&output);
        assert_eq!(output.status.code(), Some(code), "{line}\n{said}");
        said
    }

    fn name_key(&self, before: &str, after: &str) {
        let settings = self.place.read("centre/centre.toml");
        let (before, after) = (format!("token_key = \"{before}\""), format!("token_key = \"{after}\""));
        assert!(settings.contains(&before));
        self.place.write("centre/centre.toml", &settings.replace(&before, &after));
    }

    fn verify(&self) {
        self.ends(0, "trust add did:web:centre.example.org --document centre/did.json --force");
        self.ends(0, "verify centre/badges --status centre/published");
    }
}

#[test]
fn a_centre_works_with_a_key_in_a_token() {
    let Some(token) = Token::new() else {
        // Past the test harness, which keeps what tests print to itself.
        let _ = writeln!(std::io::stderr(), "skipped: SoftHSM is not installed (apt-get install softhsm2 openssl)");
        return;
    };
    token.key("badges", "01");
    token.key("next", "02");
    let place = &token.place;
    let init = "init centre --name Harbour --did-web centre.example.org --web https://centre.example.org";
    let in_token = format!("--token-module {} --token harbour --token-key", token.module);
    let said = token.ends(2, &format!("{init} {in_token} badges --passphrase-file wrong"));
    assert!(said.contains("the PIN is wrong"), "{said}");
    let said = token.ends(2, &format!("{init} {in_token} elsewhere --passphrase-file pin"));
    assert!(said.contains("no private Edwards key with the label elsewhere"), "{said}");
    assert!(!place.path("centre").exists());

    let said = token.ends(0, &format!("{init} {in_token} badges --passphrase-file pin"));
    assert!(said.contains("keep safe   the token and its PIN") && !said.contains("key.pem"), "{said}");
    assert!(!place.path("centre/key.pem").exists());
    place.write("centre/tasks/hand-washing.toml", TASK);
    let issue = |who: &str| {
        token.ends(0, &format!("issue --task hand-washing --level done --email {who}@example.org {SIGN}"));
    };
    issue("amina");
    let badge = place.badges().remove(0);
    let correct = format!("correct {} --set assessor=Reed --because mistyped --by registrar {SIGN}", badge.display());
    token.ends(0, &format!("{correct} --dry-run"));
    token.ends(0, &format!("{correct} --yes"));
    token.ends(0, &format!("publish {SIGN}"));
    std::fs::remove_file(badge).unwrap();
    token.verify();

    // Another key, which somebody made in the token.
    assert!(token.ends(2, &format!("key rotate {SIGN} --yes")).contains("make another in the token"));
    token.name_key("badges", "next");
    assert!(token.ends(2, &format!("publish {SIGN}")).contains("the key in centre/centre.toml does not belong to"));
    token.ends(0, &format!("key rotate {SIGN} --yes"));
    issue("yusuf");
    token.ends(0, &format!("publish {SIGN}"));
    token.verify();

    // The old key is in the token still, and signs nothing.
    token.name_key("next", "badges");
    assert!(token.ends(2, &format!("publish {SIGN}")).contains("is not in use for status lists any more"));
}
