//! The form of a loan product, with an example that is worked out as one types.

use super::Shelf;
use super::draft::{BY, Draft, METHODS, ROUNDINGS, UNITS, order_names};
use crate::i18n::{Text, t, text};
use crate::parts::Button;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::loan_words::{interest_method, rounding};
use farthing_api::{Money, ProductId, ProductTerms, ProductView, SaveProduct};
use farthing_lending::Schedule;
use farthing_office::{Wish, plan};
use leptos::prelude::*;

/// The principal that an example prefers, in whole units of the currency.
const EXAMPLE_UNITS: i64 = 15_000;
/// How many installments an example prefers.
const EXAMPLE_INSTALLMENTS: u32 = 12;

/// An example within the product's ranges: as near to 15,000 over 12 as they allow.
fn example(terms: &ProductTerms, show: Show) -> Option<(Money, u32, Schedule)> {
    let currency = show.currency();
    let wished = Money::from_minor(EXAMPLE_UNITS.checked_mul(10_i64.checked_pow(currency.decimals)?)?);
    let principal = wished.min(terms.max_principal).max(terms.min_principal);
    let installments = EXAMPLE_INSTALLMENTS
        .min(terms.max_installments)
        .max(terms.min_installments);
    let offered = ProductTerms {
        active: true,
        ..terms.clone()
    };
    let wish = Wish {
        principal,
        installments,
        installment: None,
    };
    let planned = plan(&offered, &currency, wish, show.today()).ok()?;
    Some((principal, installments, planned.schedule))
}

/// The example beside the form.
fn beside(draft: Draft, show: Show) -> AnyView {
    let worked = move || {
        let terms = draft.read(show).ok();
        let Some((principal, count, schedule)) = terms.and_then(|terms| example(&terms, show)) else {
            return view! { <p class="hint">{t(text::PRODUCT_EXAMPLE_NONE)}</p> }.into_any();
        };
        let values = [("principal", show.money(principal)), ("count", count.to_string())];
        view! {
            <p class="medium">{show.fill(text::PRODUCT_EXAMPLE_TEXT, values)}</p>
            <p class="quote-amount"><span data-figure="installment">{show.money(schedule.installment)}</span> " " <small class="small">{show.currency().code}</small></p>
            <dl class="sums tight">
                <dt>{t(text::PRODUCT_EXAMPLE_INTEREST)}</dt><dd data-figure="total_interest">{show.money(schedule.total_interest)}</dd>
                <dt>{t(text::PRODUCT_EXAMPLE_TOTAL)}</dt><dd data-figure="total_due">{show.money(schedule.total_due)}</dd>
                <dt>{t(text::PRODUCT_EXAMPLE_LAST)}</dt><dd data-figure="last_installment">{show.money(schedule.last_due)}</dd>
            </dl>
        }
        .into_any()
    };
    view! { <aside class="quote" aria-live="polite"><h2 class="section-title">{t(text::PRODUCT_EXAMPLE)}</h2>{worked}</aside> }.into_any()
}

fn options(show: Show, words: Vec<(&'static str, Text)>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        words
            .iter()
            .map(|(word, text)| ((*word).to_owned(), show.say(*text)))
            .collect()
    })
}

