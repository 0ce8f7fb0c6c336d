//! The replay of an account: every event in order of value date.

use crate::Money;
use crate::allocation::{Allocation, AllocationBy, Share};
use crate::charge::Fee;
use crate::ledger::{Account, Ledger, Payment, Replacement, RowState, Waiver};
use crate::penalty::rounded;
use crate::schedule::Row;
use crate::tail::{Stage, Tail};
use crate::terms::{Prepayment, RateChange, Terms, TermsError};
use chrono::NaiveDate;
use rust_decimal::Decimal;

mod rates;

/// What happens on a day, in this order: penalties at its start, then waivers, which new rows were worked out
/// after, then new rows, then another rate, then payments as they were recorded, those that change the schedule last, so that payments of one day lead to the same rows in any order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Penalties,
    Waiver(usize),
    Replacement(usize),
    Rate(usize),
    Payment(u8, usize),
}

/// Replays an account.
pub fn replay(account: &Account) -> Ledger {
    let mut events: Vec<(NaiveDate, Event)> = Vec::with_capacity(account.payments.len() + 2);
    let payment = |(i, p): (usize, &Payment)| (p.on, Event::Payment(rank(p.prepay), i));
    events.extend(account.payments.iter().enumerate().map(payment));
    let replacement = |(i, r): (usize, &Replacement)| (r.on, Event::Replacement(i));
    events.extend(account.replacements.iter().enumerate().map(replacement));
    let rate = |(i, r): (usize, &RateChange)| (r.on, Event::Rate(i));
    events.extend(account.rates.iter().enumerate().map(rate));
    let waiver = |(i, w): (usize, &Waiver)| (w.on, Event::Waiver(i));
    events.extend(account.waivers.iter().enumerate().map(waiver));
    if let (Some(_), Some(through)) = (account.penalty, account.assessed_through) {
        events.push((through, Event::Penalties));
    }
    events.sort_unstable_by_key(|(on, event)| (*on, *event));
    let mut run = Run::start(account);
    for (on, event) in events {
        run.charge_penalties(on);
        match event {
            Event::Penalties => {}
            Event::Replacement(i) => run.replace(&account.replacements[i]),
            Event::Rate(i) => run.change_rate(account.rates[i]),
            Event::Waiver(i) => run.waive(&account.waivers[i]),
            Event::Payment(_, i) => run.pay(&account.payments[i], i),
        }
    }
    run.finish()
}

const fn rank(prepay: Option<Prepayment>) -> u8 {
    match prepay {
        None => 0,
        Some(Prepayment::Shorten) => 1,
        Some(Prepayment::Lower) => 2,
        Some(Prepayment::Defer) => 3,
    }
}

/// What a row's penalty was worked out from, beside the row itself.
#[derive(Clone, Copy, Default)]
struct Late {
    /// The daily penalties so far, not rounded, in minor units.
    exact: Decimal,
    /// Daily penalties are counted up to and including this day.
    counted: Option<NaiveDate>,
    /// Penalties that are not asked for any more.
    off: Money,
    /// Penalties taken over from rows that are no more.
    taken: Money,
}

struct Run<'a> {
    account: &'a Account,
    ledger: Ledger,
    /// One for each row.
    late: Vec<Late>,
    /// How prepayments left the level installment and the principal to skip, row by row.
    stages: Vec<Stage>,
    /// The rows whose period does not begin on the due date of the row before, with the day on which it does.
    starts: Vec<(u32, NaiveDate)>,
}

