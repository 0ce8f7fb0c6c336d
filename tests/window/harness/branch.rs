//! Branches that are made before the window opens, through the desk's own use cases: quicker than by typing, which other
//! tests do.

use super::people::PASSWORD;
use chrono::{DateTime, Utc};
use farthing_api::*;
use farthing_desk::{Clock, Desk, Home};
use std::future::Future;
use std::path::Path;

/// The administrator of every branch made here.
pub const ADMIN: &str = "admin@branch.test";
/// An officer there.
pub const OFFICER: &str = "officer@branch.test";
/// The customer's email.
pub const CUSTOMER: &str = "raja@example.test";

/// A product of equal installments without interest, so that amounts can be told at a glance.
fn terms() -> serde_json::Value {
    serde_json::json!({
        "name": "Small business", "method": "declining_equal_installments", "annual_rate": "0", "every": 1,
        "unit": "months", "min_principal": 10_000, "max_principal": 5_000_000, "min_installments": 1,
        "max_installments": 36, "rounding": "half_even", "installment_multiple": 1, "penalty": null,
        "allocation": ["penalty", "fee", "interest", "principal"], "max_discount": 0, "active": true,
    })
}

/// A desk without a window.
pub struct Branch {
    desk: Desk,
}

/// Waits for what the desk does.
fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

impl Branch {
    /// A branch with an officer in the folder of a window to come, whose clock will stand at `at`. The administrator is
    /// signed in.
    pub fn found(home: &Path, at: &str, language: &str, demo: bool) -> Branch {
        std::fs::write(home.join("clock"), at).unwrap();
        let instant: DateTime<Utc> = at.parse().unwrap();
        let desk = Desk::with_clock(Home::at(home), Clock::moved(instant)).without_second_factor();
        let branch = Branch { desk };
        let set_up = SetUp {
            language: language.into(),
            currency: "USD".into(),
            organisation: "Harbour Street Savings and Loans".into(),
            branch_code: "BR1".into(),
            branch_name: "Harbour Street".into(),
            desk_code: "01".into(),
            time_zone: "UTC".into(),
            admin_name: "Ada Branch".into(),
            admin_email: ADMIN.into(),
            password: Secret::new(PASSWORD),
            mail: None,
            demo,
        };
        wait(async {
            branch.desk.set_up(set_up).await.unwrap();
            let officer = AddUser {
                role: Role::Officer,
                name: "Olu Officer".into(),
                email: OFFICER.into(),
                password: Secret::new(PASSWORD),
            };
            branch.desk.add_user(officer).await.unwrap();
        });
        branch
    }

    /// Sends mail through a server on this machine from now on.
    pub fn mail_through(&self, port: u16) {
        let settings = MailSettings {
            host: "127.0.0.1".into(),
            port,
            security: MailSecurity::None,
            username: String::new(),
            password: Secret::default(),
            from: "desk@branch.test".into(),
        };
        let settings = Some(settings);
        wait(self.desk.save_mail(SaveMail { settings })).unwrap();
    }

    /// Sends text messages through a gateway from now on.
    pub fn text_through(&self, settings: SmsSettings) {
        let settings = Some(settings);
        wait(self.desk.save_sms(SaveSms { settings })).unwrap();
    }

    /// A customer who is not verified.
    pub fn customer(&self) -> CustomerId {
        let form = CustomerForm {
            first_name: "Rajalakshmi".into(),
            last_name: "Venkataraman".into(),
            email: CUSTOMER.into(),
            phone: "+254 700 000 001".into(),
            document_id: "ID-77".into(),
            ..CustomerForm::default()
        };
        let customer = wait(self.desk.register_customer(RegisterCustomer { form })).unwrap();
        customer.row.id
    }

    /// The same, verified by a document, with a loan of 1,200.00 over 12 months without interest that was paid out
    /// today.
    pub fn borrower(&self) -> LoanView {
        self.lend(terms(), 120_000)
    }

    /// The same under other terms, over 12 installments: so many minor units.
    pub fn lend(&self, terms: serde_json::Value, principal: i64) -> LoanView {
        let loan = self.approve(terms, principal);
        let value_date = loan.row.applied_at.date_naive();
        let disbursed = DisburseLoan {
            loan: loan.row.id,
            seen: loan.seen,
            value_date,
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
        };
        wait(self.desk.disburse_loan(disbursed)).unwrap()
    }

    /// The same, not paid out yet.
    pub fn approve(&self, terms: serde_json::Value, principal: i64) -> LoanView {
        let customer = self.customer();
        let sign_in = |email: &str| SignIn {
            email: email.into(),
            password: Secret::new(PASSWORD),
        };
        wait(async {
            let desk = &self.desk;
            let terms: ProductTerms = serde_json::from_value(terms).unwrap();
            let product = desk.save_product(SaveProduct { id: None, terms }).await.unwrap().id;
            desk.sign_in(sign_in(OFFICER)).await.unwrap();
            let kind = "passport".into();
            desk.record_document(RecordDocument { customer, kind }).await.unwrap();
            let applied = ApplyForLoan {
                customer,
                product,
                principal: Money::from_minor(principal),
                installments: 12,
                installment: None,
                purpose: "A second sewing machine".into(),
            };
            let loan = desk.apply_for_loan(applied).await.unwrap();
            desk.sign_in(sign_in(ADMIN)).await.unwrap();
            desk.vouch_for_customer(VouchForCustomer { customer }).await.unwrap();
            let decided = DecideLoan {
                loan: loan.row.id,
                seen: loan.seen,
                approve: true,
                reason: String::new(),
            };
            desk.decide_loan(decided).await.unwrap()
        })
    }

    /// Asks the desk something.
    pub fn ask<'a, T, F>(&'a self, ask: impl FnOnce(&'a Desk) -> F) -> T
    where
        F: Future<Output = Result<T, ApiError>>,
    {
        wait(ask(&self.desk)).unwrap()
    }

    /// Makes the book look as if a newer program had changed its schema.
    pub fn mark_newer(&self) {
        wait(self.desk.mark_newer()).unwrap();
    }

    /// Closes the book, so that a window can open it.
    pub fn close(self) {
        wait(self.desk.shut());
    }
}
