//! A loan as screens see it.

use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use chrono::NaiveDate;
use farthing_api::{
    ApiError, Code, Decision, Dues, ErrorKind, InstallmentStatus, InstallmentView, LoanId, LoanStatus, LoanView, Money,
    PayoffView, TermsChange, TermsChanged, WrittenOffView,
};
use farthing_lending::{Accrual, RateChange, RowState, Share, Terms, Unit, with_rows};
use farthing_office::permission::{self, Permission, allows};
use farthing_office::{
    Command, Customer, Key, Loan, Refusal, may_change_terms, may_decide, may_disburse, may_disburse_part, may_waive,
    may_write_off, quote, standing,
};
use farthing_store::Beside;
use rust_decimal::Decimal;

impl Desk {
    pub(crate) async fn loan_of(&self, open: &Open, session: &Session, id: LoanId) -> Answer<Loan> {
        let state = open.book.load(&[Key::Loan(id)]).await.told()?;
        let allowed = |loan: &&Loan| match session.customer {
            Some(own) => loan.customer == own,
            None => allows(session.role, Permission::SeeBook),
        };
        state
            .loan(id)
            .filter(allowed)
            .cloned()
            .ok_or_else(|| missing(Code::NoLoan))
    }

    pub(crate) async fn loan_view(&self, open: &Open, session: &Session, id: LoanId) -> Answer<LoanView> {
        let kept = self.loan_of(open, session, id).await?;
        let seen = kept.seen();
        let loan = as_planned(kept, open.currency().decimals)?;
        let today = self.today(open);
        let row = open
            .book
            .loan_row(id, today)
            .await
            .told()?
            .ok_or_else(|| missing(Code::NoLoan))?;
        let state = open.book.load(&[Key::Customer(loan.customer)]).await.told()?;
        let verified = state.customer(loan.customer).is_some_and(Customer::is_verified);
        let history = open.book.history_of(id).await.told()?;
        let decided = history
            .iter()
            .find(|line| line.what == "loan_approved" || line.what == "loan_rejected");
        let decision = decided.map(|line| Decision {
            by: line.by.clone(),
            at: line.at,
            reason: line.detail.clone(),
        });
        let officer = match loan.officer {
            Some(user) => open.book.user_name(user).await.told()?,
            None => String::new(),
        };
        let ctx = self.context(open, Some(session.actor()))?;
        let may = |permission: Permission, checked: Result<(), Refusal>| {
            let allowed = permission::check(session.role, permission);
            allowed.and(checked).map_err(ApiError::from)
        };
        let total = |part: fn(&RowState) -> Money| loan.rows.iter().map(part).sum::<Money>();
        let day = open.book.load(&[Key::Day]).await.told()?;
        let closed = day.day().and_then(|day| day.open.pred_opt()).unwrap_or(today);
        let booked = loan.accrual.as_ref().map(|accrual| accrual.at(closed));
        let rates = rates(&loan);
        Ok(LoanView {
            seen,
            annual_rate: rate_in_force(&loan, &rates, today),
            installments: count(&loan),
            installment: installment_in_force(&loan, &rates),
            purpose: loan.purpose.clone(),
            officer,
            may_decide: may(Permission::Approve, may_decide(&loan, &ctx)),
            may_disburse: may(Permission::Disburse, may_disburse(&loan, verified)),
            decision,
            disbursed_on: loan.disbursed_on,
            closed_on: loan.closed_on,
            rows: installments(&loan, today),
            outstanding_principal: total(|r| r.principal - r.paid_principal),
            overdue: loan
                .rows
                .iter()
                .filter(|r| r.due_on < today)
                .map(RowState::unpaid)
                .sum(),
            dues: dues(&loan, today),
            total_interest: total(|r| r.interest),
            total_due: total(RowState::due),
            total_paid: loan.payments.iter().filter(|p| p.counts()).map(|p| p.amount).sum(),
            credit: loan.credit,
            charges: loan.charges.clone(),
            charges_taken: loan.charges_taken.clone(),
            interest_earned: booked.as_ref().map_or(Money::ZERO, |a| a.interest),
            interest_suspended: booked.as_ref().is_some_and(Accrual::is_suspended),
            is_variable: loan.rates.is_some(),
            failed_rules: match loan.status {
                // What the decision will look at.
                LoanStatus::Waiting => self.failed_rules_of(open, &loan).await?,
                _ => loan.failed_rules.clone(),
            },
            terms_changes: loan
                .terms_changes
                .iter()
                .map(terms_changed)
                .chain(rates.into_iter().map(rate_changed))
                .collect(),
            written_off: loan.written_off.map(|lost| WrittenOffView {
                on: lost.on,
                principal: lost.principal,
                owed: lost.owed,
                recovered: lost.recovered,
            }),
            may_waive: may(Permission::Waive, may_waive(&loan, today)),
            may_change_terms: may(Permission::ChangeTerms, may_change_terms(&loan)),
            may_write_off: may(Permission::WriteOff, may_write_off(&loan)),
            payoff: payoff_view(&loan, today, Money::ZERO, today, open.currency().decimals).ok(),
            max_discount: loan.max_discount,
            undisbursed: loan.undisbursed,
            parts_left: loan.parts_left(),
            may_disburse_part: may(Permission::Disburse, may_disburse_part(&loan)),
            payments: open.book.payments_of(id).await.told()?,
            every: loan
                .terms
                .as_ref()
                .map_or((1, Unit::Months), |terms| (terms.every, terms.unit)),
            terms: loan.terms,
            history,
            row,
        })
    }

