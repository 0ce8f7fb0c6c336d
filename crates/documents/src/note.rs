//! The rate of a loan with its day count and rounding, in words.

use crate::labels::{is_french, say};
use farthing_api::LoanView;
use farthing_lending::terms::Remainder;
use farthing_lending::{DayCount, InterestPeriod, Multiple, RoundingMode, Terms};

/// The nominal rate with two decimals: `18.00% a year`.
pub(crate) fn rate(language: &str, loan: &LoanView) -> String {
    let mut rate = loan.annual_rate.round_dp(6);
    rate.rescale(rate.normalize().scale().max(2));
    match is_french(language) {
        true => format!("{} % par an", rate.to_string().replace('.', ",")),
        false => format!("{rate}% a year"),
    }
}

/// The rate with its day count and rounding.
pub(crate) fn foot_note(language: &str, loan: &LoanView) -> String {
    let rate = rate(language, loan);
    let terms = loan
        .terms
        .as_ref()
        .map(|terms| explain(language, terms, loan.is_variable))
        .unwrap_or_default();
    match is_french(language) {
        true => format!("Taux nominal {rate}. {terms}").trim().to_string(),
        false => format!("Nominal rate {rate}. {terms}").trim().to_string(),
    }
}

fn explain(language: &str, terms: &Terms, is_variable: bool) -> String {
    let say = |en: &'static str, fr: &'static str| say(language, en, fr);
    let count = match (terms.interest_period, terms.day_count) {
        (InterestPeriod::PerInstallment, _) | (_, None) => say(
            "Every installment bears the same part of the year’s interest.",
            "Chaque échéance porte la même part des intérêts annuels.",
        ),
        (InterestPeriod::Daily, Some(count)) => match count {
            DayCount::Act360 => say("Interest by real days over 360.", "Intérêts par jours réels sur 360."),
            DayCount::Act364 => say("Interest by real days over 364.", "Intérêts par jours réels sur 364."),
            DayCount::Act365 => say("Interest by real days over 365.", "Intérêts par jours réels sur 365."),
            DayCount::ActAct => say(
                "Interest by real days over the real length of the year.",
                "Intérêts par jours réels sur la durée réelle de l’année.",
            ),
            DayCount::Thirty360 => say(
                "Interest by months of 30 days over 360.",
                "Intérêts par mois de 30 jours sur 360.",
            ),
            DayCount::Thirty365 => say(
                "Interest by months of 30 days over 365.",
                "Intérêts par mois de 30 jours sur 365.",
            ),
        },
    };
    let mode = |mode: RoundingMode| match mode {
        RoundingMode::HalfEven => say("to the nearest, ties to even", "au plus proche, à égalité au pair"),
        RoundingMode::HalfUp => say("to the nearest, ties up", "au plus proche, à égalité au supérieur"),
        RoundingMode::Up => say("up", "au supérieur"),
    };
    let rounding = &terms.rounding;
    let interest = format!(
        "{} {}, {}.",
        say("Interest is rounded to", "Intérêts arrondis à"),
        rounding.money,
        mode(rounding.mode)
    );
    let installment = match rounding.installment_multiple {
        Multiple::Exact => say("Installments are not rounded.", "Échéances non arrondies.").to_string(),
        Multiple::Of(multiple) => format!(
            "{} {multiple}, {}; {}.",
            say("Installments are rounded to", "Échéances arrondies à"),
            mode(rounding.installment_mode.unwrap_or(rounding.mode)),
            match rounding.remainder {
                Remainder::Last => say("the last one takes what is left over", "la dernière reçoit le reste"),
                Remainder::First => say("the first one takes what is left over", "la première reçoit le reste"),
                Remainder::Spread => say(
                    "what is left over is spread over several",
                    "le reste est réparti sur plusieurs",
                ),
            }
        ),
    };
    let variable = say(
        "The rate is variable: a change that is announced holds from the first due date on its day or after it.",
        "Le taux est variable : un changement annoncé vaut à partir de la première échéance ce jour ou après.",
    );
    match is_variable {
        true => format!("{count} {variable} {interest} {installment}"),
        false => format!("{count} {interest} {installment}"),
    }
}
