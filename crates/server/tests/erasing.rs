//! Somebody's data is destroyed once the server has decided so, and no restored backup brings them back.

use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;
use farthing_desk::{Clock, Home, keep};
use tempfile::TempDir;

/// Whether the desk shows nothing of a customer any more.
pub(crate) async fn is_gone(desk: &Desk, id: CustomerId) -> bool {
    let view = desk.get_customer(GetCustomer { id }).await.unwrap();
    assert_eq!(view.erased, view.form == CustomerForm::default());
    let query = ListQuery {
        search: "Venkataraman".into(),
        ..ListQuery::default()
    };
    let found = desk.list_customers(ListCustomers { query }).await.unwrap();
    assert_eq!(found.rows.is_empty(), view.erased);
    view.erased
}

pub(crate) async fn erase(office: &Office, customer: CustomerId) {
    office.a.prove(PASSWORD).await;
    let customer = Some(customer);
    office.a.desk.erase_customer(EraseCustomer { customer }).await.unwrap();
}

/// Pays all that is owed at a desk.
pub(crate) async fn close(office: &Office, desk: &Desk) {
    let (loan, on, discount) = (office.loan, office.a.today(), money("0"));
    let payoff = desk.quote_payoff(QuotePayoff { loan, on, discount }).await.unwrap();
    let request = ForecloseLoan {
        loan,
        seen: view(desk, loan).await.seen,
        value_date: on,
        discount,
        amount: payoff.total,
        method: PaymentMethod::Cash,
    };
    desk.foreclose_loan(request).await.unwrap();
}

/// An office whose customer owes nothing.
pub(crate) async fn paid_off() -> (Office, CustomerId) {
    let office = Office::new().await;
    close(&office, &office.a.desk).await;
    office.sync().await;
    let customer = view(&office.b, office.loan).await.row.customer;
    (office, customer)
}

/// A machine on which a backup is restored with the recovery secret.
async fn restored(office: &Office, backup: &str) -> (TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let (home, at) = (Home::at(folder.path()), office.a.now());
    let (password, kit) = (Secret::new(PASSWORD), office.a.kit.clone());
    keep::restore(backup.as_ref(), &home, ADMIN, &password, Some(&kit), at)
        .await
        .unwrap();
    let desk = Desk::with_clock(home, Clock::moved(at)).without_second_factor();
    (folder, desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_refuses_comes_back_and_what_it_decides_is_gone_everywhere() {
    let (office, customer) = paid_off().await;
    let (a, b) = (&office.a.desk, &office.b);
    // Desk B takes the last payment back, so that something is owed again; desk A does not know, and has no network.
    let last = view(b, office.loan).await.payments.pop().unwrap();
    let reverse = |payment| ReversePayment {
        payment,
        loan: office.loan,
        reason: "entered twice".into(),
    };
    b.reverse_payment(reverse(last.id)).await.unwrap();
    b.run_sync().await.unwrap();
    office.a.prove(PASSWORD).await;
    office.lose_answers(9);
    erase(&office, customer).await;
    assert!(is_gone(a, customer).await, "hidden at once");
    assert!(!is_gone(b, customer).await);
    office.lose_answers(0);
    a.run_sync().await.unwrap();
    assert!(!is_gone(a, customer).await, "their data is there as it was");
    let told = a.list_overruled(ListOverruled {}).await.unwrap();
    assert_eq!(
        (told[0].what.as_str(), told[0].reason.code),
        ("erase_customer", Code::LoanOpen)
    );

    close(&office, b).await;
    office.sync().await;
    let backup = a.backup_book(BackupBook {}).await.unwrap().path;
    erase(&office, customer).await;
    assert!(is_gone(a, customer).await && !is_gone(b, customer).await);
    office.sync().await;
    assert!(is_gone(a, customer).await && is_gone(b, customer).await);
    office.agree().await;

    // A fresh machine with a backup of before: whoever signs in finds them gone.
    let (_online, fresh) = restored(&office, &backup).await;
    sign_in(&fresh, ADMIN).await;
    assert!(is_gone(&fresh, customer).await);
    // Without a network it shows what it has, and forgets with the first contact, though the machine is not known there.
    let (_offline, fresh) = restored(&office, &backup).await;
    office.lose_answers(1);
    sign_in(&fresh, ADMIN).await;
    assert!(!is_gone(&fresh, customer).await);
    fresh.run_sync().await.unwrap_err();
    assert!(is_gone(&fresh, customer).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_that_was_opened_at_another_desk_keeps_who_owes_it() {
    let (office, customer) = paid_off().await;
    let (a, b) = (&office.a.desk, &office.b);
    // Desk B takes an application that desk A does not know of.
    let products = b.list_products(ListProducts {}).await.unwrap();
    let apply = |product| ApplyForLoan {
        customer,
        product,
        principal: money("2000"),
        installments: 6,
        installment: None,
        purpose: String::new(),
    };
    b.apply_for_loan(apply(products[0].id)).await.unwrap();
    b.run_sync().await.unwrap();
    office.a.prove(PASSWORD).await;
    office.lose_answers(9);
    erase(&office, customer).await;
    office.lose_answers(0);
    office.sync().await;
    for desk in [a, b] {
        assert!(!is_gone(desk, customer).await);
    }
    let overruled = a.list_overruled(ListOverruled {}).await.unwrap();
    let codes: Vec<_> = overruled.iter().map(|o| o.reason.code).collect();
    assert_eq!(codes, [Code::LoanOpen]);
    office.agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_applies_for_who_was_erased_at_another_desk() {
    let (office, customer) = paid_off().await;
    let (a, b) = (&office.a.desk, &office.b);
    erase(&office, customer).await;
    a.run_sync().await.unwrap();
    let products = b.list_products(ListProducts {}).await.unwrap();
    let request = ApplyForLoan {
        customer,
        product: products[0].id,
        principal: money("2000"),
        installments: 6,
        installment: None,
        purpose: String::new(),
    };
    b.apply_for_loan(request).await.unwrap();
    office.sync().await;
    assert!(is_gone(b, customer).await);
    let overruled = b.list_overruled(ListOverruled {}).await.unwrap();
    let codes: Vec<_> = overruled.iter().map(|o| o.reason.code).collect();
    assert_eq!(codes, [Code::NoCustomer]);
    office.agree().await;
}
