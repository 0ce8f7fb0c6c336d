//! Answers of the headless contract as JSON, written without detours: a schedule has many rows.

use crate::Money;
use crate::schedule::{Schedule, Settlement};
use crate::terms::TermsError;
use chrono::{Datelike, NaiveDate};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The answer of a kind with a few figures.
#[derive(Serialize)]
pub(crate) struct Named<'a> {
    pub id: &'a Value,
    #[serde(flatten)]
    pub figures: &'a Map<String, Value>,
}

/// The answer to what cannot be carried out.
#[derive(Serialize)]
pub(crate) struct Refused<'a> {
    pub id: &'a Value,
    pub error: &'a TermsError,
}

/// The answer of a schedule.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    id: &'a Value,
    installment: Plain,
    tuned: bool,
    count: usize,
    rows: Rows<'a>,
    total_interest: Plain,
    total_due: Plain,
    last_due: Plain,
    #[serde(skip_serializing_if = "Option::is_none")]
    payoff: Option<Payoff>,
}

impl<'a> Shown<'a> {
    pub fn of(id: &'a Value, schedule: &'a Schedule) -> Shown<'a> {
        let plain = |amount| Plain(amount, schedule.decimals);
        Shown {
            id,
            installment: plain(schedule.installment),
            tuned: schedule.tuned,
            count: schedule.count(),
            rows: Rows(schedule),
            total_interest: plain(schedule.total_interest),
            total_due: plain(schedule.total_due),
            last_due: plain(schedule.last_due),
            payoff: schedule.payoff.map(|payoff| Payoff::of(payoff, schedule.decimals)),
        }
    }
}

#[derive(Serialize)]
struct Payoff {
    principal: Plain,
    interest: Plain,
    total: Plain,
}

impl Payoff {
    fn of(payoff: Settlement, decimals: u32) -> Payoff {
        Payoff {
            principal: Plain(payoff.principal, decimals),
            interest: Plain(payoff.interest, decimals),
            total: Plain(payoff.total, decimals),
        }
    }
}

struct Rows<'a>(&'a Schedule);

#[derive(Serialize)]
struct Row {
    n: u32,
    due_on: Iso,
    principal: Plain,
    interest: Plain,
    due: Plain,
    balance: Plain,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schedule = self.0;
        let mut list = serializer.serialize_seq(Some(schedule.rows.len()))?;
        for (at, row) in schedule.rows.iter().enumerate() {
            list.serialize_element(&Row {
                n: row.n,
                due_on: Iso(row.due_on),
                principal: Plain(row.principal, schedule.decimals),
                interest: Plain(row.interest, schedule.decimals),
                due: Plain(schedule.due(at), schedule.decimals),
                balance: Plain(row.balance, schedule.decimals),
            })?;
        }
        list.end()
    }
}

/// An amount as [`Money::to_plain`] has it.
struct Plain(Money, u32);

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [b'0'; 32];
        let mut at = text.len();
        let mut digits = 0;
        let mut rest = self.0.minor().unsigned_abs();
        while rest > 0 || digits <= self.1 {
            if digits == self.1 && digits > 0 {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            text[at] = digit(rest % 10);
            rest /= 10;
            digits += 1;
        }
        if self.0.is_negative() {
            at -= 1;
            text[at] = b'-';
        }
        serializer.serialize_str(std::str::from_utf8(&text[at..]).unwrap_or_default())
    }
}

/// A day as ISO 8601 writes it.
struct Iso(NaiveDate);

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = *b"0000-00-00";
        let year = u64::from(self.0.year().unsigned_abs());
        let parts = [
            (0, year / 1000),
            (1, year / 100),
            (2, year / 10),
            (3, year),
            (5, u64::from(self.0.month() / 10)),
            (6, u64::from(self.0.month())),
            (8, u64::from(self.0.day() / 10)),
            (9, u64::from(self.0.day())),
        ];
        for (at, value) in parts {
            text[at] = digit(value % 10);
        }
        serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn writes_amounts_and_days_as_they_are_written_elsewhere() {
        for minor in [0, 1, 9, 10, 99, 100, 123_456_789, -5, -1_234, 9_000_000_000_000_000] {
            for decimals in 0..=6 {
                let money = Money::from_minor(minor);
                let written = serde_json::to_value(Plain(money, decimals)).unwrap();
                assert_eq!(written, money.to_plain(decimals));
            }
        }
        for day in ["0001-01-01", "2024-02-29", "1999-12-31", "9999-10-09"] {
            let date: NaiveDate = day.parse().unwrap();
            assert_eq!(serde_json::to_value(Iso(date)).unwrap(), day);
        }
    }
}
