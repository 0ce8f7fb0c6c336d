//! Forms: what was refused goes to its field, what was typed stays.

use super::dialog::InDialog;
use super::icon::Glyph;
use crate::i18n::{Text, text};
use crate::ipc::{self, Asked, Taken};
use crate::state::{App, app};
use farthing_api::{ApiError, ErrorKind, Request};
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

/// How one form, or one action outside of a form, stands. Copied freely.
#[derive(Clone, Copy)]
pub struct FormState {
    /// The form's id in the page; the fields' ids begin with it.
    pub id: &'static str,
    /// Whether a request is on its way. Nothing is sent twice.
    pub busy: RwSignal<bool>,
    errors: RwSignal<Vec<(String, String)>>,
    general: RwSignal<Option<String>>,
    fields: StoredValue<Vec<(&'static str, Signal<String>)>>,
    dialog: Option<RwSignal<bool>>,
    app: App,
}

impl FormState {
    /// A form of this id. To be called while a component is built.
    pub fn new(id: &'static str) -> FormState {
        FormState {
            id,
            busy: RwSignal::new(false),
            errors: RwSignal::new(Vec::new()),
            general: RwSignal::new(None),
            fields: StoredValue::new(Vec::new()),
            dialog: use_context::<InDialog>().map(|dialog| dialog.0),
            app: app(),
        }
    }

    /// The form around what is built now. One of a screen that is gone may still be found in its place: that is none.
    pub fn around() -> Option<FormState> {
        let form = use_context::<FormState>();
        form.filter(|form| form.fields.try_with_value(|_| ()).is_some())
    }

    /// Makes a field known, so that its refusals go there and the summary can name it.
    pub fn register(self, name: &'static str, label: Signal<String>) {
        self.fields.update_value(|fields| {
            fields.retain(|(known, _)| *known != name);
            fields.push((name, label));
        });
    }

    /// What is wrong with a field, if something is.
    pub fn error_of(self, field: &str) -> Option<String> {
        self.errors.with(|errors| {
            errors
                .iter()
                .find(|(name, _)| name == field)
                .map(|(_, message)| message.clone())
        })
    }

    /// What was refused for no field's sake.
    pub fn refusal(self) -> Option<String> {
        self.general.get()
    }

    /// The field was changed: what was said about it no longer holds.
    pub fn forget(self, field: &str) {
        if self
            .errors
            .with_untracked(|errors| errors.iter().any(|(name, _)| name == field))
        {
            self.errors.update(|errors| errors.retain(|(name, _)| name != field));
        }
    }

    /// Nothing is wrong any more.
    pub fn clear(self) {
        self.errors.try_set(Vec::new());
        self.general.try_set(None);
    }

    /// Shows why a request was refused: under its field where the form has it, else on top; the focus goes there.
    pub fn fail(self, error: ApiError) {
        if error.kind == ErrorKind::Waiting {
            return self.wait(&error);
        }
        let words = untrack(|| self.app.answer(&error));
        match error.field.filter(|field| self.has(field)) {
            Some(field) => self.refuse(vec![(field, words)]),
            None => {
                self.general.try_set(Some(words));
            }
        }
    }

    /// What was asked for is kept and waits for someone else: there is nothing left to do here.
    fn wait(self, error: &ApiError) {
        if let Some(dialog) = self.dialog {
            dialog.try_set(false);
        }
        self.app.waits(error);
    }

    /// Shows what is wrong with these fields; the focus goes to the first.
    pub fn refuse(self, errors: Vec<(String, String)>) {
        let Some((first, _)) = errors.first().cloned() else {
            return;
        };
        self.errors.try_set(errors);
        self.focus(&first);
    }

    /// Shows what is wrong with these fields while one types: the focus stays.
    pub fn mark(self, errors: Vec<(String, String)>) {
        if self.errors.with_untracked(|before| *before != errors) {
            self.errors.try_set(errors);
        }
    }

    /// Refuses the fields that are empty; answers whether none is.
    pub fn require(self, fields: &[(&str, RwSignal<String>)]) -> bool {
        self.clear();
        let empty: Vec<_> = fields
            .iter()
            .filter(|(_, value)| value.with_untracked(|value| value.trim().is_empty()))
            .map(|(name, _)| ((*name).to_owned(), self.say_required(name)))
            .collect();
        let complete = empty.is_empty();
        self.refuse(empty);
        complete
    }

    fn say_required(self, name: &str) -> String {
        let label = self.fields.with_value(|fields| {
            let field = fields.iter().find(|(known, _)| *known == name);
            field.map(|(_, label)| label.get_untracked())
        });
        self.app.say_with(
            text::FORM_REQUIRED,
            &[("field", label.unwrap_or_default().to_lowercase())],
        )
    }

