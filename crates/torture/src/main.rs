//! `farthing-torture run`: desks, servers and PostgreSQL as real processes, each killed again and again while people work and the
//! line between them fails; in the end nothing may be lost, doubled or stuck. `farthing-torture desk` is one of those desks.

mod check;
#[path = "../../../xtask/src/cluster.rs"]
mod cluster;
mod database;
mod deeds;
mod desk;
mod dice;
mod events;
mod journal;
mod kept;
mod machines;
mod message;
mod office;
mod proxy;
mod record;
mod run;
mod world;

use clap::{Args, Parser, Subcommand};
use record::{Done, Summary};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// What every step answers.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Works as a desk until standard input ends.
    Desk(desk::Options),
    /// Kills and looks.
    Run(Run),
}

#[derive(Args)]
struct Run {
    /// How many kills.
    #[arg(long, default_value_t = 1_000)]
    kills: u32,
    /// So many of them in one office.
    #[arg(long, default_value_t = 50)]
    chunk: u32,
    /// The choices follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where everything is kept, and what was done is recorded. The last one counts.
    #[arg(long, overrides_with = "folder")]
    folder: PathBuf,
    /// The server's program; the one beside this program, if it is not named.
    #[arg(long)]
    server: Option<PathBuf>,
    /// PostgreSQL on three machines, by the files of this folder, instead of one cluster: see `machines`.
    #[arg(long)]
    cluster: Option<PathBuf>,
}

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let done = match Options::parse().action {
        Action::Desk(options) => work(options),
        Action::Run(options) => torture(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "farthing-torture: {error}");
            ExitCode::FAILURE
        }
    }
}

fn work(options: desk::Options) -> Outcome {
    tokio::runtime::Runtime::new()?.block_on(Box::pin(desk::work(options)))
}

fn say(line: &str) {
    // A terminal that is gone can't be told about it either.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Goes through all chunks that are not recorded yet. The folder of one that found something stays, to be looked at.
fn torture(options: &Run) -> Outcome {
    if std::env::var_os("FARTHING_KEYRING").is_none_or(|value| value != "off") {
        return Err("set FARTHING_KEYRING=off: the secrets of these desks do not belong into a keyring".into());
    }
    let beside = std::env::current_exe()?.with_file_name("farthing-server");
    let server = options.server.as_ref().unwrap_or(&beside);
    if !server.is_file() {
        return Err(format!("{} is missing: build farthing-server first", server.display()).into());
    }
    fs::create_dir_all(&options.folder)?;
    let folder = options.folder.canonicalize()?;
    let name = match options.cluster {
        None => format!("seed-{}", options.seed),
        Some(_) => format!("cluster-seed-{}", options.seed),
    };
    let record = folder.join(format!("{name}.jsonl"));
    let known = record::read(&record)?;
    let mut sum = Summary::default();
    let (mut done, mut number) = (0, 0);
    while done < options.kills {
        let asked = options.chunk.clamp(1, options.kills - done);
        let summary = match known.iter().find(|known| (known.chunk, known.asked) == (number, asked)) {
            Some(known) => known.summary.clone(),
            None => {
                let own = folder.join(format!("{name}-chunk-{number}"));
                let done = chunk(options, number, asked, &own, server)?;
                record::note(&record, &done)?;
                done.summary
            }
        };
        sum.add(&summary);
        (done, number) = (done + asked, number + 1);
    }
    say(&format!("seed {}: {sum}", options.seed));
    match sum.is_clean() {
        true => Ok(()),
        false => Err("something was found: the folders of those chunks stay".into()),
    }
}

fn chunk(options: &Run, number: u32, asked: u32, own: &Path, server: &Path) -> Outcome<Done> {
    if own.exists() {
        fs::remove_dir_all(own)?;
    }
    let chosen = options.seed.wrapping_mul(1_000_003).wrapping_add(u64::from(number));
    let failed = |error: Box<dyn Error>| format!("chunk {number} in {}: {error}", own.display());
    let cluster = options.cluster.as_deref();
    let summary = run::chunk(chosen, asked, own, server, cluster).map_err(failed)?;
    say(&format!("chunk {number}: {summary}"));
    for found in [&summary.lost, &summary.doubled, &summary.stuck].into_iter().flatten() {
        say(&format!("  {found}"));
    }
    if summary.is_clean() {
        fs::remove_dir_all(own)?;
    }
    Ok(Done {
        chunk: number,
        asked,
        summary,
    })
}
