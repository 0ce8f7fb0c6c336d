//! The customer tells the branch of a payment made elsewhere.

use super::Own;
use crate::i18n::{t, text};
use crate::parts::Button;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{CustomerHomeView, GiveNotice, LoanStatus, Money};
use leptos::prelude::*;

/// The page.
pub fn page(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let form = Form::new("notice-form", show);
    let running: Vec<_> = home
        .loans
        .iter()
        .filter(|loan| loan.row.status == LoanStatus::Active)
        .cloned()
        .collect();
    let first = running.first();
    let loan = RwSignal::new(first.map(|loan| loan.row.id.to_string()).unwrap_or_default());
    let amount = form.amount(first.map_or(Money::ZERO, |loan| loan.row.due_now.max(loan.row.next_due)));
    let day = form.today();
    let reference = RwSignal::new(String::new());
    let options: Vec<_> = running
        .iter()
        .map(|loan| {
            (
                loan.row.id.to_string(),
                format!("{} {}", loan.row.product, loan.row.number),
            )
        })
        .collect();
    let submit = move || {
        form.clear();
        let (amount, on) = (form.read_money("amount", amount), form.read_day("on", day));
        let (Some(amount), Some(on), Ok(loan)) = (amount, on, loan.get_untracked().parse()) else {
            return;
        };
        let request = GiveNotice {
            loan,
            amount,
            on,
            reference: reference.get_untracked().trim().to_owned(),
        };
        form.send(
            request,
            move |()| {
                show.done(show.fill(text::OWN_NOTICE_DONE, [("amount", show.money(amount))]));
                own.back();
            },
            |_| false,
        );
    };
    let label = move || match show.read_money(&amount.get()) {
        Ok(amount) => show.fill(text::OWN_NOTICE_SEND, [("amount", show.money(amount))]),
        Err(_) => show.say(text::OWN_NOTICE_NONE),
    };
    let hint = Signal::derive(move || Some(show.say(text::OWN_NOTICE_REFERENCE_HINT)));
    let fields = view! {
        <h1 class="cust-title">{t(text::OWN_NOTICE_TITLE)}</h1>
        <p class="cust-note">{t(text::OWN_NOTICE_NOTE)}</p>
        {form.select("loan", text::OWN_NOTICE_LOAN, loan, Signal::stored(options), false)}
        {form.money("amount", text::OWN_NOTICE_AMOUNT, amount)}
        {form.day("on", text::OWN_NOTICE_ON, day)}
        {form.hinted("reference", text::OWN_NOTICE_REFERENCE, reference, hint)}
        <div class="cust-actions">
            {form.submit("primary btn-lg", "send-notice", text::OWN_NOTICE_BUSY, label)}
            <Button label=text::OWN_BACK kind="quiet btn-lg" does="back" on_press=move |()| own.back()/>
        </div>
    };
    view! { <div data-screen="customer-notice">{form.element("cust-card roomy form stack", submit, fields.into_any())}</div> }.into_any()
}
