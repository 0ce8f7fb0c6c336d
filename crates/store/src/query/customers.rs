//! Customers, as lists and as one.

use super::{Searched, array};
use crate::book::Book;
use crate::log::read_instant;
use crate::{CustomerKey, StoreError};
use chrono::NaiveDate;
use farthing_api::{CustomerForm, CustomerId, CustomerRow, CustomerView, ListQuery, Money, OpId, Page};
use farthing_office::Sealed;
use uuid::Uuid;

const LIST: Searched = Searched {
    table: "customer",
    sorts: &[
        ("name", "t.sort_name"),
        ("outstanding", "t.outstanding"),
        ("registered", "t.rid"),
    ],
    filters: &[("unverified", "t.verified = 0"), ("borrowing", "t.active_loans > 0")],
    order: "t.sort_name, t.rid",
};

struct Listed {
    id: Uuid,
    number: String,
    first_name: String,
    last_name: String,
    phone: String,
    email: String,
    active_loans: i64,
    outstanding: i64,
    verified: i64,
    registered_at: String,
}

fn row(r: Listed) -> Result<CustomerRow, StoreError> {
    let name = format!("{} {}", r.first_name, r.last_name).trim().to_string();
    Ok(CustomerRow {
        id: CustomerId(r.id),
        // Who was erased is known by their number alone.
        name: if name.is_empty() { r.number.clone() } else { name },
        number: r.number,
        phone: r.phone,
        email: r.email,
        active_loans: u32::try_from(r.active_loans).unwrap_or(0),
        outstanding: Money::from_minor(r.outstanding),
        verified: r.verified != 0,
        registered_at: read_instant(&r.registered_at)?,
    })
}

impl Book {
    /// A page of the customer list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customers(&self, query: &ListQuery) -> Result<Page<CustomerRow>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let found = LIST.find(&mut conn, query, "").await?;
        let rids = array(&found.rids);
        let rows = sqlx::query_as!(
            Listed,
            r#"select c.id as "id: Uuid", c.number, c.first_name, c.last_name, c.phone, c.email, c.active_loans, c.outstanding,
               c.verified, c.registered_at from json_each(?) w join customer c on c.rid = w.value order by w.key"#,
            rids
        )
        .fetch_all(&mut *conn)
        .await?;
        Ok(Page {
            rows: rows.into_iter().map(row).collect::<Result<_, _>>()?,
            matches: found.matches,
            page: query.page,
        })
    }

    /// Everything about one customer; whether money may be paid out is for the office to say.
    ///
    /// # Errors
    /// What the database says.
    pub async fn customer(&self, id: CustomerId, today: NaiveDate) -> Result<Option<CustomerView>, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let found = sqlx::query!(
            r#"select c.rid, c.id as "id: Uuid", c.number, c.first_name, c.last_name, c.email, c.phone, c.document_id, c.born_on, c.address,
               c.employer, c.monthly_income, c.other_installments, c.employment, c.other_income, c.language, c.registered_at, c.email_verified_at,
               c.phone_verified_at, c.document_kind,
               c.verified, c.active_loans, c.outstanding, c.erased, exists (select 1 from user u where u.id = c.user_id and u.active = 1) as "has_user!: bool",
               s.name as "seen_by?", v.name as "vouched_by?"
               from customer c left join user s on s.id = c.document_seen_by left join user v on v.id = c.vouched_by
               where c.id = ?"#,
            id.0
        )
        .fetch_optional(&mut *conn)
        .await?;
        drop(conn);
        let Some(c) = found else { return Ok(None) };
        let verified_at = c.email_verified_at.as_deref().map(read_instant).transpose()?;
        let phone_verified_at = c.phone_verified_at.as_deref().map(read_instant).transpose()?;
        let listed = Listed {
            id: c.id,
            number: c.number,
            first_name: c.first_name.clone(),
            last_name: c.last_name.clone(),
            phone: c.phone.clone(),
            email: c.email.clone(),
            active_loans: c.active_loans,
            outstanding: c.outstanding,
            verified: c.verified,
            registered_at: c.registered_at,
        };
        let form = CustomerForm {
            first_name: c.first_name,
            last_name: c.last_name,
            email: c.email,
            phone: c.phone,
            document_id: c.document_id,
            born_on: c.born_on,
            address: c.address,
            employer: c.employer,
            monthly_income: c.monthly_income,
            other_installments: c.other_installments,
            employment: c.employment,
            other_income: c.other_income,
            language: c.language,
        };
        Ok(Some(CustomerView {
            row: row(listed)?,
            form,
            email_verified_at: verified_at,
            phone_verified_at,
            document_seen: c.document_kind.map(|kind| (kind, c.seen_by.unwrap_or_default())),
            vouched_by: c.vouched_by,
            may_receive: Ok(()),
            has_access: c.has_user,
            loans: self.loans_of(c.rid, today).await?,
            erased: c.erased != 0,
        }))
    }

    /// Encrypts the fields of a form that differ from what is known, under the customer's own key.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where the customer's key is gone.
    pub async fn seal_customer(
        &self,
        id: CustomerId,
        op: OpId,
        form: &CustomerForm,
        known: &CustomerForm,
    ) -> Result<Sealed, StoreError> {
        let mut conn = self.readers().acquire().await?;
        let key = crate::project::customer_key(&mut conn, id)
            .await?
            .ok_or(StoreError::Missing)?;
        crate::project::seal_form(&key, id, op, form, Some(known))
    }

    /// Encrypts the fields of a new customer under their new key.
    ///
    /// # Errors
    /// Those of the cipher.
    pub fn seal_new_customer(
        &self,
        key: &CustomerKey,
        id: CustomerId,
        op: OpId,
        form: &CustomerForm,
    ) -> Result<Sealed, StoreError> {
        crate::project::seal_form(key, id, op, form, None)
    }

    /// Customers who may be the same person: the same email, phone or document.
    ///
    /// # Errors
    /// What the database says.
    pub async fn likely_duplicates(&self, form: &CustomerForm) -> Result<Vec<(CustomerId, String)>, StoreError> {
        let found = sqlx::query!(
            r#"select id as "id: Uuid", number from customer where (email <> '' and email = ?) or (phone <> '' and phone = ?)
               or (document_id <> '' and document_id = ?) limit 5"#,
            form.email,
            form.phone,
            form.document_id
        )
        .fetch_all(self.readers())
        .await?;
        Ok(found.into_iter().map(|r| (CustomerId(r.id), r.number)).collect())
    }
}
