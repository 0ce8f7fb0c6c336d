//! The names of desks: which one a machine gets, and which copy of a desk's book it is.

use crate::error::ServerError;
use farthing_api::{Code, CustomerId, DeviceId, ErrorKind};
use farthing_sync::join::Newcomer;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

/// The machines of an organisation. Whoever names one holds the organisation's row, so that two never get one name.
pub(crate) struct Desks {
    branch: String,
    known: Vec<Known>,
}

struct Known {
    device: Uuid,
    desk: String,
    epoch: i64,
    revoked: bool,
    customer: Option<Uuid>,
}

impl Desks {
    pub(crate) async fn of(conn: &mut PgConnection, organisation: Uuid, branch: String) -> Result<Desks, ServerError> {
        let known = sqlx::query_as!(
            Known,
            r#"select device, desk, epoch, revoked_at is not null as "revoked!", customer from device where organisation = $1"#,
            organisation
        );
        Ok(Desks {
            branch,
            known: known.fetch_all(conn).await?,
        })
    }

    /// The prefix of the next desk, `BR1-02`: one above the greatest number there is.
    pub(crate) fn next(&self) -> String {
        format!("{}{:02}", self.before(false), self.greatest(false) + 1)
    }

    /// The prefix of the next machine that is a customer's own: `BR1-S001`.
    pub(crate) fn next_own(&self) -> String {
        format!("{}{:03}", self.before(true), self.greatest(true) + 1)
    }

    fn before(&self, own: bool) -> String {
        format!("{}-{}", self.branch, if own { "S" } else { "" })
    }

    fn greatest(&self, own: bool) -> u32 {
        let before = self.before(own);
        let numbers = self.known.iter().filter(|known| known.customer.is_some() == own);
        let numbers = numbers.filter_map(|known| known.desk.strip_prefix(&before)?.parse::<u32>().ok());
        numbers.max().unwrap_or(0)
    }

    /// What a book is called that is let in anew: its desk's prefix under a letter that none of its copies has had, so that no number
    /// comes twice. The server may not know the former machine, where it was restored from a backup of before.
    ///
    /// # Errors
    /// Where the former machine's access has ended, it is somebody else's, or the desk is none of this branch.
    pub(crate) fn again(
        &self,
        former: DeviceId,
        newcomer: &Newcomer,
        customer: Option<CustomerId>,
    ) -> Result<Newcomer, ServerError> {
        let refused = |code| Err(ServerError::refused(ErrorKind::Forbidden, code));
        let customer = customer.map(|customer| customer.0);
        if let Some(known) = self.known.iter().find(|known| known.device == former.0) {
            if known.revoked {
                return refused(Code::DeviceRevoked);
            }
            if known.desk != newcomer.desk || known.customer != customer {
                return refused(Code::DeviceUnknown);
            }
        }
        let number = newcomer.desk.strip_prefix(&self.before(customer.is_some()));
        if number.is_none_or(|number| number.parse::<u32>().is_err()) {
            return refused(Code::DeviceUnknown);
        }
        let epochs = self.known.iter().filter(|known| known.desk == newcomer.desk);
        let last = epochs.map(|known| known.epoch).fold(newcomer.epoch, i64::max);
        Ok(Newcomer {
            epoch: last + 1,
            ..newcomer.clone()
        })
    }
}
