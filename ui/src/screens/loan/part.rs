//! The dialog that pays out the next part of a loan, with the schedule that it leads to.

use super::terms::preview;
use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::parts::query;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{DisbursePart, LoanView, PreviewPart};
use leptos::prelude::*;

/// Names what is left; the amount begins as all of it.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("part-form", show);
    let (amount, day, method) = (form.amount(loan.undisbursed), form.today(), form.cash());
    let previewed = query(move || {
        let on = show.read_day(&day.get())?;
        let amount = show.read_money(&amount.get()).ok()?;
        let loan = page.id;
        Some(PreviewPart { loan, on, amount })
    });
    Effect::new(move |_| form.check(previewed.error.get().as_ref()));
    let shown = move || match (previewed.error.get(), previewed.value.get()) {
        (None, Some(view)) => preview::sums(&view, show),
        _ => view! { <p class="muted">{t(text::TERMS_PREVIEW_NONE)}</p> }.into_any(),
    };
    let number = loan.row.number.clone();
    let submit = move || {
        form.clear();
        let (Some(on), Some(amount)) = (form.read_day("value_date", day), form.read_money("amount", amount)) else {
            return;
        };
        let request = DisbursePart {
            loan: page.id,
            seen: page.seen(),
            on,
            amount,
            method: form.read_method(method),
        };
        let values = [("amount", show.money(amount)), ("number", number.clone())];
        let done = untrack(|| show.fill(text::LOAN_DONE_PART, values));
        page.send(form, request, show, |_| done);
    };
    let left = [
        ("amount", show.money(loan.undisbursed)),
        ("parts", loan.parts_left.to_string()),
    ];
    let body = view! {
        <p class="muted">{show.fill(text::LOAN_PART_LEFT, left)}</p>
        <div class="terms-beside">
            <div class="form-grid">
                {form.money("amount", text::LOAN_PART_AMOUNT, amount)}
                {form.day("value_date", text::LOAN_DISBURSE_DAY, day)}
                {form.methods("method", text::LOAN_DISBURSE_METHOD, method)}
            </div>
            <section class="quote" aria-live="polite"><h3 class="section-title">{t(text::TERMS_PREVIEW)}</h3>{shown}</section>
        </div>
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("primary", "disburse-part-now", text::LOAN_DISBURSE_BUSY, move || show.say(text::LOAN_PART_NOW))}
    };
    let title = show.fill(
        text::LOAN_PART_TITLE,
        [
            ("number", loan.row.number.clone()),
            ("customer", loan.row.customer_name.clone()),
        ],
    );
    let layers = (body.into_any(), foot.into_any());
    form.dialog_of("dialog dialog-broad", title, submit, layers, move || {
        page.layer.set(Layer::None)
    })
}
