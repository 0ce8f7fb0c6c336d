//! Every customer.

use crate::i18n::text;
use crate::parts::{
    Button, Cell, Column, DataTable, EmptyState, Pager, Row, Screen, SearchField, Status, matches_of, query, rows_of,
};
use crate::route::Route;
use crate::state::{App, app};
use farthing_api::{CustomerRow, ListCustomers, ListQuery};
use leptos::prelude::*;

/// The list of customers.
#[component]
pub fn CustomersScreen() -> impl IntoView {
    let app = app();
    let ask = RwSignal::new(ListQuery::default());
    let found = query(move || Some(ListCustomers { query: ask.get() }));
    let (rows, matches) = (rows_of(found, move |customer| row(app, customer)), matches_of(found));
    let columns = vec![
        Column::words(text::FIELD_CUSTOMER).sorted("name").cut(),
        Column::words(text::FIELD_NUMBER).sorted("registered"),
        Column::words(text::FIELD_PHONE).spare(),
        Column::number(text::CUSTOMER_ACTIVE_LOANS),
        Column::number(text::FIELD_OUTSTANDING).sorted("outstanding"),
        Column::status(text::FIELD_STATUS),
    ];
    let may_register = app.can("register_customers");
    let register = move |()| app.go(Route::NewCustomer);
    let empty = move || {
        if ask.with(|ask| ask.search.is_empty()) {
            view! {
                <EmptyState sentence=text::CUSTOMERS_NONE>
                    {may_register.then(|| view! { <Button label=text::CUSTOMER_REGISTER on_press=register/> })}
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState sentence=text::CUSTOMERS_NO_MATCH>
                    {may_register.then(|| view! { <Button label=text::CUSTOMER_REGISTER on_press=register/> })}
                </EmptyState>
            }
            .into_any()
        }
    };
    let tools = move || {
        may_register.then(|| view! {
            <Button label=text::CUSTOMER_REGISTER kind="primary" icon="plus" key="n" does="new-customer" on_press=register/>
        })
    };
    let open = move |key: String| {
        if let Ok(id) = key.parse() {
            app.go(Route::Customer(id));
        }
    };
    view! {
        <Screen name="customers" title=text::NAV_CUSTOMERS class="content-fixed" tools=tools>
            <div class="filters"><SearchField label=text::CUSTOMERS_SEARCH query=ask matches=matches/></div>
            <DataTable
                label=text::NAV_CUSTOMERS columns=columns rows=rows slow=found.slow order=ask on_open=open
                empty=empty wrap="bleed fill"
            />
            <Pager query=ask rows=rows matches=matches/>
        </Screen>
    }
}

fn row(app: App, customer: &CustomerRow) -> Row {
    let loans = customer.active_loans;
    let outstanding = app.money(customer.outstanding);
    let nothing = customer.outstanding.is_zero();
    Row {
        key: customer.id.to_string(),
        number: customer.number.clone(),
        class: "",
        cells: vec![
            Cell::Who(customer.name.clone()),
            Cell::Ident(customer.number.clone()),
            Cell::Spare(customer.phone.clone()),
            if loans == 0 {
                Cell::Zero("–".into())
            } else {
                Cell::Number(loans.to_string())
            },
            if nothing {
                Cell::Zero(outstanding)
            } else {
                Cell::Amount(outstanding)
            },
            Cell::Status(Status::of_verified(app, customer.verified)),
        ],
    }
}
