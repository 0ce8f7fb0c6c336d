//! Dates and times in words.

use crate::i18n::{Text, text};
use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc};
use wasm_bindgen::JsValue;

const MONTHS: [Text; 12] = [
    text::MONTH_1,
    text::MONTH_2,
    text::MONTH_3,
    text::MONTH_4,
    text::MONTH_5,
    text::MONTH_6,
    text::MONTH_7,
    text::MONTH_8,
    text::MONTH_9,
    text::MONTH_10,
    text::MONTH_11,
    text::MONTH_12,
];

/// The month's short name.
pub fn short_month(date: NaiveDate) -> Text {
    MONTHS[date.month0() as usize]
}

/// The day of the week.
pub fn weekday(date: NaiveDate) -> Text {
    const DAYS: [Text; 7] = [
        text::DAY_1,
        text::DAY_2,
        text::DAY_3,
        text::DAY_4,
        text::DAY_5,
        text::DAY_6,
        text::DAY_7,
    ];
    DAYS[date.weekday().num_days_from_monday() as usize]
}

/// The time of day on this machine's clock, 24 h: "10:42".
pub fn clock(at: DateTime<Utc>) -> String {
    let date = js_sys::Date::new(&JsValue::from_str(&at.to_rfc3339()));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// The time of day on this machine's clock with its seconds: "10:42:07".
pub fn clock_with_seconds(at: DateTime<Utc>) -> String {
    format!("{}:{:02}", clock(at), at.second())
}

/// The date on this machine's clock.
pub fn local_date(at: DateTime<Utc>) -> NaiveDate {
    let date = js_sys::Date::new(&JsValue::from_str(&at.to_rfc3339()));
    let year = i32::try_from(date.get_full_year()).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, date.get_month() + 1, date.get_date()).unwrap_or_default()
}

/// A date as a person types it: `2026-07-10`, `10/7/2026` (the day first), `10.7.`, `10 jul`, `10 July 2026`, or days
/// from today, `+7` and `-3`. Without a year it is that of today. Nothing where it is no date.
pub fn read(typed: &str, today: NaiveDate) -> Option<NaiveDate> {
    let typed = typed.trim().to_lowercase();
    if let Ok(date) = typed.parse() {
        return Some(date);
    }
    if let Some(days) = typed.strip_prefix('+') {
        return today.checked_add_days(Days::new(days.trim().parse().ok()?));
    }
    if let Some(days) = typed.strip_prefix(['-', '\u{2212}']) {
        return today.checked_sub_days(Days::new(days.trim().parse().ok()?));
    }
    let mut parts = typed.split([' ', '/', '.', '-']).filter(|part| !part.is_empty());
    let day = parts.next()?.parse().ok()?;
    let month = month(parts.next()?)?;
    let year = match parts.next() {
        Some(year) if year.len() == 4 => year.parse().ok()?,
        Some(_) => return None,
        None => today.year(),
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The months' names in the languages of the screens, with and without accents.
const NAMES: [&[&str]; 12] = [
    &["january", "janvier"],
    &["february", "février", "fevrier"],
    &["march", "mars"],
    &["april", "avril"],
    &["may", "mai"],
    &["june", "juin"],
    &["july", "juillet"],
    &["august", "août", "aout"],
    &["september", "septembre"],
    &["october", "octobre"],
    &["november", "novembre"],
    &["december", "décembre", "decembre"],
];

/// A month by its number, or by the first letters of its name, at least three, that no other month begins with.
fn month(typed: &str) -> Option<u32> {
    if let Ok(number) = typed.parse() {
        return Some(number);
    }
    if typed.chars().count() < 3 {
        return None;
    }
    let mut found = (1u32..)
        .zip(NAMES)
        .filter(|(_, names)| names.iter().any(|name| name.starts_with(typed)));
    let (number, _) = found.next()?;
    found.next().is_none().then_some(number)
}
