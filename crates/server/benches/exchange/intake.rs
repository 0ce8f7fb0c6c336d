//! Intake: pushes of payments, checked, decided, posted and kept, against the same rows by COPY into empty tables.

use crate::office::Office;
use crate::speaker::Speaker;
use crate::times::{Times, ms, timed};
use crate::wire;
use farthing_api::DeviceId;
use farthing_desk::headless::Headless;
use farthing_store::Beside;
use farthing_sync::intake::MOST_COMMANDS;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{PushAnswer, Reply, Request, SentCommand, unpack};
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::HashSet;
use std::ops::Range;
use std::time::Duration;

const WARM_UP: usize = 3;
const PUSHES: usize = 12;

/// The tables into which a push of payments writes new rows, in the order in which their references allow it; the machine's row is
/// changed besides.
const TABLES: [&str; 6] = ["command", "signature", "fact", "aggregate", "scope_head", "scope_entry"];

/// What names a row of each.
const KEYS: [&str; 6] = ["op_id", "device, dev_seq", "fact_id", "key", "scope", "scope, seq"];

/// So many are pushed one by one, as soon as each is recorded.
pub(crate) const SINGLE: usize = 200;

/// What was pushed, and how long a desk took for it: from its log to the answer that was noted.
#[derive(Default)]
pub(crate) struct Pushes {
    pub(crate) commands: Vec<SentCommand>,
    pub(crate) took: Duration,
    /// How many rows the server wrote for them, a row that changes with several pushes each time.
    pub(crate) written: usize,
    /// The rows of the last pushes, as JSON, each with its table; each row once.
    pub(crate) rows: Vec<serde_json::Value>,
    /// Those of commands that were pushed one by one.
    pub(crate) single: Duration,
}

pub(crate) async fn measure(office: &Office) -> Pushes {
    let desk = office.headless().await;
    let identity = desk.book().identity().await.unwrap().unwrap();
    let speaker = office.speaker(identity.device, &office.serving.address).await;
    let mut copies = Copies::new(office).await;
    let (mut pushes, mut copied) = (Vec::new(), Vec::new());
    let mut said = Pushes::default();
    for round in 0..WARM_UP + PUSHES {
        if round == WARM_UP {
            (pushes, copied) = (Vec::new(), Vec::new());
        }
        let numbers = round * MOST_COMMANDS..(round + 1) * MOST_COMMANDS;
        record(office, &desk, numbers, identity.device, &identity.prefix()).await;
        let mut whole = Vec::new();
        let sent = timed(&mut whole, push(office, &desk, &speaker, &mut pushes)).await;
        assert_eq!(sent.len(), MOST_COMMANDS);
        if round >= WARM_UP {
            said.took += whole[0];
            said.commands.extend(sent);
        }
        let (rows, documents) = copies.rows(identity.device).await;
        if round >= WARM_UP {
            said.written += documents.len();
            said.rows.extend(documents);
        }
        timed(&mut copied, copies.write(&rows)).await;
    }
    // A row that changed again stands there once, as it is now.
    let mut seen = HashSet::new();
    said.rows.reverse();
    said.rows.retain(|row| seen.insert(row["name"].to_string()));
    let mut single = Vec::new();
    for n in 0..SINGLE {
        let n = (WARM_UP + PUSHES) * MOST_COMMANDS + n;
        record(office, &desk, n..n + 1, identity.device, &identity.prefix()).await;
        timed(&mut single, push(office, &desk, &speaker, &mut Vec::new())).await;
    }
    said.single = single.iter().sum();
    wire::of_pushes(&speaker, &said.commands);
    catch_up(office, &desk, &speaker).await;
    desk.close().await.unwrap();
    let (pushes, copied) = (Times(pushes), Times(copied));
    println!("intake of {MOST_COMMANDS} payments over HTTP: {}", pushes.shown());
    println!("the same rows by COPY: {}", copied.shown());
    println!(
        "intake is {:.1} % of COPY, medians (limit 30 %); {:.0} commands a second",
        100.0 * ms(copied.at(50)) / ms(pushes.at(50)),
        1000.0 * MOST_COMMANDS as f64 / ms(pushes.at(50))
    );
    said
}

/// Payments are taken down at the desk.
async fn record(office: &Office, desk: &Headless, numbers: Range<usize>, device: DeviceId, prefix: &str) {
    let mut batch = desk.book().batch().await.unwrap();
    for n in numbers {
        let (command, context) = office.payment(n, device, prefix);
        batch.execute(&command, &context, Beside::default()).await.unwrap();
    }
    batch.commit().await.unwrap();
}

