//! Money that comes in and goes back.

use super::own;
use crate::change::{Books, Cause, Moved, change, money_in};
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::posting::{Account, Entry, money_account};
use crate::refusal::Refusal;
use crate::standing::{check_amount, check_value_date, must_be_active, parts, standing};
use crate::state::{Aside, Loan, LoanPayment, State};
use chrono::NaiveDate;
use farthing_api::{Code, LoanId, LoanStatus, Money, OpId, PaymentId, PaymentMethod, PaymentParts, TaskId, TaskKind};
use farthing_lending::{Prepayment, RowState, refusal};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    match command {
        Command::ReceivePayment {
            loan,
            amount,
            value_date,
            method,
            reference,
            prepayment,
        } => {
            let found = find(state, *loan)?;
            let payment = Incoming {
                amount: *amount,
                on: *value_date,
                method: *method,
                reference: reference.trim(),
                prepay: *prepayment,
            };
            take(state, ctx, *loan, found, &payment)
        }
        Command::ReversePayment { loan, payment, reason } => reverse(state, *loan, *payment, reason, ctx),
        Command::Refund { loan, amount, method } => refund(state, ctx, *loan, *amount, *method),
        Command::GiveNotice {
            loan,
            amount,
            on,
            reference,
        } => notice(state, ctx, *loan, *amount, *on, reference),
        _ => Ok(Vec::new()),
    }
}

pub(super) fn find(state: &State, id: LoanId) -> Result<&Loan, Refusal> {
    state.loan(id).ok_or_else(|| Refusal::missing(Code::NoLoan))
}

fn with_payment(loan: &Loan, payment: LoanPayment) -> Loan {
    let mut after = loan.clone();
    after.payments.push(payment);
    after
}

/// Money that came in, before it has a receipt.
pub(super) struct Incoming<'a> {
    pub(super) amount: Money,
    pub(super) on: NaiveDate,
    pub(super) method: PaymentMethod,
    pub(super) reference: &'a str,
    pub(super) prepay: Option<Prepayment>,
}

impl Incoming<'_> {
    fn receipted(&self, state: &State, ctx: &Context) -> LoanPayment {
        LoanPayment {
            id: PaymentId::of(ctx.op, 1),
            receipt: receipt_number(state, ctx),
            on: self.on,
            amount: self.amount,
            parts: PaymentParts::default(),
            method: self.method,
            reference: self.reference.to_string(),
            reversed: false,
            prepay: self.prepay,
            aside: None,
        }
    }
}

/// The desk's next receipt.
pub(super) fn receipt_number(state: &State, ctx: &Context) -> String {
    format!("{}-{:06}", ctx.desk, ctx.next(state, |d| d.receipts))
}

/// Money that moved is recorded, whatever the loan: on its installments, as a recovery, or in suspense with a task.
fn take(
    state: &State,
    ctx: &Context,
    id: LoanId,
    loan: &Loan,
    payment: &Incoming<'_>,
) -> Result<Vec<FactBody>, Refusal> {
    check_amount("amount", payment.amount)?;
    match loan.status {
        LoanStatus::Active if twin(loan, payment, ctx).is_none() => {
            let moved = money_in(payment.method, &ctx.desk, payment.amount);
            Ok(vec![receive(state, ctx, id, loan, payment, moved)?])
        }
        LoanStatus::WrittenOff => set_aside(state, ctx, id, loan, payment, Aside::Recovery),
        _ => set_aside(state, ctx, id, loan, payment, Aside::Suspense),
    }
}

/// A payment that is likely the same one: the same reference, or the same amount on the same day at another desk.
fn twin<'a>(loan: &'a Loan, payment: &Incoming<'_>, ctx: &Context) -> Option<&'a LoanPayment> {
    let same_reference = |p: &LoanPayment| !payment.reference.is_empty() && p.reference == payment.reference;
    let elsewhere = |p: &LoanPayment| !p.receipt.starts_with(&format!("{}-", ctx.desk));
    let same_money = |p: &LoanPayment| p.amount == payment.amount && p.on == payment.on && elsewhere(p);
    let mut standing = loan.payments.iter().filter(|p| !p.reversed);
    standing.find(|p| same_reference(p) || same_money(p))
}

/// What a form warns of before it takes money: a loan on which nothing is owed, a likely duplicate. Money that is in
/// hand all the same is taken by the command, and goes to suspense.
///
/// # Errors
/// Says what is likely wrong, on the field.
pub fn check_payment(loan: &Loan, amount: Money, on: NaiveDate, reference: &str, ctx: &Context) -> Result<(), Refusal> {
    if loan.status != LoanStatus::WrittenOff {
        must_be_active(loan)?;
    }
    let payment = Incoming {
        amount,
        on,
        method: PaymentMethod::Cash,
        reference: reference.trim(),
        prepay: None,
    };
    match twin(loan, &payment, ctx) {
        Some(twin) if !payment.reference.is_empty() && twin.reference == payment.reference => {
            Err(Refusal::field("reference", Code::DuplicateReference)
                .with("reference", payment.reference)
                .with("receipt", &twin.receipt)
                .with("date", twin.on))
        }
        Some(twin) => Err(Refusal::field("amount", Code::DuplicateElsewhere).with("receipt", &twin.receipt)),
        None => Ok(()),
    }
}

