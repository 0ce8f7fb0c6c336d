//! Statuses: a glyph of its own shape, then the word.

use super::icon::Glyph;
use super::notice::Tone;
use crate::i18n::{Text, text};
use crate::state::App;
use farthing_api::{InstallmentStatus, InstallmentView, LoanRow, LoanStatus};
use leptos::prelude::*;

/// A status as shown: the glyph's name, the words, and words that stand out because something is late.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The glyph and the class: `paid partly due late waiting attention credit upcoming`.
    pub glyph: &'static str,
    /// The word.
    pub word: String,
    /// Days late, after the word.
    pub late: Option<String>,
}

impl Status {
    /// A status without days.
    pub fn new(app: App, glyph: &'static str, word: Text) -> Status {
        Status {
            glyph,
            word: app.say(word).to_owned(),
            late: None,
        }
    }

    /// How a loan stands today.
    pub fn of_loan(app: App, loan: &LoanRow) -> Status {
        match loan.status {
            LoanStatus::Waiting => Status::new(app, "waiting", text::STATUS_WAITING),
            LoanStatus::Approved => Status::new(app, "upcoming", text::STATUS_APPROVED),
            LoanStatus::Rejected => Status::new(app, "late", text::STATUS_REJECTED),
            LoanStatus::Closed => Status::new(app, "paid", text::STATUS_CLOSED),
            LoanStatus::WrittenOff => Status::new(app, "late", text::STATUS_WRITTEN_OFF),
            LoanStatus::Active if loan.days_past_due > 0 => Status::new(app, "late", text::STATUS_LATE),
            LoanStatus::Active if loan.next_due_on == Some(app.today.get()) => {
                Status::new(app, "due", text::STATUS_DUE_TODAY)
            }
            LoanStatus::Active => Status::new(app, "upcoming", text::STATUS_ON_TIME),
        }
    }

    /// How an installment stands today.
    pub fn of_installment(app: App, row: &InstallmentView) -> Status {
        let late = (row.days_late > 0).then(|| app.say_with(text::STATUS_DAYS, &[("n", row.days_late.to_string())]));
        let (glyph, word) = match row.status {
            InstallmentStatus::Paid => ("paid", text::STATUS_PAID),
            InstallmentStatus::Partly => ("partly", text::STATUS_PARTLY),
            InstallmentStatus::Late => ("late", text::STATUS_LATE),
            InstallmentStatus::DueToday => ("due", text::STATUS_DUE_TODAY),
            InstallmentStatus::Next => ("due", text::STATUS_NEXT),
            InstallmentStatus::Upcoming => ("upcoming", text::STATUS_UPCOMING),
        };
        Status {
            late,
            ..Status::new(app, glyph, word)
        }
    }

    /// Whether a customer's contact or document was verified.
    pub fn of_verified(app: App, verified: bool) -> Status {
        if verified {
            Status::new(app, "paid", text::STATUS_VERIFIED)
        } else {
            Status::new(app, "upcoming", text::STATUS_UNVERIFIED)
        }
    }
}

/// The glyph and the word.
#[component]
pub fn StatusGlyph(status: Status) -> impl IntoView {
    let class = format!("status status-{}", status.glyph);
    view! {
        <span class=class>
            <Glyph name=status.glyph/>
            <span>
                {status.word}
                {status.late.map(|late| view! { ", " <span class="late">{late}</span> })}
            </span>
        </span>
    }
    .into_any()
}

/// A status in a record's header.
#[component]
pub fn Pill(
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] tone: Tone,
    #[prop(optional)] glyph: &'static str,
) -> impl IntoView {
    view! {
        <span class=format!("pill {}", tone.class("pill"))>
            {(!glyph.is_empty()).then(|| view! { <Glyph name=glyph/> })}
            {label}
        </span>
    }
    .into_any()
}
