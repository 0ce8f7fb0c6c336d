//! `farthing`: the desk without a window. Exit status 0 done, 1 findings, 2 usage, 3 locked or in use, 4 wrong password.

mod book;
mod compute;
mod explain;
mod outcome;
mod prove;

use clap::{Parser, Subcommand};
use outcome::Outcome;
use std::path::PathBuf;
use std::process::ExitCode;

/// The loan desk on the command line.
#[derive(Parser)]
#[command(name = "farthing", version, about)]
struct Arguments {
    /// Answers as JSON, one object.
    #[arg(long, global = true)]
    json: bool,
    /// The email of whoever opens the book; needed where several people can.
    #[arg(long, global = true, env = "FARTHING_USER")]
    user: Option<String>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Makes a new book with a branch's history. Its administrator is admin@demo.test.
    Demo {
        /// The file to make.
        #[arg(long)]
        book: PathBuf,
        /// How many customers.
        #[arg(long, default_value_t = 60)]
        customers: u32,
        /// How many loans and purchases.
        #[arg(long, default_value_t = 90)]
        loans: u32,
        /// The same seed gives the same facts.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The day up to which the history goes; today where it is left out.
        #[arg(long)]
        until: Option<chrono::NaiveDate>,
    },
    /// Checks the whole book: pages, chains, trial balance, projections.
    Verify {
        /// The book.
        #[arg(long)]
        book: PathBuf,
    },
    /// Writes the book and its key slots into one new file.
    Backup {
        /// The book.
        #[arg(long)]
        book: PathBuf,
        /// The file to write.
        #[arg(long)]
        to: PathBuf,
    },
    /// Puts a backup in place, after checking it whole.
    Restore {
        /// The backup.
        #[arg(long)]
        from: PathBuf,
        /// The book to put in place.
        #[arg(long)]
        book: PathBuf,
    },
    /// Throws away what is derived and replays every fact.
    Rebuild {
        /// The book.
        #[arg(long)]
        book: PathBuf,
    },
    /// Closes every open day up to and including one.
    CloseDay {
        /// The book.
        #[arg(long)]
        book: PathBuf,
        /// The last day to close.
        #[arg(long)]
        date: chrono::NaiveDate,
    },
    /// Makes the messages that are due and hands over what waits, once: for a machine that runs it at night.
    SendMessages {
        /// The book.
        #[arg(long)]
        book: PathBuf,
    },
    /// Writes what other programs read.
    Export {
        #[command(subcommand)]
        what: Export,
    },
    /// Every account of the general ledger with its balance; they add up to zero.
    TrialBalance {
        /// The book.
        #[arg(long)]
        book: PathBuf,
        /// At the end of this booking date; as of now where it is left out.
        #[arg(long)]
        on: Option<chrono::NaiveDate>,
    },
    /// Works out schedules, rates and rules from JSON: an array, one object, or an object a line.
    Compute {
        /// The file; `-` or nothing reads standard input.
        file: Option<PathBuf>,
    },
    /// Explains a figure: the formula with its values, the days counted, the rounding.
    Explain {
        /// The terms as `compute` reads them, one object; `-` reads standard input.
        file: PathBuf,
        /// The figure, such as rows[3].interest, installment, payoff, total_interest or apr_pct.
        path: String,
    },
    /// Works out the published examples that are built in, and prints a certificate.
    Prove,
}

#[derive(Subcommand)]
enum Export {
    /// The lines of the general ledger between two booking dates, as CSV, or as JSON where the file's name ends so.
    Gl {
        /// The book.
        #[arg(long)]
        book: PathBuf,
        /// The first booking date.
        #[arg(long)]
        from: chrono::NaiveDate,
        /// The last booking date.
        #[arg(long)]
        to: chrono::NaiveDate,
        /// The file to write.
        #[arg(long, default_value = "ledger.csv")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let user = arguments.user.as_deref();
    let outcome = match arguments.action {
        Action::Compute { file } => compute::run(file.as_deref()),
        Action::Prove => Ok(prove::run()),
        Action::Explain { file, path } => explain::run(&file, &path),
        Action::Demo {
            book,
            customers,
            loans,
            seed,
            until,
        } => book::demo(&book, customers, loans, seed, until),
        Action::Verify { book } => book::verify(&book, user),
        Action::Backup { book, to } => book::backup(&book, user, &to),
        Action::Restore { from, book } => book::restore(&from, &book, user),
        Action::Rebuild { book } => book::rebuild(&book, user),
        Action::CloseDay { book, date } => book::close_day(&book, user, date),
        Action::SendMessages { book } => book::send_messages(&book, user),
        Action::TrialBalance { book, on } => book::trial_balance(&book, user, on),
        Action::Export {
            what: Export::Gl { book, from, to, out },
        } => book::export_ledger(&book, user, (from, to), &out),
    };
    outcome.unwrap_or_else(Outcome::from).say(arguments.json)
}
