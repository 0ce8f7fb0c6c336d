//! The machines: what administrators see of them, and how their access ends.

use crate::day::AUTHORITY;
use crate::error::ServerError;
use crate::keep::{Aggregates, branch};
use crate::server::{Server, bytes, printed};
use chrono::{DateTime, TimeDelta, Utc};
use farthing_api::{Code, CustomerId, DeviceId, DeviceState, DeviceView, ErrorKind, Role, UserId};
use farthing_office::Key;
use farthing_sync::intake::Machine;
use farthing_sync::revoke::{Revocation, Revoke};
use farthing_sync::scope::granted;
use farthing_sync::wire::Pull;
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// When a machine spoke is kept to this.
const SEEN: TimeDelta = TimeDelta::minutes(1);

/// Refuses whoever is no administrator by now. The machine vouches for who asks.
pub(crate) async fn must_administer(
    conn: &mut PgConnection,
    organisation: Uuid,
    by: UserId,
) -> Result<(), ServerError> {
    let keys = BTreeSet::from([Key::User(by)]);
    let aggregates = Aggregates::lock(conn, organisation, &keys).await?;
    let user = aggregates.state.user(by);
    match user.is_some_and(|u| u.active && u.role == Role::Administrator) {
        true => Ok(()),
        false => Err(ServerError::refused(ErrorKind::Forbidden, Code::AccessTaken)),
    }
}

impl Server {
    /// The organisation's machines, by desk.
    pub(crate) async fn devices(
        &self,
        organisation: Uuid,
        asking: DeviceId,
        by: UserId,
    ) -> Result<Vec<DeviceView>, ServerError> {
        let mut tx = self.begin(organisation).await?;
        must_administer(&mut tx, organisation, by).await?;
        let views = views(&mut tx, organisation, asking).await?;
        tx.commit().await?;
        Ok(views)
    }

    /// Takes a machine's access away: from now on what it sends is kept aside, and its next question is answered with that.
    pub(crate) async fn revoke(
        &self,
        organisation: Uuid,
        asking: DeviceId,
        revoke: &Revoke,
    ) -> Result<Vec<DeviceView>, ServerError> {
        if revoke.device == asking {
            return Err(ServerError::refused(ErrorKind::Refused, Code::OwnDevice));
        }
        let mut tx = self.begin(organisation).await?;
        must_administer(&mut tx, organisation, revoke.by).await?;
        let now = self.now();
        let revoked = sqlx::query!(
            "update device set revoked_at = $3, revoked_by = $4
             where organisation = $1 and device = $2 and device <> $5 and revoked_at is null",
            organisation,
            revoke.device.0,
            now,
            revoke.by.0,
            AUTHORITY.0
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "delete from escrow where organisation = $1 and device = $2 and $2 <> $3",
            organisation,
            revoke.device.0,
            AUTHORITY.0
        )
        .execute(&mut *tx)
        .await?;
        if revoked.rows_affected() > 0 {
            tracing::warn!(%organisation, device = %revoke.device, by = %revoke.by, "a machine's access was taken away");
        }
        let views = views(&mut tx, organisation, asking).await?;
        tx.commit().await?;
        Ok(views)
    }

    /// What a machine is told whose access has ended.
    pub(crate) async fn revocation(
        &self,
        organisation: Uuid,
        machine: &Machine,
        at: DateTime<Utc>,
    ) -> Result<Revocation, ServerError> {
        let mut tx = self.begin(organisation).await?;
        let secret = secret(&mut tx, organisation).await?;
        tx.commit().await?;
        Ok(Revocation {
            has: Some(machine.dev_seq),
            copy: Some(machine.epoch),
            ..Revocation::new(&secret, organisation, machine.device, at)
        })
    }

    /// Notes that a machine spoke, at most once a minute, and what it says of itself, where it says something new.
    pub(crate) async fn saw(&self, organisation: Uuid, met: &Met, pull: Option<&Pull>) -> Result<(), ServerError> {
        let now = self.now();
        let said = pull.map_or_else(|| met.said.clone(), Said::of);
        if said == met.said && met.seen_at.is_some_and(|seen| now - seen < SEEN) {
            return Ok(());
        }
        // Nothing is lost that anybody was told if this does not outlive a crash of the database, so the disk is not waited for.
        let tx = self.begin_as("begin; set local synchronous_commit = off", organisation);
        let mut tx = tx.await?;
        sqlx::query!(
            "update device set seen_at = $3, program = $4, unsent = $5, pulled = $6 where organisation = $1 and device = $2",
            organisation,
            met.machine.device.0,
            now,
            said.program,
            said.unsent,
            said.pulled
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A machine that speaks, as it is known.
pub(crate) struct Met {
    pub(crate) machine: Machine,
    /// Which customer's own machine it is.
    pub(crate) customer: Option<CustomerId>,
    /// When its access ended.
    pub(crate) revoked: Option<DateTime<Utc>>,
    pub(crate) seen_at: Option<DateTime<Utc>>,
    pub(crate) said: Said,
}

/// What a machine said of itself when it last pulled.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) program: String,
    pub(crate) unsent: i64,
    pub(crate) pulled: i64,
}

impl Said {
    fn of(pull: &Pull) -> Said {
        Said {
            program: pull.about.program.chars().take(40).collect(),
            unsent: i64::from(pull.about.unsent),
            pulled: pull.cursors.iter().map(|known| known.seq).sum(),
        }
    }
}

async fn views(conn: &mut PgConnection, organisation: Uuid, asking: DeviceId) -> Result<Vec<DeviceView>, ServerError> {
    let scopes = granted(&branch(conn, organisation).await?);
    let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select device, desk, epoch, enrolled_at, seen_at, revoked_at, incident, program, unsent, pulled,
           customer, (select coalesce(sum(seq), 0)::bigint from scope_head h where h.organisation = $1 and h.scope = any(
           case when customer is null then $2::text[] else array['org-public', 'customer:' || customer] end)) as "heads!"
           from device where organisation = $1 and device <> $3 order by desk, epoch"#,
        organisation,
        &scopes,
        AUTHORITY.0
    )
    .fetch_all(conn)
    .await?;
    let count = |n: i64| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
    let views = rows.into_iter().map(|row| {
        let state = match (row.revoked_at, row.incident) {
            (Some(_), _) => DeviceState::Revoked,
            (None, Some(_)) => DeviceState::Copied,
            (None, None) => DeviceState::Active,
        };
        DeviceView {
            device: DeviceId(row.device),
            own: row.device == asking.0,
            of_customer: row.customer.is_some(),
            state,
            desk: printed(&row.desk, row.epoch),
            enrolled_at: row.enrolled_at,
            seen_at: row.seen_at,
            program: row.program,
            behind: count(row.heads - row.pulled),
            unsent: count(row.unsent),
        }
    });
    Ok(views.collect())
}

/// The organisation's secret, made where there is none.
pub(crate) async fn secret(conn: &mut PgConnection, organisation: Uuid) -> Result<[u8; 32], ServerError> {
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh).map_err(|e| ServerError::Damaged(e.to_string()))?;
    sqlx::query!(
        "insert into authority_key (organisation, secret) values ($1, $2) on conflict do nothing",
        organisation,
        fresh.as_slice()
    )
    .execute(&mut *conn)
    .await?;
    let kept = sqlx::query_scalar!("select secret from authority_key where organisation = $1", organisation);
    bytes(&kept.fetch_one(conn).await?)
}

/// The organisation's public key: made with the founding.
pub(crate) async fn make_authority(conn: &mut PgConnection, organisation: Uuid) -> Result<(), ServerError> {
    secret(conn, organisation).await.map(drop)
}
