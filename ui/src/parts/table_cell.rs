//! What a table is made of: columns, rows and cells as data, and how a cell is drawn.

use super::status::{Status, StatusGlyph};
use leptos::prelude::*;

/// A column's head.
#[derive(Clone)]
pub struct Column {
    pub(super) sort: &'static str,
    pub(super) title: Signal<String>,
    pub(super) class: &'static str,
}

impl Column {
    /// A column of words.
    pub fn words(title: impl Into<Signal<String>>) -> Column {
        Column {
            sort: "",
            title: title.into(),
            class: "",
        }
    }

    /// A column of numbers, to the right.
    pub fn number(title: impl Into<Signal<String>>) -> Column {
        Column {
            class: "num",
            ..Column::words(title)
        }
    }

    /// A column of statuses after numbers.
    pub fn status(title: impl Into<Signal<String>>) -> Column {
        Column::words(title).gap()
    }

    /// A column of words after numbers.
    pub fn gap(self) -> Column {
        Column { class: "gap", ..self }
    }

    /// The column that gives way: it takes the width left and shortens its words.
    pub fn cut(self) -> Column {
        Column { class: "cut", ..self }
    }

    /// A column that goes on a narrow window.
    pub fn spare(self) -> Column {
        Column {
            class: "col-spare",
            ..self
        }
    }

    /// Can be sorted by; the word is that of [`ListQuery::sort`].
    pub fn sorted(self, sort: &'static str) -> Column {
        Column { sort, ..self }
    }
}

/// A cell.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Who or what the row is about.
    Who(String),
    /// An identifier.
    Ident(String),
    /// Words.
    Words(String),
    /// Words after a number.
    Gap(String),
    /// Words that step back and go on a narrow window.
    Spare(String),
    /// An amount of weight.
    Amount(String),
    /// A number, or an amount that steps back.
    Number(String),
    /// A zero, or "does not apply" where the words are a dash.
    Zero(String),
    /// Days past due: bad above 30, a dash for none.
    DaysLate(u32),
    /// A status.
    Status(Status),
    /// A status that gives way to its row's action while the row has the focus.
    Act(Status, RowAction),
}

/// What can be done with a row at once.
#[derive(Clone, PartialEq, Debug)]
pub struct RowAction {
    /// The verb.
    pub label: String,
    /// The stable hook for tests.
    pub does: &'static str,
    /// The letter that does it.
    pub key: &'static str,
}

/// A row: its key, its class (`row-settled`, `row-live`, `row-upcoming`, or nothing), its cells.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// What is handed to `on_open`, and the hook for tests.
    pub key: String,
    /// The row's number as people know it, the hook for tests.
    pub number: String,
    /// The class.
    pub class: &'static str,
    /// In the order of the columns.
    pub cells: Vec<Cell>,
}

/// Draws a cell; `act` does its row's action.
pub(super) fn draw_cell(cell: Cell, act: Option<Callback<()>>) -> AnyView {
    match cell {
        Cell::Who(words) => view! { <td class="who cut" title=words.clone()>{words.clone()}</td> }.into_any(),
        Cell::Ident(words) => view! { <td class="ident">{words}</td> }.into_any(),
        Cell::Words(words) => view! { <td>{words}</td> }.into_any(),
        Cell::Gap(words) => view! { <td class="gap">{words}</td> }.into_any(),
        Cell::Spare(words) => view! { <td class="muted col-spare">{words}</td> }.into_any(),
        Cell::Amount(words) => view! { <td class="num amount">{words}</td> }.into_any(),
        Cell::Number(words) => view! { <td class="num">{words}</td> }.into_any(),
        Cell::Zero(words) => {
            let class = if words == "–" { "dash" } else { "zero" };
            view! { <td class="num"><span class=class>{words}</span></td> }.into_any()
        }
        Cell::DaysLate(0) => view! { <td class="num"><span class="dash">"–"</span></td> }.into_any(),
        Cell::DaysLate(days) => {
            let class = if days > 30 { "num dpd-bad" } else { "num" };
            view! { <td class=class>{days}</td> }.into_any()
        }
        Cell::Status(status) => view! { <td class="gap"><StatusGlyph status/></td> }.into_any(),
        Cell::Act(status, action) => view! {
            <td class="gap cell-action swap">
                <StatusGlyph status/>
                <button
                    class="btn btn-primary btn-sm row-action"
                    type="button"
                    tabindex="-1"
                    data-do=action.does
                    on:click=move |event| {
                        event.stop_propagation();
                        if let Some(act) = act {
                            act.run(());
                        }
                    }
                >
                    {action.label}
                    <kbd class="kbd">{action.key.to_uppercase()}</kbd>
                </button>
            </td>
        }
        .into_any(),
    }
}
