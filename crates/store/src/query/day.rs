//! What the closing of a day looks at: the loans with something to happen, and the sums of all others.

use crate::StoreError;
use crate::book::Book;
use crate::log::Batch;
use crate::project::kind_word;
use chrono::NaiveDate;
use farthing_api::{LoanId, Money, ProductId};
use farthing_lending::{Earning, LatenessRules, Standing};
use farthing_office::{DayFigures, EarnedByProduct, ProductDay, Standings, product_days};
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

fn product_of(key: &[u8]) -> Option<ProductId> {
    Uuid::from_slice(key).ok().map(ProductId)
}

async fn standings(conn: &mut SqliteConnection) -> Result<Standings, StoreError> {
    let rows =
        sqlx::query!(r#"select product, oldest_due as "oldest_due!: NaiveDate", loans, principal from standing"#)
            .fetch_all(conn)
            .await?;
    let mut out = Standings::new();
    for row in rows {
        out.entry(product_of(&row.product)).or_default().push(Standing {
            oldest_due: row.oldest_due,
            loans: u32::try_from(row.loans).unwrap_or(0),
            principal: Money::from_minor(row.principal),
        });
    }
    Ok(out)
}

async fn earned(conn: &mut SqliteConnection, day: NaiveDate) -> Result<EarnedByProduct, StoreError> {
    let rows = sqlx::query!(
        r#"select product as "product!: Vec<u8>", kind as "kind!: String", sum(amount) as "amount!: i64" from
           (select product, kind, amount from accrual_rate
            union all select product, kind, amount from accrual_change where day <= ?) group by product, kind"#,
        day
    )
    .fetch_all(conn)
    .await?;
    let mut out = EarnedByProduct::new();
    for row in rows {
        for kind in Earning::ALL {
            if kind_word(kind)? == row.kind {
                out.entry(product_of(&row.product))
                    .or_default()
                    .add(kind, Money::from_minor(row.amount));
            }
        }
    }
    Ok(out)
}

impl Batch<'_> {
    /// The loans that a day's closing has to look at, as of this transaction.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loans_with_events(&mut self, through: NaiveDate) -> Result<Vec<LoanId>, StoreError> {
        let rows = sqlx::query_scalar!(
            r#"select id as "id: Uuid" from loan where next_event <= ? order by next_event, rid"#,
            through
        )
        .fetch_all(self.conn())
        .await?;
        Ok(rows.into_iter().map(LoanId).collect())
    }

    /// The portfolio at the end of a day and each product's part of it, as of this transaction: what its loans earned,
    /// and how late they are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn day(
        &mut self,
        date: NaiveDate,
        rules: &LatenessRules,
    ) -> Result<(DayFigures, Vec<ProductDay>), StoreError> {
        let standings = standings(self.conn()).await?;
        let earned = earned(self.conn(), date).await?;
        let figures = DayFigures::on(date, &standings);
        Ok((figures, product_days(date, rules, standings, earned)))
    }
}

impl Book {
    /// The running loans of a product.
    ///
    /// # Errors
    /// What the database says.
    pub async fn running_loans_of(&self, product: ProductId) -> Result<Vec<LoanId>, StoreError> {
        let rows = sqlx::query_scalar!(
            r#"select id as "id: Uuid" from loan where product_id = ? and status = 'active' order by rid"#,
            product.0
        )
        .fetch_all(self.readers())
        .await?;
        Ok(rows.into_iter().map(LoanId).collect())
    }

    /// Running loans by product and lateness.
    ///
    /// # Errors
    /// What the database says.
    pub async fn standings(&self) -> Result<Standings, StoreError> {
        let mut conn = self.readers().acquire().await?;
        standings(&mut conn).await
    }
}
