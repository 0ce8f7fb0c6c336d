//! The administrator's overview: the portfolio's figures and its charts.

use crate::i18n::{Text, t, text};
use crate::parts::{ChartCard, Screen, query};
use crate::screens::loan_kit::{Show, trouble};
use farthing_api::{AdminHome, AdminHomeView, Money};
use leptos::prelude::*;

/// The word of a loan's status as the book counts them.
fn status_word(status: &str) -> Option<Text> {
    Some(match status {
        "waiting" => text::ADMIN_STATUS_WAITING,
        "approved" => text::ADMIN_STATUS_APPROVED,
        "rejected" => text::ADMIN_STATUS_REJECTED,
        "active" => text::ADMIN_STATUS_ACTIVE,
        "closed" => text::ADMIN_STATUS_CLOSED,
        _ => return None,
    })
}

fn money_figure(hook: &'static str, label: Text, amount: Money, show: Show) -> AnyView {
    view! {
        <div class="figure">
            <dt class="figure-label">{t(label)}</dt>
            <dd class="figure-value"><span data-figure=hook>{show.money(amount)}</span> " " <small>{show.currency().code}</small></dd>
        </div>
    }
    .into_any()
}

/// The strip of key figures.
fn figures(home: &AdminHomeView, show: Show) -> AnyView {
    let (customers, verified) = home.customers;
    let verified = show.fill(text::ADMIN_VERIFIED, [("count", verified.to_string())]);
    // Red is for what is over the limit of 5 %, not for every late loan.
    let bad = home.par30 > 500;
    view! {
        <dl class="figures" aria-label=t(text::ADMIN_FIGURES)>
            {money_figure("outstanding", text::ADMIN_OUTSTANDING, home.outstanding, show)}
            {money_figure("disbursed", text::ADMIN_DISBURSED, home.disbursed, show)}
            {money_figure("collected", text::ADMIN_COLLECTED, home.collected, show)}
            <div class="figure">
                <dt class="figure-label">{t(text::ADMIN_PAR30)}</dt>
                <dd class=if bad { "figure-value is-bad" } else { "figure-value" }>
                    <span data-figure="par30">{show.share(home.par30)}</span> " "
                    <small><span data-figure="par30_amount">{show.money(home.par30_amount)}</span> " " {show.currency().code}</small>
                </dd>
            </div>
            <div class="figure">
                <dt class="figure-label">{t(text::ADMIN_CUSTOMERS)}</dt>
                <dd class="figure-value"><span data-figure="customers">{customers}</span> " " <small data-figure="verified">{verified}</small></dd>
            </div>
        </dl>
    }
    .into_any()
}

/// The line of loans by status and of this month's applications.
fn counts(home: &AdminHomeView, show: Show) -> AnyView {
    let applications = match home.applications {
        1 => show.say(text::ADMIN_APPLICATIONS_ONE),
        n => show.fill(text::ADMIN_APPLICATIONS, [("count", n.to_string())]),
    };
    let loans: Vec<_> = home
        .loans
        .iter()
        .map(|(status, count)| {
            let word = status_word(status).map_or_else(|| status.clone(), |word| show.say(word));
            let hook = format!("loans_{status}");
            view! { <span class="pill"><b data-figure=hook>{*count}</b> " " {word}</span> }
        })
        .collect();
    view! {
        <div class="row" role="group" aria-label=t(text::ADMIN_BY_STATUS)>
            <span class="muted small">{t(text::ADMIN_LOANS)}</span>
            {loans}
            <span class="push quiet small" data-figure="applications">{applications}</span>
        </div>
    }
    .into_any()
}

/// Two charts beside each other, then the rest in rows of three.
fn charts(home: &AdminHomeView) -> AnyView {
    let card = |chart: &farthing_api::ChartView| view! { <ChartCard chart=chart.clone()/> }.into_any();
    let first: Vec<_> = home.charts.iter().take(2).map(card).collect();
    let rest: Vec<_> = home.charts.iter().skip(2).map(card).collect();
    let class = if rest.len() == 2 { "cards two" } else { "cards three" };
    let rest = (!rest.is_empty()).then(|| view! { <div class=class>{rest}</div> });
    view! { <div class="cards two">{first}</div> {rest} }.into_any()
}

/// The screen.
#[component]
pub fn AdminHomeScreen() -> impl IntoView {
    let show = Show::here();
    let home = query(move || {
        let language = show.language().code().to_owned();
        Some(AdminHome { language })
    });
    let note = Signal::derive(move || {
        let day = home.value.with(|home| home.as_ref().map(|home| home.today));
        day.map(|day| show.fill(text::ADMIN_AS_OF, [("date", show.day(day))]))
            .unwrap_or_default()
    });
    let body = move || match (home.value.get(), home.error.get()) {
        (_, Some(error)) => trouble(&error),
        (Some(home), None) => view! { {figures(&home, show)} {counts(&home, show)} {charts(&home)} }.into_any(),
        (None, None) => ().into_any(),
    };
    view! { <Screen name="admin-home" title=text::ADMIN_TITLE note>{body}</Screen> }.into_any()
}
