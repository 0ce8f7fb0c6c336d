//! What the authority does by itself: penalties and the closing of days.

use super::organisation;
use crate::command::Command;
use crate::context::Context;
use crate::fact::FactBody;
use crate::refusal::Refusal;
use crate::standing::{change, ledger};
use crate::state::State;
use chrono::NaiveDate;
use farthing_api::{Code, LoanId, LoanStatus, Money};

pub(super) fn decide(state: &State, command: &Command, ctx: &Context) -> Result<Vec<FactBody>, Refusal> {
    organisation(state)?;
    match command {
        Command::AssessPenalties { through, loans } => loans
            .iter()
            .filter_map(|id| penalties(state, *id, *through).transpose())
            .collect(),
        Command::CloseDay { date, figures } => {
            may_close(state, *date, ctx.today)?;
            Ok(vec![FactBody::DayClosed {
                date: *date,
                figures: *figures,
            }])
        }
        _ => Ok(Vec::new()),
    }
}

/// Whether a day may be closed: it is open, and it has come.
///
/// # Errors
/// Says why not.
pub fn may_close(state: &State, date: NaiveDate, today: NaiveDate) -> Result<(), Refusal> {
    let open = state.day().ok_or_else(|| Refusal::missing(Code::NoOrganisation))?.open;
    if date < open {
        return Err(Refusal::rule(Code::DayClosed).with("date", date).with("open", open));
    }
    if date > today {
        let refusal = Refusal::field("date", Code::DayToCome);
        return Err(refusal.with("date", date).with("today", today));
    }
    Ok(())
}

fn penalties(state: &State, id: LoanId, through: NaiveDate) -> Result<Option<FactBody>, Refusal> {
    let Some(loan) = state.loan(id).filter(|l| l.status == LoanStatus::Active) else {
        return Ok(None);
    };
    if loan.assessed_through >= Some(through) {
        return Ok(None);
    }
    let change = change(id, loan, &ledger(loan, Some(through)), Some(through), None)?;
    if change.rows.is_empty() {
        return Ok(None);
    }
    let charged = |rows: &[farthing_lending::RowState]| rows.iter().map(|r| r.penalty).sum::<Money>();
    let before: Vec<_> = loan
        .rows
        .iter()
        .filter(|r| change.rows.iter().any(|c| c.n == r.n))
        .cloned()
        .collect();
    Ok(Some(FactBody::PenaltiesCharged {
        loan: id,
        amount: charged(&change.rows) - charged(&before),
        change,
    }))
}
