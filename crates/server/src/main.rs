//! `farthing-server`: the central server.

use chrono::Utc;
use clap::Parser;
use farthing_server::{Server, ServerError, routes};
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Between two looks for what the server has to do by itself.
const BETWEEN_JOBS: Duration = Duration::from_secs(60);

/// Takes commands of enrolled desks in, decides them, and hands facts to the desks that may see them.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Where PostgreSQL is: postgres://user@host/database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database: String,
    /// On which address to listen; TLS is the business of a proxy in front.
    #[arg(long, env = "FARTHING_LISTEN", default_value = "127.0.0.1:7420")]
    listen: SocketAddr,
    /// The address under which desks reach this server, for the setup link.
    #[arg(long, env = "FARTHING_ADDRESS")]
    address: Option<String>,
    /// The most connections to the database.
    #[arg(long, env = "FARTHING_CONNECTIONS", default_value_t = 16)]
    connections: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match serve(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the server ended");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::connect(&options.database, options.connections, Arc::new(Utc::now)).await?;
    let listener = TcpListener::bind(options.listen).await?;
    let bound = listener.local_addr()?;
    let address = options.address.clone().unwrap_or_else(|| format!("http://{bound}"));
    tell_of_setup(&server, &address).await?;
    tracing::info!(%bound, "listening");
    let jobs = tokio::spawn(jobs(server.clone()));
    axum::serve(listener, routes(server.clone()))
        .with_graceful_shutdown(asked_to_stop())
        .await?;
    jobs.abort();
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
async fn jobs(server: Server) {
    loop {
        if let Err(error) = server.close_days().await {
            tracing::error!(%error, "days could not be closed");
        }
        tokio::time::sleep(BETWEEN_JOBS).await;
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
