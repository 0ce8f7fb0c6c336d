//! What the server does by itself: at the end of a branch's day penalties fall due, what was earned is booked, and the day
//! is closed. Whichever process comes first does it; the others find it done.

use crate::append::append;
use crate::error::ServerError;
use crate::keep::Aggregates;
use crate::server::{Server, again, bytes};
use chrono::{DateTime, Days, NaiveDate, Utc};
use farthing_api::{DeviceId, LoanId, OpId};
use farthing_office::chain::{CommandLink, Hash};
use farthing_office::{
    Aggregate, COMMAND_VERSION, Command, Context, Fact, Key, Loan, Organisation, RULES, State, apply, decide,
};
use farthing_sync::authority::Now;
use farthing_sync::day::{closing, follows, looks, step, variable};
use farthing_sync::wire::SentFact;
use sqlx::postgres::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The machine in whose name the authority acts; nothing can be signed by it.
pub(crate) const AUTHORITY: DeviceId = DeviceId(Uuid::nil());

/// What one step was, kept like any command.
struct Done {
    op: OpId,
    command: Command,
    context: Context,
    facts: Vec<Fact>,
}

impl Server {
    /// Closes, for everyone who is served, every day that is over at their branch. How many were closed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn close_days(&self) -> Result<u32, ServerError> {
        let served = sqlx::query_scalar!("select organisation from organisation where founded_at is not null")
            .fetch_all(self.pool())
            .await?;
        let mut closed = 0;
        for organisation in served {
            while again!(self.close_next(organisation))? {
                closed += 1;
            }
        }
        Ok(closed)
    }

    /// Closes the first open day if it is over; whether it was.
    async fn close_next(&self, organisation: Uuid) -> Result<bool, ServerError> {
        let mut tx = self.begin(organisation).await?;
        // Whoever decides anything reads the day, so nobody does until this is done.
        sqlx::query!(
            "select 1 as one from aggregate where organisation = $1 and key = 'day' for update",
            organisation
        )
        .fetch_optional(&mut *tx)
        .await?;
        let keys = BTreeSet::from([Key::Organisation, Key::Day]);
        let mut aggregates = Aggregates::lock(&mut tx, organisation, &keys).await?;
        let (Some(office), Some(day)) = (
            aggregates.state.organisation().cloned(),
            aggregates.state.day().copied(),
        ) else {
            return Ok(false);
        };
        let now = self.now_at(Some(&office));
        if day.open >= now.today {
            return Ok(false);
        }
        let date = day.open;
        let ids = loans(&mut aggregates, &mut tx).await?;
        let mut done = Vec::new();
        let products = variable(of(&aggregates.state, &ids));
        aggregates.more(&mut tx, &products).await?;
        let mut steps = follows(&aggregates.state, &ids);
        steps.extend(looks(of(&aggregates.state, &ids), date));
        for (word, command) in steps {
            done.push(act(
                &mut aggregates.state,
                organisation,
                &office,
                now,
                date,
                &word,
                command,
            )?);
        }
        let command = closing(
            of(&aggregates.state, &ids).map(|(_, loan)| loan),
            &office.lateness,
            date,
        );
        if let Command::CloseDay { products, .. } = &command {
            let portfolios = products.iter().map(|p| Key::Portfolio(p.product)).collect();
            aggregates.more(&mut tx, &portfolios).await?;
        }
        done.push(act(
            &mut aggregates.state,
            organisation,
            &office,
            now,
            date,
            "close",
            command,
        )?);
        let done: Vec<Done> = done.into_iter().filter(|d| !d.facts.is_empty()).collect();
        put_commands(&mut tx, organisation, &done, now.at).await?;
        let facts: Vec<Fact> = done.into_iter().flat_map(|d| d.facts).collect();
        let sent = facts.iter().map(SentFact::of).collect::<Result<Vec<_>, _>>()?;
        aggregates.save(&mut tx, &facts).await?;
        append(&mut tx, organisation, &aggregates.state, &facts, &sent).await?;
        tx.commit().await?;
        tracing::info!(%organisation, %date, "a day is closed");
        Ok(true)
    }
}

/// Every loan, as it stands now that nobody decides anything.
async fn loans(aggregates: &mut Aggregates, conn: &mut PgConnection) -> Result<Vec<LoanId>, ServerError> {
    aggregates.every_loan(conn).await?;
    let ids = aggregates
        .state
        .0
        .iter()
        .filter_map(|(key, aggregate)| match (key, aggregate) {
            (Key::Loan(id), Aggregate::Loan(_)) => Some(*id),
            _ => None,
        });
    Ok(ids.collect())
}

fn of<'a>(state: &'a State, ids: &'a [LoanId]) -> impl Iterator<Item = (LoanId, &'a Loan)> {
    ids.iter().filter_map(|id| Some((*id, state.loan(*id)?)))
}

/// Decides one step and folds what follows into the aggregates.
fn act(
    state: &mut State,
    organisation: Uuid,
    office: &Organisation,
    now: Now,
    date: NaiveDate,
    word: &str,
    command: Command,
) -> Result<Done, ServerError> {
    let op = step(organisation, &office.branch_code, date, word);
    let context = Context {
        op,
        at: now.at,
        today: now.today.max(date.checked_add_days(Days::new(1)).unwrap_or(date)),
        actor: None,
        device: AUTHORITY,
        desk: format!("{}-00", office.branch_code),
        rules: RULES,
        numbers: None,
    };
    let facts = decide(state, &command, &context).map_err(|refusal| ServerError::Damaged(refusal.0.message))?;
    for fact in &facts {
        apply(state, fact);
    }
    Ok(Done {
        op,
        command,
        context,
        facts,
    })
}

/// Appends the authority's own commands to its chain.
async fn put_commands(
    conn: &mut PgConnection,
    organisation: Uuid,
    done: &[Done],
    at: DateTime<Utc>,
) -> Result<(), ServerError> {
    let row = sqlx::query!(
        "select dev_seq, head from device where organisation = $1 and device = $2 for update",
        organisation,
        AUTHORITY.0
    )
    .fetch_one(&mut *conn)
    .await?;
    let (mut dev_seq, mut head): (i64, Hash) = (row.dev_seq, bytes(&row.head)?);
    for Done {
        op, command, context, ..
    } in done
    {
        dev_seq += 1;
        let (version, hlc) = (i64::from(COMMAND_VERSION), at.timestamp_millis() << 16);
        let (payload, context) = (serde_json::to_string(command)?, serde_json::to_string(context)?);
        let link = CommandLink {
            op: &op.0,
            device: &AUTHORITY.0,
            epoch: 0,
            dev_seq,
            hlc,
            version,
            payload: &payload,
            context: &context,
        };
        head = link.after(&head);
        sqlx::query!(
            "insert into command (organisation, device, epoch, dev_seq, op_id, hlc, version, payload, context, decided_in, hash,
             received_at) values ($1, $2, 0, $3, $4, $5, $6, $7, $8, $8, $9, $10)",
            organisation,
            AUTHORITY.0,
            dev_seq,
            op.0,
            hlc,
            version,
            payload,
            context,
            head.as_slice(),
            at
        )
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query!(
        "update device set dev_seq = $3, head = $4 where organisation = $1 and device = $2",
        organisation,
        AUTHORITY.0,
        dev_seq,
        head.as_slice()
    )
    .execute(conn)
    .await?;
    Ok(())
}
