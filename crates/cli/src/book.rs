//! The commands that need a book.

use crate::outcome::{Failure, Outcome};
use chrono::{NaiveDate, Utc};
use farthing_api::{ExportFormat, Secret};
use farthing_desk::headless::{self, Headless};
use farthing_desk::{Clock, Home, demo as story, keep};
use farthing_office::permission::Permission;
use serde_json::json;
use std::io::Write;
use std::path::Path;

/// Runs a command's async part.
fn block<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// The password: FARTHING_PASSWORD, or typed.
fn password() -> Result<Secret, Failure> {
    secret("FARTHING_PASSWORD", "Password: ")
}

fn secret(variable: &str, prompt: &str) -> Result<Secret, Failure> {
    match std::env::var(variable) {
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => rpassword::prompt_password(prompt)
            .map(Secret::new)
            .map_err(|e| Failure::usage(format!("no password: set {variable} or run in a terminal ({e})"))),
    }
}

async fn open(book: &Path, user: Option<&str>) -> Result<Headless, Failure> {
    Ok(headless::open(book, user, &password()?).await?)
}

/// `farthing demo`
pub fn demo(book: &Path, customers: u32, loans: u32, seed: u64, until: Option<NaiveDate>) -> Result<Outcome, Failure> {
    if customers == 0 {
        return Err(Failure::usage("--customers takes 1 or more"));
    }
    if book.exists() {
        return Err(Failure::usage(format!(
            "{} is there already; name a new file",
            book.display()
        )));
    }
    if let Some(folder) = book.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let password = password()?;
    let now = match until {
        Some(day) => day.and_hms_opt(12, 0, 0).unwrap_or_default().and_utc(),
        None => Clock::system().now(),
    };
    let size = story::Size { customers, loans, seed };
    let mut said = 0;
    let mut progress = |done: u32| {
        if done >= said + 1_000 {
            said = done;
            let _ = writeln!(std::io::stderr(), "{done} of {loans} loans");
        }
    };
    let (made, recovery) =
        block(async { Ok(story::make(Home::of_book(book), &password, size, now, &mut progress).await?) })?;
    Ok(Outcome::done(
        format!(
            "Made {} with {} customers and {} loans by {} commands.\nSign in as admin@demo.test, officer@demo.test or customer@demo.test.\nRecovery secret: {}",
            book.display(),
            made.customers,
            made.loans,
            made.commands,
            recovery.reveal()
        ),
        json!({ "book": book, "customers": made.customers, "loans": made.loans, "commands": made.commands, "recovery_secret": recovery.reveal() }),
    ))
}

/// `farthing verify`
pub fn verify(book: &Path, user: Option<&str>) -> Result<Outcome, Failure> {
    let report = block(async {
        let desk = open(book, user).await?;
        desk.must(Permission::KeepBook)?;
        let report = desk.book().verify().await?;
        desk.close().await?;
        Ok(report)
    })?;
    let value = json!({ "commands": report.commands, "facts": report.facts, "pages": report.pages, "findings": report.findings });
    let counts = format!(
        "{} commands, {} facts, {} pages",
        report.commands, report.facts, report.pages
    );
    Ok(match report.findings.is_empty() {
        true => Outcome::done(format!("All is well: {counts}."), value),
        false => Outcome::findings(format!("{}\n{counts}.", report.findings.join("\n")), value),
    })
}

/// `farthing backup`
pub fn backup(book: &Path, user: Option<&str>, to: &Path) -> Result<Outcome, Failure> {
    block(async {
        let desk = open(book, user).await?;
        desk.must(Permission::KeepBook)?;
        keep::backup(desk.book(), to).await?;
        desk.note_done("backup_book").await?;
        desk.close().await?;
        Ok(())
    })?;
    let text = format!(
        "Wrote {}. On another machine it opens with your password and the recovery secret.",
        to.display()
    );
    Ok(Outcome::done(text, json!({ "backup": to })))
}

