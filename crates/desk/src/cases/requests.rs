//! Maker-checker: what takes a second person, what waits for one, and what they say.

use super::access::settling;
use crate::desk::Desk;
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, Code, DecideRequest, ErrorKind, GetSecondPersonRules, ListRequests, Page, RequestState, RequestView,
    Role, SaveSecondPersonRules, SecondPersonRules,
};
use farthing_office::permission::Permission;
use farthing_office::{Command, FactBody, Key};
use farthing_store::Beside;

impl Desk {
    /// What takes a second person.
    ///
    /// # Errors
    /// Where nobody of staff is signed in.
    pub async fn get_second_person_rules(&self, _: GetSecondPersonRules) -> Answer<SecondPersonRules> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        let state = open.book.load(&[Key::Organisation]).await.told()?;
        let organisation = state.organisation().ok_or_else(ApiError::internal)?;
        Ok(organisation.second_person.clone())
    }

    /// Sets what takes a second person.
    ///
    /// # Errors
    /// Where nobody could be the second one; says where a second person is needed first.
    pub async fn save_second_person_rules(&self, request: SaveSecondPersonRules) -> Answer<SecondPersonRules> {
        let (open, session) = self.caller_who_may(Permission::ManageRules).await?;
        let staff = open.book.staff().await.told()?;
        let administrators = staff.iter().filter(|u| u.active && u.role == Role::Administrator);
        let command = Command::SetSecondPersonRules {
            rules: request.rules,
            administrators: u32::try_from(administrators.count()).unwrap_or(u32::MAX),
        };
        self.run(&open, &session, &command, Beside::default()).await?;
        self.get_second_person_rules(GetSecondPersonRules {}).await
    }

    /// What waits for a second person, and what became of it.
    ///
    /// # Errors
    /// Where nobody of staff is signed in.
    pub async fn list_requests(&self, request: ListRequests) -> Answer<Page<RequestView>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        let now = self.clock.now();
        open.book.requests(request.waiting, request.page, now).await.told()
    }

    /// Decides on what another asked for. What can't be carried out any more comes back as refused, with the reason.
    ///
    /// # Errors
    /// Where it is the caller's own, too late, decided already, or not what they saw.
    pub async fn decide_request(&self, request: DecideRequest) -> Answer<RequestView> {
        let (open, session) = self.caller_who_may(Permission::SeeBook).await?;
        let missing = || ApiError::new(ErrorKind::NotFound, Code::NoRequest);
        let id = request.request;
        let (command, maker) = open.book.requested(id).await.told()?.ok_or_else(missing)?;
        let admitted = match &command {
            Command::AdmitUser { user, .. } => Some(*user),
            _ => None,
        };
        let gives = gives_password(&command);
        let command = Command::DecideRequest {
            request: id,
            maker,
            command: Box::new(command),
            hash: request.hash,
            approve: request.approve,
            reason: request.reason,
        };
        let prepared = self.prepared(&open, id.0).await?;
        let theirs = match admitted {
            Some(user) if prepared.is_none() => self.prepared(&open, user.0).await?,
            _ => None,
        };
        let password = prepared.as_ref().or(theirs.as_ref());
        if request.approve && gives && password.is_none() {
            return Err(ApiError::new(ErrorKind::Refused, Code::PasswordElsewhere));
        }
        let beside = settling(password)?;
        let facts = self.run(&open, &session, &command, beside).await?;
        self.follow(&open, &facts, prepared).await?;
        let is_over = |fact: &farthing_office::Fact| matches!(fact.body, FactBody::RequestEnded { .. });
        if facts.iter().any(is_over) {
            self.drop_prepared(&open, id.0).await?;
        }
        let view = open
            .book
            .request(id, self.clock.now())
            .await
            .told()?
            .ok_or_else(missing)?;
        if let (RequestState::Refused, Some(error)) = (view.state, &view.refusal) {
            self.note_for(&open, &session, "decide_request", error).await;
        }
        Ok(view)
    }
}

/// Whether someone gets a password by it, which waits with the request or with them.
const fn gives_password(command: &Command) -> bool {
    matches!(
        command,
        Command::AddUser { .. }
            | Command::AdmitUser { role: Some(_), .. }
            | Command::SetUserAccess { active: true, .. }
            | Command::ResetPassword { .. }
    )
}
