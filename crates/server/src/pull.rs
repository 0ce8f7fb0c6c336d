//! A pull: everything that a desk may see since it last asked, from one snapshot.

use crate::devices::Met;
use crate::error::ServerError;
use crate::keep::branch;
use crate::metrics::add;
use crate::server::{Server, bytes};
use farthing_api::{FactId, OpId, Secret, UserId};
use farthing_office::chain::{Hash, START};
use farthing_sync::intake::Machine;
use farthing_sync::pull::{MOST_FACTS, Stored, Stretch, merge};
use farthing_sync::scope::{Scope, granted, granted_to};
use farthing_sync::wire::{Outcome, Page, Pull, SentFact};
use sqlx::postgres::PgConnection;
use std::collections::VecDeque;
use uuid::Uuid;

impl Server {
    /// The facts after a desk's cursors, and what became of its commands.
    pub(crate) async fn pull(&self, organisation: Uuid, met: &Met, pull: &Pull) -> Result<Page, ServerError> {
        let mut tx = self
            .pool()
            .begin_with("begin isolation level repeatable read read only")
            .await?;
        crate::server::only(&mut tx, organisation).await?;
        let machine = &met.machine;
        let most = pull.most.clamp(1, MOST_FACTS);
        let mut stretches = Vec::new();
        let scopes = match met.customer {
            Some(customer) => granted_to(customer),
            None => granted(&branch(&mut tx, organisation).await?),
        };
        for scope in scopes {
            let after = pull.cursors.iter().find(|k| k.scope == scope).map_or(0, |k| k.seq);
            stretches.push(stretch(&mut tx, organisation, scope, after, most).await?);
        }
        let outcomes = outcomes(&mut tx, organisation, machine, pull).await?;
        let authority = crate::devices::authority(&mut tx, organisation).await?;
        let (has, copy) = last_place(&mut tx, organisation, machine).await?;
        let history = sqlx::query_scalar!("select id from history")
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        let page = Page {
            authority,
            has,
            copy,
            outcomes_after: Some(pull.outcomes_after),
            history: Some(history),
            ..merge(stretches, most, outcomes)
        };
        add(&self.metrics().facts_sent, page.entries.len());
        Ok(page)
    }
}

/// The entries of a scope after a number, one more than a page holds, so that it is known whether there are more.
async fn stretch(
    conn: &mut PgConnection,
    organisation: Uuid,
    scope: Scope,
    after: i64,
    most: u32,
) -> Result<Stretch, ServerError> {
    let name = scope.to_string();
    let rows = sqlx::query!(
        r#"select e.hash, f.ordinal, f.fact_id, f.op_id, f.version, f.at, f.booking_date, f.actor, f.desk, f.payload,
           k.key as "key?", c.credential as "credential?" from scope_entry e join fact f on f.organisation = e.organisation and f.fact_id = e.fact_id
           left join customer_key k on k.organisation = f.organisation and k.customer = f.registers
           left join credential c on c.organisation = f.organisation and c.fact_id = f.fact_id
           where e.organisation = $1 and e.scope = $2 and e.seq > $3 order by e.seq limit $4"#,
        organisation,
        &name,
        after,
        i64::from(most) + 1
    )
    .fetch_all(&mut *conn)
    .await?;
    let prev = hash_at(conn, organisation, &name, after).await?;
    let mut entries = VecDeque::with_capacity(rows.len());
    for row in rows {
        entries.push_back(Stored {
            ordinal: row.ordinal,
            hash: bytes(&row.hash)?,
            fact: SentFact {
                id: FactId(row.fact_id),
                op: OpId(row.op_id),
                version: row.version,
                at: row.at,
                booking_date: row.booking_date,
                by: row.actor.map(UserId),
                desk: row.desk,
                payload: row.payload,
            },
            key: row.key.as_deref().map(bytes).transpose()?,
            credential: row.credential.map(Secret::new),
        });
    }
    Ok(Stretch {
        scope,
        after,
        prev,
        entries,
    })
}

/// The hash of an entry; that of the beginning where there is none, which a desk that knows of one takes for a fork.
async fn hash_at(conn: &mut PgConnection, organisation: Uuid, scope: &str, seq: i64) -> Result<Hash, ServerError> {
    let hash = sqlx::query_scalar!(
        "select hash from scope_entry where organisation = $1 and scope = $2 and seq = $3",
        organisation,
        scope,
        seq
    )
    .fetch_optional(conn)
    .await?;
    hash.map_or(Ok(START), |hash| bytes(&hash))
}

/// The place of a machine's last command in this snapshot, and which copy of its book recorded it.
async fn last_place(
    conn: &mut PgConnection,
    organisation: Uuid,
    machine: &Machine,
) -> Result<(Option<i64>, Option<i64>), ServerError> {
    let last = sqlx::query!(
        "select dev_seq, epoch from device where organisation = $1 and device = $2",
        organisation,
        machine.device.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(last.map(|last| (last.dev_seq, last.epoch)).unzip())
}

async fn outcomes(
    conn: &mut PgConnection,
    organisation: Uuid,
    machine: &Machine,
    pull: &Pull,
) -> Result<Vec<Outcome>, ServerError> {
    // A book that was restored leaves aside what it does not know: any copy of before may be the one that it goes on from.
    let rows = sqlx::query!(
        "select dev_seq, op_id, refusal from command where organisation = $1 and device = $2 and epoch <= $3 and dev_seq > $4
         order by dev_seq, epoch",
        organisation,
        machine.device.0,
        pull.epoch,
        pull.outcomes_after
    )
    .fetch_all(conn)
    .await?;
    let outcome = |row: (i64, Uuid, Option<String>)| {
        Ok(Outcome {
            dev_seq: row.0,
            op: OpId(row.1),
            refusal: row.2.as_deref().map(serde_json::from_str).transpose()?,
        })
    };
    rows.into_iter()
        .map(|row| outcome((row.dev_seq, row.op_id, row.refusal)))
        .collect()
}
