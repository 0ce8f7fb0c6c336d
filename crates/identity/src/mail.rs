//! The mail transport: one message at a time, over SMTP, with the server's answer put into words.

pub use crate::templates::{ReceiptMail, code_message, receipt_message, test_message};

use crate::host::is_this_machine;
use farthing_api::{ApiError, Code, ErrorKind, MailSecurity, MailSettings};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpError};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::time::Duration;

/// A message is given up when it has not been handed over after so many seconds.
const TIMEOUT: Duration = Duration::from_secs(TIMEOUT_SECONDS as u64);
const TIMEOUT_SECONDS: u32 = 15;

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
    /// The server, or this program, refuses these settings or this message.
    #[error("{0}")]
    Refused(ApiError),
}

/// The answer of a failed message, about this server.
fn answer(code: Code, server: &str) -> ApiError {
    ApiError::new(ErrorKind::Unavailable, code).with("server", server)
}

/// Hands a message to the mail server.
///
/// # Errors
/// [`MailError`], and then the message was not accepted, save where the connection broke after the server took it.
pub async fn send(settings: &MailSettings, message: Message) -> Result<(), MailError> {
    let transport = transport(settings)?;
    let message = compose(settings, message)?;
    let server = format!("{}:{}", settings.host.trim(), settings.port);
    match tokio::time::timeout(TIMEOUT, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(e)) => Err(in_words(&server, &e)),
        Err(_) => Err(MailError::Unreachable(
            answer(Code::MailSilent, &server).with("seconds", TIMEOUT_SECONDS),
        )),
    }
}

fn transport(settings: &MailSettings) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let host = settings.host.trim();
    let tls = match settings.security {
        MailSecurity::None if is_this_machine(host) => Tls::None,
        MailSecurity::None => {
            return Err(MailError::Refused(answer(Code::MailUnprotected, host)));
        }
        MailSecurity::StartTls => Tls::Required(tls_parameters(host)?),
        MailSecurity::Tls => Tls::Wrapper(tls_parameters(host)?),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(settings.port)
        .tls(tls)
        .timeout(Some(TIMEOUT));
    if !settings.username.is_empty() {
        let account = Credentials::new(settings.username.clone(), settings.password.reveal().to_string());
        builder = builder.credentials(account);
    }
    Ok(builder.build())
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
    lettre::Message::builder()
        .from(mailbox(&settings.from, Code::MailSender)?)
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
