//! A customer at a machine of their own: a code to their email brings what is theirs and nothing else, and what they ask for
//! offline comes to the branch.

use crate::common::loans::*;
use crate::common::*;
use crate::erasing::{close, erase};
use crate::office::*;
use crate::sink::Sink;
use farthing_api::*;
use farthing_desk::{Clock, Home};
use farthing_identity::DeviceKey;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Page, Reply, Request};
use tempfile::TempDir;

const EMAIL: &str = "amara@home.test";
const OWN_PASSWORD: &str = "thimble wanders past nine lanterns 4";

/// An office whose loan is that of a customer with a sign-in, and that customer's machine.
struct Street {
    office: Office,
    sink: Sink,
    customer: CustomerId,
    folder: TempDir,
    desk: Desk,
}

async fn edit(desk: &Desk, id: CustomerId, change: impl FnOnce(&mut CustomerForm)) -> CustomerView {
    let mut form = desk.get_customer(GetCustomer { id }).await.unwrap().form;
    change(&mut form);
    desk.edit_customer(EditCustomer { id, form }).await.unwrap()
}

impl Street {
    async fn new() -> Street {
        let sink = Sink::start();
        let office = Box::pin(Office::with_mail(sink.settings())).await;
        let desk = &office.a.desk;
        let customer = view(desk, office.loan).await.row.customer;
        desk.save_mail(SaveMail {
            settings: Some(sink.settings()),
        })
        .await
        .unwrap();
        edit(desk, customer, |form| form.email = EMAIL.into()).await;
        let sent = desk
            .send_code(SendCode {
                customer,
                contact: Contact::Email,
            })
            .await
            .unwrap();
        let verify = VerifyCode {
            customer,
            challenge: sent.challenge,
            code: Secret::new(sink.code()),
        };
        desk.verify_code(verify).await.unwrap();
        let open = OpenCustomerAccess {
            customer,
            password: Some(Secret::new(OWN_PASSWORD)),
        };
        desk.open_customer_access(open).await.unwrap();
        office.sync().await;
        let (folder, own) = office.empty_desk();
        Street {
            office,
            sink,
            customer,
            folder,
            desk: own,
        }
    }

    async fn ask(&self, email: &str) -> Result<CodeSent, ApiError> {
        let (server, email) = (self.office.address.clone(), email.into());
        self.desk.ask_own_code(AskOwnCode { server, email }).await
    }

    async fn join(&self, challenge: &str, code: &str) -> Result<SetUpDone, ApiError> {
        let request = JoinAsCustomer {
            server: self.office.address.clone(),
            email: EMAIL.into(),
            challenge: challenge.into(),
            code: Secret::new(code),
            password: Secret::new(OWN_PASSWORD),
        };
        self.desk.join_as_customer(request).await
    }

    /// The customer's machine, joined.
    async fn joined() -> Street {
        let street = Box::pin(Street::new()).await;
        let sent = street.ask(EMAIL).await.unwrap();
        street.join(&sent.challenge, &street.sink.code()).await.unwrap();
        street
    }

    async fn home(&self) -> CustomerHomeView {
        self.desk.customer_home(CustomerHome {}).await.unwrap()
    }

    /// Everybody exchanges everything.
    async fn sync(&self) {
        self.desk.run_sync().await.unwrap();
        self.office.sync().await;
        self.desk.run_sync().await.unwrap();
    }

    /// What the server tells the customer's machine, from the beginning.
    async fn told(&self) -> Page {
        let device = self.desk.get_session(GetSession {}).await.unwrap().device;
        self.told_to(device).await
    }

    async fn told_to(&self, device: DeviceId) -> Page {
        let key = DeviceKey::load(&Home::at(self.folder.path()).book()).unwrap();
        let organisation = self.organisation().await;
        let pull = farthing_sync::device::Position::default().pull(2_000);
        let letter = Letter::new(Versions::default(), organisation, device, &Request::Pull(pull), |m| {
            key.sign(m)
        })
        .unwrap();
        match self.office.server.answer(&letter).await.unwrap() {
            Reply::Pull(page) => page,
            other => panic!("{other:?}"),
        }
    }

