//! Who may sign in: adding, inviting, letting in and taking away, and what follows for the key slots.

use super::proof::may_choose;
use crate::desk::{Desk, Open, keys_path, waits};
use crate::error::{Answer, Told, internal};
use chrono::{DateTime, Utc};
use farthing_api::{
    AddUser, AdmitUser, ApiError, Code, ErrorKind, InviteUser, OpId, Secret, SessionEnd, SetUserAccess, SignUp, UserId,
    UserView,
};
use farthing_identity::{Prepared, SlotError, SlotFile, normalise_email, open_text, seal_text, sign_in_name};
use farthing_office::permission::Permission;
use farthing_office::{Command, Fact, FactBody};
use farthing_store::{Beside, waiting_password};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How many people may wait to be let in.
const MOST_WAITING: usize = 50;

/// What is written to the book while it is closed.
#[derive(Serialize, Deserialize)]
enum Letter {
    /// Someone asks for access.
    Ask {
        op: OpId,
        at: DateTime<Utc>,
        name: String,
        email: String,
        password: Prepared,
    },
    /// Something was refused.
    Refused {
        at: DateTime<Utc>,
        what: String,
        code: Code,
    },
}

/// What is kept beside a command that gives someone a password, for the other desks.
pub(super) fn settling(prepared: Option<&Prepared>) -> Answer<Beside> {
    let password = prepared.map(Prepared::to_secret).transpose().told()?;
    Ok(password.map_or_else(Beside::default, Beside::settling))
}

/// Whether as many wait to be let in as may.
async fn are_too_many(open: &Open) -> Answer<bool> {
    let staff = open.book.staff().await.told()?;
    Ok(staff.iter().filter(|user| user.pending).count() >= MOST_WAITING)
}

