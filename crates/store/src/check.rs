//! Checks the whole book, and rebuilds what is derived.

use crate::StoreError;
use crate::book::{Book, shadow};
use crate::log::{Batch, FactRow, load_all, note_hash, save_aggregates};
use crate::project::{TABLES, project};
use crate::provisional::record;
use farthing_api::VerifyReport;
use farthing_office::chain::CommandLink;
use farthing_office::{Fact, Key, State};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How many facts a replay takes at once.
const CHUNK: i64 = 2_000;

impl Book {
    /// Checks everything: the page codes of the whole file, both chains, the trial balance, and that the projections
    /// equal a replay of the facts.
    ///
    /// # Errors
    /// What the database says where the check itself can't go on; what is wrong with the book is a finding.
    pub async fn verify(&self) -> Result<VerifyReport, StoreError> {
        let mut conn = self.writer().await;
        sqlx::query("pragma wal_checkpoint(truncate)")
            .execute(&mut *conn)
            .await?;
        let mut report = VerifyReport::default();
        check_pages(&mut conn, &mut report).await?;
        if report.findings.is_empty() {
            check_commands(&mut conn, &mut report).await?;
            check_noted(&mut conn, &mut report).await?;
            check_balance(&mut conn, &mut report).await?;
            check_facts(&mut conn, &mut report).await?;
        }
        Ok(report)
    }

    /// The last fact's number and hash, which stand for the whole chain.
    ///
    /// # Errors
    /// What the database says.
    pub async fn head(&self) -> Result<(i64, Vec<u8>), StoreError> {
        let last = sqlx::query!("select seq, hash from fact order by seq desc limit 1")
            .fetch_optional(self.readers())
            .await?;
        Ok(last.map_or((0, vec![0; 32]), |row| (row.seq, row.hash)))
    }

    /// Throws away what is derived and replays every fact, in one transaction.
    ///
    /// # Errors
    /// What the database says; the book is as before then.
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        let mut batch = self.batch().await?;
        match rebuild_in(&mut batch).await {
            Ok(facts) => {
                batch.commit().await?;
                Ok(facts)
            }
            Err(error) => {
                batch.roll_back().await?;
                Err(error)
            }
        }
    }
}

/// What is provisional is not replayed but decided again, on top of what is decided.
async fn rebuild_in(batch: &mut Batch<'_>) -> Result<u64, StoreError> {
    let enrolled = batch.ends().enrolled;
    let conn = batch.conn();
    if enrolled {
        record(conn, false).await?;
    }
    for (table, _) in TABLES.iter().rev() {
        sqlx::query(AssertSqlSafe(format!("delete from {table}")))
            .execute(&mut *conn)
            .await?;
    }
    if enrolled {
        sqlx::query!("delete from fact where seq > (select fact from authority)")
            .execute(&mut *conn)
            .await?;
        sqlx::query!("delete from before_provisional")
            .execute(&mut *conn)
            .await?;
    }
    let (mut after, mut total) = (0, 0);
    loop {
        let rows = facts_after(conn, after, CHUNK).await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        total += rows.len() as u64;
        replay(conn, &rows).await?;
    }
    batch.begin_anew().await?;
    if enrolled {
        batch.derive_again().await?;
    }
    Ok(total)
}

pub(crate) async fn facts_after(
    conn: &mut SqliteConnection,
    after: i64,
    most: i64,
) -> Result<Vec<FactRow>, StoreError> {
    Ok(sqlx::query_as!(
        FactRow,
        r#"select seq, fact_id as "fact_id: Uuid", op_id as "op_id: Uuid", version, kind, at, booking_date,
           actor as "actor: Uuid", desk, payload, prev_hash, hash from fact where seq > ? order by seq limit ?"#,
        after,
        most
    )
    .fetch_all(conn)
    .await?)
}

/// Applies facts to the aggregates and projections behind a connection.
async fn replay(conn: &mut SqliteConnection, rows: &[FactRow]) -> Result<(), StoreError> {
    let facts: Vec<Fact> = rows.iter().map(FactRow::read).collect::<Result<_, StoreError>>()?;
    let keys: Vec<Key> = facts.iter().flat_map(|f| f.body.touches(&f.desk)).collect();
    let mut state = State::default();
    let asked: BTreeSet<&Key> = keys.iter().collect();
    load_all(conn, &asked.into_iter().cloned().collect::<Vec<_>>(), &mut state).await?;
    let numbered: Vec<(i64, &Fact)> = rows.iter().map(|row| row.seq).zip(&facts).collect();
    project(conn, &mut state, &numbered).await?;
    save_aggregates(conn, &state, &keys).await
}

