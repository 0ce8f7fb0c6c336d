//! The two logs, each a hash chain, and the one transaction in which a command and all that follows from it are kept.

mod chain;
mod kept;

pub(crate) use chain::{Decided, Ends, FactRow, note_hash};
pub(crate) use kept::{identity_of, load_all, put_identity, put_meta, save_aggregates};

use crate::book::Book;
use crate::credentials;
use crate::given;
use crate::project::project;
use crate::provisional;
use crate::{CustomerKey, StoreError};
use chain::{append_command, insert_facts};
use chrono::{DateTime, SecondsFormat, Utc};
use farthing_api::{CustomerId, DeviceId, LoanId, OpId, Secret, UserId};
use farthing_office::{Command, Context, Fact, Key, Loan, State, balanced, decide, epoch_letters};
use kept::load_unless_kept;
use sqlx::sqlite::SqliteConnection;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// Which copy of which desk this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The machine.
    pub device: DeviceId,
    /// Raised by every restore; its letter goes into numbers that are printed.
    pub epoch: u32,
    /// The desk's prefix without the epoch: `BR1-01`.
    pub desk: String,
}

impl Identity {
    /// The desk's prefix as printed: the epoch's letter follows it from the first restore on.
    pub fn prefix(&self) -> String {
        format!("{}{}", self.desk, epoch_letters(self.epoch))
    }
}

/// What is written besides the command and its facts, in the same transaction, because it is not derived from them.
#[derive(Clone, Default)]
pub struct Beside {
    /// The key of a customer who is registered.
    pub customer_key: Option<(CustomerId, CustomerKey)>,
    /// The password hash (PHC string) of someone who gets a sign-in.
    pub credential: Option<(UserId, String)>,
    /// What the password became that someone who works here gets, or the key of their authenticator, for the server.
    pub settles: Option<Secret>,
    /// This copy's identity, at first run.
    pub identity: Option<Identity>,
    /// A challenge that must be unused and is used up by this command.
    pub challenge: Option<String>,
    /// A link for a new password that must be unused and is used up by this command, by its hash.
    pub reset: Option<String>,
    /// Messages that tell of it.
    pub messages: Vec<crate::NewMessage>,
    /// A changed contact that may be taken back.
    pub contact_change: Option<crate::ContactChange>,
    /// A changed contact that is taken back and must not have been before, by its code's hash.
    pub undone: Option<String>,
    /// The customer whose key and everything beside the log is destroyed.
    pub erase: Option<CustomerId>,
}

impl Beside {
    /// A credential that someone gets, for the server.
    pub fn settling(credential: Secret) -> Beside {
        Beside {
            settles: Some(credential),
            ..Beside::default()
        }
    }
}

/// How an instant is written into the book.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Reads an instant of the book.
pub(crate) fn read_instant(text: &str) -> Result<DateTime<Utc>, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|e| StoreError::Damaged(format!("{text} is not an instant: {e}")))
}

/// Several commands in one transaction, for demo data, imports and the closing of days.
pub struct Batch<'a> {
    book: &'a Book,
    conn: tokio::sync::MutexGuard<'a, SqliteConnection>,
    /// Aggregates that were loaded or changed so far.
    state: State,
    asked: BTreeSet<Key>,
    ends: Ends,
}

impl Book {
    /// Decides a command and keeps it with all that follows from it: one transaction, synced to the disk when this
    /// returns.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no; nothing was kept then, or on any other failure.
    pub async fn execute(&self, command: &Command, ctx: &Context, beside: Beside) -> Result<Vec<Fact>, StoreError> {
        let mut batch = self.batch().await?;
        match batch.execute(command, ctx, beside).await {
            Ok(facts) => {
                batch.commit().await?;
                Ok(facts)
            }
            Err(error) => {
                batch.roll_back().await?;
                Err(error)
            }
        }
    }

    /// Starts a transaction of several commands. Nothing is kept unless it is committed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn batch(&self) -> Result<Batch<'_>, StoreError> {
        let mut conn = self.writer().await;
        self.unended().store(true, Ordering::Relaxed);
        sqlx::query("begin immediate").execute(&mut *conn).await?;
        let known = self.ends().lock().unwrap_or_else(PoisonError::into_inner).take();
        let ends = match known {
            Some(ends) => ends,
            None => chain::ends(&mut conn).await?,
        };
        if ends.enrolled {
            provisional::watch(&mut conn).await?;
            provisional::record(&mut conn, true).await?;
        }
        Ok(Batch {
            book: self,
            conn,
            state: State::default(),
            asked: BTreeSet::new(),
            ends,
        })
    }

    /// Decides a command without keeping anything.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no.
    pub async fn check(&self, command: &Command, ctx: &Context) -> Result<Vec<Fact>, StoreError> {
        let state = self.load(&command.reads(&ctx.desk)).await?;
        Ok(decide(&state, command, ctx)?)
    }

    /// The aggregates of some keys, as committed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load(&self, keys: &[Key]) -> Result<State, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let mut state = State::default();
        load_all(&mut conn, keys, &mut state).await?;
        Ok(state)
    }

    /// Which copy of which desk this is; none before first run.
    ///
    /// # Errors
    /// What the database says.
    pub async fn identity(&self) -> Result<Option<Identity>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        identity_of(&mut conn).await
    }
}

