//! The list of loans and purchases: paged, searched and sorted by the book.

use crate::i18n::{Text, t, text};
use crate::parts::{
    ALL, Button, Cell, Column, DataTable, Pager, Row, Screen, SearchField, Tab, Tabs, asked_by, matches_of, query,
    rows_of,
};
use crate::route::Route;
use crate::screens::loan_kit::{Show, trouble};
use farthing_api::{ListLoans, ListQuery, LoanRow, Money};
use leptos::prelude::*;

/// The tabs: the filter's word, and its name.
const TABS: [(&str, Text); 6] = [
    (ALL, text::LOANS_TAB_ALL),
    ("waiting", text::LOANS_TAB_WAITING),
    ("active", text::LOANS_TAB_ACTIVE),
    ("overdue", text::LOANS_TAB_OVERDUE),
    ("purchases", text::LOANS_TAB_PURCHASES),
    ("closed", text::LOANS_TAB_CLOSED),
];

/// The columns in the order of the list.
fn columns() -> Vec<Column> {
    vec![
        Column::words(text::LOANS_COLUMN_CUSTOMER).cut(),
        Column::words(text::LOANS_COLUMN_NUMBER).sorted("number"),
        Column::words(text::LOANS_COLUMN_PRODUCT).spare(),
        Column::number(text::LOANS_COLUMN_PRINCIPAL).sorted("principal"),
        Column::number(text::LOANS_COLUMN_OUTSTANDING).sorted("outstanding"),
        Column::number(text::LOANS_COLUMN_DUE_NOW),
        Column::number(text::LOANS_COLUMN_DAYS).sorted("days"),
        Column::status(text::LOANS_COLUMN_STATUS),
    ]
}

fn line(row: &LoanRow, show: Show) -> Row {
    let amount = |amount: Money| match amount.is_zero() {
        true => Cell::Zero(show.money(amount)),
        false => Cell::Amount(show.money(amount)),
    };
    Row {
        key: row.id.to_string(),
        number: row.number.clone(),
        class: "",
        cells: vec![
            Cell::Who(row.customer_name.clone()),
            Cell::Ident(row.number.clone()),
            Cell::Spare(row.product.clone()),
            Cell::Number(show.money(row.principal)),
            amount(row.outstanding),
            amount(row.due_now),
            Cell::DaysLate(row.days_past_due),
            Cell::Status(show.loan(row)),
        ],
    }
}

/// The sentence of an empty list and the button that leads on.
fn empty(query: RwSignal<ListQuery>, tab: RwSignal<String>, show: Show) -> AnyView {
    let asked = query.get_untracked();
    let all = move |_| {
        query.update(|query| query.search.clear());
        tab.set(ALL.to_owned());
    };
    let show_all = move || {
        view! { <button type="button" class="btn" data-do="show-all" on:click=all>{t(text::LOANS_SHOW_ALL)}</button> }
    };
    if !asked.search.trim().is_empty() {
        let words = show.fill(text::LOANS_EMPTY_SEARCH, [("search", asked.search)]);
        return view! { <div class="empty"><p>{words}</p>{show_all()}</div> }.into_any();
    }
    if !asked.filter.is_empty() {
        return view! { <div class="empty"><p>{t(text::LOANS_EMPTY_TAB)}</p>{show_all()}</div> }.into_any();
    }
    let new = show.may("apply").then(|| {
        view! {
            <button type="button" class="btn" data-do="new-application" on:click=move |_| show.go(Route::NewApplication)>
                {t(text::LOANS_NEW)}
            </button>
        }
    });
    view! { <div class="empty"><p>{t(text::LOANS_EMPTY)}</p>{new}</div> }.into_any()
}

/// The screen, with the filter that it was opened with.
#[component]
pub fn LoansScreen(filter: String) -> impl IntoView {
    let show = Show::here();
    let tab = RwSignal::new(if filter.is_empty() { ALL.to_owned() } else { filter });
    let asked = asked_by(tab);
    let found = query(move || Some(ListLoans { query: asked.get() }));
    let (rows, matches) = (rows_of(found, move |row| line(row, show)), matches_of(found));
    let open = move |id: String| {
        if let Ok(id) = id.parse() {
            show.go(Route::Loan(id));
        }
    };
    let new = move |()| show.go(Route::NewApplication);
    let tools = move || {
        show.may("apply").then(|| {
            view! { <Button label=text::LOANS_NEW kind="primary" icon="plus" does="new-application" key="n" on_press=new/> }
        })
    };
    let tabs = TABS.iter().map(|(word, name)| Tab::new(word, *name)).collect();
    view! {
        <Screen name="loans" class="content-fixed" title=text::LOANS_TITLE tools>
            <div class="section-head">
                <Tabs label=text::LOANS_TABS value=tab tabs flush=true/>
                <div class="section-tools"><SearchField label=text::LOANS_SEARCH query=asked matches/></div>
            </div>
            {move || found.error.get().map(|error| trouble(&error))}
            <DataTable label=text::LOANS_TITLE columns=columns() rows slow=found.slow order=asked on_open=open wrap="bleed fill"
                empty=move || empty(asked, tab, show)/>
            <Pager query=asked rows matches/>
        </Screen>
    }
    .into_any()
}
