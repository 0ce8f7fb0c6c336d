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
use ledger::Ledger;
use loans::Loans;
use sqlx::sqlite::SqliteConnection;
use sums::Sums;

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

/// What facts change that is written for many of them at once: loans, sums and the ledger.
#[derive(Default)]
struct Gathered {
    loans: Loans,
    sums: Sums,
    ledger: Ledger,
}

impl Gathered {
    /// Writes what was gathered; nothing is left of it then.
    async fn write(&mut self, conn: &mut SqliteConnection, state: &State) -> Result<(), StoreError> {
        let Gathered { loans, sums, ledger } = std::mem::take(self);
        loans.write(conn, state).await?;
        sums.write(conn).await?;
        ledger.write(conn).await
    }
}

/// Applies facts, in their order, to the aggregates and to every projection.
pub(crate) async fn project(
    conn: &mut SqliteConnection,
    state: &mut State,
    facts: &[(i64, &Fact)],
) -> Result<(), StoreError> {
    let mut gathered = Gathered::default();
    for &(seq, fact) in facts {
        let before = loans::Before::of(state, fact);
        apply(state, fact);
        if reads_gathered(&fact.body) {
            gathered.write(conn, state).await?;
        }
        project_one(conn, state, &mut gathered, &before, fact).await?;
        gathered.ledger.post(seq, fact);
    }
    gathered.write(conn, state).await
}

/// Whether what is written for a fact at once rests on loans or sums as they are by then.
fn reads_gathered(body: &FactBody) -> bool {
    matches!(
        body,
        FactBody::CustomerChanged { .. }
            | FactBody::CustomerErased { .. }
            | FactBody::DayClosed { .. }
            | FactBody::TaskOpened { .. }
            | FactBody::RequestMade { .. }
    )
}

async fn project_one(
    conn: &mut SqliteConnection,
    state: &State,
    gathered: &mut Gathered,
    before: &loans::Before,
    fact: &Fact,
) -> Result<(), StoreError> {
    match &fact.body {
        FactBody::OrganisationSetUp { .. }
        | FactBody::DayAccrued { .. }
        | FactBody::LatenessRulesSet { .. }
        | FactBody::EligibilityRulesSet { .. }
        | FactBody::DaysOffSet { .. }
        | FactBody::SecondPersonRulesSet { .. } => Ok(()),
        FactBody::RequestMade { .. } | FactBody::RequestEnded { .. } => requests::project(conn, fact).await,
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
        | FactBody::TaskSettled { .. } => desk::project(conn, fact).await,
        FactBody::CustomerRegistered { .. }
        | FactBody::CustomerChanged { .. }
        | FactBody::ContactVerified { .. }
        | FactBody::DocumentSeen { .. }
        | FactBody::CustomerErased { .. }
        | FactBody::CustomerVouched { .. } => customers::project(conn, state, fact).await,
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
        | FactBody::PenaltiesCharged { .. } => gathered.loans.gather(&mut gathered.sums, state, before, fact),
    }
}
