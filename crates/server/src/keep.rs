//! What a decision reads and leaves: aggregates, facts, and their places in the scopes.

use crate::error::ServerError;
use crate::server::{Server, bytes};
use farthing_api::CustomerId;
use farthing_office::{Aggregate, Fact, FactBody, Key, State};
use farthing_sync::authority::{Head, list as place, scopes_of};
use farthing_sync::intake::Taken;
use farthing_sync::scope::Scope;
use farthing_sync::wire::SentFact;
use sqlx::postgres::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// So many customers are asked about at once.
const MOST_ASKED: usize = 10_000;

/// Aggregates that are locked until the transaction ends.
pub(crate) struct Aggregates {
    organisation: Uuid,
    pub(crate) state: State,
    versions: BTreeMap<Key, i64>,
}

impl Aggregates {
    /// Loads and locks aggregates in key order: those that every decision reads and few change for reading only.
    pub(crate) async fn lock(
        conn: &mut PgConnection,
        organisation: Uuid,
        keys: &BTreeSet<Key>,
    ) -> Result<Aggregates, ServerError> {
        let (shared, own): (BTreeSet<Key>, BTreeSet<Key>) = keys
            .iter()
            .cloned()
            .partition(|key| matches!(key, Key::Organisation | Key::Day));
        let mut found = Aggregates {
            organisation,
            state: State::default(),
            versions: BTreeMap::new(),
        };
        let names = |keys: &BTreeSet<Key>| keys.iter().map(ToString::to_string).collect::<Vec<String>>();
        let (shared, own) = (names(&shared), names(&own));
        let rows = sqlx::query!(
            "select key, version, state from aggregate where organisation = $1 and key = any($2) order by key for share",
            organisation,
            &shared
        )
        .fetch_all(&mut *conn)
        .await?;
        for row in rows {
            found.put(&row.key, row.version, &row.state)?;
        }
        found.more_by_name(conn, &own).await?;
        Ok(found)
    }

    /// Loads and locks more of them.
    pub(crate) async fn more(&mut self, conn: &mut PgConnection, keys: &BTreeSet<Key>) -> Result<(), ServerError> {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        self.more_by_name(conn, &names).await
    }

    async fn more_by_name(&mut self, conn: &mut PgConnection, names: &[String]) -> Result<(), ServerError> {
        let rows = sqlx::query!(
            "select key, version, state from aggregate where organisation = $1 and key = any($2) order by key for update",
            self.organisation,
            names
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            self.put(&row.key, row.version, &row.state)?;
        }
        Ok(())
    }

    /// Loads every loan. Only where nobody else decides anything meanwhile.
    pub(crate) async fn every_loan(&mut self, conn: &mut PgConnection) -> Result<(), ServerError> {
        let rows = sqlx::query!(
            "select key, version, state from aggregate where organisation = $1 and key >= 'loan:' and key < 'loan;'",
            self.organisation
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            self.put(&row.key, row.version, &row.state)?;
        }
        Ok(())
    }

    /// Loads a customer's loans, whichever desk opened them. Whoever has the customer locked keeps new ones from being made.
    pub(crate) async fn loans_of(&mut self, conn: &mut PgConnection, customer: CustomerId) -> Result<(), ServerError> {
        let rows = sqlx::query!(
            "select key, version, state from aggregate where organisation = $1 and key >= 'loan:' and key < 'loan;'
             and position($2 in state) > 0",
            self.organisation,
            customer.to_string()
        )
        .fetch_all(conn)
        .await?;
        for row in rows {
            self.put(&row.key, row.version, &row.state)?;
        }
        Ok(())
    }

    fn put(&mut self, key: &str, version: i64, state: &str) -> Result<(), ServerError> {
        let key: Key = key.parse().map_err(ServerError::Damaged)?;
        self.state
            .0
            .insert(key.clone(), serde_json::from_str::<Aggregate>(state)?);
        self.versions.insert(key, version);
        Ok(())
    }

