//! Money that leaves takes the server: two desks must not pay out the same.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use farthing_api::{ApiError, Code, ErrorKind, OpId};
use farthing_office::Command;

/// As many are looked through for the one that was just decided.
const NEWEST: u32 = 20;

impl Desk {
    /// Before money leaves at an enrolled desk: the book is made to know what the server knows.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub(crate) async fn before_spending(&self, open: &Open, command: &Command) -> Answer<bool> {
        if !command.spends() || !open.book.is_enrolled().await.told()? {
            return Ok(false);
        }
        match self.sync(open).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::Unavailable => {
                Err(ApiError::new(ErrorKind::Unavailable, Code::OnlineOnly))
            }
            Err(error) => Err(error),
        }
    }

    /// After it was recorded: it is done only once the server has decided so.
    ///
    /// # Errors
    /// What the server decided otherwise, or that it broke off.
    pub(crate) async fn after_spending(&self, open: &Open, op: OpId) -> Answer<()> {
        if self.sync(open).await.is_err() {
            return Err(ApiError::new(ErrorKind::Unavailable, Code::SpendingWaits));
        }
        let overruled = open.book.overruled(NEWEST).await.told()?;
        match overruled.into_iter().find(|o| o.context.op == op) {
            Some(overruled) => Err(overruled.reason),
            None => Ok(()),
        }
    }
}
