//! An SMS gateway on this machine that keeps what it is asked to send.
#![allow(dead_code, reason = "each test file uses its part")]

use farthing_api::{Secret, SmsAuth, SmsForm, SmsMethod, SmsSettings};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a gateway does once it has read a message.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// Answers with a status and a body.
    Says(&'static str, &'static str),
    /// Breaks the connection.
    Breaks,
    /// Keeps the connection and says nothing.
    Stalls,
}

pub struct Gateway {
    pub port: u16,
    /// Phone and text of each message.
    pub messages: Arc<Mutex<Receiver<(String, String)>>>,
}

impl Gateway {
    pub fn start() -> Gateway {
        Gateway::that(Answer::Says("202 Accepted", "{\"id\": 7}\n"))
    }

    pub fn that(answer: Answer) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (keep, messages) = channel();
        thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let json: serde_json::Value = serde_json::from_str(&body(&stream)).unwrap();
                let word = |name: &str| json[name].as_str().unwrap().to_string();
                // Kept before it is answered: who was told "sent" finds it here.
                keep.send((word("to"), word("text"))).ok();
                match answer {
                    Answer::Says(status, body) => {
                        let length = body.len();
                        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close");
                        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
                    }
                    Answer::Breaks => drop(stream),
                    Answer::Stalls => held.push(stream),
                }
            }
        });
        let messages = Arc::new(Mutex::new(messages));
        Gateway { port, messages }
    }

    pub fn settings(&self) -> SmsSettings {
        SmsSettings {
            url: format!("http://localhost:{}/send", self.port),
            method: SmsMethod::Post,
            auth: SmsAuth::Bearer,
            account: String::new(),
            secret: Secret::new("planted-gateway-key"),
            form: SmsForm::Json,
            template: r#"{"to": "{to}", "text": "{text}"}"#.into(),
            from: String::new(),
            success_at: String::new(),
            success_is: String::new(),
            id_at: "/id".into(),
            own_network: false,
        }
    }

    /// The next message.
    pub fn message(&self) -> (String, String) {
        let messages = self.messages.lock().unwrap();
        messages.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    /// The code in the next message.
    pub fn code(&self) -> String {
        let (_, text) = self.message();
        let code: String = text.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(code.len(), 6, "{text}");
        code
    }

    /// Whether nothing more was sent.
    pub fn is_quiet(&self) -> bool {
        self.messages.lock().unwrap().try_recv().is_err()
    }
}

fn body(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
