//! The server's state, which is none: a pool of connections and a clock. Everything else stands in the database, so that
//! several processes may serve at once.

use crate::devices::{Met, Said};
use crate::error::ServerError;
use crate::limit::Limits;
use crate::metrics::Metrics;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use farthing_api::{Code, CustomerId, DeviceId, ErrorKind, MailSettings};
use farthing_office::Organisation;
use farthing_sync::authority::Now;
use farthing_sync::intake::Machine;
use farthing_sync::snapshot::Full;
use farthing_sync::versions::Versions;
use farthing_sync::wire::{Letter, Reply, Request};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, Postgres, Transaction};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/server");

/// A connection that was used so shortly before is not asked whether it is there.
const FRESH: Duration = Duration::from_secs(1);
/// So often a transaction that met another one is tried.
pub(crate) const TRIES: u32 = 8;

/// Tries a transaction again where another one was faster.
macro_rules! again {
    ($work:expr) => {{
        let mut tries = 1;
        loop {
            match $work.await {
                Err($crate::error::ServerError::Again) if tries < $crate::server::TRIES => tries += 1,
                other => break other,
            }
        }
    }};
}
pub(crate) use again;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A server over a database.
#[derive(Clone)]
pub struct Server {
    pool: PgPool,
    clock: Clock,
    watched: Arc<(Metrics, Limits)>,
    mail: Option<Arc<MailSettings>>,
    full: Full,
}

