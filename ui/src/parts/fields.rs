//! Fields: a label, an input, a hint, and what was refused.

use super::form::FormState;
use super::icon::{Glyph, Icon};
use crate::i18n::{t, text};
use crate::state::app;
use leptos::prelude::*;

/// What an input needs to know of the field around it.
#[derive(Clone, Copy)]
struct FieldState {
    id: StoredValue<String>,
    error: Signal<Option<String>>,
    described_by: Signal<Option<String>>,
    name: &'static str,
    form: Option<FormState>,
}

impl FieldState {
    fn new(name: &'static str, label: Signal<String>, has_hint: bool) -> FieldState {
        let form = use_context::<FormState>();
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

    fn id(self) -> String {
        self.id.get_value()
    }

    fn changed(self) {
        if let Some(form) = self.form {
            form.forget(self.name);
        }
    }

    fn invalid(self) -> Option<&'static str> {
        self.error.get().is_some().then_some("true")
    }
}

/// The label above, the hint and the refusal below.
#[component]
fn Frame(
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

/// A line of text. `kind` is the input's type: `text`, `email`, `tel`.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] wide: bool,
    #[prop(default = "text")] kind: &'static str,
    #[prop(default = "off")] autocomplete: &'static str,
    #[prop(default = "text")] inputmode: &'static str,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">
                <input
                    id=state.id()
                    name=name
                    type=kind
                    autocomplete=autocomplete
                    inputmode=inputmode
                    spellcheck="false"
                    autofocus=autofocus
                    aria-required=(!optional).then_some("true")
                    aria-invalid=move || state.invalid()
                    aria-describedby=move || state.described_by.get()
                    prop:value=move || value.get()
                    on:input:target=move |event| {
                        value.set(event.target().value());
                        state.changed();
                    }
                />
                {move || state.invalid().map(|_| view! { <Glyph name="late"/> })}
            </span>
        </Frame>
    }
    .into_any()
}

/// Several lines of text.
#[component]
pub fn AreaField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    view! {
        <Frame state label hint optional wide>
            <textarea
                class="input"
                rows="3"
                id=state.id()
                name=name
                aria-required=(!optional).then_some("true")
                aria-invalid=move || state.invalid()
                aria-describedby=move || state.described_by.get()
                prop:value=move || value.get()
                on:input:target=move |event| {
                    value.set(event.target().value());
                    state.changed();
                }
            ></textarea>
        </Frame>
    }
    .into_any()
}

/// A password, with an eye to show it and, where one is chosen, how strong it is.
#[component]
pub fn PasswordField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] wide: bool,
    /// Whether a new one is chosen here.
    #[prop(optional)]
    is_new: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    let shown = RwSignal::new(false);
    let kind = move || if shown.get() { "text" } else { "password" };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">
                <input
                    id=state.id()
                    name=name
                    type=kind
                    autocomplete=if is_new { "new-password" } else { "current-password" }
                    spellcheck="false"
                    autofocus=autofocus
                    aria-required=(!optional).then_some("true")
                    aria-invalid=move || state.invalid()
                    aria-describedby=move || state.described_by.get()
                    prop:value=move || value.get()
                    on:input:target=move |event| {
                        value.set(event.target().value());
                        state.changed();
                    }
                />
                <button
                    class="btn btn-plain btn-icon"
                    type="button"
                    aria-label=t(text::PASSWORD_SHOW)
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {move || if shown.get() { view! { <Icon name="eye-off"/> } } else { view! { <Icon name="eye"/> } }}
                </button>
            </span>
            {is_new.then(|| view! { <Strength value=value/> })}
        </Frame>
    }
    .into_any()
}

/// The shortest password that a desk accepts without a second factor, in characters.
pub const PASSWORD_LENGTH: usize = 15;

/// How far a new password is: four bars by its length, full from [`PASSWORD_LENGTH`] characters on.
#[component]
fn Strength(value: RwSignal<String>) -> impl IntoView {
    let length = Memo::new(move |_| value.with(|value| value.chars().count()));
    let bar = move |n: usize| length.get() * 4 >= n * PASSWORD_LENGTH;
    let app = app();
    let words = move || match length.get() {
        0 => app.say(text::PASSWORD_LENGTH).to_owned(),
        n if n < PASSWORD_LENGTH => app.say_with(text::PASSWORD_MORE, &[("n", (PASSWORD_LENGTH - n).to_string())]),
        _ => app.say(text::PASSWORD_ENOUGH).to_owned(),
    };
    view! {
        <span class="strength" class:is-weak=move || length.get() < PASSWORD_LENGTH>
            {(1..=4).map(|n| view! { <i class:on=move || bar(n)></i> }).collect_view()}
            <span>{words}</span>
        </span>
    }
    .into_any()
}

