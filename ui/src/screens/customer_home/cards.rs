//! The cards of the customer's home: what to pay, how far the loan is, installments, purchases, receipts.

use super::Own;
use crate::i18n::{Text, t, text};
use crate::parts::{Glyph, InstallmentProgress};
use crate::screens::loan_kit::Show;
use farthing_api::{CustomerHomeView, InstallmentStatus, InstallmentView, LoanStatus, LoanView, PaymentView};
use leptos::prelude::*;

/// How many installments the list shows before "See all".
const FEW: usize = 6;

fn is_running(loan: &LoanView) -> bool {
    loan.row.status == LoanStatus::Active
}

/// How many installments of a loan are paid, a first payment included.
fn paid_count(loan: &LoanView) -> usize {
    loan.rows
        .iter()
        .filter(|row| row.status == InstallmentStatus::Paid)
        .count()
}

/// The oldest installment that is not paid.
fn next(loan: &LoanView) -> Option<&InstallmentView> {
    loan.rows.iter().find(|row| row.status != InstallmentStatus::Paid)
}

/// The place of an installment among all of them, counted from 1; a first payment is the first.
fn place(loan: &LoanView, row: &InstallmentView) -> u32 {
    row.n + u32::from(loan.rows.first().is_some_and(|first| first.n == 0))
}

/// The sentence under what is to be paid: how many days are left, or how late it is.
fn how_soon(home: &CustomerHomeView, show: Show) -> String {
    let late = home.loans.iter().map(|loan| loan.row.days_past_due).max().unwrap_or(0);
    let left = home.due_on.map_or(0, |day| (day - home.today).num_days());
    match (late, left) {
        (1, _) => show.say(text::OWN_LATE_ONE),
        (days, _) if days > 0 => show.fill(text::OWN_LATE, [("days", days.to_string())]),
        _ if home.due_on.is_none() => show.say(text::OWN_NOTHING_DUE),
        (_, 1) => show.say(text::OWN_DAYS_LEFT_ONE),
        (_, days) if days > 0 => show.fill(text::OWN_DAYS_LEFT, [("days", days.to_string())]),
        _ => show.say(text::OWN_DUE_TODAY),
    }
}

/// What of a loan or purchase is to be paid by the next due date.
fn line(loan: &LoanView, show: Show) -> Option<AnyView> {
    let next = next(loan).filter(|_| is_running(loan))?;
    let values = [
        ("product", loan.row.product.clone()),
        ("n", place(loan, next).to_string()),
        ("count", loan.installments.to_string()),
    ];
    let is_late = loan.row.days_past_due > 0;
    let (label, amount) = match is_late {
        false => (show.fill(text::OWN_LINE, values), loan.row.next_due),
        true => (show.fill(text::OWN_LINE_LATE, values), loan.row.due_now),
    };
    Some(view! { <dt class:is-late=is_late>{label}</dt><dd class:is-late=is_late>{show.money(amount)}</dd> }.into_any())
}

/// The first card: what is to be paid, until when, and what it is made of.
pub fn to_pay(home: &CustomerHomeView, show: Show, actions: AnyView) -> AnyView {
    let running = home.loans.iter().any(is_running);
    let heading = match home.due_on {
        _ if !running => show.say(text::OWN_NOTHING_TO_PAY),
        Some(day) if day > home.today => show.fill(text::OWN_TO_PAY_BY, [("date", show.weekday(day))]),
        Some(_) => show.say(text::OWN_TO_PAY_NOW),
        None => show.say(text::OWN_NOTHING_TO_PAY),
    };
    let note = match running {
        true => how_soon(home, show),
        false => show.say(text::OWN_NOTHING_NOTE),
    };
    let lines: Vec<_> = home.loans.iter().filter_map(|loan| line(loan, show)).collect();
    let is_late = home
        .loans
        .iter()
        .any(|loan| is_running(loan) && loan.row.days_past_due > 0);
    view! {
        <section class="cust-card roomy">
            <h1 class="cust-note medium">{heading}</h1>
            <p class="cust-total"><span data-figure="to_pay">{show.money(home.to_pay)}</span> " " <small>{show.currency().code}</small></p>
            <div class="cust-rule"></div>
            <dl class="cust-sums">
                {lines}
                <dt class="medium">{t(text::OWN_TOTAL_DUE)}</dt><dd class="medium" data-figure="total_due">{show.money(home.total_due)}</dd>
                <dt>{t(text::OWN_TOTAL_PAID)}</dt><dd data-figure="total_paid">{show.money(home.total_paid)}</dd>
            </dl>
            {actions}
            <p class="cust-note" class:is-late=is_late>{is_late.then(|| view! { <Glyph name="late"/> })}<span>{note}</span></p>
        </section>
    }
    .into_any()
}

