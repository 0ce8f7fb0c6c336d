//! What a customer's own machine gets to know: facts about them and their loans alone, in a form that says nothing of the
//! office: who decided and why, the ledger, what was earned.

use farthing_api::{CustomerId, FactId, LoanId, UserId};
use farthing_office::{Fact, FactBody, LoanChange, State};
use uuid::Uuid;

/// Whoever works at the branch, on a customer's machine.
pub const SOMEBODY: UserId = UserId(Uuid::nil());
/// The name space of facts in the form for their customer: the fact's id names one.
const SAFE: Uuid = Uuid::from_u128(0x6661_7274_6869_6e67_2063_7573_746f_6d65);

/// Whom a fact is about, where they may know of it. `state` has every aggregate that the decision read or made.
pub fn whose(state: &State, fact: &FactBody) -> Option<CustomerId> {
    use FactBody as F;
    match fact {
        F::UserAdded { customer, .. } => *customer,
        F::UserAccessSet { user, .. } | F::SignInMoved { user, .. } => state.user(*user)?.customer,
        F::CustomerErased { customer }
        | F::CustomerRegistered { customer, .. }
        | F::CustomerChanged { customer, .. }
        | F::ContactVerified { customer, .. }
        | F::DocumentSeen { customer, .. }
        | F::CustomerVouched { customer } => Some(*customer),
        F::LoanApplied { loan } | F::PurchaseMade { loan, .. } => Some(loan.customer),
        F::LoanApproved { loan, .. }
        | F::LoanRejected { loan, .. }
        | F::LoanDisbursed { loan, .. }
        | F::PaymentReceived { loan, .. }
        | F::PaymentReversed { loan, .. }
        | F::LoanForeclosed { loan, .. }
        | F::CreditRefunded { loan, .. }
        | F::PenaltiesCharged { loan, .. }
        | F::DuesWaived { loan, .. }
        | F::TermsChanged { loan, .. }
        | F::RatesFollowed { loan, .. }
        | F::LoanWrittenOff { loan, .. }
        | F::MoneySetAside { loan, .. }
        | F::AsideSettled { loan, .. } => state.loan(*loan).map(|loan| loan.customer),
        _ => None,
    }
}

/// A fact in the form for the customer whom it is about: a fact of its own, which names the same operation.
pub fn for_customer(state: &State, customer: CustomerId, fact: &Fact) -> Fact {
    let is_theirs = |user: UserId| state.user(user).is_some_and(|known| known.customer == Some(customer));
    let by = |user: UserId| if is_theirs(user) { user } else { SOMEBODY };
    let of_customer = |loan: LoanId| state.loan(loan).is_some_and(|loan| loan.customer == customer);
    Fact {
        id: FactId(Uuid::new_v5(&SAFE, fact.id.0.as_bytes())),
        by: fact.by.map(by),
        body: told(&fact.body, of_customer),
        ..fact.clone()
    }
}

/// What is said of a fact. Every kind that [`whose`] names is here, so that a new one is thought about.
fn told(fact: &FactBody, is_own: impl Fn(LoanId) -> bool) -> FactBody {
    use FactBody as F;
    let mut told = fact.clone();
    match &mut told {
        F::CustomerRegistered { officer, .. } => *officer = officer.map(|_| SOMEBODY),
        F::LoanApplied { loan } => {
            loan.officer = loan.officer.map(|_| SOMEBODY);
            loan.failed_rules.clear();
        }
        F::PurchaseMade { loan, postings, .. } => {
            loan.officer = loan.officer.map(|_| SOMEBODY);
            postings.clear();
        }
        F::LoanApproved {
            reason, failed_rules, ..
        } => {
            reason.clear();
            failed_rules.clear();
        }
        F::LoanRejected { reason, .. } => reason.clear(),
        F::LoanDisbursed {
            postings,
            accrual,
            next_event,
            ..
        } => {
            postings.clear();
            *accrual = None;
            *next_event = None;
        }
        F::PaymentReceived { change, .. }
        | F::LoanForeclosed { change, .. }
        | F::CreditRefunded { change, .. }
        | F::PenaltiesCharged { change, .. }
        | F::RatesFollowed { change, .. } => shorten(change),
        F::PaymentReversed { reason, change, .. }
        | F::DuesWaived { reason, change, .. }
        | F::LoanWrittenOff { reason, change, .. } => {
            reason.clear();
            shorten(change);
        }
        F::TermsChanged { terms, change, .. } => {
            terms.reason.clear();
            shorten(change);
        }
        F::MoneySetAside { postings, .. } => postings.clear(),
        F::AsideSettled {
            into, reason, postings, ..
        } => {
            *into = into.filter(|loan| is_own(*loan));
            reason.clear();
            postings.clear();
        }
        _ => {}
    }
    told
}

/// How the loan stands, without the office's books.
fn shorten(change: &mut LoanChange) {
    change.postings.clear();
    change.accrual = None;
    change.same_plan = false;
    change.next_event = None;
}
