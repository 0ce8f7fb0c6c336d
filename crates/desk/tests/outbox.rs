//! Messages that go out by themselves, against a mail server and a gateway that are really asked: what is told, once each, when
//! it is tried again, and what is never sent.

use crate::common::loans::{loan_under, money, pay, terms};
use crate::common::{ADMIN, Branch, OFFICER, PASSWORD};
use crate::gateway::Gateway;
use crate::sink::Sink;
use farthing_api::*;
use farthing_desk::{Home, headless};

const DAY: &str = "2025-03-03T09:00:00Z";

struct Town {
    branch: Branch,
    sink: Sink,
}

impl Town {
    /// A branch with mail. Reminders go out three days before, on the day and a day after.
    async fn new() -> Town {
        let branch = Branch::new(DAY).await;
        let sink = Sink::of(&branch).await;
        Town { branch, sink }
    }

    /// A customer whose email was verified by its code.
    async fn customer(&self, email: &str) -> CustomerId {
        self.branch.sign_in(OFFICER).await;
        let form = CustomerForm {
            first_name: "Amina".into(),
            last_name: "Odhiambo".into(),
            email: email.into(),
            ..CustomerForm::default()
        };
        let register = RegisterCustomer { form };
        let customer = self.branch.desk.register_customer(register).await.unwrap().row.id;
        let contact = Contact::Email;
        let sent = self
            .branch
            .desk
            .send_code(SendCode { customer, contact })
            .await
            .unwrap();
        let request = VerifyCode {
            customer,
            challenge: sent.challenge,
            code: self.sink.code().into(),
        };
        self.branch.desk.verify_code(request).await.unwrap();
        customer
    }

    /// A running loan of 1,200 over 12 months without interest.
    async fn lend(&self, customer: CustomerId) -> LoanId {
        let desk = &self.branch.desk;
        self.branch.sign_in(ADMIN).await;
        let terms = ProductTerms {
            annual_rate: 0.into(),
            ..terms()
        };
        let product = desk.save_product(SaveProduct { id: None, terms }).await.unwrap().id;
        self.branch.sign_in(OFFICER).await;
        let request = ApplyForLoan {
            customer,
            product,
            principal: money("1200"),
            installments: 12,
            installment: None,
            purpose: String::new(),
        };
        let loan = desk.apply_for_loan(request).await.unwrap();
        self.branch.sign_in(ADMIN).await;
        let decide = DecideLoan {
            loan: loan.row.id,
            seen: loan.seen,
            approve: true,
            reason: String::new(),
        };
        let loan = desk.decide_loan(decide).await.unwrap();
        crate::common::loans::disburse(&self.branch, &loan)
            .await
            .unwrap()
            .row
            .id
    }

    async fn run(&self) -> (u64, u64) {
        let pass = self.branch.desk.run_outbox().await.unwrap();
        (pass.queued, pass.sent)
    }

    /// Kind, state and tries of every message, the newest first.
    async fn messages(&self) -> Vec<(MessageKind, MessageState, u32)> {
        self.branch.sign_in(ADMIN).await;
        let query = ListQuery::default();
        let page = self.branch.desk.list_messages(ListMessages { query }).await.unwrap();
        page.rows.iter().map(|m| (m.kind, m.state, m.attempts)).collect()
    }
}

#[tokio::test]
async fn receipts_and_approvals_go_out_once_in_the_customers_words() {
    let t = Town::new().await;
    let customer = t.customer("amina@example.org").await;
    let loan = t.lend(customer).await;
    assert_eq!(t.run().await, (1, 1));
    let (to, mail) = t.sink.next();
    assert_eq!(to, "amina@example.org");
    assert!(mail.contains("is approved") && mail.contains("text/html"), "{mail}");
    assert!(mail.contains("Message-ID: <") && !mail.contains("{"), "{mail}");

    let known = t.branch.desk.get_customer(GetCustomer { id: customer }).await.unwrap();
    let form = CustomerForm {
        language: "fr".into(),
        ..known.form
    };
    t.branch
        .desk
        .edit_customer(EditCustomer { id: customer, form })
        .await
        .unwrap();
    let paid = pay(&t.branch, loan, "100", t.branch.today()).await.unwrap();
    assert_eq!(t.run().await, (1, 1));
    let (_, mail) = t.sink.next();
    assert!(mail.contains(&paid.receipt) && mail.contains("Montant re"), "{mail}");
    // Neither another pass nor another program tells it again.
    assert_eq!(t.run().await, (0, 0));
    let t = Town {
        branch: t.branch.restarted().await,
        ..t
    };
    t.branch.sign_in(ADMIN).await;
    assert_eq!(t.run().await, (0, 0));
    assert!(t.sink.is_quiet());
    let sent = t.branch.desk.list_customer_messages(ListCustomerMessages { customer });
    assert_eq!(sent.await.unwrap().len(), 2);
    t.branch.check().await;
}

