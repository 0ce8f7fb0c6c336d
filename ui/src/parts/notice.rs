//! Banners, empty states, work items.

use super::icon::Icon;
use leptos::prelude::*;

/// What a colour means; never alone, always beside words.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tone {
    /// No status.
    #[default]
    Plain,
    /// Paid, saved, as expected.
    Good,
    /// Waits, needs attention.
    Warn,
    /// Late, refused.
    Bad,
    /// You can act here.
    Accent,
}

impl Tone {
    /// The class of a part in this tone: `pill-good`.
    pub fn class(self, part: &str) -> String {
        match self {
            Tone::Plain => String::new(),
            Tone::Good => format!("{part}-good"),
            Tone::Warn => format!("{part}-warn"),
            Tone::Bad => format!("{part}-bad"),
            Tone::Accent if part == "banner" => "banner-info".to_owned(),
            Tone::Accent => format!("{part}-accent"),
        }
    }
}

/// A sentence inside the content about all of it. `children` are its buttons.
#[component]
pub fn Banner(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] body: Option<Signal<String>>,
    #[prop(default = Tone::Accent)] tone: Tone,
    #[prop(default = "info")] icon: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=format!("banner {}", tone.class("banner")) role=if tone == Tone::Bad { "alert" } else { "status" }>
            <Icon name=icon/>
            <span><b>{title}</b> " " {body}</span>
            {children.map(|children| view! { <div class="banner-tools">{children()}</div> })}
        </div>
    }
    .into_any()
}

/// One sentence on what belongs here; `children` is its one button.
#[component]
pub fn EmptyState(#[prop(into)] sentence: Signal<String>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! { <div class="empty"><p>{sentence}</p>{children.map(|children| children())}</div> }.into_any()
}

/// Something to do: what, why, and the one action or how old it is as `children`.
#[component]
pub fn WorkItem(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] reason: Signal<String>,
    #[prop(optional, into)] on_open: Option<Callback<()>>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = match on_open {
        Some(on_open) => view! {
            <a
                class="work-title"
                href="#"
                on:click=move |event| {
                    event.prevent_default();
                    on_open.run(());
                }
            >
                {title}
            </a>
        }
        .into_any(),
        None => view! { <span class="work-title">{title}</span> }.into_any(),
    };
    view! {
        <li class="work-item">
            <div>{heading}<p class="work-reason">{reason}</p></div>
            {children.map(|children| children())}
        </li>
    }
    .into_any()
}
