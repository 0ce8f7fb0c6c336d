//! Taking an application down, with the schedule beside it as it would be.

use crate::i18n::{t, text};
use crate::parts::{Screen, Source, query};
use crate::route::Route;
use crate::screens::apply_customer::CustomerPick;
use crate::screens::apply_preview::{costs, preview, source, table};
use crate::screens::apply_rules;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use farthing_api::{ApiError, ApplyForLoan, CheckEligibility, Code, CustomerId, ListProducts, ProductId, ProductView};
use farthing_lending::Schedule;
use leptos::prelude::*;

/// What the form asks for, apart from who asks.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The products that are offered; none while they are read.
    pub products: RwSignal<Option<Vec<ProductView>>>,
    product: RwSignal<String>,
    principal: RwSignal<String>,
    installments: RwSignal<String>,
    purpose: RwSignal<String>,
    form: Form,
    show: Show,
}

impl Asked {
    /// An empty form; reads the products that are offered.
    pub fn new(form: Form, show: Show) -> Asked {
        let empty = || RwSignal::new(String::new());
        let asked = Asked {
            products: RwSignal::new(None),
            product: empty(),
            principal: empty(),
            installments: empty(),
            purpose: empty(),
            form,
            show,
        };
        let listed = query(|| Some(ListProducts {}));
        Effect::new(move |_| {
            if let Some(error) = listed.error.get() {
                form.fail(error);
            }
            let Some(products) = listed.value.get() else { return };
            let offered: Vec<_> = products.into_iter().filter(|product| product.terms.active).collect();
            if let [only] = offered.as_slice() {
                asked.product.set(only.id.to_string());
            }
            asked.products.set(Some(offered));
        });
        asked
    }

    /// The product that is chosen. Tracks the choice.
    pub fn chosen(self) -> Option<ProductView> {
        let id: ProductId = self.product.get().parse().ok()?;
        self.products
            .with(|products| products.as_ref()?.iter().find(|product| product.id == id).cloned())
    }

    /// The schedule that the form would lead to; nothing while a field is empty. Tracks the fields.
    pub fn schedule(self) -> Option<(ProductView, Result<Schedule, ApiError>)> {
        let product = self.chosen()?;
        let (principal, installments) = (self.principal.get(), self.installments.get());
        if principal.trim().is_empty() || installments.trim().is_empty() {
            return None;
        }
        let currency = self.show.currency();
        let principal = match self.show.read_money(&principal) {
            Ok(principal) => principal,
            Err(error) => return Some((product, Err(error.on("principal")))),
        };
        let Some(installments) = whole(&installments) else {
            return Some((product, Err(ApiError::input("installments", Code::WholeNumber))));
        };
        let answer = preview(&product.terms, &currency, principal, installments, self.show.today());
        Some((product, answer))
    }

    /// What the figures of the schedule come from. Tracks the fields.
    fn source(self, product: &ProductView) -> Option<Source> {
        let principal = self.show.read_money(&self.principal.get()).ok()?;
        let installments = whole(&self.installments.get())?;
        Some(source(
            &product.terms,
            &self.show.currency(),
            principal,
            installments,
            self.show.today(),
        ))
    }

    /// The request, when the form is complete; otherwise says under the fields what is missing.
    pub fn read(self, customer: Option<CustomerId>) -> Option<ApplyForLoan> {
        let form = self.form;
        let Some(product) = untrack(|| self.chosen()) else {
            form.refuse("product", self.show.say(text::APPLY_PRODUCT_REQUIRED));
            return None;
        };
        let principal = form.read_money("principal", self.principal);
        let installments = whole(&self.installments.get_untracked());
        if installments.is_none() {
            form.refuse_for("installments", Code::WholeNumber);
        }
        Some(ApplyForLoan {
            customer: customer?,
            product: product.id,
            principal: principal?,
            installments: installments?,
            purpose: self.purpose.get_untracked().trim().to_owned(),
        })
    }

