//! The two logs, each a hash chain, and the one transaction in which a command and all that follows from it are kept.

use crate::book::Book;
use crate::project::project;
use crate::{CustomerKey, StoreError};
use chrono::{DateTime, SecondsFormat, Utc};
use farthing_api::{CustomerId, DeviceId, FactId, LoanId, OpId, UserId};
use farthing_office::{
    Aggregate, COMMAND_VERSION, Command, Context, FACT_VERSION, Fact, FactBody, Key, Loan, RULES, State, balanced, decide,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Which copy of which desk this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The machine.
    pub device: DeviceId,
    /// Raised by every restore; its letter goes into numbers that are printed.
    pub epoch: u32,
    /// The desk's prefix without the epoch: `BR1-01`.
    pub desk: String,
}

impl Identity {
    /// The desk's prefix as printed: the epoch's letter follows it from the first restore on.
    pub fn prefix(&self) -> String {
        let mut epoch = self.epoch;
        let mut letters = String::new();
        while epoch > 0 {
            epoch -= 1;
            letters.insert(0, char::from(b'A' + u8::try_from(epoch % 26).unwrap_or(0)));
            epoch /= 26;
        }
        format!("{}{letters}", self.desk)
    }
}

/// What is written besides the command and its facts, in the same transaction, because it is not derived from them.
#[derive(Clone, Default)]
pub struct Beside {
    /// The key of a customer who is registered.
    pub customer_key: Option<(CustomerId, CustomerKey)>,
    /// The password hash (PHC string) of someone who gets a sign-in.
    pub credential: Option<(UserId, String)>,
    /// This copy's identity, at first run.
    pub identity: Option<Identity>,
    /// A challenge that must be unused and is used up by this command.
    pub challenge: Option<String>,
}

/// How an instant is written into the book.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads an instant of the book.
pub(crate) fn read_instant(text: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|e| StoreError::Damaged(format!("{text} is not an instant: {e}")))
}

pub(crate) fn link(prev: &[u8], fields: &[&[u8]]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(prev);
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().to_vec()
}

/// The part of a command's row that its hash covers.
pub(crate) fn command_hash(
    prev: &[u8],
    op: &Uuid,
    device: &Uuid,
    seqs: [i64; 3],
    version: i64,
    payload: &str,
    context: &str,
) -> Vec<u8> {
    let [epoch, dev_seq, hlc] = seqs.map(i64::to_be_bytes);
    let version = version.to_be_bytes();
    link(
        prev,
        &[
            op.as_bytes(),
            device.as_bytes(),
            &epoch,
            &dev_seq,
            &hlc,
            &version,
            payload.as_bytes(),
            context.as_bytes(),
        ],
    )
}

/// The part of a fact's row that its hash covers.
pub(crate) fn fact_hash(
    prev: &[u8],
    fact: &Uuid,
    op: &Uuid,
    at: &str,
    booking: &str,
    actor: Option<&Uuid>,
    desk: &str,
    payload: &str,
) -> Vec<u8> {
    let actor = actor.map(Uuid::as_bytes).map_or(&[][..], |a| a.as_slice());
    link(
        prev,
        &[
            fact.as_bytes(),
            op.as_bytes(),
            at.as_bytes(),
            booking.as_bytes(),
            actor,
            desk.as_bytes(),
            payload.as_bytes(),
        ],
    )
}

/// Several commands in one transaction, for demo data, imports and the closing of days.
pub struct Batch<'a> {
    conn: tokio::sync::MutexGuard<'a, SqliteConnection>,
    /// Aggregates that were loaded or changed so far.
    state: State,
    asked: BTreeSet<Key>,
    identity: Option<Identity>,
}

