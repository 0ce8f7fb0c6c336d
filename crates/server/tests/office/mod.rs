//! An office of two desks and a server, each on real storage.
#![allow(dead_code, reason = "each test file uses its part")]

use super::cluster::Cluster;
use super::common::loans::*;
use super::common::*;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use farthing_api::*;
use farthing_desk::{Clock, Home};
use farthing_server::{Server, routes};
use farthing_sync::snapshot::Full;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

const MORNING: &str = "2025-03-02T09:00:00Z";

pub struct Office {
    pub a: Branch,
    pub b: Desk,
    pub b_clock: Clock,
    pub server: Server,
    pub loan: LoanId,
    pub address: String,
    pub link: Secret,
    pub code: Secret,
    lost: Arc<AtomicU32>,
    left: Arc<AtomicU32>,
    server_clock: Clock,
    serving: JoinHandle<()>,
    ends: Arc<Notify>,
    // Ends before its folder goes.
    pub cluster: Cluster,
    folders: [TempDir; 2],
}

/// What someone between desk and server may write into a request: none of it is ever believed.
pub const FORGED: &str = "forged.example.org";

/// Lets the server do what it is asked for, under headers that somebody forged, and loses the answer, or all answers once so many
/// are `left`.
fn losing(routes: Router, lost: Arc<AtomicU32>, left: Arc<AtomicU32>) -> Router {
    routes.layer(from_fn(move |mut request: Request, next: Next| {
        let (lost, left) = (lost.clone(), left.clone());
        async move {
            for name in [
                "host",
                "x-forwarded-host",
                "x-forwarded-server",
                "x-original-host",
                "origin",
                "referer",
            ] {
                request.headers_mut().insert(name, HeaderValue::from_static(FORGED));
            }
            let forwarded = HeaderValue::from_static("host=forged.example.org;proto=http");
            request.headers_mut().insert("forwarded", forwarded);
            let answer = next.run(request).await;
            let passes = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            if passes.is_err() {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            let loses = lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
            match loses {
                Ok(_) => StatusCode::BAD_GATEWAY.into_response(),
                Err(_) => answer,
            }
        }
    }))
}

/// Serves until it is told to end.
fn serve(listener: TcpListener, routes: Router) -> (JoinHandle<()>, Arc<Notify>) {
    let ends = Arc::new(Notify::new());
    let end = ends.clone();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move { end.notified().await });
    (tokio::spawn(async move { serving.await.unwrap() }), ends)
}