    fn has(self, field: &str) -> bool {
        self.fields
            .try_with_value(|fields| fields.iter().any(|(known, _)| *known == field))
            .unwrap_or_default()
    }

    /// Moves the focus to a field, once the page shows what was said about it.
    pub fn focus(self, field: &str) {
        let css = format!("#{} [name=\"{field}\"]", self.id);
        request_animation_frame(move || focus(&css));
    }

    /// Sends a request, unless one is on its way; shows its refusal, or hands its answer to `done`.
    pub fn submit<R: Request + 'static>(self, request: R, done: impl FnOnce(R::Answer) + 'static) {
        self.submit_with(request, done, move |error| self.fail(error));
    }

    /// [`FormState::submit`] where a refusal needs more than to be shown.
    pub fn submit_with<R: Request + 'static>(
        self,
        request: R,
        done: impl FnOnce(R::Answer) + 'static,
        refused: impl FnOnce(ApiError) + 'static,
    ) {
        let app = self.app;
        let take = move |answer: &str| {
            done(ipc::read::<R>(answer)?);
            if app.session.with_untracked(Option::is_some) {
                app.refresh();
            }
            Ok(())
        };
        self.exchange(Asked::by(&request), Box::new(take), Box::new(refused));
    }

    /// Sends a request, unless one is on its way, and hands on what comes back: what of sending is the same for all.
    pub fn exchange(self, asked: Asked, take: Box<dyn FnOnce(&str) -> Taken>, refused: Box<dyn FnOnce(ApiError)>) {
        if self.busy.get_untracked() {
            return;
        }
        self.clear();
        self.busy.set(true);
        spawn_local(async move {
            let outcome = asked.answered().await;
            self.busy.try_set(false);
            if let Err(error) = outcome.and_then(|answer| take(&answer)) {
                refused(error);
            }
        });
    }
}

/// Moves the focus to the first element that matches, if there is one.
pub fn focus(css: &str) {
    let element = document().query_selector(css).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// A form: the fields below find its state by themselves. Enter, and Ctrl Enter in a text area, send it.
#[component]
pub fn Form(
    state: FormState,
    #[prop(into)] on_submit: Callback<()>,
    /// The form's classes; `form` is 496 px wide, nothing takes the width there is.
    #[prop(default = "form")]
    class: &'static str,
    /// The screen places a `Refusal` itself; otherwise it stands on top of the form.
    #[prop(optional)]
    own_refusal: bool,
    children: Children,
) -> impl IntoView {
    let send = move || {
        if !state.busy.get_untracked() {
            on_submit.run(());
        }
    };
    view! {
        <form
            class=class
            id=state.id
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            on:keydown=move |event| {
                if event.ctrl_key() && event.key() == "Enter" {
                    event.prevent_default();
                    send();
                }
            }
        >
            {(!own_refusal).then(|| view! { <Refusal state=state/> })}
            <Provider value=state>{children()}</Provider>
        </form>
    }
    .into_any()
}

/// What was refused: the sentence that belongs to no field, and the summary where two fields or more need a change.
#[component]
pub fn Refusal(state: FormState) -> impl IntoView {
    let label = move |field: &str| {
        state.fields.with_value(|fields| {
            let found = fields.iter().find(|(name, _)| *name == field);
            found.map_or_else(|| field.to_owned(), |(_, label)| label.get())
        })
    };
    let summary = move || {
        let errors = state.errors.get();
        (errors.len() > 1).then(|| {
            let links = errors
                .into_iter()
                .map(|(field, _)| {
                    let name = label(&field);
                    let jump = move |event: web_sys::MouseEvent| {
                        event.prevent_default();
                        state.focus(&field);
                    };
                    view! { <li><a href="#" on:click=jump>{name}</a></li> }
                })
                .collect_view();
            view! {
                <div class="error-summary" role="alert" tabindex="-1">
                    <Glyph name="late"/>
                    <div><b>{say(text::FORM_SEVERAL)}</b><ul>{links}</ul></div>
                </div>
            }
        })
    };
    view! {
        {summary}
        {move || state.refusal().map(|message| view! {
            <div class="banner banner-bad" role="alert" data-refusal=state.id>
                <Glyph name="late"/><span>{message}</span>
            </div>
        })}
    }
    .into_any()
}

/// A text that does not follow the language while it shows: what it stands in is drawn again anyway.
fn say(text: Text) -> &'static str {
    app().say(text)
}
