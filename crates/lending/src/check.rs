//! Which terms make sense, and the words for those that do not.

use crate::terms::{
    DayCount, InstallmentRate, InterestPeriod, LedgerKind, MOST_INSTALLMENTS, Method, Multiple, Terms, TermsError, Unit,
};
use rust_decimal::Decimal;

/// The most units between two installments: ten years of days, weeks or months all stay inside the calendar.
const MOST_EVERY: u32 = 3660;
/// How many decimals a rate may have; beyond that no lender distinguishes rates, and integers would overflow.
const RATE_DECIMALS: u32 = 15;

pub(crate) fn ensure(holds: bool, field: &str, message: &str) -> Result<(), TermsError> {
    if holds {
        Ok(())
    } else {
        Err(TermsError::on(field, message))
    }
}

/// A rate between 0 and 1,000 percent a year with at most 15 decimals.
pub(crate) fn check_rate(rate: Decimal, field: &str) -> Result<(), TermsError> {
    ensure(
        rate >= Decimal::ZERO && rate <= Decimal::ONE_THOUSAND,
        field,
        "Enter a rate from 0 to 1,000 percent a year.",
    )?;
    ensure(
        rate.normalize().scale() <= RATE_DECIMALS,
        field,
        "Enter a rate with at most 15 decimals.",
    )
}

impl Terms {
    /// Whether the terms can be carried out, apart from what only the schedule itself shows (a part that rounding
    /// would make negative, a date beyond the calendar).
    ///
    /// # Errors
    /// Names the first field that is wrong and the remedy.
    pub fn check(&self) -> Result<(), TermsError> {
        self.check_amounts()?;
        self.check_count()?;
        self.check_rounding()?;
        self.check_interest()?;
        self.check_grace()?;
        self.check_facts()?;
        crate::check_options::check(self)
    }

    fn check_amounts(&self) -> Result<(), TermsError> {
        ensure(
            self.principal > Decimal::ZERO,
            "principal",
            "Enter an amount greater than zero.",
        )?;
        check_rate(self.annual_rate, "annual_rate")?;
        if let Some(pct) = self.down_payment_pct {
            ensure(
                pct >= Decimal::ZERO && pct < Decimal::ONE_HUNDRED && pct.normalize().scale() <= RATE_DECIMALS,
                "down_payment_pct",
                "Enter a percentage from 0 to less than 100.",
            )?;
        }
        match (self.method, self.balloon) {
            (Method::Balloon, None) => ensure(false, "balloon", "Enter the principal left for the last due date.")?,
            (Method::Balloon, Some(left)) => ensure(
                left >= Decimal::ZERO && left < self.principal,
                "balloon",
                "Enter an amount from zero to less than the principal.",
            )?,
            (_, Some(_)) => ensure(false, "balloon", "Leave it out, or choose the method balloon.")?,
            (_, None) => {}
        }
        if let Some(amount) = self.fixed_installment {
            ensure(
                matches!(self.method, Method::DecliningEqualInstallments | Method::Balloon),
                "fixed_installment",
                "Leave it out: this method has no level installment.",
            )?;
            ensure(
                amount > Decimal::ZERO,
                "fixed_installment",
                "Enter an amount greater than zero.",
            )?;
        }
        if let Some(amount) = self.fixed_principal {
            ensure(
                self.method == Method::DecliningEqualPrincipal,
                "fixed_principal",
                "Leave it out, or choose equal principal.",
            )?;
            ensure(
                amount > Decimal::ZERO,
                "fixed_principal",
                "Enter an amount greater than zero.",
            )?;
        }
        Ok(())
    }

    fn check_count(&self) -> Result<(), TermsError> {
        match self.installments {
            None => ensure(
                (self.fixed_installment.is_some() && self.method == Method::DecliningEqualInstallments)
                    || self.fixed_principal.is_some(),
                "installments",
                "Enter how many installments, or a fixed installment or fixed principal.",
            )?,
            Some(0) => ensure(false, "installments", "Enter at least 1 installment.")?,
            Some(n) => ensure(
                n <= MOST_INSTALLMENTS,
                "installments",
                "Enter at most 1,200 installments.",
            )?,
        }
        ensure(
            (1..=MOST_EVERY).contains(&self.every),
            "every",
            "Enter a rhythm from 1 to 3,660 units.",
        )?;
        ensure(
            self.unit != Unit::Months || self.every <= MOST_INSTALLMENTS,
            "every",
            "Enter a rhythm of at most 1,200 months.",
        )?;
        ensure(
            self.first_due_on.is_none_or(|first| first > self.disbursed_on),
            "first_due_on",
            "Choose a day after the disbursement.",
        )
    }