/// An amount in the organisation's currency; rewritten with its separators when the field is left.
#[component]
pub fn MoneyField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] wide: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    let app = app();
    let tidy = move |_| {
        if let Some(currency) = app.currency.get_untracked()
            && let Ok(amount) = currency.read(&value.get_untracked())
        {
            value.set(currency.show(amount));
        }
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box money">
                <span class="unit">{move || app.code()}</span>
                <input
                    id=state.id()
                    name=name
                    inputmode="decimal"
                    autocomplete="off"
                    autofocus=autofocus
                    aria-required=(!optional).then_some("true")
                    aria-invalid=move || state.invalid()
                    aria-describedby=move || state.described_by.get()
                    prop:value=move || value.get()
                    on:input:target=move |event| {
                        value.set(event.target().value());
                        state.changed();
                    }
                    on:change:target=move |event| value.set(event.target().value())
                    on:blur=tidy
                />
                {move || state.invalid().map(|_| view! { <Glyph name="late"/> })}
            </span>
        </Frame>
    }
    .into_any()
}

/// A date. `value` is `YYYY-MM-DD`, or what was typed as long as that is no date. It is typed as people write dates
/// ([`crate::dates::read`]) and rewritten in full when the field is left.
#[component]
pub fn DateField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] optional: bool,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    let app = app();
    let typed = RwSignal::new(None::<String>);
    let shown = move || {
        typed
            .get()
            .unwrap_or_else(|| value.with(|value| value.parse().map_or_else(|_| value.clone(), |date| app.date(date))))
    };
    let read = move |words: String| {
        let date = crate::dates::read(&words, app.today.get_untracked());
        value.set(date.map_or_else(|| words.trim().to_owned(), |date| date.to_string()));
        typed.set(Some(words));
        state.changed();
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">
                <input
                    id=state.id()
                    name=name
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=t(text::DATE_PLACEHOLDER)
                    aria-required=(!optional).then_some("true")
                    aria-invalid=move || state.invalid()
                    aria-describedby=move || state.described_by.get()
                    prop:value=shown
                    on:input:target=move |event| read(event.target().value())
                    on:change:target=move |event| read(event.target().value())
                    on:blur=move |_| typed.set(None)
                />
                {move || state.invalid().map(|_| view! { <Glyph name="late"/> })}
            </span>
        </Frame>
    }
    .into_any()
}

/// One of several, each its value and the words shown for it.
#[component]
pub fn SelectField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    let shown = move || {
        options
            .get()
            .into_iter()
            .map(|(word, words)| {
                let own = word.clone();
                view! { <option value=word selected=move || value.with(|value| *value == own)>{words}</option> }
            })
            .collect_view()
    };
    view! {
        <Frame state label hint optional=false wide>
            <span class="select">
                <select
                    class="input"
                    id=state.id()
                    name=name
                    aria-invalid=move || state.invalid()
                    aria-describedby=move || state.described_by.get()
                    prop:value=move || value.get()
                    on:change:target=move |event| {
                        value.set(event.target().value());
                        state.changed();
                    }
                >
                    {shown}
                </select>
                <Icon name="chevron-down"/>
            </span>
        </Frame>
    }
    .into_any()
}

/// A check box with its sentence.
#[component]
pub fn CheckField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<bool>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                class="check-input"
                name=name
                prop:checked=move || value.get()
                on:change:target=move |event| value.set(event.target().checked())
            />
            <span>{label}</span>
            {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
        </label>
    }
    .into_any()
}

/// A code of six digits that came by mail.
#[component]
pub fn CodeField(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<Signal<String>>,
) -> impl IntoView {
    let state = FieldState::new(name, label, hint.is_some());
    view! {
        <Frame state label hint optional=false wide=false>
            <input
                class="input code-input"
                id=state.id()
                name=name
                inputmode="numeric"
                autocomplete="one-time-code"
                maxlength="6"
                aria-invalid=move || state.invalid()
                aria-describedby=move || state.described_by.get()
                prop:value=move || value.get()
                on:input:target=move |event| {
                    value.set(event.target().value().chars().filter(char::is_ascii_digit).collect());
                    state.changed();
                }
            />
        </Frame>
    }
    .into_any()
}