    /// Keeps what the facts have changed. Where somebody else made the same aggregate in between, or changed one that was
    /// only read here, the transaction is tried again.
    pub(crate) async fn save(&self, conn: &mut PgConnection, facts: &[Fact]) -> Result<(), ServerError> {
        let mut changes = BTreeMap::<Key, i64>::new();
        for key in facts.iter().flat_map(|fact| fact.body.touches(&fact.desk)) {
            *changes.entry(key).or_default() += 1;
        }
        let (mut keys, mut before, mut after, mut states) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (key, count) in changes {
            let Some(aggregate) = self.state.0.get(&key) else {
                continue;
            };
            let version = self.versions.get(&key).copied();
            keys.push(key.to_string());
            before.push(version);
            after.push(version.unwrap_or(0) + count);
            states.push(serde_json::to_string(aggregate)?);
        }
        let kept = sqlx::query!(
            "insert into aggregate as a (organisation, key, version, state)
             select $1, n.key, n.after, n.state from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[])
             as n (key, before, after, state) order by n.key
             on conflict (organisation, key) do update set version = excluded.version, state = excluded.state
             where a.version = (select n.before from unnest($2::text[], $3::bigint[]) as n (key, before) where n.key = excluded.key)",
            self.organisation,
            &keys,
            &before as &[Option<i64>],
            &after,
            &states
        )
        .execute(conn)
        .await?;
        match kept.rows_affected() == u64::try_from(keys.len()).unwrap_or(0) {
            true => Ok(()),
            false => Err(ServerError::Again),
        }
    }
}

/// Keeps the keys of customers who are registered.
pub(crate) async fn customer_keys(
    conn: &mut PgConnection,
    organisation: Uuid,
    taken: &[Taken],
) -> Result<(), ServerError> {
    let registered = taken.iter().filter_map(|t| {
        let key = t.row.key?;
        Some((farthing_api::CustomerId::of(t.row.op, 0).0, key.to_vec()))
    });
    let (customers, keys) = registered.unzip();
    put_customer_keys(conn, organisation, customers, keys).await
}

