//! How the figures of a running loan came about: as agreed where nothing changed them since, otherwise from what happened.

use super::derivation::{Code, Derivation};
use super::number::plain;
use super::{late, no_such_figure, row_of};
use crate::allocation::Share;
use crate::amount::Amount;
use crate::ledger::{Account, Ledger, RowState};
use crate::plan::{Plan, Span};
use crate::terms::{Method, Terms, TermsError};
use crate::{Money, explain::explain};
use chrono::NaiveDate;

/// A loan whose figures are explained.
pub(super) struct Running<'a> {
    pub account: &'a Account,
    pub ledger: &'a Ledger,
    pub decimals: u32,
}

/// Explains a figure of a running loan as its `ledger` (the account's replay) has it: `rows[3].principal` (or `.interest`,
/// `.fee`, `.penalty`, `.due`, `.paid`, `.balance`, `.due_on`), in a currency with so many `decimals`.
///
/// # Errors
/// On `path` when there is no such figure.
pub fn explain_running(
    account: &Account,
    ledger: &Ledger,
    decimals: u32,
    path: &str,
) -> Result<Derivation, TermsError> {
    let running = Running {
        account,
        ledger,
        decimals,
    };
    let unknown = || {
        no_such_figure(
            path,
            "rows[N].principal, .interest, .fee, .penalty, .due, .paid, .balance or .due_on",
        )
    };
    let (n, figure) = row_of(path).ok_or_else(unknown)?;
    let at = ledger.rows.iter().position(|row| row.n == n);
    let at = at.ok_or_else(|| TermsError::on("path", format!("Choose a row of the schedule: it has no row {n}.")))?;
    let mut step = running.figure(at, figure).ok_or_else(unknown)?;
    step.path = path.into();
    Ok(step)
}

