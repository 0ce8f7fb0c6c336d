//! A button with a menu of what is done more seldom.

use super::form::focus;
use super::icon::Icon;
use crate::i18n::Text;
use leptos::prelude::*;

/// One thing to do.
#[derive(Clone)]
pub struct MenuItem {
    /// The words.
    pub label: Text,
    /// The picture.
    pub icon: &'static str,
    /// The stable hook for tests.
    pub does: &'static str,
    /// Whether it can't be taken back.
    pub danger: bool,
    /// Why it can't be done; none where it can.
    pub reason: Option<String>,
    /// What it does.
    pub press: Callback<()>,
}

/// The button and its menu. Esc and a press elsewhere close it.
#[component]
pub fn MenuButton(
    #[prop(into)] label: Signal<String>,
    /// The stable hook of the button for tests.
    does: &'static str,
    items: Vec<MenuItem>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let anchor = NodeRef::<leptos::html::Div>::new();
    let elsewhere = window_event_listener(leptos::ev::pointerdown, move |event| {
        let pressed = event
            .target()
            .and_then(|target| wasm_bindgen::JsCast::dyn_into::<web_sys::Node>(target).ok());
        let inside = anchor
            .get_untracked()
            .is_some_and(|anchor| anchor.contains(pressed.as_ref()));
        if !inside && open.try_get_untracked() == Some(true) {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    let items = StoredValue::new(items);
    let item = move |item: MenuItem| {
        let (off, press) = (item.reason.is_some(), item.press);
        let class = if item.danger {
            "menu-item is-danger"
        } else {
            "menu-item"
        };
        view! {
            <button class=class role="menuitem" type="button" data-do=item.does title=item.reason
                aria-disabled=off.then_some("true")
                on:click=move |_| if !off {
                    open.set(false);
                    press.run(());
                }>
                <Icon name=item.icon/>
                {crate::i18n::t(item.label)}
            </button>
        }
    };
    view! {
        <div class="menu-anchor" node_ref=anchor
            on:keydown=move |event| if event.key() == "Escape" && open.get_untracked() {
                event.prevent_default();
                open.set(false);
                focus(&format!("[data-do=\"{does}\"]"));
            }>
            <button class="btn" type="button" aria-haspopup="menu" data-do=does
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)>
                {label}
                <Icon name="chevron-down"/>
            </button>
            {move || open.get().then(|| {
                let shown = items.with_value(|items| items.iter().cloned().map(item).collect_view());
                view! { <div class="menu" role="menu">{shown}</div> }
            })}
        </div>
    }
    .into_any()
}
