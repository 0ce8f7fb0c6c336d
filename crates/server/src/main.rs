//! `farthing-server`: the central server.

use chrono::Utc;
use clap::{Args, Parser, Subcommand, ValueEnum};
use farthing_api::{MailSecurity, MailSettings, Secret};
use farthing_server::{Server, ServerError, backup, listen, restore, routes, watching};
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Between two looks for what the server has to do by itself.
const BETWEEN_JOBS: Duration = Duration::from_secs(60);

/// Takes commands of enrolled desks in, decides them, and hands facts to the desks that may see them.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(subcommand)]
    action: Option<Action>,
    /// Where PostgreSQL is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    database: Option<String>,
    #[command(flatten)]
    serving: Serving,
}

#[derive(Args)]
struct Serving {
    /// On which address to listen; TLS is the business of a proxy in front.
    #[arg(long, env = "FARTHING_LISTEN", default_value = "127.0.0.1:7420")]
    listen: SocketAddr,
    /// On which address those who watch the server may read its metrics; none without it.
    #[arg(long, env = "FARTHING_METRICS")]
    metrics: Option<SocketAddr>,
    /// The address under which desks reach this server, for the setup link.
    #[arg(long, env = "FARTHING_ADDRESS")]
    address: Option<String>,
    /// The most connections to the database.
    #[arg(long, env = "FARTHING_CONNECTIONS", default_value_t = 16)]
    connections: u32,
    #[command(flatten)]
    mail: Mail,
}

/// The mail server for links to people who forgot their password; the account's password is read from FARTHING_MAIL_PASSWORD alone.
#[derive(Args)]
struct Mail {
    /// The mail server's name; without it no links are sent.
    #[arg(long, env = "FARTHING_MAIL_HOST", requires = "mail_from")]
    mail_host: Option<String>,
    /// Its port.
    #[arg(long, env = "FARTHING_MAIL_PORT", default_value_t = 587)]
    mail_port: u16,
    /// How the connection is protected: start-tls, tls, or none to this very machine.
    #[arg(long, env = "FARTHING_MAIL_SECURITY", default_value = "start-tls")]
    mail_security: Security,
    /// The account there, if it takes one.
    #[arg(long, env = "FARTHING_MAIL_USER", default_value = "")]
    mail_user: String,
    /// The sender's address.
    #[arg(long, env = "FARTHING_MAIL_FROM")]
    mail_from: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Security {
    StartTls,
    Tls,
    None,
}

impl Mail {
    fn settings(&self) -> Option<MailSettings> {
        Some(MailSettings {
            host: self.mail_host.clone()?,
            port: self.mail_port,
            security: match self.mail_security {
                Security::StartTls => MailSecurity::StartTls,
                Security::Tls => MailSecurity::Tls,
                Security::None => MailSecurity::None,
            },
            username: self.mail_user.clone(),
            password: Secret::new(std::env::var("FARTHING_MAIL_PASSWORD").unwrap_or_default()),
            from: self.mail_from.clone()?,
        })
    }
}

#[derive(Subcommand)]
enum Action {
    /// Writes everything into a file while the server goes on; takes a role that sees the rows of all organisations.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
    /// Puts a backup into an empty database, begins another history there, and looks whether it is whole.
    Restore {
        /// The backup.
        file: PathBuf,
    },
    /// Makes a code for a desktop, good for half an hour: a new one, or one whose book was put back from a backup. Where a desk is
    /// left, its administrator makes one there.
    Invite {
        /// The email of the administrator in whose name it is made, who signs in first at a new desktop.
        #[arg(long)]
        by: String,
    },
    /// Says that the database lost something that desks may have heard of, where it was restored or copied by other means than
    /// `restore`: they fetch everything anew and send again what it lacks.
    BeginHistory,
    /// Looks whether everything that is kept is whole.
    Verify,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match act(&Options::parse()).await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(%error, "it was not done");
            ExitCode::FAILURE
        }
    }
}

