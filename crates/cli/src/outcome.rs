//! What a command says at its end, for people or machines, and its exit status.

use farthing_api::ApiError;
use farthing_desk::headless::OpenError;
use farthing_desk::keep::KeepError;
use farthing_store::StoreError;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// The end of a command.
pub struct Outcome {
    status: u8,
    /// Sentences for people.
    text: String,
    /// The same for machines.
    value: Value,
}

impl Outcome {
    /// Done.
    pub fn done(text: String, value: Value) -> Outcome {
        Outcome { status: 0, text, value }
    }

    /// Done, and something was found wrong.
    pub fn findings(text: String, value: Value) -> Outcome {
        Outcome { status: 1, text, value }
    }

    /// Only the status: everything was said already.
    pub fn silent(status: u8) -> Outcome {
        Outcome {
            status,
            text: String::new(),
            value: Value::Null,
        }
    }

    /// Says it and gives the exit status. Failures go to standard error.
    pub fn say(self, as_json: bool) -> ExitCode {
        let line = match as_json {
            true if self.value.is_null() => String::new(),
            true => self.value.to_string(),
            false => self.text,
        };
        if !line.is_empty() {
            // A closed pipe is the reader's choice, not a failure of the command.
            let _ = match self.status {
                0 | 1 => writeln!(std::io::stdout(), "{line}"),
                _ => writeln!(std::io::stderr(), "{line}"),
            };
        }
        ExitCode::from(self.status)
    }
}

/// Why a command stopped.
pub struct Failure {
    status: u8,
    code: &'static str,
    message: String,
}

impl Failure {
    /// The command was called wrongly.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure {
            status: 2,
            code: "usage",
            message: message.into(),
        }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Outcome {
        let value = json!({ "error": { "code": failure.code, "message": failure.message } });
        Outcome {
            status: failure.status,
            text: format!("farthing: {}", failure.message),
            value,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let (status, code) = match &error {
            StoreError::InUse => (3, "in_use"),
            StoreError::Unreadable | StoreError::Damaged(_) => (1, "damaged"),
            StoreError::Newer { .. } => (3, "newer"),
            StoreError::DiskFull => (1, "disk_full"),
            StoreError::Missing => (2, "missing"),
            StoreError::Exists => (2, "exists"),
            StoreError::Refused(_) => (2, "refused"),
            StoreError::Payload(_) | StoreError::Io(_) | StoreError::Sql(_) => (1, "failed"),
        };
        Failure {
            status,
            code,
            message: error.to_string(),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        let message = error.to_string();
        match error {
            OpenError::Wrong => Failure {
                status: 4,
                code: "wrong_password",
                message,
            },
            OpenError::Wait(_) => Failure {
                status: 3,
                code: "wait",
                message,
            },
            OpenError::WhichUser => Failure::usage(message),
            OpenError::Store(error) => error.into(),
            OpenError::NoDevice(_) => Failure {
                status: 3,
                code: "no_device",
                message,
            },
            OpenError::Slots(_) => Failure {
                status: 1,
                code: "damaged",
                message,
            },
            OpenError::Other(error) => error.into(),
        }
    }
}

impl From<KeepError> for Failure {
    fn from(error: KeepError) -> Failure {
        let message = error.to_string();
        match error {
            KeepError::Wrong => Failure {
                status: 4,
                code: "wrong_password",
                message,
            },
            KeepError::Findings(_) | KeepError::NotABackup(_) | KeepError::Slots(_) => Failure {
                status: 1,
                code: "damaged",
                message,
            },
            KeepError::Store(error) => error.into(),
            KeepError::Io(error) => error.into(),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        let status = if error.code == "forbidden" { 2 } else { 1 };
        Failure {
            status,
            code: "refused",
            message: error.message,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure {
            status: 2,
            code: "file",
            message: error.to_string(),
        }
    }
}
