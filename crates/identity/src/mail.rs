//! The mail transport: one message at a time, over SMTP, with the server's answer put into words.

pub use crate::templates::{ReceiptMail, code_message, receipt_message, test_message};

use farthing_api::{MailSecurity, MailSettings};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, Error as SmtpError};
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::net::IpAddr;
use std::time::Duration;

/// A message is given up when it has not been handed over after so many seconds.
const TIMEOUT: Duration = Duration::from_secs(15);

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

/// Why a message is not on its way. Each text is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The sender's or the recipient's address is none; trying again changes nothing.
    #[error("{0}")]
    Address(String),
    /// The server did not answer in time, or not in a way that can be trusted; later it may.
    #[error("{0}")]
    Unreachable(String),
    /// The server, or this program, refuses these settings or this message.
    #[error("{0}")]
    Refused(String),
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
        Err(_) => Err(MailError::Unreachable(format!(
            "The mail server {server} did not answer within {} seconds. Check its name and port, or try again later.",
            TIMEOUT.as_secs()
        ))),
    }
}

fn transport(settings: &MailSettings) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let host = settings.host.trim();
    let tls = match settings.security {
        MailSecurity::None if is_this_machine(host) => Tls::None,
        MailSecurity::None => {
            return Err(MailError::Refused(format!(
                "{host} is another machine, and without protection others on the way could read the codes. Choose \
                 STARTTLS or TLS."
            )));
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
    TlsParameters::new(host.to_string()).map_err(|_| {
        MailError::Unreachable(format!(
            "This machine can't set up TLS with {host}. Check the server's name."
        ))
    })
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn compose(settings: &MailSettings, message: Message) -> Result<lettre::Message, MailError> {
    let mailbox = |text: &str, whose: &str| -> Result<Mailbox, MailError> {
        let address: Result<Address, _> = text.trim().parse();
        address.map(|address| Mailbox::new(None, address)).map_err(|_| {
            MailError::Address(format!(
                "The {whose} “{}” is not an email address. Correct it and send again.",
                one_line(text)
            ))
        })
    };
    lettre::Message::builder()
        .from(mailbox(&settings.from, "sender's address")?)
        .to(mailbox(&message.to, "recipient's address")?)
        .subject(one_line(&message.subject))
        .multipart(MultiPart::alternative_plain_html(message.text, message.html))
        .map_err(|_| MailError::Address("The message has no usable sender. Check the mail settings.".into()))
}

/// A text that can't start another header line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn in_words(server: &str, error: &SmtpError) -> MailError {
    if let Some(code) = error.status() {
        let code: u16 = code.into();
        return match code {
            530 | 534 | 535 | 538 => MailError::Refused(format!(
                "The mail server {server} refuses the account (code {code}). Check the user name and the password in the \
                 mail settings."
            )),
            550 | 551 | 553 => MailError::Refused(format!(
                "The mail server {server} refuses an address of this message (code {code}). Check the sender's and the \
                 recipient's address."
            )),
            400..500 => MailError::Unreachable(format!(
                "The mail server {server} takes no messages at the moment (code {code}). Try again in a few minutes."
            )),
            _ => MailError::Refused(format!(
                "The mail server {server} refuses the message (code {code}). Its provider can say why."
            )),
        };
    }
    if error.is_tls() {
        return MailError::Unreachable(format!(
            "The mail server {server} can't prove who it is: its certificate is not valid for that name. Check the \
             server's name, and the date of this machine."
        ));
    }
    if error.is_client() {
        return MailError::Refused(format!(
            "The mail server {server} doesn't offer what the settings ask for: {}. Check protection, port and user name.",
            cause(error)
        ));
    }
    MailError::Unreachable(format!(
        "The mail server {server} can't be reached: {}. Check its name and port, or try again when connected.",
        cause(error)
    ))
}

/// The innermost cause, which names what happened; lettre puts no account, address or content into it.
fn cause(error: &SmtpError) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    one_line(source.to_string().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn knows_this_machine() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["localhost.example.org", "10.0.0.1", "mail", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
