//! An organisation with a history, a server over PostgreSQL with everything that makes it durable, and two desks.

use crate::cluster::Cluster;
use crate::speaker::Speaker;
use axum::body::Bytes;
use axum::routing::post;
use chrono::{DateTime, Utc};
use farthing_api::{
    BringToServer, DeviceId, JoinServer, ListQuery, LoanId, MakeJoinCode, Money, OpId, PaymentMethod, Role, Secret,
    SignIn, UserId,
};
use farthing_desk::demo::{Size, make};
use farthing_desk::headless::{self, Headless};
use farthing_desk::{Clock, Desk, Home};
use farthing_identity::DeviceKey;
use farthing_office::{Actor, Command, Context, RULES};
use farthing_server::{Server, routes};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;

const PASSWORD: &str = "copper lantern outgrows tides 9";
const ADMIN: &str = "admin@demo.test";
/// As many as the program takes where nothing else is said.
pub(crate) const CONNECTIONS: u32 = 16;
/// So large that the history has about 10,000 facts.
const SIZE: Size = Size {
    customers: 700,
    loans: 850,
    seed: 5,
};

pub(crate) struct Office {
    pub(crate) now: DateTime<Utc>,
    pub(crate) organisation: Uuid,
    pub(crate) facts: i64,
    pub(crate) serving: Serving,
    pub(crate) cluster: Cluster,
    pub(crate) folder: TempDir,
    /// The loans that take payments.
    pub(crate) loans: Vec<LoanId>,
    pub(crate) officer: UserId,
}

/// Two desks of the organisation, each with somebody signed in.
pub(crate) struct Desks {
    pub(crate) a: Desk,
    pub(crate) b: Desk,
}

impl Desks {
    pub(crate) async fn shut(self) {
        self.a.shut().await;
        self.b.shut().await;
    }
}

/// A server that runs.
pub(crate) struct Serving {
    server: Server,
    /// Where desks reach it.
    pub(crate) address: String,
    task: JoinHandle<()>,
}

impl Serving {
    /// Serves a database at a free port, beside an echo.
    pub(crate) async fn new(database: &str, now: DateTime<Utc>) -> Serving {
        Serving::at("127.0.0.1:0", database, now).await
    }

    async fn at(listen: &str, database: &str, now: DateTime<Utc>) -> Serving {
        let server = Server::connect(database, CONNECTIONS, Arc::new(move || now))
            .await
            .unwrap();
        let routes = routes(server.clone()).route("/echo", post(async |body: Bytes| body));
        let listener = farthing_server::listen(listen.parse().unwrap()).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Serving { server, address, task }
    }

    pub(crate) async fn end(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
        self.server.close().await;
    }
}

async fn sign_in(desk: &Desk) {
    let (email, password) = (ADMIN.to_string(), Secret::new(PASSWORD));
    desk.sign_in(SignIn { email, password }).await.unwrap();
}

