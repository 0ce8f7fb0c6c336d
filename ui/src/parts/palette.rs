//! The palette: what can be done, opened or gone to, by a few letters.

use super::dialog::Layer;
use super::icon::Icon;
use super::query::query;
use crate::i18n::{t, text};
use crate::nav;
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{Find, Hit};
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// A line of the palette.
#[derive(Clone)]
struct Line {
    group: &'static str,
    icon: &'static str,
    name: String,
    note: String,
    keys: String,
    run: nav::Run,
}

/// The palette, while it is open.
#[component]
pub fn Palette() -> impl IntoView {
    let app = app();
    move || app.palette.get().then(|| view! { <Open/> })
}

#[component]
fn Open() -> impl IntoView {
    let app = app();
    let typed = RwSignal::new(String::new());
    let asked = RwSignal::new(String::new());
    let chosen = RwSignal::new(0usize);
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let found = query(move || {
        let search = asked.get();
        (!search.trim().is_empty() && app.can("see_book")).then_some(Find { search })
    });
    let lines = Memo::new_with_compare(
        move |_| {
            let search = typed.get();
            let hits = if search.trim().is_empty() {
                Vec::new()
            } else {
                found.value.get().unwrap_or_default()
            };
            collect(app, &search, hits)
        },
        |_, _| true,
    );
    let run = move |n: usize| {
        if let Some(line) = lines.with_untracked(|lines| lines.get(n).cloned()) {
            app.palette.set(false);
            // After the dialog gave the focus back, so that what follows may take it.
            request_animation_frame(move || (line.run)());
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let count = lines.with_untracked(Vec::len);
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => count.saturating_sub(1),
            "Enter" => {
                event.prevent_default();
                run(chosen.get_untracked());
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if count > 0 {
            chosen.update(|chosen| *chosen = (*chosen + step) % count);
            if let Ok(Some(row)) = document().query_selector(".palette-row[aria-selected=true]") {
                row.scroll_into_view_with_bool(false);
            }
        }
    };
    let on_input = move |typed_now: String| {
        typed.set(typed_now.clone());
        chosen.set(0);
        if let Some(Some(timer)) = timer.try_update_value(Option::take) {
            timer.clear();
        }
        let ask = move || {
            asked.try_set(typed_now);
        };
        timer.set_value(set_timeout_with_handle(ask, Duration::from_millis(80)).ok());
    };
    let rows = move || {
        let mut group = "";
        lines
            .get()
            .into_iter()
            .enumerate()
            .map(|(n, line)| {
                let head = (group != line.group)
                    .then(|| view! { <h3 class="palette-group" role="presentation">{line.group}</h3> });
                group = line.group;
                let keys = line
                    .keys
                    .split_whitespace()
                    .map(|key| view! { <kbd class="kbd">{key.to_owned()}</kbd> })
                    .collect_view();
                view! {
                    {head}
                    <div
                        class="palette-row"
                        id=format!("palette-{n}")
                        role="option"
                        aria-selected=move || if chosen.get() == n { "true" } else { "false" }
                        on:click=move |_| run(n)
                    >
                        <Icon name=line.icon/>
                        <span class="palette-name">{line.name}</span>
                        <span class="palette-note">{line.note}</span>
                        <span class="palette-keys">{keys}</span>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <Layer open=app.palette class="palette" name="palette" labelled="palette-input">
            <div class="palette-head">
                <Icon name="search"/>
                <input
                    class="palette-input"
                    id="palette-input"
                    name="palette"
                    role="combobox"
                    aria-label=t(text::SEARCH_OR_DO)
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", chosen.get())
                    autocomplete="off"
                    spellcheck="false"
                    autofocus
                    placeholder=t(text::SEARCH_OR_DO)
                    on:input:target=move |event| on_input(event.target().value())
                    on:keydown=on_key
                />
                <kbd class="kbd">"Esc"</kbd>
            </div>
            <div class="palette-list" id="palette-list" role="listbox" aria-label=t(text::SEARCH_OR_DO)>
                {rows}
                {move || lines.with(Vec::is_empty).then(|| view! { <p class="empty">{t(text::PALETTE_NOTHING)}</p> })}
            </div>
            <footer class="palette-foot">
                <span class="key-hint"><kbd class="kbd">"↑"</kbd><kbd class="kbd">"↓"</kbd>{t(text::PALETTE_CHOOSE)}</span>
                <span class="key-hint"><kbd class="kbd">"Enter"</kbd>{t(text::PALETTE_DO)}</span>
                <span class="end">{t(text::PALETTE_OFFLINE)}</span>
            </footer>
        </Layer>
    }
    .into_any()
}

/// The lines that match what was typed: what to do, what to open, where to go.
fn collect(app: App, search: &str, hits: Vec<Hit>) -> Vec<Line> {
    let needle = search.trim().to_lowercase();
    let matches = |words: &str| needle.is_empty() || words.to_lowercase().contains(&needle);
    let mut lines = Vec::new();
    if let Some(hit) = hits.iter().find(|hit| hit.kind == "loan")
        && app.can("receive")
        && let Ok(id) = hit.id.parse()
    {
        let (number, name) = parts_of(&hit.title);
        lines.push(Line {
            group: app.say(text::PALETTE_GROUP_DO),
            icon: "payments",
            name: app.say_with(text::PALETTE_RECEIVE, &[("name", name.to_owned())]),
            note: number.to_owned(),
            keys: String::new(),
            run: Arc::new(move || app.go_to(Route::Loan(id), "pay")),
        });
    }
    for action in nav::actions(app) {
        if matches(action.name) {
            lines.push(Line {
                group: app.say(text::PALETTE_GROUP_DO),
                icon: action.icon,
                name: action.name.to_owned(),
                note: String::new(),
                keys: action.keys.to_owned(),
                run: action.run,
            });
        }
    }
    lines.extend(hits.into_iter().filter_map(|hit| open(app, hit)));
    for place in nav::places(app) {
        let name = app.say(place.name);
        if matches(name) {
            let route = place.route;
            lines.push(Line {
                group: app.say(text::PALETTE_GROUP_GO),
                icon: place.icon,
                name: name.to_owned(),
                note: String::new(),
                keys: if place.key.is_empty() {
                    String::new()
                } else {
                    format!("G {}", place.key.to_uppercase())
                },
                run: Arc::new(move || app.go(route.clone())),
            });
        }
    }
    lines
}

/// The loan and the customer in a loan's title, "BR1-01-L00075 · Adaeze Marchand".
fn parts_of(title: &str) -> (&str, &str) {
    title.split_once(" · ").unwrap_or((title, title))
}

fn open(app: App, hit: Hit) -> Option<Line> {
    let (icon, route) = match hit.kind.as_str() {
        "customer" => ("customer", Route::Customer(hit.id.parse().ok()?)),
        "loan" => ("loans", Route::Loan(hit.id.parse().ok()?)),
        _ => return None,
    };
    Some(Line {
        group: app.say(text::PALETTE_GROUP_OPEN),
        icon,
        name: hit.title,
        note: hit.detail,
        keys: String::new(),
        run: Arc::new(move || app.go(route.clone())),
    })
}
