//! The history in chunks: cut once, when a desk asks for the list, and kept packed for every desk that begins after it.

use crate::error::ServerError;
use crate::keep::branch;
use crate::metrics::add;
use crate::pull::heads;
use crate::server::{Server, bytes, unknown};
use farthing_api::{FactId, Secret};
use farthing_office::chain::START;
use farthing_sync::authority::Head;
use farthing_sync::pull::{Stored, Stretch};
use farthing_sync::scope::{Scope, granted};
use farthing_sync::snapshot::{AskChunk, Chunk, Cut, Full, Listed, SentChunk, cut, seal};
use farthing_sync::wire::WireError;
use serde_bytes::{ByteArray, ByteBuf};
use sqlx::postgres::{PgConnection, Postgres};
use sqlx::{AssertSqlSafe, Transaction};
use std::collections::{BTreeMap, HashSet, VecDeque};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// So many chunks are cut at one request at most, half a second's work; the next one goes on.
const AT_ONCE: usize = 20;
/// How entries are read to be cut: the plan for a stretch of an index, however many rows the first guess takes it to have.
const READS: &str =
    "set local max_parallel_workers_per_gather = 0; set local enable_hashjoin = off; set local enable_mergejoin = off";
/// The space of advisory locks that stand for cutting.
const CUTTING: i32 = 0x6661_7274;

/// Where the chunks of a branch end.
#[derive(Default)]
struct End {
    number: i64,
    through: i64,
    heads: BTreeMap<Scope, Head>,
}

/// A chunk that is pressed on another thread while the next one is read.
struct Pressing {
    number: i64,
    through: i64,
    beside: Vec<Uuid>,
    ends: Vec<(String, i64, Vec<u8>)>,
    work: JoinHandle<Result<Cut, WireError>>,
}

