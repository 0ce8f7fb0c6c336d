//! The dialog that decides where money goes that was set aside.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::parts::{Choice, RadioOptions, query};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{GetCustomer, LoanId, LoanStatus, LoanView, PaymentView, SettleSuspense};
use leptos::prelude::*;

/// The choice that gives the money back.
const BACK: &str = "back";

/// Names the receipt, and offers the customer's running loans and the way back.
pub fn layer(loan: &LoanView, payment: &PaymentView, page: LoanPage, show: Show) -> AnyView {
    let values = [
        ("amount", show.money(payment.amount)),
        ("receipt", payment.receipt.clone()),
    ];
    let title = show.fill(text::SUSPENSE_TITLE, values);
    let form = Form::new("suspense-form", show);
    let (own, id) = (loan.row.id, loan.row.customer);
    let is_active = loan.row.status == LoanStatus::Active;
    let into = RwSignal::new(if is_active { own.to_string() } else { BACK.to_owned() });
    let (method, reason) = (form.cash(), RwSignal::new(String::new()));
    let customer = query(move || Some(GetCustomer { id }));
    let number = loan.row.number.clone();
    let choices = Signal::derive(move || {
        let mut choices = Vec::new();
        if is_active {
            let title = show.fill(text::SUSPENSE_HERE, [("number", number.clone())]);
            choices.push(Choice::new(own.to_string(), Signal::stored(title)));
        }
        let loans = customer.value.get().map(|customer| customer.loans).unwrap_or_default();
        let others = loans
            .into_iter()
            .filter(|row| row.id != own && row.status == LoanStatus::Active);
        choices.extend(others.map(|row| {
            let title = show.fill(
                text::SUSPENSE_OTHER,
                [("number", row.number.clone()), ("product", row.product.clone())],
            );
            Choice::new(row.id.to_string(), Signal::stored(title)).amount(Signal::stored(show.money(row.outstanding)))
        }));
        choices.push(Choice::new(BACK, text::SUSPENSE_BACK));
        choices
    });
    let payment_id = payment.id;
    let submit = move || {
        let request = SettleSuspense {
            loan: page.id,
            payment: payment_id,
            into: into.get_untracked().parse::<LoanId>().ok(),
            method: form.read_method(method),
            reason: reason.get_untracked(),
        };
        form.send(
            request,
            move |view| {
                show.done(show.say(text::LOAN_DONE_SETTLED));
                match view.row.id == page.id {
                    true => page.settle(view),
                    false => {
                        page.layer.set(Layer::None);
                        page.load();
                    }
                }
            },
            move |error| page.was_changed(error),
        );
    };
    let how = move || (into.get() == BACK).then(|| form.methods("method", text::LOAN_REFUND_METHOD, method));
    let body = view! {
        <p>{t(text::SUSPENSE_WHAT)}</p>
        <RadioOptions name="into" label=text::SUSPENSE_INTO value=into choices/>
        {how}
        {form.area("reason", text::SUSPENSE_REASON, reason, false)}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("primary", "settle-suspense-now", text::SUSPENSE_BUSY, move || show.say(text::SUSPENSE_NOW))}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
