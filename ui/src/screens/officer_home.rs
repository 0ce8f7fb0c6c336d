//! The officer's day: what is due, whom to call, what waits.

use super::attention::{task_reason, task_title};
use crate::i18n::{t, text, words};
use crate::parts::{
    Button, Cell, ChartCard, Column, DataTable, EmptyState, Figure, Figures, Row, RowAction, Screen, Status, WorkItem,
    query,
};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{LoanRow, Money, OfficerHome, OfficerHomeView};
use leptos::prelude::*;

/// The officer's day.
#[component]
pub fn OfficerHomeScreen() -> impl IntoView {
    let app = app();
    let home = query(move || {
        let language = app.language.get().code().to_owned();
        Some(OfficerHome { language })
    });
    let note = Signal::derive(move || {
        let today = app.today.get();
        format!("{} {}", app.say(crate::dates::weekday(today)), app.date(today))
    });
    let tools = move || {
        app.can("register_customers").then(|| {
            view! {
                <Button
                    label=text::CUSTOMER_REGISTER kind="primary" icon="plus" key="n" does="new-customer"
                    on_press=move |()| app.go(Route::NewCustomer)
                />
            }
        })
    };
    let body = move || match (home.value.get(), home.error.get()) {
        (Some(home), _) => day(app, home),
        (None, Some(error)) => view! { <EmptyState sentence=app.answer(&error)/> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! { <Screen name="today" title=text::NAV_TODAY note=note tools=tools>{body}</Screen> }
}

fn day(app: App, home: OfficerHomeView) -> AnyView {
    let figures = figures(app, &home);
    let (waiting, tasks) = (home.waiting.clone(), home.tasks.clone());
    let (approvals, attention) = (home.approvals, home.attention);
    view! {
        <Figures figures=figures/>
        <div class="columns">
            <div class="stack-loose">
                <Collect loans=home.collect/>
                <ChartCard chart=home.chart plain=true/>
            </div>
            <div class="stack-loose">
                <section>
                    <div class="section-head">
                        <h2 class="section-title">{t(text::NAV_ATTENTION)} " " <span class="count">{attention}</span></h2>
                    </div>
                    <ul class="work">
                        {tasks.into_iter().map(|task| {
                            let (title, reason) = (task_title(app, &task), task_reason(app, &task));
                            view! {
                                <WorkItem title=title reason=reason on_open=move |()| app.go(Route::Attention)>
                                    <Button label=text::ATTENTION_SEE kind=" btn-sm" on_press=move |()| app.go(Route::Attention)/>
                                </WorkItem>
                            }
                        }).collect_view()}
                    </ul>
                    {(attention == 0).then(|| view! { <EmptyState sentence=text::ATTENTION_NONE/> })}
                </section>
                <section>
                    <div class="section-head">
                        <h2 class="section-title">{t(text::HOME_WAITING)} " " <span class="count">{approvals}</span></h2>
                    </div>
                    <ul class="work">
                        {waiting.into_iter().map(|loan| waiting_item(app, loan)).collect_view()}
                    </ul>
                    {(approvals == 0).then(|| view! { <EmptyState sentence=text::HOME_WAITING_NONE/> })}
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn waiting_item(app: App, loan: LoanRow) -> AnyView {
    let open = move || app.go(Route::Loan(loan.id));
    let reason = format!("{} · {} {}", loan.number, app.money(loan.principal), app.code());
    view! {
        <WorkItem title=loan.customer_name reason=reason on_open=move |()| open()>
            <Button label=text::HOME_CHECK kind=" btn-sm" on_press=move |()| open()/>
        </WorkItem>
    }
    .into_any()
}

fn figures(app: App, home: &OfficerHomeView) -> Vec<Figure> {
    let money = |amount: Money| Signal::derive(move || app.money(amount));
    let code = Signal::derive(move || app.code());
    let count = |n: u32| Signal::stored(n.to_string());
    let received = app.money(home.received_today);
    vec![
        Figure::new("due-today", text::HOME_DUE_TODAY, money(home.due_today))
            .glyph("due", "tone-accent")
            .unit(code)
            .note(words(
                text::HOME_DUE_NOTE,
                [
                    ("n", home.due_today_count.to_string()),
                    ("received", home.received_today_count.to_string()),
                    ("amount", received),
                ],
            )),
        Figure::new("overdue", text::HOME_OVERDUE, money(home.overdue))
            .glyph("late", "tone-bad")
            .unit(code)
            .note(words(
                text::HOME_OVERDUE_NOTE,
                [
                    ("n", home.overdue_count.to_string()),
                    ("par", home.par30_count.to_string()),
                ],
            )),
        Figure::new("approvals", text::HOME_WAITING, count(home.approvals))
            .glyph("waiting", "tone-warn")
            .note(words(text::HOME_WAITING_NOTE, [("n", home.approvals_mine.to_string())])),
        Figure::new("attention", text::NAV_ATTENTION, count(home.attention))
            .glyph("attention", "tone-warn")
            .note(text::HOME_ATTENTION_NOTE),
    ]
}

#[component]
fn Collect(loans: Vec<LoanRow>) -> impl IntoView {
    let app = app();
    let columns = vec![
        Column::words(text::FIELD_CUSTOMER).cut(),
        Column::words(text::FIELD_LOAN),
        Column::number(text::FIELD_DUE),
        Column::number(words(text::FIELD_DUE_NOW_IN, [("code", app.code())])),
        Column::number(text::FIELD_DAYS_LATE),
        Column::status(text::FIELD_STATUS),
    ];
    let may_receive = app.can("receive");
    let rows = Signal::derive(move || Some(loans.iter().map(|loan| row(app, loan, may_receive)).collect()));
    let open = move |key: String| {
        if let Ok(id) = key.parse() {
            app.go(Route::Loan(id));
        }
    };
    let all = move |()| {
        app.go(Route::Loans {
            filter: "overdue".to_owned(),
        });
    };
    let receive = move |key: String| {
        if let Ok(id) = key.parse() {
            app.go_to(Route::Loan(id), "pay");
        }
    };
    view! {
        <section>
            <div class="section-head">
                <h2 class="section-title">{t(text::HOME_COLLECT)}</h2>
                <div class="section-tools">
                    <Button label=text::HOME_ALL_OVERDUE kind=" btn-sm" does="all-overdue" on_press=all/>
                </div>
            </div>
            <DataTable
                label=text::HOME_COLLECT columns=columns rows=rows on_open=open on_act=receive
                empty=|| view! { <EmptyState sentence=text::HOME_COLLECT_NONE/> }
            />
        </section>
    }
    .into_any()
}

fn row(app: App, loan: &LoanRow, may_receive: bool) -> Row {
    let status = Status::of_loan(app, loan);
    let action = RowAction {
        label: app.say(text::HOME_RECEIVE).to_owned(),
        does: "receive",
        key: "r",
    };
    Row {
        key: loan.id.to_string(),
        number: loan.number.clone(),
        class: "",
        cells: vec![
            Cell::Who(loan.customer_name.clone()),
            Cell::Ident(loan.number.clone()),
            loan.next_due_on
                .map_or(Cell::Zero("–".into()), |date| Cell::Number(app.day(date))),
            Cell::Amount(app.money(loan.due_now)),
            Cell::DaysLate(loan.days_past_due),
            if may_receive {
                Cell::Act(status, action)
            } else {
                Cell::Status(status)
            },
        ],
    }
}
