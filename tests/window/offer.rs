//! What a product may consist of, and what a customer is told before signing: charges, penalties, days off, rules, the
//! cost of credit. Then the reports.

use crate::harness::{ADMIN, App, Branch, OFFICER};

/// A product with something of everything, typed into its form.
fn add_product(app: &App) {
    app.go("products");
    app.click("[data-do=add-product]");
    app.choose("#product-form [name=method]", "balloon");
    app.fill(
        "#product-form",
        &[
            ("name", "Farm season"),
            ("balloon", "20"),
            ("annual_rate", "12"),
            ("min_principal", "100"),
            ("max_principal", "50000"),
            ("max_installments", "36"),
        ],
    );
    app.choose("#product-form [name=options]", "on");
    app.choose("#product-form [name=interest_period][value=daily]", "daily");
    app.choose("#product-form [name=working_days]", "forward");
    // The days off are those of the organisation unless the product has its own.
    app.click("#product-form [name=office_days]");
    app.type_into("#product-form [name='working_days.holidays']", "25 dec 2025");
    // Installments grow by one of the two.
    app.type_into("#product-form [name='step_up.percent']", "3");
    app.type_into("#product-form [name='step_up.amount']", "25");
    app.picture("product-details");
    app.click("[data-do=add-charge]");
    app.type_into("#product-form [name='charges[0].name']", "Origination");
    app.type_into("#product-form [name='charges[0].amount']", "1");
    app.click("[data-do=add-charge]");
    app.type_into("#product-form [name='charges[1].name']", "Insurance");
    app.choose("#product-form [name='charges[1].of']", "flat");
    app.choose("#product-form [name='charges[1].when']", "each_installment");
    app.type_into("#product-form [name='charges[1].amount']", "5");
    app.choose("#product-form [name=penalty_kind]", "per_day");
    app.type_into("#product-form [name=penalty]", "0.1");
    app.choose("#product-form [name=penalty_most_kind]", "percent");
    app.type_into("#product-form [name=penalty_most]", "10");
    app.choose("#product-form [name=payoff_fee_kind]", "percent");
    app.type_into("#product-form [name='payoff.fee']", "200");
    app.picture("product-charges");
    app.click("[data-do=save-product]");
    app.find("#product-form .is-refused [name='step_up.amount']");
    app.picture("product-step");
    // Backspace.
    app.type_into("#product-form [name='step_up.percent']", "\u{e003}");
    app.type_into("#product-form [name='step_up.amount']", "1");
    app.click("[data-do=save-product]");
    app.find("#product-form .is-refused [name='payoff.fee']");
    app.type_into("#product-form [name='payoff.fee']", "2");
    app.click("[data-do=save-product]");
    app.find("[data-row='Farm season']");
    // What was typed is what the form shows again.
    app.click("[data-row='Farm season'] td");
    app.find("#product-form [data-row=charge-1]");
    assert_eq!(
        app.script("return document.querySelector(\"#product-form [name='working_days.holidays']\").value"),
        "25 Dec 2025"
    );
    app.click("#product-form [data-do=cancel]");
}

/// Two decimals of a rate that is said with more.
fn rounded(rate: &str) -> String {
    let exact: f64 = rate
        .trim_end_matches(['%', ' ', '…'])
        .parse()
        .unwrap_or_else(|_| panic!("{rate}"));
    format!("{exact:.2}")
}

/// What she earns turns out to be less than the rules ask for: whoever approves says why.
fn approve_all_the_same(app: &App) {
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("[data-do=edit-customer]");
    app.type_into("#customer-form [name=monthly_income]", "1000");
    app.click("[data-do=save-customer]");
    app.gone("#customer-form");
    app.hand_over(ADMIN);
    app.open_loan("BR1-01-L00002");
    app.click("[data-do=approve-loan]");
    app.find("#approve-form .is-refused [name=reason], .note .is-refused [name=reason]");
    app.picture("offer-approval");
    app.type_into("[name=reason]", "The harvest is sold already");
    app.click("[data-do=approve-loan]");
    app.find("[data-do=disburse-loan], [data-figure=may_disburse]");
    app.text("Approved although not met");
    app.picture("offer-approved");
    app.click("[role=tab]:nth-of-type(3)");
    app.text("The harvest is sold already");
}

