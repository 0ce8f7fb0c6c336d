//! The settings' part about sessions: the quick PIN, and who is and was signed in at this desk.

use crate::i18n::{Text, t, text};
use crate::parts::{
    Button, Form, FormState, Glyph, PasswordField, PlainColumn, Refusal, TOOLS, plain_cells, plain_table, query,
};
use crate::screens::loan_kit::trouble;
use crate::state::{App, app};
use farthing_api::{EndSession, ListSessions, Secret, SessionEnd, SessionRow, SetPin, SignedInBy};
use leptos::prelude::*;

const COLUMNS: [PlainColumn; 5] = [
    (text::FIELD_NAME, "who"),
    (text::SESSION_SINCE, ""),
    (text::SESSION_BY, "muted"),
    (text::FIELD_STATUS, ""),
    (text::STAFF_ACTION, TOOLS),
];

const fn by_words(by: SignedInBy) -> Text {
    match by {
        SignedInBy::Password => text::SESSION_BY_PASSWORD,
        SignedInBy::SecondFactor => text::SESSION_BY_FACTOR,
        SignedInBy::RecoveryCode => text::SESSION_BY_RECOVERY,
        SignedInBy::Code => text::SESSION_BY_CODE,
        SignedInBy::Unlock => text::SESSION_BY_UNLOCK,
        SignedInBy::Pin => text::SESSION_BY_PIN,
        SignedInBy::SetUp => text::SESSION_BY_SET_UP,
    }
}

const fn end_words(end: SessionEnd) -> Text {
    match end {
        SessionEnd::SignedOut => text::SESSION_END_SIGNED_OUT,
        SessionEnd::Locked => text::SESSION_END_LOCKED,
        SessionEnd::Revoked => text::SESSION_END_REVOKED,
        SessionEnd::Changed => text::SESSION_END_CHANGED,
        SessionEnd::Machine => text::SESSION_END_MACHINE,
        SessionEnd::Closed => text::SESSION_END_CLOSED,
    }
}

/// A day and an hour.
pub fn moment(app: App, at: chrono::DateTime<chrono::Utc>) -> String {
    format!("{} {}", app.day(crate::dates::local_date(at)), crate::dates::clock(at))
}

/// The quick PIN.
#[component]
pub fn QuickPin() -> impl IntoView {
    let app = app();
    let form = FormState::new("pin-form");
    let pin = RwSignal::new(String::new());
    let has = move || app.session.with(|s| s.as_ref().is_some_and(|s| s.has_pin));
    let submit = move |()| {
        if form.require(&[("pin", pin)]) {
            let request = SetPin {
                pin: Some(Secret::new(pin.get_untracked())),
            };
            form.submit(request, move |_| {
                pin.set(String::new());
                app.tell(app.say(text::PIN_SET));
            });
        }
    };
    let remove = move |()| form.submit(SetPin { pin: None }, move |_| app.tell(app.say(text::PIN_REMOVED)));
    view! {
        <section class="stack" data-part="pin">
            <div class="section-head"><h2 class="section-title">{t(text::PIN_TITLE)}</h2></div>
            <p class="muted">{t(text::PIN_LEAD)}</p>
            <Form state=form on_submit=submit>
                <div class="form-grid"><PasswordField name="pin" label=text::PIN_LABEL value=pin hint=text::PIN_HINT/></div>
                <p class="row">
                    {move || if has() {
                        view! { <Button label=text::PIN_CHANGE does="set-pin" busy_label=text::SAVING/> <Button label=text::PIN_REMOVE kind="text" does="remove-pin" on_press=remove/> }.into_any()
                    } else {
                        view! { <Button label=text::PIN_DO does="set-pin" busy_label=text::SAVING/> }.into_any()
                    }}
                </p>
            </Form>
        </section>
    }
    .into_any()
}

/// Who is and was signed in.
#[component]
pub fn Sessions() -> impl IntoView {
    let app = app();
    let found = query(move || Some(ListSessions {}));
    let form = FormState::new("end-session");
    let end = move |row: SessionRow| {
        let current = row.current;
        form.submit(EndSession { session: row.id }, move |()| match current {
            true => app.restart(),
            false => {
                found.reload();
                app.tell(app.say(text::SESSION_ENDED));
            }
        });
    };
    let rows = move || {
        let rows = found.value.get().unwrap_or_default();
        rows.into_iter().map(|row| line(app, row, end)).collect_view()
    };
    view! {
        <section class="stack" data-part="sessions">
            <div class="section-head"><h2 class="section-title">{t(text::SESSION_TITLE)}</h2></div>
            <p class="muted">{t(text::SESSION_LEAD)}</p>
            <Refusal state=form/>
            {move || found.error.get().map(|error| trouble(&error))}
            {plain_table(text::SESSION_TITLE, "session-list", &COLUMNS, rows)}
        </section>
    }
    .into_any()
}

fn line(app: App, row: SessionRow, end: impl Fn(SessionRow) + Copy + Send + Sync + 'static) -> AnyView {
    let status = match (row.current, row.resumable, row.ended) {
        (true, ..) => {
            view! { <span class="status status-paid"><Glyph name="paid"/><span>{t(text::SESSION_CURRENT)}</span></span> }.into_any()
        }
        (_, true, _) => {
            view! { <span class="status status-waiting"><Glyph name="waiting"/><span>{t(text::SESSION_WAITS)}</span></span> }.into_any()
        }
        (.., Some((at, why))) => {
            let words = format!("{} · {}", app.say(end_words(why)), moment(app, at));
            view! { <span class="status status-upcoming"><Glyph name="upcoming"/><span>{words}</span></span> }.into_any()
        }
        _ => view! { <span class="status status-upcoming"><Glyph name="upcoming"/><span>"–"</span></span> }.into_any(),
    };
    let (who, who_name, name) = (row.clone(), row.name.clone(), row.name.clone());
    let tool = (row.current || row.resumable)
        .then(|| view! { <Button label=text::SESSION_END kind=" btn-sm" does="end-session" on_press=move |()| end(who.clone())/> });
    let state = if row.current {
        "current"
    } else if row.resumable {
        "waits"
    } else {
        "over"
    };
    let cells = vec![
        name.into_any(),
        moment(app, row.started_at).into_any(),
        t(by_words(row.by)).into_any(),
        status,
        tool.into_any(),
    ];
    view! { <tr data-session=state data-who=who_name>{plain_cells(&COLUMNS, cells)}</tr> }.into_any()
}
