//! The panel that takes a payment and shows beforehand where it goes.

use super::{Layer, LoanPage};
use crate::i18n::{Text, t, text};
use crate::parts::{SidePanel, query};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{LoanView, Money, PaymentPreview, PreviewPayment, ReceivePayment};
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

/// The split as rows of sums.
fn split(preview: &PaymentPreview, show: Show) -> AnyView {
    let parts = preview.parts;
    let line = |hook: &'static str, label, amount: Money| {
        amount
            .is_positive()
            .then(|| view! { <dt>{t(label)}</dt><dd data-figure=hook>{show.money(amount)}</dd> })
    };
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
        <dl class="sums tight whatif-split">
            {line("split_penalty", text::LOAN_RECEIVE_PENALTY, parts.penalty)}
            {line("split_interest", text::LOAN_RECEIVE_INTEREST, parts.interest)}
            {line("split_principal", text::LOAN_RECEIVE_PRINCIPAL, parts.principal)}
            {line("split_credit", text::LOAN_RECEIVE_CREDIT, parts.credit)}
        </dl>
        <dl class="sums tight whatif-split">
            {rows}
            <dt class="strong">{t(text::LOAN_RECEIVE_AFTER)}</dt>
            <dd class="strong" data-figure="outstanding_after">{show.money(preview.outstanding)}</dd>
        </dl>
        {preview.closes.then(|| view! { <p class="whatif-note strong">{t(text::LOAN_RECEIVE_CLOSES)}</p> })}
    }
    .into_any()
}

/// The panel.
pub fn panel(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("payment-form", show);
    let first = choices(loan).first().map_or(Money::ZERO, |(_, _, amount)| *amount);
    let amount = form.amount(first);
    let (day, method) = (form.today(), form.cash());
    let reference = RwSignal::new(String::new());
    let read = move || Some((show.read_money(&amount.get()).ok()?, show.read_day(&day.get())?));
    let preview = query(move || {
        let (amount, value_date) = read()?;
        Some(PreviewPayment {
            loan: page.id,
            amount,
            value_date,
            prepayment: None,
        })
    });
    Effect::new(move |_| form.check(preview.error.get().as_ref()));
    let submit = move || {
        form.clear();
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
            prepayment: None,
            anyway: false,
        };
        form.send(
            request,
            move |done| {
                let words = show.fill(text::LOAN_DONE_RECEIVED, [("receipt", done.receipt.clone())]);
                page.papers.received(words, done.payment);
                page.settle(done.loan);
            },
            |_| false,
        );
    };
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
    let fields = view! {
        {form.money("amount", text::LOAN_RECEIVE_AMOUNT, amount)}
        <div class="options" role="radiogroup" aria-label=show.say(text::LOAN_RECEIVE_QUICK)>{quick}</div>
        {form.day("value_date", text::LOAN_RECEIVE_DAY, day)}
        {form.methods("method", text::LOAN_RECEIVE_METHOD, method)}
        {form.optional("reference", text::LOAN_RECEIVE_REFERENCE, reference)}
        <h3 class="label">{t(text::LOAN_RECEIVE_WHERE)}</h3>
        {where_it_goes}
        <p class="whatif-note">{t(text::LOAN_RECEIVE_NOTE)}</p>
        <div class="whatif-foot">
            {form.submit("primary btn-grow", "receive-payment-now", text::LOAN_RECEIVE_BUSY, label)}
        </div>
    };
    let form = form.element("stack", submit, fields.into_any());
    let close = move |()| page.layer.set(Layer::None);
    view! { <SidePanel title=text::LOAN_RECEIVE_TITLE class="whatif" on_close=close>{form}</SidePanel> }.into_any()
}
