//! A day that the server closes says to the last payload what the same book would have said by itself.

use crate::cluster::Cluster;
use crate::common::loans::*;
use crate::common::*;
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::*;
use farthing_desk::Clock;
use farthing_lending::RateChange;
use farthing_server::{Server, routes};
use sqlx::{Connection, PgConnection, Row};
use std::sync::Arc;
use tokio::net::TcpListener;

const START: &str = "2025-03-02T09:00:00Z";
const PAID: &str = "2025-03-20T09:00:00Z";
const END: &str = "2025-07-12T09:00:00Z";

fn instant(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().into()
}

/// A server on a database of its own, its address and its clock.
async fn serve(cluster: &Cluster, database: &str) -> (Server, String, Clock) {
    let clock = Clock::moved(instant(START));
    let url = cluster.url().replace("/farthing?", &format!("/{database}?"));
    let moved = clock.clone();
    let server = Server::connect(&url, 4, Arc::new(move || moved.now())).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let routes = routes(server.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (server, address, clock)
}

async fn bring(branch: &Branch, server: &Server, address: &str) {
    let token = server.setup_token().await.unwrap().unwrap();
    let link = format!("{address}/#{token}");
    branch
        .desk
        .bring_to_server(BringToServer { link: link.into() })
        .await
        .unwrap();
}

/// What the authority decided by itself on days before one.
async fn closings(cluster: &Cluster, database: &str, before: NaiveDate) -> Vec<(NaiveDate, String)> {
    let url = cluster.url().replace("farthing@", "postgres@");
    let url = url.replace("/farthing?", &format!("/{database}?"));
    let mut conn = PgConnection::connect(&url).await.unwrap();
    let sql = "select booking_date, payload from fact where actor is null and booking_date < $1 order by booking_date, payload";
    let rows = sqlx::query(sql).bind(before).fetch_all(&mut conn).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// Two loans of two products: one falls into arrears until its interest is suspended, the other is paid off early.
async fn two_loans(t: &Branch) -> [LoanId; 2] {
    let late = running_loan(t).await;
    let terms = ProductTerms {
        name: "Short".into(),
        ..terms()
    };
    let product = t.desk.save_product(SaveProduct { id: None, terms }).await.unwrap().id;
    let request = ApplyForLoan {
        customer: late.row.customer,
        product,
        principal: money("900"),
        installments: 3,
        installment: None,
        purpose: String::new(),
    };
    t.sign_in(OFFICER).await;
    let applied = t.desk.apply_for_loan(request).await.unwrap();
    t.sign_in(ADMIN).await;
    let request = DecideLoan {
        loan: applied.row.id,
        seen: applied.seen,
        approve: true,
        reason: String::new(),
    };
    let approved = t.desk.decide_loan(request).await.unwrap();
    let short = disburse(t, &approved).await.unwrap();
    [late.row.id, short.row.id]
}

#[tokio::test]
async fn the_server_closes_days_as_a_book_does_alone() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
    cluster.sql("postgres", "create database alone owner farthing").unwrap();
    let (server, address, clock) = serve(&cluster, "farthing").await;
    let branch = Branch::new(START).await;
    let [late, short] = Box::pin(two_loans(&branch)).await;
    let branch = branch.restarted().await;
    let copied = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(branch.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copied.path().join(file.file_name())).unwrap();
    }

    branch.sign_in(ADMIN).await;
    bring(&branch, &server, &address).await;
    branch.set_clock(PAID);
    clock.set(instant(PAID));
    assert_eq!(server.close_days().await.unwrap(), 18);
    assert_eq!(server.close_days().await.unwrap(), 0, "nothing is closed twice");
    branch.sign_in(ADMIN).await;
    branch.desk.run_sync().await.unwrap();
    pay_both(&branch, late, short).await;
    branch.desk.run_sync().await.unwrap();
    branch.set_clock(END);
    clock.set(instant(END));
    server.close_days().await.unwrap();
    branch.sign_in(ADMIN).await;
    branch.desk.run_sync().await.unwrap();
    branch.check().await;

    let alone = branch.moved_to(copied.path()).await;
    alone.go_to(PAID).await;
    pay_both(&alone, late, short).await;
    alone.go_to(END).await;
    let (other, address, clock) = serve(&cluster, "alone").await;
    clock.set(instant(END));
    bring(&alone, &other, &address).await;

    let before = instant(END).date_naive();
    let [by_server, by_itself] = [
        closings(&cluster, "farthing", before).await,
        closings(&cluster, "alone", before).await,
    ];
    let count = |kind: &str| by_itself.iter().filter(|(_, f)| f.contains(kind)).count();
    assert_eq!(count("\"day_closed\""), 132);
    for kind in ["penalties_charged", "interest_suspended", "day_accrued"] {
        assert!(count(kind) > 0, "{kind} does not occur");
    }
    assert_eq!(by_server, by_itself);
}

