//! What a loan earns, day by day: interest over the days of its period, charges on their due date.
//!
//! A day's earnings of a whole portfolio are the sum of what its loans earn that day, and each loan earns the same on
//! many days in a row. So a portfolio keeps only by how much its daily earnings change and when ([`Rates`]): closing a
//! day looks at no loan, and comes to the same cent as adding up all of them.

use crate::Money;
use crate::ledger::Ledger;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What is earned, and what it is owed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Earning {
    /// Interest that the customer owes from then on.
    Interest,
    /// Interest that was paid before it was earned.
    InterestAhead,
    /// Interest of a loan so late that it is no income before it is paid.
    InterestSuspended,
    /// A charge that the customer owes from then on.
    Fee,
    /// A charge that was paid before it was earned.
    FeeAhead,
}

impl Earning {
    /// All of them.
    pub const ALL: [Earning; 5] = [
        Earning::Interest,
        Earning::InterestAhead,
        Earning::InterestSuspended,
        Earning::Fee,
        Earning::FeeAhead,
    ];

    const fn index(self) -> usize {
        self as usize
    }
}

/// An amount for each kind of earning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earnings([Money; 5]);

impl Earnings {
    /// The amount of a kind.
    pub fn of(&self, kind: Earning) -> Money {
        self.0[kind.index()]
    }

    /// Adds to a kind.
    pub fn add(&mut self, kind: Earning, amount: Money) {
        self.0[kind.index()] += amount;
    }

    /// Whether nothing was earned.
    pub fn is_nothing(&self) -> bool {
        self.0.iter().all(|amount| amount.is_zero())
    }

    /// All interest, however it is owed.
    pub fn interest(&self) -> Money {
        self.of(Earning::Interest) + self.of(Earning::InterestAhead) + self.of(Earning::InterestSuspended)
    }
}

/// An amount earned evenly over some days; what the division leaves over is earned on the first of them, one minor unit
/// a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Packed", into = "Packed")]
pub struct Spread {
    /// The first day.
    pub from: NaiveDate,
    /// How many days; at least 1.
    pub days: u32,
    /// How much in all.
    pub amount: Money,
    /// What it is.
    pub kind: Earning,
}

/// The form in which spreads are kept, since a loan has dozens.
type Packed = (NaiveDate, u32, Money, Earning);

impl From<Packed> for Spread {
    fn from((from, days, amount, kind): Packed) -> Spread {
        Spread {
            from,
            days: days.max(1),
            amount,
            kind,
        }
    }
}

impl From<Spread> for Packed {
    fn from(spread: Spread) -> Packed {
        (spread.from, spread.days, spread.amount, spread.kind)
    }
}

impl Spread {
    /// The first day on which nothing is earned any more.
    fn end(&self) -> NaiveDate {
        later(self.from, self.days)
    }

    /// How many of its days have passed at the end of a day.
    fn passed(&self, through: NaiveDate) -> u32 {
        u32::try_from((through - self.from).num_days() + 1)
            .unwrap_or(0)
            .min(self.days)
    }

    /// What is earned in its first so many days.
    fn earned_in(&self, days: u32) -> Money {
        let (each, over) = (
            self.amount.minor() / i64::from(self.days),
            self.amount.minor() % i64::from(self.days),
        );
        Money::from_minor(each * i64::from(days) + over.min(i64::from(days)))
    }

    /// What is earned up to and including a day.
    pub fn earned(&self, through: NaiveDate) -> Money {
        self.earned_in(self.passed(through))
    }

    /// The part after a day; none when all is earned.
    pub fn after(&self, through: NaiveDate) -> Option<Spread> {
        self.without_first(self.passed(through))
    }

    fn without_first(&self, days: u32) -> Option<Spread> {
        (days < self.days).then(|| Spread {
            from: later(self.from, days),
            days: self.days - days,
            amount: self.amount - self.earned_in(days),
            kind: self.kind,
        })
    }

    /// Divides it where its sum reaches an amount: what lies below gets another kind.
    fn split(self, below: Money, kind: Earning) -> Vec<Spread> {
        if !below.is_positive() {
            return vec![self];
        }
        if below >= self.amount {
            return vec![Spread { kind, ..self }];
        }
        let (each, over) = (
            self.amount.minor() / i64::from(self.days),
            self.amount.minor() % i64::from(self.days),
        );
        // As many whole days as fit: those that earn one unit more come first.
        let dear = (below.minor() / (each + 1)).min(over);
        let left = below.minor() - dear * (each + 1);
        let cheap = if dear < over || each == 0 { 0 } else { left / each };
        let whole = u32::try_from(dear + cheap).unwrap_or(self.days).min(self.days);
        let mut out = Vec::with_capacity(4);
        if whole > 0 {
            out.push(Spread {
                from: self.from,
                days: whole,
                amount: self.earned_in(whole),
                kind,
            });
        }
        let rest = below - self.earned_in(whole);
        let day = Spread {
            from: later(self.from, whole),
            days: 1,
            amount: self.earned_in(whole + 1) - self.earned_in(whole),
            kind: self.kind,
        };
        let mut next = whole;
        if rest.is_positive() {
            out.push(Spread {
                amount: rest,
                kind,
                ..day
            });
            out.push(Spread {
                amount: day.amount - rest,
                ..day
            });
            next += 1;
        }
        out.extend(self.without_first(next));
        out.retain(|spread| spread.amount.is_positive());
        out
    }