/// `farthing restore`
pub fn restore(from: &Path, book: &Path, user: Option<&str>) -> Result<Outcome, Failure> {
    let user = user.ok_or_else(|| Failure::usage("name whose password opens the backup with --user"))?;
    let password = password()?;
    let recovery = std::env::var("FARTHING_RECOVERY").ok().map(Secret::new);
    let home = Home::of_book(book);
    let facts = block(async {
        match keep::restore(from, &home, user, &password, recovery.as_ref(), Utc::now()).await {
            Ok(facts) => Ok(facts),
            // Another machine's backup: the recovery secret stands in for that machine's own.
            Err(keep::KeepError::Wrong) if recovery.is_none() => {
                let typed = secret("FARTHING_RECOVERY", "Recovery secret: ")
                    .map_err(|_| Failure::from(keep::KeepError::Wrong))?;
                Ok(keep::restore(from, &home, user, &password, Some(&typed), Utc::now()).await?)
            }
            Err(error) => Err(error.into()),
        }
    })?;
    let text = format!(
        "Restored {} with {facts} facts. Receipts go on under the next letter.",
        book.display()
    );
    Ok(Outcome::done(text, json!({ "book": book, "facts": facts })))
}

/// `farthing rebuild`
pub fn rebuild(book: &Path, user: Option<&str>) -> Result<Outcome, Failure> {
    let facts = block(async {
        let desk = open(book, user).await?;
        desk.must(Permission::KeepBook)?;
        let facts = desk.book().rebuild().await?;
        desk.close().await?;
        Ok(facts)
    })?;
    Ok(Outcome::done(
        format!("Replayed {facts} facts."),
        json!({ "facts": facts }),
    ))
}

/// `farthing close-day`
pub fn close_day(book: &Path, user: Option<&str>, date: NaiveDate) -> Result<Outcome, Failure> {
    let closed = block(async {
        let desk = open(book, user).await?;
        let closed = desk.close_day(date).await?;
        desk.close().await?;
        Ok(closed)
    })?;
    let text = format!(
        "Closed {} days, charged {} penalties. The first open day is {}.",
        closed.days, closed.penalties, closed.open
    );
    Ok(Outcome::done(
        text,
        json!({ "days": closed.days, "penalties": closed.penalties, "open": closed.open }),
    ))
}

/// `farthing send-messages`
pub fn send_messages(book: &Path, user: Option<&str>) -> Result<Outcome, Failure> {
    let pass = block(async {
        let desk = open(book, user).await?;
        let pass = desk.send_messages().await?;
        desk.close().await?;
        Ok(pass)
    })?;
    let text = format!(
        "Made {} messages, handed over {}, could not hand over {}.",
        pass.queued, pass.sent, pass.not_sent
    );
    Ok(Outcome::done(
        text,
        json!({ "queued": pass.queued, "sent": pass.sent, "not_sent": pass.not_sent }),
    ))
}

/// `farthing export gl`
pub fn export_ledger(
    book: &Path,
    user: Option<&str>,
    period: (NaiveDate, NaiveDate),
    out: &Path,
) -> Result<Outcome, Failure> {
    let format = match out.extension().is_some_and(|ending| ending == "json") {
        true => ExportFormat::Json,
        false => ExportFormat::Csv,
    };
    let lines = block(async {
        let desk = open(book, user).await?;
        let lines = desk.export_ledger(period, format, out).await?;
        desk.close().await?;
        Ok(lines)
    })?;
    let text = format!("Wrote {lines} lines into {}.", out.display());
    Ok(Outcome::done(text, json!({ "lines": lines, "file": out })))
}

/// `farthing trial-balance`
pub fn trial_balance(book: &Path, user: Option<&str>, on: Option<NaiveDate>) -> Result<Outcome, Failure> {
    let (view, decimals) = block(async {
        let desk = open(book, user).await?;
        let view = desk.trial_balance(on).await?;
        let decimals = desk.decimals();
        desk.close().await?;
        Ok((view, decimals))
    })?;
    let widest = view.accounts.iter().map(|a| a.account.len()).max().unwrap_or(0);
    let mut lines: Vec<String> = view
        .accounts
        .iter()
        .map(|a| {
            let amount = a.balance.to_plain(decimals);
            format!("{:9} {:widest$} {amount:>20}", a.class.word(), a.account)
        })
        .collect();
    lines.push(format!(
        "Debit {}, credit {}.",
        view.debit.to_plain(decimals),
        view.credit.to_plain(decimals)
    ));
    let accounts: Vec<_> = view
        .accounts
        .iter()
        .map(|a| json!({ "account": a.account, "class": a.class.word(), "balance": a.balance.to_plain(decimals) }))
        .collect();
    let value = json!({
        "on": view.on, "accounts": accounts, "debit": view.debit.to_plain(decimals),
        "credit": view.credit.to_plain(decimals),
    });
    Ok(match view.debit == view.credit {
        true => Outcome::done(lines.join("\n"), value),
        false => Outcome::findings(lines.join("\n"), value),
    })
}
