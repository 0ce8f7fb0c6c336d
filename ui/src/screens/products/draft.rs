//! What the form of a product holds, as typed, and how it becomes terms.

use crate::i18n::{Text, text};
use crate::screens::loan_kit::Show;
use farthing_api::{Money, ProductTerms};
use farthing_lending::{AllocationOrder, Method, PenaltyKind, PenaltyRule, RoundingMode, Share, Unit};
use leptos::prelude::*;
use rust_decimal::Decimal;

/// The methods that a product can be made of, each with the word of its choice.
pub const METHODS: [(&str, Method); 5] = [
    ("declining_equal_installments", Method::DecliningEqualInstallments),
    ("declining_equal_principal", Method::DecliningEqualPrincipal),
    ("flat", Method::Flat),
    ("interest_only", Method::InterestOnly),
    ("bullet", Method::Bullet),
];

/// The units of the rhythm.
pub const UNITS: [(&str, Unit, Text); 3] = [
    ("months", Unit::Months, text::PRODUCT_UNIT_MONTHS),
    ("weeks", Unit::Weeks, text::PRODUCT_UNIT_WEEKS),
    ("days", Unit::Days, text::PRODUCT_UNIT_DAYS),
];

/// The ways of rounding.
pub const ROUNDINGS: [(&str, RoundingMode); 3] = [
    ("half_even", RoundingMode::HalfEven),
    ("half_up", RoundingMode::HalfUp),
    ("up", RoundingMode::Up),
];

/// The orders in which a payment settles the parts of an installment that make sense for a loan.
pub const ORDERS: [(&str, [Share; 4], Text); 4] = [
    (
        "penalty_first",
        [Share::Penalty, Share::Fee, Share::Interest, Share::Principal],
        text::PRODUCT_ALLOCATION_PFIC,
    ),
    (
        "fee_first",
        [Share::Fee, Share::Penalty, Share::Interest, Share::Principal],
        text::PRODUCT_ALLOCATION_FPIC,
    ),
    (
        "interest_first",
        [Share::Interest, Share::Principal, Share::Fee, Share::Penalty],
        text::PRODUCT_ALLOCATION_IFPC,
    ),
    (
        "principal_first",
        [Share::Principal, Share::Interest, Share::Fee, Share::Penalty],
        text::PRODUCT_ALLOCATION_CIFP,
    ),
];

/// The form's fields, as typed.
#[derive(Clone, Copy)]
pub struct Draft {
    pub name: RwSignal<String>,
    pub method: RwSignal<String>,
    pub annual_rate: RwSignal<String>,
    pub every: RwSignal<String>,
    pub unit: RwSignal<String>,
    pub min_principal: RwSignal<String>,
    pub max_principal: RwSignal<String>,
    pub min_installments: RwSignal<String>,
    pub max_installments: RwSignal<String>,
    pub rounding: RwSignal<String>,
    pub installment_multiple: RwSignal<String>,
    /// `none`, `percent` or `flat`.
    pub penalty_kind: RwSignal<String>,
    pub penalty: RwSignal<String>,
    pub grace_days: RwSignal<String>,
    pub allocation: RwSignal<String>,
    pub max_discount: RwSignal<String>,
    pub active: RwSignal<bool>,
    /// The terms that the form was filled with: what it does not ask for stays as it was.
    kept: RwSignal<Option<ProductTerms>>,
}

