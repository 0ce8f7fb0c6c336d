//! What a customer asks for.

use crate::branch::{Branch, actor, money, terms};
use farthing_api::*;
use farthing_office::Command;

#[test]
fn what_each_installment_is_may_be_given_instead_of_their_number() {
    let mut branch = Branch::new(ProductTerms {
        charges: Vec::new(),
        ..terms()
    });
    let apply = |branch: &Branch, installment: i64, installments: u32| Command::ApplyForLoan {
        customer: branch.customer,
        product: branch.product,
        principal: money(100_000),
        installments,
        installment: Some(money(installment)),
        purpose: String::new(),
        failed_rules: Vec::new(),
    };
    let officer = Some(actor(Role::Officer));
    let run = |branch: &mut Branch, command: Command| branch.run(&command, officer).map_err(|refusal| refusal.0);
    // 24 % a year of 1,000.00: 20.00 of interest in the first month, so that 20.00 never repays it.
    let command = apply(&branch, 2_000, 12);
    let never = run(&mut branch, command).unwrap_err();
    assert_eq!(never.field.as_deref(), Some("installment"));
    // 21.00 would take longer than the product allows.
    let command = apply(&branch, 2_100, 36);
    let long = run(&mut branch, command).unwrap_err();
    assert_eq!(
        (long.code, long.field.as_deref()),
        (Code::InstallmentsRange, Some("installment"))
    );
    let command = apply(&branch, 20_000, 12);
    let other = run(&mut branch, command).unwrap_err();
    assert_eq!(
        (other.code, other.field.as_deref()),
        (Code::InstallmentCount, Some("installment"))
    );
    let command = apply(&branch, 20_000, 6);
    run(&mut branch, command).unwrap();
    let loan = branch.loan(*branch.loans.last().unwrap()).clone();
    assert_eq!((loan.installments, loan.installment), (6, money(20_000)));
}
