//! What a chart shows, in a sentence: the finding where one is certain, else the measure.

use super::{Bar, Decided, Expected, Flow, PurchaseMonth, Share};
use crate::labels::{is_french, month_long, whole_percent};
use farthing_lending::Money;

/// Of the complete months: how much of what was expected came in.
pub fn title_for_expected(language: &str, months: &[Expected]) -> String {
    let whole = || months.iter().filter(|m| !m.so_far);
    let (n, french) = (whole().count(), is_french(language));
    match part(whole().map(|m| m.received).sum(), whole().map(|m| m.expected).sum()) {
        Some(percent) if n >= 2 => {
            let percent = whole_percent(language, percent);
            match french {
                true => format!("{percent} de l’attendu reçus sur les {n} derniers mois"),
                false => format!("Received {percent} of what was expected in the last {n} months"),
            }
        }
        _ if french => "Attendu et reçu par mois".into(),
        _ => "Expected and received by month".into(),
    }
}

/// Of the complete months: how much was collected for what was disbursed.
pub fn title_for_flow(language: &str, months: &[Flow]) -> String {
    let whole = || months.iter().filter(|m| !m.so_far);
    let french = is_french(language);
    match part(whole().map(|m| m.collected).sum(), whole().map(|m| m.disbursed).sum()) {
        Some(percent) if whole().count() >= 2 => match french {
            true => format!("{percent} encaissés pour 100 décaissés"),
            false => format!("{percent} collected for every 100 disbursed"),
        },
        _ if french => "Décaissé et encaissé par mois".into(),
        _ => "Disbursed and collected by month".into(),
    }
}

/// Where PAR30 stands against its limit (in hundredths of a percent), and since when.
pub fn title_for_share(language: &str, months: &[Share], limit: Option<u32>) -> String {
    let french = is_french(language);
    let measure = || {
        if french {
            "Portefeuille à risque"
        } else {
            "Portfolio at risk"
        }
        .to_string()
    };
    let (Some(limit), Some(last)) = (limit, months.last()) else {
        return measure();
    };
    let over = last.par30 > limit;
    let turn = months.iter().rposition(|m| (m.par30 > limit) != over);
    let since = turn
        .and_then(|i| months.get(i + 1))
        .map(|m| month_long(language, m.month));
    let n = months.len();
    match (over, since) {
        (true, Some(month)) if french => format!("Le PAR30 dépasse la limite depuis {month}"),
        (true, Some(month)) => format!("PAR30 is above the limit since {month}"),
        (false, Some(month)) if french => format!("Le PAR30 est repassé sous la limite depuis {month}"),
        (false, Some(month)) => format!("PAR30 is back under the limit since {month}"),
        _ if n < 2 => measure(),
        (true, None) if french => format!("Le PAR30 dépasse la limite depuis {n} mois"),
        (true, None) => format!("PAR30 has been above the limit for {n} months"),
        (false, None) if french => format!("Le PAR30 reste sous la limite depuis {n} mois"),
        (false, None) => format!("PAR30 has stayed under the limit for {n} months"),
    }
}

/// How much of the outstanding is with the largest product.
pub fn title_for_products(language: &str, bars: &[Bar]) -> String {
    let french = is_french(language);
    let largest = bars.iter().max_by_key(|bar| bar.value);
    let alone = largest.is_some_and(|l| bars.iter().filter(|bar| bar.value == l.value).count() == 1);
    match largest.and_then(|bar| Some((bar, part(bar.value, bars.iter().map(|bar| bar.value).sum())?))) {
        Some((bar, percent)) if alone && bars.len() >= 2 => {
            let percent = whole_percent(language, percent);
            match french {
                true => format!("{} fait {percent} de l’encours", bar.label),
                false => format!("{} is {percent} of what is outstanding", bar.label),
            }
        }
        _ if french => "Encours par produit".into(),
        _ => "Outstanding by product".into(),
    }
}

