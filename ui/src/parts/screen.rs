//! What every screen begins with: the top bar and the content below it.

use super::icon::Icon;
use crate::i18n::{t, text};
use crate::route::Route;
use crate::state::app;
use leptos::prelude::*;

/// A screen inside the frame.
#[component]
pub fn Screen(
    /// The stable hook for tests: `customers`.
    name: &'static str,
    /// The page's title, or the last part of the breadcrumb where `parent` is given.
    #[prop(into)]
    title: Signal<String>,
    /// A few words beside the title.
    #[prop(optional, into)]
    note: Option<Signal<String>>,
    /// The screen above this one and its name.
    #[prop(optional)]
    parent: Option<(Route, Signal<String>)>,
    /// The buttons at the right of the top bar.
    #[prop(optional, into)]
    tools: ViewFn,
    /// The panel at the right, a `SidePanel`; draws nothing where there is none.
    #[prop(optional, into)]
    side: ViewFn,
    /// `tight` for a record, `content-fixed` for one list that scrolls inside, `explain-anchor`.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let app = app();
    let heading = match parent {
        Some((route, words)) => view! {
            <nav class="breadcrumb" aria-label=t(text::BREADCRUMB)>
                <ol>
                    <li>
                        <a
                            href="#"
                            on:click=move |event| {
                                event.prevent_default();
                                app.go(route.clone());
                            }
                        >
                            {words}
                        </a>
                    </li>
                    <li aria-current="page">{title}</li>
                </ol>
            </nav>
        }
        .into_any(),
        None => view! {
            <h1 class="page-title">{title}</h1>
            {note.map(|note| view! { <span class="page-note">{note}</span> })}
        }
        .into_any(),
    };
    view! {
        <div class="workspace" data-screen=name>
            <header class="topbar">
                {heading}
                <div class="topbar-tools">
                    <button
                        class="search-trigger"
                        type="button"
                        aria-haspopup="dialog"
                        aria-keyshortcuts="Control+K"
                        data-do="open-palette"
                        on:click=move |_| app.palette.set(true)
                    >
                        <Icon name="search"/>
                        <span>{t(text::SEARCH_OR_DO)}</span>
                        <kbd class="kbd">"Ctrl K"</kbd>
                    </button>
                    {move || tools.run()}
                </div>
            </header>
            <div class="stage">
                <main class=format!("content {class}") id="content" tabindex="-1">{children()}</main>
                {move || side.run()}
            </div>
        </div>
    }
    .into_any()
}
