//! A table of few rows that is read as it stands: not sorted, not paged, not walked by keys.

use crate::i18n::{Text, t};
use leptos::prelude::*;

/// A column: its name, and the class of its cells. The name of one of the class [`TOOLS`] is for readers of screens alone.
pub type PlainColumn = (Text, &'static str);

/// The class of the cells with what can be done about a row.
pub const TOOLS: &str = "num tools";

/// The table; `wrap` are classes of what is around it.
pub fn plain_table(label: Text, wrap: &'static str, columns: &'static [PlainColumn], rows: impl IntoAny) -> AnyView {
    let head = |(name, class): &PlainColumn| match *class {
        TOOLS => view! { <th scope="col"><span class="visually-hidden">{t(*name)}</span></th> }.into_any(),
        class => view! { <th scope="col" class=class>{t(*name)}</th> }.into_any(),
    };
    let heads: Vec<AnyView> = columns.iter().map(head).collect();
    view! {
        <div class=format!("table-wrap {wrap}")>
            <table class="table comfortable flush" aria-label=t(label)>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows.into_any()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The cells of a row, each as its column stands.
pub fn plain_cells(columns: &[PlainColumn], cells: Vec<AnyView>) -> Vec<AnyView> {
    let cell = |(cell, (_, class)): (AnyView, &PlainColumn)| view! { <td class=*class>{cell}</td> }.into_any();
    cells.into_iter().zip(columns).map(cell).collect()
}
