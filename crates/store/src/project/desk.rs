//! People, products, goods, days and tasks.

use crate::StoreError;
use crate::log::instant;
use chrono::NaiveDate;
use farthing_api::Role;
use farthing_lending::BucketSum;
use farthing_office::{Fact, FactBody};
use sqlx::sqlite::SqliteConnection;

pub(super) async fn project(conn: &mut SqliteConnection, fact: &Fact) -> Result<(), StoreError> {
    match &fact.body {
        FactBody::UserAdded {
            user,
            role,
            name,
            email,
            sign_in,
            customer,
        } => {
            let (role, customer) = (role.word(), customer.map(|c| c.0));
            sqlx::query!(
                "insert into user (id, role, name, email, sign_in, customer, active) values (?, ?, ?, ?, ?, ?, 1)",
                user.0,
                role,
                name,
                email,
                sign_in,
                customer
            )
            .execute(&mut *conn)
            .await?;
            sqlx::query!("update customer set user_id = ? where id = ?", user.0, customer)
                .execute(conn)
                .await?;
        }
        FactBody::UserAsked {
            user,
            role,
            name,
            email,
            sign_in,
        } => {
            let (word, invited) = (role.unwrap_or(Role::Officer).word(), role.is_some());
            sqlx::query!(
                "insert into user (id, role, name, email, sign_in, active, pending, invited) values (?, ?, ?, ?, ?, 0, 1, ?)",
                user.0,
                word,
                name,
                email,
                sign_in,
                invited
            )
            .execute(conn)
            .await?;
        }
        FactBody::UserAdmitted { user, role } => {
            let word = role.word();
            sqlx::query!(
                "update user set role = ?, active = 1, pending = 0 where id = ?",
                word,
                user.0
            )
            .execute(conn)
            .await?;
        }
        FactBody::UserTurnedAway { user, .. } => {
            sqlx::query!("delete from user where id = ?", user.0)
                .execute(conn)
                .await?;
        }
        FactBody::UserAccessSet { user, active } => {
            sqlx::query!("update user set active = ? where id = ?", active, user.0)
                .execute(conn)
                .await?;
        }
        FactBody::UserRenamed { user, name } => {
            sqlx::query!("update user set name = ? where id = ?", name, user.0)
                .execute(conn)
                .await?;
        }
        FactBody::SignInMoved { user, sign_in, email } => {
            sqlx::query!(
                "update user set sign_in = ?, email = ? where id = ?",
                sign_in,
                email,
                user.0
            )
            .execute(conn)
            .await?;
        }
        FactBody::ProductSaved {
            product,
            version,
            terms,
        } => {
            let json = serde_json::to_string(terms)?;
            sqlx::query!(
                "insert into product (id, version, name, active, terms) values (?, ?, ?, ?, ?) on conflict (id) do update
                 set version = excluded.version, name = excluded.name, active = excluded.active, terms = excluded.terms",
                product.0,
                version,
                terms.name,
                terms.active,
                json
            )
            .execute(conn)
            .await?;
        }
        FactBody::GoodsSaved {
            goods,
            name,
            price,
            active,
        } => {
            let price = price.minor();
            sqlx::query!(
                "insert into goods (id, name, price, active) values (?, ?, ?, ?) on conflict (id) do update
                 set name = excluded.name, price = excluded.price, active = excluded.active",
                goods.0,
                name,
                price,
                active
            )
            .execute(conn)
            .await?;
        }
        FactBody::DayClosed { date, figures, buckets } => {
            super::sums::close(conn, *date).await?;
            put_buckets(conn, *date, buckets).await?;
            let [outstanding, par1, par30, par60, par90] = [
                figures.outstanding,
                figures.par1,
                figures.par30,
                figures.par60,
                figures.par90,
            ]
            .map(|m| m.minor());
            sqlx::query!(
                "insert into day_figures (date, outstanding, par1, par30, par60, par90) values (?, ?, ?, ?, ?, ?)",
                date,
                outstanding,
                par1,
                par30,
                par60,
                par90
            )
            .execute(conn)
            .await?;
        }
        FactBody::TaskOpened {
            task,
            what,
            customer,
            loan,
            amount,
            detail,
        } => {
            let (at, amount) = (instant(fact.at), amount.map(|m| m.minor()));
            let (customer, loan) = (customer.map(|c| c.0), loan.map(|l| l.0));
            sqlx::query!(
                "insert into task (id, what, customer_rid, loan_rid, amount, detail, at) values (?, ?,
                 (select rid from customer where id = ?), (select rid from loan where id = ?), ?, ?, ?)",
                task.0,
                what,
                customer,
                loan,
                amount,
                detail,
                at
            )
            .execute(conn)
            .await?;
        }
        FactBody::TaskSettled { task, outcome } => {
            sqlx::query!("update task set outcome = ? where id = ?", outcome, task.0)
                .execute(conn)
                .await?;
        }
        _ => {}
    }
    Ok(())
}

async fn put_buckets(conn: &mut SqliteConnection, date: NaiveDate, buckets: &[BucketSum]) -> Result<(), StoreError> {
    for bucket in buckets {
        let (from_days, loans) = (i64::from(bucket.from_days), i64::from(bucket.loans));
        let principal = bucket.principal.minor();
        sqlx::query!(
            "insert into day_bucket (date, from_days, loans, principal) values (?, ?, ?, ?)",
            date,
            from_days,
            loans,
            principal
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
