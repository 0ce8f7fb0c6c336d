//! A loan's whole life, as the people at a branch live it: in the real window, offline, in an encrypted file.

use crate::harness::{App, Begins, Mail, PASSWORD, Sink};
use std::path::{Path, PathBuf};
use std::process::Command;

const ADMIN: &str = "admin@branch.test";
const OFFICER: &str = "officer@branch.test";
const CUSTOMER: &str = "raja@example.test";

fn add_product(app: &App) {
    app.go("products");
    app.click("[data-do=add-first]");
    app.fill(
        "#product-form",
        &[
            ("name", "Small business"),
            ("annual_rate", "10"),
            ("min_principal", "100"),
            ("max_principal", "50000"),
            ("min_installments", "1"),
            ("max_installments", "36"),
            ("max_discount", "500"),
        ],
    );
    app.choose("#product-form [name=penalty_kind]", "percent");
    app.type_into("#product-form [name=penalty]", "2");
    app.type_into("#product-form [name=grace_days]", "3");
    app.click("[data-do=save-product]");
    app.find("[data-row='Small business']");
}

fn add_goods(app: &App) {
    app.go("goods");
    app.click("[data-do=add-first]");
    app.type_into("#goods-form [name=name]", "Sewing machine");
    app.type_into("#goods-form [name=price]", "10000");
    app.click("[data-do=save-goods]");
    app.find("[data-row='Sewing machine']");
}

fn add_officer(app: &App) {
    app.go("staff");
    app.click("[data-do=new-user]");
    app.type_into("#user-form [name=name]", "Olu Officer");
    app.choose("#user-form [name=role]", "officer");
    app.type_into("#user-form [name=email]", OFFICER);
    app.type_into("#user-form [name=password]", PASSWORD);
    app.click("[data-do=add-user]");
    app.text("Olu Officer");
}

fn register(app: &App, sink: &Sink) {
    app.go("customers");
    app.click("[data-do=new-customer]");
    app.fill(
        "#customer-form",
        &[
            ("first_name", "Rajalakshmi"),
            ("last_name", "Venkataraman"),
            ("email", CUSTOMER),
            ("phone", "+254 700 000 001"),
            ("document_id", "ID-77"),
        ],
    );
    app.click("[data-do=register-customer]");
    app.send_code_and_hurry();
    let first = sink.code_for(CUSTOMER);
    // A minute later another one is sent, and the first still counts for nothing but itself.
    app.set_clock("2025-03-02T09:01:00Z");
    app.find("[data-do=resend-code]:not([aria-disabled=true])");
    app.click("[data-do=resend-code]");
    let code = sink.code_for(CUSTOMER);
    app.text("Another one in 1");
    app.picture("code-sent-again");
    let wrong = ["000000", "000001", "000002"]
        .into_iter()
        .find(|wrong| ![&first, &code].contains(&&(*wrong).to_owned()));
    app.type_into("[name=code]", wrong.unwrap());
    app.click("[data-do=verify-code]");
    app.text("This code is not right");
    app.type_into("[name=code]", &code);
    app.click("[data-do=verify-code]");
    app.gone("[data-do=verify-code]");
    app.picture("tour-customer");
}

/// The application, with the published figures in the preview.
fn apply(app: &App) {
    app.click("[data-do=new-application]");
    app.find("[data-screen=apply]");
    app.choose_option("#application-form [name=product]", "Small business");
    app.type_into("#application-form [name=principal]", "15000");
    app.type_into("#application-form [name=installments]", "12");
    app.shows("[data-figure=installment]", "1,318.74");
    app.shows("[data-figure=total_due]", "15,824.87");
    app.shows("[data-figure=last_installment]", "1,318.73");
    app.picture("tour-apply");
    app.click("[data-do=submit-application]");
    app.find("[data-screen=loan]");
}

