//! Every receipt: found by its number, its loan or its customer, and shown as PDF.

use crate::i18n::{Text, t, text};
use crate::parts::{
    ALL, Cell, Column, DataTable, Pager, Row, Screen, SearchField, Tab, Tabs, asked_by, matches_of, query, rows_of,
};
use crate::screens::loan_kit::{Show, trouble};
use crate::screens::loan_papers::Papers;
use crate::screens::loan_words::payment_method;
use farthing_api::{ListQuery, ListReceipts, ReceiptRow};
use leptos::prelude::*;

/// The tabs: the filter's word, and its name.
const TABS: [(&str, Text); 3] = [
    (ALL, text::RECEIPTS_TAB_ALL),
    ("today", text::RECEIPTS_TAB_TODAY),
    ("reversed", text::RECEIPTS_TAB_REVERSED),
];

fn columns() -> Vec<Column> {
    vec![
        Column::words(text::LOANS_COLUMN_CUSTOMER).cut(),
        Column::words(text::LOAN_PAYMENT_RECEIPT).sorted("number"),
        Column::words(text::FIELD_LOAN),
        Column::number(text::LOAN_PAYMENT_AMOUNT).sorted("amount"),
        Column::number(text::LOAN_PAYMENT_DATE).sorted("day"),
        Column::words(text::LOAN_PAYMENT_METHOD).gap(),
        Column::words(text::LOAN_PAYMENT_BY).spare(),
        Column::status(text::FIELD_STATUS),
    ]
}

fn line(row: &ReceiptRow, show: Show) -> Row {
    let method = show.say(payment_method(row.method));
    let how = match row.reference.is_empty() {
        true => method,
        false => format!("{method} {}", row.reference),
    };
    let (amount, class, status) = match row.reversed {
        None => (
            Cell::Amount(show.money(row.amount)),
            "",
            show.status("paid", text::RECEIPTS_RECEIVED),
        ),
        Some(_) => (
            Cell::Number(show.money(row.amount)),
            "row-settled",
            show.status("late", text::LOAN_PAYMENT_REVERSED),
        ),
    };
    Row {
        key: row.payment.to_string(),
        number: row.receipt.clone(),
        class,
        cells: vec![
            Cell::Who(row.customer_name.clone()),
            Cell::Ident(row.receipt.clone()),
            Cell::Ident(row.loan_number.clone()),
            amount,
            Cell::Number(show.day_column(row.value_date)),
            Cell::Gap(how),
            Cell::Spare(row.by.clone()),
            Cell::Status(status),
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
    let words = match (asked.search.trim().is_empty(), asked.filter.is_empty()) {
        (false, _) => show.fill(text::RECEIPTS_EMPTY_SEARCH, [("search", asked.search)]),
        (true, false) => show.say(text::LOANS_EMPTY_TAB),
        (true, true) => return view! { <div class="empty"><p>{t(text::RECEIPTS_EMPTY)}</p></div> }.into_any(),
    };
    view! {
        <div class="empty">
            <p>{words}</p>
            <button type="button" class="btn" data-do="show-all" on:click=all>{t(text::RECEIPTS_SHOW_ALL)}</button>
        </div>
    }
    .into_any()
}

/// The screen. A row opens its receipt.
#[component]
pub fn ReceiptsScreen() -> impl IntoView {
    let show = Show::here();
    let papers = Papers::new(show);
    let tab = RwSignal::new(ALL.to_owned());
    let asked = asked_by(tab);
    let found = query(move || Some(ListReceipts { query: asked.get() }));
    let (rows, matches) = (rows_of(found, move |row| line(row, show)), matches_of(found));
    let open = move |payment: String| {
        if let Ok(payment) = payment.parse() {
            papers.show_receipt(payment);
        }
    };
    let tabs = TABS.iter().map(|(word, name)| Tab::new(word, *name)).collect();
    view! {
        <Screen name="receipts" class="content-fixed" title=text::NAV_RECEIPTS>
            <div class="section-head">
                <Tabs label=text::RECEIPTS_TABS value=tab tabs flush=true/>
                <div class="section-tools"><SearchField label=text::RECEIPTS_SEARCH query=asked matches/></div>
            </div>
            {papers.banner()}
            {move || found.error.get().map(|error| trouble(&error))}
            <DataTable label=text::NAV_RECEIPTS columns=columns() rows slow=found.slow order=asked on_open=open wrap="bleed fill"
                empty=move || empty(asked, tab, show)/>
            <Pager query=asked rows matches/>
        </Screen>
    }
    .into_any()
}