/// What waits is read, signed, sent, and noted as sent.
async fn push(office: &Office, desk: &Headless, speaker: &Speaker, asked: &mut Vec<Duration>) -> Vec<SentCommand> {
    let position = desk.book().enrolment().await.unwrap().unwrap().position;
    let device = desk.book().identity().await.unwrap().unwrap().device;
    let unsent = desk.book().to_send(position.sent, 200).await.unwrap();
    let push = position.push(device, unsent, |m| speaker.sign(m)).unwrap();
    let commands = push.commands.clone();
    let letter = speaker.letter(&Request::Push(push));
    let answer = timed(asked, speaker.send(letter)).await;
    let Reply::Push(PushAnswer::Kept { through }) = unpack(&answer).unwrap() else {
        panic!("a push was not kept");
    };
    desk.book().note_sent(through, office.now).await.unwrap();
    commands
}

/// The desk learns what became of its commands.
pub(crate) async fn catch_up(office: &Office, desk: &Headless, speaker: &Speaker) {
    loop {
        let position = desk.book().enrolment().await.unwrap().unwrap().position;
        let Reply::Pull(page) = speaker.ask(&Request::Pull(position.pull(2_000))).await else {
            panic!("a pull was not answered");
        };
        let news = position.news(Versions::HERE, page).unwrap();
        desk.book().apply(&news, office.now).await.unwrap();
        if !news.more {
            return;
        }
    }
}

/// Tables like the server's, with the same keys, indexes and references, beside them.
struct Copies<'a> {
    office: &'a Office,
    conn: PgConnection,
}

impl Copies<'_> {
    async fn new(office: &Office) -> Copies<'_> {
        let mut conn = office.probe().await;
        sqlx::raw_sql("create schema reference")
            .execute(&mut conn)
            .await
            .unwrap();
        for table in TABLES.iter().chain(&["organisation", "device"]) {
            let sql = format!("create table reference.{table} (like public.{table} including all)");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        }
        let sql = "insert into reference.organisation select * from organisation;
                   insert into reference.device select * from device;
                   alter table reference.command add foreign key (organisation, device) references reference.device;
                   alter table reference.scope_entry add foreign key (organisation, fact_id) references reference.fact";
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
        Copies { office, conn }
    }

    /// The rows that the last push wrote, as COPY reads them and as JSON. Those that are there from an earlier push are taken out of the
    /// copy.
    async fn rows(&mut self, device: DeviceId) -> (Vec<(&'static str, Vec<u8>)>, Vec<serde_json::Value>) {
        let last = "select xmin::text from command where device = $1 order by dev_seq desc limit 1";
        let xmin: String = sqlx::query_scalar(last)
            .bind(device.0)
            .fetch_one(&mut self.conn)
            .await
            .unwrap();
        let again = format!(
            "delete from reference.aggregate r using aggregate a where r.key = a.key and a.xmin = '{xmin}'::xid;
             delete from reference.scope_head r using scope_head h where r.scope = h.scope and h.xmin = '{xmin}'::xid"
        );
        sqlx::raw_sql(AssertSqlSafe(again))
            .execute(&mut self.conn)
            .await
            .unwrap();
        let (mut rows, mut documents) = (Vec::new(), Vec::new());
        for (table, key) in TABLES.into_iter().zip(KEYS) {
            let sql = format!(
                "select json_build_object('name', concat_ws(' ', '{table}', {key}), 'row', to_json(t))::text
                 from {table} t where xmin = '{xmin}'::xid"
            );
            let of = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql));
            let of = of.fetch_all(&mut self.conn).await.unwrap();
            documents.extend(
                of.iter()
                    .map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap()),
            );
            let file = self.office.folder.path().join("pg").join(table);
            let sql = format!(
                "copy (select * from {table} where xmin = '{xmin}'::xid) to '{}' (format binary)",
                file.display()
            );
            self.office.cluster.sql("farthing", &sql).unwrap();
            rows.push((table, std::fs::read(&file).unwrap()));
        }
        (rows, documents)
    }

    /// Writes rows in one transaction.
    async fn write(&mut self, rows: &[(&str, Vec<u8>)]) {
        sqlx::query("begin").execute(&mut self.conn).await.unwrap();
        for (table, bytes) in rows {
            let sql = format!("copy reference.{table} from stdin (format binary)");
            let mut copy = self.conn.copy_in_raw(&sql).await.unwrap();
            copy.send(bytes.as_slice()).await.unwrap();
            copy.finish().await.unwrap();
        }
        sqlx::query("update reference.device set dev_seq = dev_seq + 200 where desk = 'BR1-01'")
            .execute(&mut self.conn)
            .await
            .unwrap();
        sqlx::query("commit").execute(&mut self.conn).await.unwrap();
    }
}
