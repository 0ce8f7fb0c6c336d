//! A forgotten password, another email, the end of one's data: against a mail server that is really asked.

use crate::common::loans::{money, pay};
use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::town::{AMINA, DAY, NEW, Town};
use farthing_api::*;
use farthing_desk::{Home, headless, keep};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sets_a_customers_password_once_and_for_half_an_hour() {
    let t = Town::new().await;
    t.customer().await;
    t.branch.set_clock("2025-03-03T09:05:00Z");
    let (known, unknown) = (t.ask(AMINA).await, t.ask("nobody@else.example.org").await);
    assert_eq!(known, unknown);
    let link = t.link(AMINA);
    assert!(t.sink.is_quiet(), "an unknown address gets nothing");
    let needs = t
        .desk()
        .open_reset_link(OpenResetLink { link: link.clone() })
        .await
        .unwrap();
    assert_eq!(needs, ResetNeeds::Link);
    // What is refused for the password's sake does not use the link up.
    assert_eq!(t.reset(&link, "amina", None).await, Err(Code::PasswordShort));
    t.reset(&link, NEW, None).await.unwrap();
    assert_eq!(t.reset(&link, PASSWORD, None).await, Err(Code::ResetLink));
    assert_eq!(t.sign_in(AMINA, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    assert_eq!(t.sign_in(AMINA, NEW).await.unwrap().role, Role::Customer);

    t.branch.set_clock("2025-03-03T09:15:00Z");
    t.ask(AMINA).await;
    let late = t.link(AMINA);
    t.branch.set_clock("2025-03-03T09:45:00Z");
    assert_eq!(t.reset(&late, PASSWORD, None).await, Err(Code::ResetLink));
    let made_up = Secret::new(format!("farthing://reset/{}", "0".repeat(64)));
    assert_eq!(t.reset(&made_up, PASSWORD, None).await, Err(Code::ResetLink));
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_here_needs_the_kit_or_an_administrator_besides() {
    let t = Town::new().await;
    t.ask(OFFICER).await;
    let link = t.link(OFFICER);
    let needs = t
        .desk()
        .open_reset_link(OpenResetLink { link: link.clone() })
        .await
        .unwrap();
    assert_eq!(needs, ResetNeeds::KitOrAdministrator);
    assert_eq!(t.reset(&link, NEW, None).await, Err(Code::ResetKit));
    let other = Branch::new(DAY).await.kit;
    assert_eq!(t.reset(&link, NEW, Some(other)).await, Err(Code::RecoverySecretWrong));
    t.reset(&link, NEW, Some(t.branch.kit.clone())).await.unwrap();
    assert_eq!(t.sign_in(OFFICER, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    t.sign_in(OFFICER, NEW).await.unwrap();

    // In person: only after the link, only by another, once.
    let user = t.desk().get_session(GetSession {}).await.unwrap().user;
    let complete = |password: &str| CompleteReset {
        user,
        password: Secret::new(password),
    };
    t.branch.sign_in(ADMIN).await;
    assert_eq!(
        t.desk().complete_reset(complete(PASSWORD)).await.unwrap_err().code,
        "no_reset"
    );
    t.branch.set_clock("2025-03-03T09:10:00Z");
    t.ask(OFFICER).await;
    let link = t.link(OFFICER);
    t.desk()
        .ask_for_reset(AskForReset { link: link.clone() })
        .await
        .unwrap();
    assert_eq!(
        t.reset(&link, NEW, Some(t.branch.kit.clone())).await,
        Err(Code::ResetLink)
    );
    t.branch.sign_in(ADMIN).await;
    assert_eq!(t.desk().list_resets(ListResets {}).await.unwrap()[0].user, user);
    t.desk().complete_reset(complete(PASSWORD)).await.unwrap();
    assert!(t.desk().list_resets(ListResets {}).await.unwrap().is_empty());
    t.sign_in(OFFICER, PASSWORD).await.unwrap();

    // With the book closed no link can be sent; the kit, which opens the book, is enough.
    let kit = t.branch.kit.clone();
    let with_kit = |recovery: &Secret| ResetWithKit {
        email: ADMIN.into(),
        password: Secret::new(NEW),
        recovery: recovery.clone(),
    };
    assert_eq!(
        t.desk().reset_with_kit(with_kit(&kit)).await.unwrap_err().code,
        "book_open"
    );
    let t = Town {
        branch: t.branch.restarted().await,
        ..t
    };
    let wrong = Secret::new("0000-0000");
    assert_eq!(
        t.desk().reset_with_kit(with_kit(&wrong)).await.unwrap_err().code,
        "recovery_secret_wrong"
    );
    t.desk().reset_with_kit(with_kit(&kit)).await.unwrap();
    assert_eq!(t.sign_in(ADMIN, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    t.sign_in(ADMIN, NEW).await.unwrap();
    let report = t.desk().verify_book(VerifyBook {}).await.unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_email_is_verified_the_old_one_told_and_may_take_it_back() {
    let t = Town::new().await;
    t.customer().await;
    t.branch.sign_in(ADMIN).await;
    t.branch.desk.run_outbox().await.unwrap();
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    let send = |to: &str| SendContactCode {
        contact: Contact::Email,
        to: to.into(),
    };
    let (desk, eve) = (t.desk(), "eve@example.org");
    assert_eq!(desk.send_contact_code(send(eve)).await.unwrap_err().code, "prove_again");
    let wrong = t.branch.try_to_prove("a wrong password 77", "").await.unwrap_err();
    assert_eq!(
        (wrong.code, wrong.field.as_deref()),
        (Code::WrongOldPassword, Some("password"))
    );
    t.branch.prove(PASSWORD).await;
    assert_eq!(
        desk.send_contact_code(send("Amina@example.org"))
            .await
            .unwrap_err()
            .code,
        "same_contact"
    );
    let sent = desk.send_contact_code(send(eve)).await.unwrap();
    let confirm = |code: &str| ConfirmContact {
        challenge: sent.challenge.clone(),
        code: code.into(),
    };
    let code = t.sink.code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(
        desk.confirm_contact(confirm(wrong)).await.unwrap_err().code,
        "wrong_code"
    );
    assert_eq!(desk.confirm_contact(confirm(&code)).await.unwrap().email, eve);
    assert_eq!(
        desk.confirm_contact(confirm(&code)).await.unwrap_err().code,
        "used_code"
    );
    // The sign-in name follows.
    assert_eq!(t.sign_in(AMINA, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    t.sign_in(eve, PASSWORD).await.unwrap();
    desk.run_outbox().await.unwrap();
    let (to, mail) = t.sink.next();
    assert_eq!(to, AMINA);
    assert!(mail.contains("example.org") && !mail.contains(eve), "{mail}");
    let is_code = |line: &&str| line.len() == 34 && line.split('-').count() == 7;
    let undo = mail
        .lines()
        .map(str::trim)
        .find(is_code)
        .expect("a line with the code")
        .to_string();
    let take_back = |code: &str| UndoContact {
        code: Secret::new(code),
    };
    // A day is all there is.
    t.branch.set_clock("2025-03-04T23:59:00Z");
    assert_eq!(desk.undo_contact(take_back(&undo)).await.unwrap_err().code, "undo_code");
    t.branch.set_clock(DAY);
    assert_eq!(
        desk.undo_contact(take_back("AAAA-BBBB-CCCC")).await.unwrap_err().code,
        "undo_code"
    );
    desk.undo_contact(take_back(&undo.to_lowercase())).await.unwrap();
    assert_eq!(desk.undo_contact(take_back(&undo)).await.unwrap_err().code, "undo_code");
    assert!(
        desk.get_session(GetSession {}).await.is_err(),
        "the session that changed it has ended"
    );
    assert_eq!(t.sign_in(eve, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_here_changes_their_name_and_email() {
    let t = Town::new().await;
    t.branch.sign_in(OFFICER).await;
    let desk = t.desk();
    let save = |name: &str| SaveAccount {
        first_name: name.into(),
        last_name: String::new(),
        language: String::new(),
    };
    assert_eq!(
        desk.save_account(save(" ")).await.unwrap_err().field.as_deref(),
        Some("first_name")
    );
    assert_eq!(
        desk.save_account(save("Olu Officer")).await.unwrap().first_name,
        "Olu Officer"
    );
    let send = |to: &str| SendContactCode {
        contact: Contact::Email,
        to: to.into(),
    };
    t.branch.prove(PASSWORD).await;
    let change = async |to: &str| {
        let sent = desk.send_contact_code(send(to)).await.unwrap();
        let request = ConfirmContact {
            challenge: sent.challenge,
            code: t.sink.code().into(),
        };
        desk.confirm_contact(request).await
    };
    // Someone else's address is theirs.
    assert_eq!(change(ADMIN).await.unwrap_err().code, "taken");
    change("olu@elsewhere.test").await.unwrap();
    assert_eq!(t.sign_in(OFFICER, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    t.sign_in("olu@elsewhere.test", PASSWORD).await.unwrap();
    desk.run_outbox().await.unwrap();
    assert_eq!(t.sink.next().0, OFFICER);
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_came_by_a_code_changes_nothing_without_the_password() {
    let t = Town::new().await;
    t.customer().await;
    t.branch.set_clock("2025-03-03T09:10:00Z");
    let desk = t.desk();
    desk.sign_out(SignOut {}).await.unwrap();
    let sent = desk
        .send_sign_in_code(SendSignInCode { to: AMINA.into() })
        .await
        .unwrap();
    let (challenge, code) = (sent.challenge, t.sink.code().into());
    desk.sign_in_with_code(SignInWithCode { challenge, code })
        .await
        .unwrap();
    let save = || SaveAccount {
        first_name: "Eve".into(),
        last_name: "Odhiambo".into(),
        language: "fr".into(),
    };
    assert_eq!(desk.save_account(save()).await.unwrap_err().code, "prove_again");
    t.branch.prove(PASSWORD).await;
    let saved = desk.save_account(save()).await.unwrap();
    assert_eq!((saved.first_name.as_str(), saved.language.as_str()), ("Eve", "fr"));
    t.branch.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_owes_nothing_is_forgotten_for_good() {
    let t = Town::new().await;
    let customer = t.customer().await;
    let loan = t.lend(customer).await;
    t.desk().run_outbox().await.unwrap();
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    let password = || Secret::new(PASSWORD);
    let export = ExportPersonalData { customer: None };
    let refused = t.desk().export_personal_data(export.clone()).await.unwrap_err();
    assert_eq!(refused.code, "prove_again");
    t.branch.prove(PASSWORD).await;
    let saved = t.desk().export_personal_data(export).await.unwrap();
    let text = std::fs::read_to_string(&saved.path).unwrap();
    assert!(text.contains("Odhiambo") && text.contains("1,200.00"), "{text}");
    let json = std::fs::read_to_string(saved.path.replace(".txt", ".json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["fields"]["email"], AMINA);
    let erase = || EraseCustomer { customer: None };
    let refused = t.desk().erase_customer(erase()).await.unwrap_err();
    assert_eq!(refused.code, "loan_open");
    assert!(refused.message.contains("Pay it off"), "{refused}");

    t.branch.sign_in(ADMIN).await;
    pay(&t.branch, loan, "1200", t.branch.today()).await.unwrap();
    let backup = t.desk().backup_book(BackupBook {}).await.unwrap().path;
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    assert_eq!(t.desk().erase_customer(erase()).await.unwrap_err().code, "prove_again");
    t.branch.prove(PASSWORD).await;
    t.desk().erase_customer(erase()).await.unwrap();
    assert!(t.desk().get_session(GetSession {}).await.is_err());
    assert_eq!(t.sign_in(AMINA, PASSWORD).await.unwrap_err(), Code::WrongPassword);
    assert!(!std::path::Path::new(&saved.path).exists());
    gone(&t, customer, loan).await;

    // A restored backup forgets again, and a rebuild of every projection finds nobody either.
    let t = Town {
        branch: t.branch.restarted().await,
        ..t
    };
    let home = Home::at(t.branch.path());
    let at = t.branch.now();
    keep::restore(backup.as_ref(), &home, ADMIN, &password(), None, at)
        .await
        .unwrap();
    gone(&t, customer, loan).await;
    let t = Town {
        branch: t.branch.restarted().await,
        ..t
    };
    let open = headless::open(&home.book(), Some(ADMIN), &password()).await.unwrap();
    open.book().rebuild().await.unwrap();
    assert_eq!(open.book().verify().await.unwrap().findings, Vec::<String>::new());
    open.close().await.unwrap();
    gone(&t, customer, loan).await;
}

/// Ten minutes, where a text message's code holds for five.
#[tokio::test(flavor = "multi_thread")]
async fn an_emailed_code_holds_for_ten_minutes() {
    let t = Town::new().await;
    let customer = t.customer().await;
    t.branch.set_clock("2025-03-03T09:10:00Z");
    t.branch.sign_in(OFFICER).await;
    let contact = Contact::Email;
    let verify = async |until: &str| {
        let sent = t.desk().send_code(SendCode { customer, contact }).await.unwrap();
        let (challenge, code) = (sent.challenge, t.sink.code().into());
        assert_eq!(sent.minutes, 10);
        t.branch.set_clock(until);
        t.branch.sign_in(OFFICER).await;
        let request = VerifyCode {
            customer,
            challenge,
            code,
        };
        t.desk()
            .verify_code(request)
            .await
            .map(drop)
            .map_err(|error| error.code)
    };
    assert_eq!(verify("2025-03-03T09:19:59Z").await, Ok(()));
    assert_eq!(verify("2025-03-03T09:29:59Z").await, Err(Code::ExpiredCode));
}

/// A customer's session at the branch's machine ends after three minutes, for good.
#[tokio::test(flavor = "multi_thread")]
async fn three_idle_minutes_end_a_customers_session() {
    let t = Town::new().await;
    t.customer().await;
    t.sign_in(AMINA, PASSWORD).await.unwrap();
    t.branch.set_clock("2025-03-03T09:03:00Z");
    t.desk().customer_home(CustomerHome {}).await.unwrap();
    t.branch.set_clock("2025-03-03T09:06:01Z");
    let home = t.desk().customer_home(CustomerHome {}).await;
    assert_eq!(home.unwrap_err().code, Code::SignedOut);
    let password = Secret::new(PASSWORD);
    let back = t.desk().unlock(Unlock { password }).await;
    assert_eq!(back.unwrap_err().code, Code::SignedOut);
}

/// Another machine that first gets a backup of after an erasure, then an older one of before it, forgets as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_tells_another_machine_whom_to_forget() {
    let t = Town::new().await;
    let customer = t.customer().await;
    let loan = t.lend(customer).await;
    pay(&t.branch, loan, "1200", t.branch.today()).await.unwrap();
    let backup = async || t.desk().backup_book(BackupBook {}).await.unwrap().path;
    let before = backup().await;
    t.branch.prove(PASSWORD).await;
    let customer_of = Some(customer);
    t.desk()
        .erase_customer(EraseCustomer { customer: customer_of })
        .await
        .unwrap();
    t.branch.set_clock("2025-03-03T09:00:05Z");
    let after = backup().await;

    let elsewhere = tempfile::tempdir().unwrap();
    let (home, kit, at) = (Home::at(elsewhere.path()), t.branch.kit.clone(), t.branch.now());
    let restore = async |from: &str| {
        let password = Secret::new(PASSWORD);
        keep::restore(from.as_ref(), &home, ADMIN, &password, Some(&kit), at)
            .await
            .unwrap();
    };
    restore(&after).await;
    restore(&before).await;
    let t = Town {
        branch: t.branch.moved_to(elsewhere.path()).await,
        ..t
    };
    gone(&t, customer, loan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_is_found_by_what_its_customer_is_called_by_now() {
    let t = Town::new().await;
    let customer = t.customer().await;
    t.lend(customer).await;
    let found = async |search: &str| {
        let query = ListQuery {
            search: search.into(),
            ..ListQuery::default()
        };
        t.desk().list_loans(ListLoans { query }).await.unwrap().matches
    };
    assert_eq!((found("odhiambo").await, found("wanjiru").await), (1, 0));
    let form = t.desk().get_customer(GetCustomer { id: customer }).await.unwrap().form;
    let form = CustomerForm {
        last_name: "Wanjiru".into(),
        ..form
    };
    let edit = EditCustomer { id: customer, form };
    t.desk().edit_customer(edit).await.unwrap();
    assert_eq!((found("odhiambo").await, found("wanjiru").await), (0, 1));
    t.branch.check().await;
}

async fn gone(t: &Town, customer: CustomerId, loan: LoanId) {
    t.branch.check().await;
    let view = t.desk().get_customer(GetCustomer { id: customer }).await.unwrap();
    assert!(view.erased && view.form == CustomerForm::default() && !view.row.verified);
    assert_eq!(view.row.number, "BR1-01-C00001");
    for search in ["Odhiambo", "amina", "700"] {
        let query = ListQuery {
            search: search.into(),
            ..ListQuery::default()
        };
        let request = ListCustomers { query: query.clone() };
        assert_eq!(t.desk().list_customers(request).await.unwrap().matches, 0, "{search}");
        assert_eq!(
            t.desk().list_loans(ListLoans { query }).await.unwrap().matches,
            0,
            "{search}"
        );
    }
    let messages = ListCustomerMessages { customer };
    assert!(t.desk().list_customer_messages(messages).await.unwrap().is_empty());
    let loan = t.desk().get_loan(GetLoan { id: loan }).await.unwrap();
    assert_eq!((loan.total_paid, loan.row.outstanding), (money("1200"), Money::ZERO));
}
