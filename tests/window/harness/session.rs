//! A WebDriver session: JSON over HTTP, one connection per request.
//!
//! The client crates make `serde_json` keep the order of keys, which would give the whole test build another JSON than
//! the program that ships.

use serde_json::{Value, json};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long the driver may take over one request.
const LIMIT: Duration = Duration::from_secs(30);

/// The key under which the protocol puts an element's reference.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What the driver answered instead of a value, or why it did not answer.
pub type Outcome<T> = Result<T, String>;

/// An open session.
pub struct Session {
    port: u16,
    /// `/session/ID`.
    path: String,
}

/// An element of the page, as long as it is in the page.
pub struct Element(String);

/// How to find an element.
pub enum By {
    /// A CSS selector.
    Css(String),
    /// An XPath expression.
    XPath(String),
}

/// A key of the keyboard.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "the keys that tests may need")]
pub enum Key {
    Letter(char),
    Alt,
    Control,
    Shift,
    Enter,
    Escape,
    Tab,
    Up,
    Down,
    Left,
    End,
}

impl Key {
    /// The character that stands for the key in the protocol.
    fn code(self) -> char {
        match self {
            Self::Letter(letter) => letter,
            Self::Alt => '\u{e00a}',
            Self::Control => '\u{e009}',
            Self::Shift => '\u{e008}',
            Self::Enter => '\u{e007}',
            Self::Escape => '\u{e00c}',
            Self::Tab => '\u{e004}',
            Self::Up => '\u{e013}',
            Self::Down => '\u{e015}',
            Self::Left => '\u{e012}',
            Self::End => '\u{e010}',
        }
    }
}

impl By {
    fn body(&self) -> Value {
        match self {
            Self::Css(selector) => json!({ "using": "css selector", "value": selector }),
            Self::XPath(expression) => json!({ "using": "xpath", "value": expression }),
        }
    }
}

impl Session {
    /// A session of the driver at `port`, which starts `program`.
    pub fn open(port: u16, program: &str) -> Outcome<Self> {
        let options = json!({ "webkitgtk:browserOptions": { "binary": program } });
        let body = json!({ "capabilities": { "alwaysMatch": options } });
        let answer = exchange(port, "POST", "/session", &body)?;
        let id = answer["sessionId"].as_str().ok_or("a session without an id")?;
        Ok(Self {
            port,
            path: format!("/session/{id}"),
        })
    }

    /// The first element found.
    pub fn find(&self, by: &By) -> Outcome<Element> {
        element(&self.post("/element", &by.body())?)
    }

    /// Every element found, in the page's order.
    pub fn find_all(&self, by: &By) -> Outcome<Vec<Element>> {
        let found = self.post("/elements", &by.body())?;
        found
            .as_array()
            .ok_or("no list of elements")?
            .iter()
            .map(element)
            .collect()
    }

    /// What the element shows.
    pub fn text(&self, element: &Element) -> Outcome<String> {
        let answer = exchange(
            self.port,
            "GET",
            &format!("{}/element/{}/text", self.path, element.0),
            &Value::Null,
        )?;
        Ok(answer.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks in the middle of the element.
    pub fn click(&self, element: &Element) -> Outcome<()> {
        self.post(&format!("/element/{}/click", element.0), &json!({}))
            .map(drop)
    }

    /// Types `text` into a field.
    pub fn send_keys(&self, element: &Element, text: &str) -> Outcome<()> {
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text }))
            .map(drop)
    }

    /// Presses the keys in order, then lets them go in the opposite order.
    pub fn press(&self, chord: &[Key]) -> Outcome<()> {
        let step = |kind: &str, key: &Key| json!({ "type": kind, "value": key.code().to_string() });
        let down = chord.iter().map(|key| step("keyDown", key));
        let up = chord.iter().rev().map(|key| step("keyUp", key));
        let steps: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": steps });
        self.post("/actions", &json!({ "actions": [keyboard] })).map(drop)
    }

    /// Gives the window another size.
    pub fn resize(&self, width: u32, height: u32) -> Outcome<()> {
        let size = json!({ "width": width, "height": height });
        self.post("/window/rect", &size).map(drop)
    }

    /// What the body of a JavaScript function returns.
    pub fn script(&self, script: &str) -> Outcome<Value> {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// What the body of a JavaScript function returns whose first argument is an element.
    pub fn script_with(&self, script: &str, element: &Element) -> Outcome<Value> {
        let element = json!({ ELEMENT: element.0 });
        self.post("/execute/sync", &json!({ "script": script, "args": [element] }))
    }

    /// What the body of a JavaScript function hands to its last argument, sooner or later; `arguments` come before it.
    #[allow(dead_code, reason = "for the bench, which times requests in the page")]
    pub fn script_async(&self, script: &str, arguments: &Value) -> Outcome<Value> {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        exchange(self.port, "POST", &format!("{}{path}", self.path), body)
    }
}

fn element(value: &Value) -> Outcome<Element> {
    Ok(Element(value[ELEMENT].as_str().ok_or("no element")?.to_owned()))
}

/// Sends one request and answers the `value` of what comes back.
fn exchange(port: u16, method: &str, path: &str, body: &Value) -> Outcome<Value> {
    let text = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = transfer(port, method, path, &text).map_err(|error| format!("{method} {path}: {error}"))?;
    let (_, content) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| format!("{method} {path}: no answer"))?;
    let mut content: Value = serde_json::from_str(content).map_err(|error| format!("{method} {path}: {error}"))?;
    let value = content["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(format!("{method} {path}: {error}: {}", value["message"])),
        None => Ok(value),
    }
}

fn transfer(port: u16, method: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
