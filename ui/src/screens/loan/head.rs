//! The head of a loan's page: who, how it stands, and its key figures.

use super::terms;
use crate::i18n::text;
use crate::parts::Glyph;
use crate::route::Route;
use crate::screens::apply_rules::rule_names;
use crate::screens::loan_kit::{Show, amount_cell};
use farthing_api::{LoanStatus, LoanView, TermsChange, WrittenOffView};
use leptos::prelude::*;

/// Days past due above which a loan counts in PAR30.
const PAR30_DAYS: u32 = 30;

/// At most two pills: the state that matters most, then the next.
fn pills(loan: &LoanView, show: Show) -> Vec<AnyView> {
    let row = &loan.row;
    let mut pills = Vec::new();
    let mut pill = |class: &'static str, glyph: &'static str, words: String| {
        let class = format!("pill {class}");
        pills.push(view! { <span class=class><Glyph name=glyph/>{words}</span> }.into_any());
    };
    match row.status {
        LoanStatus::Waiting => pill("pill-warn", "waiting", show.say(text::LOAN_STATUS_WAITING)),
        LoanStatus::Approved => pill("pill-accent", "due", show.say(text::LOAN_STATUS_APPROVED)),
        LoanStatus::Rejected => pill("pill-bad", "late", show.say(text::LOAN_STATUS_REJECTED)),
        LoanStatus::Closed => pill("pill-good", "paid", show.say(text::LOAN_STATUS_CLOSED)),
        LoanStatus::WrittenOff => pill("pill-bad", "late", show.say(text::LOAN_STATUS_WRITTEN_OFF)),
        LoanStatus::Active => match row.days_past_due {
            0 => {}
            1 => pill("pill-bad", "late", show.say(text::LOAN_PILL_LATE_ONE)),
            days => pill(
                "pill-bad",
                "late",
                show.fill(text::LOAN_PILL_LATE, [("days", days.to_string())]),
            ),
        },
    }
    if loan.credit.is_positive() {
        pill(
            "",
            "credit",
            show.fill(text::LOAN_PILL_CREDIT, [("amount", show.money(loan.credit))]),
        );
    } else if row.days_past_due > PAR30_DAYS {
        pills.push(view! { <span class="pill">{show.say(text::LOAN_PILL_PAR30)}</span> }.into_any());
    }
    pills
}

/// The line under the name: the product, its terms, and when the money went out.
fn note(loan: &LoanView, show: Show) -> String {
    let row = &loan.row;
    let count = loan.installments.to_string();
    let (amount, currency) = (show.money(row.principal), show.currency().code);
    let mut parts = vec![
        row.product.clone(),
        show.fill(text::LOAN_SUB_INSTALLMENTS, [("count", count)]),
        if row.purchase {
            show.fill(text::LOAN_SUB_PRICE, [("amount", amount), ("currency", currency)])
        } else {
            let rate = show.rate(loan.annual_rate);
            show.fill(
                text::LOAN_SUB_RATE,
                [("amount", amount), ("currency", currency), ("rate", rate)],
            )
        },
    ];
    let dated = |text, day| show.fill(text, [("date", show.day(day))]);
    parts.push(match loan.disbursed_on {
        Some(day) if row.purchase => dated(text::LOAN_SUB_SOLD, day),
        Some(day) => dated(text::LOAN_SUB_DISBURSED, day),
        None => dated(text::LOAN_SUB_APPLIED, row.applied_at.date_naive()),
    });
    parts.extend(loan.closed_on.map(|day| dated(text::LOAN_SUB_CLOSED, day)));
    parts.extend((!loan.purpose.is_empty()).then(|| loan.purpose.clone()));
    parts.join(" · ")
}

fn figure(hook: &'static str, label: String, value: AnyView, bad: bool) -> AnyView {
    let class = if bad { "figure-value is-bad" } else { "figure-value" };
    view! {
        <div class="figure"><dt class="figure-label">{label}</dt><dd class=class data-figure=hook>{value}</dd></div>
    }
    .into_any()
}

/// Of a loan that was given up: what was lost, and what came back.
fn lost_figures(lost: &WrittenOffView, loan: &LoanView, show: Show) -> Vec<AnyView> {
    let line = |hook, label, amount| figure(hook, show.say(label), amount_cell(show, amount), false);
    vec![
        figure(
            "lost_principal",
            show.fill(text::LOAN_FIGURE_LOST, [("date", show.day_near(lost.on))]),
            amount_cell(show, lost.principal),
            true,
        ),
        line("lost_owed", text::LOAN_FIGURE_LOST_OWED, lost.owed),
        line("recovered", text::LOAN_FIGURE_RECOVERED, lost.recovered),
        line("total_paid", text::LOAN_FIGURE_PAID, loan.total_paid),
    ]
}

