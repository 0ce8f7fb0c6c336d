//! What the dialog of new terms holds, as typed, and how it becomes terms.

use crate::i18n::text;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::{UNITS, rate, whole};
use chrono::NaiveDate;
use farthing_api::{LoanView, TermsChange};
use farthing_lending::NewSchedule;
use leptos::prelude::*;

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct Asked {
    pub on: RwSignal<String>,
    pub installments: RwSignal<String>,
    pub annual_rate: RwSignal<String>,
    pub first_due_on: RwSignal<String>,
    pub every: RwSignal<String>,
    pub unit: RwSignal<String>,
    pub principal_grace: RwSignal<String>,
    pub top_up: RwSignal<String>,
    pub method: RwSignal<String>,
    pub capitalise_interest: RwSignal<bool>,
    pub capitalise_fees: RwSignal<bool>,
    pub capitalise_penalties: RwSignal<bool>,
}

/// What can't be read, by field.
pub type Wrong = Vec<(&'static str, String)>;

impl Asked {
    /// The form as the loan is now: what is not changed stays.
    pub fn of(loan: &LoanView, form: Form, show: Show) -> Asked {
        let s = |value: String| RwSignal::new(value);
        let left = loan.rows.iter().filter(|row| row.settled_on.is_none()).count();
        let (every, unit) = loan.every;
        let word = UNITS
            .iter()
            .find(|(_, own, _)| *own == unit)
            .map_or(UNITS[0].0, |(word, ..)| word);
        Asked {
            on: form.today(),
            installments: s(left.to_string()),
            annual_rate: s(show.number(loan.annual_rate)),
            first_due_on: s(String::new()),
            every: s(every.to_string()),
            unit: s(word.to_owned()),
            principal_grace: s("0".to_owned()),
            top_up: s(String::new()),
            method: form.cash(),
            capitalise_interest: RwSignal::new(true),
            capitalise_fees: RwSignal::new(true),
            capitalise_penalties: RwSignal::new(true),
        }
    }

    /// The day and the terms for a change of a kind; what it does not ask for stays as it was. Reads reactively.
    ///
    /// # Errors
    /// Each field that can't be read, with the reason in words.
    pub fn read(self, kind: TermsChange, show: Show) -> Result<(NaiveDate, NewSchedule), Wrong> {
        let mut wrong = Wrong::new();
        let on = show.read_day(&self.on.get()).unwrap_or_else(|| {
            wrong.push(("value_date", show.say(text::LOAN_DATE_REQUIRED)));
            show.today()
        });
        let first = self.first_due_on.get();
        let first_due_on = show.read_day(&first);
        if first_due_on.is_none() && !first.trim().is_empty() {
            wrong.push(("first_due_on", show.say(text::LOAN_DATE_REQUIRED)));
        }
        let mut number = |field: &'static str, typed: RwSignal<String>| {
            whole(&typed.get()).unwrap_or_else(|| {
                wrong.push((field, show.say(text::PRODUCT_NUMBER_WRONG)));
                0
            })
        };
        let installments = number("installments", self.installments);
        let every = number("every", self.every);
        let principal_grace = number("principal_grace", self.principal_grace);
        let mut terms = NewSchedule {
            installments: Some(installments),
            every: Some(every),
            unit: UNITS
                .iter()
                .find(|(word, ..)| self.unit.with(|own| own == word))
                .map(|(_, unit, _)| *unit),
            first_due_on,
            principal_grace,
            ..NewSchedule::default()
        };
        if !matches!(kind, TermsChange::ReAge | TermsChange::ReAmortise) {
            terms.annual_rate = rate(&self.annual_rate.get());
            if terms.annual_rate.is_none() {
                wrong.push(("annual_rate", show.say(text::PRODUCT_RATE_WRONG)));
            }
        }
        if kind == TermsChange::Restructure {
            terms.capitalise_interest = self.capitalise_interest.get();
            terms.capitalise_fees = self.capitalise_fees.get();
            terms.capitalise_penalties = self.capitalise_penalties.get();
        }
        if kind == TermsChange::TopUp {
            match show.read_money(&self.top_up.get()) {
                Ok(amount) => terms.top_up = amount,
                Err(error) => wrong.push(("top_up", show.answer(&error))),
            }
        }
        match wrong.is_empty() {
            true => Ok((on, terms)),
            false => Err(wrong),
        }
    }
}
