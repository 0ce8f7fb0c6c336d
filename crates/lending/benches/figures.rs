//! The figures of the mathematics, as ratios against references in the same run. Run by `cargo xtask bench`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    missing_docs
)]

use chrono::{Months, NaiveDate};
use farthing_lending::apr::{Disclosure, apr};
use farthing_lending::{Terms, build};
use serde_json::{Value, json};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// The least time of one call, of many rounds.
fn least<T>(mut work: impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    let calls = (20_000_000 / start.elapsed().as_nanos().max(1)).clamp(1, 20_000) as u32;
    let rounds = (0..30).map(|_| {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(work());
        }
        start.elapsed() / calls
    });
    rounds.min().unwrap()
}

fn times(ours: Duration, reference: Duration) -> f64 {
    ours.as_secs_f64() / reference.as_secs_f64()
}

fn terms(n: u32) -> Value {
    json!({
        "principal": "250000", "annual_rate": "6.5", "disbursed_on": "2024-01-31", "installments": n, "every": 1,
        "unit": "months", "method": "declining_equal_installments", "interest_period": "per_installment",
        "rounding": {"money": "0.01", "mode": "half_even", "installment_multiple": "0.01"},
    })
}

fn read(terms: &Value) -> Terms {
    serde_json::from_value(terms.clone()).unwrap()
}

/// A row in floating point: number, due date, principal, interest, balance.
type Rough = (u32, NaiveDate, f64, f64, f64);

/// The same loop in floating point: due dates, and interest rounded to the cent row by row.
fn rough(principal: f64, rate: f64, n: u32, start: NaiveDate) -> Vec<Rough> {
    let f = rate / 1200.0;
    let cents = |value: f64| (value * 100.0).round() / 100.0;
    let level = cents(principal * f / (1.0 - (1.0 + f).powi(-(n.cast_signed()))));
    let (mut balance, mut rows) = (principal, Vec::with_capacity(n as usize));
    for k in 1..=n {
        let interest = cents(balance * f);
        let part = if k == n { balance } else { level - interest };
        balance -= part;
        rows.push((
            k,
            start.checked_add_months(Months::new(k)).unwrap(),
            part,
            interest,
            balance,
        ));
    }
    rows
}

fn python() -> Option<Duration> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/schedule.py");
    let done = Command::new("python3").arg(script).output().ok()?;
    let nanos = String::from_utf8(done.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

fn schedules() {
    let plain = read(&terms(360));
    let ours = least(|| build(black_box(&plain), 2).unwrap());
    let start = plain.disbursed_on;
    let reference = least(|| rough(black_box(250_000.0), 6.5, 360, start));
    println!(
        "schedule of 360 months: {ours:?}; in f64 {reference:?}; {:.2} times",
        times(ours, reference)
    );
    if let Some(python) = python() {
        println!(
            "schedule of 360 months in Python's decimal: {python:?}; {:.0} times ours",
            times(python, ours)
        );
    }
    for count in ["act/365", "act/act"] {
        let mut daily = terms(360);
        daily["interest_period"] = "daily".into();
        daily["day_count"] = count.into();
        let daily = read(&daily);
        println!(
            "the same by days, {count}: {:?}",
            least(|| build(black_box(&daily), 2).unwrap())
        );
    }
}

fn quote() {
    let plain = read(&terms(120));
    let schedule = build(&plain, 2).unwrap();
    let alone = least(|| build(black_box(&plain), 2).unwrap());
    let mut paid = plain.clone();
    let payments: Vec<Value> = schedule.rows[..119]
        .iter()
        .map(|r| json!({"on": r.due_on, "amount": r.due().to_plain(2)}))
        .collect();
    paid.payments = serde_json::from_value(payments.into()).unwrap();
    paid.payoff_on = schedule.rows[118].due_on.succ_opt();
    let quote = least(|| build(black_box(&paid), 2).unwrap().payoff.unwrap());
    println!(
        "payoff of a loan with 119 payments: {quote:?}; its schedule {alone:?}; {:.2} times",
        times(quote, alone)
    );
}

fn rate() {
    let disclosure: Disclosure = serde_json::from_value(json!({
        "rule": "reg_z", "unit_period": {"unit": "month"}, "advances": [{"on": "2024-01-31", "amount": "250000"}],
        "payments": [{"on": "2024-02-29", "amount": "1580.17", "count": 360, "every": 1, "unit": "months"}],
    }))
    .unwrap();
    let ours = least(|| apr(black_box(&disclosure)).unwrap());
    let flows: Vec<(f64, i32)> = (1..=360).map(|t| (1580.17, t)).collect();
    let equation = |i: f64| flows.iter().map(|(amount, t)| amount / (1.0 + i).powi(*t)).sum::<f64>() - 250_000.0;
    let once = least(|| equation(black_box(0.065 / 12.0)));
    println!(
        "APR of 360 payments: {ours:?}; its equation once in f64 {once:?}; {:.1} times",
        times(ours, once)
    );
}

fn main() {
    schedules();
    quote();
    rate();
}
