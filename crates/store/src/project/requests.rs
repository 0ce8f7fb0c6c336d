//! What waits for a second person.

use crate::StoreError;
use crate::log::instant;
use farthing_api::{LoanId, RequestState, UserId};
use farthing_office::{Command, Fact, FactBody};
use sqlx::sqlite::SqliteConnection;

/// The word of a state, as kept.
pub(crate) const fn state_word(state: RequestState) -> &'static str {
    match state {
        RequestState::Waiting => "waiting",
        RequestState::Done => "done",
        RequestState::Rejected => "rejected",
        RequestState::Withdrawn => "withdrawn",
        RequestState::Refused => "refused",
        RequestState::Expired => "expired",
    }
}

/// The loan, the person and the reason that a command names.
fn about(command: &Command) -> (Option<LoanId>, Option<UserId>, &str, &str) {
    match command {
        Command::Disburse { loan, .. }
        | Command::DisbursePart { loan, .. }
        | Command::Foreclose { loan, .. }
        | Command::Refund { loan, .. } => (Some(*loan), None, "", ""),
        Command::WriteOff { loan, reason, .. }
        | Command::WaiveDues { loan, reason, .. }
        | Command::ReversePayment { loan, reason, .. }
        | Command::ChangeTerms { loan, reason, .. }
        | Command::SettleSuspense { loan, reason, .. } => (Some(*loan), None, "", reason),
        Command::AddUser { name, .. } => (None, None, name, ""),
        Command::AdmitUser { user, .. }
        | Command::SetUserAccess { user, .. }
        | Command::ResetPassword { user, .. }
        | Command::RecordSecondFactor { user, .. } => (None, Some(*user), "", ""),
        _ => (None, None, "", ""),
    }
}

/// The command's kind; of access, whether it is taken or given.
const fn word(command: &Command) -> &'static str {
    match command {
        Command::SetUserAccess { active: true, .. } => "give_access",
        Command::SetUserAccess { active: false, .. } => "take_access",
        Command::RecordSecondFactor { .. } => "reset_second_factor",
        other => other.kind(),
    }
}

pub(super) async fn project(conn: &mut SqliteConnection, fact: &Fact) -> Result<(), StoreError> {
    match &fact.body {
        FactBody::RequestMade {
            request,
            command,
            hash,
            amount,
            expires_at,
            ..
        } => {
            let (loan, person, name, reason) = about(command);
            let (loan, person, maker) = (loan.map(|l| l.0), person.map(|p| p.0), fact.by.map(|u| u.0));
            let (at, expires_at) = (instant(fact.at), instant(*expires_at));
            let (kind, payload, amount) = (
                word(command),
                serde_json::to_string(command)?,
                amount.map(|m| m.minor()),
            );
            sqlx::query!(
                "insert into request (id, what, payload, hash, loan_rid, person, name, amount, reason, maker, at, expires_at)
                 values (?, ?, ?, ?, (select rid from loan where id = ?), ?, ?, ?, ?, ?, ?, ?)",
                request.0,
                kind,
                payload,
                hash,
                loan,
                person,
                name,
                amount,
                reason,
                maker,
                at,
                expires_at
            )
            .execute(conn)
            .await?;
        }
        FactBody::RequestEnded {
            request,
            state,
            reason,
            refusal,
        } => {
            let (state, by) = (state_word(*state), fact.by.map(|u| u.0));
            let refusal = refusal.as_ref().map(serde_json::to_string).transpose()?;
            sqlx::query!(
                "update request set state = ?, decided_by = ?, outcome = ?, refusal = ? where id = ?",
                state,
                by,
                reason,
                refusal,
                request.0
            )
            .execute(conn)
            .await?;
        }
        _ => {}
    }
    Ok(())
}