    pub(crate) async fn after(
        &self,
        open: &Open,
        session: &Session,
        loan: LoanId,
        command: &Command,
    ) -> Answer<LoanView> {
        self.run(open, session, command, Beside::default()).await?;
        self.loan_view(open, session, loan).await
    }
}

/// An application with the schedule that it would lead to; a loan that is paid out as it is.
pub(crate) fn as_planned(mut loan: Loan, decimals: u32) -> Answer<Loan> {
    let open = matches!(loan.status, LoanStatus::Waiting | LoanStatus::Approved);
    if let Some(terms) = loan.terms.as_ref().filter(|_| open) {
        let schedule = farthing_lending::build(terms, decimals).map_err(|error| Refusal::from(error).0)?;
        let fees = with_rows(&loan.charges, loan.principal, terms.disbursed_on, &schedule.rows);
        loan.rows = schedule.rows.iter().map(|row| RowState::new(row, &fees)).collect();
        (loan.schedule, loan.fees) = (schedule.rows, fees);
    }
    Ok(loan)
}

pub(crate) fn missing(code: Code) -> ApiError {
    ApiError::new(ErrorKind::NotFound, code)
}

pub(crate) fn payoff_view(
    loan: &Loan,
    on: NaiveDate,
    discount: Money,
    today: NaiveDate,
    decimals: u32,
) -> Result<PayoffView, Refusal> {
    let quoted = quote(loan, on, discount, today, decimals)?;
    let owed: Money = loan.rows.iter().map(RowState::unpaid).sum();
    Ok(PayoffView {
        on,
        principal: quoted.principal,
        interest: quoted.interest,
        penalty: quoted.penalty,
        fee: quoted.fee,
        interest_to: quoted.interest_to,
        discount,
        total: quoted.total,
        saved: owed - quoted.total,
    })
}

/// How many installments there are: those that were agreed, or those of the terms that came after.
fn count(loan: &Loan) -> u32 {
    match loan.terms_changes.is_empty() {
        true => loan.installments,
        false => u32::try_from(loan.rows.len()).unwrap_or(u32::MAX),
    }
}

