//! The figures of the server and of what goes between it and desks, as ratios against references in the same run: the same rows,
//! the same driver, the same durability. Run by `cargo xtask bench`.
//!
//! `FARTHING_BENCH_ONLY` names the parts that are wanted: idle, snapshot, latency, apply, intake, many. `FARTHING_BENCH_PEERS` is the folder in
//! which the libraries from npm are.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod apply;
#[path = "../../../../xtask/src/cluster.rs"]
mod cluster;
mod idle;
mod intake;
mod latency;
mod many;
mod office;
mod peers;
#[path = "../../../store/benches/book/raw.rs"]
mod raw;
mod snapshot;
mod speaker;
#[path = "../../../store/benches/book/times.rs"]
mod times;
mod wire;

use office::Office;

#[tokio::main]
async fn main() {
    let only = std::env::var("FARTHING_BENCH_ONLY").unwrap_or_default();
    let wants = |part: &str| only.is_empty() || only.split(',').any(|one| one == part);
    let mut office = Box::pin(Office::new()).await;
    println!("the organisation: {} facts", office.facts);
    if wants("idle") {
        Box::pin(idle::measure(&mut office)).await;
    }
    if wants("snapshot") {
        Box::pin(snapshot::measure(&mut office)).await;
    }
    let desks = Box::pin(office.open_desks()).await;
    if wants("latency") {
        Box::pin(latency::rounds(&office, &desks)).await;
        desks.a.shut().await;
        Box::pin(latency::measure(&office, &desks.b)).await;
    }
    desks.shut().await;
    let mut download = None;
    if wants("apply") {
        download = Some(Box::pin(apply::download(&office)).await);
    }
    if wants("intake") {
        let pushes = Box::pin(intake::measure(&office)).await;
        if let Some(download) = download {
            let pulled = Box::pin(download.payments(&office)).await;
            peers::measure(&pulled, &pushes);
        }
    }
    if wants("many") {
        Box::pin(many::measure(&office)).await;
    }
    office.close().await;
}
