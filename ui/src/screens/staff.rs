//! The people who sign in: add someone, take their access away, give it back.

use super::permissions::Permissions;
use super::resets::Resets;
use super::staff_waiting::{AdmitForm, InviteForm, pending_row};
use crate::i18n::{Text, t, text, words};
use crate::parts::{
    Button, Dialog, Form, FormState, Glyph, PasswordField, PlainColumn, Query, Refusal, Screen, SelectField, TOOLS,
    TextField, plain_cells, plain_table, query,
};
use crate::state::{App, app};
use farthing_api::{AddUser, ListUsers, ResetSecondFactor, Role, Secret, SetUserAccess, UserView};
use leptos::prelude::*;

/// The columns of the list.
pub const COLUMNS: [PlainColumn; 5] = [
    (text::FIELD_NAME, "who"),
    (text::STAFF_ROLE, ""),
    (text::FIELD_EMAIL, "muted"),
    (text::FIELD_STATUS, ""),
    (text::STAFF_ACTION, TOOLS),
];

/// The role's name.
pub fn role_name(role: Role) -> Text {
    match role {
        Role::Administrator => text::ROLE_ADMINISTRATOR,
        Role::Supervisor => text::ROLE_SUPERVISOR,
        Role::Officer => text::ROLE_OFFICER,
        Role::Cashier => text::ROLE_CASHIER,
        Role::Auditor => text::ROLE_AUDITOR,
        Role::Customer => text::ROLE_CUSTOMER,
    }
}

/// What a dialog of this screen is about.
#[allow(missing_docs, reason = "the dialogs say what they are")]
#[derive(Clone)]
pub enum Work {
    Add,
    TakeAway(UserView),
    GiveBack(UserView),
    Invite,
    Admit(UserView),
    TurnAway(UserView),
    ResetFactor(UserView),
}

/// The list of staff.
#[component]
pub fn StaffScreen() -> impl IntoView {
    let app = app();
    let users = query(move || Some(ListUsers {}));
    let work = RwSignal::new(Work::Add);
    let open = RwSignal::new(false);
    let start = move |what: Work| {
        work.set(what);
        open.set(true);
    };
    let title = Signal::derive(move || match work.get() {
        Work::Add => app.say(text::STAFF_ADD).to_owned(),
        Work::TakeAway(user) => app.say_with(text::STAFF_TAKE_TITLE, &[("name", user.name)]),
        Work::GiveBack(user) => app.say_with(text::STAFF_GIVE_TITLE, &[("name", user.name)]),
        Work::ResetFactor(user) => app.say_with(text::STAFF_RESET_TITLE, &[("name", user.name)]),
        Work::Invite => app.say(text::STAFF_INVITE).to_owned(),
        Work::Admit(user) => app.say_with(text::STAFF_ADMIT_TITLE, &[("name", user.name)]),
        Work::TurnAway(user) => app.say_with(text::STAFF_TURN_AWAY_TITLE, &[("name", user.name)]),
    });
    let tools = move || {
        view! {
            <Button label=text::STAFF_INVITE icon="mail" does="invite-user" on_press=move |()| start(Work::Invite)/>
            <Button label=text::STAFF_ADD kind="primary" icon="plus" key="n" does="new-user" on_press=move |()| start(Work::Add)/>
        }
    };
    let rows = move || {
        users
            .value
            .get()
            .unwrap_or_default()
            .into_iter()
            .map(|user| row(app, user, start))
            .collect_view()
    };
    view! {
        <Screen name="staff" title=text::NAV_STAFF tools=tools>
            {move || users.error.get().map(|error| view! { <div class="banner banner-bad" role="alert">{app.answer(&error)}</div> })}
            <div class="stack-loose">
            <Resets users=users/>
            {plain_table(text::NAV_STAFF, "", &COLUMNS, rows)}
            <Permissions/>
            </div>
        </Screen>
        <Dialog open=open title=title name="staff">
            {move || match work.get() {
                Work::Add => view! { <AddForm open=open users=users/> }.into_any(),
                Work::TakeAway(user) => view! { <AccessForm user=user gives=false open=open users=users/> }.into_any(),
                Work::GiveBack(user) => view! { <AccessForm user=user gives=true open=open users=users/> }.into_any(),
                Work::ResetFactor(user) => view! { <ResetForm user=user open=open/> }.into_any(),
                Work::Invite => view! { <InviteForm open users/> }.into_any(),
                Work::Admit(user) => view! { <AdmitForm user lets_in=true open users/> }.into_any(),
                Work::TurnAway(user) => view! { <AdmitForm user lets_in=false open users/> }.into_any(),
            }}
        </Dialog>
    }
}

