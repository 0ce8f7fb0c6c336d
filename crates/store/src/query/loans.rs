//! Loans, as lists and as one, and their papers.

use super::{Searched, array, read_method};
use crate::StoreError;
use crate::book::Book;
use crate::log::read_instant;
use chrono::NaiveDate;
use farthing_api::{
    CustomerId, HistoryLine, ListQuery, LoanId, LoanRow, LoanStatus, Money, Page, PaymentId, PaymentParts, PaymentView,
    UserId,
};
use farthing_office::{Fact, FactBody, Key};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

pub(super) const LIST: Searched = Searched {
    table: "loan",
    sorts: &[
        ("number", "t.rid"),
        ("principal", "t.principal"),
        ("outstanding", "t.outstanding"),
        ("days", "-coalesce(t.oldest_due, '9999-12-31')"),
    ],
    filters: &[
        ("waiting", "t.stage = 'waiting'"),
        ("active", "t.stage = 'active'"),
        // Likely enough that the order's index is walked, which says of each loan whether it is late.
        (
            "overdue",
            "t.stage = 'active' and likely(coalesce(t.oldest_due, '9999-12-31') < ?)",
        ),
        ("purchases", "t.purchase = 1"),
        ("closed", "t.stage = 'closed'"),
        ("written_off", "t.stage = 'written_off'"),
    ],
    order: "t.rid desc",
};

/// What a receipt shows besides the payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentPaper {
    /// The payment.
    pub payment: PaymentView,
    /// Of which loan.
    pub loan: LoanId,
    /// Of which customer.
    pub customer: CustomerId,
}

fn status(word: &str) -> Result<LoanStatus, StoreError> {
    use LoanStatus::*;
    [Waiting, Approved, Rejected, Active, Closed, WrittenOff]
        .into_iter()
        .find(|s| s.word() == word)
        .ok_or_else(|| StoreError::Damaged(format!("{word} is not a loan's status")))
}

/// The rows of some loans as a list shows them, in the order given.
async fn listed(conn: &mut SqliteConnection, rids: &[i64], today: NaiveDate) -> Result<Vec<LoanRow>, StoreError> {
    let rids = array(rids);
    let found = sqlx::query!(
        r#"select l.id as "id: Uuid", l.number, c.id as "customer: Uuid", coalesce(nullif(trim(c.first_name || ' ' || c.last_name), ''), c.number) as "name!: String",
           l.title, l.purchase, l.principal, l.outstanding, l.oldest_due as "oldest_due: NaiveDate", l.next_due, l.status, l.applied_at,
           (select coalesce(sum(i.open), 0) from installment i where i.loan_rid = l.rid and i.due_on <= ?) as "due_now!: i64"
           from json_each(?) w join loan l on l.rid = w.value join customer c on c.rid = l.customer_rid order by w.key"#,
        today,
        rids
    )
    .fetch_all(conn)
    .await?;
    let money = Money::from_minor;
    found
        .into_iter()
        .map(|l| {
            let late = l.oldest_due.map_or(0, |due| (today - due).num_days());
            Ok(LoanRow {
                id: LoanId(l.id),
                number: l.number,
                customer: CustomerId(l.customer),
                customer_name: l.name.trim().to_string(),
                product: l.title,
                purchase: l.purchase != 0,
                principal: money(l.principal),
                outstanding: money(l.outstanding),
                due_now: money(l.due_now),
                next_due_on: l.oldest_due,
                next_due: money(l.next_due),
                days_past_due: u32::try_from(late).unwrap_or(0),
                status: status(&l.status)?,
                applied_at: read_instant(&l.applied_at)?,
            })
        })
        .collect()
}

