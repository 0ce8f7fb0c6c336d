//! What happens to a running loan besides paying as agreed: more is paid than is due, dues are waived, terms change, the
//! loan is given up and something comes back.

use crate::harness::{ADMIN, App, Branch};
use serde_json::json;

/// 12 % a year in equal installments, 2 % of an installment that is more than 3 days late, 1 % at the start.
fn terms() -> serde_json::Value {
    json!({
        "name": "Market stall", "method": "declining_equal_installments", "annual_rate": "12", "every": 1,
        "unit": "months", "min_principal": 10_000, "max_principal": 5_000_000, "min_installments": 1,
        "max_installments": 36, "rounding": "half_even", "installment_multiple": 1,
        "penalty": {"kind": {"percent_of_overdue_installment": "2"}, "grace_days": 3},
        "allocation": ["penalty", "fee", "interest", "principal"], "max_discount": 0, "active": true,
        "charges": [{"name": "Origination", "amount": {"percent_of_principal": "1"}, "when": "payout"}],
        "payoff": {"interest": "to_date", "fee": {"percent_of_principal": "2"}}, "options": {"variable_rate": []},
    })
}

/// A branch with a loan of 12,000.00 that was paid out on 2 March 2025, whose window opens at an instant.
fn window(home: &std::path::Path, at: &str) -> App {
    let branch = Branch::found(home, "2025-03-02T09:00:00Z", "en", false);
    branch.lend(terms(), 1_200_000);
    branch.close();
    let app = App::start_at(home, at);
    app.sign_in(ADMIN);
    app.open_loan("BR1-01-L00001");
    app
}

fn figures(app: &App, expected: &[(&str, &str)]) {
    for (figure, amount) in expected {
        app.shows(&format!("[data-figure={figure}]"), amount);
    }
}

#[test]
fn what_is_paid_beyond_what_is_due_does_what_was_chosen() {
    let home = tempfile::tempdir().unwrap();
    let app = window(home.path(), "2025-04-02T09:00:00Z");
    app.text("Origination: 120.00, taken off the payout");
    app.click("[data-do=receive-payment]");
    // What is due leaves nothing to choose.
    figures(&app, &[("split_interest", "120.00"), ("split_principal", "946.19")]);
    assert!(app.all("#payment-form [name=prepayment]").is_empty());
    app.type_into("#payment-form [name=amount]", "5000");
    app.find("#payment-form [name=prepayment][value=shorten]");
    app.text("then 686.75; ends 2 Mar 2026");
    app.choose("#payment-form [name=prepayment][value=lower]", "lower");
    app.shows("[data-figure=split_principal]", "4,880.00");
    app.picture("pay-choice");
    // A day to come is for asking only.
    app.type_into("#payment-form [name=value_date]", "2 may");
    app.text("A look ahead.");
    app.picture("pay-ahead");
    app.click("[data-do=receive-payment-now]");
    app.find("#payment-form .is-refused [name=value_date]");
    app.type_into("#payment-form [name=value_date]", "2 apr");
    app.type_into("#payment-form [name=reference]", "TX-1");
    app.shows("[data-figure=outstanding_after]", "7,120.00");
    app.click("[data-do=receive-payment-now]");
    app.gone("#payment-form");
    figures(&app, &[("outstanding_principal", "7,120.00"), ("next_due", "686.75")]);
    app.shows("[data-row='12'] [data-figure=due]", "686.79");

    // The same reference again: doubted, taken all the same, set aside, and given its place.
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", "50");
    app.type_into("#payment-form [name=reference]", "TX-1");
    app.click("[data-do=receive-payment-now]");
    app.text("Reference TX-1 was received already");
    app.picture("pay-doubt");
    app.click("[data-do=receive-anyway]");
    app.gone("#payment-form");
    figures(&app, &[("outstanding_principal", "7,120.00")]);
    app.click("[role=tab]:nth-of-type(2)");
    app.shows("[data-row='BR1-01-000002'] [data-figure=aside]", "50.00");
    app.picture("pay-aside");
    app.click("[data-do=settle-suspense]");
    app.type_into("#suspense-form [name=reason]", "A payment of its own");
    app.picture("pay-settle");
    app.click("[data-do=settle-suspense-now]");
    app.gone("#suspense-form");
    app.shows("[data-row='BR1-01-000003'] [data-figure=amount]", "50.00");
    change_the_rate(&app);
}

