//! A payment through the desk's way, against a raw transaction that writes the same rows: in turns, on two copies of one
//! book, which must be the same to the last row at the end.

use crate::raw::Raw;
use crate::times::{Times, timed};
use chrono::{DateTime, Utc};
use farthing_api::{ListQuery, LoanId, Money, OpId, PaymentMethod, Role, Secret};
use farthing_desk::demo::{Size, make};
use farthing_desk::headless::Headless;
use farthing_desk::{Home, headless};
use farthing_office::{Actor, Command, Context, RULES};
use farthing_store::Beside;

const PASSWORD: &str = "copper lantern outgrows tides 9";
/// Before anything is counted: both sides have their statements prepared and their pages read by then.
const WARM_UP: usize = 40;
const ROUNDS: usize = 400;

/// The loans that take payments.
async fn loans(desk: &Headless, now: DateTime<Utc>) -> Vec<LoanId> {
    let mut loans = Vec::new();
    for page in 0..6 {
        let query = ListQuery {
            filter: "active".into(),
            page,
            ..ListQuery::default()
        };
        let found = desk.book().loans(&query, now.date_naive()).await.unwrap();
        let large = found.rows.iter().filter(|l| l.outstanding > Money::from_minor(100_000));
        loans.extend(large.map(|l| l.id));
    }
    loans
}

pub(crate) async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payments.book");
    let now: DateTime<Utc> = "2026-07-09T12:00:00Z".parse().unwrap();
    let size = Size {
        customers: 400,
        loans: 600,
        seed: 5,
    };
    make(Home::of_book(&path), &Secret::new(PASSWORD), size, now, &mut |_| {})
        .await
        .unwrap();
    let twin = folder.path().join("twin.book");
    std::fs::copy(&path, &twin).unwrap();
    let desk = headless::open(&path, Some("officer@demo.test"), &Secret::new(PASSWORD))
        .await
        .unwrap();
    let mut raw = Raw::open(&twin, desk.book().key()).await;
    let loans = loans(&desk, now).await;
    let (mut payments, mut transactions) = (Vec::new(), Vec::new());
    for n in 0..WARM_UP + ROUNDS {
        if n == WARM_UP {
            payments.clear();
            transactions.clear();
        }
        let loan = loans[n % loans.len()];
        pay(&desk, loan, n, now, &mut payments).await;
        let writes = raw.writes_of(desk.book().readers()).await;
        timed(&mut transactions, raw.run(writes)).await;
    }
    raw.must_equal(desk.book().readers()).await;
    desk.close().await.unwrap();
    let (payments, raw) = (Times(payments), Times(transactions));
    println!("payment, durable: {}", payments.shown());
    println!("raw transaction of the same rows: {}", raw.shown());
    println!(
        "payment / raw, medians: {:.2}",
        payments.at(50).as_secs_f64() / raw.at(50).as_secs_f64()
    );
}

async fn pay(desk: &Headless, loan: LoanId, n: usize, now: DateTime<Utc>, times: &mut Vec<std::time::Duration>) {
    let identity = desk.book().identity().await.unwrap().unwrap();
    let actor = Actor {
        user: desk.user(),
        role: Role::Officer,
        customer: None,
    };
    let mut op = [7u8; 16];
    op[..8].copy_from_slice(&(n as u64).to_be_bytes());
    let ctx = Context {
        op: OpId(uuid::Uuid::from_bytes(op)),
        at: now,
        today: now.date_naive(),
        actor: Some(actor),
        device: identity.device,
        desk: identity.prefix(),
        rules: RULES,
        numbers: None,
    };
    let command = Command::ReceivePayment {
        loan,
        amount: Money::from_minor(100),
        value_date: now.date_naive(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
    };
    timed(times, desk.book().execute(&command, &ctx, Beside::default()))
        .await
        .unwrap();
}
