//! How machines come to be known: the first one brings the organisation with all its history, others come with the code
//! of an administrator.

use crate::append::append;
use crate::credentials;
use crate::day::AUTHORITY;
use crate::desks::Desks;
use crate::devices::{make_authority, must_administer};
use crate::error::ServerError;
use crate::escrow::Known;
use crate::keep::{self, Aggregates};
use crate::server::{Server, bytes};
use chrono::TimeDelta;
use farthing_api::{Code, DeviceId, ErrorKind, Role, Secret};
use farthing_identity::{normalise_email, sign_in_name};
use farthing_office::chain::Hash;
use farthing_office::{Fact, Key, User, apply};
use farthing_sync::join::{
    End, Enrol, Enrolled, Found, Founded, Invite, Newcomer, code_of, organisation_of, token_hash,
};
use farthing_sync::scope::{Scope, granted};
use farthing_sync::wire::{Cursor, verifies};
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long a setup link is of use.
const LINK: TimeDelta = TimeDelta::days(1);
/// How long an administrator's code is of use.
const CODE: TimeDelta = TimeDelta::minutes(30);

impl Server {
    /// The token of a one-time link with which the first desktop brings an organisation; none where one was founded already.
    /// An earlier link that nobody used is not valid any more.
    ///
    /// # Errors
    /// What the database or the system's randomness says.
    pub async fn setup_token(&self) -> Result<Option<String>, ServerError> {
        let used = sqlx::query_scalar!(r#"select count(*) as "n!" from setup_link where used_at is not null"#)
            .fetch_one(self.pool())
            .await?;
        if used > 0 {
            return Ok(None);
        }
        let mut secret = [0; 20];
        getrandom::fill(&mut secret).map_err(|e| ServerError::Damaged(e.to_string()))?;
        let token = hex::encode(secret);
        let (hash, expires) = (token_hash(&token), self.now() + LINK);
        let mut tx = self.pool().begin().await?;
        sqlx::query!("delete from setup_link where used_at is null and organisation is null")
            .execute(&mut *tx)
            .await?;
        sqlx::query!(
            "insert into setup_link (token, expires_at) values ($1, $2)",
            hash.as_slice(),
            expires
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Takes a part of a history. The facts are kept as they are; a part that is here already is not kept again.
    pub(crate) async fn found(
        &self,
        organisation: Uuid,
        device: DeviceId,
        found: &Found,
    ) -> Result<Founded, ServerError> {
        let mut tx = self.begin(organisation).await?;
        self.use_link(&mut tx, organisation, found).await?;
        let row = sqlx::query!(
            "select founding_seq, founding_head, founded_at from organisation where organisation = $1 for update",
            organisation
        )
        .fetch_one(&mut *tx)
        .await?;
        let through = row.founding_seq;
        let last = found.from - 1 + i64::try_from(found.facts.len()).unwrap_or(i64::MAX - found.from);
        if row.founded_at.is_some() || last < through || found.from > through + 1 {
            let cursors = cursors(&mut tx, organisation).await?;
            return Ok(Founded { through, cursors });
        }
        let known = usize::try_from(through + 1 - found.from).unwrap_or(0);
        let new = found.facts.get(known..).unwrap_or_default();
        let head = new
            .iter()
            .fold(bytes(&row.founding_head)?, |prev, fact| fact.hash_after(&prev));
        let facts: Vec<Fact> = new.iter().map(|sent| sent.read()).collect::<Result<_, _>>()?;
        if known == 0 && found.from == 1 {
            begins(&facts, organisation)?;
        }
        let touched: BTreeSet<Key> = facts.iter().flat_map(|f| f.body.touches(&f.desk)).collect();
        let mut aggregates = Aggregates::lock(&mut tx, organisation, &touched).await?;
        for fact in &facts {
            apply(&mut aggregates.state, fact);
        }
        let branch = aggregates.state.organisation().map(|o| o.branch_code.clone());
        aggregates.save(&mut tx, &facts).await?;
        let (customers, keys) = found.keys.iter().map(|(c, key)| (c.0, key.to_vec())).unzip();
        for fact in &facts {
            let came = found.credentials.iter().find(|(id, _)| *id == fact.id);
            credentials::follow(&mut tx, organisation, (fact.id, &fact.body), came.map(|(_, c)| c)).await?;
        }
        keep::put_customer_keys(&mut tx, organisation, customers, keys).await?;
        let ended = found.end.is_some();
        if let Some(end) = &found.end {
            ends(end, &head, &found.device)?;
            self.admit(&mut tx, organisation, device, &found.device, None).await?;
            let own = Newcomer {
                public: [0; 32],
                desk: String::new(),
                epoch: 0,
                dev_seq: 0,
                head: farthing_office::chain::START,
                former: None,
            };
            self.admit(&mut tx, organisation, AUTHORITY, &own, None).await?;
            make_authority(&mut tx, organisation).await?;
        }
        let now = self.now();
        sqlx::query!(
            "update organisation set founding_seq = $2, founding_head = $3, branch = coalesce($4, branch),
             founded_at = case when $5 then $6::timestamptz end where organisation = $1",
            organisation,
            last,
            head.as_slice(),
            branch,
            ended,
            now
        )
        .execute(&mut *tx)
        .await?;
        append(&mut tx, organisation, &aggregates.state, &facts, new).await?;
        let cursors = cursors(&mut tx, organisation).await?;
        tx.commit().await?;
        Ok(Founded { through: last, cursors })
    }

    /// Checks the setup link, and makes the organisation's row with its first use.
    async fn use_link(&self, conn: &mut PgConnection, organisation: Uuid, found: &Found) -> Result<(), ServerError> {
        let wrong = || ServerError::refused(ErrorKind::Forbidden, Code::SetupToken);
        let hash = token_hash(&found.token);
        let link = sqlx::query!(
            "select organisation, expires_at, used_at from setup_link where token = $1 for update",
            hash.as_slice()
        )
        .fetch_optional(&mut *conn)
        .await?
        .ok_or_else(wrong)?;
        let now = self.now();
        let is_its = link.organisation == Some(organisation);
        if !is_its && (link.organisation.is_some() || link.used_at.is_some() || link.expires_at < now) {
            return Err(wrong());
        }
        let used = found.end.is_some().then_some(now);
        sqlx::query!(
            "update setup_link set organisation = $2, used_at = coalesce(used_at, $3) where token = $1",
            hash.as_slice(),
            organisation,
            used
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "insert into organisation (organisation) values ($1) on conflict do nothing",
            organisation
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// An administrator lets a desktop in: whoever has the code may enrol one.
    pub(crate) async fn invite(&self, organisation: Uuid, invite: &Invite) -> Result<(), ServerError> {
        let mut tx = self.begin(organisation).await?;
        must_administer(&mut tx, organisation, invite.by).await?;
        self.put_invitation(&mut tx, organisation, invite).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A code for a desktop in the name of the administrator with an email, for whoever runs the server: where the only desktop is
    /// gone, nobody else can make one. One for each organisation in which someone administers under that address, with its name.
    ///
    /// # Errors
    /// What the database or the system's randomness says, an address that is none.
    pub async fn invite_for(&self, email: &str) -> Result<Vec<(String, Secret)>, ServerError> {
        let email = normalise_email(email).map_err(|e| ServerError::Refused(Box::new(e.on("email"))))?;
        let mut codes = Vec::new();
        for organisation in self.organisations().await? {
            let mut tx = self.begin(organisation).await?;
            let known = Known::of(&mut tx, organisation, &sign_in_name(&email), administers).await?;
            if let Some((by, _)) = known.user {
                let mut random = [0; 28];
                getrandom::fill(&mut random).map_err(|e| ServerError::Damaged(e.to_string()))?;
                let code = code_of(random);
                let invite = Invite {
                    code: token_hash(&code),
                    by,
                };
                self.put_invitation(&mut tx, organisation, &invite).await?;
                tracing::warn!(%organisation, "a code for a desktop was made at the server");
                codes.push((known.office.name, Secret::new(code)));
            }
            tx.commit().await?;
        }
        Ok(codes)
    }

    async fn put_invitation(
        &self,
        conn: &mut PgConnection,
        organisation: Uuid,
        invite: &Invite,
    ) -> Result<(), ServerError> {
        let expires = self.now() + CODE;
        sqlx::query!(
            "insert into invitation (code, organisation, approved_by, expires_at) values ($1, $2, $3, $4) on conflict do nothing",
            invite.code.as_slice(),
            organisation,
            invite.by.0,
            expires
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// A desktop comes with a code. The same one may ask again. `said` is the organisation that it belongs to, where its book is let
    /// in anew.
    pub(crate) async fn enrol(&self, said: Uuid, device: DeviceId, enrol: &Enrol) -> Result<Enrolled, ServerError> {
        let wrong = || ServerError::refused(ErrorKind::Forbidden, Code::JoinCode);
        let hash = token_hash(&enrol.code);
        let found = sqlx::query!("select organisation from invitation where code = $1", hash.as_slice())
            .fetch_optional(self.pool())
            .await?;
        let organisation = found.ok_or_else(wrong)?.organisation;
        let newcomer = &enrol.device;
        if newcomer.former.is_some() && said != organisation {
            return Err(wrong());
        }
        let mut tx = self.begin(organisation).await?;
        // The organisation's row keeps two desktops from getting one number.
        let branch = sqlx::query_scalar!(
            "select branch from organisation where organisation = $1 for update",
            organisation
        )
        .fetch_one(&mut *tx)
        .await?;
        let code = sqlx::query!(
            "select approved_by, expires_at, used_by from invitation where code = $1 for update",
            hash.as_slice()
        )
        .fetch_one(&mut *tx)
        .await?;
        let heads = cursors(&mut tx, organisation).await?;
        let answer = |desk, epoch| Enrolled {
            organisation,
            desk,
            approved_by: farthing_api::UserId(code.approved_by),
            facts: heads.iter().map(|head| head.seq.unsigned_abs()).sum(),
            epoch: newcomer.former.map(|_| epoch),
        };
        if code.used_by == Some(device.0) {
            let admitted = sqlx::query!(
                "select desk, epoch from device where organisation = $1 and device = $2",
                organisation,
                device.0
            );
            let row = admitted.fetch_one(&mut *tx).await?;
            return Ok(answer(row.desk, row.epoch));
        }
        if code.used_by.is_some() || code.expires_at < self.now() {
            return Err(wrong());
        }
        let known = Desks::of(&mut tx, organisation, branch).await?;
        let place = match newcomer.former {
            Some(former) => known.again(former, newcomer, None)?,
            None => Newcomer {
                desk: known.next(),
                ..newcomer.clone()
            },
        };
        let approved_by = Some(code.approved_by);
        self.admit(&mut tx, organisation, device, &place, approved_by).await?;
        sqlx::query!(
            "update invitation set used_by = $2 where code = $1",
            hash.as_slice(),
            device.0
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(answer(place.desk, place.epoch))
    }

    pub(crate) async fn admit(
        &self,
        conn: &mut PgConnection,
        organisation: Uuid,
        device: DeviceId,
        newcomer: &Newcomer,
        approved_by: Option<Uuid>,
    ) -> Result<(), ServerError> {
        let now = self.now();
        sqlx::query!(
            "insert into device (organisation, device, public_key, desk, epoch, dev_seq, head, enrolled_at, approved_by, former)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            organisation,
            device.0,
            newcomer.public.as_slice(),
            newcomer.desk,
            newcomer.epoch,
            newcomer.dev_seq,
            newcomer.head.as_slice(),
            now,
            approved_by,
            newcomer.former.map(|former| former.0)
        )
        .execute(conn)
        .await?;
        Ok(())
    }
}

fn administers(user: &User) -> bool {
    user.active && !user.pending && user.role == Role::Administrator
}

fn broken() -> ServerError {
    ServerError::refused(ErrorKind::Refused, Code::HistoryBroken)
}

/// The history begins with the organisation's setting up, from which its id comes.
fn begins(facts: &[Fact], organisation: Uuid) -> Result<(), ServerError> {
    let first = facts.first().map(|fact| organisation_of(fact.op));
    (first == Some(organisation)).then_some(()).ok_or_else(broken)
}

/// The history ends where the machine says that it does.
fn ends(end: &End, head: &Hash, device: &Newcomer) -> Result<(), ServerError> {
    let holds = end.head == *head && verifies(&device.public, head, &end.signature);
    holds.then_some(()).ok_or_else(broken)
}

async fn cursors(conn: &mut PgConnection, organisation: Uuid) -> Result<Vec<Cursor>, ServerError> {
    let scopes = granted(&keep::branch(conn, organisation).await?);
    cursors_of(conn, organisation, scopes).await
}

/// How far scopes reach.
pub(crate) async fn cursors_of(
    conn: &mut PgConnection,
    organisation: Uuid,
    scopes: Vec<Scope>,
) -> Result<Vec<Cursor>, ServerError> {
    let mut cursors = Vec::new();
    for scope in scopes {
        let row = sqlx::query!(
            "select seq, hash from scope_head where organisation = $1 and scope = $2",
            organisation,
            scope.to_string()
        )
        .fetch_optional(&mut *conn)
        .await?;
        if let Some(row) = row {
            let hash = bytes(&row.hash)?;
            cursors.push(Cursor {
                scope,
                seq: row.seq,
                hash,
            });
        }
    }
    Ok(cursors)
}
