//! What the server decides, in circumstances that it vouches for.

use crate::common::*;
use chrono::NaiveDate;
use farthing_api::{Code, CustomerId, Role};
use farthing_office::chain::START;
use farthing_office::{Aggregate, Channel, Command, Context, Fact, FactBody, Key, State, User, apply};
use farthing_sync::authority::{Now, decide_one, reads};
use farthing_sync::intake::Taken;
use farthing_sync::wire::SentFact;
use std::collections::BTreeMap;
use uuid::Uuid;

fn state(role: Role, active: bool) -> State {
    let user = User {
        role,
        name: "Olu".into(),
        email: String::new(),
        customer: None,
        active,
        pending: false,
        password: None,
        answered: false,
        second_factor: false,
    };
    State(BTreeMap::from([(Key::User(officer().user), Aggregate::User(user))]))
}

fn now() -> Now {
    Now {
        at: at(),
        today: at().date_naive(),
    }
}

fn taken(command: Command, ctx: Context) -> Taken {
    Taken {
        row: row(1, &command),
        hash: START,
        command,
        context: ctx,
    }
}

#[test]
fn the_role_of_by_now_decides_and_a_wrong_clock_is_set_right() {
    let mut ahead = context(1);
    (ahead.at, ahead.today) = (at() + chrono::TimeDelta::days(365), NaiveDate::MAX);
    let asked = taken(register(), ahead);
    assert!(reads(&asked).contains(&Key::User(officer().user)));
    let decision = decide_one(&mut state(Role::Officer, true), &asked, now());
    assert_eq!(decision.refusal, None);
    assert_eq!((decision.context.at - at()).num_minutes(), 5);
    assert_eq!(decision.context.today, at().date_naive());
    for (role, active, code) in [
        (Role::Auditor, true, Code::Forbidden),
        (Role::Officer, false, Code::AccessTaken),
    ] {
        let refused = decide_one(&mut state(role, active), &asked, now());
        assert_eq!(refused.refusal.unwrap().code, code);
        assert_eq!(refused.facts, []);
    }
}

#[test]
fn a_fact_and_what_it_changes_are_the_same_once_it_was_kept() {
    let mut precise = context(1);
    precise.at = at() + chrono::TimeDelta::nanoseconds(123_456_789);
    let mut state = state(Role::Officer, true);
    let registered = decide_one(&mut state, &taken(register(), precise.clone()), now());
    let customer = CustomerId::of(precise.op, 0);
    let verified = Command::ConfirmContact {
        customer,
        channel: Channel::Email,
    };
    let decided = decide_one(&mut state, &taken(verified, precise), now());
    let mut replayed = State::default();
    for fact in registered.facts.iter().chain(&decided.facts) {
        let kept = SentFact::of(fact).unwrap().read().unwrap();
        assert_eq!(kept, *fact);
        apply(&mut replayed, &kept);
    }
    assert_eq!(replayed.customer(customer), state.customer(customer));
}

#[test]
fn money_in_hand_is_recorded_whoever_took_it() {
    let paid = Command::ReceivePayment {
        loan: farthing_api::LoanId(Uuid::from_u128(4)),
        amount: farthing_api::Money::from_minor(5_000),
        value_date: at().date_naive(),
        method: farthing_api::PaymentMethod::Cash,
        reference: String::new(),
        prepayment: None,
    };
    let decision = decide_one(&mut state(Role::Officer, false), &taken(paid, context(1)), now());
    assert_eq!(decision.refusal.unwrap().code, Code::NoLoan);
    let [
        Fact {
            body: FactBody::TaskOpened { what, amount, .. },
            ..
        },
    ] = &decision.facts[..]
    else {
        panic!("{:?}", decision.facts)
    };
    assert_eq!((what.as_str(), amount.unwrap().minor()), ("unplaced_money", 5_000));
}

#[test]
fn a_receipt_that_was_printed_is_never_given_again() {
    let paid = |n| {
        let paid = Command::ReceivePayment {
            loan: farthing_api::LoanId(Uuid::from_u128(4)),
            amount: farthing_api::Money::from_minor(5_000),
            value_date: at().date_naive(),
            method: farthing_api::PaymentMethod::Cash,
            reference: String::new(),
            prepayment: None,
        };
        let numbers = farthing_office::Desk {
            receipts: 7,
            ..Default::default()
        };
        let ctx = Context {
            numbers: Some(numbers),
            ..context(n)
        };
        taken(paid, ctx)
    };
    let mut state = state(Role::Officer, true);
    let decision = decide_one(&mut state, &paid(1), now());
    let [fact] = &decision.facts[..] else {
        panic!("{:?}", decision.facts)
    };
    let FactBody::TaskOpened { detail, .. } = &fact.body else {
        panic!("{:?}", fact.body)
    };
    assert!(detail.starts_with("BR1-01-000008 "), "{detail}");
    assert_eq!(
        state.desk(DESK).map(|d| d.receipts),
        Some(8),
        "it was given to this money"
    );
    assert!(fact.body.touches(DESK).contains(&Key::Desk(DESK.into())));
}

#[test]
fn money_is_not_dated_later_than_the_server_knows_whoever_took_it() {
    let mut ahead = context(1);
    (ahead.at, ahead.today) = (
        at() + chrono::TimeDelta::days(365),
        at().date_naive() + chrono::Days::new(365),
    );
    let sold = Command::Sell {
        customer: CustomerId(Uuid::nil()),
        goods: farthing_api::GoodsId(Uuid::nil()),
        quantity: 1,
        installments: 2,
        first: farthing_api::Money::from_minor(5_000),
        monthly: false,
        method: farthing_api::PaymentMethod::Cash,
    };
    let decision = decide_one(&mut state(Role::Officer, false), &taken(sold, ahead), now());
    assert_eq!(decision.refusal.unwrap().code, Code::AccessTaken);
    let [fact] = &decision.facts[..] else {
        panic!("{:?}", decision.facts)
    };
    assert!(fact.at <= at() + chrono::TimeDelta::minutes(5), "{}", fact.at);
    assert_eq!(fact.booking_date, at().date_naive());
}

#[test]
fn nobody_but_the_server_closes_a_day() {
    let close = Command::AssessPenalties {
        through: at().date_naive(),
        loans: Vec::new(),
    };
    let ctx = Context {
        actor: None,
        ..context(1)
    };
    let decision = decide_one(&mut state(Role::Officer, true), &taken(close, ctx), now());
    assert_eq!(decision.refusal.unwrap().code, Code::SystemOnly);
}
