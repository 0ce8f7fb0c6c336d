//! The one way from the page to the desk.

use crate::screens::proven;
use farthing_api::{ApiError, Code, ErrorKind, Request};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// Tauri's own entry into the shell.
    #[wasm_bindgen(catch, js_namespace = ["window", "__TAURI_INTERNALS__"], js_name = invoke)]
    fn invoke(command: &str, arguments: &JsValue) -> Result<js_sys::Promise, JsValue>;
}

/// Sends `body` (JSON) to the handler called `name` and waits for its answer (JSON).
///
/// # Errors
/// The failure as JSON, as the shell's router writes it, or a sentence where there is no shell around the page.
async fn call(name: &str, body: &str) -> Result<String, String> {
    let arguments = js_sys::Object::new();
    for (key, value) in [("name", name), ("body", body)] {
        js_sys::Reflect::set(&arguments, &key.into(), &value.into()).map_err(said)?;
    }
    let answer = JsFuture::from(invoke("call", &arguments).map_err(said)?)
        .await
        .map_err(said)?;
    answer
        .as_string()
        .ok_or_else(|| "the shell answered with something else than text".to_owned())
}

/// Asks the desk and waits for its answer. When the desk says that nobody is signed in, or that the book is in trouble,
/// the whole window follows. Where it takes a proof of who is there, they are asked for it, and the request is sent again.
///
/// # Errors
/// What the desk answered; a failure that is none of its answers is a fault of the program.
pub async fn send<R: Request>(request: &R) -> Result<R::Answer, ApiError> {
    match ask(request).await {
        Err(error) if error.code == Code::ProveAgain && proven().await => ask(request).await,
        outcome => outcome,
    }
}

async fn ask<R: Request>(request: &R) -> Result<R::Answer, ApiError> {
    let answer = match serde_json::to_string(request) {
        Ok(body) => call(R::NAME, &body).await,
        Err(_) => return Err(ApiError::internal()),
    };
    let outcome = match answer {
        Ok(answer) => serde_json::from_str(&answer).map_err(|_| ApiError::internal()),
        Err(reason) => Err(serde_json::from_str(&reason).unwrap_or_else(|_| ApiError::internal())),
    };
    match &outcome {
        Err(error) if error.kind == ErrorKind::SignedOut => crate::state::signed_out(),
        Err(error) if error.kind == ErrorKind::Book => crate::state::book_trouble(error.clone()),
        _ => {}
    }
    outcome
}

/// A rejected promise's reason as text.
fn said(reason: JsValue) -> String {
    reason
        .as_string()
        .or_else(|| js_sys::Error::from(reason).message().as_string())
        .unwrap_or_default()
}