#[test]
fn an_offer_says_what_it_costs_and_whether_the_customer_may_have_it() {
    let home = tempfile::tempdir().unwrap();
    let branch = Branch::found(home.path(), "2025-03-02T09:00:00Z", "en", false);
    branch.borrower();
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    add_product(&app);

    app.settings("rules");
    app.type_into("#lateness-form [name='buckets[1].percent']", "10");
    app.click("[data-do=save-lateness]");
    app.text("The rules are saved.");
    app.choose("#eligibility-form [name=judges]", "on");
    app.type_into("#eligibility-form [name=least_income]", "3000");
    app.picture("settings-rules");
    app.click("[data-do=save-eligibility]");
    app.gone("#eligibility-form [aria-busy=true]");
    app.type_into("#days-off-form [name='working_days.holidays']", "next friday");
    app.click("[data-do=save-days-off]");
    app.find("#days-off-form .is-refused [name='working_days.holidays']");
    app.type_into("#days-off-form [name='working_days.holidays']", "25 dec 2025");
    app.click("[data-do=save-days-off]");
    app.gone("#days-off-form .is-refused");
    app.picture("settings-days-off");

    app.hand_over(OFFICER);
    app.go("loans");
    app.click("[data-do=new-application]");
    app.type_into("#application-form [name=customer]", "venka");
    app.click("[data-row] [role=option], [role=option]");
    // What the customer can pay each time is given, the number of installments follows.
    app.choose_option("#application-form [name=product]", "Small business");
    app.type_into("#application-form [name=principal]", "1200");
    app.choose("#application-form [name=by][value=amount]", "amount");
    app.type_into("#application-form [name=installment]", "20");
    app.find("#application-form .is-refused [name=installment]");
    app.picture("offer-too-many");
    app.type_into("#application-form [name=installment]", "250");
    app.shows("[data-list=preview] [data-row='5'] .amount", "200.00");
    app.picture("offer-by-amount");
    app.choose_option("#application-form [name=product]", "Farm season");
    app.type_into("#application-form [name=principal]", "12000");
    app.type_into("#application-form [name=installments]", "12");
    app.shows("[data-figure=charges]", "180.00");
    app.shows("[data-figure=received]", "11,880.00");
    app.click("[data-figure=apr] .why");
    app.text("Regulation Z, appendix J");
    assert_eq!(
        app.read("[data-figure=apr]"),
        format!("{}%", rounded(&app.read("[data-figure=why]")))
    );
    app.picture("offer-apr");
    app.click("[data-do=close-why]");
    // Nobody knows what she earns; her age and work are not known either.
    app.find("[data-row=income] .status-waiting");
    app.picture("offer");
    app.click("[data-do=submit-application]");
    app.find("[data-screen=loan]");
    app.picture("offer-taken-down");
    app.click("[data-do=write-statement]");
    app.text("The offer of BR1-01-L00002 is written.");
    approve_all_the_same(&app);

    app.go("reports");
    app.shows("[data-list=buckets] [data-row='0'] [data-figure=principal]", "1,200.00");
    app.shows("[data-list=at-risk] [data-row='1'] [data-figure=share]", "0.0%");
    app.picture("report-lateness");
    app.click("[role=tab]:nth-of-type(2)");
    app.shows("[data-row=portfolio] [data-figure=debit]", "1,200.00");
    app.shows("[data-figure=total_credit]", "1,200.00");
    app.picture("report-trial");
    app.click("[data-row=portfolio] td");
    app.shows("[data-figure=account]", "Loan portfolio");
    app.text("Paid out");
    app.picture("report-account");
    app.click("[data-do=back]");
    app.click("[role=tab]:nth-of-type(3)");
    app.click("[data-do=export-ledger]");
    app.text("Written.");
    app.picture("report-export");

    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.go("products");
    app.click("[data-row='Farm season'] td");
    app.find("#product-form");
    app.picture("dark-product");
    app.go("reports");
    app.find("[data-list=buckets]");
    app.picture("dark-reports");
    app.open_loan("BR1-01-L00001");
    app.click("[data-do=more]");
    app.click("[data-do=change-terms]");
    app.find("[data-list=new-schedule]");
    app.picture("dark-terms");
}
