//! `farthing explain` as a process: sentences, JSON, and how it ends.

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};

const LOAN: &str = r#"{"id":"l","kind":"schedule","terms":{"principal":"1000","annual_rate":"12","disbursed_on":"2024-01-15",
    "installments":3,"every":1,"unit":"months","method":"declining_equal_installments","interest_period":"daily",
    "day_count":"act/365","rounding":{"money":"0.01","mode":"half_up","installment_multiple":"0.01"}}}"#;

fn explain(more: &[&str], input: &str) -> (String, i32) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_farthing"))
        .args(["explain", "-"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    (String::from_utf8(done.stdout).unwrap(), done.status.code().unwrap())
}

#[test]
fn says_it_in_sentences() {
    let (said, status) = explain(&["rows[1].interest"], LOAN);
    assert_eq!(status, 0);
    assert!(said.starts_with("rows[1].interest = 10.19\n"), "{said}");
    assert!(
        said.contains("\n    From 2024-01-15 to 2024-02-15 are 31 days"),
        "{said}"
    );
}

#[test]
fn says_it_as_data() {
    let (said, status) = explain(&["rows[1].interest", "--json"], LOAN);
    let step: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (status, &step["result"], &step["rounded"]["mode"]),
        (0, &"10.19".into(), &"half_up".into())
    );
    assert_eq!(step["steps"][0]["steps"][0]["code"], "years_by_days");
}

#[test]
fn names_what_is_wrong() {
    let (said, status) = explain(&["rows[4].interest"], LOAN);
    assert!(said.contains("from 1 to 3"), "{said}");
    assert_eq!(status, 1);
    let (said, status) = explain(&["rows[4].interest", "--json"], LOAN);
    assert!(said.contains(r#""field":"path""#), "{said}");
    assert_eq!(status, 1);
    assert_eq!(explain(&["installment"], "[]").1, 2);
    assert_eq!(explain(&["installment"], "{").1, 2);
}

#[test]
fn proves_the_published_figures_with_a_certificate() {
    let run = |more: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_farthing"))
            .arg("prove")
            .args(more)
            .output()
            .unwrap()
    };
    let (said, data) = (run(&[]), run(&["--json"]));
    assert!(said.status.success() && data.status.success());
    let certificate: Value = serde_json::from_slice(&data.stdout).unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    for part in [
        "regulator: European Commission",
        "Every figure comes out exactly",
        certificate["hash"].as_str().unwrap(),
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    assert_eq!(certificate["differences"], serde_json::json!([]));
    assert_eq!(certificate["version"], env!("CARGO_PKG_VERSION"));
}