impl Office {
    /// Desk A with a running loan brings its history to a new server; desk B joins by a code.
    pub async fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
        Box::pin(Office::on(cluster, folder)).await
    }

    /// The same with a server that sends mail.
    pub async fn with_mail(mail: MailSettings) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
        Box::pin(Office::of(cluster, folder, Some(mail))).await
    }

    /// The same on a cluster of the caller's.
    pub async fn on(cluster: Cluster, folder: TempDir) -> Office {
        Box::pin(Office::of(cluster, folder, None)).await
    }

    async fn of(cluster: Cluster, folder: TempDir, mail: Option<MailSettings>) -> Office {
        let a = Branch::new(MORNING).await;
        let loan = running_loan(&a).await.row.id;
        Box::pin(Office::begun(cluster, folder, mail, a, Some(loan))).await
    }

    /// The same from a book of the caller's, whose administrator is in and has proved who they are; both desks ask for the second
    /// factor, and nobody is in at desk B yet.
    pub async fn brought(a: Branch) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let cluster = Cluster::start(&folder.path().join("pg"), false).unwrap();
        let office = Box::pin(Office::begun(cluster, folder, None, a, None)).await;
        office.b.shut().await;
        let b = Desk::with_clock(Home::at(office.b_folder()), office.b_clock.clone());
        Office { b, ..office }
    }

    async fn begun(
        cluster: Cluster,
        folder: TempDir,
        mail: Option<MailSettings>,
        a: Branch,
        loan: Option<LoanId>,
    ) -> Office {
        let now: DateTime<Utc> = DateTime::parse_from_rfc3339(MORNING).unwrap().into();
        // The server's clock is that of the latest hour of the day.
        let server_clock = Clock::moved(now + chrono::TimeDelta::hours(3));
        let moved = server_clock.clone();
        let server = Server::connect(&cluster.url(), 4, Arc::new(move || moved.now()))
            .await
            .unwrap()
            .with_mail(mail);
        let token = server.setup_token().await.unwrap().unwrap();
        let lost = Arc::new(AtomicU32::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let left = Arc::new(AtomicU32::new(u32::MAX));
        let routes = losing(routes(server.clone()), lost.clone(), left.clone());
        let (serving, ends) = serve(listener, routes);
        let link = Secret::new(format!("{address}/#{token}"));
        a.desk
            .bring_to_server(BringToServer { link: link.clone() })
            .await
            .unwrap();
        if loan.is_some() {
            // The passwords from before the server go to it.
            for email in [OFFICER, ADMIN] {
                a.sign_in(email).await;
            }
            a.desk.run_sync().await.unwrap();
        }
        let code = a.desk.make_join_code(MakeJoinCode {}).await.unwrap();
        let b_clock = Clock::moved(now);
        let (b_folder, b) = empty(b_clock.clone());
        let request = JoinServer {
            server: code.server.clone(),
            code: code.code.clone(),
            email: ADMIN.into(),
            password: Secret::new(PASSWORD),
        };
        b.join_server(request).await.unwrap();
        Office {
            a,
            b,
            b_clock,
            server,
            loan: loan.unwrap_or(LoanId(uuid::Uuid::nil())),
            address,
            link,
            code: code.code,
            lost,
            left,
            server_clock,
            serving,
            ends,
            folders: [folder, b_folder],
            cluster,
        }
    }

    /// A desktop without a book.
    pub fn empty_desk(&self) -> (TempDir, Desk) {
        empty(Clock::moved(self.a.now()))
    }

    /// It is another day everywhere, the server closes what is over, and the administrator comes in at each desk.
    pub async fn go_to(&self, at: &str) {
        let now = DateTime::parse_from_rfc3339(at).unwrap().into();
        self.server_clock.set(now + chrono::TimeDelta::hours(3));
        self.b_clock.set(now);
        self.server.close_days().await.unwrap();
        self.a.go_to(at).await;
        sign_in(&self.b, ADMIN).await;
    }

    /// Both desks exchange everything, and both say this.
    pub async fn both(&self, says: impl AsyncFn(&Desk)) {
        self.sync().await;
        for desk in [&self.a.desk, &self.b] {
            says(desk).await;
        }
        self.agree().await;
    }

    /// Another server answers at the same address from now on, over another database.
    pub async fn move_to(&mut self, database: &str) {
        let moved = self.server_clock.clone();
        let server = Server::connect(database, 4, Arc::new(move || moved.now()))
            .await
            .unwrap();
        self.serve(server).await;
    }

    /// The server cuts the history into chunks of so many facts from now on.
    pub async fn in_chunks(&mut self, facts: u32) {
        let full = Full {
            facts,
            ..Full::default()
        };
        self.serve(self.server.clone().with_chunks(full)).await;
    }

    async fn serve(&mut self, server: Server) {
        // As the end of a process ends its connections.
        self.ends.notify_one();
        let _ = (&mut self.serving).await;
        self.server = server;
        let listener = TcpListener::bind(self.address.trim_start_matches("http://"))
            .await
            .unwrap();
        let routes = losing(routes(self.server.clone()), self.lost.clone(), self.left.clone());
        (self.serving, self.ends) = serve(listener, routes);
    }

    /// The same office, started again where who works here needs an authenticator too.
    pub async fn asking(mut self) -> Office {
        self.a = self.a.asking().await;
        self.b.shut().await;
        self.b = Desk::with_clock(Home::at(self.b_folder()), self.b_clock.clone());
        self
    }

    /// Where desk B keeps its files.
    pub fn b_folder(&self) -> &std::path::Path {
        self.folders[1].path()
    }

    /// The next so many answers of the server are lost on their way.
    pub fn lose_answers(&self, count: u32) {
        self.lost.store(count, Ordering::SeqCst);
    }

    /// After so many answers more none arrives.
    pub fn stop_after(&self, answers: u32) {
        self.left.store(answers, Ordering::SeqCst);
    }

    /// Both desks exchange everything.
    pub async fn sync(&self) {
        for desk in [&self.a.desk, &self.b, &self.a.desk] {
            desk.run_sync().await.unwrap();
        }
    }

    /// A customer of its own and their application, at desk A.
    pub async fn apply(&self) -> LoanId {
        let products = self.a.desk.list_products(ListProducts {}).await.unwrap();
        let loan = self.view_a().await;
        let request = ApplyForLoan {
            customer: loan.row.customer,
            product: products[0].id,
            principal: money("2000"),
            installments: 6,
            installment: None,
            purpose: String::new(),
        };
        self.a.sign_in(OFFICER).await;
        let applied = self.a.desk.apply_for_loan(request).await.unwrap().row.id;
        self.a.sign_in(ADMIN).await;
        applied
    }

    async fn view_a(&self) -> LoanView {
        view(&self.a.desk, self.loan).await
    }

    /// Both books say the same, and each is whole, as what the server keeps is.
    pub async fn agree(&self) {
        assert_eq!(self.server.check().await.unwrap().findings, Vec::<String>::new());
        assert_eq!(said(&self.a.desk).await, said(&self.b).await);
    }
}

