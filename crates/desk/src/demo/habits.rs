//! How demo customers pay: on time, a few days late, in parts, early, or not any more.

use super::story::{Event, Story};
use crate::error::Answer;
use chrono::{Days, NaiveDate};
use farthing_api::{LoanId, LoanStatus, Money, PaymentMethod};
use farthing_lending::{Row, RowState};
use farthing_office::{Command, quote};

/// How a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Habit {
    OnTime,
    FewDaysLate,
    InParts,
    Early,
    StopsPaying,
}

impl Story<'_> {
    /// When and how much a customer will pay, by their habit.
    pub(super) fn plan_payments(&mut self, loan: LoanId, rows: &[Row], end: NaiveDate) {
        let habit = match self.dice.below(100) {
            0..62 => Habit::OnTime,
            62..80 => Habit::FewDaysLate,
            80..88 => Habit::InParts,
            88..94 => Habit::Early,
            _ => Habit::StopsPaying,
        };
        let stops = match habit {
            Habit::StopsPaying => rows.len() / 2,
            _ => rows.len(),
        };
        let shift = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(u64::from(days))).unwrap_or(day);
        for (i, row) in rows.iter().take(stops).enumerate() {
            if row.due_on > end {
                break;
            }
            let (amount, last) = (row.due().minor(), i + 1 == rows.len());
            match habit {
                Habit::Early if i == rows.len() * 2 / 3 => {
                    let days = 3 + self.dice.below(9);
                    self.push(
                        row.due_on
                            .checked_sub_days(Days::new(u64::from(days)))
                            .unwrap_or(row.due_on),
                        Event::CloseEarly(loan),
                    );
                    return;
                }
                Habit::FewDaysLate if self.dice.below(3) == 0 => {
                    let late = shift(row.due_on, 1 + self.dice.below(12));
                    self.push(late, Event::Pay { loan, amount, last });
                }
                Habit::InParts => {
                    let part = amount / 2;
                    self.push(
                        row.due_on,
                        Event::Pay {
                            loan,
                            amount: part.max(1),
                            last: false,
                        },
                    );
                    let late = shift(row.due_on, 2 + self.dice.below(10));
                    self.push(
                        late,
                        Event::Pay {
                            loan,
                            amount: amount - part,
                            last,
                        },
                    );
                }
                _ => self.push(row.due_on, Event::Pay { loan, amount, last }),
            }
        }
    }

    pub(super) async fn pay(&mut self, id: LoanId, amount: i64, last: bool) -> Answer<()> {
        let loan = self.loan(id).await?;
        if loan.status != LoanStatus::Active {
            return Ok(());
        }
        let owed: Money = loan.rows.iter().map(RowState::unpaid).sum();
        // The last payment settles what penalties have added.
        let amount = if last {
            owed
        } else {
            Money::from_minor(amount).min(owed)
        };
        let method = *self.dice.pick(&[
            PaymentMethod::Cash,
            PaymentMethod::Cash,
            PaymentMethod::Bank,
            PaymentMethod::Mobile,
        ]);
        let reference = match method {
            PaymentMethod::Cash => String::new(),
            _ => format!("TRX {}", 10_000_000 + self.made.commands),
        };
        let command = Command::ReceivePayment {
            loan: id,
            amount,
            value_date: self.today,
            method,
            reference,
            prepayment: None,
        };
        self.run(self.cast.officer, command).await.map(drop)
    }

    pub(super) async fn close_early(&mut self, id: LoanId) -> Answer<()> {
        let loan = self.loan(id).await?;
        let decimals = self.open.currency().decimals;
        let Ok(quoted) = quote(&loan, self.today, Money::ZERO, self.today, decimals) else {
            return Ok(());
        };
        let command = Command::Foreclose {
            loan: id,
            seen: loan.seen(),
            value_date: self.today,
            discount: Money::ZERO,
            amount: quoted.total,
            method: PaymentMethod::Bank,
        };
        self.run(self.cast.officer, command).await.map(drop)
    }
}
