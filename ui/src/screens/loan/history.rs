//! What happened to a loan.

use super::terms;
use crate::i18n::{t, text};
use crate::screens::loan_kit::Show;
use crate::screens::loan_words::happened;
use farthing_api::{HistoryLine, LoanView};
use leptos::prelude::*;

fn line(line: &HistoryLine, show: Show) -> impl IntoView {
    let what = happened(&line.what)
        .or_else(|| terms::named(&line.what))
        .map_or_else(|| line.what.replace('_', " "), |text| show.say(text));
    let amount = line.amount.map(|amount| show.money(amount));
    // A day, or words that may begin with one.
    let (day, rest) = line.detail.split_at_checked(10).unwrap_or(("", &line.detail));
    let detail = day
        .parse()
        .map_or_else(|_| line.detail.clone(), |day| show.day(day) + rest);
    let has_detail = !detail.is_empty();
    view! {
        <li data-row=line.what.clone()>
            <time>{show.instant(line.at)}</time>
            <div>
                <p>{what} {amount.map(|amount| view! { " " <b>{amount}</b> })}</p>
                {has_detail.then(|| view! { <p>{detail}</p> })}
            </div>
            <span class="by">{line.by.clone()}</span>
        </li>
    }
}

/// The history, newest first.
pub fn list(loan: &LoanView, show: Show) -> AnyView {
    if loan.history.is_empty() {
        return view! { <div class="empty"><p>{t(text::LOAN_HISTORY_NONE)}</p></div> }.into_any();
    }
    let lines: Vec<_> = loan.history.iter().map(|l| line(l, show)).collect();
    view! { <ul class="history">{lines}</ul> }.into_any()
}