/// The rate of the product changes on a day to come: the loan follows from its next due date.
fn change_the_rate(app: &App) {
    app.go("products");
    app.click("[data-row='Market stall'] td");
    app.text("Running loans that follow: 1.");
    app.type_into("#product-form [name=rates]", "2 apr 2025 18");
    app.click("[data-do=save-product]");
    app.find("#product-form .is-refused [name=rates]");
    app.type_into("#product-form [name=rates]", "25 jun 2025 18");
    app.picture("product-rates");
    app.click("[data-do=save-product]");
    app.gone("#product-form");
    app.open_loan("BR1-01-L00001");
    app.text("New rate from 2 Jul 2025: 18.00%");
    app.click("[data-row='5'] [data-figure=interest] .why");
    app.text("18 % a year");
    app.picture("loan-rate");
    app.click("[data-do=close-why]");
    app.click("[role=tab]:nth-of-type(3)");
    app.text("25 Jun 2025: 18 %");
}

#[test]
fn a_late_loan_gets_a_waiver_and_new_terms_and_is_given_up() {
    let home = tempfile::tempdir().unwrap();
    let app = window(home.path(), "2025-05-10T09:00:00Z");
    // Two installments of 1,066.19 are late, each with 21.32.
    figures(&app, &[("overdue", "2,175.02")]);
    app.click("[data-do=foreclose]");
    figures(&app, &[("payoff_principal", "12,000.00"), ("payoff_fee", "240.00")]);
    app.picture("loan-payoff");
    app.click("#foreclose-form [data-do=cancel]");
    app.gone("#foreclose-form");

    app.click("[data-do=more]");
    app.picture("loan-more");
    app.click("[data-do=waive-dues]");
    app.type_into("#waive-form [name=amount]", "42.65");
    app.type_into("#waive-form [name=reason]", "Flood in the market");
    app.click("[data-do=waive-now]");
    app.find("#waive-form .is-refused [name=amount]");
    app.picture("loan-waive");
    app.type_into("#waive-form [name=amount]", "42.64");
    app.click("[data-do=waive-now]");
    app.gone("#waive-form");
    figures(&app, &[("overdue", "2,132.38")]);

    app.click("[data-do=more]");
    app.click("[data-do=change-terms]");
    app.type_into("#terms-form [name=installments]", "18");
    app.type_into("#terms-form [name=annual_rate]", "8");
    app.find("[data-list=new-schedule] [data-row='18']");
    app.shows("[data-figure=new_principal]", "12,000.00");
    app.shows("[data-list=new-schedule] [data-row='2'] [data-figure=due]", "722.48");
    app.picture("loan-terms");
    app.click("[data-do=change-terms-now]");
    app.find("#terms-form .is-refused [name=reason]");
    app.type_into("#terms-form [name=reason]", "Lost her stall");
    app.click("[data-do=change-terms-now]");
    app.gone("#terms-form");
    figures(&app, &[("overdue", "0.00"), ("outstanding_principal", "12,000.00")]);
    app.shows("[data-row='2'] [data-figure=due]", "722.48");
    app.text("Reschedule from 10 May 2025: Lost her stall");
    app.picture("loan-new-terms");

    app.hand_over_at("2025-12-20T09:00:00Z", ADMIN);
    app.open_loan("BR1-01-L00001");
    app.text("So late that its interest is no income before it is paid.");
    app.click("[data-do=more]");
    app.click("[data-do=write-off]");
    figures(&app, &[("loss", "12,000.00")]);
    app.type_into("#write-off-form [name=reason]", "Left the country");
    app.picture("loan-write-off");
    app.click("[data-do=write-off-now]");
    app.gone("#write-off-form");
    figures(&app, &[("lost_principal", "12,000.00"), ("recovered", "0.00")]);
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", "700");
    app.shows("[data-figure=split_recovery]", "700.00");
    app.click("[data-do=receive-payment-now]");
    app.gone("#payment-form");
    figures(&app, &[("recovered", "700.00")]);
    app.picture("loan-lost");
}
