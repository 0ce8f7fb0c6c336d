//! Forms of lending: the library's form, with what is checked while one types and decisions that come too late.

use super::loan_kit::Show;
use crate::i18n::{Text, t, text};
use crate::ipc::{self, Asked};
use crate::parts::dialog::Layer;
use crate::parts::{
    AreaField, Button, CheckField, Choice, DateField, Form as FormElement, FormState, MoneyField, Refusal, Segmented,
    SelectField, TextField,
};
use crate::screens::loan_words::{PAYMENT_METHODS, payment_method};
use chrono::NaiveDate;
use farthing_api::{ApiError, Code, Money, PaymentMethod, Request};
use leptos::prelude::*;

/// The word of a payment method in a choice.
const fn method_word(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "cash",
        PaymentMethod::Bank => "bank",
        PaymentMethod::Mobile => "mobile",
    }
}

/// A hint that may change while one types.
pub type Hint = Signal<Option<String>>;

fn words(hint: Hint) -> Signal<String> {
    Signal::derive(move || hint.get().unwrap_or_default())
}

/// Where signals are made that outlive the button that asked for them: with the part of the screen that is built now.
#[derive(Clone, Copy)]
pub struct Lasting(StoredValue<Option<Owner>>);

impl Lasting {
    /// The part that is built now.
    pub fn here() -> Lasting {
        Lasting(StoredValue::new(Owner::current()))
    }

    /// Makes something that lives as long as that part.
    pub fn make<T>(self, make: impl FnOnce() -> T) -> T {
        match self.0.try_get_value().flatten() {
            Some(owner) => owner.with(make),
            None => make(),
        }
    }
}

/// A form on the screen. Copied freely.
#[derive(Clone, Copy)]
pub struct Form {
    state: FormState,
    wrong: StoredValue<Vec<(String, String)>>,
    show: Show,
}

impl Form {
    /// A form without errors, known to the fields that are built below.
    pub fn new(id: &'static str, show: Show) -> Form {
        let state = FormState::new(id);
        provide_context(state);
        Form {
            state,
            wrong: StoredValue::new(Vec::new()),
            show,
        }
    }

    /// Forgets every error.
    pub fn clear(self) {
        self.wrong.try_update_value(Vec::clear);
        self.state.clear();
    }

    /// Says under a field what is wrong with it; the focus goes to the first such field.
    pub fn refuse(self, field: &str, message: String) {
        self.wrong.update_value(|wrong| wrong.push((field.to_owned(), message)));
        self.state.refuse(self.wrong.get_value());
    }

    /// Says under a field that it needs a change, for a cause of the desk's own.
    pub fn refuse_for(self, field: &str, code: Code) {
        self.refuse(field, untrack(|| self.show.answer(&ApiError::input(field, code))));
    }

    /// Says under a field what is wrong with it, or nothing, while one types: the focus stays.
    pub fn check(self, error: Option<&ApiError>) {
        let wrong = error.and_then(|error| Some((error.field.clone()?, self.show.answer(error))));
        self.state.mark(wrong.into_iter().collect());
    }

    /// Shows why the desk said no.
    pub fn fail(self, error: ApiError) {
        self.state.fail(error);
    }

    /// Sends a request once. `done` gets the answer; `handled` may take an error for itself.
    pub fn send<R>(
        self,
        request: R,
        done: impl FnOnce(R::Answer) + 'static,
        handled: impl FnOnce(&ApiError) -> bool + 'static,
    ) where
        R: Request + 'static,
        R::Answer: 'static,
    {
        self.wrong.try_update_value(Vec::clear);
        let take = move |answer: &str| ipc::read::<R>(answer).map(done);
        let refused = move |error: ApiError| {
            if !handled(&error) {
                self.state.fail(error);
            }
        };
        self.state
            .exchange(Asked::by(&request), Box::new(take), Box::new(refused));
    }

    /// The form element around its fields.
    pub fn element(self, class: &'static str, submit: impl Fn() + Send + Sync + 'static, fields: AnyView) -> AnyView {
        view! { <FormElement state=self.state class=class on_submit=move |()| submit()>{fields}</FormElement> }
            .into_any()
    }

