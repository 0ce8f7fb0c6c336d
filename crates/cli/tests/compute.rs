//! `farthing compute` as a process: what it reads, what it answers, and how it ends.

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

const RULE: &str =
    r#"{"id":"r","kind":"rule","terms":{"rule":"remaining_after_payment","total":"15824.86","paid":"1318.74"}}"#;

/// The answers, the exit status, and what was said about it.
fn compute(file: &[&str], input: &str) -> (Vec<Value>, i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_farthing"))
        .arg("compute")
        .args(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A reader that refuses early may close the pipe before all is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    let out = String::from_utf8(done.stdout).unwrap();
    let answers = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (
        answers,
        done.status.code().unwrap(),
        String::from_utf8(done.stderr).unwrap(),
    )
}

#[test]
fn reads_standard_input_in_every_form() {
    for (file, input) in [
        (&[][..], RULE.to_string()),
        (&["-"], format!("[{RULE}, {RULE}]")),
        (&["-"], format!("{RULE}\r\n\r\n{RULE}\r\n")),
        (&["-"], format!("\u{feff}{RULE}")),
        (&["-"], String::new()),
    ] {
        let (answers, status, said) = compute(file, &input);
        assert!(
            answers.iter().all(|a| a["remaining"] == "14506.12" && a["id"] == "r"),
            "{answers:?}"
        );
        assert_eq!(
            (answers.len(), status),
            (input.matches("rule\"").count() / 2, 0),
            "{said}"
        );
    }
}

#[test]
fn answers_the_others_where_one_is_wrong() {
    let unknown = RULE.replace("paid", "payed");
    let (answers, status, _) = compute(&[], &format!("{RULE}\n{unknown}\n{{broken\n{RULE}\n"));
    assert_eq!(status, 1);
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[1]["error"]["field"], "payed");
    assert_eq!(
        (&answers[2]["id"], &answers[2]["line"]),
        (&Value::Null, &Value::from(3))
    );
    assert_eq!(answers[3]["remaining"], "14506.12");
    let (answers, status, _) = compute(&[], &format!("[{unknown}, {RULE}]"));
    assert_eq!((answers.len(), status), (2, 1));
}

#[test]
fn a_broken_array_or_a_missing_file_fails_whole() {
    for (file, input) in [
        (&["-"][..], format!("[{RULE}, {{")),
        (&["no-such-file.json"], String::new()),
    ] {
        let (answers, status, said) = compute(file, &input);
        assert_eq!((answers.len(), status), (0, 2));
        assert!(!said.is_empty());
    }
}
