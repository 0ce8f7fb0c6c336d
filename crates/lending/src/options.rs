//! Terms that few loans need: growing installments, further advances, days off.

use crate::strict;
use crate::terms::TermsError;
use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How installments grow: by `percent` or by `amount`, after every so many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// So many installments are alike.
    pub every: u32,
    /// How many percent the next ones are larger.
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub percent: Option<Decimal>,
    /// Or by how much they are larger, in units of the currency.
    #[serde(
        default,
        deserialize_with = "strict::some_decimal",
        skip_serializing_if = "Option::is_none"
    )]
    pub amount: Option<Decimal>,
}

/// A further part of the loan that is paid out after the day of disbursement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// The day; from then on it bears interest.
    #[serde(deserialize_with = "strict::day")]
    pub on: NaiveDate,
    /// How much, in units of the currency.
    #[serde(deserialize_with = "strict::decimal")]
    pub amount: Decimal,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// The day of the week of a date.
    pub fn of(date: NaiveDate) -> Weekday {
        match date.weekday() {
            chrono::Weekday::Mon => Weekday::Monday,
            chrono::Weekday::Tue => Weekday::Tuesday,
            chrono::Weekday::Wed => Weekday::Wednesday,
            chrono::Weekday::Thu => Weekday::Thursday,
            chrono::Weekday::Fri => Weekday::Friday,
            chrono::Weekday::Sat => Weekday::Saturday,
            chrono::Weekday::Sun => Weekday::Sunday,
        }
    }
}

/// Where a due date goes that is a day off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// It stays.
    #[default]
    None,
    /// To the next working day.
    Forward,
    /// To the last working day before.
    Back,
    /// To the next meeting day that is a working day.
    NextMeeting,
}

/// The days on which a group meets to pay: one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// Every such day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Weekday>,
    /// This day of every month, its last day where it has no such day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_of_month: Option<u32>,
}

impl Meeting {
    fn is_on(&self, day: NaiveDate) -> bool {
        let in_month = |wanted: u32| {
            let is_last = day.succ_opt().is_none_or(|next| next.day() == 1);
            day.day() == wanted || (is_last && day.day() < wanted)
        };
        self.weekday.is_some_and(|weekday| weekday == Weekday::of(day)) || self.day_of_month.is_some_and(in_month)
    }
}

/// The days off, and where due dates go that fall on one. Only due dates move, each by itself; the rhythm is counted
/// from the anchor all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingDays {
    /// The days of the week that are off.
    #[serde(default)]
    pub weekend: Vec<Weekday>,
    /// The days of the calendar that are off.
    #[serde(default, deserialize_with = "strict::days")]
    pub holidays: Vec<NaiveDate>,
    /// Where due dates go.
    #[serde(rename = "move")]
    pub rule: Move,
    /// When a group meets; only for [`Move::NextMeeting`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Meeting>,
}

/// How far a due date is moved at most.
const MOST_MOVED: u64 = 400;
/// The most holidays: ten years of nothing else.
const MOST_HOLIDAYS: usize = 4000;

impl WorkingDays {
    /// Whether a day is a working day.
    pub fn is_open(&self, day: NaiveDate) -> bool {
        !self.weekend.contains(&Weekday::of(day)) && !self.holidays.contains(&day)
    }

    /// The day to which a due date moves; nothing where there is none within 400 days.
    pub fn settle(&self, day: NaiveDate) -> Option<NaiveDate> {
        if self.rule == Move::None || self.is_open(day) {
            return Some(day);
        }
        (1..=MOST_MOVED)
            .map_while(|n| match self.rule {
                Move::Back => day.checked_sub_days(Days::new(n)),
                _ => day.checked_add_days(Days::new(n)),
            })
            .find(|other| {
                let meets = self.meeting.is_none_or(|meeting| meeting.is_on(*other));
                self.is_open(*other) && meets
            })
    }

