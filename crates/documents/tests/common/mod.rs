//! A loan, its letterhead, and what poppler reads in a paper.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use farthing_api::{
    CustomerId, Dues, InstallmentStatus, InstallmentView, LoanId, LoanRow, LoanStatus, LoanView, PaymentId,
    PaymentMethod, PaymentParts, PaymentView,
};
use farthing_documents::Letterhead;
use farthing_lending::{Currency, Money, Terms, Unit};
use rust_decimal::Decimal;
use std::path::PathBuf;
use std::process::Command;
use uuid::Uuid;

pub fn money(minor: i64) -> Money {
    Money::from_minor(minor)
}

pub fn date(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

pub fn letterhead(language: &str, currency: &str) -> Letterhead {
    Letterhead {
        organisation: "Lakeside Credit Union".into(),
        branch: "Hill Road branch".into(),
        desk: "BR1-07".into(),
        currency: Currency::of(currency).unwrap(),
        language: language.into(),
    }
}

pub fn payment(n: u32, parts: PaymentParts) -> PaymentView {
    let value_date = date(2026, 1, 5).checked_add_months(Months::new(n)).unwrap();
    PaymentView {
        id: PaymentId(Uuid::from_u128(u128::from(n))),
        receipt: format!("BR1-07-{n:06}"),
        value_date,
        at: value_date.and_hms_opt(9, 30, 0).unwrap().and_utc(),
        amount: parts.penalty + parts.interest + parts.principal + parts.credit,
        parts,
        method: if n.is_multiple_of(2) {
            PaymentMethod::Bank
        } else {
            PaymentMethod::Cash
        },
        reference: if n.is_multiple_of(2) {
            format!("TRX {}", 88_200 + n)
        } else {
            String::new()
        },
        by: "Tomasz Wójcik".into(),
        reversed: None,
    }
}

fn terms() -> Terms {
    let rounding = farthing_lending::Rounding {
        money: Decimal::new(1, 2),
        mode: farthing_lending::RoundingMode::HalfEven,
        installment_multiple: farthing_lending::Multiple::Of(Decimal::new(1, 2)),
        installment_mode: None,
        remainder: Default::default(),
        ledger: Default::default(),
    };
    Terms {
        installments: Some(24),
        interest_period: farthing_lending::InterestPeriod::Daily,
        day_count: Some(farthing_lending::DayCount::Act365),
        ..Terms::level(
            Decimal::new(500_000, 2),
            Decimal::new(1800, 2),
            date(2026, 1, 5),
            rounding,
        )
    }
}

/// A loan of so many installments, six of them paid; `scale` multiplies every amount.
pub fn loan(installments: u32, scale: i64) -> LoanView {
    let rows: Vec<InstallmentView> = (1..=installments).map(|n| row(n, installments, scale)).collect();
    let mut payments: Vec<PaymentView> = (1..=6)
        .map(|n| {
            let interest = money((7_500 - i64::from(n) * 250) * scale);
            payment(
                n,
                PaymentParts {
                    penalty: money(if n == 3 { 235 * scale } else { 0 }),
                    interest,
                    principal: money(20_833 * scale),
                    credit: money(0),
                    ..PaymentParts::default()
                },
            )
        })
        .collect();
    payments[4].reversed = Some("entered twice".into());
    let at: DateTime<Utc> = date(2026, 1, 3).and_hms_opt(8, 0, 0).unwrap().and_utc();
    LoanView {
        row: LoanRow {
            id: LoanId(Uuid::from_u128(1)),
            number: "BR1-L-00418".into(),
            customer: CustomerId(Uuid::from_u128(2)),
            customer_name: "Nguyễn Thị Mai Lan".into(),
            product: "Small business".into(),
            purchase: false,
            principal: money(500_000 * scale),
            outstanding: money(387_654 * scale),
            due_now: money(0),
            next_due_on: Some(date(2026, 8, 5)),
            next_due: money(26_583 * scale),
            days_past_due: 4,
            status: LoanStatus::Active,
            applied_at: at,
        },
        seen: String::new(),
        terms: Some(terms()),
        every: (1, Unit::Months),
        annual_rate: Decimal::new(18, 0),
        installments,
        installment: money(26_583 * scale),
        purpose: String::new(),
        officer: "Tomasz Wójcik".into(),
        may_decide: Ok(()),
        may_disburse: Ok(()),
        decision: None,
        disbursed_on: Some(date(2026, 1, 5)),
        closed_on: None,
        rows,
        outstanding_principal: money(375_002 * scale),
        overdue: money(26_583 * scale),
        dues: Dues::default(),
        total_interest: money(98_765 * scale),
        total_due: money(598_765 * scale),
        total_paid: money(164_748 * scale),
        credit: money(0),
        charges: Vec::new(),
        charges_taken: Vec::new(),
        interest_earned: money(0),
        interest_suspended: false,
        is_variable: false,
        failed_rules: Vec::new(),
        terms_changes: Vec::new(),
        written_off: None,
        may_waive: Ok(()),
        may_change_terms: Ok(()),
        may_write_off: Ok(()),
        payoff: None,
        max_discount: money(0),
        undisbursed: Money::ZERO,
        parts_left: 0,
        may_disburse_part: Ok(()),
        payments,
        history: Vec::new(),
    }
}

fn row(n: u32, installments: u32, scale: i64) -> InstallmentView {
    let due_on = date(2026, 1, 5).checked_add_months(Months::new(n)).unwrap();
    let (principal, interest) = (20_833 * scale, (7_500 - i64::from(n % 24) * 250) * scale);
    let penalty = if n == 3 { 235 * scale } else { 0 };
    let due = principal + interest + penalty;
    let status = match n {
        ..=6 => InstallmentStatus::Paid,
        7 => InstallmentStatus::Late,
        8 => InstallmentStatus::Next,
        _ => InstallmentStatus::Upcoming,
    };
    InstallmentView {
        n,
        due_on,
        principal: money(principal),
        interest: money(interest),
        penalty: money(penalty),
        fee: money(0),
        due: money(due),
        paid: money(if n <= 6 { due } else { 0 }),
        balance: money(principal * i64::from(installments - n)),
        settled_on: (n <= 6).then(|| due_on.checked_add_days(Days::new(1)).unwrap()),
        days_late: if n == 7 { 4 } else { 0 },
        status,
    }
}

/// Where pictures of what the tests made are left to be looked at.
pub fn look(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("look");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// The text of a PDF, laid out as on the page, page by page.
pub fn read(name: &str, pdf: &[u8]) -> Vec<String> {
    let path = look(name);
    std::fs::write(&path, pdf).unwrap();
    let done = Command::new("pdftotext")
        .args(["-layout"])
        .arg(&path)
        .arg("-")
        .output()
        .expect("poppler-utils is needed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    // What must not break looks like any other space.
    let text = String::from_utf8(done.stdout).unwrap().replace('\u{a0}', " ");
    text.trim_end_matches('\x0c').split('\x0c').map(String::from).collect()
}
