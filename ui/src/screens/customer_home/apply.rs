//! The customer's own application.

use super::Own;
use crate::i18n::{t, text};
use crate::parts::Button;
use crate::screens::apply::Asked;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::CustomerHomeView;
use leptos::prelude::*;

/// The page: the form and, beside it, what the loan would cost.
pub fn page(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let form = Form::new("application-form", show);
    let asked = Asked::new(form, show);
    let customer = home.customer;
    let submit = move || {
        form.clear();
        let Some(request) = asked.read(Some(customer)) else {
            return;
        };
        form.send(
            request,
            move |loan| {
                show.done(show.fill(text::OWN_APPLY_DONE, [("number", loan.row.number.clone())]));
                own.back();
            },
            |_| false,
        );
    };
    let fields = view! {
        <h1 class="cust-title">{t(text::OWN_APPLY_TITLE)}</h1>
        <p class="cust-note">{t(text::OWN_APPLY_NOTE)}</p>
        {move || asked.lacks_products().then(|| view! { <div class="banner banner-info" role="status"><span>{t(text::OWN_APPLY_NONE)}</span></div> })}
        <div class="stack">{asked.fields()}</div>
        <div class="cust-actions">
            {form.submit("primary btn-lg", "submit-application", text::APPLY_BUSY, move || show.say(text::APPLY_SUBMIT))}
            <Button label=text::OWN_BACK kind="quiet btn-lg" does="back" on_press=move |()| own.back()/>
        </div>
    };
    let schedule = move || {
        let is_shown = asked.is_planned();
        is_shown.then(|| view! { <section class="cust-card roomy">{asked.table()}</section> })
    };
    view! {
        <div class="cust-columns" data-screen="customer-apply">
            <div>{form.element("cust-card roomy stack", submit, fields.into_any())}</div>
            <div>
                <section class="cust-card roomy stack" aria-live="polite">
                    <h2 class="cust-title">{t(text::APPLY_PREVIEW)}</h2>
                    {asked.costs()}
                </section>
                {asked.judged(move || Some(customer))}
                {schedule}
            </div>
        </div>
    }
    .into_any()
}
