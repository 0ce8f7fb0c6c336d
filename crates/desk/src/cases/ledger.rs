//! The general ledger: balances, lines, exports.

use crate::desk::{Desk, Open};
use crate::error::{Answer, Told};
use chrono::NaiveDate;
use farthing_api::{
    AccountLine, AccountLines, ExportFormat, ExportLedger, Money, Page, Saved, TrialBalance, TrialBalanceView,
};
use farthing_office::permission::Permission;
use farthing_store::{LedgerLine, StoreError};
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

impl Desk {
    /// Every account with its balance.
    ///
    /// # Errors
    /// Where the caller may not see the ledger.
    pub async fn trial_balance(&self, request: TrialBalance) -> Answer<TrialBalanceView> {
        let (open, _) = self.caller_who_may(Permission::SeeLedger).await?;
        trial_balance(&open, request.on).await
    }

    /// A page of the lines of an account.
    ///
    /// # Errors
    /// Where the caller may not see the ledger.
    pub async fn account_lines(&self, request: AccountLines) -> Answer<Page<AccountLine>> {
        let (open, _) = self.caller_who_may(Permission::SeeLedger).await?;
        let AccountLines {
            account,
            from,
            to,
            page,
        } = request;
        open.book.account_lines(&account, from, to, page).await.told()
    }

    /// Writes the lines of the ledger into the folder of papers.
    ///
    /// # Errors
    /// Where the caller may not see the ledger, or the disk refuses.
    pub async fn export_ledger(&self, request: ExportLedger) -> Answer<Saved> {
        let (open, session) = self.caller_who_may(Permission::SeeLedger).await?;
        let ending = match request.format {
            ExportFormat::Csv => "csv",
            ExportFormat::Json => "json",
        };
        let folder = self.home.documents().join("exports");
        std::fs::create_dir_all(&folder).told()?;
        let path = folder.join(format!("ledger-{}-{}.{ending}", request.from, request.to));
        write_ledger(&open, (request.from, request.to), request.format, &path)
            .await
            .told()?;
        self.note_done(&open, &session, "export_ledger").await?;
        Ok(Saved {
            path: path.display().to_string(),
        })
    }
}

pub(crate) async fn trial_balance(open: &Open, on: Option<NaiveDate>) -> Answer<TrialBalanceView> {
    let accounts = open.book.trial_balance(on).await.told()?;
    let debit = accounts.iter().map(|a| a.balance.max(Money::ZERO)).sum();
    let credit = accounts.iter().map(|a| (-a.balance).max(Money::ZERO)).sum();
    Ok(TrialBalanceView {
        on,
        accounts,
        debit,
        credit,
    })
}

/// Writes the lines between two booking dates into a file, which appears under its name when it is whole; how many.
///
/// # Errors
/// What the database or the disk says.
pub(crate) async fn write_ledger(
    open: &Open,
    (from, to): (NaiveDate, NaiveDate),
    format: ExportFormat,
    path: &Path,
) -> Result<u64, StoreError> {
    let part = path.with_extension("part");
    let mut out = BufWriter::new(File::create(&part)?);
    let decimals = open.currency().decimals;
    out.write_all(match format {
        ExportFormat::Csv => b"entry,line,booking_date,what,account,class,debit,credit,loan,desk\n",
        ExportFormat::Json => b"[",
    })?;
    let mut first = true;
    let mut each = |line: LedgerLine| {
        match format {
            ExportFormat::Csv => writeln!(out, "{}", csv(&line, decimals))?,
            ExportFormat::Json => {
                let comma = if first { "\n" } else { ",\n" };
                write!(out, "{comma}{}", json(&line, decimals))?;
            }
        }
        first = false;
        Ok(())
    };
    let count = open.book.ledger_lines(from, to, &mut each).await?;
    if format == ExportFormat::Json {
        out.write_all(b"\n]\n")?;
    }
    out.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(count)
}

/// Debit and credit of a line, without a sign; the other one is empty.
fn sides(line: &LedgerLine, decimals: u32) -> (String, String) {
    let amount = line.amount.abs().to_plain(decimals);
    match line.amount.is_negative() {
        true => (String::new(), amount),
        false => (amount, String::new()),
    }
}

fn csv(line: &LedgerLine, decimals: u32) -> String {
    let (debit, credit) = sides(line, decimals);
    let account = line.account.to_string();
    let fields = [
        line.entry.to_string(),
        line.line.to_string(),
        line.booked_on.to_string(),
        line.what.clone(),
        account,
        line.account.class().word().to_string(),
        debit,
        credit,
        line.loan.clone(),
        line.desk.clone(),
    ];
    fields.map(|field| quoted(&field)).join(",")
}

/// A field as RFC 4180 has it. One that a spreadsheet would take for a formula begins with an apostrophe.
pub(crate) fn quoted(field: &str) -> String {
    let field = match field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{field}"),
        false => field.to_string(),
    };
    match field.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field,
    }
}

fn json(line: &LedgerLine, decimals: u32) -> serde_json::Value {
    let (debit, credit) = sides(line, decimals);
    json!({
        "entry": line.entry, "line": line.line, "booking_date": line.booked_on, "what": line.what,
        "account": line.account.to_string(), "class": line.account.class().word(), "debit": debit, "credit": credit,
        "loan": line.loan, "desk": line.desk,
    })
}