    /// By how much the daily earnings change, and when.
    pub fn changes(&self) -> impl Iterator<Item = (NaiveDate, i64)> {
        let (each, over) = (
            self.amount.minor() / i64::from(self.days),
            self.amount.minor() % i64::from(self.days),
        );
        let dear = i64::from(over > 0);
        let turn = later(self.from, u32::try_from(over).unwrap_or(0));
        let all = [(self.from, each + dear), (turn, -dear), (self.end(), -each)];
        all.into_iter().filter(|(_, change)| *change != 0)
    }
}

/// The interest of an installment over its period: evenly, or, where principal was paid ahead in it, by the balance of
/// each part.
fn by_balance(ledger: &Ledger, i: usize, amount: Money, kind: Earning) -> Vec<Spread> {
    let (start, due) = (ledger.starts[i], ledger.rows[i].due_on);
    let days = |a: NaiveDate, b: NaiveDate| u32::try_from((b - a).num_days()).unwrap_or(0);
    let whole = Spread {
        // A row without a period, made of what was paid before, is earned when it falls due.
        from: if start < due {
            start
        } else {
            due.pred_opt().unwrap_or(due)
        },
        days: days(start, due).max(1),
        amount,
        kind,
    };
    let early = ledger.early.iter().filter(|(on, _)| *on >= start && *on < due);
    let mut cuts: Vec<(NaiveDate, Money)> = early.copied().collect();
    if cuts.is_empty() || !amount.is_positive() {
        return if amount.is_positive() { vec![whole] } else { Vec::new() };
    }
    cuts.push((due, Money::ZERO));
    let mut balance: Money = ledger.rows[i..].iter().map(|row| row.principal).sum();
    let (mut from, mut parts) = (start, Vec::with_capacity(cuts.len()));
    for (on, paid) in cuts {
        if on > from {
            let weight = i128::from(balance.minor().max(0)) * i128::from(days(from, on));
            parts.push((from, days(from, on), weight));
            from = on;
        }
        balance -= paid;
    }
    let all = parts.iter().map(|(_, _, weight)| weight).sum::<i128>().max(1);
    let (mut so_far, mut given) = (0, Money::ZERO);
    let last = parts.len() - 1;
    let share = |(i, (from, days, weight)): (usize, (NaiveDate, u32, i128))| {
        so_far += weight;
        let reached = i64::try_from(i128::from(amount.minor()) * so_far / all).unwrap_or(0);
        let upto = if i == last { amount } else { Money::from_minor(reached) };
        let part = upto - given;
        given = upto;
        Spread {
            from,
            days,
            amount: part,
            kind,
        }
    };
    parts
        .into_iter()
        .enumerate()
        .map(share)
        .filter(|spread| spread.amount.is_positive())
        .collect()
}

fn later(day: NaiveDate, days: u32) -> NaiveDate {
    day.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// What a loan has earned up to a day that is not paid yet, or was paid before, and what it will earn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accrual {
    /// Everything up to and including this day is earned.
    pub through: NaiveDate,
    /// Interest that is earned and not paid.
    pub interest: Money,
    /// Charges that are earned and not paid.
    pub fee: Money,
    /// Interest that was paid and is not earned.
    pub ahead: Money,
    /// Charges that were paid and are not earned.
    pub fee_ahead: Money,
    /// Of the interest that is earned and not paid, how much is no income yet.
    pub suspended: Money,
    /// What is earned after the day.
    pub plan: Vec<Spread>,
}

impl Accrual {
    /// A loan that earned nothing and will earn nothing.
    pub const fn none(through: NaiveDate) -> Accrual {
        Accrual {
            through,
            interest: Money::ZERO,
            fee: Money::ZERO,
            ahead: Money::ZERO,
            fee_ahead: Money::ZERO,
            suspended: Money::ZERO,
            plan: Vec::new(),
        }
    }

