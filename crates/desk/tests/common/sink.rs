//! A real SMTP server on this machine that keeps what it takes.
#![allow(dead_code, reason = "each test file uses its part")]

use crate::common::{ADMIN, Branch};
use farthing_api::{MailSecurity, MailSettings, SaveMail, Secret};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

pub struct Sink {
    process: Child,
    lines: Receiver<String>,
    /// To whom each message goes that it was handed, whatever became of it.
    pub handed: Arc<Mutex<Receiver<String>>>,
    port: u16,
}

/// The lines of a stream, as they come.
fn lines_of(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            send.send(line).ok();
        }
    });
    lines
}

impl Sink {
    pub fn start() -> Sink {
        Sink::that("plain")
    }

    /// A server of one of the script's modes.
    pub fn that(mode: &str) -> Sink {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/tests/mail/sink.py");
        let mut process = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(mode)
            .env("SINK_TELLS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines_of(process.stdout.take().unwrap());
        let handed = Arc::new(Mutex::new(lines_of(process.stderr.take().unwrap())));
        let port = lines.recv().expect("python3-aiosmtpd is needed");
        Sink {
            process,
            lines,
            handed,
            port: port.trim().parse().unwrap(),
        }
    }

    /// The server through which a branch sends its mail; the administrator is signed in.
    pub async fn of(branch: &Branch) -> Sink {
        let sink = Sink::start();
        branch.sign_in(ADMIN).await;
        let settings = Some(sink.settings());
        branch.desk.save_mail(SaveMail { settings }).await.unwrap();
        sink
    }

    pub fn settings(&self) -> MailSettings {
        MailSettings {
            host: "localhost".into(),
            port: self.port,
            security: MailSecurity::None,
            username: String::new(),
            password: Secret::default(),
            from: "desk@branch.test".into(),
        }
    }

    /// The next message: to whom, and all of it.
    pub fn next(&self) -> (String, String) {
        let line = self
            .lines
            .recv_timeout(Duration::from_secs(20))
            .expect("a message arrives");
        let message: Value = serde_json::from_str(&line).unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_string();
        (word(&message["to"][0]), word(&message["content"]))
    }

    /// A code of six digits in the next message.
    pub fn code(&self) -> String {
        let (_, text) = self.next();
        let is_code = |line: &&str| line.len() == 6 && line.chars().all(|c| c.is_ascii_digit());
        text.lines()
            .map(str::trim)
            .find(is_code)
            .expect("a line with the code")
            .to_string()
    }

    /// Whether nothing more was taken.
    pub fn is_quiet(&self) -> bool {
        self.lines.try_recv().is_err()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
