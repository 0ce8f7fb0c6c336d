//! The way from the page's one command to its handler: a table of names and one-line adapters.

use crate::home::Home;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Why a request got no answer.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// What kind of failure it is, for the page to choose its words by: `unknown-request`, `malformed-request` or
    /// `unwritable-answer`.
    kind: &'static str,
    /// What happened, for the log and for support.
    message: String,
}

/// A request without fields.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// The program that answers.
#[derive(Debug, Serialize)]
pub struct Version {
    /// The product's name.
    product: &'static str,
    /// The version, `major.minor.patch`.
    version: &'static str,
}

/// Makes `answer` from lines of `"request name" => adapter`, an adapter being
/// `async fn(&Home, Request) -> Result<Answer, Failure>`.
macro_rules! routes {
    ($($name:literal => $adapter:path),+ $(,)?) => {
        /// Answers the request `name` whose fields are the JSON in `body`; both answer and [`Failure`] are JSON.
        pub async fn answer(home: &Home, name: &str, body: &str) -> Result<String, String> {
            let outcome = match name {
                $($name => match read(body) {
                    Ok(request) => $adapter(home, request).await.and_then(|answer| write(&answer)),
                    Err(failure) => Err(failure),
                },)+
                _ => Err(Failure { kind: "unknown-request", message: format!("no request is called {name}") }),
            };
            outcome.map_err(|failure| failure.into_json(name))
        }
    };
}

routes! {
    "version" => version,
}

async fn version(_home: &Home, _request: Nothing) -> Result<Version, Failure> {
    Ok(Version {
        product: "Farthing",
        version: env!("CARGO_PKG_VERSION"),
    })
}

impl Failure {
    fn into_json(self, name: &str) -> String {
        tracing::warn!(request = name, kind = self.kind, "a request failed");
        serde_json::to_string(&self).unwrap_or_else(|_| format!(r#"{{"kind":"{}","message":""}}"#, self.kind))
    }
}

fn read<Request: DeserializeOwned>(body: &str) -> Result<Request, Failure> {
    serde_json::from_str(body).map_err(|error| Failure {
        kind: "malformed-request",
        message: error.to_string(),
    })
}

fn write(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(answer).map_err(|error| Failure {
        kind: "unwritable-answer",
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::answer;
    use crate::home::Home;

    #[tokio::test]
    async fn answers_by_name_and_tells_why_it_does_not() {
        let home = Home::at(std::env::temp_dir());
        let answered = answer(&home, "version", "{}").await.unwrap();
        assert!(answered.contains(env!("CARGO_PKG_VERSION")), "{answered}");
        assert!(
            answer(&home, "no-such", "{}")
                .await
                .unwrap_err()
                .contains("unknown-request")
        );
        assert!(
            answer(&home, "version", "[")
                .await
                .unwrap_err()
                .contains("malformed-request")
        );
    }
}