impl Book {
    /// A page of the loan list, as of a day.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loans(&self, query: &ListQuery, today: NaiveDate) -> Result<Page<LoanRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let found = LIST.find(&mut conn, query, &today.to_string()).await?;
        Ok(Page {
            rows: listed(&mut conn, &found.rids, today).await?,
            matches: found.matches,
            page: query.page,
        })
    }

    /// The row of one loan.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loan_row(&self, id: LoanId, today: NaiveDate) -> Result<Option<LoanRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let rid = sqlx::query_scalar!("select rid from loan where id = ?", id.0)
            .fetch_optional(&mut *conn)
            .await?;
        let rids: Vec<i64> = rid.into_iter().collect();
        Ok(listed(&mut conn, &rids, today).await?.pop())
    }

    pub(super) async fn loans_of(&self, customer_rid: i64, today: NaiveDate) -> Result<Vec<LoanRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let rids = sqlx::query_scalar!(
            "select rid from loan where customer_rid = ? order by rid desc",
            customer_rid
        )
        .fetch_all(&mut *conn)
        .await?;
        listed(&mut conn, &rids, today).await
    }

    /// Whom to call: the loans that are late or due today, the latest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn to_collect(&self, today: NaiveDate, most: u32) -> Result<Vec<LoanRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let rids = sqlx::query_scalar!(
            "select rid from loan where stage = 'active' and coalesce(oldest_due, '9999-12-31') <= ?
             order by coalesce(oldest_due, '9999-12-31'), rid limit ?",
            today,
            most
        )
        .fetch_all(&mut *conn)
        .await?;
        listed(&mut conn, &rids, today).await
    }

    /// The payments of a loan, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn payments_of(&self, loan: LoanId) -> Result<Vec<PaymentView>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let rids = sqlx::query_scalar!(
            "select p.rid from payment p join loan l on l.rid = p.loan_rid where l.id = ? order by p.rid desc",
            loan.0
        )
        .fetch_all(&mut *conn)
        .await?;
        let papers = papers(&mut conn, &rids).await?;
        Ok(papers.into_iter().map(|p| p.payment).collect())
    }

    /// One payment, for its receipt.
    ///
    /// # Errors
    /// What the database says.
    pub async fn payment(&self, id: PaymentId) -> Result<Option<PaymentPaper>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let rid = sqlx::query_scalar!(r#"select rid as "rid!: i64" from payment where id = ?"#, id.0)
            .fetch_optional(&mut *conn)
            .await?;
        let rids: Vec<i64> = rid.into_iter().collect();
        Ok(papers(&mut conn, &rids).await?.pop())
    }

    /// What happened to a loan, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history_of(&self, loan: LoanId) -> Result<Vec<HistoryLine>, StoreError> {
        let about = Key::Loan(loan).to_string();
        let rows = sqlx::query!(
            r#"select f.kind, f.at, f.payload, u.name as "name?" from fact f left join user u on u.id = f.actor
               where f.about = ? order by f.seq desc"#,
            about
        )
        .fetch_all(self.readers())
        .await?;
        rows.into_iter()
            .map(|r| {
                let body: FactBody = serde_json::from_str(&r.payload)?;
                let (detail, amount) = told(&body);
                let what = match &body {
                    FactBody::TermsChanged { terms, .. } => terms.kind.word().to_owned(),
                    _ => r.kind,
                };
                Ok(HistoryLine {
                    at: read_instant(&r.at)?,
                    what,
                    detail,
                    amount,
                    by: r.name.unwrap_or_default(),
                })
            })
            .collect()
    }

    /// The facts about one aggregate, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts_about(&self, key: &Key) -> Result<Vec<Fact>, StoreError> {
        let about = key.to_string();
        let rows = sqlx::query_as!(
            crate::log::FactRow,
            r#"select seq, fact_id as "fact_id: Uuid", op_id as "op_id: Uuid", version, kind, at, booking_date,
               actor as "actor: Uuid", desk, payload, prev_hash, hash from fact where about = ? order by seq"#,
            about
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(crate::log::FactRow::read).collect()
    }

    /// The name of someone who works here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn user_name(&self, user: UserId) -> Result<String, StoreError> {
        let name = sqlx::query_scalar!("select name from user where id = ?", user.0)
            .fetch_optional(self.readers())
            .await?;
        Ok(name.unwrap_or_default())
    }
}

