//! A customer's own machine of whose book the server takes nothing more: a code to their email lets it go on.

use super::code::CodeEntry;
use crate::i18n::{t, text};
use crate::parts::{Banner, Button, Form, FormState, Tone};
use crate::state::app;
use farthing_api::{AskCodeAgain, Code, CodeSent, LetInAnew, Secret};
use leptos::prelude::*;

/// Why nothing is exchanged; nothing where it is.
#[component]
pub fn OwnHalted() -> impl IntoView {
    let app = app();
    let halted = Memo::new(move |_| {
        app.session
            .with(|session| session.as_ref()?.sync.as_ref()?.halted.clone())
    });
    // Another reason must not take the form away in the middle of it.
    let may = Memo::new(move |_| {
        let code = halted.get()?.code;
        Some(matches!(code, Code::BookCopied | Code::DeviceUnknown))
    });
    let words = Signal::derive(move || match (may.get(), halted.get()) {
        (Some(false), Some(why)) => app.answer(&why),
        _ => app.say(text::OWN_MACHINE_HALTED).to_owned(),
    });
    move || {
        may.get().map(|may| {
            view! {
                <section class="cust-told" aria-label=t(text::SYNC_HALTED)>
                    <Banner title=move || app.say(text::SYNC_HALTED).to_owned() body=words tone=Tone::Warn icon="warning"/>
                    {may.then(|| view! { <GoOn/> })}
                </section>
            }
        })
    }
}

#[component]
fn GoOn() -> impl IntoView {
    let app = app();
    let form = FormState::new("let-in-anew");
    let code = RwSignal::new(String::new());
    let sent = RwSignal::new(None::<CodeSent>);
    let ask = move || {
        form.submit(AskCodeAgain {}, move |answer| {
            sent.set(Some(answer));
            form.focus("code");
        });
    };
    let submit = move |()| match sent.get_untracked() {
        None => ask(),
        Some(asked) => {
            if form.require(&[("code", code)]) {
                let request = LetInAnew {
                    challenge: Some(asked.challenge),
                    code: Secret::new(code.get_untracked()),
                };
                form.submit(request, move |_| {
                    app.tell(app.say(text::OWN_MACHINE_AGAIN_DONE).to_owned());
                    app.refresh();
                });
            }
        }
    };
    let steps = move || {
        match sent.get() {
        None => view! { <p><Button label=text::SIGNIN_SEND_CODE kind="primary" does="ask-code-again" busy_label=text::SENDING/></p> }.into_any(),
        Some(asked) => view! {
            <CodeEntry sent=asked code=code on_resend=move |()| ask()/>
            <p><Button label=text::OWN_MACHINE_AGAIN_DO kind="primary" does="let-in-anew" busy_label=text::AGAIN_DOING/></p>
        }
        .into_any(),
    }
    };
    view! { <Form state=form on_submit=submit>{steps}</Form> }
}
