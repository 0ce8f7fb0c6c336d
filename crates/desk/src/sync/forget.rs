//! A book that was restored from a backup has to forget whom the organisation has erased since.

use super::strange;
use crate::cases::personal::remember;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use farthing_sync::wire::{Reply, Request};

/// The setting that names the copy of the book for which the server was asked.
const ASKED: &str = "erased_asked";
/// So many customers are asked about at once.
const PART: usize = 5_000;

impl Desk {
    /// Asks the server, once for each copy of the book, which of the customers here were erased, and forgets them. The first copy
    /// learns it by facts alone. The server tells it to a machine that it does not know, too, as a fresh one is.
    pub(crate) async fn forget_whom_the_server_forgot(&self, open: &Open) -> Answer<()> {
        let copy = open.identity().epoch.to_string();
        if open.identity().epoch == 0 || open.book.setting(ASKED).await.told()?.as_ref() == Some(&copy) {
            return Ok(());
        }
        let Some(enrolment) = open.book.enrolment().await.told()? else {
            return Ok(());
        };
        let speaker = self.speaker(open, &enrolment.address, enrolment.organisation)?;
        for part in open.book.customers_with_key().await.told()?.chunks(PART) {
            let Reply::Erased(erased) = speaker.ask(&Request::Erased(part.to_vec())).await? else {
                return Err(strange());
            };
            for customer in &erased {
                remember(&self.home, *customer)?;
            }
            self.forget_all(open, erased).await?;
        }
        open.book.set_setting(ASKED, Some(&copy)).await.told()
    }
}
