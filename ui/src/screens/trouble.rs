//! When the book can't be used: what happened, that nothing is lost, and the ways out.

use crate::i18n::{Text, t, text};
use crate::ipc;
use crate::parts::{Button, Dialog, Form, FormState, Icon, PasswordField, Refusal, SelectField, TextField, query};
use crate::state::{App, app};
use farthing_api::{ApiError, Arg, BackupView, Code, ListBackups, Quit, RestoreBackup, Secret, ShowFolder};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The words of one kind of trouble, and what mends it first.
struct Trouble {
    title: Text,
    happened: Text,
    kept: Text,
    remedy: Text,
    /// Whether a backup can help.
    restore: bool,
    /// Whether it can end while the program runs.
    again: bool,
}

impl Trouble {
    fn of(code: Code) -> Trouble {
        let (title, happened, kept, remedy, restore, again) = match code {
            Code::BookInUse => (
                text::TROUBLE_IN_USE,
                text::TROUBLE_IN_USE_HAPPENED,
                text::TROUBLE_IN_USE_KEPT,
                text::TROUBLE_IN_USE_REMEDY,
                false,
                true,
            ),
            Code::BookNewer => (
                text::TROUBLE_NEWER,
                text::TROUBLE_NEWER_HAPPENED,
                text::TROUBLE_NEWER_KEPT,
                text::TROUBLE_NEWER_REMEDY,
                false,
                false,
            ),
            Code::BookDamaged => (
                text::TROUBLE_DAMAGED,
                text::TROUBLE_DAMAGED_HAPPENED,
                text::TROUBLE_DAMAGED_KEPT,
                text::TROUBLE_DAMAGED_REMEDY,
                true,
                true,
            ),
            Code::KeysDamaged => (
                text::TROUBLE_KEYS,
                text::TROUBLE_KEYS_HAPPENED,
                text::TROUBLE_DAMAGED_KEPT,
                text::TROUBLE_KEYS_REMEDY,
                true,
                true,
            ),
            Code::DeviceGone | Code::KeyringSilent | Code::KeyringEmpty | Code::KeyringLocked => (
                text::TROUBLE_DEVICE,
                text::TROUBLE_OTHER_HAPPENED,
                text::TROUBLE_DEVICE_KEPT,
                text::TROUBLE_DEVICE_REMEDY,
                true,
                true,
            ),
            Code::BookDiskFull => (
                text::TROUBLE_DISK_FULL,
                text::TROUBLE_DISK_FULL_HAPPENED,
                text::TROUBLE_DISK_FULL_KEPT,
                text::TROUBLE_DISK_FULL_REMEDY,
                false,
                true,
            ),
            _ => (
                text::TROUBLE_OTHER,
                text::TROUBLE_OTHER_HAPPENED,
                text::TROUBLE_OTHER_KEPT,
                text::TROUBLE_OTHER_REMEDY,
                false,
                true,
            ),
        };
        Trouble {
            title,
            happened,
            kept,
            remedy,
            restore,
            again,
        }
    }
}

/// The whole window while the book can't be used.
#[component]
pub fn TroubleScreen(error: ApiError) -> impl IntoView {
    let app = app();
    let trouble = Trouble::of(error.code);
    let path = match error.args.get("path") {
        Some(Arg::Text(path)) => path.clone(),
        _ => String::new(),
    };
    let restoring = RwSignal::new(false);
    let actions = FormState::new("trouble");
    let happened = match error.code {
        code if is_of_the_book(code) => t(trouble.happened)().to_owned(),
        _ => app.answer(&error),
    };
    let again = if trouble.restore { "" } else { "primary" };
    let quit = if trouble.again { "" } else { "primary" };
    view! {
        <div class="signin" data-screen="trouble" data-trouble=error.code.word()>
            <main class="signin-scroll">
                <div class="signin-card trouble-card">
                    <p class="signin-brand"><Icon name="mark" class="mark"/>{t(text::PRODUCT_NAME)}</p>
                    <header class="trouble-head" role="alert">
                        <Icon name="warning" class="tone-warn"/>
                        <h1 class="signin-title">{t(trouble.title)}</h1>
                    </header>
                    <dl class="trouble-facts">
                        <dt>{t(text::TROUBLE_HAPPENED)}</dt><dd>{happened}</dd>
                        <dt>{t(text::TROUBLE_KEPT)}</dt><dd>{t(trouble.kept)}</dd>
                        <dt>{t(text::TROUBLE_REMEDY)}</dt><dd>{t(trouble.remedy)}</dd>
                        {(!path.is_empty()).then(|| view! { <dt>{t(text::TROUBLE_PATH)}</dt><dd class="hash" data-figure="book-path">{path}</dd> })}
                    </dl>
                    <Refusal state=actions/>
                    <div class="trouble-actions">
                        {trouble.restore.then(|| view! {
                            <Button label=text::TROUBLE_RESTORE kind="primary" icon="restore" does="restore-backup"
                                on_press=move |()| restoring.set(true)/>
                        })}
                        {trouble.again.then(|| view! {
                            <Button label=text::TROUBLE_AGAIN kind=again icon="reset" does="try-again" on_press=move |()| app.restart()/>
                        })}
                        <Button label=text::TROUBLE_FOLDER icon="document" does="show-folder"
                            on_press=move |()| actions.submit(ShowFolder {}, |()| ())/>
                        <Button label=text::TROUBLE_QUIT kind=quit icon="close" does="quit" on_press=move |()| leave()/>
                    </div>
                </div>
            </main>
            <Dialog open=restoring title=text::TROUBLE_RESTORE name="restore">
                <RestoreForm open=restoring/>
            </Dialog>
        </div>
    }
    .into_any()
}

