//! What the server decided otherwise than was asked for here: the reason, and that someone has seen it.

use super::audit::said;
use crate::dates::local_date;
use crate::i18n::{t, text};
use crate::parts::{Button, FormState, Refusal, WorkItem, query};
use crate::state::app;
use farthing_api::{Code, ListOverruled, OverruledView, SettleOverruled};
use leptos::prelude::*;

/// The list, above the tasks; nothing where there is none.
#[component]
pub fn Overruled() -> impl IntoView {
    let app = app();
    let form = FormState::new("overruled");
    let listed = query(move || untrack(|| app.is_enrolled()).then_some(ListOverruled {}));
    let item = move |overruled: OverruledView| {
        let OverruledView {
            command,
            what,
            who,
            asked_at,
            loan_number,
            reason,
        } = overruled;
        let title = match reason.code {
            Code::Renumbered => text::OVERRULED_RENUMBERED,
            _ => text::OVERRULED_TITLE,
        };
        let title = app.say_with(title, &[("what", said(app, &what)), ("who", who)]);
        let parts = [loan_number, app.day(local_date(asked_at)), app.answer(&reason)];
        let words: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let settle = move |()| {
            form.submit(SettleOverruled { command }, move |()| {
                listed.reload();
                app.refresh();
            })
        };
        view! {
            <WorkItem title=title reason=words.join(" · ")>
                {(app.can("settle_tasks") || app.is_own_machine()).then(|| view! { <Button label=text::OVERRULED_SEEN kind=" btn-sm" does="settle-overruled" on_press=settle/> })}
            </WorkItem>
        }
    };
    move || match listed.value.get() {
        Some(all) if !all.is_empty() => view! {
            <section class="stack" data-list="overruled">
                <div class="section-head"><h2 class="section-title">{t(text::OVERRULED_HEAD)}</h2></div>
                <p class="muted">{t(text::OVERRULED_LEAD)}</p>
                <Refusal state=form/>
                <ul class="work">{all.into_iter().map(item).collect_view()}</ul>
            </section>
        }
        .into_any(),
        _ => ().into_any(),
    }
}
