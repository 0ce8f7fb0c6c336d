//! Facts as they are kept: each once, listed in the scopes that may see it, and once more in the form for a customer who has a
//! machine of their own.

use crate::error::ServerError;
use crate::keep::{Aggregates, branch};
use crate::server::bytes;
use farthing_api::CustomerId;
use farthing_office::{Fact, FactBody, Key, State};
use farthing_sync::authority::{Head, list, scopes_of};
use farthing_sync::own::{for_customer, whose};
use farthing_sync::scope::{Scope, staff_scope};
use farthing_sync::wire::SentFact;
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A fact with what is known of it beside.
struct Row {
    sent: SentFact,
    scope: Scope,
    /// The customer whom it registers.
    registers: Option<Uuid>,
    /// The customer whom it is about.
    about: Option<Uuid>,
    /// The fact that it tells a customer.
    safe_of: Option<Uuid>,
}

fn registers(fact: &FactBody) -> Option<Uuid> {
    match fact {
        FactBody::CustomerRegistered { customer, .. } => Some(customer.0),
        _ => None,
    }
}

/// A fact in the form for its customer.
fn safe(state: &State, customer: CustomerId, fact: &Fact) -> Result<Row, ServerError> {
    Ok(Row {
        sent: SentFact::of(&for_customer(state, customer, fact))?,
        scope: Scope::Customer(customer),
        registers: registers(&fact.body),
        about: Some(customer.0),
        safe_of: Some(fact.id.0),
    })
}

/// Keeps facts and lists them. The last thing in a transaction: the ends of the scopes are locked in order until it ends, so
/// that whoever sees a number sees all before it. `state` has every aggregate that the decisions read or made.
pub(crate) async fn append(
    conn: &mut PgConnection,
    organisation: Uuid,
    state: &State,
    facts: &[Fact],
    sent: &[SentFact],
) -> Result<(), ServerError> {
    let branch = branch(conn, organisation).await?;
    let about: Vec<Option<CustomerId>> = facts.iter().map(|fact| whose(state, &fact.body)).collect();
    let rows = facts.iter().zip(sent).zip(&about).map(|((fact, sent), about)| Row {
        sent: sent.clone(),
        scope: staff_scope(&fact.body, &branch),
        registers: registers(&fact.body),
        about: about.map(|customer| customer.0),
        safe_of: None,
    });
    let mut rows: Vec<Row> = rows.collect();
    let mut heads = BTreeMap::new();
    for scope in scopes_of(facts, &branch) {
        heads.insert(scope.clone(), lock_head(conn, organisation, &scope).await?);
    }
    // Whoever gets a machine of their own holds the end of the branch until its history is there, so it is asked now.
    let mut customers: Vec<CustomerId> = about.iter().copied().flatten().collect();
    customers.sort();
    customers.dedup();
    let followed = lock_customers(conn, organisation, &customers).await?;
    for (fact, about) in facts.iter().zip(about) {
        if let Some(customer) = about.filter(|customer| followed.contains_key(&Scope::Customer(*customer))) {
            rows.push(safe(state, customer, fact)?);
        }
    }
    heads.extend(followed);
    put(conn, organisation, &rows).await?;
    place(conn, organisation, &rows, heads).await?;
    forget_keys(conn, organisation, facts).await
}

/// Puts everything that a customer may know into their scope, for the first machine of their own; what follows is listed there
/// as it is decided.
pub(crate) async fn begin_own(
    conn: &mut PgConnection,
    organisation: Uuid,
    customer: CustomerId,
) -> Result<(), ServerError> {
    let branch = branch(conn, organisation).await?;
    for scope in [Scope::Staff, Scope::Branch(branch)] {
        lock_head(conn, organisation, &scope).await?;
    }
    if !lock_customers(conn, organisation, &[customer]).await?.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "select fact_id, op_id, version, at, booking_date, actor, desk, payload from fact
         where organisation = $1 and about = $2 and safe_of is null order by ordinal",
        organisation,
        customer.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut facts = Vec::with_capacity(rows.len());
    for row in rows {
        let sent = sent_fact!(row);
        facts.push(sent.read()?);
    }
    let mut keys: BTreeSet<Key> = facts.iter().flat_map(|f| f.body.touches(&f.desk)).collect();
    keys.extend(facts.iter().filter_map(|fact| fact.by.map(Key::User)));
    let state = Aggregates::read(conn, organisation, &keys).await?;
    let rows: Result<Vec<Row>, ServerError> = facts.iter().map(|fact| safe(&state, customer, fact)).collect();
    let rows = rows?;
    let scope = Scope::Customer(customer);
    let heads = BTreeMap::from([(scope.clone(), lock_head(conn, organisation, &scope).await?)]);
    put(conn, organisation, &rows).await?;
    place(conn, organisation, &rows, heads).await
}

