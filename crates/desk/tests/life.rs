//! A loan's whole life through the desk's use cases, on a real encrypted file.

use crate::common::loans::*;
use crate::common::*;
use crate::town::{AMINA, Town};
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

/// What a customer is told of another's loan, customer and papers is what they are told of what does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_their_own_things_only() {
    let t = Town::new().await;
    let amina = t.customer().await;
    let own = t.lend(amina).await;
    let other = crate::common::loans::customer(t.desk()).await.row.id;
    t.branch.verify_by_document(other).await;
    let others = t.lend(other).await;
    pay(&t.branch, others, "100", t.branch.today()).await.unwrap();
    t.branch.sign_in(ADMIN).await;
    let payment = t.desk().get_loan(GetLoan { id: others }).await.unwrap().payments[0].id;
    let terms = ProductTerms {
        name: "Short".into(),
        ..terms()
    };
    let product = t.desk().save_product(SaveProduct { id: None, terms }).await.unwrap().id;

    t.sign_in(AMINA, PASSWORD).await.unwrap();
    t.branch.prove(PASSWORD).await;
    let home = t.desk().customer_home(CustomerHome {}).await.unwrap();
    let told = serde_json::to_string(&home).unwrap();
    assert!(told.contains(&own.to_string()) && !told.contains(&others.to_string()));
    assert_eq!(
        t.desk().get_loan(GetLoan { id: own }).await.unwrap().row.customer,
        amina
    );

    let none = uuid::Uuid::from_u128(77);
    let of_loan = async |loan| asked_of_loan(&t, loan).await;
    assert_eq!(of_loan(others).await, of_loan(LoanId(none)).await);
    let of_customer = async |customer| asked_of_customer(&t, customer, product).await;
    assert_eq!(of_customer(other).await, of_customer(CustomerId(none)).await);
    let receipt = async |payment| told_of(t.desk().write_receipt(WriteReceipt { payment }).await);
    assert_eq!(receipt(payment).await, receipt(PaymentId(none)).await);
    for refused in asked_of_loan(&t, others)
        .await
        .into_iter()
        .chain(asked_of_customer(&t, other, product).await)
    {
        assert!(
            !refused.1.contains("Venkataraman") && !refused.1.contains("C00002"),
            "{refused:?}"
        );
    }

    // Lists and searches are refused whole.
    let query = || ListQuery::default();
    let desk = t.desk();
    let lists = [
        told_of(desk.list_customers(ListCustomers { query: query() }).await),
        told_of(desk.list_loans(ListLoans { query: query() }).await),
        told_of(desk.list_receipts(ListReceipts { query: query() }).await),
        told_of(desk.list_audit(ListAudit { query: query() }).await),
        told_of(desk.find(Find { search: "venk".into() }).await),
        told_of(desk.list_users(ListUsers {}).await),
    ];
    assert!(lists.iter().all(|(code, _)| *code == Code::Forbidden), "{lists:?}");
}

fn told_of<T>(answer: Result<T, ApiError>) -> (Code, String) {
    let error = answer.map(drop).expect_err("this is someone else's");
    (error.code, error.message)
}

async fn asked_of_loan(t: &Town, loan: LoanId) -> Vec<(Code, String)> {
    let (desk, on) = (t.desk(), t.branch.today());
    let amount = money("10");
    let (discount, prepayment, payoff) = (Money::ZERO, None, None);
    vec![
        told_of(desk.get_loan(GetLoan { id: loan }).await),
        told_of(desk.quote_payoff(QuotePayoff { loan, on, discount }).await),
        told_of(desk.write_statement(WriteStatement { loan }).await),
        told_of(
            desk.give_notice(GiveNotice {
                loan,
                amount,
                on,
                reference: "R1".into(),
            })
            .await,
        ),
        told_of(
            desk.explain_figure(ExplainFigure {
                loan,
                figure: "rows[1].interest".into(),
                payoff,
            })
            .await,
        ),
        told_of(
            desk.preview_payment(PreviewPayment {
                loan,
                amount,
                value_date: on,
                prepayment,
            })
            .await,
        ),
    ]
}

async fn asked_of_customer(t: &Town, id: CustomerId, product: ProductId) -> Vec<(Code, String)> {
    let (desk, customer) = (t.desk(), Some(id));
    vec![
        told_of(desk.get_customer(GetCustomer { id }).await),
        told_of(desk.list_customer_messages(ListCustomerMessages { customer: id }).await),
        told_of(desk.export_personal_data(ExportPersonalData { customer }).await),
        told_of(desk.erase_customer(EraseCustomer { customer }).await),
        told_of(
            desk.apply_for_loan(ApplyForLoan {
                customer: id,
                product,
                principal: money("100"),
                installments: 2,
                installment: None,
                purpose: String::new(),
            })
            .await,
        ),
    ]
}

/// Without a verified email there is no sign-in by password, and who works here has no customer's home.
#[tokio::test]
async fn a_sign_in_takes_a_verified_contact() {
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
