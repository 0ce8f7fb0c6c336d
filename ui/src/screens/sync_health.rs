//! How the work of all machines with the server goes: what was decided day by day, and what was decided otherwise.

use super::audit::said;
use super::loan_kit::trouble;
use super::sessions::moment;
use crate::i18n::{t, text};
use crate::parts::{ChartCard, PlainColumn, plain_cells, plain_table, query};
use crate::state::app;
use farthing_api::{ConflictView, GetSyncHealth};
use leptos::prelude::*;

const COLUMNS: [PlainColumn; 5] = [
    (text::AUDIT_WHEN, ""),
    (text::DEVICE_DESK, "who"),
    (text::AUDIT_WHO, ""),
    (text::AUDIT_WHAT, ""),
    (text::HEALTH_REASON, "muted"),
];

/// The sections under the machines.
#[component]
pub fn Health() -> impl IntoView {
    let app = app();
    let found = query(move || {
        let language = app.language.get().code().to_owned();
        Some(GetSyncHealth { language })
    });
    let row = move |conflict: ConflictView| {
        let words = [
            moment(app, conflict.decided_at),
            conflict.desk,
            conflict.who,
            said(app, &conflict.what),
            app.answer(&conflict.reason),
        ];
        let cells = words.into_iter().map(IntoAny::into_any).collect();
        view! { <tr data-row=conflict.op.to_string()>{plain_cells(&COLUMNS, cells)}</tr> }
    };
    let table = move |conflicts: Vec<ConflictView>| match conflicts.is_empty() {
        true => view! { <p class="muted" data-part="no-conflicts">{t(text::HEALTH_NONE)}</p> }.into_any(),
        false => {
            let rows = conflicts.into_iter().map(row).collect_view();
            plain_table(text::HEALTH_CONFLICTS, "session-list", &COLUMNS, rows)
        }
    };
    view! {
        <section class="stack" data-part="sync-health">
            {move || found.error.get().map(|error| trouble(&error))}
            {move || found.value.get().map(|health| view! {
                <ChartCard chart=health.chart/>
                <div class="section-head"><h2 class="section-title">{t(text::HEALTH_CONFLICTS)}</h2></div>
                <p class="muted">{t(text::HEALTH_LEAD)}</p>
                {table(health.conflicts)}
            })}
        </section>
    }
    .into_any()
}
