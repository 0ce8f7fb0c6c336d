//! What a form must hold before a command is made of it.

use crate::refusal::Refusal;
use chrono::{Datelike, NaiveDate};
use farthing_api::{Code, Currency, CustomerForm, not_an_amount};

/// The youngest that a customer may be, in years.
const LEAST_AGE: u32 = 18;

fn trimmed(form: &CustomerForm) -> CustomerForm {
    let t = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    CustomerForm {
        first_name: t(&form.first_name),
        last_name: t(&form.last_name),
        email: t(&form.email),
        phone: t(&form.phone),
        document_id: t(&form.document_id),
        born_on: t(&form.born_on),
        address: t(&form.address),
        employer: t(&form.employer),
        monthly_income: t(&form.monthly_income),
        other_installments: t(&form.other_installments),
        employment: t(&form.employment),
        other_income: t(&form.other_income),
        language: t(&form.language),
    }
}

/// Checks a customer's form and tidies its spaces. Whether the email is one is for the host to say.
///
/// # Errors
/// Names the first field that needs a change.
pub fn check_customer(form: &CustomerForm, currency: &Currency, today: NaiveDate) -> Result<CustomerForm, Refusal> {
    let form = trimmed(form);
    for (field, text) in [("first_name", &form.first_name), ("last_name", &form.last_name)] {
        if text.is_empty() {
            return Err(Refusal::field(field, Code::Required));
        }
    }
    for (field, text, most) in [
        ("first_name", &form.first_name, 80_u32),
        ("last_name", &form.last_name, 80),
        ("document_id", &form.document_id, 60),
        ("address", &form.address, 300),
        ("employer", &form.employer, 120),
    ] {
        if text.chars().count() > most as usize {
            return Err(Refusal::field(field, Code::TooLong).with("most", most));
        }
    }
    if form.email.is_empty() && form.phone.is_empty() {
        return Err(Refusal::field("email", Code::Unreachable));
    }
    check_phone(&form.phone)?;
    check_birth(&form.born_on, today)?;
    for (field, text) in [
        ("monthly_income", &form.monthly_income),
        ("other_installments", &form.other_installments),
        ("other_income", &form.other_income),
    ] {
        let read = |text| {
            currency
                .read(text)
                .map_err(|error| Refusal(not_an_amount(error, currency).on(field)))
        };
        if !text.is_empty() && read(text)?.is_negative() {
            return Err(Refusal::field(field, Code::AmountNegative));
        }
    }
    if !form.employment.is_empty() && farthing_lending::Employment::of(&form.employment).is_none() {
        return Err(Refusal::field("employment", Code::Employment));
    }
    Ok(form)
}

fn check_phone(phone: &str) -> Result<(), Refusal> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let odd = phone.chars().any(|c| !c.is_ascii_digit() && !"+ ()-./".contains(c));
    match phone.is_empty() || (!odd && (6..=15).contains(&digits)) {
        true => Ok(()),
        false => Err(Refusal::field("phone", Code::Phone).with("text", phone)),
    }
}

fn check_birth(text: &str, today: NaiveDate) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    let Ok(born) = text.parse::<NaiveDate>() else {
        return Err(Refusal::field("born_on", Code::DateMalformed).with("text", text));
    };
    match today.years_since(born) {
        Some(age) if age < LEAST_AGE => Err(Refusal::field("born_on", Code::TooYoung)
            .with("age", age)
            .with("least", LEAST_AGE)),
        Some(_) if born.year() >= 1900 => Ok(()),
        _ => Err(Refusal::field("born_on", Code::BirthYear).with("date", born)),
    }
}
