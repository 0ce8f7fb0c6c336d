//! People who wait to be let in, and inviting them.

use super::staff::{COLUMNS, Work, role_name};
use crate::i18n::{t, text, words};
use crate::parts::{Button, Form, FormState, Glyph, Query, Refusal, SelectField, TextField, plain_cells};
use crate::state::app;
use farthing_api::{AdmitUser, InviteUser, Role, UserView};
use leptos::prelude::*;

/// The row of someone who waits.
pub fn pending_row(user: UserView, start: impl Fn(Work) + Copy + Send + Sync + 'static) -> AnyView {
    let (yes, no, email) = (user.clone(), user.clone(), user.email.clone());
    let (glyph, word) = match user.has_password {
        true => ("waiting", text::STAFF_WAITS),
        false => ("upcoming", text::STAFF_INVITED),
    };
    let class = if user.has_password {
        "status status-waiting"
    } else {
        "status status-upcoming"
    };
    let role = user.invited.then(|| t(role_name(user.role)));
    let tools = view! {
        <span class="row row-end">
            <Button label=text::STAFF_TURN_AWAY kind=" btn-sm" does="turn-away" on_press=move |()| start(Work::TurnAway(no.clone()))/>
            {user.has_password.then(|| view! { <Button label=text::STAFF_ADMIT kind="primary btn-sm" does="admit" on_press=move |()| start(Work::Admit(yes.clone()))/> })}
        </span>
    };
    let cells = vec![
        user.name.into_any(),
        role.into_any(),
        user.email.into_any(),
        view! { <span class=class><Glyph name=glyph/><span>{t(word)}</span></span> }.into_any(),
        tools.into_any(),
    ];
    view! { <tr data-row=email data-waits="true">{plain_cells(&COLUMNS, cells)}</tr> }.into_any()
}

fn staff_roles() -> Signal<Vec<(String, String)>> {
    let app = app();
    Signal::derive(move || {
        let staff = Role::ALL.into_iter().filter(|role| role.is_staff());
        staff
            .map(|role| (role.word().to_owned(), app.say(role_name(role)).to_owned()))
            .collect()
    })
}

fn role_of(word: &str) -> Role {
    let known = Role::ALL.into_iter().find(|role| role.word() == word);
    known.unwrap_or(Role::Officer)
}

/// Letting someone in, as what, or turning them away.
#[component]
pub fn AdmitForm(user: UserView, lets_in: bool, open: RwSignal<bool>, users: Query<Vec<UserView>>) -> impl IntoView {
    let app = app();
    let form = FormState::new("admit-form");
    let role = RwSignal::new(user.role.word().to_owned());
    let (id, name, email) = (user.id, user.name.clone(), user.email.clone());
    let told = if lets_in {
        text::STAFF_ADMITTED
    } else {
        text::STAFF_TURNED_AWAY
    };
    let submit = move |()| {
        let request = AdmitUser {
            user: id,
            role: lets_in.then(|| role.with_untracked(|word| role_of(word))),
        };
        let name = name.clone();
        form.submit(request, move |()| {
            open.set(false);
            app.tell(app.say_with(told, &[("name", name)]));
            users.reload();
        });
    };
    let values = [("name", user.name.clone()), ("email", email)];
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                {if lets_in {
                    view! {
                        <p>{words(text::STAFF_ADMIT_LEAD, values)}</p>
                        <SelectField name="role" label=text::STAFF_ROLE value=role options=staff_roles()/>
                    }
                    .into_any()
                } else {
                    view! { <p>{words(text::STAFF_TURN_AWAY_LEAD, [("name", user.name)])}</p> }.into_any()
                }}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL autofocus=true on_press=move |()| open.set(false)/>
                {if lets_in {
                    view! { <Button label=text::STAFF_ADMIT kind="primary" does="save-admit" busy_label=text::SAVING/> }
                } else {
                    view! { <Button label=text::STAFF_TURN_AWAY kind="danger" does="save-admit" busy_label=text::SAVING/> }
                }}
            </footer>
        </Form>
    }
    .into_any()
}

/// Inviting someone.
#[component]
pub fn InviteForm(open: RwSignal<bool>, users: Query<Vec<UserView>>) -> impl IntoView {
    let app = app();
    let form = FormState::new("invite-form");
    let role = RwSignal::new(Role::Officer.word().to_owned());
    let (name, email) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |()| {
        if form.require(&[("name", name), ("email", email)]) {
            let request = InviteUser {
                role: role.with_untracked(|word| role_of(word)),
                name: name.get_untracked().trim().to_owned(),
                email: email.get_untracked().trim().to_owned(),
            };
            form.submit(request, move |user| {
                open.set(false);
                let values = [("name", user.name), ("email", user.email)];
                app.tell(app.say_with(text::STAFF_INVITED_TOLD, &values));
                users.reload();
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <div class="form-grid">
                    <TextField name="name" label=text::FIELD_NAME value=name autofocus=true/>
                    <SelectField name="role" label=text::STAFF_ROLE value=role options=staff_roles()/>
                    <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email wide=true/>
                </div>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::STAFF_INVITE kind="primary" does="save-invite" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
