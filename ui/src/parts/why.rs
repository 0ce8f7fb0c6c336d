//! How a figure came about: the figure as a button, and the popover with its derivation.

use super::dialog::Layer;
use crate::i18n::{t, text};
use crate::ipc::{self, Asked};
use crate::state::{App, app};
use crate::told::told;
use farthing_api::{ApiError, Considered, ExplainFigure, ExplainOffer, LoanId, PayoffAsked};
use farthing_lending::explain::Derivation;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The popover's width with its distance from the window's edge, in pixels.
const WIDTH: f64 = 412.0;
const EDGE: f64 = 16.0;
/// The least height that is worth opening below the figure.
const ENOUGH: f64 = 300.0;
/// Between the figure and the popover.
const GAP: f64 = 8.0;

/// Whose figure it is.
#[derive(Clone, Copy)]
pub enum Source {
    /// Of a loan that someone considers.
    Offer(Considered),
    /// Of a loan: the desk knows its history.
    Loan(LoanId, Option<PayoffAsked>),
}

/// A figure that can be asked about.
#[derive(Clone)]
pub struct Why {
    /// Whose.
    pub source: Source,
    /// Its path: `rows[3].interest`.
    pub figure: String,
    /// What it is, in words.
    pub title: String,
}

/// A derivation that is open or being worked out, and where its figure stands in the window.
#[derive(Clone)]
pub struct Opened {
    title: String,
    middle: f64,
    top: f64,
    bottom: f64,
    outcome: RwSignal<Option<Result<Derivation, ApiError>>>,
}

impl Why {
    /// The figure as a button that opens its derivation. Only the first of a table's figures takes part in the walk by
    /// Tab (`is_first`); the arrows lead to the others.
    pub fn figure(self, app: App, is_first: bool, shown: impl IntoView + 'static) -> AnyView {
        let hook = self.figure.clone();
        let open = move |event: web_sys::MouseEvent| {
            event.stop_propagation();
            let button = event
                .current_target()
                .and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(button) = button {
                self.open(app, &button);
            }
        };
        view! {
            <button
                type="button" class="why" data-why=hook title=t(text::WHY_HINT) aria-haspopup="dialog"
                tabindex=if is_first { "0" } else { "-1" } on:click=open
            >
                {shown.into_any()}
            </button>
        }
        .into_any()
    }

    fn open(&self, app: App, button: &Element) {
        let place = button.get_bounding_client_rect();
        let outcome = RwSignal::new(None);
        let figure = self.figure.clone();
        let asked = match self.source {
            Source::Offer(offer) => Asked::by(&ExplainOffer { offer, figure }),
            Source::Loan(loan, payoff) => Asked::by(&ExplainFigure { loan, figure, payoff }),
        };
        spawn_local(async move {
            let answer = asked.answered().await;
            outcome.try_set(Some(answer.and_then(|answer| ipc::read::<ExplainFigure>(&answer))));
        });
        app.why.set(Some(Opened {
            title: self.title.clone(),
            middle: place.left() + place.width() / 2.0,
            top: place.top(),
            bottom: place.bottom(),
            outcome,
        }));
    }
}

/// The arrows walk from figure to figure of a table.
pub fn walk(event: web_sys::KeyboardEvent) {
    let table = event
        .current_target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let (Some(table), Some(active)) = (table, document().active_element()) else {
        return;
    };
    let list = |of: &Element| {
        let found = of.query_selector_all(".why").ok();
        let nodes = found
            .into_iter()
            .flat_map(|found| (0..found.length()).filter_map(move |n| found.item(n)));
        nodes
            .filter_map(|node| node.dyn_into::<HtmlElement>().ok())
            .collect::<Vec<_>>()
    };
    let all = list(&table);
    let Some(at) = all.iter().position(|figure| active.is_same_node(Some(figure))) else {
        return;
    };
    let row = active.closest("tr").ok().flatten();
    let across = row.map_or(1, |row| list(&row).len()).max(1);
    let next = match event.key().as_str() {
        "ArrowRight" => Some(at + 1),
        "ArrowDown" => Some(at + across),
        "ArrowLeft" => at.checked_sub(1),
        "ArrowUp" => at.checked_sub(across),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(figure) = next.and_then(|next| all.get(next)) {
        let _ = figure.focus();
    }
}

/// The derivation that is asked for, beside its figure.
#[component]
pub fn WhyPopover() -> impl IntoView {
    let app = app();
    move || {
        app.why.get().map(|opened| {
            let open = RwSignal::new(true);
            Effect::new(move |_| {
                if !open.get() {
                    app.why.try_set(None);
                }
            });
            view! {
                <Layer open class="explain-layer" name="why" labelled="why-title">
                    <Derived opened open/>
                </Layer>
            }
        })
    }
}

/// Where the popover goes: below its figure where there is room, else above it.
struct Place {
    left: f64,
    arrow: f64,
    is_above: bool,
    /// The distance from the window's top, or from its bottom where it is above.
    offset: f64,
    room: f64,
}

fn place(opened: &Opened) -> Place {
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v: wasm_bindgen::JsValue| v.as_f64());
    let (width, height) = (
        size(window().inner_width()).unwrap_or(1280.0),
        size(window().inner_height()).unwrap_or(800.0),
    );
    let left = (opened.middle - WIDTH / 2.0).min(width - WIDTH - EDGE).max(EDGE);
    let (below, above) = (height - opened.bottom - GAP - EDGE, opened.top - GAP - EDGE);
    let is_above = below < ENOUGH && above > below;
    Place {
        left,
        arrow: opened.middle - left,
        is_above,
        offset: if is_above {
            height - opened.top + GAP
        } else {
            opened.bottom + GAP
        },
        room: if is_above { above } else { below },
    }
}

