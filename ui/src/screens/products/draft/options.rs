//! What few products need: other ways to count interest, grace, balloons, days off, as typed.

use super::{Wrong, lines, percent_of, rate, select, word_of};
use crate::i18n::{Text, t, text};
use crate::parts::query;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use farthing_api::{CountRateFollowers, Money, ProductId, ScheduleOptions};
use farthing_lending::options::StepUp;
use farthing_lending::terms::{Grace, Remainder};
use farthing_lending::{DayCount, InstallmentRate, InterestPeriod, MonthEnd, RateChange};
use farthing_office::decimal;
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::days::DaysOff;

/// Whether interest looks at dates.
const PERIODS: [(&str, InterestPeriod, Text); 2] = [
    (
        "per_installment",
        InterestPeriod::PerInstallment,
        text::OPTION_PER_INSTALLMENT,
    ),
    ("daily", InterestPeriod::Daily, text::OPTION_DAILY),
];

/// How days become years.
const COUNTS: [(&str, DayCount, Text); 6] = [
    ("act/365", DayCount::Act365, text::OPTION_ACT_365),
    ("act/act", DayCount::ActAct, text::OPTION_ACT_ACT),
    ("act/360", DayCount::Act360, text::OPTION_ACT_360),
    ("act/364", DayCount::Act364, text::OPTION_ACT_364),
    ("30/360", DayCount::Thirty360, text::OPTION_THIRTY_360),
    ("30/365", DayCount::Thirty365, text::OPTION_THIRTY_365),
];

/// Where a due date goes when its month lacks the day.
const ENDS: [(&str, MonthEnd, Text); 2] = [
    ("clamp", MonthEnd::Clamp, text::OPTION_CLAMP),
    ("roll", MonthEnd::Roll, text::OPTION_ROLL),
];

/// Which installment takes what rounding leaves over.
const REMAINDERS: [(&str, Remainder, Text); 3] = [
    ("last", Remainder::Last, text::OPTION_LAST),
    ("first", Remainder::First, text::OPTION_FIRST),
    ("spread", Remainder::Spread, text::OPTION_SPREAD),
];

/// The fields, as typed.
#[derive(Clone, Copy)]
pub struct Options {
    interest_period: RwSignal<String>,
    day_count: RwSignal<String>,
    month_end: RwSignal<String>,
    grace_principal: RwSignal<String>,
    interest_deferred: RwSignal<String>,
    interest_free: RwSignal<String>,
    remainder: RwSignal<String>,
    money_unit: RwSignal<String>,
    tuning: RwSignal<bool>,
    balloon: RwSignal<String>,
    down_payment: RwSignal<String>,
    nominal: RwSignal<bool>,
    step_every: RwSignal<String>,
    step_percent: RwSignal<String>,
    step_amount: RwSignal<String>,
    days_off: DaysOff,
    /// Whether the rate is variable, and its changes, one a line.
    variable: RwSignal<bool>,
    rates: RwSignal<String>,
    /// Whether the fields show.
    shown: RwSignal<bool>,
}