/// Of the complete months: how much of what fell due on purchases was paid.
pub fn title_for_purchases(language: &str, months: &[PurchaseMonth]) -> String {
    let whole = || months.iter().filter(|m| !m.so_far);
    let (n, french) = (whole().count(), is_french(language));
    match part(whole().map(|m| m.paid).sum(), whole().map(|m| m.due).sum()) {
        Some(percent) if n >= 2 => {
            let percent = whole_percent(language, percent);
            match french {
                true => format!("{percent} de l’échu payés sur les achats en {n} mois"),
                false => format!("Paid {percent} of what fell due on purchases in the last {n} months"),
            }
        }
        _ if french => "Achats à crédit par mois".into(),
        _ => "Purchases on installments by month".into(),
    }
}

/// How many of the days' commands a server decided otherwise than they were asked for.
pub fn title_for_decided(language: &str, days: &[Decided]) -> String {
    let sum = |of: fn(&Decided) -> u32| days.iter().map(|d| u64::from(of(d))).sum::<u64>();
    let otherwise = sum(|d| d.otherwise);
    let all = sum(|d| d.as_asked) + otherwise;
    match (is_french(language), all, otherwise) {
        (true, 0, _) => "Aucune opération en deux semaines".into(),
        (true, all, 0) => format!("Les {all} opérations en deux semaines décidées comme demandé"),
        (true, all, otherwise) => format!("{otherwise} opérations sur {all} décidées autrement en deux semaines"),
        (false, 0, _) => "Nothing came in for two weeks".into(),
        (false, all, 0) => format!("All {all} commands of two weeks decided as asked"),
        (false, all, otherwise) => format!("{otherwise} of {all} commands in two weeks decided otherwise"),
    }
}

/// A whole number of percent, rounded half up, but 100 only where nothing is missing or over; nothing of nothing is no
/// share.
fn part(of: Money, whole: Money) -> Option<u64> {
    if !whole.is_positive() || of.is_negative() {
        return None;
    }
    let (of, whole) = (i128::from(of.minor()), i128::from(whole.minor()));
    let percent = (of * 200 + whole) / (whole * 2);
    let percent = match of.cmp(&whole) {
        std::cmp::Ordering::Less => percent.min(99),
        std::cmp::Ordering::Greater => percent.max(101),
        std::cmp::Ordering::Equal => 100,
    };
    u64::try_from(percent).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::NaiveDate;

    fn month(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, n, 1).unwrap()
    }

    fn expected(n: u32, expected: i64, received: i64, so_far: bool) -> Expected {
        let (expected, received) = (Money::from_minor(expected), Money::from_minor(received));
        Expected {
            month: month(n),
            expected,
            received,
            so_far,
        }
    }

    #[test]
    fn finds_only_what_is_certain() {
        let months = [
            expected(1, 100, 90, false),
            expected(2, 100, 100, false),
            expected(3, 100, 1, true),
        ];
        assert_eq!(
            title_for_expected("en", &months),
            "Received 95% of what was expected in the last 2 months"
        );
        assert_eq!(title_for_expected("en", &months[2..]), "Expected and received by month");
        let nearly = [expected(1, 1000, 1000, false), expected(2, 1000, 999, false)];
        assert!(title_for_expected("en", &nearly).contains("99%"));
        assert!(title_for_expected("fr", &nearly).contains("99 %"));
    }

    #[test]
    fn says_since_when_the_limit_holds() {
        let share = |n, par30| Share {
            month: month(n),
            par30,
            par60: 0,
            par90: 0,
        };
        let title = |shares: &[Share]| title_for_share("en", shares, Some(500));
        assert_eq!(
            title(&[share(1, 600), share(2, 600), share(3, 450), share(4, 500)]),
            "PAR30 is back under the limit since March"
        );
        assert_eq!(
            title(&[share(1, 400), share(2, 501)]),
            "PAR30 is above the limit since February"
        );
        assert_eq!(
            title(&[share(1, 400), share(2, 300)]),
            "PAR30 has stayed under the limit for 2 months"
        );
        assert_eq!(title_for_share("en", &[share(1, 400)], None), "Portfolio at risk");
    }
}
