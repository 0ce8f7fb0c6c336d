//! How the work of all machines goes, for administrators.

use super::strange;
use crate::cases::decided_by_day;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use chrono::{Days, NaiveDate};
use farthing_api::{ConflictView, GetSyncHealth, SyncHealth};
use farthing_documents::charts::Decided;
use farthing_office::Key;
use farthing_office::permission::Permission;
use farthing_sync::health::{AskHealth, Conflict, Span};
use farthing_sync::wire::{Reply, Request};
use std::collections::BTreeSet;

/// How many days are shown.
const DAYS: u64 = 14;

impl Desk {
    /// What the server decided lately, day by day, and what it decided otherwise.
    ///
    /// # Errors
    /// Where the caller may not, or the server does not answer.
    pub async fn get_sync_health(&self, request: GetSyncHealth) -> Answer<SyncHealth> {
        let (open, session) = self.caller_who_may(Permission::ManageUsers).await?;
        let today = self.today(&open);
        let days: Vec<NaiveDate> = (0..DAYS)
            .rev()
            .filter_map(|n| today.checked_sub_days(Days::new(n)))
            .collect();
        let end = today.checked_add_days(Days::new(1));
        let bounds = days
            .iter()
            .copied()
            .chain(end)
            .map(|day| open.at_hour(day, 0))
            .collect();
        let by = session.user;
        let ask = Request::Health(AskHealth { by, bounds });
        let health = match self.ask_the_server(&open, ask).await? {
            Reply::Health(health) => health,
            _ => return Err(strange()),
        };
        let decided = |(day, span): (NaiveDate, Span)| Decided {
            day,
            as_asked: span.as_asked,
            otherwise: span.otherwise,
            so_far: day == today,
        };
        let days: Vec<Decided> = days.into_iter().zip(health.spans).map(decided).collect();
        Ok(SyncHealth {
            chart: decided_by_day(&open, &request.language, &days)?,
            conflicts: shown(&open, health.conflicts).await?,
        })
    }
}

/// With the names of who asked, as this book knows them.
async fn shown(open: &Open, conflicts: Vec<Conflict>) -> Answer<Vec<ConflictView>> {
    let who: BTreeSet<Key> = conflicts.iter().filter_map(|c| c.by).map(Key::User).collect();
    let who: Vec<Key> = who.into_iter().collect();
    let state = open.book.load(&who).await.told()?;
    let named = |conflict: Conflict| ConflictView {
        op: conflict.op,
        desk: conflict.desk,
        what: conflict.what,
        who: conflict
            .by
            .and_then(|by| state.user(by))
            .map(|user| user.name.clone())
            .unwrap_or_default(),
        asked_at: conflict.asked_at,
        decided_at: conflict.decided_at,
        reason: conflict.reason,
    };
    Ok(conflicts.into_iter().map(named).collect())
}
