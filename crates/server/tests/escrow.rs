//! A forgotten password at an enrolled desk: the server sends the link, and releases what opens the desk's escrow slot.

use crate::common::*;
use crate::office::{FORGED, Office};
use crate::sink::Sink;
use farthing_api::*;
use farthing_desk::Home;
use farthing_sync::join::token_hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

const SECOND: &str = "plum vexed kiln harbours moss 4";

struct Town {
    office: Office,
    sink: Sink,
    /// Desk B as it is after a restart: its book is closed.
    b: Desk,
}

impl Town {
    async fn new() -> Town {
        let sink = Sink::start();
        let office = Office::with_mail(sink.settings()).await;
        office.sync().await;
        office.b.shut().await;
        let b = Desk::with_clock(Home::at(office.b_folder()), office.b_clock.clone()).without_second_factor();
        Town { office, sink, b }
    }

    /// The link in the next mail, and to whom it went.
    fn link(&self) -> (String, Secret) {
        let (to, text) = self.sink.next();
        // As mail folds long lines.
        let text = text.replace("=\n", "").replace("=\r\n", "").replace("=3D", "=");
        let line = text.lines().find(|line| line.starts_with("farthing://reset/s"));
        (to, Secret::new(line.expect("a link").trim()))
    }

    async fn link_for(&self, desk: &Desk, email: &str) -> Secret {
        ask(desk, email).await.unwrap();
        let (to, link) = self.link();
        assert_eq!(to, email);
        link
    }

    async fn noted(&self) -> Vec<(String, i64)> {
        let pool = sqlx::PgPool::connect(&self.office.cluster.url()).await.unwrap();
        let mut tx = pool.begin().await.unwrap();
        let set = "select set_config('farthing.organisation', organisation::text, true) from organisation";
        sqlx::query(set).execute(&mut *tx).await.unwrap();
        let count = "select what, count(*) from escrow_event where what <> 'kept' group by what order by what";
        sqlx::query_as(count).fetch_all(&mut *tx).await.unwrap()
    }
}

async fn ask(desk: &Desk, email: &str) -> Result<ResetLinkSent, ApiError> {
    let email = email.to_string();
    desk.send_reset_link(SendResetLink { email }).await
}

async fn set(desk: &Desk, link: &Secret, password: &str) -> Result<(), Code> {
    let request = ResetPassword {
        link: link.clone(),
        password: Secret::new(password),
        recovery: None,
    };
    desk.reset_password(request).await.map_err(|error| error.code)
}

