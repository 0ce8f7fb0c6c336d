//! The line to the server: one letter there, one reply back.

use farthing_api::{ApiError, Code, ErrorKind};
use farthing_sync::wire::{Form, Letter, Reply, WireError, unpack};
use reqwest::header::HeaderValue;
use reqwest::{Client, Response, StatusCode, Url, redirect};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How long to wait for a connection, and for a whole answer.
const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(60);
/// The most bytes of an answer as it comes, packed.
const MOST_PACKED: usize = 32 << 20;

/// How long a connection that is not used stays open.
const UNUSED: Duration = Duration::from_secs(5);

/// What all lines of a desk have in common: connections that stay open for a while, and the certificates that the system trusts, so that
/// not every round reads them anew; and which servers have said that they read the dense form.
#[derive(Default)]
pub(crate) struct Lines {
    client: OnceLock<Client>,
    dense: Arc<Mutex<BTreeSet<Url>>>,
}

/// A server that may be asked.
pub(crate) struct Line {
    client: Client,
    url: Url,
    dense: Arc<Mutex<BTreeSet<Url>>>,
}

/// Checks a server's address: TLS, except to this very machine.
///
/// # Errors
/// Says on the field what is wrong.
pub(crate) fn check_address(address: &str) -> Result<Url, ApiError> {
    let wrong = || ApiError::input("server", Code::ServerAddress);
    let url = Url::parse(address.trim().trim_end_matches('/')).map_err(|_| wrong())?;
    let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err(wrong()),
    }
}

fn silent() -> ApiError {
    ApiError::new(ErrorKind::Unavailable, Code::ServerSilent)
}

impl Lines {
    /// A line to a server.
    ///
    /// # Errors
    /// An address that can't be used.
    pub(crate) fn to(&self, address: &str) -> Result<Line, ApiError> {
        let mut url = check_address(address)?;
        url.set_path(&format!("{}/v1/sync", url.path().trim_end_matches('/')));
        let client = match self.client.get() {
            Some(client) => client.clone(),
            None => {
                let made = client().map_err(|_| silent())?;
                self.client.get_or_init(|| made).clone()
            }
        };
        let dense = Arc::clone(&self.dense);
        Ok(Line { client, url, dense })
    }
}

fn client() -> Result<Client, reqwest::Error> {
    Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .pool_idle_timeout(UNUSED)
        .redirect(redirect::Policy::none())
        .user_agent("Farthing")
        .build()
}

impl Line {
    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// What the server refuses, or that it does not answer as one.
    pub(crate) async fn ask(&self, letter: &Letter) -> Result<Reply, ApiError> {
        let unread = |error: WireError| {
            tracing::warn!(%error, "the server's answer can't be read");
            silent()
        };
        let form = self.form();
        let packed = form.pack(letter).map_err(unread)?;
        let mut request = self.client.post(self.url.clone()).body(packed);
        if form == Form::Named {
            request = request.header(Form::FIELD, Form::READ);
        }
        let mut response = request.send().await.map_err(|error| {
            tracing::info!(error = %error.without_url(), "the server does not answer");
            silent()
        })?;
        self.note_form(&response);
        if response.status() != StatusCode::OK {
            tracing::warn!(status = %response.status(), "the server does not answer as one");
            return Err(silent());
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| silent())? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MOST_PACKED {
                return Err(unread(WireError::TooLarge));
            }
        }
        match unpack(&bytes).map_err(unread)? {
            Reply::Refused(error) => Err(error),
            reply => Ok(reply),
        }
    }

    /// The form that the server reads, as far as it has said.
    fn form(&self) -> Form {
        let dense = self.dense.lock().unwrap_or_else(PoisonError::into_inner);
        match dense.contains(&self.url) {
            true => Form::Dense,
            false => Form::Named,
        }
    }

    /// Where another server answers at the same address that does not read it, the next letter goes in the form that every one reads.
    fn note_form(&self, answer: &Response) {
        let mut dense = self.dense.lock().unwrap_or_else(PoisonError::into_inner);
        if answer.status() != StatusCode::OK {
            dense.remove(&self.url);
        } else if Form::said(answer.headers().get(Form::FIELD).map(HeaderValue::as_bytes)) == Form::Dense {
            dense.insert(self.url.clone());
        }
    }
}
