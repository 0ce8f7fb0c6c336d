//! Two desktops and a server: work on both while the line is cut, and what both show once it is mended.

use crate::harness::{ADMIN, App, Branch, Central, OFFICER, PASSWORD, copy_files};
use farthing_api::{ApplyForLoan, ListProducts, LoanView, Money, Secret, SignIn};

const MORNING: &str = "2025-03-03T09:00:00Z";
/// Late enough after the morning that a desk which found the server silent tries again.
const LATER: &str = "2025-03-03T09:04:00Z";
const LOAN: &str = "BR1-01-L00001";
const APPLICATION: &str = "BR1-01-L00002";

/// The officer takes another application of the customer's.
fn apply(branch: &Branch, loan: &LoanView) {
    let who = SignIn {
        email: OFFICER.into(),
        password: Secret::new(PASSWORD),
    };
    branch.ask(|desk| desk.sign_in(who));
    let products = branch.ask(|desk| desk.list_products(ListProducts {}));
    let request = ApplyForLoan {
        customer: loan.row.customer,
        product: products[0].id,
        principal: Money::from_minor(60_000),
        installments: 6,
        installment: None,
        purpose: String::new(),
    };
    branch.ask(|desk| desk.apply_for_loan(request));
}

/// The standalone branch goes to the server; the other machine joins it by a code.
fn join(central: &Central, first: &App, second: &App) {
    first.sign_in(ADMIN);
    first.go("settings");
    first.type_into("#server-form [name=server]", central.link());
    first.picture("server-alone");
    first.click("[data-do=bring-to-server]");
    first.text("The server has the whole history.");
    first.click("[data-do=make-join-code]");
    let code = first.read("[data-figure=join-code]");
    first.picture("server-code");

    second.find("[data-screen=first-run]");
    second.click("[data-do=join-instead]");
    let mut fields = [
        ("server", central.other_address()),
        ("code", "WRONG-WRONG-2222"),
        ("email", ADMIN),
        ("password", PASSWORD),
    ];
    second.fill("#join", &fields);
    second.click("[data-do=join]");
    second.text("This code");
    second.picture("join");
    fields[1].1 = &code;
    second.fill("#join", &fields);
    second.click("[data-do=join]");
    second.find("[data-screen=recovery]");
    second.choose("[name=kept]", "true");
    second.click("[data-do=open-desk]");
    second.find("[data-nav=products]");
}

fn receive(app: &App, amount: &str) {
    app.open_loan(LOAN);
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", amount);
    app.click("[data-do=receive-payment-now]");
    app.gone("#payment-form");
}

/// What a loan's screen says of its payments and of what is left.
fn said(app: &App) -> Vec<String> {
    app.open_loan(LOAN);
    app.click("[role=tab]:nth-of-type(2)");
    app.find("[data-list=payments] [data-row='BR1-02-000001']");
    app.find("[data-list=payments] [data-row='BR1-01-000001']");
    ["[data-list=payments]", "[data-figure=outstanding_principal]"]
        .map(|css| app.read(css))
        .to_vec()
}

