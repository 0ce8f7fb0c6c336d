//! What paying late costs, as typed.

use super::{Wrong, percent_of, select};
use crate::i18n::{Text, t, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use farthing_api::Money;
use farthing_lending::penalty::Overdue;
use farthing_lending::{PenaltyCap, PenaltyKind, PenaltyRule, RatePer};
use leptos::prelude::*;

/// The kinds, each with its word and name.
const KINDS: [(&str, Text); 5] = [
    ("none", text::PRODUCT_PENALTY_NONE),
    ("percent", text::PRODUCT_PENALTY_PERCENT),
    ("flat", text::PRODUCT_PENALTY_FLAT),
    ("percent_principal", text::PENALTY_PERCENT_PRINCIPAL),
    ("per_day", text::PENALTY_PER_DAY),
];

/// What a daily penalty looks at.
const BASES: [(&str, Text); 2] = [
    ("installment", text::PENALTY_OF_INSTALLMENT),
    ("principal", text::PENALTY_OF_PRINCIPAL),
];

/// The time to which a daily penalty's rate belongs.
const PERS: [(&str, Text); 2] = [("day", text::PENALTY_A_DAY), ("year", text::PENALTY_A_YEAR)];

/// The limits.
const MOSTS: [(&str, Text); 3] = [
    ("none", text::PENALTY_MOST_NONE),
    ("percent", text::PENALTY_MOST_PERCENT),
    ("amount", text::PENALTY_MOST_AMOUNT),
];

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct Late {
    kind: RwSignal<String>,
    penalty: RwSignal<String>,
    grace_days: RwSignal<String>,
    of: RwSignal<String>,
    per: RwSignal<String>,
    most_kind: RwSignal<String>,
    most: RwSignal<String>,
}

impl Late {
    /// Those of a product's rule.
    pub fn of(rule: Option<PenaltyRule>, show: Show) -> Late {
        let s = |value: String| RwSignal::new(value);
        let (kind, penalty) = match rule.map(|rule| rule.kind) {
            None => ("none", String::new()),
            Some(PenaltyKind::PercentOfOverdueInstallment(percent)) => ("percent", show.number(percent)),
            Some(PenaltyKind::Flat(amount)) => ("flat", show.money(amount)),
            Some(PenaltyKind::PercentOfOverduePrincipal(percent)) => ("percent_principal", show.number(percent)),
            Some(PenaltyKind::PerDay { percent, .. }) => ("per_day", show.number(percent)),
        };
        let (of, per) = match rule.map(|rule| rule.kind) {
            Some(PenaltyKind::PerDay { of, per, .. }) => (of, per),
            _ => (Overdue::Installment, RatePer::Day),
        };
        let (most_kind, most) = match rule.and_then(|rule| rule.most) {
            None => ("none", String::new()),
            Some(PenaltyCap::Amount(amount)) => ("amount", show.money(amount)),
            Some(PenaltyCap::PercentOfInstallment(percent)) => ("percent", show.number(percent)),
        };
        Late {
            kind: s(kind.to_owned()),
            penalty: s(penalty),
            grace_days: s(rule.map_or(0, |rule| rule.grace_days).to_string()),
            of: s(if of == Overdue::Installment {
                BASES[0].0
            } else {
                BASES[1].0
            }
            .to_owned()),
            per: s(if per == RatePer::Day { PERS[0].0 } else { PERS[1].0 }.to_owned()),
            most_kind: s(most_kind.to_owned()),
            most: s(most),
        }
    }

    /// The rule that the form holds. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> Option<PenaltyRule> {
        let kind = self.kind.get();
        if kind == "none" {
            return None;
        }
        let money = |field, typed: RwSignal<String>, wrong: &mut Wrong| {
            show.read_money(&typed.get()).unwrap_or_else(|error| {
                wrong.push((field, show.answer(&error)));
                Money::ZERO
            })
        };
        let kind = match kind.as_str() {
            "flat" => PenaltyKind::Flat(money("penalty", self.penalty, wrong)),
            "percent_principal" => {
                PenaltyKind::PercentOfOverduePrincipal(percent_of("penalty", self.penalty, show, wrong))
            }
            "per_day" => PenaltyKind::PerDay {
                percent: percent_of("penalty", self.penalty, show, wrong),
                of: if self.of.get() == BASES[1].0 {
                    Overdue::Principal
                } else {
                    Overdue::Installment
                },
                per: if self.per.get() == PERS[1].0 {
                    RatePer::Year
                } else {
                    RatePer::Day
                },
            },
            _ => PenaltyKind::PercentOfOverdueInstallment(percent_of("penalty", self.penalty, show, wrong)),
        };
        let most = match self.most_kind.get().as_str() {
            "percent" => Some(PenaltyCap::PercentOfInstallment(percent_of(
                "penalty_most",
                self.most,
                show,
                wrong,
            ))),
            "amount" => Some(PenaltyCap::Amount(money("penalty_most", self.most, wrong))),
            _ => None,
        };
        let grace_days = whole(&self.grace_days.get()).unwrap_or_else(|| {
            wrong.push(("grace_days", show.say(text::PRODUCT_NUMBER_WRONG)));
            0
        });
        Some(PenaltyRule { kind, grace_days, most })
    }

    /// The fields; which there are depends on the kind.
    pub fn fields(self, form: Form, show: Show) -> AnyView {
        let kind = Memo::new(move |_| self.kind.get());
        let own = move || {
            let penalty = match kind.get().as_str() {
                "none" => return ().into_any(),
                "flat" => form.money("penalty", text::PRODUCT_FIELD_PENALTY_FLAT, self.penalty),
                "percent_principal" => {
                    form.number("penalty", text::PENALTY_PERCENT_OF_PRINCIPAL, self.penalty, "decimal")
                }
                "per_day" => form.number("penalty", text::PENALTY_DAILY_PERCENT, self.penalty, "decimal"),
                _ => form.number("penalty", text::PRODUCT_FIELD_PENALTY_PERCENT, self.penalty, "decimal"),
            };
            let daily = (kind.get() == "per_day").then(|| {
                view! {
                    {form.choice("penalty_per", text::PENALTY_PER, self.per, &PERS, false)}
                    {form.choice("penalty_of", text::PENALTY_OF, self.of, &BASES, false)}
                }
            });
            view! {
                {penalty}
                {form.number("grace_days", text::PRODUCT_FIELD_GRACE, self.grace_days, "numeric")}
                {daily}
                {select(form, "penalty_most_kind", text::PENALTY_MOST, self.most_kind, &MOSTS, show)}
                {move || match self.most_kind.get().as_str() {
                    "percent" => form.number("penalty_most", text::PENALTY_MOST_PERCENT_FIELD, self.most, "decimal"),
                    "amount" => form.money("penalty_most", text::PENALTY_MOST_AMOUNT_FIELD, self.most),
                    _ => ().into_any(),
                }}
            }
            .into_any()
        };
        view! {
            <h2 class="form-section">{t(text::PRODUCT_SECTION_LATE)}</h2>
            <div class="wide">{select(form, "penalty_kind", text::PRODUCT_FIELD_PENALTY, self.kind, &KINDS, show)}</div>
            {own}
        }
        .into_any()
    }
}
