//! The trial balance: every account with its balance.

use super::{account_name, head};
use crate::i18n::{Text, t, text};
use crate::parts::{DateField, query};
use crate::screens::loan_kit::{Show, dash_or, trouble};
use farthing_api::{AccountBalance, AccountClass, Money, TrialBalance, TrialBalanceView};
use leptos::prelude::*;

const fn class(class: AccountClass) -> Text {
    match class {
        AccountClass::Asset => text::CLASS_ASSET,
        AccountClass::Liability => text::CLASS_LIABILITY,
        AccountClass::Income => text::CLASS_INCOME,
        AccountClass::Expense => text::CLASS_EXPENSE,
    }
}

fn line(account: &AccountBalance, opened: RwSignal<Option<String>>, show: Show) -> AnyView {
    let (debit, credit) = match account.balance.is_negative() {
        true => (Money::ZERO, -account.balance),
        false => (account.balance, Money::ZERO),
    };
    let (word, by_key) = (account.account.clone(), account.account.clone());
    view! {
        <tr tabindex="0" data-row=account.account.clone()
            on:click=move |_| opened.set(Some(word.clone()))
            on:keydown=move |event| if event.key() == "Enter" { opened.set(Some(by_key.clone())) }>
            <td class="who">{account_name(&account.account, show)}</td>
            <td class="muted">{t(class(account.class))}</td>
            <td class="num amount" data-figure="debit">{dash_or(show, debit)}</td>
            <td class="num amount" data-figure="credit">{dash_or(show, credit)}</td>
        </tr>
    }
    .into_any()
}

fn shown(view: &TrialBalanceView, opened: RwSignal<Option<String>>, show: Show) -> AnyView {
    if view.accounts.is_empty() {
        return view! { <div class="empty"><p>{t(text::REPORT_NOTHING_BOOKED)}</p></div> }.into_any();
    }
    let lines: Vec<_> = view
        .accounts
        .iter()
        .map(|account| line(account, opened, show))
        .collect();
    view! {
        <div class="table-wrap">
            <table class="table dense flush" data-list="trial-balance">
                <thead><tr>
                    {head(text::REPORT_ACCOUNT, "")}
                    {head(text::REPORT_CLASS, "")}
                    {head(text::REPORT_DEBIT, "num")}
                    {head(text::REPORT_CREDIT, "num")}
                </tr></thead>
                <tbody>{lines}</tbody>
                <tfoot><tr>
                    <td>{t(text::LOAN_ROW_TOTAL)}</td><td></td>
                    <td class="num" data-figure="total_debit">{show.money(view.debit)}</td>
                    <td class="num" data-figure="total_credit">{show.money(view.credit)}</td>
                </tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}

/// The balances as of now, or at the end of a booking date.
pub fn balance(opened: RwSignal<Option<String>>, show: Show) -> AnyView {
    let on = RwSignal::new(String::new());
    let asked = query(move || {
        let typed = on.get();
        let day = show.read_day(&typed);
        (day.is_some() || typed.trim().is_empty()).then_some(TrialBalance { on: day })
    });
    let table = move || match (asked.value.get(), asked.error.get()) {
        (_, Some(error)) => trouble(&error),
        (Some(view), None) => shown(&view, opened, show),
        (None, None) => ().into_any(),
    };
    view! {
        <div class="form"><div class="form-grid">
            <DateField name="on" label=text::REPORT_ON hint=text::REPORT_ON_HINT value=on optional=true/>
        </div></div>
        {table}
    }
    .into_any()
}
