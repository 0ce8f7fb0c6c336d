//! The dialog that gives unapplied credit back.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{LoanView, RefundCredit};
use leptos::prelude::*;

/// Names the customer and what there is.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let customer = loan.row.customer_name.clone();
    let title = show.fill(text::LOAN_REFUND_TITLE, [("customer", customer.clone())]);
    let form = Form::new("refund-form", show);
    let (amount, method) = (form.amount(loan.credit), form.cash());
    let customer = StoredValue::new(customer);
    let submit = move || {
        form.clear();
        let Some(amount) = form.read_money("amount", amount) else {
            return;
        };
        let request = RefundCredit {
            loan: page.id,
            amount,
            method: form.read_method(method),
        };
        page.send(form, request, show, move |_| {
            let values = [("amount", show.money(amount)), ("customer", customer.get_value())];
            show.fill(text::LOAN_DONE_REFUNDED, values)
        });
    };
    let label = move || match show.read_money(&amount.get()) {
        Ok(amount) => show.fill(text::LOAN_REFUND_NOW, [("amount", show.money(amount))]),
        Err(_) => show.say(text::LOAN_REFUND_NONE),
    };
    let body = view! {
        <dl class="sums dialog-object"><dt>{t(text::LOAN_REFUND_THERE)}</dt><dd data-figure="credit">{show.money(loan.credit)}</dd></dl>
        <div class="form-grid">
            {form.money("amount", text::LOAN_REFUND_AMOUNT, amount)}
            {form.methods("method", text::LOAN_REFUND_METHOD, method)}
        </div>
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("primary", "refund-now", text::LOAN_REFUND_BUSY, label)}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
