//! The dialog that takes a wrong payment back.

use super::{Layer, LoanPage};
use crate::i18n::text;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{PaymentView, ReversePayment};
use leptos::prelude::*;

/// Names the receipt and the amount, and asks why.
pub fn layer(payment: &PaymentView, page: LoanPage, show: Show) -> AnyView {
    let amount = show.money(payment.amount);
    let receipt = payment.receipt.clone();
    let title = show.fill(text::LOAN_REVERSE_TITLE, [("receipt", receipt.clone())]);
    let what = [("amount", amount.clone()), ("date", show.day(payment.value_date))];
    let form = Form::new("reverse-form", show);
    let reason = RwSignal::new(String::new());
    let id = payment.id;
    let done = show.fill(text::LOAN_DONE_REVERSED, [("receipt", receipt)]);
    let submit = move || {
        let request = ReversePayment {
            payment: id,
            loan: page.id,
            reason: reason.get_untracked(),
        };
        let done = done.clone();
        page.send(form, request, show, |_| done);
    };
    let label = show.fill(text::LOAN_REVERSE_NOW, [("amount", amount)]);
    let body = view! {
        <p>{show.fill(text::LOAN_REVERSE_WHAT, what)}</p>
        {form.area("reason", text::LOAN_REVERSE_REASON, reason, false)}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_KEEP)}
        {form.submit("danger", "reverse-now", text::LOAN_REVERSE_BUSY, move || label.clone())}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
