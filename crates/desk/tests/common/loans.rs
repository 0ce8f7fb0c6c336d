//! Loans of the branch that tests share.

use super::*;
use farthing_lending::{AllocationOrder, Method, PenaltyKind, PenaltyRule, RoundingMode, Unit};
use rust_decimal::Decimal;

pub fn money(text: &str) -> Money {
    Money::parse(text, 2).unwrap()
}

pub fn terms() -> ProductTerms {
    ProductTerms {
        name: "Small business".into(),
        method: Method::DecliningEqualInstallments,
        annual_rate: Decimal::from(10),
        every: 1,
        unit: Unit::Months,
        min_principal: money("100"),
        max_principal: money("50,000"),
        min_installments: 1,
        max_installments: 36,
        rounding: RoundingMode::HalfEven,
        installment_multiple: Money::from_minor(1),
        penalty: Some(PenaltyRule::new(
            PenaltyKind::PercentOfOverdueInstallment(Decimal::from(2)),
            3,
        )),
        allocation: AllocationOrder::default(),
        max_discount: money("500"),
        parts: 0,
        active: true,
        charges: Vec::new(),
        allocate: Default::default(),
        payoff: Default::default(),
        eligibility: None,
        options: Default::default(),
    }
}

pub async fn customer(desk: &Desk) -> CustomerView {
    let form = CustomerForm {
        first_name: "Rajalakshmi".into(),
        last_name: "Venkataraman".into(),
        email: "Raja@Example.test".into(),
        phone: "+254 700 000 001".into(),
        document_id: "ID-1".into(),
        ..CustomerForm::default()
    };
    desk.register_customer(RegisterCustomer { form }).await.unwrap()
}

/// An officer's application over 15,000 and 12 installments, approved by the administrator and paid out.
pub async fn running_loan(t: &Branch) -> LoanView {
    loan_under(t, terms()).await
}

/// The same under other terms.
pub async fn loan_under(t: &Branch, terms: ProductTerms) -> LoanView {
    let product = t.desk.save_product(SaveProduct { id: None, terms }).await.unwrap();
    t.sign_in(OFFICER).await;
    let customer = customer(&t.desk).await;
    let request = ApplyForLoan {
        customer: customer.row.id,
        product: product.id,
        principal: money("15000"),
        installments: 12,
        installment: None,
        purpose: String::new(),
    };
    let loan = Box::pin(t.desk.apply_for_loan(request)).await.unwrap();
    assert!(loan.may_decide.is_err());
    let seen = loan.seen.clone();
    let own = t
        .desk
        .decide_loan(DecideLoan {
            loan: loan.row.id,
            seen: seen.clone(),
            approve: true,
            reason: String::new(),
        })
        .await;
    assert_eq!(own.unwrap_err().code, "forbidden");
    let kind = "passport".to_string();
    t.desk
        .record_document(RecordDocument {
            customer: customer.row.id,
            kind,
        })
        .await
        .unwrap();
    t.sign_in(ADMIN).await;
    let loan = t
        .desk
        .decide_loan(DecideLoan {
            loan: loan.row.id,
            seen,
            approve: true,
            reason: String::new(),
        })
        .await
        .unwrap();
    let refused = Box::pin(disburse(t, &loan)).await.unwrap_err();
    assert_eq!(refused.code, "unverified");
    t.desk
        .vouch_for_customer(VouchForCustomer {
            customer: customer.row.id,
        })
        .await
        .unwrap();
    Box::pin(disburse(t, &loan)).await.unwrap()
}

pub async fn disburse(t: &Branch, loan: &LoanView) -> Result<LoanView, ApiError> {
    let value_date = t.today();
    t.desk
        .disburse_loan(DisburseLoan {
            loan: loan.row.id,
            seen: loan.seen.clone(),
            value_date,
            method: PaymentMethod::Cash,
            first_due_on: None,
            amount: None,
        })
        .await
}

pub async fn pay(t: &Branch, loan: LoanId, amount: &str, on: chrono::NaiveDate) -> Result<PaymentDone, ApiError> {
    let (method, reference) = (PaymentMethod::Cash, String::new());
    t.desk
        .receive_payment(ReceivePayment {
            loan,
            amount: money(amount),
            value_date: on,
            method,
            reference,
            prepayment: None,
            anyway: false,
        })
        .await
}
