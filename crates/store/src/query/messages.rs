//! Messages as screens see them.

use super::outbox::{damaged, maybe, open_payload, read_channel};
use super::push_page;
use crate::StoreError;
use crate::book::Book;
use crate::log::read_instant;
use crate::project::fold;
use farthing_api::{COUNT_CAP, CustomerId, ListQuery, MessageId, MessageKind, MessageRow, MessageState, Page};
use sqlx::sqlite::{Sqlite, SqliteRow};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

/// How many messages a customer's page shows.
const OF_CUSTOMER: u32 = 20;

const COLUMNS: &str =
    "select m.id, m.kind, m.channel, m.customer, m.state, m.attempts, m.queued_at, m.next_at, m.expires_at,
    m.ended_at, m.error, m.sent_id, coalesce(c.first_name || ' ' || c.last_name, '') as name";

fn read(row: &SqliteRow) -> Result<MessageRow, StoreError> {
    let (kind, state, channel): (String, String, String) = (row.get("kind"), row.get("state"), row.get("channel"));
    let (queued, next, end): (String, String, String) =
        (row.get("queued_at"), row.get("next_at"), row.get("expires_at"));
    let error: Option<String> = row.get("error");
    Ok(MessageRow {
        id: MessageId(row.get("id")),
        kind: MessageKind::ALL
            .into_iter()
            .find(|k| k.word() == kind)
            .ok_or_else(|| damaged(&kind))?,
        channel: read_channel(&channel)?,
        customer: row.get::<Option<Uuid>, _>("customer").map(CustomerId),
        name: row.get::<String, _>("name").trim().to_string(),
        state: MessageState::ALL
            .into_iter()
            .find(|s| s.word() == state)
            .ok_or_else(|| damaged(&state))?,
        attempts: u32::try_from(row.get::<i64, _>("attempts")).unwrap_or(u32::MAX),
        queued_at: read_instant(&queued)?,
        next_at: read_instant(&next)?,
        expires_at: read_instant(&end)?,
        ended_at: maybe(row.get::<Option<String>, _>("ended_at").as_deref())?,
        error: error.map(|error| serde_json::from_str(&error)).transpose()?,
        sent_id: row.get("sent_id"),
    })
}

/// The messages that a list asks for.
fn chosen(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery) {
    sql.push(" from message m left join customer c on c.id = m.customer where true");
    if MessageState::ALL.iter().any(|state| state.word() == query.filter) {
        sql.push(" and m.state = ").push_bind(query.filter.clone());
    }
    for term in fold(query.search.trim()).split_whitespace() {
        sql.push(" and instr(c.search_text, ")
            .push_bind(term.to_string())
            .push(") > 0");
    }
}

impl Book {
    /// A page of the messages, newest first. The search finds customers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn messages(&self, query: &ListQuery) -> Result<Page<MessageRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let mut count = QueryBuilder::<Sqlite>::new("select count(*) from (select 1");
        chosen(&mut count, query);
        count.push(" limit ").push_bind(i64::from(COUNT_CAP) + 1).push(")");
        let matches: i64 = count.build().fetch_one(&mut *conn).await?.get(0);
        let mut page = QueryBuilder::<Sqlite>::new(COLUMNS);
        chosen(&mut page, query);
        page.push(" order by m.rid desc");
        push_page(&mut page, query);
        let rows = page.build().fetch_all(&mut *conn).await?;
        Ok(Page {
            rows: rows.iter().map(read).collect::<Result<_, _>>()?,
            matches: u32::try_from(matches).unwrap_or(u32::MAX),
            page: query.page,
        })
    }

    /// The newest messages to a customer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn messages_to(&self, customer: CustomerId) -> Result<Vec<MessageRow>, StoreError> {
        let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
        sql.push(" from message m left join customer c on c.id = m.customer where m.customer = ")
            .push_bind(customer.0)
            .push(" order by m.rid desc limit ")
            .push_bind(OF_CUSTOMER);
        let rows = sql.build().fetch_all(self.readers()).await?;
        rows.iter().map(read).collect()
    }

    /// One message, and what [`crate::NewMessage::payload`] was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn message(&self, id: MessageId) -> Result<Option<(MessageRow, String)>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let mut sql = QueryBuilder::<Sqlite>::new(COLUMNS);
        sql.push(", m.payload from message m left join customer c on c.id = m.customer where m.id = ")
            .push_bind(id.0);
        let Some(row) = sql.build().fetch_optional(&mut *conn).await? else {
            return Ok(None);
        };
        let message = read(&row)?;
        let payload = open_payload(&mut conn, message.customer, row.get("payload")).await?;
        Ok(Some((message, payload)))
    }
}
