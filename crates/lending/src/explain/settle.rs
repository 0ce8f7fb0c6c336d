//! How the payoff of a running loan came about.

use super::derivation::{Code, Derivation};
use super::no_such_figure;
use super::running::{Running, joined};
use crate::Money;
use crate::allocation::Share;
use crate::ledger::{Account, Ledger, RowState};
use crate::payoff::{PayoffRule, earned_after_due, payoff};
use crate::terms::{PayoffInterest, TermsError};
use chrono::NaiveDate;

/// Explains a figure of what settles a running loan on a day: `payoff.principal`, `.interest`, `.fee`, `.penalty` or
/// `.total`, with a `discount` off the total.
///
/// # Errors
/// Those of [`payoff`]; on `path` when there is no such figure.
pub fn explain_payoff(
    account: &Account,
    ledger: &Ledger,
    decimals: u32,
    (on, discount): (NaiveDate, Money),
    rule: &PayoffRule,
    path: &str,
) -> Result<Derivation, TermsError> {
    let running = Running {
        account,
        ledger,
        decimals,
    };
    let quote = payoff(account.terms.as_ref(), decimals, ledger, on, rule.interest)?;
    let closing = rule.closing_fee(quote.principal);
    let parts = [
        outstanding(&running),
        interest(&running, on, rule.interest)?,
        charges(&running, on, closing),
        penalties(&running),
    ];
    let at = match path {
        "payoff.principal" => 0,
        "payoff.interest" => 1,
        "payoff.fee" => 2,
        "payoff.penalty" => 3,
        "payoff.total" | "payoff" => {
            let total = quote.total + closing - discount;
            return Ok(in_all(&running, path, on, parts, discount, total));
        }
        _ => {
            return Err(no_such_figure(
                path,
                "payoff.principal, .interest, .fee, .penalty or .total",
            ));
        }
    };
    let mut step = parts[at].clone();
    step.path = path.into();
    Ok(step)
}

fn in_all(
    running: &Running<'_>,
    path: &str,
    on: NaiveDate,
    parts: [Derivation; 4],
    discount: Money,
    total: Money,
) -> Derivation {
    let (result, off) = (running.money(total), running.money(discount));
    let step = Derivation::new(Code::PayoffInAll, path, &result)
        .formula(
            "principal + interest + charges + penalties − discount",
            format!("{} − {off}", joined(&parts)),
        )
        .with("on", on)
        .with("discount", &off)
        .say(format!(
            "On {on} the loan is settled by {result}: principal {}, interest {}, charges {}, penalties {}, less a discount of {off}.",
            parts[0].result, parts[1].result, parts[2].result, parts[3].result,
        ));
    let step = ["principal", "interest", "charges", "penalties"]
        .iter()
        .zip(&parts)
        .fold(step, |step, (name, part)| step.with(name, &part.result));
    parts.into_iter().fold(step, Derivation::because)
}

fn outstanding(running: &Running<'_>) -> Derivation {
    let sum = |part: fn(&RowState) -> Money| running.ledger.rows.iter().map(part).sum::<Money>();
    let (lent, paid) = (
        running.money(sum(|r| r.principal)),
        running.money(sum(|r| r.paid_principal)),
    );
    let result = running.money(running.ledger.outstanding_principal());
    Derivation::new(Code::Outstanding, "", &result)
        .formula(
            "principal of all installments − principal paid",
            format!("{lent} − {paid}"),
        )
        .with("principal", &lent)
        .with("paid", &paid)
        .say(format!(
            "Of {lent} of principal in all installments {paid} is paid: {result} is outstanding."
        ))
}

fn interest(running: &Running<'_>, on: NaiveDate, mode: PayoffInterest) -> Result<Derivation, TermsError> {
    let (rows, terms) = (&running.ledger.rows, running.account.terms.as_ref());
    let unpaid = |row: &&RowState| row.due_on <= on;
    let due: Money = rows
        .iter()
        .filter(unpaid)
        .map(|row| row.unpaid_of(Share::Interest))
        .sum();
    let ahead: Money = rows
        .iter()
        .filter(|row| row.due_on > on)
        .map(|row| row.paid_interest)
        .sum();
    let ran = earned_after_due(terms, running.decimals, running.ledger, on, mode)?;
    let result = running.money(due + ran.less(ahead));
    let at = rows.iter().position(|row| row.due_on > on);
    let until = |at: usize| match mode {
        PayoffInterest::ToDate => on,
        PayoffInterest::ToPeriodEnd => rows[at].due_on,
    };
    let (due, ran, ahead) = (running.money(due), running.money(ran), running.money(ahead));
    let mut steps = vec![
        Derivation::new(Code::InterestDueUnpaid, "", &due)
            .formula("unpaid interest of installments due", &due)
            .with("on", on)
            .say(format!("Of the installments due by {on}, {due} of interest is unpaid.")),
    ];
    // Where the running period is not simply its balance times its factor, the sum alone is told.
    steps.extend(
        at.and_then(|at| running.run(at, until(at)))
            .filter(|step| step.result == ran),
    );
    let step = Derivation::new(Code::PayoffInterestOwed, "", &result)
        .formula(
            "unpaid interest of what is due + (interest since − paid ahead), not below 0",
            format!("{due} + ({ran} − {ahead}), the bracket not below 0"),
        )
        .with("due", &due)
        .with("ran", &ran)
        .with("ahead", &ahead)
        .with("on", on)
        .say(format!(
            "Interest of {due} is due and unpaid; since the last due date {ran} ran up, of which {ahead} is paid already: {result}."
        ));
    Ok(steps.into_iter().fold(step, Derivation::because))
}

fn charges(running: &Running<'_>, on: NaiveDate, closing: Money) -> Derivation {
    let rows = &running.ledger.rows;
    let later = rows.iter().find(|row| row.due_on > on);
    let due = rows.iter().filter(|row| row.due_on <= on).chain(later);
    let unpaid: Money = due.map(|row| row.unpaid_of(Share::Fee)).sum();
    let result = running.money(unpaid + closing);
    let (unpaid, closing) = (running.money(unpaid), running.money(closing));
    Derivation::new(Code::PayoffCharges, "", &result)
        .formula(
            "unpaid charges + charge for closing early",
            format!("{unpaid} + {closing}"),
        )
        .with("unpaid", &unpaid)
        .with("closing", &closing)
        .say(format!(
            "Unpaid charges of {unpaid} and {closing} for closing early: {result}."
        ))
}

fn penalties(running: &Running<'_>) -> Derivation {
    let sum = |part: fn(&RowState) -> Money| running.ledger.rows.iter().map(part).sum::<Money>();
    let (charged, paid) = (
        running.money(sum(|r| r.penalty)),
        running.money(sum(|r| r.paid_penalty)),
    );
    let result = running.money(running.ledger.outstanding_penalty());
    Derivation::new(Code::PayoffPenalties, "", &result)
        .formula("penalties charged − penalties paid", format!("{charged} − {paid}"))
        .with("charged", &charged)
        .with("paid", &paid)
        .say(format!("Of penalties of {charged}, {paid} is paid: {result} is left."))
}