impl Server {
    /// Which chunks there are, after some more were cut if there are facts for them.
    pub(crate) async fn chunks(&self, organisation: Uuid) -> Result<Listed, ServerError> {
        match self.cut(organisation).await {
            // Another process was faster.
            Ok(_) | Err(ServerError::Again) => {}
            Err(error) => return Err(error),
        }
        let mut tx = self.begin(organisation).await?;
        let branch = branch(&mut tx, organisation).await?;
        let rows = sqlx::query!(
            r#"select through, hash, octet_length(packed)::bigint as "bytes!" from snapshot_chunk
               where organisation = $1 and branch = $2 order by number"#,
            organisation,
            branch
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut chunks = Vec::with_capacity(rows.len());
        for row in rows {
            chunks.push(Chunk {
                through: row.through.unsigned_abs(),
                bytes: row.bytes.unsigned_abs(),
                hash: bytes(&row.hash)?,
            });
        }
        Ok(Listed { chunks })
    }

    /// One chunk, with the keys and credentials that its facts have now.
    pub(crate) async fn chunk(&self, organisation: Uuid, ask: &AskChunk) -> Result<SentChunk, ServerError> {
        let begin = "begin isolation level repeatable read read only";
        let mut tx = self.begin_as(begin, organisation).await?;
        let branch = branch(&mut tx, organisation).await?;
        let row = sqlx::query!(
            "select c.packed, c.beside, c.through, h.id as history,
             coalesce((select b.through from snapshot_chunk b where b.organisation = $1 and b.branch = $2 and b.number = $3::bigint - 1), 0)
             as \"before!\" from snapshot_chunk c cross join history h
             where c.organisation = $1 and c.branch = $2 and c.number = $3",
            organisation,
            branch,
            i64::from(ask.number)
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(unknown)?;
        let (keys, credentials) = beside(&mut tx, organisation, &row.beside).await?;
        tx.commit().await?;
        add(&self.metrics().chunks_sent, 1);
        add(
            &self.metrics().facts_sent,
            usize::try_from(row.through - row.before).unwrap_or(0),
        );
        Ok(SentChunk {
            packed: ByteBuf::from(row.packed),
            history: row.history,
            keys,
            credentials,
        })
    }

    /// Cuts the chunks for which there are enough facts, some at most, from one snapshot; how many. Whoever comes while another one
    /// cuts leaves it to that.
    pub(crate) async fn cut(&self, organisation: Uuid) -> Result<usize, ServerError> {
        // What a crash of the database loses is cut again.
        let begin = "begin isolation level repeatable read; set local synchronous_commit = off";
        let mut tx = self.begin_as(begin, organisation).await?;
        sqlx::raw_sql(READS).execute(&mut *tx).await?;
        let branch = branch(&mut tx, organisation).await?;
        let scopes = granted(&branch);
        let end = end(&mut tx, organisation, &branch).await?;
        let heads = heads(&mut tx, organisation, &scopes).await?;
        let full = self.full();
        if all(&heads) - end.through < i64::from(full.facts) || !may_cut(&mut tx, organisation).await? {
            return Ok(0);
        }
        let mut beside = self.reads_beside(&mut tx, organisation).await?;
        let credentials = credentials(&mut tx, organisation).await?;
        let mut stretches: Vec<Stretch> = scopes.into_iter().map(|scope| end.stretch(scope)).collect();
        let (mut registers, mut through) = (HashSet::new(), end.through);
        let mut pressing: Option<Pressing> = None;
        let mut count = 0;
        while count < AT_ONCE {
            for stretch in &mut stretches {
                let last = heads.get(&stretch.scope).map_or(0, |head| head.seq);
                fill(
                    (&mut tx, beside.as_deref_mut()),
                    organisation,
                    (stretch, last),
                    full,
                    &mut registers,
                )
                .await?;
            }
            let Some(page) = cut(&mut stretches, full) else {
                break;
            };
            through += i64::try_from(page.entries.len()).unwrap_or(i64::MAX);
            let number = end.number + i64::try_from(count).unwrap_or(i64::MAX);
            let ids = page.entries.iter().map(|entry| entry.fact.id.0);
            let next = Pressing {
                number,
                through,
                beside: ids
                    .filter(|id| registers.remove(id) || credentials.contains(id))
                    .collect(),
                ends: stretches.iter().map(ends_at).collect(),
                work: tokio::task::spawn_blocking(move || seal(&page)),
            };
            if let Some(pressed) = pressing.replace(next) {
                pressed.put(&mut tx, organisation, &branch).await?;
            }
            count += 1;
        }
        if let Some(pressed) = pressing {
            pressed.put(&mut tx, organisation, &branch).await?;
        }
        tx.commit().await?;
        add(&self.metrics().chunks_cut, count);
        Ok(count)
    }

    /// A second connection that sees the snapshot of the first, so that the database reads on two cores; none where no other is idle,
    /// since whoever holds one must not wait for another.
    async fn reads_beside(
        &self,
        conn: &mut PgConnection,
        organisation: Uuid,
    ) -> Result<Option<Transaction<'static, Postgres>>, ServerError> {
        let Some(mut beside) = self.pool().try_begin().await? else {
            return Ok(None);
        };
        let snapshot = sqlx::query_scalar!(r#"select pg_export_snapshot() as "id!""#);
        let snapshot = snapshot.fetch_one(conn).await?;
        let reads = format!(
            "set transaction isolation level repeatable read, read only; set transaction snapshot '{snapshot}'; {READS};
             set local farthing.organisation = '{organisation}'"
        );
        sqlx::raw_sql(AssertSqlSafe(reads)).execute(&mut *beside).await?;
        Ok(Some(beside))
    }
}

/// How many facts a desk gets in chunks that are there or that its question would have cut. Where a chunk is full before it has its
/// facts, there are more.
pub(crate) async fn in_chunks(
    conn: &mut PgConnection,
    organisation: Uuid,
    branch: &str,
    heads: &BTreeMap<Scope, Head>,
    full: Full,
) -> Result<u64, ServerError> {
    let through = sqlx::query_scalar!(
        "select through from snapshot_chunk where organisation = $1 and branch = $2 order by number desc limit 1",
        organisation,
        branch
    )
    .fetch_optional(conn)
    .await?
    .unwrap_or(0);
    let (after, size) = (all(heads) - through, i64::from(full.facts.max(1)));
    Ok((through + after.max(0) / size * size).unsigned_abs())
}

/// How many entries scopes have.
fn all(heads: &BTreeMap<Scope, Head>) -> i64 {
    heads.values().map(|head| head.seq).sum()
}

/// Whether nobody else cuts for an organisation, until the transaction ends.
async fn may_cut(conn: &mut PgConnection, organisation: Uuid) -> Result<bool, ServerError> {
    let may = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1, hashtext($2)) as "may!""#,
        CUTTING,
        organisation.to_string()
    );
    Ok(may.fetch_one(conn).await?)
}

async fn end(conn: &mut PgConnection, organisation: Uuid, branch: &str) -> Result<End, ServerError> {
    let row = sqlx::query!(
        "select number, through, scopes, seqs, heads from snapshot_chunk where organisation = $1 and branch = $2
         order by number desc limit 1",
        organisation,
        branch
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(End::default()) };
    let mut heads = BTreeMap::new();
    for ((scope, seq), hash) in row.scopes.iter().zip(row.seqs).zip(row.heads) {
        let hash = bytes(&hash)?;
        heads.insert(scope.parse().map_err(ServerError::Damaged)?, Head { seq, hash });
    }
    Ok(End {
        number: row.number + 1,
        through: row.through,
        heads,
    })
}

impl End {
    /// The entries of a scope after it, none of which was read yet.
    fn stretch(&self, scope: Scope) -> Stretch {
        let head = self.heads.get(&scope);
        Stretch {
            after: head.map_or(0, |head| head.seq),
            prev: head.map_or(START, |head| head.hash),
            entries: VecDeque::new(),
            scope,
        }
    }
}