/// How far a loan is: one segment for each installment, what is paid back and what is left, and the payoff.
pub fn progress(loan: &LoanView, show: Show) -> AnyView {
    let (paid, count) = (paid_count(loan), loan.rows.len());
    let words = show.fill(
        text::OWN_PROGRESS,
        [("paid", paid.to_string()), ("count", count.to_string())],
    );
    let (rows, label) = (loan.rows.clone(), Signal::stored(words.clone()));
    let ends = loan
        .rows
        .last()
        .map(|row| show.fill(text::OWN_ENDS, [("date", show.day(row.due_on))]));
    view! {
        <section class="cust-card roomy" data-loan=loan.row.number.clone()>
            <header class="cust-card-head">
                <h2 class="cust-title">{show.fill(text::OWN_YOUR_LOAN, [("number", loan.row.number.clone())])}</h2>
                <span class="cust-note">{words}</span>
            </header>
            <InstallmentProgress rows label/>
            <p class="cust-between">
                <span>{t(text::OWN_PAID_BACK)} " " <b data-figure="total_paid">{show.money(loan.total_paid)}</b></span>
                <span>{t(text::OWN_STILL)} " " <b data-figure="outstanding">{show.money(loan.row.outstanding)}</b></span>
            </p>
            <p class="cust-note">{ends}</p>
            {payoff(loan, show)}
        </section>
    }
    .into_any()
}

/// What it would take to pay everything today, opened by a link.
fn payoff(loan: &LoanView, show: Show) -> Option<AnyView> {
    let payoff = loan.payoff.clone()?;
    let open = RwSignal::new(false);
    let amount = show.money(payoff.total);
    let sentence = match payoff.saved.is_positive() {
        true => show.fill(
            text::OWN_PAYOFF_SAVES,
            [("amount", amount), ("saved", show.money(payoff.saved))],
        ),
        false => show.fill(text::OWN_PAYOFF, [("amount", amount)]),
    };
    let parts = move || {
        open.get().then(|| view! {
            <dl class="cust-sums">
                <dt>{t(text::OWN_PAYOFF_PRINCIPAL)}</dt><dd>{show.money(payoff.principal)}</dd>
                <dt>{t(text::OWN_PAYOFF_INTEREST)}</dt><dd>{show.money(payoff.interest)}</dd>
                <dt>{t(text::OWN_PAYOFF_PENALTY)}</dt><dd>{show.money(payoff.penalty)}</dd>
                {payoff.fee.is_positive().then(|| view! { <dt>{t(text::LOAN_FORECLOSE_FEE)}</dt><dd>{show.money(payoff.fee)}</dd> })}
                <dt class="medium">{t(text::OWN_PAYOFF_TOTAL)}</dt><dd class="medium" data-figure="payoff">{show.money(payoff.total)}</dd>
            </dl>
            <p class="cust-note">{t(text::OWN_PAYOFF_NOTE)}</p>
        })
    };
    let word = move || {
        show.say(if open.get() {
            text::OWN_PAYOFF_HIDE
        } else {
            text::OWN_PAYOFF_HOW
        })
    };
    Some(view! {
        <div class="cust-rule"></div>
        <p class="cust-between">
            <span>{sentence}</span>
            <button type="button" class="cust-link" data-do="show-payoff" aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>{word}</button>
        </p>
        {parts}
    }
    .into_any())
}