#[test]
fn two_desks_work_on_without_a_line_and_agree_afterwards() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let branch = Branch::found(home.path(), MORNING, "en", false);
    let loan = branch.borrower();
    apply(&branch, &loan);
    branch.close();
    let central = Central::open("2025-03-03T12:00:00Z");
    let first = App::start_at(home.path(), MORNING);
    let second = App::start_beside(&first, other.path(), MORNING);
    join(&central, &first, &second);
    second.shows("[data-figure=sync-waiting]", "All sent and decided");

    // One customer's installment is taken at both desks; one approves what the other refuses.
    central.cut(true);
    receive(&first, "100");
    receive(&second, "100");
    for app in [&first, &second] {
        app.shows("[data-figure=outstanding_principal]", "1,100.00");
    }
    first.wait_until("the payment to wait", || {
        first.read("[data-figure=sync-waiting]").contains('1')
    });
    first.picture("offline");
    first.open_loan(APPLICATION);
    first.click("[data-do=approve-loan]");
    first.find("[data-do=disburse-loan]");
    second.open_loan(APPLICATION);
    second.click("[data-do=refuse-loan]");
    second.type_into("#refuse-form [name=reason]", "Too much at once");
    second.click("[data-do=refuse-now]");
    second.gone("#refuse-form");

    // The first desk speaks first, and its work is shown at the other without anybody asking.
    second.open_loan(LOAN);
    second.click("[role=tab]:nth-of-type(2)");
    central.mend_first();
    first.set_clock(LATER);
    first.shows("[data-figure=sync-waiting]", "All sent and decided");
    central.cut(false);
    second.set_clock(LATER);
    second.shows("[data-figure=sync-waiting]", "All sent and decided");
    second.find("[data-list=payments] [data-row='BR1-01-000001']");
    first.set_clock("2025-03-03T09:05:00Z");
    let both = said(&first);
    assert_eq!(both, said(&second));
    first.picture("synced");
    for app in [&first, &second] {
        app.go("attention");
        app.find(&format!("[data-task='{LOAN}']"));
        app.open_loan(APPLICATION);
        app.find("[data-do=disburse-loan]");
    }
    assert!(first.all("[data-list=overruled]").is_empty());
    second.go("attention");
    second.find("[data-list=overruled]");
    second.picture("attention-overruled");
    second.click("[data-do=settle-overruled]");
    second.gone("[data-list=overruled]");
    second.picture("attention-settled");

    // Administrators see it at the other desk too, below the machines.
    first.go("settings");
    first.find("[data-part=devices] [data-row='BR1-02']");
    first.find("[data-chart=sync_health] svg");
    first.shows("[data-part=sync-health] td.who", "BR1-02");
    first.script("document.querySelector('[data-part=sync-health]').scrollIntoView()");
    first.picture("sync-health");
    first.click("[data-chart=sync_health] button");
    first.find("[data-chart=sync_health] table");
}

/// Both copies of a book took money; what the second one took comes to the server by a code.
#[test]
fn a_copied_book_is_let_in_anew_with_what_it_recorded() {
    let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let branch = Branch::found(home.path(), MORNING, "en", false);
    branch.borrower();
    branch.close();
    let central = Central::open("2025-03-03T12:00:00Z");
    let mut first = App::start_at(home.path(), MORNING);
    first.sign_in(ADMIN);
    first.go("settings");
    first.type_into("#server-form [name=server]", central.link());
    first.click("[data-do=bring-to-server]");
    first.text("The server has the whole history.");
    first.kill();
    copy_files(home.path(), other.path());
    first.restart();
    let second = App::start_beside(&first, other.path(), MORNING);
    for (app, amount) in [(&first, "100"), (&second, "70")] {
        app.sign_in(ADMIN);
        receive(app, amount);
    }
    first.shows("[data-figure=sync-waiting]", "All sent and decided");
    second.set_clock(LATER);
    second.go("settings");
    second.find("#let-in-anew");
    second.picture("server-copied");
    first.go("settings");
    first.click("[data-do=make-join-code]");
    let code = first.read("[data-figure=join-code]");
    second.click("[data-do=let-in-anew]");
    second.find("#let-in-anew [aria-invalid=true]");
    second.type_into("#let-in-anew [name=code]", &code);
    second.click("[data-do=let-in-anew]");
    second.text("This desk is BR1-01A from now on.");
    second.shows("[data-figure=sync-waiting]", "All sent and decided");
    second.gone("#let-in-anew");
    second.picture("server-let-in");

    // The number on its paper is the first one's.
    second.go("attention");
    second.text("BR1-01-000002");
    second.picture("attention-renumbered");
    second.open_loan(LOAN);
    second.click("[role=tab]:nth-of-type(2)");
    for receipt in ["BR1-01-000001", "BR1-01-000002"] {
        second.find(&format!("[data-list=payments] [data-row='{receipt}']"));
    }
}
