//! The data table: rows as data, sorted and paged by the desk, walked by keys.

use super::icon::Icon;
use super::keys::press;
use super::table_cell::{Cell, Column, Row, draw_cell};
use farthing_api::ListQuery;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// How many bars stand for rows that are not there yet.
const BARS: usize = 8;

/// Where the focus lands on the page that the keys turned to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    First,
    Last,
}

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
    let landing = StoredValue::new(None::<Edge>);
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
        let turn = |button: &str, to: Edge| {
            if press(&format!("#content .pager [data-do={button}]:not([aria-disabled])")) {
                landing.set_value(Some(to));
            }
        };
        let next = match event.key().as_str() {
            "PageDown" => {
                event.prevent_default();
                return turn("page-next", Edge::First);
            }
            "PageUp" => {
                event.prevent_default();
                return turn("page-before", Edge::First);
            }
            // Past the edge of a page its neighbour follows, so that the arrows alone reach every row.
            "ArrowDown" | "j" if at == last => return turn("page-next", Edge::First),
            "ArrowUp" | "k" if at == 0 => return turn("page-before", Edge::Last),
            "ArrowDown" | "j" => at + 1,
            "ArrowUp" | "k" => at - 1,
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
    Effect::new(move || {
        let count = rows.with(|rows| rows.as_ref().map_or(0, Vec::len));
        if let (Some(to), Some(body), Some(last)) = (landing.get_value(), body.get(), count.checked_sub(1)) {
            landing.set_value(None);
            let at = if to == Edge::First { 0 } else { last };
            roving.set(at);
            request_animation_frame(move || focus_row(&body, at));
        }
    });
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
