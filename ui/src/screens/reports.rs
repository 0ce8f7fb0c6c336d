//! Reports: how late the portfolio is, and the general ledger.

mod account;
mod delinquency;
mod export;
mod trial;

use crate::i18n::{Text, t, text};
use crate::parts::{Screen, Tab, Tabs};
use crate::screens::loan_kit::Show;
use leptos::prelude::*;

/// The accounts that have a fixed word, and their names.
const ACCOUNTS: [(&str, Text); 18] = [
    ("bank", text::ACCOUNT_BANK),
    ("mobile", text::ACCOUNT_MOBILE),
    ("portfolio", text::ACCOUNT_PORTFOLIO),
    ("interest_receivable", text::ACCOUNT_INTEREST_RECEIVABLE),
    ("interest_income", text::ACCOUNT_INTEREST_INCOME),
    ("interest_suspended", text::ACCOUNT_INTEREST_SUSPENDED),
    ("unearned_income", text::ACCOUNT_UNEARNED_INCOME),
    ("fee_receivable", text::ACCOUNT_FEE_RECEIVABLE),
    ("fee_income", text::ACCOUNT_FEE_INCOME),
    ("penalty_receivable", text::ACCOUNT_PENALTY_RECEIVABLE),
    ("penalty_income", text::ACCOUNT_PENALTY_INCOME),
    ("unapplied_credit", text::ACCOUNT_UNAPPLIED_CREDIT),
    ("suspense", text::ACCOUNT_SUSPENSE),
    ("loan_loss", text::ACCOUNT_LOAN_LOSS),
    ("recovery_income", text::ACCOUNT_RECOVERY_INCOME),
    ("loss_provision", text::ACCOUNT_LOSS_PROVISION),
    ("provision_expense", text::ACCOUNT_PROVISION_EXPENSE),
    ("sales", text::ACCOUNT_SALES),
];

/// An account's name; one that a later version knows keeps its word.
fn account_name(word: &str, show: Show) -> String {
    if let Some(desk) = word.strip_prefix("cash:") {
        return show.fill(text::ACCOUNT_CASH, [("desk", desk.to_owned())]);
    }
    let found = ACCOUNTS.iter().find(|(own, _)| *own == word);
    found.map_or_else(|| word.replace('_', " "), |(_, name)| show.say(*name))
}

/// The screen.
#[component]
pub fn ReportsScreen() -> impl IntoView {
    let show = Show::here();
    let mut tabs = Vec::new();
    if show.may("see_overview") {
        tabs.push(Tab::new("delinquency", text::REPORT_DELINQUENCY));
    }
    if show.may("see_ledger") {
        tabs.push(Tab::new("trial", text::REPORT_TRIAL));
        tabs.push(Tab::new("export", text::REPORT_EXPORT));
    }
    let first = tabs.first().map_or("delinquency", |tab| tab.value);
    let tab = RwSignal::new(first.to_owned());
    // The account whose lines show in the place of the trial balance.
    let opened = RwSignal::new(None::<String>);
    let part = move || match (tab.get().as_str(), opened.get()) {
        ("trial", Some(word)) => account::lines(word, opened, show),
        ("trial", None) => trial::balance(opened, show),
        ("export", _) => export::form(show),
        _ => delinquency::report(show),
    };
    view! {
        <Screen name="reports" title=text::NAV_REPORTS>
            <div class="section-head"><Tabs label=text::REPORTS_TABS value=tab tabs flush=true/></div>
            {part}
        </Screen>
    }
    .into_any()
}

/// A column's head.
fn head(name: Text, class: &'static str) -> AnyView {
    view! { <th scope="col" class=class>{t(name)}</th> }.into_any()
}
