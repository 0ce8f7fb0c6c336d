//! The payments of a loan, their receipts, and taking a wrong one back.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::screens::loan_kit::{Show, dash_or};
use crate::screens::loan_words::payment_method;
use farthing_api::{LoanView, Money, PaymentView};
use leptos::prelude::*;

/// Which columns there are beside those that every loan has.
#[derive(Clone, Copy)]
struct Extra {
    fee: bool,
    aside: bool,
}

/// Money that belongs to no installment: set aside, or recovered.
fn aside(payment: &PaymentView) -> Money {
    payment.parts.suspense + payment.parts.recovery
}

fn line(payment: PaymentView, extra: Extra, page: LoanPage, show: Show) -> impl IntoView {
    let reversed = payment.reversed.clone();
    let class = if reversed.is_some() { "row-settled" } else { "" };
    let may_reverse = reversed.is_none() && show.may("reverse");
    let pdf_label = show.fill(text::LOAN_PAYMENT_PDF_OF, [("receipt", payment.receipt.clone())]);
    let reverse_label = show.fill(text::LOAN_PAYMENT_REVERSE_OF, [("receipt", payment.receipt.clone())]);
    let (id, receipt) = (payment.id, payment.receipt.clone());
    let writing = RwSignal::new(false);
    let asked = payment.clone();
    let waits = payment.parts.suspense.is_positive() && reversed.is_none() && show.may("settle_suspense");
    let settled = payment.clone();
    view! {
        <tr data-row=payment.receipt.clone() class=class>
            <td class="ident">{payment.receipt.clone()}</td>
            <td class="nowrap">{show.day_column(payment.value_date)}</td>
            <td class="num amount" data-figure="amount">{show.money(payment.amount)}</td>
            <td class="num" data-figure="penalty">{dash_or(show, payment.parts.penalty)}</td>
            {extra.fee.then(|| view! { <td class="num" data-figure="fee">{dash_or(show, payment.parts.fee)}</td> })}
            <td class="num" data-figure="interest">{dash_or(show, payment.parts.interest)}</td>
            <td class="num" data-figure="principal">{dash_or(show, payment.parts.principal)}</td>
            <td class="num" data-figure="credit">{dash_or(show, payment.parts.credit)}</td>
            {extra.aside.then(|| view! { <td class="num" data-figure="aside">{dash_or(show, aside(&payment))}</td> })}
            <td class="gap">
                {show.say(payment_method(payment.method))}
                {(!payment.reference.is_empty()).then(|| view! { " " <span class="quiet">{payment.reference.clone()}</span> })}
            </td>
            <td class="by" title=payment.by.clone()>{payment.by.clone()}</td>
            <td class="nowrap">
                {reversed.map(|why| view! {
                    <span class="pill pill-bad" data-tip=why>{t(text::LOAN_PAYMENT_REVERSED)}</span> " "
                })}
                <button class="btn btn-sm" data-do="write-receipt" aria-label=pdf_label
                    aria-busy=move || writing.get().to_string()
                    on:click=move |_| page.papers.receipt(id, receipt.clone(), writing)>
                    {t(text::LOAN_PAYMENT_PDF)}
                </button>
                {waits.then(|| view! {
                    " "
                    <button class="btn btn-sm" data-do="settle-suspense"
                        on:click=move |_| page.layer.set(Layer::Settle(Box::new(settled.clone())))>
                        {t(text::LOAN_PAYMENT_SETTLE)}
                    </button>
                })}
                {may_reverse.then(|| view! {
                    " "
                    <button class="btn btn-sm btn-text is-danger" data-do="reverse-payment" aria-label=reverse_label
                        on:click=move |_| page.layer.set(Layer::Reverse(Box::new(asked.clone())))>
                        {t(text::LOAN_PAYMENT_REVERSE)}
                    </button>
                })}
            </td>
        </tr>
    }
}

/// The payments, newest first.
pub fn table(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    if loan.payments.is_empty() {
        return view! { <div class="empty"><p>{t(text::LOAN_PAYMENT_NONE)}</p></div> }.into_any();
    }
    let extra = Extra {
        fee: loan.payments.iter().any(|p| p.parts.fee.is_positive()),
        aside: loan.payments.iter().any(|p| aside(p).is_positive()),
    };
    let lines: Vec<_> = loan
        .payments
        .iter()
        .map(|p| line(p.clone(), extra, page, show))
        .collect();
    view! {
        <div class="table-wrap fill">
            <table class="table dense flush" data-list="payments">
                <thead><tr>
                    <th scope="col">{t(text::LOAN_PAYMENT_RECEIPT)}</th>
                    <th scope="col">{t(text::LOAN_PAYMENT_DATE)}</th>
                    <th scope="col" class="num">{t(text::LOAN_PAYMENT_AMOUNT)}</th>
                    <th scope="col" class="num">{t(text::LOAN_PAYMENT_PENALTY)}</th>
                    {extra.fee.then(|| view! { <th scope="col" class="num">{t(text::LOAN_ROW_FEE)}</th> })}
                    <th scope="col" class="num">{t(text::LOAN_PAYMENT_INTEREST)}</th>
                    <th scope="col" class="num">{t(text::LOAN_PAYMENT_PRINCIPAL)}</th>
                    <th scope="col" class="num">{t(text::LOAN_PAYMENT_CREDIT)}</th>
                    {extra.aside.then(|| view! { <th scope="col" class="num">{t(text::LOAN_PAYMENT_ASIDE)}</th> })}
                    <th scope="col" class="gap">{t(text::LOAN_PAYMENT_METHOD)}</th>
                    <th scope="col">{t(text::LOAN_PAYMENT_BY)}</th>
                    <th scope="col"><span class="visually-hidden">{t(text::LOAN_PAYMENT_ACTIONS)}</span></th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}
