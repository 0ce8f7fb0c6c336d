//! The schedule of a loan and how each installment of it stands.

use crate::i18n::{t, text};
use crate::parts::StatusGlyph;
use crate::screens::loan_kit::{Show, amount_cell, dash_or};
use farthing_api::{InstallmentStatus, InstallmentView, LoanView};
use leptos::prelude::*;

/// The class of a row: settled installments step back, those to come too.
const fn class(status: InstallmentStatus) -> &'static str {
    match status {
        InstallmentStatus::Paid => "row-settled",
        InstallmentStatus::Upcoming => "row-upcoming",
        _ => "row-live",
    }
}

fn line(row: InstallmentView, has_fees: bool, show: Show) -> impl IntoView {
    let status = show.installment(&row);
    view! {
        <tr class=class(row.status) data-row=row.n.to_string()>
            <td class="num">{row.n}</td>
            <td class="nowrap">{show.day_column(row.due_on)}</td>
            <td class="num" data-figure="principal">{show.money(row.principal)}</td>
            <td class="num" data-figure="interest">{dash_or(show, row.interest)}</td>
            {has_fees.then(|| view! { <td class="num" data-figure="fee">{dash_or(show, row.fee)}</td> })}
            <td class="num" data-figure="penalty">{dash_or(show, row.penalty)}</td>
            <td class="num amount" data-figure="due">{show.money(row.due)}</td>
            <td class="num" data-figure="paid">{dash_or(show, row.paid)}</td>
            <td class="num" data-figure="balance">{amount_cell(show, row.balance)}</td>
            <td class="gap" data-figure="status"><StatusGlyph status/></td>
        </tr>
    }
}

/// The schedule with its totals.
pub fn table(loan: &LoanView, show: Show) -> AnyView {
    // Most loans have no charges, and no column for them.
    let has_fees = loan.rows.iter().any(|row| !row.fee.is_zero());
    let rows: Vec<_> = loan.rows.iter().map(|row| line(row.clone(), has_fees, show)).collect();
    view! {
        <div class="table-wrap fill">
            <table class="table dense flush schedule" data-list="schedule">
                <thead><tr>
                    <th scope="col" class="num">{t(text::LOAN_ROW_N)}</th>
                    <th scope="col">{t(text::LOAN_ROW_DUE)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_PRINCIPAL)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INTEREST)}</th>
                    {has_fees.then(|| view! { <th scope="col" class="num">{t(text::LOAN_ROW_FEE)}</th> })}
                    <th scope="col" class="num">{t(text::LOAN_ROW_PENALTY)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INSTALLMENT)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_PAID)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_BALANCE)}</th>
                    <th scope="col" class="gap">{t(text::LOAN_ROW_STATUS)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
                <tfoot><tr>
                    <td></td>
                    <td>{t(text::LOAN_ROW_TOTAL)}</td>
                    <td class="num" data-figure="total_principal">{show.money(loan.row.principal)}</td>
                    <td class="num" data-figure="total_interest">{show.money(loan.total_interest)}</td>
                    {has_fees.then(|| view! { <td></td> })}
                    <td></td>
                    <td class="num" data-figure="total_due">{show.money(loan.total_due)}</td>
                    <td class="num" data-figure="total_paid">{show.money(loan.total_paid)}</td>
                    <td></td>
                    <td></td>
                </tr></tfoot>
            </table>
        </div>
    }
    .into_any()
}