/// Keeps keys, each for its customer; the first one stays.
pub(crate) async fn put_customer_keys(
    conn: &mut PgConnection,
    organisation: Uuid,
    customers: Vec<Uuid>,
    keys: Vec<Vec<u8>>,
) -> Result<(), ServerError> {
    if customers.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into customer_key (organisation, customer, key)
         select $1, n.customer, n.key from unnest($2::uuid[], $3::bytea[]) as n (customer, key) on conflict do nothing",
        organisation,
        &customers,
        &keys
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps facts, each once; where one destroys a person's data, their key goes.
pub(crate) async fn facts(
    conn: &mut PgConnection,
    organisation: Uuid,
    facts: &[Fact],
    sent: &[SentFact],
) -> Result<(), ServerError> {
    if facts.is_empty() {
        return Ok(());
    }
    let ids = |of: fn(&SentFact) -> Uuid| sent.iter().map(of).collect::<Vec<Uuid>>();
    let numbers = |of: fn(&SentFact) -> i64| sent.iter().map(of).collect::<Vec<i64>>();
    let days: Vec<_> = sent.iter().map(|f| f.booking_date).collect();
    let actors: Vec<Option<Uuid>> = sent.iter().map(|f| f.by.map(|by| by.0)).collect();
    let desks: Vec<String> = sent.iter().map(|f| f.desk.clone()).collect();
    let payloads: Vec<String> = sent.iter().map(|f| f.payload.clone()).collect();
    let registers: Vec<Option<Uuid>> = facts
        .iter()
        .map(|fact| match &fact.body {
            FactBody::CustomerRegistered { customer, .. } => Some(customer.0),
            _ => None,
        })
        .collect();
    sqlx::query!(
        "insert into fact (organisation, fact_id, op_id, version, at, booking_date, actor, desk, payload, registers)
         select $1, n.id, n.op, n.version, n.at, n.day, n.actor, n.desk, n.payload, n.registers
         from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::date[], $7::uuid[], $8::text[], $9::text[], $10::uuid[])
         with ordinality as n (id, op, version, at, day, actor, desk, payload, registers, place) order by n.place",
        organisation,
        &ids(|f| f.id.0),
        &ids(|f| f.op.0),
        &numbers(|f| f.version),
        &numbers(|f| f.at),
        &days,
        &actors as &[Option<Uuid>],
        &desks,
        &payloads,
        &registers as &[Option<Uuid>]
    )
    .execute(&mut *conn)
    .await?;
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

impl Server {
    /// Those of some customers whose data was destroyed.
    pub(crate) async fn erased(
        &self,
        organisation: Uuid,
        customers: &[CustomerId],
    ) -> Result<Vec<CustomerId>, ServerError> {
        let asked = customers
            .iter()
            .take(MOST_ASKED)
            .map(|id| Key::Customer(*id).to_string());
        let mut tx = self.begin(organisation).await?;
        let rows = sqlx::query!(
            "select key, state from aggregate where organisation = $1 and key = any($2)",
            organisation,
            &asked.collect::<Vec<String>>()
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let mut erased = Vec::new();
        for row in rows {
            let key: Key = row.key.parse().map_err(ServerError::Damaged)?;
            match (key, serde_json::from_str::<Aggregate>(&row.state)?) {
                (Key::Customer(id), Aggregate::Customer(customer)) if customer.erased => erased.push(id),
                _ => {}
            }
        }
        Ok(erased)
    }
}

/// The branch's code, under which its scope goes.
pub(crate) async fn branch(conn: &mut PgConnection, organisation: Uuid) -> Result<String, ServerError> {
    Ok(
        sqlx::query_scalar!("select branch from organisation where organisation = $1", organisation)
            .fetch_one(conn)
            .await?,
    )
}

/// Lists facts in the scopes that may see them. The last thing in a transaction: the ends are locked in order until it
/// ends, so that whoever sees a number sees all before it.
pub(crate) async fn list(
    conn: &mut PgConnection,
    organisation: Uuid,
    facts: &[Fact],
    sent: &[SentFact],
) -> Result<(), ServerError> {
    let branch = branch(conn, organisation).await?;
    let mut heads = BTreeMap::new();
    for scope in scopes_of(facts, &branch) {
        heads.insert(scope.clone(), lock_head(conn, organisation, &scope).await?);
    }
    let listed = place(facts.iter().zip(sent), &branch, &mut heads);
    let scopes: Vec<String> = listed.iter().map(|l| l.scope.to_string()).collect();
    let seqs: Vec<i64> = listed.iter().map(|l| l.seq).collect();
    let ids: Vec<Uuid> = listed.iter().map(|l| sent[l.fact].id.0).collect();
    let prevs: Vec<Vec<u8>> = listed.iter().map(|l| l.prev.to_vec()).collect();
    let hashes: Vec<Vec<u8>> = listed.iter().map(|l| l.hash.to_vec()).collect();
    sqlx::query!(
        "insert into scope_entry (organisation, scope, seq, fact_id, prev_hash, hash)
         select $1, n.scope, n.seq, n.id, n.prev, n.hash
         from unnest($2::text[], $3::bigint[], $4::uuid[], $5::bytea[], $6::bytea[]) as n (scope, seq, id, prev, hash)",
        organisation,
        &scopes,
        &seqs,
        &ids,
        &prevs,
        &hashes
    )
    .execute(&mut *conn)
    .await?;
    for (scope, head) in heads {
        sqlx::query!(
            "update scope_head set seq = $3, hash = $4 where organisation = $1 and scope = $2",
            organisation,
            scope.to_string(),
            head.seq,
            head.hash.as_slice()
        )
        .execute(&mut *conn)
        .await?;
    }
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