/// The terms that hold now.
fn terms_in_force(loan: &Loan) -> Option<&Terms> {
    let changed = loan
        .terms_changes
        .iter()
        .filter_map(|change| change.replacement.terms.as_ref());
    changed.map(|new| &new.terms).next_back().or(loan.terms.as_ref())
}

/// The changes of a variable rate, each from the due date on from which it holds.
fn rates(loan: &Loan) -> Vec<RateChange> {
    let followed = loan.rates.as_ref().and_then(|_| standing(loan).terms);
    let terms = followed.as_ref().map(|new| &new.terms).or(loan.terms.as_ref());
    terms.map(|terms| terms.rate_changes.clone()).unwrap_or_default()
}

/// The annual rate on a day.
fn rate_in_force(loan: &Loan, rates: &[RateChange], today: NaiveDate) -> Decimal {
    let agreed = terms_in_force(loan).map(|terms| (terms.disbursed_on, terms.annual_rate));
    let (since, agreed) = agreed.unwrap_or_default();
    let holds = |change: &RateChange| change.on <= today && change.on > since;
    rates
        .iter()
        .rfind(|change| holds(change))
        .map_or(agreed, |change| change.annual_rate)
}

/// The installment, where the rate changes that of the next one.
fn installment_in_force(loan: &Loan, rates: &[RateChange]) -> Money {
    let next = loan.rows.iter().find(|row| row.settled_on.is_none());
    match next.filter(|_| !rates.is_empty()) {
        Some(row) => row.principal + row.interest,
        None => loan.installment,
    }
}

fn rate_changed(change: RateChange) -> TermsChanged {
    TermsChanged {
        kind: TermsChange::Rate,
        on: change.on,
        added: Money::ZERO,
        rate: Some(change.annual_rate),
        reason: String::new(),
    }
}

/// What is due and unpaid besides principal.
fn dues(loan: &Loan, today: NaiveDate) -> Dues {
    let of = |share| {
        let due = loan.rows.iter().filter(|row| row.due_on <= today);
        due.map(|row| row.unpaid_of(share)).sum()
    };
    match loan.status {
        LoanStatus::Active => Dues {
            penalty: of(Share::Penalty),
            fee: of(Share::Fee),
            interest: of(Share::Interest),
        },
        _ => Dues::default(),
    }
}

fn terms_changed(change: &farthing_office::TermsChanged) -> TermsChanged {
    TermsChanged {
        kind: change.kind,
        on: change.replacement.on,
        added: change.replacement.added,
        rate: None,
        reason: change.reason.clone(),
    }
}

fn installments(loan: &Loan, today: NaiveDate) -> Vec<InstallmentView> {
    let next = loan
        .rows
        .iter()
        .find(|r| r.unpaid().is_positive() && r.due_on > today)
        .map(|r| r.n);
    let mut balance: Money = loan.rows.iter().map(|r| r.principal).sum();
    let view = |row: &RowState| {
        balance -= row.principal;
        let late = (row.settled_on.unwrap_or(today) - row.due_on).num_days();
        InstallmentView {
            n: row.n,
            due_on: row.due_on,
            principal: row.principal,
            interest: row.interest,
            penalty: row.penalty,
            fee: row.fee,
            due: row.due(),
            paid: row.paid(),
            balance,
            settled_on: row.settled_on,
            days_late: u32::try_from(late).unwrap_or(0),
            status: status(row, next, loan.status, today),
        }
    };
    loan.rows.iter().map(view).collect()
}

fn status(row: &RowState, next: Option<u32>, loan: LoanStatus, today: NaiveDate) -> InstallmentStatus {
    use InstallmentStatus::*;
    match row {
        _ if !row.unpaid().is_positive() => Paid,
        _ if row.paid().is_positive() => Partly,
        _ if row.due_on < today => Late,
        _ if row.due_on == today => DueToday,
        _ if next == Some(row.n) && loan == LoanStatus::Active => Next,
        _ => Upcoming,
    }
}
