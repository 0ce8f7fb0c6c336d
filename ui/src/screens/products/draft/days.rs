//! The days off and where due dates go that fall on one, as typed.

use super::{Wrong, lines, select};
use crate::i18n::{Text, t, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use chrono::NaiveDate;
use farthing_api::DaysOff as OfficeDays;
use farthing_lending::options::{Meeting, Move, Weekday, WorkingDays};
use leptos::prelude::*;

/// Where a due date goes.
const MOVES: [(&str, Text); 4] = [
    ("none", text::DAYS_STAY),
    ("forward", text::DAYS_FORWARD),
    ("back", text::DAYS_BACK),
    ("next_meeting", text::DAYS_MEETING),
];

/// The days of the week.
const WEEK: [(&str, Weekday, Text); 7] = [
    ("monday", Weekday::Monday, text::WEEKDAY_MONDAY),
    ("tuesday", Weekday::Tuesday, text::WEEKDAY_TUESDAY),
    ("wednesday", Weekday::Wednesday, text::WEEKDAY_WEDNESDAY),
    ("thursday", Weekday::Thursday, text::WEEKDAY_THURSDAY),
    ("friday", Weekday::Friday, text::WEEKDAY_FRIDAY),
    ("saturday", Weekday::Saturday, text::WEEKDAY_SATURDAY),
    ("sunday", Weekday::Sunday, text::WEEKDAY_SUNDAY),
];

/// The choice of a day of the month for the meeting; the others are the days of the week.
const BY_DAY: &str = "day";

/// Days off, as typed.
#[derive(Clone, Copy)]
pub struct Days {
    off: [RwSignal<bool>; 7],
    holidays: RwSignal<String>,
}

impl Days {
    /// The days as they are.
    pub fn of(days: &OfficeDays, show: Show) -> Days {
        let holidays: Vec<String> = days.holidays.iter().map(|day| show.day(*day)).collect();
        Days {
            off: WEEK.map(|(_, day, _)| RwSignal::new(days.weekend.contains(&day))),
            holidays: RwSignal::new(holidays.join("\n")),
        }
    }

    /// The days. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> OfficeDays {
        let mut holidays: Vec<NaiveDate> = Vec::new();
        for line in lines(&self.holidays.get()) {
            match crate::dates::read(line, show.today()) {
                Some(day) => holidays.push(day),
                None => wrong.push((
                    "working_days.holidays",
                    show.fill(text::DAYS_WRONG, [("day", line.to_owned())]),
                )),
            }
        }
        let off = WEEK.iter().zip(self.off).filter(|(_, off)| off.get());
        OfficeDays {
            weekend: off.map(|((_, day, _), _)| *day).collect(),
            holidays,
        }
    }

    /// The fields.
    pub fn fields(self, form: Form) -> AnyView {
        let week: Vec<_> = WEEK
            .iter()
            .zip(self.off)
            .map(|((word, _, name), off)| form.check_box(word, *name, off))
            .collect();
        view! {
            <div class="field wide"><span class="label">{t(text::DAYS_OFF)}</span><div class="row weekdays">{week}</div></div>
            {form.area("working_days.holidays", text::DAYS_HOLIDAYS, self.holidays, true)}
        }
        .into_any()
    }
}

/// The fields of a product, as typed.
#[derive(Clone, Copy)]
pub struct DaysOff {
    rule: RwSignal<String>,
    /// Whether they are the organisation's.
    office: RwSignal<bool>,
    own: Days,
    /// A day of the week, or [`BY_DAY`].
    meeting: RwSignal<String>,
    meeting_day: RwSignal<String>,
}

impl DaysOff {
    /// Those of a product; one without begins with the organisation's.
    pub fn of(days: Option<&WorkingDays>, office: bool, show: Show) -> DaysOff {
        let rule = match days.map(|days| days.rule) {
            None | Some(Move::None) => MOVES[0].0,
            Some(Move::Forward) => MOVES[1].0,
            Some(Move::Back) => MOVES[2].0,
            Some(Move::NextMeeting) => MOVES[3].0,
        };
        let meeting = days.and_then(|days| days.meeting);
        let weekday = meeting.and_then(|meeting| meeting.weekday);
        let by_weekday = weekday.and_then(|day| WEEK.iter().find(|(_, own, _)| *own == day));
        let word = match (by_weekday, meeting.and_then(|meeting| meeting.day_of_month)) {
            (Some((word, ..)), _) => *word,
            (None, Some(_)) => BY_DAY,
            (None, None) => WEEK[0].0,
        };
        let own = days.map(|days| OfficeDays {
            weekend: days.weekend.clone(),
            holidays: days.holidays.clone(),
        });
        let day = meeting.and_then(|meeting| meeting.day_of_month).unwrap_or(1);
        DaysOff {
            rule: RwSignal::new(rule.to_owned()),
            office: RwSignal::new(office || days.is_none()),
            own: Days::of(&own.unwrap_or_default(), show),
            meeting: RwSignal::new(word.to_owned()),
            meeting_day: RwSignal::new(day.to_string()),
        }
    }

    /// The days, none where due dates stay, and whether they are the organisation's. Reads every field reactively.
    pub fn read(self, show: Show, wrong: &mut Wrong) -> (Option<WorkingDays>, bool) {
        let rule = match self.rule.get().as_str() {
            "forward" => Move::Forward,
            "back" => Move::Back,
            "next_meeting" => Move::NextMeeting,
            _ => return (None, false),
        };
        let meeting = (rule == Move::NextMeeting).then(|| {
            let word = self.meeting.get();
            let day_of_month = (word == BY_DAY).then(|| whole(&self.meeting_day.get()).unwrap_or(0));
            let weekday = WEEK.iter().find(|(own, ..)| *own == word).map(|(_, day, _)| *day);
            Meeting { weekday, day_of_month }
        });
        let office = self.office.get();
        let OfficeDays { weekend, holidays } = match office {
            true => OfficeDays::default(),
            false => self.own.read(show, wrong),
        };
        let days = WorkingDays {
            weekend,
            holidays,
            rule,
            meeting,
        };
        (Some(days), office)
    }

    /// The fields.
    pub fn fields(self, form: Form, show: Show) -> AnyView {
        let rule = Memo::new(move |_| self.rule.get());
        let own = move || {
            if rule.get() == MOVES[0].0 {
                return ().into_any();
            }
            let meeting = (rule.get() == MOVES[3].0).then(|| {
                let mut words: Vec<(&'static str, Text)> = WEEK.map(|(word, _, name)| (word, name)).to_vec();
                words.push((BY_DAY, text::DAYS_OF_MONTH));
                view! {
                    {select(form, "working_days.meeting.weekday", text::DAYS_MEETS, self.meeting, &words, show)}
                    {move || (self.meeting.get() == BY_DAY).then(|| {
                        form.number("working_days.meeting.day_of_month", text::DAYS_MEETING_DAY, self.meeting_day, "numeric")
                    })}
                }
            });
            view! {
                {form.tick("office_days", text::DAYS_OFFICE, self.office)}
                {move || (!self.office.get()).then(|| self.own.fields(form))}
                {meeting}
            }
            .into_any()
        };
        view! {
            <div class="wide">{select(form, "working_days", text::DAYS_MOVE, self.rule, &MOVES, show)}</div>
            {own}
        }
        .into_any()
    }
}
