//! Sales on installments.

use super::payments::{Incoming, receive};
use super::{actor, organisation};
use crate::change::money_in;
use crate::command::Command;
use crate::context::Context;
use crate::fact::{FactBody, LoanOpened};
use crate::posting::{Account, Entry};
use crate::refusal::Refusal;
use crate::state::{Loan, Purchase, State};
use crate::{apply, fact::Fact};
use farthing_api::{Code, LoanId, LoanStatus, Money};
use farthing_lending::{AllocationOrder, PenaltyKind, PenaltyRule, Purchase as Plan, Rhythm};
use rust_decimal::Decimal;

/// What a late installment of a purchase costs: 10 % of what is unpaid of it, from the day after it was due.
pub fn purchase_penalty() -> PenaltyRule {
    PenaltyRule::new(PenaltyKind::PercentOfOverdueInstallment(Decimal::from(10)), 0)
}

pub(super) fn sell(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    let Command::Sell {
        customer,
        goods,
        quantity,
        installments,
        first,
        monthly,
        method,
    } = command
    else {
        return Ok(Vec::new());
    };
    organisation(state)?;
    let who = state
        .customer(*customer)
        .ok_or_else(|| Refusal::missing(Code::NoCustomer))?;
    let article = state.goods(*goods).ok_or_else(|| Refusal::missing(Code::NoGoods))?;
    if !article.active {
        return Err(Refusal::field("goods", Code::GoodsInactive).with("goods", &article.name));
    }
    if !who.is_verified() && *installments > 1 {
        return Err(Refusal::rule(Code::Unverified));
    }
    let plan = Plan {
        price: article.price,
        quantity: *quantity,
        payments: *installments,
        first: *first,
        sold_on: ctx.today,
        rhythm: if *monthly { Rhythm::Monthly } else { Rhythm::Every30Days },
    };
    let rows = plan.rows()?;
    let total = plan.total()?;
    let next = ctx.next(state, |d| d.purchases);
    let title = match quantity {
        1 => article.name.clone(),
        n => format!("{n} × {}", article.name),
    };
    let id = LoanId::of(ctx.op, 0);
    let opened = LoanOpened {
        id,
        number: format!("{}-P{next:05}", ctx.desk),
        customer: *customer,
        product: None,
        title,
        purchase: Some(Purchase {
            goods: *goods,
            quantity: *quantity,
            price: article.price,
        }),
        terms: None,
        principal: total,
        installments: *installments,
        opened_on: ctx.today,
        installment: rows.get(1).map_or(*first, |r| r.principal),
        penalty: Some(purchase_penalty()),
        allocation: AllocationOrder::default(),
        max_discount: Money::ZERO,
        parts: 0,
        rates: None,
        officer: Some(actor(ctx)?.user),
        purpose: String::new(),
        status: LoanStatus::Active,
        charges: Vec::new(),
        allocate: Default::default(),
        payoff: Default::default(),
        failed_rules: Vec::new(),
    };
    let made = FactBody::PurchaseMade {
        loan: Box::new(opened),
        rows,
        postings: Entry::of(id).moves(Account::Portfolio, Account::Sales, total).lines(),
    };
    let loan = after(&made, ctx)?;
    let payment = Incoming {
        amount: *first,
        on: ctx.today,
        method: *method,
        reference: "",
        prepay: None,
    };
    let moved = money_in(*method, &ctx.desk, *first);
    let paid = receive(state, ctx, id, &loan, &payment, moved)?;
    Ok(vec![made, paid])
}

/// The loan as it is after the fact that opens it.
fn after(body: &FactBody, ctx: &Context) -> Result<Loan, Refusal> {
    let mut state = State::default();
    let FactBody::PurchaseMade { loan, .. } = body else {
        return Err(Refusal::missing(Code::NoLoan));
    };
    let fact = Fact {
        id: farthing_api::FactId::of(ctx.op, 0),
        op: ctx.op,
        at: ctx.at,
        booking_date: ctx.today,
        by: None,
        desk: ctx.desk.clone(),
        body: body.clone(),
    };
    apply(&mut state, &fact);
    state
        .loan(loan.id)
        .cloned()
        .ok_or_else(|| Refusal::missing(Code::NoLoan))
}
