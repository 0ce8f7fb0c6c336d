//! The portfolio by lateness, and what is set aside for it.

use super::head;
use crate::i18n::{t, text};
use crate::parts::query;
use crate::screens::loan_kit::{Show, dash_or, trouble};
use farthing_api::{Delinquency, DelinquencyView, Money};
use farthing_lending::BucketSum;
use leptos::prelude::*;

/// What a bucket is called, by its first day and that of the next one.
pub fn bucket_name(from: u32, next: Option<u32>, show: Show) -> String {
    match (from, next) {
        (0, _) => show.say(text::BUCKET_CURRENT),
        (from, Some(next)) if next == from + 1 => show.fill(text::BUCKET_DAY, [("from", from.to_string())]),
        (from, Some(next)) => show.fill(
            text::BUCKET_DAYS,
            [("from", from.to_string()), ("to", (next - 1).to_string())],
        ),
        (from, None) => show.fill(text::BUCKET_MORE, [("from", from.to_string())]),
    }
}

fn names(buckets: &[BucketSum], show: Show) -> Vec<String> {
    let next = buckets
        .iter()
        .skip(1)
        .map(|bucket| Some(bucket.from_days))
        .chain([None]);
    let name = |(bucket, next): (&BucketSum, Option<u32>)| bucket_name(bucket.from_days, next, show);
    buckets.iter().zip(next).map(name).collect()
}

fn by_bucket(view: &DelinquencyView, show: Show) -> AnyView {
    let lines = view
        .buckets
        .iter()
        .zip(names(&view.buckets, show))
        .map(|(bucket, name)| {
            view! {
                <tr data-row=bucket.from_days.to_string()>
                    <td>{name}</td>
                    <td class="num" data-figure="loans">{bucket.loans}</td>
                    <td class="num amount" data-figure="principal">{dash_or(show, bucket.principal)}</td>
                </tr>
            }
        });
    let lines: Vec<_> = lines.collect();
    view! {
        <div class="table-wrap">
            <table class="table dense flush" data-list="buckets">
                <thead><tr>
                    {head(text::REPORT_BUCKET, "")}
                    {head(text::REPORT_LOANS, "num")}
                    {head(text::LOAN_FIGURE_OUTSTANDING, "num")}
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn by_product(view: &DelinquencyView, show: Show) -> AnyView {
    let names: Vec<_> = names(&view.buckets, show)
        .into_iter()
        .map(|name| view! { <th scope="col" class="num">{name}</th> })
        .collect();
    let lines: Vec<_> = view
        .products
        .iter()
        .map(|product| {
            let name = match product.product {
                Some(_) => product.name.clone(),
                None => show.say(text::REPORT_PURCHASES),
            };
            let cells: Vec<_> = product
                .buckets
                .iter()
                .map(|bucket| view! { <td class="num">{dash_or(show, bucket.principal)}</td> })
                .collect();
            view! {
                <tr data-row=name.clone()>
                    <td class="who">{name.clone()}</td>{cells}<td class="num amount">{show.money(product.provision)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <h2 class="section-title">{t(text::REPORT_BY_PRODUCT)}</h2>
        <div class="table-wrap">
            <table class="table dense flush" data-list="product-buckets">
                <thead><tr>{head(text::FIELD_PRODUCT, "")}{names}{head(text::REPORT_PROVISION, "num")}</tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn shown(view: &DelinquencyView, show: Show) -> AnyView {
    let figure = |hook: &'static str, label, amount: Money| {
        view! {
            <div class="figure"><dt class="figure-label">{t(label)}</dt><dd class="figure-value" data-figure=hook>{show.money(amount)}</dd></div>
        }
    };
    let at_risk = view.at_risk.iter().map(|part| {
        view! {
            <div class="figure" data-row=part.days.to_string()>
                <dt class="figure-label">{format!("PAR{}", part.days)}</dt>
                <dd class="figure-value" data-figure="share" title=show.money(part.principal)>{show.share(part.share)}</dd>
            </div>
        }
    });
    let at_risk: Vec<_> = at_risk.collect();
    view! {
        <dl class="figures figures-plain" data-list="at-risk">
            {at_risk}
            {figure("provision", text::REPORT_PROVISION, view.provision)}
            {figure("provisioned", text::REPORT_PROVISIONED, view.provisioned)}
        </dl>
        {by_bucket(view, show)}
        {(!view.products.is_empty()).then(|| by_product(view, show))}
    }
    .into_any()
}

/// The report.
pub fn report(show: Show) -> AnyView {
    let asked = query(|| Some(Delinquency {}));
    (move || match (asked.value.get(), asked.error.get()) {
        (_, Some(error)) => trouble(&error),
        (Some(view), None) => shown(&view, show),
        (None, None) => ().into_any(),
    })
    .into_any()
}
