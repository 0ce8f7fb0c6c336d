//! The dialog that gives a loan up as lost.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{LoanView, WriteOffLoan};
use leptos::prelude::*;

/// Names the loss, and asks why.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let names = [
        ("number", loan.row.number.clone()),
        ("customer", loan.row.customer_name.clone()),
    ];
    let title = show.fill(text::WRITE_OFF_TITLE, names);
    let form = Form::new("write-off-form", show);
    let reason = RwSignal::new(String::new());
    let done = show.fill(text::LOAN_DONE_WRITTEN_OFF, [("number", loan.row.number.clone())]);
    let submit = move || {
        let request = WriteOffLoan {
            loan: page.id,
            seen: page.seen(),
            reason: reason.get_untracked(),
        };
        let done = done.clone();
        page.send(form, request, show, |_| done);
    };
    let loss = show.money(loan.outstanding_principal);
    let label = show.fill(text::WRITE_OFF_NOW, [("amount", loss.clone())]);
    let body = view! {
        <p>{t(text::WRITE_OFF_WHAT)}</p>
        <dl class="sums dialog-object">
            <dt>{t(text::WRITE_OFF_LOSS)}</dt><dd class="total" data-figure="loss">{loss}</dd>
            <dt>{t(text::WRITE_OFF_EARNED)}</dt><dd data-figure="interest_earned">{show.money(loan.interest_earned)}</dd>
            <dt>{t(text::WRITE_OFF_DUES)}</dt><dd data-figure="dues">{show.money(loan.dues.penalty + loan.dues.fee)}</dd>
        </dl>
        {form.area("reason", text::WRITE_OFF_REASON, reason, false)}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_KEEP)}
        {form.submit("danger", "write-off-now", text::WRITE_OFF_BUSY, move || label.clone())}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
