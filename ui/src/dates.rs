//! Dates and times in words.

use crate::i18n::{Text, text};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use wasm_bindgen::JsValue;

/// The month's short name.
pub fn short_month(date: NaiveDate) -> Text {
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

/// The date on this machine's clock.
pub fn local_date(at: DateTime<Utc>) -> NaiveDate {
    let date = js_sys::Date::new(&JsValue::from_str(&at.to_rfc3339()));
    let year = i32::try_from(date.get_full_year()).unwrap_or_default();
    NaiveDate::from_ymd_opt(year, date.get_month() + 1, date.get_date()).unwrap_or_default()
}
