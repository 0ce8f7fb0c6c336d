//! Before what touches an account, whoever is signed in proves again that it is they: the password, and a code where
//! there is an authenticator. And what a chosen password must not rest on.

use crate::desk::{Desk, Open, Session, signed_out};
use crate::error::{Answer, Told, wrong_password};
use chrono::{DateTime, Duration, Utc};
use farthing_api::{ApiError, Code, ErrorKind, ProveAgain, Secret};
use farthing_identity::{Prepared, check_password};
use farthing_store::UserRow;
use std::time::Instant;

/// For how long a proof is good, in the session that gave it.
const HOLDS: Duration = Duration::minutes(5);
/// The step in the audit.
const STEP: &str = "step_up";

/// That the person at the machine is who signed in.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// By the desk's clock, and by one that nobody can set back.
    at: (DateTime<Utc>, Instant),
    /// What the key slot of who works here is made of, should their sign-in name change.
    slot: Option<Prepared>,
}

impl Proof {
    fn holds(&self, now: DateTime<Utc>) -> bool {
        let (at, instant) = self.at;
        now >= at && now - at < HOLDS && HOLDS.to_std().is_ok_and(|longest| instant.elapsed() < longest)
    }

    /// What the slot is made of.
    pub(crate) fn slot(self) -> Answer<Prepared> {
        self.slot.ok_or_else(ApiError::internal)
    }
}

impl Desk {
    /// Proves again who is signed in. It holds for five minutes, until the lock or a new password. Wrong tries are counted as
    /// at the sign-in.
    ///
    /// # Errors
    /// A wrong password or code; a customer who has no password.
    pub async fn prove_again(&self, request: ProveAgain) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let enrolled = open.book.second_factor(session.user).await.told()?.is_some();
        if enrolled && request.code.is_empty() {
            return Err(ApiError::input("code", Code::Required));
        }
        let checked = self.check_again(&open, &session, &request, enrolled).await;
        if let Err(error) = &checked {
            self.note_for(&open, &session, STEP, error).await;
        }
        checked?;
        let slot = match session.role.is_staff() {
            true => Some(self.prepare_slot(request.password).await?),
            false => None,
        };
        let mut place = self.session.lock().await;
        let same = |found: &&mut Session| found.id == session.id && !found.locked;
        let found = place.as_mut().filter(same).ok_or_else(signed_out)?;
        let at = (self.clock.now(), Instant::now());
        found.proof = Some(Proof { at, slot });
        Ok(())
    }

    async fn check_again(&self, open: &Open, session: &Session, request: &ProveAgain, enrolled: bool) -> Answer<()> {
        let wrong = |error: ApiError| match error.code {
            Code::WrongPassword => ApiError::input("password", Code::WrongOldPassword),
            _ => error,
        };
        let (password, sign_in) = (request.password.clone(), session.sign_in.clone());
        match session.customer {
            _ if open.has_slot(session.role, session.customer) => {
                self.open_slot(&sign_in, password).await.map(drop).map_err(wrong)?;
            }
            _ => {
                let user = open.book.sign_in_user(&sign_in).await.told()?;
                let user = user.ok_or_else(wrong_password)?;
                if user.hash.is_none() {
                    return Err(ApiError::new(ErrorKind::Refused, Code::NoPassword));
                }
                let checked = self.sign_in_customer(open, user, sign_in, password).await;
                checked.map(drop).map_err(wrong)?;
            }
        }
        match enrolled {
            true => self.prove(open, session, &request.code).await,
            false => Ok(()),
        }
    }

    /// Refuses where the caller has not proved again who they are.
    pub(crate) fn must_be_proven(&self, session: &Session) -> Answer<Proof> {
        let now = self.clock.now();
        let proof = session.proof.clone().filter(|proof| proof.holds(now));
        proof.ok_or_else(|| ApiError::new(ErrorKind::Refused, Code::ProveAgain))
    }

    /// Who came in by a code alone sees and pays; for more they prove who they are.
    pub(super) fn proves_beyond_a_code(&self, session: &Session) -> Answer<()> {
        match session.by_code {
            true => self.must_be_proven(session).map(drop),
            false => Ok(()),
        }
    }

    /// Words that are someone's own: names, email, phone.
    pub(super) async fn own_words(&self, open: &Open, row: &UserRow) -> Answer<Vec<String>> {
        let Some(id) = row.customer else {
            return Ok(vec![row.name.clone(), row.email.clone()]);
        };
        let customer = self.customer_or_missing(open, id).await?;
        Ok(vec![customer.row.name, customer.form.email, customer.form.phone])
    }
}

/// Whether a password may be chosen, wherever it is: by its length, which is less beside a second factor, and resting on
/// no word of the person's own nor the organisation's.
pub(super) fn may_choose(
    open: Option<&Open>,
    password: &Secret,
    with_second_factor: bool,
    own: &[impl AsRef<str>],
    field: &str,
) -> Answer<()> {
    let office = open.map(|open| &open.organisation);
    let office = office.map(|office| [office.name.as_str(), office.branch_name.as_str()]);
    let own = own.iter().map(AsRef::as_ref);
    let related: Vec<&str> = own.chain(office.into_iter().flatten()).collect();
    check_password(password, with_second_factor, &related).map_err(|error| error.on(field))
}
