//! The dialog that pays a loan out.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::route::Route;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{DisburseLoan, LoanView};
use leptos::prelude::*;

/// Names the customer and the amount; where the money may not go out it says why and leads to the remedy.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let amount = show.money(loan.row.principal);
    let customer = loan.row.customer_name.clone();
    let title = show.fill(
        text::LOAN_DISBURSE_TITLE,
        [
            ("amount", format!("{amount} {}", show.currency().code)),
            ("customer", customer.clone()),
        ],
    );
    let form = Form::new("disburse-form", show);
    let (day, method) = (form.today(), form.cash());
    let in_parts = loan.parts_left > 1;
    let (all, part) = (loan.row.principal, form.amount(loan.row.principal));
    let first_due = RwSignal::new(String::new());
    let submit = move || {
        let Some(value_date) = form.read_day("value_date", day) else {
            return;
        };
        let first = first_due.get_untracked();
        let first_due_on = show.read_day(&first);
        if first_due_on.is_none() && !first.trim().is_empty() {
            return form.refuse("first_due_on", untrack(|| show.say(text::LOAN_DATE_REQUIRED)));
        }
        let first = match in_parts {
            true => form.read_money("amount", part),
            false => Some(all),
        };
        let Some(first) = first else { return };
        let request = DisburseLoan {
            loan: page.id,
            seen: page.seen(),
            value_date,
            method: form.read_method(method),
            first_due_on,
            amount: (first != all).then_some(first),
        };
        let values = [("amount", show.money(first)), ("customer", customer.clone())];
        let done = untrack(|| show.fill(text::LOAN_DONE_DISBURSED, values));
        page.send(form, request, show, |_| done);
    };
    let label = move || {
        let first = show
            .read_money(&part.get())
            .map_or(amount.clone(), |first| show.money(first));
        show.fill(text::LOAN_DISBURSE_NOW, [("amount", first)])
    };
    let parts = in_parts.then(|| {
        let hint = show.fill(text::LOAN_DISBURSE_PARTS, [("parts", loan.parts_left.to_string())]);
        view! { {form.money("amount", text::LOAN_PART_AMOUNT, part)} <p class="hint grid-note">{hint}</p> }
    });
    // Of a part, they are known when it is out.
    let figures = (!in_parts).then(|| {
        view! {
            <dl class="sums dialog-object">
                <dt>{t(text::LOAN_DISBURSE_EACH)}</dt><dd data-figure="installment">{show.money(loan.installment)}</dd>
                <dt>{t(text::LOAN_FIGURE_TOTAL)}</dt><dd>{show.money(loan.total_due)}</dd>
            </dl>
        }
    });
    let body = view! {
        {figures}
        <div class="form-grid">
            {parts}
            {form.day("value_date", text::LOAN_DISBURSE_DAY, day)}
            {form.optional_day("first_due_on", text::LOAN_DISBURSE_FIRST_DUE, first_due)}
            {form.methods("method", text::LOAN_DISBURSE_METHOD, method)}
        </div>
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("primary", "disburse-now", text::LOAN_DISBURSE_BUSY, label)}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}

/// Why an approved loan can't be paid out yet, with the way to the remedy.
pub fn obstacle(loan: &LoanView, show: Show) -> Option<AnyView> {
    let reason = show.answer(loan.may_disburse.as_ref().err()?);
    let customer = loan.row.customer;
    Some(view! {
        <div class="banner banner-warn" role="status" data-figure="may_disburse">
            <span><b>{t(text::LOAN_DISBURSE_CANT)}" "</b> {reason}</span>
            <div class="banner-tools">
                <button type="button" class="btn btn-sm" data-do="verify-customer" on:click=move |_| show.go(Route::Customer(customer))>
                    {t(text::LOAN_DISBURSE_VERIFY)}
                </button>
            </div>
        </div>
    }
    .into_any())
}
