//! The lines of one account, newest first.

use super::account_name;
use crate::i18n::text;
use crate::parts::{Button, Cell, Column, DataTable, DateField, Pager, Row, matches_of, query, rows_of};
use crate::route::Route;
use crate::screens::loan_kit::{Show, trouble};
use crate::screens::loan_words::happened;
use chrono::Months;
use farthing_api::{AccountLine, AccountLines, ListQuery};
use leptos::prelude::*;

/// So many months back are shown at first.
const BACK: Months = Months::new(12);

fn columns() -> Vec<Column> {
    vec![
        Column::number(text::REPORT_BOOKED_ON),
        Column::words(text::REPORT_WHAT).gap(),
        Column::words(text::FIELD_LOAN),
        Column::number(text::REPORT_DEBIT),
        Column::number(text::REPORT_CREDIT),
    ]
}

/// What an entry is about, in words.
fn what(word: &str, show: Show) -> String {
    match word {
        "day_accrued" => show.say(text::REPORT_DAY_ACCRUED),
        _ => happened(word).map_or_else(|| word.replace('_', " "), |text| show.say(text)),
    }
}

fn line(line: &AccountLine, show: Show) -> Row {
    let nothing = || Cell::Zero("–".to_owned());
    let (debit, credit) = match line.amount.is_negative() {
        true => (nothing(), Cell::Amount(show.money(-line.amount))),
        false => (Cell::Amount(show.money(line.amount)), nothing()),
    };
    Row {
        key: line.loan.map(|loan| loan.to_string()).unwrap_or_default(),
        number: line.entry.to_string(),
        class: "",
        cells: vec![
            Cell::Number(show.day_column(line.booked_on)),
            Cell::Gap(what(&line.what, show)),
            Cell::Ident(line.loan_number.clone()),
            debit,
            credit,
        ],
    }
}

/// The lines between two booking dates; a row opens its loan.
pub fn lines(account: String, opened: RwSignal<Option<String>>, show: Show) -> AnyView {
    let today = show.today();
    let from = RwSignal::new(today.checked_sub_months(BACK).unwrap_or(today).to_string());
    let to = RwSignal::new(today.to_string());
    let page = RwSignal::new(ListQuery::default());
    let name = account_name(&account, show);
    let asked = query(move || {
        let (from, to) = (show.read_day(&from.get())?, show.read_day(&to.get())?);
        let (account, page) = (account.clone(), page.get().page);
        Some(AccountLines {
            account,
            from,
            to,
            page,
        })
    });
    let (rows, matches) = (rows_of(asked, move |row| line(row, show)), matches_of(asked));
    let open = move |loan: String| {
        if let Ok(loan) = loan.parse() {
            show.go(Route::Loan(loan));
        }
    };
    view! {
        <div class="section-head">
            <h2 class="section-title" data-figure="account">{name}</h2>
            <div class="section-tools"><Button label=text::REPORT_BACK does="back" on_press=move |()| opened.set(None)/></div>
        </div>
        <div class="form"><div class="form-grid">
            <DateField name="from" label=text::REPORT_FROM value=from/>
            <DateField name="to" label=text::REPORT_TO value=to/>
        </div></div>
        {move || asked.error.get().map(|error| trouble(&error))}
        <DataTable label=text::REPORT_TRIAL columns=columns() rows slow=asked.slow on_open=open
            empty=move || view! { <div class="empty"><p>{show.say(text::REPORT_NO_LINES)}</p></div> }.into_any()/>
        <Pager query=page rows matches/>
    }
    .into_any()
}