#[component]
fn Derived(opened: Opened, open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let place = place(&opened);
    // The browser writes the number: what writes one with a point is a good part of a screen's code.
    let px = |value: f64| {
        let whole = js_sys::Number::from(value).to_fixed(0);
        whole
            .map(|text| format!("{}px", String::from(text)))
            .unwrap_or_default()
    };
    let (top, bottom) = match place.is_above {
        true => ("auto".to_owned(), px(place.offset)),
        false => (px(place.offset), "auto".to_owned()),
    };
    let outcome = opened.outcome;
    let value = move || outcome.with(|outcome| outcome.as_ref()?.as_ref().ok().map(|step| app.numbers(&step.result)));
    let body = move || match outcome.get() {
        None => view! { <p class="explain-note" role="status">{t(text::WHY_WAITING)}</p> }.into_any(),
        Some(Err(error)) => view! { <p class="explain-note" role="alert">{app.answer(&error)}</p> }.into_any(),
        Some(Ok(step)) => steps(app, &step),
    };
    let copied = RwSignal::new(false);
    let copy = move |_| {
        if let Some(Ok(step)) = outcome.get_untracked() {
            let _ = window().navigator().clipboard().write_text(&as_text(app, &step));
            copied.set(true);
        }
    };
    view! {
        <div
            class="explain" class:above=place.is_above
            style:left=px(place.left) style:top=top style:bottom=bottom style:max-height=px(place.room)
            style:--arrow=px(place.arrow)
        >
            <header class="explain-head">
                <h2 id="why-title">{opened.title}</h2>
                <span class="value" data-figure="why">{value}</span>
            </header>
            <div class="explain-scroll" tabindex="0" autofocus>{body}</div>
            <footer class="explain-foot">
                <button type="button" class="btn btn-sm" data-do="copy-why" on:click=copy>{t(text::WHY_COPY)}</button>
                <span class="small quiet" role="status">{move || copied.get().then(t(text::WHY_COPIED))}</span>
                <button type="button" class="btn btn-sm btn-text" data-do="close-why" on:click=move |_| open.set(false)>
                    {t(text::CLOSE)} " " <kbd class="kbd">"Esc"</kbd>
                </button>
            </footer>
        </div>
    }
    .into_any()
}

/// The derivation as sentences, each deeper than what it explains.
fn steps(app: App, step: &Derivation) -> AnyView {
    let below: Vec<_> = step
        .steps
        .iter()
        .map(|step| view! { <li>{steps(app, step)}</li> })
        .collect();
    let values = is_arithmetic(&step.values).then(|| {
        let values = format!("{} = {}", app.numbers(&step.values), app.numbers(&step.result));
        view! { <p class="explain-values">{values}</p> }
    });
    view! {
        {values}
        <p class="explain-note" data-step=step.code.word()>{told(app, step)}</p>
        {(!below.is_empty()).then(|| view! { <ol class="explain-why">{below}</ol> })}
    }
    .into_any()
}

/// Whether values are nothing but numbers and signs, and more than one number.
fn is_arithmetic(values: &str) -> bool {
    let plain = |c: char| c.is_ascii_digit() || " ./×+−-()".contains(c);
    values.chars().all(plain) && values.contains(['×', '+', '−'])
}

fn as_text(app: App, step: &Derivation) -> String {
    fn lines(app: App, step: &Derivation, depth: usize, out: &mut Vec<String>) {
        out.push(format!("{}{}", "  ".repeat(depth), told(app, step)));
        step.steps.iter().for_each(|step| lines(app, step, depth + 1, out));
    }
    let mut out = Vec::new();
    lines(app, step, 0, &mut out);
    out.join("\n")
}
