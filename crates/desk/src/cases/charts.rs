//! The charts of the home screens: the figures behind each, and the picture that documents draws of them.

use super::homes::{month, months_before, share};
use crate::desk::Open;
use crate::error::{Answer, Told};
use chrono::{Datelike, NaiveDate};
use farthing_api::{ChartView, Marks, Money};
use farthing_documents::DocumentError;
use farthing_documents::charts::{
    Bar, Decided, Expected, Flow, Frame, PurchaseMonth, Share, bars_and_line, bars_with_ticks, grouped_bars,
    horizontal_bars, lines_share, stacked_days, title_for_decided, title_for_expected, title_for_flow,
    title_for_products, title_for_purchases, title_for_share, unit_of,
};
use farthing_office::DayFigures;
use farthing_store::MonthSums;

/// Whose figures are drawn, and in which language.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    open: &'a Open,
    language: &'a str,
}

impl<'a> Place<'a> {
    /// The branch's figures in the language of the screen that asks, else in the organisation's.
    pub(super) fn of(open: &'a Open, asked: &'a str) -> Place<'a> {
        let known = super::start::LANGUAGES.contains(&asked);
        Place {
            open,
            language: if known { asked } else { &open.organisation.language },
        }
    }

    fn show(self, amount: Money) -> String {
        amount.written(self.open.currency().decimals, Marks::of(self.language))
    }
}

/// How many months the charts of a year show.
const YEAR: u32 = 12;
/// How many months the chart of the purchases shows.
const HALF_YEAR: usize = 6;

/// The months of the year that ends today, oldest first: the first day of each, and its sums.
pub(super) async fn year(open: &Open, today: NaiveDate) -> Answer<Vec<(NaiveDate, MonthSums)>> {
    let days = || (0..YEAR).rev().map(|n| months_before(today, n));
    let first = days().next().unwrap_or(today);
    let mut sums = open.book.months(&month(first), &month(today)).await.told()?;
    Ok(days()
        .map(|day| (day, sums.remove(&month(day)).unwrap_or_default()))
        .collect())
}

fn of(sums: &MonthSums, measure: &str) -> Money {
    sums.get(measure).copied().unwrap_or_default()
}

/// "Jul 2026", the month's name in the language of the screens.
fn named(day: NaiveDate, language: &str) -> String {
    const EN: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    const FR: [&str; 12] = [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ];
    let names = if language == "fr" { &FR } else { &EN };
    format!("{} {}", names[day.month0() as usize], day.year())
}

fn percent(place: Place<'_>, hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match place.language {
        "fr" => format!("{whole},{rest:02}\u{a0}%"),
        _ => format!("{whole}.{rest:02}%"),
    }
}

/// The largest share of the portfolio that may be more than 30 days late, in hundredths of a percent: 5 %.
const PAR30_LIMIT: u32 = 500;

/// The chart's words and figures, and its size.
struct Drawing<'a> {
    place: Place<'a>,
    id: &'a str,
    size: (u32, u32),
    title: String,
    subtitle: String,
    columns: &'a [&'a str],
    rows: Vec<Vec<String>>,
}

impl Drawing<'_> {
    fn drawn(self, draw: impl Fn(&Frame<'_>) -> Result<String, DocumentError>) -> Answer<ChartView> {
        let svg = draw(&Frame {
            width: self.size.0,
            height: self.size.1,
            language: self.place.language,
            currency: self.place.open.currency(),
            label: &self.title,
        });
        Ok(ChartView {
            id: self.id.into(),
            svg: svg.told()?,
            title: self.title,
            subtitle: self.subtitle,
            columns: self.columns.iter().map(|c| (*c).to_string()).collect(),
            rows: self.rows,
        })
    }
}

fn table(place: Place<'_>, months: &[(NaiveDate, MonthSums)], measures: &[&str]) -> Vec<Vec<String>> {
    let row = |(day, sums): &(NaiveDate, MonthSums)| {
        let amounts = measures.iter().map(|m| place.show(of(sums, m)));
        std::iter::once(named(*day, place.language)).chain(amounts).collect()
    };
    months.iter().map(row).collect()
}

/// "Thousand USD per month", by the largest amount that is shown.
fn unit_per_month(place: Place<'_>, largest: Money) -> String {
    let unit = unit_of(place.open.currency(), place.language, largest);
    match place.language {
        "fr" => format!("{unit} par mois"),
        _ => format!("{unit} per month"),
    }
}

fn largest(months: &[(NaiveDate, MonthSums)], measures: &[&str]) -> Money {
    months
        .iter()
        .flat_map(|(_, sums)| measures.iter().map(|m| of(sums, m)))
        .max()
        .unwrap_or_default()
}

pub(super) fn expected_and_received(
    place: Place<'_>,
    today: NaiveDate,
    months: &[(NaiveDate, MonthSums)],
) -> Answer<ChartView> {
    let measures = ["expected", "received"];
    let points: Vec<Expected> = months
        .iter()
        .map(|(day, s)| Expected {
            month: *day,
            expected: of(s, "expected"),
            received: of(s, "received"),
            so_far: month(*day) == month(today),
        })
        .collect();
    Drawing {
        place,
        id: "expected_received",
        size: (676, 164),
        title: title_for_expected(place.language, &points),
        subtitle: unit_per_month(place, largest(months, &measures)),
        columns: &["month", "expected", "received"],
        rows: table(place, months, &measures),
    }
    .drawn(|frame| bars_with_ticks(frame, &points))
}