/// The words and names of choices, without their values.
fn named<V: Copy, const N: usize>(choices: &[(&'static str, V, Text); N]) -> [(&'static str, Text); N] {
    choices.map(|(word, _, name)| (word, name))
}

/// The value of a word among choices; the first one stands for any other.
fn value_of<V: Copy>(choices: &[(&'static str, V, Text)], word: RwSignal<String>) -> V {
    let found = choices.iter().find(|(own, ..)| word.with(|word| word == own));
    found.unwrap_or(&choices[0]).1
}

impl Options {
    /// Those of a product.
    pub fn of(options: &ScheduleOptions, show: Show) -> Options {
        let s = |value: String| RwSignal::new(value);
        let w = |value: String| RwSignal::new(value);
        let number = |number: Option<Decimal>| s(number.map(|number| show.number(number)).unwrap_or_default());
        let count = |count: u32| s(count.to_string());
        let unit = options.money_unit.unwrap_or(Money::from_minor(1));
        let step = options.step_up;
        let line = |change: &RateChange| format!("{} {}", show.day(change.on), show.number(change.annual_rate));
        let rates: Vec<String> = options.variable_rate.iter().flatten().map(line).collect();
        Options {
            interest_period: w(word_of(
                PERIODS.iter().map(|(w, v, _)| (*w, *v)),
                options.interest_period,
            )),
            day_count: w(word_of(
                COUNTS.iter().map(|(w, v, _)| (*w, *v)),
                options.day_count.unwrap_or(DayCount::Act365),
            )),
            month_end: w(word_of(ENDS.iter().map(|(w, v, _)| (*w, *v)), options.month_end)),
            grace_principal: count(options.grace.principal),
            interest_deferred: count(options.grace.interest_deferred),
            interest_free: count(options.grace.interest_free),
            remainder: w(word_of(REMAINDERS.iter().map(|(w, v, _)| (*w, *v)), options.remainder)),
            money_unit: s(show.money(unit)),
            tuning: RwSignal::new(options.installment_tuning),
            balloon: number(options.balloon_percent),
            down_payment: number(options.down_payment_percent),
            nominal: RwSignal::new(options.installment_rate == InstallmentRate::Nominal),
            step_every: count(step.map_or(12, |step| step.every)),
            step_percent: number(step.and_then(|step| step.percent)),
            step_amount: number(step.and_then(|step| step.amount)),
            days_off: DaysOff::of(options.working_days.as_ref(), options.office_days, show),
            variable: RwSignal::new(options.variable_rate.is_some()),
            rates: s(rates.join("\n")),
            shown: RwSignal::new(
                ScheduleOptions {
                    variable_rate: None,
                    ..options.clone()
                } != ScheduleOptions::default(),
            ),
        }
    }

    /// The options that the form holds, for a method. Reads every field reactively.
    pub fn read(self, is_balloon: bool, show: Show, wrong: &mut Wrong) -> ScheduleOptions {
        let count = |field, typed: RwSignal<String>, wrong: &mut Wrong| {
            whole(&typed.get()).unwrap_or_else(|| {
                wrong.push((field, show.say(text::PRODUCT_NUMBER_WRONG)));
                0
            })
        };
        let grace = Grace {
            principal: count("grace.principal", self.grace_principal, wrong),
            interest_deferred: count("grace.interest_deferred", self.interest_deferred, wrong),
            interest_free: count("grace.interest_free", self.interest_free, wrong),
        };
        let money = |field, typed: RwSignal<String>, wrong: &mut Wrong| {
            show.read_money(&typed.get()).unwrap_or_else(|error| {
                wrong.push((field, show.answer(&error)));
                Money::from_minor(1)
            })
        };
        let unit = money("rounding.money", self.money_unit, wrong);
        let interest_period = value_of(&PERIODS, self.interest_period);
        let day_count = (interest_period == InterestPeriod::Daily).then(|| value_of(&COUNTS, self.day_count));
        let is_typed = |typed: RwSignal<String>| typed.with(|typed| !typed.trim().is_empty());
        let percent =
            is_typed(self.step_percent).then(|| percent_of("step_up.percent", self.step_percent, show, wrong));
        let down = is_typed(self.down_payment).then(|| percent_of("down_payment_pct", self.down_payment, show, wrong));
        let amount = is_typed(self.step_amount).then(|| money("step_up.amount", self.step_amount, wrong));
        let step_up = (percent.is_some() || amount.is_some()).then(|| StepUp {
            every: count("step_up.every", self.step_every, wrong),
            percent,
            amount: amount.map(|amount| decimal(amount, &show.currency())),
        });
        let (working_days, office_days) = self.days_off.read(show, wrong);
        ScheduleOptions {
            interest_period,
            day_count,
            month_end: value_of(&ENDS, self.month_end),
            grace,
            remainder: value_of(&REMAINDERS, self.remainder),
            money_unit: Some(unit).filter(|unit| *unit != Money::from_minor(1)),
            installment_tuning: self.tuning.get(),
            balloon_percent: is_balloon.then(|| percent_of("balloon", self.balloon, show, wrong)),
            down_payment_percent: down,
            installment_rate: match self.nominal.get() && interest_period == InterestPeriod::Daily {
                true => InstallmentRate::Nominal,
                false => InstallmentRate::Actual,
            },
            step_up,
            working_days,
            office_days,
            variable_rate: self.variable.get().then(|| self.read_rates(show, wrong)),
        }
    }

    /// The changes of the rate: a day and the percentage from then on, one a line.
    fn read_rates(self, show: Show, wrong: &mut Wrong) -> Vec<RateChange> {
        let mut changes = Vec::new();
        for line in lines(&self.rates.get()) {
            let parts = line.trim_end_matches('%').trim_end().rsplit_once(' ');
            let read = parts.and_then(|(day, percent)| Some((crate::dates::read(day, show.today())?, rate(percent)?)));
            match read {
                Some((on, annual_rate)) => changes.push(RateChange { on, annual_rate }),
                None => wrong.push(("rates", show.fill(text::RATES_WRONG, [("line", line.to_owned())]))),
            }
        }
        changes
    }

    /// Whether the rate is variable, its changes, and how many loans follow.
    pub fn rate_fields(self, form: Form, product: Option<ProductId>, show: Show) -> AnyView {
        let running = query(move || self.variable.get().then_some(CountRateFollowers { product: product? }));
        let told = move || {
            let count = running.value.get().unwrap_or_default();
            show.fill(text::RATES_HINT, [("count", count.to_string())])
        };
        let changes = move || {
            self.variable.get().then(|| {
                let area = form.area("rates", text::RATES_CHANGES, self.rates, true);
                view! { {area} <p class="hint wide" data-figure="followers">{told}</p> }
            })
        };
        view! { {form.tick("variable_rate", text::RATES_VARIABLE, self.variable)} {changes} }.into_any()
    }

    /// The field that a balloon loan needs.
    pub fn balloon(self, form: Form) -> AnyView {
        form.number("balloon", text::OPTION_BALLOON, self.balloon, "decimal")
    }

    /// The fields, behind a tick: most products need none of them.
    pub fn fields(self, form: Form, show: Show) -> AnyView {
        let own = move || {
            let daily = move || {
                let words = named(&COUNTS);
                (self.interest_period.get() == PERIODS[1].0).then(|| {
                    view! {
                        {select(form, "day_count", text::OPTION_DAY_COUNT, self.day_count, &words, show)}
                        {form.tick("installment_rate", text::OPTION_NOMINAL, self.nominal)}
                    }
                })
            };
            view! {
                {form.choice("interest_period", text::OPTION_PERIOD, self.interest_period, &named(&PERIODS), true)}
                {daily}
                {form.number("grace.principal", text::OPTION_GRACE_PRINCIPAL, self.grace_principal, "numeric")}
                {form.number("grace.interest_deferred", text::OPTION_DEFERRED, self.interest_deferred, "numeric")}
                {form.number("grace.interest_free", text::OPTION_FREE, self.interest_free, "numeric")}
                {form.number_optional("down_payment_pct", text::OPTION_DOWN_PAYMENT, self.down_payment, "decimal")}
                {form.number_optional("step_up.percent", text::OPTION_STEP_PERCENT, self.step_percent, "decimal")}
                {form.money_optional("step_up.amount", text::OPTION_STEP_AMOUNT, self.step_amount)}
                {form.number("step_up.every", text::OPTION_STEP_EVERY, self.step_every, "numeric")}
                {form.money("rounding.money", text::OPTION_MONEY_UNIT, self.money_unit)}
                {select(form, "rounding.remainder", text::OPTION_REMAINDER, self.remainder, &named(&REMAINDERS), show)}
                {form.tick("installment_tuning", text::OPTION_TUNING, self.tuning)}
                {form.choice("month_end", text::OPTION_MONTH_END, self.month_end, &named(&ENDS), true)}
                {self.days_off.fields(form, show)}
            }
            .into_any()
        };
        view! {
            <h2 class="form-section">{t(text::PRODUCT_SECTION_OPTIONS)}</h2>
            {form.tick("options", text::OPTION_SHOW, self.shown)}
            {move || self.shown.get().then(own)}
        }
        .into_any()
    }
}
