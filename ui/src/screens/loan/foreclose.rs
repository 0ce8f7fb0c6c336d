//! The dialog that closes a loan early, with the payoff of the day and the discount.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::parts::{Source, query};
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{ForecloseLoan, LoanId, LoanView, Money, PayoffAsked, PayoffView, QuotePayoff};
use farthing_lending::PayoffInterest;
use leptos::prelude::*;

/// What it takes, as sums.
fn sums(loan: LoanId, quote: &PayoffView, show: Show) -> AnyView {
    let asked = PayoffAsked {
        on: quote.on,
        discount: quote.discount,
    };
    let source = Source::Loan(loan, Some(asked));
    let why = |figure: &str, name, amount| show.why(&source, figure, name, show.money(amount));
    let interest = match quote.interest_to {
        PayoffInterest::ToDate => text::LOAN_FORECLOSE_INTEREST,
        PayoffInterest::ToPeriodEnd => text::LOAN_FORECLOSE_INTEREST_END,
    };
    let minus = |amount: Money| show.money(-amount);
    view! {
        <dl class="sums dialog-object">
            <dt>{t(text::LOAN_FORECLOSE_PRINCIPAL)}</dt><dd data-figure="payoff_principal">{why("payoff.principal", text::LOAN_FORECLOSE_PRINCIPAL, quote.principal)}</dd>
            <dt>{t(interest)}</dt><dd data-figure="payoff_interest">{why("payoff.interest", interest, quote.interest)}</dd>
            <dt>{t(text::LOAN_FORECLOSE_PENALTY)}</dt><dd data-figure="payoff_penalty">{why("payoff.penalty", text::LOAN_FORECLOSE_PENALTY, quote.penalty)}</dd>
            {quote.fee.is_positive().then(|| view! { <dt>{t(text::LOAN_FORECLOSE_FEE)}</dt><dd data-figure="payoff_fee">{why("payoff.fee", text::LOAN_FORECLOSE_FEE, quote.fee)}</dd> })}
            <dt>{t(text::LOAN_FORECLOSE_GIVEN)}</dt><dd data-figure="payoff_discount">{minus(quote.discount)}</dd>
            <dt class="strong">{t(text::LOAN_FORECLOSE_TOTAL)}</dt><dd class="total" data-figure="payoff_total">{why("payoff.total", text::LOAN_FORECLOSE_TOTAL, quote.total)}</dd>
            <dt>{t(text::LOAN_FORECLOSE_SAVED)}</dt><dd data-figure="payoff_saved">{show.money(quote.saved)}</dd>
        </dl>
    }
    .into_any()
}

/// The dialog.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let names = [
        ("number", loan.row.number.clone()),
        ("customer", loan.row.customer_name.clone()),
    ];
    let title = show.fill(text::LOAN_FORECLOSE_TITLE, names);
    let form = Form::new("foreclose-form", show);
    let discount = RwSignal::new(show.money(Money::ZERO));
    let (day, method) = (form.today(), form.cash());
    let asked = query(move || {
        let (discount, on) = (show.read_money(&discount.get()).ok()?, show.read_day(&day.get())?);
        Some(QuotePayoff {
            loan: page.id,
            on,
            discount,
        })
    });
    let quote = Signal::derive(move || {
        let holds = asked.error.with(Option::is_none)
            && show.read_money(&discount.get()).is_ok()
            && show.read_day(&day.get()).is_some();
        asked.value.get().filter(|_| holds)
    });
    Effect::new(move |_| form.check(asked.error.get().as_ref()));
    let number = StoredValue::new(loan.row.number.clone());
    let submit = move || {
        form.clear();
        let (given, value_date) = (form.read_money("discount", discount), form.read_day("value_date", day));
        let (Some(discount), Some(value_date), Some(quote)) = (given, value_date, quote.get_untracked()) else {
            return;
        };
        let request = ForecloseLoan {
            loan: page.id,
            seen: page.seen(),
            value_date,
            discount,
            amount: quote.total,
            method: form.read_method(method),
        };
        form.send(
            request,
            move |done| {
                let values = [("number", number.get_value()), ("receipt", done.receipt.clone())];
                page.papers
                    .received(show.fill(text::LOAN_DONE_FORECLOSED, values), done.payment);
                page.settle(done.loan);
            },
            move |error| page.was_changed(error),
        );
    };
    let label = move || match quote.get() {
        Some(quote) => show.fill(text::LOAN_FORECLOSE_NOW, [("amount", show.money(quote.total))]),
        None => show.say(text::LOAN_FORECLOSE_NONE),
    };
    let most = Some(show.fill(
        text::LOAN_FORECLOSE_DISCOUNT_HINT,
        [("amount", show.money(loan.max_discount))],
    ));
    let body = view! {
        <div class="form-grid">
            {form.day("value_date", text::LOAN_FORECLOSE_DAY, day)}
            {form.money_hinted("discount", text::LOAN_FORECLOSE_DISCOUNT, discount, Signal::stored(most))}
            {form.methods("method", text::LOAN_FORECLOSE_METHOD, method)}
        </div>
        {move || quote.get().map(|quote| sums(page.id, &quote, show))}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_KEEP)}
        {form.submit("danger", "foreclose-now", text::LOAN_FORECLOSE_BUSY, label)}
    };
    form.dialog(title, submit, body.into_any(), foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