impl Run<'_> {
    fn start(account: &Account) -> Run<'_> {
        let rows = account.rows.iter().map(|row| RowState::new(row, &account.fees));
        Run {
            account,
            ledger: Ledger {
                rows: rows.collect(),
                allocations: vec![Allocation::default(); account.payments.len()],
                ..Ledger::default()
            },
            late: vec![Late::default(); account.rows.len()],
            stages: Vec::new(),
            starts: account.terms.iter().map(|terms| deferred_start(terms, 0)).collect(),
        }
    }

    /// The ledger, with the day on which each period begins.
    fn finish(mut self) -> Ledger {
        let first = self.account.terms.as_ref().map(|terms| terms.disbursed_on);
        let mut before = first
            .or(self.ledger.rows.first().map(|row| row.due_on))
            .unwrap_or_default();
        for row in &self.ledger.rows {
            let known = self.starts.iter().find(|(n, _)| *n == row.n);
            self.ledger.starts.push(known.map_or(before, |(_, start)| *start));
            before = row.due_on;
        }
        self.ledger
    }

    /// Charges the penalties whose day has come by `on`.
    fn charge_penalties(&mut self, on: NaiveDate) {
        let (Some(rule), Some(through)) = (self.account.penalty, self.account.assessed_through) else {
            return;
        };
        let today = on.min(through);
        for (row, late) in self.ledger.rows.iter_mut().zip(&mut self.late) {
            let Some(first) = rule.charged_on(row.due_on).filter(|day| *day <= today) else {
                continue;
            };
            let unpaid = rule.basis(row);
            if rule.is_daily() {
                let from = late
                    .counted
                    .map_or(first, |day| day.max(first.pred_opt().unwrap_or(first)));
                let days = (today - from).num_days() + i64::from(late.counted.is_none());
                late.counted = Some(today);
                if days > 0 && unpaid.is_positive() {
                    late.exact += rule.exact(unpaid, days);
                    let all = late.taken + rule.capped(row, rounded(late.exact));
                    row.penalty = all.less(late.off).max(row.paid_penalty);
                    row.penalty_on = row.penalty_on.or(Some(first));
                }
            } else if row.penalty_on.is_none() && unpaid.is_positive() {
                row.penalty += rule.capped(row, rule.amount(unpaid));
                row.penalty_on = Some(first);
            }
        }
    }

    /// Takes something off what is due, the oldest installment first, as far as it is unpaid.
    fn waive(&mut self, waiver: &Waiver) {
        let mut left = waiver.amount.max(Money::ZERO);
        for (row, late) in self.ledger.rows.iter_mut().zip(&mut self.late) {
            if row.due_on > waiver.on {
                break;
            }
            let off = row.unpaid_of(waiver.share).min(left);
            left -= off;
            match waiver.share {
                Share::Penalty => {
                    row.penalty -= off;
                    late.off += off;
                }
                Share::Fee => row.fee -= off,
                Share::Interest => row.interest -= off,
                Share::Principal => left += off,
            }
            row.note_settled(waiver.on);
        }
    }

    /// Puts a payment where it belongs: to what is due, then to the installments to come or, where it says so, to
    /// principal with the rest of the schedule worked out anew. What nothing is owed for is credit.
    fn pay(&mut self, payment: &Payment, i: usize) {
        let mut purse = payment.amount.max(Money::ZERO);
        let mut parts = Allocation::default();
        if self.account.by == AllocationBy::Across {
            for share in self.account.order.shares() {
                self.pay_rows(payment.on, Some(payment.on), &[share], &mut purse, &mut parts);
            }
        }
        let all = self.account.order.shares();
        if let Some(choice) = payment.prepay {
            self.pay_rows(payment.on, Some(payment.on), &all, &mut purse, &mut parts);
            self.prepay(payment.on, choice, &mut purse, &mut parts);
        }
        self.pay_rows(payment.on, None, &all, &mut purse, &mut parts);
        self.ledger.credit += purse;
        parts.credit = purse;
        self.ledger.allocations[i] = parts;
    }

    /// Pays shares of the rows due up to a day, the oldest first; of all rows without one.
    fn pay_rows(
        &mut self,
        on: NaiveDate,
        due_by: Option<NaiveDate>,
        shares: &[Share],
        purse: &mut Money,
        parts: &mut Allocation,
    ) {
        for row in &mut self.ledger.rows {
            if purse.is_zero() || due_by.is_some_and(|day| row.due_on > day) {
                return;
            }
            if row.settled_on.is_some() {
                continue;
            }
            for share in shares {
                *parts.part_mut(*share) += row.pay(*share, purse);
            }
            row.note_settled(on);
        }
    }

    /// Puts money to principal that is not due yet. Where the schedule can't be worked out anew it stays as it is, and
    /// the ledger says why.
    fn prepay(&mut self, on: NaiveDate, choice: Prepayment, purse: &mut Money, parts: &mut Allocation) {
        let Some(at) = self.ledger.rows.iter().position(|row| row.due_on > on) else {
            return;
        };
        let to_come = &self.ledger.rows[at..];
        let amount = to_come
            .iter()
            .map(|r| r.unpaid_of(Share::Principal))
            .sum::<Money>()
            .min(*purse);
        if !amount.is_positive() {
            return;
        }
        if let Err(error) = self.work_out_anew(on, at, amount, choice) {
            self.ledger.kept_schedule.push(error);
        }
        *purse -= amount;
        parts.principal += amount;
        let mut left = amount;
        for row in &mut self.ledger.rows {
            if row.settled_on.is_none() {
                row.pay(Share::Principal, &mut left);
                row.note_settled(on);
            }
        }
    }

    fn work_out_anew(&mut self, on: NaiveDate, at: usize, amount: Money, choice: Prepayment) -> Result<(), TermsError> {
        let mut early = self.ledger.early.clone();
        let tail = Tail::of(self.account.terms.as_ref(), self.account.decimals, &self.ledger, at)?;
        let Some(tail) = tail else {
            let message =
                "Choose that the payment goes to the installments to come: a purchase plan bears no interest.";
            return Err(TermsError::on("prepayment", message));
        };
        let on_due = on == tail.start && tail.has_row_before();
        if !on_due {
            early.push((on, amount));
        }
        let (rows, stages) = tail.anew(
            &self.stages,
            &self.ledger.early,
            &early,
            on_due.then_some(amount),
            choice,
        )?;
        if on_due {
            // The row that fell due on this very day takes it as principal.
            self.ledger.rows[at - 1].principal += amount;
            self.ledger.rows[at - 1].settled_on = None;
        }
        let first = self.ledger.rows[at].n;
        self.put_rows(first, &rows, None, on, None);
        self.stages.retain(|stage| stage.n < first);
        self.stages.extend(stages);
        self.ledger.early = early;
        let last = self.ledger.rows.last().map_or(0, |row| row.n);
        for (n, _) in &mut self.ledger.earned {
            *n = last.min(*n);
        }
        Ok(())
    }

    /// New rows from a day on. What was paid on the old ones beyond what the new ones ask for becomes credit.
    fn replace(&mut self, replacement: &Replacement) {
        let mut remitted = replacement.remitted_penalty;
        for (row, late) in self.ledger.rows.iter_mut().zip(&mut self.late) {
            let less = row.unpaid_of(Share::Penalty).min(remitted);
            row.penalty -= less;
            late.off += less;
            remitted -= less;
        }
        if let Some(first) = replacement.rows.first() {
            let old = self.ledger.rows.iter().filter(|row| row.n >= first.n);
            let owed = old.map(|row| row.principal).sum::<Money>() + replacement.added;
            let rows = with_principal(replacement, owed);
            let fees = replacement.fees.as_deref();
            self.put_rows(first.n, &rows, fees, replacement.on, replacement.arrears_to);
            self.stages.clear();
            self.ledger.early.clear();
            self.ledger.earned.retain(|(n, _)| *n < first.n);
            self.ledger.earned.extend(&replacement.earned);
            if let Some(new) = &replacement.terms {
                self.starts.retain(|(n, _)| *n < first.n);
                self.starts.push(deferred_start(&new.terms, new.after));
                self.starts.push((new.after + 1, new.terms.disbursed_on));
                let pending = self.rates_after(replacement.on);
                self.ledger.terms = Some(new.clone());
                pending.into_iter().for_each(|change| self.change_rate(change));
            }
        }
        for row in &mut self.ledger.rows {
            row.note_settled(replacement.on);
        }
    }

    /// Puts rows in the place of those with the same and higher numbers, and what was paid on these to them. Without
    /// `fees` each asks for those of its number as before.
    fn put_rows(&mut self, first: u32, rows: &[Row], fees: Option<&[Fee]>, on: NaiveDate, arrears_to: Option<u32>) {
        let kept = self.ledger.rows.partition_point(|row| row.n < first);
        let old: Vec<RowState> = self.ledger.rows.drain(kept..).collect();
        let old_late: Vec<Late> = self.late.drain(kept..).collect();
        let were: Vec<Fee> = old
            .iter()
            .map(|row| Fee {
                n: row.n,
                amount: row.fee,
            })
            .collect();
        let fees = fees.unwrap_or(&were);
        let mut new: Vec<RowState> = rows.iter().map(|row| RowState::new(row, fees)).collect();
        let mut late = vec![Late::default(); new.len()];
        let taker = arrears_to.and_then(|n| new.iter().position(|row| row.n == n));
        for (row, was) in old.iter().zip(&old_late) {
            let same = new.iter().position(|heir| heir.n == row.n);
            if let Some(taker) = taker.filter(|taker| same.is_none_or(|same| same >= *taker)) {
                // A new row that happens to have the number of an old one is late by itself.
                new[taker].penalty += row.penalty;
                late[taker].taken += row.penalty;
                continue;
            }
            let moved = taker.map_or(Money::ZERO, |_| row.unpaid_of(Share::Penalty));
            let Some(at) = same.or(new.len().checked_sub(1)) else {
                continue;
            };
            let heir = &mut new[at];
            heir.penalty += row.penalty - moved;
            heir.penalty_on = heir.penalty_on.or(row.penalty_on);
            match same {
                Some(_) => {
                    late[at] = *was;
                    late[at].off += moved;
                }
                None => heir.fee += row.paid_fee,
            }
            if let Some(taker) = taker {
                new[taker].penalty += moved;
                late[taker].taken += moved;
            }
        }
        for share in Share::ALL {
            let mut purse: Money = old.iter().map(|row| row.share(share).1).sum();
            for row in &mut new {
                row.pay(share, &mut purse);
            }
            self.ledger.credit += purse;
        }
        for row in &mut new {
            row.note_settled(on);
        }
        self.ledger.rows.append(&mut new);
        self.late.append(&mut late);
    }
}

/// The row with which the interest of deferred periods falls due covers all of them.
fn deferred_start(terms: &Terms, after: u32) -> (u32, NaiveDate) {
    (after + terms.grace.interest_deferred + 1, terms.disbursed_on)
}

/// The rows with as much principal as is owed. They differ where an event that the rows were worked out from was taken
/// back or turned up later: what is missing is asked for with the first row that is due from the day on, what is too
/// much is taken off the last ones.
fn with_principal(replacement: &Replacement, owed: Money) -> Vec<Row> {
    let mut rows = replacement.rows.clone();
    let asked: Money = rows.iter().map(|row| row.principal).sum();
    let missing = owed.less(asked);
    let mut surplus = asked.less(owed);
    let is_next = |row: &Row| match replacement.arrears_to {
        Some(n) => row.n == n,
        None => row.due_on >= replacement.on,
    };
    let at = rows.iter().position(is_next).unwrap_or(rows.len() - 1);
    rows[at].principal += missing;
    for row in rows.iter_mut().rev() {
        let off = row.principal.min(surplus);
        row.principal -= off;
        surplus -= off;
    }
    rows
}
