//! A paged list: its rows, the tabs and the search above it, the pages below it.

use super::button::IconButton;
use super::icon::Icon;
use super::keys::press;
use super::query::Query;
use super::table_cell::Row;
use crate::i18n::text;
use crate::state::app;
use farthing_api::{COUNT_CAP, ListQuery, PAGE_ROWS, Page};
use leptos::prelude::*;
use std::time::Duration;

/// The tab of everything.
pub const ALL: &str = "all";

/// What a list asks while one of its tabs is chosen: the tab's value is the filter's word, [`ALL`] is none.
pub fn asked_by(tab: RwSignal<String>) -> RwSignal<ListQuery> {
    let word = |tab: &str| if tab == ALL { String::new() } else { tab.to_owned() };
    let asked = RwSignal::new(ListQuery {
        filter: tab.with_untracked(|tab| word(tab)),
        ..ListQuery::default()
    });
    Effect::new(move |before: Option<String>| {
        let now = tab.get();
        if before.is_some_and(|before| before != now) {
            asked.update(|asked| {
                asked.filter = word(&now);
                asked.page = 0;
            });
        }
        now
    });
    asked
}

/// The rows of the page that was found, for a table; nothing before the first answer.
pub fn rows_of<T: Send + Sync + 'static>(
    found: Query<Page<T>>,
    line: impl Fn(&T) -> Row + Send + Sync + 'static,
) -> Signal<Option<Vec<Row>>> {
    Signal::derive(move || {
        let lines = |page: &Page<T>| page.rows.iter().map(&line).collect();
        found.value.with(|page| page.as_ref().map(lines))
    })
}

/// How many rows match in all; nothing before the first answer.
pub fn matches_of<T: Send + Sync + 'static>(found: Query<Page<T>>) -> Signal<Option<u32>> {
    Signal::derive(move || found.value.with(|page| page.as_ref().map(|page| page.matches)))
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
                        "Enter" => {
                            press("#content tbody tr[tabindex]");
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
pub fn Pager(
    query: RwSignal<ListQuery>,
    #[prop(into)] rows: Signal<Option<Vec<Row>>>,
    #[prop(into)] matches: Signal<Option<u32>>,
) -> impl IntoView {
    let app = app();
    let page = move || query.with(|query| query.page);
    let here = move || rows.with(|rows| rows.as_ref().map_or(0, |rows| u32::try_from(rows.len()).unwrap_or(0)));
    let words = move || {
        let all = matches.get().unwrap_or_default();
        let first = page() * PAGE_ROWS + 1;
        let last = page() * PAGE_ROWS + here();
        let n = capped(all);
        app.say_with(
            text::TABLE_RANGE,
            &[("first", first.to_string()), ("last", last.to_string()), ("n", n)],
        )
    };
    // A count is only kept up to a limit; beyond it the last page is the one that is not full.
    let is_last = Signal::derive(move || match matches.get().unwrap_or_default() {
        many if many > COUNT_CAP => here() < PAGE_ROWS,
        matches => (page() + 1) * PAGE_ROWS >= matches,
    });
    let is_first = Signal::derive(move || page() == 0);
    move || {
        (matches.get().unwrap_or_default() > 0).then(|| {
            view! {
                <footer class="pager">
                    <span>{words}</span>
                    <div class="pager-tools">
                        <IconButton
                            label=text::TABLE_BEFORE icon="chevron-left" kind="" does="page-before" off=is_first
                            on_press=move |()| query.update(|query| query.page -= 1)
                        />
                        <IconButton
                            label=text::TABLE_AFTER icon="chevron-right" kind="" does="page-next" off=is_last
                            on_press=move |()| query.update(|query| query.page += 1)
                        />
                    </div>
                </footer>
            }
        })
    }
}
