//! Customers' own machines: a code to the email by which the customer signs in makes one theirs.

use crate::append::begin_own;
use crate::desks::Desks;
use crate::devices::secret;
use crate::error::ServerError;
use crate::escrow::{Known, too_many};
use crate::join::cursors_of;
use crate::server::Server;
use chrono::{DateTime, TimeDelta, Utc};
use farthing_api::{ApiError, Code, CustomerId, DeviceId, ErrorKind, UserId};
use farthing_identity::otp::{self, Policy};
use farthing_identity::{mail, normalise_email, sign_in_name};
use farthing_office::User;
use farthing_sync::join::{AskOwn, EnrolOwn, Enrolled, Newcomer, OwnAsked, token_hash};
use farthing_sync::scope::granted_to;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// What the code is for, and which way it goes.
const PURPOSE: &str = "own_machine";
const CHANNEL: &str = "email";

/// A code as it is kept. Each expires for itself.
#[derive(Serialize, Deserialize)]
struct Kept {
    hash: String,
    expires_at: DateTime<Utc>,
}

/// Who is asked for a code, and by which machine.
struct Asking<'a> {
    device: DeviceId,
    email: &'a str,
    sign_in: &'a str,
}

/// A customer who has a sign-in.
fn customer(user: &User) -> bool {
    user.active && user.customer.is_some()
}

impl Server {
    /// Sends a code to a customer who would make a machine their own. The same answer and the same work whoever it is; the mail
    /// goes out afterwards. Where several organisations know the address, each sends a code that names it.
    pub(crate) async fn ask_own(&self, device: DeviceId, ask: &AskOwn) -> Result<OwnAsked, ServerError> {
        if self.mail().is_none() {
            return Err(ServerError::refused(ErrorKind::Unavailable, Code::ServerNoMail));
        }
        let email = normalise_email(ask.email.reveal()).map_err(|e| ServerError::Refused(Box::new(e.on("email"))))?;
        let sign_in = sign_in_name(&email);
        let asking = Asking {
            device,
            email: &email,
            sign_in: &sign_in,
        };
        let mut places = Vec::new();
        let organisations = self.organisations().await?;
        for organisation in &organisations {
            let mut tx = self.begin(*organisation).await?;
            let known = Known::of(&mut tx, *organisation, &sign_in, customer).await?;
            tx.commit().await?;
            places.extend(known.user.is_some().then_some(*organisation));
        }
        // An address that nobody has gets a challenge too, which no code opens.
        let nobody = organisations.first().copied().filter(|_| places.is_empty());
        places.extend(nobody);
        let mut answer = None;
        for organisation in places {
            let challenge = answer.as_ref().map(|asked: &OwnAsked| asked.challenge);
            let asked = self.challenge(organisation, &asking, challenge).await?;
            answer.get_or_insert(asked);
        }
        answer.ok_or_else(|| ServerError::refused(ErrorKind::Refused, Code::NoOrganisation))
    }

    pub(crate) async fn organisations(&self) -> Result<Vec<Uuid>, ServerError> {
        let all = sqlx::query_scalar!(
            "select organisation from organisation where founded_at is not null order by organisation"
        );
        Ok(all.fetch_all(self.pool()).await?)
    }

