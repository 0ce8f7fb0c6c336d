//! A desk's journal beside its book: what somebody asked for, and what the desk answered. What it holds of answers is on the disk
//! before anybody else hears of them.

use crate::Outcome;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

/// What the desk answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Nothing: it was killed before.
    Nothing,
    /// It is saved; what names the thing that came of it: a receipt's number, an id.
    Saved(String),
    /// It was not done, and nothing of it is kept; the code of the reason.
    Refused(String),
    /// It is kept, and what becomes of it is the server's to say.
    Waits,
}

/// One thing that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its own name, which goes along into the book.
    pub tag: String,
    /// What: `pay`, `apply`.
    pub kind: String,
    /// The amount, in minor units.
    pub amount: i64,
    /// Whose customer, or on which loan or payment.
    pub about: String,
    /// The answer.
    pub answered: Answered,
}

/// A journal that is being written.
pub struct Journal {
    file: File,
    desk: usize,
    next: u64,
}

impl Journal {
    /// Opens a desk's journal, behind its last line.
    ///
    /// # Errors
    /// What the disk says.
    pub fn open(path: &Path, desk: usize) -> Outcome<Journal> {
        let before = text(path)?;
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        if !before.is_empty() && !before.ends_with('\n') {
            // The process was killed in the middle of a line.
            file.write_all(b"\n")?;
        }
        let asked = before.lines().filter_map(|line| line.strip_prefix("ask\t"));
        // A name that was taken for nothing is given again.
        let last = asked
            .filter_map(|line| line.split('\t').next()?.rsplit_once('-')?.1.parse().ok())
            .next_back();
        Ok(Journal {
            file,
            desk,
            next: last.unwrap_or(0) + 1,
        })
    }

    /// The number of what is asked for next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// A name that nothing else has.
    pub fn tag(&mut self) -> String {
        let tag = format!("desk{}-{:06}", self.desk, self.next);
        self.next += 1;
        tag
    }

    /// Something is about to be asked for.
    ///
    /// # Errors
    /// What the disk says.
    pub fn ask(&mut self, tag: &str, kind: &str, amount: i64, about: &str) -> Outcome {
        Ok(self
            .file
            .write_all(format!("ask\t{tag}\t{kind}\t{amount}\t{about}\n").as_bytes())?)
    }

    /// The desk has answered.
    ///
    /// # Errors
    /// What the disk says.
    pub fn answer(&mut self, tag: &str, answered: &Answered) -> Outcome {
        let line = match answered {
            Answered::Nothing => return Ok(()),
            Answered::Saved(what) => format!("saved\t{tag}\t{what}\n"),
            Answered::Refused(code) => format!("refused\t{tag}\t{code}\n"),
            Answered::Waits => format!("waits\t{tag}\n"),
        };
        self.file.write_all(line.as_bytes())?;
        Ok(self.file.sync_data()?)
    }
}

/// Everything that a journal says.
///
/// # Errors
/// What the disk says, or a line that nobody wrote.
pub fn read(path: &Path) -> Outcome<Vec<Entry>> {
    let text = text(path)?;
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        if let ["ask", tag, kind, amount, about] = words.as_slice() {
            entries.push(Entry {
                tag: (*tag).into(),
                kind: (*kind).into(),
                amount: amount.parse()?,
                about: (*about).into(),
                answered: Answered::Nothing,
            });
            continue;
        }
        let answered = match words.as_slice() {
            ["saved", _, what] => Answered::Saved((*what).into()),
            ["refused", _, code] => Answered::Refused((*code).into()),
            ["waits", _] => Answered::Waits,
            // The process was killed in the middle of it.
            _ => continue,
        };
        // One is asked for after the other.
        match entries
            .last_mut()
            .filter(|last| Some(&last.tag.as_str()) == words.get(1))
        {
            Some(last) => last.answered = answered,
            None => return Err(format!("an answer without a question: {line}").into()),
        }
    }
    Ok(entries)
}

fn text(path: &Path) -> Outcome<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => Ok(read?),
    }
}
