//! The panel that takes a payment and shows beforehand where it goes.

use super::{Layer, LoanPage, ways};
use crate::i18n::{Text, t, text};
use crate::parts::form::focus;
use crate::parts::{Button, Glyph, SidePanel, query};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{
    ApiError, Code, LoanStatus, LoanView, Money, PaymentDone, PaymentParts, PaymentPreview, PreviewPayment,
    ReceivePayment, WhatIfPayment,
};
use leptos::prelude::*;

/// The amounts that are asked for most: what is due now, the next installment, the payoff.
fn choices(loan: &LoanView) -> Vec<(&'static str, Text, Money)> {
    let payoff = loan.payoff.as_ref().map_or(Money::ZERO, |payoff| payoff.total);
    // The same amount is offered once.
    let next = if loan.row.next_due == loan.row.due_now {
        Money::ZERO
    } else {
        loan.row.next_due
    };
    [
        ("due_now", text::LOAN_RECEIVE_DUE_NOW, loan.row.due_now),
        ("next", text::LOAN_RECEIVE_NEXT, next),
        ("payoff", text::LOAN_RECEIVE_PAYOFF, payoff),
    ]
    .into_iter()
    .filter(|(_, _, amount)| amount.is_positive())
    .collect()
}

/// Where the money goes, by what it settles.
fn shares(parts: &PaymentParts, show: Show) -> AnyView {
    let line = |hook: &'static str, label, amount: Money| {
        amount
            .is_positive()
            .then(|| view! { <dt>{t(label)}</dt><dd data-figure=hook>{show.money(amount)}</dd> })
    };
    view! {
        <dl class="sums tight whatif-split">
            {line("split_penalty", text::LOAN_RECEIVE_PENALTY, parts.penalty)}
            {line("split_fee", text::LOAN_RECEIVE_FEE, parts.fee)}
            {line("split_interest", text::LOAN_RECEIVE_INTEREST, parts.interest)}
            {line("split_principal", text::LOAN_RECEIVE_PRINCIPAL, parts.principal)}
            {line("split_recovery", text::LOAN_RECEIVE_RECOVERY, parts.recovery)}
            {line("split_credit", text::LOAN_RECEIVE_CREDIT, parts.credit)}
        </dl>
    }
    .into_any()
}

/// The split as rows of sums.
fn split(preview: &PaymentPreview, show: Show) -> AnyView {
    let rows: Vec<_> = preview
        .rows
        .iter()
        .map(|(n, amount)| {
            let label = match n {
                0 => show.say(text::LOAN_INSTALLMENT_FIRST),
                n => show.fill(text::LOAN_RECEIVE_INSTALLMENT, [("n", n.to_string())]),
            };
            view! { <dt class="quiet">{label}</dt><dd class="quiet">{show.money(*amount)}</dd> }
        })
        .collect();
    view! {
        {shares(&preview.parts, show)}
        <dl class="sums tight whatif-split">
            {rows}
            <dt class="strong">{t(text::LOAN_RECEIVE_AFTER)}</dt>
            <dd class="strong" data-figure="outstanding_after">{show.money(preview.outstanding)}</dd>
        </dl>
        {preview.closes.then(|| view! { <p class="whatif-note strong">{t(text::LOAN_RECEIVE_CLOSES)}</p> })}
    }
    .into_any()
}

/// Whether the desk only doubts that the money belongs here: taken all the same, it is set aside.
fn is_doubt(error: &ApiError) -> bool {
    matches!(
        error.code,
        Code::DuplicateReference | Code::DuplicateElsewhere | Code::Closed
    )
}

/// What is told of a payment that was taken.
fn told(done: &PaymentDone, show: Show) -> String {
    let text = match &done.parts {
        parts if parts.suspense.is_positive() => text::LOAN_DONE_SET_ASIDE,
        parts if parts.recovery.is_positive() => text::LOAN_DONE_RECOVERED,
        _ => text::LOAN_DONE_RECEIVED,
    };
    show.fill(text, [("receipt", done.receipt.clone())])
}

