//! The figures of the home screens, each from an index or a sum that is kept.

use crate::StoreError;
use crate::book::Book;
use chrono::{Days, NaiveDate};
use farthing_api::{Money, UserId};
use farthing_office::DayFigures;
use std::collections::BTreeMap;

/// The figures of the officer's day, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HomeFigures {
    /// Unpaid of what falls due today, and in how many installments.
    pub due_today: (Money, u32),
    /// Received today, and in how many payments.
    pub received_today: (Money, u32),
    /// Unpaid of what fell due before, and on how many loans.
    pub overdue: (Money, u32),
    /// Loans more than 30 days late.
    pub par30: u32,
}

/// The sums of one month by measure, in minor units.
pub type MonthSums = BTreeMap<String, Money>;

/// What is outstanding on one product, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductShare {
    /// The product's name; none for what was sold on installments.
    pub title: Option<String>,
    /// Principal outstanding.
    pub outstanding: Money,
    /// Of it, more than 30 days late.
    pub par30: Money,
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

impl Book {
    /// The figures of the officer's day.
    ///
    /// # Errors
    /// What the database says.
    pub async fn home_figures(&self, today: NaiveDate) -> Result<HomeFigures, StoreError> {
        let late = before(today, 30);
        let f = sqlx::query!(
            r#"select
               (select coalesce(sum(open), 0) from installment where open > 0 and due_on = ?1) as "due!: i64",
               (select count(*) from installment where open > 0 and due_on = ?1) as "due_count!: i64",
               (select coalesce(sum(amount), 0) from payment where reversed is null and value_date = ?1) as "received!: i64",
               (select count(*) from payment where reversed is null and value_date = ?1) as "received_count!: i64",
               (select coalesce(sum(open), 0) from installment where open > 0 and due_on < ?1) as "overdue!: i64",
               (select coalesce(sum(loans), 0) from standing where oldest_due < ?1) as "overdue_count!: i64",
               (select coalesce(sum(loans), 0) from standing where oldest_due < ?2) as "par30!: i64""#,
            today,
            late
        )
        .fetch_one(self.readers())
        .await?;
        let money = Money::from_minor;
        Ok(HomeFigures {
            due_today: (money(f.due), count(f.due_count)),
            received_today: (money(f.received), count(f.received_count)),
            overdue: (money(f.overdue), count(f.overdue_count)),
            par30: count(f.par30),
        })
    }

    /// The day of the newest payment, up to which a book has a history; the first day of time where there is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_day(&self) -> Result<NaiveDate, StoreError> {
        let day = sqlx::query_scalar!(r#"select max(value_date) as "day: NaiveDate" from payment"#)
            .fetch_one(self.readers())
            .await?;
        Ok(day.unwrap_or_default())
    }

    /// The portfolio as it stands, by days late on a day.
    ///
    /// # Errors
    /// What the database says.
    pub async fn portfolio(&self, on: NaiveDate) -> Result<DayFigures, StoreError> {
        Ok(DayFigures::on(on, &self.standings().await?))
    }

    /// The sums of the months from one to another (`2026-07`), months without any left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn months(&self, from: &str, to: &str) -> Result<BTreeMap<String, MonthSums>, StoreError> {
        let rows = sqlx::query!(
            "select month, measure, amount from monthly where month between ? and ?",
            from,
            to
        )
        .fetch_all(self.readers())
        .await?;
        let mut months = BTreeMap::<String, MonthSums>::new();
        for row in rows {
            months
                .entry(row.month)
                .or_default()
                .insert(row.measure, Money::from_minor(row.amount));
        }
        Ok(months)
    }

    /// The portfolio at the last closed day of each month, from one day on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn month_ends(&self, from: NaiveDate) -> Result<Vec<(NaiveDate, DayFigures)>, StoreError> {
        let rows = sqlx::query!(
            r#"select date as "date!: NaiveDate", outstanding, par1, par30, par60, par90 from day_figures where date in
               (select max(date) from day_figures where date >= ? group by substr(date, 1, 7)) order by date"#,
            from
        )
        .fetch_all(self.readers())
        .await?;
        let money = Money::from_minor;
        Ok(rows
            .into_iter()
            .map(|r| {
                let figures = DayFigures {
                    outstanding: money(r.outstanding),
                    par1: money(r.par1),
                    par30: money(r.par30),
                    par60: money(r.par60),
                    par90: money(r.par90),
                };
                (r.date, figures)
            })
            .collect())
    }

    /// What is outstanding by product, the largest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn portfolio_by_product(&self, on: NaiveDate) -> Result<Vec<ProductShare>, StoreError> {
        let late = before(on, 30);
        let rows = sqlx::query!(
            r#"select p.name as "title?", sum(s.principal) as "outstanding!: i64",
               coalesce(sum(s.principal) filter (where s.oldest_due < ?), 0) as "par30!: i64"
               from standing s left join product p on p.id = s.product
               group by s.product having sum(s.principal) > 0 order by 2 desc, 1"#,
            late
        )
        .fetch_all(self.readers())
        .await?;
        let money = Money::from_minor;
        Ok(rows
            .into_iter()
            .map(|r| ProductShare {
                title: r.title,
                outstanding: money(r.outstanding),
                par30: money(r.par30),
            })
            .collect())
    }

    /// Loans by status, and applications since a day.
    ///
    /// # Errors
    /// What the database says.
    pub async fn loan_counts(&self, since: NaiveDate) -> Result<(Vec<(String, u32)>, u32), StoreError> {
        let rows = sqlx::query!(r#"select status, loans from loan_count where loans > 0"#)
            .fetch_all(self.readers())
            .await?;
        let since = since.to_string();
        let applied = sqlx::query_scalar!(r#"select count(*) as "n!: i64" from loan where applied_at >= ?"#, since)
            .fetch_one(self.readers())
            .await?;
        Ok((
            rows.into_iter().map(|r| (r.status, count(r.loans))).collect(),
            count(applied),
        ))
    }

    /// How many customers there are, and how many are verified.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customer_counts(&self) -> Result<(u32, u32), StoreError> {
        // Nobody is ever taken out of the table, so its last number is how many there are.
        let row = sqlx::query!(
            r#"select (select coalesce(max(rid), 0) from customer) as "all!: i64",
               (select count(*) from customer where verified = 0) as "unverified!: i64""#
        )
        .fetch_one(self.readers())
        .await?;
        Ok((count(row.all), count(row.all - row.unverified)))
    }

    /// How many applications wait that someone else than this person took down.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_for_others(&self, user: UserId) -> Result<u32, StoreError> {
        let n = sqlx::query_scalar!(
            r#"select count(*) as "n!: i64" from loan where stage = 'waiting' and status = 'waiting' and (officer is null or officer <> ?)"#,
            user.0
        )
        .fetch_one(self.readers())
        .await?;
        Ok(count(n))
    }
}
