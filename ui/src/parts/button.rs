//! Buttons.

use super::form::FormState;
use super::icon::Icon;
use leptos::prelude::*;

/// A button: a verb and its object. Without `on_press` it sends the form around it and is busy while that does.
///
/// `kind` is `primary`, `danger`, `text`, `plain`, or empty for a quiet one, and may carry a size: `primary btn-lg`,
/// `text btn-sm`. `does` is the stable hook for tests, `key` a single letter that presses it.
#[component]
pub fn Button(
    #[prop(into)] label: Signal<String>,
    #[prop(optional)] kind: &'static str,
    #[prop(optional)] icon: &'static str,
    #[prop(optional)] key: &'static str,
    #[prop(optional)] does: &'static str,
    #[prop(optional, into)] busy: Option<Signal<bool>>,
    #[prop(optional, into)] busy_label: Option<Signal<String>>,
    /// Why the button can't be used, shown as its tooltip; none where it can.
    #[prop(optional, into)]
    reason: Option<Signal<Option<String>>>,
    #[prop(optional, into)] on_press: Option<Callback<()>>,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let form = FormState::around().filter(|_| on_press.is_none());
    let is_busy =
        Signal::derive(move || busy.is_some_and(|busy| busy.get()) || form.is_some_and(|form| form.busy.get()));
    let is_off = Signal::derive(move || reason.and_then(|reason| reason.get()));
    let shown = move || match busy_label {
        Some(busy_label) if is_busy.get() => busy_label.get(),
        _ => label.get(),
    };
    let button = NodeRef::<leptos::html::Button>::new();
    // The words change while it is busy, the width does not.
    let width = Memo::new(move |_| {
        let width = button.get_untracked().map(|button| button.offset_width());
        is_busy.get().then(|| format!("{}px", width.unwrap_or_default()))
    });
    let class = match kind.split_once(' ') {
        Some((kind, more)) => format!("btn btn-{kind} {more}"),
        None if kind.is_empty() => "btn".to_owned(),
        None => format!("btn btn-{kind}"),
    };
    view! {
        <button
            node_ref=button
            class=class
            type=if on_press.is_some() { "button" } else { "submit" }
            data-do=(!does.is_empty()).then_some(does)
            data-key=(!key.is_empty()).then_some(key)
            aria-busy=move || is_busy.get().then_some("true")
            aria-disabled=move || (is_busy.get() || is_off.get().is_some()).then_some("true")
            data-tip=move || is_off.get()
            style:min-width=move || width.get()
            autofocus=autofocus
            on:click=move |event| {
                if is_busy.get_untracked() || is_off.get_untracked().is_some() {
                    event.prevent_default();
                } else if let Some(on_press) = on_press {
                    on_press.run(());
                }
            }
        >
            {(!icon.is_empty()).then(|| view! { <Icon name=icon/> })}
            <span>{shown}</span>
            {(!key.is_empty()).then(|| view! { <kbd class="kbd">{key.to_uppercase()}</kbd> })}
        </button>
    }
    .into_any()
}

/// A button that is only a picture; `label` is its name for those who don't see it, and its tooltip.
#[component]
pub fn IconButton(
    #[prop(into)] label: Signal<String>,
    icon: &'static str,
    #[prop(default = "btn-plain")] kind: &'static str,
    #[prop(optional)] does: &'static str,
    #[prop(optional, into)] off: Signal<bool>,
    #[prop(optional, into)] pressed: Option<Signal<bool>>,
    #[prop(into)] on_press: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            class=format!("btn btn-icon btn-sm {kind}")
            type="button"
            data-do=(!does.is_empty()).then_some(does)
            aria-label=label
            data-tip=label
            aria-pressed=pressed.map(|pressed| move || if pressed.get() { "true" } else { "false" })
            aria-disabled=move || off.get().then_some("true")
            on:click=move |_| {
                if !off.get_untracked() {
                    on_press.run(());
                }
            }
        >
            <Icon name=icon/>
        </button>
    }
    .into_any()
}