async fn check_pages(conn: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut *conn).await?;
    report.pages = u64::try_from(pages).unwrap_or(0);
    for row in sqlx::query("pragma cipher_integrity_check")
        .fetch_all(&mut *conn)
        .await?
    {
        report
            .findings
            .push(format!("A page of the file was altered: {}.", row.get::<String, _>(0)));
    }
    if report.findings.is_empty() {
        for row in sqlx::query("pragma integrity_check(5)").fetch_all(conn).await? {
            let line: String = row.get(0);
            if line != "ok" {
                report
                    .findings
                    .push(format!("The file's structure is damaged: {line}."));
            }
        }
    }
    Ok(())
}

async fn check_commands(conn: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let (mut after, mut prev) = (0i64, vec![0u8; 32]);
    let mut last = (0i64, 0i64);
    loop {
        let rows = sqlx::query!(
            r#"select seq, op_id as "op_id: Uuid", device as "device: Uuid", epoch, dev_seq, hlc, version, payload, context,
               prev_hash, hash from command where seq > ? order by seq limit ?"#,
            after,
            CHUNK
        )
        .fetch_all(&mut *conn)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for r in rows {
            report.commands += 1;
            let link = CommandLink {
                op: &r.op_id,
                device: &r.device,
                epoch: r.epoch,
                dev_seq: r.dev_seq,
                hlc: r.hlc,
                version: r.version,
                payload: &r.payload,
                context: &r.context,
            };
            let hash = link.after(&prev);
            if r.seq != after + 1 || r.prev_hash != prev || r.hash != hash {
                report
                    .findings
                    .push(format!("The chain of commands breaks at number {}.", r.seq));
                return Ok(());
            }
            // Books that were restored by a former version count from 1 again.
            let begins_again = r.epoch > last.0 && r.dev_seq == 1;
            if r.dev_seq != last.1 + 1 && !begins_again && last != (0, 0) {
                report
                    .findings
                    .push(format!("Command {} is out of its desk's sequence.", r.seq));
            }
            last = (r.epoch, r.dev_seq);
            (after, prev) = (r.seq, r.hash);
        }
    }
}

async fn check_noted(conn: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let (mut after, mut prev) = (0i64, vec![0u8; 32]);
    loop {
        let rows = sqlx::query!(
            r#"select seq, at, actor as "actor: Uuid", desk, what, code, prev_hash, hash from noted where seq > ?
               order by seq limit ?"#,
            after,
            CHUNK
        )
        .fetch_all(&mut *conn)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for r in rows {
            let hash = note_hash(&prev, &r.at, r.actor.as_ref(), [&r.desk, &r.what, &r.code]);
            if r.seq != after + 1 || r.prev_hash != prev || r.hash != hash {
                report.findings.push(format!(
                    "The chain of what was noted for the audit breaks at number {}.",
                    r.seq
                ));
                return Ok(());
            }
            (after, prev) = (r.seq, r.hash);
        }
    }
}