/// What a book says, which is whole.
pub async fn said(desk: &Desk) -> (u64, TrialBalanceView, Vec<(LoanId, String)>) {
    let found = desk.verify_book(VerifyBook {}).await.unwrap();
    assert_eq!(found.findings, Vec::<String>::new());
    let balance = desk.trial_balance(TrialBalance { on: None }).await.unwrap();
    let loans = desk
        .list_loans(ListLoans {
            query: ListQuery::default(),
        })
        .await
        .unwrap();
    let mut seen = Vec::new();
    for row in &loans.rows {
        seen.push((row.id, view(desk, row.id).await.seen));
    }
    seen.sort();
    (found.facts, balance, seen)
}

fn empty(clock: Clock) -> (TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::with_clock(Home::at(folder.path()), clock).without_second_factor();
    (folder, desk)
}

pub async fn view(desk: &Desk, id: LoanId) -> LoanView {
    desk.get_loan(GetLoan { id }).await.unwrap()
}

pub async fn sign_in(desk: &Desk, email: &str) {
    let (email, password) = (email.to_string(), Secret::new(PASSWORD));
    desk.sign_in(SignIn { email, password }).await.unwrap();
}

pub async fn decide(desk: &Desk, loan: LoanId, approve: bool) -> Result<LoanView, ApiError> {
    let seen = view(desk, loan).await.seen;
    let reason = "as agreed".to_string();
    desk.decide_loan(DecideLoan {
        loan,
        seen,
        approve,
        reason,
    })
    .await
}

pub async fn pay_at(desk: &Desk, loan: LoanId, amount: &str, on: chrono::NaiveDate) -> PaymentDone {
    let request = ReceivePayment {
        loan,
        amount: money(amount),
        value_date: on,
        method: PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
        anyway: false,
    };
    desk.receive_payment(request).await.unwrap()
}

pub async fn change_address(desk: &Desk, id: CustomerId, address: &str) {
    let form = desk.get_customer(GetCustomer { id }).await.unwrap().form;
    let address = address.to_string();
    let form = CustomerForm { address, ..form };
    desk.edit_customer(EditCustomer { id, form }).await.unwrap();
}

/// All files of a desk that is shut, beside which nothing else knows where they came from.
pub fn copied(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), to.path().join(file.file_name())).unwrap();
        }
    }
    to
}
