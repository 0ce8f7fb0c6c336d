//! Who of those who work here proved that they ask for a new password: an administrator lets them type it.

use crate::i18n::{t, text};
use crate::parts::{Banner, Button, Dialog, Form, FormState, PasswordField, Query, Refusal, Tone, query};
use crate::state::app;
use farthing_api::{CompleteReset, ListResets, ResetAsked, Secret, UserId, UserView};
use leptos::prelude::*;

/// A line for each who asks; nothing where nobody does.
#[component]
pub fn Resets(users: Query<Vec<UserView>>) -> impl IntoView {
    let app = app();
    let asked = query(move || Some(ListResets {}));
    let chosen = RwSignal::new(None::<UserId>);
    let open = RwSignal::new(false);
    let name_of = move |user: UserId| {
        users
            .value
            .with(|users| {
                users
                    .iter()
                    .flatten()
                    .find(|known| known.id == user)
                    .map(|known| known.name.clone())
            })
            .unwrap_or_default()
    };
    let line = move |one: ResetAsked| {
        let at = crate::dates::clock(one.at);
        let said = app.say_with(text::RESETS_ASKS, &[("name", name_of(one.user)), ("time", at)]);
        let user = one.user;
        view! {
            <Banner title=said tone=Tone::Accent icon="key">
                <Button label=text::RESETS_SET kind=" btn-sm" does="complete-reset" on_press=move |()| {
                    chosen.set(Some(user));
                    open.set(true);
                }/>
            </Banner>
        }
    };
    view! {
        <div class="stack-tight">{move || asked.value.get().unwrap_or_default().into_iter().map(line).collect_view()}</div>
        <Dialog open title=text::RESETS_SET name="complete-reset"><CompleteForm chosen open asked/></Dialog>
    }
    .into_any()
}

#[component]
fn CompleteForm(
    chosen: RwSignal<Option<UserId>>,
    open: RwSignal<bool>,
    asked: Query<Vec<ResetAsked>>,
) -> impl IntoView {
    let app = app();
    let form = FormState::new("complete-reset");
    let password = RwSignal::new(String::new());
    let submit = move |()| {
        let Some(user) = chosen.get_untracked() else { return };
        if form.require(&[("password", password)]) {
            let password = Secret::new(password.get_untracked());
            form.submit(CompleteReset { user, password }, move |()| {
                open.set(false);
                asked.reload();
                app.tell(app.say(text::FORGOT_DONE));
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body stack">
                <Refusal state=form/>
                <p class="muted">{t(text::RESETS_LEAD)}</p>
                <PasswordField name="password" label=text::FORGOT_NEW value=password is_new=true autofocus=true/>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::RESETS_SET kind="primary" does="complete-reset-now" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
