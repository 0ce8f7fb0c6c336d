//! A push: checked, decided and kept in one transaction.

use crate::append::append;
use crate::credentials;
use crate::error::ServerError;
use crate::keep::{self, Aggregates};
use crate::metrics::add;
use crate::server::{Server, bytes, unknown};
use farthing_api::{CustomerId, DeviceId, DeviceState};
use farthing_office::Key;
use farthing_sync::authority::{Decision, decide_for, decide_one, reads};
use farthing_sync::intake::{Known, Machine, Taken, Verdict, check, first_of, is_left, last_of};
use farthing_sync::revoke::keep_aside;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Push, PushAnswer, SentFact};
use sqlx::postgres::PgConnection;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

impl Server {
    /// Takes commands in. The device's row is locked first, then the aggregates in key order, the ends of the scopes last.
    pub(crate) async fn push(
        &self,
        organisation: Uuid,
        device: DeviceId,
        push: &Push,
    ) -> Result<PushAnswer, ServerError> {
        let mut tx = self.begin(organisation).await?;
        let (machine, may, customer) = lock_machine(&mut tx, organisation, device).await?;
        if may == DeviceState::Copied {
            return Ok(PushAnswer::Incident { at: machine.dev_seq });
        }
        let kept = kept_hashes(&mut tx, organisation, &machine, first_of(push)).await?;
        let (taken, stands) = match check(&machine, push, &kept, Versions::HERE) {
            Verdict::Fresh { taken, machine } => (taken, machine),
            Verdict::Answer(PushAnswer::Incident { at }) if is_left(&machine, push) => {
                tracing::warn!(%device, at, "a copy of a book goes on that was left when a backup was restored");
                return Ok(PushAnswer::Incident { at });
            }
            Verdict::Answer(PushAnswer::Incident { at }) => {
                self.note_incident(&mut tx, organisation, device, &format!("place {at} is claimed twice"))
                    .await?;
                tx.commit().await?;
                return Ok(PushAnswer::Incident { at });
            }
            Verdict::Answer(answer) => return Ok(answer),
        };
        let through = stands.dev_seq.max(last_of(push));
        let (again, taken) = match brought_before(&mut tx, organisation, taken).await? {
            Ok(told_apart) => told_apart,
            Err(op) => {
                let what = format!("another machine sent operation {op} with another content");
                self.note_incident(&mut tx, organisation, device, &what).await?;
                tx.commit().await?;
                return Ok(PushAnswer::Incident { at: through });
            }
        };
        put_again(&mut tx, organisation, (&machine, push.epoch), &again).await?;
        if taken.is_empty() {
            if stands != machine {
                put_machine(&mut tx, organisation, &stands).await?;
                tx.commit().await?;
            }
            return Ok(PushAnswer::Kept { through });
        }
        let keys: BTreeSet<Key> = taken.iter().flat_map(reads).collect();
        let mut aggregates = Aggregates::lock(&mut tx, organisation, &keys).await?;
        aggregates.unnamed(&mut tx, &taken).await?;
        let now = self.now_at(aggregates.state.organisation());
        let state = &mut aggregates.state;
        let decide = |taken: &Taken| match (may, customer) {
            (DeviceState::Revoked, _) => keep_aside(state, taken, now, customer),
            (_, Some(customer)) => decide_for(state, taken, now, customer),
            (_, None) => decide_one(state, taken, now),
        };
        let decided: Vec<Decision> = taken.iter().map(decide).collect();
        let refused = decided.iter().filter(|d| d.refusal.is_some()).count();
        put_commands(&mut tx, organisation, (&machine, push), &taken, &decided, now.at).await?;
        keep::customer_keys(&mut tx, organisation, &taken).await?;
        credentials::keep(&mut tx, organisation, &taken, &decided).await?;
        let facts: Vec<_> = decided.into_iter().flat_map(|d| d.facts).collect();
        let sent = facts.iter().map(SentFact::of).collect::<Result<Vec<_>, _>>()?;
        aggregates.save(&mut tx, &facts).await?;
        put_signed(&mut tx, organisation, &stands, push).await?;
        append(&mut tx, organisation, &aggregates.state, &facts, &sent).await?;
        tx.commit().await?;
        add(&self.metrics().commands_done, taken.len() - refused);
        add(&self.metrics().commands_refused, refused);
        Ok(PushAnswer::Kept { through })
    }

