//! The desk: the book that is open, who is signed in, and the one way from a command to its facts.

use crate::cases::proof::Proof;
use crate::clock::Clock;
use crate::error::{Answer, Told, internal};
use crate::mint::Mint;
use crate::sync::{Lines, Pace, ReleasedKey, Transfer};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use farthing_api::{
    ApiError, Code, Currency, CustomerId, ErrorKind, Role, Secret, SessionEnd, SessionStage, SignedInBy, UserId,
};
use farthing_identity::{DeviceSecret, Pin, SlotFile, device};
use farthing_office::permission::{self, Permission};
use farthing_office::{Actor, Command, Context, Fact, FactBody, Key, Organisation, RULES};
use farthing_store::{Beside, Book, Identity};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock as PlainLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, RwLock};

/// Minutes without a request until a session locks.
pub const STAFF_IDLE_MINUTES: u32 = 5;
/// The same for a customer at the branch's machine.
pub const CUSTOMER_IDLE_MINUTES: u32 = 3;

/// How long a session that is used goes on before it locks like an unused one.
pub const LONGEST_SESSION: chrono::Duration = chrono::Duration::hours(12);

/// The setting that names the customer whose own machine it is.
pub(crate) const OWN: &str = "own_customer";

/// Where a desk keeps its files: the book, its key slots beside it, papers and backups.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
    book: PathBuf,
}

impl Home {
    /// The folder; it is made when it is first written to.
    pub fn at(folder: impl Into<PathBuf>) -> Home {
        let folder = folder.into();
        Home {
            book: folder.join("desk.book"),
            folder,
        }
    }

