//! The charges of a product, as typed.

use super::Wrong;
use crate::i18n::{Text, t, text};
use crate::parts::{Button, IconButton};
use crate::screens::loan_form::{Form, Lasting};
use crate::screens::loan_kit::Show;
use crate::screens::products::{rate, whole};
use farthing_lending::{Charge, ChargeAmount, ChargeWhen};
use leptos::prelude::*;
use rust_decimal::Decimal;

/// The names of a charge's fields, as refusals name them.
#[derive(Clone, Copy)]
struct Names {
    name: &'static str,
    of: &'static str,
    amount: &'static str,
    when: &'static str,
    day: &'static str,
}

macro_rules! names {
    ($($n:literal)*) => {
        [$(Names {
            name: concat!("charges[", $n, "].name"),
            of: concat!("charges[", $n, "].of"),
            amount: concat!("charges[", $n, "].amount"),
            when: concat!("charges[", $n, "].when"),
            day: concat!("charges[", $n, "].day"),
        },)*]
    };
}

/// As many as a product may have charges.
const FIELDS: [Names; 12] = names![0 1 2 3 4 5 6 7 8 9 10 11];

/// How much a charge may be.
const AMOUNTS: [(&str, Text); 3] = [
    ("flat", text::CHARGE_FLAT),
    ("percent_of_principal", text::CHARGE_PERCENT_PRINCIPAL),
    ("percent_of_installment", text::CHARGE_PERCENT_INSTALLMENT),
];

/// When a charge may be taken.
const WHENS: [(&str, Text); 5] = [
    ("payout", text::CHARGE_PAYOUT),
    ("disbursement", text::CHARGE_DISBURSEMENT),
    ("each_installment", text::CHARGE_EACH),
    ("after_days", text::CHARGE_AFTER_DAYS),
    ("on", text::CHARGE_ON),
];

/// A charge, as typed.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    of: RwSignal<String>,
    amount: RwSignal<String>,
    when: RwSignal<String>,
    /// The days after the disbursement, or the date.
    day: RwSignal<String>,
}

impl Typed {
    fn new() -> Typed {
        let s = |word: &str| RwSignal::new(word.to_owned());
        Typed {
            name: s(""),
            of: s(AMOUNTS[1].0),
            amount: s(""),
            when: s(WHENS[0].0),
            day: s(""),
        }
    }

    fn of(charge: &Charge, show: Show) -> Typed {
        let s = |value: String| RwSignal::new(value);
        let (of, amount) = match charge.amount {
            ChargeAmount::Flat(amount) => ("flat", show.money(amount)),
            ChargeAmount::PercentOfPrincipal(percent) => ("percent_of_principal", show.number(percent)),
            ChargeAmount::PercentOfInstallment(percent) => ("percent_of_installment", show.number(percent)),
        };
        let (when, day) = match charge.when {
            ChargeWhen::Payout => ("payout", String::new()),
            ChargeWhen::Disbursement => ("disbursement", String::new()),
            ChargeWhen::EachInstallment => ("each_installment", String::new()),
            ChargeWhen::AfterDays(days) => ("after_days", days.to_string()),
            ChargeWhen::On(day) => ("on", day.to_string()),
        };
        Typed {
            name: s(charge.name.clone()),
            of: s(of.to_owned()),
            amount: s(amount),
            when: s(when.to_owned()),
            day: s(day),
        }
    }

