//! What is known of a fact before it is applied: its word, what it changes, the entry that it carries.

use crate::fact::LoanChange;
use crate::posting::Posting;
use crate::state::Desk;
use crate::{FactBody, Key};
use farthing_api::{LoanId, TaskKind};

/// One of a desk's counters.
type Counter = fn(&Desk) -> u32;

impl FactBody {
    /// The fact's word, as in its payload.
    pub fn word(&self) -> &'static str {
        match self {
            FactBody::OrganisationSetUp { .. } => "organisation_set_up",
            FactBody::UserAdded { .. } => "user_added",
            FactBody::UserAsked { .. } => "user_asked",
            FactBody::UserAdmitted { .. } => "user_admitted",
            FactBody::InvitationAnswered { .. } => "invitation_answered",
            FactBody::UserTurnedAway { .. } => "user_turned_away",
            FactBody::UserAccessSet { .. } => "user_access_set",
            FactBody::PasswordChanged { .. } => "password_changed",
            FactBody::SecondFactorSet { .. } => "second_factor_set",
            FactBody::UserRenamed { .. } => "user_renamed",
            FactBody::SignInMoved { .. } => "sign_in_moved",
            FactBody::CustomerErased { .. } => "customer_erased",
            FactBody::ProductSaved { .. } => "product_saved",
            FactBody::GoodsSaved { .. } => "goods_saved",
            FactBody::CustomerRegistered { .. } => "customer_registered",
            FactBody::CustomerChanged { .. } => "customer_changed",
            FactBody::ContactVerified { .. } => "contact_verified",
            FactBody::DocumentSeen { .. } => "document_seen",
            FactBody::CustomerVouched { .. } => "customer_vouched",
            FactBody::LoanApplied { .. } => "loan_applied",
            FactBody::LoanApproved { .. } => "loan_approved",
            FactBody::LoanRejected { .. } => "loan_rejected",
            FactBody::LoanDisbursed { .. } => "loan_disbursed",
            FactBody::PurchaseMade { .. } => "purchase_made",
            FactBody::PaymentReceived { .. } => "payment_received",
            FactBody::PaymentReversed { .. } => "payment_reversed",
            FactBody::LoanForeclosed { .. } => "loan_foreclosed",
            FactBody::CreditRefunded { .. } => "credit_refunded",
            FactBody::PenaltiesCharged { .. } => "penalties_charged",
            FactBody::InterestSuspended { .. } => "interest_suspended",
            FactBody::DuesWaived { .. } => "dues_waived",
            FactBody::TermsChanged { .. } => "terms_changed",
            FactBody::RatesFollowed { .. } => "rates_followed",
            FactBody::LoanWrittenOff { .. } => "loan_written_off",
            FactBody::MoneySetAside { .. } => "money_set_aside",
            FactBody::AsideSettled { .. } => "aside_settled",
            FactBody::DayAccrued { .. } => "day_accrued",
            FactBody::LatenessRulesSet { .. } => "lateness_rules_set",
            FactBody::EligibilityRulesSet { .. } => "eligibility_rules_set",
            FactBody::DaysOffSet { .. } => "days_off_set",
            FactBody::SecondPersonRulesSet { .. } => "second_person_rules_set",
            FactBody::RequestMade { .. } => "request_made",
            FactBody::RequestEnded { .. } => "request_ended",
            FactBody::DayClosed { .. } => "day_closed",
            FactBody::TaskOpened { .. } => "task_opened",
            FactBody::TaskSettled { .. } => "task_settled",
        }
    }

    /// The aggregates that it changes.
    pub fn touches(&self, desk: &str) -> Vec<Key> {
        let desk = || Key::Desk(desk.to_string());
        match self {
            FactBody::OrganisationSetUp { .. } => vec![Key::Organisation, Key::Day, desk()],
            FactBody::UserAdded {
                user,
                sign_in,
                customer,
                ..
            } => {
                let mut keys = vec![Key::User(*user), Key::SignIn(sign_in.clone())];
                keys.extend(customer.map(Key::Customer));
                keys
            }
            FactBody::UserAsked { user, sign_in, .. }
            | FactBody::SignInMoved { user, sign_in, .. }
            | FactBody::UserTurnedAway { user, sign_in } => {
                vec![Key::User(*user), Key::SignIn(sign_in.clone())]
            }
            FactBody::InvitationAnswered { user }
            | FactBody::UserAdmitted { user, .. }
            | FactBody::UserAccessSet { user, .. }
            | FactBody::UserRenamed { user, .. }
            | FactBody::PasswordChanged { user, .. }
            | FactBody::SecondFactorSet { user, .. } => vec![Key::User(*user)],
            FactBody::ProductSaved { product, .. } => vec![Key::Product(*product)],
            FactBody::GoodsSaved { goods, .. } => vec![Key::Goods(*goods)],
            FactBody::CustomerRegistered { customer, .. } => vec![Key::Customer(*customer), desk()],
            FactBody::CustomerChanged { customer, .. }
            | FactBody::ContactVerified { customer, .. }
            | FactBody::DocumentSeen { customer, .. }
            | FactBody::CustomerErased { customer }
            | FactBody::CustomerVouched { customer } => vec![Key::Customer(*customer)],
            FactBody::LoanApplied { loan } | FactBody::PurchaseMade { loan, .. } => vec![Key::Loan(loan.id), desk()],
            FactBody::PaymentReceived { loan, .. } | FactBody::MoneySetAside { loan, .. } => {
                vec![Key::Loan(*loan), desk()]
            }
            FactBody::LoanApproved { loan, .. }
            | FactBody::LoanRejected { loan, .. }
            | FactBody::LoanDisbursed { loan, .. }
            | FactBody::PaymentReversed { loan, .. }
            | FactBody::LoanForeclosed { loan, .. }
            | FactBody::CreditRefunded { loan, .. }
            | FactBody::InterestSuspended { loan, .. }
            | FactBody::DuesWaived { loan, .. }
            | FactBody::TermsChanged { loan, .. }
            | FactBody::RatesFollowed { loan, .. }
            | FactBody::LoanWrittenOff { loan, .. }
            | FactBody::AsideSettled { loan, .. }
            | FactBody::PenaltiesCharged { loan, .. } => vec![Key::Loan(*loan)],
            FactBody::DayAccrued { product, .. } => vec![Key::Portfolio(*product)],
            FactBody::LatenessRulesSet { .. }
            | FactBody::EligibilityRulesSet { .. }
            | FactBody::DaysOffSet { .. }
            | FactBody::SecondPersonRulesSet { .. } => vec![Key::Organisation],
            FactBody::RequestMade { request, .. } | FactBody::RequestEnded { request, .. } => {
                vec![Key::Request(*request)]
            }
            FactBody::DayClosed { .. } => vec![Key::Day],
            FactBody::TaskOpened { task, what, .. } if is_without_place(what) => vec![Key::Task(*task), desk()],
            FactBody::TaskOpened { task, .. } | FactBody::TaskSettled { task, .. } => vec![Key::Task(*task)],
        }
    }

    /// The receipt that a desk gave for money for which there is no loan.
    pub(crate) fn receipt_without_place(&self, desk: &str) -> Option<&str> {
        let FactBody::TaskOpened { what, detail, .. } = self else {
            return None;
        };
        let receipt = detail.split(' ').next()?;
        (is_without_place(what) && receipt.strip_prefix(desk)?.starts_with('-')).then_some(receipt)
    }

    /// The number that it gives, and which of a desk's counters it counts: a receipt's, a loan's, a purchase's or a customer's.
    fn number(&self) -> Option<(&str, Counter)> {
        match self {
            FactBody::PaymentReceived { payment, .. } | FactBody::MoneySetAside { payment, .. } => {
                Some((&payment.receipt, |desk| desk.receipts))
            }
            FactBody::LoanApplied { loan } => Some((&loan.number, |desk| desk.loans)),
            FactBody::PurchaseMade { loan, .. } => Some((&loan.number, |desk| desk.purchases)),
            FactBody::CustomerRegistered { number, .. } => Some((number, |desk| desk.customers)),
            _ => None,
        }
    }

    /// The number that was printed for it and the one that it has, where they are not the same: another copy of the desk's book had
    /// given that one too. `before` are the last numbers of the desk as it knew them when it printed.
    pub fn printed_otherwise(&self, before: &Desk) -> Option<(String, &str)> {
        let (kept, kind) = self.number()?;
        let digits = kept
            .rfind(|letter: char| !letter.is_ascii_digit())
            .map_or(0, |end| end + 1);
        let (prefix, count) = kept.split_at_checked(digits)?;
        let printed = format!("{prefix}{:0width$}", kind(before) + 1, width = count.len());
        (printed != kept).then_some((printed, kept))
    }

    /// The entry that it carries.
    pub fn postings(&self) -> &[Posting] {
        match self {
            FactBody::LoanDisbursed { postings, .. }
            | FactBody::PurchaseMade { postings, .. }
            | FactBody::MoneySetAside { postings, .. }
            | FactBody::AsideSettled { postings, .. }
            | FactBody::DayAccrued { postings, .. } => postings,
            _ => self.change().map_or(&[], |(_, change)| &change.postings),
        }
    }

    /// The loan that it changes, and how it stands then.
    pub fn change(&self) -> Option<(LoanId, &LoanChange)> {
        match self {
            FactBody::PaymentReceived { loan, change, .. }
            | FactBody::PaymentReversed { loan, change, .. }
            | FactBody::LoanForeclosed { loan, change, .. }
            | FactBody::CreditRefunded { loan, change, .. }
            | FactBody::PenaltiesCharged { loan, change, .. }
            | FactBody::InterestSuspended { loan, change, .. }
            | FactBody::DuesWaived { loan, change, .. }
            | FactBody::TermsChanged { loan, change, .. }
            | FactBody::RatesFollowed { loan, change, .. }
            | FactBody::LoanWrittenOff { loan, change, .. } => Some((*loan, change)),
            _ => None,
        }
    }
}

fn is_without_place(what: &str) -> bool {
    what == TaskKind::UnplacedMoney.word()
}
