//! What the server decided, applied to an enrolled book.

use crate::StoreError;
use crate::anew::wait_after;
use crate::book::Book;
use crate::credentials;
use crate::enrolled::Applied;
use crate::log::{Batch, FactRow, identity_of, instant};
use crate::provisional::{SET_ASIDE, record, take_away};
use crate::seal::CustomerKey;
use chrono::{DateTime, Utc};
use farthing_api::{ApiError, Code, CustomerId, ErrorKind, OpId};
use farthing_office::{Command, Fact, FactBody, decide};
use farthing_sync::authority::Head;
use farthing_sync::device::{News, displaced};
use farthing_sync::scope::Scope;
use farthing_sync::wire::{Outcome, SentFact};
use sqlx::sqlite::SqliteConnection;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

impl Book {
    /// Applies what the server decided: facts, cursors, outcomes and the provisional layer anew, in one transaction.
    ///
    /// # Errors
    /// What the database says, a fact that can't be read; nothing is changed then.
    pub async fn apply(&self, news: &News, at: DateTime<Utc>) -> Result<Applied, StoreError> {
        self.apply_to(news, at, false).await
    }

    /// Begins anew with another history of the server: everything that it decided takes the place of what was decided before,
    /// and all commands that it may lack wait again. The log of commands, numbers given, settings and messages stay.
    ///
    /// # Errors
    /// What the database says, a fact that can't be read; nothing is changed then.
    pub async fn apply_anew(&self, news: &News, at: DateTime<Utc>) -> Result<Applied, StoreError> {
        self.apply_to(news, at, true).await
    }

    /// Derives the provisional layer anew where an update of the program took it away.
    pub(crate) async fn derive_set_aside(&self) -> Result<(), StoreError> {
        if self.setting(SET_ASIDE).await?.is_none() {
            return Ok(());
        }
        if self.is_enrolled().await? {
            let mut batch = self.batch().await?;
            match batch.derive_again().await {
                Ok(()) => batch.commit().await?,
                Err(error) => {
                    batch.roll_back().await?;
                    return Err(error);
                }
            }
        }
        // What was derived already is not derived twice, if the power goes before this.
        self.set_setting(SET_ASIDE, None).await
    }

    async fn apply_to(&self, news: &News, at: DateTime<Utc>, anew: bool) -> Result<Applied, StoreError> {
        if !news.facts.iter().any(|(sent, _)| sent.kind() == "customer_erased") {
            return self.arrive(news, at, anew).await;
        }
        self.overwriting(self.arrive(news, at, anew)).await
    }

    async fn arrive(&self, news: &News, at: DateTime<Utc>, anew: bool) -> Result<Applied, StoreError> {
        let mut batch = self.batch().await?;
        let done = match anew {
            true => Box::pin(batch.begin_with(news, at)).await,
            false => batch.arrive(news, at, &HashSet::new()).await,
        };
        match done {
            Ok(applied) => {
                batch.commit().await?;
                Ok(applied)
            }
            Err(error) => {
                batch.roll_back().await?;
                Err(error)
            }
        }
    }
}

