//! Dialogs and the side panel.

use super::button::IconButton;
use crate::i18n::text;
use leptos::context::Provider;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The dialog around what is built now: a form closes it where nothing is left to do.
#[derive(Clone, Copy)]
pub struct InDialog(pub RwSignal<bool>);

/// A dialog over the page while `open`. Esc closes it; the focus returns to where it was. Its content is built anew
/// each time it opens. Buttons go into a `footer` of class `dialog-foot`.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// The stable hook for tests.
    name: &'static str,
    #[prop(optional)] wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    move || {
        open.get().then(|| {
            view! {
                <Layer open class=if wide { "dialog dialog-wide" } else { "dialog" } name labelled=format!("{name}-title")>
                    <header class="dialog-head"><h2 class="dialog-title" id=format!("{name}-title")>{title}</h2></header>
                    <Provider value=InDialog(open)>{children.with_value(|children| children())}</Provider>
                </Layer>
            }
        })
    }
}

/// A `<dialog>` that opens itself, traps the focus and gives it back.
#[component]
pub fn Layer(
    open: RwSignal<bool>,
    class: &'static str,
    name: &'static str,
    #[prop(into)] labelled: String,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let opener = document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    Effect::new(move || {
        if let Some(dialog) = dialog.get()
            && !dialog.open()
        {
            // A dialog that is not yet in the page can't open; the effect runs after it was put there.
            let _ = dialog.show_modal();
            focus_first(&dialog);
        }
    });
    let opener = StoredValue::new_local(opener);
    on_cleanup(move || {
        if let Some(Some(opener)) = opener.try_get_value()
            && opener.is_connected()
        {
            let _ = opener.focus();
        }
    });
    view! {
        <dialog
            node_ref=dialog
            class=class
            data-dialog=name
            aria-labelledby=labelled
            on:close=move |_| {
                open.try_set(false);
            }
            on:mousedown=move |event| {
                // A press on the dialog itself, not on what it holds, is a press on the scrim.
                let pressed = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                if ["palette", "explain"].iter().any(|kind| class.starts_with(kind)) && pressed.is_some_and(|element| element.tag_name() == "DIALOG") {
                    open.set(false);
                }
            }
        >
            {children()}
        </dialog>
    }
    .into_any()
}

/// The focus goes to what asks for it, else to the first field, else to the first button.
fn focus_first(dialog: &web_sys::HtmlDialogElement) {
    for css in ["[autofocus]", "input, select, textarea", "button"] {
        let found = dialog.query_selector(css).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = element.focus();
            return;
        }
    }
}

/// The panel at the right; below 1100 px it lies over the page while `open`. `on_close` shows a button that closes it.
#[component]
pub fn SidePanel(
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] narrow: bool,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] on_close: Option<Callback<()>>,
    children: Children,
) -> impl IntoView {
    let side = if narrow { "side side-narrow" } else { "side" };
    view! {
        <aside class=side aria-label=title data-open>
            <section class=format!("side-section {class}")>
                <header class="side-head">
                    <h2 class="side-title">{title}</h2>
                    {on_close.map(|on_close| view! { <IconButton label=text::CLOSE icon="close" on_press=on_close/> })}
                </header>
                {children()}
            </section>
        </aside>
    }
    .into_any()
}
