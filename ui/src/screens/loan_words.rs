//! The words of lending: methods, rhythms, what happened.

use crate::i18n::{Text, text};
use farthing_api::PaymentMethod;
use farthing_lending::{Method, RoundingMode, Unit};

/// The ways in which money moves, in the order of the choice.
pub const PAYMENT_METHODS: [PaymentMethod; 3] = [PaymentMethod::Cash, PaymentMethod::Bank, PaymentMethod::Mobile];

/// The word of a way in which money moves.
pub const fn payment_method(method: PaymentMethod) -> Text {
    match method {
        PaymentMethod::Cash => text::LOAN_METHOD_CASH,
        PaymentMethod::Bank => text::LOAN_METHOD_BANK,
        PaymentMethod::Mobile => text::LOAN_METHOD_MOBILE,
    }
}

/// What happened to a loan, by the word of the fact; a fact without a word of its own keeps the book's.
pub fn happened(fact: &str) -> Option<Text> {
    Some(match fact {
        "loan_applied" => text::LOAN_HISTORY_LOAN_APPLIED,
        "loan_approved" => text::LOAN_HISTORY_LOAN_APPROVED,
        "loan_rejected" => text::LOAN_HISTORY_LOAN_REJECTED,
        "loan_disbursed" => text::LOAN_HISTORY_LOAN_DISBURSED,
        "purchase_made" => text::LOAN_HISTORY_PURCHASE_MADE,
        "payment_received" => text::LOAN_HISTORY_PAYMENT_RECEIVED,
        "payment_reversed" => text::LOAN_HISTORY_PAYMENT_REVERSED,
        "penalties_charged" => text::LOAN_HISTORY_PENALTIES_CHARGED,
        "loan_foreclosed" => text::LOAN_HISTORY_LOAN_FORECLOSED,
        "credit_refunded" => text::LOAN_HISTORY_CREDIT_REFUNDED,
        "interest_suspended" => text::LOAN_HISTORY_INTEREST_SUSPENDED,
        "dues_waived" => text::LOAN_HISTORY_DUES_WAIVED,
        "loan_written_off" => text::LOAN_HISTORY_LOAN_WRITTEN_OFF,
        "money_set_aside" => text::LOAN_HISTORY_MONEY_SET_ASIDE,
        "aside_settled" => text::LOAN_HISTORY_ASIDE_SETTLED,
        _ => return None,
    })
}

/// The name of a method of working out interest and principal.
pub const fn interest_method(method: Method) -> Text {
    match method {
        Method::DecliningEqualInstallments => text::PRODUCT_METHOD_DECLINING,
        Method::DecliningEqualPrincipal => text::PRODUCT_METHOD_EQUAL_PRINCIPAL,
        Method::Flat => text::PRODUCT_METHOD_FLAT,
        Method::InterestOnly => text::PRODUCT_METHOD_INTEREST_ONLY,
        Method::Balloon => text::PRODUCT_METHOD_BALLOON,
        Method::Bullet => text::PRODUCT_METHOD_BULLET,
    }
}

/// How often an installment falls due, to be filled with `{every}`: "a month", "every 2 weeks".
pub const fn rhythm(every: u32, unit: Unit) -> Text {
    match (every, unit) {
        (1, Unit::Days) => text::PRODUCT_RHYTHM_DAY,
        (1, Unit::Weeks) => text::PRODUCT_RHYTHM_WEEK,
        (1, Unit::Months) => text::PRODUCT_RHYTHM_MONTH,
        (_, Unit::Days) => text::PRODUCT_RHYTHM_DAYS,
        (_, Unit::Weeks) => text::PRODUCT_RHYTHM_WEEKS,
        (_, Unit::Months) => text::PRODUCT_RHYTHM_MONTHS,
    }
}

/// The name of a way of rounding.
pub const fn rounding(mode: RoundingMode) -> Text {
    match mode {
        RoundingMode::HalfEven => text::PRODUCT_ROUNDING_HALF_EVEN,
        RoundingMode::HalfUp => text::PRODUCT_ROUNDING_HALF_UP,
        RoundingMode::Up => text::PRODUCT_ROUNDING_UP,
    }
}
