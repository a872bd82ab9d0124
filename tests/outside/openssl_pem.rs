//! Encrypted key files between this library and OpenSSL 3, both ways.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use taskbadge::key::{KeyError, SigningKey};
use taskbadge_tests::tell;

const PASSPHRASE: &str = "correct horse bättery staple";

/// A folder of this test alone, with the passphrase in a file, and the command.
struct OpenSsl {
    folder: PathBuf,
}

impl OpenSsl {
    /// Nothing, and a line that says so, where there is no OpenSSL 3.
    fn at_hand(test: &str) -> Option<Self> {
        let version = Command::new("openssl").arg("version").output().ok().filter(|output| output.status.success());
        let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if !version.as_ref().is_some_and(|version| version.starts_with("OpenSSL 3")) {
            tell(&format!("skipped: {test} needs the openssl command, version 3"));
            return None;
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openssl_pem").join(test);
        fs::create_dir_all(&folder).expect("a folder for files");
        // A command that reads one key and writes another takes a line for each.
        fs::write(folder.join("passphrase"), format!("{PASSPHRASE}\n{PASSPHRASE}\n"))
            .expect("a file for the passphrase");
        Some(Self { folder })
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), content).expect("a file is written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).expect("openssl wrote the file")
    }

    /// What a command writes to standard output. `PASS` stands for where the passphrase is.
    fn run(&self, arguments: &str) -> Vec<u8> {
        let mut command = Command::new("openssl");
        command.current_dir(&self.folder).stdin(Stdio::null());
        command.args(arguments.split_whitespace().map(|word| if word == "PASS" { "file:passphrase" } else { word }));
        let output = command.output().expect("openssl runs");
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Public key and signature are those that OpenSSL finds with the key in this file.
    fn agrees(&self, file: &str, key: &SigningKey) {
        // RFC 8410: the key is the end of the SubjectPublicKeyInfo.
        let public = self.run(&format!("pkey -in {file} -passin PASS -pubout -outform DER"));
        assert_eq!(public[public.len() - 32..], key.verifying_key().as_bytes()[..], "{file}");
        self.write("message", b"can do the forklift pre-start check");
        let signature = self.run(&format!("pkeyutl -sign -rawin -in message -inkey {file} -passin PASS"));
        assert_eq!(signature, key.sign(b"can do the forklift pre-start check"), "{file}");
    }
}

#[test]
fn openssl_opens_our_files() {
    let Some(openssl) = OpenSsl::at_hand("ours") else { return };
    for seed in [[0; 32], [7; 32], [255; 32]] {
        let key = SigningKey::from_seed(&seed);
        openssl.write("ours.pem", key.to_pem(PASSPHRASE.as_bytes(), [seed[0] ^ 5; 32]).unwrap().as_bytes());
        openssl.agrees("ours.pem", &key);
    }
    tell("OpenSSL opens our encrypted key files and signs the same: 3");
}

#[test]
fn we_open_the_files_of_openssl() {
    let Some(openssl) = OpenSsl::at_hand("theirs") else { return };
    openssl.run("genpkey -algorithm ed25519 -aes256 -pass PASS -out genpkey.pem");
    openssl.run("genpkey -algorithm ed25519 -aes-128-cbc -pass PASS -out genpkey128.pem");
    let mut files = vec!["genpkey.pem".to_owned(), "genpkey128.pem".to_owned()];
    for (at, options) in [
        "-v2 aes-256-cbc -iter 600000",
        "-v2 aes-192-cbc -v2prf hmacWithSHA512",
        "-scrypt",
        "-scrypt -scrypt_N 1024 -scrypt_p 16",
    ]
    .iter()
    .enumerate()
    {
        let file = format!("pkcs8-{at}.pem");
        openssl.run(&format!("pkcs8 -topk8 -in genpkey.pem -passin PASS -passout PASS {options} -out {file}"));
        files.push(file);
    }
    for file in &files {
        let text = openssl.read(file);
        let key = SigningKey::from_pem(&text, PASSPHRASE.as_bytes()).unwrap_or_else(|error| panic!("{file}: {error}"));
        openssl.agrees(file, &key);
        assert_eq!(SigningKey::from_pem(&text, b"wrong").err(), Some(KeyError::WrongPassphrase), "{file}");
    }
    tell(&format!("OpenSSL's encrypted key files open and sign the same: {}", files.len()));
}

#[test]
fn what_openssl_writes_otherwise_is_refused_with_its_reason() {
    let Some(openssl) = OpenSsl::at_hand("refused") else { return };
    openssl.run("genpkey -algorithm ed25519 -out clear.pem");
    openssl.run("pkey -in clear.pem -pubout -out public.pem");
    openssl.run("genpkey -algorithm x25519 -aes256 -pass PASS -out x25519.pem");
    openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass PASS -out p256.pem");
    let convert = |options, out| openssl.run(&format!("pkcs8 -topk8 -in clear.pem -passout PASS {options} -out {out}"));
    convert("-v2 aes-256-cbc -v2prf hmacWithSHA1", "sha1.pem");
    convert("-v2 des3", "des3.pem");
    convert("-v1 PBE-SHA1-3DES", "pbes1.pem");
    convert("-scrypt -scrypt_N 2 -scrypt_r 1 -scrypt_p 1", "weak.pem");
    let other_kind = KeyError::OtherKeyType { kind: "not Ed25519" };
    for (file, error) in [
        ("clear.pem", Some(KeyError::NotEncrypted)),
        ("public.pem", Some(KeyError::PublicGiven)),
        ("x25519.pem", Some(other_kind)),
        ("p256.pem", Some(other_kind)),
        ("sha1.pem", Some(KeyError::Encryption)),
        ("des3.pem", Some(KeyError::Encryption)),
        ("pbes1.pem", Some(KeyError::Encryption)),
        // Cheap is the owner's affair.
        ("weak.pem", None),
    ] {
        assert_eq!(SigningKey::from_pem(&openssl.read(file), PASSPHRASE.as_bytes()).err(), error, "{file}");
    }
}
