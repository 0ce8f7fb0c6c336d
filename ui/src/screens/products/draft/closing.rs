//! What closing a loan early takes, and who may borrow, as typed.

use super::{Wrong, percent_of, select};
use crate::i18n::{Text, t, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::rules::EligibilityDraft;
use farthing_api::Money;
use farthing_lending::{ChargeAmount, EligibilityRules, PayoffInterest, PayoffRule};
use leptos::prelude::*;

/// Up to when interest is asked for.
const UNTIL: [(&str, Text); 2] = [
    ("to_date", text::PAYOFF_TO_DATE),
    ("to_period_end", text::PAYOFF_TO_PERIOD_END),
];

/// The charge for closing early.
const FEES: [(&str, Text); 3] = [
    ("none", text::PAYOFF_FEE_NONE),
    ("flat", text::PAYOFF_FEE_FLAT),
    ("percent", text::PAYOFF_FEE_PERCENT),
];

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct Closing {
    max_discount: RwSignal<String>,
    most_discount_percent: RwSignal<String>,
    interest: RwSignal<String>,
    fee_kind: RwSignal<String>,
    fee: RwSignal<String>,
}

impl Closing {
    /// Those of a product.
    pub fn of(rule: &PayoffRule, max_discount: Money, show: Show) -> Closing {
        let s = |value: String| RwSignal::new(value);
        let (fee_kind, fee) = match rule.fee {
            Some(ChargeAmount::Flat(amount)) => ("flat", show.money(amount)),
            Some(ChargeAmount::PercentOfPrincipal(percent)) => ("percent", show.number(percent)),
            _ => ("none", String::new()),
        };
        let until = match rule.interest {
            PayoffInterest::ToDate => UNTIL[0].0,
            PayoffInterest::ToPeriodEnd => UNTIL[1].0,
        };
        Closing {
            max_discount: s(show.money(max_discount)),
            most_discount_percent: s(rule
                .most_discount_percent
                .map(|percent| show.number(percent))
                .unwrap_or_default()),
            interest: s(until.to_owned()),
            fee_kind: s(fee_kind.to_owned()),
            fee: s(fee),
        }
    }

    /// The rule and the largest discount. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> (PayoffRule, Money) {
        let money = |field, typed: RwSignal<String>, wrong: &mut Wrong| {
            show.read_money(&typed.get()).unwrap_or_else(|error| {
                wrong.push((field, show.answer(&error)));
                Money::ZERO
            })
        };
        let max_discount = money("max_discount", self.max_discount, wrong);
        let fee = match self.fee_kind.get().as_str() {
            "flat" => Some(ChargeAmount::Flat(money("payoff.fee", self.fee, wrong))),
            "percent" => Some(ChargeAmount::PercentOfPrincipal(percent_of(
                "payoff.fee",
                self.fee,
                show,
                wrong,
            ))),
            _ => None,
        };
        let percent = self.most_discount_percent;
        let most_discount_percent = (!percent.get().trim().is_empty())
            .then(|| percent_of("payoff.most_discount_percent", percent, show, wrong));
        let interest = match self.interest.get() == UNTIL[1].0 {
            true => PayoffInterest::ToPeriodEnd,
            false => PayoffInterest::ToDate,
        };
        let rule = PayoffRule {
            interest,
            fee,
            most_discount_percent,
        };
        (rule, max_discount)
    }

    /// The fields.
    pub fn fields(self, form: Form, show: Show) -> AnyView {
        let fee = move || match self.fee_kind.get().as_str() {
            "flat" => form.money("payoff.fee", text::PAYOFF_FEE_AMOUNT, self.fee),
            "percent" => form.number("payoff.fee", text::PAYOFF_FEE_PERCENT_FIELD, self.fee, "decimal"),
            _ => ().into_any(),
        };
        view! {
            <h2 class="form-section">{t(text::PRODUCT_SECTION_CLOSING)}</h2>
            {form.money("max_discount", text::PRODUCT_FIELD_MAX_DISCOUNT, self.max_discount)}
            {form.number_optional("payoff.most_discount_percent", text::PAYOFF_MOST_DISCOUNT, self.most_discount_percent, "decimal")}
            {form.choice("payoff_interest", text::PAYOFF_INTEREST, self.interest, &UNTIL, true)}
            {select(form, "payoff_fee_kind", text::PAYOFF_FEE, self.fee_kind, &FEES, show)}
            {fee}
        }
        .into_any()
    }
}

/// The product's own rules of eligibility, where it has some.
#[derive(Clone, Copy)]
pub struct OwnRules {
    own: RwSignal<bool>,
    rules: EligibilityDraft,
}

impl OwnRules {
    /// Those of a product; a product without begins with the usual ones.
    pub fn of(rules: Option<&EligibilityRules>, show: Show) -> OwnRules {
        let usual = EligibilityRules::usual(show.currency().decimals);
        OwnRules {
            own: RwSignal::new(rules.is_some()),
            rules: EligibilityDraft::of(rules.unwrap_or(&usual), show),
        }
    }

    /// The rules; none: those of the organisation. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> Option<EligibilityRules> {
        if !self.own.get() {
            return None;
        }
        match self.rules.read(show) {
            Ok(rules) => Some(rules),
            Err(more) => {
                wrong.extend(more);
                None
            }
        }
    }

    /// The fields.
    pub fn fields(self, form: Form) -> AnyView {
        view! {
            <h2 class="form-section">{t(text::RULES_ELIGIBILITY)}</h2>
            {form.tick("own_rules", text::PRODUCT_OWN_RULES, self.own)}
            {move || self.own.get().then(|| self.rules.fields(form))}
        }
        .into_any()
    }
}
