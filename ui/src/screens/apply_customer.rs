//! Choosing the customer of an application or a sale: searched live, shown when chosen.

use crate::i18n::{Text, t, text};
use crate::ipc::send;
use crate::parts::query;
use crate::route::Route;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{CustomerId, CustomerRow, GetCustomer, ListCustomers, ListQuery};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How many customers the search offers at once.
const OFFERED: usize = 6;

/// Which customer a form is about.
#[derive(Clone, Copy)]
pub struct CustomerPick {
    /// The customer, once known.
    pub chosen: RwSignal<Option<CustomerRow>>,
    search: RwSignal<String>,
    found: Memo<Vec<CustomerRow>>,
    at: RwSignal<usize>,
    show: Show,
}

impl CustomerPick {
    /// Starts with a customer who is known already, or with the search.
    pub fn new(customer: Option<CustomerId>, show: Show) -> CustomerPick {
        let search = RwSignal::new(String::new());
        let answer = query(move || {
            let search = search.get();
            (!search.trim().is_empty()).then(|| ListCustomers {
                query: ListQuery {
                    search,
                    ..ListQuery::default()
                },
            })
        });
        let found = Memo::new(move |_| {
            let rows = answer.value.get().map(|page| page.rows).unwrap_or_default();
            if search.with(|search| search.trim().is_empty()) {
                Vec::new()
            } else {
                rows.into_iter().take(OFFERED).collect()
            }
        });
        let pick = CustomerPick {
            chosen: RwSignal::new(None),
            search,
            found,
            at: RwSignal::new(0),
            show,
        };
        if let Some(id) = customer {
            spawn_local(async move {
                if let Ok(view) = send(&GetCustomer { id }).await {
                    pick.chosen.try_set(Some(view.row));
                }
            });
        }
        pick
    }

    /// Who was chosen; says under the field that someone must be.
    pub fn read(self, form: Form) -> Option<CustomerId> {
        let id = self.chosen.with_untracked(|row| row.as_ref().map(|row| row.id));
        if id.is_none() {
            form.refuse("customer", self.show.say(text::APPLY_CUSTOMER_REQUIRED));
        }
        id
    }

    fn choose(self, row: CustomerRow) {
        self.chosen.set(Some(row));
        self.search.set(String::new());
    }

    fn key(self, event: &leptos::ev::KeyboardEvent) {
        let count = self.found.with_untracked(Vec::len);
        match event.key().as_str() {
            "ArrowDown" if count > 0 => self.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => self.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(row) = self
                    .found
                    .with_untracked(|found| found.get(self.at.get_untracked()).cloned())
                {
                    self.choose(row);
                }
            }
            "Escape" if !self.search.get_untracked().is_empty() => {
                event.stop_propagation();
                self.search.set(String::new());
            }
            _ => return,
        }
        event.prevent_default();
    }

    /// The field. `unverified` says what it means where the chosen customer is not verified yet.
    pub fn field(self, form: Form, unverified: Text) -> AnyView {
        (move || match self.chosen.get() {
            Some(row) => chosen(&row, self, unverified),
            None => search(self, form),
        })
        .into_any()
    }
}

/// The chosen customer, with the way to choose another.
fn chosen(row: &CustomerRow, pick: CustomerPick, unverified: Text) -> AnyView {
    let show = pick.show;
    let id = row.id;
    let contact = [row.number.clone(), row.phone.clone(), row.email.clone()];
    let contact: Vec<_> = contact.into_iter().filter(|part| !part.is_empty()).collect();
    let hint = (!row.verified).then(|| view! {
        <p class="hint" data-figure="unverified">
            {t(unverified)} " "
            <button type="button" class="btn btn-sm btn-text" data-do="verify-customer" on:click=move |_| show.go(Route::Customer(id))>
                {t(text::SELL_VERIFY)}
            </button>
        </p>
    });
    view! {
        <div class="field wide">
            <span class="label">{t(text::APPLY_CUSTOMER)}</span>
            <div class="row" data-row=row.number.clone()>
                <span class="strong nowrap" data-figure="customer">{row.name.clone()}</span>
                <span class="quiet clip" title=contact.join(" · ")>{contact.join(" · ")}</span>
                <button type="button" class="btn btn-sm push" data-do="change-customer" on:click=move |_| pick.chosen.set(None)>
                    {t(text::APPLY_CUSTOMER_CHANGE)}
                </button>
            </div>
            {hint}
        </div>
    }
    .into_any()
}

fn offer(index: usize, row: CustomerRow, pick: CustomerPick) -> AnyView {
    let picked = row.clone();
    view! {
        <li role="option" id=format!("customer-{index}") class="palette-row" data-row=row.number.clone()
            aria-selected=move || (pick.at.get() == index).to_string()
            on:mousedown=move |event| { event.prevent_default(); pick.choose(picked.clone()); }>
            <span class="palette-name">{row.name.clone()}</span>
            <span class="palette-note">{row.number.clone()} " " {row.phone.clone()}</span>
        </li>
    }
    .into_any()
}

/// The search: what was typed, and whom it may mean.
fn search(pick: CustomerPick, form: Form) -> AnyView {
    let show = pick.show;
    let offers = move || {
        let found = pick.found.get();
        let none = found.is_empty() && !pick.search.get().trim().is_empty();
        let none = none.then(|| {
            let search = pick.search.get();
            view! {
                <li class="hint">
                    {show.fill(text::APPLY_CUSTOMER_NONE, [("search", search)])} " "
                    <button type="button" class="btn btn-sm" data-do="register-customer" on:click=move |_| show.go(Route::NewCustomer)>
                        {t(text::APPLY_CUSTOMER_REGISTER)}
                    </button>
                </li>
            }
        });
        let rows: Vec<_> = found
            .into_iter()
            .enumerate()
            .map(|(i, row)| offer(i, row, pick))
            .collect();
        view! { {rows} {none} }
    };
    let active = move || {
        let at = pick.at.get();
        (at < pick.found.with(Vec::len)).then(|| format!("customer-{at}"))
    };
    let typed = move |event: leptos::ev::Event| {
        pick.search.set(event_target_value(&event));
        pick.at.set(0);
    };
    form.custom(
        "customer",
        text::APPLY_CUSTOMER,
        view! {
            <input class="input" id="application-customer" name="customer" type="search" autocomplete="off" role="combobox"
                aria-controls="customer-list" aria-expanded=move || (!pick.found.with(Vec::is_empty)).to_string()
                aria-activedescendant=active aria-describedby="customer-e"
                placeholder=move || show.say(text::APPLY_CUSTOMER_FIND)
                prop:value=move || pick.search.get() on:input=typed on:keydown=move |event| pick.key(&event)/>
            <ul class="pick-list" id="customer-list" role="listbox" aria-label=move || show.say(text::APPLY_CUSTOMER)>{offers}</ul>
        }
        .into_any(),
    )
}