/// What makes this loan unlike its product: charges taken at the start, new terms, suspended interest.
fn notes(loan: &LoanView, show: Show) -> Vec<AnyView> {
    let mut lines: Vec<(&'static str, String)> = Vec::new();
    for charge in &loan.charges_taken {
        let values = [("name", charge.name.clone()), ("amount", show.money(charge.amount))];
        let text = match charge.off_payout {
            true => text::LOAN_NOTE_CHARGE_OFF,
            false => text::LOAN_NOTE_CHARGE,
        };
        lines.push(("charge_taken", show.fill(text, values)));
    }
    // A part that is paid out is as agreed: the history has it.
    for change in loan
        .terms_changes
        .iter()
        .filter(|change| change.kind != TermsChange::NextPart)
    {
        let values = [
            ("what", show.say(terms::name(change.kind))),
            ("date", show.day(change.on)),
            (
                "reason",
                change
                    .rate
                    .map_or_else(|| change.reason.clone(), |rate| show.percent(rate)),
            ),
        ];
        lines.push(("terms_change", show.fill(text::LOAN_NOTE_TERMS, values)));
    }
    if loan.undisbursed.is_positive() && loan.row.status == LoanStatus::Active {
        let values = [("amount", show.money(loan.undisbursed))];
        lines.push(("undisbursed", show.fill(text::LOAN_NOTE_UNDISBURSED, values)));
    }
    if !loan.failed_rules.is_empty() && !matches!(loan.row.status, LoanStatus::Waiting | LoanStatus::Rejected) {
        let rules = [("rules", rule_names(&loan.failed_rules, show))];
        lines.push(("failed_rules", show.fill(text::LOAN_NOTE_AGAINST, rules)));
    }
    if loan.interest_suspended {
        lines.push(("interest_suspended", show.say(text::LOAN_NOTE_SUSPENDED)));
    }
    let line = |(hook, words)| view! { <p class="record-note small" data-figure=hook>{words}</p> }.into_any();
    lines.into_iter().map(line).collect()
}

/// The key figures: of a running loan what it takes, of an application what was asked for.
fn figures(loan: &LoanView, show: Show) -> Vec<AnyView> {
    let row = &loan.row;
    if let Some(lost) = &loan.written_off {
        return lost_figures(lost, loan, show);
    }
    if !matches!(row.status, LoanStatus::Active | LoanStatus::Closed) {
        return vec![
            figure(
                "principal",
                show.say(text::LOAN_FIGURE_ASKED),
                amount_cell(show, row.principal),
                false,
            ),
            figure(
                "installment",
                show.say(text::LOAN_FIGURE_INSTALLMENT),
                amount_cell(show, loan.installment),
                false,
            ),
            figure(
                "total_interest",
                show.say(text::LOAN_FIGURE_INTEREST),
                amount_cell(show, loan.total_interest),
                false,
            ),
            figure(
                "total_due",
                show.say(text::LOAN_FIGURE_TOTAL),
                amount_cell(show, loan.total_due),
                false,
            ),
        ];
    }
    let next = match row.next_due_on {
        Some(day) => show.fill(text::LOAN_FIGURE_NEXT, [("date", show.day_near(day))]),
        None => show.say(text::LOAN_FIGURE_NEXT_NONE),
    };
    let principal = if row.purchase {
        text::LOAN_FIGURE_OWED
    } else {
        text::LOAN_FIGURE_OUTSTANDING
    };
    let mut figures = vec![
        figure(
            "outstanding_principal",
            show.say(principal),
            amount_cell(show, loan.outstanding_principal),
            false,
        ),
        figure(
            "overdue",
            show.say(text::LOAN_FIGURE_OVERDUE),
            amount_cell(show, loan.overdue),
            loan.overdue.is_positive(),
        ),
        figure("next_due", next, amount_cell(show, row.next_due), false),
        figure(
            "total_paid",
            show.say(text::LOAN_FIGURE_PAID),
            amount_cell(show, loan.total_paid),
            false,
        ),
    ];
    if let Some(payoff) = &loan.payoff {
        figures.push(figure(
            "payoff",
            show.say(text::LOAN_FIGURE_PAYOFF),
            amount_cell(show, payoff.total),
            false,
        ));
    }
    figures
}

/// The head of the page.
pub fn head(loan: &LoanView, show: Show) -> AnyView {
    let customer = loan.row.customer;
    let decided = loan.decision.as_ref().map(|decision| {
        let values = [
            ("by", decision.by.clone()),
            ("date", show.instant(decision.at)),
            ("reason", decision.reason.clone()),
        ];
        let text = match loan.row.status {
            LoanStatus::Rejected => text::LOAN_DECISION_REJECTED,
            _ => text::LOAN_DECISION_APPROVED,
        };
        view! { <p class="record-note small" data-figure="decision">{show.fill(text, values)}</p> }
    });
    view! {
        <header class="record-head">
            <div class="record-title">
                <h1 class="record-name">
                    <a href="#" data-do="open-customer" title=show.say(text::LOAN_SUB_CUSTOMER)
                        on:click=move |event| { event.prevent_default(); show.go(Route::Customer(customer)); }>
                        {loan.row.customer_name.clone()}
                    </a>
                </h1>
                {pills(loan, show)}
            </div>
            <p class="record-note">{note(loan, show)}</p>
            {decided}
            {notes(loan, show)}
        </header>
        <dl class="figures figures-plain">{figures(loan, show)}</dl>
    }
    .into_any()
}
