//! The one way from the page to the desk.

use serde::Serialize;
use serde::de::DeserializeOwned;
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
pub async fn call(name: &str, body: &str) -> Result<String, String> {
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

/// [`call`] with a typed request and a typed answer.
///
/// # Errors
/// As [`call`]; also an answer that does not have the type's shape.
pub async fn ask<Answer: DeserializeOwned>(name: &str, request: &impl Serialize) -> Result<Answer, String> {
    let body = serde_json::to_string(request).map_err(|error| error.to_string())?;
    let answer = call(name, &body).await?;
    serde_json::from_str(&answer).map_err(|error| error.to_string())
}

/// A rejected promise's reason as text.
fn said(reason: JsValue) -> String {
    reason
        .as_string()
        .or_else(|| js_sys::Error::from(reason).message().as_string())
        .unwrap_or_default()
}
