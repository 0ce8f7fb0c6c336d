//! How the penalty of a running loan's installment came about.

use super::derivation::{Code, Derivation};
use super::penalty::penalty;
use super::running::{Running, joined};
use crate::Money;
use crate::ledger::{Account, RowState};
use crate::penalty::{PenaltyKind, PenaltyRule, rounded};
use crate::ratio::Rounder;
use crate::replay::replay;
use crate::terms::RoundingMode;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The account with nothing that came on a day or after it.
fn before(account: &Account, day: NaiveDate) -> Account {
    let mut account = account.clone();
    account.payments.retain(|payment| payment.on < day);
    account.replacements.retain(|replacement| replacement.on < day);
    account.waivers.retain(|waiver| waiver.on < day);
    account.assessed_through = day.pred_opt();
    account
}

/// What the penalty of a row looks at on a day.
fn basis(running: &Running<'_>, rule: &PenaltyRule, n: u32, day: NaiveDate) -> Option<Money> {
    let ledger = replay(&before(running.account, day));
    ledger.rows.iter().find(|row| row.n == n).map(|row| rule.basis(row))
}

pub(super) fn penalty_of_row(running: &Running<'_>, row: &RowState) -> Derivation {
    let (n, now) = (row.n, running.money(row.penalty));
    if row.penalty.is_zero() {
        return Derivation::new(Code::PenaltyNone, "", &now)
            .formula("0", &now)
            .with("n", n)
            .say(format!(
                "No penalty was charged on installment {n}, or it is no longer asked for."
            ));
    }
    charged(running, row).filter(|step| step.result == now).unwrap_or_else(|| {
        Derivation::new(Code::AsRecorded, "", &now)
            .formula("as recorded", &now)
            .with("n", n)
            .say(format!(
                "Installment {n} asks for {now} since the schedule was made or last changed; a payment or new terms decided it."
            ))
    })
}

/// The penalty as its rule charges it.
fn charged(running: &Running<'_>, row: &RowState) -> Option<Derivation> {
    let (rule, on) = (running.account.penalty?, row.penalty_on?);
    let unpaid = basis(running, &rule, row.n, on)?;
    let cent = Rounder {
        unit: 1,
        mode: RoundingMode::HalfUp,
    };
    let step = match rule.kind {
        PenaltyKind::Flat(amount) => {
            let amount = running.money(amount);
            Derivation::new(Code::PenaltyFlat, "", &amount)
                .formula("amount for a late installment", &amount)
                .with("n", row.n)
                .with("on", on)
                .say(format!(
                    "Installment {} was still unpaid on {on}, which costs {amount}.",
                    row.n
                ))
        }
        PenaltyKind::PercentOfOverdueInstallment(percent) | PenaltyKind::PercentOfOverduePrincipal(percent) => {
            let step = penalty(unpaid, percent, cent, running.decimals);
            Derivation {
                path: String::new(),
                ..step.with("on", on)
            }
        }
        PenaltyKind::PerDay { .. } => by_day(running, &rule, row, on)?,
    };
    let whole = Money::from_minor(minor(&step.result, running.decimals)?);
    let most = rule.capped(row, whole);
    if most == whole {
        return Some(step);
    }
    let (most, whole) = (running.money(most), step.result.clone());
    Some(
        Derivation::new(Code::PenaltyCapped, "", &most)
            .formula("the most that penalties come to", &most)
            .with("n", row.n)
            .with("whole", &whole)
            .say(format!(
                "Penalties of installment {} would be {whole}, but come to at most {most}.",
                row.n
            ))
            .because(step),
    )
}

fn minor(text: &str, decimals: u32) -> Option<i64> {
    let value: Decimal = text.parse().ok()?;
    crate::plan::minor(value, decimals, "penalty").ok()
}

/// The days late, in parts with one unpaid amount each; the sum is rounded once.
fn by_day(running: &Running<'_>, rule: &PenaltyRule, row: &RowState, first: NaiveDate) -> Option<Derivation> {
    let PenaltyKind::PerDay { percent, .. } = rule.kind else {
        return None;
    };
    let last = running.account.assessed_through?;
    let mut starts: Vec<NaiveDate> = running
        .account
        .payments
        .iter()
        .filter_map(|p| p.on.succ_opt())
        .collect();
    starts.retain(|day| first < *day && *day <= last);
    starts.push(first);
    starts.sort_unstable();
    starts.dedup();
    let (mut steps, mut sum) = (Vec::new(), Decimal::ZERO);
    for (i, from) in starts.iter().enumerate() {
        let end = starts.get(i + 1).and_then(|day| day.pred_opt()).unwrap_or(last);
        let (unpaid, days) = (basis(running, rule, row.n, *from)?, (end - *from).num_days() + 1);
        if !unpaid.is_positive() {
            continue;
        }
        let exact = rule.exact(unpaid, days);
        sum += exact;
        let (text, unpaid) = (
            (exact / Decimal::from(10i64.checked_pow(running.decimals)?))
                .normalize()
                .to_string(),
            running.money(unpaid),
        );
        let percent = percent.normalize();
        steps.push(
            Derivation::new(Code::PenaltyOfDays, "", &text)
                .formula("unpaid × percent × days", format!("{unpaid} × {percent} % × {days}"))
                .with("unpaid", &unpaid)
                .with("percent", percent)
                .with("days", days)
                .with("from", from)
                .with("to", end)
                .say(format!(
                    "From {from} to {end} are {days} days on {unpaid} at {percent} %: {text}."
                )),
        );
    }
    let (values, result) = (joined(&steps), running.money(rounded(sum)));
    let step = Derivation::new(Code::PenaltyByDay, "", &result)
        .formula("sum of the days, rounded", &values)
        .with("n", row.n)
        .say(format!(
            "Each day late costs a part of what is unpaid of installment {}: {values}, rounded {result}.",
            row.n
        ));
    Some(steps.into_iter().fold(step, Derivation::because))
}
