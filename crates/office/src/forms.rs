//! What a form must hold before a command is made of it.

use crate::refusal::Refusal;
use chrono::{Datelike, NaiveDate};
use farthing_api::{Currency, CustomerForm};

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
    }
}

fn refuse(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::field(field, "malformed", message)
}

/// Checks a customer's form and tidies its spaces. Whether the email is one is for the host to say.
///
/// # Errors
/// Names the first field that needs a change.
pub fn check_customer(form: &CustomerForm, currency: &Currency, today: NaiveDate) -> Result<CustomerForm, Refusal> {
    let form = trimmed(form);
    for (field, name, text) in [
        ("first_name", "The first name", &form.first_name),
        ("last_name", "The last name", &form.last_name),
    ] {
        if text.is_empty() {
            return Err(Refusal::field(
                field,
                "required",
                format!("{name} is empty. Fill it in."),
            ));
        }
    }
    for (field, text, most) in [
        ("first_name", &form.first_name, 80),
        ("last_name", &form.last_name, 80),
        ("document_id", &form.document_id, 60),
        ("address", &form.address, 300),
        ("employer", &form.employer, 120),
    ] {
        if text.chars().count() > most {
            return Err(Refusal::field(
                field,
                "too_long",
                format!("This is longer than {most} letters. Shorten it."),
            ));
        }
    }
    if form.email.is_empty() && form.phone.is_empty() {
        return Err(Refusal::field(
            "email",
            "required",
            "Enter an email or a phone number, so that the customer can be reached.",
        ));
    }
    check_phone(&form.phone)?;
    check_birth(&form.born_on, today)?;
    for (field, text) in [
        ("monthly_income", &form.monthly_income),
        ("other_installments", &form.other_installments),
    ] {
        if !text.is_empty()
            && currency
                .read(text)
                .map_err(|message| refuse(field, message))?
                .is_negative()
        {
            return Err(refuse(field, "This amount is below zero. Enter 0 where there is none."));
        }
    }
    Ok(form)
}

fn check_phone(phone: &str) -> Result<(), Refusal> {
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let odd = phone.chars().any(|c| !c.is_ascii_digit() && !"+ ()-./".contains(c));
    match phone.is_empty() || (!odd && (6..=15).contains(&digits)) {
        true => Ok(()),
        false => Err(refuse(
            "phone",
            format!("“{phone}” is not a phone number. Use 6 to 15 digits, with + and the country first."),
        )),
    }
}

fn check_birth(text: &str, today: NaiveDate) -> Result<(), Refusal> {
    if text.is_empty() {
        return Ok(());
    }
    let Ok(born) = text.parse::<NaiveDate>() else {
        return Err(refuse(
            "born_on",
            format!("“{text}” is not a date. Write it as 1990-07-31."),
        ));
    };
    match today.years_since(born) {
        Some(age) if age < LEAST_AGE => Err(refuse(
            "born_on",
            format!("The customer is {age}. Loans are for customers of {LEAST_AGE} and over."),
        )),
        Some(_) if born.year() >= 1900 => Ok(()),
        _ => Err(refuse(
            "born_on",
            format!("{born} can't be a date of birth. Check the year."),
        )),
    }
}
