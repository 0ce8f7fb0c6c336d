//! The card with which an approver decides on an application, and the dialog that refuses it.

use super::{Layer, LoanPage};
use crate::i18n::{t, text};
use crate::parts::Glyph;
use crate::screens::apply_rules::rule_names;
use crate::screens::loan_form::Form;
use crate::screens::loan_kit::Show;
use farthing_api::{DecideLoan, LoanStatus, LoanView};
use leptos::prelude::*;

/// The card, where an application waits and the caller's role approves.
pub fn card(loan: &LoanView, page: LoanPage, show: Show) -> Option<AnyView> {
    if loan.row.status != LoanStatus::Waiting || !show.may("approve") {
        return None;
    }
    let amount = format!("{} {}", show.money(loan.row.principal), show.currency().code);
    let customer = loan.row.customer_name.clone();
    let title = show.fill(text::LOAN_APPROVAL_TITLE, [("amount", amount), ("customer", customer)]);
    let maker = [
        ("officer", loan.officer.clone()),
        ("date", show.instant(loan.row.applied_at)),
    ];
    let maker = match loan.officer.is_empty() {
        true => show.fill(text::LOAN_APPROVAL_SELF, maker),
        false => show.fill(text::LOAN_APPROVAL_MAKER, maker),
    };
    let purpose = match loan.purpose.is_empty() {
        true => show.say(text::LOAN_APPROVAL_NO_PURPOSE),
        false => loan.purpose.clone(),
    };
    let failed = (!loan.failed_rules.is_empty()).then(|| {
        let rules = [("rules", rule_names(&loan.failed_rules, show))];
        let words = show.fill(text::LOAN_APPROVAL_FAILED, rules);
        view! { <div class="banner banner-warn" role="note" data-figure="failed_rules"><Glyph name="waiting"/><span>{words}</span></div> }
    });
    let foot = match &loan.may_decide {
        Err(reason) => {
            view! { <span class="note" role="note" data-figure="may_decide">{show.answer(reason)}</span> }.into_any()
        }
        Ok(()) => buttons(!loan.failed_rules.is_empty(), page, show),
    };
    Some(
        view! {
            <article class="approval" aria-labelledby="approval-title">
                <header class="approval-head"><div>
                    <h2 class="approval-title" id="approval-title">{title}</h2>
                    <p class="approval-maker">{maker}</p>
                </div></header>
                <blockquote class="approval-reason">{purpose}</blockquote>
                {failed}
                <footer class="approval-foot">{foot}</footer>
            </article>
        }
        .into_any(),
    )
}

/// Approve at once, or ask for the reason to refuse.
fn buttons(takes_reason: bool, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("approve-form", show);
    let reason = RwSignal::new(String::new());
    let approve = move || {
        let request = DecideLoan {
            loan: page.id,
            seen: page.seen(),
            approve: true,
            reason: reason.get_untracked(),
        };
        page.send(form, request, show, move |view| {
            show.fill(text::LOAN_DONE_APPROVED, [("number", view.row.number.clone())])
        });
    };
    view! {
        <div class="note">
            {form.trouble()}
            {takes_reason.then(|| form.area("reason", text::LOAN_APPROVAL_WHY, reason, false))}
        </div>
        <button type="button" class="btn" data-do="refuse-loan" on:click=move |_| page.layer.set(Layer::Refuse)>
            {t(text::LOAN_APPROVAL_REFUSE)}
        </button>
        {form.button("approve-loan", text::LOAN_APPROVAL_APPROVING, text::LOAN_APPROVAL_APPROVE, approve)}
    }
    .into_any()
}

/// The dialog that refuses, with the reason.
pub fn refuse(loan: &LoanView, page: LoanPage, show: Show) -> AnyView {
    let form = Form::new("refuse-form", show);
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let request = DecideLoan {
            loan: page.id,
            seen: page.seen(),
            approve: false,
            reason: reason.get_untracked(),
        };
        page.send(form, request, show, move |view| {
            show.fill(text::LOAN_DONE_REJECTED, [("number", view.row.number.clone())])
        });
    };
    let title = show.fill(text::LOAN_APPROVAL_REFUSE_TITLE, [("number", loan.row.number.clone())]);
    let body = form.area("reason", text::LOAN_APPROVAL_REASON, reason, false);
    let foot = view! {
        {page.cancel(text::LOAN_DO_KEEP)}
        {form.submit("danger", "refuse-now", text::LOAN_APPROVAL_REFUSING, move || show.say(text::LOAN_APPROVAL_REFUSE_NOW))}
    };
    form.dialog(title, submit, body, foot.into_any(), move || {
        page.layer.set(Layer::None)
    })
}