    /// What is wrong, for an action outside of a form element.
    pub fn trouble(self) -> AnyView {
        view! { <Refusal state=self.state/> }.into_any()
    }

    /// A line of words.
    pub fn text(self, name: &'static str, label: Text, value: RwSignal<String>, wide: bool) -> AnyView {
        view! { <TextField name label value wide/> }.into_any()
    }

    /// A line of words that may stay empty.
    pub fn optional(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        view! { <TextField name label value optional=true/> }.into_any()
    }

    /// A line of words with a hint.
    pub fn hinted(self, name: &'static str, label: Text, value: RwSignal<String>, hint: Hint) -> AnyView {
        view! { <TextField name label value hint=words(hint)/> }.into_any()
    }

    /// An amount in the session's currency.
    pub fn money(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        view! { <MoneyField name label value/> }.into_any()
    }

    /// An amount with a hint that follows other fields.
    pub fn money_hinted(self, name: &'static str, label: Text, value: RwSignal<String>, hint: Hint) -> AnyView {
        view! { <MoneyField name label value hint=words(hint)/> }.into_any()
    }

    /// A number: `numeric` for a whole one, `decimal` for a rate.
    pub fn number(self, name: &'static str, label: Text, value: RwSignal<String>, inputmode: &'static str) -> AnyView {
        view! { <TextField name label value inputmode/> }.into_any()
    }

    /// A number that may stay empty.
    pub fn number_optional(
        self,
        name: &'static str,
        label: Text,
        value: RwSignal<String>,
        inputmode: &'static str,
    ) -> AnyView {
        view! { <TextField name label value inputmode optional=true/> }.into_any()
    }

    /// An amount that may stay empty.
    pub fn money_optional(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        view! { <MoneyField name label value optional=true/> }.into_any()
    }

    /// A whole number with a hint that follows other fields.
    pub fn number_hinted(self, name: &'static str, label: Text, value: RwSignal<String>, hint: Hint) -> AnyView {
        view! { <TextField name label value inputmode="numeric" hint=words(hint)/> }.into_any()
    }

    /// A date.
    pub fn day(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        view! { <DateField name label value/> }.into_any()
    }

    /// A date that may stay empty.
    pub fn optional_day(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        view! { <DateField name label value optional=true/> }.into_any()
    }

    /// Several lines of words.
    pub fn area(self, name: &'static str, label: Text, value: RwSignal<String>, optional: bool) -> AnyView {
        view! { <AreaField name label value optional wide=true/> }.into_any()
    }

    /// One of several options, each with its value and its name.
    pub fn select(
        self,
        name: &'static str,
        label: Text,
        value: RwSignal<String>,
        options: Signal<Vec<(String, String)>>,
        wide: bool,
    ) -> AnyView {
        view! { <SelectField name label value options wide/> }.into_any()
    }

