//! A branch whose mail server is really asked, with a customer.
#![allow(dead_code, reason = "each test file uses its part")]

use super::common::loans::{disburse, money, terms};
use super::common::{ADMIN, Branch, OFFICER, PASSWORD};
use super::sink::Sink;
use farthing_api::*;

pub const DAY: &str = "2025-03-03T09:00:00Z";
pub const NEW: &str = "quite another wooden bridge 4";
pub const AMINA: &str = "amina@example.org";

pub struct Town {
    pub branch: Branch,
    pub sink: Sink,
}

impl Town {
    pub async fn new() -> Town {
        let branch = Branch::new(DAY).await;
        let sink = Sink::of(&branch).await;
        Town { branch, sink }
    }

    pub fn desk(&self) -> &farthing_desk::Desk {
        &self.branch.desk
    }

    /// A verified customer who signs in with a password.
    pub async fn customer(&self) -> CustomerId {
        self.branch.sign_in(OFFICER).await;
        let form = CustomerForm {
            first_name: "Amina".into(),
            last_name: "Odhiambo".into(),
            email: AMINA.into(),
            phone: "+254 700 000 001".into(),
            ..CustomerForm::default()
        };
        let customer = self
            .desk()
            .register_customer(RegisterCustomer { form })
            .await
            .unwrap()
            .row
            .id;
        let contact = Contact::Email;
        let sent = self.desk().send_code(SendCode { customer, contact }).await.unwrap();
        let (challenge, code) = (sent.challenge, self.sink.code().into());
        self.desk()
            .verify_code(VerifyCode {
                customer,
                challenge,
                code,
            })
            .await
            .unwrap();
        let password = Some(Secret::new(PASSWORD));
        let access = OpenCustomerAccess { customer, password };
        self.desk().open_customer_access(access).await.unwrap();
        customer
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SessionView, Code> {
        let request = SignIn {
            email: email.into(),
            password: Secret::new(password),
        };
        self.desk().sign_in(request).await.map_err(|error| error.code)
    }

    pub async fn ask(&self, email: &str) -> ResetLinkSent {
        self.desk().sign_out(SignOut {}).await.unwrap();
        self.desk()
            .send_reset_link(SendResetLink { email: email.into() })
            .await
            .unwrap()
    }

    /// The link in the next message.
    pub fn link(&self, to: &str) -> Secret {
        let (address, mail) = self.sink.next();
        assert_eq!(address, to);
        let mail = mail.replace("=\n", "").replace("=\r\n", "").replace("=3D", "=");
        let line = mail
            .lines()
            .find(|line| line.starts_with("farthing://reset/"))
            .expect("a line with the link");
        Secret::new(line.trim())
    }

    pub async fn reset(&self, link: &Secret, password: &str, recovery: Option<Secret>) -> Result<(), Code> {
        let request = ResetPassword {
            link: link.clone(),
            password: Secret::new(password),
            recovery,
        };
        self.desk().reset_password(request).await.map_err(|error| error.code)
    }

    /// A loan of 1,200 over 12 months without interest.
    pub async fn lend(&self, customer: CustomerId) -> LoanId {
        self.branch.sign_in(ADMIN).await;
        let terms = ProductTerms {
            annual_rate: 0.into(),
            ..terms()
        };
        let product = self
            .desk()
            .save_product(SaveProduct { id: None, terms })
            .await
            .unwrap()
            .id;
        self.branch.sign_in(OFFICER).await;
        let request = ApplyForLoan {
            customer,
            product,
            principal: money("1200"),
            installment: None,
            installments: 12,
            purpose: String::new(),
        };
        let loan = self.desk().apply_for_loan(request).await.unwrap();
        self.branch.sign_in(ADMIN).await;
        let decide = DecideLoan {
            loan: loan.row.id,
            seen: loan.seen,
            approve: true,
            reason: String::new(),
        };
        let loan = self.desk().decide_loan(decide).await.unwrap();
        disburse(&self.branch, &loan).await.unwrap().row.id
    }
}
