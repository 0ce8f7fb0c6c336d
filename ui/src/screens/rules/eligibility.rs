//! Who may borrow: the form of these rules, for the organisation and for one product.

use crate::i18n::text;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::{rate, whole};
use farthing_api::{Money, RulesView, SaveEligibilityRules};
use farthing_lending::EligibilityRules;
use leptos::prelude::*;
use rust_decimal::Decimal;

/// What can't be read, by field.
type Wrong = Vec<(&'static str, String)>;

/// The fields, as typed; an empty one asks nothing.
#[derive(Clone, Copy)]
pub struct EligibilityDraft {
    least_age: RwSignal<String>,
    most_age: RwSignal<String>,
    refuses_unemployed: RwSignal<bool>,
    least_income: RwSignal<String>,
    least_income_student: RwSignal<String>,
    most_obligations_percent: RwSignal<String>,
    most_active_loans: RwSignal<String>,
    most_installment_percent: RwSignal<String>,
}

/// A field's value where something was typed.
fn some<T>(typed: RwSignal<String>, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ()> {
    let typed = typed.get();
    match typed.trim().is_empty() {
        true => Ok(None),
        false => read(&typed).map(Some).ok_or(()),
    }
}

impl EligibilityDraft {
    /// The form as it is for rules.
    pub fn of(rules: &EligibilityRules, show: Show) -> EligibilityDraft {
        let s = |value: Option<String>| RwSignal::new(value.unwrap_or_default());
        let money = |amount: Option<Money>| s(amount.map(|amount| show.money(amount)));
        let percent = |percent: Option<Decimal>| s(percent.map(|percent| show.number(percent)));
        let count = |count: Option<u32>| s(count.map(|count| count.to_string()));
        EligibilityDraft {
            least_age: count(rules.least_age),
            most_age: count(rules.most_age),
            refuses_unemployed: RwSignal::new(rules.refuses_unemployed),
            least_income: money(rules.least_income),
            least_income_student: money(rules.least_income_student),
            most_obligations_percent: percent(rules.most_obligations_percent),
            most_active_loans: count(rules.most_active_loans),
            most_installment_percent: percent(rules.most_installment_percent),
        }
    }

    /// The fields.
    pub fn fields(self, form: Form) -> AnyView {
        view! {
            {form.number_optional("least_age", text::RULES_LEAST_AGE, self.least_age, "numeric")}
            {form.number_optional("most_age", text::RULES_MOST_AGE, self.most_age, "numeric")}
            {form.tick("refuses_unemployed", text::RULES_EMPLOYMENT, self.refuses_unemployed)}
            {form.money_optional("least_income", text::RULES_LEAST_INCOME, self.least_income)}
            {form.money_optional("least_income_student", text::RULES_LEAST_INCOME_STUDENT, self.least_income_student)}
            {form.number_optional("most_obligations_percent", text::RULES_OBLIGATIONS, self.most_obligations_percent, "decimal")}
            {form.number_optional("most_installment_percent", text::RULES_INSTALLMENT, self.most_installment_percent, "decimal")}
            {form.number_optional("most_active_loans", text::RULES_ACTIVE_LOANS, self.most_active_loans, "numeric")}
        }
        .into_any()
    }

    /// What was typed, as rules. Reads reactively.
    ///
    /// # Errors
    /// Each field that can't be read, with the reason in words.
    pub fn read(self, show: Show) -> Result<EligibilityRules, Wrong> {
        let mut wrong = Wrong::new();
        let mut count = |field: &'static str, typed| {
            some(typed, whole).unwrap_or_else(|()| {
                wrong.push((field, show.say(text::PRODUCT_NUMBER_WRONG)));
                None
            })
        };
        let least_age = count("least_age", self.least_age);
        let most_age = count("most_age", self.most_age);
        let most_active_loans = count("most_active_loans", self.most_active_loans);
        let mut percent = |field: &'static str, typed| {
            some(typed, rate).unwrap_or_else(|()| {
                wrong.push((field, show.say(text::PRODUCT_RATE_WRONG)));
                None
            })
        };
        let most_obligations_percent = percent("most_obligations_percent", self.most_obligations_percent);
        let most_installment_percent = percent("most_installment_percent", self.most_installment_percent);
        let mut money = |field: &'static str, typed: RwSignal<String>| {
            let typed = typed.get();
            if typed.trim().is_empty() {
                return None;
            }
            let read = show.read_money(&typed);
            read.map_err(|error| wrong.push((field, show.answer(&error)))).ok()
        };
        let least_income = money("least_income", self.least_income);
        let least_income_student = money("least_income_student", self.least_income_student);
        match wrong.is_empty() {
            false => Err(wrong),
            true => Ok(EligibilityRules {
                least_age,
                most_age,
                refuses_unemployed: self.refuses_unemployed.get(),
                least_income,
                least_income_student,
                most_obligations_percent,
                most_active_loans,
                most_installment_percent,
            }),
        }
    }
}

/// The organisation's form: whether applications are judged at all, and by what.
pub fn form(rules: &RulesView, show: Show) -> AnyView {
    let form = Form::new("eligibility-form", show);
    let judges = RwSignal::new(rules.eligibility.is_some());
    let draft = EligibilityDraft::of(rules.eligibility.as_ref().unwrap_or(&rules.usual), show);
    let submit = move || {
        form.clear();
        let rules = match judges.get_untracked() {
            false => Ok(None),
            true => untrack(|| draft.read(show)).map(Some),
        };
        match rules {
            Err(wrong) => wrong.into_iter().for_each(|(field, words)| form.refuse(field, words)),
            Ok(rules) => form.send(
                SaveEligibilityRules { rules },
                move |_| show.done(untrack(|| show.say(text::RULES_DONE))),
                |_| false,
            ),
        }
    };
    let asked = move || {
        judges
            .get()
            .then(|| view! { <div class="form-grid">{draft.fields(form)}</div> })
    };
    let fields = view! {
        {form.tick("judges", text::RULES_JUDGES, judges)}
        {asked}
        <p>{form.submit("primary", "save-eligibility", text::SAVING, move || show.say(text::RULES_SAVE))}</p>
    };
    form.element("form", submit, fields.into_any())
}