impl Book {
    /// Decides a command and keeps it with all that follows from it: one transaction, synced to the disk when this
    /// returns.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no; nothing was kept then, or on any other failure.
    pub async fn execute(&self, command: &Command, ctx: &Context, beside: Beside) -> Result<Vec<Fact>, StoreError> {
        let mut batch = self.batch().await?;
        match batch.execute(command, ctx, beside).await {
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

    /// Starts a transaction of several commands. Nothing is kept unless it is committed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn batch(&self) -> Result<Batch<'_>, StoreError> {
        let mut conn = self.writer().await;
        // A transaction that its owner dropped without an end is undone here.
        let _ = sqlx::query("rollback").execute(&mut *conn).await;
        sqlx::query("begin immediate").execute(&mut *conn).await?;
        let identity = identity_of(&mut conn).await?;
        Ok(Batch {
            conn,
            state: State::default(),
            asked: BTreeSet::new(),
            identity,
        })
    }

    /// The aggregates of some keys, as committed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load(&self, keys: &[Key]) -> Result<State, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let mut state = State::default();
        for key in keys {
            load_one(&mut conn, key, &mut state).await?;
        }
        Ok(state)
    }

    /// Which copy of which desk this is; none before first run.
    ///
    /// # Errors
    /// What the database says.
    pub async fn identity(&self) -> Result<Option<Identity>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        identity_of(&mut conn).await
    }
}

impl Batch<'_> {
    /// Decides one command and keeps what follows, within the transaction.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no; the transaction may go on then, nothing of the command is
    /// kept. After any other failure it must be rolled back.
    pub async fn execute(&mut self, command: &Command, ctx: &Context, beside: Beside) -> Result<Vec<Fact>, StoreError> {
        if let Some(facts) = self.outcome_of(ctx.op).await? {
            return Ok(facts);
        }
        self.load(&command.reads(&ctx.desk)).await?;
        let facts = decide(&self.state, command, ctx)?;
        if facts.is_empty() {
            return Ok(facts);
        }
        self.keep(command, ctx, beside, &facts).await?;
        Ok(facts)
    }

    async fn keep(
        &mut self,
        command: &Command,
        ctx: &Context,
        beside: Beside,
        facts: &[Fact],
    ) -> Result<(), StoreError> {
        if let Some(identity) = &beside.identity {
            put_identity(&mut self.conn, identity).await?;
            self.identity = Some(identity.clone());
        }
        let identity = self
            .identity
            .clone()
            .ok_or_else(|| StoreError::Damaged("the book has no identity".into()))?;
        if let Some((customer, key)) = &beside.customer_key {
            let key = key.0.as_slice();
            sqlx::query!(
                "insert into customer_key (customer, key) values (?, ?)",
                customer.0,
                key
            )
            .execute(&mut *self.conn)
            .await?;
        }
        if let Some(challenge) = &beside.challenge {
            let done = sqlx::query!("update challenge set used = 1 where id = ? and used = 0", challenge)
                .execute(&mut *self.conn)
                .await?;
            if done.rows_affected() != 1 {
                return Err(
                    farthing_office::Refusal::rule("used", "This code was used already. Send a new one.").into(),
                );
            }
        }
        append_command(&mut self.conn, &identity, command, ctx).await?;
        self.append_facts(facts).await?;
        if let Some((user, hash)) = &beside.credential {
            put_credential(&mut self.conn, *user, hash, &instant(ctx.at)).await?;
        }
        Ok(())
    }

    async fn append_facts(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        let keys: Vec<Key> = facts.iter().flat_map(|f| f.body.touches(&f.desk)).collect();
        self.load(&keys).await?;
        let last = sqlx::query!("select seq, hash from fact order by seq desc limit 1")
            .fetch_optional(&mut *self.conn)
            .await?;
        let (mut seq, mut prev) = last.map_or((0, vec![0; 32]), |row| (row.seq, row.hash));
        for fact in facts {
            if !balanced(fact.body.postings()) {
                return Err(StoreError::Damaged(format!(
                    "the entry of a {} is not balanced",
                    fact.body.word()
                )));
            }
            seq += 1;
            prev = insert_fact(&mut self.conn, seq, &prev, fact).await?;
            project(&mut self.conn, &mut self.state, seq, fact).await?;
        }
        save_aggregates(&mut self.conn, &self.state, &keys).await
    }

    /// What the office decided on an operation that was kept before.
    async fn outcome_of(&mut self, op: OpId) -> Result<Option<Vec<Fact>>, StoreError> {
        let known = sqlx::query_scalar!("select 1 from command where op_id = ?", op.0)
            .fetch_optional(&mut *self.conn)
            .await?;
        if known.is_none() {
            return Ok(None);
        }
        let rows = sqlx::query_as!(
            FactRow,
            r#"select seq, fact_id as "fact_id: Uuid", op_id as "op_id: Uuid", version, at, booking_date,
               actor as "actor: Uuid", desk, payload, prev_hash, hash from fact where op_id = ? order by seq"#,
            op.0
        )
        .fetch_all(&mut *self.conn)
        .await?;
        rows.iter().map(FactRow::read).collect::<Result<_, _>>().map(Some)
    }

    async fn load(&mut self, keys: &[Key]) -> Result<(), StoreError> {
        for key in keys {
            if self.asked.insert(key.clone()) {
                load_one(&mut self.conn, key, &mut self.state).await?;
            }
        }
        Ok(())
    }

    /// A loan as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loan(&mut self, id: LoanId) -> Result<Option<Loan>, StoreError> {
        self.load(&[Key::Loan(id)]).await?;
        Ok(self.state.loan(id).cloned())
    }

    /// Keeps everything and syncs the disk.
    ///
    /// # Errors
    /// What the database says; nothing is kept then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        Ok(())
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// What the database says.
    pub async fn roll_back(mut self) -> Result<(), StoreError> {
        sqlx::query("rollback").execute(&mut *self.conn).await?;
        Ok(())
    }

    /// Keeps what was done so far and goes on in a new transaction, with no more aggregates in memory than needed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn checkpoint(&mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        sqlx::query("begin immediate").execute(&mut *self.conn).await?;
        self.state = State::default();
        self.asked.clear();
        Ok(())
    }
}

