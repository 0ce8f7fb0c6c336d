//! Refresh tokens: opaque, kept as hashes, each good for one successor.

use crate::mac::hmac;
use crate::otp::matches;
use crate::{IdentityError, random};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use farthing_api::{Secret, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Seconds in which a token that was used already fetches the same successor again: an answer may be lost on its way.
pub const GRACE_SECONDS: i64 = 30;
/// Hours after which someone who works here signs in anew.
pub const STAFF_HOURS: i64 = 12;
/// Days after which a customer does.
const CUSTOMER_DAYS: i64 = 30;

/// The refresh tokens that came of one sign-in. What is kept opens nothing: it holds hashes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Names it.
    pub id: Uuid,
    /// Whose.
    pub user: UserId,
    /// When they signed in.
    pub started_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    /// What stands for the password in force when they signed in: another one ends the family.
    credentials: String,
    current: String,
    previous: Option<(String, DateTime<Utc>)>,
    ended: bool,
}

/// Why a refresh token fetches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshError {
    /// It is none of this family.
    #[error("This is no refresh token.")]
    Unknown,
    /// It was used before: someone has a copy, so the family has ended.
    #[error("The refresh token was used before. Sign in again.")]
    Reused,
    /// The family has ended: signed out, another password, access taken away, or too old.
    #[error("The session has ended. Sign in again.")]
    Ended,
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

impl Family {
    /// Begins a family, and answers with its first token. `credentials` stands for the password in force: when it was set,
    /// say.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn begin(
        user: UserId,
        is_staff: bool,
        credentials: &str,
        now: DateTime<Utc>,
    ) -> Result<(Family, Secret), IdentityError> {
        let token = URL_SAFE_NO_PAD.encode(random::bytes::<32>()?);
        let longest = match is_staff {
            true => TimeDelta::hours(STAFF_HOURS),
            false => TimeDelta::days(CUSTOMER_DAYS),
        };
        let family = Family {
            id: Uuid::from_bytes(random::bytes()?),
            user,
            started_at: now,
            ends_at: now + longest,
            credentials: hash(credentials),
            current: hash(&token),
            previous: None,
            ended: false,
        };
        Ok((family, Secret::new(token)))
    }

    /// Uses a token up and answers with its successor, which is worked out from it, so that the same one can be given twice.
    /// Keep the family before the answer goes out, whatever it is. `credentials` are those in force now.
    ///
    /// # Errors
    /// [`RefreshError`]; one that was used before, beyond the grace, ends the family.
    pub fn rotate(
        &mut self,
        pepper: &[u8; 32],
        token: &Secret,
        credentials: &str,
        now: DateTime<Utc>,
    ) -> Result<Secret, RefreshError> {
        let presented = hash(token.reveal());
        let is = |kept: &str| is_same(kept, &presented);
        let before = self.previous.as_ref().filter(|(kept, _)| is(kept));
        if !is(&self.current) && before.is_none() {
            return Err(RefreshError::Unknown);
        }
        if self.ended || now >= self.ends_at || !is_same(&self.credentials, &hash(credentials)) {
            self.ended = true;
            return Err(RefreshError::Ended);
        }
        let next = self.successor(pepper, token);
        if let Some((_, at)) = before {
            let grace = TimeDelta::seconds(GRACE_SECONDS);
            // A successor that was used itself reached its owner: no answer was lost.
            if now >= *at && now - *at <= grace && is_same(&self.current, &hash(next.reveal())) {
                return Ok(next);
            }
            self.ended = true;
            return Err(RefreshError::Reused);
        }
        let used = std::mem::replace(&mut self.current, hash(next.reveal()));
        self.previous = Some((used, now));
        Ok(next)
    }

    fn successor(&self, pepper: &[u8; 32], token: &Secret) -> Secret {
        // There is nothing that could be refused; an empty successor would match no hash.
        hmac(pepper, &[self.id.as_bytes(), token.reveal().as_bytes()])
            .map(|mac| Secret::new(URL_SAFE_NO_PAD.encode(mac)))
            .unwrap_or_default()
    }

    /// Ends the family: signed out, revoked.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether it still fetches anything.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        !self.ended && now < self.ends_at
    }
}

fn is_same(a: &str, b: &str) -> bool {
    matches(std::slice::from_ref(&a.to_string()), b)
}
