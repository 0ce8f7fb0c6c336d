//! The audit: every command, what was done without one, and every refusal, the newest first.

use super::push_page;
use crate::StoreError;
use crate::book::Book;
use crate::log::{instant, note_hash};
use chrono::{DateTime, Utc};
use farthing_api::{AuditRow, COUNT_CAP, Code, ListQuery, PAGE_ROWS, Page, UserId};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row};

/// Refusals alone.
const REFUSED: &str = "refused";

/// The newest entries of both logs in one order; of each only as many as the page may need.
fn entries(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, most: i64) {
    let name = query.search.trim().to_lowercase();
    let by_name = |sql: &mut QueryBuilder<Sqlite>| {
        if !name.is_empty() {
            sql.push(
                " and instr(lower(coalesce(u.name, '') || ' ' || coalesce(c.first_name || ' ' || c.last_name, '')), ",
            )
            .push_bind(name.clone())
            .push(") > 0");
        }
    };
    sql.push("select * from (");
    if query.filter != REFUSED {
        sql.push(
            "select * from (select 'c' || l.seq as key, l.hlc >> 16 as ms, l.kind as what, '' as code,
             coalesce(l.context ->> '$.context.desk', '') as desk,
             coalesce(c.first_name || ' ' || c.last_name, u.name, '') as who
             from command l left join user u on u.id = unhex(replace(l.context ->> '$.context.actor.user', '-', ''))
             left join customer c on c.id = u.customer where true",
        );
        by_name(sql);
        sql.push(" order by l.seq desc limit ")
            .push_bind(most)
            .push(") union all ");
    }
    sql.push(
        "select * from (select 'r' || r.seq as key, cast(round(unixepoch(r.at, 'subsec') * 1000) as integer) as ms, r.what,
         r.code, r.desk, coalesce(c.first_name || ' ' || c.last_name, u.name, '') as who
         from noted r left join user u on u.id = r.actor left join customer c on c.id = u.customer where true",
    );
    if query.filter == REFUSED {
        sql.push(" and r.code <> ''");
    }
    by_name(sql);
    sql.push(" order by r.seq desc limit ").push_bind(most).push("))");
}

fn read(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let code: String = row.get("code");
    let ms: i64 = row.get("ms");
    Ok(AuditRow {
        key: row.get("key"),
        at: DateTime::from_timestamp_millis(ms).ok_or_else(|| StoreError::Damaged("an audit entry's time".into()))?,
        by: row.get::<String, _>("who").trim().to_string(),
        what: row.get("what"),
        desk: row.get("desk"),
        refused: Code::ALL.iter().copied().find(|known| known.word() == code),
    })
}

impl Book {
    /// A page of the audit. Filter: `refused`. The search finds people by any part of their name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn audit(&self, query: &ListQuery) -> Result<Page<AuditRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let counted = i64::from(COUNT_CAP) + 1;
        let mut count = QueryBuilder::<Sqlite>::new("select min(count(*), ");
        count.push_bind(counted).push(") from (");
        entries(&mut count, query, counted);
        count.push(")");
        let matches: i64 = count.build().fetch_one(&mut *conn).await?.get(0);
        let mut page = QueryBuilder::<Sqlite>::new("");
        entries(&mut page, query, i64::from(query.page + 1) * i64::from(PAGE_ROWS));
        page.push(" order by ms desc, key desc");
        push_page(&mut page, query);
        let rows = page.build().fetch_all(&mut *conn).await?;
        Ok(Page {
            rows: rows.iter().map(read).collect::<Result<_, _>>()?,
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
            page: query.page,
        })
    }

    /// Keeps what no command tells: that something was refused, and why, or that it was done. It is chained to what was noted
    /// before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note(
        &self,
        actor: Option<UserId>,
        desk: &str,
        what: &str,
        refused: Option<Code>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        let mut tx = sqlx::Connection::begin(&mut *conn).await?;
        let last = sqlx::query!("select seq, hash from noted order by seq desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
        let (seq, prev) = last.map_or((1, vec![0; 32]), |row| (row.seq + 1, row.hash));
        let (at, actor, code) = (instant(at), actor.map(|user| user.0), refused.map_or("", Code::word));
        let hash = note_hash(&prev, &at, actor.as_ref(), [desk, what, code]);
        sqlx::query!(
            "insert into noted (seq, at, actor, desk, what, code, prev_hash, hash) values (?, ?, ?, ?, ?, ?, ?, ?)",
            seq,
            at,
            actor,
            desk,
            what,
            code,
            prev,
            hash
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }
}