/// A row of the fact log.
pub(crate) struct FactRow {
    pub(crate) seq: i64,
    pub(crate) fact_id: Uuid,
    pub(crate) op_id: Uuid,
    pub(crate) version: i64,
    pub(crate) at: String,
    pub(crate) booking_date: String,
    pub(crate) actor: Option<Uuid>,
    pub(crate) desk: String,
    pub(crate) payload: String,
    pub(crate) prev_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl FactRow {
    /// The fact, an old payload upcast to the form of today.
    pub(crate) fn read(&self) -> Result<Fact, StoreError> {
        if self.version > i64::from(FACT_VERSION) {
            return Err(StoreError::Newer {
                found: self.version,
                known: i64::from(FACT_VERSION),
            });
        }
        let body: FactBody = serde_json::from_str(&self.payload)?;
        let booking_date = self.booking_date.parse();
        Ok(Fact {
            id: FactId(self.fact_id),
            op: OpId(self.op_id),
            at: read_instant(&self.at)?,
            booking_date: booking_date.map_err(|e| StoreError::Damaged(format!("fact {}: {e}", self.seq)))?,
            by: self.actor.map(UserId),
            desk: self.desk.clone(),
            body,
        })
    }
}

/// A payload with the circumstances of its decision.
#[derive(Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) rules: u32,
    pub(crate) context: Context,
}

