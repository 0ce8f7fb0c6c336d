//! Taking an application down, with the schedule beside it as it would be.

use crate::i18n::{Text, t, text};
use crate::parts::{Screen, query};
use crate::route::Route;
use crate::screens::apply_customer::CustomerPick;
use crate::screens::apply_preview::{Preview, costs, preview, table};
use crate::screens::apply_rules;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use farthing_api::{ApiError, ApplyForLoan, CheckEligibility, Code, CustomerId, ListProducts, ProductId, ProductView};
use farthing_lending::Method;
use farthing_office::Wish;
use leptos::prelude::*;

/// What is given: the number of installments, or what each is.
const BY: [(&str, Text); 2] = [("number", text::APPLY_BY_NUMBER), ("amount", text::APPLY_BY_AMOUNT)];

/// What the form asks for, apart from who asks.
#[derive(Clone, Copy)]
pub struct Asked {
    /// The products that are offered; none while they are read.
    pub products: RwSignal<Option<Vec<ProductView>>>,
    product: RwSignal<String>,
    principal: RwSignal<String>,
    installments: RwSignal<String>,
    /// Whether the installment is given rather than their number.
    by: RwSignal<String>,
    installment: RwSignal<String>,
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
            by: RwSignal::new(BY[0].0.to_owned()),
            installment: empty(),
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

    /// Whether the installment is given: a choice where the installments are all alike. Tracks the choice.
    fn is_by_amount(self) -> bool {
        let is_level = |p: &ProductView| p.terms.method == Method::DecliningEqualInstallments;
        self.by.with(|by| by == BY[1].0) && self.chosen().as_ref().is_some_and(is_level)
    }

    /// What is asked for; nothing while a field is empty. Tracks the fields.
    fn wish(self) -> Option<Result<Wish, ApiError>> {
        let by_amount = self.is_by_amount();
        let (principal, second) = (
            self.principal.get(),
            if by_amount {
                self.installment.get()
            } else {
                self.installments.get()
            },
        );
        if principal.trim().is_empty() || second.trim().is_empty() {
            return None;
        }
        let read = |field: &str, typed: &str| self.show.read_money(typed).map_err(|error| error.on(field));
        Some(read("principal", &principal).and_then(|principal| {
            Ok(match by_amount {
                true => Wish {
                    principal,
                    installments: 1,
                    installment: Some(read("installment", &second)?),
                },
                false => Wish {
                    principal,
                    installments: whole(&second).ok_or_else(|| ApiError::input("installments", Code::WholeNumber))?,
                    installment: None,
                },
            })
        }))
    }

    /// The schedule that the form would lead to, and what its figures come from; nothing while a field is empty. Tracks
    /// the fields.
    fn planned(self) -> Option<(ProductView, Result<Preview, ApiError>)> {
        let product = self.chosen()?;
        let currency = self.show.currency();
        let today = self.show.today();
        let answer = self
            .wish()?
            .and_then(|wish| preview(&product.terms, &currency, wish, today));
        Some((product, answer))
    }

    /// Whether there is something to see of it. Tracks the fields.
    pub fn is_planned(self) -> bool {
        self.planned().is_some_and(|(_, answer)| answer.is_ok())
    }

    /// The request, when the form is complete; otherwise says under the fields what is missing.
    pub fn read(self, customer: Option<CustomerId>) -> Option<ApplyForLoan> {
        let form = self.form;
        let Some(product) = untrack(|| self.chosen()) else {
            form.refuse("product", self.show.say(text::APPLY_PRODUCT_REQUIRED));
            return None;
        };
        let principal = form.read_money("principal", self.principal);
        let second = match untrack(|| self.is_by_amount()) {
            true => form.read_money("installment", self.installment).is_some(),
            false => {
                let is_whole = whole(&self.installments.get_untracked()).is_some();
                if !is_whole {
                    form.refuse_for("installments", Code::WholeNumber);
                }
                is_whole
            }
        };
        let wish = match untrack(|| self.planned()) {
            Some((_, Ok((wish, ..)))) => wish,
            Some((_, Err(error))) => {
                form.check(Some(&error));
                return None;
            }
            None => return None,
        };
        Some(ApplyForLoan {
            customer: customer?,
            product: product.id,
            principal: principal.filter(|_| second)?,
            installments: wish.installments,
            installment: wish.installment,
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
        Effect::new(move |_| form.check(self.planned().and_then(|(_, answer)| answer.err()).as_ref()));
        let is_level = Memo::new(move |_| {
            self.chosen()
                .is_some_and(|product| product.terms.method == Method::DecliningEqualInstallments)
        });
        let by = move || {
            is_level
                .get()
                .then(|| form.choice("by", text::APPLY_BY, self.by, &BY, true))
        };
        let by_amount = Memo::new(move |_| self.is_by_amount());
        let second = move || match by_amount.get() {
            true => form.money("installment", text::APPLY_INSTALLMENT, self.installment),
            false => form.number_hinted("installments", text::APPLY_INSTALLMENTS, self.installments, numbers),
        };
        view! {
            {form.select("product", text::APPLY_PRODUCT, self.product, options, true)}
            {form.money_hinted("principal", text::APPLY_PRINCIPAL, self.principal, amounts)}
            {second}
            {by}
            {form.area("purpose", text::APPLY_PURPOSE, self.purpose, true)}
        }
        .into_any()
    }

    /// What it costs, or what to fill in to see it.
    pub fn costs(self) -> AnyView {
        let show = self.show;
        (move || match self.planned() {
            Some((product, Ok((_, schedule, source)))) => costs(&schedule, &product.terms, &source, show),
            _ => view! { <p class="hint">{t(text::APPLY_PREVIEW_EMPTY)}</p> }.into_any(),
        })
        .into_any()
    }

    /// Whether the customer may borrow it, where the organisation judges by rules. Tracks the fields and `customer`.
    pub fn judged(self, customer: impl Fn() -> Option<CustomerId> + 'static) -> AnyView {
        let show = self.show;
        let asked = move || {
            let customer = customer()?;
            let (product, answer) = self.planned()?;
            let (wish, ..) = answer.ok()?;
            Some(CheckEligibility {
                customer,
                product: product.id,
                principal: wish.principal,
                installments: wish.installments,
            })
        };
        let ask = move |amount| self.principal.set(untrack(|| show.money(amount)));
        apply_rules::answer(asked, ask, show)
    }

    /// The whole schedule, once there is one.
    pub fn table(self) -> AnyView {
        let show = self.show;
        (move || match self.planned() {
            Some((_, Ok((_, schedule, source)))) => table(&schedule, &source, show),
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
