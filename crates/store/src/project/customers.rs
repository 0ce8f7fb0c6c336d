//! Customers as screens see them: the personal fields in clear, since the whole file is encrypted.

use crate::StoreError;
use crate::log::instant;
use crate::seal::CustomerKey;
use farthing_api::{CustomerForm, CustomerId, OpId};
use farthing_office::{Channel, Fact, FactBody, Sealed, State};
use sqlx::sqlite::SqliteConnection;
use std::collections::BTreeMap;

/// Lower case without accents, as text is searched and sorted.
pub(crate) fn fold(text: &str) -> String {
    text.to_lowercase().chars().map(plain).collect()
}

/// The letter without its accent, for the Latin letters that people type without it.
fn plain(letter: char) -> char {
    const PLAIN: &[(&str, char)] = &[
        ("àáâãäåāăąạảấầẩẫậắằẳẵặ", 'a'),
        ("çćĉċč", 'c'),
        ("ďđð", 'd'),
        ("èéêëēĕėęěẹẻẽếềểễệ", 'e'),
        ("ĝğġģ", 'g'),
        ("ĥħ", 'h'),
        ("ìíîïĩīĭįıịỉ", 'i'),
        ("ĵ", 'j'),
        ("ķ", 'k'),
        ("ĺļľł", 'l'),
        ("ñńņňŋ", 'n'),
        ("òóôõöøōŏőọỏốồổỗộớờởỡợơ", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšș", 's'),
        ("ţťŧț", 't'),
        ("ùúûüũūŭůűųụủứừửữựư", 'u'),
        ("ŵ", 'w'),
        ("ýÿŷỳỵỷỹ", 'y'),
        ("źżž", 'z'),
        ("þ", 't'),
    ];
    if letter.is_ascii() {
        return letter;
    }
    PLAIN
        .iter()
        .find(|(accented, _)| accented.contains(letter))
        .map_or(letter, |(_, p)| *p)
}

/// The personal fields of a form, by name.
fn fields(form: &CustomerForm) -> [(&'static str, &str); 13] {
    [
        ("first_name", &form.first_name),
        ("last_name", &form.last_name),
        ("email", &form.email),
        ("phone", &form.phone),
        ("document_id", &form.document_id),
        ("born_on", &form.born_on),
        ("address", &form.address),
        ("employer", &form.employer),
        ("monthly_income", &form.monthly_income),
        ("other_installments", &form.other_installments),
        ("employment", &form.employment),
        ("other_income", &form.other_income),
        ("language", &form.language),
    ]
}

/// Encrypts the fields of a form that differ from what is known.
///
/// # Errors
/// Those of [`CustomerKey::seal`].
pub(crate) fn seal_form(
    key: &CustomerKey,
    customer: CustomerId,
    op: OpId,
    form: &CustomerForm,
    known: Option<&CustomerForm>,
) -> Result<Sealed, StoreError> {
    let known: BTreeMap<&str, &str> = known.map(|k| fields(k).into_iter().collect()).unwrap_or_default();
    fields(form)
        .into_iter()
        .filter(|(name, text)| known.get(name).copied().unwrap_or_default() != *text)
        .map(|(name, text)| Ok((name.to_string(), key.seal(customer, op, name, text)?)))
        .collect()
}

pub(crate) async fn customer_key(
    conn: &mut SqliteConnection,
    customer: CustomerId,
) -> Result<Option<CustomerKey>, StoreError> {
    let row = sqlx::query_scalar!("select key from customer_key where customer = ?", customer.0)
        .fetch_optional(conn)
        .await?;
    row.map(|key| {
        key.try_into()
            .map(CustomerKey)
            .map_err(|_| StoreError::Damaged("a customer's key is too short".into()))
    })
    .transpose()
}

/// The fields in clear; all empty where the key is gone.
fn open_fields(key: Option<&CustomerKey>, customer: CustomerId, sealed: &Sealed) -> Result<CustomerForm, StoreError> {
    let Some(key) = key else {
        return Ok(CustomerForm::default());
    };
    let open = |name: &str| -> Result<String, StoreError> {
        sealed
            .get(name)
            .map_or(Ok(String::new()), |text| key.open(customer, name, text))
    };
    Ok(CustomerForm {
        first_name: open("first_name")?,
        last_name: open("last_name")?,
        email: open("email")?,
        phone: open("phone")?,
        document_id: open("document_id")?,
        born_on: open("born_on")?,
        address: open("address")?,
        employer: open("employer")?,
        monthly_income: open("monthly_income")?,
        other_installments: open("other_installments")?,
        employment: open("employment")?,
        other_income: open("other_income")?,
        language: open("language")?,
    })
}

pub(super) async fn project(conn: &mut SqliteConnection, state: &State, fact: &Fact) -> Result<(), StoreError> {
    match &fact.body {
        FactBody::CustomerRegistered { customer, number, .. } => {
            let at = instant(fact.at);
            sqlx::query!(
                "insert into customer (id, number, first_name, last_name, email, phone, document_id, born_on, address,
                 employer, monthly_income, other_installments, sort_name, search_text, registered_at)
                 values (?, ?, '', '', '', '', '', '', '', '', '', '', '', '', ?)",
                customer.0,
                number,
                at
            )
            .execute(&mut *conn)
            .await?;
            put_fields(conn, state, *customer).await
        }
        FactBody::CustomerChanged {
            customer, unverified, ..
        } => {
            for channel in unverified {
                match channel {
                    Channel::Email => {
                        sqlx::query!("update customer set email_verified_at = null where id = ?", customer.0)
                            .execute(&mut *conn)
                            .await?
                    }
                    Channel::Phone => {
                        sqlx::query!("update customer set phone_verified_at = null where id = ?", customer.0)
                            .execute(&mut *conn)
                            .await?
                    }
                };
            }
            put_fields(conn, state, *customer).await?;
            put_verified(conn, state, *customer).await?;
            super::loans::find_by_customer(conn, *customer).await
        }
        FactBody::ContactVerified { customer, channel } => {
            let at = instant(fact.at);
            match channel {
                Channel::Email => {
                    sqlx::query!("update customer set email_verified_at = ? where id = ?", at, customer.0)
                        .execute(&mut *conn)
                        .await?
                }
                Channel::Phone => {
                    sqlx::query!("update customer set phone_verified_at = ? where id = ?", at, customer.0)
                        .execute(&mut *conn)
                        .await?
                }
            };
            put_verified(conn, state, *customer).await
        }
        FactBody::CustomerErased { customer } => {
            sqlx::query!(
                "update customer set email_verified_at = null, phone_verified_at = null where id = ?",
                customer.0
            )
            .execute(&mut *conn)
            .await?;
            put_fields(conn, state, *customer).await?;
            put_verified(conn, state, *customer).await?;
            super::loans::find_by_customer(conn, *customer).await
        }
        FactBody::DocumentSeen { customer, document } => {
            let by = fact.by.map(|u| u.0);
            sqlx::query!(
                "update customer set document_kind = ?, document_seen_by = ?, vouched_by = null where id = ?",
                document,
                by,
                customer.0
            )
            .execute(&mut *conn)
            .await?;
            put_verified(conn, state, *customer).await
        }
        FactBody::CustomerVouched { customer } => {
            let by = fact.by.map(|u| u.0);
            sqlx::query!("update customer set vouched_by = ? where id = ?", by, customer.0)
                .execute(&mut *conn)
                .await?;
            put_verified(conn, state, *customer).await
        }
        _ => Ok(()),
    }
}

async fn put_verified(conn: &mut SqliteConnection, state: &State, customer: CustomerId) -> Result<(), StoreError> {
    let verified = state
        .customer(customer)
        .is_some_and(farthing_office::Customer::is_verified);
    sqlx::query!("update customer set verified = ? where id = ?", verified, customer.0)
        .execute(conn)
        .await?;
    Ok(())
}

async fn put_fields(conn: &mut SqliteConnection, state: &State, id: CustomerId) -> Result<(), StoreError> {
    let Some(customer) = state.customer(id) else {
        return Ok(());
    };
    // Where a server decides, the key stays until it has: it may refuse the erasing.
    let key = customer_key(conn, id).await?.filter(|_| !customer.erased);
    let form = open_fields(key.as_ref(), id, &customer.fields)?;
    let erased = key.is_none();
    let sort_name = fold(&format!("{} {}", form.last_name, form.first_name));
    let search = fold(&format!(
        "{} {} {} {} {}",
        form.first_name, form.last_name, customer.number, form.email, form.phone
    ));
    sqlx::query!(
        "update customer set first_name = ?, last_name = ?, email = ?, phone = ?, document_id = ?, born_on = ?, address = ?,
         employer = ?, monthly_income = ?, other_installments = ?, employment = ?, other_income = ?, language = ?, sort_name = ?, search_text = ?, erased = ? where id = ?",
        form.first_name,
        form.last_name,
        form.email,
        form.phone,
        form.document_id,
        form.born_on,
        form.address,
        form.employer,
        form.monthly_income,
        form.other_installments,
        form.employment,
        form.other_income,
        form.language,
        sort_name,
        search,
        erased,
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