async fn comes_in(desk: &Desk, email: &str, password: &str) -> Result<(), Code> {
    let (email, password) = (email.to_string(), Secret::new(password));
    let answer = desk.sign_in(SignIn { email, password }).await;
    answer.map(drop).map_err(|error| error.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_link_sets_a_new_password_while_the_book_is_closed() {
    let t = Town::new().await;
    let StartState::SignIn { open, escrow, .. } = t.b.start(Start {}).await.unwrap() else {
        panic!("there is a book");
    };
    assert_eq!((open, escrow), (false, true));
    let unknown = ask(&t.b, "nobody@else.example.org").await.unwrap();
    let known = ask(&t.b, ADMIN).await.unwrap();
    assert_eq!(known, unknown);
    let (to, link) = t.link();
    assert_eq!(to, ADMIN);
    assert!(t.sink.is_quiet(), "an unknown address gets nothing");

    let opened = t.b.open_reset_link(OpenResetLink { link: link.clone() }).await.unwrap();
    assert_eq!(opened, ResetNeeds::Link);
    // A password that is easy to guess costs no link, also where only the book knows why.
    assert_eq!(set(&t.b, &link, "aaaaaaaaaaaaaaaa").await, Err(Code::PasswordBreached));
    assert_eq!(set(&t.b, &link, "harbour street ada 7").await, Err(Code::PasswordWeak));
    set(&t.b, &link, SECOND).await.unwrap();
    comes_in(&t.b, ADMIN, SECOND).await.unwrap();
    assert_eq!(comes_in(&t.b, ADMIN, PASSWORD).await, Err(Code::WrongPassword));
    assert_eq!(set(&t.b, &link, PASSWORD).await, Err(Code::ResetLink), "once");
    let noted = [("asked", 2), ("brought", 2), ("refused", 1), ("released", 1)];
    assert_eq!(t.noted().await, noted.map(|(what, n)| (what.to_string(), n)));

    // The other desk takes it with its next contact; there the officer forgets theirs, with the book open.
    comes_in(&t.b, ADMIN, SECOND).await.unwrap();
    t.b.run_sync().await.unwrap();
    let a = &t.office.a.desk;
    a.run_sync().await.unwrap();
    comes_in(a, ADMIN, SECOND).await.unwrap();
    let link = t.link_for(a, OFFICER).await;
    set(a, &link, "seven oblong kettles whisper 8").await.unwrap();
    comes_in(a, OFFICER, "seven oblong kettles whisper 8").await.unwrap();
}

/// A link names no host, so that nobody can have it lead elsewhere: neither the request's host nor what a proxy says of it.
#[tokio::test(flavor = "multi_thread")]
async fn host_header_in_a_reset_link() {
    let t = Town::new().await;
    ask(&t.b, ADMIN).await.unwrap();
    let (_, mail) = t.sink.next();
    let mail = mail.replace("=\n", "").replace("=\r\n", "").replace("=3D", "=");
    assert!(mail.contains("farthing://reset/s"), "{mail}");
    for line in mail.lines().filter(|line| line.starts_with("farthing://")) {
        let token = line.trim().strip_prefix("farthing://reset/s").unwrap();
        assert!(
            token.len() == 64 && token.bytes().all(|c| c.is_ascii_hexdigit()),
            "{line}"
        );
    }
    for host in [
        FORGED,
        "http:",
        "https:",
        t.office.address.trim_start_matches("http://"),
    ] {
        assert!(!mail.contains(host), "{host} in {mail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_its_own_desk_alone_once_and_while_it_has_access() {
    let t = Town::new().await;
    let made_up = Secret::new(format!("farthing://reset/s{}", "0".repeat(64)));
    assert_eq!(set(&t.b, &made_up, SECOND).await, Err(Code::ResetLink));

    // No network: it is said that a server is needed.
    t.office.lose_answers(2);
    assert_eq!(ask(&t.b, OFFICER).await.unwrap_err().code, Code::EscrowOffline);
    assert_eq!(set(&t.b, &made_up, SECOND).await, Err(Code::EscrowOffline));
    t.office.lose_answers(0);
    t.link();

    // Asked for at desk B, it is of no use at desk A, nor at a desk of another organisation on the same server.
    let link = t.link_for(&t.b, ADMIN).await;
    assert_eq!(set(&t.office.a.desk, &link, SECOND).await, Err(Code::ResetLink));
    let other = Branch::new("2025-03-02T09:00:00Z").await;
    let pool = sqlx::PgPool::connect(&t.office.cluster.url()).await.unwrap();
    let add = "insert into setup_link (token, expires_at) values ($1, now() + interval '100 years')";
    let token = token_hash("another");
    sqlx::query(add).bind(token.as_slice()).execute(&pool).await.unwrap();
    let bring = BringToServer {
        link: Secret::new(format!("{}/#another", t.office.address)),
    };
    other.desk.bring_to_server(bring).await.unwrap();
    assert_eq!(set(&other.desk, &link, SECOND).await, Err(Code::ResetLink));
    // What that one's administrator asks for concerns that one alone.
    let theirs = t.link_for(&other.desk, ADMIN).await;
    assert_eq!(set(&t.b, &theirs, SECOND).await, Err(Code::ResetLink));
    set(&other.desk, &theirs, SECOND).await.unwrap();

    // A machine whose access has ended gets nothing, by no link.
    let a = &t.office.a.desk;
    let device = a.list_devices(ListDevices {}).await.unwrap()[1].device;
    t.office.a.prove(PASSWORD).await;
    a.revoke_device(RevokeDevice { device }).await.unwrap();
    assert_eq!(set(&t.b, &link, SECOND).await, Err(Code::DeviceRevoked));
    assert_eq!(ask(&t.b, ADMIN).await.unwrap_err().code, Code::DeviceRevoked);
    let kept: (i64,) = {
        let mut tx = pool.begin().await.unwrap();
        let set = "select set_config('farthing.organisation', organisation::text, true) from organisation order by created_at limit 1";
        sqlx::query(set).execute(&mut *tx).await.unwrap();
        let count = "select count(*) from escrow where device = $1";
        sqlx::query_as(count).bind(device.0).fetch_one(&mut *tx).await.unwrap()
    };
    assert_eq!(kept.0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_asks_so_often_and_no_more() {
    let t = Town::new().await;
    for n in 0..20 {
        ask(&t.b, &format!("nobody{n}@else.example.org")).await.unwrap();
    }
    assert_eq!(ask(&t.b, ADMIN).await.unwrap_err().code, Code::TooManyCodesHere);
    // One address gets the next link after a minute, wherever it is asked for.
    let a = &t.office.a.desk;
    t.link_for(a, OFFICER).await;
    ask(a, OFFICER).await.unwrap_err();
    assert!(t.sink.is_quiet());
    let link = Secret::new(format!("farthing://reset/s{}", "1".repeat(64)));
    for _ in 0..30 {
        assert_eq!(set(&t.b, &link, SECOND).await, Err(Code::ResetLink));
    }
    assert_eq!(set(&t.b, &link, SECOND).await, Err(Code::TooManyChecksHere));
}

/// Counts what PostgreSQL is asked for. The desks' own databases don't say what they are asked for.
#[derive(Clone, Default)]
struct Statements(Arc<AtomicU64>);

impl<S: tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("sqlx::query") {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The count is of the whole process: the test has one of its own.
#[tokio::test(flavor = "multi_thread")]
async fn asking_costs_the_server_the_same_whoever_it_is() {
    let t = Town::new().await;
    let statements = Statements::default();
    tracing_subscriber::registry().with(statements.clone()).init();
    let mut all = Vec::new();
    for email in [ADMIN, "nobody@else.example.org", OFFICER, "another@else.example.org"] {
        let before = statements.0.load(Ordering::Relaxed);
        ask(&t.b, email).await.unwrap();
        all.push(statements.0.load(Ordering::Relaxed) - before);
    }
    assert!(all[0] > 5 && all.iter().all(|n| *n == all[0]), "{all:?}");
    // Mails go out after the answers, in any order.
    let mut told = [t.link().0, t.link().0];
    told.sort();
    let mut known = [ADMIN, OFFICER].map(str::to_owned);
    known.sort();
    assert_eq!(told, known);
}
