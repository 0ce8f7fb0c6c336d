//! The schedule of a loan and how each installment of it stands.

use crate::i18n::{Text, t, text};
use crate::parts::why::walk;
use crate::parts::{Source, StatusGlyph};
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

fn line(
    row: InstallmentView,
    source: &Source,
    (has_fees, is_first): (bool, bool),
    show: Show,
) -> impl IntoView + use<> {
    let status = show.installment(&row);
    let why = |figure: &str, name: Text, shown: AnyView| show.row_why(source, (row.n, figure), name, false, shown);
    let principal = show.money(row.principal).into_any();
    let principal = show.row_why(
        source,
        (row.n, "principal"),
        text::LOAN_ROW_PRINCIPAL,
        is_first,
        principal,
    );
    let fee = has_fees.then(|| why("fee", text::LOAN_ROW_FEE, dash_or(show, row.fee)));
    view! {
        <tr class=class(row.status) data-row=row.n.to_string()>
            <td class="num">{row.n}</td>
            <td class="nowrap">{show.day_column(row.due_on)}</td>
            <td class="num" data-figure="principal">{principal}</td>
            <td class="num" data-figure="interest">{why("interest", text::LOAN_ROW_INTEREST, dash_or(show, row.interest))}</td>
            {fee.map(|fee| view! { <td class="num" data-figure="fee">{fee}</td> })}
            <td class="num" data-figure="penalty">{why("penalty", text::LOAN_ROW_PENALTY, dash_or(show, row.penalty))}</td>
            <td class="num amount" data-figure="due">{why("due", text::LOAN_ROW_INSTALLMENT, show.money(row.due).into_any())}</td>
            <td class="num" data-figure="paid">{why("paid", text::LOAN_ROW_PAID, dash_or(show, row.paid))}</td>
            <td class="num" data-figure="balance">{why("balance", text::LOAN_ROW_BALANCE, amount_cell(show, row.balance))}</td>
            <td class="gap" data-figure="status"><StatusGlyph status/></td>
        </tr>
    }
}

/// The schedule with its totals.
pub fn table(loan: &LoanView, show: Show) -> AnyView {
    // Most loans have no charges, and no column for them.
    let has_fees = loan.rows.iter().any(|row| !row.fee.is_zero());
    let source = Source::Loan(loan.row.id, None);
    let first = loan.rows.first().map(|row| row.n);
    let drawn = |row: &InstallmentView| line(row.clone(), &source, (has_fees, Some(row.n) == first), show);
    let rows: Vec<_> = loan.rows.iter().map(drawn).collect();
    view! {
        <div class="table-wrap fill" on:keydown=walk>
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
