//! The data table: rows as data, sorted and paged by the desk, walked by keys.

use super::button::IconButton;
use super::icon::Icon;
use super::status::{Status, StatusGlyph};
use crate::i18n::text;
use crate::state::app;
use farthing_api::{COUNT_CAP, ListQuery, PAGE_ROWS};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// A column's head.
#[derive(Clone)]
pub struct Column {
    sort: &'static str,
    title: Signal<String>,
    class: &'static str,
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
        Column {
            class: "gap",
            ..Column::words(title)
        }
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

/// How many bars stand for rows that are not there yet.
const BARS: usize = 8;

/// A table of rows. `rows` is nothing until the first answer is there; then bars show while `slow`.
#[component]
pub fn DataTable(
    #[prop(into)] label: Signal<String>,
    columns: Vec<Column>,
    #[prop(into)] rows: Signal<Option<Vec<Row>>>,
    #[prop(optional, into)] slow: Signal<bool>,
    /// What to sort by; the desk sorts.
    #[prop(optional)]
    order: Option<RwSignal<ListQuery>>,
    /// Enter or a click on a row, with its key.
    #[prop(optional, into)]
    on_open: Option<Callback<String>>,
    /// The row's action, with its key.
    #[prop(optional, into)]
    on_act: Option<Callback<String>>,
    /// What shows when there are no rows, an `EmptyState`.
    #[prop(optional, into)]
    empty: ViewFn,
    /// The totals' cells.
    #[prop(optional, into)]
    totals: Option<Signal<Vec<Cell>>>,
    /// `dense`, `comfortable`, `flush`, `schedule`.
    #[prop(optional)]
    class: &'static str,
    /// `bleed` edge to edge, `fill` takes the height left.
    #[prop(optional)]
    wrap: &'static str,
) -> impl IntoView {
    let width = columns.len();
    let roving = RwSignal::new(0usize);
    let body = NodeRef::<leptos::html::Tbody>::new();
    let walk = move |event: web_sys::KeyboardEvent| {
        let Some(body) = body.get_untracked() else {
            return;
        };
        let count = rows.with_untracked(|rows| rows.as_ref().map_or(0, Vec::len));
        if count == 0 || event.ctrl_key() || event.alt_key() {
            return;
        }
        let last = count - 1;
        let at = roving.get_untracked().min(last);
        let next = match event.key().as_str() {
            "ArrowDown" | "j" => (at + 1).min(last),
            "ArrowUp" | "k" => at.saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "Enter" => {
                let key =
                    rows.with_untracked(|rows| rows.as_ref().and_then(|rows| rows.get(at)).map(|row| row.key.clone()));
                let on_row = event
                    .target()
                    .is_some_and(|target| target.unchecked_into::<web_sys::Element>().tag_name() == "TR");
                if let (Some(open), Some(key), true) = (on_open, key, on_row) {
                    event.prevent_default();
                    open.run(key);
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        roving.set(next);
        focus_row(&body, next);
    };
    let shown = move || {
        rows.with(|rows| match rows {
            None if slow.get() => bars(width).into_any(),
            None => ().into_any(),
            Some(rows) if rows.is_empty() => {
                let empty = empty.run();
                view! { <tr class="empty-row"><td colspan=width.to_string()>{empty}</td></tr> }.into_any()
            }
            Some(rows) => rows
                .iter()
                .enumerate()
                .map(|(n, row)| draw(n, row.clone(), roving, on_open, on_act))
                .collect_view()
                .into_any(),
        })
    };
    let count = move || rows.with(|rows| rows.as_ref().map(|rows| rows.len().to_string()));
    view! {
        <div class=format!("table-wrap {wrap}")>
            <table class=format!("table {class}") aria-label=label aria-rowcount=count>
                <thead><tr>{columns.into_iter().map(|column| head(column, order)).collect_view()}</tr></thead>
                <tbody node_ref=body on:keydown=walk class:is-open=on_open.is_some()>{shown}</tbody>
                {totals.map(|totals| view! {
                    <tfoot><tr>{move || totals.get().into_iter().map(|cell| draw_cell(cell, None)).collect_view()}</tr></tfoot>
                })}
            </table>
        </div>
    }
    .into_any()
}

fn focus_row(body: &web_sys::Element, n: usize) {
    let row = u32::try_from(n).ok().and_then(|n| body.children().item(n));
    if let Some(row) = row.and_then(|row| row.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = row.focus();
    }
}

fn head(column: Column, order: Option<RwSignal<ListQuery>>) -> AnyView {
    let Column { sort, title, class } = column;
    let Some(order) = order.filter(|_| !sort.is_empty()) else {
        return view! { <th scope="col" class=class>{title}</th> }.into_any();
    };
    let is_sorted = move || order.with(|order| order.sort == sort);
    let aria = move || {
        is_sorted().then(|| {
            if order.with(|order| order.descending) {
                "descending"
            } else {
                "ascending"
            }
        })
    };
    let icon = move || {
        if is_sorted() && !order.with(|order| order.descending) {
            view! { <Icon name="sort-up"/> }
        } else {
            view! { <Icon name="sort-down"/> }
        }
    };
    let press = move |_| {
        order.update(|order| {
            order.descending = order.sort == sort && !order.descending;
            order.sort = sort.to_owned();
            order.page = 0;
        });
    };
    view! {
        <th scope="col" class=class aria-sort=aria data-sort=sort>
            <button class="th-sort" type="button" on:click=press>{title} " " {icon}</button>
        </th>
    }
    .into_any()
}

fn draw(
    n: usize,
    row: Row,
    roving: RwSignal<usize>,
    on_open: Option<Callback<String>>,
    on_act: Option<Callback<String>>,
) -> AnyView {
    let (open_key, act_key) = (row.key.clone(), row.key.clone());
    let act = on_act.map(|on_act| Callback::new(move |()| on_act.run(act_key.clone())));
    let cells = row.cells.into_iter().map(|cell| draw_cell(cell, act)).collect_view();
    view! {
        <tr
            class=row.class
            data-row=row.number
            tabindex=move || if roving.get() == n { "0" } else { "-1" }
            on:focus=move |_| roving.set(n)
            on:click=move |_| {
                if let Some(on_open) = on_open {
                    on_open.run(open_key.clone());
                }
            }
        >
            {cells}
        </tr>
    }
    .into_any()
}

fn draw_cell(cell: Cell, act: Option<Callback<()>>) -> AnyView {
    match cell {
        Cell::Who(words) => view! { <td class="who cut" title=words.clone()>{words.clone()}</td> }.into_any(),
        Cell::Ident(words) => view! { <td class="ident">{words}</td> }.into_any(),
        Cell::Words(words) => view! { <td>{words}</td> }.into_any(),
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

fn bars(width: usize) -> impl IntoView {
    (0..BARS)
        .map(|_| {
            let cells = (0..width)
                .map(|_| view! { <td><span class="skeleton"></span></td> })
                .collect_view();
            view! { <tr aria-hidden="true">{cells}</tr> }
        })
        .collect_view()
}

/// How many rows match: "63", "1000+".
fn capped(matches: u32) -> String {
    if matches > COUNT_CAP {
        format!("{COUNT_CAP}+")
    } else {
        matches.to_string()
    }
}

/// The search of a list; asks 80 ms after the last key. `/` moves the focus here, the arrow down to the rows.
#[component]
pub fn SearchField(
    #[prop(into)] label: Signal<String>,
    query: RwSignal<ListQuery>,
    #[prop(into)] matches: Signal<Option<u32>>,
) -> impl IntoView {
    let app = app();
    let typed = RwSignal::new(query.with_untracked(|query| query.search.clone()));
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let ask = move || {
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
        let handle = set_timeout_with_handle(
            move || {
                query.try_update(|query| {
                    query.search = typed.get_untracked();
                    query.page = 0;
                });
            },
            Duration::from_millis(80),
        );
        timer.set_value(handle.ok());
    };
    let count = move || {
        matches
            .get()
            .map(|matches| app.say_with(text::TABLE_MATCH, &[("n", capped(matches))]))
    };
    view! {
        <label class="input-box list-search">
            <Icon name="search"/>
            <input
                type="search"
                name="search"
                autocomplete="off"
                spellcheck="false"
                aria-label=label
                placeholder=label
                prop:value=move || typed.get()
                on:input:target=move |event| {
                    typed.set(event.target().value());
                    ask();
                }
                on:keydown=move |event| {
                    match event.key().as_str() {
                        "ArrowDown" => {
                            event.prevent_default();
                            super::form::focus("#content tbody tr[tabindex]");
                        }
                        "Escape" if !typed.get_untracked().is_empty() => {
                            event.stop_propagation();
                            typed.set(String::new());
                            ask();
                        }
                        _ => {}
                    }
                }
            />
            <span class="matches" role="status" data-figure="matches">{count}</span>
        </label>
    }
    .into_any()
}

/// Which rows show, and the buttons to the pages around.
#[component]
pub fn Pager(query: RwSignal<ListQuery>, #[prop(into)] matches: Signal<Option<u32>>) -> impl IntoView {
    let app = app();
    let page = move || query.with(|query| query.page);
    let words = move || {
        let all = matches.get().unwrap_or_default();
        let first = (page() * PAGE_ROWS + 1).min(all);
        let last = ((page() + 1) * PAGE_ROWS).min(all);
        let n = capped(all);
        app.say_with(
            text::TABLE_RANGE,
            &[("first", first.to_string()), ("last", last.to_string()), ("n", n)],
        )
    };
    let is_last = Signal::derive(move || (page() + 1) * PAGE_ROWS >= matches.get().unwrap_or_default());
    let is_first = Signal::derive(move || page() == 0);
    move || {
        (matches.get().unwrap_or_default() > 0).then(|| {
            view! {
                <footer class="pager">
                    <span>{words}</span>
                    <div class="pager-tools">
                        <IconButton
                            label=text::TABLE_BEFORE icon="chevron-left" kind="" off=is_first
                            on_press=move |()| query.update(|query| query.page -= 1)
                        />
                        <IconButton
                            label=text::TABLE_AFTER icon="chevron-right" kind="" off=is_last
                            on_press=move |()| query.update(|query| query.page += 1)
                        />
                    </div>
                </footer>
            }
        })
    }
}
