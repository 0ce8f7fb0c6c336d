//! One customer: who they are, what they owe, what is verified.

use super::customer_form::{CustomerDraft, CustomerFields};
use super::customer_verify::VerifyPanel;
use super::messages::CustomerMessages;
use super::personal::PersonalData;
use crate::i18n::{t, text, words};
use crate::parts::{
    Button, Cell, Column, DataTable, Dialog, EmptyState, Fact, Facts, Figure, Figures, Form, FormState, Pill, Query,
    Refusal, Row, Screen, Status, Tone, query,
};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{CustomerId, CustomerView, EditCustomer, GetCustomer, LoanRow};
use leptos::prelude::*;

/// A customer's page.
#[component]
pub fn CustomerScreen(id: CustomerId) -> impl IntoView {
    let app = app();
    let customer = query(move || Some(GetCustomer { id }));
    let editing = RwSignal::new(false);
    let title = Signal::derive(move || {
        customer
            .value
            .with(|view| view.as_ref().map(|view| view.row.number.clone()).unwrap_or_default())
    });
    let tools = move || {
        let known = customer
            .value
            .with(|view| view.as_ref().is_some_and(|view| !view.erased));
        known.then(|| view! {
            {app.can("register_customers").then(|| view! {
                <Button label=text::CUSTOMER_EDIT icon="edit" key="e" does="edit-customer" on_press=move |()| editing.set(true)/>
            })}
            {app.can("sell").then(|| view! {
                <Button label=text::CUSTOMER_SELL key="s" does="sell" on_press=move |()| app.go(Route::Sell { customer: id })/>
            })}
            {app.can("apply").then(|| view! {
                <Button
                    label=text::CUSTOMER_APPLY kind="primary" icon="plus" key="n" does="new-application"
                    on_press=move |()| app.go(Route::Apply { customer: id })
                />
            })}
        })
    };
    let body = move || {
        customer
            .value
            .get()
            .map(|view| record(app, customer, view))
            .or_else(|| {
                customer
                    .error
                    .get()
                    .map(|error| view! { <EmptyState sentence=app.answer(&error)/> }.into_any())
            })
    };
    view! {
        <Screen name="customer" title=title parent=(Route::Customers, text::NAV_CUSTOMERS.into()) class="tight" tools=tools>
            {body}
        </Screen>
        <EditDialog open=editing customer=customer/>
    }
}

fn record(app: App, query: Query<CustomerView>, customer: CustomerView) -> AnyView {
    let may_edit = app.can("register_customers") && !customer.erased;
    let row = customer.row.clone();
    let verified = Status::of_verified(app, row.verified);
    let tone = if row.verified { Tone::Good } else { Tone::Plain };
    let since = words(
        text::CUSTOMER_SINCE,
        [
            ("number", row.number.clone()),
            ("date", app.date(crate::dates::local_date(row.registered_at))),
        ],
    );
    let overdue = customer.loans.iter().map(|loan| loan.due_now).sum();
    let figures = vec![
        Figure::new(
            "outstanding",
            text::FIELD_OUTSTANDING,
            Signal::derive(move || app.money(row.outstanding)),
        )
        .unit(Signal::derive(move || app.code())),
        Figure::new(
            "due-now",
            text::FIELD_DUE_NOW,
            Signal::derive(move || app.money(overdue)),
        )
        .bad_while(Signal::stored(customer.loans.iter().any(|loan| loan.days_past_due > 0))),
        Figure::new(
            "active-loans",
            text::CUSTOMER_ACTIVE_LOANS,
            Signal::stored(row.active_loans.to_string()),
        ),
    ];
    let facts = facts(app, &customer);
    let loans = customer.loans.clone();
    view! {
        <header class="record-head">
            <div class="record-title">
                <h1 class="record-name" data-figure="name">{row.name.clone()}</h1>
                {(!customer.erased).then(|| view! { <Pill label=verified.word.clone() tone=tone glyph=verified.glyph/> })}
                {customer.erased.then(|| view! { <Pill label=text::CUSTOMER_ERASED tone=Tone::Warn/> })}
            </div>
            <p class="record-note">{since}</p>
        </header>
        <Figures figures=figures plain=true/>
        <div class="columns">
            <div class="stack">
                <section>
                    <div class="section-head"><h2 class="section-title">{t(text::CUSTOMER_LOANS)}</h2></div>
                    <LoanTable loans=loans/>
                </section>
                <section>
                    <div class="section-head"><h2 class="section-title">{t(text::CUSTOMER_FACTS)}</h2></div>
                    <Facts facts=facts/>
                </section>
                <CustomerMessages customer=customer.row.id/>
                {may_edit.then(|| view! { <PersonalData customer=Some(customer.row.id) on_erased=move |()| query.reload()/> })}
            </div>
            {(!customer.erased).then(|| view! { <VerifyPanel customer=customer query=query may_edit=may_edit/> })}
        </div>
    }
    .into_any()
}

