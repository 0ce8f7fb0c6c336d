//! Who is signed in, at the foot of the navigation: theme, lock, sign-out. And the lock after a while without a key.

use crate::i18n::{t, text};
use crate::ipc;
use crate::parts::Icon;
use crate::route::Route;
use crate::screens::role_name;
use crate::state::{App, Theme, app};
use farthing_api::{Lock, Role, SignOut, StayActive};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// Locks the session: the screen hides what it shows until the password is typed.
pub fn lock(app: App) {
    spawn_local(async move {
        if ipc::send(&Lock {}).await.is_ok() {
            if app.role.get_untracked() == Some(Role::Customer) {
                // The desk ends a customer's session: the next at this machine is someone else.
                return app.restart();
            }
            app.palette.set(false);
            app.keys.set(false);
            app.session.update(|session| {
                if let Some(session) = session {
                    session.locked = true;
                }
            });
        }
    });
}

/// Ends the session and shows the sign-in.
pub fn sign_out(app: App) {
    spawn_local(async move {
        // A session that is gone already is what was wanted.
        let _ = ipc::send(&SignOut {}).await;
        app.restart();
    });
}

/// Locks the session after as many minutes without a key or a press as the session says.
pub fn watch_idleness(app: App) {
    let last = StoredValue::new(js_sys::Date::now());
    let told = StoredValue::new(js_sys::Date::now());
    let touch = move || {
        last.try_update_value(|last| *last = js_sys::Date::now());
    };
    let key = window_event_listener(leptos::ev::keydown, move |_| touch());
    let press = window_event_listener(leptos::ev::pointerdown, move |_| touch());
    let look = move || {
        let minutes = app
            .session
            .with_untracked(|session| session.as_ref().map_or(0, |session| session.idle_minutes));
        // What others did comes by itself where there is a server.
        if !app.locked.get_untracked() && untrack(|| app.is_enrolled()) {
            app.refresh();
        }
        let idle = js_sys::Date::now() - last.try_get_value().unwrap_or_else(js_sys::Date::now);
        if minutes > 0 && !app.locked.get_untracked() && idle > f64::from(minutes) * 60_000.0 {
            lock(app);
        } else if last.try_get_value() > told.try_get_value() {
            // The desk counts too, and does not see what is typed into a form.
            told.try_update_value(|told| *told = js_sys::Date::now());
            spawn_local(async move {
                let _ = ipc::send(&StayActive {}).await;
            });
        }
    };
    let timer = set_interval_with_handle(look, Duration::from_secs(10)).ok();
    on_cleanup(move || {
        key.remove();
        press.remove();
        if let Some(timer) = timer {
            timer.clear();
        }
    });
}

/// The letters of a name's first and last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// The block and its menu.
#[component]
pub fn UserMenu() -> impl IntoView {
    let app = app();
    let open = RwSignal::new(false);
    let who = Memo::new(move |_| {
        app.session.with(|session| {
            let session = session.as_ref();
            session.map(|session| (session.name.clone(), session.role, session.branch.clone()))
        })
    });
    let block = move || {
        who.get().map(|(name, role, branch)| view! {
            <span class="avatar" aria-hidden="true">{initials(&name)}</span>
            <span class="nav-user-text"><b>{name}</b><small>{move || app.say(role_name(role))} " · " {branch}</small></span>
        })
    };
    let item = move |icon: &'static str, words: crate::i18n::Text, does: &'static str, run: Callback<()>| {
        view! {
            <button
                class="menu-item"
                role="menuitem"
                type="button"
                data-do=does
                on:click=move |_| {
                    open.set(false);
                    run.run(());
                }
            >
                <Icon name=icon/>
                {t(words)}
            </button>
        }
    };
    let theme = move |theme: Theme, words| item("desk", words, "", Callback::new(move |()| app.fix_theme(theme)));
    view! {
        <div
            class="menu-anchor nav-user-anchor"
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    event.prevent_default();
                    open.set(false);
                    crate::parts::form::focus(".nav-user");
                }
            }
        >
            <button
                class="nav-user"
                type="button"
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                data-do="open-user-menu"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {block}
            </button>
            {move || open.get().then(|| view! {
                <div class="menu start above" role="menu">
                    {theme(Theme::System, text::THEME_SYSTEM_LONG)}
                    {theme(Theme::Light, text::THEME_LIGHT_LONG)}
                    {theme(Theme::Dark, text::THEME_DARK_LONG)}
                    <hr class="menu-sep"/>
                    {item("customer", text::ACCOUNT, "go-account", Callback::new(move |()| app.go(Route::Account)))}
                    {item("settings", text::NAV_SETTINGS, "go-settings", Callback::new(move |()| app.go(Route::Settings)))}
                    {item("check", text::HELP_TITLE, "go-help", Callback::new(move |()| app.go(Route::Help)))}
                    {item("lock", text::USER_LOCK, "lock", Callback::new(move |()| lock(app)))}
                    {item("sign-out", text::USER_SIGN_OUT, "sign-out", Callback::new(move |()| sign_out(app)))}
                </div>
            })}
        </div>
    }
    .into_any()
}
