//! Text messages: where they go out.

use crate::{Request, Secret, request};
use serde::{Deserialize, Serialize};

request! {
    /// The SMS settings in force, the secret left out.
    GetSms {} => Option<SmsSettings>;

    /// Sets where text messages go out. An empty secret keeps the one that is set.
    SaveSms {
        /// The settings; none for a desk without text messages.
        settings: Option<SmsSettings>,
    } => ();

    /// Sends one real text message, to see that the settings work.
    TestSms {
        /// The settings to try.
        settings: SmsSettings,
        /// The phone it goes to.
        to: String,
    } => SmsSent;
}

/// Any SMS gateway that is spoken to over HTTP. `{to}`, `{from}` and `{text}` in the address and in the template stand for
/// the phone, the sender and the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsSettings {
    /// The gateway's address: `https`, save on this machine.
    pub url: String,
    /// How it is asked.
    pub method: SmsMethod,
    /// How this desk proves who it is.
    pub auth: SmsAuth,
    /// The account of [`SmsAuth::Basic`], or the header's name of [`SmsAuth::Header`].
    pub account: String,
    /// The account's password or token; never sent back to a screen.
    pub secret: Secret,
    /// What the message is written as.
    pub form: SmsForm,
    /// `To={to}&Body={text}`, or a JSON text whose strings hold the blanks; empty with [`SmsMethod::Get`] where the address
    /// has the blanks.
    pub template: String,
    /// The sender's number or name.
    pub from: String,
    /// Where the answer's JSON says whether it went well, as a pointer (RFC 6901): `/status`. Empty: the status code alone.
    pub success_at: String,
    /// What stands there then.
    pub success_is: String,
    /// Where the answer's JSON has the message's id; empty where it has none.
    pub id_at: String,
    /// Whether the gateway may be a machine of the own network.
    pub own_network: bool,
}

/// How a gateway is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsMethod {
    /// POST.
    Post,
    /// PUT.
    Put,
    /// GET, the blanks filled in the address.
    Get,
}

/// How a gateway knows the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsAuth {
    /// Not at all.
    None,
    /// Account and password.
    Basic,
    /// A bearer token.
    Bearer,
    /// A header of the gateway's own.
    Header,
}

/// What a message is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsForm {
    /// As a web form.
    Form,
    /// As JSON.
    Json,
}

/// A gateway took a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsSent {
    /// The id that the gateway gave it; empty where it gives none.
    pub id: String,
}
