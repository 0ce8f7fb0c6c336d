//! A history is cut into chunks, against the same rows by COPY to the client with a hash of the bytes.

use crate::idle::more;
use crate::office::{Office, Serving};
use crate::speaker::Speaker;
use crate::times::{Times, ms, timed};
use farthing_sync::snapshot::{AskChunk, ListChunks, Listed};
use farthing_sync::wire::{Reply, Request};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection};
use std::str::FromStr;

const FACTS: i64 = 100_000;
const WARM_UP: usize = 1;
const ROUNDS: usize = 7;
/// As they stand in the tables, and joined as they are read to be cut.
const TABLES: [&str; 2] = [
    "copy fact to stdout (format binary)",
    "copy scope_entry to stdout (format binary)",
];
const JOINED: [&str; 1] = ["copy (select e.scope, e.seq, e.hash, f.ordinal, f.fact_id, f.op_id, f.version, f.at, f.booking_date, f.actor,
    f.desk, f.payload, f.registers from scope_entry e join fact f on f.organisation = e.organisation and f.fact_id = e.fact_id
    order by e.scope, e.seq) to stdout (format binary)"];

pub(crate) async fn measure(office: &mut Office) {
    let facts = office.facts;
    office
        .restart(async |cluster| {
            let sql = "create database chunks template farthing owner farthing";
            cluster.sql("postgres", sql).unwrap();
            cluster.sql("chunks", &more(facts, FACTS)).unwrap();
            cluster.sql("chunks", "vacuum").unwrap();
            cluster.sql("postgres", "checkpoint").unwrap();
        })
        .await;
    let desk = office.headless().await;
    let device = desk.book().identity().await.unwrap().unwrap().device;
    desk.close().await.unwrap();
    let url = office.cluster.url().replace("/farthing?", "/chunks?");
    let mut serving = Serving::new(&url, office.now).await;
    let speaker = office.speaker(device, &serving.address).await;
    let mut probe = PgConnectOptions::from_str(&url).unwrap().connect().await.unwrap();
    let sql = format!("set farthing.organisation = '{}'", office.organisation);
    sqlx::query(AssertSqlSafe(sql)).execute(&mut probe).await.unwrap();
    let (mut cut, mut tables, mut joined) = (Vec::new(), Vec::new(), Vec::new());
    let (mut listed, mut copied) = (Listed::default(), 0);
    for round in 0..WARM_UP + ROUNDS {
        if round == WARM_UP {
            (cut, tables, joined) = (Vec::new(), Vec::new(), Vec::new());
        }
        sqlx::query("truncate snapshot_chunk")
            .execute(&mut probe)
            .await
            .unwrap();
        copied = timed(&mut tables, copy(&mut probe, &TABLES)).await;
        timed(&mut joined, copy(&mut probe, &JOINED)).await;
        listed = timed(&mut cut, cut_all(&speaker)).await;
    }
    let mut fetched = Vec::new();
    for number in 0..u32::try_from(listed.chunks.len()).unwrap() {
        let answer = timed(&mut fetched, speaker.ask(&Request::Chunk(AskChunk { number }))).await;
        assert!(matches!(answer, Reply::Chunk(_)));
    }
    serving.end().await;
    let (facts, bytes) = (
        listed.chunks.last().unwrap().through,
        listed.chunks.iter().map(|chunk| chunk.bytes).sum::<u64>(),
    );
    assert!(facts + 5_000 > FACTS.unsigned_abs());
    let (cut, tables, joined) = (Times(cut), Times(tables), Times(joined));
    println!(
        "{} chunks of {facts} facts, {bytes} bytes, cut and kept: {}",
        listed.chunks.len(),
        cut.shown()
    );
    println!(
        "the same rows by COPY out of their tables, {copied} bytes, hashed: {}",
        tables.shown()
    );
    println!("the same joined and in their order: {}", joined.shown());
    println!(
        "cutting is {:.1} % of COPY and hash, medians (limit 60 %), {:.1} % of those joined; {:.0} facts a second",
        100.0 * ms(tables.at(50)) / ms(cut.at(50)),
        100.0 * ms(joined.at(50)) / ms(cut.at(50)),
        1000.0 * facts as f64 / ms(cut.at(50))
    );
    println!(
        "a chunk that is there, asked for and unpacked once: {}",
        Times(fetched).shown()
    );
}

/// Asks for the list until it does not grow, as a desk does.
async fn cut_all(speaker: &Speaker) -> Listed {
    let mut last = Listed::default();
    loop {
        let Reply::Chunks(listed) = speaker.ask(&Request::Chunks(ListChunks {})).await else {
            panic!("the chunks were not listed");
        };
        if listed == last {
            return last;
        }
        last = listed;
    }
}

/// Copies rows to this process and hashes them; how many bytes there were.
async fn copy(probe: &mut PgConnection, statements: &[&str]) -> usize {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    for statement in statements {
        let mut rows = probe.copy_out_raw(statement).await.unwrap();
        while let Some(piece) = rows.try_next().await.unwrap() {
            hash.update(&piece);
            bytes += piece.len();
        }
    }
    std::hint::black_box(hash.finalize());
    bytes
}
