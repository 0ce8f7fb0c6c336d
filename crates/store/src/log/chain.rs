//! The rows of the two logs and the hashes that chain them.

use super::{Identity, instant, read_instant};
use crate::StoreError;
use chrono::{DateTime, Utc};
use farthing_api::{FactId, OpId, UserId};
use farthing_office::chain::{CommandLink, FactLink, link};
use farthing_office::{COMMAND_VERSION, Command, Context, FACT_VERSION, Fact, FactBody, RULES};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

/// What a refusal's hash covers.
pub(crate) fn note_hash(prev: &[u8], at: &str, actor: Option<&Uuid>, [desk, what, code]: [&str; 3]) -> Vec<u8> {
    let actor = actor.map(Uuid::as_bytes).map_or(&[][..], |a| a.as_slice());
    link(
        prev,
        &[at.as_bytes(), actor, desk.as_bytes(), what.as_bytes(), code.as_bytes()],
    )
    .to_vec()
}

/// A row of the fact log.
pub(crate) struct FactRow {
    pub(crate) seq: i64,
    pub(crate) fact_id: Uuid,
    pub(crate) op_id: Uuid,
    pub(crate) version: i64,
    pub(crate) kind: String,
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

impl FactRow {
    /// The hash that the row should have after the one before it: everything that the row says is in it.
    pub(crate) fn chained(&self, prev: &[u8]) -> Vec<u8> {
        let link = FactLink {
            id: &self.fact_id,
            op: &self.op_id,
            version: self.version,
            kind: &self.kind,
            at: &self.at,
            booking_date: &self.booking_date,
            actor: self.actor.as_ref(),
            desk: &self.desk,
            payload: &self.payload,
        };
        link.after(prev).to_vec()
    }

    /// The row of a new fact; number and hashes are still to come.
    pub(super) fn of(fact: &Fact) -> Result<FactRow, StoreError> {
        Ok(FactRow {
            seq: 0,
            fact_id: fact.id.0,
            op_id: fact.op.0,
            version: i64::from(FACT_VERSION),
            kind: fact.body.word().into(),
            at: instant(fact.at),
            booking_date: fact.booking_date.to_string(),
            actor: fact.by.map(|u| u.0),
            desk: fact.desk.clone(),
            payload: serde_json::to_string(&fact.body)?,
            prev_hash: Vec::new(),
            hash: Vec::new(),
        })
    }
}

/// A payload with the circumstances of its decision.
#[derive(Serialize, Deserialize)]
pub(crate) struct Decided {
    pub(crate) rules: u32,
    pub(crate) context: Context,
}

/// Which copy of the book this is, and the ends of both chains, which the next command and the next fact follow. The one
/// transaction that writes keeps them up to date, so that they are asked for once.
pub(crate) struct Ends {
    /// None before first run.
    pub(super) identity: Option<Identity>,
    /// Whether a server decides, so that what is decided here is provisional.
    pub(crate) enrolled: bool,
    command: CommandHead,
    fact: (i64, Vec<u8>),
}

impl Ends {
    /// The instant of the last command, by the hybrid logical clock.
    pub(crate) fn last_instant(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.command.hlc >> 16).unwrap_or_default()
    }

    /// The number and hash of the last fact.
    pub(crate) fn fact_head(&self) -> &(i64, Vec<u8>) {
        &self.fact
    }
}

struct CommandHead {
    seq: i64,
    dev_seq: i64,
    hlc: i64,
    hash: Vec<u8>,
}

/// Which copy of the book this is and where its chains end, as the book says.
pub(super) async fn ends(conn: &mut SqliteConnection) -> Result<Ends, StoreError> {
    let identity = super::identity_of(&mut *conn).await?;
    let last = sqlx::query!(
        r#"select c.seq as "command_seq?: i64", c.dev_seq as "dev_seq?: i64", c.hlc as "hlc?: i64",
           c.hash as "command_hash?: Vec<u8>", f.seq as "fact_seq?: i64", f.hash as "fact_hash?: Vec<u8>",
           exists (select 1 from authority) as "enrolled!: bool"
           from (select (select max(seq) from command) as command, (select max(seq) from fact) as fact) last
           left join command c on c.seq = last.command left join fact f on f.seq = last.fact"#
    )
    .fetch_one(conn)
    .await?;
    let none = || vec![0; 32];
    let command = CommandHead {
        seq: last.command_seq.unwrap_or(0),
        dev_seq: last.dev_seq.unwrap_or(0),
        hlc: last.hlc.unwrap_or(0),
        hash: last.command_hash.unwrap_or_else(none),
    };
    let fact = (last.fact_seq.unwrap_or(0), last.fact_hash.unwrap_or_else(none));
    Ok(Ends {
        identity,
        enrolled: last.enrolled,
        command,
        fact,
    })
}

