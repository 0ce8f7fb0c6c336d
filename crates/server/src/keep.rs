//! What a decision reads and leaves: aggregates, and the keys of customers.

use crate::error::ServerError;
use crate::server::Server;
use farthing_api::CustomerId;
use farthing_office::{Aggregate, Command, Fact, Key, State};
use farthing_sync::intake::Taken;
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

    /// Reads aggregates without locking them: for what never changes.
    pub(crate) async fn read(
        conn: &mut PgConnection,
        organisation: Uuid,
        keys: &BTreeSet<Key>,
    ) -> Result<State, ServerError> {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let rows = sqlx::query!(
            "select key, version, state from aggregate where organisation = $1 and key = any($2)",
            organisation,
            &names
        )
        .fetch_all(conn)
        .await?;
        let mut found = Aggregates {
            organisation,
            state: State::default(),
            versions: BTreeMap::new(),
        };
        for row in rows {
            found.put(&row.key, row.version, &row.state)?;
        }
        Ok(found.state)
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

    /// Loads and locks what decisions change or look at and can't name: the users of customers, and for an erasure all their
    /// loans.
    pub(crate) async fn unnamed(&mut self, conn: &mut PgConnection, taken: &[Taken]) -> Result<(), ServerError> {
        let customers = taken.iter().filter_map(|taken| taken.command.sign_in_of());
        let customers: BTreeSet<CustomerId> = customers.collect();
        let users = customers
            .iter()
            .filter_map(|customer| self.state.customer(*customer)?.user);
        let users: BTreeSet<Key> = users.map(Key::User).collect();
        if !users.is_empty() {
            self.more(conn, &users).await?;
        }
        for taken in taken {
            if let Command::EraseCustomer { customer, .. } = &taken.command {
                self.loans_of(conn, *customer).await?;
            }
        }
        Ok(())
    }

    /// Loads a customer's loans, whichever desk opened them. Whoever has the customer locked keeps new ones from being made.
    async fn loans_of(&mut self, conn: &mut PgConnection, customer: CustomerId) -> Result<(), ServerError> {
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
