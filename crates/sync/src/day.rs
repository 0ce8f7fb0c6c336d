//! What the authority does by itself at the end of a branch's day, from the loans as they stand.

use chrono::NaiveDate;
use farthing_api::{LoanId, LoanStatus, Money, OpId, ProductId};
use farthing_lending::{Earning, Earnings, LatenessRules, RowState, Standing};
use farthing_office::{Command, DayFigures, Loan, ProductDay};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many loans one command covers.
const CHUNK: usize = 200;
/// The name space of the operations of the authority.
const STEPS: Uuid = Uuid::from_u128(0x6661_7274_6869_6e67_2073_7465_7073_2020);

/// An operation of the authority: the same step of the same branch on the same day has the same id, so that it never
/// happens twice, whichever process takes it.
pub fn step(organisation: Uuid, branch: &str, date: NaiveDate, what: &str) -> OpId {
    let name = format!("{organisation}\n{branch}\n{date}\n{what}");
    OpId(Uuid::new_v5(&STEPS, name.as_bytes()))
}

/// The commands that look at the loans with something to happen by a day, each with the word of its step.
pub fn looks<'a>(
    loans: impl IntoIterator<Item = (LoanId, &'a Loan)>,
    through: NaiveDate,
) -> impl Iterator<Item = (String, Command)> {
    let due = loans
        .into_iter()
        .filter(|(_, loan)| loan.next_event.is_some_and(|day| day <= through));
    let mut due: Vec<(Option<NaiveDate>, LoanId)> = due.map(|(id, loan)| (loan.next_event, id)).collect();
    due.sort();
    let chunks: Vec<Vec<LoanId>> = due
        .chunks(CHUNK)
        .map(|c| c.iter().map(|(_, id)| *id).collect())
        .collect();
    (0..).zip(chunks).map(move |(n, loans): (u32, _)| {
        let command = Command::AssessPenalties { through, loans };
        (format!("penalties {n}"), command)
    })
}

/// The command that closes a day: the portfolio at its end, and each product's part of it.
pub fn closing<'a>(loans: impl IntoIterator<Item = &'a Loan>, rules: &LatenessRules, date: NaiveDate) -> Command {
    let mut figures = DayFigures::default();
    let mut standings = BTreeMap::<Option<ProductId>, Vec<Standing>>::new();
    let mut earned = BTreeMap::<Option<ProductId>, Earnings>::new();
    let before = date.pred_opt().unwrap_or(date);
    for loan in loans {
        let product = loan.product.map(|(id, _)| id);
        if let Some(standing) = standing(loan) {
            count(&mut figures, &standing, date);
            standings.entry(product).or_default().push(standing);
        }
        if let Some(accrual) = &loan.accrual {
            let day = accrual.at(before).earned(date);
            let sum = earned.entry(product).or_default();
            for kind in Earning::ALL {
                sum.add(kind, day.of(kind));
            }
        }
    }
    earned.retain(|product, sum| !sum.is_nothing() || standings.contains_key(product));
    let mut products: Vec<ProductDay> = Vec::with_capacity(earned.len());
    for (product, loans) in standings {
        products.push(ProductDay {
            product,
            earned: earned.remove(&product).unwrap_or_default(),
            buckets: rules.sums(date, loans),
        });
    }
    products.extend(earned.into_iter().map(|(product, earned)| ProductDay {
        product,
        earned,
        buckets: rules.sums(date, []),
    }));
    Command::CloseDay {
        date,
        figures,
        products,
    }
}

/// Where a running loan stands: its oldest unpaid installment, and its principal that is unpaid.
fn standing(loan: &Loan) -> Option<Standing> {
    let running = loan.status == LoanStatus::Active;
    let oldest = loan
        .rows
        .iter()
        .find(|row| row.unpaid().is_positive())
        .filter(|_| running)?;
    let unpaid = |row: &RowState| row.principal - row.paid_principal;
    Some(Standing {
        oldest_due: oldest.due_on,
        loans: 1,
        principal: loan.rows.iter().map(unpaid).sum::<Money>(),
    })
}

fn count(figures: &mut DayFigures, standing: &Standing, date: NaiveDate) {
    let late = (date - standing.oldest_due).num_days();
    figures.outstanding += standing.principal;
    for (over, sum) in [
        (0, &mut figures.par1),
        (30, &mut figures.par30),
        (60, &mut figures.par60),
        (90, &mut figures.par90),
    ] {
        if late > over {
            *sum += standing.principal;
        }
    }
}