fn installment(row: &InstallmentView, is_next: bool, show: Show) -> AnyView {
    let day = |text: Text, day| show.fill(text, [("date", show.day_near(day))]);
    let (glyph, words) = match row.status {
        InstallmentStatus::Paid => (
            "paid",
            row.settled_on.map_or_else(
                || show.say(text::LOAN_INSTALLMENT_PAID),
                |on| day(text::OWN_PAID_ON, on),
            ),
        ),
        InstallmentStatus::Late if row.days_late == 1 => ("late", show.say(text::LOAN_INSTALLMENT_LATE_ONE)),
        InstallmentStatus::Late => (
            "late",
            show.fill(text::LOAN_INSTALLMENT_LATE, [("days", row.days_late.to_string())]),
        ),
        InstallmentStatus::Partly => ("partly", show.say(text::LOAN_INSTALLMENT_PARTLY)),
        InstallmentStatus::DueToday => ("due", show.say(text::LOAN_INSTALLMENT_DUE_TODAY)),
        InstallmentStatus::Next => ("due", show.say(text::LOAN_INSTALLMENT_NEXT)),
        InstallmentStatus::Upcoming => ("upcoming", show.say(text::OWN_TO_COME)),
    };
    let status = format!("status status-{glyph}");
    view! {
        <li class=if is_next { "is-next" } else { "" } data-row=row.n.to_string()>
            <span class="n">{row.n}</span>
            <span>{show.day(row.due_on)}</span>
            <span class=status><Glyph name=glyph/><span>{words}</span></span>
            <span class="amount">{show.money(row.due)}</span>
        </li>
    }
    .into_any()
}

/// The installments of a loan around the next one, or all of them.
pub fn installments(loan: &LoanView, show: Show) -> AnyView {
    let rows = loan.rows.clone();
    let count = rows.len();
    let next_n = next(loan).map(|row| row.n);
    let at = rows.iter().position(|row| Some(row.n) == next_n).unwrap_or(0);
    let first = at.saturating_sub(3).min(count.saturating_sub(FEW));
    let all = RwSignal::new(false);
    let shown = move || {
        let (skip, take) = if all.get() { (0, count) } else { (first, FEW) };
        rows.iter()
            .skip(skip)
            .take(take)
            .map(|row| installment(row, Some(row.n) == next_n, show))
            .collect::<Vec<_>>()
    };
    let word = move || match all.get() {
        true => show.say(text::OWN_SEE_LESS),
        false => show.fill(text::OWN_SEE_ALL, [("count", count.to_string())]),
    };
    let more = (count > FEW).then(|| view! {
        <button type="button" class="cust-link" data-do="see-all" on:click=move |_| all.update(|all| *all = !*all)>{word}</button>
    });
    view! {
        <section class="cust-card">
            <header class="cust-card-head"><h2 class="cust-title">{t(text::OWN_INSTALLMENTS)}</h2>{more}</header>
            <ol class="cust-list">{shown}</ol>
        </section>
    }
    .into_any()
}

fn purchase(loan: &LoanView, show: Show) -> impl IntoView {
    let counts = [
        ("paid", paid_count(loan).to_string()),
        ("count", loan.rows.len().to_string()),
    ];
    let [paid, count] = counts;
    let note = match loan.row.next_due_on {
        Some(day) => show.fill(text::OWN_PURCHASE_NOTE, [paid, count, ("date", show.day_near(day))]),
        None => show.fill(text::OWN_PURCHASE_DONE, [paid, count]),
    };
    let left = match loan.row.outstanding.is_positive() {
        true => show.fill(text::OWN_LEFT, [("amount", show.money(loan.row.outstanding))]),
        false => show.say(text::OWN_PAID_OFF),
    };
    view! {
        <li data-row=loan.row.number.clone()>
            <b>{loan.row.product.clone()}</b><b>{left}</b>
            <small>{loan.row.number.clone()}</small><small>{note}</small>
        </li>
    }
}

