//! What every field is made of: the frame with label, hint and refusal, and the input of one line.

use super::form::FormState;
use super::icon::Glyph;
use crate::i18n::{Text, t, text};
use leptos::prelude::*;

/// What an input needs to know of the field around it.
#[derive(Clone, Copy)]
pub(super) struct FieldState {
    pub(super) id: StoredValue<String>,
    pub(super) error: Signal<Option<String>>,
    pub(super) described_by: Signal<Option<String>>,
    pub(super) name: &'static str,
    pub(super) form: Option<FormState>,
}

impl FieldState {
    pub(super) fn new(name: &'static str, label: Signal<String>, has_hint: bool) -> FieldState {
        let form = FormState::around();
        if let Some(form) = form {
            form.register(name, label);
        }
        let id = form.map_or_else(|| name.to_owned(), |form| format!("{}-{name}", form.id));
        let error = Signal::derive(move || form.and_then(|form| form.error_of(name)));
        let described = id.clone();
        let described_by = Signal::derive(move || match (error.get().is_some(), has_hint) {
            (true, _) => Some(format!("{described}-e")),
            (false, true) => Some(format!("{described}-h")),
            (false, false) => None,
        });
        FieldState {
            id: StoredValue::new(id),
            error,
            described_by,
            name,
            form,
        }
    }

    pub(super) fn id(self) -> String {
        self.id.get_value()
    }

    pub(super) fn changed(self) {
        if let Some(form) = self.form {
            form.forget(self.name);
        }
    }

    pub(super) fn invalid(self) -> Option<&'static str> {
        self.error.get().is_some().then_some("true")
    }
}

/// The label above, the hint and the refusal below.
#[component]
pub(super) fn Frame(
    state: FieldState,
    label: Signal<String>,
    hint: Option<Signal<String>>,
    optional: bool,
    wide: bool,
    children: Children,
) -> impl IntoView {
    let id = state.id();
    view! {
        <div class="field" class:is-refused=move || state.error.get().is_some() class:wide=wide>
            <label class="label" for=id.clone()>
                {label}
                {optional.then(|| view! { " " <span class="optional">{t(text::FORM_OPTIONAL)}</span> })}
            </label>
            {children()}
            {hint.map(|hint| view! { <span class="hint" id=format!("{id}-h")>{hint}</span> })}
            <p class="field-error" id=format!("{id}-e")>{move || state.error.get()}</p>
        </div>
    }
    .into_any()
}

/// An input of one line: what differs between the fields that have one.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) kind: Signal<&'static str>,
    pub(super) inputmode: &'static str,
    pub(super) autocomplete: &'static str,
    pub(super) class: &'static str,
    pub(super) placeholder: Option<Text>,
    pub(super) autofocus: bool,
    pub(super) optional: bool,
    /// What is left of what was typed.
    pub(super) keep: fn(String) -> String,
}

impl Line {
    /// Plain text.
    pub(super) fn text(optional: bool) -> Line {
        Line {
            kind: Signal::stored("text"),
            inputmode: "text",
            autocomplete: "off",
            class: "",
            placeholder: None,
            autofocus: false,
            optional,
            keep: std::convert::identity,
        }
    }

    /// The input that shows `shown` and hands on what is typed; `left` runs when the focus goes.
    pub(super) fn input(
        self,
        state: FieldState,
        shown: impl Fn() -> String + Send + Sync + 'static,
        typed: impl Fn(String) + Copy + 'static,
        left: impl Fn() + 'static,
    ) -> AnyView {
        let take = move |field: web_sys::HtmlInputElement| {
            let words = field.value();
            let kept = (self.keep)(words.clone());
            if kept != words {
                field.set_value(&kept);
            }
            typed(kept);
            state.changed();
        };
        view! {
            <input
                id=state.id()
                name=state.name
                class=self.class
                type=move || self.kind.get()
                inputmode=self.inputmode
                autocomplete=self.autocomplete
                spellcheck="false"
                placeholder=self.placeholder.map(t)
                autofocus=self.autofocus
                aria-required=(!self.optional).then_some("true")
                aria-invalid=move || state.invalid()
                aria-describedby=move || state.described_by.get()
                prop:value=shown
                on:input:target=move |event| take(event.target())
                on:blur=move |_| left()
            />
        }
        .into_any()
    }
}

/// The mark at the end of a field that was refused.
pub(super) fn mark(state: FieldState) -> AnyView {
    (move || state.invalid().map(|_| view! { <Glyph name="late"/> })).into_any()
}
