//! Loans and purchases: from the application to the last cent.

use crate::cases::loan_view::payoff_view;
use crate::cases::rules::Asked;
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, ApplyForLoan, DecideLoan, DisburseLoan, ForecloseLoan, GetLoan, GiveNotice, ListLoans, ListTasks, LoanId,
    LoanRow, LoanView, Page, PaymentDone, PaymentPreview, PayoffView, PreviewPayment, QuotePayoff, ReceivePayment,
    RefundCredit, ReversePayment, SellOnInstallments, SettleTask, TaskView,
};
use farthing_office::permission::Permission;
use farthing_office::{Command, Fact, FactBody, Loan, check_payment, preview_payment};
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

    /// Takes an application down.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn apply_for_loan(&self, request: ApplyForLoan) -> Answer<LoanView> {
        let (open, session) = self.caller().await?;
        self.proves_beyond_a_code(&session)?;
        let product = self.product_terms(&open, request.product).await?;
        let asked = Asked {
            customer: request.customer,
            product: &product,
            principal: request.principal,
            installments: request.installments,
        };
        let command = Command::ApplyForLoan {
            customer: request.customer,
            product: request.product,
            principal: request.principal,
            installments: request.installments,
            installment: request.installment,
            purpose: request.purpose,
            failed_rules: self.failed_rules(&open, &asked).await?,
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
        let applied = self.loan_of(&open, &session, loan).await?;
        let failed_rules = self.failed_rules_of(&open, &applied).await?;
        let command = Command::DecideLoan {
            loan,
            seen,
            approve,
            reason,
            failed_rules,
        };
        self.after(&open, &session, loan, &command).await
    }

    /// The rules that an application fails by now.
    pub(crate) async fn failed_rules_of(&self, open: &Open, loan: &Loan) -> Answer<Vec<String>> {
        let Some((product, _)) = loan.product else {
            return Ok(Vec::new());
        };
        let product = self.product_terms(open, product).await?;
        let asked = Asked {
            customer: loan.customer,
            product: &product,
            principal: loan.principal,
            installments: loan.installments,
        };
        self.failed_rules(open, &asked).await
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
            first_due_on,
            amount,
        } = request;
        let found = self.loan_of(&open, &session, loan).await?;
        let customer = found.customer;
        let product = found.rates.and(found.product).map(|(id, _)| id);
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
                first_due_on,
                amount,
                product,
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
            prepayment,
            anyway,
        } = request;
        if !anyway {
            let found = self.loan_of(&open, &session, loan).await?;
            let ctx = self.context(&open, Some(session.actor()))?;
            check_payment(&found, amount, value_date, &reference, &ctx).map_err(|refusal| refusal.0)?;
        }
        let command = Command::ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
            prepayment,
        };
        let facts = self.run(&open, &session, &command, Beside::default()).await?;
        self.paid(&open, &session, &facts).await
    }

    async fn paid(&self, open: &Open, session: &Session, facts: &[Fact]) -> Answer<PaymentDone> {
        let taken = facts.iter().find_map(|f| match &f.body {
            FactBody::PaymentReceived { loan, payment, .. } | FactBody::MoneySetAside { loan, payment, .. } => {
                Some((*loan, payment.clone()))
            }
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
        let preview = preview_payment(
            &loan,
            request.amount,
            request.value_date,
            request.prepayment,
            self.today(&open),
        )
        .map_err(|r| r.0)?;
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

pub(crate) fn opened_loan(facts: &[Fact]) -> Answer<LoanId> {
    let id = facts.iter().find_map(|f| match &f.body {
        FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => Some(loan.id),
        _ => None,
    });
    id.ok_or_else(ApiError::internal)
}
