//! Maker-checker: what takes a second person, and what waits for one.

use crate::{ApiError, LoanId, Money, Page, PaymentMethod, Request, RequestId, Role, UserId, request};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hours until a request that nobody decided on is void.
pub const SECOND_PERSON_HOURS: u32 = 72;

request! {
    /// What takes a second person.
    GetSecondPersonRules {} => SecondPersonRules;

    /// Sets what takes a second person.
    SaveSecondPersonRules {
        /// The rules.
        rules: SecondPersonRules,
    } => SecondPersonRules;

    /// What waits for a second person, or was decided lately, the newest first. Filter: `waiting`.
    ListRequests {
        /// Only those that wait.
        waiting: bool,
        /// Which page, from 0.
        page: u32,
    } => Page<RequestView>;

    /// Decides on what another asked for. The one who asked may only take it back.
    DecideRequest {
        /// Which.
        request: RequestId,
        /// The hash of what the person saw.
        hash: String,
        /// Carry it out, or not.
        approve: bool,
        /// Why; needed where it is not carried out.
        reason: String,
    } => RequestView;
}

/// A kind of decision that may take a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarded {
    /// Paying a loan out; the amount is the principal.
    Disburse,
    /// Giving unapplied credit back.
    Refund,
    /// Giving a loan up; the amount is the principal outstanding.
    WriteOff,
    /// No longer asking for dues.
    Waive,
    /// Taking a payment back.
    Reverse,
    /// Closing early with a discount; the amount is the discount.
    Foreclose,
    /// Putting a loan under new terms; the amount is the principal outstanding.
    ChangeTerms,
    /// Deciding where money in suspense goes.
    SettleSuspense,
    /// Adding people, admitting them, taking their access away or giving it back, resetting a second factor.
    People,
    /// Changing these rules, and those of lateness and eligibility.
    Rules,
}

impl Guarded {
    /// Every kind, in the order in which screens list them.
    pub const ALL: [Guarded; 10] = [
        Guarded::Disburse,
        Guarded::Refund,
        Guarded::WriteOff,
        Guarded::Waive,
        Guarded::Reverse,
        Guarded::Foreclose,
        Guarded::ChangeTerms,
        Guarded::SettleSuspense,
        Guarded::People,
        Guarded::Rules,
    ];

    /// Whether it has an amount, so that small ones may go without.
    pub const fn has_amount(self) -> bool {
        !matches!(self, Guarded::People | Guarded::Rules)
    }

    /// Its stable word.
    pub const fn word(self) -> &'static str {
        match self {
            Guarded::Disburse => "disburse",
            Guarded::Refund => "refund",
            Guarded::WriteOff => "write_off",
            Guarded::Waive => "waive",
            Guarded::Reverse => "reverse",
            Guarded::Foreclose => "foreclose",
            Guarded::ChangeTerms => "change_terms",
            Guarded::SettleSuspense => "settle_suspense",
            Guarded::People => "people",
            Guarded::Rules => "rules",
        }
    }
}

/// What takes a second person, each from which amount on, in minor units; zero: always. What is not named never does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecondPersonRules(pub BTreeMap<Guarded, Money>);

impl SecondPersonRules {
    /// Whether nothing takes a second person.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something takes a second person.
    pub fn guard(&self, kind: Guarded, amount: Money) -> bool {
        self.0.get(&kind).is_some_and(|from| amount >= *from)
    }

    /// A place to start from: what gives money or claims away from 100 units of the currency on, payouts from 1,000.
    pub fn usual(decimals: u32) -> SecondPersonRules {
        let units = |n: i64| Money::from_minor(n * 10_i64.pow(decimals.min(4)));
        SecondPersonRules(
            Guarded::ALL
                .into_iter()
                .map(|kind| match kind {
                    Guarded::Disburse | Guarded::ChangeTerms => (kind, units(1_000)),
                    Guarded::WriteOff | Guarded::People | Guarded::Rules => (kind, Money::ZERO),
                    _ => (kind, units(100)),
                })
                .collect(),
        )
    }
}

/// How a request for a second person stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It waits.
    Waiting,
    /// A second person agreed, and it was carried out.
    Done,
    /// A second person said no.
    Rejected,
    /// Who asked took it back.
    Withdrawn,
    /// A second person agreed, but it could no longer be carried out as it was asked for.
    Refused,
    /// Nobody decided in time.
    Expired,
}

/// What someone asked for that takes a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestView {
    /// Which.
    pub id: RequestId,
    /// The command's kind; of access, whether it is taken or given.
    pub what: String,
    /// The hash of exactly what is asked for.
    pub hash: String,
    /// The loan's number, or the person's name.
    pub about: String,
    /// The loan.
    pub loan: Option<LoanId>,
    /// The customer's name.
    pub customer: String,
    /// The amount, in minor units.
    pub amount: Option<Money>,
    /// What a person becomes.
    pub role: Option<Role>,
    /// How money moves.
    pub method: Option<PaymentMethod>,
    /// The day on which it does.
    pub value_date: Option<NaiveDate>,
    /// What was given as the reason.
    pub reason: String,
    /// Who asked.
    pub by: UserId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when it may be decided.
    pub expires_at: DateTime<Utc>,
    /// How it stands.
    pub state: RequestState,
    /// The name of who decided; empty while nobody did.
    pub decided_by: String,
    /// What was said about it: the second person's reason.
    pub outcome: String,
    /// Why it could not be carried out.
    pub refusal: Option<ApiError>,
}