/// The purchases, where there are any.
pub fn purchases(home: &CustomerHomeView, show: Show) -> Option<AnyView> {
    let lines: Vec<_> = home
        .loans
        .iter()
        .filter(|loan| loan.row.purchase)
        .map(|loan| purchase(loan, show))
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="cust-card">
                <h2 class="cust-title">{t(text::OWN_PURCHASES)}</h2>
                <ul class="cust-goods">{lines}</ul>
            </section>
        }
        .into_any()
    })
}

fn application(loan: &LoanView, show: Show) -> Option<AnyView> {
    let (glyph, word) = match loan.row.status {
        LoanStatus::Waiting => ("waiting", text::OWN_APPLICATION_WAITING),
        LoanStatus::Approved => ("due", text::OWN_APPLICATION_APPROVED),
        LoanStatus::Rejected => ("late", text::OWN_APPLICATION_REJECTED),
        LoanStatus::Active | LoanStatus::Closed | LoanStatus::WrittenOff => return None,
    };
    let status = format!("status status-{glyph}");
    Some(
        view! {
            <li data-row=loan.row.number.clone()>
                <b>{loan.row.product.clone()}</b><b>{show.money(loan.row.principal)}</b>
                <small>{loan.row.number.clone()}</small>
                <small><span class=status><Glyph name=glyph/><span>{show.say(word)}</span></span></small>
            </li>
        }
        .into_any(),
    )
}

/// The applications that are not loans yet, where there are any.
pub fn applications(home: &CustomerHomeView, show: Show) -> Option<AnyView> {
    let lines: Vec<_> = home.loans.iter().filter_map(|loan| application(loan, show)).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="cust-card">
                <h2 class="cust-title">{t(text::OWN_APPLICATIONS)}</h2>
                <ul class="cust-goods">{lines}</ul>
            </section>
        }
        .into_any()
    })
}

fn receipt(number: &str, payment: &PaymentView, own: Own, show: Show) -> impl IntoView {
    let writing = RwSignal::new(false);
    let (id, receipt) = (payment.id, payment.receipt.clone());
    let label = show.fill(text::LOAN_PAYMENT_PDF_OF, [("receipt", receipt.clone())]);
    view! {
        <li data-row=payment.receipt.clone()>
            <b>{payment.receipt.clone()}</b><b>{show.money(payment.amount)}</b>
            <small>{show.day(payment.value_date)} " · " {number.to_owned()}</small>
            <small>
                <button type="button" class="cust-link" data-do="write-receipt" aria-label=label
                    aria-busy=move || writing.get().to_string()
                    on:click=move |_| own.papers.receipt(id, receipt.clone(), writing)>{t(text::OWN_RECEIPT_PDF)}</button>
            </small>
        </li>
    }
}

/// The receipts, newest first.
pub fn receipts(home: &CustomerHomeView, own: Own, show: Show) -> AnyView {
    let lines: Vec<_> = home
        .receipts
        .iter()
        .map(|(number, payment)| receipt(number, payment, own, show))
        .collect();
    let list = match lines.is_empty() {
        true => view! { <p class="cust-note">{t(text::OWN_RECEIPTS_NONE)}</p> }.into_any(),
        false => view! { <ul class="cust-goods">{lines}</ul> }.into_any(),
    };
    view! { <section class="cust-card" data-list="receipts"><h2 class="cust-title">{t(text::OWN_RECEIPTS)}</h2>{list}</section> }.into_any()
}
