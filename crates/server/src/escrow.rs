//! Forgotten passwords at desks: the server keeps what opens each desk's escrow slot, and releases it once to whoever brings the link
//! that went to their email.

use crate::error::ServerError;
use crate::keep::Aggregates;
use crate::server::{Server, bytes};
use chrono::{DateTime, TimeDelta, Utc};
use farthing_api::{ApiError, Code, DeviceId, ErrorKind, UserId};
use farthing_identity::otp::{self, Policy};
use farthing_identity::{link, mail};
use farthing_office::{Key, Organisation, User};
use farthing_sync::escrow::{AskRelease, Deposit, Release, Released};
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is noted of a desk.
const ASKED: &str = "asked";
const BROUGHT: &str = "brought";

impl Server {
    /// Keeps a desk's new secret, beside the one that its key file still holds.
    pub(crate) async fn deposit(
        &self,
        organisation: Uuid,
        device: DeviceId,
        deposit: &Deposit,
    ) -> Result<(), ServerError> {
        let now = self.now();
        let mut tx = self.begin(organisation).await?;
        sqlx::query!(
            "delete from escrow where organisation = $1 and device = $2 and id is distinct from $3",
            organisation,
            device.0,
            deposit.holds
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "insert into escrow (organisation, device, id, secret, at) values ($1, $2, $3, $4, $5)",
            organisation,
            device.0,
            deposit.id,
            deposit.secret.as_slice(),
            now
        )
        .execute(&mut *tx)
        .await?;
        note(&mut tx, (organisation, device), now, "kept", None).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Sends a link to who forgot their password. The same work and the same answer whoever it is; the mail goes out afterwards.
    pub(crate) async fn ask_release(
        &self,
        organisation: Uuid,
        device: DeviceId,
        ask: &AskRelease,
    ) -> Result<(), ServerError> {
        let settings = self
            .mail()
            .ok_or_else(|| ServerError::refused(ErrorKind::Unavailable, Code::ServerNoMail))?;
        let now = self.now();
        let mut tx = self.begin(organisation).await?;
        let hour = TimeDelta::hours(1);
        let asked = noted_since(&mut tx, (organisation, device), ASKED, now - hour).await?;
        otp::within(&asked, Policy::SENDS_FROM, hour, now).map_err(|until| too_many(Code::TooManyCodesHere, until))?;
        let sent = sqlx::query_scalar!(
            "select asked_at from release_link where organisation = $1 and sign_in = $2 and asked_at > $3
             order by asked_at desc",
            organisation,
            ask.sign_in,
            now - TimeDelta::days(1)
        )
        .fetch_all(&mut *tx)
        .await?;
        otp::may_send(&sent, now).map_err(|until| too_many(Code::TooManyCodes, until))?;
        let known = Known::of(&mut tx, organisation, &ask.sign_in, works_here).await?;
        let link = link::new_server_link().map_err(|e| ServerError::Damaged(e.to_string()))?;
        let user = known.user.as_ref().map(|(user, _)| user.0);
        sqlx::query!(
            "insert into release_link (organisation, link, device, sign_in, user_id, asked_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            organisation,
            link::link_hash(&link),
            device.0,
            ask.sign_in,
            user,
            now,
            now + TimeDelta::minutes(i64::from(link::RESET_MINUTES))
        )
        .execute(&mut *tx)
        .await?;
        note(&mut tx, (organisation, device), now, ASKED, user).await?;
        tx.commit().await?;
        let (language, name) = (&known.office.language, &known.office.name);
        let (subject, text, html) = mail::reset_message(language, name, &link, link::RESET_MINUTES);
        if let Some((_, user)) = known.user {
            let message = mail::Message {
                to: user.email,
                subject,
                text,
                html,
                id: None,
            };
            let settings = settings.clone();
            tokio::spawn(async move {
                if let Err(error) = mail::send(&settings, message).await {
                    tracing::warn!(%error, "a link for a new password was not sent");
                }
            });
        }
        Ok(())
    }

    /// Releases a desk's secret to whoever brings a link that was asked for there. That it was brought is kept before anything is
    /// compared, and a link is used up by the first who brings it.
    pub(crate) async fn release(
        &self,
        organisation: Uuid,
        device: DeviceId,
        release: &Release,
    ) -> Result<Released, ServerError> {
        let (now, place) = (self.now(), (organisation, device));
        let mut tx = self.begin(organisation).await?;
        let span = TimeDelta::minutes(5);
        let brought = noted_since(&mut tx, place, BROUGHT, now - span).await?;
        otp::within(&brought, Policy::CHECKS_FROM, span, now)
            .map_err(|until| too_many(Code::TooManyChecksHere, until))?;
        note(&mut tx, place, now, BROUGHT, None).await?;
        tx.commit().await?;

        let mut tx = self.begin(organisation).await?;
        let found = sqlx::query!(
            "update release_link set used_at = $4 where organisation = $1 and link = $2 and device = $3
             and used_at is null and expires_at > $4 and user_id is not null returning sign_in, user_id as \"user_id!\"",
            organisation,
            release.link,
            device.0,
            now
        )
        .fetch_optional(&mut *tx)
        .await?;
        let secret = sqlx::query_scalar!(
            "select secret from escrow where organisation = $1 and device = $2 and id = $3",
            organisation,
            device.0,
            release.id
        )
        .fetch_optional(&mut *tx)
        .await?;
        let (Some(found), Some(secret)) = (found, secret) else {
            tx.rollback().await?;
            return Err(self.refused_release(place, None).await?);
        };
        // Whoever lost their access meanwhile gets nothing.
        let known = Known::of(&mut tx, organisation, &found.sign_in, works_here).await?;
        let Some((user, _)) = known.user.filter(|(user, _)| user.0 == found.user_id) else {
            tx.rollback().await?;
            return Err(self.refused_release(place, Some(found.user_id)).await?);
        };
        note(&mut tx, place, now, "released", Some(user.0)).await?;
        tx.commit().await?;
        tracing::warn!(%organisation, %device, %user, "the secret of a desk's escrow slot was released");
        let secret = bytes(&secret)?;
        Ok(Released { user, secret })
    }

    async fn refused_release(&self, place: (Uuid, DeviceId), user: Option<Uuid>) -> Result<ServerError, ServerError> {
        let mut tx = self.begin(place.0).await?;
        note(&mut tx, place, self.now(), "refused", user).await?;
        tx.commit().await?;
        let error = ApiError::input("link", Code::ResetLink).with("minutes", link::RESET_MINUTES);
        Ok(ServerError::Refused(Box::new(error)))
    }
}

fn works_here(user: &User) -> bool {
    user.active && !user.pending && user.role.is_staff()
}

/// Who has a sign-in name and is one of those who are meant, and the organisation.
pub(crate) struct Known {
    pub(crate) office: Organisation,
    pub(crate) user: Option<(UserId, User)>,
}

impl Known {
    /// The same statements whether or not anybody has the name.
    pub(crate) async fn of(
        conn: &mut PgConnection,
        organisation: Uuid,
        sign_in: &str,
        is_meant: fn(&User) -> bool,
    ) -> Result<Known, ServerError> {
        let keys = BTreeSet::from([Key::Organisation, Key::SignIn(sign_in.to_string())]);
        let state = Aggregates::lock(conn, organisation, &keys).await?.state;
        let missing = || ServerError::Damaged("there is no organisation".into());
        let office = state.organisation().cloned().ok_or_else(missing)?;
        let user = state.sign_in(sign_in).filter(|name| !name.free).map(|name| name.user);
        let keys = BTreeSet::from([Key::User(user.unwrap_or(UserId(Uuid::nil())))]);
        let state = Aggregates::lock(conn, organisation, &keys).await?.state;
        let found = user.and_then(|id| Some((id, state.user(id)?.clone())));
        Ok(Known {
            office,
            user: found.filter(|(_, user)| is_meant(user)),
        })
    }
}

pub(crate) fn too_many(code: Code, until: DateTime<Utc>) -> ServerError {
    ServerError::Refused(Box::new(
        ApiError::new(ErrorKind::Unavailable, code).with("time", until),
    ))
}

async fn note(
    conn: &mut PgConnection,
    (organisation, device): (Uuid, DeviceId),
    at: DateTime<Utc>,
    what: &str,
    user: Option<Uuid>,
) -> Result<(), ServerError> {
    sqlx::query!(
        "insert into escrow_event (organisation, device, at, what, user_id) values ($1, $2, $3, $4, $5)",
        organisation,
        device.0,
        at,
        what,
        user
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn noted_since(
    conn: &mut PgConnection,
    (organisation, device): (Uuid, DeviceId),
    what: &str,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, ServerError> {
    Ok(sqlx::query_scalar!(
        "select at from escrow_event where organisation = $1 and device = $2 and what = $3 and at > $4 order by at desc",
        organisation,
        device.0,
        what,
        since
    )
    .fetch_all(conn)
    .await?)
}