/// Some payments, in the order given.
async fn papers(conn: &mut SqliteConnection, rids: &[i64]) -> Result<Vec<PaymentPaper>, StoreError> {
    let rids = array(rids);
    let found = sqlx::query!(
        r#"select p.id as "id: Uuid", p.receipt, p.value_date as "value_date: NaiveDate", p.at, p.amount, p.penalty, p.fee, p.interest,
           p.principal, p.credit, p.recovery, p.suspense, p.method, p.reference, p.reversed, u.name as "by?", l.id as "loan: Uuid", c.id as "customer: Uuid"
           from json_each(?) w join payment p on p.rid = w.value join loan l on l.rid = p.loan_rid
           join customer c on c.rid = l.customer_rid left join user u on u.id = p.actor order by w.key"#,
        rids
    )
    .fetch_all(conn)
    .await?;
    let money = Money::from_minor;
    found
        .into_iter()
        .map(|p| {
            Ok(PaymentPaper {
                payment: PaymentView {
                    id: PaymentId(p.id),
                    receipt: p.receipt,
                    value_date: p.value_date,
                    at: read_instant(&p.at)?,
                    amount: money(p.amount),
                    parts: PaymentParts {
                        penalty: money(p.penalty),
                        fee: money(p.fee),
                        interest: money(p.interest),
                        principal: money(p.principal),
                        credit: money(p.credit),
                        recovery: money(p.recovery),
                        suspense: money(p.suspense),
                    },
                    method: read_method(&p.method),
                    reference: p.reference,
                    by: p.by.unwrap_or_default(),
                    reversed: p.reversed,
                },
                loan: LoanId(p.loan),
                customer: CustomerId(p.customer),
            })
        })
        .collect()
}

/// What a line of history tells of a fact.
fn told(body: &FactBody) -> (String, Option<Money>) {
    match body {
        FactBody::LoanApplied { loan } => (loan.purpose.clone(), None),
        FactBody::LoanApproved { reason, .. } | FactBody::LoanRejected { reason, .. } => (reason.clone(), None),
        FactBody::LoanDisbursed { value_date, rows, .. } => {
            (value_date.to_string(), Some(rows.iter().map(|r| r.principal).sum()))
        }
        FactBody::PurchaseMade { loan, rows, .. } => (loan.title.clone(), Some(rows.iter().map(|r| r.principal).sum())),
        FactBody::PaymentReceived { payment, .. } => (payment.receipt.clone(), Some(payment.amount)),
        FactBody::PaymentReversed { reason, .. } => (reason.clone(), None),
        FactBody::LoanForeclosed { discount, .. } => (String::new(), (!discount.is_zero()).then_some(*discount)),
        FactBody::CreditRefunded { amount, .. } | FactBody::PenaltiesCharged { amount, .. } => {
            (String::new(), Some(*amount))
        }
        FactBody::DuesWaived { waiver, reason, .. } => (reason.clone(), Some(waiver.amount)),
        FactBody::TermsChanged { terms, paid_out, .. } => {
            (terms.reason.clone(), (!paid_out.is_zero()).then_some(*paid_out))
        }
        FactBody::RatesFollowed { rates, .. } => {
            let last = rates
                .last()
                .map(|change| format!("{}: {} %", change.on, change.annual_rate.normalize()));
            (last.unwrap_or_default(), None)
        }
        FactBody::LoanWrittenOff {
            written_off, reason, ..
        } => (reason.clone(), Some(written_off.principal)),
        FactBody::MoneySetAside { payment, .. } => (payment.receipt.clone(), Some(payment.amount)),
        FactBody::AsideSettled { reason, .. } => (reason.clone(), None),
        _ => (String::new(), None),
    }
}
