//! The dialog that puts a running loan under new terms, with the schedule that they lead to.

mod asked;
pub mod preview;

use super::{Layer, LoanPage};
use crate::i18n::{Text, t, text};
use crate::parts::query;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use crate::screens::products::UNITS;
use asked::Asked;
use farthing_api::{ChangeTerms, LoanView, PreviewNewTerms, TermsChange};
use leptos::prelude::*;

/// What each change that is agreed on anew does.
const KINDS: [(TermsChange, Text); 5] = [
    (TermsChange::Reschedule, text::TERMS_RESCHEDULE_WHAT),
    (TermsChange::ReAge, text::TERMS_RE_AGE_WHAT),
    (TermsChange::ReAmortise, text::TERMS_RE_AMORTISE_WHAT),
    (TermsChange::Restructure, text::TERMS_RESTRUCTURE_WHAT),
    (TermsChange::TopUp, text::TERMS_TOP_UP_WHAT),
];

/// The name of a change of terms.
pub fn name(kind: TermsChange) -> Text {
    match kind {
        TermsChange::Reschedule => text::TERMS_RESCHEDULE,
        TermsChange::ReAge => text::TERMS_RE_AGE,
        TermsChange::ReAmortise => text::TERMS_RE_AMORTISE,
        TermsChange::Restructure => text::TERMS_RESTRUCTURE,
        TermsChange::TopUp => text::TERMS_TOP_UP,
        TermsChange::NextPart => text::TERMS_NEXT_PART,
        TermsChange::Rate => text::TERMS_RATE,
    }
}

/// The same by the word of the change; none where it is not one.
pub fn named(word: &str) -> Option<Text> {
    let mut all = TermsChange::ALL
        .into_iter()
        .chain([TermsChange::NextPart, TermsChange::Rate]);
    all.find(|kind| kind.word() == word).map(name)
}

/// The change that was chosen.
fn chosen(word: &str) -> TermsChange {
    let found = TermsChange::ALL.into_iter().find(|kind| kind.word() == word);
    found.unwrap_or(TermsChange::Reschedule)
}

/// The fields that a change of this kind asks for.
fn fields(kind: TermsChange, form: Form, asked: Asked, show: Show) -> AnyView {
    let units: Vec<_> = UNITS
        .iter()
        .map(|(word, _, name)| ((*word).to_owned(), show.say(*name)))
        .collect();
    let top_up = (kind == TermsChange::TopUp).then(|| {
        view! {
            {form.money("top_up", text::TERMS_AMOUNT, asked.top_up)}
            {form.methods("method", text::LOAN_DISBURSE_METHOD, asked.method)}
        }
    });
    let has_rate = !matches!(kind, TermsChange::ReAge | TermsChange::ReAmortise);
    let capitalise = (kind == TermsChange::Restructure).then(|| {
        view! {
            {form.tick("capitalise_interest", text::TERMS_CAPITALISE_INTEREST, asked.capitalise_interest)}
            {form.tick("capitalise_fees", text::TERMS_CAPITALISE_FEES, asked.capitalise_fees)}
            {form.tick("capitalise_penalties", text::TERMS_CAPITALISE_PENALTIES, asked.capitalise_penalties)}
        }
    });
    view! {
        {top_up}
        {form.day("value_date", text::TERMS_FROM, asked.on)}
        {form.number("installments", text::TERMS_INSTALLMENTS, asked.installments, "numeric")}
        {has_rate.then(|| form.number("annual_rate", text::PRODUCT_FIELD_RATE, asked.annual_rate, "decimal"))}
        {form.optional_day("first_due_on", text::TERMS_FIRST_DUE, asked.first_due_on)}
        {form.number("every", text::PRODUCT_FIELD_EVERY, asked.every, "numeric")}
        {form.select("unit", text::PRODUCT_FIELD_UNIT, asked.unit, Signal::stored(units), false)}
        {form.number("principal_grace", text::TERMS_GRACE, asked.principal_grace, "numeric")}
        {capitalise}
    }
    .into_any()
}

/// The dialog.
pub fn layer(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("terms-form", show);
    let asked = Asked::of(loan, form, show);
    let kind = RwSignal::new(TermsChange::Reschedule.word().to_owned());
    let wanted = Memo::new(move |_| asked.read(chosen(&kind.get()), show));
    let previewed = query(move || {
        let (on, terms) = wanted.get().ok()?;
        let loan = page.id;
        Some(PreviewNewTerms { loan, on, terms })
    });
    Effect::new(move |_| match wanted.get() {
        Ok(_) => form.check(previewed.error.get().as_ref()),
        Err(_) => form.check(None),
    });
    let shown = move || match (wanted.get(), previewed.error.get(), previewed.value.get()) {
        (Ok(_), None, Some(view)) => preview::sums(&view, show),
        (Ok(_), Some(error), _) if error.field.is_none() => {
            view! { <p class="note">{show.answer(&error)}</p> }.into_any()
        }
        _ => view! { <p class="muted">{t(text::TERMS_PREVIEW_NONE)}</p> }.into_any(),
    };
    let reason = RwSignal::new(String::new());
    let done = show.fill(text::LOAN_DONE_TERMS, [("number", loan.row.number.clone())]);
    let submit = move || {
        form.clear();
        let (on, terms) = match wanted.get_untracked() {
            Ok(wanted) => wanted,
            Err(wrong) => return wrong.into_iter().for_each(|(field, words)| form.refuse(field, words)),
        };
        let request = ChangeTerms {
            loan: page.id,
            seen: page.seen(),
            kind: chosen(&kind.get_untracked()),
            on,
            terms,
            method: form.read_method(asked.method),
            reason: reason.get_untracked(),
        };
        let done = done.clone();
        page.send(form, request, show, |_| done);
    };
    let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| (kind.word(), name(*kind))).collect();
    let what = move || {
        let now = chosen(&kind.get());
        KINDS
            .iter()
            .find(|(own, _)| *own == now)
            .map(|(_, what)| show.say(*what))
    };
    let body = view! {
        {form.choice("kind", text::TERMS_KIND, kind, &kinds, true)}
        <p class="muted">{what}</p>
        <div class="terms-beside">
            <div class="form-grid">{move || fields(chosen(&kind.get()), form, asked, show)}</div>
            <section class="quote" aria-live="polite"><h3 class="section-title">{t(text::TERMS_PREVIEW)}</h3>{shown}</section>
        </div>
        {form.area("reason", text::TERMS_REASON, reason, false)}
    };
    let foot = view! {
        {page.cancel(text::LOAN_DO_CANCEL)}
        {form.submit("primary", "change-terms-now", text::TERMS_BUSY, move || show.say(text::TERMS_NOW))}
    };
    let title = show.fill(
        text::TERMS_TITLE,
        [
            ("number", loan.row.number.clone()),
            ("customer", loan.row.customer_name.clone()),
        ],
    );
    let layers = (body.into_any(), foot.into_any());
    form.dialog_of("dialog dialog-broad", title, submit, layers, move || {
        page.layer.set(Layer::None)
    })
}