#[tokio::test]
async fn a_rejection_is_told_once() {
    let t = Town::new().await;
    let customer = t.customer("amina@example.org").await;
    t.lend(customer).await;
    assert_eq!(t.run().await, (1, 1));
    t.sink.next();
    let desk = &t.branch.desk;
    let product = desk.list_products(ListProducts {}).await.unwrap().remove(0).id;
    t.branch.sign_in(OFFICER).await;
    let request = ApplyForLoan {
        customer,
        product,
        principal: money("900"),
        installments: 12,
        installment: None,
        purpose: String::new(),
    };
    let applied = desk.apply_for_loan(request).await.unwrap();
    t.branch.sign_in(ADMIN).await;
    let decide = DecideLoan {
        loan: applied.row.id,
        seen: applied.seen,
        approve: false,
        reason: "Too much at once".into(),
    };
    desk.decide_loan(decide).await.unwrap();
    assert_eq!(t.run().await, (1, 1));
    let (to, mail) = t.sink.next();
    assert_eq!(to, "amina@example.org");
    assert!(
        mail.contains(&applied.row.number) && !mail.contains("is approved"),
        "{mail}"
    );
    assert_eq!(t.run().await, (0, 0));
}

#[tokio::test]
async fn reminders_come_before_on_and_after_the_day_and_never_after_the_payment() {
    let t = Town::new().await;
    let customer = t.customer("amina@example.org").await;
    let loan = t.lend(customer).await;
    t.run().await;
    t.sink.next();
    // The first installment falls due on 3 April; the reminder waits for eight in the morning.
    t.branch.go_to("2025-03-31T06:00:00Z").await;
    assert_eq!(t.run().await, (1, 0));
    t.branch.set_clock("2025-03-31T08:00:00Z");
    assert_eq!(t.run().await, (0, 1));
    assert!(t.sink.next().1.contains("3 Apr 2025"));
    t.branch.go_to("2025-04-03T09:00:00Z").await;
    assert_eq!(t.run().await, (1, 1));
    assert!(t.sink.next().1.contains("due today"));
    // Late by a day: made before the payment, looked at again before it goes out.
    t.branch.go_to("2025-04-04T07:00:00Z").await;
    assert_eq!(t.run().await, (1, 0));
    pay(&t.branch, loan, "100", t.branch.today()).await.unwrap();
    t.branch.set_clock("2025-04-04T09:00:00Z");
    assert_eq!(t.run().await, (1, 1));
    assert!(t.sink.next().1.contains("has received your payment"));
    let found = t.messages().await;
    let late = found.iter().find(|(kind, ..)| *kind == MessageKind::Overdue).unwrap();
    assert_eq!(late.1, MessageState::Cancelled);
    // Of a paid installment nothing more is made; the days on which nobody was here are made up for, without what is past.
    t.branch.go_to("2025-05-02T09:00:00Z").await;
    assert_eq!(t.run().await, (1, 1));
    assert!(t.sink.next().1.contains("3 May 2025"));
    assert!(t.sink.is_quiet());
}