fn row(app: App, user: UserView, start: impl Fn(Work) + Copy + Send + Sync + 'static) -> AnyView {
    let is_self = app
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.user == user.id));
    if user.pending {
        return pending_row(user, start);
    }
    let (active, known) = (user.active, user.clone());
    let action = (!is_self).then(|| if active {
        view! { <Button label=text::STAFF_TAKE kind=" btn-sm" does="take-access" on_press=move |()| start(Work::TakeAway(known.clone()))/> }
    } else {
        view! { <Button label=text::STAFF_GIVE kind=" btn-sm" does="give-access" on_press=move |()| start(Work::GiveBack(known.clone()))/> }
    });
    let email = user.email.clone();
    let known = user.clone();
    let reset = (!is_self && active).then(|| view! {
        <Button label=text::STAFF_RESET kind=" btn-sm" does="reset-factor" on_press=move |()| start(Work::ResetFactor(known.clone()))/>
    });
    let (class, glyph, word) = match active {
        true => ("status status-paid", "paid", text::STAFF_ACTIVE),
        false => ("status status-upcoming", "upcoming", text::STAFF_INACTIVE),
    };
    let cells = vec![
        user.name.into_any(),
        t(role_name(user.role)).into_any(),
        user.email.into_any(),
        view! { <span class=class><Glyph name=glyph/><span>{t(word)}</span></span> }.into_any(),
        view! { <span class="row row-end">{reset} {action}</span> }.into_any(),
    ];
    view! { <tr data-row=email>{plain_cells(&COLUMNS, cells)}</tr> }.into_any()
}

#[component]
fn AddForm(open: RwSignal<bool>, users: Query<Vec<UserView>>) -> impl IntoView {
    let app = app();
    let form = FormState::new("user-form");
    let role = RwSignal::new(Role::Officer.word().to_owned());
    let (name, email, password) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let roles = Signal::derive(move || {
        let staff = Role::ALL.into_iter().filter(|role| role.is_staff());
        staff
            .map(|role| (role.word().to_owned(), app.say(role_name(role)).to_owned()))
            .collect::<Vec<_>>()
    });
    let submit = move |()| {
        if form.require(&[("name", name), ("email", email), ("password", password)]) {
            let word = role.get_untracked();
            let request = AddUser {
                role: Role::ALL
                    .into_iter()
                    .find(|role| role.word() == word)
                    .unwrap_or(Role::Officer),
                name: name.get_untracked().trim().to_owned(),
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
            };
            form.submit(request, move |user| {
                open.set(false);
                app.tell(app.say_with(text::STAFF_ADDED, &[("name", user.name)]));
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
                    <SelectField name="role" label=text::STAFF_ROLE value=role options=roles/>
                    <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email wide=true/>
                    <PasswordField name="password" label=text::STAFF_FIRST_PASSWORD value=password is_new=true wide=true/>
                </div>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::STAFF_ADD kind="primary" does="add-user" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn AccessForm(user: UserView, gives: bool, open: RwSignal<bool>, users: Query<Vec<UserView>>) -> impl IntoView {
    let app = app();
    let form = FormState::new("access-form");
    let password = RwSignal::new(String::new());
    let told = if gives { text::STAFF_GIVEN } else { text::STAFF_TAKEN };
    let name = user.name.clone();
    let submit = move |()| {
        if gives && !form.require(&[("password", password)]) {
            return;
        }
        let request = SetUserAccess {
            user: user.id,
            password: gives.then(|| Secret::new(password.get_untracked())),
        };
        let name = user.name.clone();
        form.submit(request, move |()| {
            open.set(false);
            app.tell(app.say_with(told, &[("name", name)]));
            users.reload();
        });
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                {if gives {
                    view! { <PasswordField name="password" label=text::STAFF_FIRST_PASSWORD value=password is_new=true autofocus=true/> }.into_any()
                } else {
                    view! { <p>{words(text::STAFF_TAKE_LEAD, [("name", name)])}</p> }.into_any()
                }}
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL autofocus=!gives on_press=move |()| open.set(false)/>
                {if gives {
                    view! { <Button label=text::STAFF_GIVE kind="primary" does="save-access" busy_label=text::SAVING/> }
                } else {
                    view! { <Button label=text::STAFF_TAKE kind="danger" does="save-access" busy_label=text::SAVING/> }
                }}
            </footer>
        </Form>
    }
    .into_any()
}

#[component]
fn ResetForm(user: UserView, open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let form = FormState::new("reset-form");
    let (id, name) = (user.id, user.name.clone());
    let submit = move |()| {
        let name = name.clone();
        form.submit(ResetSecondFactor { user: id }, move |()| {
            open.set(false);
            app.tell(app.say_with(text::STAFF_RESET_TOLD, &[("name", name)]));
        });
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p>{words(text::STAFF_RESET_LEAD, [("name", user.name)])}</p>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL autofocus=true on_press=move |()| open.set(false)/>
                <Button label=text::STAFF_RESET kind="danger" does="save-reset" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
    .into_any()
}