pub(super) fn disbursed_and_collected(
    place: Place<'_>,
    today: NaiveDate,
    months: &[(NaiveDate, MonthSums)],
) -> Answer<ChartView> {
    let measures = ["disbursed", "received"];
    let points: Vec<Flow> = months
        .iter()
        .map(|(day, s)| Flow {
            month: *day,
            disbursed: of(s, "disbursed"),
            collected: of(s, "received"),
            so_far: month(*day) == month(today),
        })
        .collect();
    Drawing {
        place,
        id: "disbursed_collected",
        size: (480, 220),
        title: title_for_flow(place.language, &points),
        subtitle: unit_per_month(place, largest(months, &measures)),
        columns: &["month", "disbursed", "collected"],
        rows: table(place, months, &measures),
    }
    .drawn(|frame| bars_and_line(frame, &points))
}

pub(super) async fn at_risk(place: Place<'_>, today: NaiveDate, now: DayFigures) -> Answer<ChartView> {
    let mut ends = place.open.book.month_ends(months_before(today, 11)).await.told()?;
    ends.retain(|(day, _)| month(*day) != month(today));
    ends.push((today, now));
    let language = place.language;
    let points: Vec<Share> = ends
        .iter()
        .map(|(day, f)| Share {
            month: *day,
            par30: share(f.par30, f.outstanding),
            par60: share(f.par60, f.outstanding),
            par90: share(f.par90, f.outstanding),
        })
        .collect();
    let row = |p: &Share| {
        std::iter::once(named(p.month, language))
            .chain([p.par30, p.par60, p.par90].map(|share| percent(place, share)))
            .collect()
    };
    Drawing {
        place,
        id: "at_risk",
        size: (480, 220),
        title: title_for_share(language, &points, Some(PAR30_LIMIT)),
        subtitle: match language {
            "fr" => "Part du capital restant dû, fin de mois".into(),
            _ => "Share of outstanding principal, month end".into(),
        },
        columns: &["month", "par30", "par60", "par90"],
        rows: points.iter().map(row).collect(),
    }
    .drawn(|frame| lines_share(frame, &points, Some(PAR30_LIMIT)))
}

pub(super) async fn by_product(place: Place<'_>, today: NaiveDate) -> Answer<ChartView> {
    let shares = place.open.book.portfolio_by_product(today).await.told()?;
    let french = place.language == "fr";
    let label = |title: &Option<String>| match title {
        Some(title) => title.clone(),
        None if french => "Achats".to_string(),
        None => "Purchases".to_string(),
    };
    let bars: Vec<Bar> = shares
        .iter()
        .map(|s| Bar {
            label: label(&s.title),
            value: s.outstanding,
        })
        .collect();
    let row = |s: &farthing_store::ProductShare| {
        vec![
            label(&s.title),
            place.show(s.outstanding),
            percent(place, share(s.par30, s.outstanding)),
        ]
    };
    let unit = unit_of(
        place.open.currency(),
        place.language,
        bars.iter().map(|b| b.value).max().unwrap_or_default(),
    );
    // In the middle of a line: "thousand USD", and "USD" as it is.
    let unit = match unit.split_once(' ') {
        Some((first, rest)) => format!("{} {rest}", first.to_lowercase()),
        None => unit,
    };
    Drawing {
        place,
        id: "by_product",
        size: (480, 220),
        title: title_for_products(place.language, &bars),
        subtitle: if french {
            format!("Encours par produit, {unit}")
        } else {
            format!("Portfolio by product, {unit}")
        },
        columns: &["product", "outstanding", "par30"],
        rows: shares.iter().map(row).collect(),
    }
    .drawn(|frame| horizontal_bars(frame, &bars))
}

pub(super) fn purchases(place: Place<'_>, today: NaiveDate, year: &[(NaiveDate, MonthSums)]) -> Answer<ChartView> {
    let months = &year[year.len().saturating_sub(HALF_YEAR)..];
    let measures = ["purchased", "purchase_paid", "purchase_due"];
    let points: Vec<PurchaseMonth> = months
        .iter()
        .map(|(day, s)| PurchaseMonth {
            month: *day,
            purchases: of(s, "purchased"),
            paid: of(s, "purchase_paid"),
            due: of(s, "purchase_due"),
            so_far: month(*day) == month(today),
        })
        .collect();
    Drawing {
        place,
        id: "purchases",
        size: (480, 220),
        title: title_for_purchases(place.language, &points),
        subtitle: unit_per_month(place, largest(months, &measures)),
        columns: &["month", "purchased", "paid", "due"],
        rows: table(place, months, &measures),
    }
    .drawn(|frame| grouped_bars(frame, &points))
}

/// What the server decided in each of the days, oldest first; the last one is still running.
pub(crate) fn decided_by_day(open: &Open, language: &str, days: &[Decided]) -> Answer<ChartView> {
    let place = Place::of(open, language);
    let row = |day: &Decided| {
        let named = farthing_documents::written_day(place.language, day.day);
        vec![named, day.as_asked.to_string(), day.otherwise.to_string()]
    };
    Drawing {
        place,
        id: "sync_health",
        size: (1000, 180),
        title: title_for_decided(place.language, days),
        subtitle: match place.language {
            "fr" => "Opérations par jour".into(),
            _ => "Commands per day".into(),
        },
        columns: &["day", "as_asked", "otherwise"],
        rows: days.iter().map(row).collect(),
    }
    .drawn(|frame| stacked_days(frame, days))
}
