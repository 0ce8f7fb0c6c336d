//! Mail against a real SMTP server: Python's aiosmtpd, started on a free port. Needs Debian's `python3-aiosmtpd` and
//! `openssl`; without them these tests fail.

use farthing_api::{MailSecurity, MailSettings, Secret};
use farthing_identity::mail::{MailError, Message, code_message, send};
use serde_json::Value;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

struct Sink {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Sink {
    fn start(mode: &str, certificate: Option<&Path>) -> Sink {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/sink.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(mode);
        if let Some(folder) = certificate {
            command.arg(folder.join("certificate.pem")).arg(folder.join("key.pem"));
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .next()
            .expect("python3-aiosmtpd is needed")
            .unwrap()
            .parse()
            .unwrap();
        Sink { process, lines, port }
    }

    fn settings(&self, security: MailSecurity) -> MailSettings {
        MailSettings {
            host: "localhost".into(),
            port: self.port,
            security,
            username: String::new(),
            password: Secret::default(),
            from: "desk@lakeside.example".into(),
        }
    }

    fn message(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

fn message(to: &str) -> Message {
    let (subject, text, html) = code_message("fr", "Crédit du Lac", &Secret::new("012345"), "BKTX", 10);
    Message {
        to: to.into(),
        subject,
        text,
        html,
        id: None,
    }
}

/// A certificate for localhost that nobody but this test trusts.
fn certificate() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args([
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            "key.pem",
            "-out",
            "certificate.pem",
        ])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder
}

#[tokio::test]
async fn a_message_arrives_whole() {
    let mut sink = Sink::start("plain", None);
    let mut settings = sink.settings(MailSecurity::None);
    send(&settings, message("amina@example.org")).await.unwrap();
    let got = sink.message();
    assert_eq!(got["from"], "desk@lakeside.example");
    assert_eq!(got["to"][0], "amina@example.org");
    let content = got["content"].as_str().unwrap();
    assert!(content.contains("multipart/alternative"));
    assert!(content.lines().any(|line| line == "012345"), "{content}");
    settings.host = "127.0.0.1".into();
    let mut sneaky = message("amina@example.org");
    sneaky.subject = "Hello\r\nBcc: eve@example.org".into();
    send(&settings, sneaky).await.unwrap();
    let content = sink.message()["content"].as_str().unwrap().to_string();
    assert!(!content.lines().any(|line| line.starts_with("Bcc:")), "{content}");
}

#[tokio::test]
async fn refusals_say_whose_they_are() {
    let refuses = Sink::start("refuse", None);
    let settings = refuses.settings(MailSecurity::None);
    let sent = send(&settings, message("amina@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Refused(text)) if text.message.contains("554")),
        "{sent:?}"
    );
    let sent = send(&settings, message("nobody@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Refused(text)) if text.message.contains("address")),
        "{sent:?}"
    );
    let sent = send(&settings, message("not an address")).await;
    assert!(
        matches!(&sent, Err(MailError::Address(text)) if text.message.contains("not an address")),
        "{sent:?}"
    );
    let later = Sink::start("later", None);
    let sent = send(&later.settings(MailSecurity::None), message("amina@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Unreachable(text)) if text.message.contains("451")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn no_server_and_no_protection_are_told() {
    let mut settings = Sink::start("plain", None).settings(MailSecurity::None);
    let sent = send(&settings, message("amina@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Unreachable(text)) if text.message.contains("can't be reached")),
        "{sent:?}"
    );
    settings.host = "192.0.2.1".into();
    let sent = send(&settings, message("amina@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Refused(text)) if text.message.contains("STARTTLS")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn protection_is_never_given_up() {
    let plain = Sink::start("plain", None);
    let sent = send(&plain.settings(MailSecurity::StartTls), message("amina@example.org")).await;
    assert!(sent.is_err(), "a server without STARTTLS must not get the message");
    let folder = certificate();
    for (mode, security) in [("starttls", MailSecurity::StartTls), ("tls", MailSecurity::Tls)] {
        let sink = Sink::start(mode, Some(folder.path()));
        let sent = send(&sink.settings(security), message("amina@example.org")).await;
        assert!(
            matches!(&sent, Err(MailError::Unreachable(text)) if text.message.contains("certificate")),
            "{sent:?}"
        );
    }
}

#[tokio::test]
async fn a_stalled_server_is_given_up_after_fifteen_seconds() {
    let sink = Sink::start("stall", None);
    let started = Instant::now();
    let sent = send(&sink.settings(MailSecurity::None), message("amina@example.org")).await;
    assert!(
        matches!(&sent, Err(MailError::Unclear(text)) if text.message.contains("15 seconds")),
        "{sent:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(30));
}

/// Trust in the certificate comes from the environment, which only a new process can set.
#[test]
fn sends_over_tls_with_an_account() {
    let folder = certificate();
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "mail::with_a_trusted_certificate", "--ignored"])
        .env("SSL_CERT_FILE", folder.path().join("certificate.pem"))
        .env("MAIL_TEST_FOLDER", folder.path())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && output.contains("1 passed"), "{output}");
}

#[tokio::test]
#[ignore = "run by sends_over_tls_with_an_account in a process of its own"]
async fn with_a_trusted_certificate() {
    let folder = PathBuf::from(std::env::var_os("MAIL_TEST_FOLDER").unwrap());
    for (mode, security) in [("starttls", MailSecurity::StartTls), ("tls", MailSecurity::Tls)] {
        let mut sink = Sink::start(mode, Some(&folder));
        send(&sink.settings(security), message("amina@example.org"))
            .await
            .unwrap();
        assert_eq!(sink.message()["tls"], true);
    }
    let mut sink = Sink::start("auth", Some(&folder));
    let mut settings = sink.settings(MailSecurity::StartTls);
    settings.username = "desk".into();
    settings.password = Secret::new("open sesame");
    send(&settings, message("amina@example.org")).await.unwrap();
    assert_eq!(sink.message()["authenticated"], true);
    settings.password = Secret::new("planted-wrong-password");
    let refused = send(&settings, message("amina@example.org")).await.unwrap_err();
    assert!(
        matches!(&refused, MailError::Refused(text) if text.message.contains("account")),
        "{refused:?}"
    );
    assert!(!format!("{refused:?} {settings:?}").contains("planted"));
}