    /// Whether these days make sense.
    ///
    /// # Errors
    /// Names the field that does not.
    pub fn check(&self) -> Result<(), TermsError> {
        let error = |field: &str, message: &str| Err(TermsError::on(format!("working_days.{field}"), message));
        let all = (0..7).filter_map(|n| NaiveDate::MIN.checked_add_days(Days::new(n)));
        if all.map(Weekday::of).all(|day| self.weekend.contains(&day)) {
            return error("weekend", "Leave a day of the week open.");
        }
        if self.holidays.len() > MOST_HOLIDAYS {
            return error("holidays", "Enter at most 4,000 holidays.");
        }
        match (self.rule, self.meeting) {
            (Move::NextMeeting, None) => error("meeting", "Enter the weekday or day of the month of the meeting."),
            (Move::NextMeeting, Some(meeting)) => match (meeting.weekday, meeting.day_of_month) {
                (Some(day), None) if self.weekend.contains(&day) => {
                    error("meeting.weekday", "Choose a day of the week that is not off.")
                }
                (Some(_), None) | (None, Some(1..=31)) => Ok(()),
                (None, Some(_)) => error("meeting.day_of_month", "Enter a day from 1 to 31."),
                _ => error("meeting", "Enter either a weekday or a day of the month."),
            },
            (_, Some(_)) => error("meeting", "Leave it out, or choose next_meeting as the move."),
            (_, None) => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn off(rule: Move, meeting: Option<Meeting>) -> WorkingDays {
        WorkingDays {
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: vec![day("2024-12-25"), day("2024-12-26"), day("2024-12-31")],
            rule,
            meeting,
        }
    }

    #[test]
    fn a_day_off_moves_by_the_rule() {
        // 25 December 2024 is a Wednesday, 28 December a Saturday.
        for (rule, christmas, saturday) in [
            (Move::None, "2024-12-25", "2024-12-28"),
            (Move::Forward, "2024-12-27", "2024-12-30"),
            (Move::Back, "2024-12-24", "2024-12-27"),
        ] {
            let days = off(rule, None);
            assert_eq!(days.settle(day("2024-12-25")), Some(day(christmas)));
            assert_eq!(days.settle(day("2024-12-28")), Some(day(saturday)));
            assert_eq!(days.settle(day("2024-12-23")), Some(day("2024-12-23")));
        }
    }

    #[test]
    fn a_meeting_waits_for_a_working_day_of_its_own() {
        let meeting = |weekday, day_of_month| Some(Meeting { weekday, day_of_month });
        // The Tuesday after Christmas is New Year's Eve, which is off, too.
        let tuesdays = off(Move::NextMeeting, meeting(Some(Weekday::Tuesday), None));
        assert_eq!(tuesdays.settle(day("2024-12-25")), Some(day("2025-01-07")));
        // The 31st of every month: New Year's Eve is off; 31 January 2025 is a Friday.
        let ends = off(Move::NextMeeting, meeting(None, Some(31)));
        assert_eq!(ends.settle(day("2024-12-25")), Some(day("2025-01-31")));
        // February has no 31st: its last day.
        assert_eq!(ends.settle(day("2025-02-01")), Some(day("2025-02-28")));
    }

    #[test]
    fn days_that_make_no_sense_name_their_field() {
        let field = |days: WorkingDays| days.check().unwrap_err().field;
        assert_eq!(field(off(Move::NextMeeting, None)), "working_days.meeting");
        let saturdays = Meeting {
            weekday: Some(Weekday::Saturday),
            day_of_month: None,
        };
        assert_eq!(
            field(off(Move::NextMeeting, Some(saturdays))),
            "working_days.meeting.weekday"
        );
        assert_eq!(field(off(Move::Back, Some(saturdays))), "working_days.meeting");
        let mut always = off(Move::Forward, None);
        always.weekend = vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        assert_eq!(field(always), "working_days.weekend");
    }
}
