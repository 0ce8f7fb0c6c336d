//! Loans and purchases: from the application to the last cent.

use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use chrono::NaiveDate;
use farthing_api::{
    ApiError, ApplyForLoan, Code, DecideLoan, Decision, DisburseLoan, ErrorKind, ForecloseLoan, GetLoan, GiveNotice,
    InstallmentStatus, InstallmentView, ListLoans, ListTasks, LoanId, LoanRow, LoanStatus, LoanView, Money, Page,
    PaymentDone, PaymentPreview, PayoffView, PreviewPayment, QuotePayoff, ReceivePayment, RefundCredit, ReversePayment,
    SellOnInstallments, SettleTask, TaskView,
};
use farthing_lending::RowState;
use farthing_office::permission::{self, Permission, allows};
use farthing_office::{
    Command, Customer, Fact, FactBody, Key, Loan, Refusal, may_decide, may_disburse, preview_payment, quote,
};
use farthing_store::Beside;

impl Desk {
    /// A page of the loan list.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn list_loans(&self, request: ListLoans) -> Answer<Page<LoanRow>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        open.book.loans(&request.query, self.today(&open)).await.told()
    }

    /// Everything about one loan; a customer sees their own only.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn get_loan(&self, request: GetLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        self.loan_view(&open, &session, request.id).await
    }

    async fn loan_of(&self, open: &Open, session: &Session, id: LoanId) -> Answer<Loan> {
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
        Ok(LoanView {
            seen,
            annual_rate: loan.terms.as_ref().map(|t| t.annual_rate).unwrap_or_default(),
            installments: loan.installments,
            installment: loan.installment,
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
            total_interest: total(|r| r.interest),
            total_due: total(RowState::due),
            total_paid: loan.payments.iter().filter(|p| !p.reversed).map(|p| p.amount).sum(),
            credit: loan.credit,
            payoff: payoff_view(&loan, today, Money::ZERO, today, open.currency().decimals).ok(),
            max_discount: loan.max_discount,
            payments: open.book.payments_of(id).await.told()?,
            terms: loan.terms,
            history,
            row,
        })
    }

    async fn after(&self, open: &Open, session: &Session, loan: LoanId, command: &Command) -> Answer<LoanView> {
        self.run(open, session, command, Beside::default()).await?;
        self.loan_view(open, session, loan).await
    }

    /// Takes an application down.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn apply_for_loan(&self, request: ApplyForLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let command = Command::ApplyForLoan {
            customer: request.customer,
            product: request.product,
            principal: request.principal,
            installments: request.installments,
            purpose: request.purpose,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        self.loan_view(&open, &session, opened_loan(&facts)?).await
    }

    /// Approves or rejects an application.
    ///
    /// # Errors
    /// Where it changed meanwhile, or the caller took it down themselves.
    pub async fn decide_loan(&self, request: DecideLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let DecideLoan {
            loan,
            seen,
            approve,
            reason,
        } = request;
        self.after(
            &open,
            &session,
            loan,
            &Command::DecideLoan {
                loan,
                seen,
                approve,
                reason,
            },
        )
        .await
    }

    /// Pays a loan out.
    ///
    /// # Errors
    /// Where the customer is not verified, or the loan changed meanwhile.
    pub async fn disburse_loan(&self, request: DisburseLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let DisburseLoan {
            loan,
            seen,
            value_date,
            method,
        } = request;
        let customer = self.loan_of(&open, &session, loan).await?.customer;
        self.after(
            &open,
            &session,
            loan,
            &Command::Disburse {
                loan,
                customer,
                seen,
                value_date,
                method,
            },
        )
        .await
    }

    /// Takes a payment. It is on the disk when this answers.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn receive_payment(&self, request: ReceivePayment) -> Answer<PaymentDone> {
        let (open, session) = self.caller().await?;
        let ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
        } = request;
        let command = Command::ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        self.paid(&open, &session, &facts).await
    }

    async fn paid(&self, open: &Open, session: &Session, facts: &[Fact]) -> Answer<PaymentDone> {
        let taken = facts.iter().find_map(|f| match &f.body {
            FactBody::PaymentReceived { loan, payment, .. } => Some((*loan, payment.clone())),
            _ => None,
        });
        let (loan, payment) = taken.ok_or_else(ApiError::internal)?;
        let view = self.loan_view(open, session, loan).await?;
        Ok(PaymentDone {
            payment: payment.id,
            receipt: payment.receipt,
            parts: payment.parts,
            loan: view,
        })
    }

    /// Where a payment would go.
    ///
    /// # Errors
    /// Those of taking it.
    pub async fn preview_payment(&self, request: PreviewPayment) -> Answer<PaymentPreview> {
        let (open, session) = self.caller().await?;
        let loan = self.loan_of(&open, &session, request.loan).await?;
        let preview = preview_payment(&loan, request.amount, request.value_date, self.today(&open)).map_err(|r| r.0)?;
        Ok(PaymentPreview {
            parts: preview.parts,
            rows: preview.rows,
            outstanding: preview.outstanding,
            closes: preview.closes,
        })
    }

    /// Takes a wrong payment back.
    ///
    /// # Errors
    /// Where the office refuses.
    pub async fn reverse_payment(&self, request: ReversePayment) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let ReversePayment { payment, loan, reason } = request;
        self.after(
            &open,
            &session,
            loan,
            &Command::ReversePayment { loan, payment, reason },
        )
        .await
    }

    /// What closes a loan on a day.
    ///
    /// # Errors
    /// A day or a discount out of range.
    pub async fn quote_payoff(&self, request: QuotePayoff) -> Answer<PayoffView> {
        let (open, session) = self.caller().await?;
        let loan = self.loan_of(&open, &session, request.loan).await?;
        let decimals = open.currency().decimals;
        payoff_view(&loan, request.on, request.discount, self.today(&open), decimals).map_err(|refusal| refusal.0)
    }

    /// Closes a loan early.
    ///
    /// # Errors
    /// Where the payoff is another one by now, or the discount is above the limit.
    pub async fn foreclose_loan(&self, request: ForecloseLoan) -> Answer<PaymentDone> {
        let (open, session) = self.caller().await?;
        let ForecloseLoan {
            loan,
            seen,
            value_date,
            discount,
            amount,
            method,
        } = request;
        let command = Command::Foreclose {
            loan,
            seen,
            value_date,
            discount,
            amount,
            method,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        self.paid(&open, &session, &facts).await
    }

    /// Gives unapplied credit back.
    ///
    /// # Errors
    /// More than there is.
    pub async fn refund_credit(&self, request: RefundCredit) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        let RefundCredit { loan, amount, method } = request;
        self.after(&open, &session, loan, &Command::Refund { loan, amount, method })
            .await
    }

    /// Sells goods on installments.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn sell_on_installments(&self, request: SellOnInstallments) -> Answer<PaymentDone> {
        let (open, session) = self.caller().await?;
        let SellOnInstallments {
            customer,
            goods,
            quantity,
            installments,
            first,
            monthly,
            method,
        } = request;
        let command = Command::Sell {
            customer,
            goods,
            quantity,
            installments,
            first,
            monthly,
            method,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        self.paid(&open, &session, &facts).await
    }

    /// What waits for a person.
    ///
    /// # Errors
    /// Where the caller may not.
    pub async fn list_tasks(&self, _: ListTasks) -> Answer<Vec<TaskView>> {
        let (open, _) = self.caller_who_may(Permission::SettleTasks).await?;
        open.book.tasks(200).await.told()
    }

    /// Something was dealt with.
    ///
    /// # Errors
    /// Where it was settled already.
    pub async fn settle_task(&self, request: SettleTask) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let command = Command::SettleTask {
            task: request.task,
            outcome: request.outcome,
        };
        self.run(&open, &session, &command, Beside::default()).await.map(drop)
    }

    /// A customer tells of a payment made elsewhere.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn give_notice(&self, request: GiveNotice) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let GiveNotice {
            loan,
            amount,
            on,
            reference,
        } = request;
        self.run(
            &open,
            &session,
            &Command::GiveNotice {
                loan,
                amount,
                on,
                reference,
            },
            Beside::default(),
        )
        .await
        .map(drop)
    }
}

/// An application with the schedule that it would lead to; a loan that is paid out as it is.
fn as_planned(mut loan: Loan, decimals: u32) -> Answer<Loan> {
    let open = matches!(loan.status, LoanStatus::Waiting | LoanStatus::Approved);
    if let Some(terms) = loan.terms.as_ref().filter(|_| open) {
        let schedule = farthing_lending::build(terms, decimals).map_err(|error| Refusal::from(error).0)?;
        loan.rows = schedule.rows.iter().map(|row| RowState::new(row, &[])).collect();
    }
    Ok(loan)
}

fn missing(code: Code) -> ApiError {
    ApiError::new(ErrorKind::NotFound, code)
}

pub(crate) fn opened_loan(facts: &[Fact]) -> Answer<LoanId> {
    let id = facts.iter().find_map(|f| match &f.body {
        FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => Some(loan.id),
        _ => None,
    });
    id.ok_or_else(ApiError::internal)
}

fn payoff_view(
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
        discount,
        total: quoted.total,
        saved: owed - quoted.total,
    })
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