    async fn organisation(&self) -> uuid::Uuid {
        let pool = sqlx::PgPool::connect(&self.office.cluster.url()).await.unwrap();
        sqlx::query_scalar("select organisation from organisation")
            .fetch_one(&pool)
            .await
            .unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_becomes_a_customers_own_by_a_code_and_shows_what_is_theirs_alone() {
    let street = Box::pin(Street::new()).await;
    street.office.apply().await;
    street.office.sync().await;
    let sent = street.ask(EMAIL).await.unwrap();
    let code = street.sink.code();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = street.join(&sent.challenge, wrong).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.field.as_deref()),
        (Code::WrongCode, Some("code"))
    );
    assert!(
        !Home::at(street.folder.path()).book().exists(),
        "nothing is left behind"
    );
    let done = street.join(&sent.challenge, &code).await.unwrap();
    assert_eq!((done.session.role, done.session.own_machine), (Role::Customer, true));
    assert_eq!(done.session.desk, "BR1-S001");

    let home = street.home().await;
    assert_eq!((home.customer, home.loans.len()), (street.customer, 2));
    let at_branch = view(&street.office.a.desk, street.office.loan).await;
    let own = home.loans.iter().find(|l| l.row.id == street.office.loan).unwrap();
    assert_eq!(own.rows, at_branch.rows, "the same schedule to the cent");
    assert_eq!(own.row.outstanding, at_branch.row.outstanding);

    // Payments at the branch arrive, and the book is whole.
    let today = street.office.a.today();
    pay(&street.office.a, street.office.loan, "700", today).await.unwrap();
    street.sync().await;
    let paid = view(&street.office.a.desk, street.office.loan).await;
    let home = street.home().await;
    let own = home.loans.iter().find(|l| l.row.id == street.office.loan).unwrap();
    assert_eq!(own.payments.len(), 1);
    assert_eq!(
        (own.row.outstanding, own.total_paid),
        (paid.row.outstanding, paid.total_paid)
    );
    assert_eq!(
        street.office.server.check().await.unwrap().findings,
        Vec::<String>::new()
    );