    /// A book under a name of its own, for the command line; papers and backups go beside it.
    pub fn of_book(book: impl Into<PathBuf>) -> Home {
        let book = book.into();
        Home {
            folder: book.parent().map(Path::to_path_buf).unwrap_or_default(),
            book,
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The book.
    pub fn book(&self) -> PathBuf {
        self.book.clone()
    }

    /// The papers.
    pub fn documents(&self) -> PathBuf {
        self.folder.join("documents")
    }

    /// The backups.
    pub fn backups(&self) -> PathBuf {
        self.folder.join("backups")
    }
}

/// Where a book's key slots are: beside it.
pub fn keys_path(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_os_string();
    name.push(".keys");
    name.into()
}

/// Where it is written beside a book whose data was erased, so that a restored backup forgets them again: their ids alone.
pub(crate) fn erased_path(book: &Path) -> PathBuf {
    let mut name = book.as_os_str().to_os_string();
    name.push(".erased");
    name.into()
}

/// An open book with what every request needs of it.
pub struct Open {
    /// The book.
    pub book: Book,
    identity: PlainLock<Identity>,
    /// The organisation.
    pub organisation: Organisation,
    /// The branch's time zone.
    pub zone: Tz,
    /// Whose own machine this is; none: it is the branch's.
    pub(crate) own: Option<CustomerId>,
    /// Held by the one pass of the outbox at a time; whether messages that were cut off are held.
    pub(crate) outbox: Mutex<bool>,
    /// Held by the one round with the server at a time.
    pub(crate) sync: Mutex<()>,
    /// Held by who reads the letters to the book.
    pub(crate) letters: Mutex<()>,
}

impl Open {
    /// Takes the identity and the organisation out of a book that was set up.
    ///
    /// # Errors
    /// Where the book was never set up.
    pub async fn of(book: Book) -> Answer<Open> {
        let identity = book.identity().await.told()?;
        let state = book.load(&[Key::Organisation]).await.told()?;
        let (Some(identity), Some(organisation)) = (identity, state.organisation().cloned()) else {
            tracing::error!("the book was never set up");
            return Err(ApiError::internal());
        };
        let zone = organisation.time_zone.parse().unwrap_or(Tz::UTC);
        let own = book.setting(OWN).await.told()?;
        Ok(Open {
            own: own.and_then(|id| id.parse().ok()),
            book,
            identity: PlainLock::new(identity),
            organisation,
            zone,
            outbox: Mutex::new(false),
            sync: Mutex::new(()),
            letters: Mutex::new(()),
        })
    }

    /// Which copy of the book this is, on which machine.
    pub fn identity(&self) -> Identity {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The book was let in anew as another machine.
    pub(crate) fn go_on_as(&self, identity: Identity) {
        *self.identity.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    /// Whether someone has a key slot here: who works here, and the customer whose own machine it is.
    pub(crate) fn has_slot(&self, role: Role, customer: Option<CustomerId>) -> bool {
        role.is_staff() || self.is_own(customer)
    }

    /// Whether this is the own machine of a customer.
    pub(crate) fn is_own(&self, customer: Option<CustomerId>) -> bool {
        customer.is_some() && customer == self.own
    }

    /// The organisation's currency.
    pub fn currency(&self) -> &Currency {
        &self.organisation.currency
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Which customer they are.
    pub customer: Option<CustomerId>,
    /// Their sign-in name's hash, for unlocking.
    pub sign_in: String,
    /// How far the sign-in has come.
    pub stage: SessionStage,
    /// The authenticator's key that is being set up.
    pub(crate) offered: Option<Secret>,
    /// Wrong codes at the second step of this sign-in.
    pub(crate) wrong_codes: u32,
    /// That it is really they, given again a short while ago.
    pub(crate) proof: Option<Proof>,
    /// Whether it came by a code alone, so that changes of the account take the password.
    pub(crate) by_code: bool,
    /// Whether their password opens the book here, so that a locked session can be come back to: that of who works here, and of a
    /// customer at a machine of their own.
    pub(crate) has_slot: bool,
    /// Whether the password is needed to go on.
    pub locked: bool,
    /// How they signed in, and what names the session; none before it has begun.
    pub(crate) by: SignedInBy,
    pub(crate) id: Option<String>,
    /// When they last did something: by the desk's clock, which goes on while the machine sleeps, and by one that nobody
    /// can set back.
    pub seen: (DateTime<Utc>, Instant),
    /// When it began.
    pub(crate) begun: DateTime<Utc>,
}

impl Session {
    /// Minutes without a request until it locks.
    pub const fn idle_minutes(&self) -> u32 {
        if self.has_slot {
            STAFF_IDLE_MINUTES
        } else {
            CUSTOMER_IDLE_MINUTES
        }
    }

    fn is_idle(&self, now: DateTime<Utc>) -> bool {
        let longest = Duration::from_secs(u64::from(self.idle_minutes()) * 60);
        let (at, instant) = self.seen;
        let unused = instant.elapsed() > longest || (now - at).to_std().is_ok_and(|idle| idle > longest);
        unused || now - self.begun >= LONGEST_SESSION
    }

    /// They do something now.
    pub(crate) fn touch(&mut self, now: DateTime<Utc>) {
        self.seen = (now, Instant::now());
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor {
            user: self.user,
            role: self.role,
            customer: self.customer,
        }
    }
}

/// The desk of one machine.
pub struct Desk {
    pub(crate) home: Home,
    pub(crate) clock: Clock,
    pub(crate) mint: Mint,
    pub(crate) open: RwLock<Option<Arc<Open>>>,
    pub(crate) session: Mutex<Option<Session>>,
    /// Locked sessions of others at this machine, who may come back to them.
    pub(crate) parked: Mutex<Vec<Session>>,
    /// The PINs of people, for as long as the process lives.
    pub(crate) pins: Mutex<HashMap<UserId, Pin>>,
    /// Sessions that ended, until the book knows.
    pub(crate) over: std::sync::Mutex<Vec<(String, SessionEnd)>>,
    /// One at a time: each takes a quarter of a gigabyte.
    pub(crate) hashing: Mutex<()>,
    /// Whether those who work here need a second factor to sign in.
    pub(crate) asks_second_factor: bool,
    /// A link for a new password, with which the program was opened.
    pub(crate) link: Mutex<Option<String>>,
    /// What the server released by a link for a new password.
    pub(crate) released: Mutex<Option<ReleasedKey>>,
    /// The lines to the server.
    pub(crate) lines: Lines,
    /// When to speak with the server next.
    pub(crate) pace: Mutex<Pace>,
    /// How far a book is handed over or fetched, while one is: facts done, and facts in all.
    pub(crate) transfer: Transfer,
    /// Whether the book was seen to be in trouble, so that a backup may be restored.
    pub(crate) in_trouble: AtomicBool,
}

impl Desk {
    /// A desk that keeps its files in a folder.
    pub fn new(home: Home) -> Desk {
        Desk {
            home,
            clock: Clock::system(),
            mint: Mint::system(),
            open: RwLock::new(None),
            session: Mutex::new(None),
            parked: Mutex::new(Vec::new()),
            pins: Mutex::new(HashMap::new()),
            over: std::sync::Mutex::new(Vec::new()),
            hashing: Mutex::new(()),
            asks_second_factor: asks_second_factor(),
            link: Mutex::new(None),
            released: Mutex::new(None),
            lines: Lines::default(),
            pace: Mutex::new(Pace::default()),
            transfer: Transfer::default(),
            in_trouble: AtomicBool::new(false),
        }
    }

    /// The same with a clock of the caller's.
    pub fn with_clock(home: Home, clock: Clock) -> Desk {
        Desk {
            clock,
            ..Desk::new(home)
        }
    }

    /// The same, opened with a link for a new password, which the sign-in shows.
    pub fn opened_with(self, link: Option<String>) -> Desk {
        Desk {
            link: Mutex::new(link),
            ..self
        }
    }

    /// Keeps a link for a new password for the sign-in to show; whether nobody is signed in, so that it may show now.
    pub async fn show_link(&self, link: String) -> bool {
        *self.link.lock().await = Some(link);
        self.session.lock().await.is_none()
    }

    /// The same where nobody is asked for a second factor: for programs that have no one to ask.
    pub fn without_second_factor(self) -> Desk {
        Desk {
            asks_second_factor: false,
            ..self
        }
    }

    /// The same, whose ids follow from a seed: as of two copies of a machine that was halted in the middle of its work.
    #[cfg(feature = "test-hooks")]
    pub fn seeded(self, seed: u64) -> Desk {
        Desk {
            mint: Mint::seeded(seed),
            ..self
        }
    }

    /// The book that is open.
    pub(crate) async fn opened(&self) -> Answer<Arc<Open>> {
        self.open.read().await.clone().ok_or_else(signed_out)
    }

    /// Who is signed in; refuses where nobody is or the session is locked.
    pub(crate) async fn caller(&self) -> Answer<(Arc<Open>, Session)> {
        let open = self.opened().await?;
        let mut session = self.session.lock().await;
        self.end_if_idle(&mut session);
        self.keep_ends(&open).await?;
        let Some(found) = session.as_mut() else {
            return Err(signed_out());
        };
        if found.locked {
            return Err(ApiError::new(ErrorKind::SignedOut, Code::Locked));
        }
        let refused = |code| Err(ApiError::new(ErrorKind::Refused, code));
        match found.stage {
            SessionStage::In => {}
            SessionStage::SecondFactor => return refused(Code::SecondFactorFirst),
            SessionStage::Enrol => return refused(Code::SecondFactorMissing),
        }
        found.touch(self.clock.now());
        Ok((open, found.clone()))
    }

    /// Ends a session that nobody has used for long. Staff may come back to theirs; a customer may not, since the next at
    /// this machine is someone else.
    pub(crate) fn end_if_idle(&self, session: &mut Option<Session>) {
        let now = self.clock.now();
        if session.as_ref().is_some_and(|found| found.is_idle(now)) {
            self.lock_or_end(session);
        }
    }

    /// The caller, if their role has a permission.
    pub(crate) async fn caller_who_may(&self, permission: Permission) -> Answer<(Arc<Open>, Session)> {
        let (open, session) = self.caller().await?;
        if let Err(error) = must(session.role, permission) {
            self.note_for(&open, &session, permission.word(), &error).await;
            return Err(error);
        }
        Ok((open, session))
    }

    /// Today at the branch.
    pub(crate) fn today(&self, open: &Open) -> NaiveDate {
        self.clock.today(open.zone)
    }

    /// The circumstances of a new command.
    pub(crate) fn context(&self, open: &Open, actor: Option<Actor>) -> Answer<Context> {
        let at = self.clock.now();
        Ok(Context {
            op: self.mint.op(at).told()?,
            at,
            today: self.today(open),
            actor,
            device: open.identity().device,
            desk: open.identity().prefix(),
            rules: RULES,
            numbers: None,
        })
    }

    /// Decides and keeps a command in a person's name. "Saved" may be said when this returns.
    pub(crate) async fn run(
        &self,
        open: &Open,
        session: &Session,
        command: &Command,
        beside: Beside,
    ) -> Answer<Vec<Fact>> {
        let facts = Box::pin(self.run_or_ask(open, session, command, beside)).await?;
        match facts.as_slice() {
            [made] if let FactBody::RequestMade { expires_at, .. } = &made.body => Err(waits(open, *expires_at)),
            _ => Ok(facts),
        }
    }

    /// The same where the caller wants to know what became a request for a second person.
    pub(crate) async fn run_or_ask(
        &self,
        open: &Open,
        session: &Session,
        command: &Command,
        beside: Beside,
    ) -> Answer<Vec<Fact>> {
        let spends = self.before_spending(open, command).await?;
        let ctx = self.context(open, Some(session.actor()))?;
        let answer = self.execute(open, command, &ctx, beside).await;
        if spends && answer.is_ok() {
            self.after_spending(open, ctx.op).await?;
        }
        answer
    }

    /// Executes a command in circumstances of the caller's; a refusal goes into the audit.
    pub(crate) async fn execute(
        &self,
        open: &Open,
        command: &Command,
        ctx: &Context,
        beside: Beside,
    ) -> Answer<Vec<Fact>> {
        let answer = Box::pin(open.book.execute(command, ctx, beside)).await.told();
        if let Err(error) = &answer {
            let who = ctx.actor.map(|actor| actor.user);
            self.note(open, who, command.kind(), error).await;
        }
        answer
    }

    /// Runs what takes long or much memory off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
        let _turn = self.hashing.lock().await;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| internal(&error))
    }

    /// The key slots and this device's secret.
    pub(crate) fn keys(&self) -> Answer<(SlotFile, DeviceSecret)> {
        let book = self.home.book();
        let slots = SlotFile::load(&keys_path(&book)).told()?;
        let device = device::load(&book).told()?;
        Ok((slots, device))
    }

    /// How often the open book's database was asked for something.
    ///
    /// # Errors
    /// Where no book is open.
    #[cfg(feature = "test-hooks")]
    pub async fn times_asked(&self) -> Answer<u64> {
        Ok(self.opened().await?.book.times_asked())
    }

    /// Makes the open book look as if a newer program had changed its schema.
    ///
    /// # Errors
    /// Where no book is open.
    #[cfg(feature = "test-hooks")]
    pub async fn mark_newer(&self) -> Answer<()> {
        self.opened().await?.book.mark_newer().await.told()
    }
}

/// Always, save where a window test that is about something else says otherwise.
fn asks_second_factor() -> bool {
    #[cfg(feature = "test-hooks")]
    if std::env::var_os("FARTHING_TEST_NO_SECOND_FACTOR").is_some() {
        return false;
    }
    true
}

/// Refuses where a role lacks a permission.
pub(crate) fn must(role: Role, permission: Permission) -> Answer<()> {
    Ok(permission::check(role, permission)?)
}

/// It was taken down and waits for a second person.
pub(crate) fn waits(open: &Open, expires_at: DateTime<Utc>) -> ApiError {
    let until = expires_at.with_timezone(&open.zone).date_naive();
    ApiError::new(ErrorKind::Waiting, Code::RequestKept).with("date", until)
}

pub(crate) fn signed_out() -> ApiError {
    ApiError::new(ErrorKind::SignedOut, Code::SignedOut)
}
