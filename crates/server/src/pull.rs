//! A pull: everything that a desk may see since it last asked, from one snapshot.

use crate::devices::Met;
use crate::error::ServerError;
use crate::metrics::add;
use crate::server::{Server, bytes};
use crate::snapshot::in_chunks;
use farthing_api::{OpId, Secret};
use farthing_office::chain::{Hash, START};
use farthing_sync::authority::Head;
use farthing_sync::intake::Machine;
use farthing_sync::pull::{MOST_FACTS, Stored, Stretch, merge};
use farthing_sync::revoke::public_of;
use farthing_sync::scope::{Scope, granted, granted_to};
use farthing_sync::wire::{Outcome, Page, Pull};
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

impl Server {
    /// The facts after a desk's cursors, and what became of its commands.
    pub(crate) async fn pull(&self, organisation: Uuid, met: &Met, pull: &Pull) -> Result<Page, ServerError> {
        // A page is a stretch of an index: more processes would take longer to start than it takes to read.
        let begin = "begin isolation level repeatable read read only; set local max_parallel_workers_per_gather = 0";
        let mut tx = self.begin_as(begin, organisation).await?;
        let machine = &met.machine;
        let most = pull.most.clamp(1, MOST_FACTS);
        let around = around(&mut tx, organisation, machine).await?;
        let scopes = match met.customer {
            Some(customer) => granted_to(customer),
            None => granted(&around.branch),
        };
        let heads = heads(&mut tx, organisation, &scopes).await?;
        let mut stretches = Vec::new();
        for scope in scopes {
            let after = pull.cursors.iter().find(|k| k.scope == scope).map_or(0, |k| k.seq);
            // Most pulls bring nothing: the end of a scope tells, and its facts are not looked for.
            stretches.push(match heads.get(&scope) {
                Some(head) if head.seq > after => stretch(&mut tx, organisation, scope, after, most).await?,
                head => Stretch {
                    scope,
                    after,
                    prev: head.filter(|head| head.seq == after).map_or(START, |head| head.hash),
                    entries: VecDeque::new(),
                },
            });
        }
        let brings = stretches.iter().any(|stretch| !stretch.entries.is_empty());
        let in_chunks = match met.customer {
            None if brings => Some(in_chunks(&mut tx, organisation, &around.branch, &heads, self.full()).await?),
            _ => None,
        };
        let outcomes = outcomes(&mut tx, organisation, machine, pull).await?;
        tx.commit().await?;
        let page = Page {
            authority: around.authority,
            has: around.has,
            copy: around.copy,
            outcomes_after: Some(pull.outcomes_after),
            history: Some(around.history),
            in_chunks,
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
           where e.organisation = $1 and e.scope = $2 and e.seq > $3 and e.seq <= $4 order by e.seq"#,
        organisation,
        &name,
        after,
        after.saturating_add(i64::from(most) + 1)
    )
    .fetch_all(&mut *conn)
    .await?;
    let prev = hash_at(conn, organisation, &name, after).await?;
    let mut entries = VecDeque::with_capacity(rows.len());
    for row in rows {
        entries.push_back(Stored {
            ordinal: row.ordinal,
            hash: bytes(&row.hash)?,
            fact: sent_fact!(row),
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

/// What a page says besides facts and outcomes, in its snapshot.
struct Around {
    branch: String,
    history: Uuid,
    /// The organisation's public key.
    authority: Option<[u8; 32]>,
    /// The place of the machine's last command, and which copy of its book recorded it.
    has: Option<i64>,
    copy: Option<i64>,
}

async fn around(conn: &mut PgConnection, organisation: Uuid, machine: &Machine) -> Result<Around, ServerError> {
    let row = sqlx::query!(
        r#"select o.branch, h.id as history, d.dev_seq as "has?", d.epoch as "copy?", k.secret as "secret?"
           from organisation o cross join history h
           left join device d on d.organisation = o.organisation and d.device = $2
           left join authority_key k on k.organisation = o.organisation
           where o.organisation = $1"#,
        organisation,
        machine.device.0
    )
    .fetch_one(conn)
    .await?;
    let public = |secret: &Vec<u8>| Ok::<_, ServerError>(public_of(&bytes(secret)?));
    Ok(Around {
        branch: row.branch,
        history: row.history,
        authority: row.secret.as_ref().map(public).transpose()?,
        has: row.has,
        copy: row.copy,
    })
}

/// The ends of those scopes that have one.
pub(crate) async fn heads(
    conn: &mut PgConnection,
    organisation: Uuid,
    scopes: &[Scope],
) -> Result<BTreeMap<Scope, Head>, ServerError> {
    let names: Vec<String> = scopes.iter().map(Scope::to_string).collect();
    let rows = sqlx::query!(
        "select scope, seq, hash from scope_head where organisation = $1 and scope = any($2)",
        organisation,
        &names
    )
    .fetch_all(conn)
    .await?;
    let mut heads = BTreeMap::new();
    for row in rows {
        let (seq, hash) = (row.seq, bytes(&row.hash)?);
        heads.insert(row.scope.parse().map_err(ServerError::Damaged)?, Head { seq, hash });
    }
    Ok(heads)
}

async fn outcomes(
    conn: &mut PgConnection,
    organisation: Uuid,
    machine: &Machine,
    pull: &Pull,
) -> Result<Vec<Outcome>, ServerError> {
    // A book that was restored leaves aside what it does not know: any copy of before may be the one that it goes on from.
    let rows = sqlx::query!(
        r#"select dev_seq as "dev_seq!", op_id as "op_id!", refusal from (
           select dev_seq, epoch, op_id, refusal from command
           where organisation = $1 and device = $2 and epoch <= $3 and dev_seq > $4
           union all
           select a.dev_seq, a.epoch, a.op_id, c.refusal from sent_again a
           join command c on c.organisation = a.organisation and c.op_id = a.op_id
           where a.organisation = $1 and a.device = $2 and a.epoch <= $3 and a.dev_seq > $4) known
           order by dev_seq, epoch"#,
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
