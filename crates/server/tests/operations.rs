//! What whoever runs the server relies on: backups, a look at everything, metrics, and refusals that say why.

use crate::common::loans::*;
use crate::office::*;
use farthing_api::*;
use farthing_server::{Server, backup, restore};
use farthing_sync::wire::{Form, Letter, PROTOCOL, Reply, pack, unpack};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An office where something has happened at both desks.
async fn busy() -> Office {
    let office = Office::new().await;
    let today = office.a.today();
    pay(&office.a, office.loan, "700", today).await.unwrap();
    pay_at(&office.b, office.loan, "300", today).await;
    office.sync().await;
    office
}

#[tokio::test]
async fn a_backup_restores_all_of_it_and_what_was_altered_is_found() {
    let office = Box::pin(busy()).await;
    let all = office.server.check().await.unwrap();
    assert!(all.commands > 0 && all.facts > 0 && all.entries >= all.facts, "{all:?}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.dump");
    // A role that row-level security does not bind.
    let everything = office.cluster.url().replace("farthing@", "postgres@");
    backup(&everything, &file).unwrap();
    assert!(backup(&everything, &file).unwrap_err().to_string().contains("exists"));
    office
        .cluster
        .sql("postgres", "create database second owner farthing")
        .unwrap();
    let second = office.cluster.url().replace("/farthing?", "/second?");
    restore(&second, &file).await.unwrap();
    let server = Server::connect(&second, 2, Arc::new(chrono::Utc::now)).await.unwrap();
    assert_eq!(server.check().await.unwrap(), all);
    assert!(
        restore(&second, &file).await.is_err(),
        "a database that is not empty stays as it is"
    );

    for (sql, says) in [
        (
            "update fact set payload = replace(payload, '70000', '70001') where payload like '%payment_received%'",
            "does not follow",
        ),
        (
            "update aggregate set state = replace(state, '2025-03-02', '2025-03-01') where key = 'day'",
            "day is not what its facts come to",
        ),
        (
            "update command set hlc = hlc + 1 where dev_seq = (select max(dev_seq) from command)",
            "does not follow",
        ),
    ] {
        office.cluster.sql("second", sql).unwrap();
        let found = server.check().await.unwrap().findings;
        assert!(found.iter().any(|finding| finding.contains(says)), "{sql}: {found:?}");
    }
    server.close().await;
}

#[tokio::test]
async fn metrics_count_what_was_asked_for() {
    let office = Box::pin(busy()).await;
    let text = office.server.metrics_text();
    for line in [
        "farthing_request_seconds_count{what=\"push\",how=\"done\"} 3",
        "farthing_request_seconds_count{what=\"enrol\",how=\"done\"} 1",
        "farthing_commands_total{outcome=\"done\"} 4",
        "farthing_commands_total{outcome=\"refused\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

/// Posts to the server by hand; the status and the body.
async fn post(office: &Office, body: &[u8]) -> (u16, Vec<u8>) {
    let (head, body) = post_with(office, "", body).await;
    (head[9..12].parse().unwrap(), body)
}

/// The head of the answer and its body, to a request with a line more in its own.
async fn post_with(office: &Office, line: &str, body: &[u8]) -> (String, Vec<u8>) {
    let host = office.address.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{line}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer before it has read everything.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).unwrap(), body)
}

#[tokio::test]
async fn small_messages_are_dense_between_programs_that_read_it() {
    let office = Office::new().await;
    let a = &office.a.desk;
    let bytes_in = || {
        let text = office.server.metrics_text();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("farthing_wire_bytes_total{way=\"in\"} "));
        line.unwrap().parse::<usize>().unwrap()
    };
    a.run_sync().await.unwrap();
    let push_of = async |amount: &str| {
        pay(&office.a, office.loan, amount, office.a.today()).await.unwrap();
        let before = bytes_in();
        a.run_sync().await.unwrap();
        bytes_in() - before
    };
    let sent = push_of("70").await;
    assert!(
        (1..700).contains(&sent),
        "a push of a payment and a pull took {sent} bytes"
    );
    // A server that was put back to a former release would not understand it; the next letter is one that it reads.
    office.lose_answers(1);
    a.run_sync().await.unwrap_err();
    let sent = push_of("60").await;
    assert!(sent > 700, "a push of a payment and a pull took {sent} bytes");
    let sent = push_of("50").await;
    assert!(
        (1..700).contains(&sent),
        "a push of a payment and a pull took {sent} bytes"
    );

    // What a former program says, and one that reads it, by hand: any letter is answered in the form of whoever asks.
    let letter = Letter {
        version: PROTOCOL + 1,
        organisation: uuid::Uuid::nil(),
        device: DeviceId(uuid::Uuid::nil()),
        body: Vec::new(),
        signature: [0; 64],
    };
    let (named, dense) = (pack(&letter).unwrap(), Form::Dense.pack(&letter).unwrap());
    let line = format!("{}: {}\r\n", Form::FIELD, Form::READ);
    for (line, letter, form) in [
        ("", &named, Form::Named),
        ("farthing-form: 9\r\n", &named, Form::Named),
        (&line, &named, Form::Dense),
        ("", &dense, Form::Dense),
    ] {
        let (head, body) = post_with(&office, line, letter).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(Form::of(&body), form, "{line}");
        let says = head.contains(&format!("{}: {}", Form::FIELD, Form::READ));
        assert_eq!(says, !line.is_empty() && form == Form::Dense, "{head}");
        assert!(matches!(unpack(&body).unwrap(), Reply::Refused(error) if error.code == Code::ProtocolVersion));
    }
}

#[tokio::test]
async fn what_is_not_of_this_protocol_is_refused_as_such() {
    let office = Office::new().await;
    assert_eq!(post(&office, b"hello").await.0, 413);
    assert_eq!(post(&office, &pack(&"hello").unwrap()).await.0, 400);
    assert_eq!(post(&office, &vec![0; 9 << 20]).await.0, 413);
    // Whatever a newer program asks for, it learns that this server is older.
    let letter = Letter {
        version: PROTOCOL + 1,
        organisation: uuid::Uuid::nil(),
        device: DeviceId(uuid::Uuid::nil()),
        body: b"what only the newer one understands".to_vec(),
        signature: [0; 64],
    };
    let (status, body) = post(&office, &pack(&letter).unwrap()).await;
    let Reply::Refused(error) = unpack(&body).unwrap() else {
        panic!("it was not refused");
    };
    assert_eq!((status, error.code), (200, Code::ProtocolVersion));
}