fn receive(app: &App, amount: &str) -> String {
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", amount);
    app.click("[data-do=receive-payment-now]");
    app.gone("#payment-form");
    app.read(".toast")
}

/// What a PDF says, as a person reads it.
fn paper(path: &Path) -> String {
    let output = Command::new("pdftotext")
        .arg("-layout")
        .arg(path)
        .arg("-")
        .output()
        .expect("pdftotext starts");
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// The one paper in a folder, once it is written.
fn written(app: &App, folder: &Path) -> PathBuf {
    let papers = || -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|e| e.path())
            .filter(|p| p.extension().is_some_and(|e| e == "pdf"))
            .collect()
    };
    app.wait_until("a paper to be written", || papers().len() == 1);
    papers().remove(0)
}

#[test]
fn a_loan_lives_from_the_application_to_the_last_cent() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let app = App::start_at(home.path(), "2025-03-02T09:00:00Z");
    app.first_run(ADMIN, Mail::Through(&sink), Begins::Empty);
    add_product(&app);
    add_goods(&app);
    add_officer(&app);
    app.hand_over(OFFICER);
    register(&app, &sink);
    apply(&app);
    assert!(app.all("[data-do=approve-loan]").is_empty(), "an officer can't approve");
    app.hand_over(ADMIN);
    app.open_loan("BR1-01-L00001");
    app.click("[data-do=approve-loan]");
    app.click("[data-do=disburse-loan]");
    app.click("[data-do=disburse-now]");
    app.gone("#disburse-form");
    app.shows("[data-figure=outstanding_principal]", "15,000.00");
    app.picture("tour-loan");

    // A part, then exactly the rest of the first installment: receipts without a gap.
    let said = receive(&app, "1000");
    assert!(said.contains("BR1-01-000001"), "{said}");
    let said = receive(&app, "318.74");
    assert!(said.contains("BR1-01-000002"), "{said}");
    app.shows("[data-row='1'] [data-figure=paid]", "1,318.74");
    app.click("[role=tab]:nth-of-type(2)");
    app.click("[data-row='BR1-01-000002'] [data-do=write-receipt]");
    let receipt = paper(&written(&app, &home.path().join("documents/receipts")));
    for words in ["BR1-01-000002", "318.74", "Rajalakshmi Venkataraman", "and 74/100"] {
        assert!(receipt.contains(words), "{words} is not in {receipt}");
    }

    // Eight days late: 2 % of the second installment, from the desk's own closing of the days.
    app.hand_over_at("2025-05-10T09:00:00Z", ADMIN);
    app.open_loan("BR1-01-L00001");
    app.shows("[data-row='2'] [data-figure=penalty]", "26.37");
    app.shows("[data-figure=overdue]", "1,345.11");
    app.picture("tour-late");
    receive(&app, "1345.11");
    app.shows("[data-figure=overdue]", "0.00");
    app.click("[data-do=write-statement]");
    let statement = paper(&written(&app, &home.path().join("documents/statements")));
    for words in ["15,000.00", "1,345.11", "26.37", "1,318.74"] {
        assert!(statement.contains(words), "{words} is not in {statement}");
    }

    // Closed early, with a discount: exactly nothing is left.
    app.click("[data-do=foreclose]");
    app.type_into("#foreclose-form [name=discount]", "10");
    app.shows("[data-figure=payoff_principal]", "12,602.57");
    app.wait_until("the discount in the quote", || {
        app.read("[data-figure=payoff_discount]").ends_with("10.00")
    });
    app.picture("tour-close-early");
    app.click("[data-do=foreclose-now]");
    app.gone("#foreclose-form");
    app.shows("[data-figure=outstanding_principal]", "0.00");

    purchase(&app);
    app.click("[data-nav=today]");
    app.find("[data-screen=admin-home]");
    app.picture("tour-overview");
    app.hand_over(OFFICER);
    app.find("[data-screen=today]");
    app.picture("tour-officer");
}