async fn append_command(
    conn: &mut SqliteConnection,
    identity: &Identity,
    command: &Command,
    ctx: &Context,
) -> Result<(), StoreError> {
    let last = sqlx::query!("select seq, epoch, dev_seq, hlc, hash from command order by seq desc limit 1")
        .fetch_optional(&mut *conn)
        .await?;
    let epoch = i64::from(identity.epoch);
    let (seq, dev_seq, last_hlc, prev) = match last {
        Some(row) if row.epoch == epoch => (row.seq + 1, row.dev_seq + 1, row.hlc, row.hash),
        Some(row) => (row.seq + 1, 1, row.hlc, row.hash),
        None => (1, 1, 0, vec![0; 32]),
    };
    let hlc = (ctx.at.timestamp_millis() << 16).max(last_hlc + 1);
    let payload = serde_json::to_string(command)?;
    let context = serde_json::to_string(&Decided {
        rules: RULES,
        context: ctx.clone(),
    })?;
    let version = i64::from(COMMAND_VERSION);
    let hash = command_hash(
        &prev,
        &ctx.op.0,
        &identity.device.0,
        [epoch, dev_seq, hlc],
        version,
        &payload,
        &context,
    );
    let kind = kind_of(&payload);
    sqlx::query!(
        "insert into command (seq, op_id, device, epoch, dev_seq, hlc, version, kind, payload, context, prev_hash, hash)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        seq,
        ctx.op.0,
        identity.device.0,
        epoch,
        dev_seq,
        hlc,
        version,
        kind,
        payload,
        context,
        prev,
        hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The tag with which every payload begins.
fn kind_of(payload: &str) -> &str {
    payload.split('"').nth(3).unwrap_or_default()
}

async fn insert_fact(conn: &mut SqliteConnection, seq: i64, prev: &[u8], fact: &Fact) -> Result<Vec<u8>, StoreError> {
    let payload = serde_json::to_string(&fact.body)?;
    let at = instant(fact.at);
    let booking = fact.booking_date.to_string();
    let actor = fact.by.map(|u| u.0);
    let hash = fact_hash(
        prev,
        &fact.id.0,
        &fact.op.0,
        &at,
        &booking,
        actor.as_ref(),
        &fact.desk,
        &payload,
    );
    let about = fact
        .body
        .touches(&fact.desk)
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let (version, kind) = (i64::from(FACT_VERSION), fact.body.word());
    sqlx::query!(
        "insert into fact (seq, fact_id, op_id, version, kind, about, at, booking_date, actor, desk, payload, prev_hash, hash)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        seq,
        fact.id.0,
        fact.op.0,
        version,
        kind,
        about,
        at,
        booking,
        actor,
        fact.desk,
        payload,
        prev,
        hash
    )
    .execute(conn)
    .await?;
    Ok(hash)
}

pub(crate) async fn load_one(conn: &mut SqliteConnection, key: &Key, state: &mut State) -> Result<(), StoreError> {
    let name = key.to_string();
    if let Some(text) = sqlx::query_scalar!("select state from aggregate where key = ?", name)
        .fetch_optional(conn)
        .await?
    {
        let aggregate: Aggregate = serde_json::from_str(&text)?;
        state.0.insert(key.clone(), aggregate);
    }
    Ok(())
}

pub(crate) async fn save_aggregates(
    conn: &mut SqliteConnection,
    state: &State,
    keys: &[Key],
) -> Result<(), StoreError> {
    let mut versions = std::collections::BTreeMap::<&Key, i64>::new();
    for key in keys {
        *versions.entry(key).or_default() += 1;
    }
    for (key, changes) in versions {
        let Some(aggregate) = state.0.get(key) else { continue };
        let (name, kind, text) = (key.to_string(), key.kind(), serde_json::to_string(aggregate)?);
        sqlx::query!(
            "insert into aggregate (key, kind, version, state) values (?, ?, ?, ?)
             on conflict (key) do update set version = version + excluded.version, state = excluded.state",
            name,
            kind,
            changes,
            text
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

pub(crate) async fn put_credential(
    conn: &mut SqliteConnection,
    user: UserId,
    hash: &str,
    at: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into credential (user_id, hash, changed_at) values (?, ?, ?)
         on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
        user.0,
        hash,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn put_identity(conn: &mut SqliteConnection, identity: &Identity) -> Result<(), StoreError> {
    for (name, value) in [
        ("device", identity.device.to_string()),
        ("epoch", identity.epoch.to_string()),
        ("desk", identity.desk.clone()),
    ] {
        put_meta(conn, name, &value).await?;
    }
    Ok(())
}

pub(crate) async fn put_meta(conn: &mut SqliteConnection, name: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
        name,
        value
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) async fn identity_of(conn: &mut SqliteConnection) -> Result<Option<Identity>, StoreError> {
    let rows = sqlx::query!("select name, value from meta where name in ('device', 'epoch', 'desk')")
        .fetch_all(conn)
        .await?;
    let value = |name: &str| rows.iter().find(|r| r.name == name).map(|r| r.value.clone());
    let (Some(device), Some(epoch), Some(desk)) = (value("device"), value("epoch"), value("desk")) else {
        return Ok(None);
    };
    let damaged = |what: &str| StoreError::Damaged(format!("the book's {what} can't be read"));
    Ok(Some(Identity {
        device: device.parse().map_err(|_| damaged("device"))?,
        epoch: epoch.parse().map_err(|_| damaged("epoch"))?,
        desk,
    }))
}