/// Finds the word of a value among choices; the first choice stands for a value that is not among them.
fn word_of<V: PartialEq>(choices: impl Iterator<Item = (&'static str, V)>, value: V) -> String {
    let mut first = None;
    for (word, choice) in choices {
        if choice == value {
            return word.to_owned();
        }
        first.get_or_insert(word);
    }
    first.unwrap_or_default().to_owned()
}

impl Draft {
    /// An empty form for a new product, filled with what most products have.
    pub fn new(show: Show) -> Draft {
        let s = |text: &str| RwSignal::new(text.to_owned());
        Draft {
            name: s(""),
            method: s(METHODS[0].0),
            annual_rate: s(""),
            every: s("1"),
            unit: s(UNITS[0].0),
            min_principal: s(""),
            max_principal: s(""),
            min_installments: s("1"),
            max_installments: s("12"),
            rounding: s(ROUNDINGS[0].0),
            installment_multiple: RwSignal::new(show.money(Money::from_minor(1))),
            penalty_kind: s("none"),
            penalty: s(""),
            grace_days: s("0"),
            allocation: s(ORDERS[0].0),
            max_discount: RwSignal::new(show.money(Money::ZERO)),
            active: RwSignal::new(true),
            kept: RwSignal::new(None),
        }
    }

    /// The form as it is for a product's terms.
    pub fn of(terms: &ProductTerms, show: Show) -> Draft {
        let s = |value: String| RwSignal::new(value);
        let money = |amount: Money| RwSignal::new(show.money(amount));
        let (kind, amount) = match terms.penalty.map(|rule| rule.kind) {
            None => ("none", String::new()),
            Some(PenaltyKind::PercentOfOverdueInstallment(percent)) => ("percent", show.number(percent)),
            Some(PenaltyKind::Flat(amount)) => ("flat", show.money(amount)),
            Some(PenaltyKind::PercentOfOverduePrincipal(_) | PenaltyKind::PerDay { .. }) => ("kept", String::new()),
        };
        Draft {
            kept: RwSignal::new(Some(terms.clone())),
            name: s(terms.name.clone()),
            method: s(word_of(METHODS.into_iter(), terms.method)),
            annual_rate: s(show.number(terms.annual_rate)),
            every: s(terms.every.to_string()),
            unit: s(word_of(UNITS.iter().map(|(w, u, _)| (*w, *u)), terms.unit)),
            min_principal: money(terms.min_principal),
            max_principal: money(terms.max_principal),
            min_installments: s(terms.min_installments.to_string()),
            max_installments: s(terms.max_installments.to_string()),
            rounding: s(word_of(ROUNDINGS.into_iter(), terms.rounding)),
            installment_multiple: money(terms.installment_multiple),
            penalty_kind: s(kind.to_owned()),
            penalty: s(amount),
            grace_days: s(terms.penalty.map_or(0, |rule| rule.grace_days).to_string()),
            allocation: s(word_of(
                ORDERS.iter().map(|(w, o, _)| (*w, *o)),
                terms.allocation.into(),
            )),
            max_discount: money(terms.max_discount),
            active: RwSignal::new(terms.active),
        }
    }

    /// The terms that the form holds. Reads every field reactively.
    ///
    /// # Errors
    /// Each field that can't be read, with the reason in words.
    pub fn read(&self, show: Show) -> Result<ProductTerms, Vec<(&'static str, String)>> {
        let mut wrong = Vec::new();
        let mut money = |field: &'static str, typed: RwSignal<String>| {
            show.read_money(&typed.get()).unwrap_or_else(|error| {
                wrong.push((field, show.answer(&error)));
                Money::ZERO
            })
        };
        let min_principal = money("min_principal", self.min_principal);
        let max_principal = money("max_principal", self.max_principal);
        let installment_multiple = money("installment_multiple", self.installment_multiple);
        let max_discount = money("max_discount", self.max_discount);
        let flat = match self.penalty_kind.get().as_str() {
            "flat" => Some(PenaltyKind::Flat(money("penalty", self.penalty))),
            _ => None,
        };
        let mut whole = |field: &'static str, typed: RwSignal<String>| {
            whole(&typed.get()).unwrap_or_else(|| {
                wrong.push((field, show.say(text::PRODUCT_NUMBER_WRONG)));
                0
            })
        };
        let every = whole("every", self.every);
        let min_installments = whole("min_installments", self.min_installments);
        let max_installments = whole("max_installments", self.max_installments);
        let has_penalty = self.penalty_kind.get() != "none";
        let grace_days = if has_penalty {
            whole("grace_days", self.grace_days)
        } else {
            0
        };
        let mut percent = |field: &'static str, typed: RwSignal<String>| {
            rate(&typed.get()).unwrap_or_else(|| {
                wrong.push((field, show.say(text::PRODUCT_RATE_WRONG)));
                Decimal::ZERO
            })
        };
        let annual_rate = percent("annual_rate", self.annual_rate);
        let kind = match self.penalty_kind.get().as_str() {
            "percent" => Some(PenaltyKind::PercentOfOverdueInstallment(percent(
                "penalty",
                self.penalty,
            ))),
            _ => flat,
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let (method, unit, rounding, allocation) = (
            self.method.get(),
            self.unit.get(),
            self.rounding.get(),
            self.allocation.get(),
        );
        let order = ORDERS
            .iter()
            .find(|(word, ..)| *word == allocation)
            .map_or(Share::ALL, |(_, order, _)| *order);
        // What the form does not ask for stays as it was.
        let kept = self.kept.get();
        Ok(ProductTerms {
            name: self.name.get().trim().to_owned(),
            method: METHODS
                .iter()
                .find(|(w, _)| *w == method)
                .map_or(METHODS[0].1, |(_, m)| *m),
            annual_rate,
            every,
            unit: UNITS
                .iter()
                .find(|(w, ..)| *w == unit)
                .map_or(Unit::Months, |(_, u, _)| *u),
            min_principal,
            max_principal,
            min_installments,
            max_installments,
            rounding: ROUNDINGS
                .iter()
                .find(|(w, _)| *w == rounding)
                .map_or(RoundingMode::HalfEven, |(_, r)| *r),
            installment_multiple,
            penalty: match self.penalty_kind.get().as_str() {
                "kept" => kept.as_ref().and_then(|terms| terms.penalty),
                _ => kind.map(|kind| PenaltyRule::new(kind, grace_days)),
            },
            allocation: AllocationOrder::try_from(order).unwrap_or_default(),
            max_discount,
            active: self.active.get(),
            charges: kept.as_ref().map(|terms| terms.charges.clone()).unwrap_or_default(),
            allocate: kept.as_ref().map(|terms| terms.allocate).unwrap_or_default(),
            payoff: kept.as_ref().map(|terms| terms.payoff).unwrap_or_default(),
            eligibility: kept.and_then(|terms| terms.eligibility),
        })
    }
}

/// A whole number as typed.
pub fn whole(typed: &str) -> Option<u32> {
    typed.trim().parse().ok()
}

/// A rate in percent as typed; a comma counts as the point.
pub fn rate(typed: &str) -> Option<Decimal> {
    typed.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok()
}
