//! The charts of the home screens: the figures behind each, and the picture that documents draws of them.

use super::homes::{month, months_before, share};
use crate::desk::Open;
use crate::error::{Answer, Told};
use chrono::{Datelike, NaiveDate};
use farthing_api::{ChartView, Money};
use farthing_store::MonthSums;

/// The months that a chart shows, oldest first: its key, its first day, its sums.
async fn months(open: &Open, today: NaiveDate, count: u32) -> Answer<Vec<(NaiveDate, MonthSums)>> {
    let mut sums = open.book.months(&month(months_before(today, count - 1)), &month(today)).await.told()?;
    let days = (0..count).rev().map(|n| months_before(today, n));
    Ok(days.map(|day| (day, sums.remove(&month(day)).unwrap_or_default())).collect())
}

fn of(sums: &MonthSums, measure: &str) -> Money {
    sums.get(measure).copied().unwrap_or_default()
}

/// "Jul 2026", the month's name in the language of the screens.
fn named(day: NaiveDate, language: &str) -> String {
    const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const FR: [&str; 12] = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let names = if language == "fr" { &FR } else { &EN };
    format!("{} {}", names[day.month0() as usize], day.year())
}

fn percent(hundredths: u32) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

fn table(open: &Open, months: &[(NaiveDate, MonthSums)], measures: &[&str]) -> Vec<Vec<String>> {
    let language = &open.organisation.language;
    let row = |(day, sums): &(NaiveDate, MonthSums)| {
        let amounts = measures.iter().map(|m| open.currency().show(of(sums, m)));
        std::iter::once(named(*day, language)).chain(amounts).collect()
    };
    months.iter().map(row).collect()
}

pub(super) async fn expected_and_received(open: &Open, today: NaiveDate) -> Answer<ChartView> {
    let months = months(open, today, 12).await?;
    Ok(ChartView {
        id: "expected_received".into(),
        title: String::new(),
        subtitle: String::new(),
        svg: String::new(),
        svg_dark: String::new(),
        columns: vec!["month".into(), "expected".into(), "received".into()],
        rows: table(open, &months, &["expected", "received"]),
    })
}

pub(super) async fn disbursed_and_collected(open: &Open, today: NaiveDate) -> Answer<ChartView> {
    let months = months(open, today, 12).await?;
    Ok(ChartView {
        id: "disbursed_collected".into(),
        title: String::new(),
        subtitle: String::new(),
        svg: String::new(),
        svg_dark: String::new(),
        columns: vec!["month".into(), "disbursed".into(), "collected".into()],
        rows: table(open, &months, &["disbursed", "received"]),
    })
}

pub(super) async fn at_risk(open: &Open, today: NaiveDate) -> Answer<ChartView> {
    let mut ends = open.book.month_ends(months_before(today, 11)).await.told()?;
    let now = open.book.portfolio(today).await.told()?;
    ends.retain(|(day, _)| month(*day) != month(today));
    ends.push((today, now));
    let language = &open.organisation.language;
    let row = |(day, f): &(NaiveDate, farthing_office::DayFigures)| {
        let shares = [f.par30, f.par60, f.par90].map(|late| percent(share(late, f.outstanding)));
        std::iter::once(named(*day, language)).chain(shares).collect()
    };
    Ok(ChartView {
        id: "at_risk".into(),
        title: String::new(),
        subtitle: String::new(),
        svg: String::new(),
        svg_dark: String::new(),
        columns: vec!["month".into(), "par30".into(), "par60".into(), "par90".into()],
        rows: ends.iter().map(row).collect(),
    })
}

pub(super) async fn by_product(open: &Open, today: NaiveDate) -> Answer<ChartView> {
    let shares = open.book.portfolio_by_product(today).await.told()?;
    let row = |s: &farthing_store::ProductShare| vec![s.title.clone(), open.currency().show(s.outstanding), percent(share(s.par30, s.outstanding))];
    Ok(ChartView {
        id: "by_product".into(),
        title: String::new(),
        subtitle: String::new(),
        svg: String::new(),
        svg_dark: String::new(),
        columns: vec!["product".into(), "outstanding".into(), "par30".into()],
        rows: shares.iter().map(row).collect(),
    })
}

pub(super) async fn purchases(open: &Open, today: NaiveDate) -> Answer<ChartView> {
    let months = months(open, today, 6).await?;
    Ok(ChartView {
        id: "purchases".into(),
        title: String::new(),
        subtitle: String::new(),
        svg: String::new(),
        svg_dark: String::new(),
        columns: vec!["month".into(), "purchased".into(), "paid".into(), "due".into()],
        rows: table(open, &months, &["purchased", "purchase_paid", "purchase_due"]),
    })
}
