//! New desks begin with chunks of the history: what they get is what pages bring, wherever it stops and whatever is damaged.

use crate::common::loans::*;
use crate::common::*;
use crate::erasing::{erase, is_gone, paid_off};
use crate::office::*;
use farthing_api::*;
use farthing_desk::{Clock, Home};
use farthing_identity::DeviceKey;
use farthing_server::{Server, ServerError, backup, restore};
use farthing_sync::snapshot::{AskChunk, Full, ListChunks, Listed, SentChunk};
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Reply, Request};
use sqlx::{Connection, PgConnection};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// An office where as many payments were received.
async fn busy(payments: u32) -> Office {
    let office = Office::new().await;
    more(&office, 0..payments).await;
    office
}

async fn more(office: &Office, payments: std::ops::Range<u32>) {
    for n in payments {
        let amount = (101 + n).to_string();
        pay(&office.a, office.loan, &amount, office.a.today()).await.unwrap();
    }
    office.sync().await;
}

async fn join_with(desk: &Desk, code: &JoinCode) -> Result<(), ApiError> {
    let request = JoinServer {
        server: code.server.clone(),
        code: code.code.clone(),
        email: ADMIN.into(),
        password: Secret::new(PASSWORD),
    };
    desk.join_server(request).await.map(drop)
}

async fn code(office: &Office) -> JoinCode {
    office.a.desk.make_join_code(MakeJoinCode {}).await.unwrap()
}

/// Another desk of the branch.
async fn joined(office: &Office) -> (tempfile::TempDir, Desk) {
    let (folder, desk) = office.empty_desk();
    join_with(&desk, &code(office).await).await.unwrap();
    (folder, desk)
}

/// A counter of the server.
fn count(server: &Server, name: &str) -> u64 {
    let text = server.metrics_text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap().parse().unwrap()
}

fn sent(office: &Office) -> u64 {
    count(&office.server, "farthing_chunks_sent_total")
}

async fn kept(office: &Office) -> u64 {
    office.server.check().await.unwrap().chunks
}

/// A machine that asks by itself.
struct Machine {
    key: DeviceKey,
    device: DeviceId,
    organisation: Uuid,
}

impl Machine {
    /// That of the desk with this prefix, whose book is in a folder.
    async fn of(office: &Office, folder: &Path, desk: &str) -> Machine {
        let listed = office.a.desk.list_devices(ListDevices {}).await.unwrap();
        let mut conn = PgConnection::connect(&office.cluster.url()).await.unwrap();
        let organisation = sqlx::query_scalar("select organisation from organisation");
        Machine {
            key: DeviceKey::load(&Home::at(folder).book()).unwrap(),
            device: listed.iter().find(|d| d.desk == desk).unwrap().device,
            organisation: organisation.fetch_one(&mut conn).await.unwrap(),
        }
    }

    async fn ask(&self, server: &Server, request: Request) -> Result<Reply, ServerError> {
        let sign = |message: &[u8]| self.key.sign(message);
        let letter = Letter::new(Versions::HERE, self.organisation, self.device, &request, sign).unwrap();
        server.answer(&letter).await
    }

    async fn list(&self, server: &Server) -> Listed {
        match self.ask(server, Request::Chunks(ListChunks {})).await {
            Ok(Reply::Chunks(listed)) => listed,
            other => panic!("{other:?}"),
        }
    }

    async fn chunk(&self, server: &Server, number: usize) -> SentChunk {
        let number = u32::try_from(number).unwrap();
        match self.ask(server, Request::Chunk(AskChunk { number })).await {
            Ok(Reply::Chunk(chunk)) => chunk,
            other => panic!("{other:?}"),
        }
    }