    /// How a loan stands at the end of a day. Interest is earned evenly over the days of its period, a charge on its due
    /// date. What is paid counts for what is earned first. The interest of a suspended loan is owed but no income.
    pub fn of(ledger: &Ledger, through: NaiveDate, is_suspended: bool) -> Accrual {
        let mut out = Accrual::none(through);
        let kind = match is_suspended {
            true => Earning::InterestSuspended,
            false => Earning::Interest,
        };
        for (i, row) in ledger.rows.iter().enumerate() {
            let moved = ledger.earned_before(row.n).min(row.interest);
            let interest = by_balance(ledger, i, row.interest - moved, kind);
            let (unpaid, ahead) = out.put(&interest, moved, row.paid_interest, Earning::InterestAhead);
            out.interest += unpaid;
            out.ahead += ahead;
            let fee = Spread {
                from: row.due_on,
                days: 1,
                amount: row.fee,
                kind: Earning::Fee,
            };
            let (unpaid, ahead) = out.put(&[fee], Money::ZERO, row.paid_fee, Earning::FeeAhead);
            out.fee += unpaid;
            out.fee_ahead += ahead;
        }
        if is_suspended {
            out.suspended = out.interest;
        }
        out
    }

    /// Adds what follows one another in time, of which some was earned `before`, with what is paid of it; what is earned
    /// and unpaid, and what is paid and not earned.
    fn put(&mut self, spreads: &[Spread], before: Money, paid: Money, ahead: Earning) -> (Money, Money) {
        let earned = before + spreads.iter().map(|spread| spread.earned(self.through)).sum();
        let mut left = paid.less(earned);
        for rest in spreads.iter().filter_map(|spread| spread.after(self.through)) {
            let below = left.min(rest.amount);
            left -= below;
            self.plan.extend(rest.split(below, ahead));
        }
        (earned.less(paid), paid.less(earned))
    }

    /// The same at the end of a later day, when nothing but time has passed.
    #[must_use]
    pub fn at(&self, through: NaiveDate) -> Accrual {
        if through <= self.through {
            return self.clone();
        }
        let mut out = Accrual {
            through,
            plan: Vec::with_capacity(self.plan.len()),
            ..*self
        };
        for spread in &self.plan {
            let earned = spread.earned(through);
            match spread.kind {
                Earning::Interest => out.interest += earned,
                Earning::InterestSuspended => {
                    out.interest += earned;
                    out.suspended += earned;
                }
                Earning::Fee => out.fee += earned,
                Earning::InterestAhead => out.ahead -= earned,
                Earning::FeeAhead => out.fee_ahead -= earned,
            }
            out.plan.extend(spread.after(through));
        }
        out
    }

    /// Whether its interest is no income before it is paid.
    pub fn is_suspended(&self) -> bool {
        let planned = self.plan.iter().any(|spread| spread.kind == Earning::InterestSuspended);
        planned || self.suspended.is_positive()
    }

    /// What is earned on the days after this one, up to and including a day.
    pub fn earned(&self, through: NaiveDate) -> Earnings {
        let mut out = Earnings::default();
        for spread in &self.plan {
            out.add(spread.kind, spread.earned(through));
        }
        out
    }
}

/// What a portfolio earns each day, as changes from day to day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// What the last closed day earned.
    daily: Earnings,
    /// By how much a day earns more or less than the one before.
    changes: BTreeMap<NaiveDate, Earnings>,
}

impl Rates {
    /// Puts a loan's new plan in the place of its old one, from a day on that is not closed.
    pub fn replace(&mut self, from: NaiveDate, old: &[Spread], new: &[Spread]) {
        for (day, kind, change) in plan_changes(from, old, new) {
            self.changes.entry(day).or_default().add(kind, change);
        }
    }

    /// What a day earns, which must be the one after the day asked for before, or the first one.
    pub fn close(&mut self, day: NaiveDate) -> Earnings {
        while let Some(entry) = self.changes.first_entry().filter(|entry| *entry.key() <= day) {
            let change = entry.remove();
            for kind in Earning::ALL {
                self.daily.add(kind, change.of(kind));
            }
        }
        self.daily
    }
}

/// By how much a portfolio's daily earnings change when a loan gets a new plan, from a day on that is not closed.
pub fn plan_changes(from: NaiveDate, old: &[Spread], new: &[Spread]) -> Vec<(NaiveDate, Earning, Money)> {
    let mut all = BTreeMap::<(NaiveDate, Earning), i64>::new();
    let before = from.pred_opt().unwrap_or(from);
    for (plan, sign) in [(old, -1), (new, 1)] {
        for spread in plan.iter().filter_map(|spread| spread.after(before)) {
            for (day, change) in spread.changes() {
                *all.entry((day, spread.kind)).or_default() += sign * change;
            }
        }
    }
    let changed = all.into_iter().filter(|(_, change)| *change != 0);
    changed
        .map(|((day, kind), change)| (day, kind, Money::from_minor(change)))
        .collect()
}
