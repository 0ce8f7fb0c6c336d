//! One's own data: all of it in two files, or none of it any more.

use crate::desk::{Desk, Home, Open, Session, erased_path};
use crate::error::{Answer, Told, internal};
use farthing_api::{
    ApiError, Code, CustomerId, CustomerView, EraseCustomer, ErrorKind, ExportPersonalData, LoanView, Saved,
};
use farthing_documents::written_day;
use farthing_office::permission::Permission;
use farthing_office::{Command, Key};
use farthing_store::Beside;
use serde_json::{Value, json};
use std::fmt::Write;

impl Desk {
    /// Which customer a request is about: the caller themselves after their password, or another by permission.
    async fn about_whom(
        &self,
        session: &Session,
        customer: Option<CustomerId>,
        permission: Permission,
    ) -> Answer<CustomerId> {
        match (session.customer, customer) {
            (Some(own), None) => Ok(own),
            (None, Some(customer)) => {
                self.caller_who_may(permission).await?;
                Ok(customer)
            }
            _ => Err(ApiError::new(ErrorKind::NotFound, Code::NoCustomer)),
        }
    }

    /// Writes everything that is known about a customer into the folder of papers; the answer names the file to read, the one for
    /// programs has the same name.
    ///
    /// # Errors
    /// Where the caller has not proved again who they are, a missing permission, or what the disk says.
    pub async fn export_personal_data(&self, request: ExportPersonalData) -> Answer<Saved> {
        let (open, session) = self.caller().await?;
        let id = self
            .about_whom(&session, request.customer, Permission::RegisterCustomers)
            .await?;
        if session.customer.is_some() {
            self.must_be_proven(&session)?;
        }
        let customer = self.customer_or_missing(&open, id).await?;
        let mut loans = Vec::with_capacity(customer.loans.len());
        for row in &customer.loans {
            loans.push(self.loan_view(&open, &session, row.id).await?);
        }
        let messages = open.book.messages_to(id).await.told()?;
        let all = json!({
            "written_at": self.clock.now(), "organisation": open.organisation.name, "number": customer.row.number,
            "registered_at": customer.row.registered_at, "email_verified_at": customer.email_verified_at,
            "phone_verified_at": customer.phone_verified_at, "document_seen": customer.document_seen,
            "fields": customer.form, "loans": loans, "messages": messages,
        });
        let folder = self.home.documents().join("exports");
        std::fs::create_dir_all(&folder).told()?;
        let at = self.clock.now().format("%Y-%m-%d-%H%M%S");
        let name = format!("{}-{at}", customer.row.number);
        let pretty = serde_json::to_vec_pretty(&all).map_err(|e| internal(&e))?;
        std::fs::write(folder.join(format!("{name}.json")), pretty).told()?;
        let path = folder.join(format!("{name}.txt"));
        std::fs::write(&path, readable(&open, &customer, &loans)).told()?;
        self.note_done(&open, &session, "export_personal_data").await?;
        Ok(Saved {
            path: path.display().to_string(),
        })
    }

    /// Destroys a customer's personal data: the key under which the log holds them, the messages, codes and papers. The ledger
    /// stays, under the customer's number.
    ///
    /// # Errors
    /// Where the caller has not proved again who they are; a loan that is not closed.
    pub async fn erase_customer(&self, request: EraseCustomer) -> Answer<()> {
        let (open, session) = self.caller().await?;
        let id = self
            .about_whom(&session, request.customer, Permission::EraseCustomers)
            .await?;
        self.must_be_proven(&session)?;
        let enrolled = open.book.is_enrolled().await.told()?;
        if enrolled && let Err(error) = self.sync(&open).await {
            tracing::info!(code = %error.code, "somebody is erased without what other desks know");
        }
        let customer = self.customer_or_missing(&open, id).await?;
        let command = Command::EraseCustomer {
            customer: id,
            loans: customer.loans.iter().map(|loan| loan.id).collect(),
        };
        let ctx = self.context(&open, Some(session.actor()))?;
        if enrolled {
            // Hidden from now on. The key goes once the server has decided so; it may refuse, for a loan of another desk.
            self.execute(&open, &command, &ctx, Beside::default()).await?;
            self.end_own_session(id).await;
            return Ok(());
        }
        // First the tombstone: a crash before the rest forgets them at the next opening, and never the other way round.
        if let Err(error) = open.book.check(&command, &ctx).await.told() {
            self.note_for(&open, &session, command.kind(), &error).await;
            return Err(error);
        }
        remember(&self.home, id)?;
        open.book.erase(id, &command, &ctx).await.told()?;
        self.shred_papers(&open, &customer).await?;
        self.end_own_session(id).await;
        Ok(())
    }

