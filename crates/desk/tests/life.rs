//! A loan's whole life through the desk's use cases, on a real encrypted file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::loans::*;
use common::*;
use farthing_api::*;

#[tokio::test]
async fn a_loan_closes_at_exactly_zero() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    assert_eq!(
        (loan.total_due, loan.rows[11].due),
        (money("15824.87"), money("1318.73"))
    );
    for (n, row) in loan.rows.iter().enumerate() {
        t.go_to(&format!("{}T10:00:00Z", row.due_on)).await;
        let done = pay(&t, loan.row.id, &row.due.to_plain(2), row.due_on).await.unwrap();
        assert_eq!(done.receipt, format!("BR1-01-{:06}", n + 1));
        assert_eq!(done.parts.interest + done.parts.principal, row.due);
    }
    let closed = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert_eq!(
        (closed.row.status, closed.row.outstanding),
        (LoanStatus::Closed, Money::ZERO)
    );
    assert_eq!(pay(&t, loan.row.id, "1", t.today()).await.unwrap_err().code, "closed");
    t.check().await;
}

#[tokio::test]
async fn a_late_payment_costs_a_penalty_and_a_backdated_one_takes_it_back() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-04-10T09:00:00Z").await;
    let late = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert_eq!(late.rows[0].penalty, money("26.37"));
    assert_eq!((late.overdue, late.rows[0].days_late), (money("1345.11"), 8));
    let due = chrono::NaiveDate::from_ymd_opt(2025, 4, 2).unwrap();
    let done = pay(&t, loan.row.id, "1318.74", due).await.unwrap();
    assert_eq!(
        (done.loan.rows[0].penalty, done.loan.rows[0].status),
        (Money::ZERO, InstallmentStatus::Paid)
    );
    t.desk
        .reverse_payment(ReversePayment {
            payment: done.payment,
            loan: loan.row.id,
            reason: "Wrong loan".into(),
        })
        .await
        .unwrap();
    let again = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert_eq!((again.rows[0].penalty, again.total_paid), (money("26.37"), Money::ZERO));
    t.check().await;
}

#[tokio::test]
async fn too_much_becomes_credit_and_is_given_back_once() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    let done = pay(&t, loan.row.id, "16000", t.today()).await.unwrap();
    assert_eq!(done.parts.credit, money("175.13"));
    assert_eq!(done.loan.row.status, LoanStatus::Closed);
    let refund = |amount: &str| RefundCredit {
        loan: loan.row.id,
        amount: money(amount),
        method: PaymentMethod::Cash,
    };
    assert_eq!(
        t.desk.refund_credit(refund("200")).await.unwrap_err().field.unwrap(),
        "amount"
    );
    let after = t.desk.refund_credit(refund("175.13")).await.unwrap();
    assert_eq!(after.credit, Money::ZERO);
    assert!(t.desk.refund_credit(refund("0.01")).await.is_err());
    t.check().await;
}

#[tokio::test]
async fn foreclosure_takes_interest_to_the_day_less_the_discount() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.go_to("2025-04-02T09:00:00Z").await;
    pay(&t, loan.row.id, "1318.74", t.today()).await.unwrap();
    t.go_to("2025-04-17T09:00:00Z").await;
    let quote = |discount: &str| QuotePayoff {
        loan: loan.row.id,
        on: t.today(),
        discount: money(discount),
    };
    let full = t.desk.quote_payoff(quote("0")).await.unwrap();
    // 13806.26 at 10 % a year for half of the month of April.
    assert_eq!(
        (full.principal, full.interest, full.total),
        (money("13806.26"), money("57.53"), money("13863.79"))
    );
    let less = t.desk.quote_payoff(quote("50")).await.unwrap();
    assert_eq!(less.total, money("13813.79"));
    assert!(t.desk.quote_payoff(quote("500")).await.is_err());
    let seen = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap().seen;
    let close = |amount: Money| ForecloseLoan {
        loan: loan.row.id,
        seen: seen.clone(),
        value_date: t.today(),
        discount: money("50"),
        amount,
        method: PaymentMethod::Bank,
    };
    assert_eq!(
        t.desk.foreclose_loan(close(full.total)).await.unwrap_err().code,
        "payoff_changed"
    );
    let done = t.desk.foreclose_loan(close(less.total)).await.unwrap();
    assert_eq!(
        (done.loan.row.status, done.loan.row.outstanding),
        (LoanStatus::Closed, Money::ZERO)
    );
    t.check().await;
    let undo = ReversePayment {
        payment: done.payment,
        loan: loan.row.id,
        reason: "Cheque bounced".into(),
    };
    let open = t.desk.reverse_payment(undo).await.unwrap();
    assert_eq!((open.row.status, open.rows.len()), (LoanStatus::Active, 12));
    assert_eq!(open.outstanding_principal, money("13806.26"));
    t.check().await;
}

