//! The change of one's own password.

use crate::i18n::{t, text};
use crate::parts::{Button, Form, FormState, PasswordField};
use crate::state::app;
use farthing_api::{ChangePassword, Secret};
use leptos::prelude::*;

/// Asks for the old one and the new one.
#[component]
pub fn OwnPassword() -> impl IntoView {
    let app = app();
    let form = FormState::new("password-form");
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |()| {
        if form.require(&[("old", old), ("new", new)]) {
            let request = ChangePassword {
                old: Secret::new(old.get_untracked()),
                new: Secret::new(new.get_untracked()),
            };
            form.submit(request, move |()| {
                old.set(String::new());
                new.set(String::new());
                app.tell(app.say(text::SETTINGS_PASSWORD_CHANGED));
            });
        }
    };
    view! {
        <section class="stack">
            <div class="section-head"><h2 class="section-title">{t(text::SETTINGS_PASSWORD)}</h2></div>
            <Form state=form on_submit=submit>
                <div class="form-grid">
                    <PasswordField name="old" label=text::SETTINGS_PASSWORD_OLD value=old/>
                    <PasswordField name="new" label=text::SETTINGS_PASSWORD_NEW value=new is_new=true/>
                </div>
                <p><Button label=text::SETTINGS_PASSWORD_DO does="change-password" busy_label=text::SAVING/></p>
            </Form>
        </section>
    }
    .into_any()
}
