//! One of a few: segmented ranges, option rows, tabs.

use leptos::prelude::*;

/// One of a few, by its value.
#[derive(Clone)]
pub struct Choice {
    /// What the signal becomes.
    pub value: String,
    /// The words shown.
    pub title: Signal<String>,
    /// A figure on the right, of option rows only.
    pub amount: Option<Signal<String>>,
    /// A sentence below, of option rows only.
    pub note: Option<Signal<String>>,
}

impl Choice {
    /// A choice without figure and sentence.
    pub fn new(value: impl Into<String>, title: impl Into<Signal<String>>) -> Choice {
        Choice {
            value: value.into(),
            title: title.into(),
            amount: None,
            note: None,
        }
    }

    /// With a figure on the right.
    pub fn amount(self, amount: impl Into<Signal<String>>) -> Choice {
        Choice {
            amount: Some(amount.into()),
            ..self
        }
    }

    /// With a sentence below.
    pub fn note(self, note: impl Into<Signal<String>>) -> Choice {
        Choice {
            note: Some(note.into()),
            ..self
        }
    }
}

/// A row of joined buttons, one of them chosen.
#[component]
pub fn Segmented(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    choices: Vec<Choice>,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let segments = choices
        .into_iter()
        .map(|choice| {
            let (own, chosen) = (choice.value.clone(), choice.value.clone());
            view! {
                <label class="segment">
                    <input
                        type="radio"
                        name=name
                        value=choice.value
                        prop:checked=move || value.with(|value| *value == own)
                        on:change=move |_| value.set(chosen.clone())
                    />
                    {choice.title}
                </label>
            }
        })
        .collect_view();
    view! {
        <div class="field" class:wide=wide>
            <span class="label" id=format!("{name}-label")>{label}</span>
            <div class="segmented" role="radiogroup" aria-labelledby=format!("{name}-label")>{segments}</div>
        </div>
    }
    .into_any()
}

/// Rows to choose from, each with its figure and its sentence.
#[component]
pub fn RadioOptions(
    name: &'static str,
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
) -> impl IntoView {
    let rows = move || {
        choices
            .get()
            .into_iter()
            .map(|choice| {
                let (own, chosen) = (choice.value.clone(), choice.value.clone());
                view! {
                    <label class="option">
                        <input
                            class="radio-input"
                            type="radio"
                            name=name
                            value=choice.value
                            prop:checked=move || value.with(|value| *value == own)
                            on:change=move |_| value.set(chosen.clone())
                        />
                        <span class="option-title">{choice.title}</span>
                        {choice.amount.map(|amount| view! { <span class="option-value">{amount}</span> })}
                        {choice.note.map(|note| view! { <span class="option-note">{note}</span> })}
                    </label>
                }
            })
            .collect_view()
    };
    view! { <div class="options" role="radiogroup" aria-label=label>{rows}</div> }.into_any()
}

/// A tab: its value, its words, and how many things are behind it.
#[derive(Clone)]
pub struct Tab {
    /// What the signal becomes.
    pub value: &'static str,
    /// The words shown.
    pub title: Signal<String>,
    /// How many things are behind it.
    pub count: Option<Signal<String>>,
}

impl Tab {
    /// A tab without a count.
    pub fn new(value: &'static str, title: impl Into<Signal<String>>) -> Tab {
        Tab {
            value,
            title: title.into(),
            count: None,
        }
    }

    /// With a count.
    pub fn count(self, count: impl Into<Signal<String>>) -> Tab {
        Tab {
            count: Some(count.into()),
            ..self
        }
    }
}

/// Tabs; the arrow keys walk them. What they show is for the screen to choose by `value`.
#[component]
pub fn Tabs(
    #[prop(into)] label: Signal<String>,
    value: RwSignal<String>,
    tabs: Vec<Tab>,
    #[prop(optional)] flush: bool,
) -> impl IntoView {
    let values: Vec<&'static str> = tabs.iter().map(|tab| tab.value).collect();
    let walk = move |event: web_sys::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => values.len().saturating_sub(1),
            _ => return,
        };
        event.prevent_default();
        let at = values.iter().position(|own| value.with_untracked(|value| value == own));
        let next = values[(at.unwrap_or_default() + step) % values.len()];
        value.set(next.to_owned());
        super::form::focus(&format!("[role=tab][data-tab=\"{next}\"]"));
    };
    let shown = tabs
        .into_iter()
        .map(|tab| {
            let own = tab.value;
            let is_chosen = move || value.with(|value| value == own);
            view! {
                <button
                    class="tab"
                    role="tab"
                    type="button"
                    data-tab=own
                    aria-selected=move || if is_chosen() { "true" } else { "false" }
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    on:click=move |_| value.set(own.to_owned())
                >
                    {tab.title}
                    {tab.count.map(|count| view! { " " <span class="count">{count}</span> })}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="tabs" class:flush=flush role="tablist" aria-label=label on:keydown=walk>{shown}</div>
    }
    .into_any()
}
