//! A process that is killed in the middle of payments: every payment that it acknowledged is in the book, and none by half.

use crate::common::*;
use chrono::DateTime;
use farthing_api::*;
use farthing_desk::{Clock, Home};
use farthing_lending::{AllocationOrder, Method, RoundingMode, Unit};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const AT: &str = "2025-03-02T09:00:00Z";
const FOLDER: &str = "FARTHING_TEST_KILL_FOLDER";
const LOAN: &str = "FARTHING_TEST_KILL_LOAN";

async fn desk_at(folder: &Path) -> Desk {
    let clock = Clock::moved(DateTime::parse_from_rfc3339(AT).unwrap().into());
    let desk = Desk::with_clock(Home::at(folder), clock).without_second_factor();
    desk.sign_in(SignIn {
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    })
    .await
    .unwrap();
    desk
}

/// A loan with room for thousands of payments.
async fn large_loan(t: &Branch) -> LoanId {
    let terms = ProductTerms {
        name: "Long".into(),
        method: Method::DecliningEqualInstallments,
        annual_rate: 12.into(),
        every: 1,
        unit: Unit::Months,
        min_principal: Money::from_minor(100),
        max_principal: Money::from_minor(100_000_000),
        min_installments: 1,
        max_installments: 60,
        rounding: RoundingMode::HalfEven,
        installment_multiple: Money::from_minor(1),
        penalty: None,
        allocation: AllocationOrder::default(),
        max_discount: Money::ZERO,
        parts: 0,
        active: true,
        charges: Vec::new(),
        allocate: Default::default(),
        payoff: Default::default(),
        eligibility: None,
        options: Default::default(),
    };
    let product = t.desk.save_product(SaveProduct { id: None, terms }).await.unwrap();
    let form = CustomerForm {
        first_name: "Noor".into(),
        last_name: "Ali".into(),
        phone: "+254 700 1".into(),
        ..Default::default()
    };
    let customer = t
        .desk
        .register_customer(RegisterCustomer { form })
        .await
        .unwrap()
        .row
        .id;
    t.verify_by_document(customer).await;
    t.sign_in(OFFICER).await;
    let principal = Money::from_minor(100_000_000);
    let request = ApplyForLoan {
        customer,
        product: product.id,
        principal,
        installments: 60,
        installment: None,
        purpose: String::new(),
    };
    let loan = t.desk.apply_for_loan(request).await.unwrap();
    t.sign_in(ADMIN).await;
    let (id, reason) = (loan.row.id, String::new());
    let loan = t
        .desk
        .decide_loan(DecideLoan {
            loan: id,
            seen: loan.seen,
            approve: true,
            reason,
        })
        .await
        .unwrap();
    let (value_date, method) = (t.today(), PaymentMethod::Cash);
    t.desk
        .disburse_loan(DisburseLoan {
            loan: id,
            seen: loan.seen,
            value_date,
            method,
            first_due_on: None,
            amount: None,
        })
        .await
        .unwrap();
    id
}

/// The process that gets killed: it pays and says each receipt's number once the desk has answered.
#[tokio::test]
async fn child() {
    let (Some(folder), Ok(loan)) = (std::env::var_os(FOLDER), std::env::var(LOAN)) else {
        return;
    };
    let desk = desk_at(&PathBuf::from(folder)).await;
    let loan: LoanId = loan.parse().unwrap();
    for n in 1..100_000 {
        let request = ReceivePayment {
            loan,
            amount: Money::from_minor(100 + n % 7),
            value_date: "2025-03-02".parse().unwrap(),
            method: PaymentMethod::Cash,
            reference: String::new(),
            prepayment: None,
            anyway: false,
        };
        let done = desk.receive_payment(request).await.unwrap();
        println!("acknowledged {} {}", done.receipt, 100 + n % 7);
        std::io::stdout().flush().unwrap();
    }
}

/// Starts the child, kills it after so many acknowledgements, and returns all that it acknowledged.
fn killed_after(folder: &Path, loan: LoanId, lines: usize) -> Vec<(String, Money)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(LOAN, loan.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut acknowledged = Vec::new();
    let mut line = String::new();
    let mut is_killed = false;
    while reader.read_line(&mut line).unwrap() > 0 {
        if let Some((_, said)) = line.trim().split_once("acknowledged ") {
            let (receipt, amount) = said.split_once(' ').unwrap();
            acknowledged.push((receipt.to_string(), Money::from_minor(amount.parse().unwrap())));
        }
        if acknowledged.len() >= lines && !is_killed {
            child.kill().unwrap();
            is_killed = true;
        }
        line.clear();
    }
    child.wait().unwrap();
    assert!(is_killed, "the child ended by itself");
    acknowledged
}

#[tokio::test]
async fn every_acknowledged_payment_survives_and_no_half_one() {
    let folder = tempfile::tempdir().unwrap();
    let t = Branch::at(folder.path(), AT).await;
    let loan = large_loan(&t).await;
    t.desk.shut().await;
    let mut known: Vec<(String, Money)> = Vec::new();
    for round in 0..45 {
        known.extend(killed_after(folder.path(), loan, 1 + round % 5));
        let desk = desk_at(folder.path()).await;
        let view = desk.get_loan(GetLoan { id: loan }).await.unwrap();
        for (receipt, amount) in &known {
            let kept = view.payments.iter().find(|p| p.receipt == *receipt);
            assert_eq!(
                kept.map(|p| p.amount),
                Some(*amount),
                "round {round}: receipt {receipt}"
            );
        }
        // One payment may have been kept whose acknowledgement was cut; it is whole, and its number is the next one.
        let mut numbers: Vec<_> = view.payments.iter().map(|p| p.receipt.clone()).collect();
        numbers.sort();
        let gapless: Vec<_> = (1..=numbers.len()).map(|n| format!("BR1-01-{n:06}")).collect();
        assert_eq!(numbers, gapless);
        assert_eq!(view.payments.iter().map(|p| p.amount).sum::<Money>(), view.total_paid);
        known = view.payments.iter().map(|p| (p.receipt.clone(), p.amount)).collect();
        let report = desk.verify_book(VerifyBook {}).await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new(), "round {round}");
        desk.shut().await;
    }
}