    /// What it is refused with, whether it asks for the list or for a chunk.
    async fn refused(&self, server: &Server) -> Vec<Code> {
        let mut codes = Vec::new();
        for request in [Request::Chunks(ListChunks {}), Request::Chunk(AskChunk { number: 0 })] {
            match self.ask(server, request).await {
                Err(ServerError::Refused(error)) => codes.push(error.code),
                other => panic!("{other:?}"),
            }
        }
        codes
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_begins_with_chunks_has_what_one_has_that_pulled_pages() {
    let mut office = Box::pin(busy(12)).await;
    let (_plain, by_pages) = joined(&office).await;
    assert_eq!(
        (sent(&office), kept(&office).await),
        (0, 0),
        "too few facts for a chunk"
    );
    office.in_chunks(1).await;
    let (_folder, by_chunks) = joined(&office).await;
    let chunks = kept(&office).await;
    assert!(chunks > 20, "more than are cut at one request, but {chunks}");
    assert_eq!(sent(&office), chunks, "each once");
    assert_eq!(said(&by_chunks).await, said(&by_pages).await);
    assert_eq!(said(&by_chunks).await, said(&office.a.desk).await);
    // It is a desk like any other, and the next one finds everything cut.
    pay_at(&by_chunks, office.loan, "300", office.a.today()).await;
    by_chunks.run_sync().await.unwrap();
    office.sync().await;
    assert_eq!(view(&office.b, office.loan).await.payments.len(), 13);
    by_chunks.run_sync().await.unwrap();
    assert_eq!(said(&by_chunks).await, said(&office.b).await);
    office.agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_stopped_between_chunks_goes_on_with_the_next() {
    let mut office = Box::pin(busy(6)).await;
    office.in_chunks(5).await;
    let (folder, desk) = office.empty_desk();
    let code = code(&office).await;
    // It is let in, gets a page, the list and two chunks, of which the second is still applied, and then nothing.
    office.stop_after(5);
    let lost = join_with(&desk, &code).await.unwrap_err();
    assert_eq!(lost.kind, ErrorKind::Unavailable);
    assert!(!Home::at(folder.path()).book().exists());
    office.stop_after(u32::MAX);
    let before = sent(&office);
    // What is decided meanwhile is partly in a further chunk, partly in none.
    more(&office, 6..13).await;
    let again = Desk::with_clock(Home::at(folder.path()), Clock::moved(office.a.now())).without_second_factor();
    join_with(&again, &code).await.unwrap();
    let chunks = kept(&office).await;
    assert!(chunks > 4);
    assert_eq!(sent(&office) - before, chunks - 2, "the first two are there already");
    assert_eq!(said(&again).await, said(&office.a.desk).await);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    let names: Vec<_> = left.iter().map(|f| f.file_name().into_string().unwrap()).collect();
    assert!(!names.iter().any(|name| name.contains(".new")), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_or_code_begins_the_download_anew() {
    let mut office = Box::pin(busy(0)).await;
    office.in_chunks(5).await;
    let (_folder, desk) = office.empty_desk();
    let first = code(&office).await;
    office.stop_after(5);
    join_with(&desk, &first).await.unwrap_err();
    office.stop_after(u32::MAX);
    let before = sent(&office);
    let other = JoinServer {
        server: first.server.clone(),
        code: first.code.clone(),
        email: ADMIN.into(),
        password: Secret::new("not the one of this administrator 7"),
    };
    let refused = desk.join_server(other).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Input, "{refused:?}");
    let chunks = kept(&office).await;
    assert_eq!(
        sent(&office) - before,
        chunks,
        "what was sealed under another password is of no use"
    );
    join_with(&desk, &first).await.unwrap();
    assert_eq!(sent(&office) - before, 2 * chunks, "what was refused left nothing");
    assert_eq!(said(&desk).await, said(&office.a.desk).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_chunk_is_found_and_pages_bring_the_rest() {
    let mut office = Box::pin(busy(6)).await;
    office.in_chunks(5).await;
    let machine = Machine::of(&office, office.b_folder(), "BR1-02").await;
    machine.list(&office.server).await;
    let flip = "update snapshot_chunk set packed = set_byte(packed, 40, get_byte(packed, 40) # 255) where number = 1";
    office.cluster.sql("farthing", flip).unwrap();
    let (_folder, desk) = joined(&office).await;
    assert_eq!(sent(&office), 2, "none is asked for after it");
    assert_eq!(said(&desk).await, said(&office.a.desk).await);
    let found = office.server.check().await.unwrap().findings;
    assert_eq!(found, ["branch BR1: chunk 1 of the history is not what was cut"]);
    // Whoever runs the server takes them away, and they are cut anew.
    office.cluster.sql("farthing", "delete from snapshot_chunk").unwrap();
    let (_folder, desk) = joined(&office).await;
    assert_eq!(sent(&office), 2 + kept(&office).await);
    assert_eq!(said(&desk).await, said(&office.a.desk).await);
    office.agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_cut_before_somebody_was_erased_comes_without_their_key() {
    let (mut office, customer) = Box::pin(paid_off()).await;
    office.in_chunks(1).await;
    let machine = Machine::of(&office, office.b_folder(), "BR1-02").await;
    let (mut before, mut keys, mut passwords) = (Vec::new(), 0, 0);
    while before.len() < machine.list(&office.server).await.chunks.len() {
        before.push(machine.chunk(&office.server, before.len()).await);
    }
    for chunk in &before {
        (keys, passwords) = (keys + chunk.keys.len(), passwords + chunk.credentials.len());
    }
    assert_eq!(keys, 1, "that of the only customer");
    assert!(passwords > 0);

    erase(&office, customer).await;
    office.sync().await;
    let mut left = 0;
    for (n, was) in before.iter().enumerate() {
        let now = machine.chunk(&office.server, n).await;
        assert_eq!(now.packed, was.packed, "what was cut never changes");
        assert_eq!(now.keys, []);
        left += now.credentials.len();
    }
    assert!(left <= passwords);
    let (_folder, desk) = joined(&office).await;
    assert!(sent(&office) > 2 * u64::try_from(before.len()).unwrap());
    assert!(is_gone(&desk, customer).await);
    assert_eq!(said(&desk).await, said(&office.a.desk).await);
    office.agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_at_once_cut_each_chunk_once() {
    let mut office = Box::pin(busy(16)).await;
    office.in_chunks(1).await;
    let now = office.a.now();
    let full = Full {
        facts: 1,
        ..Full::default()
    };
    let other = Server::connect(&office.cluster.url(), 4, Arc::new(move || now))
        .await
        .unwrap();
    let other = other.with_chunks(full);
    let machine = Machine::of(&office, office.b_folder(), "BR1-02").await;
    for _ in 0..5 {
        let cut = |server| count(server, "farthing_chunks_cut_total");
        let before = cut(&office.server) + cut(&other);
        let mut last = 0;
        loop {
            tokio::join!(machine.list(&office.server), machine.list(&other));
            let listed = machine.list(&other).await.chunks;
            if listed.len() == last {
                break;
            }
            assert!(listed.len() <= last + 60, "a request cuts some at most");
            last = listed.len();
            let through: Vec<u64> = listed.iter().map(|chunk| chunk.through).collect();
            assert_eq!(through, (1..=u64::try_from(last).unwrap()).collect::<Vec<u64>>());
        }
        assert!(last > 20);
        assert_eq!(cut(&office.server) + cut(&other) - before, u64::try_from(last).unwrap());
        office.agree().await;
        office.cluster.sql("farthing", "delete from snapshot_chunk").unwrap();
    }
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_no_desk_of_the_branch_gets_none() {
    let mut office = Box::pin(busy(3)).await;
    office.in_chunks(5).await;
    let machine = Machine::of(&office, office.b_folder(), "BR1-02").await;
    assert!(machine.list(&office.server).await.chunks.len() > 1);
    // The same machine in an organisation of its own sees what that one has, which is nothing.
    let other = Uuid::from_u128(77);
    let sql = format!(
        "insert into organisation (organisation, branch, founded_at) values ('{other}', 'BR1', now());
         insert into device (organisation, device, public_key, desk, epoch, dev_seq, head)
         select '{other}', device, public_key, desk, epoch, dev_seq, head from device where desk = 'BR1-02'"
    );
    let elsewhere = Machine {
        organisation: other,
        ..Machine::of(&office, office.b_folder(), "BR1-02").await
    };
    assert_eq!(
        elsewhere.refused(&office.server).await,
        [Code::DeviceUnknown, Code::DeviceUnknown]
    );
    office.cluster.sql("farthing", &sql).unwrap();
    assert_eq!(elsewhere.list(&office.server).await, Listed::default());
    let ask = Request::Chunk(AskChunk { number: 0 });
    assert!(matches!(
        elsewhere.ask(&office.server, ask).await,
        Err(ServerError::Refused(_))
    ));
    // A signature of another machine.
    let forged = Machine {
        key: DeviceKey::load(&Home::at(office.a.path()).book()).unwrap(),
        ..Machine::of(&office, office.b_folder(), "BR1-02").await
    };
    assert_eq!(
        forged.refused(&office.server).await,
        [Code::DeviceUnknown, Code::DeviceUnknown]
    );
    // A customer's own machine.
    let own = "update device set customer = gen_random_uuid() where desk = 'BR1-02'";
    office.cluster.sql("farthing", own).unwrap();
    assert_eq!(
        machine.refused(&office.server).await,
        [Code::Forbidden, Code::Forbidden]
    );
    let pull = farthing_sync::device::Position::default().pull(10);
    let Ok(Reply::Pull(page)) = machine.ask(&office.server, Request::Pull(pull)).await else {
        panic!("a pull was not answered");
    };
    assert_eq!((page.in_chunks, page.entries.is_empty()), (None, false));
    // A machine whose access was taken away.
    let revoked = "update device set customer = null, revoked_at = now() where desk = 'BR1-02'";
    office.cluster.sql("farthing", revoked).unwrap();
    assert_eq!(
        machine.refused(&office.server).await,
        [Code::DeviceRevoked, Code::DeviceRevoked]
    );
    assert_eq!(sent(&office), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_stands_where_a_chunk_begins_takes_it_in_its_round() {
    let mut office = Box::pin(busy(1)).await;
    // Everything that both know is one chunk.
    let all = said(&office.b).await.0;
    office.in_chunks(u32::try_from(all).unwrap()).await;
    for n in 0..u32::try_from(all).unwrap() + 3 {
        let amount = (500 + n).to_string();
        pay(&office.a, office.loan, &amount, office.a.today()).await.unwrap();
    }
    // Desk A gets its own facts so, and what became of its commands by the page after it.
    for (n, desk) in [&office.a.desk, &office.b].into_iter().enumerate() {
        let round = desk.run_sync().await.unwrap();
        assert_eq!(sent(&office), 1 + n as u64);
        assert!(round.facts as u64 >= all + 3);
        let state = desk.sync_state(GetSyncState {}).await.unwrap().unwrap();
        assert_eq!((state.waiting, state.unsent, state.needs_attention), (0, 0, 0));
    }
    office.agree().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_of_a_restored_server_are_as_old_as_the_rest_of_it() {
    let mut office = Box::pin(busy(4)).await;
    office.in_chunks(5).await;
    let machine = Machine::of(&office, office.b_folder(), "BR1-02").await;
    machine.list(&office.server).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.dump");
    backup(&office.cluster.url().replace("farthing@", "postgres@"), &file).unwrap();
    let in_backup = kept(&office).await;
    // More is decided and cut, which the backup lacks.
    more(&office, 4..12).await;
    let (_first, third) = joined(&office).await;
    assert!(kept(&office).await > in_backup);
    third.shut().await;

    office
        .cluster
        .sql("postgres", "create database second owner farthing")
        .unwrap();
    let second = office.cluster.url().replace("/farthing?", "/second?");
    restore(&second, &file).await.unwrap();
    office.server.close().await;
    office.move_to(&second).await;
    office.in_chunks(5).await;
    assert_eq!(kept(&office).await, in_backup);
    office.sync().await;
    assert!(sent(&office) >= 2 * in_backup, "both began anew with them");
    assert_eq!(view(&office.b, office.loan).await.payments.len(), 12);
    let (_folder, desk) = joined(&office).await;
    assert_eq!(said(&desk).await, said(&office.a.desk).await);
    office.agree().await;
    office.server.close().await;
}
