//! What new terms lead to.

use crate::i18n::{t, text};
use crate::screens::loan_kit::{Show, dash_or};
use farthing_api::{Money, NewTermsView, PlannedRow};
use leptos::prelude::*;

fn row(row: &PlannedRow, show: Show) -> AnyView {
    let due = row.principal + row.interest + row.fee + row.penalty;
    view! {
        <tr data-row=row.n.to_string()>
            <td class="num">{row.n}</td>
            <td class="nowrap">{show.day_column(row.due_on)}</td>
            <td class="num">{show.money(row.principal)}</td>
            <td class="num">{dash_or(show, row.interest)}</td>
            <td class="num amount" data-figure="due">{show.money(due)}</td>
        </tr>
    }
    .into_any()
}

/// The key figures and the rows to come.
pub fn sums(view: &NewTermsView, show: Show) -> AnyView {
    let line = |label, hook: &'static str, amount: Money| {
        amount
            .is_positive()
            .then(|| view! { <dt>{t(label)}</dt><dd data-figure=hook>{show.money(amount)}</dd> })
    };
    let ends = view.ends_on.map(|day| show.day(day)).unwrap_or_default();
    let rows: Vec<_> = view.rows.iter().map(|planned| row(planned, show)).collect();
    view! {
        <p class="quote-amount" data-figure="new_installment">
            {show.money(view.installment)} " " <small class="small">{t(text::TERMS_EACH)}</small>
        </p>
        <dl class="sums tight">
            <dt>{t(text::TERMS_PRINCIPAL)}</dt><dd data-figure="new_principal">{show.money(view.principal)}</dd>
            {line(text::TERMS_OF_INTEREST, "capitalised_interest", view.capitalised_interest)}
            {line(text::TERMS_OF_FEES, "capitalised_fee", view.capitalised_fee)}
            {line(text::TERMS_OF_PENALTIES, "capitalised_penalty", view.capitalised_penalty)}
            {line(text::TERMS_OF_TOP_UP, "paid_on_top", view.top_up)}
            <dt>{t(text::TERMS_MORE_INTEREST)}</dt><dd data-figure="more_interest">{show.money(view.more_interest)}</dd>
            <dt>{t(text::APPLY_PREVIEW_ENDS)}</dt><dd data-figure="ends_on">{ends}</dd>
        </dl>
        <div class="table-wrap terms-rows">
            <table class="table dense flush" data-list="new-schedule">
                <thead><tr>
                    <th scope="col" class="num">{t(text::LOAN_ROW_N)}</th>
                    <th scope="col">{t(text::LOAN_ROW_DUE)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_PRINCIPAL)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INTEREST)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INSTALLMENT)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
