//! The loan products: the list, and the form of one.

mod draft;
mod form;

pub use draft::days::Days;
pub use draft::{UNITS, rate, whole};

use crate::i18n::{Text, t, text};
use crate::parts::{Button, EmptyState, Glyph, Query, Screen, query};
use crate::screens::loan_kit::{Show, trouble};
use crate::screens::loan_words::{interest_method, rhythm};
use farthing_api::{ListProducts, ProductTerms, ProductView};
use farthing_lending::{PenaltyKind, RatePer};
use leptos::prelude::*;

/// What the screen holds.
#[derive(Clone, Copy)]
pub struct Shelf {
    products: Query<Vec<ProductView>>,
    /// What the form is about: nothing, a new product, or one to change.
    editing: RwSignal<Option<Option<ProductView>>>,
}

/// What paying late costs, in words.
fn penalty(terms: &ProductTerms, show: Show) -> String {
    let Some(rule) = terms.penalty else {
        return show.say(text::PRODUCT_PENALTY_NONE);
    };
    let what = match rule.kind {
        PenaltyKind::PercentOfOverdueInstallment(percent) => {
            show.fill(text::PRODUCT_PENALTY_PERCENT_OF, [("percent", show.number(percent))])
        }
        PenaltyKind::Flat(amount) => show.fill(text::PRODUCT_PENALTY_FLAT_OF, [("amount", show.money(amount))]),
        PenaltyKind::PercentOfOverduePrincipal(percent) => {
            show.fill(text::PRODUCT_PENALTY_PRINCIPAL_OF, [("percent", show.number(percent))])
        }
        PenaltyKind::PerDay { percent, per, .. } => {
            let text = match per {
                RatePer::Day => text::PRODUCT_PENALTY_DAILY_OF,
                RatePer::Year => text::PRODUCT_PENALTY_YEARLY_OF,
            };
            show.fill(text, [("percent", show.number(percent))])
        }
    };
    match rule.grace_days {
        0 => what,
        days => format!(
            "{what} {}",
            show.fill(text::PRODUCT_PENALTY_GRACE, [("days", days.to_string())])
        ),
    }
}

fn line(product: &ProductView, shelf: Shelf, show: Show) -> AnyView {
    let terms = &product.terms;
    let range = |from: String, to: String| show.fill(text::PRODUCT_RANGE, [("from", from), ("to", to)]);
    let every = show.fill(rhythm(terms.every, terms.unit), [("every", terms.every.to_string())]);
    let (glyph, word) = match terms.active {
        true => ("paid", text::PRODUCT_ACTIVE),
        false => ("upcoming", text::PRODUCT_INACTIVE),
    };
    let status = format!("status status-{glyph}");
    let may = show.may("manage_products");
    let edited = product.clone();
    let open = move || {
        if may {
            shelf.editing.set(Some(Some(edited.clone())));
        }
    };
    let open_by_key = open.clone();
    let penalty = penalty(terms, show);
    view! {
        <tr tabindex="0" data-row=terms.name.clone() class=if terms.active { "" } else { "row-settled" }
            on:click=move |_| open()
            on:keydown=move |event| if event.key() == "Enter" { open_by_key() }>
            <td class="who">{terms.name.clone()}</td>
            <td class="muted cut" title=show.say(interest_method(terms.method))>{t(interest_method(terms.method))}</td>
            <td class="num" data-figure="rate">{show.percent(terms.annual_rate)}</td>
            <td class="muted">{every}</td>
            <td class="num">{range(show.money(terms.min_principal), show.money(terms.max_principal))}</td>
            <td class="num">{range(terms.min_installments.to_string(), terms.max_installments.to_string())}</td>
            <td class="gap muted col-spare">{penalty}</td>
            <td class="num" data-figure="active_loans">{product.active_loans}</td>
            <td class="gap"><span class=status><Glyph name=glyph/><span>{t(word)}</span></span></td>
        </tr>
    }
    .into_any()
}

fn head(name: Text, class: &'static str) -> AnyView {
    view! { <th scope="col" class=class>{t(name)}</th> }.into_any()
}

fn table(products: &[ProductView], shelf: Shelf, show: Show) -> AnyView {
    if products.is_empty() {
        let add = show.may("manage_products").then(|| {
            view! { <Button label=text::PRODUCT_NEW does="add-first" on_press=move |()| shelf.editing.set(Some(None))/> }
        });
        return view! { <EmptyState sentence=text::PRODUCT_EMPTY>{add}</EmptyState> }.into_any();
    }
    let lines: Vec<_> = products.iter().map(|product| line(product, shelf, show)).collect();
    view! {
        <div class="table-wrap">
            <table class="table dense flush" data-list="products">
                <thead><tr>
                    {head(text::PRODUCT_COLUMN_NAME, "")}
                    {head(text::PRODUCT_COLUMN_METHOD, "")}
                    {head(text::PRODUCT_COLUMN_RATE, "num")}
                    {head(text::PRODUCT_COLUMN_RHYTHM, "")}
                    {head(text::PRODUCT_COLUMN_AMOUNTS, "num")}
                    {head(text::PRODUCT_COLUMN_TERMS, "num")}
                    {head(text::PRODUCT_COLUMN_PENALTY, "gap col-spare")}
                    {head(text::PRODUCT_COLUMN_LOANS, "num")}
                    {head(text::PRODUCT_COLUMN_STATUS, "gap")}
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The screen.
#[component]
pub fn ProductsScreen() -> impl IntoView {
    let show = Show::here();
    let shelf = Shelf {
        products: query(|| Some(ListProducts {})),
        editing: RwSignal::new(None),
    };
    let tools = move || {
        let listing = shelf.editing.with(Option::is_none);
        (show.may("manage_products") && listing).then(|| {
            view! {
                <Button label=text::PRODUCT_NEW kind="primary" icon="plus" does="add-product" key="n"
                    on_press=move |()| shelf.editing.set(Some(None))/>
            }
        })
    };
    let listed = move || match (shelf.products.value.get(), shelf.products.error.get()) {
        (_, Some(error)) => trouble(&error),
        (Some(products), None) => table(&products, shelf, show),
        (None, None) => ().into_any(),
    };
    let body = move || match shelf.editing.get() {
        Some(product) => form::form(product, shelf, show),
        None => listed.into_any(),
    };
    view! { <Screen name="products" title=text::PRODUCT_TITLE tools>{body}</Screen> }.into_any()
}
