//! The dialog that no longer asks for dues.

use super::{Layer, LoanPage};
use crate::i18n::{Text, text};
use crate::parts::{Choice, RadioOptions};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{LoanView, Money, WaiveDues};
use farthing_lending::Share;
use leptos::prelude::*;

/// What can be waived, with what is due of it.
fn dues(loan: &LoanView) -> Vec<(&'static str, Share, Text, Money)> {
    let dues = loan.dues;
    let all = [
        ("penalty", Share::Penalty, text::WAIVE_PENALTY, dues.penalty),
        ("fee", Share::Fee, text::WAIVE_FEE, dues.fee),
        ("interest", Share::Interest, text::WAIVE_INTEREST, dues.interest),
    ];
    all.into_iter().filter(|(.., due)| due.is_positive()).collect()
}

/// Offers what is due, and asks how much of it and why.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("waive-form", show);
    let dues = dues(loan);
    let first = dues
        .first()
        .map_or(("penalty", Money::ZERO), |(word, _, _, due)| (*word, *due));
    let share = RwSignal::new(first.0.to_owned());
    let (amount, reason) = (form.amount(first.1), RwSignal::new(String::new()));
    let choices: Vec<_> = dues
        .iter()
        .map(|(word, _, name, due)| Choice::new(*word, *name).amount(Signal::stored(show.money(*due))))
        .collect();
    let dues = StoredValue::new(dues);
    let chosen = move |word: &str| dues.with_value(|dues| dues.iter().find(|(own, ..)| *own == word).copied());
    // Another share begins with all of it.
    Effect::new(move |before: Option<String>| {
        let word = share.get();
        if before.is_some_and(|before| before != word)
            && let Some((.., due)) = chosen(&word)
        {
            amount.set(untrack(|| show.money(due)));
        }
        word
    });
    let customer = StoredValue::new(loan.row.customer_name.clone());
    let submit = move || {
        form.clear();
        let Some(amount) = form.read_money("amount", amount) else {
            return;
        };
        let share = chosen(&share.get_untracked()).map_or(Share::Penalty, |(_, share, ..)| share);
        let reason = reason.get_untracked();
        let request = WaiveDues {
            loan: page.id,
            share,
            amount,
            reason,
        };
        page.send(form, request, show, move |_| {
            let values = [("amount", show.money(amount)), ("customer", customer.get_value())];
            show.fill(text::LOAN_DONE_WAIVED, values)
        });
    };
    let label = move || match show.read_money(&amount.get()) {
        Ok(amount) => show.fill(text::WAIVE_NOW, [("amount", show.money(amount))]),
        Err(_) => show.say(text::WAIVE_NONE),
    };
    let body = view! {
        <RadioOptions name="share" label=text::WAIVE_WHAT value=share choices=Signal::stored(choices)/>
        <div class="form-grid">{form.money("amount", text::WAIVE_AMOUNT, amount)}</div>
        {form.area("reason", text::WAIVE_REASON, reason, false)}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("danger", "waive-now", text::WAIVE_BUSY, label)}
    };
    let title = show.fill(text::WAIVE_TITLE, [("customer", loan.row.customer_name.clone())]);
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
