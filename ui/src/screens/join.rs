//! A new machine becomes a desk of an organisation that has a server.

use super::recovery::RecoveryScreen;
use super::server::Transfer;
use crate::i18n::{t, text};
use crate::parts::{Button, Form, FormState, Icon, PasswordField, TextField};
use farthing_api::{JoinServer, Secret, SetUpDone};
use leptos::prelude::*;

/// The form, in place of the first run's steps; `on_back` returns to them.
#[component]
pub fn JoinScreen(#[prop(into)] on_back: Callback<()>) -> impl IntoView {
    let form = FormState::new("join");
    let [server, code, email, password] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let done = RwSignal::new(None::<SetUpDone>);
    let submit = move |()| {
        let fields = [
            ("server", server),
            ("code", code),
            ("email", email),
            ("password", password),
        ];
        if form.require(&fields) {
            let request = JoinServer {
                server: server.get_untracked().trim().to_owned(),
                code: Secret::new(code.get_untracked()),
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
            };
            form.submit(request, move |answer| done.set(Some(answer)));
        }
    };
    let card = move || {
        view! {
            <div class="signin" data-screen="join">
                <main class="signin-scroll">
                    <Form state=form class="signin-card" on_submit=submit>
                        <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                        <header>
                            <h1 class="signin-title">{t(text::JOIN_TITLE)}</h1>
                            <p class="signin-note">{t(text::JOIN_LEAD)}</p>
                        </header>
                        <TextField name="server" label=text::JOIN_SERVER value=server hint=text::JOIN_SERVER_HINT autofocus=true/>
                        <TextField name="code" label=text::JOIN_CODE value=code hint=text::JOIN_CODE_HINT/>
                        <TextField name="email" label=text::JOIN_EMAIL kind="email" value=email autocomplete="username"/>
                        <PasswordField name="password" label=text::JOIN_PASSWORD value=password is_new=true/>
                        <Transfer busy=form.busy/>
                        <Button label=text::JOIN_DO kind="primary btn-wide" does="join" busy_label=text::JOIN_DOING/>
                        <footer class="signin-foot">
                            <a href="#" data-do="not-join" on:click=move |event| { event.prevent_default(); on_back.run(()); }>{t(text::JOIN_BACK)}</a>
                        </footer>
                    </Form>
                </main>
            </div>
        }
        .into_any()
    };
    move || match done.get() {
        Some(done) => view! { <RecoveryScreen done=done/> }.into_any(),
        None => card(),
    }
}
