//! What the authority does by itself at the end of a branch's day, from the loans as they stand.

use chrono::NaiveDate;
use farthing_api::{LoanId, OpId, ProductId};
use farthing_lending::{Earning, LatenessRules};
use farthing_office::{Command, DayFigures, EarnedByProduct, Key, Loan, Standings, State, lags, product_days};
use std::collections::{BTreeMap, BTreeSet};
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

/// The products with a variable rate of which there are running loans.
pub fn variable<'a>(loans: impl IntoIterator<Item = (LoanId, &'a Loan)>) -> BTreeSet<Key> {
    let own = |(_, loan): (LoanId, &Loan)| loan.rates.as_ref().and(loan.product);
    loans
        .into_iter()
        .filter_map(own)
        .map(|(id, _)| Key::Product(id))
        .collect()
}

/// The commands by which running loans follow what was announced of their product's variable rate, each with the word of
/// its step. The products of [`variable`] are in the state.
pub fn follows(state: &State, ids: &[LoanId]) -> Vec<(String, Command)> {
    let mut late: BTreeMap<ProductId, Vec<LoanId>> = BTreeMap::new();
    for id in ids {
        let loan = state.loan(*id);
        let Some((loan, (product, _))) = loan.and_then(|loan| Some((loan, loan.product?))) else {
            continue;
        };
        let rates = state
            .product(product)
            .and_then(|p| p.terms.options.variable_rate.as_deref());
        if rates.is_some_and(|rates| lags(loan, product, rates)) {
            late.entry(product).or_default().push(*id);
        }
    }
    let chunks = late
        .iter()
        .flat_map(|(product, ids)| ids.chunks(CHUNK).map(move |ids| (*product, ids)));
    let command = |(n, (product, ids)): (u32, (ProductId, &[LoanId]))| {
        let loans = ids.to_vec();
        (format!("rates {n}"), Command::FollowRates { product, loans })
    };
    (0..).zip(chunks).map(command).collect()
}

/// The command that closes a day: the portfolio at its end, and each product's part of it.
pub fn closing<'a>(loans: impl IntoIterator<Item = &'a Loan>, rules: &LatenessRules, date: NaiveDate) -> Command {
    let mut standings = Standings::new();
    let mut earned = EarnedByProduct::new();
    let before = date.pred_opt().unwrap_or(date);
    for loan in loans {
        let product = loan.product.map(|(id, _)| id);
        if let Some(standing) = loan.place() {
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
    Command::CloseDay {
        date,
        figures: DayFigures::on(date, &standings),
        products: product_days(date, rules, standings, earned),
    }
}
