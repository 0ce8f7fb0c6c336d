//! How the book and its server stand, and what the server decided otherwise.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use farthing_api::{
    ApiError, Code, ErrorKind, GetSyncState, ListOverruled, OverruledView, Role, SettleOverruled, SyncState,
};
use farthing_office::Key;
use farthing_office::permission::Permission;
use farthing_store::{Enrolment, Overruled};

/// The most that is listed.
const MOST: u32 = 200;

impl Desk {
    /// How the book and its server stand; none for a book that is complete by itself.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn sync_state(&self, _: GetSyncState) -> Answer<Option<SyncState>> {
        let (open, _) = self.caller().await?;
        let enrolment = open.book.enrolment().await.told()?;
        Ok(enrolment.map(state_of))
    }

    /// What the server decided otherwise: of one's own, or of everybody's for whoever settles tasks.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub async fn list_overruled(&self, _: ListOverruled) -> Answer<Vec<OverruledView>> {
        let (open, session) = self.caller().await?;
        let mut listed = Vec::new();
        for overruled in open.book.overruled(MOST).await.told()? {
            let is_own = overruled.context.actor.is_some_and(|actor| actor.user == session.user);
            if is_own || session.role != Role::Customer {
                listed.push(shown(&open, overruled).await?);
            }
        }
        Ok(listed)
    }

    /// Someone has seen what was decided otherwise.
    ///
    /// # Errors
    /// Where the caller may not, or somebody was faster.
    pub async fn settle_overruled(&self, request: SettleOverruled) -> Answer<()> {
        let (open, session) = self.caller().await?;
        if !open.is_own(session.customer) {
            self.caller_who_may(Permission::SettleTasks).await?;
        }
        let settled = open
            .book
            .settle_overruled(request.command, session.user, self.clock.now());
        match settled.await.told()? {
            true => Ok(()),
            false => Err(ApiError::new(ErrorKind::Changed, Code::TaskChanged)),
        }
    }
}

pub(crate) fn state_of(e: Enrolment) -> SyncState {
    SyncState {
        server: e.address,
        waiting: e.waiting.0,
        unsent: e.waiting.1,
        needs_attention: e.overruled,
        facts: e.position.facts(),
        contact_at: e.contact_at,
        halted: e.halted,
    }
}

async fn shown(open: &Open, overruled: Overruled) -> Answer<OverruledView> {
    let Overruled {
        command,
        asked,
        context,
        reason,
        ..
    } = overruled;
    let mut keys = asked.about(&context.desk);
    keys.extend(context.actor.map(|actor| Key::User(actor.user)));
    let state = open.book.load(&keys).await.told()?;
    let who = context
        .actor
        .and_then(|actor| state.user(actor.user))
        .map(|u| u.name.clone());
    let loan = keys.iter().find_map(|key| match key {
        Key::Loan(id) => state.loan(*id),
        _ => None,
    });
    Ok(OverruledView {
        command,
        what: asked.kind().to_string(),
        who: who.unwrap_or_default(),
        asked_at: context.at,
        loan_number: loan.map(|loan| loan.number.clone()).unwrap_or_default(),
        reason,
    })
}