    /// The fields. An amount or a number outside the product's range is said at once.
    pub fn fields(self) -> AnyView {
        let (form, show) = (self.form, self.show);
        let options = Signal::derive(move || {
            let products = self.products.get().unwrap_or_default();
            let mut options = vec![(String::new(), show.say(text::APPLY_PRODUCT_CHOOSE))];
            options.extend(
                products
                    .into_iter()
                    .map(|product| (product.id.to_string(), product.terms.name)),
            );
            options
        });
        let amounts = Signal::derive(move || {
            self.chosen().map(|product| {
                let (from, to) = (
                    show.money(product.terms.min_principal),
                    show.money(product.terms.max_principal),
                );
                show.fill(text::APPLY_PRINCIPAL_RANGE, [("from", from), ("to", to)])
            })
        });
        let numbers = Signal::derive(move || {
            self.chosen().map(|product| {
                let (from, to) = (product.terms.min_installments, product.terms.max_installments);
                show.fill(
                    text::APPLY_INSTALLMENTS_RANGE,
                    [("from", from.to_string()), ("to", to.to_string())],
                )
            })
        });
        Effect::new(move |_| form.check(self.schedule().and_then(|(_, answer)| answer.err()).as_ref()));
        view! {
            {form.select("product", text::APPLY_PRODUCT, self.product, options, true)}
            {form.money_hinted("principal", text::APPLY_PRINCIPAL, self.principal, amounts)}
            {form.number_hinted("installments", text::APPLY_INSTALLMENTS, self.installments, numbers)}
            {form.area("purpose", text::APPLY_PURPOSE, self.purpose, true)}
        }
        .into_any()
    }

    /// What it costs, or what to fill in to see it.
    pub fn costs(self) -> AnyView {
        let show = self.show;
        (move || match self.schedule() {
            Some((product, Ok(schedule))) => match self.source(&product) {
                Some(source) => costs(&schedule, &product.terms, &source, show),
                None => ().into_any(),
            },
            _ => view! { <p class="hint">{t(text::APPLY_PREVIEW_EMPTY)}</p> }.into_any(),
        })
        .into_any()
    }

    /// Whether the customer may borrow it, where the organisation judges by rules. Tracks the fields and `customer`.
    pub fn judged(self, customer: impl Fn() -> Option<CustomerId> + 'static) -> AnyView {
        let show = self.show;
        let asked = move || {
            let customer = customer()?;
            let (product, _) = self.schedule().filter(|(_, answer)| answer.is_ok())?;
            Some(CheckEligibility {
                customer,
                product: product.id,
                principal: show.read_money(&self.principal.get()).ok()?,
                installments: whole(&self.installments.get())?,
            })
        };
        let ask = move |amount| self.principal.set(untrack(|| show.money(amount)));
        apply_rules::answer(asked, ask, show)
    }

    /// The whole schedule, once there is one.
    pub fn table(self) -> AnyView {
        let show = self.show;
        (move || match self.schedule() {
            Some((product, Ok(schedule))) => match self.source(&product) {
                Some(source) => table(&schedule, &source, show),
                None => ().into_any(),
            },
            _ => ().into_any(),
        })
        .into_any()
    }
}

/// The screen: the form and, beside it, the quote with its schedule.
#[component]
pub fn ApplyScreen(#[prop(into)] customer: Option<CustomerId>) -> impl IntoView {
    let show = Show::here();
    let form = Form::new("application-form", show);
    let pick = CustomerPick::new(customer, show);
    let asked = Asked::new(form, show);
    let submit = move || {
        form.clear();
        let customer = pick.read(form);
        let Some(request) = asked.read(customer) else { return };
        form.send(
            request,
            move |loan| {
                show.done(show.fill(text::APPLY_DONE, [("number", loan.row.number.clone())]));
                show.go(Route::Loan(loan.row.id));
            },
            |_| false,
        );
    };
    let none = move || {
        asked
            .products
            .with(|products| products.as_ref().is_some_and(Vec::is_empty))
    };
    let fields = view! {
        {move || none().then(|| view! { <div class="banner banner-info" role="status"><span>{t(text::APPLY_PRODUCT_NONE)}</span></div> })}
        <div class="form-grid">
            {pick.field(form, text::APPLY_CUSTOMER_UNVERIFIED)}
            {asked.fields()}
        </div>
        <footer class="form-foot">
            <span class="note small quiet"></span>
            {form.submit("primary", "submit-application", text::APPLY_BUSY, move || show.say(text::APPLY_SUBMIT))}
        </footer>
    };
    let parent = (Route::loans(), text::LOANS_TITLE.into());
    view! {
        <Screen name="apply" title=text::APPLY_TITLE parent>
            <div class="beside">
                {form.element("form", submit, fields.into_any())}
                <div class="stack">
                    <aside class="quote" aria-live="polite">
                        <h2 class="section-title">{t(text::APPLY_PREVIEW)}</h2>
                        {asked.costs()}
                        <p class="whatif-note">{t(text::APPLY_PREVIEW_NOTE)}</p>
                    </aside>
                    {asked.judged(move || pick.chosen.get().map(|customer| customer.id))}
                    {asked.table()}
                </div>
            </div>
        </Screen>
    }
    .into_any()
}
