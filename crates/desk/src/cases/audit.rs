//! The audit: what was asked for and what was refused.

use super::ledger::quoted;
use crate::desk::{Desk, Open, Session};
use crate::error::{Answer, Told};
use chrono::SecondsFormat;
use farthing_api::{ApiError, AuditRow, Code, ErrorKind, ExportAudit, ListAudit, ListQuery, Page, Saved, UserId};
use farthing_office::permission::Permission;
use std::fmt::Write;

impl Desk {
    /// A page of the audit.
    ///
    /// # Errors
    /// Where the caller may not see it.
    pub async fn list_audit(&self, request: ListAudit) -> Answer<Page<AuditRow>> {
        let (open, _) = self.caller_who_may(Permission::SeeAudit).await?;
        open.book.audit(&request.query).await.told()
    }

    /// Writes the whole audit into the folder of papers, the newest first.
    ///
    /// # Errors
    /// Where the caller may not see it, or the disk refuses.
    pub async fn export_audit(&self, _: ExportAudit) -> Answer<Saved> {
        let (open, session) = self.caller_who_may(Permission::SeeAudit).await?;
        let mut text = String::from("entry,at,by,what,desk,refused\n");
        let mut query = ListQuery::default();
        loop {
            let page = open.book.audit(&query).await.told()?;
            if page.rows.is_empty() {
                break;
            }
            for row in &page.rows {
                let at = row.at.to_rfc3339_opts(SecondsFormat::Millis, true);
                let code = row.refused.map_or("", Code::word);
                let fields = [row.key.as_str(), &at, &row.by, &row.what, &row.desk, code].map(quoted);
                writeln!(text, "{}", fields.join(",")).map_err(|e| crate::error::internal(&e))?;
            }
            query.page += 1;
        }
        let folder = self.home.documents().join("exports");
        std::fs::create_dir_all(&folder).told()?;
        let path = folder.join(format!("audit-{}.csv", self.clock.now().format("%Y-%m-%d-%H%M%S")));
        std::fs::write(&path, text).told()?;
        self.note_done(&open, &session, "export_audit").await?;
        Ok(Saved {
            path: path.display().to_string(),
        })
    }

    /// Keeps that something was refused. What a form or a disk says is no refusal; that the audit itself can't be written
    /// goes to the log, since the person's answer is the refusal.
    pub(crate) async fn note(&self, open: &Open, actor: Option<UserId>, what: &str, error: &ApiError) {
        if !is_refusal(error) {
            return;
        }
        let (desk, at) = (open.identity().prefix(), self.clock.now());
        if let Err(error) = open.book.note(actor, &desk, what, Some(error.code), at).await {
            tracing::error!(%error, "a refusal could not be kept");
        }
    }

    /// Keeps that someone did what no command tells: a setting, an export, a PIN.
    pub(crate) async fn note_done(&self, open: &Open, session: &Session, what: &str) -> Answer<()> {
        let (desk, at) = (open.identity().prefix(), self.clock.now());
        open.book.note(Some(session.user), &desk, what, None, at).await.told()
    }

    /// That something was refused, in the name of who is signed in.
    pub(crate) async fn note_for(&self, open: &Open, session: &Session, what: &str, error: &ApiError) {
        self.note(open, Some(session.user), what, error).await;
    }
}

/// Whether an answer belongs into the audit.
pub(crate) fn is_refusal(error: &ApiError) -> bool {
    let of_rules = [ErrorKind::Refused, ErrorKind::Forbidden, ErrorKind::Changed].contains(&error.kind);
    of_rules || is_wrong_proof(error.code)
}

/// Whether someone failed to prove who they are.
const fn is_wrong_proof(code: Code) -> bool {
    matches!(
        code,
        Code::WrongPassword
            | Code::WrongOldPassword
            | Code::WrongCode
            | Code::UsedCode
            | Code::ExpiredCode
            | Code::TooManyTries
            | Code::Suspended
            | Code::Wait
            | Code::SecondFactorWrong
            | Code::SecondFactorOver
            | Code::SecondFactorSuspended
            | Code::RecoveryWrong
            | Code::PinWrong
            | Code::PinGone
            | Code::ResetLink
            | Code::UndoCode
            | Code::RecoverySecretWrong
    )
}