/// The panel.
pub fn panel(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("payment-form", show);
    let first = choices(loan).first().map_or(Money::ZERO, |(_, _, amount)| *amount);
    let amount = form.amount(first);
    let (day, method) = (form.today(), form.cash());
    let reference = RwSignal::new(String::new());
    let read = move || Some((show.read_money(&amount.get()).ok()?, show.read_day(&day.get())?));
    let choice = RwSignal::new(ways::word(None).to_owned());
    // A day to come is for asking only: the money is received on the day on which it moves.
    let is_to_come = Memo::new(move |_| read().is_some_and(|(_, day)| day > show.today()));
    let (is_active, is_closed) = (
        loan.row.status == LoanStatus::Active,
        loan.row.status == LoanStatus::Closed,
    );
    let preview = query(move || {
        let (amount, value_date) = read().filter(|_| !is_to_come.get() && !is_closed)?;
        Some(PreviewPayment {
            loan: page.id,
            amount,
            value_date,
            prepayment: ways::of(&choice.get()),
        })
    });
    let asked = query(move || {
        let (amount, on) = read().filter(|_| is_active)?;
        let loan = page.id;
        Some(WhatIfPayment { loan, amount, on })
    });
    let ways = Signal::derive(move || match asked.error.get() {
        Some(_) => Vec::new(),
        None => asked.value.get().unwrap_or_default(),
    });
    Effect::new(move |_| {
        let wrong = preview.error.get().filter(|_| !is_to_come.get());
        form.check(wrong.or(asked.error.get()).as_ref());
    });
    // Why the money may not belong here, in the desk's words.
    let doubt = RwSignal::new(None::<String>);
    let send = move |anyway: bool| {
        form.clear();
        doubt.set(None);
        let (amount, value_date) = (form.read_money("amount", amount), form.read_day("value_date", day));
        let (Some(amount), Some(value_date)) = (amount, value_date) else {
            return;
        };
        let request = ReceivePayment {
            loan: page.id,
            amount,
            value_date,
            method: form.read_method(method),
            reference: reference.get_untracked().trim().to_owned(),
            prepayment: ways::of(&choice.get_untracked()).filter(|_| is_active),
            anyway,
        };
        form.send(
            request,
            move |done| {
                page.papers.received(untrack(|| told(&done, show)), done.payment);
                page.settle(done.loan);
            },
            move |error| {
                if is_doubt(error) {
                    doubt.set(Some(untrack(|| show.answer(error))));
                    request_animation_frame(|| focus("[data-do=receive-anyway]"));
                }
                is_doubt(error)
            },
        );
    };
    let submit = move || send(false);
    let quick: Vec<_> = choices(loan)
        .into_iter()
        .map(|(word, label, value)| {
            let shown = show.money(value);
            let plain = shown.clone();
            let is_chosen = move || show.read_money(&amount.get()).ok() == Some(value);
            view! {
                <label class="option" data-do=format!("quick-{word}")>
                    <input class="radio-input" type="radio" name="quick" prop:checked=is_chosen on:change=move |_| amount.set(plain.clone())/>
                    <span class="option-title">{t(label)}</span>
                    <span class="option-value" data-figure=format!("quick_{word}")>{shown}</span>
                </label>
            }
        })
        .collect();
    let where_it_goes = move || {
        read()?;
        if is_to_come.get() {
            let chosen = ways::of(&choice.get());
            let way = ways.get().into_iter().find(|way| way.choice == chosen)?;
            return Some(shares(&way.parts, show));
        }
        match (preview.error.get(), preview.value.get()) {
            (Some(error), _) if error.field.is_none() => {
                Some(view! { <p class="whatif-note">{show.answer(&error)}</p> }.into_any())
            }
            (None, Some(preview)) => Some(split(&preview, show)),
            _ => None,
        }
    };
    let label = move || match show.read_money(&amount.get()) {
        Ok(amount) => show.fill(text::LOAN_RECEIVE_NOW, [("amount", show.money(amount))]),
        Err(_) => show.say(text::LOAN_RECEIVE_NONE),
    };
    let doubted = move || {
        doubt.get().map(|why| view! {
            <div class="banner banner-warn" role="alert" data-figure="doubt"><Glyph name="waiting"/><span>{why}</span></div>
            <Button label=text::LOAN_RECEIVE_ANYWAY does="receive-anyway" on_press=move |()| send(true)/>
        })
    };
    let note = move || match is_to_come.get() {
        true => show.say(text::LOAN_RECEIVE_NOTE_TO_COME),
        false => show.say(text::LOAN_RECEIVE_NOTE),
    };
    let fields = view! {
        {form.money("amount", text::LOAN_RECEIVE_AMOUNT, amount)}
        <div class="options" role="radiogroup" aria-label=show.say(text::LOAN_RECEIVE_QUICK)>{quick}</div>
        {form.day("value_date", text::LOAN_RECEIVE_DAY, day)}
        {form.methods("method", text::LOAN_RECEIVE_METHOD, method)}
        {form.optional("reference", text::LOAN_RECEIVE_REFERENCE, reference)}
        {ways::options(ways, choice, show)}
        {(!is_closed).then(|| view! { <h3 class="label">{t(text::LOAN_RECEIVE_WHERE)}</h3> })}
        {where_it_goes}
        {doubted}
        <p class="whatif-note">{note}</p>
        <div class="whatif-foot">
            {form.submit("primary btn-grow", "receive-payment-now", text::LOAN_RECEIVE_BUSY, label)}
        </div>
    };
    let form = form.element("stack", submit, fields.into_any());
    let close = move |()| page.layer.set(Layer::None);
    view! { <SidePanel title=text::LOAN_RECEIVE_TITLE class="whatif" on_close=close>{form}</SidePanel> }.into_any()
}
