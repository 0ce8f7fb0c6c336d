//! Key figures, facts, and how far a loan is.

use super::icon::Glyph;
use farthing_api::{InstallmentStatus, InstallmentView};
use leptos::prelude::*;

/// One key figure.
#[derive(Clone)]
pub struct Figure {
    /// The stable hook for tests: `outstanding`.
    pub id: &'static str,
    /// A glyph's name and tone, or empty words.
    pub glyph: (&'static str, &'static str),
    /// What it is.
    pub label: Signal<String>,
    /// The figure itself.
    pub value: Signal<String>,
    /// The unit, small after the figure.
    pub unit: Signal<String>,
    /// A line below.
    pub note: Signal<String>,
    /// `is-bad` where the figure is bad news.
    pub class: Signal<&'static str>,
}

impl Figure {
    /// A figure and what it is.
    pub fn new(id: &'static str, label: impl Into<Signal<String>>, value: Signal<String>) -> Figure {
        Figure {
            id,
            glyph: ("", ""),
            label: label.into(),
            value,
            unit: Signal::stored(String::new()),
            note: Signal::stored(String::new()),
            class: Signal::stored(""),
        }
    }

    /// With a glyph in a tone such as `tone-accent`.
    pub fn glyph(self, name: &'static str, tone: &'static str) -> Figure {
        Figure {
            glyph: (name, tone),
            ..self
        }
    }

    /// With the unit.
    pub fn unit(self, unit: Signal<String>) -> Figure {
        Figure { unit, ..self }
    }

    /// With a line below.
    pub fn note(self, note: impl Into<Signal<String>>) -> Figure {
        Figure {
            note: note.into(),
            ..self
        }
    }

    /// In the tone of bad news while `is_bad`.
    pub fn bad_while(self, is_bad: Signal<bool>) -> Figure {
        Figure {
            class: Signal::derive(move || if is_bad.get() { "is-bad" } else { "" }),
            ..self
        }
    }
}

/// A strip of three to five key figures; `plain` leaves its box out.
#[component]
pub fn Figures(figures: Vec<Figure>, #[prop(optional)] plain: bool) -> impl IntoView {
    let cells = figures
        .into_iter()
        .map(|figure| {
            let (glyph, tone) = figure.glyph;
            let note = figure.note;
            view! {
                <div class="figure">
                    <dt class="figure-label">
                        {(!glyph.is_empty()).then(|| view! { <Glyph name=glyph tone=tone/> })}
                        {figure.label}
                    </dt>
                    <dd class=move || format!("figure-value {}", figure.class.get())>
                        <span data-figure=figure.id>{figure.value}</span>
                        {move || {
                            let unit = figure.unit.get();
                            (!unit.is_empty()).then(|| view! { " " <small>{unit}</small> })
                        }}
                    </dd>
                    {move || {
                        let note = note.get();
                        (!note.is_empty()).then(|| view! { <dd class="figure-note">{note}</dd> })
                    }}
                </div>
            }
        })
        .collect_view();
    view! { <dl class="figures" class:figures-plain=plain>{cells}</dl> }.into_any()
}

/// What is known: a name and its value.
pub type Fact = (Signal<String>, Signal<String>);

/// A list of facts; an empty value shows as an en dash.
#[component]
pub fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let lines = facts
        .into_iter()
        .map(|(name, value)| {
            let shown = move || {
                let value = value.get();
                if value.is_empty() { "–".to_owned() } else { value }
            };
            view! { <dt>{name}</dt><dd>{shown}</dd> }
        })
        .collect_view();
    view! { <dl class="facts">{lines}</dl> }.into_any()
}

/// One segment for each installment: paid, partly, late, next, to come. `label` says it in words.
#[component]
pub fn InstallmentProgress(rows: Vec<InstallmentView>, #[prop(into)] label: Signal<String>) -> impl IntoView {
    let class = if rows.len() >= 24 {
        "installments many"
    } else {
        "installments"
    };
    let segments = rows
        .into_iter()
        .map(|row| {
            let class = match row.status {
                InstallmentStatus::Paid => "paid",
                InstallmentStatus::Partly => "partly",
                _ if row.paid.is_positive() => "partly",
                InstallmentStatus::Late => "late",
                InstallmentStatus::DueToday | InstallmentStatus::Next => "next",
                InstallmentStatus::Upcoming => "",
            };
            let part = match row.due.minor() {
                0 => 0,
                due => row.paid.minor() * 100 / due,
            };
            view! { <i class=class style:--part=format!("{part}%")></i> }
        })
        .collect_view();
    view! { <div class=class role="img" aria-label=label>{segments}</div> }.into_any()
}
