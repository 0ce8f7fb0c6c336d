//! Whether what is kept is whole: the chains of commands and of scopes, and the aggregates against all facts.

use crate::error::ServerError;
use crate::server::{Server, bytes};
use farthing_office::chain::{CommandLink, Hash, START};
use farthing_office::{Aggregate, Key, State, apply};
use farthing_sync::authority::Head;
use farthing_sync::scope::Scope;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// So many rows are looked at together.
const CHUNK: i64 = 2_000;

/// What a look at everything found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many commands, facts and entries of scopes were looked at.
    pub commands: u64,
    /// Facts.
    pub facts: u64,
    /// Entries of scopes.
    pub entries: u64,
    /// Chunks of the history.
    pub chunks: u64,
    /// What is not as it should be, in sentences.
    pub findings: Vec<String>,
}

impl Server {
    /// Looks at everything that is kept, each organisation from one snapshot.
    ///
    /// # Errors
    /// What the database says; what is damaged is a finding.
    pub async fn check(&self) -> Result<Checked, ServerError> {
        let all = sqlx::query_scalar!("select organisation from organisation order by organisation")
            .fetch_all(self.pool())
            .await?;
        let mut checked = Checked::default();
        for organisation in all {
            let mut tx = self
                .begin_as("begin isolation level repeatable read read only", organisation)
                .await?;
            scopes(&mut tx, organisation, &mut checked).await?;
            chunks(&mut tx, organisation, &mut checked).await?;
            commands(&mut tx, organisation, &mut checked).await?;
            aggregates(&mut tx, organisation, &mut checked).await?;
            tx.commit().await?;
        }
        Ok(checked)
    }
}

/// Each scope's entries are numbered without a gap, linked by hash, and end at its head.
async fn scopes(conn: &mut PgConnection, organisation: Uuid, checked: &mut Checked) -> Result<(), ServerError> {
    let heads = sqlx::query!(
        "select scope, seq, hash from scope_head where organisation = $1 order by scope",
        organisation
    )
    .fetch_all(&mut *conn)
    .await?;
    for end in heads {
        let scope: Scope = end.scope.parse().map_err(ServerError::Damaged)?;
        let mut head = Head::default();
        while head.seq < end.seq {
            let rows = sqlx::query!(
                "select e.seq, e.prev_hash, e.hash, f.fact_id, f.op_id, f.version, f.at, f.booking_date, f.actor, f.desk, f.payload
                 from scope_entry e join fact f on f.organisation = e.organisation and f.fact_id = e.fact_id
                 where e.organisation = $1 and e.scope = $2 and e.seq > $3 order by e.seq limit $4",
                organisation,
                end.scope,
                head.seq,
                CHUNK
            )
            .fetch_all(&mut *conn)
            .await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                checked.entries += 1;
                let sent = sent_fact!(row);
                let next = head.after(&scope, &sent);
                if row.seq != next.seq || row.prev_hash != head.hash || row.hash != next.hash {
                    let finding = format!("{scope}: entry {} does not follow from the one before it", row.seq);
                    checked.findings.push(finding);
                }
                head = Head {
                    seq: row.seq,
                    hash: bytes(&row.hash)?,
                };
            }
        }
        if head.seq != end.seq || end.hash != head.hash {
            let finding = format!("{scope}: the last entry is {}, the end says {}", head.seq, end.seq);
            checked.findings.push(finding);
        }
    }
    Ok(())
}

/// Each chunk is what it was when it was cut, and ends where its scopes had come to.
async fn chunks(conn: &mut PgConnection, organisation: Uuid, checked: &mut Checked) -> Result<(), ServerError> {
    let all = sqlx::query!(
        r#"select c.branch, c.number, c.hash = sha256(c.packed) as "is_whole!",
           (select count(*) from unnest(c.scopes, c.seqs, c.heads) as n (scope, seq, hash) where n.seq > 0 and not exists (
               select 1 from scope_entry e where e.organisation = c.organisation and e.scope = n.scope and e.seq = n.seq
               and e.hash = n.hash)) as "strange!"
           from snapshot_chunk c where c.organisation = $1 order by c.branch, c.number"#,
        organisation
    )
    .fetch_all(conn)
    .await?;
    for (n, row) in all.iter().enumerate() {
        checked.chunks += 1;
        let before = n.checked_sub(1).map(|before| &all[before]);
        let follows = before.filter(|b| b.branch == row.branch).map_or(0, |b| b.number + 1) == row.number;
        if !row.is_whole || row.strange > 0 || !follows {
            let finding = format!(
                "branch {}: chunk {} of the history is not what was cut",
                row.branch, row.number
            );
            checked.findings.push(finding);
        }
    }
    Ok(())
}

