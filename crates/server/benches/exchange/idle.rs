//! A pull that brings nothing, at as many facts as the organisation has and at a million.

use crate::office::{Office, Serving};
use crate::speaker::Speaker;
use crate::times::{Times, ms, timed};
use farthing_sync::device::Position;
use farthing_sync::pull::MOST_FACTS;
use farthing_sync::wire::{Reply, Request, unpack};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::str::FromStr;

/// As many as one machine may ask at once.
const PULLS: usize = 190;
const FACTS: i64 = 1_000_000;

/// Facts of the same payloads under other ids, in the branch's scope, up to so many; their hashes chain nothing.
pub(crate) fn more(facts: i64, all: i64) -> String {
    format!(
        "with new as (
             insert into fact (organisation, fact_id, op_id, version, at, booking_date, actor, desk, payload, about)
             select f.organisation, gen_random_uuid(), gen_random_uuid(), f.version, f.at, f.booking_date, f.actor, f.desk, f.payload, f.about
             from fact f cross join generate_series(1, {all} / {facts}) limit {all} - {facts}
             returning organisation, fact_id, ordinal)
         insert into scope_entry (organisation, scope, seq, fact_id, prev_hash, hash)
         select h.organisation, h.scope, h.seq + row_number() over (order by n.ordinal), n.fact_id, sha256(n.ordinal::text::bytea),
                sha256((n.ordinal + 1)::text::bytea)
         from new n join scope_head h on h.organisation = n.organisation and h.scope like 'branch:%';
         update scope_head h set seq = e.seq, hash = e.hash
         from (select distinct on (scope) scope, seq, hash from scope_entry order by scope, seq desc) e where e.scope = h.scope;
         analyze"
    )
}

pub(crate) async fn measure(office: &mut Office) {
    let facts = office.facts;
    office
        .restart(async |cluster| {
            for database in ["small", "large"] {
                let sql = format!("create database {database} template farthing owner farthing");
                cluster.sql("postgres", &sql).unwrap();
            }
            cluster.sql("large", &more(facts, FACTS)).unwrap();
            cluster.sql("postgres", "checkpoint").unwrap();
        })
        .await;
    let desk = office.headless().await;
    let device = desk.book().identity().await.unwrap().unwrap().device;
    desk.close().await.unwrap();
    let (mut asked, mut speakers, mut servers) = ([Vec::new(), Vec::new()], Vec::new(), Vec::new());
    for database in ["small", "large"] {
        let url = office.cluster.url().replace("/farthing?", &format!("/{database}?"));
        let serving = Serving::new(&url, office.now).await;
        let request = at_the_end(office, &url).await;
        speakers.push((office.speaker(device, &serving.address).await, request));
        servers.push(serving);
    }
    for n in 0..PULLS {
        for (times, (speaker, request)) in asked.iter_mut().zip(&speakers) {
            if n == PULLS / 10 {
                times.clear();
            }
            timed(times, pull(speaker, request)).await;
        }
    }
    for mut server in servers {
        server.end().await;
    }
    let [small, large] = asked.map(Times);
    println!("a pull with nothing new at {facts} facts: {}", small.shown());
    println!("the same at {FACTS} facts: {}", large.shown());
    println!("medians: {:.2} times", ms(large.at(50)) / ms(small.at(50)));
}

/// The question of a desk that knows everything.
async fn at_the_end(office: &Office, url: &str) -> Request {
    let mut probe = PgConnectOptions::from_str(url).unwrap().connect().await.unwrap();
    let sql = format!("set farthing.organisation = '{}'", office.organisation);
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut probe).await.unwrap();
    let cursors = crate::many::cursors(&mut probe).await;
    let position = Position {
        cursors,
        decided: i64::MAX / 2,
        ..Position::default()
    };
    Request::Pull(position.pull(MOST_FACTS))
}

async fn pull(speaker: &Speaker, request: &Request) {
    let answer = speaker.send(speaker.letter(request)).await;
    let Reply::Pull(page) = unpack(&answer).unwrap() else {
        panic!("a pull was not answered");
    };
    assert!(page.entries.is_empty() && !page.more);
}
