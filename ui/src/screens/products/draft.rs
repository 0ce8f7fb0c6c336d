//! What the form of a product holds, as typed, and how it becomes terms.

mod charges;
mod closing;
pub mod days;
mod late;
mod options;

use crate::i18n::{Text, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use charges::Charges;
use closing::{Closing, OwnRules};
use farthing_api::{Money, ProductTerms};
use farthing_lending::{AllocationBy, AllocationOrder, Method, RoundingMode, Share, Unit};
use late::Late;
use leptos::prelude::*;
use options::Options;
use rust_decimal::Decimal;

/// The methods that a product can be made of, each with the word of its choice.
pub const METHODS: [(&str, Method); 6] = [
    ("declining_equal_installments", Method::DecliningEqualInstallments),
    ("declining_equal_principal", Method::DecliningEqualPrincipal),
    ("flat", Method::Flat),
    ("interest_only", Method::InterestOnly),
    ("balloon", Method::Balloon),
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

/// Every order in which a payment can settle the parts of an installment, the usual one first; the word of each is its place.
fn orders() -> impl Iterator<Item = [Share; 4]> {
    (0..24).map(|n| {
        let mut left = Share::ALL.to_vec();
        [n / 6, n / 2 % 3, n % 2, 0].map(|at| left.remove(at))
    })
}

/// The orders by their words, each with the names of the shares.
pub fn order_names(show: Show) -> Vec<(String, String)> {
    let name = |share: Share| {
        show.say(match share {
            Share::Penalty => text::WAIVE_PENALTY,
            Share::Fee => text::WAIVE_FEE,
            Share::Interest => text::WAIVE_INTEREST,
            Share::Principal => text::LOAN_ROW_PRINCIPAL,
        })
    };
    let named = |(n, order): (usize, [Share; 4])| (n.to_string(), order.map(name).join(", "));
    orders().enumerate().map(named).collect()
}

/// Whether a payment settles one installment after the other or one share after the other.
pub const BY: [(&str, Text); 2] = [
    ("installment", text::PRODUCT_BY_INSTALLMENT),
    ("across", text::PRODUCT_BY_ACROSS),
];

/// What can't be read, by field.
pub type Wrong = Vec<(&'static str, String)>;

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
    pub parts: RwSignal<String>,
    pub rounding: RwSignal<String>,
    pub installment_multiple: RwSignal<String>,
    pub late: Late,
    pub allocation: RwSignal<String>,
    pub allocate: RwSignal<String>,
    pub charges: Charges,
    pub closing: Closing,
    pub own_rules: OwnRules,
    pub options: Options,
    pub active: RwSignal<bool>,
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
            parts: s("1"),
            rounding: s(ROUNDINGS[0].0),
            installment_multiple: RwSignal::new(show.money(Money::from_minor(1))),
            late: Late::of(None, show),
            allocation: s("0"),
            allocate: s(BY[0].0),
            charges: Charges::of(&[], show),
            closing: Closing::of(&Default::default(), Money::ZERO, show),
            own_rules: OwnRules::of(None, show),
            options: Options::of(&Default::default(), show),
            active: RwSignal::new(true),
        }
    }

    /// The form as it is for a product's terms.
    pub fn of(terms: &ProductTerms, show: Show) -> Draft {
        let s = |value: String| RwSignal::new(value);
        let money = |amount: Money| RwSignal::new(show.money(amount));
        Draft {
            name: s(terms.name.clone()),
            method: s(word_of(METHODS.into_iter(), terms.method)),
            annual_rate: s(show.number(terms.annual_rate)),
            every: s(terms.every.to_string()),
            unit: s(word_of(UNITS.iter().map(|(w, u, _)| (*w, *u)), terms.unit)),
            min_principal: money(terms.min_principal),
            max_principal: money(terms.max_principal),
            min_installments: s(terms.min_installments.to_string()),
            max_installments: s(terms.max_installments.to_string()),
            parts: s(terms.parts.max(1).to_string()),
            rounding: s(word_of(ROUNDINGS.into_iter(), terms.rounding)),
            installment_multiple: money(terms.installment_multiple),
            late: Late::of(terms.penalty, show),
            allocation: s(orders()
                .position(|order| order == <[Share; 4]>::from(terms.allocation))
                .unwrap_or(0)
                .to_string()),
            allocate: s(if terms.allocate == AllocationBy::Across {
                BY[1].0
            } else {
                BY[0].0
            }
            .to_owned()),
            charges: Charges::of(&terms.charges, show),
            closing: Closing::of(&terms.payoff, terms.max_discount, show),
            own_rules: OwnRules::of(terms.eligibility.as_ref(), show),
            options: Options::of(&terms.options, show),
            active: RwSignal::new(terms.active),
        }
    }

    /// The terms that the form holds. Reads every field reactively.
    ///
    /// # Errors
    /// Each field that can't be read, with the reason in words.
    pub fn read(&self, show: Show) -> Result<ProductTerms, Wrong> {
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
        let mut whole = |field: &'static str, typed: RwSignal<String>| {
            whole(&typed.get()).unwrap_or_else(|| {
                wrong.push((field, show.say(text::PRODUCT_NUMBER_WRONG)));
                0
            })
        };
        let every = whole("every", self.every);
        let min_installments = whole("min_installments", self.min_installments);
        let max_installments = whole("max_installments", self.max_installments);
        let parts = whole("parts", self.parts);
        let annual_rate = percent_of("annual_rate", self.annual_rate, show, &mut wrong);
        let is_balloon = self.method.get() == "balloon";
        let penalty = self.late.read(show, &mut wrong);
        let charges = self.charges.read(show, &mut wrong);
        let (payoff, max_discount) = self.closing.read(show, &mut wrong);
        let eligibility = self.own_rules.read(show, &mut wrong);
        let options = self.options.read(is_balloon, show, &mut wrong);
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let (method, unit, rounding, allocation) = (
            self.method.get(),
            self.unit.get(),
            self.rounding.get(),
            self.allocation.get(),
        );
        let order = orders().nth(allocation.parse().unwrap_or(0)).unwrap_or(Share::ALL);
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
            penalty,
            allocation: AllocationOrder::try_from(order).unwrap_or_default(),
            max_discount,
            parts: if parts == 1 { 0 } else { parts },
            active: self.active.get(),
            charges,
            allocate: match self.allocate.get() == BY[1].0 {
                true => AllocationBy::Across,
                false => AllocationBy::Installment,
            },
            payoff,
            eligibility,
            options: Box::new(options),
        })
    }
}

/// A whole number as typed.
pub fn whole(typed: &str) -> Option<u32> {
    typed.trim().parse().ok()
}

/// The lines that say something.
fn lines(typed: &str) -> impl Iterator<Item = &str> {
    typed.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A rate in percent as typed; a comma counts as the point.
pub fn rate(typed: &str) -> Option<Decimal> {
    typed.trim().trim_end_matches('%').trim().replace(',', ".").parse().ok()
}

/// A percentage as typed; says which field can't be read.
fn percent_of(field: &'static str, typed: RwSignal<String>, show: Show, wrong: &mut Wrong) -> Decimal {
    rate(&typed.get()).unwrap_or_else(|| {
        wrong.push((field, show.say(text::PRODUCT_RATE_WRONG)));
        Decimal::ZERO
    })
}

/// One of several words, as a select.
fn select(
    form: Form,
    name: &'static str,
    label: Text,
    value: RwSignal<String>,
    words: &[(&'static str, Text)],
    show: Show,
) -> AnyView {
    let words = words.to_vec();
    let options = Signal::derive(move || {
        words
            .iter()
            .map(|(word, text)| ((*word).to_owned(), show.say(*text)))
            .collect()
    });
    form.select(name, label, value, options, false)
}
