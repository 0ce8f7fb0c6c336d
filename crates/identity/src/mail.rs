//! The mail transport: one message at a time, over SMTP, with the server's answer put into words.

pub use crate::templates::{code_message, known_message, reset_message, test_message};

use crate::host::is_this_machine;
use farthing_api::{ApiError, Code, ErrorKind, MailSecurity, MailSettings};
use lettre::Address;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::time::Duration;

/// A message is given up when it has not been handed over after so many seconds.
const TIMEOUT: Duration = Duration::from_secs(TIMEOUT_SECONDS as u64);
const TIMEOUT_SECONDS: u32 = 15;
const FAREWELL: Duration = Duration::from_secs(2);

/// A message to one person, as plain text and as HTML.
#[derive(Clone, Debug)]
pub struct Message {
    /// The address it goes to.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Names the message in its header, so that a mail program shows it once; none for one that goes out at once.
    pub id: Option<String>,
}

/// Why a message is not on its way, with the answer for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The sender's or the recipient's address is none; trying again changes nothing.
    #[error("{0}")]
    Address(ApiError),
    /// The server did not answer in time, or not in a way that can be trusted; later it may.
    #[error("{0}")]
    Unreachable(ApiError),
    /// The message was handed over and the server did not say that it took it: it may be on its way or not.
    #[error("{0}")]
    Unclear(ApiError),
    /// The server, or this program, refuses these settings or this message.
    #[error("{0}")]
    Refused(ApiError),
}

/// The answer of a failed message, about this server.
fn answer(code: Code, server: &str) -> ApiError {
    ApiError::new(ErrorKind::Unavailable, code).with("server", server)
}

/// A message as it goes over the line, without sending it.
///
/// # Errors
/// [`MailError::Address`].
pub fn written(settings: &MailSettings, message: Message) -> Result<Vec<u8>, MailError> {
    Ok(compose(settings, message)?.formatted())
}

/// Hands a message to the mail server.
///
/// # Errors
/// [`MailError`]; only [`MailError::Unclear`] leaves open whether the message was accepted.
pub async fn send(settings: &MailSettings, message: Message) -> Result<(), MailError> {
    let message = compose(settings, message)?;
    let server = format!("{}:{}", settings.host.trim(), settings.port);
    let silent = || answer(Code::MailSilent, &server).with("seconds", TIMEOUT_SECONDS);
    let mut connection = match tokio::time::timeout(TIMEOUT, connect(settings, &server)).await {
        Ok(connected) => connected?,
        Err(_) => return Err(MailError::Unreachable(silent())),
    };
    let formatted = message.formatted();
    let sent = connection.send(message.envelope(), &formatted);
    match tokio::time::timeout(TIMEOUT, sent).await {
        Ok(Ok(_)) => {}
        // The server's own word, or a message that never left.
        Ok(Err(e)) if e.status().is_some() || e.is_client() => return Err(in_words(&server, &e)),
        Ok(Err(_)) => return Err(MailError::Unclear(answer(Code::MessageUnclear, &server))),
        Err(_) => return Err(MailError::Unclear(silent())),
    }
    // The message is taken, whatever the server says to the farewell.
    let _ = tokio::time::timeout(FAREWELL, connection.quit()).await;
    Ok(())
}

/// A connection that is protected and signed in as the settings say.
async fn connect(settings: &MailSettings, server: &str) -> Result<AsyncSmtpConnection, MailError> {
    let host = settings.host.trim();
    let (wrapped, upgrade) = match settings.security {
        MailSecurity::None if is_this_machine(host) => (None, None),
        MailSecurity::None => {
            return Err(MailError::Refused(answer(Code::MailUnprotected, host)));
        }
        MailSecurity::StartTls => (None, Some(tls_parameters(host)?)),
        MailSecurity::Tls => (Some(tls_parameters(host)?), None),
    };
    let (name, told) = (ClientId::default(), |e: SmtpError| in_words(server, &e));
    let at = (host, settings.port);
    let connected = AsyncSmtpConnection::connect_tokio1(at, None, &name, wrapped, None);
    let mut connection = connected.await.map_err(told)?;
    if let Some(tls) = upgrade {
        if !connection.can_starttls() {
            return Err(MailError::Refused(
                answer(Code::MailUnfit, server).with("cause", "STARTTLS"),
            ));
        }
        connection.starttls(tls, &name).await.map_err(told)?;
    }
    if !settings.username.is_empty() {
        let account = Credentials::new(settings.username.clone(), settings.password.reveal().to_string());
        connection.auth(DEFAULT_MECHANISMS, &account).await.map_err(told)?;
    }
    Ok(connection)
}

fn tls_parameters(host: &str) -> Result<TlsParameters, MailError> {
    TlsParameters::new(host.to_string()).map_err(|_| MailError::Unreachable(answer(Code::MailNoTls, host)))
}

fn compose(settings: &MailSettings, message: Message) -> Result<lettre::Message, MailError> {
    let wrong = |code: Code, text: &str| {
        MailError::Address(ApiError::new(ErrorKind::Input, code).with("text", &one_line(text)))
    };
    let mailbox = |text: &str, code: Code| -> Result<Mailbox, MailError> {
        let address: Result<Address, _> = text.trim().parse();
        address
            .map(|address| Mailbox::new(None, address))
            .map_err(|_| wrong(code, text))
    };
    let from = mailbox(&settings.from, Code::MailSender)?;
    let id = message.id.map(|id| format!("<{id}@{}>", from.email.domain()));
    let builder = match id {
        Some(id) => lettre::Message::builder().message_id(Some(id)),
        None => lettre::Message::builder(),
    };
    builder
        .from(from)
        .to(mailbox(&message.to, Code::MailRecipient)?)
        .subject(one_line(&message.subject))
        .multipart(MultiPart::alternative_plain_html(message.text, message.html))
        .map_err(|_| wrong(Code::MailSender, &settings.from))
}

/// A text that can't start another header line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn in_words(server: &str, error: &SmtpError) -> MailError {
    if let Some(status) = error.status() {
        let status: u16 = status.into();
        let said = |code| answer(code, server).with("answer", u32::from(status));
        return match status {
            530 | 534 | 535 | 538 => MailError::Refused(said(Code::MailAccount)),
            550 | 551 | 553 => MailError::Refused(said(Code::MailAddress)),
            400..500 => MailError::Unreachable(said(Code::MailLater)),
            _ => MailError::Refused(said(Code::MailRefused)),
        };
    }
    if error.is_tls() {
        return MailError::Unreachable(answer(Code::MailCertificate, server));
    }
    let because = |code| answer(code, server).with("cause", &cause(error));
    match error.is_client() {
        true => MailError::Refused(because(Code::MailUnfit)),
        false => MailError::Unreachable(because(Code::MailUnreachable)),
    }
}

/// The innermost cause, which names what happened; lettre puts no account, address or content into it.
fn cause(error: &SmtpError) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    one_line(source.to_string().trim_end_matches('.'))
}
