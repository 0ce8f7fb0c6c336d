//! Taking an application down, with the schedule beside it as it would be.

use crate::i18n::{Text, t, text};
use crate::parts::{Query, Screen, query};
use crate::route::Route;
use crate::screens::apply_customer::CustomerPick;
use crate::screens::apply_preview::{Preview, costs, preview, table};
use crate::screens::apply_rules;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::whole;
use farthing_api::{
    ApiError, ApplyForLoan, CheckEligibility, Code, CustomerId, ListProducts, ProductId, ProductView, WeighOffer,
};
use farthing_lending::{CostOfCredit, Method};
use farthing_office::Wish;
use leptos::prelude::*;

/// What is given: the number of installments, or what each is.
const BY: [(&str, Text); 2] = [("number", text::APPLY_BY_NUMBER), ("amount", text::APPLY_BY_AMOUNT)];

/// What is typed and chosen, apart from who asks.
#[derive(Clone, Copy)]
struct Typed {
    /// The products that are offered; none while they are read.
    products: RwSignal<Option<Vec<ProductView>>>,
    product: RwSignal<String>,
    principal: RwSignal<String>,
    installments: RwSignal<String>,
    /// Whether the installment is given rather than their number.
    by: RwSignal<String>,
    installment: RwSignal<String>,
    purpose: RwSignal<String>,
    show: Show,
}

impl Typed {
    fn new(show: Show) -> Typed {
        let empty = || RwSignal::new(String::new());
        Typed {
            products: RwSignal::new(None),
            product: empty(),
            principal: empty(),
            installments: empty(),
            by: RwSignal::new(BY[0].0.to_owned()),
            installment: empty(),
            purpose: empty(),
            show,
        }
    }

