//! The form of what is known about a customer: to register one, and to change it.

use crate::i18n::{Language, Text, text};
use crate::parts::{Button, DateField, Form, FormState, MoneyField, Screen, SelectField, TextField};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{CustomerForm, RegisterCustomer};
use leptos::prelude::*;

/// What is typed about a customer.
#[derive(Clone, Copy)]
pub struct CustomerDraft {
    first_name: RwSignal<String>,
    last_name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    document_id: RwSignal<String>,
    born_on: RwSignal<String>,
    address: RwSignal<String>,
    employer: RwSignal<String>,
    monthly_income: RwSignal<String>,
    other_installments: RwSignal<String>,
    employment: RwSignal<String>,
    other_income: RwSignal<String>,
    language: RwSignal<String>,
}

impl CustomerDraft {
    /// What is known already.
    pub fn of(form: CustomerForm) -> CustomerDraft {
        let app = app();
        let amount = |plain: String| RwSignal::new(app.amount_kept(&plain).map_or(plain, |amount| app.money(amount)));
        CustomerDraft {
            first_name: RwSignal::new(form.first_name),
            last_name: RwSignal::new(form.last_name),
            email: RwSignal::new(form.email),
            phone: RwSignal::new(form.phone),
            document_id: RwSignal::new(form.document_id),
            born_on: RwSignal::new(form.born_on),
            address: RwSignal::new(form.address),
            employer: RwSignal::new(form.employer),
            monthly_income: amount(form.monthly_income),
            other_installments: amount(form.other_installments),
            employment: RwSignal::new(form.employment),
            other_income: amount(form.other_income),
            language: RwSignal::new(form.language),
        }
    }

    /// What the fields hold now. An amount that can't be read goes to the desk as it is, which says why.
    pub fn form(self, app: App) -> CustomerForm {
        let trimmed = |value: RwSignal<String>| value.get_untracked().trim().to_owned();
        let amount = |value: RwSignal<String>| untrack(|| app.plain_amount(&value.get()));
        CustomerForm {
            first_name: trimmed(self.first_name),
            last_name: trimmed(self.last_name),
            email: trimmed(self.email),
            phone: trimmed(self.phone),
            document_id: trimmed(self.document_id),
            born_on: trimmed(self.born_on),
            address: trimmed(self.address),
            employer: trimmed(self.employer),
            monthly_income: amount(self.monthly_income),
            other_installments: amount(self.other_installments),
            employment: trimmed(self.employment),
            other_income: amount(self.other_income),
            language: trimmed(self.language),
        }
    }
}

/// How someone earns a living, as the form holds it.
const EMPLOYMENTS: [(&str, Text); 5] = [
    ("", text::CUSTOMER_EMPLOYMENT_UNKNOWN),
    ("employed", text::CUSTOMER_EMPLOYMENT_EMPLOYED),
    ("self_employed", text::CUSTOMER_EMPLOYMENT_SELF),
    ("student", text::CUSTOMER_EMPLOYMENT_STUDENT),
    ("unemployed", text::CUSTOMER_EMPLOYMENT_NONE),
];

/// The fields, inside of a form.
#[component]
pub fn CustomerFields(draft: CustomerDraft) -> impl IntoView {
    let app = app();
    let employments = Signal::derive(move || {
        let words = EMPLOYMENTS.map(|(word, name)| (word.to_owned(), app.say(name).to_owned()));
        words.to_vec()
    });
    let languages = Signal::derive(move || {
        let own = (String::new(), app.say(text::CUSTOMER_LANGUAGE_OWN).to_owned());
        let named = Language::ALL.map(|l| (l.code().to_owned(), l.name().to_owned()));
        std::iter::once(own).chain(named).collect::<Vec<_>>()
    });
    view! {
        <div class="form-grid">
            <TextField name="first_name" label=text::CUSTOMER_FIRST_NAME value=draft.first_name autofocus=true/>
            <TextField name="last_name" label=text::CUSTOMER_LAST_NAME value=draft.last_name/>
            <TextField name="phone" label=text::FIELD_PHONE kind="tel" value=draft.phone hint=text::CUSTOMER_PHONE_HINT/>
            <TextField name="email" label=text::FIELD_EMAIL kind="email" value=draft.email/>
            <DateField name="born_on" label=text::CUSTOMER_BORN_ON value=draft.born_on optional=true/>
            <TextField name="document_id" label=text::CUSTOMER_DOCUMENT_ID value=draft.document_id optional=true/>
            <TextField name="address" label=text::CUSTOMER_ADDRESS value=draft.address optional=true wide=true/>
            <TextField name="employer" label=text::CUSTOMER_EMPLOYER value=draft.employer optional=true wide=true/>
            <SelectField name="employment" label=text::CUSTOMER_EMPLOYMENT value=draft.employment options=employments/>
            <MoneyField name="monthly_income" label=text::CUSTOMER_INCOME value=draft.monthly_income optional=true/>
            <MoneyField name="other_income" label=text::CUSTOMER_OTHER_INCOME value=draft.other_income optional=true/>
            <MoneyField name="other_installments" label=text::CUSTOMER_OTHER value=draft.other_installments optional=true/>
            <SelectField name="message_language" label=text::CUSTOMER_LANGUAGE value=draft.language options=languages/>
        </div>
    }
    .into_any()
}

/// Registers a customer, then opens them.
#[component]
pub fn NewCustomerScreen() -> impl IntoView {
    let app = app();
    let form = FormState::new("customer-form");
    let draft = CustomerDraft::of(CustomerForm::default());
    let submit = move |()| {
        if form.require(&[("first_name", draft.first_name), ("last_name", draft.last_name)]) {
            form.submit(RegisterCustomer { form: draft.form(app) }, move |customer| {
                app.tell(app.say_with(text::CUSTOMER_REGISTERED, &[("number", customer.row.number)]));
                app.replace(Route::Customer(customer.row.id));
            });
        }
    };
    view! {
        <Screen name="new-customer" title=text::CUSTOMER_REGISTER parent=(Route::Customers, text::NAV_CUSTOMERS.into())>
            <Form state=form on_submit=submit>
                <CustomerFields draft=draft/>
                <footer class="form-foot">
                    <Button label=text::CANCEL on_press=move |()| app.back()/>
                    <span class="note"></span>
                    <Button label=text::CUSTOMER_REGISTER kind="primary" does="register-customer" busy_label=text::SAVING/>
                </footer>
            </Form>
        </Screen>
    }
}
