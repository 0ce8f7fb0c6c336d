//! What a loan would cost: the schedule beside the application, by the very code that keeps the loan.

use crate::i18n::{Text, t, text};
use crate::parts::Source;
use crate::parts::why::walk;
use crate::screens::loan_kit::{Show, amount_cell, dash_or};
use crate::screens::loan_words::rhythm;
use chrono::NaiveDate;
use farthing_api::{ApiError, Considered, Currency, Money, ProductTerms, ProductView};
use farthing_lending::{CostOfCredit, Method, Row, Schedule};
use farthing_office::{Planned, Wish, plan};
use leptos::prelude::*;

/// A loan that someone considers, with its schedule.
#[derive(Clone, PartialEq)]
pub struct Preview {
    /// What is asked for, with its number of installments.
    pub offer: Considered,
    /// The product's terms.
    pub terms: ProductTerms,
    /// The schedule.
    pub schedule: Schedule,
}

/// A loan under a product's terms, paid out today.
///
/// # Errors
/// What the office would answer to the application: the amount or the number is outside the product's range, or the
/// terms can't be carried out.
pub fn preview(product: &ProductView, currency: &Currency, wish: Wish, today: NaiveDate) -> Result<Preview, ApiError> {
    let Planned { wish, schedule, .. } = plan(&product.terms, currency, wish, today).map_err(ApiError::from)?;
    let offer = Considered {
        product: product.id,
        principal: wish.principal,
        installments: wish.installments,
        installment: wish.installment,
    };
    Ok(Preview {
        offer,
        terms: product.terms.clone(),
        schedule,
    })
}

fn line(row: &Row, source: Source, is_first: bool, show: Show) -> impl IntoView + use<> {
    let why = |figure: &str, name: Text, shown: AnyView| {
        show.row_why(&source, (row.n, figure), name, is_first && figure == "principal", shown)
    };
    view! {
        <tr data-row=row.n.to_string()>
            <td class="num">{row.n}</td>
            <td class="nowrap">{show.day_column(row.due_on)}</td>
            <td class="num">{why("principal", text::LOAN_ROW_PRINCIPAL, show.money(row.principal).into_any())}</td>
            <td class="num">{why("interest", text::LOAN_ROW_INTEREST, dash_or(show, row.interest))}</td>
            <td class="num amount">{why("due", text::LOAN_ROW_INSTALLMENT, show.money(row.due()).into_any())}</td>
            <td class="num">{why("balance", text::LOAN_ROW_BALANCE, amount_cell(show, row.balance))}</td>
        </tr>
    }
}

/// The whole schedule as a table.
pub fn table(preview: &Preview, show: Show) -> AnyView {
    let source = Source::Offer(preview.offer);
    let rows = preview.schedule.rows.iter().enumerate();
    let lines: Vec<_> = rows.map(|(at, row)| line(row, source, at == 0, show)).collect();
    view! {
        <div class="table-wrap" on:keydown=walk>
            <table class="table flush schedule" data-list="preview" aria-label=show.say(text::APPLY_PREVIEW_SCHEDULE)>
                <thead><tr>
                    <th scope="col" class="num">{t(text::LOAN_ROW_N)}</th>
                    <th scope="col">{t(text::LOAN_ROW_DUE)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_PRINCIPAL)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INTEREST)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_INSTALLMENT)}</th>
                    <th scope="col" class="num">{t(text::LOAN_ROW_BALANCE)}</th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What the law has the customer know before signing: the cost of credit, and the annual percentage rates.
fn disclosed(cost: &CostOfCredit, source: Source, show: Show) -> AnyView {
    let rate = |label, hook: &'static str, rate: &Option<String>| {
        let rate = rate.as_ref().and_then(|rate| rate.parse().ok())?;
        let rate = show.why(&source, hook, label, show.percent_as_it_is(rate));
        Some(view! { <dt>{t(label)}</dt><dd data-figure=hook>{rate}</dd> })
    };
    let charged = cost.charges.is_positive().then(|| {
        view! {
            <dt>{t(text::COST_CHARGES)}</dt><dd data-figure="charges">{show.money(cost.charges)}</dd>
            <dt>{t(text::COST_RECEIVED)}</dt><dd data-figure="received">{show.money(cost.received)}</dd>
        }
    });
    view! {
        <h3 class="label">{t(text::COST_TITLE)}</h3>
        <dl class="sums tight">
            {charged}
            <dt class="strong">{t(text::COST_TOTAL)}</dt><dd class="strong" data-figure="cost">{show.money(cost.cost)}</dd>
            <dt>{t(text::COST_REPAID)}</dt><dd data-figure="repaid">{show.money(cost.repaid)}</dd>
            {rate(text::COST_APR, "apr", &cost.apr)}
            {rate(text::COST_APRC, "aprc", &cost.aprc)}
        </dl>
    }
    .into_any()
}

/// What it costs: the installment, the sums, and when it ends; `cost` is what the desk says of it, once it has.
pub fn costs(preview: &Preview, cost: Signal<Option<CostOfCredit>>, show: Show) -> AnyView {
    let Preview {
        offer,
        terms: product,
        schedule,
    } = preview;
    let source = Source::Offer(*offer);
    let why = |figure: &str, name: Text, amount: Money| show.why(&source, figure, name, show.money(amount));
    let currency = show.currency().code;
    let cost = move || cost.with(|cost| cost.as_ref().map(|cost| disclosed(cost, source, show)));
    let level = matches!(product.method, Method::DecliningEqualInstallments | Method::Flat);
    let each = match level {
        true => {
            let every = show.fill(
                rhythm(product.every, product.unit),
                [("every", product.every.to_string())],
            );
            let count = schedule.count().to_string();
            show.fill(
                text::APPLY_PREVIEW_EACH,
                [("currency", currency), ("rhythm", every), ("count", count)],
            )
        }
        false => show.fill(text::APPLY_PREVIEW_FIRST, [("currency", currency)]),
    };
    let ends = schedule.rows.last().map(|row| show.day(row.due_on));
    view! {
        <p class="quote-amount"><span data-figure="installment">{why("installment", text::LOAN_ROW_INSTALLMENT, schedule.installment)}</span> " " <small class="small">{each}</small></p>
        <dl class="sums tight">
            <dt>{t(text::APPLY_PREVIEW_RATE)}</dt><dd data-figure="rate">{show.percent(product.annual_rate)}</dd>
            <dt>{t(text::APPLY_PREVIEW_INTEREST)}</dt><dd data-figure="total_interest">{why("total_interest", text::APPLY_PREVIEW_INTEREST, schedule.total_interest)}</dd>
            <dt class="strong">{t(text::APPLY_PREVIEW_TOTAL)}</dt><dd class="strong" data-figure="total_due">{why("total_due", text::APPLY_PREVIEW_TOTAL, schedule.total_due)}</dd>
            <dt>{t(text::APPLY_PREVIEW_LAST)}</dt><dd data-figure="last_installment">{why("last_due", text::APPLY_PREVIEW_LAST, schedule.last_due)}</dd>
            <dt>{t(text::APPLY_PREVIEW_ENDS)}</dt><dd data-figure="ends_on">{ends}</dd>
        </dl>
        {cost}
    }
    .into_any()
}
