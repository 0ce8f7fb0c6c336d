//! Receipts and statements, written into the documents folder and opened with the system's viewer.

use super::trouble::show;
use crate::desk::{Desk, Open};
use crate::error::{Answer, Told, internal};
use farthing_api::{
    ApiError, Code, ErrorKind, ListReceipts, OpenDocument, Page, ReceiptRow, Saved, WriteReceipt, WriteStatement,
};
use farthing_documents::{Letterhead, ReceiptPaper, receipt, statement};
use farthing_lending::{CostOfCredit, build, cost_of_credit};
use farthing_office::Loan;
use farthing_office::permission::Permission;
use std::path::{Path, PathBuf};

fn letterhead(open: &Open) -> Letterhead {
    Letterhead {
        organisation: open.organisation.name.clone(),
        branch: open.organisation.branch_name.clone(),
        desk: open.identity().prefix(),
        currency: open.currency().clone(),
        language: open.organisation.language.clone(),
    }
}

/// Writes a paper so that it appears under its name only when it is whole.
fn write(folder: &Path, name: &str, pdf: &[u8]) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let (path, part) = (folder.join(format!("{name}.pdf")), folder.join(format!("{name}.part")));
    std::fs::write(&part, pdf)?;
    std::fs::rename(&part, &path)?;
    Ok(path)
}

/// What a loan costs as it was agreed; nothing is agreed for all of one that goes out in parts, nor of a purchase, which
/// costs nothing but its price.
fn cost(loan: &Loan, decimals: u32) -> Option<CostOfCredit> {
    let terms = loan
        .terms
        .as_ref()
        .filter(|_| loan.parts < 2 || loan.disbursed_on.is_none())?;
    let schedule = build(terms, decimals).ok()?;
    Some(cost_of_credit(terms, &schedule, &loan.charges, decimals))
}

impl Desk {
    /// A page of the receipts.
    ///
    /// # Errors
    /// Where the caller may not see the book.
    pub async fn list_receipts(&self, request: ListReceipts) -> Answer<Page<ReceiptRow>> {
        let (open, _) = self.caller_who_may(Permission::SeeBook).await?;
        open.book.receipts(&request.query, self.today(&open)).await.told()
    }

    /// Writes the receipt of a payment. A further print says which copy it is.
    ///
    /// # Errors
    /// Where there is no such payment, or the disk refuses.
    pub async fn write_receipt(&self, request: WriteReceipt) -> Answer<Saved> {
        let (open, session) = self.caller().await?;
        let missing = || ApiError::new(ErrorKind::NotFound, Code::NoPayment);
        let paper = open.book.payment(request.payment).await.told()?.ok_or_else(missing)?;
        // Another's payment is answered like one that does not exist.
        let hidden = |error: ApiError| if error.code == Code::NoLoan { missing() } else { error };
        let loan = self.loan_view(&open, &session, paper.loan).await.map_err(hidden)?;
        let customer = self.customer_or_missing(&open, paper.customer).await?;
        let counter = format!("printed:{}", paper.payment.receipt);
        let printed = open
            .book
            .setting(&counter)
            .await
            .told()?
            .and_then(|n| n.parse::<u32>().ok())
            .unwrap_or(0);
        let copy = printed + 1;
        let name = match copy {
            1 => paper.payment.receipt.clone(),
            n => format!("{}-copy-{n}", paper.payment.receipt),
        };
        let reversed_by = paper.payment.reversed.clone();
        let receipt_paper = ReceiptPaper {
            payment: paper.payment,
            loan_number: loan.row.number.clone(),
            product: loan.row.product.clone(),
            customer_name: customer.row.name,
            customer_number: customer.row.number,
            outstanding: loan.row.outstanding,
            next_due: loan.row.next_due_on.map(|day| (day, loan.row.next_due)),
            copy,
            reversed_by,
        };
        let (head, folder) = (letterhead(&open), self.home.documents().join("receipts"));
        let path = tokio::task::spawn_blocking(move || -> Answer<PathBuf> {
            write(&folder, &name, &receipt(&head, &receipt_paper).told()?).told()
        })
        .await
        .map_err(|e| internal(&e))??;
        open.book.set_setting(&counter, Some(&copy.to_string())).await.told()?;
        Ok(Saved {
            path: path.display().to_string(),
        })
    }

    /// Writes the statement of a loan.
    ///
    /// # Errors
    /// Where there is no such loan, or the disk refuses.
    pub async fn write_statement(&self, request: WriteStatement) -> Answer<Saved> {
        let (open, session) = self.caller().await?;
        let loan = self.loan_view(&open, &session, request.loan).await?;
        let customer = self.customer_or_missing(&open, loan.row.customer).await?;
        let decimals = open.currency().decimals;
        let planned = self.loan_of(&open, &session, request.loan).await?;
        let cost = cost(&planned, decimals);
        let now = self.clock.now().with_timezone(&open.zone).naive_local();
        let name = format!("{}-{}", loan.row.number, now.format("%Y-%m-%d"));
        let (head, folder) = (letterhead(&open), self.home.documents().join("statements"));
        let path = tokio::task::spawn_blocking(move || -> Answer<PathBuf> {
            let pdf = statement(
                &head,
                &loan,
                cost.as_ref(),
                (&customer.row.name, &customer.row.number),
                now,
            )
            .told()?;
            write(&folder, &name, &pdf).told()
        })
        .await
        .map_err(|e| internal(&e))??;
        Ok(Saved {
            path: path.display().to_string(),
        })
    }

    /// Opens a paper with the system's viewer. Only papers that the desk wrote are opened.
    ///
    /// # Errors
    /// Where the file is not one of them, or the system has no viewer.
    pub async fn open_document(&self, request: OpenDocument) -> Answer<()> {
        self.caller().await?;
        let folder = std::fs::canonicalize(self.home.documents()).told()?;
        let path = std::fs::canonicalize(&request.path).told()?;
        if !path.starts_with(&folder) {
            return Err(ApiError::new(ErrorKind::NotFound, Code::NoPaper));
        }
        show(&path)
    }
}