    // After a restart the customer signs in with the password of this machine, and it goes on.
    street.desk.shut().await;
    let again = Desk::with_clock(Home::at(street.folder.path()), Clock::moved(street.office.a.now()));
    let StartState::SignIn { own_machine, .. } = again.start(Start {}).await.unwrap() else {
        panic!("a sign-in");
    };
    assert!(own_machine);
    let request = SignIn {
        email: EMAIL.into(),
        password: Secret::new(OWN_PASSWORD),
    };
    let session = again.sign_in(request.clone()).await.unwrap();
    assert_eq!((session.role, session.own_machine), (Role::Customer, true));
    again.sign_out(SignOut {}).await.unwrap();
    again.sign_in(request).await.unwrap();
    again.run_sync().await.unwrap();
    let refused = again
        .list_customers(ListCustomers {
            query: ListQuery::default(),
        })
        .await;
    assert_eq!(refused.unwrap_err().code, Code::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_asks_for_offline_is_seen_by_the_officer_after_both_have_synced() {
    let street = Box::pin(Street::joined()).await;
    let (desk, loan) = (&street.desk, street.office.loan);
    let product = desk.list_products(ListProducts {}).await.unwrap()[0].id;
    let apply = ApplyForLoan {
        customer: street.customer,
        product,
        principal: money("1500"),
        installments: 6,
        installment: None,
        purpose: "A sewing machine".into(),
    };
    let applied = desk.apply_for_loan(apply).await.unwrap();
    assert!(applied.row.number.starts_with("BR1-S001-"), "{}", applied.row.number);
    let notice = GiveNotice {
        loan,
        amount: money("250"),
        on: street.office.a.today(),
        reference: "transfer 77".into(),
    };
    desk.give_notice(notice).await.unwrap();
    let account = desk
        .tell_phone(TellPhone {
            phone: "+254700000777".into(),
        })
        .await
        .unwrap();
    assert_eq!(account.phone, "+254700000777");
    let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.unsent), (3, 3));
    street.sync().await;
    let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.waiting, state.needs_attention), (0, 0));

    for branch in [&street.office.a.desk, &street.office.b] {
        let seen = view(branch, applied.row.id).await;
        assert_eq!(
            (seen.row.status, seen.row.number),
            (LoanStatus::Waiting, applied.row.number.clone())
        );
        let customer = branch.get_customer(GetCustomer { id: street.customer }).await.unwrap();
        assert_eq!(
            (customer.form.phone.as_str(), customer.phone_verified_at),
            ("+254700000777", None)
        );
        let mut kinds: Vec<_> = branch
            .list_tasks(ListTasks {})
            .await
            .unwrap()
            .iter()
            .map(|t| t.kind)
            .collect();
        kinds.sort_by_key(|kind| kind.word());
        assert_eq!(kinds, [TaskKind::NoticeOfPayment, TaskKind::PhoneToVerify]);
    }
    decide(&street.office.a.desk, applied.row.id, true).await.unwrap();
    street.sync().await;
    let home = street.home().await;
    let status = home
        .loans
        .iter()
        .find(|l| l.row.id == applied.row.id)
        .unwrap()
        .row
        .status;
    assert_eq!(status, LoanStatus::Approved);

    // Their machine sends no letters: the desk that brought the book reminds them of this loan too.
    let branch = &street.office.a;
    let paid_out = disburse(branch, &view(&branch.desk, applied.row.id).await)
        .await
        .unwrap();
    street.sync().await;
    for _ in 0..branch.desk.run_outbox().await.unwrap().sent {
        street.sink.next();
    }
    street
        .office
        .go_to(&format!("{}T09:00:00Z", paid_out.rows[0].due_on))
        .await;
    street.office.sync().await;
    let sent = branch.desk.run_outbox().await.unwrap().sent;
    let letters: Vec<String> = (0..sent).map(|_| street.sink.next().1).collect();
    let about = letters.iter().filter(|text| text.contains("BR1-S001-")).count();
    assert_eq!(about, 2, "days before and on the day, each once");
    assert_eq!(
        street.office.server.check().await.unwrap().findings,
        Vec::<String>::new()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_anybody_else_and_nothing_of_the_office_reaches_a_customers_machine() {
    let street = Box::pin(Street::joined()).await;
    let desk = &street.office.a.desk;
    let stranger = desk
        .register_customer(RegisterCustomer {
            form: CustomerForm {
                first_name: "Zebedee".into(),
                last_name: "Elsewhere".into(),
                phone: "+254700000999".into(),
                ..CustomerForm::default()
            },
        })
        .await
        .unwrap();
    pay(&street.office.a, street.office.loan, "700", street.office.a.today())
        .await
        .unwrap();
    let rejected = street.office.apply().await;
    decide(desk, rejected, false).await.unwrap();
    street.sync().await;
    let page = street.told().await;
    let scopes: Vec<String> = page.scopes.iter().map(|part| part.scope.to_string()).collect();
    assert_eq!(
        scopes,
        ["org-public".to_string(), format!("customer:{}", street.customer)]
    );
    let staff: Vec<String> = desk
        .list_users(ListUsers {})
        .await
        .unwrap()
        .iter()
        .map(|u| u.id.to_string())
        .collect();
    for entry in &page.entries {
        let text = &entry.fact.payload;
        assert!(!text.contains(&stranger.row.id.to_string()), "{text}");
        let is_own = usize::from(entry.part) == 1;
        for word in ["\"postings\":[{", "\"accrual\":{", "\"failed_rules\":["] {
            assert!(!is_own || !text.contains(word), "{word} in {text}");
        }
        for user in &staff {
            assert!(!is_own || !text.contains(user), "{user} in {text}");
        }
        assert_eq!(entry.key.is_some(), entry.fact.kind() == "customer_registered");
        assert_eq!(entry.credential, None);
    }
    let kinds: Vec<&str> = page.entries.iter().map(|e| e.fact.kind()).collect();
    for kind in [
        "user_asked",
        "task_opened",
        "day_closed",
        "day_accrued",
        "request_made",
        "password_changed",
    ] {
        assert!(!kinds.contains(&kind), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_of_a_customer_whom_an_administrator_erases_ends_at_the_server_too() {
    let street = Box::pin(Street::joined()).await;
    let device = street.desk.get_session(GetSession {}).await.unwrap().device;
    close(&street.office, &street.office.a.desk).await;
    erase(&street.office, street.customer).await;
    street.office.sync().await;
    let page = street.told_to(device).await;
    let told: Vec<&str> = page.entries.iter().map(|entry| entry.fact.kind()).collect();
    assert_eq!(told[told.len() - 2..], ["customer_erased", "user_access_set"]);
    // Whoever reads their mail makes no machine the customer's own any more.
    street.office.go_to("2025-03-02T09:10:00Z").await;
    let (_folder, another) = street.office.empty_desk();
    let (server, email) = (street.office.address.clone(), EMAIL.into());
    another.ask_own_code(AskOwnCode { server, email }).await.unwrap();
    assert!(street.sink.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_one_machine_and_an_unknown_address_is_answered_alike() {
    let street = Box::pin(Street::new()).await;
    let unknown = street.ask("nobody@home.test").await.unwrap();
    assert!(street.sink.is_quiet());
    let known = street.ask(EMAIL).await.unwrap();
    assert_eq!(
        (unknown.minutes, unknown.resend_after),
        (known.minutes, known.resend_after)
    );
    let code = street.sink.code();
    assert_eq!(street.ask(EMAIL).await.unwrap_err().code, Code::TooManyCodes);
    assert_eq!(
        street.join(&unknown.challenge, &code).await.unwrap_err().code,
        Code::WrongCode
    );
    // The answer is lost; the same machine asks again.
    street.office.lose_answers(1);
    assert_eq!(
        street.join(&known.challenge, &code).await.unwrap_err().code,
        Code::ServerSilent
    );
    street.join(&known.challenge, &code).await.unwrap();
    // Another machine gets nothing by the same code.
    let (_folder, other) = street.office.empty_desk();
    let request = JoinAsCustomer {
        server: street.office.address.clone(),
        email: EMAIL.into(),
        challenge: known.challenge,
        code: Secret::new(code),
        password: Secret::new(OWN_PASSWORD),
    };
    assert_eq!(other.join_as_customer(request).await.unwrap_err().code, Code::WrongCode);
    // An administrator sees the machine, and ends its access; nothing of the book is left.
    street.office.a.prove(PASSWORD).await;
    let devices = street.office.a.desk.list_devices(ListDevices {}).await.unwrap();
    let own = devices.iter().find(|d| d.of_customer).unwrap();
    assert_eq!(own.desk, "BR1-S001");
    street
        .office
        .a
        .desk
        .revoke_device(RevokeDevice { device: own.device })
        .await
        .unwrap();
    let _ = street.desk.run_sync().await;
    assert!(!Home::at(street.folder.path()).book().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_customers_machine_goes_on_by_a_code_and_brings_what_it_recorded() {
    let street = Box::pin(Street::joined()).await;
    let tell = |phone: &'static str| TellPhone { phone: phone.into() };
    street.desk.tell_phone(tell("+254700000771")).await.unwrap();
    street.desk.shut().await;
    let folder = copied(street.folder.path());
    let at = |folder: &TempDir| Desk::with_clock(Home::at(folder.path()), Clock::moved(street.office.a.now()));
    let (own, copy) = (at(&street.folder), at(&folder));
    for (desk, phone) in [(&own, "+254700000772"), (&copy, "+254700000773")] {
        let who = SignIn {
            email: EMAIL.into(),
            password: Secret::new(OWN_PASSWORD),
        };
        desk.sign_in(who).await.unwrap();
        desk.tell_phone(tell(phone)).await.unwrap();
    }
    assert_eq!(
        own.ask_code_again(AskCodeAgain {}).await.unwrap_err().code,
        Code::AlreadyJoined
    );
    own.run_sync().await.unwrap();
    assert_eq!(copy.run_sync().await.unwrap_err().code, Code::BookCopied);
    // An administrator's code is none of the customer's.
    let code = street.office.a.desk.make_join_code(MakeJoinCode {}).await.unwrap().code;
    let wrong = copy.let_in_anew(LetInAnew { challenge: None, code }).await;
    assert_eq!(wrong.unwrap_err().field.as_deref(), Some("code"));
    street.office.go_to("2025-03-02T09:02:00Z").await;
    let sent = copy.ask_code_again(AskCodeAgain {}).await.unwrap();
    let request = LetInAnew {
        challenge: Some(sent.challenge),
        code: Secret::new(street.sink.code()),
    };
    assert_eq!(copy.let_in_anew(request).await.unwrap(), "BR1-S001A");
    let state = copy.sync_state(GetSyncState {}).await.unwrap().unwrap();
    assert_eq!((state.halted, state.waiting), (None, 0));
    street.office.sync().await;
    let customer = GetCustomer { id: street.customer };
    let shown = street.office.b.get_customer(customer).await.unwrap();
    assert_eq!(shown.form.phone, "+254700000773");
    assert_eq!(
        street.office.server.check().await.unwrap().findings,
        Vec::<String>::new()
    );
}
