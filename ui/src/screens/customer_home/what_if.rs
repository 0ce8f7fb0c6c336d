//! What the customer asks before paying: what would an amount on a day do?

use super::Own;
use crate::i18n::{t, text};
use crate::parts::{Button, query};
use crate::screens::loan::ways;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{CustomerHomeView, LoanId, LoanStatus, Money, WhatIfPayment, WhatIfView};
use leptos::prelude::*;

/// What the chosen way leads to.
fn shown(way: &WhatIfView, show: Show) -> AnyView {
    let line = |label, hook: &'static str, amount: Money| {
        amount
            .is_positive()
            .then(|| view! { <dt>{t(label)}</dt><dd data-figure=hook>{show.money(amount)}</dd> })
    };
    let next = way.next_due.map(|(day, amount)| {
        let label = show.fill(text::LOAN_FIGURE_NEXT, [("date", show.day_near(day))]);
        view! { <dt>{label}</dt><dd data-figure="next_due">{show.money(amount)}</dd> }
    });
    let ends = way
        .ends_on
        .map(|day| view! { <dt>{t(text::APPLY_PREVIEW_ENDS)}</dt><dd>{show.day(day)}</dd> });
    view! {
        <dl class="cust-sums">
            {line(text::LOAN_RECEIVE_PENALTY, "split_penalty", way.parts.penalty)}
            {line(text::LOAN_RECEIVE_FEE, "split_fee", way.parts.fee)}
            {line(text::LOAN_RECEIVE_INTEREST, "split_interest", way.parts.interest)}
            {line(text::LOAN_RECEIVE_PRINCIPAL, "split_principal", way.parts.principal)}
            {line(text::LOAN_RECEIVE_CREDIT, "split_credit", way.parts.credit)}
            <dt class="medium">{t(text::LOAN_RECEIVE_AFTER)}</dt><dd class="medium" data-figure="outstanding_after">{show.money(way.outstanding_principal)}</dd>
            {next}
            {ends}
            {line(text::WAYS_SAVED, "interest_saved", way.interest_saved)}
        </dl>
    }
    .into_any()
}

/// The page.
pub fn page(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let form = Form::new("what-if-form", show);
    let running: Vec<_> = home
        .loans
        .iter()
        .filter(|loan| loan.row.status == LoanStatus::Active)
        .collect();
    let first = running.first();
    let loan = RwSignal::new(first.map(|loan| loan.row.id.to_string()).unwrap_or_default());
    let amount = form.amount(first.map_or(Money::ZERO, |loan| loan.row.due_now.max(loan.row.next_due)));
    let (day, choice) = (form.today(), RwSignal::new(ways::word(None).to_owned()));
    let options: Vec<_> = running
        .iter()
        .map(|loan| {
            (
                loan.row.id.to_string(),
                format!("{} {}", loan.row.product, loan.row.number),
            )
        })
        .collect();
    let asked = query(move || {
        let (amount, on) = (show.read_money(&amount.get()).ok()?, show.read_day(&day.get())?);
        let loan: LoanId = loan.get().parse().ok()?;
        Some(WhatIfPayment { loan, amount, on })
    });
    Effect::new(move |_| form.check(asked.error.get().as_ref()));
    let found = Signal::derive(move || match asked.error.get() {
        Some(_) => Vec::new(),
        None => asked.value.get().unwrap_or_default(),
    });
    let result = move || {
        let chosen = ways::of(&choice.get());
        found
            .get()
            .iter()
            .find(|way| way.choice == chosen)
            .map(|way| shown(way, show))
    };
    let fields = view! {
        <h1 class="cust-title">{t(text::OWN_WHAT_IF_TITLE)}</h1>
        <p class="cust-note">{t(text::OWN_WHAT_IF_NOTE)}</p>
        {form.select("loan", text::OWN_NOTICE_LOAN, loan, Signal::stored(options), false)}
        {form.money("amount", text::OWN_NOTICE_AMOUNT, amount)}
        {form.day("value_date", text::OWN_WHAT_IF_ON, day)}
        {ways::options(found, choice, show)}
        <div aria-live="polite">{result}</div>
        <div class="cust-actions">
            <Button label=text::OWN_BACK kind="quiet btn-lg" does="back" on_press=move |()| own.back()/>
        </div>
    };
    view! {
        <div data-screen="customer-what-if">{form.element("cust-card roomy form stack whatif", || (), fields.into_any())}</div>
    }
    .into_any()
}
