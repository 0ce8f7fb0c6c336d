//! Fields: a label, an input, a hint, and what was refused.

use super::field::{FieldState, Frame, Line, mark};
use super::icon::Icon;
use crate::i18n::{t, text};
use crate::state::app;
use leptos::prelude::*;

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
    let line = Line {
        kind: Signal::stored(kind),
        inputmode,
        autocomplete,
        autofocus,
        ..Line::text(optional)
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">
                {line.input(state, move || value.get(), move |words| value.set(words), || ())}
                {mark(state)}
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
    let line = Line {
        kind: Signal::derive(move || if shown.get() { "text" } else { "password" }),
        autocomplete: if is_new { "new-password" } else { "current-password" },
        autofocus,
        ..Line::text(optional)
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">
                {line.input(state, move || value.get(), move |words| value.set(words), || ())}
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
    let tidy = move || {
        if let Ok(amount) = untrack(|| app.read_money(&value.get())) {
            value.set(untrack(|| app.money(amount)));
        }
    };
    let line = Line {
        inputmode: "decimal",
        autofocus,
        ..Line::text(optional)
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box money">
                <span class="unit">{move || app.code()}</span>
                {line.input(state, move || value.get(), move |words| value.set(words), tidy)}
                {mark(state)}
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
    };
    let line = Line {
        placeholder: Some(text::DATE_PLACEHOLDER),
        ..Line::text(optional)
    };
    view! {
        <Frame state label hint optional wide>
            <span class="input-box">{line.input(state, shown, read, move || typed.set(None))} {mark(state)}</span>
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
    let line = Line {
        inputmode: "numeric",
        autocomplete: "one-time-code",
        class: "input code-input",
        keep: |words| words.chars().filter(char::is_ascii_digit).take(6).collect(),
        ..Line::text(false)
    };
    view! {
        <Frame state label hint optional=false wide=false>
            {line.input(state, move || value.get(), move |digits| value.set(digits), || ())}
        </Frame>
    }
    .into_any()
}
