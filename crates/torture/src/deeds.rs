//! What people ask a desk for, as chance has it. Each has a name of its own, which goes along into the book.

use crate::Outcome;
use crate::dice::Dice;
use crate::journal::{Answered, Journal};
use farthing_api::{
    ApiError, ApplyForLoan, Code, CustomerForm, DecideLoan, DisburseLoan, EditCustomer, ErrorKind, GetCustomer,
    GetLoan, ListLoans, ListProducts, ListQuery, LoanRow, LoanStatus, Money, PaymentMethod, ReceivePayment,
    RegisterCustomer, ReversePayment,
};
use farthing_desk::{Answer, Desk};

/// Someone who works at a desk.
pub struct Clerk<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Where it is written down.
    pub journal: &'a mut Journal,
    /// Chance.
    pub dice: &'a mut Dice,
}

impl Clerk<'_> {
    /// Asks for one thing; its name, if the desk says that it is saved.
    ///
    /// # Errors
    /// An answer that a desk must never give.
    pub async fn act(&mut self) -> Outcome<Option<String>> {
        let tag = self.journal.tag();
        let answered = match self.dice.below(100) {
            0..50 => Box::pin(self.pay(&tag)).await?,
            50..62 => Box::pin(self.register(&tag)).await?,
            62..74 => Box::pin(self.apply(&tag)).await?,
            74..82 => Box::pin(self.edit(&tag)).await?,
            82..90 => Box::pin(self.decide(&tag)).await?,
            90..95 => Box::pin(self.disburse(&tag)).await?,
            _ => Box::pin(self.reverse(&tag)).await?,
        };
        let Some(answer) = answered else { return Ok(None) };
        let answered = match answer {
            Ok(what) => Answered::Saved(what),
            Err(error) if error.code == Code::SpendingWaits => Answered::Waits,
            Err(error) if is_usual(&error) => Answered::Refused(error.code.to_string()),
            Err(error) => return Err(format!("{tag}: {error:?}").into()),
        };
        self.journal.answer(&tag, &answered)?;
        Ok(matches!(answered, Answered::Saved(_)).then_some(tag))
    }

    /// One of the newest loans of a stage.
    async fn loan(&mut self, filter: &str, status: LoanStatus) -> Answer<Option<LoanRow>> {
        let query = ListQuery {
            filter: filter.into(),
            ..ListQuery::default()
        };
        let listed = self.desk.list_loans(ListLoans { query }).await?.rows;
        let fitting: Vec<LoanRow> = listed.into_iter().filter(|row| row.status == status).collect();
        Ok(self.dice.pick(&fitting).cloned())
    }

    async fn pay(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("active", LoanStatus::Active).await? else {
            return Ok(None);
        };
        // Few amounts, so that one is at times a likely duplicate of another desk's.
        let amount = 100 + 25 * i64::from(self.dice.below(40));
        self.journal.ask(tag, "pay", amount, &loan.id.to_string())?;
        let request = ReceivePayment {
            loan: loan.id,
            amount: Money::from_minor(amount),
            value_date: today(),
            method: PaymentMethod::Cash,
            reference: tag.into(),
            prepayment: None,
            anyway: true,
        };
        let paid = Box::pin(self.desk.receive_payment(request)).await;
        Ok(Some(paid.map(|done| done.receipt)))
    }

    async fn register(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        self.journal.ask(tag, "register", 0, "")?;
        let form = CustomerForm {
            first_name: "Amara".into(),
            last_name: tag.into(),
            phone: format!("+254 7{:08}", self.dice.below(100_000_000)),
            ..CustomerForm::default()
        };
        let registered = Box::pin(self.desk.register_customer(RegisterCustomer { form })).await;
        Ok(Some(registered.map(|customer| customer.row.id.to_string())))
    }

    async fn apply(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("active", LoanStatus::Active).await? else {
            return Ok(None);
        };
        let products = self.desk.list_products(ListProducts {}).await?;
        let product = products.first().ok_or("there is no product")?.id;
        let amount = 100_000 + 1_000 * i64::from(self.dice.below(100));
        self.journal.ask(tag, "apply", amount, &loan.customer.to_string())?;
        let request = ApplyForLoan {
            customer: loan.customer,
            product,
            principal: Money::from_minor(amount),
            installments: 6,
            installment: None,
            purpose: tag.into(),
        };
        let applied = Box::pin(self.desk.apply_for_loan(request)).await;
        Ok(Some(applied.map(|loan| loan.row.id.to_string())))
    }

    async fn edit(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("active", LoanStatus::Active).await? else {
            return Ok(None);
        };
        let id = loan.customer;
        let known = self.desk.get_customer(GetCustomer { id }).await?.form;
        self.journal.ask(tag, "edit", 0, &id.to_string())?;
        let form = CustomerForm {
            address: tag.into(),
            ..known
        };
        let edited = Box::pin(self.desk.edit_customer(EditCustomer { id, form })).await;
        Ok(Some(edited.map(|customer| customer.row.id.to_string())))
    }

    async fn decide(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("waiting", LoanStatus::Waiting).await? else {
            return Ok(None);
        };
        let seen = self.desk.get_loan(GetLoan { id: loan.id }).await?.seen;
        let request = DecideLoan {
            loan: loan.id,
            seen,
            approve: self.dice.below(4) > 0,
            reason: tag.into(),
        };
        self.journal.ask(tag, "decide", 0, &loan.id.to_string())?;
        let decided = Box::pin(self.desk.decide_loan(request)).await;
        Ok(Some(decided.map(|loan| loan.row.id.to_string())))
    }

    async fn disburse(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("", LoanStatus::Approved).await? else {
            return Ok(None);
        };
        let seen = self.desk.get_loan(GetLoan { id: loan.id }).await?.seen;
        let request = DisburseLoan {
            loan: loan.id,
            seen,
            value_date: today(),
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
        };
        self.journal.ask(tag, "disburse", 0, &loan.id.to_string())?;
        let disbursed = Box::pin(self.desk.disburse_loan(request)).await;
        Ok(Some(disbursed.map(|loan| loan.row.id.to_string())))
    }

    async fn reverse(&mut self, tag: &str) -> Outcome<Option<Answer<String>>> {
        let Some(loan) = self.loan("active", LoanStatus::Active).await? else {
            return Ok(None);
        };
        let view = self.desk.get_loan(GetLoan { id: loan.id }).await?;
        let standing: Vec<_> = view.payments.iter().filter(|paid| paid.reversed.is_none()).collect();
        let Some(paid) = self.dice.pick(&standing) else {
            return Ok(None);
        };
        self.journal.ask(tag, "reverse", 0, &paid.id.to_string())?;
        let request = ReversePayment {
            payment: paid.id,
            loan: loan.id,
            reason: tag.into(),
        };
        let reversed = Box::pin(self.desk.reverse_payment(request)).await;
        Ok(Some(reversed.map(|loan| loan.row.id.to_string())))
    }
}

/// Today at the branch, whose time zone is that of the clocks.
fn today() -> chrono::NaiveDate {
    chrono::Utc::now().date_naive()
}

/// Whether people may get that answer in a day's work, with nothing recorded.
fn is_usual(error: &ApiError) -> bool {
    match error.kind {
        ErrorKind::Refused | ErrorKind::Forbidden | ErrorKind::Changed | ErrorKind::Input => true,
        // Money leaves with the server's word only.
        ErrorKind::Unavailable => [Code::OnlineOnly].contains(&error.code),
        _ => false,
    }
}