    /// The product that is chosen. Tracks the choice.
    fn chosen(self) -> Option<ProductView> {
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

    /// The loan that this would lead to; nothing while a field is empty. Tracks the fields.
    fn plan(self) -> Option<Result<Preview, ApiError>> {
        let product = self.chosen()?;
        let (currency, today) = (self.show.currency(), self.show.today());
        let wish = self.wish()?;
        Some(wish.and_then(|wish| preview(&product, &currency, wish, today)))
    }
}

/// What the form asks for, apart from who asks, and what it would lead to.
#[derive(Clone, Copy)]
pub struct Asked {
    typed: Typed,
    planned: Memo<Option<Result<Preview, ApiError>>>,
    cost: Query<CostOfCredit>,
    form: Form,
    show: Show,
}

impl Asked {
    /// An empty form; reads the products that are offered.
    pub fn new(form: Form, show: Show) -> Asked {
        let typed = Typed::new(show);
        // Told of each keystroke, also where the answer is the same: what was said under a field is gone once it is changed.
        let planned = Memo::new_with_compare(move |_| typed.plan(), |_, _| true);
        let offer = move || planned.with(|planned| Some(planned.as_ref()?.as_ref().ok()?.offer));
        let asked = Asked {
            typed,
            planned,
            cost: query(move || offer().map(|offer| WeighOffer { offer })),
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
                typed.product.set(only.id.to_string());
            }
            typed.products.set(Some(offered));
        });
        asked
    }

    /// Whether there is nothing to choose from. Tracks the products.
    pub fn lacks_products(self) -> bool {
        let products = self.typed.products;
        products.with(|products| products.as_ref().is_some_and(Vec::is_empty))
    }

    /// What the form would lead to, where that can be carried out. Tracks the fields.
    fn preview(self) -> Option<Preview> {
        self.planned.get()?.ok()
    }

    /// Whether there is something to see of it. Tracks the fields.
    pub fn is_planned(self) -> bool {
        self.planned.with(|planned| matches!(planned, Some(Ok(_))))
    }

    /// The request, when the form is complete; otherwise says under the fields what is missing.
    pub fn read(self, customer: Option<CustomerId>) -> Option<ApplyForLoan> {
        let (form, typed) = (self.form, self.typed);
        if untrack(|| typed.chosen()).is_none() {
            form.refuse("product", self.show.say(text::APPLY_PRODUCT_REQUIRED));
            return None;
        }
        let principal = form.read_money("principal", typed.principal);
        let second = match untrack(|| typed.is_by_amount()) {
            true => form.read_money("installment", typed.installment).is_some(),
            false => {
                let is_whole = whole(&typed.installments.get_untracked()).is_some();
                if !is_whole {
                    form.refuse_for("installments", Code::WholeNumber);
                }
                is_whole
            }
        };
        let offer = match self.planned.get_untracked()? {
            Ok(preview) => preview.offer,
            Err(error) => {
                form.check(Some(&error));
                return None;
            }
        };
        Some(ApplyForLoan {
            customer: customer?,
            product: offer.product,
            principal: principal.filter(|_| second)?,
            installments: offer.installments,
            installment: offer.installment,
            purpose: typed.purpose.get_untracked().trim().to_owned(),
        })
    }

    /// The fields. An amount or a number outside the product's range is said at once.
    pub fn fields(self) -> AnyView {
        let (form, show, typed) = (self.form, self.show, self.typed);
        let options = Signal::derive(move || {
            let products = typed.products.get().unwrap_or_default();
            let mut options = vec![(String::new(), show.say(text::APPLY_PRODUCT_CHOOSE))];
            options.extend(
                products
                    .into_iter()
                    .map(|product| (product.id.to_string(), product.terms.name)),
            );
            options
        });
        let amounts = Signal::derive(move || {
            typed.chosen().map(|product| {
                let (from, to) = (
                    show.money(product.terms.min_principal),
                    show.money(product.terms.max_principal),
                );
                show.fill(text::APPLY_PRINCIPAL_RANGE, [("from", from), ("to", to)])
            })
        });
        let numbers = Signal::derive(move || {
            typed.chosen().map(|product| {
                let (from, to) = (product.terms.min_installments, product.terms.max_installments);
                show.fill(
                    text::APPLY_INSTALLMENTS_RANGE,
                    [("from", from.to_string()), ("to", to.to_string())],
                )
            })
        });
        let planned = self.planned;
        Effect::new(move |_| planned.with(|planned| form.check(planned.as_ref().and_then(|plan| plan.as_ref().err()))));
        let is_level = Memo::new(move |_| {
            typed
                .chosen()
                .is_some_and(|product| product.terms.method == Method::DecliningEqualInstallments)
        });
        let by = move || {
            is_level
                .get()
                .then(|| form.choice("by", text::APPLY_BY, typed.by, &BY, true))
        };
        let by_amount = Memo::new(move |_| typed.is_by_amount());
        let second = move || match by_amount.get() {
            true => form.money("installment", text::APPLY_INSTALLMENT, typed.installment),
            false => form.number_hinted("installments", text::APPLY_INSTALLMENTS, typed.installments, numbers),
        };
        view! {
            {form.select("product", text::APPLY_PRODUCT, typed.product, options, true)}
            {form.money_hinted("principal", text::APPLY_PRINCIPAL, typed.principal, amounts)}
            {second}
            {by}
            {form.area("purpose", text::APPLY_PURPOSE, typed.purpose, true)}
        }
        .into_any()
    }

    /// What it costs, or what to fill in to see it.
    pub fn costs(self) -> AnyView {
        let (show, cost) = (self.show, self.cost.value.into());
        (move || match self.preview() {
            Some(preview) => costs(&preview, cost, show),
            None => view! { <p class="hint">{t(text::APPLY_PREVIEW_EMPTY)}</p> }.into_any(),
        })
        .into_any()
    }

    /// Whether the customer may borrow it, where the organisation judges by rules. Tracks the fields and `customer`.
    pub fn judged(self, customer: impl Fn() -> Option<CustomerId> + 'static) -> AnyView {
        let show = self.show;
        let asked = move || {
            let customer = customer()?;
            let Preview { offer, .. } = self.preview()?;
            Some(CheckEligibility {
                customer,
                product: offer.product,
                principal: offer.principal,
                installments: offer.installments,
            })
        };
        let ask = move |amount| self.typed.principal.set(untrack(|| show.money(amount)));
        apply_rules::answer(asked, ask, show)
    }

    /// The whole schedule, once there is one.
    pub fn table(self) -> AnyView {
        let show = self.show;
        (move || self.preview().map(|preview| table(&preview, show))).into_any()
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
    let fields = view! {
        {move || asked.lacks_products().then(|| view! { <div class="banner banner-info" role="status"><span>{t(text::APPLY_PRODUCT_NONE)}</span></div> })}
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