/// The fields about the loan itself and what may be asked for.
fn main_fields(form: Form, draft: Draft, id: Option<ProductId>, show: Show) -> AnyView {
    let methods = options(
        show,
        METHODS
            .iter()
            .map(|(word, method)| (*word, interest_method(*method)))
            .collect(),
    );
    let units = options(show, UNITS.iter().map(|(word, _, text)| (*word, *text)).collect());
    let is_balloon = Memo::new(move |_| draft.method.with(|method| method == "balloon"));
    view! {
        <h2 class="form-section">{t(text::PRODUCT_SECTION_LOAN)}</h2>
        {form.text("name", text::PRODUCT_FIELD_NAME, draft.name, true)}
        {form.select("method", text::PRODUCT_FIELD_METHOD, draft.method, methods, true)}
        {move || is_balloon.get().then(|| draft.options.balloon(form))}
        {form.number("annual_rate", text::PRODUCT_FIELD_RATE, draft.annual_rate, "decimal")}
        {draft.options.rate_fields(form, id, show)}
        <div class="form-grid">
            {form.number("every", text::PRODUCT_FIELD_EVERY, draft.every, "numeric")}
            {form.select("unit", text::PRODUCT_FIELD_UNIT, draft.unit, units, false)}
        </div>
        <h2 class="form-section">{t(text::PRODUCT_SECTION_RANGES)}</h2>
        {form.money("min_principal", text::PRODUCT_FIELD_MIN_PRINCIPAL, draft.min_principal)}
        {form.money("max_principal", text::PRODUCT_FIELD_MAX_PRINCIPAL, draft.max_principal)}
        {form.number("min_installments", text::PRODUCT_FIELD_MIN_INSTALLMENTS, draft.min_installments, "numeric")}
        {form.number("max_installments", text::PRODUCT_FIELD_MAX_INSTALLMENTS, draft.max_installments, "numeric")}
        {form.number("parts", text::PRODUCT_FIELD_PARTS, draft.parts, "numeric")}
    }
    .into_any()
}

/// The fields about rounding, lateness and early closing.
fn rule_fields(form: Form, draft: Draft, show: Show) -> AnyView {
    let roundings = options(
        show,
        ROUNDINGS.iter().map(|(word, mode)| (*word, rounding(*mode))).collect(),
    );
    let orders = Signal::derive(move || order_names(show));
    view! {
        <h2 class="form-section">{t(text::PRODUCT_SECTION_ROUNDING)}</h2>
        {form.select("rounding", text::PRODUCT_FIELD_ROUNDING, draft.rounding, roundings, false)}
        {form.money("installment_multiple", text::PRODUCT_FIELD_MULTIPLE, draft.installment_multiple)}
        {draft.options.fields(form, show)}
        {draft.charges.fields(form, show)}
        {draft.late.fields(form, show)}
        {form.select("allocation", text::PRODUCT_FIELD_ALLOCATION, draft.allocation, orders, true)}
        {form.choice("allocate", text::PRODUCT_FIELD_ALLOCATE, draft.allocate, &BY, true)}
        {draft.closing.fields(form, show)}
        {draft.own_rules.fields(form)}
        {form.tick("active", text::PRODUCT_FIELD_ACTIVE, draft.active)}
    }
    .into_any()
}

/// The form of a new product or of one that is changed.
pub fn form(product: Option<ProductView>, shelf: Shelf, show: Show) -> AnyView {
    let form = Form::new("product-form", show);
    let draft = match &product {
        Some(product) => Draft::of(&product.terms, show),
        None => Draft::new(show),
    };
    let id = product.as_ref().map(|product| product.id);
    let submit = move || {
        form.clear();
        let terms = match untrack(|| draft.read(show)) {
            Ok(terms) => terms,
            Err(wrong) => {
                for (field, message) in wrong {
                    form.refuse(field, message);
                }
                return;
            }
        };
        form.send(
            SaveProduct { id, terms },
            move |saved| {
                show.done(show.fill(text::PRODUCT_DONE, [("name", saved.terms.name)]));
                shelf.editing.set(None);
                shelf.products.reload();
            },
            |_| false,
        );
    };
    let title = show.say(if id.is_some() {
        text::PRODUCT_EDIT
    } else {
        text::PRODUCT_NEW
    });
    let cancel = move |()| shelf.editing.set(None);
    let fields = view! {
        <h2 class="section-title">{title}</h2>
        <div class="form-grid">
            {main_fields(form, draft, id, show)}
            {rule_fields(form, draft, show)}
        </div>
        <footer class="form-foot">
            <Button label=text::PRODUCT_CANCEL does="cancel" on_press=cancel/>
            <span class="note small quiet">{id.map(|_| t(text::PRODUCT_NOTE))}</span>
            {form.submit("primary", "save-product", text::PRODUCT_SAVING, move || show.say(text::PRODUCT_SAVE))}
        </footer>
    };
    view! { <div class="beside">{form.element("form", submit, fields.into_any())} {beside(draft, show)}</div> }
        .into_any()
}