/// The fact of one payment on a loan as it is.
pub(super) fn receive(
    state: &State,
    ctx: &Context,
    id: LoanId,
    loan: &Loan,
    incoming: &Incoming<'_>,
    moved: Option<Moved>,
) -> Result<FactBody, Refusal> {
    must_be_active(loan)?;
    check_amount("amount", incoming.amount)?;
    check_value_date(loan, incoming.on, ctx.today)?;
    let mut payment = incoming.receipted(state, ctx);
    let new = standing(&with_payment(loan, payment.clone()));
    if incoming.prepay.is_some() {
        check_prepayment(loan, &new)?;
    }
    payment.parts = parts(new.allocations.last());
    let books = Books::of(state, ctx);
    let mut change = change(id, loan, &new, &books, loan.assessed_through, Cause::money(moved))?;
    if incoming.prepay == Some(Prepayment::Lower) && change.replaced {
        change.installment = level(&new.rows);
    }
    Ok(FactBody::PaymentReceived {
        loan: id,
        payment,
        change,
    })
}

/// The installment in the middle of what is left.
pub(super) fn level(rows: &[RowState]) -> Option<Money> {
    let left: Vec<&RowState> = rows.iter().filter(|row| row.settled_on.is_none()).collect();
    left.get(left.len() / 2).map(|row| row.principal + row.interest)
}

/// Refuses a choice by which the schedule can't be worked out anew.
fn check_prepayment(loan: &Loan, new: &farthing_lending::Ledger) -> Result<(), Refusal> {
    match refusal(&standing(loan), new) {
        Some(error) => Err(Refusal::from(error.clone())),
        None => Ok(()),
    }
}

/// Where a payment would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The split.
    pub parts: PaymentParts,
    /// The split by installment.
    pub rows: Vec<(u32, Money)>,
    /// What is outstanding afterwards, in minor units.
    pub outstanding: Money,
    /// Whether everything is paid then.
    pub closes: bool,
}

/// Works out where a payment would go, before it is taken.
///
/// # Errors
/// Those of taking it.
pub fn preview_payment(
    loan: &Loan,
    amount: Money,
    value_date: NaiveDate,
    prepay: Option<Prepayment>,
    today: NaiveDate,
) -> Result<Preview, Refusal> {
    if loan.status == LoanStatus::WrittenOff {
        check_amount("amount", amount)?;
        let recovery = amount;
        return Ok(Preview {
            parts: PaymentParts {
                recovery,
                ..PaymentParts::default()
            },
            rows: Vec::new(),
            outstanding: Money::ZERO,
            closes: false,
        });
    }
    must_be_active(loan)?;
    check_amount("amount", amount)?;
    check_value_date(loan, value_date, today)?;
    let payment = LoanPayment {
        id: PaymentId(Default::default()),
        receipt: String::new(),
        on: value_date,
        amount,
        parts: PaymentParts::default(),
        method: PaymentMethod::Cash,
        reference: String::new(),
        reversed: false,
        prepay,
        aside: None,
    };
    let new = standing(&with_payment(loan, payment));
    if prepay.is_some() {
        check_prepayment(loan, &new)?;
    }
    let before = |n: u32| loan.rows.iter().find(|r| r.n == n).map_or(Money::ZERO, RowState::paid);
    let rows = new
        .rows
        .iter()
        .map(|r| (r.n, r.paid() - before(r.n)))
        .filter(|(_, m)| !m.is_zero())
        .collect();
    Ok(Preview {
        parts: parts(new.allocations.last()),
        rows,
        outstanding: new.outstanding_principal(),
        closes: new.is_closed(),
    })
}

