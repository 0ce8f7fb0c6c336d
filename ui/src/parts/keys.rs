//! The keyboard: one listener for the window, and the sheet that tells its keys.

use super::dialog::Dialog;
use super::form::focus;
use crate::i18n::{Text, t, text};
use crate::nav;
use crate::state::{App, app};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// How long after G its letter may come.
const PAUSE: Duration = Duration::from_millis(1500);

/// Listens for the window's keys as long as the component lives. A single letter presses the button that carries it
/// as `data-key`, so a screen's keys are those of the buttons that it shows.
pub fn listen(app: App) {
    let after_g = StoredValue::new(false);
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if app.locked.get_untracked() || event.default_prevented() {
            return;
        }
        let key = event.key();
        if event.ctrl_key() || event.meta_key() {
            if key.eq_ignore_ascii_case("k") && !is_layer_open() {
                event.prevent_default();
                app.palette.set(true);
            }
            return;
        }
        if event.alt_key() {
            if key == "ArrowLeft" && !is_layer_open() {
                event.prevent_default();
                app.back();
            }
            return;
        }
        if is_typing() || is_layer_open() {
            return;
        }
        if after_g.get_value() {
            after_g.set_value(false);
            if let Some(place) = nav::places(app)
                .into_iter()
                .find(|place| place.key == key.to_lowercase())
            {
                event.prevent_default();
                app.go(place.route);
            }
            return;
        }
        match key.as_str() {
            "g" => {
                after_g.set_value(true);
                set_timeout(
                    move || {
                        after_g.try_update_value(|is_open| *is_open = false);
                    },
                    PAUSE,
                );
            }
            "/" => {
                event.prevent_default();
                focus("#content input[type=search]");
            }
            "?" => {
                event.prevent_default();
                app.keys.set(true);
            }
            "r" if ["tr:focus .row-action", "[data-key=r]", "tr[tabindex='0'] .row-action"]
                .into_iter()
                .any(press) =>
            {
                event.prevent_default();
            }
            key if is_letter(key) && press(&format!("[data-key=\"{}\"]", key.to_lowercase())) => {
                event.prevent_default()
            }
            _ => {}
        }
    });
    on_cleanup(move || handle.remove());
}

fn is_letter(key: &str) -> bool {
    key.len() == 1 && key.chars().all(char::is_alphanumeric)
}

/// Presses the first element that matches and can be pressed; answers whether there was one.
pub fn press(css: &str) -> bool {
    let found = document().query_selector(css).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    element.click();
    true
}

fn is_layer_open() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// Whether keys are letters of a text just now.
fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        let kind = element.get_attribute("type").unwrap_or_default();
        match element.tag_name().as_str() {
            "TEXTAREA" | "SELECT" => true,
            "INPUT" => !["checkbox", "radio", "button"].contains(&kind.as_str()),
            _ => false,
        }
    })
}

/// The buttons of the screen that a letter presses: the letter and the button's words.
fn of_screen() -> Vec<(String, String)> {
    let Ok(buttons) = document().query_selector_all(".workspace [data-key]") else {
        return Vec::new();
    };
    (0..buttons.length())
        .filter_map(|n| buttons.item(n)?.dyn_into::<web_sys::Element>().ok())
        .filter_map(|button| {
            let words = button.query_selector("span").ok().flatten()?.text_content()?;
            Some((button.get_attribute("data-key")?.to_uppercase(), words))
        })
        .collect()
}

/// The sheet of keys, while it is open.
#[component]
pub fn KeysSheet() -> impl IntoView {
    let app = app();
    view! {
        <Dialog open=app.keys title=text::KEYS_TITLE name="keys" wide=true>
            <div class="dialog-body">
                <div class="keys">
                    <Group title=text::KEYS_GROUP_SCREEN lines=screen_lines(app)/>
                    <Group title=text::KEYS_GROUP_ROWS lines=rows_lines(app)/>
                    <Group title=text::KEYS_GROUP_GO lines=go_lines(app)/>
                    <Group title=text::KEYS_GROUP_ALL lines=all_lines(app)/>
                </div>
            </div>
            <footer class="dialog-foot">
                <button class="btn" type="button" autofocus on:click=move |_| app.keys.set(false)>{t(text::CLOSE)}</button>
            </footer>
        </Dialog>
    }
}

#[component]
fn Group(title: Text, lines: Vec<(String, String)>) -> impl IntoView {
    if lines.is_empty() {
        return ().into_any();
    }
    let lines = lines
        .into_iter()
        .map(|(keys, words)| {
            let caps = keys
                .split(' ')
                .map(|key| view! { <kbd class="kbd">{key.to_owned()}</kbd> })
                .collect_view();
            view! { <li>{words}<span class="combo">{caps}</span></li> }
        })
        .collect_view();
    view! { <section class="keys-group"><h3>{t(title)}</h3><ul>{lines}</ul></section> }.into_any()
}

fn screen_lines(_app: App) -> Vec<(String, String)> {
    of_screen()
}

fn rows_lines(app: App) -> Vec<(String, String)> {
    [
        ("↑ ↓", text::KEYS_ROWS),
        ("Home End", text::KEYS_ENDS),
        ("PgUp PgDn", text::KEYS_PAGES),
        ("Enter", text::KEYS_OPEN),
    ]
    .map(|(keys, words)| (keys.to_owned(), app.say(words).to_owned()))
    .to_vec()
}

fn go_lines(app: App) -> Vec<(String, String)> {
    let places = nav::places(app).into_iter().filter(|place| !place.key.is_empty());
    places
        .map(|place| {
            (
                format!("G {}", place.key.to_uppercase()),
                app.say(place.name).to_owned(),
            )
        })
        .collect()
}

fn all_lines(app: App) -> Vec<(String, String)> {
    [
        ("Ctrl K", text::SEARCH_OR_DO),
        ("/", text::KEYS_SEARCH),
        ("Ctrl Enter", text::KEYS_FINISH),
        ("Esc", text::KEYS_CLOSE),
        ("Alt ←", text::KEYS_BACK),
        ("?", text::KEYS_TITLE),
    ]
    .map(|(keys, words)| (keys.to_owned(), app.say(words).to_owned()))
    .to_vec()
}