async fn act(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let database = options.database.as_deref();
    let database = database.ok_or("say where PostgreSQL is: --database or DATABASE_URL")?;
    match &options.action {
        None => serve(database, &options.serving).await.map(|()| ExitCode::SUCCESS),
        Some(Action::Backup { file }) => {
            backup(database, file)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Action::Restore { file }) => {
            restore(database, file).await?;
            verify(database).await
        }
        Some(Action::Invite { by }) => invite(database, by).await,
        Some(Action::BeginHistory) => begin_history(database).await,
        Some(Action::Verify) => verify(database).await,
    }
}

async fn begin_history(database: &str) -> Result<ExitCode, Box<dyn Error>> {
    let server = Server::connect(database, 1, Arc::new(Utc::now)).await?;
    let history = server.begin_history().await?;
    server.close().await;
    writeln!(
        std::io::stdout(),
        "This server tells another history from now on: {history}"
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a code for each organisation that the administrator has, to the terminal and not to the log.
async fn invite(database: &str, by: &str) -> Result<ExitCode, Box<dyn Error>> {
    let server = Server::connect(database, 1, Arc::new(Utc::now)).await?;
    let codes = server.invite_for(by).await?;
    server.close().await;
    if codes.is_empty() {
        return Err("nobody administers an organisation under this email".into());
    }
    for (name, code) in codes {
        writeln!(std::io::stdout(), "{name}: {}", code.reveal())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what a look at everything found.
async fn verify(database: &str) -> Result<ExitCode, Box<dyn Error>> {
    let server = Server::connect(database, 2, Arc::new(Utc::now)).await?;
    let checked = server.check().await?;
    server.close().await;
    let mut out = std::io::stdout();
    for finding in &checked.findings {
        writeln!(out, "{finding}")?;
    }
    let (commands, facts, entries) = (checked.commands, checked.facts, checked.entries);
    let chunks = checked.chunks;
    writeln!(
        out,
        "{commands} commands, {facts} facts, {entries} entries of scopes, {chunks} chunks"
    )?;
    match checked.findings.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

async fn serve(database: &str, options: &Serving) -> Result<(), Box<dyn Error>> {
    let server = Server::connect(database, options.connections, Arc::new(Utc::now)).await?;
    let server = server.with_mail(options.mail.settings());
    let listener = listen(options.listen)?;
    let bound = listener.local_addr()?;
    let address = options.address.clone().unwrap_or_else(|| format!("http://{bound}"));
    tell_of_setup(&server, &address).await?;
    tracing::info!(%bound, "listening");
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(jobs(server.clone(), stopped));
    let watched = match options.metrics {
        Some(address) => {
            let listener = listen(address)?;
            let routes = watching(server.clone());
            Some(tokio::spawn(async move { axum::serve(listener, routes).await }))
        }
        None => None,
    };
    axum::serve(listener, routes(server.clone()))
        .with_graceful_shutdown(asked_to_stop())
        .await?;
    // A day that is being closed is closed to the end.
    stop.send_replace(true);
    jobs.await?;
    if let Some(watched) = watched {
        watched.abort();
    }
    server.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Prints the one-time link of the first run, to the terminal and not to the log.
async fn tell_of_setup(server: &Server, address: &str) -> Result<(), ServerError> {
    if let Some(token) = server.setup_token().await? {
        // Where nobody reads it, the next start prints another one.
        let _ = writeln!(
            std::io::stdout(),
            "Nobody has brought an organisation yet. Within a day, open this link's text in a desk's settings:\n{address}/#{token}"
        );
    }
    Ok(())
}

/// What the server does by itself, again and again.
async fn jobs(server: Server, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        if let Err(error) = server.close_days().await {
            tracing::error!(%error, "days could not be closed");
        }
        tokio::select! {
            () = tokio::time::sleep(BETWEEN_JOBS) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Ends when the process is asked to stop: what runs is finished, nothing new is taken.
async fn asked_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