/// Takes money that belongs to no installment.
pub(super) fn set_aside(
    state: &State,
    ctx: &Context,
    id: LoanId,
    loan: &Loan,
    incoming: &Incoming<'_>,
    aside: Aside,
) -> Result<Vec<FactBody>, Refusal> {
    if incoming.on > ctx.today {
        check_value_date(loan, incoming.on, ctx.today)?;
    }
    let mut payment = incoming.receipted(state, ctx);
    payment.prepay = None;
    payment.aside = Some(aside);
    let (account, part) = match aside {
        Aside::Recovery => (Account::RecoveryIncome, &mut payment.parts.recovery),
        Aside::Suspense => (Account::Suspense, &mut payment.parts.suspense),
    };
    *part = incoming.amount;
    let what = match loan.status {
        LoanStatus::Active => TaskKind::LikelyDuplicatePayment,
        LoanStatus::WrittenOff => TaskKind::PaymentOnWrittenOffLoan,
        _ => TaskKind::PaymentOnClosedLoan,
    };
    let money = money_account(incoming.method, &ctx.desk);
    let entry = Entry::of(id).moves(money, account, incoming.amount);
    let task = FactBody::TaskOpened {
        task: task_of(payment.id),
        what: what.word().into(),
        customer: Some(loan.customer),
        loan: Some(id),
        amount: Some(incoming.amount),
        detail: payment.receipt.clone(),
    };
    let taken = FactBody::MoneySetAside {
        loan: id,
        payment,
        postings: entry.lines(),
    };
    Ok(vec![taken, task])
}

fn reverse(
    state: &State,
    id: LoanId,
    payment: PaymentId,
    reason: &str,
    ctx: &Context,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    let reason = super::required("reason", reason)?;
    let Some(taken) = loan.payments.iter().find(|p| p.id == payment) else {
        return Err(Refusal::missing(Code::NoPayment));
    };
    if taken.reversed {
        return Err(Refusal::rule(Code::Reversed).with("receipt", &taken.receipt));
    }
    if taken.aside.is_some() {
        let money = money_account(taken.method, &ctx.desk);
        return Ok(aside_settled(state, id, taken, None, reason, money));
    }
    let (amount, method) = (taken.amount, taken.method);
    let mut after = loan.clone();
    for p in after.payments.iter_mut().filter(|p| p.id == payment) {
        p.reversed = true;
    }
    if after
        .foreclosure
        .take()
        .is_some_and(|closing| closing.payment != Some(payment))
    {
        return Err(Refusal::rule(Code::Foreclosed));
    }
    let moved = money_in(method, &ctx.desk, -amount);
    let books = Books::of(state, ctx);
    let new = standing(&after);
    let change = change(id, loan, &new, &books, loan.assessed_through, Cause::money(moved))?;
    Ok(vec![FactBody::PaymentReversed {
        loan: id,
        payment,
        reason,
        change,
    }])
}

/// The task that money without a place makes: known by its payment, so that settling the money settles the task.
pub(crate) fn task_of(payment: PaymentId) -> TaskId {
    TaskId::of(OpId(payment.0), 0)
}

/// Money that was set aside leaves through an account, and nobody needs to look at it any more.
pub(super) fn aside_settled(
    state: &State,
    id: LoanId,
    taken: &LoanPayment,
    into: Option<LoanId>,
    reason: String,
    through: Account,
) -> Vec<FactBody> {
    let entry = Entry::of(id)
        .moves(Account::RecoveryIncome, through.clone(), taken.parts.recovery)
        .moves(Account::Suspense, through, taken.parts.suspense);
    let task = task_of(taken.id);
    let waits = state.task(task).is_some_and(|task| !task.settled);
    let settled = FactBody::AsideSettled {
        loan: id,
        payment: taken.id,
        into,
        reason: reason.clone(),
        postings: entry.lines(),
    };
    let done = FactBody::TaskSettled { task, outcome: reason };
    std::iter::once(settled).chain(waits.then_some(done)).collect()
}

fn refund(
    state: &State,
    ctx: &Context,
    id: LoanId,
    amount: Money,
    method: PaymentMethod,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    check_amount("amount", amount)?;
    if amount > loan.credit {
        return Err(Refusal::field("amount", Code::OverCredit));
    }
    let books = Books::of(state, ctx);
    let cause = Cause::money(money_in(method, &ctx.desk, -amount));
    let mut after = loan.clone();
    after.refunded += amount;
    let change = change(id, &after, &standing(loan), &books, loan.assessed_through, cause)?;
    Ok(vec![FactBody::CreditRefunded {
        loan: id,
        amount,
        method,
        change,
    }])
}

fn notice(
    state: &State,
    ctx: &Context,
    id: LoanId,
    amount: Money,
    on: NaiveDate,
    reference: &str,
) -> Result<Vec<FactBody>, Refusal> {
    let loan = find(state, id)?;
    own(ctx, loan.customer)?;
    if loan.status != LoanStatus::Active {
        return Err(Refusal::rule(Code::NothingOwed).with("loan", &loan.number));
    }
    check_amount("amount", amount)?;
    check_value_date(loan, on, ctx.today)?;
    let reference = super::required("reference", reference)?;
    Ok(vec![FactBody::TaskOpened {
        task: TaskId::of(ctx.op, 0),
        what: TaskKind::NoticeOfPayment.word().into(),
        customer: Some(loan.customer),
        loan: Some(id),
        amount: Some(amount),
        detail: format!("{on} · {reference}"),
    }])
}
