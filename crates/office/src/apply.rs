//! Folds a fact into the aggregates. No lending mathematics: facts carry results.

use crate::Key;
use crate::command::Channel;
use crate::fact::{Fact, FactBody, LoanChange, LoanOpened};
use crate::state::{
    Aggregate, Customer, Day, Desk, Foreclosure, Goods, Loan, Organisation, Portfolio, Product, SignIn, State, Task,
    User,
};
use crate::waiting::with_user;
use crate::{second_person, waiting};
use chrono::Days;
use farthing_api::{CustomerId, LoanId, LoanStatus, Money, TermsChange};
use farthing_lending::{Row, RowState};
use std::collections::BTreeMap;

/// Folds one fact into the aggregates that it touches. A fact about a thing that is not among them changes nothing:
/// the host loads what [`FactBody::touches`] names.
pub fn apply(state: &mut State, fact: &Fact) {
    match &fact.body {
        FactBody::OrganisationSetUp { .. }
        | FactBody::UserAdded { .. }
        | FactBody::UserAccessSet { .. }
        | FactBody::PasswordChanged { .. }
        | FactBody::UserRenamed { .. }
        | FactBody::SignInMoved { .. }
        | FactBody::SecondFactorSet { .. }
        | FactBody::ProductSaved { .. }
        | FactBody::GoodsSaved { .. }
        | FactBody::DayAccrued { .. }
        | FactBody::LatenessRulesSet { .. }
        | FactBody::EligibilityRulesSet { .. }
        | FactBody::DaysOffSet { .. }
        | FactBody::DayClosed { .. }
        | FactBody::TaskOpened { .. }
        | FactBody::TaskSettled { .. } => apply_desk(state, fact),
        FactBody::UserAsked { .. }
        | FactBody::InvitationAnswered { .. }
        | FactBody::UserAdmitted { .. }
        | FactBody::UserTurnedAway { .. } => {
            waiting::apply(state, fact);
        }
        FactBody::SecondPersonRulesSet { .. } | FactBody::RequestMade { .. } | FactBody::RequestEnded { .. } => {
            second_person::apply(state, fact);
        }
        FactBody::CustomerRegistered { .. }
        | FactBody::CustomerChanged { .. }
        | FactBody::ContactVerified { .. }
        | FactBody::DocumentSeen { .. }
        | FactBody::CustomerErased { .. }
        | FactBody::CustomerVouched { .. } => apply_customer(state, fact),
        _ => apply_loan(state, fact),
    }
}