pub(super) async fn append_command(
    conn: &mut SqliteConnection,
    ends: &mut Ends,
    command: &Command,
    ctx: &Context,
) -> Result<(), StoreError> {
    let identity = ends.identity.as_ref();
    let identity = identity.ok_or_else(|| StoreError::Damaged("the book has no identity".into()))?;
    let (epoch, last) = (i64::from(identity.epoch), &ends.command);
    let (seq, dev_seq) = (last.seq + 1, last.dev_seq + 1);
    let (last_hlc, prev) = (last.hlc, last.hash.clone());
    let hlc = (ctx.at.timestamp_millis() << 16).max(last_hlc + 1);
    let payload = serde_json::to_string(command)?;
    let context = serde_json::to_string(&Decided {
        rules: RULES,
        context: ctx.clone(),
    })?;
    let version = i64::from(COMMAND_VERSION);
    let hash = CommandLink {
        op: &ctx.op.0,
        device: &identity.device.0,
        epoch,
        dev_seq,
        hlc,
        version,
        payload: &payload,
        context: &context,
    };
    let hash = hash.after(&prev).to_vec();
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
    .execute(&mut *conn)
    .await?;
    if ends.enrolled {
        sqlx::query!("insert into waiting (command) values (?)", seq)
            .execute(conn)
            .await?;
    }
    ends.command = CommandHead {
        seq,
        dev_seq,
        hlc,
        hash,
    };
    Ok(())
}

/// The tag with which every payload begins.
fn kind_of(payload: &str) -> &str {
    payload.split('"').nth(3).unwrap_or_default()
}

/// So many rows go into one statement.
pub(super) const TOGETHER: usize = 200;

/// A fact's row in the form in which many go into one statement: bytes in hexadecimal.
#[derive(Serialize)]
struct Line<'a> {
    seq: i64,
    fact: String,
    op: String,
    version: i64,
    kind: &'a str,
    about: String,
    at: &'a str,
    day: &'a str,
    actor: Option<String>,
    desk: &'a str,
    payload: &'a str,
    prev: String,
    hash: String,
}

fn line<'a>((row, fact): &'a (FactRow, Fact)) -> Line<'a> {
    let about = fact.body.touches(&fact.desk).first().map(ToString::to_string);
    Line {
        seq: row.seq,
        fact: hex::encode(row.fact_id),
        op: hex::encode(row.op_id),
        version: row.version,
        kind: &row.kind,
        about: about.unwrap_or_default(),
        at: &row.at,
        day: &row.booking_date,
        actor: row.actor.map(hex::encode),
        desk: &row.desk,
        payload: &row.payload,
        prev: hex::encode(&row.prev_hash),
        hash: hex::encode(&row.hash),
    }
}

/// Appends rows of facts, which are numbered and chained here.
pub(super) async fn insert_facts(
    conn: &mut SqliteConnection,
    ends: &mut Ends,
    facts: &mut [(FactRow, Fact)],
) -> Result<(), StoreError> {
    for (row, _) in facts.iter_mut() {
        let (last, prev) = &ends.fact;
        row.seq = last + 1;
        row.hash = row.chained(prev);
        row.prev_hash.clone_from(prev);
        ends.fact = (row.seq, row.hash.clone());
    }
    for part in facts.chunks(TOGETHER) {
        let lines = serde_json::to_string(&part.iter().map(line).collect::<Vec<_>>())?;
        sqlx::query!(
            "insert into fact (seq, fact_id, op_id, version, kind, about, at, booking_date, actor, desk, payload, prev_hash, hash)
             select value ->> 'seq', unhex(value ->> 'fact'), unhex(value ->> 'op'), value ->> 'version', value ->> 'kind',
             value ->> 'about', value ->> 'at', value ->> 'day', unhex(value ->> 'actor'), value ->> 'desk', value ->> 'payload',
             unhex(value ->> 'prev'), unhex(value ->> 'hash') from json_each(?)",
            lines
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
