//! The server that this book belongs to, or the way to one.

use super::devices::Devices;
use super::sync_health::Health;
use crate::dates::clock;
use crate::i18n::{t, text};
use crate::ipc;
use crate::parts::{Banner, Button, Fact, Facts, Form, FormState, Refusal, TextField, Tone};
use crate::state::{App, app};
use farthing_api::{
    ApiError, BringToServer, Code, GetTransfer, JoinCode, LetInAnew, MakeJoinCode, Secret, SyncState, TransferState,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The section of the settings.
#[component]
pub fn Server() -> impl IntoView {
    let app = app();
    let joined = Memo::new(move |_| app.session.with(|s| s.as_ref().is_some_and(|s| s.sync.is_some())));
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SERVER_TITLE)}</h2></div>
            {move || match joined.get() {
                true => view! { <Joined/> }.into_any(),
                false => view! { <Alone/> }.into_any(),
            }}
        </section>
    }
    .into_any()
}

#[component]
fn Alone() -> impl IntoView {
    let app = app();
    let form = FormState::new("server-form");
    let server = RwSignal::new(String::new());
    let submit = move |()| {
        if form.require(&[("server", server)]) {
            let link = Secret::new(server.get_untracked());
            form.submit(BringToServer { link }, move |()| {
                app.tell(app.say(text::SERVER_BROUGHT));
                app.refresh();
            });
        }
    };
    view! {
        <p class="muted">{t(text::SERVER_ALONE)}</p>
        <Form state=form on_submit=submit>
            <div class="form-grid"><TextField name="server" label=text::SERVER_LINK value=server hint=text::SERVER_LINK_HINT wide=true/></div>
            <Transfer busy=form.busy/>
            <p><Button label=text::SERVER_BRING kind="primary" does="bring-to-server" busy_label=text::SERVER_BRINGING/></p>
        </Form>
    }
}

/// How far a book is on its way, while a form is busy with it.
#[component]
pub fn Transfer(busy: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let state = RwSignal::new(None::<TransferState>);
    let look = move || {
        if busy.try_get_untracked() == Some(true) {
            spawn_local(async move {
                if let Ok(now) = ipc::send(&GetTransfer {}).await {
                    state.try_set(now);
                }
            });
        }
    };
    let timer = set_interval_with_handle(look, Duration::from_millis(500)).ok();
    on_cleanup(move || {
        if let Some(timer) = timer {
            timer.clear();
        }
    });
    move || {
        let at = state.get().filter(|at| busy.get() && at.total > 0)?;
        let values = [("done", at.done.to_string()), ("total", at.total.to_string())];
        let percent = (at.done * 100 / at.total).min(100);
        Some(view! {
            <div data-part="transfer">
                <p class="muted small">{app.say_with(text::SERVER_TRANSFER, &values)}</p>
                <div class="progress" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow=percent.to_string() aria-label=t(text::SERVER_TITLE)>
                    <span style:width=format!("{percent}%")></span>
                </div>
            </div>
        })
    }
}

/// Why nothing is exchanged, and what to do about it here.
#[component]
fn Halted(why: ApiError) -> impl IntoView {
    let app = app();
    let form = FormState::new("let-in-anew");
    let code = RwSignal::new(String::new());
    let submit = move |()| {
        if form.require(&[("code", code)]) {
            let request = LetInAnew {
                challenge: None,
                code: Secret::new(code.get_untracked()),
            };
            form.submit(request, move |desk| {
                app.tell(app.say_with(text::AGAIN_DONE, &[("desk", desk)]));
                app.refresh();
            });
        }
    };
    let may = matches!(why.code, Code::BookCopied | Code::DeviceUnknown);
    let words = Signal::derive(move || app.answer(&why));
    view! {
        <Banner title=move || app.say(text::SYNC_HALTED).to_owned() body=words tone=Tone::Warn icon="warning"/>
        {may.then(|| view! {
            <h3 class="section-title">{t(text::AGAIN_TITLE)}</h3>
            <p class="muted">{t(text::AGAIN_LEAD)}</p>
            <Form state=form on_submit=submit>
                <div class="form-grid"><TextField name="code" label=text::JOIN_CODE value=code hint=text::AGAIN_CODE_HINT wide=true/></div>
                <p><Button label=text::AGAIN_DO kind="primary" does="let-in-anew" busy_label=text::AGAIN_DOING/></p>
            </Form>
        })}
    }
    .into_any()
}

#[component]
fn Joined() -> impl IntoView {
    let app = app();
    let form = FormState::new("join-code");
    let code = RwSignal::new(None::<JoinCode>);
    let of = move |part: fn(App, &SyncState) -> String| {
        Signal::derive(move || {
            app.session.with(|session| {
                let sync = session.as_ref().and_then(|session| session.sync.as_ref());
                sync.map(|sync| part(app, sync)).unwrap_or_default()
            })
        })
    };
    let facts: Vec<Fact> = vec![
        (text::JOIN_SERVER.into(), of(|_, sync| sync.server.clone())),
        (
            text::SERVER_CONTACT.into(),
            of(|app, sync| {
                sync.contact_at
                    .map_or_else(|| app.say(text::SERVER_NEVER).to_owned(), clock)
            }),
        ),
        (text::SERVER_WAITING.into(), of(|_, sync| sync.waiting.to_string())),
    ];
    let made = move || {
        code.get().map(|made| {
            view! {
                <p class="card strong" data-figure="join-code" tabindex="0">{made.code.reveal().to_owned()}</p>
                <p class="muted">{app.say_with(text::SERVER_CODE_LEAD, &[("server", made.server)])}</p>
            }
        })
    };
    let halted = Memo::new(move |_| {
        app.session
            .with(|session| session.as_ref()?.sync.as_ref()?.halted.clone())
    });
    view! {
        <Facts facts=facts/>
        {move || halted.get().map(|why| view! { <Halted why=why/> })}
        <p class="muted">{t(text::SERVER_JOIN_LEAD)}</p>
        <Refusal state=form/>
        <p><Button label=text::SERVER_MAKE_CODE icon="key" does="make-join-code" busy=form.busy busy_label=text::SERVER_MAKING
            on_press=move |()| form.submit(MakeJoinCode {}, move |answer| code.set(Some(answer)))/></p>
        {made}
        <Devices/>
        <Health/>
    }
}