#[tokio::test]
async fn a_bad_message_waits_longer_each_time_and_holds_up_no_other() {
    let t = Town::new().await;
    for name in ["stall", "later", "refuse", "drop", "amina"] {
        let customer = t.customer(&format!("{name}@example.org")).await;
        t.lend(customer).await;
    }
    let pass = t.branch.desk.run_outbox().await.unwrap();
    // The server takes its time over one of them, and the others went out long before it is given up.
    assert_eq!((pass.queued, pass.sent, pass.not_sent), (5, 1, 4));
    // The server took the one whose connection broke as well; nobody here can know.
    let mut taken = [t.sink.next().0, t.sink.next().0];
    taken.sort();
    assert_eq!(taken, ["amina@example.org", "drop@example.org"]);
    let states = |found: &[(MessageKind, MessageState, u32)]| found.iter().map(|m| (m.1, m.2)).collect::<Vec<_>>();
    let (queued, failed, held, sent) = (
        MessageState::Queued,
        MessageState::Failed,
        MessageState::Held,
        MessageState::Sent,
    );
    assert_eq!(
        states(&t.messages().await),
        [(sent, 1), (held, 1), (failed, 1), (queued, 1), (held, 1)]
    );

    // The one that the server wants later: after one minute, then two, then four; the others stay as they are.
    for (minute, tries) in [(0, 1), (1, 2), (2, 2), (3, 3), (6, 3), (7, 4)] {
        t.branch.set_clock(&format!("2025-03-03T09:{minute:02}:00Z"));
        t.run().await;
        assert_eq!(
            states(&t.messages().await),
            [(sent, 1), (held, 1), (failed, 1), (queued, tries), (held, 1)],
            "{minute}"
        );
    }
    assert!(t.sink.is_quiet());

    // Whoever looks after it takes one back and has another tried once more, which is refused again.
    let desk = &t.branch.desk;
    let rows = desk
        .list_messages(ListMessages {
            query: ListQuery::default(),
        })
        .await
        .unwrap()
        .rows;
    assert!(rows[2].error.as_ref().unwrap().message.contains("554"));
    assert_eq!(
        desk.retry_message(RetryMessage { id: rows[0].id })
            .await
            .unwrap_err()
            .code,
        "message_changed"
    );
    desk.cancel_message(CancelMessage { id: rows[1].id }).await.unwrap();
    let again = desk.retry_message(RetryMessage { id: rows[2].id }).await.unwrap();
    assert_eq!(again.row.state, queued);
    assert_eq!(again.to, "refuse@example.org");
    t.run().await;
    // A week later what still waits is too old, and is never sent.
    t.branch.go_to("2025-03-11T10:00:00Z").await;
    t.run().await;
    let expired = MessageState::Expired;
    assert_eq!(
        states(&t.messages().await),
        [
            (sent, 1),
            (MessageState::Cancelled, 1),
            (failed, 2),
            (expired, 4),
            (held, 1)
        ]
    );
    let rows = t
        .branch
        .desk
        .list_messages(ListMessages {
            query: ListQuery::default(),
        })
        .await
        .unwrap()
        .rows;
    let late = t
        .branch
        .desk
        .retry_message(RetryMessage { id: rows[3].id })
        .await
        .unwrap_err();
    assert_eq!(late.code, "message_expired");
    assert!(t.sink.is_quiet());
    t.branch.sign_in(OFFICER).await;
    let refused = t
        .branch
        .desk
        .list_messages(ListMessages {
            query: ListQuery::default(),
        })
        .await;
    assert_eq!(refused.unwrap_err().code, "forbidden");
}

/// A crash between the mark and the server's word: what is found so is held for a person, and goes out once when they say so.
#[tokio::test]
async fn a_message_that_was_cut_off_is_held_for_a_person() {
    let t = Town::new().await;
    let customer = t.customer("amina@example.org").await;
    t.lend(customer).await;
    // Tried in vain once; then it is marked, and the program ends.
    let Town { branch, sink } = t;
    drop(sink);
    assert_eq!(branch.desk.run_outbox().await.unwrap().queued, 1);
    let branch = branch.restarted().await;
    let home = Home::at(branch.path());
    let open = headless::open(&home.book(), Some(ADMIN), &Secret::new(PASSWORD))
        .await
        .unwrap();
    let later = branch.now() + chrono::Duration::minutes(2);
    open.book()
        .claim_message(later)
        .await
        .unwrap()
        .expect("a message waits");
    open.close().await.unwrap();

    let sink = Sink::start();
    let t = Town {
        branch: branch.restarted().await,
        sink,
    };
    t.branch.sign_in(ADMIN).await;
    let settings = Some(t.sink.settings());
    t.branch.desk.save_mail(SaveMail { settings }).await.unwrap();
    assert_eq!(t.run().await, (0, 0));
    assert_eq!(t.messages().await, [(MessageKind::Approved, MessageState::Held, 2)]);
    assert!(t.sink.is_quiet());
    let rows = t
        .branch
        .desk
        .list_messages(ListMessages {
            query: ListQuery::default(),
        })
        .await
        .unwrap()
        .rows;
    assert_eq!(rows[0].error.as_ref().unwrap().code, "message_interrupted");
    t.branch
        .desk
        .retry_message(RetryMessage { id: rows[0].id })
        .await
        .unwrap();
    assert_eq!(t.run().await, (0, 1));
    assert!(t.sink.next().1.contains("is approved"));
    assert!(t.sink.is_quiet());
}

