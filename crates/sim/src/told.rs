//! What must never get to a customer's own machine, and what has to: read from the very bytes that are sent, and from the office's
//! facts, without the code that shortens them.

use crate::check::must;
use crate::database::{Database, Decided, Kept};
use crate::desk::{Desk, Own};
use crate::server::{Server, loans};
use farthing_api::CustomerId;
use farthing_office::{Aggregate, Fact, FactBody, Key, State};
use farthing_sync::own::SOMEBODY;
use farthing_sync::scope::{Scope, granted_to};
use farthing_sync::wire::{Entry, Page, Reply, SentFact, unpack};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use uuid::Uuid;

/// What customers are told of.
const TOLD: &[&str] = &[
    "user_added",
    "user_access_set",
    "sign_in_moved",
    "customer_erased",
    "customer_registered",
    "customer_changed",
    "contact_verified",
    "document_seen",
    "customer_vouched",
    "loan_applied",
    "loan_approved",
    "loan_rejected",
    "loan_disbursed",
    "purchase_made",
    "payment_received",
    "payment_reversed",
    "loan_foreclosed",
    "credit_refunded",
    "penalties_charged",
    "dues_waived",
    "terms_changed",
    "rates_followed",
    "loan_written_off",
    "money_set_aside",
    "aside_settled",
];
/// What everybody may know.
const OF_ALL: &[&str] = &[
    "organisation_set_up",
    "product_saved",
    "goods_saved",
    "lateness_rules_set",
    "eligibility_rules_set",
    "days_off_set",
    "second_person_rules_set",
];
/// What a customer's machine may bring about.
const ASKED: &[&str] = &[
    "loan_applied",
    "customer_changed",
    "task_opened",
    "customer_erased",
    "user_access_set",
];
/// The tasks among that.
const TASKS: &[&str] = &["notice_of_payment", "phone_to_verify"];
/// What stands in a fact for the office alone.
const OF_THE_OFFICE: &[&str] = &[
    "postings",
    "accrual",
    "reason",
    "failed_rules",
    "next_event",
    "same_plan",
];
/// Where an aggregate is another one for a customer: what is the office's, and what proves who somebody is.
const NOT_SHOWN: &[&str] = &[
    "accrual",
    "reason",
    "failed_rules",
    "next_event",
    "officer",
    "password",
    "second_factor",
];

/// Whether customers are told of a fact, if it is about one.
pub(crate) fn names(fact: &FactBody) -> bool {
    TOLD.contains(&fact.word())
}

/// Whose things somebody may hear of.
struct Who<'a> {
    own: Own,
    state: &'a State,
}

/// What is sent to a customer's own machine holds nothing of anybody else's.
pub(crate) fn answered(desk: &Desk, server: &Server, bytes: &[u8]) -> Result<(), String> {
    let Some(own) = desk.own else { return Ok(()) };
    let database = &server.organisations[desk.organisation];
    let who = Who {
        own,
        state: &database.state,
    };
    let found = match unpack::<Reply>(bytes).map_err(|e| e.to_string())? {
        Reply::Pull(page) => who.may_have(&page),
        Reply::Push(_) | Reply::Revoked(_) | Reply::Refused(_) => Ok(()),
        _ => Err("an answer that is the office's".into()),
    };
    found.map_err(|what: String| format!("{} was sent {what}", desk.name))
}

