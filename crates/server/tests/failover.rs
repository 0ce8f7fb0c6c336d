//! The database's primary dies under load and its synchronous standby takes over: nothing that a desk was told is lost.

use crate::cluster::Cluster;
use crate::common::loans::*;
use crate::common::*;
use crate::office::*;
use farthing_api::*;
use std::path::Path;
use std::process::Command;

fn must(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// A standby of a cluster, in a folder of its own; from now on the primary commits nothing that it lacks.
fn standby_of(primary: &Cluster, at: &Path, folder: &Path) -> Cluster {
    std::fs::create_dir_all(folder).unwrap();
    let data = folder.join("data");
    let mut copy = Command::new("pg_basebackup");
    copy.args(["-U", "postgres", "-X", "stream", "-c", "fast", "-R", "-h"]);
    must(copy.arg(at).arg("-D").arg(&data));
    // Who is root here starts PostgreSQL as its own user.
    let _ = Command::new("chown")
        .args(["-R", "postgres:postgres"])
        .arg(folder)
        .output();
    let standby = Cluster::start(folder, true).unwrap();
    primary
        .sql("postgres", "alter system set synchronous_standby_names = '*'")
        .unwrap();
    primary.sql("postgres", "select pg_reload_conf()").unwrap();
    standby
}

/// Kills a primary as a crash of its machine does: nothing is written out any more.
fn kill(folder: &Path) {
    let pid = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    must(Command::new("kill").args(["-9", pid.lines().next().unwrap()]));
}

#[tokio::test]
async fn what_was_acknowledged_survives_the_primary() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("pg"), folder.path().join("standby"));
    let primary = Cluster::start(&first, true).unwrap();
    let mut office = Box::pin(Office::on(primary, folder)).await;
    let standby = standby_of(&office.cluster, &first, &second);
    let (loan, today) = (office.loan, office.a.today());
    let amount = |n: u32| format!("{}", 100 + n);

    let mut taken = 0;
    for n in 0..10 {
        pay(&office.a, loan, &amount(n), today).await.unwrap();
        office.a.desk.run_sync().await.unwrap();
        taken += 1;
    }
    // The primary dies while both desks hand something over; whether that was still kept, nobody can say.
    pay(&office.a, loan, &amount(10), today).await.unwrap();
    pay_at(&office.b, loan, &amount(11), today).await;
    taken += 2;
    let dying = tokio::task::spawn_blocking(move || kill(&first));
    let (_, _, dead) = tokio::join!(office.a.desk.run_sync(), office.b.run_sync(), dying);
    dead.unwrap();
    // Work goes on without it.
    pay_at(&office.b, loan, &amount(12), today).await;
    taken += 1;
    assert!(office.b.run_sync().await.is_err());

    standby.sql("postgres", "select pg_promote()").unwrap();
    office.move_to(&standby.url()).await;
    office
        .both(async |desk: &Desk| {
            let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
            assert_eq!((state.waiting, state.needs_attention, state.halted), (0, 0, None));
            let mut paid: Vec<_> = view(desk, loan).await.payments.iter().map(|p| p.amount).collect();
            paid.sort();
            let expected: Vec<_> = (0..taken).map(|n| money(&amount(n))).collect();
            assert_eq!(paid, expected, "each once");
        })
        .await;
    office.server.close().await;
}
