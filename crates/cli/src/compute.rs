//! `farthing compute`: vectors in, one JSON object a line out, in input order.

use crate::outcome::{Failure, Outcome};
use farthing_lending::compute::write_answer;
use serde_json::{Value, json};
use std::io::{BufWriter, Read, Write};
use std::path::Path;

/// Reads an array, one object, or JSON Lines; answers each.
pub fn run(file: Option<&Path>) -> Result<Outcome, Failure> {
    let text = read(file)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let wrong = write_answers(&text, &mut out)?;
    out.flush()?;
    Ok(Outcome::silent(u8::from(wrong)))
}

/// The text of a file, or of standard input.
pub fn read(file: Option<&Path>) -> Result<String, Failure> {
    let mut text = String::new();
    match file {
        Some(path) if path != Path::new("-") => {
            std::fs::File::open(path)
                .and_then(|mut f| f.read_to_string(&mut text))
                .map_err(|e| Failure::usage(format!("{}: {e}", path.display())))?;
        }
        _ => {
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|e| Failure::usage(format!("standard input: {e}")))?;
        }
    }
    Ok(text)
}

/// Writes answers and remembers whether any was an error.
struct Answers<W> {
    out: W,
    line: Vec<u8>,
    wrong: bool,
}

impl<W: Write> Answers<W> {
    fn write(&mut self, vector: &Value) -> std::io::Result<()> {
        self.line.clear();
        self.wrong |= !write_answer(vector, &mut self.line);
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn write_broken(&mut self, line: u32, error: &serde_json::Error) -> std::io::Result<()> {
        self.wrong = true;
        writeln!(self.out, "{}", broken(line, error))
    }
}

/// Writes an answer for each vector; whether any was an error.
fn write_answers(text: &str, out: &mut impl Write) -> Result<bool, Failure> {
    // Some editors begin a file with a mark of its encoding.
    let whole = text.trim_start_matches('\u{feff}').trim_start();
    let mut answers = Answers {
        out,
        line: Vec::new(),
        wrong: false,
    };
    if whole.starts_with('[') {
        let vectors: Vec<Value> =
            serde_json::from_str(whole).map_err(|e| Failure::usage(format!("the array can't be read: {e}")))?;
        vectors.iter().try_for_each(|vector| answers.write(vector))?;
    } else if let Ok(one) = serde_json::from_str::<Value>(whole) {
        answers.write(&one)?;
    } else {
        for (n, line) in (1..)
            .zip(text.trim_start_matches('\u{feff}').lines())
            .filter(|(_, line)| !line.trim().is_empty())
        {
            match serde_json::from_str(line) {
                Ok(vector) => answers.write(&vector)?,
                Err(error) => answers.write_broken(n, &error)?,
            }
        }
    }
    Ok(answers.wrong)
}

fn broken(line: u32, error: &serde_json::Error) -> Value {
    json!({ "id": null, "line": line, "error": { "field": "line", "message": format!("This line is not JSON: {error}.") } })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn run(text: &str) -> (Vec<Value>, bool) {
        let mut out = Vec::new();
        let wrong = write_answers(text, &mut out).ok().unwrap();
        (
            String::from_utf8(out)
                .unwrap()
                .lines()
                .map(|l| serde_json::from_str(l).unwrap())
                .collect(),
            wrong,
        )
    }

    const RULE: &str =
        r#"{"id":"r","kind":"rule","terms":{"rule":"remaining_after_payment","total":"15824.86","paid":"1318.74"}}"#;

    #[test]
    fn answers_arrays_objects_and_lines_alike() {
        for text in [RULE.to_string(), format!("[{RULE}]"), format!("{RULE}\n")] {
            let (answers, wrong) = run(&text);
            assert_eq!(answers[0]["remaining"], "14506.12");
            assert!(!wrong);
        }
    }

    #[test]
    fn a_broken_line_does_not_stop_the_others() {
        let (answers, wrong) = run(&format!("{RULE}\n{{broken\n{RULE}"));
        assert_eq!(answers.len(), 3);
        assert_eq!((&answers[1]["id"], &answers[1]["line"]), (&Value::Null, &json!(2)));
        assert!(wrong);
    }

    #[test]
    fn a_broken_array_fails_whole() {
        assert!(write_answers("[{", &mut Vec::new()).is_err());
    }
}
