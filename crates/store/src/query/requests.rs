//! What waits for a second person, or was decided lately.

use crate::StoreError;
use crate::book::Book;
use crate::log::{instant, read_instant};
use crate::project::state_word;
use chrono::{DateTime, NaiveDate, Utc};
use farthing_api::{
    COUNT_CAP, LoanId, Money, PAGE_ROWS, Page, PaymentMethod, RequestId, RequestState, RequestView, Role, UserId,
};
use farthing_office::Command;
use uuid::Uuid;

const STATES: [RequestState; 5] = [
    RequestState::Waiting,
    RequestState::Done,
    RequestState::Rejected,
    RequestState::Withdrawn,
    RequestState::Refused,
];

/// What a request's command may say besides.
#[derive(serde::Deserialize)]
struct Asked {
    role: Option<Role>,
    method: Option<PaymentMethod>,
    value_date: Option<NaiveDate>,
}

/// How a request stands by the clock.
fn state(word: &str, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<RequestState, StoreError> {
    let known = STATES.into_iter().find(|s| state_word(*s) == word);
    match known.ok_or_else(|| StoreError::Damaged(format!("{word} is no state of a request")))? {
        RequestState::Waiting if now >= expires_at => Ok(RequestState::Expired),
        known => Ok(known),
    }
}

impl Book {
    /// A page of requests for a second person, the newest first; of those that wait, none whose time is over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn requests(
        &self,
        waiting: bool,
        page: u32,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, StoreError> {
        self.read_requests(waiting, None, page, now).await
    }

    /// One request.
    ///
    /// # Errors
    /// What the database says.
    pub async fn request(&self, id: RequestId, now: DateTime<Utc>) -> Result<Option<RequestView>, StoreError> {
        let found = self.read_requests(false, Some(id), 0, now).await?;
        Ok(found.rows.into_iter().next())
    }

    /// Exactly what someone asked for, and who they are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn requested(&self, id: RequestId) -> Result<Option<(Command, UserId)>, StoreError> {
        let row = sqlx::query!(
            r#"select payload, maker as "maker: Uuid" from request where id = ?"#,
            id.0
        )
        .fetch_optional(self.readers())
        .await?;
        let read = |payload: &str, maker: Option<Uuid>| -> Result<_, StoreError> {
            Ok((serde_json::from_str(payload)?, UserId(maker.unwrap_or_default())))
        };
        row.map(|row| read(&row.payload, row.maker)).transpose()
    }

    /// How many requests wait for a second person.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_requests(&self, now: DateTime<Utc>) -> Result<u32, StoreError> {
        let now = instant(now);
        let count = sqlx::query_scalar!(
            "select count(*) from request where state = 'waiting' and expires_at > ?",
            now
        )
        .fetch_one(self.readers())
        .await?;
        Ok(u32::try_from(count).unwrap_or(0))
    }

    async fn read_requests(
        &self,
        waiting: bool,
        id: Option<RequestId>,
        page: u32,
        now: DateTime<Utc>,
    ) -> Result<Page<RequestView>, StoreError> {
        let (id, until) = (id.map(|id| id.0), instant(now));
        let (rows, start) = (i64::from(PAGE_ROWS), i64::from(page) * i64::from(PAGE_ROWS));
        let found = sqlx::query!(
            r#"select r.id as "id: Uuid", r.what, r.payload, r.hash, r.amount, r.reason, r.maker as "maker: Uuid", r.at, r.expires_at,
               r.state, r.outcome, r.refusal, coalesce(l.number, p.name, r.name) as "about!: String", l.id as "loan: Uuid",
               coalesce(c.first_name || ' ' || c.last_name, '') as "customer!: String",
               coalesce(m.name, '') as "by_name!: String", coalesce(d.name, '') as "decided_by!: String"
               from request r left join loan l on l.rid = r.loan_rid left join customer c on c.rid = l.customer_rid
               left join user p on p.id = r.person left join user m on m.id = r.maker left join user d on d.id = r.decided_by
               where (? is null or r.id = ?) and (not ? or (r.state = 'waiting' and r.expires_at > ?))
               order by r.rid desc limit ? offset ?"#,
            id,
            id,
            waiting,
            until,
            rows,
            start
        )
        .fetch_all(self.readers())
        .await?;
        let most = i64::from(COUNT_CAP) + 1;
        let matches = sqlx::query_scalar!(
            r#"select count(*) as "n!: i64" from (select 1 from request r
               where (not ? or (r.state = 'waiting' and r.expires_at > ?)) limit ?)"#,
            waiting,
            until,
            most
        )
        .fetch_one(self.readers())
        .await?;
        let rows = found.into_iter().map(|r| {
            let expires_at = read_instant(&r.expires_at)?;
            let asked: Asked = serde_json::from_str(&r.payload)?;
            Ok(RequestView {
                id: RequestId(r.id),
                what: r.what,
                hash: r.hash,
                about: r.about,
                loan: r.loan.map(LoanId),
                customer: r.customer.trim().to_string(),
                amount: r.amount.map(Money::from_minor),
                role: asked.role,
                method: asked.method,
                value_date: asked.value_date,
                reason: r.reason,
                by: UserId(r.maker.unwrap_or_default()),
                by_name: r.by_name,
                at: read_instant(&r.at)?,
                expires_at,
                state: state(&r.state, expires_at, now)?,
                decided_by: r.decided_by,
                outcome: r.outcome,
                refusal: r.refusal.map(|text| serde_json::from_str(&text)).transpose()?,
            })
        });
        Ok(Page {
            rows: rows.collect::<Result<_, StoreError>>()?,
            matches: u32::try_from(matches).unwrap_or(0),
            page,
        })
    }
}
