//! Projections: the tables that screens read, derived from facts and aggregates alone. A replay from zero rebuilds
//! them identically.

mod customers;
mod desk;
mod ledger;
mod loans;
mod requests;
mod sums;

pub(crate) use customers::{customer_key, fold, seal_form};
pub(crate) use requests::state_word;
pub(crate) use sums::kind_word;

use crate::StoreError;
use farthing_office::{Fact, FactBody, State, apply};
use sqlx::sqlite::SqliteConnection;

/// The tables that a replay rebuilds, each with the columns that order it.
pub(crate) const TABLES: &[(&str, &str)] = &[
    ("aggregate", "key"),
    ("customer", "rid"),
    ("product", "id"),
    ("goods", "id"),
    ("loan", "rid"),
    ("installment", "loan_rid, n"),
    ("payment", "rid"),
    ("posting", "fact_seq, line"),
    ("balance", "account"),
    ("monthly", "month, measure"),
    ("standing", "product, oldest_due"),
    ("loan_count", "status"),
    ("accrual_rate", "product, kind"),
    ("accrual_change", "day, product, kind"),
    ("day_figures", "date"),
    ("day_bucket", "date, from_days"),
    ("user", "id"),
    ("task", "rid"),
    ("request", "rid"),
];

/// Applies one fact to the aggregates and to every projection.
pub(crate) async fn project(
    conn: &mut SqliteConnection,
    state: &mut State,
    seq: i64,
    fact: &Fact,
) -> Result<(), StoreError> {
    let before = loans::Before::of(state, fact);
    apply(state, fact);
    match &fact.body {
        FactBody::OrganisationSetUp { .. }
        | FactBody::DayAccrued { .. }
        | FactBody::LatenessRulesSet { .. }
        | FactBody::EligibilityRulesSet { .. }
        | FactBody::DaysOffSet { .. }
        | FactBody::SecondPersonRulesSet { .. } => {}
        FactBody::RequestMade { .. } | FactBody::RequestEnded { .. } => requests::project(conn, fact).await?,
        FactBody::UserAdded { .. }
        | FactBody::UserAsked { .. }
        | FactBody::UserAdmitted { .. }
        | FactBody::InvitationAnswered { .. }
        | FactBody::UserTurnedAway { .. }
        | FactBody::UserAccessSet { .. }
        | FactBody::PasswordChanged { .. }
        | FactBody::UserRenamed { .. }
        | FactBody::SignInMoved { .. }
        | FactBody::SecondFactorSet { .. }
        | FactBody::ProductSaved { .. }
        | FactBody::GoodsSaved { .. }
        | FactBody::DayClosed { .. }
        | FactBody::TaskOpened { .. }
        | FactBody::TaskSettled { .. } => desk::project(conn, fact).await?,
        FactBody::CustomerRegistered { .. }
        | FactBody::CustomerChanged { .. }
        | FactBody::ContactVerified { .. }
        | FactBody::DocumentSeen { .. }
        | FactBody::CustomerErased { .. }
        | FactBody::CustomerVouched { .. } => customers::project(conn, state, fact).await?,
        FactBody::LoanApplied { .. }
        | FactBody::LoanApproved { .. }
        | FactBody::LoanRejected { .. }
        | FactBody::LoanDisbursed { .. }
        | FactBody::PurchaseMade { .. }
        | FactBody::PaymentReceived { .. }
        | FactBody::PaymentReversed { .. }
        | FactBody::LoanForeclosed { .. }
        | FactBody::CreditRefunded { .. }
        | FactBody::InterestSuspended { .. }
        | FactBody::DuesWaived { .. }
        | FactBody::TermsChanged { .. }
        | FactBody::RatesFollowed { .. }
        | FactBody::LoanWrittenOff { .. }
        | FactBody::MoneySetAside { .. }
        | FactBody::AsideSettled { .. }
        | FactBody::PenaltiesCharged { .. } => loans::project(conn, state, &before, fact).await?,
    }
    ledger::post(conn, seq, fact).await
}
