//! What waits for a second person: who asked for what, and agreeing to it or not.

use super::loan_words::payment_method;
use super::{audit, role_name};
use crate::i18n::{Text, t, text};
use crate::parts::{
    AreaField, Button, Dialog, EmptyState, Form, FormState, Glyph, Query, Refusal, Screen, Tab, Tabs, query,
};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{DecideRequest, ListRequests, PAGE_ROWS, Page, RequestState, RequestView};
use leptos::prelude::*;

const WAITING: &str = "waiting";
const ALL: &str = "all";

/// The glyph and the word of a state.
const fn state_words(state: RequestState) -> (&'static str, &'static str, Text) {
    match state {
        RequestState::Waiting => ("waiting", "status-waiting", text::REQUESTS_WAITING),
        RequestState::Done => ("paid", "status-paid", text::REQUESTS_DONE),
        RequestState::Rejected => ("late", "status-late", text::REQUESTS_REJECTED),
        RequestState::Withdrawn => ("upcoming", "status-upcoming", text::REQUESTS_WITHDRAWN),
        RequestState::Refused => ("late", "status-late", text::REQUESTS_REFUSED),
        RequestState::Expired => ("upcoming", "status-upcoming", text::REQUESTS_EXPIRED),
    }
}

/// The list.
#[component]
pub fn RequestsScreen() -> impl IntoView {
    let app = app();
    let tab = RwSignal::new(WAITING.to_owned());
    let page = RwSignal::new(0u32);
    let found = query(move || {
        Some(ListRequests {
            waiting: tab.with(|tab| tab == WAITING),
            page: page.get(),
        })
    });
    Effect::new(move |before: Option<String>| {
        let now = tab.get();
        if before.is_some_and(|before| before != now) {
            page.set(0);
        }
        now
    });
    let deciding = RwSignal::new(None::<(RequestView, bool)>);
    let open = RwSignal::new(false);
    let decide = move |request: RequestView, approve: bool| {
        deciding.set(Some((request, approve)));
        open.set(true);
    };
    let title = Signal::derive(move || match deciding.get() {
        Some((request, true)) => app.say_with(
            text::REQUESTS_APPROVE_TITLE,
            &[("what", audit::said(app, &request.what))],
        ),
        Some((request, false)) if is_own(app, &request) => app.say_with(
            text::REQUESTS_WITHDRAW_TITLE,
            &[("what", audit::said(app, &request.what))],
        ),
        Some((request, false)) => app.say_with(
            text::REQUESTS_REJECT_TITLE,
            &[("what", audit::said(app, &request.what))],
        ),
        None => String::new(),
    });
    let tabs = vec![
        Tab::new(WAITING, text::REQUESTS_TAB_WAITING),
        Tab::new(ALL, text::REQUESTS_TAB_ALL),
    ];
    let list = move || match (found.value.get(), found.error.get()) {
        (Some(page), _) if page.rows.is_empty() => view! { <EmptyState sentence=text::REQUESTS_NONE/> }.into_any(),
        (Some(page), _) => {
            let cards = page.rows.into_iter().map(|request| card(app, request, decide));
            view! { <ul class="requests">{cards.collect_view()}</ul> }.into_any()
        }
        (None, Some(error)) => view! { <EmptyState sentence=app.answer(&error)/> }.into_any(),
        (None, None) => ().into_any(),
    };
    let more = move || {
        let matches = found.value.with(|page| page.as_ref().map_or(0, |page| page.matches));
        let here = page.get();
        (matches > PAGE_ROWS).then(|| {
            let last = (here + 1) * PAGE_ROWS >= matches;
            view! {
                <p class="row">
                    {(here > 0).then(|| view! { <Button label=text::TABLE_BEFORE does="page-before" on_press=move |()| page.set(here - 1)/> })}
                    {(!last).then(|| view! { <Button label=text::TABLE_AFTER does="page-next" on_press=move |()| page.set(here + 1)/> })}
                </p>
            }
        })
    };
    view! {
        <Screen name="requests" title=text::NAV_REQUESTS>
            <div class="section-head"><Tabs label=text::NAV_REQUESTS value=tab tabs flush=true/></div>
            {list}
            {more}
        </Screen>
        <Dialog open=open title=title name="decide-request">
            {move || deciding.get().map(|(request, approve)| view! { <DecideForm request approve open found/> })}
        </Dialog>
    }
}

fn is_own(app: App, request: &RequestView) -> bool {
    app.session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.user == request.by))
}