    /// One of a few choices, all in sight.
    pub fn choice(
        self,
        name: &'static str,
        label: Text,
        value: RwSignal<String>,
        choices: &[(&'static str, Text)],
        wide: bool,
    ) -> AnyView {
        let choices: Vec<_> = choices.iter().map(|(word, label)| Choice::new(*word, *label)).collect();
        view! { <Segmented name label value choices wide/> }.into_any()
    }

    /// A control of the screen's own under a label of its own, with what was refused of it. The control's id is
    /// `application-{name}`.
    pub fn custom(self, name: &'static str, label: Text, control: AnyView) -> AnyView {
        let state = self.state;
        state.register(name, label.into());
        let error = move || state.error_of(name);
        view! {
            <div class="field wide" class:is-refused=move || error().is_some()>
                <label class="label" for=format!("application-{name}")>{t(label)}</label>
                {control}
                <p class="field-error" id=format!("{name}-e")>{error}</p>
            </div>
        }
        .into_any()
    }

    /// How money moves.
    pub fn methods(self, name: &'static str, label: Text, value: RwSignal<String>) -> AnyView {
        let choices = PAYMENT_METHODS.map(|method| (method_word(method), payment_method(method)));
        self.choice(name, label, value, &choices, true)
    }

    /// A yes or no.
    pub fn tick(self, name: &'static str, label: Text, value: RwSignal<bool>) -> AnyView {
        view! { <div class="wide"><CheckField name label value/></div> }.into_any()
    }

    /// A yes or no beside others.
    pub fn check_box(self, name: &'static str, label: Text, value: RwSignal<bool>) -> AnyView {
        view! { <CheckField name label value/> }.into_any()
    }

    /// The button that sends the form.
    pub fn submit(
        self,
        kind: &'static str,
        does: &'static str,
        busy: Text,
        label: impl Fn() -> String + Send + Sync + 'static,
    ) -> AnyView {
        let label = Signal::derive(label);
        let busy_label: Signal<String> = busy.into();
        view! { <Button label kind does busy_label/> }.into_any()
    }

    /// A primary button outside of a form element, busy while this form sends.
    pub fn button(
        self,
        does: &'static str,
        busy: Text,
        label: Text,
        press: impl Fn() + Send + Sync + 'static,
    ) -> AnyView {
        let busy_label: Signal<String> = busy.into();
        view! { <Button label kind="primary" does busy=self.state.busy busy_label on_press=move |()| press()/> }
            .into_any()
    }

    /// Today, as a date field holds it.
    pub fn today(self) -> RwSignal<String> {
        RwSignal::new(untrack(|| self.show.today()).to_string())
    }

    /// Cash, as the choice of methods holds it.
    pub fn cash(self) -> RwSignal<String> {
        RwSignal::new(method_word(PaymentMethod::Cash).to_owned())
    }

    /// An amount, as a money field holds it; nothing stays empty.
    pub fn amount(self, amount: Money) -> RwSignal<String> {
        let shown = untrack(|| self.show.money(amount));
        RwSignal::new(if amount.is_zero() { String::new() } else { shown })
    }

    /// The amount that was typed; says under the field where it is none.
    pub fn read_money(self, name: &'static str, typed: RwSignal<String>) -> Option<Money> {
        match untrack(|| self.show.read_money(&typed.get())) {
            Ok(amount) => Some(amount),
            Err(error) => {
                self.refuse(name, untrack(|| self.show.answer(&error)));
                None
            }
        }
    }

    /// The day that was typed; says under the field where it is none.
    pub fn read_day(self, name: &'static str, typed: RwSignal<String>) -> Option<NaiveDate> {
        let day = self.show.read_day(&typed.get_untracked());
        if day.is_none() {
            self.refuse(name, untrack(|| self.show.say(text::LOAN_DATE_REQUIRED)));
        }
        day
    }

    /// The method that was chosen.
    pub fn read_method(self, typed: RwSignal<String>) -> PaymentMethod {
        let word = typed.get_untracked();
        PAYMENT_METHODS
            .into_iter()
            .find(|method| method_word(*method) == word)
            .unwrap_or(PaymentMethod::Cash)
    }

    /// A dialog around the form: it opens over the page, holds the focus, and Esc closes it.
    pub fn dialog(
        self,
        title: String,
        submit: impl Fn() + Send + Sync + 'static,
        body: AnyView,
        foot: AnyView,
        close: impl Fn() + 'static,
    ) -> AnyView {
        self.dialog_of("dialog", title, submit, (body, foot), close)
    }

    /// [`Form::dialog`] of another width: `dialog dialog-wide`.
    pub fn dialog_of(
        self,
        class: &'static str,
        title: String,
        submit: impl Fn() + Send + Sync + 'static,
        (body, foot): (AnyView, AnyView),
        close: impl Fn() + 'static,
    ) -> AnyView {
        let open = RwSignal::new(true);
        Effect::new(move |_| {
            if !open.get() {
                close();
            }
        });
        let labelled = format!("{}-title", self.state.id);
        let name = self.state.id;
        let fields = view! {
            <header class="dialog-head"><h2 class="dialog-title" id=labelled.clone()>{title}</h2></header>
            <div class="dialog-body">{body}</div>
            <footer class="dialog-foot">{foot}</footer>
        };
        let form = self.element("dialog-form", submit, fields.into_any());
        view! { <Layer open class name labelled>{form}</Layer> }.into_any()
    }
}