    fn check_rounding(&self) -> Result<(), TermsError> {
        ensure(
            self.rounding.money > Decimal::ZERO,
            "rounding.money",
            "Enter the smallest amount that is paid, such as 0.01.",
        )?;
        match self.rounding.installment_multiple {
            Multiple::Of(multiple) => ensure(
                multiple > Decimal::ZERO,
                "rounding.installment_multiple",
                "Enter an amount greater than zero, such as 0.01, or exact.",
            ),
            Multiple::Exact => ensure(
                self.rounding.ledger == LedgerKind::Exact,
                "rounding.installment_multiple",
                "Enter a multiple such as 0.01: an installment that is not rounded needs a ledger that is not rounded.",
            ),
        }
    }

    fn check_interest(&self) -> Result<(), TermsError> {
        let daily = self.interest_period == InterestPeriod::Daily;
        ensure(
            !daily || self.day_count.is_some(),
            "day_count",
            "Choose how days are counted: daily interest needs it.",
        )?;
        ensure(
            !(daily && self.method == Method::Flat),
            "interest_period",
            "Choose interest per installment: flat interest does not look at dates.",
        )?;
        ensure(
            !(daily && self.installment_rate == InstallmentRate::Nominal && self.day_count == Some(DayCount::ActAct)),
            "installment_rate",
            "Choose actual: a nominal rate is not defined for act/act.",
        )
    }

    fn check_grace(&self) -> Result<(), TermsError> {
        let grace = self.grace;
        let n = self.installments.unwrap_or(MOST_INSTALLMENTS);
        let spread = !matches!(self.method, Method::Flat | Method::Bullet);
        ensure(
            spread || grace.principal == 0,
            "grace.principal",
            "Leave it out: this method has no grace on principal.",
        )?;
        ensure(
            spread || grace.interest_deferred == 0,
            "grace.interest_deferred",
            "Leave it out: this method cannot defer interest.",
        )?;
        ensure(
            self.method != Method::Flat || grace.interest_free == 0,
            "grace.interest_free",
            "Leave it out: flat interest runs over the whole term.",
        )?;
        ensure(
            grace.principal < n,
            "grace.principal",
            "Enter fewer than the installments.",
        )?;
        ensure(
            grace.interest_free <= n,
            "grace.interest_free",
            "Enter at most the installments.",
        )?;
        let level = matches!(self.method, Method::DecliningEqualInstallments | Method::Balloon);
        ensure(
            grace.interest_deferred == 0 || !level || grace.interest_deferred < grace.principal,
            "grace.interest_deferred",
            "Enter fewer than the installments without principal: the deferred interest falls due among them.",
        )?;
        ensure(
            grace.interest_deferred < n,
            "grace.interest_deferred",
            "Enter fewer than the installments.",
        )
    }

    fn check_payments(&self) -> Result<(), TermsError> {
        let mut before = self.disbursed_on;
        for (i, payment) in self.payments.iter().flatten().enumerate() {
            let wrong = |field, message| Err(TermsError::on(format!("payments[{i}].{field}"), message));
            if payment.on < self.disbursed_on {
                return wrong("on", "Choose a day not before the disbursement.");
            }
            if payment.on < before {
                return wrong("on", "List the payments in order of date.");
            }
            if self.as_of.is_some_and(|known| payment.on > known) {
                return wrong("on", "Choose a day not after as_of.");
            }
            if payment.amount <= Decimal::ZERO {
                return wrong("amount", "Enter an amount greater than zero.");
            }
            before = payment.on;
        }
        Ok(())
    }

    fn check_facts(&self) -> Result<(), TermsError> {
        self.check_payments()?;
        ensure(
            self.as_of.is_none_or(|known| known >= self.disbursed_on),
            "as_of",
            "Choose a day not before the disbursement.",
        )?;
        ensure(
            self.method != Method::Bullet || (self.payments.iter().flatten().next().is_none() && self.as_of.is_none()),
            "payments",
            "Leave them out: a bullet loan is repaid in one payment.",
        )?;
        ensure(
            self.method != Method::Flat || self.prepayment != Some(crate::terms::Prepayment::Lower),
            "prepayment",
            "Choose shorten or defer: a flat installment is not worked out anew.",
        )?;
        ensure(
            self.payoff_on.is_none_or(|on| on >= self.disbursed_on),
            "payoff_on",
            "Choose a day not before the disbursement.",
        )?;
        ensure(
            self.method != Method::Flat || self.rate_changes.is_empty(),
            "rate_changes",
            "Leave them out: flat interest is agreed for the whole term.",
        )?;
        let mut before = self.disbursed_on;
        for (i, change) in self.rate_changes.iter().enumerate() {
            ensure(
                change.on > before,
                &format!("rate_changes[{i}].on"),
                "Choose a due date after the disbursement, in order of date.",
            )?;
            check_rate(change.annual_rate, &format!("rate_changes[{i}].annual_rate"))?;
            before = change.on;
        }
        Ok(())
    }
}
