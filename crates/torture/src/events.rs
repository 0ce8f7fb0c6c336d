//! What the processes and the line tell the run.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc::Sender;
use std::thread;

/// Who tells something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The process of a desk.
    Desk,
    /// The process of a server.
    Server,
    /// The line of a desk.
    Proxy,
}

/// What it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A line of its output.
    Line(String),
    /// Its output ended.
    Ended,
    /// A request goes on to a server.
    Passed,
}

/// Something that one of them tells.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who.
    pub who: Who,
    /// Its number.
    pub number: usize,
    /// Which of its lives; what a killed one still says is told apart by it.
    pub life: u32,
    /// What.
    pub what: What,
}

impl Event {
    /// An event of something that has one life.
    pub fn of(who: Who, number: usize, what: What) -> Event {
        let life = 0;
        Event {
            who,
            number,
            life,
            what,
        }
    }
}

/// Tells every line that comes, and the end.
pub fn tell_lines(from: impl Read + Send + 'static, event: Event, to: Sender<Event>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let what = What::Line(line);
            if to.send(Event { what, ..event.clone() }).is_err() {
                return;
            }
        }
        let what = What::Ended;
        // The run may be over.
        let _ = to.send(Event { what, ..event });
    });
}

/// Keeps every line of a log in a file, and tells those with a word.
pub fn keep_lines(
    from: impl Read + Send + 'static,
    mut log: File,
    word: &'static str,
    event: Event,
    to: Sender<Event>,
) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            // A log that can't be written changes nothing of what the run finds.
            let _ = writeln!(log, "{line}");
            if line.contains(word) {
                let what = What::Line(line);
                let _ = to.send(Event { what, ..event.clone() });
            }
        }
    });
}