impl Office {
    pub(crate) async fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let now: DateTime<Utc> = "2026-07-09T12:00:00Z".parse().unwrap();
        let cluster = Cluster::start(&folder.path().join("pg"), true).unwrap();
        let serving = Serving::new(&cluster.url(), now).await;
        let book = folder.path().join("a/desk.book");
        std::fs::create_dir_all(book.parent().unwrap()).unwrap();
        make(Home::of_book(&book), &Secret::new(PASSWORD), SIZE, now, &mut |_| {})
            .await
            .unwrap();
        let mut office = Office {
            now,
            organisation: Uuid::nil(),
            facts: 0,
            serving,
            cluster,
            folder,
            loans: Vec::new(),
            officer: UserId(Uuid::nil()),
        };
        let (a, b) = (office.desk("a"), office.desk("b"));
        sign_in(&a).await;
        let token = office.serving.server.setup_token().await.unwrap().unwrap();
        let link = Secret::new(format!("{}/#{token}", office.serving.address));
        a.bring_to_server(BringToServer { link }).await.unwrap();
        let code = a.make_join_code(MakeJoinCode {}).await.unwrap();
        let join = JoinServer {
            server: code.server,
            code: code.code,
            email: ADMIN.into(),
            password: Secret::new(PASSWORD),
        };
        b.join_server(join).await.unwrap();
        Desks { a, b }.shut().await;
        let desk = office.headless().await;
        office.organisation = desk.book().enrolment().await.unwrap().unwrap().organisation;
        office.facts = desk.book().head().await.unwrap().0;
        office.officer = desk.user();
        office.loans = office.running(&desk).await;
        desk.close().await.unwrap();
        office
    }

    async fn running(&self, desk: &Headless) -> Vec<LoanId> {
        let mut loans = Vec::new();
        for page in 0.. {
            let query = ListQuery {
                filter: "active".into(),
                page,
                ..ListQuery::default()
            };
            let found = desk.book().loans(&query, self.now.date_naive()).await.unwrap();
            let large = found.rows.iter().filter(|l| l.outstanding > Money::from_minor(100_000));
            loans.extend(large.map(|l| l.id));
            if found.rows.is_empty() {
                break;
            }
        }
        loans
    }

    pub(crate) fn book(&self, desk: &str) -> PathBuf {
        self.folder.path().join(desk).join("desk.book")
    }

    fn desk(&self, name: &str) -> Desk {
        let home = Home::of_book(self.book(name));
        Desk::with_clock(home, Clock::moved(self.now)).without_second_factor()
    }

    pub(crate) async fn open_desks(&self) -> Desks {
        let (a, b) = (self.desk("a"), self.desk("b"));
        sign_in(&a).await;
        sign_in(&b).await;
        Desks { a, b }
    }

    /// Desk A's book, opened by its officer.
    pub(crate) async fn headless(&self) -> Headless {
        headless::open(&self.book("a"), Some("officer@demo.test"), &Secret::new(PASSWORD))
            .await
            .unwrap()
    }

    /// Desk A's machine in a conversation with a server.
    pub(crate) async fn speaker(&self, device: DeviceId, address: &str) -> Speaker {
        let key = DeviceKey::load(&self.book("a")).unwrap();
        Speaker::new(address, self.organisation, device, Box::new(move |m| key.sign(m)))
    }

    /// A payment that is not taken for one that was received already, in its circumstances.
    pub(crate) fn payment(&self, n: usize, device: DeviceId, desk: &str) -> (Command, Context) {
        let today = self.now.date_naive();
        let command = Command::ReceivePayment {
            loan: self.loans[n % self.loans.len()],
            amount: Money::from_minor(500 + i64::try_from(n).unwrap()),
            value_date: today,
            method: PaymentMethod::Cash,
            reference: format!("slip {n}"),
            prepayment: None,
        };
        let context = Context {
            op: OpId(Uuid::new_v5(&device.0, &n.to_be_bytes())),
            at: self.now,
            today,
            actor: Some(Actor {
                user: self.officer,
                role: Role::Officer,
                customer: None,
            }),
            device,
            desk: desk.into(),
            rules: RULES,
            numbers: None,
        };
        (command, context)
    }

    /// A connection that sees the organisation's rows.
    pub(crate) async fn probe(&self) -> PgConnection {
        let options = sqlx::postgres::PgConnectOptions::from_str(&self.cluster.url()).unwrap();
        let mut probe = options.connect().await.unwrap();
        let sql = format!("set farthing.organisation = '{}'", self.organisation);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut probe).await.unwrap();
        probe
    }

    /// Ends the server for a while.
    pub(crate) async fn restart(&mut self, meanwhile: impl AsyncFnOnce(&Cluster)) {
        self.serving.end().await;
        meanwhile(&self.cluster).await;
        let listen = self.serving.address.trim_start_matches("http://").to_string();
        self.serving = Serving::at(&listen, &self.cluster.url(), self.now).await;
    }

    pub(crate) async fn close(mut self) {
        self.serving.end().await;
    }
}