impl Desk {
    /// Adds a member of staff.
    ///
    /// # Errors
    /// Names the field that needs a change; says where a second person is needed first.
    pub async fn add_user(&self, request: AddUser) -> Answer<UserView> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        may_choose(
            Some(&open),
            &request.password,
            true,
            &[&request.name, &email],
            "password",
        )?;
        let command = Command::AddUser {
            role: request.role,
            name: request.name.clone(),
            email: email.clone(),
            sign_in: sign_in_name(&email),
        };
        let prepared = self.prepare_slot(request.password).await?;
        let facts = self
            .run_or_ask(&open, &session, &command, settling(Some(&prepared))?)
            .await?;
        self.follow(&open, &facts, Some(prepared)).await?;
        self.user_of(&open, &email).await
    }

    /// Invites someone, who chooses their password at this desk.
    ///
    /// # Errors
    /// Names the field that needs a change.
    pub async fn invite_user(&self, request: InviteUser) -> Answer<UserView> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        let command = Command::InviteUser {
            role: request.role,
            name: request.name,
            email: email.clone(),
            sign_in: sign_in_name(&email),
        };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.user_of(&open, &email).await
    }

    async fn user_of(&self, open: &Open, email: &str) -> Answer<UserView> {
        let staff = open.book.staff().await.told()?;
        let found = staff.into_iter().find(|user| user.email == email);
        found.ok_or_else(ApiError::internal)
    }

    async fn user(&self, open: &Open, id: UserId) -> Answer<UserView> {
        let staff = open.book.staff().await.told()?;
        let found = staff.into_iter().find(|user| user.id == id);
        found.ok_or_else(|| ApiError::new(ErrorKind::NotFound, Code::NoUser))
    }

    /// Someone asks for access, or takes an invitation up: a letter to the book waits until that is open, and until someone looks
    /// or messages go out. So the answer and the work are the same whatever is known of the email.
    ///
    /// # Errors
    /// What the form says; where too many ask already.
    pub async fn sign_up(&self, request: SignUp) -> Answer<()> {
        let email = normalise_email(&request.email).map_err(|error| error.on("email"))?;
        if request.name.trim().is_empty() {
            return Err(ApiError::input("name", Code::Required));
        }
        let open = self.open.read().await.clone();
        may_choose(
            open.as_deref(),
            &request.password,
            true,
            &[&request.name, &email],
            "password",
        )?;
        let password = self.prepare_slot(request.password).await?;
        let at = self.clock.now();
        let (op, name) = (self.mint.op(at).told()?, request.name);
        let ask = Letter::Ask {
            op,
            at,
            name,
            email,
            password,
        };
        match open {
            Some(open) if are_too_many(&open).await? => Err(ApiError::new(ErrorKind::Unavailable, Code::SignUpFull)),
            _ => self.put_letter(&ask),
        }
    }

    fn put_letter(&self, letter: &Letter) -> Answer<()> {
        let (mut slots, device) = self.keys()?;
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(letter).map_err(|e| internal(&e))?);
        match slots.put_letter(matches!(letter, Letter::Ask { .. }), &device, &plain) {
            Err(SlotError::Full) => Err(ApiError::new(ErrorKind::Unavailable, Code::SignUpFull)),
            other => other.told(),
        }
    }

    /// Keeps for the audit what was refused while the book is closed.
    pub(crate) async fn note_before_unlock(&self, what: &str, error: &ApiError) {
        let letter = Letter::Refused {
            at: self.clock.now(),
            what: what.to_string(),
            code: error.code,
        };
        if super::audit::is_refusal(error)
            && let Err(error) = self.put_letter(&letter)
        {
            tracing::error!(%error, "a refusal could not be kept");
        }
    }

    /// Reads what was written to the book. What can't be carried out any more is left out.
    pub(crate) async fn read_letters(&self, open: &Open) -> Answer<()> {
        let _one_at_a_time = open.letters.lock().await;
        // Nearly always there are none, and the machine's secret, which a keyring may have to be asked for, is not needed.
        let read = SlotFile::load(&keys_path(&self.home.book())).told()?;
        if !read.has_letters() {
            return Ok(());
        }
        for (_, text) in read.letters(open.book.key().bytes()) {
            let Ok(letter) = serde_json::from_slice::<Letter>(&text) else {
                tracing::error!("a letter to the book doesn't have its form");
                continue;
            };
            if let Err(error) = self.read_letter(open, letter).await {
                tracing::info!(code = %error.code, "a letter to the book was not carried out");
            }
        }
        let (mut slots, device) = self.keys()?;
        slots.clear_letters(&read, &device).told()?;
        slots.save(&keys_path(&self.home.book())).told()
    }

    async fn read_letter(&self, open: &Open, letter: Letter) -> Answer<()> {
        match letter {
            Letter::Refused { at, what, code } => {
                let desk = open.identity().prefix();
                open.book.note(None, &desk, &what, Some(code), at).await.told()
            }
            Letter::Ask {
                op,
                at,
                name,
                email,
                password,
            } => {
                if are_too_many(open).await? {
                    return Err(ApiError::new(ErrorKind::Unavailable, Code::SignUpFull));
                }
                let command = Command::AskForAccess {
                    name,
                    email: email.clone(),
                    sign_in: sign_in_name(&email),
                };
                let mut ctx = self.context(open, None)?;
                (ctx.op, ctx.at) = (op, at);
                let beside = settling(Some(&password))?;
                self.execute(open, &command, &ctx, beside.clone()).await?;
                // An invitation is taken up once; nobody puts their password in the place of another's.
                match self.user_of(open, &email).await {
                    Ok(user) if user.pending && !user.has_password => {
                        let answered = Command::AnswerInvitation { user: user.id };
                        ctx.op = self.mint.op(at).told()?;
                        self.execute(open, &answered, &ctx, beside).await?;
                        self.keep_prepared(open, user.id.0, &password).await
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    async fn keep_prepared(&self, open: &Open, whose: Uuid, prepared: &Prepared) -> Answer<()> {
        self.keep_waiting(open, whose, &prepared.to_secret().told()?).await
    }

    /// Keeps what a password became until it is decided on.
    pub(crate) async fn keep_waiting(&self, open: &Open, whose: Uuid, password: &Secret) -> Answer<()> {
        let name = waiting_password(whose);
        let sealed = seal_text(open.book.key().bytes(), &name, password).told()?;
        open.book.set_setting(&name, Some(&sealed)).await.told()
    }

    pub(crate) async fn prepared(&self, open: &Open, whose: Uuid) -> Answer<Option<Prepared>> {
        let name = waiting_password(whose);
        let Some(sealed) = open.book.setting(&name).await.told()? else {
            return Ok(None);
        };
        let text = open_text(open.book.key().bytes(), &name, &sealed).told()?;
        Prepared::from_secret(&text).map(Some).told()
    }

    pub(crate) async fn drop_prepared(&self, open: &Open, whose: Uuid) -> Answer<()> {
        open.book.set_setting(&waiting_password(whose), None).await.told()
    }

    /// Lets someone in, or turns them away.
    ///
    /// # Errors
    /// Where they have no password yet, or were decided on already.
    pub async fn admit_user(&self, request: AdmitUser) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let user = self.user(&open, request.user).await?;
        if request.role.is_some() && user.pending && !user.has_password {
            let error = ApiError::new(ErrorKind::Refused, Code::NoPasswordYet);
            return Err(error.with("name", &user.name));
        }
        let command = Command::AdmitUser {
            user: user.id,
            sign_in: sign_in_name(&user.email),
            role: request.role,
        };
        let theirs = self.prepared(&open, user.id.0).await?;
        let beside = settling(theirs.as_ref())?;
        let facts = self.run_or_ask(&open, &session, &command, beside).await?;
        self.follow(&open, &facts, None).await
    }

    /// Takes someone's access away, or gives it back with a new password.
    ///
    /// # Errors
    /// Where the office refuses; says where a second person is needed first.
    pub async fn set_user_access(&self, request: SetUserAccess) -> Answer<()> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let user = self.user(&open, request.user).await?;
        if let Some(password) = &request.password {
            may_choose(Some(&open), password, true, &[&user.name, &user.email], "password")?;
        }
        let command = Command::SetUserAccess {
            user: user.id,
            active: request.password.is_some(),
        };
        let prepared = match request.password {
            Some(password) => Some(self.prepare_slot(password).await?),
            None => None,
        };
        let beside = settling(prepared.as_ref())?;
        let facts = self.run_or_ask(&open, &session, &command, beside).await?;
        self.follow(&open, &facts, prepared).await
    }

    /// What follows outside of the log: key slots, sessions, second factors. `prepared` is the password of whoever gets
    /// access; one that waits for a second person waits with the request.
    ///
    /// # Errors
    /// [`ErrorKind::Waiting`] where it became a request for a second person.
    pub(crate) async fn follow(&self, open: &Open, facts: &[Fact], prepared: Option<Prepared>) -> Answer<()> {
        for fact in facts {
            match &fact.body {
                FactBody::RequestMade {
                    request, expires_at, ..
                } => {
                    if let Some(prepared) = &prepared {
                        self.keep_prepared(open, request.0, prepared).await?;
                    }
                    return Err(waits(open, *expires_at));
                }
                FactBody::UserAdded { user, .. } | FactBody::UserAccessSet { user, active: true } => {
                    self.make_slot(open, *user, prepared.as_ref()).await?;
                }
                FactBody::PasswordChanged { user, .. } => {
                    self.make_slot(open, *user, prepared.as_ref()).await?;
                    self.forget_sessions(open, *user).await?;
                }
                FactBody::UserAdmitted { user, .. } => {
                    let theirs = self.prepared(open, user.0).await?;
                    self.make_slot(open, *user, theirs.as_ref()).await?;
                    self.drop_prepared(open, user.0).await?;
                }
                FactBody::UserTurnedAway { user, .. } => self.drop_prepared(open, user.0).await?,
                FactBody::UserAccessSet { user, active: false } => {
                    let (mut slots, _) = self.keys()?;
                    slots.remove(*user, open.book.key().bytes()).told()?;
                    slots.save(&keys_path(&self.home.book())).told()?;
                    self.end_sessions_of(*user, None, SessionEnd::Changed).await;
                }
                FactBody::SecondFactorSet { user, on: false } => {
                    open.book.drop_second_factor(*user).await.told()?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn make_slot(&self, open: &Open, id: UserId, prepared: Option<&Prepared>) -> Answer<()> {
        let prepared = prepared.ok_or_else(|| {
            tracing::error!("someone got access whose password did not wait");
            ApiError::internal()
        })?;
        let user = self.user(open, id).await?;
        self.add_prepared_slot(open, id, user.role, &sign_in_name(&user.email), prepared)
    }
}