fn ends_at(stretch: &Stretch) -> (String, i64, Vec<u8>) {
    (stretch.scope.to_string(), stretch.after, stretch.prev.to_vec())
}

/// The facts that gave what counts.
async fn credentials(conn: &mut PgConnection, organisation: Uuid) -> Result<HashSet<Uuid>, ServerError> {
    let ids = sqlx::query_scalar!("select fact_id from credential where organisation = $1", organisation);
    Ok(ids.fetch_all(conn).await?.into_iter().collect())
}

/// Reads the next entries of a scope, up to its `last`, until there are as many as a chunk has; those of them that register a
/// customer are added to `registers`.
async fn fill(
    (conn, beside): (&mut PgConnection, Option<&mut PgConnection>),
    organisation: Uuid,
    (stretch, last): (&mut Stretch, i64),
    full: Full,
    registers: &mut HashSet<Uuid>,
) -> Result<(), ServerError> {
    let from = stretch.after + i64::try_from(stretch.entries.len()).unwrap_or(i64::MAX);
    let through = last.min(stretch.after + i64::from(full.facts));
    if from >= through {
        return Ok(());
    }
    let scope = stretch.scope.to_string();
    let read = match beside {
        None => read(conn, organisation, &scope, (from, through)).await?,
        Some(beside) => {
            let half = from.midpoint(through);
            let (mut read, rest) = tokio::try_join!(
                read(conn, organisation, &scope, (from, half)),
                read(beside, organisation, &scope, (half, through)),
            )?;
            read.extend(rest);
            read
        }
    };
    for (stored, registered) in read {
        if registered {
            registers.insert(stored.fact.id.0);
        }
        stretch.entries.push_back(stored);
    }
    Ok(())
}

/// The entries of a scope after one and up to another; each with whether it registers a customer.
async fn read(
    conn: &mut PgConnection,
    organisation: Uuid,
    scope: &str,
    (after, through): (i64, i64),
) -> Result<Vec<(Stored, bool)>, ServerError> {
    let rows = sqlx::query!(
        "select e.hash, f.ordinal, f.fact_id, f.op_id, f.version, f.at, f.booking_date, f.actor, f.desk, f.payload, f.registers
         from scope_entry e join fact f on f.organisation = e.organisation and f.fact_id = e.fact_id
         where e.organisation = $1 and e.scope = $2 and e.seq > $3 and e.seq <= $4 order by e.seq",
        organisation,
        scope,
        after,
        through
    )
    .fetch_all(conn)
    .await?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let stored = Stored {
            ordinal: row.ordinal,
            hash: bytes(&row.hash)?,
            fact: sent_fact!(row),
            key: None,
            credential: None,
        };
        all.push((stored, row.registers.is_some()));
    }
    Ok(all)
}

impl Pressing {
    /// Keeps the chunk once it is pressed.
    async fn put(self, conn: &mut PgConnection, organisation: Uuid, branch: &str) -> Result<(), ServerError> {
        let pressed = self.work.await.map_err(|e| ServerError::Damaged(e.to_string()))??;
        let scopes: Vec<String> = self.ends.iter().map(|(scope, ..)| scope.clone()).collect();
        let seqs: Vec<i64> = self.ends.iter().map(|(_, seq, _)| *seq).collect();
        let heads: Vec<Vec<u8>> = self.ends.into_iter().map(|(.., hash)| hash).collect();
        // Where the lock does not reach, as between two shards, the key lets one of two in, and the other begins again.
        sqlx::query!(
            "insert into snapshot_chunk (organisation, branch, number, through, packed, hash, scopes, seqs, heads, beside)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            organisation,
            branch,
            self.number,
            self.through,
            pressed.packed,
            pressed.hash.as_slice(),
            &scopes,
            &seqs,
            &heads,
            &self.beside
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

type Beside = (Vec<(FactId, ByteArray<32>)>, Vec<(FactId, Secret)>);

/// The keys and credentials that facts have now.
async fn beside(conn: &mut PgConnection, organisation: Uuid, facts: &[Uuid]) -> Result<Beside, ServerError> {
    let rows = sqlx::query!(
        r#"select f.fact_id, k.key as "key?", c.credential as "credential?" from fact f
           left join customer_key k on k.organisation = f.organisation and k.customer = f.registers
           left join credential c on c.organisation = f.organisation and c.fact_id = f.fact_id
           where f.organisation = $1 and f.fact_id = any($2)"#,
        organisation,
        facts
    )
    .fetch_all(conn)
    .await?;
    let (mut keys, mut credentials) = (Vec::new(), Vec::new());
    for row in rows {
        let id = FactId(row.fact_id);
        if let Some(key) = row.key {
            keys.push((id, ByteArray::new(bytes(&key)?)));
        }
        credentials.extend(row.credential.map(|credential| (id, Secret::new(credential))));
    }
    Ok((keys, credentials))
}