async fn check_balance(conn: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let off: i64 = sqlx::query_scalar("select coalesce(sum(amount), 0) from posting")
        .fetch_one(&mut *conn)
        .await?;
    if off != 0 {
        report
            .findings
            .push(format!("The trial balance is off by {off} minor units."));
    }
    let bad = sqlx::query_scalar!(r#"select fact_seq from posting group by fact_seq having sum(amount) <> 0 limit 1"#)
        .fetch_optional(conn)
        .await?;
    if let Some(seq) = bad {
        report
            .findings
            .push(format!("The entry of fact {seq} is not balanced."));
    }
    Ok(())
}

/// Checks the chain of facts and replays them into memory, then compares every table.
async fn check_facts(conn: &mut SqliteConnection, report: &mut VerifyReport) -> Result<(), StoreError> {
    let mut twin = shadow().await?;
    copy_keys(conn, &mut twin).await?;
    let (mut after, mut prev) = (0i64, vec![0u8; 32]);
    sqlx::query("begin").execute(&mut twin).await?;
    loop {
        let rows = facts_after(conn, after, CHUNK).await?;
        if rows.is_empty() {
            break;
        }
        for r in &rows {
            report.facts += 1;
            let hash = r.chained(&prev);
            if r.seq != after + 1 || r.prev_hash != prev || r.hash != hash {
                report
                    .findings
                    .push(format!("The chain of facts breaks at number {}.", r.seq));
                return Ok(());
            }
            (after, prev) = (r.seq, r.hash.clone());
        }
        put_facts(&mut twin, &rows).await?;
        replay(&mut twin, &rows).await?;
    }
    sqlx::query("commit").execute(&mut twin).await?;
    for (table, order) in TABLES {
        if digest(conn, table, order).await? != digest(&mut twin, table, order).await? {
            report.findings.push(format!(
                "The table {table} does not equal a replay of the facts. Rebuild the book."
            ));
        }
    }
    Ok(())
}

/// The twin decrypts personal fields with the same keys.
async fn copy_keys(from: &mut SqliteConnection, to: &mut SqliteConnection) -> Result<(), StoreError> {
    let keys = sqlx::query!("select customer, key from customer_key")
        .fetch_all(from)
        .await?;
    sqlx::query("begin").execute(&mut *to).await?;
    for k in keys {
        sqlx::query!(
            "insert into customer_key (customer, key) values (?, ?)",
            k.customer,
            k.key
        )
        .execute(&mut *to)
        .await?;
    }
    sqlx::query("commit").execute(to).await?;
    Ok(())
}

/// The postings of the twin refer to its facts.
async fn put_facts(twin: &mut SqliteConnection, rows: &[FactRow]) -> Result<(), StoreError> {
    let empty: &[u8] = &[];
    for r in rows {
        sqlx::query!(
            "insert into fact (seq, fact_id, op_id, version, kind, about, at, booking_date, actor, desk, payload, prev_hash, hash)
             values (?, ?, ?, ?, '', '', '', '', null, '', '', ?, ?)",
            r.seq,
            r.fact_id,
            r.op_id,
            r.version,
            empty,
            empty
        )
        .execute(&mut *twin)
        .await?;
    }
    Ok(())
}

/// A digest of a whole table in its order.
async fn digest(conn: &mut SqliteConnection, table: &str, order: &str) -> Result<Vec<u8>, StoreError> {
    let columns: Vec<String> = sqlx::query(AssertSqlSafe(format!(
        "select 'quote(' || name || ')' from pragma_table_info('{table}')"
    )))
    .fetch_all(&mut *conn)
    .await?
    .iter()
    .map(|r| r.get(0))
    .collect();
    let mut hash = Sha256::new();
    let mut offset = 0i64;
    loop {
        let sql = format!(
            "select {} from {table} order by {order} limit {} offset {offset}",
            columns.join(" || ',' || "),
            CHUNK * 50
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
        if rows.is_empty() {
            return Ok(hash.finalize().to_vec());
        }
        offset += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        for row in rows {
            hash.update(row.get::<String, _>(0));
            hash.update(b"\n");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::key::BookKey;
    use farthing_api::{Code, UserId};

    /// Three refusals and something that was done, then an alteration with the book's own key; what is found.
    async fn found_after(alteration: Option<&'static str>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let key = BookKey::from_bytes(&[7; 32]);
        let book = Book::create(&folder.path().join("a.book"), &key).await.unwrap();
        let (who, at) = (
            Some(UserId(Uuid::from_u128(1))),
            "2025-03-03T09:00:00Z".parse().unwrap(),
        );
        for (what, refused) in [
            ("sign_in", Some(Code::WrongPassword)),
            ("vouch", Some(Code::NoDocument)),
            ("save_mail", None),
            ("see_audit", Some(Code::Forbidden)),
        ] {
            book.note(who, "BR1-01", what, refused, at).await.unwrap();
        }
        if let Some(sql) = alteration {
            let mut conn = book.writer().await;
            let altered = sqlx::query(sql).execute(&mut *conn).await.unwrap();
            assert!(altered.rows_affected() > 0, "{sql}");
        }
        let findings = book.verify().await.unwrap().findings;
        book.close().await.unwrap();
        findings
    }

    #[tokio::test]
    async fn whatever_is_altered_of_what_was_noted_is_found() {
        assert_eq!(found_after(None).await, Vec::<String>::new());
        for (sql, number) in [
            ("update noted set code = 'no_document' where seq = 1", 1),
            ("update noted set code = '' where seq = 2", 2),
            ("update noted set code = 'forbidden' where seq = 3", 3),
            ("update noted set actor = null where seq = 2", 2),
            ("update noted set actor = zeroblob(16) where seq = 4", 4),
            ("update noted set desk = 'BR1-02' where seq = 1", 1),
            ("update noted set what = 'export_audit' where seq = 3", 3),
            ("update noted set at = '2025-03-03T09:00:01.000Z' where seq = 4", 4),
            ("update noted set hash = zeroblob(32) where seq = 2", 2),
            ("update noted set prev_hash = zeroblob(32) where seq = 3", 3),
            ("delete from noted where seq = 1", 2),
            ("delete from noted where seq = 3", 4),
            ("update noted set seq = 9 where seq = 4", 9),
        ] {
            let says = format!("The chain of what was noted for the audit breaks at number {number}.");
            assert_eq!(found_after(Some(sql)).await, [says], "{sql}");
        }
    }
}