impl Server {
    /// Connects to a database, and migrates it first if the program is newer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn connect(url: &str, connections: u32, clock: Clock) -> Result<Server, ServerError> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(10))
            // One that was used just now is there; asking it costs as much as a small query.
            .test_before_acquire(false)
            .before_acquire(|conn, known| {
                Box::pin(async move { Ok(known.idle_for < FRESH || conn.ping().await.is_ok()) })
            })
            .connect(url)
            .await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Server {
            pool,
            clock,
            watched: Arc::default(),
            mail: None,
            full: Full::default(),
        })
    }

    /// The same with chunks of the history of another size.
    pub fn with_chunks(self, full: Full) -> Server {
        Server { full, ..self }
    }

    pub(crate) fn full(&self) -> Full {
        self.full
    }

    /// The same with a mail server, for links to people who forgot their password.
    pub fn with_mail(self, mail: Option<MailSettings>) -> Server {
        let mail = mail.map(Arc::new);
        Server { mail, ..self }
    }

    pub(crate) fn mail(&self) -> Option<&Arc<MailSettings>> {
        self.mail.as_ref()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// What it says.
    pub async fn ready(&self) -> Result<(), ServerError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Begins another history, after which desks fetch everything anew and send again what this database lacks; its id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn begin_history(&self) -> Result<Uuid, ServerError> {
        Ok(
            sqlx::query_scalar!("update history set id = gen_random_uuid(), begun_at = now() returning id")
                .fetch_one(&self.pool)
                .await?,
        )
    }

    /// Ends all connections once what runs on them is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.watched.0
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.watched.1
    }

    /// What Prometheus reads of this process.
    pub fn metrics_text(&self) -> String {
        self.metrics().text(self.pool.size(), self.pool.num_idle())
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// When it is at a branch.
    pub(crate) fn now_at(&self, organisation: Option<&Organisation>) -> Now {
        let at = self.now();
        let zone = organisation.and_then(|o| o.time_zone.parse::<Tz>().ok());
        Now {
            at,
            today: at.with_timezone(&zone.unwrap_or(Tz::UTC)).date_naive(),
        }
    }

    /// A transaction that sees one organisation's rows only.
    pub(crate) async fn begin(&self, organisation: Uuid) -> Result<Transaction<'static, Postgres>, ServerError> {
        self.begin_as("begin", organisation).await
    }

    /// The same, begun by another statement than `begin`.
    pub(crate) async fn begin_as(
        &self,
        begin: &'static str,
        organisation: Uuid,
    ) -> Result<Transaction<'static, Postgres>, ServerError> {
        // One message, since the database's answer is waited for after each. The text of an id has nothing that could end the quotes.
        let begin = format!("{begin}; set local farthing.organisation = '{organisation}'");
        Ok(self.pool.begin_with(AssertSqlSafe(begin)).await?)
    }

    /// Does what a letter asks for.
    ///
    /// # Errors
    /// Those of the request; [`ServerError::Refused`] is for the desk.
    pub async fn answer(&self, letter: &Letter) -> Result<Reply, ServerError> {
        self.answer_to(letter, letter.peek(Versions::HERE)?).await
    }

    /// The same where the letter's request is read.
    pub(crate) async fn answer_to(&self, letter: &Letter, request: Request) -> Result<Reply, ServerError> {
        let organisation = letter.organisation;
        match request {
            Request::Found(found) => {
                letter.must_be_of(&found.device.public)?;
                again!(self.found(organisation, letter.device, &found)).map(Reply::Found)
            }
            Request::Enrol(enrol) => {
                letter.must_be_of(&enrol.device.public)?;
                again!(self.enrol(organisation, letter.device, &enrol)).map(Reply::Enrolled)
            }
            Request::AskOwn(ask) => {
                letter.must_be_of(&ask.public)?;
                self.ask_own(letter.device, &ask).await.map(Reply::OwnAsked)
            }
            Request::EnrolOwn(enrol) => {
                letter.must_be_of(&enrol.device.public)?;
                again!(self.enrol_own(letter.device, &enrol)).map(Reply::Enrolled)
            }
            Request::Erased(customers) => self.erased(organisation, &customers).await.map(Reply::Erased),
            request => {
                let met = self.machine(organisation, letter.device).await?;
                // Another machine than the one that was let in: a book that was put back elsewhere.
                letter.must_be_of(&met.machine.public).map_err(|_| unknown())?;
                self.of_machine(organisation, &met, request).await
            }
        }
    }

    /// Does what a machine asks for that is known.
    async fn of_machine(&self, organisation: Uuid, met: &Met, request: Request) -> Result<Reply, ServerError> {
        let device = met.machine.device;
        let pull = match &request {
            Request::Pull(pull) => Some(pull),
            _ => None,
        };
        again!(self.saw(organisation, met, pull))?;
        match (request, met.revoked) {
            (Request::Push(push), _) => again!(self.push(organisation, device, &push)).map(Reply::Push),
            // It vouches for nobody who works here.
            (request, None) if met.customer.is_some() && !matches!(request, Request::Pull(_)) => {
                Err(ServerError::refused(ErrorKind::Forbidden, Code::Forbidden))
            }
            (Request::Pull(_), Some(at)) => {
                let word = self.revocation(organisation, &met.machine, at);
                word.await.map(Reply::Revoked)
            }
            (_, Some(_)) => Err(ServerError::refused(ErrorKind::Forbidden, Code::DeviceRevoked)),
            (Request::Pull(pull), None) => self.pull(organisation, met, &pull).await.map(Reply::Pull),
            (Request::Invite(invite), None) => {
                self.invite(organisation, &invite).await?;
                Ok(Reply::Invited)
            }
            (Request::Devices(list), None) => self.devices(organisation, device, list.by).await.map(Reply::Devices),
            (Request::Health(ask), None) => self.health(organisation, &ask).await.map(Reply::Health),
            (Request::Chunks(_), None) => self.chunks(organisation).await.map(Reply::Chunks),
            (Request::Chunk(ask), None) => self.chunk(organisation, &ask).await.map(Reply::Chunk),
            (Request::Revoke(revoke), None) => again!(self.revoke(organisation, device, &revoke)).map(Reply::Devices),
            (Request::Deposit(deposit), None) => {
                again!(self.deposit(organisation, device, &deposit)).map(|()| Reply::Deposited)
            }
            (Request::AskRelease(ask), None) => {
                again!(self.ask_release(organisation, device, &ask)).map(|()| Reply::ReleaseAsked)
            }
            (Request::Release(release), None) => {
                again!(self.release(organisation, device, &release)).map(Reply::Released)
            }
            (
                Request::Found(_) | Request::Enrol(_) | Request::Erased(_) | Request::AskOwn(_) | Request::EnrolOwn(_),
                None,
            ) => Err(unknown()),
        }
    }

    /// A machine that is known.
    async fn machine(&self, organisation: Uuid, device: DeviceId) -> Result<Met, ServerError> {
        let mut tx = self.begin(organisation).await?;
        let row = sqlx::query!(
            "select public_key, desk, epoch, dev_seq, head, revoked_at, seen_at, program, unsent, pulled, customer from device
             where organisation = $1 and device = $2",
            organisation,
            device.0
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(unknown)?;
        tx.commit().await?;
        Ok(Met {
            machine: Machine {
                device,
                public: bytes(&row.public_key)?,
                desk: row.desk,
                epoch: row.epoch,
                dev_seq: row.dev_seq,
                head: bytes(&row.head)?,
            },
            customer: row.customer.map(CustomerId),
            revoked: row.revoked_at,
            seen_at: row.seen_at,
            said: Said {
                program: row.program,
                unsent: row.unsent,
                pulled: row.pulled,
            },
        })
    }
}

/// The machine is not known here.
pub(crate) fn unknown() -> ServerError {
    ServerError::refused(ErrorKind::Forbidden, Code::DeviceUnknown)
}

/// Bytes of a fixed length, as kept.
pub(crate) fn bytes<const N: usize>(kept: &[u8]) -> Result<[u8; N], ServerError> {
    kept.try_into()
        .map_err(|_| ServerError::Damaged("bytes of another length".into()))
}

/// A desk's prefix with the epoch's letter, as its numbers have it.
pub(crate) fn printed(desk: &str, epoch: i64) -> String {
    format!(
        "{desk}{}",
        farthing_office::epoch_letters(u32::try_from(epoch).unwrap_or(0))
    )
}