/// Each machine's commands are numbered without a gap and linked by hash. What came before the first is not here.
async fn commands(conn: &mut PgConnection, organisation: Uuid, checked: &mut Checked) -> Result<(), ServerError> {
    let mut last: Option<(Uuid, i64, i64, Hash)> = None;
    loop {
        let (device, epoch, dev_seq) = last.map_or((Uuid::nil(), i64::MIN, i64::MIN), |(d, e, n, _)| (d, e, n));
        let rows = sqlx::query!(
            r#"select n.device as "device!", n.epoch as "epoch!", n.dev_seq as "dev_seq!", n.op_id as "op_id!",
               coalesce(c.recorded_by, c.device) as "recorded_by!", n.hlc as "hlc!", n.version as "version!", c.payload,
               n.context as "context!", n.hash as "hash!" from (
               select device, epoch, dev_seq, op_id, hlc, version, context, hash from command where organisation = $1
               union all
               select device, epoch, dev_seq, op_id, hlc, version, context, hash from sent_again where organisation = $1) n
               join command c on c.organisation = $1 and c.op_id = n.op_id
               where (n.device, n.epoch, n.dev_seq) > ($2, $3, $4) order by n.device, n.epoch, n.dev_seq limit $5"#,
            organisation,
            device,
            epoch,
            dev_seq,
            CHUNK
        )
        .fetch_all(&mut *conn)
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            checked.commands += 1;
            let link = CommandLink {
                op: &row.op_id,
                device: &row.recorded_by,
                epoch: row.epoch,
                dev_seq: row.dev_seq,
                hlc: row.hlc,
                version: row.version,
                payload: &row.payload,
                context: &row.context,
            };
            let own: Hash = bytes(&row.hash)?;
            let before = last.filter(|(device, epoch, ..)| (*device, *epoch) == (row.device, row.epoch));
            let holds = match before {
                Some((_, _, seq, hash)) => seq + 1 == row.dev_seq && link.after(&hash) == own,
                None => row.dev_seq > 1 || link.after(&START) == own,
            };
            if !holds {
                let finding = format!("machine {}: command {} does not follow", row.device, row.dev_seq);
                checked.findings.push(finding);
            }
            last = Some((row.device, row.epoch, row.dev_seq, own));
        }
    }
}

/// The aggregates are what all facts come to.
async fn aggregates(conn: &mut PgConnection, organisation: Uuid, checked: &mut Checked) -> Result<(), ServerError> {
    let (mut state, mut ordinal) = (State::default(), i64::MIN);
    loop {
        let rows = sqlx::query!(
            "select ordinal, fact_id, op_id, version, at, booking_date, actor, desk, payload from fact
             where organisation = $1 and ordinal > $2 and safe_of is null order by ordinal limit $3",
            organisation,
            ordinal,
            CHUNK
        )
        .fetch_all(&mut *conn)
        .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            checked.facts += 1;
            ordinal = row.ordinal;
            let sent = sent_fact!(row);
            apply(&mut state, &sent.read()?);
        }
    }
    let kept = sqlx::query!("select key, state from aggregate where organisation = $1", organisation)
        .fetch_all(conn)
        .await?;
    let mut known = 0;
    for row in kept {
        let key: Key = row.key.parse().map_err(ServerError::Damaged)?;
        if state.0.get(&key) != Some(&serde_json::from_str::<Aggregate>(&row.state)?) {
            checked.findings.push(format!("{key} is not what its facts come to"));
        }
        known += 1;
    }
    if known != state.0.len() {
        let finding = format!("there are {known} aggregates, the facts make {}", state.0.len());
        checked.findings.push(finding);
    }
    Ok(())
}
