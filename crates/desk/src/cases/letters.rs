//! What fills the blanks of messages: names, amounts and days as the recipient's language writes them.

use crate::desk::Open;
use chrono::NaiveDate;
use farthing_api::{CustomerView, LoanRow, Marks, Money};
use farthing_documents::written_day;
use farthing_identity::letters::Values;
use farthing_office::{Fact, FactBody};
use farthing_store::DueInstallment;

/// An amount with the currency's code, as a language writes both.
pub(crate) fn amount(open: &Open, language: &str, amount: Money) -> String {
    let (currency, marks) = (open.currency(), Marks::of(language));
    let written = amount.written(currency.decimals, marks);
    match language {
        "fr" => format!("{written}\u{a0}{}", currency.code),
        _ => format!("{}\u{a0}{written}", currency.code),
    }
}

/// What every message may say.
pub(crate) fn common(open: &Open, customer: &CustomerView) -> Values {
    [
        ("customer", customer.row.name.clone()),
        ("organisation", open.organisation.name.clone()),
        ("branch", open.organisation.branch_name.clone()),
    ]
    .into()
}

fn of_loan(open: &Open, language: &str, customer: &CustomerView, loan: &LoanRow) -> Values {
    let mut values = common(open, customer);
    values.extend([
        ("loan", loan.number.clone()),
        ("product", loan.product.clone()),
        ("amount", amount(open, language, loan.principal)),
        ("outstanding", amount(open, language, loan.outstanding)),
    ]);
    values
}

/// Of an installment.
pub(crate) fn of_installment(
    open: &Open,
    language: &str,
    customer: &CustomerView,
    loan: &LoanRow,
    due: &DueInstallment,
    today: NaiveDate,
) -> Values {
    let mut values = of_loan(open, language, customer, loan);
    values.extend([
        ("amount", amount(open, language, due.open)),
        ("date", written_day(language, due.due_on)),
        ("days", (today - due.due_on).num_days().max(0).to_string()),
    ]);
    values
}

/// Of a payment, an approval or a rejection. What the loan owes is as of when the message is made.
pub(crate) fn of_fact(open: &Open, language: &str, customer: &CustomerView, loan: &LoanRow, fact: &Fact) -> Values {
    let mut values = of_loan(open, language, customer, loan);
    match &fact.body {
        FactBody::PaymentReceived { payment, .. } => {
            values.extend([
                ("receipt", payment.receipt.clone()),
                ("amount", amount(open, language, payment.amount)),
                ("date", written_day(language, payment.on)),
            ]);
            if let Some(day) = loan.next_due_on.filter(|_| loan.next_due.is_positive()) {
                values.insert("next_date", written_day(language, day));
                values.insert("next_amount", amount(open, language, loan.next_due));
            }
        }
        FactBody::LoanRejected { reason, .. } => {
            values.insert("reason", reason.clone());
        }
        _ => {}
    }
    values
}
