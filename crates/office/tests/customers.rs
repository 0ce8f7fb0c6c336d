//! Customers who register themselves.

use crate::branch::{Branch, actor, terms};
use farthing_api::*;
use farthing_office::{Channel, Command, Fact, FactBody};

fn register(sign_in: &str, by: Channel, likely_duplicates: &[CustomerId]) -> Command {
    Command::RegisterMyself {
        fields: [("name".into(), "sealed".into())].into(),
        likely_duplicates: likely_duplicates.to_vec(),
        sign_in: sign_in.into(),
        by,
    }
}

fn words(facts: &[Fact]) -> Vec<&'static str> {
    facts.iter().map(|fact| fact.body.word()).collect()
}

fn customer_of(facts: &[Fact]) -> CustomerId {
    match &facts[0].body {
        FactBody::CustomerRegistered { customer, officer, .. } => {
            assert_eq!(*officer, None, "nobody registered them");
            *customer
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_proves_a_contact_is_a_customer_with_a_sign_in() {
    let mut branch = Branch::new(terms());
    let facts = branch.run(&register("ines", Channel::Email, &[]), None).unwrap();
    assert_eq!(words(&facts), ["customer_registered", "contact_verified", "user_added"]);
    let id = customer_of(&facts);
    let user = branch.state.sign_in("ines").unwrap().user;
    let customer = branch.state.customer(id).unwrap();
    assert!(customer.is_verified() && customer.email_verified.is_some() && customer.phone_verified.is_none());
    assert_eq!(customer.user, Some(user));
    let known = branch.state.user(user).unwrap();
    assert_eq!((known.role, known.customer), (Role::Customer, Some(id)));
    let FactBody::CustomerRegistered { number, .. } = &facts[0].body else {
        panic!()
    };
    assert_eq!(
        number, "BR1-01-C00002",
        "numbers count on after the one whom an officer registered"
    );

    let facts = branch.run(&register("4711", Channel::Phone, &[]), None).unwrap();
    let customer = branch.state.customer(customer_of(&facts)).unwrap();
    assert!(customer.phone_verified.is_some() && customer.email_verified.is_none());
}

#[test]
fn a_name_by_which_someone_signs_in_already_is_refused_at_its_field() {
    let mut branch = Branch::new(terms());
    branch.run(&register("ines", Channel::Email, &[]), None).unwrap();
    for (by, field, code) in [
        (Channel::Email, "email", Code::EmailTaken),
        (Channel::Phone, "phone", Code::PhoneTaken),
    ] {
        // Also where it is an administrator's, who has the name of first run.
        for name in ["ines", "a"] {
            let refused = branch.run(&register(name, by, &[]), None).unwrap_err().0;
            assert_eq!((refused.code, refused.field.as_deref()), (code, Some(field)));
        }
    }
}

#[test]
fn a_name_of_whom_nobody_let_in_is_free_again() {
    let mut branch = Branch::new(terms());
    let ask = Command::AskForAccess {
        name: "Ines".into(),
        email: "ines@branch.test".into(),
        sign_in: "ines".into(),
    };
    let asked = branch.run(&ask, None).unwrap();
    let FactBody::UserAsked { user, .. } = asked[0].body else {
        panic!("{asked:?}")
    };
    let register = register("ines", Channel::Email, &[]);
    assert_eq!(branch.run(&register, None).unwrap_err().0.code, Code::EmailTaken);
    let turn_away = Command::AdmitUser {
        user,
        sign_in: "ines".into(),
        role: None,
    };
    branch.run(&turn_away, Some(actor(Role::Administrator))).unwrap();
    let facts = branch.run(&register, None).unwrap();
    assert_eq!(
        branch
            .state
            .customer(customer_of(&facts))
            .unwrap()
            .user
            .map(|id| id != user),
        Some(true)
    );
}

#[test]
fn somebody_looks_at_who_may_be_known_already() {
    let mut branch = Branch::new(terms());
    let known = branch.customer;
    let facts = branch.run(&register("ines", Channel::Email, &[known]), None).unwrap();
    let new = customer_of(&facts);
    assert!(facts.iter().any(|fact| matches!(
        &fact.body,
        FactBody::TaskOpened { what, customer, detail, .. }
            if what == TaskKind::LikelyDuplicateCustomer.word() && *customer == Some(new) && detail == "1"
    )));
}

#[test]
fn an_authority_that_heard_of_the_name_first_has_a_customer_without_a_sign_in() {
    let mut branch = Branch::new(terms());
    let first = branch.run(&register("ines", Channel::Email, &[]), None).unwrap();
    let facts = branch.anyway(&register("ines", Channel::Email, &[]), None);
    assert_eq!(
        words(&facts),
        ["customer_registered", "task_opened", "contact_verified"]
    );
    let second = customer_of(&facts);
    let customer = branch.state.customer(second).unwrap();
    assert!(customer.is_verified() && customer.user.is_none());
    // Whoever had the name has it still.
    let owner = branch.state.sign_in("ines").unwrap().user;
    assert_eq!(branch.state.customer(customer_of(&first)).unwrap().user, Some(owner));
    // They get a sign-in like anybody, by another contact.
    let open = Command::OpenAccess {
        customer: second,
        sign_in: "4711".into(),
        by: Channel::Email,
    };
    branch.run(&open, Some(actor(Role::Officer))).unwrap();
    assert!(branch.state.customer(second).unwrap().user.is_some());
}