fn apply_desk(state: &mut State, fact: &Fact) {
    let map = &mut state.0;
    match fact.body.clone() {
        FactBody::OrganisationSetUp {
            name,
            currency,
            language,
            branch_code,
            branch_name,
            time_zone,
            opened_on,
        } => {
            let organisation = Organisation {
                name,
                currency,
                language,
                branch_code,
                branch_name,
                time_zone,
                lateness: Default::default(),
                eligibility: None,
                second_person: Default::default(),
                days_off: Default::default(),
            };
            map.insert(Key::Organisation, Aggregate::Organisation(organisation));
            map.insert(Key::Day, Aggregate::Day(Day { open: opened_on }));
            map.insert(Key::Desk(fact.desk.clone()), Aggregate::Desk(Desk::default()));
        }
        FactBody::UserAdded {
            user,
            role,
            name,
            email,
            sign_in,
            customer,
        } => {
            map.insert(Key::SignIn(sign_in), Aggregate::SignIn(SignIn { user, free: false }));
            map.insert(
                Key::User(user),
                Aggregate::User(User {
                    role,
                    name,
                    email,
                    customer,
                    active: true,
                    pending: false,
                    password: Some(fact.op),
                    answered: false,
                    second_factor: false,
                }),
            );
            if let Some(Aggregate::Customer(c)) = customer.and_then(|id| map.get_mut(&Key::Customer(id))) {
                c.user = Some(user);
            }
        }
        FactBody::UserAccessSet { user, active } => with_user(map, user, |u| {
            u.active = active;
            if active {
                u.password = Some(fact.op);
            }
        }),
        FactBody::PasswordChanged { user, .. } => with_user(map, user, |u| u.password = Some(fact.op)),
        FactBody::SecondFactorSet { user, on } => with_user(map, user, |u| u.second_factor = on),
        FactBody::UserRenamed { user, name } => with_user(map, user, |u| u.name = name),
        FactBody::SignInMoved { user, sign_in, email } => {
            // The name before stays theirs, so that nobody takes it while the change may still be taken back.
            map.insert(Key::SignIn(sign_in), Aggregate::SignIn(SignIn { user, free: false }));
            with_user(map, user, |u| u.email = email);
        }
        FactBody::ProductSaved {
            product,
            version,
            terms,
        } => {
            map.insert(
                Key::Product(product),
                Aggregate::Product(Product { version, terms: *terms }),
            );
        }
        FactBody::GoodsSaved {
            goods,
            name,
            price,
            active,
        } => {
            map.insert(Key::Goods(goods), Aggregate::Goods(Goods { name, price, active }));
        }
        FactBody::DayAccrued { product, provision, .. } => {
            map.insert(Key::Portfolio(product), Aggregate::Portfolio(Portfolio { provision }));
        }
        FactBody::LatenessRulesSet { rules } => office(map, |o| o.lateness = rules),
        FactBody::EligibilityRulesSet { rules } => office(map, |o| o.eligibility = rules),
        FactBody::DaysOffSet { days } => office(map, |o| o.days_off = days),
        FactBody::DayClosed { date, .. } => {
            let open = date.checked_add_days(Days::new(1)).unwrap_or(date);
            map.insert(Key::Day, Aggregate::Day(Day { open }));
        }
        FactBody::TaskOpened { task, what, loan, .. } => {
            map.insert(
                Key::Task(task),
                Aggregate::Task(Task {
                    what,
                    loan,
                    settled: false,
                }),
            );
            if let Some(receipt) = fact.body.receipt_without_place(&fact.desk) {
                count(state, fact, receipt, |d| &mut d.receipts);
            }
        }
        FactBody::TaskSettled { task, .. } => {
            if let Some(Aggregate::Task(t)) = map.get_mut(&Key::Task(task)) {
                t.settled = true;
            }
        }
        _ => {}
    }
}

fn office(map: &mut BTreeMap<Key, Aggregate>, with: impl FnOnce(&mut Organisation)) {
    if let Some(Aggregate::Organisation(o)) = map.get_mut(&Key::Organisation) {
        with(o);
    }
}

fn apply_customer(state: &mut State, fact: &Fact) {
    let mut change = |id: CustomerId, with: &dyn Fn(&mut Customer)| {
        if let Some(Aggregate::Customer(customer)) = state.0.get_mut(&Key::Customer(id)) {
            with(customer);
        }
    };
    match &fact.body {
        FactBody::CustomerChanged {
            customer,
            fields,
            unverified,
            dated,
            ..
        } => change(*customer, &|c| {
            c.fields.extend(fields.clone());
            if *dated {
                c.written.extend(fields.keys().map(|name| (name.clone(), fact.at)));
            }
            for channel in unverified {
                match channel {
                    Channel::Email => c.email_verified = None,
                    Channel::Phone => c.phone_verified = None,
                }
            }
        }),
        FactBody::ContactVerified { customer, channel } => change(*customer, &|c| match channel {
            Channel::Email => c.email_verified = Some(fact.at),
            Channel::Phone => c.phone_verified = Some(fact.at),
        }),
        FactBody::DocumentSeen { customer, document } => change(*customer, &|c| {
            c.document = Some((document.clone(), fact.by));
            c.vouched_by = None;
        }),
        FactBody::CustomerVouched { customer } => change(*customer, &|c| c.vouched_by = fact.by),
        FactBody::CustomerErased { customer } => change(*customer, &|c| {
            c.fields.clear();
            c.written.clear();
            (c.email_verified, c.phone_verified, c.erased) = (None, None, true);
        }),
        FactBody::CustomerRegistered {
            customer,
            number,
            fields,
            ..
        } => {
            let new = Customer {
                number: number.clone(),
                fields: fields.clone(),
                email_verified: None,
                phone_verified: None,
                document: None,
                vouched_by: None,
                user: None,
                erased: false,
                written: Default::default(),
            };
            state.0.insert(Key::Customer(*customer), Aggregate::Customer(new));
            count(state, fact, number, |d| &mut d.customers);
        }
        _ => {}
    }
}