    fn read(self, names: Names, show: Show, wrong: &mut Wrong) -> Charge {
        let Names { amount, day, .. } = names;
        let percent = |wrong: &mut Wrong| {
            rate(&self.amount.get()).unwrap_or_else(|| {
                wrong.push((amount, show.say(text::PRODUCT_RATE_WRONG)));
                Decimal::ZERO
            })
        };
        let amount = match self.of.get().as_str() {
            "percent_of_principal" => ChargeAmount::PercentOfPrincipal(percent(wrong)),
            "percent_of_installment" => ChargeAmount::PercentOfInstallment(percent(wrong)),
            _ => ChargeAmount::Flat(show.read_money(&self.amount.get()).unwrap_or_else(|error| {
                wrong.push((amount, show.answer(&error)));
                Default::default()
            })),
        };
        let when = match self.when.get().as_str() {
            "disbursement" => ChargeWhen::Disbursement,
            "each_installment" => ChargeWhen::EachInstallment,
            "after_days" => ChargeWhen::AfterDays(whole(&self.day.get()).unwrap_or_else(|| {
                wrong.push((day, show.say(text::PRODUCT_NUMBER_WRONG)));
                0
            })),
            "on" => ChargeWhen::On(show.read_day(&self.day.get()).unwrap_or_else(|| {
                wrong.push((day, show.say(text::LOAN_DATE_REQUIRED)));
                show.today()
            })),
            _ => ChargeWhen::Payout,
        };
        Charge {
            name: self.name.get().trim().to_owned(),
            amount,
            when,
        }
    }
}

/// All charges, as typed.
#[derive(Clone, Copy)]
pub struct Charges(RwSignal<Vec<Typed>>);

impl Charges {
    /// Those of a product.
    pub fn of(charges: &[Charge], show: Show) -> Charges {
        Charges(RwSignal::new(
            charges.iter().map(|charge| Typed::of(charge, show)).collect(),
        ))
    }

    /// The charges that the form holds. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> Vec<Charge> {
        let typed = self.0.get().into_iter().zip(FIELDS);
        typed.map(|(charge, fields)| charge.read(fields, show, wrong)).collect()
    }

    fn card(self, i: usize, typed: Typed, form: Form, show: Show) -> AnyView {
        let names = FIELDS[i];
        let Names { amount, day, .. } = names;
        let options = |words: &'static [(&'static str, Text)]| {
            Signal::derive(move || {
                words
                    .iter()
                    .map(|(word, text)| ((*word).to_owned(), show.say(*text)))
                    .collect()
            })
        };
        let amount_field = move || match typed.of.get().as_str() {
            "flat" => form.money(amount, text::CHARGE_AMOUNT, typed.amount),
            _ => form.number(amount, text::CHARGE_PERCENT, typed.amount, "decimal"),
        };
        let day_field = move || match typed.when.get().as_str() {
            "after_days" => form.number(day, text::CHARGE_DAYS, typed.day, "numeric"),
            "on" => form.day(day, text::CHARGE_DAY, typed.day),
            _ => ().into_any(),
        };
        let remove = move |()| {
            self.0.update(|charges| {
                charges.remove(i);
            })
        };
        view! {
            <div class="card wide" data-row=format!("charge-{i}")>
                <div class="section-head">
                    <h3 class="label">{t(text::CHARGE)} " " {i + 1}</h3>
                    <div class="section-tools"><IconButton label=text::CHARGE_REMOVE icon="trash" does="remove-charge" on_press=remove/></div>
                </div>
                <div class="form-grid">
                    {form.text(names.name, text::CHARGE_NAME, typed.name, true)}
                    {form.select(names.of, text::CHARGE_OF, typed.of, options(&AMOUNTS), false)}
                    {amount_field}
                    {form.select(names.when, text::CHARGE_WHEN, typed.when, options(&WHENS), false)}
                    {day_field}
                </div>
            </div>
        }
        .into_any()
    }

    /// The fields.
    pub fn fields(self, form: Form, show: Show) -> AnyView {
        let cards = move || {
            let typed = self.0.get().into_iter().take(FIELDS.len()).enumerate();
            typed.map(|(i, typed)| self.card(i, typed, form, show)).collect_view()
        };
        let form_here = Lasting::here();
        let may_add = Memo::new(move |_| self.0.with(|charges| charges.len() < FIELDS.len()));
        let add = move || {
            may_add.get().then(|| {
                let press = move |()| {
                    let typed = form_here.make(Typed::new);
                    self.0.update(|charges| charges.push(typed));
                };
                view! { <Button label=text::CHARGE_ADD icon="plus" does="add-charge" on_press=press/> }
            })
        };
        view! {
            <h2 class="form-section">{t(text::PRODUCT_SECTION_CHARGES)}</h2>
            {cards}
            <p class="wide">{add}</p>
        }
        .into_any()
    }
}
