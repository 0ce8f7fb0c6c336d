//! A chart drawn by the desk, and the figures behind it.

use super::button::IconButton;
use crate::i18n::text;
use crate::state::{App, app};
use farthing_api::ChartView;
use leptos::prelude::*;

/// The name of a column of the figures, by the desk's word for it.
fn column_name(app: App, word: &str) -> String {
    let name = match word {
        "month" => text::CHART_MONTH,
        "product" => text::FIELD_PRODUCT,
        "expected" => text::CHART_EXPECTED,
        "received" => text::CHART_RECEIVED,
        "disbursed" => text::CHART_DISBURSED,
        "collected" => text::CHART_COLLECTED,
        "purchased" => text::CHART_PURCHASED,
        "paid" => text::CHART_PAID,
        "due" => text::CHART_DUE,
        "day" => text::CHART_DAY,
        "as_asked" => text::CHART_AS_ASKED,
        "otherwise" => text::CHART_OTHERWISE,
        "outstanding" => text::FIELD_OUTSTANDING,
        share => return share.to_uppercase(),
    };
    app.say(name).to_owned()
}

/// A chart: the finding, the measure, the picture; T or the button shows the figures as a table instead.
#[component]
pub fn ChartCard(chart: ChartView, #[prop(optional)] plain: bool) -> impl IntoView {
    let app = app();
    let as_table = RwSignal::new(false);
    let chart = StoredValue::new(chart);
    let title = chart.with_value(|chart| chart.title.clone());
    let label = chart.with_value(|chart| format!("{}. {}", chart.title, chart.subtitle));
    let picture = move || chart.with_value(|chart| chart.svg.clone());
    let table = move || {
        chart.with_value(|chart| {
            let head = chart
                .columns
                .iter()
                .enumerate()
                .map(|(n, column)| view! { <th scope="col" class:num=n != 0>{column_name(app, column)}</th> })
                .collect_view();
            let rows = chart
                .rows
                .iter()
                .map(|row| {
                    let cells = row
                        .iter()
                        .enumerate()
                        .map(|(n, cell)| view! { <td class:num=n != 0>{cell.clone()}</td> })
                        .collect_view();
                    view! { <tr>{cells}</tr> }
                })
                .collect_view();
            view! { <table class="table flush"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table> }
        })
    };
    let flip = move || as_table.update(|shown| *shown = !*shown);
    let body = move || {
        if as_table.get() {
            view! { <div class="chart-table" tabindex="0">{table()}</div> }.into_any()
        } else {
            view! { <div class="chart" tabindex="0" role="img" aria-label=label.clone() inner_html=picture()></div> }
                .into_any()
        }
    };
    view! {
        <figure
            class="chart-card"
            class:plain=plain
            data-chart=chart.with_value(|chart| chart.id.clone())
            on:keydown=move |event| {
                if event.key().eq_ignore_ascii_case("t") && !event.ctrl_key() {
                    event.prevent_default();
                    flip();
                }
            }
        >
            <figcaption class="chart-head">
                <div>
                    <h2 class="chart-title">{title}</h2>
                    <p class="chart-measure">{chart.with_value(|chart| chart.subtitle.clone())}</p>
                </div>
                <div class="chart-tools">
                    <IconButton label=text::CHART_AS_TABLE icon="table" pressed=as_table on_press=move |()| flip()/>
                </div>
            </figcaption>
            {body}
        </figure>
    }
    .into_any()
}
