//! How the work of an organisation's machines goes.

use crate::day::AUTHORITY;
use crate::devices::must_administer;
use crate::error::ServerError;
use crate::server::Server;
use farthing_api::OpId;
use farthing_office::{Command, Context};
use farthing_sync::health::{AskHealth, Conflict, Health, MOST_SPANS, Span};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// How many commands that were decided otherwise are told of.
const MOST_CONFLICTS: i64 = 50;

impl Server {
    /// What was decided in spans of time, and the last commands that were decided otherwise.
    pub(crate) async fn health(&self, organisation: Uuid, ask: &AskHealth) -> Result<Health, ServerError> {
        let mut tx = self.begin(organisation).await?;
        must_administer(&mut tx, organisation, ask.by).await?;
        let health = Health {
            spans: spans(&mut tx, organisation, ask).await?,
            conflicts: conflicts(&mut tx, organisation).await?,
        };
        tx.commit().await?;
        Ok(health)
    }
}

async fn spans(conn: &mut PgConnection, organisation: Uuid, ask: &AskHealth) -> Result<Vec<Span>, ServerError> {
    let bounds = &ask.bounds[..ask.bounds.len().min(MOST_SPANS + 1)];
    let (Some(from), Some(to)) = (bounds.first(), bounds.last()) else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query!(
        r#"select width_bucket(received_at, $4::timestamptz[]) as "place!", count(*) - count(refusal) as "as_asked!",
           count(refusal) as "otherwise!"
           from command where organisation = $1 and received_at >= $2 and received_at < $3 and device <> $5 group by 1"#,
        organisation,
        from,
        to,
        bounds,
        AUTHORITY.0
    )
    .fetch_all(conn)
    .await?;
    let mut spans = vec![Span::default(); bounds.len() - 1];
    for row in rows {
        let place = usize::try_from(row.place - 1).unwrap_or(usize::MAX);
        if let Some(span) = spans.get_mut(place) {
            span.as_asked = u32::try_from(row.as_asked).unwrap_or(u32::MAX);
            span.otherwise = u32::try_from(row.otherwise).unwrap_or(u32::MAX);
        }
    }
    Ok(spans)
}

async fn conflicts(conn: &mut PgConnection, organisation: Uuid) -> Result<Vec<Conflict>, ServerError> {
    let rows = sqlx::query!(
        r#"select c.op_id, d.desk, c.payload, c.decided_in, c.refusal as "refusal!", c.received_at
           from command c join device d using (organisation, device)
           where c.organisation = $1 and c.refusal is not null order by c.received_at desc, c.op_id limit $2"#,
        organisation,
        MOST_CONFLICTS
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let command: Command = serde_json::from_str(&row.payload)?;
            let context: Context = serde_json::from_str(&row.decided_in)?;
            Ok(Conflict {
                op: OpId(row.op_id),
                desk: row.desk,
                what: command.kind().to_string(),
                by: context.actor.map(|actor| actor.user),
                asked_at: context.at,
                decided_at: row.received_at,
                reason: serde_json::from_str(&row.refusal)?,
            })
        })
        .collect()
}