#[tokio::test]
async fn without_a_network_messages_wait_and_codes_do_not() {
    let t = Town::new().await;
    let customer = t.customer("amina@example.org").await;
    t.lend(customer).await;
    // The server is gone.
    let Town { branch, sink } = t;
    let settings = sink.settings();
    drop(sink);
    let pass = branch.desk.run_outbox().await.unwrap();
    assert_eq!((pass.queued, pass.sent, pass.not_sent), (1, 0, 1));
    branch.set_clock("2025-03-03T10:00:00Z");
    branch.sign_in(OFFICER).await;
    let contact = Contact::Email;
    let refused = branch.desk.send_code(SendCode { customer, contact }).await.unwrap_err();
    assert_eq!(refused.code, "no_code");
    // It is back under another port: what waited goes out, once.
    let sink = Sink::start();
    assert_ne!(sink.settings().port, settings.port);
    branch.sign_in(ADMIN).await;
    let settings = Some(sink.settings());
    branch.desk.save_mail(SaveMail { settings }).await.unwrap();
    let pass = branch.desk.run_outbox().await.unwrap();
    assert_eq!(pass.sent, 1);
    assert!(sink.next().1.contains("is approved"));
    assert!(sink.is_quiet());
}

#[tokio::test]
async fn a_phone_alone_gets_a_text_message_and_a_rule_silences_it() {
    let t = Town::new().await;
    let gateway = Gateway::start();
    let desk = &t.branch.desk;
    t.branch.sign_in(ADMIN).await;
    let settings = Some(gateway.settings());
    desk.save_sms(SaveSms { settings }).await.unwrap();
    let loan = loan_under(&t.branch, terms()).await;
    let customer = loan.row.customer;
    let sent = desk
        .send_code(SendCode {
            customer,
            contact: Contact::Phone,
        })
        .await
        .unwrap();
    let (challenge, code) = (sent.challenge, gateway.code().into());
    desk.verify_code(VerifyCode {
        customer,
        challenge,
        code,
    })
    .await
    .unwrap();
    pay(&t.branch, loan.row.id, "100", t.branch.today()).await.unwrap();
    let (queued, sent) = t.run().await;
    // The approval was decided before the phone was verified, but the pass comes after it.
    assert_eq!((queued, sent), (2, 2));
    let texts = [gateway.message().1, gateway.message().1];
    assert!(
        texts.iter().any(|text| text.contains("received USD\u{a0}100.00")),
        "{texts:?}"
    );
    // What its provider finds a message by is kept with it.
    let told = desk
        .list_customer_messages(ListCustomerMessages { customer })
        .await
        .unwrap();
    assert!(told.iter().all(|message| message.sent_id == "7"), "{told:?}");
    let mut rules = desk.get_message_rules(GetMessageRules {}).await.unwrap();
    rules.receipts = MessageWay::Email;
    desk.save_message_rules(SaveMessageRules { rules }).await.unwrap();
    pay(&t.branch, loan.row.id, "100", t.branch.today()).await.unwrap();
    assert_eq!(t.run().await, (0, 0));
    assert!(gateway.is_quiet() && t.sink.is_quiet());
}

#[tokio::test]
async fn an_administrator_changes_the_words_and_takes_them_back() {
    let t = Town::new().await;
    let desk = &t.branch.desk;
    t.branch.sign_in(ADMIN).await;
    let which = TemplateKey {
        kind: MessageKind::Approved,
        language: "en".into(),
        channel: Contact::Email,
    };
    let save = |subject: &str, text: Option<&str>| SaveTemplate {
        which: which.clone(),
        subject: subject.into(),
        text: text.map(String::from),
    };
    let unknown = desk
        .save_template(save("Yes", Some("Dear {nobody}")))
        .await
        .unwrap_err();
    assert_eq!(
        (unknown.code, unknown.field.as_deref()),
        (Code::TemplateBlank, Some("text"))
    );
    let preview = PreviewTemplate {
        which: which.clone(),
        subject: "Yes, {customer}".into(),
        text: "{amount} are yours.".into(),
    };
    let letter = desk.preview_template(preview).await.unwrap();
    assert_eq!(
        (letter.subject.as_str(), letter.text.as_str()),
        ("Yes, Amina Odhiambo", "USD\u{a0}1,500.00 are yours.")
    );
    let saved = desk
        .save_template(save("Yes, {customer}", Some("{amount} are yours.")))
        .await
        .unwrap();
    assert!(!saved.original);
    let customer = t.customer("amina@example.org").await;
    t.lend(customer).await;
    t.run().await;
    let (_, mail) = t.sink.next();
    assert!(
        mail.contains("Subject: Yes, Amina Odhiambo") && mail.contains("are yours."),
        "{mail}"
    );
    t.branch.sign_in(ADMIN).await;
    assert!(t.branch.desk.save_template(save("", None)).await.unwrap().original);
    let all = t.branch.desk.list_templates(ListTemplates {}).await.unwrap();
    assert_eq!(all.len(), MessageKind::ALL.len() * 4);
    t.branch.sign_in(OFFICER).await;
    assert_eq!(
        t.branch.desk.list_templates(ListTemplates {}).await.unwrap_err().code,
        "forbidden"
    );
}