#[tokio::test]
async fn a_purchase_pays_a_tenth_more_when_late() {
    let t = Branch::new("2025-01-01T09:00:00Z").await;
    let goods = t
        .desk
        .save_goods(SaveGoods {
            id: None,
            name: "Sewing machine".into(),
            price: money("10000"),
            active: true,
        })
        .await
        .unwrap();
    let customer = customer(&t.desk).await;
    t.verify_by_document(customer.row.id).await;
    let sell = |first: &str| SellOnInstallments {
        customer: customer.row.id,
        goods: goods.id,
        quantity: 2,
        installments: 3,
        first: money(first),
        monthly: false,
        method: PaymentMethod::Cash,
    };
    assert_eq!(
        t.desk
            .sell_on_installments(sell("5999.99"))
            .await
            .unwrap_err()
            .field
            .unwrap(),
        "first"
    );
    let done = t.desk.sell_on_installments(sell("6000")).await.unwrap();
    let dues: Vec<_> = done.loan.rows.iter().map(|r| (r.due_on.to_string(), r.due)).collect();
    assert_eq!(
        dues[1..],
        [
            ("2025-01-31".to_string(), money("7000")),
            ("2025-03-02".to_string(), money("7000"))
        ]
    );
    t.go_to("2025-02-05T09:00:00Z").await;
    let late = t.desk.get_loan(GetLoan { id: done.loan.row.id }).await.unwrap();
    assert_eq!(late.rows[1].penalty, money("700"));
    let paid = pay(&t, done.loan.row.id, "7700", t.today()).await.unwrap();
    assert_eq!(
        (paid.parts.penalty, paid.parts.principal),
        (money("700"), money("7000"))
    );
    t.check().await;
}

#[tokio::test]
async fn nothing_is_kept_of_what_is_refused_and_the_book_survives_a_restart() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    for (amount, on, field) in [
        ("0", "2025-03-02", "amount"),
        ("5", "2025-03-03", "value_date"),
        ("5", "2025-03-01", "value_date"),
    ] {
        assert_eq!(
            pay(&t, loan.row.id, amount, on.parse().unwrap())
                .await
                .unwrap_err()
                .field
                .unwrap(),
            field
        );
    }
    pay(&t, loan.row.id, "100", t.today()).await.unwrap();
    let t = t.restarted().await;
    t.sign_in(ADMIN).await;
    let found = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert_eq!((found.total_paid, found.payments.len()), (money("100"), 1));
    assert_eq!(found.payments[0].receipt, "BR1-01-000001");
    t.check().await;
}

#[tokio::test]
async fn a_customer_sees_their_own_things_only() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    let access = OpenCustomerAccess {
        customer: loan.row.customer,
        password: Some(Secret::new("quite a long pass phrase 12")),
    };
    assert_eq!(
        t.desk.open_customer_access(access).await.unwrap_err().code,
        "email_unverified"
    );
    let other = t
        .desk
        .list_customers(ListCustomers {
            query: ListQuery {
                search: "venk".into(),
                ..ListQuery::default()
            },
        })
        .await
        .unwrap();
    assert_eq!((other.matches, other.rows[0].id), (1, loan.row.customer));
    assert_eq!(
        t.desk.customer_home(CustomerHome {}).await.unwrap_err().code,
        "not_a_customer"
    );
}

#[tokio::test]
async fn a_day_to_come_is_not_closed_and_charges_nothing() {
    let t = Branch::new("2025-03-02T09:00:00Z").await;
    let loan = running_loan(&t).await;
    t.sign_in(ADMIN).await;
    let date = "2025-12-31".parse().unwrap();
    let refused = t.desk.close_day(CloseDay { date }).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::DayToCome, Some("date"))
    );
    assert_eq!(refused.args["date"], Arg::Date(date));
    let loan = t.desk.get_loan(GetLoan { id: loan.row.id }).await.unwrap();
    assert!(loan.rows.iter().all(|row| row.penalty.is_zero()));
    let session = t.desk.get_session(GetSession {}).await.unwrap();
    assert_eq!(session.booking_date, t.today());
    t.check().await;
}
