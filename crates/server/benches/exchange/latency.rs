//! From a payment that one desk recorded to the same payment at another: pushed, decided, pulled, applied; against the least that this
//! can take: an echo, a commit of PostgreSQL, and two commits of SQLCipher.

use crate::intake::catch_up;
use crate::office::{Desks, Office};
use crate::times::{Times, ms, timed};
use farthing_api::{Money, PaymentMethod, ReceivePayment};
use farthing_desk::Desk;
use farthing_store::Beside;
use farthing_sync::wire::{PushAnswer, Reply, Request};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, PgConnection};
use std::time::Duration;

const WARM_UP: usize = 20;
const ROUNDS: usize = 100;
/// The numbers of payments that nobody else makes in this run.
const FIRST: usize = 50_000;
/// Between two rounds, so that neither desk asks more often than one machine may.
const PAUSE: Duration = Duration::from_millis(150);

/// The least that has to happen.
struct Least {
    http: reqwest::Client,
    echo: String,
    server: PgConnection,
    desk: SqliteConnection,
}

impl Least {
    async fn new(office: &Office) -> Least {
        let mut server = office.probe().await;
        sqlx::query("create table probe (n bigint not null)")
            .execute(&mut server)
            .await
            .unwrap();
        let mut desk = SqliteConnectOptions::new()
            .filename(office.folder.path().join("least.db"))
            .create_if_missing(true)
            .pragma("key", format!("\"x'{}'\"", "5a".repeat(32)))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "4000")
            .connect()
            .await
            .unwrap();
        sqlx::query("create table probe (n integer not null) strict")
            .execute(&mut desk)
            .await
            .unwrap();
        Least {
            http: reqwest::Client::new(),
            echo: format!("{}/echo", office.serving.address),
            server,
            desk,
        }
    }

    async fn echo(&self) {
        let answer = self.http.post(&self.echo).body(vec![7; 600]).send().await.unwrap();
        assert_eq!(answer.bytes().await.unwrap().len(), 600);
    }

    async fn commit_there(&mut self) {
        sqlx::query("insert into probe values (1)")
            .execute(&mut self.server)
            .await
            .unwrap();
    }

    async fn commit_here(&mut self) {
        sqlx::query("insert into probe values (1)")
            .execute(&mut self.desk)
            .await
            .unwrap();
    }
}

/// The durations of the least, and of all of it together.
#[derive(Default)]
struct Sums {
    echo: Vec<Duration>,
    there: Vec<Duration>,
    here: Vec<Duration>,
    all: Vec<Duration>,
}

impl Sums {
    async fn add(&mut self, least: &mut Least) {
        let Sums { echo, there, here, all } = self;
        timed(all, async {
            timed(echo, least.echo()).await;
            timed(there, least.commit_there()).await;
            timed(here, least.commit_here()).await;
            timed(here, least.commit_here()).await;
        })
        .await;
    }
}

/// Both desks do what they do in the window: a payment is recorded, the first desk's whole round, the second desk's whole round.
pub(crate) async fn rounds(office: &Office, desks: &Desks) {
    let (mut recorded, mut sent, mut arrived) = (Vec::new(), Vec::new(), Vec::new());
    // What signing in left to be sent is no part of it.
    desks.a.run_sync().await.unwrap();
    desks.b.run_sync().await.unwrap();
    for n in 0..ROUNDS {
        tokio::time::sleep(PAUSE).await;
        let request = ReceivePayment {
            loan: office.loans[n % office.loans.len()],
            amount: Money::from_minor(100 + i64::try_from(n).unwrap()),
            value_date: office.now.date_naive(),
            method: PaymentMethod::Cash,
            reference: String::new(),
            prepayment: None,
            anyway: false,
        };
        timed(&mut recorded, Box::pin(desks.a.receive_payment(request)))
            .await
            .unwrap();
        let there = timed(&mut sent, Box::pin(desks.a.run_sync())).await.unwrap();
        let here = timed(&mut arrived, Box::pin(desks.b.run_sync())).await.unwrap();
        assert!(there.sent == 1 && here.facts > 0, "{there:?}, {here:?}");
    }
    let [recorded, sent, arrived] = [recorded, sent, arrived].map(Times);
    println!("a payment at a desk, as its window asks for it: {}", recorded.shown());
    println!("that desk's whole round, push and pull: {}", sent.shown());
    println!("another desk's whole round: {}", arrived.shown());
}

/// A payment that is recorded is pushed and decided, and the second desk fetches it.
pub(crate) async fn measure(office: &Office, second: &Desk) {
    let desk = office.headless().await;
    let identity = desk.book().identity().await.unwrap().unwrap();
    let speaker = office.speaker(identity.device, &office.serving.address).await;
    let (mut least, mut sums) = (Least::new(office).await, Sums::default());
    let (mut recorded, mut sent, mut arrived, mut whole) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..WARM_UP + ROUNDS {
        if n == WARM_UP {
            sums = Sums::default();
            for times in [&mut recorded, &mut sent, &mut arrived, &mut whole] {
                times.clear();
            }
        }
        tokio::time::sleep(PAUSE).await;
        sums.add(&mut least).await;
        let (command, context) = office.payment(FIRST + n, identity.device, &identity.prefix());
        let execute = desk.book().execute(&command, &context, Beside::default());
        timed(&mut recorded, Box::pin(execute)).await.unwrap();
        timed(
            &mut whole,
            Box::pin(async {
                timed(
                    &mut sent,
                    Box::pin(async {
                        let position = desk.book().enrolment().await.unwrap().unwrap().position;
                        let unsent = desk.book().to_send(position.sent, 200).await.unwrap();
                        let push = position.push(identity.device, unsent, |m| speaker.sign(m)).unwrap();
                        let Reply::Push(PushAnswer::Kept { through }) = speaker.ask(&Request::Push(push)).await else {
                            panic!("a push was not kept");
                        };
                        desk.book().note_sent(through, office.now).await.unwrap();
                    }),
                )
                .await;
                let round = timed(&mut arrived, Box::pin(second.run_sync())).await.unwrap();
                assert!(round.facts > 0);
            }),
        )
        .await;
        catch_up(office, &desk, &speaker).await;
    }
    desk.close().await.unwrap();
    let [echo, there, here, sums] = [sums.echo, sums.there, sums.here, sums.all].map(Times);
    let [recorded, sent, arrived, whole] = [recorded, sent, arrived, whole].map(Times);
    println!("an echo: {}", echo.shown());
    println!("a minimal PostgreSQL commit: {}", there.shown());
    println!("a minimal SQLCipher commit: {}", here.shown());
    println!("an echo, a commit there and two here: {}", sums.shown());
    println!("a payment recorded in an enrolled book: {}", recorded.shown());
    println!("pushed, decided and noted: {}", sent.shown());
    println!("the second desk's round: {}", arrived.shown());
    println!("from the push to the second desk's book: {}", whole.shown());
    println!(
        "p95 is {:.2} times the p95 of the sum, {:.2} times its median (limit 4)",
        ms(whole.at(95)) / ms(sums.at(95)),
        ms(whole.at(95)) / ms(sums.at(50))
    );
}