fn apply_loan(state: &mut State, fact: &Fact) {
    match &fact.body {
        FactBody::LoanApplied { loan } => {
            state
                .0
                .insert(Key::Loan(loan.id), Aggregate::Loan(Box::new(open(loan))));
            count(state, fact, &loan.number, |d| &mut d.loans);
        }
        FactBody::PurchaseMade { loan, rows, .. } => {
            let mut new = open(loan);
            new.disbursed_on = Some(loan.opened_on);
            put_schedule(&mut new, rows);
            state.0.insert(Key::Loan(loan.id), Aggregate::Loan(Box::new(new)));
            count(state, fact, &loan.number, |d| &mut d.purchases);
        }
        FactBody::LoanApproved { loan, failed_rules, .. } => with_loan(state, *loan, |l| {
            l.status = LoanStatus::Approved;
            l.failed_rules.clone_from(failed_rules);
        }),
        FactBody::LoanRejected { loan, .. } => with_loan(state, *loan, |l| l.status = LoanStatus::Rejected),
        FactBody::LoanDisbursed {
            loan,
            value_date,
            terms,
            installment,
            rows,
            charges,
            fees,
            accrual,
            next_event,
            part,
            rates,
            ..
        } => with_loan(state, *loan, |l| {
            l.status = LoanStatus::Active;
            if rates.is_some() {
                l.rates.clone_from(rates);
            }
            let paid_out = part.unwrap_or(l.principal);
            l.undisbursed = l.principal - paid_out;
            l.principal = paid_out;
            l.charges_taken.clone_from(charges);
            l.fees.clone_from(fees);
            l.accrual = accrual.as_deref().cloned();
            l.next_event = *next_event;
            l.disbursed_on = Some(*value_date);
            l.terms = Some((**terms).clone());
            l.installment = *installment;
            put_schedule(l, rows);
        }),
        FactBody::PaymentReceived { loan, payment, change } => {
            with_loan(state, *loan, |l| {
                l.payments.push(payment.clone());
                if let Some(f) = l.foreclosure.as_mut().filter(|f| f.payment.is_none()) {
                    f.payment = Some(payment.id);
                }
                put_change(l, change);
            });
            count(state, fact, &payment.receipt, |d| &mut d.receipts);
        }
        FactBody::PaymentReversed {
            loan, payment, change, ..
        } => with_loan(state, *loan, |l| {
            if let Some(p) = l.payments.iter_mut().find(|p| p.id == *payment) {
                p.reversed = true;
            }
            if l.foreclosure.as_ref().is_some_and(|f| f.payment == Some(*payment)) {
                l.foreclosure = None;
            }
            put_change(l, change);
        }),
        FactBody::LoanForeclosed {
            loan,
            discount,
            replacement,
            change,
        } => with_loan(state, *loan, |l| {
            l.foreclosure = Some(Foreclosure {
                replacement: replacement.clone(),
                discount: *discount,
                payment: None,
            });
            put_change(l, change);
        }),
        FactBody::CreditRefunded {
            loan, amount, change, ..
        } => with_loan(state, *loan, |l| {
            l.refunded += *amount;
            put_change(l, change);
        }),
        _ => apply_servicing(state, fact),
    }
}

fn apply_servicing(state: &mut State, fact: &Fact) {
    match &fact.body {
        FactBody::PenaltiesCharged { loan, change, .. } | FactBody::InterestSuspended { loan, change, .. } => {
            with_loan(state, *loan, |l| put_change(l, change));
        }
        FactBody::DuesWaived {
            loan, waiver, change, ..
        } => with_loan(state, *loan, |l| {
            l.waivers.push(*waiver);
            put_change(l, change);
        }),
        FactBody::TermsChanged {
            loan,
            terms,
            paid_out,
            change,
            ..
        } => with_loan(state, *loan, |l| {
            if terms.kind == TermsChange::NextPart {
                l.undisbursed -= *paid_out;
                l.principal += *paid_out;
            }
            l.terms_changes.push((**terms).clone());
            put_change(l, change);
        }),
        FactBody::RatesFollowed { loan, rates, change } => with_loan(state, *loan, |l| {
            l.rates = Some(rates.clone());
            put_change(l, change);
        }),
        FactBody::LoanWrittenOff {
            loan,
            written_off,
            change,
            ..
        } => with_loan(state, *loan, |l| {
            l.written_off = Some(*written_off);
            put_change(l, change);
        }),
        FactBody::MoneySetAside { loan, payment, .. } => {
            with_loan(state, *loan, |l| {
                if let Some(lost) = l.written_off.as_mut() {
                    lost.recovered += payment.parts.recovery;
                }
                l.payments.push(payment.clone());
            });
            count(state, fact, &payment.receipt, |d| &mut d.receipts);
        }
        FactBody::AsideSettled { loan, payment, .. } => with_loan(state, *loan, |l| {
            let Some(p) = l.payments.iter_mut().find(|p| p.id == *payment) else {
                return;
            };
            p.reversed = true;
            if let Some(lost) = l.written_off.as_mut() {
                lost.recovered -= p.parts.recovery;
            }
        }),
        _ => {}
    }
}