/// What it is about: the loan and its customer, or a person, and how.
fn subject(app: App, request: &RequestView) -> String {
    let role = request.role.map(|role| app.say(role_name(role)));
    let method = request.method.map(|method| app.say(payment_method(method)));
    let day = request.value_date.map(|day| app.date(day));
    let parts = [
        request.customer.as_str(),
        request.about.as_str(),
        role.unwrap_or_default(),
        method.unwrap_or_default(),
        day.as_deref().unwrap_or_default(),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn card(app: App, request: RequestView, decide: impl Fn(RequestView, bool) + Copy + Send + Sync + 'static) -> AnyView {
    let (glyph, class, word) = state_words(request.state);
    let amount = request.amount.map(|amount| {
        view! { <span class="request-amount" data-figure="amount">{app.money(amount)} <span class="muted small">{app.code()}</span></span> }
    });
    let asked = app.say_with(
        text::REQUESTS_ASKED,
        &[
            ("name", request.by_name.clone()),
            (
                "at",
                format!(
                    "{} {}",
                    app.day(crate::dates::local_date(request.at)),
                    crate::dates::clock(request.at)
                ),
            ),
        ],
    );
    let until = (request.state == RequestState::Waiting).then(|| {
        let at = request.expires_at;
        app.say_with(
            text::REQUESTS_UNTIL,
            &[(
                "at",
                format!("{} {}", app.day(crate::dates::local_date(at)), crate::dates::clock(at)),
            )],
        )
    });
    let decided = (!request.decided_by.is_empty()).then(|| {
        let values = [
            ("name", request.decided_by.clone()),
            ("reason", request.outcome.clone()),
        ];
        match request.outcome.is_empty() {
            true => app.say_with(text::REQUESTS_DECIDED_BY, &values[..1]),
            false => app.say_with(text::REQUESTS_DECIDED_WITH, &values),
        }
    });
    let refusal = request.refusal.as_ref().map(|error| app.answer(error));
    let (own, waits) = (is_own(app, &request), request.state == RequestState::Waiting);
    let (yes, no, loan) = (request.clone(), request.clone(), request.loan);
    let tools = waits.then(|| {
        view! {
            {(!own).then(|| view! { <Button label=text::REQUESTS_APPROVE kind="primary btn-sm" does="approve-request" on_press=move |()| decide(yes.clone(), true)/> })}
            <Button label=if own { text::REQUESTS_WITHDRAW } else { text::REQUESTS_REJECT } kind=" btn-sm" does="reject-request" on_press=move |()| decide(no.clone(), false)/>
        }
    });
    let reason = (!request.reason.is_empty()).then(|| view! { <p class="request-reason">{request.reason.clone()}</p> });
    view! {
        <li class="request" data-request=request.what.clone()>
            <div class="request-head">
                <div>
                    <b>{audit::said(app, &request.what)}</b>
                    <p class="muted">{subject(app, &request)}</p>
                </div>
                {amount}
            </div>
            {reason}
            <p class="muted small">{asked} {until.map(|until| format!(" · {until}"))}</p>
            {decided.map(|words| view! { <p class="small">{words}</p> })}
            {refusal.map(|words| view! { <p class="small bad" data-figure="refusal">{words}</p> })}
            <div class="request-foot">
                <span class=format!("status {class}")><Glyph name=glyph/><span>{t(word)}</span></span>
                <span class="row">
                    {loan.map(|id| view! { <Button label=text::TASK_OPEN_LOAN kind="text btn-sm" does="open-loan" on_press=move |()| app.go(Route::Loan(id))/> })}
                    {tools}
                </span>
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn DecideForm(
    request: RequestView,
    approve: bool,
    open: RwSignal<bool>,
    found: Query<Page<RequestView>>,
) -> impl IntoView {
    let app = app();
    let form = FormState::new("decide-request-form");
    let reason = RwSignal::new(String::new());
    let own = is_own(app, &request);
    let (id, hash) = (request.id, request.hash.clone());
    let submit = move |()| {
        if !approve && !own && !form.require(&[("reason", reason)]) {
            return;
        }
        let request = DecideRequest {
            request: id,
            hash: hash.clone(),
            approve,
            reason: reason.get_untracked(),
        };
        form.submit(request, move |answer| {
            open.set(false);
            found.reload();
            let (_, _, word) = state_words(answer.state);
            match &answer.refusal {
                Some(error) => app.tell(untrack(|| app.answer(error))),
                None => app.tell(app.say_with(
                    text::REQUESTS_TOLD,
                    &[
                        ("what", audit::said(app, &answer.what)),
                        ("state", app.say(word).to_lowercase()),
                    ],
                )),
            }
        });
    };
    let lead = [
        Some(subject(app, &request)).filter(|s| !s.is_empty()),
        request
            .amount
            .map(|amount| format!("{} {}", app.money(amount), app.code())),
    ];
    let lead = lead.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let lead_2 = match (approve, own) {
        (true, _) => text::REQUESTS_APPROVE_LEAD,
        (false, true) => text::REQUESTS_WITHDRAW_LEAD,
        (false, false) => text::REQUESTS_REJECT_LEAD,
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p><b>{lead}</b></p>
                <p class="muted">{t(lead_2)}</p>
                {(!own).then(|| view! { <AreaField name="reason" label=text::REQUESTS_REASON value=reason optional=approve/> })}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL autofocus=own on_press=move |()| open.set(false)/>
                {match (approve, own) {
                    (true, _) => view! { <Button label=text::REQUESTS_APPROVE kind="primary" does="save-decision" busy_label=text::SAVING/> },
                    (false, true) => view! { <Button label=text::REQUESTS_WITHDRAW kind="danger" does="save-decision" busy_label=text::SAVING/> },
                    (false, false) => view! { <Button label=text::REQUESTS_REJECT kind="danger" does="save-decision" busy_label=text::SAVING/> },
                }}
            </footer>
        </Form>
    }
    .into_any()
}