async fn put(conn: &mut PgConnection, organisation: Uuid, rows: &[Row]) -> Result<(), ServerError> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids = |of: fn(&SentFact) -> Uuid| rows.iter().map(|row| of(&row.sent)).collect::<Vec<Uuid>>();
    let numbers = |of: fn(&SentFact) -> i64| rows.iter().map(|row| of(&row.sent)).collect::<Vec<i64>>();
    let some = |of: fn(&Row) -> Option<Uuid>| rows.iter().map(of).collect::<Vec<Option<Uuid>>>();
    let days: Vec<_> = rows.iter().map(|row| row.sent.booking_date).collect();
    let desks: Vec<String> = rows.iter().map(|row| row.sent.desk.clone()).collect();
    let payloads: Vec<String> = rows.iter().map(|row| row.sent.payload.clone()).collect();
    sqlx::query!(
        "insert into fact (organisation, fact_id, op_id, version, at, booking_date, actor, desk, payload, registers, about, safe_of)
         select $1, n.id, n.op, n.version, n.at, n.day, n.actor, n.desk, n.payload, n.registers, n.about, n.safe_of
         from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::date[], $7::uuid[], $8::text[], $9::text[], $10::uuid[],
         $11::uuid[], $12::uuid[]) with ordinality
         as n (id, op, version, at, day, actor, desk, payload, registers, about, safe_of, place) order by n.place",
        organisation,
        &ids(|f| f.id.0),
        &ids(|f| f.op.0),
        &numbers(|f| f.version),
        &numbers(|f| f.at),
        &days,
        &some(|row| row.sent.by.map(|by| by.0)) as &[Option<Uuid>],
        &desks,
        &payloads,
        &some(|row| row.registers) as &[Option<Uuid>],
        &some(|row| row.about) as &[Option<Uuid>],
        &some(|row| row.safe_of) as &[Option<Uuid>]
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Where a fact destroys a person's data, their key goes.
async fn forget_keys(conn: &mut PgConnection, organisation: Uuid, facts: &[Fact]) -> Result<(), ServerError> {
    let erased = facts.iter().filter_map(|fact| match &fact.body {
        FactBody::CustomerErased { customer } => Some(customer.0),
        _ => None,
    });
    let erased: Vec<Uuid> = erased.collect();
    if !erased.is_empty() {
        sqlx::query!(
            "delete from customer_key where organisation = $1 and customer = any($2)",
            organisation,
            &erased
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Lists facts after the ends of their scopes, and moves these on.
async fn place(
    conn: &mut PgConnection,
    organisation: Uuid,
    rows: &[Row],
    mut heads: BTreeMap<Scope, Head>,
) -> Result<(), ServerError> {
    let listed = list(rows.iter().map(|row| (row.scope.clone(), &row.sent)), &mut heads);
    let scopes: Vec<String> = listed.iter().map(|l| l.scope.to_string()).collect();
    let seqs: Vec<i64> = listed.iter().map(|l| l.seq).collect();
    let ids: Vec<Uuid> = listed.iter().map(|l| rows[l.fact].sent.id.0).collect();
    let prevs: Vec<Vec<u8>> = listed.iter().map(|l| l.prev.to_vec()).collect();
    let hashes: Vec<Vec<u8>> = listed.iter().map(|l| l.hash.to_vec()).collect();
    let ends: Vec<(String, Head)> = heads
        .into_iter()
        .map(|(scope, head)| (scope.to_string(), head))
        .collect();
    let (moved, heads): (Vec<String>, Vec<Head>) = ends.into_iter().unzip();
    let last: Vec<i64> = heads.iter().map(|head| head.seq).collect();
    let last_hashes: Vec<Vec<u8>> = heads.iter().map(|head| head.hash.to_vec()).collect();
    sqlx::query!(
        "with moved as (
             update scope_head h set seq = n.seq, hash = n.hash from unnest($7::text[], $8::bigint[], $9::bytea[]) as n (scope, seq, hash)
             where h.organisation = $1 and h.scope = n.scope)
         insert into scope_entry (organisation, scope, seq, fact_id, prev_hash, hash)
         select $1, n.scope, n.seq, n.id, n.prev, n.hash
         from unnest($2::text[], $3::bigint[], $4::uuid[], $5::bytea[], $6::bytea[]) as n (scope, seq, id, prev, hash)",
        organisation,
        &scopes,
        &seqs,
        &ids,
        &prevs,
        &hashes,
        &moved,
        &last,
        &last_hashes
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The end of a scope, locked.
async fn lock_head(conn: &mut PgConnection, organisation: Uuid, scope: &Scope) -> Result<Head, ServerError> {
    // The row that is made or found is locked by the update, whoever makes it first.
    let row = sqlx::query!(
        "insert into scope_head (organisation, scope, seq, hash) values ($1, $2, 0, $3)
         on conflict (organisation, scope) do update set seq = scope_head.seq returning seq, hash",
        organisation,
        scope.to_string(),
        farthing_office::chain::START.as_slice()
    )
    .fetch_one(conn)
    .await?;
    Ok(Head {
        seq: row.seq,
        hash: bytes(&row.hash)?,
    })
}

/// The ends of the scopes of those customers who have a machine of their own, locked in order.
async fn lock_customers(
    conn: &mut PgConnection,
    organisation: Uuid,
    customers: &[CustomerId],
) -> Result<BTreeMap<Scope, Head>, ServerError> {
    if customers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let scopes: Vec<String> = customers.iter().map(|c| Scope::Customer(*c).to_string()).collect();
    let rows = sqlx::query!(
        "select scope, seq, hash from scope_head where organisation = $1 and scope = any($2) order by scope for update",
        organisation,
        &scopes
    )
    .fetch_all(conn)
    .await?;
    let head = |scope: &str, seq: i64, hash: &[u8]| -> Result<(Scope, Head), ServerError> {
        let scope = scope.parse().map_err(ServerError::Damaged)?;
        let hash = bytes(hash)?;
        Ok((scope, Head { seq, hash }))
    };
    rows.iter().map(|row| head(&row.scope, row.seq, &row.hash)).collect()
}