    /// Notes what takes an administrator, and that nothing more is taken of the machine.
    async fn note_incident(
        &self,
        conn: &mut PgConnection,
        organisation: Uuid,
        device: DeviceId,
        what: &str,
    ) -> Result<(), ServerError> {
        tracing::warn!(%device, what, "a machine's book was copied or restored");
        let now = self.now();
        sqlx::query!(
            "insert into incident (organisation, device, at, what) values ($1, $2, $3, $4)",
            organisation,
            device.0,
            now,
            what
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "update device set incident = $3 where organisation = $1 and device = $2",
            organisation,
            device.0,
            what
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

/// The machine, locked until the transaction ends, what is taken of it, and which customer's own it is.
async fn lock_machine(
    conn: &mut PgConnection,
    organisation: Uuid,
    device: DeviceId,
) -> Result<(Machine, DeviceState, Option<CustomerId>), ServerError> {
    let row = sqlx::query!(
        "select public_key, desk, epoch, dev_seq, head, revoked_at, incident, customer from device
         where organisation = $1 and device = $2 for update",
        organisation,
        device.0
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(unknown)?;
    let may = match (row.incident, row.revoked_at) {
        (Some(_), _) => DeviceState::Copied,
        (None, Some(_)) => DeviceState::Revoked,
        (None, None) => DeviceState::Active,
    };
    let machine = Machine {
        device,
        public: bytes(&row.public_key)?,
        desk: row.desk,
        epoch: row.epoch,
        dev_seq: row.dev_seq,
        head: bytes(&row.head)?,
    };
    Ok((machine, may, row.customer.map(CustomerId)))
}

async fn kept_hashes(
    conn: &mut PgConnection,
    organisation: Uuid,
    machine: &Machine,
    first: i64,
) -> Result<Known, ServerError> {
    let rows = sqlx::query!(
        r#"select epoch as "epoch!", dev_seq as "dev_seq!", hash as "hash!" from command
           where organisation = $1 and device = $2 and dev_seq >= $3
           union all
           select epoch, dev_seq, hash from sent_again
           where organisation = $1 and device = $2 and dev_seq >= $3"#,
        organisation,
        machine.device.0,
        first
    )
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| Ok(((row.dev_seq, row.epoch), bytes(&row.hash)?)))
        .collect()
}

/// Tells the commands that another machine brought before, from a copy of the same book, from those that are new. The operation of which
/// something else was asked for there, or at another book, if there is one.
async fn brought_before(
    conn: &mut PgConnection,
    organisation: Uuid,
    taken: Vec<Taken>,
) -> Result<Result<(Vec<Taken>, Vec<Taken>), Uuid>, ServerError> {
    let ops: Vec<Uuid> = taken.iter().map(|t| t.row.op.0).collect();
    let rows = sqlx::query!(
        r#"select op_id, payload, coalesce(recorded_by, device) as "recorded_by!" from command
           where organisation = $1 and op_id = any($2)"#,
        organisation,
        &ops
    )
    .fetch_all(conn)
    .await?;
    let asked = rows.into_iter().map(|row| (row.op_id, (row.payload, row.recorded_by)));
    let known: HashMap<Uuid, (String, Uuid)> = asked.collect();
    let is_same = |t: &Taken, (payload, by): &(String, Uuid)| *payload == t.row.payload && *by == t.context.device.0;
    let is_other = |t: &&Taken| known.get(&t.row.op.0).is_some_and(|before| !is_same(t, before));
    if let Some(other) = taken.iter().find(is_other) {
        return Ok(Err(other.row.op.0));
    }
    Ok(Ok(taken.into_iter().partition(|t| known.contains_key(&t.row.op.0))))
}

async fn put_again(
    conn: &mut PgConnection,
    organisation: Uuid,
    (machine, epoch): (&Machine, i64),
    again: &[Taken],
) -> Result<(), ServerError> {
    if again.is_empty() {
        return Ok(());
    }
    let columns = Columns::of(again);
    sqlx::query!(
        "insert into sent_again (organisation, device, epoch, dev_seq, op_id, hlc, version, context, hash)
         select $1, $2, $3, n.dev_seq, n.op, n.hlc, n.version, n.context, n.hash
         from unnest($4::bigint[], $5::uuid[], $6::bigint[], $7::bigint[], $8::text[], $9::bytea[])
         as n (dev_seq, op, hlc, version, context, hash)",
        organisation,
        machine.device.0,
        epoch,
        &columns.seqs,
        &columns.ops,
        &columns.hlcs,
        &columns.versions,
        &columns.contexts,
        &columns.hashes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is kept of commands in words of the machine that sent them.
struct Columns {
    seqs: Vec<i64>,
    ops: Vec<Uuid>,
    hlcs: Vec<i64>,
    versions: Vec<i64>,
    contexts: Vec<String>,
    hashes: Vec<Vec<u8>>,
}

impl Columns {
    fn of(taken: &[Taken]) -> Columns {
        Columns {
            seqs: taken.iter().map(|t| t.row.dev_seq).collect(),
            ops: taken.iter().map(|t| t.row.op.0).collect(),
            hlcs: taken.iter().map(|t| t.row.hlc).collect(),
            versions: taken.iter().map(|t| t.row.version).collect(),
            contexts: taken.iter().map(|t| t.row.context.to_string()).collect(),
            hashes: taken.iter().map(|t| t.hash.to_vec()).collect(),
        }
    }
}

async fn put_commands(
    conn: &mut PgConnection,
    organisation: Uuid,
    (machine, push): (&Machine, &Push),
    taken: &[Taken],
    decided: &[Decision],
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), ServerError> {
    let columns = Columns::of(taken);
    let payloads: Vec<String> = taken.iter().map(|t| t.row.payload.to_string()).collect();
    let decided_in = decided
        .iter()
        .map(|d| serde_json::to_string(&d.context))
        .collect::<Result<Vec<_>, _>>()?;
    let refusals = decided
        .iter()
        .map(|d| d.refusal.as_ref().map(serde_json::to_string).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    sqlx::query!(
        "insert into command (organisation, device, epoch, dev_seq, op_id, hlc, version, payload, context, decided_in, hash,
         refusal, received_at, recorded_by)
         select $1, $2, $3, n.dev_seq, n.op, n.hlc, n.version, n.payload, n.context, n.decided_in, n.hash, n.refusal, $13, $14
         from unnest($4::bigint[], $5::uuid[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::bytea[],
         $12::text[]) as n (dev_seq, op, hlc, version, payload, context, decided_in, hash, refusal)",
        organisation,
        machine.device.0,
        push.epoch,
        &columns.seqs,
        &columns.ops,
        &columns.hlcs,
        &columns.versions,
        &payloads,
        &columns.contexts,
        &decided_in,
        &columns.hashes,
        &refusals as &[Option<String>],
        at,
        push.of.map(|of| of.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where the machine stands now.
async fn put_machine(conn: &mut PgConnection, organisation: Uuid, stands: &Machine) -> Result<(), ServerError> {
    sqlx::query!(
        "update device set dev_seq = $3, head = $4, epoch = $5 where organisation = $1 and device = $2",
        organisation,
        stands.device.0,
        stands.dev_seq,
        stands.head.as_slice(),
        stands.epoch
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The same where commands are kept, with the signature under them.
async fn put_signed(
    conn: &mut PgConnection,
    organisation: Uuid,
    stands: &Machine,
    push: &Push,
) -> Result<(), ServerError> {
    sqlx::query!(
        "with moved as (update device set dev_seq = $3, head = $4, epoch = $5 where organisation = $1 and device = $2)
         insert into signature (organisation, device, epoch, dev_seq, head, signature) values ($1, $2, $6, $3, $7, $8)",
        organisation,
        stands.device.0,
        stands.dev_seq,
        stands.head.as_slice(),
        stands.epoch,
        push.epoch,
        push.head.as_slice(),
        push.signature.as_slice()
    )
    .execute(conn)
    .await?;
    Ok(())
}