impl Who<'_> {
    fn may_have(&self, page: &Page) -> Result<(), String> {
        let may_see = granted_to(self.own.customer);
        for part in &page.scopes {
            must!(may_see.contains(&part.scope), "the scope {}", part.scope);
        }
        must!(page.in_chunks.is_none(), "how much the office has");
        for entry in &page.entries {
            let scope = page.scopes.get(usize::from(entry.part)).map(|part| &part.scope);
            self.may_have_entry(entry, scope == Some(&Scope::Public))?;
        }
        for outcome in &page.outcomes {
            let refusal = serde_json::to_value(&outcome.refusal).map_err(|e| e.to_string())?;
            self.may_read(&refusal)?;
        }
        Ok(())
    }

    fn may_have_entry(&self, entry: &Entry, is_of_all: bool) -> Result<(), String> {
        let said: Value = serde_json::from_str(&entry.fact.payload).map_err(|e| e.to_string())?;
        let kind = said["kind"].as_str().unwrap_or_default();
        let may = if is_of_all { OF_ALL } else { TOLD };
        must!(may.contains(&kind), "a fact of the kind {kind}");
        self.may_read(&said).map_err(|what| format!("{what} in {kind}"))?;
        must!(entry.credential.is_none(), "somebody's password");
        if !is_of_all {
            let is_known = entry.fact.by.is_none_or(|by| by == SOMEBODY || by == self.own.user);
            must!(is_known, "who did it");
            is_short(&said).map_err(|what| format!("{what} of {kind}"))?;
        }
        let erased = self.state.customer(self.own.customer).is_none_or(|c| c.erased);
        let registers = said["customer"] == self.own.customer.to_string() && kind == "customer_registered";
        must!(entry.key.is_none() || (registers && !erased), "a key in {kind}");
        Ok(())
    }

    /// Every id in it is this customer's, or of something that everybody may know.
    fn may_read(&self, said: &Value) -> Result<(), String> {
        match said {
            Value::Object(fields) => fields.values().try_for_each(|field| self.may_read(field)),
            Value::Array(items) => items.iter().try_for_each(|item| self.may_read(item)),
            Value::String(text) => match Uuid::parse_str(text) {
                Ok(id) if id != SOMEBODY.0 => self.may_know(id),
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn may_know(&self, id: Uuid) -> Result<(), String> {
        let loan = self.state.loan(farthing_api::LoanId(id));
        let is_loan = loan.is_some_and(|loan| loan.customer == self.own.customer);
        // Whatever one operation makes first has the same id, be it a customer, a loan or a task.
        if is_loan || id == self.own.user.0 || id == self.own.customer.0 {
            return Ok(());
        }
        let has = |key: Key| self.state.0.contains_key(&key);
        must!(loan.is_none(), "another one's loan");
        must!(!has(Key::User(farthing_api::UserId(id))), "who somebody is");
        must!(!has(Key::Customer(CustomerId(id))), "another customer");
        must!(!has(Key::Task(farthing_api::TaskId(id))), "a task");
        must!(
            !has(Key::Request(farthing_api::RequestId(id))),
            "what a second person is asked"
        );
        Ok(())
    }
}

/// Nothing stands where the office has something for itself.
fn is_short(said: &Value) -> Result<(), String> {
    match said {
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            must!(
                !OF_THE_OFFICE.contains(&name.as_str()) || is_nothing(field),
                "the {name}"
            );
            let is_somebody = field.is_null() || *field == SOMEBODY.to_string();
            must!(name != "officer" || is_somebody, "the officer");
            is_short(field)
        }),
        Value::Array(items) => items.iter().try_for_each(is_short),
        _ => Ok(()),
    }
}

