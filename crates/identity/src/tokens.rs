//! What a server hands to those who signed in: access tokens that say for ten minutes who someone is, and refresh tokens
//! that fetch the next one.
//!
//! An access token is a compact JWS (RFC 7515) of one form only: EdDSA over Ed25519, type `at+jwt` (RFC 9068), issuer and
//! audience pinned. There is nothing to choose from, so this is written over the Ed25519 that the device keys use, and not
//! over a library of many algorithms: the header is compared, never obeyed (RFC 8725).

mod refresh;

pub use refresh::{Family, GRACE_SECONDS, RefreshError, STAFF_HOURS};

use crate::{IdentityError, random};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use farthing_api::{Role, Secret, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Minutes for which an access token holds.
pub const ACCESS_MINUTES: i64 = 10;
/// A longer text is no token.
const LONGEST: usize = 2048;
/// How far the clocks of two servers may be apart, in seconds.
const LEEWAY: i64 = 30;
const ALGORITHM: &str = "EdDSA";
const TYPE: &str = "at+jwt";

/// What makes access tokens: the server's key under a name, and for whom the tokens are.
pub struct Issuer {
    key: SigningKey,
    kid: String,
    issuer: String,
    audience: String,
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer")
            .field("kid", &self.kid)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// What checks access tokens: the keys in force by their names, and whose tokens for whom count.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Vec<(String, VerifyingKey)>,
    issuer: String,
    audience: String,
}

/// Who an access token is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Who.
    pub user: UserId,
    /// What they were when the token was made. It opens nothing by itself: permission is checked against the book.
    pub role: Role,
    /// The family of refresh tokens that it belongs to.
    pub family: Uuid,
}

/// Why an access token does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It does not have the one form that tokens have here, or is someone else's, or for someone else.
    #[error("This is no token of this server.")]
    NotOurs,
    /// Its signature is not that of a key in force.
    #[error("The token's signature is wrong.")]
    Signature,
    /// It holds no longer, or not yet.
    #[error("The token does not hold now.")]
    Time,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    role: Role,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
}

impl Issuer {
    /// An issuer with its own key.
    pub fn new(seed: &[u8; 32], kid: &str, issuer: &str, audience: &str) -> Issuer {
        Issuer {
            key: SigningKey::from_bytes(seed),
            kid: kid.to_string(),
            issuer: issuer.to_string(),
            audience: audience.to_string(),
        }
    }

    /// The verifier of its tokens alone.
    pub fn verifier(&self) -> Verifier {
        Verifier {
            keys: vec![(self.kid.clone(), self.key.verifying_key())],
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
        }
    }

    /// An access token for the next ten minutes.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn access(&self, bearer: Bearer, now: DateTime<Utc>) -> Result<Secret, IdentityError> {
        let header = Header {
            alg: ALGORITHM.into(),
            typ: TYPE.into(),
            kid: self.kid.clone(),
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: bearer.user,
            role: bearer.role,
            sid: bearer.family,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + TimeDelta::minutes(ACCESS_MINUTES)).timestamp(),
            jti: Uuid::from_bytes(random::bytes()?),
        };
        let signed = format!("{}.{}", part(&header)?, part(&claims)?);
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(signed.as_bytes()).to_bytes());
        Ok(Secret::new(format!("{signed}.{signature}")))
    }
}

impl Verifier {
    /// Lets tokens of a former key count too, as long as they hold.
    pub fn and(mut self, kid: &str, public: &[u8; 32]) -> Verifier {
        if let Ok(key) = VerifyingKey::from_bytes(public) {
            self.keys.push((kid.to_string(), key));
        }
        self
    }

    /// Whose access token this is. The signature is checked before anything of what was signed is looked at.
    ///
    /// # Errors
    /// [`TokenError`]; what exactly was wrong helps nobody who made it up.
    pub fn check(&self, token: &str, now: DateTime<Utc>) -> Result<Bearer, TokenError> {
        if token.len() > LONGEST {
            return Err(TokenError::NotOurs);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::NotOurs)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::NotOurs)?;
        let header: Header = read(header)?;
        if header.alg != ALGORITHM || header.typ != TYPE {
            return Err(TokenError::NotOurs);
        }
        let known = self.keys.iter().find(|(kid, _)| *kid == header.kid);
        let (_, key) = known.ok_or(TokenError::NotOurs)?;
        let signature = decode(signature)?;
        let signature = Signature::from_slice(&signature).map_err(|_| TokenError::Signature)?;
        key.verify_strict(signed.as_bytes(), &signature)
            .map_err(|_| TokenError::Signature)?;
        let claims: Claims = read(claims)?;
        if claims.iss != self.issuer || claims.aud != self.audience {
            return Err(TokenError::NotOurs);
        }
        let now = now.timestamp();
        let span = claims.exp.checked_sub(claims.iat).ok_or(TokenError::Time)?;
        let early = claims.nbf.max(claims.iat) > now.saturating_add(LEEWAY);
        if early || claims.exp <= now || !(0..=ACCESS_MINUTES * 60).contains(&span) {
            return Err(TokenError::Time);
        }
        Ok(Bearer {
            user: claims.sub,
            role: claims.role,
            family: claims.sid,
        })
    }
}

fn part(value: &impl Serialize) -> Result<String, IdentityError> {
    let text = serde_json::to_vec(value).map_err(|e| IdentityError::Crypto(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(text))
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::NotOurs)
}

fn read<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, TokenError> {
    serde_json::from_slice(&decode(part)?).map_err(|_| TokenError::NotOurs)
}