fn facts(app: App, customer: &CustomerView) -> Vec<Fact> {
    let form = customer.form.clone();
    let born = form.born_on.parse().map_or(form.born_on.clone(), |date| app.date(date));
    let amount = |plain: &str| match app.amount_kept(plain) {
        Some(amount) => format!("{} {}", app.money(amount), app.code()),
        None => plain.to_owned(),
    };
    let (income, other) = (amount(&form.monthly_income), amount(&form.other_installments));
    [
        (text::FIELD_PHONE, form.phone),
        (text::FIELD_EMAIL, form.email),
        (text::CUSTOMER_BORN_ON, born),
        (text::CUSTOMER_DOCUMENT_ID, form.document_id),
        (text::CUSTOMER_ADDRESS, form.address),
        (text::CUSTOMER_EMPLOYER, form.employer),
        (text::CUSTOMER_INCOME, income),
        (text::CUSTOMER_OTHER, other),
    ]
    .into_iter()
    .map(|(name, value)| (name.into(), Signal::stored(value)))
    .collect()
}

#[component]
fn LoanTable(loans: Vec<LoanRow>) -> impl IntoView {
    let app = app();
    let columns = vec![
        Column::words(text::FIELD_LOAN),
        Column::words(text::FIELD_PRODUCT),
        Column::number(text::FIELD_OUTSTANDING),
        Column::number(text::FIELD_DUE_NOW),
        Column::status(text::FIELD_STATUS),
    ];
    let rows = Signal::derive(move || Some(loans.iter().map(|loan| loan_row(app, loan)).collect()));
    let open = move |key: String| {
        if let Ok(id) = key.parse() {
            app.go(Route::Loan(id));
        }
    };
    view! {
        <DataTable
            label=text::CUSTOMER_LOANS columns=columns rows=rows on_open=open class="flush"
            empty=|| view! { <EmptyState sentence=text::CUSTOMER_NO_LOANS/> }
        />
    }
}

fn loan_row(app: App, loan: &LoanRow) -> Row {
    let amount = |amount: farthing_api::Money| match amount.is_zero() {
        true => Cell::Zero(app.money(amount)),
        false => Cell::Amount(app.money(amount)),
    };
    Row {
        key: loan.id.to_string(),
        number: loan.number.clone(),
        class: "",
        cells: vec![
            Cell::Ident(loan.number.clone()),
            Cell::Words(loan.product.clone()),
            amount(loan.outstanding),
            amount(loan.due_now),
            Cell::Status(Status::of_loan(app, loan)),
        ],
    }
}

#[component]
fn EditDialog(open: RwSignal<bool>, customer: Query<CustomerView>) -> impl IntoView {
    view! {
        <Dialog open=open title=text::CUSTOMER_EDIT name="edit-customer" wide=true>
            <EditForm open=open customer=customer/>
        </Dialog>
    }
}

#[component]
fn EditForm(open: RwSignal<bool>, customer: Query<CustomerView>) -> impl IntoView {
    let app = app();
    let form = FormState::new("customer-form");
    let known = customer.value.get_untracked();
    let draft = CustomerDraft::of(known.as_ref().map(|view| view.form.clone()).unwrap_or_default());
    let id = known.map(|view| view.row.id);
    let submit = move |()| {
        if let Some(id) = id {
            form.submit(
                EditCustomer {
                    id,
                    form: draft.form(app),
                },
                move |view| {
                    open.set(false);
                    customer.put(view);
                    app.tell(app.say(text::CUSTOMER_SAVED));
                },
            );
        }
    };
    view! {
        <Form state=form class="dialog-form" own_refusal=true on_submit=submit>
            <div class="dialog-body"><Refusal state=form/><CustomerFields draft=draft/></div>
            <footer class="dialog-foot">
                <Button label=text::CANCEL on_press=move |()| open.set(false)/>
                <Button label=text::SAVE kind="primary" does="save-customer" busy_label=text::SAVING/>
            </footer>
        </Form>
    }
}
