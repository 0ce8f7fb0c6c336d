//! Messages that go out by themselves: a payment's receipt arrives by mail, the list of messages shows it, an administrator
//! changes the words.

use crate::harness::{ADMIN, App, Branch, CUSTOMER, Sink};

#[test]
fn a_receipt_arrives_and_its_words_can_be_changed() {
    let home = tempfile::tempdir().unwrap();
    let sink = Sink::open();
    let branch = Branch::found(home.path(), "2026-07-09T10:00:00Z", "en", false);
    branch.mail_through(sink.port());
    let loan = branch.borrower().row.number;
    branch.close();
    let app = App::start(home.path());
    app.sign_in(ADMIN);
    app.go("messages");
    app.text("No message here.");
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.click("#verify-form [data-do=send-code]");
    let code = sink.code_for(CUSTOMER);
    app.type_into("#verify-form [name=code]", &code);
    app.click("#verify-form [data-do=verify-code]");
    app.text("Money may be paid out to this customer.");

    app.open_loan(&loan);
    app.click("[data-do=receive-payment]");
    app.type_into("#payment-form [name=amount]", "100");
    app.click("[data-do=receive-payment-now]");
    // The approval may be told as well, if the email was verified before the first look at what is to be told.
    let told = std::iter::repeat_with(|| sink.next()).find(|(_, mail)| mail.contains("Receipt BR1-01-000001"));
    assert_eq!(told.unwrap().0, CUSTOMER);

    app.go("messages");
    app.shows("[data-row=receipt-email] .status", "Sent");
    app.picture("messages");
    app.click("[data-row=receipt-email] td");
    app.text("Harbour Street Savings and Loans has received your payment.");
    app.picture("message");
    app.click("[data-do=close-message]");
    app.go("customers");
    app.click("[data-row='BR1-01-C00001'] td");
    app.find("[data-part=customer-messages] [data-row=receipt-email]");
    app.picture("customer-messages");

    app.go("messages");
    app.click("[data-do=message-settings]");
    app.choose("#template-form [name=kind]", "receipt");
    app.find("#template-form [name=text]");
    app.type_into("#template-form [name=subject]", "Thank you, {nobody}");
    app.click("[data-do=save-template]");
    app.text("“nobody” is no blank of this message.");
    app.picture("template-refused");
    app.type_into("#template-form [name=subject]", "Thank you, {customer}");
    app.click("[data-do=preview-template]");
    app.text("Thank you, Amina Odhiambo");
    app.picture("template-preview");
    app.click("[data-do=save-template]");
    app.find("[data-do=reset-template]");
    app.type_into("#message-rules [name=days_before]", "5, five");
    app.click("[data-do=save-message-rules]");
    app.text("Enter up to 5 different numbers of days");
    app.type_into("#message-rules [name=days_before]", "5, 2");
    app.click("[data-do=save-message-rules]");
    app.text("The rules for messages are in force.");
    app.settings("own");
    app.choose("[name=theme][value=dark]", "dark");
    app.go("messages");
    app.picture("messages-dark");
    app.click("[data-row=receipt-email] td");
    app.find("[data-part=letter]");
    app.picture("message-dark");
    app.click("[data-do=close-message]");
    app.click("[data-do=message-settings]");
    app.find("#template-form [name=text]");
    app.picture("template-dark");
}