    async fn end_own_session(&self, id: CustomerId) {
        let mut now = self.session.lock().await;
        if now.as_ref().is_some_and(|session| session.customer == Some(id)) {
            *now = None;
        }
    }

    /// The server decided that somebody is erased: their papers here go too, and a restored backup forgets them again.
    pub(crate) async fn erased_elsewhere(&self, open: &Open, id: CustomerId) -> Answer<()> {
        remember(&self.home, id)?;
        match open.book.customer(id, self.today(open)).await.told()? {
            Some(customer) => self.shred_papers(open, &customer).await,
            None => Ok(()),
        }
    }

    /// Deletes the papers on which an erased customer's name stands.
    async fn shred_papers(&self, open: &Open, customer: &CustomerView) -> Answer<()> {
        let mut names = vec![format!("{}-", customer.row.number)];
        for loan in &customer.loans {
            names.push(format!("{}-", loan.number));
            let payments = open.book.payments_of(loan.id).await.told()?;
            names.extend(
                payments
                    .into_iter()
                    .flat_map(|p| [format!("{}.pdf", p.receipt), format!("{}-", p.receipt)]),
            );
        }
        for part in ["receipts", "statements", "exports"] {
            let Ok(entries) = std::fs::read_dir(self.home.documents().join(part)) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if names.iter().any(|begins| name.starts_with(begins)) {
                    std::fs::remove_file(entry.path()).told()?;
                }
            }
        }
        Ok(())
    }

    /// Makes a book that was restored forget again whom this machine has erased, and, where there is a server, whom anybody has. If
    /// it does not answer now, the next round asks before anything else.
    pub(crate) async fn forget_again(&self, open: &Open) -> Answer<()> {
        let text = std::fs::read_to_string(erased_path(&self.home.book())).unwrap_or_default();
        let known = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
        self.forget_all(open, known).await?;
        if let Err(error) = self.forget_whom_the_server_forgot(open).await {
            tracing::warn!(code = %error.code, "the server was not asked yet whom this restored book has to forget");
        }
        Ok(())
    }

    /// Forgets customers whose data was destroyed and that a restored book has again.
    pub(crate) async fn forget_all(&self, open: &Open, customers: Vec<CustomerId>) -> Answer<()> {
        for id in customers {
            let known = open
                .book
                .load(&[Key::Customer(id)])
                .await
                .told()?
                .customer(id)
                .is_some();
            if known && open.book.has_key(id).await.told()? {
                let command = Command::EraseCustomer {
                    customer: id,
                    loans: Vec::new(),
                };
                let ctx = self.context(open, None)?;
                open.book.erase(id, &command, &ctx).await.told()?;
            }
        }
        Ok(())
    }
}

/// Keeps an id in the file of those who were erased.
pub(crate) fn remember(home: &Home, customer: CustomerId) -> Answer<()> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(erased_path(&home.book()));
    let mut file = file.told()?;
    writeln!(file, "{customer}").told()?;
    file.sync_all().told()
}

/// The data as lines to read, in the organisation's language for days.
fn readable(open: &Open, customer: &CustomerView, loans: &[LoanView]) -> String {
    let language = open.organisation.language.as_str();
    let amount = |money| super::letters::amount(open, language, money);
    let mut out = format!(
        "{}\n{} {}\n\n",
        open.organisation.name, customer.row.number, customer.row.name
    );
    if let Ok(Value::Object(fields)) = serde_json::to_value(&customer.form) {
        for (name, value) in fields {
            if let Some(text) = value.as_str().filter(|text| !text.is_empty()) {
                let _ = writeln!(out, "{}: {text}", name.replace('_', " "));
            }
        }
    }
    for loan in loans {
        let row = &loan.row;
        let _ = write!(
            out,
            "\n{} {}: {}, {}\noutstanding: {}\n",
            row.number,
            row.product,
            amount(row.principal),
            row.status.word(),
            amount(row.outstanding)
        );
        for due in &loan.rows {
            let day = written_day(language, due.due_on);
            let _ = writeln!(
                out,
                "  {}. {day}: due {}, paid {}",
                due.n,
                amount(due.due),
                amount(due.paid)
            );
        }
        for payment in &loan.payments {
            let day = written_day(language, payment.value_date);
            let _ = writeln!(out, "  {} {day}: {}", payment.receipt, amount(payment.amount));
        }
    }
    out
}