/// A first purchase: at least 30 % at once, then a late installment with 10 %.
fn purchase(app: &App) {
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("[data-do=sell]");
    app.find("[data-screen=sell]");
    app.choose_option("#sale-form [name=goods]", "Sewing machine");
    app.type_into("#sale-form [name=quantity]", "2");
    app.type_into("#sale-form [name=installments]", "3");
    app.type_into("#sale-form [name=first]", "5999.99");
    app.click("[data-do=sell][type=submit]");
    app.text("at least 30 percent");
    app.type_into("#sale-form [name=first]", "6000");
    app.picture("tour-sell");
    app.click("[data-do=sell][type=submit]");
    app.find("[data-screen=loan]");
    app.shows("[data-row='1'] [data-figure=due]", "7,000.00");
    app.hand_over_at("2025-06-15T09:00:00Z", ADMIN);
    app.open_loan("BR1-01-P00001");
    app.shows("[data-row='1'] [data-figure=penalty]", "700.00");
    receive(app, "7700");
    app.shows("[data-row='1'] [data-figure=paid]", "7,700.00");
}

#[test]
fn payments_survive_a_power_cut() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let mut app = App::start_at(home.path(), "2025-03-02T09:00:00Z");
    app.first_run(ADMIN, Mail::Through(&sink), Begins::Empty);
    add_goods(&app);
    add_officer(&app);
    app.hand_over(OFFICER);
    register(&app, &sink);
    app.click("[data-do=sell]");
    app.choose_option("#sale-form [name=goods]", "Sewing machine");
    app.type_into("#sale-form [name=installments]", "3");
    app.type_into("#sale-form [name=first]", "3000");
    app.click("[data-do=sell][type=submit]");
    app.find("[data-screen=loan]");
    let price = 1_000_000;
    let mut kept = payments(&app);
    assert_eq!(kept.len(), 1, "the first installment");
    for _ in 0..5 {
        let said = receive(&app, "10");
        kept.push((receipt(kept.len() + 1), 1_000));
        assert!(said.contains(&kept[kept.len() - 1].0), "{said}");
        // The next one is on its way when the power goes: nobody is told whether it arrived.
        app.click("[data-do=receive-payment]");
        app.type_into("#payment-form [name=amount]", "0.01");
        app.find("[data-do=receive-payment-now]:not(:disabled)");
        app.script("document.querySelector('[data-do=receive-payment-now]').click();");
        app.kill();
        app.restart();
        app.sign_in(OFFICER);
        app.open_loan("BR1-01-P00001");
        app.find("[data-figure=outstanding_principal]");
        let owed = cents(&app.read("[data-figure=outstanding_principal]"));
        let there = payments(&app);
        if there.len() > kept.len() {
            kept.push((receipt(kept.len() + 1), 1));
        }
        assert_eq!(
            there, kept,
            "each that was told of, and of the other one all or nothing"
        );
        let paid: i64 = there.iter().map(|(_, amount)| amount).sum();
        assert_eq!(owed + paid, price);
        assert_eq!(cents(&app.read("[data-figure=total_paid]")), paid);
    }
}

fn receipt(number: usize) -> String {
    format!("BR1-01-{number:06}")
}

fn cents(shown: &str) -> i64 {
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The payments of the loan that is open, by receipt, with their amounts in cents.
fn payments(app: &App) -> Vec<(String, i64)> {
    app.click("[role=tab]:nth-of-type(2)");
    app.find("[data-list=payments] tbody [data-row]");
    let rows = app.script(
        "return [...document.querySelectorAll('[data-list=payments] tbody [data-row]')]
            .map(row => [row.dataset.row, row.querySelector('[data-figure=amount]').textContent]);",
    );
    let mut rows: Vec<(String, i64)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row[0].as_str().unwrap().to_owned(), cents(row[1].as_str().unwrap())))
        .collect();
    rows.sort();
    rows
}
