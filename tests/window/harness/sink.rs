//! A real SMTP server that keeps what the desk sends.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long a message may take to arrive.
const PATIENCE: Duration = Duration::from_secs(20);

/// The server, ended with the test.
pub struct Sink {
    server: Child,
    port: u16,
    lines: Receiver<String>,
}

impl Sink {
    /// A server on a free port.
    pub fn open() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/identity/tests/mail/sink.py");
        let mut server = Command::new("/usr/bin/python3")
            .args([script, "plain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 with aiosmtpd starts");
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            server,
            port: port.trim().parse().expect("the server tells its port"),
            lines,
        }
    }

    /// Where it listens on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next message: to whom, and its text.
    pub fn next(&self) -> (String, String) {
        let line = self.lines.recv_timeout(PATIENCE).expect("a message arrives");
        let message: Value = serde_json::from_str(&line).unwrap();
        (
            message["to"][0].as_str().unwrap().to_owned(),
            message["content"].as_str().unwrap().to_owned(),
        )
    }

    /// The six digits, on a line of their own, in the next message that has some. It goes to `address`; a notice may come
    /// before it.
    pub fn code_for(&self, address: &str) -> String {
        let is_code = |line: &&str| line.len() == 6 && line.chars().all(|c| c.is_ascii_digit());
        loop {
            let (to, text) = self.next();
            assert_eq!(to, address);
            if let Some(code) = text.lines().map(str::trim).find(is_code) {
                return code.to_owned();
            }
        }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
