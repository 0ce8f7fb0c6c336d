//! Every payment, by its receipt.

use super::{Found, loans, order_of, push_page, read_method};
use crate::StoreError;
use crate::book::Book;
use crate::log::read_instant;
use chrono::NaiveDate;
use farthing_api::{COUNT_CAP, CustomerId, ListQuery, LoanId, Money, Page, PaymentId, ReceiptRow};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

const SORTS: &[(&str, &str)] = &[("number", "t.rid"), ("day", "t.value_date"), ("amount", "t.amount")];

/// The payments that a search may mean: by the beginning of a receipt's number, by the number's last figures, or by what
/// finds their loan. Of each the newest [`COUNT_CAP`], so that no search walks the whole table.
fn searched(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery) {
    let typed = query.search.trim().to_uppercase();
    let most = i64::from(COUNT_CAP) + 1;
    sql.push("select rid from (select rid from payment where receipt >= ")
        .push_bind(typed.clone());
    sql.push(" and receipt < ").push_bind(format!("{typed}\u{10ffff}"));
    sql.push(" order by receipt desc limit ").push_bind(most);
    if let Ok(number) = typed.parse::<u32>() {
        // Each desk that ever wrote into this book has a prefix of its own.
        sql.push(") union select rid from payment where receipt in (select substr(key, 6) || '-' || printf('%06d', ");
        sql.push_bind(number)
            .push(") from aggregate where key >= 'desk:' and key < 'desk;'");
    }
    sql.push(") union select rid from (select rid from payment where loan_rid in (select rid from (");
    let by_loan = ListQuery {
        search: query.search.clone(),
        ..ListQuery::default()
    };
    loans::LIST.select(sql, &by_loan, "");
    sql.push(" order by rid desc limit ").push_bind(most);
    sql.push(")) order by rid desc limit ").push_bind(most).push(")");
}

fn select(sql: &mut QueryBuilder<Sqlite>, query: &ListQuery, today: &str) {
    sql.push("select t.rid from payment t where true");
    if !query.search.trim().is_empty() {
        sql.push(" and t.rid in (");
        searched(sql, query);
        sql.push(")");
    }
    match query.filter.as_str() {
        "today" => {
            sql.push(" and t.value_date = ").push_bind(today.to_string());
        }
        "reversed" => {
            sql.push(" and t.reversed is not null");
        }
        _ => {}
    }
}

async fn find(conn: &mut SqliteConnection, query: &ListQuery, today: &str) -> Result<Found, StoreError> {
    let mut count = QueryBuilder::<Sqlite>::new("select count(*) from (");
    select(&mut count, query, today);
    count.push(" limit ").push_bind(i64::from(COUNT_CAP) + 1).push(")");
    let matches: i64 = count.build().fetch_one(&mut *conn).await?.get(0);
    let mut page = QueryBuilder::<Sqlite>::new("");
    select(&mut page, query, today);
    page.push(" order by ");
    page.push(order_of(SORTS, query).unwrap_or_else(|| "t.rid desc".into()));
    push_page(&mut page, query);
    let rows = page.build().fetch_all(conn).await?;
    Ok(Found::of(rows.iter().map(|r| r.get(0)).collect(), matches))
}

async fn listed(conn: &mut SqliteConnection, rid: i64) -> Result<ReceiptRow, StoreError> {
    let p = sqlx::query!(
        r#"select p.id as "id: Uuid", p.receipt, p.value_date as "value_date: NaiveDate", p.at, p.amount, p.method, p.reference,
           p.reversed, u.name as "by?", l.id as "loan: Uuid", l.number, c.id as "customer: Uuid",
           c.first_name || ' ' || c.last_name as "name!: String"
           from payment p join loan l on l.rid = p.loan_rid join customer c on c.rid = l.customer_rid
           left join user u on u.id = p.actor where p.rid = ?"#,
        rid
    )
    .fetch_one(conn)
    .await?;
    Ok(ReceiptRow {
        payment: PaymentId(p.id),
        receipt: p.receipt,
        value_date: p.value_date,
        at: read_instant(&p.at)?,
        amount: Money::from_minor(p.amount),
        method: read_method(&p.method),
        reference: p.reference,
        by: p.by.unwrap_or_default(),
        loan: LoanId(p.loan),
        loan_number: p.number,
        customer: CustomerId(p.customer),
        customer_name: p.name.trim().to_string(),
        reversed: p.reversed,
    })
}

impl Book {
    /// A page of the receipts, as of a day.
    ///
    /// # Errors
    /// What the database says.
    pub async fn receipts(&self, query: &ListQuery, today: NaiveDate) -> Result<Page<ReceiptRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let found = find(&mut conn, query, &today.to_string()).await?;
        let mut rows = Vec::with_capacity(found.rids.len());
        for rid in found.rids {
            rows.push(listed(&mut conn, rid).await?);
        }
        Ok(Page {
            rows,
            matches: found.matches,
            page: query.page,
        })
    }
}
