//! A desk applies what was decided: facts, aggregates, projections, cursors and chain, page by page, against the rows that this writes,
//! by prepared statements in one transaction through the same driver; and the same rows into a plain file.

use crate::office::Office;
use crate::raw::Raw;
use crate::speaker::Speaker;
use crate::times::{Times, ms, timed};
use crate::wire;
use farthing_store::{Book, BookKey, Identity};
use farthing_sync::pull::MOST_FACTS;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Reply, Request, SentFact, unpack};
use sqlx::AssertSqlSafe;
use std::time::Duration;

/// A new desk's book and its two copies, one of them plain.
pub(crate) struct Download {
    book: Book,
    speaker: Speaker,
    cipher: Raw,
    plain: Raw,
    pulled: Pulled,
}

/// What was pulled, and how long that took.
#[derive(Default)]
pub(crate) struct Pulled {
    pub(crate) facts: Vec<SentFact>,
    /// How many rows that wrote, changes of the same row counted each time.
    pub(crate) written: usize,
    /// The rows that are in the book afterwards.
    pub(crate) rows: Vec<serde_json::Value>,
    /// Asking, checking and applying, in all.
    pub(crate) took: Duration,
    /// Applying alone.
    pub(crate) applied: Duration,
}

/// The durations of one stretch of pages.
#[derive(Default)]
struct Took {
    facts: usize,
    /// Rows written to both copies.
    rows: usize,
    asked: Vec<Duration>,
    checked: Vec<Duration>,
    applied: Vec<Duration>,
    cipher: Vec<Duration>,
    plain: Vec<Duration>,
}

fn sum(times: &[Duration]) -> f64 {
    ms(times.iter().sum())
}

/// A new desk fetches the whole history.
pub(crate) async fn download(office: &Office) -> Download {
    let desk = office.headless().await;
    let device = desk.book().identity().await.unwrap().unwrap().device;
    desk.close().await.unwrap();
    let folder = office.folder.path();
    let key = BookKey::random().unwrap();
    let book = Book::create(&folder.join("c.book"), &key).await.unwrap();
    let identity = Identity {
        device,
        epoch: 0,
        desk: "BR1-01".into(),
    };
    book.be(&identity).await.unwrap();
    book.enrol(&office.serving.address, office.organisation, None)
        .await
        .unwrap();
    let mut download = Download {
        book,
        speaker: office.speaker(device, &office.serving.address).await,
        cipher: Raw::create(&folder.join("cipher.db"), Some(&key)).await,
        plain: Raw::create(&folder.join("plain.db"), None).await,
        pulled: Pulled::default(),
    };
    download.fetch(office, &mut Took::default()).await;
    let mut took = Took::default();
    while download.fetch(office, &mut took).await {}
    took.tell("a history, its first page apart,");
    download.reads().await;
    download
}

impl Download {
    /// The payments that were decided meanwhile.
    pub(crate) async fn payments(mut self, office: &Office) -> Pulled {
        let mut took = Took::default();
        while self.fetch(office, &mut took).await {}
        took.tell("payments");
        self.cipher.must_equal(self.book.readers()).await;
        self.plain.must_equal(self.book.readers()).await;
        self.pulled.rows = self.cipher.documents().await;
        self.book.close().await.unwrap();
        self.pulled
    }

