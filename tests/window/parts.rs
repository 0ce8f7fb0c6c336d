//! A loan that is paid out in parts, the first due date apart from the rhythm.

use crate::harness::{ADMIN, App, Branch};
use serde_json::json;

fn terms() -> serde_json::Value {
    json!({
        "name": "House building", "method": "declining_equal_installments", "annual_rate": "0", "every": 1,
        "unit": "months", "min_principal": 10_000, "max_principal": 5_000_000, "min_installments": 1,
        "max_installments": 36, "rounding": "half_even", "installment_multiple": 1, "penalty": null,
        "allocation": ["penalty", "fee", "interest", "principal"], "max_discount": 0, "active": true, "parts": 3,
    })
}

#[test]
fn a_house_is_paid_for_as_it_is_built() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.approve(terms(), 120_000);
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.open_loan("BR1-01-L00001");
    app.click("[data-do=disburse-loan]");
    app.type_into("#disburse-form [name=amount]", "1300");
    app.type_into("#disburse-form [name=first_due_on]", "15 apr 2025");
    app.click("[data-do=disburse-now]");
    // More than is approved: the field says so and keeps what was typed.
    app.find("#disburse-form .is-refused [name=amount]");
    app.picture("part-refused");
    app.type_into("#disburse-form [name=amount]", "480");
    app.click("[data-do=disburse-now]");
    app.gone("#disburse-form");
    app.shows("[data-figure=outstanding_principal]", "480.00");
    app.text("Approved and not paid out yet: 720.00.");
    app.shows("[data-row='1'] [data-figure=due]", "40.00");
    app.text("15 Apr 2025");
    app.picture("part-first");

    app.click("[data-do=more]");
    app.click("[data-do=disburse-part]");
    app.shows("[data-figure=new_principal]", "1,200.00");
    app.type_into("#part-form [name=amount]", "600");
    app.shows("[data-figure=new_principal]", "1,080.00");
    app.shows("[data-figure=new_installment]", "90.00 each installment");
    app.picture("part-next");
    app.click("[data-do=disburse-part-now]");
    app.gone("#part-form");
    app.shows("[data-figure=outstanding_principal]", "1,080.00");
    app.text("Approved and not paid out yet: 120.00.");
    app.click("[role=tab]:nth-of-type(3)");
    app.find("[data-row=next_part]");
    app.picture("part-history");
}