impl Batch<'_> {
    /// Decides one command and keeps what follows, within the transaction.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the office says no; the transaction may go on then, nothing of the command is
    /// kept. After any other failure it must be rolled back.
    pub async fn execute(&mut self, command: &Command, ctx: &Context, beside: Beside) -> Result<Vec<Fact>, StoreError> {
        let own = self.of_this_copy(ctx);
        let ctx = own.as_ref();
        let new = self.unasked(&command.reads(&ctx.desk));
        if load_unless_kept(&mut self.conn, ctx.op, &new, &mut self.state).await? {
            for key in &new {
                self.asked.remove(key);
            }
            return self.outcome_of(ctx.op).await;
        }
        let numbered;
        let ctx = match self.ends.enrolled {
            true => {
                let numbers = Some(self.given(&ctx.desk).await?);
                // A clock that was set back does not make what is written later older.
                let at = ctx.at.max(self.ends.last_instant());
                numbered = Context {
                    numbers,
                    at,
                    ..ctx.clone()
                };
                &numbered
            }
            false => ctx,
        };
        let facts = decide(&self.state, command, ctx)?;
        if facts.is_empty() {
            return Ok(facts);
        }
        self.keep(command, ctx, beside, &facts).await?;
        if let Some(before) = ctx.numbers.filter(|_| self.ends.enrolled) {
            let now = before.later(self.state.desk(&ctx.desk).copied().unwrap_or_default());
            if now != before {
                given::note(&mut self.conn, &ctx.desk, now).await?;
            }
        }
        Ok(facts)
    }

    /// Circumstances that were put down just before the book was let in anew are of the machine as which it goes on.
    fn of_this_copy<'c>(&self, ctx: &'c Context) -> Cow<'c, Context> {
        match &self.ends.identity {
            Some(own) if self.ends.enrolled && own.device != ctx.device => Cow::Owned(Context {
                device: own.device,
                desk: own.prefix(),
                ..ctx.clone()
            }),
            _ => Cow::Borrowed(ctx),
        }
    }

    /// The last numbers that were given at a desk, whatever became of what they were given to.
    async fn given(&mut self, desk: &str) -> Result<farthing_office::Desk, StoreError> {
        let known = self.state.desk(desk).copied().unwrap_or_default();
        Ok(known.later(given::read(&mut self.conn, desk).await?))
    }

    async fn keep(
        &mut self,
        command: &Command,
        ctx: &Context,
        beside: Beside,
        facts: &[Fact],
    ) -> Result<(), StoreError> {
        if let Some(identity) = &beside.identity {
            put_identity(&mut self.conn, identity).await?;
            self.ends.identity = Some(identity.clone());
        }
        if let Some((customer, key)) = &beside.customer_key {
            let key = key.0.as_slice();
            sqlx::query!(
                "insert into customer_key (customer, key) values (?, ?)",
                customer.0,
                key
            )
            .execute(&mut *self.conn)
            .await?;
        }
        if let Some(challenge) = &beside.challenge {
            let done = sqlx::query!(
                "update challenge set used = 1, waits = null where id = ? and used = 0",
                challenge
            )
            .execute(&mut *self.conn)
            .await?;
            if done.rows_affected() != 1 {
                return Err(farthing_office::Refusal::field("code", farthing_api::Code::UsedCode).into());
            }
        }
        crate::query::keep_beside(&mut self.conn, &beside, ctx.at).await?;
        if self.ends.enrolled {
            credentials::keep_to_send(&mut self.conn, ctx.op, &beside, facts).await?;
        }
        append_command(&mut self.conn, &mut self.ends, command, ctx).await?;
        self.append_facts(facts).await?;
        if let Some((user, hash)) = &beside.credential {
            put_credential(&mut self.conn, *user, hash, &instant(ctx.at)).await?;
        }
        Ok(())
    }

    pub(crate) async fn append_facts(&mut self, facts: &[Fact]) -> Result<(), StoreError> {
        let rows = facts.iter().map(|fact| Ok((FactRow::of(fact)?, fact.clone())));
        self.append_rows(rows.collect::<Result<_, StoreError>>()?).await
    }

    /// Appends facts with the rows in which they are written.
    pub(crate) async fn append_rows(&mut self, mut facts: Vec<(FactRow, Fact)>) -> Result<(), StoreError> {
        let touched = facts.iter().flat_map(|(_, f)| f.body.touches(&f.desk));
        let keys: Vec<Key> = touched.collect();
        if let Some((_, fact)) = facts.iter().find(|(_, fact)| !balanced(fact.body.postings())) {
            return Err(StoreError::Damaged(format!(
                "the entry of a {} is not balanced",
                fact.body.word()
            )));
        }
        self.load(&keys).await?;
        insert_facts(&mut self.conn, &mut self.ends, &mut facts).await?;
        let numbered: Vec<(i64, &Fact)> = facts.iter().map(|(row, fact)| (row.seq, fact)).collect();
        project(&mut self.conn, &mut self.state, &numbered).await?;
        save_aggregates(&mut self.conn, &self.state, &keys).await
    }

    /// What the office decided on an operation that was kept before.
    async fn outcome_of(&mut self, op: OpId) -> Result<Vec<Fact>, StoreError> {
        let rows = sqlx::query_as!(
            FactRow,
            r#"select seq, fact_id as "fact_id: Uuid", op_id as "op_id: Uuid", version, kind, at, booking_date,
               actor as "actor: Uuid", desk, payload, prev_hash, hash from fact where op_id = ? order by seq"#,
            op.0
        )
        .fetch_all(&mut *self.conn)
        .await?;
        rows.iter().map(FactRow::read).collect()
    }

    /// Those keys whose aggregates are not in memory yet, and will be.
    fn unasked(&mut self, keys: &[Key]) -> Vec<Key> {
        let asked = &mut self.asked;
        keys.iter().filter(|k| asked.insert((*k).clone())).cloned().collect()
    }

    async fn load(&mut self, keys: &[Key]) -> Result<(), StoreError> {
        let new = self.unasked(keys);
        load_all(&mut self.conn, &new, &mut self.state).await
    }

    /// The connection of the transaction, for what has to be seen as of it.
    pub(crate) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }

    /// Where the chains end by now.
    pub(crate) fn ends(&self) -> &Ends {
        &self.ends
    }

    /// Forgets what is in memory, since rows of the book were put back.
    pub(crate) async fn begin_anew(&mut self) -> Result<(), StoreError> {
        self.state = State::default();
        self.asked.clear();
        self.ends = chain::ends(&mut self.conn).await?;
        Ok(())
    }

    /// How many aggregates are in memory.
    pub fn held(&self) -> usize {
        self.asked.len()
    }

    /// Keeps what was done so far and goes on in a new transaction, with the aggregates that are in memory.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_on(&mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        sqlx::query("begin immediate").execute(&mut *self.conn).await?;
        Ok(())
    }

    /// The aggregates of some keys, as of this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn state(&mut self, keys: &[Key]) -> Result<&State, StoreError> {
        self.load(keys).await?;
        Ok(&self.state)
    }

    /// A loan as it is in this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loan(&mut self, id: LoanId) -> Result<Option<Loan>, StoreError> {
        self.load(&[Key::Loan(id)]).await?;
        Ok(self.state.loan(id).cloned())
    }

    /// Keeps everything and syncs the disk.
    ///
    /// # Errors
    /// What the database says; nothing is kept then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        self.book.unended().store(false, Ordering::Relaxed);
        *self.book.ends().lock().unwrap_or_else(PoisonError::into_inner) = Some(self.ends);
        Ok(())
    }

    /// The same where what the book is has changed, so that the next transaction asks for it.
    pub(crate) async fn commit_anew(mut self) -> Result<(), StoreError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        self.book.unended().store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// What the database says.
    pub async fn roll_back(mut self) -> Result<(), StoreError> {
        sqlx::query("rollback").execute(&mut *self.conn).await?;
        self.book.unended().store(false, Ordering::Relaxed);
        Ok(())
    }

    /// Keeps what was done so far and goes on in a new transaction, with no more aggregates in memory than needed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.keep_on().await?;
        self.state = State::default();
        self.asked.clear();
        Ok(())
    }
}

pub(crate) async fn put_credential(
    conn: &mut SqliteConnection,
    user: UserId,
    hash: &str,
    at: &str,
) -> Result<(), StoreError> {
    sqlx::query!(
        "insert into credential (user_id, hash, changed_at) values (?, ?, ?)
         on conflict (user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at",
        user.0,
        hash,
        at
    )
    .execute(conn)
    .await?;
    Ok(())
}