    /// Makes a code and keeps it before it goes out. One that waits keeps its challenge: the newest two hold, under one count of
    /// tries and one reference.
    async fn challenge(
        &self,
        organisation: Uuid,
        asking: &Asking<'_>,
        challenge: Option<Uuid>,
    ) -> Result<OwnAsked, ServerError> {
        let now = self.now();
        let mut tx = self.begin(organisation).await?;
        let known = Known::of(&mut tx, organisation, asking.sign_in, customer).await?;
        let sent = sqlx::query_scalar!(
            "select at from own_code_sent where organisation = $1 and sign_in = $2 and at > $3 order by at desc",
            organisation,
            asking.sign_in,
            now - TimeDelta::days(1)
        )
        .fetch_all(&mut *tx)
        .await?;
        let resend_after = otp::may_send(&sent, now).map_err(|until| too_many(Code::TooManyCodes, until))?;
        let waiting = sqlx::query!(
            "select challenge, reference, codes from own_code where organisation = $1 and sign_in = $2 and device = $3
             and used_at is null and tries < $4 and expires_at > $5 order by expires_at desc limit 1",
            organisation,
            asking.sign_in,
            asking.device.0,
            i32::try_from(Policy::TRIES).unwrap_or(0),
            now
        )
        .fetch_optional(&mut *tx)
        .await?;
        let (challenge, reference, mut codes) = match waiting {
            Some(row) => (
                row.challenge,
                row.reference,
                serde_json::from_str::<Vec<Kept>>(&row.codes)?,
            ),
            None => (challenge.map_or_else(random_id, Ok)?, otp::reference(), Vec::new()),
        };
        let code = otp::new_code().map_err(|e| ServerError::Damaged(e.to_string()))?;
        let pepper = pepper(&mut tx, organisation).await?;
        let expires_at = now + TimeDelta::minutes(i64::from(Policy::EMAIL_MINUTES));
        let hash = otp::code_hash(&pepper, &challenge.to_string(), PURPOSE, CHANNEL, asking.email, &code);
        codes.push(Kept { hash, expires_at });
        codes.drain(..codes.len().saturating_sub(Policy::NEWEST));
        let user = known.user.as_ref().map(|(user, _)| user.0);
        sqlx::query!(
            "insert into own_code (organisation, challenge, device, sign_in, user_id, reference, codes, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (organisation, challenge) do update
             set codes = excluded.codes, expires_at = excluded.expires_at, user_id = excluded.user_id",
            organisation,
            challenge,
            asking.device.0,
            asking.sign_in,
            user,
            reference,
            serde_json::to_string(&codes)?,
            expires_at
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "insert into own_code_sent (organisation, sign_in, at) values ($1, $2, $3)",
            organisation,
            asking.sign_in,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let (language, name) = (&known.office.language, &known.office.name);
        let (subject, text, html) = mail::code_message(language, name, &code, &reference, Policy::EMAIL_MINUTES);
        if let (Some(_), Some(settings)) = (user, self.mail().cloned()) {
            let message = mail::Message {
                to: asking.email.to_string(),
                subject,
                text,
                html,
                id: None,
            };
            tokio::spawn(async move {
                if let Err(error) = mail::send(&settings, message).await {
                    tracing::warn!(%error, "a code for a customer's own machine was not sent");
                }
            });
        }
        Ok(OwnAsked {
            challenge,
            reference,
            minutes: Policy::EMAIL_MINUTES,
            resend_after,
        })
    }

    /// A machine comes with the code. The same one may ask again, since the answer may have been lost.
    pub(crate) async fn enrol_own(&self, device: DeviceId, enrol: &EnrolOwn) -> Result<Enrolled, ServerError> {
        let email = normalise_email(enrol.email.reveal()).map_err(|e| ServerError::Refused(Box::new(e.on("email"))))?;
        let sign_in = sign_in_name(&email);
        let asking = Asking {
            device,
            email: &email,
            sign_in: &sign_in,
        };
        let mut refusal = None;
        for organisation in self.organisations().await? {
            match self.try_code(organisation, &asking, enrol).await? {
                Tried::Right => return self.admit_own(organisation, &asking, enrol).await,
                Tried::Refused(error) => refusal = Some(error),
                Tried::Unknown => {}
            }
        }
        Err(refusal.unwrap_or_else(|| refuse(Code::WrongCode)))
    }

    /// Compares a code with those of its challenge. The try is kept before.
    async fn try_code(&self, organisation: Uuid, asking: &Asking<'_>, enrol: &EnrolOwn) -> Result<Tried, ServerError> {
        let now = self.now();
        let mut tx = self.begin(organisation).await?;
        let until = sqlx::query_scalar!(
            "select until from own_code_wrong where organisation = $1 and sign_in = $2",
            organisation,
            asking.sign_in
        )
        .fetch_optional(&mut *tx)
        .await?
        .flatten();
        let row = sqlx::query!(
            "update own_code set tries = tries + 1 where organisation = $1 and challenge = $2 and device = $3 and sign_in = $4
             returning codes, tries, used_at, user_id",
            organisation,
            enrol.challenge,
            asking.device.0,
            asking.sign_in
        )
        .fetch_optional(&mut *tx)
        .await?;
        let pepper = pepper(&mut tx, organisation).await?;
        tx.commit().await?;
        let Some(row) = row else {
            return Ok(Tried::Unknown);
        };
        if let Some(until) = until.filter(|until| *until > now) {
            return Ok(Tried::Refused(too_many(Code::Suspended, until)));
        }
        if row.tries > i32::try_from(Policy::TRIES).unwrap_or(0) {
            return Ok(Tried::Refused(refuse(Code::TooManyTries)));
        }
        let challenge = enrol.challenge.to_string();
        let candidate = otp::code_hash(&pepper, &challenge, PURPOSE, CHANNEL, asking.email, &enrol.code);
        let kept: Vec<Kept> = serde_json::from_str(&row.codes)?;
        let (held, expired): (Vec<Kept>, Vec<Kept>) = kept.into_iter().partition(|kept| kept.expires_at > now);
        let is_among = |codes: Vec<Kept>| {
            let hashes: Vec<String> = codes.into_iter().map(|kept| kept.hash).collect();
            otp::matches(&hashes, &candidate)
        };
        let (right, late) = (is_among(held), is_among(expired));
        let tried = match (right && row.user_id.is_some(), late) {
            (true, _) => Tried::Right,
            (false, true) => Tried::Refused(refuse(Code::ExpiredCode)),
            (false, false) => Tried::Refused(refuse(Code::WrongCode)),
        };
        let mut tx = self.begin(organisation).await?;
        self.count_wrong(&mut tx, organisation, asking.sign_in, matches!(tried, Tried::Right))
            .await?;
        tx.commit().await?;
        Ok(tried)
    }

    /// So many wrong codes in a row suspend the address.
    async fn count_wrong(
        &self,
        conn: &mut PgConnection,
        organisation: Uuid,
        sign_in: &str,
        was_right: bool,
    ) -> Result<(), ServerError> {
        let until = self.now() + TimeDelta::hours(Policy::SUSPENDED_HOURS);
        sqlx::query!(
            "insert into own_code_wrong as w (organisation, sign_in, in_a_row) values ($1, $2, case when $3 then 0 else 1 end)
             on conflict (organisation, sign_in) do update
             set in_a_row = case when $3 then 0 when w.in_a_row + 1 >= $4 then 0 else w.in_a_row + 1 end,
             until = case when $3 then null when w.in_a_row + 1 >= $4 then $5 else w.until end",
            organisation,
            sign_in,
            was_right,
            i32::try_from(Policy::WRONG_IN_A_ROW).unwrap_or(i32::MAX),
            until
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    async fn admit_own(
        &self,
        organisation: Uuid,
        asking: &Asking<'_>,
        enrol: &EnrolOwn,
    ) -> Result<Enrolled, ServerError> {
        let mut tx = self.begin(organisation).await?;
        // Whoever lost their access meanwhile gets nothing.
        let known = Known::of(&mut tx, organisation, asking.sign_in, customer).await?;
        let theirs = known.user.and_then(|(user, known)| Some((user, known.customer?)));
        let (user, customer) = theirs.ok_or_else(|| refuse(Code::WrongCode))?;
        // The organisation's row keeps two machines from getting one number.
        let branch = sqlx::query_scalar!(
            "select branch from organisation where organisation = $1 for update",
            organisation
        )
        .fetch_one(&mut *tx)
        .await?;
        let used = sqlx::query_scalar!(
            "update own_code set used_at = $3 where organisation = $1 and challenge = $2 and used_at is null returning 1",
            organisation,
            enrol.challenge,
            self.now()
        )
        .fetch_optional(&mut *tx)
        .await?;
        let before = sqlx::query!(
            "select desk, epoch from device where organisation = $1 and device = $2 and customer = $3 and revoked_at is null",
            organisation,
            asking.device.0,
            customer.0
        )
        .fetch_optional(&mut *tx)
        .await?;
        let before = before.map(|row| (row.desk, row.epoch));
        let (desk, epoch) = match (before, used) {
            (Some(known), _) => known,
            (None, None) => return Err(refuse(Code::UsedCode)),
            (None, Some(_)) => {
                let known = Desks::of(&mut tx, organisation, branch).await?;
                let place = match enrol.device.former {
                    Some(former) => known.again(former, &enrol.device, Some(customer))?,
                    None => Newcomer {
                        desk: known.next_own(),
                        ..enrol.device.clone()
                    },
                };
                self.admit(&mut tx, organisation, asking.device, &place, None).await?;
                sqlx::query!(
                    "update device set customer = $3 where organisation = $1 and device = $2",
                    organisation,
                    asking.device.0,
                    customer.0
                )
                .execute(&mut *tx)
                .await?;
                begin_own(&mut tx, organisation, customer).await?;
                (place.desk, place.epoch)
            }
        };
        let epoch = enrol.device.former.map(|_| epoch);
        let answer = enrolled(&mut tx, organisation, (desk, epoch), (user, customer)).await?;
        tx.commit().await?;
        Ok(answer)
    }
}

/// What became of a code.
enum Tried {
    Right,
    Refused(ServerError),
    /// There is no such challenge here.
    Unknown,
}

fn refuse(code: Code) -> ServerError {
    ServerError::Refused(Box::new(ApiError::input("code", code)))
}

fn random_id() -> Result<Uuid, ServerError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| ServerError::Damaged(e.to_string()))?;
    Ok(Uuid::from_bytes(bytes))
}

/// The organisation's own, which is nowhere in what is sent.
async fn pepper(conn: &mut PgConnection, organisation: Uuid) -> Result<[u8; 32], ServerError> {
    let secret = secret(conn, organisation).await?;
    Ok(token_hash(&format!("{PURPOSE}{}", hex::encode(secret))))
}

async fn enrolled(
    conn: &mut PgConnection,
    organisation: Uuid,
    (desk, epoch): (String, Option<i64>),
    (user, customer): (UserId, CustomerId),
) -> Result<Enrolled, ServerError> {
    let heads = cursors_of(conn, organisation, granted_to(customer)).await?;
    Ok(Enrolled {
        organisation,
        desk,
        approved_by: user,
        facts: heads.iter().map(|head| head.seq.unsigned_abs()).sum(),
        epoch,
    })
}
