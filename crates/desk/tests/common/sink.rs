//! A real SMTP server on this machine that keeps what it takes.
#![allow(dead_code, reason = "each test file uses its part")]

use crate::common::{ADMIN, Branch};
use farthing_api::{MailSecurity, MailSettings, SaveMail, Secret};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

pub struct Sink {
    process: Child,
    lines: Receiver<String>,
    port: u16,
}

impl Sink {
    pub fn start() -> Sink {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../identity/tests/mail/sink.py");
        let mut process = Command::new("/usr/bin/python3")
            .arg(script)
            .arg("plain")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                send.send(line).ok();
            }
        });
        Sink {
            process,
            lines,
            port: port.trim().parse().expect("python3-aiosmtpd is needed"),
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
