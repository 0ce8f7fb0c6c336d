//! What happens to a running loan besides payments.

use crate::desk::Desk;
use crate::error::Answer;
use farthing_api::{
    ChangeTerms, DisbursePart, LoanView, Money, NewTermsView, PaymentParts, PlannedRow, PreviewNewTerms, PreviewPart,
    SettleSuspense, WaiveDues, WhatIfPayment, WhatIfView, WriteOffLoan,
};
use farthing_lending::{Ledger, Restructured, RowState, WhatIf, what_if};
use farthing_office::permission::Permission;
use farthing_office::{Command, Loan, account, may_change_terms, preview_part, preview_terms};

fn planned(row: &RowState) -> PlannedRow {
    PlannedRow {
        n: row.n,
        due_on: row.due_on,
        principal: row.principal,
        interest: row.interest,
        fee: row.fee,
        penalty: row.penalty,
        paid: row.paid(),
    }
}

fn way(way: WhatIf) -> WhatIfView {
    let to = way.allocation;
    WhatIfView {
        choice: way.choice,
        parts: PaymentParts {
            penalty: to.penalty,
            fee: to.fee,
            interest: to.interest,
            principal: to.principal,
            credit: to.credit,
            ..PaymentParts::default()
        },
        next_due: way.next_due,
        installment: way.installment,
        ends_on: way.ends_on,
        installments_left: way.installments_left,
        interest_saved: way.interest_saved,
        outstanding_principal: way.outstanding_principal,
        rows: way.rows.iter().map(planned).collect(),
    }
}

impl Desk {
    /// What a payment would do, in every way in which it can be used.
    ///
    /// # Errors
    /// Where nothing is owed, or the day lies before a payment that was received.
    pub async fn what_if_payment(&self, request: WhatIfPayment) -> Answer<Vec<WhatIfView>> {
        let (open, session) = self.caller().await?;
        let loan = self.loan_of(&open, &session, request.loan).await?;
        let last = request.on.max(self.today(&open));
        farthing_office::preview_payment(&loan, request.amount, request.on, None, last).map_err(|r| r.0)?;
        let ways = what_if(&account(&loan, loan.assessed_through), request.on, request.amount);
        Ok(ways.into_iter().map(way).collect())
    }

    /// No longer asks for dues.
    ///
    /// # Errors
    /// More than is due, or principal.
    pub async fn waive_dues(&self, request: WaiveDues) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let WaiveDues {
            loan,
            share,
            amount,
            reason,
        } = request;
        let command = Command::WaiveDues {
            loan,
            share,
            amount,
            reason,
        };
        self.after(&open, &session, loan, &command).await
    }

    /// The schedule that new terms would lead to.
    ///
    /// # Errors
    /// Names the field that can't be carried out.
    pub async fn preview_new_terms(&self, request: PreviewNewTerms) -> Answer<NewTermsView> {
        let (open, session) = self.caller_who_may(Permission::ChangeTerms).await?;
        let loan = self.loan_of(&open, &session, request.loan).await?;
        may_change_terms(&loan).map_err(|refusal| refusal.0)?;
        let (today, decimals) = (self.today(&open), open.currency().decimals);
        let done = preview_terms(&loan, None, request.on, &request.terms, today, decimals);
        Ok(new_terms(
            &loan,
            done.map_err(|refusal| refusal.0)?,
            request.terms.top_up,
        ))
    }

    /// The schedule that paying out the next part would lead to.
    ///
    /// # Errors
    /// Names the field that can't be carried out.
    pub async fn preview_part(&self, request: PreviewPart) -> Answer<NewTermsView> {
        let (open, session) = self.caller_who_may(Permission::Disburse).await?;
        let loan = self.loan_of(&open, &session, request.loan).await?;
        let (today, decimals) = (self.today(&open), open.currency().decimals);
        let done = preview_part(&loan, request.amount, request.on, today, decimals);
        Ok(new_terms(&loan, done.map_err(|refusal| refusal.0)?, request.amount))
    }

    /// Pays out the next part of a loan.
    ///
    /// # Errors
    /// More than is approved, or the loan changed meanwhile.
    pub async fn disburse_part(&self, request: DisbursePart) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let DisbursePart {
            loan,
            seen,
            on,
            amount,
            method,
        } = request;
        let command = Command::DisbursePart {
            loan,
            seen,
            on,
            amount,
            method,
        };
        self.after(&open, &session, loan, &command).await
    }

    /// Puts a loan under new terms.
    ///
    /// # Errors
    /// Where the loan changed meanwhile, or a term can't be carried out.
    pub async fn change_terms(&self, request: ChangeTerms) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let ChangeTerms {
            loan,
            seen,
            kind,
            on,
            terms,
            method,
            reason,
        } = request;
        let command = Command::ChangeTerms {
            loan,
            seen,
            change: kind,
            on,
            terms: Box::new(terms),
            method,
            reason,
        };
        self.after(&open, &session, loan, &command).await
    }

    /// Gives a loan up.
    ///
    /// # Errors
    /// Where it changed meanwhile, or nothing is owed on it.
    pub async fn write_off_loan(&self, request: WriteOffLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let WriteOffLoan { loan, seen, reason } = request;
        let command = Command::WriteOff { loan, seen, reason };
        self.after(&open, &session, loan, &command).await
    }

    /// Gives money in suspense its place.
    ///
    /// # Errors
    /// Where it has one already, or the other loan takes no payments.
    pub async fn settle_suspense(&self, request: SettleSuspense) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let SettleSuspense {
            loan,
            payment,
            into,
            method,
            reason,
        } = request;
        let command = Command::SettleSuspense {
            loan,
            payment,
            into,
            method,
            reason,
        };
        self.after(&open, &session, into.unwrap_or(loan), &command).await
    }
}

fn new_terms(loan: &Loan, (done, ledger): (Restructured, Ledger), top_up: Money) -> NewTermsView {
    let interest = |rows: &[RowState]| rows.iter().map(|row| row.interest).sum::<Money>();
    let principal = ledger.outstanding_principal();
    NewTermsView {
        principal,
        capitalised_interest: done.capitalised_interest,
        capitalised_fee: done.capitalised_fee,
        capitalised_penalty: done.capitalised_penalty,
        top_up,
        installment: done.installment,
        more_interest: interest(&ledger.rows) + done.capitalised_interest - interest(&loan.rows),
        ends_on: ledger.rows.last().map(|row| row.due_on),
        rows: ledger.rows.iter().map(planned).collect(),
    }
}