fn open(loan: &LoanOpened) -> Loan {
    let loan = loan.clone();
    Loan {
        number: loan.number,
        customer: loan.customer,
        product: loan.product,
        title: loan.title,
        purchase: loan.purchase,
        terms: loan.terms,
        principal: loan.principal,
        installments: loan.installments,
        opened_on: loan.opened_on,
        installment: loan.installment,
        penalty: loan.penalty,
        allocation: loan.allocation,
        max_discount: loan.max_discount,
        officer: loan.officer,
        purpose: loan.purpose,
        status: loan.status,
        disbursed_on: None,
        closed_on: None,
        schedule: Vec::new(),
        rows: Vec::new(),
        payments: Vec::new(),
        credit: Money::ZERO,
        refunded: Money::ZERO,
        assessed_through: None,
        foreclosure: None,
        charges: loan.charges,
        charges_taken: Vec::new(),
        fees: Vec::new(),
        allocate: loan.allocate,
        payoff: loan.payoff,
        failed_rules: loan.failed_rules,
        rates: loan.rates,
        waivers: Vec::new(),
        terms_changes: Vec::new(),
        written_off: None,
        accrual: None,
        next_event: None,
        parts: loan.parts,
        undisbursed: Money::ZERO,
    }
}

fn put_schedule(loan: &mut Loan, rows: &[Row]) {
    loan.schedule = rows.to_vec();
    loan.rows = rows.iter().map(|row| RowState::new(row, &loan.fees)).collect();
}

pub(crate) fn put_change(loan: &mut Loan, change: &LoanChange) {
    if change.replaced {
        loan.rows.clone_from(&change.rows);
    }
    for row in &change.rows {
        if let Some(old) = loan.rows.iter_mut().find(|r| r.n == row.n) {
            *old = *row;
        }
    }
    loan.credit = change.credit;
    loan.closed_on = change.closed_on;
    loan.assessed_through = change.assessed_through;
    loan.status = match (loan.written_off, change.closed_on) {
        (Some(_), _) => LoanStatus::WrittenOff,
        (None, Some(_)) => LoanStatus::Closed,
        (None, None) => LoanStatus::Active,
    };
    if let Some(accrual) = &change.accrual {
        let mut accrual = (**accrual).clone();
        if change.same_plan {
            accrual.plan = loan
                .accrual
                .as_ref()
                .map_or_else(Vec::new, |old| old.at(accrual.through).plan);
        }
        loan.accrual = Some(accrual);
    }
    loan.next_event = change.next_event;
    loan.installment = change.installment.unwrap_or(loan.installment);
}

fn with_loan(state: &mut State, id: LoanId, change: impl FnOnce(&mut Loan)) {
    if let Some(Aggregate::Loan(loan)) = state.0.get_mut(&Key::Loan(id)) {
        change(loan);
    }
}

/// The desk has given a number: its count is that number, or one more where the number is not its own.
fn count(state: &mut State, fact: &Fact, number: &str, kind: fn(&mut Desk) -> &mut u32) {
    if let Aggregate::Desk(counters) = state
        .0
        .entry(Key::Desk(fact.desk.clone()))
        .or_insert(Aggregate::Desk(Desk::default()))
    {
        let digits = number
            .rfind(|letter: char| !letter.is_ascii_digit())
            .map_or(0, |end| end + 1);
        let given = number.get(digits..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
        let last = kind(counters);
        *last = (*last + 1).max(given);
    }
}