impl Running<'_> {
    pub fn money(&self, amount: Money) -> String {
        plain(amount.minor(), self.decimals)
    }

    fn figure(&self, at: usize, figure: &str) -> Option<Derivation> {
        let row = &self.ledger.rows[at];
        Some(match figure {
            "principal" => self.principal(row),
            "interest" => self.interest(at),
            "fee" => self.charge(row),
            "penalty" => late::penalty_of_row(self, row),
            "due" => self.due(at),
            "paid" => self.paid(row),
            "balance" => self.balance(at),
            "due_on" => self.due_on(row),
            _ => return None,
        })
    }

    /// The terms in force, and the number of the last row that they do not cover.
    fn terms(&self) -> Option<(&Terms, u32)> {
        match (&self.ledger.terms, &self.account.terms) {
            (Some(new), _) => Some((&new.terms, new.after)),
            (None, Some(terms)) => Some((terms, 0)),
            (None, None) => None,
        }
    }

    /// The figure as the terms say, where it still is what they say.
    fn agreed(&self, n: u32, figure: &str, now: &str) -> Option<Derivation> {
        let new = self.ledger.terms.as_ref().map(|new| (&new.terms, new.after));
        let old = self.account.terms.as_ref().map(|terms| (terms, 0));
        let known = [new, old]
            .into_iter()
            .flatten()
            .filter(|(_, after)| n > *after || *after == 0);
        known
            .filter_map(|(terms, after)| explain(terms, self.decimals, &format!("rows[{}].{figure}", n - after)).ok())
            .find(|step| step.result == now)
    }

    fn recorded(&self, n: u32, now: String) -> Derivation {
        Derivation::new(Code::AsRecorded, "", &now)
            .formula("as recorded", &now)
            .with("n", n)
            .say(format!(
                "Installment {n} asks for {now} since the schedule was made or last changed; a payment or new terms decided it."
            ))
    }

    fn due_on(&self, row: &RowState) -> Derivation {
        let now = row.due_on.to_string();
        let agreed = self.agreed(row.n, "due_on", &now);
        agreed.unwrap_or_else(|| self.recorded(row.n, now))
    }

    fn principal(&self, row: &RowState) -> Derivation {
        let now = self.money(row.principal);
        let agreed = self.agreed(row.n, "principal", &now);
        agreed.unwrap_or_else(|| self.recorded(row.n, now))
    }

    fn interest(&self, at: usize) -> Derivation {
        let row = &self.ledger.rows[at];
        let now = self.money(row.interest);
        self.agreed(row.n, "interest", &now)
            .or_else(|| self.reckoned(at))
            .unwrap_or_else(|| self.recorded(row.n, now))
    }

    /// The interest of a row's whole period on what was outstanding, where that is what the row has.
    fn reckoned(&self, at: usize) -> Option<Derivation> {
        let row = &self.ledger.rows[at];
        let step = self.run(at, row.due_on)?;
        (step.result == self.money(row.interest)).then_some(step)
    }

    /// What the principal of the rows from one on bears from the start of its period to a day.
    pub fn run(&self, at: usize, until: NaiveDate) -> Option<Derivation> {
        let (terms, after) = self.terms()?;
        let (row, start) = (&self.ledger.rows[at], *self.ledger.starts.get(at)?);
        if matches!(terms.method, Method::Bullet | Method::Flat) || row.n <= after || until <= start {
            return None;
        }
        let plan = Plan::of(terms, self.decimals).ok()?;
        let span = Span {
            k: row.n - after,
            start: start.into(),
            due: row.due_on.into(),
        };
        let mut balance: i64 = self.ledger.rows[at..].iter().map(|row| row.principal.minor()).sum();
        let (mut from, mut steps, mut sum) = (start, Vec::new(), 0i64);
        let early = self.ledger.early.iter().filter(|(on, _)| *on >= start && *on < until);
        for (on, amount) in early.chain([&(until, Money::ZERO)]) {
            if *on > from {
                let part = (from.into(), (*on).into());
                sum += balance.times(plan.factor_of_part(&span, part.0, part.1), Some(plan.money))?;
                steps.push(plan.segment_told(self.decimals, &span, &balance, part, ""));
                from = *on;
            }
            balance -= amount.minor();
        }
        if let [_] = steps[..] {
            return steps.pop();
        }
        let (values, result) = (joined(&steps), plain(sum, self.decimals));
        let step = Derivation::new(Code::InterestOfSegments, "", &result)
            .formula("sum of the parts", &values)
            .with("parts", steps.len())
            .say(format!(
                "The balance changed within the period, so its {} parts bear interest by themselves: {values} = {result}.",
                steps.len(),
            ));
        Some(steps.into_iter().fold(step, Derivation::because))
    }

    fn charge(&self, row: &RowState) -> Derivation {
        let (n, now) = (row.n, self.money(row.fee));
        Derivation::new(Code::Charge, "", &now)
            .formula("charges of the installment", &now)
            .with("n", n)
            .say(format!(
                "The charges that were agreed for installment {n} come to {now}."
            ))
    }

    fn due(&self, at: usize) -> Derivation {
        let row = &self.ledger.rows[at];
        let mut steps = vec![self.principal(row), self.interest(at)];
        steps.extend(row.fee.is_positive().then(|| self.charge(row)));
        steps.extend(row.penalty.is_positive().then(|| late::penalty_of_row(self, row)));
        let (values, result) = (joined(&steps), self.money(row.due()));
        let step = Derivation::new(Code::DueInAll, "", &result)
            .formula("principal + interest + charges + penalty", &values)
            .with("n", row.n)
            .with("principal", self.money(row.principal))
            .with("interest", self.money(row.interest))
            .with("charges", self.money(row.fee))
            .with("penalty", self.money(row.penalty))
            .say(format!("Installment {} asks for {values} = {result} in all.", row.n));
        steps.into_iter().fold(step, Derivation::because)
    }

    fn paid(&self, row: &RowState) -> Derivation {
        let shares = [Share::Principal, Share::Interest, Share::Fee, Share::Penalty];
        let parts = shares.map(|share| self.money(row.share(share).1));
        let (values, result) = (parts.join(" + "), self.money(row.paid()));
        let [principal, interest, charges, penalty] = parts;
        Derivation::new(Code::PaidInAll, "", &result)
            .formula("principal + interest + charges + penalty", values)
            .with("n", row.n)
            .with("principal", &principal)
            .with("interest", &interest)
            .with("charges", &charges)
            .with("penalty", &penalty)
            .say(format!(
                "Of installment {} is paid: principal {principal}, interest {interest}, charges {charges}, penalty {penalty}; \
                 {result} in all.",
                row.n,
            ))
    }

    fn balance(&self, at: usize) -> Derivation {
        let row = &self.ledger.rows[at];
        let before: Money = self.ledger.rows[at..].iter().map(|row| row.principal).sum();
        let (principal, result) = (self.principal(row), self.money(before - row.principal));
        let before = self.money(before);
        Derivation::new(Code::Balance, "", &result)
            .formula("balance before − principal", format!("{before} − {}", principal.result))
            .with("before", &before)
            .with("principal", &principal.result)
            .with("n", row.n)
            .say(format!(
                "Of {before} outstanding before it, installment {} repays {}: {result} is left.",
                row.n, principal.result,
            ))
            .because(principal)
    }
}

/// The results of steps as a sum.
pub(super) fn joined(steps: &[Derivation]) -> String {
    let results: Vec<&str> = steps.iter().map(|step| step.result.as_str()).collect();
    results.join(" + ")
}