    /// One page, and its rows into both copies; whether there are more.
    async fn fetch(&mut self, office: &Office, took: &mut Took) -> bool {
        for copy in [&mut self.cipher, &mut self.plain] {
            let writes = copy.all_writes_of(self.book.readers()).await;
            copy.run(writes).await;
        }
        let position = self.book.enrolment().await.unwrap().unwrap().position;
        let request = Request::Pull(position.pull(MOST_FACTS));
        let answer = timed(&mut took.asked, self.speaker.send(self.speaker.letter(&request))).await;
        let packed = answer.len();
        let mut page = None;
        let news = timed(&mut took.checked, async {
            let Reply::Pull(fetched) = unpack(&answer).unwrap() else {
                panic!("a pull was not answered");
            };
            page = Some(fetched.clone());
            position.news(Versions::HERE, fetched).unwrap()
        })
        .await;
        let applied = timed(&mut took.applied, self.book.apply(&news, office.now))
            .await
            .unwrap();
        took.facts += applied.facts;
        let json = wire::json(&page.unwrap());
        println!(
            "wire of a page of {} facts: {packed} bytes, JSON {json}: {:.1} % (limit 35 %)",
            applied.facts,
            100.0 * packed as f64 / json as f64
        );
        for (copy, times) in [(&mut self.cipher, &mut took.cipher), (&mut self.plain, &mut took.plain)] {
            let writes = copy.all_writes_of(self.book.readers()).await;
            took.rows += writes.len();
            self.pulled.written += writes.len();
            timed(times, copy.run(writes)).await;
        }
        let last = |times: &[Duration]| times.last().copied().unwrap_or_default();
        self.pulled.took += last(&took.asked) + last(&took.checked) + last(&took.applied);
        self.pulled.applied += last(&took.applied);
        self.pulled.facts.extend(news.facts.into_iter().map(|(fact, _)| fact));
        news.more
    }

    /// What screens read, from both copies, twice.
    async fn reads(&mut self) {
        let (mut cipher, mut plain) = (Vec::new(), Vec::new());
        for round in 0..6 {
            if round == 1 {
                (cipher, plain) = (Vec::new(), Vec::new());
            }
            timed(&mut cipher, read(&mut self.cipher)).await;
            timed(&mut plain, read(&mut self.plain)).await;
        }
        let (cipher, plain) = (Times(cipher), Times(plain));
        println!("warm reads, encrypted: {}; plain: {}", cipher.shown(), plain.shown());
        println!(
            "SQLCipher is {:.1} % of plain SQLite for warm reads, medians (limit 60 %)",
            100.0 * ms(plain.at(50)) / ms(cipher.at(50))
        );
    }
}

/// Each loan with its customer, its installments and payments, and what was decided on it; lists, searches and sums.
async fn read(copy: &mut Raw) {
    let conn = copy.conn();
    let rids: Vec<i64> = sqlx::query_scalar("select rid from loan order by random()")
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    for rid in rids {
        for sql in [
            "select * from loan l join customer c on c.rid = l.customer_rid where l.rid = ?",
            "select * from installment where loan_rid = ? order by n",
            "select * from payment where loan_rid = ? order by rid",
            "select f.* from posting p join fact f on f.seq = p.fact_seq where p.loan_rid = ? limit 10",
        ] {
            sqlx::query(AssertSqlSafe(sql.to_string()))
                .bind(rid)
                .fetch_all(&mut *conn)
                .await
                .unwrap();
        }
    }
    for sql in [
        "select * from customer order by sort_name, rid limit 50",
        "select * from loan where stage = 'active' order by coalesce(oldest_due, '9999-12-31'), rid limit 50",
        "select account, sum(amount) from posting group by account",
        "select rid from customer_trigram ('ann') join customer on customer.rid = customer_trigram.rowid limit 50",
    ] {
        sqlx::query(AssertSqlSafe(sql.to_string()))
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    }
}

impl Took {
    fn tell(&self, what: &str) {
        let (applied, cipher, plain) = (sum(&self.applied), sum(&self.cipher), sum(&self.plain));
        println!(
            "{what}: {} facts, {} rows, asked {:.0} ms, checked {:.0} ms, applied {applied:.0} ms; the same rows raw {cipher:.0} ms, plain {plain:.0} ms",
            self.facts,
            self.rows / 2,
            sum(&self.asked),
            sum(&self.checked),
        );
        println!(
            "applying {what} is {:.1} % of the raw batch (limit 50 %); {:.0} facts a second",
            100.0 * cipher / applied,
            1000.0 * self.facts as f64 / applied
        );
        println!(
            "SQLCipher is {:.1} % of plain SQLite for the raw batch (limit 50 %)",
            100.0 * plain / cipher
        );
    }
}