fn is_nothing(said: &Value) -> bool {
    match said {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What a customer's machine brought about is theirs alone, and what they are told is everything that they may know, once and in the
/// order of the office.
pub(crate) fn customers(database: &Database) -> Result<(), String> {
    let mut facts: BTreeMap<_, Vec<&Fact>> = BTreeMap::new();
    for kept in &database.facts {
        facts.entry(kept.fact.op).or_default().push(&kept.fact);
    }
    for decided in &database.order {
        if let Some(customer) = decided.own {
            let of_it = facts.get(&decided.op).map(Vec::as_slice).unwrap_or_default();
            brought(database, customer, decided, of_it)?;
        }
    }
    let owned: BTreeSet<CustomerId> = database.own.values().copied().collect();
    for customer in owned {
        let told = database.scopes.get(&Scope::Customer(customer));
        let told = told.into_iter().flatten().map(|entry| &entry.kept.fact);
        let about = database.facts.iter().map(|kept| &kept.fact);
        let mut about = about.filter(|fact| names(&fact.body) && is_about(&database.state, customer, fact));
        let mut ids = BTreeSet::new();
        for fact in told {
            must!(ids.insert(fact.id), "{customer} is told {} twice", fact.body.word());
            let next = about.next();
            let same = next.is_some_and(|next| next.op == fact.op && next.body.word() == fact.body.word());
            must!(
                same,
                "{customer} is told of {}, and not of what was before",
                fact.body.word()
            );
        }
        let left = about.next().map(|fact| fact.body.word());
        must!(left.is_none(), "{customer} is not told of {left:?}");
    }
    Ok(())
}

fn brought(database: &Database, customer: CustomerId, decided: &Decided, facts: &[&Fact]) -> Result<(), String> {
    let user = database.state.customer(customer).and_then(|c| c.user);
    for fact in facts {
        let kind = fact.body.word();
        must!(ASKED.contains(&kind), "a customer's machine brought about {kind}");
        must!(fact.by == user, "a customer's machine spoke for {:?}", fact.by);
        let is_theirs = match &fact.body {
            FactBody::TaskOpened { what, customer: of, .. } => TASKS.contains(&what.as_str()) && *of == Some(customer),
            _ => is_about(&database.state, customer, fact),
        };
        must!(is_theirs, "a customer's machine brought about {kind} of another one");
    }
    must!(
        facts.is_empty() || !decided.aside,
        "a machine without access brought something about"
    );
    Ok(())
}

/// Whether something of a customer changes with a fact.
fn is_about(state: &State, customer: CustomerId, fact: &Fact) -> bool {
    fact.body.touches(&fact.desk).iter().any(|key| match key {
        Key::Customer(id) => *id == customer,
        Key::Loan(id) => state.loan(*id).is_some_and(|loan| loan.customer == customer),
        Key::User(id) => state.user(*id).and_then(|user| user.customer) == Some(customer),
        _ => false,
    })
}

/// A customer's machine has what the server lists for it, and shows of their things what the office knows.
pub(crate) fn shown(desk: &Desk, own: Own, database: &Database) -> Result<(), String> {
    let scopes = granted_to(own.customer);
    let listed = scopes.iter().filter_map(|scope| database.scopes.get(scope)).flatten();
    let listed: BTreeMap<_, &SentFact> = listed.map(|entry| (entry.kept.sent.id, sent(&entry.kept))).collect();
    let same = |came: &SentFact| listed.get(&came.id) == Some(&came);
    let has_all = desk.book.facts.len() == listed.len() && desk.book.facts.iter().all(|came| same(&came.sent));
    must!(has_all, "{} has other facts than its scopes", desk.name);
    let decided = desk.book.decided();
    must!(decided == desk.book.replayed(), "a replay at {} differs", desk.name);
    for (key, aggregate) in &decided.0 {
        let known = database.state.0.get(key);
        let is_same = match key {
            Key::Organisation | Key::Product(_) | Key::Goods(_) => known == Some(aggregate),
            // Days and other desks' numbers are not told.
            Key::Day | Key::Desk(_) => true,
            Key::Customer(id) if *id == own.customer => as_shown(own, known)? == as_shown(own, Some(aggregate))?,
            Key::User(id) if *id == own.user => as_shown(own, known)? == as_shown(own, Some(aggregate))?,
            Key::SignIn(_) => known == Some(aggregate),
            Key::Loan(_) => as_shown(own, known)? == as_shown(own, Some(aggregate))?,
            _ => false,
        };
        must!(is_same, "{} shows another {key} than the office", desk.name);
    }
    let theirs = loans(&database.state).filter(|(_, loan)| loan.customer == own.customer);
    let (mut theirs, known) = (theirs.map(|(id, _)| id), |id| decided.loan(id).is_some());
    must!(theirs.all(known), "{} lacks a loan", desk.name);
    let others = loans(&decided)
        .filter(|(_, loan)| loan.customer != own.customer)
        .count();
    must!(others == 0, "{} has {others} loans of others", desk.name);
    Ok(())
}

fn sent(kept: &Rc<Kept>) -> &SentFact {
    &kept.sent
}

/// An aggregate as its customer may see it.
fn as_shown(own: Own, aggregate: Option<&Aggregate>) -> Result<Value, String> {
    let mut value = serde_json::to_value(aggregate).map_err(|e| e.to_string())?;
    if let Some(Aggregate::Customer(_)) = aggregate {
        for by in ["/document/1", "/vouched_by"] {
            if let Some(by) = value.pointer_mut(by)
                && !by.is_null()
                && *by != own.user.to_string()
            {
                *by = SOMEBODY.to_string().into();
            }
        }
    }
    leave_out(&mut value);
    Ok(value)
}

fn leave_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !NOT_SHOWN.contains(&name.as_str()));
            fields.values_mut().for_each(leave_out);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out),
        _ => {}
    }
}