/// The short loan is paid off early, the other one in part.
async fn pay_both(t: &Branch, late: LoanId, short: LoanId) {
    pay(t, late, "700", t.today()).await.unwrap();
    let (value_date, discount) = (t.today(), Money::ZERO);
    let quote = QuotePayoff {
        loan: short,
        on: value_date,
        discount,
    };
    let request = ForecloseLoan {
        loan: short,
        seen: t.desk.get_loan(GetLoan { id: short }).await.unwrap().seen,
        value_date,
        discount,
        amount: t.desk.quote_payoff(quote).await.unwrap().total,
        method: PaymentMethod::Cash,
    };
    t.desk.foreclose_loan(request).await.unwrap();
}

#[tokio::test]
async fn running_loans_follow_a_variable_rate_at_a_desk_alone_and_by_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
    let (server, address, clock) = serve(&cluster, "farthing").await;
    let branch = Branch::new(START).await;
    let variable = |rates: &[(&str, i64)]| ProductTerms {
        options: Box::new(ScheduleOptions {
            variable_rate: Some(rates.iter().map(|(on, rate)| change(on, *rate)).collect()),
            ..ScheduleOptions::default()
        }),
        ..terms()
    };
    let loan = loan_under(&branch, variable(&[])).await.row.id;
    let product = branch.desk.list_products(ListProducts {}).await.unwrap()[0].id;
    let save = async |rates: &[(&str, i64)]| {
        let terms = variable(rates);
        let id = Some(product);
        branch.desk.save_product(SaveProduct { id, terms }).await.unwrap();
    };
    let followed = async || {
        let view = branch.desk.get_loan(GetLoan { id: loan }).await.unwrap();
        let rate = |change: &TermsChanged| (change.on, change.rate.unwrap());
        view.terms_changes.iter().map(rate).collect::<Vec<_>>()
    };
    branch.sign_in(ADMIN).await;
    assert_eq!(
        branch
            .desk
            .count_rate_followers(CountRateFollowers { product })
            .await
            .unwrap(),
        1
    );
    save(&[("2025-05-20", 18)]).await;
    let june = ("2025-06-02".parse::<NaiveDate>().unwrap(), 18.into());
    assert_eq!(followed().await, [june]);

    bring(&branch, &server, &address).await;
    save(&[("2025-05-20", 18), ("2025-08-02", 12)]).await;
    branch.desk.run_sync().await.unwrap();
    assert_eq!(followed().await, [june], "the server has the last word");
    branch.set_clock("2025-03-03T09:00:00Z");
    clock.set(instant("2025-03-03T09:00:00Z"));
    server.close_days().await.unwrap();
    branch.sign_in(ADMIN).await;
    branch.desk.run_sync().await.unwrap();
    let august = ("2025-08-02".parse().unwrap(), 12.into());
    assert_eq!(followed().await, [june, august]);
    branch.check().await;
}

fn change(on: &str, rate: i64) -> RateChange {
    RateChange {
        on: on.parse().unwrap(),
        annual_rate: rate.into(),
    }
}