/// Whether a screen of its own words it; what else keeps the program from starting says it in its own words.
const fn is_of_the_book(code: Code) -> bool {
    matches!(
        code,
        Code::BookInUse | Code::BookNewer | Code::BookDamaged | Code::KeysDamaged | Code::BookDiskFull
    )
}

fn leave() {
    spawn_local(async {
        // The window is gone before an answer comes.
        let _ = ipc::send(&Quit {}).await;
    });
}

/// The value of the choice that is none of the backups found.
const OTHER: &str = "other";

fn choices(app: App, backups: Option<Vec<BackupView>>) -> Vec<(String, String)> {
    let line = |backup: BackupView| {
        let at = format!(
            "{} {}",
            app.date(crate::dates::local_date(backup.at)),
            crate::dates::clock(backup.at)
        );
        let megabytes = backup.bytes.div_ceil(1 << 20).to_string();
        let words = app.say_with(text::TROUBLE_BACKUP, &[("at", at), ("size", megabytes)]);
        (backup.path, words)
    };
    let found = backups.unwrap_or_default().into_iter().map(line);
    found
        .chain([(OTHER.to_owned(), app.say(text::TROUBLE_OTHER_FILE).to_owned())])
        .collect()
}

#[component]
fn RestoreForm(open: RwSignal<bool>) -> impl IntoView {
    let app = app();
    let form = FormState::new("restore-form");
    let backups = query(move || Some(ListBackups {}));
    let (chosen, path) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (email, password, recovery) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let options = Signal::derive(move || choices(app, backups.value.get()));
    Effect::new(move || {
        if let Some(found) = backups.value.get() {
            chosen.set(
                found
                    .first()
                    .map_or_else(|| OTHER.to_owned(), |newest| newest.path.clone()),
            );
        }
    });
    let is_other = move || chosen.with(|chosen| chosen == OTHER);
    let submit = move |()| {
        let mut needed = vec![("email", email), ("password", password)];
        if untrack(is_other) {
            needed.insert(0, ("path", path));
        }
        if form.require(&needed) {
            let request = RestoreBackup {
                path: if untrack(is_other) { path } else { chosen }.get_untracked(),
                email: email.get_untracked().trim().to_owned(),
                password: Secret::new(password.get_untracked()),
                recovery: Some(Secret::new(recovery.get_untracked().trim())),
            };
            form.submit(request, move |()| {
                open.set(false);
                app.restart();
            });
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body">
                <Refusal state=form/>
                <p class="muted">{t(text::TROUBLE_RESTORE_LEAD)}</p>
                <div class="form-grid">
                    <SelectField name="backup" label=text::TROUBLE_BACKUPS value=chosen options=options wide=true/>
                    {move || is_other().then(|| view! {
                        <TextField name="path" label=text::TROUBLE_FILE value=path hint=text::TROUBLE_FILE_HINT wide=true/>
                    })}
                    <TextField name="email" label=text::FIELD_EMAIL kind="email" value=email wide=true/>
                    <PasswordField name="password" label=text::FIELD_PASSWORD value=password wide=true/>
                    <TextField name="recovery" label=text::TROUBLE_RECOVERY value=recovery hint=text::TROUBLE_RECOVERY_HINT optional=true wide=true/>
                </div>
            </div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::TROUBLE_RESTORE kind="primary" does="restore-now" busy_label=text::TROUBLE_RESTORING/>
            </footer>
        </Form>
    }
    .into_any()
}
