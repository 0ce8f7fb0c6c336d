//! Who may see what: a fact is stored once and listed in the scopes that may see it.

use farthing_api::CustomerId;
use farthing_office::FactBody;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A part of the server's facts with a sequence of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Scope {
    /// What everybody may know: products, goods, the organisation's rules, the closing of days.
    Public,
    /// What those who work here may know: who they are.
    Staff,
    /// A branch's customers and loans.
    Branch(String),
    /// What one customer may know.
    Customer(CustomerId),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Public => f.write_str("org-public"),
            Scope::Staff => f.write_str("org"),
            Scope::Branch(code) => write!(f, "branch:{code}"),
            Scope::Customer(id) => write!(f, "customer:{id}"),
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Scope, String> {
        let unknown = || format!("{text} is not a scope");
        match text.split_once(':') {
            None if text == "org-public" => Ok(Scope::Public),
            None if text == "org" => Ok(Scope::Staff),
            Some(("branch", code)) => Ok(Scope::Branch(code.into())),
            Some(("customer", id)) => Ok(Scope::Customer(id.parse().map_err(|_| unknown())?)),
            _ => Err(unknown()),
        }
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}

impl TryFrom<String> for Scope {
    type Error = String;
    fn try_from(text: String) -> Result<Scope, String> {
        text.parse()
    }
}

/// The scope in which those who work at a branch find a fact.
pub fn staff_scope(fact: &FactBody, branch: &str) -> Scope {
    match fact {
        FactBody::OrganisationSetUp { .. }
        | FactBody::ProductSaved { .. }
        | FactBody::GoodsSaved { .. }
        | FactBody::LatenessRulesSet { .. }
        | FactBody::EligibilityRulesSet { .. }
        | FactBody::DaysOffSet { .. }
        | FactBody::SecondPersonRulesSet { .. } => Scope::Public,
        FactBody::UserAdded { customer: None, .. }
        | FactBody::UserAsked { .. }
        | FactBody::InvitationAnswered { .. }
        | FactBody::UserAdmitted { .. }
        | FactBody::UserTurnedAway { .. }
        | FactBody::UserAccessSet { .. }
        | FactBody::PasswordChanged { .. }
        | FactBody::SecondFactorSet { .. }
        | FactBody::SignInMoved { .. }
        | FactBody::UserRenamed { .. } => Scope::Staff,
        _ => Scope::Branch(branch.to_string()),
    }
}

/// What a customer's own machine may see.
pub fn granted_to(customer: CustomerId) -> Vec<Scope> {
    vec![Scope::Public, Scope::Customer(customer)]
}

/// What a desktop of a branch may see.
pub fn granted(branch: &str) -> Vec<Scope> {
    vec![Scope::Public, Scope::Staff, Scope::Branch(branch.to_string())]
}
