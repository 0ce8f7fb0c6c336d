//! The frame around the screens of those who work here: navigation, the screen, the sync line.

use crate::i18n::{t, text, tf};
use crate::nav::{self, Place};
use crate::parts::Icon;
use crate::parts::keys::{self, KeysSheet};
use crate::parts::palette::Palette;
use crate::parts::toast::Toasts;
use crate::parts::why::WhyPopover;
use crate::route::Area;
use crate::screens::{self, LockScreen, ProveDialog};
use crate::state::{App, app};
use crate::user_menu::{UserMenu, watch_idleness};
use farthing_api::Role;
use leptos::prelude::*;

/// The frame and the screen in it. A customer's own copy has a frame of its own inside its screen.
#[component]
pub fn Frame() -> impl IntoView {
    let app = app();
    keys::listen(app);
    watch_idleness(app);
    let is_customer = app.role.get_untracked() == Some(Role::Customer);
    let screen = move || screens::screen(app, app.route.get());
    let framed = if is_customer {
        view! { <div hidden=move || app.locked.get()>{screen}</div> }.into_any()
    } else {
        view! {
            <div class="app" hidden=move || app.locked.get()>
                <a class="skip-link" href="#content">{t(text::SKIP)}</a>
                <Navigation/>
                {screen}
                <SyncLine/>
            </div>
        }
        .into_any()
    };
    view! {
        {framed}
        {move || app.locked.get().then(|| view! { <LockScreen/> })}
        <ProveDialog/>
        <Palette/>
        <KeysSheet/>
        <WhyPopover/>
        <Toasts/>
    }
    .into_any()
}

#[component]
fn Navigation() -> impl IntoView {
    let app = app();
    let area = Memo::new(move |_| app.route.with(crate::route::Route::area));
    let list = move |is_tool: bool| {
        let places = nav::places(app)
            .into_iter()
            .filter(move |place| place.is_tool == is_tool);
        places.map(|place| item(app, area, place)).collect_view()
    };
    view! {
        <nav class="nav" aria-label=t(text::NAV_MAIN)>
            <a class="nav-brand" href="#" on:click=move |event| { event.prevent_default(); app.go(crate::route::Route::Today); }>
                <Icon name="mark" class="mark"/>
                <span>{t(text::PRODUCT_NAME)}</span>
            </a>
            <div class="nav-scroll">
                <ul>{move || list(false)}</ul>
                <h2 class="nav-group">{t(text::NAV_TOOLS)}</h2>
                <ul>{move || list(true)}</ul>
            </div>
            <UserMenu/>
        </nav>
    }
    .into_any()
}

fn item(app: App, area: Memo<Area>, place: Place) -> AnyView {
    let count = match place.area {
        Area::Approvals => Some(Memo::new(move |_| {
            app.session
                .with(|session| session.as_ref().map_or(0, |session| session.approvals))
        })),
        Area::Attention => Some(Memo::new(move |_| {
            app.session
                .with(|session| session.as_ref().map_or(0, |session| session.attention))
        })),
        Area::Requests => Some(Memo::new(move |_| {
            app.session
                .with(|session| session.as_ref().map_or(0, |session| session.requests))
        })),
        _ => None,
    };
    let (own, route) = (place.area, place.route);
    let key = (!place.key.is_empty()).then(|| format!("G {}", place.key.to_uppercase()));
    view! {
        <li>
            <a
                class="nav-item"
                href="#"
                data-nav=format!("{own:?}").to_lowercase()
                aria-keyshortcuts=key
                aria-current=move || (area.get() == own).then_some("page")
                on:click=move |event| {
                    event.prevent_default();
                    app.go(route.clone());
                }
            >
                <Icon name=place.icon/>
                <span class="nav-label">{t(place.name)}</span>
                {move || count.map(|count| count.get()).filter(|count| *count > 0).map(|count| view! { <span class="nav-count">{count}</span> })}
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn SyncLine() -> impl IntoView {
    let app = app();
    let saved = move || {
        app.session.with(|session| {
            session
                .as_ref()
                .and_then(|session| session.saved_at)
                .map(crate::dates::clock)
        })
    };
    let desk = Memo::new(move |_| {
        app.session
            .with(|session| session.as_ref().map(|session| session.desk.clone()).unwrap_or_default())
    });
    let date = move || {
        let date = app.booking_date.get();
        tf(
            text::SYNC_DATE,
            [
                (
                    "day",
                    format!("{} {}", app.say(crate::dates::weekday(date)), app.date(date)),
                ),
                ("desk", desk.get()),
            ],
        )()
    };
    let sync = Memo::new(move |_| {
        app.session
            .with(|session| session.as_ref().and_then(|s| s.sync.clone()))
    });
    let shared = move || sync.get().map(|sync| shared(app, &sync));
    let halted = move || {
        let why = sync.get().and_then(|sync| sync.halted)?;
        let words = app.answer(&why);
        Some(view! { <span class="sync-pill is-refused" data-tip=words tabindex="0">{t(text::SYNC_HALTED)}</span> })
    };
    view! {
        <footer class="syncline" aria-label=t(text::SYNC_LABEL)>
            <div class="sync-open">
                {halted}
                <span class="sync-stage sync-saved"><Icon name="desk"/>{t(text::SYNC_SAVED)} " " <b data-figure="saved-at">{saved}</b></span>
                {shared}
            </div>
            <div class="sync-end">
                <span class="sync-date">{date}</span>
                <i class="sync-sep"></i>
                <button class="sync-keys" type="button" data-do="open-keys" on:click=move |_| app.keys.set(true)>
                    <Icon name="keyboard"/>{t(text::SYNC_KEYS)} " " <kbd class="kbd">"?"</kbd>
                </button>
            </div>
        </footer>
    }
    .into_any()
}

/// What of the work the server has and has decided, and when it last answered.
pub fn shared(app: App, sync: &farthing_api::SyncState) -> AnyView {
    let contact = sync.contact_at.map_or_else(
        || app.say(text::SERVER_NEVER).to_owned(),
        |at| app.say_with(text::SYNC_CONTACT, &[("time", crate::dates::clock(at))]),
    );
    let count = match (sync.waiting, sync.unsent) {
        (0, _) => app.say(text::SYNC_ALL_DECIDED).to_owned(),
        (_, 0) => app.say_with(text::SYNC_UNDECIDED, &[("n", sync.waiting.to_string())]),
        (_, unsent) => app.say_with(text::SYNC_UNSENT, &[("n", unsent.to_string())]),
    };
    let icon = if sync.waiting == 0 { "double-tick" } else { "arrow-up" };
    view! {
        <Icon name="arrow-right" class="sync-arrow"/>
        <span class="sync-stage" data-figure="sync-waiting"><Icon name=icon/>{count}</span>
        <i class="sync-sep sync-contact"></i>
        <span class="sync-contact">{contact}</span>
    }
    .into_any()
}
