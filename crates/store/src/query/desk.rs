//! People, products, settings.

use crate::StoreError;
use crate::book::Book;
use crate::log::instant;
use chrono::{DateTime, Utc};
use farthing_api::{
    CustomerId, GoodsId, GoodsView, Hit, Money, ProductId, ProductTerms, ProductView, Role, TaskId, TaskKind, TaskView,
    UserId, UserView,
};
use uuid::Uuid;

/// Someone who may sign in: who they are and their password's hash.
#[derive(Clone, Debug)]
pub struct SignInUser {
    /// Who.
    pub user: UserId,
    /// What they are.
    pub role: Role,
    /// Their name; a customer's from the customer's own fields.
    pub name: String,
    /// Which customer they are.
    pub customer: Option<CustomerId>,
    /// Whether they may sign in.
    pub active: bool,
    /// The password's hash, a PHC string.
    pub hash: Option<String>,
}

pub(super) fn role(word: &str) -> Result<Role, StoreError> {
    Role::ALL
        .into_iter()
        .find(|r| r.word() == word)
        .ok_or_else(|| StoreError::Damaged(format!("{word} is not a role")))
}

impl Book {
    /// Whose a sign-in name is.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sign_in_user(&self, sign_in: &str) -> Result<Option<SignInUser>, StoreError> {
        let found = sqlx::query!(
            r#"select u.id as "id: Uuid", u.role, u.name, u.customer as "customer: Uuid", u.active, k.hash as "hash?",
               c.first_name || ' ' || c.last_name as "customer_name?: String"
               from user u left join credential k on k.user_id = u.id left join customer c on c.id = u.customer
               where u.sign_in = ?"#,
            sign_in
        )
        .fetch_optional(self.readers())
        .await?;
        found
            .map(|u| {
                Ok(SignInUser {
                    user: UserId(u.id),
                    role: role(&u.role)?,
                    name: u.customer_name.unwrap_or(u.name),
                    customer: u.customer.map(CustomerId),
                    active: u.active != 0,
                    hash: u.hash,
                })
            })
            .transpose()
    }

    /// The customers with a sign-in whose phone was verified: the phone as it is written, and the sign-in name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn phones_that_sign_in(&self) -> Result<Vec<(String, String)>, StoreError> {
        let found = sqlx::query!(
            "select c.phone, u.sign_in from user u join customer c on c.id = u.customer
             where u.active = 1 and c.phone_verified_at is not null"
        )
        .fetch_all(self.readers())
        .await?;
        Ok(found.into_iter().map(|row| (row.phone, row.sign_in)).collect())
    }

    /// Everyone who works here.
    ///
    /// # Errors
    /// What the database says.
    pub async fn staff(&self) -> Result<Vec<UserView>, StoreError> {
        let found = sqlx::query!(
            r#"select id as "id: Uuid", role, name, email, active, pending, invited,
               exists (select 1 from setting where name = 'slot:' || lower(hex(id))) as "has_password!: bool"
               from user where customer is null order by pending desc, name, id"#
        )
        .fetch_all(self.readers())
        .await?;
        let view = |u: &str| role(u);
        found
            .into_iter()
            .map(|u| {
                Ok(UserView {
                    id: UserId(u.id),
                    name: u.name,
                    email: u.email,
                    role: view(&u.role)?,
                    active: u.active != 0,
                    pending: u.pending != 0,
                    invited: u.invited != 0,
                    has_password: u.has_password,
                })
            })
            .collect()
    }

    /// Every loan product, the active ones first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn products(&self) -> Result<Vec<ProductView>, StoreError> {
        let found = sqlx::query!(
            r#"select id as "id: Uuid", version, terms, (select count(*) from loan l where l.product_id = p.id and l.status = 'active')
               as "active_loans!: i64" from product p order by active desc, name, id"#
        )
        .fetch_all(self.readers())
        .await?;
        found
            .into_iter()
            .map(|p| {
                let terms: ProductTerms = serde_json::from_str(&p.terms)?;
                let small = |n: i64| u32::try_from(n).unwrap_or(0);
                Ok(ProductView {
                    id: ProductId(p.id),
                    version: small(p.version),
                    terms,
                    active_loans: small(p.active_loans),
                })
            })
            .collect()
    }

    /// Everything for sale, the active things first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn goods(&self) -> Result<Vec<GoodsView>, StoreError> {
        let found =
            sqlx::query!(r#"select id as "id: Uuid", name, price, active from goods order by active desc, name, id"#)
                .fetch_all(self.readers())
                .await?;
        Ok(found
            .into_iter()
            .map(|g| GoodsView {
                id: GoodsId(g.id),
                name: g.name,
                price: Money::from_minor(g.price),
                active: g.active != 0,
            })
            .collect())
    }

    /// What waits for a person, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tasks(&self, most: u32) -> Result<Vec<TaskView>, StoreError> {
        let found = sqlx::query!(
            r#"select t.id as "id: Uuid", t.what, t.amount, t.detail, t.at, l.id as "loan?: Uuid", l.number as "number?",
               c.id as "customer_id?: Uuid", c.first_name || ' ' || c.last_name as "customer?: String" from task t left join loan l on l.rid = t.loan_rid
               left join customer c on c.rid = t.customer_rid where t.outcome is null order by t.rid desc limit ?"#,
            most
        )
        .fetch_all(self.readers())
        .await?;
        found
            .into_iter()
            .map(|t| {
                Ok(TaskView {
                    id: TaskId(t.id),
                    kind: TaskKind::of(&t.what),
                    customer: t.customer.unwrap_or_default().trim().to_string(),
                    customer_id: t.customer_id.map(CustomerId),
                    loan_number: t.number.unwrap_or_default(),
                    loan: t.loan.map(farthing_api::LoanId),
                    amount: t.amount.map(Money::from_minor),
                    detail: t.detail,
                    at: crate::log::read_instant(&t.at)?,
                })
            })
            .collect()
    }

    /// How many things wait for a person, and how many applications wait for approval.
    ///
    /// # Errors
    /// What the database says.
    pub async fn waiting_counts(&self) -> Result<(u32, u32), StoreError> {
        let row = sqlx::query!(
            r#"select (select count(*) from task where outcome is null) as "tasks!: i64",
               (select count(*) from loan indexed by loan_by_stage where stage = 'waiting' and status = 'waiting') as "approvals!: i64""#
        )
        .fetch_one(self.readers())
        .await?;
        Ok((
            u32::try_from(row.tasks).unwrap_or(0),
            u32::try_from(row.approvals).unwrap_or(0),
        ))
    }

    /// What a few letters may mean: customers first, then loans.
    ///
    /// # Errors
    /// What the database says.
    pub async fn find(&self, search: &str, today: chrono::NaiveDate) -> Result<Vec<Hit>, StoreError> {
        let query = farthing_api::ListQuery {
            search: search.to_string(),
            ..Default::default()
        };
        if search.trim().is_empty() {
            return Ok(Vec::new());
        }
        let customers = self.customers(&query).await?.rows.into_iter().take(5).map(|c| Hit {
            kind: "customer".into(),
            id: c.id.to_string(),
            title: c.name,
            detail: c.number,
        });
        let loans = self.loans(&query, today).await?.rows.into_iter().take(5).map(|l| Hit {
            kind: "loan".into(),
            id: l.id.to_string(),
            title: format!("{} · {}", l.number, l.customer_name),
            detail: l.product,
        });
        Ok(customers.chain(loans).collect())
    }

    /// When the last fact was decided.
    ///
    /// # Errors
    /// What the database says.
    pub async fn saved_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at = sqlx::query_scalar!("select at from fact order by seq desc limit 1")
            .fetch_optional(self.readers())
            .await?;
        at.map(|at| crate::log::read_instant(&at)).transpose()
    }

    /// A setting of this desk.
    ///
    /// # Errors
    /// What the database says.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar!("select value from setting where name = ?", name)
            .fetch_optional(self.readers())
            .await?)
    }

    /// Sets or removes a setting of this desk.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        match value {
            Some(value) => {
                sqlx::query!("insert into setting (name, value) values (?, ?) on conflict (name) do update set value = excluded.value", name, value)
                    .execute(&mut *conn)
                    .await?
            }
            None => sqlx::query!("delete from setting where name = ?", name).execute(&mut *conn).await?,
        };
        Ok(())
    }

    /// Replaces someone's password hash.
    ///
    /// # Errors
    /// What the database says.
    pub async fn set_credential(&self, user: UserId, hash: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut conn = self.writer().await;
        crate::log::put_credential(&mut conn, user, hash, &instant(at)).await
    }
}