pub(crate) async fn put_cursors(
    conn: &mut SqliteConnection,
    cursors: &BTreeMap<Scope, Head>,
) -> Result<(), StoreError> {
    for (scope, head) in cursors {
        let (scope, hash) = (scope.to_string(), head.hash.as_slice());
        sqlx::query!(
            "insert into scope_cursor (scope, seq, hash) values (?, ?, ?)
             on conflict (scope) do update set seq = excluded.seq, hash = excluded.hash",
            scope,
            head.seq,
            hash
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

impl Batch<'_> {
    /// See [`Book::apply`]. `heard` are facts that the book had once: what follows from them beside the book was done then.
    pub(crate) async fn arrive(
        &mut self,
        news: &News,
        at: DateTime<Utc>,
        heard: &HashSet<Uuid>,
    ) -> Result<Applied, StoreError> {
        let new = self.unknown(&news.facts).await?;
        let outcomes = self.of_own(&news.outcomes).await?;
        let displaced = match outcomes.len() < news.outcomes.len() {
            true => displaced(&news.outcomes, self.sent_and_waiting().await?),
            false => None,
        };
        let lacks = news.lacks.into_iter().chain(displaced).min();
        let mut applied = Applied {
            outcomes: outcomes.len(),
            lacks: lacks.is_some(),
            ..Applied::default()
        };
        if !new.is_empty() || !outcomes.is_empty() || lacks.is_some() {
            take_away(self.conn()).await?;
            self.begin_anew().await?;
            applied.facts = new.len();
            let mut given;
            (applied.erased, given) = self.append_decided(&new).await?;
            given.retain(|fact| !heard.contains(&fact.id.0));
            if let Some(place) = lacks {
                wait_after(self.conn(), place).await?;
            }
            self.end_waiting(&outcomes, at).await?;
            self.settle(&given, news, at).await?;
            self.derive_again().await?;
        }
        put_cursors(self.conn(), &news.cursors).await?;
        let at = instant(at);
        let key = news.authority.as_ref().map(<[u8; 32]>::as_slice);
        sqlx::query!(
            "update authority set contact_at = ?, key = coalesce(key, ?), history = coalesce(history, ?)",
            at,
            key,
            news.history
        )
        .execute(self.conn())
        .await?;
        Ok(applied)
    }

    /// The facts that the book does not have as decided ones.
    async fn unknown<'f>(
        &mut self,
        facts: &'f [(SentFact, Option<[u8; 32]>)],
    ) -> Result<Vec<&'f (SentFact, Option<[u8; 32]>)>, StoreError> {
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<String> = facts.iter().map(|(f, _)| hex::encode(f.id.0.as_bytes())).collect();
        let ids = serde_json::to_string(&ids)?;
        let known = sqlx::query_scalar!(
            r#"select fact_id as "fact_id: Uuid" from fact where seq <= (select fact from authority)
               and fact_id in (select unhex(value) from json_each(?))"#,
            ids
        )
        .fetch_all(self.conn())
        .await?;
        let mut seen: HashSet<Uuid> = known.into_iter().collect();
        Ok(facts.iter().filter(|(f, _)| seen.insert(f.id.0)).collect())
    }

    /// Appends facts as the server wrote them. Whose personal data they destroy, and those that give someone a password.
    async fn append_decided(
        &mut self,
        facts: &[&(SentFact, Option<[u8; 32]>)],
    ) -> Result<(Vec<CustomerId>, Vec<Fact>), StoreError> {
        let damaged = |e: farthing_sync::wire::WireError| StoreError::Damaged(e.to_string());
        let (mut rows, mut erased, mut given) = (Vec::with_capacity(facts.len()), Vec::new(), Vec::new());
        for (sent, key) in facts {
            let fact = sent.read().map_err(damaged)?;
            match (&fact.body, key) {
                (FactBody::CustomerRegistered { customer, .. }, Some(key)) => {
                    put_key(self.conn(), *customer, &CustomerKey(*key)).await?;
                }
                (FactBody::CustomerErased { customer }, _) => erased.push(*customer),
                _ => {}
            }
            if fact.body.gives().is_some() || fact.body.takes().is_some() {
                given.push(fact.clone());
            }
            rows.push((FactRow::from_sent(sent), fact));
        }
        for customer in &erased {
            crate::query::purge(self.conn(), *customer).await?;
        }
        self.append_rows(rows).await?;
        let last = self.ends().fact_head().0;
        sqlx::query!("update authority set fact = ?", last)
            .execute(self.conn())
            .await?;
        Ok((erased, given))
    }

    /// Credentials that came with new facts or count no more, and passwords that took the place of one that was chosen here.
    async fn settle(&mut self, given: &[Fact], news: &News, at: DateTime<Utc>) -> Result<(), StoreError> {
        for fact in given {
            credentials::tell_of_crossing(self.conn(), fact, at).await?;
            if let Some(credential) = fact.body.takes() {
                credentials::leave(self.conn(), credential).await?;
            }
            if let Some((_, credential)) = news.credentials.iter().find(|(id, _)| *id == fact.id) {
                credentials::arrive(self.conn(), fact, credential, at).await?;
            }
        }
        Ok(())
    }

    /// The outcomes of commands that this book has, with their places in its log. What was recorded after the backup from which
    /// it was restored is not known here any more.
    async fn of_own<'o>(&mut self, outcomes: &'o [Outcome]) -> Result<Vec<(i64, &'o Outcome)>, StoreError> {
        let mut own = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let command = sqlx::query_scalar!("select seq from command where op_id = ?", outcome.op.0)
                .fetch_optional(self.conn())
                .await?;
            own.extend(command.map(|command| (command, outcome)));
        }
        Ok(own)
    }

    /// The places of the commands that were sent and wait.
    async fn sent_and_waiting(&mut self) -> Result<Vec<(i64, OpId)>, StoreError> {
        let rows = sqlx::query!(
            r#"select c.dev_seq, c.op_id as "op: Uuid" from waiting w join command c on c.seq = w.command
               where c.dev_seq <= (select sent from authority)"#
        )
        .fetch_all(self.conn())
        .await?;
        Ok(rows.into_iter().map(|row| (row.dev_seq, OpId(row.op))).collect())
    }

    /// Commands whose outcome came no longer wait.
    async fn end_waiting(&mut self, outcomes: &[(i64, &Outcome)], at: DateTime<Utc>) -> Result<(), StoreError> {
        let at = instant(at);
        let own = identity_of(self.conn()).await?.map(|own| own.device.0);
        for (command, outcome) in outcomes {
            sqlx::query!("delete from waiting where command = ?", command)
                .execute(self.conn())
                .await?;
            let reason = match &outcome.refusal {
                Some(refusal) => Some(refusal.clone()),
                None => self.renumbered(*command, own).await?,
            };
            self.overrule(*command, reason.as_ref(), &at).await?;
            credentials::is_settled(self.conn(), outcome.op).await?;
            sqlx::query!("update authority set decided = max(decided, ?)", outcome.dev_seq)
                .execute(self.conn())
                .await?;
        }
        Ok(())
    }

    /// That a command which was done has another number than was printed for it. Only in a book that was let in anew, and of what was
    /// recorded before: another copy of it may have printed the same.
    async fn renumbered(&mut self, command: i64, own: Option<Uuid>) -> Result<Option<ApiError>, StoreError> {
        let rows = sqlx::query!(
            "select c.context, f.payload from command c join fact f on f.op_id = c.op_id where c.seq = ? and c.device <> ?",
            command,
            own
        )
        .fetch_all(self.conn())
        .await?;
        for row in rows {
            let context = serde_json::from_str::<crate::log::Decided>(&row.context)?.context;
            let fact: FactBody = serde_json::from_str(&row.payload)?;
            if let Some(before) = context.numbers
                && let Some((printed, kept)) = fact.printed_otherwise(&before)
            {
                let renumbered = ApiError::new(ErrorKind::Changed, Code::Renumbered);
                return Ok(Some(renumbered.with("printed", &printed).with("kept", kept)));
            }
        }
        Ok(None)
    }

    /// Keeps why a command was decided otherwise. One that was decided once more, since the server had lost it, may have
    /// another outcome than before; somebody who has seen the same reason need not see it again.
    async fn overrule(&mut self, command: i64, reason: Option<&ApiError>, at: &str) -> Result<(), StoreError> {
        let Some(reason) = reason.map(serde_json::to_string).transpose()? else {
            sqlx::query!("delete from overruled where command = ?", command)
                .execute(self.conn())
                .await?;
            return Ok(());
        };
        sqlx::query!(
            "insert into overruled (command, reason, at) values (?, ?, ?) on conflict (command) do update
             set reason = excluded.reason, at = excluded.at, settled_at = null, settled_by = null
             where reason <> excluded.reason",
            command,
            reason,
            at
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Decides anew, on top of what is decided, the commands that still wait, in the circumstances of their time.
    pub(crate) async fn derive_again(&mut self) -> Result<(), StoreError> {
        record(self.conn(), true).await?;
        let rows = sqlx::query!(
            r#"select w.command as "command!: i64", c.payload as "payload!: String", c.context as "context!: String"
               from waiting w join command c on c.seq = w.command
               where not exists (select 1 from fact f where f.op_id = c.op_id) order by w.command"#
        )
        .fetch_all(self.conn())
        .await?;
        for row in rows {
            let command: Command = serde_json::from_str(&row.payload)?;
            let context = serde_json::from_str::<crate::log::Decided>(&row.context)?.context;
            let decided = {
                let state = self.state(&command.reads(&context.desk)).await?;
                decide(state, &command, &context)
            };
            let doubt = match decided {
                Ok(facts) => {
                    self.append_facts(&facts).await?;
                    None
                }
                Err(refusal) => Some(serde_json::to_string(&refusal.0)?),
            };
            sqlx::query!("update waiting set doubt = ? where command = ?", doubt, row.command)
                .execute(self.conn())
                .await?;
        }
        Ok(())
    }
}

async fn put_key(conn: &mut SqliteConnection, customer: CustomerId, key: &CustomerKey) -> Result<(), StoreError> {
    let key = key.0.as_slice();
    sqlx::query!(
        "insert into customer_key (customer, key) values (?, ?) on conflict (customer) do nothing",
        customer.0,
        key
    )
    .execute(conn)
    .await?;
    Ok(())
}
