//! Text messages against a real HTTP server, which answers well, badly, elsewhere, late, or not at all. Each way the
//! message is handed over at most once.

use farthing_api::{Code, Secret, SmsAuth, SmsForm, SmsMethod, SmsSettings};
use farthing_identity::sms::{SmsError, Text, send};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What one request said: its first line, its headers in lower case, its body.
#[derive(Clone, Debug)]
struct Seen {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Seen {
    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|own| own == header)
    }
}

/// A gateway that answers each connection with the same bytes; with none it breaks the connection.
struct Gateway {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// Connections that are kept open without an answer.
    held: Arc<Mutex<Vec<TcpStream>>>,
}

enum Answer {
    Says(&'static str, &'static str),
    Breaks,
    Stalls,
}

impl Gateway {
    fn start(answer: Answer) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (seen, held) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
        let (log, kept) = (seen.clone(), held.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                log.lock().unwrap().push(read(&stream));
                match &answer {
                    Answer::Says(status, body) => {
                        let length = body.len();
                        let text =
                            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                        stream.write_all(text.as_bytes()).unwrap();
                    }
                    Answer::Breaks => drop(stream),
                    Answer::Stalls => kept.lock().unwrap().push(stream),
                }
            }
        });
        Gateway { port, seen, held }
    }

    fn settings(&self) -> SmsSettings {
        SmsSettings {
            url: format!("http://localhost:{}/send?account=7", self.port),
            method: SmsMethod::Post,
            auth: SmsAuth::Basic,
            account: "desk".into(),
            secret: Secret::new("planted-secret"),
            form: SmsForm::Form,
            template: "To={to}&From={from}&Body={text}".into(),
            from: "Lakeside".into(),
            success_at: String::new(),
            success_is: String::new(),
            id_at: "/sid".into(),
            own_network: false,
        }
    }

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        match header.trim() {
            "" => break,
            header => headers.push(header.to_lowercase()),
        }
    }
    let length = headers
        .iter()
        .find_map(|h| h.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    Seen {
        line: line.trim().into(),
        headers,
        body: String::from_utf8(body).unwrap(),
    }
}

fn code() -> Text {
    Text {
        to: "+254700000001".into(),
        text: "Votre code Crédit du Lac : 012345".into(),
        key: "c0ffee".into(),
    }
}

#[tokio::test]
async fn a_message_goes_out_as_the_gateway_wants_it() {
    let gateway = Gateway::start(Answer::Says(
        "202 Accepted",
        r#"{"sid": "SM1", "status": "queued", "n": 3}"#,
    ));
    let sent = send(&gateway.settings(), &code()).await.unwrap();
    assert_eq!(sent.id, "SM1");
    let seen = gateway.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line, "POST /send?account=7 HTTP/1.1");
    assert!(
        seen[0].has("authorization: basic zgvzazpwbgfudgvklxnly3jlda=="),
        "{seen:?}"
    );
    assert!(seen[0].has("idempotency-key: c0ffee"));
    assert!(seen[0].has("content-type: application/x-www-form-urlencoded"));
    assert_eq!(
        seen[0].body,
        "To=%2B254700000001&From=Lakeside&Body=Votre+code+Cr%C3%A9dit+du+Lac+%3A+012345"
    );

    let json = SmsSettings {
        method: SmsMethod::Put,
        auth: SmsAuth::Bearer,
        form: SmsForm::Json,
        template: r#"{"to":"{to}","text":"{text}"}"#.into(),
        success_at: "/status".into(),
        success_is: "queued".into(),
        ..gateway.settings()
    };
    assert_eq!(send(&json, &code()).await.unwrap().id, "SM1");
    let seen = gateway.seen();
    assert!(seen[1].has("authorization: bearer planted-secret"));
    assert_eq!(
        seen[1].body,
        r#"{"text":"Votre code Crédit du Lac : 012345","to":"+254700000001"}"#
    );

    let get = SmsSettings {
        url: format!("http://127.0.0.1:{}/send?to={{to}}&text={{text}}", gateway.port),
        method: SmsMethod::Get,
        auth: SmsAuth::Header,
        account: "X-Api-Key".into(),
        template: String::new(),
        ..gateway.settings()
    };
    send(&get, &code()).await.unwrap();
    let seen = gateway.seen();
    assert!(seen[2].has("x-api-key: planted-secret"));
    assert!(
        seen[2]
            .line
            .starts_with("GET /send?to=%2B254700000001&text=Votre%20code"),
        "{seen:?}"
    );
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn each_bad_answer_has_its_own_words_and_nothing_is_sent_twice() {
    use Answer::{Breaks, Says};
    let unclear: fn(&SmsError) -> bool = |e| matches!(e, SmsError::Unclear(_));
    let refused: fn(&SmsError) -> bool = |e| matches!(e, SmsError::Refused(_));
    let later: fn(&SmsError) -> bool = |e| matches!(e, SmsError::Unreachable(_));
    let cases = [
        (Says("500 Oh", "{}"), Code::SmsTrouble, unclear),
        (
            Says("307 There\r\nlocation: http://localhost:1/", ""),
            Code::SmsElsewhere,
            refused,
        ),
        (Says("200 OK", "sid: SM1"), Code::SmsUnreadable, unclear),
        (Says("401 Who", "{}"), Code::SmsAccount, refused),
        (Says("400 No", "{}"), Code::SmsRefused, refused),
        (Says("429 Slow", "{}"), Code::SmsLater, later),
        (Breaks, Code::SmsBroken, unclear),
    ];
    for (answer, expected, kind) in cases {
        let gateway = Gateway::start(answer);
        let error = send(&gateway.settings(), &code()).await.unwrap_err();
        assert!(kind(&error), "{error:?}");
        let (SmsError::Unclear(said) | SmsError::Refused(said) | SmsError::Unreachable(said)) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(said.code, expected);
        assert_eq!(gateway.seen().len(), 1, "{expected}");
        let shown = format!("{error} {error:?}");
        for planted in ["planted-secret", "012345", "account=7"] {
            assert!(!shown.contains(planted), "{shown}");
        }
    }

    let gateway = Gateway::start(Says("200 OK", r#"{"status": "failed"}"#));
    let settings = SmsSettings {
        success_at: "/status".into(),
        success_is: "queued".into(),
        ..gateway.settings()
    };
    let error = send(&settings, &code()).await.unwrap_err();
    assert!(
        matches!(&error, SmsError::Refused(said) if said.code == Code::SmsRefused),
        "{error:?}"
    );
}

/// The clock of this test stands still until nothing else is left to do, so the stall costs no time.
#[tokio::test(start_paused = true)]
async fn a_gateway_that_says_nothing_is_given_up() {
    let gateway = Gateway::start(Answer::Stalls);
    let error = send(&gateway.settings(), &code()).await.unwrap_err();
    let (SmsError::Unclear(said) | SmsError::Unreachable(said)) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(said.code, Code::SmsSilent);
    assert!(gateway.seen().len() <= 1);
    drop(gateway.held);
}

#[tokio::test]
async fn nobody_there_means_nothing_was_sent() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gateway = Gateway::start(Answer::Breaks);
    let settings = SmsSettings {
        url: format!("http://localhost:{port}/send"),
        ..gateway.settings()
    };
    let error = send(&settings, &code()).await.unwrap_err();
    assert!(
        matches!(&error, SmsError::Unreachable(said) if said.code == Code::SmsUnreachable),
        "{error:?}"
    );
}
